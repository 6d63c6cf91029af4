/**
 * Due dates of one agency's records at 10,000 to 1,000,000 of them, under 40 series and 5,000 holds: the whole worklist in one query, and a
 * full recomputation, with the memory that this process takes for it. Baseline: counting the same rows, which reads the table once and
 * decides nothing.
 */
import { Client } from 'pg';
import { openDb } from '#db/db.ts';
import { readWorklist } from '#retention/retention.ts';
import { destruction } from './destruction.ts';
import type { BenchResult } from './main.ts';
import { percentile, startBenchServer } from './server.ts';

const SIZES = [10_000, 100_000, 1_000_000] as const;
const SERIES = 40;
const HOLDS = 5_000;
const ROUNDS = 7;
const AIMS = { worklistS: 1, recomputeS: 20, peakMb: 300, destruction: 0.7 } as const;
const TODAY = '2026-11-30';
const NOW = new Date('2026-11-30T18:00:00Z');

export async function retention(): Promise<BenchResult> {
  const server = await startBenchServer('api', { CHROMIUM_PATH: '/nonexistent' });
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  const db = openDb({ url: server.databaseUrl });
  try {
    await schedule(client);
    const growth = [];
    const table: (readonly [string, string])[] = [];
    const missed: string[] = [];
    let there = 0;
    for (const size of SIZES) {
      await fill(client, there, size);
      there = size;
      const restMb = process.memoryUsage().rss / 1024 ** 2;
      let peakMb = restMb;
      const watch = setInterval(() => {
        peakMb = Math.max(peakMb, process.memoryUsage().rss / 1024 ** 2);
      }, 10);
      const first = await seconds(async () => await recompute(client));
      await client.query('update retention set ruled_at = now() where ruled_at is null');
      // Every date is wrong, as after a change of zone: every row is written anew.
      await client.query('update retention set due_on = due_on + 1 where due_on is not null');
      // What made them wrong left as many dead rows, which no change of zone does.
      await client.query('vacuum analyze retention');
      const again = await seconds(async () => await recompute(client));
      await client.query('vacuum analyze retention');
      const same = await seconds(async () => await recompute(client));
      const ours: number[] = [];
      const bare: number[] = [];
      let found = { due: 0, ready: 0, series: 0, unclassified: 0 };
      for (let i = 0; i < ROUNDS; i += 1) {
        bare.push(
          await seconds(
            async () => await client.query("select count(*) from retention where agency_id = 'rivertown'"),
          ),
        );
        ours.push(
          await seconds(async () => {
            const { series, unclassified } = await db.inAgency(
              'rivertown',
              async (at) => await readWorklist(at, { today: TODAY, now: NOW }),
            );
            found = {
              series: series.length,
              unclassified,
              due: series.reduce((sum, one) => sum + one.due, 0),
              ready: series.reduce((sum, one) => sum + one.ready, 0),
            };
          }),
        );
      }
      clearInterval(watch);
      const [value, baseline] = [percentile(ours, 0.5), percentile(bare, 0.5)];
      growth.push({ size, value, baseline, ratio: baseline / value });
      const records = `${size.toLocaleString('en')} records`;
      table.push(
        [
          `${records}: the worklist, median / slowest`,
          `${value.toFixed(3)} / ${Math.max(...ours).toFixed(3)} s`,
        ],
        [`${records}: counting its rows`, `${baseline.toFixed(3)} s`],
        [
          `${records}: what it says`,
          `${found.due} due, ${found.ready} ready, ${found.unclassified} unclassified, ${found.series} series`,
        ],
        [
          `${records}: every date computed; the first time / all were wrong / all were right`,
          `${first.toFixed(1)} / ${again.toFixed(1)} / ${same.toFixed(1)} s`,
        ],
        [
          `${records}: memory of this process, before and at most`,
          `${restMb.toFixed(0)} → ${peakMb.toFixed(0)} MB`,
        ],
      );
      if (size === SIZES.at(-1)) {
        if (Math.max(...ours) >= AIMS.worklistS) missed.push(`worklist below ${AIMS.worklistS} s`);
        // The first time is no recomputation: a record gets its row when it is complete.
        if (again >= AIMS.recomputeS) missed.push(`recomputation below ${AIMS.recomputeS} s`);
        if (peakMb >= AIMS.peakMb) missed.push(`memory below ${AIMS.peakMb} MB`);
      }
    }
    for (const kind of ['folder', 's3'] as const) {
      const { objects, records, ours, bare } = await destruction(kind);
      table.push([
        `destruction, ${kind}: ${objects.toLocaleString('en')} objects of ${records.toLocaleString('en')} records / bare calls`,
        `${ours.toFixed(0)} / ${bare.toFixed(0)} objects/s, ${(ours / bare).toFixed(2)}`,
      ]);
      if (ours / bare < AIMS.destruction) missed.push(`destruction on ${kind} at ${AIMS.destruction}`);
    }
    table.push(['aims at 1,000,000', missed.length === 0 ? 'met' : `MISSED: ${missed.join(', ')}`]);
    const last = growth.at(-1);
    if (last === undefined) throw new Error('no size was measured');
    return {
      bench: 'retention',
      ratio: last.ratio,
      value: last.value,
      baseline: last.baseline,
      unit: 's for the worklist of 1,000,000 records',
      growth,
      table,
    };
  } finally {
    await db.close();
    await client.end();
    await server.stop();
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function recompute(client: Client): Promise<void> {
  await client.query("select recompute_due('rivertown', null)");
}

/** Forty series: most of some years from a day that is known, some from the end of a year, some that wait, some for ever. */
async function schedule(client: Client): Promise<void> {
  await client.query("update agency set fiscal_year_start = '07-01' where id = 'rivertown'");
  await client.query(
    `insert into edition (agency_id, edition, title, source, added_by) values ('rivertown', 'bench-2026', 'x', 'x', 'bench')`,
  );
  await client.query(
    `insert into series (agency_id, edition, code, title, citation, disposition, period, trigger, cutoff)
     select 'rivertown', 'bench-2026', 'S-' || n, 'x', 'x', case when n % 20 = 0 then 'permanent' else 'destroy' end,
            case when n % 20 = 0 then 'PERMANENT' when n % 20 = 1 then 'UNTIL superseded' else 'P' || 3 + n % 9 || 'Y' end,
            case when n % 20 > 1 then (array['reported', 'posted', 'removed', 'reported', 'case-closed'])[1 + n % 5] end,
            (array['none', 'none', 'calendar-year-end', 'fiscal-year-end'])[1 + n % 4]
       from generate_series(1, $1::int) n`,
    [SERIES],
  );
  await client.query(
    `with p as (insert into person (agency_id, id, name, email, created_by) select 'rivertown', gen_random_uuid(), 'x', n || '@rivertown.example', 'bench'
                  from generate_series(1, 2) n returning id)
     insert into person_role (agency_id, id, person_id, role, granted_by) select 'rivertown', gen_random_uuid(), id, 'retention-officer', 'bench' from p`,
  );
  await client.query(
    `insert into edition_confirmation (agency_id, edition, person_id, digest)
     select 'rivertown', 'bench-2026', person_id, edition_digest('rivertown', 'bench-2026') from person_role
      where agency_id = 'rivertown' and role = 'retention-officer'`,
  );
  await client.query(
    `insert into hold (agency_id, id, kind, title, reason, ends, placed_by)
     values ('rivertown', '00000000-0000-7000-8000-000000000001', 'litigation', 'x', 'x', 'x', 'bench')`,
  );
}

/**
 * Records of the last five years, complete, each with an object under the lease that is renewed, under one series, every eighth under two,
 * every fiftieth under none. Past the triggers, which the recomputation makes good: that is what is measured.
 */
async function fill(client: Client, from: number, to: number): Promise<void> {
  await client.query('begin');
  await client.query('set local session_replication_role = replica');
  await client.query(
    `insert into record (agency_id, id, subject, state, received_at, platform, account, kind, verb, grounds, removal, search)
     select 'rivertown', id, 'unknown:' || id, 'complete', timestamptz '2026-11-29' - (n % 1826) * interval '1 day', 'x', 'rivertown', 'comment',
            'hide', '{}', 'confirmed', ''
       from (select n, ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid as id from generate_series($1::int + 1, $2::int) n) made`,
    [from, to],
  );
  const these = `from (select n, ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid as id
                         from generate_series($1::int + 1, $2::int) n) made`;
  for (const [text, values] of [
    [
      `insert into record_series (agency_id, record_id, edition, series, reason, by)
       select 'rivertown', id, 'bench-2026', 'S-' || 1 + (n * 7 + extra) % $3::int, 'x', 'bench' ${these}
         cross join generate_series(0, 1) extra where n % 50 > 0 and (extra = 0 or n % 8 = 0)`,
      [from, to, SERIES],
    ],
    [
      `insert into record_day (agency_id, id, record_id, event, day, by)
       select 'rivertown', gen_random_uuid(), id, event, date '2026-11-29' - (n % 1826), 'fact' ${these}
         cross join unnest(array['reported', 'posted', 'removed']) event where event <> 'posted' or n % 3 > 0`,
      [from, to],
    ],
    [
      `insert into seal (agency_id, record_id, no, opened_at, sealed_at, mode) select 'rivertown', id, 1, now(), now(), 'trial' ${these}`,
      [from, to],
    ],
    [
      `insert into object (agency_id, key, record_id, seal_no, role, sha256, size_bytes, media_type, retain_until, version_id, locked_until, confirmed_at)
       select 'rivertown', 'bench/' || id, id, 1, 'fact', repeat('0', 64), 1, 'application/json', now(), 'x',
              timestamptz '2026-11-30 18:00Z' + (n % 3 - 1) * interval '20 days', now() ${these}`,
      [from, to],
    ],
    [
      `insert into hold_record (agency_id, hold_id, record_id)
       select 'rivertown', '00000000-0000-7000-8000-000000000001', id ${these} where n <= $3::int * 2 and n % 2 = 0`,
      [from, to, HOLDS],
    ],
  ] as const)
    await client.query(text, [...values]);
  await client.query('commit');
  await client.query('vacuum analyze');
}
