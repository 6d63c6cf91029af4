/**
 * The schema `graphile_worker`: made by its owner in `holdfast migrate`, used by a role that owns nothing.
 *
 * The library switches row-level security on for its tables and adds no policy, so that a role which is not the owner
 * sees them empty, without any error, until it has one. Its functions run with the rights of whoever calls them. Hence
 * grants and a policy for each table that they touch; identity columns need no grant on sequences.
 */
import { runMigrations } from 'graphile-worker';
import { escapeIdentifier, Pool } from 'pg';

const TABLES = ['_private_jobs', '_private_job_queues', '_private_tasks'];
const POLICY = 'holdfast_queue';
/** Any constant that nobody else locks: two `migrate` at once would meet in the library's tables. */
const LOCK = 7_305_701_103;

/**
 * A job gives its key back when it is taken. Without this, ringing for running jobs would lock their rows, and the
 * library's completion, which deletes several at once, would lock them in another order: a deadlock whose victim is a worker.
 */
const GIVE_KEY_BACK = `
  create or replace function graphile_worker.holdfast_give_key_back() returns trigger language plpgsql
    as $$ begin new.key := null; return new; end $$;
  create or replace trigger holdfast_give_key_back before update on graphile_worker._private_jobs
    for each row when (old.locked_at is null and new.locked_at is not null)
    execute function graphile_worker.holdfast_give_key_back();`;

/** Exactly what a role needs to ring, to work, to count and to sweep. May be run again. */
function queueGrants(role: string): string {
  const to = escapeIdentifier(role);
  const schema = 'graphile_worker';
  return [
    `grant usage on schema ${schema} to ${to};`,
    `grant select on ${schema}.migrations, ${schema}.jobs to ${to};`,
    ...TABLES.flatMap((table) => [
      `grant select, insert, update${table === '_private_jobs' ? ', delete' : ''} on ${schema}.${table} to ${to};`,
      `drop policy if exists ${escapeIdentifier(`${POLICY}_${role}`)} on ${schema}.${table};`,
      `create policy ${escapeIdentifier(`${POLICY}_${role}`)} on ${schema}.${table} to ${to} using (true) with check (true);`,
    ]),
    `grant execute on function ${schema}.add_jobs, ${schema}.complete_jobs to ${to};`,
  ].join('\n');
}

/** Brings the schema up to the installed library and lets `roles` use it. `ownerUrl` is a login that may create schemas. */
export async function migrate(ownerUrl: string, roles: readonly string[]): Promise<void> {
  const pool = new Pool({ connectionString: ownerUrl, max: 2, application_name: 'holdfast-migrate' });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const client = await pool.connect().catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await runMigrations({ pgPool: pool });
    await client.query(['begin;', GIVE_KEY_BACK, ...roles.map(queueGrants), 'commit;'].join('\n'));
  } finally {
    // Closing the connection gives the lock back, whatever happened on it.
    client.release(true);
    await pool.end();
  }
}
