/** What would happen to one record of a list at this moment, object by object, and why not. Reads, and changes nothing. */
import type { Db } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import { differences, listPlaces, prefixOf, type Places } from './destroy.ts';
import { objectionTo } from './queries.ts';
import { knownObjects } from './run-queries.ts';

export interface DryRunRecord {
  readonly recordId: string;
  readonly would: 'be-destroyed' | 'be-kept' | 'wait' | 'stop';
  /** Why it would not be destroyed. */
  readonly code: string | null;
  readonly sentence: string | null;
  readonly objects: readonly {
    readonly store: 'first' | 'second';
    readonly versionId: string;
    readonly bytes: number;
    readonly lockedUntil: string | null;
    readonly hold: boolean;
  }[];
  readonly findings: readonly { readonly place: string; readonly versionId: string; readonly code: string }[];
}

export async function checkRecord(
  db: Db,
  places: Places,
  agencyId: string,
  id: string,
  recordId: string,
): Promise<DryRunRecord> {
  const { against, known } = await db.inAgency(agencyId, async (at) => ({
    against: await objectionTo(at, recordId),
    known: await knownObjects(at, id, recordId),
  }));
  const objects: DryRunRecord['objects'][number][] = [];
  let findings: DryRunRecord['findings'] = [];
  try {
    const listings = await listPlaces(places, prefixOf(agencyId, recordId));
    findings = differences(listings, known);
    for (const { place, versions } of listings)
      for (const { key, versionId, sizeBytes } of versions) {
        const state = await places[place]?.reader.head(key, versionId);
        objects.push({
          store: place,
          versionId,
          bytes: sizeBytes,
          lockedUntil: state?.retainUntil?.toISOString() ?? null,
          hold: state?.hold === true,
        });
      }
  } catch (error) {
    findings = [...findings, { place: 'first', versionId: '', code: codeOf(error) }];
  }
  const refusal = against === null || against === 'missing' ? null : against;
  return {
    recordId,
    would:
      refusal !== null
        ? refusal.of === 'wait'
          ? 'wait'
          : 'be-kept'
        : findings.length > 0
          ? 'stop'
          : 'be-destroyed',
    code: refusal?.code ?? null,
    sentence: refusal?.sentence ?? null,
    objects,
    findings,
  };
}
