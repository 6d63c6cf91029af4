/** The files of a log as a backup has them: read without a store. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  EMPTY_FRONTIER,
  grow,
  leafHash,
  logPrefix,
  parseCheckpoint,
  parseEntry,
  parseNote,
  rootOf,
} from '#log/log.ts';
import { isMissing } from './folder.ts';
import { entriesSince, type ReadLog } from './log-since.ts';

/** Null: there is no such file. */
export function readerOfCopy(folder: string, agency: string): ReadLog {
  return async (path) =>
    await readFile(join(folder, logPrefix(agency), path)).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
}

/** Over the entries in the copy, against what its checkpoint says. */
export async function rootOfCopy(
  folder: string,
  agency: string,
): Promise<{ readonly origin: string; readonly size: number; readonly root: string; readonly note: Buffer }> {
  const note = await readFile(join(folder, logPrefix(agency), 'checkpoint'));
  const { origin, size, root } = parseCheckpoint(parseNote(note).text);
  let frontier = EMPTY_FRONTIER;
  for await (const entries of entriesSince(readerOfCopy(folder, agency), 0, size))
    frontier = grow(frontier, entries.map(leafHash));
  if (frontier.size !== size || Buffer.compare(rootOf(frontier), root) !== 0)
    throw new Error(`its entries do not lead to the root that was signed at size ${size}`);
  return { origin, size, root: root.toString('hex'), note };
}

/** Seals that the entries from `from` on tell of. */
export async function* sealedSince(
  folder: string,
  agency: string,
  from: number,
  size: number,
): AsyncGenerator<{ readonly record: string; readonly seal: string }> {
  for await (const entries of entriesSince(readerOfCopy(folder, agency), from, size))
    for (const bytes of entries) {
      const { type, subject, facts } = parseEntry(bytes);
      if (type === 'record.sealed' && subject?.startsWith('record:') === true)
        yield { record: subject.slice('record:'.length), seal: String(facts.seal) };
    }
}
