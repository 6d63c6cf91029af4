/**
 * The clock of a request, against days that were counted by hand on a calendar, each with its reason; and what must hold for every
 * calendar and every moment. Moments are written with their offset from UTC, so that no case asks the program for the zone.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, endOfDayIn, isCivilDay, wallTimeIn, weekdayOf } from '#civil.ts';
import { calendarProblems, isBusinessDay, untoldCalendar, type AgencyCalendar } from '#sunshine/calendar.ts';
import {
  alarmOf,
  businessDaysLeft,
  clocksOf,
  denialStatementDueOf,
  dueOf,
  standingOf,
  withdrawalOf,
  type Due,
} from '#sunshine/clock.ts';
import { HOLIDAY_RULES, holidayDays } from '#sunshine/holidays.ts';
import { actedSaid, alarmBesideSaid, dueSaid, stepSaid, timeSaid, withdrawalSaid } from '#sunshine/said.ts';
import { NOTHING_ANSWERED } from '#sunshine/answers.ts';
import { promiseNear, requestStanding } from '#sunshine/standing.ts';

const OFFICE = { opens: 480, closes: 1020 };
const ALL = HOLIDAY_RULES.map(({ id }) => id);
/** 8 to 5, Monday to Friday, all thirteen public holidays, Fridays for Saturdays where that was confirmed. */
const CITY: AgencyCalendar = {
  ...untoldCalendar('America/Chicago'),
  observes: ALL,
  saturdayHolidays: 'friday-where-confirmed',
  entered: true,
};
const closed = (...days: string[]): AgencyCalendar => ({
  ...CITY,
  closings: days.map((day) => ({ day, reason: 'water main' })),
});
const FEW: AgencyCalendar = {
  ...CITY,
  observes: [
    'new-years-day',
    'memorial-day',
    'independence-day',
    'labor-day',
    'thanksgiving-day',
    'christmas-day',
  ],
};
const NEXT_DAY: AgencyCalendar = { ...CITY, afterHours: 'next-day' };
const EARLY_FRIDAY: AgencyCalendar = {
  ...NEXT_DAY,
  hours: { ...CITY.hours, 5: { opens: 480, closes: 720 } },
};
const SATURDAYS: AgencyCalendar = { ...CITY, hours: { ...CITY.hours, 6: { opens: 540, closes: 720 } } };
const FOUR_DAYS: AgencyCalendar = { ...CITY, hours: { 1: OFFICE, 2: OFFICE, 3: OFFICE, 4: OFFICE } };
const STAYS: AgencyCalendar = { ...CITY, saturdayHolidays: 'business-day' };
const UNTOLD = untoldCalendar('America/Chicago');
const DENVER: AgencyCalendar = { ...CITY, zone: 'America/Denver' };
const LINE_ISLANDS: AgencyCalendar = { ...CITY, zone: 'Pacific/Kiritimati' };

type Case = readonly [received: string, due: string, reason: string, calendar?: AgencyCalendar];

