/** The SQL of the set of a request and of the decisions about it. What must never happen is refused by the triggers of migration 0047. */
import { sql } from 'kysely';
import { textFieldsOf } from '#commitment.ts';
import type { AgencyTx, PictureFinding, RecordState, ReviewAnswer } from '#db/db.ts';
import type { ToReview } from './review.ts';
import type { Review } from './review-shape.ts';

export interface SetRow {
  readonly recordId: string;
  /** Which search found it; null: it was named. */
  readonly searchN: number | null;
  readonly takenAt: Date;
  readonly state: RecordState;
  readonly platform: string;
  readonly account: string;
  readonly kind: string;
  readonly excerpt: string | null;
  readonly author: string | null;
  readonly receivedAt: Date;
  /** The latest decision; 0: none yet. */
  readonly n: number;
  readonly answer: ReviewAnswer | null;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  /** Something came to the record since that was decided, and nobody looked at it. */
  readonly changedSince: boolean;
  /** Its search found it by what a program read in its pictures, which has errors, and would not have without. */
  readonly byPictures: boolean;
}

/** What a list asks for: those that nobody decided about, one answer, or what changed since. */
export type SetFilter = ReviewAnswer | 'undecided' | 'changed';

const SET = (agencyId: string, requestId: string) => sql`
  select q.record_id as "recordId", q.search_n as "searchN", q.at as "takenAt", r.state, r.platform, r.account, r.kind, r.excerpt,
         r.author, r.received_at as "receivedAt", coalesce(v.n, 0) as n, v.answer, v.at as "decidedAt", v.by as "decidedBy",
         coalesce(v.facts_seen <> (select count(*) from fact f where f.agency_id = q.agency_id and f.record_id = q.record_id)
               or v.files_seen <> (select count(*) from artifact a where a.agency_id = q.agency_id and a.record_id = q.record_id), false) as "changedSince",
         coalesce(is_found_by_pictures(r.search, search_query(q.agency_id, (
           select h.search ->> 'q' from request_search h where h.agency_id = q.agency_id and h.request_id = q.request_id and h.n = q.search_n))), false) as "byPictures"
    from request_record q
    join record r on r.agency_id = q.agency_id and r.id = q.record_id
    left join lateral (
      select w.n, w.answer, w.at, w.by, w.facts_seen, w.files_seen from review w
       where w.agency_id = q.agency_id and w.request_id = q.request_id and w.record_id = q.record_id order by w.n desc limit 1) v on true
   where q.agency_id = ${agencyId} and q.request_id = ${requestId}`;

const filtered = (filter: SetFilter | null) =>
  filter === null
    ? sql`true`
    : filter === 'undecided'
      ? sql`s.answer is null`
      : filter === 'changed'
        ? sql`s."changedSince"`
        : sql`s.answer = ${filter}`;

/** By id, which is the order in which they came. */
export async function readSet(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  {
    after,
    limit,
    filter,
  }: { readonly after: string | null; readonly limit: number; readonly filter: SetFilter | null },
): Promise<SetRow[]> {
  const { rows } = await sql<SetRow>`
    select * from (${SET(agencyId, requestId)} and (${after}::uuid is null or q.record_id > ${after}::uuid)
                     and ${filter === 'changed' ? sql`q.record_id in (select record_id from (${STANDING(agencyId, requestId)}) w where w."changedSince")` : sql`true`}) s
     where ${filtered(filter)} order by s."recordId" limit ${limit}`.execute(tx);
  return rows;
}

export async function readInSet(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  recordId: string,
): Promise<SetRow | null> {
  const { rows } = await sql<SetRow>`${SET(agencyId, requestId)} and q.record_id = ${recordId}`.execute(tx);
  return rows[0] ?? null;
}

export interface SetCount {
  readonly all: number;
  readonly undecided: number;
  readonly changed: number;
  readonly release: number;
  readonly part: number;
  readonly withhold: number;
  readonly notResponsive: number;
}

