/**
 * The database: the memory of the archive.
 *
 * Two doors into it. `inAgency` opens a transaction that sees one agency's rows and no other's.
 * `system` crosses agencies for the work that must (relay, reconciler, sign-in, metrics) and can read no content.
 * Both are roles in Postgres (migrations 0001 and 0005), taken on by each connection, so a forgotten `where` shows nothing.
 * Beside them `sequencer`, which writes the transparency log and reads the history, in which there is no content; and two hatches: `statement`, for `accept_report`, which names its agency itself, and `listen`, which reads no table.
 *
 * What a caller may rely on: a promise that resolved was committed with `synchronous_commit=on` to a server whose
 * `fsync` and `full_page_writes` are on; `assertDurable` refuses any other server at start.
 */
import pg from 'pg';
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import { ArchiveError } from '#errors.ts';
import type { Tables } from './tables.ts';

export type * from './tables.ts';
export { cleanDatabase, type CleanedDatabase } from './clean-up.ts';

export type Tx = Transaction<Tables>;
/** A transaction's handle on one agency: every query in it is walled. */
export interface AgencyTx {
  readonly agencyId: string;
  readonly tx: Tx;
}

export interface Db {
  readonly url: string;
  inAgency<T>(agencyId: string, work: (at: AgencyTx) => Promise<T>): Promise<T>;
  /** The same, reading only, and all of it as it stood at one moment, whatever happens meanwhile. */
  snapshot<T>(agencyId: string, work: (at: AgencyTx) => Promise<T>): Promise<T>;
  readonly system: Kysely<Tables>;
  /** As the sequencer of the log, which alone writes leaves and crosses agencies for that. Two connections. */
  readonly sequencer: Kysely<Tables>;
  /** One statement with prepared text, outside any agency: for `accept_report`, which sets its own. */
  statement<R extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<R[]>;
  /** A connection that listens; the callback gets each payload. Reconnects for ever; `onGap` runs after each reconnect. */
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onGap: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

// int8 as a number where it is exact: sizes and counts. Sequences that may exceed 2^53 are selected as text.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new ArchiveError('invariant-broken', 'A number from the database is too large to be exact.', {
      retry: 'halt',
    });
  return value;
});
// A civil date stays a civil date: no zone, no Date object.
types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export interface DbOptions {
  readonly url: string;
  readonly poolSize?: number;
  readonly name?: string;
}

export function openDb(options: DbOptions): Db {
  const pool = (role: string, max: number): pg.Pool => {
    const made = new pg.Pool({
      connectionString: options.url,
      max,
      types,
      application_name: options.name ?? 'holdfast',
      options: `-c role=${role} -c synchronous_commit=on -c timezone=UTC`,
      verify: onlyAs(role),
      connectionTimeoutMillis: 5000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
    });
    // An idle connection that breaks is replaced by the pool; the next query says what is wrong.
    made.on('error', () => undefined);
    // One that is lent out, between two statements of a transaction, has nobody else who listens: unheard, its error would
    // end the process. The next statement on it says what is wrong, and the pool takes it back no more.
    made.on('connect', (client) => client.on('error', () => undefined));
    return made;
  };
  const appPool = pool('holdfast_app', options.poolSize ?? 8);
  const systemPool = pool('holdfast_system', 4);
  const logPool = pool('holdfast_log', 2);
  const app = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: appPool }) });
  const system = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: systemPool }) });
  const sequencer = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: logPool }) });

  const inside =
    <T>(agencyId: string, work: (at: AgencyTx) => Promise<T>) =>
    async (tx: Tx): Promise<T> => {
      await sql`select set_config('app.agency', ${agencyId}, true)`.execute(tx);
      return await work({ agencyId, tx });
    };

  return {
    url: options.url,
    system,
    sequencer,
    inAgency: async (agencyId, work) => await translated(app.transaction().execute(inside(agencyId, work))),
    snapshot: async (agencyId, work) =>
      await translated(
        app
          .transaction()
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute(inside(agencyId, work)),
      ),
    statement: async (name, text, values) =>
      (await translated(appPool.query({ name, text, values: [...values] }))).rows,
    listen: async (channel, onPayload, onGap) => await listen(options.url, channel, onPayload, onGap),
    close: async () => {
      await app.destroy();
      await system.destroy();
      await sequencer.destroy();
      // Kysely ends the pool of one that was used through it, and `statement` goes past it.
      for (const each of [appPool, systemPool, logPool]) if (!each.ending) await each.end();
    },
  };
}

