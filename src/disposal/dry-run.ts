/** What would happen to one record of a list at this moment, object by object, and why not. Reads, and changes nothing. */
import type { Db } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import { ofRows, ofStores } from './before-mark.ts';
import type { Places } from './destroy.ts';
import { changedSince, objectionsTo } from './queries.ts';
import { knownObjects, type KnownObjects } from './bytes-queries.ts';
import { waitsOf } from './run-queries.ts';
import { openSecondReader, type ObjectReader } from '#store/store.ts';
import { lookInStores, type StoreLook } from './store-look.ts';

const WOULD = { keep: 'be-kept', wait: 'wait', stop: 'stop' } as const;

const NOTHING: KnownObjects = { first: new Set(), second: new Set(), staged: [], evidence: null };

type SecondSettings = Parameters<typeof openSecondReader>[0];

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

/** In each store that the settings name. */
export async function checkRecords(
  db: Db,
  { reader, settings }: { readonly reader: ObjectReader; readonly settings: SecondSettings },
  agencyId: string,
  id: string,
  recordIds: readonly string[],
): Promise<DryRunRecord[]> {
  const second = openSecondReader(settings);
  const places = {
    first: { reader, purger: null },
    second: second === null ? null : { reader: second, purger: null },
  };
  try {
    const records: DryRunRecord[] = [];
    for (const recordId of recordIds)
      records.push(await checkRecord(db, places, agencyId, id, recordId, new Date()));
    return records;
  } finally {
    await second?.close();
  }
}

async function checkRecord(
  db: Db,
  places: Places,
  agencyId: string,
  id: string,
  recordId: string,
  now: Date,
): Promise<DryRunRecord> {
  const { against, changed, known, waits } = await db.inAgency(agencyId, async (at) => ({
    against: (await objectionsTo(at, [recordId])).get(recordId) ?? null,
    changed: await changedSince(at, id, recordId),
    known: (await knownObjects(at, id, [recordId])).get(recordId) ?? NOTHING,
    waits: await waitsOf(at, id, recordId),
  }));
  let seen: Pick<StoreLook, 'objects' | 'against'> = { objects: [], against: [] };
  try {
    seen = await lookInStores(places, { agencyId, recordId }, known, now);
  } catch (error) {
    seen = { objects: [], against: [{ place: 'first', versionId: '', code: codeOf(error) }] };
  }
  const refusal = against ?? changed;
  // As an execution judges it (before-mark.ts).
  const objection = refusal === null ? ofStores(seen.against, waits) : ofRows(refusal, waits);
  return {
    recordId,
    would: objection === null ? 'be-destroyed' : WOULD[objection.does],
    code: objection?.code ?? null,
    sentence: objection?.sentence ?? null,
    objects: seen.objects.map((one) => ({ ...one, lockedUntil: one.lockedUntil?.toISOString() ?? null })),
    findings: seen.against.map(({ place, versionId, code }) => ({ place, versionId, code })),
  };
}
