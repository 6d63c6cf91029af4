/**
 * Civil days, as `YYYY-MM-DD`: what retention and the clock of a request count in. No clock; a moment becomes a day, or the time on the
 * wall, in a zone that is named. Pure.
 */

export type CivilDay = string;

interface Parts {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** The first day of an agency's fiscal year. 29 February is none: it is there every fourth year. */
export interface FiscalYearStart {
  readonly month: number;
  readonly day: number;
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Whether the calendar has this day, from the year 1 on. */
export function isCivilDay(text: string): boolean {
  const [, year = '', month = '', day = ''] = DAY.exec(text) ?? [];
  return (
    year !== '' && Number(year) >= 1 && written(atNoon(Number(year), Number(month), Number(day))) === text
  );
}

export function addDays(day: CivilDay, days: number): CivilDay {
  const { year, month, day: of } = parts(day);
  return written(atNoon(year, month, of + days));
}

/**
 * So many years and months later. Where the month that is reached has no such day, the first of the month after it, never an earlier
 * one: a period that began on 29 February 2024 and lasts a year is over with 1 March 2025, not with 28 February.
 */
export function addMonths(day: CivilDay, months: number): CivilDay {
  const { year, month, day: of } = parts(day);
  const reached = year * 12 + month - 1 + months;
  const [toYear, toMonth] = [Math.floor(reached / 12), (reached % 12) + 1];
  return of <= daysIn(toYear, toMonth)
    ? written(atNoon(toYear, toMonth, of))
    : written(atNoon(toYear, toMonth + 1, 1));
}

/** 0 is Sunday, 6 Saturday. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export function weekdayOf(day: CivilDay): Weekday {
  const { year, month, day: of } = parts(day);
  return atNoon(year, month, of).getUTCDay() as Weekday;
}

/** The civil day in a zone, and the minutes since midnight that its clocks show. */
export interface WallTime {
  readonly day: CivilDay;
  readonly minute: number;
}

const walls = new Map<string, Intl.DateTimeFormat>();

export function wallTimeIn(zone: string, at: Date): WallTime {
  const wall =
    walls.get(zone) ??
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
  walls.set(zone, wall);
  const said = new Map(wall.formatToParts(at).map(({ type, value }) => [type, value]));
  const of = (type: Intl.DateTimeFormatPartTypes): string => said.get(type) ?? '';
  return {
    day: `${of('year')}-${of('month')}-${of('day')}`,
    minute: Number(of('hour')) * 60 + Number(of('minute')),
  };
}

const HOUR_MS = 3_600_000;
const QUARTER_MS = HOUR_MS / 4;

/**
 * The moment at which a civil day is over in a zone: when its clocks first show the next one and do not go back to it. Zones are at most
 * 14 hours from UTC, and every change of one is at a full quarter of an hour; so the quarters around it are asked, the last one first.
 */
export function endOfDayIn(zone: string, day: CivilDay): Date {
  const { year, month, day: of } = parts(day);
  const noon = atNoon(year, month, of).getTime();
  let at = noon + 27 * HOUR_MS;
  while (wallTimeIn(zone, new Date(at - QUARTER_MS)).day > day) at -= QUARTER_MS;
  return new Date(at);
}

/** The moment at which the clocks of a zone show this; of two, the earlier. Null: they never do, on the day on which they go forward. */
export function momentAt(zone: string, { day, minute }: WallTime): Date | null {
  const { year, month, day: of } = parts(day);
  const noon = atNoon(year, month, of).getTime();
  for (let ahead = 14 * HOUR_MS; ahead >= -14 * HOUR_MS; ahead -= QUARTER_MS) {
    const at = new Date(noon - 12 * HOUR_MS + minute * 60_000 - ahead);
    const wall = wallTimeIn(zone, at);
    if (wall.day === day && wall.minute === minute) return at;
  }
  return null;
}

export function endOfCalendarYear(day: CivilDay): CivilDay {
  return `${day.slice(0, 4)}-12-31`;
}

/** The last day of the fiscal year in which a day lies. */
export function endOfFiscalYear(day: CivilDay, { month, day: first }: FiscalYearStart): CivilDay {
  const { year } = parts(day);
  const begins = written(atNoon(year, month, first));
  const next = day < begins ? begins : written(atNoon(year + 1, month, first));
  return addDays(next, -1);
}

function daysIn(year: number, month: number): number {
  return atNoon(year, month + 1, 0).getUTCDate();
}

/** As the day overflows, so does the month. */
function atNoon(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(12);
  return date;
}

function written(date: Date): CivilDay {
  const of = (value: number, width: number): string => String(value).padStart(width, '0');
  return `${of(date.getUTCFullYear(), 4)}-${of(date.getUTCMonth() + 1, 2)}-${of(date.getUTCDate(), 2)}`;
}

function parts(day: CivilDay): Parts {
  const [year = 0, month = 0, of = 0] = day.split('-').map(Number);
  return { year, month, day: of };
}
