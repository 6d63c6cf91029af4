/**
 * What the rows say of holds, in the store: legal hold on for every version of a held record, read back by HEAD, and its lock as long as
 * a hold wants it, because some stores delete what is held once its lock ended (rule 3). After the last release: off, and read back.
 *
 * A row of `hold_owed` is there from the moment a hold begins or ends until every version of the record was asked and says so. Whoever
 * dies in between leaves the row, and the next one goes on with the versions that do not say so yet. A hold that begins or ends
 * meanwhile makes the row another generation: it stays. A version whose intent is committed and whose bytes are not confirmed keeps the
 * row as well, because whoever seals it may have asked before the hold was there; one whose intent comes later is born held.
 */
import { ArchiveError, codeOf } from '#errors.ts';
import { HELD_LEASES } from './locks.ts';
import { extended, type RenewalOptions } from './leases.ts';
import { agencyIds, writeLock } from './lock-queries.ts';
import { catchUp } from './hold-queries.ts';
import {
  heldObjects,
  owedHolds,
  later,
  settled,
  writeHeld,
  type HeldObject,
  type OwedHold,
} from './mirror-queries.ts';

export interface MirrorReport {
  /** Records whose holds the store was to be told of. */
  readonly records: number;
  /** Versions that say now what the rows say. */
  readonly told: number;
  readonly failed: number;
}

export interface MirrorOptions extends Pick<
  RenewalOptions,
  'db' | 'store' | 'leaseMs' | 'now' | 'log' | 'signal'
> {
  /** What failed waits so long, or for the next hold that begins or ends. */
  readonly retryMs?: number;
}

const BATCH = 200;
const GIVE_UP_AFTER = 10;

/** Everything that is owed, oldest first. What the store did not take is met again by the next pass. */
export async function mirrorHolds(options: MirrorOptions): Promise<MirrorReport> {
  const { db, log, signal } = options;
  let [records, told, failed, notThere] = [0, 0, 0, 0];
  let last: OwedHold | undefined;
  do {
    const owed = await owedHolds(db, BATCH, last);
    last = owed.length < BATCH ? undefined : owed.at(-1);
    for (const one of owed) {
      if (signal?.aborted === true || notThere >= GIVE_UP_AFTER) return { records, told, failed };
      records += 1;
      const done = await tell(options, one);
      told += done.told;
      failed += done.failed;
      notThere = done.isDown ? notThere + 1 : 0;
    }
  } while (last !== undefined);
  if (records > 0) log.info({ records, told, failed }, 'hold.pass');
  return { records, told, failed };
}

interface Told {
  readonly told: number;
  readonly failed: number;
  readonly isDown: boolean;
}

/** What came to match a standing hold in the moment in which it was placed. */
export async function catchUpHolds({ db, log, signal }: MirrorOptions): Promise<number> {
  let all = 0;
  for (const agencyId of await agencyIds(db)) {
    if (signal?.aborted === true) break;
    const more = await db.inAgency(agencyId, catchUp);
    if (more > 0) log.info({ agencyId, records: more }, 'hold.caught-up');
    all += more;
  }
  return all;
}

async function tell(options: MirrorOptions, owed: OwedHold): Promise<Told> {
  const { db, log, signal } = options;
  const { agencyId, recordId } = owed;
  const { isHeld, objects } = await db.inAgency(agencyId, async (at) => await heldObjects(at, recordId));
  let [told, failed] = [0, 0];
  let isDown = false;
  for (const object of objects) {
    if (signal?.aborted === true) return { told, failed, isDown };
    try {
      if (await tellOne(options, agencyId, object, isHeld)) told += 1;
    } catch (error) {
      failed += 1;
      log.error({ recordId, code: codeOf(error), err: error }, 'hold.failed');
      // A store that is down is down for the next version too.
      isDown = codeOf(error) === 'store-down';
      if (isDown) break;
    }
  }
  await db.inAgency(agencyId, async (at) => {
    if (failed === 0) await settled(at, owed, isHeld);
    else await later(at, owed, options.retryMs ?? 0);
  });
  return { told, failed, isDown };
}

/** False: there was nothing to say. */
async function tellOne(
  options: MirrorOptions,
  agencyId: string,
  object: HeldObject,
  isHeld: boolean,
): Promise<boolean> {
  const { db, store, leaseMs, now } = options;
  const { key, versionId } = object;
  const until = new Date(now().getTime() + HELD_LEASES * leaseMs);
  const isShort = isHeld && object.lockedUntil.getTime() - now().getTime() < (HELD_LEASES / 2) * leaseMs;
  if (object.isTold === isHeld && !isShort) return false;
  if (object.isTold !== isHeld) await (isHeld ? store.hold(key, versionId) : store.release(key, versionId));
  const state = isShort ? await extended(options, object, until) : await store.head(key, versionId);
  if (state === null) throw notThere(key);
  await db.inAgency(agencyId, async (at) => {
    if (state.retainUntil !== null) await writeLock(at, object, state.retainUntil);
    if (state.hold === isHeld) await writeHeld(at, key, isHeld);
  });
  if (state.hold !== isHeld) throw notTaken(key);
  return true;
}

const notThere = (key: string): ArchiveError =>
  new ArchiveError('store-object-missing', `The store does not have ${key} any more.`, { retry: 'never' });

const notTaken = (key: string): ArchiveError =>
  new ArchiveError('store-lock-not-confirmed', `The store does not show the hold of ${key} as it was told.`, {
    retry: 'later',
  });
