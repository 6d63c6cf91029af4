/** A database that came back from a backup from before the keys of the log changed: it is led on over the change. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addLogKey,
  listLogKeys,
  openCheckpoint,
  openKeyFolder,
  retireLogKey,
  verifierKey,
  type KeyFolder,
} from '#log/log.ts';
import { cloneDatabase, openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { settled } from '../support/looking.ts';
import { png } from '../support/picture.ts';
import { copyOf, eventOf, published, rowsIn } from '../support/rebuild-scene.ts';

describe('a database from before the keys of the log changed', () => {
  let dataDir: string;
  let now: Awaited<ReturnType<typeof cloneDatabase>>;
  let before: Awaited<ReturnType<typeof cloneDatabase>>;
  let between: Awaited<ReturnType<typeof cloneDatabase>>;
  let old = '';
  let young = '';
  let signedKeys: Record<string, unknown>[];
  let leaves: Record<string, unknown>[];
  let recordId = '';
  const copies: string[] = [];
  const open = async (databaseUrl: string, folder = dataDir): Promise<Archive> =>
    await openArchive({ databaseUrl, env: { HOLDFAST_DATA: folder } });
  /** Store and keys as they were left, for one that goes on with them. */
  const folderOfItsOwn = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-rotated-'));
    copies.push(folder);
    await cp(dataDir, folder, { recursive: true, preserveTimestamps: true });
    return folder;
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'holdfast-rotated-'));
    now = await cloneDatabase();
    const first = await open(now.url);
    await first.work('log');
    await published(first);
    old = String((await listLogKeys(first.system.db, 'rivertown'))[0]?.vkey);
    await first.close();
    before = await copyOf(now.url);

    const second = await open(now.url);
    await second.work();
    young = await addLogKey(second.system.db, keysOf(second), 'rivertown');
    await published(second);
    await second.close();
    // Here both sign, and the one that will sign alone is known already.
    between = await copyOf(now.url);

    const third = await open(now.url);
    await third.work();
    await retireLogKey(third.system.db, 'rivertown', verifierKey(old).id);
    const answer = await third.report(simpleReport({ text: 'Sealed when the young key signed alone' }), [
      { name: 'shot.png', type: 'image/png', bytes: await png() },
    ]);
    expect(answer.status).toBe(202);
    ({ recordId } = answer.body);
    await settled(third, recordId);
    await published(third);
    const note = await third.system.logFiles.read('log/rivertown/checkpoint');
    expect(note?.toString().match(/^— /gm)).toHaveLength(1);
    signedKeys = await rowsIn(third.sql, 'log_key', ['made_at']);
    leaves = await rowsIn(third.sql, 'log_leaf', ['salt']);
    await third.close();
  });
  afterAll(async () => {
    for (const one of [now, before, between]) await one.drop();
    for (const folder of [dataDir, ...copies]) await rm(folder, { recursive: true, force: true });
  });

  test('stands still when the folder of keys is as old as it: nobody vouches for the key that signed', async () => {
    const folder = await folderOfItsOwn();
    await rm(join(folder, 'keys', 'log', `${verifierKey(young).id}.key`));
    const archive = await open(before.url, folder);
    try {
      const size = await sizeOf(archive);
      await archive.work('log');
      const end = Date.now() + 60_000;
      for (;;) {
        const { rows } = await archive.sql.query<{ code: string; sentence: string }>(
          "select code, sentence from log_standing where agency_id = 'rivertown'",
        );
        if (rows[0]?.code === 'log-key-missing') {
          expect(rows[0].sentence).toContain(verifierKey(young).id);
          break;
        }
        if (Date.now() > end) throw new Error(`It does not stand still: ${JSON.stringify(rows)}`);
        await sleep(50);
      }
      expect(await sizeOf(archive)).toBe(size);
      expect(await listLogKeys(archive.system.db, 'rivertown')).toMatchObject([{ vkey: old }]);
    } finally {
      await archive.close();
    }
  });

  test.each([
    ['when the new key was not drawn yet', () => before.url],
    ['when both signed', () => between.url],
  ] as const)('is led on over the change, and goes on with the new key alone: %s', async (_name, url) => {
    const archive = await open(url(), await folderOfItsOwn());
    try {
      await archive.work();
      const told = await eventOf(archive, 'restore.performed');
      expect(told.body).toMatchObject({ size: String(leaves.length), refused: [], neverSealed: [] });
      await archive.until(recordId, ({ status, safeToRemove }) => status === 'complete' && safeToRemove);
      await published(archive);
      expect(await rowsIn(archive.sql, 'log_key', ['made_at'])).toEqual(signedKeys);
      const after = await rowsIn(archive.sql, 'log_leaf', ['salt']);
      for (const leaf of leaves) expect(after).toContainEqual(leaf);
      const note = await archive.system.logFiles.read('log/rivertown/checkpoint');
      const key = verifierKey(young);
      expect(
        openCheckpoint(note ?? Buffer.alloc(0), { origin: key.name, keys: [{ key }] }).size,
      ).toBeGreaterThan(leaves.length);
      expect(note?.toString().match(/^— /gm)).toHaveLength(1);
      // And keys can be changed once more: what announced the young one is known again.
      const next = await addLogKey(archive.system.db, keysOf(archive), 'rivertown');
      await published(archive);
      expect(await retireLogKey(archive.system.db, 'rivertown', verifierKey(next).id)).toBeTypeOf('number');
      await published(archive);
    } finally {
      await archive.close();
    }
  });
});

function keysOf({ system }: Archive): KeyFolder {
  return openKeyFolder(join(system.config.keysDir, 'log'));
}

async function sizeOf({ sql }: Archive): Promise<string | undefined> {
  const { rows } = await sql.query<{ size: string }>(
    "select size from log_head where agency_id = 'rivertown'",
  );
  return rows[0]?.size;
}
