/** The certificate of a disposal, as the signed JSON that lies in the store, and as a PDF for the file. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { certificatePdf } from '#console/console.ts';
import type { Certificate, CleanedStatement, Disposal } from '#disposal/disposal.ts';
import { ArchiveError } from '#errors.ts';
import type { ApiContext } from './context.ts';

export type Paper = 'certificate' | 'cleaned' | 'pdf';

/** Read from the row that the database lets nobody change; the same bytes are in the store, under a lock. */
export function certificateOf({ certificate }: Disposal): Certificate | null {
  return certificate === null ? null : (JSON.parse(certificate) as Certificate);
}

export function cleanedOf({ cleaned }: Disposal): CleanedStatement | null {
  return cleaned === null ? null : (JSON.parse(cleaned) as CleanedStatement);
}

export async function sendCertificate(
  { frameOf }: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  list: Disposal,
  form: Paper,
): Promise<FastifyReply> {
  const text = form === 'cleaned' ? list.cleaned : list.certificate;
  const certificate = certificateOf(list);
  if (list.state !== 'completed' || text === null || certificate === null)
    throw new ArchiveError(
      'disposal-refused',
      'There is no such paper of this list yet: it is made when everything on it is destroyed, and the second one after the clean-up of the database.',
      { retry: 'later', details: { reason: 'not-completed' } },
    );
  reply.header('cache-control', 'no-store');
  if (form !== 'pdf') return await reply.type('application/json').send(text);
  const frame = frameOf(request);
  return await reply
    .type('application/pdf')
    .headers({
      'content-disposition': `inline; filename="destruction-${list.id}.pdf"`,
      'content-language': frame.language,
      'x-content-type-options': 'nosniff',
    })
    .send(await certificatePdf({ certificate, signed: text, cleaned: cleanedOf(list) }, frame));
}
