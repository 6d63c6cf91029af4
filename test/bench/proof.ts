/**
 * Everything that proof costs, in one table: entries of the log per second against the bare inserts that they cost, how long a seal waits
 * for its checkpoint, how a proof and the whole recomputation grow (the root up to a million entries; all that the nightly audit does
 * up to a hundred thousand), and a package verified against `sha256sum` of the same bytes.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { openDb, type Db } from '#db/db.ts';
import { openKeyFolder, openLogReader, startSequencer } from '#log/log.ts';
import { EMPTY_FRONTIER, grow, leafHash, rootOf, type Frontier } from '#log/merkle.ts';
import { keyPair, signer } from '#log/note.ts';
import { signCheckpoint } from '#log/checkpoint.ts';
import { grownBundles, grownTiles, isWholeIn, TILE_WIDTH, tileOf } from '#log/tiles.ts';
import { openLog } from '#log.ts';
import { openLogFiles, openReader, type LogFiles, type ObjectReader } from '#store/store.ts';
import type { BenchResult } from './main.ts';
import { auditFigure, insertEvents as insertUnrelated, type AuditFigure } from './proof-audit.ts';
import { percentile, startBenchServer } from './server.ts';
import { verify } from './verify.ts';

const AGENCY = 'rivertown';
const EVENTS = 50_000;
const BATCH = 1000;
const SIZES = [10_000, 100_000, 1_000_000] as const;
const AUDITED = [10_000, 100_000] as const;
const PROOFS = 200;
const RATE = 50;
const SECONDS = 20;

export async function proof(): Promise<BenchResult> {
  const server = await startBenchServer('api', { CHROMIUM_PATH: '/nonexistent' });
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  const db = openDb({ url: server.databaseUrl });
  const files = await openLogFiles({ s3: null, dataDir: server.dataDir });
  const reader = await openReader({ s3: null, dataDir: server.dataDir });
  const sequence = () =>
    startSequencer({
      db,
      files,
      keyFolder: openKeyFolder(join(server.dataDir, 'keys', 'log')),
      log: openLog('warn', 'bench'),
      name: 'bench.example',
      leaseMs: 2_592_000_000,
      idleMs: 100,
    });
  try {
    const delays = await waits(client, sequence);
    const baseline = await bareInserts(client);
    const value = await entries(client, sequence);
    const stored = await kept(client, files);
    const audits = await audited(client, { db, logFiles: files, reader }, sequence);
    const growth = await grown(client, db, files);
    const last = growth.at(-1);
    if (last === undefined) throw new Error('no size was measured');
    const verified = await verify();
    return {
      bench: 'proof',
      ratio: value / baseline,
      value,
      baseline,
      unit: 'log entries/s',
      growth: growth.map(({ size, proofMs, recomputeMs }) => ({
        size,
        value: proofMs,
        baseline: recomputeMs,
        ratio: recomputeMs / proofMs,
      })),
      table: [
        [`${EVENTS.toLocaleString('en')} events, written and in the log`, `${value.toFixed(0)} entries/s`],
        ['the bare inserts that they cost', `${baseline.toFixed(0)} entries/s (aim of the ratio: 0.5)`],
        [
          `event to its checkpoint at ${RATE}/s: p50 / p99 (aim 2,000 ms)`,
          `${percentile(delays, 0.5).toFixed(0)} / ${percentile(delays, 0.99).toFixed(0)} ms, of ${delays.length}`,
        ],
        [
          'stored for each entry: database, with indexes / store',
          `${stored.database.toFixed(0)} / ${stored.store.toFixed(0)} bytes; ${stored.outgrown.toFixed(0)} more in the store until outgrown tiles go`,
        ],
        ...growth.map(
          ({ size, proofMs, recomputeMs }) =>
            [
              `${size.toLocaleString('en')} entries: proof p95 / root from every entry`,
              `${proofMs.toFixed(1)} ms (aim 100) / ${(recomputeMs / 1000).toFixed(2)} s`,
            ] as const,
        ),
        ...audits.map(
          ({ entries: size, ms }) =>
            [
              `${size.toLocaleString('en')} entries: audited whole`,
              `${(ms / 1000).toFixed(2)} s, ${((ms / size) * 1000).toFixed(0)} µs an entry: hashes, roots, checkpoints, files, history`,
            ] as const,
        ),
        ...verified.table,
      ],
    };
  } finally {
    await reader.close();
    await db.close();
    await client.end();
    await server.stop();
  }
}

/** From the commit of an event to its checkpoint in the store, by the database's clock, at a steady rate. */
async function waits(client: Client, sequence: () => { stop(): Promise<void> }): Promise<number[]> {
  const running = sequence();
  const { rows: before } = await client.query<{ seq: string }>(
    'select coalesce(max(seq), 0)::text as seq from event',
  );
  for (let i = 0; i < RATE * SECONDS; i += 1) {
    const next = sleep(1000 / RATE);
    await insertEvents(client, 1);
    await next;
  }
  await drained(client);
  await running.stop();
  const { rows } = await client.query<{ ms: number }>(
    `select extract(epoch from (select min(c.at) from log_checkpoint c where c.agency_id = l.agency_id and c.size > l.idx) - e.at)::float8 * 1000 as ms
       from event e join log_leaf l on l.event_id = e.id and l.agency_id = e.agency_id where e.seq > $1 and e.type = 'view.opened'`,
    [before[0]?.seq],
  );
  if (rows.length < RATE * SECONDS) throw new Error('not every event is in the log');
  return rows.map((row) => row.ms);
}

