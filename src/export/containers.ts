/** What a package comes in: a tar that is written from front to back, or a folder. */
import { createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BLOCK, paddingOf, tarHeader } from '#verify/verify.ts';
import type { Part } from './bag.ts';

interface TarLabel {
  /** The one folder in it. */
  readonly top: string;
  readonly at: Date;
}

export async function* asTar(parts: AsyncIterable<Part>, { top, at }: TarLabel): AsyncGenerator<Buffer> {
  const seconds = Math.floor(at.getTime() / 1000);
  for await (const { path, sizeBytes, bytes } of parts) {
    yield tarHeader({ path: `${top}/${path}`, sizeBytes, seconds });
    yield* bytes;
    const padding = paddingOf(sizeBytes);
    if (padding > 0) yield Buffer.alloc(padding);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** Refuses a folder that is there: what lies in a package is this export's, and nothing else's. */
export async function toFolder(parts: AsyncIterable<Part>, folder: string): Promise<void> {
  await mkdir(folder);
  for await (const { path, bytes } of parts) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(bytes, createWriteStream(file, { flags: 'wx' }));
  }
  await synced(folder);
}

export async function toFile(chunks: AsyncIterable<Buffer>, path: string): Promise<void> {
  await pipeline(chunks, createWriteStream(path, { flags: 'wx', flush: true }));
  await synced(dirname(path));
}

/** A name is on disk when its folder is. */
async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(async () => await handle.close());
}
