/**
 * What a patient owner of the database does: changes the history, and then makes everything in the database fit again, as if it had always
 * been so: entries, hashes, frontier, checkpoints, and a key of their own in the place of the log's.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Tables } from '#db/db.ts';
import { signCheckpoint } from '#log/checkpoint.ts';
import { entryOfEvent, type LoggedEvent } from '#log/event-entry.ts';
import { EMPTY_FRONTIER, grow, leafHash, rootOf } from '#log/merkle.ts';
import { keyPair, signer } from '#log/note.ts';
import { grownBundles, grownTiles } from '#log/tiles.ts';
import type { LogFiles } from '#store/store.ts';

export interface ChainedEvent {
  /** Null: it is new. */
  readonly seq: string | null;
  readonly salt: Buffer;
  readonly event: LoggedEvent;
}

type Database = Kysely<Tables>;

export async function chained(tx: Database, agency: string): Promise<ChainedEvent[]> {
  const { rows } = await sql<LoggedEvent & { seq: string; salt: Buffer }>`
    select e.seq::text as seq, l.salt, e.id, e.type, e.at, e.actor, e.record_id as "recordId", e.body
      from log_leaf l join event e on e.agency_id = l.agency_id and e.id = l.event_id
     where l.agency_id = ${agency} order by l.idx`.execute(tx);
  return rows.map(({ seq, salt, ...event }) => ({ seq, salt, event }));
}

export function invented(like: ChainedEvent, at: Date): ChainedEvent {
  return { seq: null, salt: randomBytes(32), event: { ...like.event, id: randomUUID(), at } };
}

/** Answers the files that the log would then have had, for whoever takes the store along as well. */
export async function rechain(
  tx: Database,
  agency: string,
  wanted: readonly ChainedEvent[],
): Promise<LogFiles> {
  const head = await tx
    .selectFrom('log_head')
    .select(['origin', 'published'])
    .where('agency_id', '=', agency)
    .executeTakeFirstOrThrow();
  const keys = await tx.selectFrom('log_key').select('vkey').where('agency_id', '=', agency).execute();
  const { skey, vkey } = keyPair(head.origin, randomBytes(32));
  const own = signer(skey);
  const replaced = keys[0]?.vkey ?? '';
  const events = wanted.map(({ event, ...one }) => ({
    ...one,
    event: event.body['vkey'] === replaced ? { ...event, body: { ...event.body, vkey } } : event,
  }));

  await sql`delete from event e using log_leaf l where l.agency_id = ${agency} and e.agency_id = l.agency_id and e.id = l.event_id`.execute(
    tx,
  );
  await sql`delete from log_leaf where agency_id = ${agency}`.execute(tx);
  const leaves = events.map(({ event, salt }, index) => {
    const entry = entryOfEvent(event, { origin: head.origin, index, salt });
    return { event, salt, index, entry, hash: leafHash(entry) };
  });
  await sql`
    insert into event (agency_id, seq, id, record_id, type, at, actor, body) overriding system value
    select ${agency}, coalesce(x.seq, nextval('event_seq_seq')), x.id, x.record_id, x.type, x.at, x.actor, x.body::jsonb
      from unnest(${events.map(({ seq }) => seq)}::bigint[], ${events.map(({ event }) => event.id)}::uuid[],
                  ${events.map(({ event }) => event.recordId)}::uuid[], ${events.map(({ event }) => event.type)}::text[],
                  ${events.map(({ event }) => event.at.toISOString())}::timestamptz[], ${events.map(({ event }) => event.actor)}::text[],
                  ${events.map(({ event }) => JSON.stringify(event.body))}::text[]) x(seq, id, record_id, type, at, actor, body)`.execute(
    tx,
  );
  await sql`
    insert into log_leaf (agency_id, idx, event_id, record_id, entry, hash, salt)
    select ${agency}, * from unnest(${leaves.map(({ index }) => index)}::bigint[], ${leaves.map(({ event }) => event.id)}::uuid[],
      ${leaves.map(({ event }) => event.recordId)}::uuid[], ${leaves.map(({ entry }) => entry)}::bytea[],
      ${leaves.map(({ hash }) => hash)}::bytea[], ${leaves.map(({ salt }) => salt)}::bytea[])`.execute(tx);

  const sizes = (
    await tx
      .selectFrom('log_checkpoint')
      .select('size')
      .where('agency_id', '=', agency)
      .orderBy('size')
      .execute()
  ).map(({ size }) => size);
  const kept = new Set([...sizes.filter((size) => size <= leaves.length), leaves.length]);
  let frontier = EMPTY_FRONTIER;
  let newest: Buffer = Buffer.alloc(0);
  await sql`delete from log_checkpoint where agency_id = ${agency} and size > ${leaves.length}`.execute(tx);
  for (const { hash } of leaves) {
    frontier = grow(frontier, [hash]);
    if (!kept.has(frontier.size)) continue;
    const root = rootOf(frontier);
    newest = signCheckpoint({ origin: head.origin, size: frontier.size, root }, [own]);
    await sql`
      insert into log_checkpoint (agency_id, size, root, note) values (${agency}, ${frontier.size}, ${root}, ${newest})
      on conflict (agency_id, size) do update set root = excluded.root, note = excluded.note`.execute(tx);
  }
  const hashes = Buffer.concat(frontier.hashes);
  await sql`update log_head set size = ${frontier.size}, published = ${frontier.size}, frontier = ${hashes} where agency_id = ${agency}`.execute(
    tx,
  );
  await sql`update log_key set vkey = ${vkey} where agency_id = ${agency} and vkey = ${replaced}`.execute(tx);

  const none = async (): Promise<null> => null;
  const tiles = [
    ...(await grownBundles(
      0,
      leaves.map(({ entry }) => entry),
      none,
    )),
    ...(await grownTiles(
      0,
      leaves.map(({ hash }) => hash),
      none,
    )),
  ];
  const files = new Map(tiles.map(({ path, bytes }) => [`log/${agency}/${path}`, bytes]));
  files.set(`log/${agency}/checkpoint`, newest);
  return {
    describe: 'the files of another history',
    read: async (path) => files.get(path) ?? null,
    put: async () => undefined,
    replace: async () => undefined,
    list: async function* list(folder) {
      yield* [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
    },
    extend: async () => 'lasting',
    remove: async () => 'kept',
    close: async () => undefined,
  };
}
