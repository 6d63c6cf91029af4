/** Deciding about one record of a request, and the same for others: judged, compared and set, and in the history, or nothing of it. */
import { ArchiveError, type ErrorCode } from '#errors.ts';
import type { AgencyTx } from '#db/db.ts';
import { appendEvent, receiptCode } from '#record/record.ts';
import { goingOut } from './going-out.ts';
import { insertReview, readInSet, readReviewable, type Seen } from './review-queries.ts';
import { NEVER_LEAVES, reviewProblems } from './review.ts';
import type { Review } from './review-shape.ts';
import { likenessOf, sameFor, seenAlready } from './same-for.ts';

export interface Decision {
  readonly requestId: string;
  readonly recordId: string;
  /** The number of the decision that whoever decides had read; 0: there was none. */
  readonly after: number;
  /** What they had before them. */
  readonly seen: Seen;
  readonly review: Review;
  readonly note: string | null;
  /** What they saw going out with it, by its names (going-out.ts). */
  readonly acknowledged: readonly string[];
}

/** Answers the number of the decision; null: no such record is in the set of such a request. */
async function decide(
  at: AgencyTx,
  { requestId, recordId, after, seen, review, note, acknowledged }: Decision,
  actor: string,
): Promise<number | null> {
  if ((await readInSet(at, requestId, recordId)) === null) return null;
  const record = await readReviewable(at, recordId);
  if (!record.isSealed && review.answer !== 'not-responsive')
    throw refused(
      'review-changed',
      'Something of this record is not sealed yet, so nothing can be proven about it. That takes seconds; then decide.',
    );
  const problems = reviewProblems(review, record);
  if (problems.length > 0)
    throw new ArchiveError('review-invalid', problems.join(' '), {
      retry: 'never',
      details: {
        problems: problems.map((sentence) => ({ pointer: '', code: 'review-invalid', sentence })),
      },
    });
  // Whoever had less before them is told that first, by the database.
  if (seen.facts === record.factsSeen && seen.files === record.filesSeen)
    checkAcknowledged(
      acknowledged,
      goingOut(review, record).map(({ name }) => name),
    );
  const n = after + 1;
  const { digest, factsSeen, filesSeen } = await translated(
    insertReview(at, { requestId, recordId, n }, review, { note, by: actor, seen, acknowledged }),
  );
  await appendEvent(at, null, {
    type: 'request.reviewed',
    actor,
    body: {
      request: requestId,
      code: review.answer,
      about: [`record:${recordId}`],
      n,
      decision: digest,
      factsSeen,
      filesSeen,
    },
  });
  return n;
}

/** Another record of the set, for which the same is decided. */
export interface Other {
  readonly recordId: string;
  readonly after: number;
  readonly seen: Seen;
  /** What they saw going out with it; null: nothing but what goes out with the first, letter for letter. */
  readonly acknowledged: readonly string[] | null;
  /** They had it beside the first. What nobody compared says exactly the same. */
  readonly compared: boolean;
}

/** Each is a decision of its own; one that cannot be made so, and none is. */
export async function decideForAll(
  at: AgencyTx,
  first: Decision,
  others: readonly Other[],
  actor: string,
): Promise<{ readonly n: number; readonly sameFor: readonly { recordId: string; n: number }[] } | null> {
  const ids = [first.recordId, ...others.map(({ recordId }) => recordId)];
  if (new Set(ids).size < ids.length)
    throw refused('review-invalid', 'A record is named twice. Name each once.');
  const n = await decide(at, first, actor);
  if (n === null) return null;
  const from = await readReviewable(at, first.recordId);
  const decided: { recordId: string; n: number }[] = [];
  for (const { recordId, after, seen, acknowledged, compared } of others) {
    const to = await readReviewable(at, recordId);
    const likeness = likenessOf(from, to);
    const review =
      likeness === 'exactly' || (likeness === 'nearly' && compared) ? sameFor(first.review, from, to) : null;
    if (review === null) throw notTheSame(recordId);
    const what = acknowledged ?? seenAlready(review, { from, to, acknowledged: first.acknowledged });
    try {
      const like = { ...first, recordId, after, seen, review, acknowledged: what };
      const m = await decide(at, like, actor);
      if (m === null) throw notTheSame(recordId);
      decided.push({ recordId, n: m });
    } catch (error) {
      throw error instanceof ArchiveError && error.retry === 'never' ? notTheSame(recordId, error) : error;
    }
  }
  return { n, sameFor: decided };
}

function notTheSame(recordId: string, cause?: ArchiveError): ArchiveError {
  return new ArchiveError(
    cause?.code ?? 'review-invalid',
    `The same cannot be decided about the record ${receiptCode(recordId)}, so nothing was kept: it says something else, something of its own would go out with it, or somebody was there meanwhile. Leave it out, and decide about it on its own page.`,
    { retry: 'never', cause, details: { ...cause?.details, recordId } },
  );
}

function checkAcknowledged(acknowledged: readonly string[], going: readonly string[]): void {
  const code = 'review-not-acknowledged';
  const missing = going.filter((name) => !acknowledged.includes(name));
  if (missing.length > 0)
    throw new ArchiveError(code, NOT_ACKNOWLEDGED, {
      retry: 'never',
      details: {
        problems: missing.map((name) => ({
          pointer: '/acknowledged',
          code,
          sentence: 'This goes out with the decision. Withhold it, or name it here.',
          name,
        })),
      },
    });
  if (acknowledged.some((name) => !going.includes(name)) || new Set(acknowledged).size < acknowledged.length)
    throw refused(
      'review-invalid',
      'Something is acknowledged that does not go out with this decision, or twice. Name what goes out, each once.',
    );
}

const NOT_ACKNOWLEDGED =
  'Something goes out with this that is easily forgotten: what looks like somebody’s number or address or like a child’s age, what is no content of a post, or a file in which withheld words stand. Nothing was kept. Withhold it, or say that you saw it and that it goes out.';

const REFUSALS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HF070: [
    'review-changed',
    'Somebody else decided about this record meanwhile, or something came to it. Nothing was changed: look at it again, and decide then.',
  ],
  HF071: [
    'sunshine-request-state',
    'This request is closed: nothing more is decided because of it. If the same person asks again, enter another request.',
  ],
  HF103: ['review-invalid', NEVER_LEAVES],
  HF067: ['review-not-acknowledged', NOT_ACKNOWLEDGED],
  HF068: ['review-not-acknowledged', NOT_ACKNOWLEDGED],
};

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
    if (known === undefined) throw error;
    throw refused(known[0], known[1], error);
  }
}

function refused(code: ErrorCode, sentence: string, cause?: unknown): ArchiveError {
  return new ArchiveError(code, sentence, { retry: 'never', cause });
}
