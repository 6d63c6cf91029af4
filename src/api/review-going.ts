/** What goes out with a decision, for the page: each with its words, and one value that names all of it. */
import { sha256Hex } from '#commitment.ts';
import { goingOut, type Going, type Review, type Reviewable } from '#production/production.ts';
import type { reviewPage } from '#console/console.ts';

type Said = Parameters<typeof reviewPage>[1]['going'];

/** Of this record and this list, and of no other. */
export const seenOf = (recordId: string, going: readonly Going[]): string =>
  sha256Hex([recordId, ...going.map(({ name }) => name)].join('\n')).slice(0, 32);

export const ALL_OF_IT = { answer: 'release', fields: null, files: null } as const;
const MOST_LETTERS = 300;

export function goingSaid(
  recordId: string,
  review: Pick<Review, 'answer' | 'fields' | 'files'>,
  record: Reviewable,
): Said {
  const going = goingOut(review, record);
  const textOf = (fact: number, pointer: string): string =>
    record.facts.find(({ n }) => n === fact)?.fields.find((one) => one.pointer === pointer)?.text ?? '';
  return {
    answer: review.answer,
    seen: seenOf(recordId, going),
    listed: going.map((one) => {
      if (one.what === 'file') return one;
      const text = textOf(one.fact, one.pointer);
      if (one.what === 'suggested') {
        const { start, end, why } = one.suggestion;
        return { what: one.what, pointer: one.pointer, words: text.slice(start, end), why };
      }
      // Never within a character that has two units.
      const beginning = text.slice(0, MOST_LETTERS).replace(/[\uD800-\uDBFF]$/, '');
      const words = text.length > MOST_LETTERS ? `${beginning}…` : text;
      return { what: one.what, pointer: one.pointer, words };
    }),
  };
}
