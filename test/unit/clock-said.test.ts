/** The clock on pages says in English what calls say of it, sentence by sentence; so a reader of either is told the same. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { untoldCalendar, type AgencyCalendar } from '#sunshine/calendar.ts';
import { ACT_BY, alarmOf, denialStatementDueOf, dueOf, withdrawalOf } from '#sunshine/clock.ts';
import { HOLIDAY_RULES } from '#sunshine/holidays.ts';
import { actedSaid, alarmBesideSaid, dueSaid, restSaid, stepSaid, withdrawalSaid } from '#sunshine/said.ts';
import {
  actedMarkup,
  alarmBeside,
  dueMarkup,
  restMarkup,
  stepMarkup,
  withdrawalMarkup,
} from '../../src/console/clock-said.ts';
import type { Markup } from '../../src/console/html.ts';
import { inLanguage } from '../../src/console/language.ts';
import { pages } from '../../src/console/languages/es/es.ts';

const CITY: AgencyCalendar = {
  ...untoldCalendar('America/Chicago'),
  observes: HOLIDAY_RULES.map(({ id }) => id),
  saturdayHolidays: 'friday-where-confirmed',
  entered: true,
};
/** Of which there are no words in Spanish. */
const missing: string[] = [];
const plain = (markup: Markup): string => {
  inLanguage(markup, 'es', pages, (message) => missing.push(message));
  return flat(markup.text);
};
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('&#39;', '’').trim();

test('every step and every day is said in the same words', () => {
  const said = new Set<string>();
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2026-01-01'), max: new Date('2029-12-31'), noInvalidDate: true }),
      fc.constantFrom<AgencyCalendar>(
        CITY,
        { ...CITY, afterHours: 'next-day' },
        untoldCalendar('America/Chicago'),
        {
          ...CITY,
          afterHours: 'next-day',
          closings: Array.from({ length: 28 }, (_, n) => ({
            day: `2026-02-${String(n + 1).padStart(2, '0')}`,
            reason: 'water main',
          })),
        },
      ),
      (received, calendar) => {
        for (const due of [
          dueOf(received, calendar),
          alarmOf(received, calendar),
          denialStatementDueOf(received, calendar),
        ]) {
          expect(plain(dueMarkup(due))).toBe(dueSaid(due));
          for (const step of due.steps) {
            said.add(step.code);
            expect(plain(stepMarkup(step))).toBe(stepSaid(step));
          }
          expect(plain(alarmBeside(due))).toBe(alarmBesideSaid(due));
        }
      },
    ),
    { numRuns: 400 },
  );
  expect([...said].toSorted()).toEqual(
    ['after-hours', 'calendar-not-entered', 'closed', 'day', 'day-zero-closed', 'due', 'received'].toSorted(),
  );
});

test('and so is what a delay letter and a withdrawal mean', () => {
  for (const promised of [null, { day: '2026-03-20', minute: 840 }])
    for (const late of [true, false]) {
      const acted = {
        on: '2026-03-04',
        late,
        delayed: true,
        promised,
        answered: null,
        standing: 'acted-on',
      } as const;
      expect(plain(actedMarkup(acted, ACT_BY))).toBe(actedSaid(acted));
    }
  for (const late of [true, false])
    for (const delayed of [true, false])
      for (const [by, productions] of [
        ['records', [2]],
        ['records', [1, 2]],
        ['denial', []],
        ['no-records', []],
      ] as const) {
        const on = '2026-03-04';
        const answered = { by, on, productions };
        const acted = { on, late, delayed, promised: null, answered, standing: 'answered' } as const;
        expect(plain(actedMarkup(acted, ACT_BY))).toBe(actedSaid(acted));
      }
  for (const rest of [
    { code: 'undecided', records: 2 },
    { code: 'unreleased', records: 1 },
    { code: 'untold', productions: [1, 3] },
    { code: 'nothing-handed' },
  ] as const)
    expect(plain(restMarkup(rest))).toBe(restSaid(rest));
  for (const [askedOn, noticeSentOn] of [
    ['2026-03-02', null],
    ['2025-08-27', null],
    ['2026-03-02', '2026-03-02'],
  ] as const) {
    const withdrawal = withdrawalOf({ askedOn, noticeSentOn, feeCents: 5000 });
    expect(plain(withdrawalMarkup(withdrawal))).toBe(withdrawalSaid(withdrawal));
  }
});

test('all of it has words in Spanish', () => expect([...new Set(missing)]).toEqual([]));
