/** Whether the database is one that a restore has begun to fill and has not ended: then nothing may work on it. */
import type { Db } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { restoreNote } from './queries.ts';

export async function assertRestored(db: Db): Promise<void> {
  const note = await restoreNote(db);
  if (note === null || note.done) return;
  throw new ArchiveError(
    'restore-unfinished',
    'This database is half restored: its rows are there, and not all of the store is. Run "holdfast restore" with the same backup again; it goes on where it was.',
    { retry: 'never' },
  );
}
