/**
 * The pictures of a capture: the window, the target with its thread, the whole page.
 *
 * The whole page is pictured in a moment that stands still: parts that scroll inside themselves are grown, moves are
 * ended, and no script runs meanwhile, so that all tiles are of one page. The window stays at the top and as low as a
 * visitor has it; each tile shows another part of what is below.
 *
 * Two kinds of page cannot be pictured so: those with frames of other origins, which the browser draws only near the
 * window, and those that take away what is out of the window. There the window itself is made as tall as a tile and
 * goes down the page; unless the page measures itself by its window and would become another one.
 */
import { writeCaptured } from './files.ts';
import { MOST_TEXT_CHARS, readText } from './look.ts';
import { READINESS } from './readiness.ts';
import type { CapturedFile } from './result.ts';
import { REVEAL, windowHeight } from './reveal.ts';
import { attempt } from './scene.ts';
import type { Scene } from './scene.ts';
import { PAGE_LIMITS, VIEWPORT } from './story.ts';
import { elementClip } from './target.ts';
import { pictured, shoot, tileHeight, TILES, tilesOf } from './tiles.ts';
import type { Rect } from './tiles.ts';

/** Asks the page; bounded by what a page that answers at all needs. */
function asking({ bound }: Scene): <T>(work: Promise<T>) => Promise<T> {
  return (work) => bound(work, READINESS.answerMs, 'page-does-not-answer');
}

/** With the target in view, when there is one; from the top otherwise. */
export async function pictureWindow(scene: Scene): Promise<void> {
  const { story, frames, bound } = scene;
  if (story.search?.found == null) await asking(scene)(frames.askMain('scrollTo', 0));
  await attempt(scene, 'the viewport picture', async () => {
    const bytes = await bound(shoot(scene.session, null), PAGE_LIMITS.pictureMs, 'picture');
    story.files.push(await writeCaptured(scene.request.scratchDir, 'screenshot-viewport', bytes));
  });
  story.times['viewportPicture'] = new Date().toISOString();
}

export async function pictureWhole(scene: Scene): Promise<void> {
  const { story, frames, readiness, bound } = scene;
  const answer = asking(scene);
  const recycles = story.revealed?.recycles === true;
  // What is drawn near the window only must be pictured while it is there.
  const elementFirst = story.search?.found != null && (recycles || !story.search.inMain);
  if (elementFirst) await pictureElement(scene);

  await answer(frames.askMain('scrollTo', 0));
  await readiness.moved();
  await answer(frames.askAll('drawAll'));
  const grown = await answer(frames.askAll<{ grown: number; cut: number }>('grow', PAGE_LIMITS.grownPx));
  const cutFrames = await answer(frames.growFrames());
  if (grown.some(({ value }) => value.grown > 0)) {
    // A list that draws only what its window shows draws all of it now.
    await bound(readiness.settle(PAGE_LIMITS.revealMovingMs), READINESS.answerMs, 'page-does-not-answer');
    const { text, cut } = await answer(readText(frames));
    if (text.length > (story.text ?? '').length) {
      story.text = text;
      story.textCut = cut;
    }
  }
  const cut = grown.reduce((sum, { value }) => sum + value.cut, cutFrames);
  if (cut > 0) story.missing.push(`${cut} parts that scroll inside themselves are shown to their limit only`);

  const tiles = new Tiles(scene);
  try {
    const moves = recycles || (await answer(frames.hasOthersBelow(VIEWPORT.height)));
    if (moves && (await windowed(scene, tiles, recycles))) return;
    await answer(frames.askAll('still'));
    await answer(frames.askAll('decode'));
    await answer(frames.tellAll('Emulation.setScriptExecutionDisabled', true));
    const extraPx = await answer(frames.askMain<number>('unpin'));
    if (story.search?.found != null && !elementFirst) await pictureElement(scene);
    story.times['elementPicture'] = new Date().toISOString();
    await bound(stillTiles(scene, tiles, extraPx), PAGE_LIMITS.picturesMs, 'pictures');
  } finally {
    await tiles.finish();
    story.times['fullPagePicture'] = new Date().toISOString();
  }
}

async function pictureElement(scene: Scene): Promise<void> {
  const { story, frames, session, readiness, bound } = scene;
  const answer = asking(scene);
  let windowPx: number = VIEWPORT.height;
  await attempt(scene, 'the picture of the target', async () => {
    let clip = await answer(elementClip(frames));
    let seen = clip !== null && (await answer(isInWindow(scene, clip.rect, windowPx)));
    // A picture that leaves the window does not wait for frames of other processes to draw what comes into it.
    if (clip !== null && !seen && story.search?.inMain === false) {
      windowPx = Math.max(windowPx, clip.rect.height);
      await readiness.moved();
      await windowHeight(session, windowPx);
      await answer(frames.askMain('scrollTo', clip.rect.y));
      await answer(frames.askAll('drawn'));
      await bound(readiness.settle(PAGE_LIMITS.windowMs), READINESS.answerMs, 'page-does-not-answer');
      clip = await answer(elementClip(frames));
      seen = clip !== null && (await answer(isInWindow(scene, clip.rect, windowPx)));
    }
    if (clip === null) {
      story.missing.push('the picture of the target');
      return;
    }
    story.elementContext = clip.context;
    if (clip.cut) story.missing.push('the picture of the target ends before the target does');
    const bytes = await bound(shoot(session, clip.rect, seen), PAGE_LIMITS.pictureMs, 'picture');
    story.files.push(
      await writeCaptured(scene.request.scratchDir, 'screenshot-element', bytes, {
        part: { index: 0, count: 1, ...clip.rect },
      }),
    );
  });
  if (windowPx !== VIEWPORT.height) await windowHeight(session, VIEWPORT.height);
}

