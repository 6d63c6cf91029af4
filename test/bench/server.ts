/** The product as it runs: processes of its own, on a data folder that goes away afterwards. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addAgency, createKey } from '#agency/agency.ts';
import { addSample } from '#cli/sample.ts';
import { openDb } from '#db/db.ts';
import { startEmbeddedPostgres } from '#db/embedded.ts';
import { migrateDatabase } from '#database.ts';
import { freePort } from '../support/port.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface BenchServer {
  readonly url: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly key: string;
  readonly dataDir: string;
  readonly pid: number;
  readonly postgresPid: number;
  /** Of the Holdfast process(es), in MiB; the database and the browser are not in it. */
  rssMiB(): Promise<number>;
  /** Of Postgres, all its processes, as PSS: shared pages counted once. */
  postgresPssMiB(): Promise<number>;
  stop(): Promise<void>;
}

/** `verb`: `api` for intake alone, `up` for everything. The database is the embedded one, started apart and durable. */
export async function startBenchServer(
  verb: 'api' | 'up',
  env: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir, port: null, onProgress: () => undefined });
  const databaseUrl = postgres.url;
  await migrateDatabase({ url: databaseUrl, ownerUrl: databaseUrl }, () => undefined);
  const db = openDb({ url: databaseUrl });
  await addAgency(db, { id: 'rivertown', name: 'City of Rivertown', zone: 'America/Chicago' });
  await addSample(db, 'rivertown');
  const { key } = await createKey(db, { agencyId: 'rivertown', role: 'custodian', label: 'bench' });
  await db.close();

  const port = await freePort();
  const child = spawn(process.execPath, [MAIN, verb], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      HOLDFAST_DATA: dataDir,
      HOLDFAST_PORT: String(port),
      HOLDFAST_CONTENT_PORT: '0',
      HOLDFAST_LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await answering(url, child);
  return {
    url,
    port,
    databaseUrl,
    key,
    dataDir,
    pid: child.pid ?? 0,
    postgresPid: postgres.pid,
    rssMiB: async () => (await field(`/proc/${child.pid}/status`, 'VmRSS')) / 1024,
    postgresPssMiB: async () => {
      let sum = 0;
      for (const pid of [postgres.pid, ...(await childrenOf(postgres.pid))])
        sum += await field(`/proc/${pid}/smaps_rollup`, 'Pss').catch(() => 0);
      return sum / 1024;
    },
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.status === 200) return;
    await sleep(100);
  }
  throw new Error('The server did not become ready in 30 s.');
}

async function field(path: string, name: string): Promise<number> {
  const line = (await readFile(path, 'utf8')).split('\n').find((one) => one.startsWith(`${name}:`));
  return Number(/\d+/.exec(line ?? '')?.[0] ?? Number.NaN);
}

export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const own = text.trim() === '' ? [] : text.trim().split(' ').map(Number);
  return [...own, ...(await Promise.all(own.map(childrenOf))).flat()];
}

/** User and system time that these processes have used so far, in microseconds. */
export async function cpuMicros(pids: readonly number[]): Promise<number> {
  let sum = 0;
  for (const pid of pids) {
    const fields =
      (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ')[1]?.split(' ') ?? [];
    sum += (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10_000;
  }
  return sum;
}

/** The p-th percentile (0 to 1) by rank. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}
