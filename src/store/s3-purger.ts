/** The only deleter of an S3 store, with credentials of its own. */
import {
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import type { S3Config, S3Credentials } from '#config.ts';
import { ArchiveError } from '#errors.ts';
import { openLink, statusOf, storeError, type S3Link } from './s3-client.ts';
import { head } from './s3-read.ts';
import type { ObjectPurger, ObjectState } from './store.ts';

/**
 * Retention and hold, asked for by themselves where HEAD shows none: versitygw 1.8.0 leaves both out for a version that is
 * no longer the current one, and forgets a hold whose retention has ended when it is asked to delete.
 */
async function lockOf(
  link: S3Link,
  key: string,
  versionId: string,
): Promise<Pick<ObjectState, 'retainUntil' | 'hold'> | null> {
  const state = await head(link, key, versionId);
  if (state === null || state.mode !== null) return state;
  const { client, bucket } = link;
  const version = { Bucket: bucket, Key: key, VersionId: versionId };
  /** No lock is an answer too; S3 gives it as an error. */
  const ask = async <T>(call: Promise<T>): Promise<T | null> => {
    try {
      return await call;
    } catch (error) {
      const status = statusOf(error);
      if (status === 404 || (status === 400 && error instanceof Error && error.name === 'InvalidRequest'))
        return null;
      throw storeError(`read the lock of ${key}`, error);
    }
  };
  const retention = await ask(client.send(new GetObjectRetentionCommand(version)));
  const hold = await ask(client.send(new GetObjectLegalHoldCommand(version)));
  return {
    retainUntil: retention?.Retention?.RetainUntilDate ?? null,
    hold: hold?.LegalHold?.Status === 'ON',
  };
}

function locked(key: string, why: string): ArchiveError {
  return new ArchiveError('store-object-locked', `${key} cannot be purged: ${why}.`, { retry: 'never' });
}

/**
 * Heads a version before it asks for its deletion: the lock must have ended by our clock too, because a server that is up
 * to a minute ahead would let it go early.
 */
export function openS3Purger(options: {
  readonly s3: S3Config;
  readonly purger: S3Credentials;
  readonly now?: (() => Date) | undefined;
}): ObjectPurger {
  const now = options.now ?? (() => new Date());
  const link = openLink(options.s3, options.purger, now);
  return {
    purge: async (key, versionId) => {
      const state = await lockOf(link, key, versionId);
      if (state?.hold === true) throw locked(key, 'it is under a legal hold');
      if (state?.retainUntil != null && state.retainUntil.getTime() >= now().getTime())
        throw locked(key, `it is locked until ${state.retainUntil.toISOString()}`);
      try {
        await link.client.send(
          new DeleteObjectCommand({ Bucket: link.bucket, Key: key, VersionId: versionId }),
        );
      } catch (error) {
        const raised = storeError(`purge ${key}`, error);
        if (statusOf(error) === 403) throw locked(key, raised.message);
        // Gone already: a retry of a purge whose answer was lost.
        if (statusOf(error) !== 404) throw raised;
      }
    },
    close: () => {
      link.client.destroy();
      return Promise.resolve();
    },
  };
}
