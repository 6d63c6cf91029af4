/** Pictures, a video and a font that are made here, byte for byte the same in each run, each with its mark. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { paint, rectsOf, widthOf } from './marks.ts';
import type { Mark } from './marks.ts';

type Format = 'png' | 'jpeg' | 'webp' | 'avif' | 'gif';

const made = new Map<string, Promise<Buffer>>();

/** A scene of two tones with a mark in its middle. `busy`: with grain, so that it has the size of a photo. */
export function picture(
  format: Format,
  mark: Mark,
  widthPx: number,
  heightPx: number,
  busy = false,
): Promise<Buffer> {
  const key = `${format} ${mark.number} ${widthPx} ${heightPx} ${busy}`;
  const known = made.get(key) ?? draw(format, mark, widthPx, heightPx, busy);
  made.set(key, known);
  return known;
}

async function draw(
  format: Format,
  mark: Mark,
  widthPx: number,
  heightPx: number,
  busy: boolean,
): Promise<Buffer> {
  const raw = sharp(scene(mark, widthPx, heightPx, busy), {
    raw: { width: widthPx, height: heightPx, channels: 3 },
  });
  switch (format) {
    case 'png':
      return await raw.png({ compressionLevel: 6 }).toBuffer();
    case 'jpeg':
      return await raw.jpeg({ quality: 88, chromaSubsampling: '4:4:4' }).toBuffer();
    case 'webp':
      return await raw.webp({ quality: 95 }).toBuffer();
    case 'avif':
      return await raw.avif({ quality: 80, chromaSubsampling: '4:4:4', effort: 0 }).toBuffer();
    case 'gif':
      return await raw.gif().toBuffer();
  }
}

function scene(mark: Mark, widthPx: number, heightPx: number, busy: boolean): Uint8Array {
  const pixels = new Uint8Array(3 * widthPx * heightPx);
  let grain = mark.number * 2_654_435_761 + 1;
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      const at = 3 * (y * widthPx + x);
      if (busy) grain = (Math.imul(grain, 1_664_525) + 1_013_904_223) >>> 0;
      const light = (y < heightPx / 2 ? 120 : 80) + (busy ? (grain >>> 24) % 24 : 0);
      pixels[at] = light;
      pixels[at + 1] = light + 10;
      pixels[at + 2] = light + 20;
    }
  paint(
    pixels,
    widthPx,
    mark,
    Math.floor((widthPx - widthOf(mark)) / 2),
    Math.floor((heightPx - mark.heightPx) / 2),
  );
  return pixels;
}

export function drawing(mark: Mark, widthPx = widthOf(mark) + 32, heightPx = mark.heightPx + 32): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}"><rect width="${widthPx}" height="${heightPx}" fill="#789"/>${rectsOf(mark, 16, 16)}</svg>`;
}

/** A lossy WebP picture is one key frame of VP8; a few of them in a WebM file are a video. */
export async function video(mark: Mark, widthPx: number, heightPx: number): Promise<Buffer> {
  const webp = await picture('webp', mark, widthPx, heightPx);
  let at = 12;
  while (webp.toString('latin1', at, at + 4) !== 'VP8 ') at += 8 + webp.readUInt32LE(at + 4);
  const frame = webp.subarray(at + 8, at + 8 + webp.readUInt32LE(at + 4));
  const number = (id: string, value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return element(id, bytes);
  };
  const duration = Buffer.alloc(8);
  duration.writeDoubleBE(2000);
  const blocks = [0, 500, 1000, 1500].map((ms) => {
    const head = Buffer.from([0x81, ms >> 8, ms & 255, 0x80]);
    return element('a3', Buffer.concat([head, frame]));
  });
  return Buffer.concat([
    element(
      '1a45dfa3',
      number('4286', 1),
      number('42f7', 1),
      number('42f2', 4),
      number('42f3', 8),
      element('4282', Buffer.from('webm')),
      number('4287', 2),
      number('4285', 2),
    ),
    element(
      '18538067',
      element(
        '1549a966',
        number('2ad7b1', 1_000_000),
        element('4489', duration),
        element('4d80', Buffer.from('site')),
        element('5741', Buffer.from('site')),
      ),
      element(
        '1654ae6b',
        element(
          'ae',
          number('d7', 1),
          number('73c5', 1),
          number('83', 1),
          element('86', Buffer.from('V_VP8')),
          element('e0', number('b0', widthPx), number('ba', heightPx)),
        ),
      ),
      element('1f43b675', number('e7', 0), ...blocks),
    ),
  ]);
}

/** One element of the container: its id, its length in eight bytes, its content. */
function element(id: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(body.length));
  size[0] = 1;
  return Buffer.concat([Buffer.from(id, 'hex'), size, body]);
}

