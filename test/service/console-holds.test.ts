/** Holds as people place, read and release them, in a real browser: from a search, from a record, without scripts, and by the keyboard. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { mirrorHolds } from '#retention/retention.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { recordOf } from '../support/looking.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { pageText, signedInAs, submit, typeOver } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let custodian: Colleague;
let officer: Colleague;
let moderator: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  await scene.archive.work();
  custodian = await colleague(scene.archive, ['custodian']);
  officer = await colleague(scene.archive, ['retention-officer']);
  moderator = await colleague(scene.archive, ['moderator']);
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
  const { archive } = scene;
  const { body } = await archive.report(simpleReport({ text: words }));
  await archive.until(body.recordId, (receipt) => receipt.status === 'complete');
  return body.recordId;
}
async function mirror(): Promise<void> {
  const { db, store, log, config, now } = scene.archive.system;
  await mirrorHolds({ db, store, log, now, leaseMs: config.leaseMs });
}

test('all that a search finds is held, told to the store, and released by another role', async () => {
  const first = await handIn('A kookaburra at the fountain');
  await handIn('A second kookaburra');
  await signedInAs(at, officer);
  await at.goTo('/records?q=kookaburra');
  await submit(at, 'a[href^="/holds/new"]');
  let said = await pageText(at);
  expect(said).toContain('All 2 records that it finds now');
  // An unverified law is never shown as one.
  expect(said).toContain('Said to stand in: Introduction of the retention schedules. Not verified');
  expect(said).toContain('Section 610.027.1, RSMo The words of the law were read.');
  await submit(at, 'main button[type="submit"]');
  said = await pageText(at);
  expect(said).toContain('4 things are to be mended');
  await at.press('label[for="kind-sunshine-suit"]');
  await typeOver(at, '#title', 'Case 26-100');
  await typeOver(at, '#reason', 'A suit was served');
  await typeOver(at, '#ends', 'until the court directs otherwise');
  await at.press('label[for="standing-yes"]');
  await submit(at, 'main button[type="submit"]');
  said = await pageText(at);
  expect(said).toContain('The hold is placed on 2 records.');
  expect(said).toMatch(/mirrored in the store: 0 of \d+ files/);
  const address = new URL(at.page.url()).pathname;
  await mirror();
  await handIn('A third kookaburra');
  await at.goTo(address);
  said = await pageText(at);
  expect(said).toContain('Records (3)');
  expect(said).toMatch(/mirrored in the store: \d+ of \d+ files/);
  expect(said).toContain('A hold is released by a custodian or an administrator who is neither');

  await at.goTo(`/records/${first}`);
  expect(await pageText(at)).toContain(
    'Held It is not destroyed before the last of these holds is released. Case 26-100',
  );
  await at.goTo('/holds');
  expect(await pageText(at)).toContain('Case 26-100');

  await signedInAs(at, custodian);
  await at.goTo(address);
  await at.press('main details summary');
  await submit(at, 'main details button');
  expect(await pageText(at)).toContain('Nothing was released.');
  await at.press('main details summary');
  await at.page.type('#reason', 'The suit is over');
  await submit(at, 'main details button');
  said = await pageText(at);
  expect(said).toContain('This hold was released. It keeps nothing any more.');
  expect(said).toContain('The suit is over');
  await mirror();
  const { history } = await recordOf(scene.archive, first);
  expect(history.map(({ type }) => type).filter((type) => type.startsWith('record.'))).toEqual(
    expect.arrayContaining(['record.held', 'record.released']),
  );
  await at.goTo('/holds');
  expect(await pageText(at)).not.toContain('Case 26-100');
  await at.goTo('/holds?all=yes');
  expect(await pageText(at)).toContain('Case 26-100');
});

test('one record is held by the keyboard alone, without scripts; a moderator is told that it is held, and not why', async () => {
  const recordId = await handIn('A cassowary');
  await at.page.setJavaScriptEnabled(false);
  await signedInAs(at, custodian);
  await at.goTo(`/records/${recordId}`);
  await at.page.focus('a[href^="/holds/new"]');
  await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
  await at.page.focus('#kind-other');
  await at.page.keyboard.press('Space');
  await at.page.keyboard.press('Tab');
  await at.page.keyboard.type('Claim 7');
  await at.page.keyboard.press('Tab');
  await at.page.keyboard.type('Somebody fell');
  await at.page.keyboard.press('Tab');
  await at.page.keyboard.type('until it is settled');
  await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
  expect(await pageText(at)).toContain('The hold is placed on 1 record.');
  await signedInAs(at, moderator);
  await at.goTo(`/records/${recordId}`);
  const said = await pageText(at);
  expect(said).toContain('A hold since');
  expect(said).not.toContain('Claim 7');
});

test.each(
  onEachScreen<() => Promise<string>>([
    ['holds', async () => '/holds'],
    [
      'holds-wanting',
      async () => {
        await scene.archive.sql.query(
          `insert into lock_finding (agency_id, key, version_id, record_id, code)
           select 'rivertown', key, version_id, record_id, 'lock-short' from object limit 1 on conflict do nothing`,
        );
        await scene.archive.sql.query(
          `insert into lock_round (agency_id, begun_at, ended_at, last) values ('rivertown', now(), now(), '{"looked": 1200, "mended": 3, "wrong": 1}')
           on conflict do nothing`,
        );
        return '/holds';
      },
    ],
    ['hold-new', async () => '/holds/new?q=kookaburra'],
    [
      'hold',
      async () => {
        const { rows } = await scene.archive.sql.query<{ id: string }>(
          'select id from hold where released_at is null limit 1',
        );
        return `/holds/${rows[0]?.id ?? ''}`;
      },
    ],
    [
      'hold-released',
      async () => {
        const { rows } = await scene.archive.sql.query<{ id: string }>(
          'select id from hold where released_at is not null limit 1',
        );
        return `/holds/${rows[0]?.id ?? ''}`;
      },
    ],
    [
      'record-held',
      async () => {
        const { rows } = await scene.archive.sql.query<{ id: string }>(
          'select record_id as id from hold_record where released_at is null limit 1',
        );
        return `/records/${rows[0]?.id ?? ''}`;
      },
    ],
  ]),
)('%s at %i px: everybody can use it, in both languages', async (name, _width, prepare, size) => {
  await at.page.setViewport(size);
  await signedInAs(at, custodian);
  const path = await prepare();
  await at.goTo(path);
  await checkPage(at, name);
  await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
  await at.goTo(path);
  expect(await pageText(at)).toMatch(/[Rr]eserva/);
});
