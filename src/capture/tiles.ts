/**
 * Pictures that are larger than a window, taken in tiles: a side over 16,384 px fails or repeats in Chromium, and one
 * huge bitmap costs memory. The page stays where it is and each tile shows another part of it, so that nothing that
 * sticks is painted twice; tiles join without a gap, and are cut between rows of content where there are such.
 *
 * PNG as Chromium writes it fastest: encoding is the largest single cost of a tall page, and bytes of evidence are
 * never written anew.
 */
import type { CDPSession } from 'puppeteer-core';
import type { PicturePart } from './result.ts';

export const TILES = {
  tallestPx: 8_000,
  widestPx: 8_000,
  /** Of one tile, in pixels: a bitmap of it takes four bytes for each, in several processes at once. */
  areaPx: 12_000_000,
  /** A cut is looked for in so much of a tile's end. */
  searchPx: 1_600,
  /** Of the whole picture. */
  heightPx: 130_000,
  widthPx: 40_000,
} as const;

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The part of a page that is pictured, and what must be said of it. */
export function pictured(whole: { readonly width: number; readonly height: number }): {
  readonly rect: Rect;
  readonly missing: readonly string[];
} {
  const width = Math.max(1, Math.min(whole.width, TILES.widthPx));
  const height = Math.max(1, Math.min(whole.height, TILES.heightPx));
  return {
    rect: { x: 0, y: 0, width, height },
    missing: [
      ...(height < whole.height ? [`the full-page picture ends at ${height} px of ${whole.height} px`] : []),
      ...(width < whole.width ? [`the full-page picture is ${width} px wide of ${whole.width} px`] : []),
    ],
  };
}

/** How tall a tile of a picture may be. */
export function tileHeight(width: number): number {
  return Math.min(TILES.tallestPx, Math.floor(TILES.areaPx / Math.min(width, TILES.widestPx)));
}

/** Cuts are distances from the top, in their order. */
export function tilesOf(rect: Rect, cuts: readonly number[]): PicturePart[] {
  const rows = [0, ...cuts, rect.height];
  const columns: number[] = [];
  for (let x = 0; x < rect.width; x += TILES.widestPx) columns.push(x);
  const parts: Rect[] = [];
  for (const [row, top] of rows.slice(0, -1).entries())
    for (const left of columns)
      parts.push({
        x: rect.x + left,
        y: rect.y + top,
        width: Math.min(TILES.widestPx, rect.width - left),
        height: (rows[row + 1] ?? rect.height) - top,
      });
  return parts.map((part, index) => ({ index, count: parts.length, ...part }));
}

/** `seen`: the rectangle lies within the window, which then need not be left. */
export async function shoot(session: CDPSession, clip: Rect | null, seen = false): Promise<Buffer> {
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'png',
    optimizeForSpeed: true,
    ...(clip === null
      ? {}
      : {
          captureBeyondViewport: !seen,
          clip: { x: clip.x, y: clip.y, width: clip.width, height: clip.height, scale: 1 },
        }),
  });
  return Buffer.from(data, 'base64');
}
