/**
 * Productions of 500, 2,000 and 10,000 records, one in twenty of them in part: packed, looked through and sealed, in a process of its own, with
 * its memory at the most. Baseline: zipping the same files with yazl, compressed, in this process; and the same stored, as ours are. Pictures apart: each is read by OCR, which takes
 * seconds.
 */
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Client } from 'pg';
import { ZipFile } from 'yazl';
import { addAgency, createKey } from '#agency/agency.ts';
import { buildApp, openMetrics } from '#api/api.ts';
import { readConfig } from '#config.ts';
import { migrateDatabase } from '#database.ts';
import { startEmbeddedPostgres } from '#db/embedded.ts';
import { askForProduction } from '#production/production.ts';
import { receiveRequest } from '#sunshine/sunshine.ts';
import { openSystem, type System } from '#system.ts';
import { startRelayWork, startWork } from '#work.ts';
import { multipart } from '../support/archive-forms.ts';
import { ended } from '../support/bagit.ts';
import { png } from '../support/picture.ts';
import type { BenchResult } from './main.ts';

const SIZES = (process.env['BENCH_RECORDS'] ?? '500,2000,10000').split(',').map(Number);
const PICTURES = 20;
const IN_PART = 20;
const AT_ONCE = 8;
const AIM = 0.5;

const WORDS =
  'the city park council street why nobody water again closed children road last week please when they said would repair that bridge since spring and it is still there'.split(
    ' ',
  );
const prose = (words: number): string =>
  Array.from({ length: words }, () => WORDS[randomInt(WORDS.length)] ?? '').join(' ');

/** Of letters alone, as names are. */
const surname = (): string =>
  Array.from(randomBytes(10), (byte) => 'abcdefghijklmnopqrstuvwxyz'[byte % 26]).join('');

interface Ours {
  readonly seconds: number;
  readonly peakMiB: number;
  readonly state: string;
  readonly clean: string;
  readonly objectKey: string;
  readonly versionId: string;
}

export async function productions(): Promise<
  Pick<BenchResult, 'growth' | 'table' | 'ratio' | 'value' | 'baseline'>
> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir, port: null, onProgress: () => undefined });
  const env: Record<string, string> = {
    HOLDFAST_DATA: dataDir,
    DATABASE_URL: postgres.url,
    HOLDFAST_LOG_LEVEL: 'warn',
    HOLDFAST_PUBLIC_URL: 'http://archive.example',
    HOLDFAST_LOOK_AGAIN: 'no',
    CHROMIUM_PATH: '/nonexistent',
  };
  await migrateDatabase({ url: postgres.url, ownerUrl: postgres.url }, () => undefined);
  const system = await openSystem(readConfig(env), { name: 'bench', databaseUrl: postgres.url });
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  const stops: (() => Promise<unknown>)[] = [];
  try {
    // Once: whoever starts them again has twice as many, which wait for each other's connections.
    const metrics = openMetrics(system.db);
    const app = await buildApp(system, { metrics });
    await system.staging.writeProbe();
    const relay = startRelayWork(system);
    const onHalt = (error: unknown): void => {
      throw error;
    };
    stops.push(relay.stop, async () => await app.close());
    for (const name of ['seal', 'capture', 'log'] as const)
      stops.push(await startWork(name, system, { metrics, onHalt }));
    await addAgency(system.db, { id: 'rivertown', name: 'City of Rivertown', zone: 'America/Chicago' });
    const growth: BenchResult['growth'][number][] = [];
    const table: (readonly [string, string])[] = [];
    const peaks: number[] = [];
    let there = 0;
    for (const size of SIZES) {
      await sealed(system, app, client, size - there, null);
      there = size;
      const ours = await produced(system, client, env, size, `N${size}`);
      const bytes = await extracted(system, ours, dataDir);
      const baseline = await zipped(bytes.folder, true);
      const stored = await zipped(bytes.folder, false);
      await rm(bytes.folder, { recursive: true, force: true });
      peaks.push(ours.peakMiB);
      growth.push({ size, value: ours.seconds, baseline, ratio: baseline / ours.seconds });
      table.push(
        [
          `${size.toLocaleString('en')} records (${(bytes.sizeBytes / 2 ** 20).toFixed(1)} MiB): produced`,
          `${ours.seconds.toFixed(1)} s, ${(size / ours.seconds).toFixed(0)} records/s, at most ${ours.peakMiB.toFixed(0)} MiB; gate: ${ours.clean}`,
        ],
        [
          `${size.toLocaleString('en')} records: zipping the same files`,
          `${baseline.toFixed(1)} s; ratio ${(baseline / ours.seconds).toFixed(2)} (aim ${AIM})`,
        ],
        [
          `${size.toLocaleString('en')} records: the same without compressing them, as ours are put`,
          `${stored.toFixed(1)} s; ratio ${(stored / ours.seconds).toFixed(2)}`,
        ],
      );
    }
    await client.query(
      "update request set state = 'closed', outcome = 'granted', closed_at = now(), closed_by = 'cli'",
    );
    await sealed(system, app, client, PICTURES, await png(1200, 800));
    const pictures = await produced(system, client, env, PICTURES, 'PICTURES');
    table.push([
      `${PICTURES} records with a picture each, one of them in part`,
      `${pictures.seconds.toFixed(1)} s, ${(pictures.seconds / PICTURES).toFixed(2)} s for each; gate: ${pictures.clean}`,
    ]);
    const last = growth.at(-1);
    if (last === undefined) throw new Error('Nothing was measured.');
    return { growth, table, ratio: last.ratio, value: last.value, baseline: last.baseline };
  } finally {
    await Promise.all(stops.map(async (stop) => await stop()));
    await client.end();
    await system.close(10_000);
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function sealed(
  system: System,
  app: FastifyInstance,
  client: Client,
  records: number,
  picture: Buffer | null,
): Promise<void> {
  const { key } = await createKey(system.db, { agencyId: 'rivertown', role: 'moderator', label: 'bench' });
  const count = async (of: string): Promise<number> =>
    Number((await client.query<{ n: string }>(`select count(*) as n from ${of}`)).rows[0]?.n);
  for (let n = 0; n < records; n += AT_ONCE) {
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, records - n) }, async () => {
        const event = {
          platform: 'facebook',
          account: 'rivertown',
          kind: 'comment',
          action: { verb: 'hide' },
          text: `${prose(60)} by Zebulon${surname()}`,
        };
        const form =
          picture === null
            ? { contentType: 'application/json', payload: JSON.stringify(event) }
            : multipart(event, [{ name: 'shot.png', type: 'image/png', bytes: picture }]);
        const answer = await app.inject({
          method: 'POST',
          url: '/v1/deletion-events',
          headers: { authorization: `Bearer ${key}`, 'content-type': form.contentType },
          payload: form.payload,
        });
        if (answer.statusCode !== 202) throw new Error(answer.body);
      }),
    );
    while ((await count('step')) > 200) await sleep(50);
  }
  while (
    (await count("record where state <> 'complete'")) + (await count('log_outbox')) + (await count('step')) >
    0
  )
    await sleep(50);
}

