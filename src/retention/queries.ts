/** All SQL of the room. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import type { Edition } from './edition.ts';
import type { ClassificationRule } from './rules.ts';

/** An edition with the agency's own rules that lead records to its series. */
export interface Schedule extends Edition {
  readonly rules: readonly {
    readonly position: number;
    readonly matches: ClassificationRule['matches'];
    readonly series: string;
  }[];
}

/** Adds an edition with its rules, unconfirmed. Editions that are there already are left as they are. */
export async function addSchedule({ agencyId, tx }: AgencyTx, schedule: Schedule, by: string): Promise<void> {
  const { edition, title, source } = schedule;
  await tx
    .insertInto('edition')
    .values({ agency_id: agencyId, edition, title, source, added_by: by })
    .onConflict((conflict) => conflict.columns(['agency_id', 'edition']).doNothing())
    .execute();
  await tx
    .insertInto('series')
    .values(schedule.series.map((series) => ({ agency_id: agencyId, edition, ...series })))
    .onConflict((conflict) => conflict.columns(['agency_id', 'edition', 'code']).doNothing())
    .execute();
  if (schedule.rules.length === 0) return;
  await tx
    .insertInto('classification_rule')
    .values(
      schedule.rules.map((rule) => ({
        agency_id: agencyId,
        position: rule.position,
        matches: JSON.stringify(rule.matches),
        edition: schedule.edition,
        series: rule.series,
      })),
    )
    .onConflict((conflict) => conflict.columns(['agency_id', 'position']).doNothing())
    .execute();
}

export async function readRules({ agencyId, tx }: AgencyTx): Promise<ClassificationRule[]> {
  return await tx
    .selectFrom('classification_rule as r')
    .innerJoin('series as s', (join) =>
      join
        .onRef('s.agency_id', '=', 'r.agency_id')
        .onRef('s.edition', '=', 'r.edition')
        .onRef('s.code', '=', 'r.series'),
    )
    .select(['r.position', 'r.matches', 'r.edition', 'r.series', 's.title'])
    .where('r.agency_id', '=', agencyId)
    .orderBy('r.position')
    .execute();
}

export async function listSeries({ agencyId, tx }: AgencyTx) {
  return await tx
    .selectFrom('series')
    .selectAll()
    .select((eb) => eb.fn<boolean>('edition_is_confirmed', ['agency_id', 'edition']).as('confirmed'))
    .where('agency_id', '=', agencyId)
    .orderBy('edition')
    .orderBy('code')
    .execute();
}

export interface LeasedObject {
  readonly agencyId: string;
  readonly recordId: string;
  readonly key: string;
  readonly versionId: string;
  readonly lockedUntil: Date;
}

/** Confirmed objects of records that are not being disposed of, whose lock ends before `before`; soonest first, those after `last`. */
export async function locksEndingBefore(
  db: Db,
  before: Date,
  limit: number,
  last?: LeasedObject,
): Promise<LeasedObject[]> {
  const { rows } = await sql<LeasedObject>`
    select o.agency_id as "agencyId", o.record_id as "recordId", o.key, o.version_id as "versionId", o.locked_until as "lockedUntil"
      from object o join record r on r.agency_id = o.agency_id and r.id = o.record_id
     where o.confirmed_at is not null and o.locked_until < ${before} and r.state not in ('disposing', 'disposed')
       and (o.locked_until, o.agency_id, o.key) > (${last?.lockedUntil ?? new Date(0)}, ${last?.agencyId ?? ''}, ${last?.key ?? ''})
     order by o.locked_until, o.agency_id, o.key limit ${limit}`.execute(db.system);
  return rows;
}

/** Records whose locks are left to end: due under a confirmed edition, to be destroyed, and held by nothing. */
export async function recordsLetGo(db: Db): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  const { rows: agencies } = await sql<{ id: string }>`select id from agency`.execute(db.system);
  for (const { id } of agencies) {
    const { rows } = await db.inAgency(id, async ({ tx, agencyId }) =>
      sql<{ id: string }>`
        select t.record_id as id from retention t
          join series s on s.agency_id = t.agency_id and s.edition = t.edition and s.code = t.series and s.disposition = 'destroy'
         where t.agency_id = ${agencyId} and t.kind = 'on' and t.due_on <= today_in(${agencyId}) and t.ruled_at is not null
           and not is_held(${agencyId}, t.record_id)
           and t.edition in (select e.edition from edition e where e.agency_id = ${agencyId} and edition_is_confirmed(${agencyId}, e.edition))`.execute(
        tx,
      ),
    );
    for (const row of rows) ids.add(row.id);
  }
  return ids;
}

