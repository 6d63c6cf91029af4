/**
 * One record's life with every part a process of its own: Postgres, Redis and versitygw from their binaries, the API, and the
 * workers that seal, enter the log, capture and ring. What an operator runs with docker-compose.yml, without the containers.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Receipt } from '#record/record.ts';
import { openStore } from '#store/store.ts';
import { multipart } from '../support/archive.ts';
import { COMPILED } from '../support/compiled.ts';
import { png } from '../support/picture.ts';
import { freePort } from '../support/port.ts';
import { startPostgres, type RunningPostgres } from '../support/postgres.ts';
import { run, start, type Running } from '../support/processes.ts';
import { startRedis, type RunningRedis } from '../support/redis.ts';
import { COMMENT } from '../support/site/pages.ts';
import { openSampleSite, type SampleSite } from '../support/site/site.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const node = process.execPath;
const running: Running[] = [];
let postgres: RunningPostgres;
let redis: RunningRedis;
let store: RunningVersitygw;
let site: SampleSite;
let dataDir: string;
let env: NodeJS.ProcessEnv;
let url: string;
let key: string;

const holdfast = async (...args: string[]): Promise<string> =>
  await run(node, ['src/cli/main.ts', ...args], { cwd: ROOT, env });

beforeAll(async () => {
  [postgres, redis, store, site] = await Promise.all([
    startPostgres(),
    startRedis(),
    startVersitygw(),
    openSampleSite(),
  ]);
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-life-'));
  const bucket = await store.newBucket();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  env = {
    ...process.env,
    ...COMPILED,
    DATABASE_URL: await postgres.createDatabase('life'),
    REDIS_URL: redis.url,
    S3_ENDPOINT: bucket.endpoint,
    S3_REGION: bucket.region,
    S3_BUCKET: bucket.bucket,
    S3_ACCESS_KEY_ID: bucket.writer.accessKeyId,
    S3_SECRET_ACCESS_KEY: bucket.writer.secretAccessKey,
    HOLDFAST_DATA: dataDir,
    HOLDFAST_PORT: String(port),
    HOLDFAST_CONTENT_PORT: '0',
    HOLDFAST_CAPTURE_ALLOW: site.hostPort,
    HOLDFAST_LOG_LEVEL: 'info',
  };
  await holdfast('migrate');
  await holdfast('agency', 'add', '--slug', 'rivertown', '--name', 'City of Rivertown', '--sample');
  key = (
    JSON.parse(await holdfast('key', 'create', '--agency', 'rivertown', '--role', 'custodian', '--json')) as {
      key: string;
    }
  ).key;
  const api = start(node, ['src/server.ts'], { cwd: ROOT, env });
  running.push(api);
  await api.says('api.listening');
  // The purger's key is in the one process alone that may delete, and proves that a lock keeps it out.
  const purger = {
    S3_PURGE_ACCESS_KEY_ID: store.purger.accessKeyId,
    S3_PURGE_SECRET_ACCESS_KEY: store.purger.secretAccessKey,
  };
  for (const worker of ['relay', 'seal', 'log', 'capture', 'retention'])
    running.push(
      start(node, [`workers/${worker}.ts`], {
        cwd: ROOT,
        env: worker === 'retention' ? { ...env, ...purger } : env,
      }),
    );
  for (const worker of running.slice(1)) await worker.says('worker.started');
  await running.at(-1)?.says('store.proven');
}, 180_000);

afterAll(async () => {
  await Promise.allSettled(running.map(async (one) => await one.end('SIGKILL')));
  await Promise.allSettled([redis?.stop(), store?.stop(), site?.close()]);
  await postgres?.stop();
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
});

async function receiptOf(
  recordId: string,
  holds: (receipt: Receipt) => boolean,
  timeoutMs = 60_000,
): Promise<Receipt> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const response = await fetch(`${url}/v1/records/${recordId}/receipt`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const receipt = (await response.json()) as Receipt;
    if (holds(receipt)) return receipt;
    if (Date.now() > end)
      throw new Error(
        `${JSON.stringify(receipt, null, 1)}\n${running.map((one) => one.said().slice(-2000)).join('\n---\n')}`,
      );
    await sleep(100);
  }
}

async function handIn(init: {
  readonly contentType: string;
  readonly payload: string | Buffer;
}): Promise<string> {
  const response = await fetch(`${url}/v1/deletion-events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': init.contentType,
      'idempotency-key': crypto.randomUUID(),
    },
    body: typeof init.payload === 'string' ? init.payload : new Uint8Array(init.payload),
  });
  expect(response.status).toBe(202);
  return ((await response.json()) as { recordId: string }).recordId;
}

test('a picture handed in becomes safe to remove, locked by a server that refuses to unlock', async () => {
  const event = {
    platform: 'facebook',
    account: 'rivertown',
    kind: 'comment',
    text: 'Bad words',
    action: { verb: 'hide' },
  };
  const recordId = await handIn(
    multipart(event, [{ name: 'shot.png', type: 'image/png', bytes: await png() }]),
  );
  const receipt = await receiptOf(recordId, (one) => one.safeToRemove);
  expect(receipt).toMatchObject({ tier: 'D', store: { kind: 's3', immutability: 'compliance' } });

  // Asked of the store itself, past the archive: every object is there, locked, with these bytes.
  const bucket = {
    endpoint: env['S3_ENDPOINT'] ?? '',
    region: env['S3_REGION'] ?? '',
    bucket: env['S3_BUCKET'] ?? '',
    writer: store.root,
    purger: null,
    log: null,
    reader: null,
  };
  const direct = await openStore({ s3: bucket, dataDir });
  try {
    expect(receipt.seals.length).toBeGreaterThanOrEqual(5);
    for (const seal of receipt.seals) {
      const state = await direct.head(seal.key, seal.versionId);
      expect(state, seal.key).toMatchObject({
        sha256: seal.sha256,
        sizeBytes: seal.bytes,
        mode: 'COMPLIANCE',
      });
      expect(state?.retainUntil?.getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    }
  } finally {
    await direct.close();
  }
});

test('a comment reported by its address is captured, sealed a second time, and safe', async () => {
  const recordId = await handIn({
    contentType: 'application/json',
    payload: JSON.stringify({
      platform: 'facebook',
      account: 'rivertown',
      kind: 'comment',
      url: `${site.origin}/posts/elm-street#${COMMENT.id}`,
      action: { verb: 'delete' },
    }),
  });
  // Complete with the last seal, and safe when that is in a checkpoint of the log: a moment later.
  const receipt = await receiptOf(recordId, (one) => one.status === 'complete' && one.safeToRemove);
  expect(receipt).toMatchObject({
    tier: 'B',
    capture: { outcome: 'captured', targetFound: true },
  });
  expect(new Set(receipt.seals.map((one) => one.seal)).size).toBe(2);
});

test('emptying Redis loses nothing, and SIGTERM drains every process with exit code 0', async () => {
  const event = {
    platform: 'facebook',
    account: 'rivertown',
    kind: 'comment',
    text: 'More bad words',
    action: { verb: 'hide' },
  };
  const recordIds = await Promise.all(
    Array.from(
      { length: 10 },
      async () => await handIn(multipart(event, [{ name: 's.png', bytes: await png(20, 20) }])),
    ),
  );
  const { Redis } = await import('ioredis');
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  for (const recordId of recordIds) await receiptOf(recordId, (one) => one.safeToRemove);
  const codes = await Promise.all(running.map(async (one) => await one.end('SIGTERM')));
  expect(codes).toEqual(running.map(() => 0));
});
