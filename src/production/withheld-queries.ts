/** The SQL of what a request withholds, over all of its set. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import type { CitationInput } from './exemptions.ts';

export interface WithheldSaid {
  readonly exemption: Omit<CitationInput, 'day'>;
  /** Null: a description would reveal it. */
  readonly description: string | null;
}

/** What the newest decisions of a set withhold, each reason with its description once: what a letter of denial says. */
export async function withheldIn(
  { agencyId, tx }: AgencyTx,
  requestId: string,
): Promise<readonly WithheldSaid[]> {
  const { rows } = await sql<WithheldSaid>`
    with v as (
      select distinct on (w.record_id) w.* from review w where w.agency_id = ${agencyId} and w.request_id = ${requestId}
       order by w.record_id, w.n desc),
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
     order by 1, 2 limit 100`.execute(tx);
  return rows;
}
