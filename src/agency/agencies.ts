/** Agencies themselves. Adding one is a system act; the slug is for ever, because sealed keys carry it. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { appendEvent } from '#record/record.ts';
import { SYSTEM_AGENCY } from './roles.ts';

export interface Agency {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
}

export const AGENCY_SLUG = /^[a-z0-9-]{2,63}$/;

export type AgencyProblems = Partial<Record<keyof Agency, string>>;

/** What is wrong with it, and what to do. Whether the slug is taken shows in the table. */
export function agencyProblems({ id, name, zone }: Agency): AgencyProblems {
  return {
    ...(AGENCY_SLUG.test(id) ? {} : { id: 'Expected 2 to 63 of a-z, 0-9 and -, such as rivertown.' }),
    ...(id === SYSTEM_AGENCY ? { id: SYSTEM_IS_NONE } : {}),
    ...(name.trim() === '' ? { name: 'Enter the name of the public body.' } : {}),
    ...(name.length > 200 ? { name: 'A name has at most 200 characters.' } : {}),
    ...(isZone(zone) ? {} : { zone: 'Expected a zone by its IANA name, such as America/Chicago.' }),
  };
}

export const SYSTEM_IS_NONE =
  'The short name "system" is kept for whoever runs the machine, and is no public body. Its people are added with: npx holdfast operator add';

/**
 * Answers false when the slug is taken; then nothing changed. Zone is an IANA name, in which people see times. `by`: as histories name
 * them; what whoever runs the machine did (`operator:<id>`) stands in the history of their own agency too.
 */
export async function addAgency(db: Db, agency: Agency, by = 'cli'): Promise<boolean> {
  return await db.system.transaction().execute(async (tx) => {
    const added = await tx
      .insertInto('agency')
      .values(agency)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows !== 1n) return false;
    for (const agencyId of by.startsWith('operator:') ? [agency.id, SYSTEM_AGENCY] : [agency.id])
      await appendEvent({ agencyId, tx }, null, {
        type: 'agency.added',
        actor: by,
        body: { agency: agency.id },
      });
    return true;
  });
}

export async function isAgency(db: Db, agencyId: string): Promise<boolean> {
  const row = await db.system.selectFrom('agency').select('id').where('id', '=', agencyId).executeTakeFirst();
  return row !== undefined;
}

/** Public bodies: whoever runs the machine is none. */
export async function listAgencies(db: Db): Promise<Agency[]> {
  return await db.system
    .selectFrom('agency')
    .select(['id', 'name', 'zone'])
    .where('id', '<>', SYSTEM_AGENCY)
    .orderBy('id')
    .execute();
}

/** An IANA name that this runtime knows. */
function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone: zone }));
  } catch {
    return false;
  }
}

/** In which its people see times. */
export async function zoneOf({ agencyId, tx }: AgencyTx): Promise<string> {
  const { zone } = await tx
    .selectFrom('agency')
    .select('zone')
    .where('id', '=', agencyId)
    .executeTakeFirstOrThrow();
  return zone;
}

/** The civil day there, YYYY-MM-DD. */
export function dayIn(zone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(at);
}

/** The moment at which a civil day of the agency is over. The day is one that the calendar has. */
export async function endOfDay({ agencyId, tx }: AgencyTx, day: string): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`
    select (${day}::date + 1)::timestamp at time zone zone as at from agency where id = ${agencyId}`.execute(
    tx,
  );
  const [row] = rows;
  if (row === undefined)
    throw new ArchiveError('invariant-broken', 'An agency that is not there asked for the end of a day.', {
      retry: 'never',
    });
  return row.at;
}
