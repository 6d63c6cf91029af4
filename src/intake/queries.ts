/** SQL of intake: one function in Postgres (migration 0004), called for many reports at once; 0007 adds the second look, 0008 the session, 0013 the uploads. */
import type { AgencyTx, Db, PictureFinding } from '#db/db.ts';
import { isDatabaseDown, isRetryableConflict } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { placedArtifacts, type Words } from '#record/record.ts';
import { uploadNotFound } from './upload-problems.ts';

export interface AcceptRow {
  readonly agency: string;
  readonly keyId: string | null;
  /** It counts only while the session does. */
  readonly sessionId: string | null;
  readonly at: string;
  readonly recordId: string;
  readonly toRecord: string | null;
  readonly source: string;
  readonly factId: string;
  readonly type: string;
  readonly fact: unknown;
  readonly delivery: string;
  readonly idempotencyKey: string | null;
  readonly subject: string;
  readonly platform: string;
  readonly account: string;
  readonly accountId: string | null;
  readonly kind: string;
  readonly verb: string;
  readonly grounds: readonly string[];
  readonly excerpt: string | null;
  readonly author: string | null;
  readonly address: string | null;
  readonly captureWanted: boolean;
  readonly removal: 'awaited' | 'confirmed' | 'none';
  readonly removedAt: unknown;
  readonly edition: string | null;
  readonly series: string | null;
  readonly seriesReason: string | null;
  readonly words: string;
  /** The text, as far as it is compared with other facts' texts. */
  readonly compared: Words | null;
  /** It says that a removal is done or undone; what only adds to a record does not. */
  readonly acts: boolean;
  /** The fact's id is made from what it says, so that the same words later may be another fact. Not the column `fact.named`. */
  readonly named: boolean;
  /** Uploads that this report takes over; left out where it names none. */
  readonly uploads?: readonly string[];
  /** The raw bytes come first. */
  readonly artifacts: readonly AcceptArtifact[];
  /** Of the record as a whole. */
  readonly limits: { readonly facts: number; readonly bytes: number; readonly files: number };
  /** It came to say that the removal was done. A report that names the time of it says so too, and has `done` instead. */
  readonly confirms: boolean;
  /** What a person should look at: claims that do not fit together. */
  readonly flags: readonly string[];
  readonly steps: readonly string[];
  /** How long after a removal that is done the page is looked at again; null: it is not. */
  readonly lookAgainMs: number | null;
  readonly priority: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly actor: string;
}

export interface AcceptArtifact {
  readonly artifactId: string;
  readonly origin: 'handed-in' | 'raw';
  readonly role: string;
  readonly mediaType: string;
  readonly claimedType: string | null;
  readonly originalName: string | null;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly staged: string | null;
  /** Base64; only for bytes that are not staged as a file. */
  readonly inline: string | null;
}

export type AcceptAnswer =
  | { readonly outcome: 'accepted'; readonly recordId: string; readonly factN: number; readonly new: boolean }
  | { readonly outcome: 'repeated'; readonly recordId: string; readonly factN: number }
  | { readonly outcome: 'conflict'; readonly recordId: string }
  | { readonly outcome: 'full'; readonly recordId: string }
  | { readonly outcome: 'key-revoked' }
  | { readonly outcome: 'source-refused' }
  | { readonly outcome: 'session-ended' };

export interface Acceptor {
  /** Resolves after the commit, never before. */
  accept(row: AcceptRow): Promise<AcceptAnswer>;
}

/** How often a lone report is tried again when another process had the same fact, or the same rows, at that moment. */
const RACES = 5;
const AT_ONCE = 2;
const BATCH = 64;
const BATCH_BYTES = 4_000_000;

