/** The files of a log as a backup has them: read without a store. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bundleEntries,
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

const BUNDLE = 256;

async function* bundlesOf(
  folder: string,
  agency: string,
  from: number,
  size: number,
): AsyncGenerator<Buffer[]> {
  const read = async (path: string): Promise<Buffer | null> =>
    await readFile(join(folder, logPrefix(agency), path)).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
  for (let n = Math.floor(from / BUNDLE); n * BUNDLE < size; n += 1) {
    const entries = await bundleEntries(read, { n, width: Math.min(BUNDLE, size - n * BUNDLE) });
    yield n * BUNDLE < from ? entries.slice(from - n * BUNDLE) : entries;
  }
}

/** Over the entries in the copy, against what its checkpoint says. */
export async function rootOfCopy(
  folder: string,
  agency: string,
): Promise<{ readonly origin: string; readonly size: number; readonly root: string; readonly note: Buffer }> {
  const note = await readFile(join(folder, logPrefix(agency), 'checkpoint'));
  const { origin, size, root } = parseCheckpoint(parseNote(note).text);
  let frontier = EMPTY_FRONTIER;
  for await (const entries of bundlesOf(folder, agency, 0, size))
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
  for await (const entries of bundlesOf(folder, agency, from, size))
    for (const bytes of entries) {
      const { type, subject, facts } = parseEntry(bytes);
      if (type === 'record.sealed' && subject?.startsWith('record:') === true)
        yield { record: subject.slice('record:'.length), seal: String(facts.seal) };
    }
}
