/**
 * Whoever runs the machine (role `system-administrator`). They are added and let go at the machine itself, and nowhere else: no page
 * makes one, and none of them makes another. What they may do to an agency is two things, both entries in its history: to add it, and
 * to invite its first administrator while nobody and nothing is there (migration 0017).
 */
import type { Db } from '#db/db.ts';
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
