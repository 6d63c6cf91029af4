/** The SQL of the certificate of a search: what it says, and where it is kept. Nothing of content is selected. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import type { SearchSaid } from './letter-values.ts';
import type { Coverage, SearchRun } from './search-certificate.ts';

/** `n` null: the last one. Null: there was none. */
export async function readSearch(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  n: number | null,
): Promise<SearchRun | null> {
  const row = await tx
    .selectFrom('request_search')
    .select(['n', 'at', 'by', 'search', 'found', 'index_state'])
    .where('agency_id', '=', agencyId)
    .where('request_id', '=', requestId)
    .$if(n !== null, (query) => query.where('n', '=', n ?? 0))
    .orderBy('n', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { q, filters } = row.search as { q?: string | null; filters?: Record<string, string> };
  return {
    n: row.n,
    at: row.at,
    by: row.by,
    q: q ?? null,
    filters: filters ?? {},
    found: row.found,
    index: row.index_state as Record<string, unknown>,
  };
}

/**
 * What the search could find, at its moment and within what it was narrowed to: what came later, or had been destroyed, was not there. Of the set, what
 * was decided until now.
 */
export async function readCoverage(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  { filters, at }: SearchRun,
): Promise<Coverage> {
  const { from = null, to = null, platform = null, account = null } = filters;
  const { rows: accounts } = await sql<Coverage['accounts'][number]>`
    select a.platform, a.name, to_char((a.created_at at time zone g.zone)::date, 'YYYY-MM-DD') as "registeredOn",
           (select count(*)::int from record r where r.agency_id = a.agency_id and r.account_id = a.id and r.received_at <= ${at}
               and not exists (select from disposal_item i where i.agency_id = r.agency_id and i.record_id = r.id and i.destroyed_at <= ${at})) as records
      from account a join agency g on g.id = a.agency_id
     where a.agency_id = ${agencyId} and a.created_at <= ${at}
       and (${platform}::text is null or a.platform = ${platform}) and (${account}::text is null or lower(a.name) = lower(${account}))
     order by a.platform, a.name, a.id`.execute(tx);
  const { rows } = await sql<{
    platforms: string[];
    unregistered: number;
    inSet: number;
    notResponsive: number;
    undecided: number;
    destroyed: number;
    destroyedFrom: string | null;
    destroyedThrough: string | null;
  }>`
    with period as (
      select r.id, r.platform, r.account_id from record r where r.agency_id = ${agencyId} and r.received_at <= ${at}
         and (${platform}::text is null or r.platform = ${platform}) and (${account}::text is null or lower(r.account) = lower(${account}))
         and (${from}::timestamptz is null or r.received_at >= ${from}::timestamptz)
         and (${to}::timestamptz is null or r.received_at < ${to}::timestamptz)),
    gone as (
      select i.record_id, to_char((i.destroyed_at at time zone g.zone)::date, 'YYYY-MM-DD') as day
        from disposal_item i join period p on p.id = i.record_id join agency g on g.id = i.agency_id
       where i.agency_id = ${agencyId} and i.state = 'destroyed' and i.destroyed_at <= ${at}),
    decided as (
      select s.record_id, (select v.answer from review v where v.request_id = s.request_id and v.record_id = s.record_id
                            order by v.n desc limit 1) as answer
        from request_record s where s.agency_id = ${agencyId} and s.request_id = ${requestId})
    select array(select distinct r.platform from record r where r.agency_id = ${agencyId} and r.received_at <= ${at} order by 1) as platforms,
           (select count(*)::int from period p where p.account_id is null and not exists (select from gone g where g.record_id = p.id)) as unregistered,
           (select count(*)::int from decided) as "inSet",
           (select count(*)::int from decided where answer = 'not-responsive') as "notResponsive",
           (select count(*)::int from decided where answer is null) as undecided,
           (select count(*)::int from gone) as destroyed,
           (select min(day) from gone) as "destroyedFrom", (select max(day) from gone) as "destroyedThrough"`.execute(
    tx,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('one row');
  const { destroyed, destroyedFrom, destroyedThrough, ...counts } = row;
  return {
    ...counts,
    accounts,
    destroyed: { records: destroyed, from: destroyedFrom, through: destroyedThrough },
  };
}

/** In the set, and not found to be none that answers the request. */
export async function openInSet({ agencyId, tx }: AgencyTx, requestId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from request_record s
     where s.agency_id = ${agencyId} and s.request_id = ${requestId}
       and coalesce((select v.answer from review v where v.request_id = s.request_id and v.record_id = s.record_id
                      order by v.n desc limit 1), '') <> 'not-responsive'`.execute(tx);
  return rows[0]?.n ?? 0;
}

export interface KeptCertificate {
  readonly n: number;
  readonly paper: string;
  readonly sha256: string;
  readonly at: Date;
}

/** Of the last search that was certified; null: none was. */
export async function readCertificate(
  { agencyId, tx }: AgencyTx,
  requestId: string,
): Promise<KeptCertificate | null> {
  return (
    (await tx
      .selectFrom('search_certificate')
      .select(['search_n as n', 'paper', 'sha256', 'at'])
      .where('agency_id', '=', agencyId)
      .where('request_id', '=', requestId)
      .orderBy('search_n', 'desc')
      .limit(1)
      .executeTakeFirst()) ?? null
  );
}

/** False: there is one of this search, and it stays as it is. */
export async function insertCertificate(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  row: { readonly search_n: number; readonly paper: string; readonly sha256: string; readonly by: string },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('search_certificate')
    .values({ agency_id: agencyId, request_id: requestId, ...row })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** What a letter says of it. Only where the last search is the one that was certified: an earlier certificate says nothing of a later search. */
export async function certifiedSearch(at: AgencyTx, requestId: string): Promise<SearchSaid | null> {
  const kept = await readCertificate(at, requestId);
  const search = await readSearch(at, requestId, null);
  if (kept === null || search === null || kept.n !== search.n) return null;
  return {
    sha256: kept.sha256,
    searchedAt: search.at,
    words: search.q,
    filters: search.filters,
    found: search.found,
  };
}
