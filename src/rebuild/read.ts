/**
 * One record as it lies in the store, read by seal/FORMAT.md and believed in nothing: the chain of manifests, each length, digest and
 * commitment, each lock as the store itself says it. What does not hold is thrown as `NotWhole` with the object and the reason.
 *
 * Objects are asked for by version, so that a record whose keys somebody covered with delete markers, or with other bytes, is
 * read as it was sealed. Facts, manifests and the salt are read into memory, a record's at a time; files pass through.
 */
import { commitment, sha256Hex } from '#commitment.ts';
import { saidBy } from '#intake/intake.ts';
import { canonicalBytes, fieldCommitments } from '#seal/seal.ts';
import { sideBySide } from '#side-by-side.ts';
import type { ObjectState, ObjectReader, ObjectVersion } from '#store/store.ts';
import { openManifest, readSalt, type OpenedManifest, type ReadSalt } from './chain.ts';
import { NotWhole } from './finding.ts';
import {
  AT_ONCE,
  assertDigest,
  bytesOf,
  changed,
  lockedState,
  parsed,
  type FileReading,
  type LockedState,
} from './objects.ts';
import type { SealedFile, SealedManifest } from './manifest-shape.ts';

export interface ReadOptions {
  readonly files: FileReading;
  /** The commitments of manifests that the log has, by seal. */
  readonly inLog: ReadonlyMap<number, string>;
  /** Whether a seal that it does not have is read all the same: then that is told. */
  readonly unlogged: (no: number) => boolean;
}

export interface ReadFact {
  readonly entry: SealedManifest['facts'][number];
  readonly body: Record<string, unknown>;
  readonly captureWanted: boolean;
  /** Computed from the raw bytes, for manifests that do not say it. */
  readonly delivery: string;
}

export interface ReadSeal extends OpenedManifest {
  readonly facts: readonly ReadFact[];
}

export interface ReadRecord {
  readonly agencyId: string;
  readonly recordId: string;
  readonly salt: ReadSalt;
  readonly seals: readonly ReadSeal[];
  /** By key, of files and facts. */
  readonly states: ReadonlyMap<string, LockedState>;
  /** The reports of second looks, parsed, by the number of their file. */
  readonly looks: ReadonlyMap<number, Record<string, unknown>>;
  /** What lies beside it and belongs to no seal: unfinished seals, second versions, delete markers. */
  readonly strays: readonly string[];
}

export function recordPrefix(agencyId: string, recordId: string): string {
  return `a/${agencyId}/rec/${recordId}/`;
}

