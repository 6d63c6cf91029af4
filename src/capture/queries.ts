/** SQL of the capture step. Each function runs in the transaction of a claim. */
import type { AgencyTx, LookAnswer, StoredOutcome } from '#db/db.ts';
import { sql } from 'kysely';
import { appendEvent, askedNow, confirmedBy, type AskedFact } from '#record/record.ts';

export interface CaptureTask {
  readonly address: string | null;
  readonly outcome: StoredOutcome | null;
  readonly targetFound: boolean;
  /** The latest fact that the last capture knew of; 0: there was no capture. */
  readonly capturedFact: number;
  /** The fact with which the present removal began, and the latest of all. */
  readonly since: number;
  readonly latestFact: number;
  readonly text: string | null;
  readonly nativeId: string | null;
  readonly card: CardFacts;
}

/** What the card of a report without a usable address shows. */
export interface CardFacts {
  readonly agency: string;
  readonly recordId: string;
  readonly receivedAt: string;
  readonly platform: string;
  readonly account: string;
  readonly kind: string;
  readonly verb: string;
  readonly author: string | null;
  readonly address: string | null;
  readonly text: string | null;
}

/** The facts of the record `r`, as far as they are weighed. */
const WEIGHED = sql`
  (select json_agg(json_build_object('n', f.n, 'type', f.type, 'confirms', f.confirms, 'named', f.named, 'done', f.done,
             'words', case when f.words is not null then json_build_object('text', f.words, 'sha256', f.words_sha256) end) order by f.n)
     from fact f where f.agency_id = r.agency_id and f.record_id = r.id)`;

/** What is to be found: the words and the id as they were said last. */
async function saidOf(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  asked: ReturnType<typeof askedNow>,
): Promise<{ readonly text: string | null; readonly nativeId: string | null }> {
  const { rows } = await sql<{ text: string | null; native_id: string | null }>`
    select max(f.body #>> '{data,content,text}') filter (where f.n = ${asked?.wordedBy ?? 0}) as text,
           max(f.body #>> '{data,content,nativeId}') filter (where f.n = ${asked?.namedBy ?? 0}) as native_id
      from fact f where f.agency_id = ${agencyId} and f.record_id = ${recordId}
       and f.n in (${asked?.wordedBy ?? 0}, ${asked?.namedBy ?? 0})`.execute(tx);
  return { text: rows[0]?.text ?? null, nativeId: rows[0]?.native_id ?? null };
}

export async function readTask({ agencyId, tx }: AgencyTx, recordId: string): Promise<CaptureTask> {
  const { rows } = await sql<{
    address: string | null;
    capture_outcome: StoredOutcome | null;
    found: boolean;
    captured_fact: number;
    facts: AskedFact[];
    received_at: Date;
    platform: string;
    account: string;
    kind: string;
    verb: string;
    author: string | null;
    permalink: string | null;
    name: string;
  }>`
    select r.address, r.capture_outcome, coalesce(r.capture->'target' not in ('null'::jsonb), false) as found,
           coalesce((r.capture->>'askedFact')::int, 0) as captured_fact,
           ${WEIGHED} as facts,
           (select f.body #>> '{data,content,permalink}' from fact f where f.agency_id = r.agency_id and f.record_id = r.id
              and f.body #>> '{data,content,permalink}' is not null order by f.n desc limit 1) as permalink,
           r.received_at, r.platform, r.account, r.kind, r.verb, r.author, a.name
      from record r join agency a on a.id = r.agency_id
     where r.agency_id = ${agencyId} and r.id = ${recordId}`.execute(tx);
  const row = rows[0];
  if (row === undefined) throw new TypeError('A step is owed to a record that is not there.');
  const asked = askedNow(row.facts);
  const { text, nativeId } = await saidOf({ agencyId, tx }, recordId, asked);
  return {
    address: row.address,
    outcome: row.capture_outcome,
    targetFound: row.found,
    capturedFact: row.captured_fact,
    since: asked?.since ?? 0,
    latestFact: row.facts.at(-1)?.n ?? 0,
    text,
    nativeId,
    card: {
      agency: row.name,
      recordId,
      receivedAt: row.received_at.toISOString(),
      platform: row.platform,
      account: row.account,
      kind: row.kind,
      verb: row.verb,
      author: row.author,
      address: row.permalink,
      text,
    },
  };
}

export interface NewArtifact {
  readonly artifactId: string;
  readonly origin: 'capture' | 'rendering' | 'second-look';
  /** The fact that it follows; null: it is of the record as a whole. */
  readonly factN: number | null;
  readonly role: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly staged: string;
}