/** The set with the newest decision about each of its records, and whether something came since (migration 0055). */
export const STANDING = (agencyId: string, requestId: string) => sql`
  select record_id, answer, changed as "changedSince" from request_standing(${agencyId}, ${requestId}::uuid)`;

export async function countSet({ agencyId, tx }: AgencyTx, requestId: string): Promise<SetCount> {
  const { rows } = await sql<SetCount>`
    select count(*)::int as all, count(*) filter (where s.answer is null)::int as undecided,
           count(*) filter (where s."changedSince")::int as changed,
           count(*) filter (where s.answer = 'release')::int as release, count(*) filter (where s.answer = 'part')::int as part,
           count(*) filter (where s.answer = 'withhold')::int as withhold,
           count(*) filter (where s.answer = 'not-responsive')::int as "notResponsive"
      from (${STANDING(agencyId, requestId)}) s`.execute(tx);
  const [row] = rows;
  return row ?? { all: 0, undecided: 0, changed: 0, release: 0, part: 0, withhold: 0, notResponsive: 0 };
}

/** The ones beside it in the set, and the next one behind it, or from the beginning, about which nobody decided. */
export async function besideInSet({ agencyId, tx }: AgencyTx, requestId: string, recordId: string) {
  const { rows } = await sql<{
    before: string | null;
    after: string | null;
    undecided: string | null;
    place: number;
    all: number;
  }>`
    with s as (
      select q.record_id, not exists (
        select from review v where v.agency_id = q.agency_id and v.request_id = q.request_id and v.record_id = q.record_id) as open
        from request_record q where q.agency_id = ${agencyId} and q.request_id = ${requestId})
    select (select record_id from s where record_id < ${recordId}::uuid order by record_id desc limit 1) as before,
           (select record_id from s where record_id > ${recordId}::uuid order by record_id limit 1) as after,
           (select record_id from s where open and record_id <> ${recordId}::uuid
             order by record_id < ${recordId}::uuid, record_id limit 1) as undecided,
           (select count(*)::int from s where record_id <= ${recordId}::uuid) as place, (select count(*)::int from s) as all`.execute(
    tx,
  );
  return rows[0] ?? { before: null, after: null, undecided: null, place: 0, all: 0 };
}

export interface ElsewhereRow {
  readonly recordId: string;
  readonly requestId: string;
  readonly tracking: string;
  readonly answer: ReviewAnswer;
  readonly at: Date;
  readonly by: string;
}

/** What was decided about the same records because of other requests: the newest word of each. */
export async function decidedElsewhere(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  recordIds: readonly string[],
): Promise<ElsewhereRow[]> {
  if (recordIds.length === 0) return [];
  const { rows } = await sql<ElsewhereRow>`
    select distinct on (v.record_id, v.request_id) v.record_id as "recordId", v.request_id as "requestId", r.tracking, v.answer, v.at, v.by
      from review v join request r on r.agency_id = v.agency_id and r.id = v.request_id
     where v.agency_id = ${agencyId} and v.record_id = any(${[...recordIds]}::uuid[]) and v.request_id <> ${requestId}
     order by v.record_id, v.request_id, v.n desc limit 1000`.execute(tx);
  return rows;
}

export interface Reviewable extends ToReview {
  readonly files: readonly (ToReview['files'][number] & {
    readonly sha256: string;
    readonly isHandedIn: boolean;
  })[];
  /** Something of it is not in the object store yet, and proves nothing. */
  readonly isSealed: boolean;
  readonly neverLeaves: boolean;
  readonly factsSeen: number;
  readonly filesSeen: number;
}

/** As `is_never_read` of migration 0056 says it. */
const mayShowAbuse = (body: Readonly<Record<string, unknown>>): boolean => {
  const { sensitivity } = (body['data'] ?? {}) as { readonly sensitivity?: unknown };
  return Array.isArray(sensitivity) && sensitivity.includes('suspected-csam');
};

