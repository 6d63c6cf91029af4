/** Pictures: everything beside the pixels, piece by piece. The pixels themselves are handed to whoever reads them. */
import { within, type Look } from './gate-look.ts';

type Picture = 'jpeg' | 'png' | 'gif' | 'webp';

export function lookIntoPicture(look: Look, place: string, bytes: Buffer, kind: Picture): void {
  const end = { jpeg, png, gif, webp }[kind](look, place, bytes);
  look.picture(place, bytes, `image/${kind}`);
  if (end === null) {
    look.seeBytes(place, bytes);
    look.unread(place, `it is no ${kind.toUpperCase()} that can be taken apart`);
    return;
  }
  const behind = bytes.subarray(end);
  if (behind.some((byte) => byte !== 0))
    look.inside(within(place, 'behind the picture'), behind, { mediaType: null, name: null });
}

/** Words in it, and pictures: a thumbnail may show what is under a box of the picture around it. */
function seePiece(look: Look, place: string, piece: Buffer): void {
  look.seeBytes(place, piece);
  const start = piece.indexOf(Buffer.from('ffd8ff', 'hex'));
  const end = piece.lastIndexOf(Buffer.from('ffd9', 'hex'));
  const isWhole = start >= 0 && end > start;
  if (isWhole)
    look.inside(within(place, 'small picture'), piece.subarray(start, end + 2), {
      mediaType: 'image/jpeg',
      name: null,
    });
  const drawn = piece.includes(Buffer.from('89504e470d0a1a0a', 'hex'));
  if ((start >= 0 && !isWhole) || drawn)
    look.unread(place, 'a second, small picture is in it, which may show what the large one does not');
}

const NAMES: Readonly<Record<number, string>> = {
  0xe0: 'JFIF',
  0xe2: 'colour profile',
  0xed: 'IPTC',
  0xfe: 'comment',
};

function jpeg(look: Look, place: string, bytes: Buffer): number | null {
  const extended: Buffer[] = [];
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) at += 1;
    else if (marker === 0xd9) return done(look, place, extended, at + 2);
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else {
      const length = bytes.readUInt16BE(at + 2);
      const piece = bytes.subarray(at + 4, at + 2 + length);
      if (length < 2 || at + 2 + length > bytes.length) return null;
      at += 2 + length;
      if ((marker >= 0xe0 && marker <= 0xef) || marker === 0xfe) {
        const opening = piece.toString('latin1', 0, 40);
        const name = opening.startsWith('Exif')
          ? 'EXIF'
          : opening.startsWith('http://ns.adobe.com')
            ? 'XMP'
            : (NAMES[marker] ?? `segment ${marker.toString(16)}`);
        // Longer than one segment: what is cut at its end goes on in the next.
        if (opening.includes('xmp/extension')) extended.push(piece.subarray(75));
        seePiece(look, within(place, name), piece);
      }
      if (marker === 0xda) at = scanEnd(bytes, at);
    }
  }
  // Its last marker is missing: what there was, was looked at.
  return done(look, place, extended, bytes.length);
}

function done(look: Look, place: string, extended: readonly Buffer[], end: number): number {
  if (extended.length > 0) look.seeBytes(within(place, 'XMP'), Buffer.concat(extended));
  return end;
}

function scanEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 2)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7) && next !== 0xff) return at;
    if (next === 0xff) at -= 1;
  }
  return bytes.length;
}

const PIXELS = [
  'IHDR',
  'PLTE',
  'IDAT',
  'fdAT',
  'fcTL',
  'acTL',
  'IEND',
  'gAMA',
  'cHRM',
  'sRGB',
  'pHYs',
  'bKGD',
  'tRNS',
  'hIST',
  'sBIT',
  'cICP',
];

function png(look: Look, place: string, bytes: Buffer): number | null {
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (at + 12 + length > bytes.length) return null;
    at += 12 + length;
    if (type === 'IEND') return at;
    if (PIXELS.includes(type)) continue;
    const where = within(place, `chunk ${type}`);
    seePiece(look, where, data);
    const packed = packedIn(type, data);
    const plain = packed === null ? null : look.unpack(where, packed, 'deflate');
    if (plain !== null) seePiece(look, where, plain);
  }
  return null;
}

/** What is deflated of a chunk of text or of a profile; null: nothing. */
function packedIn(type: string, data: Buffer): Buffer | null {
  const key = data.indexOf(0);
  if (key < 0) return null;
  if (type === 'zTXt' || type === 'iCCP') return data.subarray(key + 2);
  if (type !== 'iTXt' || data[key + 1] !== 1) return null;
  const language = data.indexOf(0, key + 3);
  const translated = data.indexOf(0, language + 1);
  return language < 0 || translated < 0 ? null : data.subarray(translated + 1);
}

function gif(look: Look, place: string, bytes: Buffer): number | null {
  const table = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  let at = 13 + table(bytes[10] ?? 0);
  const blocks = (): Buffer => {
    const parts: Buffer[] = [];
    for (let size = bytes[at] ?? 0; size > 0; size = bytes[at] ?? 0) {
      parts.push(bytes.subarray(at + 1, at + 1 + size));
      at += 1 + size;
    }
    at += 1;
    return Buffer.concat(parts);
  };
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x3b) return at + 1;
    if (kind === 0x21) {
      const label = bytes[at + 1] ?? 0;
      at += 2;
      const from = at;
      const piece = blocks();
      if (label !== 0xf9) {
        // XMP is written over the lengths of the blocks, comments between them.
        seePiece(look, within(place, `extension ${label.toString(16)}`), piece);
        seePiece(look, within(place, `extension ${label.toString(16)}`), bytes.subarray(from, at));
      }
    } else if (kind === 0x2c) {
      at += 10 + table(bytes[at + 9] ?? 0) + 1;
      blocks();
    } else return null;
  }
  return null;
}

function webp(look: Look, place: string, bytes: Buffer): number | null {
  const end = bytes.readUInt32LE(4) + 8;
  if (end > bytes.length) return null;
  for (let at = 12; at + 8 <= end;) {
    const type = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    if (at + 8 + length > end) return null;
    if (!['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF'].includes(type))
      seePiece(look, within(place, `chunk ${type.trim()}`), bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length + (length % 2);
  }
  return end;
}
