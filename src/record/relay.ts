/**
 * Rings the queue for what is owed. One loop is relay and reconciler: a step that was never rung is rung now, one whose
 * job the queue forgot is rung again after `forgetMs`. Any number of relays may run; each row is rung by one of them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '#errors.ts';
import type { Db } from '#db/db.ts';
import type { Log } from '#log.ts';
import { STEPS, type Queue } from '#queue/queue.ts';
import { ring, unring } from './steps.ts';

export interface RelayOptions {
  readonly db: Db;
  readonly queue: Queue;
  readonly log: Log;
  readonly forgetMs: number;
  /** How long to wait when nothing was due. */
  readonly idleMs: number;
}

export interface Relay {
  /** Look now: something has just become owed in this process. */
  poke(): void;
  stop(): Promise<void>;
}

const BATCH = 500;

export function startRelay({ db, queue, log, forgetMs, idleMs }: RelayOptions): Relay {
  const ending = new AbortController();
  let waiting = new AbortController();
  let poked = false;

  const pass = async (): Promise<number> => {
    const jobs = await ring(db, forgetMs, BATCH);
    try {
      for (const step of STEPS) {
        const mine = jobs.filter((job) => job.step === step);
        if (mine.length > 0) await queue.enqueue(step, mine);
      }
    } catch (error) {
      // The truth is the row: it says "not rung" again, and the next pass tries. Rung twice does no harm.
      await unring(db, jobs);
      throw error;
    }
    return jobs.length;
  };

  const loop = async (): Promise<void> => {
    let failures = 0;
    while (!ending.signal.aborted) {
      let found = 0;
      poked = false;
      try {
        found = await pass();
        failures = 0;
      } catch (error) {
        failures += 1;
        log.error({ code: codeOf(error), failures, err: error }, 'relay.failed');
      }
      if (found === BATCH || (poked && failures === 0)) continue;
      waiting = new AbortController();
      const waitMs = failures === 0 ? idleMs : Math.min(5000, 200 * 2 ** failures);
      await sleep(waitMs, undefined, { signal: AbortSignal.any([waiting.signal, ending.signal]) }).catch(
        () => undefined,
      );
    }
  };
  const running = loop();
  return {
    poke: () => {
      poked = true;
      waiting.abort();
    },
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
