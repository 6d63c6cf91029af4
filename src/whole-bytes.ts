/**
 * Bytes that arrive whole and right, or not whole: the last chunk is held back until the digest fits, so that what was
 * changed behind our back can end early and can never come to its proper end.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ArchiveError } from './errors.ts';

export interface Expected {
  /** For people: a key, never content. */
  readonly what: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Ends in `store-object-changed` instead of its last chunk when the bytes are other ones, more or fewer. */
export function wholeBytes(source: Readable, expected: Expected): Readable {
  // Whoever reads is told; until somebody does, nobody listens, and an error that nobody hears ends the process.
  source.on('error', () => undefined);
  const whole = Readable.from(held(source, expected), { objectMode: false });
  whole.once('close', () => source.destroy());
  return whole;
}

async function* held(source: Readable, expected: Expected): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let last: Buffer | null = null;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (chunk.length === 0) continue;
    hash.update(chunk);
    sizeBytes += chunk.length;
    // More than there should be: as many bytes as were announced must not get out either.
    if (sizeBytes > expected.sizeBytes) break;
    if (last !== null) yield last;
    last = chunk;
  }
  const found = hash.digest('hex');
  if (sizeBytes !== expected.sizeBytes || found !== expected.sha256)
    throw new ArchiveError(
      'store-object-changed',
      `${expected.what} was sealed with ${expected.sizeBytes} bytes and the checksum ${expected.sha256}; ` +
        (sizeBytes > expected.sizeBytes
          ? 'it now has more bytes.'
          : `it now reads as ${sizeBytes} bytes with ${found}.`),
      { retry: 'never', details: { expected: expected.sha256 } },
    );
  if (last !== null) yield last;
}

/** Resolves when the first bytes may go out, or the end is reached; rejects with what keeps them from it. */
export async function begun(stream: Readable): Promise<Readable> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.once('readable', resolve);
  stream.once('error', reject);
  try {
    await promise;
    return stream;
  } finally {
    stream.off('readable', resolve);
    stream.off('error', reject);
  }
}
