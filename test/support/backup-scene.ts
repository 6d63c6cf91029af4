/** Backups by the command line, empty places to restore them into, and the archive that came of it. */
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import type { FastifyInstance } from 'fastify';
import { inject } from 'vitest';
import { createKey } from '#agency/agency.ts';
import { outsideForFigures } from '#anchor/anchor.ts';
import { buildApp, openMetrics } from '#api/api.ts';
import { readConfig } from '#config.ts';
import { parseCheckpoint, parseNote } from '#log/log.ts';
import { openSystem, type System } from '#system.ts';
import { startRelayWork, startWork } from '#work.ts';
import type { Archive } from './archive.ts';
import { holdfastWith, type Ended } from './holdfast.ts';

const leaving: (() => Promise<void>)[] = [];

export async function tidy(): Promise<void> {
  for (const leave of leaving.splice(0).toReversed()) await leave();
}

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-backup-'));
  leaving.push(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

/** With nothing in it, no schema either. */
export async function emptyDatabase(owner?: string): Promise<string> {
  const maintenance = inject('postgresUrl');
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const run = async (statement: string): Promise<void> => {
    const client = new Client({ connectionString: maintenance });
    await client.connect();
    await client.query(statement).finally(async () => await client.end());
  };
  await run(
    `create database ${escapeIdentifier(name)}${owner === undefined ? '' : ` owner ${escapeIdentifier(owner)}`}`,
  );
  leaving.push(async () => await run(`drop database if exists ${escapeIdentifier(name)} with (force)`));
  const url = new URL(maintenance);
  url.pathname = `/${name}`;
  return url.href;
}

export type Env = Readonly<Record<string, string>>;

/** The settings of an archive of a test, for the command line. */
export function envOf(archive: Archive, more: Env = {}): Env {
  return {
    HOLDFAST_DATA: archive.dataDir,
    DATABASE_URL: archive.databaseUrl,
    HOLDFAST_LOG_LEVEL: 'silent',
    HOLDFAST_RECONCILE: '1s',
    HOLDFAST_LOOK_AGAIN: 'no',
    HOLDFAST_PUBLIC_URL: 'http://archive.example',
    ...more,
  };
}

/** An empty machine, to which the folder of keys was brought by hand, as a backup asks. */
export async function emptyPlace(archive: Archive, more: Env = {}): Promise<Env> {
  const data = await newFolder();
  await cp(archive.config.keysDir, join(data, 'keys'), { recursive: true });
  return envOf(archive, { HOLDFAST_DATA: data, DATABASE_URL: await emptyDatabase(), ...more });
}

export async function backUp(env: Env, ...more: string[]): Promise<Ended & { readonly folder: string }> {
  const folder = join(await newFolder(), 'backup');
  return { folder, ...(await holdfastWith(env, ['backup', '--to', folder, '--json', ...more])) };
}

const QUIET = `
  select exists (select from step where parked_at is null) or exists (select from log_outbox)
      or exists (select from log_head where published < size) as busy`;

/** Nothing is owed to any record, and all of it is in a published log. */
export async function atRest({ sql }: { readonly sql: Client }): Promise<void> {
  for (let tries = 0; tries < 900; tries += 1) {
    const { rows } = await sql.query<{ busy: boolean }>(QUIET);
    if (rows[0]?.busy === false) return;
    await sleep(50);
  }
  const { rows } = await sql.query(
    `select (select jsonb_agg(s) from (select name, due_at, rung_at, claimed_until, error_code, error from step where parked_at is null limit 3) s) as steps,
            (select jsonb_agg(o) from (select o.agency_id, e.type, e.at from log_outbox o left join event e using (agency_id, seq) limit 3) o) as outbox,
            (select jsonb_agg(h) from (select agency_id, size, published, leases_at from log_head) h) as heads, (select jsonb_agg(t) from log_standing t) as standing, now()`,
  );
  throw new Error(`The archive did not come to rest: ${JSON.stringify(rows)}`);
}

/** The workers of a restored archive do what is owed, the log worker first of all, and end again. */
export async function goesOn(system: System): Promise<void> {
  const metrics = openMetrics(system.db, outsideForFigures(system));
  let halted: unknown = null;
  const onHalt = (error: unknown): void => void (halted = error);
  const names = ['log', 'seal', 'capture'] as const;
  const stops = [startRelayWork(system).stop];
  for (const name of names) stops.push(await startWork(name, system, { metrics, onHalt }));
  const sql = new Client({ connectionString: system.db.url });
  await sql.connect();
  try {
    // Behind what was published there is nothing to do, and much to put back.
    const published = async (): Promise<boolean> => {
      const { rows } = await sql.query<{ id: string; size: number }>(
        'select agency_id as id, size::int from log_head',
      );
      for (const { id, size } of rows) {
        const note = await system.logFiles.read(`log/${id}/checkpoint`);
        if (note !== null && parseCheckpoint(parseNote(note).text).size > size) return false;
      }
      return true;
    };
    for (let tries = 0; !(await published()); tries += 1) {
      if (tries === 600 || halted !== null) throw new Error('The log did not go on.', { cause: halted });
      await sleep(100);
    }
    await atRest({ sql });
  } finally {
    await sql.end();
    await Promise.all(stops.map(async (stop) => await stop()));
  }
}

export interface RestoredArchive {
  readonly system: System;
  readonly app: FastifyInstance;
  readonly sql: Client;
  get(
    url: string,
    role?: 'custodian' | 'moderator',
  ): Promise<{ readonly status: number; readonly text: string; readonly bytes: Buffer }>;
}

/** Served as the API process serves it; nobody works on it. */
export async function serveRestored(env: Env, agency = 'rivertown'): Promise<RestoredArchive> {
  const config = readConfig({ ...env, CHROMIUM_PATH: '/no-browser-here' });
  const url = env['DATABASE_URL'] ?? '';
  const system = await openSystem(config, { name: 'test', databaseUrl: url });
  await system.staging.writeProbe();
  const app = await buildApp(system, {
    metrics: openMetrics(system.db, outsideForFigures(system)),
    poke: () => undefined,
    untranslated: () => undefined,
  });
  const sql = new Client({ connectionString: url });
  await sql.connect();
  leaving.push(async () => {
    await app.close();
    await system.close(5000);
    await sql.end();
  });
  return {
    system,
    app,
    sql,
    get: async (path, role = 'custodian') => {
      const { key } = await createKey(system.db, { agencyId: agency, role, label: 'after the restore' });
      const answer = await app.inject({ url: path, headers: { authorization: `Bearer ${key}` } });
      return { status: answer.statusCode, text: answer.body, bytes: answer.rawPayload };
    },
  };
}
