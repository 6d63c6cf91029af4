/** The manifests of a record are a chain; each names its place, the one before it, and the salt that all share. */
import { sha256Hex } from '#commitment.ts';
import { canonicalBytes } from '#seal/seal.ts';
import type { ObjectReader, ObjectVersion } from '#store/store.ts';
import { NotWhole } from './finding.ts';
import { firstFault, isManifest, type SealedManifest } from './manifest-shape.ts';
import { bytesOf, lockedState, parsed, type LockedState } from './objects.ts';

export interface OpenedManifest {
  readonly manifest: SealedManifest;
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly state: LockedState;
}

export interface ReadSalt {
  readonly key: string;
  readonly bytes: Buffer;
  readonly state: LockedState;
}

export async function openManifest(
  store: ObjectReader,
  key: string,
  versions: readonly ObjectVersion[],
  place: {
    readonly agencyId: string;
    readonly recordId: string;
    readonly no: number;
    readonly seals: readonly OpenedManifest[];
  },
): Promise<OpenedManifest> {
  const [version, another] = versions;
  if (version === undefined)
    throw new NotWhole(
      'manifest-missing',
      key,
      'The manifest of this seal is not there, and later seals are.',
    );
  if (another !== undefined)
    throw new NotWhole(
      'manifest-ambiguous',
      key,
      `There are ${versions.length} versions of this manifest; each key has one. Whoever runs the store must say which was there first.`,
    );
  const bytes = await bytesOf(store, key, version.versionId, version.sizeBytes);
  const manifest = parsed(bytes);
  if (!isManifest(manifest) || !canonicalBytes(manifest).equals(bytes))
    throw new NotWhole(
      'manifest-unreadable',
      key,
      isManifest(manifest)
        ? 'The manifest is not in canonical JSON.'
        : `This is no manifest: ${firstFault(manifest)}.`,
    );
  const { agencyId, recordId, no, seals } = place;
  if (manifest.agency !== agencyId || manifest.record !== recordId || manifest.seal !== no)
    throw new NotWhole(
      'manifest-elsewhere',
      key,
      `The manifest is of seal ${manifest.seal} of the record ${manifest.record} of "${manifest.agency}".`,
    );
  const before = seals.at(-1);
  const chained =
    before === undefined
      ? manifest.previous === null
      : manifest.previous?.seal === before.manifest.seal &&
        manifest.previous.key === before.key &&
        manifest.previous.sha256 === before.sha256 &&
        manifest.subject === before.manifest.subject;
  if (!chained)
    throw new NotWhole(
      'chain-broken',
      key,
      'The manifest does not name the one before it, as it lies there.',
    );
  const sha256 = sha256Hex(bytes);
  const state = await lockedState(store, key, version.versionId, manifest.retainUntil);
  return { manifest, key, sha256, sizeBytes: bytes.length, state };
}

export async function readSalt(
  store: ObjectReader,
  prefix: string,
  { salt }: SealedManifest,
): Promise<ReadSalt> {
  const key = `${prefix}salt`;
  if (salt.key !== key)
    throw new NotWhole('manifest-elsewhere', salt.key, 'The manifest names the salt of another record.');
  const state = await lockedState(store, key, salt.versionId, salt.lockedUntil);
  const bytes = await bytesOf(store, key, salt.versionId, state.sizeBytes);
  if (bytes.length !== 32) throw new NotWhole('object-changed', key, 'A salt has 32 bytes.');
  return { key, bytes, state };
}
