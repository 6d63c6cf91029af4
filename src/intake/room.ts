/**
 * Room on the disk. A full disk does not only stop intake: a Postgres that cannot write its log ends itself, and with it
 * everything that reads. So a reserve is kept that intake never takes: what does not fit above it is refused while it is
 * still only refused, and the embedded database, which needs up to half a gigabyte for its log, finds room.
 *
 * Who writes asks first, with how much it is going to write. The disk itself is asked once a second, or whenever more was
 * promised since than `LOOK_BYTES`, so that many writers together cannot pass the reserve between two looks.
 */
import { statfs } from 'node:fs/promises';
import { ArchiveError } from '#errors.ts';

const MEGABYTE = 1024 ** 2;
const GIGABYTE = 1024 ** 3;
const LOOK_MS = 1000;
const LOOK_BYTES = 4 * MEGABYTE;
/** Two reports of the largest size (design.md 5). */
const SHARE_BYTES = 10 * GIGABYTE;

/** What the disk says of one folder. */
export interface Disk {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface RoomView extends Disk {
  readonly reserveBytes: number;
  readonly standing: 'ample' | 'near' | 'below';
}

/** What one key has under way and nobody has acknowledged yet. */
export interface Share {
  /** Rejects with `disk-full` when this key would hold more than its part. */
  take(sizeBytes: number): Promise<void>;
  /** What was taken is gone, or the record's. */
  release(): void;
  /** What was taken stays on disk until a report has it. */
  rest(): void;
}

export interface Room {
  /** Rejects with `disk-full` when writing so much would leave less than the reserve. */
  ask(sizeBytes: number): Promise<void>;
  /** The same for what is only announced. It promises nothing: each piece asks for itself, and until then it is others' room too. */
  fits(sizeBytes: number): Promise<void>;
  /** For what was acknowledged already and has to be sealed: half of the reserve is enough then. */
  askToSeal(sizeBytes: number): Promise<void>;
  /** `restingBytes`: what this key has on disk by now, beside what its open shares took; of a key that has none, nothing is said. */
  share(holder: string, restingBytes?: number): Share;
  /** Of the fullest disk, now; null where no disk can be asked. */
  look(): Promise<RoomView | null>;
}

export interface RoomOptions {
  /** Every folder that must not fill up; those on one disk count once, because the fullest decides. */
  readonly folders: readonly string[];
  /** Null: by the size of the disk. */
  readonly reserveBytes?: number | null;
  readonly diskOf?: (folder: string) => Promise<Disk>;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
}

/** A twentieth, at least 1 GB and at most 4 GB: beyond that it would only be unused. On a small disk a fifth of it. */
export function reserveOf(totalBytes: number): number {
  return Math.min(Math.max(GIGABYTE, totalBytes / 20), 4 * GIGABYTE, totalBytes / 5);
}

async function kernelsDiskOf(folder: string): Promise<Disk> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

export function openRoom(options: RoomOptions): Room {
  const { folders, reserveBytes = null, diskOf = kernelsDiskOf, clock = () => performance.now() } = options;
  const held = new Map<string, { takenBytes: number; restingBytes: number; shares: number }>();
  let last: { readonly at: number; readonly view: RoomView | null } | null = null;
  let looking: Promise<RoomView | null> | null = null;
  /** Since the last look. */
  let promisedBytes = 0;

  async function lookNow(): Promise<RoomView | null> {
    const before = promisedBytes;
    // A folder that is not there yet, or went away, is told by whoever writes to it.
    const disks = (
      await Promise.all(folders.map(async (folder) => await diskOf(folder).catch(() => null)))
    ).filter((disk) => disk !== null);
    let view: RoomView | null = null;
    for (const disk of disks) {
      const reserve = reserveBytes ?? reserveOf(disk.totalBytes);
      if (view !== null && disk.freeBytes - reserve >= view.freeBytes - view.reserveBytes) continue;
      const standing = disk.freeBytes < reserve ? 'below' : disk.freeBytes < 2 * reserve ? 'near' : 'ample';
      view = { ...disk, reserveBytes: reserve, standing };
    }
    promisedBytes -= before;
    last = { at: clock(), view };
    return view;
  }

  const look = async (): Promise<RoomView | null> => {
    looking ??= lookNow().finally(() => {
      looking = null;
    });
    return await looking;
  };

  async function seen(): Promise<RoomView | null> {
    if (last !== null && promisedBytes < LOOK_BYTES && clock() - last.at < LOOK_MS) return last.view;
    return await look();
  }

  async function askAbove(
    part: number,
    sizeBytes: number,
    refusal: () => ArchiveError,
    promises = true,
  ): Promise<void> {
    const view = await seen();
    if (view !== null && view.freeBytes - promisedBytes - sizeBytes < view.reserveBytes * part)
      throw refusal();
    // In the same turn as the comparison: of many who waited for one look, each sees what the others were promised.
    if (promises) promisedBytes += sizeBytes;
  }

  return {
    ask: async (sizeBytes) => await askAbove(1, sizeBytes, noRoom),
    fits: async (sizeBytes) => await askAbove(1, sizeBytes, noRoom, false),
    askToSeal: async (sizeBytes) => await askAbove(0.5, sizeBytes, noRoomToSeal),
    look,
    share(holder, restingBytes) {
      const holding = held.get(holder) ?? { takenBytes: 0, restingBytes: 0, shares: 0 };
      held.set(holder, holding);
      holding.shares += 1;
      if (restingBytes !== undefined) holding.restingBytes = restingBytes;
      let mine = 0;
      let open = true;
      const end = (restsBytes: number): void => {
        if (!open) return;
        open = false;
        holding.takenBytes -= mine;
        holding.restingBytes += restsBytes;
        holding.shares -= 1;
        if (holding.shares === 0) held.delete(holder);
      };
      return {
        async take(sizeBytes) {
          const view = await seen();
          const before = holding.takenBytes + holding.restingBytes;
          // Half of what there is: nobody shuts out the others by uploads that never end, and a folder store needs as
          // much again to seal it.
          const part =
            view === null
              ? SHARE_BYTES
              : Math.min(SHARE_BYTES, Math.max(0, view.freeBytes - view.reserveBytes + before) / 2);
          if (before + sizeBytes > part) throw noRoom();
          mine += sizeBytes;
          holding.takenBytes += sizeBytes;
        },
        release: () => end(0),
        rest: () => end(mine),
      };
    },
  };
}

function noRoomToSeal(): ArchiveError {
  return new ArchiveError(
    'disk-full',
    'There is no room left to seal what was acknowledged. It waits where it is, and is sealed when there is room.',
    { retry: 'later' },
  );
}

export function noRoom(cause?: unknown): ArchiveError {
  return new ArchiveError(
    'disk-full',
    'The archive has no room left for what was sent; nothing of it was kept. Send it again later, and tell the administrator.',
    { retry: 'later', cause },
  );
}

/** For people: `12.3 GB free, reserve 1.0 GB`. */
export function sentenceOf(view: RoomView): string {
  const size = (bytes: number): string =>
    bytes >= GIGABYTE ? `${(bytes / GIGABYTE).toFixed(1)} GB` : `${Math.floor(bytes / MEGABYTE)} MB`;
  return `${size(view.freeBytes)} free, ${size(view.reserveBytes)} of it kept in reserve`;
}
