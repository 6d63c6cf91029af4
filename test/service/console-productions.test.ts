/** Productions in the console: packed, stopped with its place, vouched for, released, fetched, withdrawn. On each screen, by keyboard, and in Spanish. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ArchiveError } from '#errors.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { keyboardOf } from '../support/keyboard.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { cited, committed, decide, newRequest, pass, produced, sealedRecord } from '../support/producing.ts';
import { PHONE, type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let custodian: Colleague;
let at: Visitor;
let requestId: string;
let leaking: string;
let filmed: string;
let link: string;
let stopped: string;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true, env: { HOLDFAST_LOOK_AGAIN: 'no' } });
  const { archive } = scene;
  await archive.work();
  custodian = await colleague(archive, ['custodian']);
  requestId = await newRequest(archive);
  leaking = await newRequest(archive);
  await decide(archive, requestId, await sealedRecord(archive, { text: 'potoroos by the river' }), {
    answer: 'release',
  });
  const part = await sealedRecord(archive, { text: 'Seen with Aurelia Windermere.' });
  const { fields, files } = await committed(archive, part);
  await decide(archive, leaking, part, {
    answer: 'part',
    fields: fields.map(({ fact, pointer }) =>
      pointer === '/data/content/text'
        ? {
            fact,
            pointer,
            decision: 'part',
            passages: [{ start: 10, end: 28, exemption: cited(), description: 'A name' }],
          }
        : { fact, pointer, decision: 'release' },
    ),
    files: files.map(({ n }) => ({ file: n, decision: 'release' })),
  });
  await produced(archive, leaking, { prefix: 'LEAK' });
  stopped = await newRequest(archive);
  await decide(archive, stopped, await sealedRecord(archive, { text: 'numbats' }), { answer: 'release' });
  const down = async (): Promise<never> =>
    await Promise.reject(new ArchiveError('store-down', 'nothing at 10.9.8.7', { retry: 'later' }));
  await produced(archive, stopped, {
    prefix: 'STOP',
    context: { signerOf: down, times: { backoffMs: 0, parkAfter: { failures: 2, ms: 0 } } },
  });
  await produced(archive, stopped, {
    prefix: 'WAIT',
    context: { signerOf: down, times: { backoffMs: 3_600_000 } },
  });
  // A film, which nobody can look through, and a passage that is too short to be looked for.
  filmed = await newRequest(archive);
  const film = await sealedRecord(archive, { text: 'It is in room 7 of the hall' }, [
    {
      name: 'a.mp4',
      type: 'video/mp4',
      bytes: Buffer.from('\0\0\0\u0018ftypisom\0\0\u0002\0isommp41', 'latin1'),
    },
  ]);
  const there = await committed(archive, film);
  await decide(archive, filmed, film, {
    answer: 'part',
    fields: there.fields.map(({ fact, pointer }) =>
      pointer === '/data/content/text'
        ? {
            fact,
            pointer,
            decision: 'part',
            passages: [{ start: 14, end: 15, exemption: cited(), description: 'Which room' }],
          }
        : { fact, pointer, decision: 'release' },
    ),
    files: there.files.map(({ n }) => ({ file: n, decision: 'release' })),
  });
  await produced(archive, filmed, { prefix: 'FILM' });
}, 180_000);
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const pressed = async (selector: string): Promise<void> => {
  await Promise.all([at.page.waitForNavigation(), at.press(selector)]);
};
const here = (): string => `/requests/${requestId}/productions`;

test('from what was decided to the file in the hands of whoever asked', { timeout: 180_000 }, async () => {
  await signedInAs(at, custodian);
  await at.goTo(here());
  expect(await pageText(at)).toContain('Records that are released, all of them or a part: 1.');
  await pressed('#pack button');
  expect(await pageText(at)).toContain('What was decided is frozen.');
  expect(await pageText(at)).toContain('Production 1: Being packed and looked through');
  expect(await pageText(at)).toContain('Step 1 of 2');
  // The other places of the work on the request are there, and this one is marked.
  expect(await at.page.$eval('nav [aria-current="page"]', (one) => one.textContent?.trim())).toBe(
    'Productions',
  );
  // It looks again by itself, also without scripts, and at the page itself: what was sent is not sent once more.
  const source = (await scene.archive.app.inject({ url: here(), headers: { cookie: custodian.cookie } }))
    .body;
  expect(source).toContain(`<noscript><meta http-equiv="refresh" content="15; url=${here()}" /></noscript>`);
  await pass(scene.archive);
  await at.goTo(here());
  expect(await pageText(at)).toContain('Production 1: Ready: the gate has passed it, and it is sealed');
  await pressed('form[action$="/release"] button');
  expect(await pageText(at)).toContain('It is released.');
  expect(await at.page.$('script[data-again]')).toBe(null);
  link = new URL(await at.page.$eval('#link', (one) => one.textContent ?? '')).pathname;
  const stranger = await scene.visitor();
  await stranger.goTo(link);
  expect(await pageText(stranger)).toContain('Records in it: 1.');
  const fetched = await scene.archive.app.inject({ url: `${link}/content` });
  expect(fetched.statusCode).toBe(200);
  await stranger.page.browserContext().close();
  await at.goTo(here());
  expect(await pageText(at)).toContain('By link 1:');
  // From the production to the letter that hands it out, with a link of its own.
  await pressed('#production-1 a[href*="kind=records"]');
  await pressed('form:has(input[value="draft"]) button[type="submit"]');
  expect(await at.page.$eval('#text', (one) => (one as { value?: string }).value)).toContain('{{link}}');
  await pressed('button[name="do"][value="print"]');
  expect(await pageText(at)).toContain('The letter is sent');
  await at.goTo(`/requests/${requestId}`);
  expect(await at.page.$eval('#standing', (one) => one.textContent)).toContain('and not closed yet');
  expect(await at.page.$eval('#released', (one) => one.textContent)).toContain('Here are the records');
  await at.goTo(here());
  await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
  await at.goTo(here());
  expect(await pageText(at)).toContain('Entrega 1: Entregada por un enlace');
  await at.goTo(link);
  expect(await pageText(at)).toContain('Descargar');
});

test('what the gate stopped is shown with its place, and not the word', async () => {
  await signedInAs(at, custodian);
  await at.goTo(`/requests/${leaking}/productions`);
  const said = await pageText(at);
  expect(said).toContain('Something that is withheld was found:');
  expect(said).toMatch(/data\/records\/1\/file-\d+\./);
  expect(said).not.toContain('Windermere');
  // In words, and not those of the machine.
  expect(said).toMatch(/: (?:all|a part) of a withheld passage|(?:all|a part) of a withheld passage:/);
  expect(said).not.toContain(' › text');
  expect(await at.page.$('form[action$="/release"]')).toBe(null);
});

test.each(
  onEachScreen<() => Promise<string>>([
    ['productions', async () => here()],
    ['productions-parked', async () => `/requests/${stopped}/productions`],
    ['productions-stopped', async () => `/requests/${leaking}/productions`],
    ['productions-vouched', async () => `/requests/${filmed}/productions`],
    ['production-link', async () => link],
    ['letter-with-records', async () => `/requests/${requestId}/letters?kind=records`],
    ['request-answered', async () => `/requests/${requestId}`],
    ['request-from-mail', async () => '/requests/new'],
  ]),
)('%s at %i px: everybody can use it', async (name, _width, where, size) => {
  await at.page.setViewport(size);
  await signedInAs(at, custodian);
  await at.goTo(await where());
  await checkPage(at, name);
});

test('what cannot be packed says why and since when, in both languages, and is packed once more', async () => {
  await signedInAs(at, custodian);
  await at.goTo(`/requests/${stopped}/productions`);
  const said = await pageText(at);
  expect(said).toContain('Production 1: Packing stopped; a person must look');
  expect(said).toContain('The store could not be reached.');
  expect(said).toContain('It could not be packed so far. Attempts: 1. The next one:');
  expect(said).not.toContain('10.9.8.7');
  await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
  await at.goTo(`/requests/${stopped}/productions`);
  expect(await pageText(at)).toContain('Ya nadie la prepara desde:');
  await at.page.setExtraHTTPHeaders({ 'accept-language': 'en' });
  await at.goTo(`/requests/${stopped}/productions`);
  await pressed('#production-1 form[action$="/run"] button');
  expect(await pageText(at)).toContain('It is packed once more.');
  await pass(scene.archive);
  await at.goTo(`/requests/${stopped}/productions`);
  expect(await pageText(at)).toContain('Production 1: Ready: the gate has passed it, and it is sealed');
});

test(
  'what the gate could not look through is vouched for by the keyboard, mark by mark, and packed again',
  { timeout: 120_000 },
  async () => {
    const { archive } = scene;
    await at.page.setViewport(PHONE);
    await signedInAs(at, custodian);
    const states = async (): Promise<readonly string[]> =>
      (
        await archive.sql.query<{ state: string }>(
          'select state from production where request_id = $1 order by n',
          [filmed],
        )
      ).rows.map(({ state }) => state);
    /** Ticks what the latest form asks, as far as it is to be ticked, and packs again. */
    const packedAgain = async (form: string, ...marks: readonly string[]): Promise<void> => {
      await at.goTo(`/requests/${filmed}/productions`);
      const keys = keyboardOf(at);
      for (const mark of marks) {
        await keys.tabTo(`${form} input[name="${mark}"]`);
        await keys.press('Space');
      }
      await keys.tabTo(`${form} button`);
      await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
      expect(keys.unseen).toEqual([]);
      await pass(archive);
    };
    expect(await states()).toEqual(['blocked']);
    const form = (n: number): string => `#production-${n} form[action$="/productions"]`;
    await packedAgain(form(1));
    await packedAgain(form(2), 'unread');
    expect(await states()).toEqual(['blocked', 'blocked', 'blocked']);
    // What was vouched for before stays vouched for, and what was not is asked again.
    await packedAgain(form(3), 'item');
    expect(await states()).toEqual(['blocked', 'blocked', 'blocked', 'ready']);
    await at.goTo(`/requests/${filmed}/productions`);
    expect(await pageText(at)).toContain('Production 4: Ready');
  },
);

test('a production is packed, released and withdrawn by the keyboard alone, on a phone', async () => {
  await at.page.setViewport(PHONE);
  await signedInAs(at, custodian);
  await at.goTo(here());
  const entered = async (selector: string): Promise<void> => {
    const keys = keyboardOf(at);
    await keys.tabTo(selector);
    await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
    expect(keys.unseen).toEqual([]);
  };
  await entered('#pack button');
  await pass(scene.archive);
  await at.goTo(here());
  await entered('#production-2 form[action$="/release"] button');
  expect(await pageText(at)).toContain('It is released.');
  await at.goTo(here());
  const keys = keyboardOf(at);
  await keys.tabTo('#production-2 details summary');
  await keys.press('Enter');
  await keys.tabTo('#production-2 form[action$="/withdrawal"] input');
  await keys.type('Sent by mistake');
  expect(keys.unseen).toEqual([]);
  await entered('#production-2 form[action$="/withdrawal"] button');
  expect(await pageText(at)).toContain('It is withdrawn.');
  const { rows } = await scene.archive.sql.query<{ type: string }>(
    "select distinct type from event where type like 'production.%' order by 1",
  );
  expect(rows.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['production.requested', 'production.released', 'production.withdrawn']),
  );
});
