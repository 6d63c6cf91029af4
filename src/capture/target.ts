/** Looking for what was reported: by the address's fragment, by ids, by text, in every frame; and whether it can be seen. */
import type { CaptureEvidence, CaptureRequest, TargetFound } from './result.ts';
import type { FrameAnswer, Frames } from './frames.ts';
import type { Rect } from './tiles.ts';

/** A text with fewer characters occurs anywhere by chance; it must then be the whole of an element. */
const SHORT_TEXT_CHARS = 12;

/**
 * What may be an id of one thing, where nothing else is known of what was reported. `?comment=1` and `#main` name parts
 * of a page on nearly every site.
 */
function isIdLike(value: string): boolean {
  return /\d{3}/.test(value) || (value.length >= 8 && /\d/.test(value));
}

/** Query members by which platforms address a comment within its page. */
const ID_MEMBERS: ReadonlySet<string> = new Set([
  'comment_id',
  'reply_comment_id',
  'commentid',
  'comment',
  'lc',
]);

export interface TargetQuery {
  readonly fragment: string | null;
  readonly ids: readonly string[];
  readonly text: string | null;
  readonly shortTextChars: number;
}

/** Null: nothing was reported that could be looked for. */
export function targetQuery(
  request: Pick<CaptureRequest, 'address' | 'targetId' | 'targetText'>,
): TargetQuery | null {
  if (!URL.canParse(request.address)) return null;
  const url = new URL(request.address);
  const text = request.targetText === null || request.targetText.trim() === '' ? null : request.targetText;
  const counts = (id: string): boolean => id.trim() !== '' && (text !== null || isIdLike(id));
  const named = request.targetId !== null && request.targetId.trim() !== '';
  const ids = new Set<string>();
  if (request.targetId !== null && counts(request.targetId)) ids.add(request.targetId);
  for (const [name, value] of url.searchParams)
    if (ID_MEMBERS.has(name.toLowerCase()) && counts(value)) ids.add(value);
  let fragment: string | null = url.hash.slice(1);
  try {
    fragment = decodeURIComponent(fragment);
  } catch {
    // Not an escape: it is taken as it stands, as browsers do.
  }
  // `#!/path` and `#/path` are addresses within a script, not elements.
  if (fragment.includes('/') || fragment.startsWith(':~:') || !counts(fragment)) fragment = null;
  // What the report names is looked for, even where it is no name by which anything could be told.
  if (fragment === null && ids.size === 0 && text === null && !named) return null;
  return { fragment, ids: [...ids], text, shortTextChars: SHORT_TEXT_CHARS };
}

interface Hit {
  readonly method: TargetFound['method'] | null;
  readonly tag?: string;
  readonly ordinal?: number;
  readonly withoutText: boolean;
}

interface Place {
  readonly top: number;
  readonly height: number;
  /** A point of it within its frame's window. */
  readonly x: number;
  readonly y: number;
  readonly uncovered: boolean;
}

/** The picture of the element, with its thread around it, may be so tall; the element itself as tall as a tile. */
export const ELEMENT_LIMITS = { contextPx: 4_000, tallestPx: 8_000, widestPx: 4_000 } as const;

interface Clip extends Rect {
  readonly scrollX: number;
  readonly scrollY: number;
  readonly targetBottom: number;
  readonly context: readonly string[];
}

export interface TargetSearch {
  readonly found: TargetFound | null;
  readonly evidence: readonly CaptureEvidence[];
  /** From the top of the page to the end of the element, where it was found in the main frame. */
  readonly bottomPx: number | null;
  readonly inMain: boolean;
}

/** Whether it is there at all yet; nothing is scrolled. */
export async function targetIsThere(frames: Frames, query: TargetQuery): Promise<boolean> {
  return (await frames.askAll<Hit>('find', query)).some(({ value }) => value.method !== null);
}

