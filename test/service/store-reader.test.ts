/** The port and the credential of whoever checks the archive: they look, and everything else is refused, by the store and not by us. */
import {
  DeleteObjectCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { S3Config } from '#config.ts';
import { openReader, openStore, type ObjectReader, type ObjectStore } from '#store/store.ts';
import { all, inMs, MINUTE_MS, sealInput, textOf } from '../support/store-input.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

const VERBS = ['close', 'describe', 'head', 'kind', 'read', 'versions'];

async function looks(store: ObjectStore, reader: ObjectReader): Promise<string> {
  const sealed = await store.seal(sealInput('reader/a', 'text', { retainUntil: inMs(60 * MINUTE_MS) }));
  const versionId = sealed.outcome === 'created' ? sealed.versionId : '';
  expect(await reader.head('reader/a')).toEqual(await store.head('reader/a', versionId));
  expect(await textOf(await reader.read('reader/a', versionId))).toBe('text');
  expect(await all(reader.versions('reader/'))).toEqual(await all(store.versions('reader/')));
  expect(reader.describe).toBe(store.describe);
  // Nothing in it could be called by mistake, whatever a type says.
  expect(Object.keys(reader).toSorted()).toEqual(VERBS);
  return versionId;
}

test('of the folder store: no verb that writes, and not even a folder is made', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-reader-'));
  try {
    const reader = await openReader({ s3: null, dataDir });
    expect(await all(reader.versions('a/'))).toEqual([]);
    expect(await reader.head('a/b')).toBeNull();
    expect(await readdir(dataDir)).toEqual([]);
    const store = await openStore({ s3: null, dataDir });
    await looks(store, reader);
    await store.close();
    await reader.close();
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

describe('of an S3 store', () => {
  let server: RunningVersitygw;
  let s3: S3Config;
  let store: ObjectStore;
  let versionId: string;
  beforeAll(async () => {
    server = await startVersitygw();
    s3 = await server.newBucket();
    store = await openStore({ s3, dataDir: '' });
    const reader = await openReader({ s3, dataDir: '' });
    versionId = await looks(store, reader);
    await reader.close();
  });
  afterAll(async () => {
    await store?.close();
    await server?.stop();
  });

  const raw = (account: 'reader' | 'writer' | 'root'): S3Client =>
    new S3Client({
      endpoint: server.endpoint,
      region: server.region,
      credentials: { ...server[account] },
      forcePathStyle: true,
      maxAttempts: 1,
    });
  const asked = async (client: S3Client, command: unknown): Promise<number> => {
    try {
      await client.send(command as PutObjectCommand);
      return 200;
    } catch (error) {
      return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
    }
  };
  const Key = 'reader/a';
  const attempts = (Bucket: string): [string, unknown][] => [
    ['put a new object', new PutObjectCommand({ Bucket, Key: 'reader/new', Body: 'x' })],
    ['put over an object', new PutObjectCommand({ Bucket, Key, Body: 'x' })],
    ['delete a version', new DeleteObjectCommand({ Bucket, Key, VersionId: versionId })],
    ['put a delete marker', new DeleteObjectCommand({ Bucket, Key })],
    [
      'extend a lock',
      new PutObjectRetentionCommand({
        Bucket,
        Key,
        VersionId: versionId,
        Retention: { Mode: 'COMPLIANCE', RetainUntilDate: inMs(120 * MINUTE_MS) },
        ChecksumAlgorithm: 'SHA256',
      }),
    ],
    [
      'set a hold',
      new PutObjectLegalHoldCommand({
        Bucket,
        Key,
        VersionId: versionId,
        LegalHold: { Status: 'ON' },
        ChecksumAlgorithm: 'SHA256',
      }),
    ],
  ];

  test('its key is refused every way to change something, and nothing changed', async () => {
    const before = [await store.head(Key), await all(store.versions('reader/'))];
    const client = raw('reader');
    const tried = attempts(s3.bucket);
    expect(tried.length).toBe(6);
    for (const [what, command] of tried) expect(await asked(client, command), what).toBe(403);
    client.destroy();
    expect([await store.head(Key), await all(store.versions('reader/'))]).toEqual(before);
  });

  test('counter-check: the writer and the administrator are refused not all of the same', async () => {
    const [writer, root] = [raw('writer'), raw('root')];
    const done = new Map<string, number>();
    for (const [what, command] of attempts(s3.bucket)) {
      const first = await asked(writer, command);
      done.set(what, first === 200 ? first : await asked(root, command));
    }
    writer.destroy();
    root.destroy();
    expect(done.get('put a new object')).toBe(200);
    expect(done.get('put a delete marker')).not.toBe(403);
    expect(done.get('extend a lock')).toBe(200);
  });
});
