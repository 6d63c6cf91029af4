/** When a record is due: examples that a records officer can follow on a calendar, and what must hold for every rule and every day. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, addMonths, endOfFiscalYear, isCivilDay } from '#civil.ts';
import { CUTOFFS, dueUnder, longest, parsePeriod, type Due, type Period, type Rule } from '#retention/due.ts';

const MAY = { month: 5, day: 1 };
const rule = (period: string, more: Partial<Rule> = {}): Rule => ({
  trigger: 'received',
  cutoff: 'none',
  period: parsePeriod(period),
  ...more,
});
const due = (one: Rule, day: string, fiscalYear = MAY): Due =>
  dueUnder(one, new Map([[one.trigger ?? '', day]]), fiscalYear);

describe('a period', () => {
  test.each([
    ['P3Y', { kind: 'lasts', months: 36, days: 0 }],
    ['P1Y6M', { kind: 'lasts', months: 18, days: 0 }],
    ['P30D', { kind: 'lasts', months: 0, days: 30 }],
    ['P2W', { kind: 'lasts', months: 0, days: 14 }],
    ['PERMANENT', { kind: 'permanent' }],
    ['UNTIL case-closed', { kind: 'until', event: 'case-closed' }],
  ] as const)('%s is read', (text, period) => expect(parsePeriod(text)).toEqual(period));
  test.each([
    '',
    'P',
    'P0D',
    'P0Y0M',
    '3Y',
    'P3',
    'P-3Y',
    'P1.5Y',
    'PT5H',
    'P1DT1H',
    'p3y',
    'P1D2Y',
    'permanent',
    'UNTIL',
    'UNTIL Case closed',
    'UNTIL ',
    'P1000Y',
  ])('"%s" is none', (text) => expect(parsePeriod(text)).toBeNull());
});

describe('a record is due', () => {
  test.each([
    // period, cutoff, trigger, kept through
    ['P3Y', 'none', '2026-11-29', '2029-11-29'],
    ['P1Y', 'none', '2024-02-29', '2025-03-01'],
    ['P4Y', 'none', '2024-02-29', '2028-02-29'],
    ['P1M', 'none', '2026-01-31', '2026-03-01'],
    ['P1M', 'none', '2026-01-28', '2026-02-28'],
    ['P30D', 'none', '2026-12-15', '2027-01-14'],
    ['P1Y', 'calendar-year-end', '2026-01-01', '2027-12-31'],
    ['P1Y', 'calendar-year-end', '2026-12-31', '2027-12-31'],
    ['P2Y', 'fiscal-year-end', '2026-04-30', '2028-04-30'],
    ['P2Y', 'fiscal-year-end', '2026-05-01', '2029-04-30'],
    ['P1Y', 'fiscal-year-end', '2027-12-31', '2029-04-30'],
  ] as const)('%s, cutoff %s, from %s: kept through %s', (period, cutoff, day, keptThrough) => {
    expect(due(rule(period, { cutoff }), day)).toMatchObject({
      kind: 'on',
      keptThrough,
      on: addDays(keptThrough, 1),
    });
  });
  test('never when it is permanent, even when nothing began it', () => {
    expect(dueUnder(rule('PERMANENT', { trigger: null }), new Map(), MAY)).toEqual({ kind: 'never' });
  });
  test('on no day that is known, before what begins the period has happened', () => {
    const events = new Map([['received', '2026-11-29']]);
    expect(dueUnder(rule('P3Y', { trigger: 'case-closed' }), events, MAY)).toEqual({
      kind: 'unknown',
      waitsFor: 'case-closed',
    });
    expect(dueUnder(rule('UNTIL superseded'), events, MAY)).toEqual({
      kind: 'unknown',
      waitsFor: 'superseded',
    });
    for (const none of [{ period: null }, { trigger: null }])
      expect(dueUnder(rule('P3Y', none), events, MAY)).toEqual({ kind: 'unknown', waitsFor: null });
  });
  test('the day after the event that it is kept until', () => {
    const events = new Map([['superseded', '2026-11-29']]);
    expect(dueUnder(rule('UNTIL superseded'), events, MAY)).toMatchObject({ on: '2026-11-30' });
  });
  test('under the series that keeps longest, and under none when one of them has no date', () => {
    const of = (number: string, one: Due) => ({ number, due: one });
    const short = of('short', due(rule('P1Y'), '2026-11-29'));
    const long = of('long', due(rule('P7Y'), '2026-11-29'));
    const waits = of('waits', dueUnder(rule('P1D', { trigger: 'case-closed' }), new Map(), MAY));
    const permanent = of('permanent', { kind: 'never' });
    expect(longest([short, long]).number).toBe('long');
    expect(longest([long, waits, short]).number).toBe('waits');
    expect(longest([waits, permanent, long]).number).toBe('permanent');
    expect(() => longest([])).toThrow('nothing is ever due');
  });
});

const days = fc.integer({ min: 0, max: 150_000 }).map((n) => addDays('1900-01-01', n));
const starts = fc
  .record({ month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 31 }) })
  .filter(({ month, day }) =>
    isCivilDay(`2025-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`),
  );
const lasting: fc.Arbitrary<Period> = fc
  .record({ months: fc.integer({ min: 0, max: 1200 }), days: fc.integer({ min: 0, max: 4000 }) })
  .filter(({ months, days: of }) => months + of > 0)
  .map((of) => ({ kind: 'lasts', ...of }));
const periods = fc.oneof(
  lasting,
  fc.constant<Period>({ kind: 'permanent' }),
  fc.constantFrom<Period>({ kind: 'until', event: 'superseded' }, { kind: 'until', event: 'received' }),
);
const rules: fc.Arbitrary<Rule> = fc.record({
  trigger: fc.constantFrom('received', 'case-closed', null),
  cutoff: fc.constantFrom(...CUTOFFS),
  period: fc.option(periods, { nil: null }),
});
/** A bound by another way: counted in milliseconds, with no month shorter than 28 days. */
const atLeast = (day: string, { months, days: of }: { months: number; days: number }): number =>
  Date.parse(day) / 86_400_000 + months * 28 + of;

