/** How long records are kept, in a real browser: schedules filed and confirmed, rules, the worklist, and a record's own part. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ruleRecords } from '#retention/retention.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { recordOf } from '../support/looking.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs, submit } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let officer: Colleague;
let custodian: Colleague;
let auditor: Colleague;
let recordId: string;

const TABLE = `code,title,trigger,period,disposition,citation,cutoff
GS-1,"Comments, removed",reported,P3Y,destroy,Page 4,none
GS-2,Case files,case-closed,P1Y,destroy,Page 9,fiscal-year-end
GS-3,Policy,,PERMANENT,permanent,Page 1,none
`;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  await scene.archive.sql.query("update classification_rule set ended_at = now(), ended_by = 'test'");
  await scene.archive.work();
  officer = await colleague(scene.archive, ['retention-officer']);
  custodian = await colleague(scene.archive, ['custodian']);
  auditor = await colleague(scene.archive, ['auditor']);
  const sent = await scene.archive.report(
    simpleReport({ text: 'A wallaby at the fountain', author: { displayName: 'Pat Example' } }),
    [{ name: 'comment.png', type: 'image/png', bytes: scene.picture.bytes }],
  );
  ({ recordId } = sent.body);
  await scene.archive.until(recordId, (receipt) => receipt.status === 'complete');
  await ruleRecords(scene.archive.system.db, new AbortController().signal);
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

/** Into the fields of these ids, in place of what stands there. */
async function fill(fields: Readonly<Record<string, string>>): Promise<void> {
  await at.inPage(
    `for (const [id, value] of Object.entries(${JSON.stringify(fields)})) document.getElementById(id).value = value;`,
  );
}
const file = async (edition: string, text: string): Promise<void> => {
  await at.goTo('/schedules');
  await fill({ format: 'csv', edition, title: 'General schedule', source: 'Invented for a test', text });
  await submit(at, 'form[action="/schedules"] button');
};

describe('the retention officer', () => {
  test('files an edition after reading what is wrong with it, and confirms it', async () => {
    await signedInAs(at, officer);
    await file('town-2026', TABLE.replace('P3Y', 'three years'));
    expect(await pageText(at)).toMatch(/Line 2: series\[0\]\.period: expected a period/);
    expect(await at.inPage("document.getElementById('edition').value")).toBe('town-2026');
    await file('town-2026', TABLE);
    expect(at.page.url()).toMatch(/\/schedules\/town-2026$/);
    expect(await pageText(at)).toContain('Not confirmed: two different people are missing.');
    await submit(at, 'form[action$="/confirmations"] button');
    expect(await pageText(at)).toContain('Confirmed by one person; a second, another one, is missing.');
    expect(await pageText(at)).toContain('You have confirmed it.');
    await file('town-2027', TABLE.replace('P3Y', 'P2Y').replace(/GS-3.*\n/, ''));
    await at.goTo('/schedules/town-2027/comparison?from=town-2026');
    expect(await pageText(at)).toContain('These might be kept shorter, or are gone: GS-1, GS-3.');
    await at.goTo('/schedules');
    await submit(at, 'form[action="/schedules/starter"] button');
    expect(await pageText(at)).toContain('Nothing was read; to be entered from the official document');
  });

  test('adds a rule, which is offered for what is there, and takes it on the list of unclassified records', async () => {
    await signedInAs(at, officer);
    await at.goTo('/retention/rules');
    await fill({ series: 'town-2026 GS-1', text: 'wallaby' });
    await submit(at, 'form[action="/retention/rules"] button');
    expect(await pageText(at)).toContain('The rule is added.');
    await at.goTo('/retention');
    expect(await pageText(at)).toContain('1 record stands under no series');
    await at.goTo('/retention/records?list=unclassified');
    expect(await pageText(at)).toContain('Suggested: Rule 10 of the agency (it says “wallaby”)');
    await submit(at, `form[action="/records/${recordId}/classification"] button`);
    expect(await pageText(at)).toMatch(/Kept through .* under GS-1, Comments, removed \(Page 4\);/);
  });
});

