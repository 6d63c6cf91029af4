/** The worker that packs productions as a process, killed between its steps: the next one takes it up, and it is sealed once. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { askForProduction, readProduction } from '#production/production.ts';
import { openArchive } from '../support/archive.ts';
import { COMPILED } from '../support/compiled.ts';
import { start } from '../support/processes.ts';
import { decide, newRequest, NOTHING_ASKED, sealedRecord } from '../support/producing.ts';

const ROOT = join(import.meta.dirname, '../..');

test(
  'killed at any step: another process goes on, nothing is sealed twice, and nothing is left on the disk',
  { timeout: 300_000 },
  async () => {
    const archive = await openArchive({ env: { HOLDFAST_LOOK_AGAIN: 'no' } });
    const { db, store, scratchDir } = archive.system;
    const env = {
      PATH: process.env['PATH'],
      ...COMPILED,
      HOLDFAST_DATA: archive.dataDir,
      DATABASE_URL: archive.databaseUrl,
      HOLDFAST_LOOK_AGAIN: 'no',
    };
    try {
      await archive.work();
      const request = await newRequest(archive);
      await decide(archive, request, await sealedRecord(archive, { text: 'quolls' }), { answer: 'release' });
      const ids: string[] = [];
      for (const step of ['built', 'written', 'sealed']) {
        const asked = await db.inAgency(
          'rivertown',
          async (at) =>
            await askForProduction(
              at,
              { requestId: request, prefix: `KILL-${step.toUpperCase()}`, asked: NOTHING_ASKED },
              'cli',
            ),
        );
        const id = asked?.id ?? '';
        ids.push(id);
        const child = start(process.execPath, [join(ROOT, 'test/support/production-child.ts'), id, step], {
          cwd: ROOT,
          env,
        });
        await child.says(`stands at ${step}`);
        expect((await readdir(scratchDir)).filter((name) => name === `production-${id}`)).toHaveLength(1);
        expect(await child.end('SIGKILL')).toBe('SIGKILL');
        expect(await db.inAgency('rivertown', async (at) => (await readProduction(at, id))?.state)).toBe(
          'building',
        );
        const { rows } = await archive.sql.query<{ claimed: boolean }>(
          'select claimed_until is not null as claimed from production_build where production_id = $1',
          [id],
        );
        expect(rows[0]?.claimed).toBe(true);
        await archive.sql.query(
          "update production_build set due_at = now() + interval '1 hour' where production_id = $1",
          [id],
        );
        // As long as the claim of the dead one stands, nobody packs another of the same agency.
        const end = Date.now() + 60_000;
        const isOver = async (): Promise<boolean> =>
          (await archive.sql.query('select from production_build where claimed_until >= now()')).rowCount ===
          0;
        while (!(await isOver())) {
          if (Date.now() > end) throw new Error('The claim of a dead process does not end.');
          await sleep(100);
        }
      }
      await archive.sql.query('update production_build set due_at = now()');
      const worker = start(process.execPath, [join(ROOT, 'workers', 'production.ts')], { cwd: ROOT, env });
      try {
        const end = Date.now() + 120_000;
        const states = async (): Promise<unknown> =>
          (await archive.sql.query('select distinct state from production')).rows;
        while (JSON.stringify(await states()) !== '[{"state":"ready"}]') {
          if (Date.now() > end) throw new Error(`It was not gone on with: ${worker.said()}`);
          await sleep(200);
        }
      } finally {
        expect(await worker.end()).toBe(0);
      }
      for (const id of ids) {
        const made = await db.inAgency('rivertown', async (at) => await readProduction(at, id));
        const keys: string[] = [];
        for await (const { key } of store.versions(`production/rivertown/${id}`)) keys.push(key);
        expect(keys).toEqual([made?.objectKey]);
      }
      expect((await readdir(scratchDir)).filter((name) => name.startsWith('production-'))).toEqual([]);
      const { rows } = await archive.sql.query<{ lapses: number }>('select lapses from production_build');
      expect(rows.map(({ lapses }) => lapses)).toEqual([1, 1, 1]);
    } finally {
      await archive.close();
    }
  },
);
