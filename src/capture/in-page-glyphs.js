/**
 * Characters that no font on this machine could draw. The browser paints the same empty box, or nothing, for each of
 * them; so each distinct character is held against a character that can never have a glyph, in the page's own fonts.
 * Run beside `in-page.js`, in the same world.
 */
import { readText } from './in-page.js';

/** Never assigned: what is drawn for it is what is drawn for everything that has no glyph. */
const NO_CHARACTER = '\u{10FFFE}';
/** Marks that only change their neighbours, and characters that are blank by their nature. */
const BLANK =
  /[\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{M}\p{RI}\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}\u2800]/u;
const SIZE_PX = 32;
/** A page may hold every character there is; the time for them is bounded. */
const MOST_CHARACTERS = 8000;

const figures = ({
  width,
  actualBoundingBoxLeft,
  actualBoundingBoxRight,
  actualBoundingBoxAscent,
  actualBoundingBoxDescent,
}) =>
  [
    width,
    actualBoundingBoxLeft,
    actualBoundingBoxRight,
    actualBoundingBoxAscent,
    actualBoundingBoxDescent,
  ].join();

export const glyphVerbs = {
  glyphs() {
    if (!document.body) return { missing: [], looked: 0, more: false };
    const byFont = new Map();
    const fontOf = new WeakMap();
    readText((text, node) => {
      // ASCII is in every font that a browser starts with.
      if (!/[^\x20-\x7e\s]/.test(text)) return;
      const parent = node.parentElement ?? node.parentNode?.host ?? document.body;
      let font = fontOf.get(parent);
      if (font === undefined) {
        const style = getComputedStyle(parent);
        font = `${style.fontStyle === 'italic' ? 'italic' : 'normal'} ${Number(style.fontWeight) >= 600 ? 700 : 400} ${SIZE_PX}px ${style.fontFamily}`;
        fontOf.set(parent, font);
      }
      let characters = byFont.get(font);
      if (characters === undefined) byFont.set(font, (characters = new Set()));
      for (const character of text) if (character > '~' && !BLANK.test(character)) characters.add(character);
    });
    const canvas = document.createElement('canvas');
    canvas.width = 2 * SIZE_PX;
    canvas.height = 2 * SIZE_PX;
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    if (pen === null) return { missing: [], looked: 0, more: true };
    const draw = (character) => {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      pen.fillText(character, SIZE_PX / 2, SIZE_PX * 1.5);
      return pen.getImageData(0, 0, canvas.width, canvas.height).data;
    };
    const missing = new Set();
    let looked = 0;
    for (const [font, characters] of byFont) {
      pen.font = font;
      const none = figures(pen.measureText(NO_CHARACTER));
      let drawnNone = null;
      for (const character of characters) {
        if (looked >= MOST_CHARACTERS) break;
        looked += 1;
        if (figures(pen.measureText(character)) !== none) continue;
        drawnNone ??= draw(NO_CHARACTER);
        const drawn = draw(character);
        if (drawn.every((value, i) => value === drawnNone[i])) missing.add(character);
      }
    }
    return { missing: [...missing], looked, more: looked >= MOST_CHARACTERS };
  },
};
