/**
 * Puts lost or damaged bytes of the folder store back. The journal decides what they are: other bytes never take the place of those that
 * it says were sealed. Only where there is no journal that can be read the object is sealed anew, as a new version.
 *
 * Order: temp file written, hashed, synced → renamed over what lies there → folder synced → journal. A crash leaves the old bytes or the
 * right ones.
 */
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArchiveError, codeOf } from '#errors.ts';
import { fileErrorCode, onDisk, syncFolder, unless, writeTemp, type Disk } from './disk.ts';
import { journalPath, readJournal } from './folder-journal.ts';
import type { ObjectRepairer, ObjectStore, SealInput } from './store.ts';

interface RepairOptions {
  readonly objects: string;
  readonly temp: string;
  readonly disk: Disk;
  readonly store: ObjectStore;
}

export function folderRepairer({ objects, temp, disk, store }: RepairOptions): ObjectRepairer {
  return {
    putBack: async (input: SealInput) =>
      await onDisk(`put ${input.key} back`, async () => {
        const { key } = input;
        const path = join(objects, key);
        const journal = await readJournal(disk, objects, key).catch((error: unknown) => {
          if (codeOf(error) !== 'store-journal-broken') throw error;
          return 'broken' as const;
        });
        const sealed = journal === null || journal === 'broken' ? null : journal.sealed;
        if (journal !== null && journal !== 'broken' && journal.purged)
          throw conflict(`${key} is being purged.`);
        if (sealed !== null && sealed.sha256 !== input.sha256)
          throw conflict(
            `The journal of ${key} says that other bytes were sealed than those that are to be put back.`,
          );
        const from = await writeTemp(disk, temp, input);
        try {
          await rename(from, path).catch(async (error: unknown) => {
            if (fileErrorCode(error) !== 'ENOENT') throw error;
            await disk.mkdir(dirname(path), { recursive: true, mode: 0o750 });
            await rename(from, path);
          });
        } finally {
          await unless(['ENOENT'], undefined, disk.unlink(from));
        }
        await syncFolder(disk, dirname(path));
        if (sealed === null) {
          // What cannot be read proves nothing; that it was damaged stands in the history.
          await unless(['ENOENT'], undefined, disk.unlink(journalPath(objects, key)));
          const answer = await store.seal(input);
          if (answer.outcome === 'created') return answer.versionId;
          throw conflict(`${key} was sealed by somebody else while it was put back.`);
        }
        if (sealed.retainUntil < input.retainUntil)
          await store.extend(key, sealed.version, input.retainUntil);
        return sealed.version;
      }),
    close: async () => await store.close(),
  };
}

function conflict(message: string): ArchiveError {
  return new ArchiveError('store-conflict', message, { retry: 'never' });
}
