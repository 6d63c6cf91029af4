/** The SQL of the second store: what is to be copied, and what is to be put back. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import type { CheckedObject } from './rules.ts';

export interface CopiedObject extends CheckedObject {
  readonly mediaType: string;
  readonly copyVersion: string | null;
  readonly copyUntil: Date | null;
  readonly findings: readonly string[];
}

const COPIED =
  sql.raw(`o.agency_id as "agencyId", o.record_id as "recordId", o.seal_no as "sealNo", o.role, o.key,
  o.version_id as "versionId", o.sha256, o.size_bytes as "sizeBytes", o.locked_until as "lockedUntil", o.media_type as "mediaType",
  f.copy_version as "copyVersion", f.copy_until as "copyUntil", f.findings
  from fixity f join object o on o.key = f.key`);

/** Read whole, found well, and nowhere else yet. */
export async function toCopy({ agencyId, tx }: AgencyTx, limit: number): Promise<CopiedObject[]> {
  const { rows } = await sql<CopiedObject>`
    select ${COPIED} where f.agency_id = ${agencyId} and f.ended_at is null and f.copied_at is null and f.read_at is not null
       and cardinality(f.findings) = 0 order by f.read_at limit ${limit}`.execute(tx);
  return rows;
}

/** Copies whose lock should follow the first one's: half of it is gone. */
export async function toExtend(
  { agencyId, tx }: AgencyTx,
  leaseMs: number,
  limit: number,
): Promise<CopiedObject[]> {
  const { rows } = await sql<CopiedObject>`
    select ${COPIED} where f.agency_id = ${agencyId} and f.ended_at is null and f.copy_until < o.locked_until
       and f.copy_until < now() + ${leaseMs / 2} * interval '1 millisecond' order by f.copy_until limit ${limit}`.execute(
    tx,
  );
  return rows;
}

export async function writeCopy(
  { agencyId, tx }: AgencyTx,
  key: string,
  copyVersion: string,
  until: Date,
): Promise<void> {
  await sql`update fixity set copy_version = ${copyVersion}, copied_at = coalesce(copied_at, now()), copy_until = ${until}
             where agency_id = ${agencyId} and key = ${key}`.execute(tx);
}

/**
 * Wrong in another way than by its lock alone, with a copy to mend it from. A new version at most once a day: a store that damages or lies
 * about each is not mended by one more.
 */
export async function toPutBack({ agencyId, tx }: AgencyTx, limit: number): Promise<CopiedObject[]> {
  const { rows } = await sql<CopiedObject>`
    select ${COPIED} where f.agency_id = ${agencyId} and f.ended_at is null and f.copied_at is not null
       and f.findings && '{missing,changed,size,unreadable,journal-broken,delete-marker,unknown-version}'::text[]
       and f.read_at is not null
       and not exists (select from fixity_replaced p where p.key = f.key and p.replaced_at > now() - interval '1 day')
     order by f.found_at limit ${limit}`.execute(tx);
  return rows;
}

/** False: somebody moved it meanwhile. Never read, as the new version is: the next pass of whoever checks reads it. */
export async function movePlace(
  { agencyId, tx }: AgencyTx,
  { key, versionId }: Pick<CheckedObject, 'key' | 'versionId'>,
  next: { readonly versionId: string; readonly lockedUntil: Date },
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    update object set version_id = ${next.versionId}, locked_until = greatest(locked_until, ${next.lockedUntil})
     where agency_id = ${agencyId} and key = ${key} and version_id = ${versionId}`.execute(tx);
  if (numAffectedRows === 0n) return false;
  if (next.versionId !== versionId)
    await tx
      .insertInto('fixity_replaced')
      .values({ agency_id: agencyId, key, version_id: versionId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  await tx
    .updateTable('fixity')
    .set({ read_at: null, looked_at: null })
    .where('agency_id', '=', agencyId)
    .where('key', '=', key)
    .execute();
  return true;
}
