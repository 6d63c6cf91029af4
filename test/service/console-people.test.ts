/** The pages for everyone: by keyboard, on a small phone, read aloud, without scripts, and held against WCAG 2.1 AA. */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type { AxeResults } from 'axe-core';
import type { KeyInput } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAccount, addAgency } from '#agency/agency.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows } from '../support/extent.ts';
import { FOCUS_IS_SEEN } from '../support/keyboard.ts';
import { shoot } from '../support/page-check.ts';
import { chooseAccount, handedIn, openForm, unfold } from '../support/reporting.ts';
import { DESK, type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;

beforeAll(async () => {
  scene = await openConsoleScene();
  await scene.archive.work();
});
afterAll(async () => await scene.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const picture = () => ({ name: 'shot.png', type: 'image/png', bytes: scene.picture.bytes });

describe('people', () => {
  test('can do everything with the keyboard, and see where they are', async () => {
    await at.page.setViewport(DESK);
    await at.goTo('/report');
    await at.shown('#key');
    const press = async (...keys: readonly KeyInput[]): Promise<void> => {
      for (const key of keys) await at.page.keyboard.press(key);
    };
    const unseen: string[] = [];
    const tabTo = async (id: string): Promise<void> => {
      for (let i = 0; i < 40; i += 1) {
        // What slides into sight has a moment for it.
        const seen = await at.page
          .waitForFunction(FOCUS_IS_SEEN, { timeout: 5000 })
          .then(() => true)
          .catch(() => false);
        if (!seen) unseen.push(String(await at.inPage('document.activeElement.outerHTML.slice(0, 120)')));
        if ((await at.inPage('document.activeElement.id')) === id) return;
        await press('Tab');
      }
      throw new Error(`The Tab key does not reach ${id}.`);
    };
    // The field takes the focus by itself, a moment after it is shown: what is typed before that is lost.
    await at.page.waitForFunction("document.activeElement?.id === 'key'");
    await at.page.keyboard.type(await scene.archive.key());
    await press('Enter');
    await at.shown('#report');
    await tabTo('files');
    // Chromium now and then lets the first key after a page's start go by (seen once in a full run): then it is pressed again.
    const choose = async (timeout: number) => {
      const waiting = at.page.waitForFileChooser({ timeout });
      await press('Space');
      return await waiting;
    };
    const chooser = await choose(5000).catch(async () => await choose(20_000));
    await chooser.accept([scene.picture.path]);
    await at.page.waitForSelector('#pictures li');
    await tabTo('url');
    await at.page.keyboard.type('https://social.example.com/posts/1');
    await tabTo('ground-1');
    await press('ArrowDown', 'ArrowDown');
    await tabTo('verb-hide');
    await press('Space', 'ArrowDown');
    await tabTo('account');
    await press('ArrowDown');
    await tabTo('submit');
    await press('Enter');
    await at.reads('#word', 'SAFE TO REMOVE');
    expect((await scene.arrived(await handedIn(at))).event).toMatchObject({
      platform: 'facebook',
      action: { verb: 'delete', ground: 'rivertown-social-media#3.c' },
    });
    await tabTo('removed');
    await press('Enter');
    await at.reads('#word', 'SEALED, AND REMOVED');
    // The picture, looked at and covered again.
    await at.shown('#look-2');
    await tabTo('look-2');
    await press('Space');
    expect(await at.page.$eval('#look-2', (button) => button.getAttribute('aria-pressed'))).toBe('true');
    await press('Space');
    // And back, from the top of the page: another key, thought better of, and the mistake.
    await at.inPage("document.querySelector('#who button').focus()");
    await press('Enter');
    await at.page.waitForFunction("document.activeElement?.id === 'key'");
    await tabTo('key-keep');
    await press('Enter');
    expect(await at.inPage("document.activeElement.closest('p').id")).toBe('who');
    await tabTo('mistake-title');
    await press('Enter');
    await tabTo('not-removed');
    await press('Enter');
    await at.reads('#removed-said', 'it is still there');
    expect(unseen).toEqual([]);
  });

  test('name the clause with the keyboard, and see where they are', async () => {
    const { body } = await scene.archive.report(simpleReport(), [picture()]);
    await at.page.setViewport(DESK);
    await at.signIn(`/report/records/${body.recordId}`, await scene.archive.key());
    await at.reads('#word', 'SAFE TO REMOVE');
    await at.shown('#clause-title');
    // The picture is looked at a moment after the seal, or before it: the page asks again until it was.
    await at.shown('#look-2');
    const seen: string[] = [];
    for (let i = 0; i < 20 && seen.at(-1) !== 'clause-title'; i += 1) {
      await at.page.keyboard.press('Tab');
      await at.page.waitForFunction(FOCUS_IS_SEEN);
      seen.push(String(await at.inPage('document.activeElement.id')));
    }
    expect(seen).toEqual(expect.arrayContaining(['removed', 'look-2', 'add-title', 'clause-title']));
    await at.page.keyboard.press('Enter');
    await at.page.keyboard.press('Tab');
    expect(await at.inPage('document.activeElement.id')).toBe('clause-choice');
    await at.page.keyboard.press('ArrowDown');
    await at.page.keyboard.press('Tab');
    await at.page.keyboard.press('Enter');
    await at.reads('#clause-named', 'Clause on record');
  });

  test('see no page wider than a small phone, whatever the names', async () => {
    const { archive } = scene;
    const name = `Department of ${'Waterandwastewater'.repeat(6)}`;
    await addAgency(archive.system.db, { id: 'long-names', name, zone: 'America/Chicago' });
    const account = {
      platform: 'facebook',
      nativeId: null,
      handle: 'h'.repeat(190),
      url: null,
      name: 'N'.repeat(190),
    };
    await archive.system.db.inAgency('long-names', async (tx) => await addAccount(tx, account));
    const key = await archive.key('moderator', 'long-names');
    const { body } = await archive.report(simpleReport({ account: account.handle }), [picture()], {
      authorization: `Bearer ${key}`,
    });
    await at.page.setViewport({ width: 360, height: 640, isMobile: true, hasTouch: true });
    const wide: string[] = [];
    const measure = async (what: string): Promise<void> => {
      const width = await at.inPage('document.documentElement.scrollWidth');
      if (width !== 360) wide.push(`${what}: ${String(width)}`);
    };
    await at.signIn('/report', key);
    await at.shown('#report');
    await at.choose((await scene.pictureNamed(`${'long-name-'.repeat(20)}.png`)).path);
    await at.press('#beside summary');
    await at.press('#more summary');
    await at.press('label[for="verb-hide"]');
    await at.shown('#will'); // one account: there is nothing to choose
    await measure('report');
    await at.press('#submit');
    await at.shown('#summary');
    await measure('report with errors');
    at.page.once('dialog', (dialog) => void dialog.accept());
    const record = `/report/records/${body.recordId}`;
    await at.goTo(record);
    await at.reads('#word', 'SAFE TO REMOVE');
    await at.press('#add summary');
    await at.press('.hf-look');
    await measure('status');
    await at.press('#who button');
    await measure('another key');
    await at.goTo(`${record}/receipt`);
    await at.shown('article');
    expect(await at.textOf('article')).toContain(account.handle);
    await measure('receipt');
    for (const path of ['/docs', `/nowhere/${'x'.repeat(200)}`]) {
      await at.goTo(path);
      await measure(path.slice(0, 40));
    }
    expect(wide).toEqual([]);
  });

  test('who hear the page know each field by its name', async () => {
    await openForm(scene, at);
    await at.choose(scene.picture.path);
    await at.press('#more summary');
    await at.page.select('#account', 'other');
    const controls = await at.page.$$eval(
      '#report input:not([type="hidden"]), #report select, #report textarea, #report button',
      (list) =>
        list.map((control) => ({
          id: control.id,
          name: `${[...(('labels' in control ? control.labels : null) ?? [])].map((label) => label.textContent).join(' ')}${control.getAttribute('aria-label') ?? ''}${control.textContent}`.trim(),
        })),
    );
    expect(controls.length).toBeGreaterThan(20);
    expect(controls.filter(({ name }) => name === '')).toEqual([]);
    const ids = await at.page.$$eval('[id]', (list) => list.map(({ id }) => id));
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    const described = await at.page.$$eval('[aria-describedby]', (list) =>
      list.flatMap((element) => (element.getAttribute('aria-describedby') ?? '').split(' ')),
    );
    expect(described.length).toBeGreaterThan(5);
    expect(described.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('without scripts are told what to do', async () => {
    await at.page.setJavaScriptEnabled(false);
    await at.goTo('/report');
    const text = await at.page.$eval('body', (body) => body.innerText);
    expect(text).toContain('do not remove the content yet');
    expect(await at.isShown('#report')).toBe(false);
    await at.goTo('/report/records/01990000-0000-7000-8000-000000000001');
    expect(await at.page.$eval('body', (body) => body.innerText)).toContain('DO NOT REMOVE YET');
  });
});

describe('WCAG 2.1 AA, as far as axe can tell, holds', () => {
  const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
  /** Drawn beside the words, not behind them: the arrow of a list, the sign of an alert. */
  const FINE = [
    /^color-contrast <select class="usa-select"/,
    /^color-contrast <a href="#[\w-]+">.*due to a pseudo element$/,
  ];
  let axe: string;
  beforeAll(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  });

  /** Looks at the page as it stands, on a phone and on a desk. */
  async function check(what: string): Promise<void> {
    // So high that nothing lies behind the bar at the foot: what is covered there, axe cannot judge.
    for (const width of rows([1280, 390], (one) => one === 390)) {
      await at.page.setViewport({ width, height: 4000 });
      await shoot(at, what);
      await at.inPage(axe);
      const found = (await at.inPage(
        `axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(LEVELS)} } })`,
      )) as AxeResults;
      const violations = found.violations.map(({ id, nodes }) => [
        id,
        nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`),
      ]);
      expect([what, width, violations]).toEqual([what, width, []]);
      // A check that looked at nothing passes.
      expect(found.passes.length).toBeGreaterThan(10);
      // What axe could not decide is a finding too.
      const undecided = found.incomplete
        .flatMap(({ id, nodes }) =>
          nodes.map(({ html, any }) => `${id} ${html} ${any.map(({ message }) => message).join(' ')}`),
        )
        .filter((one) => !FINE.some((fine) => fine.test(one)));
      expect([what, width, undecided]).toEqual([what, width, []]);
    }
  }

  beforeEach(async () => {
    // Only so that the checker may run: it comes as text, which the pages' own policy refuses.
    await at.page.setBypassCSP(true);
  });

  test('on the form, empty, filled and with errors', async () => {
    await at.goTo('/report');
    await at.shown('#key');
    await at.press('#key-form button');
    await at.reads('#key-error', 'Paste the key');
    await check('the key is asked for');
    await at.page.type('#key', await scene.archive.key());
    await at.press('#key-form button');
    await at.shown('#report');
    await check('empty');
    await at.page.setViewport(DESK);
    await at.press('#submit');
    await at.shown('#summary');
    await check('with errors');
    await at.choose(scene.picture.path);
    await at.give('drop', [{ name: 'IMG_0001.HEIC', type: 'image/heic' }]);
    await at.reads('#pictures', 'no preview here');
    await unfold(at);
    await at.page.type('#url', 'https://10.0.0.1/x');
    await at.page.type('#text', 'Some angry words');
    await at.press('#more summary');
    await at.press('label[for="author-unseen"]');
    await at.press('label[for="ground-2"]');
    await at.press('label[for="verb-hide"]');
    await chooseAccount(at);
    await check('filled');
    await at.press('#submit');
    await at.shown('#failure');
    await check('refused');
    await at.page.select('#account', 'other');
    await check('another account');
  });

  test('on the page of a record, not safe and safe, on its receipt, and on what is read beside', async () => {
    const { archive } = scene;
    const bmp = Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]);
    const { body: words } = await archive.report(simpleReport(), [
      { name: 'comment.bmp', type: 'image/bmp', bytes: bmp },
    ]);
    await at.signIn(`/report/records/${words.recordId}`, await archive.key());
    await at.reads('#handed-in-list', 'This is a BMP picture');
    await at.reads('#missing', 'does not open as a picture');
    await check('not safe');
    await at.goTo(`/report/records/${words.recordId}/receipt`);
    await at.shown('article');
    await check('receipt, not safe');
    await archive.stopWork();
    const { body } = await archive.report(simpleReport(), [picture()]);
    await at.goTo(`/report/records/${body.recordId}`);
    await at.reads('#missing', 'is being sealed');
    await at.reads('#handed-in-list', 'Not checked yet');
    await check('waiting');
    await archive.sql.query("update step set failures = 3 where record_id = $1 and name = 'seal'", [
      body.recordId,
    ]);
    await at.reads('#lead', 'Something is holding it up');
    await check('delayed');
    await archive.work('relay', 'seal');
    await at.reads('#word', 'SAFE TO REMOVE');
    await at.press('#clause summary');
    await at.press('.hf-look');
    await check('safe');
    await at.press('#removed');
    await at.reads('#word', 'SEALED, AND REMOVED');
    await at.press('#mistake summary');
    await check('removed');
    await at.press('#who button');
    await check('another key');
    await archive.sql.query(
      "update object set locked_until = now() - interval '1 hour' where record_id = $1",
      [body.recordId],
    );
    await at.reads('#word', 'KEPT, BUT THE LOCK RAN OUT');
    await check('lock ended');
    await at.goTo(`/report/records/${body.recordId}/receipt`);
    await at.shown('article');
    await check('receipt');
    await at.goTo('/docs');
    await check('docs');
    await at.goTo('/nowhere');
    await check('no such page');
  });
});
