/**
 * Opens what the processes share. The only place where adapters are constructed; everything else is handed what it needs.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { openReference } from './reference.ts';
import type { Config } from './config.ts';
import { assertDurable, openDb, type Db } from '#db/db.ts';
import { openCaptureBrowser, type CaptureBrowser } from '#capture/capture.ts';
import { openPictureInspector, openStaging, type PictureInspector, type Staging } from '#intake/intake.ts';
import { openLog, type Log } from '#log.ts';
import { openQueue, type Queue } from '#queue/queue.ts';
import { openTrust, openStore, type ObjectStore, type StoreTrust } from '#store/store.ts';
import type { AgencyReference } from '#intake/intake.ts';
import { allowedHosts } from './demo-allow.ts';
import { program } from './program.ts';

export interface System {
  readonly config: Config;
  readonly log: Log;
  readonly db: Db;
  readonly queue: Queue;
  readonly store: ObjectStore;
  readonly trust: StoreTrust;
  readonly staging: Staging;
  readonly browser: CaptureBrowser;
  readonly inspector: PictureInspector;
  readonly referenceOf: (agencyId: string) => Promise<AgencyReference>;
  readonly scratchDir: string;
  /** `host:port` pairs that the capture may open besides the world, now; empty in production. */
  readonly captureAllow: () => readonly string[];
  /** Process and host, for the rows that say who is at work. */
  readonly worker: string;
  readonly program: { readonly name: string; readonly version: string };
  readonly now: () => Date;
  close(graceMs: number): Promise<void>;
}

export interface OpenOptions {
  readonly name: string;
  readonly databaseUrl: string;
  readonly log?: Log;
}

/** Rejects with `database-unsafe` before anything is accepted into a database that could lose it. */
export async function openSystem(config: Config, options: OpenOptions): Promise<System> {
  const log = options.log ?? openLog(config.logLevel, options.name);
  const db = openDb({ url: options.databaseUrl, name: `holdfast-${options.name}` });
  await assertDurable(db);
  const now = (): Date => new Date();
  const queue = await openQueue(config, { databaseUrl: options.databaseUrl, log });
  const store = await openStore(config);
  const staging = await openStaging(config.stagingDir);
  const captureAllow = (): readonly string[] => allowedHosts(config);
  const browser = openCaptureBrowser(
    {
      ...config,
      get captureAllow() {
        return captureAllow();
      },
    },
    log,
  );
  const inspector = openPictureInspector();
  return {
    config,
    log,
    db,
    queue,
    store,
    trust: openTrust(store, now),
    staging,
    browser,
    inspector,
    referenceOf: openReference(db, now),
    captureAllow,
    scratchDir: join(config.dataDir, 'scratch'),
    worker: `${options.name}@${hostname()}:${process.pid}`,
    program,
    now,
    close: async (graceMs) => {
      await queue.drain(graceMs);
      await Promise.allSettled([browser.close(), inspector.close(), staging.close(), store.close()]);
      await db.close();
    },
  };
}
