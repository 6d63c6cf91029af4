/** Pages of letters: of one request, and of the texts and rates of the agency. Forms alone; nothing here needs a script. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '#agency/agency.ts';
import { wallTimeIn } from '#civil.ts';
import { CHARGE_ROWS, lettersPage } from '#console/console.ts';
import type { AgencyTx, LetterKind } from '#db/db.ts';
import { ArchiveError, type ErrorCode } from '#errors.ts';
import { citableOn, listProductions, withheldIn } from '#production/production.ts';
import {
  CHARGE_KINDS,
  enterView,
  feeOf,
  feeSaid,
  KIND_RULES,
  LETTER_KINDS,
  listLetters,
  mailAddressOf,
  readCertificate,
  readRates,
  readRequestRow,
  readSearch,
  refusedSaid,
  REQUEST_OUTCOMES,
  trackingShown,
} from '#sunshine/sunshine.ts';
import { linesOf, sendPage } from './administration.ts';
import { callerOf, CUSTODIANS, refuseSomebodyElse, REQUEST_READERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms, textOf, type Form } from './forms.ts';
import { senderOf, type LetterDesk } from './letter-desk.ts';
import { noRequest, requestIdOf } from './requests.ts';
import { deniedBy, inputIn } from './letter-forms.ts';
import { letterShown, NO_RATES } from './letters.ts';
import { calendarHere } from './office-calendar.ts';
import { isOut, pagesOf } from './released.ts';

export const FORM_LIMIT_BYTES = 512 * 1024;
const forReaders = { schema: { hide: true }, config: { roles: REQUEST_READERS, page: true } } as const;
const forCustodians = { schema: { hide: true }, config: { roles: CUSTODIANS, page: true } } as const;
/** What is said on the page itself, with what was typed. */
export const SHOWN: readonly ErrorCode[] = [
  'letter-refused',
  'letter-invalid',
  'letter-template-invalid',
  'exemption-refused',
  'fees-invalid',
  'number-changed',
  'search-not-certified',
];
const EMPTY: Form = { one: () => '', all: () => [] };
const CHOICE = ['as', 'do', 'kind', 'language', 'text'];

type LettersParts = Parameters<typeof lettersPage>[1];
type Shown = Pick<LettersParts, 'kind' | 'language' | 'draft' | 'refused' | 'error' | 'done'>;
const NOTHING: Shown = { kind: null, language: 'en', draft: null, refused: [], error: null, done: null };

export const kindOf = (typed: unknown): LetterKind | null =>
  LETTER_KINDS.find((one) => one === typed) ?? null;
export const languageOf = (typed: unknown): 'en' | 'es' => (typed === 'es' ? 'es' : 'en');

