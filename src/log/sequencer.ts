/**
 * The sequencer: gives every event of the history its place in the log of its agency, and publishes what was given.
 *
 * Promise: each committed event becomes exactly one leaf, indexes are dense, and for one size there is never a second root.
 *
 * Order of writes, and what a crash leaves after each:
 *   1. one transaction: leaves, frontier, and the outbox without them      nothing was published; the next pass goes on from there
 *   2. tiles, then the checkpoint, into the store (publish.ts)             the same bytes are written again
 *   3. one transaction: row `log_checkpoint`, `published`                  before it nobody says "in the log"
 *
 * Each log has one sequencer: it holds an advisory lock on the connection on which it also writes, so that whoever lost the lock
 * can write nothing. That no fork is signed does not rest on the lock: an index can be given once, and tiles are never replaced.
 *
 * A database that was restored to an earlier time would sign another history from there. So before a log is touched for the first
 * time on a connection, the newest checkpoint that was published is read from the store and compared: see `begin`.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 } from 'uuid';
import { ArchiveError, codeOf } from '#errors.ts';
import { isDatabaseDown, type Db } from '#db/db.ts';
import type { Log } from '#log.ts';
import type { LogFiles } from '#store/store.ts';
import { openCheckpoint, type LogKey, type OpenedCheckpoint } from './checkpoint.ts';
import { entryOfEvent } from './event-entry.ts';
import type { KeyFolder } from './keys.ts';
import { EMPTY_FRONTIER, grow, leafHash, rootOf } from './merkle.ts';
import { verifierKey } from './note.ts';
import { damaged, frontierOfHead, logPrefix, writeCheckpoint } from './publish.ts';
import * as queries from './queries.ts';
import type { LogDb } from './queries.ts';

export interface SequencerContext {
  readonly db: Db;
  readonly files: LogFiles;
  readonly keyFolder: KeyFolder;
  readonly log: Log;
  /** The first part of origins, for an installation that has none yet. */
  readonly name: string;
  /** How long the store refuses to delete what is published; renewed like the leases of records. */
  readonly leaseMs: number;
  /** How long to wait when nothing was there. */
  readonly idleMs: number;
  /** Entries in one transaction. */
  readonly batch?: number;
  /**
   * The database is behind what was published, or has nothing of this log: puts back what is missing from the files of the log, and
   * what follows from it. Without it such a log stands still.
   */
  readonly replay?: (agencyId: string) => Promise<void>;
}

export interface Sequencer {
  stop(): Promise<void>;
}

const BATCH = 1000;
const LONGEST_WAIT_MS = 5000;

