/** The SQL of the exports. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { typeFromClaim, type HistoryEntry } from '#record/record.ts';
import type { PlacedObject } from './package.ts';

export async function agencyName({ agencyId, tx }: AgencyTx): Promise<string> {
  const { name } = await tx
    .selectFrom('agency')
    .select('name')
    .where('id', '=', agencyId)
    .executeTakeFirstOrThrow();
  return name;
}

/** Those of them that have something sealed, which is all that can go out. */
export async function sealedAmong(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const { rows } = await sql<{ id: string; sealed: boolean }>`
    select r.id, exists (select from seal s where s.agency_id = r.agency_id and s.record_id = r.id and s.sealed_at is not null) as sealed
      from record r where r.agency_id = ${agencyId} and r.id = any(${[...recordIds]}::uuid[])`.execute(tx);
  return new Map(rows.map(({ id, sealed }) => [id, sealed]));
}

/** The objects of every closed seal, with what the file was called when it was handed in. A seal that is open holds nothing yet. */
export async function objectsOf({ agencyId, tx }: AgencyTx, recordId: string): Promise<PlacedObject[]> {
  const { rows } = await sql<PlacedObject>`
    select o.key, o.version_id as "versionId", o.seal_no as seal, coalesce(a.role, o.role) as role, o.sha256,
           o.size_bytes as "sizeBytes", coalesce(a.media_type, o.media_type) as "mediaType", a.origin, a.original_name as "originalName"
      from object o
      join seal s on s.agency_id = o.agency_id and s.record_id = o.record_id and s.no = o.seal_no and s.sealed_at is not null
      left join lateral (
        select role, media_type, origin, original_name from artifact f
         where f.agency_id = o.agency_id and f.record_id = o.record_id and f.seal_no = o.seal_no and f.sha256 = o.sha256
           and o.role not in ('salt', 'manifest', 'fact')
         order by f.n limit 1) a on true
     where o.agency_id = ${agencyId} and o.record_id = ${recordId} and o.version_id is not null
     order by o.key`.execute(tx);
  // As the manifest says it: of what was handed in it is a claim, and believed when it is a media type.
  return rows.map((row) =>
    row.origin === 'handed-in' || row.origin === 'raw'
      ? { ...row, mediaType: typeFromClaim(row.mediaType) }
      : row,
  );
}

/** The first record that an entry names, as its subject or as what it is about: canonical JSON has one spelling of it. */
const NAMES = Buffer.from('"record:');
const NAMED = sql`substring(l.entry from position(${NAMES}::bytea in l.entry) + ${NAMES.length} for 36)`;

/**
 * Those of them whose history is not what the log says: an entry has no event any more, or an event has no entry and waits for none. A
 * package is made of the history, and would verify without what was taken away.
 */
