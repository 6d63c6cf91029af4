/**
 * The folder store: objects as plain files on this machine, for an installation that has nothing else.
 *
 * Promise: what was sealed survives crash, power cut and restart, no two writers share a key, and any change to
 * bytes or lock state shows. It does not promise that nobody can change them: whoever has the service's user, or
 * root, can. Therefore `immutability: 'advisory'`, and production asks for an explicit yes.
 *
 *   objects/<key>        the bytes, mode 0444; anyone can check them with sha256sum
 *   objects/<key>~state  the journal of that object: seal, extend, hold, release, purge (journal.ts)
 *   temp/                bodies on their way in
 *
 * One journal for each object, and not one for all: API, workers and the purge job use the folder at once, and must not
 * wait for each other's fdatasync; damage stays with one object; a purge takes the journal along, so that no digest of
 * destroyed content remains. That a whole object with its journal was taken away is for the ledger to notice.
 *
 * Order of a seal, and what a crash leaves after each step:
 *   1 temp file written, hashed, synced   a file in temp, swept after an hour; nothing is sealed
 *   2 link(temp, key)                     bytes without a lock: `head` shows mode null, never a lock. A retry with
 *                                         the same bytes goes on at step 3; it hashes what lies there first
 *   3 temp unlinked, folders synced       the same
 *   4 first line appended and synced      sealed and locked. `created` goes to whoever wrote that line
 * `link` fails where the key exists, which is `If-None-Match: *`; rename would replace. The file system itself refuses
 * a key that is a path prefix of another. A first line therefore means that bytes and their folder entry are durable.
 *
 * Order of a purge: line `purge` synced (from here on nothing else is allowed) → bytes → journal → empty folders. A crash
 * leaves the key listed by `versions` until a second purge has finished the work.
 */
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ArchiveError } from '#errors.ts';
import { runCanary } from './canary.ts';
import {
  fileErrorCode,
  Folders,
  onDisk,
  REAL_DISK,
  sha256OfFile,
  sweepTemp,
  syncFolder,
  unless,
  writeTemp,
  type Disk,
} from './disk.ts';
import { folderHands } from './folder-canary.ts';
import { journalPath, readJournal, record } from './folder-journal.ts';
import { folderRepairer } from './folder-repair.ts';
import { head, listFolder, missing, read, UNSEALED_VERSION, type Looked } from './folder-read.ts';
import { objection, type Change, type Replay } from './journal.ts';
import { checkExtension, checkKey, checkPrefix, checkSeal, wholeSecond } from './rules.ts';
import type { ObjectPurger, ObjectRepairer, ObjectStore, SealInput, SealOutcome } from './store.ts';

export interface FolderOptions {
  readonly folder: string;
  readonly now?: (() => Date) | undefined;
  readonly disk?: Disk | undefined;
}

interface Root extends Looked {
  readonly temp: string;
  readonly now: () => Date;
  readonly folders: Folders;
}

async function openRoot({ folder, now = () => new Date(), disk = REAL_DISK }: FolderOptions): Promise<Root> {
  const objects = join(folder, 'objects');
  const temp = join(folder, 'temp');
  return onDisk('open the folder store', async () => {
    const first = await disk.mkdir(objects, { recursive: true, mode: 0o750 });
    if (first !== undefined)
      for (let each = objects; each.length >= first.length; each = dirname(each))
        await syncFolder(disk, dirname(each));
    await disk.mkdir(temp, { recursive: true, mode: 0o750 });
    await sweepTemp(disk, temp, Date.now());
    return { objects, temp, now, disk, folders: new Folders(disk, objects) };
  });
}

function conflict(message: string, retry: 'later' | 'never'): ArchiveError {
  return new ArchiveError('store-conflict', message, { retry });
}