interface Waiting {
  readonly json: string;
  readonly resolve: (answer: AcceptAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reports that wait at the same moment share one commit, as Postgres's own group commit would let them share one fsync:
 * while a batch is on its way, the next one gathers. A lone report waits for nobody. When a batch fails for a reason of
 * one report, each is tried alone, so that nobody pays for another's fault.
 */
export function openAcceptor(db: Db): Acceptor {
  const waiting: Waiting[] = [];
  let running = 0;

  const run = async (batch: readonly Waiting[], tries = RACES): Promise<void> => {
    try {
      const answers = await acceptAll(db, batch);
      for (const [i, item] of batch.entries()) {
        const answer = answers[i];
        if (answer === undefined)
          item.reject(new ArchiveError('invariant-broken', 'A report got no answer.', { retry: 'later' }));
        else item.resolve(answer);
      }
    } catch (error) {
      const alone = batch.length === 1;
      if (isDatabaseDown(error) || (alone && (!isRace(error) || tries === 0)))
        for (const item of batch)
          item.reject(
            isUploadGone(error) ? uploadNotFound(error) : isEnding(error) ? recordEnds(error) : error,
          );
      else for (const item of batch) await run([item], alone ? tries - 1 : tries);
    }
  };
  const next = (): void => {
    while (running < AT_ONCE && waiting.length > 0) {
      let bytes = 0;
      let count = 0;
      for (const item of waiting) {
        bytes += item.json.length;
        if (count > 0 && (count >= BATCH || bytes > BATCH_BYTES)) break;
        count += 1;
      }
      running += 1;
      void run(waiting.splice(0, count)).finally(() => {
        running -= 1;
        next();
      });
    }
  };
  return {
    accept: async (row) =>
      await new Promise((resolve, reject) => {
        waiting.push({ json: JSON.stringify(row), resolve, reject });
        // Whatever else arrives in this turn of the loop goes along.
        if (waiting.length === 1) setImmediate(next);
      }),
  };
}

/** Migration 0035: it is being destroyed under its schedule, or was. */
function isEnding(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'HF048';
}

function recordEnds(cause: unknown): ArchiveError {
  return new ArchiveError(
    'record-ends',
    'This record is being destroyed under its schedule, or was: nothing can be added to it. Report the content anew if it is there again.',
    { retry: 'never', cause },
  );
}

/** `HF001` is our own (migration 0004); the others are Postgres's: serialisation, deadlock, lock not available. */
function isRace(error: unknown): boolean {
  return isRetryableConflict(error) || (error instanceof Error && 'code' in error && error.code === 'HF001');
}

/** Migration 0013: between the look at it and the commit somebody else named the upload, or it was taken away. */
function isUploadGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'HF003';
}

async function acceptAll(db: Db, batch: readonly Waiting[]): Promise<AcceptAnswer[]> {
  const rows = await db.statement<{ answer: AcceptAnswer }>(
    'accept',
    `select case when r.value ? 'uploads' then accept_with_uploads(r.value) else accept_from(r.value) end as answer from jsonb_array_elements($1::jsonb) with ordinality as r(value, i) order by r.i`,
    [`[${batch.map((item) => item.json).join(',')}]`],
  );
  return rows.map((row) => row.answer);
}

export interface UninspectedFile {
  readonly n: number;
  readonly staged: string | null;
  readonly sha256: string;
  readonly sealNo: number | null;
  readonly key: string | null;
  readonly versionId: string | null;
}

/** Handed-in files that may be pictures and were not looked at yet. */
export async function uninspected(at: AgencyTx, recordId: string): Promise<UninspectedFile[]> {
  return await placedArtifacts(at)
    .select([
      'artifact.n',
      'artifact.staged',
      'artifact.sha256',
      'artifact.seal_no as sealNo',
      'object.key',
      'object.version_id as versionId',
    ])
    .where('artifact.agency_id', '=', at.agencyId)
    .where('artifact.record_id', '=', recordId)
    .where('origin', '=', 'handed-in')
    .where('picture', 'is', null)
    .where((eb) =>
      eb.or([eb('artifact.media_type', 'like', 'image/%'), eb('claimed_type', 'like', 'image/%')]),
    )
    .orderBy('artifact.n')
    .execute();
}

export async function writeFinding(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  n: number,
  finding: PictureFinding,
): Promise<void> {
  await tx
    .updateTable('artifact')
    .set({ picture: JSON.stringify(finding) })
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('n', '=', n)
    .execute();
}

/** Which of these staged names a row still needs; for the sweeper. Sees all agencies, and no content. */
export async function knownStaged(db: Db, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const rows = await db.system
    .selectFrom('artifact')
    .select('staged')
    .where('staged', 'in', [...names])
    .union(
      // Staged by an upload that may still go on, or be named by a report.
      db.system
        .selectFrom('upload')
        .select('staged')
        .where('staged', 'in', [...names]),
    )
    .execute();
  return new Set(rows.flatMap((row) => (row.staged === null ? [] : [row.staged])));
}
