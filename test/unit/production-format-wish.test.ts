/** What somebody asked for in words is followed where it exists, and never guessed. */
import { expect, test } from 'vitest';
import { formatWish } from '#production/format-wish.ts';

test.each<[string | null, readonly string[] | null]>([
  [null, null],
  [' ', null],
  ['PDF', ['pdf']],
  ['As a spreadsheet, please', ['csv']],
  ['Excel or PDFs', ['pdf', 'csv']],
  ['the original files', ['native']],
  ['native JSON', ['native']],
  ['a web archive (WARC)', ['wacz']],
  ['hoja de cálculo', ['csv']],
  ['on paper', []],
  ['a DVD', []],
  ['pdfx and csvs', []],
])('%s', (said, formats) => expect(formatWish(said)?.formats ?? null).toEqual(formats));
