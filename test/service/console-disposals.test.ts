/** Quarter end in the console: what is due, a list, a proposal, the approval of somebody else, the certificate. On each screen, and in Spanish. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import {
  atRest,
  locksEnded,
  makeDue,
  openDisposing,
  pass,
  SHORT,
  type Disposing,
} from '../support/disposing.ts';
import { keyboardOf } from '../support/keyboard.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs } from '../support/pages.ts';
import { PHONE, type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let disposing: Disposing;
let at: Visitor;
const records: string[] = [];
/** Of lists in each state that a page may show. */
const lists: Record<string, string> = {};

beforeAll(async () => {
  scene = await openConsoleScene({ named: true, env: SHORT });
  const { archive } = scene;
  await archive.work();
  disposing = await openDisposing(archive);
  for (let n = 0; n < 3; n += 1) {
    const { recordId } = (await archive.report(simpleReport({ text: `potoroo ${n}` }))).body;
    await atRest(archive, recordId);
    await makeDue(archive, recordId);
    records.push(recordId);
  }
});
afterAll(async () => {
  await disposing?.opened.close();
  await scene?.close();
});
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

test('from what is due to the certificate, by two people', { timeout: 180_000 }, async () => {
  await signedInAs(at, disposing.officer);
  await at.goTo('/disposals');
  expect(await pageText(at)).toContain('Due: 3. Held: 0. On a list already: 0.');
  await pressed('#due button');
  const address = new URL(at.page.url()).pathname;
  lists['draft'] = address;
  expect(await pageText(at)).toContain('A draft');
  // Without a script, as with one: a form.
  await at.page.$eval('details.hf-more', (one) => one.setAttribute('open', ''));
  await at.page.type('#record', records[0] ?? '');
  await at.page.type('#except-reason', 'Still asked about by the council');
  await pressed('form[action$="/exceptions"] button');
  expect(await pageText(at)).toContain('The record is off the list.');
  await at.page.type('#authority', 'Minutes of the records committee, 2 November');
  await pressed('form[action$="/proposal"] button');
  expect(await pageText(at)).toContain('The list is frozen and proposed.');
  expect(await at.page.$('form[action$="/approval"]')).toBe(null);
  await signedInAs(at, disposing.approver);
  await at.goTo(address);
  await pressed('form[action$="/approval"] button');
  expect(await pageText(at)).toContain('The list is approved.');
  for (const id of records) await locksEnded(scene.archive, id);
  for (let tries = 0; ; tries += 1) {
    await pass(disposing);
    await at.goTo(address);
    if ((await pageText(at)).includes('Certificate (PDF)')) break;
    if (tries === 120) throw new Error(await pageText(at));
  }
  const said = await pageText(at);
  expect(said).toContain('Minutes of the records committee, 2 November');
  expect(said).toContain('Excepted Still asked about by the council');
  expect(said).toContain('Disposition of records. Under the schedule');
  await at.goTo(`/records/${records[1] ?? ''}`);
  expect(await pageText(at)).toContain('This record was destroyed under its schedule.');
  expect(await pageText(at)).not.toContain('potoroo');
  await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
  await at.goTo(address);
  expect(await pageText(at)).toContain('Certificado (PDF)');
});

test.each(
  onEachScreen<() => Promise<string>>([
    ['disposals', async () => '/disposals'],
    ['disposal-certified', async () => lists['draft'] ?? ''],
    ['disposal-record', async () => `/records/${records[1] ?? ''}`],
    [
      'disposal-draft',
      async () => {
        await at.goTo('/disposals');
        if ((await at.page.$('#due button')) !== null) {
          await pressed('#due button');
          lists['second'] = new URL(at.page.url()).pathname;
        }
        return lists['second'] ?? '';
      },
    ],
  ]),
)('%s at %i px: everybody can use it', async (name, _width, where, size) => {
  await at.page.setViewport(size);
  await signedInAs(at, disposing.officer);
  await at.goTo(await where());
  await checkPage(at, name);
});

test('a list is made, proposed, approved and cancelled by the keyboard alone, on a phone', async () => {
  await at.page.setViewport(PHONE);
  const entered = async (selector: string): Promise<void> => {
    const keys = keyboardOf(at);
    await keys.tabTo(selector);
    await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
    expect(keys.unseen).toEqual([]);
  };
  await signedInAs(at, disposing.officer);
  await at.goTo('/disposals');
  // Of a list that another page of this file made there is a row to open, otherwise a button to make one.
  const due = (await at.page.$('#due button')) === null ? `a[href="${lists['second']}"]` : '#due button';
  await entered(due);
  const address = new URL(at.page.url()).pathname;
  const keys = keyboardOf(at);
  await keys.tabTo('#authority');
  await keys.type('Ordinance 7');
  expect(keys.unseen).toEqual([]);
  await entered('form[action$="/proposal"] button');
  expect(await pageText(at)).toContain('The list is frozen and proposed.');
  await signedInAs(at, disposing.approver);
  await at.goTo(address);
  await entered('form[action$="/approval"] button');
  expect(await pageText(at)).toContain('The list is approved.');
  await signedInAs(at, disposing.officer);
  await at.goTo(address);
  const last = keyboardOf(at);
  await last.tabTo('details:has(form[action$="/cancellation"]) summary');
  await last.press('Enter');
  await last.tabTo('form[action$="/cancellation"] :is(input:not([type="hidden"]), textarea)');
  await last.type('The council asks about it');
  expect(last.unseen).toEqual([]);
  await entered('form[action$="/cancellation"] button');
  expect(await pageText(at)).toContain('The list is cancelled.');
});
