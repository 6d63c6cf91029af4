/** The page of an agency's texts of letters and of its rates of fees. Forms alone; nothing here needs a script. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '#agency/agency.ts';
import { letterTemplatesPage, MEDIA_ROWS, STAFF_ROWS } from '#console/console.ts';
import type { LetterKind } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import {
  changeRates,
  changeTemplate,
  KIND_RULES,
  placesOf,
  readRates,
  templatesInForce,
} from '#sunshine/sunshine.ts';
import { linesOf, sendPage } from './administration.ts';
import { callerOf, OPERATORS, refuseSomebodyElse, REQUEST_READERS, hereIn } from './auth.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms, type Form } from './forms.ts';
import { FORM_LIMIT_BYTES, kindOf, languageOf, SHOWN } from './letter-pages.ts';
import { ratesIn, ratesTyped } from './letter-forms.ts';

const forReaders = { schema: { hide: true }, config: { roles: REQUEST_READERS, page: true } } as const;
const forOperators = { schema: { hide: true }, config: { roles: OPERATORS, page: true } } as const;
type TemplatesParts = Parameters<typeof letterTemplatesPage>[1];

export function registerLetterTemplatePages(routes: FastifyInstance, context: ApiContext): void {
  const { db } = context.system;
  const here = hereIn(db);

  void routes.register(async (app) => {
    takeForms(app, FORM_LIMIT_BYTES);

    const showTemplates = async (
      request: FastifyRequest,
      reply: FastifyReply,
      more: {
        readonly chosen?: { readonly kind: LetterKind; readonly language: 'en' | 'es' } | null;
        readonly typed?: { readonly text: string; readonly error: string };
        readonly rates?: { readonly form: Form; readonly error: string };
        readonly done?: TemplatesParts['done'];
      },
    ): Promise<FastifyReply> => {
      const { kind: who, roles } = callerOf(request);
      const { templates, own } = await here(request, async (at) => ({
        templates: await templatesInForce(at),
        own: await readRates(at),
      }));
      const { chosen = null, typed, rates, done = null } = more;
      const edited =
        chosen === null
          ? undefined
          : templates.find((one) => one.kind === chosen.kind && one.language === chosen.language);
      const page = letterTemplatesPage(context.frameOf(request), {
        mayChange: who === 'person' && roles.some((role) => OPERATORS.includes(role)),
        templates,
        done,
        edited:
          edited === undefined
            ? null
            : {
                ...edited,
                text: typed?.text ?? edited.text,
                replaces: edited.n,
                places: placesOf(edited.kind),
                demands: KIND_RULES[edited.kind].demands,
                error: typed?.error ?? null,
              },
        rates: {
          number: own?.n ?? 0,
          tooMany:
            own !== null && (own.rates.staff.length > STAFF_ROWS || own.rates.media.length > MEDIA_ROWS),
          errors: rates === undefined ? [] : [[null, rates.error] as const],
          ...(rates === undefined
            ? ratesTyped(own?.rates ?? null)
            : {
                typed: (name: string) => rates.form.one(name),
                checked: (name: string, value: string) => rates.form.all(name).includes(value),
              }),
        },
      });
      return await sendPage(reply, page, typed !== undefined || rates !== undefined);
    };

    app.get<{ Querystring: Record<string, unknown> }>(
      '/requests/letter-templates',
      forReaders,
      async (request, reply) => {
        const kind = kindOf(request.query['kind']);
        const { done } = request.query;
        return await showTemplates(request, reply, {
          chosen: kind === null ? null : { kind, language: languageOf(request.query['language']) },
          done: done === 'text' || done === 'rates' ? done : null,
        });
      },
    );

    app.post('/requests/letter-templates', forOperators, async (request, reply) => {
      const form = formOf(request);
      refuseSomebodyElse(request, form.one('as'));
      const kind = kindOf(form.one('kind'));
      if (kind === null) return await showTemplates(request, reply, {});
      const chosen = { kind, language: languageOf(form.one('language')) };
      const text = linesOf(form.one('text'));
      try {
        const replaces = Number(/^\d{1,6}$/.exec(form.one('replaces'))?.[0] ?? '0');
        const actor = actorOf(callerOf(request));
        await here(request, async (at) => await changeTemplate(at, { ...chosen, text }, { replaces, actor }));
      } catch (failure) {
        if (!(failure instanceof ArchiveError) || !SHOWN.includes(failure.code)) throw failure;
        return await showTemplates(request, reply, { chosen, typed: { text, error: failure.message } });
      }
      return await reply.redirect('/requests/letter-templates?done=text', 303);
    });

    app.post('/requests/fee-rates', forOperators, async (request, reply) => {
      const form = formOf(request);
      refuseSomebodyElse(request, form.one('as'));
      try {
        const rates = ratesIn(form, STAFF_ROWS, MEDIA_ROWS);
        const replaces = Number(/^\d{1,6}$/.exec(form.one('replaces'))?.[0] ?? '0');
        const actor = actorOf(callerOf(request));
        await here(request, async (at) => await changeRates(at, rates, { replaces, actor }));
      } catch (failure) {
        if (!(failure instanceof ArchiveError) || !SHOWN.includes(failure.code)) throw failure;
        return await showTemplates(request, reply, { rates: { form, error: failure.message } });
      }
      return await reply.redirect('/requests/letter-templates?done=rates', 303);
    });
  });
}
