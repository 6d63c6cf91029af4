/**
 * Before a log is touched: makes it if there is none, and compares what the database holds with the newest checkpoint in the store.
 *   the same size, or a size of before   the root must be the one that was signed; otherwise it stands still (`log-forked`)
 *   a larger size                        the database was restored to an earlier time: `replay`, or it stands still (`log-behind`)
 *   none, or an older one                the store is behind, after a crash or because it is another one: it gets what it lacks
 * False: there is no log, and nothing that would have to stand in one. What the store lacks is written as it was, tiles and the very note: nothing is signed a second time.
 */
import { v7 } from 'uuid';
import { ArchiveError } from '#errors.ts';
import type { LogFiles } from '#store/store.ts';
import {
  openCheckpoint,
  parseCheckpoint,
  type Checkpoint,
  type LogKey,
  type OpenedCheckpoint,
} from './checkpoint.ts';
import { EMPTY_FRONTIER, grow, leafHash, rootOf, type TreeHead } from './merkle.ts';
import { parseNote, verifierKey } from './note.ts';
import { damaged, frontierOfHead, leavesOf, logPrefix, writeTiles } from './publish.ts';
import * as queries from './queries.ts';
import type { LogDb } from './queries.ts';
import type { SequencerContext } from './sequencer.ts';
import { edgeOfTree, tilePath } from './tiles.ts';

export interface BeginContext extends SequencerContext {
  /** Gets the edge of the log, which the first growth begins with. */
  readonly edges: Map<string, Map<string, Buffer>>;
  /** Gets the newest checkpoint that was signed, by what the store shows and what the folder of keys remembers. */
  readonly signed: Map<string, TreeHead>;
}

export async function begin(
  context: BeginContext,
  db: LogDb,
  agencyId: string,
  isBusy: boolean,
): Promise<boolean> {
  const note = await context.files.read(`${logPrefix(agencyId)}/checkpoint`);
  let head = await queries.readHead(db, agencyId);
  if (head === null && note === null) {
    if (isBusy) await make(context, db, agencyId);
    return isBusy;
  }
  // By what it says, before it is believed: the key that signed it may be one that the lost part of the log brought.
  const claimed = note === null ? 0 : claimedSize(note);
  if (note !== null && (head === null || claimed > head.size)) {
    if (context.replay === undefined)
      throw new ArchiveError(
        'log-behind',
        `The log of ${agencyId} was published with ${claimed} entries, and the database has ${head?.size ?? 'none'}: it was restored to an earlier time. Nothing is signed before what is missing was put back.`,
        { retry: 'never' },
      );
    await context.replay(agencyId);
    head = await queries.readHead(db, agencyId);
  }
  const published = head === null || note === null ? null : await opened(db, agencyId, head, note);
  if (head === null || (published?.size ?? 0) > head.size)
    throw damaged('it is still behind what was published');
  if (published !== null) await compare(db, agencyId, head, published);
  await goOnFrom(context, db, agencyId, head, published);
  if (published !== null && note !== null && published.size > head.published)
    head = await adopt(db, agencyId, head, { ...published, note });

  const inStore = published?.size ?? 0;
  const edge = await readEdge(context.files, agencyId, head.published);
  if (inStore < head.published || edge === null) {
    context.log.warn({ agencyId, inStore, published: head.published }, 'log.store-behind');
    await fillTiles(context, db, agencyId, head);
    if (inStore < head.published) await putCheckpoint(context, db, agencyId, head.published);
  }
  if (edge !== null) context.edges.set(agencyId, edge);
  return true;
}

/**
 * The store may show less than was signed: somebody took its newest checkpoint away, or put an older one over it. Then the folder of
 * keys remembers, and what it remembers must be the beginning of what the database holds.
 */
async function goOnFrom(
  { keyFolder, signed }: BeginContext,
  db: LogDb,
  agencyId: string,
  head: queries.Head,
  published: OpenedCheckpoint | null,
): Promise<void> {
  const note = await keyFolder.remembered(agencyId);
  const ours = note === null ? null : parseCheckpoint(parseNote(note).text);
  // Of another installation whose keys were put into the same folder.
  const remembered = ours?.origin === head.origin ? ours : null;
  if (remembered !== null && remembered.size > head.size)
    throw new ArchiveError(
      'log-behind',
      `The log of ${agencyId} was signed with ${remembered.size} entries, the database has ${head.size}, and the store does not show the newest checkpoint any more. Nothing is signed before it is found again.`,
      { retry: 'never' },
    );
  if (remembered !== null) await compare(db, agencyId, head, remembered);
  const newest = (remembered?.size ?? 0) > (published?.size ?? 0) ? remembered : published;
  if (newest !== null) signed.set(agencyId, { size: newest.size, root: newest.root });
}

/** 0 for what is no checkpoint at all: whoever opens it says so. */
function claimedSize(note: Uint8Array): number {
  try {
    return parseCheckpoint(parseNote(note).text).size;
  } catch (error) {
    if (error instanceof ArchiveError) return 0;
    throw error;
  }
}

