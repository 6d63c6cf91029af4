/**
 * The rows of a seal against its manifest. The manifest is believed because the log has a commitment of it (`manifestCommitment` in
 * `record.sealed`) and the history its digest; everything that the rows say of what was sealed must be what it says. Pure.
 */
import { commitment, sha256Hex } from '#commitment.ts';
import { typeFromClaim } from '#record/record.ts';
import { canonicalBytes, type Manifest } from '#seal/seal.ts';
import type { Findings, Where } from './findings.ts';
import type { RecordEvent, RecordRows, Row } from './record-queries.ts';

export interface StoredManifest {
  readonly manifest: Manifest;
  readonly sha256: string;
  readonly bytes: number;
}

/** The closed seals of a record and the events that say so, one for one. */
export function compareSealRows(
  { record, seals, events }: RecordRows,
  findings: Findings,
): Map<number, RecordEvent> {
  const sealed = new Map<number, RecordEvent>();
  for (const event of events)
    if (event.type === 'record.sealed') sealed.set(Number(event.body['seal']), event);
  const closed = new Set<number>();
  for (const seal of seals) {
    if (seal.sealed_at === null) continue;
    closed.add(seal.no);
    const where = { record: record.id, seal: seal.no };
    const event = sealed.get(seal.no);
    if (event === undefined) findings.add('seal-invented', where);
    else if (!isAsEntered(seal, event)) findings.add('seal-other', where);
  }
  for (const no of sealed.keys())
    if (!closed.has(no)) findings.add('seal-gone', { record: record.id, seal: no });
  return sealed;
}

/** Clocks of two machines: the seal's own time stands in the event since there is a log, before that only the event's. */
const CLOCK_MS = 300_000;

function isAsEntered(seal: Row<'seal'>, { at, body }: RecordEvent): boolean {
  const sealedAt = seal.sealed_at?.getTime() ?? 0;
  const time =
    typeof body['sealedAt'] === 'string'
      ? seal.sealed_at?.toISOString() === body['sealedAt']
      : Math.abs(at.getTime() - sealedAt) < CLOCK_MS;
  return (
    time &&
    said(body['store'], seal.store_kind) &&
    said(body['immutability'], seal.immutability) &&
    said(body['mode'], seal.mode)
  );
}

/** What the event does not say, it cannot contradict. */
function said(entered: unknown, there: unknown): boolean {
  return entered === undefined || entered === there;
}

export function isCommitted(event: RecordEvent, seal: number, salt: Buffer | null, sha256: string): boolean {
  const { manifest, manifestCommitment, restored } = event.body;
  // What was put back after a restore says only what its entry does, and that is enough where the salt is there.
  if (restored === true) {
    if (salt === null || manifestCommitment === undefined) return false;
  } else if (manifest !== sha256) return false;
  return (
    manifestCommitment === undefined ||
    salt === null ||
    manifestCommitment === commitment(salt, `manifest/${seal}`, sha256)
  );
}

/** Whether this salt opens every commitment that the manifest makes. */
export function opensAll({ facts, files }: Manifest, salt: Buffer): boolean {
  return (
    facts.every((fact) => fact.commitment === commitment(salt, `fact/${fact.n}`, fact.sha256)) &&
    files.every((file) => file.commitment === commitment(salt, `file/${file.n}`, file.sha256))
  );
}

/**
 * Objects that were put back from the second store lie in another version than the manifest names. The history says how many of
 * each seal and role, and not which, because it keeps nothing by which something destroyed could be known again.
 */
export interface PutBacks {
  /** Whether this row is one of them. Each entry speaks for one object. */
  explains(row: Pick<Row<'object'>, 'key' | 'seal_no' | 'role'>): boolean;
}

export function putBacksOf({ events }: RecordRows): PutBacks {
  const left = new Map<string, number>();
  for (const { type, body } of events)
    if (type === 'fixity.put-back') {
      const kind = `${String(body['seal'])} ${String(body['role'])}`;
      left.set(kind, (left.get(kind) ?? 0) + 1);
    }
  const explained = new Set<string>();
  return {
    explains: ({ key, seal_no, role }) => {
      if (explained.has(key)) return true;
      const kind = `${seal_no} ${role}`;
      const there = left.get(kind) ?? 0;
      if (there === 0) return false;
      left.set(kind, there - 1);
      explained.add(key);
      return true;
    },
  };
}

export function compareSeal(
  rows: RecordRows,
  no: number,
  { manifest, sha256, bytes }: StoredManifest,
  putBacks: PutBacks,
  findings: Findings,
): void {
  const where = { record: rows.record.id, seal: no };
  const seal = rows.seals.find((one) => one.no === no);
  if (seal !== undefined && seal.opened_at.toISOString() !== manifest.openedAt)
    findings.add('seal-other', where);

  pairs(
    manifest.facts,
    rows.facts.filter((fact) => fact.seal_no === no),
    where,
    findings,
    (fact, row) => {
      if (!isFact(fact, row)) findings.add('sealed-fact-other', { ...where, which: `fact ${fact.n}` });
    },
  );
  pairs(
    manifest.files,
    rows.artifacts.filter((file) => file.seal_no === no),
    where,
    findings,
    (file, row) => {
      if (!isFile(file, row)) findings.add('sealed-file-other', { ...where, which: `file ${file.n}` });
    },
  );
  compareObjects(rows, no, { manifest, sha256, bytes }, putBacks, where, findings);
}

