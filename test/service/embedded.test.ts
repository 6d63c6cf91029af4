/** The embedded Postgres on a bare machine: real servers, real kills, in temporary data folders. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, type QueryResultRow } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/db/embedded.ts';

const DOOR = fileURLToPath(new URL('../../src/db/embedded.ts', import.meta.url));
const MINUTES = 180_000;

const running: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of running.splice(0)) await server.stop();
  for (const folder of folders.splice(0)) {
    const left = postmasterPid(folder);
    if (left !== null && worksIn(left) === join(folder, 'postgres')) process.kill(left, 'SIGQUIT');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-embedded-'));
  folders.push(folder);
  return folder;
}

/** A database that was made and stopped, for all tests that do not ask how one is made; with no port and no words of its own yet. */
let made: string;
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'holdfast-embedded-'));
  const first = await startEmbeddedPostgres({ dataDir: made, port: null, onProgress: () => undefined });
  await first.stop();
  for (const name of ['postgres.port', 'postgres.log']) await rm(join(made, name));
});
afterAll(async () => await rm(made, { recursive: true, force: true }));

async function madeFolder(): Promise<string> {
  const folder = await newFolder();
  // With its owners: where root starts it, the server is somebody else.
  await promisify(execFile)('cp', ['-a', `${made}/.`, folder]);
  return folder;
}

interface Started extends EmbeddedPostgres {
  readonly said: readonly string[];
}

async function start(dataDir: string, port: number | null = null): Promise<Started> {
  const said: string[] = [];
  const server = await startEmbeddedPostgres({ dataDir, port, onProgress: (line) => void said.push(line) });
  running.push(server);
  return { ...server, said };
}

async function ask<T extends QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Another process that starts the server, says its address and process, and serves until it is killed. */
async function startElsewhere(dataDir: string): Promise<{ child: ChildProcess; url: string; pid: number }> {
  const code = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(DOOR)});
    const s = await startEmbeddedPostgres({ dataDir: process.env.DATA, port: null, onProgress: () => {} });
    process.stdout.write(JSON.stringify({ url: s.url, pid: s.pid }) + '\\n');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, DATA: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, ...(JSON.parse(chunk.toString()) as { url: string; pid: number }) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function postmasterPid(folder: string): number | null {
  const path = join(folder, 'postgres', 'postmaster.pid');
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split('\n')[0]) : null;
}

function worksIn(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

/** The postmaster and every process that it started. */
function family(postmaster: number): number[] {
  const offspring = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
        return Number(parent) === postmaster;
      } catch {
        return false;
      }
    });
  return [postmaster, ...offspring];
}

/** One of a family that is being killed may have gone by itself meanwhile, as a server process does whose parent died. */
function endAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

test('the first start makes a database that keeps what it acknowledged', { timeout: MINUTES }, async () => {
  const folder = join(await newFolder(), 'data');
  const server = await start(folder);
  expect(server.adopted).toBe(false);
  expect(server.said.some((line) => line.startsWith('Making the database'))).toBe(true);
  const rows = await ask<{ name: string; setting: string }>(
    server.url,
    'select name, setting from pg_settings',
  );
  const settings = Object.fromEntries(rows.map((row) => [row.name, row.setting]));
  expect(settings).toMatchObject({
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    data_checksums: 'on',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    server_encoding: 'UTF8',
    TimeZone: 'UTC',
  });
  expect(
    await ask(
      server.url,
      'select datlocprovider p, datlocale l from pg_database where datname = $$template1$$',
    ),
  ).toEqual([{ p: 'b', l: 'C.UTF-8' }]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'postgres.secret')).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'postgres')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'postgres.log')).mode & 0o777).toBe(0o600);
});

