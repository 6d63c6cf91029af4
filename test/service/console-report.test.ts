/** Handing in through the page `/report`: a real browser, a real archive, and a line between them that breaks. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKey } from '#agency/agency.ts';
import { answersInstead, delays, losesAnswers, openLine } from '../support/bad-line.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { fillForm, handedIn, openForm, unfold } from '../support/reporting.ts';
import type { Visitor } from '../support/visitor.ts';

const REPORTS = '/v1/deletion-events';
let scene: ConsoleScene;
let at: Visitor;
let before: number;

beforeAll(async () => {
  scene = await openConsoleScene();
});
afterAll(async () => await scene.close());
beforeEach(async () => {
  before = await scene.recordCount();
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const fill = async (picture = scene.picture): Promise<void> => await fillForm(at, picture);
const submit = async (): Promise<void> => await at.press('#submit');

/** Everything that was put in is still there. */
async function expectAllKept(): Promise<void> {
  expect(await at.count('#pictures li img')).toBe(1);
  expect(await at.isShown('#report')).toBe(true);
  expect(await at.inPage(`document.querySelector('#report').elements.verb.value`)).toBe('hide');
  expect(await at.textOf('#submit')).toBe('Try again');
}

describe('handing in', () => {
  test('a picture, a clause and a press arrive whole, and the record’s page follows', async () => {
    await openForm(scene, at);
    await unfold(at);
    await fill();
    await at.page.type('#url', 'https://social.example.com/posts/1?comment_id=2');
    await at.page.type('#text', 'Some angry words');
    await at.press('#more summary');
    await at.page.type('#author-name', 'A Person');
    await at.page.type('#posted', '2 h');
    await at.page.type('#note', 'Seen by two of us');
    await submit();
    const recordId = await handedIn(at);
    await at.reads('#word', 'DO NOT REMOVE YET');
    const sent = await scene.arrived(recordId);
    expect(sent.event).toEqual({
      platform: 'facebook',
      account: 'rivertown',
      url: 'https://social.example.com/posts/1?comment_id=2',
      text: 'Some angry words',
      author: { displayName: 'A Person' },
      postedAt: { seen: '2 h' },
      action: { verb: 'hide', ground: 'rivertown-social-media#3.c', groundVersion: '2026-01' },
      note: 'Seen by two of us',
    });
    expect(sent.channel).toBe('web-form');
    expect(sent.files.map(({ name, bytes }) => [name, bytes.equals(scene.picture.bytes)])).toEqual([
      ['comment.png', true],
    ]);
    expect(at.sent).toEqual([
      {
        method: 'POST',
        path: REPORTS,
        channel: 'web-form',
        idempotencyKey: expect.stringMatching(
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        ),
      },
    ]);
    expect(await scene.recordCount()).toBe(before + 1);
  });

  test('takes three actions from the first screen of a phone', async () => {
    // Before: the key, and one report from this device, so that what is done and where is known.
    await openForm(scene, at);
    await fill();
    await submit();
    await handedIn(at);
    await at.goTo('/report');
    await at.shown('#report');
    const inSight = async (selector: string): Promise<boolean> =>
      await at.page.$eval(selector, (element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return top >= 0 && bottom <= 844;
      });
    expect(await inSight('.hf-choose')).toBe(true);
    expect(await inSight('label[for="ground-6"]')).toBe(true);
    expect(await inSight('#submit')).toBe(true);
    expect(await inSight('#will')).toBe(true);
    expect(await at.textOf('#will')).toBe('Then: Hide it, on City of Rivertown (facebook, rivertown)');
    await at.choose(scene.picture.path);
    await at.press('label[for="ground-3"]');
    await submit();
    const sent = await scene.arrived(await handedIn(at));
    expect(sent.event).toMatchObject({ account: 'rivertown', action: { verb: 'hide' } });
  });

  test('what was not given is left out, and never guessed', async () => {
    await openForm(scene, at);
    await at.choose(scene.picture.path);
    await at.press('label[for="ground-7"]');
    expect(await at.textOf('label[for="ground-7"]')).toBe('Not decided yet');
    await at.press('label[for="verb-other"]');
    await at.page.select('#other-verb', 'none');
    await at.page.select('#account', 'other');
    await at.page.type('#platform', 'Google Business');
    await at.page.type('#account-name', 'Rivertown Parks');
    await at.press('#more summary');
    await at.press('label[for="author-unseen"]');
    await at.press('label[for="no-capture"]');
    await submit();
    expect((await scene.arrived(await handedIn(at))).event).toEqual({
      platform: 'google-business',
      account: 'Rivertown Parks',
      capture: false,
      author: { status: 'unknown', unknownReason: 'not-visible-in-capture' },
      action: { verb: 'none' },
    });
  });

  test('an empty form sends nothing and leads to each place that needs something', async () => {
    // A key that chose nothing before.
    const { key } = await createKey(scene.archive.system.db, {
      agencyId: 'rivertown',
      role: 'moderator',
      label: 'new',
    });
    await openForm(scene, at, key);
    await submit();
    await at.shown('#summary');
    expect(
      await at.page.$$eval('#summary-list a', (links) => links.map((link) => link.getAttribute('href'))),
    ).toEqual(['#files', '#ground-1', '#verb-hide', '#account']);
    expect(await at.inPage('document.activeElement.id')).toBe('summary');
    expect(at.sent).toEqual([]);
    // What is mended is struck off at once.
    await at.press('label[for="ground-1"]');
    await at.choose(scene.picture.path);
    await at.page.waitForFunction(`document.querySelectorAll('#summary-list a').length === 2`);
    await at.press('label[for="verb-hide"]');
    await at.page.select('#account', 'other');
    await at.reads('#platform-error', 'Name the platform');
    expect(at.sent).toEqual([]);
  });

  test('two clicks in a row send one report', async () => {
    await openForm(scene, at);
    await fill();
    await delays(at.page, REPORTS, 400);
    await at.press('#submit', 2);
    await at.inPage(`document.querySelector('#report').requestSubmit()`);
    const recordId = await handedIn(at);
    expect(at.sent).toHaveLength(1);
    expect((await scene.arrived(recordId)).deliveries).toBe(1);
    expect(await scene.recordCount()).toBe(before + 1);
  });

  test('an answer that is lost keeps the pictures, and trying again repeats the same key', async () => {
    await openForm(scene, at);
    await fill();
    const mend = await losesAnswers(at.page, REPORTS);
    await submit();
    await at.shown('#failure');
    expect(await at.textOf('#failure-text')).toContain('Your pictures are still here');
    await expectAllKept();
    // The archive has it; the page cannot know.
    expect(await scene.recordCount()).toBe(before + 1);
    await mend();
    await submit();
    const recordId = await handedIn(at);
    expect(new Set(at.sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(at.sent).toHaveLength(2);
    expect(await scene.recordCount()).toBe(before + 1);
    const arrived = await scene.arrived(recordId);
    expect(arrived.deliveries).toBe(2);
    expect(arrived.files.map(({ bytes }) => bytes.equals(scene.picture.bytes))).toEqual([true]);
  });

  test('a report that was changed after a lost answer is a new one', async () => {
    await openForm(scene, at);
    await unfold(at);
    await fill();
    const mend = await losesAnswers(at.page, REPORTS);
    await submit();
    await at.shown('#failure');
    await at.page.type('#text', 'More words');
    await mend();
    await submit();
    expect((await scene.arrived(await handedIn(at))).event).toMatchObject({ text: 'More words' });
    expect(at.sent.at(-1)?.idempotencyKey).not.toBe(at.sent[0]?.idempotencyKey);
    expect(await scene.recordCount()).toBe(before + 2);
  });

  test('a line that breaks half way through a picture is waited for, and the picture goes on where it was', async () => {
    const line = await openLine(Number(new URL(scene.origin).port));
    await at.page.browserContext().close();
    at = await scene.visitor({ origin: line.origin });
    try {
      await openForm(scene, at);
      line.stallAfter(5_000_000);
      await fill(scene.largePicture);
      await submit();
      await at.reads('#sent-label', ' MB of 16 MB');
      line.cut();
      await at.reads('#sent-label', 'Waiting for the connection');
      await at.reads('#pictures li', 'waiting for the connection');
      await at.reads('#pictures-said', 'goes on by itself');
      expect(await at.isShown('#failure')).toBe(false);
      expect(await scene.recordCount()).toBe(before);
      line.mend();
      // Nothing is pressed any more.
      const { files, deliveries } = await scene.arrived(await handedIn(at));
      expect(deliveries).toBe(1);
      expect(files.map(({ bytes }) => bytes.equals(scene.largePicture.bytes))).toEqual([true]);
      expect(await scene.recordCount()).toBe(before + 1);
      const methods = at.travelled.map(({ method }) => method);
      expect(methods.filter((method) => method === 'POST')).toHaveLength(1);
      expect(methods).toContain('HEAD');
    } finally {
      await line.close();
    }
  });

  test('an archive that can take nothing just now is waited for, and takes it when it can', async () => {
    await openForm(scene, at);
    const staging = join(scene.archive.dataDir, 'staging');
    await rename(staging, `${staging}-away`);
    try {
      await fill();
      await submit();
      await at.reads('#sent-label', 'The archive can take nothing just now');
      await at.reads('#pictures li', 'tried again by itself');
      expect(await scene.recordCount()).toBe(before);
    } finally {
      await rename(`${staging}-away`, staging);
    }
    expect((await scene.arrived(await handedIn(at))).files).toHaveLength(1);
    expect(at.sent).toHaveLength(1);
  });

  test('a refusal is shown where it belongs, and everything stays', async () => {
    await openForm(scene, at);
    await unfold(at);
    await fill();
    await at.page.type('#url', 'https://10.0.0.1/x');
    await submit();
    await at.shown('#url-error');
    expect(await at.textOf('#url-error')).toMatch(/^Expected an address that anyone can open/);
    expect(await at.textOf('#summary-list')).toMatch(/^“Address of the content”: Expected an address/);
    expect(await at.textOf('#failure-text')).toMatch(/^Not handed in yet.* \(Request [0-9a-f-]{36}\)$/);
    expect(await at.inPage('document.activeElement.id')).toBe('summary');
    await expectAllKept();
    expect(await at.valueOf('#url')).toBe('https://10.0.0.1/x');
    expect(await scene.recordCount()).toBe(before);
  });

  test('markup in a refusal stays text', async () => {
    await openForm(scene, at);
    await fill();
    const problem = (body: object) => ({
      status: 422,
      type: 'application/problem+json',
      body: JSON.stringify(body),
    });
    const sent = {
      status: 422,
      code: 'address-not-public',
      detail: 'The <i>address</i> is not public.',
      requestId: 'req-7',
      problems: [{ pointer: '/url', sentence: '/url: expected a <b>public</b> address' }],
    };
    const mend = await answersInstead(at.page, REPORTS, problem(sent));
    await submit();
    await at.shown('#url-error');
    expect(await at.textOf('#url-error')).toBe('Expected a <b>public</b> address');
    expect(await at.count('#report b, #report i')).toBe(0);
    await mend();
    await answersInstead(at.page, REPORTS, problem({ ...sent, problems: [] }));
    await submit();
    await at.reads('#failure-text', 'The <i>address</i> is not public. (Request req-7)');
    expect(await at.count('#report b, #report i')).toBe(0);
  });

  test('something in between that answers with a page of its own is said plainly', async () => {
    await openForm(scene, at);
    await fill();
    const mend = await answersInstead(at.page, REPORTS, {
      status: 502,
      type: 'text/html',
      body: '<h1>Bad gateway</h1>',
    });
    await submit();
    await at.shown('#failure');
    expect(await at.textOf('#failure-text')).toContain('502');
    await expectAllKept();
    await mend();
    // A sign-in page of a network that answers "all is well" is no receipt.
    await answersInstead(at.page, REPORTS, { status: 200, type: 'text/html', body: '<h1>Welcome</h1>' });
    await submit();
    await at.reads('#failure-text', 'The connection broke');
    await expectAllKept();
  });

  test('without the lists of clauses and accounts a report can be handed in all the same', async () => {
    const broken = { status: 503, type: 'application/problem+json', body: '{"status":503}' };
    await answersInstead(at.page, '/report/choices*', broken);
    await openForm(scene, at);
    await unfold(at);
    expect(await at.textOf('#opening')).toContain('could not be loaded');
    await at.page.type('#text', 'Words');
    await at.press('label[for="ground-1"]');
    await at.press('label[for="verb-delete"]');
    await at.page.type('#platform', 'facebook');
    await at.page.type('#account-name', 'rivertown');
    await submit();
    expect((await scene.arrived(await handedIn(at))).event).toEqual({
      platform: 'facebook',
      account: 'rivertown',
      text: 'Words',
      action: { verb: 'delete' },
    });
  });
});
