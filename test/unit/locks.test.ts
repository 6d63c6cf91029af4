/** How long a lock should be: the rule, and what must hold of it whatever happens to a record. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  HELD_LEASES,
  isLetGo,
  lockWanted,
  STEP_LEASES,
  TERM_LEASES,
  type LockFacts,
} from '#retention/locks.ts';

const DAY = 86_400_000;
const LEASE = 30 * DAY;
const NOW = new Date('2026-11-21T12:00:00Z');
const inDays = (days: number): Date => new Date(NOW.getTime() + days * DAY);
const facts = (more: Partial<LockFacts> = {}): LockFacts => ({
  isEnding: false,
  isHeld: false,
  lockedUntil: inDays(20),
  law: null,
  ...more,
});
const wanted = (more: Partial<LockFacts>): Date | null => lockWanted(facts(more), LEASE, NOW);

describe('a lock', () => {
  test.each<[string, Partial<LockFacts>, Date | null]>([
    ['of what is unconfirmed, with more than half a lease', {}, null],
    ['of what is unconfirmed, with less', { lockedUntil: inDays(14) }, inDays(30)],
    ['of what is being destroyed', { isEnding: true, lockedUntil: inDays(-3), isHeld: true }, null],
    ['of what is held', { isHeld: true }, inDays(180)],
    ['of what is held, with half of it left', { isHeld: true, lockedUntil: inDays(90) }, null],
    ['of what is held, with less', { isHeld: true, lockedUntil: inDays(89) }, inDays(180)],
    ['for three years', { law: { kind: 'on', due: inDays(1095), isRuled: true } }, inDays(1095)],
    ['for days that the lock covers', { law: { kind: 'on', due: inDays(10), isRuled: true } }, null],
    ['for thirty years', { law: { kind: 'on', due: inDays(10_950), isRuled: true } }, inDays(1800)],
    [
      'for thirty years, in its first year',
      { lockedUntil: inDays(1441), law: { kind: 'on', due: inDays(10_950), isRuled: true } },
      null,
    ],
    ['for ever', { law: { kind: 'never' } }, inDays(1800)],
    ['for ever, a year on', { lockedUntil: inDays(1439), law: { kind: 'never' } }, inDays(1800)],
    ['of what is due', { lockedUntil: inDays(2), law: { kind: 'on', due: inDays(-1), isRuled: true } }, null],
    ['of what is due today', { lockedUntil: inDays(2), law: { kind: 'on', due: NOW, isRuled: true } }, null],
    [
      'of what would be due, and not every rule was applied',
      { lockedUntil: inDays(2), law: { kind: 'on', due: inDays(-1), isRuled: false } },
      inDays(30),
    ],
    [
      'of what is due and held',
      { isHeld: true, lockedUntil: inDays(2), law: { kind: 'on', due: inDays(-1), isRuled: true } },
      inDays(180),
    ],
    [
      'of what is held and due in three years',
      { isHeld: true, law: { kind: 'on', due: inDays(1095), isRuled: true } },
      inDays(1095),
    ],
  ])('%s', (_, given, expected) => {
    expect(wanted(given)?.toISOString() ?? null).toBe(expected?.toISOString() ?? null);
  });

  test('of a trial with a lease of twenty seconds never reaches beyond forty-one minutes', () => {
    for (const law of [{ kind: 'never' }, { kind: 'on', due: inDays(3650), isRuled: true }] as const)
      expect(lockWanted(facts({ lockedUntil: NOW, law, isHeld: true }), 20_000, NOW)?.getTime()).toBe(
        NOW.getTime() + STEP_LEASES * 20_000,
      );
    expect(TERM_LEASES * 20_000).toBeLessThan(41 * 60_000);
  });
});

const days = (min: number, max: number) => fc.integer({ min, max }).map(inDays);
const laws: fc.Arbitrary<LockFacts['law']> = fc.oneof(
  fc.constant(null),
  fc.constant({ kind: 'never' } as const),
  fc.record({ kind: fc.constant('on' as const), due: days(-4000, 12_000), isRuled: fc.boolean() }),
);
const anyFacts: fc.Arbitrary<LockFacts> = fc.record({
  isEnding: fc.boolean(),
  isHeld: fc.boolean(),
  lockedUntil: days(-40, 2500),
  law: laws,
});

describe('whatever is known of a record', () => {
  test('a lock never goes back', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const until = lockWanted(given, LEASE, NOW);
        expect(until === null || until > given.lockedUntil).toBe(true);
      }),
    );
  });

  test('a hold never makes a lock shorter than it would be without', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const end = (isHeld: boolean): number =>
          (lockWanted({ ...given, isHeld }, LEASE, NOW) ?? given.lockedUntil).getTime();
        expect(end(true)).toBeGreaterThanOrEqual(end(false));
        expect(isLetGo({ ...given, isHeld: true }, NOW)).toBe(false);
      }),
    );
  });

  test('over any history of holds, dates and confirmations, with passes that fail for less than half a lease: only what is due, ruled and not held lapses', () => {
    const step = fc.record({
      hold: fc.option(fc.boolean(), { nil: null }),
      law: fc.option(laws, { nil: undefined }),
      misses: fc.integer({ min: 1, max: 14 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (history) => {
        let now = NOW;
        let state = facts({ lockedUntil: inDays(30) });
        for (const { hold, law, misses } of history) {
          state = { ...state, isHeld: hold ?? state.isHeld, law: law === undefined ? state.law : law };
          const until = lockWanted(state, LEASE, now);
          state = { ...state, lockedUntil: until ?? state.lockedUntil };
          if (!isLetGo(state, now)) expect(state.lockedUntil.getTime()).toBeGreaterThan(now.getTime());
          if (state.isHeld)
            expect(state.lockedUntil.getTime() - now.getTime()).toBeGreaterThanOrEqual(
              (HELD_LEASES / 2) * LEASE,
            );
          // Once let go it may lapse, and whatever comes to keep it again is locked by the next pass.
          now = new Date(now.getTime() + misses * DAY);
        }
      }),
      { numRuns: 500 },
    );
  });
});
