/**
 * Store and rows compared in both directions, agency by agency, once a night: the lock and the hold of each version, by HEAD, with what
 * its row says and with what is wanted; and everything that lies under the agency's prefix with the rows.
 *
 * Mended: a lock that is shorter than wanted is extended; a hold that is not set, though the record is held, is set; one that stands
 * although its last hold was released is taken off; a row that is behind the store takes over what the store says. Not mended, and an
 * alarm: what is gone, what is not in compliance mode, a lock that ends sooner than its row said (that cannot happen without somebody
 * who got past it; it is extended all the same), a hold in the store that nobody placed here, and what no row knows.
 *
 * A bounded rate, so that the store is there for others. Where it is cut short the next one goes on behind the last batch.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ArchiveError, codeOf, type ErrorCode } from '#errors.ts';
import type { LockFindingCode } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';
import type { ObjectState, ObjectVersion } from '#store/store.ts';
import type { MirrorOptions } from './hold-mirror.ts';
import { extended } from './leases.ts';
import { agencyIds, factsOf, writeLock } from './lock-queries.ts';
import { lockWanted } from './locks.ts';
import { writeHeld } from './mirror-queries.ts';
import {
  beginRound,
  endRound,
  findingGone,
  found,
  rowsAfter,
  strangers,
  writePlace,
  type Finding,
  type RoundRow,
} from './reconcile-queries.ts';

export interface RoundReport {
  readonly looked: number;
  readonly mended: number;
  readonly wrong: number;
}

export interface RoundOptions extends MirrorOptions {
  readonly everyMs: number;
  /** Asked of the store in a second, at most. */
  readonly rate?: number;
  readonly batchSize?: number;
}

const RATE = 100;
const BATCH = 100;

/** Every agency whose round is due. */
export async function reconcileAll(options: RoundOptions): Promise<RoundReport> {
  let [looked, mended, wrong] = [0, 0, 0];
  for (const agencyId of await agencyIds(options.db)) {
    if (options.signal?.aborted === true) break;
    const report = await reconcile(options, agencyId);
    looked += report?.looked ?? 0;
    mended += report?.mended ?? 0;
    wrong += report?.wrong ?? 0;
  }
  return { looked, mended, wrong };
}

/** Null: it is not due, or was cut short. */
export async function reconcile(options: RoundOptions, agencyId: string): Promise<RoundReport | null> {
  const { db, log, everyMs, signal, batchSize = BATCH, rate = RATE } = options;
  const round = await db.inAgency(agencyId, async (at) => await beginRound(at, everyMs));
  if (round === null) return null;
  let { after, looked, mended } = round;
  for (;;) {
    if (signal?.aborted === true) return null;
    const began = performance.now();
    const rows = await db.inAgency(agencyId, async (at) => await rowsAfter(at, after, batchSize));
    for (const row of rows) mended += (await compared(options, agencyId, row, round.begunAt)) ? 1 : 0;
    looked += rows.length;
    after = rows.at(-1)?.key ?? after;
    const place = { after, looked, mended };
    await db.inAgency(agencyId, async (at) => await writePlace(at, place));
    if (rows.length < batchSize) break;
    await sleep(Math.max(0, (1000 * rows.length) / rate - (performance.now() - began)), undefined, {
      signal,
    }).catch(() => undefined);
  }
  await lookForStrangers(options, agencyId, round.begunAt);
  const report = await db.inAgency(agencyId, async (at) => {
    await findingGone(at, round.begunAt);
    const wrong = await endRound(at, { looked, mended });
    if (looked > 0)
      await appendEvent(at, null, {
        type: 'lock.compared',
        actor: 'worker:retention',
        body: { objects: looked, failed: wrong, mended },
      });
    return { looked, mended, wrong };
  });
  log.info({ agencyId, ...report }, 'lock.round');
  return report;
}

/** Says nothing of the one version, but of the store or the database: the round goes on with this batch when they are there again. */
const NOT_THERE: readonly ErrorCode[] = ['store-down', 'store-clock-skewed', 'database-down'];

async function compared(
  options: RoundOptions,
  agencyId: string,
  row: RoundRow,
  begunAt: Date,
): Promise<boolean> {
  try {
    return await compare(options, agencyId, row, begunAt);
  } catch (error) {
    if (!(error instanceof ArchiveError) || NOT_THERE.includes(error.code)) throw error;
    const { key, versionId, recordId } = row;
    await alarm(options, agencyId, { key, versionId, recordId, code: 'unreadable' }, begunAt);
    return false;
  }
}

