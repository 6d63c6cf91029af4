/** Backups by the command line, empty places to restore them into, and the archive that came of it. */
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import type { FastifyInstance } from 'fastify';
import { inject } from 'vitest';
import { createKey } from '#agency/agency.ts';
import { outsideForFigures } from '#anchor/anchor.ts';
import { buildApp, openMetrics } from '#api/api.ts';
import { readConfig } from '#config.ts';
import { openSystem, type System } from '#system.ts';
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
