/**
 * The few file operations that the folder store is built of, and what their failures mean.
 *
 * `Disk` is a parameter so that a crash test can wire a disk whose n-th operation is followed by the death of the
 * process; everything else uses the real one.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rmdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArchiveError } from '#errors.ts';
import type { SealInput } from './store.ts';

export const REAL_DISK = { link, mkdir, open, readdir, rmdir, stat, unlink };
export type Disk = typeof REAL_DISK;

/** A temporary file that nobody has written to for this long has no writer any more. */
const ABANDONED_MS = 3_600_000;
const KNOWN_FOLDERS_MAX = 10_000;

export function fileErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Answers `fallback` when the operation fails with one of the codes that the caller expects. */
export async function unless<T>(codes: readonly string[], fallback: T, operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    if (codes.includes(fileErrorCode(error))) return fallback;
    throw error;
  }
}

/** A full or failing disk may be well again later; what is an ArchiveError already stays as it is. */
export async function onDisk<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    const code = fileErrorCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new ArchiveError('disk-full', `The disk is full: could not ${what}.`, {
        retry: 'later',
        cause: error,
      });
    if (code === '') throw error;
    throw new ArchiveError('store-down', `Could not ${what}: ${code}.`, { retry: 'later', cause: error });
  }
}

export async function syncFolder(disk: Disk, folder: string): Promise<void> {
  const handle = await disk.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** All of the text, whatever the handle's position. */
export async function readText(handle: FileHandle): Promise<string> {
  const { size } = await handle.stat();
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await handle.read(buffer, 0, size, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

/** One write, whole or an error: an append that is split could be mixed with another process's. */
export async function writeOnce(handle: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const { bytesWritten } = await handle.write(bytes);
  if (bytesWritten !== bytes.length)
    throw new ArchiveError('disk-full', 'The disk took only a part of a line.', { retry: 'later' });
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Writes the body where nobody looks, hashing as it goes, and makes it durable. Other bytes than announced are refused. */
export async function writeTemp(disk: Disk, folder: string, input: SealInput): Promise<string> {
  const temp = join(folder, randomUUID());
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const handle = await disk.open(temp, 'wx', 0o444);
  try {
    const chunks =
      'bytes' in input.body
        ? [input.body.bytes]
        : createReadStream(input.body.path, { highWaterMark: 2 ** 20 });
    for await (const chunk of chunks as AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      for (let at = 0; at < chunk.byteLength;) at += (await handle.write(chunk, at)).bytesWritten;
    }
    const sha256 = hash.digest('hex');
    if (sha256 !== input.sha256 || sizeBytes !== input.sizeBytes)
      throw new ArchiveError(
        'digest-mismatch',
        `${input.key} was announced with ${input.sizeBytes} bytes and SHA-256 ${input.sha256}, and came with ${sizeBytes} bytes and ${sha256}.`,
        { retry: 'never' },
      );
    await handle.sync();
    return temp;
  } catch (error) {
    await disk.unlink(temp);
    throw error;
  } finally {
    await handle.close();
  }
}

/** What a crash left between temp file and link. Content that was never sealed must not lie around either. */
export async function sweepTemp(disk: Disk, folder: string, nowMs: number): Promise<void> {
  for (const name of await disk.readdir(folder)) {
    const path = join(folder, name);
    const found = await unless(['ENOENT'], null, disk.stat(path));
    if (found !== null && nowMs - found.mtimeMs > ABANDONED_MS)
      await unless(['ENOENT'], undefined, disk.unlink(path));
  }
}

/** Makes folders whose entries are durable too, all the way up to the root, which must exist. */
export class Folders {
  readonly #disk: Disk;
  readonly #root: string;
  /** Folders whose entry this process has made durable; may be gone again after a purge. */
  readonly #durable = new Set<string>();

  constructor(disk: Disk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  async make(folder: string): Promise<void> {
    if (folder === this.#root || this.#durable.has(folder)) return;
    const parent = dirname(folder);
    await this.make(parent);
    // EEXIST may be a file, a key that is a prefix of ours: then the next step down says ENOTDIR.
    await unless(['EEXIST'], undefined, this.#disk.mkdir(folder, { mode: 0o750 }));
    // Also when another process made it: whether it has synced it already cannot be known.
    await syncFolder(this.#disk, parent);
    if (this.#durable.size >= KNOWN_FOLDERS_MAX) this.#durable.clear();
    this.#durable.add(folder);
  }

  forget(): void {
    this.#durable.clear();
  }

  /** Takes away what became empty, upwards. */
  async removeEmpty(folder: string): Promise<void> {
    for (let each = folder; each !== this.#root; each = dirname(each)) {
      this.#durable.delete(each);
      const removed = await unless(
        ['ENOTEMPTY', 'EEXIST', 'ENOENT'],
        false,
        this.#disk.rmdir(each).then(() => true),
      );
      if (!removed) return;
      await syncFolder(this.#disk, dirname(each));
    }
  }
}

/**
 * Many files of one folder are put at a time, and one sync of the folder makes all of them durable that were there when it began: so
 * whoever comes while one runs waits for the next, together with all others that came.
 */
export function syncedTogether(sync: (folder: string) => Promise<void>): (folder: string) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();
  const begin = async (folder: string): Promise<void> => {
    const run = sync(folder).finally(() => {
      if (running.get(folder) === run) running.delete(folder);
    });
    running.set(folder, run);
    await run;
  };
  const after = async (before: Promise<void>, folder: string): Promise<void> => {
    // How it ended is for those who waited for it.
    await before.catch(() => undefined);
    next.delete(folder);
    await begin(folder);
  };
  return async (folder) => {
    const now = running.get(folder);
    if (now === undefined) return await begin(folder);
    const waiting = next.get(folder) ?? after(now, folder);
    next.set(folder, waiting);
    await waiting;
  };
}
