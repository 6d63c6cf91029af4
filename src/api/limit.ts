/**
 * How often one address may knock at what is open to anybody and costs something (rows, Argon2): a bucket for each, and one for all.
 * It is wide enough for an office behind one address. Behind a proxy that HOLDFAST_PROXIES does not name, all have one. In this
 * process alone: it keeps a flood out of the database, and counts nothing that has to be exact.
 */
import ipaddr from 'ipaddr.js';
import { ArchiveError } from '#errors.ts';

interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface Rates {
  readonly each: Rate;
  readonly all: Rate;
}

/** Of signing in. */
const KNOCKING: Rates = { each: { perSecond: 10, burst: 200 }, all: { perSecond: 50, burst: 500 } };
/** So many lines' worth for all lines of one site. */
const LINES_OF_A_SITE = 4;
const MOST_REMEMBERED = 10_000;

interface Bucket {
  left: number;
  at: number;
}

/** `at`: whom it is asked of, where they have nothing to do with each other: then each has a bucket for all. */
export function openLimit({ each, all: ofAll }: Rates = KNOCKING): {
  ask(address: string, at?: string): void;
} {
  const buckets = new Map<string, Bucket>();
  const alls = new Map<string, Bucket>();
  const take = (bucket: Bucket, { perSecond, burst }: Rate, now: number): boolean => {
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  };
  return {
    ask: (address, at = '') => {
      const now = performance.now();
      if (buckets.size >= MOST_REMEMBERED) buckets.clear();
      // Before a name is known to be one of an agency, anybody may make it up.
      if (alls.size >= MOST_REMEMBERED) alls.clear();
      const all = alls.get(at) ?? { left: ofAll.burst, at: now };
      alls.set(at, all);
      const rates = linesOf(address).map((line, n) => {
        const factor = n === 0 ? 1 : LINES_OF_A_SITE;
        const rate = { perSecond: each.perSecond * factor, burst: each.burst * factor };
        const bucket = buckets.get(line) ?? { left: rate.burst, at: now };
        buckets.set(line, bucket);
        return [bucket, rate] as const;
      });
      if (rates.every(([bucket, rate]) => take(bucket, rate, now)) && take(all, ofAll, now)) return;
      throw new ArchiveError(
        'sign-in-too-many',
        'Too many are knocking at this moment. Wait some seconds and try again.',
        { retry: 'later' },
      );
    },
  };
}

/**
 * Of IPv6 one line has 2^64 addresses, and may come with another each time (RFC 7421); and a site has up to 65,536 lines (RFC 6177), which
 * together have as much as some of them.
 */
function linesOf(address: string): readonly string[] {
  if (!ipaddr.isValid(address)) return [address];
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? [4, 3].map((parts) => parsed.parts.slice(0, parts).join(':'))
    : [parsed.toString()];
}

/** What takes long runs so many times at once: for each caller, and in this process. */
export function openSlots({ each, all }: { readonly each: number; readonly all: number }): {
  /** Answers what gives the slot back; twice is as good as once. */
  take(caller: string): () => void;
} {
  const taken = new Map<string, number>();
  let inAll = 0;
  return {
    take: (caller) => {
      const own = taken.get(caller) ?? 0;
      if (own >= each || inAll >= all)
        throw new ArchiveError(
          'exports-too-many',
          own >= each
            ? `${own} packages are on their way to you, as many as one may have at once. Wait until one of them is whole, and try again.`
            : 'As many packages are on their way as this process makes at once. Try again in a moment.',
          { retry: 'later' },
        );
      taken.set(caller, own + 1);
      inAll += 1;
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        inAll -= 1;
        const left = (taken.get(caller) ?? 1) - 1;
        if (left === 0) taken.delete(caller);
        else taken.set(caller, left);
      };
    },
  };
}
