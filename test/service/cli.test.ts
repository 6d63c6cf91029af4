/** The verbs of `holdfast` as the processes that people and scripts run: what they print where, and how they end. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openArchive, type Archive } from '../support/archive.ts';
import { rows as chosen, times } from '../support/extent.ts';
import { holdfastHere, holdfastWith, jsonOf, type Ended } from '../support/holdfast.ts';
import { png } from '../support/picture.ts';
import { freePort } from '../support/port.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VERBS = [
  'up',
  'api',
  'work',
  'migrate',
  'agency add',
  'policy add',
  'policy packs',
  'account add',
  'office add',
  'user add',
  'operator add',
  'operator remove',
  'provider set',
  'key create',
  'key list',
  'key revoke',
  'report',
  'parked',
  'audit',
  'rebuild-index',
  'backup',
  'restore',
  'doctor',
  'demo',
  'prepare-store',
  'version',
];

let dataDir: string;
let env: Record<string, string>;
let databaseUrl: string;

const asProcess = async (
  args: string | readonly string[],
  more: Record<string, string> = {},
): Promise<Ended> => await holdfastWith({ ...env, ...more }, args);

const ALL_AS_PROCESSES = times(1, 0) === 1;
const shown = new Set<string>();
/** Each verb once as a process, which also closes all that it opened; from then on here. In a whole run, always as a process. */
async function holdfast(args: string | readonly string[], more: Record<string, string> = {}): Promise<Ended> {
  const [first = '', second = ''] = typeof args === 'string' ? args.split(' ') : args;
  const verb = VERBS.includes(`${first} ${second}`) ? `${first} ${second}` : first;
  if (shown.has(verb) && !ALL_AS_PROCESSES) return await holdfastHere({ ...env, ...more }, args);
  shown.add(verb);
  return await asProcess(args, more);
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
    const [plain, json] = await Promise.all([asProcess('version'), asProcess('version --json')]);
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
    const all = await asProcess('--help');
    expect(all.code).toBe(0);
    for (const verb of VERBS) expect(all.out).toMatch(new RegExp(`^  ${verb.split(' ')[0] ?? ''}\\b`, 'm'));
    for (const code of [0, 1, 2, 3, 4, 5, 6, 130])
      expect(all.out).toMatch(new RegExp(`^ +${code}  \\w`, 'm'));
    const own = chosen(VERBS, (verb) => verb === 'up' || verb === 'agency add');
    for (const [i] of own.entries())
      if (i % 4 === 0)
        await Promise.all(
          own.slice(i, i + 4).map(async (verb) => {
            const help = await asProcess(`${verb} --help`);
            expect([help.code, help.err], verb).toEqual([0, '']);
            expect(help.out, verb).toContain('--json');
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
    const { code, out, err } = await asProcess(args);
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
      const { code, out, err } = await asProcess(`${verb} --json`, wrong);
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

  test('who runs the machine is added, helped and let go; their short name is no agency’s', async () => {
    const operator = async (verb: string, ...args: string[]) => await holdfast(['operator', verb, ...args]);
    const pat = ['--email', 'pat@machine.example'];
    const plain = await operator('add', '--name', 'Pat Example', ...pat);
    expect(plain).toMatchObject({
      code: 0,
      err: expect.stringContaining('/sign-in?agency=system') as string,
    });
    expect(plain.out).toMatch(/^http:\/\/\S+\/invitation\/[\w-]{43}\n$/);
    const again = await operator('add', '--name', 'Pat Example', ...pat, '--json');
    expect(jsonOf(again)).toMatchObject({ isNew: false });
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ role: string; open: number }>(
      `select r.role, (select count(*)::int from invitation i where i.person_id = p.id and i.used_at is null) as open
         from person p join person_role r on r.person_id = p.id where p.agency_id = 'system'`,
    );
    expect(rows).toEqual([{ role: 'system-administrator', open: 1 }]);
    const [unfit, nobody, agency, person, key] = await Promise.all([
      operator('add', '--name', 'Pat Example', '--email', 'pat'),
      operator('remove', '--email', 'sam@machine.example'),
      holdfast(['agency', 'add', '--slug', 'system', '--name', 'City of System']),
      holdfast(['user', 'add', '--agency', 'system', '--name', 'x', ...pat, '--role', 'custodian']),
      holdfast(['key', 'create', '--agency', 'system', '--role', 'intake']),
    ]);
    expect(unfit).toMatchObject({ code: 2, out: '' });
    expect(nobody).toMatchObject({ code: 5, out: '' });
    expect([agency.code, person.code, key.code]).toEqual([2, 5, 5]);
    for (const { err } of [agency, person, key]) expect(err).toContain('npx holdfast operator add');
    expect(await operator('remove', ...pat)).toMatchObject({
      code: 0,
      out: expect.stringContaining('cannot sign in any more') as string,
    });
    expect(await operator('add', '--name', 'Pat Example', ...pat)).toMatchObject({
      code: 5,
      err: expect.stringContaining('was let go') as string,
    });
    const left = await client.query("select 1 from person where agency_id = 'system' and left_at is null");
    expect(left.rowCount).toBe(0);
    await client.end();
  });

  test('a person is added once, with a link that works where the server does, alone on stdout', async () => {
    const add = async (...args: string[]) =>
      await holdfast(['user', 'add', '--agency', 'rivertown', ...args]);
    const plain = await add(
      '--name',
      'Alex Example',
      '--email',
      'alex@rivertown.example',
      '--role',
      'custodian',
      'moderator',
    );
    expect(plain).toMatchObject({ code: 0, err: expect.stringContaining('works once') as string });
    expect(plain.out).toMatch(/^http:\/\/127\.0\.0\.1:8080\/invitation\/[\w-]{43}\n$/);
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    const whenAlex = async (change: string): Promise<void> => {
      const { rowCount } = await client.query(
        `update person set ${change} where agency_id = 'rivertown' and email = 'alex@rivertown.example'`,
      );
      expect(rowCount).toBe(1);
    };
    // The link is lost, and they never came: the same again prints another, and the first one works no more.
    const again = ['--name', 'B', '--email', 'ALEX@rivertown.example', '--role', 'administrator'];
    expect(await add(...again)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^http:\/\/\S+\/invitation\/[\w-]{43}\n$/) as string,
      err: expect.stringContaining('nobody was added') as string,
    });
    expect(jsonOf(await add(...again, '--json'))).toMatchObject({
      isNew: false,
      roles: ['custodian', 'moderator'],
    });
    const { rows: links } = await client.query(
      `select p.name, i.used_at is null as works, i.created_by from invitation i join person p on p.id = i.person_id
        where p.agency_id = 'rivertown' and p.email = 'alex@rivertown.example' order by i.created_at`,
    );
    expect(links).toEqual(
      [false, false, true].map((works) => ({ name: 'Alex Example', works, created_by: 'cli' })),
    );
    const { rowCount: told } = await client.query(
      `select 1 from event where agency_id = 'rivertown' and type = 'person.invited'
          and body->>'person' = (select id::text from person where email = 'alex@rivertown.example')`,
    );
    expect(told).toBe(3);
    // Not for who has left; nor, below, for who has a way in, which the link would take away.
    await whenAlex('left_at = now()');
    expect(await add(...again)).toMatchObject({ code: 5, out: '' });
    await whenAlex("left_at = null, password = 'x', code_secret = 'x'");
    await client.end();
    const [twice, alone, unheard, malformed] = await Promise.all([
      add('--name', 'B', '--email', 'ALEX@rivertown.example', '--role', 'moderator'),
      add('--name', 'B', '--email', 'b@rivertown.example', '--role', 'auditor', 'moderator'),
      add('--name', 'B', '--email', 'b@rivertown.example', '--role', 'mayor'),
      add('--name', 'B', '--email', 'no address', '--role', 'moderator'),
    ]);
    expect(twice).toMatchObject({ code: 5, out: '', err: expect.stringContaining('already') as string });
    expect(alone).toMatchObject({ code: 2, err: expect.stringContaining('holds no other role') as string });
    expect(unheard).toMatchObject({
      code: 2,
      err: expect.stringContaining('There are: moderator') as string,
    });
    expect(malformed).toMatchObject({ code: 2, err: expect.stringContaining('e-mail address') as string });
  });

  test('a policy of a real body is added by its name, once, and says what nobody confirmed', async () => {
    const packs = jsonOf(await holdfast('policy packs --json')) as unknown as readonly {
      readonly policyId: string;
    }[];
    expect(packs.map(({ policyId }) => policyId)).toContain('kirkwood-social-media');
    const add = async (args: string) => await holdfast(`policy add --agency rivertown ${args}`);
    const added = await add('--pack kirkwood-social-media');
    expect(added).toMatchObject({ code: 0, out: expect.stringContaining('were not confirmed') as string });
    expect(await add('--pack kirkwood-social-media')).toMatchObject({ code: 5 });
    // A policy that the agency has in words of its own keeps them until somebody has read both.
    const own = join(dataDir, 'own.json');
    const version = (name: string, effectiveOn: string): string =>
      JSON.stringify({
        policyId: 'lees-summit-416',
        version: name,
        title: 'Our own words',
        effectiveOn,
        grounds: [{ clauseId: 'a', label: 'L', citation: 'C', clause: 'Words' }],
      });
    await writeFile(own, version('ours', '2026-06-01'));
    expect(await add(own)).toMatchObject({
      code: 0,
      out: expect.stringContaining('records name it from today on') as string,
    });
    expect(await add('--pack lees-summit-416')).toMatchObject({
      code: 5,
      err: expect.stringContaining('last as version "ours"') as string,
    });
    await writeFile(own, version('earlier', '2026-05-31'));
    expect(await add(own)).toMatchObject({
      code: 5,
      err: expect.stringContaining('in force since 2026-06-01') as string,
    });
    expect(await add('--pack atlantis')).toMatchObject({
      code: 2,
      err: expect.stringContaining('kcpd-261-1') as string,
    });
    expect(await add('')).toMatchObject({
      code: 2,
      err: expect.stringContaining('one of the two') as string,
    });
  });

  test('an agency’s own sign-in is connected from a file that holds the secret, or refused with every reason', async () => {
    const file = join(dataDir, 'secret');
    await writeFile(file, 'a secret\n');
    const set = async (...args: string[]) =>
      await holdfast([
        'provider',
        'set',
        '--agency',
        'rivertown',
        '--client-id',
        'holdfast',
        '--role-claim',
        'groups',
        ...args,
      ]);
    const good = await set(
      '--issuer',
      'https://login.rivertown.example',
      '--client-secret-file',
      file,
      '--role',
      'staff=custodian,moderator',
      '--role',
      'audit=auditor',
    );
    expect(good).toMatchObject({
      code: 0,
      out: expect.stringContaining('/sign-in/oidc/callback/rivertown') as string,
    });
    expect(good.out + good.err).not.toContain('a secret');
    const bad = await set(
      '--issuer',
      'http://login.example',
      '--client-secret-file',
      file,
      '--role',
      'x=mayor',
    );
    expect(bad).toMatchObject({ code: 2, out: '' });
    for (const sentence of ['begins with https://', 'no role "mayor"']) expect(bad.err).toContain(sentence);
    expect(
      await set('--issuer', 'https://x.example', '--client-secret-file', '/nowhere', '--role', 'x=moderator'),
    ).toMatchObject({ code: 2, err: expect.stringContaining('cannot be read') as string });
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
    const [plainId = ''] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(plain.err) ?? [];
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
    // The id that was said beside the key is one that it can be taken back by.
    expect(await revoke('rivertown', plainId)).toBe(0);
  });

  test('a key has a source and a last day when it is given them, and never ones that are none', async () => {
    const make = async (...args: string[]) =>
      await holdfast(['key', 'create', '--agency', 'rivertown', '--role', 'intake', '--json', ...args]);
    const [made, ...unfit] = await Promise.all([
      make('--source', '/agencies/rivertown/webhook/facebook', '--last-day', '2199-01-31'),
      make('--source', '/agencies/lakeside'),
      make('--source', '/agencies/rivertown/'),
      make('--last-day', '2026-02-30'),
      make('--last-day', '2020-01-01'),
    ]);
    expect(jsonOf(made)).toMatchObject({
      source: '/agencies/rivertown/webhook/facebook',
      expiresAt: '2199-02-01T06:00:00.000Z',
    });
    expect(unfit.map(({ code, out }) => [code, out])).toEqual(unfit.map(() => [2, '']));
    const { out } = await holdfast('key list --agency rivertown');
    expect(out).toMatch(/valid until 2199-02-01.+ only \/agencies\/rivertown\/webhook\/facebook/);
  });

  test('keys are listed with what is known of each, and never as keys', async () => {
    const label = 'the front desk';
    const made = await Promise.all([
      holdfast(['key', 'create', '--agency', 'lakeside', '--role', 'custodian', '--label', label, '--json']),
      holdfast('key create --agency lakeside --role auditor --json'),
    ]);
    const [used, idle] = made.map(jsonOf);
    const [usedId, idleId] = [String(used?.['keyId']), String(idle?.['keyId'])];
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(
      "insert into event (agency_id, id, type, at, actor, body) values ('lakeside', gen_random_uuid(), 'view.opened', '2026-11-20T10:00:00Z', $1, '{}')",
      [`key:${usedId}`],
    );
    await client.end();
    await holdfast(`key revoke --agency lakeside --id ${idleId}`);
    const [json, plain, nobody] = await Promise.all([
      holdfast('key list --agency lakeside --json'),
      holdfast('key list --agency lakeside'),
      holdfast('key list --agency nowhere'),
    ]);
    const time = expect.stringMatching(/^20\d\d-/) as string;
    expect(jsonOf(json)['keys']).toEqual(
      expect.arrayContaining([
        {
          keyId: usedId,
          role: 'custodian',
          label,
          createdAt: time,
          lastUsed: '2026-11-20T10:00:00.000Z',
          revokedAt: null,
          source: null,
          expiresAt: null,
          createdBy: 'cli',
          replaces: null,
        },
        {
          keyId: idleId,
          role: 'auditor',
          label: expect.any(String) as string,
          createdAt: time,
          lastUsed: null,
          revokedAt: time,
          source: null,
          expiresAt: null,
          createdBy: 'cli',
          replaces: null,
        },
      ]),
    );
    expect(jsonOf(json)['keys']).toHaveLength(2);
    expect(plain.out).toMatch(
      new RegExp(`^${usedId}  custodian .+ last used 2026-11-20.+ valid  ${label}$`, 'm'),
    );
    expect(plain.out).toMatch(new RegExp(`^${idleId}  auditor .+ not known .+ revoked 20`, 'm'));
    expect(json.out + plain.out).not.toContain('hfk_');
    expect(nobody).toMatchObject({
      code: 5,
      out: '',
      err: expect.stringContaining('lakeside, rivertown') as string,
    });
  });

  test('no body is given invented clauses in production', async () => {
    const production = { HOLDFAST_MODE: 'production', HOLDFAST_ACCEPT_FOLDER_STORE: 'yes' };
    const add = (...more: string[]) =>
      holdfast(['agency', 'add', '--slug', 'realtown', '--name', 'City of Realtown', ...more], production);
    const sample = await add('--sample');
    expect(sample).toMatchObject({ code: 5, out: '', err: expect.stringContaining('invented') as string });
    expect(sample.err).toContain('holdfast policy add');
    // Nothing was half done: the same body can be added as it should be.
    expect((await add()).code).toBe(0);
  });
});

