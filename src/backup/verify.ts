/**
 * Proves a backup, from its bytes alone: every file against its digest, every object against its row, every log computed again from its
 * leaves, every checkpoint against the keys that the log names. It says what it looked at; where it looked at nothing it does not pass.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '#commitment.ts';
import { ArchiveError } from '#errors.ts';
import {
  EMPTY_FRONTIER,
  grow,
  leafHash,
  openCheckpoint,
  rootOf,
  verifierKey,
  type LogKey,
} from '#log/log.ts';
import { hexBytes, rowsOf } from './copy-text.ts';
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
import { rootOfCopy } from './log-copy.ts';

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

interface Judge {
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
  if (differing === 0) await checkLogs(judge);
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

interface Checkpoint {
  readonly agency: string;
  readonly size: number;
  readonly root: Buffer;
  readonly note: Buffer;
}

async function checkLogs(judge: Judge): Promise<void> {
  const { folder, manifest, looked, differs } = judge;
  const heads = new Map(
    manifest.agencies.flatMap(({ agency, log }) => (log === null ? [] : [[agency, log] as const])),
  );
  const keys = await logKeys(folder);
  const checkpoints = checkpointsOf(folder);
  let next = await checkpoints.next();
  const ended = (agency: string, size: number, root: Buffer): void => {
    const head = heads.get(agency);
    heads.delete(agency);
    looked.logs += 1;
    if (head === undefined) differs(`the log of ${agency}`, 'has leaves and no head');
    else if (head.size !== size)
      differs(`the log of ${agency}`, `has ${size} leaves, and its head says ${head.size}`);
    else if (head.root !== root.toString('hex'))
      differs(`the log of ${agency}`, 'has another root than its leaves lead to');
  };
  for await (const { agency, leaves } of leavesOf(folder)) {
    let frontier = EMPTY_FRONTIER;
    for await (const { idx, entry, hash } of leaves) {
      looked.entries += 1;
      const made = leafHash(entry);
      if (idx !== frontier.size || Buffer.compare(made, hash) !== 0) {
        differs(`entry ${idx} of the log of ${agency}`, 'is not what was hashed, or not at its place');
        break;
      }
      frontier = grow(frontier, [made]);
      while (next.done !== true && next.value.agency === agency && next.value.size === frontier.size) {
        checkCheckpoint(
          judge,
          next.value,
          rootOf(frontier),
          heads.get(agency)?.origin ?? '',
          keys.get(agency) ?? [],
        );
        next = await checkpoints.next();
      }
    }
    ended(agency, frontier.size, rootOf(frontier));
  }
  if (next.done !== true)
    differs(
      `checkpoint ${next.value.size} of ${next.value.agency}`,
      'is of no size that the log went through',
    );
  for (const [agency, { size }] of heads) if (size > 0) differs(`the log of ${agency}`, 'has no leaves');
  for (const { agency, published } of manifest.agencies)
    if (published !== null) await checkPublished(judge, agency, keys.get(agency) ?? []);
}

function checkCheckpoint(
  { looked, differs }: Judge,
  { agency, size, root, note }: Checkpoint,
  made: Buffer,
  origin: string,
  keys: readonly LogKey[],
): void {
  looked.checkpoints += 1;
  const what = `checkpoint ${size} of the log of ${agency}`;
  if (Buffer.compare(root, made) !== 0) differs(what, 'has another root than the leaves lead to');
  try {
    const opened = openCheckpoint(note, { origin, keys: [...keys] });
    if (opened.size !== size || Buffer.compare(opened.root, made) !== 0)
      differs(what, 'was signed over another tree');
  } catch (error) {
    differs(what, error instanceof Error ? error.message : String(error));
  }
}

async function checkPublished(judge: Judge, agency: string, keys: readonly LogKey[]): Promise<void> {
  const { folder, looked, differs } = judge;
  const what = `the published log of ${agency}`;
  try {
    const { origin, note } = await rootOfCopy(folder, agency);
    looked.checkpoints += 1;
    openCheckpoint(note, { origin, keys: [...keys] });
  } catch (error) {
    differs(what, error instanceof Error ? error.message : String(error));
  }
}

async function logKeys(folder: string): Promise<Map<string, LogKey[]>> {
  const keys = new Map<string, LogKey[]>();
  const lines = linesOf(join(folder, 'database/log_key.copy'));
  for await (const { agency_id: agency, vkey, first_size: first, last_size: last } of rowsOf(lines, [
    'agency_id',
    'vkey',
    'first_size',
    'last_size',
  ])) {
    if (agency === null || vkey === null) continue;
    const key = {
      key: verifierKey(vkey),
      firstSize: Number(first),
      ...(last === null ? {} : { lastSize: Number(last) }),
    };
    keys.set(agency, [...(keys.get(agency) ?? []), key]);
  }
  return keys;
}

async function* checkpointsOf(folder: string): AsyncGenerator<Checkpoint> {
  const lines = linesOf(join(folder, 'database/log_checkpoint.copy'));
  for await (const row of rowsOf(lines, ['agency_id', 'size', 'root', 'note']))
    yield {
      agency: row.agency_id ?? '',
      size: Number(row.size),
      root: hexBytes(row.root),
      note: hexBytes(row.note),
    };
}

interface Leaf {
  readonly idx: number;
  readonly entry: Buffer;
  readonly hash: Buffer;
}

/** One log after the other, each in its order. */
async function* leavesOf(
  folder: string,
): AsyncGenerator<{ readonly agency: string; readonly leaves: AsyncIterable<Leaf> }> {
  const lines = linesOf(join(folder, 'database/log_leaf.copy'));
  const rows = rowsOf(lines, ['agency_id', 'idx', 'entry', 'hash'])[Symbol.asyncIterator]();
  let next = await rows.next();
  while (next.done !== true) {
    const agency: string = next.value.agency_id ?? '';
    const leaves = async function* of(): AsyncGenerator<Leaf> {
      while (next.done !== true && next.value.agency_id === agency) {
        const { idx, entry, hash } = next.value;
        yield { idx: Number(idx), entry: hexBytes(entry), hash: hexBytes(hash) };
        next = await rows.next();
      }
    };
    yield { agency, leaves: leaves() };
    // What was not asked for is passed over.
    while (next.done !== true && next.value.agency_id === agency) next = await rows.next();
  }
}
