/** Copies of anchors among the files of the log: what of them outlives the database, and what a forged one is worth. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  anchorNow,
  anchorsAt,
  copyAnchors,
  logAnchored,
  lookAtCopies,
  outsideForFigures,
  outsideForPages,
  type AnchorContext,
  type Outside,
} from '#anchor/anchor.ts';
import { checkAll } from '#fixity/fixity.ts';
import { obtainStamp } from '#anchor/stamper.ts';
import type { Db } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { signCheckpoint } from '#log/checkpoint.ts';
import {
  addLogKey,
  EMPTY_FRONTIER,
  grow,
  openLogReader,
  rootOf,
  anchorPath,
  keyPair,
  leafHash,
  openKeyFolder,
  renewLogLeases,
  signer,
} from '#log/log.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { opensslVerifies } from '../support/openssl.ts';
import { openFreshIndex, type FreshIndex } from '../support/rebuild-scene.ts';
import { startTsa, type TestTsa } from '../support/tsa.ts';
import { startWitness, type TestWitness } from '../support/witness.ts';

const AGENCY = 'rivertown';
let tsa: TestTsa;
let witness: TestWitness;
let archive: Archive;
let folder: string;
let env: Record<string, string>;
let context: AnchorContext;

beforeEach(async () => {
  tsa = await startTsa();
  witness = await startWitness('one.example/w');
  folder = await mkdtemp(join(tmpdir(), 'holdfast-copies-'));
  await writeFile(join(folder, 'roots.pem'), tsa.root.pem);
  env = {
    TSA_URL: tsa.url,
    TSA_ROOTS: join(folder, 'roots.pem'),
    HOLDFAST_WITNESSES: `witness w ${witness.vkey} ${witness.url}\nquorum none`,
  };
  archive = await openArchive({ env });
  const { db, log, logReader, now } = archive.system;
  context = { db, log, anchors: archive.config.anchors, reader: logReader, now, timeoutMs: 20_000 };
  await archive.work();
  await settled();
  const origins = await rows<{ origin: string }>('select origin from log_head where agency_id = $1', [
    AGENCY,
  ]);
  const keys = await rows<{ vkey: string }>('select vkey from log_key where agency_id = $1', [AGENCY]);
  witness.knows(
    origins[0]?.origin ?? '',
    keys.map(({ vkey }) => vkey),
  );
});
afterEach(async () => {
  await archive.close();
  await Promise.all([tsa, witness].map(async (one) => await one.close()));
  await rm(folder, { recursive: true });
});

async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`It did not come to pass: ${JSON.stringify(seen)}`);
    await sleep(50);
  }
}

const rows = async <T extends object>(query: string, values: unknown[] = []): Promise<T[]> =>
  (await archive.sql.query<T>(query, values)).rows;
/** Everything is sealed, entered and published. */
const settled = async (): Promise<number> => {
  const [seen] = await until(
    async () =>
      await rows<{ busy: boolean; size: string }>(
        `select exists (select from step where parked_at is null) or exists (select from log_outbox)
             or exists (select from log_head where published < size) as busy,
                coalesce((select published from log_head where agency_id = $1), 0) as size`,
        [AGENCY],
      ),
    ([one]) => one?.busy === false && Number(one.size) > 0,
  );
  return Number(seen?.size);
};
const happens = async (): Promise<string> => {
  const { status, body } = await archive.report(simpleReport());
  expect(status).toBe(202);
  await settled();
  return body.recordId;
};
const copies = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const path of archive.system.logFiles.list(`log/${AGENCY}/anchor`)) found.push(path);
  return found;
};
const ANCHORS = 'select kind, authority, size, blob, at from log_anchor order by size, kind, authority, blob';
const forge = async (size: number, blob: string | Buffer, authority = tsa.name): Promise<void> =>
  void (await archive.sql.query(
    'insert into log_anchor (agency_id, kind, authority, size, at, blob) values ($1, $2, $3, $4, now(), $5)',
    [AGENCY, 'stamp', authority, size, Buffer.from(blob)],
  ));
