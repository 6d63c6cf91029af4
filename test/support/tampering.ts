/** What the owner of a database may try on what was signed: each kind is one function, which chooses where by chance. */
import { randomBytes, randomUUID } from 'node:crypto';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Tables } from '#db/db.ts';
import { signCheckpoint } from '#log/checkpoint.ts';
import { leafHash } from '#log/merkle.ts';
import { keyPair, signer } from '#log/note.ts';
import type { Chance } from './chance.ts';
import { chained, invented, rechain, type ChainedEvent } from './rechain.ts';
import { forgedAtTheDesk } from './tampering-desk.ts';

export type Database = Kysely<Tables>;
export type Tamper = (tx: Database, chance: Chance) => Promise<void>;

const AGENCY = 'rivertown';

/** Runs one statement that must change something: an attempt that did nothing is none. */
async function does(tx: Database, statement: RawBuilder<unknown>): Promise<void> {
  const { numAffectedRows } = await statement.execute(tx);
  if (numAffectedRows === undefined || numAffectedRows === 0n)
    throw new Error('The attempt changed nothing.');
}

async function size(tx: Database): Promise<number> {
  const { size: found } = await tx
    .selectFrom('log_head')
    .select('size')
    .where('agency_id', '=', AGENCY)
    .executeTakeFirstOrThrow();
  return found;
}

async function some<T>(tx: Database, chance: Chance, from: RawBuilder<T>): Promise<T> {
  return chance.pick((await from.execute(tx)).rows);
}

const anIndex = async (tx: Database, chance: Chance): Promise<number> => chance.below(await size(tx));

/** Of the table, one row by its place on disk, among those that fit. */
function aRow(table: string, where = 'true'): (tx: Database, chance: Chance) => Promise<string> {
  return async (tx, chance) =>
    (
      await some(
        tx,
        chance,
        sql<{
          ctid: string;
        }>`select ctid::text as ctid from ${sql.table(table)} where agency_id = ${AGENCY} and ${sql.raw(where)} order by ctid`,
      )
    ).ctid;
}

/** Sets columns of one row, chosen by chance. */
function set(table: string, assignments: string, where = 'true'): Tamper {
  return async (tx, chance) => {
    const ctid = await aRow(table, where)(tx, chance);
    await does(tx, sql`update ${sql.table(table)} set ${sql.raw(assignments)} where ctid = ${ctid}::tid`);
  };
}

function remove(table: string, where = 'true'): Tamper {
  return async (tx, chance) => {
    const ctid = await aRow(table, where)(tx, chance);
    await does(tx, sql`delete from ${sql.table(table)} where ctid = ${ctid}::tid`);
  };
}

/** One row once more, with some columns otherwise. */
function copied(table: string, otherwise: Readonly<Record<string, string>>, where = 'true'): Tamper {
  return async (tx, chance) => {
    const ctid = await aRow(table, where)(tx, chance);
    const { rows } = await sql<{ name: string }>`
      select attname as name from pg_attribute where attrelid = ${table}::regclass and attnum > 0 and not attisdropped order by attnum`.execute(
      tx,
    );
    const columns = rows.map(({ name }) => name);
    await does(
      tx,
      sql`insert into ${sql.table(table)} (${sql.raw(columns.join(', '))})
          select ${sql.raw(columns.map((name) => otherwise[name] ?? name).join(', '))} from ${sql.table(table)} where ctid = ${ctid}::tid`,
    );
  };
}

/** Exchanges columns between two rows that differ in them. */
function swap(table: string, columns: readonly string[], where = 'true'): Tamper {
  return async (tx, chance) => {
    const list = columns.join(', ');
    const { rows } = await sql<{ ctid: string; said: string }>`
      select ctid::text as ctid, row(${sql.raw(list)})::text as said from ${sql.table(table)}
       where agency_id = ${AGENCY} and ${sql.raw(where)} order by ctid`.execute(tx);
    const one = chance.pick(rows);
    const other = chance.pick(rows.filter(({ said }) => said !== one.said));
    const taken = columns.map((column) => `${column} = o.${column}`).join(', ');
    await does(
      tx,
      sql`update ${sql.table(table)} t set ${sql.raw(taken)} from ${sql.table(table)} o
           where (t.ctid = ${one.ctid}::tid and o.ctid = ${other.ctid}::tid) or (t.ctid = ${other.ctid}::tid and o.ctid = ${one.ctid}::tid)`,
    );
  };
}

