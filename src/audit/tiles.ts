/** Holds the files of the log in the store against the entries in the database, 256 at a time, each file read once. */
import { EMPTY_FRONTIER, grow, rootOf, tilePath, type Tile } from '#log/log.ts';
import type { Findings } from './findings.ts';

const WIDTH = 256;

export interface TileCheck {
  /** The next entry and its hash. */
  add(entry: Buffer, hash: Buffer): Promise<void>;
  /** The partial ones at the right edge. Answers how many files were read. */
  finish(): Promise<number>;
}

export function openTileCheck(read: (path: string) => Promise<Buffer | null>, findings: Findings): TileCheck {
  let files = 0;
  let entries: Buffer[] = [];
  const levels: { n: number; hashes: Buffer[] }[] = [];

  const compare = async (tile: Tile, bytes: Buffer): Promise<void> => {
    const path = tilePath(tile);
    files += 1;
    // A partial file may be gone once the full one is there, which begins with the same.
    const there =
      (await read(path)) ??
      (tile.width === WIDTH
        ? null
        : ((await read(tilePath({ ...tile, width: WIDTH })))?.subarray(0, bytes.length) ?? null));
    if (there === null) findings.add('tile-missing', { file: path });
    else if (Buffer.compare(there, bytes) !== 0) findings.add('tile-other', { file: path });
  };
  const put = async (level: number, hash: Buffer): Promise<void> => {
    const row = (levels[level] ??= { n: 0, hashes: [] });
    row.hashes.push(hash);
    if (row.hashes.length < WIDTH) return;
    const { n, hashes } = row;
    levels[level] = { n: n + 1, hashes: [] };
    await compare({ level, n, width: WIDTH }, Buffer.concat(hashes));
    await put(level + 1, rootOf(grow(EMPTY_FRONTIER, hashes)));
  };
  const bundle = async (n: number): Promise<void> => {
    const bytes = Buffer.concat(entries.flatMap((entry) => [lengthOf(entry), entry]));
    await compare({ level: 'entries', n, width: entries.length }, bytes);
    entries = [];
  };
  return {
    add: async (entry, hash) => {
      entries.push(entry);
      if (entries.length === WIDTH) await bundle(levels[0]?.n ?? 0);
      await put(0, hash);
    },
    finish: async () => {
      if (entries.length > 0) await bundle(levels[0]?.n ?? 0);
      for (const [level, { n, hashes }] of levels.entries())
        if (hashes.length > 0) await compare({ level, n, width: hashes.length }, Buffer.concat(hashes));
      return files;
    },
  };
}

function lengthOf(entry: Buffer): Buffer {
  const length = Buffer.alloc(2);
  // What is longer is no entry; that is found elsewhere.
  length.writeUInt16BE(Math.min(entry.length, 65_535));
  return length;
}
