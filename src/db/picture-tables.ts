/** Row types of what was read in pictures (migration 0056). SQL names stay SQL names. */
import type { Generated } from 'kysely';

export type ArtifactTextState = 'waiting' | 'read' | 'none' | 'failed' | 'too-large' | 'never';

export interface ArtifactTextTable {
  agency_id: string;
  record_id: string;
  n: number;
  state: Generated<ArtifactTextState>;
  since: Date;
  due_at: Generated<Date>;
  attempts: Generated<number>;
  code: string | null;
  text: string | null;
  words: number | null;
  confidence: number | null;
  engine: string | null;
  at: Date | null;
}
