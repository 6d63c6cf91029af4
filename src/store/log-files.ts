/**
 * The files of the transparency log in the store: tiles, whose bytes never change, and the newest checkpoint, the one file that is
 * ever replaced. They lie beside the records and are written under another account than these. Nothing here deletes but `remove`,
 * and that only partial tiles and bundles: which of them are outgrown is the log's to say.
 *
 * What a caller may rely on:
 *   - When `put` resolves, these very bytes are durable under the path, whoever wrote them. Other bytes under it are `log-forked`:
 *     two histories were written, and nothing may be signed any more.
 *   - `replace` never takes away what was there where the store keeps versions; a reader gets the one that was written last.
 */
import { createHash } from 'node:crypto';
import { open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Config } from '#config.ts';
import { ArchiveError } from '#errors.ts';
import {
  Folders,
  onDisk,
  REAL_DISK,
  sweepTemp,
  syncedTogether,
  syncFolder,
  unless,
  writeTemp,
  type Disk,
} from './disk.ts';
import { checkKey, wholeSecond } from './rules.ts';
import { asked, openLink, statusOf, storeError, timeLimitMs } from './s3-client.ts';
import { openS3Purger } from './s3-purger.ts';
import { list as versionsOf } from './s3-read.ts';
import type { StoreConfig } from './store.ts';

export interface LogFiles {
  /** For people: an address or folder without secrets. */
  readonly describe: string;
  /** `lastingMs`: locked for so long, where the store has locks. */
  put(path: string, bytes: Uint8Array, lastingMs: number): Promise<void>;
  replace(path: string, bytes: Uint8Array, lastingMs: number): Promise<void>;
  /** Null: there is no such file. */
  read(path: string): Promise<Buffer | null>;
  /** Paths of the files below a folder, in the order of their names. What a delete marker hides is not among them. */
  list(folder: string): AsyncIterable<string>;
  /** Locked until `until`, where its lock ends before `soon` and the store has locks. */
  extend(path: string, soon: Date, until: Date): Promise<'extended' | 'lasting' | 'missing'>;
  /**
   * Takes a partial tile or bundle away for good: every version of it, and no mark is left in its place. Each is read before the first
   * of them goes. Other: one of them has not the bytes that are `expected`, and all of them stay. Kept: its lock has not ended, or it is
   * behind a mark, or this account may delete nothing. Every other path is refused.
   */
  remove(path: string, expected: (bytes: Buffer) => boolean): Promise<'removed' | 'kept' | 'other'>;
  close(): Promise<void>;
}

/** As tiles are named (log/FORMAT.md): the only files of a log that may ever go. */
const PARTIAL = /^log\/[a-z0-9-]+\/tile\/(entries|\d{1,2})\/(x\d{3}\/)*\d{3}\.p\/\d{1,3}$/;

function checkPartial(path: string): void {
  checkKey(path);
  if (!PARTIAL.test(path)) throw new RangeError(`${path} is no partial tile: of a log nothing else may go.`);
}

/** A tile of entries holds 256 of at most 65,535 bytes. */
const LARGEST_BYTES = 20 * 2 ** 20;

/** With the log's own account where the settings have it, as the log worker's do; any other reads with the records' account. */
export async function openLogFiles(
  config: StoreConfig,
  { now = () => new Date() }: { readonly now?: () => Date } = {},
): Promise<LogFiles> {
  return config.s3 === null
    ? await openFolderLog(join(config.dataDir, 'store', 'log-files'))
    : openS3Log(config.s3, now);
}

