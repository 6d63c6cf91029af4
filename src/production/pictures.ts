/**
 * Boxes burned into new pixels. What comes out was never part of the file that went in: pixels alone are taken from it, what lies under
 * a box is painted over, and a new PNG is made of the rest, without metadata, profile, thumbnail or any byte of the original. Without a box it is
 * only drawn anew, which is how what stands beside the pixels is withheld.
 *
 * Boxes are in pixels of the picture as it is shown, upright. They are made larger, never smaller: to whole pixels, and, where the file was
 * compressed with losses, to the edges of the blocks in which that was done, because the coder spreads what is under a box over its
 * block. In a JPEG nothing goes further than that, but for the colours, which are spread by one more sample when they are made as large as the
 * light again: so the pixels around a box do not depend on what was under it, and the same bytes come out whatever it was. A lossy WebP or an
 * AVIF is coded from its neighbours, one block from the other, so that traces go on without end; their boxes are made larger by a whole block
 * more, and `exact` is false: what is left is noise of the coder, but nobody can say that it is nothing.
 *
 * The bytes are a stranger's and the decoders are C: whoever calls this does it in a process that may die.
 */
import sharp from 'sharp';
import { sha256Hex } from '#commitment.ts';
import { ArchiveError } from '#errors.ts';
import type { Derived } from './redacted-record.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface BurnedPicture {
  readonly png: Buffer;
  readonly derived: Derived;
  /** As they were burned, upright, one for each that was asked for. */
  readonly boxes: readonly Box[];
  /** Nothing outside of the boxes depends on what was under them. */
  readonly exact: boolean;
}

const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'];
export const MAX_PIXELS = 100_000_000;
/** Of coders that predict one block from another: blocks, and the filter over their edges. */
const PREDICTED = { block: 16, beyond: 16 };

/** Edges to which a box grows, from the upper left corner of the picture as it is stored. */
interface Grid {
  readonly width: number;
  readonly height: number;
  readonly beyondX: number;
  readonly beyondY: number;
}

export async function burnPicture(
  bytes: Uint8Array,
  boxes: readonly Box[],
  maxPixels = MAX_PIXELS,
): Promise<BurnedPicture> {
  const input = Buffer.from(bytes);
  const { format, width, height, orientation, grid, exact } = await described(input, maxPixels);
  // Without a box there is nothing that could show outside of one.
  const isExact = exact || boxes.length === 0;
  const turned = orientation >= 5;
  const shown = { width: turned ? height : width, height: turned ? width : height };
  for (const box of boxes) checkBox(box, shown);
  const { data, info } = await sharp(input, { failOn: 'error', limitInputPixels: maxPixels })
    // What is transparent has colours all the same, and may show them to whoever takes the transparency away.
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height || data.length !== width * height * 3)
    throw refused(`The ${format} has other pixels than its head says. Withhold the file.`);
  const stored = { width, height };
  const burned = boxes.map((box) => grown(toStored(box, stored, orientation), grid, stored));
  for (const box of burned) paint(data, box, width);
  const upright = turnedUpright(data, stored, orientation);
  const png = await sharp(upright, { raw: { ...shown, channels: 3 } })
    .png({ compressionLevel: 9, palette: false })
    .toBuffer();
  checkPng(png);
  return {
    png,
    derived: { sha256: sha256Hex(png), bytes: png.length, mediaType: 'image/png', ...shown, exact: isExact },
    boxes: burned.map((box) => toShown(box, stored, orientation)),
    exact: isExact,
  };
}

async function described(
  input: Buffer,
  maxPixels: number,
): Promise<{
  format: string;
  width: number;
  height: number;
  orientation: number;
  grid: Grid;
  exact: boolean;
}> {
  const said = await sharp(input, { failOn: 'error', limitInputPixels: maxPixels })
    .metadata()
    .catch(() => {
      throw refused(
        'This file does not open as a picture, or has too many pixels. Withhold the file as a whole.',
      );
    });
  const { width, height, pages = 1, orientation = 1 } = said;
  const format = said.format === 'heif' ? 'avif' : said.format;
  if (!FORMATS.includes(format))
    throw refused(
      `A picture of the kind “${format}” is not redacted here: expected ${FORMATS.join(', ')}. Withhold it, or redact its preview.`,
    );
  // A frame that nobody sees here would be a frame that nobody redacts.
  if (pages > 1 || (format === 'png' && hasChunk(input, 'acTL')))
    throw refused(
      'The picture moves, or has several pages, and only one would be redacted. Withhold it as a whole.',
    );
  const predicted = format === 'avif' || (format === 'webp' && !isLossless(input));
  return { format, width, height, orientation, grid: gridOf(input, format, predicted), exact: !predicted };
}

function gridOf(input: Buffer, format: string, predicted: boolean): Grid {
  if (predicted) {
    const { block, beyond } = PREDICTED;
    return { width: block, height: block, beyondX: beyond, beyondY: beyond };
  }
  // A TIFF may have a JPEG in it, whose largest blocks are these.
  const [across, down] = format === 'jpeg' ? samplingOf(input) : format === 'tiff' ? [4, 4] : [0, 0];
  if (across === 0) return { width: 1, height: 1, beyondX: 0, beyondY: 0 };
  return {
    width: 8 * across,
    height: 8 * down,
    beyondX: across > 1 ? across : 0,
    beyondY: down > 1 ? down : 0,
  };
}

