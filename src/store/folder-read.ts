/** Reading the folder store: one object's bytes, checked on the way, and every object under a prefix. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { codeOf } from '#errors.ts';
import { wholeBytes } from '#whole-bytes.ts';
import { unless, type Disk } from './disk.ts';
import { keyOfFile, readJournal } from './folder-journal.ts';
import type { ObjectVersion } from './store.ts';

/** S3's name for what was written without versions; here it is bytes that have no lock yet. */
export const UNSEALED_VERSION = 'null';
/** What a reader lists in the place of a version that the journal should tell and cannot. */
export const BROKEN_VERSION = 'broken';

/** A read of everything ends in `store-object-changed` when the bytes are not those that were sealed; a range cannot tell. */
export function openBytes(
  path: string,
  key: string,
  sealed: { readonly sha256: string; readonly sizeBytes: number } | null,
  range: { readonly start: number; readonly end: number } | undefined,
): Readable {
  const stream = createReadStream(path, { ...range, highWaterMark: 2 ** 18 });
  return range !== undefined || sealed === null ? stream : wholeBytes(stream, { what: key, ...sealed });
}

/**
 * Every object whose key begins with the prefix, a folder at a time. A journal without bytes is listed too (a purge that
 * did not finish, or bytes that someone took away): an empty list must mean that nothing is left. A broken journal ends the list,
 * unless `onBroken` says what to call its version.
 */
export async function* listFolder(
  disk: Disk,
  objects: string,
  prefix: string,
  onBroken: (error: unknown) => string = (error) => {
    throw error;
  },
): AsyncGenerator<ObjectVersion> {
  const cut = prefix.lastIndexOf('/') + 1;
  yield* walk(prefix.slice(0, cut));

  async function* walk(folderKey: string): AsyncGenerator<ObjectVersion> {
    const found = await unless(
      ['ENOENT', 'ENOTDIR'],
      [],
      disk.readdir(join(objects, folderKey), { withFileTypes: true }),
    );
    const folders = new Set(found.filter((entry) => entry.isDirectory()).map((entry) => entry.name));
    const names = new Set(found.map((entry) => (entry.isDirectory() ? entry.name : keyOfFile(entry.name))));
    for (const name of [...names].sort()) {
      const key = folderKey + name;
      if (folders.has(name)) {
        if (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)) yield* walk(`${key}/`);
      } else if (key.startsWith(prefix)) {
        let broken: string | null = null;
        const journal = await readJournal(disk, objects, key).catch((error: unknown) => {
          if (codeOf(error) !== 'store-journal-broken') throw error;
          broken = onBroken(error);
          return null;
        });
        const bytes = await unless(['ENOENT'], null, disk.stat(join(objects, key)));
        // Both gone: purged since the folder was read.
        if (bytes === null && journal === null && broken === null) continue;
        const versionId = broken ?? journal?.sealed?.version ?? UNSEALED_VERSION;
        yield { key, versionId, isDeleteMarker: false, sizeBytes: bytes?.size ?? 0 };
      }
    }
  }
}
