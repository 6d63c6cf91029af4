/** Text on a page of a PDF: what its operators show, by the maps of its fonts (ISO 32000-1, 9.10). */
import { within, type Look } from './gate-look.ts';
import { nameOf, openLexer, stringsOf, type PdfDictionary, type PdfValue } from './gate-pdf-syntax.ts';

export interface Resources {
  /** By the name in the content: a page may be made of several versions. */
  readonly fonts: ReadonlyMap<string, readonly PdfDictionary[]>;
  at(value: PdfValue | undefined): PdfDictionary | null;
  stream(value: PdfValue | undefined): Buffer | null;
  /** What is known of fonts by now: each page names the same ones. */
  readonly known: Map<PdfDictionary, Font>;
}

export interface Font {
  /** Null: which letters its codes show cannot be known. */
  readonly decode: ((bytes: Buffer) => string) | null;
}

/** More fonts of one name than this are no document that somebody made. */
const MAX_VARIANTS = 16;
/** Thousandths of an em: what is further apart is read as two words. */
const GAP = -150;

export function seeContent(look: Look, place: string, content: Buffer, resources: Resources): void {
  const fonts = new Map(
    [...resources.fonts].map(([name, list]) => [name, list.map((one) => knownFont(one, resources))]),
  );
  const most = Math.max(1, ...[...fonts.values()].map((list) => list.length));
  if (most > MAX_VARIANTS) look.unread(place, `one of its fonts stands for more than ${MAX_VARIANTS}`);
  for (let variant = 0; variant < Math.min(most, MAX_VARIANTS); variant += 1)
    run(look, place, content, (name) => {
      const list = fonts.get(name);
      return list === undefined ? null : (list[variant % list.length] ?? null);
    });
}

function run(look: Look, place: string, content: Buffer, fontNamed: (name: string) => Font | null): void {
  const lexer = openLexer(content);
  let operands: PdfValue[] = [];
  let font: Font | null = null;
  let text = '';
  let isUnknown = false;
  const show = (value: PdfValue | undefined): void => {
    if (Buffer.isBuffer(value)) {
      if (font?.decode == null) {
        isUnknown ||= value.length > 0;
        text += value.toString('latin1');
      } else {
        const shown = font.decode(value);
        // A code that the map passes over shows a letter all the same.
        isUnknown ||= shown.includes('\ufffd');
        text += shown;
      }
    } else if (typeof value === 'number' && value < GAP) text += ' ';
    else if (Array.isArray(value)) for (const one of value) show(one);
  };
  for (let one = lexer.next(); one !== undefined; one = lexer.next()) {
    if (one === null || typeof one !== 'object' || !('op' in one)) {
      operands.push(one);
      continue;
    }
    const [last] = operands.slice(-1);
    if (one.op === 'Tf') font = fontNamed(nameOf(operands.at(-2)) ?? '');
    else if (one.op === 'Tj' || one.op === 'TJ') show(last);
    else if (one.op === "'" || one.op === '"') {
      text += '\n';
      show(last);
    } else if (['Td', 'TD', 'T*', 'Tm', 'ET'].includes(one.op)) text += '\n';
    else if (one.op === 'BDC' || one.op === 'DP') marked(look, place, last);
    else if (one.op === 'ID') {
      look.unread(within(place, 'picture in the page'), 'its pixels were not read');
      const end = /\sEI(?=\s|$)/.exec(content.toString('latin1', lexer.at));
      lexer.at = end === null ? content.length : lexer.at + end.index + 3;
    }
    operands = [];
  }
  look.see(within(place, 'page text'), text);
  if (isUnknown) look.unread(within(place, 'page text'), 'a font does not say which letters its codes show');
}

/** What is said beside the text: replacements and descriptions. */
function marked(look: Look, place: string, value: PdfValue | undefined): void {
  if (!(value instanceof Map)) return;
  for (const [key, one] of value)
    if (Buffer.isBuffer(one))
      for (const text of stringsOf(one)) look.see(within(place, `string ${key}`), text);
}

function knownFont(font: PdfDictionary, resources: Resources): Font {
  const known = resources.known.get(font) ?? fontOf(font, resources);
  resources.known.set(font, known);
  return known;
}