/**
 * For a pool's `verify`: a new connection that did not become `role` is refused. As the login itself it might own the tables,
 * or stand behind no wall at all; and what an address may set is more than anybody lists.
 */
export function onlyAs(role: string): (client: pg.PoolClient, done: (error?: Error) => void) => void {
  return (client, done) => {
    client.query<{ is: string }>(
      'select current_user as is',
      (error: Error | null, result?: pg.QueryResult<{ is: string }>) => {
        const found = result?.rows[0]?.is;
        if (error !== null) done(error);
        else if (found === role) done();
        else
          done(
            new ArchiveError(
              'invariant-broken',
              `A connection to the database is "${found ?? 'nobody'}" instead of "${role}", so nothing keeps agencies apart on it. Take options out of DATABASE_URL, and out of whatever stands between the archive and its database.`,
              { retry: 'halt' },
            ),
          );
      },
    );
  };
}

/** Turns "there is no database" into an error that says so; everything else rises as it is. */
async function translated<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (isDatabaseDown(error))
      throw new ArchiveError('database-down', 'The database cannot be reached or cannot commit just now.', {
        retry: 'later',
        cause: error,
      });
    throw error;
  }
}

/** SQLSTATE classes 08 (connection), 53 (out of disk, memory, connections), 57P (shut down), and sockets that fail. */
export function isDatabaseDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof ArchiveError) return error.code === 'database-down';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(08|53|57P)/.test(code)) return true;
  if (['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH'].includes(code))
    return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    error.message,
  );
}

/** Another process came first; whoever sees it reads again. */
export function isRetryableConflict(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === '40001' || code === '40P01' || code === '55P03';
}

/** Refuses a server that could lose what it acknowledged. Source: reference/integrity.md finding 7 (measured). */
export async function assertDurable(db: Db): Promise<void> {
  // The other role's connection is tried too, before anything is promised on it.
  await db.statement('alive', 'select 1', []);
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings
     where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'server_version_num')`.execute(
    db.system,
  );
  const found = new Map(rows.map((row) => [row.name, row.setting]));
  const wrong = ['fsync', 'full_page_writes', 'data_checksums'].filter((name) => found.get(name) !== 'on');
  if (!['on', 'remote_apply', 'remote_write'].includes(found.get('synchronous_commit') ?? ''))
    wrong.push('synchronous_commit');
  if (Number(found.get('server_version_num')) < 150_000) wrong.push('server_version_num (15 or newer)');
  if (wrong.length > 0)
    throw new ArchiveError(
      'database-unsafe',
      `This Postgres may lose what it acknowledged: ${wrong.map((name) => `${name} is ${found.get(name.split(' ')[0] ?? '') ?? 'unknown'}`).join(', ')}. Turn each on and start again.`,
      { retry: 'never' },
    );
}

/** After a connection was lost, or could not be made. */
const LISTEN_AGAIN_MS = 1000;

/**
 * One connection at a time: each is followed by one, however often its end is told. A failed beginning is told twice (by the
 * call that waits for it, and as an end); when both were followed, connections doubled with every second of an outage.
 */
async function listen(
  url: string,
  channel: string,
  onPayload: (payload: string) => void,
  onGap: () => void,
): Promise<() => Promise<void>> {
  let stopped = false;
  let again: NodeJS.Timeout | undefined;
  const open = (): pg.Client => {
    const made = new pg.Client({
      connectionString: url,
      application_name: 'holdfast-listen',
      keepAlive: true,
      connectionTimeoutMillis: 5000,
    });
    made.on('notification', (message) => onPayload(message.payload ?? ''));
    made.on('error', () => undefined);
    return made;
  };
  const begin = async (client: pg.Client): Promise<void> => {
    await client.connect();
    await client.query(`listen ${channel}`);
    client.once('end', follow);
    // It may have ended in between, when nobody listened for it.
    await client.query('select 1');
  };
  const follow = (): void => {
    if (stopped) return;
    clearTimeout(again);
    again = setTimeout(() => {
      if (stopped) return;
      current = open();
      const next = current;
      begin(next).then(onGap, () => {
        next.off('end', follow);
        next.end().catch(() => undefined);
        follow();
      });
    }, LISTEN_AGAIN_MS);
  };
  let current = open();
  try {
    await begin(current);
  } catch (error) {
    stopped = true;
    clearTimeout(again);
    await current.end().catch(() => undefined);
    throw error;
  }
  return async () => {
    stopped = true;
    clearTimeout(again);
    await current.end().catch(() => undefined);
  };
}
