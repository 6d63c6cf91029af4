/**
 * Plain numbered SQL, forward only, one transaction each, under one advisory lock. A file that was applied is never
 * edited: its digest is kept, and another digest stops the start. A database that is ahead of this program stops it too.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { ArchiveError } from '#errors.ts';

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));
const LOCK = 7_305_701_102; // any constant will do; this one is ours

export interface MigrationOutcome {
  readonly applied: readonly string[];
  readonly present: number;
}

/**
 * Brings the schema up to this program. `ownerUrl` is a login that may create roles and tables. `only`: a schema as it was when these
 * were all, for what was written out of it; one that this program does not have, or has in another form, is refused.
 */
export async function migrate(
  ownerUrl: string,
  say: (line: string) => void = () => undefined,
  only: readonly { readonly name: string; readonly sha256: string }[] | null = null,
): Promise<MigrationOutcome> {
  const all = await migrationFiles();
  if (only !== null) assertSameHistory(all, only);
  const files = only === null ? all : all.filter((file) => only.some(({ name }) => name === file.name));
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'holdfast-migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(
      'create table if not exists migration (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
    );
    // Every process looks whether the schema is its own, whatever it logs in as.
    await client.query('grant select on migration to public');
    const { rows } = await client.query<{ name: string; sha256: string }>(
      'select name, sha256 from migration order by name',
    );
    assertSameHistory(files, rows);
    const done = new Set(rows.map((row) => row.name));
    const applied: string[] = [];
    for (const file of files) {
      if (done.has(file.name)) continue;
      say(`Applying migration ${file.name}`);
      await client.query('begin');
      try {
        await client.query(file.text);
        await client.query('insert into migration (name, sha256) values ($1, $2)', [file.name, file.sha256]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
      applied.push(file.name);
    }
    return { applied, present: files.length };
  } finally {
    await client.end();
  }
}

/** For processes that do not migrate: refuses a database that is behind or ahead. */
export async function assertMigrated(ownerOrRuntimeUrl: string): Promise<void> {
  const files = await migrationFiles();
  const client = new pg.Client({ connectionString: ownerOrRuntimeUrl, application_name: 'holdfast-migrate' });
  await client.connect();
  try {
    const { rows: there } = await client.query<{ present: boolean }>(
      "select to_regclass('migration') is not null as present",
    );
    const { rows } = there[0]?.present
      ? await client.query<{ name: string; sha256: string }>(
          'select name, sha256 from migration order by name',
        )
      : { rows: [] };
    assertSameHistory(files, rows);
    if (rows.length < files.length)
      throw new ArchiveError(
        'database-unsafe',
        `The database is ${files.length - rows.length} migration(s) behind this program. Run "holdfast migrate" and start again.`,
        { retry: 'never' },
      );
  } finally {
    await client.end();
  }
}

interface MigrationFile {
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

async function migrationFiles(): Promise<readonly MigrationFile[]> {
  const names = (await readdir(FOLDER)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return await Promise.all(
    names.map(async (name) => {
      const text = await readFile(`${FOLDER}/${name}`, 'utf8');
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

function assertSameHistory(
  files: readonly MigrationFile[],
  rows: readonly { readonly name: string; readonly sha256: string }[],
): void {
  const known = new Map(files.map((file) => [file.name, file.sha256]));
  for (const row of rows) {
    const expected = known.get(row.name);
    if (expected === undefined)
      throw new ArchiveError(
        'database-schema-ahead',
        `The database has migration ${row.name}, which this program does not know. Start the newer version of Holdfast that applied it.`,
        { retry: 'never' },
      );
    if (expected !== row.sha256)
      throw new ArchiveError(
        'database-schema-ahead',
        `Migration ${row.name} was edited after it had been applied. Restore the file as it was; changes go into a new one.`,
        { retry: 'never' },
      );
  }
}
