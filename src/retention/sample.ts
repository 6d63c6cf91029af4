/**
 * A bounded look at what was sealed: the first and the last objects, each compared with its row, by HEAD or by reading all of
 * it. What is not as it was sealed is entered in the history of its record. It says how much it looked at, and what it left out.
 */
import { codeOf, type ErrorCode } from '#errors.ts';
import type { Db } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';
import type { ObjectState, ObjectStore } from '#store/store.ts';
import { wholeBytes } from '#whole-bytes.ts';
import { firstAndLastSealed, sealedObjects } from './queries.ts';

export interface SealedObject {
  readonly agencyId: string;
  readonly recordId: string;
  readonly sealNo: number;
  readonly role: string;
  readonly key: string;
  readonly versionId: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly lockedUntil: Date;
}

export interface SampleReport {
  readonly looked: number;
  /** Read from the first byte to the last. */
  readonly read: number;
  readonly wrong: readonly { readonly key: string; readonly code: ErrorCode; readonly sentence: string }[];
}

/** At most twice `each`, oldest first. */
export async function drawSample(db: Db, each: number): Promise<SealedObject[]> {
  const keys = await firstAndLastSealed(db, each);
  const sample: SealedObject[] = [];
  for (const agencyId of new Set(keys.map((one) => one.agencyId))) {
    const own = keys.filter((one) => one.agencyId === agencyId).map((one) => one.key);
    for (const row of await db.inAgency(agencyId, async (at) => await sealedObjects(at, own)))
      if (row.version_id !== null && row.locked_until !== null)
        sample.push({
          agencyId,
          recordId: row.record_id,
          sealNo: row.seal_no,
          role: row.role,
          key: row.key,
          versionId: row.version_id,
          sha256: row.sha256,
          sizeBytes: row.size_bytes,
          lockedUntil: row.locked_until,
        });
  }
  return sample;
}

export interface SampleOptions {
  readonly db: Db;
  readonly store: ObjectStore;
  readonly sample: readonly SealedObject[];
  /** Reads as well, until so many bytes were read; 0: HEAD alone. */
  readonly readBytes: number;
  /** For the history. */
  readonly actor: string;
}

/** Says nothing of the object, but that it is not what was sealed. Everything else (a store that is down) rises. */
const FINDINGS: readonly ErrorCode[] = [
  'store-object-changed',
  'store-object-missing',
  'store-journal-broken',
];

export async function checkSample(options: SampleOptions): Promise<SampleReport> {
  const { db, store, sample, actor } = options;
  let left = options.readBytes;
  let read = 0;
  const wrong: { key: string; code: ErrorCode; sentence: string }[] = [];
  for (const object of sample) {
    const { key, versionId, recordId, agencyId } = object;
    const reading = object.sizeBytes <= left;
    let found: { code: ErrorCode; sentence: string } | null;
    try {
      found = difference(await store.head(key, versionId), object);
      if (found === null && reading) {
        left -= object.sizeBytes;
        await readWhole(store, object);
        read += 1;
      }
    } catch (error) {
      const code = codeOf(error);
      if (!FINDINGS.includes(code)) throw error;
      found = { code, sentence: (error as Error).message };
    }
    if (found === null) continue;
    const { code } = found;
    wrong.push({ key, ...found });
    await db.inAgency(
      agencyId,
      async (at) =>
        await appendEvent(at, recordId, {
          type: 'fixity.failed',
          actor,
          // No digest and no key, which is made of one: of what is destroyed one day the history keeps neither.
          body: { seal: object.sealNo, role: object.role, code },
        }),
    );
  }
  return { looked: sample.length, read, wrong };
}

async function readWhole(
  store: ObjectStore,
  { key, versionId, sha256, sizeBytes }: SealedObject,
): Promise<void> {
  const bytes = wholeBytes(await store.read(key, versionId), { what: key, sha256, sizeBytes });
  for await (const _chunk of bytes);
}

function difference(
  state: ObjectState | null,
  { key, sha256, sizeBytes, lockedUntil }: SealedObject,
): { readonly code: ErrorCode; readonly sentence: string } | null {
  if (state === null)
    return { code: 'store-object-missing', sentence: `${key} is not in the store any more.` };
  if (state.sizeBytes !== sizeBytes || (state.sha256 !== null && state.sha256 !== sha256))
    return {
      code: 'store-object-changed',
      sentence: `${key} was sealed with ${sizeBytes} bytes and has ${state.sizeBytes}, or another digest.`,
    };
  if (state.mode !== 'COMPLIANCE' || state.retainUntil === null || state.retainUntil < lockedUntil)
    return {
      code: 'store-lock-not-confirmed',
      sentence: `${key} is ${state.retainUntil === null ? 'not locked' : `locked until ${state.retainUntil.toISOString()}`}, and its row says until ${lockedUntil.toISOString()}.`,
    };
  return null;
}
