/**
 * The lease under every sealed object, on both stores: thirty days at the seal, renewed when less than half is left, read
 * back, and only ever moved forward. Where days must pass, the pass is given another clock; the stores keep their own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { renewLeases, type RenewalReport } from '#retention/retention.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { inWholeRun } from '../support/extent.ts';
import { recordOf, settled } from '../support/looking.ts';
import { forgetsLocks, startLyingProxy, type LyingProxy } from '../support/lying-proxy.ts';
import { png } from '../support/picture.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

const DAY_MS = 86_400_000;

/** `isShort`: the lease may be over before anybody asks. */
async function sealed(archive: Archive, isShort = false): Promise<string> {
  const files = [{ name: 'shot.png', type: 'image/png', bytes: await png(30, 30) }];
  const answer = await archive.report(simpleReport(), files);
  expect(answer.status).toBe(202);
  const { receipt } = await settled(archive, answer.body.recordId);
  if (!isShort) expect(receipt.safeToRemove).toBe(true);
  return answer.body.recordId;
}

/** Each lock of a record as the row has it and as the store has it, which must be the same to the millisecond. */
async function locksOf(archive: Archive, recordId: string): Promise<Date[]> {
  const locks: Date[] = [];
  for (const seal of (await archive.receipt(recordId)).seals) {
    const state = await archive.system.store.head(seal.key, seal.versionId);
    expect(state, seal.key).toMatchObject({ mode: 'COMPLIANCE', versionId: seal.versionId });
    expect(seal.lockedUntil, seal.key).toBe(state?.retainUntil?.toISOString());
    locks.push(new Date(seal.lockedUntil));
  }
  expect(locks.length).toBeGreaterThanOrEqual(5);
  return locks;
}

const renewals = async (archive: Archive, recordId: string) =>
  (await recordOf(archive, recordId)).history.filter((entry) => entry.type === 'lease.renewed');

async function pass(
  archive: Archive,
  days: number,
  more: Partial<Parameters<typeof renewLeases>[0]> = {},
): Promise<RenewalReport> {
  const { db, store, log, config } = archive.system;
  const now = (): Date => new Date(Date.now() + days * DAY_MS);
  return await renewLeases({ db, store, log, leaseMs: config.leaseMs, now, ...more });
}

