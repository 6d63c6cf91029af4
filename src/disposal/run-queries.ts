/** What an execution reads and writes. Each step is one transaction; what it leaves is where the next one goes on. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { WAIT_MS } from './waiting.ts';

export interface OpenDisposal {
  readonly agencyId: string;
  readonly id: string;
}

/** Approved and cooled, or begun, or with a certificate and the clean-up still to do. Oldest first. */
export async function openDisposals(db: Db): Promise<OpenDisposal[]> {
  const { rows } = await sql<OpenDisposal>`
    select agency_id as "agencyId", id from disposal
     where state = 'approved' and cooling_until <= now() or state = 'running' or state = 'completed' and cleaned_at is null
     order by id`.execute(db.system);
  return rows;
}

/** Certificates whose lock is half over. */
export async function certificatesToRenew(db: Db, before: Date): Promise<OpenDisposal[]> {
  const { rows } = await sql<OpenDisposal>`
    select agency_id as "agencyId", id from disposal where state = 'completed' and locked_until < ${before} order by id`.execute(
    db.system,
  );
  return rows;
}

/** The place in the log of the approval of this list, with its digest; null: it is not there yet. */
export async function approvalIndex({ agencyId, tx }: AgencyTx, id: string): Promise<number | null> {
  const { rows } = await sql<{ idx: number }>`
    select l.idx from disposal d join log_leaf l on l.agency_id = d.agency_id and l.event_id = d.approval
      join event e on e.agency_id = d.agency_id and e.id = d.approval and e.type = 'purge.approved'
       and e.body->>'purge' = d.id::text and e.body->>'listDigest' = d.digest and e.actor = 'person:' || d.approved_by
     where d.agency_id = ${agencyId} and d.id = ${id}`.execute(tx);
  return rows[0]?.idx ?? null;
}

export async function begin({ agencyId, tx }: AgencyTx, id: string): Promise<boolean> {
  const done = await tx
    .updateTable('disposal')
    .set({ state: 'running', started_at: sql`now()` })
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .where('state', '=', 'approved')
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

export interface Step {
  readonly recordId: string;
  readonly state: 'listed' | 'marked';
}

/** Of what something may still lie in a store, in the order of the ids. */
export async function stepsToBytes({ agencyId, tx }: AgencyTx, id: string): Promise<Step[]> {
  const { rows } = await sql<Step>`
    select record_id as "recordId", state from disposal_item
     where agency_id = ${agencyId} and disposal_id = ${id} and excluded_at is null and state in ('listed', 'marked') and gone_at is null
     order by record_id`.execute(tx);
  return rows;
}

/** Of some record of the list the end is still to come. */
export async function isUnderway({ agencyId, tx }: AgencyTx, id: string): Promise<boolean> {
  const { rows } = await sql`
    select from disposal_item where agency_id = ${agencyId} and disposal_id = ${id} and excluded_at is null and state in ('listed', 'marked')
     limit 1`.execute(tx);
  return rows.length > 0;
}

export interface Gone {
  readonly recordId: string;
  readonly objects: number;
  /** Every entry of it has its place in the log: its rows may go. */
  readonly isEntered: boolean;
}

/** Of what only rows are left. */
export async function goneFromStores({ agencyId, tx }: AgencyTx, id: string, limit: number): Promise<Gone[]> {
  const { rows } = await sql<Gone>`
    with waiting as (select distinct e.record_id from log_outbox o join event e on e.agency_id = o.agency_id and e.seq = o.seq
                      where o.agency_id = ${agencyId} and e.record_id is not null)
    select i.record_id as "recordId", coalesce(jsonb_array_length(i.evidence -> 'versions'), 0) as objects, w.record_id is null as "isEntered"
      from disposal_item i left join waiting w on w.record_id = i.record_id
     where i.agency_id = ${agencyId} and i.disposal_id = ${id} and i.excluded_at is null and i.state = 'marked' and i.gone_at is not null
     order by w.record_id is null desc, i.record_id limit ${limit}`.execute(tx);
  return rows;
}

/** Asks for the records; the database answers with a refusal of its own where one of them may not be destroyed. */
export async function markRecords(
  { agencyId, tx }: AgencyTx,
  id: string,
  recordIds: readonly string[],
): Promise<void> {
  await sql`select from record where agency_id = ${agencyId} and id = any(${recordIds}::uuid[]) order by id for update`.execute(
    tx,
  );
  await sql`update record set state = 'disposing' where agency_id = ${agencyId} and id = any(${recordIds}::uuid[]) and state <> 'disposing'`.execute(
    tx,
  );
  await sql`update disposal_item set state = 'marked', marked_at = now()
             where agency_id = ${agencyId} and disposal_id = ${id} and record_id = any(${recordIds}::uuid[])`.execute(
    tx,
  );
}

export interface Waits {
  /** Until when the list waits for locks. */
  readonly until: Date;
  /** A lock of the record ends after that, or nobody knows when. */
  readonly isTooLong: boolean;
  /** A hold began or ended, and the store is still to be told. */
  readonly isHoldOwed: boolean;
}

/** By the clock of the database, which also judges the locks. */
export async function waitsOf({ agencyId, tx }: AgencyTx, id: string, recordId: string): Promise<Waits> {
  const { rows } = await sql<Waits>`
    select u.until, coalesce(l.ends, 'infinity') > u.until as "isTooLong",
           exists (select from hold_owed w where w.agency_id = ${agencyId} and w.record_id = ${recordId}) as "isHoldOwed"
      from disposal d
      cross join lateral (select coalesce(d.started_at, greatest(now(), coalesce(d.cooling_until, now() + d.cooling_off)))
                                 + ${WAIT_MS} * interval '1 millisecond' as until) u
      cross join lateral (select lock_end(${agencyId}, ${recordId}) as ends) l
     where d.agency_id = ${agencyId} and d.id = ${id}`.execute(tx);
  return rows[0] ?? { until: new Date(0), isTooLong: true, isHoldOwed: false };
}

export async function refuseItem(
  { agencyId, tx }: AgencyTx,
  id: string,
  recordId: string,
  { code, sentence }: { readonly code: string; readonly sentence: string },
): Promise<void> {
  await tx
    .updateTable('disposal_item')
    .set({ state: 'refused', code, sentence })
    .where('agency_id', '=', agencyId)
    .where('disposal_id', '=', id)
    .where('record_id', '=', recordId)
    .where('state', '=', 'listed')
    .execute();
}

/** Answers whose rows went now; of the others somebody did it before. */
export async function destroyRows(
  { agencyId, tx }: AgencyTx,
  id: string,
  recordIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ recordId: string; answer: { readonly done: boolean } }>`
    select r as "recordId", destroy_rows(${id}::uuid, r) as answer from unnest(${recordIds}::uuid[]) r`.execute(
    tx,
  );
  await sql`update disposal_item set state = 'destroyed', destroyed_at = now()
             where agency_id = ${agencyId} and disposal_id = ${id} and record_id = any(${recordIds}::uuid[]) and state = 'marked'`.execute(
    tx,
  );
  return rows.filter(({ answer }) => answer.done).map(({ recordId }) => recordId);
}

