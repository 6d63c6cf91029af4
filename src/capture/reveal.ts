/**
 * Pages load what comes near the window, and endless ones grow while they are read. Every part is brought into a tall
 * window once, up to stated limits; what scrolls inside itself is scrolled inside; then everything is as it was, at
 * the top, and at rest. Limits that were reached are the caller's to record.
 */
import type { CDPSession } from 'puppeteer-core';
import type { Deadline } from './deadline.ts';
import type { Frames } from './frames.ts';
import { READINESS } from './readiness.ts';
import type { Readiness } from './readiness.ts';
import type { Traffic } from './traffic.ts';
import { PAGE_LIMITS, VIEWPORT } from './story.ts';

export const REVEAL = {
  /** Tall enough for few steps, low enough for the memory of one. */
  windowPx: 3_600,
  heightPx: 120_000,
  ms: 20_000,
  /** A page that does not stand still is gone through quickly. */
  movingMs: 1_500,
  /** Each step is drawn before it is looked at, and is given so long to end what it begins. */
  stepMs: 2_500,
  stepStillMs: 60,
  /** At the end a page is given more, because there it may go on. */
  endMs: 200,
  /** A page that grows by more than this with the window measures itself by it: the window stays as it is. */
  growth: 1.3,
  insideSteps: 60,
  /** So many words that were there and are gone, and such a share of all that was passed, mean that a page recycles. */
  vanished: 3,
  vanishedShare: 0.3,
} as const;

export interface Revealed {
  readonly heightPx: number;
  readonly steps: number;
  /** It takes away what is out of the window: never all of it is drawn. */
  readonly recycles: boolean;
  /** In words; empty: all of it was seen. */
  readonly limits: readonly string[];
  /** What was still going on in the end; null: nothing. */
  readonly unrest: string | null;
}

interface Reached {
  readonly height: number;
  readonly elements: number;
}

export async function reveal(
  session: CDPSession,
  frames: Frames,
  traffic: Traffic,
  readiness: Readiness,
  deadline: Deadline,
  moving: boolean,
): Promise<Revealed> {
  const start = performance.now();
  const mostMs = Math.min(moving ? REVEAL.movingMs : REVEAL.ms, deadline.leftMs() / 2);
  const late = (): boolean => performance.now() - start > mostMs;
  const limits: string[] = [];
  const ask = <T>(work: Promise<T>): Promise<T> =>
    deadline.bound(work, READINESS.answerMs, 'page-does-not-answer');
  const reach = (y: number): Promise<Reached> => ask(frames.askMain<Reached>('reach', y));
  /** Does so, and waits for what that began; for nothing when it began nothing. */
  const after = async (
    doing: () => Promise<unknown>,
    before: Reached,
    y: number,
    stillMs: number,
  ): Promise<Reached> => {
    const asked = traffic.asked;
    await doing();
    const here = await reach(y);
    if (traffic.asked === asked && traffic.stillOpen() === 0 && same(here, before)) return here;
    await readiness.settle(moving ? REVEAL.stepStillMs : REVEAL.stepMs, stillMs);
    return await reach(y);
  };
  /** Goes there and has it drawn. */
  const go = async (y: number): Promise<void> => {
    await readiness.moved();
    await reach(y);
    await ask(frames.askMain('drawn'));
  };

  let here = await reach(0);
  let steps = 0;
  const first = here.height;
  if (first > VIEWPORT.height) {
    let stepPx: number = REVEAL.windowPx;
    await windowHeight(session, REVEAL.windowPx);
    here = await reach(0);
    if (here.height > Math.max(first, REVEAL.windowPx) * REVEAL.growth) {
      stepPx = VIEWPORT.height;
      await windowHeight(session, VIEWPORT.height);
      here = await reach(0);
    }
    for (let y = 0; ; y += stepPx) {
      steps += 1;
      here = await after(() => go(y), here, y, REVEAL.stepStillMs);
      if (y + stepPx >= here.height) {
        // It may go on after a moment.
        if (!late()) here = await after(() => pause(REVEAL.endMs), here, y, REVEAL.endMs);
        if (y + stepPx >= here.height) break;
      }
      if (y + stepPx >= REVEAL.heightPx) {
        limits.push(`the page goes on below ${REVEAL.heightPx} px, which is as far as it is opened`);
        break;
      }
      if (late()) {
        limits.push(
          `the page was opened down to ${Math.min(y + stepPx, here.height)} px in ${Math.round(performance.now() - start)} ms, which is as long as that may take`,
        );
        break;
      }
    }
    await readiness.moved();
    if (stepPx !== VIEWPORT.height) await windowHeight(session, VIEWPORT.height);
  }

  let inside = 0;
  for (; inside < REVEAL.insideSteps && !late(); inside += 1) {
    const asked = traffic.asked;
    const further = (await frames.askAll<number>('stepInside')).reduce((sum, { value }) => sum + value, 0);
    if (further === 0) break;
    await readiness.moved();
    await ask(frames.askAll('drawn'));
    if (traffic.asked !== asked || traffic.stillOpen() > 0)
      await readiness.settle(moving ? REVEAL.stepStillMs : REVEAL.stepMs, REVEAL.stepStillMs);
  }
  if (inside === REVEAL.insideSteps)
    limits.push(`a part that scrolls inside itself goes on after ${REVEAL.insideSteps} of its heights`);
  if (inside > 0) await frames.askAll('backInside');
  here = await reach(0);
  const { unrest } = await readiness.settle(moving ? PAGE_LIMITS.revealMovingMs : PAGE_LIMITS.revealMs);
  const { gone, of } =
    steps > 1 ? await frames.askMain<{ gone: number; of: number }>('vanished') : { gone: 0, of: 0 };
  const recycles = gone >= REVEAL.vanished && gone >= of * REVEAL.vanishedShare;
  return { heightPx: here.height, steps, recycles, limits, unrest };
}

function same(a: Reached, b: Reached): boolean {
  return a.height === b.height && a.elements === b.elements;
}

/** The window of a visitor, or one of another height. */
export async function windowHeight(session: CDPSession, height: number): Promise<void> {
  await session.send('Emulation.setDeviceMetricsOverride', {
    width: VIEWPORT.width,
    height,
    deviceScaleFactor: VIEWPORT.scale,
    mobile: false,
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}
