/** What is known of a capture so far, and the limits that it runs under. */
import type { RunningBrowser } from './browser.ts';
import type { EgressLane } from './egress.ts';
import type { Rest } from './readiness.ts';
import type { CapturedFile, CaptureResult } from './result.ts';
import type { Observed, Sight } from './rules.ts';
import type { TargetSearch } from './target.ts';
import type { Traffic } from './traffic.ts';

export const VIEWPORT = { width: 1280, height: 900, scale: 1 } as const;
export const PAGE_LIMITS = {
  /** Chromium fails or repeats beyond 16,384 device pixels a side; tiles are the next step. */
  pictureHeightPx: 16_000,
  navigationMs: 30_000,
  pictureMs: 20_000,
  /** How long a page may take to settle after it was scrolled through; the shorter one when it had not settled before. */
  revealMs: 4_000,
  revealMovingMs: 1_000,
  /** A page at rest may still be about to ask for its comments: so long the target is waited for. */
  targetMs: 3_000,
} as const;

export interface PageOptions {
  readonly running: RunningBrowser;
  readonly lane: EgressLane;
  readonly tool: CaptureResult['tool'];
  /** Trial only: `host:port` pairs that may be opened although they are not public. */
  readonly allow: readonly string[];
}

export type PageSight = Sight & { readonly brokenPictures: number };

/** What is known so far; the steps fill it in, so that what was reached before a deadline is not lost. */
export interface Story {
  readonly times: Record<string, string>;
  readonly files: CapturedFile[];
  readonly missing: string[];
  readonly incidents: { dialogs: number; popups: number; downloads: number };
  traffic: Traffic | null;
  sight: PageSight | null;
  rest: Rest | null;
  search: TargetSearch | null;
  finalAddress: string | null;
  refusedAddress: string | null;
  navigationError: string | null;
  timedOut: Observed['timedOut'];
  crashed: boolean;
}

export function newStory(): Story {
  return {
    times: { started: new Date().toISOString() },
    files: [],
    missing: [],
    incidents: { dialogs: 0, popups: 0, downloads: 0 },
    traffic: null,
    sight: null,
    rest: null,
    search: null,
    finalAddress: null,
    refusedAddress: null,
    navigationError: null,
    timedOut: null,
    crashed: false,
  };
}
