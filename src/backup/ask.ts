/** Whoever may know of destructions that a backup is older than, asked in one order: the backup, files of tombstones, the store that lives. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError } from '#errors.ts';
import {
  formerReceiptKeysIn,
  logPrefix,
  receiptKeyIn,
  verifierKeysIn,
  type Entry,
  type LogKey,
} from '#log/log.ts';
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
  type Unbelieved,
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
  /** Keys of certificates that are known to be worth nothing. */
  readonly disregard: readonly string[];
  readonly reader: ObjectReader;
  readonly files: LogFiles;
  readonly keysDir: string;
  readonly certificateKeysDir: string;
}

export interface Asked {
  readonly sources: readonly Source[];
  /** Marked for destruction after the backup, by the log, and not destroyed to the end: no row of them comes back either. */
  readonly unfinished: readonly Unfinished[];
  /** Lie where certificates do, and are none that a key of the agency signed. */
  readonly unbelieved: readonly Unbelieved[];
  /** Of the certificates in the backup, `key version`. */
  readonly believed: ReadonlySet<string>;
  readonly requests: RequestsSince;
  readonly productions: ProductionsSince;
}

/** Requests under the Sunshine Law of which logs tell what the backup does not have: an entry says no word, so no row comes back from it. */
export interface RequestsSince {
  /** Came after the backup, `agency request`: there is no row of them. */
  readonly lost: readonly string[];
  /** Have a row, and entries after it: what was written or changed since is gone. */
  readonly behind: readonly string[];
}

function requestsIn(told: readonly Told[]): RequestsSince {
  const all = told.flatMap(({ requests }) => requests);
  const lost = new Set(all.flatMap(({ name, type }) => (type === 'request.received' ? [name] : [])));
  const behind = new Set(all.flatMap(({ name }) => (lost.has(name) ? [] : [name])));
  return { lost: [...lost], behind: [...behind] };
}

/** The same of what was handed out in answer to them. Where a link led, and which pages have which numbers, no entry says. */
export interface ProductionsSince {
  /** Made after the backup, `agency production`. What was sealed of one is in the store below `production/<agency>/<production>/`. */
  readonly lost: readonly string[];
  /** Have a row, and were sealed, released or withdrawn after it. */
  readonly behind: readonly string[];
}

function productionsIn(told: readonly Told[]): ProductionsSince {
  const all = told.flatMap(({ productions }) => productions);
  const lost = new Set(all.flatMap(({ name, type }) => (type === 'production.requested' ? [name] : [])));
  const behind = new Set(all.flatMap(({ name }) => (lost.has(name) ? [] : [name])));
  return { lost: [...lost], behind: [...behind] };
}

export interface Unfinished {
  readonly agency: string;
  readonly record: string;
  /** Versions of its objects that the store still has. */
  readonly left: number;
}

