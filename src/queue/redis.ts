/**
 * The queue on Redis or Valkey, through BullMQ: one queue per step, and workers on any number of machines.
 *
 * A job holds a deduplication key, its record's id, from the ring until a worker takes it. The worker gives the key back
 * before it runs the job, so ringing while it waits adds nothing and ringing while it runs adds another.
 *
 * Two kinds of connection: the producer's fails at once when Redis is away, because a submitter may be waiting; the
 * workers' wait for ever. Emptying Redis loses what waited, and nothing else: the next ring starts it all anew.
 * What a crash leaves: an active job without a lock, which another worker takes up once (BullMQ's stalled check), and when
 * the worker died before it gave the key back, the key too. Whoever rings next gives it back in the dead worker's stead.
 */
import { randomUUID } from 'node:crypto';
import { Queue as BullQueue, Worker } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import type { Log } from '#log.ts';
import { batches, deliver, reach, REACH_MS, settledWithin } from './job.ts';
import type { Job, Queue, StepName } from './queue.ts';

const SERVER = 'Redis';
const PREFIX = 'holdfast';
/** From the loss of the producer's connection, or its opening, to calls that fail at once. */
const READY_MS = 2000;
const CLOSE_MS = 1000;
/** A worker whose process is gone, or whose event loop stood still, loses its jobs after this. */
const LOCK_MS = 30_000;
const STALLED_CHECK_MS = 15_000;
/** BullMQ's own event streams have no reader here. */
const EVENTS_KEPT = 100;

type Settings = Pick<RedisOptions, 'enableOfflineQueue' | 'maxRetriesPerRequest' | 'socketTimeout'>;

const reconnect = {
  retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 5), 1000),
  // A replica that was promoted away answers READONLY until we look for the new primary.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  connectTimeout: 3000,
  keepAlive: 10_000,
};

export function openRedisQueue(options: { readonly redisUrl: string; readonly log: Log }): Queue {
  const { redisUrl, log } = options;
  const connections = new Set<Redis>();
  const queues = new Map<StepName, BullQueue>();
  const workers: Worker[] = [];
  const running = new Set<Promise<void>>();
  let workerConnection: Redis | null = null;
  let reachable = true;
  let closing = false;

  const down = (error: unknown): void => {
    if (reachable && !closing)
      log.warn({ event: 'queue.unreachable', err: error }, 'Redis cannot be reached.');
    reachable = false;
  };
  const open = (settings: Settings): Redis => track(new Redis(redisUrl, { ...reconnect, ...settings }));
  /** BullMQ duplicates the workers' connection for its blocking reads; those copies must be closed too. */
  const track = (connection: Redis): Redis => {
    connections.add(connection);
    connection.on('error', down);
    connection.on('ready', () => {
      if (!reachable) log.info({ event: 'queue.reachable' });
      reachable = true;
    });
    const duplicate = connection.duplicate.bind(connection);
    connection.duplicate = (override?: Partial<RedisOptions>) => track(duplicate(override));
    return connection;
  };

  const producer = open({
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // A connection that is only believed to be there is given up, and made anew.
    socketTimeout: REACH_MS,
  });
  producer.once('ready', () => void warnOfEviction(producer, log));
  // Whoever rings right after a connection was lost waits for the next one. In a longer outage nobody waits.
  let lost = performance.now();
  let had = false;
  producer.on('ready', () => (had = true));
  producer.on('close', () => {
    if (had) lost = performance.now();
    had = false;
  });
  const ready = async (): Promise<void> => {
    if (producer.status === 'ready') return;
    // Errors are what a reconnection is made of, so only success and the clock are listened to.
    const { promise, resolve } = Promise.withResolvers<void>();
    producer.once('ready', resolve);
    const met = await settledWithin(Math.max(0, lost + READY_MS - performance.now()), promise);
    producer.off('ready', resolve);
    if (!met) throw new Error('No connection to Redis.');
  };
  const queueOf = (step: StepName): BullQueue => {
    const found = queues.get(step);
    if (found !== undefined) return found;
    const made = new BullQueue(step, {
      connection: producer,
      prefix: PREFIX,
      // The check is an INFO at the first connect; if that one fails, the queue would stay broken for good.
      skipVersionCheck: true,
      streams: { events: { maxLen: EVENTS_KEPT } },
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    });
    made.on('error', down);
    queues.set(step, made);
    return made;
  };

  return {
    kind: 'redis',

    async enqueue(step, jobs) {
      for (const batch of batches(jobs))
        await reach(SERVER, async () => {
          await ready();
          await ring(queueOf(step), step, batch);
        });
    },

    async work(step, handler, { concurrency }) {
      workerConnection ??= open({ maxRetriesPerRequest: null });
      const worker = new Worker(
        step,
        async (job) => {
          // Bounded: while Redis is away nobody can ring, so there is nothing to miss.
          await settledWithin(CLOSE_MS, job.removeDeduplicationKey());
          const delivery = deliver(step, job.data, handler, log);
          running.add(delivery);
          await delivery;
          running.delete(delivery);
        },
        {
          connection: workerConnection,
          prefix: PREFIX,
          concurrency,
          lockDuration: LOCK_MS,
          stalledInterval: STALLED_CHECK_MS,
          maxStalledCount: 1,
          removeOnComplete: { count: 0 },
          removeOnFail: { count: 0 },
        },
      );
      worker.on('error', (error) => {
        if (workerConnection?.status === 'ready')
          log.warn({ event: 'queue.library', library: 'bullmq', err: error });
        else down(error);
      });
      workers.push(worker);
    },

    async drain(graceMs) {
      closing = true;
      // Pausing takes no more and waits for what runs; without Redis it would wait for that too.
      const paused = Promise.all(workers.map(async (worker) => await worker.pause()));
      const quiet = workerConnection?.status === 'ready' ? paused : Promise.all(running);
      const drained = await settledWithin(graceMs, quiet);
      if (!drained)
        log.warn({ event: 'queue.drain-cut', graceMs }, 'Jobs still ran at the end of the grace period.');
      const closed = [
        ...workers.map((worker) => worker.close(true)),
        ...[...queues.values()].map((q) => q.close()),
      ];
      await settledWithin(CLOSE_MS, Promise.all(closed));
      for (const connection of connections) connection.disconnect();
    },

    async ping() {
      await reach(SERVER, async () => {
        await ready();
        // A server that is full, or a replica, answers a PING and takes no job. What is written goes away by itself.
        await producer.set(`${PREFIX}:probe`, '', 'PX', 1);
      });
    },

    async waiting(step) {
      return await reach(SERVER, async () => {
        await ready();
        return await queueOf(step).getJobCountByTypes('waiting', 'prioritized');
      });
    },
  };
}

