/**
 * Markup that is safe by construction: only `html` makes it, and every value that is not markup itself is escaped.
 * Attribute values are always written in double quotes.
 *
 * What stands in a template is ours, what is put into it is somebody's: markup remembers which is which, so that a page can be
 * written in another language (`language.ts`) without a word of anybody's content being touched.
 */
export class Markup {
  readonly parts: readonly Part[];
  constructor(parts: readonly Part[]) {
    this.parts = parts;
  }
  /** As it was written, in English. */
  get text(): string {
    return this.parts.map(inEnglish).join('');
  }
}

/** Markup of ours; somebody's text, escaped; a word of ours, as it is written in English; what each language writes in its own way; a message within another. */
export type Part =
  | string
  | { readonly value: string }
  | { readonly ours: string }
  | { readonly per: (language: string) => string }
  | { readonly apart: readonly Part[] };

/** `null` and `false` leave nothing behind, so that a part can be switched off in place. */
export type Piece = Markup | string | number | null | false | readonly Piece[];

export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  return new Markup(
    strings.flatMap((fixed, i): readonly Part[] =>
      i < values.length ? [fixed, ...written(values[i] ?? null)] : [fixed],
    ),
  );
}

/**
 * Words of ours that were chosen from a table, or that came as a sentence: written as text, and translated as what stands in a
 * template is. What is markup already stays what it is.
 */
export function ours(words: string | Markup): Markup {
  return words instanceof Markup ? words : new Markup([{ ours: words }]);
}

/** A message of its own within another one, for which it is a value. Without tags. */
export function apart(words: Markup): Markup {
  return new Markup([{ apart: words.parts }]);
}

/** Text that each language writes in its own way: a date, a number. `language` is "en" or "es". */
export function perLanguage(write: (language: string) => string): Markup {
  return new Markup([{ per: write }]);
}

export function inEnglish(part: Part): string {
  if (typeof part === 'string') return part;
  if ('value' in part) return part.value;
  if ('apart' in part) return part.apart.map(inEnglish).join('');
  return escaped('ours' in part ? part.ours : part.per('en'));
}

function written(piece: Piece): readonly Part[] {
  if (piece === null || piece === false) return [];
  if (piece instanceof Markup) return piece.parts;
  if (typeof piece === 'string') return [{ value: escaped(piece) }];
  if (typeof piece === 'number') return [{ value: String(piece) }];
  return piece.flatMap(written);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A NUL and its like are no characters of HTML; a reader sees that something was there. */
export function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replaceAll(/(?![\t\n\r])\p{Cc}/gu, '\uFFFD');
}