describe('for every rule and every day', () => {
  test('nothing is due before its trigger and the whole period after it', () => {
    fc.assert(
      fc.property(rules, days, starts, (one, day, fiscalYear) => {
        const found = due({ ...one, trigger: 'received' }, day, fiscalYear);
        if (found.kind !== 'on') return;
        expect(isCivilDay(found.on)).toBe(true);
        expect(found.from >= day).toBe(true);
        expect(found.on > found.keptThrough && found.keptThrough >= found.from).toBe(true);
        const period = one.period;
        if (period?.kind !== 'lasts') return;
        expect(Date.parse(found.on) / 86_400_000).toBeGreaterThan(atLeast(day, period));
        // Whoever reads the same numbers off a calendar never comes to a later day.
        const [y = 0, m = 0, d = 0] = found.from.split('-').map(Number);
        const read = Math.floor((y * 12 + m - 1 + period.months) / 12);
        const month = ((m - 1 + period.months) % 12) + 1;
        if (period.days === 0)
          expect(
            found.keptThrough >=
              `${String(read).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(d).padStart(2, '0')}`,
          ).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
  test('a later trigger is never due earlier', () => {
    fc.assert(
      fc.property(rules, days, days, starts, (one, a, b, fiscalYear) => {
        const [early, late] = [a, b]
          .toSorted()
          .map((day) => due({ ...one, trigger: 'received' }, day, fiscalYear));
        if (early?.kind === 'on' && late?.kind === 'on') expect(late.on >= early.on).toBe(true);
        else expect(late?.kind).toBe(early?.kind);
      }),
      { numRuns: 5000 },
    );
  });
  test('a longer period is never due earlier', () => {
    fc.assert(
      fc.property(
        days,
        fc.integer({ min: 0, max: 600 }),
        fc.integer({ min: 0, max: 600 }),
        (day, months, more) => {
          expect(addMonths(day, months + more) >= addMonths(day, months)).toBe(true);
        },
      ),
      { numRuns: 5000 },
    );
  });
  test('one more series never makes anything due earlier', () => {
    const events = fc.dictionary(fc.constantFrom('received', 'case-closed', 'superseded'), days);
    fc.assert(
      fc.property(
        fc.array(rules, { minLength: 1, maxLength: 5 }),
        rules,
        events,
        starts,
        (several, one, happened, fiscalYear) => {
          const all = new Map(Object.entries(happened));
          const of = (list: readonly Rule[]): Due =>
            longest(list.map((each) => ({ due: dueUnder(each, all, fiscalYear) }))).due;
          const [before, after] = [of(several), of([...several, one])];
          if (before.kind === 'on' && after.kind === 'on') expect(after.on >= before.on).toBe(true);
          else expect(after.kind === 'on').toBe(false);
        },
      ),
      { numRuns: 5000 },
    );
  });
  test('a fiscal year ends once a year, and each day lies in the one that ends next', () => {
    fc.assert(
      fc.property(days, starts, (day, fiscalYear) => {
        const end = endOfFiscalYear(day, fiscalYear);
        expect(end >= day && end < addMonths(addDays(day, 1), 12)).toBe(true);
        expect(addDays(end, 1).slice(5)).toBe(
          `${String(fiscalYear.month).padStart(2, '0')}-${String(fiscalYear.day).padStart(2, '0')}`,
        );
      }),
      { numRuns: 5000 },
    );
  });
  test('days are counted as the calendar counts them', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -5000, max: 5000 }), (day, n) => {
        expect((Date.parse(addDays(day, n)) - Date.parse(day)) / 86_400_000).toBe(n);
        expect(addDays(addDays(day, n), -n)).toBe(day);
      }),
      { numRuns: 5000 },
    );
  });
});
