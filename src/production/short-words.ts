/**
 * A name of a few letters that is withheld is an ordinary word elsewhere: “Will”, “May”, “Rose”. What is found of it alone is no leak that a program
 * can tell: a person looks whether it is another word there, and says so for these sentences, not for any that come later. Pure.
 */
import { sha256Hex } from '#commitment.ts';
import { DENSE, foldText, LONG } from './folded.ts';
import type { Unread } from './gate-look.ts';

export interface ShortHit {
  readonly place: string;
  readonly item: string;
  /** What stands around it, with a mark in its place. */
  readonly around: string;
}

const AROUND = 40;
const MOST_SHOWN = 3;
const WORD = /^[\p{L}\p{M}]+$/u;

/** One word of letters alone, shorter than what is found inside of other words too. */
export function isShortWord(found: string): boolean {
  return WORD.test(found) && foldText(found).length < LONG && !DENSE.test(found);
}

/** `masked`: without any word that is withheld. */
export function aroundOf(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  masked: (text: string) => string,
): string {
  const line = (part: string): string => masked(part).replaceAll(/\s+/gu, ' ');
  return `${line(text.slice(Math.max(0, start - AROUND), start))}▇${line(text.slice(end, end + AROUND))}`;
}

/** One for each item: whoever vouches for it has seen these sentences, and another one asks anew. */
export function shortWords(found: readonly (ShortHit & { readonly file: string })[]): Unread[] {
  return [...Map.groupBy(found, ({ item }) => item)].map(([item, all]) => {
    const [first] = all;
    // Pages are numbered anew the next time.
    const around = new Map(
      all.map((one) => [foldText(one.around).replaceAll(/\d/g, ''), one.around] as const),
    );
    const shown = [...around.values()]
      .toSorted((one, other) => quiet(other) - quiet(one))
      .slice(0, MOST_SHOWN);
    const files = new Set(all.map(({ file }) => file)).size;
    return {
      file: first?.file ?? '',
      place: first?.place ?? '',
      why: `${item} is a short word, and stands in ${files} ${files === 1 ? 'file' : 'files'}, as in ${shown.map((one) => `“${one}”`).join(', ')}: a person has to look whether it is another word there`,
      id: sha256Hex([item, ...[...around.keys()].toSorted()].join('\0')),
      picture: null,
    };
  });
}

/** How much of it is words, as they are in a sentence and not in a file of a machine. */
const quiet = (around: string): number => (around.match(/[\p{L} ]/gu)?.length ?? 0) / around.length;
