/**
 * The files of a log in the store, each compared with what the leaves in the database make of it, up to the newest checkpoint: bundles of
 * entries, tiles of hashes, the root that was signed, and the file `checkpoint`. 256 leaves are in memory at a time, whatever the log's size.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '#db/db.ts';
import { EMPTY_FRONTIER, grow, leafHash, rootOf } from './merkle.ts';
import { checkpointRow, leavesBetween } from './queries.ts';
import { grownBundles, grownTiles, TILE_WIDTH as WIDTH, tileOf, tilePath, type ReadTile } from './tiles.ts';

export interface LogFilesChecked {
  /** Of the newest checkpoint; 0: there is none yet, and nothing was looked at. */
  readonly size: number;
  readonly files: number;
  readonly wrong: readonly { readonly path: string; readonly code: 'missing' | 'changed' }[];
}

/** The file is written a moment before its row. */
const TRIES = 10;

export async function checkLogFiles(
  db: Db,
  agencyId: string,
  read: ReadTile,
  signal?: AbortSignal,
): Promise<LogFilesChecked> {
  const head = await db.inAgency(agencyId, async ({ tx }) => await checkpointRow(tx, agencyId));
  if (head === null) return { size: 0, files: 0, wrong: [] };
  const wrong: { path: string; code: 'missing' | 'changed' }[] = [];
  let files = 0;
  const compare = async (path: string, expected: Uint8Array): Promise<void> => {
    files += 1;
    const found = (await read(path)) ?? (await beginning(path, expected.length, read));
    if (found === null) wrong.push({ path, code: 'missing' });
    else if (Buffer.compare(found, expected) !== 0) wrong.push({ path, code: 'changed' });
  };
  /** The unfinished tiles of the levels above, as they are so far: those in the store are of other sizes. */
  const edges = new Map<string, Buffer>();
  let frontier = EMPTY_FRONTIER;
  for (let from = 0; from < head.size; from += WIDTH) {
    signal?.throwIfAborted();
    const leaves = await db.inAgency(
      agencyId,
      async ({ tx }) => await leavesBetween(tx, agencyId, from, Math.min(from + WIDTH, head.size)),
    );
    const hashes = leaves.map(({ hash }) => hash);
    // The bytes of an entry are what was hashed, in the database as well.
    if (leaves.some(({ entry, hash }) => Buffer.compare(leafHash(entry), hash) !== 0))
      wrong.push({ path: `entries from ${from}`, code: 'changed' });
    const made = [
      ...(await grownBundles(
        from,
        leaves.map(({ entry }) => entry),
        read,
      )),
      ...(await grownTiles(from, hashes, async (path) => edges.get(path) ?? null)),
    ];
    edges.clear();
    for (const { path, bytes } of made) {
      if (isOfSize(path, head.size)) await compare(path, bytes);
      edges.set(path, bytes);
    }
    frontier = grow(frontier, hashes);
  }
  if (frontier.size !== head.size || Buffer.compare(rootOf(frontier), head.root) !== 0)
    wrong.push({ path: 'root', code: 'changed' });
  files += 1;
  const code = await checkpointFile(db, agencyId, read);
  if (code !== null) wrong.push({ path: 'checkpoint', code });
  return { size: head.size, files, wrong };
}

/** Whether a tree of this size has this very tile: the last one of a level has as many as are left. */
function isOfSize(path: string, size: number): boolean {
  const tile = tileOf(path);
  if (tile === null) return false;
  const level = tile.level === 'entries' ? 0 : tile.level;
  const count = Math.floor(size / WIDTH ** level);
  return tile.width === Math.min(WIDTH, count - tile.n * WIDTH);
}

/** While this looks, hours may pass: a partial tile of the checkpoint that was the newest then may be outgrown and gone. */
async function beginning(path: string, sizeBytes: number, read: ReadTile): Promise<Uint8Array | null> {
  const tile = tileOf(path);
  if (tile === null || tile.width === WIDTH) return null;
  return (await read(tilePath({ ...tile, width: WIDTH })))?.subarray(0, sizeBytes) ?? null;
}

async function checkpointFile(
  db: Db,
  agencyId: string,
  read: ReadTile,
): Promise<'missing' | 'changed' | null> {
  let found: Uint8Array | null = null;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    found = await read('checkpoint');
    const row = await db.inAgency(agencyId, async ({ tx }) => await checkpointRow(tx, agencyId));
    if (found !== null && row !== null && Buffer.compare(found, row.note) === 0) return null;
    await sleep(200);
  }
  return found === null ? 'missing' : 'changed';
}
