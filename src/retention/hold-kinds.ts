/**
 * Why a record may be held: where it is said, and how far somebody read that. Source: reference/missouri-law.md 1.2 and block (a),
 * `holds`. What is not verified is shown with its mark and never as law: a hold counts all the same, for the reason that is given with it.
 */
import type { HoldKind } from '#db/db.ts';

/** verified: the words of the law were read. secondary: in a copy that reprints them. unverified: recalled, not read. none: no law is named. */
export type HoldReading = 'verified' | 'secondary' | 'unverified' | 'none';

export interface HoldKindEntry {
  readonly kind: HoldKind;
  readonly title: string;
  readonly citation: string | null;
  readonly reading: HoldReading;
  /** What usually ends it, offered as the words of the hold. */
  readonly ends: string;
}

export const HOLD_KINDS: readonly HoldKindEntry[] = [
  {
    kind: 'sunshine-suit',
    title: 'A suit under the Sunshine Law was served',
    citation: 'Section 610.027.1, RSMo',
    reading: 'verified',
    ends: 'until the court directs otherwise',
  },
  {
    kind: 'sunshine-request',
    title: 'An open Sunshine request',
    citation: 'Introduction of the retention schedules',
    reading: 'unverified',
    ends: 'until the request and the time to appeal are over',
  },
  {
    kind: 'litigation',
    title: 'Litigation or a claim',
    citation: 'Introduction of the retention schedules',
    reading: 'unverified',
    ends: 'until all issues are resolved',
  },
  {
    kind: 'audit',
    title: 'An audit',
    citation: 'Introduction of the retention schedules',
    reading: 'unverified',
    ends: 'until the audit is completed',
  },
  {
    kind: 'investigation',
    title: 'An investigation',
    citation: 'Policy of the agency',
    reading: 'secondary',
    ends: 'until the investigation is closed',
  },
  {
    kind: 'closed-record',
    title: 'A closed record that must not be destroyed',
    citation: 'Section 610.120.1, RSMo',
    reading: 'secondary',
    ends: 'until section 610.124 or an expungement order allows it',
  },
  {
    kind: 'other',
    title: 'Another reason',
    citation: null,
    reading: 'none',
    ends: '',
  },
];
