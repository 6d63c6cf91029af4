/** The moderator's reminder: what they handed in and nobody has said the end of, in a real browser, with and without scripts. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { recordOf } from '../support/looking.ts';
import { multipart } from '../support/archive-forms.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs, submit as submitNow } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { PHONE, type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let moderator: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  await scene.archive.work();
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
  moderator = await colleague(scene.archive, ['moderator']);
  await signedInAs(at, moderator);
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

/** As the form does it. Without a picture it never becomes safe. */
async function handIn(who: Colleague, words: string, withPicture = true): Promise<string> {
  const { archive, picture } = scene;
  const files = withPicture ? [{ name: 'comment.png', type: 'image/png', bytes: picture.bytes }] : [];
  const { contentType, payload } = multipart(simpleReport({ text: words, capture: false }), files);
  const answer = await archive.app.inject({
    method: 'POST',
    url: '/v1/deletion-events',
    headers: {
      cookie: who.cookie,
      origin: scene.origin,
      host: new URL(scene.origin).host,
      'holdfast-channel': 'web-form',
      'content-type': contentType,
    },
    payload,
  });
  const { recordId } = answer.json<{ readonly recordId: string }>();
  await archive.until(recordId, (receipt) => receipt.status === 'complete', 60_000);
  return recordId;
}
async function archiveReceipt(recordId: string): Promise<{ readonly code: string }> {
  const answer = await scene.archive.app.inject({
    url: `/v1/records/${recordId}/receipt`,
    headers: { cookie: moderator.cookie },
  });
  return answer.json();
}
const removalOf = async (recordId: string): Promise<string> =>
  (await recordOf(scene.archive, recordId)).removal;
const words = async (): Promise<string[]> =>
  await at.page.$$eval('.hf-records__words', (list) => list.map((one) => (one.textContent ?? '').trim()));

/** For a second after an answer nothing can be tapped. */
async function submit(who: Visitor, selector: string): Promise<void> {
  await who.page.waitForFunction(
    `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).pointerEvents !== 'none'`,
  );
  await submitNow(who, selector);
}

