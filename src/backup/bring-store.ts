/** Objects, logs and staged files out of a backup into an empty store. Everything here may run twice: what is there and the same stays. */
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Db } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { logPrefix } from '#log/log.ts';
import type { FolderPlacer, LogFiles, ObjectReader, ObjectStore } from '#store/store.ts';
import type { Replay } from './destroyed.ts';
import { digestOf, linesOf, sync, write } from './folder.ts';
import {
  broken,
  FILES,
  OBJECTS,
  readFileLine,
  readObjectLine,
  type BackupManifest,
  type ObjectLine,
} from './format.ts';
import { moveObject, objectRows, type ObjectRow } from './queries.ts';
import { sealedSince } from './log-copy.ts';

const RECORD = /^a\/([a-z0-9-]+)\/rec\/([0-9a-f-]{36})\//;
const AT_ONCE = 4;

/** Lines about one record, which lie together; of any other object each by itself. */
export interface Group {
  readonly agency: string | null;
  readonly record: string | null;
  readonly lines: readonly ObjectLine[];
}

export async function* groupsOf(folder: string): AsyncGenerator<Group> {
  let begun: { agency: string | null; record: string | null; lines: ObjectLine[] } | null = null;
  for await (const text of linesOf(join(folder, OBJECTS))) {
    const line = readObjectLine(text);
    const [, agency = null, record = null] = RECORD.exec(line.key) ?? [];
    if (begun !== null && record !== null && begun.record === record && begun.agency === agency)
      begun.lines.push(line);
    else {
      if (begun !== null) yield begun;
      begun = { agency, record, lines: [line] };
    }
  }
  if (begun !== null) yield begun;
}

export async function storeIsEmpty(reader: ObjectReader, files: LogFiles): Promise<boolean> {
  const listings = [
    ...['a/', 'disposal/', 'production/'].map((prefix) => reader.versions(prefix)),
    files.list('log'),
  ];
  for (const listing of listings) {
    const first = await listing[Symbol.asyncIterator]().next();
    if (first.done !== true) return false;
  }
  return true;
}

