/**
 * The clean-up of a database after rows were destroyed: until then their bytes lie in pages that nothing points to any more, in statistics of
 * the planner, and in the write-ahead log. What may be done depends on who connects; what was not done is said, with what somebody else must do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ArchiveError } from '#errors.ts';

export interface CleanedDatabase {
  readonly kind: 'embedded' | 'external';
  readonly did: readonly string[];
  /** What is still to be done, and by whom. Empty: nothing of it lies in the database any more. */
  readonly left: readonly string[];
}

/** Every table of which the function that destroys rows may change or delete something (migrations 0035 and later): what it is let at, it empties. */
const TABLES = `
  select c.relname as name, pg_has_role(current_user, c.relowner, 'usage') as owned from pg_class c
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
     and (has_table_privilege('holdfast_disposal', c.oid, 'update, delete') or has_any_column_privilege('holdfast_disposal', c.oid, 'update'))
   order by c.relname`;

const LOOKS = 60;
const LOOK_MS = 1000;

/** What an older transaction may still see is carried along when a table is written anew. */
async function untilNobodySeesIt(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::xid::text as xid');
  for (let looks = 1; ; looks += 1) {
    const older = await client.query(
      `select from pg_stat_activity where pid <> pg_backend_pid() and backend_xmin is not null and age(backend_xmin) > age($1::xid)
       union all select from pg_prepared_xacts where age(transaction) > age($1::xid)
       union all select from pg_replication_slots where age(coalesce(xmin, catalog_xmin)) > age($1::xid)`,
      [rows[0]?.xid],
    );
    if (older.rowCount === 0) return;
    if (looks === LOOKS)
      throw new ArchiveError(
        'database-down',
        'A transaction of the database has been open since before the destruction and may still see what was destroyed. The clean-up is tried again.',
        { retry: 'later' },
      );
    await sleep(LOOK_MS);
  }
}

export async function cleanDatabase(url: string, kind: CleanedDatabase['kind']): Promise<CleanedDatabase> {
  const client = new pg.Client({ connectionString: url, application_name: 'holdfast-clean-up' });
  client.on('error', () => undefined);
  await client.connect();
  const did: string[] = [];
  const left: string[] = [];
  const attempt = async (statements: readonly string[], done: string, otherwise: string): Promise<void> => {
    try {
      for (const statement of statements) await client.query(statement);
      did.push(done);
    } catch (error) {
      // Not by this login, or not on this server.
      if (!(error instanceof Error && 'code' in error && error.code === '42501')) throw error;
      left.push(otherwise);
    }
  };
  try {
    await client.query("set lock_timeout = '60s'");
    const { rows } = await client.query<{ name: string; owned: boolean }>(TABLES);
    const tables = rows.map(({ name }) => name);
    // Each table is closed while it is written anew: a server that others use as well is not stopped for that unasked.
    if (kind === 'embedded' && rows.every(({ owned }) => owned)) {
      await untilNobodySeesIt(client);
      await attempt(
        tables.map((table) => `vacuum (full, analyze) ${table}`),
        'Tables and indexes written anew, without what was destroyed; statistics taken anew (VACUUM FULL, ANALYZE).',
        'VACUUM (FULL, ANALYZE) on every table of the archive.',
      );
    } else left.push(`VACUUM (FULL, ANALYZE) by the owner of the tables, on: ${tables.join(', ')}.`);
    await attempt(
      ['vacuum full pg_statistic'],
      'Statistics of the planner written anew.',
      'VACUUM FULL pg_statistic by a superuser of the database.',
    );
    await attempt(
      ['checkpoint', 'select pg_switch_wal()', 'checkpoint'],
      'Checkpoint, and a new segment of the write-ahead log.',
      'CHECKPOINT, SELECT pg_switch_wal() and CHECKPOINT again, by a superuser of the database.',
    );
    const recycled = await client.query<{ setting: string }>(
      "select setting from pg_settings where name = 'wal_recycle'",
    );
    if (recycled.rows[0]?.setting === 'off')
      did.push('Old segments of the write-ahead log removed and not used again (wal_recycle is off).');
    else
      left.push(
        'Segments of the write-ahead log that the server keeps to use again (wal_recycle is on) and archives and replicas of it: to be removed, or left to be overwritten, by whoever runs the database.',
      );
    return { kind, did, left };
  } finally {
    await client.end();
  }
}