describe('what a moderator handed in', () => {
  test('is counted on the report page, listed oldest first, and said to be removed or kept in one press each', async () => {
    await at.goTo('/report');
    expect(await pageText(at)).not.toContain('wait');
    const first = await handIn(moderator, 'The first wallaby');
    const second = await handIn(moderator, 'The second wallaby');
    await handIn(await colleague(scene.archive, ['moderator']), 'Of somebody else');
    await scene.archive.sql.query(
      `update record set received_at = received_at - interval '3 days' where id = $1`,
      [first],
    );
    await at.goTo('/report');
    expect(await pageText(at)).toContain('2 that you handed in wait for your word: removed, or not?');
    await submit(at, 'a[href="/unconfirmed"]');
    expect(await words()).toEqual(['The first wallaby', 'The second wallaby']);
    expect(await pageText(at)).toContain('Handed in 3 days ago');
    await submit(at, '#removed-0');
    expect(await pageText(at)).toContain('On record: it was removed.');
    // The answered one stays where it was, without a button.
    expect(await words()).toEqual(['The first wallaby', 'The second wallaby']);
    expect(await at.count('button[value=removed]')).toBe(1);
    expect([await removalOf(first), await removalOf(second)]).toEqual(['confirmed', 'awaited']);
    await submit(at, '#kept-0');
    expect(await pageText(at)).toContain('On record: it was not removed after all.');
    expect(await removalOf(second)).toBe('none');
    expect(await pageText(at)).toContain('Nothing waits for your word.');
    const { facts } = await recordOf(scene.archive, first);
    expect(facts.at(-1)?.confirms).toBe(true);
  });

  test('is named when it is answered, stays in its place, and a second tap there answers for no other', async () => {
    const ids = [];
    for (const one of ['first', 'second', 'third']) ids.push(await handIn(moderator, `The ${one} wallaby`));
    const [first = '', second = '', third = ''] = ids;
    await at.page.setViewport(PHONE);
    await at.goTo('/unconfirmed');
    for (const _ of ids) {
      const where = await at.page.$('button[value=removed]');
      await at.page.waitForFunction(
        `getComputedStyle(document.querySelector('button[value=removed]')).pointerEvents !== 'none'`,
      );
      await where?.scrollIntoView();
      const point = await where?.clickablePoint();
      const { x, y } = point ?? { x: 0, y: 0 };
      const waiting = await at.count('button[value=removed]');
      await Promise.all([
        at.page.waitForNavigation({ waitUntil: 'domcontentloaded' }),
        at.page.mouse.click(x, y),
      ]);
      await at.page.mouse.click(x, y);
      await at.page.waitForNetworkIdle({ idleTime: 300 });
      expect(await words()).toEqual(['The first wallaby', 'The second wallaby', 'The third wallaby']);
      expect(await at.count('button[value=removed]')).toBe(waiting - 1);
      await checkPage(at, 'unconfirmed-answered');
    }
    const alert = await at.textOf('.usa-alert__text');
    expect(alert).toContain((await archiveReceipt(third)).code);
    expect(alert).not.toContain((await archiveReceipt(first)).code);
    expect(await at.count('.hf-answered')).toBe(3);
    expect(await removalOf(second)).toBe('confirmed');
  }, 60_000);

  test('is called removed by no link: only what the record says is said', async () => {
    const [open, kept] = [await handIn(moderator, 'Still there'), await handIn(moderator, 'Kept')];
    const theirs = await handIn(await colleague(scene.archive, ['moderator']), 'Of somebody else');
    await at.goTo('/unconfirmed');
    await submit(at, '#kept-1');
    for (const of of [open, kept, theirs, '00000000-0000-7000-8000-000000000000', 'nonsense']) {
      await at.goTo(`/unconfirmed?said=removed&of=${of}`);
      expect(await pageText(at), of).not.toContain('On record: it was removed');
      expect(await at.count('.usa-alert'), of).toBe(0);
    }
    await at.goTo(`/unconfirmed?said=kept&of=${open}`);
    expect(await at.count('.usa-alert')).toBe(0);
    await at.goTo(`/unconfirmed?said=kept&of=${kept}`);
    expect(await at.textOf('.usa-alert')).toContain('it was not removed after all');
  }, 60_000);

  test('and is safe to remove is not hidden by what is not', async () => {
    for (let i = 0; i < 27; i += 3)
      await Promise.all(
        Array.from({ length: 3 }, async (_, n) => await handIn(moderator, `Words alone, ${i + n}`, false)),
      );
    await handIn(moderator, 'The wallaby that may go');
    await at.goTo('/unconfirmed');
    expect((await words())[0]).toBe('The wallaby that may go');
    expect(await at.count('button[value=removed]')).toBe(1);
    expect(await words()).toHaveLength(26);
    expect(await pageText(at)).toContain('2 more are not to be removed yet, and are not shown.');
  }, 300_000);

  test('and is not safe to remove is listed by itself, with what is missing and no button to call it removed', async () => {
    await handIn(moderator, 'Words alone', false);
    await at.goTo('/unconfirmed');
    expect(await pageText(at)).toContain('Do not remove these yet');
    expect(await at.count('button[value="removed"]')).toBe(0);
    expect(await pageText(at)).toMatch(/Add a screenshot/);
  });

  test('is confirmed by the keyboard alone, without scripts', async () => {
    await at.page.setJavaScriptEnabled(false);
    const id = await handIn(moderator, 'By keyboard');
    await at.goTo('/unconfirmed');
    await at.page.focus('#about-' + id);
    await at.page.keyboard.press('Tab');
    await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
    expect(await removalOf(id)).toBe('confirmed');
  });

  test('is listed in Spanish for who reads that', async () => {
    await handIn(moderator, 'Handed in, as somebody wrote it');
    await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
    await at.goTo('/report');
    expect(await pageText(at)).toContain('espera su respuesta: ¿se retiró o no?');
    await at.goTo('/unconfirmed');
    const text = await pageText(at);
    expect(text).toContain('Reportado hace un momento');
    expect(text.replace('Handed in, as somebody wrote it', '')).not.toMatch(/Handed in|removed/);
    expect(text).toContain('Handed in, as somebody wrote it');
    await submit(at, '#kept-0');
    expect(await pageText(at)).toContain('Quedó registrado: finalmente no se retiró.');
  });

  test('is not confirmed in the name of somebody who signed in on this browser since', async () => {
    const id = await handIn(moderator, 'Of the first one');
    await at.goTo('/unconfirmed');
    await signedInAs(at, await colleague(scene.archive, ['moderator']));
    await submit(at, '#removed-0');
    expect(await pageText(at)).toContain('Somebody else has signed in');
    expect(await removalOf(id)).toBe('awaited');
  });

  test.each(onEachScreen([['unconfirmed', null]] as const))(
    'is a page for everybody: %s at %i px',
    async (name, _width, _go, size) => {
      await at.page.setViewport(size);
      await handIn(moderator, `A long word: ${'wallaby'.repeat(20)}`);
      await handIn(moderator, 'Another one');
      await handIn(moderator, 'Words alone', false);
      await at.goTo('/report');
      await at.page.setBypassCSP(true);
      await at.goTo('/report');
      await checkPage(at, 'report, with a reminder');
      await at.goTo('/unconfirmed');
      await checkPage(at, name);
    },
  );
});