/** True: something was mended. A store that cannot be reached ends the round here; it goes on with this batch. */
async function compare(
  options: RoundOptions,
  agencyId: string,
  row: RoundRow,
  begunAt: Date,
): Promise<boolean> {
  const { db, store, leaseMs, now, log } = options;
  const { key, versionId, recordId } = row;
  const say = async (code: LockFindingCode): Promise<void> =>
    await alarm(options, agencyId, { key, versionId, recordId, code }, begunAt);
  let state = await headOf(options, row);
  if (state === null) {
    await say('missing');
    return false;
  }
  let isMended = false;
  if (state.mode !== 'COMPLIANCE' || state.retainUntil === null) await say('lock-missing');
  else {
    if (state.retainUntil < row.lockedUntil) await say('lock-short');
    const facts = { ...factsOf(row), lockedUntil: state.retainUntil };
    const least = state.retainUntil < row.lockedUntil && !row.isEnding ? row.lockedUntil : null;
    const wanted = lockWanted(facts, leaseMs, now()) ?? least;
    if (wanted !== null) {
      state =
        (await extended(options, { key, versionId, lockedUntil: state.retainUntil }, later(wanted, least))) ??
        state;
      isMended = true;
    }
  }
  if (state.hold !== row.isHeld) {
    // Off is put right only where our own row knows of it: what somebody else set is theirs to take away.
    if (state.hold && row.heldAt === null) await say('hold-unknown');
    else {
      await (row.isHeld ? store.hold(key, versionId) : store.release(key, versionId));
      state = (await store.head(key, versionId)) ?? state;
      isMended = state.hold === row.isHeld;
      if (!isMended) await say('hold-not-set');
    }
  }
  const { retainUntil, hold, mode } = state;
  const isBehind = mode === 'COMPLIANCE' && retainUntil !== null && retainUntil > row.lockedUntil;
  if (!isMended && !isBehind && (row.heldAt !== null) === hold) return false;
  await db.inAgency(agencyId, async (at) => {
    if (isBehind) await writeLock(at, row, retainUntil);
    if ((row.heldAt !== null) !== hold && hold === row.isHeld) await writeHeld(at, key, hold);
    if (isMended)
      await appendEvent(at, recordId, {
        type: 'lock.mended',
        actor: 'worker:retention',
        body: { objects: 1 },
      });
  });
  if (isMended) log.warn({ recordId }, 'lock.mended');
  return isMended || isBehind;
}

const later = (one: Date, other: Date | null): Date => (other !== null && other > one ? other : one);

/** Null: it is not there. */
async function headOf({ store }: RoundOptions, { key, versionId }: RoundRow): Promise<ObjectState | null> {
  try {
    return await store.head(key, versionId);
  } catch (error) {
    if (codeOf(error) === 'store-object-missing') return null;
    throw error;
  }
}

/** Told once, and kept until a round does not meet it any more. */
async function alarm(
  { db, log }: RoundOptions,
  agencyId: string,
  finding: Finding,
  begunAt: Date,
): Promise<void> {
  const { recordId, code } = finding;
  await db.inAgency(agencyId, async (at) => {
    if (!(await found(at, finding, begunAt))) return;
    log.error({ agencyId, recordId, code }, 'lock.wanting');
    await appendEvent(at, recordId, { type: 'lock.wanting', actor: 'worker:retention', body: { code } });
  });
}

const CHUNK = 500;

/** What lies under the agency's prefix, and no row knows. */
async function lookForStrangers(options: RoundOptions, agencyId: string, begunAt: Date): Promise<void> {
  const { db, store, signal } = options;
  let chunk: ObjectVersion[] = [];
  const judge = async (): Promise<void> => {
    signal?.throwIfAborted();
    const some = chunk;
    chunk = [];
    for (const one of await db.inAgency(agencyId, async (at) => await strangers(at, some))) {
      const code = one.isDeleteMarker ? 'delete-marker' : 'unknown-version';
      await alarm(
        options,
        agencyId,
        { key: one.key, versionId: one.versionId, recordId: null, code },
        begunAt,
      );
    }
  };
  for await (const one of store.versions(`a/${agencyId}/rec/`)) {
    chunk.push(one);
    if (chunk.length === CHUNK) await judge();
  }
  if (chunk.length > 0) await judge();
}
