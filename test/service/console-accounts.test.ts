/** The register of the agency's sites: an administrator keeps it by hand, by keyboard and without scripts; everybody who reads sees it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAccount, addAgency, changeSite, siteOf } from '#agency/agency.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows as chosen } from '../support/extent.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { formIn, go, pageText, signedInAs, submit, typeOver } from '../support/pages.ts';
import { type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let administrator: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  administrator = await colleague(scene.archive, ['administrator']);
  await scene.archive.sql.query("update person set name = 'Ada Admin' where id = $1", [
    administrator.personId,
  ]);
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
  await signedInAs(at, administrator);
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const events = async (type: string): Promise<{ actor: string; body: Record<string, unknown> }[]> =>
  (
    await scene.archive.sql.query<{ actor: string; body: Record<string, unknown> }>(
      'select actor, body from event where type = $1 order by seq',
      [type],
    )
  ).rows;
const site = async (name: string): Promise<string> =>
  await scene.archive.system.db.inAgency(
    'rivertown',
    async (tx) =>
      await addAccount(tx, { platform: 'youtube', nativeId: null, handle: name, url: null, name }),
  );
const list = async (agency = 'rivertown', role: 'intake' | 'custodian' = 'custodian') =>
  (
    await scene.archive.app.inject({
      url: '/v1/accounts',
      headers: { authorization: `Bearer ${await scene.archive.key(role, agency)}` },
    })
  ).json<{ accounts: Record<string, unknown>[]; closed: Record<string, unknown>[] }>();

describe('an administrator', () => {
  test('adds a site without scripts, changes it, closes it, and the page says how it changed', async () => {
    await at.page.setJavaScriptEnabled(false);
    await go(at, '/accounts/new');
    for (const [name, words] of Object.entries({
      platform: 'facebook',
      name: 'Police, on Facebook',
      handle: 'rivertownpolice',
      department: 'Police',
      others: 'Sam Sample\nKim Kind',
      approvedBy: 'City Communications',
    }))
      await at.page.type(`#${name}`, words);
    await at.page.select('#forum', 'limited');
    await at.page.click(`label[for="people-${administrator.personId}"]`);
    await submit(at, 'form.hf-form .hf-submit');
    expect(await pageText(at)).toContain('one thing is to be mended');
    expect(await pageText(at)).toContain('Approved on: Enter the day of the approval');
    expect(await at.valueOf('#others')).toBe('Sam Sample\nKim Kind');
    expect(await at.page.$eval('#summary a', (link) => link.getAttribute('href'))).toBe('#approvedOn');
    await typeOver(at, '#approvedOn', '06012026');
    await submit(at, 'form.hf-form .hf-submit');
    const shown = await pageText(at);
    for (const said of [
      'Added to the register.',
      'Limited: comments on its subject only',
      'Ada Admin, Sam Sample, Kim Kind',
      'Approved by City Communications on 2026-06-01.',
    ])
      expect(shown).toContain(said);
    const { accounts } = await list();
    const added = accounts.find(({ handle }) => handle === 'rivertownpolice');
    expect(added).toMatchObject({ department: 'Police', forum: 'limited', approvedOn: '2026-06-01' });
    await at.page.click('details.hf-more summary');
    await typeOver(at, '#department', 'Public Safety');
    await submit(at, 'details form .hf-submit');
    expect(await pageText(at)).toContain('Department: “Police” became “Public Safety”');
    await submit(at, 'button[name="state"]');
    expect(await pageText(at)).toContain('Closed: “no” became “yes”');
    const said = await at.page.$$eval('#history > li:first-child li', (all) =>
      all.map((one) => one.textContent?.trim().split(':')[0]),
    );
    expect(said, 'nothing else became anything').toEqual(['Closed']);
    const after = await list();
    expect(after.accounts.map(({ handle }) => handle)).not.toContain('rivertownpolice');
    expect(after.closed).toMatchObject([{ handle: 'rivertownpolice' }]);
    expect(await events('account.changed')).toMatchObject([
      { actor: `person:${administrator.personId}`, body: { changed: ['department'] } },
      { body: { changed: ['closed'] } },
    ]);
    expect(JSON.stringify(await events('account.added')), 'no name in a history').not.toContain('Sam Sample');
    // A report that still names it is recognised; a closed site is no stranger.
    const sent = await scene.archive.report(
      simpleReport({ platform: 'facebook', account: '@RivertownPolice' }),
    );
    const { rows } = await scene.archive.sql.query<{ account_id: string }>(
      'select account_id from record where id = $1',
      [sent.body.recordId],
    );
    expect(rows[0]?.account_id).toBe(added?.['id']);
    await submit(at, 'button[name="state"]');
    expect((await list()).closed).toEqual([]);
  });

  test('registers by one action what reports named, and the records keep what was known then', async () => {
    const named = ['@lost-dogs', 'https://social.example.com/parks', '10987654321'];
    for (const account of [...named, '@lost-dogs'])
      await scene.archive.report(simpleReport({ platform: 'x', account }));
    await go(at, '/accounts');
    expect(await at.textOf('#unregistered')).toContain('In 2 records');
    const other = await pageText(at);
    for (const account of named) expect(other).toContain(account);
    for (const account of named) {
      await go(at, '/accounts');
      const button = await at.page.$$eval(
        '#unregistered li',
        (rows, wanted) => rows.findIndex((row) => row.textContent?.includes(wanted) === true) + 1,
        account,
      );
      await submit(at, `#unregistered li:nth-child(${button}) button`);
      expect(await pageText(at)).toContain('No approval on file.');
    }
    await go(at, '/accounts');
    expect(await at.count('#unregistered')).toBe(0);
    const { accounts } = await list();
    expect(accounts.filter(({ name }) => named.includes(String(name)))).toMatchObject(
      [
        { nativeId: '10987654321', handle: null, url: null },
        { handle: '@lost-dogs' },
        { url: 'https://social.example.com/parks', handle: null },
      ].map((one) => expect.objectContaining(one) as unknown),
    );
    await go(at, '/records?account=%40lost-dogs');
    expect(await pageText(at)).toContain('not in the register');
  });

  test('is told when somebody else changed the site meanwhile, and undoes nothing of theirs', async () => {
    const id = await site('twice-changed');
    await go(at, `/accounts/${id}`);
    const late = await formIn(at, 'details form');
    await at.press('details.hf-more summary');
    await at.page.type('#department', 'Parks');
    await submit(at, 'details form .hf-submit');
    const { statusCode, body } = await scene.archive.app.inject({
      method: 'POST',
      url: `/accounts/${id}`,
      headers: {
        cookie: administrator.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({ ...late, department: 'Water' }).toString(),
    });
    expect([statusCode, body]).toEqual([422, expect.stringContaining('Somebody changed this site')]);
    expect(body).toContain('Parks');
  });

  test('keeps who left where a site names them, until somebody takes them away', async () => {
    const gone = await colleague(scene.archive, ['moderator']);
    const id = await site('looked-after');
    const { db } = scene.archive.system;
    await db.inAgency('rivertown', async (tx) => {
      const before = await siteOf(tx, id);
      if (before === null) throw new Error('The site is not there.');
      await changeSite(tx, id, before.version, { ...before, people: [gone.personId] }, 'test');
    });
    await scene.archive.sql.query("update person set left_at = now(), name = 'Gone Gladly' where id = $1", [
      gone.personId,
    ]);
    await go(at, `/accounts/${id}`);
    await at.press('details.hf-more summary');
    await typeOver(at, '#department', 'Parks');
    await submit(at, 'details form .hf-submit');
    const shown = await pageText(at);
    expect(shown).toContain('Department: nothing became “Parks”');
    expect(shown).not.toContain('Administrators: “Gone Gladly” became nothing');
    await at.press('details.hf-more summary');
    await at.press(`label[for="people-${gone.personId}"]`);
    await submit(at, 'details form .hf-submit');
    expect(await pageText(at)).toContain('Administrators: “Gone Gladly” became nothing');
    await go(at, '/accounts/new');
    expect(await at.count(`#people-${gone.personId}`), 'and nobody chooses them anew').toBe(0);
  });

  test('who presses twice adds one site', async () => {
    const add = async (fields: Record<string, string>, url: string) =>
      await scene.archive.app.inject({
        method: 'POST',
        url,
        headers: {
          cookie: administrator.cookie,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: new URLSearchParams(fields).toString(),
      });
    const count = async (name: string): Promise<number> =>
      (await list()).accounts.filter((one) => one['name'] === name).length;
    for (let i = 0; i < 5; i += 1) {
      const [name, named] = [`Twice ${i}`, `@twice-named-${i}`];
      await Promise.all([
        ...[1, 2, 3].map(async () => await add({ platform: 'x', name, handle: `twice-${i}` }, '/accounts')),
        ...[1, 2, 3].map(async () => await add({ platform: 'x', account: named }, '/accounts/unregistered')),
      ]);
      expect([await count(name), await count(named)]).toEqual([1, 1]);
    }
  });

  test.each(
    chosen(
      [
        [
          'what is there already',
          { platform: 'facebook', name: 'x', handle: '@RIVERTOWN' },
          'has it already',
        ],
        ['a platform with blanks', { platform: 'The X', name: 'x', handle: 'a' }, 'a-z, 0-9 and -'],
        ['nothing that names it', { platform: 'x', name: 'x' }, 'one of them, so that reports find it'],
        ['an address that is none', { platform: 'x', name: 'x', url: 'x.example' }, 'begins with https://'],
        [
          'a script for an address',
          { platform: 'x', name: 'x', url: 'javascript:1' },
          'begins with https://',
        ],
        ['a blank at the end', { platform: 'x', name: 'x ', handle: 'q' }, 'without blanks'],
        ['no such forum', { platform: 'x', name: 'x', handle: 'q', forum: 'agora' }, 'Choose one of'],
        [
          'a day that is none',
          { platform: 'x', name: 'x', handle: 'q', approvedBy: 'C', approvedOn: '2026-02-30' },
          'a day that the calendar has',
        ],
        [
          'a day of the year 0',
          { platform: 'x', name: 'x', handle: 'q', approvedBy: 'C', approvedOn: '0000-01-01' },
          'of the years 1000 to 2999',
        ],
        [
          'somebody of elsewhere',
          { platform: 'x', name: 'x', handle: 'q', people: '01990000-0000-7000-8000-000000000001' },
          'people of this agency',
        ],
      ],
      (_, n) => n % 3 === 0,
    ),
  )('is refused %s, with what to do', async (_what, fields, sentence) => {
    const before = (await list()).accounts.length;
    const { statusCode, body } = await scene.archive.app.inject({
      method: 'POST',
      url: '/accounts',
      headers: {
        cookie: administrator.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams(fields).toString(),
    });
    expect(statusCode).toBe(422);
    expect(body).toContain(sentence);
    expect((await list()).accounts.length).toBe(before);
  });
});

describe('everybody else', () => {
  test.each(chosen(['moderator', 'custodian', 'auditor'], (role) => role === 'custodian'))(
    'a %s reads the register and changes nothing',
    async (role) => {
      const somebody = await colleague(scene.archive, [role]);
      const id = await site(`read-by-${role}`);
      await signedInAs(at, somebody);
      await go(at, '/accounts');
      expect(await pageText(at)).toContain(`read-by-${role}`);
      expect(await at.count('main form, a[href="/accounts/new"]')).toBe(0);
      await go(at, `/accounts/${id}`);
      expect(await at.count('main form')).toBe(0);
    },
  );

  test('a program that hands in knows the sites, and not who looks after them', async () => {
    expect((await list()).accounts[0]).toHaveProperty('administrators');
    expect((await list('rivertown', 'intake')).accounts[0]).not.toHaveProperty('administrators');
  });

  test('another agency has a register of its own', async () => {
    await addAgency(scene.archive.system.db, {
      id: 'lakeside',
      name: 'City of Lakeside',
      zone: 'America/Chicago',
    });
    const theirs = await colleague(scene.archive, ['administrator'], 'lakeside');
    await signedInAs(at, theirs);
    await go(at, '/accounts');
    expect(await pageText(at)).toContain('No site is in the register yet.');
    expect((await list('lakeside')).accounts).toEqual([]);
  });
});

describe('each page of it', () => {
  test('can be used with the keyboard alone', async () => {
    await go(at, '/accounts');
    const tabTo = async (selector: string): Promise<void> => {
      for (let i = 0; i < 60; i += 1) {
        if ((await at.inPage(`document.activeElement.matches(${JSON.stringify(selector)})`)) === true) return;
        await at.page.keyboard.press('Tab');
      }
      throw new Error(`The Tab key does not reach ${selector}.`);
    };
    const enter = async (): Promise<void> => {
      await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
    };
    await tabTo('.hf-menu summary');
    await at.page.keyboard.press('Enter');
    await tabTo('a[href="/accounts"]');
    await enter();
    await tabTo('a[href="/accounts/new"]');
    await enter();
    await tabTo('#platform');
    await at.page.keyboard.type('nextdoor');
    await tabTo('#name');
    await at.page.keyboard.type('Nextdoor');
    await tabTo('#handle');
    await at.page.keyboard.type('rivertown-nextdoor');
    await enter();
    expect(await pageText(at)).toContain('Added to the register.');
    await tabTo('details.hf-more > summary');
    await at.page.keyboard.press('Enter');
    await tabTo('#forum');
    await at.page.keyboard.press('ArrowDown');
    await tabTo('details form .hf-submit');
    await enter();
    expect(await pageText(at)).toContain('Forum: nothing became “Open for comments”');
    await tabTo('button[name="state"]');
    await enter();
    expect(await pageText(at)).toContain('Closed: “no” became “yes”');
  });

  test.each(
    onEachScreen<() => Promise<void>>([
      [
        'accounts',
        async () => {
          await scene.archive.report(simpleReport({ platform: 'x', account: '@stranger' }));
          await go(at, '/accounts');
        },
      ],
      [
        'accounts, menu open',
        async () => {
          await go(at, '/accounts');
          await at.press('.hf-menu summary');
        },
      ],
      ['account added', async () => await go(at, '/accounts/new')],
      [
        'account refused',
        async () => {
          await go(at, '/accounts/new');
          await submit(at, 'form.hf-form .hf-submit');
        },
      ],
      [
        'account',
        async () => {
          await go(at, '/accounts');
          await submit(at, '.hf-records__link');
          await at.press('details.hf-more > summary');
        },
      ],
    ]),
  )('%s, at %i px: axe finds nothing, and nothing sticks out', async (name, _width, open, size) => {
    await at.page.setViewport(size);
    await at.page.setBypassCSP(true);
    await open();
    await checkPage(at, name);
  });
});
