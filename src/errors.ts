/**
 * One error type for the whole archive.
 *
 * `retry` says what the step that met the error does next:
 *   later  the cause may pass (a store that is down): tried again with backoff. Unknown errors are treated the same.
 *   never  trying again cannot help: the record is parked with this reason, for a person.
 *   halt   an invariant broke: the process stops before it does harm.
 *
 * Expected outcomes (a page that is gone) are values, never errors.
 */
export type Retry = 'later' | 'never' | 'halt';

/** Every code a caller, an operator or a test may meet. HTTP answers come from one table, `api/problems.ts`. */
export type ErrorCode =
  // what a submitter sent
  | 'request-malformed'
  | 'request-timeout'
  | 'headers-too-large'
  | 'body-missing'
  | 'body-truncated'
  | 'body-too-large'
  | 'json-malformed'
  | 'json-duplicate-key'
  | 'json-number-unsafe'
  | 'json-text-unstorable'
  | 'media-type-unsupported'
  | 'multipart-malformed'
  | 'multipart-event-missing'
  | 'multipart-too-many-files'
  | 'multipart-part-unexpected'
  | 'upload-malformed'
  | 'upload-protocol'
  | 'upload-not-found'
  | 'upload-offset-wrong'
  | 'upload-busy'
  | 'upload-unfinished'
  | 'uploads-too-many'
  | 'report-invalid'
  | 'address-not-http'
  | 'address-not-public'
  | 'address-malformed'
  | 'time-in-future'
  | 'time-without-zone'
  | 'time-malformed'
  | 'ground-unknown'
  | 'ground-changed'
  | 'agency-mismatch'
  | 'server-filled-member'
  | 'idempotency-key-invalid'
  | 'idempotency-conflict'
  | 'query-invalid'
  | 'cursor-invalid'
  // who asks
  | 'key-missing'
  | 'key-invalid'
  | 'role-not-allowed'
  | 'session-ended'
  | 'request-cross-site'
  | 'sign-in-refused'
  | 'sign-in-too-many'
  | 'link-not-valid'
  | 'form-invalid'
  | 'person-not-found'
  | 'agency-not-found'
  | 'agency-in-use'
  | 'office-not-found'
  | 'account-not-found'
  | 'policy-not-found'
  | 'key-not-found'
  | 'edition-invalid'
  | 'edition-taken'
  | 'edition-not-found'
  | 'edition-changed'
  | 'edition-confirmed-already'
  | 'edition-ended'
  | 'rule-invalid'
  | 'rule-not-found'
  | 'classification-invalid'
  | 'classification-conflict'
  | 'day-invalid'
  | 'day-not-found'
  | 'record-not-complete'
  | 'setting-invalid'
  | 'source-not-allowed'
  | 'record-not-found'
  | 'record-not-sealed'
  | 'hold-invalid'
  | 'hold-empty'
  | 'hold-not-found'
  | 'hold-not-yours-to-release'
  | 'hold-released'
  | 'hold-of-request'
  | 'record-disposing'
  | 'record-held'
  | 'locks-wanting'
  | 'disposal-not-found'
  | 'disposal-invalid'
  | 'disposal-refused'
  | 'record-ends'
  | 'export-invalid'
  | 'exemption-refused'
  | 'redaction-refused'
  | 'exports-too-many'
  | 'sunshine-request-invalid'
  | 'sunshine-request-not-found'
  | 'sunshine-not-taken-here'
  | 'sunshine-request-state'
  | 'review-invalid'
  | 'review-changed'
  | 'review-not-acknowledged'
  | 'production-invalid'
  | 'production-not-found'
  | 'production-refused'
  | 'production-state'
  | 'production-stale'
  | 'production-not-passed'
  | 'link-not-found'
  | 'calendar-invalid'
  | 'calendar-changed'
  | 'letter-refused'
  | 'letter-invalid'
  | 'letter-not-found'
  | 'mail-invalid'
  | 'mail-not-found'
  | 'letter-template-invalid'
  | 'fees-invalid'
  | 'number-changed'
  | 'search-not-certified'
  | 'route-not-found'
  | 'method-not-allowed'
  | 'record-full'
  | 'removal-not-awaited'
  | 'step-not-parked'
  | 'streams-too-many'
  | 'streams-full'
  // what we depend on
  | 'shutting-down'
  | 'database-down'
  | 'database-unsafe'
  | 'database-schema-ahead'
  | 'database-in-use'
  | 'database-start-failed'
  | 'trial-records'
  | 'backup-broken'
  | 'backup-refused'
  | 'restore-unfinished'
  | 'disk-full'
  | 'disk-nearly-full'
  | 'staging-unavailable'
  | 'staging-lost'
  | 'queue-down'
  | 'store-down'
  | 'store-refused'
  | 'store-clock-skewed'
  | 'store-conflict'
  | 'store-lock-not-confirmed'
  | 'store-object-missing'
  | 'store-object-changed'
  | 'store-object-locked'
  | 'store-journal-broken'
  | 'fixity-wanting'
  | 'audit-found'
  | 'audit-late'
  | 'packing-parked'
  | 'packing-late'
  | 'server-unreachable'
  | 'port-taken'
  | 'browser-missing'
  | 'browser-crashed'
  | 'clock-skewed'
  // what a log, a proof or a key of one is found to be
  | 'log-key-malformed'
  | 'log-note-malformed'
  | 'log-note-unsigned'
  | 'log-signature-wrong'
  | 'log-checkpoint-malformed'
  | 'log-proof-malformed'
  | 'log-proof-wrong'
  | 'log-tile-wrong'
  | 'log-entry-malformed'
  | 'log-entry-elsewhere'
  | 'log-key-missing'
  | 'log-forked'
  | 'log-late'
  | 'log-behind'
  | 'log-not-here'
  // what stands outside for a log: stamps and witnesses
  | 'stamp-malformed'
  | 'stamp-wrong'
  | 'anchor-unreachable'
  | 'anchor-refused'
  | 'anchors-late'
  | 'anchors-forged'
  | 'witness-wrong'
  | 'witness-contradicts'
  | 'receipt-malformed'
  | 'receipt-changed'
  | 'receipt-anchor-wrong'
  | 'receipt-key-wrong'
  | 'receipt-seal-wrong'
  | 'receipt-key-unusable'
  // what must not happen
  | 'config-invalid'
  | 'digest-mismatch'
  | 'invariant-broken'
  | 'internal';

export class ArchiveError extends Error {
  readonly code: ErrorCode;
  readonly retry: Retry;
  /** Facts for a person, such as the member and what was expected of it. Never content. */
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { retry: Retry; cause?: unknown; details?: Record<string, unknown> },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ArchiveError';
    this.code = code;
    this.retry = options.retry;
    this.details = options.details;
  }
}

/** How a step must treat whatever was thrown at it; what we do not know may pass. */
export function retryOf(error: unknown): Retry {
  return error instanceof ArchiveError ? error.retry : 'later';
}

export function codeOf(error: unknown): ErrorCode {
  return error instanceof ArchiveError ? error.code : 'internal';
}
