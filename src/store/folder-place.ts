/**
 * Puts objects of a folder store back as they were, out of a backup: bytes, and then the journal that has their lock. As with a seal, the
 * journal comes when bytes and folder entry are durable; a crash leaves bytes without a lock, and placing them again goes on from there.
 */
import { createHash } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArchiveError } from '#errors.ts';
import { Folders, onDisk, REAL_DISK, sha256OfFile, syncFolder, unless, writeTemp } from './disk.ts';
import { journalPath } from './folder-journal.ts';
import { replay } from './journal.ts';
import { checkKey } from './rules.ts';
import type { StoreConfig } from './store.ts';

const BYTES_MODE = 0o444;
/** Lines are added to it. */
const JOURNAL_MODE = 0o640;

export interface Placed {
  readonly key: string;
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Null: bytes that no lock was on. */
  readonly journal: string | null;
}

/** The text of an object's journal, in which its lock is; null: it has none. Where the store is no folder, there are no journals. */
export function folderJournals({
  s3,
  dataDir,
}: StoreConfig): ((key: string) => Promise<string | null>) | null {
  if (s3 !== null) return null;
  return async (key) =>
    await onDisk(`read the journal of ${key}`, async () => {
      checkKey(key);
      const path = journalPath(join(dataDir, 'store', 'objects'), key);
      return await unless(['ENOENT', 'ENOTDIR'], null, readFile(path, 'utf8'));
    });
}

export interface FolderPlacer {
  place(object: Placed): Promise<void>;
}

export async function openFolderPlacer({ dataDir }: Pick<StoreConfig, 'dataDir'>): Promise<FolderPlacer> {
  const folder = join(dataDir, 'store');
  const [objects, temp] = [join(folder, 'objects'), join(folder, 'temp')];
  const disk = REAL_DISK;
  await onDisk('open the folder store', async () => {
    for (const each of [objects, temp]) await disk.mkdir(each, { recursive: true, mode: 0o750 });
    for (const each of [folder, dataDir]) await syncFolder(disk, each);
  });
  const folders = new Folders(disk, objects);
  const put = async (place: string, mode: number, input: Parameters<typeof writeTemp>[2]): Promise<void> => {
    const from = await writeTemp(disk, temp, input);
    try {
      await chmod(from, mode);
      await folders.make(dirname(place));
      const made = await unless(
        ['EEXIST'],
        false,
        disk.link(from, place).then(() => true),
      );
      if (!made && (await sha256OfFile(place)) !== input.sha256)
        throw new ArchiveError('store-conflict', `Something else lies under ${input.key} already.`, {
          retry: 'never',
        });
    } finally {
      await disk.unlink(from);
    }
    await syncFolder(disk, dirname(place));
  };
  return {
    place: async ({ key, path, sha256, sizeBytes, journal }) => {
      checkKey(key);
      // What its own journal does not say was sealed here is not put under it.
      const sealed = journal === null ? null : replay(key, journal).sealed;
      if (sealed !== null && (sealed.sha256 !== sha256 || sealed.sizeBytes !== sizeBytes))
        throw new ArchiveError('store-object-changed', `${key} was sealed with other bytes.`, {
          retry: 'never',
        });
      const common = { key, mediaType: '', retainUntil: new Date() };
      await onDisk(`place ${key}`, async () => {
        await put(join(objects, key), BYTES_MODE, { ...common, body: { path }, sha256, sizeBytes });
        if (journal === null) return;
        const bytes = Buffer.from(journal);
        const place = journalPath(objects, key);
        // Placed before, and extended since.
        const there = await unless(['ENOENT'], null, readFile(place, 'utf8'));
        if (there?.startsWith(journal) === true) return;
        const digest = createHash('sha256').update(bytes).digest('hex');
        await put(place, JOURNAL_MODE, {
          ...common,
          body: { bytes },
          sha256: digest,
          sizeBytes: bytes.length,
        });
      });
    },
  };
}
