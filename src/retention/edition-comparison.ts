/**
 * What becomes of the records of one edition under another: which series are new or gone, what is kept longer, and what might be
 * kept shorter. A shorter period never touches a lock that stands; whoever confirms the edition must have seen it. Pure.
 */
import { parsePeriod, type Period } from './due.ts';
import { SERIES_MEMBERS, type Edition, type Series } from './edition.ts';

/**
 * `other-start`: what begins the period, or its cutoff, is another, so that nobody can say for all records which keeps longer.
 * It counts as one that might shorten.
 */
export type Effect = 'same' | 'longer' | 'shorter' | 'known' | 'no-longer-known' | 'other-start';

export interface SeriesChange {
  readonly is: 'added' | 'removed' | 'changed';
  readonly code: string;
  readonly title: string;
  /** Of `changed`: what the period does. Of what was removed: records under it have no series of this edition. */
  readonly effect: Effect;
  /** Members that differ, in the words of both. */
  readonly members: readonly {
    readonly member: keyof Series;
    readonly was: string | null;
    readonly is: string | null;
  }[];
}

export interface EditionComparison {
  readonly changes: readonly SeriesChange[];
  /** Series that might be kept shorter, or that are gone: they are named to whoever confirms. */
  readonly mayShorten: readonly string[];
}

export function compareEditions(was: Edition, is: Edition): EditionComparison {
  const left = new Map(was.series.map((series) => [series.code, series]));
  const changes: SeriesChange[] = [];
  for (const series of is.series) {
    const old = left.get(series.code);
    left.delete(series.code);
    if (old === undefined) {
      changes.push({ is: 'added', code: series.code, title: series.title, effect: 'same', members: [] });
      continue;
    }
    const members = SERIES_MEMBERS.filter((member) => old[member] !== series[member]).map((member) => ({
      member,
      was: old[member],
      is: series[member],
    }));
    if (members.length > 0)
      changes.push({
        is: 'changed',
        code: series.code,
        title: series.title,
        effect: effectOf(old, series),
        members,
      });
  }
  for (const { code, title } of left.values())
    changes.push({ is: 'removed', code, title, effect: 'no-longer-known', members: [] });
  const mayShorten = changes
    .filter(({ is: what, effect }) => what === 'removed' || effect === 'shorter' || effect === 'other-start')
    .map(({ code }) => code);
  return { changes, mayShorten };
}

/** What becomes of the day on which a record of this series is due. */
export function effectOf(was: Series, is: Series): Effect {
  const [old, now] = [was, is].map(({ period }) => (period === null ? null : parsePeriod(period)));
  if (old === null || old === undefined) return now === null || now === undefined ? 'same' : 'known';
  if (now === null || now === undefined) return 'no-longer-known';
  if (old.kind === 'permanent' || now.kind === 'permanent')
    return old.kind === now.kind ? 'same' : now.kind === 'permanent' ? 'longer' : 'shorter';
  if (startOf(was, old) !== startOf(is, now)) return 'other-start';
  const order = compare(spanOf(old), spanOf(now));
  const cutoffs = CUTOFF_RANK[is.cutoff] - CUTOFF_RANK[was.cutoff];
  if (was.cutoff !== is.cutoff && was.cutoff !== 'none' && is.cutoff !== 'none') return 'other-start';
  if (order === 0 && cutoffs === 0) return 'same';
  if (order >= 0 && cutoffs >= 0) return 'longer';
  return 'shorter';
}

/** With a cutoff it is later for every day, or as late. */
const CUTOFF_RANK = { none: 0, 'calendar-year-end': 1, 'fiscal-year-end': 1 } as const;

function startOf({ trigger }: Series, period: Period): string | null {
  return period.kind === 'until' ? period.event : trigger;
}

interface Span {
  readonly months: number;
  readonly days: number;
}

function spanOf(period: Period): Span {
  return period.kind === 'lasts' ? period : { months: 0, days: 0 };
}

/**
 * Below 0 wherever the second might end earlier for any day at all: months have 28 to 31 days. 0: the same for every day. Above: never
 * earlier.
 */
function compare(one: Span, other: Span): number {
  const [months, days] = [other.months - one.months, other.days - one.days];
  if (months === 0) return days;
  if (months > 0 && days >= 0) return 1;
  if (months < 0 && days <= 0) return -1;
  // A short February may fall into it, and a month that is reached on a day that it does not have takes up to three days more.
  const least = months > 0 ? months * 28 + days - 3 : days + months * 31 - 3;
  return least >= 0 ? 1 : -1;
}