async function insertEvents(client: Client, howMany: number): Promise<void> {
  await client.query(
    `insert into event (agency_id, id, record_id, type, actor, body)
     select $1, gen_random_uuid(), gen_random_uuid(), 'view.opened', 'person:' || gen_random_uuid(), '{"what": "record"}'
       from generate_series(1, $2::int)`,
    [AGENCY, howMany],
  );
}

async function entries(client: Client, sequence: () => { stop(): Promise<void> }): Promise<number> {
  const started = performance.now();
  const running = sequence();
  for (let at = 0; at < EVENTS; at += BATCH) await insertEvents(client, BATCH);
  await drained(client);
  const seconds = (performance.now() - started) / 1000;
  await running.stop();
  return EVENTS / seconds;
}

/** A log of events that are about no record, led to each size by the sequencer, and audited as the nightly audit does. */
async function audited(
  client: Client,
  system: { readonly db: Db; readonly logFiles: LogFiles; readonly reader: ObjectReader },
  sequence: () => { stop(): Promise<void> },
): Promise<AuditFigure[]> {
  const agencyId = 'hillside';
  await client.query(`insert into agency (id, name) values ($1, 'City of Hillside')`, [agencyId]);
  const figures: AuditFigure[] = [];
  let inserted = 0;
  for (const size of AUDITED) {
    const running = sequence();
    for (; inserted < size; inserted += BATCH) await insertUnrelated(system, agencyId, BATCH);
    await drained(client);
    await running.stop();
    figures.push(await auditFigure(system, agencyId));
  }
  return figures;
}

async function drained(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ left: boolean }>(
      `select exists (select from log_outbox) or exists (select from log_head where published < size) as left`,
    );
    if (rows[0]?.left === false) return;
    await sleep(20);
  }
}

/**
 * What an entry costs at the least: the event, its place in the outbox, the leaf, and the place taken out again; rows of the same size
 * with the same indexes, in as few statements, sent as we send them, and nothing read, hashed, signed or put into a store. By one
 * connection, one step after the other; ours has a writer and a sequencer, beside each other where there are two processors.
 */
