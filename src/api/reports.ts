/**
 * Handing in: `POST /v1/deletion-events` in its three forms, and what may be added to a record afterwards. The handler
 * reads bytes; what they mean is the intake room's business.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '#agency/agency.ts';
import { ArchiveError, type ErrorCode } from '#errors.ts';
import { classifyAddress } from '#capture/addresses.ts';
import {
  acceptReport,
  PROGRAM_CHANNEL,
  readMultipart,
  type Channel,
  type ConfirmedRecord,
  type ReceivedFile,
  type Share,
} from '#intake/intake.ts';
import { appendEvent, readRecordRow, recordIdOf } from '#record/record.ts';
import { callerOf, REPORTERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { reportSchema } from './report-schema.ts';
import { ownerOf } from './uploads.ts';

const JSON_LIMIT_BYTES = 5 * 1024 ** 2;
const ROW_BYTES = 16 * 1024;

/** Bodies arrive as bytes, whatever they claim to be; the schema documents and intake decides. */
export const raw = {
  config: { roles: REPORTERS },
  bodyLimit: JSON_LIMIT_BYTES,
  validatorCompiler: () => () => true,
} as const;

export function registerReports(app: FastifyInstance, context: ApiContext): void {
  app.post(
    '/v1/deletion-events',
    { ...raw, schema: reportSchema('Report content that is being removed') },
    async (request, reply) => await receive(context, request, reply, null),
  );

  app.post<{ Params: { id: string } }>(
    '/v1/records/:id/facts',
    { ...raw, schema: reportSchema('Add a fact or files to a record') },
    async (request, reply) => {
      const record = await existing(context, request, request.params.id);
      return await receive(context, request, reply, record);
    },
  );
}

export async function existing(
  context: ApiContext,
  request: FastifyRequest,
  id: string,
): Promise<ConfirmedRecord & { readonly removal: string }> {
  const { agencyId } = callerOf(request);
  const recordId = recordIdOf(id);
  const record =
    recordId === null
      ? null
      : await context.system.db.inAgency(agencyId, async (at) => await readRecordRow(at, recordId));
  if (record === null)
    throw new ArchiveError('record-not-found', 'There is no such record in this agency.', { retry: 'never' });
  return record;
}

const BEFORE_COMMIT: readonly ErrorCode[] = ['disk-full', 'staging-unavailable', 'log-behind'];

interface Sent {
  readonly form: 'simple' | 'cloudevents' | 'removal' | 'kept';
  readonly event: Uint8Array;
  readonly files: readonly ReceivedFile[];
}

export async function receive(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  toRecord: ConfirmedRecord | null,
  given?: Sent,
): Promise<FastifyReply> {
  const { room } = context.system;
  // A small report is written into the database: the row, its index and the log of both take several times what was sent.
  await room.ask(ROW_BYTES + 4 * (request.body instanceof Uint8Array ? request.body.length : 0));
  const share =
    mediaTypeOf(request) === 'multipart/form-data'
      ? await shareOf(context, request)
      : room.share(callerOf(request).id);
  try {
    return await receiveInto(
      context,
      request,
      reply,
      toRecord,
      given ?? (await readable(context, request, share)),
    );
  } finally {
    share.release();
  }
}

async function receiveInto(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  toRecord: ConfirmedRecord | null,
  sent: Sent,
): Promise<FastifyReply> {
  const { system } = context;
  const idempotencyKey = request.headers['idempotency-key'];
  const accepted = await acceptSent(context, request, toRecord, {
    ...sent,
    channel: channelOf(request),
    idempotencyKey: typeof idempotencyKey === 'string' ? idempotencyKey : null,
  });
  const url = `${system.config.publicUrl}/v1/records/${accepted.recordId}`;
  if (accepted.repeated) reply.header('idempotent-replayed', 'true');
  return reply
    .code(202)
    .header('location', url)
    .send({
      recordId: accepted.recordId,
      status: 'reported',
      receiptUrl: `${url}/receipt`,
      statusUrl: `${url}/events`,
    });
}

