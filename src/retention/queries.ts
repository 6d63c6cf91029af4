/** All SQL of the room. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import type { ClassificationRule } from './rules.ts';

export interface Schedule {
  readonly edition: string;
  readonly series: readonly {
    readonly number: string;
    readonly title: string;
    readonly period: string;
    readonly citation: string;
  }[];
  readonly rules: readonly {
    readonly position: number;
    readonly matches: ClassificationRule['matches'];
    readonly series: string;
  }[];
}

/** Adds an edition with its rules, every series unconfirmed. Editions that are there already are left as they are. */
export async function addSchedule({ agencyId, tx }: AgencyTx, schedule: Schedule): Promise<void> {
  await tx
    .insertInto('series')
    .values(
      schedule.series.map((series) => ({
        agency_id: agencyId,
        edition: schedule.edition,
        confirmed_at: null,
        ...series,
      })),
    )
    .onConflict((conflict) => conflict.columns(['agency_id', 'edition', 'number']).doNothing())
    .execute();
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
        .onRef('s.number', '=', 'r.series'),
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
    .where('agency_id', '=', agencyId)
    .orderBy('edition')
    .orderBy('number')
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
