/**
 * Passkeys (Web Authentication Level 3), checked by `@simplewebauthn/server`. User verification is asked for, so that a passkey
 * alone is two factors: the device, and the finger, face or number that opens it.
 *
 * A question (challenge) is used once: whoever answers it takes its row away first.
 */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { isIP } from 'node:net';
import type { AgencyTx, Db } from '#db/db.ts';
import { newId } from '#record/record.ts';
import { useUp, type Invited } from './invitations.ts';
import { beginSession, enterFailure } from './sessions.ts';

const CEREMONY_MS = 5 * 60_000;

/** Where passkeys belong to, as browsers check it: a name, by https or on this very machine. */
export interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

/** Null: browsers make no passkey for such an address. */
export function relyingParty(publicUrl: string): RelyingParty | null {
  const { protocol, hostname, origin } = new URL(publicUrl);
  const isLocal = hostname === 'localhost';
  if (isIP(hostname.replaceAll(/[[\]]/g, '')) !== 0 || (protocol !== 'https:' && !isLocal)) return null;
  return { id: hostname, origin };
}

export interface Ceremony {
  readonly ceremonyId: string;
  /** As `navigator.credentials` takes it, in JSON. */
  readonly options: object;
}

export async function askToRegister(
  db: Db,
  party: RelyingParty,
  { agencyId, agencyName, personId, name, email }: Invited,
  now: Date,
): Promise<Ceremony> {
  const known = await db.inAgency(
    agencyId,
    async ({ tx }) =>
      await tx
        .selectFrom('passkey')
        .select('credential_id')
        .where('agency_id', '=', agencyId)
        .where('person_id', '=', personId)
        .where('revoked_at', 'is', null)
        .execute(),
  );
  const options = await generateRegistrationOptions({
    rpName: `Holdfast, ${agencyName}`,
    rpID: party.id,
    userName: email,
    userDisplayName: name,
    // Random bytes without a name in them, as the standard asks: the person's number.
    userID: new Uint8Array(Buffer.from(personId.replaceAll('-', ''), 'hex')),
    attestationType: 'none',
    excludeCredentials: known.map((one) => ({ id: one.credential_id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  return await out(db, 'register', options, personId, now);
}

export async function askToSignIn(db: Db, party: RelyingParty, now: Date): Promise<Ceremony> {
  const options = await generateAuthenticationOptions({ rpID: party.id, userVerification: 'required' });
  return await out(db, 'sign-in', options, null, now);
}

type Response<T extends (options: never) => unknown> = Parameters<T>[0] extends {
  readonly response: infer R;
}
  ? R
  : never;

/** Signs in whoever registered it. Null: it was not what was asked for, or the link was used in the meantime. */
export async function joinWithPasskey(
  db: Db,
  party: RelyingParty,
  invited: Invited,
  answer: { readonly ceremonyId: string; readonly response: unknown; readonly label: string },
  now: Date,
): Promise<string | null> {
  const asked = await taken(db, answer.ceremonyId, 'register', now);
  if (asked === null || asked.about !== invited.personId) return null;
  const checked = await verifyRegistrationResponse({
    response: answer.response as Response<typeof verifyRegistrationResponse>,
    expectedChallenge: asked.challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
  }).catch(() => null);
  if (checked?.verified !== true) return null;
  const { credential } = checked.registrationInfo;
  return await useUp(db, invited, 'passkey', now, async ({ agencyId, tx }) => {
    await tx
      .insertInto('passkey')
      .values({
        agency_id: agencyId,
        id: newId(),
        person_id: invited.personId,
        credential_id: credential.id,
        public_key: Buffer.from(credential.publicKey),
        counter: credential.counter,
        transports: [...(credential.transports ?? [])],
        label: answer.label,
      })
      .execute();
  });
}

/** The token of a new session. Null: no such passkey, revoked, its person left, or it did not answer what was asked. */
export async function signInWithPasskey(
  db: Db,
  party: RelyingParty,
  answer: { readonly ceremonyId: string; readonly response: unknown },
  now: Date,
): Promise<string | null> {
  const asked = await taken(db, answer.ceremonyId, 'sign-in', now);
  const credentialId = idOf(answer.response);
  if (asked === null || credentialId === null) return null;
  const at = await db.system
    .selectFrom('passkey')
    .select(['agency_id', 'person_id'])
    .where('credential_id', '=', credentialId)
    .executeTakeFirst();
  if (at === undefined) return null;
  return await db.inAgency(at.agency_id, async (inside) => {
    const key = await passkeyOf(inside, credentialId);
    if (key === undefined) return null;
    const checked = await verifyAuthenticationResponse({
      response: answer.response as Response<typeof verifyAuthenticationResponse>,
      expectedChallenge: asked.challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      credential: {
        id: credentialId,
        publicKey: new Uint8Array(key.public_key),
        counter: key.counter,
      },
    }).catch(() => null);
    if (checked?.verified !== true) {
      await enterFailure(inside, key.person_id, 'passkey');
      return null;
    }
    await inside.tx
      .updateTable('passkey')
      .set({ counter: checked.authenticationInfo.newCounter, used_at: now })
      .where('agency_id', '=', inside.agencyId)
      .where('id', '=', key.id)
      .execute();
    return await beginSession(inside, key.person_id, 'passkey', now);
  });
}

/** Locked: a copy of the same passkey that signs in at this moment waits, and its counter is then behind. */
async function passkeyOf({ agencyId, tx }: AgencyTx, credentialId: string) {
  return await tx
    .selectFrom('passkey')
    .innerJoin('person', (on) =>
      on.onRef('person.agency_id', '=', 'passkey.agency_id').onRef('person.id', '=', 'passkey.person_id'),
    )
    .select(['passkey.id', 'passkey.person_id', 'passkey.public_key', 'passkey.counter'])
    .where('passkey.agency_id', '=', agencyId)
    .where('passkey.credential_id', '=', credentialId)
    .where('passkey.revoked_at', 'is', null)
    .where('person.left_at', 'is', null)
    .forUpdate('passkey')
    .executeTakeFirst();
}

async function out(
  db: Db,
  kind: 'register' | 'sign-in',
  options: { readonly challenge: string },
  about: string | null,
  now: Date,
): Promise<Ceremony> {
  const ceremonyId = newId();
  await db.system.deleteFrom('ceremony').where('expires_at', '<', now).execute();
  await db.system
    .insertInto('ceremony')
    .values({
      id: ceremonyId,
      kind,
      challenge: options.challenge,
      about,
      expires_at: new Date(now.getTime() + CEREMONY_MS),
    })
    .execute();
  return { ceremonyId, options };
}

async function taken(
  db: Db,
  ceremonyId: string,
  kind: 'register' | 'sign-in',
  now: Date,
): Promise<{ readonly challenge: string; readonly about: string | null } | null> {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(ceremonyId)) return null;
  const row = await db.system
    .deleteFrom('ceremony')
    .where('id', '=', ceremonyId)
    .where('kind', '=', kind)
    .returning(['challenge', 'about', 'expires_at'])
    .executeTakeFirst();
  return row === undefined || row.expires_at <= now ? null : row;
}

function idOf(response: unknown): string | null {
  const id: unknown = typeof response === 'object' && response !== null ? Reflect.get(response, 'id') : null;
  return typeof id === 'string' && /^[\w-]{1,1400}$/.test(id) ? id : null;
}
