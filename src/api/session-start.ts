/** What every way in ends with: a session on this browser, and where to go on. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { endSession, signedIn, type RelyingParty } from '#agency/agency.ts';
import { ArchiveError } from '#errors.ts';
import type { ApiContext } from './context.ts';

/** For routes that nobody is signed in at yet; `why` stands in the list of what is open. */
export const open = (why: string) =>
  ({ schema: { hide: true }, config: { open: why, page: true, ownPagesOnly: true } }) as const;

/** Whoever was signed in on this browser before is not any more: nobody is given a session that was there already. */
export async function replaceSession(
  { system, guard }: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<void> {
  const { person } = request;
  if (person !== null) {
    await system.db.inAgency(
      person.caller.agencyId,
      async (at) => await endSession(at, person.caller.sessionId, 'replaced', system.now()),
    );
    const next = await signedIn(system.db, token, { touches: false });
    // As when they sign out themselves: what they typed and did not hand in is not for whoever comes after them.
    if (next?.caller.id !== person.caller.id) reply.header('clear-site-data', '"storage"');
  }
  guard.cookie.set(reply, token);
}

export async function begin(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
  next: string,
): Promise<FastifyReply> {
  await replaceSession(context, request, reply, token);
  return await reply.redirect(next, 303);
}

export function partyOf(party: RelyingParty | null): RelyingParty {
  if (party === null)
    throw new ArchiveError(
      'form-invalid',
      'Browsers make passkeys for names by https only, and HOLDFAST_PUBLIC_URL is not such an address. Sign in with a password.',
      { retry: 'never' },
    );
  return party;
}
