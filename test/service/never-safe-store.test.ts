/**
 * A store that lies or loses must not give "safe to remove", from the report to the receipt, on real parts; and beside it
 * the same store while it is honest, so that a rule that always says no fails here too. Evidence: `never-safe.test.ts`.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openStore, type ObjectStore } from '#store/store.ts';
import { openArchive, simpleReport, type Archive, type TestFile } from '../support/archive.ts';
import { rows as chosen } from '../support/extent.ts';
import { call, codesOf, recordOf, recordWhen, settled } from '../support/looking.ts';
import { forgetsLocks, skewed, startLyingProxy, type Liar, type LyingProxy } from '../support/lying-proxy.ts';
import { png } from '../support/picture.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

const HOUR_MS = 3_600_000;

/** A report with a good picture: safe on any honest store. */
async function handIn(archive: Archive): Promise<string> {
  const shot: TestFile = { name: 'shot.png', type: 'image/png', bytes: await png(60, 40) };
  const answer = await archive.report(simpleReport(), [shot]);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body.recordId;
}

/** Changes the head of each answer to HEAD for keys of records; the canary's keys stay as they are. */
const headers =
  (change: Record<string, string>): Liar =>
  ({ method, url }) =>
    method === 'HEAD' && url.includes('/rec/')
      ? { answer: (real) => ({ ...real, headers: { ...real.headers, ...change } }) }
      : undefined;

describe('on an S3 store that lies', () => {
  let server: RunningVersitygw;
  let proxy: LyingProxy;
  let archive: Archive;
  let direct: ObjectStore;
  beforeAll(async () => {
    server = await startVersitygw();
    const bucket = await server.newBucket();
    proxy = await startLyingProxy(server.endpoint);
    archive = await openArchive({
      env: {
        S3_ENDPOINT: proxy.endpoint,
        S3_REGION: bucket.region,
        S3_BUCKET: bucket.bucket,
        S3_ACCESS_KEY_ID: bucket.writer.accessKeyId,
        S3_SECRET_ACCESS_KEY: bucket.writer.secretAccessKey,
        S3_PURGE_ACCESS_KEY_ID: server.purger.accessKeyId,
        S3_PURGE_SECRET_ACCESS_KEY: server.purger.secretAccessKey,
      },
    });
    direct = await openStore({ s3: bucket, dataDir: archive.dataDir });
    await archive.work();
  });
  afterEach(() => proxy.lie(null));
  afterAll(async () => {
    await archive?.close();
    await direct?.close();
    await proxy?.close();
    await server?.stop();
  });

  const keysOf = async (recordId: string): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of direct.versions(`a/rivertown/rec/${recordId}/`)) keys.push(key);
    return keys;
  };
  const safe = async (recordId: string): Promise<void> => {
    const receipt = await archive.until(recordId, (one) => one.safeToRemove);
    expect(receipt).toMatchObject({ tier: 'D', store: { kind: 's3', immutability: 'compliance' } });
  };

  test('counter-check: while it is honest, a picture is safe', async () => {
    const recordId = await handIn(archive);
    await safe(recordId);
    const { record } = await settled(archive, recordId);
    expect((await keysOf(recordId)).toSorted()).toEqual(
      record.seals.flatMap((seal) => seal.objects.map((object) => object.key)).toSorted(),
    );
  });

  const BAD_SUM = Buffer.alloc(32, 7).toString('base64');
  const LIES: readonly (readonly [string, Liar, string])[] = [
    ['forgets the lock', forgetsLocks, 'store-lock-not-confirmed'],
    [
      'has a mode that some may bypass',
      headers({ 'x-amz-object-lock-mode': 'GOVERNANCE' }),
      'store-lock-not-confirmed',
    ],
    [
      'has a lock that ends tomorrow, also after it was asked to extend it',
      headers({ 'x-amz-object-lock-retain-until-date': new Date(Date.now() + 24 * HOUR_MS).toISOString() }),
      'store-lock-not-confirmed',
    ],
    ['holds other bytes', headers({ 'x-amz-checksum-sha256': BAD_SUM }), 'digest-mismatch'],
    ['holds another length', headers({ 'content-length': '3' }), 'digest-mismatch'],
  ];
  test.each(chosen(LIES, ([what]) => /^has a lock that ends|^holds other bytes/.test(what)))(
    'whose HEAD says that it %s: parked, and never safe; run again when it is honest',
    async (_name, liar, code) => {
      // The canary passed before: what follows is found out by reading back alone.
      await archive.system.trust.check(false);
      expect(archive.system.trust.last()?.passed).toBe(true);
      proxy.lie(liar);
      const recordId = await handIn(archive);
      const { receipt, record } = await settled(archive, recordId);
      expect(receipt).toMatchObject({
        safeToRemove: false,
        status: 'reported',
        seals: [],
        parked: [{ step: 'seal', code }],
      });
      expect(codesOf(receipt)).toEqual(['seal-parked']);
      expect(record.owed).toContainEqual(expect.objectContaining({ step: 'seal', parked: true, code }));
      expect(record.owed.find((step) => step.step === 'seal')?.reason).toMatch(/^The store .+\.$/s);
      const parked = (await call(archive, '/v1/parked')).body['parked'];
      expect(parked).toContainEqual(expect.objectContaining({ recordId, step: 'seal', code }));

      proxy.lie(null);
      const again = await call(archive, `/v1/records/${recordId}/steps/seal/run`, { method: 'POST' });
      expect(again.status).toBe(200);
      await safe(recordId);
      expect((await recordOf(archive, recordId)).history.map((entry) => entry.type)).toEqual(
        expect.arrayContaining(['step.parked', 'step.rerun', 'record.sealed']),
      );
    },
  );

  const FAILURES: readonly (readonly [string, Liar, string])[] = [
    [
      'acknowledges a manifest and does not show it',
      ({ method, url }) =>
        method === 'HEAD' && url.includes('manifest.json')
          ? { instead: { status: 404, code: 'NoSuchKey' } }
          : undefined,
      'store-object-missing',
    ],
    [
      'does not take the manifest',
      ({ method, url }) =>
        method === 'PUT' && url.includes('manifest.json')
          ? { instead: { status: 503, code: 'SlowDown' } }
          : undefined,
      'store-down',
    ],
    ['is off by an hour', skewed(HOUR_MS), 'store-clock-skewed'],
    ['is an hour behind', skewed(-HOUR_MS), 'store-clock-skewed'],
  ];
  test.each(chosen(FAILURES, ([what]) => /^acknowledges|^is off/.test(what)))(
    'that %s: not sealed, tried again, sealed when it is honest',
    async (_name, liar, code) => {
      await archive.system.trust.check(false);
      proxy.lie(liar);
      const recordId = await handIn(archive);
      const record = await recordWhen(archive, recordId, ({ owed }) =>
        owed.some((step) => step.step === 'seal' && step.failures > 0),
      );
      expect(record.owed).toContainEqual(expect.objectContaining({ step: 'seal', parked: false, code }));
      // Whether the seal was begun depends on what was asked of the store first; closed it is not.
      expect(record.state).toBe('reported');
      expect(record.seals.filter(({ sealedAt }) => sealedAt !== null)).toEqual([]);
      const receipt = await archive.receipt(recordId);
      expect(receipt).toMatchObject({ safeToRemove: false, seals: [] });
      expect(codesOf(receipt)).toContain('seal-delayed');
      proxy.lie(null);
      await safe(recordId);
    },
  );

  test('that accepts and forgets locks does not pass the canary: 202 all the same, nothing is sealed into it', async () => {
    proxy.lie(forgetsLocks);
    expect((await archive.system.trust.check(false)).passed).toBe(false);
    const recordId = await handIn(archive);
    const record = await recordWhen(archive, recordId, ({ owed }) =>
      owed.some((step) => step.step === 'seal' && step.failures > 0),
    );
    expect(record.owed).toContainEqual(
      expect.objectContaining({ step: 'seal', parked: false, code: 'store-refused' }),
    );
    expect(record).toMatchObject({ state: 'reported', seals: [] });
    expect(codesOf(await archive.receipt(recordId))).toContain('seal-delayed');
    expect(await keysOf(recordId)).toEqual([]);
    const ready = await archive.app.inject({ url: '/readyz' });
    expect(ready.json()).toMatchObject({ status: 'degraded' });
    expect(ready.json<{ parts: unknown[] }>().parts).toContainEqual(
      expect.objectContaining({
        name: 'store',
        ok: false,
        found: 'store-refused',
      }),
    );
    proxy.lie(null);
    await safe(recordId);
  });
});

