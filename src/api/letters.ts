/** Letters of requests, their texts, the rates of fees and the certificate of a search, by calls. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { actorOf } from '#agency/agency.ts';
import { wallTimeIn } from '#civil.ts';
import { searchCertificatePdf } from '#console/console.ts';
import type { AgencyTx } from '#db/db.ts';
import {
  certificateSaid,
  changeRates,
  changeTemplate,
  enterView,
  estimateFirstSaid,
  feeLineSaid,
  feeOf,
  KIND_RULES,
  listLetters,
  placesOf,
  readCertificate,
  readLetter,
  readRates,
  readRequestRow,
  refusedSaid,
  templatesInForce,
  type FeeRates,
  type KeptCertificate,
  type SearchCertificate,
} from '#sunshine/sunshine.ts';
import { callerOf, CUSTODIANS, OPERATORS, REQUEST_READERS } from './auth.ts';
import type { ApiContext } from './context.ts';
import { noRequest, notCertified, requestIdOf, senderOf, type LetterDesk } from './letter-desk.ts';
import {
  EstimateBody,
  estimateOf,
  LetterBody,
  letterOf,
  noLetter,
  RatesBody,
  ratesOf,
  TemplateBody,
  templateOf,
} from './letter-orders.ts';
import { calendarHere } from './office-calendar.ts';
import { answers, problemResponses } from './schemas.ts';

const security = [{ key: [] }];
const Anything = Type.Object({}, { additionalProperties: true });
const unread = { validatorCompiler: () => () => true } as const;
const taking = (schema: TSchema) => ({ body: { content: { 'application/json': { schema } } } });
const RequestParams = Type.Object({ id: Type.String({ description: 'Request id (UUID in lower case)' }) });
const LetterParams = Type.Object({
  id: Type.String({ description: 'Request id (UUID in lower case)' }),
  n: Type.String({ description: 'Number of the letter in the correspondence' }),
});
/** Nobody has entered any: only what costs nothing can be reckoned. */
export const NO_RATES: FeeRates = {
  pageCents: 0,
  clericalCents: null,
  copyingCents: null,
  staff: [],
  media: [],
  source: null,
};

