/** The retention worker as a process, killed while it tells the store of holds: whoever comes next ends in the same state as if nobody had died. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, test, vi } from 'vitest';
import { placeHold, releaseHold } from '#retention/retention.ts';
import { openArchive, simpleReport } from '../support/archive.ts';
import { COMPILED } from '../support/compiled.ts';
import { times } from '../support/extent.ts';
import { colleague } from '../support/people.ts';
import { start } from '../support/processes.ts';

const ROOT = join(import.meta.dirname, '../..');
const RECORDS = times(30, 8);
const DEATHS = times(3, 1);

vi.setConfig({ testTimeout: 400_000 });

test('killed between two versions, again and again: in the end every version says what the rows say, and nothing is owed', async () => {
  const archive = await openArchive();
  try {
    await archive.work();
    const { db, store } = archive.system;
    const word = `emu${randomUUID().slice(0, 6)}`;
    for (let n = 0; n < RECORDS; n += 1) await archive.report(simpleReport({ text: `${word} ${n}` }));
    const count = async (what: string): Promise<number> =>
      (await archive.sql.query<{ n: number }>(`select count(*)::int as n from ${what}`)).rows[0]?.n ?? 0;
    const until = async (
      what: string,
      holds: () => Promise<boolean>,
      everyMs = 3,
      said: () => string = () => '',
    ): Promise<void> => {
      const end = Date.now() + 120_000;
      while (!(await holds())) {
        if (Date.now() > end) throw new Error(`${what}: it did not come to pass. ${said()}`);
        await sleep(everyMs);
      }
    };
    await until('sealed', async () => (await count("record where state = 'complete'")) === RECORDS, 100);
    await archive.stopWork();
    const files = await count('object');
    const worker = () =>
      start(process.execPath, [join(ROOT, 'workers', 'retention.ts')], {
        cwd: ROOT,
        env: {
          PATH: process.env['PATH'],
          ...COMPILED,
          HOLDFAST_DATA: archive.dataDir,
          DATABASE_URL: archive.databaseUrl,
        },
      });
    /** It comes as far as the second record that is owed: of its first file the store knows, and no row. However fast it is, it dies there. */
    const diesAtTheSecond = async (): Promise<void> => {
      const sql = new Client({ connectionString: archive.databaseUrl });
      await sql.connect();
      try {
        await sql.query('begin');
        await sql.query(
          `select from object where confirmed_at is not null and record_id =
             (select record_id from hold_owed order by since, record_id offset 1 limit 1) for update`,
        );
        const one = worker();
        await until(
          'the second',
          async () =>
            (await count(
              "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
            )) > 0,
          20,
          () => one.said(),
        );
        expect(await one.end('SIGKILL')).toBe('SIGKILL');
      } finally {
        await sql.end();
      }
    };
    /** Each dies with some of the work done; the last one lives. Answers how many died in the middle of it. */
    const toldThrough = async (isDone: (held: number) => boolean): Promise<number> => {
      await diesAtTheSecond();
      let inTheMiddle = (await count('hold_owed')) > 0 ? 1 : 0;
      for (let n = 1; n < DEATHS; n += 1) {
        const before = await count('object where held_at is not null');
        const one = worker();
        await until(
          'some',
          async () =>
            (await count('object where held_at is not null')) !== before || (await count('hold_owed')) === 0,
          3,
          () => one.said(),
        );
        expect(await one.end('SIGKILL')).toBe('SIGKILL');
        if ((await count('hold_owed')) > 0) inTheMiddle += 1;
      }
      const last = worker();
      try {
        await until(
          'all',
          async () => (await count('hold_owed')) === 0,
          50,
          () => last.said(),
        );
      } finally {
        expect(await last.end()).toBe(0);
      }
      expect(isDone(await count('object where held_at is not null'))).toBe(true);
      return inTheMiddle;
    };
    const stateOfAll = async () => {
      const { rows } = await archive.sql.query<{ key: string; version_id: string; locked_until: Date }>(
        'select key, version_id, locked_until from object',
      );
      const held: boolean[] = [];
      for (const { key, version_id, locked_until } of rows) {
        const state = await store.head(key, version_id);
        expect(state?.retainUntil?.getTime(), key).toBe(locked_until.getTime());
        held.push(state?.hold === true);
      }
      return new Set(held);
    };

    const { holdId, held } = await db.inAgency(
      'rivertown',
      async (at) =>
        await placeHold(
          at,
          {
            kind: 'audit',
            title: 'x',
            reason: 'x',
            ends: 'x',
            on: { search: { q: word, filters: {} }, standing: false },
          },
          'cli',
        ),
    );
    expect(held).toBe(RECORDS);
    let died = await toldThrough((told) => told === files);
    expect(await stateOfAll()).toEqual(new Set([true]));
    const { personId } = await colleague(archive, ['custodian']);
    await db.inAgency('rivertown', async (at) => await releaseHold(at, holdId, { personId, reason: 'Over' }));
    died += await toldThrough((told) => told === 0);
    expect(await stateOfAll()).toEqual(new Set([false]));
    expect(died, 'somebody died in the middle of it').toBeGreaterThanOrEqual(2);
  } finally {
    await archive.close();
  }
});
