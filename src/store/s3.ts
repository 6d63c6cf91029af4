/**
 * The S3 store: any server with Object Lock in compliance mode that passes the canary.
 *
 * A seal is one conditional put that carries its own digest, mode and date: the server checks the digest, refuses an
 * existing key, and writes bytes and lock together. Never a multipart upload, never the bucket's default lock: both are
 * where servers lose locks. What the put answered is not believed; the caller heads the version (rule 2 of
 * reference/object-store.md 4).
 *
 * A crash or a broken connection leaves the object whole or not at all; which of the two, the next put says with `exists`.
 */
import { PutObjectCommand, PutObjectLegalHoldCommand, PutObjectRetentionCommand } from '@aws-sdk/client-s3';
import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { S3Config } from '#config.ts';
import { ArchiveError } from '#errors.ts';
import { runCanary } from './canary.ts';
import { checkExtension, checkKey, checkPrefix, checkSeal, wholeSecond } from './rules.ts';
import { s3Hands } from './s3-canary.ts';
import { asked, openLink, statusOf, storeError, timeLimitMs, type S3Link } from './s3-client.ts';
import { head, list, read } from './s3-read.ts';
import { placeOf, type ObjectRepairer, type ObjectStore, type SealInput, type SealOutcome } from './store.ts';

export interface S3StoreOptions {
  readonly s3: S3Config;
  readonly now?: (() => Date) | undefined;
  /** Rows in one page of a listing; the server's own limit is 1000. */
  readonly pageSize?: number | undefined;
}

function base64Of(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

async function put(
  { client, bucket }: S3Link,
  input: SealInput,
  body: Uint8Array | Readable,
  failed: AbortSignal,
  once: boolean,
): Promise<SealOutcome> {
  try {
    const { VersionId } = await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: input.key,
        Body: body,
        ContentLength: input.sizeBytes,
        ContentType: input.mediaType,
        ...(once ? { IfNoneMatch: '*' } : {}),
        ChecksumAlgorithm: 'SHA256',
        ChecksumSHA256: base64Of(input.sha256),
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: wholeSecond(input.retainUntil),
        ...(input.hold === true ? { ObjectLockLegalHoldStatus: 'ON' } : {}),
      }),
      { requestTimeout: timeLimitMs(input.sizeBytes), abortSignal: failed },
    );
    if (VersionId !== undefined && VersionId !== 'null') return { outcome: 'created', versionId: VersionId };
    throw new ArchiveError('store-refused', `The store gave ${input.key} no version: versioning is off.`, {
      retry: 'later',
    });
  } catch (error) {
    if (statusOf(error) === 412) return { outcome: 'exists' };
    throw storeError(`seal ${input.key}`, error);
  }
}

async function seal(link: S3Link, input: SealInput, now: Date, once = true): Promise<SealOutcome> {
  checkSeal(input, now);
  if ('bytes' in input.body) {
    checkSize(input, input.body.bytes.byteLength);
    return put(link, input, input.body.bytes, new AbortController().signal, once);
  }
  // Opened here, so that a missing file is the file's fault and not the store's.
  const file: FileHandle = await open(input.body.path, 'r');
  try {
    checkSize(input, (await file.stat()).size);
    // Node refuses an empty stream with a length.
    if (input.sizeBytes === 0)
      return await put(link, input, new Uint8Array(), new AbortController().signal, once);
    const stream = file.createReadStream({ highWaterMark: 2 ** 18, autoClose: false });
    const broken = new AbortController();
    let readError: unknown = null;
    stream.once('error', (error) => {
      readError = error;
      broken.abort();
    });
    try {
      return await put(link, input, stream, broken.signal, once);
    } catch (error) {
      throw readError ?? error;
    } finally {
      stream.destroy();
    }
  } finally {
    await file.close();
  }
}

function checkSize(input: SealInput, foundBytes: number): void {
  if (foundBytes !== input.sizeBytes)
    throw new ArchiveError(
      'digest-mismatch',
      `${input.key} was announced with ${input.sizeBytes} bytes and has ${foundBytes}.`,
      { retry: 'never' },
    );
}

async function setHold(
  { client, bucket }: S3Link,
  Key: string,
  VersionId: string,
  Status: 'ON' | 'OFF',
): Promise<void> {
  checkKey(Key);
  await asked(`set the hold of ${Key} to ${Status}`, () =>
    client.send(
      new PutObjectLegalHoldCommand({
        Bucket: bucket,
        Key,
        VersionId,
        LegalHold: { Status },
        ChecksumAlgorithm: 'SHA256',
      }),
    ),
  );
}

export function openS3Store({ s3, now = () => new Date(), pageSize }: S3StoreOptions): ObjectStore {
  const link = openLink(s3, s3.writer, now);
  const { client, bucket } = link;
  const store: ObjectStore = {
    kind: 's3',
    describe: placeOf(s3),
    seal: (input) => seal(link, input, now()),
    head: (key, versionId) => head(link, key, versionId),
    read: (key, versionId, range) => read(link, key, versionId, range),
    extend: async (key, versionId, retainUntil) => {
      checkKey(key);
      checkExtension(retainUntil);
      try {
        await client.send(
          new PutObjectRetentionCommand({
            Bucket: bucket,
            Key: key,
            VersionId: versionId,
            Retention: { Mode: 'COMPLIANCE', RetainUntilDate: wholeSecond(retainUntil) },
            ChecksumAlgorithm: 'SHA256',
          }),
        );
      } catch (error) {
        const raised = storeError(`extend ${key}`, error);
        // Asked for less than there is: refused today and tomorrow.
        throw statusOf(error) === 403
          ? new ArchiveError('store-refused', raised.message, { retry: 'never', cause: error })
          : raised;
      }
    },
    hold: (key, versionId) => setHold(link, key, versionId, 'ON'),
    release: (key, versionId) => setHold(link, key, versionId, 'OFF'),
    versions: (prefix) => {
      checkPrefix(prefix);
      return list(link, prefix, pageSize);
    },
    canary: async ({ full }) => {
      const deleter = s3.purger === null ? null : openLink(s3, s3.purger, now);
      try {
        return await runCanary({ store, hands: s3Hands(link, deleter), now, full });
      } finally {
        deleter?.client.destroy();
      }
    },
    close: () => {
      client.destroy();
      return Promise.resolve();
    },
  };
  return store;
}

/** A new version of the same key, locked like the first: what lies there cannot be replaced, and need not be there any more. */
export function openS3Repairer({ s3, now = () => new Date() }: S3StoreOptions): ObjectRepairer {
  const link = openLink(s3, s3.writer, now);
  return {
    putBack: async (input) => {
      const answer = await seal(link, input, now(), false);
      if (answer.outcome === 'created') return answer.versionId;
      throw new ArchiveError('store-refused', `The store did not take ${input.key} once more.`, {
        retry: 'later',
      });
    },
    close: () => {
      link.client.destroy();
      return Promise.resolve();
    },
  };
}
