/** The store is slow, breaks off, dies, lies about locks and hands over other bytes; on both S3 servers, through a proxy. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { runAgain } from '#record/record.ts';
import type { Chance } from '../support/chance.ts';
import { pictureReport } from '../support/crash-scene.ts';
import { forgetsLocks, startLyingProxy, type Liar } from '../support/lying-proxy.ts';
import { startMinio } from '../support/minio.ts';
import type { RunningS3, S3Options } from '../support/s3-server.ts';
import { startVersitygw } from '../support/versitygw.ts';
import { MATRIX, SERVERS, type Server } from './matrix.ts';
import { playRows, type Tell } from './row.ts';
import { inTurn, openGate, scattered, strike, type Gate } from './scene.ts';

const START: Readonly<Record<Server, (options: S3Options) => Promise<RunningS3>>> = {
  versitygw: startVersitygw,
  minio: startMinio,
};
/** Five minutes, by 1/20. */
const SLOW_MS = 15_000;
const SLOW_SHARE = 0.3;
const FOR_MS = 150_000;
const AWAY_MS = 1500;
const FOUND_MS = 10_000;

for (const on of SERVERS)
  playRows(
    ['s3-killed', 's3-slow', 's3-reset', 's3-wrong-bytes', 's3-unlocked'],
    async (tell) => {
      const folder = await mkdtemp(join(tmpdir(), 'holdfast-gate-'));
      let server = await START[on]({ folder });
      const proxy = await startLyingProxy(server.endpoint);
      const config = await server.newBucket();
      const gate = await openGate({
        // The judge asks the server itself.
        s3: { config, root: server.root },
        env: { S3_ENDPOINT: proxy.endpoint },
        perSecond: 5,
      });
      try {
        const { chance } = gate;
        const lies = openLies(chance);
        proxy.lie(lies.liar);
        let killed = 0;
        const ofServer = inTurn();
        const faults = [
          ...scattered(chance, MATRIX['s3-killed'].count, FOR_MS, async () => {
            await ofServer(async () => {
              await server.kill9();
              await sleep(AWAY_MS * chance.next());
              server = await START[on]({ folder, like: server });
              killed += 1;
            });
          }),
          // One after the other, with as much time between them.
          ...Array.from({ length: MATRIX['s3-slow'].count }, (_, n) => ({
            at: (n * FOR_MS) / MATRIX['s3-slow'].count + 0.05 * FOR_MS,
            fault: async () => await lies.slowFor(SLOW_MS),
          })),
          ...scattered(chance, MATRIX['s3-reset'].count, FOR_MS, async () => await lies.reset()),
        ];
        await gate.load(FOR_MS, async () => await strike(faults));
        const figures = await gate.ends();
        tell('s3-killed', { kills: killed, ...figures });
        tell('s3-slow', { times: MATRIX['s3-slow'].count, 'answers 503': lies.met.slow });
        tell('s3-reset', { 'in an upload': lies.met.within, 'after it': lies.met.after });
        expect([killed, lies.met.within + lies.met.after]).toEqual([
          MATRIX['s3-killed'].count,
          MATRIX['s3-reset'].count,
        ]);
        expect(lies.met.slow).toBeGreaterThan(MATRIX['s3-slow'].count);
        await playWrongBytes(gate, (liar) => proxy.lie(liar), tell);
        await playUnlocked(gate, (liar) => proxy.lie(liar), tell);
      } finally {
        await gate.close();
        await proxy.close();
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
    on,
  );

/** What the proxy does under load: some answers are slow down while it is slow, and single uploads break when asked to. */
function openLies(chance: Chance): {
  readonly liar: Liar;
  readonly met: { slow: number; within: number; after: number };
  slowFor(ms: number): Promise<void>;
  /** The next upload of a record's object. */
  reset(): Promise<void>;
} {
  const met = { slow: 0, within: 0, after: 0 };
  let slow = false;
  const waiting: (() => void)[] = [];
  return {
    met,
    liar: ({ method, url }) => {
      if (slow && chance.next() < SLOW_SHARE) {
        met.slow += 1;
        return { instead: { status: 503, code: 'SlowDown' } };
      }
      const broken = method === 'PUT' && url.includes('/rec/') ? waiting.shift() : undefined;
      if (broken === undefined) return undefined;
      broken();
      const drop = chance.pick(['within', 'after'] as const);
      met[drop] += 1;
      return { drop };
    },
    slowFor: async (ms) => {
      slow = true;
      await sleep(ms);
      slow = false;
    },
    reset: async () => await new Promise((resolve) => waiting.push(resolve)),
  };
}

type TellLies = (liar: Liar | null) => void;

/** The archive's own API hands over no file whose bytes are not what was sealed, and writes it into the history. */
async function playWrongBytes(gate: Gate, lie: TellLies, tell: Tell): Promise<void> {
  const { count } = MATRIX['s3-wrong-bytes'];
  const { archive } = gate.scene;
  const authorization = `Bearer ${await archive.key('custodian')}`;
  const { rows } = await archive.sql.query<{ record_id: string; n: number }>(
    `select record_id, n from artifact where agency_id = 'rivertown' and origin = 'handed-in' and seal_no is not null
      order by record_id, n limit $1`,
    [count],
  );
  lie(({ method }) => (method === 'GET' ? { flip: true } : undefined));
  let refused = 0;
  let slowestMs = 0;
  for (const { record_id, n } of rows) {
    const began = Date.now();
    const response = await fetch(`${gate.own}/v1/records/${record_id}/artifacts/${n}`, {
      headers: { authorization },
    });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: 'store-object-changed' });
    for (;;) {
      const { rows: told } = await archive.sql.query(
        `select 1 from event where record_id = $1 and type = 'fixity.failed' and body->>'n' = $2`,
        [record_id, String(n)],
      );
      if (told.length > 0) break;
      if (Date.now() - began > FOUND_MS) throw new Error(`The history of ${record_id} says nothing of it.`);
      await sleep(50);
    }
    refused += 1;
    slowestMs = Math.max(slowestMs, Date.now() - began);
  }
  lie(null);
  tell('s3-wrong-bytes', { refused, 'slowest entry ms': slowestMs });
  expect(refused).toBe(count);
}

