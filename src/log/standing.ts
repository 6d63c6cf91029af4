/** How the logs stand, for whoever looks after the archive: figures, and why one stands still. As the role that sees no entry. */
import { sql } from 'kysely';
import type { Db } from '#db/db.ts';

export interface LogStanding {
  readonly logs: number;
  /** Of all logs together. */
  readonly size: number;
  readonly published: number;
  /** Events that have no place in a log yet, and how long the oldest has waited. */
  readonly waiting: number;
  readonly oldestS: number;
  readonly standing: readonly {
    readonly agencyId: string;
    readonly code: string;
    readonly sentence: string;
    readonly since: Date;
  }[];
}

/** Null: this database is older than the log. */
export async function logStanding(db: Db): Promise<LogStanding | null> {
  const { rows: known } = await sql<{ there: boolean }>`
    select to_regclass('log_standing') is not null as there`.execute(db.system);
  if (known[0]?.there !== true) return null;
  const { rows } = await sql<Omit<LogStanding, 'standing'>>`
    select (select count(*)::int from log_head) as logs,
           (select coalesce(sum(size), 0)::float8 from log_head) as size,
           (select coalesce(sum(published), 0)::float8 from log_head) as published,
           (select count(*)::int from log_outbox) as waiting,
           (select coalesce(greatest(extract(epoch from clock_timestamp() - min(since)), 0), 0)::float8 from log_outbox) as "oldestS"`.execute(
    db.system,
  );
  const standing = await db.system
    .selectFrom('log_standing')
    .select(['agency_id as agencyId', 'code', 'sentence', 'since'])
    .orderBy('since')
    .orderBy('agency_id')
    .execute();
  const none = { logs: 0, size: 0, published: 0, waiting: 0, oldestS: 0 };
  return { ...(rows[0] ?? none), standing };
}
