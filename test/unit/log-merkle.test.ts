/** The tree: against the RFC's own words, known roots, and every proof that a small tree has. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyPath,
  EMPTY_FRONTIER,
  EMPTY_ROOT,
  frontierOf,
  grow,
  inclusionPath,
  leafHash,
  nodeHash,
  provesConsistency,
  provesInclusion,
  rootOf,
} from '#log/merkle.ts';
import { rows } from '../support/extent.ts';
import { flipped, nodesOf, plainRoot } from '../support/log-scene.ts';

const leaves = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, n) => leafHash(Buffer.from(`entry ${n}`)));
const rootAt = (all: readonly Uint8Array[], size: number): Buffer =>
  rootOf(grow(EMPTY_FRONTIER, all.slice(0, size)));

describe('the root', () => {
  test('of the test tree of Certificate Transparency is the one that everybody has', () => {
    const entries = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ].map((hex) => leafHash(Buffer.from(hex, 'hex')));
    const roots = [
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ];
    expect(roots.map((_, size) => rootAt(entries, size).toString('hex'))).toEqual(roots);
  });

  test('is that of the definition for every size to 300', () => {
    const all = leaves(300);
    for (let size = 0; size <= 300; size += 1)
      expect(rootAt(all, size).equals(plainRoot(all.slice(0, size))), `${size}`).toBe(true);
  });

  test('is the same in whatever portions the entries come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 90 }), { maxLength: 8 }), (portions) => {
        const all = leaves(portions.reduce((sum, one) => sum + one, 0));
        let frontier = EMPTY_FRONTIER;
        for (const portion of portions)
          frontier = frontierOf(
            frontier.size + portion,
            grow(frontier, all.slice(frontier.size, frontier.size + portion)).hashes,
          );
        expect(rootOf(frontier).equals(plainRoot(all))).toBe(true);
      }),
    );
  });

  test('a frontier that does not fit its size is refused', () => {
    const { hashes } = grow(EMPTY_FRONTIER, leaves(5));
    expect(() => frontierOf(6, hashes.slice(1))).toThrow('The frontier of 6 entries has 2 hashes');
    expect(() => frontierOf(5, [hashes[0] as Buffer, Buffer.alloc(31)])).toThrow('of 32 bytes');
    expect(() => frontierOf(0.5, [])).toThrow('whole number');
    expect(frontierOf(5, hashes).hashes).toEqual(hashes);
    expect(rootOf(frontierOf(0, [])).equals(EMPTY_ROOT)).toBe(true);
  });
});

/** All sizes to 66, or those about the powers of two, where trees have another shape. */
const SIZES = rows(
  Array.from({ length: 67 }, (_, size) => size),
  (size) => size <= 18 || (size >= 31 && size <= 34) || size >= 63,
);
const sum = (of: readonly number[]): number => of.reduce((total, each) => total + each, 0);

