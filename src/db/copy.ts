/**
 * Every row of the database, out and in again, by COPY: what `pg_dump` would do, which the embedded server comes without.
 *
 * Both read and write as the owner of the tables, whom the walls bind too (they are forced). Out: one who is no superuser is given a
 * policy of its own to read by, once. In: the walls of a table that binds its owner are laid down inside the transaction that loads it.
 */
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Readable, Writable } from 'node:stream';
import { ArchiveError } from '#errors.ts';

export interface TableShape {
  readonly name: string;
  /** Without those that are computed from others. */
  readonly columns: readonly string[];
}

export interface SequenceValue {
  readonly name: string;
  /** As text: it may be larger than a number holds. */
  readonly value: string;
}

export interface Dump {
  readonly serverVersion: string;
  /** The moment that all of it shows. */
  readonly snapshotAt: Date;
  readonly migrations: readonly { readonly name: string; readonly sha256: string }[];
  /** Of the schema `public`, by their names. */
  readonly tables: readonly TableShape[];
  /** Text format of COPY with a header; one at a time, each read to its end. */
  copy(table: TableShape, orderBy: string | null): Readable;
  /** Read these last: they do not belong to the snapshot, and a later value does no harm. */
  sequences(): Promise<SequenceValue[]>;
  rows<T extends pg.QueryResultRow>(text: string): Promise<T[]>;
  close(): Promise<void>;
}

/** So that the same row is the same text on every server. */
const SETTINGS =
  "set client_encoding to 'UTF8'; set datestyle to 'ISO, YMD'; set intervalstyle to 'postgres'; set timezone to 'UTC'; set bytea_output to 'hex'; set extra_float_digits to 1; set synchronize_seqscans to off; set statement_timeout to 0; set idle_in_transaction_session_timeout to 0";
const LOCK_WAIT = "set lock_timeout to '10s'";

