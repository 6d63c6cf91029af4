/** The custodian's worklist and the administrator's offices, in a real browser. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { samplePolicy } from '#agency/agency.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { recordOf } from '../support/looking.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs, submit } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let custodian: Colleague;
let administrator: Colleague;
let auditor: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene({
    named: true,
    env: { SMTP_URL: 'smtp://127.0.0.1:1', HOLDFAST_MAIL_FROM: 'holdfast@rivertown.example' },
  });
  await scene.archive.work();
  custodian = await colleague(scene.archive, ['custodian']);
  administrator = await colleague(scene.archive, ['administrator']);
  auditor = await colleague(scene.archive, ['auditor']);
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

async function handIn(words: string): Promise<string> {
  const { archive, picture } = scene;
  const files = [{ name: 'comment.png', type: 'image/png', bytes: picture.bytes }];
  const sent = await archive.report(
    simpleReport({ text: words, author: { displayName: 'Pat Example' } }),
    files,
  );
  await archive.until(sent.body.recordId, (receipt) => receipt.status === 'complete');
  return sent.body.recordId;
}

describe('the custodian', () => {
  test('is led to the worklist, sees what came in, and takes note of what they marked', async () => {
    const first = await handIn('A wallaby at the fountain');
    const second = await handIn('A second wallaby');
    await signedInAs(at, custodian);
    await at.goTo('/');
    expect(at.page.url()).toMatch(/\/worklist$/);
    expect(await pageText(at)).toContain('New (2)');
    expect(await pageText(at)).toContain('A wallaby at the fountain');
    await at.press('label[for="mark-0"]');
    await submit(at, 'button[value="marked"]');
    expect(await pageText(at)).toContain('One record is noted.');
    expect(await pageText(at)).toContain('New (1)');
    const { history } = await recordOf(scene.archive, first);
    expect(history.filter(({ type }) => type === 'arrival.noted')).toMatchObject([
      { actor: `person:${custodian.personId}` },
    ]);
    await handIn('A third one');
    await submit(at, 'button[value="shown"]');
    // What came while the page was open was not shown, and is not noted.
    expect(await pageText(at)).toContain('New (1)');
    expect(await pageText(at)).toContain('A third one');
    await submit(at, 'button[value="shown"]');
    expect(await pageText(at)).toContain('Nothing new is on the list.');
    expect((await recordOf(scene.archive, second)).history.map(({ type }) => type)).toContain(
      'arrival.noted',
    );
  });

  test('by the keyboard alone, and without scripts', async () => {
    await handIn('By keyboard');
    await at.page.setJavaScriptEnabled(false);
    await signedInAs(at, custodian);
    await at.goTo('/worklist');
    await at.page.focus('#mark-0');
    await at.page.keyboard.press('Space');
    await at.page.keyboard.press('Tab'); // the record
    await at.page.keyboard.press('Tab');
    await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
    expect(await pageText(at)).toContain('One record is noted.');
  });

  test('who marks nothing is told so, and nothing changes', async () => {
    const id = await handIn('Unmarked');
    await signedInAs(at, custodian);
    await at.goTo('/worklist');
    await submit(at, 'button[value="marked"]');
    expect(await pageText(at)).toContain('Nothing was marked');
    expect((await recordOf(scene.archive, id)).history.map(({ type }) => type)).not.toContain(
      'arrival.noted',
    );
    await submit(at, 'button[value="shown"]');
  });
});

test('the auditor sees the list and can note nothing', async () => {
  await handIn('Seen by an auditor');
  await signedInAs(at, auditor);
  await at.goTo('/worklist');
  expect(await pageText(at)).toContain('Seen by an auditor');
  expect(await at.count('main button, main input')).toBe(0);
});

test('an administrator names an office, tries its address and ends it, and each is in the history', async () => {
  await signedInAs(at, administrator);
  await at.goTo('/offices');
  expect(await pageText(at)).toContain('nobody is told by mail');
  await at.page.type('#name', 'Office of the City Clerk');
  await at.page.type('#email', 'clerk@rivertown, x');
  await submit(at, 'main form[action="/offices"] button');
  expect(await pageText(at)).toContain('Expected one e-mail address');
  expect(await at.inPage("document.querySelector('#name').value")).toBe('Office of the City Clerk');
  await at.inPage("document.querySelector('#email').value = ''");
  await at.page.type('#email', 'clerk@rivertown.example');
  await at.page.select('#policyId', samplePolicy.policyId);
  await at.page.type('#citation', 'Rivertown policy 4.2');
  await submit(at, 'main form[action="/offices"] button');
  expect(await pageText(at)).toContain('Office of the City Clerk is told from now on.');
  await at.press('.hf-people summary');
  await submit(at, '.hf-people form[action$="/letter"] button');
  expect(await pageText(at)).toContain('A letter is on its way.');
  const { rows } = await scene.archive.sql.query(
    "select kind from notice where ended_at is null and kind = 'test'",
  );
  expect(rows).toEqual([{ kind: 'test' }]);
  await scene.archive.sql.query(
    "update notice set attempts = 2, error_code = 'smtp-550' where kind = 'test'",
  );
  await at.goTo('/offices');
  expect(await pageText(at)).toContain('could not be sent, 2 times so far (smtp-550)');
  await at.press('.hf-people summary');
  await at.inPage(
    "document.querySelector('.hf-people input[type=email]').value = 'city.clerk@rivertown.example'",
  );
  await submit(at, '.hf-people form[action$="/address"] button');
  expect(await pageText(at)).toContain('The address is changed.');
  expect(await pageText(at)).toContain('city.clerk@rivertown.example');
  await at.press('.hf-people summary');
  await submit(at, '.hf-people form[action$="/end"] button');
  expect(await pageText(at)).toContain('Told no more');
  const events = await scene.archive.sql.query<{ type: string }>(
    "select type from event where type like 'office.%' order by seq",
  );
  expect(events.rows.map(({ type }) => type)).toEqual([
    'office.added',
    'office.tried',
    'office.changed',
    'office.ended',
  ]);
});

test.each(
  onEachScreen<() => Promise<void>>([
    [
      'worklist',
      async () => {
        await handIn('A wallaby at the fountain, hopping across the council chamber');
        await handIn('Potholes again');
        await signedInAs(at, custodian);
        await at.goTo('/worklist');
      },
    ],
    [
      'offices',
      async () => {
        await signedInAs(at, administrator);
        await at.goTo('/offices');
      },
    ],
  ]),
)('%s at %i px: everybody can use it', async (name, _width, go, size) => {
  await at.page.setViewport(size);
  await go();
  await checkPage(at, name);
});
