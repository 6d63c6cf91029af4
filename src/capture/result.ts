/**
 * What a capture is asked and what it answers. The outcome is a value: a page that is gone, walled or empty is a
 * finding with its evidence, never a success and never an exception that loses the report.
 */
import type { LookAnswer } from '#db/db.ts';
import type { SignedBy } from './wacz.ts';

export type CaptureOutcome = 'captured' | 'partial' | 'gone' | 'wall' | 'empty' | 'blocked' | 'timeout';

export interface CaptureRequest {
  /** An absolute http or https address, as it was reported. */
  readonly address: string;
  /** The text that was reported, to be found on the page; null when none was given. */
  readonly targetText: string | null;
  /** The platform's own id of the addressed element, where known. */
  readonly targetId: string | null;
  /** One deadline for all of it. */
  readonly deadlineMs: number;
  /** An empty folder that the caller made and will remove; files are written here. */
  readonly scratchDir: string;
}

export type CapturedRole =
  /** One file, or several: then they are tiles, from top to bottom and from left to right within a row. */
  | 'screenshot-fullpage'
  | 'screenshot-viewport'
  /** The addressed comment with its thread context. */
  | 'screenshot-element'
  | 'page-text'
  | 'wacz'
  | 'capture-report'
  /** Of a second look: a witness, and never evidence of the content. */
  | 'second-look-picture'
  | 'second-look-report';

/** Where a tile lies on the whole picture, in CSS pixels. `index` counts from 0. */
export interface PicturePart {
  readonly index: number;
  readonly count: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface CapturedFile {
  readonly role: CapturedRole;
  readonly path: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Of a full-page picture and of an element's: what part of the page it shows. */
  readonly part?: PicturePart;
}

/** Found by address fragment or id, or by its text; with the method, because a court will ask. */
export interface TargetFound {
  readonly method: 'element-id' | 'address-fragment' | 'text-exact' | 'text-normalised';
  /** What was looked for is never repeated here; where it was found, in words. */
  readonly where: string;
}

export interface CaptureEvidence {
  /** Which rule decided, by name, with the figure and the threshold that it was held against. */
  readonly rule: string;
  readonly figure: string | number | null;
  readonly threshold: string | number | null;
}

export interface CaptureResult {
  readonly outcome: CaptureOutcome;
  readonly evidence: readonly CaptureEvidence[];
  /** Null: it was looked for and not found, or there was nothing to look for (`targetAsked`). */
  readonly target: TargetFound | null;
  readonly targetAsked: boolean;
  /** By name: what was asked for and not received, and limits that were reached. */
  readonly missing: readonly string[];
  readonly files: readonly CapturedFile[];
  /** Characters of the visible text for which no font of this machine had a glyph: the picture shows boxes there. */
  readonly glyphs: { readonly missing: readonly string[] };
  /** The page's exchanges as they were archived; null: none were. */
  readonly archive: {
    readonly exchanges: number;
    readonly bytes: number;
    readonly notArchived: readonly { readonly address: string; readonly why: string }[];
    readonly signedBy: SignedBy;
  } | null;
  readonly finalAddress: string | null;
  readonly httpStatus: number | null;
  readonly redirects: readonly { readonly address: string; readonly status: number }[];
  /** Times are UTC RFC 3339 with milliseconds, by this machine's clock. */
  readonly times: Readonly<Record<string, string>>;
  readonly tool: { readonly name: string; readonly version: string; readonly browser: string };
  readonly viewport: { readonly width: number; readonly height: number; readonly scale: number };
  /** Whether Chromium ran inside its own sandbox; a capture without it says so for ever. */
  readonly sandbox: boolean;
}

export interface RenderRequest {
  /** A complete HTML document of our own, without script and without outside references. */
  readonly html: string;
  readonly deadlineMs: number;
  readonly scratchDir: string;
}

export type UnknownBecause =
  | 'wall'
  | 'empty'
  | 'blocked'
  | 'timeout'
  /** Something lies over it. */
  | 'covered'
  | 'not-seen-whole'
  /** Nothing that was reported tells it from other content. */
  | 'nothing-to-tell-by'
  /** The element that the report names is there; what stands in it now may be anything. */
  | 'only-its-place'
  | 'browser-missing'
  | 'browser-crashed';

/** A second look, after a removal: a witness of what the public sees then, and no capture. */
export interface SecondLook {
  readonly answer: LookAnswer;
  /** Why it is unknown; null when it is not. */
  readonly because: UnknownBecause | null;
  /** What the page was, by the same rules as a capture. */
  readonly outcome: CaptureOutcome;
  readonly evidence: readonly CaptureEvidence[];
  readonly target: TargetFound | null;
  readonly finalAddress: string | null;
  readonly httpStatus: number | null;
  readonly times: Readonly<Record<string, string>>;
  /** The window's picture, where there was one, and the report. */
  readonly files: readonly CapturedFile[];
  readonly tool: CaptureResult['tool'];
  readonly sandbox: boolean;
}

export interface CaptureBrowser {
  capture(request: CaptureRequest): Promise<CaptureResult>;
  /** Whether the target is still there. */
  lookAgain(request: CaptureRequest): Promise<SecondLook>;
  /** A picture of a card of our own making. It says on its face that it is a rendering; it is never evidence of a page. */
  render(request: RenderRequest): Promise<CapturedFile & { readonly tool: CaptureResult['tool'] }>;
  /** Whether a browser can be started here, its version, and whether its sandbox works. Rejects with `browser-missing`. */
  health(): Promise<{ readonly version: string; readonly path: string; readonly sandbox: boolean }>;
  close(): Promise<void>;
}