const HOLIDAYS_2026: readonly Case[] = [
  ['2025-12-31T10:00-06:00', '2026-01-06', 'Thu 1 Jan is New Year’s Day; Fri 2, Mon 5, Tue 6'],
  [
    '2026-01-16T10:00-06:00',
    '2026-01-22',
    'weekend, Mon 19 is Martin Luther King Day; Tue 20, Wed 21, Thu 22',
  ],
  [
    '2026-02-11T10:00-06:00',
    '2026-02-18',
    'Thu 12 is Lincoln Day, Mon 16 Washington’s Birthday; Fri 13, Tue 17, Wed 18',
  ],
  ['2026-02-13T10:00-06:00', '2026-02-19', 'Mon 16 is Washington’s Birthday; Tue 17, Wed 18, Thu 19'],
  ['2026-05-07T10:00-05:00', '2026-05-13', 'Fri 8 is Truman Day; Mon 11, Tue 12, Wed 13'],
  ['2026-05-22T10:00-05:00', '2026-05-28', 'Mon 25 is Memorial Day; Tue 26, Wed 27, Thu 28'],
  ['2026-06-18T10:00-05:00', '2026-06-24', 'Fri 19 is Juneteenth; Mon 22, Tue 23, Wed 24'],
  [
    '2026-07-01T10:00-05:00',
    '2026-07-07',
    'Sat 4 July is kept on Fri 3, confirmed for 2026; Thu 2, Mon 6, Tue 7',
  ],
  ['2026-09-04T10:00-05:00', '2026-09-10', 'Mon 7 is Labor Day; Tue 8, Wed 9, Thu 10'],
  ['2026-10-09T10:00-05:00', '2026-10-15', 'Mon 12 is Columbus Day; Tue 13, Wed 14, Thu 15'],
  ['2026-11-10T10:00-06:00', '2026-11-16', 'Wed 11 is Veterans Day; Thu 12, Fri 13, Mon 16'],
  [
    '2026-11-25T10:00-06:00',
    '2026-12-01',
    'Thu 26 is Thanksgiving Day; the Friday after it is no holiday of the state: Fri 27, Mon 30, Tue 1',
  ],
  ['2026-12-24T10:00-06:00', '2026-12-30', 'Fri 25 is Christmas Day; Mon 28, Tue 29, Wed 30'],
];
const HOLIDAYS_2027: readonly Case[] = [
  ['2026-12-31T10:00-06:00', '2027-01-06', 'over the year’s end: Fri 1 Jan is closed; Mon 4, Tue 5, Wed 6'],
  ['2027-01-15T10:00-06:00', '2027-01-21', 'Mon 18 is Martin Luther King Day; Tue 19, Wed 20, Thu 21'],
  [
    '2027-02-11T10:00-06:00',
    '2027-02-18',
    'Fri 12 is Lincoln Day, Mon 15 Washington’s Birthday, four days closed on end; Tue 16, Wed 17, Thu 18',
  ],
  [
    '2027-05-06T10:00-05:00',
    '2027-05-11',
    'Truman Day is Sat 8; that Fri 7 is closed nobody confirmed, so it counts: Fri 7, Mon 10, Tue 11',
  ],
  ['2027-05-28T10:00-05:00', '2027-06-03', 'Mon 31 is Memorial Day; Tue 1, Wed 2, Thu 3 June'],
  [
    '2027-06-17T10:00-05:00',
    '2027-06-22',
    'Juneteenth is Sat 19; Fri 18 is unconfirmed and counts: Fri 18, Mon 21, Tue 22',
  ],
  ['2027-07-02T10:00-05:00', '2027-07-08', 'Sun 4 July moves to Mon 5 by statute; Tue 6, Wed 7, Thu 8'],
  ['2027-09-03T10:00-05:00', '2027-09-09', 'Mon 6 is Labor Day; Tue 7, Wed 8, Thu 9'],
  ['2027-10-08T10:00-05:00', '2027-10-14', 'Mon 11 is Columbus Day; Tue 12, Wed 13, Thu 14'],
  ['2027-11-10T10:00-06:00', '2027-11-16', 'Thu 11 is Veterans Day; Fri 12, Mon 15, Tue 16'],
  ['2027-11-24T10:00-06:00', '2027-11-30', 'Thu 25 is Thanksgiving Day; Fri 26, Mon 29, Tue 30'],
  [
    '2027-12-23T10:00-06:00',
    '2027-12-28',
    'Christmas Day is Sat 25; Fri 24 is unconfirmed and counts: Fri 24, Mon 27, Tue 28',
  ],
  [
    '2027-12-29T10:00-06:00',
    '2028-01-03',
    'New Year’s Day 2028 is a Saturday; Fri 31 Dec is unconfirmed and counts: Thu 30, Fri 31, Mon 3',
  ],
];
const HOLIDAYS_2028: readonly Case[] = [
  ['2028-01-14T10:00-06:00', '2028-01-20', 'Mon 17 is Martin Luther King Day; Tue 18, Wed 19, Thu 20'],
  [
    '2028-02-10T10:00-06:00',
    '2028-02-15',
    'Lincoln Day is Sat 12; Fri 11 is unconfirmed and counts: Fri 11, Mon 14, Tue 15',
  ],
  ['2028-02-18T10:00-06:00', '2028-02-24', 'Mon 21 is Washington’s Birthday; Tue 22, Wed 23, Thu 24'],
  ['2028-05-05T10:00-05:00', '2028-05-11', 'Mon 8 is Truman Day; Tue 9, Wed 10, Thu 11'],
  ['2028-05-26T10:00-05:00', '2028-06-01', 'Mon 29 is Memorial Day; Tue 30, Wed 31, Thu 1 June'],
  ['2028-06-16T10:00-05:00', '2028-06-22', 'Mon 19 is Juneteenth; Tue 20, Wed 21, Thu 22'],
  ['2028-07-03T10:00-05:00', '2028-07-07', 'Tue 4 is Independence Day; Wed 5, Thu 6, Fri 7'],
  ['2028-09-01T10:00-05:00', '2028-09-07', 'Mon 4 is Labor Day; Tue 5, Wed 6, Thu 7'],
  ['2028-10-06T10:00-05:00', '2028-10-12', 'Mon 9 is Columbus Day; Tue 10, Wed 11, Thu 12'],
  [
    '2028-11-09T10:00-06:00',
    '2028-11-14',
    'Veterans Day is Sat 11; Fri 10 is unconfirmed and counts: Fri 10, Mon 13, Tue 14',
  ],
  ['2028-11-22T10:00-06:00', '2028-11-28', 'Thu 23 is Thanksgiving Day; Fri 24, Mon 27, Tue 28'],
  ['2028-12-22T10:00-06:00', '2028-12-28', 'Mon 25 is Christmas Day; Tue 26, Wed 27, Thu 28'],
  ['2028-02-28T10:00-06:00', '2028-03-02', 'a leap year: Tue 29 Feb, Wed 1, Thu 2 March'],
];
const ORDINARY: readonly Case[] = [
  ['2026-03-02T09:00-06:00', '2026-03-05', 'a Monday: Tue, Wed, Thu'],
  ['2026-03-03T09:00-06:00', '2026-03-06', 'a Tuesday: Wed, Thu, Fri'],
  ['2026-03-04T09:00-06:00', '2026-03-09', 'a Wednesday: Thu, Fri, weekend, Mon'],
  ['2026-03-12T09:00-05:00', '2026-03-17', 'a Thursday: Fri, weekend, Mon, Tue'],
  ['2026-03-13T09:00-05:00', '2026-03-18', 'a Friday: weekend, Mon, Tue, Wed'],
  ['2026-03-14T09:00-05:00', '2026-03-18', 'a Saturday is day 0 itself; Mon, Tue, Wed'],
  ['2026-03-15T09:00-05:00', '2026-03-18', 'a Sunday is day 0 itself; Mon, Tue, Wed'],
  ['2026-03-02T06:00-06:00', '2026-03-05', 'before the office opens is that day'],
  ['2026-03-02T00:00-06:00', '2026-03-05', 'the first minute of Monday is Monday'],
];
const AFTER_HOURS: readonly Case[] = [
  [
    '2026-03-02T17:01-06:00',
    '2026-03-05',
    'after closing counts as that day unless the agency says otherwise',
  ],
  ['2026-03-02T23:59-06:00', '2026-03-05', 'the last minute of Monday is Monday'],
  ['2026-03-03T00:00-06:00', '2026-03-06', 'a minute later it is Tuesday'],
  [
    '2026-03-02T17:00-06:00',
    '2026-03-05',
    'by the agency’s rule for the next day: at the stroke of closing it is still that day',
    NEXT_DAY,
  ],
  ['2026-03-02T17:01-06:00', '2026-03-06', 'by that rule counts as Tue 3; Wed 4, Thu 5, Fri 6', NEXT_DAY],
  [
    '2026-03-13T17:30-05:00',
    '2026-03-18',
    'by that rule counts as Sat 14, which is closed; Mon 16, Tue 17, Wed 18, no later than without it',
    NEXT_DAY,
  ],
  [
    '2026-05-07T17:30-05:00',
    '2026-05-13',
    'by that rule counts as Fri 8, Truman Day; Mon 11, Tue 12, Wed 13',
    NEXT_DAY,
  ],
  [
    '2026-03-14T20:00-05:00',
    '2026-03-18',
    'on a closed day there is no closing to be after: day 0 is that Saturday',
    NEXT_DAY,
  ],
  [
    '2026-05-08T17:30-05:00',
    '2026-05-13',
    'in the evening of a holiday that rule asks for the hours of the weekday: counts as Sat 9; Mon 11, Tue 12, Wed 13',
    NEXT_DAY,
  ],
  [
    '2026-10-12T17:30-05:00',
    '2026-10-16',
    'and of Mon 12, Columbus Day: counts as Tue 13; Wed 14, Thu 15, Fri 16',
    NEXT_DAY,
  ],
  [
    '2026-10-12T16:30-05:00',
    '2026-10-15',
    'an hour before, that holiday itself is day 0: Tue 13, Wed 14, Thu 15',
    NEXT_DAY,
  ],
  [
    '2026-03-12T12:30-05:00',
    '2026-03-17',
    'on a Thursday that closes at five, half past twelve is that day: Fri, Mon, Tue',
    EARLY_FRIDAY,
  ],
  [
    '2026-03-13T12:30-05:00',
    '2026-03-18',
    'on a Friday that closes at noon it counts as Saturday: Mon, Tue, Wed',
    EARLY_FRIDAY,
  ],
];
const ON_CLOSED_DAYS: readonly Case[] = [
  ['2026-11-26T10:00-06:00', '2026-12-01', 'on Thanksgiving Day, which is day 0: Fri 27, Mon 30, Tue 1'],
  ['2026-12-25T10:00-06:00', '2026-12-30', 'on Christmas Day, a Friday: Mon 28, Tue 29, Wed 30'],
  [
    '2027-02-12T10:00-06:00',
    '2027-02-18',
    'on Lincoln Day, with a weekend and a holiday behind it: Tue 16, Wed 17, Thu 18',
  ],
  ['2026-07-04T10:00-05:00', '2026-07-08', 'on Saturday, 4 July: Mon 6, Tue 7, Wed 8'],
  ['2027-07-04T10:00-05:00', '2027-07-08', 'on Sunday, 4 July, which closes Mon 5: Tue 6, Wed 7, Thu 8'],
  [
    '2027-12-25T10:00-06:00',
    '2027-12-29',
    'on Saturday, Christmas Day: no Monday is closed for it: Mon 27, Tue 28, Wed 29',
  ],
  [
    '2026-03-03T10:00-06:00',
    '2026-03-06',
    'on a day that the agency closed, day 0 is that day: Wed 4, Thu 5, Fri 6',
    closed('2026-03-03'),
  ],
];
const OWN_CALENDARS: readonly Case[] = [
  ['2026-12-04T16:40-06:00', '2026-12-10', 'Mon 7, Tue 8; Wed 9 is closed; Thu 10', closed('2026-12-09')],
  [
    '2026-11-25T10:00-06:00',
    '2026-12-02',
    'the Friday after Thanksgiving is closed by the agency itself: Mon 30, Tue 1, Wed 2',
    closed('2026-11-27'),
  ],
  [
    '2027-12-23T10:00-06:00',
    '2027-12-29',
    'the agency says that Fri 24 is closed, which confirms it: Mon 27, Tue 28, Wed 29',
    closed('2027-12-24'),
  ],
  [
    '2027-12-29T10:00-06:00',
    '2028-01-04',
    'the agency says that Fri 31 is closed: Thu 30, Mon 3, Tue 4',
    closed('2027-12-31'),
  ],
  [
    '2026-01-09T10:00-06:00',
    '2026-01-22',
    'a week of snow, then a holiday: Tue 20, Wed 21, Thu 22',
    closed('2026-01-12', '2026-01-13', '2026-01-14', '2026-01-15', '2026-01-16'),
  ],
  [
    '2026-03-13T09:00-05:00',
    '2026-03-18',
    'a closing on a Saturday closes nothing more',
    closed('2026-03-14'),
  ],
  [
    '2026-12-24T10:00-06:00',
    '2026-12-30',
    'a closing on a holiday is not counted twice',
    closed('2026-12-25'),
  ],
  [
    '2026-02-11T10:00-06:00',
    '2026-02-16',
    'this city observes neither Lincoln’s nor Washington’s day: Thu 12, Fri 13, Mon 16',
    FEW,
  ],
  ['2026-05-07T10:00-05:00', '2026-05-12', 'nor Truman’s: Fri 8, Mon 11, Tue 12', FEW],
  [
    '2026-07-01T10:00-05:00',
    '2026-07-06',
    'this city does not close on Fri 3 July: Thu 2, Fri 3, Mon 6',
    STAYS,
  ],
  [
    '2026-07-01T10:00-05:00',
    '2026-07-06',
    'who works on Saturdays keeps 4 July on the Saturday: Thu 2, Fri 3, then Mon 6',
    SATURDAYS,
  ],
  [
    '2026-03-12T09:00-05:00',
    '2026-03-16',
    'an office that works on Saturdays: Fri 13, Sat 14, Mon 16',
    SATURDAYS,
  ],
  ['2026-03-04T09:00-06:00', '2026-03-10', 'four days a week: Thu 5, Mon 9, Tue 10', FOUR_DAYS],
  [
    '2026-12-24T10:00-06:00',
    '2026-12-29',
    'an agency that entered no calendar: Christmas Day counts too: Fri 25, Mon 28, Tue 29',
    UNTOLD,
  ],
];
const YEARS_NOBODY_READ: readonly Case[] = [
  [
    '2028-12-28T10:00-06:00',
    '2029-01-02',
    'of 2029 no holiday was read, so Mon 1 January counts: Fri 29, Mon 1, Tue 2',
  ],
  [
    '2028-12-28T10:00-06:00',
    '2029-01-03',
    'until the agency says that it is closed: Fri 29, Tue 2, Wed 3',
    closed('2029-01-01'),
  ],
  ['2025-12-24T10:00-06:00', '2025-12-29', 'nor of 2025: Thu 25, Fri 26, Mon 29'],
];
const CLOCKS_OF_A_ZONE: readonly Case[] = [
  [
    '2026-03-06T10:00-06:00',
    '2026-03-11',
    'clocks go forward on Sun 8 March; days are days: Mon 9, Tue 10, Wed 11',
  ],
  ['2026-03-08T01:59-06:00', '2026-03-11', 'the last minute before they do, a Sunday: Mon 9, Tue 10, Wed 11'],
  ['2026-03-08T03:00-05:00', '2026-03-11', 'the first minute after'],
  [
    '2026-11-01T01:30-05:00',
    '2026-11-04',
    'clocks go back on Sun 1 November; half past one for the first time: Mon 2, Tue 3, Wed 4',
  ],
  ['2026-11-01T01:30-06:00', '2026-11-04', 'and for the second time'],
  ['2026-10-30T23:30-05:00', '2026-11-04', 'late on the Friday before: Mon 2, Tue 3, Wed 4'],
  ['2026-03-03T03:00Z', '2026-03-05', 'Tuesday in London is Monday, 9 pm, in Missouri: Tue 3, Wed 4, Thu 5'],
  [
    '2026-07-02T04:30Z',
    '2026-07-07',
    'Thursday in UTC is Wed 1 July, half past eleven at night, in Missouri: Thu 2, Mon 6, Tue 7',
  ],
  ['2026-03-03T06:30Z', '2026-03-06', 'half past midnight on Tuesday in Chicago: Wed, Thu, Fri'],
  ['2026-03-03T06:30Z', '2026-03-05', 'the same moment is still Monday in Denver: Tue, Wed, Thu', DENVER],
  ['2026-03-02T11:00Z', '2026-03-06', 'Tuesday already on the Line Islands: Wed, Thu, Fri', LINE_ISLANDS],
];

