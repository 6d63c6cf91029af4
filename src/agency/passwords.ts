/**
 * Passwords, kept as Argon2id (RFC 9106) in the PHC string format. Parameters: 19 MiB, two passes, one lane, which is what
 * OWASP's Password Storage Cheat Sheet asks for at least. At most two at once: a flood of attempts fills neither the memory
 * nor all threads of the process.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { ArchiveError } from '#errors.ts';

const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const TAG_BYTES = 32;
const AT_ONCE = 2;
/** Of those who wait for their turn, some seconds' worth; a flood is turned away and fills nothing. */
const MOST_WAITING = 100;

/** NIST SP 800-63B-4, 3.1.1: 15 characters where it stands alone, 8 beside a second factor; no rules of composition; at least 64 taken. */
export const PASSWORD = { shortest: 12, longest: 200 } as const;

let running = 0;
const waiting: (() => void)[] = [];

export function refuseWhenBusy(): void {
  if (waiting.length >= MOST_WAITING)
    throw new ArchiveError(
      'sign-in-too-many',
      'Too many are signing in with a password at this moment. Try again in a minute, or use a passkey.',
      { retry: 'later' },
    );
}

async function derive(password: string, salt: Buffer): Promise<Buffer> {
  refuseWhenBusy();
  if (running >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  else running += 1;
  try {
    return await new Promise((done, fail) => {
      argon2(
        'argon2id',
        {
          // As Unicode says that texts are the same (NFKC: NIST SP 800-63B-4, 3.1.1.2).
          message: password.normalize('NFKC'),
          nonce: salt,
          parallelism: LANES,
          tagLength: TAG_BYTES,
          memory: MEMORY_KIB,
          passes: PASSES,
        },
        (error, key) => (error === null ? done(key) : fail(error)),
      );
    });
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await derive(password, salt);
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${bare(salt)}$${bare(tag)}`;
}

/** Null, for somebody who is not there, takes as long as a wrong password, so that nobody learns who is. */
export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  const parts = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(kept ?? '');
  const salt = parts === null ? randomBytes(16) : Buffer.from(parts[1] ?? '', 'base64');
  const tag = await derive(password, salt);
  const wanted = parts === null ? randomBytes(TAG_BYTES) : Buffer.from(parts[2] ?? '', 'base64');
  return wanted.length === tag.length && timingSafeEqual(tag, wanted);
}

/** In characters, as people count them, here and where it is typed again. */
export function passwordLength(password: string): number {
  return Array.from(password).length;
}

/** Why a password cannot be chosen, in a sentence; null: it can. */
export function whyNotPassword(password: string, about: readonly string[]): string | null {
  const length = passwordLength(password);
  if (length < PASSWORD.shortest)
    return `Choose a password of at least ${PASSWORD.shortest} characters; a few words in a row are good.`;
  if (length > PASSWORD.longest) return `A password has at most ${PASSWORD.longest} characters.`;
  const low = password.toLowerCase();
  const named = about.map((one) => one.toLowerCase()).find((one) => one.length >= 4 && low.includes(one));
  if (named !== undefined)
    return 'Choose a password without your name, your address or the name of your agency in it.';
  if (new Set(low).size < 5 || COMMON.some((one) => low.includes(one)))
    return 'This password is among the first that would be tried. Choose another one.';
  return null;
}

/** Beginnings of what stands in every list of passwords that leaked, at the length that we ask for. */
const COMMON = [
  'password',
  'passw0rd',
  '123456789',
  'qwertyuiop',
  'iloveyou',
  'letmein',
  'administrator',
  'welcome1',
  'changeme',
  'holdfast',
];

/** The PHC string format writes base64 without padding. */
function bare(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
