/** After a storm: many pictures at once, each a record of its own, each with its own fate. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { losesAnswers } from '../support/bad-line.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { recordOf } from '../support/looking.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { chooseAccount, openForm } from '../support/reporting.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;

beforeAll(async () => {
  scene = await openConsoleScene();
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

/** Pictures, a clause, and that each is a record of its own. */
async function fill(...names: readonly string[]): Promise<void> {
  await openForm(scene, at);
  for (const name of names) await at.choose((await scene.pictureNamed(name)).path);
  await at.press('label[for="how-each"]');
  await at.press('label[for="ground-3"]');
  await at.press('label[for="verb-hide"]');
  await chooseAccount(at);
}
const words = async (): Promise<string[]> =>
  await at.page.$$eval('.hf-several__word', (list) => list.map((one) => one.textContent ?? ''));
const links = async (): Promise<string[]> =>
  await at.page.$$eval('#several-list a', (list) =>
    list.map((one) => one.getAttribute('href')?.split('/')[3] ?? ''),
  );
const wordsAre = async (...expected: readonly string[]): Promise<void> =>
  await expect.poll(words, { timeout: 30_000 }).toEqual(expected);
const button = (row: number, label: string): string =>
  `#several-list > li:nth-child(${row}) button[aria-label^="${label}"]`;

