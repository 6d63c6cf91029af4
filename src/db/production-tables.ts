/** Row types of productions (migrations 0048 and 0055). SQL names stay SQL names. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

export type ProductionState = 'building' | 'blocked' | 'ready' | 'released' | 'withdrawn';

export interface ProductionTable {
  agency_id: string;
  id: string;
  request_id: string;
  n: number;
  state: Generated<ProductionState>;
  asked: JSONColumnType<{
    readonly wacz: boolean;
    readonly seen: { readonly pictures: readonly string[]; readonly items: readonly string[] };
  }>;
  made_at: Generated<Date>;
  made_by: string;
  bates_prefix: string;
  bates_first: number;
  bates_last: number | null;
  record_pages: number | null;
  files: number | null;
  /** `GateSaid` in src/production/production-queries.ts. */
  gate: ColumnType<unknown, string | null, string | null>;
  failure: JSONColumnType<{ readonly code: string; readonly sentence: string } | null, string | null>;
  sha256: string | null;
  bytes: number | null;
  object_key: string | null;
  version_id: string | null;
  locked_until: Date | null;
  ready_at: Date | null;
  released_at: Date | null;
  released_by: string | null;
  withdrawn_at: Date | null;
  withdrawn_by: string | null;
  withdrawn_why: string | null;
  released: Generated<number>;
  part: Generated<number>;
  withheld: Generated<number>;
}

export interface ProductionBuildTable {
  agency_id: string;
  production_id: string;
  records: Generated<number>;
  due_at: Generated<Date>;
  claimed_at: Date | null;
  claimed_until: Date | null;
  fence: string | null;
  lapses: Generated<number>;
  failures: Generated<number>;
  failing_since: Date | null;
  error_code: string | null;
  error: string | null;
  parked_at: Date | null;
  ended_at: Date | null;
}

export interface ProductionRecordTable {
  agency_id: string;
  production_id: string;
  n: number;
  record_id: string;
  review_n: number;
  answer: 'release' | 'part' | 'withhold';
  bates_first: number | null;
  bates_last: number | null;
}

export interface ProductionLinkTable {
  agency_id: string;
  production_id: string;
  n: number;
  hash: Buffer;
  made_at: Generated<Date>;
  made_by: string;
  expires_at: Date;
}

export interface ProductionDownloadTable {
  agency_id: string;
  production_id: string;
  n: number;
  at: Generated<Date>;
  link_n: number | null;
  by: string | null;
}
