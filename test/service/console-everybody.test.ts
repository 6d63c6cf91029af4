/** The whole way of a moderator by keyboard alone, and each control by the name that a screen reader gets. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SerializedAXNode } from 'puppeteer-core';
import { addAgency, addAccount, addPack, PACKS } from '#agency/agency.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows } from '../support/extent.ts';
import { keyboardOf } from '../support/keyboard.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { handedIn } from '../support/reporting.ts';
import { DESK, PHONE, type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let person: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { db } = scene.archive.system;
  await addAgency(db, { id: 'kirkwood', name: 'City of Hilltop', zone: 'America/Chicago' });
  await db.inAgency('kirkwood', async (tx) => {
    for (const pack of PACKS)
      if (['kirkwood-social-media', 'kcmo-personal-accounts'].includes(pack.policyId))
        await addPack(tx, pack, '2026-11-29');
    for (const platform of ['facebook', 'x'])
      await addAccount(tx, {
        platform,
        nativeId: null,
        handle: 'hilltop',
        url: null,
        name: 'City of Hilltop',
      });
  });
  await scene.archive.work();
  person = await colleague(scene.archive, ['moderator', 'administrator'], 'kirkwood');
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
  await at.page
    .browserContext()
    .setCookie({ name: 'holdfast-session', value: person.token, domain: 'localhost', httpOnly: true });
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

test.each(
  rows(
    [
      ['a desk', DESK],
      ['a phone with a keyboard', PHONE],
    ] as const,
    ([, size]) => size === DESK,
  ),
)('by keyboard alone, on %s: report, status, keep, records, record, people', async (_name, size) => {
  await at.page.setViewport(size);
  const keys = keyboardOf(at);
  await at.goTo('/report');
  await at.reads('#submit', 'Archive it');
  await keys.tabTo('#files');
  const waiting = at.page.waitForFileChooser({ timeout: 20_000 });
  await keys.press('Space');
  await (await waiting).accept([scene.picture.path]);
  await at.page.waitForSelector('#pictures li');
  await keys.tabTo('input[name="ground"]');
  await keys.press('Space', 'ArrowDown');
  // A clause that is one press away, found by a word.
  await keys.tabTo('#all-grounds summary');
  await keys.press('Enter');
  await keys.tabTo('#find-ground');
  await keys.type('commerce');
  await keys.tabTo('input[name="verb"]');
  await keys.press('Space');
  await keys.tabTo('#account');
  await keys.press('ArrowDown');
  await keys.tabTo('#policy-says summary');
  await keys.press('Enter');
  await keys.tabTo('#submit');
  await keys.press('Enter');
  const id = await handedIn(at);
  await at.reads('#word', 'SAFE TO REMOVE');
  await at.shown('.hf-look');
  await keys.tabTo('#removed');
  await keys.press('Enter');
  await at.reads('#word', 'SEALED, AND REMOVED');
  await keys.tabTo('#mistake-title');
  await keys.press('Enter');
  await keys.tabTo('.hf-look');
  await keys.press('Space');
  await keys.tabTo('#add-title');
  await keys.press('Enter');
  await keys.tabTo('#add-send');
  await at.inPage('document.activeElement.blur()');

  // What is kept without a removal; the way there is the page's own.
  await keys.tabTo('.hf-nav a[href="/keep"]');
  await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
  await at.shown('#submit');
  await keys.tabTo('#beside summary');
  if (!(await at.isShown('#text'))) await keys.press('Enter');
  await keys.tabTo('#text');
  await keys.type('Potholes, to me personally');
  await keys.tabTo('input[name="ground"]');
  await keys.press('Space');
  await keys.tabTo('#account');
  if ((await at.valueOf('#account')) === '') await keys.press('ArrowDown');
  await keys.tabTo('#submit');
  await keys.press('Enter');
  await handedIn(at);
  await at.reads('#word', 'SEALED');

  await keys.tabTo('.hf-nav a[href="/records"]');
  await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
  await keys.tabTo('#q');
  await keys.type('potholes');
  await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
  expect(await at.count('.hf-records li')).toBeGreaterThan(0);
  await keys.tabTo('.hf-reset');
  await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
  await keys.tabTo(`.hf-records a[href="/records/${id}"]`);
  await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
  await keys.tabTo('.hf-ask__show');
  await keys.press('Enter');
  await at.page.waitForSelector('.hf-zoom img');

  await keys.tabTo('.hf-menu summary');
  await keys.press('Enter');
  await keys.tabTo('.hf-menu a[href="/people"]');
  await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
  await keys.tabTo('#name');
  await keys.type(`Alex Example ${size.width}`);
  await keys.tabTo('#email');
  await keys.type(`alex-${size.width}@hilltop.example`);
  await keys.tabTo('input[name="roles"][value="moderator"]');
  await keys.press('Space');
  await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
  expect(await at.textOf('main')).toContain('/invitation/');
  expect(keys.unseen).toEqual([]);
});

/** What a screen reader announces as something to use or to find the way by; each must have a name. */
const NAMED = new Set(
  'button checkbox combobox heading link listbox menuitem option radio radiogroup searchbox slider spinbutton switch tab textbox DisclosureTriangle FileUpload navigation region progressbar meter table dialog alertdialog'.split(
    ' ',
  ),
);

