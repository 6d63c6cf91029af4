/** What lies in the stores of one record at this moment, and what of it stands against destruction. Reads, and changes nothing. */
import { differences, listPlaces, prefixOf, type Listing, type Places } from './destroy.ts';
import type { Failure, KnownObjects } from './bytes-queries.ts';

export interface SeenObject {
  readonly store: 'first' | 'second';
  readonly versionId: string;
  readonly bytes: number;
  readonly lockedUntil: Date | null;
  readonly hold: boolean;
}

export interface Against extends Failure {
  /** Of a lock, when it ends. */
  readonly until?: Date;
}

export interface StoreLook {
  readonly objects: readonly SeenObject[];
  readonly against: readonly Against[];
  readonly listings: readonly Listing[];
}

export async function lookInStores(
  places: Places,
  { agencyId, recordId }: { readonly agencyId: string; readonly recordId: string },
  known: KnownObjects,
  now: Date,
): Promise<StoreLook> {
  const listings = await listPlaces(places, prefixOf(agencyId, recordId));
  const against: Against[] = differences(listings, known);
  const objects: SeenObject[] = [];
  if (known.second.size > 0 && places.second === null)
    against.push({ place: 'second', versionId: '', code: 'second-store-missing' });
  for (const { place, versions } of listings)
    for (const { key, versionId, sizeBytes, isDeleteMarker } of versions) {
      const state = isDeleteMarker ? null : await places[place]?.reader.head(key, versionId);
      const lockedUntil = state?.retainUntil ?? null;
      objects.push({
        store: place,
        versionId,
        bytes: sizeBytes,
        lockedUntil,
        hold: state?.hold === true,
      });
      if (state?.hold === true) against.push({ place, versionId, code: 'store-hold' });
      if (lockedUntil !== null && lockedUntil >= now)
        against.push({ place, versionId, code: 'store-object-locked', until: lockedUntil });
    }
  return { objects, against, listings };
}
