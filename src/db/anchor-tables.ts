/** Row types of what stands outside for a log (migration 0022). SQL names stay SQL names. */
import type { Generated } from 'kysely';

export type AnchorKind = 'stamp' | 'witness';

export interface LogAnchorTable {
  agency_id: string;
  kind: AnchorKind;
  authority: string;
  size: number;
  blob: Buffer;
  at: Date;
  verified_at: Generated<Date>;
}

export interface AnchorTroubleTable {
  agency_id: string;
  kind: AnchorKind;
  authority: string;
  since: Generated<Date>;
  attempts: Generated<number>;
  code: string;
  due_at: Date;
}
