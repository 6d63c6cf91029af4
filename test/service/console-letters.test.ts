/** Letters in the console: chosen, filled, edited, sent and printed; fees with their rules; the certificate; in both languages, by the keyboard, without scripts. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { collectSearchRow } from '../support/letters.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { englishLeft } from '../support/english-left.ts';
import { keyboardOf } from '../support/keyboard.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { pageText, signedInAs, submit, typeOver } from '../support/pages.ts';
import { PHONE, type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let custodian: Colleague;
let auditor: Colleague;
let at: Visitor;
let path = '';
let id = '';

const enter = async (contact: string | null): Promise<string> => {
  const when = new Date(scene.archive.system.now().getTime() - 60_000).toISOString();
  const entered = await scene.archive.app.inject({
    method: 'POST',
    url: '/v1/requests',
    headers: {
      authorization: `Bearer ${await scene.archive.key('custodian')}`,
      'content-type': 'application/json',
    },
    payload: JSON.stringify({
      channel: 'letter',
      words: 'All hidden comments of June',
      requester: 'A. Requester',
      contact,
      firstReceivedAt: when,
      receivedByCustodianAt: when,
    }),
  });
  expect(entered.statusCode, entered.body).toBe(201);
  return entered.json<{ id: string }>().id;
};

beforeAll(async () => {
  scene = await openConsoleScene({
    named: true,
    env: { SMTP_URL: 'smtp://127.0.0.1:9', HOLDFAST_MAIL_FROM: 'records@rivertown.example' },
  });
  await scene.archive.work();
  custodian = await colleague(scene.archive, ['custodian', 'administrator']);
  auditor = await colleague(scene.archive, ['auditor']);
  id = await enter(null);
  path = `/requests/${id}/letters`;
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

const valueOf = async (selector: string): Promise<string> =>
  (await at.inPage(`document.querySelector(${JSON.stringify(selector)}).value`)) as string;
const inSpanish = async (): Promise<void> => await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
const choose = async (kind: string, language = 'en'): Promise<void> => {
  await at.goTo(path);
  await at.page.select('#kind', kind);
  await at.page.select('#language', language);
  await submit(at, 'form[method="get"] button');
};
/** The one that sees the draft, of the form that is there. */
const DRAFT = 'form.hf-form:has(input[value="draft"]) button[type="submit"]';

test('a delay is chosen, filled, refused where the law wants more, edited and entered as sent', async () => {
  await choose('delay');
  expect(await pageText(at)).toContain('The cause of the further delay');
  await at.page.type('#cause', 'Four thousand comments are looked through by hand.');
  await at.page.type('#place', 'City Hall, room 12');
  await submit(at, DRAFT);
  expect(await pageText(at)).toContain('names the earliest date');
  expect(await valueOf('#place')).toBe('City Hall, room 12');
  await at.inPage(`document.querySelector('#earliestDate').value = '2031-12-22'`);
  await at.page.type('#earliestTime', '09:30');
  await submit(at, DRAFT);
  const text = await valueOf('#text');
  expect(text).toContain('9:30 am on Monday, December 22, 2031');
  expect(await pageText(at)).toContain('610.023.3 RSMo');
  await typeOver(at, '#text', text.replace('City Hall, room 12', 'somewhere'));
  await submit(at, 'button[name="do"][value="print"]');
  expect(await pageText(at)).toContain('The law wants this said in the letter');
  await typeOver(
    at,
    '#text',
    text.replace('The records that you asked for', 'The comments that you asked for'),
  );
  await submit(at, 'button[name="do"][value="print"]');
  expect(await pageText(at)).toContain('The letter is sent');
  const listed = await at.page.$$eval('#sent a', (all) => all.map((one) => one.getAttribute('href')));
  expect(listed).toEqual([`/v1/requests/${id}/letters/1.pdf`, `/v1/requests/${id}/letters/1.txt`]);
  const { rows } = await scene.archive.sql.query<{ about: string; words: string; state: string }>(
    'select c.about, c.words, r.state from request_correspondence c join request r on r.id = c.request_id where r.id = $1',
    [id],
  );
  expect(rows).toMatchObject([{ about: 'delay', state: 'delayed' }]);
  expect(rows[0]?.words).toContain('The comments that you asked for');
});

test('rates are entered, an estimate shows its rules, and what may not be charged is refused in their language', async () => {
  await at.goTo('/requests/letter-templates');
  expect(await pageText(at)).toContain('This body has entered no rates');
  const rates: Record<string, string> = {
    '#pageCents': '10',
    '#clerical': '19.00',
    '#copying': '30',
    '#staff1': 'Records clerk',
    '#hour1': '18',
    '#medium1': 'USB drive',
    '#cost1': '6.50',
  };
  for (const [selector, words] of Object.entries(rates)) await at.page.type(selector, words);
  await at.page.click('label[for="does1-research"]');
  await submit(at, 'form[action="/requests/fee-rates"] button');
  expect(await pageText(at)).toContain('The rates are changed.');
  expect(await valueOf('#hour1')).toBe('18.00');
  await choose('fee-estimate');
  await at.page.select('#kind1', 'pages');
  await at.page.type('#count1', '12');
  await at.page.select('#kind2', 'attorney-review');
  await at.page.type('#count2', '60');
  await submit(at, DRAFT);
  expect(await pageText(at)).toContain('Review by an attorney: This may not be charged: Gross v. Parson');
  await inSpanish();
  await submit(at, DRAFT);
  expect(await pageText(at)).toContain('Esto no se puede cobrar: Gross v. Parson');
  await at.page.setExtraHTTPHeaders({ 'accept-language': 'en' });
  await at.page.select('#kind2', 'research');
  await typeOver(at, '#count2', '50');
  await submit(at, DRAFT);
  expect(await at.textOf('#fee-lines')).toContain(
    '12 pages at $0.10 = $1.20; 610.026 RSMo (the text was read).',
  );
  expect(await at.textOf('#fee-lines')).toContain('That is the lowest rate of those who can do it');
  const text = await valueOf('#text');
  expect(text).toContain('In all: $16.20');
});

