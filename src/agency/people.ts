/**
 * The people of an agency and what they may do. A person is never deleted: what they did stays theirs in every history. Who
 * leaves, or may do less, is out of every session in the same transaction.
 */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { appendEvent, newId } from '#record/record.ts';
import { PEOPLE_ROLES, rolesIn, SYSTEM_AGENCY, type Role } from './roles.ts';
import { endSessions } from './sessions.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly createdAt: Date;
  readonly leftAt: Date | null;
  readonly hasPassword: boolean;
  /** They sign in by the agency's own provider, as it is connected now, which says what they may do. */
  readonly byProvider: boolean;
  /** They came by one that is not connected any more: a link lets them choose another way. */
  readonly wasByProvider: boolean;
  readonly passkeys: number;
  /** The newest of their sessions was used then; null: they never signed in. */
  readonly seenAt: Date | null;
}

export type PersonRefusal =
  | 'name-empty'
  | 'name-long'
  | 'email-malformed'
  | 'email-taken'
  | 'role-missing'
  | 'role-unknown'
  | 'auditor-alone';

/** What is wrong with it, and what to do. Pages and the command line say the same. */
export const PERSON_SENTENCES: Readonly<Record<PersonRefusal, string>> = {
  'name-empty': 'Enter the name by which colleagues know this person.',
  'name-long': 'A name has at most 200 characters.',
  'email-malformed': 'Enter an e-mail address such as name@agency.gov; it is the name to sign in with.',
  'email-taken':
    'Somebody of this agency has this e-mail address already. Change that person instead, or enter another address.',
  'role-missing': 'Choose at least one role.',
  'role-unknown': `There is no such role. There are: ${PEOPLE_ROLES.join(', ')}.`,
  'auditor-alone':
    'An auditor reads everything and changes nothing, so an auditor holds no other role. Take one of them away.',
};

export interface NewPerson {
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
}

const MOST_NAME_CHARS = 200;

/** Refused, never trimmed but for the space around. Null: nothing is wrong with it, whether the address is free shows in the table. */
export function whyNotPerson(agencyId: string, { name, email, roles }: NewPerson): PersonRefusal | null {
  if (name.trim() === '') return 'name-empty';
  if (name.length > MOST_NAME_CHARS) return 'name-long';
  if (!/^[^\s@]+@[^\s@]+$/.test(email.trim()) || email.length > 254) return 'email-malformed';
  return whyNotRoles(agencyId, roles);
}

function whyNotRoles(agencyId: string, roles: readonly string[]): PersonRefusal | null {
  if (roles.length === 0) return 'role-missing';
  if (roles.some((role) => !rolesIn(agencyId).some((known) => known === role))) return 'role-unknown';
  return roles.includes('auditor') && roles.length > 1 ? 'auditor-alone' : null;
}

/** `by`: as histories name them. */
export async function addPerson(
  at: AgencyTx,
  person: NewPerson,
  by: string,
): Promise<{ readonly personId: string } | { readonly refused: PersonRefusal }> {
  const { agencyId, tx } = at;
  const refused = whyNotPerson(agencyId, person);
  if (refused !== null) return { refused };
  const email = person.email.trim();
  const personId = newId();
  const added = await tx
    .insertInto('person')
    .values({ agency_id: agencyId, id: personId, name: person.name.trim(), email, created_by: by })
    .onConflict((conflict) => conflict.expression(sql`agency_id, lower(email)`).doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows !== 1n) return { refused: 'email-taken' };
  for (const role of new Set(person.roles)) await grant(at, personId, role, by);
  await appendEvent(at, null, {
    type: 'person.added',
    actor: by,
    body: { person: personId, roles: [...new Set(person.roles)] },
  });
  return { personId };
}

/** Exactly these roles from now on. Whoever loses one is out of every session: what is open on a screen counts no more. */
export async function setRoles(
  at: AgencyTx,
  personId: string,
  roles: readonly string[],
  by: string,
  now: Date,
): Promise<PersonRefusal | null> {
  const refused = whyNotRoles(at.agencyId, roles);
  if (refused === null) await changeRoles(at, personId, roles, by, now);
  return refused;
}

/** Also to none, where a provider no longer says any. */
export async function changeRoles(
  at: AgencyTx,
  personId: string,
  roles: readonly string[],
  by: string,
  now: Date,
): Promise<void> {
  const { agencyId, tx } = at;
  const held = await rolesOf(at, personId);
  const lost = held.filter((role) => !roles.includes(role));
  const gained = roles.filter((role) => !held.some((one) => one === role));
  if (lost.length > 0)
    await tx
      .updateTable('person_role')
      .set({ ended_at: now, ended_by: by })
      .where('agency_id', '=', agencyId)
      .where('person_id', '=', personId)
      .where('role', 'in', lost)
      .where('ended_at', 'is', null)
      .execute();
  for (const role of gained) await grant(at, personId, role, by);
  if (lost.length > 0) await endSessions(at, personId, 'roles-changed', now);
  if (lost.length + gained.length > 0)
    await appendEvent(at, null, {
      type: 'person.roles',
      actor: by,
      body: { person: personId, lost, gained },
    });
}

