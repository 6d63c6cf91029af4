/**
 * Whether the store may be sealed into: what the canary last proved, and when. Fail closed: no seal before it passed,
 * and none after a later run failed. Source: reference/object-store.md 5.
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

/** A passed canary counts for this long. */
const VALID_MS = 3_600_000;

export function openTrust(store: ObjectStore, now: () => Date = () => new Date()): StoreTrust {
  let last: CanaryReport | null = null;
  let running: Promise<CanaryReport> | null = null;

  const check = async (full: boolean): Promise<CanaryReport> => {
    // One at a time, shared by all who ask.
    running ??= store.canary({ full }).finally(() => {
      running = null;
    });
    last = await running;
    return last;
  };
  return {
    check,
    last: () => last,
    trusted: async () => {
      const valid = last !== null && last.passed && now().getTime() - last.at.getTime() < VALID_MS;
      const report = valid && last !== null ? last : await check(false);
      if (report.passed) return report.capabilities;
      const failed = report.checks
        .filter((one) => !one.ok)
        .map((one) => `${one.n} ${one.name}: ${one.found}`);
      throw new ArchiveError(
        'store-refused',
        `The store did not pass its checks, so nothing is sealed into it. ${failed.join(' ')}`,
        { retry: 'later' },
      );
    },
  };
}