/** Gives the temp file its name. False when something has the name already. */
async function linked(root: Root, temp: string, key: string): Promise<boolean> {
  const path = join(root.objects, key);
  for (let attempt = 1; ; attempt += 1)
    try {
      await root.folders.make(dirname(path));
      await root.disk.link(temp, path);
      return true;
    } catch (error) {
      const code = fileErrorCode(error);
      const prefix = (): ArchiveError =>
        conflict(
          `${key} cannot be a key: it is a path prefix of another one, or another one of it.`,
          'never',
        );
      if (code === 'ENOTDIR') throw prefix();
      if (code === 'EEXIST') {
        if ((await unless(['ENOENT'], null, root.disk.stat(path)))?.isDirectory() === true) throw prefix();
        return false;
      }
      // A purge took an empty folder away between our two steps.
      if (code !== 'ENOENT' || attempt === 3) throw error;
      root.folders.forget();
    }
}

async function seal(root: Root, input: SealInput): Promise<SealOutcome> {
  checkSeal(input, root.now());
  const { key } = input;
  const path = join(root.objects, key);
  // A retry of a large file need not be written again. Another's first line is made durable by `record` below.
  const before = await readJournal(root.disk, root.objects, key);
  const sealed = before?.sealed ?? null;
  const there = sealed !== null && (await unless(['ENOENT'], null, root.disk.stat(path))) !== null;
  if (sealed !== null && !there && sealed.sha256 !== input.sha256)
    throw conflict(`The bytes of ${key} are gone, and other ones cannot take their place.`, 'never');
  if (before?.purged !== true && !there) {
    const temp = await writeTemp(root.disk, root.temp, input);
    let won: boolean;
    try {
      won = await linked(root, temp, key);
    } finally {
      await root.disk.unlink(temp);
    }
    if (!won && (await sha256OfFile(path)) !== input.sha256) return { outcome: 'exists' };
  }
  await syncFolder(root.disk, dirname(path));
  return lock(root, input);
}

/** The last step of a seal: bytes with this digest lie under the key; who writes the first line has sealed them. */
async function lock(root: Root, input: SealInput): Promise<SealOutcome> {
  const { key, sha256, sizeBytes, mediaType, hold = false } = input;
  const version = randomUUID();
  const retainUntil = wholeSecond(input.retainUntil).toISOString();
  const change: Change = { op: 'seal', version, sha256, sizeBytes, mediaType, retainUntil, hold };
  const { disk, objects, now } = root;
  const answer = await record({ disk, objects, key, now, create: true }, (present) => {
    if (present.purged) throw conflict(`${key} is being purged.`, 'later');
    return present.sealed === null ? change : null;
  });
  if (answer?.mine !== true) return { outcome: 'exists' };
  // Only a purge of bytes without a lock, at this very moment, can have taken them.
  if ((await unless(['ENOENT'], null, disk.stat(join(objects, key)))) === null)
    throw conflict(`${key} was purged while it was sealed.`, 'later');
  return { outcome: 'created', versionId: version };
}

/** Extend, hold and release: nothing is written when the state is already what was asked for. */
async function move(
  root: Root,
  key: string,
  versionId: string,
  wanted: Change,
  isSo: (sealed: NonNullable<Replay['sealed']>) => boolean,
): Promise<void> {
  checkKey(key);
  const { disk, objects, now } = root;
  const answer = await record({ disk, objects, key, now, create: false }, (present, at) => {
    const { sealed } = present;
    if (sealed === null || present.purged || sealed.version !== versionId) throw missing(key, versionId);
    if (isSo(sealed)) return null;
    const against = objection(present, wanted, at);
    if (against !== null)
      throw new ArchiveError('store-refused', `Refused to ${wanted.op} ${key}: ${against}.`, {
        retry: 'never',
      });
    return wanted;
  });
  if (answer === null) throw missing(key, versionId);
}

