/** Row types of what an agency decided: its keys and its sites (migrations 0002 and 0014). SQL names stay SQL names. */
import type { Generated, JSONColumnType } from 'kysely';

export interface ApiKeyTable {
  agency_id: string;
  id: string;
  role: string;
  label: string;
  hash: Buffer;
  created_at: Generated<Date>;
  revoked_at: Date | null;
  source: Generated<string | null>;
  expires_at: Generated<Date | null>;
  created_by: Generated<string>;
  replaces: Generated<string | null>;
}

export interface AccountTable {
  agency_id: string;
  id: string;
  platform: string;
  native_id: string | null;
  handle: string | null;
  url: string | null;
  name: string;
  created_at: Generated<Date>;
  department: Generated<string | null>;
  forum: Generated<'open' | 'limited' | 'none' | null>;
  comment_rule: Generated<string | null>;
  admin_people: Generated<string[]>;
  admin_names: Generated<string[]>;
  approved_by: Generated<string | null>;
  approved_on: Generated<string | null>;
  closed_at: Generated<Date | null>;
}

/** What the register said of an account, each time that it changed. */
export interface AccountVersionTable {
  agency_id: string;
  account_id: string;
  n: number;
  at: Generated<Date>;
  by: string;
  body: JSONColumnType<Record<string, unknown>>;
}

/** What an agency shows of itself to anybody; no row: look-ups, no tiles, and no page for requests. */
export interface PublicFaceTable {
  agency_id: string;
  look_up: Generated<boolean>;
  tiles: Generated<boolean>;
  requests: Generated<boolean>;
  changed_at: Generated<Date>;
  changed_by: string;
}
