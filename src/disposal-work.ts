/** Disposal, wired to what it needs. In the retention worker alone, which holds the keys that may delete. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanDatabase } from '#db/db.ts';
import { runDisposals, type DisposalContext } from '#disposal/disposal.ts';
import { codeOf } from '#errors.ts';
import { openReceiptKeys } from '#record/record.ts';
import { leasePassMs } from '#retention/retention.ts';
import { openPurger, openSecondPurger, openSecondReader } from '#store/store.ts';
import type { System } from './system.ts';

const PASS_MS = 60_000;

export interface OpenedDisposal {
  readonly context: DisposalContext;
  close(): Promise<void>;
}

/** What an execution is handed; nothing runs yet. */
export async function openDisposalContext(system: System): Promise<OpenedDisposal> {
  const { db, store, log, config, staging, now } = system;
  const purger = config.s3 !== null && config.s3.purger === null ? null : await openPurger(config, { now });
  const second = openSecondReader(config);
  const secondPurger = await openSecondPurger(config);
  const keys = openReceiptKeys(db, join(config.keysDir, 'receipts'));
  return {
    context: {
      db,
      log,
      store,
      places: {
        first: { reader: store, purger },
        second: second === null ? null : { reader: second, purger: secondPurger },
      },
      stores: [store.kind, ...(second === null ? [] : [`second store: ${second.kind}`])],
      backupsKeptMs: config.backupsKeptMs,
      unstage: async (name) => await staging.remove(name),
      signerOf: async (agencyId) => await keys.keyOf(agencyId),
      clean: async () => await cleanDatabase(db.url, config.databaseUrl === null ? 'embedded' : 'external'),
      leaseMs: config.leaseMs,
      mode: config.mode,
      now,
    },
    close: async () => {
      await purger?.close();
      await secondPurger?.close();
      await second?.close();
    },
  };
}

export async function startDisposals(system: System): Promise<() => Promise<void>> {
  const { log, config } = system;
  const { context, close } = await openDisposalContext(system);
  const ending = new AbortController();
  const { signal } = ending;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const done = await runDisposals({ ...context, signal });
        if (done.destroyed > 0 || done.failed > 0) log.info(done, 'disposal.pass');
      } catch (error) {
        if (!signal.aborted) log.error({ code: codeOf(error), err: error }, 'disposal.failed');
      }
      await sleep(Math.min(PASS_MS, leasePassMs(config.leaseMs)), undefined, { signal }).catch(
        () => undefined,
      );
    }
  };
  const running = loop();
  return async () => {
    ending.abort();
    await running;
    await close();
  };
}
