/**
 * The kinds of letters of a body to whoever asked, as data: which places a text of each may have, which the law wants in it, and what each is
 * in the correspondence, where a clock hangs on it.
 */
import type { CorrespondenceAbout, LetterKind, RequestOutcome } from '#db/db.ts';
import type { LetterAct } from './answers.ts';
import { ACT_BY, DENIAL_STATEMENT_BY, WITHDRAWN_AFTER, type Law } from './clock.ts';
import { ESTIMATE_FIRST, PAID_BEFORE } from './fee-law.ts';

export const LETTER_KINDS: readonly LetterKind[] = [
  'acknowledgement',
  'delay',
  'fee-estimate',
  'invoice',
  'denial',
  'partial-denial',
  'question',
  'withdrawal-notice',
  'closing',
  'no-records',
  'records',
];

/** What stands in a text as {{name}}, and is filled from the request. */
const COMMON_PLACES = [
  'agency',
  'tracking',
  'salutation',
  'firstReceivedAt',
  'receivedAt',
  'dueOn',
  'today',
  'signer',
] as const;

interface KindRule {
  readonly places: readonly string[];
  /** The text says nothing without them. */
  readonly demands: readonly string[];
  readonly about: CorrespondenceAbout | null;
  readonly law: Law | null;
}

const plain = { demands: [], about: null, law: null } as const;
const money = ['feeLines', 'sum', 'waived', 'total', 'paid', 'due', 'refund', 'rates'] as const;

export const KIND_RULES: Readonly<Record<LetterKind, KindRule>> = {
  acknowledgement: { ...plain, places: [], law: ACT_BY },
  delay: {
    places: ['cause', 'place', 'earliestTime', 'earliestDate'],
    demands: ['cause', 'place', 'earliestTime', 'earliestDate'],
    about: 'delay',
    law: ACT_BY,
  },
  'fee-estimate': {
    ...plain,
    places: [...money, 'prepayment'],
    demands: ['feeLines', 'total'],
    law: ESTIMATE_FIRST,
  },
  invoice: { places: money, demands: ['feeLines', 'due'], about: 'payment-request', law: PAID_BEFORE },
  denial: { places: ['provision'], demands: ['provision'], about: 'statement', law: DENIAL_STATEMENT_BY },
  'partial-denial': {
    places: ['provision', 'withheld'],
    demands: ['provision', 'withheld'],
    about: 'statement',
    law: DENIAL_STATEMENT_BY,
  },
  question: { places: ['question'], demands: ['question'], about: 'question', law: WITHDRAWN_AFTER },
  'withdrawal-notice': {
    places: ['awaited', 'askedOn', 'days', 'withdrawnAfter', 'law'],
    // With how far it was read: whoever loses a request by it can look it up.
    demands: ['awaited', 'withdrawnAfter', 'law'],
    about: 'withdrawal-notice',
    law: WITHDRAWN_AFTER,
  },
  closing: { ...plain, places: ['outcome'], demands: ['outcome'] },
  'no-records': {
    ...plain,
    places: ['searchedAt', 'query', 'found', 'certificate'],
    demands: ['searchedAt', 'certificate'],
  },
  records: {
    places: ['link', 'expires', 'records', 'pages', 'withheld', 'verify', 'verifyAt'],
    demands: ['link', 'expires', 'withheld', 'verifyAt'],
    about: null,
    law: ACT_BY,
  },
};

const ENDED_AS: Readonly<Record<RequestOutcome, LetterAct | null>> = {
  granted: 'handed',
  partly: 'handed',
  denied: 'denial',
  'no-records': 'no-records',
  withdrawn: null,
  lapsed: null,
};

/**
 * What each does to the clock of 610.023.3 (`answers.ts`): of a closing letter by how the request ended; who withdrew it, or let it lapse, was
 * answered nothing. The database says the same (`letter_acts`).
 */
export function actOf(kind: LetterKind, outcome: RequestOutcome | null): LetterAct | null {
  switch (kind) {
    case 'delay':
    case 'denial':
    case 'no-records':
      return kind;
    case 'partial-denial':
      return 'part';
    case 'records':
      return 'handed';
    case 'closing':
      return outcome === null ? null : ENDED_AS[outcome];
    case 'acknowledgement':
    case 'fee-estimate':
    case 'invoice':
    case 'question':
    case 'withdrawal-notice':
      return null;
  }
}

/** Whether a letter told of a production: one that hands it out, or one that says that records were made available, since it was released. */
export function tellsOf(
  letter: {
    readonly kind: LetterKind;
    readonly outcome: RequestOutcome | null;
    readonly production: string | null;
    readonly at: Date;
  },
  { id, releasedAt }: { readonly id: string; readonly releasedAt: Date },
): boolean {
  const act = actOf(letter.kind, letter.outcome);
  if (act !== 'handed' && act !== 'part') return false;
  return letter.production === null ? letter.at >= releasedAt : letter.production === id;
}

/** An estimate asks for payment where it is to be paid before. The database says the same (`letter_about`). */
export function aboutOf(kind: LetterKind, prepay: boolean): CorrespondenceAbout | null {
  return kind === 'fee-estimate' && prepay ? 'payment-request' : KIND_RULES[kind].about;
}

export function placesOf(kind: LetterKind): readonly string[] {
  return [...COMMON_PLACES, ...KIND_RULES[kind].places];
}
