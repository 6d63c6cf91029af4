/** What becomes of a record, in sentences of English, as the API says them; the console says the same in the words of its reader. Pure. */
import type { CivilDay } from '#civil.ts';

export interface Standing {
  readonly kind: 'on' | 'never' | 'unknown' | 'unclassified';
  readonly dueOn: CivilDay | null;
  readonly keptThrough: CivilDay | null;
  /** `fiscal-year-start`: nobody has said when the agency's fiscal year begins. */
  readonly waitsFor: string | null;
  /** Every rule of the agency was applied to it. */
  readonly ruled: boolean;
  /** The series that keeps it longest. */
  readonly keeps: {
    readonly edition: string;
    readonly series: string;
    readonly title: string;
    readonly citation: string;
    readonly period: string | null;
    readonly confirmed: boolean;
  } | null;
  /** How many apply. */
  readonly of: number;
}

export function standingSaid({ kind, dueOn, keptThrough, waitsFor, ruled, keeps, of }: Standing): string {
  if (keeps === null)
    return 'It is unclassified: no series of a schedule applies to it, so it is kept and never due.';
  const under = `under series ${keeps.series}, ${keeps.title}, of edition ${keeps.edition} (${keeps.citation})`;
  const why = of > 1 ? ` That is the longest of the ${of} series that apply.` : '';
  const unconfirmed = keeps.confirmed
    ? ''
    : ' Two people of the agency have not confirmed this edition yet, and until they have nothing is destroyed under it.';
  const rules = ruled
    ? ''
    : ' The rules of the agency have not been applied to it yet, and until they are it is not due.';
  const what =
    kind === 'never'
      ? `Kept permanently ${under}.`
      : kind === 'on'
        ? `Kept through ${dayInWords(keptThrough ?? '')} ${under}; due on ${dayInWords(dueOn ?? '')}.`
        : waitsFor === null
          ? `Kept ${under}, whose period is not known; so there is no date yet.`
          : waitsFor === 'fiscal-year-start'
            ? `Kept ${under}. Its period begins with the end of a fiscal year, and nobody has said when that of the agency begins; so there is no date yet.`
            : `Kept ${under}. Its period begins with “${waitsFor}”, whose day is not known yet; so there is no date yet.`;
  return what + why + unconfirmed + rules;
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** `14 March 2029`. */
function dayInWords(day: CivilDay): string {
  const [year = '', month = '', of = ''] = day.split('-');
  return `${Number(of)} ${MONTHS[Number(month) - 1] ?? month} ${Number(year)}`;
}