describe.each(['folder', 's3'] as const)('on %s', (kind) => {
  let archive: Archive;
  let server: RunningVersitygw | null = null;
  let proxy: LyingProxy | null = null;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-leases-'));
    let env: Record<string, string> = {};
    if (kind === 's3') {
      server = await startVersitygw({ folder });
      proxy = await startLyingProxy(server.endpoint);
      const { bucket, region, writer } = await server.newBucket();
      env = {
        S3_ENDPOINT: proxy.endpoint,
        S3_REGION: region,
        S3_BUCKET: bucket,
        S3_ACCESS_KEY_ID: writer.accessKeyId,
        S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
      };
    }
    archive = await openArchive({ env });
    await archive.work();
  });
  afterEach(() => proxy?.lie(null));
  afterAll(async () => {
    await archive?.close();
    await proxy?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** For what the store has no part in, one of them is enough. */
  const onOne = kind === 'folder' ? (define: () => void): void => define() : inWholeRun;

  test('a pass over nothing says that it looked at nothing', async () => {
    expect(await pass(archive, 1000)).toEqual({ looked: 0, renewed: 0, failed: 0 });
  });

  test('every object is locked for thirty days from its seal', async () => {
    const before = Date.now();
    const recordId = await sealed(archive);
    for (const lock of await locksOf(archive, recordId)) {
      expect(lock.getTime()).toBeGreaterThanOrEqual(before + 30 * DAY_MS - 1000);
      expect(lock.getTime()).toBeLessThanOrEqual(Date.now() + 30 * DAY_MS + 1000);
    }
  });

  test('is renewed when less than half is left, not before; and the history says so', async () => {
    const recordId = await sealed(archive);
    const first = await locksOf(archive, recordId);
    expect(await pass(archive, 14.9)).toEqual({ looked: 0, renewed: 0, failed: 0 });
    expect(await locksOf(archive, recordId)).toEqual(first);

    const report = await pass(archive, 16, { batchSize: 3 });
    expect(report).toEqual({ looked: report.renewed, renewed: report.renewed, failed: 0 });
    expect(report.renewed).toBeGreaterThanOrEqual(first.length);
    for (const [i, lock] of (await locksOf(archive, recordId)).entries())
      expect(lock.getTime() - (first[i]?.getTime() ?? 0)).toBeGreaterThan(15.9 * DAY_MS);
    const entered = await renewals(archive, recordId);
    const counted = entered.map((entry) => Number(entry.body['objects']));
    expect(counted.reduce((sum, n) => sum + n, 0)).toBe(first.length);
    expect(await pass(archive, 16)).toEqual({ looked: 0, renewed: 0, failed: 0 });
  });

  test('never goes back: a clock that is behind changes nothing, and a longer lock in the store is taken over', async () => {
    const recordId = await sealed(archive);
    const [seal] = (await archive.receipt(recordId)).seals;
    if (seal === undefined) throw new Error('Nothing is sealed.');
    const far = new Date(Math.ceil(Date.now() / 1000) * 1000 + 90 * DAY_MS);
    await archive.system.store.extend(seal.key, seal.versionId, far);
    expect(await pass(archive, -20)).toMatchObject({ looked: 0 });

    expect(await pass(archive, 16)).toMatchObject({ failed: 0 });
    const locks = await locksOf(archive, recordId);
    expect(locks.filter((lock) => lock.getTime() === far.getTime())).toHaveLength(1);
  });

  onOne(() => {
    test('of a record that is being disposed of is left to end', async () => {
      const recordId = await sealed(archive);
      const before = await locksOf(archive, recordId);
      // Past the trigger that lets an approved list alone do this.
      await archive.sql.query("set session_replication_role = 'replica'");
      await archive.sql.query("update record set state = 'disposing' where id = $1", [recordId]);
      await archive.sql.query('reset session_replication_role');
      await pass(archive, 16);
      expect(await locksOf(archive, recordId)).toEqual(before);
    });
  });

  onOne(() => {
    test('ends before its next object when the process drains', async () => {
      const recordId = await sealed(archive);
      const before = await locksOf(archive, recordId);
      expect(await pass(archive, 17, { signal: AbortSignal.abort() })).toEqual({
        looked: 0,
        renewed: 0,
        failed: 0,
      });
      expect(await locksOf(archive, recordId)).toEqual(before);
    });
  });

  if (kind === 's3') {
    test('that the store does not confirm is a failure that changes nothing', async () => {
      const recordId = await sealed(archive);
      const before = await locksOf(archive, recordId);
      const liars = [
        forgetsLocks,
        // Says yes, and has done nothing.
        ({ method, url }: { method: string; url: string }) =>
          method === 'PUT' && url.includes('retention')
            ? { instead: { status: 200, code: 'Fine' } }
            : undefined,
      ];
      for (const liar of liars) {
        proxy?.lie(liar);
        const report = await pass(archive, 16);
        expect(report).toMatchObject({ renewed: 0, failed: report.looked });
        expect(report.looked).toBeGreaterThanOrEqual(before.length);
        const { rows } = await archive.sql.query<{ n: string }>(
          "select count(*) as n from object where record_id = $1 and locked_until > now() + interval '31 days'",
          [recordId],
        );
        expect(Number(rows[0]?.n)).toBe(0);
        proxy?.lie(null);
      }
      expect(await renewals(archive, recordId)).toEqual([]);
      expect(await pass(archive, 16)).toMatchObject({ failed: 0 });
    });

    test('waits for a store that is down, without harm, and without asking it for each object', async () => {
      const [one, two] = [await sealed(archive), await sealed(archive)];
      const before = await locksOf(archive, one);
      if (server === null) throw new Error('There is no server.');
      await server.stop();
      const report = await pass(archive, 16);
      expect(report).toEqual({ looked: 10, renewed: 0, failed: 10 });
      server = await startVersitygw({ folder, like: server });
      expect(await locksOf(archive, one)).toEqual(before);
      expect(await pass(archive, 16)).toMatchObject({ failed: 0 });
      for (const recordId of [one, two])
        for (const lock of await locksOf(archive, recordId))
          expect(lock.getTime()).toBeGreaterThan(Date.now() + 45 * DAY_MS);
    });
  }
});

test.concurrent('a lock that ran out takes "safe to remove" back, and its renewal gives it again', async () => {
  const archive = await openArchive({ env: { HOLDFAST_LEASE: '2s' } });
  try {
    await archive.work('relay', 'seal', 'capture');
    const recordId = await sealed(archive, true);
    const said = async () => {
      const { safeToRemove, missing } = await archive.receipt(recordId);
      return { safeToRemove, missing: missing.map(({ code }) => code) };
    };
    await sleep(3100); // locks are kept in whole seconds, rounded up
    expect(await said()).toEqual({ safeToRemove: false, missing: ['lock-ended'] });
    await archive.work('retention');
    const end = Date.now() + 60_000;
    while (!(await said()).safeToRemove) {
      if (Date.now() > end) throw new Error('The lock was not renewed.');
      await sleep(100);
    }
  } finally {
    await archive.close();
  }
});

test.concurrent('a lease of four seconds is kept by the worker, again and again, always forward', async () => {
  const archive = await openArchive({ env: { HOLDFAST_LEASE: '4s' } });
  try {
    await archive.work();
    const recordId = await sealed(archive, true);
    await archive.work('retention');
    const end = Date.now() + 60_000;
    let last: Date[] = [];
    while ((await renewals(archive, recordId)).length < 3) {
      if (Date.now() > end) throw new Error('The lease was not renewed three times.');
      // The store is asked past the archive: it must be at or after what the row said before.
      const seals = (await archive.receipt(recordId)).seals;
      const now = seals.map((seal) => new Date(seal.lockedUntil));
      for (const [i, lock] of now.entries()) {
        expect(lock.getTime()).toBeGreaterThanOrEqual(last[i]?.getTime() ?? 0);
        const seal = seals[i];
        const state = await archive.system.store.head(seal?.key ?? '', seal?.versionId);
        expect(state?.retainUntil?.getTime()).toBeGreaterThanOrEqual(lock.getTime());
      }
      last = now;
      await sleep(200);
    }
    expect((await archive.receipt(recordId)).safeToRemove).toBe(true);
  } finally {
    await archive.close();
  }
});
