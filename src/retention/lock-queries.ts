/** The SQL of locks. Everything is asked inside an agency, under its walls. */
import { sql, type RawBuilder } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { HELD_LEASES, STEP_RENEWED_AT, type LockFacts } from './locks.ts';

export interface LockedObject {
  readonly agencyId: string;
  readonly recordId: string;
  readonly key: string;
  readonly versionId: string;
  readonly lockedUntil: Date;
  readonly facts: LockFacts;
}

export interface LockRow {
  readonly recordId: string;
  readonly key: string;
  readonly versionId: string;
  readonly lockedUntil: Date;
  readonly heldAt: Date | null;
  readonly isEnding: boolean;
  readonly isHeld: boolean;
  readonly kind: string | null;
  readonly due: Date | null;
  readonly isRuled: boolean;
  readonly isConfirmed: boolean;
}

/**
 * Each confirmed object beside what is known of its record. Of the edition only what two people confirmed counts; asked once for each
 * edition and not for each object.
 */
export const locks = (only: RawBuilder<unknown> = sql``) => sql`
  with confirmed as materialized (
    select e.edition from edition e where e.agency_id = current_setting('app.agency') and edition_is_confirmed(e.agency_id, e.edition)),
  locks as (
    select o.agency_id, o.record_id, o.key, o.version_id, o.locked_until, o.held_at,
           r.state in ('disposing', 'disposed') as is_ending,
           exists (select from hold_record h where h.agency_id = o.agency_id and h.record_id = o.record_id and h.released_at is null) as is_held,
           t.kind, t.due_on::timestamp at time zone g.zone as due, t.ruled_at is not null as is_ruled,
           t.edition in (select edition from confirmed) as is_confirmed
      from object o
      join record r on r.agency_id = o.agency_id and r.id = o.record_id
      join agency g on g.id = o.agency_id
      left join retention t on t.agency_id = o.agency_id and t.record_id = o.record_id
     where o.agency_id = current_setting('app.agency') and o.confirmed_at is not null ${only})`;

export const LOCK_COLUMNS = sql`record_id as "recordId", key, version_id as "versionId", locked_until as "lockedUntil", held_at as "heldAt",
  is_ending as "isEnding", is_held as "isHeld", kind, due, is_ruled as "isRuled", coalesce(is_confirmed, false) as "isConfirmed"`;

export function factsOf(row: LockRow): LockFacts {
  const { isEnding, isHeld, lockedUntil, kind, due, isRuled, isConfirmed } = row;
  const law = !isConfirmed
    ? null
    : kind === 'never'
      ? ({ kind: 'never' } as const)
      : kind === 'on' && due !== null
        ? ({ kind: 'on', due, isRuled } as const)
        : null;
  return { isEnding, isHeld, lockedUntil, law };
}

/**
 * Objects whose lock may want to grow, soonest first, those after `last`: more than do, never fewer (`lockWanted` decides). Without
 * `whole` only those whose lease is near its end, and what is held: that is what a pass each hour has to look at.
 */
export async function locksToLookAt(
  { agencyId, tx }: AgencyTx,
  {
    now,
    leaseMs,
    whole,
    limit,
    last,
  }: {
    readonly now: Date;
    readonly leaseMs: number;
    readonly whole: boolean;
    readonly limit: number;
    readonly last: LockedObject | undefined;
  },
): Promise<LockedObject[]> {
  const in_ = (leases: number): Date => new Date(now.getTime() + leases * leaseMs);
  const held = sql`select h.record_id from hold_record h where h.agency_id = ${agencyId} and h.released_at is null`;
  // Each by an index of its own: of what has a lease, all is within half a year of its end.
  const near = sql`and o.key in (
    select key from object where agency_id = ${agencyId} and confirmed_at is not null and locked_until < ${in_(0.5)}
    union select key from object where agency_id = ${agencyId} and confirmed_at is not null and record_id in (${held})
             and locked_until < ${in_(HELD_LEASES / 2)})`;
  const { rows } = await sql<LockRow>`
    ${locks(whole ? sql`` : near)}
    select ${LOCK_COLUMNS} from locks
     where not is_ending and (locked_until, key) > (${last?.lockedUntil ?? new Date(0)}, ${last?.key ?? ''})
       and (locked_until < ${in_(0.5)} or is_held and locked_until < ${in_(HELD_LEASES / 2)}
            or ${whole} and is_confirmed and (kind = 'on' and due > locked_until or kind = 'never' and locked_until < ${in_(STEP_RENEWED_AT)}))
     order by locked_until, key limit ${limit}`.execute(tx);
  return rows.map((row) => ({ agencyId, ...row, facts: factsOf(row) }));
}

export interface LockKey {
  readonly key: string;
  readonly lockedUntil: Date;
}

/** Only forward: a renewal that comes late never writes an earlier date over a later one. */
export async function writeLock(
  { agencyId, tx }: AgencyTx,
  { key }: LockKey,
  lockedUntil: Date,
): Promise<void> {
  await tx
    .updateTable('object')
    .set({ locked_until: lockedUntil, lapses_since: null })
    .where('agency_id', '=', agencyId)
    .where('key', '=', key)
    .where('locked_until', '<', lockedUntil)
    .execute();
}

/** Its record is due and nothing keeps it: from here on the end of its lock is as it should be. */
export async function writeLapse({ agencyId, tx }: AgencyTx, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await sql`update object set lapses_since = now()
             where agency_id = ${agencyId} and key = any(${[...keys]}) and lapses_since is null`.execute(tx);
}

export async function agencyIds(db: Db): Promise<string[]> {
  const rows = await db.system
    .selectFrom('agency')
    .select('id')
    .where('id', '<>', 'system')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}
