/** The moderator's reminder: what they handed in and nobody has said the end of, in a real browser, with and without scripts. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { recordOf } from '../support/looking.ts';
import { multipart } from '../support/archive-forms.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs, submit } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import type { Visitor } from '../support/visitor.ts';

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
  await archive.until(recordId, (receipt) => receipt.status === 'complete');
  return recordId;
}
const removalOf = async (recordId: string): Promise<string> =>
  (await recordOf(scene.archive, recordId)).removal;
const words = async (): Promise<string[]> =>
  await at.page.$$eval('.hf-records__words', (list) => list.map((one) => (one.textContent ?? '').trim()));

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
    expect(await words()).toEqual(['The second wallaby']);
    expect([await removalOf(first), await removalOf(second)]).toEqual(['confirmed', 'awaited']);
    await submit(at, '#kept-0');
    expect(await pageText(at)).toContain('On record: it was not removed after all.');
    expect(await removalOf(second)).toBe('none');
    expect(await pageText(at)).toContain('Nothing waits for your word.');
    const { facts } = await recordOf(scene.archive, first);
    expect(facts.at(-1)?.confirms).toBe(true);
  });

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
    expect(await pageText(at)).toContain('espera su respuesta: ¿se eliminó o no?');
    await at.goTo('/unconfirmed');
    const text = await pageText(at);
    expect(text).toContain('Reportado este minuto');
    expect(text.replace('Handed in, as somebody wrote it', '')).not.toMatch(/Handed in|removed/);
    expect(text).toContain('Handed in, as somebody wrote it');
    await submit(at, '#kept-0');
    expect(await pageText(at)).toContain('Quedó registrado: al final no se eliminó.');
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
