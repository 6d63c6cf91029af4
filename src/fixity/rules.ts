/** What counts as wrong, and what a batch says of itself. Pure: no I/O, no clock, no database. */
import { EMPTY_FRONTIER, grow, leafHash, rootOf } from '#log/log.ts';
import type { ObjectState, ObjectVersion } from '#store/store.ts';

/** A closed list: each is a word of the log's for ever (`code` of `fixity.failed`). */
export const FINDINGS = [
  'missing',
  'changed',
  'size',
  'unreadable',
  'journal-broken',
  'lock-missing',
  'lock-short',
  'delete-marker',
  'unknown-version',
] as const;
export type Finding = (typeof FINDINGS)[number];

/** Only reading the bytes can tell these, and only reading them again can take them back. */
const BY_READING: readonly string[] = ['changed', 'unreadable'];

export interface CheckedObject {
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

/** What the store says of a version, beside what the row says of it. */
export function differences(state: ObjectState | null, object: CheckedObject): Finding[] {
  if (state === null) return ['missing'];
  const found: Finding[] = [];
  if (state.sizeBytes !== object.sizeBytes) found.push('size');
  if (state.sha256 !== null && state.sha256 !== object.sha256) found.push('changed');
  // Governance is a lock that some may lift.
  if (state.mode !== 'COMPLIANCE' || state.retainUntil === null) found.push('lock-missing');
  else if (state.retainUntil < object.lockedUntil) found.push('lock-short');
  return found;
}

/** Of all versions of its key: what lies beside the one that was sealed, or on top of it. `known` are those that it has replaced. */
export function strangers(
  versions: readonly ObjectVersion[],
  object: Pick<CheckedObject, 'versionId'>,
  known: ReadonlySet<string>,
): Finding[] {
  const others = versions.filter(({ versionId }) => versionId !== object.versionId && !known.has(versionId));
  return [
    ...(others.some((one) => one.isDeleteMarker) ? (['delete-marker'] as const) : []),
    ...(others.some((one) => !one.isDeleteMarker) ? (['unknown-version'] as const) : []),
  ];
}

/** What is so now: a look cannot take back what a reading found. */
export function standingFindings(
  before: readonly string[],
  now: readonly Finding[],
  wasRead: boolean,
): string[] {
  const kept = wasRead ? [] : before.filter((one) => BY_READING.includes(one));
  return [...new Set([...kept, ...now])].sort();
}

/** One row of a batch, as its leaf has it: lines, so that a shell can make it again. */
export function rowBytes(
  salt: Uint8Array,
  row: { readonly key: string; readonly versionId: string; readonly sha256: string; readonly result: string },
): Buffer {
  return Buffer.from(
    `holdfast-fixity-row-v1\n${Buffer.from(salt).toString('hex')}\n${row.key}\n${row.versionId}\n${row.sha256}\n${row.result}\n`,
  );
}

export function resultOf(findings: readonly string[]): string {
  return findings.length === 0 ? 'ok' : findings.join(' ');
}

export const leafOf = (bytes: Uint8Array): Buffer => leafHash(bytes);

/** The root of RFC 6962 over the leaves of a batch, in their order. */
export function batchRoot(leaves: readonly Uint8Array[]): Buffer {
  return rootOf(grow(EMPTY_FRONTIER, leaves));
}