/** Within a field for a day, which has a name of its own. */
const BROWSERS_OWN: readonly string[] = ['Show date picker Show date picker'];

async function controls(): Promise<{ readonly role: string; readonly name: string }[]> {
  const root = await at.page.accessibility.snapshot({ interestingOnly: false });
  const found: { role: string; name: string }[] = [];
  const walk = ({ role, name, children }: SerializedAXNode): void => {
    if (NAMED.has(role)) found.push({ role, name: (name ?? '').trim() });
    for (const child of children ?? []) walk(child);
  };
  if (root !== null) walk(root);
  return found;
}

describe('a screen reader gets a name for each control', () => {
  const open = async (path: string): Promise<void> => {
    await at.goTo(path);
    await at.shown('h1');
  };
  const reported = async (): Promise<string> => {
    await open('/report');
    await at.reads('#submit', 'Archive it');
    await at.choose(scene.picture.path);
    await at.press('label[for="ground-1"]');
    await at.page.select(
      '#account',
      await at.page.$eval('#account option[data-platform="x"]', (one) => one.value),
    );
    await at.press('#submit');
    const id = await handedIn(at);
    await at.reads('#word', 'SAFE TO REMOVE');
    await at.shown('.hf-look');
    return id;
  };
  const unfoldAll = async (): Promise<unknown> =>
    await at.inPage(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`);
  /** Each page as somebody has it before them, with everything unfolded; and how many controls it has at least. */
  const PAGES: readonly (readonly [string, number, () => Promise<void>])[] = [
    [
      'report',
      45,
      async () => {
        await open('/report');
        await at.reads('#submit', 'Archive it');
        await at.choose(scene.picture.path);
        await at.choose((await scene.pictureNamed('b.png')).path);
        await at.press('label[for="verb-other"]');
        await at.page.select('#account', 'other');
      },
    ],
    [
      'several',
      15,
      async () => {
        await open('/report');
        await at.reads('#submit', 'Archive it');
        await at.choose(scene.picture.path);
        await at.choose((await scene.pictureNamed('b.png')).path);
        await at.press('label[for="how-each"]');
        await at.press('label[for="ground-1"]');
        await at.page.select(
          '#account',
          await at.page.$eval('#account option[data-platform="x"]', (one) => one.value),
        );
        await at.press('#submit');
        await at.reads('#several-said', '2 of 2 sealed');
      },
    ],
    ['keep', 30, async () => await open('/keep')],
    ['status', 15, async () => void (await reported())],
    ['plain status', 8, async () => await open(`/report/records/${await reported()}/plain`)],
    ['record', 15, async () => await open(`/records/${await reported()}`)],
    ['records', 20, async () => await open('/records')],
    ['people', 15, async () => await open('/people')],
    ['child safety', 6, async () => await open('/child-safety')],
  ];
  test.each(PAGES)('%s', async (_name, atLeast, go) => {
    await go();
    await unfoldAll();
    const found = await controls();
    expect(found.length).toBeGreaterThan(atLeast);
    expect(found.filter(({ name }) => name === '')).toEqual([]);
    // Two buttons of one name that do different things are one too few for who only hears them.
    const buttons = found
      .filter(({ role, name }) => role === 'button' && !BROWSERS_OWN.includes(name))
      .map(({ name }) => name);
    expect(buttons.filter((name, i) => buttons.indexOf(name) !== i)).toEqual([]);
    expect(found.filter(({ role }) => role === 'radio').every(({ name }) => name.length > 1)).toBe(true);
    expect(await at.count('h1')).toBe(1);
    expect(await at.count('main')).toBe(1);
  });
});
