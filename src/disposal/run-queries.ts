/** What an execution reads and writes. Each step is one transaction; what it leaves is where the next one goes on. */
import { sql } from 'kysely';
import type { AgencyTx, Db, ItemEvidence } from '#db/db.ts';
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

/** The place of the approval in the log; null: it is not there yet. */
export async function approvalIndex({ agencyId, tx }: AgencyTx, id: string): Promise<number | null> {
  const { rows } = await sql<{ idx: number }>`
    select l.idx from disposal d join log_leaf l on l.agency_id = d.agency_id and l.event_id = d.approval
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
  readonly isGone: boolean;
}

/** What is still to be done, in the order of the ids. */
export async function nextSteps(
  { agencyId, tx }: AgencyTx,
  id: string,
  after: string | null,
  limit: number,
): Promise<Step[]> {
  const { rows } = await sql<Step>`
    select record_id as "recordId", state, gone_at is not null as "isGone" from disposal_item
     where agency_id = ${agencyId} and disposal_id = ${id} and excluded_at is null and state in ('listed', 'marked')
       and (${after}::uuid is null or record_id > ${after}::uuid) order by record_id limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/** Asks for the record; the database answers with a refusal of its own where it may not be destroyed. */
export async function markRecord({ agencyId, tx }: AgencyTx, id: string, recordId: string): Promise<void> {
  await sql`select from record where agency_id = ${agencyId} and id = ${recordId} for update`.execute(tx);
  await tx
    .updateTable('record')
    .set({ state: 'disposing' })
    .where('agency_id', '=', agencyId)
    .where('id', '=', recordId)
    .where('state', '<>', 'disposing')
    .execute();
  await tx
    .updateTable('disposal_item')
    .set({ state: 'marked', marked_at: sql`now()` })
    .where('agency_id', '=', agencyId)
    .where('disposal_id', '=', id)
    .where('record_id', '=', recordId)
    .execute();
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

export interface KnownObjects {
  /** `key version` of each version that a row names. */
  readonly first: ReadonlySet<string>;
  readonly second: ReadonlySet<string>;
  readonly staged: readonly string[];
  readonly evidence: ItemEvidence | null;
}

export async function knownObjects(
  { agencyId, tx }: AgencyTx,
  id: string,
  recordId: string,
): Promise<KnownObjects> {
  const { rows } = await sql<{ key: string; version: string; place: 'first' | 'second' }>`
    select o.key, o.version_id as version, 'first' as place from object o where o.agency_id = ${agencyId} and o.record_id = ${recordId}
    union all
    select p.key, p.version_id, 'first' from fixity_replaced p join object o on o.key = p.key
     where o.agency_id = ${agencyId} and o.record_id = ${recordId}
    union all
    select f.key, f.copy_version, 'second' from fixity f where f.agency_id = ${agencyId} and f.record_id = ${recordId}
       and f.copy_version is not null`.execute(tx);
  const { rows: waiting } = await sql<{ staged: string }>`
    select distinct staged from (
      select staged from artifact where agency_id = ${agencyId} and record_id = ${recordId} and staged is not null
      union all
      select u.staged from upload u join artifact x on x.agency_id = u.agency_id and x.sha256 = u.sha256 and x.record_id = ${recordId}
       where u.agency_id = ${agencyId} and u.used_at is not null) s
     where not exists (select from artifact y where y.agency_id = ${agencyId} and y.staged = s.staged and y.record_id <> ${recordId})`.execute(
    tx,
  );
  const item = await tx
    .selectFrom('disposal_item')
    .select('evidence')
    .where('agency_id', '=', agencyId)
    .where('disposal_id', '=', id)
    .where('record_id', '=', recordId)
    .executeTakeFirst();
  const of = (place: string): Set<string> =>
    new Set(rows.filter((row) => row.place === place).map(({ key, version }) => `${key} ${version}`));
  return {
    first: of('first'),
    second: of('second'),
    staged: waiting.map(({ staged }) => staged),
    evidence: item?.evidence ?? null,
  };
}

export async function writeEvidence(
  { agencyId, tx }: AgencyTx,
  id: string,
  recordId: string,
  evidence: ItemEvidence,
  isGone: boolean,
): Promise<void> {
  await tx
    .updateTable('disposal_item')
    .set({ evidence: JSON.stringify(evidence), ...(isGone ? { gone_at: sql<Date>`now()` } : {}) })
    .where('agency_id', '=', agencyId)
    .where('disposal_id', '=', id)
    .where('record_id', '=', recordId)
    .execute();
}

export interface Failure {
  readonly place: 'first' | 'second' | 'files';
  readonly versionId: string;
  readonly code: string;
}

/** Those of this pass take the place of the last one's. Answers how many are new. */
export async function writeFailures(
  { agencyId, tx }: AgencyTx,
  id: string,
  recordId: string,
  failures: readonly Failure[],
): Promise<number> {
  const { rows } = await sql<{ isNew: boolean }>`
    with now_wrong as (select * from jsonb_to_recordset(${JSON.stringify(failures)}::jsonb) as f(place text, "versionId" text, code text)),
         gone as (delete from disposal_failure f where f.agency_id = ${agencyId} and f.disposal_id = ${id} and f.record_id = ${recordId}
                     and not exists (select from now_wrong n where n.place = f.place and n."versionId" = f.version_id))
    insert into disposal_failure as t (agency_id, disposal_id, record_id, place, version_id, code)
    select ${agencyId}, ${id}, ${recordId}, place, "versionId", code from now_wrong
    on conflict (disposal_id, record_id, place, version_id) do update set code = excluded.code, at = now(), attempts = t.attempts + 1
    returning attempts = 1 as "isNew"`.execute(tx);
  return rows.filter(({ isNew }) => isNew).length;
}

/** False: somebody did it before. */
export async function destroyRows(
  { agencyId, tx }: AgencyTx,
  id: string,
  recordId: string,
): Promise<boolean> {
  const { rows } = await sql<{ answer: { readonly done: boolean } }>`
    select destroy_rows(${id}::uuid, ${recordId}::uuid) as answer`.execute(tx);
  await tx
    .updateTable('disposal_item')
    .set({ state: 'destroyed', destroyed_at: sql`now()` })
    .where('agency_id', '=', agencyId)
    .where('disposal_id', '=', id)
    .where('record_id', '=', recordId)
    .where('state', '=', 'marked')
    .execute();
  return rows[0]?.answer.done === true;
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