describe('a body’s own clauses and accounts', () => {
  const POLICY = {
    policyId: 'lakeside-social-media',
    version: '2026-01',
    title: 'City of Lakeside, social media policy',
    effectiveOn: '2026-01-01',
    grounds: [
      { clauseId: '1.a', label: 'Advertising', citation: 'Policy 1(a)', clause: 'Offers for sale.' },
      { clauseId: '1.b', label: 'Threats', citation: 'Policy 1(b)', clause: 'Threats against a person.' },
    ],
  };
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(dataDir, name);
    await writeFile(path, text);
    return path;
  };
  const add = async (path: string, ...more: string[]) =>
    await holdfast(['policy', 'add', path, '--agency', 'lakeside', ...more]);

  test('a policy is added once a version, and the newest that is in force counts', async () => {
    const first = await add(await write('first.json', JSON.stringify(POLICY, null, 2)), '--json');
    expect(first.code, first.err).toBe(0);
    expect(jsonOf(first)).toEqual({
      agency: 'lakeside',
      policyId: 'lakeside-social-media',
      version: '2026-01',
      title: POLICY.title,
      effectiveOn: '2026-01-01',
      grounds: 2,
    });
    const edited = { ...POLICY, grounds: POLICY.grounds.slice(0, 1) };
    const [again, next, nobody] = await Promise.all([
      write('edited.json', JSON.stringify(edited)).then(add),
      write('next.json', JSON.stringify({ ...edited, version: '2026-06', effectiveOn: '2026-06-01' })).then(
        add,
      ),
      holdfast(['policy', 'add', join(dataDir, 'first.json'), '--agency', 'nowhere']),
    ]);
    expect(again).toMatchObject({ code: 5, out: '', err: expect.stringContaining('new version') as string });
    expect(next).toMatchObject({
      code: 0,
      out: expect.stringContaining('lakeside-social-media#1.a') as string,
    });
    expect(nobody).toMatchObject({ code: 5, out: '' });
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ line: string }>(
      "select version || ' ' || clause_id || ' ' || label as line from ground where agency_id = 'lakeside' order by version, position",
    );
    await client.end();
    expect(rows.map((row) => row.line)).toEqual([
      '2026-01 1.a Advertising',
      '2026-01 1.b Threats',
      '2026-06 1.a Advertising',
    ]);
  });

  test('what is wrong in a policy is said line by line, all at once, and nothing is added', async () => {
    const text = `{
  "policyId": "Lakeside Policy",
  "version": "2027-01",
  "titel": "A word too few",
  "effectiveOn": "2026-02-30",
  "grounds": [
    { "clauseId": "1.a", "label": " Advertising", "citation": "1(a)", "clause": "Offers." },
    {
      "clauseId": "1.a",
      "label": "Threats", "label": "Threats",
      "citation": "",
      "clause": 7
    },
    "and so on"
  ]
}`;
    const wrong = await add(await write('wrong.json', text));
    expect(wrong).toMatchObject({ code: 2, out: '' });
    for (const line of [
      /^- line 2: policyId: expected a short name/m,
      /^- line 1: title: is missing/m,
      /^- line 4: titel: is not known here/m,
      /^- line 5: effectiveOn: expected a day/m,
      /^- line 7: grounds\[0\]\.label: expected a text .+ blanks/m,
      /^- line 9: grounds\[1\]\.clauseId: "1\.a" is the number of grounds\[0\]/m,
      /^- line 10: grounds\[1\]\.label: stands twice/m,
      /^- line 11: grounds\[1\]\.citation: expected a text of 1/m,
      /^- line 12: grounds\[1\]\.clause: expected a text of 1/m,
      /^- line 14: grounds\[2\]: expected \{/m,
    ])
      expect(wrong.err).toMatch(line);
    expect(wrong.err).toContain('has 10 problem(s)');

    const others = await Promise.all([
      write('cut.json', '{ "policyId": "x1",\n  "version"').then(add),
      write('list.json', '[]').then(add),
      write('empty.json', JSON.stringify({ ...POLICY, version: '3', grounds: [] })).then(add),
      write('policy.yaml', 'policyId: x').then(add),
      add(join(dataDir, 'nowhere.json')),
    ]);
    for (const { code, out, err } of others) {
      expect([code, out]).toEqual([2, '']);
      expect(err).not.toContain('    at ');
    }
    expect(others[0]?.err).toContain('line 2');
    expect(others[2]?.err).toContain('at least one clause');
    expect(others[3]?.err).toContain('JSON');
  });

  test('an account is added once, however it is named', async () => {
    const account = async (...args: string[]) =>
      await holdfast(['account', 'add', '--agency', 'lakeside', ...args]);
    const args = '--platform x --handle @lakeside --url https://x.example/lakeside --native-id 4711 --json';
    const first = await account(...args.split(' '), '--name', 'City of Lakeside on X');
    expect(first.code, first.err).toBe(0);
    expect(jsonOf(first)).toEqual({
      agency: 'lakeside',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      platform: 'x',
      handle: '@lakeside',
      url: 'https://x.example/lakeside',
      nativeId: '4711',
      name: 'City of Lakeside on X',
    });
    const [bare, sameId, other, ...unfit] = await Promise.all([
      account('--platform', 'x', '--handle', 'Lakeside'),
      account('--platform', 'x', '--handle', 'another', '--native-id', '4711'),
      account('--platform', 'facebook', '--handle', 'lakeside', '--json'),
      account('--platform', 'The X', '--handle', 'a'),
      account('--platform', 'x', '--handle', ' '),
      account('--platform', 'x', '--handle', 'a', '--url', 'x.example/a'),
    ]);
    expect([bare.code, sameId.code]).toEqual([5, 5]);
    expect(bare.err).toContain('City of Lakeside on X');
    expect(jsonOf(other)).toMatchObject({ name: 'lakeside', url: null, nativeId: null });
    const said = await account(
      ...'--platform nextdoor --handle lakeside --department Parks --forum limited --approved-on 2026-06-01'.split(
        ' ',
      ),
      '--approved-by',
      'City Communications',
      '--administrator',
      'Sam Sample',
      'Kim Kind',
      '--json',
    );
    expect(jsonOf(said)).toMatchObject({
      department: 'Parks',
      forum: 'limited',
      others: ['Sam Sample', 'Kim Kind'],
      approvedBy: 'City Communications',
      approvedOn: '2026-06-01',
    });
    const halves = await Promise.all([
      account('--platform', 'x', '--handle', 'half', '--approved-by', 'Somebody'),
      account('--platform', 'x', '--handle', 'half', '--forum', 'agora'),
    ]);
    expect(halves.map(({ code, err }) => [code, /--[\w-]+/.exec(err)?.[0]])).toEqual([
      [2, '--approved-on'],
      [2, '--forum'],
    ]);
    expect(unfit.map((ended) => ended.code)).toEqual([2, 2, 2]);
    expect(unfit.map((ended) => /--\w+/.exec(ended.err)?.[0])).toEqual(['--platform', '--handle', '--url']);
  });
});

