/**
 * The judge of crash tests. It reads the database as its superuser, the store by itself and the staging folder, knows what
 * the client was told, and believes nothing else. It shares no code with what it judges: digests, salted commitments and the
 * manifest are computed here once more, from FORMAT.md.
 *
 *   I1  every `202` is exactly one fact on exactly one record, with the bytes that the client sent; what was refused is none
 *   I2  each record ends complete, all of it in closed seals, or parked with its reason; each seal is told once
 *   I3  each object of a closed seal is one version in the store, locked at least as long as its row says; its bytes are
 *       the row's and the manifest's; the manifest names every file and fact, with commitments that open with the salt
 *   I4  no key in the store without an intent in the database
 *   I6  each change of state and each second look is told once in the history; nothing staged is left without a row, nothing that a row names
 *       is missing, and no step is claimed by someone who is gone
 *
 * Its faults are sentences. Having looked at nothing is one of them.
 */
import { createHash, createHmac } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import type { Client } from 'pg';
import type { SeenObject, StoreEyes } from './judge-store.ts';
import type { Handed } from './submitter.ts';

export interface Looked {
  readonly answers: number;
  readonly records: number;
  readonly complete: number;
  readonly parked: number;
  readonly facts: number;
  readonly seals: number;
  readonly versions: number;
  readonly bytesHashed: number;
  readonly commitments: number;
  readonly events: number;
  readonly staged: number;
}

export interface Judgement {
  readonly looked: Looked;
  readonly faults: readonly string[];
}

export interface Evidence {
  readonly sql: Client;
  readonly store: StoreEyes;
  readonly stagingDir: string;
  readonly history: readonly Handed[];
}

interface RecordRow {
  readonly id: string;
  readonly agency_id: string;
  readonly state: string;
  readonly capture_outcome: string | null;
}
interface FactRow {
  readonly record_id: string;
  readonly n: number;
  readonly idempotency_key: string | null;
  readonly seal_no: number | null;
}
interface ArtifactRow {
  readonly record_id: string;
  readonly n: number;
  readonly fact_n: number | null;
  readonly origin: string;
  readonly role: string;
  readonly sha256: string;
  readonly staged: string | null;
  readonly inline: Buffer | null;
  readonly seal_no: number | null;
}
interface SealRow {
  readonly record_id: string;
  readonly no: number;
  readonly sealed_at: Date | null;
}
interface ObjectRow {
  readonly key: string;
  readonly record_id: string;
  readonly seal_no: number;
  readonly role: string;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly version_id: string | null;
  readonly locked_until: Date | null;
  readonly confirmed_at: Date | null;
}
interface EventRow {
  readonly record_id: string;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}
interface LookRow {
  readonly record_id: string;
  readonly fact_n: number;
  readonly answer: string;
}
interface StepRow {
  readonly record_id: string;
  readonly name: string;
  readonly parked_at: Date | null;
  readonly claimed_until: Date | null;
  readonly error_code: string | null;
  readonly error: string | null;
}

interface ManifestEntry {
  readonly n: number;
  readonly key: string;
  readonly versionId: string;
  readonly lockedUntil: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly commitment: string;
  readonly fields?: readonly { readonly pointer: string; readonly commitment: string }[];
}
interface ManifestText {
  readonly format: string;
  readonly agency: string;
  readonly record: string;
  readonly seal: number;
  readonly previous: { readonly seal: number; readonly key: string; readonly sha256: string } | null;
  readonly salt: { readonly key: string; readonly versionId: string; readonly lockedUntil: string };
  readonly retainUntil: string;
  readonly facts: readonly ManifestEntry[];
  readonly files: readonly ManifestEntry[];
}

type Fault = (sentence: string) => void;

