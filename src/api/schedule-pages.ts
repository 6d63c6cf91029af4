/** Schedules as pages: the same as the calls of `schedules.ts`, by the same functions. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '#agency/agency.ts';
import { editionComparisonPage, editionPage, schedulesPage } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import {
  fileEdition,
  listEditions,
  missouriStarter,
  readEdition,
  type LineProblem,
} from '#retention/retention.ts';
import { peopleOf, sendPage } from './administration.ts';
import { callerOf, CONFIRMERS, READERS, refuseSomebodyElse, RETENTION_OFFICERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import {
  compareHere,
  confirmHere,
  editionTaken,
  noEdition,
  personOf,
  readFiled,
  succeedHere,
  withdrawHere,
} from './edition-verbs.ts';

/** As large as a file that is filed may be. */
const FILE_BYTES = 6 * 1024 ** 2;
const NOTHING_TYPED = { format: 'csv', edition: '', title: '', source: '', text: '' };
type Parts = Parameters<typeof schedulesPage>[1];

export function registerSchedulePages(routes: FastifyInstance, context: ApiContext): void {
  const { db } = context.system;
  const readers = { schema: { hide: true }, config: { roles: READERS, page: true } } as const;
  const officers = { schema: { hide: true }, config: { roles: RETENTION_OFFICERS, page: true } } as const;
  const maySet = (request: FastifyRequest): boolean =>
    callerOf(request).roles.some((role) => RETENTION_OFFICERS.includes(role));

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    more: Partial<Pick<Parts, 'typed' | 'problems' | 'said'>> = {},
  ): Promise<FastifyReply> => {
    const { editions, zone } = await db.inAgency(callerOf(request).agencyId, async (at) => ({
      editions: await listEditions(at),
      zone: (await peopleOf(at)).zone,
    }));
    const readings: Record<string, number> = {};
    for (const { reading } of missouriStarter.series) readings[reading] = (readings[reading] ?? 0) + 1;
    const { edition, title, source } = missouriStarter;
    const page = schedulesPage(context.frameOf(request), {
      zone,
      editions,
      starter: editions.some((one) => one.edition === edition) ? null : { edition, title, source, readings },
      maySet: maySet(request),
      typed: NOTHING_TYPED,
      problems: [],
      said: null,
      ...more,
    });
    return await sendPage(reply, page, more.said?.kind === 'error');
  };
  const showOne = async (
    request: FastifyRequest<{ Params: { edition: string } }>,
    reply: FastifyReply,
    said: Parameters<typeof editionPage>[1]['said'] = null,
  ): Promise<FastifyReply> => {
    const caller = callerOf(request);
    const parts = await db.inAgency(caller.agencyId, async (at) => {
      const edition = await readEdition(at, request.params.edition);
      if (edition === null) throw noEdition();
      const { nameOf, doerOf, zone } = await peopleOf(at);
      return {
        zone,
        edition,
        addedBy: doerOf(edition.addedBy),
        confirmations: edition.confirmations.map(({ personId, at: when, digest, note }) => ({
          name: nameOf(`person:${personId}`),
          at: when,
          holds: digest === edition.digest,
          note,
        })),
        others: (await listEditions(at)).map((one) => one.edition).filter((one) => one !== edition.edition),
        hasConfirmed: edition.confirmations.some(
          ({ personId, digest }) => personId === caller.id && digest === edition.digest,
        ),
        withdrawnBy: edition.withdrawn === null ? null : doerOf(edition.withdrawn.by),
      };
    });
    const mayConfirm = caller.kind === 'person' && caller.roles.some((role) => CONFIRMERS.includes(role));
    return await sendPage(
      reply,
      editionPage(context.frameOf(request), { ...parts, mayConfirm, said }),
      said?.kind === 'error',
    );
  };

  void routes.register(async (app) => {
    takeForms(app, FILE_BYTES);

    app.get('/schedules', readers, async (request, reply) => await show(request, reply));
    app.post('/schedules', officers, async (request, reply) => {
      const form = formOf(request);
      const typed = {
        format: form.one('format'),
        edition: form.one('edition').trim(),
        title: form.one('title').trim(),
        source: form.one('source').replaceAll('\r\n', '\n').trim(),
        text: form.one('text').replaceAll('\r\n', '\n'),
      };
      const { edition, title, source } = typed;
      const read = readFiled(typed.format, typed.text, { edition, title, source });
      const refused = (text: string, problems: readonly LineProblem[] = []): Promise<FastifyReply> =>
        show(request, reply, { typed, problems, said: { kind: 'error', text } });
      if (read.problems !== undefined)
        return await refused('Nothing was filed: see below what is wrong, with its line.', read.problems);
      const caller = callerOf(request);
      const filed = await db.inAgency(
        caller.agencyId,
        async (at) => await fileEdition(at, read.edition, actorOf(caller)),
      );
      if (!filed) return await refused(editionTaken().message);
      return await reply.redirect(`/schedules/${read.edition.edition}`, 303);
    });
    app.post('/schedules/starter', officers, async (request, reply) => {
      const caller = callerOf(request);
      await db.inAgency(
        caller.agencyId,
        async (at) => await fileEdition(at, missouriStarter, actorOf(caller)),
      );
      return await reply.redirect(`/schedules/${missouriStarter.edition}`, 303);
    });
    app.get<{ Params: { edition: string } }>(
      '/schedules/:edition',
      readers,
      async (request, reply) => await showOne(request, reply),
    );
    app.post<{ Params: { edition: string } }>(
      '/schedules/:edition/confirmations',
      { schema: { hide: true }, config: { roles: CONFIRMERS, page: true } },
      async (request, reply) => {
        const form = formOf(request);
        refuseSomebodyElse(request, form.one('as'));
        const personId = personOf(request, 'confirm');
        const note = form.one('note').replaceAll('\r\n', '\n').trim();
        const { edition } = request.params;
        try {
          await db.inAgency(
            callerOf(request).agencyId,
            async (at) =>
              await confirmHere(at, {
                edition,
                personId,
                digest: form.one('digest'),
                note: note === '' ? null : note.slice(0, 1000),
              }),
          );
        } catch (error) {
          const isSaid =
            error instanceof ArchiveError &&
            ['edition-changed', 'edition-confirmed-already', 'edition-ended'].includes(error.code);
          if (!isSaid) throw error;
          return await showOne(request, reply, { kind: 'error', text: error.message });
        }
        return await showOne(request, reply, { kind: 'success', text: 'Your confirmation is on file.' });
      },
    );
    app.post<{ Params: { edition: string } }>(
      '/schedules/:edition/withdrawal',
      { schema: { hide: true }, config: { roles: CONFIRMERS, page: true } },
      async (request, reply) => {
        const form = formOf(request);
        refuseSomebodyElse(request, form.one('as'));
        const personId = personOf(request, 'withdraw');
        const reason = form.one('reason').replaceAll('\r\n', '\n').trim();
        if (reason === '' || reason.length > 2000)
          return await showOne(request, reply, {
            kind: 'error',
            text: 'Say what is wrong with it, in 2,000 characters at most. Nothing was changed.',
          });
        const { edition } = request.params;
        await db.inAgency(
          callerOf(request).agencyId,
          async (at) => await withdrawHere(at, { edition, personId, reason }),
        );
        return await showOne(request, reply, {
          kind: 'success',
          text: 'It is withdrawn. Nothing is destroyed under it any more.',
        });
      },
    );
    app.get<{ Params: { edition: string }; Querystring: Record<string, unknown> }>(
      '/schedules/:edition/comparison',
      readers,
      async (request, reply) => {
        const { from } = request.query;
        const compared = await db.inAgency(
          callerOf(request).agencyId,
          async (at) => await compareHere(at, typeof from === 'string' ? from : '', request.params.edition),
        );
        if (compared === null) throw noEdition();
        const page = editionComparisonPage(context.frameOf(request), {
          ...compared,
          maySet: maySet(request),
        });
        return await sendPage(reply, page);
      },
    );
    app.post<{ Params: { edition: string } }>(
      '/schedules/:edition/succession',
      officers,
      async (request, reply) => {
        const form = formOf(request);
        refuseSomebodyElse(request, form.one('as'));
        personOf(request, 'succeed');
        const caller = callerOf(request);
        const to = request.params.edition;
        const [from, digest] = [form.one('from'), form.one('digest')];
        await db.inAgency(
          caller.agencyId,
          async (at) => await succeedHere(at, { from, to, digest }, actorOf(caller)),
        );
        return await showOne(request, reply, {
          kind: 'success',
          text: 'It took the place of the older edition. What had its codes moved; see how many records are under it now.',
        });
      },
    );
  });
}
