/** An archive with records of every kind, and a fresh index over the same store, which is rebuilt from it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import { expect, inject } from 'vitest';
import { copyAnchors } from '#anchor/anchor.ts';
import { addAgency, listAgencies, samplePolicy } from '#agency/agency.ts';
import { openDb, type Db } from '#db/db.ts';
import { openKeyFolder, type ReceiptProof, type ReceiptSignature } from '#log/log.ts';
import {
  rebuildAll,
  type RebuildContext,
  type RecordResult,
  type ReplayContext,
  type Replayed,
} from '#rebuild/rebuild.ts';
import { noteArrivals, type Receipt } from '#record/record.ts';
import { openReference } from '#reference.ts';
import { cloneDatabase, multipart, simpleReport, type Archive, type TestFile } from './archive.ts';
import { cloudEvent } from './cloud-event.ts';
import { addTo, call, recordWhen, settled } from './looking.ts';
import { png } from './picture.ts';

const COMMENT = 'The gate of the old depot stands open every night, and nobody locks it.';
const WORDS = 'Rivertown is a small town on the river. Its council meets every other Tuesday. '.repeat(6);

export interface Site {
  readonly host: string;
  readonly page: string;
  /** The comment is gone from the page. */
  remove(): void;
  close(): void;
}

export async function openSite(): Promise<Site> {
  let comment = `<article id="comment-4711"><p>${COMMENT}</p></article>`;
  const server: Server = createServer((_, response) => {
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end(`<!doctype html><title>Rivertown</title><body><h1>Rivertown</h1><p>${WORDS}</p>${comment}</body>`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    page: `http://${host}/post/1`,
    remove: () => (comment = ''),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function picture(name = 'shot.png'): Promise<TestFile> {
  return { name, type: 'image/png', bytes: await png() };
}

async function handIn(archive: Archive, ...report: Parameters<Archive['report']>): Promise<string> {
  const answer = await archive.report(...report);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body.recordId;
}

async function handInFor(archive: Archive, agency: string, event: object, file: TestFile): Promise<string> {
  const { contentType, payload: simple } = multipart(event as Record<string, unknown>, [file]);
  // Byte for byte, for there is a picture in it.
  const payload = Buffer.from(
    'specversion' in event
      ? simple.toString('latin1').replace('Type: application/json', 'Type: application/cloudevents+json')
      : simple.toString('latin1'),
    'latin1',
  );
  const response = await archive.app.inject({
    method: 'POST',
    url: '/v1/deletion-events',
    headers: {
      authorization: `Bearer ${await archive.key('moderator', agency)}`,
      'content-type': contentType,
    },
    payload,
  });
  expect(response.statusCode, response.body).toBe(202);
  return response.json<{ recordId: string }>().recordId;
}

async function say(archive: Archive, recordId: string, what: 'removal' | 'kept', payload: object = {}) {
  const reply = await call(archive, `/v1/records/${recordId}/${what}`, {
    role: 'moderator',
    method: 'POST',
    payload,
  });
  expect(reply.status, reply.text).toBe(202);
}

/** By what they show. Each is settled when this resolves: nothing is owed to it. */
export interface Kinds {
  readonly plain: string;
  readonly captured: string;
  readonly shared: string;
  readonly several: string;
  readonly kept: string;
  readonly odd: string;
  readonly declined: string;
  readonly neighbours: string;
}

export async function fill(archive: Archive, site: Site | null): Promise<Kinds> {
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
  await archive.work();
  const ground = `${samplePolicy.policyId}#${samplePolicy.grounds[0]?.clauseId}`;

  const plain = await handIn(
    archive,
    simpleReport({
      text: 'The ferry at the old pier',
      action: { verb: 'hide', ground },
      note: 'Handed in twice',
    }),
    [await picture()],
    { 'idempotency-key': 'a-key-of-the-sender-1' },
  );
  const captured = await handIn(
    archive,
    simpleReport({ text: COMMENT, ...(site === null ? {} : { url: site.page }) }),
    [],
  );
  const shared = await handInFor(
    archive,
    'rivertown',
    cloudEvent({
      envelope: { subject: 'facebook:comment:778' },
      content: { nativeId: '778', text: 'Said by one' },
    }),
    await picture('one.png'),
  );
  const several = await handIn(archive, simpleReport({ text: 'First words of it' }), [await picture()]);
  const kept = await handIn(archive, simpleReport(), [await picture()]);
  const twice = await picture('Ünïcode “quoted” – 写真.png');
  const odd = await handIn(
    archive,
    simpleReport({
      text: 'Grüße, 𝓢𝓽𝔂𝓵𝓮𝓭 words, 写真 and an emoji 🚢\u200b',
      account: 'a page that nobody registered',
      author: { displayName: 'Alex Example', handle: '@alex.example' },
    }),
    [
      twice,
      { ...twice, name: 'the same bytes.png' },
      { name: 'notes.txt', bytes: Buffer.from('no picture') },
    ],
  );
  const declined = await handIn(
    archive,
    simpleReport({ url: 'https://example.com/a/page', capture: false }),
    [await picture()],
  );
  const neighbours = await handInFor(
    archive,
    'lakeside',
    simpleReport({ text: 'The ferry' }),
    await picture(),
  );

  for (const id of [plain, captured, shared, several, kept, odd, declined]) await settled(archive, id);
  await nothingOwed(archive, neighbours);

  // What came later: other reports of the same subject, added words and files, both ways of saying how it ended.
  const again = await handInFor(
    archive,
    'rivertown',
    cloudEvent({
      envelope: { subject: 'facebook:comment:778', type: 'removal.capture-added.v1' },
      content: { nativeId: '778', text: 'Said by one, and quoted by another' },
    }),
    await picture('two.png'),
  );
  expect(again).toBe(shared);
  const added = await addTo(
    archive,
    several,
    simpleReport({ text: 'Other words altogether', action: { verb: 'hide', ground } }),
    [await picture('later.png')],
  );
  expect(added.status, added.text).toBe(202);
  await settled(archive, several);
  await say(archive, several, 'removal', {
    performedAt: '2026-11-20T10:00:00-06:00',
    note: 'Hidden by Alex',
  });
  await say(archive, plain, 'removal');
  await say(archive, kept, 'kept');
  await archive.system.db.inAgency('rivertown', async (at) => await noteArrivals(at, [plain], 'cli'));
  site?.remove();
  await say(archive, captured, 'removal');
  if (site !== null)
    await recordWhen(
      archive,
      captured,
      ({ secondLooks, owed }) => secondLooks.length === 1 && owed.length === 0,
    );
  for (const id of [plain, captured, shared, several, kept]) await settled(archive, id);
  await published(archive);
  return { plain, captured, shared, several, kept, odd, declined, neighbours };
}

async function nothingOwed(archive: Archive, recordId: string): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    const { rows } = await archive.sql.query('select name, error from step where record_id = $1', [recordId]);
    if (rows.length === 0) return;
    if (Date.now() > end) throw new Error(`Still owed: ${JSON.stringify(rows)}`);
    await sleep(50);
  }
}

/** Every event is a leaf, and every leaf in a checkpoint that is in the store. */
export async function published(archive: Archive): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    const { rows } = await archive.sql.query(
      'select from log_outbox union all select from log_head where published < size',
    );
    if (rows.length === 0) return;
    if (Date.now() > end) throw new Error('The log did not come to rest.');
    await sleep(50);
  }
}