export async function judge(evidence: Evidence): Promise<Judgement> {
  const faults: string[] = [];
  const fault: Fault = (sentence) => void faults.push(sentence);
  const rows = await readRows(evidence.sql);
  const told = judgeAnswers(rows, evidence.history, fault);
  judgeRecords(rows, fault);
  const seen = await lookAtStore(rows, evidence.store, fault);
  const commitments = judgeSeals(rows, seen, fault);
  const staged = await judgeStaging(rows, evidence.stagingDir, fault);

  const looked: Looked = {
    answers: told,
    records: rows.records.length,
    complete: rows.records.filter((record) => record.state === 'complete').length,
    parked: rows.steps.filter((step) => step.parked_at !== null).length,
    facts: rows.facts.length,
    seals: rows.seals.length,
    versions: seen.size,
    bytesHashed: [...seen.values()].reduce((sum, object) => sum + object.bytes.length, 0),
    commitments,
    events: rows.events.length,
    staged,
  };
  for (const part of ['answers', 'records', 'facts', 'seals', 'versions', 'commitments', 'events'] as const)
    if (looked[part] === 0) fault(`The judge looked at no ${part}.`);
  return { looked, faults };
}

interface Rows {
  readonly records: readonly RecordRow[];
  readonly facts: readonly FactRow[];
  readonly artifacts: readonly ArtifactRow[];
  readonly seals: readonly SealRow[];
  readonly objects: readonly ObjectRow[];
  readonly events: readonly EventRow[];
  readonly steps: readonly StepRow[];
  readonly looks: readonly LookRow[];
}

async function readRows(sql: Client): Promise<Rows> {
  const all = async <T extends object>(text: string): Promise<T[]> => (await sql.query<T>(text)).rows;
  return {
    records: await all('select id, agency_id, state, capture_outcome from record'),
    facts: await all('select record_id, n, idempotency_key, seal_no from fact order by n'),
    artifacts: await all(
      'select record_id, n, fact_n, origin, role, sha256, staged, inline, seal_no from artifact order by n',
    ),
    seals: await all('select record_id, no, sealed_at from seal order by no'),
    objects: await all(
      `select key, record_id, seal_no, role, sha256, size_bytes::float8 as size_bytes, version_id, locked_until, confirmed_at
         from object order by key`,
    ),
    events: await all('select record_id, type, body from event where record_id is not null order by seq'),
    looks: await all('select record_id, fact_n, answer from second_look order by fact_n'),
    steps: await all('select record_id, name, parked_at, claimed_until, error_code, error from step'),
  };
}

/** I1. Answers how many were held against the rows. */
function judgeAnswers(rows: Rows, history: readonly Handed[], fault: Fault): number {
  const facts = Map.groupBy(rows.facts, (fact) => fact.idempotency_key ?? '');
  const files = Map.groupBy(rows.artifacts, (file) => `${file.record_id} ${file.fact_n}`);
  let told = 0;
  const accepted = new Set<string>();
  for (const [key, sent] of Map.groupBy(history, (handed) => handed.idempotencyKey)) {
    const answers = sent.flatMap((handed) => handed.answers);
    told += answers.filter((answer) => answer.status !== null).length;
    const ids = new Set(
      answers.filter((answer) => answer.status === 202).map((answer) => answer.recordId ?? 'none'),
    );
    const found = facts.get(key) ?? [];
    if (ids.size === 0 && answers.at(-1)?.status === null) fault(`${key} never got an answer.`);
    if (ids.size === 0 && found.length > 0) fault(`${key} was refused, and left a fact.`);
    if (ids.size === 0) continue;
    accepted.add(key);
    if (ids.size > 1) fault(`${key} was told ${ids.size} records: ${[...ids].join(', ')}.`);
    const [fact] = found;
    if (fact === undefined || found.length > 1) {
      fault(`${key} was acknowledged and has ${found.length} facts.`);
      continue;
    }
    if (!ids.has(fact.record_id)) fault(`${key} was told another record than it is in.`);
    const kept = files.get(`${fact.record_id} ${fact.n}`) ?? [];
    const raw = kept.filter((file) => file.origin === 'raw').map((file) => file.sha256);
    const handedIn = kept.filter((file) => file.origin === 'handed-in').map((file) => file.sha256);
    const same = sent
      .filter((handed) => handed.answers.some((answer) => answer.status === 202))
      .every(
        (handed) =>
          String(raw) === handed.eventSha256 &&
          String(handedIn.sort()) === String([...handed.fileSha256s].sort()),
      );
    if (!same) fault(`${key}: what is kept is not what was sent.`);
  }
  for (const key of facts.keys())
    if (!accepted.has(key)) fault(`The fact of ${key} was acknowledged to nobody.`);
  return told;
}

