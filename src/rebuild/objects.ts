/** One object of a record: its lock, its length, its digest, its bytes, each as the store answers for this very version. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { codeOf } from '#errors.ts';
import type { ObjectState, ObjectReader } from '#store/store.ts';
import { NotWhole } from './finding.ts';
import type { SealedFile } from './manifest-shape.ts';

/** `believe`: of a file's bytes the store's own digest is enough, where it keeps one. */
export type FileReading = 'read' | 'believe';

export type LockedState = ObjectState & { readonly retainUntil: Date };

/** A record's facts together have 64 MB at most, and its manifest names no more than they and its files do. */
const IN_MEMORY_BYTES = 128_000_000;
/** Files of one record, or records of one log. */
export const AT_ONCE = 4;

/** As the store says it, of this very version. A lease that ran out is no fault: the date is what counts, and that it never went back. */
export async function lockedState(
  store: ObjectReader,
  key: string,
  versionId: string,
  notBefore: string,
): Promise<LockedState> {
  const state = await withoutFault(key, async () => await store.head(key, versionId));
  if (state === null) throw new NotWhole('object-missing', key, 'The store does not have this object.');
  const { retainUntil } = state;
  if (
    state.mode !== 'COMPLIANCE' ||
    retainUntil === null ||
    retainUntil.getTime() < Date.parse(notBefore) - 1000
  )
    throw new NotWhole(
      'lock-missing',
      key,
      `The store does not show the lock that was read back when this was sealed (compliance mode, until ${notBefore} at least).`,
    );
  return { ...state, retainUntil };
}

export async function assertDigest(
  store: ObjectReader,
  file: SealedFile,
  state: ObjectState,
  how: FileReading,
): Promise<void> {
  if (how === 'believe' && state.sha256 !== null) {
    if (state.sha256 !== file.sha256) throw changed(file.key);
    return;
  }
  const hash = createHash('sha256');
  await withoutFault(file.key, async () => {
    for await (const chunk of await store.read(file.key, file.versionId)) hash.update(chunk as Buffer);
  });
  if (hash.digest('hex') !== file.sha256) throw changed(file.key);
}

export async function bytesOf(
  store: ObjectReader,
  key: string,
  versionId: string,
  sizeBytes: number,
): Promise<Buffer> {
  if (sizeBytes > IN_MEMORY_BYTES)
    throw new NotWhole('object-changed', key, `This has ${sizeBytes} bytes, which no such object has.`);
  return await withoutFault(key, async () => await buffer(await store.read(key, versionId)));
}

/** What the store itself finds missing or changed is a finding of this record. A store that is down is everybody's, and rises. */
async function withoutFault<T>(key: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'store-object-missing')
      throw new NotWhole('object-missing', key, 'The store does not have this object.');
    if (code === 'store-object-changed' || code === 'store-journal-broken') throw changed(key);
    throw error;
  }
}

export function changed(key: string): NotWhole {
  return new NotWhole('object-changed', key, 'These are not the bytes that were sealed.');
}

export function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
