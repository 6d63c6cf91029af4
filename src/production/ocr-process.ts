/**
 * A process of its own that reads letters in strangers' pictures, for `ocr.ts`: sharp makes grey pixels of a picture, and Tesseract, in
 * WebAssembly, reads them. Its program and its languages are files of packages: nothing is fetched, and where the kernel allows it this process has no network.
 *
 * A picture is read as it stands, larger where it is small, in strips where it is long; where something was read without
 * confidence, turned by quarters as well. Pictures with transparency are read on white, on black, and without it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import openCore from 'tesseract.js-core/tesseract-core-simd-lstm.js';
import { answerQuestions } from '#decoder-process.ts';
import type { ReadQuestion } from './ocr.ts';
import { isSure, needsTurning, TURNS, type SeenPicture, type SeenWord, type Turn } from './ocr-words.ts';
import type { Box } from './pictures.ts';

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Png', 'Jpeg', 'Nsgif', 'Webp', 'Heif', 'Tiff'].map((loader) => `VipsForeignLoad${loader}`),
});

const LANGUAGES = ['eng', 'spa'];
/** Long short-term memory, the only engine that this build has. */
const ENGINE = 1;
/** Of one strip, which is read at once. */
const STRIP_PIXELS = 6_000_000;
const OVERLAP = 160;
/** A picture is made larger as long as it has no more than these. */
const ENLARGED_PIXELS = 20_000_000;
const SQUARE = 64;
/** Of the pixels of a square: what has an edge. A line or the edge of a box has fewer. */
const BUSY = 0.04;
const EDGE = 24;
/** Larger than strokes of most letters; where they are not, the picture was read with them as well. */
const BAR = { width: 24, height: 10 };

const require = createRequire(import.meta.url);
const core = await openCore({
  wasmBinary: readFileSync(require.resolve('tesseract.js-core/tesseract-core-simd-lstm.wasm')),
  TesseractProgress: () => undefined,
  print: () => undefined,
  printErr: () => undefined,
});
for (const language of LANGUAGES) {
  const path = require.resolve(`@tesseract.js-data/${language}/4.0.0_best_int/${language}.traineddata.gz`);
  core.FS.writeFile(`./${language}.traineddata`, gunzipSync(readFileSync(path)));
}
const engine = new core.TessBaseAPI();
if (engine.Init(null, LANGUAGES.join('+'), ENGINE) !== 0) throw new Error('Tesseract does not begin.');
// Only a guess at the size of letters; without one it writes a warning for each picture.
engine.SetVariable('user_defined_dpi', '300');

