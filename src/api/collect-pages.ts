/** Looking for what a request asks for, as a page. The same verbs as the calls (`collect.ts`); works without scripts. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, civilDay, zoneOf } from '#agency/agency.ts';
import { wallTimeIn } from '#civil.ts';
import { collectPage, html } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { countSet } from '#production/production.ts';
import { HOLD_RECORDS_MAX } from '#retention/retention.ts';
import {
  enterView,
  holdsOfRequest,
  keepUntil,
  listSearches,
  readRequestRow,
  trackingShown,
  type CollectedSearch,
} from '#sunshine/sunshine.ts';
import { linesOf, peopleOf, sendPage } from './administration.ts';
import { callerOf, CUSTODIANS, refuseSomebodyElse, REQUEST_READERS } from './auth.ts';
import { nameFor, proposalFor, requestHoldShown, searchFor, searchShown } from './collect.ts';
import { keptChecked, searchable } from './collect-orders.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms, type Form } from './forms.ts';
import { betweenDays } from './record-pages.ts';
import { deciderOf, noRequest, requestIdOf } from './requests.ts';

const FIELDS = ['q', 'platform', 'account', 'removal', 'ground', 'from', 'to'] as const;
type Parts = Parameters<typeof collectPage>[1];
type Shown = Partial<Pick<Parts, 'error' | 'typed' | 'named' | 'kept'>>;

/** What is wrong with what was typed, rather than with the archive. */
const MENDABLE = ['sunshine-request-invalid', 'record-not-found', 'record-disposing', 'query-invalid'];

export function registerCollectPages(routes: FastifyInstance, context: ApiContext): void {
  const { system } = context;
  const { db } = system;
  const forReaders = { schema: { hide: true }, config: { roles: REQUEST_READERS, page: true } } as const;
  const forCustodians = { schema: { hide: true }, config: { roles: CUSTODIANS, page: true } } as const;

  const show = async (
    request: FastifyRequest<{ Params: { id: string } }>,
    reply: FastifyReply,
    { error = null, typed, named = '', kept }: Shown = {},
  ): Promise<FastifyReply> => {
    const id = requestIdOf(request.params.id);
    const caller = callerOf(request);
    const { done } = request.query as Record<string, unknown>;
    const { grounds } = await system.referenceOf(caller.agencyId);
    const parts = await db.inAgency(caller.agencyId, async (at): Promise<Parts> => {
      const row = await readRequestRow(at, id);
      if (row === null) throw noRequest();
      await enterView(at, id, actorOf(caller));
      const { zone, doerOf } = await peopleOf(at);
      const searches = (await listSearches(at, id)).map(searchShown);
      const offered = typed === undefined && searches.length === 0 ? await proposalFor(at, row.words) : null;
      const newest = searches.at(-1);
      return {
        request: { id, number: trackingShown(row.tracking), isClosed: row.state === 'closed' },
        zone,
        words: row.words,
        typed:
          typed ??
          (offered === null
            ? {}
            : { q: offered.q, platform: offered.platform, account: offered.account, from: offered.from }),
        why: offered?.why ?? [],
        grounds: grounds.map((ground) => ({
          reference: `${ground.policyId}#${ground.clauseId}`,
          label: `${ground.label} (${ground.citation})`,
        })),
        error,
        said:
          done === 'search' && newest !== undefined
            ? newest.found === 1
              ? html`1 record was found and is held.`
              : html`${newest.found} records were found and are held.`
            : done === 'named'
              ? html`They are held, and in the set.`
              : done === 'kept'
                ? html`It is on file until when they are kept.`
                : null,
        searches: searches.toReversed().map((one) => ({ ...one, by: doerOf(one.by) })),
        holds: (await holdsOfRequest(at, id)).map(requestHoldShown),
        mayCollect: caller.kind === 'person' && caller.roles.some((role) => CUSTODIANS.includes(role)),
        count: await countSet(at, id),
        named,
        kept: kept ?? { until: '', reason: '' },
      };
    });
    return await sendPage(reply, collectPage(context.frameOf(request), parts), error !== null);
  };

  void routes.register(async (app) => {
    takeForms(app);

    app.get<{ Params: { id: string } }>(
      '/requests/:id/collect',
      forReaders,
      async (request, reply) => await show(request, reply),
    );

    /** A form of this page: done, and the page anew; or the page with what was typed. */
    const take = async (
      request: FastifyRequest<{ Params: { id: string } }>,
      reply: FastifyReply,
      typed: (form: Form) => Shown,
      done: string,
      work: (at: AgencyTx, id: string, form: Form) => Promise<unknown>,
    ): Promise<FastifyReply> => {
      const form = formOf(request);
      refuseSomebodyElse(request, form.one('as'));
      const id = requestIdOf(request.params.id);
      try {
        await db.inAgency(callerOf(request).agencyId, async (at) => await work(at, id, form));
      } catch (failure) {
        if (!(failure instanceof ArchiveError) || !MENDABLE.includes(failure.code)) throw failure;
        return await show(request, reply, { ...typed(form), error: failure.message });
      }
      return await reply.redirect(`/requests/${id}/collect?done=${done}`, 303);
    };

    app.post<{ Params: { id: string } }>(
      '/requests/:id/collect',
      forCustodians,
      async (request, reply) =>
        await take(
          request,
          reply,
          (form) => ({ typed: typedOf(form) }),
          'search',
          async (at, id, form) =>
            await searchFor(at, id, await searchIn(at, typedOf(form)), actorOf(callerOf(request))),
        ),
    );

    app.post<{ Params: { id: string } }>(
      '/requests/:id/collect/records',
      forCustodians,
      async (request, reply) =>
        await take(
          request,
          reply,
          (form) => ({ named: linesOf(form.one('records')) }),
          'named',
          async (at, id, form) =>
            await nameFor(at, id, idsIn(linesOf(form.one('records'))), actorOf(callerOf(request))),
        ),
    );

    app.post<{ Params: { id: string } }>(
      '/requests/:id/collect/kept-until',
      forCustodians,
      async (request, reply) =>
        await take(
          request,
          reply,
          (form) => ({ kept: { until: form.one('until'), reason: linesOf(form.one('reason')) } }),
          'kept',
          async (at, id, form) => {
            const said = { until: form.one('until'), reason: linesOf(form.one('reason')) };
            const today = wallTimeIn(await zoneOf(at), system.now()).day;
            if (!(await keepUntil(at, id, keptChecked(said, today), deciderOf(request)))) throw noRequest();
          },
        ),
    );
  });
}

