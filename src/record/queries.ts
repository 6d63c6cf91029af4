/** All reading SQL of the room: a record as people and programs see it. */
import { sql } from 'kysely';
import type { AgencyTx, ArtifactOrigin, PictureFinding, RecordState, StoredOutcome } from '#db/db.ts';

export interface ArtifactView {
  readonly n: number;
  readonly artifactId: string;
  readonly origin: ArtifactOrigin;
  readonly role: string;
  readonly mediaType: string;
  readonly claimedType: string | null;
  readonly originalName: string | null;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly receivedAt: string;
  readonly factN: number | null;
  readonly picture: PictureFinding | null;
  readonly seal: {
    readonly no: number;
    readonly key: string;
    readonly versionId: string;
    readonly lockedUntil: string;
  } | null;
}

export interface SealView {
  readonly no: number;
  readonly openedAt: string;
  readonly sealedAt: string | null;
  readonly storeKind: 'folder' | 's3' | null;
  readonly immutability: 'compliance' | 'advisory' | null;
  readonly objects: readonly ObjectView[];
}

export interface ObjectView {
  readonly role: string;
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly versionId: string | null;
  readonly lockedUntil: string | null;
  readonly confirmedAt: string | null;
}

export interface RecordView {
  readonly recordId: string;
  readonly agencyId: string;
  readonly subject: string;
  readonly state: RecordState;
  readonly receivedAt: string;
  readonly platform: string;
  readonly account: string;
  readonly accountRegistered: boolean;
  readonly kind: string;
  readonly verb: string;
  readonly grounds: readonly string[];
  readonly excerpt: string | null;
  readonly author: string | null;
  readonly address: string | null;
  readonly captureOutcome: StoredOutcome | null;
  readonly capture: Record<string, unknown> | null;
  readonly removal: 'awaited' | 'confirmed' | 'none';
  readonly removedAt: Record<string, unknown> | null;
  readonly classification: {
    readonly edition: string;
    readonly series: string;
    readonly reason: string | null;
  } | null;
  readonly facts: readonly {
    readonly n: number;
    readonly type: string;
    readonly source: string;
    readonly id: string;
    readonly recordedAt: string;
    readonly sealNo: number | null;
    readonly confirms: boolean;
    readonly deliveries: number;
    readonly body: Record<string, unknown>;
  }[];
  readonly artifacts: readonly ArtifactView[];
  readonly seals: readonly SealView[];
  readonly owed: readonly {
    readonly step: string;
    readonly since: string;
    readonly failures: number;
    readonly parked: boolean;
    readonly code: string | null;
    readonly reason: string | null;
  }[];
}

/**
 * Artifacts, each beside the confirmed object that holds its bytes, when there is one. Files of one seal with equal bytes
 * share an object, so they meet by digest.
 */
export function placedArtifacts({ tx }: AgencyTx) {
  return tx
    .selectFrom('artifact')
    .leftJoin('object', (join) =>
      join
        .onRef('object.agency_id', '=', 'artifact.agency_id')
        .onRef('object.record_id', '=', 'artifact.record_id')
        .onRef('object.seal_no', '=', 'artifact.seal_no')
        .onRef('object.sha256', '=', 'artifact.sha256')
        .on('object.confirmed_at', 'is not', null)
        .on('object.role', 'not in', ['fact', 'salt', 'manifest']),
    );
}