describe('several pictures', () => {
  test('are one record, unless it is said that they are not', async () => {
    await openForm(scene, at);
    await at.choose(scene.picture.path);
    expect(await at.isShown('#how')).toBe(false);
    await at.choose((await scene.pictureNamed('b.png')).path);
    expect(await at.isShown('#how')).toBe(true);
    expect(await at.textOf('#submit')).toMatch(/Archive it/);
    await at.press('label[for="how-each"]');
    expect(await at.textOf('#submit')).toBe('Archive 2 records');
    await at.press('#pictures li:nth-child(2) button');
    expect(await at.isShown('#how')).toBe(false);
    expect(await at.textOf('#submit')).toMatch(/Archive it/);
  });

  test('become a record each under one clause, each goes green and is removed by itself', async () => {
    const before = await scene.recordCount();
    await fill('one.png', 'two.png', 'three.png');
    await at.press('#submit');
    await at.shown('#several');
    expect(await at.inPage('document.activeElement.id')).toBe('several-title');
    await wordsAre('DO NOT REMOVE YET', 'DO NOT REMOVE YET', 'DO NOT REMOVE YET');
    await at.reads('#several-said', '0 of 3 sealed.');
    // From here on, in all that follows.
    await scene.archive.work();
    await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE', 'SAFE TO REMOVE');
    await at.reads('#several-said', '3 of 3 sealed, 3 to be removed now.');
    await at.press(button(2, 'I removed it'));
    await wordsAre('SAFE TO REMOVE', 'SEALED, AND REMOVED', 'SAFE TO REMOVE');
    await at.reads('#several-said', '3 of 3 sealed, 2 to be removed now.');
    const ids = await links();
    expect(new Set(ids).size).toBe(3);
    expect(await scene.recordCount()).toBe(before + 3);
    for (const [i, id] of ids.entries()) {
      const { event, files } = await scene.arrived(id);
      expect(event).toMatchObject({
        account: 'rivertown',
        action: { verb: 'hide', ground: 'rivertown-social-media#3.c' },
      });
      expect(files.map(({ name }) => name)).toEqual([['one.png', 'two.png', 'three.png'][i]]);
      expect((await recordOf(scene.archive, id)).removal).toBe(i === 1 ? 'confirmed' : 'awaited');
    }
    expect(new Set(at.sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(at.sent.length);
  });

  test('of which one does not arrive lose nothing: the others go on, and it is tried again under its key', async () => {
    const before = await scene.recordCount();
    await fill('one.png', 'two.png');
    const mend = await losesAnswers(at.page, '/v1/deletion-events');
    await at.press('#submit');
    await wordsAre('Not handed in', 'Not handed in');
    await at.reads('#several-said', '0 of 2 sealed, 2 not handed in: try again.');
    expect(await at.textOf('#several-list > li:first-child .hf-small')).toContain(
      'Your pictures are still here',
    );
    // Leaving is asked about: they are nowhere but here.
    const asked = new Promise<string>((resolve) => {
      at.page.once('dialog', (dialog) => {
        resolve(dialog.type());
        void dialog.dismiss();
      });
    });
    await at.inPage(`setTimeout(() => location.assign('/docs')), 0`);
    expect(await asked).toBe('beforeunload');
    await mend();
    await at.press(button(2, 'Try again'));
    await wordsAre('Not handed in', 'SAFE TO REMOVE');
    await at.press(button(1, 'Try again'));
    await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE');
    // The archive had both already.
    expect(await scene.recordCount()).toBe(before + 2);
    const keys = at.sent
      .filter(({ path }) => path === '/v1/deletion-events')
      .map(({ idempotencyKey }) => idempotencyKey);
    expect([keys.length, new Set(keys).size]).toEqual([4, 2]);
  });

  test('one that does not open as a picture stays amber, and the others do not wait for it', async () => {
    await openForm(scene, at);
    await at.choose(scene.brokenPicture.path);
    await at.choose(scene.picture.path);
    await at.press('label[for="how-each"]');
    await at.press('label[for="ground-1"]');
    await at.press('label[for="verb-delete"]');
    await chooseAccount(at);
    await at.press('#submit');
    await wordsAre('DO NOT REMOVE YET', 'SAFE TO REMOVE');
    await at.reads('#several-list > li:first-child', 'does not open as a picture');
    expect(await at.isShown(button(1, 'I removed it'))).toBe(false);
  });

  test('have an author and a time each, said now or later', async () => {
    await fill('one.png', 'two.png');
    await at.press('#submit');
    await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE');
    const [id = ''] = await links();
    await at.press('#several-list > li:first-child summary');
    await at.press(button(1, 'Put it on record'));
    await at.reads('#several-list > li:first-child', 'Type a name, a handle or a time first.');
    await at.page.type('#who-name-0', 'Pat Example');
    await at.page.type('#who-posted-0', '2 h');
    await at.press(button(1, 'Put it on record'));
    await at.reads('#several-list > li:first-child', 'On record.');
    const record = await recordOf(scene.archive, id);
    expect(record).toMatchObject({ removal: 'awaited', verb: 'hide' });
    expect(record.facts[1]?.body['data']).toMatchObject({
      author: { status: 'partial', displayName: { value: 'Pat Example' } },
      content: { authoredAt: { verbatim: '2 h' } },
      action: { verb: 'none' },
    });
    // The same once more says nothing new.
    await at.press(button(1, 'Put it on record'));
    await at.reads('#several-list > li:first-child', 'This is on record.');
    expect((await recordOf(scene.archive, id)).facts).toHaveLength(2);
  });

  test('have no address in common', async () => {
    await fill('one.png', 'two.png');
    await at.press('#beside summary');
    await at.page.type('#url', 'https://social.example.com/posts/1');
    await at.press('#submit');
    await at.reads('#url-error', 'A record for each picture has no address in common');
    expect(at.sent).toEqual([]);
  });
});

describe('what is on its way', () => {
  test.each(onEachScreen([['several on their way', null]] as const))(
    '%s is for everybody at %i px',
    async (name, _width, _go, size) => {
      await at.page.setViewport(size);
      await at.page.setBypassCSP(true);
      await fill('one.png', `${'long-name-'.repeat(12)}.png`, 'three.png');
      await checkPage(at, `${name}, before`);
      await at.press('#submit');
      await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE', 'SAFE TO REMOVE');
      await at.press('#several-list > li:first-child summary');
      await checkPage(at, name);
    },
  );
});