/** As calls take them. */
const MOST_TYPED = 500;

const typedOf = (form: Form): Record<string, string> =>
  Object.fromEntries(
    FIELDS.flatMap((name) => {
      const value = form.one(name).trim();
      return value === '' ? [] : [[name, value] as const];
    }),
  );

async function searchIn(at: AgencyTx, typed: Readonly<Record<string, string>>): Promise<CollectedSearch> {
  const { q, from = '', to = '', ...filters } = typed;
  // What is looked for is certified: a search that is cut would be another one than somebody typed.
  if (Object.values(typed).some((one) => one.length > MOST_TYPED))
    throw new ArchiveError(
      'sunshine-request-invalid',
      'This is too long for a search: at most 500 characters in each field. Make several searches of it.',
      { retry: 'never' },
    );
  const wrong = [from, to].find((day): boolean => day !== '' && !civilDay(day));
  if (wrong !== undefined)
    throw new ArchiveError('sunshine-request-invalid', 'Expected a day such as 2026-11-21.', {
      retry: 'never',
    });
  return searchable({
    q: q ?? null,
    filters: { ...filters, ...(await betweenDays(at, await zoneOf(at), from, to)) },
  });
}

/** One on each line: an id, or an address that ends in one. */
function idsIn(text: string): string[] {
  const said = text
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const ids = said.flatMap(
    (one) => /(?:^|\/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?$/.exec(one.toLowerCase())?.[1] ?? [],
  );
  if (ids.length === 0 || ids.length < said.length || ids.length > HOLD_RECORDS_MAX)
    throw new ArchiveError(
      'sunshine-request-invalid',
      `Expected the address or the id of a record on each line, 1 to ${HOLD_RECORDS_MAX} of them; for more, search.`,
      { retry: 'never' },
    );
  return ids;
}
