/**
 * Takes outgrown partial tiles and bundles away: each checkpoint leaves some, up to a hundred and fifty kilobytes of them, and nobody
 * needs one once the whole tile is there, which begins with the same bytes. C2SP tlog-tiles allows it from then on. Proofs for every
 * older size are led from the whole tile (tiles.ts).
 *
 * Before one goes: the whole tile was already part of a checkpoint two hours ago, so that whoever holds an older one has long found
 * what they were after; it is in the store now; and it begins with these very bytes, those of each version that the
 * store has of the partial one. What does not would be a trace of a second history, and stays, with every version beside it. The store keeps for itself what a lock still holds; it is met again by the next round.
 */
import { ArchiveError } from '#errors.ts';
import type { LogLeaseContext } from './leases.ts';
import { logPrefix, PARTIAL_MS } from './publish.ts';
import * as queries from './queries.ts';
import { isWholeIn, TILE_WIDTH, tileOf, tilePath, type Tile } from './tiles.ts';

/** Answers how many went. */
export async function removeOutgrown(
  {
    db,
    files,
    now,
    partialMs = PARTIAL_MS,
    signal,
  }: Pick<LogLeaseContext, 'db' | 'files' | 'now' | 'partialMs' | 'signal'>,
  agencyId: string,
): Promise<number> {
  const size = await queries.sizeAt(db.sequencer, agencyId, new Date(now().getTime() - partialMs));
  const below = `${logPrefix(agencyId)}/`;
  /** The whole tile that was asked for last: partial ones of one tile are listed one after the other. */
  let whole: { readonly path: string; readonly bytes: Buffer | null } = { path: '', bytes: null };
  let removed = 0;
  for await (const path of files.list(`${below}tile`)) {
    if (signal?.aborted === true) break;
    const tile = tileOf(path.slice(below.length));
    if (tile === null || tile.width === TILE_WIDTH || !isWholeIn(size, tile)) continue;
    const full = `${below}${tilePath({ ...tile, width: TILE_WIDTH })}`;
    if (whole.path !== full) whole = { path: full, bytes: await files.read(full) };
    if (whole.bytes === null) continue;
    const { bytes } = whole;
    // What is behind a mark that somebody put is kept: that is for the audit to tell, not for this one to end.
    const outcome = await files.remove(path, (partial) => partial.equals(bytes.subarray(0, partial.length)));
    if (outcome === 'other') throw otherHistory(path, tile);
    if (outcome === 'removed') removed += 1;
  }
  return removed;
}

function otherHistory(path: string, { width }: Tile): ArchiveError {
  return new ArchiveError(
    'log-tile-wrong',
    `${path} is not the beginning of the whole tile that followed it, of which it should be the first ${width}. Nothing of this log is taken away.`,
    { retry: 'never', details: { path } },
  );
}
