/**
 * The short code of a receipt, to read out, to type and to print as a picture. It names a record and says nothing of it; whoever
 * knows a record's id can compute it, and whoever has the code alone cannot come to the id.
 */
import { createHash } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LETTERS = 10;

/** Ten letters of Crockford's base 32 over the digest of the record's id; `receipt_code` in migration 0027 computes the same. */
export function receiptCode(recordId: string): string {
  const digest = createHash('sha256').update(`holdfast-receipt-v1 ${recordId}`).digest();
  let code = '';
  for (let i = 0; i < LETTERS; i += 1) code += ALPHABET[(digest[i] ?? 0) % 32];
  return written(code);
}

/**
 * As somebody typed it who has it from paper or by telephone. Small letters are the same, hyphens and blanks are only for the eye, and O, I
 * and L, which no code has, stand for 0 and 1: that is how Crockford's base 32 is read. Null: this is no code.
 */
export function codeTyped(text: string): string | null {
  if (text.length > 40) return null;
  const letters = text
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015-]/gu, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{10}$/.test(letters) ? written(letters) : null;
}

const written = (letters: string): string => `${letters.slice(0, 5)}-${letters.slice(5)}`;
