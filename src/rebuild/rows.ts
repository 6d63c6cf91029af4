/**
 * What a record that was read from the store is in the index: pure, and the same code that indexed its facts when they came
 * (`indexedAnew`). How facts fold into a record is `accept_report` (migration 0004), told here once more; the words for search are folded by
 * the same SQL functions as there (`queries.ts`).
 */
import type { Selectable } from 'kysely';
import { commitment, sha256Hex } from '#commitment.ts';
import type { StoredOutcome, Tables } from '#db/db.ts';
import { indexedAnew, type AgencyReference } from '#intake/intake.ts';
import { typeFromClaim } from '#record/record.ts';
import { fold } from './fold.ts';
import { NotWhole } from './finding.ts';
import { looksOf } from './looks.ts';
import type { ReadRecord, ReadSeal } from './read.ts';

type Row<T extends keyof Tables> = Selectable<Tables[T]>;

export interface RecordRows {
  readonly record: Omit<Row<'record'>, 'search'>;
  /** Of each fact, in their order. */
  readonly words: readonly string[];
  readonly facts: readonly Omit<Row<'fact'>, 'deliveries'>[];
  readonly artifacts: readonly Omit<Row<'artifact'>, 'staged' | 'inline' | 'picture'>[];
  readonly seals: readonly (Omit<Row<'seal'>, 'sealed_at'> & {
    readonly manifest: string;
    /** What the log says of it, in the place of the manifest. */
    readonly commitment: string;
    readonly lockedUntil: Date;
    readonly objects: number;
  })[];
  readonly objects: readonly Omit<Row<'object'>, 'confirmed_at' | 'held_at' | 'lapses_since'>[];
  readonly looks: readonly Row<'second_look'>[];
  readonly owed: { readonly capture: boolean; readonly inspect: boolean };
  /** It was removed long before it came here: nobody was told of it. */
  readonly imported: boolean;
}

export function rowsOf(read: ReadRecord, reference: AgencyReference): RecordRows {
  const { agencyId, recordId } = read;
  const own = { agency_id: agencyId, record_id: recordId };
  const first = read.seals[0]?.manifest;
  const last = read.seals.at(-1)?.manifest;
  if (first === undefined || last === undefined) throw new TypeError('A record without a seal was read.');

  const indexed = read.seals
    .flatMap((seal) => seal.facts.map((fact) => ({ ...fact, seal: seal.manifest.seal })))
    .sort((a, b) => a.entry.n - b.entry.n)
    .map((fact) => {
      const index = indexedAnew(fact.body, reference, {
        confirms: fact.entry.confirms,
        captureWanted: fact.captureWanted,
      });
      if (index === null)
        throw new NotWhole('fact-unreadable', fact.entry.key, 'This is no fact by the schema of facts.');
      return { ...fact, index };
    });
  const folded = fold(indexed.map(({ index }) => index));
  const capture =
    read.seals.map(({ manifest }) => manifest.capture).findLast((found) => found !== null) ?? null;
  // A card and a missing browser have no outcome of a page.
  const outcome = capture === null ? null : ((capture['outcome'] ?? 'none') as StoredOutcome);
  const index = read.seals.map(({ manifest }) => manifest.index).findLast((known) => known !== undefined);
  const manifests = read.seals.map(({ manifest }) => manifest);
  const artifacts = manifests
    .flatMap(({ seal, files }) => files.map((file) => ({ ...file, seal })))
    .sort((a, b) => a.n - b.n)
    .map((file) => ({
      ...own,
      n: file.n,
      artifact_id: file.artifactId,
      origin: file.origin,
      role: file.role,
      media_type: file.mediaType,
      claimed_type: file.claimedType,
      original_name: file.originalName,
      size_bytes: file.bytes,
      sha256: file.sha256,
      received_at: new Date(file.receivedAt),
      fact_n: file.fact,
      seal_no: file.seal,
    }));
  const address = index === undefined ? folded.address : index.address;
  return {
    record: {
      agency_id: agencyId,
      id: recordId,
      subject: first.subject,
      // What was sealed is sealed, and with its capture, or the finding that there is none, it is complete.
      state: outcome === null ? 'sealed' : 'complete',
      received_at: new Date(indexed[0]?.entry.recordedAt ?? first.openedAt),
      ...folded,
      ...(index === undefined
        ? {}
        : {
            account_id: index.accountId,
            grounds: index.grounds,
            series_reason: index.seriesReason,
          }),
      ...(index === undefined && last.classification === null
        ? {}
        : {
            edition: last.classification?.edition ?? null,
            series: last.classification?.series ?? null,
          }),
      address,
      capture_outcome: outcome,
      capture,
    },
    words: indexed.map((fact) => fact.index.words),
    facts: indexed.map(({ entry, body, index: known, seal, delivery }) => ({
      ...own,
      source: entry.source,
      id: entry.id,
      n: entry.n,
      type: entry.type,
      recorded_at: new Date(entry.recordedAt),
      actor: entry.submittedBy,
      body,
      delivery: entry.delivery ?? delivery,
      idempotency_key: entry.idempotencyKey ?? null,
      confirms: known.confirms,
      words: known.compared?.text ?? null,
      words_sha256: known.compared?.sha256 ?? null,
      named: known.named,
      done: known.done,
      noted: known.noted,
      seal_no: seal,
    })),
    artifacts,
    seals: read.seals.map((seal) => ({
      ...own,
      no: seal.manifest.seal,
      opened_at: new Date(seal.manifest.openedAt),
      store_kind: seal.manifest.store.kind,
      immutability: seal.manifest.store.immutability,
      mode: seal.manifest.mode,
      manifest: seal.sha256,
      commitment: commitment(read.salt.bytes, `manifest/${seal.manifest.seal}`, seal.sha256),
      lockedUntil: seal.state.retainUntil,
      objects: objectsOf(read, seal).length,
    })),
    objects: read.seals.flatMap((seal) => objectsOf(read, seal)),
    looks: looksOf(read),
    owed: {
      capture: captureOwed(
        capture,
        address,
        indexed.map(({ entry, captureWanted, body }) => ({
          n: entry.n,
          wanted: captureWanted && pageOf(body),
        })),
      ),
      inspect: artifacts.some(
        (file) => file.origin === 'handed-in' && isImage(file.media_type, file.claimed_type),
      ),
    },
    imported: indexed[0]?.index.channel === 'import',
  };
}

