/** The number by which a requester asks how their request stands. Random, so that none leads to another, and it says nothing. */
import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no letter that is read as a figure. The table `request` allows the same. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 16;

export function newTracking(): string {
  return [...randomBytes(LENGTH)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** In groups of four, as it is shown. */
export function trackingShown(tracking: string): string {
  return tracking.replaceAll(/.{4}(?=.)/g, '$&-');
}

/** As somebody typed it, with or without its hyphens; null: it is none. */
export function trackingTyped(text: string): string | null {
  const bare = text.replaceAll('-', '').toUpperCase();
  return bare.length === LENGTH && Array.from(bare).every((letter) => LETTERS.includes(letter)) ? bare : null;
}