/** Everything of it that a seal commits to, or will. */
export async function readReviewable({ agencyId, tx }: AgencyTx, recordId: string): Promise<Reviewable> {
  const facts = await tx
    .selectFrom('fact')
    .select(['n', 'body', 'seal_no'])
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .orderBy('n')
    .execute();
  const files = await tx
    .selectFrom('artifact')
    .select(['n', 'role', 'origin', 'media_type', 'sha256', 'picture', 'seal_no'])
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .orderBy('n')
    .execute();
  const sizeOf = (picture: PictureFinding | null) =>
    picture?.decodable === true ? { width: picture.width, height: picture.height } : null;
  return {
    facts: facts.map(({ n, body }) => ({ n, fields: textFieldsOf(body), body })),
    files: files.map(({ n, role, origin, media_type: type, sha256, picture }) => ({
      n,
      role,
      sha256,
      isHandedIn: origin === 'handed-in',
      isPicture: type.startsWith('image/'),
      picture: sizeOf(picture),
    })),
    neverLeaves: facts.some(({ body }) => mayShowAbuse(body)),
    isSealed: [...facts, ...files].every(({ seal_no }) => seal_no !== null),
    factsSeen: facts.length,
    filesSeen: files.length,
  };
}

/** Since when nobody tries any more to seal what is left of it; null: that is being done, or is done. */
export async function sealStoppedAt({ agencyId, tx }: AgencyTx, recordId: string): Promise<Date | null> {
  const row = await tx
    .selectFrom('step')
    .select('parked_at')
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('name', '=', 'seal')
    .executeTakeFirst();
  return row?.parked_at ?? null;
}

export interface ReviewRow extends Review {
  readonly n: number;
  readonly note: string | null;
  /** What whoever decided said that they saw going out (going-out.ts); null: nothing was to be seen. */
  readonly acknowledged: readonly string[] | null;
  readonly factsSeen: number;
  readonly filesSeen: number;
  readonly at: Date;
  readonly by: string;
}

/** The newest first. */
export async function readReviews(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  recordId: string,
  limit: number,
): Promise<ReviewRow[]> {
  const { rows } = await sql<ReviewRow>`
    select n, answer, exemption, description, fields, files, note, acknowledged, facts_seen as "factsSeen", files_seen as "filesSeen", at, by
      from review where agency_id = ${agencyId} and request_id = ${requestId} and record_id = ${recordId}
     order by n desc limit ${limit}`.execute(tx);
  return rows;
}

export async function insertReview(
  { agencyId, tx }: AgencyTx,
  about: { readonly requestId: string; readonly recordId: string; readonly n: number },
  review: Review,
  {
    note,
    by,
    seen,
    acknowledged,
  }: {
    readonly note: string | null;
    readonly by: string;
    readonly seen: Seen;
    readonly acknowledged: readonly string[];
  },
): Promise<{ readonly digest: string; readonly factsSeen: number; readonly filesSeen: number }> {
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  return await tx
    .insertInto('review')
    .values({
      agency_id: agencyId,
      request_id: about.requestId,
      record_id: about.recordId,
      n: about.n,
      answer: review.answer,
      exemption: json(review.exemption),
      description: review.description,
      fields: json(review.fields),
      files: json(review.files),
      note,
      acknowledged: acknowledged.length === 0 ? null : JSON.stringify(acknowledged),
      facts_seen: seen.facts,
      files_seen: seen.files,
      by,
    })
    .returning([
      // Of what was acknowledged too, where something was: as a sixth member.
      sql<string>`encode(sha256(convert_to((jsonb_build_array(answer, exemption, description, fields, files)
         || case when acknowledged is null then '[]'::jsonb else jsonb_build_array(acknowledged) end)::text, 'UTF8')), 'hex')`.as(
        'digest',
      ),
      'facts_seen as factsSeen',
      'files_seen as filesSeen',
    ])
    .executeTakeFirstOrThrow();
}

/** How much of a record somebody had before them when they decided. */
export interface Seen {
  readonly facts: number;
  readonly files: number;
}
