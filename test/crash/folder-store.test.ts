/** A process on the folder store dies after each of its operations on the disk in turn; another one then goes on. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { codeOf } from '#errors.ts';
import { openFolderPurger, openFolderStore } from '#store/folder.ts';
import type { ObjectPurger, ObjectStore } from '#store/store.ts';
import { rows as chosen } from '../support/extent.ts';
import { runFolderChild } from '../support/folder-process.ts';
import { all, inMs, MINUTE_MS, sealInput, sha256Of, textOf } from '../support/store-input.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let store: ObjectStore;
let purger: ObjectPurger;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
  store = await openFolderStore({ folder });
  purger = await openFolderPurger({ folder });
});
afterAll(() => rm(folder, { recursive: true }));

async function code(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'no error', codeOf);
}

/** Runs a verb once for each of its operations, dying after it, each time on a fresh object; answers how many there were. */
async function dieAtEach(
  verb: string,
  prepare: (key: string) => Promise<void>,
  judge: (key: string, n: number) => Promise<void>,
): Promise<number> {
  for (let n = 1; ; n += 1) {
    const key = `${verb}/${n}/folder/a`;
    await prepare(key);
    const { killed } = await runFolderChild(folder, verb, key, n);
    if (!killed) return n - 1;
    await judge(key, n);
  }
}

describe('a process that dies', () => {
  it('while it seals leaves no lock that does not hold, and a retry completes it', async () => {
    let bare = 0;
    let locked = 0;
    const steps = await dieAtEach(
      'seal',
      () => Promise.resolve(),
      async (key, n) => {
        const left = await store.head(key);
        if (left !== null && left.mode === null) {
          bare += 1;
          expect(left, `step ${n}`).toMatchObject({ versionId: 'null', retainUntil: null, hold: false });
          // Listed, so that nobody takes the key for free.
          expect(await all(store.versions(key))).toHaveLength(1);
        }
        if (left?.mode === 'COMPLIANCE') locked += 1;
        const again = await store.seal(sealInput(key, 'the sealed text'));
        expect(again.outcome, `step ${n}`).toBe(left?.mode === 'COMPLIANCE' ? 'exists' : 'created');
        const state = await store.head(key);
        expect(state, `step ${n}`).toMatchObject({ mode: 'COMPLIANCE', sha256: sha256Of('the sealed text') });
        expect(await textOf(await store.read(key, state?.versionId ?? ''))).toBe('the sealed text');
        expect(await all(store.versions(key))).toHaveLength(1);
      },
    );
    // Before, between and after: all three were really met.
    expect(steps).toBeGreaterThan(10);
    expect(bare).toBeGreaterThan(0);
    expect(locked).toBeGreaterThan(0);
    expect(bare + locked).toBeLessThan(steps);
  });

  it('between bytes and lock leaves the key to nobody with other bytes', async () => {
    const key = 'other/a';
    let n = 0;
    do {
      n += 1;
      await rm(join(folder, 'objects', 'other'), { recursive: true, force: true });
      await runFolderChild(folder, 'seal', key, n);
    } while ((await store.head(key)) === null);
    expect((await store.head(key))?.mode).toBeNull();
    expect(await store.seal(sealInput(key, 'other text'))).toEqual({ outcome: 'exists' });
    expect((await store.head(key))?.mode).toBeNull();
    expect((await store.seal(sealInput(key, 'the sealed text'))).outcome).toBe('created');
  });

  // What is held and what is released is one line of the journal, with one word or the other.
  it.each(chosen(['extend', 'hold', 'release'] as const, (verb) => verb !== 'release'))(
    'while it does %s leaves the state before or after it',
    async (verb) => {
      const retainUntil = new Date(Math.ceil(inMs(60 * MINUTE_MS).getTime() / 1000) * 1000);
      let before = 0;
      let after = 0;
      await dieAtEach(
        verb,
        async (key) =>
          void (await store.seal(sealInput(key, 'text', { retainUntil, hold: verb === 'release' }))),
        async (key) => {
          const state = await store.head(key);
          expect(state?.mode).toBe('COMPLIANCE');
          const isBefore =
            state?.hold === (verb === 'release') && state.retainUntil?.getTime() === retainUntil.getTime();
          if (isBefore) before += 1;
          else after += 1;
          const versionId = state?.versionId ?? '';
          if (verb === 'extend') await store.extend(key, versionId, inMs(900 * MINUTE_MS));
          else await store[verb](key, versionId);
          const done = await store.head(key);
          if (verb === 'extend')
            expect(done?.retainUntil?.getTime()).toBeGreaterThan(inMs(800 * MINUTE_MS).getTime());
          else expect(done?.hold).toBe(verb === 'hold');
        },
      );
      expect(before).toBeGreaterThan(0);
      expect(after).toBeGreaterThan(0);
    },
  );

  it('while it purges leaves the key listed until a second purge has taken everything', async () => {
    // Sealed an hour ago, for half an hour.
    const past = await openFolderStore({ folder, now: () => inMs(-60 * MINUTE_MS) });
    let listed = 0;
    let begun = 0;
    const steps = await dieAtEach(
      'purge',
      async (key) => {
        await past.seal(sealInput(key, 'text', { retainUntil: inMs(-30 * MINUTE_MS) }));
      },
      async (key, n) => {
        const rows = await all(store.versions(key));
        listed += rows.length;
        // Either the purge had said so in the journal, and nothing else is allowed any more, or it had not begun.
        for (const row of rows)
          if ((await code(store.hold(row.key, row.versionId))) === 'no error') {
            begun -= 1;
            await store.release(row.key, row.versionId);
          }
        begun += rows.length;
        for (const row of rows) await purger.purge(row.key, row.versionId);
        expect(await all(store.versions(key)), `step ${n}`).toEqual([]);
        expect(await store.head(key)).toBeNull();
        expect(await readdir(join(folder, 'objects', 'purge', String(n), 'folder')).catch(() => [])).toEqual(
          [],
        );
      },
    );
    expect(steps).toBeGreaterThan(5);
    expect(begun).toBeGreaterThan(0);
    expect(begun).toBeLessThan(listed);
    expect(listed).toBeLessThan(steps);
  });

  it('after the link leaves a second name in temp, and a purge reaches that one too', async () => {
    const key = 'twin/a';
    const temp = join(folder, 'temp');
    let n = 0;
    do {
      n += 1;
      await rm(join(folder, 'objects', 'twin'), { recursive: true, force: true });
      for (const name of await readdir(temp)) await rm(join(temp, name));
      await runFolderChild(folder, 'seal', key, n);
    } while ((await store.head(key)) === null);
    expect(await readdir(temp)).toHaveLength(1);
    await purger.purge(key, 'null');
    expect(await readdir(temp)).toEqual([]);
    expect(await all(store.versions('twin'))).toEqual([]);
  });
});
