/** An object's journal as a file: reading it, and adding one change to it however many others try at the same time. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { readText, syncFolder, unless, writeOnce, type Disk } from './disk.ts';
import { nextLine, replay, type Change, type Replay } from './journal.ts';

const STATE_SUFFIX = '~state';
const APPEND = constants.O_RDWR | constants.O_APPEND;

export function journalPath(objects: string, key: string): string {
  return join(objects, `${key}${STATE_SUFFIX}`);
}

/** The key that a file of the folder belongs to, whether it is the bytes or the journal. */
export function keyOfFile(name: string): string {
  return name.endsWith(STATE_SUFFIX) ? name.slice(0, -STATE_SUFFIX.length) : name;
}

/** Null without a journal: the object is not there, or has bytes and no lock. */
export async function readJournal(disk: Disk, objects: string, key: string): Promise<Replay | null> {
  const path = journalPath(objects, key);
  const handle = await unless(['ENOENT', 'ENOTDIR'], null, disk.open(path, 'r'));
  if (handle === null) return null;
  try {
    return replay(key, await readText(handle));
  } finally {
    await handle.close();
  }
}

export interface Journal {
  readonly disk: Disk;
  readonly objects: string;
  readonly key: string;
  readonly now: () => Date;
  /** Only the first line may make the file; a change to an object that is gone must not bring its journal back. */
  readonly create: boolean;
}

/**
 * Adds one change, durably: decide, append, sync, read again; whoever lost the position decides anew. `decide` answers
 * null when there is nothing to say and throws to refuse. Null when there is no journal and none may be made.
 */
export async function record(
  { disk, objects, key, now, create }: Journal,
  decide: (present: Replay, at: Date) => Change | null,
): Promise<{ readonly present: Replay; readonly mine: boolean } | null> {
  const path = journalPath(objects, key);
  const handle = await unless(
    create ? [] : ['ENOENT', 'ENOTDIR'],
    null,
    disk.open(path, create ? APPEND | constants.O_CREAT : APPEND, 0o640),
  );
  if (handle === null) return null;
  const id = randomUUID();
  try {
    if (create) await syncFolder(disk, dirname(path));
    for (;;) {
      const present = replay(key, await readText(handle));
      const mine = present.ids.has(id);
      const at = now();
      const change = mine ? null : decide(present, at);
      if (change === null) {
        // What was read may be another's line that is not durable yet, and the answer builds on it.
        if (!mine) await handle.datasync();
        return { present, mine };
      }
      await writeOnce(handle, nextLine(present, change, at, id));
      await handle.datasync();
    }
  } finally {
    await handle.close();
  }
}
