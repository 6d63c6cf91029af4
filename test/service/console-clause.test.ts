/** The clause that somebody chose on a page is the one that is sealed, though an administrator saves another version meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAccount, addAgency, addPolicy, dayIn } from '#agency/agency.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { checkPage } from '../support/page-check.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { handedIn } from '../support/reporting.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let moderator: Colleague;
/** How many versions there were. The next one is in force since a day after the one before, and was yesterday. */
let count = 0;

const ZONE = 'America/Chicago';
const REFUSED = 'The policy has changed: choose the clause again.';

/** In each the number 3.b is another clause. */
async function nextVersion(): Promise<string> {
  count += 1;
  const version = `v${count}`;
  await scene.archive.system.db.inAgency(
    'town',
    async (tx) =>
      await addPolicy(tx, {
        policyId: 'town-policy',
        version,
        title: 'Town policy',
        effectiveOn: dayIn(ZONE, new Date(Date.now() - (900 - count) * 86_400_000)),
        grounds: ['3.a', '3.b'].map((clauseId) => ({
          clauseId,
          label: `Label ${clauseId} of ${version}`,
          citation: `Town ${clauseId}`,
          clause: `Words ${clauseId} of ${version}`,
        })),
      }),
  );
  await sleep(1100);
  return version;
}

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { db } = scene.archive.system;
  await addAgency(db, { id: 'town', name: 'Town of Example', zone: ZONE });
  const site = { platform: 'facebook', nativeId: null, handle: 'town', url: null, name: 'Town' };
  await db.inAgency('town', async (tx) => await addAccount(tx, site));
  moderator = await colleague(scene.archive, ['moderator'], 'town');
  await scene.archive.work();
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
  await at.page
    .browserContext()
    .setCookie({ name: 'holdfast-session', value: moderator.token, domain: 'localhost', httpOnly: true });
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const submit = async (selector: string): Promise<void> => {
  await Promise.all([at.page.waitForNavigation(), at.page.click(selector)]);
};
const checked = async (name: string): Promise<unknown> =>
  await at.inPage(`document.querySelector('input[name="${name}"]:checked')?.value ?? null`);
const records = async (): Promise<unknown[]> =>
  (await scene.archive.sql.query(`select id from record where agency_id = 'town'`)).rows;
/** The clauses of a record's facts, as they are kept. */
async function said(recordId: string): Promise<unknown[]> {
  const { rows } = await scene.archive.sql.query<{ grounds: unknown[] | null }>(
    `select body #> '{data,action,grounds}' as grounds from fact where record_id = $1 order by n`,
    [recordId],
  );
  return rows.flatMap(({ grounds }) => grounds ?? []);
}
const clause = (version: string) => ({
  policyId: 'town-policy',
  policyVersion: version,
  citation: 'Town 3.b',
  text: `Words 3.b of ${version}`,
});

