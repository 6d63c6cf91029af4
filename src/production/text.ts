/**
 * Takes passages out of a text: what was there is replaced by a mark that says under which provision, and is as long for one letter as for a
 * thousand. Pure.
 *
 * Passages are given in UTF-16 code units, because that is what a selection in a browser is counted in, and what a string here is made of: one
 * unit less to convert is one mistake less. What leaves has no numbers of units in it at all (FORMAT.md): it is written as pieces,
 * so that neither the place nor the length of anything withheld can be counted, and a stranger need not know what UTF-16 is.
 */
import { ArchiveError } from '#errors.ts';
import type { ReadingMark } from './exemption-list.ts';
import type { Citation } from './exemptions.ts';
import { foldText, openFinder } from './folded.ts';

export interface Passage {
  /** UTF-16 code units, from and up to. */
  readonly start: number;
  readonly end: number;
  readonly citation: Citation;
  /** 610.024: in general terms; null where that would reveal it, which whoever withholds it decides. */
  readonly description: string | null;
}

export interface Mark {
  /** Keys of citations, in order, each once. */
  readonly exemptions: readonly string[];
  readonly descriptions: readonly string[];
  /** As it stands in the text. */
  readonly mark: string;
}

export type Piece = { readonly kept: string } | { readonly withheld: Mark };

export interface RedactedText {
  readonly pieces: readonly Piece[];
  /** What somebody reads. */
  readonly text: string;
  readonly citations: readonly Citation[];
  /** The words that were taken out, for the gate and for `elsewhereIn`. They go nowhere else. */
  readonly withheld: readonly string[];
}

const MOST_DESCRIPTION = 300;
/** A whole field is a passage over all of it. */
export const wholeOf = (text: string, citation: Citation, description: string | null): Passage => ({
  start: 0,
  end: text.length,
  citation,
  description,
});

export function redactText(text: string, passages: readonly Passage[]): RedactedText {
  if (!text.isWellFormed())
    throw refused(
      'The text has half of a character in it (a lone surrogate) and has no bytes that could be proven. Withhold the whole field.',
    );
  if (passages.length === 0) throw refused('No passage is named. Name at least one, or release the field.');
  const edges = edgesOf(text);
  for (const one of passages) checkPassage(text, one, edges);
  const merged = mergedOf(passages);
  const withheld = merged.map(({ start, end }) => text.slice(start, end));
  for (const { description, citation } of passages) {
    checkDescription(description, withheld);
    checkLaw(citation, withheld);
  }
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end, of } of merged) {
    if (start > at) pieces.push({ kept: text.slice(at, start) });
    pieces.push({ withheld: markOf(of) });
    at = end;
  }
  if (at < text.length) pieces.push({ kept: text.slice(at) });
  return { pieces, text: textOf(pieces), citations: citationsOf(passages), withheld };
}

export function textOf(pieces: readonly Piece[]): string {
  return pieces.map((one) => ('kept' in one ? one.kept : one.withheld.mark)).join('');
}

export interface Elsewhere {
  readonly field: string;
  readonly start: number;
  readonly end: number;
  /** `word`: one of its words alone, which a name may be known by. */
  readonly what: 'whole' | 'part' | 'word';
}

export interface FieldText {
  readonly field: string;
  readonly text: string;
  /** What of it is withheld already. */
  readonly passages: readonly Pick<Passage, 'start' | 'end'>[];
}

/**
 * Where else in the same record the withheld words stand: whole, in part, or single words of them that look like names or numbers. A person
 * decides what to do about each.
 */
export function elsewhereIn(withheld: readonly string[], fields: readonly FieldText[]): Elsewhere[] {
  const whole = openFinder(withheld.map((text) => ({ item: 'whole', text })));
  const words = openFinder(
    [...new Set(withheld.flatMap((text) => namesIn(text)))].map((text) => ({ item: 'word', text })),
  );
  return fields.flatMap(({ field, text, passages }) => {
    const found: Elsewhere[] = [];
    for (const { start, end, item, what } of [...whole.find(text), ...words.find(text)]) {
      // What is under a mark is not elsewhere; what only begins under one is.
      if (passages.some((one) => one.start <= start && end <= one.end)) continue;
      if (found.some((one) => one.start <= start && end <= one.end)) continue;
      found.push({ field, start, end, what: item === 'word' ? 'word' : what });
    }
    return found.sort((one, two) => one.start - two.start);
  });
}

