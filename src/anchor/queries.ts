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

export interface Reach {
  readonly kind: AnchorKind;
  readonly authority: string;
  readonly size: number;
}

/** Up to where each of those named reached; who never did is not in it. */
export async function reachOf(
  { agencyId, tx }: AgencyTx,
  asked: readonly { readonly kind: AnchorKind; readonly authority: string }[],
): Promise<Reach[]> {
  const { rows } = await sql<Reach>`
    select n.kind, n.authority, a.size
      from unnest(${asked.map(({ kind }) => kind)}::text[], ${asked.map(({ authority }) => authority)}::text[]) n(kind, authority),
           lateral (select max(size) as size from log_anchor
                     where agency_id = ${agencyId} and kind = n.kind and authority = n.authority) a
     where a.size is not null`.execute(tx);
  return rows;
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
const TRIED = 5;

/** Of each of those named the next few over this index, by size: whoever vouched for it first is among them. */
export async function candidatesOver(
  at: AgencyTx,
  index: number,
  named: readonly Named[],
): Promise<Candidate[]> {
  return await candidates(at, named, sql`and a.size > ${index} order by a.size`);
}

/** Of each of those named the last few, the largest first. */
export async function newestCandidates(at: AgencyTx, named: readonly Named[]): Promise<Candidate[]> {
  return await candidates(at, named, sql`order by a.size desc`);
}

async function candidates(
  { agencyId, tx }: AgencyTx,
  named: readonly Named[],
  which: RawBuilder<unknown>,
): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    select n.kind, n.authority, one.size, one.at, one.blob, c.note
      from unnest(${named.map(({ kind }) => kind)}::text[], ${named.map(({ authority }) => authority)}::text[])
             with ordinality n(kind, authority, i),
           lateral (select a.size, a.at, a.blob, row_number() over () as j from (select * from log_anchor a
                     where a.agency_id = ${agencyId} and a.kind = n.kind and a.authority = n.authority ${which} limit ${TRIED}) a) one
      left join log_checkpoint c on c.agency_id = ${agencyId} and c.size = one.size
     order by n.i, one.j`.execute(tx);
  return rows;
}

export async function originOf({ agencyId, tx }: AgencyTx): Promise<string | null> {
  const row = await tx
    .selectFrom('log_head')
    .select('origin')
    .where('agency_id', '=', agencyId)
    .executeTakeFirst();
  return row?.origin ?? null;
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
