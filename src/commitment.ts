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
  for (const [at, byte] of key.entries()) {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
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
