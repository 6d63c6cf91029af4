/**
 * When a page is ready to be pictured: by evidence, not by a fixed wait and not by network silence. Ready is when
 * nothing that paints is open or undecoded and the layout was still for a moment. Streams and polls are not waited
 * for; a layout that never stands still is given a few seconds and then said to move.
 *
 * How long still is still enough depends on the page: one that grew in steps of its own is given more than its longest
 * step. What an answer of the net or a move of ours brought is no step of its own. A page that shows nothing yet, or
 * only something that turns, is given more time before that is believed.
 */
import type { Deadline } from './deadline.ts';
import type { Frames } from './frames.ts';
import { showsNothing } from './rules.ts';
import type { Traffic } from './traffic.ts';

export const READINESS = {
  everyMs: 25,
  /** The layout must have been the same for so long. */
  stillMs: 120,
  /** And so many times the longest of the last pauses between its changes, up to this. */
  pauseTimes: 1.6,
  stillMostMs: 600,
  /** Less will do where it is looked at again before anything is pictured. */
  firstStillMs: 60,
  /** After a move of ours a page is given so long to begin something. */
  beginMs: 40,
  /** What has changed, or is asked for, so soon after such a move is its doing. */
  moveShownMs: 100,
  /** A change that follows so soon on the end of a request is its doing. */
  answerShownMs: 150,
  /** Scripts start their timers when the page is loaded: none is pictured sooner after that, or after what they did. */
  afterLoadMs: 400,
  /** Longest wait for what was asked for and has not come; a fifth of the deadline where that is longer. */
  openMs: 12_000,
  /** Longest wait for a layout that moves although nothing is open. */
  movingMs: 3_000,
  /** How much longer a page is looked at that shows nothing, or a spinner and next to nothing. */
  unfinishedMs: 3_000,
  unfinishedEveryMs: 150,
  /** Text below this is next to nothing, where something turns. */
  unfinishedTextChars: 200,
  /** So much of the window taken by spinners and skeletons is a page that is not there yet, whatever its menu says. */
  unfinishedShare: 0.25,
  /** A page that does not answer a question for so long is hung. */
  answerMs: 8_000,
} as const;

/** Whoever gives captures more time, on a slow machine or line, gives more to what is open, too. */
export function openLimitMs(deadlineMs: number): number {
  return Math.max(READINESS.openMs, deadlineMs / 5);
}

interface Signature {
  readonly url: string;
  readonly ready: string;
  readonly elements: number;
  readonly height: number;
  readonly undecoded: number;
  readonly fonts: string;
}

interface Unfinished {
  readonly chars: number;
  /** Fields to fill in: whoever asks something is done. */
  readonly controls: boolean;
  readonly graphics: { readonly count: number; readonly px: number; readonly largestPx: number };
  readonly marks: number;
  readonly marksShare: number;
}

export interface Rest {
  /** Null: it came to rest. Otherwise what was still going on. */
  readonly unrest: string | null;
  readonly waitedMs: number;
}

/** One page's way to its rest, in as many parts as it is opened up in. */
export class Readiness {
  readonly #frames: Frames;
  readonly #traffic: Traffic;
  readonly #deadline: Deadline;
  #last = '';
  /** Since when the layout has been the same. */
  #changedMs = performance.now();
  /** When we moved it last, and whether it was not looked at since. */
  #movedMs = -Infinity;
  #movedJust = false;
  /** When it last changed by itself. */
  #ownMs = -Infinity;
  #loadedMs: number | null = null;
  /** It shows something, or was looked at for long enough. */
  #finished = false;
  #gaveUp = false;
  /** Pauses between the latest changes of the layout. */
  readonly #pauses: number[] = [];

  constructor(frames: Frames, traffic: Traffic, deadline: Deadline) {
    this.#frames = frames;
    this.#traffic = traffic;
    this.#deadline = deadline;
  }

  /** It was looked at for as long as such a page is, and still shows nothing, or something that turns. */
  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  /** Whoever moves the page, or changes its window, says so before; what changed until then was not our doing. */
  async moved(): Promise<void> {
    await this.#look();
    this.#movedMs = performance.now();
    this.#movedJust = true;
  }

