/** What was put in on `/report` and not handed in: a reload, a closed page and a crash of the browser's tab lose nothing of it. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BrowserContext } from 'puppeteer-core';
import { answersInstead, delays, losesAnswers, openLine, type Line } from '../support/bad-line.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows } from '../support/extent.ts';
import { checkPage } from '../support/page-check.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { chooseAccount, fillForm, handedIn, openForm, unfold } from '../support/reporting.ts';
import { DESK, PHONE, visitorIn, type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let line: Line;
let at: Visitor;
let browser: BrowserContext;
let who: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene();
  line = await openLine(Number(new URL(scene.origin).port));
});
afterAll(async () => {
  await line.close();
  await scene.close();
});
beforeEach(async () => {
  line.mend();
  at = await scene.visitor({ origin: line.origin });
  browser = at.page.browserContext();
  who = await colleague(scene.archive, ['moderator']);
  await be(who);
});
afterEach(async () => {
  await browser.close();
  expect(at.complaints()).toEqual([]);
});

async function be({ token }: Colleague): Promise<void> {
  await browser.setCookie({ name: 'holdfast-session', value: token, domain: '127.0.0.1', httpOnly: true });
}
/** What was left is asked for after the form is there. */
async function open(path = '/report'): Promise<void> {
  await at.goTo(path);
  await ready();
}
async function ready(): Promise<void> {
  await at.shown('#report[aria-busy="false"]');
}
/** The browser asks whether to leave; they say yes. */
async function reload(): Promise<void> {
  at.page.once('dialog', (dialog) => void dialog.accept());
  await at.page.reload();
  await ready();
}
async function another(options: { readonly close: boolean }): Promise<void> {
  const next = await visitorIn(browser, line.origin, PHONE, scene.content);
  if (options.close) await at.page.close();
  at = next;
}
const uploads = async (): Promise<{ id: string; offset: number; used: boolean }[]> =>
  (
    await scene.archive.sql.query<{ id: string; offset: number; used: boolean }>(
      'select id, offset_bytes::int as offset, used_at is not null as used from upload where person_id = $1 order by created_at',
      [who.personId],
    )
  ).rows;
const kept = async (): Promise<string> =>
  String(await at.inPage('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])'));
const names = async (): Promise<string[]> =>
  await at.page.$$eval('.hf-pictures__name', (list) => list.map((one) => one.textContent ?? ''));

/** Half of a picture of 16 MB is with the archive, and the page is left. */
async function halfThere(): Promise<void> {
  line.stallAfter(10_000_000);
  await fillForm(at, scene.largePicture);
  await expect
    .poll(async () => (await uploads()).at(-1)?.offset ?? 0, { timeout: 20_000 })
    .toBeGreaterThan(5_000_000);
  // So that it is known by its digest.
  await at.page.waitForFunction(`/"print":"[0-9a-f]{64}"/.test(Object.values({ ...localStorage }).join())`);
  at.page.once('dialog', (dialog) => void dialog.accept());
  await at.page.goto('about:blank');
  line.mend();
  await open();
  await chooseAccount(at);
}

