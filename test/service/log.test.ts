/**
 * The log as it is written, on both stores, with a real database: what every event leaves in it, and what faults do to it. After each
 * of them a judge reads everything and recomputes it (judge-log.ts).
 */
import { cp, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { S3Config, S3Credentials } from '#config.ts';
import { ArchiveError } from '#errors.ts';
import { openLog } from '#log.ts';
import { addLogKey, listLogKeys, openKeyFolder, openLogReader, retireLogKey, verifierKey } from '#log/log.ts';
import { keyPair, signer } from '#log/note.ts';
import { signCheckpoint } from '#log/checkpoint.ts';
import { provesConsistency } from '#log/merkle.ts';
import { openChance, seedOfRun } from '../support/chance.ts';
import { inWholeRun, times } from '../support/extent.ts';
import { s3Eyes } from '../support/judge-store.ts';
import { EVENT, openLogScene, until, watch, type LogScene } from '../support/sequencing.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
const DAY_MS = 86_400_000;

// Both at once: much of it is waiting, and each test has a log of its own.
describe.concurrent.each(['folder', 's3'] as const)('on %s', (kind) => {
  describe('one after the other', { concurrent: false }, () => written(kind));
});

function written(kind: 'folder' | 's3'): void {
  let server: RunningVersitygw | null = null;
  let s3: S3Config | null = null;
  let scene: LogScene;

  beforeAll(async () => {
    if (kind === 's3') server = await startVersitygw();
  });
  afterAll(async () => await server?.stop());

  /** A log of its own for each test. */
  const withLog = (name: string, work: () => Promise<void>): void => {
    test(name, async () => {
      s3 = (await server?.newBucket({ ownLog: true })) ?? null;
      scene = await openLogScene(s3);
      try {
        await work();
      } finally {
        await scene.close();
      }
    });
  };
  /** Where only the database matters one store is enough; the gate plays deaths and connections that break on both servers. */
  const withLogOnce: typeof withLog = (name, work) => {
    if (kind === 'folder') withLog(name, work);
  };
  /** Where a store could matter and has not yet: on this one always, on the other in a whole run. */
  const withLogOn = (which: typeof kind, ...what: Parameters<typeof withLog>): void => {
    if (kind === which) withLog(...what);
    else inWholeRun(() => withLog(...what));
  };
  const expectWhole = async (agencyId = 'rivertown', leaves?: number): Promise<void> => {
    if (server !== null && s3 !== null) {
      // Every version that the store ever had.
      const eyes = s3Eyes(s3, server.root);
      for (const { key, versionId, isDeleteMarker } of await eyes.versions(`log/${agencyId}/checkpoint`))
        if (!isDeleteMarker) scene.seen.push((await eyes.look(key, versionId)).bytes);
    }
    const { faults, looked } = await scene.judge(true, agencyId);
    expect(faults).toEqual([]);
    if (leaves !== undefined) expect(looked.leaves).toBe(leaves);
    expect(looked.commitments).toBe(looked.leaves);
  };
  const sizes = async (agencyId = 'rivertown'): Promise<number[]> =>
    (
      await scene.sql.query<{ size: number }>(
        'select size::int as size from log_checkpoint where agency_id = $1 order by 1',
        [agencyId],
      )
    ).rows.map((row) => row.size);
  /** As an administrator of the store might: a folder's file is gone, a bucket's hidden behind a marker. */
  const remove = async (path: string): Promise<void> => {
    if (server === null || s3 === null) {
      await rm(join(scene.files.describe, 'files', path));
      return;
    }
    const client = new S3Client({
      endpoint: s3.endpoint,
      region: s3.region,
      credentials: server.root,
      forcePathStyle: true,
    });
    await client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key: path }));
    client.destroy();
  };
  const filesOf = async (): Promise<string[]> => {
    const { rows } = await scene.sql.query<{ size: number }>(
      "select published::int as size from log_head where agency_id = 'rivertown'",
    );
    const { tilesOf, tilePath } = await import('#log/tiles.ts');
    return tilesOf(rows[0]?.size ?? 0).map((tile) => `log/rivertown/${tilePath(tile)}`);
  };

  withLogOn(
    's3',
    'sixteen writers who roll back now and then, and two processes that sequence: nothing twice, nothing lost',
    async () => {
      const first = scene.process();
      const second = scene.process();
      await Promise.all(
        [first, second].map(async (one) => await one.hears((said) => said.ready !== undefined)),
      );
      const stop = watch(scene);
      const chance = openChance(seedOfRun());
      const acknowledged: string[] = [];
      let rolledBack = 0;
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          const client = new Client({ connectionString: scene.databaseUrl });
          await client.connect();
          for (let n = 0; n < times(60, 25); n += 1) {
            const id = randomUUID();
            const fails = chance.next() < 0.15;
            await client.query('begin');
            await client.query(EVENT, ['rivertown', id]);
            await client.query(fails ? 'rollback' : 'commit');
            if (fails) rolledBack += 1;
            else acknowledged.push(id);
          }
          await client.end();
        }),
      );
      await scene.settled();
      await stop();
      expect(rolledBack).toBeGreaterThan(10);
      const { rows } = await scene.sql.query<{ event_id: string }>(
        "select event_id from log_leaf where agency_id = 'rivertown' and event_id = any($1)",
        [acknowledged],
      );
      expect(rows.map((row) => row.event_id).sort()).toEqual(acknowledged.toSorted());
      await expectWhole();
      // Each process says of itself whether it held the lock: the lock of one log is held once.
      const locks = await scene.sql.query<{ n: number }>(
        "select count(*)::int as n from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())",
      );
      expect(locks.rows[0]?.n).toBeGreaterThanOrEqual(2);
      // The one that works is gone: the other goes on.
      first.kill9();
      await first.ended;
      await scene.events(3);
      await scene.settled();
      second.kill9();
      await second.ended;
      const third = scene.process();
      await third.hears((said) => said.ready !== undefined);
      await scene.events(3);
      await scene.settled();
      await expectWhole();
    },
  );

  withLogOnce(
    'a history from before there was a log enters it in batches, each under its checkpoint',
    async () => {
      await scene.events(3000);
      const sequencer = scene.start({ batch: 700 });
      await scene.settled();
      await sequencer.stop();
      expect((await sizes()).slice(0, 4)).toEqual([700, 1400, 2100, 2800]);
      await expectWhole();
      const small = scene.start({ batch: 7 });
      await scene.events(100);
      await scene.settled();
      await small.stop();
      expect((await sizes()).length).toBeGreaterThan(18);
      await expectWhole();
      // Every checkpoint continues every one before it, by the proofs that we hand out.
      const reader = openLogReader(scene.files);
      await scene.db.inAgency('rivertown', async (at) => {
        const { rows } = await scene.sql.query<{ size: number; root: Buffer }>(
          "select size::int as size, root from log_checkpoint where agency_id = 'rivertown' order by 1",
        );
        for (const [n, newer] of rows.entries())
          for (const [before, older] of rows.slice(0, n).entries()) {
            if (before < n - 1 && (n + before) % times(1, 5) !== 0) continue;
            const path = await reader.consistency(at, older.size, newer.size);
            expect(provesConsistency(older, newer, path), `${older.size} ${newer.size}`).toBe(true);
          }
        expect(rows.length).toBeGreaterThan(18);
      });
    },
  );

  withLogOn(
    'folder',
    'a new key signs beside the old one, and alone once the old one is retired',
    async () => {
      const keyFolder = openKeyFolder(scene.keys);
      const sequencer = scene.start();
      await scene.settled();
      const [old] = await listLogKeys(scene.db, 'rivertown');
      const added = await addLogKey(scene.db, keyFolder, 'rivertown');
      // Nobody could follow yet: the entry that announces it is under no checkpoint.
      await sequencer.stop();
      const again = await addLogKey(scene.db, keyFolder, 'rivertown');
      await expect(retireLogKey(scene.db, 'rivertown', verifierKey(again).id)).rejects.toMatchObject({
        code: 'key-not-found',
      });
      const goes = scene.start();
      await scene.settled();
      const both = await scene.files.read('log/rivertown/checkpoint');
      expect(both?.toString().match(/^— /gm)).toHaveLength(3);
      await retireLogKey(scene.db, 'rivertown', verifierKey(old?.vkey ?? '').id);
      await scene.settled();
      await retireLogKey(scene.db, 'rivertown', verifierKey(again).id);
      await scene.settled();
      await expect(retireLogKey(scene.db, 'rivertown', verifierKey(added).id)).rejects.toMatchObject({
        code: 'log-key-missing',
      });
      const alone = await scene.files.read('log/rivertown/checkpoint');
      expect(alone?.toString()).toContain(verifierKey(added).name);
      expect(alone?.toString().match(/^— /gm)).toHaveLength(1);
      await goes.stop();
      await expectWhole();
    },
  );

  withLogOnce('a key can be retired only when whoever knows it alone can learn of the next one', async () => {
    const sequencer = scene.start();
    await scene.settled();
    await sequencer.stop();
    const [old] = await listLogKeys(scene.db, 'rivertown');
    await addLogKey(scene.db, openKeyFolder(scene.keys), 'rivertown');
    // Behind a thousand others: the new key signs already, and is announced later.
    await scene.sql
      .query(`update log_outbox set seq = seq + 1000000 where agency_id = 'rivertown'`)
      .catch(() => undefined);
    const retire = async (): Promise<unknown> =>
      await retireLogKey(scene.db, 'rivertown', verifierKey(old?.vkey ?? '').id).catch((error: unknown) =>
        error instanceof ArchiveError ? error.code : error,
      );
    expect(await retire()).toBe('log-key-missing');
    await scene.sql.query(`update log_outbox set seq = seq - 1000000 where agency_id = 'rivertown'`);
    const goes = scene.start();
    await scene.settled();
    expect(await retire()).toBeTypeOf('number');
    await scene.settled();
    await goes.stop();
    await expectWhole();
  });

  withLogOn(
    'folder',
    'a log whose key is not there stands still, the others go on, and it goes on when the key is back',
    async () => {
      const sequencer = scene.start();
      await scene.settled();
      await scene.settled('lakeside');
      await sequencer.stop();
      const [key] = await listLogKeys(scene.db, 'rivertown');
      const file = join(scene.keys, `${verifierKey(key?.vkey ?? '').id}.key`);
      await rename(file, `${file}.gone`);
      const before = await sizes();
      const goes = scene.start();
      await scene.events(5);
      await scene.events(5, 'lakeside');
      const sentence = await scene.standsStill('log-key-missing');
      expect(sentence).toContain('HOLDFAST_KEYS');
      await scene.settled('lakeside');
      expect(await sizes()).toEqual(before);
      expect((await scene.judge(false)).faults).toEqual([]);
      await rename(`${file}.gone`, file);
      await scene.settled();
      await until(60_000, async () => {
        const { rowCount } = await scene.sql.query('select from log_standing');
        if (rowCount !== 0) throw new Error('It still counts as standing.');
        return true;
      });
      await goes.stop();
      await expectWhole();
      await expectWhole('lakeside');
    },
  );

  withLogOn(
    's3',
    'what one sequencer could not see goes on with the next one, though nothing happens there',
    async () => {
      // Of an agency that is older than the log, nothing waits.
      await scene.sql.query("delete from log_outbox where agency_id = 'lakeside'");
      const first = scene.start();
      await scene.settled();
      await first.stop();
      const blind = scene.start({
        files: {
          ...scene.files,
          read: async () => {
            throw new ArchiveError('store-down', 'The store does not answer.', { retry: 'later' });
          },
        },
      });
      for (const agencyId of ['rivertown', 'lakeside']) await scene.standsStill('store-down', agencyId);
      const second = scene.start();
      // It has looked, and found that both are the other one's.
      await sleep(500);
      await blind.stop();
      await until(60_000, async () => {
        const { rowCount } = await scene.sql.query('select from log_standing');
        if (rowCount !== 0) throw new Error('It still counts as standing.');
        return true;
      });
      const { rows } = await scene.sql.query("select from log_head where agency_id = 'lakeside'");
      expect(rows).toEqual([]);
      expect(await scene.files.read('log/lakeside/checkpoint')).toBeNull();
      await second.stop();
      await expectWhole();
    },
  );

  withLogOnce('damage to one log stops that log alone', async () => {
    const sequencer = scene.start();
    await scene.events(300, 'lakeside');
    await scene.settled('lakeside');
    await scene.settled();
    await sequencer.stop();
    await scene.sql.query(
      "update log_head set frontier = overlay(frontier placing '\\xff'::bytea from 5) where agency_id = 'lakeside'",
    );
    const before = await sizes('lakeside');
    const goes = scene.start();
    await scene.events(4, 'lakeside');
    await scene.events(4);
    expect(await scene.standsStill('log-forked', 'lakeside')).toContain('another root');
    await scene.settled();
    await goes.stop();
    expect(await sizes('lakeside')).toEqual(before);
    await expectWhole();
  });

  withLogOnce(
    'an event that fits no entry stops its log, says which, and what came before it is published',
    async () => {
      const sequencer = scene.start();
      await scene.settled();
      await sequencer.stop();
      const good = await scene.events(3);
      const bad = randomUUID();
      const hear = async (agency: string): Promise<void> => {
        await scene.sql.query(
          "insert into event (agency_id, id, type, actor, body) values ($1, $2, 'heard.nothing', 'cli', '{}')",
          [agency, bad],
        );
      };
      await hear('rivertown');
      await scene.events(2);
      // As many as the database is handed at a time; the next portion begins with it.
      const many = await scene.events(500, 'lakeside');
      await hear('lakeside');
      await scene.events(2, 'lakeside');
      const goes = scene.start();
      expect(await scene.standsStill('log-entry-malformed')).toContain(bad);
      const { rows } = await scene.sql.query<{ event_id: string }>(
        "select event_id from log_leaf l join log_head h using (agency_id) where agency_id = 'rivertown' and idx < published",
      );
      expect(rows.map((row) => row.event_id)).toEqual(expect.arrayContaining(good));
      expect((await scene.judge(false)).faults).toEqual([]);
      expect(await scene.standsStill('log-entry-malformed', 'lakeside')).toContain(bad);
      const { rows: entered } = await scene.sql.query<{ event_id: string }>(
        "select event_id from log_leaf l join log_head h using (agency_id) where agency_id = 'lakeside' and idx < published order by idx",
      );
      // Behind the entry of the log's first key.
      expect(entered.map((row) => row.event_id)).toEqual(expect.arrayContaining(many));
      expect(entered.length).toBeLessThan(many.length + 10);
      expect((await scene.judge(false, 'lakeside')).faults).toEqual([]);
      await goes.stop();
    },
  );

  withLogOnce('connections to the database are cut again and again, and it goes on', async () => {
    scene.start({ batch: 20, longestWaitMs: 400 });
    const stop = watch(scene);
    for (let cuts = 0; cuts < 8; cuts += 1) {
      await scene.events(40);
      await until(60_000, async () => {
        const { rowCount } = await scene.sql.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'test'",
        );
        if (rowCount === 0) throw new Error('It is not connected.');
        return true;
      });
      // It is back, and somewhere between its first statement and its rest.
      await until(60_000, async () => {
        const { rowCount } = await scene.sql.query(
          "select from pg_stat_activity where datname = current_database() and application_name = 'test'",
        );
        if (rowCount === 0) throw new Error('It did not come back.');
        return true;
      });
      await sleep(7 * cuts);
    }
    await scene.settled();
    await stop();
    await expectWhole();
  });

  withLogOn(
    'folder',
    'the store is down for a while: nothing is published, nothing is lost, and no more than a batch is between',
    async () => {
      let down = false;
      const refuse = (): void => {
        if (down) throw new ArchiveError('store-down', 'The store does not answer.', { retry: 'later' });
      };
      const files = {
        ...scene.files,
        read: async (path: string) => {
          refuse();
          return await scene.files.read(path);
        },
        put: async (path: string, bytes: Uint8Array, ms: number) => {
          refuse();
          await scene.files.put(path, bytes, ms);
        },
        replace: async (path: string, bytes: Uint8Array, ms: number) => {
          refuse();
          await scene.files.replace(path, bytes, ms);
        },
      };
      scene.start({ files, batch: 50 });
      await scene.settled();
      down = true;
      await scene.events(500);
      await scene.standsStill('store-down');
      await sleep(1500);
      const { rows } = await scene.sql.query<{ between: number }>(
        "select (size - published)::int as between from log_head where agency_id = 'rivertown'",
      );
      expect(rows[0]?.between).toBeLessThanOrEqual(50);
      expect((await scene.judge(false)).faults).toEqual([]);
      down = false;
      await scene.settled();
      await expectWhole();
    },
  );

  withLogOn('s3', 'what an administrator of the store took away is written again as it was', async () => {
    const sequencer = scene.start({ batch: 100 });
    await scene.events(620);
    await scene.settled();
    await sequencer.stop();
    const note = await scene.files.read('log/rivertown/checkpoint');
    const files = await filesOf();
    expect(files.length).toBeGreaterThan(6);
    // The checkpoint and a whole tile; the edge alone; all.
    const some = files.filter((path) => path.endsWith('/000')).slice(0, 2);
    const edge = files.filter((path) => path.includes('.p/'));
    expect([some.length, edge.length]).toEqual([2, 3]);
    for (const gone of [
      ['log/rivertown/checkpoint', ...some],
      edge,
      ['log/rivertown/checkpoint', ...files],
    ]) {
      for (const path of gone) await remove(path);
      for (const path of gone) expect(await scene.files.read(path), path).toBeNull();
      const goes = scene.start();
      await until(60_000, async () => {
        for (const path of gone) if ((await scene.files.read(path)) === null) throw new Error(path);
        return true;
      });
      await goes.stop();
      expect(await scene.files.read('log/rivertown/checkpoint')).toEqual(note);
      await expectWhole();
    }
    const goes = scene.start();
    await scene.events(10);
    await scene.settled();
    await goes.stop();
    await expectWhole();
    // A checkpoint of before has lost its partial tiles, and proofs under it are led from the longer ones.
    const reader = openLogReader(scene.files);
    await scene.db.inAgency('rivertown', async (at) => {
      const { rows } = await scene.sql.query<{ size: number; root: Buffer; note: Buffer; at: Date }>(
        "select size::int as size, root, note, at from log_checkpoint where agency_id = 'rivertown' order by 1 limit 3",
      );
      const under = rows[2];
      if (under === undefined) throw new Error('There is no third checkpoint.');
      const { rows: events } = await scene.sql.query<{ id: string }>(
        "select event_id as id from log_leaf where agency_id = 'rivertown' and idx in (0, 70, 255, 256, 290) order by idx",
      );
      const eventIds = events.map((event) => event.id);
      const proven = await reader.proofsOf(at, { eventIds }, under);
      expect(proven.map((one) => one.index)).toEqual([0, 70, 255, 256, 290]);
    });
  });

  withLogOn('s3', 'a database that was restored to an earlier time signs nothing', async () => {
    const sequencer = scene.start();
    await scene.events(20);
    await scene.settled();
    await sequencer.stop();
    const earlier = await scene.copy();
    const later = scene.databaseUrl;
    const goes = scene.start();
    await scene.events(400);
    await scene.settled();
    await goes.stop();
    const note = await scene.files.read('log/rivertown/checkpoint');
    const signed = scene.seen.length;

    await scene.restored(earlier);
    const before = await sizes();
    const stands = scene.start();
    // Also before anything new happens there.
    expect(await scene.standsStill('log-behind')).toContain('restored to an earlier time');
    await scene.events(5);
    await sleep(500);
    await stands.stop();
    expect(await sizes()).toEqual(before);
    expect(await scene.files.read('log/rivertown/checkpoint')).toEqual(note);
    expect(scene.seen.length).toBe(signed);

    await scene.restored(later);
    const on = scene.start();
    await scene.events(5);
    await scene.settled();
    await on.stop();
    await expectWhole();
  });

  withLogOn(
    'folder',
    'a database that went on by itself after the same beginning signs nothing',
    async () => {
      const sequencer = scene.start();
      await scene.events(20);
      await scene.settled();
      await sequencer.stop();
      const other = await scene.copy();
      // Whoever owns the machine has the keys as well, and what they remembered then.
      const keysThen = `${scene.keys}-then`;
      await cp(scene.keys, keysThen, { recursive: true });
      const ours = scene.databaseUrl;
      const goes = scene.start();
      await scene.events(10);
      await scene.settled();
      await goes.stop();
      const note = await scene.files.read('log/rivertown/checkpoint');

      await scene.restored(other);
      // As far as the true one and further, in a store of its own.
      const elsewhere = await openLogScene(null);
      const alone = scene.start({ files: elsewhere.files, keyFolder: openKeyFolder(keysThen) });
      await scene.events(15);
      await scene.settled();
      await alone.stop();
      await elsewhere.close();
      const stands = scene.start();
      expect(await scene.standsStill('log-forked')).toContain('another root');
      await scene.events(5);
      await sleep(400);
      await stands.stop();
      expect(await scene.files.read('log/rivertown/checkpoint')).toEqual(note);

      await scene.restored(ours);
      await expectWhole();
    },
  );

  withLogOnce(
    'a tail that is taken back in the database is never signed anew, running or started again',
    async () => {
      const running = scene.start();
      await scene.events(60);
      await scene.settled();
      const { rows } = await scene.sql.query<{ size: number; frontier: Buffer }>(
        "select size::int, frontier from log_head where agency_id = 'rivertown'",
      );
      const [before] = rows;
      const older = await scene.files.read('log/rivertown/checkpoint');
      await scene.events(20);
      await scene.settled();
      const newest = await scene.files.read('log/rivertown/checkpoint');
      const takeBack = async (): Promise<void> => {
        await scene.sql.query('begin');
        await scene.sql.query('set local session_replication_role = replica');
        await scene.sql.query(
          `delete from event e using log_leaf l
          where l.agency_id = 'rivertown' and l.agency_id = e.agency_id and l.event_id = e.id and l.idx >= $1`,
          [before?.size],
        );
        await scene.sql.query("delete from log_leaf where agency_id = 'rivertown' and idx >= $1", [
          before?.size,
        ]);
        await scene.sql.query("delete from log_checkpoint where agency_id = 'rivertown' and size > $1", [
          before?.size,
        ]);
        await scene.sql.query(
          "update log_head set size = $1, published = $1, frontier = $2 where agency_id = 'rivertown'",
          [before?.size, before?.frontier],
        );
        await scene.sql.query('commit');
      };
      scene.seen.length = 0;
      await takeBack();
      // While it runs it has compared already. Others than were signed, fewer and as many and more than there were.
      for (const count of [5, 15, 5]) {
        await scene.events(count);
        await scene.standsStill('log-forked').catch(async () => await scene.standsStill('log-behind'));
      }
      await running.stop();
      // Nor when the store shows an older one, and the process is another.
      if (older !== null) await scene.files.replace('log/rivertown/checkpoint', older, 1000);
      scene.seen.length = 0;
      await takeBack();
      const again = scene.start();
      await scene.events(1);
      expect(await scene.standsStill('log-behind')).toContain(
        'the store does not show the newest checkpoint',
      );
      await again.stop();
      expect(scene.seen).toEqual([]);
      expect(newest).not.toEqual(older);
    },
  );

  withLogOn('s3', 'a checkpoint that a stranger signed, or none at all, is no reason to go on', async () => {
    const sequencer = scene.start();
    await scene.events(3);
    await scene.settled();
    await sequencer.stop();
    const note = await scene.files.read('log/rivertown/checkpoint');
    const origin = note?.toString().split('\n')[0] ?? '';
    const stranger = signer(keyPair(origin, Buffer.alloc(32, 7)).skey);
    const foreign = signCheckpoint({ origin, size: 2, root: Buffer.alloc(32, 9) }, [stranger]);
    for (const wrong of [foreign, Buffer.from('nothing that is signed\n')]) {
      await scene.files.replace('log/rivertown/checkpoint', wrong, 1000);
      const goes = scene.start();
      await scene.events(2);
      expect(await scene.standsStill('log-forked')).toContain('no key of this database');
      await goes.stop();
      expect(await scene.files.read('log/rivertown/checkpoint')).toEqual(wrong);
      await scene.sql.query('delete from log_standing');
    }
    // An administrator puts back what was there.
    scene.seen.length = 0;
    if (note !== null) await scene.files.replace('log/rivertown/checkpoint', note, 1000);
    const on = scene.start();
    await scene.settled();
    await on.stop();
    if (kind === 'folder') await expectWhole();
    else expect((await scene.judge(true)).faults).toEqual([]);
  });

  withLogOn('s3', 'the locks of its files are renewed, and what is missing is told', async () => {
    const sequencer = scene.start({ batch: 100 });
    await scene.events(600);
    await scene.settled();
    await sequencer.stop();
    const { renewLogLeases } = await import('#log/log.ts');
    const paths = ['log/rivertown/checkpoint', ...(await filesOf())];
    const round = async (days: number) =>
      await renewLogLeases({
        db: scene.db,
        files: scene.files,
        log: openLog('silent', 'log'),
        leaseMs: 30 * DAY_MS,
        now: () => new Date(Date.now() + days * DAY_MS),
      });
    const first = await round(0);
    // Those of the other logs are among them.
    expect(first.looked).toBeGreaterThanOrEqual(paths.length);
    expect(first).toMatchObject({ missing: 0, failed: 0 });
    const { rows } = await scene.sql.query<{ n: number }>(
      'select count(*)::int as n from log_head where published > 0',
    );
    const logs = rows[0]?.n ?? 0;
    // Now the edges and checkpoints alone.
    expect((await round(0)).looked).toBeLessThan(first.looked);
    if (server !== null && s3 !== null) {
      const eyes = s3Eyes(s3, server.root);
      const locks = async (): Promise<number[]> =>
        await Promise.all(
          paths.map(async (path) => {
            const newest = (await eyes.versions(path)).filter(({ key }) => key === path);
            const seen = await Promise.all(newest.map(async (one) => await eyes.look(path, one.versionId)));
            const current = await scene.files.read(path);
            const it = seen.find(({ bytes }) => current?.equals(bytes) === true);
            expect(it?.mode, path).toBe('COMPLIANCE');
            return ((it?.retainUntil?.getTime() ?? 0) - Date.now()) / DAY_MS;
          }),
        );
      expect(Math.min(...(await locks()))).toBeGreaterThan(29.9);
      // One edge of each log was put with a short lock; of a log that has only an edge that is all but the checkpoint.
      expect(first.renewed).toBeGreaterThanOrEqual(3 + 2 * (logs - 1));
      expect((await round(19)).renewed).toBe(0);
      const later = await round(25);
      expect(later.renewed).toBe(later.looked);
      expect(Math.min(...(await locks()))).toBeGreaterThan(54.9);
    }
    await remove(paths[1] ?? '');
    expect((await round(60)).missing).toBe(1);
  });

  withLogOn(
    's3',
    'copies of anchors are listed, however many they are, and their locks renewed',
    async () => {
      const sequencer = scene.start();
      await scene.events(3);
      await scene.settled();
      await sequencer.stop();
      const { renewLogLeases } = await import('#log/log.ts');
      const folder = 'log/rivertown/anchor';
      const listed = async (of: string): Promise<string[]> => {
        const found: string[] = [];
        for await (const path of scene.files.list(of)) found.push(path);
        return found;
      };
      expect(await listed(folder)).toEqual([]);
      // In a whole run more than a store lists at once; and others, whose names only begin like these.
      const many = times(1003, 30);
      const paths = Array.from({ length: many }, (_, n) => `${folder}/${n + 1}/checkpoint`).sort();
      const next = paths.values();
      const put = async (): Promise<void> => {
        for (const path of next) await scene.files.put(path, Buffer.from(path), 60_000);
      };
      await Promise.all(Array.from({ length: 16 }, put));
      await scene.files.put('log/rivertown/anchors', Buffer.from('x'), 60_000);
      await scene.files.put('log/rivertown-2/anchor/1/checkpoint', Buffer.from('x'), 60_000);
      expect(await listed(folder)).toEqual(paths);
      await scene.sql.query('update log_head set leases_at = null');
      const round = await renewLogLeases({
        db: scene.db,
        files: scene.files,
        log: openLog('silent', 'log'),
        leaseMs: 30 * DAY_MS,
        now: () => new Date(),
      });
      expect(round).toMatchObject({ missing: 0, failed: 0 });
      expect(round.looked).toBeGreaterThan(many);
      if (server !== null && s3 !== null) {
        expect(round.renewed).toBeGreaterThanOrEqual(many);
        const eyes = s3Eyes(s3, server.root);
        const path = paths.at(-1) ?? '';
        const [one] = await eyes.versions(path);
        const { mode, retainUntil } = await eyes.look(path, one?.versionId ?? '');
        expect(mode).toBe('COMPLIANCE');
        expect(((retainUntil?.getTime() ?? 0) - Date.now()) / DAY_MS).toBeGreaterThan(29.9);
      }
    },
  );

  withLogOn('folder', 'the judge says so when anything is wrong', async () => {
    const sequencer = scene.start({ batch: 100 });
    await scene.events(300);
    await scene.settled();
    await sequencer.stop();
    await expectWhole();
    const one = "agency_id = 'rivertown' and idx = 20";
    const damages = [
      `update log_leaf set entry = overlay(entry placing 'x' from 9) where ${one}`,
      `update log_leaf set salt = decode(repeat('00', 32), 'hex') where ${one}`,
      `delete from log_leaf where ${one}`,
      `update log_leaf set event_id = gen_random_uuid() where ${one}`,
      "update event set body = '{}' where seq = (select max(seq) from event where type = 'office.changed')",
      "insert into event (agency_id, id, type, actor, body) values ('rivertown', gen_random_uuid(), 'office.tried', 'cli', '{}')",
      "update log_checkpoint set root = decode(repeat('00', 32), 'hex') where agency_id = 'rivertown' and size = (select min(size) from log_checkpoint where agency_id = 'rivertown')",
      "update log_head set frontier = overlay(frontier placing '\\x00ff'::bytea from 5) where agency_id = 'rivertown'",
      "update log_head set published = published - 1 where agency_id = 'rivertown'",
      "delete from log_key where agency_id = 'rivertown'",
    ];
    for (const damage of damages) {
      await scene.sql.query('begin');
      await scene.sql.query("set local session_replication_role = 'replica'");
      const { rowCount } = await scene.sql.query(damage);
      expect(rowCount, damage).toBe(1);
      // The trigger of the outbox was passed by, as its owner can.
      expect((await scene.judge(true)).faults.length, damage).toBeGreaterThan(0);
      await scene.sql.query('rollback');
    }
    expect((await scene.judge(true)).faults).toEqual([]);
    const paths = await filesOf();
    for (const [n, path] of paths.entries()) {
      await remove(path);
      expect((await scene.judge(true)).faults, path).toHaveLength(n + 1);
    }
  });
}