test('a text of the agency’s own is changed, and counts', async () => {
  await at.goTo('/requests/letter-templates?kind=question&language=en');
  await typeOver(at, '#text', 'About {{tracking}}\n\n{{queston}}');
  await submit(at, 'form[action="/requests/letter-templates"] button');
  expect(await pageText(at)).toContain('There is no place {{queston}}');
  await typeOver(at, '#text', 'About {{tracking}}\n\nWe ask you: {{question}}');
  await submit(at, 'form[action="/requests/letter-templates"] button');
  expect(await pageText(at)).toContain('The text is changed.');
  await choose('question');
  await at.page.type('#question', 'Which page?');
  await submit(at, DRAFT);
  const text = await valueOf('#text');
  expect(text).toContain('We ask you: Which page?');
});

test('the last search is certified from the page, and a letter that there is nothing needs it', async () => {
  await choose('no-records');
  await submit(at, DRAFT);
  expect(await pageText(at)).toContain('certify that search first');
  await collectSearchRow(scene.archive, id, custodian);
  await at.goTo(path);
  await submit(at, 'form[action$="/certificate"] button');
  for (let tries = 0; !(await pageText(at)).includes('The search is certified.'); tries += 1) {
    // The log of a new agency begins a moment after it.
    if (tries === 60) throw new Error(await pageText(at));
    await new Promise((done) => setTimeout(done, 500));
    await at.goTo(path);
    if ((await at.page.$('form[action$="/certificate"] button')) === null) break;
    await submit(at, 'form[action$="/certificate"] button');
  }
  await at.goTo(path);
  expect(await pageText(at)).toContain('Certificate (PDF)');
  await choose('no-records', 'es');
  await submit(at, DRAFT);
  const text = await valueOf('#text');
  expect(text).toContain('Lo que se buscó: hidden comments');
});

test('where the requester gave a mail address the letter goes by mail, and the page says so', async () => {
  const mailed = await enter('asker@people.example');
  await at.goTo(`/requests/${mailed}/letters?kind=acknowledgement&language=es`);
  await submit(at, DRAFT);
  expect(await pageText(at)).toContain('The requester gave a mail address: asker@people.example.');
  await submit(at, 'button[name="do"][value="mail"]');
  expect(await pageText(at)).toMatch(/On its way to the mail server\.|The mail server has not taken it yet/);
});

test('an auditor looks and writes nothing', async () => {
  await signedInAs(at, auditor);
  await at.goTo(path);
  expect(await pageText(at)).toContain('Letters sent');
  expect(await at.page.$('form.hf-form')).toBe(null);
});

const KINDS = ['delay', 'fee-estimate', 'partial-denial', 'withdrawal-notice', 'closing'] as const;
test.each(
  onEachScreen<() => Promise<void>>([
    ['letters', async () => await at.goTo(path)],
    ...KINDS.map(
      (kind) => [`letter-${kind}`, async () => await at.goTo(`${path}?kind=${kind}&language=en`)] as const,
    ),
    [
      'letter-draft',
      async () => {
        await at.goTo(`${path}?kind=question&language=en`);
        await at.page.type('#question', 'Which page do you mean?');
        await submit(at, DRAFT);
      },
    ],
    ['letter-templates', async () => await at.goTo('/requests/letter-templates?kind=delay&language=es')],
  ]),
)(
  '%s at %i px: everybody can use it, and in Spanish nothing is left in English',
  async (name, _width, where, size) => {
    await at.page.setViewport(size);
    await where();
    await checkPage(at, name);
    await inSpanish();
    await where();
    await checkPage(at, `${name}-es`);
    expect(await englishLeft(at, { content: ['textarea', 'q', '#fee-lines', '[name="as"]'] })).toEqual([]);
  },
);

test('a letter is written and entered as sent by the keyboard alone, on a phone, without scripts', async () => {
  await at.page.setViewport(PHONE);
  await at.page.setJavaScriptEnabled(false);
  const asked = await enter(null);
  await at.goTo(`/requests/${asked}/letters?kind=question&language=en`);
  const entered = async (selector: string): Promise<void> => {
    const keys = keyboardOf(at);
    await keys.tabTo(selector);
    await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
    expect(keys.unseen).toEqual([]);
  };
  const keys = keyboardOf(at);
  await keys.tabTo('#question');
  await keys.type('Which month?');
  await entered(DRAFT);
  await entered('button[name="do"][value="print"]');
  expect(await pageText(at)).toContain('The letter is sent');
});
