/** How the canary tries an S3 server: raw calls that no caller of the store may make, with the strongest key at hand. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { codeOf } from '#errors.ts';
import type { Attempt, CanaryHands } from './canary.ts';
import { asked, statusOf, storeError, type S3Link } from './s3-client.ts';

const OCTETS = 'application/octet-stream';
const REFUSALS = [400, 403, 405, 409];

/** A refusal by the server is the finding; a server that is down is none. */
async function attempt(what: string, call: () => Promise<unknown>): Promise<Attempt> {
  try {
    await call();
    return { refused: false, found: `To ${what} was allowed.` };
  } catch (error) {
    const status = statusOf(error);
    if (status === null || !REFUSALS.includes(status)) throw storeError(what, error);
    const { name, message } = error as Error;
    return { refused: true, found: `To ${what}: ${status} ${name}: ${message}` };
  }
}

/** Both must be refused: with the bypass header some servers look at the permission first, without it at the lock. */
async function twice(what: string, call: (bypass: boolean) => Promise<unknown>): Promise<Attempt> {
  const plain = await attempt(what, () => call(false));
  return plain.refused ? attempt(`${what} with bypass`, () => call(true)) : plain;
}

/**
 * `deleter` is the purger's key where this process has one. Without it the writer's is used, which ought to be refused
 * for want of permission already: then checks 5 and 12 prove nothing, and say so.
 */
export function s3Hands(writer: S3Link, deleter: S3Link | null): CanaryHands {
  const Bucket = writer.bucket;
  const whose =
    deleter === null ? "the writer's key, which should lack the permission anyway" : "the purger's key";

  const retention = (
    Key: string,
    VersionId: string,
    Mode: 'COMPLIANCE' | 'GOVERNANCE',
    RetainUntilDate: Date,
    bypass: boolean,
  ): Promise<unknown> =>
    writer.client.send(
      new PutObjectRetentionCommand({
        Bucket,
        Key,
        VersionId,
        Retention: { Mode, RetainUntilDate },
        ChecksumAlgorithm: 'SHA256',
        ...(bypass ? { BypassGovernanceRetention: true } : {}),
      }),
    );

  return {
    guarded: true,
    lockEnabled: () =>
      asked('read the lock configuration', async () => {
        const answer = await writer.client.send(new GetObjectLockConfigurationCommand({ Bucket }));
        const found = answer.ObjectLockConfiguration?.ObjectLockEnabled ?? 'absent';
        return { ok: found === 'Enabled', found: `The bucket's lock configuration is ${found}.` };
      }),
    versioningEnabled: () =>
      asked('read the versioning state', async () => {
        const answer = await writer.client.send(new GetBucketVersioningCommand({ Bucket }));
        const found = answer.Status ?? 'absent';
        return { ok: found === 'Enabled', found: `Versioning is ${found}.` };
      }),
    skewMs: async () => {
      try {
        await asked('ask the time', () => writer.client.send(new GetBucketVersioningCommand({ Bucket })));
      } catch (error) {
        // Any answer has a date, and a refusal is for the other checks to tell.
        if (codeOf(error) === 'store-down') throw error;
      }
      return writer.skewMs() ?? Number.NaN;
    },
    tryDelete: (Key, VersionId) =>
      twice(`delete with ${whose}`, (bypass) =>
        (deleter ?? writer).client.send(
          new DeleteObjectCommand({
            Bucket,
            Key,
            VersionId,
            ...(bypass ? { BypassGovernanceRetention: true } : {}),
          }),
        ),
      ),
    putFree: (Key, Body) =>
      asked('put without a lock', async () => {
        const answer = await writer.client.send(
          new PutObjectCommand({ Bucket, Key, Body, ContentType: OCTETS, ChecksumAlgorithm: 'SHA256' }),
        );
        return answer.VersionId ?? '';
      }),
    tryShorten: (key, version, until) =>
      twice('shorten', (bypass) => retention(key, version, 'COMPLIANCE', until, bypass)),
    tryDowngrade: (key, version, until) =>
      twice('downgrade', (bypass) => retention(key, version, 'GOVERNANCE', until, bypass)),
    sealInParts: (Key, bytes, retainUntil) =>
      asked('upload in parts', async () => {
        const { UploadId } = await writer.client.send(
          new CreateMultipartUploadCommand({
            Bucket,
            Key,
            ContentType: OCTETS,
            ChecksumAlgorithm: 'SHA256',
            ObjectLockMode: 'COMPLIANCE',
            ObjectLockRetainUntilDate: retainUntil,
          }),
        );
        try {
          const part = await writer.client.send(
            new UploadPartCommand({
              Bucket,
              Key,
              UploadId,
              PartNumber: 1,
              Body: bytes,
              ChecksumAlgorithm: 'SHA256',
            }),
          );
          const { VersionId } = await writer.client.send(
            new CompleteMultipartUploadCommand({
              Bucket,
              Key,
              UploadId,
              IfNoneMatch: '*',
              MultipartUpload: {
                Parts: [{ PartNumber: 1, ETag: part.ETag, ChecksumSHA256: part.ChecksumSHA256 }],
              },
            }),
          );
          return VersionId ?? '';
        } catch (error) {
          await writer.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
          throw error;
        }
      }),
  };
}