const TABLES: Readonly<Record<string, readonly Case[]>> = {
  'holidays of 2026': HOLIDAYS_2026,
  'holidays of 2027': HOLIDAYS_2027,
  'holidays of 2028': HOLIDAYS_2028,
  'ordinary weeks': ORDINARY,
  'after hours': AFTER_HOURS,
  'received on a closed day': ON_CLOSED_DAYS,
  'calendars of an agency’s own': OWN_CALENDARS,
  'years that nobody read': YEARS_NOBODY_READ,
  'clocks of a zone': CLOCKS_OF_A_ZONE,
};
const CASES = Object.values(TABLES).flat();

for (const [name, cases] of Object.entries(TABLES))
  describe(name, () => {
    for (const [received, due, reason, calendar = CITY] of cases)
      test(`received ${received}, due by the end of ${due}: ${reason}`, () => {
        expect(calendarProblems(calendar)).toEqual({});
        expect(dueOf(new Date(received), calendar).day).toBe(due);
        // The clock of a denial statement counts alike, from another receipt.
        expect(denialStatementDueOf(new Date(received), calendar).day).toBe(due);
      });
  });

test('the table has at least sixty cases, no case stands twice, and every holiday of three years is passed over or counted in one', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(60);
  expect(new Set(CASES.map(([received, , , calendar]) => received + JSON.stringify(calendar))).size).toBe(
    CASES.length,
  );
  const met = new Set(
    [...HOLIDAYS_2026, ...HOLIDAYS_2027, ...HOLIDAYS_2028].flatMap(([received]) =>
      dueOf(new Date(received), CITY).steps.flatMap((step) => {
        if (step.code === 'closed' && step.because.kind === 'holiday')
          return [`${step.because.holiday.nominal} ${step.because.holiday.rule.id}`];
        return step.code === 'day' && step.doubt !== null
          ? [`${step.doubt.holiday.nominal} ${step.doubt.holiday.rule.id}`]
          : [];
      }),
    ),
  );
  const all = [2026, 2027, 2028].flatMap((year) =>
    HOLIDAY_RULES.map((rule) => `${holidayDays(rule, year)[0]?.nominal} ${rule.id}`),
  );
  expect([...met].toSorted()).toEqual(all.toSorted());
});

