/**
 * Whether the store may be sealed into, and what may be said of it: what the canary last proved, and when. Fail closed: no
 * seal before it passed, and none after a later run failed. Source: reference/object-store.md 5.
 *
 * That a lock keeps out whoever may delete, only somebody who may delete can find out, and no process that seals may. So the
 * worker that holds the purger's key writes into a book what it found, and the others read it there: a failure stops them, a
 * fresh proof lets them say "immutable", and without one they say that deletion is not proven.
 */
import { ArchiveError } from '#errors.ts';
import type { CanaryReport, ObjectStore, StoreCapabilities } from './store.ts';

export interface StoreTrust {
  /** Rejects with `store-refused` or `store-down`; runs the canary when none passed yet or the last is too old. */
  trusted(): Promise<StoreCapabilities>;
  /** On demand. With `full`, check 12 too: about four seconds. */
  check(full: boolean): Promise<CanaryReport>;
  /** The last report, for the status page; null before the first. */
  last(): CanaryReport | null;
}

/** What a full canary with the right to delete found. */
export type Proof = Pick<CanaryReport, 'passed' | 'checks' | 'capabilities'>;

/** Where the one who may delete writes, and the others read. */
export interface ProofBook {
  /** The newest about this store, which `describe` names; null: none was ever written. */
  newest(store: string): Promise<{ readonly proof: Proof; readonly ageMs: number } | null>;
  write(store: string, proof: Proof): Promise<void>;
}

/** A passed canary counts for this long. */
const VALID_MS = 3_600_000;
/** The proof is renewed each night; one night may fail. */
const PROOF_VALID_MS = 48 * 3_600_000;

export function openTrust(
  store: ObjectStore,
  now: () => Date = () => new Date(),
  book: ProofBook | null = null,
): StoreTrust {
  let last: CanaryReport | null = null;
  const running: { quick: Promise<CanaryReport> | null; full: Promise<CanaryReport> | null } = {
    quick: null,
    full: null,
  };

  /** One at a time, shared by all who ask; who asks for all twelve checks is not content with fewer. */
  const check = async (full: boolean): Promise<CanaryReport> => {
    const kind = full ? 'full' : 'quick';
    const begun = running.full ?? running[kind];
    if (begun !== null) return await begun;
    running[kind] = store.canary({ full }).finally(() => {
      running[kind] = null;
    });
    last = await running[kind];
    return last;
  };
  return {
    check,
    last: () => last,
    trusted: async () => {
      const valid = last !== null && last.passed && now().getTime() - last.at.getTime() < VALID_MS;
      const report = valid && last !== null ? last : await check(false);
      if (!report.passed) throw refusal(report, '');
      // What this process has seen for itself needs nobody's word.
      if (report.capabilities.standing !== 'deletion-not-proven') return report.capabilities;
      const written = (await book?.newest(store.describe)) ?? null;
      if (written === null) return report.capabilities;
      const { proof, ageMs } = written;
      // However old: a failure stands until somebody has seen the opposite.
      if (!proof.passed) throw refusal(proof, ' of the process that holds the purger’s key');
      if (ageMs > PROOF_VALID_MS) return report.capabilities;
      const { immutability, standing, holdOutlivesRetention } = proof.capabilities;
      return { ...report.capabilities, immutability, standing, holdOutlivesRetention };
    },
  };
}

function refusal({ checks }: Proof, whose: string): ArchiveError {
  const failed = checks
    .filter((one) => !one.ok && one.n !== 12)
    .map((one) => `${one.n} ${one.name}: ${one.found}`);
  return new ArchiveError(
    'store-refused',
    `The store did not pass the checks${whose}, so nothing is sealed into it. ${failed.join(' ')}`,
    { retry: 'later' },
  );
}
