/** Finding and reading records through the pages: the custodian finds, the auditor sees who looked, and nothing graphic is shown unasked. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let custodian: Colleague;
let auditor: Colleague;
let recordId: string;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { archive } = scene;
  await archive.work();
  custodian = await colleague(archive, ['custodian']);
  auditor = await colleague(archive, ['auditor']);
  await archive.sql.query("update person set name = 'Casey Custodian' where id = $1", [custodian.personId]);
  const pictured = [{ name: 'comment.png', type: 'image/png', bytes: scene.picture.bytes }];
  const sent = await archive.report(
    simpleReport({
      text: 'A wallaby hopped <b>across</b> the council chamber',
      author: { displayName: 'Pat Example', handle: '@pat' },
      postedAt: { seen: '2 h ago' },
      note: 'Seen by two of us',
      action: { verb: 'hide', ground: 'rivertown-social-media#3.a' },
    }),
    pictured,
  );
  ({ recordId } = sent.body);
  await archive.report(simpleReport({ text: 'Potholes again', action: { verb: 'none' } }), pictured);
  await archive.until(recordId, (receipt) => receipt.status === 'complete');
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const views = async (): Promise<number> =>
  (
    await scene.archive.sql.query("select 1 from event where record_id = $1 and type = 'view.opened'", [
      recordId,
    ])
  ).rowCount ?? 0;

async function get(url: string, who: Colleague): Promise<{ readonly status: number; readonly text: string }> {
  const { statusCode, body } = await scene.archive.app.inject({
    url,
    headers: { cookie: who.cookie, accept: 'text/html' },
  });
  return { status: statusCode, text: body };
}

describe('the custodian', () => {
  test('finds a record by a word and a filter, and reads what was said, by whom, when, and how that is known', async () => {
    await signedInAs(at, custodian);
    await at.goTo('/records');
    expect(await at.count('.hf-records li')).toBe(2);
    await at.page.type('#q', 'wallabies');
    await Promise.all([at.page.waitForNavigation(), at.press('.hf-search button')]);
    expect(await at.count('.hf-records li')).toBe(1);
    await at.press('.hf-search summary');
    await at.page.select('#removal', 'none');
    await Promise.all([at.page.waitForNavigation(), at.press('.hf-search button')]);
    expect(await pageText(at)).toContain('Nothing was found.');
    await at.page.select('#removal', 'awaited');
    await Promise.all([at.page.waitForNavigation(), at.press('.hf-search button')]);
    await Promise.all([at.page.waitForNavigation(), at.press('.hf-records__link')]);
    const shown = await pageText(at);
    for (const said of [
      'SAFE TO REMOVE',
      'A wallaby hopped <b>across</b> the council chamber',
      'as the person who reported it typed it',
      'Pat Example · @pat',
      'who that is for certain is not known',
      'as seen: “2 h ago”',
      'Policy 3(a): Comments that have nothing to do with the post they stand under.',
      'rivertown-social-media, version 2026-01',
      'It does not prove: That they show the page as it was',
      'Removal not confirmed yet',
      'by the archive’s own clock',
    ])
      expect(shown).toContain(said);
  });

  test('sees a picture when they ask for it, and each look is in the history by their name', async () => {
    await signedInAs(at, custodian);
    await at.goTo(`/records/${recordId}`);
    const before = await views();
    expect(await at.count('.hf-files img')).toBe(0);
    await at.press('form[data-look] button[type=submit]');
    await at.page.waitForFunction(`document.querySelector('.hf-figure img')?.naturalWidth === 400`);
    expect(await views()).toBe(before + 1);
    await at.press('form[data-look] button[type=submit]');
    expect(await at.isShown('.hf-figure')).toBe(false);
    await at.press('form[data-look] button[type=submit]');
    expect(await at.isShown('.hf-figure')).toBe(true);
    expect(await views(), 'once is once').toBe(before + 1);
    await at.press('.hf-zoom');
    expect(await at.page.$eval('.hf-zoom', (zoom) => zoom.getAttribute('aria-pressed'))).toBe('true');
    await at.page.browserContext().close();
    at = await scene.visitor();
    await signedInAs(at, auditor);
    await at.goTo(`/records/${recordId}`);
    const history = (await at.textOf('.hf-history')).replaceAll(/\s+/g, ' ');
    expect(history).toMatch(/Looked at: this page Casey Custodian/);
    expect(history).toMatch(/Looked at: file \d+ Casey Custodian/);
    expect(history).toContain('Looked at: this page Somebody of rivertown');
    expect(history).toContain('A program with a key (test, moderator)');
    expect(await at.count('a[href="/people"]')).toBe(0);
  });

  test('gets along without scripts: finds, reads, and downloads', async () => {
    await at.page.setJavaScriptEnabled(false);
    await signedInAs(at, custodian);
    await at.goTo('/records?q=wallaby');
    await Promise.all([at.page.waitForNavigation(), at.page.click('.hf-records__link')]);
    expect(await pageText(at)).toContain('A wallaby hopped');
    // A picture in a page of ours, whose bytes come from elsewhere; and the way back.
    const before = await views();
    await Promise.all([at.page.waitForNavigation(), at.page.click('form[data-look] button')]);
    expect(await at.page.$eval('.hf-whole img', (image) => image.getAttribute('src'))).toMatch(
      new RegExp(`^${scene.content}/look/[\\w-]{43}$`),
    );
    expect(await at.inPage(`document.querySelector('.hf-whole img').naturalWidth`)).toBe(400);
    expect(await at.inPage(`document.querySelector('.hf-whole img').clientWidth`)).toBeLessThan(390);
    await at.page.click('a[href="#whole"]');
    expect(await at.inPage(`document.querySelector('.hf-whole img').clientWidth`)).toBe(400);
    expect(await views()).toBe(before + 1);
    await Promise.all([at.page.waitForNavigation(), at.page.click(`a[href="/records/${recordId}#file-2"]`)]);
    const href = await at.page.$eval('#file-2 .hf-file-ways a', (link) => link.getAttribute('href'));
    expect(href).toMatch(/^\/v1\/records\/[0-9a-f-]{36}\/artifacts\/\d+$/);
    const sent = await fetch(scene.origin + href, { headers: { cookie: custodian.cookie } });
    expect(new URL(sent.url).origin).toBe(scene.content);
    expect([sent.status, sent.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
    expect(sent.headers.get('content-disposition')).toMatch(/^attachment; filename="/);
  });
});

describe('what is typed', () => {
  // oxfmt-ignore
  const ODD: readonly (readonly [string, number, string])[] = [
    ['q=%00', 200, 'Potholes again'],
    ['q=%27%20or%201=1%20--', 200, 'Nothing was found'],
    [`q=${'x'.repeat(5000)}`, 200, 'Nothing was found'],
    ['q=%22%3Cscript%3Ealert(1)%3C/script%3E', 200, 'Nothing was found'],
    ['from=yesterday', 400, 'Expected a day such as 2026-11-21'],
    ['to=2026-02-30', 400, 'Expected a day'],
    ['from=2026-01-01&to=2099-12-31', 200, 'Potholes again'],
    ['from=2099-01-01', 200, 'Nothing was found'],
    ['cursor=nonsense', 400, 'Begin at the newest'],
    ['state=unheard-of', 200, 'Nothing was found'],
    ['unknown=x&q=pothole', 200, 'Potholes again'],
    ['q=a&q=b', 200, ''],
  ];
  test.for(ODD)('%s: %i', async ([query, status, sentence]) => {
    const answer = await get(`/records?${query}`, custodian);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(sentence);
    expect(answer.text).not.toContain('<script>alert');
  });

  test('goes page by page, each record once', async () => {
    const { archive } = scene;
    await addAgency(archive.system.db, { id: 'longlist', name: 'City of Longlist', zone: 'America/Chicago' });
    const reader = await colleague(archive, ['auditor'], 'longlist');
    const empty = await get('/records', reader);
    expect(empty.text).toContain('Nothing has been handed in yet.');
    for (let i = 0; i < 60; i += 1)
      await archive.report(simpleReport({ text: `number ${i}` }), [], {
        authorization: `Bearer ${await archive.key('moderator', 'longlist')}`,
      });
    const seen: string[] = [];
    let next = '/records?verb=hide';
    for (let pages = 0; next !== '' && pages < 5; pages += 1) {
      const page = await get(next, reader);
      seen.push(
        ...[...page.text.matchAll(/hf-records__link" href="\/records\/([0-9a-f-]+)"/g)].map(
          (match) => match[1] ?? '',
        ),
      );
      next = /href="(\/records\?[^"]*cursor=[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    }
    expect(seen).toHaveLength(60);
    expect(new Set(seen).size).toBe(60);
    expect((await get(`/records/${recordId}`, reader)).status).toBe(404);
  });
});

describe('the pages', () => {
  // oxfmt-ignore
  const PAGES: readonly (readonly [string, () => Promise<void>])[] = [
    ['records', async () => await at.goTo('/records?removal=awaited')],
    ['records-nothing', async () => await at.goTo('/records?q=nowhere')],
    ['record', async () => {
      await at.goTo(`/records/${recordId}`);
      await at.press('form[data-look] button[type=submit]');
      await at.shown('.hf-figure img');
    }],
    ['record-covered', async () => await at.goTo(`/records/${recordId}`)],
    ['record-file', async () => {
      await at.goTo(`/records/${recordId}`);
      // As a browser without scripts sends it.
      await Promise.all([at.page.waitForNavigation(), at.inPage(`document.querySelector('form[data-look]').submit()`)]);
    }],
  ];
  test.for(onEachScreen(PAGES))(
    '%s at %s px: axe finds nothing, and nothing sticks out at the side',
    async ([name, , go, size]) => {
      await at.page.setViewport(size);
      await signedInAs(at, custodian);
      await go();
      await checkPage(at, name);
    },
  );
});
