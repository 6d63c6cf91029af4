/** A trial stays a trial: what was sealed in one is no record of production because a setting changed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '#config.ts';
import { openSystem, type System } from '#system.ts';
import { cloneDatabase, multipart, openArchive, simpleReport } from '../support/archive.ts';
import { png } from '../support/picture.ts';
import { noBrowser } from '../support/stand-in-browser.ts';

const withoutBrowser = (system: System): System => ({ ...system, browser: noBrowser(system.browser) });
const PRODUCTION = { HOLDFAST_MODE: 'production', HOLDFAST_ACCEPT_FOLDER_STORE: 'yes' };
const shot = async (width: number) => [{ name: 'shot.png', type: 'image/png', bytes: await png(width, 30) }];

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let dataDir: string;
let recordId: string;
beforeAll(async () => {
  database = await cloneDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-trial-'));
  const trial = await openArchive({
    databaseUrl: database.url,
    adapt: withoutBrowser,
    env: { HOLDFAST_KEYS: join(dataDir, 'keys') },
  });
  try {
    await trial.work();
    recordId = (await trial.report(simpleReport({ capture: false }), await shot(40))).body.recordId;
    await trial.until(recordId, (receipt) => receipt.status === 'complete' && receipt.safeToRemove);
    expect(await trial.receipt(recordId)).toMatchObject({ mode: 'trial', safeToRemove: true });
  } finally {
    await trial.close();
  }
}, 60_000);
afterAll(async () => {
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const open = async (env: Record<string, string>): Promise<System> =>
  await openSystem(readConfig({ HOLDFAST_DATA: dataDir, DATABASE_URL: database.url, ...env }), {
    name: 'test',
    databaseUrl: database.url,
  });

test('production refuses a database with records of a trial, and says which setting accepts them', async () => {
  await expect(open(PRODUCTION)).rejects.toMatchObject({
    code: 'trial-records',
    retry: 'never',
    message: expect.stringContaining('HOLDFAST_ACCEPT_TRIAL_RECORDS=yes') as unknown,
  });
  await (await open({})).close(1000);
});

test('accepted, a record of a trial says so and is not safe; a picture that is handed in now is evidence', async () => {
  const production = await openArchive({
    databaseUrl: database.url,
    adapt: withoutBrowser,
    env: {
      ...PRODUCTION,
      HOLDFAST_ACCEPT_TRIAL_RECORDS: 'yes',
      // The log goes on with its own key, into a store that has none of it yet.
      HOLDFAST_KEYS: join(dataDir, 'keys'),
    },
  });
  try {
    const before = await production.receipt(recordId);
    expect(before).toMatchObject({ mode: 'trial', safeToRemove: false, evidence: [] });
    expect(before.missing.map((one) => one.code)).toEqual(['sealed-in-trial']);

    await production.work();
    const form = multipart(simpleReport({ capture: false, note: 'Once more.' }), await shot(50));
    const added = await production.app.inject({
      method: 'POST',
      url: `/v1/records/${recordId}/facts`,
      headers: { authorization: `Bearer ${await production.key()}`, 'content-type': form.contentType },
      payload: form.payload,
    });
    expect(added.statusCode).toBe(202);
    const after = await production.until(recordId, (receipt) => receipt.safeToRemove);
    expect(after.mode).toBe('trial');

    const { body } = await production.report(simpleReport({ text: 'Another one.' }), await shot(60));
    expect(await production.until(body.recordId, (receipt) => receipt.safeToRemove)).toMatchObject({
      mode: 'production',
    });
    const { rows } = await production.sql.query<{ id: string; modes: string[] }>(
      'select record_id as id, array_agg(mode order by no) as modes from seal group by 1 order by 2 desc',
    );
    expect(rows.map((row) => [row.id, new Set(row.modes)])).toEqual([
      [recordId, new Set(['trial', 'production'])],
      [body.recordId, new Set(['production'])],
    ]);
  } finally {
    await production.close();
  }
}, 90_000);
