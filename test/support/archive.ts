/**
 * A whole archive in this process, on real parts: a cloned database, a folder of its own, the store and queue that are asked
 * for. Workers run when a test starts them, so that a test can look at what lies between.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import { inject } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { multipart, type TestFile } from './archive-forms.ts';
import { addAgency, createKey, type KeyRole } from '#agency/agency.ts';
import { buildApp, openMetrics } from '#api/api.ts';
import { outsideForFigures } from '#anchor/anchor.ts';
import { readConfig, type Config } from '#config.ts';
import type { Receipt } from '#record/record.ts';
import { addSample } from '#cli/sample.ts';
import { openSystem, type System } from '#system.ts';
import { startRelayWork, startWork, type StopWork, type WorkerName } from '#work.ts';

export interface ArchiveOptions {
  /** Settings beyond the defaults; `DATABASE_URL` and `HOLDFAST_DATA` are the harness's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Without this no browser is looked for: captures end as `none`, at once. */
  readonly browser?: boolean;
  /** Instead of a clone of the template. */
  readonly databaseUrl?: string;
  /** Changes the system before anything uses it: a store that lies, a clock that jumps. */
  readonly adapt?: (system: System) => System;
}

export { multipart, simpleReport, type TestFile } from './archive-forms.ts';

export interface Archive {
  readonly config: Config;
  readonly system: System;
  readonly app: FastifyInstance;
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** Connected as the superuser, past every wall: for looking. */
  readonly sql: Client;
  /** Keys of the agency `rivertown`, by role. */
  key(role?: KeyRole, agency?: string): Promise<string>;
  /** Starts workers; all of them when none is named. */
  work(...names: WorkerName[]): Promise<void>;
  stopWork(): Promise<void>;
  /** Hands in the simple form (and files) and answers the response. */
  report(
    event: Record<string, unknown>,
    files?: readonly TestFile[],
    headers?: Record<string, string>,
  ): Promise<Answer>;
  receipt(recordId: string): Promise<Receipt>;
  /** Reads the receipt until the condition holds, and what was sealed is in the log; fails with the last one after `timeoutMs`. */
  until(recordId: string, holds: (receipt: Receipt) => boolean, timeoutMs?: number): Promise<Receipt>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly recordId: string };
  readonly headers: Readonly<Record<string, unknown>>;
}

/** They go on until the queue is drained, with the archive: started twice, they would take all of the queue's connections. */
const STEP_WORKERS: readonly string[] = ['seal', 'capture'];

/** A fresh database from the template, and how to drop it. */
export async function cloneDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const maintenance = inject('postgresUrl');
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const run = async (statement: string): Promise<void> => {
    const client = new Client({ connectionString: maintenance });
    await client.connect();
    await client.query(statement).finally(async () => await client.end());
  };
  // Two clones of one template cannot be made at the same moment.
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run(`create database ${escapeIdentifier(name)} template holdfast_template`);
      break;
    } catch (error) {
      if (attempt === 50 || !(error instanceof Error && 'code' in error && error.code === '55006'))
        throw error;
      await sleep(100);
    }
  }
  const url = new URL(maintenance);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => await run(`drop database if exists ${escapeIdentifier(name)} with (force)`),
  };
}

