/**
 * Which format was asked for, and which of it a production has: 610.023.3, records are given in the format that is requested, "if such format is
 * available". Pure. What is not understood is not guessed: it is shown as it was said, to a person who reads it.
 */

/** What a production has, or may have: an index to read, tables, the files as they are, and web archives. */
export type Format = 'pdf' | 'csv' | 'native' | 'wacz';

const NAMES: Readonly<Record<Format, RegExp>> = {
  pdf: /\bpdfs?\b/i,
  csv: /\b(csv|tsv|spreadsheets?|hojas? de c[aá]lculo|excel|xlsx?)\b/i,
  native:
    /\b(native|originals?|raw|json|as (?:it|they) (?:is|are|was|were)|nativos?|archivos? originales?)\b/i,
  wacz: /\b(wacz|warc|web ?archives?|archivos? web)\b/i,
};

export interface FormatWish {
  /** As it was said. */
  readonly said: string;
  /** Of what was understood; empty: none of it is a format that exists here. */
  readonly formats: readonly Format[];
}

/** Null: nobody asked for one. */
export function formatWish(said: string | null): FormatWish | null {
  if (said === null || said.trim() === '') return null;
  const formats = (['pdf', 'csv', 'native', 'wacz'] as const).filter((one) => NAMES[one].test(said));
  return { said, formats };
}
