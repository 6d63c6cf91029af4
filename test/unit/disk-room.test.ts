/** The reserve on the disk: what is refused before it is full, how often the disk is asked, and what one key may hold. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openRoom, reserveOf, type Disk } from '#intake/room.ts';
import { openStaging } from '#intake/staging.ts';

const MB = 1024 ** 2;
const GB = 1024 ** 3;
const FULL = { code: 'disk-full', retry: 'later' } as const;
const run = promisify(execFile);

async function* pieces(sizeBytes: number, count: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n += 1) {
    await Promise.resolve();
    yield new Uint8Array(sizeBytes).fill(1);
  }
}

async function filesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

/** A disk that says what the test says, and how often it was asked. */
function invented(disk: Disk) {
  const state = { ...disk, asked: 0, clock: 0 };
  const room = openRoom({
    folders: ['/data'],
    diskOf: async () => {
      state.asked += 1;
      return await Promise.resolve({ freeBytes: state.freeBytes, totalBytes: state.totalBytes });
    },
    clock: () => state.clock,
  });
  return { state, room };
}

describe('the reserve', () => {
  test.each([
    [700 * MB, 140 * MB],
    [4 * GB, 0.8 * GB],
    [10 * GB, GB],
    [40 * GB, 2 * GB],
    [250 * GB, 4 * GB],
    [8192 * GB, 4 * GB],
  ])('of a disk of %i bytes is %i', (total, reserve) => {
    expect(reserveOf(total)).toBeCloseTo(reserve, 0);
  });

  test('is never written into, and half of it is for what was acknowledged', async () => {
    const { state, room } = invented({ freeBytes: 3 * GB, totalBytes: 40 * GB });
    await expect(room.ask(GB + 1)).rejects.toMatchObject(FULL);
    await room.ask(GB);
    state.freeBytes -= GB;
    await expect(room.ask(1)).rejects.toMatchObject(FULL);
    await room.askToSeal(GB - 100 * MB);
    state.freeBytes -= GB - 100 * MB;
    await expect(room.askToSeal(101 * MB)).rejects.toMatchObject(FULL);
  });

  test('of the fullest disk decides, and a folder that is not there decides nothing', async () => {
    const disks: Record<string, Disk> = {
      '/large': { freeBytes: 900 * GB, totalBytes: 1000 * GB },
      '/small': { freeBytes: 1.5 * GB, totalBytes: 10 * GB },
    };
    const room = openRoom({
      folders: ['/large', '/small', '/none'],
      diskOf: async (folder) => await Promise.resolve(disks[folder] ?? Promise.reject(new Error('ENOENT'))),
    });
    expect(await room.look()).toMatchObject({ totalBytes: 10 * GB, standing: 'near' });
    await expect(room.ask(0.6 * GB)).rejects.toMatchObject(FULL);
    const nowhere = openRoom({ folders: ['/none'], diskOf: async () => await Promise.reject(new Error()) });
    expect(await nowhere.look()).toBeNull();
    await nowhere.ask(1000 * GB);
  });

  test.each([
    [12 * GB, 'ample'],
    [7 * GB, 'near'],
    [3 * GB, 'below'],
  ])('with %i bytes free its standing is %s', async (freeBytes, standing) => {
    expect(await invented({ freeBytes, totalBytes: 250 * GB }).room.look()).toMatchObject({ standing });
  });
});

test('of many who ask at one moment no more get room than there is', async () => {
  const { room } = invented({ freeBytes: 3 * GB, totalBytes: 40 * GB });
  const asked = await Promise.allSettled(Array.from({ length: 10 }, async () => await room.ask(0.3 * GB)));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
});

test('what is only announced must fit, and takes nobody’s room', async () => {
  const { state, room } = invented({ freeBytes: 3 * GB, totalBytes: 40 * GB });
  for (let n = 0; n < 10; n += 1) await room.fits(GB);
  await expect(room.fits(GB + 1)).rejects.toMatchObject(FULL);
  await room.ask(GB);
  state.freeBytes -= GB;
  await expect(room.fits(1)).rejects.toMatchObject(FULL);
});

describe('the disk is asked', () => {
  test('once for many small reports of one second', async () => {
    const { state, room } = invented({ freeBytes: 50 * GB, totalBytes: 100 * GB });
    await Promise.all(Array.from({ length: 100 }, async () => await room.ask(1000)));
    expect(state.asked).toBe(1);
    state.clock = 1001;
    await room.ask(1000);
    expect(state.asked).toBe(2);
  });

  test('anew after each few megabytes that were promised, so that a stream stops in time', async () => {
    const { state, room } = invented({ freeBytes: 50 * GB, totalBytes: 100 * GB });
    for (let n = 0; n < 64; n += 1) await room.ask(MB);
    expect(state.asked).toBeGreaterThanOrEqual(16);
    state.freeBytes = 4 * GB;
    await expect(
      (async () => {
        for (let n = 0; n < 8; n += 1) await room.ask(MB);
      })(),
    ).rejects.toMatchObject(FULL);
  });
});