const readyz = async (): Promise<{ ok: boolean; found: string; code: string | undefined }> => {
  const { body } = await archive.app.inject({ url: '/readyz' });
  const { parts } = JSON.parse(body) as {
    parts: { name: string; ok: boolean; found: string; code?: string }[];
  };
  const { ok = true, found = '', code } = parts.find(({ name }) => name === 'anchors') ?? {};
  return { ok, found, code };
};
const outside = (): Outside => ({ ...archive.config.anchors, keysOf: archive.system.logReader.keysOf });
const anchoredSize = async (by: Outside): Promise<number> =>
  await archive.system.db.inAgency(AGENCY, async (at) => (await logAnchored(at, by)).size);
const copyAll = async (db = archive.system.db) =>
  await copyAnchors(
    {
      db,
      files: archive.system.logFiles,
      log: archive.system.log,
      anchors: archive.config.anchors,
      isOurs: openKeyFolder(join(archive.config.keysDir, 'log')).has,
      leaseMs: archive.config.leaseMs,
    },
    AGENCY,
  );

describe('what was obtained', () => {
  test('is copied by the log worker to where the log’s files are, and openssl needs nothing but these and the roots', async () => {
    await happens();
    const { size } = await anchorNow(context, AGENCY);
    const found = await until(copies, (paths) => paths.length === 3);
    expect(found).toEqual([
      `log/${AGENCY}/anchor/${size}/checkpoint`,
      expect.stringMatching(new RegExp(`^log/${AGENCY}/anchor/${size}/stamp/[0-9a-f]{32}$`)),
      expect.stringMatching(new RegExp(`^log/${AGENCY}/anchor/${size}/witness/[0-9a-f]{32}$`)),
    ]);
    const [note, stamp, line] = await Promise.all(
      found.map(async (path) => (await archive.system.logFiles.read(path)) ?? Buffer.alloc(0)),
    );
    expect(await opensslVerifies(stamp ?? Buffer.alloc(0), note ?? Buffer.alloc(0), tsa.root.pem)).toBe(true);
    expect(line?.toString()).toMatch(/^— one\.example\/w /);
    // Their locks are looked at with those of the log's other files.
    const looked = new Set<string>();
    await archive.sql.query('update log_head set leases_at = null');
    const { db, log, logFiles, now } = archive.system;
    await renewLogLeases({
      db,
      log,
      now,
      leaseMs: archive.config.leaseMs,
      files: {
        ...logFiles,
        extend: async (path, soon, to) => {
          looked.add(path);
          return await logFiles.extend(path, soon, to);
        },
      },
    });
    for (const path of found) expect(looked).toContain(path);
  });

  test('is there again after the database was lost, each of them verified, and packages and receipts have it', async () => {
    const recordId = await happens();
    await anchorNow(context, AGENCY);
    await settled();
    const second = await happens();
    await anchorNow(context, AGENCY);
    await until(copies, (paths) => paths.length === 6);
    await settled();
    const before = await rows(ANCHORS);
    expect(before).toHaveLength(4);
    const anchorsIn = (receipt: { log: { anchored: boolean; anchors: unknown } }): unknown => [
      receipt.log.anchored,
      receipt.log.anchors,
    ];
    const said = await Promise.all(
      [recordId, second].map(async (id) => anchorsIn(await archive.receipt(id))),
    );
    expect(said[0]).toMatchObject([true, { length: 2 }]);
    await archive.stopWork();
    const fresh: FreshIndex = await openFreshIndex(archive);
    let rebuilt: Archive | null = null;
    try {
      const { replayed } = await fresh.rebuild();
      expect(replayed.get(AGENCY)?.anchors).toEqual({ back: 4, wrong: 0, unknown: 0 });
      expect((await fresh.sql.query(ANCHORS)).rows).toEqual(before);
      rebuilt = await openArchive({
        databaseUrl: fresh.url,
        env: { ...env, HOLDFAST_DATA: archive.dataDir },
      });
      await rebuilt.work();
      const after = rebuilt;
      await until(
        async () =>
          JSON.stringify(
            await Promise.all([recordId, second].map(async (id) => anchorsIn(await after.receipt(id)))),
          ),
        (seen) => seen === JSON.stringify(said),
      );
    } finally {
      await rebuilt?.close();
      await fresh.close();
    }
  });
});

