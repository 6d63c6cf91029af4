/**
 * The list of requests, as the custodian works through it: what the law counts for comes first, the one that came first before the others, for
 * days that are due follow the receipts; then what a letter has explained, or what was answered, and then what is over. A closed request of which a statement of
 * the grounds is owed (610.023.4) is not over.
 */
import { sql } from 'kysely';
import type { AgencyTx, RequestChannel, RequestOutcome, RequestState } from '#db/db.ts';

const EXCERPT = 200;

/** `running`: whatever is not over. `at-work`: what of it the custodian has. */
export type ListedState = RequestState | 'running' | 'at-work' | 'statement';

/** Where the next page begins. */
export interface ListedAfter {
  readonly place: number;
  /** Microseconds, which a double does not hold. */
  readonly key: string;
  readonly id: string;
}

export interface ListedRow {
  readonly id: string;
  readonly tracking: string;
  readonly channel: RequestChannel;
  readonly requester: string | null;
  readonly contact: string | null;
  readonly first_received_at: Date;
  readonly custodian_received_at: Date | null;
  readonly settled_question: number;
  readonly settled_fee: number;
  readonly state: RequestState;
  readonly outcome: RequestOutcome | null;
  readonly closed_at: Date | null;
  readonly due_on: string | null;
  readonly excerpt: string;
  readonly is_cut: boolean;
  readonly place: number;
  readonly key: string;
}

export async function listRequests(
  { agencyId, tx }: AgencyTx,
  {
    state,
    words,
    tracking,
    after,
    limit,
  }: {
    readonly state: ListedState | null;
    /** In what was asked, or in the name of who asked: as it stands there. */
    readonly words: string | null;
    readonly tracking: string | null;
    readonly after: ListedAfter | null;
    readonly limit: number;
  },
): Promise<readonly ListedRow[]> {
  const { rows } = await sql<ListedRow>`
    with owed as (
      -- When the oldest request for a statement came that no statement went after.
      select c.request_id, min(c.at) as asked from request_correspondence c
       where c.agency_id = ${agencyId} and c.about = 'statement-request'
         and not exists (select from request_correspondence s where s.agency_id = c.agency_id and s.request_id = c.request_id
                            and s.about = 'statement' and s.at >= c.at and not never_sent(s.request_id, s.n))
       group by 1),
    delayed as (
      select distinct c.request_id from request_correspondence c where c.agency_id = ${agencyId} and c.about = 'delay'
         and not never_sent(c.request_id, c.n)),
    placed as (
      select r.id, r.state, o.asked is not null as owes_statement,
             case when r.state = 'closed' and o.asked is null then 2
                  when o.asked is null and (d.request_id is not null or r.custodian_received_at is not null
                       and request_is_answered(r.agency_id, r.id)) then 1 else 0 end as place,
             (extract(epoch from case when r.state = 'closed' and o.asked is null then r.closed_at
                when r.state = 'closed' then o.asked
                else least(coalesce(r.custodian_received_at, r.first_received_at), o.asked) end) * 1000000)::bigint
               * case when r.state = 'closed' and o.asked is null then -1 else 1 end as key_n
        from request r left join owed o on o.request_id = r.id left join delayed d on d.request_id = r.id
       where r.agency_id = ${agencyId}
         and (${words}::text is null or strpos(lower(r.words), lower(${words}::text)) > 0
              or strpos(lower(coalesce(r.requester, '')), lower(${words}::text)) > 0)
         and (${tracking}::text is null or r.tracking = ${tracking})),
    listed as (
      select * from placed
       where (case ${state}::text when 'running' then place < 2 when 'at-work' then place < 2 and state <> 'received' when 'statement' then owes_statement else true end)
         and (${state}::text is null or ${state} in ('running', 'at-work', 'statement') or state = ${state})
         and (${after === null} or (place, key_n, id) > (${after?.place ?? 0}::int, ${after?.key ?? '0'}::bigint, ${after?.id ?? null}::uuid))
       order by place, key_n, id limit ${limit})
    select r.id, r.tracking, r.channel, r.requester, r.contact, r.first_received_at, r.custodian_received_at, r.settled_question,
           r.settled_fee, r.state, r.outcome, r.closed_at, r.due_on, left(r.words, ${EXCERPT}) as excerpt,
           length(r.words) > ${EXCERPT} as is_cut, l.place, l.key_n::text as key
      from listed l join request r on r.agency_id = ${agencyId} and r.id = l.id
     order by l.place, l.key_n, l.id`.execute(tx);
  return rows;
}

/** Those that the custodian does not have yet. */
export async function countReceived({ agencyId, tx }: AgencyTx): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from request where agency_id = ${agencyId} and state = 'received'`.execute(tx);
  return rows[0]?.n ?? 0;
}
