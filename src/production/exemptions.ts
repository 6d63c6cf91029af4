/**
 * What Missouri law lets a body close, as data with how well each line was read. Pure. Source: reference/missouri-law.md, block (b).
 *
 * A line that was not read in the statute says so wherever it goes: the mark is part of the citation. All of them permit and none demands:
 * a person decides (610.022.4). “Off-topic” and “profane” stand nowhere in here, because they close nothing.
 */
import { ArchiveError } from '#errors.ts';
import type { CivilDay, Exemption, ReadingMark } from './exemption-list.ts';
import { EXEMPTIONS, TEXT_READ_SINCE } from './exemption-list.ts';

/** What a citation needs beside its number, each for its own reason in the law. */
export type Needs = 'written-statement' | 'other-law' | 'number-confirmed' | 'text-not-read';

/** 610.021(18) and (19): the body states both in writing. In the words of a person; nothing here writes them. */
export interface WrittenStatement {
  readonly impairsSecurity: string;
  readonly outweighsDisclosure: string;
}

export interface CitationInput {
  readonly key: string;
  /** The day of the decision, not that of the record: what closes is the law of the day on which somebody asks. */
  readonly day: CivilDay;
  readonly writtenStatement?: WrittenStatement;
  /** Of 610.021(14): the law that protects it, as the person who decides cites it. */
  readonly otherLaw?: string;
  /** Where we could not verify the number: who read it in the statute. */
  readonly numberConfirmedBy?: string;
}

/** As it stands in statements, logs and letters: each with its mark, so that nobody is shown more certainty than there is. */
export interface Citation {
  readonly key: string;
  readonly cite: string;
  readonly title: string;
  readonly mark: ReadingMark;
  readonly asOf: CivilDay;
  readonly otherLaw: string | null;
  readonly writtenStatement: WrittenStatement | null;
  readonly numberConfirmedBy: string | null;
}

export interface Citable extends Exemption {
  readonly needs: readonly Needs[];
}

const MOST_CHARACTERS = 4000;
/** It stands in the text, in each mark. */
const MOST_LAW = 200;

/** Those that are law on this day as far as we have read, each with what it needs; not those of which a heading is all that was read. */
export function citableOn(day: CivilDay): readonly Citable[] {
  checkDay(day);
  return EXEMPTIONS.filter((one) => isInForce(one, day) && one.mark !== 'heading-only').map((one) => ({
    ...one,
    needs: needsOf(one),
  }));
}

/** Or a sentence of what is missing, as an error: an exemption without what the law demands of it closes nothing. */
export function cite(input: CitationInput): Citation {
  checkDay(input.day);
  const found = EXEMPTIONS.find((one) => one.key === input.key);
  if (found === undefined)
    throw refused(
      `No exemption is called “${input.key}” here. Choose one of the list, or cite the other law under 610.021(14).`,
    );
  if (!isInForce(found, input.day))
    throw refused(
      `${found.cite} is law from ${found.from ?? ''} on, and this is decided on ${input.day}. Cite another, or release it.`,
    );
  const needs = needsOf(found);
  if (needs.includes('text-not-read'))
    throw refused(
      `Of ${found.cite} only the heading was read, so it cannot be cited from here. Whoever has read it cites it under 610.021(14).`,
    );
  return {
    key: found.key,
    cite: found.cite,
    title: found.title,
    mark: found.mark,
    asOf: found.asOf,
    otherLaw: said(
      input.otherLaw,
      needs.includes('other-law'),
      `${found.cite} closes what another law protects`,
      MOST_LAW,
    ),
    writtenStatement: statementOf(found, input.writtenStatement, needs),
    numberConfirmedBy: said(
      input.numberConfirmedBy,
      needs.includes('number-confirmed'),
      `The number of ${found.cite} could not be verified here: who has read it in the statute`,
    ),
  };
}

function statementOf(
  { cite: name }: Exemption,
  given: WrittenStatement | undefined,
  needs: readonly Needs[],
): WrittenStatement | null {
  const needed = needs.includes('written-statement');
  if (given === undefined && !needed) return null;
  const why = (what: string): string => `${name} demands a statement in writing ${what}`;
  const impairsSecurity = said(given?.impairsSecurity, needed, why('that disclosure would impair security'));
  const outweighsDisclosure = said(
    given?.outweighsDisclosure,
    needed,
    why('that the public interest in nondisclosure outweighs that in disclosure'),
  );
  return impairsSecurity === null || outweighsDisclosure === null
    ? null
    : { impairsSecurity, outweighsDisclosure };
}

/** Null where it is not asked for; what is given unasked is refused, for nobody would read it. */
function said(text: string | undefined, needed: boolean, why: string, most = MOST_CHARACTERS): string | null {
  if (!needed) {
    if (text !== undefined)
      throw refused('Something was said with this citation that it does not ask for. Leave it out.');
    return null;
  }
  if (text === undefined || !/\p{L}/u.test(text) || text.length > most)
    throw refused(`${why}: say it in words, in 1 to ${most} characters.`);
  return text;
}

function needsOf(one: Exemption): readonly Needs[] {
  return [
    ...(one.writtenStatementRequired ? (['written-statement'] as const) : []),
    ...(one.otherLawRequired ? (['other-law'] as const) : []),
    ...(one.mark === 'number-not-verified' ? (['number-confirmed'] as const) : []),
    ...(one.mark === 'heading-only' ? (['text-not-read'] as const) : []),
  ];
}

function isInForce({ from, until }: Exemption, day: CivilDay): boolean {
  return (from === null || from <= day) && (until === null || day <= until);
}

function checkDay(day: CivilDay): void {
  const time = /^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== day)
    throw refused(`“${day}” is not a day: expected year, month and day, as 2026-11-30.`);
  if (day < TEXT_READ_SINCE)
    throw refused(
      `What 610.021 said on ${day} was not read: the text in here is that of ${TEXT_READ_SINCE.slice(0, 4)} and later.`,
    );
}

function refused(sentence: string): ArchiveError {
  return new ArchiveError('exemption-refused', sentence, { retry: 'never' });
}
