/**
 * Records go out as a package. It is written while it is sent, and kept nowhere: what breaks off is asked for anew. By a call, and by the
 * button on a record's page.
 *
 * Unlike a single file it comes from here and not from the content server: it is a tar, which no browser opens or shows, and is sent as one to
 * keep, under a policy that would run nothing of it.
 */
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '#agency/agency.ts';
import { ArchiveError } from '#errors.ts';
import { asTar, beginExport, type ExportContext, type ExportOrder } from '#export/export.ts';
import { receiptCode, recordIdOf } from '#record/record.ts';
import { begun } from '#whole-bytes.ts';
import { callerOf, CUSTODIANS, isStillKnown, refuseSomebodyElse } from './auth.ts';
import type { System } from '../system.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import { whileItStands } from './handing-over.ts';
import { openSlots } from './limit.ts';
import { answers, problemResponses } from './schemas.ts';

/** More are more than one package: each is a download that breaks off as a whole. */
const MAX_RECORDS = 500;
const MAX_GROUP = 200;
/** Each reads all that it hands out, and leads every proof: ten at once leave little for intake. */
const AT_ONCE = { each: 2, all: 8 } as const;

const Order = Type.Object(
  {
    records: Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: MAX_RECORDS }),
    group: Type.Optional(
      Type.String({
        description: 'The request that it answers, in one line',
        minLength: 1,
        maxLength: MAX_GROUP,
      }),
    ),
  },
  { additionalProperties: false },
);

/** What an export needs of an installation that runs. */
export function exportsOf(system: System, receipts: ExportContext['receipts']): ExportContext {
  const { db, store, logReader, config, program, now, log } = system;
  return { db, store, logReader, mode: config.mode, program, now, log, anchors: config.anchors, receipts };
}

export function registerExports(app: FastifyInstance, context: ApiContext): void {
  const exports = exportsOf(context.system, context.receipts);
  const slots = openSlots(AT_ONCE);
  const start = async (order: ExportOrder) => {
    const { exportId, requestedAt, top, parts } = await beginExport(exports, order);
    const tar = Readable.from(asTar(parts, { top, at: requestedAt }), { objectMode: false });
    return { stream: await begun(tar), exportId, requestedAt };
  };
  const send = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { recordIds, group }: { readonly recordIds: readonly string[]; readonly group?: string },
  ): Promise<FastifyReply> => {
    const caller = callerOf(request);
    const order = {
      agencyId: caller.agencyId,
      actor: actorOf(caller),
      recordIds,
      ...(group === undefined ? {} : { group }),
    };
    const giveBack = slots.take(`${order.agencyId} ${order.actor}`);
    const { stream, exportId, requestedAt } = await start(order).catch((error: unknown) => {
      giveBack();
      throw error;
    });
    stream.once('close', giveBack);
    const [first] = recordIds;
    const about =
      recordIds.length === 1 && first !== undefined ? receiptCode(first) : `${recordIds.length}-records`;
    // From here on the answer has begun, and all that can be said of what is wrong is that the connection breaks.
    stream.once('error', (error) => request.log.error({ exportId, err: error }, 'export.broke-off'));
    return await reply
      .header('cache-control', 'no-store')
      .header('content-security-policy', "sandbox; default-src 'none'")
      .header(
        'content-disposition',
        `attachment; filename="holdfast-${about}-${requestedAt.toISOString().slice(0, 10)}.tar"`,
      )
      .header('holdfast-export', exportId)
      .type('application/x-tar')
      .send(whileItStands(stream, async () => await isStillKnown(request, context.guard)));
  };

  app.post(
    '/v1/exports',
    {
      config: { roles: CUSTODIANS },
      // Bodies arrive as bytes, and are looked at below.
      validatorCompiler: () => () => true,
      schema: {
        summary:
          'Records as one package with everything that proves them: a tar of a BagIt bag, streamed. holdfast verify checks it',
        tags: ['records'],
        security: [{ key: [] }],
        body: { content: { 'application/json': { schema: Order } } },
        response: {
          200: answers('The package; its export is in Holdfast-Export', 'application/x-tar'),
          ...problemResponses(400, 401, 403, 404, 409, 415, 422, 429, 503),
        },
      },
    },
    async (request, reply) => await send(request, reply, orderOf(request.body)),
  );

  void app.register(async (pages) => {
    takeForms(pages);
    pages.post<{ Params: { id: string } }>(
      '/records/:id/package',
      { schema: { hide: true }, config: { roles: CUSTODIANS, page: true } },
      async (request, reply) => {
        refuseSomebodyElse(request, formOf(request).one('as'));
        const id = recordIdOf(request.params.id);
        if (id === null)
          throw new ArchiveError('record-not-found', 'There is no such record in this agency.', {
            retry: 'never',
          });
        return await send(request, reply, { recordIds: [id] });
      },
    );
  });
}

function orderOf(body: unknown): { readonly recordIds: readonly string[]; readonly group?: string } {
  let said: unknown = null;
  try {
    if (Buffer.isBuffer(body)) said = JSON.parse(body.toString('utf8'));
  } catch {
    // Said below.
  }
  const { records, group, ...more } =
    typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {};
  const ids = Array.isArray(records)
    ? records.map((id) => (typeof id === 'string' ? recordIdOf(id) : null))
    : [];
  const recordIds = ids.filter((id) => id !== null);
  const isGroup =
    group === undefined ||
    (typeof group === 'string' && /^\S(?:[^\r\n]*\S)?$/.test(group) && group.length <= MAX_GROUP);
  if (
    ids.length === 0 ||
    ids.length > MAX_RECORDS ||
    recordIds.length !== ids.length ||
    !isGroup ||
    Object.keys(more).length > 0
  )
    throw new ArchiveError(
      'export-invalid',
      `Expected {"records": [1 to ${MAX_RECORDS} ids of records], "group": "the request that it answers, in one line, if there is one"} as application/json.`,
      { retry: 'never' },
    );
  return { recordIds, ...(typeof group === 'string' ? { group } : {}) };
}
