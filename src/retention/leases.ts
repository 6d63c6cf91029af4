/**
 * The lease: every sealed object is locked for `leaseMs` from its seal and renewed when less than half of that is left,
 * so that an outage of half a lease loosens nothing. A lock that ran out makes an object deletable; nothing here deletes it.
 * Order: extend in the store → HEAD by version id → row. A crash in between is a row that is too early, and renewed again.
 * What the store refused to extend may be locked for longer already: HEAD decides, not the answer.
 */
import { codeOf, type ErrorCode } from '#errors.ts';
import type { Db } from '#db/db.ts';
import type { Log } from '#log.ts';
import { appendEvent } from '#record/record.ts';
import type { ObjectState, ObjectStore } from '#store/store.ts';
import { locksEndingBefore, recordsLetGo, writeLock, writePass, type LeasedObject } from './queries.ts';

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
  /** Ends the pass before its next object. */
  readonly signal?: AbortSignal;
  readonly batchSize?: number;
}

const PASS_MS = 3_600_000;

/** How often a pass is due. With a short lease (trial) often enough to keep it. */
export function leasePassMs(leaseMs: number): number {
  return Math.min(PASS_MS, Math.max(1000, leaseMs / 8));
}

const BATCH = 1000;
/** A store that was not there so many times in a row is down, and the rest waits for the next pass. */
const GIVE_UP_AFTER = 10;
/** Says nothing of the one object, but of the store. */
const NOT_THERE: readonly ErrorCode[] = ['store-down', 'store-clock-skewed'];

/** One pass over everything that is due, soonest first. What failed is left as it is, and met again by the next pass. */
export async function renewLeases(options: RenewalOptions): Promise<RenewalReport> {
  const { db, leaseMs, log, signal, batchSize = BATCH } = options;
  const before = new Date(options.now().getTime() + leaseMs / 2);
  const report = { looked: 0, renewed: 0, failed: 0 };
  const letGo = await recordsLetGo(db);
  let notThere = 0;
  let last: LeasedObject | undefined;
  const over = (): boolean => signal?.aborted === true || notThere >= GIVE_UP_AFTER;
  do {
    const due = await locksEndingBefore(db, before, batchSize, last);
    last = due.length < batchSize ? undefined : due.at(-1);
    const renewed = new Map<string, LeasedObject[]>();
    for (const object of due) {
      if (over()) break;
      if (letGo.has(object.recordId)) continue;
      report.looked += 1;
      const failure = await renew(options, object);
      notThere = failure !== null && NOT_THERE.includes(failure) ? notThere + 1 : 0;
      if (failure === null) {
        report.renewed += 1;
        renewed.set(object.recordId, [...(renewed.get(object.recordId) ?? []), object]);
      } else report.failed += 1;
    }
    for (const [recordId, objects] of renewed) await enter(db, recordId, objects);
  } while (last !== undefined && !over());
  log.info(report, 'lease.pass');
  // One that was cut short by the end of its process was none.
  if (signal?.aborted !== true) await writePass(db, report);
  return report;
}

/** Null, or why the lock stands as it stood. */
async function renew(
  { db, store, leaseMs, now, log }: RenewalOptions,
  object: LeasedObject,
): Promise<ErrorCode | null> {
  const { key, versionId, recordId } = object;
  try {
    await store.extend(key, versionId, new Date(now().getTime() + leaseMs)).catch((error: unknown) => {
      if (codeOf(error) !== 'store-refused') throw error;
    });
    const state = await store.head(key, versionId);
    if (!isLonger(state, object)) {
      log.error({ recordId, code: 'store-lock-not-confirmed' }, 'lease.failed');
      return 'store-lock-not-confirmed';
    }
    await writeLock(db, object, state.retainUntil);
    return null;
  } catch (error) {
    log.error({ recordId, code: codeOf(error), err: error }, 'lease.failed');
    return codeOf(error);
  }
}

function isLonger(
  state: ObjectState | null,
  object: LeasedObject,
): state is ObjectState & { readonly retainUntil: Date } {
  return state?.mode === 'COMPLIANCE' && state.retainUntil !== null && state.retainUntil > object.lockedUntil;
}

async function enter(db: Db, recordId: string, objects: readonly LeasedObject[]): Promise<void> {
  const [first] = objects;
  if (first === undefined) return;
  await db.inAgency(
    first.agencyId,
    async (at) =>
      await appendEvent(at, recordId, {
        type: 'lease.renewed',
        actor: 'worker:retention',
        body: { objects: objects.length },
      }),
  );
}
