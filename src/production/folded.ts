/**
 * Looks for words as somebody reads them, not as they are written: letters and digits alone count, in one case, without accents, whatever
 * stands between them. So “Jane Roe” is found in JANE-ROE.jpg, in Jáne Roe, in letters with marks of no width between them, and over the
 * end of a line. Pure.
 *
 * It finds too much rather than too little. What it cannot look for, because it would be found everywhere, it names.
 */

export interface Withheld {
  /** What a report may call it. Never the words themselves. */
  readonly item: string;
  readonly text: string;
}

export interface Found {
  readonly item: string;
  /** UTF-16 code units in the text that was looked through. */
  readonly start: number;
  readonly end: number;
  /** `part`: six words in a row of a longer passage. */
  readonly what: 'whole' | 'part';
}

export interface Finder {
  find(text: string): Found[];
  /** Items that have too few letters to be told from anything else. */
  readonly unsearchable: readonly string[];
}

interface Pattern {
  readonly text: string;
  readonly item: string;
  readonly what: 'whole' | 'part';
  /** Only where a word begins and ends. */
  readonly wholeWord: boolean;
}

interface Folded {
  readonly text: string;
  /** Of each unit of `text`: where its character begins and ends in the original. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** From here on a term is found inside of other words too: user names and file names are made of names. */
export const LONG = 6;
const PASSAGE_WORDS = 6;
const PASSAGE_LETTERS = 24;
/** Written without spaces: two characters are a name, and words have no ends to look for. */
export const DENSE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const KEPT = /[\p{L}\p{N}\p{Mc}]/u;
const DIGIT = /\p{Nd}/u;

export function openFinder(withheld: readonly Withheld[]): Finder {
  const unsearchable: string[] = [];
  const patterns = new Map<string, Pattern>();
  const add = (one: Pattern): void => void patterns.set(`${one.text}\0${one.item}`, one);
  for (const { item, text } of withheld) {
    const folded = foldText(text);
    const dense = DENSE.test(text);
    const least = /^\d*$/.test(folded) ? 3 : 2;
    if (folded.length < least) {
      unsearchable.push(item);
      continue;
    }
    add({ text: folded, item, what: 'whole', wholeWord: !dense && folded.length < LONG });
    for (const part of passagesOf(text)) add({ text: part, item, what: 'part', wholeWord: false });
  }
  return { unsearchable, find: openSearch([...patterns.values()]) };
}

/** Of the same text it is asked several times, one after the other. */
let lastText = '';
let lastFolded = '';

/** Letters and digits of a text, as they are compared. */
export function foldText(text: string): string {
  if (text === lastText) return lastFolded;
  const folded = /[\u0080-\uffff]/.test(text)
    ? lettersOf(text)
    : text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '');
  [lastText, lastFolded] = [text, folded];
  return folded;
}

/** 0 to 9 of whatever script; null: not a digit. */
export function digitValue(character: string): number | null {
  const plain = character.normalize('NFKD');
  if (/^[0-9]$/.test(plain)) return Number(plain);
  if (!DIGIT.test(plain)) return null;
  // Digits of a script stand in a row of ten, with something else before the zero.
  const at = plain.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && DIGIT.test(String.fromCodePoint(at - value - 1))) value += 1;
  return value;
}

export function passagesOf(text: string): string[] {
  const words = text
    .split(/\s+/u)
    .map(foldText)
    .filter((word) => word !== '');
  if (words.length <= PASSAGE_WORDS) return [];
  return words
    .slice(0, words.length - PASSAGE_WORDS + 1)
    .map((_, n) => words.slice(n, n + PASSAGE_WORDS).join(''))
    .filter((passage) => passage.length >= PASSAGE_LETTERS);
}

/** Longer ones are looked up by so many letters: of thousands of digests several begin with the same two everywhere. */
const LONG_BEGINNING = 8;
const BLOCK = 3;

/** However many are looked for, in two passes over a text at the most; the one for long ones leaps (Wu and Manber 1994). */
function openSearch(patterns: readonly Pattern[]): (text: string) => Found[] {
  const byTwo = Map.groupBy(
    patterns.filter((one) => one.text.length < LONG_BEGINNING),
    (one) => beginning(one.text, 0),
  );
  const byMany = Map.groupBy(
    patterns.filter((one) => one.text.length >= LONG_BEGINNING),
    (one) => one.text.slice(0, LONG_BEGINNING),
  );
  // Most places begin nothing, and a byte says so sooner than a table.
  const begins = new Uint8Array(0x10000);
  for (const key of byTwo.keys()) begins[short(key)] = 1;
  // How far on from a block of letters the next beginning can end.
  const leaps = new Uint8Array(0x10000).fill(LONG_BEGINNING - BLOCK + 1);
  for (const key of byMany.keys())
    for (let end = BLOCK - 1; end < LONG_BEGINNING; end += 1) {
      const block = blockOf(key, end);
      leaps[block] = Math.min(leaps[block] ?? 0, LONG_BEGINNING - 1 - end);
    }
  return (text) => {
    const found: Found[] = [];
    if (patterns.length === 0) return found;
    const folded = foldText(text);
    // Where each letter stood is asked for only where something was found.
    let places: Folded | null = null;
    const compare = (candidates: readonly Pattern[] | undefined, at: number): void => {
      for (const { text: wanted, item, what, wholeWord } of candidates ?? []) {
        if (!folded.startsWith(wanted, at)) continue;
        places ??= fold(text);
        const start = places.starts[at] ?? 0;
        const end = places.ends[at + wanted.length - 1] ?? text.length;
        if (wholeWord && !(isEdge(text, start) && isEdge(text, end))) continue;
        found.push({ item, what, start, end });
      }
    };
    if (byMany.size > 0)
      for (let end = LONG_BEGINNING - 1; end < folded.length;) {
        const leap = leaps[blockOf(folded, end)] ?? 1;
        if (leap === 0) {
          const at = end - LONG_BEGINNING + 1;
          compare(byMany.get(folded.slice(at, end + 1)), at);
        }
        end += leap === 0 ? 1 : leap;
      }
    if (byTwo.size > 0)
      for (let at = 0; at + 1 < folded.length; at += 1) {
        const key = beginning(folded, at);
        if (begins[short(key)] === 1) compare(byTwo.get(key), at);
      }
    return found;
  };
}