describe('the custodian', () => {
  test('confirms as the second person, and changes series and days of a record', async () => {
    await signedInAs(at, custodian);
    await at.goTo('/schedules/town-2026');
    await submit(at, 'form[action$="/confirmations"] button');
    expect(await pageText(at)).toContain('Confirmed by two people of the agency.');
    await at.goTo(`/records/${recordId}`);
    await at.page.click('#retention ~ details summary');
    await at.inPage(`{
      const { elements } = document.querySelector('form[action$="/classification"]');
      elements.series.value = 'town-2026 GS-2';
      elements.reason.value = 'A case was opened';
    }`);
    await submit(at, 'form[action$="/classification"] button');
    expect(await pageText(at)).toContain('“case-closed”, whose day is not known yet');
    expect(await pageText(at)).toContain('That is the longest of the 2 series that apply.');
    await at.page.click('#retention ~ details summary');
    await fill({ event: 'case-closed', day: '2026-03-14', note: 'Order of the court' });
    await submit(at, 'form[action$="/days"] button:not(.usa-button--unstyled)');
    expect(await pageText(at)).toContain('nobody has said when that of the agency begins');
    await submit(at, 'form[action$="/days"] .usa-button--unstyled');
    expect(await pageText(at)).toContain('“case-closed”, whose day is not known yet');
    const { history } = await recordOf(scene.archive, recordId);
    expect(history.map(({ type }) => type).filter((type) => /reclassified|dated/.test(type))).toEqual([
      'record.reclassified',
      'record.reclassified',
      'record.dated',
      'record.dated',
    ]);
  });
});

describe('an edition that was found wrong', () => {
  test('is withdrawn on its page, with a reason, and offers nothing any more', async () => {
    await signedInAs(at, officer);
    await file('town-wrong', TABLE);
    await at.goTo('/schedules/town-wrong');
    await submit(at, 'form[action$="/withdrawal"] button');
    expect(await pageText(at)).toContain('Say what is wrong with it');
    await fill({ reason: 'It is the draft of last year' });
    await submit(at, 'form[action$="/withdrawal"] button');
    expect(await pageText(at)).toContain('Withdrawn: it was found wrong.');
    expect(await pageText(at)).toContain('It is the draft of last year');
    expect(await at.inPage('document.querySelectorAll(\'main form[method="post"]\').length')).toBe(0);
  });
});

describe('the auditor', () => {
  test('reads all of it and is offered nothing to change', async () => {
    await signedInAs(at, auditor);
    for (const path of [
      '/retention',
      '/retention/rules',
      '/schedules',
      '/schedules/town-2027',
      `/records/${recordId}`,
    ]) {
      await at.goTo(path);
      const forms = await at.inPage(
        `document.querySelectorAll('main form:is([action$="classification"], [action$="days"], [action^="/schedules"][method="post"], [action^="/retention"])').length`,
      );
      expect(forms, path).toBe(0);
    }
  });
});

test.each(
  onEachScreen<() => string>([
    ['retention', () => '/retention'],
    ['retention-records', () => '/retention/records?list=waiting'],
    ['rules', () => '/retention/rules'],
    ['schedules', () => '/schedules'],
    ['edition', () => '/schedules/town-2026'],
    ['edition-withdrawn', () => '/schedules/town-wrong'],
    ['starter', () => '/schedules/missouri-starter-2026'],
    ['comparison', () => '/schedules/town-2027/comparison?from=town-2026'],
    ['record-kept', () => `/records/${recordId}`],
  ]),
)('%s at %i px: everybody can use it', async (name, _width, path, size) => {
  await at.page.setViewport(size);
  await signedInAs(at, officer);
  await at.goTo(path());
  await checkPage(at, name);
});
