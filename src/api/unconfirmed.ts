/** The moderator's reminder: what they handed in and nobody has said the end of, with the two answers right there. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { actorOf, zoneOf } from '#agency/agency.ts';
import { PAGE_HEADERS, unconfirmedPage } from '#console/console.ts';
import { listUnconfirmed, readReceipt, recordIdOf } from '#record/record.ts';
import { callerOf, refuseSomebodyElse, REPORTERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import { acceptSent, existing } from './reports.ts';
import { refuseNeverAwaited, refuseNotAwaited } from './statements.ts';

/** Each with its receipt, which is read anew. */
const SHOWN = 25;

/** For the form to hand in: how many there are, without looking at any of them. */
export async function countUnconfirmed({ system }: ApiContext, { person }: FastifyRequest): Promise<number> {
  if (person === null) return 0;
  const { caller } = person;
  const { count } = await system.db.inAgency(
    caller.agencyId,
    async (at) => await listUnconfirmed(at, actorOf(caller), 0),
  );
  return count;
}

export function registerUnconfirmed(routes: FastifyInstance, context: ApiContext): void {
  const { db, config, now } = context.system;
  const forReporters = { schema: { hide: true }, config: { roles: REPORTERS, page: true } } as const;

  void routes.register(async (app) => {
    takeForms(app);
    app.get<{ Querystring: Record<string, unknown> }>(
      '/unconfirmed',
      forReporters,
      async (request, reply) => {
        const caller = callerOf(request);
        const parts = await db.inAgency(caller.agencyId, async (at) => {
          const { records, count } = await listUnconfirmed(at, actorOf(caller), SHOWN);
          const seen = [];
          for (const record of records) {
            const receipt = await readReceipt(at, record.recordId, config.mode, now());
            if (receipt !== null)
              seen.push({ ...record, safeToRemove: receipt.safeToRemove, missing: receipt.missing });
          }
          return { zone: await zoneOf(at), records: seen, count };
        });
        const { said, of } = request.query;
        const recordId = recordIdOf(typeof of === 'string' ? of : '');
        return await reply.headers(PAGE_HEADERS).send(
          unconfirmedPage(context.frameOf(request), {
            ...parts,
            now: now(),
            said:
              recordId !== null && (said === 'removed' || said === 'kept') ? { what: said, recordId } : null,
          }),
        );
      },
    );

    app.post<{ Params: { id: string } }>('/unconfirmed/:id', forReporters, async (request, reply) => {
      const typed = formOf(request);
      refuseSomebodyElse(request, typed.one('as'));
      const record = await existing(context, request, request.params.id);
      const form = typed.one('what') === 'kept' ? 'kept' : 'removal';
      if (form === 'kept') refuseNeverAwaited(record);
      else refuseNotAwaited(record);
      await acceptSent(context, request, record, {
        form,
        event: new Uint8Array(),
        files: [],
        channel: 'web-form',
        idempotencyKey: null,
      });
      const said = form === 'kept' ? 'kept' : 'removed';
      return await reply.redirect(`/unconfirmed?said=${said}&of=${record.recordId}`, 303);
    });
  });
}