function objectsOf(read: ReadRecord, seal: ReadSeal): RecordRows['objects'][number][] {
  const { agencyId, recordId, salt } = read;
  const opened = new Date(seal.manifest.openedAt);
  const placed = (
    key: string,
    entry: {
      readonly role: string;
      readonly sha256: string;
      readonly bytes: number;
      readonly mediaType: string;
      readonly intended: string;
    },
    body: Buffer | null = null,
  ): RecordRows['objects'][number] => {
    const state = key === salt.key ? salt.state : key === seal.key ? seal.state : read.states.get(key);
    if (state === undefined) throw new TypeError('An object of a manifest was not asked for.');
    return {
      agency_id: agencyId,
      record_id: recordId,
      key,
      seal_no: seal.manifest.seal,
      role: entry.role,
      sha256: entry.sha256,
      size_bytes: entry.bytes,
      // As the store was told: without parameters.
      media_type: typeFromClaim(entry.mediaType),
      body,
      // When it was intended nobody knows any more. The manifest comes after what it names, as it was.
      intended_at: entry.role === 'manifest' ? new Date(opened.getTime() + 1) : opened,
      retain_until: new Date(entry.intended),
      version_id: state.versionId,
      locked_until: state.retainUntil,
    };
  };
  const json = 'application/json';
  const found = new Map<string, RecordRows['objects'][number]>();
  if (seal.manifest.seal === 1)
    found.set(
      salt.key,
      placed(
        salt.key,
        {
          role: 'salt',
          sha256: sha256Hex(salt.bytes),
          bytes: 32,
          mediaType: 'application/octet-stream',
          intended: seal.manifest.salt.lockedUntil,
        },
        salt.bytes,
      ),
    );
  for (const fact of seal.manifest.facts)
    found.set(
      fact.key,
      placed(fact.key, { ...fact, role: 'fact', mediaType: json, intended: fact.lockedUntil }),
    );
  // Two files with the same bytes are one object, under the role of the first.
  for (const file of seal.manifest.files.toSorted((a, b) => a.n - b.n))
    if (!found.has(file.key)) found.set(file.key, placed(file.key, { ...file, intended: file.lockedUntil }));
  const intended = seal.manifest.retainUntil;
  const manifest = {
    role: 'manifest',
    sha256: seal.sha256,
    bytes: seal.sizeBytes,
    mediaType: json,
    intended,
  };
  found.set(seal.key, placed(seal.key, manifest));
  return [...found.values()];
}

/** No capture was sealed, or a report that came after the last one asked for another. */
function captureOwed(
  capture: Record<string, unknown> | null,
  address: string | null,
  facts: readonly { readonly n: number; readonly wanted: boolean }[],
): boolean {
  if (capture === null) return true;
  const asked = Number(capture['askedFact'] ?? 0);
  return address !== null && facts.some(({ n, wanted }) => wanted && n > asked);
}

function pageOf(body: Record<string, unknown>): boolean {
  const { content } = body['data'] as { content?: { permalink?: unknown } };
  return typeof content?.permalink === 'string';
}

function isImage(mediaType: string, claimed: string | null): boolean {
  return mediaType.startsWith('image/') || (claimed ?? '').startsWith('image/');
}