/** Written off the reference, block (c), and not computed here. */
test('holidays lie on the days of the reference', () => {
  const at = (year: number, is: (reading: string, moved: string | null) => boolean): string[] =>
    HOLIDAY_RULES.flatMap((rule) => holidayDays(rule, year))
      .filter(({ reading, moved }) => is(reading, moved))
      .map(({ day }) => day);
  const onWeekdays = (days: readonly string[]): string[] =>
    days.filter((day) => ![0, 6].includes(weekdayOf(day))).toSorted();
  expect(onWeekdays(at(2026, (reading) => reading === 'verified'))).toEqual(
    '2026-01-01 2026-01-19 2026-02-12 2026-02-16 2026-05-08 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-10-12 2026-11-11 2026-11-26 2026-12-25'.split(
      ' ',
    ),
  );
  expect(onWeekdays(at(2027, (reading) => reading === 'computed'))).toEqual(
    '2027-01-01 2027-01-18 2027-02-12 2027-02-15 2027-05-31 2027-07-05 2027-09-06 2027-10-11 2027-11-11 2027-11-25'.split(
      ' ',
    ),
  );
  expect(onWeekdays(at(2028, (reading) => reading === 'computed'))).toEqual(
    '2028-01-17 2028-02-21 2028-05-08 2028-05-29 2028-06-19 2028-07-04 2028-09-04 2028-10-09 2028-11-23 2028-12-25'.split(
      ' ',
    ),
  );
  const fridays = [2027, 2028].flatMap((year) => at(year, (_, moved) => moved === 'saturday-to-friday'));
  expect(fridays.toSorted()).toEqual(
    '2027-05-07 2027-06-18 2027-12-24 2027-12-31 2028-02-11 2028-11-10'.split(' '),
  );
  for (const year of [2027, 2028])
    expect(at(year, (reading, moved) => moved === 'saturday-to-friday' && reading !== 'unconfirmed')).toEqual(
      [],
    );
  expect(at(2029, (reading) => reading !== 'unconfirmed')).toEqual([]);
});

const sentences = ({ steps }: Due): string[] => steps.map(stepSaid);

