/** Words as a font sets them, where the library that writes PDFs takes its time. */

interface Run {
  readonly glyphs: readonly unknown[];
  readonly positions: readonly unknown[];
  readonly advanceWidth: number;
}
/** What is asked of a font of pdfkit, beside what its types say. */
interface OpenFont {
  readonly font: { hasGlyphForCodePoint(code: number): boolean };
  layoutCached(text: string): Run;
  isQuick?: true;
}
const fontOf = (doc: PDFKit.PDFDocument): OpenFont => (doc as unknown as { readonly _font: OpenFont })._font;

const PRINTED = /^[\n\u0020-\u007e]*$/;
/** Numbers, times, digests, names of files: hardly any comes twice, and what is laid out once is remembered for nothing. */
const IDENTIFIER = /^[\u0020-\u007e]*[0-9][\u0020-\u007e]*$/;

/** Sets those of the font that is chosen letter by letter, as if no two letters knew of each other: it costs a hundredth, and is hardly seen. */
export function setQuickly(doc: PDFKit.PDFDocument): void {
  const font = fontOf(doc);
  if (font.isQuick === true) return;
  font.isQuick = true;
  const slowly = font.layoutCached.bind(font);
  font.layoutCached = (text) => {
    if (!IDENTIFIER.test(text)) return slowly(text);
    const letters = Array.from(text, slowly);
    return {
      glyphs: letters.flatMap(({ glyphs }) => glyphs),
      positions: letters.flatMap(({ positions }) => positions),
      advanceWidth: letters.reduce((sum, { advanceWidth }) => sum + advanceWidth, 0),
    };
  };
}

/** What the font has no picture of would be an empty box, which says nothing: its number says which letter it was. */
export function readable(doc: PDFKit.PDFDocument, text: string): string {
  // Each of our fonts has these.
  if (PRINTED.test(text)) return text;
  const { font } = fontOf(doc);
  return Array.from(text.toWellFormed(), (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return code === 10 || font.hasGlyphForCodePoint(code)
      ? letter
      : `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  }).join('');
}
