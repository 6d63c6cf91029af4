/** What each page is told beside its own matter: the mode, who is at work, and in which language they read. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLanguage, languageAsked, type Frame } from '#console/console.ts';
import { ArchiveError } from '#errors.ts';
import { placeHere } from './forms.ts';

const COOKIE = 'holdfast-language';
const YEAR_S = 365 * 86_400;

export interface FrameParts {
  readonly mode: Frame['mode'];
  readonly publicUrl: string;
  readonly now: () => Date;
  /** Hears of each message that has no words in another language. For tests. */
  readonly untranslated?: (message: string) => void;
}

export type FrameOf = (request: FastifyRequest) => Frame;

export function openFrames({ mode, publicUrl, now, untranslated }: FrameParts): FrameOf {
  return (request) => ({
    mode,
    language: languageOf(request),
    path: placeOf(request),
    // For paper, of pages that are somebody's: a link that signs in is no address to print.
    foot: request.caller == null ? null : { address: `${publicUrl}${request.url}`, at: now().toISOString() },
    ...(untranslated === undefined ? {} : { untranslated }),
    viewer:
      // Not there yet where a request is refused before anybody asked who it is.
      request.person === null || request.person === undefined
        ? null
        : {
            id: request.person.caller.id,
            name: request.person.name,
            agencyName: request.person.agencyName,
            roles: request.person.caller.roles,
          },
  });
}

/** What a script of ours asks for in the language of its page. */
const PAGE_LANGUAGE = 'holdfast-language';

/** As the page says from which a script asks; else as they chose on a page, else as their browser asks. */
function languageOf(request: FastifyRequest): Frame['language'] {
  const ofPage = request.headers[PAGE_LANGUAGE];
  if (typeof ofPage === 'string' && isLanguage(ofPage)) return ofPage;
  // What is refused before its cookies are read, a call that there is not, is still answered in the language that was chosen.
  const cookies = request.cookies ?? request.server.parseCookie(request.headers.cookie ?? '');
  const chosen = cookies[COOKIE] ?? '';
  return isLanguage(chosen) ? chosen : languageAsked(request.headers['accept-language'] ?? '');
}

/** Where to come back to. What answers a form may have no page at its own address. */
function placeOf({ method, url, server, routeOptions }: FastifyRequest): string {
  const here = routeOptions?.url;
  if (method === 'GET' || (here !== undefined && server.hasRoute({ method: 'GET', url: here }))) return url;
  return `/${url.split(/[/?]/)[1] ?? ''}`;
}

/** What people read says in which language it is, and what that hangs on. */
export function sayLanguage(request: FastifyRequest, reply: FastifyReply): void {
  const type = String(reply.getHeader('content-type') ?? '');
  if (!type.startsWith('text/html') && !type.startsWith('application/problem+json')) return;
  reply.header('content-language', languageOf(request));
  reply.header('vary', `Cookie, Accept-Language, ${PAGE_LANGUAGE}`);
}

/** Chosen by whoever reads: not by a page elsewhere, and not by a browser that looks ahead. */
function isChosen({ headers }: FastifyRequest): boolean {
  const ahead = [headers['sec-purpose'], headers['purpose'], headers['x-moz']];
  return headers['sec-fetch-site'] !== 'cross-site' && !ahead.some((one) => String(one).includes('prefetch'));
}

export function registerLanguage(app: FastifyInstance, publicUrl: string): void {
  const secure = publicUrl.startsWith('https:');
  app.get<{ Querystring: Record<string, unknown> }>(
    '/language',
    { schema: { hide: true }, config: { open: 'choosing a language' } },
    async (request, reply) => {
      const { to, next } = request.query;
      if (typeof to !== 'string' || !isLanguage(to))
        throw new ArchiveError('form-invalid', 'Expected a language that there is: to=en or to=es.', {
          retry: 'never',
        });
      if (isChosen(request))
        reply.setCookie(COOKIE, to, { path: '/', httpOnly: true, secure, sameSite: 'lax', maxAge: YEAR_S });
      return await reply.redirect(placeHere(typeof next === 'string' ? next : '/'), 303);
    },
  );
}
