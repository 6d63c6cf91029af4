/** PDF as it is written (ISO 32000-1, 7.2 and 7.3): numbers, names, strings, arrays, dictionaries, references, operators. Lenient: a gate reads all. */
export type PdfValue =
  | number
  | boolean
  | null
  | Buffer
  | PdfValue[]
  | PdfDictionary
  | { readonly name: string }
  | { readonly ref: number }
  | { readonly op: string };
export type PdfDictionary = Map<string, PdfValue>;

const SPACE = new Set([0, 9, 10, 12, 13, 32]);
const DELIMITER = new Set(Buffer.from('()<>[]{}/%'));
const MAX_DEEP = 200;

export interface Lexer {
  /** Undefined: the end. */
  next(): PdfValue | undefined;
  at: number;
}

export function openLexer(bytes: Buffer, start = 0): Lexer {
  const lexer: Lexer = { at: start, next: () => value(0) };
  const byte = (ahead = 0): number => bytes[lexer.at + ahead] ?? -1;

  function skip(): void {
    for (;;) {
      while (SPACE.has(byte())) lexer.at += 1;
      if (byte() !== 0x25) return;
      while (lexer.at < bytes.length && byte() !== 10 && byte() !== 13) lexer.at += 1;
    }
  }

  function regular(): string {
    const from = lexer.at;
    while (lexer.at < bytes.length && !SPACE.has(byte()) && !DELIMITER.has(byte())) lexer.at += 1;
    return bytes.toString('latin1', from, lexer.at);
  }

  function literal(): Buffer {
    const out: number[] = [];
    lexer.at += 1;
    for (let open = 1; lexer.at < bytes.length; lexer.at += 1) {
      const one = byte();
      if (one === 0x5c) {
        lexer.at += 1;
        const escaped = byte();
        const octal = /^[0-7]{1,3}/.exec(bytes.toString('latin1', lexer.at, lexer.at + 3))?.[0];
        if (octal !== undefined) {
          out.push(Number.parseInt(octal, 8) & 0xff);
          lexer.at += octal.length - 1;
        } else if (escaped === 13) lexer.at += byte(1) === 10 ? 1 : 0;
        else if (escaped !== 10) out.push(ESCAPES[String.fromCharCode(escaped)] ?? escaped);
        continue;
      }
      if (one === 0x28) open += 1;
      if (one === 0x29 && (open -= 1) === 0) {
        lexer.at += 1;
        break;
      }
      out.push(one);
    }
    return Buffer.from(out);
  }

  function hex(): Buffer {
    const end = bytes.indexOf(0x3e, lexer.at);
    const to = end < 0 ? bytes.length : end;
    const digits = bytes.toString('latin1', lexer.at + 1, to).replace(/[^0-9a-f]/gi, '');
    lexer.at = to + 1;
    return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
  }

  function list(deep: number, end: string): PdfValue[] {
    const found: PdfValue[] = [];
    for (let one = value(deep + 1); one !== undefined; one = value(deep + 1)) {
      if (one !== null && typeof one === 'object' && 'op' in one) {
        if (one.op === end) break;
        const [object, generation] = found.slice(-2);
        if (one.op === 'R' && typeof object === 'number' && typeof generation === 'number') {
          found.splice(-2, 2, { ref: object });
          continue;
        }
        // A dictionary that was never closed ends with its object.
        if (['endobj', 'stream', 'endstream'].includes(one.op)) {
          lexer.at -= one.op.length;
          break;
        }
      }
      found.push(one);
    }
    return found;
  }

  function value(deep: number): PdfValue | undefined {
    skip();
    if (lexer.at >= bytes.length) return undefined;
    if (deep > MAX_DEEP) throw new RangeError('too deep');
    const one = byte();
    if (one === 0x28) return literal();
    if (one === 0x2f) {
      lexer.at += 1;
      return {
        name: regular().replace(/#([0-9a-f]{2})/gi, (_, code: string) =>
          String.fromCharCode(parseInt(code, 16)),
        ),
      };
    }
    if (one === 0x3c && byte(1) !== 0x3c) return hex();
    if (one === 0x3c) {
      lexer.at += 2;
      return dictionary(list(deep, '>>'));
    }
    if (one === 0x5b) {
      lexer.at += 1;
      return list(deep, ']');
    }
    if (one === 0x3e && byte(1) === 0x3e) {
      lexer.at += 2;
      return { op: '>>' };
    }
    if (DELIMITER.has(one)) {
      lexer.at += 1;
      return { op: String.fromCharCode(one) };
    }
    const word = regular();
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(word)) return Number(word);
    if (word === 'true' || word === 'false') return word === 'true';
    return word === 'null' ? null : { op: word };
  }
  return lexer;
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12 };

function dictionary(list: readonly PdfValue[]): PdfDictionary {
  const found: PdfDictionary = new Map();
  for (let n = 0; n + 1 < list.length; n += 2) {
    const key = nameOf(list[n]);
    if (key !== null) found.set(key, list[n + 1] ?? null);
    // A value without a key: what follows is shifted by one.
    else n -= 1;
  }
  return found;
}

export function nameOf(value: PdfValue | undefined): string | null {
  return typeof value === 'object' && value !== null && 'name' in value ? value.name : null;
}

export function refOf(value: PdfValue | undefined): number | null {
  return typeof value === 'object' && value !== null && 'ref' in value ? value.ref : null;
}

/** A string of text as it may be meant: with a mark of Unicode, or without (PDFDocEncoding, near enough to Latin-1), or UTF-8 all the same. */
export function stringsOf(bytes: Buffer): string[] {
  const head = bytes.subarray(0, 3).toString('hex');
  if (head.startsWith('feff'))
    return [
      Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)))
        .swap16()
        .toString('utf16le'),
    ];
  if (head.startsWith('fffe')) return [bytes.subarray(2).toString('utf16le')];
  if (head === 'efbbbf') return [bytes.subarray(3).toString('utf8')];
  const latin1 = bytes.toString('latin1');
  const utf8 = bytes.toString('utf8');
  return utf8 === latin1 ? [latin1] : [latin1, utf8];
}
