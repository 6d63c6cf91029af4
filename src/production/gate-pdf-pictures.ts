/** Samples of a picture in a PDF (ISO 32000-1, 8.9.5) as a PNG, so that whoever reads pixels can read them; and nothing of how it is drawn on its page. */
import { crc32, deflateSync } from 'node:zlib';
import { nameOf, refOf, type PdfDictionary, type PdfValue } from './gate-pdf-syntax.ts';

/** Of pixels: more is unread. */
const MOST = 100_000_000;
/** By the number of samples of a pixel, the colours of a PNG. */
const COLOURS: Readonly<Record<number, number>> = { 1: 0, 3: 2 };

/** Null: its colours are of a kind that is not read here. */
export function pngOf(
  dictionary: PdfDictionary,
  samples: Buffer,
  at: (value: PdfValue | undefined) => PdfValue | undefined,
): Buffer | null {
  const number = (key: string): number => {
    const value = at(dictionary.get(key));
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0;
  };
  const [width, height] = [number('Width'), number('Height')];
  const isMask = at(dictionary.get('ImageMask')) === true;
  const bits = isMask ? 1 : number('BitsPerComponent');
  const of = isMask ? { count: 1, palette: null } : coloursOf(dictionary.get('ColorSpace'), at);
  if (of === null || width < 1 || height < 1 || width * height > MOST || ![1, 2, 4, 8].includes(bits))
    return null;
  if (of.count > 1 && bits !== 8) return null;
  const row = Math.ceil((width * of.count * bits) / 8);
  if (samples.length < row * height) return null;
  const rows = Buffer.alloc((row + 1) * height);
  for (let y = 0; y < height; y += 1) samples.copy(rows, y * (row + 1) + 1, y * row, (y + 1) * row);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = bits;
  head[9] = of.palette === null ? (COLOURS[of.count] ?? 0) : 3;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    ...(of.palette === null ? [] : [chunk('PLTE', of.palette)]),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

interface Colours {
  readonly count: number;
  readonly palette: Buffer | null;
}

function coloursOf(
  value: PdfValue | undefined,
  at: (value: PdfValue | undefined) => PdfValue | undefined,
): Colours | null {
  const space = at(value);
  const name = nameOf(space);
  if (name === 'DeviceGray' || name === 'CalGray' || name === 'G') return { count: 1, palette: null };
  if (name === 'DeviceRGB' || name === 'RGB') return { count: 3, palette: null };
  if (!Array.isArray(space)) return null;
  const kind = nameOf(at(space[0]));
  if (kind === 'CalGray') return { count: 1, palette: null };
  if (kind === 'CalRGB') return { count: 3, palette: null };
  if (kind === 'ICCBased') {
    const profile = at(space[1]);
    const count = profile instanceof Map ? at(profile.get('N')) : undefined;
    return count === 1 || count === 3 ? { count, palette: null } : null;
  }
  if (kind !== 'Indexed' || coloursOf(space[1], at)?.count !== 3) return null;
  const table = at(space[3]);
  return Buffer.isBuffer(table) && table.length >= 3
    ? { count: 1, palette: table.subarray(0, Math.min(768, table.length - (table.length % 3))) }
    : null;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}

/** A reference as what it refers to, in its last version. */
export function followed(
  find: (ref: number) => PdfValue | undefined,
): (value: PdfValue | undefined) => PdfValue | undefined {
  return (value) => {
    const ref = refOf(value);
    return ref === null ? value : find(ref);
  };
}
