/** A connection that listens lives through outages of the database: one before, one after, and in between no more than one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { openDb } from '#db/db.ts';
import { times } from '../support/extent.ts';
import { startPostgres } from '../support/postgres.ts';

/** It tries each second: at the fourth try in vain, connections that double would be eight. */
const DOWN_MS = 4500;
/** In which all that were doubled would have connected. */
const AGAIN_MS = 2000;
/** The first shows it; more would show that it grows. */
const OUTAGES = times(3, 1);
const PATIENCE_MS = 30_000;

test(`after ${OUTAGES} outages there is one connection that listens, and each notice is heard once`, async () => {
  const postgres = await startPostgres();
  const url = await postgres.createDatabase('listening');
  const db = openDb({ url });
  const heard: string[] = [];
  let gaps = 0;
  const stop = await db.listen(
    'record',
    (payload) => heard.push(payload),
    () => (gaps += 1),
  );
  /** Asked as somebody else, over a connection of its own. */
  const ask = async <T extends object>(text: string): Promise<T[]> => {
    const sql = new Client({ connectionString: url });
    await sql.connect();
    return (await sql.query<T>(text).finally(async () => await sql.end())).rows;
  };
  const listening = async (): Promise<number> =>
    (await ask(`select from pg_stat_activity where application_name = 'holdfast-listen'`)).length;
  try {
    for (let n = 1; n <= OUTAGES; n += 1) {
      await postgres.kill9();
      // Long enough for several tries in vain: when each failure was followed twice, they doubled.
      await sleep(DOWN_MS);
      await postgres.again();
      for (const end = Date.now() + PATIENCE_MS; gaps < n && Date.now() < end;) await sleep(50);
      await sleep(AGAIN_MS);
      expect([gaps, await listening()]).toEqual([n, 1]);
      await ask(`select pg_notify('record', 'notice ${n}')`);
      for (const end = Date.now() + PATIENCE_MS; heard.length < n && Date.now() < end;) await sleep(50);
      expect(heard).toEqual(Array.from({ length: n }, (_, i) => `notice ${i + 1}`));
    }
    await stop();
    expect(await listening()).toBe(0);
  } finally {
    await stop();
    await db.close();
    await postgres.stop();
  }
}, 120_000);
