/** Forms of our own pages: what was typed, by name. They are few and short, and come from our own pages only (`auth.ts`). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AGENCY_SLUG } from '#agency/agency.ts';
import { ArchiveError } from '#errors.ts';

const FORM_LIMIT_BYTES = 64 * 1024;

/** For the routes of this instance alone: a report is never taken as a form. */
export function takeForms(app: FastifyInstance, bodyLimit = FORM_LIMIT_BYTES): void {
  app.addContentTypeParser(
    /^application\/x-www-form-urlencoded\s*(?:;|$)/i,
    { parseAs: 'string', bodyLimit },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
}

export interface Form {
  /** Empty when it was not sent. Text that Postgres cannot keep is refused. */
  one(name: string): string;
  all(name: string): readonly string[];
}

export function formOf(request: FastifyRequest): Form {
  const { body } = request;
  if (!(body instanceof URLSearchParams))
    throw new ArchiveError('form-invalid', 'Send this from the page itself; it is a form.', {
      retry: 'never',
    });
  if ([...body.values()].some((value) => value.includes('\0')))
    throw new ArchiveError(
      'form-invalid',
      'A field holds the character NUL, which is no text. Type it anew.',
      {
        retry: 'never',
      },
    );
  return { one: (name) => body.get(name) ?? '', all: (name) => body.getAll(name) };
}

/** Only within this site: a path, and none that a browser would read as another host. `/` leads to what somebody does most. */
export function placeHere(next: string): string {
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(next) || next.length > 500) return '/';
  const here = new URL(next, 'http://here.invalid');
  // Dots and slashes are put in order by the parser: only then it is seen where it leads.
  const isHere = here.origin === 'http://here.invalid' && !here.pathname.startsWith('//');
  return isHere ? here.pathname + here.search : '/';
}

/** An answer of an authenticator, as the page sends it. */
export function jsonOf(request: FastifyRequest): {
  readonly ceremonyId?: unknown;
  readonly response?: unknown;
} {
  try {
    const value: unknown = JSON.parse(
      request.body instanceof Uint8Array ? Buffer.from(request.body).toString('utf8') : '',
    );
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new ArchiveError('form-invalid', 'Expected {"ceremonyId": …, "response": …} as application/json.', {
    retry: 'never',
  });
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Typed as people type it. What cannot be a short name is none. */
export function slugOf(typed: string): string {
  const slug = typed.trim().toLowerCase();
  return AGENCY_SLUG.test(slug) ? slug : '';
}
