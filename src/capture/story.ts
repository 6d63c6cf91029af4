/** What is known of a capture so far, and the limits that it runs under. */
import type { RunningBrowser } from './browser.ts';
import type { EgressLane } from './egress.ts';
import type { Rest } from './readiness.ts';
import type { CapturedFile, CaptureResult } from './result.ts';
import type { Revealed } from './reveal.ts';
import type { Observed, Sight } from './rules.ts';
import type { SignWacz } from './signature.ts';
import type { TargetSearch } from './target.ts';
import type { Traffic } from './traffic.ts';

export const VIEWPORT = { width: 1280, height: 900, scale: 1 } as const;
export const PAGE_LIMITS = {
  navigationMs: 30_000,
  /** Of one picture; of all tiles of one, `picturesMs`. */
  pictureMs: 20_000,
  picturesMs: 60_000,
  /** How long a page may take to settle after it was opened up; the shorter one when it had not settled before. */
  revealMs: 4_000,
  revealMovingMs: 600,
  /** A page at rest may still be about to ask for its comments: so long the target is waited for. */
  targetMs: 2_000,
  /** How often a page that changed while it was opened up is opened up anew. */
  rounds: 3,
  /** How long the content of a moved window is waited for. */
  windowMs: 2_000,
  /** A part that scrolls inside itself is grown to so much. */
  grownPx: 60_000,
} as const;

export interface PageOptions {
  readonly running: RunningBrowser;
  readonly lane: EgressLane;
  readonly tool: CaptureResult['tool'];
  /** Trial only: `host:port` pairs that may be opened although they are not public. */
  readonly allow: readonly string[];
  readonly sign: SignWacz;
}

/** `look`: whether the target is there, with a picture of the window and nothing more. */
export type Depth = 'whole' | 'look';

export type PageSight = Sight & { readonly brokenPictures: number };

/** What the page did to its visitor, beside being there. Kinds and addresses, never words. */
interface Incidents {
  dialogs: number;
  popups: number;
  downloads: number;
  readonly what: { readonly kind: string; readonly address: string | null; readonly at: string }[];
}

/**
 * What was done about layers that ask for consent. `hidden`: out of our sight, not of the page's. `refused`: a button
 * that refuses was pressed, because there was nothing to be seen without an answer.
 */
export interface Consent {
  readonly layers: number;
  readonly share: number;
  readonly done: 'hidden' | 'refused';
}

/** What is known so far; the steps fill it in, so that what was reached before a deadline is not lost. */
export interface Story {
  readonly times: Record<string, string>;
  readonly files: CapturedFile[];
  readonly missing: string[];
  readonly incidents: Incidents;
  traffic: Traffic | null;
  text: string | null;
  /** The page has more text than is read of one. */
  textCut: boolean;
  sight: PageSight | null;
  rest: Rest | null;
  revealed: Revealed | null;
  closedRoots: number;
  /** Its tree was too large to look for closed shadow roots in it. */
  treeUnread: boolean;
  /** Frames that did not answer. */
  unread: number;
  consent: Consent | null;
  consentLeft: boolean;
  glyphs: { missing: string[]; looked: number };
  search: TargetSearch | null;
  elementContext: readonly string[];
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
    incidents: { dialogs: 0, popups: 0, downloads: 0, what: [] },
    traffic: null,
    text: null,
    textCut: false,
    sight: null,
    rest: null,
    revealed: null,
    closedRoots: 0,
    treeUnread: false,
    unread: 0,
    consent: null,
    consentLeft: false,
    glyphs: { missing: [], looked: 0 },
    search: null,
    elementContext: [],
    finalAddress: null,
    refusedAddress: null,
    navigationError: null,
    timedOut: null,
    crashed: false,
  };
}
