/** The verbs of `holdfast` as the processes that people and scripts run: what they print where, and how they end. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openArchive, type Archive } from '../support/archive.ts';
import { png } from '../support/picture.ts';
import { freePort } from '../support/port.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VERBS = [
  'up',
  'api',
  'work',
  'migrate',
  'agency add',
  'key create',
  'key revoke',
  'report',
  'parked',
  'doctor',
  'demo',
  'prepare-store',
  'version',
];

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let dataDir: string;
let env: Record<string, string>;
let databaseUrl: string;

/** Runs one verb to its end, whatever that is. Nothing of this machine's settings comes in. */
async function holdfast(args: string | readonly string[], more: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(
    process.execPath,
    ['src/cli/main.ts', ...(typeof args === 'string' ? args.split(' ').filter((word) => word !== '') : args)],
    {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  const timer = setTimeout(() => child.kill('SIGKILL'), 50_000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  expect(err, 'it closed all that it opened').not.toContain('something was left open');
  return { code, out, err };
}

/** With `--json` the answer is one line of JSON and nothing else is on stdout. */
function jsonOf({ out }: Ended): Record<string, unknown> {
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(out) as Record<string, unknown>;
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
  const name = `cli_${randomUUID().replaceAll('-', '')}`;
  const maintenance = new Client({ connectionString: inject('postgresUrl') });
  await maintenance.connect();
  await maintenance.query(`create database ${name}`);
  await maintenance.end();
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  databaseUrl = url.href;
  env = { DATABASE_URL: databaseUrl, HOLDFAST_DATA: dataDir };
});
afterAll(async () => {
  const maintenance = new Client({ connectionString: inject('postgresUrl') });
  await maintenance.connect();
  await maintenance.query(`drop database if exists ${new URL(databaseUrl).pathname.slice(1)} with (force)`);
  await maintenance.end();
  await rm(dataDir, { recursive: true, force: true });
});

describe.concurrent('how it is called', () => {
  test('version says what runs here', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const [plain, json] = await Promise.all([holdfast('version'), holdfast('version --json')]);
    expect(plain).toMatchObject({
      code: 0,
      out: expect.stringContaining(`Holdfast ${version} on Node ${process.versions.node}`) as string,
    });
    expect(jsonOf(json)).toEqual({
      holdfast: version,
      node: process.versions.node,
      machine: `${process.platform}-${process.arch}`,
    });
  });

  test('help names every verb and what each exit code means, and each verb has its own', async () => {
    const all = await holdfast('--help');
    expect(all.code).toBe(0);
    for (const verb of VERBS) expect(all.out).toMatch(new RegExp(`^  ${verb.split(' ')[0] ?? ''}\\b`, 'm'));
    for (const code of [0, 1, 2, 3, 4, 5, 130]) expect(all.out).toMatch(new RegExp(`^ +${code}  \\w`, 'm'));
    for (const [i] of VERBS.entries())
      if (i % 4 === 0)
        await Promise.all(
          VERBS.slice(i, i + 4).map(async (verb) => {
            const own = await holdfast(`${verb} --help`);
            expect([own.code, own.err], verb).toEqual([0, '']);
            expect(own.out, verb).toContain('--json');
          }),
        );
  });

  test.each([
    ['an unknown verb', 'frobnicate'],
    ['an unknown verb of a group', 'agency frobnicate'],
    ['an unknown option', 'version --frobnicate'],
    ['one word too many', 'version now'],
    ['an option that must be there', 'agency add --slug x1'],
    ['a worker that does not exist', 'work everything'],
    ['a role that does not exist', 'key create --agency rivertown --role mayor'],
    ['seconds that are none', 'report --key k --platform x --account a --wait soon'],
    ['a file that is not there', 'report --key k --platform x --account a --file /nowhere/at-all.png'],
  ])('%s ends with 2 and words: holdfast %s', async (_what, args) => {
    const { code, out, err } = await holdfast(args);
    expect(code).toBe(2);
    expect(err).toMatch(/\w+ \w+/);
    expect(err).not.toContain('    at ');
    expect(out).toBe('');
  });

  test('settings that are wrong are all listed at once, and end with 3', async () => {
    const wrong = {
      HOLDFAST_MODE: 'rehearsal',
      HOLDFAST_PORT: '99999999',
      HOLDFAST_LEASE: 'a month',
      S3_BUCKET: 'b',
      DATABASE_URL: 'mysql://x',
      HOLDFAST_CAPTURE_ALLOW: 'http://x',
    };
    for (const verb of ['migrate', 'doctor']) {
      const { code, out, err } = await holdfast(`${verb} --json`, wrong);
      expect(code).toBe(3);
      for (const name of [
        'HOLDFAST_MODE',
        'HOLDFAST_PORT',
        'HOLDFAST_LEASE',
        'S3_ENDPOINT',
        'S3_ACCESS_KEY_ID',
        'DATABASE_URL',
        'HOLDFAST_CAPTURE_ALLOW',
      ])
        expect(err, name).toContain(name);
      expect(JSON.parse(out)).toMatchObject({ error: { code: 'config-invalid' } });
    }
  });
});

describe('a database', () => {
  test('that was not migrated is named with what to do; migrated, it is ready, and once more changes nothing', async () => {
    const early = await holdfast(['agency', 'add', '--slug', 'rivertown', '--name', 'City of Rivertown']);
    expect(early).toMatchObject({ code: 4, err: expect.stringContaining('holdfast migrate') as string });
    const files = (await readdir(join(ROOT, 'migrations')))
      .filter((name) => name.endsWith('.sql'))
      .toSorted();
    expect(jsonOf(await holdfast('migrate --json'))).toEqual({ applied: files, present: files.length });
    const again = await holdfast('migrate');
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining(`0 of ${files.length}`) as string });
  });

  test('that is not there ends with 4 in words', async () => {
    const nowhere = { DATABASE_URL: `postgresql://nobody@127.0.0.1:${await freePort()}/none` };
    for (const args of ['migrate', 'parked --agency rivertown']) {
      const { code, err } = await holdfast(args, nowhere);
      expect(code, args).toBe(4);
      expect(err).toContain('[database-down]');
      expect(err).not.toContain('    at ');
    }
  });
});

