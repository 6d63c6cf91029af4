/** Holds by calls: what there is, what lies under one, placing and releasing. The same verbs as the pages (`hold-pages.ts`). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { actorOf } from '#agency/agency.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { readRecordRow, recordIdOf } from '#record/record.ts';
import {
  heldBy,
  HOLD_KINDS,
  listHolds,
  mirrored,
  placeHold,
  readHold,
  releaseHold,
  type HoldRow,
} from '#retention/retention.ts';
import { callerOf, HOLD_READERS, HOLDERS, OPERATORS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { HoldBody, HoldWords, orderFor, orderOf, reasonOfRelease, ReleaseBody } from './hold-order.ts';
import { problemResponses } from './schemas.ts';

const security = [{ key: [] }];
const Anything = Type.Object({}, { additionalProperties: true });
const raw = { validatorCompiler: () => () => true } as const;
const Paged = {
  cursor: Type.Optional(Type.String({ maxLength: 200, description: 'The "nextCursor" of the page before' })),
  limit: Type.Optional(
    Type.String({
      pattern: '^(?:[1-9][0-9]?|1[0-9][0-9]|200)$',
      description: '1 to 200; 50 when absent',
      'x-expected': 'a whole number from 1 to 200',
    }),
  ),
};
const closed = { additionalProperties: false } as const;
const HoldParams = Type.Object({ id: Type.String({ description: 'Hold id (UUID in lower case)' }) });

export const noHold = (): ArchiveError =>
  new ArchiveError('hold-not-found', 'There is no such hold in this agency.', { retry: 'never' });

export function holdIdOf(id: string): string {
  const known = recordIdOf(id);
  if (known === null) throw noHold();
  return known;
}

/** By a person: what would let a record go must not come down to a key that lies about. */
export function releaserOf(request: FastifyRequest): string {
  const { kind, id } = callerOf(request);
  if (kind === 'key')
    throw new ArchiveError(
      'role-not-allowed',
      'A hold is released by a person who signed in, not by a key. Sign in, and release it on its page.',
      { retry: 'never' },
    );
  return id;
}

export async function release(at: AgencyTx, holdId: string, personId: string, reason: string): Promise<void> {
  const done = await releaseHold(at, holdId, { personId, reason });
  if (done === 'unknown') throw noHold();
  if (done === 'released-before')
    throw new ArchiveError(
      'hold-released',
      'This hold was released before, and stays so. Place another one if the records must be kept.',
      { retry: 'never' },
    );
}

const shown = ({ id, kind, search, placedAt, releasedAt, ...hold }: HoldRow) => {
  const { citation, reading, title } = HOLD_KINDS.find((one) => one.kind === kind) ?? {
    citation: null,
    reading: 'none',
    title: kind,
  };
  return {
    holdId: id,
    kind,
    kindTitle: title,
    // Of law only what was read is law: the mark goes wherever the citation goes.
    law: citation === null ? null : { citation, reading },
    ...hold,
    search: search === null ? null : { ...(search.q === null ? {} : { q: search.q }), ...search.filters },
    placedAt: placedAt.toISOString(),
    releasedAt: releasedAt?.toISOString() ?? null,
  };
};

const cursorOf = (text: string | undefined): string | null => {
  if (text === undefined) return null;
  const id = recordIdOf(Buffer.from(text, 'base64url').toString('utf8'));
  if (id !== null) return id;
  throw new ArchiveError(
    'cursor-invalid',
    'This cursor is not one of ours. Leave it out to begin at the first.',
    {
      retry: 'never',
    },
  );
};

/** One row more was asked for than is shown. */
function paged<T>(rows: readonly T[], limit: number, idOf: (row: T) => string) {
  const some = rows.slice(0, limit);
  const last = some.at(-1);
  return {
    some,
    nextCursor:
      rows.length > limit && last !== undefined ? Buffer.from(idOf(last)).toString('base64url') : null,
  };
}

