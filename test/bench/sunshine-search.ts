/**
 * What a custodian asks when a request came in, at 10,000 and 1,000,000 records of one agency, through the API with its walls and the entry
 * that each search leaves, against the same question asked of the same tables directly (superuser, no HTTP, same index).
 */
import { Client } from 'pg';
import { percentile, startBenchServer, type BenchServer } from './server.ts';

const SIZES = [10_000, 1_000_000] as const;
const ROUNDS = 40;
const AIM_MS = 150;
const FROM = '2026-01-01T00:00:00Z';

/** Of a million records every 97th has the phrase, every 100,003rd the rare word, and about half of them the very common one. */
const QUESTIONS = {
  'a word': { q: 'bridge' },
  'a phrase': { q: '"elm street"' },
  'author and date': { q: 'resident4711', from: FROM },
  'a rare word': { q: 'zeppelin' },
  'a very common word': { q: 'council' },
} as const satisfies Readonly<Record<string, { readonly q: string; readonly from?: string }>>;
type Question = (typeof QUESTIONS)[keyof typeof QUESTIONS];

export interface SearchAtScale {
  readonly growth: readonly { readonly size: number; readonly value: number; readonly baseline: number }[];
  readonly table: readonly (readonly [string, string])[];
  readonly missed: readonly string[];
}

export async function searchAtScale(): Promise<SearchAtScale> {
  const server = await startBenchServer('api', { CHROMIUM_PATH: '/nonexistent' });
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    const growth = [];
    const table: (readonly [string, string])[] = [];
    const missed: string[] = [];
    let there = 0;
    for (const size of SIZES) {
      await fill(client, there, size);
      there = size;
      await client.query('vacuum analyze record');
      const all: number[] = [];
      const bare: number[] = [];
      for (const [name, question] of Object.entries(QUESTIONS)) {
        const ours: number[] = [];
        const direct: number[] = [];
        // Alternating, so that what else the machine does falls on both.
        for (let i = 0; i < ROUNDS; i += 1) {
          direct.push(await timed(async () => await ask(client, question)));
          ours.push(await timed(async () => await askApi(server, question)));
        }
        all.push(...ours);
        bare.push(...direct);
        const p95 = percentile(ours, 0.95);
        table.push([
          `${size.toLocaleString('en')} records, ${name}: p50 / p95 through the API; asked directly`,
          `${percentile(ours, 0.5).toFixed(1)} / ${p95.toFixed(1)} ms; ${percentile(direct, 0.5).toFixed(1)} / ${percentile(direct, 0.95).toFixed(1)} ms`,
        ]);
        if (size === SIZES.at(-1) && p95 >= AIM_MS) missed.push(`${name} below ${AIM_MS} ms at p95`);
      }
      growth.push({ size, value: percentile(all, 0.95), baseline: percentile(bare, 0.95) });
    }
    return { growth, table, missed };
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

async function ask(client: Client, { q, ...more }: Question): Promise<number> {
  const { rows } = await client.query(
    `select id, received_at, excerpt, author, platform, account, state from record
      where agency_id = 'rivertown' and search @@ search_query('rivertown', $1) and received_at >= $2
      order by received_at desc, id desc limit 51`,
    [q, 'from' in more ? more.from : '-infinity'],
  );
  return rows.length;
}

async function askApi(server: BenchServer, question: Question): Promise<void> {
  const asked = new URLSearchParams(question);
  const response = await fetch(`${server.url}/v1/records?${asked.toString()}`, {
    headers: { authorization: `Bearer ${server.key}` },
  });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  const { records } = (await response.json()) as { readonly records: readonly unknown[] };
  if (records.length === 0) throw new Error(`Nothing was found for ${question.q}.`);
}

/** Made-up comments of 12 to 40 common words, one a minute before the last; a few rare ones to look for. */
async function fill(client: Client, from: number, to: number): Promise<void> {
  await client.query(
    `insert into record (agency_id, id, subject, received_at, platform, account, kind, verb, grounds, excerpt, author, removal, search)
     select 'rivertown', gen_random_uuid(), 'unknown:' || n, timestamptz '2026-11-30' - n * interval '1 minute', case when n % 3 = 0 then 'x' else 'facebook' end,
            'rivertown', 'comment', 'hide', '{}', left(words, 280), 'resident' || n, 'awaited', search_words('rivertown', words || ' resident' || n)
       from (select n, (select string_agg((array['road','city','council','budget','water','park','dogs','trash','school','police','tax','vote','mayor','street','light',
              'noise','traffic','bus','snow','leaf','pickup','comment','page','thanks','please','never','always','neighbor','house','tree'])[1 + floor(random() * 30)::int], ' ')
              from generate_series(1, 12 + (n % 29))) || case when n % 97 = 0 then ' bridge on elm street' when n % 100003 = 9001 then ' zeppelin' else '' end as words
               from generate_series($1::int + 1, $2::int) n) made`,
    [from, to],
  );
}