function fontOf(font: PdfDictionary, resources: Resources): Font {
  const kind = nameOf(font.get('Subtype'));
  const map = resources.stream(font.get('ToUnicode'));
  if (map !== null) return { decode: mapped(cmapOf(map), kind === 'Type0' ? 2 : 1) };
  const encoding = font.get('Encoding');
  const named = nameOf(encoding) ?? '';
  if (kind === 'Type0')
    return { decode: /^Uni.*(?:UCS2|UTF16)/.test(named) ? (bytes) => swapped(bytes) : null };
  const table = resources.at(encoding);
  const base = nameOf(table?.get('BaseEncoding')) ?? named;
  const differences = table === null ? new Map<number, string>() : differencesOf(table.get('Differences'));
  if (differences === null) return { decode: null };
  const embedded = resources.at(font.get('FontDescriptor'));
  const isOwn = embedded !== null && [...embedded.keys()].some((key) => key.startsWith('FontFile'));
  // A font of its own without a word about its codes may show anything.
  if (kind === 'Type3' ? differences.size === 0 : isOwn && base === '' && differences.size === 0)
    return { decode: null };
  const decoder = new TextDecoder(base === 'MacRomanEncoding' ? 'macintosh' : 'windows-1252');
  return {
    decode: (bytes) =>
      [...bytes].map((code) => differences.get(code) ?? decoder.decode(Buffer.of(code))).join(''),
  };
}

const swapped = (bytes: Buffer): string =>
  Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)))
    .swap16()
    .toString('utf16le');

/** Codes by the length in bytes and the number; what is not mapped shows nothing that can be known, and becomes a mark. */
function mapped(codes: ReadonlyMap<string, string>, least: number): (bytes: Buffer) => string {
  const byLength = Map.groupBy(codes, ([key]) => key.length / 2);
  const tables = [...byLength]
    // A code of no bytes shows nothing, and would show it for ever.
    .filter(([length]) => length > 0)
    .toSorted(([one], [other]) => one - other)
    .map(([length, list]) => ({
      length,
      // Two bytes at the most are a number; what is longer is looked up as it is written.
      short: length > 2 ? null : new Map(list.map(([key, text]) => [parseInt(key, 16), text])),
    }));
  const shownAt = (
    bytes: Buffer,
    at: number,
    { length, short }: (typeof tables)[number],
  ): string | undefined =>
    short === null || at + length > bytes.length
      ? codes.get(bytes.toString('hex', at, at + length))
      : short.get(length === 1 ? (bytes[at] ?? 0) : bytes.readUInt16BE(at));
  return (bytes) => {
    let text = '';
    for (let at = 0; at < bytes.length;) {
      let length = tables[0]?.length ?? least;
      let shown: string | undefined;
      for (const table of tables) {
        shown = shownAt(bytes, at, table);
        if (shown === undefined) continue;
        length = table.length;
        break;
      }
      text += shown ?? '\ufffd';
      at += length;
    }
    return text;
  };
}

function cmapOf(stream: Buffer): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  const lexer = openLexer(stream);
  let operands: PdfValue[] = [];
  for (let one = lexer.next(); one !== undefined; one = lexer.next()) {
    if (one === null || typeof one !== 'object' || !('op' in one)) {
      operands.push(one);
      continue;
    }
    if (one.op === 'endbfchar')
      for (let n = 0; n + 1 < operands.length; n += 2) {
        const [code, text] = [operands[n], operands[n + 1]];
        if (Buffer.isBuffer(code) && Buffer.isBuffer(text)) codes.set(code.toString('hex'), swapped(text));
      }
    if (one.op === 'endbfrange')
      for (let n = 0; n + 2 < operands.length; n += 3)
        range(codes, operands[n], operands[n + 1], operands[n + 2]);
    operands = [];
  }
  return codes;
}

