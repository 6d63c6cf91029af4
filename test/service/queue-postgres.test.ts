/** What only the Postgres kind must stand: a role that owns nothing, and what dead workers leave behind. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrateQueue, openQueue, type Queue } from '#queue/queue.ts';
import { startPostgres } from '../support/postgres.ts';
import { ids, jobs, postgresServer, until } from '../support/queue-server.ts';

async function query(url: string, text: string, role?: string) {
  const client = new Client({
    connectionString: url,
    ...(role === undefined ? {} : { options: `-c role=${role}` }),
  });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

describe("the role that uses the queue's schema", () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  const log = pino({ level: 'silent' });
  const owner = { user: 'queue_owner', password: 'o' };
  beforeAll(async () => {
    postgres = await startPostgres({ fast: true });
    await query(
      postgres.superuserUrl,
      `create role queue_owner login password 'o'; create role queue_user login password 'u';
       create role holdfast_system nologin; create role other nologin; grant holdfast_system, other to queue_user;`,
    );
    await query(postgres.superuserUrl, 'create database queue owner queue_owner');
  }, 120_000);
  afterAll(async () => await postgres.stop());
  const open = async (role: string): Promise<Queue> =>
    await openQueue(
      { redisUrl: null },
      { databaseUrl: postgres.url('queue', { user: 'queue_user', password: 'u' }), log, role },
    );

  test('without a migration the queue says what to run', async () => {
    const queue = await open('holdfast_system');
    await expect(queue.ping()).rejects.toMatchObject({
      code: 'queue-down',
      message: expect.stringContaining('holdfast migrate'),
    });
    await queue.drain(100);
  });

  test('the migration may run twice and twice at once; only the roles that it names get in', async () => {
    const ownerUrl = postgres.url('queue', owner);
    await Promise.all([migrateQueue(ownerUrl), migrateQueue(ownerUrl)]);
    await migrateQueue(ownerUrl);
    const system = await open('holdfast_system');
    await system.enqueue('seal', jobs(ids(2)));
    expect(await system.waiting('seal')).toBe(2);
    const other = await open('other');
    await expect(other.enqueue('seal', jobs(ids(1)))).rejects.toMatchObject({ code: 'queue-down' });
    await Promise.all([system.drain(100), other.drain(100)]);
  });

  test('it can neither change the schema nor its migrations', async () => {
    const url = postgres.url('queue', { user: 'queue_user', password: 'u' });
    for (const attempt of [
      'create table graphile_worker.mine (a int)',
      'drop table graphile_worker._private_jobs',
      'alter table graphile_worker._private_jobs disable row level security',
      'delete from graphile_worker.migrations',
      'truncate graphile_worker._private_jobs',
    ])
      await expect(query(url, attempt, 'holdfast_system'), attempt).rejects.toThrow(
        /permission denied|must be owner/,
      );
  });

  test('rights that come late are noticed', async () => {
    const ownerUrl = postgres.url('queue', owner);
    await query(ownerUrl, 'revoke insert on graphile_worker._private_tasks from holdfast_system');
    const queue = await open('holdfast_system');
    const seen: string[] = [];
    await queue.work('capture', async (id) => void seen.push(id), { concurrency: 1 });
    await sleep(1000); // its first looks for jobs fail, and the library remembers that
    await migrateQueue(ownerUrl);
    const [id = ''] = ids(1);
    await queue.enqueue('capture', jobs([id]));
    await until('the workers recover', () => seen.includes(id));
    await queue.drain(1000);
  });

  test('a connection that breaks between LISTEN and its answer, while the queue drains, is given back once', async () => {
    const { port } = new URL(postgres.superuserUrl);
    const held = new Set<Socket>();
    let listens = 0;
    const middle = createServer((near) => {
      const far = connect(Number(port), '127.0.0.1');
      for (const socket of [near, far]) held.add(socket.on('error', () => undefined));
      far.pipe(near);
      near.on('data', (bytes) => {
        if (bytes.includes('LISTEN "jobs:insert"')) listens++;
        else far.write(bytes);
      });
    });
    middle.listen(0, '127.0.0.1');
    await once(middle, 'listening');
    const address = middle.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const url = new URL(postgres.url('queue', { user: 'queue_user', password: 'u' }));
    url.port = String(address.port);
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const queue = await openQueue(
        { redisUrl: null },
        { databaseUrl: url.href, log, role: 'holdfast_system' },
      );
      await queue.work('capture', async () => undefined, { concurrency: 1 });
      await until('it listens', () => listens === 1);
      const drained = queue.drain(500);
      await sleep(100);
      for (const socket of held) socket.destroy();
      await drained;
      await sleep(300);
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
      middle.close();
    }
  });

  test('a pool that was lent is used, and left open', async () => {
    const pool = new Pool({
      connectionString: postgres.url('queue', { user: 'queue_user', password: 'u' }),
      options: '-c role=holdfast_system',
      application_name: 'lent',
    });
    const queue = await openQueue({ redisUrl: null }, { databaseUrl: '', log, pool });
    const seen: string[] = [];
    await queue.work('capture', async (id) => void seen.push(id), { concurrency: 1 });
    await queue.enqueue('capture', jobs(ids(1)));
    await until('delivered', () => seen.length === 1);
    await queue.drain(1000);
    const { rows } = await pool.query(
      "select count(*)::int as n from pg_stat_activity where application_name = 'lent'",
    );
    expect(rows[0].n).toBeGreaterThan(0);
    expect(pool.listenerCount('error') + pool.listenerCount('connect')).toBe(0);
    await pool.end();
  });

  test('what dead workers left is swept after four hours, and nothing sooner', async () => {
    const ownerUrl = postgres.url('queue', owner);
    await query(ownerUrl, 'delete from graphile_worker._private_jobs');
    const dead = await open('holdfast_system');
    await dead.enqueue('seal', jobs(ids(3)));
    await dead.drain(100);
    await query(
      ownerUrl,
      `update graphile_worker._private_jobs as j
          set attempts = 1, locked_by = 'dead', locked_at = now() - n * interval '3 hours'
         from (select id, row_number() over (order by id) - 1 as n from graphile_worker._private_jobs) as old
        where old.id = j.id`,
    );
    const queue = await open('holdfast_system');
    await queue.work('inspect', async () => undefined, { concurrency: 1 });
    const left = async () => (await query(ownerUrl, 'select from graphile_worker._private_jobs')).rowCount;
    await until('the oldest is gone', async () => (await left()) === 2);
    await sleep(300);
    expect(await left()).toBe(2);
    await queue.drain(1000);
  });
});

test('two jobs that end one after the other while the database is away stop nobody: the step works again', async () => {
  const server = await postgresServer();
  const queue = await openQueue(
    { redisUrl: null },
    { databaseUrl: server.databaseUrl, log: pino({ level: 'silent' }) },
  );
  const held = new Map<string, () => void>();
  const done: string[] = [];
  try {
    await queue.work(
      'seal',
      async (recordId) => {
        await new Promise<void>((resolve) => held.set(recordId, resolve));
        done.push(recordId);
      },
      { concurrency: 4 },
    );
    const four = ids(4);
    await queue.enqueue('seal', jobs(four));
    await until('all four run', () => held.size === 4);
    // This server does not wait for its disk; what made the queue must be there before it dies.
    await sleep(1500);
    await server.kill9();
    for (const id of four) {
      held.get(id)?.();
      await sleep(100);
    }
    await server.again();
    // Each is rung again until it is heard, as the reconciler does.
    const later = ids(4);
    await until(
      'all four of later run',
      async () => {
        await queue.enqueue('seal', jobs(later)).catch(() => undefined);
        for (const id of later) held.get(id)?.();
        await sleep(200);
        return later.every((id) => done.includes(id));
      },
      30_000,
    );
  } finally {
    for (const letGo of held.values()) letGo();
    await queue.drain(2000);
    await server.stop();
  }
}, 120_000);
