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
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs } from '../support/pages.ts';
import type { Visitor } from '../support/visitor.ts';

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
