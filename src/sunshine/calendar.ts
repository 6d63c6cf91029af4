/**
 * When an agency's office is open, and why a day counts as a business day or does not. Pure.
 *
 * 610.023 does not define "business day". Two Missouri cities do: a day when the city hall is open for business during its normal hours. So
 * the calendar is the agency's own, and a closure that nobody confirmed is treated as a business day: the earlier deadline is the safe one.
 */
import { isCivilDay, weekdayOf, type CivilDay, type Weekday } from '#civil.ts';
import { HOLIDAY_RULES, holidaysOn, type HolidayDay } from './holidays.ts';

/** Minutes since midnight, as the clocks of the agency show them. */
export interface OfficeHours {
  readonly opens: number;
  readonly closes: number;
}

export interface Closing {
  readonly day: CivilDay;
  readonly reason: string;
}

export interface AgencyCalendar {
  /** IANA name. */
  readonly zone: string;
  /** A weekday that has hours is a working day; 0 is Sunday. */
  readonly hours: Readonly<Partial<Record<Weekday, OfficeHours>>>;
  /** Ids of the rules that close this office. A public holiday that is not here is a working day. */
  readonly observes: readonly string[];
  /** Whether the office closes on Friday for a holiday on Saturday, in the years for which that was confirmed; in others it is a closing or nothing. */
  readonly saturdayHolidays: 'friday-where-confirmed' | 'business-day';
  /** Days on which it is closed for reasons of its own: the agency's word, and enough by itself. */
  readonly closings: readonly Closing[];
  /** What arrives after closing was received on that day, or on the one after. The first gives the earlier deadline. */
  readonly afterHours: 'that-day' | 'next-day';
  /** False: nobody of the agency has said anything yet, and every weekday counts. */
  readonly entered: boolean;
}

const OFFICE: OfficeHours = { opens: 8 * 60, closes: 17 * 60 };

/**
 * Of an agency that has not entered its own. It observes no holiday: that of the state need not be the city's (reference/missouri-law.md,
 * block (e) 13), and a day too many in the count would be a day too late.
 */
export function untoldCalendar(zone: string): AgencyCalendar {
  return {
    zone,
    hours: { 1: OFFICE, 2: OFFICE, 3: OFFICE, 4: OFFICE, 5: OFFICE },
    observes: [],
    saturdayHolidays: 'business-day',
    closings: [],
    afterHours: 'that-day',
    entered: false,
  };
}

/** Why a day is no business day. */
export type Closure =
  | { readonly kind: 'not-a-working-day' }
  | { readonly kind: 'closing'; readonly reason: string }
  | { readonly kind: 'holiday'; readonly holiday: HolidayDay };

/** Why a day is a business day although the office may be closed on it. */
export interface Doubt {
  readonly holiday: HolidayDay;
}

export function closureOf(calendar: AgencyCalendar, day: CivilDay): Closure | null {
  if (calendar.hours[weekdayOf(day)] === undefined) return { kind: 'not-a-working-day' };
  const closing = calendar.closings.find((one) => one.day === day);
  if (closing !== undefined) return { kind: 'closing', reason: closing.reason };
  const holiday = observedOn(calendar, day).find(
    (one) => one.reading !== 'unconfirmed' && wouldClose(calendar, one),
  );
  return holiday === undefined ? null : { kind: 'holiday', holiday };
}

export function isBusinessDay(calendar: AgencyCalendar, day: CivilDay): boolean {
  return closureOf(calendar, day) === null;
}

/** A closure that nobody confirmed; only of a business day. */
export function doubtOf(calendar: AgencyCalendar, day: CivilDay): Doubt | null {
  if (!isBusinessDay(calendar, day)) return null;
  const holiday = observedOn(calendar, day).find(
    (one) => one.reading === 'unconfirmed' && wouldClose(calendar, one),
  );
  return holiday === undefined ? null : { holiday };
}

function observedOn({ observes }: AgencyCalendar, day: CivilDay): readonly HolidayDay[] {
  return holidaysOn(day).filter(({ rule }) => observes.includes(rule.id));
}

/** If it were confirmed. Who works on Saturdays keeps the holiday on the Saturday itself. */
function wouldClose({ hours, saturdayHolidays }: AgencyCalendar, { moved }: HolidayDay): boolean {
  return (
    moved !== 'saturday-to-friday' ||
    (saturdayHolidays === 'friday-where-confirmed' && hours[6] === undefined)
  );
}

const CLOSINGS_MAX = 400;
const REASON_MAX = 200;

/** What is wrong with it, and what was expected, by member; nothing when it can be counted by. */
export function calendarProblems(calendar: AgencyCalendar): Readonly<Record<string, string>> {
  const { zone, hours, observes, closings } = calendar;
  const open = Object.values(hours);
  const known = new Set(HOLIDAY_RULES.map(({ id }) => id));
  const days = closings.map(({ day }) => day);
  return {
    ...(isZone(zone) ? {} : { zone: 'Expected a zone by its IANA name, such as America/Chicago.' }),
    ...(open.length === 0
      ? { hours: 'Expected at least one working day: without one, nothing would ever be due.' }
      : {}),
    ...(open.some(({ opens, closes: until }) => !isMinute(opens) || !isMinute(until) || opens >= until)
      ? { hours: 'Expected times of day from 00:00 to 23:59, and of each day an opening before its closing.' }
      : {}),
    ...(observes.every((id) => known.has(id)) && new Set(observes).size === observes.length
      ? {}
      : { observes: `Expected each once, of ${[...known].join(', ')}.` }),
    ...(closings.every(({ day, reason }) => isCivilDay(day) && isReason(reason))
      ? {}
      : {
          closings: `Expected days as YYYY-MM-DD that are on the calendar, each with its reason in 1 to ${REASON_MAX} characters.`,
        }),
    ...(new Set(days).size === days.length ? {} : { closings: 'Expected each day once.' }),
    ...(closings.length <= CLOSINGS_MAX
      ? {}
      : { closings: `At most ${CLOSINGS_MAX} days; leave out those that are long over.` }),
  };
}

/** What the database would change or cannot hold is none. */
function isReason(reason: string): boolean {
  return (
    reason.trim() !== '' && reason.length <= REASON_MAX && reason.isWellFormed() && !reason.includes('\0')
  );
}

function isMinute(minute: number): boolean {
  return Number.isInteger(minute) && minute >= 0 && minute < 24 * 60;
}

function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone: zone }));
  } catch {
    return false;
  }
}
