/** All reading SQL of the room: a record as people and programs see it. */
import { sql, type Selectable } from 'kysely';
import type { AgencyTx, Tables } from '#db/db.ts';
import { reasonOf } from './parked.ts';
import type {
  ArtifactView,
  FactView,
  HistoryEntry,
  ListedRecord,
  OwedStep,
  RecordRow,
  RecordView,
  SealView,
  SecondLookView,
  StandingView,
  WeighedFact,
} from './views.ts';

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

/** The columns that `listed` reads. */
export const LISTED = [
  'id',
  'state',
  'received_at',
  'platform',
  'account',
  'account_id',
  'kind',
  'verb',
  'grounds',
  'excerpt',
  'author',
  'capture_outcome',
  'removal',
] as const satisfies readonly (keyof Tables['record'])[];

export function listed(row: Pick<Selectable<Tables['record']>, (typeof LISTED)[number]>): ListedRecord {
  return {
    recordId: row.id,
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
    captureOutcome: row.capture_outcome,
    removal: row.removal,
  };
}

/** The row alone. Null when this agency has no such record. */
export async function readRecordRow({ agencyId, tx }: AgencyTx, recordId: string): Promise<RecordRow | null> {
  const row = await tx
    .selectFrom('record')
    .select(LISTED)
    .select([
      'agency_id',
      'subject',
      'address',
      'capture',
      'removed_at',
      'edition',
      'series',
      'series_reason',
    ])
    .where('agency_id', '=', agencyId)
    .where('id', '=', recordId)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    ...listed(row),
    agencyId: row.agency_id,
    subject: row.subject,
    address: row.address,
    capture: row.capture,
    removedAt: row.removed_at,
    classification:
      row.series === null || row.edition === null
        ? null
        : { edition: row.edition, series: row.series, reason: row.series_reason },
  };
}

/** Everything that the receipt rests on, and no fact: what is read each time that somebody looks must stay small. */
export async function readStanding(at: AgencyTx, recordId: string): Promise<StandingView | null> {
  const row = await readRecordRow(at, recordId);
  if (row === null) return null;
  const [secondLook = null] = row.removal === 'confirmed' ? await looksOf(at, recordId, 1) : [];
  return {
    ...row,
    facts: await weighedFacts(at, recordId),
    secondLook,
    artifacts: await artifactsOf(at, recordId),
    seals: await sealsOf(at, recordId),
    owed: await owedTo(at, recordId),
  };
}

/** How much of the facts one answer brings; the next page begins behind it. The first of a page is always whole. */
const PAGE_FACTS = 100;
const PAGE_BYTES = 8_000_000;

/** The record with its facts, from the one behind `after` on. */
export async function readRecord(at: AgencyTx, recordId: string, after = 0): Promise<RecordView | null> {
  const row = await readRecordRow(at, recordId);
  if (row === null) return null;
  const facts = await factsOf(at, recordId, after);
  const last = facts.at(-1)?.n ?? after;
  const more = await at.tx
    .selectFrom('fact')
    .select('n')
    .where('agency_id', '=', at.agencyId)
    .where('record_id', '=', recordId)
    .where('n', '>', last)
    .limit(1)
    .executeTakeFirst();
  return {
    ...row,
    facts,
    nextFacts: more === undefined ? null : last,
    secondLooks: (await looksOf(at, recordId, SHOWN_LOOKS)).toReversed(),
    artifacts: await withWhatWasRead(at, recordId),
    seals: await sealsOf(at, recordId),
    owed: await owedTo(at, recordId),
  };
}

async function withWhatWasRead(at: AgencyTx, recordId: string): Promise<RecordView['artifacts']> {
  const rows = await at.tx
    .selectFrom('artifact_text')
    .select(['n', 'state', 'text', 'words', 'confidence', 'engine', 'code', 'at'])
    .where('agency_id', '=', at.agencyId)
    .where('record_id', '=', recordId)
    .execute();
  const read = new Map(
    rows.map(({ n, at: when, ...one }) => [n, { ...one, at: when?.toISOString() ?? null }] as const),
  );
  return (await artifactsOf(at, recordId)).map((file) => ({ ...file, read: read.get(file.n) ?? null }));
}

