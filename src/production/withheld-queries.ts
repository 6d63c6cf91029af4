/** The SQL of what a request withholds, over all of its set. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import type { CitationInput } from './exemptions.ts';

export interface WithheldSaid {
  readonly exemption: Omit<CitationInput, 'day'>;
  /** Null: a description would reveal it. */
  readonly description: string | null;
}

/**
 * What a request withholds, each reason with its description once: by the newest decisions of its set, as a letter of denial says it, or by those
 * that a production of it was frozen with, as its letter does.
 */
export async function withheldIn(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  production: string | null = null,
): Promise<readonly WithheldSaid[]> {
  const counting =
    production === null
      ? sql`select distinct on (w.record_id) w.* from review w where w.agency_id = ${agencyId} and w.request_id = ${requestId}
             order by w.record_id, w.n desc`
      : sql`select w.* from production_record r
              join review w on w.agency_id = r.agency_id and w.request_id = ${requestId} and w.record_id = r.record_id and w.n = r.review_n
             where r.agency_id = ${agencyId} and r.production_id = ${production}::uuid`;
  const { rows } = await sql<WithheldSaid>`
    with v as (${counting}),
    part as (
      select p from v cross join lateral jsonb_array_elements(v.fields || v.files) p where v.answer = 'part'),
    said as (
      select v.exemption, v.description from v where v.answer = 'withhold'
      union all select p -> 'exemption', p ->> 'description' from part
      union all select s -> 'exemption', s ->> 'description' from part
        cross join lateral jsonb_array_elements(coalesce(p -> 'passages', '[]') || coalesce(p -> 'boxes', '[]')
          || coalesce(jsonb_path_query_array(p, '$.beside'), '[]')) s),
    each as (
      select exemption - 'day' - 'also' as exemption, description from said
      union all select a, description from said cross join lateral jsonb_array_elements(coalesce(exemption -> 'also', '[]')) a)
    select distinct exemption, description from each where exemption ->> 'key' is not null
     order by 1, 2`.execute(tx);
  return rows;
}
