/** The fixity worker as a process, killed in the middle of a batch: nothing of it counts, and the next one begins it again. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
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
