/** Without scripts: a form that a browser sends by itself, and a page that says whether it may be removed. Usable, and honest. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { simpleReport } from '../support/archive.ts';
import { multipart } from '../support/archive-forms.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { recordOf } from '../support/looking.ts';
import { checkPage, shoot } from '../support/page-check.ts';
import { colleague, type Colleague } from '../support/people.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let moderator: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  await scene.archive.work();
  moderator = await colleague(scene.archive, ['moderator']);
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

async function withoutScripts(who: Colleague | null = moderator): Promise<void> {
  if (who !== null)
    await at.page
      .browserContext()
      .setCookie({ name: 'holdfast-session', value: who.token, domain: 'localhost', httpOnly: true });
  await at.page.setJavaScriptEnabled(false);
}
const submit = async (selector: string): Promise<void> => {
  await Promise.all([at.page.waitForNavigation(), at.page.click(selector)]);
};
const upload = async (path: string): Promise<void> => {
  const input = await at.page.$('input#files');
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(path);
};
/** The form, as a browser would send it. */
async function post(
  fields: Readonly<Record<string, string>>,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly location: string; readonly text: string }> {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const {
    statusCode,
    headers: answered,
    body,
  } = await scene.archive.app.inject({
    method: 'POST',
    url: '/report',
    headers: {
      cookie: moderator.cookie,
      accept: 'text/html',
      'sec-fetch-site': 'same-origin',
      'content-type': 'multipart/form-data; boundary=b',
      ...headers,
    },
    payload: `${parts.join('')}--b--\r\n`,
  });
  return { status: statusCode, location: answered['location'] ?? '', text: body };
}
const whole = (): Record<string, string> => ({
  as: moderator.personId,
  attempt: randomUUID(),
  text: `words ${randomUUID()}`,
  ground: 'rivertown-social-media#3.c',
  verb: 'hide',
  account: 'other',
  platform: 'Google Business',
  'account-name': 'Rivertown Parks',
});

