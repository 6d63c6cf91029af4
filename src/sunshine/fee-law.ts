/**
 * What 610.026 RSMo lets a body charge for, as data with how far each rule was read (reference/missouri-law.md, block (d)). Superseded by a new line, never
 * edited once a letter said it.
 */
import type { CivilDay } from '#civil.ts';
import type { Law } from './clock.ts';

/** What may be asked for, and what some bodies ask for although no text lets them. */
export const CHARGE_KINDS = [
  'pages',
  'duplicating',
  'research',
  'copying',
  'programming',
  'medium',
  'larger-sheets',
  'attorney-review',
  'redaction',
  'electronic-pages',
] as const;
export type ChargeKind = (typeof CHARGE_KINDS)[number];

export interface FeeRule {
  readonly law: Law;
  /** No: whoever charges it is refused. `not-read`: no text that was read allows it, so nothing is charged. */
  readonly allowed: 'yes' | 'no' | 'not-read';
}

const SECTION = '610.026 RSMo';
const AUDIO_VISUAL = '610.026.1(2) RSMo';

export const FEE_RULES: Readonly<Record<ChargeKind, FeeRule>> = {
  pages: {
    allowed: 'yes',
    law: {
      citation: SECTION,
      reading: 'verified',
      says: 'not more than ten cents a page for a paper copy not larger than nine by fourteen inches',
    },
  },
  duplicating: {
    allowed: 'yes',
    law: {
      citation: SECTION,
      reading: 'verified',
      says: 'time for duplicating paper copies at no more than the average hourly rate of clerical staff',
    },
  },
  research: {
    allowed: 'yes',
    law: {
      citation: SECTION,
      reading: 'verified',
      says: 'the actual cost of research time required to fulfil the request',
    },
  },
  copying: {
    allowed: 'yes',
    law: {
      citation: AUDIO_VISUAL,
      reading: 'secondary',
      says: 'for electronic and audiovisual records staff time at no more than the average hourly rate of the staff required for making copies and programming',
    },
  },
  programming: {
    allowed: 'yes',
    law: {
      citation: AUDIO_VISUAL,
      reading: 'secondary',
      says: 'for electronic and audiovisual records staff time at no more than the average hourly rate of the staff required for making copies and programming',
    },
  },
  medium: {
    allowed: 'yes',
    law: { citation: AUDIO_VISUAL, reading: 'verified', says: 'the cost of the medium of the copy' },
  },
  'larger-sheets': {
    allowed: 'not-read',
    law: {
      citation: SECTION,
      reading: 'unconfirmed',
      says: 'what sheets larger than nine by fourteen inches may cost',
    },
  },
  'attorney-review': {
    allowed: 'no',
    law: {
      citation: 'Gross v. Parson, 624 S.W.3d 877 (Mo. banc 2021)',
      reading: 'verified',
      says: 'no charge for review by an attorney',
    },
  },
  redaction: {
    allowed: 'not-read',
    law: { citation: SECTION, reading: 'unconfirmed', says: 'whether time for redaction may be charged' },
  },
  'electronic-pages': {
    allowed: 'no',
    law: { citation: AUDIO_VISUAL, reading: 'verified', says: 'no fee by the page for electronic copies' },
  },
};

/** 610.026: not more than this for a page. */
export const MOST_PAGE_CENTS = 10;

/** Whose time it is, where several could do it. */
export const LOWEST_STAFF: Law = {
  citation: SECTION,
  reading: 'verified',
  says: 'a body uses the employees that result in the lowest amount of charges for search, research and duplication time',
};
export const ESTIMATE_FIRST: Law = {
  citation: SECTION,
  reading: 'verified',
  says: 'whoever asks for it gets an estimate before copies are made',
};
/** An older copy was read; the text of 2025 is to be read again. */
export const WAIVER: Law = {
  citation: SECTION,
  reading: 'secondary',
  says: 'fees may be waived or reduced where that is in the public interest, because it is likely to contribute significantly to public understanding of the operations or activities of the body and is not primarily in the commercial interest of the requester',
};
export const PAID_BEFORE: Law = {
  citation: SECTION,
  reading: 'secondary',
  says: 'all fees may be asked for before the request is fulfilled; no share or deposit is named',
};
/** HB 145 & 59. Before, copying fees alone. */
export const PAID_BEFORE_SINCE: CivilDay = '2025-08-28';
