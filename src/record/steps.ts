/**
 * Work owed to a record. The `step` row is the truth: owed, claimed, failing, parked. A job from the queue only says
 * "look now"; it may come twice, late or never.
 *
 * A claim is taken with a fence, a number that only grows. Every write of a step's work happens in `withClaim`, which locks
 * the row under that number: when another worker took over in the meantime there is no such row and nothing is written.
 * What settles the row itself (done, failed, parked, renewed) names the fence in its own `where`.
 * A crash at any moment leaves the row as it was; after `claimMs` someone else takes it.
 *
 * A process that dies takes along every claim in it, and which of them was to blame cannot be seen. Hence a step is suspected
 * from its second lapse on, and a suspect is claimed alone (`company.ts`): whoever is innocent is then done, and only the
 * guilty one lapses until it is parked.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { codeOf, retryOf } from '#errors.ts';
import type { AgencyTx, Db } from '#db/db.ts';
import type { Log } from '#log.ts';
import type { StepName } from '#queue/queue.ts';
import type { Company, Leave } from './company.ts';
import { appendEvent } from './history.ts';
import { announceParked } from './notices.ts';

/** After this many failures, and this long, a step is parked. Source: reference/integrity.md 6.2. */
const PARK_AFTER_FAILURES = 8;
const PARK_AFTER_MS = 24 * 3_600_000;
/** Claims that ran out one after another: the record itself probably kills its worker. */
const PARK_AFTER_LAPSES = 5;
/** One lapse is anybody's: a machine that was switched off, a process that was told to go. */
const ALONE_AFTER_LAPSES = 2;
/** No step takes as long as this: a file of 2 GB at 1 MB/s, and as much again. */
const RENEW_FOR_MS = 4_000_000;
const BACKOFF_FIRST_MS = 1000;
const BACKOFF_LAST_MS = 300_000;

export interface Claim {
  readonly recordId: string;
  readonly step: StepName;
  readonly agencyId: string;
  readonly fence: string;
  readonly generation: number;
  /** How often it failed before, since it last worked. */
  readonly failures: number;
}

export interface StepContext {
  readonly db: Db;
  readonly log: Log;
  /** Who claims: process and host, for people who look at the row. */
  readonly worker: string;
  readonly claimMs: number;
  /** Who else is at work in this process: one for all steps that it runs. */
  readonly company: Company;
  /** An invariant broke: the process must stop. */
  readonly onHalt: (error: unknown) => void;
}

/**
 * Claims the step, runs `work`, and settles the row by what came of it. Never rejects for a failure of the step.
 * Returns what happened, for tests and logs.
 */
export async function runStep(
  context: StepContext,
  step: StepName,
  recordId: string,
  work: (claim: Claim) => Promise<void>,
): Promise<'done' | 'moot' | 'later' | 'parked' | 'lost'> {
  const { db, log } = context;
  const begun = await begin(context, step, recordId);
  if (typeof begun === 'string') return begun;
  const { claim, leave } = begun;
  const stopRenewing = renewEvery(context, claim);
  try {
    await work(claim);
    return settled.has(claim) || (await finish(db, claim)) ? 'done' : 'lost';
  } catch (error) {
    if (error instanceof ClaimLost) return 'lost';
    if (retryOf(error) === 'halt') {
      context.onHalt(error);
      return 'later';
    }
    const ended = await fail(db, claim, error);
    log.warn({ recordId, step, code: codeOf(error), ended, err: error }, 'step.failed');
    return ended;
  } finally {
    stopRenewing();
    leave();
  }
}

interface Begun {
  readonly claim: Claim;
  readonly leave: Leave;
}

/**
 * Finds a place at work and claims the step. A suspect is claimed only once it is alone, so that it does not lapse while it
 * waits for that; when another one is at work here it is left for later, and rung again.
 */
