/** What an S3 store says about its versions, to whoever asks: HEAD, the lock by itself, the bytes, and every page of a listing. */
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { ArchiveError } from '#errors.ts';
import { wholeBytes } from '#whole-bytes.ts';
import { checkKey } from './rules.ts';
import { asked, statusOf, storeError, type S3Link } from './s3-client.ts';
import type { ObjectState, ObjectVersion } from './store.ts';

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

export async function head(
  { client, bucket }: S3Link,
  key: string,
  versionId?: string,
): Promise<ObjectState | null> {
  checkKey(key);
  try {
    const answer = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, ChecksumMode: 'ENABLED' }),
    );
    const sum = answer.ChecksumSHA256;
    return {
      key,
      versionId: answer.VersionId ?? 'null',
      sizeBytes: answer.ContentLength ?? 0,
      // An upload in parts has a checksum of checksums, `…-1`, which is none of the bytes.
      sha256: sum === undefined || sum.includes('-') ? null : hexOf(sum),
      mode: answer.ObjectLockMode ?? null,
      retainUntil: answer.ObjectLockRetainUntilDate ?? null,
      hold: answer.ObjectLockLegalHoldStatus === 'ON',
    };
  } catch (error) {
    const status = statusOf(error);
    // 405: the version is a delete marker.
    if (status === 404 || status === 405) return null;
    throw storeError(`head ${key}`, error);
  }
}

/** With status 400 where S3 has 404: of versitygw 1.8.0 the second, of others the first. */
const NO_LOCK = ['InvalidRequest', 'NoSuchObjectLockConfiguration'];

/**
 * Retention and hold, asked for by themselves where HEAD shows none: versitygw 1.8.0 leaves both out for a version that is
 * no longer the current one, and forgets a hold whose retention has ended when it is asked to delete.
 */
export async function lockOf(link: S3Link, key: string, versionId?: string): Promise<ObjectState | null> {
  const state = await head(link, key, versionId);
  if (state === null || state.mode !== null) return state;
  const { client, bucket } = link;
  const version = { Bucket: bucket, Key: key, VersionId: state.versionId };
  /** No lock is an answer too; S3 gives it as an error. */
  const ask = async <T>(call: Promise<T>): Promise<T | null> => {
    try {
      return await call;
    } catch (error) {
      const status = statusOf(error);
      if (status === 404 || (status === 400 && error instanceof Error && NO_LOCK.includes(error.name)))
        return null;
      throw storeError(`read the lock of ${key}`, error);
    }
  };
  const retention = await ask(client.send(new GetObjectRetentionCommand(version)));
  const hold = await ask(client.send(new GetObjectLegalHoldCommand(version)));
  return {
    ...state,
    mode: retention?.Retention?.Mode ?? null,
    retainUntil: retention?.Retention?.RetainUntilDate ?? null,
    hold: hold?.LegalHold?.Status === 'ON',
  };
}

/** versitygw 1.8.0 begins each page with the row that ended the one before; a row twice would look like a second version. */
export async function* list(
  { client, bucket }: S3Link,
  prefix: string,
  pageSize: number | undefined,
): AsyncGenerator<ObjectVersion> {
  let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  let before = new Set<string>();
  for (;;) {
    const page = await asked(`list ${prefix}`, () =>
      client.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, MaxKeys: pageSize, ...from }),
      ),
    );
    const rows: ObjectVersion[] = [
      ...(page.Versions ?? []).map((row) => ({ ...row, isDeleteMarker: false })),
      ...(page.DeleteMarkers ?? []).map((row) => ({ ...row, Size: 0, isDeleteMarker: true })),
    ].map(({ Key = '', VersionId = 'null', Size = 0, isDeleteMarker }) => ({
      key: Key,
      versionId: VersionId,
      isDeleteMarker,
      sizeBytes: Size,
    }));
    const fresh = rows.filter((row) => !before.has(`${row.versionId} ${row.key}`));
    yield* fresh;
    if (page.IsTruncated !== true) return;
    // Without a step forward the next page would be this one, for ever.
    if (page.NextKeyMarker === undefined || fresh.length === 0)
      throw new ArchiveError('store-refused', `The store cannot list ${prefix} to the end.`, {
        retry: 'never',
      });
    from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    before = new Set(rows.map((row) => `${row.versionId} ${row.key}`));
  }
}

/** The SDK compares the checksum too, but after the last byte went out; its words for what it finds become ours. */
function checkedBody(body: Readable, key: string, answer: GetObjectCommandOutput): Readable {
  const told = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* body as AsyncIterable<Buffer>;
    } catch (error) {
      if (error instanceof Error && /checksum mismatch/i.test(error.message))
        throw new ArchiveError(
          'store-object-changed',
          `${key} does not fit the checksum that the store keeps of it: ${error.message}`,
          { retry: 'never', cause: error },
        );
      throw storeError(`read ${key}`, error);
    }
  };
  body.on('error', () => undefined);
  const source = Readable.from(told(), { objectMode: false });
  source.once('close', () => body.destroy());
  const sum = answer.ChecksumSHA256;
  // None, or that of an upload in parts, which is none of the bytes: then whoever knows the digest compares it.
  if (sum === undefined || sum.includes('-') || answer.ContentLength === undefined) return source;
  return wholeBytes(source, { what: key, sha256: hexOf(sum), sizeBytes: answer.ContentLength });
}

export async function read(
  { client, bucket }: S3Link,
  key: string,
  versionId: string,
  range?: { readonly start: number; readonly end: number },
): Promise<Readable> {
  checkKey(key);
  const answer = await asked(`read ${key}`, () =>
    client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        VersionId: versionId,
        ...(range === undefined
          ? { ChecksumMode: 'ENABLED' }
          : { Range: `bytes=${range.start}-${range.end}` }),
      }),
    ),
  );
  const body = answer.Body instanceof Readable ? answer.Body : Readable.from([]);
  return range === undefined ? checkedBody(body, key, answer) : body;
}
