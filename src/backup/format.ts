/** What a backup says of itself: FORMAT.md in types. Pure. */
import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { ArchiveError } from '#errors.ts';

export const FORMAT = 'holdfast-backup-v1';
export const TOMBSTONES_FORMAT = 'holdfast-tombstones-v1';
/** Written last: a folder without it is no backup. */
export const MANIFEST = 'manifest.json';
/** One line for each file but these three. */
export const FILES = 'files.ndjson';
/** One line for each version of an object. */
export const OBJECTS = 'objects.ndjson';
export const TOMBSTONES = 'tombstones.json';

const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const count = Type.Integer({ minimum: 0 });
const time = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' });
const agency = Type.String({ pattern: '^[a-z0-9-]{2,63}$' });
/** Inside the folder, and never out of it. */
const path = Type.String({ pattern: '^(?!.*(^|/)\\.{1,2}(/|$))[A-Za-z0-9._=+~-]+(/[A-Za-z0-9._=+~-]+)*$' });

export const BackupManifest = Type.Object({
  format: Type.Literal(FORMAT),
  program: Type.Object({ name: Type.String(), version: Type.String() }),
  begunAt: time,
  /** The moment that the database is shown at. What lies in the store was copied later. */
  snapshotAt: time,
  endedAt: time,
  database: Type.Object({
    server: Type.String(),
    migrations: Type.Array(Type.Object({ name: Type.String(), sha256 })),
    tables: Type.Array(
      Type.Object({
        name: Type.String(),
        columns: Type.Array(Type.String()),
        rows: count,
        bytes: count,
        sha256,
        path,
      }),
    ),
    left: Type.Array(Type.Object({ name: Type.String(), why: Type.String() })),
    sequences: Type.Array(Type.Object({ name: Type.String(), value: Type.String({ pattern: '^\\d+$' }) })),
  }),
  store: Type.Object({
    kind: Type.Union([Type.Literal('folder'), Type.Literal('s3')]),
    where: Type.String(),
    /** False: it stays where it is, and is no part of this backup. */
    copied: Type.Boolean(),
    objects: count,
    bytes: count,
    logFiles: count,
  }),
  staging: Type.Object({
    files: count,
    /** Sealed between the snapshot and the copy: their bytes are among the objects. */
    sealedMeanwhile: count,
  }),
  agencies: Type.Array(
    Type.Object({
      agency,
      log: Type.Union([Type.Null(), Type.Object({ origin: Type.String(), size: count, root: sha256 })]),
      /** As its files in this backup have it; null: there is none, or the store was not copied. */
      published: Type.Union([Type.Null(), Type.Object({ size: count, root: sha256 })]),
    }),
  ),
  /** Public halves alone. Who restores has the private ones from elsewhere. */
  keys: Type.Array(
    Type.Object({
      use: Type.Union([Type.Literal('log'), Type.Literal('receipts'), Type.Literal('web-archives')]),
      agency: Type.Union([agency, Type.Null()]),
      public: Type.String(),
      /** Below the folder of keys. */
      file: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  tombstones: Type.Object({ records: count }),
  /** What could not be copied as it was sealed, by its name and the reason. */
  wrong: Type.Array(Type.Object({ what: Type.String(), why: Type.String() })),
  wrongCount: count,
  lists: Type.Object({
    files: Type.Object({ lines: count, bytes: count, sha256 }),
    objects: Type.Object({ lines: count, bytes: count, sha256 }),
  }),
});
export type BackupManifest = Static<typeof BackupManifest>;

export const FileLine = Type.Object({ path, bytes: count, sha256 });
export type FileLine = Static<typeof FileLine>;

export const ObjectLine = Type.Object({
  key: Type.String(),
  version: Type.String(),
  /** Of several versions of a key this one is what a reader gets who names none. */
  current: Type.Boolean(),
  /** Null: not copied, for the reason in `why`; or a delete marker, which has no bytes. */
  file: Type.Union([Type.Null(), FileLine]),
  marker: Type.Optional(Type.Literal(true)),
  why: Type.Optional(Type.String()),
  /** Null: no lock was on it. */
  lockedUntil: Type.Union([time, Type.Null()]),
  held: Type.Boolean(),
  /** Of the folder store: the object’s journal, in which its lock is. */
  journal: Type.Optional(FileLine),
});
export type ObjectLine = Static<typeof ObjectLine>;

const Tombstones = Type.Object({
  format: Type.Literal(TOMBSTONES_FORMAT),
  made: time,
  records: Type.Array(
    Type.Object({
      agency,
      record: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
      /** The certificate that says so, by its key in the store; null: only the row does. */
      by: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});
export type Tombstones = Static<typeof Tombstones>;

export const readManifest = (text: string): BackupManifest => shaped(BackupManifest, text, MANIFEST);
export const readFileLine = (text: string): FileLine => shaped(FileLine, text, FILES);
export const readObjectLine = (text: string): ObjectLine => shaped(ObjectLine, text, OBJECTS);
export const readTombstones = (text: string, what: string): Tombstones => shaped(Tombstones, text, what);

function shaped<T extends TSchema>(schema: T, text: string, what: string): Static<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw broken(`${what} is no JSON`, error);
  }
  if (!Value.Check(schema, value)) {
    const [first] = Value.Errors(schema, value);
    throw broken(
      `${what} has another form than FORMAT.md says${first === undefined ? '' : `, at ${first.instancePath === '' ? 'its beginning' : first.instancePath}`}`,
    );
  }
  return value;
}

export function broken(what: string, cause?: unknown): ArchiveError {
  return new ArchiveError('backup-broken', `This backup cannot be used: ${what}.`, { retry: 'never', cause });
}
