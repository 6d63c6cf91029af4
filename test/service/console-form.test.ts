/** What is put into the form, and the key that opens it: neither is lost, neither gets out. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAccount, addAgency, createKey, revokeKey } from '#agency/agency.ts';

import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { fillForm, handedIn, openForm, unfold } from '../support/reporting.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;

beforeAll(async () => {
  scene = await openConsoleScene();
});
afterAll(async () => await scene.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const pictureCount = async (count: number): Promise<void> => {
  await at.page.waitForFunction(`document.querySelectorAll('#pictures li').length === ${count}`);
};

describe('pictures', () => {
  test('are pasted and dropped anywhere, and taken out again', async () => {
    await openForm(scene, at);
    await at.give('paste', [{ name: 'image.png', type: 'image/png' }]);
    await pictureCount(1);
    await at.give('drop', [
      { name: 'a.jpg', type: 'image/jpeg' },
      { name: 'b.jpg', type: 'image/jpeg' },
    ]);
    await pictureCount(3);
    await at.press('#pictures li:nth-child(2) button');
    await pictureCount(2);
    expect(
      await at.page.$$eval('.hf-pictures__name', (names) => names.map((name) => name.textContent)),
    ).toEqual(['image.png', 'b.jpg']);
    expect(await at.inPage(`document.activeElement.getAttribute('aria-label')`)).toBe('Remove b.jpg');
  });

  test('that this browser cannot show are kept, and it says so', async () => {
    await openForm(scene, at);
    await at.give('drop', [{ name: 'IMG_0001.HEIC', type: 'image/heic' }]);
    await pictureCount(1);
    await at.reads('#pictures li', 'Will be kept; no preview here');
    expect(await at.textOf('.hf-thumb')).toBe('HEIC');
    expect(await at.page.$eval('#files', (input) => input.hasAttribute('accept'))).toBe(false);
  });

  test('that are not sent make the browser ask before the page is left', async () => {
    await openForm(scene, at);
    await at.choose(scene.picture.path);
    await at.press('label[for="ground-1"]'); // browsers ask only after a person touched the page
    const asked = new Promise<string>((resolve) => {
      at.page.once('dialog', (dialog) => {
        resolve(dialog.type());
        void dialog.dismiss();
      });
    });
    await at.inPage(`setTimeout(() => location.assign('/docs')), 0`);
    expect(await asked).toBe('beforeunload');
    expect(await at.count('#pictures li')).toBe(1);
  });

  test('a pasted address goes into its field', async () => {
    await openForm(scene, at);
    expect(await at.isShown('#url')).toBe(false);
    await at.give('paste', [], 'https://social.example/posts/9');
    expect(await at.isShown('#url')).toBe(true);
    expect(await at.valueOf('#url')).toBe('https://social.example/posts/9');
  });
});

describe('the key', () => {
  const newKey = async () =>
    await createKey(scene.archive.system.db, { agencyId: 'rivertown', role: 'moderator', label: 'test' });
  const revoke = async (keyId: string): Promise<void> => {
    expect(await revokeKey(scene.archive.system.db, 'rivertown', keyId, new Date())).toBe(true);
  };

  test('that is wrong is refused in plain words, and not kept', async () => {
    await at.signIn('/report', 'hfk_wrong');
    await at.reads('#key-error', 'The archive does not know this key');
    expect(await at.isShown('#report')).toBe(false);
    expect(await at.inPage('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])')).toBe('[{},{}]');
  });

  test('lives in the tab, and neither in an address nor on the disk', async () => {
    const { key } = await newKey();
    await openForm(scene, at, key);
    await fillForm(at, scene.picture);
    await at.press('#submit');
    await at.shown('#state');
    await at.goTo('/report');
    await at.shown('#report');
    expect(await at.inPage('JSON.stringify({ ...sessionStorage })')).toContain(key);
    expect(
      await at.inPage(`location.href + JSON.stringify({ ...localStorage }) + document.cookie`),
    ).not.toContain(key);
    // What was chosen last is the archive's to remember: whoever uses this machine next finds nothing of it.
    expect(await at.inPage('localStorage.length')).toBe(0);
    const other = await at.page.browserContext().newPage();
    await other.goto(`${scene.origin}/report`);
    await other.waitForSelector('#key', { visible: true });
  });

  test.each([
    ['this moment', 0],
    // By then every call is refused before its body is read: the answer comes while the picture is still on its way.
    ['a while ago', 1200],
  ])('that was revoked %s costs nothing of what was put in', async (_when, waitMs) => {
    const { key, keyId } = await newKey();
    const before = await scene.recordCount();
    await openForm(scene, at, key);
    await fillForm(at, scene.largePicture);
    await revoke(keyId);
    await sleep(waitMs);
    await at.press('#submit');
    await at.shown('#key');
    expect(await at.textOf('#failure-text')).toContain('does not know this key any more');
    expect(await at.isShown('#report')).toBe(true);
    await at.page.type('#key', (await newKey()).key);
    await at.press('#key-form button');
    await at.reads('#failure-text', 'Press “Try again”');
    await at.press('#submit');
    const { files } = await scene.arrived(await handedIn(at));
    expect(await scene.recordCount()).toBe(before + 1);
    expect(files.map(({ bytes }) => bytes.equals(scene.largePicture.bytes))).toEqual([true]);
  });

  test('is replaced in place: all that was put in stays, and goes out with the other one', async () => {
    const first = await newKey();
    await openForm(scene, at, first.key);
    await fillForm(at, scene.picture);
    await unfold(at);
    await at.page.type('#text', 'Some angry words');
    await at.inPage('window.sameDocument = true');
    await at.press('#who button');
    await at.shown('#key');
    expect(await at.inPage('document.activeElement.id')).toBe('key');
    // Thought better of it.
    await at.press('#key-keep');
    expect(await at.isShown('#key-panel')).toBe(false);
    await at.press('#who button');
    await at.page.type('#key', 'hfk_wrong');
    await at.press('#key-form [type="submit"]');
    await at.reads('#key-error', 'does not know this key');
    // The one in use counts until another one is accepted.
    expect(await at.inPage('JSON.stringify({ ...sessionStorage })')).toContain(first.key);
    const second = await newKey();
    await at.inPage(`document.querySelector('#key').value = ''`);
    await at.page.type('#key', second.key);
    await at.press('#key-form [type="submit"]');
    await at.reads('#opening', 'Everything else that you put in is still here');
    await revoke(first.keyId);
    await sleep(1200);
    expect(await at.inPage('window.sameDocument')).toBe(true);
    expect(await at.inPage('JSON.stringify({ ...sessionStorage })')).not.toContain(first.key);
    await at.press('#submit');
    const { event, files } = await scene.arrived(await handedIn(at));
    expect(event).toMatchObject({
      text: 'Some angry words',
      account: 'rivertown',
      action: { verb: 'hide', ground: 'rivertown-social-media#3.c' },
    });
    expect(files.map(({ bytes }) => bytes.equals(scene.picture.bytes))).toEqual([true]);
  });

  test('of another agency brings that agency’s clauses and accounts, and takes no picture away', async () => {
    const { db } = scene.archive.system;
    await addAgency(db, { id: 'hilltop', name: 'City of Hilltop', zone: 'America/Chicago' });
    await db.inAgency(
      'hilltop',
      async (tx) =>
        await addAccount(tx, {
          platform: 'facebook',
          nativeId: null,
          handle: 'hilltop',
          url: null,
          name: 'City of Hilltop',
        }),
    );
    await openForm(scene, at);
    await fillForm(at, scene.picture);
    await at.press('#who button');
    await at.page.type('#key', await scene.archive.key('moderator', 'hilltop'));
    await at.press('#key-form [type="submit"]');
    await at.reads('#opening', 'this is now City of Hilltop');
    expect(await at.page.$$eval('#account option', (list) => list.map(({ label }) => label))).toEqual([
      'City of Hilltop (facebook, hilltop)',
      'Another account',
    ]);
    expect(await at.count('input[name="ground"]')).toBe(1);
    expect(await at.count('#pictures li')).toBe(1);
    // A clause of Rivertown is none of Hilltop's: it is asked for again, and nothing was sent.
    await at.press('#submit');
    await at.reads('#summary-list', 'Choose the clause');
    expect(at.sent).toEqual([]);
  });

  test('is replaced beside a record, and pictures that are not sent yet stay', async () => {
    const { body } = await scene.archive.report(simpleReport());
    await at.signIn(`/report/records/${body.recordId}`, await scene.archive.key());
    await at.reads('#live', 'Live.');
    await at.press('#add summary');
    await at.choose(scene.picture.path);
    await at.press('#who button');
    // Another agency's key sees nothing of it, not even what was on the screen.
    await at.page.type('#key', await scene.archive.key('moderator', 'hilltop'));
    await at.press('#key-form [type="submit"]');
    await at.reads('#failure-text', 'no such record');
    expect(await at.isShown('#record')).toBe(false);
    expect(await at.textOf('#missing')).toBe('');
    await at.press('#who button');
    await at.page.type('#key', (await newKey()).key);
    await at.press('#key-form [type="submit"]');
    await at.reads('#live', 'Live.');
    expect(await at.isShown('#failure')).toBe(false);
    expect(await at.count('#pictures li')).toBe(1);
    await at.press('#add-send');
    await at.reads('#pictures-said', 'Received');
    expect((await scene.arrived(body.recordId, 2)).files).toHaveLength(1);
  });

  test('that is revoked while a record is watched is asked for again, and the watching goes on', async () => {
    const { key, keyId } = await newKey();
    const { body } = await scene.archive.report({
      platform: 'facebook',
      account: 'rivertown',
      action: { verb: 'hide' },
    });
    await at.signIn(`/report/records/${body.recordId}`, key);
    await at.reads('#live', 'Live.');
    await revoke(keyId);
    await sleep(1200);
    scene.archive.app.server.closeAllConnections();
    await at.shown('#key');
    expect(await at.textOf('#word')).toBe('DO NOT REMOVE YET');
    await at.page.type('#key', (await newKey()).key);
    await at.press('#key-form button');
    await at.reads('#live', 'Live.');
  });
});
