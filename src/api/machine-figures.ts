/**
 * All that whoever runs the machine sees of agencies: which there are, and numbers. Read as the role that crosses agencies and is granted
 * no content (migration 0001), so that a mistake in here is refused by the database.
 */
import { sql } from 'kysely';
import { SYSTEM_AGENCY } from '#agency/agency.ts';
import type { Db } from '#db/db.ts';
import type { System } from '../system.ts';

export interface AgencyFigures {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  /** Who did not leave. */
  readonly people: number;
  /** Nobody was ever there, and nothing is: its first administrator may be invited. */
  readonly isEmpty: boolean;
  /** Nothing is there but one person, who has never chosen how to sign in; null: that is not so. */
  readonly awaited: {
    /** Their newest link works until then; null: there is none. */
    readonly until: Date | null;
    /** They were invited from this page, which may make their link anew. */
    readonly isOurs: boolean;
  } | null;
  /** Steps that are owed and not parked; seconds that the oldest has waited since it was due. */
  readonly owed: number;
  readonly oldestS: number | null;
  readonly parked: number;
  /** That the mail server did not take yet. */
  readonly letters: number;
}

export async function agencyFigures(db: Db): Promise<AgencyFigures[]> {
  const { rows } = await sql<
    Omit<AgencyFigures, 'awaited'> & {
      readonly isAwaited: boolean;
      readonly until: Date | null;
      readonly isOurs: boolean;
    }
  >`
    with work as (
      select agency_id, count(*) filter (where parked_at is null)::int as owed, count(*) filter (where parked_at is not null)::int as parked,
             extract(epoch from now() - min(due_at) filter (where parked_at is null and due_at <= now()))::float8 as oldest
        from step group by agency_id)
    select a.id, a.name, a.zone,
           (select count(*)::int from person p where p.agency_id = a.id and p.left_at is null) as people,
           not (exists (select from person p where p.agency_id = a.id) or exists (select from api_key k where k.agency_id = a.id)
             or exists (select from identity_provider i where i.agency_id = a.id)
             or exists (select from record r where r.agency_id = a.id)) as "isEmpty",
           (select count(*) from person p where p.agency_id = a.id) = 1
             and exists (select from person p where p.agency_id = a.id and p.left_at is null)
             and not (exists (select from session s where s.agency_id = a.id) or exists (select from passkey k where k.agency_id = a.id)
               or exists (select from api_key k where k.agency_id = a.id) or exists (select from identity_provider i where i.agency_id = a.id)
               or exists (select from record r where r.agency_id = a.id)) as "isAwaited",
           (select max(v.expires_at) from invitation v where v.agency_id = a.id and v.used_at is null) as until,
           exists (select from person p where p.agency_id = a.id and starts_with(p.created_by, 'operator:')) as "isOurs",
           coalesce(w.owed, 0) as owed, w.oldest as "oldestS", coalesce(w.parked, 0) as parked,
           (select count(*)::int from notice n where n.agency_id = a.id and n.ended_at is null and n.error_code is not null) as letters
      from agency a left join work w on w.agency_id = a.id where a.id <> ${SYSTEM_AGENCY} order by lower(a.name), a.id`.execute(
    db.system,
  );
  return rows.map(({ isAwaited, until, isOurs, ...one }) => ({
    ...one,
    awaited: isAwaited ? { until, isOurs } : null,
  }));
}

type CanaryReport = Awaited<ReturnType<System['trust']['check']>>;

export interface StoreProof {
  readonly at: Date;
  readonly report: Pick<CanaryReport, 'passed' | 'checks'>;
}

/** The newest that the one who may delete wrote about this store; null: none was ever written. */
export async function storeProof(db: Db, store: string): Promise<StoreProof | null> {
  const { rows } = await sql<StoreProof>`
    select at, report from chore where name = 'store-canary' and about = ${store}`.execute(db.system);
  return rows[0] ?? null;
}
