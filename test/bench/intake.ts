/**
 * Acknowledged reports a second against pgbench inserting the same rows with the same number of clients into the same
 * server, one transaction a report. pgbench (Debian: postgresql-client or postgresql-contrib) is a prerequisite of this bench.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchResult } from './main.ts';
import { childrenOf, cpuMicros, percentile, startBenchServer, type BenchServer } from './server.ts';
import { openWire } from './wire.ts';

const run = promisify(execFile);
const CLIENTS = 16;
const SECONDS = 10;
const TEXT =
  'You should all be ashamed of this road. Call me for a better one, I know what you did last summer and I have pictures.'.repeat(
    4,
  );

export async function intake(): Promise<BenchResult> {
  const version = await run('pgbench', ['--version']).catch(() => null);
  if (version === null)
    throw new Error(
      'pgbench is needed for the baseline: apt-get install postgresql-client (or postgresql-contrib).',
    );
  const server = await startBenchServer('api', { CHROMIUM_PATH: '/nonexistent' });
  try {
    await ours(server, 2);
    // Baseline and ours in turn, twice, so that whatever else the machine does falls on both.
    const rounds = [];
    for (let i = 0; i < 2; i += 1)
      rounds.push({ baseline: await pgbench(server), ours: await ours(server, SECONDS) });
    const baseline = Math.max(...rounds.map((round) => round.baseline));
    const best = rounds.map((round) => round.ours).sort((a, b) => b.perSecond - a.perSecond)[0];
    if (best === undefined) throw new Error('no round was run');
    const one = await ours(server, 4, 1);
    return {
      bench: 'intake',
      ratio: best.perSecond / baseline,
      value: best.perSecond,
      baseline,
      unit: 'acknowledged reports/s',
      growth: [{ size: 1, value: one.perSecond, baseline: Number.NaN, ratio: Number.NaN }],
      table: [
        ['clients', String(CLIENTS)],
        ['acknowledged reports/s', best.perSecond.toFixed(0)],
        ['pgbench transactions/s', baseline.toFixed(0)],
        ['p50 / p95 / p99', `${best.p50.toFixed(1)} / ${best.p95.toFixed(1)} / ${best.p99.toFixed(1)} ms`],
        [
          'processor time a report: API, Postgres',
          `${best.apiMicros.toFixed(0)}, ${best.postgresMicros.toFixed(0)} µs`,
        ],
        [
          'one client alone: reports/s, p50, p99',
          `${one.perSecond.toFixed(0)}, ${one.p50.toFixed(1)} ms, ${one.p99.toFixed(1)} ms`,
        ],
        ['not 202', String(rounds.reduce((sum, round) => sum + round.ours.refused, 0))],
      ],
    };
  } finally {
    await server.stop();
  }
}

function report(): string {
  return JSON.stringify({
    platform: 'facebook',
    account: 'rivertown',
    kind: 'comment',
    text: TEXT,
    author: { displayName: 'A Resident' },
    action: { verb: 'hide', ground: 'rivertown-social-media#3.b' },
  });
}

async function ours(server: BenchServer, seconds: number, clients = CLIENTS) {
  const times: number[] = [];
  let refused = 0;
  const end = performance.now() + seconds * 1000;
  const client = async (): Promise<void> => {
    const wire = await openWire(server.port);
    while (performance.now() < end) {
      const head = `POST /v1/deletion-events HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${server.key}\r\ncontent-type: application/json\r\nidempotency-key: ${randomUUID()}\r\n`;
      const started = performance.now();
      if ((await wire.send(head, report())) === 202) times.push(performance.now() - started);
      else refused += 1;
    }
    wire.close();
  };
  const started = performance.now();
  const api = await cpuMicros([server.pid]);
  const postgres = await cpuMicros(await childrenOf(server.postgresPid));
  await Promise.all(Array.from({ length: clients }, client));
  return {
    apiMicros: ((await cpuMicros([server.pid])) - api) / times.length,
    postgresMicros: ((await cpuMicros(await childrenOf(server.postgresPid))) - postgres) / times.length,
    perSecond: times.length / ((performance.now() - started) / 1000),
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    refused,
  };
}

/** The rows that one report leaves: record, fact, raw bytes, history, two steps. One transaction, prepared statements. */
async function pgbench(server: BenchServer): Promise<number> {
  const body = report();
  const fact = JSON.stringify({
    specversion: '1.0',
    data: JSON.parse(body) as unknown,
    padding: 'x'.repeat(700),
  });
  // pgbench takes a colon before a word for one of its variables.
  const plain = (json: string): string => json.replaceAll("'", "''").replaceAll(':', ': ');
  const script = `\\set n random(1, 1000000000000)
begin;
select set_config('app.agency', 'rivertown', true);
insert into record (agency_id, id, subject, received_at, platform, account, kind, verb, grounds, excerpt, author, removal, edition, series, series_reason, search)
 values ('rivertown', md5(:client_id || '-' || :n)::uuid, 'unknown:' || :client_id || '-' || :n, now(), 'facebook', 'rivertown', 'comment', 'hide', '{rivertown-social-media#3.b}', 'excerpt', 'A Resident', 'awaited', 'rivertown-sample-2026', 'SAMPLE-01', 'because', search_words('rivertown', '${TEXT.replaceAll("'", "''")}'));
insert into fact (agency_id, source, id, record_id, n, type, recorded_at, actor, body, delivery, idempotency_key)
 values ('rivertown', '/agencies/rivertown/webhook/facebook/rivertown', 'idk_pgbench_' || :client_id || '-' || :n, md5(:client_id || '-' || :n)::uuid, 1, 'removal.action-recorded.v1', now(), 'key', '${plain(fact)}', 'd', 'k' || :client_id || '-' || :n);
insert into artifact (agency_id, record_id, n, artifact_id, origin, role, media_type, size_bytes, sha256, received_at, fact_n, inline)
 values ('rivertown', md5(:client_id || '-' || :n)::uuid, 1, 'art_x', 'raw', 'raw-payload', 'application/json', ${body.length}, repeat('a', 64), now(), 1, '${plain(body)}'::text::bytea);
insert into event (agency_id, id, record_id, type, actor, body) values ('rivertown', gen_random_uuid(), md5(:client_id || '-' || :n)::uuid, 'intake.accepted', 'key', '{"fact": 1, "files": 1, "new": true}');
insert into step (record_id, name, agency_id) values (md5(:client_id || '-' || :n)::uuid, 'seal', 'rivertown'), (md5(:client_id || '-' || :n)::uuid, 'capture', 'rivertown');
commit;
`;
  const path = join(server.dataDir, 'baseline.sql');
  await writeFile(path, script);
  const url = new URL(server.databaseUrl);
  const { stdout } = await run(
    'pgbench',
    [
      '-n',
      '-M',
      'prepared',
      '-c',
      String(CLIENTS),
      '-j',
      '2',
      '-T',
      String(SECONDS),
      '-f',
      path,
      '-h',
      '127.0.0.1',
      '-p',
      url.port,
      '-U',
      decodeURIComponent(url.username),
      url.pathname.slice(1),
    ],
    {
      env: {
        ...process.env,
        PGPASSWORD: decodeURIComponent(url.password),
        PGOPTIONS: '-c role=holdfast_app',
      },
    },
  );
  const tps = Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
  if (!(tps > 0)) throw new Error(`pgbench said: ${stdout}`);
  return tps;
}
