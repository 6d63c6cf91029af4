/** The SQL behind standing.ts: what keeps records and what was decided about them, as the rows say it. Reads, in the snapshot of the audit. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';

export interface StandingDay {
  readonly event: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly by: string;
  readonly isWithdrawn: boolean;
}

export interface Standing {
  /** `edition series` of each under which the record stands. */
  readonly series: readonly string[];
  readonly days: readonly StandingDay[];
  /** `event day` of each that its facts name. */
  readonly said: readonly string[];
  /** Holds that lie on it and were not released. */
  readonly holds: readonly string[];
}

const NOTHING: Standing = { series: [], days: [], said: [], holds: [] };

/** Of each of these records. */
export async function standingOf(
  { agencyId, tx }: AgencyTx,
  ids: readonly string[],
): Promise<(recordId: string) => Standing> {
  const series = await sql<{ recordId: string; series: string }>`
    select record_id as "recordId", edition || ' ' || series as series from record_series
     where agency_id = ${agencyId} and record_id = any(${ids}::uuid[])`.execute(tx);
  const days = await sql<StandingDay & { readonly recordId: string }>`
    select record_id as "recordId", event, to_char(day, 'YYYY-MM-DD') as day, by, withdrawn_at is not null as "isWithdrawn" from record_day
     where agency_id = ${agencyId} and record_id = any(${ids}::uuid[])`.execute(tx);
  // As migration 0036 notes them.
  const said = await sql<{ recordId: string; said: string }>`
    select distinct s.id as "recordId", s.event || ' ' || to_char(s.day, 'YYYY-MM-DD') as said from (
      select r.id, 'reported' as event, (r.received_at at time zone g.zone)::date as day
        from record r join agency g on g.id = r.agency_id where r.agency_id = ${agencyId} and r.id = any(${ids}::uuid[])
      union all
      select r.id, 'removed', day_named(r.removed_at, g.zone) from record r join agency g on g.id = r.agency_id
       where r.agency_id = ${agencyId} and r.id = any(${ids}::uuid[]) and r.removal = 'confirmed'
      union all
      select f.record_id, 'posted', day_named(f.body #> '{data,content,authoredAt}', g.zone) from fact f join agency g on g.id = f.agency_id
       where f.agency_id = ${agencyId} and f.record_id = any(${ids}::uuid[]) and f.body #>> '{data,content,authoredAt,value}' is not null) s
     where s.day is not null`.execute(tx);
  const holds = await sql<{ recordId: string; hold: string }>`
    select record_id as "recordId", hold_id as hold from hold_record
     where agency_id = ${agencyId} and record_id = any(${ids}::uuid[]) and released_at is null`.execute(tx);
  const all = new Map(
    ids.map((id) => [
      id,
      {
        series: [] as string[],
        days: [] as StandingDay[],
        said: [] as string[],
        holds: [] as string[],
      },
    ]),
  );
  for (const row of series.rows) all.get(row.recordId)?.series.push(row.series);
  for (const { recordId, ...row } of days.rows) all.get(recordId)?.days.push(row);
  for (const row of said.rows) all.get(row.recordId)?.said.push(row.said);
  for (const row of holds.rows) all.get(row.recordId)?.holds.push(row.hold);
  return (recordId) => all.get(recordId) ?? NOTHING;
}

/** Since when the agency has each series, by `edition series`. */
export async function seriesKnown({ agencyId, tx }: AgencyTx): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await sql<{ series: string; at: Date }>`
    select s.edition || ' ' || s.code as series, e.added_at as at from series s join edition e on e.agency_id = s.agency_id and e.edition = s.edition
     where s.agency_id = ${agencyId}`.execute(tx);
  return new Map(rows.map(({ series, at }) => [series, at]));
}

/** Lists of disposal of which the row says what no entry of the history does. */
export async function listsWithoutEntries({
  agencyId,
  tx,
}: AgencyTx): Promise<{ readonly id: string; readonly which: 'items' | 'proposal' | 'approval' }[]> {
  const { rows } = await sql<{ id: string; which: 'items' | 'proposal' | 'approval' }>`
    with frozen as (select d.* from disposal d where d.agency_id = ${agencyId} and d.digest is not null)
    select f.id, 'items' as which from frozen f where f.digest <> disposal_digest(f.agency_id, f.id)
    union all
    select f.id, 'proposal' from frozen f where not exists (
      select from event e where e.agency_id = f.agency_id and e.type = 'purge.proposed' and e.body->>'purge' = f.id::text
         and (coalesce((e.body->>'restored')::boolean, false) or e.body->>'listDigest' = f.digest and e.actor = 'person:' || f.proposed_by))
    union all
    select f.id, 'approval' from frozen f where (f.approved_at is not null or f.approved_by is not null or f.state in ('approved', 'running', 'completed'))
       and not exists (
      select from event e where e.agency_id = f.agency_id and e.type = 'purge.approved' and e.body->>'purge' = f.id::text
         and (coalesce((e.body->>'restored')::boolean, false)
              or e.id = f.approval and e.body->>'listDigest' = f.digest and e.actor = 'person:' || f.approved_by))
     order by 1, 2`.execute(tx);
  return rows;
}

