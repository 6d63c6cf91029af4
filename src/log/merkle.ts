/**
 * The Merkle tree of RFC 6962 section 2.1 with SHA-256: hashes, roots, proofs, and the algorithms of RFC 9162 sections 2.1.3.2
 * and 2.1.4.2 that check them. Pure. Sizes and indexes are numbers up to 2^53 - 1, so nothing here shifts bits: those of
 * JavaScript end at 32.
 */
import { hash as digest } from 'node:crypto';

export const HASH_BYTES = 32;
/** No tree that fits a number is deeper. */
export const MAX_PATH = 53;

/** What tells a leaf from a node, so that no entry can be taken for two hashes. */
const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** The root over no entries. */
export const EMPTY_ROOT: Buffer = sha256();

export function leafHash(entry: Uint8Array): Buffer {
  return sha256(LEAF, entry);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(NODE, left, right);
}

/** Entries `begin` to `end`, the last one not among them. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

/** The root over the 2^level entries from `index` * 2^level: what is stored, and never changes once they are there. */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/** Answers in the order asked. */
export type ReadNodes = (nodes: readonly Node[]) => Promise<readonly Uint8Array[]>;

/**
 * All that a log must remember to grow: its size, and the roots of the complete subtrees that it falls into, the largest first.
 * There is one for each 1 bit of the size.
 */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] };

/** From what was stored. A frontier that does not fit its size is damage, and nothing may be appended to it. */
export function frontierOf(size: number, hashes: readonly Uint8Array[]): Frontier {
  checkSize(size);
  const expected = subtrees({ begin: 0, end: size }).length;
  if (hashes.length !== expected || hashes.some((hash) => hash.length !== HASH_BYTES))
    throw new RangeError(`The frontier of ${size} entries has ${expected} hashes of ${HASH_BYTES} bytes.`);
  return { size, hashes: [...hashes] };
}

/** Appends leaves without the ones before them. */
export function grow(frontier: Frontier, leafHashes: readonly Uint8Array[]): Frontier {
  const hashes = [...frontier.hashes];
  let { size } = frontier;
  for (const leaf of leafHashes) {
    let hash = leaf;
    for (let rest = size; isOdd(rest); rest = half(rest)) hash = nodeHash(hashes.pop() as Uint8Array, hash);
    hashes.push(hash);
    size += 1;
  }
  checkSize(size);
  return { size, hashes };
}

export function rootOf({ hashes }: Frontier): Buffer {
  return hashes.length === 0 ? EMPTY_ROOT : joined(hashes);
}

/** The hashes that, with the leaf at `index`, make up the root over `size` entries; the leaf's sibling first. */
export async function inclusionPath(index: number, size: number, read: ReadNodes): Promise<Buffer[]> {
  checkSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new RangeError(`A log of ${size} entries has none at ${index}.`);
  const ranges: Range[] = [];
  let here: Range = { begin: 0, end: size };
  while (here.end - here.begin > 1) {
    const [left, right] = halves(here);
    ranges.unshift(index < left.end ? right : left);
    here = index < left.end ? left : right;
  }
  return await hashesOf(ranges, read);
}

/** The hashes that show that the first `older` of `newer` entries are the log as it was at size `older`. */
export async function consistencyPath(older: number, newer: number, read: ReadNodes): Promise<Buffer[]> {
  checkSize(older);
  checkSize(newer);
  if (older > newer) throw new RangeError(`A log of ${newer} entries was never one of ${older}.`);
  if (older === 0) return [];
  const ranges: Range[] = [];
  let here: Range = { begin: 0, end: newer };
  while (here.end !== older) {
    const [left, right] = halves(here);
    ranges.unshift(older <= left.end ? right : left);
    here = older <= left.end ? left : right;
  }
  // At the left edge the verifier has it already: it is the older root.
  if (here.begin !== 0) ranges.unshift(here);
  return await hashesOf(ranges, read);
}

export function provesInclusion(
  { index, size, root }: { readonly index: number; readonly size: number; readonly root: Uint8Array },
  leaf: Uint8Array,
  path: readonly Uint8Array[],
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || !areHashes([root, leaf, ...path])) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else hash = nodeHash(hash, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(hash, root);
}

export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

export function provesConsistency(older: TreeHead, newer: TreeHead, path: readonly Uint8Array[]): boolean {
  if (!isSize(older.size) || !isSize(newer.size) || older.size > newer.size) return false;
  if (!areHashes([older.root, newer.root, ...path])) return false;
  if (older.size === 0) return path.length === 0 && same(older.root, EMPTY_ROOT);
  if (older.size === newer.size) return path.length === 0 && same(older.root, newer.root);
  const [first, ...rest] = isPowerOfTwo(older.size) ? [older.root, ...path] : path;
  if (first === undefined) return false;
  let at = older.size - 1;
  let last = newer.size - 1;
  while (isOdd(at)) [at, last] = [half(at), half(last)];
  let before = first;
  let after = first;
  for (const hash of rest) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      before = nodeHash(hash, before);
      after = nodeHash(hash, after);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else after = nodeHash(after, hash);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(before, older.root) && same(after, newer.root);
}

/** In one call: a third faster than a hash that is fed, and a log is little else. */
function sha256(...parts: readonly Uint8Array[]): Buffer {
  return digest('sha256', Buffer.concat(parts), 'buffer');
}

/** As the RFC splits a list: the left part is the largest power of two that is smaller than the whole. */
function halves({ begin, end }: Range): readonly [Range, Range] {
  let width = 1;
  while (width * 2 < end - begin) width *= 2;
  return [
    { begin, end: begin + width },
    { begin: begin + width, end },
  ];
}

/** The complete subtrees of a range that `halves` made, or that begins the tree: the largest first. */
export function subtrees({ begin, end }: Range): Node[] {
  const nodes: Node[] = [];
  for (let at = begin; at < end;) {
    let [level, width] = [0, 1];
    while (width * 2 <= end - at) [level, width] = [level + 1, width * 2];
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** One read for all of them: whoever reads tiles takes each tile once. */
async function hashesOf(ranges: readonly Range[], read: ReadNodes): Promise<Buffer[]> {
  const groups = ranges.map(subtrees);
  const hashes = [...(await read(groups.flat()))];
  return groups.map((group) => joined(hashes.splice(0, group.length)));
}

/** The root over neighbouring complete subtrees, each smaller than the one before it. */
function joined(hashes: readonly Uint8Array[]): Buffer {
  return Buffer.from(hashes.reduceRight((right, left) => nodeHash(left, right)));
}

export function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

function checkSize(size: number): void {
  if (!isSize(size)) throw new RangeError(`A size is a whole number from 0 to 2^53 - 1, not ${size}.`);
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (rest > 1 && !isOdd(rest)) rest /= 2;
  return rest === 1;
}
