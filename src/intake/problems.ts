/**
 * What is wrong with a submission, in sentences that name the member, what was expected there and what to do. All
 * that was found is said at once, up to a bound, so that nobody mends a report one refusal at a time. A sentence
 * never repeats what was sent: it goes into logs, and content does not.
 */
import { ArchiveError, type ErrorCode } from '#errors.ts';

const MAX_PROBLEMS = 20;

export interface Problem {
  /** RFC 6901; empty for the document itself. */
  readonly pointer: string;
  readonly code: ErrorCode;
  readonly sentence: string;
}

export function problemAt(pointer: string, code: ErrorCode, expectation: string): Problem {
  const member = pointer === '' ? 'The report' : pointer;
  return { pointer, code, sentence: `${member}: ${expectation}.` };
}

/** The code of the refusal is that of its problems where they agree, so that a program can act on it. */
export function refuseIfAny(problems: readonly Problem[]): void {
  const first = problems[0];
  if (first === undefined) return;
  const code = problems.every((problem) => problem.code === first.code) ? first.code : 'report-invalid';
  const listed = problems.slice(0, MAX_PROBLEMS);
  const more = problems.length > listed.length ? ' There are more; mend these first.' : '';
  throw new ArchiveError(code, listed.map((problem) => problem.sentence).join(' ') + more, {
    retry: 'never',
    details: { problems: listed },
  });
}