/** The history changed, and everything in the database made to fit, with another key. */
function rewritten(change: (events: ChainedEvent[], chance: Chance) => ChainedEvent[]): Tamper {
  return async (tx, chance) => {
    await rechain(tx, AGENCY, change(await chained(tx, AGENCY), chance));
  };
}

const daysBack = (chance: Chance): number => (1 + chance.below(400)) * 86_400_000;
const at = (events: readonly ChainedEvent[], n: number): ChainedEvent => events[n] as ChainedEvent;

export const REWRITINGS = {
  'changed, and all chained anew': (events, chance) => {
    const n = chance.below(events.length);
    const one = at(events, n);
    const event = { ...one.event, body: { ...one.event.body, added: chance.below(1000) } };
    return events.with(n, { ...one, event });
  },
  'back-dated, and all chained anew': (events, chance) => {
    const n = chance.below(events.length);
    const one = at(events, n);
    return events.with(n, {
      ...one,
      event: { ...one.event, at: new Date(one.event.at.getTime() - daysBack(chance)) },
    });
  },
  'under another actor, and all chained anew': (events, chance) => {
    const n = chance.below(events.length);
    const one = at(events, n);
    return events.with(n, { ...one, event: { ...one.event, actor: `person:${randomUUID()}` } });
  },
  'taken away, and all chained anew': (events, chance) => events.toSpliced(chance.below(events.length), 1),
  'put in, and all chained anew': (events, chance) => {
    const like = chance.pick(events);
    return events.toSpliced(
      chance.below(events.length),
      0,
      invented(like, new Date(like.event.at.getTime() + 1)),
    );
  },
  'put in another order, and all chained anew': (events, chance) => {
    const from = chance.below(events.length);
    const to = (from + 1 + chance.below(events.length - 1)) % events.length;
    return events.toSpliced(from, 1).toSpliced(to, 0, at(events, from));
  },
  'two exchanged, and all chained anew': (events, chance) => {
    const one = chance.below(events.length);
    const other = (one + 1 + chance.below(events.length - 1)) % events.length;
    return events.with(one, at(events, other)).with(other, at(events, one));
  },
  'the end cut off, and all chained anew': (events, chance) =>
    events.slice(0, 1 + chance.below(events.length - 1)),
  'nothing but the key, and all signed anew': (events) => events,
} as const satisfies Readonly<Record<string, (events: ChainedEvent[], chance: Chance) => ChainedEvent[]>>;

/** A record with all of its rows, and its history with it. */
const recordGone: Tamper = async (tx, chance) => {
  const { id } = await some(
    tx,
    chance,
    sql<{ id: string }>`select id from record where agency_id = ${AGENCY} order by id`,
  );
  for (const table of ['fact', 'artifact', 'object', 'seal', 'second_look', 'step'])
    await sql`delete from ${sql.table(table)} where record_id = ${id}`.execute(tx);
  await does(tx, sql`delete from record where id = ${id}`);
  if (chance.below(2) === 0) return;
  const events = await chained(tx, AGENCY);
  await rechain(
    tx,
    AGENCY,
    events.filter(({ event }) => event.recordId !== id),
  );
};

/** Of an edition that somebody confirmed. */
const CONFIRMED =
  'edition in (select c.edition from edition_confirmation c where c.agency_id = series.agency_id)';
const SEALED = 'seal_no is not null';
export const FORGED_AT_THE_DESK = forgedAtTheDesk({ set, remove, copied });

