/**
 * The index from the store alone: an archive with records of every kind, a fresh empty database over the same store, and every row
 * held against the one that was lost. On the folder store and on an S3 server.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArchive, type Archive } from '../support/archive.ts';
import { call, settled } from '../support/looking.ts';
import {
  comparable,
  fill,
  openFreshIndex,
  openSite,
  rowsIn,
  type FreshIndex,
  type Kinds,
  type Site,
} from '../support/rebuild-scene.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

/** What a rebuilt index does not have as it was, each for its reason; seal/FORMAT.md says the same. */
const NOT_IN_THE_STORE: Readonly<Record<string, readonly string[]>> = {
  record: [],
  // How often it was sent again.
  fact: ['deliveries'],
  // What the inspection found; it is owed anew.
  artifact: ['picture'],
  // By the log, or else not before it was opened.
  seal: ['sealed_at'],
  // Of the write, which is over; the store was asked now.
  object: ['intended_at', 'confirmed_at'],
  second_look: [],
  // To the millisecond in which the log has the seal.
  arrival: ['arrived_at', 'noted_at'],
  // The same entries, byte for byte; what opens their own commitments is gone with the database.
  log_leaf: ['salt'],
  log_key: ['made_at'],
};

describe.each(['folder', 's3'] as const)('on the store "%s"', (kind) => {
  let archive: Archive;
  let site: Site | null = null;
  let server: RunningVersitygw | null = null;
  let folder: string;
  let kinds: Kinds;
  let fresh: FreshIndex;
  let rebuilt: Archive | null = null;
  const env: Record<string, string> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-rebuild-'));
    if (kind === 's3') {
      server = await startVersitygw({ folder });
      const { endpoint, bucket, region, writer } = await server.newBucket();
      Object.assign(env, {
        S3_ENDPOINT: endpoint,
        S3_REGION: region,
        S3_BUCKET: bucket,
        S3_ACCESS_KEY_ID: writer.accessKeyId,
        S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
      });
    } else {
      site = await openSite();
      Object.assign(env, { HOLDFAST_CAPTURE_ALLOW: site.host, HOLDFAST_LOOK_AGAIN: '1s' });
    }
    archive = await openArchive({ env, browser: site !== null });
    kinds = await fill(archive, site);
    await archive.stopWork();
    fresh = await openFreshIndex(archive);
  });
  afterAll(async () => {
    await rebuilt?.close();
    await fresh?.close();
    await archive?.close();
    await server?.stop();
    site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('each record is written, and each row is as it was', async () => {
    const { counts, results, strays, replayed } = await fresh.rebuild();
    expect([...results.values()].filter(({ outcome }) => outcome !== 'written')).toEqual([]);
    expect(counts).toEqual({ written: 8 });
    expect(strays).toEqual([]);
    expect([...results.values()].flatMap((one) => (one.outcome === 'written' ? one.entered : []))).toEqual(
      [],
    );
    expect([...replayed.keys()].sort()).toEqual(['lakeside', 'rivertown']);
    expect(replayed.get('rivertown')).toMatchObject({ from: 0, records: 7, refused: [], neverSealed: [] });
    expect(results.get(kinds.neighbours)?.agencyId).toBe('lakeside');
    let looked = 0;
    for (const [table, but] of Object.entries(NOT_IN_THE_STORE)) {
      const before = await rowsIn(archive.sql, table, but);
      const after = await rowsIn(fresh.sql, table, but);
      expect(after, table).toEqual(before);
      looked += before.length;
    }
    expect(looked).toBeGreaterThan(100);
    const noted = await fresh.sql.query('select record_id from arrival where noted_by = $1', ['cli']);
    expect(noted.rows).toEqual([{ record_id: kinds.plain }]);
    if (site !== null) expect(await rowsIn(fresh.sql, 'second_look', [])).toHaveLength(1);
  });

  test('nothing is owed that was done, but the looks at pictures, whose findings are not sealed', async () => {
    const { rows } = await fresh.sql.query<{ name: string; many: number }>(
      'select name, count(*)::int as many from step group by name',
    );
    // `captured` has no picture that somebody handed in.
    expect(rows).toEqual([{ name: 'inspect', many: 7 }]);
  });

  test('a second run finds everything there and writes nothing', async () => {
    const before = await fresh.sql.query(
      'select pg_current_xact_id_if_assigned(), (select count(*) from event)',
    );
    const { counts } = await fresh.rebuild();
    expect(counts).toEqual({ same: 8 });
    const after = await fresh.sql.query(
      'select pg_current_xact_id_if_assigned(), (select count(*) from event)',
    );
    expect(after.rows).toEqual(before.rows);
  });

  test('receipts say the same as before and are still safe, and search finds the same', async () => {
    rebuilt = await openArchive({
      databaseUrl: fresh.url,
      env: { ...env, HOLDFAST_DATA: archive.dataDir },
    });
    await rebuilt.work();
    const ids = Object.entries(kinds).filter(([name]) => name !== 'neighbours');
    for (const [name, id] of ids) {
      await settled(rebuilt, id);
      const before = comparable(await archive.receipt(id));
      expect(comparable(await rebuilt.receipt(id)), name).toEqual(before);
    }
    expect((await rebuilt.receipt(kinds.plain)).safeToRemove).toBe(true);
    expect((await rebuilt.receipt(kinds.several)).safeToRemove).toBe(true);
    if (site !== null) expect((await rebuilt.receipt(kinds.captured)).safeToRemove).toBe(true);
    for (const query of [
      'ferry',
      'Grüße',
      'styled',
      '写真',
      'gate depot',
      'altogether',
      'alex',
      '"quoted by"',
    ]) {
      const asked = `/v1/records?q=${encodeURIComponent(query)}`;
      const found = async (where: Archive) =>
        ((await call(where, asked)).body['records'] as { recordId: string }[]).map(
          ({ recordId }) => recordId,
        );
      const before = await found(archive);
      expect(before.length, query).toBeGreaterThan(0);
      expect(await found(rebuilt), query).toEqual(before);
    }
    const picture = await rebuilt.sql.query(
      "select picture from artifact where origin = 'handed-in' and media_type like 'image/%'",
    );
    expect(picture.rows.every(({ picture: found }) => found !== null)).toBe(true);
  });

  test('the same report once more is known, by its key and by what it says', async () => {
    const report = await archive.sql.query<{ id: string; source: string; idempotency_key: string }>(
      'select id, source, idempotency_key from fact where record_id = $1 and n = 1',
      [kinds.plain],
    );
    expect(report.rows[0]?.idempotency_key).toBe('a-key-of-the-sender-1');
    const again = await rebuilt?.report(
      {
        platform: 'facebook',
        account: 'rivertown',
        kind: 'comment',
        text: 'Another',
        action: { verb: 'hide' },
      },
      [],
      { 'idempotency-key': 'a-key-of-the-sender-1' },
    );
    expect(again?.status).toBe(409);
  });
});
