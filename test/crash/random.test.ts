/**
 * Thirty deaths by `kill -9` at random moments, of any process of the archive, while reports come in; Redis is emptied in
 * between, and once it dies too. Whoever got no answer asks again with the same key. Then everything comes to rest, and the
 * judge looks at all of it.
 *
 * `HOLDFAST_SEED=<number>` chooses the same victims, the same times and the same reports again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Plan } from '../support/archive-child.ts';
import { simpleReport } from '../support/archive-forms.ts';
import type { ArchiveProcess } from '../support/archive-process.ts';
import { openChance, seedOfRun, type Chance } from '../support/chance.ts';
import { openScene, type Scene } from '../support/crash-scene.ts';
import { noisyPng } from '../support/picture.ts';
import { freePort } from '../support/port.ts';
import { startRedis, type RunningRedis } from '../support/redis.ts';
import type { Report } from '../support/submitter.ts';

const KILLS = 30;
const LOAD_MS = 50_000;
const REPORTS_PER_SECOND = 15;
const REDIS_EMPTIED = 4;
const REDIS_DOWN_MS = 1500;
/** Without any movement. BullMQ looks for jobs of dead workers each 15 s, and their locks last 30 s. */
const PATIENCE_MS = 60_000;

vi.setConfig({ testTimeout: 480_000, hookTimeout: 60_000 });

let scene: Scene;
let redis: RunningRedis;
let port: number;
beforeAll(async () => {
  redis = await startRedis();
  port = await freePort();
  // With a backlog of hundreds, ringing for all of them three times a second would take the time that they need.
  const env = { HOLDFAST_PORT: String(port), HOLDFAST_RECONCILE: '2s' };
  scene = await openScene({ redisUrl: redis.url, env });
});
afterAll(async () => {
  await scene.close();
  await redis.stop();
});

const CAST: readonly Plan[] = [
  { name: 'api', api: true },
  { name: 'relay', workers: ['relay'] },
  { name: 'seal 1', workers: ['seal'] },
  { name: 'seal 2', workers: ['seal'] },
  { name: 'capture', workers: ['capture'], draws: true },
];

/** Processes that are started again as soon as they are dead. */
class Company {
  readonly kills = new Map<string, number>();
  slowestStartMs = 0;
  neverReady = 0;
  readonly #running = new Map<string, ArchiveProcess>();
  #killing: Promise<void> = Promise.resolve();

  start(plan: Plan): void {
    const child = scene.start(plan);
    this.#running.set(plan.name, child);
    const began = performance.now();
    child
      .hears((said) => said.ready !== undefined)
      .then(
        () => (this.slowestStartMs = Math.max(this.slowestStartMs, Math.round(performance.now() - began))),
        // Killed before it was ready: that too is a moment at which a process may die.
        () => (this.neverReady += 1),
      );
  }

  /** One after the other: whoever is killed is dead, and started again, before the next one is. */
  async kill(plan: Plan, asItStarts: boolean): Promise<void> {
    const before = this.#killing;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#killing = promise;
    await before;
    const victim = this.#running.get(plan.name);
    // On a slow machine most would die while they start, which is a moment too, but not the one that matters most.
    if (!asItStarts) await victim?.hears((said) => said.ready !== undefined);
    victim?.kill9();
    expect(await victim?.ended, plan.name).toEqual({ code: null, signal: 'SIGKILL' });
    this.kills.set(plan.name, (this.kills.get(plan.name) ?? 0) + 1);
    this.start(plan);
    resolve();
  }

