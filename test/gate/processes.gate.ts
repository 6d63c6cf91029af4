/** Processes and the bell die at random, together, under load: no order of deaths loses a report or seals one twice. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { CAST } from '../support/company.ts';
import { startRedis } from '../support/redis.ts';
import { startVersitygw } from '../support/versitygw.ts';
import { MATRIX } from './matrix.ts';
import { playRows } from './row.ts';
import { inTurn, openGate, scattered, strike } from './scene.ts';

const FOR_MS = 240_000;
/** Longest that Redis is away at one time. */
const AWAY_MS = 1500;

playRows(['api-killed', 'worker-killed', 'redis-killed', 'redis-emptied'], async (tell) => {
  let redis = await startRedis();
  const store = await startVersitygw();
  const s3 = { config: await store.newBucket(), root: store.root };
  const gate = await openGate({ redisUrl: redis.url, s3, perSecond: 6 });
  try {
    const { chance, company } = gate;
    const [api, ...workers] = CAST;
    if (api === undefined) throw new Error('There is nobody to kill.');
    const ofRedis = inTurn();
    let emptied = 0;
    let killed = 0;
    // Faults first: their chances do not depend on how far the load came.
    const faults = [
      ...scattered(chance, MATRIX['api-killed'].count, FOR_MS, async () => {
        await company.kill(api, chance.next() < 0.2);
      }),
      ...scattered(chance, MATRIX['worker-killed'].count, FOR_MS, async () => {
        await company.kill(chance.pick(workers), chance.next() < 0.2);
      }),
      ...scattered(chance, MATRIX['redis-killed'].count, FOR_MS, async () => {
        await ofRedis(async () => {
          await redis.kill9();
          await sleep(AWAY_MS * chance.next());
          redis = await startRedis({ port: redis.port });
          killed += 1;
        });
      }),
      ...scattered(chance, MATRIX['redis-emptied'].count, FOR_MS, async () => {
        await ofRedis(async () => {
          const client = new Redis(redis.url);
          await client.flushall();
          client.disconnect();
          emptied += 1;
        });
      }),
    ];
    await gate.load(FOR_MS, async () => await strike(faults));
    const figures = await gate.ends();
    const kills = [...company.kills].reduce((sum, [, n]) => sum + n, 0);
    const ofApi = company.kills.get(api.name) ?? 0;
    tell('api-killed', { kills: ofApi, ...figures });
    tell('worker-killed', { kills: kills - ofApi });
    tell('redis-killed', { kills: killed });
    tell('redis-emptied', { times: emptied });
    expect([ofApi, kills - ofApi, killed, emptied]).toEqual(
      (['api-killed', 'worker-killed', 'redis-killed', 'redis-emptied'] as const).map(
        (name) => MATRIX[name].count,
      ),
    );
    // The deaths were felt.
    expect(figures['no answer']).toBeGreaterThan(0);
  } finally {
    await gate.close();
    await Promise.all([redis.stop(), store.stop()]);
  }
});
