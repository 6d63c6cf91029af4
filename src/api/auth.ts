/**
 * Who asks, and whether they may. Decided before a byte of the body is read. A record of another agency is "not found",
 * never "forbidden": its existence is nobody else's business.
 *
 * Programs send a key, people who signed in a cookie. Where both come, the key counts: a page that was given one means it. A
 * cookie comes along with whatever makes a browser ask, so a call that changes something takes it from our own pages only.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  SESSION_MS,
  signedIn,
  SYSTEM_ROLE,
  type Caller,
  type Keyring,
  type Role,
  type SignedIn,
} from '#agency/agency.ts';
import type { AgencyTx, Db } from '#db/db.ts';
import { openLimit } from './limit.ts';
import { ArchiveError } from '#errors.ts';
import { RoleNotAllowed } from './role-not-allowed.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Roles that may call this route; absent: anybody may, and `open` says why. */
    roles?: readonly Role[];
    /** A page for people: who is not signed in is sent to do so. */
    page?: boolean;
    /** Why no key and no session is asked for. */
    open?: string;
    /** A form or frame for the work of an agency, open to whoever has a key: not for whoever runs the machine. */
    ofAgencies?: boolean;
    /** Asked again and again by a page that only watches: nobody is at work because of it. */
    watches?: boolean;
    /** Takes a form of ours although nobody is signed in: from our own pages only. */
    ownPagesOnly?: boolean;
  }
  interface FastifyInstance {
    /** Every call that there is, for whoever looks after its guard. */
    calls: readonly Call[];
  }
  interface FastifyRequest {
    caller: Caller | null;
    /** Whoever signed in on this browser; null: nobody, or it was not asked (a key came). */
    person: SignedIn | null;
  }
}

/** Who hands content in, and who may read it back. The programs' role reads receipts, never content. */
export const REPORTERS: readonly Role[] = ['moderator', 'custodian', 'administrator', 'intake'];
export const READERS: readonly Role[] = [
  'moderator',
  'custodian',
  'retention-officer',
  'approver',
  'auditor',
  'administrator',
];
export const EVERYONE: readonly Role[] = [...READERS, 'intake'];
export const OPERATORS: readonly Role[] = ['custodian', 'administrator'];
/** Whoever may say that something must be kept; people and programs. Letting go is for a person, and the database's to allow. */
export const HOLDERS: readonly Role[] = ['custodian', 'retention-officer', 'administrator'];
export const HOLD_READERS: readonly Role[] = [...HOLDERS, 'approver', 'auditor'];
/** Who sees what was asked under the Sunshine Law, and by whom. */
export const REQUEST_READERS: readonly Role[] = ['custodian', 'auditor', 'administrator'];
/** Who looks into what others did. */
export const AUDITORS: readonly Role[] = ['auditor', 'administrator'];
/** Noting is the office's own word, and nobody else's. */
export const CUSTODIANS: readonly Role[] = ['custodian'];
/** Who sees how long records are kept, and what stands in the way of their end. */
export const RETENTION_READERS: readonly Role[] = [
  'custodian',
  'retention-officer',
  'approver',
  'auditor',
  'administrator',
];
/** Who files schedules and rules. */
export const RETENTION_OFFICERS: readonly Role[] = ['retention-officer', 'administrator'];
/** Who says under which series a record stands, and what happened on which day. */
export const CLASSIFIERS: readonly Role[] = ['custodian', 'retention-officer'];
/** Who may confirm an edition, as the database has it too (migration 0033). */
export const CONFIRMERS: readonly Role[] = ['custodian', 'retention-officer', 'approver', 'administrator'];
export const ADMINISTRATORS: readonly Role[] = ['administrator'];
/** Whoever runs the machine, and reads no content. */
export const SYSTEM_ADMINISTRATORS: readonly Role[] = [SYSTEM_ROLE];

const FLOW_S = 600;
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

export interface Guard {
  readonly keyring: Keyring;
  readonly db: Db;
  readonly cookie: SessionCookie;
}

/** A call, and who may make it; null: anybody. */
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly roles: readonly Role[] | null;
  readonly page: boolean;
}

export function guardRoutes(app: FastifyInstance, { keyring, db, cookie }: Guard): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('person', null);
  const limit = openLimit();
  const calls: Call[] = [];
  app.decorate('calls', calls);
  app.addHook('onRoute', ({ url, method, config }) => {
    for (const one of [method].flat())
      calls.push({ method: one, url, roles: config?.roles ?? null, page: config?.page === true });
    if (config?.roles === undefined && config?.open === undefined && !url.startsWith('/assets/'))
      throw new ArchiveError('invariant-broken', `${url} says neither who may call it nor why anybody may.`, {
        retry: 'halt',
      });
  });
  app.addHook('onRequest', async (request, reply) => {
    const { roles, page, ownPagesOnly, watches, ofAgencies } = request.routeOptions.config;
    if (
      ownPagesOnly === true &&
      (!SAFE_METHODS.includes(request.method) || request.url.startsWith('/sign-in/oidc'))
    )
      limit.ask(request.ip);
    const key = keyOf(request);
    // Something stands where a key does and is none: no reason to look at the cookie.
    if (key === '' && roles !== undefined) throw keyMissing();
    if (key === null && (roles !== undefined || page === true)) {
      const token = cookie.of(request);
      request.person = token === null ? null : await signedIn(db, token, { touches: watches !== true });
    }
    if (ownPagesOnly === true || request.person !== null) cookie.refuseForeign(request);
    const opened = request.headers['holdfast-as'];
    if (opened !== undefined) refuseSomebodyElse(request, opened);
    if (ofAgencies === true && request.person?.caller.roles.includes(SYSTEM_ROLE) === true)
      throw new ArchiveError(
        'role-not-allowed',
        'You run the machine, and nothing of an agency is for you to see or to hand in. What you can do is on /machine.',
        { retry: 'never' },
      );
    if (roles === undefined) return;
    const caller = key === null ? request.person?.caller : await keyring.callerOf(key);
    if (caller === undefined) {
      if (page === true) return await reply.redirect(signInFirst(request), 303);
      throw cookie.of(request) === null ? keyMissing() : sessionEnded();
    }
    if (caller === null)
      throw new ArchiveError(
        'key-invalid',
        'This key is not known, was revoked, or its time is over. Ask your administrator for a new one.',
        { retry: 'never' },
      );
    if (!caller.roles.some((role) => roles.includes(role))) throw new RoleNotAllowed(caller, roles);
    request.caller = caller;
  });
}

