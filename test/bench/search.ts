/**
 * Search at 10,000 and 100,000 records of one agency, through the API with its walls, against the same question asked of the
 * same tables directly and past the walls (superuser, no HTTP, same index). The ratio says what walls and API cost.
 */
import { Client } from 'pg';
import type { BenchResult } from './main.ts';
import { percentile, startBenchServer, type BenchServer } from './server.ts';

const SIZES = [10_000, 100_000] as const;
const QUESTIONS = [
  'bridge',
  'roof repair',
  '"elm street"',
  'council -budget',
  'resident4711',
  'dogs park',
] as const;
const ROUNDS = 30;

export async function search(): Promise<BenchResult> {
  const server = await startBenchServer('api', { CHROMIUM_PATH: '/nonexistent' });
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    const growth = [];
    const table: (readonly [string, string])[] = [];
    let there = 0;
    for (const size of SIZES) {
      await fill(client, there, size);
      there = size;
      await client.query('vacuum analyze record');
      // Alternating, so that what else the machine does falls on both.
      const ours: number[] = [];
      const direct: number[] = [];
      for (let i = 0; i < ROUNDS; i += 1)
        for (const q of QUESTIONS) {
          direct.push(await timed(async () => await ask(client, q)));
          ours.push(await timed(async () => await askApi(server, q)));
        }
      const [value, baseline] = [percentile(ours, 0.95), percentile(direct, 0.95)];
      growth.push({ size, value, baseline, ratio: baseline / value });
      table.push([
        `${size.toLocaleString('en')} records: p50 / p95 through the API`,
        `${percentile(ours, 0.5).toFixed(1)} / ${value.toFixed(1)} ms`,
      ]);
      table.push([
        `${size.toLocaleString('en')} records: p50 / p95 asked directly`,
        `${percentile(direct, 0.5).toFixed(1)} / ${baseline.toFixed(1)} ms`,
      ]);
      const filtered = [];
      for (let i = 0; i < ROUNDS; i += 1)
        filtered.push(await timed(async () => await askApi(server, null, '&platform=x&removal=awaited')));
      table.push([
        `${size.toLocaleString('en')} records: list by filters, p95`,
        `${percentile(filtered, 0.95).toFixed(1)} ms`,
      ]);
    }
    const last = growth.at(-1);
    if (last === undefined) throw new Error('no size was measured');
    return {
      bench: 'search',
      ratio: last.ratio,
      value: last.value,
      baseline: last.baseline,
      unit: 'ms at p95 for 100,000 records',
      growth,
      table,
    };
  } finally {
    await client.end();
    await server.stop();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function ask(client: Client, q: string): Promise<number> {
  const { rows } = await client.query(
    `select id, received_at, excerpt, author, platform, account, state from record
      where agency_id = 'rivertown' and search @@ search_query('rivertown', $1) order by received_at desc, id desc limit 51`,
    [q],
  );
  return rows.length;
}

async function askApi(server: BenchServer, q: string | null, more = ''): Promise<void> {
  const response = await fetch(
    `${server.url}/v1/records?${q === null ? '' : `q=${encodeURIComponent(q)}`}${more}`,
    { headers: { authorization: `Bearer ${server.key}` } },
  );
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

/** Made-up comments of 12 to 40 common words; a few rare ones to look for. */
async function fill(client: Client, from: number, to: number): Promise<void> {
  await client.query(
    `insert into record (agency_id, id, subject, received_at, platform, account, kind, verb, grounds, excerpt, author, removal, search)
     select 'rivertown', gen_random_uuid(), 'unknown:' || n, now() - n * interval '1 minute', case when n % 3 = 0 then 'x' else 'facebook' end,
            'rivertown', 'comment', 'hide', '{}', left(words, 280), 'resident' || n, 'awaited', search_words('rivertown', words || ' resident' || n)
       from (select n, (select string_agg((array['road','city','council','budget','water','park','dogs','trash','school','police','tax','vote','mayor','street','light',
              'noise','traffic','bus','snow','leaf','pickup','comment','page','thanks','please','never','always','neighbor','house','tree'])[1 + floor(random() * 30)::int], ' ')
              from generate_series(1, 12 + (n % 29))) || case when n % 97 = 0 then ' bridge on elm street' when n % 501 = 0 then ' cheap roof repair' else '' end as words
               from generate_series($1::int + 1, $2::int) n) made`,
    [from, to],
  );
}
