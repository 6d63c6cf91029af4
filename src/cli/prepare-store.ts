/**
 * `holdfast prepare-store`: makes the bucket with Object Lock, and lets in the writer, the purger, the reader and the log's account and nobody else.
 * The administrator's key is for this verb alone; no running process of the archive is ever given it.
 */
import { readConfig } from '#config.ts';
import { readSetting } from '#settings.ts';
import { ArchiveError } from '#errors.ts';
import type { Verb } from './verb.ts';

export const prepareStore: Verb = {
  name: 'prepare-store',
  summary: 'Make the S3 bucket with Object Lock and its policy (set-up; needs an administrator’s key)',
  configure: (command) => {
    command.addHelpText(
      'after',
      `
Reads S3_ENDPOINT, S3_REGION, S3_BUCKET, the access keys of the writer (S3_ACCESS_KEY_ID), the purger
(S3_PURGE_ACCESS_KEY_ID) and, where there are such, the reader (S3_READ_ACCESS_KEY_ID) and the log (S3_LOG_ACCESS_KEY_ID), and the administrator's
S3_ADMIN_ACCESS_KEY_ID and S3_ADMIN_SECRET_ACCESS_KEY.
May be run again: a bucket that is there is checked, and its policy written anew. Ends well only when the bucket refused the
purger what is locked and gave what is not.`,
    );
  },
  run: async ({ env, say, answer }) => {
    const { s3 } = readConfig(env);
    const accessKeyId = readSetting(env, 'S3_ADMIN_ACCESS_KEY_ID') ?? '';
    const secretAccessKey = readSetting(env, 'S3_ADMIN_SECRET_ACCESS_KEY') ?? '';
    if (s3 === null || s3.purger === null || accessKeyId === '' || secretAccessKey === '')
      throw new ArchiveError(
        'config-invalid',
        'To make the bucket, S3_ENDPOINT, S3_BUCKET and the keys of the writer, the purger (S3_PURGE_*) and an administrator (S3_ADMIN_*) must be set.',
        { retry: 'never' },
      );
    const { openStore, prepareBucket } = await import('#store/store.ts');
    say(`Preparing the bucket ${s3.bucket} at ${s3.endpoint}.`);
    const { endpoint, region, bucket } = s3;
    const accounts = {
      writer: s3.writer.accessKeyId,
      purger: s3.purger.accessKeyId,
      reader: s3.reader?.accessKeyId ?? null,
      ...(s3.log === null ? {} : { log: s3.log.accessKeyId }),
    };
    await prepareBucket({ endpoint, region, bucket, admin: { accessKeyId, secretAccessKey }, accounts });
    say('Trying to break a lock in it, with the purger’s key; this takes some seconds.');
    const store = await openStore({ s3, dataDir: '' });
    const { checks, capabilities } = await store.canary({ full: true }).finally(() => store.close());
    const { standing } = capabilities;
    const failed = checks.filter((one) => !one.ok && one.n !== 12);
    if (standing !== 'immutable')
      throw new ArchiveError(
        'store-refused',
        `The bucket ${bucket} is there, and its lock does not hold or could not be tried: ${failed.map((one) => `${one.n} ${one.name}: ${one.found}`).join(' ')}`,
        { retry: 'never' },
      );
    answer(
      { bucket, objectLock: true, versioning: true, standing },
      `The bucket ${bucket} has Object Lock and its policy, and refused to delete what is locked.`,
    );
  },
};