export async function openDump(ownerUrl: string): Promise<Dump> {
  const client = await connected(ownerUrl);
  try {
    const isBound = await seeAll(client);
    // Only whoever says so on its connection is let through: one that forgot its role sees as little as before.
    await client.query("set app.backup to 'yes'");
    await client.query('begin isolation level repeatable read read only');
    // A row that a wall hides must be an error here, and never a backup with fewer rows.
    if (!isBound) await client.query('set local row_security = off');
    const tables = await tablesOf(client);
    const { rows: migrations } = await client.query<{ name: string; sha256: string }>(
      'select name, sha256 from migration order by name',
    );
    const { rows } = await client.query<{ at: Date; version: string }>(
      "select now() as at, current_setting('server_version') as version",
    );
    return {
      serverVersion: rows[0]?.version ?? '',
      snapshotAt: rows[0]?.at ?? new Date(0),
      migrations,
      tables,
      copy: (table, orderBy) =>
        client.query(copyTo(`copy ${source(table, orderBy)} to stdout with (format text, header)`)),
      sequences: async () =>
        (
          await client.query<SequenceValue>(
            `select sequencename as name, last_value::text as value from pg_sequences
              where schemaname = 'public' and last_value is not null order by 1`,
          )
        ).rows,
      rows: async <T extends pg.QueryResultRow>(text: string) => (await client.query<T>(text)).rows,
      close: async () => await client.end(),
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

export interface Load {
  readonly tables: readonly TableShape[];
  copy(table: TableShape): Writable;
  setSequence(sequence: SequenceValue): Promise<void>;
  run(text: string, values: readonly unknown[]): Promise<void>;
  /** Foreign keys are put back and hold for every row, triggers and walls stand again; then all of it is there at once. */
  commit(): Promise<void>;
  /** Nothing of it is there. */
  abandon(): Promise<void>;
}

/**
 * One transaction, in which the tables are empty, and neither triggers nor foreign keys ask for an order. Without superuser's rights:
 * a constraint that a row would be held against is taken off, and put back at the end as the catalogue words it.
 */
export async function openLoad(ownerUrl: string, without: readonly string[]): Promise<Load> {
  const client = await connected(ownerUrl);
  try {
    await client.query('begin');
    const tables = (await tablesOf(client)).filter(({ name }) => !without.includes(name));
    const before = await layDown(client, without);
    if (await isUsed(client)) throw used();
    await client.query(`truncate ${tables.map(({ name }) => quoted(name)).join(', ')}`);
    return {
      tables,
      copy: (table) =>
        client.query(copyFrom(`copy ${source(table, null)} from stdin with (format text, header match)`)),
      setSequence: async ({ name, value }) =>
        void (await client.query('select setval($1::regclass, $2::bigint)', [
          `public.${quoted(name)}`,
          value,
        ])),
      run: async (text, values) => void (await client.query(text, [...values])),
      commit: async () => {
        for (const { redo } of before.toReversed()) await client.query(redo);
        await client.query('commit');
        await client.end();
      },
      // Ending the connection takes back whatever was begun, a copy that was cut off as well.
      abandon: async () => await client.end().catch(() => undefined),
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** Refuses a database in which somebody or something is already. Changes nothing. */
export async function assertUnused(ownerUrl: string): Promise<void> {
  const client = await connected(ownerUrl);
  try {
    const { rows } = await client.query<{ there: boolean }>(
      "select to_regclass('public.record') is not null as there",
    );
    if (rows[0]?.there !== true) return;
    await client.query('begin');
    await layDown(client, []);
    if (await isUsed(client)) throw used();
    await client.query('rollback');
  } finally {
    await client.end();
  }
}

/** What a chore of this name says; null: nothing, or there is no such table yet. */
export async function choreReport(ownerUrl: string, name: string): Promise<Record<string, unknown> | null> {
  const client = await connected(ownerUrl);
  try {
    const { rows } = await client.query<{ there: boolean }>(
      "select to_regclass('public.chore') is not null as there",
    );
    if (rows[0]?.there !== true) return null;
    const { rows: found } = await client.query<{ report: Record<string, unknown> }>(
      'select report from chore where name = $1',
      [name],
    );
    return found[0]?.report ?? null;
  } finally {
    await client.end();
  }
}

async function layDown(
  client: pg.Client,
  without: readonly string[],
): Promise<readonly { readonly redo: string }[]> {
  const { rows } = await client.query<{ undo: string; redo: string }>(STANDING, [without]);
  for (const { undo } of rows) await client.query(undo);
  return rows;
}

/** The machine itself is in every database from its first migration on. */
async function isUsed(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ used: boolean }>(`
    select exists (select from record) or exists (select from api_key) or exists (select from person)
        or exists (select from agency where id <> 'system') as used`);
  return rows[0]?.used === true;
}

function used(): ArchiveError {
  return new ArchiveError(
    'backup-refused',
    'The database is not empty. A backup is restored into a new one: nothing is ever put over what is there. Name an empty database in DATABASE_URL, or an empty folder in HOLDFAST_DATA.',
    { retry: 'never' },
  );
}

/** What stands in the way of a load, and how it is put back: constraints first, then triggers, then walls. */
const STANDING = `
  with ours as (select oid, relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> all ($1))
  select undo, redo from (
    select 1 as n, c.oid as at, format('alter table public.%I drop constraint %I', o.relname, c.conname) as undo,
           format('alter table public.%I add constraint %I %s', o.relname, c.conname, pg_get_constraintdef(c.oid)) as redo
      from pg_constraint c join ours o on o.oid = c.conrelid
     where (c.contype = 'f' or (c.contype = 'c' and not c.convalidated)) and c.conparentid = 0
    union all
    select 2, t.oid, format('alter table public.%I disable trigger %I', o.relname, t.tgname),
           format('alter table public.%I enable %s trigger %I', o.relname, case t.tgenabled when 'A' then 'always' when 'R' then 'replica' else '' end, t.tgname)
      from pg_trigger t join ours o on o.oid = t.tgrelid where not t.tgisinternal and t.tgenabled <> 'D'
    union all
    select 3, o.oid, format('alter table public.%I no force row level security', o.relname),
           format('alter table public.%I force row level security', o.relname)
      from ours o where row_security_active(o.oid)) standing
  order by n, at`;

async function connected(ownerUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'holdfast-cli' });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(SETTINGS);
  return client;
}

async function tablesOf(client: pg.Client): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape>(`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by c.relname order by c.relname collate "C"`);
  return rows;
}

/** The owner of the tables is let through their walls to read, by a policy for itself alone; it could take the walls down as well. */
async function seeAll(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ name: string; has: boolean }>(`
    select relname as name, exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'backup_reads') as has
      from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r' and row_security_active(c.oid)`);
  const lacking = rows.filter(({ has }) => !has);
  if (lacking.length === 0) return rows.length > 0;
  try {
    await client.query('begin');
    await client.query(LOCK_WAIT.replace('set ', 'set local '));
    for (const { name } of lacking)
      await client.query(
        `create policy backup_reads on public.${quoted(name)} for select to current_user using (current_setting('app.backup', true) = 'yes')`,
      );
    await client.query('commit');
    return true;
  } catch (error) {
    await client.query('rollback');
    throw new ArchiveError(
      'database-unsafe',
      'The login of the database does not see every row, so this would be no backup: walls keep agencies apart, and bind it too. Let DATABASE_OWNER_URL be the owner of the tables, or a login with BYPASSRLS.',
      { retry: 'never', cause: error },
    );
  }
}

function source({ name, columns }: TableShape, orderBy: string | null): string {
  const list = columns.map(quoted).join(', ');
  return orderBy === null
    ? `public.${quoted(name)} (${list})`
    : `(select ${list} from public.${quoted(name)} order by ${orderBy})`;
}

function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}
