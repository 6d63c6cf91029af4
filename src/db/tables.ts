/** Row types of `migrations/`. SQL names stay SQL names. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { FixityTables } from './fixity-tables.ts';
import type { AccountTable, AccountVersionTable, ApiKeyTable, PublicFaceTable } from './agency-tables.ts';
import type { AnchorTroubleTable, LogAnchorTable } from './anchor-tables.ts';
import type {
  AgreementTable,
  AgreementWithdrawalTable,
  CeremonyTable,
  FirstAccountLinkTable,
  IdentityProviderTable,
  InvitationTable,
  OidcFlowTable,
  PasskeyTable,
  PersonRoleTable,
  PersonTable,
  SessionTable,
  SignInAttemptTable,
  ViewTicketTable,
} from './people-tables.ts';
import type { ArtifactTextTable } from './picture-tables.ts';
import type { ArrivalTable, NoticeTable, OfficeTable } from './routing-tables.ts';

export type { HoldKind, LockFindingCode } from './retention-tables.ts';
export type { AnchorKind } from './anchor-tables.ts';
export type { ArtifactTextState } from './picture-tables.ts';
export type { NoticeKind } from './routing-tables.ts';
import type {
  LogCheckpointTable,
  LogHeadTable,
  LogKeyTable,
  LogLeafTable,
  LogNameTable,
  LogStandingTable,
  LogOutboxTable,
} from './log-tables.ts';
import type {
  EditionConfirmationTable,
  EditionTable,
  HoldOwedTable,
  HoldRecordTable,
  HoldTable,
  LockFindingTable,
  LockRoundTable,
  RecordDayTable,
  RecordSeriesTable,
  ReclassificationTable,
  RetentionTable,
  SeriesTable,
} from './retention-tables.ts';
import type { DisposalFailureTable, DisposalItemTable, DisposalTable } from './disposal-tables.ts';
import type {
  FeeRatesTable,
  LetterMailTable,
  LetterTemplateTable,
  RequestLetterTable,
  SearchCertificateTable,
} from './letter-tables.ts';
import type {
  ProductionBuildTable,
  ProductionDownloadTable,
  ProductionLinkTable,
  ProductionRecordTable,
  ProductionTable,
} from './production-tables.ts';
import type {
  AgencyCalendarTable,
  RequestCorrectionTable,
  RequestCorrespondenceTable,
  RequestHoldTable,
  RequestKeptUntilTable,
  RequestRecordTable,
  RequestSearchTable,
  RequestTable,
  ReviewTable,
} from './sunshine-tables.ts';
import type { UploadTable } from './upload-table.ts';

export type { DisposalState, ItemEvidence } from './disposal-tables.ts';
export type { LetterKind, RequestLetterTable } from './letter-tables.ts';
export type { ProductionState } from './production-tables.ts';
export type {
  CorrespondenceAbout,
  RequestChannel,
  RequestCorrectionTable,
  RequestCorrespondenceTable,
  RequestKeptUntilTable,
  RequestOutcome,
  RequestState,
  RequestTable,
  ReviewAnswer,
} from './sunshine-tables.ts';

export type RecordState = 'reported' | 'sealed' | 'complete' | 'disposing' | 'disposed';
export type StoredOutcome =
  | 'captured'
  | 'partial'
  | 'gone'
  | 'wall'
  | 'empty'
  | 'blocked'
  | 'timeout'
  | 'none';

type Json<T extends object> = JSONColumnType<T>;
type JsonOrNull<T extends object> = JSONColumnType<T | null, string | null, string | null>;

export interface AgencyTable {
  id: string;
  name: string;
  zone: Generated<string>;
  /** `MM-DD`; null: nobody said. */
  fiscal_year_start: Generated<string | null>;
  created_at: Generated<Date>;
}

export interface PolicyVersionTable {
  agency_id: string;
  policy_id: string;
  version: string;
  title: string;
  effective_on: string;
  created_at: Generated<Date>;
  /** As the agency room defines it (`PolicyRules`); `{}` when the version was added without any. */
  rules: ColumnType<unknown, string | undefined, never>;
  source: Generated<string | null>;
  created_by: Generated<string>;
}

