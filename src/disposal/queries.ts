/** What is read of lists of disposal. What writes them is in lists.ts and run-queries.ts. */
import { sql } from 'kysely';
import type { AgencyTx, DisposalState } from '#db/db.ts';
import { refusalBy, whyKept, whyNotDestroyed, type Refusal } from './refusals.ts';
import { WAIT_MS } from './waiting.ts';

export interface Disposal {
  readonly id: string;
  readonly title: string;
  readonly edition: string;
  readonly series: string | null;
  readonly cutoff: string;
  readonly state: DisposalState;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly coolingOffMs: number;
  readonly digest: string | null;
  readonly proposedAt: Date | null;
  readonly proposedBy: string | null;
  readonly authority: string | null;
  readonly approvedAt: Date | null;
  readonly approvedBy: string | null;
  readonly coolingUntil: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly completedAt: Date | null;
  readonly cleanedAt: Date | null;
  readonly certificate: string | null;
  readonly cleaned: string | null;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
  readonly endedBecause: string | null;
  /** Of the records that are not excepted. */
  readonly records: number;
  readonly objects: number;
  readonly bytes: number;
  readonly firstDay: string | null;
  readonly lastDue: string | null;
  readonly excepted: number;
  readonly kept: number;
  readonly destroyed: number;
  readonly failures: number;
}

const DISPOSAL = sql`
  select d.id, d.title, d.edition, d.series, d.cutoff, d.state, d.created_at as "createdAt", d.created_by as "createdBy",
         (extract(epoch from d.cooling_off) * 1000)::float8 as "coolingOffMs", d.digest, d.proposed_at as "proposedAt",
         d.proposed_by as "proposedBy", d.authority, d.approved_at as "approvedAt", d.approved_by as "approvedBy",
         d.cooling_until as "coolingUntil", d.started_at as "startedAt", d.finished_at as "finishedAt", d.completed_at as "completedAt",
         d.cleaned_at as "cleanedAt", d.certificate, d.cleaned, d.ended_at as "endedAt", d.ended_by as "endedBy",
         d.ended_because as "endedBecause", i.*,
         (select count(*)::int from disposal_failure f where f.disposal_id = d.id) as failures
    from disposal d cross join lateral (
      select count(*) filter (where excluded_at is null)::int as records,
             coalesce(sum(objects) filter (where excluded_at is null), 0)::int as objects,
             coalesce(sum(bytes) filter (where excluded_at is null), 0)::bigint as bytes,
             min(from_day) filter (where excluded_at is null) as "firstDay", max(due_on) filter (where excluded_at is null) as "lastDue",
             count(excluded_at)::int as excepted, count(*) filter (where x.state = 'refused')::int as kept,
             count(*) filter (where x.state = 'destroyed')::int as destroyed
        from disposal_item x where x.disposal_id = d.id) i`;