/** Null when this agency has no such record. */
export async function readRecord(at: AgencyTx, recordId: string): Promise<RecordView | null> {
  const { agencyId, tx } = at;
  const row = await tx
    .selectFrom('record')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('id', '=', recordId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const of = { agency_id: agencyId, record_id: recordId } as const;
  const facts = await tx
    .selectFrom('fact')
    .selectAll()
    .where('agency_id', '=', of.agency_id)
    .where('record_id', '=', of.record_id)
    .orderBy('n')
    .execute();
  const artifacts = await placedArtifacts(at)
    .select([
      'artifact.n',
      'artifact_id',
      'origin',
      'artifact.role',
      'artifact.media_type',
      'claimed_type',
      'original_name',
      'artifact.size_bytes',
      'artifact.sha256',
      'received_at',
      'fact_n',
      'picture',
      'artifact.seal_no',
      'object.key',
      'object.version_id',
      'object.locked_until',
    ])
    .where('artifact.agency_id', '=', of.agency_id)
    .where('artifact.record_id', '=', of.record_id)
    .orderBy('artifact.n')
    .execute();
  const seals = await tx
    .selectFrom('seal')
    .selectAll()
    .where('agency_id', '=', of.agency_id)
    .where('record_id', '=', of.record_id)
    .orderBy('no')
    .execute();
  const objects = await tx
    .selectFrom('object')
    .select(['seal_no', 'role', 'key', 'sha256', 'size_bytes', 'version_id', 'locked_until', 'confirmed_at'])
    .where('agency_id', '=', of.agency_id)
    .where('record_id', '=', of.record_id)
    .orderBy('intended_at')
    .orderBy('key')
    .execute();
  const steps = await tx
    .selectFrom('step')
    .selectAll()
    .where('agency_id', '=', of.agency_id)
    .where('record_id', '=', of.record_id)
    .orderBy('name')
    .execute();
  return {
    recordId: row.id,
    agencyId: row.agency_id,
    subject: row.subject,
    state: row.state,
    receivedAt: row.received_at.toISOString(),
    platform: row.platform,
    account: row.account,
    accountRegistered: row.account_id !== null,
    kind: row.kind,
    verb: row.verb,
    grounds: row.grounds,
    excerpt: row.excerpt,
    author: row.author,
    address: row.address,
    captureOutcome: row.capture_outcome,
    capture: row.capture,
    removal: row.removal,
    removedAt: row.removed_at,
    classification:
      row.series === null || row.edition === null
        ? null
        : { edition: row.edition, series: row.series, reason: row.series_reason },
    facts: facts.map((fact) => ({
      n: fact.n,
      type: fact.type,
      source: fact.source,
      id: fact.id,
      recordedAt: fact.recorded_at.toISOString(),
      sealNo: fact.seal_no,
      confirms: fact.confirms,
      deliveries: fact.deliveries,
      body: fact.body,
    })),
    artifacts: artifacts.map((file) => ({
      n: file.n,
      artifactId: file.artifact_id,
      origin: file.origin,
      role: file.role,
      mediaType: file.media_type,
      claimedType: file.claimed_type,
      originalName: file.original_name,
      sizeBytes: file.size_bytes,
      sha256: file.sha256,
      receivedAt: file.received_at.toISOString(),
      factN: file.fact_n,
      picture: file.picture,
      seal:
        file.seal_no === null || file.key === null || file.version_id === null || file.locked_until === null
          ? null
          : {
              no: file.seal_no,
              key: file.key,
              versionId: file.version_id,
              lockedUntil: file.locked_until.toISOString(),
            },
    })),
    seals: seals.map((seal) => ({
      no: seal.no,
      openedAt: seal.opened_at.toISOString(),
      sealedAt: seal.sealed_at?.toISOString() ?? null,
      storeKind: seal.store_kind,
      immutability: seal.immutability,
      objects: objects
        .filter((object) => object.seal_no === seal.no)
        .map((object) => ({
          role: object.role,
          key: object.key,
          sha256: object.sha256,
          bytes: object.size_bytes,
          versionId: object.version_id,
          lockedUntil: object.locked_until?.toISOString() ?? null,
          confirmedAt: object.confirmed_at?.toISOString() ?? null,
        })),
    })),
    owed: steps.map((step) => ({
      step: step.name,
      since: step.owed_since.toISOString(),
      failures: step.failures,
      parked: step.parked_at !== null,
      code: step.error_code,
      reason: step.error,
    })),
  };
}

export interface HistoryEntry {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly body: Record<string, unknown>;
}

export async function readHistory({ agencyId, tx }: AgencyTx, recordId: string): Promise<HistoryEntry[]> {
  const rows = await tx
    .selectFrom('event')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    at: row.at.toISOString(),
    actor: row.actor,
    body: row.body,
  }));
}

/** Where the bytes of one artifact are now: in the store once sealed, in staging before. */
export async function readArtifact(at: AgencyTx, recordId: string, n: number) {
  const { agencyId } = at;
  return (
    (await placedArtifacts(at)
      .select([
        'artifact.role',
        'artifact.media_type',
        'artifact.sha256',
        'artifact.size_bytes',
        'original_name',
        'staged',
        'inline',
        'picture',
        'object.key',
        'object.version_id',
      ])
      .where('artifact.agency_id', '=', agencyId)
      .where('artifact.record_id', '=', recordId)
      .where('artifact.n', '=', n)
      .executeTakeFirst()) ?? null
  );
}

/** Seal numbers that have their entry in the history. */
export async function sealsInLog({ agencyId, tx }: AgencyTx, recordId: string): Promise<Set<number>> {
  const { rows } = await sql<{ seal: number }>`
    select (body->>'seal')::int as seal from event
     where agency_id = ${agencyId} and record_id = ${recordId} and type = 'record.sealed'`.execute(tx);
  return new Set(rows.map((row) => row.seal));
}
