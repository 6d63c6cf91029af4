/** Row types of requests and of the calendar of an office (migrations 0044, 0046 and 0047). SQL names stay SQL names. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

export type RequestChannel = 'public-page' | 'letter' | 'mail' | 'phone' | 'in-person';
export type RequestState = 'received' | 'open' | 'clarification' | 'fee-waiting' | 'delayed' | 'closed';
export type RequestOutcome = 'granted' | 'partly' | 'denied' | 'no-records' | 'withdrawn' | 'lapsed';

export interface AgencyCalendarTable {
  agency_id: string;
  n: number;
  hours: JSONColumnType<Record<string, { readonly opens: number; readonly closes: number }>>;
  observes: string[];
  saturday_holidays: 'friday-where-confirmed' | 'business-day';
  closings: JSONColumnType<{ readonly day: string; readonly reason: string }[]>;
  after_hours: 'that-day' | 'next-day';
  at: Generated<Date>;
  by: string;
}

export interface RequestTable {
  agency_id: string;
  id: string;
  tracking: string;
  channel: RequestChannel;
  words: string;
  requester: string | null;
  contact: string | null;
  format: string | null;
  language: string | null;
  first_received_at: Date;
  custodian_received_at: Date | null;
  state: RequestState;
  outcome: RequestOutcome | null;
  entered_at: Generated<Date>;
  entered_by: string;
  closed_at: Date | null;
  closed_by: string | null;
  /** Civil dates, in the agency's zone. */
  due_on: string | null;
  calendar_n: number | null;
  appeal_until: string | null;
  /** Of one sending; twice the same is one request. */
  attempt: ColumnType<string | null, string | null | undefined, never>;
  /** The last row of correspondence whose question, or fee, is settled. The database writes them. */
  settled_question: ColumnType<number, never, never>;
  settled_fee: ColumnType<number, never, never>;
}

/** A receipt that was written down wrong: what was said before, and what is so. */
export interface RequestCorrectionTable {
  agency_id: string;
  request_id: string;
  n: number;
  first_was: Date;
  custodian_was: Date | null;
  first_received_at: Date;
  custodian_received_at: Date | null;
  reason: string;
  at: Generated<Date>;
  by: string;
}

export type CorrespondenceAbout =
  | 'statement-request'
  | 'statement'
  | 'payment-request'
  | 'question'
  | 'withdrawal-notice'
  | 'delay';

export interface RequestCorrespondenceTable {
  agency_id: string;
  request_id: string;
  n: number;
  way: 'in' | 'out' | 'note';
  channel: RequestChannel;
  about: CorrespondenceAbout | null;
  fee_cents: ColumnType<number | null, number | null, never>;
  promised_for: ColumnType<Date | null, Date | null | undefined, never>;
  words: string;
  at: Date;
  entered_at: Generated<Date>;
  by: string;
}

export interface RequestSearchTable {
  agency_id: string;
  request_id: string;
  n: number;
  search: JSONColumnType<{ readonly q: string | null; readonly filters: Readonly<Record<string, string>> }>;
  found: number;
  /** `IndexState` in src/sunshine/collect.ts. */
  index_state: ColumnType<unknown, string, never>;
  hold_id: string | null;
  at: Generated<Date>;
  by: string;
}

export interface RequestHoldTable {
  agency_id: string;
  request_id: string;
  hold_id: string;
}

export interface RequestRecordTable {
  agency_id: string;
  request_id: string;
  record_id: string;
  search_n: number | null;
  at: Generated<Date>;
  by: string;
}

export type ReviewAnswer = 'release' | 'withhold' | 'part' | 'not-responsive';

export interface ReviewTable {
  agency_id: string;
  request_id: string;
  record_id: string;
  n: number;
  answer: ReviewAnswer;
  /** The shapes of these three: src/production/review-shape.ts. */
  exemption: ColumnType<unknown, string | null, never>;
  description: string | null;
  fields: ColumnType<unknown, string | null, never>;
  files: ColumnType<unknown, string | null, never>;
  note: string | null;
  /** Names of what whoever decided saw going out (src/production/going-out.ts). */
  acknowledged: ColumnType<readonly string[] | null, string | null, never>;
  /** Counted by the database. */
  facts_seen: Generated<number>;
  files_seen: Generated<number>;
  at: Generated<Date>;
  by: string;
}

export interface RequestKeptUntilTable {
  agency_id: string;
  request_id: string;
  n: number;
  until: string;
  reason: string;
  at: Generated<Date>;
  by: string;
}
