/**
 * What a capture is called. Pure: figures in, outcome and evidence out; the thresholds are data and go into the
 * capture report. The order of the rules is the order of their certainty: what our own proxy did, what the server
 * said, what the page shows.
 *
 * Two choices that a reader may ask about:
 *   - A host that has no address, or that refuses the connection, is `empty` with its own rule and not `gone`: only
 *     the site itself can say that content is gone, and a broken resolver here must not look like a removal there.
 *   - A page that shows the reported target uncovered is not called a wall, gone or empty for its words alone: a
 *     comment may say "log in" or "not available". What the server says (status, a redirect to /login) still counts.
 */
import type { CaptureEvidence, CaptureOutcome } from './result.ts';

export const THRESHOLDS = {
  /** A page with less visible text, and no picture, showed nothing. */
  emptyTextChars: 20,
  /** The smallest picture that counts as content; a spinner or a logo is smaller. CSS pixels squared. */
  pictureAreaPx: 10_000,
  /** Words such as "isn't available" decide only on a page with less text than this. */
  goneTextChars: 600,
  /** A password field decides only on a page with less text than this. */
  wallTextChars: 1200,
  /** An overlay that asks to log in decides when it covers this share of the viewport. */
  overlayShare: 0.3,
} as const;

const GONE_WORDS: readonly RegExp[] = [
  /(content|page|post|comment|photo|video|tweet|account|profile|story|link)[^.!?\n]{0,40}\b(isn['’]?t|is not|is no longer|are not|aren['’]?t) (currently )?available/i,
  /(page|post|comment|content|video|tweet)[^.!?\n]{0,30}\b(does not|doesn['’]?t|no longer) exists?\b/i,
  /\b(was|has been|have been|were) (deleted|removed|taken down)\b/i,
  /\b(page|post|comment|content|resource) (was )?not found\b/i,
  /\b(couldn['’]?t|could not|can['’]?t) find (this|that|the) (page|post|comment|account|content)\b/i,
];
const WALL_WORDS: readonly RegExp[] = [
  /\b(log|sign) ?in to (continue|see|view|comment|your|keep|read)/i,
  /\byou must (log|sign|be logged) ?in\b/i,
  /\bcontinue (to|with) (facebook|instagram|x|twitter|google|apple|linkedin|nextdoor|tiktok)\b/i,
  /\bplease (log|sign) ?in\b/i,
  /\b(verify|confirm|prove) (that )?you(['’]re| are) (a )?(human|not a robot)\b/i,
  /\bunusual traffic\b/i,
  /\bsee more on (facebook|instagram)\b/i,
];
const WALL_PATH =
  /^\/(login|checkpoint|accounts\/login|uas\/login|authwall|signin|sign-in|i\/flow\/login|sessions?\/new|sorry)(\/|\.php|\.html|$)/i;

/** What a page showed, in figures. */
export interface Sight {
  readonly text: string;
  readonly title: string;
  readonly largestPicturePx: number;
  readonly passwordFields: number;
  /** Text and share of the viewport of each layer that lies over the page. */
  readonly overlays: readonly { readonly text: string; readonly share: number }[];
}

export interface Observed {
  /** Why the address was not even asked for; null when it was. */
  readonly refusedAddress: string | null;
  /** What our proxy did with the main document's last request; `passed` when the site answered. */
  readonly egress: { readonly verdict: 'passed' | 'refused' | 'failed'; readonly reason: string | null };
  /** Why no document came, in the browser's words; null when one came. */
  readonly navigationError: string | null;
  /** The deadline passed, or the page stopped answering, before it was read. */
  readonly timedOut: { readonly rule: string; readonly ms: number } | null;
  readonly rendererCrashed: boolean;
  readonly status: number | null;
  readonly askedPath: string;
  readonly finalPath: string | null;
  /** Null: the page could not be read. */
  readonly sight: Sight | null;
  readonly targetFound: boolean;
  readonly missing: readonly string[];
}

export interface Verdict {
  readonly outcome: CaptureOutcome;
  readonly evidence: readonly CaptureEvidence[];
}

export function judge(seen: Observed): Verdict {
  if (seen.refusedAddress !== null) return as('blocked', seen.refusedAddress, null, null);
  if (seen.egress.verdict === 'refused') return as('blocked', 'egress-refused', seen.egress.reason, null);
  if (seen.timedOut !== null) return as('timeout', seen.timedOut.rule, null, seen.timedOut.ms);
  if (seen.egress.verdict === 'failed')
    return as('empty', seen.egress.reason ?? 'connection-failed', null, null);
  if (seen.navigationError !== null) return as('empty', 'no-document', seen.navigationError, null);
  if (seen.rendererCrashed) return as('empty', 'renderer-crashed', null, null);

  const status = seen.status;
  if (status === 404 || status === 410) return as('gone', 'status-gone', status, '404, 410');
  if (status === 401 || status === 403 || status === 407 || status === 429 || status === 451)
    return as('wall', 'status-wall', status, '401, 403, 407, 429, 451');
  if (seen.finalPath !== null && WALL_PATH.test(seen.finalPath) && !WALL_PATH.test(seen.askedPath))
    return as(
      'wall',
      'login-path',
      matched(WALL_PATH, seen.finalPath),
      'the address that was asked for is none',
    );

  const sight = seen.sight;
  if (sight === null) return as('empty', 'page-not-readable', null, null);
  const chars = sight.text.replace(/\s+/g, ' ').trim().length;
  if (!seen.targetFound) {
    const wall = wallOf(sight, chars, seen.finalPath);
    if (wall !== null) return { outcome: 'wall', evidence: [wall] };
    if (chars < THRESHOLDS.goneTextChars) {
      const index = GONE_WORDS.findIndex((words) => words.test(sight.text) || words.test(sight.title));
      if (index >= 0)
        return {
          outcome: 'gone',
          evidence: [
            { rule: 'gone-words', figure: `pattern ${index + 1} of ${GONE_WORDS.length}`, threshold: null },
            { rule: 'gone-text-chars', figure: chars, threshold: THRESHOLDS.goneTextChars },
          ],
        };
    }
    if (chars < THRESHOLDS.emptyTextChars && sight.largestPicturePx < THRESHOLDS.pictureAreaPx)
      return {
        outcome: 'empty',
        evidence: [
          { rule: 'empty-text-chars', figure: chars, threshold: THRESHOLDS.emptyTextChars },
          { rule: 'empty-picture-area', figure: sight.largestPicturePx, threshold: THRESHOLDS.pictureAreaPx },
        ],
      };
    // The server itself says that it failed; what it drew instead is not the page.
    if (status !== null && status >= 400) return as('empty', 'status-error', status, '400 and above');
  }
  const shown: CaptureEvidence[] = [
    { rule: 'text-chars', figure: chars, threshold: THRESHOLDS.emptyTextChars },
    { rule: 'picture-area', figure: sight.largestPicturePx, threshold: THRESHOLDS.pictureAreaPx },
    { rule: 'status', figure: status, threshold: 'below 400' },
  ];
  if (seen.missing.length > 0)
    return {
      outcome: 'partial',
      evidence: [{ rule: 'missing', figure: seen.missing.length, threshold: 0 }, ...shown],
    };
  return { outcome: 'captured', evidence: shown };
}

function as(
  outcome: CaptureOutcome,
  rule: string,
  figure: string | number | null,
  threshold: string | number | null,
): Verdict {
  return { outcome, evidence: [{ rule, figure, threshold }] };
}

function wallOf(sight: Sight, chars: number, finalPath: string | null): CaptureEvidence | null {
  if (sight.passwordFields > 0 && chars < THRESHOLDS.wallTextChars)
    return { rule: 'wall-password-field', figure: chars, threshold: THRESHOLDS.wallTextChars };
  for (const overlay of sight.overlays)
    if (overlay.share >= THRESHOLDS.overlayShare && WALL_WORDS.some((words) => words.test(overlay.text)))
      return { rule: 'wall-overlay-share', figure: overlay.share, threshold: THRESHOLDS.overlayShare };
  if (
    chars < THRESHOLDS.goneTextChars &&
    WALL_WORDS.some((words) => words.test(`${sight.title}\n${sight.text}`))
  )
    return { rule: 'wall-words-text-chars', figure: chars, threshold: THRESHOLDS.goneTextChars };
  if (finalPath !== null && WALL_PATH.test(finalPath) && chars < THRESHOLDS.wallTextChars)
    return { rule: 'login-path', figure: matched(WALL_PATH, finalPath), threshold: null };
  return null;
}

/** The part that matched and nothing more: a path may hold an account's name. */
function matched(pattern: RegExp, text: string): string {
  return pattern.exec(text)?.[0] ?? '';
}
