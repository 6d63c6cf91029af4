/** The list of requests: which there are, and when each is due. Looking at it is an entry of the history, as with every list. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Caller } from '#agency/agency.ts';
import type { AgencyTx, RequestState } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { recordIdOf } from '#record/record.ts';
import {
  listRequests,
  readOnFileOf,
  requestStanding,
  trackingShown,
  trackingTyped,
  type AgencyCalendar,
  type ListedAfter,
  type ListedRow,
  type ListedState,
  type RequestStanding,
} from '#sunshine/sunshine.ts';
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
const STATES = [
  'running',
  'statement',
  'received',
  'open',
  'clarification',
  'fee-waiting',
  'delayed',
  'closed',
] as const satisfies readonly ListedState[];
const ListQuery = Type.Object(
  {
    state: Type.Optional(
      Type.Union(
        STATES.map((state) => Type.Literal(state)),
        {
          description:
            'running: whatever is not over; statement: a statement of the grounds is owed (610.023.4), which a closed request may be',
        },
      ),
    ),
    q: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: '^[^\\u0000]+$',
        'x-expected': 'a text without the character NUL',
        description: 'A tracking number, or words of what was asked or of the name of who asked',
      }),
    ),
    cursor: Type.Optional(
      Type.String({ maxLength: 200, description: 'The "nextCursor" of the page before' }),
    ),
    limit: limitText,
  },
  { additionalProperties: false },
);

export function isListedState(text: string): text is (typeof STATES)[number] {
  return STATES.some((one) => one === text);
}

/** Null: this is none of ours. */
function afterOf(cursor: string): ListedAfter | null {
  const [, place = '', key = '', id = ''] =
    /^([0-2]) (-?\d{1,17}) (.+)$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  const known = recordIdOf(id);
  return known === null ? null : { place: Number(place), key, id: known };
}
const cursorOf = ({ place, key, id }: ListedAfter): string =>
  Buffer.from(`${place} ${key} ${id}`).toString('base64url');

export interface RequestSearch {
  readonly state: ListedState | null;
  readonly q: string | null;
  readonly cursor: string | null;
  readonly limit: number;
}

export interface ListedRequest {
  readonly row: ListedRow;
  readonly standing: RequestStanding;
}

/** A page of the list, entered as a search: by calls and on the page. */
export async function requestsHere(
  at: AgencyTx,
  caller: Caller,
  { state, q, cursor, limit }: RequestSearch,
  now: Date,
): Promise<{
  readonly calendar: AgencyCalendar;
  readonly requests: readonly ListedRequest[];
  readonly nextCursor: string | null;
}> {
  const after = cursor === null ? null : afterOf(cursor);
  if (cursor !== null && after === null)
    throw new ArchiveError(
      'cursor-invalid',
      'This cursor is not one of ours. Leave it out to begin at the first.',
      { retry: 'never' },
    );
  const tracking = q === null ? null : trackingTyped(q.replaceAll(/\s/g, ''));
  const rows = await listRequests(at, {
    state,
    tracking,
    words: tracking === null ? q : null,
    after,
    limit: limit + 1,
  });
  const some = rows.slice(0, limit);
  const { calendar } = await calendarHere(at);
  const onFile = await readOnFileOf(
    at,
    some.map(({ id }) => id),
  );
  await enterSearch(at, caller, {
    list: 'requests',
    filters: [
      ...(state === null ? [] : ['state']),
      ...(q === null ? [] : [tracking === null ? 'words' : 'tracking']),
    ],
    continued: after !== null,
    found: some.length,
  });
  const last = some.at(-1);
  return {
    calendar,
    requests: some.flatMap((row) => {
      const said = onFile.get(row.id);
      return said === undefined ? [] : [{ row, standing: requestStanding(row, said, calendar, now) }];
    }),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

export function registerRequestList(app: FastifyInstance, { system: { db, now } }: ApiContext): void {
  app.get<{
    Querystring: {
      state?: RequestState | 'running' | 'statement';
      q?: string;
      cursor?: string;
      limit?: string;
    };
  }>(
    '/v1/requests',
    {
      config: { roles: REQUEST_READERS },
      schema: {
        summary:
          'Requests: those that are to be acted on, the day that is due first; then what a delay letter explained or what was answered and is not closed; then what is over, newest first',
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
      const { state = null, q = null, cursor = null, limit = '50' } = request.query;
      return await db.inAgency(callerOf(request).agencyId, async (at) => {
        const search = { state, q, cursor, limit: Number(limit) };
        const found = await requestsHere(at, callerOf(request), search, now());
        return {
          requests: found.requests.map(({ row, standing: { clocks, acted, rest, statement } }) => ({
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
            // Whoever explained the delay, or answered, has acted on it: the day is no more what counts.
            standing: acted?.standing ?? clocks?.standing ?? null,
            dueOn: row.due_on ?? clocks?.due?.day ?? null,
            promisedOn: acted?.promised?.day ?? null,
            answeredOn: acted?.answered?.on ?? null,
            answeredInPart: rest.length > 0,
            alarmOn: clocks?.alarm?.day ?? null,
            statementDueOn: statement?.day ?? null,
            statementStanding: statement?.standing ?? null,
          })),
          nextCursor: found.nextCursor,
        };
      });
    },
  );
}
