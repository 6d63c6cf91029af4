/**
 * A log from its own files, for a database that has less of it than was published: a backup that is too old, or a new one.
 *
 * Promise: nothing is signed here, and nothing that a signed checkpoint does not cover is written. The leaves come back byte for byte;
 * of the history what the entries say of it, marked as restored, for the rest of each body is gone with the database. When the log goes on,
 * the records that it says were sealed are back, and what was accepted and never sealed is named.
 *
 * Order of writes, and what a crash leaves after each:
 *   1. one transaction: leaves, history, keys; committed only at the signed root     the log is still behind; the same again
 *   2. the records that these entries are about, each in its own transaction        the same again finds them there
 *   3. one transaction: what people decided meanwhile (decided.ts)      the same again finds it there
 *   4. one transaction: the size of the log, and `restore.performed`                the log goes on
 *   5. its anchors, each by itself                                                  the log worker does the same at its start
 */
import { sha256Hex } from '#commitment.ts';
import { newId } from '#record/record.ts';
import { ArchiveError } from '#errors.ts';
import type { Db } from '#db/db.ts';
import {
  bundleEntries,
  EMPTY_FRONTIER,
  frontierOf,
  grow,
  leafHash,
  logPrefix,
  openCheckpoint,
  parseCheckpoint,
  parseEntry,
  parseNote,
  restoredBody,
  rootOf,
  verifierKey,
  type Checkpoint,
  type Entry,
  type Frontier,
} from '#log/log.ts';
import { sideBySide } from '#side-by-side.ts';
import type { LogFiles } from '#store/store.ts';
import type { Finding } from './finding.ts';
import * as queries from './log-queries.ts';
import type { KeyRow, Leaf, LogDb, RestoredEvent } from './log-queries.ts';
import { AT_ONCE } from './objects.ts';
import { applyDecided, decidedSince, holdRestored, type Lost } from './decided.ts';
import { dueAtOnce, lostFacts, type LostFact } from './queries.ts';
import { recordPrefix } from './read.ts';
import { rebuildRecord, type RebuildContext } from './record.ts';

export interface ReplayContext {
  readonly db: Db;
  readonly files: LogFiles;
  /** Whether this verifier key is ours, beside those that the database has: its private half is here, or somebody vouches for it. */
  readonly isOurs: (vkey: string) => Promise<boolean>;
  /** Before the event of this id is entered: an audit believes no other `restore.performed`. */
  readonly remember: (agencyId: string, eventId: string) => Promise<void>;
  /** Stamps and cosignatures that lie among the files of the log become rows again, each when it is verified; null: nothing is published. */
  readonly anchorsBack: (agencyId: string) => Promise<AnchorsBack | null>;
}

export interface AnchorsBack {
  readonly back: number;
  /** Copies that hold for nothing. */
  readonly wrong: number;
  /** Of authorities that the settings do not name. */
  readonly unknown: number;
}

export interface Replayed {
  /** What the database had, and what it has now. */
  readonly from: number;
  readonly size: number;
  /** Written anew, or led on. */
  readonly records: number;
  readonly refused: readonly { readonly recordId: string; readonly finding: Finding }[];
  /** Accepted and in the log, and in no seal: they went with the database. Whoever reported them must be asked. */
  readonly neverSealed: readonly string[];
  /** The same of a later fact about a record that is there. */
  readonly lostFacts: readonly LostFact[];
  /** By one hold: records that the log says were held, classified by a person or dated, which the database knows nothing of. */
  readonly held: number;
  /** What else people decided after the time that the database came from. */
  readonly decided: Lost;
  readonly anchors: AnchorsBack;
}

/** Bundles in one stretch: 2,560 entries. */
const STRETCH_BUNDLES = 10;
/** So many are named in the history, and are no alarm of an audit from then on; the answer names all. */
const NAMED = 1000;

