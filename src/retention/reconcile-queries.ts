/** The SQL of the nightly comparison. */
import { sql } from 'kysely';
import type { AgencyTx, Db, LockFindingCode } from '#db/db.ts';
import type { ObjectVersion } from '#store/store.ts';
import { LOCK_COLUMNS, locks, type LockRow } from './lock-queries.ts';

export interface Round {
  readonly begunAt: Date;
  readonly after: string;
  readonly looked: number;
  readonly mended: number;
}

/** The one that was cut short, or a new one; null: none is due. */
export async function beginRound({ agencyId, tx }: AgencyTx, everyMs: number): Promise<Round | null> {
  const { rows } = await sql<Round>`
    insert into lock_round as r (agency_id, begun_at) values (${agencyId}, clock_timestamp())
    on conflict (agency_id) do update
       set begun_at = case when r.ended_at is null then r.begun_at else excluded.begun_at end,
           after = case when r.ended_at is null then r.after else '' end,
           looked = case when r.ended_at is null then r.looked else 0 end,
           mended = case when r.ended_at is null then r.mended else 0 end,
           ended_at = null
     where r.ended_at is null or r.ended_at < now() - ${everyMs} * interval '1 millisecond'
    returning begun_at as "begunAt", after, looked, mended`.execute(tx);
  return rows[0] ?? null;
}

export async function writePlace(
  { agencyId, tx }: AgencyTx,
  { after, looked, mended }: Omit<Round, 'begunAt'>,
): Promise<void> {
  await tx
    .updateTable('lock_round')
    .set({ after, looked, mended })
    .where('agency_id', '=', agencyId)
    .execute();
}

/** Answers how much is wrong. */
export async function endRound(
  { agencyId, tx }: AgencyTx,
  { looked, mended }: { readonly looked: number; readonly mended: number },
): Promise<number> {
  const { rows } = await sql<{ wrong: number }>`
    with w as (select count(*)::int as wrong from lock_finding where agency_id = ${agencyId} and gone_at is null)
    update lock_round r set ended_at = clock_timestamp(),
           last = jsonb_build_object('looked', ${looked}::int, 'mended', ${mended}::int, 'wrong', w.wrong)
      from w where r.agency_id = ${agencyId} returning w.wrong`.execute(tx);
  return rows[0]?.wrong ?? 0;
}

export type RoundRow = LockRow;

/** What is being destroyed is left out: it is the disposal's. */
export async function rowsAfter(
  { agencyId, tx }: AgencyTx,
  after: string,
  limit: number,
): Promise<RoundRow[]> {
  const from = after === '' ? `a/${agencyId}/` : after;
  const { rows } = await sql<RoundRow>`
    ${locks()} select ${LOCK_COLUMNS} from locks where not is_ending and key > ${from} order by key limit ${limit}`.execute(
    tx,
  );
  return rows;
}

export interface Finding {
  readonly key: string;
  readonly versionId: string;
  readonly recordId: string | null;
  readonly code: LockFindingCode;
}

/** True: it is new, or was gone and is there again. */
export async function found(
  { agencyId, tx }: AgencyTx,
  { key, versionId, recordId, code }: Finding,
  begunAt: Date,
): Promise<boolean> {
  const { rows } = await sql<{ isNew: boolean }>`
    with before as (select gone_at from lock_finding
                     where agency_id = ${agencyId} and key = ${key} and version_id = ${versionId} and code = ${code})
    insert into lock_finding as f (agency_id, key, version_id, record_id, code, seen_at)
    values (${agencyId}, ${key}, ${versionId}, ${recordId}, ${code}, ${begunAt})
    on conflict (agency_id, key, version_id, code) do update
       set found_at = case when f.gone_at is null then f.found_at else now() end, seen_at = excluded.seen_at, gone_at = null
    returning coalesce((select gone_at is not null from before), true) as "isNew"`.execute(tx);
  return rows[0]?.isNew === true;
}

