/**
 * Marks that a machine finds again in a picture: a strip of fourteen coloured cells that spells a number and its
 * checksum. Cells take the eight full colours only, so that a lossy picture or a video frame still spells it, and a
 * strip that is covered, cut or blurred spells nothing. Each element that a page must show carries a number of its own.
 */
export interface Mark {
  readonly number: number;
  readonly cellPx: number;
  readonly heightPx: number;
}

/** Magenta, cyan, magenta, yellow: what no page of this site draws otherwise. */
const START = [5, 3, 5, 6] as const;
const NUMBER_DIGITS = 6;
const CHECK_DIGITS = 4;
const CELLS = START.length + NUMBER_DIGITS + CHECK_DIGITS;
/** Numbers of one page; the page's own number is in front of them. */
const MARKS_PER_PAGE = 1024;
/** Smaller cells are lost where an edge is smoothed. */
const SMALLEST_CELL_PX = 4;

/** Hands out the marks of one page, in their order. */
export function marksOf(pageNumber: number): (cellPx?: number, heightPx?: number) => Mark {
  let next = 0;
  return (cellPx = 8, heightPx = 24) => {
    if (cellPx < SMALLEST_CELL_PX || next >= MARKS_PER_PAGE) throw new Error('No such mark can be had.');
    next += 1;
    return { number: pageNumber * MARKS_PER_PAGE + next - 1, cellPx, heightPx };
  };
}

export function widthOf(mark: Mark): number {
  return CELLS * mark.cellPx;
}

/** The colours of a number, from left to right: red 4, green 2, blue 1. */
function cellsOf(number: number): readonly number[] {
  const digits = (value: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => (value >> (3 * (count - 1 - i))) & 7);
  return [...START, ...digits(number, NUMBER_DIGITS), ...digits(checkOf(number), CHECK_DIGITS)];
}

function checkOf(number: number): number {
  return (Math.imul(number + 1, 2_654_435_761) >>> 20) ^ (number & 7);
}

function colour(cell: number): string {
  return `#${cell & 4 ? 'f' : '0'}${cell & 2 ? 'f' : '0'}${cell & 1 ? 'f' : '0'}`;
}

/** As a background of hard stops, for style sheets. */
export function gradientOf(mark: Mark): string {
  const stops = cellsOf(mark.number).map((cell, i) => `${colour(cell)} 0 ${(i + 1) * mark.cellPx}px`);
  return `linear-gradient(90deg,${stops.join(',')})`;
}

/** As an element of its own. */
export function strip(mark: Mark, style = ''): string {
  return `<div style="width:${widthOf(mark)}px;height:${mark.heightPx}px;background:${gradientOf(mark)};${style}"></div>`;
}

/** As letters of a font in which U+E000 is a full block; any other font draws something else. */
export function letters(mark: Mark, family: string): string {
  const spans = cellsOf(mark.number).map((cell) => `<span style="color:${colour(cell)}">&#xE000;</span>`);
  return `<div style="font:${mark.cellPx}px/1 ${family};white-space:nowrap">${spans.join('')}</div>`;
}

/** As a drawing, for pictures that are text. */
export function rectsOf(mark: Mark, x: number, y: number): string {
  return cellsOf(mark.number)
    .map(
      (cell, i) =>
        `<rect x="${x + i * mark.cellPx}" y="${y}" width="${mark.cellPx}" height="${mark.heightPx}" fill="${colour(cell)}"/>`,
    )
    .join('');
}

/** Into the raw pixels of a picture, three bytes each. */
export function paint(pixels: Uint8Array, widthPx: number, mark: Mark, left: number, top: number): void {
  for (const [i, cell] of cellsOf(mark.number).entries())
    for (let y = top; y < top + mark.heightPx; y += 1)
      for (let x = left + i * mark.cellPx; x < left + (i + 1) * mark.cellPx; x += 1) {
        const at = 3 * (y * widthPx + x);
        pixels[at] = cell & 4 ? 255 : 0;
        pixels[at + 1] = cell & 2 ? 255 : 0;
        pixels[at + 2] = cell & 1 ? 255 : 0;
      }
}

export interface Spelled {
  readonly number: number;
  readonly x: number;
  readonly cellPx: number;
}

/** What one row of pixels spells. */
export function readRow(row: Uint8Array, widthPx: number): Spelled[] {
  const found: Spelled[] = [];
  // Magenta opens a strip; everything else on a page is passed over with one comparison.
  for (let x = 0; x < widthPx; x += 1) {
    const at = 3 * x;
    if ((row[at] ?? 0) < 160 || (row[at + 1] ?? 255) > 95 || (row[at + 2] ?? 0) < 160) continue;
    const spelled = readStrip(row, widthPx, x);
    if (spelled !== null) found.push(spelled);
    while (x + 1 < widthPx && cellAt(row, x + 1) === START[0]) x += 1;
  }
  return found;
}

function readStrip(row: Uint8Array, widthPx: number, start: number): Spelled | null {
  const edges = [start];
  for (const cell of START.slice(0, 3)) {
    let x = edges.at(-1) ?? start;
    const begin = x;
    while (x < widthPx && cellAt(row, x) === cell) x += 1;
    if (x - begin < SMALLEST_CELL_PX - 1) return null;
    // An edge between two pixels may have been smoothed.
    if (x < widthPx && cellAt(row, x) === null) x += 1;
    edges.push(x);
  }
  const measured = ((edges[3] ?? start) - start) / 3;
  for (const off of [0, -0.12, 0.12, -0.24, 0.24, -0.34, 0.34]) {
    const cellPx = measured + off;
    if (start + CELLS * cellPx > widthPx + 1) continue;
    const cells = Array.from({ length: CELLS }, (_, i) =>
      cellAt(row, Math.floor(start + (i + 0.5) * cellPx)),
    );
    if (START.some((cell, i) => cells[i] !== cell) || cells.includes(null)) continue;
    const value = (from: number, count: number): number =>
      cells.slice(from, from + count).reduce<number>((sum, cell) => sum * 8 + (cell ?? 0), 0);
    const number = value(START.length, NUMBER_DIGITS);
    if (value(START.length + NUMBER_DIGITS, CHECK_DIGITS) === checkOf(number))
      return { number, x: start, cellPx };
  }
  return null;
}

/** Null: neither one full colour nor another. */
function cellAt(row: Uint8Array, x: number): number | null {
  let cell = 0;
  for (let i = 0; i < 3; i += 1) {
    const value = row[3 * x + i];
    if (value === undefined || (value > 95 && value < 160)) return null;
    cell = cell * 2 + (value >= 160 ? 1 : 0);
  }
  return cell;
}
