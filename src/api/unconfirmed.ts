/** The moderator's reminder: what they handed in and nobody has said the end of, with the two answers right there. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { actorOf, zoneOf } from '#agency/agency.ts';
import { PAGE_HEADERS, unconfirmedPage } from '#console/console.ts';
import { listAnswered, listUnconfirmed, readReceipt, receiptCode, recordIdOf } from '#record/record.ts';
import { callerOf, refuseSomebodyElse, REPORTERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import { acceptSent, existing } from './reports.ts';
import { refuseNeverAwaited, refuseNotAwaited } from './statements.ts';

/** Of each group. */
const SHOWN = 25;
/** Each with its receipt, which is read anew: what is not safe to remove must not hide what is. */
const LOOKED_AT = 200;
/** What was answered stays in its place for so many presses. */
const ANSWERED = 25;

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
        const { said, of } = request.query;
        const ids = idsIn([of].flat());
        const parts = await db.inAgency(caller.agencyId, async (at) => {
          const actor = actorOf(caller);
          const { records, count } = await listUnconfirmed(at, actor, LOOKED_AT);
          const seen = [];
          for (const record of records) {
            const receipt = await readReceipt(at, record.recordId, config.mode, now());
            if (receipt !== null)
              seen.push({ ...record, safeToRemove: receipt.safeToRemove, missing: receipt.missing });
          }
          const safe = seen.filter(({ safeToRemove }) => safeToRemove);
          const others = seen.filter(({ safeToRemove }) => !safeToRemove);
          return {
            zone: await zoneOf(at),
            count,
            notLookedAt: count - seen.length,
            safe: { records: safe.slice(0, SHOWN), more: Math.max(0, safe.length - SHOWN) },
            others: { records: others.slice(0, SHOWN), more: Math.max(0, others.length - SHOWN) },
            answered: await listAnswered(at, actor, ids),
          };
        });
        // An address can say anything: what is called on record is what the record says.
        const last = parts.answered.find(({ recordId }) => recordId === ids[0]);
        const isTrue = last?.removal === (said === 'removed' ? 'confirmed' : said === 'kept' ? 'none' : null);
        return await reply.headers(PAGE_HEADERS).send(
          unconfirmedPage(context.frameOf(request), {
            ...parts,
            now: now(),
            last: last !== undefined && isTrue ? { ...last, code: receiptCode(last.recordId) } : null,
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
      const answered = idsIn([record.recordId, ...typed.one('answered').split(' ')]);
      return await reply.redirect(
        `/unconfirmed?said=${said}&${answered.map((id) => `of=${id}`).join('&')}`,
        303,
      );
    });
  });
}

/** The last one first, each once. */
function idsIn(values: readonly unknown[]): string[] {
  const ids = values.flatMap((value) => recordIdOf(typeof value === 'string' ? value : '') ?? []);
  return [...new Set(ids)].slice(0, ANSWERED);
}
