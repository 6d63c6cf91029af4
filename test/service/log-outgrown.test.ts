/**
 * Outgrown partial tiles go, and nothing is lost with them: every proof for every size that was ever signed is still led from the
 * files, every reader finds its way, and what a lock holds, or what is no beginning of the whole tile, stays.
 */
import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { S3Config, S3Credentials } from '#config.ts';
import { checkLogFiles, openLogReader, renewLogLeases, type LogLeaseReport } from '#log/log.ts';
import { leafHash, provesConsistency, provesInclusion } from '#log/merkle.ts';
import { parseProof } from '#log/proof.ts';
import { edgeOfTree, tileOf, tilePath } from '#log/tiles.ts';
import { openLog } from '#log.ts';
import { inWholeRun } from '../support/extent.ts';
import { s3Eyes } from '../support/judge-store.ts';
import { openLogScene, type LogScene } from '../support/sequencing.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });
const DAY_MS = 86_400_000;
const STRANGER = fileURLToPath(new URL('../support/log-stranger.py', import.meta.url));
const run = promisify(execFile);

interface Signed {
  readonly size: number;
  readonly root: Buffer;
  readonly note: Buffer;
  readonly at: Date;
}

describe.each(['folder', 's3'] as const)('on %s', (kind) => {
  /** Two hours, for a test: of a store whose locks are counted in seconds, and of a folder that has none. */
  const PARTIAL_MS = kind === 's3' ? 1500 : 200;
  const outgrown = async (): Promise<void> => await sleep(PARTIAL_MS + (kind === 's3' ? 1500 : 100));
  const mostlyOn = (which: typeof kind, name: string, work: () => Promise<void>): void => {
    if (kind === which) test(name, work);
    else inWholeRun(() => test(name, work));
  };
  let server: RunningVersitygw | null = null;
  let s3: S3Config | null = null;
  let scene: LogScene;
  beforeAll(async () => {
    if (kind === 's3') server = await startVersitygw();
  });
  afterAll(async () => await server?.stop());
  beforeEach(async () => {
    s3 = (await server?.newBucket({ ownLog: true })) ?? null;
    scene = await openLogScene(s3);
  });
  afterEach(async () => await scene.close());

  /** In portions, each with a checkpoint of its own. */
  const grow = async (...portions: readonly number[]): Promise<void> => {
    const sequencer = scene.start({ partialMs: PARTIAL_MS });
    for (const portion of portions) {
      await scene.events(portion);
      await scene.settled();
    }
    await sequencer.stop();
  };
  const round = async (partialMs?: number, days = 0): Promise<LogLeaseReport> =>
    await renewLogLeases({
      db: scene.db,
      files: scene.files,
      log: openLog('silent', 'log'),
      leaseMs: 30 * DAY_MS,
      now: () => new Date(Date.now() + days * DAY_MS),
      ...(partialMs === undefined ? {} : { partialMs }),
    });
  const signed = async (): Promise<Signed[]> =>
    (
      await scene.sql.query<Signed>(
        "select size::int as size, root, note, at from log_checkpoint where agency_id = 'rivertown' order by size",
      )
    ).rows;
  const partials = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const path of scene.files.list('log/rivertown/tile')) {
      const short = path.slice('log/rivertown/'.length);
      if (tileOf(short)?.width !== 256) found.push(short);
    }
    return found.sort();
  };
  const edge = async (): Promise<string[]> =>
    edgeOfTree((await signed()).at(-1)?.size ?? 0)
      .map(tilePath)
      .sort();
  /** An entry under each checkpoint that was ever signed, and each of these continued by the newest. */
  const proveAll = async (): Promise<number> => {
    const all = await signed();
    const newest = all.at(-1);
    if (newest === undefined) throw new Error('nothing was signed');
    const reader = openLogReader(scene.files);
    await scene.db.inAgency('rivertown', async (at) => {
      for (const one of all) {
        const { rows } = await scene.sql.query<{ event_id: string }>(
          "select event_id from log_leaf where agency_id = 'rivertown' and idx in ($1, $2)",
          [one.size - 1, Math.floor(one.size / 2)],
        );
        const proven = await reader.proofsOf(at, { eventIds: rows.map((row) => row.event_id) }, one);
        expect(proven.length).toBe(rows.length);
        for (const { index, entry, proof } of proven)
          expect(provesInclusion({ ...one, index }, leafHash(entry), parseProof(proof).path)).toBe(true);
        const path = await reader.consistency(at, one.size, newest.size);
        expect(provesConsistency(one, newest, path)).toBe(true);
      }
    });
    return all.length;
  };

  test('what is outgrown goes once its lock has ended, and every checkpoint is still proven', async () => {
    await grow(40, 60, 70, 50, 90, 300, 17);
    const before = await partials();
    expect(before.length).toBeGreaterThan(12);
    // Two hours have not passed.
    expect(await round()).toMatchObject({ removed: 0, missing: 0, failed: 0 });
    expect(await partials()).toEqual(before);
    await outgrown();
    const { removed, failed, missing } = await round(PARTIAL_MS);
    expect({ failed, missing }).toEqual({ failed: 0, missing: 0 });
    expect(removed).toBeGreaterThan(8);
    const left = await partials();
    expect(removed).toBe(before.length - left.length);
    // All that are left belong to tiles that are not whole yet: the newest ones, and shorter ones of the same.
    expect(left).toEqual(expect.arrayContaining(await edge()));
    const size = (await signed()).at(-1)?.size ?? 0;
    for (const path of left) {
      const tile = tileOf(path);
      expect(
        tile === null ? null : Math.floor(size / 256 ** (tile.level === 'entries' ? 0 : tile.level) / 256),
        path,
      ).toBe(tile?.n);
    }
    if (server !== null && s3 !== null) {
      // Neither a version nor a mark is left.
      const eyes = s3Eyes(s3, server.root);
      for (const path of before.filter((one) => !left.includes(one)))
        expect(await eyes.versions(`log/rivertown/${path}`), path).toEqual([]);
    }
    expect(await proveAll()).toBeGreaterThan(6);
    // It goes on from there, in this process and in the next.
    await grow(5, 400);
    expect((await scene.judge(true)).faults).toEqual([]);
    expect(await proveAll()).toBeGreaterThan(8);
    if (kind === 'folder') {
      const { rows } = await scene.sql.query<{ vkey: string }>(
        "select vkey from log_key where agency_id = 'rivertown'",
      );
      const { stdout } = await run('python3', [
        STRANGER,
        join(scene.files.describe, 'files', 'log', 'rivertown'),
        ...rows.map((row) => row.vkey),
      ]);
      expect(stdout.trim()).toMatch(new RegExp(`^ok ${(await signed()).at(-1)?.size} `));
    }
  });

  mostlyOn(
    'folder',
    'while files are checked the log grows on and outgrown tiles go: nothing is taken for missing',
    async () => {
      await grow(40, 60, 70);
      await outgrown();
      let reads = 0;
      const { size, wrong } = await checkLogFiles(scene.db, 'rivertown', async (path) => {
        reads += 1;
        // It has read which checkpoint is the newest, and not one file yet.
        if (reads === 1) {
          await grow(300);
          await outgrown();
          expect((await round(PARTIAL_MS)).removed).toBeGreaterThan(2);
          expect(await partials()).not.toContain(path);
        }
        return await scene.files.read(`log/rivertown/${path}`);
      });
      expect(reads).toBeGreaterThan(2);
      expect(size).toBeLessThan(256);
      // The file `checkpoint` is that of the newest row, whichever was the newest in the beginning.
      expect(wrong).toEqual([]);
    },
  );

  mostlyOn('folder', 'what is not the beginning of its whole tile stays, and is told', async () => {
    await grow(40, 300);
    const before = await partials();
    const path = before.find((one) => one.startsWith('tile/0/000.p/')) ?? '';
    const other = Buffer.alloc(32 * (tileOf(path)?.width ?? 0), 7);
    if (kind === 'folder') {
      const place = join(scene.files.describe, 'files', 'log', 'rivertown', path);
      await chmod(place, 0o644);
      await writeFile(place, other);
    } else await scene.files.replace(`log/rivertown/${path}`, other, PARTIAL_MS);
    await outgrown();
    expect(await round(PARTIAL_MS)).toMatchObject({ failed: 1 });
    expect(await partials()).toContain(path);
    expect(await scene.files.read(`log/rivertown/${path}`)).toEqual(other);
  });

  mostlyOn('s3', 'nothing else of a log can be taken away', async () => {
    await grow(300);
    for (const path of [
      'log/rivertown/checkpoint',
      'log/rivertown/tile/0/000',
      'log/rivertown/tile/entries/000',
      'rivertown/tile/0/000.p/1',
      'log/rivertown/tile/0/000.p/../000',
    ])
      await expect(
        scene.files.remove(path, () => true),
        path,
      ).rejects.toThrow();
    expect((await scene.judge(true)).faults).toEqual([]);
  });

  /** A folder has no locks. */
  const withLocks = (name: string, work: () => Promise<void>): void => {
    if (kind === 's3') test(name, work);
  };
  withLocks(
    'an older version with other bytes, which a true one was put over, keeps all of them, and is told',
    async () => {
      if (server === null || s3 === null) throw new Error('There is no bucket.');
      await grow(40, 300);
      const before = await partials();
      const path = before.find((one) => one.startsWith('tile/0/000.p/')) ?? '';
      const key = `log/rivertown/${path}`;
      const bytes = await scene.files.read(key);
      if (bytes === null) throw new Error('There is no partial tile.');
      await scene.files.replace(key, Buffer.alloc(bytes.length, 7), PARTIAL_MS);
      await scene.files.replace(key, bytes, PARTIAL_MS);
      const eyes = s3Eyes(s3, server.root);
      const versions = await eyes.versions(key);
      expect(versions).toHaveLength(3);
      await outgrown();
      expect(await round(PARTIAL_MS)).toMatchObject({ failed: 1 });
      expect(await eyes.versions(key)).toEqual(versions);
    },
  );
  withLocks('the store keeps what a lock holds, whoever asks', async () => {
    if (server === null || s3?.log == null) throw new Error('This bucket has no account of the log.');
    await grow(40);
    // The edge is looked at by each round, and locked for long.
    expect((await round(PARTIAL_MS)).renewed).toBeGreaterThan(0);
    const held = await edge();
    await grow(300);
    await outgrown();
    await round(PARTIAL_MS);
    expect(await partials()).toEqual(expect.arrayContaining(held));
    // A clock that is ahead does not help: the store has its own.
    await round(PARTIAL_MS, 40);
    expect(await partials()).toEqual(expect.arrayContaining(held));

    const eyes = s3Eyes(s3, server.root);
    const { bucket, endpoint, region } = s3;
    const outcome = async (credentials: S3Credentials, Key: string, VersionId?: string): Promise<string> => {
      const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
        return 'done';
      } catch (error) {
        return error instanceof Error ? error.name : 'failed';
      } finally {
        client.destroy();
      }
    };
    const { log, writer, purger } = s3;
    if (purger === null) throw new Error('There is no purger.');
    const versionOf = async (key: string): Promise<string> => {
      const [one] = (await eyes.versions(key)).filter((version) => version.key === key);
      if (one === undefined) throw new Error(`${key} is not there.`);
      return one.versionId;
    };
    const whole = 'log/rivertown/tile/0/000';
    const partial = `log/rivertown/${held[0] ?? ''}`;
    for (const who of [log, writer, purger])
      for (const key of [whole, partial, 'log/rivertown/checkpoint']) {
        expect(await outcome(who, key, await versionOf(key)), `${who.accessKeyId} ${key}`).toBe(
          'AccessDenied',
        );
        // Nor is it hidden.
        expect(await outcome(who, key), `${who.accessKeyId} ${key}`).toBe('AccessDenied');
      }
    // What no lock holds is no more theirs than the rest, but for the log's own partial tiles.
    for (const key of ['log/rivertown/tile/0/999', 'log/rivertown/tile/0/999.p/3'])
      await scene.files.put(key, Buffer.alloc(96), 1000);
    await sleep(2500);
    for (const who of [log, writer, purger])
      expect(
        await outcome(who, 'log/rivertown/tile/0/999', await versionOf('log/rivertown/tile/0/999')),
      ).toBe('AccessDenied');
    const loose = 'log/rivertown/tile/0/999.p/3';
    for (const who of [writer, purger])
      expect(await outcome(who, loose, await versionOf(loose))).toBe('AccessDenied');
    expect(await scene.files.remove(loose, () => true)).toBe('removed');
    expect(await eyes.versions(loose)).toEqual([]);
  });
});