/** Makes it durable; the promise resolves after the commit. What is refused for good leaves nothing in staging. */
export async function acceptSent(
  context: ApiContext,
  request: FastifyRequest,
  toRecord: ConfirmedRecord | null,
  sent: Sent & { readonly channel: Channel; readonly idempotencyKey: string | null },
): Promise<{ readonly recordId: string; readonly repeated: boolean }> {
  const started = performance.now();
  const caller = callerOf(request);
  const { system } = context;
  const forget = async (): Promise<void> => {
    // An upload stays: what was refused is mended and sent again, and a repeated report has it.
    const mine = sent.files.filter((file) => file.uploadId === undefined);
    await Promise.all(mine.map(async (file) => await system.staging.remove(file.stagedName)));
  };
  const accept = async () =>
    await acceptReport(
      {
        acceptor: context.acceptor,
        referenceOf: system.referenceOf,
        judgeAddress: (url) => {
          const verdict = classifyAddress(url.href, system.captureAllow());
          return verdict.ok
            ? null
            : `expected an address that anyone can open with a browser; this one is refused: ${verdict.why}`;
        },
        stageBytes: async (bytes) => await system.staging.stageBytes(bytes),
        unstage: async (stagedName) => await system.staging.remove(stagedName),
        lookAgainMs: system.config.lookAgainMs,
        now: system.now,
      },
      {
        agencyId: caller.agencyId,
        keyId: caller.kind === 'key' ? caller.id : null,
        sessionId: caller.sessionId,
        actor: actorOf(caller),
        actorType: caller.roles.includes('intake') ? 'unknown' : 'agency-staff',
      },
      {
        ...sent,
        headers: keptHeaders(request),
        toRecord,
      },
    );
  const accepted = await system
    .mayTake(caller.agencyId)
    .then(accept)
    .catch(async (error: unknown) => {
      context.metrics.accepted('refused', (performance.now() - started) / 1000);
      // Only when it is sure that nothing was committed: a broken connection may have committed after all. A full disk is
      // met while the report is staged, which is before.
      if (error instanceof ArchiveError && (error.retry === 'never' || BEFORE_COMMIT.includes(error.code)))
        await forget();
      await enterRejected(context, request, error);
      throw error;
    });
  if (accepted.repeated) {
    await forget();
    await system.db.inAgency(caller.agencyId, async (at) => {
      const event = { type: 'intake.duplicate', actor: actorOf(caller), body: {} } as const;
      await appendEvent(at, accepted.recordId, event);
    });
  } else {
    context.poke();
    context.watchers.changed(accepted.recordId);
  }
  context.metrics.accepted(accepted.repeated ? 'repeated' : 'accepted', (performance.now() - started) / 1000);
  return accepted;
}

async function readable(context: ApiContext, request: FastifyRequest, share: Share): Promise<Sent> {
  return await readSent(context, request, share).catch(async (error: unknown) => {
    await enterRejected(context, request, error);
    throw error;
  });
}

/** What is refused for good is an entry of the agency's history: that a report came and was not taken in, by whom, and why; never what it said. */
async function enterRejected({ system }: ApiContext, request: FastifyRequest, error: unknown): Promise<void> {
  if (!(error instanceof ArchiveError) || error.retry !== 'never') return;
  const caller = callerOf(request);
  await system.db.inAgency(caller.agencyId, async (at) => {
    const event = { type: 'intake.rejected', actor: actorOf(caller), body: { code: error.code } } as const;
    await appendEvent(at, null, event);
  });
}

async function readSent(context: ApiContext, request: FastifyRequest, share: Share): Promise<Sent> {
  const type = mediaTypeOf(request);
  if (type === 'multipart/form-data') {
    const { staging } = context.system;
    const form = await readMultipart(
      { body: request.raw, headers: request.headers },
      {
        stage: async (bytes, limits) => await staging.stage(taken(bytes, share), limits),
        remove: async (stagedName) => await staging.remove(stagedName),
        whole: async (id) => await context.uploads.whole(ownerOf(request), id),
      },
    );
    return {
      form: form.eventMediaType === 'application/json' ? 'simple' : 'cloudevents',
      event: form.eventBytes,
      files: form.files,
    };
  }
  const { body } = request;
  if (body !== undefined && type !== 'application/json' && type !== 'application/cloudevents+json')
    throw new ArchiveError(
      'media-type-unsupported',
      'Send application/json (simple form), application/cloudevents+json, or multipart/form-data with a part "event" and parts "file" or "upload".',
      { retry: 'never' },
    );
  if (!(body instanceof Uint8Array) || body.length === 0)
    throw new ArchiveError(
      'body-missing',
      'The body is empty. Send the report as JSON, or as multipart/form-data with a part "event".',
      { retry: 'never' },
    );
  return { form: type === 'application/json' ? 'simple' : 'cloudevents', event: body, files: [] };
}

/** For files that come with a report: what lies there of uploads that no report names yet is in the same part of the room. */
export async function shareOf({ system, uploads }: ApiContext, request: FastifyRequest): Promise<Share> {
  const owner = ownerOf(request);
  return system.room.share(owner.id, await uploads.resting(owner));
}

/** Each piece is taken from the key's share before it is written. */
export async function* taken(bytes: AsyncIterable<Uint8Array>, share: Share): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    await share.take(chunk.length);
    yield chunk;
  }
}

export function mediaTypeOf(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function channelOf(request: FastifyRequest): Channel {
  return request.headers['holdfast-channel'] === 'web-form' ? 'web-form' : PROGRAM_CHANNEL;
}

/** What belongs to the raw bytes. Never a credential, never an address of a person's machine. */
function keptHeaders(request: FastifyRequest): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ['content-type', 'content-length', 'idempotency-key', 'user-agent'] as const) {
    const value = request.headers[name];
    if (typeof value === 'string') kept[name] = value.slice(0, 500);
  }
  return kept;
}
