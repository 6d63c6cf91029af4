/**
 * Which records were destroyed lawfully, asked of whatever may know it better than a backup does. What it names is never loaded, never
 * copied back, and stays away whatever the backup holds of it (design 3, 9).
 *
 *   certificates  `disposal/<agency>/<disposal>/certificate.json` in a store: each names its records
 *   tombstones    a small file that each backup leaves and that is kept apart from backups; it only ever grows
 */
import { readFile } from 'node:fs/promises';
import { ArchiveError } from '#errors.ts';
import type { ObjectReader } from '#store/store.ts';
import { readCertificate, readTombstones, TOMBSTONES_FORMAT, type Tombstones } from './format.ts';

const CERTIFICATES = 'disposal/';
const CERTIFICATE = /^disposal\/([a-z0-9-]{2,63})\/[^/]+\/certificate\.json$/;
/** A certificate names records and carries nothing of them; this is more than fifty thousand. */
const LARGEST_BYTES = 8 * 2 ** 20;

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

/** Bytes of one version, as a store or a backup has them. */
export interface CertificateFile {
  readonly key: string;
  bytes(): Promise<Buffer>;
}

/** Of a store that lives. */
export async function* certificatesIn(reader: ObjectReader): AsyncGenerator<CertificateFile> {
  for await (const { key, versionId, isDeleteMarker, sizeBytes } of reader.versions(CERTIFICATES))
    if (!isDeleteMarker && CERTIFICATE.test(key))
      yield {
        key,
        bytes: async () => {
          if (sizeBytes > LARGEST_BYTES) throw unreadable(key);
          const chunks: Buffer[] = [];
          for await (const chunk of (await reader.read(key, versionId)) as AsyncIterable<Buffer>)
            chunks.push(chunk);
          return Buffer.concat(chunks);
        },
      };
}

/** One that cannot be read ends it: behind it may stand what must not come back. */
export async function namedBy(certificates: AsyncIterable<CertificateFile>): Promise<Destroyed[]> {
  const records: Destroyed[] = [];
  for await (const { key, bytes } of certificates) {
    const agency = CERTIFICATE.exec(key)?.[1];
    if (agency === undefined) continue;
    for (const { recordId } of readCertificate((await bytes()).toString('utf8'), key).records)
      records.push({ agency, record: recordId, by: key });
  }
  return records;
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
  };
}

function unreadable(key: string): ArchiveError {
  return new ArchiveError('backup-broken', `${key} is too large to be a certificate of destruction.`, {
    retry: 'never',
  });
}
