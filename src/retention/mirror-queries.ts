/** The SQL of telling the store of holds. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';

export interface OwedHold {
  readonly agencyId: string;
  readonly recordId: string;
  readonly since: Date;
  readonly generation: string;
}

/** Over all agencies, oldest first, those after `last`. Of what is destroyed there is nothing to tell. */
export async function owedHolds(db: Db, limit: number, last?: OwedHold): Promise<OwedHold[]> {
  const { rows } = await sql<OwedHold>`
    select w.agency_id as "agencyId", w.record_id as "recordId", w.since, w.generation::text
      from hold_owed w join record r on r.agency_id = w.agency_id and r.id = w.record_id
     where w.due_at <= now() and r.state <> 'disposed'
       and (w.since, w.record_id) > (${last?.since ?? new Date(0)}, ${last?.recordId ?? '00000000-0000-0000-0000-000000000000'}::uuid)
     order by w.since, w.record_id limit ${limit}`.execute(db.system);
  return rows;
}

/** It is met again then, or with the next hold that begins or ends. */
export async function later({ agencyId, tx }: AgencyTx, owed: OwedHold, inMs: number): Promise<void> {
  await sql`update hold_owed set due_at = now() + ${inMs} * interval '1 millisecond'
             where agency_id = ${agencyId} and record_id = ${owed.recordId} and generation = ${owed.generation}::bigint`.execute(
    tx,
  );
}

export interface HeldObject {
  readonly key: string;
  readonly versionId: string;
  readonly lockedUntil: Date;
  /** The store said so, when it was last asked. */
  readonly isTold: boolean;
}

export async function heldObjects(
  { agencyId, tx }: AgencyTx,
  recordId: string,
): Promise<{ readonly isHeld: boolean; readonly objects: readonly HeldObject[] }> {
  const { rows: held } = await sql<{ isHeld: boolean }>`
    select exists (select from hold_record where agency_id = ${agencyId} and record_id = ${recordId} and released_at is null) as "isHeld"`.execute(
    tx,
  );
  const { rows } = await sql<HeldObject>`
    select key, version_id as "versionId", locked_until as "lockedUntil", held_at is not null as "isTold" from object
     where agency_id = ${agencyId} and record_id = ${recordId} and confirmed_at is not null order by key`.execute(
    tx,
  );
  return { isHeld: held[0]?.isHeld === true, objects: rows };
}

export async function writeHeld({ agencyId, tx }: AgencyTx, key: string, isHeld: boolean): Promise<void> {
  await sql`update object set held_at = case when ${isHeld} then clock_timestamp() end
             where agency_id = ${agencyId} and key = ${key}`.execute(tx);
}

/** Nothing is owed any more, unless something changed meanwhile: another hold, or a version that is on its way into the store. */
export async function settled({ agencyId, tx }: AgencyTx, owed: OwedHold, isHeld: boolean): Promise<boolean> {
  const { rows } = await sql`
    delete from hold_owed w where w.agency_id = ${agencyId} and w.record_id = ${owed.recordId} and w.generation = ${owed.generation}::bigint
       and not exists (select from object o where o.agency_id = w.agency_id and o.record_id = w.record_id
                          and (o.confirmed_at is null or (o.held_at is not null) <> ${isHeld}))
    returning 1`.execute(tx);
  return rows.length > 0;
}