describe('it explains itself', () => {
  test('received on a Friday afternoon, with a Wednesday that is closed', () => {
    const due = dueOf(new Date('2026-12-04T16:40-06:00'), closed('2026-12-09'));
    expect(due.steps).toEqual([
      { code: 'received', by: 'custodian', wall: { day: '2026-12-04', minute: 1000 } },
      { code: 'closed', from: '2026-12-05', to: '2026-12-06', because: { kind: 'not-a-working-day' } },
      { code: 'day', n: 1, day: '2026-12-07', doubt: null },
      { code: 'day', n: 2, day: '2026-12-08', doubt: null },
      {
        code: 'closed',
        from: '2026-12-09',
        to: '2026-12-09',
        because: { kind: 'closing', reason: 'water main' },
      },
      { code: 'day', n: 3, day: '2026-12-10', doubt: null },
      { code: 'due', day: '2026-12-10', closes: 1020 },
    ]);
    expect(sentences(due)).toEqual([
      'Received by the custodian of records on Fri 4 Dec 2026 at 4:40 pm; the day of receipt is not counted.',
      'Sat 5 Dec 2026 to Sun 6 Dec 2026 are not counted: no working days of this office.',
      'Business day 1: Mon 7 Dec 2026.',
      'Business day 2: Tue 8 Dec 2026.',
      'Wed 9 Dec 2026 is not counted: the office is closed: water main.',
      'Business day 3: Thu 10 Dec 2026.',
      'Due by the end of Thu 10 Dec 2026. At which hour a business day ends the law does not say; the office closes at 5:00 pm, and that is the safe reading.',
    ]);
    expect(dueSaid(due)).toBe(
      'To be acted on by the end of Thu 10 Dec 2026, the third business day after its receipt: 610.023.3 RSMo (the text was read).',
    );
    expect(due.endsAt.toISOString()).toBe('2026-12-11T06:00:00.000Z');
  });

  test.each([
    [
      '2026-07-01T10:00-05:00',
      CITY,
      'Fri 3 Jul 2026 is not counted: the office is closed: Independence Day, kept on the Friday before Sat 4 Jul 2026 as state offices do; a custom, confirmed for this year, and no law.',
    ],
    [
      '2027-07-02T10:00-05:00',
      CITY,
      'Mon 5 Jul 2027 is not counted: the office is closed: Independence Day, moved from Sun 4 Jul 2027 to the Monday by 9.010 RSMo (read in a copy only, not in the official text).',
    ],
    [
      '2027-05-06T10:00-05:00',
      CITY,
      'Business day 1: Fri 7 May 2027. The office may be closed for Truman Day, which is on Sat 8 May 2027, but nobody confirmed that for this year, and an unconfirmed closure is treated as a business day: the earlier deadline is the safe one. If it is closed, enter the day as a closing.',
    ],
    [
      '2028-12-28T10:00-06:00',
      CITY,
      'Business day 2: Mon 1 Jan 2029. The office may be closed for New Year’s Day, but nobody confirmed that for this year, and an unconfirmed closure is treated as a business day: the earlier deadline is the safe one. If it is closed, enter the day as a closing.',
    ],
    [
      '2027-11-10T10:00-06:00',
      CITY,
      'Thu 11 Nov 2027 is not counted: the office is closed: Veterans Day (the day is computed from the rule).',
    ],
    [
      '2026-11-26T10:00-06:00',
      CITY,
      'Thu 26 Nov 2026 is no business day (the office is closed: Thanksgiving Day); the count begins with the next one.',
    ],
    [
      '2026-03-14T10:00-05:00',
      CITY,
      'Sat 14 Mar 2026 is no business day (no working day of this office); the count begins with the next one.',
    ],
    [
      '2026-03-02T17:01-06:00',
      CITY,
      'That is after office hours, which end at 5:00 pm; it counts as received on that day, which gives the earlier deadline: the law counts from the date and names no hour.',
    ],
    [
      '2026-03-02T17:01-06:00',
      NEXT_DAY,
      'That is after office hours, which end at 5:00 pm; by this body’s own rule it counts as received on Tue 3 Mar 2026. The law counts from the date and names no hour.',
    ],
    [
      '2026-12-24T10:00-06:00',
      UNTOLD,
      'This body has not entered its office calendar: Monday to Friday are counted, and no holiday, because the earlier deadline is the safe one.',
    ],
  ])('received %s', (received, calendar, sentence) =>
    expect(sentences(dueOf(new Date(received), calendar))).toContain(sentence),
  );

  test('a city that says it works on the Friday is told of no doubt, nor one that works on Saturdays', () => {
    for (const calendar of [STAYS, SATURDAYS])
      expect(
        dueOf(new Date('2027-05-06T10:00-05:00'), calendar).steps.filter(
          (step) => step.code === 'day' && step.doubt !== null,
        ),
      ).toEqual([]);
  });

  test.each([
    [0, '12:00 am'],
    [61, '1:01 am'],
    [720, '12:00 pm'],
    [1439, '11:59 pm'],
  ])('minute %i is %s', (minute, said) => expect(timeSaid(minute)).toBe(said));
});

describe('two receipts', () => {
  const first = new Date('2026-03-02T10:00-06:00');
  const custodian = new Date('2026-03-04T15:00-06:00');

  test('until the custodian has it there is an alarm from the first receipt, and no deadline of the law', () => {
    const clocks = clocksOf(
      { firstReceived: first, receivedByCustodian: null },
      CITY,
      new Date('2026-03-04T10:00-06:00'),
    );
    expect(clocks.due).toBeNull();
    expect(clocks.alarm).toMatchObject({ by: 'body', law: null, day: '2026-03-05' });
    expect(clocks.standing).toBe('due-next');
    expect(dueSaid(clocks.alarm ?? alarmOf(first, CITY))).toBe(
      'No deadline of the law runs until the custodian of records has the request. Counted from the first receipt, it would be due by the end of Thu 5 Mar 2026: bring it to the custodian before.',
    );
  });

  test('then the clock runs from the custodian’s, and the alarm stays beside it where its day is earlier', () => {
    const clocks = clocksOf({ firstReceived: first, receivedByCustodian: custodian }, CITY, custodian);
    expect(clocks.alarm).toMatchObject({ by: 'body', law: null, day: '2026-03-05' });
    expect(alarmBesideSaid(clocks.alarm ?? alarmOf(custodian, CITY))).toBe(
      'Counted from its first receipt by the body it would be due by the end of Thu 5 Mar 2026 already. The law counts from the receipt by the custodian of records; whoever reads it otherwise counts so.',
    );
    expect(
      clocksOf({ firstReceived: custodian, receivedByCustodian: custodian }, CITY, custodian).alarm,
    ).toBeNull();
    expect(clocks.due).toMatchObject({
      by: 'custodian',
      dayZero: '2026-03-04',
      day: '2026-03-09',
      law: { citation: '610.023.3 RSMo', reading: 'verified' },
    });
    expect(clocks.standing).toBe('running');
  });

  test('a statement of the grounds has a clock of its own, which the first does not move', () => {
    const statement = denialStatementDueOf(new Date('2026-03-20T16:00-05:00'), CITY);
    expect(statement).toMatchObject({
      by: 'statement',
      day: '2026-03-25',
      law: { citation: '610.023.4 RSMo', reading: 'verified' },
    });
    expect(dueSaid(statement)).toBe(
      'The written statement of the grounds is due by the end of Wed 25 Mar 2026: 610.023.4 RSMo (the text was read).',
    );
    expect(dueOf(custodian, CITY).day).toBe('2026-03-09');
  });
});

