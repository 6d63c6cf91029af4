/**
 * Object stores with retention lock.
 *
 * The store is the truth: whatever a record is made of lies here, locked, and the index can be rebuilt from it.
 * Two real kinds stand behind one interface and one contract suite (`test/service/store-contract.test.ts`):
 *   folder  files on this machine, crash-proof and append-only, tamper-evident but not immutable
 *   s3      any S3 server with Object Lock in compliance mode that passes the canary
 *
 * What a caller may rely on:
 *   - `seal` is a conditional, locked put. When it answers `created`, bytes and lock are durable in the store.
 *     `exists` means the key was there already, with whatever bytes: the caller heads it and compares the digest.
 *   - An error with `retry: 'later'` may have been persisted anyway; asking again with the same key is always safe.
 *   - Nothing here deletes. Deletion is a different port with different credentials: `openPurger`.
 */
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Config } from '#config.ts';
import { ArchiveError } from '#errors.ts';
import { openFolderReader } from './folder-read.ts';
import { openFolderPurger, openFolderRepairer, openFolderStore } from './folder.ts';
import { openS3Purger } from './s3-purger.ts';
import { openS3Reader } from './s3-reader.ts';
import { openS3Repairer, openS3Store } from './s3.ts';

export interface SealInput {
  /** Unique for ever; never a path prefix of another key. */
  readonly key: string;
  readonly body: { readonly path: string } | { readonly bytes: Uint8Array };
  /** Lower-case hex SHA-256 of the body; a store that receives other bytes refuses them. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** The lock is compliance mode until this instant, always explicit. */
  readonly retainUntil: Date;
  /** Born held: set for new seals of a record under legal hold. */
  readonly hold?: boolean;
}

export type SealOutcome =
  | { readonly outcome: 'created'; readonly versionId: string }
  | { readonly outcome: 'exists' };

/** What the store says about one version, read back from it and not from what was sent. */
export interface ObjectState {
  readonly key: string;
  readonly versionId: string;
  readonly sizeBytes: number;
  /** Lower-case hex; null when the store keeps none (then `read` and hash). */
  readonly sha256: string | null;
  readonly mode: 'COMPLIANCE' | 'GOVERNANCE' | null;
  readonly retainUntil: Date | null;
  readonly hold: boolean;
}

export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly sizeBytes: number;
}

/**
 * In words that a receipt can carry. `deletion-not-proven`: the lock is set and read back, but whoever tried to delete past it
 * may delete nothing at all, so that the refusal says nothing about the lock.
 */
export type StoreStanding = 'immutable' | 'deletion-not-proven' | 'tamper-evident';

/** What this store can be trusted with; found out by the canary, never assumed. */
export interface StoreCapabilities {
  readonly kind: 'folder' | 's3';
  /**
   * `compliance`: the server refused to delete what is locked to somebody who may delete. `advisory`: nobody has seen that;
   * tampering shows, and may not be prevented.
   */
  readonly immutability: 'compliance' | 'advisory';
  readonly standing: StoreStanding;
  readonly holdOutlivesRetention: boolean;
  readonly multipartLock: boolean;
  readonly checksumOnHead: boolean;
}

export interface CanaryCheck {
  readonly n: number;
  readonly name: string;
  readonly ok: boolean;
  /** What was seen, in a sentence. */
  readonly found: string;
}

export interface CanaryReport {
  readonly at: Date;
  /** None of the checks 1 to 11 failed: the store may be sealed into. (5 may be unproven; then `standing` says so.) */
  readonly passed: boolean;
  readonly checks: readonly CanaryCheck[];
  readonly capabilities: StoreCapabilities;
}

export interface ObjectStore {
  readonly kind: 'folder' | 's3';
  /** For people: an address or folder without secrets. */
  readonly describe: string;