/** A font of one letter: U+E000, a block that fills its square. TrueType, or the same packed as WOFF. */
export function blockFont(packed: boolean): Buffer {
  const tables = fontTables();
  const headerSize = packed ? 44 + 20 * tables.length : 12 + 16 * tables.length;
  const stored = tables.map(([tag, data]) => {
    const small = packed ? deflateSync(data) : data;
    return { tag, data, bytes: small.length < data.length ? small : data, sum: checksum(data) };
  });
  const header = Buffer.alloc(headerSize);
  let offset = headerSize;
  const parts: Buffer[] = [header];
  for (const [i, { tag, data, bytes, sum }] of stored.entries()) {
    const at = packed ? 44 + 20 * i : 12 + 16 * i;
    header.write(tag, at, 'latin1');
    if (packed) {
      for (const [j, value] of [offset, bytes.length, data.length, sum].entries())
        header.writeUInt32BE(value, at + 4 + 4 * j);
    } else
      for (const [j, value] of [sum, offset, data.length].entries())
        header.writeUInt32BE(value, at + 4 + 4 * j);
    const padding = (4 - (bytes.length % 4)) % 4;
    parts.push(bytes, Buffer.alloc(padding));
    offset += bytes.length + padding;
  }
  if (packed) {
    header.write('wOFF', 0, 'latin1');
    header.writeUInt32BE(0x00010000, 4);
    header.writeUInt32BE(offset, 8);
    header.writeUInt16BE(tables.length, 12);
    const plain = tables.reduce((sum, [, data]) => sum + Math.ceil(data.length / 4) * 4, 0);
    header.writeUInt32BE(12 + 16 * tables.length + plain, 16);
    header.writeUInt16BE(1, 20);
  } else {
    header.writeUInt32BE(0x00010000, 0);
    header.writeUInt16BE(tables.length, 4);
    const power = 2 ** Math.floor(Math.log2(tables.length));
    header.writeUInt16BE(16 * power, 6);
    header.writeUInt16BE(Math.log2(power), 8);
    header.writeUInt16BE(16 * (tables.length - power), 10);
  }
  return Buffer.concat(parts);
}

function fontTables(): [string, Buffer][] {
  const words = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(2 * values.length);
    for (const [i, value] of values.entries()) bytes.writeUInt16BE(value & 0xffff, 2 * i);
    return bytes;
  };
  const long = (value: number): number[] => [value >>> 16, value & 0xffff];
  // One contour of four corners, from the descent to the ascent, over the whole advance.
  const glyph = Buffer.concat([
    words(1, 0, -200, 1000, 800, 3, 0),
    Buffer.from([0x01, 0x01, 0x01, 0x01]),
    words(0, 1000, 0, -1000, -200, 0, 1000, 0),
  ]);
  const family = Buffer.from('Site Block', 'utf16le').swap16();
  const ids = [1, 2, 4, 6];
  const names = Buffer.concat([
    words(0, ids.length, 6 + 12 * ids.length),
    ...ids.map((id) => words(3, 1, 0x409, id, family.length, 0)),
    family,
  ]);
  return [
    [
      'OS/2',
      Buffer.concat([
        words(4, 1000, 400, 5, 0, 650, 700, 0, 140, 650, 700, 0, 480, 50, 258, 0),
        Buffer.alloc(10),
        words(0, 0, 0, 0, 0, 0, 0, 0),
        Buffer.from('SITE'),
        words(0x40, 0xe000, 0xe000, 800, -200, 0, 800, 200, 0, 0, 0, 0, 500, 700, 0, 32, 0),
      ]),
    ],
    [
      'cmap',
      // One table for Windows and Unicode; in it the one segment that holds the letter, and the end of all.
      words(0, 1, 3, 1, 0, 12, 4, 32, 0, 4, 4, 1, 0, 0xe000, 0xffff, 0, 0xe000, 0xffff, 1 - 0xe000, 1, 0, 0),
    ],
    ['glyf', glyph],
    [
      'head',
      Buffer.concat([
        words(1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 0x0003, 1000),
        Buffer.alloc(16),
        words(0, -200, 1000, 800, 0, 8, 2, 1, 0),
      ]),
    ],
    ['hhea', words(1, 0, 800, -200, 0, 1000, 0, 0, 1000, 1, 0, 0, 0, 0, 0, 0, 0, 2)],
    ['hmtx', words(1000, 0, 1000, 0)],
    ['loca', words(...long(0), ...long(0), ...long(glyph.length))],
    ['maxp', words(1, 0, 2, 4, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['name', names],
    ['post', words(3, 0, 0, 0, -100, 50, ...Array.from({ length: 10 }, () => 0))],
  ];
}

function checksum(data: Buffer): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) {
    const word = Buffer.alloc(4);
    data.copy(word, 0, i, i + 4);
    sum = (sum + word.readUInt32BE()) >>> 0;
  }
  return sum;
}
