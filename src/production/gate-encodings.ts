/** Ways in which a text is written inside of another text: percent signs, entities, escapes, quoted-printable, hex and Base64. Pure. */
import { kindOf } from './gate-sniff.ts';

export type Encoded = { readonly how: string } & (
  | { readonly text: string }
  | { readonly bytes: Buffer; readonly isFile: boolean; readonly mediaType: string | null }
);

const PERCENT = /(?:%[0-9a-f]{2})+/gi;
const ESCAPE = /\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,12}\d{0,2}));?/gi;
const QUOTED = /=(?:[0-9A-F]{2}|[ \t]*\r?\n)/g;
const HEX = /(?:[0-9a-f]{2}){5,}|(?:[0-9a-f]{2}[ :,-]){4,}[0-9a-f]{2}/gi;
const BASE64 = /[a-z0-9+/_-]{8,}(?:\r?\n[a-z0-9+/_-]{8,})*(?:\r?\n[a-z0-9+/_-]{1,7})?={0,2}/gi;

export function* decodedTexts(text: string): Generator<Encoded> {
  const plain = text
    .replace(PERCENT, (run) => utf8(Buffer.from(run.replaceAll('%', ''), 'hex')))
    .replace(ENTITY, (whole, decimal?: string, hex?: string, name?: string) =>
      name === undefined
        ? character(decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal), whole)
        : named(name, whole),
    )
    .replace(ESCAPE, (whole, long?: string, short?: string, byte?: string) =>
      character(parseInt(long ?? short ?? byte ?? '', 16), whole),
    );
  if (plain !== text) yield { how: 'decoded', text: plain };
  if (text.search(QUOTED) >= 0) {
    const quoted = text.replace(/(?:=(?:[0-9A-F]{2}|[ \t]*\r?\n))+/g, (run) =>
      utf8(Buffer.from(run.replace(/=[ \t]*\r?\n/g, '').replaceAll('=', ''), 'hex')),
    );
    if (quoted !== text) yield { how: 'quoted-printable', text: quoted };
  }
  for (const [run] of text.matchAll(HEX)) {
    const bytes = Buffer.from(run.replace(/[^0-9a-f]/gi, ''), 'hex');
    if (hasText(bytes)) yield { how: 'hex', bytes, isFile: false, mediaType: null };
  }
  yield* base64In(text);
}

function* base64In(text: string): Generator<Encoded> {
  for (const match of text.matchAll(BASE64)) {
    const run = match[0].replace(/\s|=/g, '');
    const declared = /data:([\w.+-]+\/[\w.+-]+)?[^,"'\s]{0,60};base64,$/i.exec(
      text.slice(Math.max(0, match.index - 120), match.index),
    );
    const bytes = Buffer.from(run, 'base64');
    if (declared !== null || (bytes.length > 16 && kindOf(bytes) !== null)) {
      yield { how: 'Base64', bytes, isFile: true, mediaType: declared?.[1] ?? null };
      continue;
    }
    // Letters that stand before it belong to the alphabet too: only one of four beginnings fits.
    for (const from of [0, 1, 2, 3]) {
      const shifted = from === 0 ? bytes : Buffer.from(run.slice(from), 'base64');
      if (hasText(shifted)) yield { how: 'Base64', bytes: shifted, isFile: false, mediaType: null };
    }
  }
}

/** Six printable characters in a row, or with zeros between them: random bytes seldom have them. */
function hasText(bytes: Buffer): boolean {
  return /[\u0020-\u007e]{6}|(?:[\u0020-\u007e]\0){4}|[\u00c2-\u00f4][\u0080-\u00bf]/.test(
    bytes.toString('latin1'),
  );
}

function utf8(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}

function character(code: number, whole: string): string {
  return code <= 0x10ffff ? String.fromCharCode(...(code > 0xffff ? surrogates(code) : [code])) : whole;
}

const surrogates = (code: number): number[] => [
  0xd800 + ((code - 0x10000) >> 10),
  0xdc00 + ((code - 0x10000) & 0x3ff),
];

const LETTERS: Readonly<Record<string, string>> = {
  szlig: 'ss',
  aelig: 'ae',
  AElig: 'AE',
  oelig: 'oe',
  OElig: 'OE',
  thorn: 'th',
  THORN: 'TH',
  eth: 'd',
  ETH: 'D',
  fflig: 'ff',
  filig: 'fi',
  fllig: 'fl',
  ffilig: 'ffi',
  ffllig: 'ffl',
};

/** Named ones are letters with something on them, or letters of another style; the others are no letters, and count for nothing. */
function named(name: string, whole: string): string {
  const known = LETTERS[name];
  if (known !== undefined) return known;
  const letter =
    /^([A-Za-z])(?:acute|grave|circ|uml|tilde|ring|cedil|slash|strok|caron|breve|macr|ogon|dot|dblac|opf|scr|fr)$/.exec(
      name,
    );
  if (letter?.[1] !== undefined) return letter[1];
  return /^(?:amp|lt|gt|quot|apos|nbsp|shy|zwj|zwnj|ensp|emsp|thinsp|commat|period|lowbar|hyphen|dash|ndash|mdash|lsquo|rsquo|ldquo|rdquo|colon|comma|sol|lpar|rpar|plus|num|Tab|NewLine|ZeroWidthSpace|NoBreak|InvisibleTimes|InvisibleComma)$/i.test(
    name,
  )
    ? ' '
    : whole;
}
