/**
 * Links that let one person choose how to sign in, once: by an administrator's hand for somebody new, or for somebody who lost
 * what they signed in with. And the link to the first account of an installation, which works while nobody is there at all.
 *
 * A link is 32 random bytes; the database keeps their SHA-256. It is used up in the transaction that does what it was for.
 */
import { randomBytes } from 'node:crypto';
import type { AgencyTx, Db } from '#db/db.ts';
import { appendEvent, newId } from '#record/record.ts';
import { addAgency, listAgencies, type Agency } from './agencies.ts';
import { hashPassword } from './passwords.ts';
import { forgiveAttempts } from './attempts.ts';
import {
  addPerson,
  isAnybodyThere,
  listPeople,
  takeMeansAway,
  whyNotPerson,
  type NewPerson,
  type PersonRefusal,
} from './people.ts';
import { beginSession, endSessions, tokenDigest, type Means } from './sessions.ts';

export const INVITATION_MS = 3 * 24 * 3_600_000;
const FIRST_LINK_MS = 24 * 3_600_000;

export interface Invited {
  readonly agencyId: string;
  readonly agencyName: string;
  readonly invitationId: string;
  readonly personId: string;
  readonly name: string;
  readonly email: string;
}

/** What was sent before works no more. The token is in the answer and nowhere else. */
export async function invite(at: AgencyTx, personId: string, by: string, now: Date): Promise<string> {
  const { agencyId, tx } = at;
  const token = randomBytes(32).toString('base64url');
  await tx
    .updateTable('invitation')
    .set({ used_at: now })
    .where('agency_id', '=', agencyId)
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .execute();
  await tx
    .insertInto('invitation')
    .values({
      agency_id: agencyId,
      id: newId(),
      person_id: personId,
      hash: tokenDigest(token),
      created_by: by,
      expires_at: new Date(now.getTime() + INVITATION_MS),
    })
    .execute();
  await appendEvent(at, null, { type: 'person.invited', actor: by, body: { person: personId } });
  return token;
}

/**
 * A new link for somebody who was added and never came: the one that they were sent is lost or too old. Null: nobody here has this
 * address, they have left, or they have a way in, which a link would take away.
 */
export async function inviteAnew(
  at: AgencyTx,
  email: string,
  by: string,
  now: Date,
): Promise<{ readonly personId: string; readonly roles: readonly string[]; readonly token: string } | null> {
  const known = (await listPeople(at)).find((one) => one.email.toLowerCase() === email.trim().toLowerCase());
  if (known === undefined || known.leftAt !== null) return null;
  if (known.hasPassword || known.byProvider || known.passkeys > 0) return null;
  return { personId: known.id, roles: known.roles, token: await invite(at, known.id, by, now) };
}

/** Null: there is no such link, it was used or replaced, it is too old, or whom it was for has left. */
export async function invitedBy(db: Db, token: string, now: Date): Promise<Invited | null> {
  const link = await db.system
    .selectFrom('invitation')
    .select(['agency_id', 'id'])
    .where('hash', '=', tokenDigest(token))
    .executeTakeFirst();
  if (link === undefined) return null;
  const found = await db.inAgency(
    link.agency_id,
    async ({ tx }) =>
      await tx
        .selectFrom('invitation')
        .innerJoin('person', (join) =>
          join
            .onRef('person.agency_id', '=', 'invitation.agency_id')
            .onRef('person.id', '=', 'invitation.person_id'),
        )
        .innerJoin('agency', 'agency.id', 'invitation.agency_id')
        .select(['person.id as personId', 'person.name', 'person.email', 'agency.name as agencyName'])
        .where('invitation.id', '=', link.id)
        .where('invitation.used_at', 'is', null)
        .where('invitation.expires_at', '>', now)
        .where('person.left_at', 'is', null)
        // Who signs in by the agency’s own provider, as it is connected now, has no other way in.
        .where(({ exists, not, selectFrom }) =>
          not(
            exists(
              selectFrom('identity_provider as i')
                .select('i.issuer')
                .whereRef('i.agency_id', '=', 'person.agency_id')
                .whereRef('i.issuer', '=', 'person.issuer'),
            ),
          ),
        )
        .executeTakeFirst(),
  );
  return found === undefined ? null : { agencyId: link.agency_id, invitationId: link.id, ...found };
}

/** With a password and the app whose code was just shown to be right. Null: the link was used in the meantime. */
export async function joinWithPassword(
  db: Db,
  invited: Invited,
  chosen: { readonly password: string; readonly codeSecret: string; readonly codeStep: number },
  now: Date,
): Promise<string | null> {
  const password = await hashPassword(chosen.password);
  return await useUp(db, invited, 'password-and-code', now, async ({ agencyId, tx }) => {
    await tx
      .updateTable('person')
      .set({ password, code_secret: chosen.codeSecret, code_step: chosen.codeStep })
      .where('agency_id', '=', agencyId)
      .where('id', '=', invited.personId)
      .execute();
  });
}