/** As many as a record may have facts. */
const SHOWN_LOOKS = 1000;

/** The newest first. */
async function looksOf(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  howMany: number,
): Promise<SecondLookView[]> {
  const rows = await tx
    .selectFrom('second_look')
    .select(['fact_n', 'looked_at', 'answer', 'because', 'outcome', 'finding'])
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .orderBy('fact_n', 'desc')
    .limit(howMany)
    .execute();
  return rows.map(({ fact_n, looked_at, ...look }) => ({
    factN: fact_n,
    lookedAt: looked_at.toISOString(),
    ...look,
  }));
}

export async function weighedFacts({ agencyId, tx }: AgencyTx, recordId: string): Promise<WeighedFact[]> {
  const rows = await tx
    .selectFrom('fact')
    .select(['n', 'type', 'confirms', 'words', 'words_sha256', 'named', 'done', 'noted', 'seal_no'])
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .orderBy('n')
    .execute();
  return rows.map(({ words: text, words_sha256: sha256, seal_no, ...fact }) => ({
    ...fact,
    words: text === null || sha256 === null ? null : { text, sha256 },
    sealNo: seal_no,
  }));
}

/** How large a fact is, its raw bytes say, which need not be read for that. */
async function factsOf({ agencyId, tx }: AgencyTx, recordId: string, after: number): Promise<FactView[]> {
  const { rows } = await sql<FactView & { readonly at: Date }>`
    select f.n, f.type, f.source, f.id, f.recorded_at as at, f.seal_no as "sealNo", f.confirms, f.deliveries, f.body
      from fact f
      join (select s.n, row_number() over (order by s.n) as place,
                   sum((select coalesce(max(x.size_bytes), 0) from artifact x
                         where x.agency_id = ${agencyId} and x.record_id = ${recordId} and x.fact_n = s.n and x.origin = 'raw'))
                     over (order by s.n) as bytes
              from fact s where s.agency_id = ${agencyId} and s.record_id = ${recordId} and s.n > ${after}
             order by s.n limit ${PAGE_FACTS}) page on page.n = f.n
     where f.agency_id = ${agencyId} and f.record_id = ${recordId} and (page.place = 1 or page.bytes <= ${PAGE_BYTES})
     order by f.n`.execute(tx);
  return rows.map(({ at, ...fact }) => ({ ...fact, recordedAt: at.toISOString() }));
}

async function artifactsOf(at: AgencyTx, recordId: string): Promise<ArtifactView[]> {
  const files = await placedArtifacts(at)
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
    .where('artifact.agency_id', '=', at.agencyId)
    .where('artifact.record_id', '=', recordId)
    .orderBy('artifact.n')
    .execute();
  return files.map((file) => ({
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
  }));
}

async function sealsOf({ agencyId, tx }: AgencyTx, recordId: string): Promise<SealView[]> {
  const seals = await tx
    .selectFrom('seal')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .orderBy('no')
    .execute();
  const objects = Map.groupBy(
    await tx
      .selectFrom('object')
      .select([
        'seal_no',
        'role',
        'key',
        'sha256',
        'size_bytes',
        'version_id',
        'locked_until',
        'confirmed_at',
      ])
      .where('agency_id', '=', agencyId)
      .where('record_id', '=', recordId)
      .orderBy('intended_at')
      .orderBy('key')
      .execute(),
    (object) => object.seal_no,
  );
  return seals.map((seal) => ({
    no: seal.no,
    openedAt: seal.opened_at.toISOString(),
    sealedAt: seal.sealed_at?.toISOString() ?? null,
    storeKind: seal.store_kind,
    immutability: seal.immutability,
    mode: seal.mode,
    objects: (objects.get(seal.no) ?? []).map((object) => ({
      role: object.role,
      key: object.key,
      sha256: object.sha256,
      bytes: object.size_bytes,
      versionId: object.version_id,
      lockedUntil: object.locked_until?.toISOString() ?? null,
      confirmedAt: object.confirmed_at?.toISOString() ?? null,
    })),
  }));
}

