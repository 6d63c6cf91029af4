/**
 * What is asked before a record is marked, because a mark is never taken back: whether the database would refuse it, and whether the
 * stores hold what the rows name, nothing else, and would let it go. A record of which one of these is not so stays, whole, with the reason
 * beside it; the same questions after the mark could only stop halfway.
 */
import { codeOf } from '#errors.ts';
import type { DisposalContext } from './context.ts';
import type { Listing } from './destroy.ts';
import { KEPT, type Refusal } from './refusals.ts';
import * as rows from './run-queries.ts';
import type { Failure, KnownObjects } from './bytes-queries.ts';
import type { OpenDisposal } from './run-queries.ts';
import { lookInStores, type Against } from './store-look.ts';

export interface Objection {
  /** `wait`: it passes by itself, soon. `stop`: somebody has to see to the machine. `keep`: the record stays. */
  readonly does: 'wait' | 'stop' | 'keep';
  readonly code: string;
  readonly sentence: string;
  readonly failures: readonly Failure[];
}

export interface Looked {
  /** Null: nothing is against it. */
  readonly objection: Objection | null;
  readonly listings: readonly Listing[] | null;
}

export async function objectionBefore(
  { db, places, now, log, signal }: DisposalContext,
  { agencyId, id }: OpenDisposal,
  recordId: string,
  { known, refusal }: { readonly known: KnownObjects; readonly refusal: Refusal | null },
): Promise<Looked> {
  const waits = async () => await db.inAgency(agencyId, async (at) => await rows.waitsOf(at, id, recordId));
  // Of a record that the database would refuse no store is asked: a list may wait for days.
  if (refusal !== null) return { objection: ofRows(refusal, await waits()), listings: null };
  const seen = await lookInStores(places, { agencyId, recordId }, known, now()).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    log.error({ agencyId, recordId, code: codeOf(error), err: error }, 'disposal.not-looked-at');
    const against: Against[] = [{ place: 'first', versionId: '', code: codeOf(error) }];
    return { against, listings: null };
  });
  const withoutKey = (['first', 'second'] as const)
    .filter((place) => places[place] !== null && places[place].purger === null)
    .map((place): Against => ({ place, versionId: '', code: 'purger-missing' }));
  const against = [...seen.against, ...withoutKey];
  return {
    objection: against.length === 0 ? null : ofStores(against, await waits()),
    listings: seen.listings,
  };
}

/** Also of what the database says while a record is marked. */
export function ofRows({ code, sentence, of }: Refusal, { isTooLong }: rows.Waits): Objection {
  if (of !== 'wait') return { does: 'keep', code, sentence, failures: [] };
  return isTooLong
    ? { does: 'keep', code, sentence: KEPT['store-object-locked'] ?? sentence, failures: [] }
    : { does: 'wait', code, sentence, failures: [] };
}

/** What is none of the reasons to keep is of the machine: a key is not there, or a store does not answer. */
export function ofStores(against: readonly Against[], { until, isHoldOwed }: rows.Waits): Objection | null {
  const [first] = against;
  if (first === undefined) return null;
  const passes = ({ code, until: ends }: Against): boolean =>
    (code === 'store-object-locked' && ends !== undefined && ends <= until) ||
    (code === 'store-hold' && isHoldOwed);
  const kept = against.find((one) => Object.hasOwn(KEPT, one.code) && !passes(one));
  if (kept !== undefined)
    return { does: 'keep', code: kept.code, sentence: KEPT[kept.code] ?? kept.code, failures: [] };
  const machine = against.filter(({ code }) => !Object.hasOwn(KEPT, code));
  if (machine.length > 0) return stop(machine);
  return { does: 'wait', code: first.code, sentence: KEPT[first.code] ?? first.code, failures: [] };
}

function stop(failures: readonly Failure[]): Objection {
  const code = failures[0]?.code ?? 'refused';
  return { does: 'stop', code, sentence: code, failures };
}
