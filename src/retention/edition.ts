/**
 * An edition of a retention schedule as an agency files it: what an official document says, and how far anybody has read it there.
 * Everything that is wrong with one is said at once, each with its place; nothing is trimmed or guessed. Pure.
 *
 * Numbers are opaque: the state writes `GS 057`, `SCH097` and `014.004` (reference/missouri-law.md 2). A series whose number or period
 * nobody knows has none, and nothing under it is ever due.
 */
import { CUTOFFS, isEventName, parsePeriod, type Cutoff } from './due.ts';

const DISPOSITIONS = [
  'destroy',
  'permanent',
  'transfer-to-archives',
  'transfer-to-file',
  'restrict-access',
] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/**
 * How far the entry was read, before anybody of the agency confirmed it. `official`: in the document itself. `secondary`: as another
 * body or publication restates it. `number-and-title`: these alone. `unread`: nothing was.
 */
const READINGS = ['official', 'secondary', 'number-and-title', 'unread'] as const;
export type Reading = (typeof READINGS)[number];

export interface Series {
  /** By which records and rules name it, within its edition. */
  readonly code: string;
  /** As the official document has it. */
  readonly number: string | null;
  /** Which schedule of the edition: `General`, `Police Clerks`. */
  readonly schedule: string | null;
  readonly title: string;
  readonly description: string | null;
  /** What begins the period: `received`, `case-closed`. */
  readonly trigger: string | null;
  readonly cutoff: Cutoff;
  /** `P3Y`, `PERMANENT`, `UNTIL superseded`. */
  readonly period: string | null;
  readonly disposition: Disposition | null;
  /** Where it says so. */
  readonly citation: string;
  readonly reading: Reading;
}

export interface Edition {
  readonly edition: string;
  readonly title: string;
  /** Whose document, of which date, and where it was had. */
  readonly source: string;
  readonly series: readonly Series[];
}

export interface EditionProblem {
  /** `title`, `series[3].period`; empty: the whole. */
  readonly path: string;
  readonly why: string;
}

/** Of one edition. */
const MOST_SERIES = 5000;

type Rule = (value: unknown) => string | null;

const words =
  (most: number, lines: boolean): Rule =>
  (value) =>
    typeof value === 'string' &&
    value !== '' &&
    value.trim() === value &&
    value.length <= most &&
    value.isWellFormed() &&
    !(lines ? /[^\P{Cc}\n]/u : /\p{Cc}/u).test(value)
      ? null
      : `expected a text of 1 to ${most} characters${lines ? '' : ' on one line'}, without blanks at its ends or control characters`;
const shaped =
  (holds: (text: string) => boolean, expected: string): Rule =>
  (value) =>
    typeof value === 'string' && holds(value) ? null : `expected ${expected}`;
const oneOf =
  (choices: readonly string[]): Rule =>
  (value) =>
    typeof value === 'string' && choices.includes(value) ? null : `expected one of: ${choices.join(', ')}`;
const orNone =
  (rule: Rule): Rule =>
  (value) => {
    if (value === null) return null;
    const why = rule(value);
    return why === null ? null : `${why}, or nothing where it is not known`;
  };

const EDITION: Readonly<Record<Exclude<keyof Edition, 'series'>, Rule>> = {
  edition: shaped(
    (text) => /^[a-z0-9][a-z0-9.-]{1,62}$/.test(text),
    'a short name for ever: 2 to 63 of a-z, 0-9, . and -, beginning with a letter or digit',
  ),
  title: words(300, false),
  source: words(2000, true),
};
const SERIES: Readonly<Record<keyof Series, Rule>> = {
  code: shaped(
    (text) => /^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,58}[A-Za-z0-9])?$/.test(text),
    'a short name of the series: 1 to 60 of letters, digits, blank, . _ and -, with a letter or digit at both ends',
  ),
  number: orNone(words(60, false)),
  schedule: orNone(words(100, false)),
  title: words(300, false),
  description: orNone(words(5000, true)),
  trigger: orNone(
    shaped(isEventName, 'what begins the period, as a word such as received, removed or case-closed'),
  ),
  cutoff: oneOf(CUTOFFS),
  period: orNone(
    shaped(
      (text) => parsePeriod(text) !== null,
      'a period: P3Y, P18M, P30D (ISO 8601), PERMANENT, or UNTIL and an event, such as UNTIL superseded',
    ),
  ),
  disposition: orNone(oneOf(DISPOSITIONS)),
  citation: words(500, false),
  reading: oneOf(READINGS),
};
export const SERIES_MEMBERS = Object.keys(SERIES) as readonly (keyof Series)[];
/** May be left out: then they are not known. */
const MAY_LACK: readonly string[] = [
  'number',
  'schedule',
  'description',
  'trigger',
  'period',
  'disposition',
  'cutoff',
  'reading',
];

