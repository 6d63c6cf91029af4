/**
 * How long a sealed object is locked, by what is known of its record. Pure. Source: reference/object-store.md 7.
 *
 * The database says how long a record must be kept; the lock is the floor under it. A lock only grows, so the date that is set must be
 * one that nobody will regret: a full term is locked only under an edition that two people confirmed. What is not sure lives on its
 * lease. Every span is counted in leases, so that a trial with a lease of seconds goes through all of it in minutes; beside each stands
 * what it comes to with the lease of thirty days.
 */

/** 180 days: versitygw deletes what is held once its lock ended, so a hold is a lock as well, on every store (rule 3). */
export const HELD_LEASES = 6;
/** 3,660 days: a term of ten years is locked at once, a longer one in steps. */
export const TERM_LEASES = 122;
/** 1,800 days, renewed when 1,440 are left: once a year. */
export const STEP_LEASES = 60;
export const STEP_RENEWED_AT = 48;

export interface LockFacts {
  /** `disposing` and `disposed`: two people approved its end. */
  readonly isEnding: boolean;
  readonly isHeld: boolean;
  readonly lockedUntil: Date;
  /** What its series say; null: nothing yet, or nothing that two people confirmed. */
  readonly law:
    | null
    | { readonly kind: 'never' }
    | {
        readonly kind: 'on';
        /** The first moment of the day on which it is due, in the agency's zone. */
        readonly due: Date;
        /** Every rule of the agency was applied to it: what is due is due. */
        readonly isRuled: boolean;
      };
}

/** The end that the lock should have; null: it stays as it is. Never earlier than the present one. */
export function lockWanted(facts: LockFacts, leaseMs: number, now: Date): Date | null {
  if (facts.isEnding) return null;
  const at = now.getTime();
  const present = facts.lockedUntil.getTime();
  const left = present - at;
  const wanted = [
    facts.isHeld ? renewed(left, leaseMs, HELD_LEASES, HELD_LEASES / 2) : null,
    ...ofLaw(facts, leaseMs, at, left),
  ].flatMap((span) => (span === null ? [] : [at + span]));
  const furthest = Math.max(present, ...wanted);
  return furthest > present ? new Date(furthest) : null;
}

/** Its record is due and nothing else keeps it: the lock ends, and so destruction becomes possible. Nothing here destroys. */
export function isLetGo({ isHeld, law }: LockFacts, now: Date): boolean {
  return !isHeld && law?.kind === 'on' && law.isRuled && law.due <= now;
}

/** Spans from now. */
function ofLaw({ law }: LockFacts, leaseMs: number, at: number, left: number): readonly (number | null)[] {
  const lease = renewed(left, leaseMs, 1, 1 / 2);
  if (law === null) return [lease];
  const step = renewed(left, leaseMs, STEP_LEASES, STEP_RENEWED_AT);
  if (law.kind === 'never') return [step];
  const toGo = law.due.getTime() - at;
  if (toGo <= 0) return law.isRuled ? [] : [lease];
  if (toGo <= TERM_LEASES * leaseMs) return [toGo];
  return [step];
}

function renewed(left: number, leaseMs: number, leases: number, renewedAt: number): number | null {
  return left < renewedAt * leaseMs ? leases * leaseMs : null;
}
