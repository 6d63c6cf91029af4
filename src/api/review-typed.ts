/** A decision that was kept, as the fields of the form in which it is made: whoever decides again begins with it. Pure. */
import { provisionsOf, type Reviewable, type ReviewRow } from '#production/production.ts';
import type { Form } from './forms.ts';

export type Typed = Form;

type Exemption = NonNullable<ReviewRow['exemption']>;

export function lastTyped(review: ReviewRow | undefined, record: Reviewable): Typed {
  const said = new Map<string, string[]>();
  const set = (name: string, ...values: readonly string[]): void => void said.set(name, [...values]);
  if (review !== undefined) {
    set('answer', review.answer);
    const parts = [...(review.fields ?? []), ...(review.files ?? [])];
    const withheld = parts
      .flatMap((one) => [
        one,
        ...('passages' in one ? (one.passages ?? []) : []),
        ...('boxes' in one ? (one.boxes ?? []) : []),
        ...('beside' in one ? [one.beside] : []),
      ])
      .filter((one) => one !== undefined);
    const main = review.exemption ?? commonest(withheld.flatMap(({ exemption }) => exemption ?? []));
    if (main !== undefined) {
      set('exemption', main.key);
      set('also', ...alsoOf(main));
    }
    const described = withheld.find(({ exemption }) => exemption !== undefined);
    const description = review.answer === 'withhold' ? review.description : (described?.description ?? null);
    if (main !== undefined) set(description === null ? 'reveals' : 'description', description ?? 'yes');
    const each = [main, ...withheld.map((one) => one.exemption)].flatMap((one) =>
      one === undefined ? [] : provisionsOf(one),
    );
    for (const exemption of each) {
      if (exemption.writtenStatement !== undefined) {
        set('impairs', exemption.writtenStatement.impairsSecurity);
        set('outweighs', exemption.writtenStatement.outweighsDisclosure);
      }
      if (exemption.otherLaw !== undefined) set('otherlaw', exemption.otherLaw);
      if (exemption.numberConfirmedBy !== undefined) set('confirmedby', exemption.numberConfirmedBy);
    }
    /** Where it has other provisions than all. */
    const setOwn = (id: string, exemption: Exemption | undefined): void => {
      if (exemption === undefined || (main !== undefined && sameOf(exemption) === sameOf(main))) return;
      set(`e${id}`, exemption.key);
      set(`a${id}`, ...alsoOf(exemption));
    };
    for (const field of review.fields ?? []) {
      const place =
        record.facts
          .find(({ n }) => n === field.fact)
          ?.fields.findIndex(({ pointer }) => pointer === field.pointer) ?? -1;
      const id = `${field.fact}-${place}`;
      const passages = field.passages ?? [];
      set(`d-${id}`, field.decision);
      setOwn(`-${id}`, field.exemption ?? passages[0]?.exemption);
      set(`s-${id}`, ...passages.map(({ start, end }) => `${start}-${end}`));
    }
    for (const file of review.files ?? []) {
      const boxes = file.boxes ?? [];
      set(`df-${file.file}`, file.decision);
      setOwn(`f-${file.file}`, file.exemption ?? boxes[0]?.exemption ?? file.beside?.exemption);
      if (file.beside !== undefined) set(`r-${file.file}`, 'yes');
      set(
        `b-${file.file}`,
        boxes.map(({ x, y, width, height }) => `${x}, ${y}, ${width}, ${height}`).join('\n'),
      );
    }
    if (review.note !== null) set('note', review.note);
  }
  return { one: (name) => said.get(name)?.[0] ?? '', all: (name) => said.get(name) ?? [] };
}

/** The first of those that stand there most often. */
function commonest(exemptions: readonly Exemption[]): Exemption | undefined {
  const times = (one: Exemption): number =>
    exemptions.filter((other) => sameOf(other) === sameOf(one)).length;
  return exemptions.toSorted((one, other) => times(other) - times(one))[0];
}

const alsoOf = ({ also = [] }: Exemption): readonly string[] => also.map(({ key }) => key);
const sameOf = (exemption: Exemption): string => [exemption.key, ...alsoOf(exemption)].join(' ');
