/**
 * The queue is a bell. Postgres remembers what is owed (table `step`); a job only says "look at this record now".
 *
 * Three verbs, two real implementations (BullMQ on Redis, graphile-worker on Postgres), one contract suite
 * (`test/service/queue-contract.test.ts`). What a caller may rely on, and what not:
 *   - a job carries a record id and nothing else; the step re-reads the truth and returns if it is moot;
 *   - a job may be delivered twice, at once, or never: the claim in Postgres decides, the reconciler rings again;
 *   - a job is tried once here. Retries, backoff and parking are the `step` row's business, so that emptying the
 *     queue loses nothing and two kinds of queue behave alike;
 *   - ringing twice for the same record and step while the first job still waits is one job.
 */
import type { Pool } from 'pg';
import type { Config } from '#config.ts';
import type { Log } from '#log.ts';

export const STEPS = ['inspect', 'seal', 'capture', 'look-again'] as const;
export type StepName = (typeof STEPS)[number];

export interface Job {
  readonly recordId: string;
  /** 0 first: someone is waiting. 10 last: backfill. */
  readonly priority: number;
}

export type JobHandler = (recordId: string) => Promise<void>;

export interface Queue {
  readonly kind: 'postgres' | 'redis';
  enqueue(step: StepName, jobs: readonly Job[]): Promise<void>;
  /** Starts taking jobs of one step. The handler never throws for a step's failure; if it does, the job is dropped and logged. */
  work(step: StepName, handler: JobHandler, options: { readonly concurrency: number }): Promise<void>;
  /** Stops taking jobs, waits for the running ones up to `graceMs`, then closes. */
  drain(graceMs: number): Promise<void>;
  /** Rejects with `queue-down` when the queue cannot be reached, or takes nothing. */
  ping(): Promise<void>;
  /** Jobs waiting, for the metrics. */
  waiting(step: StepName): Promise<number>;
}

/** The role that rings and works: it crosses agencies, as the bell does, and reads no content. */
const ROLE = 'holdfast_system';

export interface QueueOptions {
  readonly databaseUrl: string;
  readonly log: Log;
  /** Postgres kind only: used instead of a pool of its own, and left open. */
  readonly pool?: Pool;
  readonly role?: string;
}

/** Opens the queue that the settings name. Needs no server to be up: calls reject with `queue-down` until it is. */
export async function openQueue(config: Pick<Config, 'redisUrl'>, options: QueueOptions): Promise<Queue> {
  // Loaded on demand: each kind brings a library that the other has no use for.
  if (config.redisUrl !== null) {
    const { openRedisQueue } = await import('./redis.ts');
    return openRedisQueue({ redisUrl: config.redisUrl, log: options.log });
  }
  const { openPostgresQueue } = await import('./postgres.ts');
  return openPostgresQueue({ ...options, role: options.role ?? ROLE });
}

/** For `holdfast migrate`: makes or updates the queue's own schema, and lets `roles`, which must exist, use it. */
export async function migrateQueue(ownerUrl: string, roles: readonly string[] = [ROLE]): Promise<void> {
  const { migrate } = await import('./postgres-schema.ts');
  await migrate(ownerUrl, roles);
}