async function bareInserts(client: Client): Promise<number> {
  await client.query(`
    create table bare_event (like event including indexes including identity);
    create table bare_leaf (like log_leaf including indexes);
    create table bare_outbox (agency_id text, seq bigint, primary key (agency_id, seq));`);
  const { rows } = await client.query<{ size: number }>(
    'select avg(octet_length(entry))::int as size from log_leaf',
  );
  const sizeBytes = rows[0]?.size ?? 0;
  if (sizeBytes < 100) throw new Error('there is no entry whose size could be taken');
  const batches = Array.from({ length: EVENTS / BATCH }, (_, at) => ({
    first: at * BATCH,
    ids: Array.from({ length: BATCH }, () => randomUUID()),
    entries: randomBytes(BATCH * sizeBytes),
    hashes: randomBytes(BATCH * 32),
    salts: randomBytes(BATCH * 32),
  }));
  const started = performance.now();
  for (const { first, ids, entries: bytes, hashes, salts } of batches) {
    await client.query(
      `with e as (
         insert into bare_event (agency_id, id, record_id, type, at, actor, body)
         select $1, gen_random_uuid(), gen_random_uuid(), 'view.opened', clock_timestamp(), 'person:' || gen_random_uuid(), '{"what": "record"}'
           from generate_series(1, $2::int) returning seq)
       insert into bare_outbox select $1, seq from e`,
      [AGENCY, BATCH],
    );
    await client.query('begin');
    await client.query(
      `insert into bare_leaf (agency_id, idx, event_id, record_id, entry, hash, salt)
       select '${AGENCY}', $1::bigint + n - 1, id, id, substring($3::bytea from ((n - 1) * ${sizeBytes} + 1)::int for ${sizeBytes}),
              substring($4::bytea from (n * 32 - 31)::int for 32), substring($5::bytea from (n * 32 - 31)::int for 32)
         from unnest($2::uuid[]) with ordinality as l(id, n)`,
      [first, ids, bytes, hashes, salts],
    );
    await client.query('delete from bare_outbox where seq <= (select max(seq) from bare_outbox)');
    await client.query('commit');
  }
  const seconds = (performance.now() - started) / 1000;
  await client.query('drop table bare_event, bare_leaf, bare_outbox');
  return EVENTS / seconds;
}

/** What the log of the agency keeps for each entry, in bytes: its leaves with their indexes and checkpoints, and its files; of these what is outgrown, and goes in two hours. */
async function kept(client: Client, files: LogFiles): Promise<Kept> {
  const { rows } = await client.query<{ bytes: number; size: number }>(
    `select (pg_total_relation_size('log_leaf') + pg_total_relation_size('log_checkpoint'))::float8 as bytes,
            (select published from log_head where agency_id = $1)::int as size`,
    [AGENCY],
  );
  const { bytes: database, size } = rows[0] ?? { bytes: 0, size: 0 };
  let [store, outgrown] = [0, 0];
  const below = `log/${AGENCY}/`;
  for await (const path of files.list(below.slice(0, -1))) {
    const tile = tileOf(path.slice(below.length));
    const { size: sizeBytes } = await stat(join(files.describe, 'files', path));
    store += sizeBytes;
    if (tile !== null && tile.width < TILE_WIDTH && isWholeIn(size, tile)) outgrown += sizeBytes;
  }
  return { database: database / size, store: (store - outgrown) / size, outgrown: outgrown / size };
}

interface Kept {
  readonly database: number;
  readonly store: number;
  readonly outgrown: number;
}

interface Grown {
  readonly size: number;
  readonly proofMs: number;
  readonly recomputeMs: number;
}