async function owedTo({ agencyId, tx }: AgencyTx, recordId: string): Promise<OwedStep[]> {
  const steps = await tx
    .selectFrom('step')
    .select(['name', 'owed_since', 'failures', 'parked_at', 'error_code'])
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .orderBy('name')
    .execute();
  return steps.map((step) => ({
    step: step.name,
    since: step.owed_since.toISOString(),
    failures: step.failures,
    parked: step.parked_at !== null,
    code: step.error_code,
    reason: step.error_code === null ? null : reasonOf(step.error_code),
  }));
}

/** Each look at a record is an entry: there is no end to them. The newest are shown, oldest first. */
const SHOWN_ENTRIES = 1000;

export async function readHistory({ agencyId, tx }: AgencyTx, recordId: string): Promise<HistoryEntry[]> {
  const rows = await tx
    .selectFrom('event')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .orderBy('seq', 'desc')
    .limit(SHOWN_ENTRIES)
    .execute();
  return rows.toReversed().map((row) => ({
    id: row.id,
    type: row.type,
    at: row.at.toISOString(),
    actor: row.actor,
    body: row.body,
  }));
}

/**
 * What happened in the agency beside its records, newest first, from the entry before `before` on. Batches of fixity are not among
 * it: there may be one each minute, and they have a page of their own.
 */
export async function readAgencyHistory(
  { agencyId, tx }: AgencyTx,
  before: string | null,
  limit: number,
  { lists }: { readonly lists: boolean },
): Promise<(HistoryEntry & { readonly seq: string })[]> {
  const { rows } = await sql<HistoryEntry & { readonly seq: string; readonly at: Date }>`
    select seq::text, id, type, at, actor, body from event
     where agency_id = ${agencyId} and record_id is null and type <> 'fixity.passed' and seq < coalesce(${before}::bigint, 9223372036854775807)
       and (${lists} or type not in ('search.ran', 'intake.rejected'))
     order by event.seq desc limit ${limit}`.execute(tx);
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
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

/**
 * What the log says of the seals: those whose entry is in a checkpoint that was signed and is in the store, and whether something of one
 * was found to be other than it was sealed. An entry of the history that no checkpoint covers yet could still be lost with the database.
 * Of damage the newest word counts: a repair of everything that failed (`failed` 0) ends it, and the next failure begins it anew.
 */
export async function sealsInLog(
  { agencyId, tx }: AgencyTx,
  recordId: string,
): Promise<{ readonly entered: ReadonlySet<number>; readonly damaged: boolean }> {
  const { rows } = await sql<{ type: string; seal: number | null; failed: number | null; signed: boolean }>`
    select e.type, (e.body->>'seal')::int as seal, (e.body->>'failed')::int as failed, coalesce(l.idx < h.published, false) as signed
      from event e
      left join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
      left join log_head h on h.agency_id = e.agency_id
     where e.agency_id = ${agencyId} and e.record_id = ${recordId}
       and e.type in ('record.sealed', 'fixity.failed', 'fixity.repaired')
     order by e.seq`.execute(tx);
  const last = rows.findLast((row) => row.type !== 'record.sealed');
  return {
    entered: new Set(
      rows.flatMap((row) =>
        row.type === 'record.sealed' && row.signed && row.seal !== null ? [row.seal] : [],
      ),
    ),
    damaged: last !== undefined && !(last.type === 'fixity.repaired' && last.failed === 0),
  };
}