/** I2 and I6, as far as the database can tell. */
function judgeRecords(rows: Rows, fault: Fault): void {
  const facts = Map.groupBy(rows.facts, (fact) => fact.record_id);
  const artifacts = Map.groupBy(rows.artifacts, (file) => file.record_id);
  const seals = Map.groupBy(rows.seals, (seal) => seal.record_id);
  const events = Map.groupBy(rows.events, (event) => event.record_id);
  const steps = Map.groupBy(rows.steps, (step) => step.record_id);
  const looks = Map.groupBy(rows.looks, (look) => look.record_id);
  for (const { id, state, capture_outcome } of rows.records) {
    const mine = facts.get(id) ?? [];
    const history = events.get(id) ?? [];
    const count = (type: string): number => history.filter((event) => event.type === type).length;
    if (mine.length === 0) fault(`${id} is a record without a fact.`);
    const acceptances = count('intake.accepted') + count('removal.confirmed');
    if (acceptances !== mine.length)
      fault(`${id} has ${mine.length} facts, and ${acceptances} acceptances are told.`);
    judgeLooks(id, looks.get(id) ?? [], artifacts.get(id) ?? [], history, fault);

    const owed = steps.get(id) ?? [];
    const parked = owed.filter((step) => step.parked_at !== null);
    for (const step of owed) {
      if (step.parked_at === null) fault(`${id} still owes ${step.name}.`);
      if (step.claimed_until !== null) fault(`${id}: ${step.name} is still claimed.`);
    }
    for (const step of parked) {
      if ((step.error_code ?? '') === '' || (step.error ?? '') === '')
        fault(`${id} is parked without a reason.`);
      if (!history.some((event) => event.type === 'step.parked' && event.body['step'] === step.name))
        fault(`${id} is parked, and its history does not say so.`);
    }

    const closed = (seals.get(id) ?? []).filter((seal) => seal.sealed_at !== null).map((seal) => seal.no);
    if (String(closed) !== String(closed.map((_, i) => i + 1)))
      fault(`${id} has the seals ${String(closed)}.`);
    const toldSealed = history
      .filter((event) => event.type === 'record.sealed')
      .map((event) => event.body['seal']);
    if (String(toldSealed) !== String(closed))
      fault(`${id} has the seals ${String(closed)}, and ${String(toldSealed)} are told.`);
    if (count('record.completed') !== Number(state === 'complete'))
      fault(`${id} is ${state}, and ${count('record.completed')} completions are told.`);
    if (parked.length > 0) continue;

    if (state !== 'complete') fault(`${id} ended as ${state}, and is not parked.`);
    if (capture_outcome === null) fault(`${id} has no outcome of a capture.`);
    for (const item of [...mine, ...(artifacts.get(id) ?? [])])
      if (item.seal_no === null || !closed.includes(item.seal_no))
        fault(`${id}: ${item.n} is in no closed seal.`);
    for (const file of artifacts.get(id) ?? [])
      if (file.staged !== null || file.inline !== null)
        fault(`${id}: file ${file.n} is sealed and still waits.`);
  }
}

/** Each look is told once, as it was, and has one report, which is sealed as every file is. */
function judgeLooks(
  id: string,
  looks: readonly LookRow[],
  files: readonly ArtifactRow[],
  history: readonly EventRow[],
  fault: Fault,
): void {
  const told = history
    .filter((event) => event.type === 'second-look.completed')
    .map(({ body }) => `${String(body['fact'])} ${String(body['answer'])}`);
  if (String(told) !== String(looks.map((look) => `${look.fact_n} ${look.answer}`)))
    fault(`${id} has ${looks.length} second looks, and its history tells of: ${String(told)}.`);
  const reports = files.filter((file) => file.role === 'second-look-report').map((file) => file.fact_n);
  if (String(reports) !== String(looks.map((look) => look.fact_n)))
    fault(`${id} has ${looks.length} second looks, and reports of: ${String(reports)}.`);
}