/** Received on Mon 2 March 2026: due by the end of Thu 5 March. */
test.each([
  ['2026-03-02T10:00-06:00', 'running', 'three business days are left'],
  ['2026-03-03T23:59-06:00', 'running', 'two are left'],
  ['2026-03-04T00:00-06:00', 'due-next', 'it is due tomorrow'],
  ['2026-03-05T00:00-06:00', 'due-today', 'it is due today'],
  ['2026-03-05T16:59-06:00', 'due-today', 'the office is still open'],
  ['2026-03-05T17:00-06:00', 'past-closing', 'it has closed, and the day is not over'],
  ['2026-03-05T23:59-06:00', 'past-closing', 'the last minute'],
  ['2026-03-06T00:00-06:00', 'overdue', 'the day is over'],
] as const)('at %s it is %s: %s', (now, standing, _reason) =>
  expect(standingOf(dueOf(new Date('2026-03-02T10:00-06:00'), CITY), new Date(now), CITY)).toBe(standing),
);

test('over a weekend the next business day is the next one', () => {
  // Wed 4 March: Thu 5, Fri 6, Mon 9.
  const due = dueOf(new Date('2026-03-04T10:00-06:00'), CITY);
  for (const now of ['2026-03-06T10:00-06:00', '2026-03-07T10:00-06:00', '2026-03-08T10:00-05:00'])
    expect(standingOf(due, new Date(now), CITY), now).toBe('due-next');
  expect(standingOf(due, new Date('2026-03-05T10:00-06:00'), CITY)).toBe('running');
});

describe('a withdrawal', () => {
  test.each([
    ['2026-03-02', '2026-03-02', 5000, '2026-05-31', 90, 'ninety calendar days, over weekends and holidays'],
    ['2026-03-02', '2026-03-02', 1000_00, '2026-05-31', 90, 'a fee of exactly $1,000 is not over it'],
    ['2026-03-02', '2026-03-02', 1000_01, '2026-07-30', 150, 'a cent more is'],
    [
      '2026-03-02',
      '2026-03-02',
      null,
      '2026-07-30',
      150,
      'no fee is known: the longer period is the safe one',
    ],
    ['2026-03-02', '2026-03-12', 5000, '2026-06-10', 90, 'from the notice, where that came later'],
    ['2026-03-12', '2026-03-02', 5000, '2026-06-10', 90, 'from what was asked, where that came later'],
    ['2027-12-01', '2027-12-01', 5000, '2028-02-29', 90, 'into a leap day'],
    ['2025-08-28', '2025-08-28', 5000, '2025-11-26', 90, 'on the first day of the law'],
  ] as const)(
    'asked %s, notice %s, fee %s: through %s (%i): %s',
    (askedOn, noticeSentOn, feeCents, day, days, _reason) =>
      expect(withdrawalOf({ askedOn, noticeSentOn, feeCents })).toMatchObject({
        kind: 'after',
        day,
        days,
        law: { citation: '610.026 RSMo', reading: 'secondary' },
      }),
  );

  test('is never without the notice, nor before there was such a law', () => {
    const unsent = withdrawalOf({ askedOn: '2026-03-02', noticeSentOn: null, feeCents: 5000 });
    expect(unsent.kind).toBe('notice-not-sent');
    expect(withdrawalSaid(unsent)).toBe(
      'Without a notice to the requester that this will happen, a request is never withdrawn: 610.026 RSMo (read in a copy only, not in the official text).',
    );
    const early = withdrawalOf({ askedOn: '2025-08-27', noticeSentOn: '2025-09-01', feeCents: 5000 });
    expect(early.kind).toBe('not-in-force');
    expect(withdrawalSaid(early)).toContain('Thu 28 Aug 2025');
    expect(
      withdrawalSaid(withdrawalOf({ askedOn: '2026-03-02', noticeSentOn: '2026-03-02', feeCents: 5000 })),
    ).toBe(
      'The request stands through Sun 31 May 2026, 90 calendar days after Mon 2 Mar 2026; from the next day on it may count as withdrawn, if a person decides so: 610.026 RSMo (read in a copy only, not in the official text).',
    );
  });
});

describe('a calendar', () => {
  test.each([
    [{ zone: 'Missouri' }, 'zone'],
    [{ hours: {} }, 'hours'],
    [{ hours: { 1: { opens: 1020, closes: 480 } } }, 'hours'],
    [{ hours: { 1: { opens: 480, closes: 1440 } } }, 'hours'],
    [{ observes: ['arbor-day'] }, 'observes'],
    [{ observes: ['christmas-day', 'christmas-day'] }, 'observes'],
    [{ closings: [{ day: '2026-02-30', reason: 'x' }] }, 'closings'],
    [{ closings: [{ day: '2026-02-03', reason: 'a\u0000b' }] }, 'closings'],
    [{ closings: [{ day: '2026-02-03', reason: 'a\uD800b' }] }, 'closings'],
    [{ closings: [{ day: '2026-02-03', reason: ' ' }] }, 'closings'],
    [{ closings: [1, 2].map(() => ({ day: '2026-02-03', reason: 'x' })) }, 'closings'],
    [
      { closings: Array.from({ length: 401 }, (_, n) => ({ day: addDays('2026-01-01', n), reason: 'x' })) },
      'closings',
    ],
  ] as const)('with %j is refused for its %s', (change, member) =>
    expect(Object.keys(calendarProblems({ ...CITY, ...change }))).toEqual([member]),
  );

  test('that never opens is not counted by', () => {
    expect(() => dueOf(new Date(), { ...CITY, hours: {} })).toThrow(/at least one working day/);
  });
});

test.each([
  ['America/Chicago', '2026-03-07', '2026-03-08T06:00:00.000Z', 'the night before clocks go forward'],
  ['America/Chicago', '2026-03-08', '2026-03-09T05:00:00.000Z', 'a day of 23 hours'],
  ['America/Chicago', '2026-11-01', '2026-11-02T06:00:00.000Z', 'a day of 25 hours'],
  ['Pacific/Kiritimati', '2026-03-02', '2026-03-02T10:00:00.000Z', '14 hours before UTC'],
  ['Etc/GMT+12', '2026-03-02', '2026-03-03T12:00:00.000Z', '12 hours behind it'],
  [
    'America/Havana',
    '2026-03-07',
    '2026-03-08T05:00:00.000Z',
    'the next day begins at one: midnight is left out',
  ],
  [
    'America/Scoresbysund',
    '2026-10-24',
    '2026-10-25T02:00:00.000Z',
    'midnight comes twice there or not at all; the last time counts',
  ],
  ['Asia/Kathmandu', '2026-03-02', '2026-03-02T18:15:00.000Z', 'three quarters of an hour'],
])('in %s the day %s is over at %s: %s', (zone, day, ends) => {
  const at = endOfDayIn(zone, day);
  expect(at.toISOString()).toBe(ends);
  expect(wallTimeIn(zone, at).day).toBe(addDays(day, 1));
  expect(wallTimeIn(zone, new Date(at.getTime() - 1)).day).toBe(day);
});

