/**
 * The bytes of one record, in every place that has them. Order: list → compare with the rows → write down what is there → delete version by
 * version, the manifest last → list again. A crash leaves some of what was written down; the next pass finds the rest and goes on.
 *
 * What no row names stops it: an unknown version may be somebody's tampering, or a record of ours that the database lost. A refusal of
 * the store is a finding with its code; it is tried again by the next pass, and by no loop.
 */
import { createHash } from 'node:crypto';
import type { ItemEvidence } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import type { ObjectPurger, ObjectReader, ObjectVersion } from '#store/store.ts';
import type { Failure, KnownObjects } from './bytes-queries.ts';

export interface Place {
  readonly reader: Pick<ObjectReader, 'head' | 'versions'>;
  /** Null: nobody gave this process a key that may delete here. */
  readonly purger: ObjectPurger | null;
}

export interface Places {
  readonly first: Place;
  /** Null: there is no second store. */
  readonly second: Place | null;
}

type Store = 'first' | 'second';

export interface Listing {
  readonly place: Store;
  readonly versions: readonly ObjectVersion[];
}

export function prefixOf(agencyId: string, recordId: string): string {
  return `a/${agencyId}/rec/${recordId}/`;
}

export async function listPlaces(places: Places, prefix: string): Promise<Listing[]> {
  const listings: Listing[] = [];
  for (const [place, one] of placesOf(places)) {
    const versions: ObjectVersion[] = [];
    for await (const version of one.reader.versions(prefix)) versions.push(version);
    listings.push({ place, versions });
  }
  return listings;
}

function placesOf({ first, second }: Places): (readonly [Store, Place])[] {
  return [['first', first] as const, ...(second === null ? [] : [['second', second] as const])];
}

/** Over numbers and sizes alone: a key holds a digest of what it names. */
export function listingDigest(versions: readonly ObjectVersion[]): string {
  const lines = versions.map(
    ({ versionId, sizeBytes, isDeleteMarker }) =>
      `${versionId} ${sizeBytes} ${isDeleteMarker ? 'marker' : 'version'}\n`,
  );
  return createHash('sha256').update(lines.toSorted().join('')).digest('hex');
}

/** What lies there and no row names; and, before anything was destroyed, what a row names and is not there. */
export function differences(listings: readonly Listing[], known: KnownObjects): Failure[] {
  const wrong: Failure[] = [];
  for (const { place, versions } of listings) {
    const named = known[place];
    const there = new Set(versions.map(({ key, versionId }) => `${key} ${versionId}`));
    for (const { key, versionId, isDeleteMarker } of versions)
      if (!isDeleteMarker && !named.has(`${key} ${versionId}`))
        wrong.push({ place, versionId, code: 'version-unknown' });
    if (known.evidence === null)
      for (const one of named)
        if (!there.has(one))
          wrong.push({ place, versionId: one.split(' ')[1] ?? '', code: 'version-missing' });
  }
  return wrong;
}

export function evidenceOf(
  listings: readonly Listing[],
  staged: number,
  missing: readonly Failure[],
): ItemEvidence {
  return {
    ...(missing.length === 0
      ? {}
      : { missing: missing.map(({ place, versionId }) => ({ store: place, id: versionId })) }),
    versions: listings.flatMap(({ place, versions }) =>
      versions.map(({ versionId, sizeBytes }) => ({ store: place, id: versionId, bytes: sizeBytes })),
    ),
    before: Object.fromEntries(listings.map(({ place, versions }) => [place, listingDigest(versions)])),
    after: {},
    staged,
  };
}

/** Answers what could not be destroyed. */
export async function destroyVersions(
  places: Places,
  listings: readonly Listing[],
  signal?: AbortSignal,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const { place, versions } of listings) {
    const at = places[place];
    if (at === null) continue;
    const isLast = ({ key }: ObjectVersion): number => Number(key.endsWith('/manifest.json'));
    for (const version of versions.toSorted((a, b) => isLast(a) - isLast(b))) {
      signal?.throwIfAborted();
      // The manifest says what there was: it stays while anything else does.
      if (isLast(version) === 1 && failures.some((one) => one.place === place)) {
        failures.push({ place, versionId: version.versionId, code: 'manifest-kept' });
        continue;
      }
      const code = await destroyOne(at, version);
      if (code !== null) failures.push({ place, versionId: version.versionId, code });
    }
  }
  return failures;
}

/** The purger asks the store for lock and hold itself; what it refuses is looked at once more for the reason. */
async function destroyOne(
  { reader, purger }: Place,
  { key, versionId, isDeleteMarker }: ObjectVersion,
): Promise<string | null> {
  if (purger === null) return 'purger-missing';
  try {
    await purger.purge(key, versionId);
    return null;
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'store-object-locked' || isDeleteMarker) return code;
    const state = await reader.head(key, versionId).catch(() => null);
    return state?.hold === true ? 'store-hold' : code;
  }
}
