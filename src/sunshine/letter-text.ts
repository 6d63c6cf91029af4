/**
 * A letter's text: filled from a template, and looked through once a person has edited it. Pure. A place that nobody knows, or whose value is missing,
 * is refused by its name: no letter goes out with a hole in it.
 */
import type { CivilDay } from '#civil.ts';
import type { LetterKind } from '#db/db.ts';
import { ArchiveError, type ErrorCode } from '#errors.ts';
import { KIND_RULES, placesOf } from './letter-kinds.ts';

const PLACE = /\{\{([^{}]*)\}\}/g;
const MOST_TEMPLATE = 20_000;
const MOST_LETTER = 50_000;

/** By its place; null: the request does not say it, or nobody typed it. */
export type PlaceValues = Readonly<Record<string, string | null>>;

function refused(sentence: string, code: ErrorCode = 'letter-refused'): ArchiveError {
  return new ArchiveError(code, sentence, { retry: 'never' });
}

/** Null: it can be kept. Otherwise the sentence that says what is wrong with it. */
export function templateProblem(kind: LetterKind, text: string): string | null {
  if (
    text.trim() === '' ||
    Array.from(text).length > MOST_TEMPLATE ||
    !text.isWellFormed() ||
    text.includes('\0')
  )
    return 'Expected a text of 1 to 20,000 characters that is not blank, without the character NUL.';
  const known = placesOf(kind);
  const named = placesIn(text);
  const unknown = named.find((name) => !known.includes(name));
  if (unknown !== undefined)
    return `There is no place {{${unknown}}} in a letter of this kind. There are: ${known.join(', ')}.`;
  const missing = KIND_RULES[kind].demands.filter((name) => !named.includes(name));
  if (missing.length > 0)
    return `A letter of this kind must say it, so the text needs: ${missing.map((name) => `{{${name}}}`).join(', ')}.`;
  if (text.replaceAll(PLACE, '').includes('{{'))
    return 'Two braces begin a place, as {{tracking}}. Close it, or write it without.';
  return null;
}

export function placesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(PLACE)].map((match) => match[1] ?? ''))];
}

export function fillLetter(kind: LetterKind, template: string, values: PlaceValues): string {
  const problem = templateProblem(kind, template);
  if (problem !== null) throw refused(problem, 'letter-template-invalid');
  return template.replaceAll(PLACE, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : null;
    if (value === null || value === undefined || value.trim() === '')
      throw refused(
        `The letter has the place {{${name}}}, and nothing is known to stand there. Say it, or take the place out of the text.`,
      );
    return value;
  });
}

export interface LetterCheck {
  /** What the law wants said, as it is said. */
  readonly mustSay: readonly string[];
  /** Of a notice of withdrawal: no day between today and this one may be named. Null: no day is bound. */
  readonly notBefore: { readonly today: CivilDay; readonly day: CivilDay } | null;
}

/** Of a text as it is about to be sent. A person may write it anew; what the law wants in it stays in it. */
export function checkLetter(text: string, { mustSay, notBefore }: LetterCheck): void {
  if (
    text.trim() === '' ||
    Array.from(text).length > MOST_LETTER ||
    !text.isWellFormed() ||
    text.includes('\0')
  )
    throw refused(
      'Expected a letter of 1 to 50,000 characters that is not blank, without the character NUL.',
    );
  const hole = placesIn(text)[0];
  if (hole !== undefined)
    throw refused(`The letter still has the place {{${hole}}}. Write what stands there, and send it then.`);
  const bare = text.replaceAll(/\s+/g, ' ');
  const missing = mustSay.find((piece) => !bare.includes(piece.replaceAll(/\s+/g, ' ')));
  if (missing !== undefined)
    throw refused(
      `The law wants this said in the letter, and it is not in it as it was filled in: ${missing}`,
    );
  if (notBefore === null) return;
  const early = daysIn(text).find((day) => day > notBefore.today && day < notBefore.day);
  if (early !== undefined)
    throw refused(
      `The letter names ${early}, which is earlier than the period allows: the request stands through ${notBefore.day}. Take the earlier day out.`,
    );
}

const MONTHS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    'january february march april may june july august september october november december',
    'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
    'jan feb mar apr may jun jul aug sep oct nov dec',
    'ene feb mar abr may jun jul ago sept oct nov dic',
  ].flatMap((names) => names.split(' ').map((name, i) => [name, i + 1] as const)),
);
const WORD = Object.keys(MONTHS)
  .toSorted((one, other) => other.length - one.length)
  .join('|');
const WRITTEN = [
  { at: /\b(\d{4})-(\d{1,2})-(\d{1,2})\b/g, order: [1, 2, 3] },
  { at: /\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/g, order: [3, 1, 2] },
  {
    at: new RegExp(`\\b(${WORD})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})\\b`, 'gi'),
    order: [3, 1, 2],
  },
  {
    at: new RegExp(
      `\\b(\\d{1,2})(?:st|nd|rd|th)? (?:de |of )?(${WORD})\\.?,? (?:de |del )?(\\d{4})\\b`,
      'gi',
    ),
    order: [3, 2, 1],
  },
] as const;

/** Days that a text names, in the ways in which they are written here. */
export function daysIn(text: string): readonly CivilDay[] {
  const bare = text.replaceAll(/\s+/g, ' ');
  return WRITTEN.flatMap(({ at, order }) =>
    [...bare.matchAll(at)].map((match) => {
      const [year, month, day] = order.map((place) => match[place] ?? '');
      const number = MONTHS[(month ?? '').toLowerCase()] ?? Number(month);
      return `${year}-${String(number).padStart(2, '0')}-${(day ?? '').padStart(2, '0')}`;
    }),
  );
}

/** The heading, which is the subject of a mail too, and what stands below it. */
export function headingOf(text: string): { readonly heading: string; readonly rest: string } {
  const whole = text.replaceAll('\r\n', '\n').replace(/^\n+/, '');
  const end = whole.indexOf('\n');
  return end < 0
    ? { heading: whole.trim(), rest: '' }
    : { heading: whole.slice(0, end).trim(), rest: whole.slice(end + 1).replace(/^\n+/, '') };
}