/** Two lists, by number. */
function pairs<M extends { readonly n: number }, R extends { readonly n: number }>(
  sealed: readonly M[],
  rows: readonly R[],
  where: Where,
  findings: Findings,
  compare: (sealed: M, row: R) => void,
): void {
  const left = new Map(rows.map((row) => [row.n, row]));
  for (const one of sealed) {
    const row = left.get(one.n);
    left.delete(one.n);
    if (row === undefined) findings.add('sealed-row-gone', { ...where, which: `number ${one.n}` });
    else compare(one, row);
  }
  for (const n of left.keys()) findings.add('sealed-row-invented', { ...where, which: `number ${n}` });
}

function isFact(fact: Manifest['facts'][number], row: Row<'fact'>): boolean {
  return (
    fact.source === row.source &&
    fact.id === row.id &&
    fact.type === row.type &&
    fact.recordedAt === row.recorded_at.toISOString() &&
    fact.submittedBy === row.actor &&
    fact.sha256 === sha256Hex(canonicalBytes(row.body))
  );
}

function isFile(file: Manifest['files'][number], row: Row<'artifact'>): boolean {
  return (
    file.artifactId === row.artifact_id &&
    file.origin === row.origin &&
    file.role === row.role &&
    (file.mediaType === row.media_type || file.mediaType === typeFromClaim(row.media_type)) &&
    file.claimedType === row.claimed_type &&
    file.originalName === row.original_name &&
    file.bytes === row.size_bytes &&
    file.sha256 === row.sha256 &&
    file.receivedAt === row.received_at.toISOString() &&
    file.fact === row.fact_n &&
    // Its bytes are in the store, and nowhere else.
    row.staged === null &&
    row.inline === null
  );
}

interface Named {
  readonly sha256: string | null;
  readonly bytes: number;
  readonly versionId: string | null;
  readonly lockedUntil: string;
  readonly roles: readonly string[];
  readonly mediaTypes: readonly string[];
}

function compareObjects(
  { record, objects }: RecordRows,
  no: number,
  { manifest, sha256, bytes }: StoredManifest,
  putBacks: PutBacks,
  where: Where,
  findings: Findings,
): void {
  const prefix = `a/${record.agency_id}/rec/${record.id}`;
  const named = new Map<string, Named>();
  named.set(`${prefix}/${no}/manifest.json`, {
    sha256,
    bytes,
    versionId: null,
    lockedUntil: manifest.retainUntil,
    roles: ['manifest'],
    mediaTypes: ['application/json'],
  });
  for (const fact of manifest.facts)
    named.set(fact.key, { ...fact, roles: ['fact'], mediaTypes: ['application/json'] });
  for (const file of manifest.files) {
    const before = named.get(file.key);
    named.set(file.key, {
      ...file,
      // Files with equal bytes share an object, which is named by one of them.
      roles: [...(before?.roles ?? []), file.role],
      mediaTypes: [...(before?.mediaTypes ?? []), file.mediaType],
    });
  }
  const rows = objects.filter((object) => object.seal_no === no || object.key === manifest.salt.key);
  if (rows.some(({ key, role }) => key === manifest.salt.key && role === 'salt'))
    named.set(manifest.salt.key, {
      ...manifest.salt,
      sha256: null,
      bytes: 32,
      roles: ['salt'],
      mediaTypes: ['application/octet-stream'],
    });
  for (const row of rows) {
    const one = named.get(row.key);
    named.delete(row.key);
    if (one === undefined) findings.add('sealed-row-invented', { ...where, file: row.key });
    else if (
      !isObject(one, row) ||
      (one.versionId !== null && one.versionId !== row.version_id && !putBacks.explains(row))
    )
      findings.add('sealed-object-other', { ...where, file: row.key });
  }
  for (const key of named.keys()) findings.add('sealed-row-gone', { ...where, file: key });
}

function isObject(named: Named, row: Row<'object'>): boolean {
  return (
    (named.sha256 === null || named.sha256 === row.sha256) &&
    named.bytes === row.size_bytes &&
    row.version_id !== null &&
    named.roles.includes(row.role) &&
    // A header of the store’s has no parameters: it goes there without what stands behind `text/plain`.
    named.mediaTypes.map(typeFromClaim).includes(row.media_type) &&
    row.confirmed_at !== null &&
    row.locked_until !== null &&
    // Stores keep whole seconds; a lock is only ever moved forward.
    row.locked_until.getTime() >= Date.parse(named.lockedUntil) - 1000 &&
    // Only the salt is needed again.
    (row.role === 'salt' || row.body === null)
  );
}
