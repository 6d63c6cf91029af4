/** Row types of who is told of what (migration 0011). SQL names stay SQL names. */
import type { Generated } from 'kysely';

export interface OfficeTable {
  agency_id: string;
  id: string;
  name: string;
  email: string;
  duty: 'custodian' | 'copy';
  policy_id: string | null;
  citation: string | null;
  created_at: Generated<Date>;
  created_by: string;
  ended_at: Generated<Date | null>;
  ended_by: Generated<string | null>;
}

export interface ArrivalTable {
  agency_id: string;
  record_id: string;
  arrived_at: Generated<Date>;
  noted_at: Generated<Date | null>;
  noted_by: Generated<string | null>;
}

export type NoticeKind = 'sealed' | 'parked' | 'reminder' | 'test' | 'request';

export interface NoticeTable {
  agency_id: string;
  id: Generated<string>;
  office_id: string | null;
  person_id: string | null;
  record_id: string | null;
  request_id: Generated<string | null>;
  kind: NoticeKind;
  about: Generated<string>;
  created_at: Generated<Date>;
  due_at: Generated<Date>;
  letter: Generated<string | null>;
  begun_at: Generated<Date | null>;
  claimed_until: Generated<Date | null>;
  attempts: Generated<number>;
  error_code: Generated<string | null>;
  ended_at: Generated<Date | null>;
  ended_as: Generated<'mailed' | 'moot' | 'given-up' | null>;
}
