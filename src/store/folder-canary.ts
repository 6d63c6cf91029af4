/** How the canary tries the folder store: through the store's own verbs, because nothing else guards these files. */
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { codeOf } from '#errors.ts';
import type { Attempt, CanaryHands } from './canary.ts';
import { fileErrorCode, sha256OfFile, writeOnce, type Disk } from './disk.ts';
import { UNSEALED_VERSION } from './folder-read.ts';
import type { ObjectStore } from './store.ts';

interface FolderHandsOptions {
  readonly store: ObjectStore;
  readonly temp: string;
  readonly objects: string;
  readonly disk: Disk;
  readonly now: () => Date;
  readonly purge: (key: string, versionId: string) => Promise<void>;
}

const NOT_PROTECTED = 'Holdfast refuses this itself; whoever may write to the folder can still do it.';

/** A refusal by rule is the finding; anything else rises. */
async function attempt(work: Promise<void>): Promise<Attempt> {
  try {
    await work;
    return { refused: false, found: 'It was allowed.' };
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'store-object-locked' && code !== 'store-refused') throw error;
    return { refused: true, found: `${(error as Error).message} ${NOT_PROTECTED}` };
  }
}

export function folderHands({ store, temp, objects, disk, now, purge }: FolderHandsOptions): CanaryHands {
  const withFile = async <T>(text: string, work: (path: string) => Promise<T>): Promise<T> => {
    const path = join(temp, randomUUID());
    const handle = await disk.open(path, 'wx', 0o600);
    try {
      await writeOnce(handle, text);
      return await work(path);
    } finally {
      await handle.close();
      await disk.unlink(path);
    }
  };

  return {
    guarded: false,
    // What stands in for the lock here is that this file system never lets a link replace a file.
    lockEnabled: () =>
      withFile('first', (first) =>
        withFile('second', async (second) => {
          const code = await disk.link(first, second).then(() => 'success', fileErrorCode);
          return {
            ok: code === 'EEXIST',
            found: `Linking over a file ends in ${code}. Locks are kept in a journal beside each object: advisory.`,
          };
        }),
      ),
    versioningEnabled: () =>
      Promise.resolve({ ok: true, found: 'A key has one version for ever; check 8 tries to replace it.' }),
    // A file's time is given by whoever keeps the disk, which may be another machine.
    skewMs: () => withFile('time', async (path) => (await disk.stat(path)).mtimeMs - now().getTime()),
    tryDelete: (key, versionId) => attempt(purge(key, versionId)),
    // Bytes without a journal have no lock.
    putFree: (key, bytes) =>
      withFile(Buffer.from(bytes).toString('hex'), async (path) => {
        await disk.mkdir(join(objects, dirname(key)), { recursive: true });
        await disk.link(path, join(objects, key));
        return UNSEALED_VERSION;
      }),
    tryShorten: (key, versionId, retainUntil) => attempt(store.extend(key, versionId, retainUntil)),
    tryDowngrade: () =>
      Promise.resolve({ refused: true, found: `There is only one mode of lock. ${NOT_PROTECTED}` }),
    sealInParts: (key, bytes, retainUntil) =>
      withFile(Buffer.from(bytes).toString('hex'), async (path) => {
        const outcome = await store.seal({
          key,
          body: { path },
          sha256: await sha256OfFile(path),
          sizeBytes: bytes.byteLength * 2,
          mediaType: 'text/plain',
          retainUntil,
        });
        return outcome.outcome === 'created' ? outcome.versionId : '';
      }),
  };
}
