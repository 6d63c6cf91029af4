/** After a storm: many pictures at once, each a record of its own, each with its own fate. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { addAgency, addPolicy, createKey, samplePolicy } from '#agency/agency.ts';
import { answersInstead, delays, losesAnswers } from '../support/bad-line.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows } from '../support/extent.ts';
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
    // Of the first nobody knows; the second would fare no better, and is not tried.
    await at.shown('#several-again');
    await at.reads('#several-said', '0 of 2 sealed, 2 still to be sent.');
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
    // So that nothing is on its way by itself when it is pressed.
    await at.press('#several-stop');
    await mend();
    await at.shown('#several-again');
    await at.press('#several-again');
    await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE');
    expect(await at.isShown('#several-again')).toBe(false);
    // The archive had the first already.
    expect(await scene.recordCount()).toBe(before + 2);
    const keys = at.sent
      .filter(({ path }) => path === '/v1/deletion-events')
      .map(({ idempotencyKey }) => idempotencyKey);
    expect(keys.length).toBeGreaterThanOrEqual(3);
    expect(new Set(keys).size).toBe(2);
  });

  test('go on by themselves when the line is back, and what was typed since is a fact of its own', async () => {
    const before = await scene.recordCount();
    await fill('one.png', 'two.png');
    const mend = await losesAnswers(at.page, '/v1/deletion-events');
    await at.press('#submit');
    await at.shown('#several-again');
    await at.press('#several-list > li:first-child summary');
    await at.page.type('#who-name-0', 'Pat Example');
    await mend();
    await at.inPage(`window.dispatchEvent(new Event('online'))`);
    await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE');
    await at.reads('#several-list > li:first-child', 'On record.');
    expect(await scene.recordCount()).toBe(before + 2);
    const [id = ''] = await links();
    const { facts } = await recordOf(scene.archive, id);
    expect(facts.map(({ deliveries }) => deliveries)).toEqual([2, 1]);
    expect(facts[1]?.body['data']).toMatchObject({ author: { displayName: { value: 'Pat Example' } } });
  });

  // That an archive which can take nothing is waited for is asked of one report as well (console-report.test.ts).
  const WAITING = [
    ['the line broke, and no event of the browser says that it is back', null, '#several-line'],
    ['the archive could take nothing', 503, '#several-archive'],
  ] as const;
  test.each(rows(WAITING, ([, status]) => status === null))(
    'go on by themselves after %s',
    async (_why, status, says) => {
      const before = await scene.recordCount();
      await fill('one.png', 'two.png');
      const mend =
        status === null
          ? await losesAnswers(at.page, '/v1/deletion-events')
          : await answersInstead(at.page, '/v1/deletion-events', {
              status,
              type: 'text/plain',
              body: 'Later.',
            });
      const tries = () => at.sent.filter(({ path }) => path === '/v1/deletion-events').length;
      await at.press('#submit');
      await at.shown(says);
      // By itself, and more than once, with the waiting said all the while.
      await expect.poll(tries, { timeout: 20_000 }).toBeGreaterThan(2);
      expect(await at.isShown(says)).toBe(true);
      await mend();
      await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE');
      expect([await at.isShown(says), await at.isShown('#several-stop')]).toEqual([false, false]);
      expect(await scene.recordCount()).toBe(before + 2);
    },
  );

  test('are tried no more once somebody stopped that, and again when they say so', async () => {
    await fill('one.png', 'two.png');
    const mend = await losesAnswers(at.page, '/v1/deletion-events');
    await at.press('#submit');
    await at.shown('#several-stop');
    await at.press('#several-stop');
    await at.shown('#several-stopped');
    expect(await at.isShown('#several-stop')).toBe(false);
    await sleep(500);
    const tries = at.sent.length;
    await mend();
    await at.inPage(`for (const type of ['online', 'holdfast-known']) window.dispatchEvent(new Event(type))`);
    await sleep(4000);
    expect(at.sent.length).toBe(tries);
    await at.press('#several-again');
    await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE');
    expect(await at.isShown('#several-stopped')).toBe(false);
  });

  test('are tried no more though the one that was on its way arrives', async () => {
    await fill('one.png', 'two.png', 'three.png');
    const mend = await answersInstead(at.page, '/v1/deletion-events', {
      status: 503,
      type: 'text/plain',
      body: 'Later.',
    });
    await at.press('#submit');
    await at.shown('#several-stop');
    await mend();
    const late = await delays(at.page, '/v1/deletion-events', 1500);
    const tries = at.sent.length;
    await expect.poll(() => at.sent.length, { timeout: 10_000 }).toBe(tries + 1);
    await at.press('#several-stop');
    await wordsAre('SAFE TO REMOVE', 'Waits', 'Waits');
    await late();
    expect([await at.isShown('#several-stopped'), await at.isShown('#several-again')]).toEqual([true, true]);
    await at.press('#several-again');
    await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE', 'SAFE TO REMOVE');
  });

  test('wait when nobody is signed in any more, and go on when somebody is', async () => {
    await fill('one.png', 'two.png');
    const mend = await answersInstead(at.page, '/v1/deletion-events', {
      status: 401,
      type: 'application/problem+json',
      body: JSON.stringify({ code: 'key-invalid', detail: 'This key is not known.' }),
    });
    await at.press('#submit');
    await at.shown('#key');
    await wordsAre('Waits', 'Waits');
    await mend();
    await at.page.type('#key', await scene.archive.key());
    await at.press('#key-form [type="submit"]');
    await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE');
  });

  test('are not sent to another agency, whose key is entered meanwhile', async () => {
    const { db } = scene.archive.system;
    await addAgency(db, { id: 'hilltop', name: 'City of Hilltop', zone: 'America/Chicago' });
    const { key } = await createKey(db, { agencyId: 'hilltop', role: 'moderator', label: 'other' });
    await fill('one.png', 'two.png');
    const before = await scene.recordCount();
    const mend = await answersInstead(at.page, '/v1/deletion-events', {
      status: 401,
      type: 'application/problem+json',
      body: JSON.stringify({ code: 'key-invalid', detail: 'This key is not known.' }),
    });
    await at.press('#submit');
    await at.shown('#key');
    await mend();
    const enter = async (one: string): Promise<void> => {
      await at.page.type('#key', one);
      await at.press('#key-form [type="submit"]');
    };
    await enter(key);
    await wordsAre('Not handed in', 'Not handed in');
    expect(await at.textOf('#several-list')).toContain(
      'now you are at work for City of Hilltop: it was not sent',
    );
    expect(await scene.recordCount()).toBe(before);
    await at.press('#who button');
    await enter(await scene.archive.key());
    await at.press('#several-again');
    await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE');
  });

  test('whose policy changes get another clause for what is still here', async () => {
    await fill('one.png', 'two.png');
    await scene.archive.system.db.inAgency('rivertown', async (tx) => {
      const version = (name: string, effectiveOn: string) => ({
        ...samplePolicy,
        version: name,
        effectiveOn,
      });
      await addPolicy(tx, version('2026-02', '2026-02-01'));
    });
    await sleep(1100);
    await at.press('#submit');
    await at.shown('#several-clause');
    await wordsAre('Waits', 'Waits');
    await at.page.select('#several-ground', 'rivertown-social-media#3.b');
    await at.press('#several-clause button');
    await wordsAre('SAFE TO REMOVE', 'SAFE TO REMOVE');
    for (const id of await links())
      expect((await scene.arrived(id)).event).toMatchObject({
        action: { verb: 'hide', ground: 'rivertown-social-media#3.b', groundVersion: '2026-02' },
      });
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
    60_000,
  );
  test.each(onEachScreen([['several waiting for the line', null]] as const))(
    '%s is for everybody at %i px',
    async (name, _width, _go, size) => {
      await at.page.setViewport(size);
      await fill('one.png', 'two.png');
      await losesAnswers(at.page, '/v1/deletion-events');
      await at.press('#submit');
      await at.shown('#several-stop');
      await at.page.setBypassCSP(true);
      await checkPage(at, name);
    },
  );
});
