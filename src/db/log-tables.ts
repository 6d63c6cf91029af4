/** Row types of the transparency log (migration 0021). SQL names stay SQL names. */
import type { ColumnType, Generated } from 'kysely';

export interface LogOutboxTable {
  agency_id: string;
  seq: string;
  since: Generated<Date>;
}

export interface LogHeadTable {
  agency_id: string;
  origin: string;
  size: Generated<number>;
  frontier: Generated<Buffer>;
  published: Generated<number>;
  begun_at: Generated<Date>;
  leases_at: Date | null;
}

export interface LogLeafTable {
  agency_id: string;
  idx: number;
  event_id: string;
  record_id: string | null;
  entry: Buffer;
  hash: Buffer;
  salt: ColumnType<Buffer | null, Buffer, never>;
}

export interface LogCheckpointTable {
  agency_id: string;
  size: number;
  root: Buffer;
  note: Buffer;
  at: Generated<Date>;
}

export interface LogKeyTable {
  agency_id: string;
  vkey: string;
  first_size: number;
  last_size: number | null;
  made_at: Generated<Date>;
}

export interface LogNameTable {
  only_one: Generated<boolean>;
  name: string;
}

export interface LogStandingTable {
  agency_id: string;
  code: string;
  sentence: string;
  since: Generated<Date>;
  at: Generated<Date>;
}
