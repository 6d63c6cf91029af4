/** Productions, wired to what they need. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '#errors.ts';
import {
  burnApart,
  openOcr,
  renewProductions,
  runProductions,
  sweepProductions,
  type ProductionContext,
} from '#production/production.ts';
import { openReceiptKeys } from '#record/record.ts';
import type { System } from './system.ts';

/** A custodian waits for it. */
const PASS_MS = 2000;

export function openProductionContext(system: System): ProductionContext {
  const { db, store, log, logReader, config, now, program, scratchDir, previewer } = system;
  const keys = openReceiptKeys(db, join(config.keysDir, 'receipts'));
  return {
    db,
    log,
    store,
    logReader,
    signerOf: async (agencyId) => await keys.keyOf(agencyId),
    burn: burnApart,
    openOcr,
    draw: async (file, bytes) => {
      let drawn: Buffer | null = null;
      const outcome = await previewer.preview({
        agencyId: 'productions',
        ticket: `${file.n} ${file.sha256}`,
        gone: new AbortController().signal,
        open: async () =>
          await Promise.resolve({
            sizeBytes: bytes.length,
            head: bytes.subarray(0, 4096),
            bytes: (async function* () {
              yield await Promise.resolve(bytes);
            })(),
          }),
        give: async (jpeg) => {
          drawn = jpeg;
          await Promise.resolve();
        },
      });
      return outcome === 'given' ? drawn : null;
    },
    scratchDir,
    leaseMs: config.leaseMs,
    mode: config.mode,
    program,
    now,
  };
}

/** Of so many records a production is done in a minute or so. */
const SMALL = 500;

export function startProductions(system: System): () => Promise<void> {
  const { log } = system;
  const context = openProductionContext(system);
  const ending = new AbortController();
  const { signal } = ending;
  const lane = async (work: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      try {
        await work();
      } catch (error) {
        if (!signal.aborted) log.error({ code: codeOf(error), err: error }, 'production.failed');
      }
      await sleep(PASS_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const packing = (most: number | null) => async (): Promise<void> => {
    const done = await runProductions({ ...context, signal }, most);
    if (done.ready + done.blocked + done.failed + done.parked > 0) log.info(done, 'production.pass');
  };
  // A small one waits for no large one, whoever's it is; and locks are renewed while either is packed.
  const running = Promise.all([
    lane(packing(null)),
    lane(packing(SMALL)),
    lane(async () => {
      await sweepProductions(context);
      await renewProductions(context);
    }),
  ]);
  return async () => {
    ending.abort();
    await running;
  };
}
