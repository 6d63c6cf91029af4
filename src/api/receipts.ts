/** The receipt of a record, in the form that is asked for: signed, as JSON for whoever checks it; or as a page to print. */
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { PAGE_HEADERS, receiptPage } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import type { AgencyTx } from '#db/db.ts';
import { openReceipts, recordIdOf, type AnchorsOf, type Receipts } from '#record/record.ts';
import type { System } from '../system.ts';
import { callerOf, EVERYONE } from './auth.ts';
import type { ApiContext } from './context.ts';
import { answers, problemResponses, RecordParams } from './schemas.ts';

export function receiptsOf({ db, config, logReader, now }: System): Receipts {
  const { mode, keysDir } = config;
  return openReceipts({
    db,
    folder: join(keysDir, 'receipts'),
    reader: logReader,
    anchorsOf: nobody,
    mode,
    now,
  });
}

/** Until somebody outside vouches for what is in the log. */
export const nobody: AnchorsOf = async () => ({ anchored: false, by: [] });

export function registerReceipts(app: FastifyInstance, { system, receipts, frameOf }: ApiContext): void {
  app.get<{ Params: { id: string } }>(
    '/v1/records/:id/receipt',
    {
      config: { roles: EVERYONE, watches: true },
      schema: {
        summary: 'The receipt: JSON, signed; or HTML to print (Accept: text/html)',
        tags: ['records'],
        security: [{ key: [] }],
        params: RecordParams,
        response: {
          200: answers('The receipt, as it stands now', 'application/json', 'text/html'),
          ...problemResponses(401, 403, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const id = recordIdOf(request.params.id);
      const { agencyId } = callerOf(request);
      const receipt = id === null ? null : await receipts.signed(agencyId, id);
      if (receipt === null)
        throw new ArchiveError('record-not-found', 'There is no such record in this agency.', {
          retry: 'never',
        });
      reply.header('cache-control', 'no-store');
      if (!(request.headers.accept ?? '').includes('text/html'))
        return reply.type('application/json').send(JSON.stringify(receipt));
      const agency = await system.db.inAgency(agencyId, aboutAgency);
      return reply
        .headers(PAGE_HEADERS)
        .type('text/html; charset=utf-8')
        .send(receiptPage(receipt, { agencyName: agency.name, zone: agency.zone }, frameOf(request)));
    },
  );
}

async function aboutAgency({ agencyId, tx }: AgencyTx) {
  return await tx
    .selectFrom('agency')
    .select(['name', 'zone'])
    .where('id', '=', agencyId)
    .executeTakeFirstOrThrow();
}