export async function finish({ agencyId, tx }: AgencyTx, id: string): Promise<void> {
  await sql`update disposal set finished_at = (select max(destroyed_at) from disposal_item where disposal_id = ${id})
             where agency_id = ${agencyId} and id = ${id} and finished_at is null`.execute(tx);
}

/** What was written first stays: the bytes in the store are these. */
export async function keepPaper(
  { agencyId, tx }: AgencyTx,
  id: string,
  which: 'certificate' | 'cleaned',
  text: string,
): Promise<string> {
  const column = sql.ref(which);
  const { rows } = await sql<{ text: string }>`
    update disposal set ${column} = coalesce(${column}, ${text}) where agency_id = ${agencyId} and id = ${id} returning ${column} as text`.execute(
    tx,
  );
  return rows[0]?.text ?? text;
}

export async function writeSealed(
  { agencyId, tx }: AgencyTx,
  id: string,
  name: string,
  versionId: string,
  until: Date,
): Promise<void> {
  await sql`update disposal set sealed = sealed || jsonb_build_object(${name}::text, ${versionId}::text), locked_until = ${until}
             where agency_id = ${agencyId} and id = ${id}`.execute(tx);
}

export async function complete({ agencyId, tx }: AgencyTx, id: string): Promise<boolean> {
  const done = await tx
    .updateTable('disposal')
    .set({ state: 'completed', completed_at: sql`now()` })
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

export async function markCleaned({ agencyId, tx }: AgencyTx, id: string): Promise<boolean> {
  const done = await tx
    .updateTable('disposal')
    .set({ cleaned_at: sql`now()` })
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .where('cleaned_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

export async function sealedPapers(
  { agencyId, tx }: AgencyTx,
  id: string,
): Promise<Readonly<Record<string, string>>> {
  const row = await tx
    .selectFrom('disposal')
    .select('sealed')
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.sealed ?? {};
}

/** One pass at a time for each list, whatever process makes it. */
export async function withList<T>(
  db: Db,
  { agencyId, id }: OpenDisposal,
  work: () => Promise<T>,
): Promise<T | null> {
  return await db.inAgency(agencyId, async ({ tx }) => {
    const { rows } = await sql<{ mine: boolean }>`
      select pg_try_advisory_xact_lock(hashtextextended(${`disposal ${id}`}, 0)) as mine`.execute(tx);
    return rows[0]?.mine === true ? await work() : null;
  });
}