async function isInWindow({ frames }: Scene, rect: Rect, windowPx: number): Promise<boolean> {
  const { x, y } = await frames.askMain<{ x: number; y: number }>('scrolled');
  return (
    rect.x >= x &&
    rect.x + rect.width <= x + VIEWPORT.width &&
    rect.y >= y &&
    rect.y + rect.height <= y + windowPx
  );
}

/** Tiles as they come; how many there are is known in the end. A tile is written while the next one is drawn. */
class Tiles {
  readonly #scene: Scene;
  readonly #taken: { readonly rect: Rect; readonly file: CapturedFile }[] = [];
  #writing: Promise<void> = Promise.resolve();
  #asked = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  async take(rect: Rect, inWindow = false): Promise<void> {
    const { session, bound } = this.#scene;
    this.#asked += 1;
    const mark = String(this.#asked).padStart(3, '0');
    const where = `the full-page picture from ${rect.y} px to ${rect.y + rect.height} px`;
    await attempt(this.#scene, where, async () => {
      const bytes = await bound(shoot(session, rect, inWindow), PAGE_LIMITS.pictureMs, 'picture');
      await this.#writing;
      this.#writing = this.#write(rect, bytes, mark);
      this.#writing.catch(() => undefined);
    });
  }

  async #write(rect: Rect, bytes: Buffer, mark: string): Promise<void> {
    const { scratchDir } = this.#scene.request;
    const file = await writeCaptured(scratchDir, 'screenshot-fullpage', bytes, { mark });
    this.#taken.push({ rect, file });
  }

  async finish(): Promise<void> {
    await this.#writing;
    for (const [index, { rect, file }] of this.#taken.entries())
      this.#scene.story.files.push({ ...file, part: { index, count: this.#taken.length, ...rect } });
  }
}

async function stillTiles(scene: Scene, tiles: Tiles, extraPx: number): Promise<void> {
  const { story, frames } = scene;
  const rect = await wholeRect(scene, extraPx);
  const bottomPx = story.search?.bottomPx ?? null;
  if (bottomPx !== null && bottomPx > rect.height)
    story.missing.push('the target lies below the end of the full-page picture; its own picture shows it');
  const cuts = await frames.askMain<number[]>('cuts', cutting(rect, 0));
  for (const part of tilesOf(rect, cuts)) await tiles.take(part);
}

async function wholeRect({ story, session }: Scene, extraPx: number): Promise<Rect> {
  const { cssContentSize } = await session.send('Page.getLayoutMetrics');
  const { rect, missing } = pictured({
    width: Math.ceil(cssContentSize.width),
    height: Math.ceil(cssContentSize.height) + extraPx,
  });
  story.missing.push(...missing);
  return rect;
}

function cutting(rect: Rect, from: number): Record<string, number> {
  const tallestPx = tileHeight(rect.width);
  return {
    height: rect.height,
    tallestPx,
    searchPx: Math.min(TILES.searchPx, Math.floor(tallestPx / 4)),
    from,
  };
}

/** The window goes down the page, as tall as a tile. False: the page would be another one, and nothing was pictured. */
async function windowed(scene: Scene, tiles: Tiles, recycles: boolean): Promise<boolean> {
  const { story, frames, readiness, bound } = scene;
  const answer = asking(scene);
  const before = await answer(frames.askMain<number>('contentHeight'));
  if (before <= VIEWPORT.height) return false;
  const { cssContentSize } = await answer(scene.session.send('Page.getLayoutMetrics'));
  const windowPx = Math.min(before, tileHeight(Math.ceil(cssContentSize.width)));
  await windowHeight(scene.session, windowPx);
  const after = await answer(frames.askMain<number>('contentHeight'));
  if (after > Math.max(before, windowPx) * REVEAL.growth) {
    await windowHeight(scene.session, VIEWPORT.height);
    story.missing.push(
      recycles
        ? 'the page keeps only what is near the window: not all of it is in the full-page picture'
        : 'frames of other origins below the first window may be blank in the full-page picture',
    );
    return false;
  }
  const rect = await wholeRect(scene, 0);
  const texts = new Set((story.text ?? '').split('\n'));
  let chars = (story.text ?? '').length;
  let top = 0;
  while (top < rect.height) {
    const last = rect.height - top <= windowPx;
    await readiness.moved();
    await answer(frames.askMain('scrollTo', top));
    await answer(frames.askMain('pin', { first: top === 0, last }));
    await answer(frames.askAll('drawn'));
    await bound(readiness.settle(PAGE_LIMITS.windowMs), READINESS.answerMs, 'page-does-not-answer');
    await answer(frames.askAll('still'));
    await answer(frames.askAll('decode'));
    const [cut] = last ? [] : await answer(frames.askMain<number[]>('cuts', cutting(rect, top)));
    const bottom = cut === undefined || cut <= top ? Math.min(rect.height, top + windowPx) : cut;
    for (const part of tilesOf({ x: 0, y: top, width: rect.width, height: bottom - top }, []))
      await tiles.take(
        { x: part.x, y: part.y, width: part.width, height: part.height },
        part.x + part.width <= VIEWPORT.width,
      );
    if (recycles && chars < MOST_TEXT_CHARS) {
      const { text } = await answer(readText(frames));
      for (const line of text.split('\n'))
        if (!texts.has(line)) {
          texts.add(line);
          chars += line.length;
        }
    }
    top = bottom;
  }
  if (recycles) {
    story.text = [...texts].join('\n').slice(0, MOST_TEXT_CHARS);
    story.textCut ||= chars >= MOST_TEXT_CHARS;
  }
  return true;
}
