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
import { recordsCertified } from '#log/log.ts';
import type { ObjectReader } from '#store/store.ts';
import { readTombstones, TOMBSTONES_FORMAT, type Tombstones } from './format.ts';

const CERTIFICATES = 'disposal/';
const CERTIFICATE = /^disposal\/([a-z0-9-]{2,63})\/([^/]+)\/certificate\.json$/;
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
          return await buffer(await reader.read(key, versionId));
        },
      };
}

/**
 * One that cannot be read, or that the agency's key for certificates did not sign, ends it: behind it may stand what must not come back, or
 * what somebody wants to stay away. `wrong`: it is told there instead, and left out.
 */
export async function namedBy(
  certificates: AsyncIterable<CertificateFile>,
  keyOf: (agency: string) => Promise<string | null>,
  wrong?: (key: string, why: string) => void,
): Promise<Destroyed[]> {
  const records: Destroyed[] = [];
  for await (const { key, bytes } of certificates) {
    const [, agency, disposal] = CERTIFICATE.exec(key) ?? [];
    if (agency === undefined || disposal === undefined) continue;
    try {
      for (const record of signed(await bytes(), { key, agency, disposal, vkey: await keyOf(agency) }))
        records.push({ agency, record, by: key });
    } catch (error) {
      if (wrong === undefined || !(error instanceof ArchiveError) || error.retry !== 'never') throw error;
      wrong(key, error.message);
    }
  }
  return records;
}

function signed(
  bytes: Buffer,
  asked: {
    readonly key: string;
    readonly agency: string;
    readonly disposal: string;
    readonly vkey: string | null;
  },
): readonly string[] {
  const { key, agency, disposal, vkey } = asked;
  const against = (why: string, cause?: unknown): ArchiveError =>
    new ArchiveError(
      'backup-refused',
      `${key} says which records of ${agency} were destroyed, and ${why}. Without it nobody knows what must not come back. Bring the folder of keys of the process that executes disposals (HOLDFAST_CERTIFICATE_KEYS), and restore again.`,
      { retry: 'never', cause },
    );
  if (vkey === null) throw against('the key that signs such certificates is not here');
  try {
    return recordsCertified(bytes, vkey, { agency, disposal });
  } catch (error) {
    if (error instanceof ArchiveError) throw against('the key here did not sign it for this place', error);
    throw error;
  }
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

function unreadable(key: string): ArchiveError {
  return new ArchiveError('backup-broken', `${key} is too large to be a certificate of destruction.`, {
    retry: 'never',
  });
}