describe('agencies and keys', () => {
  test('an agency is added once', async () => {
    const add = async (...args: string[]) => await holdfast(['agency', 'add', ...args]);
    const first = await add('--slug', 'rivertown', '--name', 'City of Rivertown', '--sample');
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringContaining('holdfast key create --agency rivertown') as string,
    });
    const [second, third, ...unfit] = await Promise.all([
      add('--slug', 'rivertown', '--name', 'Another', '--json'),
      add('--slug', 'lakeside', '--name', 'City of Lakeside', '--zone', 'America/Denver', '--json'),
      add('--slug', 'River Town', '--name', 'x'),
      add('--slug', 'x', '--name', 'x'),
      add('--slug', 'x2', '--name', ' '),
      add('--slug', 'x2', '--name', 'x', '--zone', 'Middle/Earth'),
    ]);
    expect(second).toMatchObject({
      code: 5,
      out: '',
      err: expect.stringContaining('already') as string,
    });
    expect(jsonOf(third)).toEqual({ id: 'lakeside', name: 'City of Lakeside', zone: 'America/Denver' });
    expect(unfit.map((ended) => ended.code)).toEqual([2, 2, 2, 2]);
  });

  test('a key is shown once, alone on stdout, and can be taken back once', async () => {
    const [plain, json, nobody] = await Promise.all([
      holdfast('key create --agency rivertown --role moderator'),
      holdfast('key create --agency rivertown --role custodian --label desk --json'),
      holdfast('key create --agency nowhere --role moderator'),
    ]);
    expect(plain.code).toBe(0);
    expect(plain.out).toMatch(/^hfk_[\w-]{43}\n$/);
    expect(plain.err).toContain('not shown again');
    const made = jsonOf(json);
    expect(made).toEqual({
      key: expect.stringMatching(/^hfk_[\w-]{43}$/) as string,
      keyId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      agency: 'rivertown',
      role: 'custodian',
    });
    expect(json.err).toBe('');
    expect(nobody).toMatchObject({
      code: 5,
      out: '',
      err: expect.stringContaining('lakeside, rivertown') as string,
    });

    const revoke = async (agency: string, id: string) =>
      (await holdfast(`key revoke --agency ${agency} --id ${id}`)).code;
    const id = String(made['keyId']);
    expect(await Promise.all([revoke('lakeside', id), revoke('rivertown', 'nonsense')])).toEqual([5, 5]);
    const both = await Promise.all([revoke('rivertown', id), revoke('rivertown', id)]);
    expect(new Set(both), 'of two at once, one took it back').toEqual(new Set([0, 5]));
  });
});

