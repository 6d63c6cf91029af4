/** Refusals about uploads. One that is somebody else's and one that never was are answered alike. */
import { ArchiveError } from '#errors.ts';

export function uploadNotFound(cause?: unknown): ArchiveError {
  return new ArchiveError(
    'upload-not-found',
    'There is no such upload of yours, or a report has it already. Uploads that no report names go a day after their last byte, and three days after their beginning at the latest; send the file again.',
    { retry: 'never', cause },
  );
}

export function uploadUnfinished(offsetBytes: number, sizeBytes: number): ArchiveError {
  return new ArchiveError(
    'upload-unfinished',
    `An upload that the report names is not whole: ${offsetBytes} of ${sizeBytes} bytes are here. Send the rest of it, then the report again.`,
    { retry: 'never' },
  );
}

export function offsetWrong(offsetBytes: number): ArchiveError {
  return new ArchiveError(
    'upload-offset-wrong',
    `Expected the Upload-Offset ${offsetBytes}: so many bytes are on disk here. Ask with HEAD and go on from there.`,
    { retry: 'never', details: { offsetBytes } },
  );
}

export function uploadBusy(): ArchiveError {
  return new ArchiveError(
    'upload-busy',
    'Another connection writes to this upload, or did a moment ago. Ask with HEAD in some seconds and go on from there.',
    { retry: 'later' },
  );
}

export function tooMuchUnderWay(limits: { readonly uploads: number; readonly bytes: number }): ArchiveError {
  return new ArchiveError(
    'uploads-too-many',
    `More than ${limits.uploads} uploads, or ${limits.bytes} bytes of them, wait for a report of yours. Hand in what is there, or take back what is not needed (DELETE); the rest goes a day after its last byte, and three days after its beginning at the latest.`,
    { retry: 'later' },
  );
}
