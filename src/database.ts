/** Where the database of this installation is: the one the settings name, or the embedded one in the data folder. */
import pg from 'pg';
import { findEmbeddedPostgres, startEmbeddedPostgres } from '#db/embedded.ts';
import { migrate, type MigrationOutcome } from '#db/migrate.ts';
import type { Config } from './config.ts';

export interface Database {
  /** For the processes: a login that becomes `holdfast_app` or `holdfast_system`. */
  readonly url: string;
  /** For migrations. */
  readonly ownerUrl: string;
  readonly embedded: boolean;
  /** Resolves with a sentence when an embedded server ends by itself. */
  readonly lost: Promise<string>;
  stop(): Promise<void>;
}

const NAME = 'holdfast';

/** `own`: start the embedded server even for a long life; otherwise one that runs already is used and left running. */
export async function openDatabase(
  config: Config,
  say: (sentence: string) => void,
  { own }: { readonly own: boolean },
): Promise<Database> {
  const never = new Promise<string>(() => undefined);
  if (config.databaseUrl !== null)
    return {
      url: config.databaseUrl,
      ownerUrl: config.databaseOwnerUrl ?? config.databaseUrl,
      embedded: false,
      lost: never,
      stop: async () => undefined,
    };
  const running = own ? null : await findEmbeddedPostgres(config.dataDir);
  const server =
    running === null
      ? await startEmbeddedPostgres({
          dataDir: config.dataDir,
          port: config.embeddedPostgresPort,
          onProgress: say,
        })
      : null;
  const url = new URL(running ?? server?.url ?? '');
  try {
    await createDatabase(url.href);
  } catch (error) {
    await server?.stop();
    throw error;
  }
  url.pathname = `/${NAME}`;
  return {
    url: url.href,
    ownerUrl: url.href,
    embedded: true,
    lost: server?.lost ?? never,
    stop: async () => await server?.stop(),
  };
}

async function createDatabase(maintenanceUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: maintenanceUrl, application_name: 'holdfast-setup' });
  await client.connect();
  try {
    const { rows } = await client.query('select from pg_database where datname = $1', [NAME]);
    if (rows.length === 0) await client.query(`create database ${NAME}`);
  } catch (error) {
    // Two first starts at once: the other one made it.
    if (!(error instanceof Error && 'code' in error && (error.code === '42P04' || error.code === '23505')))
      throw error;
  } finally {
    await client.end();
  }
}

/** Schema of the archive and of its queue, and the runtime login's membership in the three roles. */
export async function migrateDatabase(
  database: Pick<Database, 'url' | 'ownerUrl'>,
  say: (sentence: string) => void,
): Promise<MigrationOutcome> {
  const outcome = await migrate(database.ownerUrl, say);
  // Only now: both queues with their libraries are nothing that a verb which asks a question should wait for.
  const { migrateQueue } = await import('#queue/queue.ts');
  await migrateQueue(database.ownerUrl, ['holdfast_system']);
  const runtime = decodeURIComponent(new URL(database.url).username);
  if (runtime !== '' && runtime !== decodeURIComponent(new URL(database.ownerUrl).username))
    await letIn(database.ownerUrl, runtime);
  return outcome;
}

/**
 * The runtime login may become the three roles, and is nothing by itself: where it inherited them, a connection that took on
 * no role would stand behind the policies of all and see every agency. (Before Postgres 16 that is the login's own NOINHERIT.)
 */
async function letIn(ownerUrl: string, runtime: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'holdfast-migrate' });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: number }>(
      "select current_setting('server_version_num')::int as version",
    );
    const recent = (rows[0]?.version ?? 0) >= 160_000;
    // Who may already is left alone: whoever arranged that need not have let this owner grant it.
    const { rows: lacking } = await client.query<{ role: string }>(
      `select role from unnest(array['holdfast_app', 'holdfast_system', 'holdfast_log']) as role where not pg_has_role($1, role, $2)`,
      [runtime, recent ? 'SET' : 'MEMBER'],
    );
    for (const { role } of lacking)
      await client.query(
        `grant ${role} to ${pg.escapeIdentifier(runtime)}${recent ? ' with inherit false, set true' : ''}`,
      );
  } finally {
    await client.end();
  }
}