export async function readDisposal({ agencyId, tx }: AgencyTx, id: string): Promise<Disposal | null> {
  const { rows } = await sql<Disposal>`${DISPOSAL} where d.agency_id = ${agencyId} and d.id = ${id}`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** Newest first, those older than `after`. */
export async function listDisposals(
  { agencyId, tx }: AgencyTx,
  limit: number,
  after?: string,
): Promise<Disposal[]> {
  const { rows } = await sql<Disposal>`
    ${DISPOSAL} where d.agency_id = ${agencyId} and (${after ?? null}::uuid is null or d.id < ${after ?? null}::uuid)
     order by d.id desc limit ${limit}`.execute(tx);
  return rows;
}

export interface DisposalItem {
  readonly recordId: string;
  readonly edition: string;
  readonly series: string;
  readonly dueOn: string;
  readonly fromDay: string;
  readonly objects: number;
  readonly bytes: number;
  readonly state: 'listed' | 'refused' | 'marked' | 'destroyed';
  readonly exceptedBy: string | null;
  readonly exceptedWhy: string | null;
  readonly code: string | null;
  /** The code in a sentence. */
  readonly reason: string | null;
  readonly destroyedAt: Date | null;
  readonly failures: readonly {
    readonly place: string;
    readonly versionId: string;
    readonly code: string;
    readonly reason: string;
  }[];
}

const ITEM = sql`
  select i.record_id as "recordId", i.edition, i.series, i.due_on as "dueOn", i.from_day as "fromDay", i.objects, i.bytes, i.state,
         i.excluded_by as "exceptedBy", i.excluded_why as "exceptedWhy", i.code, i.destroyed_at as "destroyedAt",
         coalesce((select jsonb_agg(jsonb_build_object('place', f.place, 'versionId', f.version_id, 'code', f.code) order by f.place, f.version_id)
                     from disposal_failure f where f.disposal_id = i.disposal_id and f.record_id = i.record_id), '[]') as failures
    from disposal_item i`;

type ItemRow = Omit<DisposalItem, 'reason' | 'failures'> & {
  readonly failures: readonly Omit<DisposalItem['failures'][number], 'reason'>[];
};

function inSentences({ failures, ...row }: ItemRow): DisposalItem {
  return {
    ...row,
    reason: row.code === null ? null : whyKept(row.code),
    failures: failures.map((one) => ({ ...one, reason: whyNotDestroyed(one.code) })),
  };
}

/** In the order of their ids, those after `after`. */
export async function listItems(
  { agencyId, tx }: AgencyTx,
  id: string,
  limit: number,
  after?: string,
): Promise<DisposalItem[]> {
  const { rows } = await sql<ItemRow>`
    ${ITEM} where i.agency_id = ${agencyId} and i.disposal_id = ${id}
       and (${after ?? null}::uuid is null or i.record_id > ${after ?? null}::uuid) order by i.record_id limit ${limit}`.execute(
    tx,
  );
  return rows.map(inSentences);
}

/** Some of them, by chance: so many as somebody looks at. */
export async function sampleItems(
  { agencyId, tx }: AgencyTx,
  id: string,
  limit: number,
): Promise<DisposalItem[]> {
  const { rows } = await sql<ItemRow>`
    ${ITEM} where i.agency_id = ${agencyId} and i.disposal_id = ${id} and i.excluded_at is null order by random() limit ${limit}`.execute(
    tx,
  );
  return rows.map(inSentences);
}

/** On which list a record was destroyed, or is being. */
export async function disposalOfRecord({ agencyId, tx }: AgencyTx, recordId: string) {
  const { rows } = await sql<{
    readonly id: string;
    readonly state: DisposalState;
    readonly completedAt: Date | null;
  }>`
    select d.id, d.state, d.completed_at as "completedAt" from disposal_item i join disposal d on d.id = i.disposal_id
     where i.agency_id = ${agencyId} and i.record_id = ${recordId} and i.state in ('marked', 'destroyed') limit 1`.execute(
    tx,
  );
  return rows[0] ?? null;
}

export async function digestOf({ agencyId, tx }: AgencyTx, id: string): Promise<string> {
  const { rows } = await sql<{
    digest: string;
  }>`select disposal_digest(${agencyId}, ${id}::uuid) as digest`.execute(tx);
  return rows[0]?.digest ?? '';
}

/** What the database has against the destruction of each of these records; of one that is not in the answer, nothing. */
export async function objectionsTo(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, Refusal>> {
  const { rows } = await sql<{ id: string; code: string }>`
    select r.id, o.code from record r cross join lateral objection_to(${agencyId}, r.id) o
     where r.agency_id = ${agencyId} and r.id = any(${recordIds}::uuid[])`.execute(tx);
  return new Map(rows.map(({ id, code }) => [id, refusalBy(code)]));
}

/** Null: nothing is against it. */
export async function objectionTo(at: AgencyTx, recordId: string): Promise<Refusal | 'missing' | null> {
  const there =
    await sql`select from record where agency_id = ${at.agencyId} and id = ${recordId}::uuid`.execute(at.tx);
  if (there.rows.length === 0) return 'missing';
  return (await objectionsTo(at, [recordId])).get(recordId) ?? null;
}

/** What the database would say besides when this list marks the record (0039): whether it is as it was when the list was made, and on no other. */
export async function changedSince(
  { agencyId, tx }: AgencyTx,
  id: string,
  recordId: string,
): Promise<Refusal | null> {
  const { rows } = await sql<{ code: string | null }>`
    select case when (d.edition, d.series) is distinct from (i.edition, i.series) then 'HF043'
                when (d.due_on, d.from_day) is distinct from (i.due_on, i.from_day)
                  or (select (count(*), coalesce(sum(o.size_bytes), 0)) is distinct from (i.objects::bigint, i.bytes::numeric)
                        from object o where o.agency_id = i.agency_id and o.record_id = i.record_id) then 'HF050'
                when exists (select from disposal_item j where j.agency_id = i.agency_id and j.record_id = i.record_id
                                and j.disposal_id <> i.disposal_id and j.state in ('marked', 'destroyed')) then 'HF052' end as code
      from disposal_item i left join due_of(${agencyId}, array[${recordId}::uuid]) d on true
     where i.agency_id = ${agencyId} and i.disposal_id = ${id} and i.record_id = ${recordId} and i.state = 'listed'`.execute(
    tx,
  );
  const code = rows[0]?.code ?? null;
  return code === null ? null : refusalBy(code);
}

export interface Terms {
  readonly edition: string;
  /** Null: every series of the edition. */
  readonly series: string | null;
  /** Due on this day or before; null: today. */
  readonly cutoff: string | null;
  /** These alone; null: whatever is due. */
  readonly records: readonly string[] | null;
  readonly coolingOffMs: number;
}

export interface LeftOut {
  /** Due, and locked in a store for longer than a list waits. */
  readonly locked: number;
  /** When the first of those locks ends; null: there is none, or nobody knows. */
  readonly lockedUntil: Date | null;
  /** Due and free, and more than one list has room for. */
  readonly later: number;
}

/** What may go on a list at this moment: what has been due longest first, so many as one list has room for. */
export async function dueFor(
  { agencyId, tx }: AgencyTx,
  { edition, series, cutoff, records, coolingOffMs }: Terms,
  most: number,
  /** Those of this list do not count: they are on it. */
  besides: string | null = null,
): Promise<LeftOut & { readonly items: readonly object[] }> {
  const { rows } = await sql<{
    items: readonly object[];
    locked: number;
    lockedUntil: Date | null;
    free: number;
  }>`
    with candidate as (
      select array_agg(t.record_id) as ids from retention t
       where t.agency_id = ${agencyId} and t.kind = 'on' and t.due_on <= least(coalesce(${cutoff}::date, today_in(${agencyId})), today_in(${agencyId}))
         and t.edition = ${edition} and (${series}::text is null or t.series = ${series}) and t.ruled_at is not null
         and (${records === null} or t.record_id = any(${[...(records ?? [])]}::uuid[]))
         and not exists (select from disposal_item b where b.disposal_id = ${besides}::uuid and b.record_id = t.record_id)),
    due as materialized (
      select d.record_id, d.edition, d.series, d.due_on, d.from_day, o.objects, o.bytes, e.ends,
             coalesce(e.ends, 'infinity') > now() + ${coolingOffMs + WAIT_MS} * interval '1 millisecond' as is_locked
        from candidate c cross join lateral due_of(${agencyId}, coalesce(c.ids, '{}')) d
        join record r on r.agency_id = ${agencyId} and r.id = d.record_id and r.state = 'complete'
        join series s on s.agency_id = ${agencyId} and s.edition = d.edition and s.code = d.series and s.disposition = 'destroy'
        cross join lateral (select count(*)::int as objects, coalesce(sum(size_bytes), 0)::bigint as bytes
                              from object o where o.agency_id = ${agencyId} and o.record_id = d.record_id) o
        cross join lateral (select lock_end(${agencyId}, d.record_id) as ends) e
       where d.kind = 'on' and d.edition = ${edition} and (${series}::text is null or d.series = ${series})
         and d.due_on <= least(coalesce(${cutoff}::date, today_in(${agencyId})), today_in(${agencyId}))
         and not is_held(${agencyId}, d.record_id)
         and not exists (select from disposal_item i join disposal l on l.id = i.disposal_id
                          where i.record_id = d.record_id and i.excluded_at is null and i.state in ('listed', 'marked')
                            and l.state in ('proposed', 'approved', 'running')))
    select (select coalesce(jsonb_agg(f), '[]') from (
              select record_id, edition, series, due_on, from_day, objects, bytes from due where not is_locked
               order by due_on, record_id limit ${most}) f) as items,
           (count(*) filter (where is_locked))::int as locked, min(ends) filter (where is_locked) as "lockedUntil",
           (count(*) filter (where not is_locked))::int as free
      from due`.execute(tx);
  const { items = [], locked = 0, lockedUntil = null, free = 0 } = rows[0] ?? {};
  return { items, locked, lockedUntil, later: free - items.length };
}

/** What is due as well, by the terms of a list, and not on it. */
export async function leftOut(at: AgencyTx, terms: Terms, id: string | null): Promise<LeftOut> {
  const { items, locked, lockedUntil, later } = await dueFor(at, terms, 0, id);
  return { locked, lockedUntil, later: later + items.length };
}

/** What is due now, by series, for whoever begins a list. */
export async function dueBySeries({ agencyId, tx }: AgencyTx, coolingOffMs: number) {
  const { rows } = await sql<{
    readonly edition: string;
    readonly series: string;
    readonly title: string;
    readonly confirmed: boolean;
    readonly due: number;
    readonly held: number;
    readonly listed: number;
    /** For longer than a list waits; neither held nor on a list. */
    readonly locked: number;
  }>`
    select t.edition, t.series, s.title, edition_is_confirmed(${agencyId}, t.edition) as confirmed, count(*)::int as due,
           count(*) filter (where x.held)::int as held, count(*) filter (where x.listed)::int as listed,
           count(*) filter (where not x.held and not x.listed and coalesce(lock_end(${agencyId}, t.record_id), 'infinity')
                                  > now() + ${coolingOffMs + WAIT_MS} * interval '1 millisecond')::int as locked
      from retention t join series s on s.agency_id = t.agency_id and s.edition = t.edition and s.code = t.series
      cross join lateral (
        select is_held(${agencyId}, t.record_id) as held, exists (
             select from disposal_item i join disposal l on l.id = i.disposal_id
              where i.record_id = t.record_id and i.excluded_at is null and i.state in ('listed', 'marked')
                and l.state in ('proposed', 'approved', 'running')) as listed) x
     where t.agency_id = ${agencyId} and t.kind = 'on' and t.due_on <= today_in(${agencyId}) and t.ruled_at is not null
       and s.disposition = 'destroy'
     group by t.edition, t.series, s.title order by t.edition, t.series`.execute(tx);
  return rows;
}

/** As entries name them. */
export function peopleOf({ proposedBy, approvedBy }: Pick<Disposal, 'proposedBy' | 'approvedBy'>): string[] {
  return [proposedBy, approvedBy].flatMap((person) => (person === null ? [] : [`person:${person}`]));
}
