/** The custodian's day: what came in, what nobody confirmed, what stands still. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, zoneOf } from '#agency/agency.ts';
import { PAGE_HEADERS, worklistPage } from '#console/console.ts';
import { listArrivals, listAwaited, listParked, noteArrivals, reasonOf, recordIdOf } from '#record/record.ts';
import { listOffices } from '#routing/routing.ts';
import { holdsToRelease } from '#sunshine/sunshine.ts';
import { callerOf, CUSTODIANS, READERS, REQUEST_READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import { enterSearch } from './searches.ts';

/** Shown at once, and taken note of at once. */
const SHOWN = 50;
const SHOWN_BESIDE = 10;

export function registerWorklist(routes: FastifyInstance, context: ApiContext): void {
  const { db, config } = context.system;
  const schema = { hide: true } as const;

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    said: string | null,
  ): Promise<FastifyReply> => {
    const caller = callerOf(request);
    const parts = await db.inAgency(caller.agencyId, async (at) => {
      const offices = (await listOffices(at)).filter(({ endedAt }) => endedAt === null);
      const arrivals = await listArrivals(at, SHOWN);
      const awaited = await listAwaited(at, SHOWN_BESIDE);
      await enterSearch(at, caller, {
        list: 'worklist',
        filters: [],
        continued: false,
        found: arrivals.records.length + awaited.length,
      });
      return {
        zone: await zoneOf(at),
        arrivals,
        awaited,
        parked: (await listParked(at)).slice(0, SHOWN_BESIDE).map(({ recordId, step, code, parkedAt }) => ({
          recordId,
          step,
          reason: reasonOf(code),
          parkedAt: parkedAt.toISOString(),
        })),
        toRelease: caller.roles.some((role) => REQUEST_READERS.includes(role))
          ? await holdsToRelease(at, SHOWN_BESIDE)
          : [],
        letters: {
          on: config.smtp !== null,
          offices: offices.length,
          troubled: offices
            .filter(({ failing, gaveUpAt }) => failing !== null || gaveUpAt !== null)
            .map(({ name }) => name),
        },
      };
    });
    return await reply.headers(PAGE_HEADERS).send(
      worklistPage(context.frameOf(request), {
        ...parts,
        mayNote: caller.roles.some((role) => CUSTODIANS.includes(role)),
        said,
      }),
    );
  };

  void routes.register(async (app) => {
    takeForms(app);
    app.get(
      '/worklist',
      { schema, config: { roles: READERS, page: true } },
      async (request, reply) => await show(request, reply, null),
    );
    app.post('/worklist', { schema, config: { roles: CUSTODIANS, page: true } }, async (request, reply) => {
      const form = formOf(request);
      const ids = form.all(form.one('which') === 'shown' ? 'shown' : 'marked');
      const known = [...new Set(ids)].flatMap((id) => recordIdOf(id) ?? []).slice(0, SHOWN);
      const caller = callerOf(request);
      const noted = await db.inAgency(
        caller.agencyId,
        async (at) => await noteArrivals(at, known, actorOf(caller)),
      );
      return await show(
        request,
        reply,
        known.length === 0
          ? 'Nothing was marked, so nothing was noted. Mark what you have seen, or note all that are shown.'
          : noted === 1
            ? 'One record is noted.'
            : `${noted} records are noted.`,
      );
    });
  });
}
