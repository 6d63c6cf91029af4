/** The list of requests: which there are, and when each is due. Looking at it is an entry of the history, as with every list. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { ArchiveError } from '#errors.ts';
import { recordIdOf } from '#record/record.ts';
import { listRequests, requestStanding, trackingShown } from '#sunshine/sunshine.ts';
import { callerOf, REQUEST_READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { calendarHere } from './office-calendar.ts';
import { problemResponses } from './schemas.ts';
import { enterSearch } from './searches.ts';

const limitText = Type.Optional(
  Type.String({
    pattern: '^(?:[1-9][0-9]?|1[0-9][0-9]|200)$',
    description: '1 to 200; 50 when absent',
    'x-expected': 'a whole number from 1 to 200',
  }),
);
const ListQuery = Type.Object(
  {
    state: Type.Optional(Type.Union([Type.Literal('running'), Type.Literal('closed')])),
    cursor: Type.Optional(
      Type.String({ maxLength: 200, description: 'The "nextCursor" of the page before' }),
    ),
    limit: limitText,
  },
  { additionalProperties: false },
);

export function registerRequestList(app: FastifyInstance, { system: { db, now } }: ApiContext): void {
  app.get<{ Querystring: { state?: 'running' | 'closed'; cursor?: string; limit?: string } }>(
    '/v1/requests',
    {
      config: { roles: REQUEST_READERS },
      schema: {
        summary: 'Requests, newest first, each with the day on which it is due',
        tags: ['requests'],
        security: [{ key: [] }],
        querystring: ListQuery,
        response: {
          200: Type.Object({}, { additionalProperties: true }),
          ...problemResponses(400, 401, 403, 503),
        },
      },
    },
    async (request) => {
      const { state, cursor, limit: limitSaid = '50' } = request.query;
      const limit = Number(limitSaid);
      const before =
        cursor === undefined ? null : recordIdOf(Buffer.from(cursor, 'base64url').toString('utf8'));
      if (cursor !== undefined && before === null)
        throw new ArchiveError(
          'cursor-invalid',
          'This cursor is not one of ours. Leave it out to begin at the first.',
          { retry: 'never' },
        );
      return await db.inAgency(callerOf(request).agencyId, async (at) => {
        const running = state === undefined ? null : state === 'running';
        const rows = await listRequests(at, { running, before, limit: limit + 1 });
        const some = rows.slice(0, limit);
        const { calendar } = await calendarHere(at);
        await enterSearch(at, callerOf(request), {
          list: 'requests',
          filters: state === undefined ? [] : ['state'],
          continued: before !== null,
          found: some.length,
        });
        return {
          requests: some.map((row) => {
            const { clocks } = requestStanding(row, [], calendar, now());
            return {
              id: row.id,
              tracking: trackingShown(row.tracking),
              channel: row.channel,
              requester: row.requester,
              excerpt: row.excerpt,
              excerptIsWhole: !row.is_cut,
              firstReceivedAt: row.first_received_at.toISOString(),
              receivedByCustodianAt: row.custodian_received_at?.toISOString() ?? null,
              state: row.state,
              outcome: row.outcome,
              closedAt: row.closed_at?.toISOString() ?? null,
              standing: clocks?.standing ?? null,
              dueOn: row.due_on ?? clocks?.due?.day ?? null,
              alarmOn: clocks?.alarm?.day ?? null,
            };
          }),
          nextCursor: rows.length > limit ? Buffer.from(some.at(-1)?.id ?? '').toString('base64url') : null,
        };
      });
    },
  );
}