function range(
  codes: Map<string, string>,
  from: PdfValue | undefined,
  to: PdfValue | undefined,
  text: PdfValue | undefined,
): void {
  if (!Buffer.isBuffer(from) || !Buffer.isBuffer(to) || from.length === 0 || from.length > 4) return;
  const first = from.readUIntBE(0, from.length);
  const last = Math.min(to.readUIntBE(0, Math.min(to.length, 4)), first + 0xffff);
  for (let code = first; code <= last; code += 1) {
    const key = code.toString(16).padStart(from.length * 2, '0');
    const one = Array.isArray(text) ? text[code - first] : text;
    if (!Buffer.isBuffer(one)) continue;
    const shown = swapped(one);
    const end = shown.codePointAt(shown.length - 1) ?? 0;
    codes.set(
      key,
      Array.isArray(text)
        ? shown
        : shown.slice(0, -1) + String.fromCodePoint(Math.min(end + code - first, 0x10ffff)),
    );
  }
}

const GLYPHS: Readonly<Record<string, string>> = {
  space: ' ',
  zero: '0',
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
  onesuperior: '1',
  twosuperior: '2',
  threesuperior: '3',
  germandbls: 'ss',
  szlig: 'ss',
  dotlessi: 'i',
  dotlessj: 'j',
  imath: 'i',
  longs: 's',
  eth: 'd',
  Eth: 'D',
  ETH: 'D',
  thorn: 'th',
  Thorn: 'TH',
  THORN: 'TH',
  dcroat: 'd',
  Dcroat: 'D',
  hbar: 'h',
  Hbar: 'H',
  tbar: 't',
  Tbar: 'T',
  aelig: 'ae',
  AElig: 'AE',
  oelig: 'oe',
  OElig: 'OE',
  ae: 'ae',
  AE: 'AE',
  oe: 'oe',
  OE: 'OE',
  fi: 'fi',
  fl: 'fl',
  ff: 'ff',
  ffi: 'ffi',
  ffl: 'ffl',
};

/** Of Adobe's standard names those that are no letter and no digit. Any other name may be a letter, and is not passed over. */
const SIGNS = new Set(
  (
    'exclam quotedbl numbersign dollar percent ampersand quotesingle quoteright quoteleft parenleft parenright asterisk plus comma hyphen ' +
    'period slash colon semicolon less equal greater question at bracketleft backslash bracketright asciicircum underscore grave braceleft ' +
    'bar braceright asciitilde exclamdown cent sterling fraction yen florin section currency quotedblleft guillemotleft guilsinglleft ' +
    'guilsinglright endash dagger daggerdbl periodcentered paragraph bullet quotesinglbase quotedblbase quotedblright guillemotright ellipsis ' +
    'perthousand questiondown acute circumflex tilde macron breve dotaccent dieresis ring cedilla hungarumlaut ogonek caron emdash ordfeminine ' +
    'ordmasculine brokenbar copyright registered logicalnot degree plusminus mu multiply divide trademark onequarter onehalf threequarters minus ' +
    'Euro nbspace nonbreakingspace sfthyphen softhyphen'
  ).split(' '),
);

/** Null: a name of a glyph says nothing of its letter. */
function differencesOf(list: PdfValue | undefined): ReadonlyMap<number, string> | null {
  const found = new Map<number, string>();
  let code = 0;
  for (const one of Array.isArray(list) ? list : []) {
    const name = nameOf(one);
    if (typeof one === 'number') code = one;
    if (name === null) continue;
    const plain = name.split('.')[0] ?? '';
    const unicode = /^uni([0-9A-F]{4})|^u([0-9A-F]{4,6})$/.exec(plain);
    const accented =
      /^([A-Za-z])(?:acute|grave|circumflex|dieresis|tilde|ring|cedilla|slash|caron|breve|macron|ogonek|dotaccent|hungarumlaut|commaaccent|uml|circ|cedil|strok|macr|ogon|dot|dblac)$/.exec(
        plain,
      );
    if (unicode !== null)
      found.set(code, String.fromCodePoint(Number.parseInt(unicode[1] ?? unicode[2] ?? '20', 16)));
    else if (/^[A-Za-z]$/.test(plain)) found.set(code, plain);
    else if (accented?.[1] !== undefined) found.set(code, accented[1]);
    else if (GLYPHS[plain] !== undefined) found.set(code, GLYPHS[plain]);
    else if (SIGNS.has(plain)) found.set(code, ' ');
    // G17 and the like say nothing.
    else if (plain !== '') return null;
    code += 1;
  }
  return found;
}