export function registerHolds(app: FastifyInstance, { system }: ApiContext): void {
  const { db } = system;
  type Query = { readonly state?: 'open' | 'released'; readonly cursor?: string; readonly limit?: string };

  app.get<{ Querystring: Query }>(
    '/v1/holds',
    {
      config: { roles: HOLD_READERS },
      schema: {
        summary: 'Holds, newest first',
        tags: ['holds'],
        security,
        querystring: Type.Object(
          { state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('released')])), ...Paged },
          closed,
        ),
        response: { 200: Anything, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { state, cursor, limit = '50' } = request.query;
      const rows = await db.inAgency(
        callerOf(request).agencyId,
        async (at) =>
          await listHolds(at, {
            open: state === undefined ? null : state === 'open',
            before: cursorOf(cursor),
            limit: Number(limit) + 1,
          }),
      );
      const { some, nextCursor } = paged(rows, Number(limit), ({ id }) => id);
      return { holds: some.map(shown), nextCursor };
    },
  );

  app.get<{ Params: { id: string }; Querystring: Query }>(
    '/v1/holds/:id',
    {
      config: { roles: HOLD_READERS },
      schema: {
        summary: 'A hold, with the ids of its records by pages, and how far the store was told of it',
        tags: ['holds'],
        security,
        params: HoldParams,
        querystring: Type.Object(Paged, closed),
        response: { 200: Anything, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const holdId = holdIdOf(request.params.id);
      const { cursor, limit = '50' } = request.query;
      return await db.inAgency(callerOf(request).agencyId, async (at) => {
        const hold = await readHold(at, holdId);
        if (hold === null) throw noHold();
        const rows = await heldBy(at, holdId, { after: cursorOf(cursor), limit: Number(limit) + 1 });
        const { some, nextCursor } = paged(rows, Number(limit), ({ recordId }) => recordId);
        return {
          ...shown(hold),
          store: await mirrored(at, { holdId }),
          held: some.map(({ recordId, heldAt }) => ({ recordId, heldAt: heldAt.toISOString() })),
          nextCursor,
        };
      });
    },
  );

  const placed = { 201: Anything, ...problemResponses(400, 401, 403, 404, 409, 415, 422, 503) };
  app.post(
    '/v1/holds',
    {
      ...raw,
      config: { roles: HOLDERS },
      schema: {
        summary:
          'Place a hold: on records, or on what a search finds at this moment; standing, also on what it finds later',
        tags: ['holds'],
        security,
        body: { content: { 'application/json': { schema: HoldBody } } },
        response: placed,
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const order = orderOf(request.body);
      const done = await db.inAgency(
        caller.agencyId,
        async (at) => await placeHold(at, order, actorOf(caller)),
      );
      return await reply.code(201).send(done);
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/records/:id/holds',
    {
      ...raw,
      config: { roles: HOLDERS },
      schema: {
        summary: 'Place a hold on this record',
        tags: ['holds'],
        security,
        params: Type.Object({ id: Type.String() }),
        body: { content: { 'application/json': { schema: HoldWords } } },
        response: placed,
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const recordId = recordIdOf(request.params.id);
      const done = await db.inAgency(caller.agencyId, async (at) => {
        if (recordId === null || (await readRecordRow(at, recordId)) === null)
          throw new ArchiveError('record-not-found', 'There is no such record in this agency.', {
            retry: 'never',
          });
        return await placeHold(at, orderFor(request.body, recordId), actorOf(caller));
      });
      return await reply.code(201).send(done);
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/holds/:id/release',
    {
      ...raw,
      config: { roles: OPERATORS },
      schema: {
        summary:
          'Release a hold, with a reason: a custodian or administrator who signed in, and has no part in the disposal',
        tags: ['holds'],
        security,
        params: HoldParams,
        body: { content: { 'application/json': { schema: ReleaseBody } } },
        response: { 200: Anything, ...problemResponses(400, 401, 403, 404, 409, 415, 422, 503) },
      },
    },
    async (request) => {
      const personId = releaserOf(request);
      const holdId = holdIdOf(request.params.id);
      const reason = reasonOfRelease(request.body);
      return await db.inAgency(callerOf(request).agencyId, async (at) => {
        await release(at, holdId, personId, reason);
        const hold = await readHold(at, holdId);
        if (hold === null) throw noHold();
        return shown(hold);
      });
    },
  );
}
