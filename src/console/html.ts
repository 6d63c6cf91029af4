/**
 * Markup that is safe by construction: only `html` makes it, and every value that is not markup itself is escaped.
 * Attribute values are always written in double quotes.
 */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** `null` and `false` leave nothing behind, so that a part can be switched off in place. */
export type Piece = Markup | string | number | null | false | readonly Piece[];

export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  return new Markup(
    strings.map((fixed, i) => fixed + (i < values.length ? written(values[i] ?? null) : '')).join(''),
  );
}

function written(piece: Piece): string {
  if (piece === null || piece === false) return '';
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'string') return escaped(piece);
  if (typeof piece === 'number') return String(piece);
  return piece.map(written).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A NUL and its like are no characters of HTML; a reader sees that something was there. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replaceAll(/(?![\t\n\r])\p{Cc}/gu, '\uFFFD');
}
