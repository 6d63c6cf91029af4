/** Pictures that travel while somebody fills in the rest of `/report`: on a bad line, on none, and after they were signed out. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openLine, type Line } from '../support/bad-line.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows as chosen, times } from '../support/extent.ts';
import { checkPage } from '../support/page-check.ts';
import { colleague } from '../support/people.ts';
import { noisyPng } from '../support/picture.ts';
import { fillForm, handedIn, openForm } from '../support/reporting.ts';
import { DESK, PHONE, type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let line: Line;
let at: Visitor;
let before: number;
/** Somebody who has had no line from the beginning: the other tests are what they wait through. */
let offline: Promise<Offline> | null = null;

interface Offline {
  readonly who: Visitor;
  readonly since: number;
}

async function sentWithoutLine(): Promise<Offline> {
  const who = await scene.visitor();
  await openForm(scene, who);
  await who.page.setOfflineMode(true);
  await fillForm(who, scene.picture);
  await who.press('#submit');
  await who.reads('#sent-label', 'Waiting for the connection');
  return { who, since: performance.now() };
}

beforeAll(async () => {
  scene = await openConsoleScene();
  line = await openLine(Number(new URL(scene.origin).port));
  offline = sentWithoutLine();
  await offline;
});
afterAll(async () => {
  await line.close();
  await scene.close();
});
beforeEach(async () => {
  line.mend();
  before = await scene.recordCount();
  at = await scene.visitor({ origin: line.origin });
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const uploads = async (): Promise<{ offset: number; size: number; used: boolean }[]> =>
  (
    await scene.archive.sql.query<{ offset: number; size: number; used: boolean }>(
      'select offset_bytes::int as offset, size_bytes::int as size, used_at is not null as used from upload order by created_at',
    )
  ).rows;
const staged = async (): Promise<number> =>
  (await readdir(join(scene.archive.dataDir, 'staging'), { recursive: true })).filter((name) =>
    /[0-9a-f]{32}$/.test(name),
  ).length;

describe('a picture', () => {
  test('travels as soon as it is chosen, before anything else is said', async () => {
    await openForm(scene, at);
    await at.choose(scene.largePicture.path);
    await at.reads('#pictures li', 'Sent');
    expect((await uploads()).at(-1)).toEqual({
      offset: scene.largePicture.bytes.length,
      size: scene.largePicture.bytes.length,
      used: false,
    });
    expect(await scene.recordCount()).toBe(before);
    await at.press('#pictures li button');
  });

  test('that is taken out is taken back: nothing of it stays in the archive', async () => {
    await openForm(scene, at);
    const [rows, files] = [(await uploads()).length, await staged()];
    line.stallAfter(6_000_000);
    await at.choose(scene.largePicture.path);
    await expect.poll(async () => (await uploads()).length).toBe(rows + 1);
    line.mend();
    await at.press('#pictures li button');
    await expect.poll(async () => (await uploads()).length).toBe(rows);
    await expect.poll(staged).toBe(files);
    expect(await at.count('#pictures li')).toBe(0);
  });

  test.each(chosen([PHONE, DESK], (size) => size === PHONE))(
    'shows how far it is, and what it waits for, at $width px',
    async (viewport) => {
      await at.page.browserContext().close();
      at = await scene.visitor({ origin: line.origin, viewport });
      await openForm(scene, at);
      await at.choose(scene.picture.path);
      await at.reads('#pictures li', 'Sent');
      line.stallAfter(6_000_000);
      await fillForm(at, scene.largePicture);
      await at.page.waitForFunction(`document.querySelectorAll('#pictures progress')[1].value > 10`);
      await checkPage(at, 'report, pictures on their way');
      await at.press('#submit');
      line.cut();
      await at.reads('#sent-label', 'Waiting for the connection');
      await checkPage(at, 'report, waiting for the connection');
      line.mend();
      await handedIn(at);
    },
  );
});

describe('a report', () => {
  test('of twelve pictures, over a line that is cut at moments of chance, arrives whole and once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-pictures-'));
    try {
      const pictures = await Promise.all(
        Array.from({ length: 12 }, async (_, i) => {
          const bytes = await noisyPng(1 + (i % 4));
          const path = join(folder, `${i}.png`);
          await writeFile(path, bytes);
          return { path, bytes };
        }),
      );
      await openForm(scene, at);
      let over = false;
      let cuts = 0;
      const cutting = (async () => {
        while (!over) {
          line.stallAfter(1_000_000 + Math.random() * 3_000_000);
          await sleep(200 + Math.random() * 300);
          line.cut();
          cuts += 1;
          await sleep(50);
          line.mend();
          // The page's longest pause is longer than any stretch in which the line holds.
          await at.inPage(`window.dispatchEvent(new Event('online'))`).catch(() => undefined);
        }
      })();
      for (const { path } of pictures) await at.choose(path);
      await at.page.waitForFunction(
        `[...document.querySelectorAll('.hf-pictures__sent')].every(({ textContent }) => textContent === 'Sent')`,
        { timeout: 120_000 },
      );
      over = true;
      await cutting;
      expect(cuts).toBeGreaterThan(5);
      await at.press('label[for="ground-3"]');
      await at.press('label[for="verb-hide"]');
      await at.inPage(`document.querySelector('#account').selectedIndex = 1`);
      await at.press('#submit');
      const { files, deliveries } = await scene.arrived(await handedIn(at));
      expect(files.map(({ bytes }, i) => bytes.equals(pictures[i]?.bytes ?? bytes))).toEqual(
        pictures.map(() => true),
      );
      expect(files).toHaveLength(12);
      expect(deliveries).toBe(1);
      expect(await scene.recordCount()).toBe(before + 1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 180_000);

  test('whose writer is signed out while a picture travels goes on after they signed in, from where it was', async () => {
    const who = await colleague(scene.archive, ['moderator']);
    const [name = '', value = ''] = who.cookie.split('=');
    await at.page.browserContext().setCookie({ name, value, domain: '127.0.0.1', httpOnly: true });
    await at.goTo('/report');
    await at.shown('#report');
    const rows = (await uploads()).length;
    line.stallAfter(10_000_000);
    await fillForm(at, scene.largePicture);
    await expect
      .poll(async () => (await uploads())[rows]?.offset ?? 0, { timeout: 20_000 })
      .toBeGreaterThan(5_000_000);
    await scene.archive.sql.query(
      "update session set ended_at = now(), ended_because = 'revoked' where person_id = $1",
      [who.personId],
    );
    line.cut();
    line.mend();
    await at.reads('#pictures li', 'sign in again to go on');
    await at.press('#submit');
    await at.shown('#key-panel');
    const again = await scene.archive.sql.query<{ id: string }>(
      'update session set ended_at = null, ended_because = null where person_id = $1 returning id',
      [who.personId],
    );
    expect(again.rowCount).toBe(1);
    await at.press('#key-again');
    await at.page.waitForFunction(`document.querySelector('#key-panel').hidden`);
    await at.reads('#pictures li', 'Sent');
    await at.press('#submit');
    const { files } = await scene.arrived(await handedIn(at));
    expect(files.map(({ bytes }) => bytes.equals(scene.largePicture.bytes))).toEqual([true]);
    // One upload, which went on: nothing was begun anew.
    expect((await uploads()).slice(rows)).toEqual([
      { offset: scene.largePicture.bytes.length, size: scene.largePicture.bytes.length, used: true },
    ]);
  });

  test('sent with a picture that waits for its line can be sent without that picture', async () => {
    await openForm(scene, at);
    await at.choose(scene.picture.path);
    await at.reads('#pictures li', 'Sent');
    line.stallAfter(6_000_000);
    await fillForm(at, scene.largePicture);
    await at.press('#submit');
    await at.reads('#sent-label', ' of 16 MB');
    // What stands still goes on standing still; new lines come through.
    line.mend();
    await at.press('#pictures li:nth-child(2) button');
    const { files } = await scene.arrived(await handedIn(at));
    expect(files.map(({ bytes }) => bytes.equals(scene.picture.bytes))).toEqual([true]);
  });

  // The last one: what it waits for has been going on beside all others.
  test('sent while there is no line at all goes on by itself when it is back, minutes later', async () => {
    const { who, since } = await (offline ?? sentWithoutLine());
    offline = null;
    // After several tries; in a whole run long enough that each pause between two of them is the longest one.
    await sleep(Math.max(0, times(20_000, 8000) - (performance.now() - since)));
    expect(await who.textOf('#sent-label')).toContain('Waiting for the connection');
    expect(await who.isShown('#failure')).toBe(false);
    await who.page.setOfflineMode(false);
    const { files, deliveries } = await scene.arrived(await handedIn(who));
    expect(files.map(({ bytes }) => bytes.equals(scene.picture.bytes))).toEqual([true]);
    expect(deliveries).toBe(1);
    expect(await scene.recordCount()).toBe(before + 1);
    await who.page.browserContext().close();
    expect(who.complaints()).toEqual([]);
  });
});