/** Null: the database has all that was published. */
export async function replayLog(
  context: ReplayContext,
  rebuild: RebuildContext,
  agencyId: string,
): Promise<Replayed | null> {
  const begun = await beginReplay(context, agencyId);
  if (begun === null) return null;
  const refused: Replayed['refused'][number][] = [];
  let records = 0;
  for await (const touched of begun.touched())
    await sideBySide(touched, AT_ONCE, async ({ recordId, sealed }) => {
      if (!sealed) return;
      const result = await rebuildRecord(rebuild, agencyId, recordId);
      if (result.outcome === 'refused') refused.push({ recordId, finding: result.finding });
      else if (result.outcome !== 'same') records += 1;
    });
  return await begun.end({ records, refused });
}

export interface BegunReplay {
  readonly from: number;
  readonly size: number;
  /** Records that the entries are about, in pages. */
  touched(): AsyncGenerator<readonly queries.Touched[]>;
  /** Steps 3 and 4. Nothing is signed before them. */
  end(what: Pick<Replayed, 'records' | 'refused'>): Promise<Replayed>;
}

/** Step 1. Safe to run again: what is there is compared. */
export async function beginReplay(context: ReplayContext, agencyId: string): Promise<BegunReplay | null> {
  const { db, files } = context;
  const note = await files.read(`${logPrefix(agencyId)}/checkpoint`);
  if (note === null) return null;
  const claimed = parseCheckpoint(parseNote(note).text);
  const head = await queries.readHead(db.sequencer, agencyId);
  if (head !== null && head.size >= claimed.size) return null;
  if (!claimed.origin.endsWith(`/log/${agencyId}`) || (head !== null && head.origin !== claimed.origin))
    throw notOurs(agencyId, `The checkpoint in the store is of the log ${claimed.origin}.`);
  const from = head?.size ?? 0;
  const frontier = await db.sequencer
    .transaction()
    .execute(async (tx) => await putBack(context, tx, agencyId, { note, claimed, head }));
  return {
    from,
    size: claimed.size,
    touched: () => touchedSince(db, agencyId, from),
    end: async ({ records, refused: named }) => {
      const neverSealed: string[] = [];
      const refused = [...named];
      const known = new Set(named.map(({ recordId }) => recordId));
      for await (const touched of touchedSince(db, agencyId, from))
        for (const { recordId, sealed } of await notThere(db, agencyId, touched)) {
          if (!sealed) neverSealed.push(recordId);
          else if (!known.has(recordId)) refused.push({ recordId, finding: goneFrom(agencyId, recordId) });
        }
      const gone = await db.inAgency(agencyId, async (at) => await lostFacts(at, from));
      const since = await decidedSince(db.sequencer, agencyId, from);
      const { held, decided } = await db.inAgency(agencyId, async (at) => ({
        held:
          since.kept.length === 0
            ? 0
            : await holdRestored(at, holdOf(agencyId, claimed, 'restored'), since.kept),
        decided: await applyDecided(at, holdOf(agencyId, claimed, 'edition-ended'), since),
      }));
      const body = {
        size: String(claimed.size),
        root: claimed.root.toString('hex'),
        from: String(from),
        records,
        refused: refused.slice(0, NAMED).map(({ recordId, finding }) => ({ recordId, code: finding.code })),
        neverSealed: neverSealed.slice(0, NAMED),
        neverSealedCount: neverSealed.length,
        lostFacts: gone.slice(0, NAMED),
        held,
        editionsEnded: decided.ended,
        heldAll: decided.heldAll,
        lostHolds: decided.lostHolds.slice(0, NAMED),
        lostRules: decided.lostRules,
        productionsEnded: decided.productionsEnded.slice(0, NAMED),
      };
      const id = newId();
      await context.remember(agencyId, id);
      await db.sequencer.transaction().execute(async (tx) => {
        const moved = {
          origin: claimed.origin,
          size: claimed.size,
          frontier: Buffer.concat(frontier.hashes),
          root: claimed.root,
          note,
        };
        await queries.moveHead(tx, agencyId, moved, { id, body });
      });
      await db.inAgency(agencyId, dueAtOnce);
      const none = { back: 0, wrong: 0, unknown: 0 };
      const { back, wrong, unknown } = (await context.anchorsBack(agencyId)) ?? none;
      const anchors = { back, wrong, unknown };
      return {
        from,
        size: claimed.size,
        records,
        refused,
        neverSealed,
        lostFacts: gone,
        held,
        decided,
        anchors,
      };
    },
  };
}