/** Of the newest records, every twentieth in part: its name is withheld, and what was sent word for word with it. */
async function produced(
  system: System,
  client: Client,
  env: Record<string, string>,
  size: number,
  prefix: string,
): Promise<Ours> {
  const at = system.now();
  const { requestId } = await system.db.inAgency(
    'rivertown',
    async (tx) =>
      await receiveRequest(
        tx,
        {
          channel: 'letter',
          words: 'All.',
          requester: null,
          contact: null,
          format: null,
          language: null,
          firstReceivedAt: at,
          receivedByCustodianAt: at,
        },
        'cli',
      ),
  );
  await client.query(
    `insert into request_record (agency_id, request_id, record_id, by)
     select 'rivertown', $1, id, 'cli' from record where agency_id = 'rivertown' order by id desc limit $2`,
    [requestId, size],
  );
  const exemption = `jsonb_build_object('key', '610.021-14', 'day', '2026-11-30', 'otherLaw', 'A law for benches')`;
  await client.query(
    `insert into review (agency_id, request_id, record_id, n, answer, fields, files, facts_seen, files_seen, by)
     select 'rivertown', $1, s.record_id, 1, case when part then 'part' else 'release' end,
            case when part then (
              select jsonb_agg(jsonb_build_object('fact', f.n, 'pointer', '/data/content/text', 'decision', 'part', 'passages', jsonb_build_array(
                       jsonb_build_object('start', strpos(f.body->'data'->'content'->>'text', ' by ') + 3,
                                          'end', length(f.body->'data'->'content'->>'text'), 'exemption', ${exemption}, 'description', 'A name'))))
                from fact f where f.record_id = s.record_id) end,
            case when part then (
              select jsonb_agg(case when a.media_type like 'image/%' or a.role = 'capture-report' then jsonb_build_object('file', a.n, 'decision', 'release')
                                    else jsonb_build_object('file', a.n, 'decision', 'withhold', 'exemption', ${exemption}, 'description', 'The same, as it came') end)
                from artifact a where a.record_id = s.record_id) end,
            null, null, 'cli'
       from (select record_id, row_number() over (order by record_id) % ${IN_PART} = 1 as part from request_record where request_id = $1) s`,
    [requestId],
  );
  const made = await system.db.inAgency(
    'rivertown',
    async (tx) =>
      await askForProduction(
        tx,
        { requestId, prefix, asked: { wacz: false, seen: { pictures: [], items: [] } } },
        'cli',
      ),
  );
  const child = spawn(
    process.execPath,
    [
      ...(process.env['BENCH_PROF'] ?? '').split(' ').filter((one) => one !== ''),
      join(import.meta.dirname, '../support/production-child.ts'),
      made?.id ?? '',
    ],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const said = JSON.parse((await text(child.stdout)).trim().split('\n').at(-1) ?? '{}') as Ours;
  if (said.state !== 'ready') throw new Error(`It was not made: ${JSON.stringify(said)}`);
  return said;
}

async function extracted(
  system: System,
  { objectKey, versionId }: Ours,
  dataDir: string,
): Promise<{ readonly folder: string; readonly sizeBytes: number }> {
  const zip = join(dataDir, 'bench.zip');
  await pipeline(await system.store.read(objectKey, versionId), createWriteStream(zip));
  const folder = join(dataDir, 'extracted');
  await ended('python3', ['-m', 'zipfile', '-e', zip, folder]);
  const { size: sizeBytes } = await stat(zip);
  await writeFile(zip, '');
  return { folder, sizeBytes };
}

async function zipped(folder: string, compress: boolean): Promise<number> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  const started = performance.now();
  const zip = new ZipFile();
  for (const one of files) {
    const path = join(one.parentPath, one.name);
    zip.addFile(path, path.slice(folder.length + 1), { compress });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(join(folder, '..', 'again.zip')));
  return (performance.now() - started) / 1000;
}