describe('without scripts', () => {
  test('a picture is handed in, sealed, removed, and kept after all', async () => {
    await withoutScripts();
    await at.goTo('/report');
    expect(await at.isShown('#files')).toBe(true);
    expect(await at.isShown('#opening')).toBe(false);
    await shoot(at, 'plain report');
    await upload(scene.picture.path);
    await at.page.click('label[for="ground-3"]');
    await at.page.click('label[for="verb-other"]');
    await at.page.select('#other-verb', 'mute');
    await at.page.select(
      '#account',
      await at.page.$eval('#account option[data-platform="facebook"]', (one) => one.value),
    );
    await at.page.click('#more summary');
    await at.page.type('#author-name', 'A Person');
    await at.page.type('#posted', '2 h');
    await submit('#submit');
    expect(at.page.url()).toMatch(/\/report\/records\/[0-9a-f-]{36}\/plain$/);
    const id = at.page.url().split('/').at(-2) ?? '';
    // The page waited for the seal; on a busy machine it is looked at once more.
    for (
      const until = Date.now() + 30_000;
      Date.now() < until && !(await at.textOf('main')).includes('SAFE TO REMOVE');
      await sleep(300)
    )
      await submit('main .usa-button--outline');
    expect(await at.textOf('.hf-state__word')).toBe('SAFE TO REMOVE');
    await shoot(at, 'plain status');
    const sent = await scene.arrived(id).catch(() => null);
    expect(sent?.event).toEqual({
      platform: 'facebook',
      account: 'rivertown',
      author: { displayName: 'A Person' },
      postedAt: { seen: '2 h' },
      action: { verb: 'mute', ground: 'rivertown-social-media#3.c', groundVersion: '2026-01' },
    });
    expect([
      sent?.channel,
      sent?.files.map(({ name, bytes }) => [name, bytes.equals(scene.picture.bytes)]),
    ]).toEqual(['web-form', [['comment.png', true]]]);
    await submit('button.usa-button--big');
    expect(await at.textOf('.hf-state__word')).toBe('SEALED, AND REMOVED');
    await at.page.click('main details summary');
    await submit('main details button');
    expect(await at.textOf('.hf-state__word')).toBe('SEALED AND KEPT');
    expect((await recordOf(scene.archive, id)).facts).toHaveLength(3);
    // The next one, and the whole record, from here.
    await submit('a[href^="/report?after="]');
    expect(await at.page.$eval('#ground-3', (input) => input.checked)).toBe(true);
  });

  test('what is missing is said, and what was typed stays', async () => {
    await withoutScripts(await colleague(scene.archive, ['moderator']));
    await at.goTo('/report');
    await at.page.click('#more summary');
    await at.page.type('#note', 'Seen by two of us');
    await at.page.click('label[for="ground-2"]');
    const before = await scene.recordCount();
    await submit('#submit');
    expect(await at.isShown('#summary')).toBe(true);
    expect(await at.page.$$eval('#summary-list li', (list) => list.map((one) => one.textContent))).toEqual([
      'Add a picture, or the address of the content, or its words.',
      'Choose what you will do.',
      'Choose the account.',
    ]);
    expect(await at.page.$eval('#ground-2', (input) => input.checked)).toBe(true);
    expect(await at.page.$eval('#note', (field) => field.value)).toBe('Seen by two of us');
    expect(await scene.recordCount()).toBe(before);
    // What the archive refuses is said here too, in the words of the form.
    await at.page.click('#beside summary');
    await at.page.type('#url', 'https://10.0.0.1/x');
    await at.page.click('label[for="verb-hide"]');
    await at.page.select(
      '#account',
      await at.page.$eval('#account option[data-platform="facebook"]', (one) => one.value),
    );
    await submit('#submit');
    expect(await at.textOf('#summary-list')).toContain(
      'Address of the content: expected an address that anyone can open',
    );
    expect(await at.page.$eval('#url', (field) => field.value)).toBe('https://10.0.0.1/x');
    expect(await at.page.$eval('#verb-hide', (input) => input.checked)).toBe(true);
    expect(await scene.recordCount()).toBe(before);
  });

  test('whoever is not signed in is sent to do so, and the live page says no', async () => {
    await withoutScripts(null);
    await at.goTo('/report');
    const text = await at.page.$eval('body', (body) => body.innerText);
    expect(text).toContain('You can sign in instead');
    expect(text).toContain('do not remove the content yet');
    expect(await at.isShown('#report')).toBe(false);
    await at.goTo('/report/records/01990000-0000-7000-8000-000000000001');
    expect(await at.page.$eval('body', (body) => body.innerText)).toContain('DO NOT REMOVE YET');
    await submit('main noscript + *, main a[href$="/plain"]');
    expect(at.page.url()).toContain('/sign-in?next=');
  });
});