test('a copy that somebody took away is found by whoever looks at the log’s files, and told once', async () => {
  await happens();
  await anchorNow(context, AGENCY);
  const [, stamp = ''] = await until(copies, (paths) => paths.length === 3);
  const { db, reader, log, logFiles, logReader, now } = archive.system;
  // Nobody else looks meanwhile.
  await archive.stopWork();
  const pass = async (): Promise<number> => {
    await archive.sql.query("update fixity_log set checked_at = now() - interval '8 days'");
    const passed = await checkAll({
      db,
      reader,
      log,
      actor: 'worker:fixity',
      lookMs: 7 * 86_400_000,
      readMs: 90 * 86_400_000,
      bytesPerSecond: 1024 ** 3,
      readLogFile: async (agencyId, path) => await logReader.file(agencyId, path),
      checkAnchors: async (agencyId, read) =>
        await lookAtCopies({ db, anchors: outside(), now }, agencyId, read),
    });
    expect(passed).toMatchObject({ failed: 0 });
    return (await rows("select 1 from event where type = 'fixity.log-failed'")).length;
  };
  await rm(join(logFiles.describe, 'files', stamp));
  // The log worker may be about to write it.
  expect(await pass()).toBe(0);
  await archive.sql.query("update log_anchor set verified_at = now() - interval '1 hour'");
  expect(await pass()).toBe(1);
  expect(await rows("select body->>'code' as code from event where type = 'fixity.log-failed'")).toEqual([
    { code: 'missing' },
  ]);
  expect(await pass()).toBe(1);
  expect(await copyAll()).toMatchObject({ copied: 1 });
  expect(await copies()).toContain(stamp);
});

test('of two true ones of one authority over one size either is a right copy', async () => {
  await happens();
  await archive.stopWork();
  const { size } = await anchorNow(context, AGENCY);
  const [authority] = archive.config.anchors.authorities;
  const [published] = await rows<{ note: Buffer }>(
    'select note from log_checkpoint where agency_id = $1 and size = $2',
    [AGENCY, size],
  );
  if (authority === undefined || published === undefined) throw new Error('nothing is published');
  const { tsr, stamp } = await obtainStamp(authority, published.note, { now: archive.system.now });
  await archive.sql.query(
    "insert into log_anchor (agency_id, kind, authority, size, at, blob) values ($1, 'stamp', $2, $3, $4, $5)",
    [AGENCY, authority.name, size, stamp.at, tsr],
  );
  const both = await rows<{ blob: Buffer }>(
    "select blob from log_anchor where kind = 'stamp' order by sha256(blob)",
  );
  expect(both).toHaveLength(2);
  await archive.sql.query("update log_anchor set verified_at = now() - interval '1 hour'");
  const { db, logFiles, now } = archive.system;
  await logFiles.put(
    `log/${AGENCY}/${anchorPath(size ?? 0, 'stamp', authority.name)}`,
    both[1]?.blob ?? Buffer.alloc(0),
    60_000,
  );
  expect(await copyAll()).toMatchObject({ held: 3, wrong: 0 });
  const look = async (other: Buffer | null) =>
    await lookAtCopies({ db, anchors: outside(), now }, AGENCY, async (path) =>
      other !== null && path.includes('/stamp/') ? other : await logFiles.read(`log/${AGENCY}/${path}`),
    );
  expect(await look(null)).toEqual({ files: 3, wrong: [] });
  expect(await look(both[0]?.blob ?? null)).toEqual({ files: 3, wrong: [] });
  expect((await look(published.note)).wrong).toEqual([
    { path: anchorPath(size ?? 0, 'stamp', authority.name), code: 'changed' },
  ]);
});

