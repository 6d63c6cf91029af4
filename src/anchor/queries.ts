/** The SQL of anchors: what is published, who vouches for it, who could not be had. */
import { sql, type RawBuilder } from 'kysely';
import type { AgencyTx, AnchorKind, Db } from '#db/db.ts';

export async function agencyIds(db: Db): Promise<string[]> {
  const rows = await db.system.selectFrom('agency').select('id').orderBy('id').execute();
  return rows.map(({ id }) => id);
}

export interface Published {
  readonly size: number;
  readonly root: Buffer;
  readonly note: Buffer;
}

/** Null: no checkpoint of this log is published yet, or it is empty. */
export async function newestCheckpoint({ agencyId, tx }: AgencyTx): Promise<Published | null> {
  const { rows } = await sql<Published>`
    select size, root, note from log_checkpoint where agency_id = ${agencyId} and size > 0
     order by size desc limit 1`.execute(tx);
  return rows[0] ?? null;
}

/** When the index was first below the size of a published checkpoint. Null: it is in none yet. */
export async function publishedAt({ agencyId, tx }: AgencyTx, index: number): Promise<Date | null> {
  const { rows } = await sql<{ at: Date }>`
    select at from log_checkpoint where agency_id = ${agencyId} and size > ${index} order by size limit 1`.execute(
    tx,
  );
  return rows[0]?.at ?? null;
}

/** The first entry from `index` on that is not about anchors. Those would ask for an anchor of their own, and so on for ever. */
export async function firstRealEntry(
  { agencyId, tx }: AgencyTx,
  index: number,
): Promise<{ readonly index: number; readonly at: Date } | null> {
  const { rows } = await sql<{ index: number; at: string }>`
    select l.idx as index, e.entry->>'at' as at
      from log_leaf l, lateral (select convert_from(l.entry, 'UTF8')::jsonb as entry) e
     where l.agency_id = ${agencyId} and l.idx >= ${index} and e.entry->>'type' not in ('anchor.obtained', 'anchor.failed')
     order by l.idx limit 1`.execute(tx);
  const [row] = rows;
  return row === undefined ? null : { index: row.index, at: new Date(row.at) };
}

export interface Anchor {
  readonly kind: AnchorKind;
  readonly authority: string;
  readonly size: number;
  readonly at: Date;
  readonly blob: Buffer;
}

export interface Named {
  readonly kind: AnchorKind;
  readonly authority: string;
}

/** With the checkpoint that it is said to be over; null: there is none of this size. */
export interface Candidate extends Anchor {
  readonly note: Buffer | null;
}

/** Of each so many are looked at until one holds. */
export const CANDIDATES_AT_ONCE = 5;

/** Over an index, the smallest first: whoever vouched for it first. The newest, the largest first. Or of this very size. */
export type Which = { readonly over: number | 'newest' } | { readonly size: number };

/** Of each of those named the next few, behind the first `passed`. */
export async function candidates(
  { agencyId, tx }: AgencyTx,
  named: readonly Named[],
  which: Which,
  passed: number,
): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    select n.kind, n.authority, one.size, one.at, one.blob, c.note
      from unnest(${named.map(({ kind }) => kind)}::text[], ${named.map(({ authority }) => authority)}::text[])
             with ordinality n(kind, authority, i),
           lateral (select a.size, a.at, a.blob, row_number() over () as j from (select * from log_anchor a
                     where a.agency_id = ${agencyId} and a.kind = n.kind and a.authority = n.authority ${whichOf(which)}
                     limit ${CANDIDATES_AT_ONCE} offset ${passed}) a) one
      left join log_checkpoint c on c.agency_id = ${agencyId} and c.size = one.size
     order by n.i, one.j`.execute(tx);
  return rows;
}

function whichOf(which: Which): RawBuilder<unknown> {
  if ('size' in which) return sql`and a.size = ${which.size} order by sha256(a.blob)`;
  return which.over === 'newest'
    ? sql`order by a.size desc, sha256(a.blob)`
    : sql`and a.size > ${which.over} order by a.size, sha256(a.blob)`;
}

/** All rows of a log, or those of the last while, in stretches. */
export async function* everyAnchor(
  inAgency: <T>(work: (at: AgencyTx) => Promise<T>) => Promise<T>,
  recentMs: number | null,
): AsyncGenerator<readonly (Candidate & { readonly verifiedAt: Date })[]> {
  const limit = 200;
  const recent =
    recentMs === null ? sql`` : sql`and a.verified_at > now() - ${recentMs} * interval '1 millisecond'`;
  for (let after: (Named & { size: number; digest: Buffer }) | null = null; ;) {
    const behind: RawBuilder<unknown> =
      after === null
        ? sql``
        : sql`and (a.size, a.kind, a.authority, sha256(a.blob)) > (${after.size}, ${after.kind}, ${after.authority}, ${after.digest})`;
    const rows: (Candidate & { verifiedAt: Date; digest: Buffer })[] = await inAgency(
      async ({ agencyId, tx }) =>
        (
          await sql<Candidate & { verifiedAt: Date; digest: Buffer }>`
            select a.kind, a.authority, a.size, a.at, a.blob, sha256(a.blob) as digest, a.verified_at as "verifiedAt", c.note
              from log_anchor a left join log_checkpoint c on c.agency_id = a.agency_id and c.size = a.size
             where a.agency_id = ${agencyId} ${recent} ${behind}
             order by a.size, a.kind, a.authority, sha256(a.blob) limit ${limit}`.execute(tx)
        ).rows,
    );
    if (rows.length > 0) yield rows;
    if (rows.length < limit) return;
    after = rows.at(-1) ?? null;
  }
}

/** Who obtains anchors of one outsider does it one after the other, until the end of the transaction. */
export async function takeTurn({ agencyId, tx }: AgencyTx, { kind, authority }: Named): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`anchor ${agencyId} ${kind} ${authority}`}, 0))`.execute(
    tx,
  );
}