export async function readRecordFromStore(
  store: ObjectReader,
  agencyId: string,
  recordId: string,
  versions: readonly ObjectVersion[],
  options: ReadOptions,
): Promise<ReadRecord> {
  const prefix = recordPrefix(agencyId, recordId);
  const live = Map.groupBy(
    versions.filter(({ isDeleteMarker }) => !isDeleteMarker),
    ({ key }) => key,
  );
  const numbers = [...live.keys()]
    .map((key) => /^([1-9]\d{0,5})\/manifest\.json$/.exec(key.slice(prefix.length))?.[1])
    .flatMap((n) => (n === undefined ? [] : [Number(n)]));
  const last = Math.max(0, ...numbers);
  if (live.size === 0) throw new NotWhole('gone', prefix, 'The store has nothing of this record.');
  if (last === 0)
    throw new NotWhole(
      'never-sealed',
      prefix,
      `A seal was begun here and never finished: ${live.size} objects, no manifest. What was acknowledged may still lie in the staging folder of the machine that took it.`,
    );

  const seals: ReadSeal[] = [];
  const states = new Map<string, LockedState>();
  const looks = new Map<number, Record<string, unknown>>();
  let salt: ReadSalt | null = null;
  for (let no = 1; no <= last; no += 1) {
    const key = `${prefix}${no}/manifest.json`;
    const opened = await openManifest(store, key, live.get(key) ?? [], { agencyId, recordId, no, seals });
    const { manifest } = opened;
    salt ??= await readSalt(store, prefix, manifest);
    if (manifest.salt.versionId !== salt.state.versionId || manifest.salt.key !== salt.key)
      throw new NotWhole('chain-broken', key, 'This manifest names another salt than the first one.');
    const said = options.inLog.get(no);
    if (said === undefined && !options.unlogged(no))
      throw new NotWhole(
        'not-in-log',
        key,
        'The log of this agency is there, and has no entry of this seal: it was sealed in the last seconds before everything was lost, or somebody put it into the store. Look at it; rebuild-index --accept-unlogged enters it.',
      );
    if (said !== undefined && said !== commitment(salt.bytes, `manifest/${no}`, opened.sha256))
      throw new NotWhole('not-what-the-log-says', key, 'The log has another manifest for this seal.');
    const read = await readSeal(store, `${prefix}${no}/`, manifest, salt.bytes, options);
    for (const [place, state] of read.states) states.set(place, state);
    for (const [n, look] of read.looks) looks.set(n, look);
    seals.push({ ...opened, facts: read.facts });
  }
  if (salt === null) throw new TypeError('A record with a manifest was read without its salt.');
  assertDense(prefix, seals);
  const known = new Set([salt.key, ...seals.map(({ key }) => key), ...states.keys()]);
  return {
    agencyId,
    recordId,
    salt,
    seals,
    states,
    looks,
    strays: versions.filter((one) => isStray(one, known, live)).map(({ key }) => key),
  };
}

function isStray(
  { key, isDeleteMarker }: ObjectVersion,
  known: ReadonlySet<string>,
  live: ReadonlyMap<string, readonly ObjectVersion[]>,
): boolean {
  return isDeleteMarker || !known.has(key) || (live.get(key)?.length ?? 0) > 1;
}

async function readSeal(
  store: ObjectReader,
  folder: string,
  manifest: SealedManifest,
  salt: Buffer,
  options: ReadOptions,
) {
  const states = new Map<string, LockedState>();
  const looks = new Map<number, Record<string, unknown>>();
  const facts: ReadFact[] = [];
  /** The bytes of what was sent, which say a little more than the fact: see `saidBy`. */
  const raws = new Map<number, { readonly bytes: Buffer; readonly mediaType: string }>();

  const files = Map.groupBy(manifest.files, ({ key }) => key);
  await sideBySide([...files], AT_ONCE, async ([key, sharing]) => {
    const [file] = sharing;
    if (file === undefined) return;
    for (const one of sharing) assertPlaced(one, file, folder, salt);
    const state = await lockedState(store, key, file.versionId, latest(sharing));
    assertSize(state, file);
    const small = sharing.some(({ origin, role }) => origin === 'raw' || role === 'second-look-report');
    if (small) {
      const bytes = await bytesOf(store, key, file.versionId, file.bytes);
      if (sha256Hex(bytes) !== file.sha256) throw changed(key);
      for (const one of sharing) {
        if (one.origin === 'raw' && one.fact !== null)
          raws.set(one.fact, { bytes, mediaType: one.mediaType });
        if (one.role === 'second-look-report') looks.set(one.n, lookReport(key, bytes));
      }
    } else await assertDigest(store, file, state, options.files);
    states.set(key, state);
  });
  await sideBySide(manifest.facts, AT_ONCE, async (entry) => {
    const key = `${folder}fact-${entry.n}.json`;
    if (entry.key !== key)
      throw new NotWhole('manifest-elsewhere', entry.key, `A fact of this seal lies at ${key}.`);
    const state = await lockedState(store, key, entry.versionId, entry.lockedUntil);
    const bytes = await bytesOf(store, key, entry.versionId, entry.bytes);
    if (bytes.length !== entry.bytes || sha256Hex(bytes) !== entry.sha256) throw changed(key);
    const body = parsed(bytes);
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new NotWhole('fact-unreadable', key, 'This is no fact.');
    const fields = fieldCommitments(salt, entry.n, body);
    if (
      entry.commitment !== commitment(salt, `fact/${entry.n}`, entry.sha256) ||
      !canonicalBytes(fields).equals(canonicalBytes(entry.fields))
    )
      throw new NotWhole('commitment-wrong', key, 'The salt does not open the commitments of this fact.');
    facts.push({
      entry,
      body: body as Record<string, unknown>,
      ...saidOf(key, entry, body, raws.get(entry.n), manifest),
    });
    states.set(key, state);
  });
  return { states, looks, facts: facts.sort((a, b) => a.entry.n - b.entry.n) };
}