/** Access ends with the commit. False: nobody of that id is here, or they left before. */
export async function letGo(at: AgencyTx, personId: string, by: string, now: Date): Promise<boolean> {
  const gone = await at.tx
    .updateTable('person')
    .set({ left_at: now })
    .where('agency_id', '=', at.agencyId)
    .where('id', '=', personId)
    .where('left_at', 'is', null)
    .executeTakeFirst();
  if (gone.numUpdatedRows !== 1n) return false;
  await endSessions(at, personId, 'left', now);
  await takeMeansAway(at, personId, now);
  await appendEvent(at, null, { type: 'person.left', actor: by, body: { person: personId } });
  return true;
}

/** Passkeys, password and app: none of them signs in any more. */
export async function takeMeansAway({ agencyId, tx }: AgencyTx, personId: string, now: Date): Promise<void> {
  await tx
    .updateTable('passkey')
    .set({ revoked_at: now })
    .where('agency_id', '=', agencyId)
    .where('person_id', '=', personId)
    .where('revoked_at', 'is', null)
    .execute();
  await tx
    .updateTable('person')
    .set({ password: null, code_secret: null, code_step: null })
    .where('agency_id', '=', agencyId)
    .where('id', '=', personId)
    .execute();
}

/** Those who are here first, by name. */
export async function listPeople({ agencyId, tx }: AgencyTx): Promise<Person[]> {
  const { rows } = await sql<Omit<Person, 'roles'> & { readonly roles: Role[] }>`
    select p.id, p.name, p.email, p.created_at as "createdAt", p.left_at as "leftAt", p.password is not null as "hasPassword",
           i.issuer is not null as "byProvider", p.issuer is not null and i.issuer is null as "wasByProvider",
           coalesce((select array_agg(r.role order by r.role) from person_role r
                      where r.agency_id = p.agency_id and r.person_id = p.id and r.ended_at is null), '{}') as roles,
           (select count(*)::int from passkey k
             where k.agency_id = p.agency_id and k.person_id = p.id and k.revoked_at is null) as passkeys,
           (select max(s.seen_at) from session s where s.agency_id = p.agency_id and s.person_id = p.id) as "seenAt"
      from person p left join identity_provider i on i.agency_id = p.agency_id and i.issuer = p.issuer
     where p.agency_id = ${agencyId} order by p.left_at is not null, lower(p.name), p.id`.execute(tx);
  return rows;
}

/** Whether an administrator gets in by a passkey or a password of ours, whatever becomes of the agency's own sign-in. */
export async function isAdministered({ agencyId, tx }: AgencyTx): Promise<boolean> {
  const { rows } = await sql`
    select from person p join person_role r on r.agency_id = p.agency_id and r.person_id = p.id
     where p.agency_id = ${agencyId} and p.left_at is null and r.role = 'administrator' and r.ended_at is null
       and (p.password is not null or exists (select from passkey k
             where k.agency_id = p.agency_id and k.person_id = p.id and k.revoked_at is null)) limit 1`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Whether any agency has anybody: without, the first account may be made. Whoever runs the machine is of none. */
export async function isAnybodyThere(db: Db): Promise<boolean> {
  const somebody = db.system
    .selectFrom('person')
    .select('id')
    .where('agency_id', '<>', SYSTEM_AGENCY)
    .limit(1);
  return (await somebody.executeTakeFirst()) !== undefined;
}

async function rolesOf({ agencyId, tx }: AgencyTx, personId: string): Promise<Role[]> {
  const rows = await tx
    .selectFrom('person_role')
    .select('role')
    .where('agency_id', '=', agencyId)
    .where('person_id', '=', personId)
    .where('ended_at', 'is', null)
    .orderBy('role')
    .execute();
  return rows.flatMap(({ role }) => rolesIn(agencyId).filter((known) => known === role));
}

async function grant({ agencyId, tx }: AgencyTx, personId: string, role: string, by: string): Promise<void> {
  const known = rolesIn(agencyId).find((one) => one === role);
  if (known === undefined)
    throw new ArchiveError('invariant-broken', `A role "${role}" was to be granted.`, { retry: 'never' });
  await tx
    .insertInto('person_role')
    .values({ agency_id: agencyId, id: newId(), person_id: personId, role: known, granted_by: by })
    .execute();
}
