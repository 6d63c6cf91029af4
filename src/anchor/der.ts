/** DER (X.690), as strictly as it is meant: one spelling for each value, and nothing behind the end. */
import { ArchiveError } from '#errors.ts';

export interface Der {
  /** The first byte: class, whether it is made of others, number. */
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length, as it stands there. */
  readonly whole: Buffer;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** What stands for a context tag of this number, when it is made of others. */
export const context = (number: number): number => 0xa0 + number;

const LONGEST_LENGTH = 4;
const DEEPEST = 40;

export function readDer(bytes: Uint8Array): Der {
  const all = Buffer.from(bytes);
  const one = elementAt(all, 0);
  if (one.whole.length !== all.length) throw malformed('something stands behind its end');
  return one;
}

export function partsOf({ tag, content }: Der, wanted: number, what: string): Der[] {
  if (tag !== wanted) throw malformed(`${what} has another type than it must have`);
  const parts: Der[] = [];
  for (let at = 0; at < content.length;) {
    const part = elementAt(content, at);
    parts.push(part);
    at += part.whole.length;
    if (parts.length > 1000) throw malformed(`${what} has more than a thousand parts`);
  }
  return parts;
}

export function contentOf(one: Der | undefined, wanted: number, what: string): Buffer {
  if (one?.tag !== wanted) throw malformed(`${what} is missing or has another type`);
  return one.content;
}

/** As `1.2.840.…`. */
export function oidOf(one: Der | undefined, what: string): string {
  const bytes = contentOf(one, TAG.oid, what);
  if (bytes.length === 0 || bytes.length > DEEPEST) throw malformed(`${what} is no object identifier`);
  const arcs: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(value)) throw malformed(`${what} is no object identifier`);
    if (byte & 0x80) continue;
    arcs.push(value);
    value = 0;
  }
  const [head = 0, ...rest] = arcs;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...rest].join('.');
}

/** In hex without leading zeroes, as two readers compare numbers of any length. Not for negative ones, which are refused. */
export function numberOf(one: Der | undefined, what: string): string {
  const bytes = contentOf(one, TAG.integer, what);
  if (bytes.length === 0 || (bytes[0] ?? 0) >= 0x80) throw malformed(`${what} is no number from 0`);
  return bytes.toString('hex').replace(/^0+(?=.)/, '');
}

/** `YYYYMMDDhhmmss[.f]Z`, to the millisecond. */
export function timeOf(one: Der | undefined, what: string): Date {
  const text = contentOf(one, TAG.generalizedTime, what).toString('latin1');
  const [, year, month, day, hours, minutes, seconds, fraction = ''] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z$/.exec(text) ?? [];
  const iso = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const time = new Date(iso);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== iso) throw malformed(`${what} is no time`);
  return time;
}

function elementAt(all: Buffer, at: number): Der {
  const tag = all[at];
  const first = all[at + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw malformed('it ends early');
  let length = first;
  let head = 2;
  if (first >= 0x80) {
    const digits = first & 0x7f;
    if (digits === 0 || digits > LONGEST_LENGTH || all.length < at + 2 + digits)
      throw malformed('a length in it is none');
    length = all.readUIntBE(at + 2, digits);
    head += digits;
    if (length < 0x80 || length < 256 ** (digits - 1)) throw malformed('a length in it is not the shortest');
  }
  const end = at + head + length;
  if (end > all.length) throw malformed('it ends early');
  return { tag, content: all.subarray(at + head, end), whole: all.subarray(at, end) };
}

export function malformed(what: string): ArchiveError {
  return new ArchiveError('stamp-malformed', `This is not the answer of a time stamp authority: ${what}.`, {
    retry: 'never',
  });
}
