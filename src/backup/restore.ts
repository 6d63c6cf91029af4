/**
 * Restores a backup into an empty database and an empty store, or into an empty database beside the store that lives.
 *
 * Order, and what a death leaves after each step:
 *   1 the backup is proved whole, from its bytes           nothing was touched
 *   2 whoever may know of destructions is asked            nothing was touched
 *   3 the schema as it was; then all rows in one           an empty schema; or rows, and a note that all of it is half restored, by which
 *     transaction, without those of destroyed records      nothing of Holdfast starts (`assertRestored`); begun again it goes on with 4
 *   4 migrations up to this program                        the same
 *   5 staged files, logs, objects                          the same: what is there and the same stays
 *   6 lists of disposal that were under way are ended    the same
 *   7 the history says that it was restored; the note says done   it may start
 */
import { join, resolve } from 'node:path';
import type { Config } from '#config.ts';
import { assertUnused, choreReport } from '#db/copy.ts';
import { openDb, type Db } from '#db/db.ts';
import { migrate } from '#db/migrate.ts';
import { ArchiveError } from '#errors.ts';
import { openKeyFolder, parseCheckpoint, parseNote, receiptKeyIn, verifierKeysIn } from '#log/log.ts';
import { newId } from '#record/record.ts';
import { openFolderPlacer, openLogFiles, openReader, openStore, type LogFiles } from '#store/store.ts';
import { askEverybody, type ProductionsSince, type RequestsSince, type Unfinished } from './ask.ts';
import {
  bringLogs,
  bringStaged,
  placeObjects,
  sealObjects,
  storeIsEmpty,
  type Bringing,
  type Brought,
} from './bring-store.ts';
import { loadDatabase, type Loaded } from './bring-database.ts';
import { destroyedSince, type Replay, type Unbelieved } from './destroyed.ts';
import { broken, type BackupManifest } from './format.ts';
import {
  endLists,
  enterRestore,
  noteRestored,
  stagedNames,
  unclaim,
  type EndedLists,
  type RestoreNote,
} from './queries.ts';
import { verifyBackup, type Proven } from './verify.ts';

export interface RestoreOptions {
  readonly url: string;
  readonly ownerUrl: string;
  /** Brings the schema up to this program, with the rights of the login that processes use. */
  readonly migrateAll: () => Promise<void>;
  readonly config: Config;
  readonly from: string;
  /** The store is the one that lives: nothing is put into it. */
  readonly databaseOnly: boolean;
  readonly tombstones: readonly string[];
  /** Keys below `disposal/` that are known to be worth nothing. */
  readonly disregard: readonly string[];
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

export interface Restored {
  readonly backup: string;
  readonly manifest: BackupManifest;
  readonly looked: Proven['looked'];
  /** It was begun before, and the rows were there already. */
  readonly wentOn: boolean;
  readonly loaded: Loaded | null;
  readonly brought: Brought | null;
  readonly staged: number;
  readonly logFiles: number;
  readonly destroyed: {
    readonly records: number;
    readonly sources: Replay['sources'];
    readonly askedNewer: boolean;
    /** Their destruction was begun after the backup and not ended: the store may still have some of them. */
    readonly unfinished: readonly Unfinished[];
    /** What lies where certificates do and is none: it kept nothing away. */
    readonly unbelieved: readonly Unbelieved[];
  };
  /** Of which the logs know more than the backup. */
  readonly requests: RequestsSince;
  readonly productions: ProductionsSince;
  /** Lists of disposal that were under way: to be proposed and approved anew. */
  readonly ended: EndedLists;
  readonly logs: readonly LogAfter[];
  /** Keys whose private halves are not in the folder of keys. */
  readonly missingKeys: BackupManifest['keys'];
}

export interface LogAfter {
  readonly agency: string;
  /** In the database now; as the store has it; as the folder of keys remembers to have signed it. */
  readonly size: number;
  readonly published: number | null;
  readonly remembered: number | null;
}

export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { url, ownerUrl, config, databaseOnly, say, signal } = options;
  const folder = resolve(options.from);
  say('Proving the backup.');
  const proven = await verifyBackup(folder, signal);
  const { manifest, digest } = proven;
  const isDisregarded = ({ what }: { readonly what: string }): boolean =>
    what.startsWith('disposal/') && options.disregard.includes(what);
  if (!proven.ok && !(proven.differing === proven.differs.length && proven.differs.every(isDisregarded)))
    throw broken(
      `${proven.differing} things differ, and nothing was restored: ${proven.differs
        .slice(0, 5)
        .map(({ what, why }) => `${what} ${why}`)
        .join('; ')}`,
    );
  if (!manifest.store.copied && !databaseOnly)
    throw refused(
      'This backup is of the database alone. Restore it beside the store that it belongs to, with --database-only.',
    );
  const note = (await choreReport(ownerUrl, 'restore')) as RestoreNote | null;
  const wentOn = note?.done === false;
  if (wentOn && note.backup !== digest)
    throw refused(
      'The database is half restored, from another backup. Name that one, or begin with an empty database.',
    );
  if (!wentOn) await assertUnused(ownerUrl);
  const reader = await openReader(config);
  const files = await openLogFiles(config);
  try {
    if (!wentOn && !databaseOnly && !(await storeIsEmpty(reader, files)))
      throw refused(
        `The store is not empty (${reader.describe}). Name an empty one; or, if it is the one that this backup was made beside and it lives, restore the database alone: --database-only.`,
      );
    const { keysDir, certificateKeysDir } = config;
    const asking = { folder, manifest, databaseOnly, reader, files, keysDir, certificateKeysDir };
    const { tombstones, disregard } = options;
    const asked = await askEverybody({ ...asking, tombstones, disregard });
    const { sources, unfinished, unbelieved, believed } = asked;
    const replay = destroyedSince(sources, manifest.snapshotAt);
    let loaded: Loaded | null = null;
    if (!wentOn) {
      say('Laying the schema, and loading all rows.');
      await migrate(ownerUrl, () => undefined, manifest.database.migrations);
      loaded = await loadDatabase({ ownerUrl, folder, manifest, digest, replay, signal });
    }
    await options.migrateAll();
    const db = openDb({ url, name: 'cli', poolSize: 4 });
    try {
      const bringing: Bringing = { db, folder, manifest, replay, believed, signal };
      const staged = await bringStaged(folder, config.stagingDir, await stagedNames(db));
      const logFiles = databaseOnly ? 0 : await bringLogs(bringing, files, config.leaseMs);
      if (!databaseOnly) say(`Putting the objects into ${reader.describe}.`);
      const brought = databaseOnly ? null : await bringObjects(options, bringing);
      const ended = await endEach(db, manifest, replay);
      const logs = await enterEach(options, manifest, db, files);
      await unclaim(db);
      await noteRestored(db, { backup: digest, done: true, from: manifest.snapshotAt });
      return {
        backup: digest,
        manifest,
        looked: proven.looked,
        wentOn,
        loaded,
        brought,
        staged,
        logFiles,
        destroyed: {
          records: replay.count,
          sources: replay.sources,
          askedNewer: replay.sources.some(({ isNewer }) => isNewer),
          unfinished,
          unbelieved,
        },
        requests: asked.requests,
        productions: asked.productions,
        ended,
        logs,
        missingKeys: await missingKeys(config.keysDir, manifest),
      };
    } finally {
      await db.close();
    }
  } finally {
    await Promise.all([reader.close(), files.close()]);
  }
}