describe('a clause whose policy changed while the form was open', () => {
  test('is refused, the new ones are shown, and everything else stays', async () => {
    const before = await records();
    const old = await nextVersion();
    await at.goTo('/report');
    await at.choose(scene.picture.path);
    await at.press('label[for="ground-2"]');
    await at.press('label[for="verb-delete"]');
    await at.press('#more summary');
    await at.page.type('#note', 'Seen by two of us');
    expect(await at.textOf('#clause')).toBe(`Town 3.b: Words 3.b of ${old}`);
    const now = await nextVersion();
    await at.press('#submit');
    await at.reads('#summary-list', REFUSED);
    expect(await at.textOf('#grounds-error')).toBe(REFUSED);
    expect(await at.textOf('#grounds')).toContain(`Label 3.b of ${now}`);
    expect(await at.textOf('#grounds')).not.toContain(`of ${old}`);
    expect([await checked('ground'), await checked('verb')]).toEqual([null, 'delete']);
    expect(await at.valueOf('#note')).toBe('Seen by two of us');
    expect(await at.count('#pictures li')).toBe(1);
    expect(await records()).toEqual(before);
    await at.page.setBypassCSP(true);
    await checkPage(at, 'report, the policy has changed');
    await at.press('label[for="ground-2"]');
    await at.press('#submit');
    expect(await said(await handedIn(at))).toEqual([clause(now)]);
  });

  test('is refused without scripts too, also when something else is missing', async () => {
    await at.page.setJavaScriptEnabled(false);
    // In the middle of the screen, where the button that stands at its foot covers nothing.
    const press = async (selector: string): Promise<void> => {
      await at.inPage(
        `document.querySelector(${JSON.stringify(selector)}).scrollIntoView({ block: 'center' })`,
      );
      await at.page.click(selector);
    };
    const before = await records();
    await nextVersion();
    await at.goTo('/report');
    await press('#beside summary');
    await at.page.type('#text', 'Some angry words');
    await press('label[for="ground-2"]');
    await press('label[for="verb-hide"]');
    await at.page.select('#account', await at.page.$eval('#account option', ({ value }) => value));
    await nextVersion();
    await submit('#submit');
    expect(await at.textOf('#summary-list')).toContain(REFUSED);
    expect([await checked('ground'), await checked('verb')]).toEqual([null, 'hide']);
    expect(await at.valueOf('#text')).toBe('Some angry words');
    // What is missing is said by the page alone, which the archive's own refusal never reaches.
    await press('label[for="ground-2"]');
    await at.inPage(`document.querySelector('#text').value = ''`);
    const now = await nextVersion();
    await submit('#submit');
    expect(await at.page.$$eval('#summary-list li', (list) => list.map((one) => one.textContent))).toEqual([
      'Add a picture, or the address of the content, or its words.',
      REFUSED,
    ]);
    expect(await checked('ground')).toBe(null);
    expect(await records()).toEqual(before);
    await press('label[for="ground-2"]');
    await press('#beside summary');
    await at.page.type('#text', 'Some angry words');
    await submit('#submit');
    expect(await said(at.page.url().split('/').at(-2) ?? '')).toEqual([clause(now)]);
  });

  test('is not named later either, and a clause on record is told as it was then', async () => {
    await nextVersion();
    const { body } = await scene.archive.report(
      simpleReport({ account: 'town' }),
      [{ name: 'shot.png', type: 'image/png', bytes: scene.picture.bytes }],
      { authorization: `Bearer ${await scene.archive.key('moderator', 'town')}` },
    );
    const open = async (): Promise<void> => {
      await at.goTo(`/report/records/${body.recordId}`);
      await at.reads('#word', 'SAFE TO REMOVE');
    };
    await open();
    await at.press('#clause summary');
    await at.page.select('#clause-choice', 'town-policy#3.b');
    const now = await nextVersion();
    await at.press('#clause-send');
    await at.reads('#clause-said', REFUSED);
    expect(await at.valueOf('#clause-choice')).toBe('');
    expect(await at.textOf('#clause-choice')).toContain(`Label 3.b of ${now}`);
    expect(await said(body.recordId)).toEqual([]);
    await at.page.select('#clause-choice', 'town-policy#3.b');
    await at.press('#clause-send');
    await at.reads('#clause-named', `Clause on record: Town 3.b, “Words 3.b of ${now}”.`);
    expect(await said(body.recordId)).toEqual([clause(now)]);
    await at.goTo(`/report?after=${body.recordId}`);
    expect(await checked('ground')).toBe('town-policy#3.b');
    await nextVersion();
    await open();
    await at.reads('#clause-named', `Clause on record: Town 3.b, “Words 3.b of ${now}”.`);
    // Another clause under its number is not what was chosen.
    await at.goTo(`/report?after=${body.recordId}`);
    await at.shown('#submit');
    expect(await checked('ground')).toBe(null);
  });
});
