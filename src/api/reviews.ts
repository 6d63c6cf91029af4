/** The set of a request, by calls: what is in it, what is alike, what was decided, and deciding. A decision is a person's. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { zoneOf } from '#agency/agency.ts';
import { wallTimeIn } from '#civil.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import {
  alikeIn,
  citableOn,
  countSet,
  dated,
  decidedElsewhere,
  decideForAll,
  NEARLY,
  readAlike,
  readInSet,
  readSet,
  type LooksLike,
  type SetFilter,
  type SetRow,
} from '#production/production.ts';
import { recordIdOf } from '#record/record.ts';
import { readRequestRow, trackingShown } from '#sunshine/sunshine.ts';
import { callerOf, CUSTODIANS, REQUEST_READERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import { orderOf } from './orders.ts';
import { ReviewBody } from './review-order.ts';
import { deciderOf, noRequest, requestIdOf } from './requests.ts';
import { Anything } from './described.ts';
import { problemResponses } from './schemas.ts';
import { enterSearch } from './searches.ts';

const security = [{ key: [] }];
const closed = { additionalProperties: false } as const;

/** Of a larger set the newest are compared with each other, and the answer says so. */
export const COMPARED = 2000;
export const SET_FILTERS: readonly SetFilter[] = [
  'undecided',
  'changed',
  'release',
  'part',
  'withhold',
  'not-responsive',
];

const SetQuery = Type.Object(
  {
    answer: Type.Optional(
      Type.Enum([...SET_FILTERS], {
        description: 'Those with this answer; undecided: with none; changed: to which something came since',
      }),
    ),
    cursor: Type.Optional(
      Type.String({ maxLength: 200, description: 'The "nextCursor" of the page before' }),
    ),
    limit: Type.Optional(
      Type.String({
        pattern: '^(?:[1-9][0-9]?|1[0-9][0-9]|200)$',
        description: '1 to 200; 50 when absent',
        'x-expected': 'a whole number from 1 to 200',
      }),
    ),
  },
  closed,
);
const ReviewParams = Type.Object({
  id: Type.String({ description: 'Request id (UUID in lower case)' }),
  recordId: Type.String({ description: 'Record id (UUID in lower case)' }),
});

export const notInSet = (): ArchiveError =>
  new ArchiveError(
    'record-not-found',
    'There is no such record in the set of this request. Search for it, or name it, first.',
    { retry: 'never' },
  );

export function recordInSet(text: string): string {
  const id = recordIdOf(text);
  if (id === null) throw notInSet();
  return id;
}

export interface Listed {
  readonly row: SetRow;
  readonly alike: LooksLike;
  readonly elsewhere: readonly {
    readonly requestId: string;
    readonly number: string;
    readonly answer: string;
    readonly at: string;
  }[];
}

/** A page of the set, each record with what is like it, and with what was decided about it because of other requests. */
export async function listSet(
  at: AgencyTx,
  requestId: string,
  {
    after,
    limit,
    filter,
    only,
  }: {
    readonly after: string | null;
    readonly limit: number;
    readonly filter: SetFilter | null;
    /** This one alone. */
    readonly only?: string;
  },
): Promise<{ readonly listed: readonly Listed[]; readonly next: string | null }> {
  const rows =
    only === undefined
      ? await readSet(at, requestId, { after, limit: limit + 1, filter })
      : [await readInSet(at, requestId, only)].filter((row) => row !== null);
  const some = rows.slice(0, limit);
  const ids = some.map(({ recordId }) => recordId);
  const alike = alikeIn(await readAlike(at, requestId, COMPARED), ids);
  const elsewhere = await decidedElsewhere(at, requestId, ids);
  return {
    listed: some.map((row) => ({
      row,
      alike: alike.get(row.recordId) ?? { same: [], nearly: [] },
      elsewhere: elsewhere
        .filter(({ recordId }) => recordId === row.recordId)
        .map((one) => ({
          requestId: one.requestId,
          number: trackingShown(one.tracking),
          answer: one.answer,
          at: one.at.toISOString(),
        })),
    })),
    next: rows.length > limit ? (some.at(-1)?.recordId ?? null) : null,
  };
}

const listedShown = ({ row, alike, elsewhere }: Listed) => ({
  ...row,
  takenAt: row.takenAt.toISOString(),
  receivedAt: row.receivedAt.toISOString(),
  decidedAt: row.decidedAt?.toISOString() ?? null,
  same: alike.same,
  nearly: alike.nearly,
  elsewhere,
});

