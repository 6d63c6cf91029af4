/** The desk of requests as its custodian works at it, in a real browser: entered, explained, written about, closed; by the keyboard and without scripts. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs, submit, typeOver } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let custodian: Colleague;
let auditor: Colleague;
let moderator: Colleague;
/** Friday, 4 December 2026, 4:50 pm in Missouri. */
const FRIDAY = new Date('2026-12-04T22:50:00Z');
let moment = FRIDAY;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true, adapt: (system) => ({ ...system, now: () => moment }) });
  custodian = await colleague(scene.archive, ['custodian']);
  auditor = await colleague(scene.archive, ['auditor']);
  moderator = await colleague(scene.archive, ['moderator']);
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
  moment = FRIDAY;
  await signedInAs(at, custodian);
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

/** What a picker of the browser would put there. */
const put = async (selector: string, value: string): Promise<void> => {
  await at.inPage(`document.querySelector(${JSON.stringify(selector)}).value = ${JSON.stringify(value)}`);
};
const choose = async (selector: string, value: string): Promise<void> =>
  void (await at.page.select(selector, value));

async function entered(more: Record<string, unknown> = {}): Promise<{ id: string; tracking: string }> {
  const answer = await scene.archive.app.inject({
    method: 'POST',
    url: '/v1/requests',
    headers: {
      authorization: `Bearer ${await scene.archive.key('custodian')}`,
      'content-type': 'application/json',
    },
    payload: JSON.stringify({
      channel: 'letter',
      words: 'All hidden comments of June',
      firstReceivedAt: '2026-12-04T16:40:00-06:00',
      receivedByCustodianAt: '2026-12-04T16:40:00-06:00',
      ...more,
    }),
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json();
}
async function said(id: string, more: Record<string, unknown>): Promise<void> {
  const answer = await scene.archive.app.inject({
    method: 'POST',
    url: `/v1/requests/${id}/correspondence`,
    headers: {
      authorization: `Bearer ${await scene.archive.key('custodian')}`,
      'content-type': 'application/json',
    },
    payload: JSON.stringify({
      way: 'out',
      channel: 'mail',
      words: 'Dear requester',
      at: '2026-12-04T16:45:00-06:00',
      ...more,
    }),
  });
  expect(answer.statusCode, answer.body).toBe(201);
}

test('a call is noted by the keyboard alone, without scripts; what is wrong is said, and nothing that was typed is lost', async () => {
  const word = `bilby${randomUUID().slice(0, 8)}`;
  await at.page.setJavaScriptEnabled(false);
  await at.goTo('/requests');
  await at.page.focus('a[href="/requests/new"]');
  await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
  await at.page.focus('#channel-phone');
  await at.page.keyboard.press('Space');
  await at.page.keyboard.press('Tab');
  await at.page.keyboard.type(`Somebody asks for ${word}\nand says thanks`);
  await at.page.focus('#requester');
  await at.page.keyboard.type('A. Requester');
  await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
  let text = await pageText(at);
  expect(text).toContain('Nothing was saved yet: one thing is to be mended');
  expect(text).toContain('Say when the body first received it: a day and a time.');
  expect(await at.page.$eval('#words', (box) => (box as unknown as { value: string }).value)).toContain(word);
  await at.page.setJavaScriptEnabled(true);
  await checkPage(at, 'request-new-wrong');
  await put('#first', '2026-12-04T16:40');
  await put('#custodian', '2026-12-04T16:30');
  await submit(at, 'main form button[type="submit"]');
  text = await pageText(at);
  expect(text).toContain('This lies before its first receipt.');
  await put('#custodian', '2026-12-04T16:45');
  await submit(at, 'main form button[type="submit"]');
  text = await pageText(at);
  expect(text).toContain('The request is entered, and has its number.');
  expect(text).toContain('Due by the end of Wed 9 Dec 2026');
  expect(text).toContain(
    'Received by the custodian of records on Fri 4 Dec 2026 at 4:45 pm; the day of receipt is not counted.',
  );
  expect(text).toContain('Sat 5 Dec 2026 to Sun 6 Dec 2026 are not counted: no working days of this office.');
  expect(text).toContain('Business day 1: Mon 7 Dec 2026.');
  expect(text).toContain('None was given: no question, invoice or notice reaches them.');
  for (const place of ['collect', 'review', 'letters', 'productions'])
    expect(await at.count(`#places a[href$="/${place}"]`), place).toBe(1);
  const { rows } = await scene.archive.sql.query('select * from request where words like $1', [`%${word}%`]);
  expect(rows).toMatchObject([
    {
      channel: 'phone',
      requester: 'A. Requester',
      contact: null,
      entered_by: `person:${custodian.personId}`,
    },
  ]);
  expect(rows[0].words).toBe(`Somebody asks for ${word}\r\nand says thanks`);
  await at.goTo(`/requests?q=${word}`);
  expect(await at.count('.hf-records > li')).toBe(1);
});

test('every step is done on its page: received, delayed, asked, corrected, closed', async () => {
  const { id } = await entered({ receivedByCustodianAt: null, contact: 'a@requester.example' });
  const path = `/requests/${id}`;
  const open = async (which: string): Promise<void> => at.press(`#step-${which} > summary`);
  const send = async (which: string): Promise<string> => {
    await submit(at, `#step-${which} button[type="submit"]`);
    return await pageText(at);
  };
  await at.goTo(path);
  expect(await pageText(at)).toContain(
    'Alarm: the custodian does not have it, and counted from its first receipt it would be due by the end of Wed 9 Dec 2026',
  );
  expect(await pageText(at)).toContain(
    'No deadline of the law runs until the custodian of records has the request.',
  );
  await open('receipt');
  await put('#received', '2026-12-04T18:00');
  expect(await send('receipt')).toContain('This lies in the future.');
  await put('#received', '2026-12-04T16:48');
  expect(await send('receipt')).toContain('The custodian of records has it, and its clock runs.');

  await open('correspondence');
  await choose('#kind', 'out:delay');
  await put('#when', '2026-12-04T16:49');
  await at.page.type('#text', 'It takes until the scanner is mended.');
  await at.page.type('#fee', '12');
  let text = await send('correspondence');
  expect(text).toContain('Only what asks for a payment has a sum.');
  expect(await at.valueOf('#text')).toBe('It takes until the scanner is mended.');
  await put('#fee', '');
  await put('#promised', '2026-12-18T15:00');
  text = await send('correspondence');
  expect(text).toContain('Acted on by a delay letter; earliest time promised: Fri 18 Dec 2026');
  expect(text).toContain('Acted on by the letter of Fri 4 Dec 2026, which explained the delay');

  await open('state');
  await choose('#to', 'delayed');
  expect(await send('state')).toContain('What is awaited is changed.');
  await open('state');
  await choose('#to', 'fee-waiting');
  // Somebody else was first.
  await scene.archive.sql.query("update request set state = 'clarification' where id = $1", [id]);
  expect(await send('state')).toContain('The request is not in the state that this begins from');

  await at.goTo(path);
  await open('correction');
  await put('#custodian', '2026-12-04T16:45');
  expect(await send('correction')).toContain('Say in 1 to 2,000 characters why it was wrong.');
  await at.page.type('#reason', 'The stamp says quarter to five');
  text = await send('correction');
  expect(text).toContain('Receipts that were corrected');
  expect(text).toContain('The stamp says quarter to five');

  await open('closing');
  expect(await send('closing')).toContain('Say how it ends.');
  await choose('#outcome', 'lapsed');
  expect(await send('closing')).toContain('A request lapses only when it waits for a payment or an answer');
  await choose('#outcome', 'partly');
  await put('#appeal', '2027-12-10');
  text = await send('closing');
  expect(text).toContain('The request is closed.');
  expect(text).toContain('It was due by the end of Wed 9 Dec 2026');
  expect(await at.count('#step-closing')).toBe(0);
  // The grounds of a denial may be asked for afterwards, and that is a clock of its own.
  await open('correspondence');
  await choose('#kind', 'in:statement-request');
  await put('#when', '2026-12-04T16:50');
  await at.page.type('#text', 'On which grounds?');
  text = await send('correspondence');
  expect(text).toContain('The written statement of the grounds is due by the end of Wed 9 Dec 2026');
  await at.goTo('/requests?state=statement');
  expect(await at.count(`a[href="${path}"]`)).toBe(1);
  const { rows } = await scene.archive.sql.query(
    "select distinct type from event where body->>'request' = $1 order by 1",
    [id],
  );
  expect(rows.map(({ type }) => type)).toEqual([
    'request.closed',
    'request.moved',
    'request.noted',
    'request.opened',
    'request.receipt-corrected',
    'request.received',
    'request.viewed',
  ]);
});

test('what is overdue and what is due today is said in words, and comes first', async () => {
  const word = `quoll${randomUUID().slice(0, 8)}`;
  const late = await entered({
    words: word,
    firstReceivedAt: '2026-11-30T09:00:00-06:00',
    receivedByCustodianAt: '2026-11-30T09:00:00-06:00',
  });
  const today = await entered({
    words: word,
    firstReceivedAt: '2026-12-01T09:00:00-06:00',
    receivedByCustodianAt: '2026-12-01T09:00:00-06:00',
  });
  await entered({ words: word });
  await at.goTo(`/requests?q=${word}`);
  const links = (await at.inPage(
    "[...document.querySelectorAll('.hf-records__link')].map((one) => one.getAttribute('href'))",
  )) as string[];
  expect(links.slice(0, 2)).toEqual([`/requests/${late.id}`, `/requests/${today.id}`]);
  const text = await pageText(at);
  expect(text).toContain('Overdue: it was due by the end of Thu 3 Dec 2026');
  expect(text).toContain('Due today, Fri 4 Dec 2026');
  expect(await at.textOf('#due-now')).toMatch(/Overdue: [1-9]\d*[^]*Due today: [1-9]/);
  await at.goTo('/worklist');
  expect(await at.textOf('#due-now')).toMatch(/Overdue: [1-9]\d*[^]*Due today: [1-9]/);
});

test('the calendar is changed as a whole, refused with a sentence, and shows how far each day was read', async () => {
  await at.goTo('/requests/calendar');
  expect(await pageText(at)).toContain('Nobody has entered a calendar yet');
  await at.press('label[for="observes-independence-day"]');
  await typeOver(at, '#closings', '2026-12-09 water main\n2026-02-30 nothing');
  await submit(at, 'main form button[type="submit"]');
  let text = await pageText(at);
  expect(text).toContain('Expected days as YYYY-MM-DD that are on the calendar');
  expect(await at.valueOf('#closings')).toBe('2026-12-09 water main\n2026-02-30 nothing');
  await typeOver(at, '#closings', '2026-12-09 water main');
  await submit(at, 'main form button[type="submit"]');
  text = await pageText(at);
  expect(text).toContain('The calendar is changed.');
  expect(text).toContain('This is calendar number 1.');
  expect(text).toContain(
    'Fri 3 Jul 2026: the Friday before, as state offices do; on the official list of that year',
  );
  expect(text).toContain(
    'Mon 5 Jul 2027: moved from Sunday; computed from the rule, and on no official list that was read',
  );
  const { id } = await entered();
  await at.goTo(`/requests/${id}`);
  expect(await pageText(at)).toContain('Wed 9 Dec 2026 is not counted: the office is closed: water main.');
  // Two people at one moment: the second is told, and keeps what was typed.
  await at.goTo('/requests/calendar');
  const now = (
    await scene.archive.app.inject({
      url: '/v1/calendar',
      headers: { authorization: `Bearer ${await scene.archive.key('custodian')}` },
    })
  ).json();
  const other = await scene.archive.app.inject({
    method: 'PUT',
    url: '/v1/calendar',
    headers: {
      authorization: `Bearer ${await scene.archive.key('custodian')}`,
      'content-type': 'application/json',
    },
    payload: JSON.stringify({ ...now.calendar, replaces: now.number }),
  });
  expect(other.statusCode, other.body).toBe(200);
  await typeOver(at, '#closings', '2026-12-24 Christmas Eve');
  await submit(at, 'main form button[type="submit"]');
  expect(await pageText(at)).toContain('The calendar was changed meanwhile');
  expect(await at.valueOf('#closings')).toBe('2026-12-24 Christmas Eve');
});

test('an auditor looks and changes nothing; a moderator sees no request, nor a way to one', async () => {
  const { id } = await entered();
  await signedInAs(at, auditor);
  await at.goTo(`/requests/${id}`);
  expect(await at.count('main form')).toBe(0);
  await at.goTo('/requests');
  expect(await at.count('a[href="/requests/new"]')).toBe(0);
  await signedInAs(at, moderator);
  await at.goTo('/records');
  expect(await at.count('a[href="/requests"]')).toBe(0);
  await at.goTo(`/requests/${id}`);
  expect(await pageText(at)).not.toContain('hidden comments');
});

test.each(
  onEachScreen<() => Promise<string>>([
    ['requests', async () => '/requests'],
    ['request-new', async () => '/requests/new'],
    ['request-calendar', async () => '/requests/calendar'],
    ['request-received', async () => `/requests/${(await entered({ receivedByCustodianAt: null })).id}`],
    [
      'request-waits',
      async () => {
        const { id } = await entered({
          requester: 'A. Requester',
          contact: 'a@requester.example',
          format: 'PDF',
          language: 'Spanish',
          firstReceivedAt: '2026-12-03T17:30:00-06:00',
        });
        await said(id, { about: 'payment-request', feeCents: 4550 });
        await said(id, { about: 'withdrawal-notice' });
        await scene.archive.sql.query("update request set state = 'fee-waiting' where id = $1", [id]);
        return `/requests/${id}`;
      },
    ],
    [
      'request-delayed',
      async () => {
        const { id } = await entered();
        await said(id, { about: 'delay', promisedFor: '2026-12-18T15:00:00-06:00' });
        await scene.archive.sql.query("update request set state = 'delayed' where id = $1", [id]);
        return `/requests/${id}`;
      },
    ],
    [
      'request-closed',
      async () => {
        const { id } = await entered();
        await scene.archive.sql.query(
          "update request set state = 'closed', outcome = 'denied', closed_at = now(), closed_by = 'x', appeal_until = '2027-12-10' where id = $1",
          [id],
        );
        await said(id, { way: 'in', about: 'statement-request' });
        return `/requests/${id}`;
      },
    ],
  ]),
)('%s at %i px: everybody can use it, in both languages', async (name, _width, prepare, size) => {
  await at.page.setViewport(size);
  const path = await prepare();
  await at.goTo(path);
  await at.inPage("document.querySelectorAll('details.hf-more').forEach((one) => { one.open = true; })");
  await checkPage(at, name);
  await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
  await at.goTo(path);
  await checkPage(at, `${name} in Spanish`);
  expect(await pageText(at)).toMatch(/[Ss]olicitud/);
});