/** Only forward: a renewal that comes late never writes an earlier date over a later one. */
export async function writeLock(db: Db, object: LeasedObject, lockedUntil: Date): Promise<void> {
  await db.system
    .updateTable('object')
    .set({ locked_until: lockedUntil })
    .where('agency_id', '=', object.agencyId)
    .where('key', '=', object.key)
    .where('locked_until', '<', lockedUntil)
    .execute();
}

/** The newest pass over the leases, for whoever asks whether there is one. */
export async function writePass(
  db: Db,
  report: { readonly looked: number; readonly renewed: number; readonly failed: number },
): Promise<void> {
  await sql`insert into chore (name, report) values ('lease-pass', ${JSON.stringify(report)})
            on conflict (name, about) do update set at = now(), report = excluded.report`.execute(db.system);
}

export interface LastPass {
  readonly ageMs: number;
  readonly report: { readonly looked: number; readonly renewed: number; readonly failed: number };
}

/** Null: never. */
export async function lastPass(db: Db): Promise<LastPass | null> {
  const { rows } = await sql<LastPass>`
    select (extract(epoch from now() - at) * 1000)::float8 as "ageMs", report from chore where name = 'lease-pass'`.execute(
    db.system,
  );
  return rows[0] ?? null;
}

export interface LockStanding {
  /** Confirmed objects whose lock is to be kept. */
  readonly objects: number;
  /** Left on the lock that ends first; null when there is no object. */
  readonly shortestMs: number | null;
  readonly ended: number;
}

export async function lockStanding(db: Db): Promise<LockStanding> {
  const { rows } = await sql<LockStanding>`
    select count(*)::int as objects, (extract(epoch from min(o.locked_until) - now()) * 1000)::float8 as "shortestMs",
           count(*) filter (where o.locked_until <= now())::int as ended
      from object o join record r on r.agency_id = o.agency_id and r.id = o.record_id
     where o.confirmed_at is not null and r.state not in ('disposing', 'disposed')`.execute(db.system);
  return rows[0] ?? { objects: 0, shortestMs: null, ended: 0 };
}

export interface StepStanding {
  readonly owed: number;
  readonly late: number;
  readonly oldestMs: number;
  readonly parked: number;
  /** Agencies with something parked. */
  readonly parkedOf: readonly string[];
  /** Why the late ones failed last; empty when they were not tried. */
  readonly codes: readonly string[];
}

/** What is owed to records, and for how long; `lateMs` is how long is too long. */
export async function stepStanding(db: Db, lateMs: number): Promise<StepStanding> {
  const { rows } = await sql<StepStanding>`
    with s as (select *, parked_at is null and owed_since < now() - ${lateMs} * interval '1 millisecond' as late from step)
    select count(*) filter (where parked_at is null)::int as owed, count(*) filter (where late)::int as late,
           coalesce((extract(epoch from now() - min(owed_since) filter (where late)) * 1000)::float8, 0) as "oldestMs",
           count(*) filter (where parked_at is not null)::int as parked,
           coalesce(array_agg(distinct agency_id order by agency_id) filter (where parked_at is not null), '{}') as "parkedOf",
           coalesce(array_agg(distinct error_code order by error_code) filter (where late and error_code is not null), '{}') as codes
      from s`.execute(db.system);
  return rows[0] ?? { owed: 0, late: 0, oldestMs: 0, parked: 0, parkedOf: [], codes: [] };
}

export interface SealedKey {
  readonly agencyId: string;
  readonly key: string;
}

/** The objects that were confirmed first, and last, of all agencies. */
export async function firstAndLastSealed(db: Db, each: number): Promise<SealedKey[]> {
  const { rows } = await sql<SealedKey>`
    with sealed as (
      select o.agency_id, o.key, o.confirmed_at
        from object o join record r on r.agency_id = o.agency_id and r.id = o.record_id
       where o.confirmed_at is not null and r.state not in ('disposing', 'disposed'))
    select agency_id as "agencyId", key from (
      (select * from sealed order by confirmed_at, key limit ${each}) union
      (select * from sealed order by confirmed_at desc, key desc limit ${each})) s
     order by confirmed_at, key`.execute(db.system);
  return rows;
}

/** What the rows say of these keys; the digest is an agency's own to read. */
export async function sealedObjects({ agencyId, tx }: AgencyTx, keys: readonly string[]) {
  return await tx
    .selectFrom('object')
    .select(['key', 'record_id', 'seal_no', 'role', 'version_id', 'sha256', 'size_bytes', 'locked_until'])
    .where('agency_id', '=', agencyId)
    .where('key', 'in', [...keys])
    .where('confirmed_at', 'is not', null)
    .orderBy('confirmed_at')
    .orderBy('key')
    .execute();
}