/**
 * A job's id begins with the priority that it was rung with, so that a ring which met a waiting job knows its rank.
 *
 * A ring that meets a job which was taken already is a ring of its own: either the worker is about to give the key back,
 * or it is dead and would hold it for 45 seconds, until its lock ran out and the stalled check came by. The key is given
 * back for it (only the key that this very job holds), and the bell is rung once more; at worst a living worker gets
 * one job more than it needs. Whoever is met then was taken after this ring began, and reads the truth after it.
 */
async function ring(queue: BullQueue, step: StepName, batch: readonly Job[]): Promise<void> {
  const joined = await add(queue, step, batch);
  if (joined.length === 0) return;
  const taken = new Set(await queue.getRanges(['active'], 0, -1));
  await Promise.all(
    joined.map(async ({ job, id }) => {
      const met = taken.has(id) || isLaterThan(id, job) ? await queue.getJob(id) : undefined;
      if (taken.has(id)) await met?.removeDeduplicationKey();
      // Zero is BullMQ's word for "before all others"; larger numbers wait longer, as ours do.
      else if (met !== undefined && met.priority > job.priority)
        // It may have been taken meanwhile, which is better still.
        await met.changePriority({ priority: job.priority }).catch(() => undefined);
    }),
  );
  const again = joined.filter(({ id }) => taken.has(id)).map(({ job }) => job);
  if (again.length > 0) await add(queue, step, again);
}

/** Rings for each; answers those that met a job which was there before them. */
async function add(
  queue: BullQueue,
  step: StepName,
  batch: readonly Job[],
): Promise<readonly { readonly job: Job; readonly id: string }[]> {
  const rung = batch.map(({ recordId, priority }) => ({
    name: step,
    data: { recordId },
    opts: { jobId: `${priority}-${randomUUID()}`, priority, deduplication: { id: recordId } },
  }));
  const met = await queue.addBulk(rung);
  return batch.flatMap((job, n) => {
    const id = met[n]?.id;
    return id === undefined || id === rung[n]?.opts.jobId ? [] : [{ job, id }];
  });
}

function isLaterThan(id: string, job: Job): boolean {
  return Number(id.split('-')[0]) > job.priority;
}

/** A Redis that evicts keys under memory pressure tears jobs apart. */
async function warnOfEviction(producer: Redis, log: Log): Promise<void> {
  try {
    const policy = /maxmemory_policy:(\S+)/.exec(await producer.info('memory'))?.[1];
    if (policy !== undefined && policy !== 'noeviction')
      log.warn(
        { event: 'queue.eviction', policy },
        'Set maxmemory-policy to noeviction: a Redis that evicts drops jobs at random.',
      );
  } catch {
    // Managed services may forbid INFO; the advice is not worth an error.
  }
}
