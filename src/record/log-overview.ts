/** How the log of an agency stands, for whoever looks after it: how long it is, what it has signed, and what waits. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import type { LogStanding, OutsideOf } from './log-standing.ts';

export interface LogOverview extends Pick<LogStanding, 'anchors' | 'unanchoredSince'> {
  readonly origin: string;
  /** Entries that a signed checkpoint covers. */
  readonly size: number;
  readonly checkpoint: LogStanding['checkpoint'];
  /** What happened and is in no checkpoint yet. */
  readonly waiting: number;
  readonly waitingSince: string | null;
  /** Up to which size those outside are enough, and since when; null: they are not, for any. */
  readonly anchored: { readonly size: number; readonly at: string } | null;
}

/** Null: the log has not begun. */
export async function readLogOverview(at: AgencyTx, outsideOf: OutsideOf): Promise<LogOverview | null> {
  const { agencyId, tx } = at;
  const { rows } = await sql<{
    origin: string;
    size: number;
    root: Buffer | null;
    at: Date | null;
    owed: number;
    since: Date | null;
  }>`
    select h.origin, h.published as size, c.root, c.at, h.size - h.published + coalesce(w.n, 0) as owed,
           least(w.since, u.at) as since
      from log_head h
      left join log_checkpoint c on c.agency_id = h.agency_id and c.size = h.published
      left join lateral (select count(*) as n, min(e.at) as since from log_outbox o join event e on e.agency_id = o.agency_id and e.seq = o.seq
                          where o.agency_id = h.agency_id) w on true
      left join lateral (select e.at from log_leaf l join event e on e.agency_id = l.agency_id and e.id = l.event_id
                          where l.agency_id = h.agency_id and l.idx = h.published) u on true
     where h.agency_id = ${agencyId}`.execute(tx);
  const [row] = rows;
  if (row === undefined) return null;
  const { origin, size } = row;
  const { size: upTo, since, by, waitsSince } = await outsideOf(at);
  return {
    origin,
    size,
    checkpoint:
      row.root === null || row.at === null
        ? null
        : { size, root: row.root.toString('base64'), at: row.at.toISOString() },
    waiting: row.owed,
    waitingSince: row.since?.toISOString() ?? null,
    anchored: since === null ? null : { size: upTo, at: since.toISOString() },
    anchors: by.map(({ kind, authority, size: over, at: when }) => ({
      kind,
      authority,
      size: over,
      at: when.toISOString(),
    })),
    unanchoredSince: waitsSince?.toISOString() ?? null,
  };
}
