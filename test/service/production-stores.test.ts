/** A production in each kind of store: sealed under a lock, handed out as those bytes, and found to be others when the store changed them. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readProduction } from '#production/production.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { decide, newRequest, pass, produced, sealedRecord } from '../support/producing.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

describe.each(['folder', 's3'] as const)('in a store of the kind %s', (kind) => {
  let server: RunningVersitygw | null = null;
  let archive: Archive;
  beforeAll(async () => {
    const env: Record<string, string> = { HOLDFAST_LOOK_AGAIN: 'no', HOLDFAST_LEASE: '1h' };
    if (kind === 's3') {
      server = await startVersitygw();
      const { bucket, region, writer } = await server.newBucket();
      Object.assign(env, {
        S3_ENDPOINT: server.endpoint,
        S3_REGION: region,
        S3_BUCKET: bucket,
        S3_ACCESS_KEY_ID: writer.accessKeyId,
        S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
      });
    }
    archive = await openArchive({ env });
    await archive.work();
  }, 120_000);
  afterAll(async () => {
    await archive?.close();
    await server?.stop();
  });

  test('what was looked through is what is sealed, its lock is renewed, and an object is made once', async () => {
    const { store, db, now } = archive.system;
    const requestId = await newRequest(archive);
    await decide(archive, requestId, await sealedRecord(archive, { text: 'bilbies' }), { answer: 'release' });
    const { id, production } = await produced(archive, requestId);
    expect(production).toMatchObject({ state: 'ready', failure: null });
    const { objectKey: key, versionId } = production;
    if (key === null || versionId === null) throw new Error('It is not sealed.');
    const bytes = await buffer(await store.read(key, versionId));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(production.gate?.sha256);
    expect(bytes.length).toBe(production.bytes);
    const sealed = await store.head(key);
    expect(sealed).toMatchObject({ mode: 'COMPLIANCE', versionId });
    // Past the half of its lock.
    const later = new Date(now().getTime() + 40 * 60_000);
    await pass(archive, { now: () => later });
    const renewed = await store.head(key);
    expect(renewed?.retainUntil?.getTime()).toBeGreaterThan(sealed?.retainUntil?.getTime() ?? 0);
    const row = await db.inAgency('rivertown', async (at) => await readProduction(at, id));
    expect(row?.lockedUntil?.getTime()).toBe(renewed?.retainUntil?.getTime());
    const keys: string[] = [];
    for await (const one of store.versions(`production/rivertown/${id}`)) keys.push(one.key);
    expect(keys).toEqual([key]);
  });
});