describe('after a reload', () => {
  test('the picture that was sent and the words that were typed are there, and one record comes of them', async () => {
    await open();
    await fillForm(at, scene.picture);
    await unfold(at);
    await at.page.type('#text', 'Two minutes of typing');
    await at.press('#more summary');
    await at.page.type('#note', 'A note');
    await at.reads('#pictures li', 'Sent');
    await reload();
    expect(await names()).toEqual(['comment.png']);
    expect(await at.textOf('#pictures li')).toContain('Sent');
    expect(await at.isShown('#left-off')).toBe(true);
    expect([await at.valueOf('#text'), await at.valueOf('#note')]).toEqual([
      'Two minutes of typing',
      'A note',
    ]);
    expect(await at.isShown('#text')).toBe(true);
    expect(await at.textOf('#will')).toContain('Hide it');
    await checkPage(at, 'report, found again after a reload');
    await at.press('#submit');
    const { event, files } = await scene.arrived(await handedIn(at));
    expect(event).toMatchObject({
      text: 'Two minutes of typing',
      note: 'A note',
      account: 'rivertown',
      action: { verb: 'hide', ground: 'rivertown-social-media#3.c' },
    });
    expect(files.map(({ name, bytes }) => [name, bytes.equals(scene.picture.bytes)])).toEqual([
      ['comment.png', true],
    ]);
    expect((await uploads()).map(({ used }) => used)).toEqual([true]);
    // Handed in, so nothing of it is kept.
    expect(await kept()).not.toMatch(/Two minutes|print/);
    await open();
    expect(await at.isShown('#left-off')).toBe(false);
    expect([await names(), await at.valueOf('#text')]).toEqual([[], '']);
  });

  test.each(rows([PHONE, DESK], (size) => size === PHONE))(
    'a picture that was half sent goes on where it ended, once the same file is chosen again, at $width px',
    async (viewport) => {
      await at.page.setViewport(viewport);
      await open();
      await halfThere();
      await at.reads('#pictures li', 'choose it again to go on');
      await checkPage(at, 'report, half a picture found again');
      await at.press('#submit');
      await at.reads('#failure-text', 'Choose it again, or take it out');
      const before = await uploads();
      const input = await at.page.$('input#files');
      await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(
        scene.largePicture.path,
      );
      await at.reads('#pictures li', 'Sent');
      expect(await at.count('#pictures li')).toBe(1);
      expect(await at.count('#pictures img')).toBe(1);
      expect((await uploads()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
      const again = at.travelled.filter(({ method }) => method === 'PATCH');
      expect(again.length).toBeGreaterThan(1);
      await at.press('#submit');
      const { files } = await scene.arrived(await handedIn(at));
      expect(files.map(({ bytes }) => bytes.equals(scene.largePicture.bytes))).toEqual([true]);
    },
  );

  test('another file of the same name and size is sent from its own beginning, never mixed with the first', async () => {
    await open();
    await halfThere();
    await at.reads('#pictures li', 'choose it again to go on');
    const [before] = await uploads();
    const other = Buffer.from(scene.largePicture.bytes).fill(7, 1_000_000, 2_000_000);
    const folder = await mkdtemp(`${scene.archive.dataDir}/other-`);
    await writeFile(`${folder}/large.png`, other);
    const input = await at.page.$('input#files');
    await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(`${folder}/large.png`);
    await at.reads('#pictures li', 'Sent');
    expect((await uploads()).map(({ id }) => id)).not.toContain(before?.id);
    await at.press('#submit');
    const { files } = await scene.arrived(await handedIn(at));
    expect(files.map(({ bytes }) => bytes.equals(other))).toEqual([true]);
  });

  test('and another one before the archive could say anything, no picture is forgotten, and new ones do not wait', async () => {
    await open();
    await fillForm(at, scene.picture);
    await at.reads('#pictures li', 'Sent');
    const mend = await delays(at.page, '/v1/uploads/*', 60_000);
    at.page.once('dialog', (dialog) => void dialog.accept());
    await at.page.reload();
    await at.page.waitForFunction(`document.querySelector('#verb-hide').checked`);
    expect(await at.isShown('#report[aria-busy="true"]')).toBe(true);
    await at.choose((await scene.pictureNamed('new.png')).path);
    await expect.poll(names).toEqual(['new.png']);
    // What was not on the page yet goes nowhere with this press.
    await at.press('#submit');
    await at.reads('#failure-text', 'still being looked for');
    expect(at.sent.filter(({ path }) => path === '/v1/deletion-events')).toEqual([]);
    await mend();
    await reload();
    expect((await names()).sort()).toEqual(['comment.png', 'new.png']);
  });

  test('a picture about which nobody could be asked is spoken of until it is found or left out', async () => {
    await open();
    await fillForm(at, scene.picture);
    await at.reads('#pictures li', 'Sent');
    const mend = await answersInstead(at.page, '/v1/uploads/*', {
      status: 503,
      type: 'text/plain',
      body: 'Later.',
    });
    await reload();
    await at.reads('#left-off-unknown', 'One picture that was sent before was not found again just now.');
    await checkPage(at, 'report, a picture not found again');
    await mend();
    await at.choose((await scene.pictureNamed('new.png')).path);
    await at.reads('#pictures li', 'Sent');
    expect(await at.isShown('#left-off-unknown')).toBe(true);
    await at.press('#submit');
    await at.reads('#failure-text', 'Look for them again, or leave them out');
    expect(at.sent.filter(({ path }) => path === '/v1/deletion-events')).toEqual([]);
    await at.press('#left-off-again');
    await expect.poll(names).toEqual(['new.png', 'comment.png']);
    expect(await at.isShown('#left-off-unknown')).toBe(false);
    const again = await answersInstead(at.page, '/v1/uploads/*', {
      status: 503,
      type: 'text/plain',
      body: 'Later.',
    });
    await reload();
    await at.reads('#left-off-unknown', '2 pictures that were sent before were not found again just now.');
    await again();
    await at.press('#left-off-without');
    expect(await at.isShown('#left-off-unknown')).toBe(false);
    expect(await kept()).not.toContain('print');
  });

  test('words whose answer was lost are sent again as the same report, and none comes of it twice', async () => {
    const before = await scene.recordCount();
    await open();
    await at.press('label[for="ground-3"]');
    await at.press('label[for="verb-hide"]');
    await chooseAccount(at);
    await unfold(at);
    await at.page.type('#text', 'Words without a picture');
    const mend = await losesAnswers(at.page, '/v1/deletion-events');
    await at.press('#submit');
    await at.reads('#failure-text', 'The connection broke');
    await mend();
    await reload();
    await at.shown('#left-off-sent');
    await checkPage(at, 'report, words whose answer was lost');
    await at.press('#submit');
    await handedIn(at);
    expect(await scene.recordCount()).toBe(before + 1);
    const keys = at.sent
      .filter(({ path }) => path === '/v1/deletion-events')
      .map(({ idempotencyKey }) => idempotencyKey);
    expect(keys.length).toBeGreaterThanOrEqual(2);
    expect(new Set(keys).size).toBe(1);
    expect(await kept()).not.toContain('Words without a picture');
  });

  test('half a picture does not set out with a storm, where it could not be chosen again', async () => {
    await open();
    await halfThere();
    await at.reads('#pictures li', 'choose it again to go on');
    await at.choose(scene.picture.path);
    await at.press('label[for="how-each"]');
    await at.press('#submit');
    await at.reads('#failure-text', 'Choose it again, or take it out');
    expect(await at.isShown('#several')).toBe(false);
    expect(await at.count('#pictures li')).toBe(2);
  });

  test('a clause of a policy that changed meanwhile is not chosen: under its number another one may stand', async () => {
    await open();
    await fillForm(at, scene.picture);
    await at.reads('#pictures li', 'Sent');
    await at.inPage(`{
      const name = Object.keys(sessionStorage).find((key) => key.startsWith('holdfast-typed'));
      sessionStorage.setItem(name, sessionStorage.getItem(name).replace(/rivertown-social-media=[^"&]*/, 'rivertown-social-media=1999'));
    }`);
    await reload();
    expect(await at.count('input[name="verb"]:checked')).toBe(1);
    expect(await at.count('input[name="ground"]:checked')).toBe(0);
  });
});

describe('after the page was closed', () => {
  test('whoever opens it again is offered the pictures, which join no report by themselves; of another tab that is open nobody is', async () => {
    await open();
    await at.choose(scene.picture.path);
    await at.reads('#pictures li', 'Sent');
    const first = at;
    await another({ close: false });
    await open();
    expect([await names(), await at.isShown('#left-off')]).toEqual([[], false]);
    await first.page.close();
    await another({ close: true });
    await open();
    await at.reads('#left-off', 'Pictures that were sent from this browser and not handed in: 1.');
    expect([await names(), await at.isShown('#start-over')]).toEqual([[], false]);
    await checkPage(at, 'report, pictures of another tab offered');
    await at.press('#left-off-show');
    await expect.poll(names).toEqual(['comment.png']);
    expect(await at.isShown('#left-off-others')).toBe(false);
    // It is this tab's now.
    await reload();
    expect(await names()).toEqual(['comment.png']);
  });

  test('nobody is offered what somebody sent with the same key', async () => {
    const key = await scene.archive.key();
    await browser.deleteCookie(...(await browser.cookies()));
    await openForm(scene, at, key);
    await at.choose(scene.picture.path);
    await at.reads('#pictures li', 'Sent');
    await another({ close: true });
    await openForm(scene, at, key);
    await ready();
    expect([await names(), await at.isShown('#left-off-others')]).toEqual([[], false]);
  });

  test('a page that the bookmark opens is about something else, and finds none of it', async () => {
    await open();
    await at.choose(scene.picture.path);
    await at.reads('#pictures li', 'Sent');
    await another({ close: true });
    await open('/report#url=https%3A%2F%2Fsocial.example.com%2Fposts%2F1');
    expect([await names(), await at.valueOf('#url')]).toEqual([[], 'https://social.example.com/posts/1']);
    expect(await at.isShown('#left-off-others')).toBe(false);
    await another({ close: true });
    await open();
    await at.press('#left-off-show');
    await expect.poll(names).toEqual(['comment.png']);
  });

  test('what the one sent is not told of as the other’s, who goes on with the page', async () => {
    await open();
    await at.choose(scene.picture.path);
    await at.reads('#pictures li', 'Sent');
    const [mine] = await uploads();
    const other = await colleague(scene.archive, ['moderator']);
    await be(other);
    await at.inPage(`document.querySelector('#key-again').click()`);
    await at.reads('#opening', 'The key was replaced.');
    await at.choose((await scene.pictureNamed('new.png')).path);
    await at.reads('#pictures li:nth-child(2)', 'Sent');
    const told = JSON.parse(
      String(
        await at.inPage(
          `JSON.stringify(Object.entries(localStorage).filter(([name]) => name.startsWith('holdfast-pictures')).map(([, text]) => JSON.parse(text)))`,
        ),
      ),
    ) as { who: string; pictures: { id: string }[] }[];
    const of = (person: string): string[] =>
      told.filter(({ who: by }) => by === person).flatMap(({ pictures }) => pictures.map(({ id }) => id));
    expect(of(who.personId)).toEqual([mine?.id]);
    expect(of(other.personId)).toHaveLength(1);
    expect(of(other.personId)).not.toContain(mine?.id);
  });

  test('what somebody typed goes from their tab with the next page that somebody else opens in it', async () => {
    await open();
    await unfold(at);
    await at.page.type('#text', 'Of the one');
    expect(await kept()).toContain('Of the one');
    await be(await colleague(scene.archive, ['moderator']));
    at.page.once('dialog', (dialog) => void dialog.accept());
    await open('/keep');
    expect(await kept()).not.toContain('Of the one');
    await expect.poll(async () => await at.textOf('#left-off-missing a')).toContain('kept without a removal');
  });

  test('somebody else who signs in on this computer finds neither pictures nor names nor words', async () => {
    await open();
    await fillForm(at, scene.picture);
    await unfold(at);
    await at.page.type('#text', 'Of the one');
    await at.reads('#pictures li', 'Sent');
    expect(await kept()).not.toContain('comment.png');
    await be(await colleague(scene.archive, ['moderator']));
    await reload();
    expect([await names(), await at.valueOf('#text'), await at.isShown('#left-off')]).toEqual([
      [],
      '',
      false,
    ]);
    expect(await kept()).not.toContain('Of the one');
    await be(who);
    await open();
    expect([await names(), await at.valueOf('#text')]).toEqual([['comment.png'], '']);
  });

  test('signing out throws all of it away', async () => {
    await open();
    await fillForm(at, scene.picture);
    await unfold(at);
    await at.page.type('#text', 'Words');
    await at.reads('#pictures li', 'Sent');
    expect(await kept()).toContain('Words');
    at.page.once('dialog', (dialog) => void dialog.accept());
    await at.press('#who button');
    await at.page.waitForFunction(`location.pathname === '/sign-in'`);
    expect(await kept()).toBe('[{},{}]');
  });
});

test('“Start over” takes the pictures back from the archive and empties the form', async () => {
  await open();
  await fillForm(at, scene.picture);
  await unfold(at);
  await at.page.type('#text', 'Words');
  await at.reads('#pictures li', 'Sent');
  await reload();
  await Promise.all([at.page.waitForNavigation(), at.press('#start-over')]);
  await ready();
  expect([await names(), await at.valueOf('#text'), await at.isShown('#left-off')]).toEqual([[], '', false]);
  await expect.poll(uploads).toEqual([]);
});

test('of a storm of pictures those that are no record yet are there again, and what was handed in is not', async () => {
  await open();
  for (const name of ['one.png', 'two.png', 'three.png'])
    await at.choose((await scene.pictureNamed(name)).path);
  await at.page.waitForFunction(
    `[...document.querySelectorAll('.hf-pictures__sent')].every(({ textContent }) => textContent === 'Sent')`,
  );
  await at.press('label[for="how-each"]');
  await at.press('label[for="ground-3"]');
  await at.press('label[for="verb-hide"]');
  await chooseAccount(at);
  // The first is taken; then nothing comes through any more.
  at.page.on('response', (answer) => {
    if (answer.url().endsWith('/v1/deletion-events') && answer.status() === 202) line.cut();
  });
  await at.press('#submit');
  await at.reads('#several-said', 'still to be sent');
  await at.page.waitForFunction(
    `document.querySelector('#several-list li:nth-child(2)').textContent.includes('The connection broke')`,
  );
  line.mend();
  at.page.removeAllListeners('response');
  await reload();
  expect(await names()).toEqual(['two.png', 'three.png']);
  expect(await at.count('#how-each:checked')).toBe(1);
});
