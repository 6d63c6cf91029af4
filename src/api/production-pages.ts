/** The productions of a request, for people: packed, looked through, released, fetched. Forms, without a script as with one. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '#agency/agency.ts';
import { productionsPage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { reasonOf } from '#record/record.ts';
import {
  downloadsOf,
  enterProductionView,
  formatWish,
  linksOf,
  listProductions,
  packAgain,
  recordsNamed,
  releaseProduction,
  undecided,
  withdrawProduction,
  type Asked,
} from '#production/production.ts';
import { readRequestRow, trackingShown } from '#sunshine/sunshine.ts';
import { peopleOf, sendPage } from './administration.ts';
import { callerOf, CUSTODIANS, REQUEST_READERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms, type Form } from './forms.ts';
import {
  notDone,
  orderProduction,
  prefixFor,
  productionHere,
  releaserOf,
  requestHere,
  type Ordered,
} from './production-answers.ts';
import { noRequest } from './requests.ts';

const DOWNLOADS = 50;
const DAYS = 30;
const NOTHING_ASKED: Asked = { wacz: false, seen: { pictures: [], items: [], unread: [] } };
const SPOKEN = [
  'production-refused',
  'production-state',
  'production-stale',
  'production-not-passed',
  'production-invalid',
];

interface Said {
  readonly kind: 'error' | 'success';
  readonly text: string;
}

export function registerProductionPages(routes: FastifyInstance, context: ApiContext): void {
  const { db, now, config } = context.system;
  const readers = { schema: { hide: true }, config: { roles: REQUEST_READERS, page: true } } as const;
  const custodians = { schema: { hide: true }, config: { roles: CUSTODIANS, page: true } } as const;
  const within = hereIn(db);

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    { said, link }: { readonly said: Said | null; readonly link?: string },
  ): Promise<FastifyReply> => {
    const caller = callerOf(request);
    const parts = await within(request, async (at) => {
      const requestId = await requestHere(at, id);
      const row = await readRequestRow(at, requestId);
      if (row === null) throw noRequest();
      const people = await peopleOf(at);
      const shown = [];
      for (const one of await listProductions(at, requestId)) {
        const { madeAt, releasedAt, withdrawnAt, madeBy, releasedBy, trouble, ...rest } = one;
        shown.push({
          ...rest,
          trouble: trouble === null ? null : { ...trouble, reason: reasonOf(trouble.code) },
          foundIn:
            one.state === 'blocked' ? await recordsNamed(at, one.id, namedIn(one.gate?.hits ?? [])) : [],
          madeAt: madeAt.toISOString(),
          madeBy: people.doerOf(madeBy),
          releasedAt: releasedAt?.toISOString() ?? null,
          releasedBy: releasedBy === null ? null : people.doerOf(releasedBy),
          withdrawnAt: withdrawnAt?.toISOString() ?? null,
          links: (await linksOf(at, one.id)).map(({ n, expiresAt }) => ({
            n,
            expiresAt: expiresAt.toISOString(),
            isOver: expiresAt <= now(),
          })),
          downloads: (await downloadsOf(at, one.id, DOWNLOADS)).map((download) => ({
            n: download.n,
            at: download.at.toISOString(),
            link: download.link,
            by: download.by === null ? null : people.doerOf(download.by),
          })),
        });
      }
      await enterProductionView(at, { id: null, requestId }, actorOf(caller));
      return {
        requestId,
        number: trackingShown(row.tracking),
        isClosed: row.state === 'closed',
        wish: formatWish(row.format),
        zone: people.zone,
        productions: shown,
        set: await undecided(at, requestId),
        prefix: prefixFor(at.agencyId),
      };
    });
    const page = productionsPage(context.frameOf(request), {
      ...parts,
      isCustodian: caller.kind === 'person' && caller.roles.some((role) => CUSTODIANS.includes(role)),
      said,
      link: link ?? null,
    });
    return await sendPage(reply, page, said?.kind === 'error');
  };

  /** A refusal stands on the page itself, with what to do. */
  const orSaid = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    work: (at: AgencyTx, actor: string) => Promise<{ readonly text: string; readonly link?: string }>,
  ): Promise<FastifyReply> => {
    const actor = releaserOf(request);
    try {
      const { text, link } = await within(request, async (at) => await work(at, actor));
      return await show(request, reply, id, {
        said: { kind: 'success', text },
        ...(link === undefined ? {} : { link }),
      });
    } catch (error) {
      if (!(error instanceof ArchiveError) || !SPOKEN.includes(error.code)) throw error;
      return await show(request, reply, id, { said: { kind: 'error', text: error.message } });
    }
  };

  void routes.register(async (app) => {
    takeForms(app);

    app.get<{ Params: { id: string } }>(
      '/requests/:id/productions',
      readers,
      async (request, reply) => await show(request, reply, request.params.id, { said: null }),
    );

    app.post<{ Params: { id: string } }>('/requests/:id/productions', custodians, async (request, reply) => {
      const { id } = request.params;
      const form = formOf(request);
      return await orSaid(request, reply, id, async (at, actor) => {
        const again = form.one('again');
        const before = again === '' ? null : await productionHere(at, await ofRequest(at, id, again));
        await orderProduction(
          at,
          await requestHere(at, id),
          orderOf(form, before?.asked ?? NOTHING_ASKED),
          actor,
        );
        return { text: 'What was decided is frozen. It is being packed and looked through.' };
      });
    });

    app.post<{ Params: { id: string; production: string } }>(
      '/requests/:id/productions/:production/release',
      custodians,
      async (request, reply) => {
        const { id, production } = request.params;
        const days = daysOf(formOf(request));
        return await orSaid(request, reply, id, async (at, actor) => {
          const one = await ofRequest(at, id, production);
          const released = await releaseProduction(at, one, { now: now(), days }, actor);
          if (typeof released === 'string') throw notDone(released);
          return {
            text: 'It is released. The link is shown now and never again: copy it into your letter.',
            link: `${config.publicUrl}/p/${released.token}`,
          };
        });
      },
    );

    app.post<{ Params: { id: string; production: string } }>(
      '/requests/:id/productions/:production/run',
      custodians,
      async (request, reply) => {
        const { id, production } = request.params;
        return await orSaid(request, reply, id, async (at, actor) => {
          const done = await packAgain(at, await ofRequest(at, id, production), actor);
          if (done !== 'done') throw notDone(done);
          return { text: 'It is packed once more.' };
        });
      },
    );

    app.post<{ Params: { id: string; production: string } }>(
      '/requests/:id/productions/:production/withdrawal',
      custodians,
      async (request, reply) => {
        const { id, production } = request.params;
        const why = formOf(request).one('reason');
        return await orSaid(request, reply, id, async (at, actor) => {
          const one = await ofRequest(at, id, production);
          if (why.trim() === '' || why.length > 1000)
            throw invalid('Say why it is withdrawn, in 1 to 1000 characters.');
          const done = await withdrawProduction(at, one, { now: now(), why }, actor);
          if (done !== 'done') throw notDone(done);
          return { text: 'It is withdrawn. Its links lead nowhere from now on.' };
        });
      },
    );
  });
}

