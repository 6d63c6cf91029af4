/** Pages that say what stands in a picture, as a program read it: never without saying that, and with what a pattern finds in it for whoever reviews. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { drawn } from '../support/drawn-words.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { newRequest } from '../support/producing.ts';
import { type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let custodian: Colleague;
let recordId: string;
let requestId: string;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { archive } = scene;
  await archive.work();
  custodian = await colleague(archive, ['custodian']);
  requestId = await newRequest(archive);
  const bytes = await (
    await drawn([
      { text: 'Reported by Toby Quill', y: 20 },
      { text: 'call 816-555-0142 at night', y: 80 },
    ])
  )
    .png()
    .toBuffer();
  const files = [
    { name: 'comment.png', type: 'image/png', bytes },
    { name: 'blank.png', type: 'image/png', bytes: await (await drawn([])).png().toBuffer() },
    { name: 'broken.png', type: 'image/png', bytes: bytes.subarray(0, 200) },
  ];
  const { body } = await archive.report(simpleReport({ text: 'Look at this, council' }), files);
  ({ recordId } = body);
  await archive.until(recordId, (receipt) => receipt.status === 'complete');
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
  await signedInAs(at, custodian);
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

async function allRead(): Promise<void> {
  await scene.archive.work('fixity');
  for (let tries = 0; ; tries += 1) {
    const { rowCount } = await scene.archive.sql.query("select from artifact_text where state = 'waiting'");
    if (rowCount === 0) return;
    if (tries === 600) throw new Error('The pictures are not read.');
    await sleep(100);
  }
}

test('before it is read the page of the record says so, and the search does not find it', async () => {
  await at.goTo(`/records/${recordId}`);
  expect(await pageText(at)).toContain(
    'What stands in it is still to be read by a program, and is not found by a search yet.',
  );
  await at.goTo('/records?q=quill');
  expect(await pageText(at)).toContain('Nothing was found.');
  await allRead();
});

test('then it is found, with a word of how, and shown as what a program read', async () => {
  const answer = await scene.archive.app.inject({
    method: 'POST',
    url: `/v1/requests/${requestId}/searches`,
    headers: {
      cookie: custodian.cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
    },
    payload: JSON.stringify({ q: 'quill' }),
  });
  expect(answer.statusCode, answer.body).toBe(201);
  await at.goTo('/records?q=quill');
  expect(await pageText(at)).toContain('found by words read in a picture by a program');
  await at.goTo('/records?q=council');
  expect(await pageText(at)).not.toContain('found by words read in a picture by a program');

  await at.goTo(`/records/${recordId}`);
  await at.page.$$eval('details', (all) => all.forEach((one) => (one.open = true)));
  const record = await pageText(at);
  expect(record).toContain('Toby Quill');
  expect(record).toContain('Read by a program, not by a person: words may be wrong');
  expect(record).toContain('A program looked for words in it and saw none.');
  expect(record).toContain('A program could not read what stands in it: no search finds that.');

  await at.goTo(`/requests/${requestId}/review`);
  expect(await pageText(at)).toContain('found by words read in a picture by a program');
  await at.goTo(`/requests/${requestId}/review/${recordId}`);
  const review = await pageText(at);
  expect(review).toContain('What a program read in it has these; look where they stand:');
  expect(await at.page.$eval('#review ul mark', (mark) => mark.textContent)).toBe('816-555-0142');
  expect(review).toContain('A telephone number, after a word that says so.');

  await at.goTo(`/requests/${requestId}/collect`);
  await at.page.$$eval('details', (all) => all.forEach((one) => (one.open = true)));
  const collect = await pageText(at);
  expect(collect).toContain('Pictures that a program had read, with errors: 2');
  expect(collect).toContain('Pictures that it could not read: 1');
});

const opened = async (url: string): Promise<void> => {
  await at.goTo(url);
  await at.page.$$eval('details', (all) => all.forEach((one) => (one.open = true)));
};
const PAGES = [
  ['pictures list', async () => await opened('/records?q=quill')],
  ['pictures record', async () => await opened(`/records/${recordId}`)],
  ['pictures set', async () => await opened(`/requests/${requestId}/review`)],
  ['pictures review', async () => await opened(`/requests/${requestId}/review/${recordId}`)],
  ['pictures collect', async () => await opened(`/requests/${requestId}/collect`)],
] as const;

test.for(onEachScreen(PAGES))(
  '%s at %s px: axe finds nothing, and nothing sticks out at the side',
  async ([name, , go, size]) => {
    await at.page.setViewport(size);
    await go();
    await checkPage(at, name);
  },
);

test.each(PAGES.map(([name]) => name))('%s has its words in Spanish', async (name) => {
  const url = {
    'pictures list': '/records?q=quill',
    'pictures record': `/records/${recordId}`,
    'pictures set': `/requests/${requestId}/review`,
    'pictures review': `/requests/${requestId}/review/${recordId}`,
    'pictures collect': `/requests/${requestId}/collect`,
  }[name];
  const { statusCode, body } = await scene.archive.app.inject({
    url,
    headers: { cookie: `${custodian.cookie}; holdfast-language=es`, accept: 'text/html' },
  });
  expect(statusCode).toBe(200);
  expect(body).toMatch(/programa/);
  expect(body).not.toMatch(/read in a picture|program read|by a program|had read/);
});
