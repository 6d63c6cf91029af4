/**
 * Public holidays of Missouri, as 9.010 RSMo names them, and on which days of which years they were read to lie. Data and arithmetic of
 * civil days; pure. A public holiday closes no office by itself: whether it does is the agency's to say (`calendar.ts`).
 */
import { addDays, weekdayOf, type CivilDay, type Weekday } from '#civil.ts';

/**
 * How far something was read. `verified`: the text, or an official list of the year. `secondary`: a copy that reprints it. `computed`: by us
 * from a rule that was read. `unconfirmed`: a custom that nobody confirmed for this year.
 */
export type LawReading = 'verified' | 'secondary' | 'computed' | 'unconfirmed';

export interface HolidayRule {
  readonly id: string;
  readonly name: string;
  /** As `07-04`, or the n-th such weekday of a month; −1 is the last. */
  readonly on:
    | { readonly monthDay: string }
    | { readonly month: number; readonly weekday: Weekday; readonly nth: 1 | 2 | 3 | 4 | -1 };
}

/** 9.010 RSMo, as HB 1445 (2024) reprints it: secondary. Source of all of this file: reference/missouri-law.md 4 and block (c). */
export const HOLIDAY_LAW: { readonly citation: string; readonly reading: LawReading } = {
  citation: '9.010 RSMo',
  reading: 'secondary',
};

const MONDAY = 1;
const THURSDAY = 4;

export const HOLIDAY_RULES: readonly HolidayRule[] = [
  { id: 'new-years-day', name: 'New Year’s Day', on: { monthDay: '01-01' } },
  { id: 'martin-luther-king-day', name: 'Martin Luther King Day', on: { month: 1, weekday: MONDAY, nth: 3 } },
  { id: 'lincoln-day', name: 'Lincoln Day', on: { monthDay: '02-12' } },
  { id: 'washingtons-birthday', name: 'Washington’s Birthday', on: { month: 2, weekday: MONDAY, nth: 3 } },
  { id: 'truman-day', name: 'Truman Day', on: { monthDay: '05-08' } },
  { id: 'memorial-day', name: 'Memorial Day', on: { month: 5, weekday: MONDAY, nth: -1 } },
  { id: 'juneteenth', name: 'Juneteenth', on: { monthDay: '06-19' } },
  { id: 'independence-day', name: 'Independence Day', on: { monthDay: '07-04' } },
  { id: 'labor-day', name: 'Labor Day', on: { month: 9, weekday: MONDAY, nth: 1 } },
  { id: 'columbus-day', name: 'Columbus Day', on: { month: 10, weekday: MONDAY, nth: 2 } },
  { id: 'veterans-day', name: 'Veterans Day', on: { monthDay: '11-11' } },
  { id: 'thanksgiving-day', name: 'Thanksgiving Day', on: { month: 11, weekday: THURSDAY, nth: 4 } },
  { id: 'christmas-day', name: 'Christmas Day', on: { monthDay: '12-25' } },
];

/**
 * Years for which somebody looked. 2026: the list of the Office of Administration; 2027 and 2028 are computed. Of any other year nothing
 * was read, and the statute may have changed: its holidays are unconfirmed.
 */
const YEARS: Readonly<Record<string, { readonly reading: LawReading; readonly saturday: LawReading }>> = {
  // "Independence Day (observed) Friday, July 3" stands in that list; Saturday to Friday is in no statute.
  '2026': { reading: 'verified', saturday: 'verified' },
  '2027': { reading: 'computed', saturday: 'unconfirmed' },
  '2028': { reading: 'computed', saturday: 'unconfirmed' },
};
const UNREAD = { reading: 'unconfirmed', saturday: 'unconfirmed' } as const;

export interface HolidayDay {
  readonly rule: HolidayRule;
  /** The day of the rule. */
  readonly nominal: CivilDay;
  /** The day on which an office that observes it is closed. */
  readonly day: CivilDay;
  /** Sunday to Monday is the statute's, Saturday to Friday the custom of state offices. */
  readonly moved: 'sunday-to-monday' | 'saturday-to-friday' | null;
  readonly reading: LawReading;
}

/** A list of requests asks for the same few days again and again. */
const known = new Map<CivilDay, readonly HolidayDay[]>();
const KNOWN_MAX = 10_000;

/** Every day that a rule makes a holiday, or that a custom would, near a day: those that lie on it. */
export function holidaysOn(day: CivilDay): readonly HolidayDay[] {
  const before = known.get(day);
  if (before !== undefined) return before;
  // A holiday that is moved may come from the year beside this one: 1 January 2028 is a Saturday.
  const year = Number(day.slice(0, 4));
  const on = [year, year + 1]
    .flatMap((one) => HOLIDAY_RULES.flatMap((rule) => holidayDays(rule, one)))
    .filter((one) => one.day === day);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(day, on);
  return on;
}

/** One day; two where a Saturday has a Friday before it on which state offices close. */
export function holidayDays(rule: HolidayRule, year: number): readonly HolidayDay[] {
  const nominal = nominalDay(rule, year);
  const { reading, saturday } = YEARS[nominal.slice(0, 4)] ?? UNREAD;
  const on = { rule, nominal, day: nominal, moved: null, reading };
  const weekday = weekdayOf(nominal);
  if (weekday === 0) return [{ ...on, day: addDays(nominal, 1), moved: 'sunday-to-monday' }];
  if (weekday === 6)
    return [on, { ...on, day: addDays(nominal, -1), moved: 'saturday-to-friday', reading: saturday }];
  return [on];
}

function nominalDay({ on }: HolidayRule, year: number): CivilDay {
  const inYear = (monthDay: string): CivilDay => `${String(year).padStart(4, '0')}-${monthDay}`;
  if ('monthDay' in on) return inYear(on.monthDay);
  const month = String(on.month).padStart(2, '0');
  const first = inYear(`${month}-01`);
  const ahead = (on.weekday - weekdayOf(first) + 7) % 7;
  if (on.nth > 0) return addDays(first, ahead + 7 * (on.nth - 1));
  const fifth = addDays(first, ahead + 28);
  return fifth.slice(5, 7) === month ? fifth : addDays(fifth, -7);
}