/**
 * Holds of which the row says what no entry of the history does, and those that were placed and have no row. Of what was put back after a
 * restore the entry alone is known: whose hold it was, and not its kind. One that was released after the backup lies there again.
 */
export async function holdsWithoutEntries({
  agencyId,
  tx,
}: AgencyTx): Promise<{ readonly id: string; readonly which: 'placed' | 'released' | 'gone' }[]> {
  const { rows } = await sql<{ id: string; which: 'placed' | 'released' | 'gone' }>`
    with told as materialized (
      select e.type, e.actor, e.body, coalesce((e.body->>'restored')::boolean, false) as restored from event e
       where e.agency_id = ${agencyId} and e.record_id is null and e.type in ('hold.placed', 'hold.released'))
    select h.id, 'placed' as which from hold h where h.agency_id = ${agencyId} and not exists (
      select from told t where t.type = 'hold.placed' and t.body->>'hold' = h.id::text and t.actor = h.placed_by
         and (t.restored or t.body->>'kind' = h.kind and (t.body->>'standing')::boolean = h.standing
                            and (not t.body ? 'searchDigest'
                                 or t.body->>'searchDigest' = encode(sha256(convert_to(coalesce(h.search::text, ''), 'UTF8')), 'hex'))))
    union all
    select h.id, 'released' from hold h where h.agency_id = ${agencyId} and case when h.released_at is null
      then exists (select from told t where t.type = 'hold.released' and t.body->>'hold' = h.id::text and not t.restored)
      else not exists (select from told t where t.type = 'hold.released' and t.body->>'hold' = h.id::text
                                             and t.actor = 'person:' || h.released_by) end
    union all
    select (t.body->>'hold')::uuid, 'gone' from told t where t.type = 'hold.placed' and not t.restored
       and not exists (select from hold h where h.agency_id = ${agencyId} and h.id::text = t.body->>'hold')
     order by 1, 2`.execute(tx);
  return rows;
}

/**
 * The same of editions: their content against what was confirmed, and each step against who took it. One that came with the program had no
 * entry in earlier versions; nothing is destroyed under it before two people confirm it, which is in the history. Where a period counts from
 * the end of a fiscal year another first day makes another text of it; whatever else was changed in it, it is confirmed no more.
 */
export async function editionsWithoutEntries({
  agencyId,
  tx,
}: AgencyTx): Promise<
  { readonly edition: string; readonly which: 'content' | 'added' | 'confirmed' | 'ended' }[]
> {
  const { rows } = await sql<{ edition: string; which: 'content' | 'added' | 'confirmed' | 'ended' }>`
    with told as materialized (
      select e.type, e.at, e.actor, e.body, coalesce((e.body->>'restored')::boolean, false) as restored from event e
       where e.agency_id = ${agencyId} and e.record_id is null and e.type like 'edition.%'),
    counted as (select c.* from edition_confirmation c where c.agency_id = ${agencyId})
    select distinct c.edition, 'content' as which from counted c where c.digest <> edition_digest(c.agency_id, c.edition)
       and not exists (select from series s where s.agency_id = c.agency_id and s.edition = c.edition and s.cutoff = 'fiscal-year-end')
    union all
    select d.edition, 'added' from edition d where d.agency_id = ${agencyId} and d.added_by <> 'cli' and d.added_by not like 'migration:%' and not exists (
      select from told t where t.type = 'edition.added' and t.body->>'edition' = d.edition and t.actor = d.added_by)
    union all
    select distinct c.edition, 'confirmed' from counted c where not exists (
      select from told t where t.type = 'edition.confirmed' and t.body->>'edition' = c.edition and t.actor = 'person:' || c.person_id
         and (t.restored or t.body->>'digest' = c.digest))
    union all
    select d.edition, 'ended' from edition d where d.agency_id = ${agencyId} and (
      d.withdrawn_at is not null
        and not exists (select from told t where t.type = 'edition.withdrawn' and t.body->>'edition' = d.edition)
      or d.superseded_at is not null
        and not exists (select from told t where t.type = 'edition.succeeded' and t.body->>'from' = d.edition)
      or d.ended_in_log is not null
        and not exists (select from told t where t.restored and (t.type = 'edition.withdrawn' and t.body->>'edition' = d.edition
                                                              or t.type = 'edition.succeeded' and t.body->>'from' = d.edition))
      or d.withdrawn_at is null and d.superseded_at is null and d.ended_in_log is null
        and exists (select from told t where not exists (
              -- Another one, that was filed under the name of one that went with its database.
              select from told n where n.type = 'edition.added' and not n.restored and n.body->>'edition' = d.edition and n.at >= t.at) and (
              t.type = 'edition.withdrawn' and t.body->>'edition' = d.edition
              -- Of two that had taken each other's place, an earlier version left one standing (migration 0040).
              or t.type = 'edition.succeeded' and t.body->>'from' = d.edition
                 and not exists (select from told u where u.type = 'edition.succeeded' and u.body->>'edition' = d.edition))))
     order by 1, 2`.execute(tx);
  return rows;
}
