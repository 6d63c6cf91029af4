/** Reading the folder store: one object's bytes, checked on the way, and every object under a prefix. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline, Transform, type Readable } from 'node:stream';
import { ArchiveError } from '#errors.ts';
import { unless, type Disk } from './disk.ts';
import { keyOfFile, readJournal } from './folder-journal.ts';
import type { ObjectVersion } from './store.ts';

/** S3's name for what was written without versions; here it is bytes that have no lock yet. */
export const UNSEALED_VERSION = 'null';

/** A read of everything ends in `digest-mismatch` when the bytes are not those that were sealed; a range cannot tell. */
export function openBytes(
  path: string,
  key: string,
  sha256: string | null,
  range: { readonly start: number; readonly end: number } | undefined,
): Readable {
  const stream = createReadStream(path, { ...range, highWaterMark: 2 ** 18 });
  if (range !== undefined || sha256 === null) return stream;
  const hash = createHash('sha256');
  const checked = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const found = hash.digest('hex');
      done(
        found === sha256
          ? null
          : new ArchiveError('digest-mismatch', `${key} was sealed as ${sha256} and now reads as ${found}.`, {
              retry: 'never',
            }),
      );
    },
  });
  // The reader of `checked` gets the error; there is nobody else to tell.
  pipeline(stream, checked, () => undefined);
  return checked;
}

/**
 * Every object whose key begins with the prefix, a folder at a time. A journal without bytes is listed too (a purge that
 * did not finish, or bytes that someone took away): an empty list must mean that nothing is left.
 */
export async function* listFolder(
  disk: Disk,
  objects: string,
  prefix: string,
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
        const journal = await readJournal(disk, objects, key);
        const bytes = await unless(['ENOENT'], null, disk.stat(join(objects, key)));
        // Both gone: purged since the folder was read.
        if (bytes === null && journal === null) continue;
        const versionId = journal?.sealed?.version ?? UNSEALED_VERSION;
        yield { key, versionId, isDeleteMarker: false, sizeBytes: bytes?.size ?? 0 };
      }
    }
  }
}
