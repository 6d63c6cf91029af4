/** What both kinds share: what a job may carry, how it is run, and how a server that is away is reported. */
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { ArchiveError } from '#errors.ts';
import type { Log } from '#log.ts';
import type { Job, JobHandler, StepName } from './queue.ts';

/** One enqueue may not keep its caller longer than this; the reconciler rings again anyway. */
export const REACH_MS = 4000;
/** Statements and pipelines of bounded size, so that a backfill does not starve whoever waits. */
const BATCH = 1000;

const LAST_PRIORITY = 10;
const JobData = Compile(
  Type.Object(
    {
      recordId: Type.String({
        pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
      }),
    },
    { additionalProperties: false },
  ),
);

/**
 * The batches to ring for: each record once, by its best priority, in the order of ids, so that two processes which ring for
 * the same records lock them in the same order. A malformed job is a mistake of the caller's and is refused whole.
 */
export function batches(jobs: readonly Job[]): readonly (readonly Job[])[] {
  const best = new Map<string, Job>();
  for (const job of jobs) {
    const { recordId, priority } = job;
    const valid = Number.isInteger(priority) && priority >= 0 && priority <= LAST_PRIORITY;
    if (!valid || !JobData.Check({ recordId }))
      throw new ArchiveError(
        'invariant-broken',
        `A job carries a record's id (a UUID in lower case) and a whole priority from 0 to ${LAST_PRIORITY}.`,
        { retry: 'never' },
      );
    if (priority < (best.get(recordId)?.priority ?? Infinity)) best.set(recordId, job);
  }
  const distinct = [...best.values()].sort((a, b) => (a.recordId < b.recordId ? -1 : 1));
  return Array.from({ length: Math.ceil(distinct.length / BATCH) }, (_, n) =>
    distinct.slice(n * BATCH, (n + 1) * BATCH),
  );
}

/** Runs one delivery. Never rejects: to the queue each job is done once it was tried, and the `step` row knows better. */
export async function deliver(step: StepName, data: unknown, handler: JobHandler, log: Log): Promise<void> {
  if (!JobData.Check(data)) {
    // Its content may be anything, so it is not repeated here.
    log.error({ event: 'queue.job-malformed', step }, 'A job that is no record id was dropped.');
    return;
  }
  const { recordId } = data;
  try {
    await handler(recordId);
  } catch (error) {
    log.error(
      { event: 'queue.handler-threw', step, recordId, err: error },
      'A handler threw; the job is dropped.',
    );
  }
}

/** Resolves true when `promise` settled in time, however it settled. */
export async function settledWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whatever keeps a call from reaching the server, silence included, is `queue-down`. */
export async function reach<T>(server: string, call: () => Promise<T>): Promise<T> {
  let outcome: Promise<T> | undefined;
  try {
    outcome = call();
    if (await settledWithin(REACH_MS, outcome)) return await outcome;
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError('queue-down', `The queue on ${server} did not take the call.`, {
      retry: 'later',
      cause: error,
    });
  }
  throw new ArchiveError('queue-down', `The queue on ${server} did not answer within ${REACH_MS} ms.`, {
    retry: 'later',
  });
}
