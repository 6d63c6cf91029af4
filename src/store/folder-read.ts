/** Looking into the folder store: what is there, one object's bytes, checked on the way, and every object under a prefix. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ArchiveError, codeOf } from '#errors.ts';
import { wholeBytes } from '#whole-bytes.ts';
import { onDisk, REAL_DISK, unless, type Disk } from './disk.ts';
import { keyOfFile, readJournal } from './folder-journal.ts';
import { checkKey, checkPrefix } from './rules.ts';
import type { ObjectReader, ObjectState, ObjectVersion } from './store.ts';

/** S3's name for what was written without versions; here it is bytes that have no lock yet. */
export const UNSEALED_VERSION = 'null';
/** What a reader lists in the place of a version that the journal should tell and cannot. */
const BROKEN_VERSION = 'broken';

/** A read of everything ends in `store-object-changed` when the bytes are not those that were sealed; a range cannot tell. */
function openBytes(
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

/** What is needed to look. */
export interface Looked {
  readonly objects: string;
  readonly disk: Disk;
}

export function missing(key: string, versionId: string): ArchiveError {
  return new ArchiveError('store-object-missing', `There is no version ${versionId} of ${key}.`, {
    retry: 'never',
  });
}

async function lookedAt(root: Looked, key: string, versionId: string | undefined) {
  const bytes = await unless(['ENOENT', 'ENOTDIR'], null, root.disk.stat(join(root.objects, key)));
  if (bytes === null || !bytes.isFile()) return null;
  const sealed = (await readJournal(root.disk, root.objects, key))?.sealed ?? null;
  const found = sealed?.version ?? UNSEALED_VERSION;
  return versionId !== undefined && versionId !== found ? null : { size: bytes.size, sealed, found };
}

export async function head(
  root: Looked,
  key: string,
  versionId: string | undefined,
): Promise<ObjectState | null> {
  const looked = await lookedAt(root, key, versionId);
  if (looked === null) return null;
  const { size, sealed, found } = looked;
  return {
    key,
    versionId: found,
    sizeBytes: size,
    sha256: sealed?.sha256 ?? null,
    mode: sealed === null ? null : 'COMPLIANCE',
    retainUntil: sealed?.retainUntil ?? null,
    hold: sealed?.hold ?? false,
  };
}

export async function read(
  root: Looked,
  key: string,
  versionId: string,
  range: { readonly start: number; readonly end: number } | undefined,
): Promise<Readable> {
  checkKey(key);
  const looked = await lookedAt(root, key, versionId);
  if (looked === null) throw missing(key, versionId);
  const { sealed } = looked;
  return openBytes(
    join(root.objects, key),
    key,
    sealed === null ? null : { sha256: sealed.sha256, sizeBytes: sealed.sizeBytes },
    range,
  );
}

/** Makes no folder and sweeps nothing; a folder that is not there holds nothing. */
export function openFolderReader({ folder }: { readonly folder: string }): ObjectReader {
  const root = { objects: join(folder, 'objects'), disk: REAL_DISK };
  return {
    kind: 'folder',
    describe: `folder ${folder}`,
    head: (key, versionId) =>
      onDisk(`head ${key}`, async () => {
        checkKey(key);
        return await head(root, key, versionId);
      }),
    read: (key, versionId, range) => onDisk(`read ${key}`, () => read(root, key, versionId, range)),
    versions: (prefix) => {
      checkPrefix(prefix);
      // One damaged journal must not hide what lies beside it.
      return listFolder(root.disk, root.objects, prefix, () => BROKEN_VERSION);
    },
    close: () => Promise.resolve(),
  };
}
