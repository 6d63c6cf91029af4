/** Tiles: their names, their bytes, and every proof out of them alone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyPath,
  inclusionPath,
  leafHash,
  provesConsistency,
  provesInclusion,
  rootOf,
} from '#log/merkle.ts';
import {
  bundleEntries,
  grownBundles,
  grownTiles,
  nodesFromTiles,
  tileOf,
  tilePath,
  tilesOf,
} from '#log/tiles.ts';
import { memoryLog, nodesOf, plainRoot } from '../support/log-scene.ts';

const entries = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, n) => Buffer.from(`entry ${n}`));

describe('the name of a tile', () => {
  test('is the one of the specification', () => {
    expect(tilePath({ level: 0, n: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 'entries', n: 0, width: 7 })).toBe('tile/entries/000.p/7');
    expect(tilePath({ level: 3, n: 1000, width: 256 })).toBe('tile/3/x001/000');
  });

  test('reads back as the tile', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constant('entries' as const), fc.nat({ max: 63 })),
        fc.nat(),
        fc.integer({ min: 1, max: 256 }),
        (level, n, width) => {
          expect(tileOf(tilePath({ level, n, width }))).toEqual({ level, n, width });
        },
      ),
    );
  });

  test.each([
    'tile/0/0',
    'tile/00/000',
    'tile/64/000',
    'tile/0/x000/000',
    'tile/0/001/002',
    'tile/0/x001',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/07',
    'tile/0/000.p/',
    'tile/-1/000',
    'tile/entries/../000',
    'tile/data/000',
    '/tile/0/000',
    'tile/0/000\n',
    'tile/0/x100/x000/x000/x000/x000/000',
    'tile/8/0/000',
    'checkpoint',
  ])('%j is none', (path) => {
    expect(tileOf(path)).toBeNull();
  });

  test('a tree of 70,000 has the tiles that the specification counts', () => {
    const tiles = tilesOf(70_000);
    const count = (level: number | 'entries', full: boolean): number =>
      tiles.filter((tile) => tile.level === level && (tile.width === 256) === full).length;
    expect([count(0, true), count(0, false), count('entries', true), count(1, true)]).toEqual([
      273, 1, 273, 1,
    ]);
    expect(tiles.filter(({ width }) => width < 256).map(({ level, width }) => [level, width])).toEqual([
      ['entries', 112],
      [0, 112],
      [1, 17],
      [2, 1],
    ]);
    expect(tilesOf(256).map(tilePath)).toEqual(['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']);
    expect(tilesOf(0)).toEqual([]);
  });
});

describe('a log in tiles', () => {
  test('grown in portions, has every tile of its size, and answers from them what the tree answers', async () => {
    const all = entries(1500);
    const leaves = all.map(leafHash);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        async (portions, pick) => {
          const log = memoryLog();
          const sizes: number[] = [];
          for (const portion of portions) {
            await log.append(all.slice(log.frontier.size, Math.min(all.length, log.frontier.size + portion)));
            sizes.push(log.frontier.size);
          }
          const { size } = log.frontier;
          for (const tile of tilesOf(size)) expect(log.files.has(tilePath(tile)), tilePath(tile)).toBe(true);
          expect(rootOf(log.frontier).equals(plainRoot(leaves.slice(0, size)))).toBe(true);
          if (size === 0) return;
          const index = pick % size;
          const older = sizes[pick % sizes.length] as number;
          const fromTiles = nodesFromTiles(size, log.read);
          const fromLeaves = nodesOf(leaves.slice(0, size));
          expect(await inclusionPath(index, size, fromTiles)).toEqual(
            await inclusionPath(index, size, fromLeaves),
          );
          expect(await consistencyPath(older, size, fromTiles)).toEqual(
            await consistencyPath(older, size, fromLeaves),
          );
          const width = Math.min(256, size - Math.floor(index / 256) * 256);
          const bundle = await bundleEntries(log.read, { n: Math.floor(index / 256), width });
          expect(bundle[index % 256]?.equals(all[index] as Buffer)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('of 66,000 entries, three levels high, proves its first, its last and its own growth', async () => {
    const log = memoryLog();
    const all = entries(66_000);
    await log.append(all.slice(0, 65_000));
    const older = { size: 65_000, root: rootOf(log.frontier) };
    await log.append(all.slice(65_000));
    const head = { size: 66_000, root: rootOf(log.frontier) };
    expect(log.files.has('tile/2/000.p/1')).toBe(true);
    const read = nodesFromTiles(66_000, log.read);
    for (const index of [0, 255, 256, 65_535, 65_536, 65_999]) {
      const path = await inclusionPath(index, 66_000, read);
      expect(provesInclusion({ ...head, index }, leafHash(all[index] as Buffer), path), `${index}`).toBe(
        true,
      );
    }
    expect(provesConsistency(older, head, await consistencyPath(65_000, 66_000, read))).toBe(true);
  });

  test('reads each tile once for a proof, and no more than it needs', async () => {
    const log = memoryLog();
    await log.append(entries(66_000));
    const asked: string[] = [];
    const read = nodesFromTiles(66_000, async (path) => {
      asked.push(path);
      return await log.read(path);
    });
    await inclusionPath(1000, 66_000, read);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  test('does without a partial tile once the full one is there', async () => {
    const log = memoryLog();
    const all = entries(300);
    await log.append(all.slice(0, 200));
    const path = await inclusionPath(3, 200, nodesFromTiles(200, log.read));
    await log.append(all.slice(200));
    for (const file of log.files.keys()) if (file.endsWith('.p/200')) log.files.delete(file);
    expect(await inclusionPath(3, 200, nodesFromTiles(200, log.read))).toEqual(path);
    expect(await bundleEntries(log.read, { n: 0, width: 200 })).toEqual(all.slice(0, 200));
  });

  test('says which file is missing, cut short or too long', async () => {
    const log = memoryLog();
    await log.append(entries(10));
    const tile = 'tile/0/000.p/10';
    const whole = log.files.get(tile) as Buffer;
    const ask = () => inclusionPath(3, 10, nodesFromTiles(10, log.read));
    for (const bytes of [
      whole.subarray(1),
      whole.subarray(32),
      Buffer.concat([whole, whole.subarray(0, 32)]),
    ]) {
      log.files.set(tile, bytes);
      await expect(ask()).rejects.toMatchObject({
        code: 'log-tile-wrong',
        message: expect.stringContaining(tile),
      });
    }
    log.files.delete(tile);
    await expect(ask()).rejects.toMatchObject({
      code: 'log-tile-wrong',
      message: expect.stringContaining(tile),
    });
    await expect(grownTiles(10, [Buffer.alloc(32)], log.read)).rejects.toMatchObject({
      code: 'log-tile-wrong',
    });
    await expect(nodesFromTiles(10, log.read)([{ level: 3, index: 1 }])).rejects.toThrow(
      'no complete subtree',
    );
  });

  test('refuses a bundle that is cut, has an entry too few, or one too many', async () => {
    const log = memoryLog();
    await log.append(entries(10));
    const path = 'tile/entries/000.p/10';
    const whole = log.files.get(path) as Buffer;
    for (const bytes of [
      whole.subarray(0, -1),
      whole.subarray(9),
      Buffer.concat([whole, Buffer.from([0, 0])]),
      whole.subarray(0, 1),
    ]) {
      log.files.set(path, bytes);
      await expect(bundleEntries(log.read, { n: 0, width: 10 })).rejects.toMatchObject({
        code: 'log-tile-wrong',
      });
    }
  });

  test('takes an entry of 65,535 bytes and none that is longer', async () => {
    const [file] = await grownBundles(0, [Buffer.alloc(65_535, 1), Buffer.alloc(0)], async () => null);
    expect(await bundleEntries(async () => file?.bytes ?? null, { n: 0, width: 2 })).toEqual([
      Buffer.alloc(65_535, 1),
      Buffer.alloc(0),
    ]);
    await expect(grownBundles(0, [Buffer.alloc(65_536)], async () => null)).rejects.toThrow('at most 65535');
  });
});
