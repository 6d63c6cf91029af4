/**
 * A log with a real database and a real store, and nothing else of the archive: what tests of the sequencer work on. Events are
 * written straight into the history, as whatever writes one does in the end.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import { inject } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import type { S3Config } from '#config.ts';
import { openDb, type Db } from '#db/db.ts';
import { openLog } from '#log.ts';
import { openKeyFolder, startSequencer, type Sequencer, type SequencerContext } from '#log/log.ts';
import { openLogFiles, type LogFiles } from '#store/store.ts';
import { cloneDatabase } from './archive.ts';
import { startArchiveProcess, type ArchiveProcess } from './archive-process.ts';
import type { Fate } from './fate.ts';
import { judgeLog, type LogJudgement } from './judge-log.ts';

export interface LogScene {
  readonly db: Db;
  readonly sql: Client;
  readonly databaseUrl: string;
  readonly files: LogFiles;
  readonly keys: string;
  /** Every checkpoint that a sequencer of this scene put into the store. */
  readonly seen: Buffer[];
  start(more?: Partial<SequencerContext>): Sequencer;
  /** A log worker as a process of its own. */
  process(fates?: readonly Fate[]): ArchiveProcess;
  /** So many events at once; answers their ids. */
  events(count: number, agencyId?: string): Promise<string[]>;
  /** Waits until nothing waits and everything is published. */
  settled(agencyId?: string, timeoutMs?: number): Promise<void>;
  /** Waits until the log stands still with this code; answers its sentence. */
  standsStill(code: string, agencyId?: string): Promise<string>;
  judge(settled: boolean, agencyId?: string): Promise<LogJudgement>;
  /** The database as it is now, under another name. Nobody may be connected, so the scene is closed to it meanwhile. */
  copy(): Promise<string>;
  /** Goes on with this database, as after a restore. */
  restored(databaseUrl: string): Promise<void>;
  close(): Promise<void>;
}

export const EVENT = `insert into event (agency_id, id, type, actor, body)
  values ($1, $2::uuid, 'office.changed', 'cli', jsonb_build_object('office', $2::uuid))`;