test('a key that is added while all are held against all makes no true one wrong', async () => {
  await happens();
  const { db } = archive.system;
  let calls = 0;
  const slow: Db = {
    ...db,
    inAgency: async (id, work) => {
      const done = await db.inAgency(id, work);
      calls += 1;
      // Behind the first question, whatever that is.
      if (calls === 1) {
        await addLogKey(db, openKeyFolder(join(archive.config.keysDir, 'log')), AGENCY);
        await happens();
        await archive.stopWork();
        await anchorNow(context, AGENCY);
      }
      return done;
    },
  };
  expect(await copyAll(slow)).toMatchObject({ held: 2, copied: 2, forged: 0, wrong: 0 });
});

describe('what somebody forged', () => {
  test('in the database keeps nobody from being asked, is copied nowhere, and is an alarm for as long as it is there', async () => {
    await happens();
    const size = await settled();
    for (let n = 0; n < 7; n += 1) await forge(size, `nothing ${n}`);
    await until(readyz, ({ code }) => code === 'anchors-forged');
    const { obtained } = await anchorNow(context, AGENCY);
    expect(obtained.map(({ kind }) => kind).sort()).toEqual(['stamp', 'witness']);
    expect(await rows('select 1 from log_anchor where size = $1', [size])).toHaveLength(9);
    // Asked once, not at every round.
    await anchorNow(context, AGENCY);
    expect(tsa.asked()).toBe(1);
    const found = await until(copies, (paths) => paths.length === 3);
    const stamp = await archive.system.logFiles.read(found[1] ?? '');
    expect(stamp?.toString().startsWith('nothing')).toBe(false);
    expect(await copyAll()).toMatchObject({ held: 2, forged: 7 });
    expect((await readyz()).code).toBe('anchors-forged');
    const { body } = await archive.app.inject({ url: '/metrics' });
    expect(body).toContain('holdfast_anchors_forged 7');
    await archive.sql.query(
      "delete from log_anchor where convert_from(substring(blob for 7), 'LATIN1') = 'nothing'",
    );
    // By whoever looks at what is new, at once: nobody waits for the pass of the next day.
    await until(readyz, ({ code }) => code !== 'anchors-forged');
  });

  test('as the time of a true one counts for nothing, and is told: the anchor holds, at the time that was signed', async () => {
    await happens();
    const { size } = await anchorNow(context, AGENCY);
    await until(copies, (paths) => paths.length === 3);
    await archive.stopWork();
    const over = async () =>
      await archive.system.db.inAgency(AGENCY, async (at) => await anchorsAt(at, size ?? 0, outside()));
    const before = await over();
    expect(before).toHaveLength(2);
    await archive.sql.query("update log_anchor set at = at - interval '1 day'");
    expect(await over()).toEqual(before);
    expect(await copyAll()).toMatchObject({ held: 2, copied: 0, back: 0, forged: 2, wrong: 0 });
    expect((await readyz()).code).toBe('anchors-forged');
  });

  test('as a checkpoint, with a key that was drawn for it and named in a leaf, and stamped in public, is copied nowhere; the true one gets its place', async () => {
    await happens();
    const size = await settled();
    await archive.stopWork();
    const [log] = await rows<{ vkey: string; origin: string }>(
      'select vkey, origin from log_key join log_head using (agency_id) where agency_id = $1',
      [AGENCY],
    );
    if (log === undefined) throw new Error('no log');
    const { origin, vkey: ours } = log;
    const { skey, vkey } = keyPair(origin, Buffer.alloc(32, 9));
    const leaves = await rows<{ idx: string; entry: Buffer; hash: Buffer }>(
      'select idx, entry, hash from log_leaf where agency_id = $1 and idx < $2 order by idx',
      [AGENCY, size],
    );
    const named = leaves.find(({ entry }) => entry.includes('"log-key.added"'));
    const other = leaves.findLast((leaf) => leaf !== named);
    const [published] = await rows<{ root: Buffer; note: Buffer }>(
      'select root, note from log_checkpoint where agency_id = $1 and size = $2',
      [AGENCY, size],
    );
    if (named === undefined || other === undefined || published === undefined) throw new Error('no log');
    const setLeaf = async (entry: Buffer, hash: Buffer): Promise<unknown> =>
      await archive.sql.query('update log_leaf set entry = $1, hash = $2 where agency_id = $3 and idx = $4', [
        entry,
        hash,
        AGENCY,
        other.idx,
      ]);
    const setCheckpoint = async (note: Buffer, root: Buffer): Promise<unknown> =>
      await archive.sql.query(
        'update log_checkpoint set note = $1, root = $2 where agency_id = $3 and size = $4',
        [note, root, AGENCY, size],
      );
    const lie = Buffer.from(
      named.entry.toString().replace(ours, vkey).replace(`"idx":"${named.idx}"`, `"idx":"${other.idx}"`),
    );
    expect(lie.includes(vkey)).toBe(true);
    await setLeaf(lie, leafHash(lie));
    await archive.sql.query('insert into log_key (agency_id, vkey, first_size) values ($1, $2, 0)', [
      AGENCY,
      vkey,
    ]);
    const root = Buffer.alloc(32, 7);
    const forged = signCheckpoint({ origin, size, root }, [signer(skey)]);
    await setCheckpoint(forged, root);
    const [authority] = archive.config.anchors.authorities;
    if (authority === undefined) throw new Error('no authority');
    const { tsr, stamp } = await obtainStamp(authority, forged, { now: archive.system.now });
    await archive.sql.query(
      "insert into log_anchor (agency_id, kind, authority, size, at, blob) values ($1, 'stamp', $2, $3, $4, $5)",
      [AGENCY, authority.name, size, stamp.at, tsr],
    );
    expect(await copyAll()).toMatchObject({ held: 0, copied: 0, forged: 1 });
    expect(await copies()).toEqual([]);
    expect((await readyz()).code).toBe('anchors-forged');
    // No page and no figure says that anything is anchored.
    expect(await anchoredSize(outsideForPages(archive.system))).toBe(0);
    expect(await anchoredSize(outsideForFigures(archive.system))).toBe(0);
    // Nor is the size taken for one that is anchored: the round says why it asks nobody.
    await expect(
      anchorNow({ ...context, reader: openLogReader(archive.system.logFiles) }, AGENCY),
    ).rejects.toMatchObject({ code: 'log-proof-wrong' });
    // What was done is undone; the row of the stamp stays.
    await setLeaf(other.entry, other.hash);
    await archive.sql.query('delete from log_key where vkey = $1', [vkey]);
    await setCheckpoint(published.note, published.root);
    expect((await anchorNow(context, AGENCY)).obtained).toHaveLength(2);
    expect(await copyAll()).toMatchObject({ held: 2, copied: 2, forged: 1, wrong: 0 });
    expect(await archive.system.logFiles.read(`log/${AGENCY}/anchor/${size}/checkpoint`)).toEqual(
      published.note,
    );
  });

  test('around a checkpoint is not copied with it: a line that the log did not sign', async () => {
    await happens();
    const size = await settled();
    await archive.stopWork();
    expect((await anchorNow(context, AGENCY)).obtained).toHaveLength(2);
    // A witness signs the text alone, so that its line holds all the same; the stamp does not any more.
    const line = `— somebody.example ${Buffer.alloc(68, 7).toString('base64')}\n`;
    await archive.sql.query(
      'update log_checkpoint set note = note || $1 where agency_id = $2 and size = $3',
      [Buffer.from(line), AGENCY, size],
    );
    expect(await copyAll()).toMatchObject({ held: 1, copied: 0, forged: 1, wrong: 1 });
    expect(await copies()).toEqual([]);
    expect((await readyz()).code).toBe('anchors-forged');
  });

  test('in the store becomes no row, whether it is nothing, of another checkpoint, or beside a checkpoint of another log', async () => {
    await happens();
    const { size } = await anchorNow(context, AGENCY);
    const found = await until(copies, (paths) => paths.length === 3);
    const { logFiles } = archive.system;
    const [note, stamp] = await Promise.all(found.map(async (path) => await logFiles.read(path)));
    await happens();
    const last = await settled();
    const other = `log/${AGENCY}/anchor/${last}`;
    const id = found[1]?.split('/').at(-1);
    // A true stamp, over another size than its name says; and one over a checkpoint that has no signature of the log.
    await logFiles.put(`${other}/checkpoint`, note ?? Buffer.alloc(0), 60_000);
    await logFiles.put(`${other}/stamp/${id}`, stamp ?? Buffer.alloc(0), 60_000);
    const lie = Buffer.from(`${(note ?? Buffer.alloc(0)).toString().split('\n').slice(0, 3).join('\n')}\n\n`);
    await logFiles.put(`log/${AGENCY}/anchor/1/checkpoint`, lie, 60_000);
    await logFiles.put(`log/${AGENCY}/anchor/1/stamp/${id}`, stamp ?? Buffer.alloc(0), 60_000);
    await logFiles.put(`log/${AGENCY}/anchor/1/stamp/${'0'.repeat(32)}`, Buffer.from('nothing'), 60_000);
    expect(await copyAll()).toMatchObject({ held: 2, back: 0, wrong: 2, unknown: 1 });
    expect(await rows('select distinct size from log_anchor')).toEqual([{ size: String(size) }]);
    expect((await readyz()).code).toBe('anchors-forged');
  });
});

