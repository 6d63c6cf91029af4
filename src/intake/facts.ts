/**
 * Which report is which: the keys of the first two layers against repeats (reference/intake.md 4.3).
 *
 * 1. Delivery: the same said again, with the same files. Of what was said and not of how it was written: a multipart
 *    boundary, spaces and the order of members are drawn anew by every client.
 * 2. Fact: the same statement again, whatever carried it. A CloudEvent brings its own id, and keeps it: other facts
 *    name it. The simple form has none, so it is named by the `Idempotency-Key`, or by what it says.
 *
 * (The third layer, one record for each subject, is `subjects.ts`.)
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { ArchiveError } from '#errors.ts';

function sha256Hex(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  // Each part with its length: no two lists of parts run together into the same bytes.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}

/** What a retried request must repeat: the same key with another of these is a conflict. */
export function requestDigest(eventSha256: string, fileSha256s: readonly string[]): string {
  return sha256Hex('request/1', eventSha256, ...fileSha256s);
}

/** Visible ASCII, as a header can carry it. Taken as it is: quotes that a client puts around it are part of it. */
export function checkIdempotencyKey(key: string): string {
  if (/^[!-~]{1,255}$/.test(key)) return key;
  throw new ArchiveError(
    'idempotency-key-invalid',
    'The Idempotency-Key must be 1 to 255 visible ASCII characters without spaces. Send a new UUID for each report, and the same one when you repeat it.',
    { retry: 'never' },
  );
}

export type FactIdentity =
  | { readonly form: 'cloudevent'; readonly id: string }
  | {
      readonly form: 'simple';
      readonly agency: string;
      /** What was said, as it was parsed; its canonical form names the fact. */
      readonly report: object;
      readonly fileSha256s: readonly string[];
      readonly idempotencyKey: string | null;
    };

/** The fact's id: 68 characters, or the CloudEvent's own, which its schema holds between 16 and 128. */
export function factKey(identity: FactIdentity): string {
  if (identity.form === 'cloudevent') return identity.id;
  const { agency, report, fileSha256s, idempotencyKey } = identity;
  if (idempotencyKey !== null)
    return `idk_${sha256Hex('idk/1', agency, checkIdempotencyKey(idempotencyKey))}`;
  const said = canonicalize(report);
  if (said === undefined) throw new Error('a report has a canonical form');
  return `fk1_${sha256Hex('simple/1', agency, said, ...fileSha256s)}`;
}