async function begin(
  context: StepContext,
  step: StepName,
  recordId: string,
): Promise<Begun | 'moot' | 'later'> {
  const { company, claimMs, db, log } = context;
  const claimed = async (leave: Leave, suspect: boolean): Promise<Begun | null> => {
    let claim: Claim | null = null;
    try {
      claim = await takeClaim(context, step, recordId, suspect);
    } finally {
      if (claim === null) leave();
    }
    return claim === null ? null : { claim, leave };
  };
  const begun = await claimed(await company.join(claimMs), false);
  if (begun !== null) return begun;
  if (!(await waitsAsSuspect(db, step, recordId))) return 'moot';
  const leave = await company.alone(claimMs);
  if (leave === null) return 'later';
  log.warn({ recordId, step }, 'step.alone');
  return (await claimed(leave, true)) ?? 'moot';
}

/** Thrown inside a step when its claim was taken over; only `runStep` sees it. */
class ClaimLost extends Error {}

/** It is due, no person must look at it first, and nobody is at it. */
const CLAIMABLE = sql`parked_at is null and due_at <= now() and (claimed_until is null or claimed_until < now())`;
/** A claim that ran out is a lapse, counted by whoever claims next. */
const SUSPECT = sql<boolean>`lapses + (claimed_until is not null)::int >= ${ALONE_AFTER_LAPSES}`;

async function waitsAsSuspect(db: Db, step: StepName, recordId: string): Promise<boolean> {
  const { rows } =
    await sql`select from step where record_id = ${recordId} and name = ${step} and ${CLAIMABLE}
                                and ${SUSPECT}`.execute(db.system);
  return rows.length > 0;
}

/** Takes a suspect, or one that is none; never what was not asked for. */
async function takeClaim(
  context: StepContext,
  step: StepName,
  recordId: string,
  suspect: boolean,
): Promise<Claim | null> {
  const { rows } = await sql<{
    agency_id: string;
    fence: string;
    generation: number;
    lapses: number;
    failures: number;
  }>`
    update step
       set fence = nextval('fence'), claimed_by = ${context.worker},
           claimed_until = now() + ${context.claimMs} * interval '1 millisecond',
           lapses = lapses + (claimed_until is not null)::int
     where record_id = ${recordId} and name = ${step} and ${CLAIMABLE} and (${SUSPECT}) = ${suspect}
    returning agency_id, fence::text, generation, lapses, failures`.execute(context.db.system);
  const row = rows[0];
  if (row === undefined) return null;
  const claim = {
    recordId,
    step,
    agencyId: row.agency_id,
    fence: row.fence,
    generation: row.generation,
    failures: row.failures,
  };
  if (row.lapses < PARK_AFTER_LAPSES) return claim;
  await park(
    context.db,
    claim,
    'worker-died',
    `${row.lapses} workers died or hung in this step, one after another.`,
  );
  return null;
}

/**
 * A transaction of the claim's agency that holds the claim. Rejects, having written nothing, when the claim was lost.
 * The record is locked first and the step after it: the order that intake keeps too (migration 0004), so that no two wait
 * for each other.
 */
export async function withClaim<T>(db: Db, claim: Claim, work: (at: AgencyTx) => Promise<T>): Promise<T> {
  return await db.inAgency(claim.agencyId, async (at) => {
    await lockRecord(at, claim.recordId);
    const held = await at.tx
      .selectFrom('step')
      .select('record_id')
      .where('record_id', '=', claim.recordId)
      .where('name', '=', claim.step)
      .where('fence', '=', claim.fence)
      .where('claimed_until', 'is not', null)
      .forUpdate()
      .executeTakeFirst();
    if (held === undefined) throw new ClaimLost();
    return await work(at);
  });
}

async function lockRecord({ agencyId, tx }: AgencyTx, recordId: string): Promise<void> {
  await tx
    .selectFrom('record')
    .select('id')
    .where('agency_id', '=', agencyId)
    .where('id', '=', recordId)
    .forUpdate()
    .execute();
}

/** Claims whose step was settled by the commit of its own work. */
const settled = new WeakSet<Claim>();

/**
 * As `withClaim`, and the step is done with the same commit: for work that must not be done a second time when the process
 * dies right after it. What became owed meanwhile stays owed.
 */