/** Words with a capital or a digit, of three letters or more; in scripts without capitals, none. */
function namesIn(text: string): string[] {
  return text
    .split(/[\s,;:()[\]{}"“”<>]+/u)
    .filter((word) => /^\p{Lu}|\p{Nd}|@/u.test(word) && foldText(word).length >= 3);
}

/** Each place between two characters as somebody sees them: with their accents, skin colours, joined families and flags. */
function edgesOf(text: string): ReadonlySet<number> {
  const edges = new Set([text.length]);
  for (const { index } of new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text))
    edges.add(index);
  return edges;
}

function checkPassage(text: string, { start, end }: Passage, edges: ReadonlySet<number>): void {
  if (
    !Number.isSafeInteger(start) ||
    !Number.isSafeInteger(end) ||
    start < 0 ||
    end > text.length ||
    start >= end
  )
    throw refused(
      `A passage goes from ${start} up to ${end}: expected whole numbers, the first the smaller, from 0 up to ${text.length}.`,
    );
  const split = [start, end].find((at) => !edges.has(at));
  if (split !== undefined)
    throw refused(
      `A passage begins or ends at ${split}, which is inside of a character. Begin before it, and end behind it.`,
    );
}

/** A description that has the words in it withholds nothing. */
function checkDescription(description: string | null, withheld: readonly string[]): void {
  if (description === null) return;
  if (!/\p{L}/u.test(description) || description.length > MOST_DESCRIPTION || !description.isWellFormed())
    throw refused(`Describe what is withheld in general terms, in 1 to ${MOST_DESCRIPTION} characters.`);
  if (saysOf(description, withheld))
    throw refused(
      'The description has words of what is withheld in it. Say it in more general terms, or say that a description would reveal it.',
    );
}

/** It is written by a person, and stands in the mark. */
function checkLaw({ otherLaw }: Citation, withheld: readonly string[]): void {
  if (otherLaw !== null && saysOf(otherLaw, withheld))
    throw refused(
      'The other law is cited with words of what is withheld in it. Cite the law by its name and number alone.',
    );
}

function saysOf(text: string, withheld: readonly string[]): boolean {
  const sought = withheld.flatMap((one) => [one, ...namesIn(one)]);
  return openFinder(sought.map((one) => ({ item: '', text: one }))).find(text).length > 0;
}

interface Merged {
  readonly start: number;
  readonly end: number;
  readonly of: readonly Passage[];
}

/** Passages that overlap or touch become one: two marks beside each other would say where the one ends. */
function mergedOf(passages: readonly Passage[]): Merged[] {
  const merged: Merged[] = [];
  for (const one of [...passages].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = merged.at(-1);
    if (last === undefined || one.start > last.end)
      merged.push({ start: one.start, end: one.end, of: [one] });
    else
      merged[merged.length - 1] = {
        start: last.start,
        end: Math.max(last.end, one.end),
        of: [...last.of, one],
      };
  }
  return merged;
}

function markOf(passages: readonly Pick<Passage, 'citation' | 'description'>[]): Mark {
  const citations = citationsOf(passages);
  return {
    exemptions: citations.map(({ key }) => key),
    descriptions: [...new Set(passages.flatMap(({ description }) => description ?? []))].sort(),
    mark: markText(citations),
  };
}

/** As it stands in the place of something; also of a field that is withheld as a whole. */
export function markText(citations: readonly Citation[]): string {
  return `[▇▇▇ withheld: ${citations.map(citedAs).join('; ')}]`;
}

/** How well its law was read stands beside it wherever it is cited; what was read in the statute needs no word. */
const READ: Readonly<Record<ReadingMark, string>> = {
  verified: '',
  secondary: ' (read in a copy only)',
  summary: ' (read in a summary only)',
  'number-not-verified': ' (read in a summary only)',
  'heading-only': ' (only its heading was read)',
};

function citedAs({ cite, otherLaw, mark }: Citation): string {
  return `${cite} RSMo${otherLaw === null ? '' : ` with ${otherLaw}`}${READ[mark]}`;
}

/** Each once, in the order of their keys, whatever order they were given in: the same decision makes the same bytes. */
export function citationsOf(passages: readonly Pick<Passage, 'citation'>[]): readonly Citation[] {
  const byKey = new Map(passages.map(({ citation }) => [citation.key, citation]));
  return [...byKey.values()].sort((a, b) => a.key.localeCompare(b.key, 'en', { numeric: true }));
}

function refused(sentence: string): ArchiveError {
  return new ArchiveError('redaction-refused', sentence, { retry: 'never' });
}
