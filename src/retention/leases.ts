/**
 * Locks follow law: each sealed object's lock is kept as long as `lockWanted` says (locks.ts), and read back. What is not sure has a
 * lease, renewed when less than half of it is left, so that an outage of half a lease loosens nothing. A lock that ran out makes an
 * object deletable; nothing here deletes it.
 * Order: extend in the store → HEAD by version id → row. A crash in between is a row that is too early, and renewed again.
 * What the store refused to extend may be locked for longer already: HEAD decides, not the answer. One that takes no date so far off is
 * asked for an earlier one.
 */
import { codeOf, type ErrorCode } from '#errors.ts';
import type { Db } from '#db/db.ts';
import type { Log } from '#log.ts';
import { appendEvent } from '#record/record.ts';
import type { ObjectState, ObjectStore } from '#store/store.ts';
import { agencyIds, locksToLookAt, writeLapse, writeLock, type LockedObject } from './lock-queries.ts';
import { HELD_LEASES, isLetGo, lockWanted, STEP_LEASES } from './locks.ts';
import { writePass } from './queries.ts';

export interface RenewalReport {
  /** How many locks near their end were asked for: a report over nothing says so. */
  readonly looked: number;
  readonly renewed: number;
  readonly failed: number;
}

export interface RenewalOptions {
  readonly db: Db;
  readonly store: ObjectStore;
  readonly leaseMs: number;
  readonly now: () => Date;
  readonly log: Log;
  /** Looks at every lock, and not only at those near their end: what is confirmed or dated meanwhile is locked for its term. */
  readonly whole?: boolean;
  /** Ends the pass before its next object. */
  readonly signal?: AbortSignal;
  readonly batchSize?: number;
}

const PASS_MS = 3_600_000;

/** How often a pass is due. With a short lease (trial) often enough to keep it. */
export function leasePassMs(leaseMs: number): number {
  return Math.min(PASS_MS, Math.max(1000, leaseMs / 8));
}

/** How often one looks at every lock: once a day. */
export function wholePassMs(leaseMs: number): number {
  return Math.max(leasePassMs(leaseMs), leaseMs / 30);
}

const BATCH = 1000;
/** A store that was not there so many times in a row is down, and the rest waits for the next pass. */
const GIVE_UP_AFTER = 10;
/** Says nothing of the one object, but of the store. */
const NOT_THERE: readonly ErrorCode[] = ['store-down', 'store-clock-skewed'];

interface Pass {
  looked: number;
  renewed: number;
  failed: number;
  notThere: number;
}

/** One pass over everything that is due, agency by agency, soonest first. What failed is left as it is, and met again by the next pass. */
export async function renewLeases(options: RenewalOptions): Promise<RenewalReport> {
  const { db, log, signal } = options;
  const pass: Pass = { looked: 0, renewed: 0, failed: 0, notThere: 0 };
  for (const agencyId of await agencyIds(db)) {
    if (over(options, pass)) break;
    await renewAgency(options, agencyId, pass);
  }
  const { looked, renewed, failed } = pass;
  const report = { looked, renewed, failed };
  log.info(report, 'lease.pass');
  // One that was cut short by the end of its process was none.
  if (signal?.aborted !== true) await writePass(db, report);
  return report;
}

const over = ({ signal }: RenewalOptions, { notThere }: Pass): boolean =>
  signal?.aborted === true || notThere >= GIVE_UP_AFTER;

async function renewAgency(options: RenewalOptions, agencyId: string, pass: Pass): Promise<void> {
  const { db, leaseMs, whole = false, batchSize = BATCH } = options;
  const now = options.now();
  let last: LockedObject | undefined;
  do {
    const near = await db.inAgency(
      agencyId,
      async (at) => await locksToLookAt(at, { now, leaseMs, whole, limit: batchSize, last }),
    );
    last = near.length < batchSize ? undefined : near.at(-1);
    const renewed = new Map<string, LockedObject[]>();
    const lapsing: string[] = [];
    for (const object of near) {
      if (over(options, pass)) break;
      const wanted = lockWanted(object.facts, leaseMs, options.now());
      if (wanted === null) {
        if (isLetGo(object.facts, options.now())) lapsing.push(object.key);
        continue;
      }
      pass.looked += 1;
      const failure = await renew(options, object, wanted);
      pass.notThere = failure !== null && NOT_THERE.includes(failure) ? pass.notThere + 1 : 0;
      if (failure === null) {
        pass.renewed += 1;
        renewed.set(object.recordId, [...(renewed.get(object.recordId) ?? []), object]);
      } else pass.failed += 1;
    }
    await db.inAgency(agencyId, async (at) => await writeLapse(at, lapsing));
    for (const [recordId, objects] of renewed) await enter(db, agencyId, recordId, objects);
  } while (last !== undefined && !over(options, pass));
}

/** Null, or why the lock stands as it stood. */
async function renew(options: RenewalOptions, object: LockedObject, wanted: Date): Promise<ErrorCode | null> {
  const { db, log } = options;
  const { recordId } = object;
  try {
    const state = await extended(options, object, wanted);
    if (!isLonger(state, object)) {
      log.error({ recordId, code: 'store-lock-not-confirmed' }, 'lease.failed');
      return 'store-lock-not-confirmed';
    }
    await db.inAgency(object.agencyId, async (at) => await writeLock(at, object, state.retainUntil));
    return null;
  } catch (error) {
    log.error({ recordId, code: codeOf(error), err: error }, 'lease.failed');
    return codeOf(error);
  }
}

/** As the store shows it afterwards. */
export async function extended(
  { store, leaseMs, now }: Pick<RenewalOptions, 'store' | 'leaseMs' | 'now'>,
  object: Pick<LockedObject, 'key' | 'versionId' | 'lockedUntil'>,
  wanted: Date,
): Promise<ObjectState | null> {
  const { key, versionId, lockedUntil } = object;
  const earlier = [STEP_LEASES, HELD_LEASES, 1]
    .map((leases) => new Date(now().getTime() + leases * leaseMs))
    .filter((date) => date < wanted && date > lockedUntil);
  let state: ObjectState | null = null;
  for (const date of [wanted, ...earlier]) {
    const isRefused = await store.extend(key, versionId, date).then(
      () => false,
      (error: unknown) => {
        if (codeOf(error) !== 'store-refused') throw error;
        return true;
      },
    );
    state = await store.head(key, versionId);
    if (!isRefused || state === null || isLonger(state, object)) break;
  }
  return state;
}

function isLonger(
  state: ObjectState | null,
  object: Pick<LockedObject, 'lockedUntil'>,
): state is ObjectState & { readonly retainUntil: Date } {
  return state?.mode === 'COMPLIANCE' && state.retainUntil !== null && state.retainUntil > object.lockedUntil;
}

async function enter(
  db: Db,
  agencyId: string,
  recordId: string,
  objects: readonly LockedObject[],
): Promise<void> {
  await db.inAgency(
    agencyId,
    async (at) =>
      await appendEvent(at, recordId, {
        type: 'lease.renewed',
        actor: 'worker:retention',
        body: { objects: objects.length },
      }),
  );
}
