/** An address as a picture that a phone reads. Drawn as one path: no script, no style, and sharp on paper. */
import { encode } from 'uqr';
import { html, ours, type Markup } from './html.ts';

/** Rows of dark and light, without a border. A receipt is folded and copied: a quarter of it may be lost. */
export function qrRows(text: string): readonly (readonly boolean[])[] {
  return encode(text, { ecc: 'Q', border: 0 }).data;
}

/** With the quiet zone of four squares that the standard asks for. */
export function qrPicture(text: string, says: string): Markup {
  const rows = qrRows(text);
  const size = rows.length + 8;
  const squares = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return html`<svg class="hf-qr" viewBox="-4 -4 ${size} ${size}" role="img" aria-label="${ours(says)}">
    <rect x="-4" y="-4" width="${size}" height="${size}" fill="#fff" />
    <path fill="#1b1b1b" d="${squares.join('')}" />
  </svg>`;
}
