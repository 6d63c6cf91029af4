/** What stands in a certificate and in the statement after it. CERTIFICATE.md specifies both. */
import type { CleanedDatabase, ItemEvidence } from '#db/db.ts';
import type { CERTIFICATE_FORMAT, CLEANED_FORMAT } from '#log/log.ts';

export interface CertificateRecord {
  readonly recordId: string;
  readonly edition: string;
  readonly series: string;
  /** Civil days in the agency's zone. */
  readonly receivedOn: string;
  readonly fromDay: string;
  readonly dueOn: string;
  readonly objects: number;
  readonly bytes: number;
  readonly markedAt: string;
  readonly destroyedAt: string;
  readonly evidence: ItemEvidence | null;
}

export interface CertificateSeries {
  readonly code: string;
  readonly number: string | null;
  readonly schedule: string | null;
  readonly title: string;
  readonly description: string | null;
  readonly citation: string;
  readonly trigger: string | null;
  readonly period: string | null;
  readonly records: number;
  readonly objects: number;
  readonly bytes: number;
  /** First and last day on which a record of it was received. */
  readonly dates: { readonly from: string; readonly through: string };
  /** First and last day on which a period began, and the last day on which one of them became due. */
  readonly eligibility: { readonly from: string; readonly through: string; readonly dueOn: string };
}

export interface Certificate {
  readonly format: typeof CERTIFICATE_FORMAT;
  readonly issuedAt: string;
  readonly mode: 'trial' | 'production';
  readonly agency: { readonly id: string; readonly name: string; readonly zone: string };
  readonly disposal: { readonly id: string; readonly title: string; readonly cutoff: string };
  readonly schedule: {
    readonly edition: string;
    readonly title: string;
    readonly source: string;
    readonly confirmations: readonly { readonly name: string; readonly at: string }[];
  };
  readonly series: readonly CertificateSeries[];
  readonly quantity: { readonly records: number; readonly objects: number; readonly bytes: number };
  readonly dates: { readonly from: string; readonly through: string };
  readonly manner: readonly string[];
  /** Of these records, copies that were packed in answer to requests before: they are kept with the requests. Absent: none. */
  readonly handedOut?: { readonly records: number; readonly productions: number };
  readonly holds: { readonly result: 'none'; readonly checkedFrom: string; readonly checkedThrough: string };
  readonly startedAt: string;
  readonly completedAt: string;
  readonly requested: { readonly name: string; readonly person: string; readonly at: string };
  readonly approved: { readonly name: string; readonly person: string; readonly at: string };
  readonly coolingUntil: string;
  readonly executedBy: string;
  readonly authority: string | null;
  readonly list: { readonly digest: string; readonly records: number; readonly excepted: number };
  /** The entry of the agency's log that has the approval. */
  readonly approvalEntry: number;
  /** On the list, and not destroyed: numbers and the reason's code. */
  readonly kept: readonly { readonly recordId: string; readonly code: string }[];
  readonly records: readonly CertificateRecord[];
  readonly pending: {
    readonly database: string;
    readonly backups: string;
    readonly backupsUntil: string | null;
  };
  readonly minutes: string;
}

export interface CleanedStatement {
  readonly format: typeof CLEANED_FORMAT;
  readonly issuedAt: string;
  readonly agency: { readonly id: string };
  readonly disposal: { readonly id: string };
  /** SHA-256 of the certificate, byte for byte as it lies in the store. */
  readonly certificate: string;
  readonly database: CleanedDatabase;
}
