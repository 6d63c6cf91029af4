/**
 * Keeps one step's workers taking jobs from Postgres, through restarts of the database.
 *
 * Five habits of graphile-worker 0.18 are answered here:
 *   - it completes a job without waiting for the outcome. Batched completion (window 0 ms) is the mode in which a failure is
 *     caught: it ends the worker pool, and a new one is started. Unbatched, it would be an unhandled rejection, which
 *     ends the process;
 *   - its first look-up of task ids is remembered even when it failed, so a pool that never got a job is started anew;
 *   - when its LISTEN fails while it shuts down, it gives that connection back twice, and the second time nobody awaits:
 *     an unhandled rejection again, so the pool that it sees takes a connection back once;
 *   - when the completion of two jobs fails in one outage, it counts one of them twice, waits for a count that never comes, and
 *     its shutdown does not end. So a pool that shuts down and has no job left is given a moment, and then left behind;
 *   - `run` migrates; `runTaskList` does not, which is what a role without rights to the schema needs.
 */
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, runTaskList, type WorkerEvents, type WorkerPool } from 'graphile-worker';
import type { Pool, PoolClient } from 'pg';
import type { Log } from '#log.ts';
import { deliver } from './job.ts';
import type { JobHandler, StepName } from './queue.ts';

/** Between two lives of the workers, and between two looks for the database; doubled while nothing works. */
const AGAIN_MS = 500;
const AGAIN_AT_MOST_MS = 8000;
/** For the library's own end, once it began and nothing runs any more. */
const END_MS = 2000;
/** The net under LISTEN/NOTIFY. */
const POLL_MS = 1000;

export interface WorkingStep {
  /** Stops taking jobs; resolves when the running ones are done. */
  stop(): Promise<void>;
}

export function workStep(
  pool: Pool,
  step: StepName,
  handler: JobHandler,
  concurrency: number,
  log: Log,
): WorkingStep {
  let workers: WorkerPool | null = null;
  const stopping = new AbortController();
  const logger = libraryLogger(log);

  /** One life of the library's pool, until it ends for whatever reason; true when it could look for jobs at all. */
  const live = async (): Promise<boolean> => {
    const events: WorkerEvents = new EventEmitter();
    const running = new Set<Promise<void>>();
    const tasks = {
      [step]: async (data: unknown) => {
        const job = deliver(step, data, handler, log);
        running.add(job);
        await job.finally(() => running.delete(job));
      },
    };
    let served = false;
    const shutting = Promise.withResolvers<void>();
    events.on('pool:gracefulShutdown', () => shutting.resolve());
    const over = async (): Promise<void> => {
      await shutting.promise;
      while (running.size > 0) await Promise.allSettled(running);
      await sleep(END_MS, undefined, { ref: false });
    };
    const started = runTaskList(
      {
        concurrency,
        events,
        logger,
        pollInterval: POLL_MS,
        noHandleSignals: true,
        preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      },
      tasks,
      takingBackOnce(pool),
    );
    workers = started;
    events.on('worker:getJob:empty', () => (served = true));
    events.on('job:start', () => (served = true));
    events.on('worker:getJob:error', () => {
      if (!served) void end(started);
    });
    await Promise.race([started.promise.catch(() => undefined), over()]);
    workers = null;
    return served;
  };

  const keepAlive = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      await answering(pool, stopping.signal);
      if (stopping.signal.aborted) return;
      failures = (await live()) ? 0 : failures + 1;
      if (stopping.signal.aborted) return;
      log.warn({ event: 'queue.workers-restarted', step, failures }, 'The workers ended and start again.');
      await pause(Math.min(AGAIN_MS * 2 ** failures, AGAIN_AT_MOST_MS), stopping.signal);
    }
  };
  const alive = keepAlive();

  return {
    async stop() {
      stopping.abort();
      // Its life ends with it, or is left behind: either is `alive`.
      if (workers !== null) void end(workers);
      await alive;
    },
  };
}

/** As pg-pool calls back: after a failure there is neither a connection nor a way to give it back. */
type Taken = [error: Error | undefined, client?: PoolClient, release?: (reason?: Error | boolean) => void];

function takingBackOnce(pool: Pool): Pool {
  const connect = (callback?: (...taken: Taken) => void): unknown => {
    if (callback === undefined) return pool.connect();
    return pool.connect((...[error, client, release]: Taken) => {
      let back = false;
      callback(error, client, (reason) => {
        if (!back) release?.(reason);
        back = true;
      });
    });
  };
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'connect') return connect;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

async function end(workers: WorkerPool): Promise<void> {
  try {
    // Asked twice, the library complains; its promise tells the end either way.
    if (!workers._shuttingDown) await workers.gracefulShutdown();
  } catch {
    // The database went away first: what was locked is swept in time.
  }
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
}

/** Waits until the queue's tables can be read, or until it is told to stop. */
async function answering(pool: Pool, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      await pool.query('select from graphile_worker.migrations limit 1');
      return;
    } catch {
      // `ping` is who tells the operator.
      await pause(AGAIN_MS, stop);
    }
  }
}

/** The library's words are about its own plumbing; what it attaches to them (jobs, rows) is left out. */
function libraryLogger(log: Log): Logger {
  return new Logger(() => (level, message) => {
    const entry = { event: 'queue.library', library: 'graphile-worker' };
    if (level === 'error' || level === 'warning') log.warn(entry, message);
    else log.trace(entry, message);
  });
}
