/** Row types of schedules, of what they say of records, and of holds (migrations 0033 and 0034). SQL names stay SQL names. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

export interface EditionTable {
  agency_id: string;
  edition: string;
  title: string;
  source: string;
  added_at: Generated<Date>;
  added_by: string;
  superseded_by: Generated<string | null>;
  superseded_at: Generated<Date | null>;
  withdrawn_at: Generated<Date | null>;
  withdrawn_by: Generated<string | null>;
  withdrawn_because: Generated<string | null>;
  ended_in_log: Generated<Date | null>;
}

export interface EditionConfirmationTable {
  agency_id: string;
  edition: string;
  person_id: string;
  /** `edition_digest` of what they read. */
  digest: string;
  at: Generated<Date>;
  note: string | null;
}

export interface SeriesTable {
  agency_id: string;
  edition: string;
  code: string;
  number: string | null;
  schedule: string | null;
  title: string;
  description: string | null;
  trigger: string | null;
  cutoff: Generated<'none' | 'calendar-year-end' | 'fiscal-year-end'>;
  period: string | null;
  disposition:
    | 'destroy'
    | 'permanent'
    | 'transfer-to-archives'
    | 'transfer-to-file'
    | 'restrict-access'
    | null;
  citation: string;
  reading: Generated<'official' | 'secondary' | 'number-and-title' | 'unread'>;
}

export interface RecordSeriesTable {
  agency_id: string;
  record_id: string;
  edition: string;
  series: string;
  reason: string;
  by: string;
  at: Generated<Date>;
}

export interface RecordDayTable {
  agency_id: string;
  id: string;
  record_id: string;
  event: string;
  /** A civil date, in the agency's zone. */
  day: string;
  note: string | null;
  by: string;
  at: Generated<Date>;
  withdrawn_at: Date | null;
  withdrawn_by: string | null;
}

export interface RetentionTable {
  agency_id: string;
  record_id: string;
  kind: 'on' | 'never' | 'unknown' | 'unclassified';
  due_on: string | null;
  from_day: string | null;
  edition: string | null;
  series: string | null;
  waits_for: string | null;
  ruled_at: Date | null;
  computed_at: Generated<Date>;
  disposed_at: Date | null;
}

export interface ReclassificationTable {
  agency_id: string;
  id: string;
  record_id: string;
  did: 'added' | 'removed';
  edition: string;
  series: string;
  reason: string;
  by: string;
  at: Generated<Date>;
}

export type HoldKind =
  | 'sunshine-suit'
  | 'sunshine-request'
  | 'litigation'
  | 'audit'
  | 'investigation'
  | 'closed-record'
  | 'other';

export interface HoldTable {
  agency_id: string;
  id: string;
  kind: HoldKind;
  title: string;
  reason: string;
  ends: string;
  search: JSONColumnType<Record<string, unknown> | null, string | null, never>;
  standing: Generated<boolean>;
  placed_at: Generated<Date>;
  placed_by: string;
  released_at: ColumnType<Date | null, never, Date>;
  released_by: ColumnType<string | null, never, string>;
  release_reason: ColumnType<string | null, never, string>;
}

export interface HoldRecordTable {
  agency_id: string;
  hold_id: string;
  record_id: string;
  at: Generated<Date>;
  released_at: ColumnType<Date | null, never, Date>;
}

export interface HoldOwedTable {
  agency_id: string;
  record_id: string;
  since: Generated<Date>;
  generation: ColumnType<string, never, string>;
  due_at: Generated<Date>;
}

export type LockFindingCode =
  | 'missing'
  | 'unreadable'
  | 'lock-missing'
  | 'lock-short'
  | 'hold-unknown'
  | 'hold-not-set'
  | 'unknown-version'
  | 'delete-marker';

export interface LockRoundTable {
  agency_id: string;
  begun_at: Date;
  after: Generated<string>;
  looked: Generated<number>;
  mended: Generated<number>;
  ended_at: Date | null;
  last: JSONColumnType<
    { looked: number; mended: number; wrong: number } | null,
    string | null,
    string | null
  >;
}

export interface LockFindingTable {
  agency_id: string;
  key: string;
  version_id: string;
  record_id: string | null;
  code: LockFindingCode;
  found_at: Generated<Date>;
  seen_at: Generated<Date>;
  gone_at: Date | null;
}
