/** What only the Redis kind must stand: being emptied, and a worker that dies with the key of its job. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openQueue } from '#queue/queue.ts';
import { gate, ids, jobs, type QueueServer, redisServer, until } from '../support/queue-server.ts';

describe('emptying Redis', () => {
  let server: QueueServer;
  beforeAll(async () => {
    server = await redisServer();
  }, 120_000);
  afterAll(async () => await server.stop());

  test('under running workers wedges nothing', async () => {
    const queue = await openQueue(
      { redisUrl: server.redisUrl },
      { databaseUrl: '', log: pino({ level: 'silent' }) },
    );
    const client = new Redis(server.redisUrl ?? '');
    const held = gate();
    const seen: string[] = [];
    await queue.work('seal', held.handler, { concurrency: 2 });
    await queue.work('capture', async (id) => void seen.push(id), { concurrency: 1 });
    const lost = ids(20);
    await queue.enqueue('seal', jobs(lost));
    await until('two run and the rest waits', () => held.began.length === 2);
    await client.flushall();
    held.open();
    await until('the running ones end', () => held.ended.length === 2);
    expect(await queue.waiting('seal')).toBe(0);
    // The same records, as the reconciler does, and new ones; to busy workers and to idle ones.
    const rung = [...lost, ...ids(5)];
    await queue.enqueue('seal', jobs(rung));
    const [captured = ''] = ids(1);
    await queue.enqueue('capture', jobs([captured]));
    await until(
      'all delivered',
      () => rung.every((id) => held.ended.slice(2).includes(id)) && seen.includes(captured),
    );
    for (let n = 0; n < 10; n++) {
      await client.flushall();
      const more = ids(3);
      await queue.enqueue('seal', jobs(more));
      await until(`delivered after emptying ${n}`, () => more.every((id) => held.ended.includes(id)), 5000);
    }
    await until('nothing is kept', async () => (await server.kept()) === 0);
    client.disconnect();
    await queue.drain(1000);
  }, 60_000);
});

describe('a worker that was killed before it gave the key of its job back', () => {
  let server: QueueServer;
  beforeAll(async () => {
    server = await redisServer();
  }, 120_000);
  afterAll(async () => await server.stop());

  test('keeps nobody from ringing again, and one run comes of it', async () => {
    const dying = join(import.meta.dirname, '..', 'support', 'queue-dying-worker.ts');
    const child = spawn(process.execPath, [dying, server.redisUrl ?? '', ''], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [queue, client] = [
      await openQueue({ redisUrl: server.redisUrl }, { databaseUrl: '', log: pino({ level: 'silent' }) }),
      new Redis(server.redisUrl ?? ''),
    ];
    const seen: string[] = [];
    try {
      await once(child.stdout, 'data');
      const [id = '', other = ''] = ids(2);
      await queue.enqueue('seal', jobs([id]));
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
      // What it left: a job that nobody does, under a lock, and the key that keeps rings away.
      const left = await client.get(`holdfast:seal:de:${id}`);
      expect(await client.lrange('holdfast:seal:active', 0, -1)).toEqual([left]);
      expect(await client.pttl(`holdfast:seal:${left}:lock`)).toBeGreaterThan(10_000);
      expect(await queue.waiting('seal')).toBe(0);

      await Promise.all([
        queue.enqueue('seal', jobs([id, other])),
        queue.enqueue('seal', jobs([other, id], 5)),
      ]);
      expect(await queue.waiting('seal')).toBe(2);
      await queue.work('seal', async (recordId) => void seen.push(recordId), { concurrency: 2 });
      await until('both are done', () => seen.includes(id) && seen.includes(other), 5000);
      await sleep(500);
      expect(seen.toSorted()).toEqual([id, other].toSorted());
      expect(await client.keys('holdfast:seal:de:*')).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      client.disconnect();
      await queue.drain(1000);
    }
  }, 60_000);
});

describe('a Redis that is full', () => {
  let server: QueueServer;
  beforeAll(async () => {
    server = await redisServer();
  }, 120_000);
  afterAll(async () => await server.stop());

  test('is down to whoever asks and to whoever rings, until there is room again', async () => {
    const queue = await openQueue(
      { redisUrl: server.redisUrl },
      { databaseUrl: '', log: pino({ level: 'silent' }) },
    );
    const client = new Redis(server.redisUrl ?? '');
    try {
      await queue.ping();
      // Less than it holds: every write is refused, and a PING is answered.
      await client.config('SET', 'maxmemory', '1mb');
      expect(await client.ping()).toBe('PONG');
      await expect(queue.ping()).rejects.toMatchObject({ code: 'queue-down' });
      await expect(queue.enqueue('seal', jobs(ids(1)))).rejects.toMatchObject({ code: 'queue-down' });
      await client.config('SET', 'maxmemory', '0');
      await queue.ping();
      await queue.enqueue('seal', jobs(ids(1)));
      expect(await queue.waiting('seal')).toBe(1);
      // Asking leaves nothing.
      await client.flushall();
      await queue.ping();
      await sleep(50);
      expect(await client.keys('*')).toEqual([]);
    } finally {
      client.disconnect();
      await queue.drain(1000);
    }
  }, 60_000);
});
