/**
 * The two servers that a queue can live on, for its contract. The Postgres kind is set up as in production: the schema is
 * made by an owner who is no superuser, and used by a login that owns nothing.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue as BullQueue } from 'bullmq';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { type Job, migrateQueue } from '#queue/queue.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

export interface QueueServer {
  readonly redisUrl: string | null;
  readonly databaseUrl: string;
  readonly port: number;
  /** The same address on another port. */
  at(port: number): { redisUrl: string | null; databaseUrl: string };
  kill9(): Promise<void>;
  again(): Promise<void>;
  empty(): Promise<void>;
  /** Everything the queue still keeps of jobs, in whatever state. */
  kept(): Promise<number>;
  /** Puts a job there behind the queue's back. */
  smuggle(data: object): Promise<void>;
  stop(): Promise<void>;
}

export async function postgresServer(): Promise<QueueServer> {
  const postgres = await startPostgres({ fast: true });
  const superuser = new Pool({ connectionString: postgres.superuserUrl, max: 2 });
  superuser.on('error', () => undefined);
  await superuser.query(`create role queue_owner login password 'o'`);
  await superuser.query(`create role holdfast_system nologin`);
  await superuser.query(`create role queue_user login password 'u'`);
  await superuser.query(`grant holdfast_system to queue_user`);
  await superuser.query(`create database queue owner queue_owner`);
  await migrateQueue(postgres.url('queue', { user: 'queue_owner', password: 'o' }));
  const database = new Pool({
    connectionString: postgres.superuserUrl.replace(/postgres$/, 'queue'),
    max: 2,
  });
  database.on('error', () => undefined);
  const databaseUrl = postgres.url('queue', { user: 'queue_user', password: 'u' });
  return {
    redisUrl: null,
    databaseUrl,
    port: postgres.port,
    at: (port) => ({ redisUrl: null, databaseUrl: databaseUrl.replace(`:${postgres.port}/`, `:${port}/`) }),
    kill9: async () => await postgres.kill9(),
    again: async () => await postgres.again(),
    empty: async () => void (await database.query('delete from graphile_worker._private_jobs')),
    kept: async () => (await database.query('select from graphile_worker._private_jobs')).rowCount ?? -1,
    smuggle: async (data) =>
      void (await database.query(`select graphile_worker.add_job('seal', $1)`, [JSON.stringify(data)])),
    stop: async () => {
      await Promise.all([superuser.end(), database.end()]);
      await postgres.stop();
    },
  };
}

function redisAt(port: number) {
  return { redisUrl: `redis://127.0.0.1:${port}`, databaseUrl: '' };
}

export async function redisServer(): Promise<QueueServer> {
  let redis = await startRedis();
  const { port, url } = redis;
  const client = new Redis(url);
  client.on('error', () => undefined);
  return {
    ...redisAt(port),
    port,
    at: redisAt,
    kill9: async () => await redis.kill9(),
    again: async () => void (redis = await startRedis({ port })),
    empty: async () => void (await client.flushall()),
    // A job is a hash; the rest (its place in a list, the key that joins rings) has no life without it.
    kept: async () => {
      const keys = await client.keys('holdfast:*');
      const types = await Promise.all(keys.map(async (key) => await client.type(key)));
      const hashes = keys.filter((key, n) => types[n] === 'hash' && !key.endsWith(':meta'));
      return hashes.length + keys.filter((key) => key.includes(':de:')).length;
    },
    smuggle: async (data) => {
      const queue = new BullQueue('seal', { connection: client, prefix: 'holdfast' });
      await queue.add('seal', data, { removeOnComplete: true, removeOnFail: true });
      await queue.close();
    },
    stop: async () => {
      client.disconnect();
      await redis.stop();
    },
  };
}

export function ids(count: number): string[] {
  return Array.from({ length: count }, () => randomUUID());
}

export function jobs(recordIds: readonly string[], priority = 0): Job[] {
  return recordIds.map((recordId) => ({ recordId, priority }));
}

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  // Shorter than a lock of BullMQ lasts: what comes only when one has ended is too late.
  timeoutMs = 25_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`);
    await sleep(10);
  }
}

/** A handler that stands still until it is let go. */
export function gate() {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const began: string[] = [];
  const ended: string[] = [];
  const handler = async (recordId: string): Promise<void> => {
    began.push(recordId);
    await opened;
    ended.push(recordId);
  };
  return { handler, open, began, ended };
}