/** The capture's outcome and files, in one go. */
export async function writeCapture(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  outcome: StoredOutcome,
  capture: Record<string, unknown>,
  files: readonly NewArtifact[],
  now: Date,
): Promise<void> {
  await tx
    .updateTable('record')
    .set({ capture_outcome: outcome, capture: JSON.stringify(capture) })
    .where('agency_id', '=', agencyId)
    .where('id', '=', recordId)
    .execute();
  await addFiles({ agencyId, tx }, recordId, files, now);
}

/** The claim has locked the record row, so that file numbers stay dense. */
async function addFiles(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  files: readonly NewArtifact[],
  now: Date,
): Promise<void> {
  if (files.length === 0) return;
  const { last } = await tx
    .selectFrom('artifact')
    .select((eb) => eb.fn.coalesce(eb.fn.max('n'), eb.lit(0)).as('last'))
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('artifact')
    .values(
      files.map((file, i) => ({
        agency_id: agencyId,
        record_id: recordId,
        n: last + i + 1,
        artifact_id: file.artifactId,
        origin: file.origin,
        role: file.role,
        media_type: file.mediaType,
        claimed_type: null,
        original_name: null,
        size_bytes: file.sizeBytes,
        sha256: file.sha256,
        received_at: now,
        fact_n: file.factN,
        staged: file.staged,
        inline: null,
        picture: null,
        seal_no: null,
      })),
    )
    .execute();
}

export interface LookTask {
  readonly address: string;
  readonly text: string | null;
  readonly nativeId: string | null;
  /** The fact that said last that it was removed. */
  readonly confirmation: number;
}

/** What to look for after the removal; null: there is nothing to look after, any more or again. */
export async function readLookTask({ agencyId, tx }: AgencyTx, recordId: string): Promise<LookTask | null> {
  const { rows } = await sql<{ address: string; facts: AskedFact[]; looked: number }>`
    select r.address, ${WEIGHED} as facts,
           coalesce((select max(l.fact_n) from second_look l where l.agency_id = r.agency_id and l.record_id = r.id), 0) as looked
      from record r
     where r.agency_id = ${agencyId} and r.id = ${recordId} and r.removal = 'confirmed' and r.address is not null
       and r.state not in ('disposing', 'disposed')`.execute(tx);
  const row = rows[0];
  const confirmed = row === undefined ? null : confirmedBy(row.facts);
  if (row === undefined || confirmed === null || confirmed.last <= row.looked) return null;
  return {
    address: row.address,
    ...(await saidOf({ agencyId, tx }, recordId, askedNow(row.facts))),
    confirmation: confirmed.last,
  };
}

export interface NewLook {
  readonly confirmation: number;
  readonly lookedAt: string;
  readonly answer: LookAnswer;
  readonly because: string | null;
  readonly outcome: StoredOutcome;
  readonly finding: Record<string, unknown>;
}

/** The answer and its files, in one go. Of the record's capture nothing is touched. */
export async function writeLook(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  look: NewLook,
  files: readonly NewArtifact[],
  now: Date,
): Promise<void> {
  await tx
    .insertInto('second_look')
    .values({
      agency_id: agencyId,
      record_id: recordId,
      fact_n: look.confirmation,
      looked_at: new Date(look.lookedAt),
      answer: look.answer,
      because: look.because,
      outcome: look.outcome,
      finding: JSON.stringify(look.finding),
    })
    .execute();
  await addFiles({ agencyId, tx }, recordId, files, now);
}

/**
 * Whose web archives these are is the log's to say: the first capture that a key signs for an agency makes it an entry of its history, in
 * the same commit. Asked before the lock, which the first one alone needs.
 */
export async function noteSigningKey(at: AgencyTx, keyDigest: string): Promise<void> {
  if (await knowsKey(at, keyDigest)) return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`wacz-key ${at.agencyId}`}, 0))`.execute(at.tx);
  if (await knowsKey(at, keyDigest)) return;
  await appendEvent(at, null, { type: 'wacz-key.added', actor: 'worker:capture', body: { keyDigest } });
}

async function knowsKey({ agencyId, tx }: AgencyTx, keyDigest: string): Promise<boolean> {
  const found = await tx
    .selectFrom('event')
    .select('id')
    .where('agency_id', '=', agencyId)
    .where('record_id', 'is', null)
    .where('type', '=', 'wacz-key.added')
    .where(sql<boolean>`body->>'keyDigest' = ${keyDigest}`)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