/** Of anything. What may be left out counts as not known; a cutoff as none, a reading as unread. */
export function editionProblems(value: unknown): EditionProblem[] {
  if (!isObject(value))
    return [{ path: '', why: `expected ${[...Object.keys(EDITION), 'series'].join(', ')}` }];
  const problems: EditionProblem[] = [];
  const rulesOf = (
    found: Readonly<Record<string, unknown>>,
    rules: Readonly<Record<string, Rule>>,
    prefix: string,
  ): void => {
    for (const [name, rule] of Object.entries(rules)) {
      const given = found[name];
      if (given === undefined && MAY_LACK.includes(name)) continue;
      const why = given === undefined ? 'is missing' : rule(given);
      if (why !== null) problems.push({ path: prefix + name, why });
    }
    for (const name of Object.keys(found))
      if (!Object.hasOwn(rules, name) && !(prefix === '' && name === 'series'))
        problems.push({
          path: prefix + name,
          why: `is not known here; leave it out. There are ${Object.keys(rules).join(', ')}`,
        });
  };
  rulesOf(value, EDITION, '');
  const { series } = value;
  if (!Array.isArray(series) || series.length === 0 || series.length > MOST_SERIES)
    return [
      ...problems,
      { path: 'series', why: `expected a list of at least one series, and at most ${MOST_SERIES}` },
    ];
  const before = new Map<string, number>();
  for (const [at, one] of (series as readonly unknown[]).entries()) {
    const prefix = `series[${at}]`;
    if (!isObject(one)) {
      problems.push({ path: prefix, why: `expected ${SERIES_MEMBERS.join(', ')}` });
      continue;
    }
    const had = problems.length;
    rulesOf(one, SERIES, `${prefix}.`);
    for (const [name, given] of [
      ['code', one['code']],
      ['number', numberOf(one)],
    ] as const) {
      if (typeof given !== 'string') continue;
      const first = before.get(`${name} ${given}`);
      if (first === undefined) before.set(`${name} ${given}`, at);
      else
        problems.push({
          path: `${prefix}.${name}`,
          why: `"${String(one[name])}" is that of series[${first}] already`,
        });
    }
    if (problems.length === had)
      problems.push(
        ...contradictions(seriesOf(one)).map(({ path, why }) => ({ path: `${prefix}.${path}`, why })),
      );
  }
  return problems;
}

/** Numbers are those of a schedule: two schedules of one edition may both count from 001. */
function numberOf(one: Readonly<Record<string, unknown>>): string | null {
  const { number, schedule } = one;
  return typeof number === 'string' ? `${typeof schedule === 'string' ? schedule : ''} ${number}` : null;
}

/** What two members of one series say against one another. */
function contradictions({ period: text, disposition, trigger }: Series): EditionProblem[] {
  const period = text === null ? null : parsePeriod(text);
  const problems: EditionProblem[] = [];
  if (
    period?.kind === 'permanent' &&
    disposition !== null &&
    ['destroy', 'transfer-to-file'].includes(disposition)
  )
    problems.push({ path: 'disposition', why: `"${disposition}" cannot be, since the period is PERMANENT` });
  if (disposition === 'permanent' && period !== null && period.kind !== 'permanent')
    problems.push({ path: 'period', why: `expected PERMANENT, since the disposition is permanent` });
  if (period?.kind === 'until' && trigger !== null && trigger !== period.event)
    problems.push({
      path: 'trigger',
      why: `"${trigger}" begins nothing, since the period is UNTIL ${period.event}; leave it out`,
    });
  return problems;
}

/** Of a value without problems. */
export function editionOf(value: unknown): Edition {
  const { edition, title, source, series } = value as Edition;
  return { edition, title, source, series: series.map((one) => seriesOf({ ...one })) };
}

function seriesOf(one: Readonly<Record<string, unknown>>): Series {
  return {
    number: null,
    schedule: null,
    description: null,
    trigger: null,
    cutoff: 'none',
    period: null,
    disposition: null,
    reading: 'unread',
    ...one,
  } as unknown as Series;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
