/** The SQL of what a production is made of: its frozen list, what is stored of each record, and what proves it. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import type { Review } from './review.ts';

export interface FrozenRecord extends Pick<Review, 'exemption' | 'description' | 'fields' | 'files'> {
  readonly n: number;
  readonly recordId: string;
  /** Which decision about it counts. */
  readonly reviewN: number;
  readonly answer: 'release' | 'part' | 'withhold';
  readonly receivedAt: Date;
  /** Somebody reported that it may show a child being abused: nobody looks at its pictures, no program either. */
  readonly neverRead: boolean;
}

export async function frozenRecords(
  { agencyId, tx }: AgencyTx,
  id: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly FrozenRecord[]> {
  const { rows } = await sql<FrozenRecord>`
    select r.n, r.record_id as "recordId", r.review_n as "reviewN", r.answer, c.received_at as "receivedAt", is_never_read(r.agency_id, r.record_id) as "neverRead", v.exemption, v.description, v.fields, v.files
      from production_record r join production p on p.agency_id = r.agency_id and p.id = r.production_id
      join record c on c.agency_id = r.agency_id and c.id = r.record_id
      join review v on v.agency_id = r.agency_id and v.request_id = p.request_id and v.record_id = r.record_id and v.n = r.review_n
     where r.agency_id = ${agencyId} and r.production_id = ${id} and r.n > ${after} order by r.n limit ${limit}`.execute(
    tx,
  );
  return rows;
}

/** Records of a production, by their numbers in it or by themselves; those that it does not have are left out. */
export async function recordsNamed(
  { agencyId, tx }: AgencyTx,
  id: string,
  { numbers, recordIds }: { readonly numbers: readonly number[]; readonly recordIds: readonly string[] },
): Promise<readonly { readonly n: number; readonly recordId: string }[]> {
  if (numbers.length + recordIds.length === 0) return [];
  const { rows } = await sql<{ n: number; recordId: string }>`
    select n, record_id as "recordId" from production_record
     where agency_id = ${agencyId} and production_id = ${id}
       and (n = any(${[...numbers]}::int[]) or record_id = any(${[...recordIds]}::uuid[])) order by n`.execute(
    tx,
  );
  return rows;
}

export interface StoredObject {
  readonly recordId: string;
  readonly key: string;
  readonly versionId: string;
  readonly seal: number;
  readonly role: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Of every closed seal. */
export async function storedObjects(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
): Promise<readonly StoredObject[]> {
  const { rows } = await sql<StoredObject>`
    select o.record_id as "recordId", o.key, o.version_id as "versionId", o.seal_no as seal, o.role, o.sha256, o.size_bytes as "sizeBytes"
      from object o left join seal s on s.agency_id = o.agency_id and s.record_id = o.record_id and s.no = o.seal_no
     where o.agency_id = ${agencyId} and o.record_id = any(${[...recordIds]}::uuid[]) and o.version_id is not null
       and (s.sealed_at is not null or o.role = 'salt')
     order by o.record_id, o.seal_no, o.key`.execute(tx);
  return rows;
}

export async function writePages(
  { agencyId, tx }: AgencyTx,
  id: string,
  pages: readonly { readonly n: number; readonly first: number; readonly last: number }[],
): Promise<void> {
  if (pages.length === 0) return;
  await sql`
    update production_record r set bates_first = x.first, bates_last = x.last
      from unnest(${pages.map(({ n }) => n)}::int[], ${pages.map(({ first }) => first)}::int[], ${pages.map(({ last }) => last)}::int[]) x(n, first, last)
     where r.agency_id = ${agencyId} and r.production_id = ${id} and r.n = x.n`.execute(tx);
}

/** Pictures of which a part was burned, by the review that was frozen. */
export async function redactedRecords(
  { agencyId, tx }: AgencyTx,
  id: string,
): Promise<readonly { readonly recordId: string; readonly file: number }[]> {
  const { rows } = await sql<{ recordId: string; file: number }>`
    select r.record_id as "recordId", (f ->> 'file')::int as file
      from production_record r join production p on p.agency_id = r.agency_id and p.id = r.production_id
      join review v on v.agency_id = r.agency_id and v.request_id = p.request_id and v.record_id = r.record_id and v.n = r.review_n
      cross join lateral jsonb_array_elements(v.files) f
     where r.agency_id = ${agencyId} and r.production_id = ${id} and v.answer = 'part' and f ->> 'decision' = 'part'
     order by r.n, 2`.execute(tx);
  return rows;
}

/** The entries that something of these records was sealed, and the one that names the key that signs; with whether a checkpoint holds them. */
export async function provingEvents(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
  vkey: string,
): Promise<{ readonly ids: readonly string[]; readonly isPublished: boolean }> {
  const { rows } = await sql<{ id: string; published: boolean }>`
    select e.id, coalesce(l.idx < h.published, false) as published
      from event e left join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id left join log_head h on h.agency_id = e.agency_id
     where e.agency_id = ${agencyId} and e.type = 'record.sealed' and e.record_id = any(${[...recordIds]}::uuid[])
    union all (
    select e.id, coalesce(l.idx < h.published, false)
      from event e left join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id left join log_head h on h.agency_id = e.agency_id
     where e.agency_id = ${agencyId} and e.type = 'receipt-key.added' and e.body ->> 'vkey' = ${vkey} order by e.seq limit 1)`.execute(
    tx,
  );
  return { ids: rows.map(({ id }) => id), isPublished: rows.every(({ published }) => published) };
}

/** Of the row as it was sealed, for its entry. */
export async function digestOfRow({ agencyId, tx }: AgencyTx, id: string): Promise<string> {
  const { rows } = await sql<{ digest: string }>`
    select production_row_digest(${agencyId}, ${id}) as digest`.execute(tx);
  return rows[0]?.digest ?? '';
}
