/** The evidence tiers (design 2), with what each proves and what it does not: said wherever a record is shown. */
import type { Receipt } from '#record/record.ts';

export interface TierSentences {
  readonly name: string;
  readonly proves: string;
  readonly provesNot: string;
}

export const TIERS: Readonly<Record<NonNullable<Receipt['tier']>, TierSentences>> = {
  A: {
    name: 'Payload signed by the platform',
    proves: 'The platform sent exactly these bytes to the archive, and they have not changed since.',
    provesNot: 'How the content looked to visitors, or which person stands behind the account.',
  },
  B: {
    name: 'Captured by our browser',
    proves:
      'The archive’s own browser was served this page at this address at the stated time, and the bytes have not changed since.',
    provesNot: 'That other visitors saw the same, who wrote it, or that it was still there a moment later.',
  },
  C: {
    name: 'Captured by staff’s browser with our extension',
    proves:
      'A member of staff’s browser showed this at the stated time, and the bytes have not changed since.',
    provesNot: 'That the page was not altered in that browser before; this rests on the person’s word.',
  },
  D: {
    name: 'Picture or text handed in',
    proves:
      'Exactly these files were handed in with this agency’s key at the stated time, and they have not changed since.',
    provesNot:
      'That they show the page as it was, or that they were not edited before; this rests on the word of whoever handed them in.',
  },
};
