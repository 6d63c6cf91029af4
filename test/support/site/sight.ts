/** Which marks a picture really shows: the tiles of a full-page picture are joined and every row of them is read. */
import sharp from 'sharp';
import { readRow } from './marks.ts';
import type { Mark } from './marks.ts';

export interface Tile {
  readonly path: string;
  readonly part: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  } | null;
}

/** A mark as it was met, in pixels of the whole page. */
export interface Seen {
  readonly number: number;
  readonly x: number;
  readonly y: number;
  readonly cellPx: number;
  heightPx: number;
}

export interface Sighting {
  readonly seen: readonly Seen[];
  readonly widthPx: number;
  readonly heightPx: number;
  /** What is wrong with the tiles themselves: gaps, overlaps, other sizes than they say. */
  readonly faults: readonly string[];
}

/** A row may be smoothed away, or lie on the edge of a tile. */
const GAP_PX = 2;
/** So much of a strip's height must be there. */
const SHARE_OF_HEIGHT = 0.7;

export async function look(tiles: readonly Tile[]): Promise<Sighting> {
  const faults: string[] = [];
  const bands = new Map<number, { tile: Tile; x: number; width: number; height: number }[]>();
  for (const tile of tiles) {
    const { width, height } = await sharp(tile.path).metadata();
    const part = tile.part ?? { x: 0, y: 0, width, height };
    if (part.width !== width || part.height !== height)
      faults.push(`a tile says ${part.width} × ${part.height} and is ${width} × ${height}`);
    bands.set(part.y, [...(bands.get(part.y) ?? []), { tile, x: part.x, width, height }]);
  }
  const open = new Map<string, Seen>();
  const seen: Seen[] = [];
  let widthPx = 0;
  let bottom = 0;
  for (const [y, band] of [...bands].sort(([a], [b]) => a - b)) {
    if (y !== bottom) faults.push(`rows ${bottom} to ${y} are in no tile, or in two`);
    const height = Math.min(...band.map((each) => each.height));
    const parts: { x: number; width: number; pixels: Buffer }[] = [];
    let right = 0;
    for (const { tile, x, width } of band.sort((a, b) => a.x - b.x)) {
      if (x !== right) faults.push(`columns ${right} to ${x} are in no tile, or in two`);
      right = x + width;
      parts.push({
        x,
        width,
        pixels: await sharp(tile.path).removeAlpha().toColourspace('srgb').raw().toBuffer(),
      });
    }
    const row = new Uint8Array(3 * right);
    for (let line = 0; line < height; line += 1) {
      for (const { x, width, pixels } of parts)
        row.set(pixels.subarray(3 * width * line, 3 * width * (line + 1)), 3 * x);
      for (const { number, x, cellPx } of readRow(row, right)) {
        const key = `${number} ${Math.round(x / 4)}`;
        const near = [key, `${number} ${Math.round(x / 4) - 1}`, `${number} ${Math.round(x / 4) + 1}`]
          .map((each) => open.get(each))
          .find((each) => each !== undefined && each.y + each.heightPx + GAP_PX >= y + line);
        if (near === undefined) {
          const first = { number, x, y: y + line, cellPx, heightPx: 1 };
          open.set(key, first);
          seen.push(first);
        } else near.heightPx = y + line - near.y + 1;
      }
    }
    widthPx = Math.max(widthPx, right);
    bottom = y + height;
  }
  return { seen, widthPx, heightPx: bottom, faults };
}

export interface Judged {
  readonly found: number;
  /** Not there, or only a part of it. */
  readonly missing: readonly number[];
  /** There more than once. */
  readonly repeated: readonly number[];
}

/** Which of these marks the picture shows whole. A scaled picture of a mark counts by its own size. */
export function judgeMarks(expected: readonly Mark[], seen: readonly Seen[]): Judged {
  const whole = new Map<number, number>();
  const wanted = new Map(expected.map((mark) => [mark.number, mark]));
  for (const { number, heightPx, cellPx } of seen) {
    const mark = wanted.get(number);
    if (mark === undefined) continue;
    if (heightPx >= (SHARE_OF_HEIGHT * mark.heightPx * cellPx) / mark.cellPx)
      whole.set(number, (whole.get(number) ?? 0) + 1);
  }
  return {
    found: whole.size,
    missing: expected.filter(({ number }) => !whole.has(number)).map(({ number }) => number),
    repeated: [...whole].filter(([, times]) => times > 1).map(([number]) => number),
  };
}

/**
 * Squares with one character each, side by side: how many are blank, and how many look like another one. A font
 * that lacks a character draws the same box for all of them.
 */
export async function glyphs(
  path: string,
  left: number,
  top: number,
  cellPx: number,
  count: number,
): Promise<{ readonly blank: number; readonly alike: number; readonly coloured: number }> {
  const looks: string[] = [];
  let blank = 0;
  let coloured = 0;
  for (let i = 0; i < count; i += 1) {
    const cell = await sharp(path)
      .extract({ left: left + i * cellPx, top, width: cellPx, height: cellPx })
      .removeAlpha()
      .raw()
      .toBuffer();
    if (cell.every((value) => value > 240)) blank += 1;
    for (let at = 0; at + 2 < cell.length; at += 3)
      if (Math.abs((cell[at] ?? 0) - (cell[at + 2] ?? 0)) > 60) {
        coloured += 1;
        break;
      }
    looks.push(cell.toString('base64'));
  }
  return { blank, alike: looks.length - new Set(looks).size, coloured };
}
