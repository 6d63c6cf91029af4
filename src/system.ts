/**
 * Opens what the processes share. The only place where adapters are constructed; everything else is handed what it needs.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { assertRestored } from '#backup/standing.ts';
import { openReference } from './reference.ts';
import type { Config } from './config.ts';
import { openStamping } from '#anchor/anchor.ts';
import { assertDurable, openDb, type Db } from '#db/db.ts';
import { openCaptureBrowser, type CaptureBrowser } from '#capture/capture.ts';
import {
  openPictureInspector,
  openPreviewer,
  openRoom,
  openStaging,
  type PictureInspector,
  type Previewer,
  type Room,
  type Staging,
} from '#intake/intake.ts';
import { ArchiveError } from '#errors.ts';
import { openLog, type Log } from '#log.ts';
import { openLogReader, type LogReader } from '#log/log.ts';
import { openQueue, type Queue } from '#queue/queue.ts';
import { openCatchUp, openIntakeGate } from '#rebuild/rebuild.ts';
import {
  openLogFiles,
  openReader,
  openStore,
  openTrust,
  type LogFiles,
  type ObjectReader,
  type ObjectStore,
  type SealInput,
  type StoreTrust,
} from '#store/store.ts';
import type { AgencyReference } from '#intake/intake.ts';
import { hasTrialSeals } from '#seal/seal.ts';
import { allowedHosts } from './demo-allow.ts';
import { program } from './program.ts';
import { openProofBook } from './store-watch.ts';

export interface System {
  readonly config: Config;
  readonly log: Log;
  readonly db: Db;
  readonly queue: Queue;
  readonly store: ObjectStore;
  /** The same store to whoever checks it: nothing in this port writes, nor could its key where it has one. */
  readonly reader: ObjectReader;
  readonly trust: StoreTrust;
  /** The files of the transparency log; written by the log worker alone, where the settings have an account for it. */
  readonly logFiles: LogFiles;
  readonly logReader: LogReader;
  /** Rejects with `log-behind` while the database has less of an agency's log than was published. */
  readonly caughtUp: (agencyId: string) => Promise<void>;
  /** The same for what is handed in, which waits for no store. */
  readonly mayTake: (agencyId: string) => Promise<void>;
  readonly staging: Staging;
  /** What the disk has left, of which intake keeps a reserve. */
  readonly room: Room;
  readonly browser: CaptureBrowser;
  readonly inspector: PictureInspector;
  readonly previewer: Previewer;
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

/** What was sealed in a trial must not pass for a record of production because a setting changed. */
async function assertNoTrial(db: Db, config: Config): Promise<void> {
  if (config.mode !== 'production' || config.acceptTrialRecords || !(await hasTrialSeals(db))) return;
  throw new ArchiveError(
    'trial-records',
    'This database holds records that were sealed in a trial, and this is production. Start production on a fresh database and store; or set HOLDFAST_ACCEPT_TRIAL_RECORDS=yes, and they stay, marked as made in a trial and no evidence for a removal.',
    { retry: 'never' },
  );
}

/** Rejects with `database-unsafe` before anything is accepted into a database that could lose it. */
export async function openSystem(config: Config, options: OpenOptions): Promise<System> {
  const log = options.log ?? openLog(config.logLevel, options.name);
  const db = openDb({ url: options.databaseUrl, name: `holdfast-${options.name}` });
  try {
    await assertDurable(db);
    await assertRestored(db);
    await assertNoTrial(db, config);
  } catch (error) {
    await db.close();
    throw error;
  }
  const now = (): Date => new Date();
  const queue = await openQueue(config, { databaseUrl: options.databaseUrl, log });
  const opened = await openStore(config);
  const logFiles = await openLogFiles(config, { now });
  const reader = await openReader(config);
  // The data folder counts when something lives there that a full disk would end: the embedded database, or the folder store.
  const atHome = config.databaseUrl === null || config.s3 === null;
  const room = openRoom({
    folders: atHome ? [config.stagingDir, config.dataDir] : [config.stagingDir],
    reserveBytes: config.diskReserveBytes,
  });
  const store =
    opened.kind === 'folder'
      ? {
          ...opened,
          seal: async (input: SealInput) => {
            await room.askToSeal(input.sizeBytes);
            return await opened.seal(input);
          },
        }
      : opened;
  const staging = await openStaging(config.stagingDir, room);
  const captureAllow = (): readonly string[] => allowedHosts(config);
  // Only a certificate's signature needs the time of somebody else.
  const stamp = config.waczCertificate === null ? null : openStamping(config.anchors.authorities, now);
  const browser = openCaptureBrowser(
    {
      ...config,
      get captureAllow() {
        return captureAllow();
      },
    },
    log,
    stamp === null ? {} : { stamp },
  );
  const inspector = openPictureInspector({
    onStarted: (confinement) => log.info({ ...confinement }, 'decoder.started'),
  });
  // One for each preview.
  const previewer = openPreviewer({
    onStarted: (confinement) => log.debug({ ...confinement }, 'decoder.started'),
  });
  const caughtUp = openCatchUp({ db, files: logFiles });
  return {
    config,
    log,
    db,
    queue,
    store,
    reader,
    trust: openTrust(store, now, openProofBook(db)),
    logFiles,
    logReader: openLogReader(logFiles),
    caughtUp,
    mayTake: openIntakeGate(caughtUp),
    staging,
    room,
    browser,
    inspector,
    previewer,
    referenceOf: openReference(db, now),
    captureAllow,
    scratchDir: join(config.dataDir, 'scratch'),
    worker: `${options.name}@${hostname()}:${process.pid}`,
    program,
    now,
    close: async (graceMs) => {
      await queue.drain(graceMs);
      await Promise.allSettled(
        [browser, inspector, previewer, staging, store, reader, logFiles].map(
          async (part) => await part.close(),
        ),
      );
      await db.close();
    },
  };
}
