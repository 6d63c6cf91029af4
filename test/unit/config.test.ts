/** Settings: all problems at once, and what only trial mode may loosen. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '#config.ts';
import { parseDuration } from '#settings.ts';
import { ArchiveError } from '#errors.ts';
import { issue, type Identity } from '../support/der-writer.ts';
import { WITNESS } from '../support/log-scene.ts';

const problemsOf = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ArchiveError && error.code === 'config-invalid') return error.message;
    throw error;
  }
  return '';
};
const S3 = {
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_BUCKET: 'b',
  S3_ACCESS_KEY_ID: 'w',
  S3_SECRET_ACCESS_KEY: 's',
};

describe('settings', () => {
  test('nothing set is a trial on this machine alone', () => {
    expect(readConfig({})).toMatchObject({
      mode: 'trial',
      host: '127.0.0.1',
      port: 8080,
      contentPort: 8081,
      contentUrl: null,
      databaseUrl: null,
      redisUrl: null,
      s3: null,
      leaseMs: 30 * 86_400_000,
      lookAgainMs: 60_000,
    });
  });
  test('the second look can be put off, and switched off', () => {
    expect(readConfig({ HOLDFAST_LOOK_AGAIN: '5m' }).lookAgainMs).toBe(300_000);
    expect(readConfig({ HOLDFAST_LOOK_AGAIN: 'no' }).lookAgainMs).toBeNull();
    for (const wrong of ['off', '31d'])
      expect(problemsOf({ HOLDFAST_LOOK_AGAIN: wrong })).toContain('HOLDFAST_LOOK_AGAIN must be a duration');
  });
  test('proxies are named by address or range, and everybody is none', () => {
    expect(readConfig({}).proxies).toEqual([]);
    expect(readConfig({ HOLDFAST_PROXIES: '127.0.0.1, 172.18.0.0/16,fd00::/8' }).proxies).toEqual([
      '127.0.0.1',
      '172.18.0.0/16',
      'fd00::/8',
    ]);
    expect(problemsOf({ HOLDFAST_PROXIES: 'proxy.rivertown.example' })).toContain(
      '"proxy.rivertown.example" is none',
    );
    for (const all of ['0.0.0.0/0', '::/0'])
      expect(problemsOf({ HOLDFAST_PROXIES: all })).toContain('is everybody');
  });
  test('letters need a server and a sender, and the password may come apart', () => {
    expect(
      readConfig({
        SMTP_URL: 'smtp://holdfast@mail.example:587',
        SMTP_PASSWORD: 'p@ss/word',
        HOLDFAST_MAIL_FROM: 'Holdfast <holdfast@rivertown.example>',
      }).smtp,
    ).toEqual({
      url: 'smtp://holdfast:p%40ss%2Fword@mail.example:587',
      from: 'Holdfast <holdfast@rivertown.example>',
    });
    expect(readConfig({}).smtp).toBeNull();
    expect(problemsOf({ SMTP_URL: 'smtp://mail.example' })).toContain('HOLDFAST_MAIL_FROM must be set');
    expect(problemsOf({ SMTP_URL: 'http://mail.example' })).toContain('SMTP_URL must be an address');
    for (const url of ['smtp:mail.example:587', 'smtp://u:100%sure@mail.example'])
      expect(problemsOf({ SMTP_URL: url, HOLDFAST_MAIL_FROM: 'a@b.example' })).toContain(
        'SMTP_URL must name a server',
      );
    for (const from of ['nobody', 'a@b.example, c@d.example', 'A <a@b.example>\nBcc: c@d.example'])
      expect(problemsOf({ HOLDFAST_MAIL_FROM: from })).toContain('HOLDFAST_MAIL_FROM must be an address');
  });
  test('a time stamp authority needs its roots, and each of several its own or all one file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-settings-'));
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    try {
      const [one, two] = ['One', 'Two'].map((name) => issue({ name })) as [Identity, Identity];
      const a = file('a.pem', `A comment, as some bundles have.\n${one.pem}`);
      const b = file('b.pem', one.pem + two.pem);
      const both = 'https://tsa.example/tsr, http://127.0.0.1:3161/';
      expect(readConfig({}).anchors).toEqual({ authorities: [], witnesses: null, everyMs: 600_000 });
      expect(readConfig({ TSA_URL: both, TSA_ROOTS: `${a},${b}` }).anchors.authorities).toEqual([
        { name: 'tsa.example', url: 'https://tsa.example/tsr', roots: one.pem.trim() },
        {
          name: '127.0.0.1:3161',
          url: 'http://127.0.0.1:3161/',
          roots: `${one.pem.trim()}\n${two.pem.trim()}`,
        },
      ]);
      expect(
        readConfig({ TSA_URL: both, TSA_ROOTS: a }).anchors.authorities.map(({ roots }) => roots),
      ).toEqual([one.pem.trim(), one.pem.trim()]);
      const signer = file('signer.pem', issue({ name: 'Three', issuer: one, use: 'stamps' }).pem);
      for (const [env, said] of [
        [{ TSA_URL: both }, 'TSA_ROOTS must name a PEM file'],
        [{ TSA_URL: 'https://tsa.example', TSA_ROOTS: `${a},${b}` }, 'TSA_ROOTS must name a PEM file'],
        [{ TSA_ROOTS: a }, 'TSA_URL is not'],
        [{ TSA_URL: 'tsa.example', TSA_ROOTS: a }, 'number 1 is none'],
        [{ TSA_URL: 'https://tsa.example/a,https://tsa.example/b', TSA_ROOTS: a }, 'one host twice'],
        [{ TSA_URL: 'https://tsa.example', TSA_ROOTS: join(folder, 'nowhere') }, 'not a readable PEM file'],
        [{ TSA_URL: 'https://tsa.example', TSA_ROOTS: file('empty', 'x') }, 'not a readable PEM file'],
        [{ TSA_URL: 'https://tsa.example', TSA_ROOTS: signer }, 'that may issue others'],
        [{ HOLDFAST_ANCHOR_EVERY: '10' }, 'HOLDFAST_ANCHOR_EVERY must be a duration'],
        [{ HOLDFAST_WITNESSES: 'witness a\nquorum b' }, 'HOLDFAST_WITNESSES is not a policy of witnesses'],
      ] as const)
        expect(problemsOf(env), JSON.stringify(env)).toContain(said);
      const policy = `witness county ${WITNESS.vkey} https://w.example\nquorum county\n`;
      expect(readConfig({ HOLDFAST_WITNESSES_FILE: file('policy', policy) }).anchors.witnesses).toMatchObject(
        {
          witnesses: [{ name: 'witness.example/w1', vkey: WITNESS.vkey, url: 'https://w.example' }],
          quorum: { witness: 'witness.example/w1' },
        },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  test('archived bytes have a port and an origin of their own, and what is not one is refused', () => {
    expect(readConfig({ HOLDFAST_PORT: '0' }).contentPort).toBe(0);
    expect(readConfig({ HOLDFAST_PORT: '9000' }).contentPort).toBe(9001);
    const https = { HOLDFAST_PUBLIC_URL: 'https://records.example' };
    expect(readConfig({ ...https, HOLDFAST_CONTENT_URL: 'https://content.example/' }).contentUrl).toBe(
      'https://content.example',
    );
    const none = 'HOLDFAST_CONTENT_URL must be set when HOLDFAST_PUBLIC_URL begins with https';
    for (const [env, said] of [
      [https, none],
      [
        { ...https, HOLDFAST_CONTENT_URL: 'https://records.example/' },
        'another address than HOLDFAST_PUBLIC_URL',
      ],
      [{ ...https, HOLDFAST_CONTENT_URL: 'http://content.example' }, 'must begin with https'],
      [{ HOLDFAST_CONTENT_URL: 'http://content.example/archive' }, 'without a path'],
      [{ HOLDFAST_CONTENT_URL: 'content.example' }, 'begins with http:// or https://'],
      [{ HOLDFAST_PORT: '9000', HOLDFAST_CONTENT_PORT: '9000' }, 'another port than HOLDFAST_PORT'],
      [{ HOLDFAST_PORT: '65535' }, 'there is no port after HOLDFAST_PORT'],
    ] as const)
      expect(problemsOf(env), JSON.stringify(env)).toContain(said);
  });
  test('each may lie in a file, whose last line break is none of it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-settings-'));
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    try {
      expect(
        readConfig({
          ...S3,
          S3_SECRET_ACCESS_KEY: '',
          S3_SECRET_ACCESS_KEY_FILE: file('s3', 's3cret\n'),
          DATABASE_URL_FILE: file('url', 'postgres://holdfast@127.0.0.1/holdfast\n'),
          DATABASE_PASSWORD_FILE: file('password', 'p@ss/word\n'),
          REDIS_URL: 'redis://127.0.0.1:6379/0',
          REDIS_PASSWORD_FILE: file('redis', 'bell'),
          HOLDFAST_PORT_FILE: file('port', '9000'),
        }),
      ).toMatchObject({
        port: 9000,
        databaseUrl: 'postgres://holdfast:p%40ss%2Fword@127.0.0.1/holdfast',
        redisUrl: 'redis://:bell@127.0.0.1:6379/0',
        s3: { writer: { secretAccessKey: 's3cret' } },
      });
      const said = problemsOf({
        REDIS_URL: 'redis://x',
        REDIS_URL_FILE: file('twice', 'redis://y'),
        DATABASE_URL_FILE: join(folder, 'nowhere'),
        HOLDFAST_PORT_FILE: file('empty', '\n'),
        HOLDFAST_DATA_FILE: folder,
      });
      expect(said).toContain('4 problem(s)');
      expect(said).toContain('REDIS_URL and REDIS_URL_FILE are both set');
      expect(said).toContain('DATABASE_URL_FILE names a file that cannot be read');
      expect(said).toContain('HOLDFAST_PORT_FILE names a file that is empty');
      // What a file holds is never told, however wrong it is.
      expect(problemsOf({ REDIS_URL_FILE: file('wrong', 'hunter2') })).not.toContain('hunter2');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  test('a password apart goes into the address that has none', () => {
    expect(
      readConfig({ DATABASE_URL: 'postgres://holdfast@db/holdfast', DATABASE_PASSWORD: 'x y' }).databaseUrl,
    ).toBe('postgres://holdfast:x%20y@db/holdfast');
    expect(problemsOf({ DATABASE_URL: 'postgres://a:b@db/holdfast', DATABASE_PASSWORD: 'c' })).toContain(
      'holds a password already',
    );
    expect(readConfig({ DATABASE_PASSWORD: 'x' }).databaseUrl).toBeNull();
  });
  test.each([
    ['2GB', 2 * 1024 ** 3],
    ['0MB', 0],
    ['500MB', 500 * 1024 ** 2],
  ])('the reserve %j', (text, bytes) => {
    expect(readConfig({ HOLDFAST_DISK_RESERVE: text }).diskReserveBytes).toBe(bytes);
    expect(problemsOf({ HOLDFAST_DISK_RESERVE: `${text} free` })).toContain('such as 500MB or 2GB');
  });
  test('an empty variable is an absent one', () => {
    expect(readConfig({ REDIS_URL: '', S3_ENDPOINT: '', DATABASE_URL: '' })).toMatchObject({
      redisUrl: null,
      s3: null,
      databaseUrl: null,
    });
  });
  test('every problem is told at once', () => {
    const said = problemsOf({
      HOLDFAST_MODE: 'live',
      HOLDFAST_PORT: '99999',
      REDIS_URL: 'http://x',
      HOLDFAST_LEASE: 'soon',
      HOLDFAST_CAPTURE_ALLOW: 'everything',
    });
    for (const name of [
      'HOLDFAST_MODE',
      'HOLDFAST_PORT',
      'REDIS_URL',
      'HOLDFAST_LEASE',
      'HOLDFAST_CAPTURE_ALLOW',
    ])
      expect(said).toContain(name);
    expect(said).toContain('5 problem(s)');
  });
  test.each([
    ['opens local hosts to the capture', { HOLDFAST_CAPTURE_ALLOW: '127.0.0.1:9000' }],
    ['shortens the lease', { HOLDFAST_LEASE: '29d' }],
    ['shortens the days of cooling off', { HOLDFAST_COOLING_OFF: '6d' }],
  ])('only trial %s', (_name, env) => {
    expect(readConfig(env).mode).toBe('trial');
    expect(problemsOf({ ...env, ...S3, HOLDFAST_MODE: 'production' })).toContain('trial mode only');
  });
  test('production asks for a store with a lock, or for someone who accepts less', () => {
    expect(problemsOf({ HOLDFAST_MODE: 'production' })).toContain('HOLDFAST_ACCEPT_FOLDER_STORE');
    expect(readConfig({ HOLDFAST_MODE: 'production', HOLDFAST_ACCEPT_FOLDER_STORE: 'yes' }).s3).toBeNull();
    expect(readConfig({ HOLDFAST_MODE: 'production', ...S3 }).s3?.bucket).toBe('b');
  });
  test.each(['options', 'role', 'search_path', 'session_authorization', 'Options'])(
    'the address of the database may not set %s, which would take the place of our own',
    (parameter) => {
      const url = `postgres://u:p@127.0.0.1/db?sslmode=require&${parameter}=-c%20x%3Dy`;
      for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL'])
        expect(problemsOf({ [name]: url })).toContain(`${name} must not set "${parameter}"`);
      const plain = 'postgres://u:p@127.0.0.1/db?sslmode=require&application_name=x';
      expect(readConfig({ DATABASE_URL: plain }).databaseUrl).toBe(plain);
    },
  );
  test('whoever writes must not be able to delete', () => {
    expect(problemsOf({ ...S3, S3_PURGE_ACCESS_KEY_ID: 'w', S3_PURGE_SECRET_ACCESS_KEY: 's' })).toContain(
      'another account',
    );
  });
  test('whoever checks must not be able to change', () => {
    const reader = { S3_READ_ACCESS_KEY_ID: 'r', S3_READ_SECRET_ACCESS_KEY: 's' };
    expect(readConfig({ ...S3, ...reader }).s3?.reader?.accessKeyId).toBe('r');
    expect(readConfig(S3).s3?.reader).toBeNull();
    expect(problemsOf({ ...S3, ...reader, S3_READ_ACCESS_KEY_ID: 'w' })).toContain(
      'whoever checks must not be able to change',
    );
  });
  test('nothing that was sealed is unread for longer than 90 days, whatever the settings say', () => {
    const { fixity } = readConfig({});
    expect(fixity).toEqual({
      lookMs: 7 * 86_400_000,
      readMs: 90 * 86_400_000,
      bytesPerSecond: 32 * 1024 ** 2,
    });
    expect(problemsOf({ HOLDFAST_FIXITY_READ: '91d' })).toContain('at most 90d');
    expect(problemsOf({ HOLDFAST_FIXITY_LOOK: '8d' })).toContain('at most 7d');
    expect(problemsOf({ HOLDFAST_FIXITY_RATE: '0MB' })).toContain('at least 1MB');
    expect(readConfig({ HOLDFAST_FIXITY_READ: '30d' }).fixity.readMs).toBe(30 * 86_400_000);
  });
  test('a second store is one, and another than the first', () => {
    expect(readConfig(S3).secondStore).toBeNull();
    expect(readConfig({ HOLDFAST_SECOND_STORE: '/mnt/second' }).secondStore).toEqual({
      kind: 'folder',
      folder: '/mnt/second',
    });
    const second = {
      S3_SECOND_ENDPOINT: 'http://127.0.0.1:2',
      S3_SECOND_BUCKET: 'b',
      S3_SECOND_ACCESS_KEY_ID: 'w2',
      S3_SECOND_SECRET_ACCESS_KEY: 's',
    };
    expect(readConfig({ ...S3, ...second }).secondStore).toMatchObject({ kind: 's3', s3: { bucket: 'b' } });
    expect(problemsOf({ ...S3, ...second, S3_SECOND_ENDPOINT: S3.S3_ENDPOINT })).toContain('another bucket');
    expect(problemsOf({ ...second, HOLDFAST_SECOND_STORE: '/mnt/second' })).toContain(
      'there is one second store',
    );
    expect(problemsOf({ S3_SECOND_BUCKET: 'b' })).toContain('set together');
  });
  test.each([
    ['500ms', 500],
    ['45s', 45_000],
    ['90m', 5_400_000],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['1.5h', null],
    ['', null],
    ['-1s', null],
    ['1w', null],
  ])('the duration %j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});
