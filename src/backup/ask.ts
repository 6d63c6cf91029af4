/** Whoever may know of destructions that a backup is older than, asked in one order: the backup, files of tombstones, the store that lives. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError } from '#errors.ts';
import { logPrefix, receiptKeyIn, verifierKeysIn, type Entry, type LogKey } from '#log/log.ts';
import type { LogFiles, ObjectReader } from '#store/store.ts';
import { groupsOf } from './bring-store.ts';
import { hexBytes, rowsOf } from './copy-text.ts';
import {
  certificatesIn,
  namedBy,
  tombstonesIn,
  type CertificateFile,
  type Destroyed,
  type Source,
} from './destroyed.ts';
import { linesOf } from './folder.ts';
import { TOMBSTONES, type BackupManifest } from './format.ts';
import { readerOfCopy } from './log-copy.ts';
import { readSince, type Before, type ReadLog } from './log-since.ts';
import { logKeys } from './verify-logs.ts';

export interface Asking {
  readonly folder: string;
  readonly manifest: BackupManifest;
  readonly databaseOnly: boolean;
  readonly tombstones: readonly string[];
  readonly reader: ObjectReader;
  readonly files: LogFiles;
  readonly keysDir: string;
  readonly certificateKeysDir: string;
}

export interface Asked {
  readonly sources: readonly Source[];
  /** Marked for destruction after the backup, by the log, and not destroyed to the end: no row of them comes back either. */
  readonly unfinished: readonly Unfinished[];
}

export interface Unfinished {
  readonly agency: string;
  readonly record: string;
  /** Versions of its objects that the store still has. */
  readonly left: number;
}

/** The store that lives knows of every destruction; an empty one of none, and is not asked. */
export async function askEverybody(asking: Asking): Promise<Asked> {
  const { folder, databaseOnly, tombstones, reader, files } = asking;
  const keyOf = async (agency: string) => await receiptKeyIn(asking.certificateKeysDir, agency);
  const inBackup = await askLogs(asking, 'in the backup', (agency) => readerOfCopy(folder, agency));
  const sources: Source[] = [
    { ...(await tombstonesIn(join(folder, TOMBSTONES))), what: 'the backup itself', until: '' },
    {
      what: 'certificates in the backup',
      until: '',
      records: await namedBy(certificatesInBackup(folder), keyOf),
    },
    { what: 'logs in the backup', until: '', records: inBackup.disposed },
  ];
  for (const path of tombstones) sources.push({ ...(await tombstonesIn(path)), what: path });
  if (!databaseOnly) return { sources, unfinished: [] };
  const { disposed, disposing } = await askLogs(
    asking,
    `in ${reader.describe}`,
    (agency) => async (path) => await files.read(`${logPrefix(agency)}/${path}`),
  );
  const begun = await notMarkedIn(folder, disposing);
  sources.push(
    {
      what: `certificates in ${reader.describe}`,
      until: null,
      records: await namedBy(certificatesIn(reader), keyOf),
    },
    { what: `logs in ${reader.describe}`, until: null, records: [...disposed, ...begun] },
  );
  const ended = new Set(
    sources
      .filter(({ what }) => what !== `logs in ${reader.describe}`)
      .flatMap(({ records }) => records)
      .concat(disposed)
      .map(nameOf),
  );
  const unfinished: Unfinished[] = [];
  for (const one of begun.filter((each) => !ended.has(nameOf(each))))
    unfinished.push({ agency: one.agency, record: one.record, left: await leftOf(reader, one) });
  return { sources, unfinished };
}

const nameOf = ({ agency, record }: Destroyed): string => `${agency} ${record}`;

async function askLogs(
  { folder, manifest, keysDir }: Asking,
  where: string,
  readOf: (agency: string) => ReadLog,
): Promise<{ readonly disposed: readonly Destroyed[]; readonly disposing: readonly Destroyed[] }> {
  const befores = await beforeOf(folder, manifest);
  const ours = await verifierKeysIn(join(keysDir, 'log'));
  const found = { disposed: [] as Destroyed[], disposing: [] as Destroyed[] };
  for (const { agency } of manifest.agencies) {
    const before = befores.get(agency);
    if (before === undefined) continue;
    for (const entry of await since(readOf(agency), agency, before, ours, where)) {
      const record = subjectOf(entry, 'record');
      if (record === null) continue;
      if (entry.type === 'record.disposed') found.disposed.push({ agency, record, by: null });
      if (entry.type === 'record.disposing') found.disposing.push({ agency, record, by: null });
    }
  }
  return found;
}

async function since(
  read: ReadLog,
  agency: string,
  before: Before,
  ours: readonly string[],
  where: string,
): Promise<Entry[]> {
  try {
    return await readSince(read, agency, before, ours);
  } catch (error) {
    if (!(error instanceof ArchiveError) || !error.code.startsWith('log-')) throw error;
    throw new ArchiveError(
      'backup-refused',
      `The log of ${agency} ${where} says what was destroyed after the backup, and cannot be proved: ${error.message} Nothing was restored. Bring the folder of keys (HOLDFAST_KEYS) of this archive and name the store that belongs to this backup.`,
      { retry: 'never', cause: error },
    );
  }
}

export function subjectOf({ subject }: Entry, kind: string): string | null {
  return subject?.startsWith(`${kind}:`) === true ? subject.slice(kind.length + 1) : null;
}

async function beforeOf(folder: string, manifest: BackupManifest): Promise<Map<string, Before>> {
  const keys: ReadonlyMap<string, LogKey[]> = await logKeys(folder);
  const frontiers = new Map<string, Buffer>();
  const rows = rowsOf(linesOf(join(folder, 'database/log_head.copy')), ['agency_id', 'frontier']);
  for await (const { agency_id: agency, frontier } of rows) frontiers.set(agency ?? '', hexBytes(frontier));
  return new Map(
    manifest.agencies.map(({ agency, log }) => [
      agency,
      { log, frontier: frontiers.get(agency) ?? Buffer.alloc(0), keys: keys.get(agency) ?? [] },
    ]),
  );
}

/** But for those that the backup has as marked: their list goes on, and ends with them. */
async function notMarkedIn(folder: string, disposing: readonly Destroyed[]): Promise<readonly Destroyed[]> {
  if (disposing.length === 0) return [];
  const marked = new Set<string>();
  const rows = rowsOf(linesOf(join(folder, 'database/record.copy')), ['agency_id', 'id', 'state']);
  for await (const { agency_id: agency, id, state } of rows)
    if (state === 'disposing') marked.add(`${agency ?? ''} ${id ?? ''}`);
  return disposing.filter((one) => !marked.has(nameOf(one)));
}

async function leftOf(reader: ObjectReader, { agency, record }: Destroyed): Promise<number> {
  let left = 0;
  for await (const { isDeleteMarker } of reader.versions(`a/${agency}/rec/${record}/`))
    if (!isDeleteMarker) left += 1;
  return left;
}

async function* certificatesInBackup(folder: string): AsyncGenerator<CertificateFile> {
  for await (const { record, lines } of groupsOf(folder)) {
    if (record !== null) continue;
    for (const { key, file } of lines)
      if (file !== null) yield { key, bytes: async () => await readFile(join(folder, file.path)) };
  }
}
