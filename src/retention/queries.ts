/** SQL of leases and samples. Of editions, rules, records and the worklist it is in `*-queries.ts`. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';

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
     where o.confirmed_at is not null and o.lapses_since is null and r.state not in ('disposing', 'disposed')`.execute(
    db.system,
  );
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
