/** The SQL of the log. As the role `holdfast_log`, on the one connection that holds the log's lock. */
import { sql, type Kysely } from 'kysely';
import type { Tables } from '#db/db.ts';
import type { LoggedEvent } from './event-entry.ts';

/** Connection or transaction. */
export type LogDb = Kysely<Tables>;

export interface Head {
  readonly origin: string;
  readonly size: number;
  readonly frontier: Buffer;
  readonly published: number;
}

/** Logs that have something to do: events that are in no leaf, or leaves that are in no checkpoint. And those that stand still. */
export async function busyLogs(
  db: LogDb,
): Promise<{ readonly agencyId: string; readonly isBusy: boolean }[]> {
  const { rows } = await sql<{ agencyId: string; isBusy: boolean }>`
    with looked as (
      select a.id as "agencyId",
             exists (select from log_outbox o where o.agency_id = a.id)
             or exists (select from log_head h where h.agency_id = a.id and h.published < h.size) as "isBusy",
             exists (select from log_standing s where s.agency_id = a.id) as "standsStill"
        from agency a)
    select "agencyId", "isBusy" from looked where "isBusy" or "standsStill" order by 1`.execute(db);
  return rows;
}

/** All that may have a log: each is compared once with what was published, also when nothing happens in it. */
export async function everyLog(db: LogDb): Promise<string[]> {
  const { rows } = await sql<{ agency: string }>`
    select a.id as agency from agency a
     where a.id <> 'system' or exists (select from log_head h where h.agency_id = a.id) order by 1`.execute(
    db,
  );
  return rows.map((row) => row.agency);
}

/** Rejects when the connection is gone, and with it every lock that was taken on it. */
export async function assertConnected(db: LogDb): Promise<void> {
  await sql`select 1`.execute(db);
}

/** Why a log stands still, for whoever looks after the archive. `since` stays as long as the reason does. */
export async function writeStanding(
  db: LogDb,
  agencyId: string,
  { code, sentence }: { readonly code: string; readonly sentence: string },
): Promise<void> {
  await sql`
    insert into log_standing as s (agency_id, code, sentence) values (${agencyId}, ${code}, ${sentence})
    on conflict (agency_id) do update set sentence = excluded.sentence, code = excluded.code, at = now(),
      since = case when s.code = excluded.code then s.since else now() end`.execute(db);
}

/** It goes on. */
export async function clearStanding(db: LogDb, agencyId: string): Promise<void> {
  await db.deleteFrom('log_standing').where('agency_id', '=', agencyId).execute();
}

/** Logs that were published, and when somebody last looked at all their locks. */
export async function leases(
  db: LogDb,
): Promise<{ readonly agencyId: string; readonly published: number; readonly at: Date | null }[]> {
  return await db
    .selectFrom('log_head')
    .select(['agency_id as agencyId', 'published', 'leases_at as at'])
    .where('published', '>', 0)
    .orderBy('agency_id')
    .execute();
}

export async function leasesDone(db: LogDb, agencyId: string, at: Date): Promise<void> {
  await db.updateTable('log_head').set({ leases_at: at }).where('agency_id', '=', agencyId).execute();
}

/** One sequencer for a log: false while another has it. Ends with the connection. */
export async function tryLock(db: LogDb, agencyId: string): Promise<boolean> {
  const { rows } = await sql<{ got: boolean }>`
    select pg_try_advisory_lock(hashtextextended('log ' || ${agencyId}, 0)) as got`.execute(db);
  return rows[0]?.got === true;
}

/** All of this connection. */
export async function letGo(db: LogDb): Promise<void> {
  await sql`select pg_advisory_unlock_all()`.execute(db);
}

export async function readHead(db: LogDb, agencyId: string, lock = false): Promise<Head | null> {
  let query = db
    .selectFrom('log_head')
    .select(['origin', 'size', 'frontier', 'published'])
    .where('agency_id', '=', agencyId);
  if (lock) query = query.forUpdate();
  return (await query.executeTakeFirst()) ?? null;
}

/** The name of this installation: the first that was ever chosen, whatever is wished for now. */
export async function nameOf(db: LogDb, wished: string): Promise<string> {
  await db
    .insertInto('log_name')
    .values({ name: wished })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { name } = await db.selectFrom('log_name').select('name').executeTakeFirstOrThrow();
  return name;
}

