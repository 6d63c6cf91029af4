/** Row types of migration 0024. */
import type { ColumnType, Generated } from 'kysely';

interface FixityTable {
  agency_id: string;
  key: string;
  record_id: string;
  sealed_at: Date;
  looked_at: Date | null;
  read_at: Date | null;
  findings: Generated<string[]>;
  found_at: Date | null;
  copy_version: string | null;
  copied_at: Date | null;
  copy_until: Date | null;
  ended_at: Date | null;
}

interface FixityBatchTable {
  agency_id: string;
  id: string;
  layer: 'look' | 'read' | 'asked';
  at: Date;
  objects: number;
  failed: number;
  bytes: ColumnType<number, number, number>;
  oldest_days: number;
  salt: Buffer;
  root: Buffer;
}

interface FixityRowTable {
  agency_id: string;
  batch_id: string;
  n: number;
  key: string | null;
  version_id: string | null;
  sha256: string | null;
  result: string;
  leaf: Buffer;
}

interface FixityStrayTable {
  agency_id: string;
  key: string;
  version_id: string;
  is_marker: boolean;
  size_bytes: ColumnType<number, number, number>;
  found_at: Date;
  seen_at: Date;
  gone_at: Date | null;
}

interface FixityReplacedTable {
  agency_id: string;
  key: string;
  version_id: string;
  replaced_at: Generated<Date>;
}

interface FixityListingTable {
  agency_id: string;
  listed_at: Date;
  versions: number;
}

interface FixityLogTable {
  agency_id: string;
  checked_at: Date;
  wrong: number;
}

interface FixityPassTable {
  is_one: Generated<boolean>;
  at: Generated<Date>;
  report: ColumnType<Record<string, unknown>, string, string>;
}

export interface FixityTables {
  fixity: FixityTable;
  fixity_batch: FixityBatchTable;
  fixity_row: FixityRowTable;
  fixity_stray: FixityStrayTable;
  fixity_replaced: FixityReplacedTable;
  fixity_listing: FixityListingTable;
  fixity_log: FixityLogTable;
  fixity_pass: FixityPassTable;
}
