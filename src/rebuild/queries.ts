/** SQL of the rebuild. Each function runs in the one transaction of a record; what may change on a row is what its grants allow anybody. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { parseEntry } from '#log/log.ts';
import type { Indexed, Plan } from './plan.ts';
import type { RecordRows } from './rows.ts';

/** Postgres takes 65,535 values a statement. */
const ROWS_AT_ONCE = 500;

/** Processes of Holdfast that are connected, beside verbs of the command line, such as this one. */
export async function othersAtWork(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct application_name as name from pg_stat_activity
     where datname = current_database() and application_name like 'holdfast-%' and application_name <> 'holdfast-cli'
     order by 1`.execute(db.system);
  return rows.map(({ name }) => name.slice('holdfast-'.length));
}

export async function hasRecords(db: Db): Promise<boolean> {
  const row = await db.system.selectFrom('record').select('id').limit(1).executeTakeFirst();
  return row !== undefined;
}

/** The rows of this record, which is locked; null: there are none. */
export async function readIndexed({ agencyId, tx }: AgencyTx, recordId: string): Promise<Indexed | null> {
  const record = await tx
    .selectFrom('record')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('id', '=', recordId)
    .forUpdate()
    .executeTakeFirst();
  if (record === undefined) return null;
  const of = (table: 'fact' | 'artifact' | 'seal' | 'object' | 'second_look') =>
    sql`select * from ${sql.table(table)} where agency_id = ${agencyId} and record_id = ${recordId}`;
  return {
    record,
    facts: (await of('fact').execute(tx)).rows as Indexed['facts'][number][],
    artifacts: (await of('artifact').execute(tx)).rows as Indexed['artifacts'][number][],
    seals: (await of('seal').execute(tx)).rows as Indexed['seals'][number][],
    objects: (await of('object').execute(tx)).rows as Indexed['objects'][number][],
    looks: (await of('second_look').execute(tx)).rows as Indexed['looks'][number][],
  };
}

/** Another record that has this one's subject, or one of its facts; null: none. */
export async function whoHasIt(
  { agencyId, tx }: AgencyTx,
  { record, facts }: RecordRows,
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from record
     where agency_id = ${agencyId} and subject = ${record.subject} and subject not like 'unknown:%' and id <> ${record.id}
    union all
    select f.record_id from fact f
      join unnest(${facts.map(({ id }) => id)}::text[], ${facts.map(({ source }) => source)}::text[]) as m(id, source)
        on m.id = f.id and m.source = f.source
     where f.agency_id = ${agencyId} and f.record_id <> ${record.id}
    union all
    select f.record_id from fact f
     where f.agency_id = ${agencyId} and f.record_id <> ${record.id}
       and f.idempotency_key = any (${facts.flatMap(({ idempotency_key: key }) => (key === null ? [] : [key]))}::text[])
    limit 1`.execute(tx);
  return rows[0]?.id ?? null;
}

/** When the history says that a seal was closed. */
export async function sealedAt({ agencyId, tx }: AgencyTx, recordId: string): Promise<Map<number, Date>> {
  const { rows } = await sql<{ seal: number; at: Date }>`
    select (body->>'seal')::int as seal, min(at) as at from event
     where agency_id = ${agencyId} and record_id = ${recordId} and type = 'record.sealed' group by 1`.execute(
    tx,
  );
  return new Map(rows.map(({ seal, at }) => [seal, at]));
}

/** The commitments to manifests that the log has of this record, by seal. */
export async function sealsOfLog({ agencyId, tx }: AgencyTx, recordId: string): Promise<Map<number, string>> {
  const rows = await tx
    .selectFrom('log_leaf')
    .select('entry')
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .orderBy('idx')
    .execute();
  const found = new Map<number, string>();
  for (const { entry } of rows) {
    const { type, facts } = parseEntry(entry);
    if (type !== 'record.sealed' || facts.manifestCommitment === undefined) continue;
    found.set(Number(facts.seal), String(facts.manifestCommitment));
  }
  return found;
}

/** Seals that the history has, and whose entry is still owed to the log. */
export async function sealsOwed({ agencyId, tx }: AgencyTx, recordId: string): Promise<Set<number>> {
  const { rows } = await sql<{ no: number }>`
    select (e.body->>'seal')::int as no
      from event e join log_outbox o on o.agency_id = e.agency_id and o.seq = e.seq
     where e.agency_id = ${agencyId} and e.record_id = ${recordId} and e.type = 'record.sealed'`.execute(tx);
  return new Set(rows.map(({ no }) => no));
}

