/**
 * What both kinds of store agree on before anything is written: which keys there may be, and how a lock's end is
 * told. Pure: no I/O and no clock of its own.
 */
import { ArchiveError } from '#errors.ts';
import type { SealInput } from './store.ts';

/** The longest single put that S3 takes; more would need a multipart upload, which is never used for records. */
const PUT_MAX_BYTES = 5 * 2 ** 30;
const KEY_MAX_CHARS = 1000;
/**
 * Names that every file system, every S3 server and every shell take as they are. `~` stays free for the folder
 * store's own files.
 */
const SEGMENT = /^[A-Za-z0-9._=+-]{1,200}$/;

function refuse(message: string): ArchiveError {
  return new ArchiveError('store-refused', message, { retry: 'never' });
}

/** Keys look like `a/b/c`: relative, no empty segment, no way up. Anything else is refused in both kinds alike. */
export function checkKey(key: string): void {
  const segments = key.split('/');
  if (key.length > KEY_MAX_CHARS || segments.some((s) => !SEGMENT.test(s) || s === '.' || s === '..'))
    throw refuse(
      `A key is made of segments of A-Z a-z 0-9 . _ = + - with one "/" between them; this is none: ${JSON.stringify(key.slice(0, 200))}.`,
    );
}

/** A prefix may end within a segment or at a "/"; empty means everything. */
export function checkPrefix(prefix: string): void {
  if (prefix !== '') checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
}

/** Stores keep seconds. Rounded up, so that what is read back is never earlier than what was asked for. */
export function wholeSecond(date: Date): Date {
  return new Date(Math.ceil(date.getTime() / 1000) * 1000);
}

export function checkSeal(input: SealInput, now: Date): void {
  checkKey(input.key);
  if (!/^[0-9a-f]{64}$/.test(input.sha256))
    throw refuse('The digest must be a SHA-256 in 64 lower-case hexadecimal digits.');
  if (!Number.isSafeInteger(input.sizeBytes) || input.sizeBytes < 0 || input.sizeBytes >= PUT_MAX_BYTES)
    throw refuse(`One object has from 0 to ${PUT_MAX_BYTES - 1} bytes; ${input.sizeBytes} were announced.`);
  // Written so that an invalid date is refused too.
  if (!(input.retainUntil.getTime() > now.getTime()))
    throw refuse('The lock must end in the future; an object without a lock is never written.');
}

export function checkExtension(retainUntil: Date): void {
  if (Number.isNaN(retainUntil.getTime())) throw refuse('The new end of the lock is not a date.');
}