/** A lock that the store forgot is found out by reading back: never sealed, and sealed when the store is honest again. */
async function playUnlocked(gate: Gate, lie: TellLies, tell: Tell): Promise<void> {
  const { count } = MATRIX['s3-unlocked'];
  const { scene } = gate;
  const { archive } = scene;
  scene.address = gate.own;
  const honest = scene.start({ name: 'honest', workers: ['relay', 'seal', 'capture'] });
  // The canary of this process has passed before: what follows is found out by reading back alone.
  await scene.submitter.hand(await pictureReport());
  await scene.settled();
  let parked = 0;
  for (let n = 0; n < count; n += 1) {
    lie((asked) => (asked.url.includes('/rec/') ? forgetsLocks(asked) : undefined));
    const id = (await scene.submitter.hand(await pictureReport())).recordId ?? '';
    await scene.settled();
    const { rows } = await archive.sql.query(
      `select r.state, s.error_code from record r join step s on s.record_id = r.id where r.id = $1 and s.name = 'seal'`,
      [id],
    );
    expect(rows).toEqual([{ state: 'reported', error_code: 'store-lock-not-confirmed' }]);
    expect(await archive.receipt(id)).toMatchObject({ safeToRemove: false });
    parked += 1;
    lie(null);
    await archive.system.db.inAgency('rivertown', async (at) => await runAgain(at, id, 'seal', 'cli'));
    await scene.settled();
    expect(await archive.receipt(id)).toMatchObject({ status: 'complete' });
  }
  expect(await honest.stop()).toEqual({ code: 0, signal: null });
  const { faults } = await scene.verdict();
  expect(faults).toEqual([]);
  tell('s3-unlocked', { parked, 'sealed afterwards': parked });
}
