/** The certificate of a search: made once by a person, handed out byte for byte, and as a PDF. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '#agency/agency.ts';
import { searchCertificatePdf } from '#console/console.ts';
import {
  certificateSaid,
  enterView,
  readCertificate,
  readRequestRow,
  type KeptCertificate,
  type SearchCertificate,
} from '#sunshine/sunshine.ts';
import { callerOf, CUSTODIANS, REQUEST_READERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import { notCertified, senderOf, type LetterDesk } from './letter-desk.ts';
import { noRequest, requestIdOf, RequestParams } from './requests.ts';
import { Anything, describedAs, unread } from './described.ts';
import { answers } from './schemas.ts';
const OK = { 200: Anything };
const schema = describedAs('requests');

export function registerSearchPapers(
  app: FastifyInstance,
  { system: { db }, frameOf }: ApiContext,
  desk: LetterDesk,
): void {
  const here = hereIn(db);

  const papers = { params: RequestParams };
  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/certificate-of-search',
    {
      ...unread,
      config: { roles: CUSTODIANS },
      schema: schema(
        'Certify the last search of a request, once: where it was looked, for what, what was found, and what such a search does not show. Signed',
        { 200: Anything },
        [404, 409],
        papers,
      ),
    },
    async (request, reply) => {
      senderOf(request);
      const kept = await desk.certify(request, requestIdOf(request.params.id));
      return await reply.type('application/json').send(kept.paper);
    },
  );
  const certificateHere = async (
    request: FastifyRequest<{ Params: { id: string } }>,
  ): Promise<KeptCertificate> => {
    const id = requestIdOf(request.params.id);
    return await here(request, async (at) => {
      if ((await readRequestRow(at, id)) === null) throw noRequest();
      const kept = await readCertificate(at, id);
      if (kept === null) throw notCertified();
      await enterView(at, id, actorOf(callerOf(request)));
      return kept;
    });
  };
  app.get<{ Params: { id: string } }>(
    '/v1/requests/:id/certificate-of-search',
    {
      config: { roles: REQUEST_READERS },
      schema: schema(
        'The certificate of the search, signed, byte for byte as it was made',
        OK,
        [404, 409],
        papers,
      ),
    },
    async (request, reply) => {
      const kept = await certificateHere(request);
      return await reply.type('application/json').header('cache-control', 'no-store').send(kept.paper);
    },
  );
  app.get<{ Params: { id: string } }>(
    '/v1/requests/:id/certificate-of-search.pdf',
    {
      config: { roles: REQUEST_READERS },
      schema: schema(
        'The same as a tagged PDF, in the language that is asked for, with the signed certificate as a file in it',
        { 200: answers('The paper', 'application/octet-stream') },
        [404, 409],
        papers,
      ),
    },
    async (request, reply) =>
      await sendSearchPaper(reply, await certificateHere(request), frameOf(request).language),
  );
}

async function sendSearchPaper(
  reply: FastifyReply,
  kept: KeptCertificate,
  language: 'en' | 'es',
): Promise<FastifyReply> {
  // Written by `certifySearch` alone.
  const paper = JSON.parse(kept.paper) as SearchCertificate;
  return await reply
    .type('application/pdf')
    .headers({
      'cache-control': 'no-store',
      'content-disposition': `attachment; filename="search-${paper.request.tracking}-${kept.n}.pdf"`,
      'content-language': language,
      'x-content-type-options': 'nosniff',
    })
    .send(
      await searchCertificatePdf({
        language,
        at: new Date(paper.issuedAt),
        ...certificateSaid(paper, language),
        signed: kept.paper,
        name: `search-${paper.request.tracking}-${kept.n}.json`,
      }),
    );
}