export interface GroundTable {
  agency_id: string;
  policy_id: string;
  version: string;
  clause_id: string;
  position: number;
  label: string;
  citation: string;
  clause: string;
  purpose: Generated<'remove' | 'keep'>;
}

export interface ClassificationRuleTable {
  agency_id: string;
  id: Generated<string>;
  position: number;
  matches: Json<Record<string, string>>;
  edition: string;
  series: string;
  added_at: Generated<Date>;
  added_by: Generated<string>;
  ended_at: Date | null;
  ended_by: string | null;
}

export interface RecordTable {
  agency_id: string;
  id: string;
  subject: string;
  state: Generated<RecordState>;
  received_at: Date;
  platform: string;
  account: string;
  account_id: string | null;
  kind: string;
  verb: string;
  grounds: string[];
  excerpt: string | null;
  author: string | null;
  address: string | null;
  capture_outcome: StoredOutcome | null;
  capture: JsonOrNull<Record<string, unknown>>;
  removal: 'awaited' | 'confirmed' | 'none';
  removed_at: JsonOrNull<Record<string, unknown>>;
  edition: string | null;
  series: string | null;
  series_reason: string | null;
  search: string;
}

export interface FactTable {
  agency_id: string;
  source: string;
  id: string;
  record_id: string;
  n: number;
  type: string;
  recorded_at: Date;
  actor: string;
  body: Json<Record<string, unknown>>;
  delivery: string;
  idempotency_key: string | null;
  confirms: Generated<boolean>;
  words: string | null;
  words_sha256: string | null;
  named: Generated<boolean>;
  done: Generated<boolean>;
  noted: Generated<boolean>;
  deliveries: Generated<number>;
  seal_no: number | null;
}

export type ArtifactOrigin = 'handed-in' | 'raw' | 'capture' | 'rendering' | 'second-look';

/** What became of an attempt to decode a file as a picture. */
export type PictureFinding =
  | {
      readonly decodable: true;
      readonly width: number;
      readonly height: number;
      readonly format: string;
      /** Where there are more than the first, which alone was looked at. */
      readonly pages?: number;
    }
  | { readonly decodable: false; readonly reason: string };

export interface ArtifactTable {
  agency_id: string;
  record_id: string;
  n: number;
  artifact_id: string;
  origin: ArtifactOrigin;
  role: string;
  media_type: string;
  claimed_type: string | null;
  original_name: string | null;
  size_bytes: ColumnType<number, number, number>;
  sha256: string;
  received_at: Date;
  fact_n: number | null;
  staged: string | null;
  inline: Buffer | null;
  picture: ColumnType<PictureFinding | null, string | null, string | null>;
  seal_no: number | null;
}

export interface SealTable {
  agency_id: string;
  record_id: string;
  no: number;
  opened_at: Date;
  sealed_at: Date | null;
  store_kind: 'folder' | 's3' | null;
  immutability: 'compliance' | 'advisory' | null;
  mode: 'trial' | 'production';
}

export interface ObjectTable {
  agency_id: string;
  key: string;
  record_id: string;
  seal_no: number;
  role: string;
  sha256: string;
  size_bytes: ColumnType<number, number, number>;
  media_type: string;
  body: Buffer | null;
  intended_at: Generated<Date>;
  retain_until: Date;
  version_id: string | null;
  locked_until: Date | null;
  confirmed_at: Date | null;
  held_at: Date | null;
  lapses_since: Date | null;
}

export interface EventTable {
  agency_id: string;
  seq: Generated<string>;
  id: string;
  record_id: string | null;
  type: string;
  at: Generated<Date>;
  actor: string;
  body: Json<Record<string, unknown>>;
}

