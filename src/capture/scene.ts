/** What the steps of one capture share, and how a step may fail without ending the others. */
import type { CDPSession } from 'puppeteer-core';
import type { Deadline } from './deadline.ts';
import { TooLate } from './deadline.ts';
import type { Frames } from './frames.ts';
import type { Readiness } from './readiness.ts';
import type { CaptureRequest } from './result.ts';
import type { Story } from './story.ts';
import type { TargetQuery } from './target.ts';
import type { Traffic } from './traffic.ts';

export interface Scene {
  readonly story: Story;
  readonly request: CaptureRequest;
  readonly session: CDPSession;
  readonly frames: Frames;
  readonly traffic: Traffic;
  readonly deadline: Deadline;
  readonly readiness: Readiness;
  readonly query: TargetQuery | null;
  /** Bounded by the deadline, by a limit of its own, and by the page's crash. */
  readonly bound: <T>(work: Promise<T>, limitMs: number, rule: string) => Promise<T>;
}

/** A picture that cannot be had is named as missing; the capture goes on. */
export async function attempt({ story }: Scene, name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (story.crashed) throw error;
    // What we could not write is our failure, not the page's.
    if (error instanceof Error && 'syscall' in error) throw error;
    story.missing.push(name);
    if (error instanceof TooLate && error.rule === 'deadline') throw error;
  }
}