describe('the form', () => {
  test('that is sent twice is taken once', async () => {
    const fields = whole();
    const before = await scene.recordCount();
    const [one, two] = [await post(fields), await post(fields)];
    expect([one.status, two.status]).toEqual([303, 303]);
    expect(two.location).toBe(one.location);
    expect(await scene.recordCount()).toBe(before + 1);
    const id = one.location.split('/').at(-2) ?? '';
    expect((await scene.arrived(id)).event).toMatchObject({
      platform: 'google-business',
      account: 'Rivertown Parks',
    });
  });

  test('that was handed in, and changed after going back to it, says so and loses nothing', async () => {
    await withoutScripts();
    const fields = whole();
    const one = await post(fields);
    const before = await scene.recordCount();
    const other = await post({ ...fields, note: 'Something else' });
    expect([other.status, await scene.recordCount()]).toEqual([409, before]);
    for (const part of [
      'This form was handed in already',
      `href="${one.location}"`,
      'Something else',
      fields['text'] ?? '',
      'value="Rivertown Parks"',
      'value="Google Business"',
    ])
      expect(other.text).toContain(part);
    const attempt = /name="attempt" value="([^"]+)"/.exec(other.text)?.[1] ?? '';
    expect(attempt).not.toBe(fields['attempt']);
    expect((await post({ ...fields, note: 'Something else', attempt })).status).toBe(303);
    expect(await scene.recordCount()).toBe(before + 1);
    // As a browser shows it that kept the page as it was when it was sent.
    await at.goTo('/report');
    await at.page.click('#more summary');
    await at.page.type('#note', 'Something else again');
    await at.page.click('#beside summary');
    await at.page.type('#text', 'Other words');
    await at.inPage(`{
      const { attempt, account } = document.querySelector('#report').elements;
      attempt.value = ${JSON.stringify(fields['attempt'])};
      account.selectedIndex = 1;
      for (const id of ['ground-3', 'verb-hide']) document.querySelector('#' + id).checked = true;
    }`);
    await Promise.all([at.page.waitForNavigation(), at.inPage(`document.querySelector('#submit').click()`)]);
    await shoot(at, 'plain report, handed in already');
    expect(await at.valueOf('#note')).toBe('Something else again');
    expect(await at.textOf('#summary-title')).toContain('The change was not handed in');
    await submit('#summary-list a');
    expect(new URL(at.page.url()).pathname).toBe(new URL(one.location, scene.origin).pathname);
  });

  test('counts from our own pages only, with every way to come from another', async () => {
    const before = await scene.recordCount();
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ])
      expect((await post(whole(), headers)).status, JSON.stringify(headers)).toBe(403);
    const foreign = multipart({}, []);
    const { statusCode } = await scene.archive.app.inject({
      method: 'POST',
      url: '/report',
      headers: {
        cookie: moderator.cookie,
        origin: 'https://elsewhere.example',
        'content-type': foreign.contentType,
      },
      payload: foreign.payload,
    });
    expect(statusCode).toBe(403);
    const auditor = await colleague(scene.archive, ['auditor']);
    expect((await post(whole(), { cookie: auditor.cookie })).status).toBe(403);
    expect((await post(whole(), { cookie: '' })).status).toBe(303);
    expect(await scene.recordCount()).toBe(before);
  });

  test('counts for whoever opened it, and not for somebody else who signed in since on the same browser', async () => {
    const { archive } = scene;
    await addAgency(archive.system.db, { id: 'hilltop', name: 'City of Hilltop', zone: 'America/Chicago' });
    const { body } = await archive.report(simpleReport({ text: randomUUID() }));
    for (const other of [
      await colleague(archive, ['moderator']),
      await colleague(archive, ['moderator'], 'hilltop'),
    ]) {
      await withoutScripts();
      const forms = [
        ['/report', '#submit'],
        ['/keep', '#submit'],
        [`/report/records/${body.recordId}/plain`, 'main details button'],
      ] as const;
      for (const [path, button] of forms) {
        await withoutScripts();
        await at.goTo(path);
        if (button === '#submit') await upload(scene.picture.path);
        else await at.page.click('main details summary');
        const before = await archive.sql.query('select count(*) from fact');
        await withoutScripts(other);
        await submit(button);
        const said = await at.textOf('main');
        expect(said, path).toContain(
          'Somebody else has signed in on this browser since this page was opened',
        );
        expect(said, path).toContain('session-ended');
        expect((await archive.sql.query('select count(*) from fact')).rows).toEqual(before.rows);
      }
    }
    // One that names nobody is nobody's.
    expect((await post({ ...whole(), as: '' })).status).toBe(401);
    expect((await post(whole())).status).toBe(303);
  });

  test('takes no part that is not of it, none twice, and leaves nothing in staging', async () => {
    for (const fields of [
      { ...whole(), event: '{}' },
      { ...whole(), agency: 'other' },
    ]) {
      const answer = await post(fields);
      expect(answer.status).toBe(400);
    }
    const hostile = await post({ ...whole(), account: '', note: '"><script>window.ran=1</script>' });
    expect(hostile.status).toBe(422);
    expect(hostile.text).not.toContain('<script>window');
    expect(hostile.text).toContain('&lt;script&gt;window');
  });

  test('and the plain page are for everybody', async () => {
    await at.page.setBypassCSP(true);
    await at.page
      .browserContext()
      .setCookie({ name: 'holdfast-session', value: moderator.token, domain: 'localhost', httpOnly: true });
    const { location } = await post(whole());
    await at.goTo(location);
    await checkPage(at, 'plain status, not safe');
  });
});
