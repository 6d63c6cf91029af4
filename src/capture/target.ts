/** Looking for what was reported: by the address's fragment, by ids, by text, in every frame; and whether it can be seen. */
import type { CaptureEvidence, CaptureRequest, TargetFound } from './result.ts';
import type { Frames } from './frames.ts';

/** A text with fewer characters occurs anywhere by chance; it must then be the whole of an element. */
const SHORT_TEXT_CHARS = 12;

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
  const ids = new Set<string>();
  if (request.targetId !== null && request.targetId.trim() !== '') ids.add(request.targetId);
  for (const [name, value] of url.searchParams)
    if (ID_MEMBERS.has(name.toLowerCase()) && value !== '') ids.add(value);
  let fragment: string | null = url.hash.slice(1);
  try {
    fragment = decodeURIComponent(fragment);
  } catch {
    // Not an escape: it is taken as it stands, as browsers do.
  }
  // `#!/path` and `#/path` are addresses within a script, not elements.
  if (fragment === '' || fragment.includes('/') || fragment.startsWith(':~:')) fragment = null;
  const text = request.targetText === null || request.targetText.trim() === '' ? null : request.targetText;
  if (fragment === null && ids.size === 0 && text === null) return null;
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
  readonly uncovered: boolean;
}

export interface TargetSearch {
  readonly found: TargetFound | null;
  readonly evidence: readonly CaptureEvidence[];
  /** From the top of the page to the end of the element, where it was found in the main frame. */
  readonly bottomPx: number | null;
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
  if (hit === undefined || hit.method === null) {
    const rule = hits.some(({ value }) => value.withoutText)
      ? 'target-element-without-text'
      : 'target-not-found';
    return {
      found: null,
      evidence: [{ rule, figure: hits.length, threshold: 'frames searched' }],
      bottomPx: null,
    };
  }
  await frames.askAll('showTarget');
  await new Promise((done) => setTimeout(done, 100));
  const places = (await frames.askAll<Place | null>('targetPlace')).map(({ value }) => value);
  const place = places[index] ?? places.find((other) => other !== null) ?? null;
  if (place === null || !place.uncovered)
    return {
      found: null,
      evidence: [{ rule: 'target-covered', figure: hit.method, threshold: null }],
      bottomPx: null,
    };
  const inMain = hits[index]?.main === true;
  const which = hit.ordinal === 0 ? `in a shadow root` : `${hit.ordinal}`;
  const where = `element ${hit.tag} ${which} of ${inMain ? 'the page' : `frame ${index + 1}`}, ${place.top} px from the top, ${place.height} px high`;
  return {
    found: { method: hit.method, where },
    evidence: [{ rule: 'target-found', figure: hit.method, threshold: null }],
    bottomPx: inMain ? place.top + place.height : null,
  };
}