export interface FreshIndex {
  readonly url: string;
  readonly db: Db;
  /** As the superuser. */
  readonly sql: Client;
  readonly context: RebuildContext;
  readonly replay: ReplayContext;
  rebuild(more?: Partial<RebuildContext>, replay?: Partial<ReplayContext>): Promise<Rebuilt>;
  close(): Promise<void>;
}

export interface Rebuilt {
  readonly all: readonly (RecordResult & { readonly agencyId: string })[];
  /** By record, with the agency. */
  readonly results: ReadonlyMap<string, RecordResult & { readonly agencyId: string }>;
  readonly strays: readonly string[];
  /** By agency. */
  readonly replayed: ReadonlyMap<string, Replayed>;
  /** How many records came to which end. */
  readonly counts: Readonly<Record<string, number>>;
}

/** An empty database over the same store, without agencies, policies, accounts or keys. */
export async function openFreshIndex({ system }: Archive, databaseUrl?: string): Promise<FreshIndex> {
  const { store, logFiles, config, log } = system;
  const keys = openKeyFolder(join(config.keysDir, 'log'));
  const clone = databaseUrl === undefined ? await cloneDatabase() : null;
  const url = databaseUrl ?? clone?.url ?? '';
  const db = openDb({ url, name: 'test-rebuild', poolSize: 4 });
  const sql = new Client({ connectionString: url });
  sql.on('error', () => undefined);
  await sql.connect();
  const now = (): Date => new Date();
  const replay: ReplayContext = {
    db,
    files: logFiles,
    isOurs: keys.has,
    remember: keys.rememberRestore,
    anchorsBack: async (agency) =>
      await copyAnchors(
        { db, files: logFiles, log, anchors: config.anchors, isOurs: keys.has, leaseMs: config.leaseMs },
        agency,
      ),
  };
  const context: RebuildContext = {
    db,
    store,
    referenceOf: openReference(db, now),
    files: 'read',
    unlogged: 'refuse',
    actor: 'cli',
    now,
  };
  return {
    url,
    db,
    sql,
    context,
    replay,
    rebuild: async (more = {}, otherwise = {}) => {
      const all: (RecordResult & { readonly agencyId: string })[] = [];
      const results = new Map<string, RecordResult & { readonly agencyId: string }>();
      const strays: string[] = [];
      const replayed = new Map<string, Replayed>();
      await rebuildAll(
        { ...context, ...more },
        { ...replay, ...otherwise },
        {
          agency: null,
          known: (await listAgencies(db)).map(({ id }) => id),
          enter: async (id) => {
            await addAgency(db, { id, name: id, zone: 'America/Chicago' });
            return true;
          },
          onRecord: (agencyId, result) => {
            all.push({ ...result, agencyId });
            results.set(result.recordId, { ...result, agencyId });
          },
          onReplayed: (agencyId, one) => void replayed.set(agencyId, one),
          onPassed: () => undefined,
          onStray: (key) => void strays.push(key),
          stop: new AbortController().signal,
        },
      );
      const counts: Record<string, number> = {};
      for (const { outcome } of results.values()) counts[outcome] = (counts[outcome] ?? 0) + 1;
      return { all, results, strays, counts, replayed };
    },
    close: async () => {
      await db.close();
      await sql.end();
      await clone?.drop();
    },
  };
}