export async function withLastOfClaim<T>(
  db: Db,
  claim: Claim,
  work: (at: AgencyTx) => Promise<T>,
): Promise<T> {
  const [made, gone] = await withClaim(db, claim, async (at) => {
    const result = await work(at);
    const deleted = await at.tx
      .deleteFrom('step')
      .where('record_id', '=', claim.recordId)
      .where('name', '=', claim.step)
      .where('fence', '=', claim.fence)
      .where('generation', '=', claim.generation)
      .executeTakeFirst();
    return [result, deleted.numDeletedRows > 0n] as const;
  });
  if (gone) settled.add(claim);
  return made;
}

/**
 * Extends the claim while the work goes on, up to `RENEW_FOR_MS`. A process whose event loop hangs extends nothing, and is
 * overtaken; so is one that waits for ever on something that will not come.
 */
function renewEvery(context: StepContext, claim: Claim): () => void {
  const stop = new AbortController();
  const loop = async (): Promise<void> => {
    const end = Date.now() + RENEW_FOR_MS;
    while (Date.now() < end) {
      await sleep(context.claimMs / 3, undefined, { signal: stop.signal, ref: false });
      await sql`update step set claimed_until = now() + ${context.claimMs} * interval '1 millisecond'
                 where record_id = ${claim.recordId} and name = ${claim.step} and fence = ${claim.fence}
                   and claimed_until is not null`.execute(context.db.system);
    }
  };
  // Ends by abort, or because the database is down: then the claim runs out, which is what it is for.
  loop().catch(() => undefined);
  return () => stop.abort();
}

/**
 * Deletes the row, unless more became owed meanwhile: then it is due again, at once unless that said later. Asked twice, because a report that is
 * committed while the first statement waits for the row is not in that statement's snapshot.
 */
async function finish(db: Db, claim: Claim): Promise<boolean> {
  return (await settle(db, claim)) || (await settle(db, claim));
}

async function settle(db: Db, claim: Claim): Promise<boolean> {
  const { rows } = await sql<{ settled: boolean }>`
    with more as (
      update step set fence = null, claimed_until = null, claimed_by = null, rung_at = null, due_at = greatest(due_at, now()), owed_since = now(), lapses = 0,
                      failures = 0, failing_since = null, error_code = null, error = null
       where record_id = ${claim.recordId} and name = ${claim.step} and fence = ${claim.fence}
         and generation <> ${claim.generation} returning true as settled),
    done as (
      delete from step where record_id = ${claim.recordId} and name = ${claim.step} and fence = ${claim.fence}
         and generation = ${claim.generation} returning true as settled)
    select settled from more union all select settled from done`.execute(db.system);
  return rows.length > 0;
}

/** Of a claim that was taken over meanwhile nothing is written: the failure is no longer the step's. */
async function fail(db: Db, claim: Claim, error: unknown): Promise<'parked' | 'later' | 'lost'> {
  const code = codeOf(error);
  const sentence = error instanceof Error ? error.message.slice(0, 2000) : String(error).slice(0, 2000);
  if (retryOf(error) === 'never') return (await park(db, claim, code, sentence)) ? 'parked' : 'lost';
  const { rows } = await sql<{ failures: number; failing_ms: number }>`
    update step
       set failures = failures + 1, failing_since = coalesce(failing_since, now()), error_code = ${code}, error = ${sentence},
           fence = null, claimed_by = null, claimed_until = null, rung_at = null, lapses = 0,
           due_at = greatest(due_at, now() + least(${BACKOFF_LAST_MS}::float8, ${BACKOFF_FIRST_MS}::float8 * 2 ^ least(failures, 20))
                    * (0.8 + 0.4 * random()) * interval '1 millisecond')
     where record_id = ${claim.recordId} and name = ${claim.step} and fence = ${claim.fence}
    returning failures, (extract(epoch from now() - failing_since) * 1000)::float8 as failing_ms`.execute(
    db.system,
  );
  const row = rows[0];
  if (row === undefined) return 'lost';
  if (row.failures < PARK_AFTER_FAILURES || row.failing_ms < PARK_AFTER_MS) return 'later';
  return (await parkRow(db, claim.agencyId, claim.recordId, claim.step, code, sentence)) ? 'parked' : 'later';
}

async function park(db: Db, claim: Claim, code: string, sentence: string): Promise<boolean> {
  return await parkRow(db, claim.agencyId, claim.recordId, claim.step, code, sentence, claim.fence);
}