export function registerLetterPages(routes: FastifyInstance, context: ApiContext, desk: LetterDesk): void {
  const { db, now } = context.system;
  const here = hereIn(db);
  const mayWrite = (request: FastifyRequest): boolean => {
    const { kind, roles } = callerOf(request);
    return kind === 'person' && roles.some((role) => CUSTODIANS.includes(role));
  };
  const todayIn = async (at: AgencyTx): Promise<string> =>
    wallTimeIn((await calendarHere(at)).calendar.zone, now()).day;

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    shown: Shown,
    form: Form = EMPTY,
  ): Promise<FastifyReply> => {
    const parts = await here(request, async (at): Promise<LettersParts> => {
      const row = await readRequestRow(at, id);
      if (row === null) throw noRequest();
      await enterView(at, id, actorOf(callerOf(request)));
      const { zone } = (await calendarHere(at)).calendar;
      const rates = (await readRates(at))?.rates ?? null;
      const search = await readSearch(at, id, null);
      const kept = await readCertificate(at, id);
      return {
        ...shown,
        requestId: id,
        tracking: trackingShown(row.tracking),
        zone,
        mayWrite: mayWrite(request),
        kinds: LETTER_KINDS,
        mails: desk.mails,
        mailTo: mailAddressOf(row.contact),
        letters: (await listLetters(at, id)).map(letterShown),
        hasCertificate: kept !== null,
        search:
          search === null
            ? null
            : {
                n: search.n,
                found: search.found,
                at: search.at.toISOString(),
                certified: kept?.n === search.n,
              },
        fields:
          shown.kind === null
            ? null
            : {
                kind: shown.kind,
                typed: (name) => form.one(name),
                checked: (name, value) => form.all(name).includes(value),
                provisions: citableOn(await todayIn(at)),
                staff: (rates?.staff ?? []).map(({ key, title }) => [key, title] as const),
                media: (rates?.media ?? []).map(({ key, title }) => [key, title] as const),
                hasRates: rates !== null,
                outcomes: REQUEST_OUTCOMES,
                requestId: id,
                productions: shown.kind === 'records' ? await outHere(at, id) : [],
              },
      };
    });
    const isWrong = shown.error !== null || shown.refused.length > 0;
    return await sendPage(reply, lettersPage(context.frameOf(request), parts), isWrong);
  };

  routes.get<{ Params: { id: string }; Querystring: Record<string, unknown> }>(
    '/requests/:id/letters',
    forReaders,
    async (request, reply) => {
      const { kind: named, language, production, done } = request.query;
      const id = requestIdOf(request.params.id);
      const kind = mayWrite(request) ? kindOf(named) : null;
      const denies = kind === 'denial' || kind === 'partial-denial';
      const shown: Shown = {
        ...NOTHING,
        kind,
        language: languageOf(language),
        done: done === 'sent' || done === 'certified' ? done : null,
      };
      const decided = denies
        ? await here(request, async (at) =>
            deniedBy(await withheldIn(at, id), shown.language === 'es' ? 'es' : 'en'),
          )
        : { ...EMPTY, one: (name: string) => (name === 'production' ? textOf(production) : '') };
      return await show(request, reply, id, shown, decided);
    },
  );

  /** The draft of what was typed; or what is wrong with it. */
  const drafted = async (
    request: FastifyRequest,
    id: string,
    form: Form,
    kind: LetterKind,
    edited: string | null,
  ): Promise<Pick<Shown, 'draft' | 'refused'>> => {
    const viewer = context.frameOf(request).language;
    const language = languageOf(form.one('language'));
    return await here(request, async (at) => {
      if ((await readRequestRow(at, id)) === null) throw noRequest();
      const input = inputIn(form, kind, { today: await todayIn(at), rows: CHARGE_ROWS, kinds: CHARGE_KINDS });
      let fee: readonly string[] = [];
      if (input.kind === 'fee-estimate' || input.kind === 'invoice') {
        const rates = await readRates(at);
        const reckoned = feeOf(input.charges, rates?.rates ?? NO_RATES, input.waiver);
        if (rates !== null && reckoned.refused.length > 0)
          return { draft: null, refused: reckoned.refused.map((one) => refusedSaid(one, viewer)) };
        fee = feeSaid(reckoned, viewer);
      }
      const { content, text } = await desk.draft(at, request, id, { input, language });
      const { law } = KIND_RULES[kind];
      return {
        refused: [],
        draft: {
          text: edited ?? text,
          mustSay: content.facts.mustSay,
          hidden: typedIn(request).filter(([name]) => !CHOICE.includes(name)),
          law: law === null ? null : `${law.citation}: ${law.says}`,
          fee,
        },
      };
    });
  };

  void routes.register(async (app) => {
    takeForms(app, FORM_LIMIT_BYTES);

    app.post<{ Params: { id: string } }>('/requests/:id/letters', forCustodians, async (request, reply) => {
      senderOf(request);
      const id = requestIdOf(request.params.id);
      const form = formOf(request);
      refuseSomebodyElse(request, form.one('as'));
      const kind = kindOf(form.one('kind'));
      const language = languageOf(form.one('language'));
      const shown = { ...NOTHING, kind, language };
      if (kind === null) return await show(request, reply, id, NOTHING);
      const sends = form.one('do');
      try {
        if (sends !== 'mail' && sends !== 'print')
          return await show(
            request,
            reply,
            id,
            { ...shown, ...(await drafted(request, id, form, kind, null)) },
            form,
          );
        await here(request, async (at) => {
          if ((await readRequestRow(at, id)) === null) throw noRequest();
          const input = inputIn(form, kind, {
            today: await todayIn(at),
            rows: CHARGE_ROWS,
            kinds: CHARGE_KINDS,
          });
          return await desk.send(at, request, id, {
            input,
            language,
            text: linesOf(form.one('text')),
            way: sends,
          });
        });
        return await reply.redirect(`/requests/${id}/letters?done=sent`, 303);
      } catch (failure) {
        if (!(failure instanceof ArchiveError) || !SHOWN.includes(failure.code)) throw failure;
        const text = sends === 'mail' || sends === 'print' ? linesOf(form.one('text')) : null;
        const again =
          text === null
            ? { draft: null, refused: [] }
            : await drafted(request, id, form, kind, text).catch(() => ({ draft: null, refused: [] }));
        return await show(request, reply, id, { ...shown, ...again, error: failure.message }, form);
      }
    });

    app.post<{ Params: { id: string } }>(
      '/requests/:id/letters/certificate',
      forCustodians,
      async (request, reply) => {
        senderOf(request);
        const id = requestIdOf(request.params.id);
        refuseSomebodyElse(request, formOf(request).one('as'));
        try {
          await desk.certify(request, id);
        } catch (failure) {
          if (!(failure instanceof ArchiveError) || !SHOWN.includes(failure.code)) throw failure;
          return await show(request, reply, id, { ...NOTHING, error: failure.message });
        }
        return await reply.redirect(`/requests/${id}/letters?done=certified#certificate`, 303);
      },
    );
  });
}

/** Those that may be handed out. */
async function outHere(at: AgencyTx, requestId: string) {
  return (await listProductions(at, requestId)).filter(isOut).map((one) => ({
    id: one.id,
    n: one.n,
    records: one.released + one.part,
    pages: pagesOf(one),
  }));
}

/** Each field as it was typed. */
function typedIn({ body }: FastifyRequest): readonly (readonly [string, string])[] {
  return body instanceof URLSearchParams ? [...body.entries()] : [];
}
