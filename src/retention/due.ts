/**
 * When a record may be destroyed, as far as its series say; holds and approvals come on top, elsewhere. Pure: no clock, no zone.
 *
 * A period begins with the day of its trigger, or with the end of the calendar or fiscal year in which that lies (the cutoff), and the
 * record is kept through its last day. It is due on the day after. Without a trigger there is no date, and that is said; it is never
 * taken from something else. Where several series apply, the record is kept for the longest, and the answer says which and why.
 *
 * The days of retention are minimum periods (reference/missouri-law.md 1): every doubt here keeps longer.
 */
import { ArchiveError } from '#errors.ts';
import {
  addDays,
  addMonths,
  endOfCalendarYear,
  endOfFiscalYear,
  type CivilDay,
  type FiscalYearStart,
} from '#civil.ts';

/** `P3Y`, `P1Y6M`, `P30D`, `P2W` (ISO 8601), `PERMANENT`, or `UNTIL superseded`. */
export type Period =
  | { readonly kind: 'lasts'; readonly months: number; readonly days: number }
  | { readonly kind: 'permanent' }
  | { readonly kind: 'until'; readonly event: string };

export const CUTOFFS = ['none', 'calendar-year-end', 'fiscal-year-end'] as const;
export type Cutoff = (typeof CUTOFFS)[number];

/** What a series says of time. */
export interface Rule {
  /** What begins the period, as the agency calls it: `received`, `case-closed`. Null: nothing that is known, so there is no date. */
  readonly trigger: string | null;
  readonly cutoff: Cutoff;
  /** Null: the schedule's period is not known, so there is no date. */
  readonly period: Period | null;
}

export type Due =
  /** Kept through `keptThrough`; may be destroyed from `on` on. */
  | { readonly kind: 'on'; readonly on: CivilDay; readonly keptThrough: CivilDay; readonly from: CivilDay }
  | { readonly kind: 'never' }
  /** `waitsFor`: the event whose day is not known; null: the series itself does not say. */
  | { readonly kind: 'unknown'; readonly waitsFor: string | null };

/** Days of triggers and events, by name. One that may happen again is given with its last day. */
export type EventDays = ReadonlyMap<string, CivilDay>;

const DURATION = /^P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$/;
const EVENT = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Null: it is none. A period of nothing is none. */
export function parsePeriod(text: string): Period | null {
  if (text === 'PERMANENT') return { kind: 'permanent' };
  if (text.startsWith('UNTIL ')) {
    const event = text.slice('UNTIL '.length);
    return isEventName(event) ? { kind: 'until', event } : null;
  }
  const found = DURATION.exec(text);
  if (found === null) return null;
  const [years = 0, months = 0, weeks = 0, days = 0] = found.slice(1).map((part) => Number(part ?? 0));
  const period = { kind: 'lasts', months: years * 12 + months, days: weeks * 7 + days } as const;
  return period.months + period.days === 0 ? null : period;
}

/** `case-closed`, `superseded`. */
export function isEventName(text: string): boolean {
  return text.length <= 60 && EVENT.test(text);
}

export function dueUnder(rule: Rule, events: EventDays, fiscalYear: FiscalYearStart): Due {
  const { trigger, cutoff, period } = rule;
  if (period === null) return { kind: 'unknown', waitsFor: null };
  if (period.kind === 'permanent') return { kind: 'never' };
  const begins = period.kind === 'until' ? period.event : trigger;
  if (begins === null) return { kind: 'unknown', waitsFor: null };
  const day = events.get(begins);
  if (day === undefined) return { kind: 'unknown', waitsFor: begins };
  const from = cutOff(cutoff, day, fiscalYear);
  const keptThrough = period.kind === 'until' ? from : addDays(addMonths(from, period.months), period.days);
  return { kind: 'on', on: addDays(keptThrough, 1), keptThrough, from };
}

function cutOff(cutoff: Cutoff, day: CivilDay, fiscalYear: FiscalYearStart): CivilDay {
  switch (cutoff) {
    case 'none':
      return day;
    case 'calendar-year-end':
      return endOfCalendarYear(day);
    case 'fiscal-year-end':
      return endOfFiscalYear(day, fiscalYear);
  }
}

/**
 * Of several: the one that keeps longest. Permanent before everything; one without a date before every date, because its date may lie
 * behind all others. Of equals the first. Rejects an empty list: a record under no series is unclassified, and that has no date.
 */
export function longest<T extends { readonly due: Due }>(candidates: readonly T[]): T {
  const [first, ...others] = candidates;
  if (first === undefined)
    throw new ArchiveError('invariant-broken', 'No series was given, and without one nothing is ever due.', {
      retry: 'halt',
    });
  return others.reduce((kept, one) => (keepsLonger(one.due, kept.due) ? one : kept), first);
}

const RANK = { on: 0, unknown: 1, never: 2 } as const;

function keepsLonger(one: Due, other: Due): boolean {
  if (one.kind === 'on' && other.kind === 'on') return one.on > other.on;
  return RANK[one.kind] > RANK[other.kind];
}
