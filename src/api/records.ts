/** Reading back: search, one record, its receipt, its live status, its bytes. Every view of content is in the history first. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { PAGE_HEADERS, receiptPage } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import {
  appendEvent,
  listParked,
  readArtifact,
  readHistory,
  readReceipt,
  readRecord,
  recordIdOf,
  runAgain,
  searchRecords,
} from '#record/record.ts';
import { STEPS } from '#queue/queue.ts';
import { actorOf, callerOf, EVERYONE, isStillKnown, OPERATORS, READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { answers, ListQuery, problemResponses, RecordParams } from './schemas.ts';

const security = [{ key: [] }];
const notFound = (): ArchiveError =>
  new ArchiveError('record-not-found', 'There is no such record in this agency.', { retry: 'never' });
const Anything = Type.Object({}, { additionalProperties: true });

/** Years and offsets that a time may have on paper and not in Postgres are refused here, in words. */
function instant(name: string, text: string): string {
  const time = new Date(text);
  if (time.getTime() >= Date.UTC(1000) && time.getTime() < Date.UTC(9999)) return time.toISOString();
  throw new ArchiveError(
    'query-invalid',
    `"${name}": expected a time from the year 1000 to 9998, such as 2026-11-21T14:03:00Z.`,
    { retry: 'never' },
  );
}

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
      return await inAgency(
        request,
        async (at) =>
          await searchRecords(at, {
            q: q ?? null,
            filters,
            cursor: cursor ?? null,
            limit: limit === undefined ? 50 : Number(limit),
          }),
      );
    },
  );

  const one = <T>(
    summary: string,
    roles: typeof READERS,
    work: (at: AgencyTx, id: string, request: FastifyRequest, reply: FastifyReply) => Promise<T>,
  ) => ({
    options: {
      config: { roles },
      schema: {
        summary,
        tags: ['records'],
        security,
        params: RecordParams,
        response: { 200: Anything, ...problemResponses(401, 403, 404, 503) },
      },
    },
    handler: async (request: FastifyRequest, reply: FastifyReply): Promise<T> => {
      const id = recordIdOf((request.params as { id: string }).id);
      if (id === null) throw notFound();
      return await inAgency(request, async (at) => await work(at, id, request, reply));
    },
  });

  const view = one('A record, whole', READERS, async (at, id, request) => {
    const record = await readRecord(at, id);
    if (record === null) throw notFound();
    await appendEvent(at, id, {
      type: 'view.opened',
      actor: actorOf(callerOf(request)),
      body: { what: 'record' },
    });
    return { ...record, history: await readHistory(at, id) };
  });
  app.get('/v1/records/:id', view.options, view.handler);

  app.get<{ Params: { id: string } }>(
    '/v1/records/:id/receipt',
    {
      config: { roles: EVERYONE },
      schema: {
        summary: 'The receipt: JSON, or HTML to print (Accept: text/html)',
        tags: ['records'],
        security,
        params: RecordParams,
        response: {
          200: answers('The receipt, as it stands now', 'application/json', 'text/html'),
          ...problemResponses(401, 403, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const id = recordIdOf(request.params.id);
      const { receipt, agency } = await inAgency(request, async (at) => ({
        receipt: id === null ? null : await readReceipt(at, id, system.config.mode, system.now()),
        agency: await at.tx
          .selectFrom('agency')
          .select(['name', 'zone'])
          .where('id', '=', at.agencyId)
          .executeTakeFirstOrThrow(),
      }));
      if (receipt === null) throw notFound();
      reply.header('cache-control', 'no-store');
      if (!(request.headers.accept ?? '').includes('text/html'))
        return reply.type('application/json').send(JSON.stringify(receipt));
      return reply
        .headers(PAGE_HEADERS)
        .type('text/html; charset=utf-8')
        .send(receiptPage(receipt, { agencyName: agency.name, zone: agency.zone }));
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/records/:id/events',
    {
      // HEAD would be answered by a stream that never ends.
      exposeHeadRoute: false,
      config: { roles: EVERYONE },
      schema: {
        summary: 'Live status (server-sent events): one "receipt" event now and after each change',
        tags: ['records'],
        security,
        params: RecordParams,
        response: {
          200: answers('Receipts, until the caller or the archive ends it', 'text/event-stream'),
          ...problemResponses(401, 403, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const id = recordIdOf(request.params.id);
      // A key that was revoked ends what it opened.
      const read = async () =>
        id === null || !(await isStillKnown(request, context.keyring))
          ? null
          : await inAgency(
              request,
              async (at) => await readReceipt(at, id, system.config.mode, system.now()),
            );
      const first = await read();
      if (id === null || first === null) throw notFound();
      await streamReceipts(context, reply, id, first, read);
      return reply;
    },
  );

  app.get<{ Params: { id: string; n: string } }>(
    '/v1/records/:id/artifacts/:n',
    {
      config: { roles: READERS },
      schema: {
        summary: 'The bytes of one file, as they were received or captured',
        tags: ['records'],
        security,
        params: Type.Object({ id: Type.String(), n: Type.String() }),
        response: {
          200: answers('The bytes; their type is in Holdfast-Media-Type', 'application/octet-stream'),
          ...problemResponses(401, 403, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const id = recordIdOf(request.params.id);
      const n = /^[1-9]\d{0,5}$/.test(request.params.n) ? Number(request.params.n) : null;
      if (id === null || n === null) throw notFound();
      // The entry in the history is committed before the first byte goes out; if it cannot be written, nothing does.
      const file = await inAgency(request, async (at) => {
        const found = await readArtifact(at, id, n);
        if (found !== null)
          await appendEvent(at, id, {
            type: 'view.opened',
            actor: actorOf(callerOf(request)),
            body: { what: 'artifact', n },
          });
        return found;
      });
      if (file === null) throw notFound();
      const body =
        file.key !== null && file.version_id !== null
          ? await system.store.read(file.key, file.version_id)
          : file.inline !== null
            ? Readable.from([file.inline])
            : createReadStream(system.staging.path(file.staged ?? ''));
      // Archived bytes are a stranger's: never shown as a page of ours, only handed over as a file.
      return reply
        .type('application/octet-stream')
        .headers({
          'content-length': String(file.size_bytes),
          'content-disposition': `attachment; filename="${id}-${n}.bin"`,
          'content-security-policy': "sandbox; default-src 'none'",
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
          'holdfast-media-type': /^[\w.+-]+\/[\w.+-]+$/.test(file.media_type)
            ? file.media_type
            : 'application/octet-stream',
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
    async (request) => ({
      parked: (await inAgency(request, listParked)).map((step) => ({
        ...step,
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
        if ((await readRecord(at, id)) === null) throw notFound();
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

/** Sends the receipt at once and whenever it says something new; a comment each 15 s keeps proxies from closing the line. */
async function streamReceipts(
  context: ApiContext,
  reply: FastifyReply,
  id: string,
  first: object,
  read: () => Promise<object | null>,
): Promise<void> {
  const { raw } = reply;
  const { closing } = context;
  reply.hijack();
  // Whoever asked is gone already, and nothing will tell so any more.
  if (raw.destroyed) return;
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  let sent = '';
  const send = (receipt: object): void => {
    // The time of issue alone is nothing new.
    const said = JSON.stringify(receipt, (name, value: unknown) => (name === 'issuedAt' ? undefined : value));
    if (said === sent || raw.writableEnded) return;
    sent = said;
    raw.write(`event: receipt\ndata: ${JSON.stringify(receipt)}\n\n`);
  };
  send(first);
  let looking = false;
  let again = false;
  const look = (): void => {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    void read()
      .then((receipt) => (receipt === null ? raw.end() : send(receipt)))
      .catch(() => raw.end()) // the client reconnects and is told what is wrong
      .finally(() => {
        looking = false;
        if (again) {
          again = false;
          look();
        }
      });
  };
  const stop = context.watchers.watch(id, look);
  const beat = setInterval(() => {
    if (!raw.writableEnded) raw.write(': \n\n');
  }, 15_000);
  const end = (): void => void raw.end();
  await new Promise<void>((resolve) => {
    raw.on('close', resolve);
    closing.addEventListener('abort', end);
    if (closing.aborted) end();
  });
  closing.removeEventListener('abort', end);
  clearInterval(beat);
  stop();
}