describe('with an archive that runs', () => {
  let archive: Archive;
  let server: string;
  let key: string;
  beforeAll(async () => {
    archive = await openArchive({ databaseUrl });
    server = await archive.app.listen({ host: '127.0.0.1', port: 0 });
    key = await archive.key();
    await archive.work();
    await writeFile(join(dataDir, 'shot.png'), await png(50, 40));
  });
  afterAll(async () => await archive?.close());
  const report = async (args: readonly string[], more: Record<string, string> = {}) =>
    await holdfast(
      ['report', '--server', server, '--platform', 'facebook', '--account', 'rivertown', ...args],
      more,
    );

  test('report hands in a picture and waits for "safe to remove"', async () => {
    const safe = await report([
      '--key',
      key,
      '--text',
      'Words',
      '--file',
      join(dataDir, 'shot.png'),
      '--wait',
      '40',
      '--json',
    ]);
    expect(safe.code, safe.err).toBe(0);
    const answer = jsonOf(safe);
    expect(answer).toMatchObject({ safeToRemove: true, missing: [] });
    expect(await archive.receipt(String(answer['recordId']))).toMatchObject({
      safeToRemove: true,
      tier: 'D',
    });
  });

  test('report without a wait ends when it was taken; with one it fails when that was too short', async () => {
    const [taken, late] = await Promise.all([
      report(
        [
          '--text',
          'Words alone',
          '--author',
          'Somebody',
          '--kind',
          'comment',
          '--ground',
          'rivertown-social-media#3.b',
        ],
        { HOLDFAST_KEY: key },
      ),
      report(['--key', key, '--text', 'Words alone', '--wait', '1']),
    ]);
    expect(taken).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^DO NOT REMOVE YET\. Record [0-9a-f-]{36}\. \w/) as string,
    });
    expect(late).toMatchObject({ code: 1, out: expect.stringContaining('DO NOT REMOVE YET') as string });
  });

  test('report says why it was refused, and when nobody answers', async () => {
    const [unknown, invalid, nobody, stranger] = await Promise.all([
      report(['--key', 'hfk_none', '--text', 'x']),
      report(['--key', key, '--verb', 'applaud']),
      report(['--key', key, '--server', `http://127.0.0.1:${await freePort()}`]),
      report([]),
    ]);
    expect(unknown).toMatchObject({
      code: 5,
      out: '',
      err: expect.stringContaining('Refused (401)') as string,
    });
    expect(invalid).toMatchObject({ code: 5, err: expect.stringContaining('Refused (422)') as string });
    expect(nobody).toMatchObject({ code: 4, err: expect.stringContaining('cannot be reached') as string });
    expect(stranger.code, 'no key at all').toBe(2);
  });

  test('parked lists what waits for a person, runs it again, and knows its agencies', async () => {
    const [none, unknown] = await Promise.all([
      holdfast('parked --agency rivertown'),
      holdfast('parked --agency nowhere'),
    ]);
    expect(none).toMatchObject({ code: 0, out: 'Nothing is parked.\n' });
    expect(unknown, 'nothing of nobody is not "nothing"').toMatchObject({ code: 5, out: '' });

    await archive.stopWork();
    const records = await Promise.all([
      archive.report({ platform: 'x', account: 'a', action: { verb: 'hide' } }),
      archive.report({ platform: 'x', account: 'b', action: { verb: 'hide' } }),
    ]);
    const [one = '', two = ''] = records.map((answer) => answer.body.recordId);
    await archive.sql.query(
      "update step set parked_at = now(), error_code = 'store-lock-not-confirmed', error = 'The store does not confirm.' where name = 'seal' and record_id = any($1)",
      [[one, two]],
    );
    const [listed, plain, others, foreign] = await Promise.all([
      holdfast('parked --agency rivertown --json'),
      holdfast('parked --agency rivertown'),
      holdfast('parked --agency lakeside'),
      holdfast(`parked --agency lakeside --run ${one}`),
    ]);
    expect(jsonOf(listed)['parked']).toHaveLength(2);
    expect(plain.out).toContain(`${one}  seal  store-lock-not-confirmed: The store does not confirm.`);
    expect(others.out).toBe('Nothing is parked.\n');
    expect(foreign.code).toBe(5);
    const run = await holdfast(`parked --agency rivertown --run ${one} --json`);
    expect(jsonOf(run)).toEqual({ owed: [{ recordId: one, step: 'seal' }] });
    expect(jsonOf(await holdfast('parked --agency rivertown --run-all --json'))).toEqual({
      owed: [{ recordId: two, step: 'seal' }],
    });
    expect((await holdfast('parked --agency rivertown --run-all')).code).toBe(5);
    await archive.work();
    await archive.until(one, (receipt) => receipt.status === 'complete');
  });
});

