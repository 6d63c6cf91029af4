/**
 * How the database stands to backups, for every process: whether a restore has begun to fill it and has not ended, when nothing may work
 * on it; and when the newest backup was made. A file of its own, since the door brings the driver of COPY along.
 */
import { sql } from 'kysely';
import type { Db } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';

/** Seconds since the newest backup; null: none was made. */
export async function backupAge(db: Db): Promise<number | null> {
  const { rows } = await sql<{ age: number }>`
    select extract(epoch from now() - at)::float8 as age from chore where name = 'backup'`.execute(db.system);
  return rows[0]?.age ?? null;
}

/** Rejects with `restore-unfinished`. Where there is no schema yet nothing is half restored. */
export async function assertRestored(db: Db): Promise<void> {
  const { rows: there } = await sql<{
    chore: string | null;
  }>`select to_regclass('public.chore') as chore`.execute(db.system);
  if (there[0]?.chore == null) return;
  const { rows } = await sql<{ done: boolean }>`
    select coalesce((report ->> 'done')::boolean, false) as done from chore where name = 'restore'`.execute(
    db.system,
  );
  if (rows.every(({ done }) => done)) return;
  throw new ArchiveError(
    'restore-unfinished',
    'This database is half restored: its rows are there, and not all of the store is. Run "holdfast restore" with the same backup again; it goes on where it was.',
    { retry: 'never' },
  );
}
