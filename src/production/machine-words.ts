/**
 * Digests, numbers of records and keys, as programs write them. In ten thousand digests any two letters and any seven digits stand by chance: “Ed” would
 * be found in each manifest, and no production in which that name is withheld could ever leave. Nobody reads a name there. Pure.
 *
 * What is encoded in such a run is taken out and looked through apart (`gate-encodings.ts`).
 */

/** So many letters do not stand there by chance. */
const SURE = 16;
/** In Base64 there are more letters to choose from, and names of people in addresses stand beside it. */
const SURE_IN_BASE64 = 6;
const HEX =
  /(?<![\p{L}\p{N}])(?:[0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\p{L}\p{N}])/giu;
/** SHA-1 as a web archive writes it. */
const BASE32 = /(?<![\p{L}\p{N}])(?=[A-Z]*\d)[A-Z2-7]{32}(?![\p{L}\p{N}])/gu;
/** A key as a log names it: what stands before its digest, and the key. */
const KEY = /\+[0-9a-f]{8}\+[A-Za-z0-9+/]{43,}={0,2}(?![A-Za-z0-9+/=])/gu;
/** At least 32 bytes. Behind a dot, a colon or a sign of a query it is a part of an address. */
const BASE64 = /(?<![\p{L}\p{N}+/.:@?&#%_-])[A-Za-z0-9+/]{43,}={0,2}(?![\p{L}\p{N}+/=_-])/gu;
/** More than the longest of them, so that what is cut off at the end of it is none. */
const AROUND = 140;

/** Whether what stands from `start` to `end` of the text lies in such runs, and is short enough to lie there by chance. */
export function isByChance(text: string, start: number, end: number): boolean {
  const pieces = [...text.slice(start, end).matchAll(/[A-Za-z0-9+/]+/g)].map(({ 0: piece, index }) => ({
    from: start + index,
    to: start + index + piece.length,
  }));
  const length = pieces.reduce((sum, { from, to }) => sum + to - from, 0);
  // The end of one and the beginning of the next are letters in a row too.
  return (
    length < SURE && pieces.length > 0 && pieces.every(({ from, to }) => isOfRun(text, from, to, length))
  );
}

function isOfRun(text: string, start: number, end: number, length: number): boolean {
  const from = Math.max(0, start - AROUND);
  const near = text.slice(from, end + AROUND);
  const lies = (pattern: RegExp): string | null => {
    for (const { 0: run, index } of near.matchAll(pattern)) {
      if (from + index > start) return null;
      if (from + index + run.length >= end) return run;
    }
    return null;
  };
  if ([HEX, BASE32, KEY].some((one) => lies(one) !== null)) return true;
  const run = length < SURE_IN_BASE64 ? (lies(BASE64) ?? '') : '';
  const isMixed = [/[A-Z]/g, /[a-z]/g].every((some) => (run.match(some)?.length ?? 0) >= 4);
  // What is filled up at its end is no address.
  return isMixed && (run.endsWith('=') || (/\d/.test(run) && isAmong(text, start, end)));
}

/** With letters or digits on both sides: between two slashes it is a word of a path. */
const isAmong = (text: string, start: number, end: number): boolean =>
  /[A-Za-z0-9+]/.test(text[start - 1] ?? '') && /[A-Za-z0-9+]/.test(text[end] ?? '');
