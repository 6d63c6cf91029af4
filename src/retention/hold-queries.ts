/** The SQL of holds. What must never happen is refused by the triggers of migration 0034, whoever asks. */
import { sql } from 'kysely';
import type { AgencyTx, HoldKind } from '#db/db.ts';
import type { HoldSearch } from './holds.ts';

interface NewHold {
  readonly id: string;
  readonly kind: HoldKind;
  readonly title: string;
  readonly reason: string;
  readonly ends: string;
  readonly search: string | null;
  readonly standing: boolean;
  readonly placed_by: string;
}

/** Answers the SHA-256 of the search as the database writes it, in lower-case hex; null: it is on records that were named. */
export async function insertHold({ agencyId, tx }: AgencyTx, hold: NewHold): Promise<string | null> {
  const { digest } = await tx
    .insertInto('hold')
    .values({ agency_id: agencyId, ...hold })
    .returning(sql<string | null>`encode(sha256(convert_to(search::text, 'UTF8')), 'hex')`.as('digest'))
    .executeTakeFirstOrThrow();
  return digest;
}

export async function countRecords({ agencyId, tx }: AgencyTx, ids: readonly string[]): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from record where agency_id = ${agencyId} and id = any(${[...ids]}::uuid[])`.execute(
    tx,
  );
  return rows[0]?.n ?? 0;
}

export async function holdRecords(
  { agencyId, tx }: AgencyTx,
  holdId: string,
  ids: readonly string[],
): Promise<void> {
  await sql`insert into hold_record (agency_id, hold_id, record_id)
            select ${agencyId}, ${holdId}, id from unnest(${[...ids]}::uuid[]) id order by id on conflict do nothing`.execute(
    tx,
  );
}

const ALL = 2_147_483_647;

/**
 * What the search finds now, all of it: one statement, so one moment. Each row is locked before it is held, in one order; one that is
 * marked for destruction meanwhile drops out.
 */
export async function holdFound(
  { agencyId, tx }: AgencyTx,
  holdId: string,
  { q, filters }: HoldSearch,
): Promise<{ readonly held: readonly string[]; readonly tooLate: number }> {
  const { rows } = await sql<{ held: string[]; found: number }>`
    with found as materialized (
      select id from search_records(${q}, ${JSON.stringify(filters)}::jsonb, null, null, ${ALL})),
    living as materialized (
      select r.id from record r where r.agency_id = ${agencyId} and r.id in (select id from found)
         and r.state not in ('disposing', 'disposed') order by r.id for share of r),
    held as (
      insert into hold_record (agency_id, hold_id, record_id)
      select ${agencyId}, ${holdId}, id from living order by id on conflict do nothing returning record_id)
    select (select coalesce(array_agg(record_id), '{}') from held) as held, (select count(*)::int from found) as found`.execute(
    tx,
  );
  const [row] = rows;
  const held = row?.held ?? [];
  return { held, tooLate: (row?.found ?? 0) - held.length };
}

/** How many records a search finds now that could be held. */
export async function countFound({ agencyId, tx }: AgencyTx, { q, filters }: HoldSearch): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from record r
     where r.agency_id = ${agencyId} and r.state not in ('disposing', 'disposed')
       and r.id in (select id from search_records(${q}, ${JSON.stringify(filters)}::jsonb, null, null, ${ALL}))`.execute(
    tx,
  );
  return rows[0]?.n ?? 0;
}

export async function lockHold({ agencyId, tx }: AgencyTx, holdId: string) {
  return (
    (await tx
      .selectFrom('hold')
      .select(['id', 'released_at'])
      .where('agency_id', '=', agencyId)
      .where('id', '=', holdId)
      .forUpdate()
      .executeTakeFirst()) ?? null
  );
}

export async function endHold(
  { agencyId, tx }: AgencyTx,
  holdId: string,
  personId: string,
  reason: string,
): Promise<void> {
  await sql`update hold set released_at = clock_timestamp(), released_by = ${personId}, release_reason = ${reason}
             where agency_id = ${agencyId} and id = ${holdId}`.execute(tx);
}

