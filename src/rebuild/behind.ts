/**
 * Whether the database has less of a log than was published. A step of work that runs on such a database would seal, number and
 * capture once more what is in the store already, and the record could not be led on any more: it waits until the log was put back.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '#db/db.ts';
import { ArchiveError, codeOf } from '#errors.ts';
import { logPrefix, parseCheckpoint, parseNote } from '#log/log.ts';
import type { LogFiles } from '#store/store.ts';
import { readHead } from './log-queries.ts';

/** A database comes back from a backup while nothing is connected to it: whoever looked this shortly before is connected still. */
const KEEP_MS = 10_000;

/** Rejects with `log-behind`, which passes. */
export function openCatchUp(context: {
  readonly db: Db;
  readonly files: LogFiles;
}): (agencyId: string) => Promise<void> {
  const fine = new Map<string, number>();
  return async (agencyId) => {
    if ((fine.get(agencyId) ?? 0) > performance.now()) return;
    const published = await publishedSize(context.files, agencyId);
    const size = (await readHead(context.db.sequencer, agencyId))?.size ?? 0;
    if (published > size)
      throw new ArchiveError(
        'log-behind',
        `The log of ${agencyId} was published with ${published} entries, and the database has ${size}: it was restored to an earlier time. Work waits until the log worker has put back what is missing.`,
        { retry: 'later' },
      );
    fine.set(agencyId, performance.now() + KEEP_MS);
  };
}

/** As long as a report waits for it to be known. */
const INTAKE_WAITS_MS = 500;

/**
 * The same for what is handed in: a report that such a database takes would have the number of one that is in the store already. Where the
 * store cannot be asked, or not soon, reports are taken: intake does without the store, and the log worker cannot go on without it either.
 */
export function openIntakeGate(
  caughtUp: (agencyId: string) => Promise<void>,
): (agencyId: string) => Promise<void> {
  const looks = new Map<string, { readonly ends: number; readonly look: Promise<void> }>();
  return async (agencyId) => {
    let asked = looks.get(agencyId);
    if (asked === undefined) {
      const look = caughtUp(agencyId)
        .catch((error: unknown) => {
          if (codeOf(error) === 'log-behind') throw error;
        })
        .finally(() => looks.delete(agencyId));
      asked = { look, ends: performance.now() + INTAKE_WAITS_MS };
      looks.set(agencyId, asked);
    }
    const ending = new AbortController();
    const waitMs = Math.max(0, asked.ends - performance.now());
    try {
      await Promise.race([asked.look, sleep(waitMs, undefined, { signal: ending.signal })]);
    } finally {
      ending.abort();
    }
  };
}

/** Zero where there is none. One that cannot be read says nothing here: the log stands still for it, and says so. */
async function publishedSize(files: LogFiles, agencyId: string): Promise<number> {
  const note = await files.read(`${logPrefix(agencyId)}/checkpoint`);
  if (note === null) return 0;
  try {
    return parseCheckpoint(parseNote(note).text).size;
  } catch {
    return 0;
  }
}