/** False: there is a log of this agency already. */
export async function beginLog(
  tx: LogDb,
  agencyId: string,
  { origin, vkey, eventId }: { readonly origin: string; readonly vkey: string; readonly eventId: string },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('log_head')
    .values({ agency_id: agencyId, origin })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  await addKey(tx, agencyId, { vkey, firstSize: 0, eventId });
  return true;
}

export async function addKey(
  tx: LogDb,
  agencyId: string,
  {
    vkey,
    firstSize,
    eventId,
  }: { readonly vkey: string; readonly firstSize: number; readonly eventId: string },
): Promise<void> {
  await tx.insertInto('log_key').values({ agency_id: agencyId, vkey, first_size: firstSize }).execute();
  await enter(tx, agencyId, { id: eventId, type: 'log-key.added', body: { vkey, size: String(firstSize) } });
}

export async function retireKey(
  tx: LogDb,
  agencyId: string,
  { vkey, lastSize, eventId }: { readonly vkey: string; readonly lastSize: number; readonly eventId: string },
): Promise<void> {
  await tx
    .updateTable('log_key')
    .set({ last_size: lastSize })
    .where('agency_id', '=', agencyId)
    .where('vkey', '=', vkey)
    .execute();
  await enter(tx, agencyId, { id: eventId, type: 'log-key.retired', body: { vkey, size: String(lastSize) } });
}

/** What the log says of itself is an event like every other. */
async function enter(
  tx: LogDb,
  agencyId: string,
  event: {
    readonly id: string;
    readonly type: 'log-key.added' | 'log-key.retired' | 'restore.performed';
    readonly body: Readonly<Record<string, string>>;
  },
): Promise<void> {
  await tx
    .insertInto('event')
    .values({
      agency_id: agencyId,
      id: event.id,
      record_id: null,
      type: event.type,
      actor: 'worker:log',
      body: JSON.stringify(event.body),
    })
    .execute();
}

export interface KeyRow {
  readonly vkey: string;
  readonly firstSize: number;
  readonly lastSize: number | null;
}

export async function keysOf(db: LogDb, agencyId: string): Promise<KeyRow[]> {
  const rows = await db
    .selectFrom('log_key')
    .select(['vkey', 'first_size', 'last_size'])
    .where('agency_id', '=', agencyId)
    .orderBy('first_size')
    .orderBy('made_at')
    .execute();
  return rows.map((row) => ({ vkey: row.vkey, firstSize: row.first_size, lastSize: row.last_size }));
}

export interface Waiting extends LoggedEvent {
  readonly seq: string;
  /** It has its leaf already. */
  readonly isEntered: boolean;
}

