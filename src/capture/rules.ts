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
  /** Or so many smaller ones, with so much area together. */
  graphics: 2,
  graphicsAreaPx: 4_000,
  /** Words such as "isn't available" decide only on a page with less text than this. */
  goneTextChars: 600,
  /** A password field decides only on a page with less text than this. */
  wallTextChars: 1200,
  /** An overlay that asks to log in decides when it covers this share of the viewport. */
  overlayShare: 0.3,
  /** A layer that asks for consent is taken away for the pictures from this share on; a smaller one covers little. */
  consentShare: 0.05,
  /** A title or heading that says "not found" decides on a page with less text than this; sites have long menus. */
  goneHeadingChars: 4_000,
  /** Spinners and skeletons decide where they take this share of the viewport, or where there is less text than this. */
  loadingShare: 0.25,
  loadingTextChars: 200,
  /** Content behind a blur is not shown when the blur takes this share of the viewport. */
  blurredShare: 0.3,
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
  /\bsee more on (facebook|instagram)\b/i,
];
const AGE_WORDS: readonly RegExp[] = [
  /\b(you must be|are you|i am|i'm) (over |at least )?(18|21|eighteen|twenty-one)\b/i,
  /\b(verify|confirm|enter) your (age|date of birth|birth ?date)\b/i,
  /\bage[- ](restricted|verification|gate)\b/i,
];
const ROBOT_WORDS: readonly RegExp[] = [
  /\b(verify|confirm|prove) (that )?you(['’]re| are) (a )?(human|not a robot)\b/i,
  /\bi(['’]m| am) not a robot\b/i,
  /\bchecking (if the site connection is secure|your browser)\b/i,
  /\bunusual traffic\b/i,
  /\bjust a moment\b/i,
  /\benable javascript and cookies to continue\b/i,
  /\baccess (to this page )?(has been |was |is )?denied\b/i,
  /\battention required\b/i,
  /\bsecurity (check|verification)\b/i,
];
const LOADING_WORDS: readonly RegExp[] = [
  /^\W*(loading|please wait|one moment|just a (second|sec))\W*$/i,
  /\bplease wait\b[^.!?]{0,60}\b(load|loading|while)\b/i,
];
/** A title or a heading that is nothing but this. */
const GONE_HEADING =
  /^\W*((error )?404\b.{0,40}|(page|post|comment|content|profile|account|video|photo) not found.{0,40}|not found|.{0,30}(isn['’]?t|is not|no longer) available.{0,20}|(this )?(page|post|comment|content|account) (does not|doesn['’]?t) exist)\W*$/i;
/** Words by which a layer that asks for consent is known; it must ask something, too. */
const CONSENT_WORDS =
  /\b(cookies?|consent|gdpr|ccpa|(your|value) (your )?privacy|privacy (settings|choices|preferences)|tracking technologies)\b/i;
/** A whole label that refuses. Anything else is never pressed: consent is not ours to give. */
const REFUSE_LABEL =
  /^\W*(reject( all)?( cookies)?|refuse( all)?( cookies)?|decline( all)?( cookies)?|deny( all)?|disagree|no,? thanks|(use |allow |accept )?(only )?(strictly )?(necessary|essential|required)( cookies)?( only)?|continue without (accepting|consent|agreeing))\W*$/i;
const WALL_PATH =
  /^\/(login|checkpoint|accounts\/login|uas\/login|authwall|signin|sign-in|i\/flow\/login|sessions?\/new|sorry)(\/|\.php|\.html|$)/i;

/** A layer that lies over the page. */
export interface Layer {
  readonly text: string;
  /** What it calls itself: ids, classes, titles. */
  readonly label: string;
  /** Of the viewport. */
  readonly share: number;
  /** It holds neither text nor a picture nor a frame: it only dims what is below. */
  readonly bare: boolean;
}

/** What a page showed, in figures. */
export interface Sight {
  readonly text: string;
  readonly title: string;
  readonly largestPicturePx: number;
  /** All that is drawn and no text, spinners left out; and its area. */
  readonly graphics: number;
  readonly graphicsPx: number;
  readonly passwordFields: number;
  /** The first heading that is painted. */
  readonly heading: string;
  /** A frame or form that asks for a proof of being human. */
  readonly challenge: boolean;
  /** Spinners and skeletons that are painted, and their share of the viewport. */
  readonly loadingMarks: number;
  /** Those of them that the page calls so itself. */
  readonly loadingNamed: number;
  readonly loadingShare: number;
  /** The largest part that is blurred. */
  readonly blurredShare: number;
  /** Parts that scroll sideways and hold more than they show. */
  readonly sideways: number;
  /** Text and share of the viewport of each layer that lies over the page. */
  readonly overlays: readonly Layer[];
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
  /** A layer that asked for consent was met, and after what was done about it the page still showed nothing else. */
  readonly consentLeft: boolean;
  readonly missing: readonly string[];
}

export interface Verdict {
  readonly outcome: CaptureOutcome;
  readonly evidence: readonly CaptureEvidence[];
  /** All that is missing, with what only the rules see; as it was given where they did not get so far. */
  readonly missing?: readonly string[];
}

export function judge(seen: Observed): Verdict {
  if (seen.refusedAddress !== null) return as('blocked', seen.refusedAddress, null, null);
  if (seen.egress.verdict === 'refused') return as('blocked', 'egress-refused', seen.egress.reason, null);
  if (seen.timedOut !== null) return as('timeout', seen.timedOut.rule, null, seen.timedOut.ms);
  if (seen.egress.verdict === 'failed')
    return as('empty', seen.egress.reason ?? 'connection-failed', null, null);
  // Where a name and a password are asked for, some browsers show no document; the server's word is enough.
  if (seen.navigationError !== null && seen.status !== 401)
    return as('empty', 'no-document', seen.navigationError, null);
  if (seen.rendererCrashed) return as('empty', 'renderer-crashed', null, null);

  const status = seen.status;
  if (status === 404 || status === 410) return as('gone', 'status-gone', status, '404, 410');
  if (status !== null && status >= 400 && seen.sight !== null && !seen.targetFound) {
    const robot = robotOf(seen.sight, lengthOf(seen.sight.text));
    if (robot !== null)
      return {
        outcome: 'wall',
        evidence: [robot, { rule: 'status', figure: status, threshold: 'below 400' }],
      };
  }
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
  const chars = lengthOf(sight.text);
  if (!seen.targetFound) {
    const wall = wallOf(sight, chars, seen.finalPath, seen.consentLeft);
    if (wall !== null) return { outcome: 'wall', evidence: [wall] };
    const gone = goneOf(sight, chars);
    if (gone !== null) return { outcome: 'gone', evidence: gone };
    if (showsNothing(chars, sight))
      return {
        outcome: 'empty',
        evidence: [
          { rule: 'empty-text-chars', figure: chars, threshold: THRESHOLDS.emptyTextChars },
          { rule: 'empty-picture-area', figure: sight.largestPicturePx, threshold: THRESHOLDS.pictureAreaPx },
          { rule: 'empty-graphics-area', figure: sight.graphicsPx, threshold: THRESHOLDS.graphicsAreaPx },
        ],
      };
    const loading = loadingOf(sight, chars);
    if (loading !== null) return { outcome: 'empty', evidence: [loading] };
    // The server itself says that it failed; what it drew instead is not the page.
    if (status !== null && status >= 400) return as('empty', 'status-error', status, '400 and above');
  }
  const missing = [
    ...seen.missing,
    ...(sight.loadingNamed > 0 && !seen.targetFound
      ? [`${sight.loadingNamed} part${sight.loadingNamed === 1 ? ' was' : 's were'} still shown as loading`]
      : []),
    ...(sight.blurredShare >= THRESHOLDS.blurredShare ? ['a part of the page is blurred'] : []),
  ];
  const shown: CaptureEvidence[] = [
    ...(sight.sideways > 0
      ? [{ rule: 'parts-that-scroll-sideways', figure: sight.sideways, threshold: 'shown as they stood' }]
      : []),
    { rule: 'text-chars', figure: chars, threshold: THRESHOLDS.emptyTextChars },
    { rule: 'picture-area', figure: sight.largestPicturePx, threshold: THRESHOLDS.pictureAreaPx },
    { rule: 'status', figure: status, threshold: 'below 400' },
  ];
  if (missing.length > 0)
    return {
      outcome: 'partial',
      evidence: [{ rule: 'missing', figure: missing.length, threshold: 0 }, ...shown],
      missing,
    };
  return { outcome: 'captured', evidence: shown, missing };
}

/** Whether a layer asks for consent: by its words, where it covers enough to matter. */
function asksConsent(layer: Layer): boolean {
  if (layer.share < THRESHOLDS.consentShare) return false;
  // One that asks for a login is a wall, whatever it says of cookies.
  if (WALL_WORDS.some((words) => words.test(layer.text)) || AGE_WORDS.some((words) => words.test(layer.text)))
    return false;
  return CONSENT_WORDS.test(layer.text) || CONSENT_WORDS.test(layer.label.replaceAll(/[-_]/g, ' '));
}

/** The layers to take away: those that ask for consent, and then what dims the page behind them. */
export function consentLayers(layers: readonly Layer[]): number[] {
  if (!layers.some(asksConsent)) return [];
  return [...layers.entries()]
    .filter(([, layer]) => asksConsent(layer) || (layer.bare && layer.share >= THRESHOLDS.overlayShare))
    .map(([index]) => index);
}

/** The button that refuses, by its whole label; null: there is none that surely does. */
export function refusalAmong(labels: readonly string[]): number | null {
  const index = labels.findIndex((label) => REFUSE_LABEL.test(label));
  return index < 0 ? null : index;
}

function loadingOf(sight: Sight, chars: number): CaptureEvidence | null {
  if (sight.loadingShare >= THRESHOLDS.loadingShare)
    return { rule: 'loading-share', figure: sight.loadingShare, threshold: THRESHOLDS.loadingShare };
  if (chars >= THRESHOLDS.loadingTextChars) return null;
  if (LOADING_WORDS.some((words) => words.test(sight.text.trim())))
    return { rule: 'loading-words-text-chars', figure: chars, threshold: THRESHOLDS.loadingTextChars };
  if (sight.loadingMarks > 0 && sight.largestPicturePx < THRESHOLDS.pictureAreaPx)
    return { rule: 'loading-marks-text-chars', figure: chars, threshold: THRESHOLDS.loadingTextChars };
  return null;
}

function as(
  outcome: CaptureOutcome,
  rule: string,
  figure: string | number | null,
  threshold: string | number | null,
): Verdict {
  return { outcome, evidence: [{ rule, figure, threshold }] };
}

/** Neither words nor anything drawn. */
export function showsNothing(
  chars: number,
  drawn: Pick<Sight, 'largestPicturePx' | 'graphics' | 'graphicsPx'>,
): boolean {
  return (
    chars < THRESHOLDS.emptyTextChars &&
    drawn.largestPicturePx < THRESHOLDS.pictureAreaPx &&
    !(drawn.graphics >= THRESHOLDS.graphics && drawn.graphicsPx >= THRESHOLDS.graphicsAreaPx)
  );
}

/** Whether a page says by itself that it is no page: then nothing more is waited for on it. */
export function saysItIsNone(sight: Sight, finalPath: string | null): boolean {
  const chars = lengthOf(sight.text);
  return wallOf(sight, chars, finalPath, false) !== null || goneOf(sight, chars) !== null;
}

function goneOf(sight: Sight, chars: number): readonly CaptureEvidence[] | null {
  const index =
    chars < THRESHOLDS.goneTextChars
      ? GONE_WORDS.findIndex((words) => words.test(sight.text) || words.test(sight.title))
      : -1;
  if (index >= 0)
    return [
      { rule: 'gone-words', figure: `pattern ${index + 1} of ${GONE_WORDS.length}`, threshold: null },
      { rule: 'gone-text-chars', figure: chars, threshold: THRESHOLDS.goneTextChars },
    ];
  const head = [sight.title, sight.heading].findIndex((line) => GONE_HEADING.test(line));
  if (head < 0 || chars >= THRESHOLDS.goneHeadingChars) return null;
  return [
    { rule: head === 0 ? 'gone-title' : 'gone-heading', figure: 'not found', threshold: null },
    { rule: 'gone-text-chars', figure: chars, threshold: THRESHOLDS.goneHeadingChars },
  ];
}

function lengthOf(text: string): number {
  return text.replace(/\s+/g, ' ').trim().length;
}

/** A check for robots, on a page that has little else. */
function robotOf(sight: Sight, chars: number): CaptureEvidence | null {
  if (chars >= THRESHOLDS.wallTextChars) return null;
  const words = `${sight.title}\n${sight.text}`;
  if (sight.challenge || (chars < THRESHOLDS.goneTextChars && ROBOT_WORDS.some((each) => each.test(words))))
    return { rule: 'wall-robot-check-text-chars', figure: chars, threshold: THRESHOLDS.wallTextChars };
  return null;
}

function wallOf(
  sight: Sight,
  chars: number,
  finalPath: string | null,
  consentLeft: boolean,
): CaptureEvidence | null {
  if (consentLeft) return { rule: 'wall-consent', figure: chars, threshold: THRESHOLDS.emptyTextChars };
  const robot = robotOf(sight, chars);
  if (robot !== null) return robot;
  if (
    chars < THRESHOLDS.goneTextChars &&
    AGE_WORDS.some((words) => words.test(`${sight.title}\n${sight.text}`))
  )
    return { rule: 'wall-age-text-chars', figure: chars, threshold: THRESHOLDS.goneTextChars };
  for (const overlay of sight.overlays)
    if (overlay.share >= THRESHOLDS.overlayShare && AGE_WORDS.some((words) => words.test(overlay.text)))
      return { rule: 'wall-age-overlay-share', figure: overlay.share, threshold: THRESHOLDS.overlayShare };
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
