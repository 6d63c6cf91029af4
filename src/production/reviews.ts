/** Deciding about one record of a request: judged, compared and set, and in the history, or nothing of it. */
import { ArchiveError, type ErrorCode } from '#errors.ts';
import type { AgencyTx } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';
import { insertReview, readInSet, readReviewable, type Seen } from './review-queries.ts';
import { reviewProblems } from './review.ts';
import type { Review } from './review-shape.ts';

export interface Decision {
  readonly requestId: string;
  readonly recordId: string;
  /** The number of the decision that whoever decides had read; 0: there was none. */
  readonly after: number;
  /** What they had before them. */
  readonly seen: Seen;
  readonly review: Review;
  readonly note: string | null;
}

/** Answers the number of the decision; null: no such record is in the set of such a request. */
export async function decide(
  at: AgencyTx,
  { requestId, recordId, after, seen, review, note }: Decision,
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
  const n = after + 1;
  const { digest, factsSeen, filesSeen } = await translated(
    insertReview(at, { requestId, recordId, n }, review, { note, by: actor, seen }),
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

const REFUSALS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HF070: [
    'review-changed',
    'Somebody else decided about this record meanwhile, or something came to it. Nothing was changed: look at it again, and decide then.',
  ],
  HF071: [
    'sunshine-request-state',
    'This request is closed: nothing more is decided because of it. If the same person asks again, enter another request.',
  ],
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
