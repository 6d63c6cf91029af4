/**
 * Times as they are written: RFC 3339 with a zone, a day that the calendar has, and nothing looser. Two things that
 * other readers let pass are refused: an offset without a colon (`+0000`, as some platforms write) and a zone name in
 * brackets behind the time. What was sent stays as it was sent; the instant is only for comparing.
 */
export type ReadTime =
  | { readonly ok: true; readonly instantMs: number; readonly precision: 'ms' | 's' }
  | { readonly ok: false; readonly code: 'time-without-zone' | 'time-malformed'; readonly sentence: string };

const SHAPE = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)?$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const EXAMPLE = '2026-11-21T14:03:00Z or 2026-11-21T08:03:00-06:00';

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0);
}

function malformed(what: string): ReadTime {
  return {
    ok: false,
    code: 'time-malformed',
    sentence: `expected a time such as ${EXAMPLE}; ${what}. If only a rough time is known, give what was seen as {"seen": "…"}`,
  };
}

export function readTime(text: string): ReadTime {
  const parts = SHAPE.exec(text);
  if (parts === null) return malformed('this is not written so');
  const [, year, month, day, hour, minute, second] = parts.map(Number) as [number, ...number[]];
  if (year === undefined || month === undefined || day === undefined) return malformed('no date');
  if (hour === undefined || minute === undefined || second === undefined) return malformed('no time of day');
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) {
    return malformed('the calendar has no such day');
  }
  if (hour > 23 || minute > 59 || second > 60) return malformed('the clock has no such time');
  const zone = parts[8];
  if (zone === undefined) {
    return {
      ok: false,
      code: 'time-without-zone',
      sentence: `expected a zone at the end of the time, Z or an offset, such as ${EXAMPLE}; without one nobody can say which hour is meant`,
    };
  }
  let offsetMinutes = 0;
  if (zone.length === 6) {
    const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
    if (hours > 23 || minutes > 59) return malformed('there is no such offset');
    offsetMinutes = (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
  }
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const minuteMs = date.getTime() + (hour * 60 + minute - offsetMinutes) * 60_000;
  // A leap second exists at the end of a UTC day only; it counts as the second after.
  if (second === 60 && (((minuteMs / 60_000) % 1440) + 1440) % 1440 !== 1439) {
    return malformed('there was no leap second then');
  }
  const fraction = parts[7];
  return {
    ok: true,
    instantMs: minuteMs + second * 1000 + (fraction === undefined ? 0 : Math.floor(Number(fraction) * 1000)),
    precision: fraction === undefined ? 's' : 'ms',
  };
}

export function isRfc3339(text: string): boolean {
  return readTime(text).ok;
}