/** The records whose own files, or whose paper, something was found in; what lies in a table of all does not tell of which it is. */
function namedIn(hits: readonly { readonly file: string }[]): Parameters<typeof recordsNamed>[2] {
  const found = (pattern: RegExp): string[] => [
    ...new Set(hits.flatMap(({ file }) => pattern.exec(file)?.[1] ?? [])),
  ];
  return {
    numbers: found(/data\/records\/(\d{1,7})\//).map(Number),
    recordIds: found(/data\/papers\/([0-9a-f-]{36})\.json$/),
  };
}

async function ofRequest(at: AgencyTx, requestId: string, id: string): Promise<string> {
  const production = await productionHere(at, id);
  if (production.requestId !== (await requestHere(at, requestId))) throw notDone('unknown');
  return production.id;
}

/** With what was asked for, and looked at, the time before: it names bytes and decisions, and is good for those alone. */
function orderOf(form: Form, before: Asked): Ordered {
  const prefix = form.one('prefix');
  if (!/^[A-Z][A-Z0-9-]{0,19}$/.test(prefix))
    throw invalid(
      'Letters before the numbers of pages: capitals, figures and hyphens, at most 20, a letter first.',
    );
  const digests = (name: string): readonly string[] =>
    form.all(name).filter((one) => /^[0-9a-f]{64}$/.test(one));
  const both = (one: readonly string[], other: readonly string[] = []) => [...new Set([...other, ...one])];
  const { pictures, items, unread } = before.seen;
  return {
    prefix,
    asked: {
      wacz: form.one('wacz') === 'yes' || before.wacz,
      seen: {
        pictures: both(digests('picture'), pictures),
        items: both(form.all('item').slice(0, 1000), items),
        unread: both(digests('unread'), unread),
      },
    },
  };
}

function daysOf(form: Form): number {
  const days = /^\d{1,3}$/.test(form.one('days')) ? Number(form.one('days')) : DAYS;
  return Math.min(90, Math.max(1, days));
}

function invalid(sentence: string): ArchiveError {
  return new ArchiveError('production-invalid', sentence, { retry: 'never' });
}