test('the demo says which address nobody answers at, and not that the database is down', async () => {
  const port = String(await freePort());
  const { code, err } = await holdfast('demo', { HOLDFAST_PORT: port });
  expect(code).toBe(6);
  expect(err).toContain(`Nothing answers at http://127.0.0.1:${port}. `);
  expect(err).not.toContain('DATABASE_URL');
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
  const report = async (args: readonly string[], more: Record<string, string> = {}) => {
    const words = ['report', '--server', server, '--platform', 'facebook', '--account', 'rivertown', ...args];
    return 'HOLDFAST_KEY' in more ? await asProcess(words, more) : await holdfast(words, more);
  };

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
    const port = String(await freePort());
    const [unknown, invalid, nobody, elsewhere, stranger] = await Promise.all([
      report(['--key', 'hfk_none', '--text', 'x']),
      report(['--key', key, '--verb', 'applaud']),
      report(['--key', key, '--server', `http://127.0.0.1:${port}`]),
      holdfast('report --key k --platform x --account a --json', {
        HOLDFAST_PORT: port,
        HOLDFAST_HOST: '0.0.0.0',
      }),
      report([]),
    ]);
    expect(unknown).toMatchObject({
      code: 5,
      out: '',
      err: expect.stringContaining('Refused (401)') as string,
    });
    expect(invalid).toMatchObject({ code: 5, err: expect.stringContaining('Refused (422)') as string });
    for (const { code, err } of [nobody, elsewhere]) {
      expect(code).toBe(6);
      expect(err).toContain(`Nothing answers at http://127.0.0.1:${port}. `);
      expect(err).toContain('npm start');
      expect(err).toContain('Nothing was handed in.');
      expect(err).toContain('[server-unreachable]');
      expect(err).not.toContain('DATABASE_URL');
    }
    expect(jsonOf(elsewhere)).toMatchObject({ error: { code: 'server-unreachable' } });
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

test('on nothing at all, the database in the data folder is made, used by verb after verb, and ended each time', async () => {
  const own = { DATABASE_URL: '', HOLDFAST_DATA: join(dataDir, 'embedded') };
  const added = await asProcess(
    ['agency', 'add', '--slug', 'rivertown', '--name', 'City of Rivertown', '--json'],
    own,
  );
  expect(added.code, added.err).toBe(0);
  expect(jsonOf(added)).toMatchObject({ id: 'rivertown' });
  const made = await asProcess('key create --agency rivertown --role intake --json', own);
  expect(jsonOf(made)).toMatchObject({ role: 'intake' });
  expect((await asProcess('migrate --json', own)).out).toContain('"applied":[]');
  const left = await readdir(join(own.HOLDFAST_DATA), { recursive: true });
  expect(left.filter((name) => name.endsWith('postmaster.pid'))).toEqual([]);
});
