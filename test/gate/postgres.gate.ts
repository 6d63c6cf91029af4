/** The memory itself dies, is away, and lets nobody in: what was acknowledged is there afterwards, and nothing else was. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { expect } from 'vitest';
import { migrateDatabase } from '../../src/database.ts';
import { startPostgres, type RunningPostgres } from '../support/postgres.ts';
import { MATRIX } from './matrix.ts';
import { playRows } from './row.ts';
import { inTurn, openGate, scattered, strike } from './scene.ts';

const FOR_MS = 200_000;
/** One minute, by 1/20. */
const AWAY_MS = 3000;
const TAKEN_MS = 3000;

playRows(['postgres-killed', 'postgres-restarted', 'postgres-taken'], async (tell) => {
  const postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase('holdfast');
  await migrateDatabase({ url: databaseUrl, ownerUrl: databaseUrl }, () => undefined);
  const gate = await openGate({ databaseUrl, perSecond: 6 });
  try {
    const { chance } = gate;
    const ofPostgres = inTurn();
    const met = { killed: 0, restarted: 0, taken: 0 };
    const faults = [
      ...scattered(chance, MATRIX['postgres-killed'].count, FOR_MS, async () => {
        await ofPostgres(async () => {
          await postgres.kill9();
          await postgres.again();
          met.killed += 1;
          // Time for one or another to notice.
          await sleep(1000);
        });
      }),
      ...scattered(chance, MATRIX['postgres-restarted'].count, FOR_MS, async () => {
        await ofPostgres(async () => {
          await postgres.kill9();
          await sleep(AWAY_MS);
          await postgres.again();
          met.restarted += 1;
          await sleep(1000);
        });
      }),
      ...scattered(chance, MATRIX['postgres-taken'].count, FOR_MS, async () => {
        await ofPostgres(async () => {
          const letGo = await takeAll(postgres);
          met.taken += 1;
          await sleep(TAKEN_MS);
          await letGo();
        });
      }),
    ];
    await gate.load(FOR_MS, async () => await strike(faults));
    const figures = await gate.ends();
    tell('postgres-killed', { kills: met.killed, ...figures });
    tell('postgres-restarted', { times: met.restarted });
    tell('postgres-taken', { times: met.taken });
    expect([met.killed, met.restarted, met.taken]).toEqual(
      (['postgres-killed', 'postgres-restarted', 'postgres-taken'] as const).map(
        (name) => MATRIX[name].count,
      ),
    );
    expect(figures['503 database-down']).toBeGreaterThan(0);
  } finally {
    await gate.close();
    await postgres.stop();
  }
});

/** Ends whoever is connected and takes every connection that comes free, the superuser's reserve too. */
async function takeAll(postgres: RunningPostgres): Promise<() => Promise<void>> {
  const taken: Client[] = [];
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: postgres.superuserUrl });
    client.on('error', () => undefined);
    await client.connect();
    taken.push(client);
    return client;
  };
  const first = await connect();
  await first.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
    'holdfast',
  ]);
  let refused = false;
  while (!refused) await connect().catch(() => (refused = true));
  return async () => {
    await Promise.all(taken.map(async (client) => await client.end()));
  };
}
