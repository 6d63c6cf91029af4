/**
 * Packing as work that is owed (migration 0055), as the steps of records are (`record/steps.ts`): a claim is taken with a fence for some minutes
 * and renewed, in transactions that are over at once; every write of it asks for the fence. What fails is tried again later and later, and then
 * parked, so that a person looks: who has it packed again or withdraws it. A process that dies lets its claim run out.
 *
 * One at a time for each agency, and whoever was served last comes last. A claim that takes small ones alone keeps a long one from being waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import { appendEvent } from '#record/record.ts';
import { translated } from './refusals.ts';

/** A volume is laid out, and a large file looked through, in one piece: some seconds in which nothing is renewed. */
const CLAIM_MS = 300_000;
const PARK_AFTER_FAILURES = 8;
/** A custodian waits for it, and an outage of minutes is nobody's fault. */
const PARK_AFTER_MS = 3_600_000;
/** Claims that ran out one after another: what is packed probably kills its worker. */
const PARK_AFTER_LAPSES = 3;
const BACKOFF_FIRST_MS = 1000;
const BACKOFF_LAST_MS = 300_000;

/** As histories name who packs. */
export const ACTOR = 'worker:production';

export interface BuildClaim {
  readonly agencyId: string;
  readonly id: string;
  readonly fence: string;
}

export interface ClaimTimes {
  readonly claimMs?: number;
  /** After the first failure; each of the next is waited for twice as long. */
  readonly backoffMs?: number;
  readonly parkAfter?: { readonly failures: number; readonly ms: number };
}

/** Thrown within a build whose claim is another's by now, or that was withdrawn. */
export class BuildLost extends Error {}

/** Null: nothing is due. `most`: of no more records than that. */
export async function claimBuild(
  db: Db,
  { claimMs = CLAIM_MS, most = null }: ClaimTimes & { readonly most?: number | null },
): Promise<BuildClaim | null> {
  for (;;) {
    const claimed = await db.system.transaction().execute(async (tx) => {
      // One after the other: of two that look at the same moment, each would begin one of the same agency.
      await sql`select pg_advisory_xact_lock(hashtextextended('packing', 0))`.execute(tx);
      const { rows } = await sql<BuildClaim & { lapses: number }>`
        update production_build b
           set fence = nextval('fence'), claimed_at = clock_timestamp(), claimed_until = now() + ${claimMs} * interval '1 millisecond',
               lapses = b.lapses + (b.claimed_until is not null)::int
          from (select o.production_id from production_build o
                 where o.ended_at is null and o.parked_at is null and o.due_at <= now() and (o.claimed_until is null or o.claimed_until < now())
                   and (${most}::int is null or o.records <= ${most}::int)
                   and not exists (select from production_build w where w.agency_id = o.agency_id and w.ended_at is null and w.claimed_until >= now())
                 order by (select max(w.claimed_at) from production_build w where w.agency_id = o.agency_id) nulls first, o.production_id
                 limit 1) d
         where b.production_id = d.production_id
        returning b.agency_id as "agencyId", b.production_id as id, b.fence::text, b.lapses`.execute(tx);
      return rows[0] ?? null;
    });
    if (claimed === null) return null;
    const { lapses, ...claim } = claimed;
    if (lapses < PARK_AFTER_LAPSES) return claim;
    await park(db, claim, 'worker-died', `${lapses} workers died or hung while they packed it.`);
  }
}

/** A transaction of the agency that holds the claim, and in which the production is still being built. */
export async function withBuild<T>(
  db: Db,
  { agencyId, id, fence }: BuildClaim,
  work: (at: AgencyTx) => Promise<T>,
): Promise<T> {
  return await db.inAgency(agencyId, async (at) => {
    const { rows } = await sql`
      select from production where agency_id = ${agencyId} and id = ${id} and state = 'building' for no key update`.execute(
      at.tx,
    );
    const { rows: held } = await sql`
      select from production_build where agency_id = ${agencyId} and production_id = ${id} and fence = ${fence}
         and claimed_until is not null and ended_at is null for update`.execute(at.tx);
    if (rows.length === 0 || held.length === 0) throw new BuildLost();
    return await work(at);
  });
}

/** A process whose event loop hangs renews nothing, and is overtaken. */
export function renewing(db: Db, { id, fence }: BuildClaim, claimMs = CLAIM_MS): () => void {
  const stop = new AbortController();
  const loop = async (): Promise<void> => {
    for (;;) {
      await sleep(claimMs / 3, undefined, { signal: stop.signal, ref: false });
      await sql`
        update production_build set claimed_until = now() + ${claimMs} * interval '1 millisecond'
         where production_id = ${id} and fence = ${fence} and claimed_until is not null and ended_at is null`.execute(
        db.system,
      );
    }
  };
  // Ends by abort, or because the database is down: then the claim runs out, which is what it is for.
  loop().catch(() => undefined);
  return () => stop.abort();
}