export async function unlikeLog(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
): Promise<readonly string[]> {
  const ids = sql`${[...recordIds]}::uuid[]`;
  const { rows } = await sql<{ id: string }>`
    select l.record_id as id from log_leaf l
     where l.agency_id = ${agencyId} and l.record_id = any(${ids})
       and not exists (select from event e where e.record_id = l.record_id and e.agency_id = l.agency_id and e.id = l.event_id)
    union
    select e.record_id from event e
     where e.agency_id = ${agencyId} and e.record_id = any(${ids})
       and not exists (select from log_leaf l where l.agency_id = e.agency_id and l.event_id = e.id and l.record_id = e.record_id)
       and not exists (select from log_outbox o where o.agency_id = e.agency_id and o.seq = e.seq)
    union
    select l.record_id from log_leaf l
     where l.agency_id = ${agencyId} and l.record_id = any(${ids}) and position(${NAMES}::bytea in l.entry) > 0
       and ${NAMED} <> convert_to(l.record_id::text, 'UTF8')
    order by 1`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Bytes of the entries from `begin` on, below `end`, in their order. */
export async function entriesBetween(
  { agencyId, tx }: AgencyTx,
  begin: number,
  end: number,
): Promise<readonly Buffer[]> {
  const rows = await tx
    .selectFrom('log_leaf')
    .select('entry')
    .where('agency_id', '=', agencyId)
    .where('idx', '>=', begin)
    .where('idx', '<', end)
    .orderBy('idx')
    .execute();
  return rows.map(({ entry }) => entry);
}

/** Of each event in the history of these records. */
export async function historyIds(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
): Promise<readonly { readonly recordId: string; readonly id: string }[]> {
  const { rows } = await sql<{ recordId: string; id: string }>`
    select record_id as "recordId", id from event where agency_id = ${agencyId} and record_id = any(${[...recordIds]}::uuid[])`.execute(
    tx,
  );
  return rows;
}

/**
 * All of it, in the order of the log: numbers are dealt out before a transaction is committed, so that a lower one may enter later. With how
 * many of them wait to enter, whose order nobody knows yet.
 */
export async function historyOf(
  { agencyId, tx }: AgencyTx,
  recordId: string,
): Promise<{ readonly history: HistoryEntry[]; readonly waiting: number }> {
  const rows = await tx
    .selectFrom('event')
    .leftJoin('log_leaf', (join) =>
      join
        .onRef('log_leaf.agency_id', '=', 'event.agency_id')
        .onRef('log_leaf.event_id', '=', 'event.id')
        .onRef('log_leaf.record_id', '=', 'event.record_id'),
    )
    .select(['event.id', 'event.type', 'event.at', 'event.actor', 'event.body', 'log_leaf.idx'])
    .where('event.agency_id', '=', agencyId)
    .where('event.record_id', '=', recordId)
    .orderBy('log_leaf.idx')
    .orderBy('event.seq')
    .execute();
  return {
    history: rows.map(({ idx: _place, at, ...row }) => ({ ...row, at: at.toISOString() })),
    waiting: rows.filter(({ idx }) => idx === null).length,
  };
}

/** Indexes of the entries about them whose salt was destroyed: of what these commit to, nobody can say any more what it was. */
export async function destroyedOf(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
): Promise<readonly number[]> {
  const { rows } = await sql<{ idx: string }>`
    select idx::text from log_leaf
     where agency_id = ${agencyId} and record_id = any(${[...recordIds]}::uuid[]) and salt is null
     order by log_leaf.idx`.execute(tx);
  return rows.map(({ idx }) => Number(idx));
}

export async function bodiesOf(
  { agencyId, tx }: AgencyTx,
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly actor: string; readonly body: Record<string, unknown> }>> {
  const rows = await tx
    .selectFrom('event')
    .select(['id', 'actor', 'body'])
    .where('agency_id', '=', agencyId)
    .where('id', 'in', [...eventIds])
    .execute();
  return new Map(rows.map(({ id, ...said }) => [id, said]));
}

/** Whether every one of them stands in a leaf that a published checkpoint holds. */
export async function arePublished(
  { agencyId, tx }: AgencyTx,
  eventIds: readonly string[],
): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from log_leaf l join log_head h on h.agency_id = l.agency_id
     where l.agency_id = ${agencyId} and l.event_id = any(${[...eventIds]}::uuid[]) and l.idx < h.published`.execute(
    tx,
  );
  return rows[0]?.count === eventIds.length;
}

/** Places of the entries that something of them was sealed. */
export async function sealedAt({ agencyId, tx }: AgencyTx, recordIds: readonly string[]): Promise<number[]> {
  const { rows } = await sql<{ idx: number }>`
    select l.idx from event e join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
     where e.agency_id = ${agencyId} and e.record_id = any(${[...recordIds]}::uuid[]) and e.type = 'record.sealed'
     order by l.idx`.execute(tx);
  return rows.map(({ idx }) => idx);
}

/** The first checkpoint that held each of these places, and those of these sizes; none above `size`. */
export async function neededCheckpoints(
  { agencyId, tx }: AgencyTx,
  {
    places,
    sizes,
    size,
  }: { readonly places: readonly number[]; readonly sizes: readonly number[]; readonly size: number },
): Promise<readonly { readonly size: number; readonly note: Buffer }[]> {
  const { rows } = await sql<{ size: number; note: Buffer }>`
    with needed as (
      select (select min(k.size) from log_checkpoint k where k.agency_id = ${agencyId} and k.size > s.idx) as size
        from unnest(${[...places]}::bigint[]) s(idx)
      union select unnest(${[...sizes]}::bigint[]))
    select c.size, c.note from log_checkpoint c
     where c.agency_id = ${agencyId} and c.size in (select size from needed) and c.size <= ${size}
     order by c.size`.execute(tx);
  return rows;
}

/** Every change of a record is one. */
export async function eventsOf({ agencyId, tx }: AgencyTx, recordId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from event where agency_id = ${agencyId} and record_id = ${recordId}`.execute(
    tx,
  );
  return rows[0]?.count ?? 0;
}

export async function checkpointAt({ agencyId, tx }: AgencyTx, size: number) {
  return await tx
    .selectFrom('log_checkpoint')
    .select(['size', 'root', 'note', 'at'])
    .where('agency_id', '=', agencyId)
    .where('size', '=', size)
    .executeTakeFirstOrThrow();
}
