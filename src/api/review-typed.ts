/** A decision that was kept, as the fields of the form in which it is made: whoever decides again begins with it. Pure. */
import type { Reviewable, ReviewRow } from '#production/production.ts';
import type { Form } from './forms.ts';

export type Typed = Form;

type Exemption = NonNullable<ReviewRow['exemption']>;

export function lastTyped(review: ReviewRow | undefined, record: Reviewable): Typed {
  const said = new Map<string, string[]>();
  const set = (name: string, ...values: readonly string[]): void => void said.set(name, [...values]);
  if (review !== undefined) {
    set('answer', review.answer);
    const parts = [...(review.fields ?? []), ...(review.files ?? [])];
    const withheld = parts.flatMap((one) => [
      one,
      ...('passages' in one ? (one.passages ?? []) : []),
      ...('boxes' in one ? (one.boxes ?? []) : []),
    ]);
    const main: Exemption | undefined =
      review.exemption ?? withheld.find(({ exemption }) => exemption !== undefined)?.exemption;
    if (main !== undefined) set('exemption', main.key);
    const described = withheld.find(({ exemption }) => exemption !== undefined);
    const description = review.answer === 'withhold' ? review.description : (described?.description ?? null);
    if (main !== undefined) set(description === null ? 'reveals' : 'description', description ?? 'yes');
    for (const { exemption } of [{ exemption: main }, ...withheld]) {
      if (exemption?.writtenStatement !== undefined) {
        set('impairs', exemption.writtenStatement.impairsSecurity);
        set('outweighs', exemption.writtenStatement.outweighsDisclosure);
      }
      if (exemption?.otherLaw !== undefined) set('otherlaw', exemption.otherLaw);
      if (exemption?.numberConfirmedBy !== undefined) set('confirmedby', exemption.numberConfirmedBy);
    }
    const own = (exemption: Exemption | undefined): string =>
      exemption === undefined || exemption.key === main?.key ? '' : exemption.key;
    for (const field of review.fields ?? []) {
      const place =
        record.facts
          .find(({ n }) => n === field.fact)
          ?.fields.findIndex(({ pointer }) => pointer === field.pointer) ?? -1;
      const id = `${field.fact}-${place}`;
      const passages = field.passages ?? [];
      set(`d-${id}`, field.decision);
      set(`e-${id}`, own(field.exemption ?? passages[0]?.exemption));
      set(`s-${id}`, ...passages.map(({ start, end }) => `${start}-${end}`));
    }
    for (const file of review.files ?? []) {
      const boxes = file.boxes ?? [];
      set(`df-${file.file}`, file.decision);
      set(`ef-${file.file}`, own(file.exemption ?? boxes[0]?.exemption));
      set(
        `b-${file.file}`,
        boxes.map(({ x, y, width, height }) => `${x}, ${y}, ${width}, ${height}`).join('\n'),
      );
    }
    if (review.note !== null) set('note', review.note);
  }
  return { one: (name) => said.get(name)?.[0] ?? '', all: (name) => said.get(name) ?? [] };
}
