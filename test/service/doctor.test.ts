/**
 * `holdfast doctor` beside an archive that runs, is stopped, is neglected or was tampered with: it finds what is wrong, says
 * what it could not look at, and never says that all is well over nothing.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openDoors } from '#api/api.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { holdfastHere, holdfastWith, jsonOf, type Ended } from '../support/holdfast.ts';
import { recordOf, settled } from '../support/looking.ts';
import { png } from '../support/picture.ts';
import { freePort } from '../support/port.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

interface Finding {
  readonly part: string;
  readonly ok: boolean;
  readonly checked: boolean;
  readonly found: string;
  readonly todo: string | null;
}
interface Diagnosis {
  readonly code: number | null;
  readonly ok: boolean;
  readonly running: boolean;
  readonly checked: number;
  readonly findings: readonly Finding[];
}

let archive: Archive;
let env: Record<string, string>;
beforeAll(async () => {
  archive = await openArchive({ browser: true });
  const open = await openDoors(archive.app, { host: '127.0.0.1', port: 0, contentPort: 0 });
  const address = new URL(open.address);
  env = {
    DATABASE_URL: archive.databaseUrl,
    HOLDFAST_DATA: archive.dataDir,
    HOLDFAST_PORT: address.port,
    HOLDFAST_CONTENT_PORT: new URL(open.contentAddress).port,
  };
});
afterAll(async () => await archive?.close());

const holdfast = async (args: string, more: Record<string, string> = {}): Promise<Ended> =>
  await holdfastWith({ ...env, ...more }, args);
/** In this process: what it is as one of its own, and in words, the tests with `holdfast` show. */
async function diagnose(args = '', more: Record<string, string> = {}): Promise<Diagnosis> {
  const ended = await holdfastHere({ ...env, ...more }, `doctor --json ${args}`);
  const said = jsonOf(ended) as unknown as Diagnosis;
  expect(said.checked).toBe(said.findings.filter((one) => one.checked).length);
  return { ...said, code: ended.code };
}
/** What it says of one part. The browser, which is no part of the question, is not looked for. */
const partOf = async (part: string): Promise<Finding> =>
  of(await diagnose('', { CHROMIUM_PATH: join(archive.dataDir, 'no-browser') }), part);
const wrong = ({ findings }: Diagnosis): string[] => findings.filter((one) => !one.ok).map((one) => one.part);
const unlooked = ({ findings }: Diagnosis): string[] =>
  findings.filter((one) => !one.checked).map((one) => one.part);
function of({ findings }: Diagnosis, part: string): Finding {
  const found = findings.find((one) => one.part === part);
  if (found === undefined) throw new Error(`Nothing is said of ${part}: ${JSON.stringify(findings)}`);
  return found;
}
async function seal(count = 1): Promise<string> {
  const files = [{ name: 'shot.png', type: 'image/png', bytes: await png(30, 30) }];
  let recordId = '';
  for (let i = 0; i < count; i += 1) {
    const { body } = await archive.report(simpleReport(), files);
    recordId = body.recordId;
    expect((await settled(archive, recordId)).receipt.safeToRemove).toBe(true);
  }
  return recordId;
}
const passOver = async (): Promise<void> => {
  const { renewLeases } = await import('#retention/retention.ts');
  const { db, store, log, config, now } = archive.system;
  await renewLeases({ db, store, log, leaseMs: config.leaseMs, now });
};

