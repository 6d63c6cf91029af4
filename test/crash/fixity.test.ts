/** The fixity worker as a process: killed in the middle of a batch, and with no key but its own. */
import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { COMPILED } from '../support/compiled.ts';
import { openFixityScene } from '../support/fixity-scene.ts';
import { simpleReport } from '../support/archive.ts';
import { settled } from '../support/looking.ts';
import { start } from '../support/processes.ts';

const ROOT = join(import.meta.dirname, '../..');

test('killed while it reads a file: no batch, no entry, no reading; and the next reads all of it once', async () => {
  const scene = await openFixityScene('folder');
  const { archive } = scene;
  try {
    const files = [{ name: 'large.bin', type: 'application/octet-stream', bytes: randomBytes(8 * 2 ** 20) }];
    const { recordId } = (await archive.report(simpleReport(), files)).body;
    await settled(archive, recordId);
    const worker = () =>
      start(process.execPath, [join(ROOT, 'workers', 'fixity.ts')], {
        cwd: ROOT,
        env: {
          PATH: process.env['PATH'],
          ...COMPILED,
          HOLDFAST_DATA: archive.dataDir,
          DATABASE_URL: archive.databaseUrl,
          HOLDFAST_FIXITY_RATE: '2MB',
        },
      });
    const first = worker();
    await first.says('worker.started');
    // At two megabytes a second the batch takes four.
    await sleep(1500);
    expect(await first.end('SIGKILL')).toBe('SIGKILL');
    const read = async (): Promise<number> =>
      (await archive.sql.query('select from fixity where read_at is not null')).rowCount ?? 0;
    expect(await read()).toBe(0);
    expect(await scene.events('fixity.passed')).toEqual([]);

    const second = worker();
    try {
      const end = Date.now() + 60_000;
      while ((await read()) === 0) {
        if (Date.now() > end) throw new Error(`It was not read: ${second.said()}`);
        await sleep(100);
      }
    } finally {
      expect(await second.end()).toBe(0);
    }
    const { rowCount } = await archive.sql.query('select from fixity');
    expect(await read()).toBe(rowCount);
    expect(await scene.events('fixity.passed')).toEqual([
      expect.objectContaining({ objects: rowCount, failed: 0, layer: 'read' }),
    ]);
    expect(await scene.failures(recordId)).toEqual([]);
  } finally {
    await scene.close();
  }
});

test('as compose runs it, with no key but the reader’s: it reads records and log, and finds what was changed', async () => {
  const scene = await openFixityScene('s3');
  const { archive, s3 } = scene;
  if (s3 === null) throw new Error('There is no S3 store.');
  const one = await scene.sealed();
  const worker = start(process.execPath, [join(ROOT, 'workers', 'fixity.ts')], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      ...COMPILED,
      HOLDFAST_DATA: archive.dataDir,
      DATABASE_URL: archive.databaseUrl,
      S3_ENDPOINT: s3.server.endpoint,
      S3_REGION: s3.bucket.region,
      S3_BUCKET: s3.bucket.bucket,
      S3_ACCESS_KEY_ID: 'withheld-from-fixity',
      S3_SECRET_ACCESS_KEY: 'withheld-from-fixity',
      S3_READ_ACCESS_KEY_ID: s3.server.reader.accessKeyId,
      S3_READ_SECRET_ACCESS_KEY: s3.server.reader.secretAccessKey,
      // Passes twice a second.
      HOLDFAST_FIXITY_LOOK: '4s',
      HOLDFAST_FIXITY_READ: '4s',
    },
  });
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const end = Date.now() + 60_000;
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`${what}: it did not come to pass. ${worker.said()}`);
      await sleep(200);
    }
  };
  const logLooked = async (): Promise<number | undefined> =>
    (
      await archive.sql.query<{ n: number }>(
        "select wrong as n from fixity_log where agency_id = 'rivertown'",
      )
    ).rows[0]?.n;
  try {
    await until('the log', async () => (await logLooked()) !== undefined);
    expect(await logLooked()).toBe(0);
    expect(await scene.failures(one.recordId)).toEqual([]);
    const bytes = await readFile(one.picture.path);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    await chmod(one.picture.path, 0o644);
    await writeFile(one.picture.path, bytes);
    await until('the damage', async () => (await scene.failures(one.recordId)).length > 0);
    expect(await scene.failures(one.recordId)).toEqual(['changed']);
  } finally {
    expect(await worker.end()).toBe(0);
    await scene.close();
  }
});
