/** What is known of the bytes of records on a list, and what is written down of their end. */
import { sql } from 'kysely';
import type { AgencyTx, ItemEvidence } from '#db/db.ts';

export interface KnownObjects {
  /** `key version` of each version that a row names. */
  readonly first: ReadonlySet<string>;
  readonly second: ReadonlySet<string>;
  readonly staged: readonly string[];
  readonly evidence: ItemEvidence | null;
}

/** What is known of each of these records. */
export async function knownObjects(
  { agencyId, tx }: AgencyTx,
  id: string,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, KnownObjects>> {
  const { rows } = await sql<{
    recordId: string;
    key: string;
    version: string;
    place: 'first' | 'second' | 'staged';
  }>`
    with asked as (select unnest(${recordIds}::uuid[]) as id),
         named as (select o.key, o.version_id, o.record_id from object o join asked on asked.id = o.record_id where o.agency_id = ${agencyId}),
         waiting as (
           select x.record_id, x.staged from artifact x join asked on asked.id = x.record_id where x.agency_id = ${agencyId} and x.staged is not null
           union
           select x.record_id, u.staged from artifact x join asked on asked.id = x.record_id
             join upload u on u.agency_id = x.agency_id and u.sha256 = x.sha256 and u.used_at is not null where x.agency_id = ${agencyId})
    select record_id as "recordId", key, version_id as version, 'first' as place from named
    union all
    select n.record_id, p.key, p.version_id, 'first' from fixity_replaced p join named n on n.key = p.key
    union all
    select f.record_id, f.key, f.copy_version, 'second' from fixity f join asked on asked.id = f.record_id
     where f.agency_id = ${agencyId} and f.copy_version is not null
    union all
    select w.record_id, w.staged, '', 'staged' from waiting w
     where not exists (select from artifact y where y.agency_id = ${agencyId} and y.staged = w.staged and y.record_id <> w.record_id)`.execute(
    tx,
  );
  const { rows: items } = await sql<{ recordId: string; evidence: ItemEvidence | null }>`
    select record_id as "recordId", evidence from disposal_item
     where agency_id = ${agencyId} and disposal_id = ${id} and record_id = any(${recordIds}::uuid[])`.execute(
    tx,
  );
  const evidence = new Map(items.map((item) => [item.recordId, item.evidence]));
  const known = new Map(
    recordIds.map((recordId) => [
      recordId,
      {
        first: new Set<string>(),
        second: new Set<string>(),
        staged: [] as string[],
        evidence: evidence.get(recordId) ?? null,
      },
    ]),
  );
  for (const { recordId, key, version, place } of rows)
    if (place === 'staged') known.get(recordId)?.staged.push(key);
    else known.get(recordId)?.[place].add(`${key} ${version}`);
  return known;
}

export interface Evidence {
  readonly recordId: string;
  readonly evidence: ItemEvidence;
}

export async function writeEvidence(
  { agencyId, tx }: AgencyTx,
  id: string,
  items: readonly Evidence[],
  isGone: boolean,
): Promise<void> {
  if (items.length === 0) return;
  await sql`
    update disposal_item i set evidence = f.evidence, gone_at = case when ${isGone} then now() else i.gone_at end
      from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as f("recordId" uuid, evidence jsonb)
     where i.agency_id = ${agencyId} and i.disposal_id = ${id} and i.record_id = f."recordId"`.execute(tx);
}

export interface Failure {
  readonly place: 'first' | 'second' | 'files';
  readonly versionId: string;
  readonly code: string;
}

/** Nothing is wrong with these any more. */
export async function endFailures(
  { agencyId, tx }: AgencyTx,
  id: string,
  recordIds: readonly string[],
): Promise<void> {
  await sql`delete from disposal_failure where agency_id = ${agencyId} and disposal_id = ${id} and record_id = any(${recordIds}::uuid[])`.execute(
    tx,
  );
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
