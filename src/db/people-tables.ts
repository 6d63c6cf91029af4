/** Row types of people and how they sign in (migrations 0008, 0009 and 0019). SQL names stay SQL names. */
import type { Generated, JSONColumnType } from 'kysely';

export interface PersonTable {
  agency_id: string;
  id: string;
  name: string;
  email: string;
  password: Generated<string | null>;
  code_secret: Generated<string | null>;
  code_step: Generated<number | null>;
  created_at: Generated<Date>;
  created_by: string;
  left_at: Generated<Date | null>;
  issuer: Generated<string | null>;
  subject: Generated<string | null>;
  /** The agency's own sign-in may make itself known as them, once, until then. */
  provider_until: Generated<Date | null>;
}

export interface PersonRoleTable {
  agency_id: string;
  id: string;
  person_id: string;
  role: string;
  granted_at: Generated<Date>;
  granted_by: string;
  ended_at: Generated<Date | null>;
  ended_by: Generated<string | null>;
}

export interface AgreementTable {
  agency_id: string;
  id: string;
  person_id: string;
  policy_id: string;
  version: string;
  agreed_on: string;
  paper: string | null;
  recorded_at: Generated<Date>;
  recorded_by: string;
}

export interface AgreementWithdrawalTable {
  agency_id: string;
  agreement_id: string;
  at: Generated<Date>;
  by: string;
}

export interface PasskeyTable {
  agency_id: string;
  id: string;
  person_id: string;
  credential_id: string;
  public_key: Buffer;
  counter: number;
  transports: string[];
  label: string;
  created_at: Generated<Date>;
  used_at: Generated<Date | null>;
  revoked_at: Generated<Date | null>;
}

export interface SessionTable {
  agency_id: string;
  id: string;
  person_id: string;
  hash: Buffer;
  means: 'password-and-code' | 'passkey' | 'oidc';
  created_at: Generated<Date>;
  seen_at: Generated<Date>;
  expires_at: Date;
  ended_at: Generated<Date | null>;
  ended_because: Generated<string | null>;
}

export interface InvitationTable {
  agency_id: string;
  id: string;
  person_id: string;
  hash: Buffer;
  created_at: Generated<Date>;
  created_by: string;
  expires_at: Date;
  used_at: Generated<Date | null>;
}

export interface SignInAttemptTable {
  agency_id: string;
  id: string;
  who: Buffer;
  at: Generated<Date>;
  succeeded: Generated<boolean>;
}

export interface FirstAccountLinkTable {
  id: string;
  hash: Buffer;
  created_at: Generated<Date>;
  expires_at: Date;
  used_at: Generated<Date | null>;
}

export interface IdentityProviderTable {
  agency_id: string;
  issuer: string;
  client_id: string;
  client_secret: string;
  label: string;
  role_claim: string;
  role_map: JSONColumnType<Record<string, readonly string[]>>;
  required_amr: string[];
  /** `public`: its addresses lead to public ones alone. */
  reach: 'any' | 'public';
  changed_at: Generated<Date>;
  changed_by: string;
}

export interface OidcFlowTable {
  agency_id: string;
  id: string;
  hash: Buffer;
  state: string;
  nonce: string;
  verifier: string;
  issuer: string;
  next: string;
  expires_at: Date;
}

export interface ViewTicketTable {
  agency_id: string;
  id: string;
  hash: Buffer;
  record_id: string;
  n: number;
  session_id: string | null;
  key_id: string | null;
  shows: boolean;
  console: string;
  given_at: Generated<Date>;
  expires_at: Date;
}

export interface CeremonyTable {
  id: string;
  kind: 'register' | 'sign-in';
  challenge: string;
  about: string | null;
  expires_at: Date;
}