describe('for every calendar and every moment', () => {
  const days = fc.integer({ min: 0, max: 1400 }).map((n) => addDays('2025-10-01', n));
  const weekdays = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 });
  const hours = fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 701, max: 1439 }));
  const calendars: fc.Arbitrary<AgencyCalendar> = fc
    .record({
      zone: fc.constantFrom(
        'America/Chicago',
        'America/Denver',
        'Pacific/Kiritimati',
        'America/Havana',
        'UTC',
      ),
      worked: weekdays,
      open: hours,
      observes: fc.subarray(ALL),
      saturdayHolidays: fc.constantFrom('friday-where-confirmed' as const, 'business-day' as const),
      closed: fc.uniqueArray(days, { maxLength: 30 }),
      afterHours: fc.constantFrom('that-day' as const, 'next-day' as const),
      entered: fc.boolean(),
    })
    .map(({ worked, open: [opens, closes], closed: off, ...rest }) => ({
      ...rest,
      hours: Object.fromEntries(worked.map((weekday) => [weekday, { opens, closes }])),
      closings: off.map((day) => ({ day, reason: 'x' })),
    }));
  const moments = fc
    .integer({ min: Date.parse('2025-11-01T00:00Z') / 60_000, max: Date.parse('2029-06-01T00:00Z') / 60_000 })
    .map((minutes) => new Date(minutes * 60_000));
  const holds = (property: fc.IProperty<unknown>): void => fc.assert(property, { numRuns: 300 });

  test('three business days lie behind day 0, the last of them is the day, and it is never earlier', () =>
    holds(
      fc.property(moments, calendars, (received, calendar) => {
        expect(calendarProblems(calendar)).toEqual({});
        const { day, dayZero } = dueOf(received, calendar);
        expect(isCivilDay(day)).toBe(true);
        expect(isBusinessDay(calendar, day)).toBe(true);
        expect(businessDaysLeft(dayZero, day, calendar)).toBe(3);
        expect(day >= addDays(dayZero, 3)).toBe(true);
        expect(dayZero >= wallTimeIn(calendar.zone, received).day).toBe(true);
      }),
    ));

  test('one closing more never makes it earlier, whichever day it is', () =>
    holds(
      fc.property(moments, calendars, fc.integer({ min: -5, max: 30 }), (received, calendar, ahead) => {
        const before = dueOf(received, calendar).day;
        const day = addDays(wallTimeIn(calendar.zone, received).day, ahead);
        const rest = calendar.closings.filter((one) => one.day !== day);
        const after = dueOf(received, { ...calendar, closings: [...rest, { day, reason: 'x' }] }).day;
        expect(after >= before).toBe(true);
      }),
    ));

  test('nor does one holiday more, nor the rule for after hours', () =>
    holds(
      fc.property(moments, calendars, fc.constantFrom(...ALL), (received, calendar, rule) => {
        const { day } = dueOf(received, calendar);
        const observes = [...new Set([...calendar.observes, rule])];
        expect(dueOf(received, { ...calendar, observes }).day >= day).toBe(true);
        const [first, second] = (['that-day', 'next-day'] as const).map(
          (afterHours) => dueOf(received, { ...calendar, afterHours }).day,
        );
        expect((second ?? '') >= (first ?? '')).toBe(true);
      }),
    ));

  test('what is received later is never due earlier', () =>
    holds(
      fc.property(moments, fc.integer({ min: 0, max: 20_000 }), calendars, (received, minutes, calendar) => {
        const later = new Date(received.getTime() + minutes * 60_000);
        expect(dueOf(later, calendar).day >= dueOf(received, calendar).day).toBe(true);
      }),
    ));

  test('the last step is the day that is due; every day from receipt on is in one step, and each has its sentence', () =>
    holds(
      fc.property(moments, calendars, (received, calendar) => {
        const due = dueOf(received, calendar);
        expect(due.steps.at(-1)).toMatchObject({ code: 'due', day: due.day, closes: due.closes });
        let reached = due.dayZero;
        for (const step of due.steps) {
          if (step.code === 'closed') {
            expect(step.from).toBe(addDays(reached, 1));
            reached = step.to;
          }
          if (step.code === 'day') {
            expect(step.day).toBe(addDays(reached, 1));
            reached = step.day;
          }
          expect(stepSaid(step)).toMatch(/^[A-Z].*\.$/);
          expect(stepSaid(step)).not.toMatch(/undefined|null|NaN/);
        }
        expect(reached).toBe(due.day);
        expect(wallTimeIn(calendar.zone, new Date(due.endsAt.getTime() - 1)).day).toBe(due.day);
      }),
    ));

  test('a request is overdue from the moment at which its day is over, and not before', () =>
    holds(
      fc.property(moments, calendars, (received, calendar) => {
        const due = dueOf(received, calendar);
        expect(standingOf(due, due.endsAt, calendar)).toBe('overdue');
        expect(standingOf(due, new Date(due.endsAt.getTime() - 1), calendar)).not.toBe('overdue');
      }),
    ));
});

test('a request for a statement of the grounds counts from when it came, not from when it was entered', () => {
  const row = {
    state: 'closed',
    first_received_at: new Date('2026-12-01T16:00:00Z'),
    custodian_received_at: new Date('2026-12-01T16:00:00Z'),
    settled_question: 0,
    settled_fee: 0,
  } as const;
  const marked = (about: 'statement-request' | 'statement', at: string) => ({
    n: 1,
    about,
    at: new Date(at),
    fee_cents: null,
    promised_for: null,
  });
  const dayOf = (...rows: ReturnType<typeof marked>[]) =>
    requestStanding(row, { marked: rows, answers: NOTHING_ANSWERED }, CITY, new Date('2026-12-08T16:00:00Z'))
      .statement?.day;
  const [friday, monday] = ['2026-12-04T10:00-06:00', '2026-12-07T10:00-06:00'];
  // A letter of Monday was entered before the call of Friday: Mon 7, Tue 8, Wed 9.
  expect(dayOf(marked('statement-request', monday), marked('statement-request', friday))).toBe('2026-12-09');
  // Entered after its answer, and answered all the same.
  expect(dayOf(marked('statement', monday), marked('statement-request', friday))).toBeUndefined();
  // One that came after the answer has a clock of its own: Tue 8, Wed 9, Thu 10.
  expect(dayOf(marked('statement', friday), marked('statement-request', monday))).toBe('2026-12-10');
});