export async function openFolderStore(options: FolderOptions): Promise<ObjectStore> {
  const root = await openRoot(options);
  const { disk, objects, now } = root;
  const store: ObjectStore = {
    kind: 'folder',
    describe: `folder ${options.folder}`,
    seal: (input) => onDisk(`seal ${input.key}`, () => seal(root, input)),
    head: (key, versionId) =>
      onDisk(`head ${key}`, async () => {
        checkKey(key);
        return head(root, key, versionId);
      }),
    read: (key, versionId, range) => onDisk(`read ${key}`, () => read(root, key, versionId, range)),
    extend: (key, versionId, retainUntil) =>
      onDisk(`extend ${key}`, async () => {
        checkExtension(retainUntil);
        const until = wholeSecond(retainUntil);
        await move(
          root,
          key,
          versionId,
          { op: 'extend', retainUntil: until.toISOString() },
          (sealed) => sealed.retainUntil.getTime() === until.getTime(),
        );
      }),
    hold: (key, versionId) =>
      onDisk(`hold ${key}`, () => move(root, key, versionId, { op: 'hold' }, (sealed) => sealed.hold)),
    release: (key, versionId) =>
      onDisk(`release ${key}`, () => move(root, key, versionId, { op: 'release' }, (sealed) => !sealed.hold)),
    versions: (prefix) => {
      checkPrefix(prefix);
      return listFolder(disk, objects, prefix);
    },
    canary: ({ full }) =>
      runCanary({
        store,
        hands: folderHands({ ...root, store, purge: (key, versionId) => purge(root, key, versionId) }),
        now,
        full,
      }),
    close: () => Promise.resolve(),
  };
  return store;
}

export async function openFolderRepairer(options: FolderOptions): Promise<ObjectRepairer> {
  const { objects, temp, disk } = await openRoot(options);
  return folderRepairer({ objects, temp, disk, store: await openFolderStore(options) });
}

/** A crash between link and unlink leaves a second name for the same bytes; a purge has to reach that one too. */
async function unlinkTwins(root: Root, path: string): Promise<void> {
  const bytes = await unless(['ENOENT'], null, root.disk.stat(path));
  if (bytes === null || bytes.nlink === 1) return;
  for (const name of await root.disk.readdir(root.temp)) {
    const twin = join(root.temp, name);
    if ((await unless(['ENOENT'], null, root.disk.stat(twin)))?.ino === bytes.ino)
      await unless(['ENOENT'], undefined, root.disk.unlink(twin));
  }
  await syncFolder(root.disk, root.temp);
}

async function purge(root: Root, key: string, versionId: string): Promise<void> {
  checkKey(key);
  const { disk, objects, now } = root;
  const path = join(objects, key);
  const bytes = await unless(['ENOENT', 'ENOTDIR'], null, disk.stat(path));
  const journal = await readJournal(disk, objects, key);
  // Gone already: a retry of a purge whose answer was lost.
  if ((bytes === null || !bytes.isFile()) && journal === null) return;
  if ((journal?.sealed?.version ?? UNSEALED_VERSION) !== versionId) return;
  await record({ disk, objects, key, now, create: journal === null }, (present, at) => {
    if ((present.sealed?.version ?? UNSEALED_VERSION) !== versionId)
      throw conflict(`${key} was sealed while it was purged.`, 'later');
    if (present.purged) return null;
    const against = objection(present, { op: 'purge' }, at);
    if (against !== null)
      throw new ArchiveError('store-object-locked', `${key} cannot be purged: ${against}.`, {
        retry: 'never',
      });
    return { op: 'purge' };
  });
  await unlinkTwins(root, path);
  await unless(['ENOENT'], undefined, disk.unlink(path));
  await syncFolder(disk, dirname(path));
  await unless(['ENOENT'], undefined, disk.unlink(journalPath(objects, key)));
  await syncFolder(disk, dirname(path));
  await root.folders.removeEmpty(dirname(path));
}

export async function openFolderPurger(options: FolderOptions): Promise<ObjectPurger> {
  const root = await openRoot(options);
  return {
    purge: (key, versionId) => onDisk(`purge ${key}`, () => purge(root, key, versionId)),
    close: () => Promise.resolve(),
  };
}
