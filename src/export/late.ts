/** What the package needs of the log, or of those who vouch for it, is not there in time. */
import { ArchiveError } from '#errors.ts';

export function logBehind(what: string): ArchiveError {
  return new ArchiveError(
    'log-late',
    `${what}, so the package would have no proofs. Is the worker "log" running? Then ask again in a moment.`,
    { retry: 'later' },
  );
}

export function witnessesBehind(): ArchiveError {
  return new ArchiveError(
    'log-late',
    'As many witnesses as HOLDFAST_WITNESSES asks for answered when the package was begun, and not when it was to be proved. Ask again in a moment.',
    { retry: 'later' },
  );
}
