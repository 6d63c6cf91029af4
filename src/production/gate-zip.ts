/** ZIP, and what is one by another name (WACZ, office documents): each member by the directory, and every byte that belongs to none. */
import { crc32 } from 'node:zlib';
import { within, type Look } from './gate-look.ts';

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const UNKNOWN = 0xffffffff;

export function lookIntoZip(look: Look, place: string, bytes: Buffer): void {
  const end = bytes.lastIndexOf(Buffer.from('504b0506', 'hex'));
  if (end < 0 || end + 22 > bytes.length || bytes.readUInt32LE(end) !== END) {
    look.seeBytes(place, bytes);
    look.unread(place, 'it is a ZIP file without a directory');
    return;
  }
  /** What is accounted for, from and up to. */
  const known: [number, number][] = [[end, end + 22 + bytes.readUInt16LE(end + 20)]];
  look.seeBytes(within(place, 'comment of the archive'), bytes.subarray(end + 22));
  const start = directoryOf(bytes, end, known);
  let at = start;
  let count = 0;
  for (; at + 46 <= bytes.length && bytes.readUInt32LE(at) === CENTRAL; count += 1) {
    const [name, extra, comment] = [28, 30, 32].map((off) => bytes.readUInt16LE(at + off)) as [
      number,
      number,
      number,
    ];
    const next = at + 46 + name + extra + comment;
    const raw = bytes.subarray(at + 46, at + 46 + name);
    const called = raw.toString('utf8').includes('\ufffd') ? raw.toString('latin1') : raw.toString('utf8');
    const where = within(place, `member ${called}`);
    look.see(within(place, `name of member ${count + 1}`), called);
    look.seeBytes(within(where, 'extra fields and comment'), bytes.subarray(at + 46 + name, next));
    member(
      look,
      where,
      { bytes, at, called, extra: bytes.subarray(at + 46 + name, at + 46 + name + extra) },
      known,
    );
    at = next;
  }
  known.push([start, at]);
  gaps(look, place, bytes, known);
  const promised = bytes.readUInt16LE(end + 10);
  if (promised !== 0xffff && promised !== count)
    look.unread(place, 'its directory names more members than it has');
}

function directoryOf(bytes: Buffer, end: number, known: [number, number][]): number {
  const locator = end - 20;
  if (locator >= 0 && bytes.readUInt32LE(locator) === LOCATOR64) {
    const record = Number(bytes.readBigUInt64LE(locator + 8));
    if (record + 56 <= bytes.length && bytes.readUInt32LE(record) === END64) {
      known.push([record, end]);
      return Number(bytes.readBigUInt64LE(record + 48));
    }
  }
  return bytes.readUInt32LE(end + 16);
}

interface Listed {
  readonly bytes: Buffer;
  readonly at: number;
  readonly called: string;
  readonly extra: Buffer;
}

function member(
  look: Look,
  where: string,
  { bytes, at, called, extra }: Listed,
  known: [number, number][],
): void {
  const flags = bytes.readUInt16LE(at + 8);
  const method = bytes.readUInt16LE(at + 10);
  const crc = bytes.readUInt32LE(at + 16);
  const sizes = wide(
    [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)],
    extra,
  );
  const [, stored, local] = sizes;
  if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== LOCAL) {
    look.unread(where, 'it is not where the directory says');
    return;
  }
  const head = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  look.seeBytes(within(where, 'its own head'), bytes.subarray(local + 30, head));
  // A descriptor of 12 to 24 bytes may stand behind it; it has numbers only.
  known.push([local, head + stored + ((flags & 8) === 0 ? 0 : descriptorAt(bytes, head + stored, crc))]);
  if ((flags & 1) !== 0) {
    look.unread(where, 'it is encrypted');
    return;
  }
  const data = bytes.subarray(head, head + stored);
  const plain = method === 0 ? data : method === 8 ? look.unpack(where, data, 'raw-deflate') : undefined;
  if (plain === undefined) look.unread(where, 'it is compressed in a way that is not known');
  if (plain === undefined || plain === null) return;
  if (crc32(plain) !== crc) look.unread(where, 'what is packed is not what the directory says');
  look.inside(where, plain, { mediaType: null, name: called });
}

function descriptorAt(bytes: Buffer, at: number, crc: number): number {
  for (const [from, length] of [
    [4, 24],
    [4, 16],
    [0, 20],
    [0, 12],
  ] as const)
    if (at + length <= bytes.length && bytes.readUInt32LE(at + from) === crc) {
      // The longer form only where something that is known follows it.
      const behind = at + length + 4 <= bytes.length ? bytes.readUInt32LE(at + length) : LOCAL;
      if ([LOCAL, CENTRAL, END64].includes(behind)) return length;
    }
  return 0;
}

/** Bytes between, before or behind the members: nobody who unpacks the file sees them, and they leave all the same. */
function gaps(look: Look, place: string, bytes: Buffer, known: readonly [number, number][]): void {
  let at = 0;
  for (const [from, to] of [...known, [bytes.length, bytes.length] as const].toSorted(
    (a, b) => a[0] - b[0],
  )) {
    if (from > at) {
      const gap = bytes.subarray(at, from);
      look.seeBytes(within(place, `bytes from ${at}`), gap);
      if (gap.some((byte) => byte !== 0))
        look.unread(within(place, `bytes from ${at}`), 'they belong to no member of the directory');
    }
    at = Math.max(at, to);
  }
}

/** What does not fit into 32 bits stands in the extra field, in this order, and only where it does not fit. */
function wide(values: readonly [number, number, number], extra: Buffer): [number, number, number] {
  const found: [number, number, number] = [...values];
  for (let at = 0; at + 4 <= extra.length;) {
    const size = extra.readUInt16LE(at + 2);
    let here = at + 4;
    if (extra.readUInt16LE(at) === 1)
      for (const n of [0, 1, 2] as const)
        if (found[n] === UNKNOWN && here + 8 <= extra.length) {
          found[n] = Number(extra.readBigUInt64LE(here));
          here += 8;
        }
    at += 4 + size;
  }
  return found;
}