describe('on a folder past which somebody reaches', () => {
  let archive: Archive;
  let taking: readonly string[] = [];
  let taken = 0;
  beforeAll(async () => {
    archive = await openArchive({
      adapt: (system) => ({
        ...system,
        store: {
          ...system.store,
          head: async (key, versionId) => {
            for (const name of taking)
              if (key.endsWith('/manifest.json')) {
                await rm(join(system.config.dataDir, 'store', 'objects', `${key}${name}`), { force: true });
                taken += 1;
              }
            return await system.store.head(key, versionId);
          },
        },
      }),
    });
    await archive.work();
  });
  afterAll(async () => await archive?.close());

  test.each([
    ['bytes', ['']],
    ['bytes and journal', ['', '~state']],
    ['journal', ['~state']],
  ] as const)('a manifest whose %s are taken between put and HEAD seals nothing', async (_name, files) => {
    taken = 0;
    taking = files;
    const recordId = await handIn(archive);
    const record = await recordWhen(archive, recordId, ({ owed }) =>
      owed.some((step) => step.step === 'seal' && (step.failures > 0 || step.parked)),
    );
    taking = [];
    expect(taken).toBeGreaterThan(0);
    expect(record).toMatchObject({ state: 'reported', seals: [{ sealedAt: null }] });
    const manifest = record.seals[0]?.objects.find((object) => object.role === 'manifest');
    expect(manifest).toMatchObject({ confirmedAt: null, lockedUntil: null });
    expect(await archive.receipt(recordId)).toMatchObject({ safeToRemove: false, seals: [] });

    if (record.owed.some((step) => step.parked))
      await call(archive, `/v1/records/${recordId}/steps/seal/run`, { method: 'POST' });
    const safe = await archive.until(recordId, (receipt) => receipt.safeToRemove);
    expect(safe.seals.map((seal) => seal.role)).toContain('manifest');
  });
});