/** A log of its own, of another agency, filled past the sequencer: a million entries through it are measured above. */
async function grown(client: Client, db: Db, files: LogFiles): Promise<Grown[]> {
  const agencyId = 'lakeside';
  const origin = `bench.example/log/${agencyId}`;
  const key = keyPair(origin, randomBytes(32));
  await client.query(`insert into agency (id, name) values ($1, 'City of Lakeside')`, [agencyId]);
  await client.query(`insert into log_head (agency_id, origin) values ($1, $2)`, [agencyId, origin]);
  const reader = openLogReader(files);
  const measured: Grown[] = [];
  let frontier: Frontier = EMPTY_FRONTIER;
  for (const size of SIZES) {
    while (frontier.size < size) frontier = await more(client, files, agencyId, origin, frontier, size);
    const root = rootOf(frontier);
    const note = signCheckpoint({ origin, size, root }, [signer(key.skey)]);
    await client.query(`insert into log_checkpoint (agency_id, size, root, note) values ($1, $2, $3, $4)`, [
      agencyId,
      size,
      root,
      note,
    ]);
    await client.query('vacuum analyze log_leaf');
    const times: number[] = [];
    for (let i = 0; i < PROOFS; i += 1) {
      const { rows } = await client.query<{ id: string }>(
        `select event_id as id from log_leaf where agency_id = $1 and idx = $2`,
        [agencyId, Math.floor(Math.random() * size)],
      );
      const started = performance.now();
      const found = await db.inAgency(
        agencyId,
        async (at) => await reader.proofsOf(at, { eventIds: [rows[0]?.id ?? ''] }),
      );
      times.push(performance.now() - started);
      if (found.length !== 1) throw new Error('no proof was made');
    }
    const started = performance.now();
    const whole = await recomputed(client, agencyId, size);
    const recomputeMs = performance.now() - started;
    if (Buffer.compare(whole, root) !== 0) throw new Error('the root is another one');
    measured.push({ size, proofMs: percentile(times, 0.95), recomputeMs });
  }
  return measured;
}

const STRETCH = 25_600;

async function more(
  client: Client,
  files: LogFiles,
  agencyId: string,
  origin: string,
  frontier: Frontier,
  size: number,
): Promise<Frontier> {
  const howMany = Math.min(STRETCH - (frontier.size % STRETCH), size - frontier.size);
  const all = Array.from({ length: howMany }, (_, i) => frontier.size + i);
  const made = all.map((idx) =>
    Buffer.from(
      `{"actor":"person:${randomUUID()}","at":"2026-11-21T08:00:00.000Z","facts":{"detailCommitment":"${randomBytes(32).toString('hex')}","what":"record"},"id":"${randomUUID()}","idx":"${idx}","log":"${origin}","subject":"record:${randomUUID()}","type":"view.opened","v":1}`,
    ),
  );
  const hashes = made.map((entry) => leafHash(entry));
  await client.query(
    `insert into log_leaf (agency_id, idx, event_id, entry, hash)
     select $1, i, gen_random_uuid(), e, h from unnest($2::bigint[], $3::bytea[], $4::bytea[]) u(i, e, h)`,
    [agencyId, all, made, hashes],
  );
  const read = async (path: string): Promise<Buffer | null> => await files.read(`log/${agencyId}/${path}`);
  const written = [
    ...(await grownBundles(frontier.size, made, read)),
    ...(await grownTiles(frontier.size, hashes, read)),
  ];
  for (let at = 0; at < written.length; at += 16)
    await Promise.all(
      written
        .slice(at, at + 16)
        .map(async ({ path, bytes }) => await files.put(`log/${agencyId}/${path}`, bytes, 1000)),
    );
  return grow(frontier, hashes);
}

/** Every entry read, hashed and led to the root. */
async function recomputed(client: Client, agencyId: string, size: number): Promise<Buffer> {
  let frontier: Frontier = EMPTY_FRONTIER;
  for (let at = 0; at < size; at += STRETCH) {
    const { rows } = await client.query<{ entry: Buffer }>(
      `select entry from log_leaf where agency_id = $1 and idx >= $2 and idx < $3 order by idx`,
      [agencyId, at, Math.min(size, at + STRETCH)],
    );
    frontier = grow(
      frontier,
      rows.map((row) => leafHash(row.entry)),
    );
  }
  return rootOf(frontier);
}