/** Every row of a table that a record consists of, as text, without the columns that the store cannot know. */
export async function rowsIn(
  sql: Client,
  table: string,
  but: readonly string[],
): Promise<Record<string, unknown>[]> {
  const { rows } = await sql.query<{ row: Record<string, unknown> }>(
    `select to_jsonb(t) ${but.map((column) => `- '${column}'`).join(' ')} as row from ${table} t`,
  );
  return rows.map(({ row }) => row).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** A second database with all that the first one has, to which nobody may be connected. */
export async function copyOf(url: string): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const to = await cloneDatabase();
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    const name = escapeIdentifier(new URL(to.url).pathname.slice(1));
    await client.query(`drop database ${name}`);
    await client.query(
      `create database ${name} template ${escapeIdentifier(new URL(url).pathname.slice(1))}`,
    );
  } finally {
    await client.end();
  }
  return to;
}

/** The first of this type in the history, which may be to come. */
export async function eventOf(
  archive: Archive,
  type: string,
): Promise<{ readonly body: Record<string, unknown> }> {
  const end = Date.now() + 30_000;
  for (;;) {
    const { rows } = await archive.sql.query<{ body: Record<string, unknown> }>(
      'select body from event where type = $1',
      [type],
    );
    const [first] = rows;
    if (first !== undefined) return first;
    if (Date.now() > end) throw new Error(`There is no ${type}.`);
    await sleep(50);
  }
}

/**
 * Without the times of the closing, which only the log knows, and to another millisecond; and without what is made for each asking:
 * the signature is over the moment of issue, and the paths lead to whatever checkpoint is the newest. What they prove is compared.
 */
export function comparable(receipt: Receipt): object {
  const { times, log, proof, signature, ...same } = receipt as Receipt & {
    readonly proof: ReceiptProof;
    readonly signature: ReceiptSignature | null;
  };
  const entryOf = ({ index, entry }: { readonly index: number; readonly entry: string }) => ({
    index,
    entry,
  });
  return {
    ...same,
    times: { ...times, firstSealedAt: null, lastSealedAt: null, issuedAt: null },
    log: { ...log, checkpoint: log.checkpoint !== null },
    proof: {
      log: proof.log,
      receiptKey: proof.receiptKey === null ? null : entryOf(proof.receiptKey),
      seals: proof.seals.map((one) => ({ seal: one.seal, ...entryOf(one) })),
    },
    signedBy: signature?.vkey,
  };
}
