/** What is left of the hits of one file. Pure. */
import type { Hit } from './gate-look.ts';

/** “In its text” and “in its bytes” say nothing new where the same item was found at a place that has a name. */
export function sharpest(hits: readonly Hit[]): readonly Hit[] {
  const around = (place: string): string | null =>
    /^(?:(.*) › )?(?:text|bytes)(?: \(.*\))?$/.exec(place)?.[1] ?? null;
  const isGeneral = ({ place }: Hit): boolean => /(?:^| › )(?:text|bytes)(?: \(.*\))?$/.test(place);
  return hits.filter(
    (one) =>
      !isGeneral(one) ||
      !hits.some(
        (other) =>
          other.item === one.item &&
          other.place !== 'file name' &&
          !isGeneral(other) &&
          other.place.startsWith(around(one.place) ?? ''),
      ),
  );
}