const blockOf = (text: string, end: number): number =>
  ((text.charCodeAt(end - 2) << 10) ^ (text.charCodeAt(end - 1) << 5) ^ text.charCodeAt(end)) & 0xffff;

/** Where a word begins or ends: also between a letter and a digit, and before a capital inside of a word, as in JaneRoe2. */
function isEdge(text: string, at: number): boolean {
  const before = /\P{M}\p{M}*$/u.exec(text.slice(Math.max(0, at - 8), at))?.[0] ?? '';
  const after = /^./su.exec(text.slice(at, at + 2))?.[0] ?? '';
  if (!KEPT.test(before) || !KEPT.test(after)) return true;
  if (/\p{N}/u.test(before) !== /\p{N}/u.test(after)) return true;
  return /\p{Ll}/u.test(before) && /\p{Lu}/u.test(after);
}

const beginning = (text: string, at: number): number => (text.charCodeAt(at) << 16) | text.charCodeAt(at + 1);
const short = (key: number): number => (key ^ (key >>> 11)) & 0xffff;

/** Of each ASCII character what is left of it; of others when they are met. */
const ASCII: readonly string[] = Array.from({ length: 128 }, (_, code) =>
  /[a-z0-9]/i.test(String.fromCharCode(code)) ? String.fromCharCode(code).toLowerCase() : '',
);
const others = new Map<number, string>();

function foldedCharacter(code: number): string {
  const known = others.get(code);
  if (known !== undefined) return known;
  let folded = '';
  for (const character of String.fromCodePoint(code).normalize('NFKD')) {
    if (!KEPT.test(character)) continue;
    const digit = digitValue(character);
    folded += digit === null ? plainLetters(character.toUpperCase().toLowerCase()) : String(digit);
  }
  others.set(code, folded);
  return folded;
}

/** Letters with a stroke, and two in one, that Unicode does not take apart: who has no such key writes them so. */
const PLAIN: Readonly<Record<string, string>> = {
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ȷ: 'j',
};
const plainLetters = (letters: string): string => PLAIN[letters] ?? letters;

let scratch = new Uint16Array(4096);

/** What `fold` makes of it, without where each letter stood. */
function lettersOf(text: string): string {
  let length = 0;
  for (let at = 0; at < text.length;) {
    const unit = text.charCodeAt(at);
    const code = unit < 0xd800 ? unit : (text.codePointAt(at) ?? unit);
    at += code > 0xffff ? 2 : 1;
    const folded = code < 128 ? (ASCII[code] ?? '') : foldedCharacter(code);
    if (length + folded.length > scratch.length) {
      const larger = new Uint16Array(scratch.length * 2 + folded.length);
      larger.set(scratch);
      scratch = larger;
    }
    for (let n = 0; n < folded.length; n += 1) scratch[length + n] = folded.charCodeAt(n);
    length += folded.length;
  }
  const letters = Buffer.from(scratch.buffer, 0, length * 2).toString('utf16le');
  if (scratch.length > 1 << 20) scratch = new Uint16Array(4096);
  return letters;
}

function fold(text: string): Folded {
  // A few characters become several: U+FDFA has eighteen.
  let room = text.length + 64;
  let units = new Uint16Array(room);
  let starts = new Uint32Array(room);
  let ends = new Uint32Array(room);
  let length = 0;
  for (let at = 0; at < text.length;) {
    const unit = text.charCodeAt(at);
    const code = unit < 128 ? unit : (text.codePointAt(at) ?? unit);
    const next = at + (code > 0xffff ? 2 : 1);
    const folded = code < 128 ? (ASCII[code] ?? '') : foldedCharacter(code);
    if (length + folded.length > room) {
      room = room * 2 + folded.length;
      units = Uint16Array.from({ length: room }, (_, n) => units[n] ?? 0);
      starts = grown(starts, room);
      ends = grown(ends, room);
    }
    for (let n = 0; n < folded.length; n += 1) {
      units[length + n] = folded.charCodeAt(n);
      starts[length + n] = at;
      ends[length + n] = next;
    }
    length += folded.length;
    at = next;
  }
  return { text: Buffer.from(units.buffer, 0, length * 2).toString('utf16le'), starts, ends };
}

function grown(from: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(length);
  to.set(from);
  return to;
}