async function openFolderLog(root: string, disk: Disk = REAL_DISK): Promise<LogFiles> {
  const files = join(root, 'files');
  const temp = join(root, 'temp');
  await onDisk('open the folder of the log', async () => {
    for (const folder of [files, temp]) await disk.mkdir(folder, { recursive: true, mode: 0o750 });
    await syncFolder(disk, root);
    await syncFolder(disk, dirname(root));
    await sweepTemp(disk, temp, Date.now());
  });
  const folders = new Folders(disk, files);
  const synced = syncedTogether(async (folder) => await syncFolder(disk, folder));
  const placed = (path: string): string => {
    checkKey(path);
    return join(files, path);
  };
  const read = async (path: string): Promise<Buffer | null> =>
    await onDisk(
      `read ${path}`,
      async () => await unless(['ENOENT', 'ENOTDIR'], null, readFile(placed(path))),
    );
  const written = async (path: string, bytes: Uint8Array): Promise<string> =>
    await writeTemp(disk, temp, {
      key: path,
      body: { bytes },
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.length,
      mediaType: '',
      retainUntil: new Date(),
    });
  return {
    describe: root,
    read,
    put: async (path, bytes) => {
      const place = placed(path);
      // Written a moment ago by a process that then died, or by this one.
      const there = await read(path);
      if (there !== null) {
        checkSame(path, there, bytes);
        await onDisk(`sync ${path}`, async () => await syncFile(place));
        return;
      }
      await onDisk(`write ${path}`, async () => {
        const from = await written(path, bytes);
        try {
          await folders.make(dirname(place));
          // `link` fails where the name exists: this is `If-None-Match: *`.
          const made = await unless(
            ['EEXIST'],
            false,
            disk.link(from, place).then(() => true),
          );
          if (!made) checkSame(path, await readFile(place), bytes);
        } finally {
          await unless(['ENOENT'], undefined, disk.unlink(from));
        }
        await synced(dirname(place));
      });
    },
    replace: async (path, bytes) => {
      const place = placed(path);
      await onDisk(`write ${path}`, async () => {
        await folders.make(dirname(place));
        await rename(await written(path, bytes), place);
        await syncFolder(disk, dirname(place));
      });
    },
    list: async function* list(folder) {
      const names = await onDisk(
        `list ${folder}`,
        async () =>
          await unless(['ENOENT'], [], readdir(placed(folder), { recursive: true, withFileTypes: true })),
      );
      const paths = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
      yield* paths.map((path) => relative(files, path).split(sep).join('/')).sort();
    },
    // A folder has no locks for them; whether they are there is worth knowing.
    extend: async (path) =>
      await onDisk(`look at ${path}`, async () => {
        const there = await unless(['ENOENT', 'ENOTDIR'], null, stat(placed(path)));
        return there === null ? 'missing' : 'lasting';
      }),
    // There is one version.
    remove: async (path, expected) => {
      checkPartial(path);
      const place = placed(path);
      const there = await read(path);
      if (there === null) return 'kept';
      if (!expected(there)) return 'other';
      return await onDisk(`remove ${path}`, async () => {
        await unless(['ENOENT', 'ENOTDIR'], undefined, disk.unlink(place));
        await unless(['ENOENT'], undefined, syncFolder(disk, dirname(place)));
        await folders.removeEmpty(dirname(place));
        return 'removed' as const;
      });
    },
    close: async () => undefined,
  };
}

