/** Texts in bytes that are not text as a whole, in the encodings in which programs write them. */
const CONTROL = /[[\p{Cc}--[\t\n\r]]\ufffd]+/v;
/** An escape begins another alphabet (ISO 2022), in which the letters that follow are others. */
const NO_TEXT = /[\p{Cc}--[\t\n\v\f\r\u0080-\u009f]]/v;
const WIDE = [/(?:[\u0020-\u007e\u00a0-\u00ff]\0){4,}/g, /(?:\0[\u0020-\u007e\u00a0-\u00ff]){4,}/g];

/** Places in bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What stands around them, with a mark in the place of each. */
export function without(bytes: Uint8Array, spans: readonly Span[]): Buffer {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end } of spans.toSorted((one, other) => one.start - other.start)) {
    if (start < at) continue;
    parts.push(bytes.subarray(at, start), new Uint8Array(1));
    at = end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}

/** Of a list of ten thousand files a line is a few hundred characters, and all that is made of it to look through it many times that. */
const PIECE = 2 ** 20;
const OVERLAP = 2 ** 16;
const WITHIN_WORD = /[\p{L}\p{M}\p{N}+/=_-]/u;

/**
 * A long text in pieces that begin and end between words; each begins with the end of the one before, so that what stands over an end is whole in one
 * of them. For what is written here: what others wrote may be encoded over any length.
 */
export function* piecesOf(text: string): Generator<string> {
  const cut = (at: number): number => {
    let end = at;
    while (end > at - OVERLAP / 2 && WITHIN_WORD.test(text[end - 1] ?? '')) end -= 1;
    return end;
  };
  let from = 0;
  for (; text.length - from > 2 * PIECE; from = cut(from + PIECE - OVERLAP))
    yield text.slice(from, cut(from + PIECE));
  yield text.slice(from);
}

/** Runs of at least so many characters: UTF-8, Latin-1, and Latin letters in UTF-16, whichever end is first. */
export function stringsIn(bytes: Uint8Array, least: number): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const latin1 = buffer.toString('latin1');
  const utf8 = buffer.toString('utf8');
  const texts = utf8 === latin1 ? [utf8] : [utf8, latin1];
  const runs = texts.flatMap((text) => text.split(CONTROL).filter((run) => run.length >= least));
  for (const wide of WIDE) for (const [run] of latin1.matchAll(wide)) runs.push(run.replaceAll('\0', ''));
  return [...new Set(runs)];
}

/** A whole text, in UTF-8 or UTF-16; null: it is none, or in an encoding that nobody named. */
export function textOfBytes(bytes: Uint8Array, charset: string | null = null): string | null {
  const [first, second] = bytes;
  const marked =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null;
  for (const label of [marked, 'utf-8', unmarked(bytes), charset]) {
    if (label === null) continue;
    try {
      const text = new TextDecoder(label, { fatal: true }).decode(bytes);
      if (!NO_TEXT.test(text)) return text;
    } catch {}
  }
  return null;
}

/** Latin letters in UTF-16 have a zero in every second byte. */
function unmarked(bytes: Uint8Array): string | null {
  if (bytes.length < 4 || bytes.length % 2 === 1) return null;
  const zeros = [0, 0];
  const many = Math.min(bytes.length, 4096);
  for (let at = 0; at < many; at += 1) if (bytes[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even === odd) return null;
  return odd > even ? 'utf-16le' : 'utf-16be';
}
