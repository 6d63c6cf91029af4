/** The SQL of the round over a prefix. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import type { ObjectVersion } from '#store/store.ts';

/** When it begins, by the database's clock; null: the last one is not older than that. */
export async function dueListing({ agencyId, tx }: AgencyTx, everyMs: number): Promise<Date | null> {
  const { rows } = await sql<{ at: Date }>`
    select clock_timestamp() as at where not exists (
      select from fixity_listing where agency_id = ${agencyId} and listed_at >= now() - ${everyMs} * interval '1 millisecond')`.execute(
    tx,
  );
  return rows[0]?.at ?? null;
}

export interface KnownVersions {
  readonly ids: ReadonlySet<string>;
  /** Its intent is committed, and what the store made of it is not written down yet. */
  readonly open: boolean;
}

export async function knownVersions(
  { agencyId, tx }: AgencyTx,
  keys: readonly string[],
): Promise<ReadonlyMap<string, KnownVersions>> {
  const { rows } = await sql<{
    readonly key: string;
    readonly ids: readonly (string | null)[];
    readonly open: boolean;
  }>`
    select o.key, o.confirmed_at is null as open,
           array_append((select coalesce(array_agg(p.version_id), '{}') from fixity_replaced p where p.key = o.key), o.version_id) as ids
      from object o where o.agency_id = ${agencyId} and o.key = any(${[...keys]})`.execute(tx);
  return new Map(
    rows.map(({ key, ids, open }) => [key, { ids: new Set(ids.filter((id) => id !== null)), open }]),
  );
}

export async function lookSoon({ agencyId, tx }: AgencyTx, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await tx
    .updateTable('fixity')
    .set({ looked_at: null })
    .where('agency_id', '=', agencyId)
    .where('key', 'in', [...keys])
    .execute();
}

/** True: it is new, or was gone and is there again. */
export async function strayOf(
  { agencyId, tx }: AgencyTx,
  { key, versionId, isDeleteMarker, sizeBytes }: ObjectVersion,
  at: Date,
): Promise<boolean> {
  const { rows } = await sql<{ isNew: boolean }>`
    with before as (select gone_at from fixity_stray
                     where agency_id = ${agencyId} and key = ${key} and version_id = ${versionId})
    insert into fixity_stray (agency_id, key, version_id, is_marker, size_bytes, found_at, seen_at)
    values (${agencyId}, ${key}, ${versionId}, ${isDeleteMarker}, ${sizeBytes}, ${at}, ${at})
    on conflict (agency_id, key, version_id) do update
      set found_at = case when fixity_stray.gone_at is null then fixity_stray.found_at else excluded.found_at end,
          seen_at = excluded.seen_at, gone_at = null
    returning coalesce((select gone_at is not null from before), true) as "isNew"`.execute(tx);
  return rows[0]?.isNew === true;
}

/** What this round did not meet is not there any more. */
export async function strayGone({ agencyId, tx }: AgencyTx, begun: Date): Promise<void> {
  await tx
    .updateTable('fixity_stray')
    .set({ gone_at: begun })
    .where('agency_id', '=', agencyId)
    .where('gone_at', 'is', null)
    .where('seen_at', '<', begun)
    .execute();
}

export async function writeListing({ agencyId, tx }: AgencyTx, at: Date, versions: number): Promise<void> {
  await tx
    .insertInto('fixity_listing')
    .values({ agency_id: agencyId, listed_at: at, versions })
    .onConflict((conflict) => conflict.column('agency_id').doUpdateSet({ listed_at: at, versions }))
    .execute();
}

export async function isLogDue({ agencyId, tx }: AgencyTx, everyMs: number): Promise<boolean> {
  const { rows } = await sql<{ isDue: boolean }>`
    select not exists (select from fixity_log where agency_id = ${agencyId}
                        and checked_at >= now() - ${everyMs} * interval '1 millisecond' and wrong = 0)
       and not exists (select from fixity_log where agency_id = ${agencyId}
                        and checked_at >= now() - interval '1 hour') as "isDue"`.execute(tx);
  return rows[0]?.isDue === true;
}

/** Answers how many files were wrong before. */
export async function writeLogCheck({ agencyId, tx }: AgencyTx, wrong: number): Promise<number> {
  const { rows } = await sql<{ before: number }>`
    with b as (select wrong from fixity_log where agency_id = ${agencyId})
    insert into fixity_log (agency_id, checked_at, wrong) values (${agencyId}, now(), ${wrong})
    on conflict (agency_id) do update set checked_at = now(), wrong = excluded.wrong
    returning coalesce((select wrong from b), 0) as before`.execute(tx);
  return rows[0]?.before ?? 0;
}