/** I4, and the bytes of everything that there is. */
async function lookAtStore(rows: Rows, store: StoreEyes, fault: Fault): Promise<Map<string, SeenObject>> {
  const intents = new Map(rows.objects.map((object) => [object.key, object]));
  const versions = await store.versions('a/');
  for (const [key, found] of Map.groupBy(versions, (version) => version.key)) {
    if (found.length !== 1) fault(`${key} has ${found.length} versions.`);
    if (found.some((version) => version.isDeleteMarker)) fault(`${key} has a delete marker.`);
    if (!intents.has(key)) fault(`${key} is in the store and has no intent.`);
  }
  const seen = new Map<string, SeenObject>();
  const rest = versions.values();
  const worker = async (): Promise<void> => {
    for (const { key, versionId } of rest) {
      const object = await store.look(key, versionId);
      seen.set(`${key} ${versionId}`, object);
      const intent = intents.get(key);
      // Bytes without a lock may be what a crash left of a put; the next put replaces or locks them.
      if (intent === undefined || object.mode === null) continue;
      if (sha256(object.bytes) !== intent.sha256) fault(`${key} holds other bytes than were intended.`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return seen;
}

/** I3. Answers how many commitments were opened. */
function judgeSeals(rows: Rows, seen: ReadonlyMap<string, SeenObject>, fault: Fault): number {
  const objects = Map.groupBy(rows.objects, (object) => object.record_id);
  const agencies = new Map(rows.records.map((record) => [record.id, record.agency_id]));
  const facts = Map.groupBy(rows.facts, (fact) => `${fact.record_id} ${fact.seal_no}`);
  const files = Map.groupBy(rows.artifacts, (file) => `${file.record_id} ${file.seal_no}`);
  let commitments = 0;
  for (const seal of rows.seals) {
    if (seal.sealed_at === null) continue;
    const here = `${seal.record_id}/${seal.no}`;
    const ofRecord = new Map((objects.get(seal.record_id) ?? []).map((object) => [object.key, object]));
    const mine = [...ofRecord.values()].filter((object) => object.seal_no === seal.no);
    for (const object of mine) judgeObject(object, seen.get(`${object.key} ${object.version_id}`), fault);

    const bytesAt = (key: string | undefined): Buffer => {
      const object = ofRecord.get(key ?? '');
      return seen.get(`${object?.key} ${object?.version_id}`)?.bytes ?? Buffer.alloc(0);
    };
    const manifests = mine.filter((object) => object.role === 'manifest');
    const manifest = parsed(bytesAt(manifests[0]?.key)) as ManifestText | null;
    if (manifests.length !== 1 || manifest === null) {
      fault(`${here} has ${manifests.length} manifests, and the first cannot be read.`);
      continue;
    }
    if (canonicalize(manifest) !== bytesAt(manifests[0]?.key).toString()) fault(`${here}: not canonical.`);
    const names = [manifest.format, manifest.agency, manifest.record, manifest.seal];
    const expected = ['holdfast-manifest-v1', agencies.get(seal.record_id), seal.record_id, seal.no];
    if (String(names) !== String(expected)) fault(`${here}: the manifest is of ${String(names)}.`);
    const before = [...ofRecord.values()].find(
      (object) => object.role === 'manifest' && object.seal_no === seal.no - 1,
    );
    if ((manifest.previous?.sha256 ?? null) !== (before?.sha256 ?? null))
      fault(`${here}: the chain is broken.`);

    // FORMAT.md, "Checking a record", 4.
    for (const [key, until] of [
      [manifests[0]?.key, manifest.retainUntil],
      [manifest.salt.key, manifest.salt.lockedUntil],
      ...[...manifest.facts, ...manifest.files].map((entry) => [entry.key, entry.lockedUntil]),
    ]) {
      const object = ofRecord.get(key ?? '');
      const held = seen.get(`${key} ${object?.version_id}`)?.retainUntil?.getTime() ?? 0;
      if (!(held >= Date.parse(until ?? ''))) fault(`${key} is locked for less than its manifest says.`);
    }

    const lists = [
      ['fact', manifest.facts, facts.get(`${seal.record_id} ${seal.no}`) ?? []],
      ['file', manifest.files, files.get(`${seal.record_id} ${seal.no}`) ?? []],
    ] as const;
    const salt = bytesAt(manifest.salt.key);
    const named = new Set([manifests[0]?.key, ...(seal.no === 1 ? [manifest.salt.key] : [])]);
    for (const [kind, entries, wanted] of lists) {
      if (String(entries.map((entry) => entry.n)) !== String(wanted.map((row) => row.n)))
        fault(`${here}: the manifest does not name each ${kind}.`);
      for (const entry of entries) {
        named.add(entry.key);
        const object = ofRecord.get(entry.key);
        const bytes = bytesAt(entry.key);
        const row = wanted.find((one) => one.n === entry.n);
        if (
          sha256(bytes) !== entry.sha256 ||
          bytes.length !== entry.bytes ||
          object?.version_id !== entry.versionId ||
          (row !== undefined && 'sha256' in row && row.sha256 !== entry.sha256)
        )
          fault(`${here}: ${kind} ${entry.n} is not what the manifest says.`);
        const opened = [
          { commitment: entry.commitment, path: `${kind}/${entry.n}`, digest: entry.sha256 },
          ...(entry.fields ?? []).map(({ pointer, commitment }) => ({
            commitment,
            path: `fact/${entry.n}${pointer}`,
            digest: sha256(textAt(bytes, pointer) ?? ''),
          })),
        ];
        commitments += opened.length;
        for (const { commitment, path, digest } of opened)
          if (commitment !== committed(salt, path, digest))
            fault(`${here}: the commitment of ${path} does not open.`);
        if (
          kind === 'fact' &&
          (textAt(bytes, '/data/content/text') === null) === (entry.fields ?? []).some(isText)
        )
          fault(`${here}: the text of fact ${entry.n} has no commitment.`);
      }
    }
    for (const { key } of mine) if (!named.has(key)) fault(`${key} is in the seal and not in its manifest.`);
    if (named.size !== mine.length) fault(`${here} has ${mine.length} objects and names ${named.size}.`);
  }
  return commitments;
}

const isText = (field: { readonly pointer: string }): boolean => field.pointer === '/data/content/text';

function judgeObject(row: ObjectRow, found: SeenObject | undefined, fault: Fault): void {
  const { key } = row;
  if (row.confirmed_at === null || row.locked_until === null)
    fault(`${key} is sealed and was never confirmed.`);
  if (found === undefined) {
    fault(`${key} is sealed and not in the store.`);
    return;
  }
  if (sha256(found.bytes) !== row.sha256 || found.bytes.length !== row.size_bytes)
    fault(`${key}: other bytes.`);
  const lockedUntilMs = found.retainUntil?.getTime() ?? 0;
  if (found.mode !== 'COMPLIANCE') fault(`${key} is not locked.`);
  if (lockedUntilMs < (row.locked_until?.getTime() ?? Infinity))
    fault(`${key} is locked for less than its row says.`);
  if (lockedUntilMs <= Date.now()) fault(`${key} has a lock that is over.`);
}

/** I6. Run after a sweep: what is left must be named by a row, and what a row names must be there. */
async function judgeStaging(rows: Rows, stagingDir: string, fault: Fault): Promise<number> {
  const found: string[] = [];
  for (const shard of await readdir(stagingDir, { withFileTypes: true }))
    if (shard.isDirectory()) found.push(...(await readdir(join(stagingDir, shard.name))));
  const named = new Set(rows.artifacts.flatMap((file) => file.staged ?? []));
  for (const name of found) if (!named.has(name)) fault(`${name} is staged, and no row names it.`);
  for (const name of named)
    if (!found.includes(name)) fault(`${name} is named by a row, and not in staging.`);
  return found.length;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}

function textAt(json: Buffer, pointer: string): string | null {
  let here = parsed(json);
  for (const name of pointer.split('/').slice(1))
    here =
      typeof here === 'object' && here !== null
        ? Object.entries(here).find(([key]) => key === name)?.[1]
        : null;
  return typeof here === 'string' ? here : null;
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function committed(recordSalt: Buffer, path: string, digest: string): string {
  const itemSalt = createHmac('sha256', recordSalt).update(`holdfast-item-v1\0${path}`).digest();
  return createHash('sha256')
    .update(Buffer.concat([Buffer.from('archive-commit-v1'), itemSalt, Buffer.from(digest, 'hex')]))
    .digest('hex');
}