/** Finds it and scrolls it into view. Covered by another layer it does not count: a picture would not show it. */
export async function findTarget(frames: Frames, query: TargetQuery): Promise<TargetSearch> {
  const hits = await frames.askAll<Hit>('find', query);
  const index = hits.findIndex(({ value }) => value.method !== null);
  const hit = hits[index]?.value;
  const byText = hits.filter(({ value }) => value.method?.startsWith('text-') === true).length;
  const twice =
    byText > 1 && hit?.method?.startsWith('text-') === true && (query.text?.length ?? 0) < SHORT_TEXT_CHARS;
  if (hit === undefined || hit.method === null || twice) {
    const rule = hits.some(({ value }) => value.withoutText)
      ? 'target-element-without-text'
      : 'target-not-found';
    return {
      found: null,
      evidence: [{ rule, figure: hits.length, threshold: 'frames searched' }],
      bottomPx: null,
      inMain: true,
    };
  }
  await frames.askAll('showTarget');
  await frames.askAll('drawn');
  const places = (await frames.askAll<Place | null>('targetPlace')).filter(isFound);
  const place = places.find(({ at }) => at.frame.id === hits[index]?.at.frame.id) ?? places[0];
  if (place === undefined || !place.value.uncovered || !(await isSeenOnPage(frames, place)))
    return {
      found: null,
      evidence: [{ rule: 'target-covered', figure: hit.method, threshold: null }],
      bottomPx: null,
      inMain: true,
    };
  const inMain = hits[index]?.main === true;
  const which = hit.ordinal === 0 ? `in a shadow root` : `${hit.ordinal}`;
  const where = `element ${hit.tag} ${which} of ${inMain ? 'the page' : `frame ${index + 1}`}, ${place.value.top} px from the top, ${place.value.height} px high`;
  return {
    found: { method: hit.method, where },
    evidence: [{ rule: 'target-found', figure: hit.method, threshold: null }],
    bottomPx: inMain ? place.value.top + place.value.height : null,
    inMain,
  };
}

function isFound<T>(answer: FrameAnswer<T | null>): answer is FrameAnswer<T> {
  return answer.value !== null;
}

/** A frame may be covered by the page around it, which the frame itself cannot know. */
async function isSeenOnPage(frames: Frames, { main, at, value }: FrameAnswer<Place>): Promise<boolean> {
  if (main) return true;
  const offset = await frames.offsetOf(at);
  return (
    offset !== null &&
    (await frames.askMain<boolean>('isFrameAt', { x: offset.x + value.x, y: offset.y + value.y }))
  );
}

/** What the element's picture shows, on the page; null: it cannot be placed. */
export async function elementClip(
  frames: Frames,
): Promise<{ readonly rect: Rect; readonly context: readonly string[]; readonly cut: boolean } | null> {
  const answers = await frames.askAll<Clip | null>('targetClip', { tallestPx: ELEMENT_LIMITS.contextPx });
  const answer = answers.find(isFound);
  if (answer === undefined) return null;
  const offset = answer.main ? { x: 0, y: 0 } : await frames.offsetOf(answer.at);
  if (offset === null) return null;
  // A frame's place is known in the window, and the page may be scrolled.
  const page = answer.main ? { x: 0, y: 0 } : await frames.askMain<{ x: number; y: number }>('scrolled');
  const inside = answer.main ? { x: 0, y: 0 } : { x: answer.value.scrollX, y: answer.value.scrollY };
  const { x, y, width, height, targetBottom, context } = answer.value;
  const rect = {
    x: Math.max(0, x + Math.round(offset.x + page.x - inside.x)),
    y: Math.max(0, y + Math.round(offset.y + page.y - inside.y)),
    width: Math.min(width, ELEMENT_LIMITS.widestPx),
    height: Math.min(height, ELEMENT_LIMITS.tallestPx),
  };
  return { rect, context, cut: targetBottom > y + rect.height };
}
