/** Out of the store into a backup: what was promised and not sealed yet, the files of the logs, every version of every object. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '#commitment.ts';
import { codeOf } from '#errors.ts';
import { logPrefix } from '#log/log.ts';
import type { LogFiles, ObjectReader, ObjectVersion } from '#store/store.ts';
import { rootOfCopy } from './log-copy.ts';
import { isMissing, write, type List, type Written } from './folder.ts';
import type { FileLine, ObjectLine } from './format.ts';

/** Objects at once. Each is a stream; none is held. */
const AT_ONCE = 8;

export interface Taking {
  readonly folder: string;
  readonly files: List;
  readonly wrong: (what: string, why: string) => void;
  readonly signal: AbortSignal;
  /** Of a folder store. */
  readonly journals: ((key: string) => Promise<string | null>) | null;
}

export const fileLine = ({ path, bytes, sha256 }: Written): FileLine => ({ path, bytes, sha256 });

export interface Promised {
  readonly record: string;
  readonly sha256: string;
  readonly staged: string;
}

/** Answers those that are in the folder no more: they were sealed since the snapshot, and must be found among the objects. */
export async function takeStaged(
  { folder, files, wrong, signal }: Taking,
  stagingDir: string,
  promised: AsyncIterable<Promised>,
): Promise<{ readonly files: number; readonly gone: readonly Promised[] }> {
  const gone: Promised[] = [];
  let count = 0;
  for await (const one of promised) {
    signal.throwIfAborted();
    const { staged, sha256 } = one;
    try {
      const written = await write(
        folder,
        `staging/${staged}`,
        createReadStream(join(stagingDir, staged.charAt(0), staged)),
      );
      if (written.sha256 !== sha256)
        wrong(`staging/${staged}`, 'it has not the bytes that came with the report');
      await files.add(fileLine(written));
      count += 1;
    } catch (error) {
      if (!isMissing(error)) throw error;
      gone.push(one);
    }
  }
  return { files: count, gone };
}

export interface TakenLog {
  readonly files: number;
  readonly published: { readonly size: number; readonly root: string } | null;
}

/** Partial files are outgrown while the log goes on; whatever takes their place came before they went. */
const PASSES = 5;

/** The checkpoint first: every file that it covers is there when it is. */
export async function takeLog(
  { folder, files, wrong, signal }: Taking,
  from: LogFiles,
  agency: string,
): Promise<TakenLog> {
  const head = `${logPrefix(agency)}/checkpoint`;
  const note = await from.read(head);
  if (note === null) return { files: 0, published: null };
  const taken = new Set<string>([head]);
  const keep = async (path: string, bytes: Buffer): Promise<void> => {
    await files.add(fileLine(await write(folder, path, [bytes])));
    taken.add(path);
  };
  for (let pass = 1, gone = true; gone && pass <= PASSES; pass += 1) {
    gone = false;
    for await (const path of from.list(logPrefix(agency))) {
      signal.throwIfAborted();
      if (taken.has(path)) continue;
      const bytes = await from.read(path);
      if (bytes === null) gone = true;
      else await keep(path, bytes);
    }
  }
  await keep(head, note);
  const published = await rootOfCopy(folder, agency).catch((error: unknown) => {
    wrong(head, error instanceof Error ? error.message : String(error));
    return null;
  });
  return { files: taken.size, published };
}

const RECORD = /^a\/[a-z0-9-]+\/rec\/([0-9a-f-]{36})\//;

export interface TakenObjects {
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Everything that any row of the snapshot calls sealed was in the store before the snapshot, so whatever is missing now is damage, or
 * was destroyed in between. `gone` loses what is found again.
 */
export async function takeObjects(
  taking: Taking & { readonly objects: List; readonly gone: Set<Promised> },
  reader: ObjectReader,
  prefixes: readonly string[],
): Promise<TakenObjects> {
  const { objects, gone, wrong, signal } = taking;
  const found = { objects: 0, bytes: 0 };
  let last = '';
  const take = async (versions: readonly ObjectVersion[]): Promise<void> => {
    signal.throwIfAborted();
    const lines = await Promise.all(versions.map(async (version) => await takeOne(taking, reader, version)));
    for (const line of lines) {
      if (line === null) continue;
      // Listings tell the newest version of a key first.
      await objects.add({ ...line, current: line.key !== last });
      last = line.key;
      if (line.marker === true) continue;
      found.objects += 1;
      found.bytes += line.file?.bytes ?? 0;
      if (line.why !== undefined) wrong(line.key, line.why);
      const record = RECORD.exec(line.key)?.[1];
      for (const one of gone)
        if (one.record === record && line.key.endsWith(`/${one.sha256}`) && line.file !== null)
          gone.delete(one);
    }
  };
  for (const prefix of prefixes) {
    let waiting: ObjectVersion[] = [];
    for await (const version of reader.versions(prefix)) {
      waiting.push(version);
      if (waiting.length < AT_ONCE) continue;
      await take(waiting);
      waiting = [];
    }
    await take(waiting);
  }
  return found;
}

/** Null: it was there when the store was listed, and is not any more; then its record was destroyed, and it is for `verify` to say so. */
async function takeOne(
  { folder, journals }: Taking,
  reader: ObjectReader,
  { key, versionId, isDeleteMarker }: ObjectVersion,
): Promise<Omit<ObjectLine, 'current'> | null> {
  const line = { key, version: versionId, lockedUntil: null, held: false };
  if (isDeleteMarker) return { ...line, file: null, marker: true };
  try {
    const state = await reader.head(key, versionId);
    if (state === null) return null;
    const { retainUntil, hold, mode } = state;
    const lock = { lockedUntil: mode === null ? null : (retainUntil?.toISOString() ?? null), held: hold };
    const written = await write(folder, pathOfObject(key, versionId), await reader.read(key, versionId));
    if (state.sha256 !== null && state.sha256 !== written.sha256)
      return {
        ...line,
        ...lock,
        file: fileLine(written),
        why: 'its bytes are not those that the store says were sealed',
      };
    const journal = (await journals?.(key)) ?? null;
    const kept =
      journal === null
        ? {}
        : { journal: fileLine(await write(folder, `objects/${key}~state`, [Buffer.from(journal)])) };
    return { ...line, ...lock, file: fileLine(written), ...kept };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'store-object-missing') return null;
    if (code !== 'store-object-changed' && code !== 'store-journal-broken') throw error;
    return { ...line, file: null, why: error instanceof Error ? error.message : code };
  }
}

const SIMPLE = /^[A-Za-z0-9._-]{1,48}$/;

/** A version of a key is a file beside others of its key. Version ids of some stores would be no names of files. */
function pathOfObject(key: string, version: string): string {
  return `objects/${key}~v${SIMPLE.test(version) ? version : sha256Hex(version).slice(0, 48)}`;
}