interface Wanted {
  readonly note: Buffer;
  readonly claimed: Checkpoint;
  readonly head: queries.Head | null;
}

async function putBack(
  { files, isOurs }: ReplayContext,
  tx: LogDb,
  agencyId: string,
  { note, claimed, head }: Wanted,
): Promise<Frontier> {
  const { origin, size } = claimed;
  const known = await queries.readKeys(tx, agencyId);
  const keys = new Map<string, KeyRow>(known.map((key) => [key.vkey, key]));
  const waiting = await queries.readWaiting(tx, agencyId);
  let frontier = head === null ? EMPTY_FRONTIER : frontierOf(head.size, hashesOf(head.frontier));
  for await (const entries of entriesFrom(files, agencyId, frontier.size, size)) {
    const leaves = entries.map((bytes, i) => leafOf(bytes, origin, frontier.size + i));
    await store(tx, agencyId, leaves, waiting);
    for (const { entry } of leaves) noteKey(keys, entry);
    frontier = grow(
      frontier,
      leaves.map(({ leaf }) => leaf.hash),
    );
  }
  if (frontier.size !== size || Buffer.compare(rootOf(frontier), claimed.root) !== 0)
    throw notOurs(
      agencyId,
      `What the database has and the entries in the store together do not lead to the root that was signed at size ${size}.`,
    );
  const { signedBy } = openCheckpoint(note, {
    origin,
    keys: [...keys.values()].map(({ vkey, firstSize, lastSize }) => ({
      key: verifierKey(vkey),
      firstSize,
      ...(lastSize === null ? {} : { lastSize }),
    })),
  });
  // A log that vouches for itself alone may be anybody's.
  const signers = [...keys.keys()].filter((vkey) => signedBy.some(({ id }) => id === verifierKey(vkey).id));
  const trusted = await Promise.all(
    signers.map(async (vkey) => known.some((key) => key.vkey === vkey) || (await isOurs(vkey))),
  );
  if (!trusted.includes(true))
    throw new ArchiveError(
      'log-key-missing',
      `The log of ${agencyId} in the store is signed by ${signers.map((vkey) => verifierKey(vkey).id).join(' and ')}, and neither the database nor the folder of keys (HOLDFAST_KEYS) knows this key. Put the folder of keys back from its backup.`,
      { retry: 'never' },
    );
  await queries.keepKeys(tx, agencyId, [...keys.values()]);
  return frontier;
}

interface Restored {
  readonly leaf: Leaf;
  readonly entry: Entry;
}

function leafOf(bytes: Buffer, origin: string, index: number): Restored {
  const entry = parseEntry(bytes);
  if (entry.log !== origin || entry.idx !== String(index))
    throw new ArchiveError(
      'log-entry-elsewhere',
      `The entry at ${index} says that it is ${entry.idx} of ${entry.log}.`,
      { retry: 'never' },
    );
  const recordId = entry.subject?.startsWith('record:') === true ? entry.subject.slice(7) : null;
  return { entry, leaf: { idx: index, eventId: entry.id, recordId, entry: bytes, hash: leafHash(bytes) } };
}

