/** What only an S3 store has: a server with a clock, a will and a network of its own, and two accounts. */
import { CreateBucketCommand, DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { S3Config } from '#config.ts';
import { prepareBucket } from '#store/store.ts';
import {
  openPurger,
  openStore,
  type CanaryReport,
  type ObjectPurger,
  type ObjectStore,
} from '#store/store.ts';
import {
  allowsDeletes,
  forgetsLocks,
  skewed,
  startLyingProxy,
  type LyingProxy,
} from '../support/lying-proxy.ts';
import { all, endOf, inMs, MINUTE_MS, sealInput, sha256Of, textOf, until } from '../support/store-input.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: RunningVersitygw;
let proxy: LyingProxy;
let s3: S3Config;
let store: ObjectStore;
let purger: ObjectPurger;
beforeAll(async () => {
  server = await startVersitygw();
  proxy = await startLyingProxy(server.endpoint);
  s3 = { ...(await server.newBucket()), endpoint: proxy.endpoint };
  store = await openStore({ s3, dataDir: '' });
  purger = await openPurger({ s3, dataDir: '' });
});
afterEach(() => proxy.lie(null));
afterAll(async () => {
  await store.close();
  await purger.close();
  await proxy.close();
  await server.stop();
});

async function sealed(key: string, retainMs = 60 * MINUTE_MS): Promise<string> {
  const outcome = await store.seal(sealInput(key, 'text', { retainUntil: inMs(retainMs) }));
  if (outcome.outcome !== 'created') throw new Error(`${key} exists already`);
  return outcome.versionId;
}

function failed(report: CanaryReport): number[] {
  return report.checks.filter((check) => !check.ok).map((check) => check.n);
}

async function countAsked<T>(method: string, work: () => Promise<T>): Promise<{ result: T; count: number }> {
  const before = proxy.asked.length;
  const result = await work();
  return { result, count: proxy.asked.slice(before).filter((asked) => asked.method === method).length };
}

describe('the clock of the server', () => {
  it.each([90_000, -90_000, 4_000_000])(
    'off by %i ms is an error, whatever else the answer says',
    async (skewMs) => {
      const key = `skew/${skewMs}`;
      const versionId = await sealed(key);
      proxy.lie(skewed(skewMs));
      for (const work of [
        () => store.seal(sealInput(`${key}-new`, 'text')),
        () => store.head(key),
        () => store.head('skew/absent'),
        () => store.read(key, versionId),
        () => store.extend(key, versionId, inMs(90 * MINUTE_MS)),
        () => store.hold(key, versionId),
        () => all(store.versions('skew/')),
      ])
        expect(await endOf(work())).toBe('store-clock-skewed, later');
      const { result, count } = await countAsked('DELETE', () => endOf(purger.purge(key, versionId)));
      expect(result).toBe('store-clock-skewed, later');
      expect(count).toBe(0);
    },
  );

  it('off by less than a minute passes', async () => {
    await sealed('skew/little');
    proxy.lie(skewed(50_000));
    expect((await store.head('skew/little'))?.mode).toBe('COMPLIANCE');
  });

  it('is never taken over for our signatures, also after the server complained', async () => {
    const before = proxy.asked.length;
    const more = `<ServerTime>${inMs(4_000_000).toISOString()}</ServerTime>`;
    proxy.lie(() => ({ instead: { status: 403, code: 'RequestTimeTooSkewed', more } }));
    expect(await endOf(all(store.versions('skew/')))).toBe('store-clock-skewed, later');
    proxy.lie(skewed(4_000_000));
    expect(await endOf(store.head('skew/little'))).toBe('store-clock-skewed, later');
    proxy.lie(null);
    expect(await store.head('skew/little')).not.toBeNull();
    const asked = proxy.asked.slice(before);
    expect(asked.length).toBeGreaterThanOrEqual(3);
    for (const { headers } of asked) {
      const signed = String(headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
      expect(Math.abs(Date.parse(signed) - Date.now())).toBeLessThan(MINUTE_MS);
    }
  });

  it('fails the canary at check 10, and nothing else is tried', async () => {
    proxy.lie(skewed(120_000));
    const { result, count } = await countAsked('PUT', () => store.canary({ full: false }));
    expect(result.passed).toBe(false);
    expect(result.checks[9]).toMatchObject({
      n: 10,
      ok: false,
      found: expect.stringContaining('120 s ahead'),
    });
    expect(failed(result)).toHaveLength(11);
    expect(count).toBe(0);
  });

  it('ahead of ours lets nothing go before our own says so', async () => {
    const versionId = await sealed('skew/early', 1000);
    const late = await openPurger({ s3, dataDir: '' }, { now: () => inMs(-20_000) });
    await until(inMs(1500));
    const { result, count } = await countAsked('DELETE', () => endOf(late.purge('skew/early', versionId)));
    expect(result).toBe('store-object-locked, never');
    expect(count).toBe(0);
    await late.close();
    await purger.purge('skew/early', versionId);
    expect(await store.head('skew/early')).toBeNull();
  });
});

describe('the canary refuses', () => {
  it('a server that accepts and forgets locks', async () => {
    proxy.lie(forgetsLocks);
    const report = await store.canary({ full: false });
    expect(report.passed).toBe(false);
    expect(failed(report)).toEqual([4, 5, 6, 7, 9, 11]);
    expect(report.checks[3]?.found).toContain('no lock');
  });

  it('a server that keeps the lock and deletes all the same', async () => {
    proxy.lie(allowsDeletes);
    const report = await store.canary({ full: false });
    expect(report.passed).toBe(false);
    expect(failed(report)).toEqual([5]);
  });

  it('a server that checks no condition and gives no checksum', async () => {
    proxy.lie(({ method }) =>
      method === 'HEAD'
        ? {
            answer: ({ status, headers: { 'x-amz-checksum-sha256': _sum, ...headers } }) => ({
              status,
              headers,
            }),
          }
        : {
            answer: ({ status, headers }) =>
              status === 412
                ? { status: 200, headers: { ...headers, 'x-amz-version-id': 'another' } }
                : { status, headers },
          },
    );
    const report = await store.canary({ full: false });
    expect(failed(report)).toEqual([4, 8]);
    expect(report.capabilities.checksumOnHead).toBe(false);
  });

  it('a bucket without object lock', async () => {
    const client = new S3Client({
      endpoint: server.endpoint,
      region: s3.region,
      credentials: { ...server.root },
      forcePathStyle: true,
    });
    await client.send(new CreateBucketCommand({ Bucket: 'no-lock' }));
    client.destroy();
    const bare = await openStore({ s3: { ...s3, bucket: 'no-lock', writer: server.root }, dataDir: '' });
    const report = await bare.canary({ full: false });
    await bare.close();
    expect(report.passed).toBe(false);
    expect(failed(report)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 11]);
    await expect(
      prepareBucket({ endpoint: server.endpoint, region: s3.region, bucket: 'no-lock', admin: server.root }),
    ).rejects.toMatchObject({ code: 'store-refused' });
  });

  it('to say anything about a server that is not there', async () => {
    proxy.lie(() => ({ drop: 'before' }));
    expect(await endOf(store.canary({ full: false }))).toBe('store-down, later');
  });

  it('to claim that holds outlive locks when it may not delete at all', async () => {
    const alone = await openStore({ s3: { ...s3, purger: null }, dataDir: '' });
    const report = await alone.canary({ full: true });
    await alone.close();
    expect(report.passed).toBe(true);
    expect(report.capabilities.holdOutlivesRetention).toBe(false);
    expect(report.checks[11]?.found).toContain('Not proven');
    expect(report.checks[4]?.found).toContain('Not proven');
    expect(report.capabilities.standing).toBe('deletion-not-proven');
  });
});

describe('the network', () => {
  it('may lose an answer: the object is there, and asking again says so', async () => {
    proxy.lie(({ method }) => (method === 'PUT' ? { drop: 'after' } : undefined));
    const input = sealInput('lost/answer', 'text');
    const first = await endOf(store.seal(input));
    proxy.lie(null);
    expect(await store.seal(input)).toEqual({ outcome: 'exists' });
    expect(await store.head('lost/answer')).toMatchObject({ mode: 'COMPLIANCE', sha256: sha256Of('text') });
    // The SDK asks once more by itself where it can; then it is told that the key exists.
    expect(['store-down, later', 'no error']).toContain(first);
  });

  it('may lose an answer to a body from a file, which is not sent twice', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-body-'));
    const path = join(folder, 'body');
    await writeFile(path, 'text');
    const input = sealInput('lost/file', 'text', { body: { path } });
    proxy.lie(({ method }) => (method === 'PUT' ? { drop: 'after' } : undefined));
    const { result, count } = await countAsked('PUT', () => endOf(store.seal(input)));
    expect([result, count]).toEqual(['store-down, later', 1]);
    proxy.lie(null);
    expect(await store.seal(input)).toEqual({ outcome: 'exists' });
    expect(await store.head('lost/file')).toMatchObject({ mode: 'COMPLIANCE', sha256: sha256Of('text') });
    // A file that is not there is no fault of the store.
    await rm(folder, { recursive: true });
    expect(await endOf(store.seal(input))).toContain('ENOENT');
  });

  it.each([
    [503, 'SlowDown', 'store-down, later'],
    [500, 'InternalError', 'store-down, later'],
    [409, 'ConditionalRequestConflict', 'store-conflict, later'],
    [403, 'AccessDenied', 'store-refused, later'],
    [404, 'NoSuchBucket', 'store-refused, later'],
    [501, 'NotImplemented', 'store-refused, never'],
    [400, 'BadDigest', 'digest-mismatch, never'],
  ])('and the server may answer %i %s: %s', async (status, name, expected) => {
    proxy.lie(() => ({ instead: { status, code: name } }));
    const { result, count } = await countAsked('PUT', () => endOf(store.seal(sealInput('fault/a', 'text'))));
    expect(result).toBe(expected);
    expect(count).toBeLessThanOrEqual(2);
    proxy.lie(null);
    expect(await store.head('fault/a')).toBeNull();
  });

  it('and a read that was bent on the way ends in an error', async () => {
    const versionId = await sealed('bent/a');
    proxy.lie(({ method }) =>
      method === 'GET'
        ? {
            answer: ({ status, headers }) => ({
              status,
              headers: {
                ...headers,
                'x-amz-checksum-sha256': Buffer.from(sha256Of('other'), 'hex').toString('base64'),
              },
            }),
          }
        : undefined,
    );
    expect(await endOf(store.read('bent/a', versionId).then(textOf))).toBe('store-object-changed, never');
  });
});

