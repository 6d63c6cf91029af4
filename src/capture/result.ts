/**
 * What a capture is asked and what it answers. The outcome is a value: a page that is gone, walled or empty is a
 * finding with its evidence, never a success and never an exception that loses the report.
 */
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

export type CapturedRole = 'screenshot-fullpage' | 'screenshot-viewport' | 'page-text' | 'capture-report';

export interface CapturedFile {
  readonly role: CapturedRole;
  readonly path: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
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

export interface CaptureBrowser {
  capture(request: CaptureRequest): Promise<CaptureResult>;
  /** A picture of a card of our own making. It says on its face that it is a rendering; it is never evidence of a page. */
  render(request: RenderRequest): Promise<CapturedFile & { readonly tool: CaptureResult['tool'] }>;
  /** Whether a browser can be started here, its version, and whether its sandbox works. Rejects with `browser-missing`. */
  health(): Promise<{ readonly version: string; readonly path: string; readonly sandbox: boolean }>;
  close(): Promise<void>;
}
