/** The SQL of an audit of a log. Reads, within one agency, in one snapshot. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';

export interface HeadRow {
  readonly origin: string;
  readonly size: number;
  readonly frontier: Buffer;
  readonly published: number;
}

export async function headRow({ agencyId, tx }: AgencyTx): Promise<HeadRow | null> {
  const row = await tx
    .selectFrom('log_head')
    .select(['origin', 'size', 'frontier', 'published'])
    .where('agency_id', '=', agencyId)
    .executeTakeFirst();
  return row ?? null;
}

/** One row for each entry and for each event; of an entry without its event, or an event without its entry, the other half is null. */
export interface JoinedRow {
  readonly idx: number | null;
  readonly eventId: string;
  readonly leafRecord: string | null;
  readonly entry: Buffer;
  readonly hash: Buffer;
  readonly salt: Buffer | null;
  readonly seq: string | null;
  readonly id: string;
  readonly recordId: string | null;
  readonly type: string;
  readonly at: Date;
  readonly actor: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly waiting: boolean;
}

/** Entries by index, each beside its event; then events that are in no entry. Through a cursor: the memory does not grow with the log. */
export async function* joinedRows({ agencyId, tx }: AgencyTx, stretch: number): AsyncGenerator<JoinedRow[]> {
  const agency = sql.lit(agencyId);
  await sql`
    declare audited no scroll cursor for
    select l.idx, l.event_id as "eventId", l.record_id as "leafRecord", l.entry, l.hash, l.salt, e.seq::text as seq, e.id,
           e.record_id as "recordId", e.type, e.at, e.actor, e.body, o.seq is not null as waiting
      from (select * from log_leaf where agency_id = ${agency}) l
      full join (select * from event where agency_id = ${agency}) e on e.id = l.event_id
      left join (select * from log_outbox where agency_id = ${agency}) o on o.seq = e.seq
     order by l.idx nulls last, e.seq`.execute(tx);
  for (;;) {
    const { rows } = await sql<JoinedRow>`fetch ${sql.lit(stretch)} from audited`.execute(tx);
    if (rows.length > 0) yield rows;
    if (rows.length < stretch) break;
  }
  await sql`close audited`.execute(tx);
}

export interface CheckpointRow {
  readonly size: number;
  readonly root: Buffer;
  readonly note: Buffer;
  readonly at: Date;
}

/** The smallest first. */
export async function* checkpointRows({ agencyId, tx }: AgencyTx): AsyncGenerator<CheckpointRow> {
  const page = 1000;
  for (let last = -1; ;) {
    const rows = await tx
      .selectFrom('log_checkpoint')
      .select(['size', 'root', 'note', 'at'])
      .where('agency_id', '=', agencyId)
      .where('size', '>', last)
      .orderBy('size')
      .limit(page)
      .execute();
    yield* rows;
    if (rows.length < page) return;
    last = rows.at(-1)?.size ?? last;
  }
}