describe('the two accounts', () => {
  it('the writer can delete nothing, not even what is free', async () => {
    const versionId = await sealed('writer/a', 1000);
    await until(inMs(1500));
    const wrong = await openPurger({ s3: { ...s3, purger: s3.writer }, dataDir: '' });
    expect(await endOf(wrong.purge('writer/a', versionId))).toBe('store-object-locked, never');
    await wrong.close();
    expect(await store.head('writer/a')).not.toBeNull();
    await purger.purge('writer/a', versionId);
  });

  it('the purger can write nothing', async () => {
    const wrong = await openStore({ s3: { ...s3, writer: server.purger }, dataDir: '' });
    expect(await endOf(wrong.seal(sealInput('purger/a', 'text')))).toBe('store-refused, later');
    await wrong.close();
  });

  it('a purger that the settings do not name is not opened', async () => {
    await expect(openPurger({ s3: { ...s3, purger: null }, dataDir: '' })).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });
});

it('a delete marker hides the object, is listed, and can be purged away', async () => {
  const versionId = await sealed('marker/a', 1000);
  await store.hold('marker/a', versionId);
  const client = new S3Client({
    endpoint: server.endpoint,
    region: s3.region,
    credentials: { ...server.root },
    forcePathStyle: true,
  });
  await client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key: 'marker/a' }));
  client.destroy();
  expect(await store.head('marker/a')).toBeNull();
  expect(await store.head('marker/a', versionId)).toMatchObject({ versionId, sizeBytes: 4 });
  // versitygw leaves the lock out of HEAD now, and would delete what is held once its retention has ended.
  await until(inMs(1500));
  expect(await endOf(purger.purge('marker/a', versionId))).toBe('store-object-locked, never');
  const rows = await all(store.versions('marker/'));
  expect(rows.filter((row) => row.isDeleteMarker)).toHaveLength(1);
  expect(rows).toHaveLength(2);
  const marker = rows.find((row) => row.isDeleteMarker)?.versionId ?? '';
  expect(await store.head('marker/a', marker)).toBeNull();
  await purger.purge('marker/a', marker);
  expect(await store.head('marker/a')).toMatchObject({ versionId, mode: 'COMPLIANCE', hold: true });
});
