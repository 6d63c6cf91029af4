/**
 * The queue on Postgres alone, through graphile-worker: no second server to run, and LISTEN/NOTIFY, so that a job starts
 * within milliseconds.
 *
 * A job is a row with the key `step:recordId`. Ringing while it waits changes nothing, except that a better priority
 * wins. A job that is taken gives its key back, so ringing while it runs adds another. A ring is never lost between the
 * two: whoever takes a row after the ring's snapshot reads the truth after it.
 *
 * What a crash leaves: rows locked by workers that are no more. They are never run again (the reconciler rings anew) and
 * are swept after four hours.
 */
import { Pool, type PoolClient } from 'pg';
import { onlyAs } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import type { Log } from '#log.ts';
import { batches, reach, settledWithin } from './job.ts';
import { workStep, type WorkingStep } from './postgres-step.ts';
import type { Job, Queue, StepName } from './queue.ts';

const SERVER = 'Postgres';
const SWEEP_MS = 10 * 60_000;
const CLOSE_MS = 1000;
/** Any constant that nobody else locks: whoever rings for several takes turns, since the library locks rows in no fixed order. */
const TURN = 7_305_701_104;

const RING = `
  select count(*)::int as rung
    from (select array(
            select spec
              from json_populate_recordset(null::graphile_worker.job_spec, $1::json) as spec
             where not exists (
               select from graphile_worker.jobs as waiting
                where waiting.key = spec.job_key and waiting.locked_at is null
                  and waiting.attempts < waiting.max_attempts and waiting.priority <= spec.priority)
          ) as specs) as ring
   cross join lateral graphile_worker.add_jobs(ring.specs, job_key_preserve_run_at => true)
   where cardinality(ring.specs) > 0`;

const WAITING = `
  select count(*)::int as waiting from graphile_worker.jobs
   where task_identifier = $1 and locked_at is null and attempts < max_attempts`;

/** Deletes only what is unlocked, or locked for longer than any job may take (four hours, the library's figure). */
const SWEEP = `
  select count(*)::int as swept from graphile_worker.complete_jobs(
    array(select id from graphile_worker.jobs where attempts >= max_attempts))`;

export interface PostgresQueueOptions {
  readonly databaseUrl: string;
  /** Taken on by each connection, so that the login's own rights do not matter. */
  readonly role: string;
  readonly log: Log;
  /** Used instead of a pool of our own, and left open. */
  readonly pool?: Pool | undefined;
}

/** Connections that break, idle or in use, are replaced by the pool; the next call says what is wrong. */
const ignore = (): void => undefined;
const ignoreOn = (client: PoolClient): void => void client.on('error', ignore);

export function openPostgresQueue(options: PostgresQueueOptions): Queue {
  const { log } = options;
  const pool =
    options.pool ??
    new Pool({
      connectionString: options.databaseUrl,
      // A ring that a power cut takes along is rung again, so nobody waits for the disk; commits that notify also wait for each other.
      options: `-c role=${options.role} -c timezone=UTC -c synchronous_commit=off`,
      verify: onlyAs(options.role),
      application_name: 'holdfast-queue',
      max: 10,
      connectionTimeoutMillis: 3000,
      query_timeout: 10_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
    });
  pool.on('error', ignore);
  pool.on('connect', ignoreOn);

  const working: WorkingStep[] = [];
  let sweeping: NodeJS.Timeout | undefined;
  const sweep = async (): Promise<void> => {
    try {
      const { rows } = await pool.query<{ swept: number }>(SWEEP);
      if (rows[0]?.swept) log.info({ event: 'queue.swept', jobs: rows[0].swept });
    } catch (error) {
      log.warn({ event: 'queue.sweep-failed', err: error }, 'Left for the next sweep.');
    }
  };

  return {
    kind: 'postgres',

    async enqueue(step, jobs) {
      for (const batch of batches(jobs)) await reach(SERVER, async () => await ring(pool, step, batch));
    },

    async work(step, handler, { concurrency }) {
      working.push(workStep(pool, step, handler, concurrency, log));
      if (sweeping === undefined) {
        void sweep();
        sweeping = setInterval(() => void sweep(), SWEEP_MS).unref();
      }
    },

    async drain(graceMs) {
      clearInterval(sweeping);
      const drained = await settledWithin(graceMs, Promise.all(working.map((each) => each.stop())));
      if (!drained)
        log.warn({ event: 'queue.drain-cut', graceMs }, 'Jobs still ran at the end of the grace period.');
      if (options.pool === undefined) await settledWithin(CLOSE_MS, pool.end());
      else {
        pool.off('error', ignore);
        pool.off('connect', ignoreOn);
      }
    },

    async ping() {
      const { rows } = await reach(SERVER, async () => {
        return await pool.query<{ present: boolean }>(
          "select to_regclass('graphile_worker.jobs') is not null as present",
        );
      });
      if (rows[0]?.present !== true)
        throw new ArchiveError(
          'queue-down',
          'The database has no queue yet. Run "holdfast migrate" and start again.',
          { retry: 'later' },
        );
    },

    async waiting(step) {
      const { rows } = await reach(
        SERVER,
        async () => await pool.query<{ waiting: number }>(WAITING, [step]),
      );
      return rows[0]?.waiting ?? 0;
    },
  };
}

async function ring(pool: Pool, step: StepName, batch: readonly Job[]): Promise<void> {
  const specs = batch.map(({ recordId, priority }) => ({
    identifier: step,
    payload: { recordId },
    max_attempts: 1,
    job_key: `${step}:${recordId}`,
    priority,
  }));
  const client = await pool.connect();
  let fault: Error | undefined;
  try {
    // One alone holds one row and waits for nobody, and it is the one that somebody is waiting for.
    if (specs.length > 1) await client.query('begin');
    if (specs.length > 1) await client.query('select pg_advisory_xact_lock($1)', [TURN]);
    await client.query(RING, [JSON.stringify(specs)]);
    if (specs.length > 1) await client.query('commit');
  } catch (error) {
    fault = error instanceof Error ? error : new Error('The ring failed.', { cause: error });
    throw error;
  } finally {
    // A connection that failed is closed, and its transaction with it.
    client.release(fault);
  }
}
