/** What the store says of an object, and what it holds. A store that cannot be reached is no finding: the audit ends there. */
import { createHash } from 'node:crypto';
import { codeOf, type ErrorCode } from '#errors.ts';
import type { ObjectReader } from '#store/store.ts';
import type { Findings, Where } from './findings.ts';

/** Said of the one object; any other error is of the store. */
const MISSING: readonly ErrorCode[] = ['store-object-missing'];
const CHANGED: readonly ErrorCode[] = ['store-object-changed', 'store-journal-broken', 'digest-mismatch'];

export interface ExpectedObject {
  readonly key: string;
  /** Null: nobody ever said; the one that is there. */
  readonly versionId: string | null;
  readonly sha256: string;
  readonly bytes: number;
  readonly lockedUntil: Date | null;
}

/** Finds what is wrong of one object. With `full` every byte of it is read. Answers how many bytes were. */
export async function lookAtObject(
  store: ObjectReader,
  expected: ExpectedObject,
  full: boolean,
  findings: Findings,
  where: Where,
): Promise<number> {
  const { key, sha256, bytes, lockedUntil } = expected;
  const at = { ...where, file: key };
  const state = await told(findings, at, async () => await store.head(key, expected.versionId ?? undefined));
  if (state === undefined) return 0;
  if (state === null) {
    findings.add('object-missing', at);
    return 0;
  }
  if (state.sizeBytes !== bytes || (state.sha256 !== null && state.sha256 !== sha256))
    findings.add('object-changed', at);
  // Stores keep whole seconds.
  if (
    state.mode !== 'COMPLIANCE' ||
    state.retainUntil === null ||
    (lockedUntil !== null && state.retainUntil.getTime() < lockedUntil.getTime() - 1000)
  )
    findings.add('object-unlocked', at);
  if (!full) return 0;
  const read = await told(findings, at, async () => {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of await store.read(key, state.versionId)) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
    return { sha256: hash.digest('hex'), size };
  });
  if (read !== undefined && (read.sha256 !== sha256 || read.size !== bytes))
    findings.add('object-changed', at);
  return read?.size ?? 0;
}

export interface WholeObject {
  readonly bytes: Buffer;
  readonly versionId: string;
}

/** A salt or a manifest, whole. Null: it is not there, or not as the store itself remembers it. */
export async function readWhole(store: ObjectReader, key: string): Promise<WholeObject | null> {
  try {
    const state = await store.head(key);
    if (state === null) return null;
    const chunks: Buffer[] = [];
    for await (const chunk of await store.read(key, state.versionId)) chunks.push(chunk as Buffer);
    return { bytes: Buffer.concat(chunks), versionId: state.versionId };
  } catch (error) {
    if (![...MISSING, ...CHANGED].includes(codeOf(error))) throw error;
    return null;
  }
}

/** Undefined: it was found wanting, and that is written down. */
async function told<T>(findings: Findings, where: Where, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    const code = codeOf(error);
    if (MISSING.includes(code)) findings.add('object-missing', where);
    else if (CHANGED.includes(code)) findings.add('object-changed', where);
    else throw error;
    return undefined;
  }
}
