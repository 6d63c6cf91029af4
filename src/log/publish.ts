/**
 * From leaves that are committed to a signed checkpoint that is in the store. What is written here follows from the leaves alone, so
 * that whoever does it again, after a crash or beside another, writes the same bytes:
 *
 *   1. tiles and bundles, each under a name that says how much is in it    a crash leaves files that no checkpoint names
 *   2. the edge of the tree is computed from these tiles and compared with the frontier that the database holds
 *   3. what was signed before must be the beginning of it; then the checkpoint is signed     nothing has left yet
 *   4. the file `checkpoint`, by whoever still holds the log's lock         the store is ahead of the database; the next start sees it
 *      and remembered beside the keys, where no owner of the database or the store reaches it
 *   5. the row `log_checkpoint`, and with it everybody's right to say "in the log"
 */
import { ArchiveError } from '#errors.ts';
import type { LogFiles } from '#store/store.ts';
import { signCheckpoint } from './checkpoint.ts';
import type { KeyFolder } from './keys.ts';
import { frontierOf, leafHash, rootOf, subtrees, type Frontier, type TreeHead } from './merkle.ts';
import {
  edgeOfTree,
  grownBundles,
  grownTiles,
  nodesFromTiles,
  tileOf,
  tilePath,
  type TileFile,
} from './tiles.ts';
import type { Head, KeyRow, LeafRow } from './queries.ts';

/** Until when the store refuses to delete them: whole tiles as long as a record's lease, what is soon outgrown until leases.ts has been there. */
export interface Lasting {
  readonly leaseMs: number;
  /** Of partial tiles and bundles. */
  readonly partialMs?: number;
}

/** FORMAT.md promises it to readers. */
export const PARTIAL_MS = 2 * 3_600_000;

export const logPrefix = (agencyId: string): string => `log/${agencyId}`;

export interface Leaf {
  readonly idx: number;
  readonly entry: Buffer;
  /** Of these very bytes, by whoever hands them over: what a row says of its own hash might be another's. */
  readonly hash: Buffer;
  readonly recordId: string | null;
}

/** Of leaves that were read back: what was not committed by this pass. */
export function leavesOf(rows: readonly LeafRow[]): Leaf[] {
  return rows.map((row) => ({ ...row, hash: leafHash(row.entry) }));
}

export interface Publishing {
  readonly agencyId: string;
  readonly head: Head;
  /** All from `head.published` on. */
  readonly leaves: readonly Leaf[];
  readonly keys: readonly KeyRow[];
}

export interface PublishContext extends Lasting {
  readonly files: LogFiles;
  readonly keyFolder: KeyFolder;
  /** The edge of each log as this process wrote it last: it need not be read again. */
  readonly edges: Map<string, Map<string, Buffer>>;
  /** The newest checkpoint of each log that was signed: the log may go on from it, and never again from before it. */
  readonly signed: Map<string, TreeHead>;
}

