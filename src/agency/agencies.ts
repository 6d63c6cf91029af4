/** Agencies themselves. Adding one is a system act; the slug is for ever, because sealed keys carry it. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';

export interface Agency {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
}

export const AGENCY_SLUG = /^[a-z0-9-]{2,63}$/;

/** Answers false when the slug is taken; then nothing changed. Zone is an IANA name, in which people see times. */
export async function addAgency(db: Db, agency: Agency): Promise<boolean> {
  const added = await db.system
    .insertInto('agency')
    .values(agency)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n;
}

export async function isAgency(db: Db, agencyId: string): Promise<boolean> {
  const row = await db.system.selectFrom('agency').select('id').where('id', '=', agencyId).executeTakeFirst();
  return row !== undefined;
}

export async function listAgencies(db: Db): Promise<Agency[]> {
  return await db.system.selectFrom('agency').select(['id', 'name', 'zone']).orderBy('id').execute();
}

/** An IANA name that this runtime knows. */
export function isZone(zone: string): boolean {
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