  /** Waits for rest; `openMs` bounds the wait for what is open. */
  async settle(openMs: number, stillMs: number = READINESS.stillMs): Promise<Rest> {
    const start = performance.now();
    let movingMs = start;
    let shownMs: number | null = null;
    for (;;) {
      const { loading, undecoded, fontsOpen } = await this.#look();
      const now = performance.now();
      const waitedMs = Math.round(now - start);
      const open = this.#traffic.stillOpen();
      const isOpen = loading || undecoded > 0 || fontsOpen || open > 0;
      const longest = Math.max(0, ...this.#pauses);
      const needMs = Math.min(Math.max(stillMs, longest * READINESS.pauseTimes), READINESS.stillMostMs);
      // A page needs a moment to draw what it was answered, and what came into its window.
      const drawnMs = now - Math.max(this.#movedMs, this.#traffic.lastAnswer?.endedMs ?? 0);
      const still = now - this.#changedMs >= needMs && drawnMs >= stillMs && waitedMs >= READINESS.beginMs;
      if (isOpen) movingMs = now;
      if (!isOpen && still) {
        // A page that the server calls a failure is not about to become another.
        this.#finished ||= (this.#traffic.main?.status ?? 0) >= 400 || (await this.#isFinished());
        shownMs ??= now;
        // What it does not show after that, it does not show: the rules have a word for it.
        if (now - shownMs >= READINESS.unfinishedMs) this.#finished = this.#gaveUp = true;
        if (this.#finished || waitedMs >= openMs) return { unrest: null, waitedMs };
        await pause(READINESS.unfinishedEveryMs);
        continue;
      }
      if (waitedMs >= openMs || this.#deadline.leftMs() < openMs / 2) {
        const words = [
          ...(open > 0 ? [`${open} requests open`] : []),
          ...(undecoded > 0 ? [`${undecoded} pictures not decoded`] : []),
          ...(fontsOpen ? ['fonts not loaded'] : []),
          ...(loading ? ['still loading'] : []),
          ...(still ? [] : ['layout moving']),
        ];
        return { unrest: words.join(', '), waitedMs };
      }
      if (!isOpen && now - movingMs >= READINESS.movingMs) return { unrest: 'layout moving', waitedMs };
      await pause(READINESS.everyMs);
    }
  }

  /**
   * Waits out the first moment after the load, in which scripts start, and after what they changed then; answers
   * whether anything changed since.
   */
  async afterLoad(): Promise<boolean> {
    const before = this.#last;
    const loadedMs = this.#loadedMs ?? performance.now();
    const dueMs =
      Math.min(Math.max(loadedMs, this.#ownMs), loadedMs + READINESS.movingMs) + READINESS.afterLoadMs;
    while (performance.now() < dueMs && this.#deadline.leftMs() > READINESS.afterLoadMs) {
      await pause(READINESS.everyMs);
      await this.#look();
      if (this.#last !== before || this.#traffic.stillOpen() > 0) return true;
    }
    await this.#look();
    return this.#last !== before;
  }

  async #look(): Promise<{ loading: boolean; undecoded: number; fontsOpen: boolean }> {
    const answers = await this.#deadline.bound(
      this.#frames.askAll<Signature>('signature'),
      READINESS.answerMs,
      'page-does-not-answer',
    );
    const now = performance.now();
    const loading = answers[0]?.value.ready !== 'complete';
    const signature = answers.map(({ value }) => `${value.url} ${value.elements} ${value.height}`).join();
    if (signature !== this.#last) {
      const documents = answers[0]?.value.url !== this.#last.split(' ')[0];
      // Before the load there is no rhythm yet, and another document has its own.
      if (loading || documents) this.#pauses.length = 0;
      else if (this.#loadedMs !== null) this.#note(now, Math.max(this.#changedMs, this.#loadedMs));
      if (documents) {
        this.#loadedMs = null;
        this.#finished = this.#gaveUp = false;
      }
      this.#last = signature;
      this.#changedMs = now;
    }
    this.#movedJust = false;
    if (!loading) this.#loadedMs ??= now;
    return {
      loading,
      undecoded: answers.reduce((sum, { value }) => sum + value.undecoded, 0),
      fontsOpen: answers.some(({ value }) => value.fonts === 'loading'),
    };
  }

  /** Keeps how long the page was quiet before it changed, or asked for what changed it, by itself. */
  #note(now: number, sinceMs: number): void {
    const answer = this.#traffic.lastAnswer;
    const byAnswer =
      answer !== null && answer.endedMs > sinceMs && now - answer.endedMs <= READINESS.answerShownMs;
    const begunMs = byAnswer ? Math.max(sinceMs, answer.askedMs) : now;
    const sinceMoveMs = begunMs - this.#movedMs;
    if (sinceMoveMs >= 0 && sinceMoveMs <= READINESS.moveShownMs && (byAnswer || this.#movedJust)) return;
    this.#ownMs = now;
    this.#pauses.push(Math.min(begunMs - sinceMs, READINESS.stillMostMs));
    if (this.#pauses.length > 3) this.#pauses.shift();
  }

  async #isFinished(): Promise<boolean> {
    const seen = await this.#deadline.bound(
      this.#frames.askAll<Unfinished>('unfinished'),
      READINESS.answerMs,
      'page-does-not-answer',
    );
    const chars = seen.reduce((sum, { value }) => sum + value.chars, 0);
    if (seen.some(({ value }) => value.controls && value.marks === 0)) return true;
    const marks = seen.reduce((sum, { value }) => sum + value.marks, 0);
    const drawn = seen.map(({ value }) => value.graphics);
    const share = Math.max(0, ...seen.map(({ value }) => value.marksShare));
    return !(
      showsNothing(chars, {
        largestPicturePx: Math.max(0, ...drawn.map(({ largestPx }) => largestPx)),
        graphics: drawn.reduce((sum, { count }) => sum + count, 0),
        graphicsPx: drawn.reduce((sum, { px }) => sum + px, 0),
      }) ||
      (marks > 0 && chars < READINESS.unfinishedTextChars) ||
      share >= READINESS.unfinishedShare
    );
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}
