/** What an S3 store says about its versions, for the store and for the purger: HEAD, and every page of a listing. */
import { HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { ArchiveError } from '#errors.ts';
import { checkKey } from './rules.ts';
import { asked, statusOf, storeError, type S3Link } from './s3-client.ts';
import type { ObjectState, ObjectVersion } from './store.ts';

export function hexOf(base64: string): string {
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
