/** What a failed verb says and how it ends. One plain sentence with its code; the stack only for who asked for it. */
import { ArchiveError, type ErrorCode } from '#errors.ts';
import { EXIT, type ExitCode } from './verb.ts';

export interface Failure {
  readonly exit: ExitCode;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Every code that is not here is a plain failure. */
const EXIT_OF: Partial<Record<ErrorCode, ExitCode>> = {
  'config-invalid': EXIT.config,
  'database-down': EXIT.partDown,
  'database-unsafe': EXIT.partDown,
  'database-schema-ahead': EXIT.partDown,
  'database-start-failed': EXIT.partDown,
  'disk-full': EXIT.partDown,
  'staging-unavailable': EXIT.partDown,
  'queue-down': EXIT.partDown,
  'store-down': EXIT.partDown,
  'store-refused': EXIT.partDown,
  'store-clock-skewed': EXIT.partDown,
  'browser-missing': EXIT.partDown,
  'server-unreachable': EXIT.notRunning,
  'database-in-use': EXIT.refused,
  'backup-broken': EXIT.unreadable,
  'backup-refused': EXIT.refused,
  'restore-unfinished': EXIT.refused,
  'port-taken': EXIT.refused,
  'store-object-locked': EXIT.refused,
  'key-missing': EXIT.refused,
  'key-invalid': EXIT.refused,
  'role-not-allowed': EXIT.refused,
  'idempotency-conflict': EXIT.refused,
};

export function failureOf(error: unknown): Failure {
  if (error instanceof ArchiveError)
    return { exit: EXIT_OF[error.code] ?? EXIT.failed, code: error.code, message: error.message };
  const reason = error instanceof Error ? error.message : String(error);
  return {
    exit: EXIT.failed,
    code: 'internal',
    message: `Something happened that Holdfast does not expect: ${reason}. Run it again with HOLDFAST_LOG_LEVEL=debug to see where.`,
  };
}
