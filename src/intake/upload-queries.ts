/** SQL of uploads (migration 0013). Whatever reads or changes one names its owner, so that a forgotten look at it finds nothing. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';

/** Who began an upload. */
export interface Owner {
  readonly agencyId: string;
  readonly kind: 'person' | 'key';
  readonly id: string;
}

export interface UploadRow {
  readonly id: string;
  readonly staged: string;
  readonly sizeBytes: number;
  readonly offsetBytes: number;
  readonly originalName: string | null;
  readonly claimedType: string | null;
  readonly metadata: string | null;
  readonly sniffedType: string | null;
  readonly sha256: string | null;
  readonly usedAt: Date | null;
  readonly expiresAt: Date;
}

const COLUMNS = [
  'id',
  'staged',
  'size_bytes as sizeBytes',
  'offset_bytes as offsetBytes',
  'original_name as originalName',
  'claimed_type as claimedType',
  'metadata',
  'sniffed_type as sniffedType',
  'sha256',
  'used_at as usedAt',
  'expires_at as expiresAt',
] as const;

const columnOf = ({ kind }: Owner) => (kind === 'person' ? 'person_id' : 'key_id');
/** Unless it goes on, or a report names it. By the database's clock, which all processes share. */
const IN_A_DAY = sql<Date>`now() + interval '1 day'`;
/** Each piece prolongs it, but one byte a day holds no room for ever. */
const GOES_ON = sql<Date>`least(${IN_A_DAY}, created_at + interval '3 days')`;
const within = (ms: number) => sql<Date>`now() + ${ms}::float8 * interval '1 millisecond'`;

/** Until the end of the transaction nobody else who does this counts, or begins, uploads of that owner. */
export async function oneAtATime({ agencyId, tx }: AgencyTx, owner: Owner): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`upload ${agencyId} ${owner.id}`}, 0))`.execute(
    tx,
  );
}

export async function insertUpload(
  { agencyId, tx }: AgencyTx,
  owner: Owner,
  row: Pick<UploadRow, 'id' | 'staged' | 'sizeBytes' | 'originalName' | 'claimedType' | 'metadata'>,
): Promise<UploadRow> {
  return await tx
    .insertInto('upload')
    .values({
      agency_id: agencyId,
      id: row.id,
      key_id: owner.kind === 'key' ? owner.id : null,
      person_id: owner.kind === 'person' ? owner.id : null,
      staged: row.staged,
      size_bytes: row.sizeBytes,
      original_name: row.originalName,
      claimed_type: row.claimedType,
      metadata: row.metadata,
      expires_at: IN_A_DAY,
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}

/**
 * What somebody has under way that no report names yet, by the sizes that were announced. One whose time is over counts until it
 * is swept: its bytes are there.
 */
export async function underWay(
  { agencyId, tx }: AgencyTx,
  owner: Owner,
): Promise<{ readonly uploads: number; readonly bytes: number }> {
  return await tx
    .selectFrom('upload')
    .select([
      sql<number>`count(*)::int`.as('uploads'),
      sql<number>`coalesce(sum(size_bytes), 0)::int8`.as('bytes'),
    ])
    .where('agency_id', '=', agencyId)
    .where(sql`coalesce(key_id, person_id)`, '=', owner.id)
    .where(columnOf(owner), '=', owner.id)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
}

/** What somebody has on disk that no report names yet, without those uploads. */
export async function restingBytes(
  { agencyId, tx }: AgencyTx,
  owner: Owner,
  without: readonly string[],
): Promise<number> {
  const all = tx
    .selectFrom('upload')
    .select(sql<number>`coalesce(sum(offset_bytes), 0)::int8`.as('bytes'))
    .where('agency_id', '=', agencyId)
    .where(sql`coalesce(key_id, person_id)`, '=', owner.id)
    .where(columnOf(owner), '=', owner.id)
    .where('used_at', 'is', null);
  const query = without.length === 0 ? all : all.where('id', 'not in', without);
  const { bytes } = await query.executeTakeFirstOrThrow();
  return bytes;
}

export async function readUpload(
  { agencyId, tx }: AgencyTx,
  owner: Owner,
  id: string,
): Promise<UploadRow | null> {
  const row = await tx
    .selectFrom('upload')
    .select(COLUMNS)
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .where(columnOf(owner), '=', owner.id)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Becomes the one that writes, from exactly there; null: another one does, or it goes on elsewhere by now. `takenOver`: one whose
 * lease ended without a word wrote here before, this time or earlier.
 */
export async function beginWriting(
  { agencyId, tx }: AgencyTx,
  id: string,
  writer: string,
  { offsetBytes, leaseMs }: { readonly offsetBytes: number; readonly leaseMs: number },
): Promise<{ readonly takenOver: boolean } | null> {
  const row = await tx
    .updateTable('upload')
    .set({
      writer,
      writing_until: within(leaseMs),
      expires_at: GOES_ON,
      taken_over: sql<boolean>`taken_over or writer is not null`,
    })
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .where('offset_bytes', '=', offsetBytes)
    .where('finished_at', 'is', null)
    .where((eb) => eb.or([eb('writer', 'is', null), eb('writing_until', '<', sql<Date>`now()`)]))
    .returning('taken_over as takenOver')
    .executeTakeFirst();
  return row ?? null;
}

/** So much is durable; and this one goes on writing, or (null) is done. False: it is not the one that writes any more. */
export async function wrote(
  { agencyId, tx }: AgencyTx,
  id: string,
  writer: string,
  { offsetBytes, leaseMs }: { readonly offsetBytes: number; readonly leaseMs: number | null },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('upload')
    .set({
      offset_bytes: offsetBytes,
      expires_at: GOES_ON,
      writing_until: leaseMs === null ? null : within(leaseMs),
      ...(leaseMs === null ? { writer: null } : {}),
    })
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .where('writer', '=', writer)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Whoever finds it whole may say so; the first one did. */
export async function finishUpload(
  { agencyId, tx }: AgencyTx,
  id: string,
  found: { readonly sha256: string; readonly sniffedType: string | null },
): Promise<void> {
  await tx
    .updateTable('upload')
    .set({
      sha256: found.sha256,
      sniffed_type: found.sniffedType,
      finished_at: sql<Date>`now()`,
      expires_at: GOES_ON,
    })
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .where('finished_at', 'is', null)
    .whereRef('offset_bytes', '=', 'size_bytes')
    .execute();
}

/** The staged name that is free to go; null: no such upload, or a report has it. */
export async function deleteUpload(
  { agencyId, tx }: AgencyTx,
  owner: Owner,
  id: string,
): Promise<string | null> {
  const row = await tx
    .deleteFrom('upload')
    .where('agency_id', '=', agencyId)
    .where('id', '=', id)
    .where(columnOf(owner), '=', owner.id)
    .where('used_at', 'is', null)
    .returning('staged')
    .executeTakeFirst();
  return row?.staged ?? null;
}

/** Of all agencies. The names of files that no report took over: only they are free to go. */
export async function deleteExpired(db: Db): Promise<string[]> {
  const rows = await db.system
    .deleteFrom('upload')
    .where('expires_at', '<', sql<Date>`now()`)
    .returning(['staged', 'used_at'])
    .execute();
  return rows.filter((row) => row.used_at === null).map((row) => row.staged);
}
