/** One record as whoever decides about it sees it: its texts with what is marked in them, its clauses, and what decisions cite. */
import type { reviewPage } from '#console/console.ts';
import { cite, provisionsOf, suggest, type Reviewable, type ReviewRow } from '#production/production.ts';
import type { Typed } from './review-typed.ts';

type Said = Parameters<typeof reviewPage>[1]['fields'];

/** With what a person marked beside what a pattern found. */
export function fieldsOf(record: Reviewable, form: Typed): Said {
  return record.facts.flatMap(({ n, fields }) =>
    fields.map(({ pointer, text }, place) => {
      const found = suggest(text);
      const marked = form.all(`s-${n}-${place}`).flatMap((said) => {
        const [start = 0, end = 0] = said.split('-').map(Number);
        const isKnown = found.some((one) => one.start === start && one.end === end);
        return isKnown || !(start < end && end <= text.length)
          ? []
          : [{ start, end, confidence: 'high', why: 'Marked by a person.' }];
      });
      return { fact: n, place, pointer, text, suggestions: [...found, ...marked] };
    }),
  );
}

export function clausesOf({ facts }: Reviewable): string[] {
  return facts.flatMap(({ body }) => {
    const { data } = body as { data?: { action?: { grounds?: unknown } } };
    const grounds = data?.action?.grounds;
    if (!Array.isArray(grounds)) return [];
    return (grounds as readonly { readonly citation?: unknown; readonly text?: unknown }[]).map(
      ({ citation, text }) => `${String(citation)}: ${String(text)}`,
    );
  });
}

/** Each once. */
export function citesOf({ exemption, fields, files }: ReviewRow): string[] {
  const all = [
    exemption,
    ...(fields ?? []).flatMap((one) => [
      one.exemption,
      ...(one.passages ?? []).map((passage) => passage.exemption),
    ]),
    ...(files ?? []).flatMap((one) => [
      one.exemption,
      one.beside?.exemption,
      ...(one.boxes ?? []).map((box) => box.exemption),
    ]),
  ].filter((one) => one !== undefined && one !== null);
  return [...new Set(all.flatMap((one) => provisionsOf(one).map((each) => cite(each).cite)))];
}