test('while the files of the log cannot be read, a page claims no anchor, and no figure cries that all of it waits for one', async () => {
  await happens();
  const { size } = await anchorNow(context, AGENCY);
  const { log, logFiles, logReader } = archive.system;
  const away = {
    log,
    config: archive.config,
    logReader: openLogReader({
      read: async () => {
        throw new ArchiveError('store-down', 'The store does not answer.', { retry: 'later' });
      },
    }),
  };
  expect(await anchoredSize(outsideForPages(away))).toBe(0);
  expect(await anchoredSize(outsideForFigures(away))).toBe(size);
  expect(await anchoredSize(outsideForPages({ ...away, logReader: openLogReader(logFiles) }))).toBe(size);
  // Whoever read them once needs them no more.
  expect(await anchoredSize(outsideForPages({ ...away, logReader }))).toBe(size);
});

test('the leaf of the first key, as somebody wrote it, under a root and a signature of theirs, names no key: the tiles lead to another root', async () => {
  await happens();
  const size = await settled();
  await archive.stopWork();
  const leaves = await rows<{ idx: string; entry: Buffer }>(
    'select idx, entry from log_leaf where agency_id = $1 and idx < $2 order by idx',
    [AGENCY, size],
  );
  const [ours] = await rows<{ vkey: string; origin: string }>(
    'select vkey, origin from log_key join log_head using (agency_id) where agency_id = $1',
    [AGENCY],
  );
  if (ours === undefined) throw new Error('no key');
  const { skey, vkey } = keyPair(ours.origin, Buffer.alloc(32, 9));
  const named = leaves.find(({ entry }) => entry.includes('"log-key.added"'));
  const lie = Buffer.from(named?.entry.toString().replace(ours.vkey, vkey) ?? '');
  expect(lie.includes(vkey)).toBe(true);
  const hashes = leaves.map((leaf) => leafHash(leaf === named ? lie : leaf.entry));
  const root = rootOf(grow(EMPTY_FRONTIER, hashes));
  await archive.sql.query('update log_leaf set entry = $1, hash = $2 where agency_id = $3 and idx = $4', [
    lie,
    leafHash(lie),
    AGENCY,
    named?.idx,
  ]);
  await archive.sql.query('update log_key set vkey = $1 where agency_id = $2', [vkey, AGENCY]);
  await archive.sql.query(
    'update log_checkpoint set note = $1, root = $2 where agency_id = $3 and size = $4',
    [signCheckpoint({ origin: ours.origin, size, root }, [signer(skey)]), root, AGENCY, size],
  );
  const { db, logFiles } = archive.system;
  await expect(
    db.inAgency(AGENCY, async (at) => await openLogReader(logFiles).keysOf(at)),
  ).rejects.toMatchObject({ code: 'log-proof-wrong' });
});

test('the format says where a stranger finds them', async () => {
  const text = await readFile(new URL('../../src/log/FORMAT.md', import.meta.url), 'utf8');
  expect(text).toContain('`anchor/<size>/checkpoint`');
  expect(text).toContain('`anchor/<size>/<kind>/<id>`');
});