describe('one key', () => {
  test('may hold half of what is there unfinished, others go on, and what is over is free again', async () => {
    const { state, room } = invented({ freeBytes: 10 * GB, totalBytes: 40 * GB });
    const written = (bytes: number): void => {
      state.freeBytes -= bytes;
      state.clock += 2000;
    };
    const first = room.share('one');
    const second = room.share('one');
    await first.take(3 * GB);
    written(3 * GB);
    await second.take(GB);
    written(GB);
    await expect(second.take(1)).rejects.toMatchObject(FULL);
    await room.share('other').take(2 * GB);
    first.release();
    first.release();
    written(-3 * GB);
    await second.take(GB);
    second.release();
    written(-GB);
    await room.share('one').take(4 * GB);
  });

  test('holds what rests on disk as well, until a report has it', async () => {
    const { state, room } = invented({ freeBytes: 10 * GB, totalBytes: 40 * GB });
    const written = (bytes: number): void => {
      state.freeBytes -= bytes;
      state.clock += 2000;
    };
    const first = room.share('one', 0);
    const beside = room.share('one', 0);
    await first.take(3 * GB);
    written(3 * GB);
    first.rest();
    first.rest();
    await beside.take(GB);
    written(GB);
    await expect(beside.take(1)).rejects.toMatchObject(FULL);
    beside.rest();
    await expect(room.share('one', 4 * GB).take(1)).rejects.toMatchObject(FULL);
    await room.share('other', 0).take(2 * GB);
    // Half of it was deleted, or is a record's.
    written(-2 * GB);
    const after = room.share('one', 2 * GB);
    await after.take(2 * GB);
    written(2 * GB);
    await expect(after.take(1)).rejects.toMatchObject(FULL);
  });

  test('may hold 10 GB of the largest disk', async () => {
    const { room } = invented({ freeBytes: 900 * GB, totalBytes: 1000 * GB });
    const share = room.share('one');
    await share.take(10 * GB);
    await expect(share.take(1)).rejects.toMatchObject(FULL);
  });
});

/** A file system of 64 MB where this machine lets us mount one; elsewhere the same numbers, counted by hand. */
async function smallDisk(): Promise<{ folder: string; diskOf?: () => Promise<Disk>; away(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-small-'));
  const remove = async (): Promise<void> => await rm(folder, { recursive: true, force: true });
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder]).then(
    () => true,
    () => false,
  );
  if (mounted)
    return {
      folder,
      away: async () => {
        await run('umount', [folder]);
        await remove();
      },
    };
  return {
    folder,
    diskOf: async () => {
      let used = 0;
      for (const { name, parentPath } of await readdir(folder, { recursive: true, withFileTypes: true }))
        used += await stat(join(parentPath, name)).then(
          ({ size }) => size,
          () => 0,
        );
      return { freeBytes: 64 * MB - used, totalBytes: 64 * MB };
    },
    away: remove,
  };
}

test('an upload that would fill the disk is refused above the reserve, and its room is free again at once', async () => {
  const disk = await smallDisk();
  try {
    const dir = join(disk.folder, 'staging');
    await mkdir(dir);
    const room = openRoom({
      folders: [dir],
      ...(disk.diskOf === undefined ? {} : { diskOf: disk.diskOf }),
    });
    const staging = await openStaging(dir, room);
    const before = await room.look();
    expect(before?.reserveBytes).toBeCloseTo((64 * MB) / 5, -1);
    let least = Infinity;
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces(256 * 1024, 400)) {
        least = Math.min(least, (await room.look())?.freeBytes ?? 0);
        yield piece;
      }
    }
    await expect(staging.stage(watched(), { limitBytes: GB })).rejects.toMatchObject(FULL);
    expect(least).toBeLessThan(32 * MB);
    expect(least).toBeGreaterThanOrEqual((before?.reserveBytes ?? 0) - MB);
    expect(await filesIn(dir)).toBe(0);
    expect((await room.look())?.freeBytes).toBe(before?.freeBytes);

    // Below the reserve not even a byte is begun; with room again it is taken.
    const kept = await staging.stage(pieces(MB, 48), { limitBytes: GB });
    await staging.stageBytes(new Uint8Array(2 * MB));
    await room.look();
    await expect(staging.stageBytes(new Uint8Array(3 * MB))).rejects.toMatchObject(FULL);
    expect(await filesIn(dir)).toBe(2);
    await staging.remove(kept.stagedName);
    await room.look();
    await staging.stageBytes(new Uint8Array(3 * MB));
    await staging.close();
  } finally {
    await disk.away();
  }
}, 60_000);
