/**
 * Who asks, and whether they may. Decided before a byte of the body is read. A record of another agency is "not found",
 * never "forbidden": its existence is nobody else's business.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller, Keyring, Role } from '#agency/agency.ts';
import { ArchiveError } from '#errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Roles that may call this route; absent: no key is needed. */
    roles?: readonly Role[];
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
}

/** Who hands content in, and who may read it back. The programs' role reads receipts, never content. */
export const REPORTERS: readonly Role[] = ['moderator', 'custodian', 'administrator', 'intake'];
export const READERS: readonly Role[] = [
  'moderator',
  'custodian',
  'retention-officer',
  'auditor',
  'administrator',
];
export const EVERYONE: readonly Role[] = [...READERS, 'intake'];
export const OPERATORS: readonly Role[] = ['custodian', 'administrator'];

export function guardRoutes(app: FastifyInstance, keyring: Keyring): void {
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request) => {
    const { roles } = request.routeOptions.config;
    if (roles === undefined) return;
    const key = keyOf(request);
    if (key === null)
      throw new ArchiveError(
        'key-missing',
        'Send the header "Authorization: Bearer <key>". An administrator makes keys with "holdfast key create".',
        { retry: 'never' },
      );
    const caller = await keyring.callerOf(key);
    if (caller === null)
      throw new ArchiveError(
        'key-invalid',
        'This key is not known, or was revoked. Ask your administrator for a new one.',
        { retry: 'never' },
      );
    if (!roles.includes(caller.role))
      throw new ArchiveError(
        'role-not-allowed',
        `A key with the role "${caller.role}" may not do this. It takes one of: ${roles.join(', ')}.`,
        { retry: 'never' },
      );
    request.caller = caller;
  });
}

function keyOf(request: FastifyRequest): string | null {
  return /^Bearer ([\x21-\x7e]{1,200})$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

/** For answers that go on for long: whether the key that opened them still counts. */
export async function isStillKnown(request: FastifyRequest, keyring: Keyring): Promise<boolean> {
  const key = keyOf(request);
  return key !== null && (await keyring.callerOf(key)) !== null;
}

/** The caller of a guarded route. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null)
    throw new ArchiveError('invariant-broken', 'A route without roles asked who called it.', {
      retry: 'never',
    });
  return request.caller;
}

export function actorOf(caller: Caller): string {
  return `key:${caller.keyId}`;
}
