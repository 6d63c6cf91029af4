/** The SQL of what is compared in a set, and of what of it is still open. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { COMPARED_LETTERS, type Alike } from './alike.ts';

/** The newest of the set, as far as they are compared with each other. */
export async function readAlike(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  limit: number,
): Promise<Alike[]> {
  const { rows } = await sql<Alike>`
    select q.record_id as "recordId", left(t.text, ${COMPARED_LETTERS}) as text,
           encode(sha256(convert_to(t.text, 'UTF8')), 'hex') as "textSha256",
           coalesce((select array_agg(a.sha256 order by a.n) from artifact a
              where a.agency_id = q.agency_id and a.record_id = q.record_id and a.origin = 'handed-in' and a.media_type like 'image/%'), '{}') as pictures
      from request_record q
      left join lateral (
        select f.body #>> '{data,content,text}' as text from fact f
         where f.agency_id = q.agency_id and f.record_id = q.record_id and f.body #>> '{data,content,text}' is not null
         order by f.n limit 1) t on true
     where q.agency_id = ${agencyId} and q.request_id = ${requestId}
     order by q.record_id desc limit ${limit}`.execute(tx);
  return rows;
}

/** Of these the ones that are in the set and about which nobody decided, in this order. */
export async function undecidedAmong(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  recordIds: readonly string[],
): Promise<string[]> {
  if (recordIds.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select q.record_id as id from request_record q
     where q.agency_id = ${agencyId} and q.request_id = ${requestId} and q.record_id = any(${[...recordIds]}::uuid[])
       and not exists (select from review v where v.agency_id = q.agency_id and v.request_id = q.request_id and v.record_id = q.record_id)`.execute(
    tx,
  );
  const open = new Set(rows.map(({ id }) => id));
  return recordIds.filter((id) => open.has(id));
}
