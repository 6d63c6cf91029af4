/**
 * What a signed log says of the time after a backup. Led from the backup's own tree to the checkpoint of the log as it is found, so that nothing
 * counts that was not signed over what the backup has, by a key that the backup or the folder of keys knows.
 */
import { ArchiveError } from '#errors.ts';
import {
  bundleEntries,
  EMPTY_FRONTIER,
  frontierOf,
  grow,
  leafHash,
  openCheckpoint,
  parseCheckpoint,
  parseEntry,
  parseNote,
  rootOf,
  verifierKey,
  type Entry,
  type Frontier,
  type LogKey,
} from '#log/log.ts';
import type { BackupManifest } from './format.ts';

/** Of the files of one log, by their path below it. */
export type ReadLog = (path: string) => Promise<Uint8Array | null>;

export interface Before {
  readonly log: BackupManifest['agencies'][number]['log'];
  /** Hashes of the tree at that size, one behind the other. */
  readonly frontier: Buffer;
  readonly keys: readonly LogKey[];
}

const BUNDLE = 256;

/** Entries from `from` on. */
export async function* entriesSince(read: ReadLog, from: number, size: number): AsyncGenerator<Buffer[]> {
  for (let n = Math.floor(from / BUNDLE); n * BUNDLE < size; n += 1) {
    const entries = await bundleEntries(read, { n, width: Math.min(BUNDLE, size - n * BUNDLE) });
    yield n * BUNDLE < from ? entries.slice(from - n * BUNDLE) : entries;
  }
}

/** Every entry that the backup's tree has not, handed on when all of them are proved. Rejects where they cannot be. */
export async function readSince(
  read: ReadLog,
  agency: string,
  { log, frontier: before, keys: known }: Before,
  ours: readonly string[],
): Promise<Entry[]> {
  const note = await read('checkpoint');
  if (note === null) return [];
  const { origin, size, root } = parseCheckpoint(parseNote(note).text);
  const from = log?.size ?? 0;
  if (size <= from) return [];
  if (!origin.endsWith(`/log/${agency}`) || (log !== null && log.origin !== origin))
    throw unproved(`its checkpoint is of the log ${origin}`);
  let frontier: Frontier = log === null ? EMPTY_FRONTIER : frontierOf(from, hashesOf(before));
  const kept: Entry[] = [];
  const keys = new Map(known.map((one) => [one.key.id, one]));
  for await (const entries of entriesSince(read, from, size)) {
    for (const bytes of entries) {
      const entry = parseEntry(bytes);
      noteKey(keys, entry);
      if (TOLD.has(entry.type)) kept.push(entry);
    }
    frontier = grow(frontier, entries.map(leafHash));
  }
  if (frontier.size !== size || Buffer.compare(rootOf(frontier), root) !== 0)
    throw unproved(
      `the backup and its entries together do not lead to the root that was signed at size ${size}`,
    );
  const { signedBy } = openCheckpoint(note, { origin, keys: [...keys.values()] });
  const trusted = new Set([...known.map(({ key }) => key.id), ...ours.map((vkey) => verifierKey(vkey).id)]);
  if (!signedBy.some(({ id }) => trusted.has(id)))
    throw unproved('neither the backup nor the folder of keys (HOLDFAST_KEYS) knows the key that signed it');
  return kept;
}

/** A log may have gone on for long: only what is asked of it is held. */
const TOLD: ReadonlySet<string> = new Set([
  'record.disposing',
  'record.disposed',
  'purge.completed',
  'receipt-key.added',
  'request.received',
  'request.opened',
  'request.moved',
  'request.noted',
  'request.receipt-corrected',
  'request.closed',
  'request.searched',
  'request.named',
  'request.reviewed',
  'request.kept',
  'request.letter-sent',
  'request.search-certified',
  'production.requested',
  'production.sealed',
  'production.released',
  'production.withdrawn',
]);

function noteKey(keys: Map<string, LogKey>, { type, facts }: Entry): void {
  if (type !== 'log-key.added' && type !== 'log-key.retired') return;
  const key = verifierKey(String(facts.vkey));
  const size = Number(facts.size);
  const before = keys.get(key.id);
  if (type === 'log-key.added') keys.set(key.id, { ...before, key, firstSize: size });
  else if (before !== undefined) keys.set(key.id, { ...before, lastSize: size });
}

function hashesOf(frontier: Buffer): Buffer[] {
  return Array.from({ length: frontier.length / 32 }, (_, at) => frontier.subarray(at * 32, at * 32 + 32));
}

function unproved(why: string): ArchiveError {
  return new ArchiveError('log-forked', why, { retry: 'never' });
}