export interface Bringing {
  readonly db: Db;
  readonly folder: string;
  readonly manifest: BackupManifest;
  readonly replay: Replay;
  /** Certificates that a key of their agency signed, `key version`. */
  readonly believed: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

export interface Brought {
  readonly objects: number;
  /** Of destroyed records; nothing of them was put into the store. */
  readonly leftOut: number;
  /** Begun after the moment that the database shows, and in no log of the backup: they stay in the backup. */
  readonly newer: number;
}

const SEALED = /^a\/[a-z0-9-]+\/rec\/[0-9a-f-]{36}\/(\d+)\//;

interface Wanted extends Group {
  readonly rows: ReadonlyMap<string, ObjectRow>;
}

/**
 * What is to be brought back. Not what was sealed since the snapshot and is in no log either: nobody would know of it, and the archive
 * would meet it under the number of its next seal of the record. Whatever the log names comes, and is led on by its replay.
 */
async function* wantedOf(
  { db, folder, manifest, replay, signal }: Bringing,
  done: { leftOut: number; newer: number },
): AsyncGenerator<Wanted> {
  const tail = new Set<string>();
  for (const { agency, log, published } of manifest.agencies)
    if (published !== null && published.size > (log?.size ?? 0))
      for await (const { record, seal } of sealedSince(folder, agency, log?.size ?? 0, published.size)) {
        tail.add(`${record} ${seal}`);
        tail.add(record);
      }
  for await (const group of groupsOf(folder)) {
    signal.throwIfAborted();
    const { agency, record, lines } = group;
    if (agency === null || record === null) yield { ...group, rows: new Map() };
    else if (replay.has(agency, record)) done.leftOut += lines.length;
    else {
      const rows = await db.inAgency(agency, async (at) => await objectRows(at, record));
      const isWanted = ({ key }: ObjectLine): boolean => {
        const seal = SEALED.exec(key)?.[1];
        return rows.has(key) || tail.has(seal === undefined ? record : `${record} ${seal}`);
      };
      const wanted = lines.filter(isWanted);
      done.newer += lines.length - wanted.length;
      yield { agency, record, lines: wanted, rows };
    }
  }
}

/** A folder store out of a folder store: with the journals, and so under the same versions and locks. */
export async function placeObjects(bringing: Bringing, placer: FolderPlacer): Promise<Brought> {
  const { folder } = bringing;
  const done = { objects: 0, leftOut: 0, newer: 0 };
  for await (const { lines } of wantedOf(bringing, done))
    for (const { key, file, journal } of lines) {
      if (file === null) continue;
      await placer.place({
        key,
        path: join(folder, file.path),
        sha256: file.sha256,
        sizeBytes: file.bytes,
        journal: journal === undefined ? null : await readFile(join(folder, journal.path), 'utf8'),
      });
      done.objects += 1;
    }
  return done;
}

/**
 * Any other pair of stores: each object is sealed anew, locked as long as before and at least as long as a new one, and held if it was.
 * It gets another version; its row names that, and the history says that it was put back.
 */
export async function sealObjects(
  bringing: Bringing,
  {
    store,
    leaseMs,
    now,
  }: { readonly store: ObjectStore; readonly leaseMs: number; readonly now: () => Date },
): Promise<Brought> {
  const { db, folder, believed } = bringing;
  const done = { objects: 0, leftOut: 0, newer: 0 };
  for await (const { agency, record, lines, rows } of wantedOf(bringing, done)) {
    const moved: { row: ObjectRow; versionId: string; lockedUntil: Date }[] = [];
    const chosen = [...Map.groupBy(lines, ({ key }) => key)].flatMap(([key, versions]) => {
      const row = rows.get(key);
      const line = versionFor(row, versions, believed);
      return line === null ? [] : [{ key, row, line }];
    });
    for (let from = 0; from < chosen.length; from += AT_ONCE)
      await Promise.all(
        chosen.slice(from, from + AT_ONCE).map(async ({ key, row, line }) => {
          const least = new Date(now().getTime() + leaseMs);
          const before = line.lockedUntil === null ? least : new Date(line.lockedUntil);
          const state = await sealOne(store, folder, line, {
            mediaType:
              row?.media_type ?? (key.endsWith('.json') ? 'application/json' : 'application/octet-stream'),
            retainUntil: before > least ? before : least,
          });
          done.objects += 1;
          if (row?.confirmed === true && row.version_id !== state.versionId) moved.push({ row, ...state });
        }),
      );
    if (agency !== null && record !== null && moved.length > 0)
      await db.inAgency(agency, async (at) => {
        for (const { row, ...state } of moved) await moveObject(at, record, row, state);
      });
  }
  return done;
}

/** Of several versions the one that the row names; else one with its bytes; of what no row knows one that was signed, or the current one. Without a lock: none. */
function versionFor(
  row: ObjectRow | undefined,
  versions: readonly ObjectLine[],
  believed: ReadonlySet<string>,
): ObjectLine | null {
  const whole = versions.filter(({ file, lockedUntil }) => file !== null && lockedUntil !== null);
  return (
    whole.find(({ version }) => version === row?.version_id) ??
    whole.find(({ file }) => row !== undefined && file?.sha256 === row.sha256) ??
    whole.find(({ key, version }) => believed.has(`${key} ${version}`)) ??
    (row === undefined ? whole.find(({ current }) => current) : undefined) ??
    null
  );
}

async function sealOne(
  store: ObjectStore,
  folder: string,
  { key, file, held }: ObjectLine,
  { mediaType, retainUntil }: { readonly mediaType: string; readonly retainUntil: Date },
): Promise<{ readonly versionId: string; readonly lockedUntil: Date }> {
  if (file === null) throw broken(`${key} has no bytes`);
  const { sha256, bytes: sizeBytes } = file;
  await store.seal({
    key,
    body: { path: join(folder, file.path) },
    sha256,
    sizeBytes,
    mediaType,
    retainUntil,
    hold: held,
  });
  const state = await store.head(key);
  const isIt =
    state !== null && state.sizeBytes === sizeBytes && (state.sha256 === null || state.sha256 === sha256);
  if (!isIt || state.mode !== 'COMPLIANCE' || state.retainUntil === null || state.hold !== held)
    throw new ArchiveError('store-lock-not-confirmed', `${key} is not in the store as it was put there.`, {
      retry: 'later',
    });
  return { versionId: state.versionId, lockedUntil: state.retainUntil };
}

/** Tiles and copies of anchors first, and the checkpoint that covers them last. */
export async function bringLogs(
  { folder, manifest, signal }: Bringing,
  files: LogFiles,
  leaseMs: number,
): Promise<number> {
  let count = 0;
  const heads = new Set(manifest.agencies.map(({ agency }) => `${logPrefix(agency)}/checkpoint`));
  for await (const text of linesOf(join(folder, FILES))) {
    const { path } = readFileLine(text);
    if (!path.startsWith('log/') || heads.has(path)) continue;
    signal.throwIfAborted();
    await files.put(path, await readFile(join(folder, path)), leaseMs);
    count += 1;
  }
  for (const { agency, published } of manifest.agencies) {
    if (published === null) continue;
    const path = `${logPrefix(agency)}/checkpoint`;
    await files.replace(path, await readFile(join(folder, path)), leaseMs);
    count += 1;
  }
  return count;
}

/** Files that wait to be sealed. `wanted`: names that a row has, which those of destroyed records have not. */
export async function bringStaged(
  folder: string,
  stagingDir: string,
  wanted: ReadonlySet<string>,
): Promise<number> {
  let count = 0;
  for await (const text of linesOf(join(folder, FILES))) {
    const { path, sha256 } = readFileLine(text);
    const name = basename(path);
    if (!path.startsWith('staging/') || !wanted.has(name)) continue;
    const place = join(stagingDir, name.charAt(0), name);
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    if ((await digestOf(place))?.sha256 !== sha256) {
      // Written beside it first: the name must never stand for half of the bytes.
      const draft = `${place}.restored`;
      await rm(draft, { force: true });
      await write(dirname(draft), basename(draft), createReadStream(join(folder, path)));
      await sync(draft);
      await rename(draft, place);
    }
    await sync(dirname(place));
    count += 1;
  }
  return count;
}