/** Whoever wrote it may have died before it was durable. */
async function syncFile(place: string): Promise<void> {
  const handle = await open(place, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(REAL_DISK, dirname(place));
}

function openS3Log(s3: NonNullable<Config['s3']>, now: () => Date): LogFiles {
  const link = openLink(s3, s3.log ?? s3.writer, now);
  const { client, bucket } = link;
  // Without an account of the log's own it is the writer who writes it, and the writer deletes nothing.
  const purger = s3.log === null ? null : openS3Purger({ s3, purger: s3.log, now });
  const { protocol, host } = new URL(s3.endpoint);
  const read = async (path: string): Promise<Buffer | null> => await readObject(client, bucket, path);
  const write = async (path: string, bytes: Uint8Array, lastingMs: number, once: boolean): Promise<void> => {
    checkKey(path);
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: path,
        Body: bytes,
        ContentLength: bytes.length,
        ContentType: 'application/octet-stream',
        ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: wholeSecond(new Date(now().getTime() + lastingMs)),
        ...(once ? { IfNoneMatch: '*' } : {}),
      }),
      { requestTimeout: timeLimitMs(bytes.length) },
    );
  };
  return {
    describe: `${protocol}//${host}/${bucket}`,
    read,
    put: async (path, bytes, lastingMs) => {
      try {
        await write(path, bytes, lastingMs, true);
      } catch (error) {
        if (statusOf(error) !== 412) throw storeError(`write ${path}`, error);
        const there = await read(path);
        // Hidden behind a delete marker, which takes nothing away. Some servers refuse for it, some do not: this one is shown again.
        if (there === null)
          await asked(`write ${path}`, async () => await write(path, bytes, lastingMs, false));
        else checkSame(path, there, bytes);
      }
    },
    replace: async (path, bytes, lastingMs) =>
      await asked(`write ${path}`, async () => await write(path, bytes, lastingMs, false)),
    list: async function* list(folder) {
      checkKey(folder);
      for (let ContinuationToken: string | undefined, more = true; more;) {
        const page = await asked(
          `list ${folder}`,
          async () =>
            await client.send(
              new ListObjectsV2Command({ Bucket: bucket, Prefix: `${folder}/`, ContinuationToken }),
            ),
        );
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
        ContinuationToken = page.NextContinuationToken;
        more = page.IsTruncated === true;
      }
    },
    extend: async (path, soon, until) => {
      checkKey(path);
      return await asked(`extend ${path}`, async () => {
        const head = await client
          .send(new HeadObjectCommand({ Bucket: bucket, Key: path }))
          .catch((error: unknown) => {
            if (statusOf(error) === 404) return null;
            throw error;
          });
        if (head === null) return 'missing';
        const { VersionId, ObjectLockMode, ObjectLockRetainUntilDate: ends } = head;
        if (ObjectLockMode === 'COMPLIANCE' && ends !== undefined && ends > soon) return 'lasting';
        await client.send(
          new PutObjectRetentionCommand({
            Bucket: bucket,
            Key: path,
            VersionId,
            Retention: { Mode: 'COMPLIANCE', RetainUntilDate: wholeSecond(until) },
          }),
        );
        return 'extended';
      });
    },
    remove: async (path, expected) => {
      checkPartial(path);
      // What is to be seen, also by whoever may delete nothing.
      const current = await read(path);
      if (current === null) return 'kept';
      if (!expected(current)) return 'other';
      if (purger === null) return 'kept';
      const ids: string[] = [];
      for await (const { key, versionId, isDeleteMarker } of versionsOf(link, path, undefined)) {
        if (key !== path) continue;
        // An older one may be the only trace of what the newest was put over. One that is gone by now is nobody's.
        const bytes = isDeleteMarker ? null : await readObject(client, bucket, path, versionId);
        if (bytes !== null && !expected(bytes)) return 'other';
        ids.push(versionId);
      }
      try {
        for (const id of ids) await purger.purge(path, id);
      } catch (error) {
        if (error instanceof ArchiveError && error.code === 'store-object-locked') return 'kept';
        throw error;
      }
      return 'removed';
    },
    close: async () => {
      client.destroy();
      await purger?.close();
    },
  };
}

/** The newest version, or this one. Null: there is none. */
async function readObject(
  client: S3Client,
  bucket: string,
  path: string,
  versionId?: string,
): Promise<Buffer | null> {
  checkKey(path);
  return await asked(`read ${path}`, async () => {
    try {
      const { Body, ContentLength } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: path, VersionId: versionId, ChecksumMode: 'ENABLED' }),
      );
      if ((ContentLength ?? 0) > LARGEST_BYTES)
        throw new ArchiveError(
          'log-tile-wrong',
          `${path} has ${ContentLength} bytes: it is no file of a log.`,
          {
            retry: 'never',
            details: { path },
          },
        );
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  });
}

function checkSame(path: string, there: Uint8Array, wanted: Uint8Array): void {
  if (Buffer.compare(there, wanted) === 0) return;
  throw new ArchiveError(
    'log-forked',
    `The store holds other bytes under ${path} than the log has now. Two histories were written: nothing is signed any more until somebody has found out which one is true.`,
    { retry: 'never', details: { path } },
  );
}
