/** One contract for every kind of store and every S3 server behind one: whoever adds one writes its place, and runs this. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openS3Store } from '#store/s3.ts';
import {
  openPurger,
  openStore,
  type ObjectPurger,
  type ObjectState,
  type ObjectStore,
  type StoreConfig,
} from '#store/store.ts';
import type { RunningS3, S3Options } from './s3-server.ts';
import { all, endOf, inMs, MINUTE_MS, sealInput, sha256Of, textOf, until } from './store-input.ts';

/** A place that outlives the store opened on it. */
export interface Place {
  readonly config: StoreConfig;
  open(): Promise<ObjectStore>;
  /** As after a crash of whatever keeps the objects. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/** What its canary must find. */
export interface Expected {
  readonly kind: ObjectStore['kind'];
  readonly holdOutlivesRetention: boolean;
  /**
   * A key that is a folder of another one. The archive makes none (`#store/store.ts`), and this is why: most places refuse
   * the second, and MinIO keeps and reads both, but leaves the longer one out of every list of versions.
   */
  readonly nestedKeys: 'refused' | 'kept and not listed';
}

export async function s3Place(start: (options: S3Options) => Promise<RunningS3>): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-store-'));
  let server = await start({ folder });
  const s3 = await server.newBucket();
  return {
    config: { s3, dataDir: '' },
    // Small pages, so that every listing here goes over several.
    open: () => Promise.resolve(openS3Store({ s3, pageSize: 4 })),
    restart: async () => {
      await server.kill9();
      server = await start({ folder, like: server });
    },
    remove: async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

export function storeContract(name: string, open: () => Promise<Place>, expected: Expected): void {
  describe(`a store on ${name}`, () => {
    const { kind, holdOutlivesRetention, nestedKeys } = expected;
    let place: Place;
    let store: ObjectStore;
    let purger: ObjectPurger;
    beforeAll(async () => {
      place = await open();
      store = await place.open();
      purger = await openPurger(place.config);
    });
    afterAll(async () => {
      await store.close();
      await purger.close();
      await place.remove();
    });

    const created = async (...args: Parameters<typeof sealInput>): Promise<string> => {
      const outcome = await store.seal(sealInput(...args));
      if (outcome.outcome !== 'created') throw new Error(`${args[0]} exists already`);
      return outcome.versionId;
    };
    const head = async (key: string, versionId?: string): Promise<ObjectState> => {
      const state = await store.head(key, versionId);
      if (state === null) throw new Error(`${key} is not there`);
      return state;
    };
    it('opens as the kind that the settings name', async () => {
      const opened = await openStore(place.config);
      expect(opened.kind).toBe(kind);
      expect(opened.describe).not.toContain('@');
      await opened.close();
    });

    it('heads what it keeps: size, digest, mode, a date not before the one asked for', async () => {
      const retainUntil = new Date(Date.now() + MINUTE_MS + 123);
      const versionId = await created('truth/a', 'a text', { retainUntil });
      const state = await head('truth/a', versionId);
      expect(state).toMatchObject({
        key: 'truth/a',
        versionId,
        sizeBytes: 6,
        sha256: sha256Of('a text'),
        mode: 'COMPLIANCE',
        hold: false,
      });
      const laterMs = (state.retainUntil?.getTime() ?? 0) - retainUntil.getTime();
      expect(laterMs).toBeGreaterThanOrEqual(0);
      expect(laterMs).toBeLessThan(1000);
      expect(await store.head('truth/a')).toEqual(state);
    });

    it('knows nothing of a key that was never sealed', async () => {
      expect(await store.head('absent/a')).toBeNull();
      expect(await endOf(store.read('absent/a', 'null'))).toBe('store-object-missing, never');
      expect(await all(store.versions('absent/'))).toEqual([]);
    });

    it('seals a file by its path, and an empty body', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'holdfast-body-'));
      const path = join(folder, 'body');
      const bytes = Buffer.alloc(3_000_000, 'rivertown ');
      await writeFile(path, bytes);
      const more = { body: { path }, sha256: sha256Of(bytes), sizeBytes: bytes.length };
      const versionId = await created('path/a', '', more);
      expect((await head('path/a')).sha256).toBe(more.sha256);
      expect(sha256Of(await textOf(await store.read('path/a', versionId)))).toBe(more.sha256);
      await writeFile(path, '');
      await created('path/empty', '', { body: { path } });
      expect(await head('path/empty')).toMatchObject({ sizeBytes: 0, sha256: sha256Of('') });
      await rm(folder, { recursive: true });
    });

    it('answers exists to a second seal of a key, and keeps the first bytes and lock', async () => {
      const versionId = await created('twice/a', 'first');
      const before = await head('twice/a');
      expect(await store.seal(sealInput('twice/a', 'first'))).toEqual({ outcome: 'exists' });
      expect(await store.seal(sealInput('twice/a', 'other', { retainUntil: inMs(MINUTE_MS) }))).toEqual({
        outcome: 'exists',
      });
      expect(await head('twice/a')).toEqual(before);
      expect(await textOf(await store.read('twice/a', versionId))).toBe('first');
      expect(await all(store.versions('twice/'))).toHaveLength(1);
    });

    it('refuses other bytes than were announced, and keeps none of them', async () => {
      expect(await endOf(store.seal(sealInput('lie/a', 'text', { sha256: sha256Of('other') })))).toBe(
        'digest-mismatch, never',
      );
      expect(await endOf(store.seal(sealInput('lie/b', 'text', { sizeBytes: 3 })))).toBe(
        'digest-mismatch, never',
      );
      expect(await all(store.versions('lie/'))).toEqual([]);
    });

    it('refuses a lock that has ended already', async () => {
      expect(await endOf(store.seal(sealInput('past/a', 'text', { retainUntil: inMs(-1000) })))).toBe(
        'store-refused, never',
      );
      expect(await store.head('past/a')).toBeNull();
    });

    it('reads a range, both ends included', async () => {
      const versionId = await created('range/a', '0123456789');
      expect(await textOf(await store.read('range/a', versionId, { start: 2, end: 4 }))).toBe('234');
      expect(await textOf(await store.read('range/a', versionId))).toBe('0123456789');
    });

    it('moves a lock forward only', async () => {
      const versionId = await created('extend/a', 'text', { retainUntil: inMs(10 * MINUTE_MS) });
      const later = new Date('2040-01-01T00:00:00Z');
      await store.extend('extend/a', versionId, later);
      expect((await head('extend/a')).retainUntil).toEqual(later);
      // Again, as after a lost answer.
      await store.extend('extend/a', versionId, later);
      expect(await endOf(store.extend('extend/a', versionId, new Date('2039-12-31T23:59:59Z')))).toBe(
        'store-refused, never',
      );
      expect((await head('extend/a')).retainUntil).toEqual(later);
    });

    it('refuses to purge what is locked', async () => {
      const versionId = await created('locked/a', 'text');
      expect(await endOf(purger.purge('locked/a', versionId))).toBe('store-object-locked, never');
      expect(await textOf(await store.read('locked/a', versionId))).toBe('text');
    });

    it('places, shows and lifts a hold, each as often as asked', async () => {
      const versionId = await created('hold/a', 'text');
      for (const held of [true, true, false, false, true]) {
        await (held ? store.hold('hold/a', versionId) : store.release('hold/a', versionId));
        expect(await head('hold/a')).toMatchObject({ hold: held, mode: 'COMPLIANCE' });
      }
      await created('hold/born', 'text', { hold: true });
      expect((await head('hold/born')).hold).toBe(true);
    });

    it.concurrent('purges after the lock has ended, and leaves nothing; a purge may be asked for again', async () => {
      const keys = ['gone/1/a', 'gone/1/b', 'gone/2'];
      for (const key of keys) await created(key, key, { retainUntil: inMs(1500) });
      const rows = await all(store.versions('gone/'));
      expect(rows.map((row) => row.key)).toEqual(keys);
      await until(inMs(2000));
      for (const { key, versionId } of [...rows, ...rows]) await purger.purge(key, versionId);
      expect(await all(store.versions('gone'))).toEqual([]);
      for (const { key, versionId } of rows) {
        expect(await store.head(key, versionId)).toBeNull();
        expect(await endOf(store.read(key, versionId))).toBe('store-object-missing, never');
      }
    });

    it.concurrent('refuses to purge what is held, also after its lock has ended', async () => {
      const versionId = await created('held/a', 'text', { retainUntil: inMs(1500), hold: true });
      await until(inMs(2000));
      expect(await endOf(purger.purge('held/a', versionId))).toBe('store-object-locked, never');
      await store.release('held/a', versionId);
      await purger.purge('held/a', versionId);
      expect(await store.head('held/a')).toBeNull();
    });

    it.concurrent('renews a lock that has ended', async () => {
      const versionId = await created('renew/a', 'text', { retainUntil: inMs(1200) });
      await until(inMs(1500));
      await store.extend('renew/a', versionId, inMs(MINUTE_MS));
      expect(await endOf(purger.purge('renew/a', versionId))).toBe('store-object-locked, never');
    });

    it('lists every version under a prefix, over all pages', async () => {
      const keys = Array.from(
        { length: 23 },
        (_, n) => `list/${n % 3}/object-${String(n).padStart(2, '0')}`,
      ).sort();
      const versions = new Map<string, string>();
      for (const key of keys) versions.set(key, await created(key, key));
      const rows = await all(store.versions('list/'));
      expect(rows).toEqual(
        keys.map((key) => ({
          key,
          versionId: versions.get(key),
          isDeleteMarker: false,
          sizeBytes: key.length,
        })),
      );
      // A prefix is a matter of letters, not of folders.
      expect(await all(store.versions('list/1/object-0'))).toHaveLength(3);
      expect(await all(store.versions('li'))).toHaveLength(23);
    });

    it('of 24 racing seals of one key one wins, and it is locked', async () => {
      const texts = Array.from({ length: 24 }, (_, n) => `racer ${n}`);
      const outcomes = await Promise.all(texts.map((text) => store.seal(sealInput('race/a', text))));
      const winner = outcomes.findIndex((each) => each.outcome === 'created');
      expect(outcomes.filter((each) => each.outcome === 'created')).toHaveLength(1);
      expect(await head('race/a')).toMatchObject({
        sha256: sha256Of(texts[winner] ?? ''),
        mode: 'COMPLIANCE',
      });
      expect(await all(store.versions('race/'))).toHaveLength(1);
    });

    it('refuses keys that lead elsewhere', async () => {
      for (const key of [
        '',
        '/a',
        'a/',
        'a//b',
        '../a',
        'a/../b',
        'a/.',
        'a b',
        'a~state',
        'a\\b',
        'ä',
        'a\0',
      ])
        expect(await endOf(store.seal(sealInput(key, 'text'))), JSON.stringify(key)).toBe(
          'store-refused, never',
        );
    });

    it(`has keys that are a path prefix of another ${nestedKeys}`, async () => {
      await created('prefix/a', 'text');
      await created('prefix/c/d', 'text');
      for (const key of ['prefix/a/b', 'prefix/c'])
        if (nestedKeys === 'refused')
          expect(await endOf(store.seal(sealInput(key, key)))).toBe('store-conflict, never');
        else expect(await textOf(await store.read(key, await created(key, key)))).toBe(key);
      expect((await head('prefix/a')).sha256).toBe(sha256Of('text'));
      expect((await head('prefix/c/d')).sha256).toBe(sha256Of('text'));
      expect((await all(store.versions('prefix'))).map((row) => row.key)).toEqual(
        nestedKeys === 'refused' ? ['prefix/a', 'prefix/c/d'] : ['prefix/a', 'prefix/c'],
      );
    });

    it('speaks of a version that is not there as missing', async () => {
      const versionId = await created('version/a', 'text');
      const other = versionId.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
      expect(await store.head('version/a', other)).toBeNull();
      for (const work of [
        () => store.read('version/a', other),
        () => store.extend('version/a', other, inMs(90 * MINUTE_MS)),
        () => store.hold('version/a', other),
        () => store.extend('version/b', versionId, inMs(90 * MINUTE_MS)),
      ])
        expect(await endOf(work())).toBe('store-object-missing, never');
      expect((await head('version/a')).hold).toBe(false);
    });

    it('finds everything again after a restart', async () => {
      const versionId = await created('restart/a', 'text');
      const later = new Date('2041-06-01T00:00:00Z');
      await store.extend('restart/a', versionId, later);
      await store.hold('restart/a', versionId);
      const before = await head('restart/a');
      await store.close();
      await place.restart();
      store = await place.open();
      expect(await head('restart/a', versionId)).toEqual(before);
      expect(before).toMatchObject({ retainUntil: later, hold: true });
      expect(await textOf(await store.read('restart/a', versionId))).toBe('text');
    });

    it('passes the canary, all checks counted', async () => {
      const quick = await store.canary({ full: false });
      expect(quick.checks.map((check) => check.n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect(quick.checks.filter((check) => !check.ok)).toEqual([]);
      expect(quick.passed).toBe(true);
      // Never claimed without having been seen.
      expect(quick.capabilities.holdOutlivesRetention).toBe(false);

      const full = await store.canary({ full: true });
      expect(full.checks).toHaveLength(12);
      expect(full.passed).toBe(true);
      expect(full.capabilities).toEqual({
        kind,
        immutability: kind === 'folder' ? 'advisory' : 'compliance',
        standing: kind === 'folder' ? 'tamper-evident' : 'immutable',
        holdOutlivesRetention,
        multipartLock: true,
        checksumOnHead: true,
      });
    });
  });
}
