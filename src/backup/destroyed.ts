/**
 * Which records were destroyed lawfully, asked of whatever may know it better than a backup does. What it names is never loaded, never
 * copied back, and stays away whatever the backup holds of it (design 3, 9).
 *
 *   certificates  `disposal/<agency>/<disposal>/certificate.json` in a store: each names its records
 *   tombstones    a small file that each backup leaves and that is kept apart from backups; it only ever grows
 */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { ArchiveError } from '#errors.ts';
import { LARGEST_CERTIFICATE_BYTES, recordsCertified } from '#log/log.ts';
import type { ObjectReader } from '#store/store.ts';
import { readTombstones, TOMBSTONES_FORMAT, type Tombstones } from './format.ts';

const CERTIFICATES = 'disposal/';
const DAMAGED: ReadonlySet<string> = new Set([
  'store-object-missing',
  'store-object-changed',
  'store-journal-broken',
]);
const CERTIFICATE = /^disposal\/([a-z0-9-]{2,63})\/([^/]+)\/certificate\.json$/;
export interface Destroyed {
  readonly agency: string;
  readonly record: string;
  /** The key of the certificate. */
  readonly by: string | null;
}

export interface Source {
  /** For people. */
  readonly what: string;
  /** Up to when it knows; null: up to this moment. */
  readonly until: string | null;
  readonly records: readonly Destroyed[];
}

/** One version, as a store or a backup has it. */
export interface CertificateFile {
  readonly key: string;
  readonly version: string;
  readonly sizeBytes: number;
  bytes(): Promise<Buffer>;
}

/** Of a store that lives. */
export async function* certificatesIn(reader: ObjectReader): AsyncGenerator<CertificateFile> {
  for await (const { key, versionId, isDeleteMarker, sizeBytes } of reader.versions(CERTIFICATES))
    if (!isDeleteMarker && CERTIFICATE.test(key))
      yield {
        key,
        version: versionId,
        sizeBytes,
        bytes: async () => await buffer(await reader.read(key, versionId)),
      };
}

export interface Named {
  readonly records: readonly Destroyed[];
  /** `key version` of each that a key signed for its place. */
  readonly believed: ReadonlySet<string>;
  readonly unbelieved: readonly Unbelieved[];
}

/** A key of which no version is believed: it names nothing. */
export interface Unbelieved {
  readonly key: string;
  readonly agency: string;
  readonly disposal: string;
  readonly why: string;
}

/** Of each key any version counts that one of the agency's keys signed for that place. Whoever may write to the store may put anything beside it. */
export async function namedBy(
  certificates: AsyncIterable<CertificateFile>,
  keysOf: (agency: string) => Promise<readonly string[]>,
): Promise<Named> {
  const records: Destroyed[] = [];
  const believed = new Set<string>();
  const named = new Set<string>();
  const wrong = new Map<string, Unbelieved>();
  for await (const { key, version, sizeBytes, bytes } of certificates) {
    const [, agency, disposal] = CERTIFICATE.exec(key) ?? [];
    if (agency === undefined || disposal === undefined) continue;
    try {
      if (sizeBytes > LARGEST_CERTIFICATE_BYTES)
        throw new ArchiveError('receipt-malformed', 'It is too large to be one.', { retry: 'never' });
      for (const record of recordsCertified(await bytes(), await keysOf(agency), { agency, disposal }))
        records.push({ agency, record, by: key });
      believed.add(`${key} ${version}`);
      named.add(key);
    } catch (error) {
      if (!(error instanceof ArchiveError) || (error.retry !== 'never' && !DAMAGED.has(error.code)))
        throw error;
      wrong.set(key, { key, agency, disposal, why: error.message });
    }
  }
  return { records, believed, unbelieved: [...wrong.values()].filter(({ key }) => !named.has(key)) };
}

export async function tombstonesIn(path: string): Promise<Source> {
  const { made, records } = readTombstones(await readFile(path, 'utf8'), path);
  return { what: `tombstones of ${made}`, until: made, records };
}

export function tombstonesOf(records: Iterable<Destroyed>, made: Date): Tombstones {
  const all = new Map<string, Destroyed>();
  for (const one of records) {
    const id = `${one.agency} ${one.record}`;
    if ((all.get(id)?.by ?? null) === null) all.set(id, one);
  }
  return {
    format: TOMBSTONES_FORMAT,
    made: made.toISOString(),
    records: [...all.keys()].sort().flatMap((id) => all.get(id) ?? []),
  };
}

export interface Replay {
  readonly sources: readonly { readonly what: string; readonly records: number; readonly isNewer: boolean }[];
  has(agency: string | null, record: string | null): boolean;
  readonly count: number;
  /** Keys of the certificates that name any of them. */
  readonly by: ReadonlySet<string>;
}

/** `isNewer`: whether any of them can know of a destruction after `snapshotAt`. */
export function destroyedSince(sources: readonly Source[], snapshotAt: string): Replay {
  const all = new Set(
    sources.flatMap(({ records }) => records.map(({ agency, record }) => `${agency} ${record}`)),
  );
  return {
    sources: sources.map(({ what, until, records }) => ({
      what,
      records: records.length,
      isNewer: until === null || until > snapshotAt,
    })),
    has: (agency, record) => all.has(`${agency ?? ''} ${record ?? ''}`),
    count: all.size,
    by: new Set(sources.flatMap(({ records }) => records.flatMap(({ by }) => by ?? []))),
  };
}