/** By now it has all that was published: it was put back before the first record is read. */
export async function hasLog({ agencyId, tx }: AgencyTx): Promise<boolean> {
  const { rows } = await sql`select from log_leaf where agency_id = ${agencyId} limit 1`.execute(tx);
  return rows.length > 0;
}

/** Arrived with the seal, if anybody knows when; noted, if somebody took note of it since. */
export async function putArrival(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  arrivedAt: Date | null,
): Promise<void> {
  await sql`
    insert into arrival (agency_id, record_id, arrived_at, noted_at, noted_by)
    select ${agencyId}, ${recordId}::uuid, coalesce(${arrivedAt}::timestamptz, now()), e.at, e.actor
      from (select) one left join lateral (
        select at, actor from event where agency_id = ${agencyId} and record_id = ${recordId}
           and type = 'arrival.noted' and at >= ${arrivedAt}::timestamptz order by seq limit 1) e on true
    on conflict (record_id) do update
       set arrived_at = excluded.arrived_at, noted_at = excluded.noted_at, noted_by = excluded.noted_by
     where arrival.arrived_at < excluded.arrived_at`.execute(tx);
}

/** The words of the facts in their order, folded as `accept_report` folds them. */
const searchOf = (agencyId: string, words: readonly string[]) => sql<string>`(
  with recursive said as (select ${[...words]}::text[] as w), f(i, s) as (
    select 1, search_words(${agencyId}, w[1]) from said
    union all select i + 1, search_words_added(s, ${agencyId}, w[i + 1]) from f, said where i < cardinality(w))
  select s from f order by i desc limit 1)`;

const jsonOrNull = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

export async function insertRecord({ agencyId, tx }: AgencyTx, { record, words }: RecordRows): Promise<void> {
  await tx
    .insertInto('record')
    .values({
      ...record,
      capture: jsonOrNull(record.capture),
      removed_at: jsonOrNull(record.removed_at),
      search: searchOf(agencyId, words),
    })
    .execute();
}

export async function insertMissing(
  { tx }: AgencyTx,
  { facts, artifacts, seals, objects, looks }: Plan['missing'],
  closed: (no: number) => Date,
  now: Date,
): Promise<void> {
  await inPieces(facts, async (rows) => {
    await tx
      .insertInto('fact')
      .values(rows.map((row) => ({ ...row, body: JSON.stringify(row.body) })))
      .execute();
  });
  await inPieces(artifacts, async (rows) => {
    await tx
      .insertInto('artifact')
      .values(rows.map((row) => ({ ...row, staged: null, inline: null, picture: null })))
      .execute();
  });
  await inPieces(seals, async (rows) => {
    await tx
      .insertInto('seal')
      .values(
        rows.map(({ agency_id, record_id, no, opened_at, store_kind, immutability, mode }) => ({
          agency_id,
          record_id,
          no,
          opened_at,
          sealed_at: closed(no),
          store_kind,
          immutability,
          mode,
        })),
      )
      .execute();
  });
  await inPieces(objects, async (rows) => {
    await tx
      .insertInto('object')
      .values(rows.map((row) => ({ ...row, confirmed_at: now })))
      .execute();
  });
  await inPieces(looks, async (rows) => {
    await tx
      .insertInto('second_look')
      .values(rows.map((row) => ({ ...row, finding: JSON.stringify(row.finding) })))
      .execute();
  });
}

async function inPieces<T>(rows: readonly T[], insert: (rows: readonly T[]) => Promise<void>): Promise<void> {
  for (let i = 0; i < rows.length; i += ROWS_AT_ONCE) await insert(rows.slice(i, i + ROWS_AT_ONCE));
}

