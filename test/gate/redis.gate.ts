/** The bell is away, and the bell is full: reports are taken all the same, and work resumes by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { startRedis } from '../support/redis.ts';
import { MATRIX } from './matrix.ts';
import { playRows } from './row.ts';
import { openGate } from './scene.ts';

/** Ten minutes, by 1/20. */
const DOWN_MS = 30_000;
const FULL_MS = 15_000;
const BETWEEN_MS = 8000;

playRows(['redis-down', 'redis-full'], async (tell) => {
  let redis = await startRedis();
  const gate = await openGate({ redisUrl: redis.url, perSecond: 6 });
  const { submitter } = gate.scene;
  /** While something is wrong, nobody who hands in may notice, and readiness says what it is. */
  const during = async (ms: number): Promise<Set<string>> => {
    const before = submitter.history.length;
    const found = new Set<string>();
    for (const end = Date.now() + ms; Date.now() < end; await sleep(1000)) {
      const ready = (await (await fetch(`${gate.address}/readyz`)).json()) as {
        readonly parts: readonly { readonly name: string; readonly ok: boolean; readonly found: string }[];
      };
      for (const part of ready.parts) if (!part.ok && part.name === 'queue') found.add(part.found);
    }
    const answers = submitter.history.slice(before).flatMap((handed) => handed.answers);
    expect(answers.length).toBeGreaterThan(ms / 1000);
    expect(answers.filter((answer) => answer.status === null || answer.status >= 500)).toEqual([]);
    return found;
  };
  try {
    const figures = { down: 0, full: 0 };
    await gate.load(60_000, async () => {
      for (let n = 0; n < MATRIX['redis-down'].count; n += 1) {
        await sleep(BETWEEN_MS);
        await redis.kill9();
        expect(await during(DOWN_MS)).toContain('queue-down');
        redis = await startRedis({ port: redis.port });
        figures.down += 1;
      }
      for (let n = 0; n < MATRIX['redis-full'].count; n += 1) {
        await sleep(BETWEEN_MS);
        const client = new Redis(redis.url);
        // Less than it holds: every write is refused, and what is there may be read.
        await client.config('SET', 'maxmemory', '1mb');
        await expect(client.set('a', 'b')).rejects.toThrow(/OOM/);
        expect(await during(FULL_MS)).toContain('queue-down');
        await client.config('SET', 'maxmemory', '0');
        client.disconnect();
        figures.full += 1;
      }
    });
    const ended = await gate.ends();
    tell('redis-down', { times: figures.down, ...ended });
    tell('redis-full', { times: figures.full });
  } finally {
    await gate.close();
    await redis.stop();
  }
});
