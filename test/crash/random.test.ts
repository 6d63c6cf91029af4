/**
 * Deaths by `kill -9` at random moments, of any process of the archive, while reports come in; Redis is emptied in
 * between, and once it dies too. Whoever got no answer asks again with the same key. Then everything comes to rest, and the
 * judge looks at all of it.
 *
 * `HOLDFAST_SEED=<number>` chooses the same victims, the same times and the same reports again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openChance, seedOfRun, type Chance } from '../support/chance.ts';
import { CAST, Company } from '../support/company.ts';
import { openScene, type Scene } from '../support/crash-scene.ts';
import { times } from '../support/extent.ts';
import { KINDS, underLoad } from '../support/load.ts';
import { freePort } from '../support/port.ts';
import { startRedis, type RunningRedis } from '../support/redis.ts';

const KILLS = times(20, CAST.length + 1);
const LOAD_MS = times(34_000, 12_000);
const REPORTS_PER_SECOND = times(15, 8);
const REDIS_EMPTIED = times(3, 1);
const REDIS_DOWN_MS = 1500;
/** Without any movement. BullMQ looks for jobs of dead workers each 15 s, and their locks last 30 s. */
const PATIENCE_MS = 120_000;

vi.setConfig({ testTimeout: 900_000, hookTimeout: 240_000 });

let scene: Scene;
let redis: RunningRedis;
let port: number;
beforeAll(async () => {
  redis = await startRedis();
  port = await freePort();
  // With a backlog of hundreds, ringing for all of them three times a second would take the time that they need.
  // A claim is no shorter than what a machine under this load may be late with renewing it: five that ran out would park a step.
  const env = { HOLDFAST_PORT: String(port), HOLDFAST_RECONCILE: '2s', HOLDFAST_CLAIM: '4s' };
  scene = await openScene({ redisUrl: redis.url, env });
});
afterAll(async () => {
  await scene.close();
  await redis.stop();
});

/** When each fault happens, in milliseconds from the start of the load. */
function schedule(
  chance: Chance,
  company: Company,
): readonly { readonly at: number; readonly fault: () => Promise<void> }[] {
  const faults: { at: number; fault: () => Promise<void> }[] = [];
  for (let n = 0; n < KILLS; n += 1) {
    // Each of them at least once, and one as it starts; whoever else dies, and how, is chance.
    const plan = CAST[n] ?? chance.pick(CAST);
    const asItStarts = n === CAST.length || chance.next() < 0.2;
    faults.push({
      at: LOAD_MS * (0.05 + 0.9 * chance.next()),
      fault: async () => await company.kill(plan, asItStarts),
    });
  }
  for (let n = 1; n <= REDIS_EMPTIED; n += 1)
    faults.push({
      at: (LOAD_MS * (n - 0.5 + 0.4 * chance.next())) / REDIS_EMPTIED,
      fault: async () => {
        const client = new Redis(redis.url);
        await client.flushall();
        client.disconnect();
      },
    });
  faults.push({
    at: LOAD_MS * (0.3 + 0.4 * chance.next()),
    fault: async () => {
      await redis.kill9();
      await sleep(REDIS_DOWN_MS);
      redis = await startRedis({ port: redis.port });
    },
  });
  return faults.sort((one, other) => one.at - other.at);
}

test(`${KILLS} kills at random under load, and Redis emptied: each acknowledged report ends sealed once`, async () => {
  const chance = openChance(seedOfRun());
  console.log(`HOLDFAST_SEED=${chance.seed}`);
  const company = new Company(scene);
  for (const plan of CAST) company.start(plan);
  await company.ready();
  scene.address = `http://127.0.0.1:${port}`;

  // Faults first: their chances do not depend on how far the load came.
  const faults = schedule(chance, company);
  const strike = async (): Promise<void> => {
    const began = Date.now();
    const lasting: Promise<void>[] = [];
    for (const { at, fault } of faults) {
      await sleep(Math.max(0, began + at - Date.now()));
      // Nobody waits for Redis to be back.
      lasting.push(fault());
    }
    await Promise.all(lasting);
  };
  const { sent, loadedMs } = await underLoad(
    { submitter: scene.submitter, chance, perSecond: REPORTS_PER_SECOND, forMs: LOAD_MS },
    strike,
  );
  const settling = Date.now();
  await scene.settled(PATIENCE_MS);
  const restedMs = Date.now() - settling;
  await company.ready();
  await company.stop();

  const { faults: found, looked, swept } = await scene.verdict();
  const unanswered = scene.submitter.history
    .flatMap((handed) => handed.answers)
    .filter((answer) => answer.status === null || answer.status >= 500).length;
  console.log(
    JSON.stringify({
      seed: chance.seed,
      kills: Object.fromEntries(company.kills),
      neverReady: company.neverReady,
      slowestStartMs: company.slowestStartMs,
      sent: Object.fromEntries(sent),
      unanswered,
      swept,
      loadedMs,
      restedMs,
      looked,
    }),
  );
  expect(found).toEqual([]);
  expect([...company.kills.values()].reduce((sum, n) => sum + n, 0)).toBe(KILLS);
  // The faults were felt, and all kinds of reports were sent.
  expect(unanswered).toBeGreaterThan(0);
  expect([...sent.keys()].sort()).toEqual(KINDS);
  expect(looked.records).toBeGreaterThan((LOAD_MS / 1000) * REPORTS_PER_SECOND * 0.6);
  expect(looked.seals).toBeGreaterThan(looked.records);
});