describe('proofs of inclusion', () => {
  test('every one of every tree to 66 entries verifies, and for no other place or size', async () => {
    let looked = 0;
    for (const size of SIZES) {
      const all = leaves(size);
      const root = plainRoot(all);
      for (let index = 0; index < size; index += 1) {
        const leaf = all[index] as Buffer;
        const path = await inclusionPath(index, size, nodesOf(all));
        expect(provesInclusion({ index, size, root }, leaf, path)).toBe(true);
        for (let other = 0; other < size; other += 1)
          if (other !== index) expect(provesInclusion({ index: other, size, root }, leaf, path)).toBe(false);
        expect(provesInclusion({ index, size, root }, leaf, path.slice(1))).toBe(path.length === 0);
        expect(provesInclusion({ index, size, root }, leaf, [...path, root])).toBe(false);
        expect(provesInclusion({ index, size: index, root }, leaf, path)).toBe(false);
        looked += 1;
      }
    }
    expect(looked).toBe(sum(SIZES));
  });

  test('a single bit anywhere refuses it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 1, max: 600 })
          .chain((size) => fc.tuple(fc.constant(size), fc.nat({ max: size - 1 }))),
        fc.nat(),
        async ([size, index], where) => {
          const all = leaves(size);
          const root = plainRoot(all);
          const path = await inclusionPath(index, size, nodesOf(all));
          const parts = [all[index] as Buffer, root, ...path];
          expect(provesInclusion({ index, size, root }, parts[0] as Buffer, path)).toBe(true);
          const at = where % (parts.length * 256);
          const [leaf, top, ...rest] = parts.map((part, n) =>
            n === Math.floor(at / 256) ? flipped(part, at % 256) : part,
          );
          expect(provesInclusion({ index, size, root: top as Buffer }, leaf as Buffer, rest)).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a path that goes on above the root leads nowhere, whatever it ends in', async () => {
    for (const size of [1, 2, 5, 8]) {
      const all = leaves(size);
      const path = await inclusionPath(0, size, nodesOf(all));
      const above = leafHash(Buffer.from('above'));
      for (const root of [nodeHash(above, plainRoot(all)), nodeHash(plainRoot(all), above)])
        expect(provesInclusion({ index: 0, size, root }, all[0] as Buffer, [...path, above])).toBe(false);
    }
  });

  test('hashes of another length, and numbers that are none, prove nothing', () => {
    const leaf = leaves(1)[0] as Buffer;
    expect(provesInclusion({ index: 0, size: 1, root: leaf }, leaf, [])).toBe(true);
    for (const [index, size] of [
      [-1, 1],
      [0.5, 1],
      [Number.NaN, 1],
      [0, Infinity],
      [0, 2 ** 53],
    ] as const)
      expect(provesInclusion({ index, size, root: leaf }, leaf, [])).toBe(false);
    const short = leaf.subarray(1);
    expect(provesInclusion({ index: 0, size: 1, root: short }, short, [])).toBe(false);
  });

  test('there is none for an entry that is not there', async () => {
    await expect(inclusionPath(3, 3, nodesOf(leaves(3)))).rejects.toThrow('none at 3');
    await expect(inclusionPath(-1, 3, nodesOf(leaves(3)))).rejects.toThrow('none at -1');
  });
});

describe('proofs of consistency', () => {
  test('every one of every pair to 66 entries verifies, and with no other root or size', async () => {
    let looked = 0;
    const all = leaves(66);
    const roots = Array.from({ length: 67 }, (_, size) => plainRoot(all.slice(0, size)));
    for (const newer of SIZES)
      for (let older = 0; older <= newer; older += 1) {
        const path = await consistencyPath(older, newer, nodesOf(all.slice(0, newer)));
        const head = (size: number) => ({ size, root: roots[size] as Buffer });
        expect(provesConsistency(head(older), head(newer), path), `${older} ${newer}`).toBe(true);
        expect(provesConsistency(head(older), head(newer), [...path, EMPTY_ROOT])).toBe(false);
        if (path.length > 0) expect(provesConsistency(head(older), head(newer), path.slice(1))).toBe(false);
        for (const other of [older - 1, older + 1].filter((size) => size >= 0 && size <= newer)) {
          // With the size of one and the root of another, or with all of another and this path.
          expect(provesConsistency({ ...head(older), size: other }, head(newer), path)).toBe(false);
          expect(provesConsistency({ ...head(older), root: head(other).root }, head(newer), path)).toBe(
            false,
          );
        }
        if (older < newer) expect(provesConsistency(head(newer), head(older), path)).toBe(false);
        looked += 1;
      }
    expect(looked).toBe(sum(SIZES.map((size) => size + 1)));
  });

  test('a single bit anywhere refuses it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 1, max: 600 })
          .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size }))),
        fc.nat(),
        async ([size, older], where) => {
          const all = leaves(size);
          const path = await consistencyPath(older, size, nodesOf(all));
          const parts = [plainRoot(all.slice(0, older)), plainRoot(all), ...path];
          const at = where % (parts.length * 256);
          const [before, after, ...rest] = parts.map((part, n) =>
            n === Math.floor(at / 256) ? flipped(part, at % 256) : part,
          );
          expect(
            provesConsistency({ size: older, root: before as Buffer }, { size, root: after as Buffer }, rest),
          ).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a log that rewrote an entry has none', async () => {
    const before = leaves(40);
    const after = [...leaves(20), leafHash(Buffer.from('another')), ...leaves(90).slice(21)];
    const path = await consistencyPath(40, 90, nodesOf(after));
    expect(
      provesConsistency({ size: 40, root: plainRoot(before) }, { size: 90, root: plainRoot(after) }, path),
    ).toBe(false);
  });

  test('nothing grows smaller', async () => {
    await expect(consistencyPath(4, 3, nodesOf(leaves(4)))).rejects.toThrow('was never one of 4');
  });
});