export interface StepTable {
  record_id: string;
  name: 'inspect' | 'seal' | 'capture' | 'look-again';
  agency_id: string;
  priority: Generated<number>;
  owed_since: Generated<Date>;
  generation: Generated<number>;
  due_at: Generated<Date>;
  rung_at: Date | null;
  fence: string | null;
  claimed_by: string | null;
  claimed_until: Date | null;
  failures: Generated<number>;
  lapses: Generated<number>;
  failing_since: Date | null;
  error_code: string | null;
  error: string | null;
  parked_at: Date | null;
}

/** `there`: seen, uncovered. `not-there`: the page shows itself without it, or says that it is gone. `unknown`: neither can be said. */
export type LookAnswer = 'there' | 'not-there' | 'unknown';

export interface SecondLookTable {
  agency_id: string;
  record_id: string;
  fact_n: number;
  looked_at: Date;
  answer: LookAnswer;
  because: string | null;
  outcome: StoredOutcome;
  finding: Json<Record<string, unknown>>;
}

export interface ChoreTable {
  name: 'lease-pass' | 'store-canary' | 'audit' | 'backup' | 'restore';
  about: Generated<string>;
  at: ColumnType<Date, never, never>;
  report: Json<Record<string, unknown>>;
}

export interface Tables extends FixityTables {
  agency: AgencyTable;
  api_key: ApiKeyTable;
  policy_version: PolicyVersionTable;
  ground: GroundTable;
  account: AccountTable;
  account_version: AccountVersionTable;
  series: SeriesTable;
  edition: EditionTable;
  edition_confirmation: EditionConfirmationTable;
  record_series: RecordSeriesTable;
  record_day: RecordDayTable;
  retention: RetentionTable;
  reclassification: ReclassificationTable;
  hold: HoldTable;
  hold_owed: HoldOwedTable;
  hold_record: HoldRecordTable;
  lock_finding: LockFindingTable;
  lock_round: LockRoundTable;
  disposal: DisposalTable;
  disposal_item: DisposalItemTable;
  disposal_failure: DisposalFailureTable;
  classification_rule: ClassificationRuleTable;
  record: RecordTable;
  fact: FactTable;
  artifact: ArtifactTable;
  artifact_text: ArtifactTextTable;
  seal: SealTable;
  object: ObjectTable;
  event: EventTable;
  step: StepTable;
  second_look: SecondLookTable;
  chore: ChoreTable;
  person: PersonTable;
  person_role: PersonRoleTable;
  passkey: PasskeyTable;
  session: SessionTable;
  invitation: InvitationTable;
  sign_in_attempt: SignInAttemptTable;
  first_account_link: FirstAccountLinkTable;
  ceremony: CeremonyTable;
  identity_provider: IdentityProviderTable;
  oidc_flow: OidcFlowTable;
  office: OfficeTable;
  arrival: ArrivalTable;
  notice: NoticeTable;
  view_ticket: ViewTicketTable;
  upload: UploadTable;
  agreement: AgreementTable;
  agreement_withdrawal: AgreementWithdrawalTable;
  log_outbox: LogOutboxTable;
  log_head: LogHeadTable;
  log_leaf: LogLeafTable;
  log_checkpoint: LogCheckpointTable;
  log_key: LogKeyTable;
  log_name: LogNameTable;
  log_anchor: LogAnchorTable;
  anchor_trouble: AnchorTroubleTable;
  public_face: PublicFaceTable;
  agency_calendar: AgencyCalendarTable;
  request: RequestTable;
  request_correspondence: RequestCorrespondenceTable;
  request_correction: RequestCorrectionTable;
  letter_template: LetterTemplateTable;
  fee_rates: FeeRatesTable;
  request_letter: RequestLetterTable;
  letter_mail: LetterMailTable;
  search_certificate: SearchCertificateTable;
  request_hold: RequestHoldTable;
  request_kept_until: RequestKeptUntilTable;
  request_record: RequestRecordTable;
  request_search: RequestSearchTable;
  review: ReviewTable;
  production: ProductionTable;
  production_build: ProductionBuildTable;
  production_record: ProductionRecordTable;
  production_link: ProductionLinkTable;
  production_download: ProductionDownloadTable;
  log_standing: LogStandingTable;
}
