/**
 * JSON as it was sent, or a refusal that says where: never a repaired value, never a number that became another.
 *
 * Two readers must both accept. The scan below knows the grammar and looks for what `JSON.parse` passes over in
 * silence: members named twice (the last one wins there, the first one elsewhere: a document with two meanings),
 * numbers that a double cannot hold (an id above 2^53 becomes its neighbour), text that no database column can keep.
 * Then `JSON.parse` builds the value. Together they cost less than a lossless parser does.
 *
 * A byte order mark is refused (RFC 8259, 8.1 forbids sending one). The member `__proto__` is refused, since some
 * later spread or assignment would turn it into something else; `constructor` and the like are plain members here.
 */
import { ArchiveError, type ErrorCode } from '#errors.ts';

/** No member of any form lies deeper than 8; whoever needs more sends something else. Also bounds our recursion. */
const MAX_DEPTH = 64;

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const ESCAPE_OR_END = /["\\]|[^\u0020-\uffff]/g;
const QUOTE = 34;

function refusal(code: ErrorCode, sentence: string): ArchiveError {
  return new ArchiveError(code, sentence, { retry: 'never' });
}

/** RFC 6901. */
export function pointerTo(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The significant digits and the power of ten of a JSON number; two writings of one number give the same. */
function significant(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.replace(/^-/, '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return `${kept}e${Number(exponent) - fraction.length + (digits.length - kept.length)}`;
}

/** Whether a double holds exactly the decimal digits that were written, and no integer beyond 2^53 - 1. */
function isSafeNumber(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value)) return false;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
  return significant(literal) === significant(String(value));
}

class Scan {
  readonly #text: string;
  #at = 0;
  /** Where the scan stands; written out as a pointer only when something is wrong there. */
  readonly #path: (string | number)[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#space();
    this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#malformed('nothing more after the end of the document');
  }

  #refusal(code: ErrorCode, sentence: (at: string) => string): ArchiveError {
    const pointer = this.#path.reduce<string>(pointerTo, '');
    const at = pointer === '' ? 'the document itself' : pointer;
    return new ArchiveError(code, sentence(at), { retry: 'never', details: { pointer } });
  }

  #malformed(expected: string): ArchiveError {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    const column = this.#at - this.#text.lastIndexOf('\n', this.#at - 1);
    const where =
      this.#at >= this.#text.length ? 'the body ends too early' : `line ${line}, column ${column}`;
    return new ArchiveError(
      'json-malformed',
      `This is not valid JSON (${where}): expected ${expected}. Send one complete JSON object.`,
      { retry: 'never', details: { line, column } },
    );
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at += 1;
    }
  }

  #value(): void {
    if (this.#path.length > MAX_DEPTH) {
      throw refusal(
        'json-malformed',
        `The JSON is nested more than ${MAX_DEPTH} levels deep. Send a flat report.`,
      );
    }
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        this.#string();
        return;
      case 't':
        return this.#word('true');
      case 'f':
        return this.#word('false');
      case 'n':
        return this.#word('null');
      default:
        return this.#number();
    }
  }

  #object(): void {
    const seen = new Set<string>();
    this.#at += 1;
    this.#space();
    if (this.#text[this.#at] === '}') {
      this.#at += 1;
      return;
    }
    for (;;) {
      if (this.#text.charCodeAt(this.#at) !== QUOTE) throw this.#malformed('a member name in double quotes');
      const key = this.#string();
      this.#path.push(key);
      if (seen.has(key)) {
        throw this.#refusal('json-duplicate-key', (at) => `The member ${at} is there twice. Send it once.`);
      }
      if (key === '__proto__') {
        throw this.#refusal('json-malformed', (at) => `The member ${at} is not allowed. Leave it out.`);
      }
      seen.add(key);
      this.#space();
      if (this.#text[this.#at] !== ':') throw this.#malformed('a colon after a member name');
      this.#at += 1;
      this.#space();
      this.#value();
      this.#path.pop();
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== '}') throw this.#malformed('a comma or a closing brace');
      this.#at += 1;
      if (next === '}') return;
      this.#space();
    }
  }

  #array(): void {
    this.#at += 1;
    this.#space();
    if (this.#text[this.#at] === ']') {
      this.#at += 1;
      return;
    }
    for (let index = 0; ; index += 1) {
      this.#path.push(index);
      this.#value();
      this.#path.pop();
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== ']') throw this.#malformed('a comma or a closing bracket');
      this.#at += 1;
      if (next === ']') return;
      this.#space();
    }
  }

  /** Escapes are rare: without one the characters are the text, and valid UTF-8 cannot hold half a pair. */
  #string(): string {
    const from = this.#at;
    let escaped = false;
    ESCAPE_OR_END.lastIndex = from + 1;
    for (;;) {
      const hit = ESCAPE_OR_END.exec(this.#text);
      this.#at = hit?.index ?? this.#text.length;
      if (hit?.[0] === '"') break;
      if (hit?.[0] !== '\\') {
        throw this.#malformed('a closing quote; line breaks inside text are written \\n');
      }
      escaped = true;
      ESCAPE_OR_END.lastIndex = this.#at + 2;
    }
    this.#at += 1;
    if (!escaped) return this.#text.slice(from + 1, this.#at - 1);
    const text = this.#decoded(from);
    if (text.includes('\0') || !text.isWellFormed()) {
      throw this.#refusal(
        'json-text-unstorable',
        (at) =>
          `The text at ${at} holds a NUL character (\\u0000) or half of a surrogate pair, which no database can keep as text. ` +
          'Replace it by \\ufffd and hand in the original as a file beside the report: its bytes are kept as they are.',
      );
    }
    return text;
  }

  #decoded(from: number): string {
    try {
      return JSON.parse(this.#text.slice(from, this.#at)) as string;
    } catch {
      this.#at = from;
      throw this.#malformed('text with the escapes that JSON knows');
    }
  }

  #number(): void {
    NUMBER.lastIndex = this.#at;
    const literal = NUMBER.exec(this.#text)?.[0];
    if (literal === undefined) throw this.#malformed('a value');
    if (literal.length > 15 || literal.includes('e') || literal.includes('E')) {
      if (literal.length > 400 || !isSafeNumber(literal)) {
        throw this.#refusal(
          'json-number-unsafe',
          (at) =>
            `The number at ${at} cannot be kept exactly. Send it as text, in double quotes: ids are always text here.`,
        );
      }
    }
    this.#at += literal.length;
  }

  #word(word: string): void {
    if (!this.#text.startsWith(word, this.#at)) throw this.#malformed('a value');
    this.#at += word.length;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function parseStrict(bytes: Uint8Array): unknown {
  if (bytes.length === 0) {
    throw refusal('body-missing', 'Nothing was sent. Send the report as one JSON object.');
  }
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw refusal('json-malformed', 'The JSON is not valid UTF-8. Send it encoded in UTF-8.');
  }
  if (text.charCodeAt(0) === 0xfeff) {
    throw refusal('json-malformed', 'The JSON begins with a byte order mark. Send it as UTF-8 without one.');
  }
  new Scan(text).document();
  return JSON.parse(text);
}
