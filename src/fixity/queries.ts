/** All SQL of checking: what is due, and what was found. Of figures and repairs: `figures.ts`, `repair-queries.ts`. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import type { CheckedObject } from './rules.ts';

const OBJECT =
  sql.raw(`o.agency_id as "agencyId", o.record_id as "recordId", o.seal_no as "sealNo", o.role, o.key,
  o.version_id as "versionId", o.sha256, o.size_bytes as "sizeBytes", o.locked_until as "lockedUntil"`);
/** What is being destroyed is not looked for. */
const KEPT = sql.raw('from fixity f join object o on o.key = f.key');

export async function agencyIds(db: Db): Promise<string[]> {
  const rows = await db.system
    .selectFrom('agency')
    .select('id')
    .where('id', '<>', 'system')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** The database's clock, by which all of the room's times are: there is one of it, whoever checks. */
export async function clock({ tx }: AgencyTx): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(tx);
  return rows[0]?.at ?? new Date();
}

/** In the order in which it was sealed. */
export async function neverRead({ agencyId, tx }: AgencyTx, limit: number): Promise<CheckedObject[]> {
  const { rows } = await sql<CheckedObject>`
    select ${OBJECT} ${KEPT} where f.agency_id = ${agencyId} and f.ended_at is null and f.read_at is null order by f.sealed_at limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/**
 * Oldest first: no object waits for luck, a day on which nothing ran is caught up by
 * itself, and the age of the first row is the age of the oldest reading there is. (Slots by a hash of the key would spread the work
 * more evenly, and would have to remember each slot that was missed.)
 */
export async function dueToRead(
  { agencyId, tx }: AgencyTx,
  olderMs: number,
  limit: number,
): Promise<CheckedObject[]> {
  const { rows } = await sql<CheckedObject>`
    select ${OBJECT} ${KEPT}
     where f.agency_id = ${agencyId} and f.ended_at is null and f.read_at < now() - ${olderMs} * interval '1 millisecond'
     order by f.read_at limit ${limit}`.execute(tx);
  return rows;
}

export async function dueToLook(
  { agencyId, tx }: AgencyTx,
  olderMs: number,
  limit: number,
): Promise<CheckedObject[]> {
  const { rows } = await sql<CheckedObject>`
    select ${OBJECT} ${KEPT}
     where f.agency_id = ${agencyId} and f.ended_at is null and (f.looked_at is null or f.looked_at < now() - ${olderMs} * interval '1 millisecond')
     order by f.looked_at nulls first limit ${limit}`.execute(tx);
  return rows;
}

/** What was found wrong is read again soon: somebody may have mended it, and waits for that to be said. */
export async function dueAgain(
  { agencyId, tx }: AgencyTx,
  olderMs: number,
  limit: number,
): Promise<CheckedObject[]> {
  const { rows } = await sql<CheckedObject>`
    select ${OBJECT} ${KEPT}
     where f.agency_id = ${agencyId} and f.ended_at is null and cardinality(f.findings) > 0 and f.read_at < now() - ${olderMs} * interval '1 millisecond'
     order by f.read_at limit ${limit}`.execute(tx);
  return rows;
}

export async function objectsOf({ agencyId, tx }: AgencyTx, recordId: string): Promise<CheckedObject[]> {
  const { rows } = await sql<CheckedObject>`
    select ${OBJECT} from object o
     where o.agency_id = ${agencyId} and o.record_id = ${recordId} and o.confirmed_at is not null
     order by o.seal_no, o.key`.execute(tx);
  return rows;
}

/** Versions that were replaced, by key. */
export async function replacedOf(
  { agencyId, tx }: AgencyTx,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  if (keys.length === 0) return new Map();
  const rows = await tx
    .selectFrom('fixity_replaced')
    .select(['key', 'version_id'])
    .where('agency_id', '=', agencyId)
    .where('key', 'in', [...keys])
    .execute();
  const byKey = Map.groupBy(rows, ({ key }) => key);
  return new Map([...byKey].map(([key, of]) => [key, new Set(of.map(({ version_id }) => version_id))]));
}

/** Their findings as they stand, locked in one order: of two that write the same rows at once, the second sees what the first found. */
export async function lockFindings(
  { agencyId, tx }: AgencyTx,
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx
    .selectFrom('fixity')
    .select(['key', 'findings'])
    .where('agency_id', '=', agencyId)
    .where('key', 'in', [...keys])
    .orderBy('key')
    .forUpdate()
    .execute();
  return new Map(rows.map(({ key, findings }) => [key, findings]));
}

export async function writeFindings(
  { agencyId, tx }: AgencyTx,
  at: Date,
  rows: readonly { readonly key: string; readonly findings: readonly string[]; readonly wasRead: boolean }[],
): Promise<void> {
  await sql`
    update fixity f
       set looked_at = ${at}, read_at = case when u."wasRead" then ${at} else f.read_at end, findings = u.findings,
           found_at = case when cardinality(u.findings) = 0 then null else coalesce(f.found_at, ${at}) end
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) u(key text, findings text[], "wasRead" boolean)
     where f.agency_id = ${agencyId} and f.ended_at is null and f.key = u.key`.execute(tx);
}

/** The age in whole days of the reading that is longest ago; of what was never read, of its seal. */
export async function oldestDays({ agencyId, tx }: AgencyTx): Promise<number> {
  const { rows } = await sql<{ days: number }>`
    select coalesce(greatest(0, floor(extract(epoch from now() - least(
        (select read_at from fixity where agency_id = ${agencyId} and read_at is not null and ended_at is null order by read_at limit 1),
        (select min(sealed_at) from fixity where agency_id = ${agencyId} and read_at is null and ended_at is null)
      )) / 86400)), 0)::int as days`.execute(tx);
  return rows[0]?.days ?? 0;
}

export interface Batch {
  readonly id: string;
  readonly layer: 'look' | 'read' | 'asked';
  readonly at: Date;
  readonly failed: number;
  readonly bytes: number;
  readonly oldestDays: number;
  readonly salt: Buffer;
  readonly root: Buffer;
  readonly rows: readonly {
    readonly key: string;
    readonly versionId: string;
    readonly sha256: string;
    readonly result: string;
    readonly leaf: Buffer;
  }[];
}

export async function writeBatch({ agencyId, tx }: AgencyTx, batch: Batch): Promise<void> {
  const { id, layer, at, failed, bytes, salt, root, rows } = batch;
  await tx
    .insertInto('fixity_batch')
    .values({
      agency_id: agencyId,
      id,
      layer,
      at,
      objects: rows.length,
      failed,
      bytes,
      oldest_days: batch.oldestDays,
      salt,
      root,
    })
    .execute();
  await tx
    .insertInto('fixity_row')
    .values(
      rows.map(({ key, versionId, sha256, result, leaf }, n) => ({
        agency_id: agencyId,
        batch_id: id,
        n,
        key,
        version_id: versionId,
        sha256,
        result,
        leaf,
      })),
    )
    .execute();
}

/** For whoever recomputes a root. */
export async function readBatch({ agencyId, tx }: AgencyTx, batchId: string) {
  const batch = await tx
    .selectFrom('fixity_batch')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('id', '=', batchId)
    .executeTakeFirst();
  if (batch === undefined) return null;
  const rows = await tx
    .selectFrom('fixity_row')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('batch_id', '=', batchId)
    .orderBy('n')
    .execute();
  return { batch, rows };
}

/** Records whose newest word on fixity is that something failed, and of which nothing is known to be wrong any more. */
export async function recordsToClear({ agencyId, tx }: AgencyTx, limit: number) {
  const { rows } = await sql<{
    readonly recordId: string;
    readonly seq: string;
    readonly at: Date;
    readonly seal: number | null;
  }>`
    select e.record_id as "recordId", e.seq::text as seq, e.at, (e.body->>'seal')::int as seal
      from (select distinct on (record_id) record_id, seq, at, body, type from event
             where agency_id = ${agencyId} and record_id is not null and type in ('fixity.failed', 'fixity.repaired')
             order by record_id, event.seq desc) e
     where (e.type = 'fixity.failed' or (e.body->>'failed')::int > 0)
       and not exists (select from fixity f where f.agency_id = ${agencyId} and f.ended_at is null and f.record_id = e.record_id and cardinality(f.findings) > 0)
     order by e.seq limit ${limit}`.execute(tx);
  return rows;
}

/** Whether all of the record was read and found well after `seq`, and that is still the newest word. */
export async function isClear(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  seq: string,
): Promise<{ readonly objects: number; readonly isClear: boolean }> {
  const { rows } = await sql<{ readonly objects: number; readonly isClear: boolean }>`
    with last as (select seq, at from event where agency_id = ${agencyId} and record_id = ${recordId}
                   and type in ('fixity.failed', 'fixity.repaired') order by event.seq desc limit 1)
    select count(*)::int as objects,
           count(*) > 0 and bool_and(cardinality(f.findings) = 0 and f.read_at is not null and f.read_at >= last.at and last.seq = ${seq}::bigint)
             as "isClear"
      from fixity f, last where f.agency_id = ${agencyId} and f.ended_at is null and f.record_id = ${recordId}`.execute(
    tx,
  );
  return rows[0] ?? { objects: 0, isClear: false };
}
