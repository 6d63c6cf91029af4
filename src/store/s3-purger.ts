/** The only deleter of an S3 store, with credentials of its own. */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import type { S3Config, S3Credentials } from '#config.ts';
import { ArchiveError } from '#errors.ts';
import { openLink, statusOf, storeError } from './s3-client.ts';
import { lockOf } from './s3-read.ts';
import type { ObjectPurger } from './store.ts';

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
