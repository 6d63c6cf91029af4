/** The SQL of what is looked for because of a request. What must never happen is refused by the triggers of migration 0047, whoever asks. */
import { sql, type Selectable } from 'kysely';
import type { AgencyTx, RequestKeptUntilTable, RequestState } from '#db/db.ts';
import type { CollectedSearch, IndexState } from './collect.ts';

export async function lockForCollecting(
  { agencyId, tx }: AgencyTx,
  requestId: string,
): Promise<{ readonly state: RequestState; readonly tracking: string } | null> {
  return (
    (await tx
      .selectFrom('request')
      .select(['state', 'tracking'])
      .where('agency_id', '=', agencyId)
      .where('id', '=', requestId)
      .forNoKeyUpdate()
      .executeTakeFirst()) ?? null
  );
}

export async function insertSearch(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  said: {
    readonly search: CollectedSearch;
    readonly found: number;
    readonly indexState: IndexState;
    readonly holdId: string | null;
    readonly by: string;
  },
): Promise<{ readonly n: number; readonly digest: string; readonly index: string }> {
  return await tx
    .insertInto('request_search')
    .values({
      agency_id: agencyId,
      request_id: requestId,
      n: sql<number>`(select coalesce(max(n), 0) + 1 from request_search where agency_id = ${agencyId} and request_id = ${requestId})`,
      search: JSON.stringify(said.search),
      found: said.found,
      index_state: JSON.stringify(said.indexState),
      hold_id: said.holdId,
      by: said.by,
    })
    .returning([
      'n',
      sql<string>`said_digest(search::text)`.as('digest'),
      sql<string>`said_digest(index_state::text)`.as('index'),
    ])
    .executeTakeFirstOrThrow();
}

export async function tieHold({ agencyId, tx }: AgencyTx, requestId: string, holdId: string): Promise<void> {
  await tx
    .insertInto('request_hold')
    .values({ agency_id: agencyId, request_id: requestId, hold_id: holdId })
    .execute();
}

/** One statement, so one moment. */
export async function readIndexState(
  { agencyId, tx }: AgencyTx,
  { filters }: CollectedSearch,
  beingDestroyed: number,
): Promise<IndexState> {
  const { from = null, to = null } = filters;
  const { rows } = await sql<IndexState & { readonly asOf: Date }>`
    select now() as "asOf", count(*)::int as records,
           count(*) filter (where r.state = 'reported')::int as "notSealed",
           count(*) filter (where r.state = 'disposed')::int as destroyed,
           max(r.received_at) as "newestRecordAt", min(r.received_at) as "oldestRecordAt",
           (select count(distinct s.record_id)::int from step s where s.agency_id = ${agencyId} and s.parked_at is null) as unfinished,
           (select count(distinct s.record_id)::int from step s where s.agency_id = ${agencyId} and s.parked_at is not null) as parked,
           (select count(*)::int from event e where e.agency_id = ${agencyId} and e.type = 'intake.rejected'
               and (${from}::timestamptz is null or e.at >= ${from}::timestamptz)
               and (${to}::timestamptz is null or e.at < ${to}::timestamptz)) as rejected,
           (select jsonb_build_object('read', count(*) filter (where t.state in ('read', 'none')),
                                      'waiting', count(*) filter (where t.state = 'waiting') + (
                                        select count(*) from step s join artifact f on f.agency_id = s.agency_id and f.record_id = s.record_id
                                         where s.agency_id = ${agencyId} and s.name = 'seal' and f.seal_no is null
                                           and is_read_picture(f.origin, f.media_type)),
                                      'failed', count(*) filter (where t.state in ('failed', 'too-large')),
                                      'never', count(*) filter (where t.state = 'never'),
                                      'engine', string_agg(distinct t.engine, '; '))
              from artifact_text t where t.agency_id = ${agencyId}) as pictures,
           (select count(*)::int from account a where a.agency_id = ${agencyId}) as accounts,
           (select count(*)::int from account a where a.agency_id = ${agencyId} and not exists (
              select from record o where o.agency_id = a.agency_id and o.account_id = a.id)) as "accountsWithoutRecords"
      from record r where r.agency_id = ${agencyId}`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate answers one row');
  const moment = (at: unknown): string | null => (at instanceof Date ? at.toISOString() : null);
  return {
    ...row,
    asOf: row.asOf.toISOString(),
    newestRecordAt: moment(row.newestRecordAt),
    oldestRecordAt: moment(row.oldestRecordAt),
    beingDestroyed,
  };
}

export interface SearchRow {
  readonly n: number;
  readonly search: CollectedSearch;
  readonly found: number;
  readonly index_state: IndexState;
  readonly hold_id: string | null;
  readonly at: Date;
  readonly by: string;
}

/** The first one first. */
export async function listSearches({ agencyId, tx }: AgencyTx, requestId: string): Promise<SearchRow[]> {
  const { rows } = await sql<SearchRow>`
    select n, search, found, index_state, hold_id, at, by from request_search
     where agency_id = ${agencyId} and request_id = ${requestId} order by n limit 1000`.execute(tx);
  return rows;
}

