/**
 * The evidence tiers (design 2), with what each proves and what it does not: said wherever a record is shown. That nothing
 * has changed since is none of it: a digest shows that to whoever compares (`receipt-page.ts` says who can, and when it was done).
 */
import type { Receipt } from '#record/record.ts';

export interface TierSentences {
  readonly name: string;
  readonly proves: string;
  readonly provesNot: string;
}

export const TIERS: Readonly<Record<NonNullable<Receipt['tier']>, TierSentences>> = {
  A: {
    name: 'Payload signed by the platform',
    proves:
      'Whoever holds the platform’s secret signed exactly these bytes; the archive received and sealed them.',
    provesNot: 'How the content looked to visitors, or which person stands behind the account.',
  },
  B: {
    name: 'Captured by our browser',
    proves:
      'These are the bytes that the archive’s own browser wrote down when it opened this address, and that the archive sealed. The time of the capture is the archive’s own clock.',
    provesNot: 'That other visitors saw the same, who wrote it, or that it was still there a moment later.',
  },
  C: {
    name: 'Captured by staff’s browser with our extension',
    proves:
      'These are the bytes that a member of staff’s browser sent, signed in for this agency or with its key, and that the archive sealed. The time of the capture is that device’s clock.',
    provesNot: 'That the page was not altered in that browser before; this rests on the person’s word.',
  },
  D: {
    name: 'Picture or text handed in',
    proves:
      'Exactly these files were handed in by somebody who had signed in for this agency, or with its key, at the time beside “Reported” or later, and the archive sealed them.',
    provesNot:
      'That they show the page as it was, when they were made, or that they were not edited before; this rests on the word of whoever handed them in.',
  },
};
