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
 * can write nothing. That no fork is signed does not rest on the lock: before anything is signed, what was signed last must be the
 * beginning of it, and that is remembered beside the keys, not in the database.
 *
 * A database that was restored to an earlier time would sign another history from there. So before a log is touched for the first
 * time on a connection, the newest checkpoint that was published is read from the store and compared: begin.ts.
 */
import { randomBytes } from 'node:crypto';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { ArchiveError, codeOf, type Retry } from '#errors.ts';
import { isDatabaseDown, type Db } from '#db/db.ts';
import type { Log } from '#log.ts';
import type { LogFiles } from '#store/store.ts';
import { begin } from './begin.ts';
import { entryOfEvent } from './event-entry.ts';
import type { KeyFolder } from './keys.ts';
import { grow, leafHash, type TreeHead } from './merkle.ts';
import {
  damaged,
  frontierOfHead,
  leavesOf,
  writeCheckpoint,
  type Leaf,
  type PublishContext,
} from './publish.ts';
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
  /** Partial tiles, which most grow out of in seconds: two hours (PARTIAL_MS). */
  readonly partialMs?: number;
  /** How long to wait when nothing was there. */
  readonly idleMs: number;
  /** Entries in one transaction. */
  readonly batch?: number;
  /** How long a log that failed is left alone. */
  readonly restMs?: typeof REST_MS;
  /** At most, before it connects once more. */
  readonly longestWaitMs?: number;
  /**
   * The database is behind what was published, or has nothing of this log: puts back what is missing from the files of the log, and
   * what follows from it. Without it such a log stands still.
   */
  readonly replay?: (agencyId: string) => Promise<void>;
}

export interface Sequencer {
  stop(): Promise<void>;
}

/** More in one transaction is faster where many wait, and nobody waits for the last of few. */
const BATCH = 4000;
/** The database writes so many of them while the next ones are made. */
const PORTION = 500;
const LONGEST_WAIT_MS = 5000;
/** One that may be well again soon, and one that waits for a person. */
const REST_MS: Readonly<Record<Retry, number>> = { later: 1000, never: 10_000, halt: 10_000 };

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
        await pause(Math.min(context.longestWaitMs ?? LONGEST_WAIT_MS, 200 * 2 ** failures));
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

/** The logs, on one connection. A log that fails stands still by itself, and says why: the others go on. */
function openLogs(context: SequencerContext, db: LogDb): Logs {
  const { log } = context;
  const held = new Set<string>();
  const begun = new Set<string>();
  const edges = new Map<string, Map<string, Buffer>>();
  const signed = new Map<string, TreeHead>();
  const ahead = new Map<string, Ahead>();
  const resting = new Map<string, number>();
  /** By the code of what is wrong; and those in which all went well since they began. */
  const standing = new Map<string, string>();
  const well = new Set<string>();
  /** Those that nothing waits for as well: what is wrong with one must be known before its next event. Then it says so, and is busy. */
  let unseen: Set<string> | null = null;

  const goOn = async (agencyId: string): Promise<void> => {
    if (well.has(agencyId)) return;
    // Also what a process before this one wrote.
    await queries.clearStanding(db, agencyId);
    well.add(agencyId);
    if (standing.delete(agencyId)) log.info({ agencyId }, 'log.goes-on');
  };
  const work = async (agencyId: string, isBusy: boolean): Promise<boolean> => {
    if (!held.has(agencyId)) {
      if (!(await queries.tryLock(db, agencyId))) return false;
      held.add(agencyId);
    }
    if (!begun.has(agencyId)) {
      if (!(await begin({ ...context, edges, signed }, db, agencyId, isBusy))) {
        // There is no log, and that could be seen: a reason that it stood still for is gone, too.
        await goOn(agencyId);
        return false;
      }
      begun.add(agencyId);
    }
    const next = ahead.get(agencyId);
    ahead.delete(agencyId);
    const appended = await append(context, db, agencyId, next);
    const published = await publish(context, db, agencyId, appended, { edges, signed });
    if (published?.ahead !== undefined) ahead.set(agencyId, published.ahead);
    await goOn(agencyId);
    return published !== null;
  };
  const standStill = async (agencyId: string, error: unknown): Promise<void> => {
    const retry = error instanceof ArchiveError ? error.retry : 'later';
    const code = codeOf(error);
    begun.delete(agencyId);
    well.delete(agencyId);
    edges.delete(agencyId);
    resting.set(agencyId, performance.now() + (context.restMs ?? REST_MS)[retry]);
    // Once for each reason: it is tried again each second.
    if (standing.get(agencyId) !== code) log.error({ agencyId, code, err: error }, 'log.stands-still');
    standing.set(agencyId, code);
    // What is no error of ours may carry anything.
    const sentence =
      error instanceof ArchiveError ? error.message : 'It failed, and the worker’s own log says how.';
    await queries.writeStanding(db, agencyId, { code, sentence });
  };
  return {
    pass: async () => {
      let moved = false;
      unseen ??= new Set(await queries.everyLog(db));
      const busy = new Map(
        (await queries.busyLogs(db)).map(({ agencyId, isBusy }) => [agencyId, isBusy] as const),
      );
      for (const agencyId of unseen.union(busy)) {
        if ((resting.get(agencyId) ?? 0) > performance.now()) continue;
        try {
          moved = (await work(agencyId, busy.get(agencyId) === true)) || moved;
          unseen.delete(agencyId);
        } catch (error) {
          // A connection that is gone took the locks along: everything begins anew.
          if (isDatabaseDown(error)) throw error;
          unseen.add(agencyId);
          await standStill(agencyId, error);
        }
      }
      return moved;
    },
  };
}