export async function outboxOrphans({ agencyId, tx }: AgencyTx): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from log_outbox o
     where o.agency_id = ${agencyId} and not exists (select from event e where e.agency_id = o.agency_id and e.seq = o.seq)`.execute(
    tx,
  );
  return rows[0]?.count ?? 0;
}

export interface KeyEvent {
  readonly type: 'log-key.added' | 'log-key.retired';
  readonly vkey: string | null;
  readonly size: string | null;
  /** Null: it is in no entry yet. */
  readonly idx: number | null;
}

/** What the history says of the log's keys. Whether it may say so, its entries tell. */
export async function keyEvents({ agencyId, tx }: AgencyTx): Promise<KeyEvent[]> {
  const { rows } = await sql<KeyEvent>`
    select e.type, e.body->>'vkey' as vkey, e.body->>'size' as size, l.idx
      from event e left join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
     where e.agency_id = ${agencyId} and e.type in ('log-key.added', 'log-key.retired') order by l.idx, e.seq`.execute(
    tx,
  );
  return rows;
}

export async function keyRows({ agencyId, tx }: AgencyTx) {
  return await tx
    .selectFrom('log_key')
    .select(['vkey', 'first_size as firstSize', 'last_size as lastSize'])
    .where('agency_id', '=', agencyId)
    .orderBy('vkey')
    .execute();
}

/** Entries that say that something was destroyed under a schedule. */
export async function purgesInLog({
  agencyId,
  tx,
}: AgencyTx): Promise<readonly { readonly index: number; readonly event: string; readonly purge: string }[]> {
  const { rows } = await sql<{ index: number; event: string; purge: string }>`
    select l.idx as index, e.id as event, coalesce(e.body->>'purge', '') as purge from event e join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
     where e.agency_id = ${agencyId} and e.type = 'purge.completed' order by l.idx`.execute(tx);
  return rows;
}

export interface Underway {
  readonly purge: string;
  /** Of the entry that says that it began. */
  readonly index: number;
  readonly begun: Date;
  readonly records: readonly string[];
}

/**
 * Lists whose approval, beginning and marks are in the log, in this order, and neither their completion nor their end. Entries alone: a row
 * that is in none explains nothing. That they explain anything only for some days, the audit sees to.
 */
export async function purgesUnderway({ agencyId, tx }: AgencyTx): Promise<readonly Underway[]> {
  const { rows } = await sql<Underway>`
    with of_purges as (
      select l.idx, e.type, e.at, e.body->>'purge' as purge from event e join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
       where e.agency_id = ${agencyId} and e.type in ('purge.approved', 'purge.started', 'purge.completed', 'purge.refused')),
    marks as (
      select l.idx, l.record_id, substr(a.about, 7) as purge
        from event e join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id and l.record_id = e.record_id
       cross join lateral jsonb_array_elements_text(case when jsonb_typeof(e.body->'about') = 'array' then e.body->'about' else '[]' end) as a(about)
       where e.agency_id = ${agencyId} and e.type = 'record.disposing' and a.about like 'purge:%')
    select s.purge, s.idx as index, s.at as begun,
           array(select m.record_id::text from marks m where m.purge = s.purge and m.idx > s.idx order by m.idx) as records
      from of_purges s
     where s.type = 'purge.started'
       and exists (select from of_purges p where p.type = 'purge.approved' and p.purge = s.purge and p.idx < s.idx)
       and not exists (select from of_purges p where p.type in ('purge.completed', 'purge.refused') and p.purge = s.purge)
     order by s.idx`.execute(tx);
  return rows;
}

/** What the history says was obtained, with the digest of what was signed. One that was put back after a loss does not say it. */
export async function obtainedAnchors({ agencyId, tx }: AgencyTx) {
  const { rows } = await sql<{
    readonly kind: string;
    readonly authority: string;
    readonly size: string;
    readonly sha256: string;
  }>`
    select e.body->>'anchor' as kind, e.body->>'authority' as authority, e.body->>'size' as size, e.body->>'sha256' as sha256
      from event e where e.agency_id = ${agencyId} and e.record_id is null and e.type = 'anchor.obtained'
       and e.body->>'sha256' is not null and e.body->>'size' ~ '^[0-9]{1,15}$' order by e.seq`.execute(tx);
  return rows.map(({ size, ...row }) => ({ ...row, size: Number(size) }));
}

/** Keys that the log says sign receipts. */
export async function receiptKeys({ agencyId, tx }: AgencyTx) {
  const { rows } = await sql<{ readonly index: number; readonly vkey: string }>`
    select l.idx as index, coalesce(e.body->>'vkey', '') as vkey
      from event e join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
     where e.agency_id = ${agencyId} and e.type = 'receipt-key.added' order by l.idx`.execute(tx);
  return rows;
}

/** Entries from `from` on, below `size`, were put back from the log's own files: their salts went with the database. */
export interface Restore {
  readonly event: string;
  /** Of its entry. */
  readonly index: number;
  readonly from: number;
  readonly size: number;
  /** Records that it names as never sealed, and lost. */
  readonly neverSealed: number;
}

/**
 * As each `restore.performed` that is in the log says of itself, with the salt that commits its entry to these words. Whether there was one, the
 * installation knows.
 */
export async function restoresInLog({ agencyId, tx }: AgencyTx): Promise<readonly Restore[]> {
  const { rows } = await sql<Restore>`
    select e.id as event, l.idx as index, (e.body->>'from')::float8 as from, (e.body->>'size')::float8 as size,
           case when jsonb_typeof(e.body->'neverSealed') = 'array' then jsonb_array_length(e.body->'neverSealed') else 0 end as "neverSealed"
      from event e join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
     where e.agency_id = ${agencyId} and e.record_id is null and e.type = 'restore.performed' and l.salt is not null
       and e.body->>'from' ~ '^[0-9]{1,15}$' and e.body->>'size' ~ '^[0-9]{1,15}$' order by l.idx`.execute(
    tx,
  );
  // It is entered after what it put back.
  return rows.map((row) => ({ ...row, size: Math.min(row.size, row.index) }));
}