test('the log’s account alone writes below log/, and it writes nothing else', async () => {
  const server = await startVersitygw();
  try {
    const own = await server.newBucket({ ownLog: true });
    if (own.log === null) throw new Error('This bucket has no account of the log.');
    const lastsUntil = new Date(Date.now() + 60_000);
    const outcome = async (credentials: S3Credentials, Key: string, deletes = false): Promise<string> => {
      const client = new S3Client({
        endpoint: own.endpoint,
        region: own.region,
        credentials,
        forcePathStyle: true,
      });
      try {
        await client.send(
          deletes
            ? new DeleteObjectCommand({ Bucket: own.bucket, Key })
            : new PutObjectCommand({
                Bucket: own.bucket,
                Key,
                Body: 'x',
                ObjectLockMode: 'COMPLIANCE',
                ObjectLockRetainUntilDate: lastsUntil,
              }),
        );
        return 'done';
      } catch (error) {
        return error instanceof Error ? error.name : 'failed';
      } finally {
        client.destroy();
      }
    };
    const { log, writer, purger } = own;
    if (purger === null) throw new Error('There is no purger.');
    expect(await outcome(log, 'log/rivertown/checkpoint')).toBe('done');
    expect(await outcome(writer, 'a/record')).toBe('done');
    for (const [who, key] of [
      [writer, 'log/rivertown/checkpoint'],
      [writer, 'log/rivertown/tile/0/000'],
      [purger, 'log/rivertown/checkpoint'],
      [log, 'a/record'],
      [log, 'canary/x'],
      [log, 'logs'],
    ] as const)
      expect(await outcome(who, key), `${who.accessKeyId} ${key}`).toBe('AccessDenied');
    for (const who of [writer, purger, log])
      expect(await outcome(who, 'log/rivertown/checkpoint', true), who.accessKeyId).toBe('AccessDenied');
    // Everybody may read it.
    for (const credentials of [writer, log]) {
      const client = new S3Client({
        endpoint: own.endpoint,
        region: own.region,
        credentials,
        forcePathStyle: true,
      });
      const { Body } = await client.send(
        new GetObjectCommand({ Bucket: own.bucket, Key: 'log/rivertown/checkpoint' }),
      );
      expect(await Body?.transformToString()).toBe('x');
      client.destroy();
    }
  } finally {
    await server.stop();
  }
});
