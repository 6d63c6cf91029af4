/** Row types of disposal (migration 0035). SQL names stay SQL names. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

export type DisposalState =
  | 'draft'
  | 'proposed'
  | 'approved'
  | 'running'
  | 'completed'
  | 'cancelled'
  | 'refused';

export interface DisposalTable {
  agency_id: string;
  id: string;
  title: string;
  edition: string;
  /** Null: of every series of the edition. */
  series: string | null;
  /** A civil date, in the agency's zone. */
  cutoff: string;
  state: Generated<DisposalState>;
  created_at: Generated<Date>;
  created_by: string;
  cooling_off: ColumnType<unknown, string, never>;
  digest: string | null;
  records: number | null;
  objects: number | null;
  bytes: number | null;
  proposed_at: Date | null;
  proposed_by: string | null;
  authority: string | null;
  approved_at: Date | null;
  approved_by: string | null;
  approval: string | null;
  cooling_until: Date | null;
  started_at: Date | null;
  finished_at: Date | null;
  certificate: string | null;
  completed_at: Date | null;
  cleaned: string | null;
  cleaned_at: Date | null;
  sealed: JSONColumnType<Readonly<Record<string, string>>, string | undefined>;
  locked_until: Date | null;
  ended_at: Date | null;
  ended_by: string | null;
  ended_because: string | null;
}

/** What is known of the bytes that are gone: no key and no digest of content is in it. */
export interface ItemEvidence {
  readonly versions: readonly {
    readonly store: 'first' | 'second';
    readonly id: string;
    readonly bytes: number;
  }[];
  /** Named by a row, and not there any more when they were to be destroyed. */
  readonly missing?: readonly { readonly store: string; readonly id: string }[];
  /** SHA-256 over the lines of the listing before, and of the one after, of each store. */
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
  readonly staged: number;
}

export interface DisposalItemTable {
  agency_id: string;
  disposal_id: string;
  record_id: string;
  edition: string;
  series: string;
  due_on: string;
  from_day: string;
  objects: number;
  bytes: number;
  excluded_at: Date | null;
  excluded_by: string | null;
  excluded_why: string | null;
  state: Generated<'listed' | 'refused' | 'marked' | 'destroyed'>;
  code: string | null;
  sentence: string | null;
  marked_at: Date | null;
  gone_at: Date | null;
  evidence: JSONColumnType<ItemEvidence | null, string | null, string | null>;
  destroyed_at: Date | null;
}

export interface DisposalFailureTable {
  agency_id: string;
  disposal_id: string;
  record_id: string;
  place: 'first' | 'second' | 'files';
  version_id: Generated<string>;
  code: string;
  at: Generated<Date>;
  attempts: Generated<number>;
}