/** What an older index had as not yet sealed is in its seal now. */
export async function leadOn(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  { facts, artifacts, seals, objects }: Plan['behind'],
  closed: (no: number) => Date,
  now: Date,
): Promise<void> {
  for (const { n, seal_no } of facts)
    await tx
      .updateTable('fact')
      .set({ seal_no })
      .where('agency_id', '=', agencyId)
      .where('record_id', '=', recordId)
      .where('n', '=', n)
      .execute();
  for (const { n, seal_no } of artifacts)
    await tx
      .updateTable('artifact')
      // Its bytes are in the store, and were taken out of staging then.
      .set({ seal_no, staged: null, inline: null })
      .where('agency_id', '=', agencyId)
      .where('record_id', '=', recordId)
      .where('n', '=', n)
      .execute();
  for (const { key, body, retain_until, version_id, locked_until } of objects)
    await tx
      .updateTable('object')
      .set({
        body,
        retain_until,
        version_id,
        locked_until,
        confirmed_at: sql`coalesce(confirmed_at, ${now})`,
      })
      .where('agency_id', '=', agencyId)
      .where('key', '=', key)
      .execute();
  for (const { no, store_kind, immutability, mode } of seals)
    await tx
      .updateTable('seal')
      .set({ sealed_at: closed(no), store_kind, immutability, mode })
      .where('agency_id', '=', agencyId)
      .where('record_id', '=', recordId)
      .where('no', '=', no)
      .execute();
}

/** After facts were added, the record says what all of them say; after a capture was, what it found. */
export async function leadRecordOn(
  { agencyId, tx }: AgencyTx,
  { record, words }: RecordRows,
  what: { readonly facts: boolean; readonly capture: boolean },
): Promise<void> {
  const { verb, grounds, address, removal, removed_at, edition, series, series_reason, state } = record;
  await tx
    .updateTable('record')
    .set({
      // It never goes back.
      state: sql<
        typeof state
      >`case when state = 'reported' or (state = 'sealed' and ${state} = 'complete') then ${state} else state end`,
      ...(what.capture
        ? { capture_outcome: record.capture_outcome, capture: jsonOrNull(record.capture) }
        : {}),
      ...(what.facts
        ? {
            verb,
            grounds,
            address,
            removal,
            removed_at: jsonOrNull(removed_at),
            edition,
            series,
            series_reason,
            search: sql<string>`with_picture_words(${searchOf(agencyId, words)}, ${agencyId}, ${record.id}::uuid)`,
          }
        : {}),
    })
    .where('agency_id', '=', agencyId)
    .where('id', '=', record.id)
    .execute();
}

/** The page was opened after this index was saved: what it owed then is done, and whoever is at it writes nothing. */
export async function captureIsDone({ agencyId, tx }: AgencyTx, recordId: string): Promise<void> {
  await tx
    .deleteFrom('step')
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('name', '=', 'capture')
    .execute();
}

/** Work that was put off while the log was behind is due at once. */
export async function dueAtOnce({ agencyId, tx }: AgencyTx): Promise<void> {
  await tx
    .updateTable('step')
    .set({
      due_at: sql<Date>`now()`,
      rung_at: null,
      failures: 0,
      failing_since: null,
      error_code: null,
      error: null,
    })
    .where('agency_id', '=', agencyId)
    .where('error_code', '=', 'log-behind')
    .where('parked_at', 'is', null)
    .where('claimed_until', 'is', null)
    .execute();
}

/** Whether the history says that nothing more is awaited, or the row does not. */
export async function isToldComplete({ agencyId, tx }: AgencyTx, recordId: string): Promise<boolean> {
  const { rows } = await sql`
    select from record r
     where r.agency_id = ${agencyId} and r.id = ${recordId} and r.state = 'complete'
       and not exists (select from event e
                        where e.agency_id = r.agency_id and e.record_id = r.id and e.type = 'record.completed')`.execute(
    tx,
  );
  return rows.length === 0;
}

export interface LostFact {
  readonly recordId: string;
  readonly fact: number;
}

/** Accepted, by entries from `from` on, of records that are there, and in no seal: they went with the database. */
export async function lostFacts({ agencyId, tx }: AgencyTx, from: number): Promise<LostFact[]> {
  const { rows } = await sql<LostFact>`
    select e.record_id as "recordId", (e.body->>'fact')::int as fact
      from log_leaf l join event e on e.agency_id = l.agency_id and e.id = l.event_id
      join record r on r.agency_id = e.agency_id and r.id = e.record_id and r.state not in ('disposing', 'disposed')
     where l.agency_id = ${agencyId} and l.idx >= ${from} and e.body->>'restored' = 'true'
       and e.type in ('intake.accepted', 'removal.confirmed', 'removal.withdrawn')
       and not exists (select from fact f
                        where f.agency_id = e.agency_id and f.record_id = e.record_id and f.n = (e.body->>'fact')::int)
     order by l.idx`.execute(tx);
  return rows;
}
