/** The SQL of productions. What must never happen is refused by the triggers of migration 0048, whoever asks. */
import { sql, type RawBuilder } from 'kysely';
import type { AgencyTx, Db, ProductionState } from '#db/db.ts';
import type { Hit, Unread } from './gate-look.ts';
import { STANDING } from './review-queries.ts';

/** What the gate found in these bytes: places, and never a word. */
export interface GateSaid {
  /** It may leave. */
  readonly clean: boolean;
  /** `nothing-to-look-for`: nothing is withheld, and nothing was looked through. */
  readonly outcome: 'clean' | 'stopped' | 'nothing-to-look-for';
  readonly sha256: string;
  readonly hits: readonly Hit[];
  readonly unread: readonly Unread[];
  readonly unsearchable: readonly string[];
  /** What a person vouched for. */
  readonly vouchedFor: number;
  readonly looked: { readonly files: number; readonly bytes: number; readonly texts: number };
  /** How many withheld passages were looked for. */
  readonly soughtItems: number;
  /** There was more of it than is kept here. */
  readonly more: number;
}

export interface Asked {
  readonly wacz: boolean;
  readonly seen: {
    readonly pictures: readonly string[];
    readonly items: readonly string[];
    /** What could not be read, by `Unread.id`. */
    readonly unread?: readonly string[];
  };
}

export interface Production {
  readonly id: string;
  readonly requestId: string;
  readonly n: number;
  readonly state: ProductionState;
  readonly asked: Asked;
  readonly madeAt: Date;
  readonly madeBy: string;
  readonly batesPrefix: string;
  readonly batesFirst: number;
  readonly batesLast: number | null;
  readonly recordPages: number | null;
  readonly files: number | null;
  readonly gate: GateSaid | null;
  readonly failure: { readonly code: string; readonly sentence: string } | null;
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly objectKey: string | null;
  readonly versionId: string | null;
  readonly lockedUntil: Date | null;
  readonly readyAt: Date | null;
  readonly releasedAt: Date | null;
  readonly releasedBy: string | null;
  readonly withdrawnAt: Date | null;
  readonly withdrawnBy: string | null;
  readonly withdrawnWhy: string | null;
  readonly released: number;
  readonly part: number;
  readonly withheld: number;
  /** Of one that is out: the numbers of its records that somebody decided about anew. Of others nobody asks. */
  readonly reviewedSince: readonly number[];
  /** Of one that is ready: a record of it was reviewed again since, and it is not released. Of others nobody asks. */
  readonly isStale: boolean;
  /** It could not be packed so far; null: nothing went wrong, or it is over. */
  readonly trouble: {
    readonly code: string;
    /** Names machines and keys of the store: for whoever can do something about those. */
    readonly error: string;
    readonly attempts: number;
    /** When it is tried again, unless it is parked. */
    readonly dueAt: string;
    /** Since then it waits for a person; null: it is tried again. */
    readonly parkedAt: string | null;
  } | null;
}

/** As other times go out. */
const moment = (at: RawBuilder<unknown>) =>
  sql`to_char(${at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const PRODUCTION = sql`
  p.id, p.request_id as "requestId", p.n, p.state, p.asked, p.made_at as "madeAt", p.made_by as "madeBy", p.bates_prefix as "batesPrefix",
  p.bates_first as "batesFirst", p.bates_last as "batesLast", p.record_pages as "recordPages", p.files, p.gate, p.failure, p.sha256, p.bytes,
  p.object_key as "objectKey", p.version_id as "versionId", p.locked_until as "lockedUntil", p.ready_at as "readyAt",
  p.released_at as "releasedAt", p.released_by as "releasedBy", p.withdrawn_at as "withdrawnAt", p.withdrawn_by as "withdrawnBy",
  p.withdrawn_why as "withdrawnWhy", p.released, p.part, p.withheld,
  p.state = 'ready' and production_is_stale(p.agency_id, p.id) as "isStale",
  case when p.state = 'released' then production_reviewed_since(p.agency_id, p.id) else '{}' end as "reviewedSince",
  case when b.failures > 0 or b.parked_at is not null
       then jsonb_build_object('code', b.error_code, 'attempts', b.failures, 'error', b.error, 'dueAt', ${moment(sql`b.due_at`)}, 'parkedAt', ${moment(sql`b.parked_at`)}) end as trouble
  from production p left join production_build b on b.agency_id = p.agency_id and b.production_id = p.id and b.ended_at is null`;

export async function readProduction({ agencyId, tx }: AgencyTx, id: string): Promise<Production | null> {
  const { rows } = await sql<Production>`
    select ${PRODUCTION} where p.agency_id = ${agencyId} and p.id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** Newest first. */
