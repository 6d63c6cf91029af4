/**
 * Proves a backup, from its bytes alone: every file against its digest, every object against its row, every log computed again from its
 * leaves, every checkpoint against the keys that the log names. It says what it looked at; where it looked at nothing it does not pass.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '#commitment.ts';
import { ArchiveError } from '#errors.ts';
import { rowsOf } from './copy-text.ts';
import { groupsOf } from './bring-store.ts';
import { digestOf, filesBelow, isMissing, linesOf, type Written } from './folder.ts';
import {
  broken,
  FILES,
  MANIFEST,
  OBJECTS,
  readFileLine,
  readManifest,
  readTombstones,
  TOMBSTONES,
  type BackupManifest,
  type FileLine,
  type ObjectLine,
} from './format.ts';
import { checkLogs } from './verify-logs.ts';

export interface Proven {
  readonly ok: boolean;
  readonly manifest: BackupManifest;
  /** SHA-256 of the manifest: what the operator wrote down when the backup was made. */
  readonly digest: string;
  readonly looked: {
    readonly files: number;
    readonly bytes: number;
    readonly tables: number;
    readonly rows: number;
    readonly objects: number;
    readonly logs: number;
    readonly entries: number;
    readonly checkpoints: number;
  };
  /** By its name, with what is wrong with it. */
  readonly differs: readonly { readonly what: string; readonly why: string }[];
  readonly differing: number;
}

const NAMED = 1000;

export interface Judge {
  readonly folder: string;
  readonly manifest: BackupManifest;
  readonly signal: AbortSignal;
  readonly looked: { -readonly [K in keyof Proven['looked']]: number };
  differs(what: string, why: string): void;
}

async function readBackup(
  folder: string,
): Promise<{ readonly manifest: BackupManifest; readonly digest: string }> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch((error: unknown) => {
    if (isMissing(error))
      throw broken(`${folder} has no ${MANIFEST}, which is written last: it is none, or was not finished`);
    throw error;
  });
  return { manifest: readManifest(text), digest: sha256Hex(text) };
}

export async function readBackupDigest(folder: string): Promise<string> {
  return (await readBackup(folder)).digest;
}

export async function verifyBackup(folder: string, signal: AbortSignal): Promise<Proven> {
  const { manifest, digest } = await readBackup(folder);
  const differs: { what: string; why: string }[] = [];
  let differing = 0;
  const looked = { files: 0, bytes: 0, tables: 0, rows: 0, objects: 0, logs: 0, entries: 0, checkpoints: 0 };
  const judge: Judge = {
    folder,
    manifest,
    signal,
    looked,
    differs: (what, why) => {
      differing += 1;
      if (differs.length < NAMED) differs.push({ what, why });
    },
  };
  for (const { what, why } of manifest.wrong)
    judge.differs(what, `could not be copied when the backup was made: ${why}`);
  await checkLists(judge);
  // What the lists say cannot be judged by lists that are not those of the manifest.
  if (differing === manifest.wrong.length)
    for (const check of [checkFiles, checkObjects, checkUnlisted])
      await check(judge).catch((error: unknown) => {
        if (!(error instanceof ArchiveError)) throw error;
        judge.differs('what is said of the files', error.message);
      });
  if (differing === manifest.wrong.length) await checkLogs(judge);
  const lacks = [
    ['no file', looked.files],
    ['no table', looked.tables],
    ['no row', looked.rows],
  ].filter(([, count]) => count === 0);
  for (const [what] of lacks)
    judge.differs('the whole backup', `${what} was looked at, which proves nothing`);
  return { ok: differing === 0, manifest, digest, looked, differs, differing };
}

async function checkLists({ folder, manifest, differs }: Judge): Promise<void> {
  for (const [name, said] of [
    [FILES, manifest.lists.files],
    [OBJECTS, manifest.lists.objects],
  ] as const)
    if (!isSame(said, await digestOf(join(folder, name))))
      differs(name, 'is not the list that the manifest names');
}

function isSame(said: Omit<FileLine, 'path'>, found: Omit<Written, 'path'> | null): boolean {
  return found !== null && found.bytes === said.bytes && found.sha256 === said.sha256;
}

async function checkFile(judge: Judge, said: FileLine): Promise<Omit<Written, 'path'> | null> {
  const { folder, looked, differs } = judge;
  const found = await digestOf(join(folder, said.path));
  looked.files += 1;
  looked.bytes += found?.bytes ?? 0;
  if (found === null) differs(said.path, 'is missing');
  else if (!isSame(said, found)) differs(said.path, 'has other bytes than were written');
  return found;
}