/** The root of the database at the size that was published must be the one that was signed. */
async function compare(
  db: LogDb,
  agencyId: string,
  head: queries.Head,
  published: Checkpoint,
): Promise<void> {
  const root =
    published.size === head.size
      ? rootOf(frontierOfHead(head))
      : ((await queries.checkpointRow(db, agencyId, published.size))?.root ??
        (await rootAt(db, agencyId, published.size)));
  if (Buffer.compare(root, published.root) !== 0)
    throw new ArchiveError(
      'log-forked',
      `The log of ${agencyId} has another root at size ${published.size} than the one that was signed and published. Somebody changed the database, or restored another one. Nothing is signed until that is settled.`,
      { retry: 'never' },
    );
}

/** A crash came between the file and its row: what was published is known to the database from now on, as it is. */
async function adopt(
  db: LogDb,
  agencyId: string,
  head: queries.Head,
  { size, root, note }: { readonly size: number; readonly root: Buffer; readonly note: Buffer },
): Promise<queries.Head> {
  const records = await queries.recordsBetween(db, agencyId, head.published, size);
  if (!(await queries.publish(db, agencyId, { size, root, note }, records)))
    throw damaged(`another root was published at size ${size}`);
  return { ...head, published: size };
}

/** A whole number of whole tiles. */
const STRETCH = 40 * 256;

/** Over the leaves themselves. */
async function rootAt(db: LogDb, agencyId: string, size: number): Promise<Buffer> {
  let frontier = EMPTY_FRONTIER;
  for (let at = 0; at < size; at += STRETCH) {
    const rows = await queries.leavesBetween(db, agencyId, at, Math.min(size, at + STRETCH));
    frontier = grow(
      frontier,
      rows.map((row) => leafHash(row.entry)),
    );
  }
  if (frontier.size !== size) throw damaged(`${size} entries were published and ${frontier.size} are there`);
  return rootOf(frontier);
}

/** The partial tiles at the right edge of what was published; null when one of them is not in the store. */
async function readEdge(
  files: LogFiles,
  agencyId: string,
  size: number,
): Promise<Map<string, Buffer> | null> {
  const edge = new Map<string, Buffer>();
  for (const tile of edgeOfTree(size)) {
    const path = tilePath(tile);
    const bytes = await files.read(`${logPrefix(agencyId)}/${path}`);
    if (bytes !== null) edge.set(path, bytes);
    // A crash may have left the whole one, which begins with the same.
    else if ((await files.read(`${logPrefix(agencyId)}/${tilePath({ ...tile, width: 256 })}`)) === null)
      return null;
  }
  return edge;
}

/** Writes every tile of the size that was published, in stretches, out of the leaves. What is there already stays as it is. */
async function fillTiles(
  { files, leaseMs }: Pick<SequencerContext, 'files' | 'leaseMs'>,
  db: LogDb,
  agencyId: string,
  head: queries.Head,
): Promise<void> {
  const edges = new Map<string, Map<string, Buffer>>();
  let frontier = EMPTY_FRONTIER;
  for (let from = 0; from < head.published;) {
    const end = Math.min(head.published, from + STRETCH);
    const leaves = leavesOf(await queries.leavesBetween(db, agencyId, from, end));
    frontier = grow(
      frontier,
      leaves.map((leaf) => leaf.hash),
    );
    if (frontier.size !== end) throw damaged(`of its entries up to ${end} some are missing`);
    const known = await queries.checkpointRow(db, agencyId, end);
    if (known !== null && Buffer.compare(known.root, rootOf(frontier)) !== 0)
      throw damaged(`its entries do not lead to the root that was signed at size ${end}`);
    const grown = { size: end, frontier: Buffer.concat(frontier.hashes), published: from };
    await writeTiles({ files, edges, leaseMs }, { agencyId, head: { ...head, ...grown }, leaves });
    from = end;
  }
}

async function putCheckpoint(
  { files, leaseMs }: SequencerContext,
  db: LogDb,
  agencyId: string,
  size: number,
): Promise<void> {
  const known = await queries.checkpointRow(db, agencyId, size);
  if (known === null) throw damaged(`the checkpoint of size ${size} that it published is not there`);
  await files.replace(`${logPrefix(agencyId)}/checkpoint`, known.note, leaseMs);
}

async function make({ name, keyFolder, log }: SequencerContext, db: LogDb, agencyId: string): Promise<void> {
  const origin = `${await queries.nameOf(db, name)}/log/${agencyId}`;
  const vkey = await keyFolder.make(origin);
  const made = await db
    .transaction()
    .execute(async (tx) => await queries.beginLog(tx, agencyId, { origin, vkey, eventId: v7() }));
  if (made) log.info({ agencyId, origin, key: verifierKey(vkey).id }, 'log.begun');
}

/** Believed only when a key of this log signed it. */
async function opened(
  db: LogDb,
  agencyId: string,
  { origin }: queries.Head,
  note: Uint8Array,
): Promise<OpenedCheckpoint> {
  const keys = (await queries.keysOf(db, agencyId)).map(logKey);
  try {
    return openCheckpoint(note, { origin, keys });
  } catch (error) {
    throw new ArchiveError(
      'log-forked',
      `The store holds a checkpoint of ${agencyId} that no key of this database has signed: it is another archive’s store, or another one’s database. Nothing is signed.`,
      { retry: 'never', cause: error },
    );
  }
}

function logKey({ vkey, firstSize, lastSize }: queries.KeyRow): LogKey {
  return { key: verifierKey(vkey), firstSize, ...(lastSize === null ? {} : { lastSize }) };
}