export async function listProductions(
  { agencyId, tx }: AgencyTx,
  requestId: string,
): Promise<readonly Production[]> {
  const { rows } = await sql<Production>`
    select ${PRODUCTION} where p.agency_id = ${agencyId} and p.request_id = ${requestId} order by p.n desc`.execute(
    tx,
  );
  return rows;
}

export async function countProductions({ agencyId, tx }: AgencyTx, requestId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from production where agency_id = ${agencyId} and request_id = ${requestId}`.execute(
    tx,
  );
  return rows[0]?.n ?? 0;
}

export async function requestExists({ agencyId, tx }: AgencyTx, requestId: string): Promise<boolean> {
  const { rows } = await sql`select from request where agency_id = ${agencyId} and id = ${requestId}`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Of the set: how many nobody decided about, and how many whose decision does not stand any more. */
export async function undecided(
  { agencyId, tx }: AgencyTx,
  requestId: string,
): Promise<{ readonly unreviewed: number; readonly outdated: number; readonly produced: number }> {
  const { rows } = await sql<{ unreviewed: number; outdated: number; produced: number }>`
    select count(*) filter (where s.answer is null) as unreviewed,
           count(*) filter (where s.answer <> 'not-responsive' and s."changedSince") as outdated,
           count(*) filter (where s.answer in ('release', 'part')) as produced
      from (${STANDING(agencyId, requestId)}) s`.execute(tx);
  return rows[0] ?? { unreviewed: 0, outdated: 0, produced: 0 };
}

/** The row of the request is locked, so that nobody decides or packs at the same moment. */
export async function lockRequestRow({ agencyId, tx }: AgencyTx, requestId: string): Promise<void> {
  await sql`select lock_request(${agencyId}, ${requestId})`.execute(tx);
}

export async function insertProduction(
  { agencyId, tx }: AgencyTx,
  one: {
    readonly id: string;
    readonly requestId: string;
    readonly prefix: string;
    readonly asked: Asked;
    readonly by: string;
  },
): Promise<{ readonly n: number; readonly records: number; readonly list: string }> {
  const { rows } = await sql<{ n: number }>`
    insert into production (agency_id, id, request_id, n, asked, made_by, bates_prefix, bates_first)
    select ${agencyId}, ${one.id}, ${one.requestId},
           (select coalesce(max(p.n), 0) + 1 from production p where p.agency_id = ${agencyId} and p.request_id = ${one.requestId}),
           ${JSON.stringify(one.asked)}::jsonb, ${one.by}, ${one.prefix},
           (select coalesce(max(p.bates_last), 0) + 1 from production p
             where p.agency_id = ${agencyId} and p.bates_prefix = ${one.prefix} and p.object_key is not null)
    returning n`.execute(tx);
  // What leaves, in the order in which it was received; behind it what is withheld, which is numbered for the log of exemptions alone.
  const done = await sql`
    insert into production_record (agency_id, production_id, n, record_id, review_n, answer)
    select ${agencyId}, ${one.id}, row_number() over (order by v.answer = 'withhold', c.received_at, s.record_id), s.record_id, v.n, v.answer
      from request_record s join record c on c.agency_id = s.agency_id and c.id = s.record_id
      cross join lateral (
        select v.n, v.answer from review v where v.agency_id = s.agency_id and v.request_id = s.request_id and v.record_id = s.record_id
         order by v.n desc limit 1) v
     where s.agency_id = ${agencyId} and s.request_id = ${one.requestId} and v.answer <> 'not-responsive'`.execute(
    tx,
  );
  const { rows: frozen } = await sql<{ list: string }>`
    select production_list_digest(${agencyId}, ${one.id}) as list`.execute(tx);
  return {
    n: rows[0]?.n ?? 0,
    records: Number(done.numAffectedRows ?? 0n),
    list: frozen[0]?.list ?? '',
  };
}

export interface OpenProduction {
  readonly agencyId: string;
  readonly id: string;
}

/** Whose folder in scratch somebody may be at work in, or come back to. */
export async function openProductions(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select production_id as id from production_build where ended_at is null and parked_at is null`.execute(
    db.system,
  );
  return rows.map(({ id }) => id);
}

