/**
 * Whoever runs the machine (role `system-administrator`). They are added and let go at the machine itself, and nowhere else: no page
 * makes one, and none of them makes another. What they may do to an agency are entries in its history: to add it, and to invite its first
 * administrator while nobody and nothing is there, anew while that one has not come (migration 0017).
 */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';
import { isAgency } from './agencies.ts';
import { addPerson, letGo, listPeople, type PersonRefusal } from './people.ts';
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
 * The administrator of an agency where nobody and nothing is yet, and their link: the database refuses it every other time
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
  return await unlessInUse(async () =>
    db.inAgency(agencyId, async (at) => {
      const added = await addPerson(at, { ...person, roles: ['administrator'] }, by);
      if ('refused' in added) return added;
      const token = await invite(at, added.personId, by, now);
      await toldAtHome(at, by, 'agency.handed-over', agencyId);
      return { token };
    }),
  );
}

/**
 * A new link for that first administrator, who never came: the one before is lost or too old, and works no more. The database refuses it
 * once they have chosen how to sign in, or anything else is there. Both histories have it.
 */
export async function renewFirst(
  db: Db,
  agencyId: string,
  operatorId: string,
  now: Date,
): Promise<
  { readonly name: string; readonly token: string } | { readonly refused: 'agency-unknown' | 'agency-in-use' }
> {
  if (agencyId === SYSTEM_AGENCY || !(await isAgency(db, agencyId))) return { refused: 'agency-unknown' };
  const by = operatorActor(operatorId);
  return await unlessInUse(async () =>
    db.inAgency(agencyId, async (at) => {
      const [first, ...others] = await listPeople(at);
      if (first === undefined || others.length > 0) return { refused: 'agency-in-use' };
      const token = await invite(at, first.id, by, now);
      await toldAtHome(at, by, 'agency.link-renewed', agencyId);
      return { name: first.name, token };
    }),
  );
}

/** In the history of their own agency, last of all and in the same commit: from here on this transaction sees that one and no other. */
async function toldAtHome(
  { tx }: AgencyTx,
  by: string,
  type: 'agency.handed-over' | 'agency.link-renewed',
  agency: string,
): Promise<void> {
  await sql`select set_config('app.agency', ${SYSTEM_AGENCY}, true)`.execute(tx);
  await appendEvent({ agencyId: SYSTEM_AGENCY, tx }, null, { type, actor: by, body: { agency } });
}

async function unlessInUse<T>(work: () => Promise<T>): Promise<T | { readonly refused: 'agency-in-use' }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'HF004')
      return { refused: 'agency-in-use' };
    throw error;
  }
}

export interface OperatorLink {
  readonly personId: string;
  /** `operator:<id>`. */
  readonly by: string;
  readonly madeAt: Date;
  /** When somebody chose with it how to sign in as this person. Null: nobody did. */
  readonly usedAt: Date | null;
}

/**
 * Links that were made by whoever runs the machine. One who makes a link could use it: this cannot be kept from who has the machine, but
 * the agency sees when it was made and when it was used, and can ask its administrator whether that was them. A link is used when a
 * way to sign in is set up before another link is made: only the newest works.
 */
export async function linksOfOperators({ agencyId, tx }: AgencyTx): Promise<OperatorLink[]> {
  const { rows } = await sql<OperatorLink>`
    select i.person_id as "personId", i.created_by as by, i.created_at as "madeAt",
           (select min(e.at) from event e
             where e.agency_id = i.agency_id and e.record_id is null and e.type = 'person.means' and e.body->>'person' = i.person_id::text
               and e.at >= i.created_at
               and e.at < coalesce((select min(n.created_at) from invitation n
                                     where n.agency_id = i.agency_id and n.person_id = i.person_id and n.created_at > i.created_at), 'infinity')) as "usedAt"
      from invitation i where i.agency_id = ${agencyId} and starts_with(i.created_by, 'operator:') order by i.created_at`.execute(
    tx,
  );
  return rows;
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
