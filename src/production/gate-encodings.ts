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
const MAIL = /=\?[\w.*-]+\?([bq])\?([^?]*)\?=(?:\s+(?==\?))?/gi;
const STYLE = /\\([0-9a-f]{2,6})\s?/gi;
const NO_TEXT = /[[\p{Cc}--[\t\n\r]]\ufffd]+/v;
const TAGS = /<!--[^]*?-->|<[a-z!/?][^<>]*>/gi;
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
  const mail = text.replace(MAIL, (_, how: string, word: string) =>
    /b/i.test(how)
      ? utf8(Buffer.from(word, 'base64'))
      : word
          .replaceAll('_', ' ')
          .replace(/(?:=[0-9a-f]{2})+/gi, (run) => utf8(Buffer.from(run.replaceAll('=', ''), 'hex'))),
  );
  if (mail !== text) yield { how: 'head of a mail', text: mail };
  const styled = text.replace(STYLE, (whole, hex: string) => character(Number.parseInt(hex, 16), whole));
  if (styled !== text) yield { how: 'escapes of a style sheet', text: styled };
  // Marked-up text inside of another text: a member of JSON, a cell, an attribute.
  const untagged = text.replace(TAGS, '');
  if (untagged !== text) yield { how: 'without tags', text: untagged };
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

/** Random bytes have some characters in a row as well, and hardly ever as many as these. */
function hasText(bytes: Buffer): boolean {
  const runs = bytes.toString('utf8').split(NO_TEXT);
  const longest = Math.max(...runs.map((run) => run.length));
  return (
    longest >= 16 ||
    longest >= Math.max(6, bytes.length * 0.6) ||
    /(?:[\u0020-\u007e]\0){4}/.test(bytes.toString('latin1'))
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
  imath: 'i',
  inodot: 'i',
  jmath: 'j',
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
