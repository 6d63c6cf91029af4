/**
 * Staging: what a `202` promised, until it is sealed. A folder; with several machines, a volume that all of them mount.
 *
 * Promise: when `stage` resolves, the bytes survive a power failure, under a name that nobody can guess. When it
 * rejects, nothing is left of them. It rejects before the disk is full, while `room.ts` still has its reserve.
 *
 * Order: create the file under its final name (exclusively), write, fsync the file, fsync its folder. There is no
 * rename: the commit point is the database row that names the file, which the caller writes afterwards, so a file
 * that a crash cut short is a file that nobody knows. `sweep` removes those.
 *
 * Folders are synced in groups: whoever asks while a sync runs shares the next one, since the running one may have
 * begun before their file was there.
 */
import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError } from '#errors.ts';
import { noRoom, openRoom, type Room } from './room.ts';

const SHARDS: readonly string[] = Array.from('0123456789abcdef');
const NAME = /^[0-9a-f]{32}$/;
const PROBE = 'probe';
/** Small chunks are gathered to this size before they are written. */
const WRITE_SIZE_BYTES = 256 * 1024;
const SWEEP_BATCH = 500;

export interface Staged {
  readonly stagedName: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface StageLimits {
  /** More than this is refused with `body-too-large`. */
  readonly limitBytes: number;
}

export interface Swept {
  readonly looked: number;
  readonly removed: number;
}

/** A staged file that is still written to. */
export interface Growing {
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** What was written before is durable when it resolves. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Staging {
  stage(bytes: AsyncIterable<Uint8Array>, limits: StageLimits): Promise<Staged>;
  stageBytes(bytes: Uint8Array): Promise<Staged>;
  /** An empty file, durable as such, for bytes that come in pieces; it answers its name. */
  begin(): Promise<string>;
  /** Rejects with `disk-full` or `staging-unavailable`, as `stage` does. */
  grow(stagedName: string): Promise<Growing>;
  /** Where the bytes are. A name that staging cannot have given is a broken invariant, not a path. */
  path(stagedName: string): string;
  /** Removing what is gone already is no error: a step may run twice. */
  remove(stagedName: string): Promise<void>;
  /** Durable; answers the token of this staging area, and makes it when there is none yet. */
  writeProbe(): Promise<string>;
  /** Refuses with `staging-unavailable` when the probe cannot be read or is not the expected one. */
  checkProbe(expected?: string): Promise<string>;
  /** Removes files older than this that `known` does not name. Give it hours: a row is written after its bytes. */
  sweep(
    olderThanMs: number,
    known: (names: readonly string[]) => Promise<ReadonlySet<string>>,
  ): Promise<Swept>;
  close(): Promise<void>;
}

export async function openStaging(
  dir: string,
  room: Pick<Room, 'ask'> = openRoom({ folders: [dir] }),
): Promise<Staging> {
  const folders = new Map<string, Folder>();
  await onDisk(async () => {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await Promise.all(SHARDS.map((shard) => mkdir(join(dir, shard), { recursive: true, mode: 0o700 })));
    for (const shard of SHARDS) folders.set(shard, new Folder(await open(join(dir, shard), 'r')));
    await syncOnce(dir);
  });

  const path = (stagedName: string): string => {
    if (NAME.test(stagedName)) return join(dir, stagedName.charAt(0), stagedName);
    throw new ArchiveError('invariant-broken', 'This is not the name of a staged file.', { retry: 'never' });
  };
  const folderOf = (stagedName: string): Folder => {
    const folder = folders.get(stagedName.charAt(0));
    if (folder === undefined) throw new Error('every shard has its folder');
    return folder;
  };

  /** Runs `write` on a new file and makes it durable; on any failure the file is gone before the error rises. */
  async function durably(write: (file: FileHandle) => Promise<void>): Promise<string> {
    const stagedName = randomBytes(16).toString('hex');
    const file = await onDisk(() => open(path(stagedName), 'wx', 0o600));
    try {
      try {
        await write(file);
        await onDisk(() => file.sync());
      } finally {
        await file.close();
      }
      await onDisk(() => folderOf(stagedName).sync());
      return stagedName;
    } catch (error) {
      await unlink(path(stagedName)).catch(() => undefined);
      throw error;
    }
  }

  return {
    path,

    async stage(bytes, { limitBytes }) {
      const hash = createHash('sha256');
      let sizeBytes = 0;
      await room.ask(0);
      const stagedName = await durably(async (file) => {
        let gathered: Uint8Array[] = [];
        let gatheredBytes = 0;
        const flush = async () => {
          const chunks = gathered;
          await room.ask(gatheredBytes);
          gathered = [];
          gatheredBytes = 0;
          await writeAll(file, chunks);
        };
        for await (const chunk of bytes) {
          sizeBytes += chunk.length;
          if (sizeBytes > limitBytes) throw tooLarge(limitBytes);
          hash.update(chunk);
          gathered.push(chunk);
          gatheredBytes += chunk.length;
          if (gatheredBytes >= WRITE_SIZE_BYTES) await flush();
        }
        await flush();
      });
      return { stagedName, sizeBytes, sha256: hash.digest('hex') };
    },

    async stageBytes(bytes) {
      await room.ask(bytes.length);
      const stagedName = await durably((file) => writeAll(file, [bytes]));
      return {
        stagedName,
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      };
    },

    async begin() {
      await room.ask(0);
      return await durably(async () => undefined);
    },

    async grow(stagedName) {
      const file = await onDisk(() => open(path(stagedName), 'r+'));
      return {
        write: async (bytes, at) => {
          await room.ask(bytes.length);
          await writeAll(file, [bytes], at);
        },
        sync: () => onDisk(() => file.datasync()),
        close: () => file.close(),
      };
    },

    async remove(stagedName) {
      await onDisk(() => unlinkIfThere(path(stagedName)));
    },

    writeProbe: () => onDisk(() => writeProbe(dir)),

    async checkProbe(expected) {
      const token = await readFile(join(dir, PROBE), 'utf8').catch((cause: unknown) => {
        throw new ArchiveError(
          'staging-unavailable',
          'The staging folder holds no probe of the API. Mount the same volume in the API and in every worker, and start the API first.',
          { retry: 'later', cause },
        );
      });
      if (expected === undefined || token === expected) return token;
      throw new ArchiveError(
        'staging-unavailable',
        'The staging folder here is another one than that of the API. Mount the same volume in the API and in every worker.',
        { retry: 'later' },
      );
    },

    sweep: (olderThanMs, known) => sweep(dir, olderThanMs, known),

    async close() {
      await Promise.all([...folders.values()].map((folder) => folder.close()));
    },
  };
}

/** A folder whose entries are made durable for all who wait at once. */
class Folder {
  readonly #handle: FileHandle;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  sync(): Promise<void> {
    if (this.#running === null) return this.#start();
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        return this.#start();
      });
    return this.#next;
  }

