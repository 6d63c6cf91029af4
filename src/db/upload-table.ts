/** Row type of what travels before its report (migration 0013). SQL names stay SQL names. */
import type { Generated } from 'kysely';

export interface UploadTable {
  agency_id: string;
  id: string;
  key_id: string | null;
  person_id: string | null;
  staged: string;
  size_bytes: number;
  original_name: string | null;
  claimed_type: string | null;
  metadata: string | null;
  offset_bytes: Generated<number>;
  writer: Generated<string | null>;
  writing_until: Generated<Date | null>;
  taken_over: Generated<boolean>;
  sha256: Generated<string | null>;
  sniffed_type: Generated<string | null>;
  finished_at: Generated<Date | null>;
  used_at: Generated<Date | null>;
  created_at: Generated<Date>;
  expires_at: Date;
}
