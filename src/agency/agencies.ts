/** Agencies themselves. Adding one is a system act; the slug is for ever, because sealed keys carry it. */
import type { Db } from '#db/db.ts';

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

export async function listAgencies(db: Db): Promise<Agency[]> {
  return await db.system.selectFrom('agency').select(['id', 'name', 'zone']).orderBy('id').execute();
}
