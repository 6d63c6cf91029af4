/** The S3 store to whoever may only look: with a credential of its own, which can neither write nor lock nor delete. */
import type { S3Config } from '#config.ts';
import { checkPrefix } from './rules.ts';
import { openLink } from './s3-client.ts';
import { list, lockOf, read } from './s3-read.ts';
import { placeOf, type ObjectReader } from './store.ts';

export function openS3Reader(options: {
  readonly s3: S3Config;
  readonly now?: (() => Date) | undefined;
}): ObjectReader {
  const { s3, now = () => new Date() } = options;
  const link = openLink(s3, s3.reader ?? s3.writer, now);
  return {
    kind: 's3',
    describe: placeOf(s3),
    // Of a version that is not the current one HEAD may leave the lock out (versitygw 1.8.0): then it is asked for by itself.
    head: (key, versionId) => lockOf(link, key, versionId),
    read: (key, versionId, range) => read(link, key, versionId, range),
    versions: (prefix) => {
      checkPrefix(prefix);
      return list(link, prefix, undefined);
    },
    close: () => {
      link.client.destroy();
      return Promise.resolve();
    },
  };
}
