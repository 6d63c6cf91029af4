/**
 * What the archive rests on goes away and comes back, really: Postgres is killed, the disk is full, the store and the queue
 * stop, there is no browser. Content will not wait: whatever can be taken is taken, and what cannot is refused with 503 or
 * 507 and a time to come back; never a 202 for what is not there afterwards.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import type { System } from '#system.ts';
import { migrateDatabase } from '../../src/database.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { COMPILED } from '../support/compiled.ts';
import { FORM_TYPE, formOf, remains, send, stagedFiles, type Got, type Sent } from '../support/hostile.ts';
import { png } from '../support/picture.ts';
import { freePort } from '../support/port.ts';
import { startPostgres } from '../support/postgres.ts';
import { start } from '../support/processes.ts';
import { startRedis } from '../support/redis.ts';
import { noBrowser } from '../support/stand-in-browser.ts';
import { startVersitygw } from '../support/versitygw.ts';

/** Looking for a browser that is not there takes most of a second for each record. */
const withoutBrowser = (system: System): System => ({ ...system, browser: noBrowser(system.browser) });

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');

interface Readiness {
  readonly status: 'ready' | 'degraded' | 'not-ready';
  readonly parts: readonly { readonly name: string; readonly ok: boolean; readonly found: string }[];
}

/** Status, and the parts that are not well with what was found. */
async function readiness(archive: Archive): Promise<[number, string, Record<string, string>]> {
  const response = await archive.app.inject({ url: '/readyz' });
  return readinessOf(response.statusCode, response.json<Readiness>());
}

function readinessOf(code: number, { status, parts }: Readiness): [number, string, Record<string, string>] {
  const ill = parts.filter((part) => !part.ok).map((part) => [part.name, part.found]);
  return [code, status, Object.fromEntries(ill) as Record<string, string>];
}

const WELL = (browser: string): unknown[] => [200, 'degraded', { browser }];
const NO_BROWSER = expect.stringContaining('browser-missing') as unknown as string;
/** On a busy machine the search for a browser may take longer than it is waited for. */
const NO_ANSWER = expect.any(String) as unknown as string;

function expectProblem(got: Got, status: number, code: string, retryAfter: string): void {
  expect([got.status, got.headers['content-type'], got.headers['retry-after']], got.body).toEqual([
    status,
    'application/problem+json',
    retryAfter,
  ]);
  const problem = JSON.parse(got.body) as { readonly code: string; readonly detail: string };
  expect(problem.code).toBe(code);
  expect(problem.detail).toMatch(/again/i);
  // No address, key or path of a machine.
  expect(got.body).not.toMatch(/127\.0\.0\.1|ECONN|\/rec\/|\/tmp\/|E[A-Z]{4,}:/);
}

const recordIdOf = (got: Got): string => {
  expect(got.status, got.body).toBe(202);
  return (JSON.parse(got.body) as { recordId: string }).recordId;
};

const withPicture = async (more: Record<string, unknown> = {}, sizeBytes = 0): Promise<Sent> => ({
  type: FORM_TYPE,
  body: formOf([
    { name: 'event', body: JSON.stringify(simpleReport(more)) },
    { filename: 'shot.png', type: 'image/png', body: await png() },
    ...(sizeBytes === 0 ? [] : [{ filename: 'large.bin', body: 'x'.repeat(sizeBytes) }]),
  ]),
});

async function until<T>(ask: () => Promise<T>, holds: (found: T) => boolean, timeoutMs = 60_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await ask();
    if (holds(found)) return found;
    if (Date.now() > end) throw new Error(`It did not come to pass: ${JSON.stringify(found)}`);
    await sleep(100);
  }
}