export function registerReviews(app: FastifyInstance, { system }: ApiContext): void {
  const { db, now } = system;
  const here = hereIn(db);

  app.get<{
    Params: { id: string };
    Querystring: { answer?: SetFilter; cursor?: string; limit?: string };
  }>(
    '/v1/requests/:id/records',
    {
      config: { roles: REQUEST_READERS },
      schema: {
        summary:
          'The set of a request: each record with the latest decision about it, with those that say the same or nearly, and with what was decided because of other requests',
        tags: ['requests'],
        security,
        params: Type.Object({ id: Type.String() }),
        querystring: SetQuery,
        response: { 200: Anything, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const id = requestIdOf(request.params.id);
      const { answer, cursor, limit = '50' } = request.query;
      const after =
        cursor === undefined ? null : recordIdOf(Buffer.from(cursor, 'base64url').toString('utf8'));
      if (cursor !== undefined && after === null)
        throw new ArchiveError(
          'cursor-invalid',
          'This cursor is not one of ours. Leave it out to begin at the first.',
          { retry: 'never' },
        );
      return await here(request, async (at) => {
        if ((await readRequestRow(at, id)) === null) throw noRequest();
        const { listed, next } = await listSet(at, id, {
          after,
          limit: Number(limit),
          filter: answer ?? null,
        });
        const count = await countSet(at, id);
        await enterSearch(at, callerOf(request), {
          list: 'request-records',
          filters: answer === undefined ? [] : ['answer'],
          continued: after !== null,
          found: listed.length,
        });
        return {
          id,
          count,
          compared: { records: Math.min(count.all, COMPARED), nearly: NEARLY },
          records: listed.map(listedShown),
          nextCursor: next === null ? null : Buffer.from(next).toString('base64url'),
        };
      });
    },
  );

  app.post<{ Params: { id: string; recordId: string } }>(
    '/v1/requests/:id/records/:recordId/review',
    {
      validatorCompiler: () => () => true,
      config: { roles: CUSTODIANS },
      schema: {
        summary:
          'Decide about a record of a request, as a person: release it, withhold it, part of it, or say that it does not answer. Each decision is kept; the newest counts',
        description: `What goes out with it and is easily forgotten is refused with its names until they stand in "acknowledged". Exemptions that can be cited: ${citableOn(
          now().toISOString().slice(0, 10),
        )
          .map(({ key, cite, mark }) => `${key} (${cite}; ${mark})`)
          .join(', ')}.`,
        tags: ['requests'],
        security,
        params: ReviewParams,
        body: { content: { 'application/json': { schema: ReviewBody } } },
        response: { 201: Anything, ...problemResponses(401, 403, 404, 409, 415, 422, 503) },
      },
    },
    async (request, reply) => {
      const actor = deciderOf(
        request,
        'What is released is decided by a person who signed in, not by a key. Sign in, and decide there.',
      );
      const requestId = requestIdOf(request.params.id);
      const recordId = recordInSet(request.params.recordId);
      const {
        after,
        seen,
        note = null,
        acknowledged = [],
        sameFor = [],
        ...said
      } = orderOf(
        request,
        ReviewBody,
        'review-invalid',
        'Expected {"after": the "n" that you read, "seen": {"facts": …, "files": …}, "answer": "release, withhold, part or not-responsive", "exemption": … or null, "description": … or null, "fields": … or null, "files": … or null} as application/json; /docs says with which members.',
      );
      if (note !== null && (note.trim() === '' || note.includes('\0')))
        throw new ArchiveError('review-invalid', '/note: expected a text that is not blank, or null.', {
          retry: 'never',
        });
      const kept = await here(request, async (at) => {
        const day = wallTimeIn(await zoneOf(at), now()).day;
        const review = dated(said, day);
        const first = { requestId, recordId, after, seen, review, note, acknowledged };
        const others = sameFor.map(({ acknowledged: what = null, compared = false, ...one }) => ({
          ...one,
          recordId: recordInSet(one.recordId),
          acknowledged: what,
          compared,
        }));
        return await decideForAll(at, first, others, actor);
      });
      if (kept === null) throw notInSet();
      return await reply.code(201).send({ id: requestId, recordId, ...kept, answer: said.answer });
    },
  );
}