  seal(input: SealInput): Promise<SealOutcome>;
  /** Without a version id: the current version. Null when there is none (or it is a delete marker). */
  head(key: string, versionId?: string): Promise<ObjectState | null>;
  /**
   * Bytes of one version; `range` is inclusive. Rejects with `store-object-missing`. A read of everything that no longer is
   * what the store itself says was sealed ends in `store-object-changed` before its last chunk.
   */
  read(
    key: string,
    versionId: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<Readable>;
  /** Only forward: a date before the present lock is refused by the store; the same date again changes nothing. */
  extend(key: string, versionId: string, retainUntil: Date): Promise<void>;
  hold(key: string, versionId: string): Promise<void>;
  release(key: string, versionId: string): Promise<void>;
  /** Every version and marker under a prefix, all pages. */
  versions(prefix: string): AsyncIterable<ObjectVersion>;
  /** The twelve checks of `reference/object-store.md` 5. Costs three tiny objects and, with `full`, about four seconds. */
  canary(options: { readonly full: boolean }): Promise<CanaryReport>;
  close(): Promise<void>;
}

/**
 * The store to whoever may only look: nothing in it writes, locks, holds or deletes, and where the store knows credentials it
 * is opened with one that could not. `head` tells the lock of a version that is not the current one too.
 */
export type ObjectReader = Pick<ObjectStore, 'kind' | 'describe' | 'head' | 'read' | 'versions' | 'close'>;

/** The only one who puts a key a second time: the same bytes, where the first are lost or damaged. Held by the retention worker alone. */
export interface ObjectRepairer {
  /** The version that has the bytes now; the one before where the store could mend it in its place. */
  putBack(input: SealInput): Promise<string>;
  close(): Promise<void>;
}

/** The only deleter. Held by the retention worker alone, with credentials of its own. */
export interface ObjectPurger {
  /** Deletes one version. Rejects with `store-object-locked` while a lock or hold stands. */
  purge(key: string, versionId: string): Promise<void>;
  close(): Promise<void>;
}

export type StoreConfig = Pick<Config, 's3' | 'dataDir'>;

export interface StoreOptions {
  /** Our clock. The store's own is compared with it on every answer. */
  readonly now?: () => Date;
}

interface StoreKind {
  open(config: StoreConfig, options: StoreOptions): Promise<ObjectStore>;
  openPurger(config: StoreConfig, options: StoreOptions): Promise<ObjectPurger>;
  openReader(config: StoreConfig, options: StoreOptions): Promise<ObjectReader>;
  openRepairer(config: StoreConfig, options: StoreOptions): Promise<ObjectRepairer>;
}

/** As people and proofs name an S3 store: no secret in it. */
export function placeOf({
  endpoint,
  bucket,
}: {
  readonly endpoint: string;
  readonly bucket: string;
}): string {
  const { protocol, host } = new URL(endpoint);
  return `${protocol}//${host}/${bucket}`;
}

function bucketOf({ s3 }: StoreConfig): NonNullable<Config['s3']> {
  if (s3 !== null) return s3;
  throw new ArchiveError('config-invalid', 'The settings name no S3 store.', { retry: 'halt' });
}

/** Every kind of store. A new one is a file beside this one, a line here, and the contract suite runs it. */
export const STORE_KINDS: Readonly<Record<ObjectStore['kind'], StoreKind>> = {
  folder: {
    open: ({ dataDir }, { now }) => openFolderStore({ folder: join(dataDir, 'store'), now }),
    openPurger: ({ dataDir }, { now }) => openFolderPurger({ folder: join(dataDir, 'store'), now }),
    openRepairer: ({ dataDir }, { now }) => openFolderRepairer({ folder: join(dataDir, 'store'), now }),
    openReader: async ({ dataDir }) => openFolderReader({ folder: join(dataDir, 'store') }),
  },
  s3: {
    open: async (config, { now }) => openS3Store({ s3: bucketOf(config), now }),
    openPurger: async (config, { now }) => {
      const s3 = bucketOf(config);
      if (s3.purger !== null) return openS3Purger({ s3, purger: s3.purger, now });
      throw new ArchiveError(
        'config-invalid',
        'Purging needs S3_PURGE_ACCESS_KEY_ID and S3_PURGE_SECRET_ACCESS_KEY.',
        { retry: 'halt' },
      );
    },
    openRepairer: async (config, { now }) => openS3Repairer({ s3: bucketOf(config), now }),
    openReader: async (config, { now }) => openS3Reader({ s3: bucketOf(config), now }),
  },
};

function kindOf(config: StoreConfig): StoreKind {
  return STORE_KINDS[config.s3 === null ? 'folder' : 's3'];
}

/** The store that the settings name. It is not asked anything yet: `canary` finds out what it is worth. */
export function openStore(config: StoreConfig, options: StoreOptions = {}): Promise<ObjectStore> {
  return kindOf(config).open(config, options);
}

export function openPurger(config: StoreConfig, options: StoreOptions = {}): Promise<ObjectPurger> {
  return kindOf(config).openPurger(config, options);
}

export function openReader(config: StoreConfig, options: StoreOptions = {}): Promise<ObjectReader> {
  return kindOf(config).openReader(config, options);
}

export function openRepairer(config: StoreConfig, options: StoreOptions = {}): Promise<ObjectRepairer> {
  return kindOf(config).openRepairer(config, options);
}

/** Where everything sealed is copied to: to whoever copies, who cannot write to the first. Null: the settings name none. */
export async function openSecondStore({
  secondStore,
}: Pick<Config, 'secondStore'>): Promise<ObjectStore | null> {
  if (secondStore === null) return null;
  return secondStore.kind === 'folder'
    ? await openFolderStore({ folder: secondStore.folder })
    : openS3Store({ s3: secondStore.s3 });
}

/** The same to whoever mends the first out of it. */
export function openSecondReader({ secondStore }: Pick<Config, 'secondStore'>): ObjectReader | null {
  if (secondStore === null) return null;
  return secondStore.kind === 'folder'
    ? openFolderReader({ folder: secondStore.folder })
    : openS3Reader({ s3: secondStore.s3 });
}

/** The only deleter of the second store. Null: the settings name no key that may delete there. */
export async function openSecondPurger({
  secondStore,
}: Pick<Config, 'secondStore'>): Promise<ObjectPurger | null> {
  if (secondStore === null) return null;
  if (secondStore.kind === 'folder') return await openFolderPurger({ folder: secondStore.folder });
  const { s3 } = secondStore;
  return s3.purger === null ? null : openS3Purger({ s3, purger: s3.purger });
}

export { openTrust, type Proof, type ProofBook, type StoreTrust } from './trust.ts';
export { folderJournals, openFolderPlacer, type FolderPlacer } from './folder-place.ts';
export { prepareBucket } from './s3-bucket.ts';
export { openLogFiles, type LogFiles } from './log-files.ts';
