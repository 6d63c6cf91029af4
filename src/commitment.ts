/**
 * Salted commitments. What is published about a record (the log, a redacted production) may name a commitment, never a
 * digest of content: a post can be guessed, and a plain digest would confirm the guess for ever, even after a purge.
 *
 *   itemSalt   = HMAC-SHA-256(recordSalt, "holdfast-item-v1" 00 path)
 *   commitment = SHA-256("archive-commit-v1" ‖ itemSalt ‖ SHA-256(content))
 *
 * The item's salt is derived from the record's, so that one item can be opened without opening the others: whoever gets
 * a redacted record gets the salts of what was released, and can guess nothing of what was withheld. Destroying the
 * record's salt closes all of them. Specified in seal/FORMAT.md and log/FORMAT.md; after reference/integrity.md 2.4, which has one salt
 * for all.
 */
import { hash } from 'node:crypto';

export function itemSalt(recordSalt: Uint8Array, path: string): Buffer {
  if (recordSalt.length !== 32) throw new TypeError('A record salt has 32 bytes.');
  return hmacSha256(recordSalt, Buffer.from(`holdfast-item-v1\0${path}`));
}

const BLOCK_BYTES = 64;

/**
 * RFC 2104, of a key that is no longer than a block. `createHmac` makes an object of each key, which takes five times as long, and each
 * entry of a log has a key of its own.
 */
export function hmacSha256(key: Uint8Array, text: Uint8Array): Buffer {
  if (key.length > BLOCK_BYTES) throw new RangeError(`A key has at most ${BLOCK_BYTES} bytes.`);
  const inner = Buffer.alloc(BLOCK_BYTES + text.length, 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES + 32, 0x5c);
  for (const [i, byte] of key.entries()) {
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  inner.set(text, BLOCK_BYTES);
  outer.set(hash('sha256', inner, 'buffer'), BLOCK_BYTES);
  return hash('sha256', outer, 'buffer');
}

/** `contentSha256` is the lower-case hex SHA-256 of the item's bytes; the answer is lower-case hex too. */
export function commitment(recordSalt: Uint8Array, path: string, contentSha256: string): string {
  return commitmentBy(itemSalt(recordSalt, path), contentSha256);
}

/** By the salt of one item, which is all that somebody has who was handed no more. */
export function commitmentBy(salt: Uint8Array, contentSha256: string): string {
  return hash(
    'sha256',
    Buffer.concat([Buffer.from('archive-commit-v1'), salt, Buffer.from(contentSha256, 'hex')]),
    'hex',
  );
}

export function sha256Hex(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}

/** Members of a stored fact that hold text of people, as JSON Pointers: each gets a commitment of its own (seal/FORMAT.md). */
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

export interface TextField {
  readonly pointer: string;
  readonly text: string;
}

/** Those that this fact has, in that order: what a seal commits to one by one, and what a person decides about one by one. */
export function textFieldsOf(fact: unknown): TextField[] {
  return TEXT_FIELDS.flatMap((pointer) => {
    const text = memberAt(fact, pointer);
    return typeof text === 'string' ? [{ pointer, text }] : [];
  });
}

function memberAt(value: unknown, pointer: string): unknown {
  let here = value;
  for (const name of pointer.split('/').slice(1)) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}
