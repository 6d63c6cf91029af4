/** The SQL of reading pictures. What must never be read, and that the index has what was read, is the database's to see to (migration 0056). */
import { sql } from 'kysely';
import type { AgencyTx, ArtifactTextState, Db } from '#db/db.ts';

export interface Waiting {
  readonly agencyId: string;
  readonly recordId: string;
  readonly n: number;
  /** It came so long ago. */
  readonly ageMs: number;
}

/** Over all agencies: the newest first. */
export async function waiting(db: Db, limit: number): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select t.agency_id as "agencyId", t.record_id as "recordId", t.n, (extract(epoch from now() - t.since) * 1000)::float8 as "ageMs"
      from artifact_text t
     where t.state = 'waiting' and t.due_at <= now()
       and exists (select from record r where r.agency_id = t.agency_id and r.id = t.record_id and r.state not in ('disposing', 'disposed'))
     order by t.since desc limit ${limit}`.execute(db.system);
  return rows;
}

export interface Claimed {
  /** `never`: the database has just said so. */
  readonly state: ArtifactTextState;
  /** With this one. */
  readonly attempts: number;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly pixels: number | null;
  /** Null: it is not in the store yet. */
  readonly key: string | null;
  readonly versionId: string | null;
}

/** The row of the record is locked before any other, as whoever destroys it or adds to it does. False: it goes, or has gone. */
async function lockRecord({ agencyId, tx }: AgencyTx, recordId: string): Promise<boolean> {
  const { rows } = await sql`
    select from record where agency_id = ${agencyId} and id = ${recordId} and state not in ('disposing', 'disposed')
       for no key update`.execute(tx);
  return rows.length > 0;
}

/** Null: it is somebody else's, or nobody's any more. */
export async function claim(
  at: AgencyTx,
  { recordId, n }: Pick<Waiting, 'recordId' | 'n'>,
  claimMs: number,
): Promise<Claimed | null> {
  const { agencyId, tx } = at;
  if (!(await lockRecord(at, recordId))) return null;
  const { rows } = await sql<Claimed>`
    update artifact_text t
       set attempts = t.attempts + case when o.key is null then 0 else 1 end,
           due_at = now() + case when o.key is null then 5000 else ${claimMs} end * interval '1 millisecond'
      from artifact a
      left join object o on o.agency_id = a.agency_id and o.record_id = a.record_id and o.seal_no = a.seal_no and o.sha256 = a.sha256
                        and o.confirmed_at is not null and o.role not in ('fact', 'salt', 'manifest')
     where t.agency_id = ${agencyId} and t.record_id = ${recordId} and t.n = ${n} and t.state = 'waiting' and t.due_at <= now()
       and a.agency_id = t.agency_id and a.record_id = t.record_id and a.n = t.n
    returning t.state, t.attempts, a.media_type as "mediaType", a.size_bytes as "sizeBytes", a.sha256, o.key, o.version_id as "versionId",
              (a.picture ->> 'width')::float8 * (a.picture ->> 'height')::float8 as pixels`.execute(tx);
  return rows[0] ?? null;
}

export type Settled =
  | {
      readonly state: 'read';
      readonly text: string;
      readonly words: number;
      readonly confidence: number;
      readonly engine: string;
    }
  | { readonly state: 'none'; readonly engine: string }
  | { readonly state: 'failed'; readonly code: string }
  | { readonly state: 'too-large' };

/** Nothing where another claim was made since. */
export async function settle(
  at: AgencyTx,
  { recordId, n }: Pick<Waiting, 'recordId' | 'n'>,
  attempts: number,
  settled: Settled,
): Promise<void> {
  if (!(await lockRecord(at, recordId))) return;
  const said = {
    text: null,
    words: settled.state === 'none' ? 0 : null,
    confidence: null,
    engine: null,
    code: null,
    ...settled,
  };
  await sql`
    update artifact_text
       set state = ${said.state}, text = ${said.text}, words = ${said.words}::int, confidence = ${said.confidence}::int,
           engine = ${said.engine}, code = ${said.code}, at = now()
     where agency_id = ${at.agencyId} and record_id = ${recordId} and n = ${n} and state = 'waiting' and attempts = ${attempts}`.execute(
    at.tx,
  );
}

/** Another try later. `counts`: this one was the picture's own fault, or may have been. */
export async function later(
  at: AgencyTx,
  { recordId, n }: Pick<Waiting, 'recordId' | 'n'>,
  attempts: number,
  { waitMs, code, counts }: { readonly waitMs: number; readonly code: string; readonly counts: boolean },
): Promise<void> {
  if (!(await lockRecord(at, recordId))) return;
  await sql`
    update artifact_text
       set due_at = now() + ${waitMs} * interval '1 millisecond', code = ${code}, attempts = ${counts ? attempts : attempts - 1}
     where agency_id = ${at.agencyId} and record_id = ${recordId} and n = ${n} and state = 'waiting' and attempts = ${attempts}`.execute(
    at.tx,
  );
}

export interface PicturesStanding {
  /** Whether there is any, read or not. */
  readonly some: boolean;
  readonly waiting: number;
  /** Since the one that came last came, of those that wait; they are read the newest first. */
  readonly newestMs: number | null;
  readonly oldestMs: number | null;
  readonly failed: number;
  /** Of these: another try may come to another end. A picture that does not open never will. */
  readonly mendable: number;
  /** Agencies that have such ones, some of them. */
  readonly mendableOf: readonly string[];
}

/** Over all agencies. */
export async function picturesStanding(db: Db): Promise<PicturesStanding> {
  const { rows } = await sql<PicturesStanding>`
    select exists (select from artifact_text) as some, w.waiting, (extract(epoch from now() - w.newest) * 1000)::float8 as "newestMs", (extract(epoch from now() - w.oldest) * 1000)::float8 as "oldestMs",
           f.failed, f.mendable, f."mendableOf"
      from (select count(*)::int as waiting, max(since) as newest, min(since) as oldest from artifact_text where state = 'waiting') w,
           (select count(*)::int as failed, count(*) filter (where code <> 'not-opened')::int as mendable,
                   coalesce((array_agg(distinct agency_id) filter (where code <> 'not-opened'))[1:5], '{}') as "mendableOf"
              from artifact_text where state = 'failed') f`.execute(db.system);
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate answers one row');
  return row;
}

export interface FailedPicture {
  readonly recordId: string;
  readonly n: number;
  readonly code: string;
  readonly at: Date;
}

export async function picturesFailed({ agencyId, tx }: AgencyTx): Promise<FailedPicture[]> {
  const { rows } = await sql<FailedPicture>`
    select record_id as "recordId", n, code, at from artifact_text where agency_id = ${agencyId} and state = 'failed'
     order by at desc, record_id, n limit 1000`.execute(tx);
  return rows;
}

/** False: it did not fail. */
export async function readAgain(at: AgencyTx, recordId: string, n: number): Promise<boolean> {
  if (!(await lockRecord(at, recordId))) return false;
  const { numAffectedRows = 0n } = await sql`
    update artifact_text set state = 'waiting', code = null, at = null, attempts = 0, due_at = now()
     where agency_id = ${at.agencyId} and record_id = ${recordId} and n = ${n} and state = 'failed'`.execute(
    at.tx,
  );
  return numAffectedRows > 0n;
}
