/** The contract of `#queue/queue.ts`, held by both kinds on real servers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Log } from '#log.ts';
import { openQueue, type Queue } from '#queue/queue.ts';
import { times } from '../support/extent.ts';
import {
  gate,
  ids,
  jobs,
  postgresServer,
  type QueueServer,
  redisServer,
  until,
} from '../support/queue-server.ts';

const WORKER = join(import.meta.dirname, '..', 'support', 'queue-worker.ts');

/** A call gives up after four seconds (`REACH_MS`) and a statement after ten; a busy machine needs its part of what is between. */
const REACHED_MS = 9000;

const KINDS = [
  { kind: 'postgres', start: postgresServer },
  { kind: 'redis', start: redisServer },
] as const;

// Both at once: much of it is waiting for what must not come.
describe.concurrent.each(KINDS)('the queue on $kind', (queue) => {
  describe('one after the other', { concurrent: false }, () => contract(queue));
});

function contract({ kind, start }: (typeof KINDS)[number]): void {
  let server: QueueServer;
  let queues: Queue[];
  let logged: { event?: string }[];
  let log: Log;

  beforeAll(async () => {
    server = await start();
  }, 120_000);
  afterAll(async () => await server.stop());
  beforeEach(() => {
    queues = [];
    logged = [];
    log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  });
  afterEach(async () => {
    await Promise.all(queues.map(async (queue) => await queue.drain(2000)));
    await server.empty();
  });

  const open = async (where: Pick<QueueServer, 'redisUrl' | 'databaseUrl'> = server): Promise<Queue> => {
    const queue = await openQueue({ redisUrl: where.redisUrl }, { databaseUrl: where.databaseUrl, log });
    queues.push(queue);
    return queue;
  };
  const events = (event: string) => logged.filter((entry) => entry.event === event);

  test('a job reaches the handler of its step, and of no other', async () => {
    const queue = await open();
    expect(queue.kind).toBe(kind);
    const sealed: string[] = [];
    const captured: string[] = [];
    await queue.work('seal', async (id) => void sealed.push(id), { concurrency: 2 });
    await queue.work('capture', async (id) => void captured.push(id), { concurrency: 2 });
    const [toSeal, toCapture] = [ids(5), ids(3)];
    await queue.enqueue('seal', jobs(toSeal));
    await queue.enqueue('capture', jobs(toCapture));
    await until('all delivered', () => sealed.length === 5 && captured.length === 3);
    expect(sealed.toSorted()).toEqual(toSeal.toSorted());
    expect(captured.toSorted()).toEqual(toCapture.toSorted());
    await until('nothing is kept', async () => (await server.kept()) === 0);
  });

  test('an idle worker starts a job long before it would have polled', async () => {
    const queue = await open();
    let seen = '';
    await queue.work('seal', async (id) => void (seen = id), { concurrency: 1 });
    await queue.enqueue('seal', jobs(ids(1)));
    await until('the worker is awake', () => seen !== '');
    const tookMs: number[] = [];
    for (const id of ids(15)) {
      await sleep(50); // idle again
      const from = performance.now();
      await queue.enqueue('seal', jobs([id]));
      await until('delivered', () => seen === id);
      tookMs.push(performance.now() - from);
    }
    const median = tookMs.toSorted((a, b) => a - b)[7];
    expect(median).toBeLessThan(200);
  });

  test('who is waited for goes before backfill', async () => {
    const queue = await open();
    const [urgent, backfill, [first = '']] = [ids(3), ids(3), ids(1)];
    const order: string[] = [];
    const held = gate();
    await queue.work(
      'seal',
      async (id) => {
        order.push(id);
        if (id === first) await held.handler(id);
      },
      { concurrency: 1 },
    );
    await queue.enqueue('seal', jobs([first]));
    await until('the only worker is busy', () => held.began.length === 1);
    for (const id of backfill) await queue.enqueue('seal', jobs([id], 10));
    for (const id of urgent) await queue.enqueue('seal', jobs([id], 0));
    expect(await queue.waiting('seal')).toBe(6);
    expect(await queue.waiting('capture')).toBe(0);
    held.open();
    await until('all delivered', () => order.length === 7);
    expect(order).toEqual([first, ...urgent, ...backfill]);
    expect(await queue.waiting('seal')).toBe(0);
  });

  test('a more urgent ring moves the waiting job forward, and a less urgent one leaves it where it is', async () => {
    const queue = await open();
    const [a = '', b = '', c = ''] = ids(3);
    await queue.enqueue('seal', jobs([a], 5));
    await queue.enqueue('seal', jobs([b], 5));
    await queue.enqueue('seal', jobs([c], 5));
    await queue.enqueue('seal', jobs([a], 10));
    await queue.enqueue('seal', jobs([c], 0));
    expect(await queue.waiting('seal')).toBe(3);
    const order: string[] = [];
    await queue.work('seal', async (id) => void order.push(id), { concurrency: 1 });
    await until('all delivered', () => order.length === 3);
    expect(order).toEqual([c, a, b]);
  });

  test('ringing again while the job waits is one job', async () => {
    const queue = await open();
    const [a = '', b = ''] = ids(2);
    const seen: string[] = [];
    for (let n = 0; n < 4; n++) await queue.enqueue('seal', jobs([a, b, a]));
    await Promise.all(Array.from({ length: 8 }, async () => await queue.enqueue('seal', jobs([b, a]))));
    expect(await queue.waiting('seal')).toBe(2);
    await queue.work('seal', async (id) => void seen.push(id), { concurrency: 2 });
    await until('both delivered', () => seen.length === 2);
    await sleep(300);
    expect(seen.toSorted()).toEqual([a, b].toSorted());
  });

  test('ringing while the job runs leads to one more run', async () => {
    const queue = await open();
    const [id = ''] = ids(1);
    const held = gate();
    await queue.work('seal', held.handler, { concurrency: 1 });
    await queue.enqueue('seal', jobs([id]));
    await until('it runs', () => held.began.length === 1);
    await queue.enqueue('seal', jobs([id]));
    await queue.enqueue('seal', jobs([id]));
    held.open();
    await until('it ran again', () => held.ended.length === 2);
    await sleep(300);
    expect(held.ended).toEqual([id, id]);
    await until('nothing is kept', async () => (await server.kept()) === 0);
  });

  test('no ring is lost between those who ring and those who work', async () => {
    const queue = await open();
    const all = ids(20);
    const truth = new Map(all.map((id) => [id, 0]));
    const seen = new Map<string, number>();
    let runs = 0;
    for (const worker of [queue, await open()])
      await worker.work(
        'seal',
        async (id) => {
          runs++;
          const read = truth.get(id) ?? 0;
          await sleep(Math.random() * 4);
          seen.set(id, Math.max(read, seen.get(id) ?? 0));
        },
        { concurrency: 4 },
      );
    const ringer = async (): Promise<void> => {
      for (let n = 0; n < times(60, 20); n++) {
        const some = all.filter(() => Math.random() < 0.3).toReversed();
        for (const id of some) truth.set(id, (truth.get(id) ?? 0) + 1);
        await queue.enqueue('seal', jobs(some, n % 11));
        await sleep(Math.random() * 6);
      }
    };
    await Promise.all(Array.from({ length: 6 }, ringer));
    await until('every last ring was heard', () => all.every((id) => seen.get(id) === truth.get(id)));
    const rings = [...truth.values()].reduce((sum, each) => sum + each, 0);
    expect(rings).toBeGreaterThan(times(1000, 300));
    expect(runs).toBeLessThanOrEqual(rings);
    expect(events('queue.workers-restarted')).toHaveLength(0);
    await until('nothing is kept', async () => (await server.kept()) === 0);
  }, 120_000);

  test('a handler that throws is logged, not tried again, and takes nothing down with it', async () => {
    const queue = await open();
    const seen: string[] = [];
    await queue.work(
      'seal',
      async (id) => {
        seen.push(id);
        throw new Error('on purpose');
      },
      { concurrency: 2 },
    );
    const thrown = ids(5);
    await queue.enqueue('seal', jobs(thrown));
    await until('all tried', () => seen.length === 5);
    const [next = ''] = ids(1);
    await queue.enqueue('seal', jobs([next]));
    await until('the next one is taken too', () => seen.includes(next));
    await sleep(1200); // longer than any poll
    expect(seen).toHaveLength(6);
    expect(events('queue.handler-threw')).toHaveLength(6);
    expect(await server.kept()).toBe(0);
  });

  test('a job that is no record id is dropped, and what it held is not logged', async () => {
    const queue = await open();
    const seen: string[] = [];
    await server.smuggle({ recordId: 'not-a-uuid' });
    await server.smuggle({ recordId: randomUUID(), text: 'must not be logged' });
    await server.smuggle([randomUUID()]);
    await queue.work('seal', async (id) => void seen.push(id), { concurrency: 1 });
    const [id = ''] = ids(1);
    await queue.enqueue('seal', jobs([id], 10));
    await until('the good one is delivered', () => seen.length > 0);
    expect(seen).toEqual([id]);
    expect(events('queue.job-malformed')).toHaveLength(3);
    expect(JSON.stringify(logged)).not.toContain('must not be logged');
    await until('nothing is kept', async () => (await server.kept()) === 0);
  });

  test.each([
    [{ recordId: 'x', priority: 0 }],
    [{ recordId: randomUUID(), priority: -1 }],
    [{ recordId: randomUUID(), priority: 0.5 }],
  ])('a malformed ring is refused whole (%j)', async (job) => {
    const queue = await open();
    const ring = queue.enqueue('seal', [...jobs(ids(1)), job]);
    await expect(ring).rejects.toMatchObject({ code: 'invariant-broken', retry: 'never' });
    expect(await queue.waiting('seal')).toBe(0);
  });

  test('draining waits for what runs and takes nothing more', async () => {
    const queue = await open();
    const held = gate();
    await queue.work('seal', held.handler, { concurrency: 2 });
    await queue.enqueue('seal', jobs(ids(6)));
    await until('two run', () => held.began.length === 2);
    const draining = queue.drain(10_000);
    await sleep(200);
    expect(held.ended).toHaveLength(0);
    held.open();
    await draining;
    expect(held.ended).toHaveLength(2);
    expect(held.began).toHaveLength(2);
    const other = await open();
    await until('four still wait', async () => (await other.waiting('seal')) === 4);
    expect(events('queue.drain-cut')).toHaveLength(0);
  });

  test('draining an idle queue is quick', async () => {
    const queue = await open();
    await queue.work('seal', async () => undefined, { concurrency: 2 });
    await queue.work('capture', async () => undefined, { concurrency: 1 });
    await queue.ping();
    await sleep(100);
    const from = performance.now();
    await queue.drain(5000);
    expect(performance.now() - from).toBeLessThan(4500); // it has five
  });

  test('draining with too short a grace returns all the same, and says so', async () => {
    const queue = await open();
    const held = gate();
    await queue.work('seal', held.handler, { concurrency: 1 });
    await queue.enqueue('seal', jobs(ids(1)));
    await until('it runs', () => held.began.length === 1);
    const from = performance.now();
    await queue.drain(200);
    expect(performance.now() - from).toBeLessThan(REACHED_MS);
    expect(held.ended).toHaveLength(0);
    expect(events('queue.drain-cut')).toHaveLength(1);
    held.open(); // it ends after its connection did: nothing may come of that
    await sleep(300);
  });

  test('a server that goes away in the middle of work: calls fail fast, and all of it comes back', async () => {
    const queue = await open();
    const held = gate();
    const seen: string[] = [];
    await queue.work('seal', held.handler, { concurrency: 1 });
    await queue.work('capture', async (id) => void seen.push(id), { concurrency: 2 });
    await queue.enqueue('seal', jobs(ids(1)));
    await queue.enqueue('capture', jobs(ids(3)));
    await until('work goes on', () => held.began.length === 1 && seen.length === 3);
    await queue.ping();

    await server.kill9();
    const from = performance.now();
    await expect(queue.ping()).rejects.toMatchObject({ code: 'queue-down', retry: 'later' });
    await expect(queue.enqueue('capture', jobs(ids(1)))).rejects.toMatchObject({ code: 'queue-down' });
    await expect(queue.waiting('capture')).rejects.toMatchObject({ code: 'queue-down' });
    expect((performance.now() - from) / 3).toBeLessThan(REACHED_MS);
    held.open(); // a job that ends while there is nobody to tell
    await sleep(500);

    await server.again();
    await until(
      'the server is found again',
      async () =>
        await queue.ping().then(
          () => true,
          () => false,
        ),
    );
    const [sealed = '', captured = ''] = ids(2);
    await queue.enqueue('seal', jobs([sealed]));
    await queue.enqueue('capture', jobs([captured]));
    await until(
      'both steps work again',
      () => held.ended.includes(sealed) && seen.includes(captured),
      30_000,
    );
  }, 120_000);

  test('a queue that is opened before its server is there works once it is', async () => {
    await server.kill9();
    const queue = await open();
    const seen: string[] = [];
    await queue.work('seal', async (id) => void seen.push(id), { concurrency: 2 });
    await expect(queue.enqueue('seal', jobs(ids(1)))).rejects.toMatchObject({ code: 'queue-down' });
    await sleep(1500);
    await server.again();
    await until(
      'the server is found',
      async () =>
        await queue.ping().then(
          () => true,
          () => false,
        ),
    );
    const [id = ''] = ids(1);
    await queue.enqueue('seal', jobs([id]));
    await until('delivered', () => seen.includes(id), 30_000);
  }, 120_000);

  test('a queue can be drained while its server is away', async () => {
    const queue = await open();
    await queue.work('seal', async () => undefined, { concurrency: 2 });
    await queue.ping();
    await server.kill9();
    const from = performance.now();
    await queue.drain(1000);
    expect(performance.now() - from).toBeLessThan(REACHED_MS);
    await server.again();
  }, 120_000);

  test('a server that takes the connection and says nothing is down too', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const address = mute.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const queue = await open(server.at(address.port));
    const from = performance.now();
    await expect(queue.enqueue('seal', jobs(ids(1)))).rejects.toMatchObject({ code: 'queue-down' });
    expect(performance.now() - from).toBeLessThan(REACHED_MS);
    await queue.drain(100);
    for (const socket of sockets) socket.destroy();
    mute.close();
  }, 120_000);

  const MANY = times(10_000, 1000);
  test(`${MANY} jobs that wait are all delivered`, async () => {
    const queue = await open();
    const seen = new Set<string>();
    const all = ids(MANY);
    await queue.enqueue('seal', jobs(all, 10));
    expect(await queue.waiting('seal')).toBe(MANY);
    await queue.work('seal', async (id) => void seen.add(id), { concurrency: 10 });
    await until('all delivered', () => seen.size === MANY, 90_000);
    expect(all.every((id) => seen.has(id))).toBe(true);
    await until('nothing is kept', async () => (await server.kept()) === 0);
  }, 120_000);

  describe('with workers in processes of their own', () => {
    let processes: { child: ChildProcess; seen: string[] }[];
    beforeEach(() => void (processes = []));
    afterEach(() => processes.forEach(({ child }) => child.kill('SIGKILL')));

    const worker = async (jobMs: number): Promise<{ child: ChildProcess; seen: string[] }> => {
      const child = spawn(
        process.execPath,
        [WORKER, server.redisUrl ?? '', server.databaseUrl, String(jobMs)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const seen: string[] = [];
      processes.push({ child, seen });
      createInterface({ input: child.stdout }).on('line', (line) => seen.push(line));
      await until('the process is ready', () => seen[0] === 'ready');
      return { child, seen };
    };
    const taken = () => processes.flatMap(({ seen }) => seen.slice(1));

    test('two processes share the work, each job once, and end by themselves when asked', async () => {
      const queue = await open();
      const [one, two] = [await worker(5), await worker(5)];
      const all = ids(times(400, 200));
      await queue.enqueue('seal', jobs(all, 10));
      await until('all delivered', () => taken().length >= all.length, 60_000);
      expect(taken().toSorted()).toEqual(all.toSorted());
      for (const { child, seen } of [one, two]) {
        expect(seen.length).toBeGreaterThan(5);
        child.kill('SIGTERM');
        const [code] = await once(child, 'exit');
        expect(code).toBe(0);
      }
    }, 120_000);

    test('what a killed process was doing can be rung for again', async () => {
      const queue = await open();
      const { child, seen } = await worker(60_000);
      const [id = ''] = ids(1);
      await queue.enqueue('seal', jobs([id]));
      await until('it is at it', () => seen.includes(id));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const again: string[] = [];
      await queue.work('seal', async (recordId) => void again.push(recordId), { concurrency: 1 });
      await queue.enqueue('seal', jobs([id]));
      await until('another process does it', () => again.includes(id), 25_000);
    }, 120_000);
  });
}
