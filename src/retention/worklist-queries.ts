/** SQL of the worklist: what is due, what is in its way, and what comes due when. One question for all of it. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import type { CivilDay } from '#civil.ts';
import type { Disposition } from './edition.ts';
import { quartersFrom, type Quarter } from './quarters.ts';
import type { Classification } from './rules.ts';
import { suggest } from './ruling.ts';

export interface SeriesStanding {
  readonly edition: string;
  readonly series: string;
  readonly title: string;
  readonly period: string | null;
  readonly disposition: Disposition | null;
  readonly citation: string;
  readonly confirmed: boolean;
  /** All of them that are not destroyed. */
  readonly records: number;
  /** Their day has come. */
  readonly due: number;
  /** Of these, nothing that is known here stands in the way: they can be proposed. */
  readonly ready: number;
  /** Of these, why others are blocked; one record may be for several reasons. */
  readonly held: number;
  readonly unruled: number;
  readonly locked: number;
  /** Their day is known, and is to come. */
  readonly later: number;
  /** The day of an event is not known. */
  readonly waiting: number;
  readonly never: number;
  /** Of each quarter of `quarters`: how many become due in it. */
  readonly forecast: readonly number[];
}

export interface Worklist {
  readonly today: CivilDay;
  readonly quarters: readonly Quarter[];
  readonly series: readonly SeriesStanding[];
  readonly unclassified: number;
}

/** `now`: the moment at which locks are judged; `today`: the same in the agency's zone. */
export async function readWorklist(
  { agencyId, tx }: AgencyTx,
  { today, now }: { readonly today: CivilDay; readonly now: Date },
): Promise<Worklist> {
  const quarters = quartersFrom(today);
  // One question over every record that is kept: the two processes that the embedded server is not given otherwise halve it.
  await sql`set local max_parallel_workers_per_gather = 2`.execute(tx);
  const { rows } = await sql<SeriesStanding & { readonly kindless: number }>`
    with held as materialized (
      select distinct h.record_id from hold_record h where h.agency_id = ${agencyId} and h.released_at is null),
    due as materialized (
      select t.record_id, t.edition, t.series, t.ruled_at is null as unruled from retention t
       where t.agency_id = ${agencyId} and t.disposed_at is null and t.kind = 'on' and t.due_on <= ${today}::date),
    locked as materialized (
      select distinct o.record_id from due d join object o on o.record_id = d.record_id
       where o.agency_id = ${agencyId} and o.confirmed_at is not null and o.locked_until > ${now}),
    confirmed as materialized (
      select e.edition, edition_is_confirmed(e.agency_id, e.edition) as confirmed from edition e where e.agency_id = ${agencyId}),
    blocked as (
      select d.edition, d.series, count(h.record_id)::int as held, count(*) filter (where d.unruled)::int as unruled,
             count(l.record_id)::int as locked,
             count(*) filter (where h.record_id is null and l.record_id is null and not d.unruled)::int as free
        from due d left join held h on h.record_id = d.record_id left join locked l on l.record_id = d.record_id
       group by 1, 2),
    standing as (
      select t.edition, t.series, count(*)::int as records,
             count(*) filter (where t.due_on <= ${today}::date)::int as due,
             count(*) filter (where t.due_on > ${today}::date)::int as later,
             count(*) filter (where t.kind = 'unknown')::int as waiting,
             count(*) filter (where t.kind = 'never')::int as never,
             array[${sql.join(
               quarters.map(
                 ({ from, through }) =>
                   sql`count(*) filter (where t.due_on between ${from}::date and ${through}::date)::int`,
               ),
             )}] as forecast
        from retention t where t.agency_id = ${agencyId} and t.disposed_at is null group by 1, 2)
    select s.edition, s.series, c.title, c.period, c.disposition, c.citation, coalesce(e.confirmed, false) as confirmed,
           s.records, s.due, case when e.confirmed then coalesce(b.free, 0) else 0 end as ready,
           coalesce(b.held, 0) as held, coalesce(b.unruled, 0) as unruled, coalesce(b.locked, 0) as locked,
           s.later, s.waiting, s.never, s.forecast
      from standing s
      left join series c on c.agency_id = ${agencyId} and c.edition = s.edition and c.code = s.series
      left join confirmed e on e.edition = s.edition
      left join blocked b on b.edition = s.edition and b.series = s.series
     order by s.due desc, s.edition collate "C", s.series collate "C"`.execute(tx);
  const classified = rows.filter(({ series }) => series !== null);
  return {
    today,
    quarters,
    series: classified,
    unclassified: rows.find(({ series }) => series === null)?.records ?? 0,
  };
}