  #start(): Promise<void> {
    const run = this.#handle.sync().finally(() => {
      if (this.#running === run) this.#running = null;
    });
    this.#running = run;
    return run;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

async function syncOnce(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The kernel may take less than it was given; the rest is offered again. */
async function writeAll(
  file: FileHandle,
  chunks: readonly Uint8Array[],
  at: number | null = null,
): Promise<void> {
  const whole = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
  for (let from = 0; whole !== undefined && from < whole.length;) {
    const { bytesWritten } = await onDisk(() =>
      file.write(whole, from, whole.length - from, at === null ? null : at + from),
    );
    if (bytesWritten === 0) throw diskFault(new Error('nothing was written'));
    from += bytesWritten;
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
  });
}

/** Several API processes may share one area: the first one's probe stands. */
async function writeProbe(dir: string): Promise<string> {
  const token = randomBytes(16).toString('hex');
  const draft = join(dir, `${PROBE}.${token}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    try {
      await file.writeFile(token);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, join(dir, PROBE)).catch((error: unknown) => {
      if (errnoOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await unlinkIfThere(draft);
  }
  await syncOnce(dir);
  return readFile(join(dir, PROBE), 'utf8');
}

async function sweep(
  dir: string,
  olderThanMs: number,
  known: (names: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<Swept> {
  const before = Date.now() - olderThanMs;
  let looked = 0;
  let removed = 0;
  for (const shard of SHARDS) {
    const names = (await readdir(join(dir, shard))).filter((name) => NAME.test(name));
    looked += names.length;
    for (let from = 0; from < names.length; from += SWEEP_BATCH) {
      const old: string[] = [];
      for (const name of names.slice(from, from + SWEEP_BATCH)) {
        const found = await stat(join(dir, shard, name)).catch(() => null);
        if (found !== null && found.mtimeMs < before) old.push(name);
      }
      if (old.length === 0) continue;
      const kept = await known(old);
      for (const name of old) {
        if (kept.has(name)) continue;
        await unlinkIfThere(join(dir, shard, name));
        removed += 1;
      }
    }
  }
  return { looked, removed };
}

function tooLarge(limitBytes: number): ArchiveError {
  return new ArchiveError(
    'body-too-large',
    `A file may have at most ${limitBytes} bytes. Hand in a larger one in parts.`,
    { retry: 'never', details: { limitBytes } },
  );
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A quota and a limit on file sizes are a full disk to whoever meets them. */
export function diskFault(cause: unknown): ArchiveError {
  const errno = errnoOf(cause) ?? '';
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errno)
    ? noRoom(cause)
    : new ArchiveError(
        'staging-unavailable',
        'The archive cannot write to its staging folder just now; nothing was kept. Send it again later.',
        { retry: 'later', cause },
      );
}

/** Faults of the disk become ours; errors that have a code of the archive already rise as they are. */
async function onDisk<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof ArchiveError || errnoOf(error) === undefined ? error : diskFault(error);
  }
}