async function store(
  tx: LogDb,
  agencyId: string,
  restored: readonly Restored[],
  waiting: ReadonlyMap<string, string>,
): Promise<void> {
  const leaves = restored.map(({ leaf }) => leaf);
  const fresh = await queries.insertLeaves(tx, agencyId, leaves);
  const there = leaves.filter(({ idx }) => !fresh.has(idx));
  const hashes = await queries.hashesAt(
    tx,
    agencyId,
    there.map(({ idx }) => idx),
  );
  for (const { idx, hash } of there)
    if (hashes.get(idx)?.equals(hash) !== true)
      throw notOurs(agencyId, `The database has another entry at ${idx} than the store.`);
  const newOnes = restored.filter(({ leaf }) => fresh.has(leaf.idx));
  // Written before the backup and given its place after it: the row is there, whole, and has its place.
  const seqs = newOnes.flatMap(({ leaf }) => waiting.get(leaf.eventId) ?? []);
  await queries.notOwed(tx, agencyId, seqs);
  const events = newOnes.filter(({ leaf }) => !waiting.has(leaf.eventId)).map(eventOf);
  if (events.length > 0) await queries.insertEvents(tx, agencyId, events);
}

function eventOf({ leaf, entry }: Restored): RestoredEvent {
  const { type, at, actor } = entry;
  return { id: leaf.eventId, recordId: leaf.recordId, type, at, actor, body: restoredBody(entry) };
}

function noteKey(keys: Map<string, KeyRow>, { type, facts }: Entry): void {
  if (type !== 'log-key.added' && type !== 'log-key.retired') return;
  const vkey = String(facts.vkey);
  const size = Number(facts.size);
  const before = keys.get(vkey);
  if (type === 'log-key.added') keys.set(vkey, { vkey, firstSize: size, lastSize: before?.lastSize ?? null });
  else if (before !== undefined) keys.set(vkey, { ...before, lastSize: size });
}

async function* entriesFrom(
  files: LogFiles,
  agencyId: string,
  from: number,
  size: number,
): AsyncGenerator<Buffer[]> {
  const read = async (path: string) => await files.read(`${logPrefix(agencyId)}/${path}`);
  const last = Math.ceil(size / 256);
  for (let n = Math.floor(from / 256); n < last; n += STRETCH_BUNDLES) {
    const numbers = Array.from({ length: Math.min(STRETCH_BUNDLES, last - n) }, (_, i) => n + i);
    const bundles = await Promise.all(
      numbers.map(async (at) => await bundleEntries(read, { n: at, width: Math.min(256, size - at * 256) })),
    );
    const entries = bundles.flat();
    yield n * 256 < from ? entries.slice(from - n * 256) : entries;
  }
}

async function* touchedSince(db: Db, agencyId: string, from: number): AsyncGenerator<queries.Touched[]> {
  let after: string | null = null;
  for (;;) {
    const page: queries.Touched[] = await queries.touchedSince(db.sequencer, agencyId, from, after, 500);
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)?.recordId ?? null;
  }
}

/** Of these, the ones that the index does not have. */
async function notThere(
  db: Db,
  agencyId: string,
  touched: readonly queries.Touched[],
): Promise<readonly queries.Touched[]> {
  return await db.inAgency(agencyId, async ({ tx }) => {
    const rows = await tx
      .selectFrom('record')
      .select('id')
      .where('agency_id', '=', agencyId)
      .where(
        'id',
        'in',
        touched.map(({ recordId }) => recordId),
      )
      .execute();
    const there = new Set(rows.map(({ id }) => id));
    return touched.filter(({ recordId }) => !there.has(recordId));
  });
}

/** The same whenever the same log is put back: begun again, it is there. */
function holdOf(agencyId: string, { size, root }: Checkpoint, why: 'restored' | 'edition-ended'): string {
  const hex = sha256Hex(`${why} ${agencyId} ${size} ${root.toString('hex')}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function goneFrom(agencyId: string, recordId: string): Finding {
  return {
    code: 'gone',
    key: recordPrefix(agencyId, recordId),
    sentence: 'The log says that this record was sealed, and the store has nothing of it.',
  };
}

function hashesOf(frontier: Buffer): Buffer[] {
  return Array.from({ length: frontier.length / 32 }, (_, at) => frontier.subarray(at * 32, at * 32 + 32));
}

function notOurs(agencyId: string, what: string): ArchiveError {
  return new ArchiveError(
    'log-forked',
    `The log of ${agencyId} is not put back: ${what} Nothing is signed.`,
    {
      retry: 'never',
    },
  );
}