test('only loopback listens, and only the password opens', { timeout: MINUTES }, async () => {
  const server = await start(await madeFolder());
  const port = server.port.toString(16).toUpperCase().padStart(4, '0');
  const listening = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((field) => field[3] === '0A' && field[1]?.endsWith(`:${port}`) === true)
      .map((field) => field[1]),
  );
  expect(listening).toEqual([`0100007F:${port}`]);
  const wrong = new URL(server.url);
  wrong.password = 'not-it';
  await expect(ask(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
});

test(
  'root is never the server, and Ctrl-C on the terminal never reaches it',
  { timeout: MINUTES },
  async () => {
    const server = await start(await madeFolder());
    const uid = /^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${server.pid}/status`, 'utf8'))?.[1];
    expect(Number(uid)).not.toBe(0);
    if (process.getuid?.() !== 0) expect(Number(uid)).toBe(process.getuid?.());
    const group = /\) \S \d+ (\d+) /.exec(await readFile(`/proc/${server.pid}/stat`, 'utf8'))?.[1];
    expect(Number(group)).toBe(server.pid);
  },
);

test(
  'a second start finds the data, the port and the password of the first',
  { timeout: MINUTES },
  async () => {
    const folder = await newFolder();
    const first = await start(folder);
    await ask(first.url, 'create table kept as select 42 as n');
    await first.stop();
    expect(postmasterPid(folder)).toBe(null);
    expect(await findEmbeddedPostgres(folder)).toBe(null);
    const second = await start(folder);
    expect(second.url).toBe(first.url);
    expect(second.adopted).toBe(false);
    expect(second.said).toEqual(['Starting the database.']);
    expect(await ask(second.url, 'select n from kept')).toEqual([{ n: 42 }]);
    await second.stop();
    const log = await readFile(join(folder, 'postgres.log'), 'utf8');
    expect(log.match(/database system is shut down/g)).toHaveLength(2);
    expect(log).not.toMatch(/not properly shut down/);
  },
);

test(
  'a second owner is refused with the first one named, and a verb beside it connects',
  { timeout: MINUTES },
  async () => {
    const folder = await madeFolder();
    const first = await startElsewhere(folder);
    await expect(start(folder)).rejects.toMatchObject({
      code: 'database-in-use',
      message: expect.stringContaining(`process ${first.child.pid}`),
    });
    expect(await findEmbeddedPostgres(folder)).toBe(first.url);
    expect(await ask(first.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  },
);

test('two first starts at once end with one owner', { timeout: MINUTES }, async () => {
  const folder = await newFolder();
  const outcomes = await Promise.allSettled([start(folder), start(folder), start(folder)]);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused.map((outcome) => (outcome.reason as { code?: string }).code)).toEqual([
    'database-in-use',
    'database-in-use',
  ]);
  expect(readdirSync(folder).filter((name) => name.startsWith('postgres.new-'))).toEqual([]);
});

test('a server whose owner was killed is adopted with its data', { timeout: MINUTES }, async () => {
  const folder = await madeFolder();
  const first = await startElsewhere(folder);
  await ask(first.url, 'create table kept as select 7 as n');
  await kill(first.child);
  const second = await start(folder);
  expect(second.adopted).toBe(true);
  expect(second.pid).toBe(first.pid);
  expect(await ask(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
  await second.stop();
  expect(worksIn(first.pid)).toBe(null);
});

test('an adopted server with other settings is started anew', { timeout: MINUTES }, async () => {
  const folder = await madeFolder();
  const first = await startElsewhere(folder);
  await kill(first.child);
  const quick = await startEmbeddedPostgres({
    dataDir: folder,
    port: null,
    durable: false,
    onProgress: () => undefined,
  });
  running.push(quick);
  expect(quick.pid).not.toBe(first.pid);
  expect(await ask(quick.url, 'show fsync')).toEqual([{ fsync: 'off' }]);
});

test('what was committed survives the death of everything at once', { timeout: MINUTES }, async () => {
  const folder = await madeFolder();
  const first = await startElsewhere(folder);
  await ask(first.url, 'create table kept as select generate_series(1, 1000) as n');
  const all = family(first.pid);
  expect(all.length).toBeGreaterThan(3);
  for (const pid of all) endAtOnce(pid);
  await kill(first.child);
  expect(postmasterPid(folder)).toBe(first.pid);
  const second = await start(folder);
  expect(second.adopted).toBe(false);
  expect(await ask(second.url, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }]);
  expect(await readFile(join(folder, 'postgres.log'), 'utf8')).toMatch(/not properly shut down/);
});

test(
  'a leftover process number that belongs to another program by now does not stop the start',
  { timeout: MINUTES },
  async () => {
    const folder = await madeFolder();
    const first = await start(folder);
    await first.stop();
    // Under the database's own user, because Postgres overlooks other people's processes by itself.
    const { uid, gid } = statSync(join(folder, 'postgres'));
    const stranger = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
    children.push(stranger);
    await writeFile(
      join(folder, 'postgres', 'postmaster.pid'),
      `${stranger.pid}\n/proc/self/cwd\n1\n${first.port}\n\n127.0.0.1\n 1 1\nready   \n`,
    );
    expect(await findEmbeddedPostgres(folder)).toBe(null);
    const second = await start(folder);
    expect(second.adopted).toBe(false);
    expect(stranger.exitCode).toBe(null);
  },
);

test(
  'a copy of a data folder does not take its original’s server for its own',
  { timeout: MINUTES },
  async () => {
    const folder = await madeFolder();
    const first = await start(folder);
    const copy = await newFolder();
    cpSync(folder, copy, { recursive: true });
    expect(postmasterPid(copy)).toBe(first.pid);
    expect(await findEmbeddedPostgres(copy)).toBe(null);
  },
);

test(
  'a taken port is replaced when it was ours to choose, and named when it was not',
  { timeout: MINUTES },
  async () => {
    const folder = await madeFolder();
    const first = await start(folder);
    await first.stop();
    const thief = createServer();
    thief.listen(first.port, '127.0.0.1');
    await once(thief, 'listening');
    try {
      const second = await start(folder);
      expect(second.port).not.toBe(first.port);
      await second.stop();
      await expect(start(folder, first.port)).rejects.toMatchObject({
        code: 'database-start-failed',
        message: expect.stringContaining(`Port ${first.port}`),
      });
    } finally {
      thief.close();
    }
  },
);

test('a server that dies by itself is told at once', { timeout: MINUTES }, async () => {
  const server = await start(await madeFolder());
  process.kill(server.pid, 'SIGQUIT');
  expect(await server.lost).toContain(`process ${server.pid}`);
});

test(
  'the database’s own log carries neither statements nor the values of rows',
  { timeout: MINUTES },
  async () => {
    const folder = await madeFolder();
    const server = await start(folder);
    await ask(server.url, 'create table t (words text primary key)');
    await ask(server.url, "insert into t values ('rivertown-secret')");
    await expect(ask(server.url, "insert into t values ('rivertown-secret')")).rejects.toThrow(
      /duplicate key/,
    );
    const log = await readFile(join(folder, 'postgres.log'), 'utf8');
    expect(log).toMatch(/duplicate key/);
    expect(log).not.toMatch(/rivertown-secret/);
  },
);

test('a database of another Postgres is left alone', { timeout: MINUTES }, async () => {
  const folder = await newFolder();
  await mkdir(join(folder, 'postgres'));
  await writeFile(join(folder, 'postgres', 'PG_VERSION'), '14\n');
  if (process.getuid?.() === 0) {
    await expect(start(folder)).rejects.toThrow(/belongs to root/);
    const { chownSync } = await import('node:fs');
    chownSync(join(folder, 'postgres'), 65_534, 65_534);
  }
  await expect(start(folder)).rejects.toThrow(/made by Postgres 14 and this Holdfast brings 18/);
  expect(readdirSync(join(folder, 'postgres'))).toEqual(['PG_VERSION']);
});