async function bringObjects({ config, now }: RestoreOptions, bringing: Bringing): Promise<Brought> {
  // Journals say which version a row means; of any other store, and into any other, each object is sealed anew.
  if (config.s3 === null && bringing.manifest.store.kind === 'folder')
    return await placeObjects(bringing, await openFolderPlacer(config));
  const store = await openStore(config, { now });
  try {
    return await sealObjects(bringing, { store, leaseMs: config.leaseMs, now });
  } finally {
    await store.close();
  }
}

async function endEach(db: Db, { agencies }: BackupManifest, { by }: Replay): Promise<EndedLists> {
  const ended = { lists: 0, records: 0 };
  for (const { agency } of agencies) {
    const prefix = `disposal/${agency}/`;
    const certified = new Set(
      [...by].flatMap((key) =>
        key.startsWith(prefix) ? (key.slice(prefix.length).split('/')[0] ?? []) : [],
      ),
    );
    const { lists, records } = await db.inAgency(agency, async (at) => await endLists(at, certified));
    ended.lists += lists;
    ended.records += records;
  }
  return ended;
}

/** A log that the store has more of says itself that it was put back, when the log worker does so; every other one says it here. */
async function enterEach(
  { config }: RestoreOptions,
  manifest: BackupManifest,
  db: Db,
  files: LogFiles,
): Promise<LogAfter[]> {
  const folder = join(config.keysDir, 'log');
  const keys = openKeyFolder(folder);
  const logs: LogAfter[] = [];
  for (const { agency, log } of manifest.agencies) {
    if (log === null) continue;
    const published = sizeOf(await files.read(`log/${agency}/checkpoint`));
    const remembered = sizeOf(await keys.remembered(agency));
    logs.push({ agency, size: log.size, published, remembered });
    const isAhead = Math.max(published ?? 0, remembered ?? 0) > log.size;
    const signs = manifest.keys.filter((key) => key.use === 'log' && key.agency === agency);
    const here = await Promise.all(signs.map(async (key) => await keys.has(key.public)));
    if (isAhead || !here.includes(true)) continue;
    const id = newId();
    await keys.rememberRestore(agency, id);
    await db.inAgency(agency, async (at) => await enterRestore(at, id, log));
  }
  return logs;
}

function sizeOf(note: Buffer | null): number | null {
  return note === null ? null : parseCheckpoint(parseNote(note).text).size;
}

async function missingKeys(keysDir: string, { keys }: BackupManifest): Promise<BackupManifest['keys']> {
  const { access } = await import('node:fs/promises');
  const logs = new Set(await verifierKeysIn(join(keysDir, 'log')));
  const missing: BackupManifest['keys'] = [];
  for (const key of keys) {
    const isHere =
      key.use === 'log'
        ? logs.has(key.public)
        : key.use === 'receipts'
          ? (await receiptKeyIn(join(keysDir, 'receipts'), key.agency ?? '')) === key.public
          : await access(join(keysDir, key.file ?? '')).then(
              () => true,
              () => false,
            );
    if (!isHere) missing.push(key);
  }
  return missing;
}

function refused(sentence: string): ArchiveError {
  return new ArchiveError('backup-refused', sentence, { retry: 'never' });
}
