/** The worklist of the custodian's office: what was sealed and nobody there has taken note of, oldest first. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { appendEvent } from './history.ts';
import { listed, LISTED } from './queries.ts';
import type { ListedRecord } from './views.ts';

export interface Arrivals {
  readonly records: readonly (ListedRecord & { readonly arrivedAt: string })[];
  /** All of them, beside those that are shown; counted up to a thousand. */
  readonly count: number;
}

const COUNTED = 1000;

export async function listArrivals({ agencyId, tx }: AgencyTx, limit: number): Promise<Arrivals> {
  const rows = await tx
    .selectFrom('arrival')
    .innerJoin('record', (join) =>
      join.onRef('record.id', '=', 'arrival.record_id').onRef('record.agency_id', '=', 'arrival.agency_id'),
    )
    .select(LISTED.map((column) => `record.${column}` as const))
    .select('arrival.arrived_at')
    .where('arrival.agency_id', '=', agencyId)
    .where('arrival.noted_at', 'is', null)
    .orderBy('arrival.arrived_at')
    .orderBy('arrival.record_id')
    .limit(limit)
    .execute();
  const { rows: counted } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select from arrival where agency_id = ${agencyId} and noted_at is null limit ${COUNTED}) a`.execute(tx);
  return {
    records: rows.map((row) => ({ ...listed(row), arrivedAt: row.arrived_at.toISOString() })),
    count: counted[0]?.count ?? 0,
  };
}

/** What nobody said was removed, or not, since it was sealed: oldest first. */
export async function listAwaited({ agencyId, tx }: AgencyTx, limit: number): Promise<ListedRecord[]> {
  const rows = await tx
    .selectFrom('record')
    .select(LISTED)
    .where('agency_id', '=', agencyId)
    .where('removal', '=', sql.lit('awaited'))
    .where('state', '<>', 'reported')
    .orderBy('received_at')
    .limit(limit)
    .execute();
  return rows.map(listed);
}

export interface Unconfirmed {
  /** Oldest first. */
  readonly records: readonly ListedRecord[];
  /** All of them; counted up to a thousand. */
  readonly count: number;
}

/** What `actor` handed in by a form, and is sealed. */
const handedInBy = ({ agencyId, tx }: AgencyTx, actor: string) =>
  tx
    .selectFrom('record')
    .where('agency_id', '=', agencyId)
    .where('state', '<>', 'reported')
    // As the index of what somebody chose last has it (0016).
    .where(
      sql<boolean>`id in (select f.record_id from fact f where f.actor = ${actor} and f.agency_id = ${agencyId}
        and f.body #>> '{data,channel}' = 'web-form' and f.type = 'removal.action-recorded.v1')`,
    );

/** What of that nobody has said was removed, or stays. */
export async function listUnconfirmed(at: AgencyTx, actor: string, limit: number): Promise<Unconfirmed> {
  const mine = handedInBy(at, actor).where('removal', '=', sql.lit('awaited'));
  const counted = await at.tx
    .selectFrom(mine.select('id').limit(COUNTED).as('m'))
    .select(sql<number>`count(*)::int`.as('count'))
    .executeTakeFirstOrThrow();
  const rows = limit === 0 ? [] : await mine.select(LISTED).orderBy('received_at').limit(limit).execute();
  return { records: rows.map(listed), count: counted.count };
}

/** Those of `recordIds` that `actor` handed in and of which it has been said. */
export async function listAnswered(
  at: AgencyTx,
  actor: string,
  recordIds: readonly string[],
): Promise<ListedRecord[]> {
  if (recordIds.length === 0) return [];
  const rows = await handedInBy(at, actor)
    .where('removal', '<>', sql.lit('awaited'))
    .where('id', 'in', [...recordIds])
    .select(LISTED)
    .execute();
  return rows.map(listed);
}

/** Answers how many were still on the list. What somebody else noted meanwhile stays theirs. */
export async function noteArrivals(
  at: AgencyTx,
  recordIds: readonly string[],
  actor: string,
): Promise<number> {
  if (recordIds.length === 0) return 0;
  const noted = await at.tx
    .updateTable('arrival')
    .set({ noted_at: sql<Date>`now()`, noted_by: actor })
    .where('agency_id', '=', at.agencyId)
    .where('record_id', 'in', [...recordIds])
    .where('noted_at', 'is', null)
    .returning('record_id')
    .execute();
  for (const { record_id } of noted)
    await appendEvent(at, record_id, { type: 'arrival.noted', actor, body: {} });
  return noted.length;
}
