/**
 * Sessions: who signed in, on which device, until when. The cookie holds 32 random bytes, the database their SHA-256; each
 * request asks the database, so that whoever is put out is out with the commit.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { AgencyTx, Db } from '#db/db.ts';
import { appendEvent, newId } from '#record/record.ts';
import { rolesIn, type Caller, type Role } from './roles.ts';

export type Means = 'password-and-code' | 'passkey' | 'oidc';
export type Ending = 'signed-out' | 'revoked' | 'left' | 'roles-changed' | 'means-changed' | 'replaced';

/** At most, whatever is done until then; idle ones end sooner (migration 0008). Source: reference/integrity.md, S7. */
export const SESSION_MS = 12 * 3_600_000;

export interface SignedIn {
  readonly caller: Caller & { readonly sessionId: string };
  readonly agencyName: string;
  readonly name: string;
  readonly email: string;
  readonly means: Means;
}

/** With its entry in the history. The token is in the answer and nowhere else. */
/**
 * Somebody tried as a person of the agency, and was not let in. By whom is not known; of an address that nobody here has there is no
 * entry, or anybody could fill a history that is kept for ever.
 */
export async function enterFailure(at: AgencyTx, personId: string, means: Means): Promise<void> {
  await appendEvent(at, null, {
    type: 'person.sign-in-failed',
    actor: 'worker:sign-in',
    body: { person: personId, means },
  });
}

export async function beginSession(at: AgencyTx, personId: string, means: Means, now: Date): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const sessionId = newId();
  await at.tx
    .insertInto('session')
    .values({
      agency_id: at.agencyId,
      id: sessionId,
      person_id: personId,
      hash: tokenDigest(token),
      means,
      expires_at: new Date(now.getTime() + SESSION_MS),
    })
    .execute();
  await appendEvent(at, null, {
    type: 'person.signed-in',
    actor: `person:${personId}`,
    body: { person: personId, session: sessionId, means },
  });
  return token;
}

interface Row {
  readonly personId: string;
  readonly agencyName: string;
  readonly name: string;
  readonly email: string;
  readonly means: Means;
  readonly roles: readonly string[];
}

/** Null: the cookie leads nowhere, or its session does not count any more. What only watches does not touch: it goes on being idle. */
export async function signedIn(
  db: Db,
  token: string,
  { touches = true }: { readonly touches?: boolean } = {},
): Promise<SignedIn | null> {
  const at = await db.system
    .selectFrom('session')
    .select(['agency_id', 'id'])
    .where('hash', '=', tokenDigest(token))
    .executeTakeFirst();
  if (at === undefined) return null;
  const [row] = await db.statement<{ who: Row | null }>('signed-in', 'select signed_in($1, $2, $3) as who', [
    at.agency_id,
    at.id,
    touches,
  ]);
  const who = row?.who ?? null;
  if (who === null) return null;
  const roles: readonly Role[] = rolesIn(at.agency_id).filter((role) => who.roles.includes(role));
  return {
    caller: { agencyId: at.agency_id, kind: 'person', id: who.personId, roles, sessionId: at.id },
    agencyName: who.agencyName,
    name: who.name,
    email: who.email,
    means: who.means,
  };
}

export async function endSession(
  { agencyId, tx }: AgencyTx,
  sessionId: string,
  because: Ending,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('session')
    .set({ ended_at: now, ended_because: because })
    .where('agency_id', '=', agencyId)
    .where('id', '=', sessionId)
    .where('ended_at', 'is', null)
    .execute();
}

/** All of a person's. */
export async function endSessions(
  { agencyId, tx }: AgencyTx,
  personId: string,
  because: Ending,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('session')
    .set({ ended_at: now, ended_because: because })
    .where('agency_id', '=', agencyId)
    .where('person_id', '=', personId)
    .where('ended_at', 'is', null)
    .execute();
}

/** Of everybody who came by the agency's own provider, but for one. */
export async function endProviderSessions(
  { agencyId, tx }: AgencyTx,
  butFor: string | null,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('session')
    .set({ ended_at: now, ended_because: 'means-changed' })
    .where('agency_id', '=', agencyId)
    .where('means', '=', 'oidc')
    .where('ended_at', 'is', null)
    .$if(butFor !== null, (query) => query.where('id', '!=', butFor ?? ''))
    .execute();
}

export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
