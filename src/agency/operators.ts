/**
 * Whoever runs the machine (role `system-administrator`). They are added and let go at the machine itself, and nowhere else: no page
 * makes one, and none of them makes another. What they may do to an agency is two things, both entries in its history: to add it, and
 * to invite its first administrator while nobody and nothing is there (migration 0017).
 */
import { sql } from 'kysely';
import type { Db } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';
import { isAgency } from './agencies.ts';
import { addPerson, letGo, type PersonRefusal } from './people.ts';
import { invite } from './invitations.ts';
import { SYSTEM_AGENCY, SYSTEM_ROLE } from './roles.ts';

/** For somebody who is one already, a link to choose anew: whoever is at the machine helps who lost their passkey or phone. */
export async function addOperator(
  db: Db,
  person: { readonly name: string; readonly email: string },
  now: Date,
): Promise<
  | { readonly personId: string; readonly token: string; readonly isNew: boolean }
  | { readonly refused: PersonRefusal }
> {
  return await db.inAgency(SYSTEM_AGENCY, async (at) => {
    const added = await addPerson(at, { ...person, roles: [SYSTEM_ROLE] }, 'cli');
    if (!('refused' in added))
      return { ...added, isNew: true, token: await invite(at, added.personId, 'cli', now) };
    if (added.refused !== 'email-taken') return added;
    const known = await at.tx
      .selectFrom('person')
      .select('id')
      .where('agency_id', '=', SYSTEM_AGENCY)
      .where((eb) => eb(eb.fn('lower', ['email']), '=', person.email.trim().toLowerCase()))
      .where('left_at', 'is', null)
      .executeTakeFirst();
    if (known === undefined) return added;
    return { personId: known.id, isNew: false, token: await invite(at, known.id, 'cli', now) };
  });
}

/** Out with the commit. False: nobody here has this address. */
export async function removeOperator(db: Db, email: string, now: Date): Promise<boolean> {
  return await db.inAgency(SYSTEM_AGENCY, async (at) => {
    const known = await at.tx
      .selectFrom('person')
      .select('id')
      .where('agency_id', '=', SYSTEM_AGENCY)
      .where((eb) => eb(eb.fn('lower', ['email']), '=', email.trim().toLowerCase()))
      .executeTakeFirst();
    return known !== undefined && (await letGo(at, known.id, 'cli', now));
  });
}

export const operatorActor = (personId: string): string => `operator:${personId}`;

/**
 * The administrator of an agency where nobody and nothing is yet, and their link: once, and the database refuses every other time
 * (migration 0017), whatever was looked at before. Both histories have it with the commit.
 */
export async function inviteFirst(
  db: Db,
  agencyId: string,
  person: { readonly name: string; readonly email: string },
  operatorId: string,
  now: Date,
): Promise<
  { readonly token: string } | { readonly refused: PersonRefusal | 'agency-unknown' | 'agency-in-use' }
> {
  if (agencyId === SYSTEM_AGENCY || !(await isAgency(db, agencyId))) return { refused: 'agency-unknown' };
  const by = operatorActor(operatorId);
  try {
    return await db.inAgency(agencyId, async (at) => {
      const added = await addPerson(at, { ...person, roles: ['administrator'] }, by);
      if ('refused' in added) return added;
      const token = await invite(at, added.personId, by, now);
      // Last of all, and in the same commit: from here on this transaction sees their own agency and no other.
      await sql`select set_config('app.agency', ${SYSTEM_AGENCY}, true)`.execute(at.tx);
      await appendEvent({ agencyId: SYSTEM_AGENCY, tx: at.tx }, null, {
        type: 'agency.handed-over',
        actor: by,
        body: { agency: agencyId },
      });
      return { token };
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'HF004')
      return { refused: 'agency-in-use' };
    throw error;
  }
}

/** Their names, for the histories of the agencies that they touched: who that was is no secret there. */
export async function operatorNames(db: Db, actors: readonly string[]): Promise<Record<string, string>> {
  const ids = new Set(actors.filter((actor) => actor.startsWith('operator:')).map((actor) => actor.slice(9)));
  if (ids.size === 0) return {};
  const people = await db.inAgency(
    SYSTEM_AGENCY,
    async ({ tx }) =>
      await tx.selectFrom('person').select(['id', 'name']).where('agency_id', '=', SYSTEM_AGENCY).execute(),
  );
  return Object.fromEntries(
    people.filter(({ id }) => ids.has(id)).map(({ id, name }) => [operatorActor(id), name]),
  );
}
