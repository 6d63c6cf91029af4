/**
 * Makes a backup.
 *
 * Order, and why:
 *   1 the database, one snapshot    every row that calls something sealed was written after the store had it
 *   2 staged files                  what was promised and is not sealed; what goes meanwhile is sealed by then, and comes with 4
 *   3 the files of the logs         each checkpoint before the files that it covers
 *   4 the objects                   so everything that the snapshot calls sealed is among them; newer ones do no harm
 *   5 lists, tombstones, manifest   last; then all is synced, and only then it gets its name
 * A crash leaves a folder `<name>.unfinished-…` beside it, which is no backup and is refused as one.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { sha256Hex } from '#commitment.ts';
import type { Config } from '#config.ts';
import { openDump, type Dump } from '#db/copy.ts';
import { ArchiveError } from '#errors.ts';
import { frontierOf, rootOf, verifierKey } from '#log/log.ts';
import { folderJournals, openLogFiles, openReader } from '#store/store.ts';
import { program } from '#program.ts';
import { keepNewest } from '#secret-files.ts';
import { believedKeys } from './ask.ts';
import { rowsOf } from './copy-text.ts';
import { certificatesIn, namedBy, tombstonesIn, tombstonesOf, type Destroyed } from './destroyed.ts';
import { isMissing, linesOf, openList, sync, syncAll, write } from './folder.ts';
import { FILES, FORMAT, MANIFEST, OBJECTS, TOMBSTONES, type BackupManifest } from './format.ts';
import { agenciesIn, completedIn, destroyedIn, keysIn, type KeyInDatabase } from './queries.ts';
import { fileLine, takeLog, takeObjects, takeStaged, type Promised, type Taking } from './take-store.ts';

/** Tables whose rows are no part of a backup, each with its reason. Every other table is, whoever made it. */
const LEFT: Readonly<Record<string, string>> = {
  migration: 'written by the migrations, which the manifest names',
  chore: 'what one machine did and proved, which another one must do and prove itself',
  session: 'whoever is signed in signs in again: a session that was ended must not begin anew',
  sign_in_attempt: 'counts tries of a quarter of an hour',
  ceremony: 'a sign-in that is under way',
  oidc_flow: 'a sign-in that is under way',
  first_account_link: 'opens the first account once',
  view_ticket: 'opens one file for a minute',
  upload: 'pieces that no report has named yet; whoever sends them sends them again',
};

/** Rows in an order that a check of them relies on; others as they lie. */
export const ORDER: Readonly<Record<string, string>> = {
  log_leaf: 'agency_id collate "C", idx',
  log_checkpoint: 'agency_id collate "C", size',
  object: 'agency_id collate "C", record_id, key collate "C"',
};

/** So many are named in the manifest; all are counted. */
const NAMED = 1000;

