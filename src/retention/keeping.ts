/**
 * What the retention worker does for locks and holds all the time: tells the store of holds that began or ended within seconds, writes
 * down what a standing hold finds, and compares store and rows once a night. The renewal of locks is a chore of its own (`leases.ts`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '#errors.ts';
import { catchUpHolds, mirrorHolds, type MirrorOptions } from './hold-mirror.ts';
import { leasePassMs } from './leases.ts';
import { reconcileAll } from './reconcile.ts';

const MIRROR_MS = 2000;
const RETRY_MS = 60_000;
const DAY_MS = 86_400_000;
const LEASE_MS = 30 * DAY_MS;

/** Once a day with the lease of thirty days; in a trial as often as its lease is shorter, and not more than every ten seconds. */
export function roundMs(leaseMs: number): number {
  return Math.min(DAY_MS, Math.max(10_000, (DAY_MS * leaseMs) / LEASE_MS));
}

/** Answers how to end it. */
export function startKeeping(options: Omit<MirrorOptions, 'signal'>): () => Promise<void> {
  const { log, leaseMs } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const again = async (everyMs: number, work: () => Promise<unknown>): Promise<void> => {
    while (!signal.aborted) {
      try {
        await work();
      } catch (error) {
        if (!signal.aborted) log.error({ code: codeOf(error), err: error }, 'keeping.failed');
      }
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = [
    again(
      Math.min(MIRROR_MS, leasePassMs(leaseMs)),
      async () =>
        await mirrorHolds({ ...options, signal, retryMs: Math.min(RETRY_MS, leasePassMs(leaseMs)) }),
    ),
    again(leasePassMs(leaseMs), async () => await catchUpHolds({ ...options, signal })),
    again(
      Math.min(60_000, roundMs(leaseMs)),
      async () => await reconcileAll({ ...options, signal, everyMs: roundMs(leaseMs) }),
    ),
  ];
  return async () => {
    ending.abort();
    await Promise.all(running);
  };
}