/** In the order in which the database numbered them. */
export async function waiting(tx: LogDb, agencyId: string, limit: number): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select o.seq::text as seq, e.id, e.type, e.at, e.actor, e.record_id as "recordId", e.body,
           exists (select from log_leaf l where l.agency_id = e.agency_id and l.event_id = e.id) as "isEntered"
      from log_outbox o join event e on e.seq = o.seq and e.agency_id = o.agency_id
     where o.agency_id = ${agencyId} order by o.seq limit ${limit}`.execute(tx);
  return rows;
}

export interface NewLeaf {
  readonly idx: number;
  readonly eventId: string;
  readonly recordId: string | null;
  readonly entry: Buffer;
  readonly hash: Buffer;
  readonly salt: Buffer;
}

/** Dense, from `first` on. All bytes travel as one value for each column: in arrays each of them would be written out in hex. */
export async function insertLeaves(
  tx: LogDb,
  agencyId: string,
  first: number,
  leaves: readonly NewLeaf[],
): Promise<void> {
  const lengths = leaves.map((leaf) => leaf.entry.length);
  let end = 1;
  const starts = lengths.map((length) => (end += length) - length);
  const [entries, hashes, salts] = (['entry', 'hash', 'salt'] as const).map((name) =>
    Buffer.concat(leaves.map((leaf) => leaf[name])),
  );
  await sql`
    insert into log_leaf (agency_id, idx, event_id, record_id, entry, hash, salt)
    select ${agencyId}, ${first}::bigint + n - 1, event_id, record_id, substring(${entries}::bytea from start for length),
           substring(${hashes}::bytea from (n * 32 - 31)::int for 32), substring(${salts}::bytea from (n * 32 - 31)::int for 32)
      from unnest(${leaves.map((leaf) => leaf.eventId)}::uuid[], ${leaves.map((leaf) => leaf.recordId)}::uuid[], ${starts}::int[], ${lengths}::int[])
        with ordinality as l(event_id, record_id, start, length, n)`.execute(tx);
}

export async function takeOut(tx: LogDb, agencyId: string, seqs: readonly string[]): Promise<void> {
  await sql`delete from log_outbox where agency_id = ${agencyId} and seq = any(${[...seqs]}::bigint[])`.execute(
    tx,
  );
}

export async function moveHead(
  tx: LogDb,
  agencyId: string,
  { size, frontier }: { readonly size: number; readonly frontier: Buffer },
): Promise<void> {
  await tx.updateTable('log_head').set({ size, frontier }).where('agency_id', '=', agencyId).execute();
}

export interface LeafRow {
  readonly idx: number;
  readonly entry: Buffer;
  readonly hash: Buffer;
  readonly recordId: string | null;
}

/** Leaves from `begin` to before `end`, in their order; fewer when some are missing. */
export async function leavesBetween(
  db: LogDb,
  agencyId: string,
  begin: number,
  end: number,
): Promise<LeafRow[]> {
  const rows = await db
    .selectFrom('log_leaf')
    .select(['idx', 'entry', 'hash', 'record_id'])
    .where('agency_id', '=', agencyId)
    .where('idx', '>=', begin)
    .where('idx', '<', end)
    .orderBy('idx')
    .execute();
  return rows.map(({ record_id, ...row }) => ({ ...row, recordId: record_id }));
}

export interface PublishedRow {
  readonly size: number;
  readonly root: Buffer;
  readonly note: Buffer;
  readonly at: Date;
}

/** The newest, or the one of `size`. */
export async function checkpointRow(
  db: LogDb,
  agencyId: string,
  size?: number,
): Promise<PublishedRow | null> {
  let query = db
    .selectFrom('log_checkpoint')
    .select(['size', 'root', 'note', 'at'])
    .where('agency_id', '=', agencyId)
    .orderBy('size', 'desc')
    .limit(1);
  if (size !== undefined) query = query.where('size', '=', size);
  return (await query.executeTakeFirst()) ?? null;
}

/** Of the newest checkpoint that was there at that time; 0: none was. */
export async function sizeAt(db: LogDb, agencyId: string, at: Date): Promise<number> {
  const row = await db
    .selectFrom('log_checkpoint')
    .select('size')
    .where('agency_id', '=', agencyId)
    .where('at', '<=', at)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.size ?? 0;
}

/** Records that have an entry from `begin` to before `end`. */
export async function recordsBetween(
  db: LogDb,
  agencyId: string,
  begin: number,
  end: number,
): Promise<string[]> {
  const { rows } = await sql<{ record: string }>`
    select distinct record_id as record from log_leaf
     where agency_id = ${agencyId} and idx >= ${begin} and idx < ${end} and record_id is not null`.execute(
    db,
  );
  return rows.map((row) => row.record);
}

/** Whether the entry that announces this key is in a checkpoint that was published. */
export async function isAnnounced(tx: LogDb, agencyId: string, vkey: string): Promise<boolean> {
  const { rows } = await sql`
    select from event e join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
                        join log_head h on h.agency_id = e.agency_id and l.idx < h.published
     where e.agency_id = ${agencyId} and e.record_id is null and e.type = 'log-key.added' and e.body->>'vkey' = ${vkey}`.execute(
    tx,
  );
  return rows.length > 0;
}

/**
 * The checkpoint is in the store: from here on everybody may count on it. Those who watch a record that was sealed look again.
 * False: another root was published for this size, and nothing was written.
 */
export async function publish(
  db: LogDb,
  agencyId: string,
  checkpoint: Pick<PublishedRow, 'size' | 'root' | 'note'>,
  recordIds: readonly string[],
): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('log_checkpoint')
      .values({ agency_id: agencyId, ...checkpoint })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const row = await checkpointRow(tx, agencyId, checkpoint.size);
    if (row === null || Buffer.compare(row.root, checkpoint.root) !== 0) return false;
    await tx
      .updateTable('log_head')
      .set({ published: checkpoint.size })
      .where('agency_id', '=', agencyId)
      .where('published', '<', checkpoint.size)
      .execute();
    if (recordIds.length > 0)
      await sql`select pg_notify('record', r) from unnest(${[...recordIds]}::text[]) r`.execute(tx);
    return true;
  });
}