/** Puts the tiles and bundles of this growth into the store. Answers the root that they lead to, which is the frontier's. */
export async function writeTiles(
  { files, edges, leaseMs, partialMs = PARTIAL_MS }: Pick<PublishContext, 'files' | 'edges'> & Lasting,
  { agencyId, head, leaves }: Omit<Publishing, 'keys'>,
  signed: TreeHead | null = null,
): Promise<Buffer> {
  const prefix = logPrefix(agencyId);
  const frontier = frontierOfHead(head);
  const expected = head.size - head.published;
  if (leaves.length !== expected || leaves.some((leaf, at) => leaf.idx !== head.published + at))
    throw damaged(
      `${expected} entries from ${head.published} on are expected, and ${leaves.length} are there`,
    );

  const edge = edges.get(agencyId) ?? new Map<string, Buffer>();
  const read = async (path: string): Promise<Buffer | null> =>
    edge.get(path) ?? (await files.read(`${prefix}/${path}`));
  const entries = leaves.map((leaf) => leaf.entry);
  const hashes = leaves.map((leaf) => leaf.hash);
  const made: TileFile[] = [
    ...(await grownBundles(head.published, entries, read)),
    ...(await grownTiles(head.published, hashes, read)),
  ];
  const fresh = new Map(made.map(({ path, bytes }) => [path, bytes]));
  const nodes = nodesFromTiles(head.size, async (path) => fresh.get(path) ?? (await read(path)));
  const found = await nodes(subtrees({ begin: 0, end: head.size }));
  if (found.some((hash, at) => Buffer.compare(hash, frontier.hashes[at] ?? Buffer.alloc(0)) !== 0))
    throw damaged('the tiles at its edge do not lead to the frontier that the database holds');
  // Of what is about to be written, before it is: the names of partial tiles differ with their width, so the store would take both.
  if (signed !== null) {
    if (signed.size > head.size)
      throw damaged(`${signed.size} entries were signed before, and the database has ${head.size}`);
    const before = rootOf(frontierOf(signed.size, await nodes(subtrees({ begin: 0, end: signed.size }))));
    if (Buffer.compare(before, signed.root) !== 0)
      throw damaged(`its first ${signed.size} entries are others than those that were signed`);
  }

  for (let at = 0; at < made.length; at += 8)
    await Promise.all(
      made
        .slice(at, at + 8)
        .map(
          async ({ path, bytes }) =>
            await files.put(`${prefix}/${path}`, bytes, tileOf(path)?.width === 256 ? leaseMs : partialMs),
        ),
    );
  edges.set(agencyId, edgeOf(head.size, fresh, edge));
  return rootOf(frontier);
}

/** Answers the checkpoint, which is in the store. `sure`: rejects when this process is no more the one that may publish. */
export async function writeCheckpoint(
  context: PublishContext & { readonly sure: () => Promise<void> },
  { agencyId, head, leaves, keys }: Publishing,
): Promise<{ readonly size: number; readonly root: Buffer; readonly note: Buffer }> {
  const { files, keyFolder, leaseMs, signed, sure } = context;
  const root = await writeTiles(context, { agencyId, head, leaves }, signed.get(agencyId) ?? null);
  const signing = keys.filter(
    ({ firstSize, lastSize }) => head.size >= firstSize && (lastSize === null || head.size <= lastSize),
  );
  if (signing.length === 0) throw damaged('it has no key that signs at this size');
  const signers = await Promise.all(signing.map(async ({ vkey }) => await keyFolder.signerOf(vkey)));
  const note = signCheckpoint({ origin: head.origin, size: head.size, root }, signers);
  await sure();
  signed.set(agencyId, { size: head.size, root });
  await files.replace(`${logPrefix(agencyId)}/checkpoint`, note, leaseMs);
  await keyFolder.remember(agencyId, note);
  return { size: head.size, root, note };
}

export function frontierOfHead({ size, frontier }: Pick<Head, 'size' | 'frontier'>): Frontier {
  const hashes = Array.from({ length: frontier.length / 32 }, (_, at) =>
    frontier.subarray(at * 32, at * 32 + 32),
  );
  return frontierOf(size, hashes);
}

/** Of what was written, the tiles that the next growth begins with; of what was not, what it had. */
function edgeOf(
  size: number,
  fresh: ReadonlyMap<string, Buffer>,
  before: ReadonlyMap<string, Buffer>,
): Map<string, Buffer> {
  const kept = new Map<string, Buffer>();
  for (const path of edgeOfTree(size).map(tilePath)) {
    const bytes = fresh.get(path) ?? before.get(path);
    if (bytes !== undefined) kept.set(path, bytes);
  }
  return kept;
}

export function damaged(what: string): ArchiveError {
  return new ArchiveError(
    'log-forked',
    `The log in the database is not what it was: ${what}. Nothing is signed.`,
    {
      retry: 'never',
    },
  );
}