/** It is due again at once, and nothing is counted: whoever ends was told to. */
export async function letGo(db: Db, { agencyId, id, fence }: BuildClaim): Promise<void> {
  await db.inAgency(agencyId, async ({ tx }) => {
    await sql`update production_build set claimed_until = null, fence = null
               where agency_id = ${agencyId} and production_id = ${id} and fence = ${fence}`.execute(tx);
  });
}

/** Of a claim that was taken over meanwhile nothing is written. */
export async function failed(
  db: Db,
  claim: BuildClaim,
  error: unknown,
  {
    backoffMs = BACKOFF_FIRST_MS,
    parkAfter = { failures: PARK_AFTER_FAILURES, ms: PARK_AFTER_MS },
  }: ClaimTimes,
): Promise<'later' | 'parked' | 'lost'> {
  const code = codeOf(error);
  const sentence = (error instanceof Error ? error.message : String(error)).slice(0, 2000);
  const { agencyId, id, fence } = claim;
  const row = await db.inAgency(agencyId, async ({ tx }) => {
    const { rows } = await sql<{ failures: number; ms: number }>`
      update production_build
         set failures = failures + 1, failing_since = coalesce(failing_since, now()), error_code = ${code}, error = ${sentence},
             claimed_until = null, lapses = 0,
             due_at = now() + least(${BACKOFF_LAST_MS}::float8, ${backoffMs}::float8 * 2 ^ least(failures, 20)) * interval '1 millisecond'
       where agency_id = ${agencyId} and production_id = ${id} and fence = ${fence} and ended_at is null
      returning failures, (extract(epoch from now() - failing_since) * 1000)::float8 as ms`.execute(tx);
    return rows[0];
  });
  if (row === undefined) return 'lost';
  if (row.failures < parkAfter.failures || row.ms < parkAfter.ms) return 'later';
  return (await park(db, claim, code, sentence)) ? 'parked' : 'lost';
}

async function park(
  db: Db,
  { agencyId, id, fence }: BuildClaim,
  code: string,
  sentence: string,
): Promise<boolean> {
  return await db.inAgency(agencyId, async (at) => {
    const { rows } = await sql<{ requestId: string }>`
      select request_id as "requestId" from production where agency_id = ${agencyId} and id = ${id} for no key update`.execute(
      at.tx,
    );
    const { numAffectedRows } = await sql`
      update production_build set parked_at = now(), error_code = ${code}, error = ${sentence}, claimed_until = null, fence = null
       where agency_id = ${agencyId} and production_id = ${id} and fence = ${fence} and parked_at is null and ended_at is null`.execute(
      at.tx,
    );
    const [production] = rows;
    if (numAffectedRows === 0n || production === undefined) return false;
    await appendEvent(at, null, {
      type: 'production.parked',
      actor: ACTOR,
      body: { request: production.requestId, production: id, code },
    });
    return true;
  });
}

/** The caller holds the row of the production. False: it is not parked. */
export async function unpark({ agencyId, tx }: AgencyTx, id: string): Promise<boolean> {
  const { numAffectedRows } = await translated(
    sql`update production_build set parked_at = null, failures = 0, lapses = 0, failing_since = null, error_code = null, error = null, due_at = now()
         where agency_id = ${agencyId} and production_id = ${id} and parked_at is not null and ended_at is null`.execute(
      tx,
    ),
  );
  return numAffectedRows === 1n;
}

export interface BuildStanding {
  /** Neither packed nor parked; and for how long the oldest of an agency of which nobody packs anything is due. */
  readonly owed: number;
  readonly oldestS: number;
  readonly parked: number;
  readonly parkedOf: readonly string[];
  readonly failing: number;
  readonly codes: readonly string[];
}

export async function buildStanding(db: Db): Promise<BuildStanding> {
  const { rows } = await sql<BuildStanding>`
    select count(*) filter (where parked_at is null)::int as owed,
           coalesce(extract(epoch from now() - min(due_at) filter (where parked_at is null and due_at <= now()
                                                                       and not exists (select from production_build w where w.agency_id = o.agency_id and w.ended_at is null
                                                                                           and w.claimed_until >= now()))), 0)::float8 as "oldestS",
           count(*) filter (where parked_at is not null)::int as parked,
           coalesce(array_agg(distinct agency_id) filter (where parked_at is not null), '{}') as "parkedOf",
           count(*) filter (where parked_at is null and failures > 0)::int as failing,
           coalesce(array_agg(distinct error_code) filter (where error_code is not null), '{}') as codes
      from production_build o where ended_at is null`.execute(db.system);
  return rows[0] ?? { owed: 0, oldestS: 0, parked: 0, parkedOf: [], failing: 0, codes: [] };
}
