/**
 * Tiles of C2SP tlog-tiles: the tree and its entries as files of 256, whose names and bytes never change. Whoever has the files
 * and a checkpoint can compute every proof and needs nothing else. Pure: bytes come from a reader that is handed in.
 */
import { ArchiveError } from '#errors.ts';
import { HASH_BYTES, nodeHash, type ReadNodes } from './merkle.ts';

export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
/** A bundle gives the length of an entry in two bytes. */
const MAX_ENTRY_BYTES = 65_535;

export interface Tile {
  /** Of hashes: how many tiles lie below it. `entries` is the entries themselves. */
  readonly level: number | 'entries';
  readonly n: number;
  /** 256, or fewer at the right edge of the tree. */
  readonly width: number;
}

export interface TileFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Null when there is no such file. */
export type ReadTile = (path: string) => Promise<Uint8Array | null>;

export function tilePath({ level, n, width }: Tile): string {
  const digits = String(n);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** Null for what is no path of a tile: of each tile there is exactly one. */
export function tileOf(path: string): Tile | null {
  const parts = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (parts === null) return null;
  const level: Tile['level'] = parts[1] === 'entries' ? 'entries' : Number(parts[1]);
  const n = Number(parts[2]?.replaceAll(/[x/]/g, ''));
  const tile: Tile = { level, n, width: parts[3] === undefined ? TILE_WIDTH : Number(parts[3]) };
  if (level !== 'entries' && level > 63) return null;
  if (tile.width < 1 || !Number.isSafeInteger(n)) return null;
  return tilePath(tile) === path ? tile : null;
}

/** Every tile of a tree of this size, as a stranger expects them. */
export function tilesOf(size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let [level, count] = [0, size]; count > 0; [level, count] = [level + 1, fullTiles(count)])
    for (let n = 0; n * TILE_WIDTH < count; n += 1) {
      const width = Math.min(TILE_WIDTH, count - n * TILE_WIDTH);
      if (level === 0) tiles.push({ level: 'entries', n, width });
      tiles.push({ level, n, width });
    }
  return tiles;
}

/** Whether a tree of this size has the whole of it. */
export function isWholeIn(size: number, { level, n }: Tile): boolean {
  return Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level)) >= (n + 1) * TILE_WIDTH;
}

/** Those at its right edge that are not whole yet: what the next growth begins with. */
export function edgeOfTree(size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let [level, count] = [0, size]; count > 0; [level, count] = [level + 1, fullTiles(count)]) {
    const width = count % TILE_WIDTH;
    if (width === 0) continue;
    if (level === 0) tiles.push({ level: 'entries', n: fullTiles(count), width });
    tiles.push({ level, n: fullTiles(count), width });
  }
  return tiles;
}

/**
 * The files that a log of `size` entries gets when it grows by these leaf hashes: full tiles, and of each level the last partial one.
 * Reads nothing but the partial tiles at the edge of what was there.
 */
export async function grownTiles(
  size: number,
  leafHashes: readonly Uint8Array[],
  read: ReadTile,
): Promise<TileFile[]> {
  const files: TileFile[] = [];
  let added: readonly Uint8Array[] = leafHashes;
  for (let [level, count] = [0, size]; added.length > 0; [level, count] = [level + 1, fullTiles(count)]) {
    const edge = count % TILE_WIDTH;
    const first = fullTiles(count);
    const before = edge === 0 ? [] : split(await tileBytes(read, { level, n: first, width: edge }));
    const above: Uint8Array[] = [];
    for (const [at, hashes] of chunks([...before, ...added])) {
      files.push({
        path: tilePath({ level, n: first + at, width: hashes.length }),
        bytes: Buffer.concat(hashes),
      });
      if (hashes.length === TILE_WIDTH) above.push(perfectRoot(hashes));
    }
    added = above;
  }
  return files;
}

/** The same for the entries themselves. */
export async function grownBundles(
  size: number,
  entries: readonly Uint8Array[],
  read: ReadTile,
): Promise<TileFile[]> {
  const edge = size % TILE_WIDTH;
  const first = fullTiles(size);
  const before = edge === 0 ? [] : await bundleEntries(read, { n: first, width: edge });
  return chunks([...before, ...entries]).map(([at, part]) => ({
    path: tilePath({ level: 'entries', n: first + at, width: part.length }),
    bytes: Buffer.concat(part.flatMap((entry) => [lengthOf(entry), entry])),
  }));
}

