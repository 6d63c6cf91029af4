/** SQL of the replay of a log, as the role `holdfast_log`: the only one that writes leaves. */
import { sql, type Kysely } from 'kysely';
import type { Tables } from '#db/db.ts';

/** Connection or transaction. */
export type LogDb = Kysely<Tables>;

export interface Head {
  readonly origin: string;
  readonly size: number;
  readonly frontier: Buffer;
}

export async function readHead(db: LogDb, agencyId: string): Promise<Head | null> {
  const row = await db
    .selectFrom('log_head')
    .select(['origin', 'size', 'frontier'])
    .where('agency_id', '=', agencyId)
    .executeTakeFirst();
  return row ?? null;
}

export interface KeyRow {
  readonly vkey: string;
  readonly firstSize: number;
  readonly lastSize: number | null;
}

export async function readKeys(db: LogDb, agencyId: string): Promise<KeyRow[]> {
  const rows = await db
    .selectFrom('log_key')
    .select(['vkey', 'first_size', 'last_size'])
    .where('agency_id', '=', agencyId)
    .execute();
  return rows.map((row) => ({ vkey: row.vkey, firstSize: row.first_size, lastSize: row.last_size }));
}

/** Events that are in the history and in no leaf yet, by their id. */
export async function readWaiting(db: LogDb, agencyId: string): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; seq: string }>`
    select e.id, o.seq::text as seq from log_outbox o join event e on e.seq = o.seq and e.agency_id = o.agency_id
     where o.agency_id = ${agencyId}`.execute(db);
  return new Map(rows.map(({ id, seq }) => [id, seq]));
}

export interface Leaf {
  readonly idx: number;
  readonly eventId: string;
  readonly recordId: string | null;
  readonly entry: Buffer;
  readonly hash: Buffer;
}

/** Their own salts are gone with the database. Gives back the indexes that were not there; those that were and differ are an error. */
export async function insertLeaves(
  db: LogDb,
  agencyId: string,
  leaves: readonly Leaf[],
): Promise<Set<number>> {
  const { rows } = await sql<{ idx: number }>`
    insert into log_leaf (agency_id, idx, event_id, record_id, entry, hash)
    select ${agencyId}, * from unnest(
      ${leaves.map(({ idx }) => idx)}::bigint[], ${leaves.map(({ eventId }) => eventId)}::uuid[],
      ${leaves.map(({ recordId }) => recordId)}::uuid[], ${leaves.map(({ entry }) => entry)}::bytea[],
      ${leaves.map(({ hash }) => hash)}::bytea[])
    on conflict (agency_id, idx) do nothing returning idx`.execute(db);
  return new Set(rows.map(({ idx }) => idx));
}

export async function hashesAt(
  db: LogDb,
  agencyId: string,
  indexes: readonly number[],
): Promise<Map<number, Buffer>> {
  if (indexes.length === 0) return new Map();
  const rows = await db
    .selectFrom('log_leaf')
    .select(['idx', 'hash'])
    .where('agency_id', '=', agencyId)
    .where('idx', 'in', [...indexes])
    .execute();
  return new Map(rows.map(({ idx, hash }) => [idx, hash]));
}

export interface RestoredEvent {
  readonly id: string;
  readonly recordId: string | null;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** In their order. Each has its leaf: no further one is owed. */
export async function insertEvents(
  db: LogDb,
  agencyId: string,
  events: readonly RestoredEvent[],
): Promise<void> {
  const { rows } = await sql<{ seq: string }>`
    insert into event (agency_id, id, record_id, type, at, actor, body)
    select ${agencyId}, e.id, e.record_id, e.type, e.at, e.actor, e.body::jsonb from unnest(
      ${events.map(({ id }) => id)}::uuid[], ${events.map(({ recordId }) => recordId)}::uuid[],
      ${events.map(({ type }) => type)}::text[], ${events.map(({ at }) => at)}::timestamptz[],
      ${events.map(({ actor }) => actor)}::text[], ${events.map(({ body }) => JSON.stringify(body))}::text[])
      with ordinality as e(id, record_id, type, at, actor, body, i) order by e.i
    returning seq::text as seq`.execute(db);
  await notOwed(
    db,
    agencyId,
    rows.map(({ seq }) => seq),
  );
}

export async function notOwed(db: LogDb, agencyId: string, seqs: readonly string[]): Promise<void> {
  if (seqs.length === 0) return;
  await sql`delete from log_outbox where agency_id = ${agencyId} and seq = any(${[...seqs]}::bigint[])`.execute(
    db,
  );
}

export async function keepKeys(db: LogDb, agencyId: string, keys: readonly KeyRow[]): Promise<void> {
  for (const { vkey, firstSize, lastSize } of keys) {
    await sql`
      insert into log_key (agency_id, vkey, first_size, last_size)
      values (${agencyId}, ${vkey}, ${firstSize}, ${lastSize}) on conflict (agency_id, vkey) do nothing`.execute(
      db,
    );
    if (lastSize !== null)
      await sql`update log_key set last_size = ${lastSize} where agency_id = ${agencyId} and vkey = ${vkey}`.execute(
        db,
      );
  }
}

/** From here on the log goes on where it was published, and says that it was put back. */
export async function moveHead(
  db: LogDb,
  agencyId: string,
  moved: Head & { readonly root: Buffer; readonly note: Buffer },
  told: { readonly id: string; readonly body: Readonly<Record<string, unknown>> },
): Promise<void> {
  const { origin, size, frontier, root, note } = moved;
  await sql`
    insert into log_name (name) values (${origin.slice(0, origin.indexOf('/'))}) on conflict do nothing`.execute(
    db,
  );
  await sql`
    insert into log_head (agency_id, origin, size, frontier, published)
    values (${agencyId}, ${origin}, ${size}, ${frontier}, ${size})
    on conflict (agency_id) do update
       set size = excluded.size, frontier = excluded.frontier, published = excluded.published
     where log_head.size < excluded.size`.execute(db);
  await sql`
    insert into log_checkpoint (agency_id, size, root, note)
    values (${agencyId}, ${size}, ${root}, ${note}) on conflict do nothing`.execute(db);
  await sql`
    insert into event (agency_id, id, record_id, type, actor, body)
    values (${agencyId}, ${told.id}, null, 'restore.performed', 'worker:log', ${JSON.stringify(told.body)})`.execute(
    db,
  );
}

export interface Touched {
  readonly recordId: string;
  readonly sealed: boolean;
}

/**
 * Records that entries from `from` on are about, behind `after`; but for those that were destroyed under a schedule, or marked for it, of
 * which nothing is to come back.
 */
export async function touchedSince(
  db: LogDb,
  agencyId: string,
  from: number,
  after: string | null,
  limit: number,
): Promise<Touched[]> {
  const { rows } = await sql<Touched>`
    select record_id as "recordId", bool_or(convert_from(entry, 'UTF8')::jsonb->>'type' = 'record.sealed') as sealed
      from log_leaf
     where agency_id = ${agencyId} and idx >= ${from} and record_id is not null
       and (${after}::uuid is null or record_id > ${after}::uuid)
     group by record_id having not bool_or(convert_from(entry, 'UTF8')::jsonb->>'type' in ('record.disposing', 'record.disposed'))
     order by record_id limit ${limit}`.execute(db);
  return rows;
}
