/** The pages on which anybody asks a public body for records, and sees how that stands: no account, no script, no reason. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { askedPage, askPage, PAGE_HEADERS } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import { trackingTyped } from '#sunshine/sunshine.ts';
import { sendPage } from './administration.ts';
import type { ApiContext } from './context.ts';
import { formOf, takeForms } from './forms.ts';
import type { PublicDesk } from './public-requests.ts';
import { wrongText } from './request-orders.ts';

/** Each letter may take nine bytes in a form. */
const FORM_LIMIT_BYTES = 512 * 1024;
type Typed = Parameters<typeof askPage>[1]['typed'];
const NOTHING: Typed = { words: '', requester: '', contact: '', format: '', language: '' };
const NO_NUMBER =
  'This is no number of a request. It has four groups of four letters and figures, such as 7K3M-9QXD-41TV-WZ2B.';

interface Asking {
  readonly agency: string;
}

export function registerAskPages(routes: FastifyInstance, context: ApiContext, desk: PublicDesk): void {
  const open = (why: string) =>
    ({ schema: { hide: true }, config: { open: why, page: true, ownPagesOnly: true } }) as const;
  const asking = open('anybody may ask for public records; no account and no reason is asked (610.023)');
  const show = async (
    request: FastifyRequest<{ Params: Asking }>,
    reply: FastifyReply,
    parts: Partial<Parameters<typeof askPage>[1]> = {},
  ): Promise<FastifyReply> => {
    const { agency } = request.params;
    await desk.taking(agency);
    const page = askPage(context.frameOf(request), {
      agency,
      agencyName: await desk.nameOf(agency),
      typed: NOTHING,
      errors: {},
      number: '',
      numberError: null,
      tooMany: false,
      attempt: randomUUID(),
      ...parts,
    });
    if (parts.tooMany === true) return await reply.code(429).headers(PAGE_HEADERS).send(page);
    return await sendPage(reply, page, parts.errors !== undefined || parts.numberError !== undefined);
  };

  void routes.register(async (app) => {
    takeForms(app, FORM_LIMIT_BYTES);

    app.get<{ Params: Asking; Querystring: Record<string, unknown> }>(
      '/ask/:agency',
      asking,
      async (request, reply) => {
        const { number } = request.query;
        if (number === undefined) return await show(request, reply);
        const typed = typeof number === 'string' ? number : '';
        // Blanks come along when a number is copied.
        const tracking = trackingTyped(typed.replaceAll(/\s/g, ''));
        if (tracking === null)
          return await show(request, reply, { number: typed.slice(0, 40), numberError: NO_NUMBER });
        await desk.nameOf(request.params.agency);
        return await reply.redirect(`/ask/${request.params.agency}/${tracking}`, 303);
      },
    );

    app.post<{ Params: Asking }>('/ask/:agency', asking, async (request, reply) => {
      const form = formOf(request);
      const typed: Typed = {
        words: form.one('words'),
        requester: form.one('requester'),
        contact: form.one('contact'),
        format: form.one('format'),
        language: form.one('language'),
      };
      // The same form sent twice is one request.
      const attempt = form.one('attempt');
      const orNull = (text: string): string | null => (text === '' ? null : text);
      const asked = {
        words: typed.words,
        requester: orNull(typed.requester),
        contact: orNull(typed.contact),
        format: orNull(typed.format),
        language: orNull(typed.language),
      };
      const wrong = wrongText(asked);
      if (wrong !== null) {
        const isBlank = typed[wrong.name as keyof Typed].trim() === '';
        const sentence = isBlank
          ? 'Blanks alone say nothing. Write it in words.'
          : `This is too long: at most ${wrong.limit} characters.`;
        return await show(request, reply, { typed, errors: { [wrong.name]: sentence } });
      }
      const { agency } = request.params;
      const sent = {
        ...asked,
        channel: 'public-page',
        firstReceivedAt: context.system.now(),
        receivedByCustodianAt: null,
        attempt: /^[0-9a-f-]{36}$/.test(attempt) ? attempt : null,
      } as const;
      try {
        const tracking = await desk.ask(request.ip, agency, sent);
        return await reply.redirect(`/ask/${agency}/${tracking}?new=yes`, 303);
      } catch (failure) {
        if (!(failure instanceof ArchiveError) || failure.code !== 'sign-in-too-many') throw failure;
        // Nothing that was typed is lost: it is there to be sent again.
        return await show(request, reply, { typed, attempt, tooMany: true });
      }
    });
  });

  routes.get<{ Params: Asking & { readonly tracking: string }; Querystring: Record<string, unknown> }>(
    '/ask/:agency/:tracking',
    open('how a request stands, to whoever has its number: its state, its day, and what is awaited'),
    async (request, reply) => {
      const { agency, tracking } = request.params;
      const standing = await desk.standing(request.ip, agency, tracking);
      const page = askedPage(context.frameOf(request), {
        agency,
        agencyName: await desk.nameOf(agency),
        isNew: request.query['new'] === 'yes',
        ...standing,
      });
      return await sendPage(reply, page);
    },
  );
}