/**
 * A page that was opened as somebody else: what stands on it is not sent in the name of whoever signed in since. A script says for
 * whom by a header, a form by its field `as`.
 */
export function refuseSomebodyElse({ person }: FastifyRequest, opened: unknown): void {
  if (person === null || opened === person.caller.id) return;
  throw new ArchiveError(
    'session-ended',
    'Somebody else has signed in on this browser since this page was opened. Sign in again as yourself; nothing that you put in is lost.',
    { retry: 'never' },
  );
}

/** Back to where they were; what was sent is not sent again by itself, and that is said. */
function signInFirst({ method, url }: FastifyRequest): string {
  if (SAFE_METHODS.includes(method)) return `/sign-in?next=${encodeURIComponent(url)}`;
  return `/sign-in?ended=yes&next=${encodeURIComponent(`/${url.split('/')[1] ?? ''}`)}`;
}

function keyMissing(): ArchiveError {
  return new ArchiveError(
    'key-missing',
    'Send the header "Authorization: Bearer <key>", or sign in. An administrator makes keys with "holdfast key create".',
    { retry: 'never' },
  );
}

function sessionEnded(): ArchiveError {
  return new ArchiveError(
    'session-ended',
    'You are not signed in any more. Sign in again; nothing that you put in is lost.',
    { retry: 'never' },
  );
}

function keyOf(request: FastifyRequest): string | null {
  const { authorization } = request.headers;
  if (authorization === undefined) return null;
  // Empty: whatever else stands there.
  return /^Bearer ([\x21-\x7e]{1,200})$/.exec(authorization)?.[1] ?? '';
}

/** For answers that go on for long: whether what opened them, key or session, still counts. */
export async function isStillKnown(
  request: FastifyRequest,
  { keyring, db, cookie }: Guard,
): Promise<boolean> {
  const key = keyOf(request);
  if (key !== null) return (await keyring.callerOf(key)) !== null;
  const token = cookie.of(request);
  return token !== null && (await signedIn(db, token, { touches: false })) !== null;
}

/** The caller of a guarded route. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null)
    throw new ArchiveError('invariant-broken', 'A route without roles asked who called it.', {
      retry: 'never',
    });
  return request.caller;
}

/** Work within the agency of whoever calls, in one transaction. */
export const hereIn =
  (db: Db) =>
  async <T>(request: FastifyRequest, work: (at: AgencyTx) => Promise<T>): Promise<T> =>
    await db.inAgency(callerOf(request).agencyId, work);

export interface SessionCookie {
  of(request: FastifyRequest): string | null;
  set(reply: FastifyReply, token: string): void;
  clear(reply: FastifyReply): void;
  /** What a browser keeps while its owner is at their agency's own sign-in. */
  flowOf(request: FastifyRequest): string | null;
  setFlow(reply: FastifyReply, kept: string): void;
  clearFlow(reply: FastifyReply): void;
  /** Throws when the request did not come from a page of ours. */
  refuseForeign(request: FastifyRequest): void;
}

/**
 * By https the name begins with `__Host-`, which binds it to this host alone (RFC 6265bis, 4.1.3.2); a trial without https has
 * to do without. `Lax`: a link from elsewhere opens our pages as who one is; what changes something is asked for its origin.
 */
export function sessionCookie(publicUrl: string): SessionCookie {
  const { protocol, origin: own } = new URL(publicUrl);
  const secure = protocol === 'https:';
  const name = secure ? '__Host-holdfast' : 'holdfast-session';
  const flowName = secure ? '__Host-holdfast-flow' : 'holdfast-flow';
  const options = { path: '/', httpOnly: true, secure, sameSite: 'lax' } as const;
  return {
    of: (request) => request.cookies[name] ?? null,
    set: (reply, token) => void reply.setCookie(name, token, { ...options, maxAge: SESSION_MS / 1000 }),
    clear: (reply) => void reply.clearCookie(name, options),
    flowOf: (request) => request.cookies[flowName] ?? null,
    setFlow: (reply, kept) => void reply.setCookie(flowName, kept, { ...options, maxAge: FLOW_S }),
    clearFlow: (reply) => void reply.clearCookie(flowName, options),
    refuseForeign: (request) => {
      if (SAFE_METHODS.includes(request.method)) return;
      const { origin, host } = request.headers;
      const site = request.headers['sec-fetch-site'];
      const isOwn =
        site === undefined
          ? origin === own || (origin !== undefined && URL.canParse(origin) && new URL(origin).host === host)
          : site === 'same-origin';
      if (!isOwn)
        throw new ArchiveError(
          'request-cross-site',
          'This was sent by a page that is not ours, so nothing was done. Open Holdfast itself and do it there.',
          { retry: 'never' },
        );
    },
  };
}
