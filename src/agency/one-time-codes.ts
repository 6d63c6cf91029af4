/** One-time codes from an app on a phone: TOTP (RFC 6238), six digits, 30 seconds, SHA-1, which every such app knows. */
import { Secret, TOTP } from 'otpauth';

const PERIOD_S = 30;
/** One step to either side: phones' clocks are seconds off, and people type. RFC 6238, section 5.2. */
const WINDOW = 1;

/** 160 bits, as RFC 4226 section 4 recommends; base32. */
export function newCodeSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** The address that an app reads from a picture (Key Uri Format). */
export function codeAddress(secret: string, email: string, issuer: string): string {
  return totp(secret, email, issuer).toString();
}

/** The time step that the code belongs to; null: it is none of this moment. Whoever takes it keeps the step, and takes none twice. */
export function codeStep(secret: string, code: string, now: Date): number | null {
  const token = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const delta = totp(secret, '', '').validate({ token, timestamp: now.getTime(), window: WINDOW });
  return delta === null ? null : Math.floor(now.getTime() / 1000 / PERIOD_S) + delta;
}

function totp(secret: string, label: string, issuer: string): TOTP {
  return new TOTP({
    secret: Secret.fromBase32(secret),
    label,
    issuer,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_S,
  });
}
