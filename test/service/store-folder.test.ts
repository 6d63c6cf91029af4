/** What only the folder store has: files that anyone with the user can change, and several processes on one folder. */
import {
  appendFile,
  chmod,
  mkdtemp,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { codeOf } from '#errors.ts';
import { openFolderPurger, openFolderStore } from '#store/folder.ts';
import type { ObjectStore } from '#store/store.ts';
import { runFolderChild } from '../support/folder-process.ts';
import { all, inMs, MINUTE_MS, sealInput, textOf } from '../support/store-input.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let store: ObjectStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-folder-'));
  store = await openFolderStore({ folder });
});
afterAll(() => rm(folder, { recursive: true }));

async function sealed(key: string, text = 'text'): Promise<string> {
  const outcome = await store.seal(sealInput(key, text));
  if (outcome.outcome !== 'created') throw new Error(`${key} exists already`);
  return outcome.versionId;
}

async function code(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'no error', codeOf);
}

function bytesOf(key: string): string {
  return join(folder, 'objects', key);
}

function journalOf(key: string): string {
  return join(folder, 'objects', `${key}~state`);
}

describe('tampering shows', () => {
  it('in the journal: an edited byte, a forged line', async () => {
    const versionId = await sealed('tamper/journal');
    const honest = await readFile(journalOf('tamper/journal'), 'utf8');
    for (const forged of [
      honest.replace('"hold":false', '"hold":true '),
      honest.replace(/"retainUntil":"2/, '"retainUntil":"1'),
      `${honest}${'0'.repeat(64)} {"n":2,"at":"2026-11-21T00:00:00.000Z","id":"x","op":"purge"}\n`,
    ]) {
      expect(forged).not.toBe(honest);
      await writeFile(journalOf('tamper/journal'), forged);
      expect(await code(store.head('tamper/journal'))).toBe('store-journal-broken');
      expect(await code(store.extend('tamper/journal', versionId, inMs(90 * MINUTE_MS)))).toBe(
        'store-journal-broken',
      );
      expect(await code(all(store.versions('tamper/')))).toBe('store-journal-broken');
    }
    await writeFile(journalOf('tamper/journal'), honest);
    expect((await store.head('tamper/journal'))?.mode).toBe('COMPLIANCE');
  });

  it('in the journal: taken away, or taken from another object', async () => {
    await sealed('swap/a');
    await sealed('swap/b', 'other text');
    await writeFile(journalOf('swap/a'), await readFile(journalOf('swap/b')));
    expect(await code(store.head('swap/a'))).toBe('store-journal-broken');
    await rm(journalOf('swap/a'));
    expect((await store.head('swap/a'))?.mode).toBeNull();
  });

  it('in the bytes: other bytes of the same length when they are read, other lengths at once', async () => {
    const versionId = await sealed('tamper/bytes', 'the sealed text');
    await chmod(bytesOf('tamper/bytes'), 0o644);
    await writeFile(bytesOf('tamper/bytes'), 'THE sealed text');
    expect(await code(textOf(await store.read('tamper/bytes', versionId)))).toBe('store-object-changed');
    await truncate(bytesOf('tamper/bytes'), 3);
    expect((await store.head('tamper/bytes'))?.sizeBytes).toBe(3);
    await rm(bytesOf('tamper/bytes'));
    expect(await store.head('tamper/bytes')).toBeNull();
    // The journal is still there, and other bytes cannot take the place of what it stands for.
    expect(await all(store.versions('tamper/bytes'))).toEqual([
      { key: 'tamper/bytes', versionId, isDeleteMarker: false, sizeBytes: 0 },
    ]);
    expect(await code(store.seal(sealInput('tamper/bytes', 'another text')))).toBe('store-conflict');
  });
});

it('a journal whose last line was cut by a crash says what it said before, and goes on', async () => {
  const versionId = await sealed('torn/a');
  const honest = await readFile(journalOf('torn/a'), 'utf8');
  await store.hold('torn/a', versionId);
  const held = await readFile(journalOf('torn/a'), 'utf8');
  await truncate(journalOf('torn/a'), held.length - 40);
  expect((await store.head('torn/a'))?.hold).toBe(false);
  await store.hold('torn/a', versionId);
  await store.extend('torn/a', versionId, inMs(90 * MINUTE_MS));
  expect(await store.head('torn/a')).toMatchObject({ hold: true, mode: 'COMPLIANCE' });
  // The same damage in the middle, without the mark that closes it, is no crash.
  await writeFile(journalOf('torn/a'), honest);
  await appendFile(journalOf('torn/a'), `${held.slice(honest.length, -20)}\n`);
  expect(await code(store.head('torn/a'))).toBe('store-journal-broken');
});

it('what was sealed cannot be written to by accident', async () => {
  await sealed('mode/a');
  const { mode } = await stat(bytesOf('mode/a'));
  expect(mode & 0o777).toBe(0o444);
});

it('what a crash left in temp is swept after an hour, and not before', async () => {
  const old = join(folder, 'temp', 'old');
  const fresh = join(folder, 'temp', 'fresh');
  await writeFile(old, 'content');
  await writeFile(fresh, 'content');
  await utimes(old, inMs(0), inMs(-61 * MINUTE_MS));
  await openFolderPurger({ folder });
  expect(await code(readFile(fresh))).toBe('no error');
  await expect(readFile(old)).rejects.toMatchObject({ code: 'ENOENT' });
});

describe('several processes on one folder', () => {
  it('win each key once, and whoever won it is whose bytes are there', async () => {
    const ends = await Promise.all([1, 2, 3, 4].map(() => runFolderChild(folder, 'race', 'race')));
    const outcomes = ends.map(({ said }) => ({
      pid: said?.pid,
      won: ((said?.answer ?? []) as { outcome: string }[]).map((each) => each.outcome === 'created'),
    }));
    const rows = await all(store.versions('race/'));
    expect(rows).toHaveLength(12);
    for (let n = 0; n < 12; n += 1) {
      const winners = outcomes.filter(({ won }) => won[n]);
      expect(winners).toHaveLength(1);
      const state = await store.head(`race/${n}`);
      expect(state?.mode).toBe('COMPLIANCE');
      const text = await textOf(await store.read(`race/${n}`, state?.versionId ?? ''));
      expect(text).toBe(`of process ${winners[0]?.pid}`);
    }
  });

  it('change one object at the same time, and the latest lock that anyone was promised stands', async () => {
    // Whether two meet on one line is chance, and what is shown here is worth nothing until they did.
    for (let round = 1; ; round += 1) {
      const key = `contend/${randomUUID()}`;
      await sealed(key);
      const ends = await Promise.all([1, 2, 3, 4].map(() => runFolderChild(folder, 'contend', key)));
      const said = ends.map((end) => end.said?.answer as { latestMs: number; changes: number });
      const promisedMs = Math.max(...said.map((each) => each.latestMs));
      expect(said.reduce((sum, each) => sum + each.changes, 0)).toBeGreaterThan(3);
      const state = await store.head(key);
      expect(state?.retainUntil?.getTime()).toBe(promisedMs);
      const lines = (await readFile(journalOf(key), 'utf8')).split('\n').filter((line) => line.length > 64);
      const positions = lines.map((line) => /"n":(\d+)/.exec(line)?.[1]);
      // Some lines lost their position: the race was one.
      if (new Set(positions).size < positions.length) break;
      expect(round, 'they never met').toBeLessThan(20);
    }
  });
});
