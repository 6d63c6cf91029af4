/** Files of a backup: written with their digest, made durable together at the end, read against what was written down of them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, opendir, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { FileLine } from './format.ts';

const CHUNK = 2 ** 20;
const NEWLINE = 10;

export interface Written extends FileLine {
  readonly lines: number;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A file that is not there yet; nobody else may read it. Not durable before `syncAll`. */
export async function write(folder: string, path: string, chunks: Chunks): Promise<Written> {
  const place = join(folder, path);
  // One that fails before it is read would end the process; whoever reads it is told all the same.
  if (chunks instanceof Readable) chunks.on('error', () => undefined);
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  let [bytes, lines] = [0, 0];
  const file = await open(place, 'wx', 0o600);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      lines += newlinesIn(chunk);
      await writeAll(file, chunk);
    }
  } catch (error) {
    await unlink(place);
    throw error;
  } finally {
    await file.close();
  }
  return { path, bytes, lines, sha256: hash.digest('hex') };
}

function newlinesIn(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength;) at += (await file.write(chunk, at)).bytesWritten;
}

export interface List {
  add(line: unknown): Promise<void>;
  end(): Promise<{ readonly lines: number; readonly bytes: number; readonly sha256: string }>;
}

const GATHERED = 2 ** 16;

/** Lines of JSON, as they come. */
export async function openList(folder: string, path: string): Promise<List> {
  const file = await open(join(folder, path), 'wx', 0o600);
  const hash = createHash('sha256');
  let [lines, bytes, waiting] = [0, 0, ''];
  const out = async (): Promise<void> => {
    const chunk = Buffer.from(waiting);
    waiting = '';
    hash.update(chunk);
    bytes += chunk.length;
    await writeAll(file, chunk);
  };
  return {
    add: async (line) => {
      waiting += `${JSON.stringify(line)}\n`;
      lines += 1;
      if (waiting.length > GATHERED) await out();
    },
    end: async () => {
      await out();
      await file.close();
      return { lines, bytes, sha256: hash.digest('hex') };
    },
  };
}

/** Ended by line feeds and by nothing else: `readline` would also end one at a separator that a text may have in it. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  yield* linesIn(createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>);
}

export async function* linesIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      const end = chunk.subarray(from, at);
      yield (begun.length === 0 ? end : Buffer.concat([...begun, end])).toString('utf8');
      begun = [];
      from = at + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString('utf8');
}

/** Null: there is no such file. */
export async function digestOf(path: string): Promise<Omit<Written, 'path'> | null> {
  const hash = createHash('sha256');
  let [bytes, lines] = [0, 0];
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      lines += newlinesIn(chunk);
    }
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  return { bytes, lines, sha256: hash.digest('hex') };
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Every file below, a folder at a time, by its path inside. */
export async function* filesBelow(folder: string, below = ''): AsyncGenerator<string> {
  for await (const entry of await opendir(join(folder, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(folder, path);
    else yield path;
  }
}

/** Every file and folder below, and the folder itself, survive a power cut from here on. */
export async function syncAll(folder: string): Promise<void> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncAll(path);
    else await sync(path);
  }
  await sync(folder);
}

export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