export const LISTS = ['due', 'later', 'waiting', 'never', 'unclassified'] as const;
export type RetentionList = (typeof LISTS)[number];

export interface ListedRetention {
  readonly recordId: string;
  readonly receivedAt: string;
  readonly kind: string;
  readonly platform: string;
  readonly account: string;
  readonly excerpt: string | null;
  readonly author: string | null;
  readonly edition: string | null;
  readonly series: string | null;
  readonly dueOn: CivilDay | null;
  readonly waitsFor: string | null;
  /** What stands in the way of one that is due. */
  readonly blocked: readonly ('hold' | 'not-ruled' | 'edition-unconfirmed' | 'locked')[];
  /** To which series rules of today would lead it. */
  readonly suggested: readonly Classification[];
}

const CONDITIONS = {
  due: (today: CivilDay) => sql`t.kind = 'on' and t.due_on <= ${today}::date`,
  later: (today: CivilDay) => sql`t.kind = 'on' and t.due_on > ${today}::date`,
  waiting: () => sql`t.kind = 'unknown'`,
  never: () => sql`t.kind = 'never'`,
  unclassified: () => sql`t.kind = 'unclassified'`,
} as const;

/** In the order of their ids, which is that of their coming; those behind `after`. */
export async function listRetention(
  at: AgencyTx,
  asked: {
    readonly list: RetentionList;
    readonly edition: string | null;
    readonly series: string | null;
    readonly after: string | null;
    readonly limit: number;
    readonly today: CivilDay;
    readonly now: Date;
  },
): Promise<{ readonly records: readonly ListedRetention[]; readonly next: string | null }> {
  const { agencyId, tx } = at;
  const { list, edition, series, after, limit, today, now } = asked;
  const { rows } = await sql<
    Omit<ListedRetention, 'blocked' | 'suggested' | 'receivedAt'> & {
      readonly receivedAt: Date;
      readonly held: boolean;
      readonly unruled: boolean;
      readonly confirmed: boolean;
      readonly locked: boolean;
    }
  >`
    select r.id as "recordId", r.received_at as "receivedAt", r.kind, r.platform, r.account, r.excerpt, r.author,
           t.edition, t.series, t.due_on as "dueOn", t.waits_for as "waitsFor",
           is_held(t.agency_id, t.record_id) as held, t.ruled_at is null as unruled,
           coalesce(edition_is_confirmed(t.agency_id, t.edition), false) as confirmed,
           exists (select from object o where o.record_id = t.record_id and o.agency_id = t.agency_id
                      and o.confirmed_at is not null and o.locked_until > ${now}) as locked
      from (select t.* from retention t
             where t.agency_id = ${agencyId} and t.disposed_at is null and ${CONDITIONS[list](today)}
               ${edition === null ? sql`` : sql`and t.edition = ${edition}`} ${series === null ? sql`` : sql`and t.series = ${series}`}
               ${after === null ? sql`` : sql`and t.record_id > ${after}::uuid`}
             order by t.record_id limit ${limit + 1}) t
      join record r on r.agency_id = t.agency_id and r.id = t.record_id
     order by t.record_id`.execute(tx);
  const shown = rows.slice(0, limit);
  const suggested =
    list === 'unclassified'
      ? await suggest(
          at,
          shown.map(({ recordId }) => recordId),
        )
      : new Map<string, readonly Classification[]>();
  return {
    records: shown.map(({ held, unruled, confirmed, locked, ...row }) => ({
      ...row,
      receivedAt: row.receivedAt.toISOString(),
      blocked:
        list === 'due'
          ? [
              ...(held ? (['hold'] as const) : []),
              ...(unruled ? (['not-ruled'] as const) : []),
              ...(confirmed ? [] : (['edition-unconfirmed'] as const)),
              ...(locked ? (['locked'] as const) : []),
            ]
          : [],
      suggested: suggested.get(row.recordId) ?? [],
    })),
    next: rows.length > limit ? (shown.at(-1)?.recordId ?? null) : null,
  };
}