describe('on an archive in which nothing is sealed yet', () => {
  test('what was looked at is well, and what could not be looked at is said as such', async () => {
    const [said, text] = await Promise.all([diagnose('--full'), holdfast('doctor')]);
    expect([wrong(said), said.code, said.ok, said.running]).toEqual([[], 0, true, true]);
    expect(said.findings.map((one) => one.part)).toEqual(
      expect.arrayContaining(
        `settings node server content schema database staging queue store browser clock
         store_1 store_12 locks leases parked owed sealed`
          .split(/\s+/)
          .map((part) => part.replace('_', ' ')),
      ),
    );
    // Database and archive are on one machine: comparing the two would compare a clock with itself.
    expect(unlooked(said)).toEqual([
      'anchors',
      'clock',
      'fixity',
      'holds',
      'audit',
      'locks',
      'leases',
      'mail',
      'pictures',
      'sealed',
    ]);
    expect(of(said, 'clock').found).toBe('not checked: database and archive share one clock');
    for (const part of ['locks', 'sealed']) expect(of(said, part).found).toContain('nothing sealed yet');
    expect(text.out).toMatch(/^ok {3}server +answers at http:\/\/127\.0\.0\.1:\d+, \d+ parts, all well$/m);
    expect(text.out).toMatch(/^- {4}sealed +nothing sealed yet$/m);
    expect(text.out).toMatch(/\d+ checked, 0 found wanting, 10 not checked\.$/m);
  });

  test('that does not run: said first, with what to do, and with an exit code of its own', async () => {
    const port = String(await freePort());
    const [said, text, found] = await Promise.all([
      diagnose('', { HOLDFAST_PORT: port }),
      holdfast('doctor', { HOLDFAST_PORT: port }),
      diagnose(`--server http://127.0.0.1:${env['HOLDFAST_PORT']}`, { HOLDFAST_PORT: port }),
    ]);
    expect([said.code, said.ok, said.running, wrong(said)]).toEqual([6, false, false, ['server']]);
    expect(of(said, 'server')).toMatchObject({
      found: `not running: nothing answers at http://127.0.0.1:${port}`,
      todo: expect.stringContaining('npm start') as string,
    });
    expect(text.out).toContain('1 found wanting');
    expect(text.out).toContain('Holdfast is not running.');
    // Asked where it is, it is found, whatever the settings say.
    expect(found.code).toBe(0);
  });

  test('a content server that is not there, or shares the console’s host name in production', async () => {
    const port = String(await freePort());
    const stranger = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const taken = String((stranger.address() as AddressInfo).port);
    const production = {
      HOLDFAST_MODE: 'production',
      HOLDFAST_ACCEPT_FOLDER_STORE: 'yes',
      HOLDFAST_PUBLIC_URL: 'https://records.example',
    };
    const [gone, other, shared, apart] = await Promise.all([
      diagnose('', { HOLDFAST_CONTENT_PORT: port }),
      diagnose('', { HOLDFAST_CONTENT_PORT: taken }),
      diagnose('', { ...production, HOLDFAST_CONTENT_URL: 'https://records.example:8081' }),
      diagnose('', { ...production, HOLDFAST_CONTENT_URL: 'https://content.example' }),
    ]).finally(() => stranger.close());
    expect(wrong(gone)).toEqual(['content']);
    expect(of(gone, 'content').found).toContain(`does not answer at http://127.0.0.1:${port}`);
    expect(of(other, 'content').found).toContain('something else than the content server answers at');
    expect(of(shared, 'content')).toMatchObject({
      ok: false,
      found: expect.stringContaining('have one host name (records.example)') as string,
    });
    expect(of(apart, 'content')).toMatchObject({
      ok: true,
      found: 'archived bytes are shown from https://content.example alone',
    });
  });

  test('a probe that is gone, at the server and here', async () => {
    const probe = join(archive.dataDir, 'staging', 'probe');
    const text = await readFile(probe);
    await rm(probe);
    const said = await diagnose();
    await writeFile(probe, text);
    expect([said.code, wrong(said)]).toEqual([1, ['server', 'staging']]);
    expect(of(said, 'server').found).toContain('staging (staging-unavailable)');
  });
});

describe('what is missing is named with what to do', () => {
  test('a browser, a store, a migration, a database', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const none = { CHROMIUM_PATH: join(archive.dataDir, 'no-browser') };
    const s3 = { S3_ENDPOINT: nowhere, S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' };
    const [ill, gone, empty] = await Promise.all([
      holdfast('doctor', { ...none, ...s3 }),
      diagnose('', { DATABASE_URL: `postgresql://nobody@${new URL(nowhere).host}/none` }),
      diagnose('', { ...none, DATABASE_URL: inject('postgresUrl') }),
    ]);
    expect(ill.code).toBe(1);
    expect(ill.out).toMatch(/^BAD +browser +browser-missing/m);
    expect(ill.out).toMatch(/^BAD +store +store-down/m);
    expect(ill.out).toContain('apt-get install chromium');
    expect(ill.out).toMatch(/\d+ checked, 2 found wanting/);

    expect([gone.code, wrong(gone)]).toEqual([1, ['database']]);
    expect(gone.findings.at(-1)?.todo).toContain('Start Postgres, or check DATABASE_URL');

    expect(empty.code).toBe(1);
    expect(of(empty, 'schema')).toMatchObject({ ok: false, todo: 'holdfast migrate' });
    expect(of(empty, 'records')).toMatchObject({ checked: false });
  });
});