function saidOf(
  key: string,
  entry: SealedManifest['facts'][number],
  body: object,
  raw: { readonly bytes: Buffer; readonly mediaType: string } | undefined,
  manifest: SealedManifest,
): Pick<ReadFact, 'captureWanted' | 'delivery'> {
  if (raw === undefined)
    throw new NotWhole('numbers-wrong', key, 'The manifest names no raw bytes for this fact.');
  const handedIn = manifest.files
    .filter(({ origin, fact }) => origin === 'handed-in' && fact === entry.n)
    .sort((a, b) => a.n - b.n);
  try {
    const fact = { type: entry.type, confirms: entry.confirms === true, verb: verbOf(body) };
    return saidBy(
      raw.bytes,
      raw.mediaType,
      fact,
      handedIn.map(({ sha256 }) => sha256),
    );
  } catch {
    throw new NotWhole('fact-unreadable', key, 'The raw bytes of this fact are no report that intake takes.');
  }
}

function verbOf(body: object): string {
  const { data } = body as { data?: { action?: { verb?: unknown } } };
  return String(data?.action?.verb);
}

function assertPlaced(file: SealedFile, first: SealedFile, folder: string, salt: Buffer): void {
  const { key, sha256, bytes, versionId } = file;
  if (key !== `${folder}${sha256}`)
    throw new NotWhole('manifest-elsewhere', key, `A file of this seal lies at ${folder}${sha256}.`);
  if (bytes !== first.bytes || versionId !== first.versionId)
    throw new NotWhole('numbers-wrong', key, 'Two entries of the manifest disagree about one object.');
  if (file.commitment !== commitment(salt, `file/${file.n}`, sha256))
    throw new NotWhole('commitment-wrong', key, 'The salt does not open the commitment of this file.');
}

function lookReport(key: string, bytes: Buffer): Record<string, unknown> {
  const report = parsed(bytes);
  if (typeof report !== 'object' || report === null || Array.isArray(report))
    throw new NotWhole('fact-unreadable', key, 'This is no report of a second look.');
  return report as Record<string, unknown>;
}

function latest(files: readonly SealedFile[]): string {
  return files
    .map(({ lockedUntil }) => lockedUntil)
    .sort()
    .at(-1) as string;
}

function assertSize(state: ObjectState, file: SealedFile): void {
  if (state.sizeBytes !== file.bytes) throw changed(file.key);
}

/** Facts and files are numbered in the order of their arrival, and a seal takes all that there are. */
function assertDense(prefix: string, seals: readonly ReadSeal[]): void {
  const facts = seals.flatMap(({ manifest }) => manifest.facts.map(({ n }) => n));
  const files = seals.flatMap(({ manifest }) => manifest.files.map(({ n }) => n));
  const dense = (numbers: readonly number[]): boolean =>
    numbers.toSorted((a, b) => a - b).every((n, i) => n === i + 1);
  const known = new Set(facts);
  const orphan = seals.some(({ manifest }) =>
    manifest.files.some(({ fact }) => fact !== null && !known.has(fact)),
  );
  if (facts.length === 0 || !dense(facts) || !dense(files) || orphan)
    throw new NotWhole('numbers-wrong', prefix, 'A fact or a file of this record is in no manifest.');
}
