/** The receipt of a record, in the form that is asked for: signed, as JSON for whoever checks it; or as a page to print. */
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PAGE_HEADERS, receiptPage, receiptPdf } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import type { AgencyTx } from '#db/db.ts';
import { openReceipts, recordIdOf, type Receipts } from '#record/record.ts';
import type { System } from '../system.ts';
import { openAnchorsOf } from './anchored.ts';
import { callerOf, EVERYONE } from './auth.ts';
import type { ApiContext } from './context.ts';
import { answers, problemResponses, RecordParams } from './schemas.ts';

export function receiptsOf(system: System): Receipts {
  const { db, config, logReader, now } = system;
  const { mode, keysDir } = config;
  return openReceipts({
    db,
    folder: join(keysDir, 'receipts'),
    reader: logReader,
    anchorsOf: openAnchorsOf(system),
    mode,
    now,
  });
}

/** A link carries no wish for a form, so each form that is not for programs has an address of its own. */
const FORMS: Readonly<Record<string, Form>> = {
  '/v1/records/:id/receipt.json': 'json',
  '/v1/records/:id/receipt.pdf': 'pdf',
};
type Form = 'json' | 'html' | 'pdf';

export function registerReceipts(app: FastifyInstance, context: ApiContext): void {
  const config = { roles: EVERYONE, watches: true } as const;
  app.get<{ Params: { id: string } }>(
    '/v1/records/:id/receipt',
    {
      config,
      schema: {
        summary:
          'The receipt: signed JSON; HTML to print (Accept: text/html); or a tagged PDF with the JSON attached (Accept: application/pdf)',
        tags: ['records'],
        security: [{ key: [] }],
        params: RecordParams,
        response: {
          200: answers('The receipt, as it stands now', 'application/json', 'text/html', 'application/pdf'),
          ...problemResponses(401, 403, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const accept = request.headers.accept ?? '';
      const form = accept.includes('text/html')
        ? 'html'
        : accept.includes('application/pdf')
          ? 'pdf'
          : 'json';
      return await answer(context, request, reply, form);
    },
  );
  for (const [path, form] of Object.entries(FORMS))
    app.get<{ Params: { id: string } }>(
      path,
      { config, schema: { hide: true } },
      async (request, reply) => await answer(context, request, reply, form),
    );
}

async function answer(
  { system, receipts, frameOf }: ApiContext,
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
  form: Form,
): Promise<FastifyReply> {
  const id = recordIdOf(request.params.id);
  const { agencyId } = callerOf(request);
  const receipt = id === null ? null : await receipts.signed(agencyId, id);
  if (receipt === null)
    throw new ArchiveError('record-not-found', 'There is no such record in this agency.', {
      retry: 'never',
    });
  reply.header('cache-control', 'no-store');
  if (form === 'json') return await reply.type('application/json').send(JSON.stringify(receipt));
  const { name, zone } = await system.db.inAgency(agencyId, aboutAgency);
  const about = {
    agencyName: name,
    zone,
    statusUrl: `${system.config.publicUrl}/verify?code=${receipt.code}`,
    signedBy: receipt.signature?.vkey ?? null,
  };
  const frame = frameOf(request);
  if (form === 'html')
    return await reply
      .headers(PAGE_HEADERS)
      .type('text/html; charset=utf-8')
      .send(receiptPage(receipt, about, frame));
  return await reply
    .type('application/pdf')
    .headers({
      'content-disposition': `inline; filename="receipt-${receipt.code}.pdf"`,
      'content-language': frame.language,
      'x-content-type-options': 'nosniff',
    })
    .send(await receiptPdf(receipt, about, frame));
}

async function aboutAgency({ agencyId, tx }: AgencyTx) {
  return await tx
    .selectFrom('agency')
    .select(['name', 'zone'])
    .where('id', '=', agencyId)
    .executeTakeFirstOrThrow();
}
