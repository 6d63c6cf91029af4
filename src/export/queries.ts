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

/** For each entry that something was sealed: the first checkpoint that held it, as far as it is another one than the one at `size`. */
export async function sealingCheckpoints(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
  size: number,
): Promise<readonly { readonly size: number; readonly note: Buffer }[]> {
  const { rows } = await sql<{ size: number; note: Buffer }>`
    select distinct c.size, c.note from event e
      join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
      join lateral (select size, note from log_checkpoint k where k.agency_id = e.agency_id and k.size > l.idx order by k.size limit 1) c on true
     where e.agency_id = ${agencyId} and e.record_id = any(${[...recordIds]}::uuid[]) and e.type = 'record.sealed' and c.size < ${size}
     order by c.size`.execute(tx);
  return rows;
}

export async function logOrigin({ agencyId, tx }: AgencyTx): Promise<string | null> {
  const row = await tx
    .selectFrom('log_head')
    .select('origin')
    .where('agency_id', '=', agencyId)
    .executeTakeFirst();
  return row?.origin ?? null;
}
