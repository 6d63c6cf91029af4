/** Where a database may be: the embedded one of a first run, and one whose owner is no superuser and is bound by the walls itself. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { migrateDatabase } from '../../src/database.ts';
import { openArchive, simpleReport } from '../support/archive.ts';
import { backUp, envOf, newFolder, serveRestored, tidy } from '../support/backup-scene.ts';
import { holdfastWith, jsonOf } from '../support/holdfast.ts';
import { png } from '../support/picture.ts';
import { startPostgres, type RunningPostgres } from '../support/postgres.ts';

// Each step is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let postgres: RunningPostgres | undefined;
afterEach(tidy);
afterAll(async () => await postgres?.stop());

test('the embedded database: backed up and restored with nothing installed, the server started for the moment', async () => {
  const [data, other] = [await newFolder(), await newFolder()];
  const env = { HOLDFAST_DATA: data, HOLDFAST_LOG_LEVEL: 'silent' };
  const added = await holdfastWith(env, ['agency', 'add', '--slug', 'harbor', '--name', 'Town of Harbor']);
  expect(added.code, added.err).toBe(0);
  const backup = await backUp(env);
  expect(backup.code, backup.err).toBe(0);
  const there = { ...env, HOLDFAST_DATA: other };
  const ended = await holdfastWith(there, ['restore', '--from', backup.folder, '--json']);
  expect(ended.code, ended.err).toBe(0);
  // Read back by the archive that came of it.
  const second = await backUp(there);
  expect(second.code, second.err).toBe(0);
  const rows = (one: typeof backup): unknown => jsonOf(one)['rows'];
  expect(rows(second)).toBe(rows(backup));
});

test('an owner who is no superuser: every row is in the backup, although walls bind it, and they stand afterwards', async () => {
  postgres = await startPostgres();
  const login = { user: 'harbor "owner"', password: 'o' };
  const client = new Client({ connectionString: postgres.superuserUrl });
  await client.connect();
  const owner = escapeIdentifier(login.user);
  await client.query(`create role ${owner} login createrole password 'o' nosuperuser nobypassrls`);
  for (const name of ['before', 'after']) await client.query(`create database ${name} owner ${owner}`);
  await client.end();
  const url = postgres.url('before', login);
  await migrateDatabase({ url, ownerUrl: url }, () => undefined);
  const archive = await openArchive({ databaseUrl: url, env: { HOLDFAST_LOOK_AGAIN: 'no' } });
  try {
    await archive.work();
    const { body } = await archive.report(simpleReport({ text: 'Behind the walls' }), [
      { name: 'shot.png', type: 'image/png', bytes: await png() },
    ]);
    await archive.until(body.recordId, ({ status }) => status === 'complete');
    await archive.stopWork();
    const backup = await backUp(envOf(archive));
    expect(backup.code, backup.err).toBe(0);
    const data = await newFolder();
    await cp(archive.config.keysDir, join(data, 'keys'), { recursive: true });
    const place = envOf(archive, { HOLDFAST_DATA: data, DATABASE_URL: postgres.url('after', login) });
    const ended = await holdfastWith(place, ['restore', '--from', backup.folder]);
    expect(ended.code, ended.err).toBe(0);
    const restored = await serveRestored(place);
    expect((await restored.get(`/v1/records/${body.recordId}`)).text).toContain('Behind the walls');
    for (const sql of [archive.sql, restored.sql]) {
      const { rows } = await sql.query('select from record');
      expect(rows, 'the login itself sees nothing, as before').toEqual([]);
    }
    const walls = `select relname, relrowsecurity, relforcerowsecurity from pg_class
                    where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`;
    const guards = `select tgrelid::regclass::text as t, tgname, tgenabled from pg_trigger where not tgisinternal order by 1, 2`;
    const rules = `select conrelid::regclass::text as t, conname, pg_get_constraintdef(oid) as d from pg_constraint
                    where connamespace = 'public'::regnamespace order by 1, 2`;
    for (const question of [walls, guards, rules])
      expect((await restored.sql.query(question)).rows).toEqual((await archive.sql.query(question)).rows);
  } finally {
    await tidy();
    await archive.close();
  }
});
