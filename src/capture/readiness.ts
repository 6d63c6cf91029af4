/**
 * When a page is ready to be pictured: by evidence, not by a fixed wait and not by network silence. Ready is when
 * nothing that paints is open or undecoded and the layout was still for a moment. Streams and polls are not waited
 * for; a layout that never stands still is given a few seconds and then said to move.
 */
import type { Deadline } from './deadline.ts';
import type { Frames } from './frames.ts';
import type { Traffic } from './traffic.ts';

export const READINESS = {
  everyMs: 50,
  /** The layout must have been the same for so long. */
  stillMs: 350,
  /** Longest wait for what was asked for and has not come. */
  openMs: 12_000,
  /** Longest wait for a layout that moves although nothing is open. */
  movingMs: 3_000,
  /** A page that does not answer a question for so long is hung. */
  answerMs: 8_000,
} as const;

interface Signature {
  readonly ready: string;
  readonly elements: number;
  readonly height: number;
  readonly undecoded: number;
  readonly fonts: string;
}

export interface Rest {
  /** Null: it came to rest. Otherwise what was still going on. */
  readonly unrest: string | null;
  readonly waitedMs: number;
}

export async function settle(
  frames: Frames,
  traffic: Traffic,
  deadline: Deadline,
  openMs: number = READINESS.openMs,
): Promise<Rest> {
  const start = performance.now();
  let last = '';
  let stillSince = start;
  for (;;) {
    const answers = await deadline.bound(
      frames.askAll<Signature>('signature'),
      READINESS.answerMs,
      'page-does-not-answer',
    );
    const now = performance.now();
    const waitedMs = Math.round(now - start);
    const signature = answers.map(({ value }) => `${value.elements} ${value.height}`).join();
    if (signature !== last) {
      last = signature;
      stillSince = now;
    }
    const loading = answers[0]?.value.ready !== 'complete';
    const undecoded = answers.reduce((sum, { value }) => sum + value.undecoded, 0);
    const fontsOpen = answers.some(({ value }) => value.fonts === 'loading');
    const open = traffic.stillOpen();
    const isOpen = loading || undecoded > 0 || fontsOpen || open > 0;
    const still = now - stillSince >= READINESS.stillMs;
    if (!isOpen && still) return { unrest: null, waitedMs };
    if (waitedMs >= openMs || deadline.leftMs() < openMs / 2) {
      const words = [
        ...(open > 0 ? [`${open} requests open`] : []),
        ...(undecoded > 0 ? [`${undecoded} pictures not decoded`] : []),
        ...(fontsOpen ? ['fonts not loaded'] : []),
        ...(loading ? ['still loading'] : []),
        ...(still ? [] : ['layout moving']),
      ];
      return { unrest: words.join(', '), waitedMs };
    }
    if (!isOpen && waitedMs >= READINESS.movingMs) return { unrest: 'layout moving', waitedMs };
    await new Promise((done) => setTimeout(done, READINESS.everyMs));
  }
}
