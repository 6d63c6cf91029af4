/** Letters of requests, their texts, the rates of fees and the certificate of a search, by calls. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { actorOf } from '#agency/agency.ts';
import { wallTimeIn } from '#civil.ts';
import type { AgencyTx } from '#db/db.ts';
import {
  enterView,
  estimateFirstSaid,
  feeLineSaid,
  feeOf,
  KIND_RULES,
  listLetters,
  readLetter,
  readRates,
  readRequestRow,
  refusedSaid,
  type FeeRates,
} from '#sunshine/sunshine.ts';
import { callerOf, CUSTODIANS, REQUEST_READERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import { senderOf, type LetterDesk } from './letter-desk.ts';
import { noRequest, requestIdOf, RequestParams } from './requests.ts';
import { EstimateBody, estimateOf, LetterBody, letterOf, noLetter } from './letter-orders.ts';
import { calendarHere } from './office-calendar.ts';
import { Anything, describedAs, taking, unread } from './described.ts';
import { answers } from './schemas.ts';

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

export function registerLetters(app: FastifyInstance, { system }: ApiContext, desk: LetterDesk): void {
  const { db, now } = system;
  const here = hereIn(db);
  const schema = describedAs('requests');
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
      const { content, templateN, text } = await here(request, async (at) => {
        const drafted = await desk.draft(at, request, id, order);
        await enterView(at, id, actorOf(callerOf(request)));
        return drafted;
      });
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
  feeCents: row.fee_cents,
  pdfSha256: row.pdf_sha256,
  production: row.production,
  // Of those that go by mail: on its way, taken by the server, or given up after three days.
  mail:
    row.way === 'print'
      ? null
      : { ended: row.ended_as, at: row.ended_at?.toISOString() ?? null, error: row.error_code },
});