describe('a letter that explains the delay', () => {
  const received = new Date('2026-03-02T10:00-06:00');
  const row = {
    state: 'delayed',
    first_received_at: received,
    custodian_received_at: received,
    settled_question: 0,
    settled_fee: 0,
  } as const;
  const delay = (at: string, promised: string | null) => ({
    n: 1,
    about: 'delay' as const,
    at: new Date(at),
    fee_cents: null,
    promised_for: promised === null ? null : new Date(promised),
  });
  const acted = (now: string, ...rows: ReturnType<typeof delay>[]) =>
    requestStanding(row, { marked: rows, answers: NOTHING_ANSWERED }, CITY, new Date(now)).acted;

  test('has acted on the request: what counts from then on is the time that it promised', () => {
    // Due Thu 5 March.
    const letter = delay('2026-03-04T15:00-06:00', '2026-03-20T14:00-05:00');
    expect(acted('2026-03-09T10:00-05:00')).toBeNull();
    const standing = acted('2026-03-09T10:00-05:00', letter);
    expect(standing).toMatchObject({ on: '2026-03-04', late: false, standing: 'acted-on' });
    expect(standing === null ? '' : actedSaid(standing)).toBe(
      'Acted on by the letter of Wed 4 Mar 2026, which explained the delay: 610.023.3 RSMo (the text was read). The earliest time that it promised: Fri 20 Mar 2026 at 2:00 pm.',
    );
    expect(acted('2026-03-20T14:00:01-05:00', letter)?.standing).toBe('promise-over');
    // Nobody may come before it: also where the day before it is none on which anybody works.
    const near = (now: string) => {
      const one = acted(now, letter);
      return one === null ? 'none' : promiseNear(one, new Date(now), CITY);
    };
    expect(near('2026-03-18T10:00-05:00')).toBeNull();
    expect(near('2026-03-19T10:00-05:00')).toBe('next');
    expect(near('2026-03-20T10:00-05:00')).toBe('today');
    expect(near('2026-03-20T14:00:01-05:00')).toBeNull();
    // The newest promise counts, however the letters were entered.
    const later = delay('2026-03-19T10:00-05:00', '2026-03-27T14:00-05:00');
    expect(acted('2026-03-21T14:00-05:00', later, letter)).toMatchObject({
      on: '2026-03-04',
      standing: 'acted-on',
      promised: { day: '2026-03-27', minute: 840 },
    });
  });

  test('that went too late, or promised nothing, is said to have done so', () => {
    const late = acted('2026-03-09T10:00-05:00', delay('2026-03-06T09:00-06:00', null));
    expect(late).toMatchObject({ late: true, promised: null, standing: 'promise-unsaid' });
    expect(late === null ? '' : actedSaid(late)).toContain(
      'after the day by which the request was to be acted on',
    );
    expect(late === null ? '' : actedSaid(late)).toContain('no letter on file says one');
  });
});

test('a withdrawal counts from the last question that is open, by when it was asked, and from the sum of open fees', () => {
  const row = (state: 'fee-waiting' | 'clarification', settled_question = 0, settled_fee = 0) =>
    ({
      state,
      first_received_at: new Date('2026-01-05T16:00:00Z'),
      custodian_received_at: new Date('2026-01-05T16:00:00Z'),
      settled_question,
      settled_fee,
    }) as const;
  const said = (
    n: number,
    about: 'question' | 'payment-request' | 'withdrawal-notice',
    day: string,
    fee_cents: number | null = null,
  ) => ({ n, about, at: new Date(`${day}T18:00:00Z`), fee_cents, promised_for: null });
  const through =
    (...parameters: Parameters<typeof row>) =>
    (...rows: ReturnType<typeof said>[]) =>
      requestStanding(
        row(...parameters),
        { marked: rows, answers: NOTHING_ANSWERED },
        CITY,
        new Date('2026-12-01T18:00:00Z'),
      ).withdrawal;
  const question = said(1, 'question', '2026-02-02');
  const notice = said(2, 'withdrawal-notice', '2026-02-03');
  expect(through('clarification')(question, notice)).toMatchObject({ from: '2026-02-03', days: 150 });
  // It was answered, and nothing was asked since.
  expect(through('clarification', 1)(question, notice)).toBeNull();
  // Asked anew: the notice of before is none of this question.
  expect(through('clarification', 1)(question, notice, said(3, 'question', '2026-05-01'))).toMatchObject({
    kind: 'notice-not-sent',
  });
  // Entered in another order than it was written.
  expect(
    through('clarification')(said(1, 'withdrawal-notice', '2026-02-03'), said(2, 'question', '2026-02-02')),
  ).toMatchObject({ kind: 'after', from: '2026-02-03' });
  const fees = [
    said(1, 'payment-request', '2026-02-02', 60_000),
    said(2, 'payment-request', '2026-02-04', 60_000),
    said(3, 'withdrawal-notice', '2026-02-05'),
  ];
  expect(through('fee-waiting')(...fees)).toMatchObject({ days: 150, from: '2026-02-05' });
  expect(through('fee-waiting', 0, 1)(...fees)).toMatchObject({ days: 90 });
  expect(through('fee-waiting', 0, 1)(...fees, said(4, 'payment-request', '2026-02-05'))).toMatchObject({
    days: 150,
  });
});

test('what comes in the evening of a day on which the office is closed is said to have come when it was closed', () => {
  // Wednesday 9 December is closed; by its own rule the office counts it from Thursday.
  const due = dueOf(new Date('2026-12-09T20:00-06:00'), { ...closed('2026-12-09'), afterHours: 'next-day' });
  expect(due.steps.map(stepSaid)[1]).toBe(
    'The office is not open on that day (the office is closed: water main), and it came after the hours of such a weekday, which end at 5:00 pm; by this body’s own rule it counts as received on Thu 10 Dec 2026. The law counts from the date and names no hour.',
  );
});