/** Sealed ones whose lock is half over. Of one that was withdrawn nobody asks any more. */
export async function productionsToRenew(db: Db, before: Date): Promise<readonly OpenProduction[]> {
  const { rows } = await sql<OpenProduction>`
    select agency_id as "agencyId", id from production where state in ('ready', 'released') and locked_until < ${before} order by id`.execute(
    db.system,
  );
  return rows;
}

export interface Packed {
  readonly gate: GateSaid;
  readonly sha256: string;
  readonly bytes: number;
  readonly files: number;
  readonly batesLast: number;
  readonly recordPages: number;
}

/** What the gate said about the bytes that were made, before anything of them is put anywhere. False: it was withdrawn meanwhile. */
export async function writePacked({ agencyId, tx }: AgencyTx, id: string, packed: Packed): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update production set gate = ${JSON.stringify(packed.gate)}::jsonb, sha256 = ${packed.sha256}, bytes = ${packed.bytes}, files = ${packed.files},
           bates_last = ${packed.batesLast}, record_pages = ${packed.recordPages}
     where agency_id = ${agencyId} and id = ${id} and state = 'building'`.execute(tx);
  return numAffectedRows === 1n;
}

export async function writeBlocked(
  { agencyId, tx }: AgencyTx,
  id: string,
  failure: { readonly code: string; readonly sentence: string } | null,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update production set state = 'blocked', failure = ${failure === null ? null : JSON.stringify(failure)}::jsonb
     where agency_id = ${agencyId} and id = ${id} and state = 'building'`.execute(tx);
  return numAffectedRows === 1n;
}

export async function writeReady(
  { agencyId, tx }: AgencyTx,
  id: string,
  sealed: { readonly key: string; readonly versionId: string; readonly lockedUntil: Date; readonly at: Date },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update production set state = 'ready', object_key = ${sealed.key}, version_id = ${sealed.versionId}, locked_until = ${sealed.lockedUntil},
           ready_at = ${sealed.at}
     where agency_id = ${agencyId} and id = ${id} and state = 'building'`.execute(tx);
  return numAffectedRows === 1n;
}

export async function writeLock({ agencyId, tx }: AgencyTx, id: string, until: Date): Promise<void> {
  await sql`
    update production set locked_until = greatest(locked_until, ${until}) where agency_id = ${agencyId} and id = ${id}`.execute(
    tx,
  );
}

/** False: it is not in a state that this begins from. */
export async function writeReleased(
  { agencyId, tx }: AgencyTx,
  id: string,
  { by, at }: { readonly by: string; readonly at: Date },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update production set state = 'released', released_at = ${at}, released_by = ${by}
     where agency_id = ${agencyId} and id = ${id} and state = 'ready'`.execute(tx);
  return numAffectedRows === 1n;
}

/** Answers the digest of the reason, for the entry; null: it was withdrawn already. */
export async function writeWithdrawn(
  { agencyId, tx }: AgencyTx,
  id: string,
  { by, at, why }: { readonly by: string; readonly at: Date; readonly why: string },
): Promise<string | null> {
  const { rows } = await sql<{ digest: string }>`
    update production set state = 'withdrawn', withdrawn_at = ${at}, withdrawn_by = ${by}, withdrawn_why = ${why}
     where agency_id = ${agencyId} and id = ${id} and state <> 'withdrawn'
    returning request_digest(agency_id, (select r.tracking from request r where r.id = request_id), withdrawn_why) as digest`.execute(
    tx,
  );
  return rows[0]?.digest ?? null;
}

export async function lockProduction({ agencyId, tx }: AgencyTx, id: string): Promise<void> {
  await sql`select from production where agency_id = ${agencyId} and id = ${id} for no key update`.execute(
    tx,
  );
}

export async function releasedRecords({ agencyId, tx }: AgencyTx, id: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select record_id as id from production_record where agency_id = ${agencyId} and production_id = ${id} and answer <> 'withhold' order by n`.execute(
    tx,
  );
  return rows.map((row) => row.id);
}

export async function agencyOf({ agencyId, tx }: AgencyTx): Promise<{
  readonly name: string;
  readonly zone: string;
}> {
  return await tx
    .selectFrom('agency')
    .select(['name', 'zone'])
    .where('id', '=', agencyId)
    .executeTakeFirstOrThrow();
}