/** How many blocks of light there are to one of colour, across and down, out of the frame's own head (SOF). */
function samplingOf(jpeg: Buffer): [number, number] {
  for (let at = 2; at + 4 < jpeg.length;) {
    const marker = jpeg[at + 1] ?? 0;
    if (jpeg[at] !== 0xff) break;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const components = jpeg[at + 9] ?? 0;
      const factors = Array.from({ length: components }, (_, n) => jpeg[at + 11 + 3 * n] ?? 0);
      if (components === 1) return [1, 1];
      return [Math.max(...factors.map((one) => one >> 4)), Math.max(...factors.map((one) => one & 15))];
    }
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  // The largest that there are.
  return [4, 4];
}

function isLossless(webp: Buffer): boolean {
  return hasChunk(webp, 'VP8L') && !hasChunk(webp, 'VP8 ');
}

function hasChunk(bytes: Buffer, type: string): boolean {
  return bytes.includes(Buffer.from(type, 'latin1'));
}

function checkBox({ x, y, width, height }: Box, shown: { width: number; height: number }): void {
  const isWhole = [x, y, width, height].every((one) => Number.isFinite(one));
  if (
    !isWhole ||
    x < 0 ||
    y < 0 ||
    width <= 0 ||
    height <= 0 ||
    x + width > shown.width ||
    y + height > shown.height
  )
    throw refused(
      `A box of ${width} by ${height} at ${x}, ${y} does not lie in the picture: expected pixels of it as it is shown, which is ${shown.width} by ${shown.height}.`,
    );
}

/** To the edges of the grid, and beyond; the last block of a picture may be cut off. */
function grown({ x, y, width, height }: Box, grid: Grid, stored: { width: number; height: number }): Box {
  const left = Math.max(0, Math.floor(x / grid.width) * grid.width - grid.beyondX);
  const top = Math.max(0, Math.floor(y / grid.height) * grid.height - grid.beyondY);
  const right = Math.min(stored.width, Math.ceil((x + width) / grid.width) * grid.width + grid.beyondX);
  const bottom = Math.min(stored.height, Math.ceil((y + height) / grid.height) * grid.height + grid.beyondY);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function paint(rgb: Buffer, { x, y, width, height }: Box, across: number): void {
  for (let row = y; row < y + height; row += 1)
    rgb.fill(0, (row * across + x) * 3, (row * across + x + width) * 3);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a point of the picture as it is stored is shown, by the number that EXIF counts orientations with. Points are corners of pixels. */
function shownAt(x: number, y: number, { width, height }: Size, orientation: number): [number, number] {
  switch (orientation) {
    case 2:
      return [width - x, y];
    case 3:
      return [width - x, height - y];
    case 4:
      return [x, height - y];
    case 5:
      return [y, x];
    case 6:
      return [height - y, x];
    case 7:
      return [height - y, width - x];
    case 8:
      return [y, width - x];
    default:
      return [x, y];
  }
}

/** Turning by a quarter is undone by the other quarter; everything else undoes itself. */
const UNDONE: Readonly<Record<number, number>> = { 6: 8, 8: 6 };

function toShown(box: Box, stored: Size, orientation: number): Box {
  const [x1, y1] = shownAt(box.x, box.y, stored, orientation);
  const [x2, y2] = shownAt(box.x + box.width, box.y + box.height, stored, orientation);
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x1 - x2), height: Math.abs(y1 - y2) };
}

function toStored(box: Box, stored: Size, orientation: number): Box {
  const shown = orientation >= 5 ? { width: stored.height, height: stored.width } : stored;
  return toShown(box, shown, UNDONE[orientation] ?? orientation);
}

function turnedUpright(rgb: Buffer, stored: Size, orientation: number): Buffer {
  if (orientation <= 1 || orientation > 8) return rgb;
  const across = orientation >= 5 ? stored.height : stored.width;
  const upright = Buffer.allocUnsafe(rgb.length);
  for (let y = 0; y < stored.height; y += 1)
    for (let x = 0; x < stored.width; x += 1) {
      // The middle of a pixel, which falls into the middle of another one.
      const [toX, toY] = shownAt(x + 0.5, y + 0.5, stored, orientation);
      const to = (Math.floor(toY) * across + Math.floor(toX)) * 3;
      const from = (y * stored.width + x) * 3;
      upright[to] = rgb[from] ?? 0;
      upright[to + 1] = rgb[from + 1] ?? 0;
      upright[to + 2] = rgb[from + 2] ?? 0;
    }
  return upright;
}

/** What leaves is looked at once more: pixels and how many there are, and nothing else. */
export function checkPng(png: Buffer): { readonly width: number; readonly height: number } {
  const chunks: string[] = [];
  let at = 8;
  for (; at + 12 <= png.length; at += 12 + png.readUInt32BE(at))
    chunks.push(png.toString('latin1', at + 4, at + 8));
  const stray = chunks.filter((one) => !['IHDR', 'IDAT', 'IEND', 'pHYs'].includes(one));
  if (stray.length > 0 || at !== png.length || chunks[0] !== 'IHDR')
    throw new ArchiveError(
      'invariant-broken',
      `A redacted picture has more than pixels: ${stray.join(', ')}.`,
      {
        retry: 'never',
      },
    );
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

function refused(sentence: string): ArchiveError {
  return new ArchiveError('redaction-refused', sentence, { retry: 'never' });
}
