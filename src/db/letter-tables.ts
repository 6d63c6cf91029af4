/** Row types of letters, their texts, the rates of fees and certificates of search (migrations 0049 and 0054). SQL names stay SQL names. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

export type LetterKind =
  | 'acknowledgement'
  | 'delay'
  | 'fee-estimate'
  | 'invoice'
  | 'denial'
  | 'partial-denial'
  | 'question'
  | 'withdrawal-notice'
  | 'closing'
  | 'no-records'
  | 'records';

export interface LetterTemplateTable {
  agency_id: string;
  kind: LetterKind;
  language: 'en' | 'es';
  n: number;
  text: string;
  at: Generated<Date>;
  by: string;
}

export interface FeeRatesTable {
  agency_id: string;
  n: number;
  rates: JSONColumnType<Record<string, unknown>>;
  at: Generated<Date>;
  by: string;
}

export interface RequestLetterTable {
  agency_id: string;
  request_id: string;
  n: number;
  kind: LetterKind;
  language: 'en' | 'es';
  way: 'mail' | 'print';
  template_n: number;
  facts: JSONColumnType<Record<string, unknown>>;
  pdf: Buffer;
  pdf_sha256: string;
  at: Generated<Date>;
  by: string;
}

export interface LetterMailTable {
  agency_id: string;
  request_id: string;
  n: number;
  due_at: Generated<Date>;
  begun_at: ColumnType<Date | null, never, Date>;
  claimed_until: ColumnType<Date | null, never, Date>;
  attempts: Generated<number>;
  error_code: ColumnType<string | null, never, string | null>;
  ended_at: ColumnType<Date | null, never, Date>;
  ended_as: ColumnType<'mailed' | 'given-up' | null, never, 'mailed' | 'given-up'>;
}

export interface SearchCertificateTable {
  agency_id: string;
  request_id: string;
  search_n: number;
  paper: string;
  sha256: string;
  at: Generated<Date>;
  by: string;
}
