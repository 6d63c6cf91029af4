/** Copies of anchors among the files of the log: what of them outlives the database, and what a forged one is worth. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { anchorNow, copyAnchors, lookAtCopies, type AnchorContext } from '#anchor/anchor.ts';
import { checkAll } from '#fixity/fixity.ts';
import { renewLogLeases } from '#log/log.ts';
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
  context = { db, log, anchors: archive.config.anchors, reader: logReader, now, timeoutMs: 2000 };
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
  const end = Date.now() + 30_000;
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
const copyAll = async (db = archive.system.db) =>
  await copyAnchors(
    {
      db,
      files: archive.system.logFiles,
      log: archive.system.log,
      anchors: archive.config.anchors,
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
        await lookAtCopies({ db, anchors: context.anchors, now }, agencyId, read),
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
    await copyAll();
    expect((await readyz()).code).not.toBe('anchors-forged');
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

test('the format says where a stranger finds them', async () => {
  const text = await readFile(new URL('../../src/log/FORMAT.md', import.meta.url), 'utf8');
  expect(text).toContain('`anchor/<size>/checkpoint`');
  expect(text).toContain('`anchor/<size>/<kind>/<id>`');
});
