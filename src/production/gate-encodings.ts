/** Ways in which a text is written inside of another text: percent signs, entities, escapes, quoted-printable, hex and Base64. Pure. */
import { kindOf } from './gate-sniff.ts';

export type Encoded = { readonly how: string } & (
  | { readonly text: string }
  | { readonly bytes: Buffer; readonly isFile: boolean; readonly mediaType: string | null }
);

const PERCENT = /(?:%[0-9a-f]{2})+/gi;
const ESCAPE = /\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,12}\d{0,2}));?/gi;
/** The sign that fills up a digest or a signature of a note, at the end of a line, joins no lines. */
const QUOTED =
  /(?:=[0-9A-F]{2}|(?<!(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{43}|[A-Za-z0-9+/]{91}))=[ \t]*\r?\n)+/g;
const MAIL = /=\?[\w.*-]+\?([bq])\?([^?]*)\?=(?:\s+(?==\?))?/gi;
const STYLE = /\\([0-9a-f]{2,6})\s?/gi;
const TAGS = /<!--[^]*?-->|<[a-z!/?][^<>]*>/gi;
const HEX = /(?:[0-9a-f]{2}){5,}|(?:[0-9a-f]{2}[ :,-]){4,}[0-9a-f]{2}/gi;
const BASE64 = /[a-z0-9+/_-]{8,}(?:\r?\n[a-z0-9+/_-]{8,})*(?:\r?\n[a-z0-9+/_-]{1,7})?={0,2}/gi;

export function* decodedTexts(text: string): Generator<Encoded> {
  // What has none of the signs of a writing is not written so; most of what is looked through is a digest, a name or a word.
  const has = (sign: string): boolean => text.includes(sign);
  const plain =
    !has('%') && !has('&') && !has('\\')
      ? text
      : text
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
  const mail = !has('=?')
    ? text
    : text.replace(MAIL, (_, how: string, word: string) =>
        /b/i.test(how)
          ? utf8(Buffer.from(word, 'base64'))
          : word
              .replaceAll('_', ' ')
              .replace(/(?:=[0-9a-f]{2})+/gi, (run) => utf8(Buffer.from(run.replaceAll('=', ''), 'hex'))),
      );
  if (mail !== text) yield { how: 'head of a mail', text: mail };
  const styled = !has('\\')
    ? text
    : text.replace(STYLE, (whole, hex: string) => character(Number.parseInt(hex, 16), whole));
  if (styled !== text) yield { how: 'escapes of a style sheet', text: styled };
  // Marked-up text inside of another text: a member of JSON, a cell, an attribute.
  const untagged = has('<') ? text.replace(TAGS, '') : text;
  if (untagged !== text) yield { how: 'without tags', text: untagged };
  if (has('=') && text.search(QUOTED) >= 0) {
    const quoted = text.replace(QUOTED, (run) =>
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
      const shifted = from === 0 ? bytes : decodedAgain(run, from);
      if (hasText(shifted))
        yield {
          how: 'Base64',
          bytes: from === 0 ? bytes : Buffer.from(shifted),
          isFile: false,
          mediaType: null,
        };
    }
  }
}

const again = Buffer.alloc(4096);

/** Into the same place, where it fits: hardly any of it is a text, and is kept. */
function decodedAgain(run: string, from: number): Buffer {
  const rest = run.slice(from);
  if (rest.length > again.length) return Buffer.from(rest, 'base64');
  return again.subarray(0, again.write(rest, 'base64'));
}

/** Random bytes have some characters in a row as well, and hardly ever as many as these. */
export function hasText(bytes: Buffer): boolean {
  return hasRun(bytes, Math.min(16, Math.max(6, bytes.length * 0.6))) || hasWide(bytes);
}

/**
 * So many units of UTF-16 in a row that are neither a control character nor no UTF-8. Digests are met by the ten thousand, so it is asked of the
 * bytes, without a text of them.
 */
function hasRun(bytes: Buffer, least: number): boolean {
  let run = 0;
  for (let at = 0; at < bytes.length;) {
    const one = bytes[at] ?? 0;
    const length = one < 0x80 ? 1 : sequence(bytes, at, one);
    const isText =
      length === 1
        ? (one >= 32 && one !== 127) || one === 9 || one === 10 || one === 13
        : length > 0 && !isMark(bytes, at, one);
    run = isText ? run + (length === 4 ? 2 : 1) : 0;
    if (run >= least) return true;
    at += length === 0 ? 1 : length;
  }
  return false;
}

/** How many bytes a character beyond ASCII has; 0: it is none. */
function sequence(bytes: Buffer, at: number, one: number): number {
  const length =
    one >= 0xc2 && one <= 0xdf ? 2 : (one & 0xf0) === 0xe0 ? 3 : one >= 0xf0 && one <= 0xf4 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const two = bytes[at + 1] ?? 0;
  const [from, to] =
    one === 0xe0
      ? [0xa0, 0xbf]
      : one === 0xed
        ? [0x80, 0x9f]
        : one === 0xf0
          ? [0x90, 0xbf]
          : one === 0xf4
            ? [0x80, 0x8f]
            : [0x80, 0xbf];
  if (two < from || two > to) return 0;
  for (let more = 2; more < length; more += 1) if (((bytes[at + more] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** A control character beyond ASCII, or the mark of what was no character. */
const isMark = (bytes: Buffer, at: number, one: number): boolean =>
  (one === 0xc2 && (bytes[at + 1] ?? 0) < 0xa0) ||
  (one === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd);

/** Four Latin letters in UTF-16 in a row. */
function hasWide(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(0, 1); at > 0 && at + 6 < bytes.length; at = bytes.indexOf(0, at + 1)) {
    let letters = 0;
    while (letters < 4 && bytes[at + letters * 2] === 0 && isPrinted(bytes[at + letters * 2 - 1] ?? 0))
      letters += 1;
    if (letters === 4) return true;
  }
  return false;
}
const isPrinted = (byte: number): boolean => byte >= 0x20 && byte <= 0x7e;

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