interface Appended {
  readonly head: queries.Head;
  /** All that is not published, as it was committed a moment ago; null where it is of an earlier pass, or of a process that died. */
  readonly leaves: readonly Leaf[] | null;
  /** As many waited as one pass takes: there may be more. */
  readonly isFull: boolean;
}

/** Of a backlog: what waits, read while the files of the batch before it were written, to go on at this size. */
interface Ahead {
  readonly size: number;
  readonly waiting: readonly queries.Waiting[];
}

/** Step 1. What is owed from before is published first: so no more than one batch is ever between the leaves and the store. */
async function append(
  context: SequencerContext,
  db: LogDb,
  agencyId: string,
  ahead: Ahead | undefined,
): Promise<Appended> {
  const most = context.batch ?? BATCH;
  return await db.transaction().execute(async (tx) => {
    const head = await queries.readHead(tx, agencyId, true);
    if (head === null) throw damaged('it has leaves to come and was never begun');
    if (head.published < head.size) return { head, leaves: null, isFull: false };
    const waiting =
      ahead?.size === head.size && ahead.waiting.length > 0
        ? ahead.waiting
        : await queries.waiting(tx, agencyId, most);
    const isFull = waiting.length >= most;
    if (waiting.length === 0) return { head, leaves: [], isFull };
    // What has its leaf waits for nothing, however it came to stand here again.
    const events = waiting.filter((one) => !one.isEntered);
    const leaves: queries.NewLeaf[] = [];
    let writing: Promise<void> = Promise.resolve();
    while (leaves.length < events.length) {
      const first = head.size + leaves.length;
      const made = leavesOfEvents(events.slice(leaves.length, leaves.length + PORTION), head.origin, first);
      if (made instanceof ArchiveError) {
        // What comes before it gets its place now; this one is met again as the first.
        if (leaves.length > 0) break;
        throw made;
      }
      leaves.push(...made);
      await writing;
      writing = queries.insertLeaves(tx, agencyId, first, made);
      // On its way before the next ones are made. Should they fail, nobody waits for it: the transaction ends with them.
      writing.catch(() => undefined);
      await setImmediate();
    }
    await writing;
    const entered = waiting.filter((one) => one.isEntered);
    await queries.takeOut(
      tx,
      agencyId,
      [...entered, ...events.slice(0, leaves.length)].map(({ seq }) => seq),
    );
    if (leaves.length === 0) return { head, leaves, isFull };
    const grown = grow(
      frontierOfHead(head),
      leaves.map((leaf) => leaf.hash),
    );
    const frontier = Buffer.concat(grown.hashes);
    await queries.moveHead(tx, agencyId, { size: grown.size, frontier });
    return { head: { ...head, size: grown.size, frontier }, leaves, isFull };
  });
}

/** At least one, up to the first that does not fit; or why the first of all does not. */
function leavesOfEvents(
  events: readonly queries.Waiting[],
  origin: string,
  first: number,
): queries.NewLeaf[] | ArchiveError {
  const leaves: queries.NewLeaf[] = [];
  // In one call for all of them: each takes as long as a few hashes.
  const salts = randomBytes(32 * events.length);
  for (const [at, event] of events.entries()) {
    const salt = salts.subarray(at * 32, at * 32 + 32);
    const idx = first + at;
    try {
      const entry = entryOfEvent(event, { origin, index: idx, salt });
      leaves.push({ idx, eventId: event.id, recordId: event.recordId, entry, hash: leafHash(entry), salt });
    } catch (error) {
      return leaves.length > 0 ? leaves : misfit(event.id, error);
    }
  }
  return leaves;
}

/** No event is passed over: whoever could leave one out of the log could leave out every other. */
function misfit(eventId: string, cause: unknown): ArchiveError {
  return new ArchiveError(
    'log-entry-malformed',
    `The event ${eventId} does not fit into the log, and nothing after it is entered before it does: ${cause instanceof Error ? cause.message : 'it failed.'}`,
    { retry: 'never', cause, details: { eventId } },
  );
}

/** Steps 2 and 3. Null: the newest checkpoint is of the present size. */
async function publish(
  context: SequencerContext,
  db: LogDb,
  agencyId: string,
  appended: Appended,
  known: Pick<PublishContext, 'edges' | 'signed'>,
): Promise<{ readonly ahead?: Ahead } | null> {
  const { head } = appended;
  if (head.published === head.size) return null;
  const leaves =
    appended.leaves ?? leavesOf(await queries.leavesBetween(db, agencyId, head.published, head.size));
  const keys = await queries.keysOf(db, agencyId);
  const { files, keyFolder, leaseMs, partialMs } = context;
  const reading = appended.isFull ? queries.waiting(db, agencyId, context.batch ?? BATCH) : null;
  // What is wrong with it is told where it is waited for.
  reading?.catch(() => undefined);
  // One that stood still for minutes and lost its connection must not put an older checkpoint over a newer one.
  const sure = async (): Promise<void> => {
    await reading;
    await queries.assertConnected(db);
  };
  const checkpoint = await writeCheckpoint(
    { files, keyFolder, leaseMs, ...(partialMs === undefined ? {} : { partialMs }), sure, ...known },
    { agencyId, head, leaves, keys },
  );
  const records = leaves.flatMap(({ recordId }) => (recordId === null ? [] : [recordId]));
  if (!(await queries.publish(db, agencyId, checkpoint, [...new Set(records)])))
    throw damaged(`another root was published at size ${checkpoint.size}`);
  return reading === null ? {} : { ahead: { size: head.size, waiting: await reading } };
}