export const TAMPERINGS: Readonly<Record<string, Tamper>> = {
  // change
  'entry: a byte': async (tx, chance) => {
    const idx = await anIndex(tx, chance);
    const { entry } = await tx
      .selectFrom('log_leaf')
      .select('entry')
      .where('agency_id', '=', AGENCY)
      .where('idx', '=', idx)
      .executeTakeFirstOrThrow();
    const other = flipped(entry, chance);
    await does(tx, sql`update log_leaf set entry = ${other} where agency_id = ${AGENCY} and idx = ${idx}`);
  },
  'entry: a byte, with its hash': async (tx, chance) => {
    const idx = await anIndex(tx, chance);
    const { entry } = await tx
      .selectFrom('log_leaf')
      .select('entry')
      .where('agency_id', '=', AGENCY)
      .where('idx', '=', idx)
      .executeTakeFirstOrThrow();
    const other = flipped(entry, chance);
    await does(
      tx,
      sql`update log_leaf set entry = ${other}, hash = ${leafHash(other)} where agency_id = ${AGENCY} and idx = ${idx}`,
    );
  },
  'entry: its hash': async (tx, chance) =>
    await does(
      tx,
      sql`update log_leaf set hash = ${randomBytes(32)} where agency_id = ${AGENCY} and idx = ${await anIndex(tx, chance)}`,
    ),
  'entry: its salt': async (tx, chance) =>
    await does(
      tx,
      sql`update log_leaf set salt = ${randomBytes(32)} where agency_id = ${AGENCY} and idx = ${await anIndex(tx, chance)}`,
    ),
  'entry: without its salt': async (tx, chance) =>
    await does(
      tx,
      sql`update log_leaf set salt = null where agency_id = ${AGENCY} and idx = ${await anIndex(tx, chance)}`,
    ),
  'entry: of another record': set('log_leaf', 'record_id = gen_random_uuid()'),
  'event: actor': set('event', `actor = 'person:' || gen_random_uuid()`),
  'event: type': set(
    'event',
    `type = case type when 'view.opened' then 'view.not-shown' else 'view.opened' end`,
  ),
  'event: a figure of its details': set(
    'event',
    `body = body || jsonb_build_object('files', floor(random() * 1000) + 100)`,
  ),
  'event: details taken away': set('event', `body = '{}'`, `body <> '{}'`),
  'event: of another record': set('event', 'record_id = gen_random_uuid()'),
  'event: back-dated': set('event', `at = at - random() * interval '400 days' - interval '1 second'`),
  // By their numbers. What is closer to each other than clocks may be apart, nobody can tell: the tests allow them half a second.
  'events: two exchanged': async (tx, chance) => {
    const { one, other } = await some(
      tx,
      chance,
      sql<{ one: string; other: string }>`
        select a.ctid::text as one, b.ctid::text as other from event a join event b on a.seq < b.seq and b.at > a.at + interval '1.5 seconds'
         where a.agency_id = ${AGENCY} and b.agency_id = ${AGENCY} order by a.seq, b.seq`,
    );
    const columns = ['id', 'type', 'actor', 'at', 'body', 'record_id'];
    const taken = columns.map((column) => `${column} = o.${column}`).join(', ');
    await does(
      tx,
      sql`update event t set ${sql.raw(taken)} from event o
           where (t.ctid = ${one}::tid and o.ctid = ${other}::tid) or (t.ctid = ${other}::tid and o.ctid = ${one}::tid)`,
    );
  },
  'events: two records exchanged': swap('event', ['record_id'], 'record_id is not null'),
  // delete
  'event deleted': remove('event'),
  'entry deleted': remove('log_leaf'),
  'event and entry deleted': async (tx, chance) => {
    const idx = await anIndex(tx, chance);
    await does(
      tx,
      sql`delete from event e using log_leaf l where l.agency_id = ${AGENCY} and l.idx = ${idx} and e.id = l.event_id`,
    );
    await does(tx, sql`delete from log_leaf where agency_id = ${AGENCY} and idx = ${idx}`);
  },
  'event and entry deleted, the others moved up': async (tx, chance) => {
    const idx = await anIndex(tx, chance);
    await does(
      tx,
      sql`delete from event e using log_leaf l where l.agency_id = ${AGENCY} and l.idx = ${idx} and e.id = l.event_id`,
    );
    await does(tx, sql`delete from log_leaf where agency_id = ${AGENCY} and idx = ${idx}`);
    // In two steps: an index stands once.
    await sql`update log_leaf set idx = idx + 1000000 where agency_id = ${AGENCY} and idx > ${idx}`.execute(
      tx,
    );
    await sql`update log_leaf set idx = idx - 1000001 where agency_id = ${AGENCY} and idx > 1000000`.execute(
      tx,
    );
  },
  'a record with everything of it deleted': recordGone,
  // reorder
  'entries: two exchanged': async (tx, chance) => {
    const n = await size(tx);
    const one = chance.below(n);
    const other = (one + 1 + chance.below(n - 1)) % n;
    await sql`update log_leaf set idx = 1000000 where agency_id = ${AGENCY} and idx = ${one}`.execute(tx);
    await sql`update log_leaf set idx = ${one} where agency_id = ${AGENCY} and idx = ${other}`.execute(tx);
    await does(tx, sql`update log_leaf set idx = ${other} where agency_id = ${AGENCY} and idx = 1000000`);
  },
  // truncate
  'the end cut off': async (tx, chance) => {
    const n = 1 + chance.below((await size(tx)) - 1);
    await does(
      tx,
      sql`delete from event e using log_leaf l where l.agency_id = ${AGENCY} and l.idx >= ${n} and e.id = l.event_id`,
    );
    await does(tx, sql`delete from log_leaf where agency_id = ${AGENCY} and idx >= ${n}`);
  },
  'entries cut off, events kept': async (tx, chance) =>
    await does(
      tx,
      sql`delete from log_leaf where agency_id = ${AGENCY} and idx >= ${1 + chance.below((await size(tx)) - 1)}`,
    ),
  // an old head, checkpoints
  'an old head': async (tx, chance) => {
    const old = await some(
      tx,
      chance,
      sql<{
        size: number;
      }>`select size from log_checkpoint where agency_id = ${AGENCY} and size < (select size from log_head where agency_id = ${AGENCY}) order by size`,
    );
    await does(tx, sql`update log_head set published = ${old.size} where agency_id = ${AGENCY}`);
    if (chance.below(2) === 0)
      await does(tx, sql`delete from log_checkpoint where agency_id = ${AGENCY} and size > ${old.size}`);
  },
  'head: another frontier': async (tx) =>
    await does(
      tx,
      sql`update log_head set frontier = overlay(frontier placing ${randomBytes(32)} from 1) where agency_id = ${AGENCY}`,
    ),
  'head: another origin': async (tx) =>
    await does(
      tx,
      sql`update log_head set origin = 'elsewhere.example/log/rivertown' where agency_id = ${AGENCY}`,
    ),
  'checkpoint: root': set('log_checkpoint', `root = sha256(root)`),
  'checkpoint: root and signature': async (tx, chance) => {
    const row = await some(
      tx,
      chance,
      sql<{ size: number }>`select size from log_checkpoint where agency_id = ${AGENCY} order by size`,
    );
    const { origin } = await tx
      .selectFrom('log_head')
      .select('origin')
      .where('agency_id', '=', AGENCY)
      .executeTakeFirstOrThrow();
    const root = randomBytes(32);
    const note = signCheckpoint({ origin, size: row.size, root }, [
      signer(keyPair(origin, randomBytes(32)).skey),
    ]);
    await does(
      tx,
      sql`update log_checkpoint set root = ${root}, note = ${note} where agency_id = ${AGENCY} and size = ${row.size}`,
    );
  },
  'anchor: deleted': remove('log_anchor'),
  'anchor: a byte': set(
    'log_anchor',
    'blob = set_byte(blob, length(blob) - 1, get_byte(blob, length(blob) - 1) # 1)',
  ),
  'anchor: back-dated': set('log_anchor', "at = at - interval '1 year'"),
  'anchor: invented': async (tx) => {
    await does(
      tx,
      sql`insert into log_anchor (agency_id, kind, authority, size, blob, at)
          select agency_id, kind, authority, size, 'nothing', at from log_anchor where agency_id = ${AGENCY} limit 1`,
    );
  },
  'checkpoints: two notes exchanged': swap('log_checkpoint', ['note']),
  'checkpoint: back-dated': set(
    'log_checkpoint',
    `at = at - random() * interval '400 days' - interval '10 minutes'`,
  ),
  'checkpoint: the newest deleted': async (tx) =>
    await does(
      tx,
      sql`delete from log_checkpoint where agency_id = ${AGENCY} and size = (select max(size) from log_checkpoint where agency_id = ${AGENCY})`,
    ),
  // keys
  'key: another one': async (tx, chance) => {
    const { vkey } = await some(
      tx,
      chance,
      sql<{ vkey: string }>`select vkey from log_key where agency_id = ${AGENCY} order by vkey`,
    );
    const other = keyPair(vkey.split('+')[0] ?? '', randomBytes(32)).vkey;
    await does(tx, sql`update log_key set vkey = ${other} where agency_id = ${AGENCY} and vkey = ${vkey}`);
  },
  'key: another one, announced as if it had always been it': async (tx, chance) => {
    const { vkey } = await some(
      tx,
      chance,
      sql<{ vkey: string }>`select vkey from log_key where agency_id = ${AGENCY} order by vkey`,
    );
    const other = keyPair(vkey.split('+')[0] ?? '', randomBytes(32)).vkey;
    await does(tx, sql`update log_key set vkey = ${other} where agency_id = ${AGENCY} and vkey = ${vkey}`);
    await does(
      tx,
      sql`update event set body = body || jsonb_build_object('vkey', ${other}::text) where agency_id = ${AGENCY} and body->>'vkey' = ${vkey}`,
    );
  },
  'key: one more': async (tx) => {
    const { origin } = await tx
      .selectFrom('log_head')
      .select('origin')
      .where('agency_id', '=', AGENCY)
      .executeTakeFirstOrThrow();
    await does(
      tx,
      sql`insert into log_key (agency_id, vkey, first_size) values (${AGENCY}, ${keyPair(origin, randomBytes(32)).vkey}, 0)`,
    );
  },
  'key: said to be retired': set('log_key', 'last_size = first_size + 1'),
  'key: deleted': remove('log_key'),
  // invent
  'event invented': async (tx, chance) => {
    const ctid = await aRow('event')(tx, chance);
    await does(
      tx,
      sql`insert into event (agency_id, id, record_id, type, at, actor, body)
      select agency_id, gen_random_uuid(), record_id, type, at, actor, body from event where ctid = ${ctid}::tid`,
    );
  },
  'event doubled': async (tx, chance) => {
    const ctid = await aRow('event')(tx, chance);
    await does(
      tx,
      sql`insert into event (agency_id, id, record_id, type, at, actor, body)
      select agency_id, id, record_id, type, at - interval '1 day', actor, body from event where ctid = ${ctid}::tid`,
    );
  },
  'event invented with an entry at the end': async (tx, chance) => {
    const events = await chained(tx, AGENCY);
    const n = events.length;
    const one = invented(chance.pick(events), new Date());
    const entry = randomBytes(40);
    await sql`insert into event (agency_id, id, record_id, type, at, actor, body) values
      (${AGENCY}, ${one.event.id}, ${one.event.recordId}, ${one.event.type}, ${one.event.at}, ${one.event.actor}, ${JSON.stringify(one.event.body)})`.execute(
      tx,
    );
    await does(
      tx,
      sql`insert into log_leaf (agency_id, idx, event_id, record_id, entry, hash, salt)
      values (${AGENCY}, ${n}, ${one.event.id}, ${one.event.recordId}, ${entry}, ${leafHash(entry)}, ${one.salt})`,
    );
  },
  'event invented with entry, head and checkpoint': rewritten((events, chance) => [
    ...events,
    invented(chance.pick(events), new Date()),
  ]),
  'outbox: something that is entered': async (tx, chance) => {
    const ctid = await aRow('event')(tx, chance);
    await does(
      tx,
      sql`insert into log_outbox (agency_id, seq) select agency_id, seq from event where ctid = ${ctid}::tid`,
    );
  },
  'outbox: something that is not there': async (tx) =>
    await does(tx, sql`insert into log_outbox (agency_id, seq) values (${AGENCY}, 900000000)`),
  'outbox: a waiting event forgotten': async (tx, chance) => {
    // Written as the program does, by its trigger; then its row is taken out.
    await sql`set local session_replication_role = origin`.execute(tx);
    const ctid = await aRow('event')(tx, chance);
    await sql`insert into event (agency_id, id, record_id, type, actor, body)
      select agency_id, gen_random_uuid(), record_id, type, actor, body from event where ctid = ${ctid}::tid`.execute(
      tx,
    );
    await does(tx, sql`delete from log_outbox where agency_id = ${AGENCY}`);
  },
  // records
  'record: state': set('record', `state = case state when 'complete' then 'sealed' else 'complete' end`),
  'record: verb': set('record', `verb = 'delete'`),
  'record: removal': set(
    'record',
    `removal = case removal when 'confirmed' then 'awaited' else 'confirmed' end`,
  ),
  'record: what it begins with': set('record', `excerpt = 'Nothing of interest'`),
  'record: account': set('record', `account = 'riverton'`),
  'record: platform': set('record', `platform = 'instagram'`),
  'record: kind': set('record', `kind = 'post'`),
  'record: subject': set('record', `subject = 'unknown:' || gen_random_uuid()`),
  'record: back-dated': set(
    'record',
    `received_at = received_at - random() * interval '400 days' - interval '1 second'`,
  ),
  'record: outcome of its capture': set('record', `capture_outcome = 'captured'`),
  'record: series': set('record', `edition = 'invented-1', series = 'GS 999'`),
  'record: author': set('record', `author = 'Somebody else'`),
  'record: grounds': set('record', `grounds = grounds || 'policy#9.9'::text`),
  'record invented': async (tx, chance) => {
    const ctid = await aRow('record')(tx, chance);
    await does(
      tx,
      sql`insert into record (agency_id, id, subject, state, received_at, platform, account, kind, verb, grounds, removal, search)
      select agency_id, gen_random_uuid(), 'unknown:' || gen_random_uuid(), state, received_at, platform, account, kind, verb, grounds, removal, search
        from record where ctid = ${ctid}::tid`,
    );
  },
  'record deleted': remove('record'),
  'records: two exchanged': swap('record', ['subject', 'excerpt', 'author', 'received_at']),
  // facts
  'fact: its text': set(
    'fact',
    `body = jsonb_set(body, '{data,content,text}', '"Quite another thing"')`,
    SEALED,
  ),
  'fact: its text, as if it had been compared': set(
    'fact',
    `words = 'quite another thing'`,
    'words is not null',
  ),
  'fact: back-dated': set(
    'fact',
    `recorded_at = recorded_at - random() * interval '400 days' - interval '1 second'`,
  ),
  'fact: who brought it': set('fact', `actor = 'key:' || gen_random_uuid()`),
  'fact: that it confirms a removal': set('fact', 'confirms = not confirms'),
  'fact: of no seal': set('fact', 'seal_no = null', SEALED),
  'facts: two texts exchanged': swap('fact', ['body'], `${SEALED} and n = 1`),
  'fact deleted': remove('fact'),
  'fact invented': async (tx, chance) => {
    const ctid = await aRow('fact')(tx, chance);
    await does(
      tx,
      sql`insert into fact (agency_id, source, id, record_id, n, type, recorded_at, actor, body, delivery, seal_no)
      select agency_id, source, id || '.99', record_id, 99, type, recorded_at, actor, body, delivery, seal_no from fact where ctid = ${ctid}::tid`,
    );
  },
  // files
  'file: digest': set('artifact', `sha256 = encode(sha256(sha256::bytea), 'hex')`, SEALED),
  'file: size': set('artifact', 'size_bytes = size_bytes + 1', SEALED),
  'file: name': set('artifact', `original_name = 'another.png'`, SEALED),
  'file: role': set('artifact', `role = 'other-thing'`, SEALED),
  'file: origin': set('artifact', `origin = case origin when 'capture' then 'handed-in' else 'capture' end`),
  'file: back-dated': set(
    'artifact',
    `received_at = received_at - random() * interval '400 days' - interval '1 second'`,
    SEALED,
  ),
  'file: whether it opens': set(
    'artifact',
    `picture = '{"decodable": false, "reason": "broken"}'`,
    `picture->>'decodable' = 'true'`,
  ),
  'files: two exchanged': swap('artifact', ['sha256', 'size_bytes', 'artifact_id'], SEALED),
  'file deleted': remove('artifact'),
  'file invented': async (tx, chance) => {
    const ctid = await aRow('artifact')(tx, chance);
    await does(
      tx,
      sql`insert into artifact (agency_id, record_id, n, artifact_id, origin, role, media_type, size_bytes, sha256, received_at, fact_n, seal_no)
      select agency_id, record_id, 99, artifact_id, origin, role, media_type, size_bytes, sha256, received_at, fact_n, seal_no from artifact where ctid = ${ctid}::tid`,
    );
  },
  // how long it is kept
  'series of a record exchanged': set(
    'record_series',
    `series = (select max(code) from series s where s.agency_id = record_series.agency_id and s.edition = record_series.edition and s.code <> record_series.series)`,
  ),
  'series of a record taken away': remove('record_series'),
  'series of a record invented': async (tx, chance) => {
    const ctid = await aRow('record')(tx, chance);
    await does(
      tx,
      sql`insert into record_series (agency_id, record_id, edition, series, reason, by)
      select r.agency_id, r.id, s.edition, s.code, 'because', 'intake' from record r join series s on s.agency_id = r.agency_id
       where r.ctid = ${ctid}::tid and not exists (select from record_series t where t.record_id = r.id and t.series = s.code) order by s.code limit 1`,
    );
  },
  'day of a record moved': set('record_day', `day = day - 400`),
  'day of a record taken away': remove('record_day'),
  'day of a record invented': async (tx, chance) => {
    const ctid = await aRow('record')(tx, chance);
    await does(
      tx,
      sql`insert into record_day (agency_id, id, record_id, event, day, by)
      select agency_id, gen_random_uuid(), id, 'case-closed', '2019-03-04', 'person:' || gen_random_uuid() from record where ctid = ${ctid}::tid`,
    );
  },
  // what keeps it all the same
  'hold taken off a record': remove('hold_record', 'released_at is null'),
  'hold of a record called ended': set('hold_record', 'released_at = now()', 'released_at is null'),
  'hold of a record that ended, lying on it again': set(
    'hold_record',
    'released_at = null',
    'released_at is not null',
  ),
  'hold on a record invented': async (tx, chance) => {
    const ctid = await aRow('record')(tx, chance);
    await does(
      tx,
      sql`insert into hold_record (agency_id, hold_id, record_id)
      select r.agency_id, h.id, r.id from record r join hold h on h.agency_id = r.agency_id
       where r.ctid = ${ctid}::tid and not exists (select from hold_record t where t.record_id = r.id and t.hold_id = h.id) order by h.id limit 1`,
    );
  },
  'hold: called released': set(
    'hold',
    `released_at = now(), released_by = gen_random_uuid(), release_reason = 'because'`,
    'released_at is null',
  ),
  'hold: called open again': set(
    'hold',
    'released_at = null, released_by = null, release_reason = null',
    'released_at is not null',
  ),
  'hold: of another kind': set('hold', `kind = case kind when 'audit' then 'other' else 'audit' end`),
  'hold: no longer standing': set('hold', 'standing = false', 'standing'),
  'hold: search narrowed': set(
    'hold',
    `search = jsonb_set(search, '{filters,account}', '"nobody"')`,
    'search is not null',
  ),
  'hold deleted': remove('hold'),
  'hold invented': async (tx, chance) => {
    const ctid = await aRow('hold')(tx, chance);
    await does(
      tx,
      sql`insert into hold (agency_id, id, kind, title, reason, ends, placed_by)
      select agency_id, gen_random_uuid(), kind, title, reason, ends, placed_by from hold where ctid = ${ctid}::tid`,
    );
  },
  'edition: period shortened': set('series', `period = 'P1D'`, CONFIRMED),
  'edition: to be destroyed at another time': set('series', `trigger = 'posted'`, CONFIRMED),
  'edition: confirmed by somebody else': set('edition_confirmation', 'person_id = gen_random_uuid()'),
  'edition: confirmation invented': async (tx, chance) => {
    const ctid = await aRow('edition_confirmation')(tx, chance);
    await does(
      tx,
      sql`insert into edition_confirmation (agency_id, edition, person_id, digest)
      select agency_id, edition, gen_random_uuid(), digest from edition_confirmation where ctid = ${ctid}::tid`,
    );
  },
  'edition: withdrawal taken back': set(
    'edition',
    'withdrawn_at = null, withdrawn_by = null, withdrawn_because = null',
    'withdrawn_at is not null',
  ),
  'edition invented': async (tx, chance) => {
    const ctid = await aRow('edition')(tx, chance);
    await does(
      tx,
      sql`insert into edition (agency_id, edition, title, source, added_by)
      select agency_id, edition || '-2', title, source, 'person:' || gen_random_uuid() from edition where ctid = ${ctid}::tid`,
    );
  },
  ...FORGED_AT_THE_DESK,
  // seals and objects
  'seal: back-dated': set(
    'seal',
    `sealed_at = sealed_at - random() * interval '400 days' - interval '1 second'`,
  ),
  'seal: begun earlier': set(
    'seal',
    `opened_at = opened_at - random() * interval '400 days' - interval '1 second'`,
  ),
  'seal: of production': set('seal', `mode = 'production'`, `mode = 'trial'`),
  'seal: immutable': set('seal', `immutability = 'compliance'`, `immutability = 'advisory'`),
  'seal: open again': set('seal', 'sealed_at = null'),
  'seal deleted': remove('seal'),
  'object: digest': set('object', `sha256 = encode(sha256(sha256::bytea), 'hex')`),
  'object: size': set('object', 'size_bytes = size_bytes + 1'),
  'object: version': set('object', 'version_id = gen_random_uuid()::text'),
  'object: version, with a putting back invented': async (tx, chance) => {
    const ctid = await aRow('object')(tx, chance);
    await sql`insert into event (agency_id, id, record_id, type, actor, body)
      select agency_id, gen_random_uuid(), record_id, 'fixity.put-back', 'worker:retention', jsonb_build_object('seal', seal_no, 'role', role, 'objects', 1)
        from object where ctid = ${ctid}::tid`.execute(tx);
    await does(tx, sql`update object set version_id = gen_random_uuid()::text where ctid = ${ctid}::tid`);
  },
  'object: locked for longer': set('object', `locked_until = locked_until + interval '100 days'`),
  'object: locked for less': set('object', `locked_until = locked_until - interval '100 days'`),
  'object: not confirmed': set('object', 'confirmed_at = null'),
  'object: role': set('object', `role = 'other-thing'`),
  'object: salt': set('object', 'body = sha256(body)', `role = 'salt'`),
  'objects: two exchanged': swap('object', ['sha256', 'size_bytes'], `role not in ('salt')`),
  'object deleted': remove('object'),
  // second looks
  'second look: answer': set('second_look', `answer = 'not-there', because = null`),
  'second look: back-dated': set(
    'second_look',
    `looked_at = looked_at - random() * interval '400 days' - interval '1 second'`,
  ),
  'second look deleted': remove('second_look'),
  ...Object.fromEntries(
    Object.entries(REWRITINGS).map(([kind, change]) => [`log: ${kind}`, rewritten(change)]),
  ),
};

function flipped(bytes: Buffer, chance: Chance): Buffer {
  const other = Buffer.from(bytes);
  const n = chance.below(bytes.length);
  other[n] = (other[n] ?? 0) ^ (1 << chance.below(8));
  return other;
}