export interface TakeOptions {
  readonly ownerUrl: string;
  readonly config: Config;
  readonly to: string;
  readonly withoutStore: boolean;
  /** A file of tombstones that is kept apart: read, and written anew with what is known now. */
  readonly tombstones: string | null;
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

export interface Taken {
  readonly folder: string;
  /** SHA-256 of the manifest, which names the digest of everything else. */
  readonly digest: string;
  readonly manifest: BackupManifest;
}

export async function takeBackup(options: TakeOptions): Promise<Taken> {
  const to = resolve(options.to);
  await refuseUsed(to);
  const folder = join(dirname(to), `${basename(to)}.unfinished-${randomUUID().slice(0, 8)}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const { manifest, tombstones } = await taken(options, folder);
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    await writeFile(join(folder, MANIFEST), text, { mode: 0o600, flag: 'wx' });
    await syncAll(folder);
    // Over an empty folder, or none; one that was filled meanwhile refuses.
    await rename(folder, to);
    await sync(dirname(to));
    if (options.tombstones !== null) await keep(options.tombstones, tombstones);
    return { folder: to, digest: sha256Hex(text), manifest };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function refuseUsed(to: string): Promise<void> {
  const there = await readdir(to).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw new ArchiveError('backup-refused', `${to} is no folder that can be written to.`, {
      retry: 'never',
      cause: error,
    });
  });
  if (there.length > 0)
    throw new ArchiveError(
      'backup-refused',
      `${to} is not empty. Name a folder that is not there yet: each backup has its own.`,
      {
        retry: 'never',
      },
    );
}

async function taken(
  options: TakeOptions,
  folder: string,
): Promise<{ readonly manifest: BackupManifest; readonly tombstones: string }> {
  const { config, withoutStore, say, signal, now } = options;
  const begunAt = now();
  const wrong: { what: string; why: string }[] = [];
  let wrongCount = 0;
  const files = await openList(folder, FILES);
  const taking: Taking = {
    folder,
    files,
    signal,
    journals: folderJournals(config),
    wrong: (what, why) => {
      wrongCount += 1;
      if (wrong.length < NAMED) wrong.push({ what, why });
      say(`${what}: ${why}.`);
    },
  };
  const { database, agencies, keys, destroyed, completed, snapshotAt } = await takeDatabase(options, taking);
  const staged = await takeStaged(taking, config.stagingDir, promisedIn(folder));
  const objects = await openList(folder, OBJECTS);
  const reader = await openReader(config);
  const logFiles = await openLogFiles(config);
  try {
    const certified = await namedBy(certificatesIn(reader), async (agency) => [
      ...(await believedKeys(config.certificateKeysDir, agency)),
      ...keys.flatMap((key) => (key.use === 'receipts' && key.agency === agency ? key.public : [])),
    ]);
    for (const { key, agency, disposal, why } of certified.unbelieved)
      if (completed.has(`${agency} ${disposal}`))
        taking.wrong(key, `it should be the certificate of that list, and is not: ${why}`);
      else say(`${key} is no certificate, and names nothing: ${why}`);
    const known: Destroyed[] = [...destroyed, ...certified.records];
    if (options.tombstones !== null) known.push(...(await olderTombstones(options.tombstones)));
    const published = new Map<string, BackupManifest['agencies'][number]['published']>();
    let [logCount, copied] = [0, { objects: 0, bytes: 0 }];
    if (!withoutStore) {
      say(`Copying ${reader.describe}.`);
      for (const { id } of agencies) {
        const log = await takeLog(taking, logFiles, id);
        logCount += log.files;
        published.set(
          id,
          log.published === null ? null : { size: log.published.size, root: log.published.root },
        );
      }
      const gone = new Set<Promised>(staged.gone);
      const prefixes = ['a', 'disposal', 'production'].flatMap((top) =>
        agencies.map(({ id }) => `${top}/${id}/`),
      );
      copied = await takeObjects({ ...taking, objects, gone }, reader, prefixes);
      for (const { record } of gone)
        taking.wrong(`record ${record}`, 'a file that came with it is neither staged nor sealed');
    }
    const tombstones = `${JSON.stringify(tombstonesOf(known, now()), null, 2)}\n`;
    await files.add(fileLine(await write(folder, TOMBSTONES, [Buffer.from(tombstones)])));
    const lists = { files: await files.end(), objects: await objects.end() };
    const manifest: BackupManifest = {
      format: FORMAT,
      program,
      begunAt: begunAt.toISOString(),
      snapshotAt: snapshotAt.toISOString(),
      endedAt: now().toISOString(),
      database,
      store: {
        kind: reader.kind,
        where: reader.describe,
        copied: !withoutStore,
        ...copied,
        logFiles: logCount,
      },
      staging: { files: staged.files, sealedMeanwhile: staged.gone.length },
      agencies: agencies.map(({ id, origin, size, frontier }) => ({
        agency: id,
        log: origin === null ? null : { origin, size: Number(size), root: rootOfRow(Number(size), frontier) },
        published: published.get(id) ?? null,
      })),
      keys: keys.map((key) => ({ ...key, file: fileOfKey(key) })),
      tombstones: { records: new Set(known.map(({ agency, record }) => `${agency} ${record}`)).size },
      wrong,
      wrongCount,
      lists,
    };
    return { manifest, tombstones };
  } finally {
    await Promise.all([reader.close(), logFiles.close()]);
  }
}

async function takeDatabase({ ownerUrl, say }: TakeOptions, { folder, files, signal }: Taking) {
  const dump: Dump = await openDump(ownerUrl);
  try {
    const tables: BackupManifest['database']['tables'] = [];
    const mine = dump.tables.filter(({ name }) => !(name in LEFT));
    say(`Copying ${mine.length} tables of the database, as it stands at ${dump.snapshotAt.toISOString()}.`);
    for (const table of mine) {
      signal.throwIfAborted();
      const { lines, ...file } = await write(
        folder,
        `database/${table.name}.copy`,
        dump.copy(table, ORDER[table.name] ?? null),
      );
      await files.add(file);
      // The first line has the names of the columns.
      tables.push({ name: table.name, columns: [...table.columns], rows: lines - 1, ...file });
    }
    const [agencies, keys, destroyed] = [await agenciesIn(dump), await keysIn(dump), await destroyedIn(dump)];
    const here = dump.tables.map(({ name }) => name);
    return {
      snapshotAt: dump.snapshotAt,
      agencies,
      keys,
      completed: new Set(await completedIn(dump)),
      destroyed: destroyed.map((one) => ({ ...one, by: null })),
      database: {
        server: dump.serverVersion,
        migrations: dump.migrations.map(({ name, sha256 }) => ({ name, sha256 })),
        tables,
        left: Object.entries(LEFT).flatMap(([name, why]) => (here.includes(name) ? [{ name, why }] : [])),
        sequences: await dump.sequences(),
      },
    };
  } finally {
    await dump.close();
  }
}

async function* promisedIn(folder: string): AsyncGenerator<Promised> {
  const lines = linesOf(join(folder, 'database/artifact.copy'));
  for await (const { record_id: record, sha256, staged } of rowsOf(lines, ['record_id', 'sha256', 'staged']))
    if (record !== null && sha256 !== null && staged !== null) yield { record, sha256, staged };
}

function rootOfRow(size: number, frontier: Buffer | null): string {
  const bytes = frontier ?? Buffer.alloc(0);
  const hashes = Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
  return rootOf(frontierOf(size, hashes)).toString('hex');
}

/** As `src/log/keys.ts`, receipts and captures name the files of their private halves. */
function fileOfKey({ use, agency, public: shown }: KeyInDatabase): string | null {
  if (use === 'log') return `log/${verifierKey(shown).id}.key`;
  if (use === 'receipts') return `receipts/${agency ?? ''}.key`;
  return 'wacz.pem';
}

async function olderTombstones(path: string): Promise<readonly Destroyed[]> {
  try {
    return (await tombstonesIn(path)).records;
  } catch (error) {
    // The first backup makes it.
    if (isMissing(error)) return [];
    throw error;
  }
}

async function keep(path: string, text: string): Promise<void> {
  await keepNewest(resolve(path), text);
}
