/**
 * Reading back: search, one record, its live status, its bytes; its receipt is in `receipts.ts`. Every view of a whole record, or of a file, is in
 * the history first; lists show an excerpt and the author, and are not.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { actorOf } from '#agency/agency.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { howShown } from '#intake/intake.ts';
import {
  appendEvent,
  listParked,
  readHistory,
  readRecord,
  readRecordRow,
  reasonOf,
  recordIdOf,
  runAgain,
  searchRecords,
  typeFromClaim,
} from '#record/record.ts';
import { STEPS } from '#queue/queue.ts';
import { readRetention } from '#retention/retention.ts';
import { callerOf, EVERYONE, isStillKnown, OPERATORS, READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { openChecked, whileItStands } from './handing-over.ts';
import { enterLook, giveLook, sendThere } from './looks.ts';
import { answers, ListQuery, problemResponses, RecordParams, RecordQuery } from './schemas.ts';
import { enterSearch } from './searches.ts';
import { holdsShown } from './holds-shown.ts';
import { streamReceipts } from './streams.ts';

const security = [{ key: [] }];
const notFound = (): ArchiveError =>
  new ArchiveError('record-not-found', 'There is no such record in this agency.', { retry: 'never' });
const Anything = Type.Object({}, { additionalProperties: true });

export function registerRecords(app: FastifyInstance, context: ApiContext): void {
  const { system } = context;
  const inAgency = async <T>(request: FastifyRequest, work: (at: AgencyTx) => Promise<T>): Promise<T> =>
    await system.db.inAgency(callerOf(request).agencyId, work);

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/v1/records',
    {
      config: { roles: READERS },
      schema: {
        summary: 'Search records',
        tags: ['records'],
        security,
        querystring: ListQuery,
        response: { 200: Anything, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { q, cursor, limit, from, to, ...words } = request.query;
      const filters = {
        ...words,
        ...(from === undefined ? {} : { from: instant('from', from) }),
        ...(to === undefined ? {} : { to: instant('to', to) }),
      };
      return await inAgency(request, async (at) => {
        const found = await searchRecords(at, {
          q: q ?? null,
          filters,
          cursor: cursor ?? null,
          limit: limit === undefined ? 50 : Number(limit),
        });
        await enterSearch(at, callerOf(request), {
          list: 'records',
          filters: [...Object.keys(filters), ...(q === undefined ? [] : ['words'])],
          continued: cursor !== undefined,
          found: found.records.length,
        });
        return found;
      });
    },
  );

  app.get<{ Params: { id: string }; Querystring: Static<typeof RecordQuery> }>(
    '/v1/records/:id',
    {
      config: { roles: READERS },
      schema: {
        summary:
          'A record, whole; its facts by pages of at most 100 or about 8 MB, its history the newest 1,000 entries',
        tags: ['records'],
        security,
        params: RecordParams,
        querystring: RecordQuery,
        response: { 200: Anything, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const id = recordIdOf(request.params.id);
      if (id === null) throw notFound();
      return await inAgency(request, async (at) => {
        const record = await readRecord(at, id, Number(request.query.after ?? 0));
        if (record === null) throw notFound();
        await appendEvent(at, id, {
          type: 'view.opened',
          actor: actorOf(callerOf(request)),
          body: { what: 'record' },
        });
        // Pages must not ask for a preview unasked: it costs seconds.
        const artifacts = record.artifacts.map((file) => ({ ...file, shown: howShown(file) }));
        return {
          ...record,
          artifacts,
          retention: await readRetention(at, id),
          holds: await holdsShown(at, request, id),
          history: await readHistory(at, id),
        };
      });
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/records/:id/events',
    {
      // HEAD would be answered by a stream that never ends.
      exposeHeadRoute: false,
      config: { roles: EVERYONE, watches: true },
      schema: {
        summary: 'Live status (server-sent events): one "receipt" event now and after each change',
        tags: ['records'],
        security,
        params: RecordParams,
        response: {
          200: answers('Receipts, until the caller or the archive ends it', 'text/event-stream'),
          ...problemResponses(401, 403, 404, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const id = recordIdOf(request.params.id);
      if (id === null) throw notFound();
      const { agencyId, id: watcher } = callerOf(request);
      const watch = context.watchers.watch({ agencyId, watcher, recordId: id });
      try {
        const first = await watch.first;
        if (first === null) throw notFound();
        await streamReceipts(reply, watch, first, {
          // A key that was revoked ends what it opened, and so does a session that ended.
          isKnown: async () => await isStillKnown(request, context.guard),
          closing: context.closing,
        });
      } finally {
        watch.stop();
      }
      return reply;
    },
  );

  app.get<{ Params: { id: string; n: string } }>(
    '/v1/records/:id/artifacts/:n',
    {
      // HEAD would be a view that nobody had.
      exposeHeadRoute: false,
      config: { roles: READERS },
      schema: {
        summary:
          'The bytes of one file, as they were received or captured; a browser with a session is sent (303) to where it may have them',
        tags: ['records'],
        security,
        params: Type.Object({ id: Type.String(), n: Type.String() }),
        response: {
          200: answers('The bytes; their type is in Holdfast-Media-Type', 'application/octet-stream'),
          ...problemResponses(401, 403, 404, 502, 503),
        },
      },
    },
    async (request, reply) => {
      // A browser is sent to the content server: from here it gets no byte that a stranger wrote, not even as a file.
      if (callerOf(request).kind === 'person')
        return await sendThere(reply, await giveLook(context, request, request.params, { shows: false }));
      // The entry in the history is committed before the first byte goes out; if it cannot be written, nothing does.
      const caller = callerOf(request);
      const {
        recordId: id,
        n,
        file,
      } = await inAgency(
        request,
        async (at) => await enterLook(at, caller, request.params, { shows: false }),
      );
      const look = { agencyId: caller.agencyId, recordId: id, n, actor: actorOf(caller) };
      const body = whileItStands(
        await openChecked(system, look, file),
        async () => await isStillKnown(request, context.guard),
      );
      // Should a browser come with a key all the same: never shown as a page of ours, only handed over as a file.
      return reply
        .type('application/octet-stream')
        .headers({
          'content-length': String(file.size_bytes),
          'content-disposition': `attachment; filename="${id}-${n}.bin"`,
          'content-security-policy': "sandbox; default-src 'none'",
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
          'holdfast-media-type': typeFromClaim(file.media_type),
          'holdfast-sha256': file.sha256,
        })
        .send(body);
    },
  );

  app.get(
    '/v1/parked',
    {
      config: { roles: OPERATORS },
      schema: {
        summary: 'Steps that stopped and need a person',
        tags: ['operations'],
        security,
        response: { 200: Anything, ...problemResponses(401, 403, 503) },
      },
    },
    // What the error itself said names machines and keys of the store: for whoever can do something about those.
    async (request) => ({
      parked: (await inAgency(request, listParked)).map((step) => ({
        ...step,
        reason: callerOf(request).roles.includes('administrator') ? step.reason : reasonOf(step.code),
        parkedAt: step.parkedAt.toISOString(),
      })),
    }),
  );

  app.post<{ Params: { id: string; step: string } }>(
    '/v1/records/:id/steps/:step/run',
    {
      config: { roles: OPERATORS },
      schema: {
        summary: 'Run a parked step again',
        tags: ['operations'],
        security,
        params: Type.Object({ id: Type.String(), step: Type.String() }),
        response: { 200: Anything, ...problemResponses(401, 403, 404, 409, 503) },
      },
    },
    async (request) => {
      const id = recordIdOf(request.params.id);
      const step = STEPS.find((name) => name === request.params.step);
      if (id === null || step === undefined) throw notFound();
      const again = await inAgency(request, async (at) => {
        if ((await readRecordRow(at, id)) === null) throw notFound();
        return await runAgain(at, id, step, actorOf(callerOf(request)));
      });
      if (!again)
        throw new ArchiveError(
          'step-not-parked',
          'This step is not parked; there is nothing to run again. GET /v1/parked lists what is.',
          { retry: 'never' },
        );
      context.poke();
      return { recordId: id, step, status: 'owed' };
    },
  );
}

/** RFC 3339 knows leap seconds and short offsets, which the schema lets pass and no clock here can tell. */
function instant(name: string, text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new ArchiveError(
      'query-invalid',
      `"${name}" must be a time such as 2026-11-21T14:03:00Z, without a leap second.`,
      { retry: 'never' },
    );
  return at.toISOString();
}