export function registerLetters(
  app: FastifyInstance,
  { system, frameOf }: ApiContext,
  desk: LetterDesk,
): void {
  const { db, now } = system;
  const here = async <T>(request: FastifyRequest, work: (at: AgencyTx) => Promise<T>): Promise<T> =>
    await db.inAgency(callerOf(request).agencyId, work);
  const schema = (summary: string, response: object, statuses: readonly number[], more: object = {}) => ({
    summary,
    tags: ['requests'],
    security,
    response: { ...response, ...problemResponses(401, 403, ...statuses, 503) },
    ...more,
  });
  const OK = { 200: Anything };
  const todayIn = async (at: AgencyTx): Promise<string> =>
    wallTimeIn((await calendarHere(at)).calendar.zone, now()).day;

  app.get<{ Params: { id: string } }>(
    '/v1/requests/:id/letters',
    {
      config: { roles: REQUEST_READERS },
      schema: schema(
        'Letters of a request, newest first, and what became of those that were mailed',
        OK,
        [404],
        {
          params: RequestParams,
        },
      ),
    },
    async (request) => {
      const id = requestIdOf(request.params.id);
      return await here(request, async (at) => {
        if ((await readRequestRow(at, id)) === null) throw noRequest();
        const letters = await listLetters(at, id);
        await enterView(at, id, actorOf(callerOf(request)));
        return { letters: letters.map(letterShown), mails: desk.mails };
      });
    },
  );

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/letters',
    {
      ...unread,
      config: { roles: CUSTODIANS },
      schema: schema(
        'Draft a letter, which writes nothing, or send it: its row in the correspondence, its paper, and what is owed to the mail server are one commit. What the law would make wrong is refused',
        { 200: Anything, 201: Anything },
        [404, 409, 415, 422],
        { params: RequestParams, ...taking(LetterBody) },
      ),
    },
    async (request, reply) => {
      const said = letterOf(request);
      if (said.sends) senderOf(request);
      const id = requestIdOf(request.params.id);
      const order = await here(request, async (at) => {
        if ((await readRequestRow(at, id)) === null) throw noRequest();
        return said.order(await todayIn(at));
      });
      if (said.sends) {
        const sent = await here(request, async (at) => await desk.send(at, request, id, order));
        return await reply.code(201).send({ id, ...sent });
      }
      const { content, templateN, text } = await here(
        request,
        async (at) => await desk.draft(at, request, id, order),
      );
      return {
        id,
        kind: order.input.kind,
        language: order.language,
        text,
        template: templateN,
        mustSay: content.facts.mustSay,
        law: KIND_RULES[order.input.kind].law,
      };
    },
  );

  const letterHere = async (request: FastifyRequest<{ Params: { id: string; n: string } }>) => {
    const id = requestIdOf(request.params.id);
    const n = /^[1-9]\d{0,5}$/.test(request.params.n) ? Number(request.params.n) : 0;
    return await here(request, async (at) => {
      if ((await readRequestRow(at, id)) === null) throw noRequest();
      const letter = await readLetter(at, id, n);
      if (letter === null) throw noLetter();
      await enterView(at, id, actorOf(callerOf(request)));
      return letter;
    });
  };
  const FORMS = { pdf: 'application/pdf', txt: 'text/plain; charset=utf-8' } as const;
  for (const form of ['pdf', 'txt'] as const)
    app.get<{ Params: { id: string; n: string } }>(
      `/v1/requests/:id/letters/:n.${form}`,
      {
        config: { roles: REQUEST_READERS },
        schema: schema(
          form === 'pdf' ? 'A letter as it went, as a tagged PDF' : 'A letter as editable text',
          { 200: answers('The letter', form === 'pdf' ? 'application/octet-stream' : 'text/plain') },
          [404],
          { params: LetterParams },
        ),
      },
      async (request, reply) => {
        const letter = await letterHere(request);
        return await reply
          .type(FORMS[form])
          .headers({
            'cache-control': 'no-store',
            'content-disposition': `attachment; filename="letter-${letter.n}.${form}"`,
            'content-language': letter.language,
            'x-content-type-options': 'nosniff',
          })
          .send(form === 'pdf' ? letter.pdf : letter.words);
      },
    );

  app.post<{ Params: { id: string } }>(
    '/v1/requests/:id/estimate',
    {
      ...unread,
      config: { roles: CUSTODIANS },
      schema: schema(
        'What a request may cost by 610.026: a line with its rule for each charge, and a sentence for each that no rule allows. Writes nothing',
        OK,
        [404, 415, 422],
        { params: RequestParams, ...taking(EstimateBody) },
      ),
    },
    async (request) => {
      const id = requestIdOf(request.params.id);
      return await here(request, async (at) => {
        if ((await readRequestRow(at, id)) === null) throw noRequest();
        const { charges, waiver = null } = estimateOf(request);
        const rates = await readRates(at);
        const fee = feeOf(charges, rates?.rates ?? NO_RATES, waiver);
        return {
          ...fee,
          lines: fee.lines.map((line) => ({ ...line, sentence: feeLineSaid(line, 'en') })),
          refused: fee.refused.map((one) => ({ ...one, sentence: refusedSaid(one, 'en') })),
          rates: { number: rates?.n ?? 0, source: rates?.rates.source ?? null },
          estimate: estimateFirstSaid('en'),
        };
      });
    },
  );

  app.get(
    '/v1/letter-templates',
    {
      config: { roles: REQUEST_READERS },
      schema: schema(
        'The texts by which letters are filled in, each as it counts: the agency’s own, or ours',
        OK,
        [],
      ),
    },
    async (request) =>
      await here(request, async (at) => ({
        templates: (await templatesInForce(at)).map((one) => ({
          ...one,
          places: placesOf(one.kind),
          demands: KIND_RULES[one.kind].demands,
        })),
      })),
  );

  app.put(
    '/v1/letter-templates',
    {
      ...unread,
      config: { roles: OPERATORS },
      schema: schema(
        'Change the text of a kind of letter. What was sent stays as it was',
        OK,
        [409, 415, 422],
        {
          ...taking(TemplateBody),
        },
      ),
    },
    async (request) => {
      const { replaces, ...template } = templateOf(request);
      const actor = actorOf(callerOf(request));
      return {
        number: await here(request, async (at) => await changeTemplate(at, template, { replaces, actor })),
      };
    },
  );

  app.get(
    '/v1/fee-rates',
    {
      config: { roles: REQUEST_READERS },
      schema: schema('What a page, an hour and a medium cost this agency', OK, []),
    },
    async (request) => {
      const rates = await here(request, readRates);
      return { number: rates?.n ?? 0, rates: rates?.rates ?? null };
    },
  );

  app.put(
    '/v1/fee-rates',
    {
      ...unread,
      config: { roles: OPERATORS },
      schema: schema('Change the rates. What was estimated stays as it was', OK, [409, 415, 422], {
        ...taking(RatesBody),
      }),
    },
    async (request) => {
      const { replaces, rates } = ratesOf(request);
      const actor = actorOf(callerOf(request));
      return { number: await here(request, async (at) => await changeRates(at, rates, { replaces, actor })) };
    },
  );

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

type Listed = Awaited<ReturnType<typeof listLetters>>[number];

export const letterShown = (row: Listed) => ({
  n: row.n,
  kind: row.kind,
  language: row.language,
  heading: row.heading,
  way: row.way,
  at: row.at.toISOString(),
  by: row.by,
  feeCents: row.fee_cents === null ? null : Number(row.fee_cents),
  pdfSha256: row.pdf_sha256,
  // Of those that go by mail: on its way, taken by the server, or given up after three days.
  mail:
    row.way === 'print'
      ? null
      : { ended: row.ended_as, at: row.ended_at?.toISOString() ?? null, error: row.error_code },
});
