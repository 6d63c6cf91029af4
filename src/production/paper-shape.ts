/** A paper (FORMAT.md) as it is shown, by whoever made it a moment ago. */
import type { Citation } from './exemptions.ts';
import { markText, type Piece } from './text.ts';

interface Reasons {
  readonly exemptions: readonly string[];
  readonly descriptions: readonly string[];
}
export type PaperField = { readonly pointer: string } & (
  | { readonly state: 'released'; readonly text: string }
  | ({ readonly state: 'withheld' } & Reasons)
  | { readonly state: 'part'; readonly pieces: readonly Piece[] }
);
export interface ShownPaper {
  readonly citations: readonly Citation[];
  readonly facts: readonly { readonly n: number; readonly fields: readonly PaperField[] }[];
}

export const paperOf = (bytes: Buffer): ShownPaper => JSON.parse(bytes.toString('utf8')) as ShownPaper;

/** As somebody reads it. */
export function fieldText(
  field: PaperField,
  { citations }: ShownPaper,
  written: (mark: string) => string = (mark) => mark,
): string {
  if (field.state === 'released') return field.text;
  if (field.state === 'part')
    return field.pieces.map((one) => ('kept' in one ? one.kept : written(one.withheld.mark))).join('');
  return written(markText(citations.filter(({ key }) => field.exemptions.includes(key))));
}
