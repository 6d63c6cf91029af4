/** The same of what was handed out: the list, the bytes that were sealed, the links to them, and who fetched them (desk-queries.ts). */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { alone, saysOther, told, which, written, type Asks } from './desk-queries.ts';

const OF_PRODUCTIONS = [
  'production.requested',
  'production.blocked',
  'production.sealed',
  'production.released',
  'production.withdrawn',
] as const;

/** What was frozen, and how far it came. What was sealed of it is compared with the store (desk.ts). */
const productions: Asks = (a) => sql`
  with t as materialized (select s.*, s.body->>'production' as production from (${told(a, ...OF_PRODUCTIONS)}) s),
  stood as (
    select distinct on (production) production, case type when 'production.requested' then 'building' when 'production.sealed' then 'ready'
                                                          else substr(type, 12) end as state
      from t order by production, seq desc),
  out as (select distinct on (production) * from t where type = 'production.released' order by production, seq),
  back as (select distinct on (production) * from t where type = 'production.withdrawn' order by production, seq desc)
  select coalesce(c.id::text, e.production) as id, ${which}
    from (select * from production where agency_id = ${a}) c
    full join (select * from t where type = 'production.requested') e on e.production = c.id::text
    left join stood s on s.production = c.id::text left join out o on o.production = c.id::text left join back b on b.production = c.id::text
    left join request r on r.id = c.request_id
   where ${alone} or ${written('c.made_at')}
      or (c.request_id::text, c.n, c.made_by, c.asked->'wacz', c.asked->'seen', c.state)
         is distinct from (e.request, e.n, e.actor, e.body->'wacz', e.body->'vouched', s.state)
      or (c.released_by, c.withdrawn_by) is distinct from (o.actor, b.actor)
      or (e.body->>'records')::int <> (select count(*) from production_record r where r.production_id = c.id)
      or ${saysOther('list', sql`production_list_digest(c.agency_id, c.id)`)}
      or o.body ? 'at' and o.body->>'at' is distinct from in_utc(c.released_at)
      or b.body ? 'at' and (b.body->>'at', b.body->>'why') is distinct from (in_utc(c.withdrawn_at), request_digest(c.agency_id, r.tracking, c.withdrawn_why))`;

const links: Asks = (a) => sql`
  with t as materialized (${told(a, 'production.released')})
  select 'link ' || coalesce(c.n, e.link) || ' to ' || coalesce(c.production_id::text, e.production) as id, ${which}
    from (select * from production_link where agency_id = ${a}) c
    full join (select t.*, t.body->>'production' as production, (t.body->>'link')::int as link from t) e
      on e.production = c.production_id::text and e.link = c.n
   where ${alone} or (in_utc(c.expires_at), c.made_by) is distinct from (e.body->>'until', e.actor)
      or ${saysOther('hash', sql`encode(c.hash, 'hex')`)} or ${saysOther('at', sql`in_utc(c.made_at)`)}`;

/** By their numbers; those that earlier versions entered without, by how many there are. */
const downloads: Asks = (a) => sql`
  with t as materialized (
    select s.*, s.body->>'production' as production, coalesce(s.body->>'link', s.actor) as who from (${told(a, 'production.downloaded')}) s)
  select 'download ' || coalesce(c.n, e.n) || ' of ' || coalesce(c.production_id::text, e.production) as id, ${which}
    from (select d.* from production_download d where d.agency_id = ${a} and exists (
            select from t where t.production = d.production_id::text and t.n = d.n)) c
    full join (select * from t where n is not null) e on e.production = c.production_id::text and e.n = c.n
   where ${alone} or (coalesce(c.link_n::text, c.by), in_utc(c.at)) is distinct from (e.who, e.body->>'at')
  union all
  select 'downloads of ' || coalesce(c.production, e.production) || ' by ' || coalesce('link ' || nullif(c.link, ''), 'somebody of the agency'), 'changed'
    from (select production_id::text as production, coalesce(link_n::text, by) as who, max(link_n)::text as link, count(*) as times
            from production_download where agency_id = ${a} group by 1, 2) c
    full join (select production, who, count(*) as times from t group by 1, 2) e on e.production = c.production and e.who = c.who
   where c.times is distinct from e.times`;

export const PRODUCTIONS: readonly (readonly ['production-other', Asks])[] = [
  ['production-other', productions],
  ['production-other', links],
  ['production-other', downloads],
];

export interface SealedProduction {
  readonly id: string;
  readonly state: string;
  /** The row; null: it has none, or nothing is sealed of it. */
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly key: string | null;
  readonly versionId: string | null;
  readonly lockedUntil: Date | null;
  /** The row as `production_row_digest` sums it up. */
  readonly row: string | null;
  /** The entry; null: there is none. */
  readonly entry: {
    readonly bytes?: number;
    readonly salt?: string;
    readonly packageCommitment?: string;
    readonly row?: string;
  } | null;
}

/** Each that is sealed, by its row or by its entry. */
export async function sealedProductions({ agencyId, tx }: AgencyTx): Promise<readonly SealedProduction[]> {
  const { rows } = await sql<SealedProduction>`
    with t as materialized (select s.*, s.body->>'production' as production from (${told(agencyId, 'production.sealed')}) s)
    select coalesce(c.id::text, e.production) as id, coalesce(c.state, '') as state, c.sha256, c.bytes, c.object_key as key, c.version_id as "versionId",
           c.locked_until as "lockedUntil", production_row_digest(c.agency_id, c.id) as row, e.body as entry
      from (select p.* from production p where p.agency_id = ${agencyId} and p.object_key is not null) c
      full join t e on e.production = c.id::text order by 1`.execute(tx);
  return rows;
}
