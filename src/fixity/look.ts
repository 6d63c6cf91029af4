/**
 * One object, asked of the store. A look costs one HEAD while all is well: the current version must be the one that was sealed, and
 * so has nothing on top of it. Only where it is another one, the version is asked for by itself and its key is listed.
 */
import { codeOf, type ErrorCode } from '#errors.ts';
import type { ObjectReader, ObjectState, ObjectVersion } from '#store/store.ts';
import { wholeBytes } from '#whole-bytes.ts';
import { differences, strangers, type CheckedObject, type Finding } from './rules.ts';

/** These say something of the object. Everything else says something of the store, or of the way to it, and rises. */
const SAYS: Readonly<Partial<Record<ErrorCode, Finding>>> = {
  'store-object-missing': 'missing',
  'store-object-changed': 'changed',
  'store-journal-broken': 'journal-broken',
};

async function found(ask: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await ask();
  } catch (error) {
    const finding = SAYS[codeOf(error)];
    if (finding === undefined) throw error;
    return [finding];
  }
}

export async function lookAt(
  reader: ObjectReader,
  object: CheckedObject,
  replaced: ReadonlySet<string>,
): Promise<Finding[]> {
  const { key, versionId } = object;
  return await found(async () => {
    const current = await reader.head(key);
    if (current?.versionId === versionId) return differences(current, object);
    const state: ObjectState | null = await reader.head(key, versionId);
    const versions: ObjectVersion[] = [];
    for await (const one of reader.versions(key)) if (one.key === key) versions.push(one);
    return [...differences(state, object), ...strangers(versions, object, replaced)];
  });
}

/** Bytes are told as they go by, so that reading can be slowed down; no more than a piece is ever in memory. */
export async function readWhole(
  reader: ObjectReader,
  { key, versionId, sha256, sizeBytes }: CheckedObject,
  onBytes: (howMany: number) => Promise<void>,
): Promise<Finding[]> {
  return await found(async () => {
    const source = await reader.read(key, versionId);
    for await (const chunk of wholeBytes(source, { what: key, sha256, sizeBytes }))
      await onBytes((chunk as Buffer).length);
    return [];
  });
}

/** Reads no faster than so many bytes in a second, over all that it is asked for. */
export function openPace(bytesPerSecond: number, signal?: AbortSignal): (howMany: number) => Promise<void> {
  let freeAtMs = performance.now();
  return async (howMany) => {
    freeAtMs = Math.max(freeAtMs, performance.now()) + (howMany / bytesPerSecond) * 1000;
    const waitMs = freeAtMs - performance.now();
    signal?.throwIfAborted();
    // Short waits are gathered: a timer costs more than a piece of a file.
    if (waitMs > 20) await new Promise((resolve) => setTimeout(resolve, waitMs));
  };
}
