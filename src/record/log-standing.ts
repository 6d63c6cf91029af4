/**
 * Where the seals of a record stand in the agency's log: their entries, the checkpoint that was signed over all of them, and what is
 * over that outside this archive. Read from the rows; the proof of it is `receipt-proof.ts`.
 */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';

/** What is out of our hands and vouches for the log up to `size`. */
export interface LogAnchor {
  readonly kind: 'stamp' | 'witness';
  /** The host of a time stamp authority; the name of a witness. */
  readonly authority: string;
  readonly size: number;
  /** By their clock. */
  readonly at: Date;
  readonly blob: Buffer;
}

/** Of the entry at an index. `anchored`: they are enough. */
export type AnchorsOf = (
  at: AgencyTx,
  index: number,
) => Promise<{ readonly anchored: boolean; readonly by: readonly LogAnchor[] }>;

/** Of a whole log: up to which size they are enough, since when; the newest of each; and since when its oldest entry waits. */
export type OutsideOf = (at: AgencyTx) => Promise<{
  readonly size: number;
  readonly since: Date | null;
  readonly by: readonly LogAnchor[];
  readonly waitsSince: Date | null;
}>;

export interface LogStanding {
  /** The log's name; null: it has not begun. */
  readonly origin: string | null;
  /** Of the entries of its seals that are in a signed checkpoint, the first one first. */
  readonly entries: readonly number[];
  /** Seals whose entry is in none yet. */
  readonly pending: number;
  /** The first that covers all of them; null: none does. `root` as the checkpoint writes it. */
  readonly checkpoint: { readonly size: number; readonly root: string; readonly at: string } | null;
  readonly anchored: boolean;
  readonly anchors: readonly {
    readonly kind: LogAnchor['kind'];
    readonly authority: string;
    readonly size: number;
    readonly at: string;
  }[];
  /** Since when the oldest of these entries waits to be anchored; null: it does not wait. */
  readonly unanchoredSince: string | null;
}

export async function readLogStanding(
  at: AgencyTx,
  recordId: string,
  anchorsOf: AnchorsOf,
): Promise<LogStanding> {
  const { agencyId, tx } = at;
  const { rows } = await sql<{ at: Date; idx: number | null; origin: string | null }>`
    select e.at, case when l.idx < h.published then l.idx end as idx, h.origin
      from (select 1) one
      left join log_head h on h.agency_id = ${agencyId}
      left join event e on e.agency_id = ${agencyId} and e.record_id = ${recordId} and e.type = 'record.sealed'
      left join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
     order by e.seq`.execute(tx);
  const origin = rows[0]?.origin ?? null;
  const sealed = rows.filter((row) => row.at !== null);
  const entries = sealed.flatMap(({ idx }) => (idx === null ? [] : [idx]));
  const pending = sealed.length - entries.length;
  const last = entries.at(-1);
  const none = { checkpoint: null, anchored: false, anchors: [] };
  const waits = sealed[0]?.at.toISOString() ?? null;
  if (last === undefined || pending > 0) return { origin, entries, pending, ...none, unanchoredSince: waits };
  const { anchored, by } = await anchorsOf(at, last);
  return {
    origin,
    entries,
    pending,
    checkpoint: await coveredBy(at, last),
    anchored,
    anchors: by.map(({ kind, authority, size, at: when }) => ({
      kind,
      authority,
      size,
      at: when.toISOString(),
    })),
    unanchoredSince: anchored ? null : waits,
  };
}

async function coveredBy({ agencyId, tx }: AgencyTx, index: number): Promise<LogStanding['checkpoint']> {
  const row = await tx
    .selectFrom('log_checkpoint')
    .select(['size', 'root', 'at'])
    .where('agency_id', '=', agencyId)
    .where('size', '>', index)
    .orderBy('size')
    .limit(1)
    .executeTakeFirst();
  return row === undefined
    ? null
    : { size: row.size, root: row.root.toString('base64'), at: row.at.toISOString() };
}

export function logSentence({ entries, pending, anchored }: LogStanding): string {
  if (entries.length === 0 || pending > 0)
    return 'The history of this record is append-only in the archive’s database. It is being entered in the archive’s log.';
  return anchored
    ? 'This record is entered in the archive’s log, which is signed, and anchored outside this archive.'
    : 'This record is entered in the archive’s log, which is signed, and not yet anchored outside this archive.';
}