export async function openLogScene(s3: S3Config | null): Promise<LogScene> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-log-'));
  const clone = await cloneDatabase();
  const drops = [clone.drop];
  const opened = await openLogFiles({ dataDir: folder, s3 });
  const seen: Buffer[] = [];
  const files: LogFiles = {
    ...opened,
    replace: async (path, bytes, lastingMs) => {
      await opened.replace(path, bytes, lastingMs);
      seen.push(Buffer.from(bytes));
    },
  };
  const connect = async (url: string): Promise<{ db: Db; sql: Client; databaseUrl: string }> => {
    const sql = new Client({ connectionString: url });
    sql.on('error', () => undefined);
    await sql.connect();
    return { db: openDb({ url, name: 'test' }), sql, databaseUrl: url };
  };
  let now = await connect(clone.url);
  for (const id of ['rivertown', 'lakeside'])
    await addAgency(now.db, { id, name: `City of ${id}`, zone: 'America/Chicago' });
  const sequencers = new Set<Sequencer>();
  const processes = new Set<ArchiveProcess>();
  const disconnect = async (): Promise<void> => {
    await Promise.all([...sequencers].map(async (one) => await one.stop()));
    sequencers.clear();
    for (const one of processes) one.kill9();
    await Promise.all([...processes].map(async (one) => await one.ended));
    processes.clear();
    await now.db.close();
    await now.sql.end();
  };
  const scene: LogScene = {
    get db() {
      return now.db;
    },
    get sql() {
      return now.sql;
    },
    get databaseUrl() {
      return now.databaseUrl;
    },
    files,
    seen,
    keys: join(folder, 'keys', 'log'),
    start: (more = {}) => {
      const made = startSequencer({
        db: now.db,
        files,
        keyFolder: openKeyFolder(scene.keys),
        log: openLog(process.env['HOLDFAST_TEST_LOG'] ?? 'silent', 'log'),
        name: 'archive.example',
        leaseMs: 30 * 86_400_000,
        idleMs: 20,
        restMs: { later: 300, never: 300, halt: 300 },
        ...more,
      });
      sequencers.add(made);
      return {
        stop: async () => {
          sequencers.delete(made);
          await made.stop();
        },
      };
    },
    process: (fates = []) => {
      const child = startArchiveProcess(
        {
          HOLDFAST_DATA: folder,
          DATABASE_URL: now.databaseUrl,
          HOLDFAST_LOG_NAME: 'archive.example',
          HOLDFAST_LOG_LEVEL: process.env['HOLDFAST_TEST_LOG'] ?? 'silent',
          CHROMIUM_PATH: '/nonexistent',
          ...(s3 === null
            ? {}
            : {
                S3_ENDPOINT: s3.endpoint,
                S3_REGION: s3.region,
                S3_BUCKET: s3.bucket,
                S3_ACCESS_KEY_ID: s3.writer.accessKeyId,
                S3_SECRET_ACCESS_KEY: s3.writer.secretAccessKey,
                ...(s3.log === null
                  ? {}
                  : {
                      S3_LOG_ACCESS_KEY_ID: s3.log.accessKeyId,
                      S3_LOG_SECRET_ACCESS_KEY: s3.log.secretAccessKey,
                    }),
              }),
        },
        { name: 'log', workers: ['log'], fates },
      );
      processes.add(child);
      return child;
    },
    events: async (count, agencyId = 'rivertown') => {
      const ids = Array.from({ length: count }, () => randomUUID());
      await now.sql.query(
        `insert into event (agency_id, id, type, actor, body)
         select $1, id, 'office.changed', 'cli', jsonb_build_object('office', id) from unnest($2::uuid[]) id`,
        [agencyId, ids],
      );
      return ids;
    },
    settled: async (agencyId = 'rivertown', timeoutMs = 30_000) => {
      await until(timeoutMs, async () => {
        const { rows } = await now.sql.query<{ waiting: number; size: number; published: number }>(
          `select (select count(*)::int from log_outbox where agency_id = $1) as waiting, size::int as size, published::int as published
             from log_head where agency_id = $1`,
          [agencyId],
        );
        const [row] = rows;
        if (row?.waiting === 0 && row.size === row.published && row.size > 0) return true;
        const { rows: standing } = await now.sql.query<object>('select * from log_standing');
        throw new Error(`${JSON.stringify(row)} ${JSON.stringify(standing)}`);
      });
    },
    standsStill: async (code, agencyId = 'rivertown') =>
      await until(15_000, async () => {
        const { rows } = await now.sql.query<{ code: string; sentence: string }>(
          'select code, sentence from log_standing where agency_id = $1',
          [agencyId],
        );
        if (rows[0]?.code === code) return rows[0].sentence;
        throw new Error(`It does not stand still with ${code}: ${JSON.stringify(rows)}`);
      }),
    judge: async (settled, agencyId = 'rivertown') =>
      await judgeLog({
        sql: now.sql,
        agencyId,
        read: async (path) => await opened.read(`log/${agencyId}/${path}`),
        seen: seen.filter((note) => note.toString().split('\n')[0]?.endsWith(`/${agencyId}`) === true),
        settled,
      }),
    copy: async () => {
      await disconnect();
      const name = `t_${randomUUID().replaceAll('-', '')}`;
      const template = new URL(now.databaseUrl).pathname.slice(1);
      const run = async (statement: string): Promise<void> => {
        const client = new Client({ connectionString: inject('postgresUrl') });
        await client.connect();
        await client.query(statement).finally(async () => await client.end());
      };
      // What was disconnected may still be leaving.
      await until(10_000, async () => {
        await run(`create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`);
        return true;
      });
      drops.push(async () => await run(`drop database if exists ${escapeIdentifier(name)} with (force)`));
      now = await connect(now.databaseUrl);
      const url = new URL(now.databaseUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    restored: async (url) => {
      await disconnect();
      now = await connect(url);
    },
    close: async () => {
      await disconnect();
      for (const drop of drops) await drop();
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return scene;
}

/** Reads the checkpoint in the store again and again, and keeps each that it sees, until it is stopped. */
export function watch(scene: LogScene, agencyId = 'rivertown'): () => Promise<void> {
  let stopped = false;
  const look = async (): Promise<void> => {
    while (!stopped) {
      const note = await scene.files.read(`log/${agencyId}/checkpoint`);
      if (note !== null && scene.seen.at(-1)?.equals(note) !== true) scene.seen.push(note);
      await sleep(2);
    }
  };
  const looking = look();
  return async () => {
    stopped = true;
    await looking;
  };
}

/** Until it does not throw; then its last complaint. */
export async function until<T>(timeoutMs: number, look: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + timeoutMs; ;)
    try {
      return await look();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(30);
    }
}