describe('doctor', () => {
  interface Diagnosis {
    readonly ok: boolean;
    readonly checked: number;
    readonly findings: readonly { part: string; ok: boolean; found: string; todo: string | null }[];
  }
  const diagnose = async (
    args: string,
    more: Record<string, string> = {},
  ): Promise<Diagnosis & { readonly code: number | null }> => {
    const ended = await holdfast(`doctor --json ${args}`, more);
    return { ...(jsonOf(ended) as unknown as Diagnosis), code: ended.code };
  };
  const wrong = ({ findings }: Diagnosis): string[] =>
    findings.filter((one) => !one.ok).map((one) => one.part);

  test('finds everything well where it is, the store in all its checks', async () => {
    // The probe is the API's to write; without one a worker must not start, and the doctor must not make it look well.
    const before = await diagnose('', { CHROMIUM_PATH: join(dataDir, 'no-browser') });
    expect([before.code, wrong(before)]).toEqual([1, ['staging', 'browser']]);
    await writeFile(join(dataDir, 'staging', 'probe'), 'a probe');
    const well = await diagnose('--full');
    expect(wrong(well)).toEqual([]);
    expect(well).toMatchObject({ code: 0, ok: true, checked: well.findings.length });
    const parts = well.findings.map((one) => one.part);
    expect(parts).toEqual(
      expect.arrayContaining([
        'settings',
        'node',
        'schema',
        'database',
        'staging',
        'queue',
        'store',
        'browser',
        'clock',
        'store 1',
        'store 12',
      ]),
    );
  });

  test('names what is missing and what to do: a browser, a store, a migration, a database', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const none = join(dataDir, 'no-browser');
    const s3 = { S3_ENDPOINT: nowhere, S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' };
    const [ill, gone, empty] = await Promise.all([
      holdfast('doctor', { CHROMIUM_PATH: none, ...s3 }),
      diagnose('', { DATABASE_URL: `postgresql://nobody@${new URL(nowhere).host}/none` }),
      diagnose('', { CHROMIUM_PATH: none, DATABASE_URL: inject('postgresUrl') }),
    ]);
    expect(ill.code).toBe(1);
    expect(ill.out).toMatch(/^BAD +browser +browser-missing/m);
    expect(ill.out).toMatch(/^BAD +store +store-down/m);
    expect(ill.out).toContain('apt-get install chromium');
    expect(ill.out).toMatch(/\d+ checked, 2 found wanting\./);

    expect([gone.code, wrong(gone)]).toEqual([1, ['database']]);
    expect(gone.findings.at(-1)?.todo).toContain('Start Postgres, or check DATABASE_URL');

    expect(empty.code).toBe(1);
    expect(empty.findings.find((one) => one.part === 'schema')).toMatchObject({
      ok: false,
      todo: 'holdfast migrate',
    });
  });
});

test('on nothing at all, the database in the data folder is made, used by verb after verb, and ended each time', async () => {
  const own = { DATABASE_URL: '', HOLDFAST_DATA: join(dataDir, 'embedded') };
  const added = await holdfast(
    ['agency', 'add', '--slug', 'rivertown', '--name', 'City of Rivertown', '--json'],
    own,
  );
  expect(added.code, added.err).toBe(0);
  expect(jsonOf(added)).toMatchObject({ id: 'rivertown' });
  const made = await holdfast('key create --agency rivertown --role intake --json', own);
  expect(jsonOf(made)).toMatchObject({ role: 'intake' });
  expect((await holdfast('migrate --json', own)).out).toContain('"applied":[]');
  const left = await readdir(join(own.HOLDFAST_DATA), { recursive: true });
  expect(left.filter((name) => name.endsWith('postmaster.pid'))).toEqual([]);
});