async function checkFiles(judge: Judge): Promise<void> {
  const { folder, manifest, signal, looked, differs } = judge;
  const tables = new Map(manifest.database.tables.map((table) => [table.path, table]));
  for await (const text of linesOf(join(folder, FILES))) {
    signal.throwIfAborted();
    const line = readFileLine(text);
    const found = await checkFile(judge, line);
    const table = tables.get(line.path);
    if (table === undefined || found === null) continue;
    tables.delete(line.path);
    looked.tables += 1;
    looked.rows += found.lines - 1;
    if (found.lines - 1 !== table.rows || found.sha256 !== table.sha256)
      differs(`table ${table.name}`, `has ${found.lines - 1} rows, and ${table.rows} were copied`);
  }
  for (const { name } of tables.values()) differs(`table ${name}`, 'is in no list of files');
}

interface Sealed {
  readonly key: string;
  readonly version_id: string | null;
  readonly sha256: string | null;
  readonly size_bytes: string | null;
}

/** Rows and objects lie in one order, so that neither is ever held. */
async function checkObjects(judge: Judge): Promise<void> {
  const { folder, manifest, signal, looked, differs } = judge;
  const destroyed = new Set(
    readTombstones(await readFile(join(folder, TOMBSTONES), 'utf8'), TOMBSTONES).records.map(
      ({ agency, record }) => `${agency} ${record}`,
    ),
  );
  const rows = sealedRows(folder);
  let next = await rows.next();
  const missing = (id: string, sealed: readonly Sealed[]): void => {
    if (!manifest.store.copied || destroyed.has(id)) return;
    for (const { key } of sealed) differs(key, 'is sealed, and was not copied');
  };
  for await (const { agency, record, lines } of groupsOf(folder)) {
    signal.throwIfAborted();
    for (const line of lines) {
      if (line.marker === true) continue;
      looked.objects += 1;
      if (line.file === null) {
        if (line.why === undefined) differs(line.key, 'has no bytes, and nothing says why');
        continue;
      }
      await checkFile(judge, line.file);
      if (line.journal !== undefined) await checkFile(judge, line.journal);
    }
    if (agency === null || record === null) continue;
    const id = `${agency} ${record}`;
    while (next.done !== true && next.value.id < id) {
      missing(next.value.id, next.value.sealed);
      next = await rows.next();
    }
    if (next.done === true || next.value.id !== id) continue;
    if (!destroyed.has(id)) compareRows(next.value.sealed, lines, differs);
    next = await rows.next();
  }
  for (; next.done !== true; next = await rows.next()) missing(next.value.id, next.value.sealed);
}

function compareRows(
  sealed: readonly Sealed[],
  lines: readonly ObjectLine[],
  differs: Judge['differs'],
): void {
  for (const { key, version_id: version, sha256, size_bytes: size } of sealed) {
    const line = lines.find((one) => one.key === key && one.version === version);
    if (line === undefined) differs(key, 'is sealed, and the version that its row names was not copied');
    else if (line.file === null) differs(key, line.why ?? 'has no bytes');
    else if (line.file.sha256 !== sha256 || String(line.file.bytes) !== size)
      differs(key, 'has other bytes than its row says were sealed');
  }
}

async function* sealedRows(
  folder: string,
): AsyncGenerator<{ readonly id: string; readonly sealed: Sealed[] }> {
  let begun = null as { id: string; sealed: Sealed[] } | null;
  const columns = [
    'agency_id',
    'record_id',
    'key',
    'version_id',
    'sha256',
    'size_bytes',
    'confirmed_at',
  ] as const;
  for await (const row of rowsOf(linesOf(join(folder, 'database/object.copy')), columns)) {
    if (row.confirmed_at === null || row.key === null) continue;
    const id = `${row.agency_id ?? ''} ${row.record_id ?? ''}`;
    const one = { key: row.key, version_id: row.version_id, sha256: row.sha256, size_bytes: row.size_bytes };
    if (begun?.id === id) begun.sealed.push(one);
    else {
      if (begun !== null) yield begun;
      begun = { id, sealed: [one] };
    }
  }
  if (begun !== null) yield begun;
}

/** A file that nobody named may be one that somebody put there. */
async function checkUnlisted({ folder, manifest, looked, differs }: Judge): Promise<void> {
  const own = new Set([MANIFEST, FILES, OBJECTS]);
  let there = 0;
  for await (const path of filesBelow(folder)) if (!own.has(path)) there += 1;
  if (there <= looked.files) return;
  // Only now are the names worth the memory.
  const listed = new Set<string>();
  for await (const text of linesOf(join(folder, FILES))) listed.add(readFileLine(text).path);
  if (manifest.lists.objects.lines > 0)
    for await (const { lines } of groupsOf(folder))
      for (const { file, journal } of lines)
        for (const one of [file, journal]) if (one != null) listed.add(one.path);
  for await (const path of filesBelow(folder))
    if (!own.has(path) && !listed.has(path)) differs(path, 'is in no list: it was put there afterwards');
}