/** The entries of one bundle, byte for byte. */
export async function bundleEntries(
  read: ReadTile,
  { n, width }: { readonly n: number; readonly width: number },
): Promise<Buffer[]> {
  const tile: Tile = { level: 'entries', n, width };
  const { path, bytes, full } = await anyTile(read, tile);
  const entries: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = at + 2 > bytes.length ? Infinity : at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) throw damaged(path, 'ends within an entry');
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  const expected = full ? TILE_WIDTH : width;
  if (entries.length !== expected)
    throw damaged(path, `has ${entries.length} entries and should have ${expected}`);
  return entries.slice(0, width);
}

/** Hashes of a tree of `size` entries out of its tiles, each tile read once for one question. */
export function nodesFromTiles(size: number, read: ReadTile): ReadNodes {
  return async (nodes) => {
    const tiles = new Map<string, Promise<Buffer>>();
    return await Promise.all(
      nodes.map(async ({ level, index }) => {
        const tileLevel = Math.floor(level / TILE_HEIGHT);
        const span = 2 ** (level % TILE_HEIGHT);
        const n = Math.floor((index * span) / TILE_WIDTH);
        const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** tileLevel) - n * TILE_WIDTH);
        const begin = (index * span) % TILE_WIDTH;
        if (begin + span > width)
          throw new RangeError(
            `A log of ${size} entries has no complete subtree ${index} of level ${level}.`,
          );
        const tile = { level: tileLevel, n, width };
        const path = tilePath(tile);
        const bytes = tiles.get(path) ?? tileBytes(read, tile);
        tiles.set(path, bytes);
        return perfectRoot(split(await bytes).slice(begin, begin + span));
      }),
    );
  };
}

/**
 * Reads a log that has `size` entries as if it were shorter: a partial tile that is not there any more (the store was filled anew)
 * is the beginning of the longer one.
 */
export function asOf(size: number, read: ReadTile): ReadTile {
  return async (path) => {
    const bytes = await read(path);
    const tile = tileOf(path);
    if (bytes !== null || tile === null || tile.level === 'entries') return bytes;
    const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** tile.level) - tile.n * TILE_WIDTH);
    if (width <= tile.width || width === TILE_WIDTH) return null;
    const longer = await read(tilePath({ ...tile, width }));
    return longer?.subarray(0, tile.width * HASH_BYTES) ?? null;
  };
}

async function tileBytes(read: ReadTile, tile: Tile): Promise<Buffer> {
  const { path, bytes, full } = await anyTile(read, tile);
  const expected = (full ? TILE_WIDTH : tile.width) * HASH_BYTES;
  if (bytes.length !== expected) throw damaged(path, `has ${bytes.length} bytes and should have ${expected}`);
  return bytes.subarray(0, tile.width * HASH_BYTES);
}

/** A partial tile may be gone once the full one is there, which begins with the same. */
async function anyTile(
  read: ReadTile,
  tile: Tile,
): Promise<{ readonly path: string; readonly bytes: Buffer; readonly full: boolean }> {
  for (const one of tile.width === TILE_WIDTH ? [tile] : [tile, { ...tile, width: TILE_WIDTH }]) {
    const path = tilePath(one);
    const bytes = await read(path);
    if (bytes !== null)
      return {
        path,
        bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        full: one.width === TILE_WIDTH,
      };
  }
  throw damaged(tilePath(tile), 'is not there');
}

function damaged(path: string, what: string): ArchiveError {
  return new ArchiveError('log-tile-wrong', `The log's file ${path} ${what}.`, {
    retry: 'never',
    details: { path },
  });
}

function lengthOf(entry: Uint8Array): Buffer {
  if (entry.length > MAX_ENTRY_BYTES)
    throw new RangeError(`An entry has at most ${MAX_ENTRY_BYTES} bytes, not ${entry.length}.`);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(entry.length);
  return length;
}

function fullTiles(count: number): number {
  return Math.floor(count / TILE_WIDTH);
}

function split(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
    bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

/** With their number, from 0. */
function chunks<T>(all: readonly T[]): (readonly [number, readonly T[]])[] {
  return Array.from({ length: Math.ceil(all.length / TILE_WIDTH) }, (_, at) => [
    at,
    all.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH),
  ]);
}

/** Of a power of two of neighbours. */
function perfectRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, at) =>
      nodeHash(row[2 * at] as Uint8Array, row[2 * at + 1] as Uint8Array),
    );
  return row[0] as Uint8Array;
}