/** Uses the link up, takes every other way in away, does what it was for, puts every other session out, and signs them in. */
export async function useUp(
  db: Db,
  { agencyId, invitationId, personId, email }: Invited,
  means: Means,
  now: Date,
  keep: (at: AgencyTx) => Promise<void>,
): Promise<string | null> {
  return await db.inAgency(agencyId, async (at) => {
    const used = await at.tx
      .updateTable('invitation')
      .set({ used_at: now })
      .where('agency_id', '=', agencyId)
      .where('id', '=', invitationId)
      .where('used_at', 'is', null)
      .returning('created_by')
      .executeTakeFirst();
    if (used === undefined) return null;
    // What they signed in with before may be in other hands: that is why there is a link.
    await takeMeansAway(at, personId, now);
    const left = await leaveProvider(at, personId);
    await keep(at);
    await forgiveAttempts(at, email, now);
    await endSessions(at, personId, 'means-changed', now);
    const actor = `person:${personId}`;
    // Whose link it was, where they are not of this agency and could have used it themselves.
    const inviter = used.created_by.startsWith('operator:') ? { inviter: used.created_by } : {};
    await appendEvent(at, null, {
      type: 'person.means',
      actor,
      body: { person: personId, means, ...left, ...inviter },
    });
    return await beginSession(at, personId, means, now);
  });
}

/** A provider that is not connected any more knew them. Were it connected again, they would not be known there. */
async function leaveProvider(
  { agencyId, tx }: AgencyTx,
  personId: string,
): Promise<{ readonly leaves?: string }> {
  const known = await tx
    .selectFrom('person')
    .select('issuer')
    .where('agency_id', '=', agencyId)
    .where('id', '=', personId)
    .where('issuer', 'is not', null)
    .executeTakeFirst();
  if (known === undefined || known.issuer === null) return {};
  await tx
    .updateTable('person')
    .set({ issuer: null, subject: null })
    .where('agency_id', '=', agencyId)
    .where('id', '=', personId)
    .execute();
  return { leaves: known.issuer };
}

/** For the first account. Null: somebody is there already. A new link takes the place of the last one. */
export async function firstAccountLink(db: Db, now: Date): Promise<string | null> {
  if (await isAnybodyThere(db)) return null;
  const token = randomBytes(32).toString('base64url');
  await db.system
    .updateTable('first_account_link')
    .set({ used_at: now })
    .where('used_at', 'is', null)
    .execute();
  await db.system
    .insertInto('first_account_link')
    .values({
      id: newId(),
      hash: tokenDigest(token),
      expires_at: new Date(now.getTime() + FIRST_LINK_MS),
    })
    .execute();
  return token;
}

export interface FirstAccount {
  readonly linkId: string;
  /** Bodies that the command line added; empty: the page adds one. */
  readonly agencies: readonly Agency[];
}

export async function firstAccountBy(db: Db, token: string, now: Date): Promise<FirstAccount | null> {
  const link = await db.system
    .selectFrom('first_account_link')
    .select('id')
    .where('hash', '=', tokenDigest(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (link === undefined || (await isAnybodyThere(db))) return null;
  return { linkId: link.id, agencies: await listAgencies(db) };
}

/**
 * The administrator of the first body, who then chooses how to sign in. Order: the link is used up, then the body, then the
 * person; a crash in between leaves an installation without anybody, for which the next start makes another link.
 */
export async function makeFirstAccount(
  db: Db,
  { linkId, agencies }: FirstAccount,
  agency: Agency,
  person: Omit<NewPerson, 'roles'>,
  now: Date,
): Promise<
  { readonly invitation: string } | { readonly refused: PersonRefusal | 'link-used' | 'slug-taken' }
> {
  // Before anything is used up or made for ever.
  const unfit = whyNotPerson(agency.id, { ...person, roles: ['administrator'] });
  if (unfit !== null) return { refused: unfit };
  const taken = agencies.some((one) => one.id === agency.id);
  if (!taken && (await listAgencies(db)).some((one) => one.id === agency.id))
    return { refused: 'slug-taken' };
  const used = await db.system
    .updateTable('first_account_link')
    .set({ used_at: now })
    .where('id', '=', linkId)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  if (used.numUpdatedRows !== 1n) return { refused: 'link-used' };
  if (!taken && !(await addAgency(db, agency, 'first-account'))) {
    await db.system
      .updateTable('first_account_link')
      .set({ used_at: null })
      .where('id', '=', linkId)
      .execute();
    return { refused: 'slug-taken' };
  }
  return await db.inAgency(agency.id, async (at) => {
    const added = await addPerson(at, { ...person, roles: ['administrator'] }, 'first-account');
    if ('refused' in added) return added;
    return { invitation: await invite(at, added.personId, 'first-account', now) };
  });
}