export interface RequestHold {
  readonly holdId: string;
  readonly title: string;
  readonly records: number;
  readonly releasedAt: Date | null;
  /** Until when the request keeps it; null: without end, because the request is open or nobody said. */
  readonly keptUntil: string | null;
  /** Nothing of the request stands against its release any more; who releases it is said by the hold. */
  readonly mayBeReleased: boolean;
}

const HOLDS_OF = (agencyId: string) => sql`
  select t.request_id as "requestId", h.id as "holdId", h.title, h.released_at as "releasedAt",
         (select count(*)::int from hold_record e where e.agency_id = h.agency_id and e.hold_id = h.id) as records,
         k.until as "keptUntil",
         h.released_at is null and r.state = 'closed' and coalesce(k.until < today_in(${agencyId}), false) as "mayBeReleased"
    from request_hold t
    join hold h on h.agency_id = t.agency_id and h.id = t.hold_id
    join request r on r.agency_id = t.agency_id and r.id = t.request_id
   cross join lateral (select request_keeps_until(t.agency_id, t.request_id) as until) k
   where t.agency_id = ${agencyId}`;

export async function holdsOfRequest({ agencyId, tx }: AgencyTx, requestId: string): Promise<RequestHold[]> {
  const { rows } =
    await sql<RequestHold>`${HOLDS_OF(agencyId)} and t.request_id = ${requestId} order by h.placed_at, h.id limit 1000`.execute(
      tx,
    );
  return rows;
}

/** Over all requests: what is kept because of a request that does not ask for it any more. For whoever may release it. */
export async function holdsToRelease(
  { agencyId, tx }: AgencyTx,
  limit: number,
): Promise<(RequestHold & { readonly requestId: string })[]> {
  const { rows } = await sql<RequestHold & { readonly requestId: string }>`
    select * from (${HOLDS_OF(agencyId)} and h.released_at is null and r.state = 'closed') x
     where x."mayBeReleased" order by x."keptUntil", x."holdId" limit ${limit}`.execute(tx);
  return rows;
}

export interface RequestOfHold {
  readonly holdId: string;
  readonly requestId: string;
  readonly tracking: string;
}

/** Of those holds that lie because of a request: of which. */
export async function requestsOfHolds(
  { agencyId, tx }: AgencyTx,
  holdIds: readonly string[],
): Promise<RequestOfHold[]> {
  if (holdIds.length === 0) return [];
  return await tx
    .selectFrom('request_hold as t')
    .innerJoin('request as r', (join) =>
      join.onRef('r.agency_id', '=', 't.agency_id').onRef('r.id', '=', 't.request_id'),
    )
    .select(['t.hold_id as holdId', 'r.id as requestId', 'r.tracking'])
    .where('t.agency_id', '=', agencyId)
    .where('t.hold_id', 'in', [...holdIds])
    .execute();
}

/** Of those records: because of which requests they are kept. */
export async function requestsOfRecords(
  { agencyId, tx }: AgencyTx,
  recordIds: readonly string[],
): Promise<(Omit<RequestOfHold, 'holdId'> & { readonly recordId: string })[]> {
  if (recordIds.length === 0) return [];
  return await tx
    .selectFrom('hold_record as e')
    .innerJoin('request_hold as t', (join) =>
      join.onRef('t.agency_id', '=', 'e.agency_id').onRef('t.hold_id', '=', 'e.hold_id'),
    )
    .innerJoin('request as r', (join) =>
      join.onRef('r.agency_id', '=', 't.agency_id').onRef('r.id', '=', 't.request_id'),
    )
    .select(['e.record_id as recordId', 'r.id as requestId', 'r.tracking'])
    .distinct()
    .where('e.agency_id', '=', agencyId)
    .where('e.record_id', 'in', [...recordIds])
    .where('e.released_at', 'is', null)
    .orderBy('e.record_id')
    .orderBy('r.id')
    .execute();
}

export async function insertKeptUntil(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  said: { readonly until: string; readonly reason: string; readonly by: string },
): Promise<number> {
  const { n } = await tx
    .insertInto('request_kept_until')
    .values({
      agency_id: agencyId,
      request_id: requestId,
      n: sql<number>`(select coalesce(max(n), 0) + 1 from request_kept_until where agency_id = ${agencyId} and request_id = ${requestId})`,
      ...said,
    })
    .returning('n')
    .executeTakeFirstOrThrow();
  return n;
}

export type KeptUntilRow = Pick<Selectable<RequestKeptUntilTable>, 'n' | 'until' | 'reason' | 'at' | 'by'>;

export async function listKeptUntil({ agencyId, tx }: AgencyTx, requestId: string): Promise<KeptUntilRow[]> {
  return await tx
    .selectFrom('request_kept_until')
    .select(['n', 'until', 'reason', 'at', 'by'])
    .where('agency_id', '=', agencyId)
    .where('request_id', '=', requestId)
    .orderBy('n')
    .execute();
}