export async function countHeldBy({ agencyId, tx }: AgencyTx, holdId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from hold_record where agency_id = ${agencyId} and hold_id = ${holdId}`.execute(
    tx,
  );
  return rows[0]?.n ?? 0;
}

export interface HoldRow {
  readonly id: string;
  readonly kind: HoldKind;
  readonly title: string;
  readonly reason: string;
  readonly ends: string;
  readonly search: HoldSearch | null;
  readonly standing: boolean;
  readonly placedAt: Date;
  readonly placedBy: string;
  readonly releasedAt: Date | null;
  readonly releasedBy: string | null;
  readonly releaseReason: string | null;
  readonly records: number;
}

const HOLD = sql`h.id, h.kind, h.title, h.reason, h.ends, h.search, h.standing, h.placed_at as "placedAt", h.placed_by as "placedBy",
  h.released_at as "releasedAt", 'person:' || h.released_by as "releasedBy", h.release_reason as "releaseReason",
  (select count(*)::int from hold_record e where e.agency_id = h.agency_id and e.hold_id = h.id) as records`;

/** Newest first, those before `before`. */
export async function listHolds(
  { agencyId, tx }: AgencyTx,
  {
    open,
    before,
    limit,
  }: { readonly open: boolean | null; readonly before: string | null; readonly limit: number },
): Promise<HoldRow[]> {
  const { rows } = await sql<HoldRow>`
    select ${HOLD} from hold h where h.agency_id = ${agencyId}
       and (${open}::boolean is null or (h.released_at is null) = ${open})
       and (${before}::uuid is null or h.id < ${before}::uuid)
     order by h.id desc limit ${limit}`.execute(tx);
  return rows;
}

export async function readHold({ agencyId, tx }: AgencyTx, holdId: string): Promise<HoldRow | null> {
  const { rows } =
    await sql<HoldRow>`select ${HOLD} from hold h where h.agency_id = ${agencyId} and h.id = ${holdId}`.execute(
      tx,
    );
  return rows[0] ?? null;
}

export interface HeldRecord {
  readonly recordId: string;
  readonly heldAt: Date;
}

export async function heldBy(
  { agencyId, tx }: AgencyTx,
  holdId: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<HeldRecord[]> {
  const { rows } = await sql<HeldRecord>`
    select record_id as "recordId", at as "heldAt" from hold_record
     where agency_id = ${agencyId} and hold_id = ${holdId} and (${after}::uuid is null or record_id > ${after}::uuid)
     order by record_id limit ${limit}`.execute(tx);
  return rows;
}

export interface RecordHold {
  readonly holdId: string;
  readonly kind: HoldKind;
  readonly title: string;
  readonly ends: string;
  readonly heldAt: Date;
  readonly releasedAt: Date | null;
}

/** Those that lie on it first. */
export async function holdsOf({ agencyId, tx }: AgencyTx, recordId: string): Promise<RecordHold[]> {
  const { rows } = await sql<RecordHold>`
    select h.id as "holdId", h.kind, h.title, h.ends, e.at as "heldAt", e.released_at as "releasedAt"
      from hold_record e join hold h on h.agency_id = e.agency_id and h.id = e.hold_id
     where e.agency_id = ${agencyId} and e.record_id = ${recordId}
     order by e.released_at is not null, e.at desc limit 200`.execute(tx);
  return rows;
}

export interface Mirrored {
  /** Files in the store of the records that are asked about. */
  readonly files: number;
  /** Of which the store itself says that they are held. */
  readonly held: number;
}

/** How far the store knows of it: of the records of a hold, or of one record. */
export async function mirrored(
  { agencyId, tx }: AgencyTx,
  of: { readonly holdId: string } | { readonly recordId: string },
): Promise<Mirrored> {
  const records =
    'holdId' in of
      ? sql`select record_id from hold_record where agency_id = ${agencyId} and hold_id = ${of.holdId}`
      : sql`select ${of.recordId}::uuid`;
  const { rows } = await sql<Mirrored>`
    select count(*)::int as files, count(o.held_at)::int as held from object o
     where o.agency_id = ${agencyId} and o.confirmed_at is not null and o.record_id in (${records})`.execute(
    tx,
  );
  return rows[0] ?? { files: 0, held: 0 };
}

/** What matched a standing hold in the very moment in which it was placed, and was committed after. Answers how many. */
export async function catchUp({ agencyId, tx }: AgencyTx): Promise<number> {
  const { rows } = await sql<{ id: string; search: HoldSearch }>`
    select id, search from hold where agency_id = ${agencyId} and standing and released_at is null order by id`.execute(
    tx,
  );
  let more = 0;
  for (const { id, search } of rows) more += (await holdFound({ agencyId, tx }, id, search)).held.length;
  return more;
}