export async function openArchive(options: ArchiveOptions = {}): Promise<Archive> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  const clone = options.databaseUrl === undefined ? await cloneDatabase() : null;
  const databaseUrl = options.databaseUrl ?? clone?.url ?? '';
  const config = readConfig({
    HOLDFAST_DATA: dataDir,
    DATABASE_URL: databaseUrl,
    HOLDFAST_LOG_LEVEL: process.env['HOLDFAST_TEST_LOG'] ?? 'silent',
    HOLDFAST_RECONCILE: '1s',
    HOLDFAST_PUBLIC_URL: 'http://archive.example',
    ...(options.browser === true ? {} : { CHROMIUM_PATH: join(dataDir, 'no-browser-here') }),
    ...options.env,
  });
  const opened = await openSystem(config, { name: 'test', databaseUrl });
  const system = options.adapt?.(opened) ?? opened;
  await system.staging.writeProbe();
  const metrics = openMetrics(system.db, outsideForFigures(system));
  let poke = (): void => undefined;
  const withoutWords = new Set<string>();
  const taken = new Set<string>();
  const app = await buildApp(system, {
    metrics,
    poke: () => poke(),
    untranslated: (message) => void withoutWords.add(message),
  });
  await addAgency(system.db, { id: 'rivertown', name: 'City of Rivertown', zone: 'America/Chicago' });
  await addSample(system.db, 'rivertown');
  const sql = new Client({ connectionString: databaseUrl });
  sql.on('error', () => undefined);
  await sql.connect();

  const keys = new Map<string, string>();
  const key = async (role: KeyRole = 'moderator', agency = 'rivertown'): Promise<string> => {
    const name = `${agency} ${role}`;
    const made =
      keys.get(name) ?? (await createKey(system.db, { agencyId: agency, role, label: 'test' })).key;
    keys.set(name, made);
    return made;
  };
  let stops: StopWork[] = [];
  let enters = false;
  const archive: Archive = {
    config,
    system,
    app,
    dataDir,
    databaseUrl,
    sql,
    key,
    work: async (...names) => {
      const onHalt = (error: unknown): void => {
        throw error;
      };
      const named: readonly WorkerName[] = names.length === 0 ? ['relay', 'seal', 'capture'] : names;
      // Nothing is safe to remove before it is in the log: who seals enters it, too. A step that was taken once goes on with the relay.
      const seals = named.includes('seal') || (named.includes('relay') && taken.has('seal'));
      const sequenced = seals && !enters && !named.includes('log') ? [...named, 'log' as const] : named;
      enters ||= sequenced.includes('log');
      for (const name of sequenced) {
        if (name === 'relay') {
          const relay = startRelayWork(system);
          poke = relay.poke;
          stops.push(relay.stop);
        } else if (!STEP_WORKERS.includes(name) || !taken.has(name)) {
          taken.add(name);
          stops.push(await startWork(name, system, { metrics, onHalt }));
        }
      }
    },
    stopWork: async () => {
      await Promise.all(stops.map(async (stop) => await stop()));
      stops = [];
      enters = false;
      poke = () => undefined;
    },
    report: async (event, files = [], headers = {}) => {
      const form = files.length === 0 ? null : multipart(event, files);
      const response = await app.inject({
        method: 'POST',
        url: '/v1/deletion-events',
        headers: {
          authorization: `Bearer ${await key()}`,
          'content-type': form?.contentType ?? 'application/json',
          ...headers,
        },
        payload: form?.payload ?? JSON.stringify(event),
      });
      return { status: response.statusCode, body: response.json(), headers: response.headers };
    },
    receipt: async (recordId) => {
      const response = await app.inject({
        url: `/v1/records/${recordId}/receipt`,
        headers: { authorization: `Bearer ${await key()}` },
      });
      if (response.statusCode !== 200) throw new Error(`No receipt: ${response.body}`);
      return response.json();
    },
    until: async (recordId, holds, timeoutMs = 30_000) => {
      const end = Date.now() + timeoutMs;
      for (;;) {
        const receipt = await archive.receipt(recordId);
        // What was sealed a moment ago is in the log a moment later: a test that waits for something waits for that, too.
        const isEntered = !taken.has('seal') || receipt.missing.every((one) => one.code !== 'log-pending');
        if (isEntered && holds(receipt)) return receipt;
        if (Date.now() > end)
          throw new Error(`It did not come to pass in ${timeoutMs} ms: ${JSON.stringify(receipt, null, 1)}`);
        await sleep(50);
      }
    },
    close: async () => {
      await archive.stopWork();
      await app.close();
      await system.close(5000);
      await sql.end();
      await clone?.drop();
      await rm(dataDir, { recursive: true, force: true });
      // Of every page that any suite looked at. A value that reads like a message of ours is somebody's now and then.
      const left = [...withoutWords].filter((message) => !message.startsWith('value: '));
      if (left.length > 0)
        throw new Error(`These have no words in Spanish (src/console/languages/es):\n${left.join('\n')}`);
    },
  };
  return archive;
}
