/** The SQL of the exports. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import type { HistoryEntry } from '#record/record.ts';
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
  return rows;
}

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
    order by 1`.execute(tx);
  return rows.map(({ id }) => id);
}

/** All of it, oldest first. */
export async function historyOf({ agencyId, tx }: AgencyTx, recordId: string): Promise<HistoryEntry[]> {
  const rows = await tx
    .selectFrom('event')
    .select(['id', 'type', 'at', 'actor', 'body'])
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .orderBy('seq')
    .execute();
  return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }));
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

/** For each entry that something was sealed: the first checkpoint that held it, and the first that each authority stamped. */
const CHECKPOINTS = (agencyId: string, recordIds: readonly string[], size: number) => sql`
  with sealed as (
    select l.idx from event e join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
     where e.agency_id = ${agencyId} and e.record_id = any(${[...recordIds]}::uuid[]) and e.type = 'record.sealed'),
  stamped as (
    select distinct on (s.idx, a.authority) a.authority, a.size, a.blob from sealed s
      join log_anchor a on a.agency_id = ${agencyId} and a.kind = 'stamp' and a.size > s.idx and a.size <= ${size}
     order by s.idx, a.authority, a.size),
  newest as (select authority, size, blob from log_anchor where agency_id = ${agencyId} and kind = 'stamp' and size = ${size}),
  stamps as (select * from stamped union select * from newest),
  sizes as (
    select (select min(k.size) from log_checkpoint k where k.agency_id = ${agencyId} and k.size > s.idx) as size from sealed s
     union select size from stamps)`;

/** All that the package names beside the one at `size`; that one too where it was stamped, as it was published. */
export async function neededCheckpoints(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
  size: number,
): Promise<readonly { readonly size: number; readonly note: Buffer }[]> {
  const { rows } = await sql<{ size: number; note: Buffer }>`
    ${CHECKPOINTS(agencyId, recordIds, size)}
    select c.size, c.note from log_checkpoint c
     where c.agency_id = ${agencyId} and c.size in (select size from sizes)
       and (c.size < ${size} or c.size in (select size from stamps))
     order by c.size`.execute(tx);
  return rows;
}

export async function stampsFor(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
  size: number,
): Promise<readonly { readonly size: number; readonly authority: string; readonly blob: Buffer }[]> {
  const { rows } = await sql<{ size: number; authority: string; blob: Buffer }>`
    ${CHECKPOINTS(agencyId, recordIds, size)}
    select distinct size, authority, blob from stamps order by size, authority`.execute(tx);
  return rows;
}

/** Their lines, as they stand below a checkpoint. */
export async function cosignaturesOf(
  { agencyId, tx }: AgencyTx,
  size: number,
  names: readonly string[],
): Promise<readonly { readonly authority: string; readonly blob: Buffer }[]> {
  if (names.length === 0) return [];
  return await tx
    .selectFrom('log_anchor')
    .select(['authority', 'blob'])
    .where('agency_id', '=', agencyId)
    .where('kind', '=', 'witness')
    .where('size', '=', size)
    .where('authority', 'in', [...names])
    .orderBy('authority')
    .execute();
}

export async function checkpointAt({ agencyId, tx }: AgencyTx, size: number) {
  return await tx
    .selectFrom('log_checkpoint')
    .select(['size', 'root', 'note', 'at'])
    .where('agency_id', '=', agencyId)
    .where('size', '=', size)
    .executeTakeFirstOrThrow();
}

export async function logOrigin({ agencyId, tx }: AgencyTx): Promise<string | null> {
  const row = await tx
    .selectFrom('log_head')
    .select('origin')
    .where('agency_id', '=', agencyId)
    .executeTakeFirst();
  return row?.origin ?? null;
}
