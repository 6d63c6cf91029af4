import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ArchiveError } from '#errors.ts';
import type { SealInput } from '#store/store.ts';

export const MINUTE_MS = 60_000;

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function inMs(ms: number): Date {
  return new Date(Date.now() + ms);
}

/** A seal of a short text, locked for an hour unless said otherwise. */
export function sealInput(key: string, text: string, more: Partial<SealInput> = {}): SealInput {
  const bytes = Buffer.from(text);
  return {
    key,
    body: { bytes },
    sha256: sha256Of(bytes),
    sizeBytes: bytes.byteLength,
    mediaType: 'text/plain',
    retainUntil: inMs(60 * MINUTE_MS),
    ...more,
  };
}

export async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

/** Just past the end of a lock, by every clock on this machine. */
export async function until(date: Date): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, date.getTime() - Date.now()) + 1100));
}

/** How a call ended: `store-down, later`, another error in words, or `no error`. */
export async function endOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof ArchiveError ? `${error.code}, ${error.retry}` : String(error);
  }
  return 'no error';
}
