/**
 * Salted commitments. What is published about a record (the log, a redacted production) may name a commitment, never a
 * digest of content: a post can be guessed, and a plain digest would confirm the guess for ever, even after a purge.
 *
 *   itemSalt   = HMAC-SHA-256(recordSalt, "holdfast-item-v1" 00 path)
 *   commitment = SHA-256("archive-commit-v1" ‖ itemSalt ‖ SHA-256(content))
 *
 * The item's salt is derived from the record's, so that one item can be opened without opening the others: whoever gets
 * a redacted record gets the salts of what was released, and can guess nothing of what was withheld. Destroying the
 * record's salt closes all of them. Specified in FORMAT.md; after reference/integrity.md 2.4, which has one salt for all.
 */
import { createHash, createHmac } from 'node:crypto';

export function itemSalt(recordSalt: Uint8Array, path: string): Buffer {
  if (recordSalt.length !== 32) throw new TypeError('A record salt has 32 bytes.');
  return createHmac('sha256', recordSalt).update('holdfast-item-v1\0').update(path, 'utf8').digest();
}

/** `contentSha256` is the lower-case hex SHA-256 of the item's bytes; the answer is lower-case hex too. */
export function commitment(recordSalt: Uint8Array, path: string, contentSha256: string): string {
  return createHash('sha256')
    .update('archive-commit-v1')
    .update(itemSalt(recordSalt, path))
    .update(Buffer.from(contentSha256, 'hex'))
    .digest('hex');
}

export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Members of a stored fact that hold text of people, as JSON Pointers: each gets a commitment of its own. */
const TEXT_FIELDS: readonly string[] = [
  '/data/content/text',
  '/data/content/html',
  '/data/content/permalink',
  '/data/content/parent/excerpt',
  '/data/author/displayName/value',
  '/data/author/handle/value',
  '/data/author/nativeId/value',
  '/data/author/profileUrl/value',
  '/data/author/email/value',
  '/data/author/ip/value',
  '/data/author/note',
  '/data/action/statement',
  '/data/action/actor/name',
  '/data/notes',
];

export interface FieldCommitment {
  readonly pointer: string;
  readonly commitment: string;
}

export function fieldCommitments(recordSalt: Uint8Array, factNo: number, fact: unknown): FieldCommitment[] {
  const found: FieldCommitment[] = [];
  for (const pointer of TEXT_FIELDS) {
    const value = at(fact, pointer);
    if (typeof value !== 'string') continue;
    found.push({ pointer, commitment: commitment(recordSalt, `fact/${factNo}${pointer}`, sha256Hex(value)) });
  }
  return found;
}

function at(value: unknown, pointer: string): unknown {
  let here = value;
  for (const name of pointer.split('/').slice(1)) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}
