/**
 * Which records of a set say the same, or nearly: so that one decision is looked at beside the other. Pure. It decides nothing.
 *
 * The same: one text, letter for letter; or, where there is no text, the same pictures, byte for byte. Nearly: of the groups of three letters
 * that either of the two texts has, so many are in both (Jaccard). Letters and digits alone count, folded as the gate folds them.
 */
import { foldText } from './folded.ts';

export interface Alike {
  readonly recordId: string;
  /** Null: no text was given. */
  readonly text: string | null;
  readonly textSha256: string | null;
  /** Digests of the pictures that were handed in. */
  readonly pictures: readonly string[];
}

/** Of trigrams in both to trigrams in either. */
export const NEARLY = 0.6;
/** Letters of a text that are compared. */
export const COMPARED_LETTERS = 2000;
const MOST_SHOWN = 20;

export interface LooksLike {
  /** The same text, or without a text the same pictures. */
  readonly same: readonly string[];
  readonly nearly: readonly { readonly recordId: string; readonly share: number }[];
}

/** For each of `asked`, out of the whole set. */
export function alikeIn(set: readonly Alike[], asked: readonly string[]): ReadonlyMap<string, LooksLike> {
  const keys = new Map<string, string[]>();
  for (const one of set) {
    const key = keyOf(one);
    if (key !== null) keys.set(key, [...(keys.get(key) ?? []), one.recordId]);
  }
  const trigrams = new Map(set.map((one) => [one.recordId, trigramsOf(one.text ?? '')]));
  return new Map(
    asked.flatMap((recordId) => {
      const one = set.find((other) => other.recordId === recordId);
      if (one === undefined) return [];
      const key = keyOf(one);
      const same = (key === null ? [] : (keys.get(key) ?? [])).filter((other) => other !== recordId);
      const own = trigrams.get(recordId) ?? new Set();
      const nearly =
        own.size === 0
          ? []
          : set
              .filter((other) => other.recordId !== recordId && !same.includes(other.recordId))
              .map((other) => ({
                recordId: other.recordId,
                share: shareOf(own, trigrams.get(other.recordId) ?? new Set()),
              }))
              .filter(({ share }) => share >= NEARLY)
              .toSorted((a, b) => b.share - a.share);
      return [[recordId, { same: same.slice(0, MOST_SHOWN), nearly: nearly.slice(0, MOST_SHOWN) }] as const];
    }),
  );
}

function keyOf({ text, textSha256, pictures }: Alike): string | null {
  if (text !== null && text !== '') return `text ${textSha256 ?? ''}`;
  return pictures.length === 0 ? null : `pictures ${pictures.toSorted().join(' ')}`;
}

function trigramsOf(text: string): ReadonlySet<string> {
  const folded = foldText(text.slice(0, COMPARED_LETTERS));
  const found = new Set<string>();
  for (let at = 0; at + 3 <= folded.length; at += 1) found.add(folded.slice(at, at + 3));
  return found;
}

function shareOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const [less, more] = one.size < other.size ? [one, other] : [other, one];
  // What cannot reach it by its size alone is not counted out.
  if (less.size === 0 || less.size / more.size < NEARLY) return 0;
  let both = 0;
  for (const trigram of less) if (more.has(trigram)) both += 1;
  return both / (less.size + more.size - both);
}