interface Grey {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

answerQuestions(async ({ maxPixels, upright = false }: ReadQuestion, bytes) => {
  let seen: SeenPicture | null;
  try {
    seen = await read(bytes, maxPixels, upright);
  } catch {
    // What cannot be opened is unread; that it was not opened says nothing else about it.
    seen = null;
  }
  return { answer: {}, output: Buffer.from(JSON.stringify(seen)) };
});

async function read(bytes: Buffer, maxPixels: number, upright: boolean): Promise<SeenPicture> {
  // Every frame of what moves, one under the other, as far as the bound of pixels goes.
  const options = { failOn: 'error', limitInputPixels: maxPixels, pages: -1 } as const;
  const { hasAlpha, format } = await sharp(bytes, options).metadata();
  const isClear = hasAlpha && !(await sharp(bytes, options).stats()).isOpaque;
  const pictures: Grey[] = [];
  // What is transparent has colours all the same, and may show them to whoever takes the transparency away.
  for (const ground of isClear ? (['#fff', '#000', null] as const) : [null])
    pictures.push(await greyOf(bytes, options, ground));
  const [shown] = pictures;
  if (shown === undefined) throw new Error('There is no picture.');
  return {
    words: await everyWord(pictures, upright),
    busy: pictures.flatMap(busyIn),
    share: (SQUARE * SQUARE) / (shown.width * shown.height),
    missed: format === 'png' && bytes.includes('acTL') ? 'it moves, and only its first frame was read' : null,
  };
}

async function greyOf(bytes: Buffer, options: object, ground: string | null): Promise<Grey> {
  const picture = sharp(bytes, options);
  const { data, info } = await (
    ground === null ? picture.removeAlpha() : picture.flatten({ background: ground })
  )
    .autoOrient()
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (data.length !== info.width * info.height)
    throw new Error('There are other pixels than the picture says.');
  return { data, width: info.width, height: info.height };
}

async function everyWord(pictures: readonly Grey[], uprightAlone: boolean): Promise<SeenWord[]> {
  const words: SeenWord[] = [];
  for (const picture of pictures) {
    const upright = await wordsIn(picture, 0, words.length);
    // A solid bar in a line takes the rest of the line along with it when columns and pictures are told apart. What is guessed of it says
    // nothing, once the picture is read without its bars; what is sure stays, because thick letters go with them.
    const bare = withoutBars(picture);
    words.push(...(bare === null ? upright : upright.filter(isSure)));
    if (bare !== null) words.push(...(await wordsIn(bare, 0, words.length)));
  }
  if (uprightAlone || !needsTurning(words, pictures.flatMap(busyIn))) return words;
  for (const picture of pictures)
    for (const turn of TURNS) words.push(...(await wordsIn(picture, turn, words.length)));
  return words;
}

/** With the commonest shade beside them in their place; null: there are none. In what is of one black nothing is written. */
function withoutBars({ data, width, height }: Grey): Grey | null {
  const isBar = barsIn({ data, width, height });
  if (!isBar.includes(1)) return null;
  const shades = new Uint32Array(256);
  for (let at = 0; at < isBar.length; at += 1)
    if (isBar[at] === 1)
      for (const beside of [at - 1, at + 1, at - width, at + width])
        if (isBar[beside] === 0) shades[data[beside] ?? 0] = (shades[data[beside] ?? 0] ?? 0) + 1;
  const shade = shades.indexOf(shades.reduce((most, one) => Math.max(most, one), 0));
  const bare = Buffer.from(data);
  for (let at = 0; at < isBar.length; at += 1) if (isBar[at] === 1) bare[at] = shade;
  return { data: bare, width, height };
}

/** Pixels that are black for so far across, and for so far down. */
function barsIn({ data, width, height }: Grey): Uint8Array {
  const across = new Uint8Array(data.length);
  const isBar = new Uint8Array(data.length);
  const mark = (
    into: Uint8Array,
    from: number,
    to: number,
    step: number,
    least: number,
    isOne: (at: number) => boolean,
  ) => {
    for (let at = from; at < to; at += step) {
      let end = at;
      while (end < to && isOne(end)) end += step;
      if ((end - at) / step >= least) for (let one = at; one < end; one += step) into[one] = 1;
      at = Math.max(at, end);
    }
  };
  for (let y = 0; y < height; y += 1)
    mark(across, y * width, (y + 1) * width, 1, BAR.width, (at) => data[at] === 0);
  for (let x = 0; x < width; x += 1)
    mark(isBar, x, x + height * width, width, BAR.height, (at) => across[at] === 1);
  return isBar;
}

/** In pixels of the picture as it was given, whichever way it was turned to be read. */
async function wordsIn(picture: Grey, turn: Turn, firstLine: number): Promise<SeenWord[]> {
  const turned = await turnedBy(picture, turn);
  const times = timesLarger(turned);
  const strip = Math.max(2 * OVERLAP, Math.floor(STRIP_PIXELS / (turned.width * times * times)));
  const words: SeenWord[] = [];
  for (let top = 0; top < turned.height; top += strip - OVERLAP) {
    const height = Math.min(strip, turned.height - top);
    const part = {
      ...turned,
      height,
      data: turned.data.subarray(top * turned.width, (top + height) * turned.width),
    };
    words.push(
      ...recognised(await larger(part, times), firstLine + words.length).map((word) => {
        const { x, y, width, height: tall } = word;
        const box = { x: x / times, y: y / times + top, width: width / times, height: tall / times };
        return { ...word, ...turnedBack(box, picture, turn), turn };
      }),
    );
    if (top + height >= turned.height) break;
  }
  return words;
}

function timesLarger({ width, height }: Grey): number {
  const pixels = width * height;
  if (pixels * 9 <= STRIP_PIXELS) return 3;
  return pixels * 4 <= ENLARGED_PIXELS ? 2 : 1;
}

async function larger({ data, width, height }: Grey, times: number): Promise<Grey> {
  if (times === 1) return { data, width, height };
  const made = await sharp(data, { raw: { width, height, channels: 1 } })
    .resize({ width: width * times, height: height * times, fit: 'fill', kernel: 'cubic' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  return { data: made, width: width * times, height: height * times };
}

async function turnedBy({ data, width, height }: Grey, turn: Turn): Promise<Grey> {
  if (turn === 0) return { data, width, height };
  const made = await sharp(data, { raw: { width, height, channels: 1 } })
    .rotate(turn)
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  return turn === 180 ? { data: made, width, height } : { data: made, width: height, height: width };
}

/** `turn` is to the right, so that what was read on the left side lay at the bottom. */
function turnedBack({ x, y, width, height }: Box, picture: Grey, turn: Turn): Box {
  switch (turn) {
    case 90:
      return { x: y, y: picture.height - x - width, width: height, height: width };
    case 270:
      return { x: picture.width - y - height, y: x, width: height, height: width };
    case 180:
      return { x: picture.width - x - width, y: picture.height - y - height, width, height };
    case 0:
      return { x, y, width, height };
  }
}

interface Page {
  readonly blocks?:
    | readonly {
        readonly paragraphs: readonly {
          readonly lines: readonly {
            readonly words: readonly {
              readonly text: string;
              readonly confidence: number;
              readonly bbox: {
                readonly x0: number;
                readonly y0: number;
                readonly x1: number;
                readonly y1: number;
              };
            }[];
          }[];
        }[];
      }[]
    | null;
}

function recognised({ data, width, height }: Grey, firstLine: number): Omit<SeenWord, 'turn'>[] {
  core.FS.writeFile('/input', Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), data]));
  if (engine.SetImageFile(1, 0) !== 0) throw new Error('Tesseract does not open the pixels.');
  engine.Recognize(null);
  const page = JSON.parse(engine.GetJSONText()) as Page;
  const lines = (page.blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap((one) => one.lines));
  return lines.flatMap(({ words }, n) =>
    words.map(({ text, confidence, bbox: { x0, y0, x1, y1 } }) => ({
      text,
      confidence,
      line: firstLine + n,
      x: x0,
      y: y0,
      width: x1 - x0,
      height: y1 - y0,
    })),
  );
}

/** Squares of which many pixels differ from their neighbours: words, drawings and photographs, and no plain ground or line. */
function busyIn({ data, width, height }: Grey): Box[] {
  const busy: Box[] = [];
  for (let top = 0; top < height; top += SQUARE)
    for (let left = 0; left < width; left += SQUARE) {
      const [right, bottom] = [Math.min(width, left + SQUARE), Math.min(height, top + SQUARE)];
      let edges = 0;
      for (let y = top; y < bottom - 1; y += 1)
        for (let x = left; x < right - 1; x += 1) {
          const at = y * width + x;
          const here = data[at] ?? 0;
          const differs = Math.abs(here - (data[at + 1] ?? 0)) + Math.abs(here - (data[at + width] ?? 0));
          if (differs > EDGE) edges += 1;
        }
      if (edges > BUSY * (right - left) * (bottom - top))
        busy.push({ x: left, y: top, width: right - left, height: bottom - top });
    }
  return busy;
}
