/** The scene of a crash test: an archive on chosen parts, whoever hands in, the processes, and the verdict at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { knownStaged } from '#intake/intake.ts';
import type { S3Config, S3Credentials } from '#config.ts';
import { openArchive, simpleReport, type Archive } from './archive.ts';
import type { Plan } from './archive-child.ts';
import { startArchiveProcess, type ArchiveProcess } from './archive-process.ts';
import { judge, type Judgement } from './judge.ts';
import { judgeLog } from './judge-log.ts';
import { folderEyes, s3Eyes } from './judge-store.ts';
import { png } from './picture.ts';
import { openSubmitter, type Report, type Submitter } from './submitter.ts';

export interface Parts {
  readonly redisUrl?: string;
  /** Instead of a clone of the run's template. */
  readonly databaseUrl?: string;
  readonly s3?: { readonly config: S3Config; readonly root: S3Credentials };
  /** Settings beyond the scene's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of the processes; at `debug` they tell how each job ended. */
  readonly logLevel?: string;
}

export interface Scene {
  readonly archive: Archive;
  /** Hands in to the scene's own API, or wherever `address` leads. */
  readonly submitter: Submitter;
  /** The API that the submitter talks to; set it to send them elsewhere. */
  address: string;
  start(plan: Plan): ArchiveProcess;
  /** A look into the database as its superuser, over a connection of its own. */
  looking<T>(look: (sql: Client) => Promise<T>): Promise<T>;
  /**
   * Waits until nothing is owed but what is parked, and, where a process is alive that enters, until everything is in the log; fails
   * when for so long nothing moved on.
   */
  settled(patienceMs?: number): Promise<void>;
  /** Sweeps staging and judges; `swept` is what crashes had left there. */
  verdict(): Promise<Judgement & { readonly swept: number }>;
  close(): Promise<void>;
}

/** Short enough that a dead worker's claim is over soon, long enough that a busy machine's is not. */
export const CLAIM_MS = 1500;

export async function openScene(parts: Parts = {}): Promise<Scene> {
  const { redisUrl, s3 } = parts;
  const env = {
    HOLDFAST_CLAIM: `${CLAIM_MS}ms`,
    HOLDFAST_RECONCILE: '300ms',
    CHROMIUM_PATH: '/nonexistent',
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    ...(s3 === undefined
      ? {}
      : {
          S3_ENDPOINT: s3.config.endpoint,
          S3_REGION: s3.config.region,
          S3_BUCKET: s3.config.bucket,
          S3_ACCESS_KEY_ID: s3.config.writer.accessKeyId,
          S3_SECRET_ACCESS_KEY: s3.config.writer.secretAccessKey,
        }),
    ...parts.env,
  };
  const { databaseUrl } = parts;
  const archive = await openArchive({ env, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
  const apiKey = await archive.key();
  const processes: ArchiveProcess[] = [];
  const entering = new Set<ArchiveProcess>();
  /** A connection of its own each time: the database may have died since the last one. */
  const looking = async <T>(look: (sql: Client) => Promise<T>): Promise<T> => {
    const sql = new Client({ connectionString: archive.databaseUrl });
    await sql.connect();
    return await look(sql).finally(async () => await sql.end());
  };
  const scene: Scene = {
    archive,
    looking,
    address: await archive.app.listen({ host: '127.0.0.1', port: 0 }),
    submitter: openSubmitter({ apiKey, address: () => scene.address }),
    start: (plan) => {
      const child = startArchiveProcess(
        {
          HOLDFAST_DATA: archive.dataDir,
          DATABASE_URL: archive.databaseUrl,
          HOLDFAST_PORT: '0',
          HOLDFAST_LOG_LEVEL: parts.logLevel ?? 'silent',
          ...env,
        },
        plan,
      );
      processes.push(child);
      // As archive-child.ts has it: who seals enters it, too.
      if (plan.workers?.some((name) => name === 'seal' || name === 'log') === true) {
        entering.add(child);
        void child.ended.then(() => entering.delete(child));
      }
      return child;
    },
    settled: async (patienceMs = 120_000) =>
      await looking(async (sql) => {
        let before = '';
        let movedAt = Date.now();
        for (;;) {
          const { rows } = await sql.query<{ owed: number; unentered: number; moves: string }>(
            `select (select count(*)::int from step where parked_at is null) as owed,
                  (select count(*)::int from log_outbox) + (select count(*)::int from log_head where size <> published) as unentered,
                  (select concat_ws(' ', count(*), (select max(seq) from event), (select sum(published) from log_head)) from step) as moves`,
          );
          if (rows[0]?.owed === 0 && (rows[0].unentered === 0 || entering.size === 0)) return;
          if (rows[0]?.moves !== before) [before, movedAt] = [rows[0]?.moves ?? '', Date.now()];
          if (Date.now() - movedAt > patienceMs) break;
          await sleep(50);
        }
        const stuck = await sql.query<object>(
          `select name, record_id, failures, lapses, claimed_by, claimed_until - now() as claim, due_at - now() as due,
                now() - rung_at as rung, error_code, error from step where parked_at is null order by due_at limit 3`,
        );
        throw new Error(`Nothing moved in ${patienceMs} ms: ${JSON.stringify(stuck.rows, null, 1)}`);
      }),
    verdict: async () => {
      const { staging, db } = archive.system;
      const swept = await staging.sweep(0, async (names) => await knownStaged(db, names));
      const store = s3 === undefined ? await folderEyes(archive.dataDir) : s3Eyes(s3.config, s3.root);
      const judgement = await looking(
        async (sql) =>
          await judge({
            sql,
            store,
            stagingDir: archive.config.stagingDir,
            history: scene.submitter.history,
          }),
      );
      const faults = [...judgement.faults, ...(await looking(async (sql) => await logFaults(sql, archive)))];
      return { ...judgement, faults, swept: swept.removed };
    },
    close: async () => {
      for (const child of processes) child.kill9();
      await Promise.all(processes.map(async (child) => await child.ended));
      await archive.close();
    },
  };
  return scene;
}

/** Of every log that published anything. It may still have something to do: what waits has its place in the outbox. */
async function logFaults(sql: Client, { system }: Archive): Promise<string[]> {
  const { rows } = await sql.query<{ agency: string }>(
    'select agency_id as agency from log_head where published > 0',
  );
  const faults: string[] = [];
  for (const { agency: agencyId } of rows) {
    const read = async (path: string): Promise<Buffer | null> => await system.logReader.file(agencyId, path);
    // One look for all that it reads: a sequencer may be at work.
    await sql.query('begin isolation level repeatable read');
    faults.push(...(await judgeLog({ sql, agencyId, read, settled: false })).faults);
    await sql.query('rollback');
  }
  return faults;
}

/** A report with one picture of a few kilobytes: raw payload, fact, picture, salt and manifest make five objects. */
export async function pictureReport(more: Record<string, unknown> = {}): Promise<Report> {
  return {
    event: simpleReport(more),
    files: [{ name: 'shot.png', type: 'image/png', bytes: await png() }],
  };
}

/** Runs the work for each item, so many at once; answers in the order of the items. */
export async function sideBySide<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, i: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async (): Promise<void> => {
    for (const [i, item] of rest) results[i] = await work(item, i);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
