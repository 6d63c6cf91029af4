/** How the judge looks into a store: every version that there is, and each one's bytes and lock, asked of the store itself. */
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  S3Client,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import type { S3Config, S3Credentials } from '#config.ts';
import { openStore } from '#store/store.ts';
import { all } from './store-input.ts';

export interface SeenVersion {
  readonly key: string;
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
}

export interface SeenObject {
  readonly bytes: Buffer;
  readonly mode: string | null;
  readonly retainUntil: Date | null;
}

export interface StoreEyes {
  versions(prefix: string): Promise<readonly SeenVersion[]>;
  look(key: string, versionId: string): Promise<SeenObject>;
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A folder store that was opened just now and has seen nothing of what happened. */
export async function folderEyes(dataDir: string): Promise<StoreEyes> {
  const store = await openStore({ dataDir, s3: null });
  return {
    versions: async (prefix) => await all(store.versions(prefix)),
    look: async (key, versionId) => {
      const state = await store.head(key, versionId);
      const bytes = await bytesOf(await store.read(key, versionId));
      return { bytes, mode: state?.mode ?? null, retainUntil: state?.retainUntil ?? null };
    },
  };
}

/** The server's own administrator, past every policy, and none of our code. */
export function s3Eyes(s3: S3Config, root: S3Credentials): StoreEyes {
  const client = new S3Client({
    endpoint: s3.endpoint,
    region: s3.region,
    credentials: { ...root },
    forcePathStyle: true,
  });
  const Bucket = s3.bucket;
  return {
    versions: async (Prefix) => {
      // A page may begin with the row that ended the one before it.
      const seen = new Map<string, SeenVersion>();
      let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
      for (;;) {
        const page: ListObjectVersionsCommandOutput = await client.send(
          new ListObjectVersionsCommand({ Bucket, Prefix, ...from }),
        );
        for (const { Key: key = '', VersionId: versionId = 'null' } of page.Versions ?? [])
          seen.set(`${versionId} ${key}`, { key, versionId, isDeleteMarker: false });
        for (const { Key: key = '', VersionId: versionId = 'null' } of page.DeleteMarkers ?? [])
          seen.set(`${versionId} ${key}`, { key, versionId, isDeleteMarker: true });
        if (page.IsTruncated !== true) return [...seen.values()];
        from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
    },
    look: async (Key, VersionId) => {
      const head = await client.send(new HeadObjectCommand({ Bucket, Key, VersionId }));
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      return {
        bytes: await bytesOf(Body as Readable),
        mode: head.ObjectLockMode ?? null,
        retainUntil: head.ObjectLockRetainUntilDate ?? null,
      };
    },
  };
}