test('the database is killed under load: 503 with Retry-After, never a false 202, and it recovers by itself', async () => {
  const postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase('holdfast');
  await migrateDatabase({ url: databaseUrl, ownerUrl: databaseUrl }, () => undefined);
  const archive = await openArchive({
    databaseUrl,
    adapt: withoutBrowser,
    // A worker that was at it when the database died cannot say so; its claim has to run out.
    env: { HOLDFAST_CLAIM: '2s' },
  });
  try {
    await archive.work();
    expect(await readiness(archive)).toEqual(WELL(NO_BROWSER));
    await archive.key();

    // Reports, each with a key of its own; the server dies when ten are acknowledged and others are on their way.
    const keys = Array.from({ length: 60 }, () => randomUUID());
    const picture = await withPicture();
    const sent = (key: string): Sent => ({ ...picture, headers: { 'idempotency-key': key } });
    const tenTaken = Promise.withResolvers<void>();
    let acknowledged = 0;
    const answer = async (key: string): Promise<Got> => {
      const got = await send(archive, sent(key));
      if (got.status === 202) acknowledged += 1;
      if (acknowledged === 10) tenTaken.resolve();
      return got;
    };
    const under = keys.slice(0, 50).map(async (key, i) => {
      await sleep(i * 5);
      return await answer(key);
    });
    await tenTaken.promise;
    await postgres.kill9();
    const answers = await Promise.all([...under, ...keys.slice(50).map(answer)]);
    const taken = answers.filter((got) => got.status === 202);
    for (const got of answers) if (got.status !== 202) expectProblem(got, 503, 'database-down', '5');
    expect(taken.length).toBeGreaterThanOrEqual(10);
    expect(taken.length).toBeLessThan(60);

    // Long after: nobody can be let in, and nothing is read.
    await sleep(1100);
    expectProblem(await send(archive, sent(randomUUID())), 503, 'database-down', '5');
    expectProblem(await send(archive, { body: JSON.stringify(simpleReport()) }), 503, 'database-down', '5');
    const url = `/v1/records/${recordIdOf(taken[0] as Got)}/receipt`;
    expectProblem(await send(archive, { method: 'GET', url }), 503, 'database-down', '5');
    const [code, status, ill] = await readiness(archive);
    expect([code, status]).toEqual([503, 'not-ready']);
    expect(ill['database']).toMatch(/\w/);
    expect((await archive.app.inject({ url: '/healthz' })).statusCode).toBe(200);
    expect((await archive.app.inject({ url: '/metrics' })).statusCode).toBe(503);

    await postgres.again();
    await until(
      async () => (await readiness(archive))[0],
      (found) => found === 200,
    );
    // Whoever sends again under the same key gets one record each, whatever became of the first time.
    const records = new Map<string, string>();
    for (const [i, key] of keys.entries()) {
      const again = recordIdOf(await send(archive, sent(key)));
      const before = answers[i];
      if (before?.status === 202) expect(again).toBe(recordIdOf(before));
      records.set(key, again);
    }
    expect(new Set(records.values()).size).toBe(60);
    const sql = new Client({ connectionString: databaseUrl });
    await sql.connect();
    const { rows } = await sql.query('select record_id from fact').finally(async () => await sql.end());
    expect(rows).toHaveLength(60);
    // And the workers that lived through it go on.
    for (const id of records.values()) await archive.until(id, (receipt) => receipt.safeToRemove);
  } finally {
    await archive.close();
    await postgres.stop();
  }
});

/**
 * A limit on the size of files is a full disk to whoever writes (EFBIG instead of ENOSPC, which staging treats alike), and needs
 * no root and no disk of its own: `prlimit` of util-linux sets it on a process of the API while it runs, and takes it away.
 */