/** The store that lives knows of every destruction; an empty one of none, and is not asked. */
export async function askEverybody(asking: Asking): Promise<Asked> {
  const { folder, manifest, databaseOnly, tombstones, reader, files } = asking;
  const inBackup = await askLogs(asking, 'in the backup', (agency) => readerOfCopy(folder, agency));
  const living = databaseOnly
    ? await askLogs(
        asking,
        `in ${reader.describe}`,
        (agency) => async (path) => await files.read(`${logPrefix(agency)}/${path}`),
      )
    : null;
  const announced = [...inBackup.keys, ...(living?.keys ?? [])];
  const keysOf = async (agency: string) => [
    ...(await believedKeys(asking.certificateKeysDir, agency)),
    ...manifest.keys.flatMap((key) => (key.use === 'receipts' && key.agency === agency ? key.public : [])),
    ...announced.flatMap((key) => (key.agency === agency ? key.vkey : [])),
  ];
  const kept = await namedBy(certificatesInBackup(folder), keysOf);
  const there = databaseOnly ? await namedBy(certificatesIn(reader), keysOf) : null;
  const unbelieved = [
    ...new Map([...kept.unbelieved, ...(there?.unbelieved ?? [])].map((one) => [one.key, one])).values(),
  ];
  const completed = new Set([...inBackup.completed, ...(living?.completed ?? [])]);
  for (const { key, agency, disposal, why } of unbelieved)
    if (completed.has(`${agency} ${disposal}`) && !asking.disregard.includes(key))
      throw new ArchiveError(
        'backup-refused',
        `The log of ${agency} says that the list ${disposal} was done, and nothing at ${key} is its certificate: ${why} Bring the folder of keys of the process that executes disposals (HOLDFAST_CERTIFICATE_KEYS), and restore again. If that key is lost, name it: --disregard ${key}; what the log says was destroyed stays away all the same.`,
        { retry: 'never' },
      );
  const sources: Source[] = [
    { ...(await tombstonesIn(join(folder, TOMBSTONES))), what: 'the backup itself', until: '' },
    { what: 'certificates in the backup', until: '', records: kept.records },
    { what: 'logs in the backup', until: '', records: inBackup.disposed },
  ];
  for (const path of tombstones) sources.push({ ...(await tombstonesIn(path)), what: path });
  const { believed } = kept;
  const told = living === null ? [inBackup] : [inBackup, living];
  const [requests, productions] = [requestsIn(told), productionsIn(told)];
  if (living === null || there === null)
    return { sources, unfinished: [], unbelieved, believed, requests, productions };
  const { disposed, disposing } = living;
  const begun = await notMarkedIn(folder, disposing);
  sources.push(
    { what: `certificates in ${reader.describe}`, until: null, records: there.records },
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
  return { sources, unfinished, unbelieved, believed, requests, productions };
}

const nameOf = ({ agency, record }: Destroyed): string => `${agency} ${record}`;

/** What the entries behind the backup's say. */
interface Told {
  readonly disposed: readonly Destroyed[];
  readonly disposing: readonly Destroyed[];
  /** `agency list` */
  readonly completed: readonly string[];
  /** That sign receipts and certificates. */
  readonly keys: readonly { readonly agency: string; readonly vkey: string }[];
  /** Each as `agency request`. */
  readonly requests: readonly { readonly name: string; readonly type: string }[];
  /** Each as `agency production`. */
  readonly productions: readonly { readonly name: string; readonly type: string }[];
}

/** Of the folder of keys: the one that lies there, and those of earlier that it vouches for. */
export async function believedKeys(folder: string, agency: string): Promise<string[]> {
  const key = await receiptKeyIn(folder, agency);
  return [...(key === null ? [] : [key]), ...(await formerReceiptKeysIn(folder, agency))];
}

async function askLogs(
  { folder, manifest, keysDir }: Asking,
  where: string,
  readOf: (agency: string) => ReadLog,
): Promise<Told> {
  const befores = await beforeOf(folder, manifest);
  const ours = await verifierKeysIn(join(keysDir, 'log'));
  const found = {
    disposed: [] as Destroyed[],
    disposing: [] as Destroyed[],
    completed: [] as string[],
    keys: [] as { agency: string; vkey: string }[],
    requests: [] as { name: string; type: string }[],
    productions: [] as { name: string; type: string }[],
  };
  for (const { agency } of manifest.agencies) {
    const before = befores.get(agency);
    if (before === undefined) continue;
    for (const entry of await since(readOf(agency), agency, before, ours, where)) {
      if (entry.type === 'receipt-key.added') found.keys.push({ agency, vkey: String(entry.facts.vkey) });
      if (entry.type === 'purge.completed')
        found.completed.push(`${agency} ${subjectOf(entry, 'purge') ?? ''}`);
      const request = subjectOf(entry, 'request');
      if (request !== null) found.requests.push({ name: `${agency} ${request}`, type: entry.type });
      const production = productionOf(entry);
      if (production !== null) found.productions.push({ name: `${agency} ${production}`, type: entry.type });
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

function subjectOf({ subject }: Entry, kind: string): string | null {
  return subject?.startsWith(`${kind}:`) === true ? subject.slice(kind.length + 1) : null;
}

function productionOf({ type, facts }: Entry): string | null {
  const about: readonly unknown[] = Array.isArray(facts.about) ? facts.about : [];
  const named = about.find((one) => typeof one === 'string' && one.startsWith('production:'));
  return type.startsWith('production.') && typeof named === 'string'
    ? named.slice('production:'.length)
    : null;
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
    for (const { key, version, file } of lines)
      if (file !== null)
        yield {
          key,
          version,
          sizeBytes: file.bytes,
          bytes: async () => await readFile(join(folder, file.path)),
        };
  }
}
