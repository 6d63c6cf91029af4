/** What a reader of a stamp answers, and how it says no. Shared by both readers, and nothing else is. */
import { ArchiveError } from '#errors.ts';

export interface Read {
  readonly at: Date;
  /** In hex, as the authority numbers its stamps. */
  readonly serial: string;
  readonly nonce: string | null;
  /** SHA-256 of the signer's certificate. */
  readonly signer: string;
}

/** Which of the checks failed; `holdfast verify` and the tests name it. */
export type StampCheck =
  | 'status'
  | 'imprint'
  | 'nonce'
  | 'signature'
  | 'signer'
  | 'purpose'
  | 'chain'
  | 'clock'
  | 'readers';

export function wrong(check: StampCheck, what: string, cause?: unknown): ArchiveError {
  return new ArchiveError('stamp-wrong', `This time stamp proves nothing: ${what}.`, {
    retry: 'later',
    cause,
    details: { check },
  });
}