/** What this round did not meet is so no more. A lock that once was shorter than its row said stays on file: it was mended, not explained. */
export async function findingGone({ agencyId, tx }: AgencyTx, begunAt: Date): Promise<void> {
  await tx
    .updateTable('lock_finding')
    .set({ gone_at: begunAt })
    .where('agency_id', '=', agencyId)
    .where('gone_at', 'is', null)
    .where('seen_at', '<', begunAt)
    .execute();
}

/** Versions that no row knows. Where an intent is committed and not confirmed, the version may be on its way. */
export async function strangers(
  { agencyId, tx }: AgencyTx,
  versions: readonly ObjectVersion[],
): Promise<ObjectVersion[]> {
  const { rows } = await sql<{ n: number }>`
    select v.n::int - 1 as n
      from unnest(${versions.map(({ key }) => key)}::text[], ${versions.map(({ versionId }) => versionId)}::text[]) with ordinality v (key, version_id, n)
     where not exists (select from object o where o.agency_id = ${agencyId} and o.key = v.key and (o.confirmed_at is null or o.version_id = v.version_id))
       and not exists (select from fixity_replaced p where p.agency_id = ${agencyId} and p.key = v.key and p.version_id = v.version_id)
     order by 1`.execute(tx);
  return rows.flatMap(({ n }) => versions[n] ?? []);
}

export interface LockAlarm {
  readonly wrong: number;
  readonly agencies: readonly string[];
  /** Since the round that is longest ago; null: there was none yet. */
  readonly oldestMs: number | null;
  /** Records whose holds the store is still to be told of, and since when. */
  readonly owed: number;
  readonly owedMs: number | null;
}

/** Over all agencies, for whoever looks after the machine. */
export async function lockAlarm(db: Db): Promise<LockAlarm> {
  const { rows } = await sql<LockAlarm>`
    select (select count(*)::int from lock_finding where gone_at is null) as wrong,
           (select coalesce(array_agg(distinct agency_id order by agency_id), '{}') from lock_finding where gone_at is null) as agencies,
           (select (extract(epoch from now() - min(coalesce(ended_at, begun_at))) * 1000)::float8 from lock_round) as "oldestMs",
           (select count(*)::int from hold_owed w join record r on r.agency_id = w.agency_id and r.id = w.record_id where r.state <> 'disposed') as owed,
           (select (extract(epoch from now() - min(w.since)) * 1000)::float8 from hold_owed w join record r on r.agency_id = w.agency_id and r.id = w.record_id where r.state <> 'disposed') as "owedMs"`.execute(
    db.system,
  );
  return rows[0] ?? { wrong: 0, agencies: [], oldestMs: null, owed: 0, owedMs: null };
}

export interface LockView {
  readonly comparedAt: Date | null;
  readonly looked: number;
  readonly mended: number;
  readonly wrong: number;
  /** Newest first, at most 50. */
  readonly findings: readonly (Finding & { readonly foundAt: Date })[];
}

export async function lockView({ agencyId, tx }: AgencyTx): Promise<LockView> {
  const { rows: findings } = await sql<Finding & { readonly foundAt: Date; readonly all: number }>`
    select key, version_id as "versionId", record_id as "recordId", code, found_at as "foundAt", count(*) over ()::int as all
      from lock_finding where agency_id = ${agencyId} and gone_at is null order by found_at desc, key limit 50`.execute(
    tx,
  );
  const round = await tx
    .selectFrom('lock_round')
    .select(['ended_at', 'last'])
    .where('agency_id', '=', agencyId)
    .executeTakeFirst();
  return {
    comparedAt: round?.last == null ? null : (round.ended_at ?? null),
    looked: round?.last?.looked ?? 0,
    mended: round?.last?.mended ?? 0,
    wrong: findings[0]?.all ?? 0,
    findings: findings.map(({ all: _all, ...one }) => one),
  };
}