async function parkRow(
  db: Db,
  agencyId: string,
  recordId: string,
  step: StepName,
  code: string,
  sentence: string,
  fence?: string,
): Promise<boolean> {
  return await db.inAgency(agencyId, async (at) => {
    // The record first, as everybody does who holds both.
    await lockRecord(at, recordId);
    const query = at.tx
      .updateTable('step')
      .set({
        parked_at: sql<Date>`now()`,
        error_code: code,
        error: sentence,
        fence: null,
        claimed_by: null,
        claimed_until: null,
      })
      .where('record_id', '=', recordId)
      .where('name', '=', step)
      .where('parked_at', 'is', null);
    const parked = await (fence === undefined ? query : query.where('fence', '=', fence)).executeTakeFirst();
    if (parked.numUpdatedRows === 0n) return false;
    await appendEvent(at, recordId, { type: 'step.parked', actor: `worker:${step}`, body: { step, code } });
    await announceParked(at, recordId, step);
    return true;
  });
}

/** Makes a step owed in the caller's transaction. */
export async function owe(at: AgencyTx, recordId: string, step: StepName, priority: number): Promise<void> {
  await sql`select owe_step(${at.agencyId}, ${recordId}::uuid, ${step}, ${priority}::smallint)`.execute(
    at.tx,
  );
}

export interface RungJob {
  readonly step: StepName;
  readonly recordId: string;
  readonly priority: number;
}

/**
 * What the queue should be rung for now: due, nobody at it, and not rung within `forgetMs`. The same query is the
 * relay's and the reconciler's: a job that the queue lost is rung again after `forgetMs`.
 */
export async function ring(db: Db, forgetMs: number, limit: number): Promise<RungJob[]> {
  const { rows } = await sql<{ step: StepName; recordId: string; priority: number }>`
    update step s set rung_at = now()
      from (select record_id, name from step
             where parked_at is null and due_at <= now()
               and (rung_at is null or rung_at < now() - ${forgetMs} * interval '1 millisecond')
               and (claimed_until is null or claimed_until < now())
             order by priority, due_at limit ${limit} for update skip locked) due
     where s.record_id = due.record_id and s.name = due.name
    returning s.name as step, s.record_id as "recordId", s.priority`.execute(db.system);
  return rows;
}

/** The queue could not be rung: forget that it was, so that the next pass tries at once. */
export async function unring(db: Db, jobs: readonly RungJob[]): Promise<void> {
  await sql`update step set rung_at = null from unnest(${jobs.map((job) => job.recordId)}::uuid[],
              ${jobs.map((job) => job.step)}::text[]) as j(id, name)
             where step.record_id = j.id and step.name = j.name`.execute(db.system);
}

export interface ParkedStep {
  readonly recordId: string;
  readonly step: StepName;
  readonly code: string;
  readonly reason: string;
  readonly parkedAt: Date;
  readonly failures: number;
}

export async function listParked(at: AgencyTx): Promise<ParkedStep[]> {
  const rows = await at.tx
    .selectFrom('step')
    .selectAll()
    .where('agency_id', '=', at.agencyId)
    .where('parked_at', 'is not', null)
    .orderBy('parked_at')
    .execute();
  return rows.map((row) => ({
    recordId: row.record_id,
    step: row.name,
    code: row.error_code ?? 'internal',
    reason: row.error ?? '',
    parkedAt: row.parked_at ?? new Date(0),
    failures: row.failures,
  }));
}

/** A person looked at it: the step is due again, with a clean count. False when it was not parked. */
export async function runAgain(
  at: AgencyTx,
  recordId: string,
  step: StepName,
  actor: string,
): Promise<boolean> {
  const done = await at.tx
    .updateTable('step')
    .set({
      parked_at: null,
      failures: 0,
      lapses: 0,
      failing_since: null,
      error_code: null,
      error: null,
      rung_at: null,
      due_at: sql<Date>`now()`,
    })
    .where('agency_id', '=', at.agencyId)
    .where('record_id', '=', recordId)
    .where('name', '=', step)
    .where('parked_at', 'is not', null)
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n) return false;
  await appendEvent(at, recordId, { type: 'step.rerun', actor, body: { step } });
  return true;
}
