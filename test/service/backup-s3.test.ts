/** Backup and restore where the store is an S3 server with Object Lock, and from one kind of store into the other. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { S3Config } from '#config.ts';
import { openReader } from '#store/store.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import {
  atRest,
  backUp,
  emptyPlace,
  envOf,
  goesOn,
  serveRestored,
  tidy,
  type Env,
} from '../support/backup-scene.ts';
import { holdfastWith, jsonOf } from '../support/holdfast.ts';
import { png } from '../support/picture.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

// Each step is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let server: RunningVersitygw;
let archive: Archive;
let recordIds: string[];
let first: Env;
let folder: string;

function settingsOf({ endpoint, region, bucket, writer }: S3Config): Env {
  return {
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: writer.accessKeyId,
    S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
  };
}

beforeAll(async () => {
  server = await startVersitygw();
  first = settingsOf(await server.newBucket());
  archive = await openArchive({ env: { ...first, HOLDFAST_LOOK_AGAIN: 'no' } });
  await archive.work();
  recordIds = [];
  for (let n = 0; n < 3; n += 1) {
    const { body, status } = await archive.report(simpleReport({ text: `Said on a server, ${n}` }), [
      { name: 'shot.png', type: 'image/png', bytes: await png() },
    ]);
    expect(status).toBe(202);
    recordIds.push(body.recordId);
  }
  await atRest(archive);
  const backup = await backUp(envOf(archive, first));
  expect(backup.code, backup.err).toBe(0);
  folder = backup.folder;
  await archive.stopWork();
});
afterAll(async () => {
  await tidy();
  await archive?.close();
  await server?.stop();
});

async function isWhole(place: Env): Promise<void> {
  const restored = await serveRestored(place);
  await goesOn(restored.system);
  for (const id of recordIds) {
    const receipt = JSON.parse((await restored.get(`/v1/records/${id}/receipt`)).text) as {
      safeToRemove: boolean;
    };
    expect(receipt.safeToRemove).toBe(true);
    const artifact = await restored.get(`/v1/records/${id}/artifacts/1`);
    expect(artifact.status).toBe(200);
  }
  const audit = await holdfastWith(place, ['audit', '--full', '--json']);
  const { ok, logs } = jsonOf(audit) as { ok: boolean; logs: { findings: object[] }[] };
  expect(logs.flatMap(({ findings }) => findings)).toEqual([]);
  expect(ok).toBe(true);
}

test('into another bucket each object is sealed anew, no lock ends earlier, and the history says that it was put back', async () => {
  const s3 = await server.newBucket();
  const place = await emptyPlace(archive, settingsOf(s3));
  const ended = await holdfastWith(place, ['restore', '--from', folder, '--json']);
  expect(ended.code, ended.err).toBe(0);
  const restored = await serveRestored(place);
  const reader = await openReader({ s3, dataDir: '' });
  const { rows } = await restored.sql.query<{
    key: string;
    version_id: string;
    sha256: string;
    locked_until: Date;
  }>('select key, version_id, sha256, locked_until from object where confirmed_at is not null order by key');
  const { rows: before } = await archive.sql.query<{ key: string; version_id: string; locked_until: Date }>(
    'select key, version_id, locked_until from object where confirmed_at is not null order by key',
  );
  expect(rows.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
  expect(rows.length).toBeGreaterThan(10);
  for (const [n, row] of rows.entries()) {
    const state = await reader.head(row.key, row.version_id);
    expect(state).toMatchObject({ sha256: row.sha256, mode: 'COMPLIANCE' });
    expect(state?.retainUntil?.getTime()).toBeGreaterThanOrEqual(
      before[n]?.locked_until.getTime() ?? Infinity,
    );
    expect(row.version_id).not.toBe(before[n]?.version_id);
  }
  const { rows: told } = await restored.sql.query("select from event where type = 'fixity.put-back'");
  expect(told.length).toBe(rows.length);
  await reader.close();
  await isWhole(place);
});

test('out of a server into a folder, on a machine that has nothing else', async () => {
  const place = await emptyPlace(archive);
  const ended = await holdfastWith(place, ['restore', '--from', folder, '--json']);
  expect(ended.code, ended.err).toBe(0);
  expect(await readdir(`${place['HOLDFAST_DATA']}/store/objects/a`)).toContain('rivertown');
  await isWhole(place);
});

test('without the store: the database alone, and beside the bucket that stays', async () => {
  const backup = await backUp(envOf(archive, first), '--without-store');
  expect(backup.code, backup.err).toBe(0);
  const verified = await holdfastWith({}, ['restore', '--verify', '--from', backup.folder, '--json']);
  expect(verified.code, verified.out).toBe(0);
  const place = await emptyPlace(archive, first);
  const alone = await holdfastWith(place, ['restore', '--from', backup.folder]);
  expect(alone.code).toBe(5);
  expect(alone.err).toContain('--database-only');
  const ended = await holdfastWith(place, ['restore', '--from', backup.folder, '--database-only', '--json']);
  expect(ended.code, ended.err).toBe(0);
  await isWhole(place);
});
