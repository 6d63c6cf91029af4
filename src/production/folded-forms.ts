/**
 * Other forms in which a withheld name or number is known: its given and its family name near each other in either order, with something between
 * them or as two members of JSON; a telephone number without its country; a number out of a longer passage. Pure.
 *
 * For the gate, which finds too much rather than too little; not for a person who is shown where else a passage stands.
 */
import { foldText, openFinder, type Finder, type Found, type Withheld } from './folded.ts';
import { isByChance } from './machine-words.ts';

/** As somebody writes it: what is between them belongs to nobody else. */
const NEAR = 80;
const NAME =
  /^\p{Lu}[\p{L}\p{M}'’.-]*(?:[\s,]+(?:\p{Lu}[\p{L}\p{M}'’.-]*|de|del|la|van|von|der|da|di|al|bin)){1,4}$/u;
const NUMBER = /\p{Nd}(?:[\s().·/-]{0,3}\p{Nd}){6,18}/gu;
const SHORTEST_NUMBER = 7;
/** Of a telephone number, without the country; more digits than fifteen no telephone number has (E.164). */
const NATIONAL = 10;
const LONGEST_TELEPHONE = 15;

/** `digests`: looked for whole alone. Seven digits in a row of one are no number, and stand by chance in any long paper. */
export function openFormFinder(withheld: readonly Withheld[], digests: readonly Withheld[] = []): Finder {
  const finder = openFinder([...withheld, ...withheld.flatMap(numbersOf), ...digests]);
  const names = openNames(withheld);
  return {
    unsearchable: finder.unsearchable,
    find: (text) =>
      [...finder.find(text), ...names(text)].filter(({ start, end }) => !isByChance(text, start, end)),
  };
}

export function numbersOf({ item, text }: Withheld): Withheld[] {
  const numbers = [...text.matchAll(NUMBER)].map(([number]) => foldText(number));
  const national = numbers.flatMap((one) =>
    one.length > NATIONAL && one.length <= LONGEST_TELEPHONE ? [one.slice(-NATIONAL)] : [],
  );
  return [...numbers.filter((one) => one.length >= SHORTEST_NUMBER), ...national].map((one) => ({
    item,
    text: one,
  }));
}

function openNames(withheld: readonly Withheld[]): (text: string) => Found[] {
  const parts = withheld.flatMap(({ item, text }, n) => {
    const words = text
      .trim()
      .split(/[\s,]+/u)
      .filter((word) => foldText(word).length >= 3);
    const [first, last] = [words[0], words.at(-1)];
    if (!NAME.test(text.trim()) || first === undefined || last === undefined || words.length < 2) return [];
    return [first, last].map((word, part) => ({ item: `${n} ${part}`, text: word, of: item }));
  });
  if (parts.length === 0) return () => [];
  const finder = openFinder(parts);
  const named = new Map(parts.map((one) => [one.item, one.of]));
  return (text) => {
    const byName = Map.groupBy(finder.find(text), ({ item }) => item.split(' ')[0] ?? '');
    return [...byName].flatMap(([n, found]) => {
      const [first, last] = [0, 1].map((part) => found.filter(({ item }) => item === `${n} ${part}`));
      return (first ?? []).flatMap((one): Found[] => {
        const near = last?.find((other) => apart(one, other) >= 0 && apart(one, other) <= NEAR);
        if (near === undefined) return [];
        const [start, end] = [Math.min(one.start, near.start), Math.max(one.end, near.end)];
        return [{ item: named.get(one.item) ?? '', what: 'part', start, end }];
      });
    });
  };
}

function apart(one: Found, other: Found): number {
  return Math.max(other.start - one.end, one.start - other.end);
}