describe('on an archive with records', () => {
  beforeAll(async () => {
    await archive.work();
    await seal(2);
  });

  test('locks without a pass over the leases are wanting; with one all is well, and it says how much it looked at', async () => {
    const before = await diagnose();
    expect([before.code, wrong(before)]).toEqual([1, ['leases']]);
    expect(of(before, 'leases')).toMatchObject({
      todo: expect.stringContaining('holdfast work retention') as string,
    });
    await passOver();
    const [after, full] = await Promise.all([diagnose(), diagnose('--full')]);
    expect([after.code, wrong(after), unlooked(after)]).toEqual([
      0,
      [],
      ['anchors', 'clock', 'holds', 'audit', 'mail'],
    ]);
    const { rows } = await archive.sql.query<{ n: number }>('select count(*)::int as n from object');
    expect(of(after, 'locks').found).toMatch(
      new RegExp(`^${rows[0]?.n} sealed objects; the shortest lock has (29|30) d left of 30 d$`),
    );
    expect(of(after, 'leases').found).toMatch(/^last pass \d+ s ago: 0 near their end, 0 renewed, 0 failed$/);
    expect(of(after, 'sealed').found).toBe(
      `${rows[0]?.n} of the oldest and newest sealed objects looked at in the store, none read (--full reads them)`,
    );
    expect(of(full, 'sealed').found).toContain(`${rows[0]?.n} read whole`);
    expect(wrong(full)).toEqual([]);
  });

  test.each([
    [
      'near its end',
      "now() + interval '14 days 12 hours'",
      /has 15 d left.*should have been renewed|has 14 d left.*should have been renewed/,
    ],
    ['ended', "now() - interval '3 hours'", /the shortest lock ended 3 h ago.*1 ended/],
  ])('a lock that is %s is wanting', async (_what, until, found) => {
    const { rows } = await archive.sql.query<{ key: string; locked_until: Date }>(
      "select key, locked_until from object where role = 'manifest' limit 1",
    );
    const row = rows[0];
    await archive.sql.query(`update object set locked_until = ${until} where key = $1`, [row?.key]);
    const said = await diagnose();
    await archive.sql.query('update object set locked_until = $2 where key = $1', [
      row?.key,
      row?.locked_until,
    ]);
    expect(of(said, 'locks')).toMatchObject({ ok: false, found: expect.stringMatching(found) as string });
    expect(said.code).toBe(1);
  });

  test('a pass that was long ago, or failed, is wanting', async () => {
    await archive.sql.query("update chore set at = at - interval '4 hours' where name = 'lease-pass'");
    expect(await partOf('leases')).toMatchObject({
      ok: false,
      found: expect.stringContaining('last pass 4 h ago') as string,
    });
    await archive.sql.query(
      `update chore set at = now(), report = '{"looked": 3, "renewed": 1, "failed": 2}' where name = 'lease-pass'`,
    );
    expect(await partOf('leases')).toMatchObject({
      ok: false,
      found: expect.stringContaining('2 failed') as string,
    });
    await passOver();
    expect(await partOf('leases')).toMatchObject({ ok: true });
  });

  test('a step that waits for a person, and one that nobody takes', async () => {
    await archive.stopWork();
    const [parked, late] = [await archive.report(simpleReport()), await archive.report(simpleReport())];
    await archive.sql.query(
      "update step set parked_at = now(), error_code = 'digest-mismatch' where record_id = $1 and name = 'seal'",
      [parked.body.recordId],
    );
    expect(await partOf('owed')).toMatchObject({
      ok: true,
      found: expect.stringMatching(/^[34] step/) as string,
    });
    await archive.sql.query(
      "update step set owed_since = now() - interval '5 minutes', error_code = 'store-down' where record_id = $1 and name = 'seal'",
      [late.body.recordId],
    );
    const said = await diagnose();
    expect(wrong(said)).toEqual(['parked', 'owed']);
    expect(of(said, 'parked')).toMatchObject({
      found: '1 step(s) wait for a person, of rivertown',
      todo: 'npx holdfast parked --agency rivertown',
    });
    expect(of(said, 'owed').found).toMatch(
      /^1 of \d step\(s\) owed for longer than a minute, the oldest for 5 min: store-down$/,
    );
    await archive.sql.query('update step set parked_at = null where record_id = $1', [parked.body.recordId]);
    await archive.work();
    for (const { body } of [parked, late]) await settled(archive, body.recordId);
  });

  test('an office that nobody tells is wanting: no mail server, one that refuses, a worker that never ran', async () => {
    expect(await partOf('mail')).toMatchObject({
      checked: false,
      found:
        'no office is named that is told of new records; no office that keeps the records is told of everything in rivertown',
    });
    const added = await holdfastHere(env, [
      'office',
      'add',
      '--agency',
      'rivertown',
      '--name',
      'City Clerk',
      '--email',
      'clerk@rivertown.example',
    ]);
    expect(added.code).toBe(0);
    expect(await partOf('mail')).toMatchObject({
      ok: false,
      todo: expect.stringContaining('SMTP_URL') as string,
    });
    const before = env;
    env = { ...env, SMTP_URL: 'smtp://127.0.0.1:1', HOLDFAST_MAIL_FROM: 'holdfast@rivertown.example' };
    expect(await partOf('mail')).toMatchObject({
      ok: true,
      checked: true,
      found: '1 office(s) are told, and everything that is due went',
    });
    await seal();
    await archive.sql.query("update notice set attempts = 3, error_code = 'smtp-550'");
    expect(await partOf('mail')).toMatchObject({
      ok: false,
      found: expect.stringContaining('after up to 3 attempt(s): smtp-550') as string,
    });
    await archive.sql.query("update notice set error_code = null, due_at = now() - interval '2 hours'");
    expect(await partOf('mail')).toMatchObject({
      ok: false,
      todo: expect.stringContaining('holdfast work mail') as string,
    });
    env = before;
    await archive.sql.query("update office set ended_at = now(), ended_by = 'test'");
  });

  test('a sealed file that was taken away is found by HEAD, one that was swapped by reading; the history says both', async () => {
    const recordId = await seal();
    const record = await recordOf(archive, recordId);
    const pathOf = (role: string): string =>
      join(
        archive.dataDir,
        'store',
        'objects',
        record.seals.flatMap((one) => one.objects).find((one) => one.role === role)?.key ?? '',
      );
    const manifest = pathOf('manifest');
    const kept = await readFile(manifest);
    await rm(manifest);
    const missing = await diagnose();
    expect([missing.code, wrong(missing)]).toEqual([1, ['sealed']]);
    expect(of(missing, 'sealed').found).toMatch(/1 not as sealed: store-object-missing: a\/rivertown\/rec\//);
    expect(of(missing, 'sealed').todo).toContain('backup');
    await writeFile(manifest, kept);

    const fact = pathOf('fact');
    const bytes = await readFile(fact);
    await chmod(fact, 0o644);
    await writeFile(fact, bytes.toString().toUpperCase());
    expect(wrong(await diagnose()), 'HEAD alone cannot see it').toEqual([]);
    const swapped = await diagnose('--full');
    expect(wrong(swapped)).toEqual(['sealed']);
    expect(of(swapped, 'sealed').found).toContain('store-object-changed');
    await writeFile(fact, bytes);
    expect(wrong(await diagnose('--full'))).toEqual([]);

    const failures = (await recordOf(archive, recordId)).history.filter(
      (one) => one.type === 'fixity.failed',
    );
    expect(failures.map((one) => one.body)).toEqual([
      { seal: 1, role: 'manifest', code: 'store-object-missing' },
      { seal: 1, role: 'fact', code: 'store-object-changed' },
    ]);
  });

  test('the sample is bounded, and says so', async () => {
    await archive.sql.query(`
      insert into object (agency_id, key, record_id, seal_no, role, sha256, size_bytes, media_type, retain_until, version_id, locked_until, confirmed_at)
      select agency_id, key || '-' || n, record_id, seal_no, role, sha256, size_bytes, media_type, retain_until, version_id, locked_until, confirmed_at
        from object, generate_series(1, 200) n where key = (select min(key) from object)`);
    const said = await partOf('sealed');
    await archive.sql.query("delete from object where key ~ '-[0-9]+$'");
    expect(said.found).toMatch(/^100 of the oldest and newest/);
  });
});

describe('on an S3 store', () => {
  let server: RunningVersitygw;
  let s3: Record<string, string>;
  beforeAll(async () => {
    server = await startVersitygw();
    const { endpoint, bucket, region, writer } = await server.newBucket();
    s3 = {
      S3_ENDPOINT: endpoint,
      S3_REGION: region,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: writer.accessKeyId,
      S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
    };
    await archive.sql.query('delete from object');
  });
  afterAll(async () => await server?.stop());

  test('that a lock keeps out who may delete is not said before somebody who may has tried', async () => {
    const purger = {
      S3_PURGE_ACCESS_KEY_ID: server.purger.accessKeyId,
      S3_PURGE_SECRET_ACCESS_KEY: server.purger.secretAccessKey,
    };
    const reader = {
      S3_READ_ACCESS_KEY_ID: server.reader.accessKeyId,
      S3_READ_SECRET_ACCESS_KEY: server.reader.secretAccessKey,
    };
    // One after the other: a part that does not answer in time is wanting, and both at once keep a busy machine from it.
    const alone = await diagnose('--full', s3);
    const whole = await diagnose('--full', { ...s3, ...purger, ...reader });
    expect(wrong(alone)).toEqual(['lock', 'store 5']);
    expect(of(alone, 'lock')).toMatchObject({
      found: expect.stringContaining('lock set, deletion not proven') as string,
      todo: expect.stringContaining('S3_PURGE_ACCESS_KEY_ID') as string,
    });
    // Whose key it is that reads what was sealed back, is said; that there is none for it alone is no fault.
    expect(of(alone, 'reader')).toMatchObject({
      ok: true,
      checked: false,
      todo: expect.stringContaining('S3_READ_ACCESS_KEY_ID') as string,
    });
    expect([wrong(whole), of(whole, 'reader').checked]).toEqual([[], true]);

    // What the retention worker proved counts for whoever has no such key.
    const { openProofBook } = await import('../../src/store-watch.ts');
    const { openStore } = await import('#store/store.ts');
    const { readConfig } = await import('#config.ts');
    const store = await openStore(readConfig({ ...s3, ...purger }));
    await openProofBook(archive.system.db).write(store.describe, await store.canary({ full: true }));
    await store.close();
    const relying = await diagnose('--full', s3);
    expect([wrong(relying), of(relying, 'store 5').checked]).toEqual([[], false]);
    expect(of(relying, 'lock').ok).toBe(true);
  });

  test('prepare-store ends well only when the purger was refused what is locked and given what is not', async () => {
    const root = {
      S3_ADMIN_ACCESS_KEY_ID: server.root.accessKeyId,
      S3_ADMIN_SECRET_ACCESS_KEY: server.root.secretAccessKey,
    };
    const keys = {
      ...s3,
      ...root,
      S3_BUCKET: 'prepared-by-the-verb',
      S3_PURGE_ACCESS_KEY_ID: server.purger.accessKeyId,
      S3_PURGE_SECRET_ACCESS_KEY: server.purger.secretAccessKey,
    };
    const made = await holdfast('prepare-store --json', keys);
    expect(made.code, made.err).toBe(0);
    expect(jsonOf(made)).toMatchObject({ bucket: 'prepared-by-the-verb', standing: 'immutable' });
    const stranger = await holdfast('prepare-store', {
      ...keys,
      S3_PURGE_SECRET_ACCESS_KEY: 'not-its-secret',
    });
    expect(stranger.code).toBe(4);
    expect(stranger.err).toContain('[store-refused]');
  });
});
