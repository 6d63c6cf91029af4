/**
 * Withheld words in what a reader of pixels made of a picture, where some letters are read as others: “Toby Quil” is still “Toby Quill”.
 * Letters that look alike count as one, and a letter in six may be wrong, missing or too many. Pure.
 *
 * Only for pixels: in a text that is one, another letter is another name.
 */
import { foldText, passagesOf, type Withheld } from './folded.ts';

interface Pattern {
  readonly item: string;
  readonly text: string;
  readonly most: number;
}

const SHORTEST = 6;
/** A longer passage is looked for by six words in a row. */
const LONGEST = 60;
const MOST_WRONG = 3;

export function openNearFinder(withheld: readonly Withheld[]): (text: string) => readonly string[] {
  const patterns = withheld.flatMap(({ item, text }): Pattern[] => {
    const folded = foldText(text);
    return [folded, ...(folded.length > LONGEST ? passagesOf(text) : [])]
      .filter((one) => one.length >= SHORTEST && one.length <= LONGEST)
      .map((one) => ({ item, text: alike(one), most: mostWrong(one) }));
  });
  return (text) => {
    const seen = alike(foldText(text));
    return [...new Set(patterns.filter((one) => isIn(seen, one)).map(({ item }) => item))];
  };
}

/** Of a number one digit: with two it is another number. */
function mostWrong(folded: string): number {
  return /^\d+$/.test(folded) ? 1 : Math.min(MOST_WRONG, Math.floor(folded.length / SHORTEST));
}

/** Letters that are taken for each other, as one of them. */
function alike(folded: string): string {
  return folded
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('cl', 'd')
    .replace(/[0q]/g, 'o')
    .replace(/[1ij]/g, 'l')
    .replaceAll('5', 's')
    .replaceAll('8', 'b')
    .replaceAll('2', 'z');
}

/** Whether it stands anywhere in the text with so many letters wrong (Sellers 1980). */
function isIn(text: string, { text: wanted, most }: Pattern): boolean {
  let above = Array.from({ length: wanted.length + 1 }, (_, n) => n);
  for (const letter of text) {
    const here = [0];
    for (let n = 1; n <= wanted.length; n += 1)
      here.push(
        Math.min(
          (above[n - 1] ?? 0) + (wanted[n - 1] === letter ? 0 : 1),
          (above[n] ?? 0) + 1,
          (here[n - 1] ?? 0) + 1,
        ),
      );
    if ((here[wanted.length] ?? 0) <= most) return true;
    above = here;
  }
  return false;
}