test('the disk is full: 507, nothing is left of what did not fit, and it goes on when there is room', async () => {
  const archive = await openArchive({ adapt: withoutBrowser });
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-full-'));
  const port = await freePort();
  const api = start(process.execPath, [join(ROOT, 'src', 'server.ts')], {
    env: {
      PATH: process.env['PATH'],
      ...COMPILED,
      DATABASE_URL: archive.databaseUrl,
      HOLDFAST_DATA: dataDir,
      HOLDFAST_STAGING: archive.config.stagingDir,
      HOLDFAST_PORT: String(port),
      HOLDFAST_CONTENT_PORT: '0',
      CHROMIUM_PATH: join(dataDir, 'no-browser-here'),
    },
  });
  const key = await archive.key();
  const post = async (sent: Sent): Promise<Got> => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/deletion-events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': sent.type ?? 'application/json' },
      body: typeof sent.body === 'string' ? sent.body : Buffer.from(sent.body ?? ''),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };
  const ready = async (): Promise<[number, string, Record<string, string>]> => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    return readinessOf(response.status, (await response.json()) as Readiness);
  };
  const room = async (bytes: string): Promise<void> => {
    await run('prlimit', ['--pid', String(api.child.pid), `--fsize=${bytes}:`]);
  };
  try {
    await api.says('api.listening');
    // The store lies on the same disk; that it is well is known from before.
    expect(await ready()).toEqual(WELL(NO_ANSWER));
    recordIdOf(await post(await withPicture({}, 100_000)));
    const before = await remains(archive);

    // Room for small files, not for large ones: the small one that came first must go with the large one.
    await room('20000');
    expectProblem(await post(await withPicture({}, 100_000)), 507, 'disk-full', '60');
    expectProblem(await post(await withPicture({ text: 'x'.repeat(100_000) })), 507, 'disk-full', '60');
    expectProblem(
      await post({ body: JSON.stringify(simpleReport({ text: 'x'.repeat(100_000) })) }),
      507,
      'disk-full',
      '60',
    );
    expect(await remains(archive)).toEqual(before);

    // No room at all: said before anybody asks.
    await room('0');
    expectProblem(await post(await withPicture()), 507, 'disk-full', '60');
    expect(await ready()).toEqual([
      503,
      'not-ready',
      { browser: NO_ANSWER, staging: expect.stringContaining('disk-full') as unknown },
    ]);
    expect(await remains(archive)).toEqual(before);
    // What needs no file is taken all the same: its bytes wait in the database.
    const small = recordIdOf(await post({ body: JSON.stringify(simpleReport()) }));

    await room('unlimited');
    expect(await ready()).toEqual(WELL(NO_ANSWER));
    const large = recordIdOf(await post(await withPicture({}, 100_000)));
    await archive.work();
    await archive.until(small, (receipt) => receipt.status === 'complete');
    await archive.until(large, (receipt) => receipt.safeToRemove);
  } finally {
    await api.end();
    await archive.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('the staging folder is gone: 503 for files, and it goes on when the folder is back', async () => {
  const archive = await openArchive({ adapt: withoutBrowser });
  const { stagingDir } = archive.config;
  try {
    const before = await remains(archive);
    await rename(stagingDir, `${stagingDir}-elsewhere`);
    expectProblem(await send(archive, await withPicture()), 503, 'staging-unavailable', '30');
    expect(await readiness(archive)).toEqual([
      503,
      'not-ready',
      { browser: NO_BROWSER, staging: expect.stringContaining('staging-unavailable') as unknown },
    ]);
    await rename(`${stagingDir}-elsewhere`, stagingDir);
    expect(await remains(archive)).toEqual(before);
    expect(await readiness(archive)).toEqual(WELL(NO_BROWSER));
    recordIdOf(await send(archive, await withPicture()));
  } finally {
    await archive.close();
  }
});

test('the store is killed: reports are taken, said to be unsealed, and sealed when it is back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-outage-'));
  let gateway = await startVersitygw({ folder });
  const { bucket } = await gateway.newBucket();
  const archive = await openArchive({
    adapt: withoutBrowser,
    env: {
      S3_ENDPOINT: gateway.endpoint,
      S3_REGION: gateway.region,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: gateway.writer.accessKeyId,
      S3_SECRET_ACCESS_KEY: gateway.writer.secretAccessKey,
      HOLDFAST_LEASE: '1m',
    },
  });
  try {
    await archive.work();
    const sealed = recordIdOf(await send(archive, await withPicture()));
    await archive.until(sealed, (receipt) => receipt.safeToRemove);
    expect(await readiness(archive)).toEqual(WELL(NO_BROWSER));

    await gateway.kill9();
    const ids: string[] = [];
    for (let i = 0; i < 3; i += 1) ids.push(recordIdOf(await send(archive, await withPicture())));
    ids.push(recordIdOf(await send(archive, { body: JSON.stringify(simpleReport()) })));
    // The log stands still for the same reason, once it has tried.
    const ill = await until(
      async () => await readiness(archive),
      ([, , parts]) => parts['log'] !== undefined,
    );
    const down = expect.stringContaining('store-down') as unknown;
    expect(ill).toEqual([200, 'degraded', { browser: NO_BROWSER, store: down, log: down }]);
    // The workers have tried by now, and failed; nothing is called safe, and nothing is given up.
    for (const id of ids) {
      const seal = await until(
        async () =>
          (await archive.sql.query('select * from step where record_id = $1', [id])).rows as {
            name: string;
            failures: number;
            parked_at: unknown;
          }[],
        (steps) => steps.some((step) => step.name === 'seal' && step.failures > 0),
      );
      expect(seal.map((step) => step.parked_at)).toEqual(seal.map(() => null));
      const receipt = await archive.receipt(id);
      expect(receipt).toMatchObject({ status: 'reported', safeToRemove: false, seals: [] });
      expect(receipt.missing[0]?.code).toBe('seal-delayed');
    }
    // Reading what lies in the store is refused in words, and the record of it stays readable.
    const url = `/v1/records/${sealed}/artifacts/1`;
    expectProblem(await send(archive, { method: 'GET', url, role: 'custodian' }), 503, 'store-down', '30');
    expect((await archive.receipt(sealed)).safeToRemove).toBe(true);

    gateway = await startVersitygw({ folder, like: gateway });
    for (const [i, id] of ids.entries())
      await archive.until(id, (receipt) => (i < 3 ? receipt.safeToRemove : receipt.status === 'complete'));
    // That nothing was captured is sealed beside it.
    for (const id of ids) await archive.until(id, (receipt) => receipt.status === 'complete');
    expect(
      await until(
        async () => await stagedFiles(archive),
        (count) => count === 0,
      ),
    ).toBe(0);
    const well = await until(
      async () => await readiness(archive),
      ([, , parts]) => parts['log'] === undefined,
    );
    expect(well).toEqual(WELL(NO_BROWSER));
  } finally {
    await archive.close();
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

test('there is no browser: reports are taken and sealed without a capture, and it is said so', async () => {
  const archive = await openArchive();
  try {
    await archive.work();
    const url = 'https://www.example.gov/page';
    const bare = recordIdOf(await send(archive, { body: JSON.stringify(simpleReport({ url })) }));
    const shown = recordIdOf(await send(archive, await withPicture({ url })));
    const receipt = await archive.until(bare, (one) => one.status === 'complete');
    expect(receipt).toMatchObject({
      safeToRemove: false,
      capture: { outcome: 'none', targetFound: false },
      missing: [{ code: 'evidence-missing' }],
    });
    expect(receipt.missing[0]?.sentence).toContain('Add a screenshot');
    expect(receipt.seals.map((seal) => seal.role)).toEqual(
      expect.arrayContaining(['raw-payload', 'manifest']),
    );
    await archive.until(shown, (one) => one.safeToRemove && one.status === 'complete');
    const got = await send(archive, { method: 'GET', url: `/v1/records/${bare}`, role: 'custodian' });
    expect(JSON.parse(got.body)).toMatchObject({
      captureOutcome: 'none',
      capture: { reason: 'browser-missing' },
      history: expect.arrayContaining([
        expect.objectContaining({
          type: 'capture.skipped',
          body: expect.objectContaining({ reason: 'browser-missing' }) as unknown,
        }),
      ]) as unknown,
    });
    const [code, status, ill] = await until(
      async () => await readiness(archive),
      ([, , found]) => found['browser']?.includes('browser-missing') === true,
    );
    expect([code, status, Object.keys(ill)]).toEqual([200, 'degraded', ['browser']]);
  } finally {
    await archive.close();
  }
});

test('the queue is killed: reports are taken, and done when it is back', async () => {
  let redis = await startRedis();
  const archive = await openArchive({ adapt: withoutBrowser, env: { REDIS_URL: redis.url } });
  try {
    await archive.work();
    const first = recordIdOf(await send(archive, await withPicture()));
    await archive.until(first, (receipt) => receipt.safeToRemove);
    expect(await readiness(archive)).toEqual(WELL(NO_BROWSER));

    await redis.kill9();
    const ids: string[] = [];
    for (let i = 0; i < 3; i += 1) ids.push(recordIdOf(await send(archive, await withPicture())));
    expect(await readiness(archive)).toEqual([
      200,
      'degraded',
      { browser: NO_BROWSER, queue: expect.stringContaining('queue-down') as unknown },
    ]);
    for (const id of ids)
      expect(await archive.receipt(id)).toMatchObject({
        status: 'reported',
        safeToRemove: false,
        missing: [{ code: 'seal-pending' }, {}, {}],
      });
    // It comes back empty, as after a power cut: what is owed is in the database.
    redis = await startRedis({ port: redis.port });
    for (const id of ids) await archive.until(id, (receipt) => receipt.safeToRemove);
    expect(await readiness(archive)).toEqual(WELL(NO_BROWSER));
  } finally {
    await archive.close();
    await redis.stop();
  }
});