/** False: it is there already. */
export async function keepAnchor({ agencyId, tx }: AgencyTx, anchor: Anchor): Promise<boolean> {
  const kept = await tx
    .insertInto('log_anchor')
    .values({ agency_id: agencyId, ...anchor })
    .onConflict((conflict) => conflict.doNothing())
    .returning('size')
    .execute();
  return kept.length > 0;
}

/** Of a size that is in the log and has no row any more; as the log's own role, which alone writes checkpoints. */
export async function keepCheckpoint(
  db: Db,
  agencyId: string,
  { size, root, note, at }: Published & { readonly at: Date },
): Promise<void> {
  await db.sequencer
    .insertInto('log_checkpoint')
    .values({ agency_id: agencyId, size, root, note, at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** For readiness and metrics, as other chores are: rows that nobody outside signed, and copies that hold for nothing. */
export async function writeCopied(
  db: Db,
  agencyId: string,
  { forged, wrong }: { readonly forged: number; readonly wrong: number },
): Promise<void> {
  await sql`insert into chore (name, about, report) values ('anchors', ${agencyId}, ${JSON.stringify({ forged, wrong })})
            on conflict (name, about) do update set at = now(), report = excluded.report`.execute(db.system);
}

export async function copiedFound(
  db: Db,
): Promise<readonly { readonly agencyId: string; readonly forged: number; readonly wrong: number }[]> {
  const { rows } = await sql<{ agencyId: string; forged: number; wrong: number }>`
    select about as "agencyId", (report->>'forged')::int as forged, (report->>'wrong')::int as wrong
      from chore where name = 'anchors'`.execute(db.system);
  return rows;
}

export interface Trouble {
  readonly kind: AnchorKind;
  readonly authority: string;
  readonly since: Date;
  readonly attempts: number;
  readonly code: string;
  readonly dueAt: Date;
}

export async function troubles({ agencyId, tx }: AgencyTx): Promise<Trouble[]> {
  const rows = await tx.selectFrom('anchor_trouble').selectAll().where('agency_id', '=', agencyId).execute();
  return rows.map(({ kind, authority, since, attempts, code, due_at }) => ({
    kind,
    authority,
    since,
    attempts,
    code,
    dueAt: due_at,
  }));
}

export async function endTrouble(
  { agencyId, tx }: AgencyTx,
  kind: AnchorKind,
  authority: string,
): Promise<void> {
  await tx
    .deleteFrom('anchor_trouble')
    .where('agency_id', '=', agencyId)
    .where('kind', '=', kind)
    .where('authority', '=', authority)
    .execute();
}

/** It begins, or goes on: then with one attempt more. */
export async function enterTrouble(
  { agencyId, tx }: AgencyTx,
  { kind, authority, code, dueAt }: Omit<Trouble, 'since' | 'attempts'>,
): Promise<void> {
  await sql`
    insert into anchor_trouble (agency_id, kind, authority, code, due_at)
    values (${agencyId}, ${kind}, ${authority}, ${code}, ${dueAt})
    on conflict (agency_id, kind, authority)
      do update set attempts = anchor_trouble.attempts + 1, code = excluded.code, due_at = excluded.due_at`.execute(
    tx,
  );
}