  async ready(): Promise<void> {
    for (const child of this.#running.values()) await child.hears((said) => said.ready !== undefined);
  }

  /** Each drains and ends well; one that had ended by itself shows here. */
  async stop(): Promise<void> {
    const ends = [...this.#running].map(async ([name, child]) => [name, await child.stop()] as const);
    for (const [name, end] of await Promise.all(ends)) expect(end, name).toEqual({ code: 0, signal: null });
  }
}

type Kind = 'new' | 'again' | 'other content' | 'malformed';

/** One report in ten was sent before, one in fifty is malformed, one in a hundred has a used key and another content. */
function* reports(chance: Chance, pictures: readonly Buffer[]): Generator<{ kind: Kind; report: Report }> {
  const sent: Report[] = [];
  for (let n = 0; ; n += 1) {
    const roll = chance.next();
    const before = sent.at(-1 - chance.below(20));
    const picture = { name: 'shot.png', type: 'image/png', bytes: chance.pick(pictures) };
    // Most have a picture; some the same one twice, some none.
    const files = chance.pick([[picture], [picture], [picture, picture], null]);
    const idempotencyKey = `${chance.seed}-${n}-${chance.below(2 ** 31)}`;
    const event = simpleReport({ text: `Report ${n} of seed ${chance.seed}.` });
    if (before !== undefined && roll < 0.1) yield { kind: 'again', report: before };
    else if (before?.idempotencyKey !== undefined && roll < 0.11)
      yield { kind: 'other content', report: { event, idempotencyKey: before.idempotencyKey } };
    else if (roll < 0.13)
      yield {
        kind: 'malformed',
        report: {
          event: chance.pick(['', '{"platform":', '[]', JSON.stringify({ ...event, recordId: 'mine' })]),
          idempotencyKey,
        },
      };
    else {
      const report = { event, idempotencyKey, ...(files === null ? {} : { files }) };
      sent.push(report);
      yield { kind: 'new', report };
    }
  }
}

/** When each fault happens, in milliseconds from the start of the load. */
function schedule(
  chance: Chance,
  company: Company,
): readonly { readonly at: number; readonly fault: () => Promise<void> }[] {
  const faults: { at: number; fault: () => Promise<void> }[] = [];
  for (let n = 0; n < KILLS; n += 1) {
    const [plan, asItStarts] = [chance.pick(CAST), chance.next() < 0.2];
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
  const company = new Company();
  for (const plan of CAST) company.start(plan);
  await company.ready();
  scene.address = `http://127.0.0.1:${port}`;

  const pictures = await Promise.all(Array.from({ length: 16 }, async () => await noisyPng(0.004)));
  // Faults first: their chances do not depend on how far the load came.
  const faults = schedule(chance, company);
  const stream = reports(chance, pictures);
  const began = Date.now();
  const until = async (at: number): Promise<void> => await sleep(Math.max(0, began + at - Date.now()));
  const sent = new Map<Kind, number>();
  const answers: Promise<unknown>[] = [];
  const unheard: string[] = [];
  let struck = false;
  const load = async (): Promise<void> => {
    const whole = (LOAD_MS / 1000) * REPORTS_PER_SECOND;
    for (let n = 0; n < whole || !struck; n += 1) {
      // Kills that are late still find someone at work: the load goes on, at a quarter of its pace.
      if (n < whole) await until((n * 1000) / REPORTS_PER_SECOND);
      else await sleep(4000 / REPORTS_PER_SECOND);
      const next = stream.next().value as { kind: Kind; report: Report };
      sent.set(next.kind, (sent.get(next.kind) ?? 0) + 1);
      answers.push(scene.submitter.hand(next.report).catch((error: unknown) => unheard.push(String(error))));
    }
  };
  const strike = async (): Promise<void> => {
    const lasting: Promise<void>[] = [];
    for (const { at, fault } of faults) {
      await until(at);
      // Nobody waits for Redis to be back.
      lasting.push(fault());
    }
    await Promise.all(lasting);
    struck = true;
  };
  await Promise.all([load(), strike()]);
  await Promise.all(answers);
  expect(unheard).toEqual([]);
  const loadedMs = Date.now() - began;
  await scene.settled(PATIENCE_MS);
  const restedMs = Date.now() - began - loadedMs;
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
  expect([...sent.keys()].sort()).toEqual(['again', 'malformed', 'new', 'other content']);
  expect(looked.records).toBeGreaterThan(LOAD_MS / 100);
  expect(looked.seals).toBeGreaterThan(looked.records);
});
