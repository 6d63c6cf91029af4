/** Every record of an agency: its rows against its history, and against what lies in the store. Some at a time. */
import { sha256Hex } from '#commitment.ts';
import type { AgencyTx } from '#db/db.ts';
import type { Manifest } from '#seal/seal.ts';
import type { ObjectReader } from '#store/store.ts';
import { compareFacts, compareMade, compareRecord, isAllSealed, type Clauses } from './derived.ts';
import type { Findings } from './findings.ts';
import { clauses, lostRecords, recordsAfter, type RecordRows } from './record-queries.ts';
import {
  compareSeal,
  compareSealRows,
  isCommitted,
  opensAll,
  putBacksOf,
  type PutBacks,
  type StoredManifest,
} from './seals.ts';
import { compareDays, compareHolds, compareSeries } from './standing.ts';
import {
  editionsWithoutEntries,
  holdsWithoutEntries,
  listsWithoutEntries,
  seriesKnown,
} from './standing-queries.ts';
import { lookAtObject, readWhole } from './store-look.ts';

export interface RecordPass {
  readonly store: ObjectReader;
  /** `full`: every byte of every object. `ask`: what the store says of each. `none`: only salts and manifests, which are read in any case. */
  readonly objects: 'none' | 'ask' | 'full';
  readonly purged: ReadonlySet<string>;
  /** Ids of the events `restore.performed` that are believed. */
  readonly restores: readonly string[];
  readonly stretch: number;
  /** These records alone; otherwise all. */
  readonly only?: readonly string[] | undefined;
  /** Ends between two stretches. */
  readonly signal?: AbortSignal | undefined;
}

export interface RecordsLooked {
  records: number;
  /** With something that is not sealed yet. */
  unsealed: number;
  seals: number;
  objects: number;
  bytes: number;
  /** Whose content was destroyed under a purge that is in the log. */
  purged: number;
  /** Accepted, never sealed, and gone with a database: the `restore.performed` that is in the log names each. */
  lost: number;
  /** Of records that are there: facts that were accepted, never sealed, and are gone with a database. */
  lostFacts: number;
}

export async function auditRecords(
  at: AgencyTx,
  pass: RecordPass,
  findings: Findings,
): Promise<RecordsLooked> {
  const looked: RecordsLooked = {
    records: 0,
    unsealed: 0,
    seals: 0,
    objects: 0,
    bytes: 0,
    purged: 0,
    lost: 0,
    lostFacts: 0,
  };
  for (const { id, told } of await lostRecords(at, pass.restores))
    if (told) looked.lost += 1;
    else findings.add('record-gone', { record: id });
  const citable = await clauses(at);
  const known = await seriesKnown(at);
  if (pass.only === undefined) {
    for (const { id, which } of await listsWithoutEntries(at))
      findings.add('list-other', { which: `${which} of list ${id}` });
    for (const { id, which } of await holdsWithoutEntries(at))
      findings.add('hold-other', { which: `${which}: hold ${id}` });
    for (const { edition, which } of await editionsWithoutEntries(at))
      findings.add('edition-other', { which: `${which}: edition ${edition}` });
  }
  for (let last: string | null = null; ;) {
    pass.signal?.throwIfAborted();
    const records: RecordRows[] = await recordsAfter(at, last, pass.stretch, pass.only);
    for (const rows of records) await auditRecord(pass, rows, { citable, known }, findings, looked);
    if (records.length < pass.stretch) break;
    last = records.at(-1)?.record.id ?? null;
  }
  return looked;
}

async function auditRecord(
  pass: RecordPass,
  rows: RecordRows,
  { citable, known }: { readonly citable: Clauses; readonly known: ReadonlyMap<string, Date> },
  findings: Findings,
  looked: RecordsLooked,
): Promise<void> {
  const { record } = rows;
  looked.records += 1;
  if (pass.purged.has(record.id)) {
    looked.purged += 1;
    return;
  }
  if (!isAllSealed(rows)) looked.unsealed += 1;
  const { fold, lost } = compareFacts(rows, citable, findings);
  looked.lostFacts += lost;
  compareMade(rows, findings);
  const manifests = await auditSeals(pass, rows, findings, looked);
  compareRecord(rows, fold, manifests, findings);
  compareSeries(rows, rows.standing, manifests, known, findings);
  compareDays(rows, rows.standing, findings);
  compareHolds(rows, rows.standing, findings);
}