export function startSequencer(context: SequencerContext): Sequencer {
  const ending = new AbortController();
  const { signal } = ending;
  const pause = async (ms: number): Promise<void> => {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  };
  const loop = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        // For as long as this connection lives, the locks that are taken on it are held.
        await context.db.sequencer.connection().execute(async (db) => {
          const logs = openLogs(context, db);
          try {
            while (!signal.aborted) {
              const moved = await logs.pass();
              failures = 0;
              if (!moved) await pause(context.idleMs);
            }
          } finally {
            // The pool may lend it to somebody else. Where it is gone, so are the locks.
            await queries.letGo(db).catch(() => undefined);
          }
        });
      } catch (error) {
        failures += 1;
        context.log.error({ code: codeOf(error), failures, err: error }, 'log.failed');
        await pause(Math.min(LONGEST_WAIT_MS, 200 * 2 ** failures));
      }
    }
  };
  const running = loop();
  return {
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

interface Logs {
  /** Does what there is to do in every log that nobody else has. False: there was nothing. */
  pass(): Promise<boolean>;
}

/** How long a log that failed is left alone: one that may be well again soon, and one that waits for a person. */
const REST_MS = { later: 1000, never: 10_000, halt: 10_000 } as const;

/** The logs, on one connection. A log that fails stands still by itself: the others go on. */
function openLogs(context: SequencerContext, db: LogDb): Logs {
  const { log } = context;
  const held = new Set<string>();
  const begun = new Set<string>();
  const edges = new Map<string, Map<string, Buffer>>();
  const resting = new Map<string, number>();
  /** Those that were not compared with what was published yet: also where nothing happens in them. */
  let unseen: Set<string> | null = null;

  const work = async (agencyId: string, isBusy: boolean): Promise<boolean> => {
    if (!held.has(agencyId)) {
      if (!(await queries.tryLock(db, agencyId))) return false;
      held.add(agencyId);
    }
    if (!begun.has(agencyId)) {
      if (!(await begin(context, db, agencyId, isBusy))) return false;
      begun.add(agencyId);
    }
    const appended = await append(context, db, agencyId);
    return (await publish(context, db, agencyId, edges)) || appended > 0;
  };
  return {
    pass: async () => {
      let moved = false;
      unseen ??= new Set(await queries.everyLog(db));
      const busy = new Set(await queries.busyLogs(db));
      for (const agencyId of unseen.union(busy)) {
        if ((resting.get(agencyId) ?? 0) > performance.now()) continue;
        try {
          moved = (await work(agencyId, busy.has(agencyId))) || moved;
          unseen.delete(agencyId);
        } catch (error) {
          // A connection that is gone took the locks along: everything begins anew.
          if (isDatabaseDown(error)) throw error;
          const retry = error instanceof ArchiveError ? error.retry : 'later';
          begun.delete(agencyId);
          edges.delete(agencyId);
          resting.set(agencyId, performance.now() + REST_MS[retry]);
          log.error({ agencyId, code: codeOf(error), err: error }, 'log.stands-still');
        }
      }
      return moved;
    },
  };
}

/** Step 1. Answers how many events got their place. */
async function append(context: SequencerContext, db: LogDb, agencyId: string): Promise<number> {
  return await db.transaction().execute(async (tx) => {
    const head = await queries.readHead(tx, agencyId, true);
    if (head === null) throw damaged('it has leaves to come and was never begun');
    const events = await queries.waiting(tx, agencyId, context.batch ?? BATCH);
    if (events.length === 0) return 0;
    const leaves = events.map((event, at) => {
      const salt = randomBytes(32);
      const idx = head.size + at;
      const entry = entryOfEvent(event, { origin: head.origin, index: idx, salt });
      return { idx, eventId: event.id, recordId: event.recordId, entry, hash: leafHash(entry), salt };
    });
    const grown = grow(
      frontierOfHead(head),
      leaves.map((leaf) => leaf.hash),
    );
    await queries.insertLeaves(tx, agencyId, leaves);
    await queries.moveHead(tx, agencyId, { size: grown.size, frontier: Buffer.concat(grown.hashes) });
    await queries.takeOut(
      tx,
      agencyId,
      events.map((event) => event.seq),
    );
    return events.length;
  });
}

/** Steps 2 and 3. False: the newest checkpoint is of the present size. */
async function publish(
  context: SequencerContext,
  db: LogDb,
  agencyId: string,
  edges: Map<string, Map<string, Buffer>>,
): Promise<boolean> {
  const head = await queries.readHead(db, agencyId);
  if (head === null || head.published === head.size) return false;
  const leaves = await queries.leavesBetween(db, agencyId, head.published, head.size);
  const keys = await queries.keysOf(db, agencyId);
  const { files, keyFolder, leaseMs } = context;
  const checkpoint = await writeCheckpoint(
    { files, keyFolder, edges, leaseMs },
    { agencyId, head, leaves, keys },
  );
  const records = leaves.flatMap(({ recordId }) => (recordId === null ? [] : [recordId]));
  await queries.publish(db, agencyId, checkpoint, [...new Set(records)]);
  return true;
}

/**
 * Before a log is touched: makes it if there is none, and compares what the database holds with the newest checkpoint in the store.
 *   the same size, or a size of before   the root must be the one that was signed; otherwise it stands still (`log-forked`)
 *   a larger size                        the database was restored to an earlier time: `replay`, or it stands still (`log-behind`)
 *   none, or an older one                the store is behind, after a crash or because it is another one: it gets what it lacks
 * False: there is no log, and nothing that would have to stand in one.
 */
async function begin(
  context: SequencerContext,
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
  let published = head === null || note === null ? null : await opened(db, agencyId, head, note);
  if (note !== null && (head === null || (published?.size ?? 0) > head.size)) {
    if (context.replay === undefined)
      throw new ArchiveError(
        'log-behind',
        `The log of ${agencyId} was published with ${published?.size ?? 'some'} entries, and the database has ${head?.size ?? 'none'}: it was restored to an earlier time. Nothing is signed before what is missing was put back.`,
        { retry: 'never' },
      );
    await context.replay(agencyId);
    head = await queries.readHead(db, agencyId);
    published = head === null ? null : await opened(db, agencyId, head, note);
  }
  if (head === null || (published?.size ?? 0) > head.size)
    throw damaged('it is still behind what was published');
  if (published !== null) await compare(db, agencyId, head, published);
  const inStore = published?.size ?? 0;
  if (inStore < head.published) {
    context.log.warn({ agencyId, inStore, published: head.published }, 'log.store-behind');
    await fill(context, db, agencyId, head, inStore);
  }
  return true;
}

/** The root of the database at the size that was published must be the one that was signed. */
async function compare(
  db: LogDb,
  agencyId: string,
  head: queries.Head,
  published: OpenedCheckpoint,
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

const STRETCH = 10_000;

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

/** Writes the files from size `inStore` to the size that was published, in stretches, as if each had been published. */
async function fill(
  { files, keyFolder, leaseMs }: SequencerContext,
  db: LogDb,
  agencyId: string,
  head: queries.Head,
  inStore: number,
): Promise<void> {
  const keys = await queries.keysOf(db, agencyId);
  const edges = new Map<string, Map<string, Buffer>>();
  let frontier = EMPTY_FRONTIER;
  for (let from = 0; from < head.published;) {
    const end = Math.min(from < inStore ? inStore : head.published, from + STRETCH);
    const rows = await queries.leavesBetween(db, agencyId, from, end);
    frontier = grow(
      frontier,
      rows.map((row) => leafHash(row.entry)),
    );
    if (from >= inStore) {
      const known = await queries.checkpointRow(db, agencyId, end);
      if (known !== null && Buffer.compare(known.root, rootOf(frontier)) !== 0)
        throw damaged(`its entries do not lead to the root that was signed at size ${end}`);
      await writeCheckpoint(
        { files, keyFolder, edges, leaseMs },
        {
          agencyId,
          head: {
            origin: head.origin,
            size: end,
            frontier: Buffer.concat(frontier.hashes),
            published: from,
          },
          leaves: rows,
          keys,
        },
      );
    }
    from = end;
  }
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