/** Answers the manifests that may be believed, in their order. */
async function auditSeals(
  pass: RecordPass,
  rows: RecordRows,
  findings: Findings,
  looked: RecordsLooked,
): Promise<Manifest[]> {
  const { record, objects } = rows;
  const { store } = pass;
  const prefix = `a/${record.agency_id}/rec/${record.id}`;
  const sealed = compareSealRows(rows, findings);
  if (sealed.size === 0) return [];
  const salt = await readSalt(pass, rows, prefix, findings);
  const putBacks = putBacksOf(rows);
  const believed: Manifest[] = [];
  let previous: Manifest['previous'] = null;
  for (const [no, event] of [...sealed].sort(([a], [b]) => a - b)) {
    const where = { record: record.id, seal: no };
    const key = `${prefix}/${no}/manifest.json`;
    looked.seals += 1;
    const found = await readManifest(store, key);
    if (found === null) {
      findings.add('manifest-missing', { ...where, file: key });
      previous = { seal: no, key, sha256: String(event.body['manifest']) };
      continue;
    }
    const { manifest, sha256 } = found;
    if (
      !isCommitted(event, no, salt, sha256) ||
      manifest.record !== record.id ||
      manifest.agency !== record.agency_id ||
      manifest.seal !== no ||
      JSON.stringify(manifest.previous) !== JSON.stringify(previous)
    )
      findings.add('manifest-other', { ...where, file: key });
    else {
      believed.push(manifest);
      if (salt !== null && !opensAll(manifest, salt)) findings.add('salt-other', where);
      compareSeal(rows, no, found, putBacks, findings);
    }
    previous = { key, seal: no, sha256 };
  }
  if (pass.objects === 'none') return believed;
  const closed = objects.filter(({ seal_no }) => sealed.has(seal_no));
  for (const { key, version_id, sha256, size_bytes, locked_until, seal_no } of closed) {
    looked.objects += 1;
    looked.bytes += await lookAtObject(
      store,
      { key, versionId: version_id, sha256, bytes: size_bytes, lockedUntil: locked_until },
      pass.objects === 'full',
      findings,
      { record: record.id, seal: seal_no },
    );
  }
  if (pass.objects === 'full')
    await lookForOthers(pass, rows, { closed: new Set(sealed.keys()), prefix, putBacks }, findings);
  return believed;
}

/** The salt as the store has it; the row must have the same bytes, with which the next seal will commit. */
async function readSalt(
  { store }: RecordPass,
  { record, objects }: RecordRows,
  prefix: string,
  findings: Findings,
): Promise<Buffer | null> {
  const found = await readWhole(store, `${prefix}/salt`);
  const row = objects.find(({ role }) => role === 'salt');
  const isSame =
    found !== null &&
    found.bytes.length === 32 &&
    row?.key === `${prefix}/salt` &&
    row.body !== null &&
    Buffer.compare(row.body, found.bytes) === 0 &&
    row.sha256 === sha256Hex(found.bytes);
  if (!isSame) findings.add('salt-other', { record: record.id, file: `${prefix}/salt` });
  return found?.bytes.length === 32 ? found.bytes : null;
}

async function readManifest(store: ObjectReader, key: string): Promise<StoredManifest | null> {
  const found = await readWhole(store, key);
  if (found === null) return null;
  const { bytes } = found;
  let manifest: Manifest;
  try {
    manifest = JSON.parse(bytes.toString('utf8')) as Manifest;
  } catch {
    return null;
  }
  return { manifest, sha256: sha256Hex(bytes), bytes: bytes.length };
}

interface Closed {
  readonly closed: ReadonlySet<number>;
  readonly prefix: string;
  readonly putBacks: PutBacks;
}

/** A closed seal holds what its manifest names, each once. What is being sealed at this moment has a row since a moment ago, or none. */
async function lookForOthers(
  { store }: RecordPass,
  { record, objects }: RecordRows,
  { closed, prefix, putBacks }: Closed,
  findings: Findings,
): Promise<void> {
  const rows = new Map(objects.map((row) => [row.key, row]));
  for await (const { key, versionId } of store.versions(`${prefix}/`)) {
    const seal = Number(key.slice(prefix.length + 1).split('/')[0]);
    if (key !== `${prefix}/salt` && !closed.has(seal)) continue;
    const row = rows.get(key);
    // Beneath what was put back lies what was damaged; it is locked, and stays.
    if (row === undefined || (row.version_id !== versionId && !putBacks.explains(row)))
      findings.add('object-unknown', { record: record.id, file: key });
  }
}
