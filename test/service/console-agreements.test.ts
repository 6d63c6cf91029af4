/**
 * Agreements in writing, where a policy asks for one before somebody may moderate (Policy 416, 416.4.3): an administrator puts them on
 * file, the moderator who has none is told, and whatever they hand in is archived all the same.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addPack,
  addPolicy,
  dayIn,
  letGo,
  PACKS,
  policyProblems,
  readPolicy,
  setRoles,
} from '#agency/agency.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows as chosen } from '../support/extent.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { formIn, go, pageText, signedInAs, submit, typeOver } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { chooseAccount, handedIn } from '../support/reporting.ts';
import { DESK, PHONE, type Visitor } from '../support/visitor.ts';

const POLICY = 'lees-summit-416';
const VERSION = '2019-12-12';
const ASKS = 'Policy 416, 416.4.3 asks you to agree in writing before you moderate';
const MISSING = 'Agreement not on file: Policy 416, 416.4.3';

let scene: ConsoleScene;
let administrator: Colleague;
let moderator: Colleague;
let at: Visitor;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { db } = scene.archive.system;
  const pack = PACKS.find((one) => one.policyId === POLICY);
  if (pack === undefined) throw new Error('Policy 416 is no pack any more.');
  await db.inAgency('rivertown', async (inside) => await addPack(inside, pack, '2026-11-29'));
  administrator = await colleague(scene.archive, ['administrator']);
  await scene.archive.work();
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  moderator = await somebody('Sam Example', ['moderator']);
  at = await scene.visitor();
  await signedInAs(at, administrator);
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
  await scene.archive.sql.query('update person set left_at = now() where id = $1', [moderator.personId]);
});

async function somebody(name: string, roles: readonly string[]): Promise<Colleague> {
  const made = await colleague(scene.archive, roles);
  await scene.archive.sql.query('update person set name = $2 where id = $1', [made.personId, name]);
  return made;
}
const today = (): string => dayIn('America/Chicago', new Date());
const place = (): string => `[id="agreement-${moderator.personId}"]`;
const field = (name: string): string => `[id="${moderator.personId}-${name}"]`;
const ofModerator = async (): Promise<string> => (await at.textOf(place())).replaceAll(/\s+/g, ' ');
const record = async (day: string, paper = ''): Promise<void> => {
  await go(at, '/people');
  await at.page.click(`${place()} > details:last-of-type > summary`);
  const [year = '', month = '', date = ''] = day.split('-');
  // As the browser asks for it.
  await at.page.type(field('day'), `${month}${date}${year}`);
  await at.page.type(field('paper'), paper);
  await submit(at, `${place()} form[action$="/agreements"] button`);
};
const takeBack = async (): Promise<void> => {
  await go(at, '/people');
  await at.page.click(`${place()} summary ::-p-text(Entered by mistake?)`);
  await submit(at, `${place()} form[action$="/withdrawal"] button`);
};
const told = async (): Promise<string> => {
  const { body } = await scene.archive.app.inject({
    url: '/report',
    headers: { cookie: moderator.cookie, accept: 'text/html' },
  });
  return body.replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');
};
const events = async () =>
  (
    await scene.archive.sql.query<{ type: string; actor: string; body: Record<string, unknown> }>(
      "select type, actor, body from event where type like 'person.agree%' and body->>'person' = $1 order by seq",
      [moderator.personId],
    )
  ).rows;

describe('an administrator', () => {
  test('sees who has no agreement on file, puts it there without scripts, and takes back a mistake', async () => {
    expect(await told()).toContain(ASKS);
    await at.page.setJavaScriptEnabled(false);
    await go(at, '/people');
    expect(await pageText(at)).toContain(MISSING);
    await record('2026-01-31', 'City Clerk, drawer 2');
    expect(await pageText(at)).toContain('The agreement of Sam Example is on file.');
    expect(await pageText(at)).not.toContain(MISSING);
    expect(await ofModerator()).toContain(
      `Agreed on 2026-01-31 to version ${VERSION} of ${POLICY}. The paper: City Clerk, drawer 2`,
    );
    expect(await told()).not.toContain(ASKS);

    await takeBack();
    expect(await pageText(at)).toContain('The agreement of Sam Example is taken back');
    expect(await pageText(at)).toContain(MISSING);
    expect(await told()).toContain(ASKS);

    // Both stand for ever, as numbers and days: where the paper lies is not in a history.
    const said = { person: moderator.personId, policy: POLICY, version: VERSION, day: '2026-01-31' };
    const actor = `person:${administrator.personId}`;
    expect(await events()).toEqual([
      { type: 'person.agreed', actor, body: said },
      { type: 'person.agreement-withdrawn', actor, body: said },
    ]);
    const kept = await scene.archive.sql.query(
      'select from agreement join agreement_withdrawal on agreement_id = id where person_id = $1',
      [moderator.personId],
    );
    expect(kept.rowCount).toBe(1);
  });

  test.each(
    chosen(
      [
        ['a day that is none', '', '', 'Enter the day on the paper'],
        ['a day to come', '2199-01-01', '', 'Enter the day on the paper'],
        [
          'a day before there was the version',
          '2019-12-11',
          '',
          `Version ${VERSION} stands since 2019-12-12 only.`,
        ],
        ['a place with blanks around it', '2026-01-31', ' drawer ', 'without blanks at the beginning or end'],
        ['a place that is too long', '2026-01-31', 'd'.repeat(201), 'Enter 1 to 200 characters'],
      ],
      (_, n) => n % 2 === 0,
    ),
  )('is told about %s, keeps what was typed, and nothing is put on file', async (_name, day, paper, why) => {
    await record(day, paper);
    expect(await pageText(at)).toContain('Nothing was put on file yet: see below, at Sam Example.');
    expect(await ofModerator()).toContain(why);
    expect(await at.isShown(field('day')), 'the form is open').toBe(true);
    expect(await formIn(at, `${place()} form[action$="/agreements"]`)).toMatchObject({
      [`${moderator.personId}-day`]: day,
      [`${moderator.personId}-paper`]: paper,
    });
    expect(await events()).toEqual([]);
    expect(await told()).toContain(ASKS);
  });

  const send = async (
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ) =>
    await scene.archive.app.inject({
      method: 'POST',
      url: `/people/${moderator.personId}${path}`,
      headers: {
        cookie: administrator.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      payload: new URLSearchParams(
        Object.entries(fields).map(([name, value]): [string, string] => [
          `${moderator.personId}-${name}`,
          value,
        ]),
      ).toString(),
    });

  test('cannot name a policy that asks for nothing, nor a version that is not here', async () => {
    for (const version of ['rivertown-social-media 2026-01', `${POLICY} 1999`, POLICY, '']) {
      const { statusCode, body } = await send('/agreements', { version, day: '2026-01-31' });
      expect([version, statusCode]).toEqual([version, 422]);
      expect(body).toContain('Choose the policy and the version that stands on the paper.');
    }
    expect(await events()).toEqual([]);
  });

  test('who presses twice has put one on file, and taken one back', async () => {
    const fields = { version: `${POLICY} ${VERSION}`, day: today() };
    const both = await Promise.all([send('/agreements', fields), send('/agreements', fields)]);
    expect(both.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(both.filter(({ body }) => body.includes('on file already')).length).toBe(1);
    expect((await events()).length).toBe(1);
    const { rows } = await scene.archive.sql.query<{ id: string }>(
      'select id from agreement where person_id = $1',
      [moderator.personId],
    );
    const path = `/agreements/${rows[0]?.id ?? ''}/withdrawal`;
    const again = await Promise.all([send(path), send(path)]);
    expect(new Set(again.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 422]));
    expect((await events()).length).toBe(2);
    expect((await send('/agreements/nowhere/withdrawal')).statusCode).toBe(422);
  });

  test('is not a key: a program puts nothing on file', async () => {
    const authorization = `Bearer ${await scene.archive.key('administrator')}`;
    const { statusCode } = await send(
      '/agreements',
      { version: `${POLICY} ${VERSION}`, day: today() },
      { authorization, cookie: '' },
    );
    expect(statusCode).toBe(403);
    expect(await events()).toEqual([]);
  });

  test('who makes somebody a moderator reads at once that no agreement is on file', async () => {
    const clerk = await somebody('Kim Example', ['custodian']);
    await go(at, '/people');
    const entry = `form[action="/people/${clerk.personId}/roles"]`;
    await at.inPage(`document.querySelector('${entry}').closest('details').open = true`);
    await at.page.click(`label[for="${clerk.personId}-roles-moderator"]`);
    await submit(at, `${entry} button`);
    const said =
      'Kim Example may hand in at once. An agreement in writing is asked for first, and none is on file';
    expect(await pageText(at)).toContain('The roles of Kim Example are saved.');
    expect(await pageText(at)).toContain(said);
    expect(await pageText(at)).toContain('Policy 416, 416.4.3. When it is signed');

    const addedAs = async (role: string): Promise<string> => {
      await go(at, '/people');
      await at.page.type('#name', 'Lee Example');
      await at.page.type('#email', `${crypto.randomUUID()}@rivertown.example`);
      await at.page.click(`label[for="new-roles-${role}"]`);
      await submit(at, '.hf-panel form button');
      return await pageText(at);
    };
    expect(await addedAs('moderator')).toContain('Lee Example may hand in at once.');
    expect(await addedAs('auditor')).not.toContain('may hand in at once');
  });
});

describe('a moderator without an agreement on file', () => {
  test('reads it in one sentence of the page as it comes, which moves nothing, and hands in all the same', async () => {
    await at.page.browserContext().close();
    at = await scene.visitor();
    await signedInAs(at, moderator);
    await at.page.evaluateOnNewDocument(`
      globalThis.shifts = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push(entry.value);
      }).observe({ type: 'layout-shift', buffered: true });`);
    await go(at, '/report');
    expect((await at.textOf('.hf-lacking')).replaceAll(/\s+/g, ' ').trim()).toBe(
      `${ASKS}; your administrator has no agreement of yours on file. Sign it and give it to your administrator. What you hand in is archived all the same.`,
    );
    const moved = async () => {
      await at.inPage(
        'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 150))))',
      );
      return (await at.inPage('shifts.length')) as number;
    };
    expect(await moved()).toBe(0);
    await at.choose(scene.picture.path);
    expect(await moved(), 'what moves is seen: the picture makes room for itself').toBeGreaterThan(0);
    await at.press('label[for="verb-hide"]');
    await at.press('label[for="ground-1"]');
    await chooseAccount(at);
    await at.press('#submit');
    await handedIn(at);
    await at.reads('#word', 'SAFE TO REMOVE');
  });

  test('is not told where nothing is removed, and neither is who is no moderator or who works with a key', async () => {
    const page = async (url: string, headers: Record<string, string>): Promise<string> =>
      (await scene.archive.app.inject({ url, headers: { accept: 'text/html', ...headers } })).body;
    const sentence = 'asks you to agree in writing';
    expect(await page('/report', { cookie: moderator.cookie })).toContain(sentence);
    expect(await page('/keep', { cookie: moderator.cookie })).not.toContain(sentence);
    expect(await page('/report', { cookie: administrator.cookie })).not.toContain(sentence);
    expect(await page('/report', {})).not.toContain(sentence);
    const authorization = `Bearer ${await scene.archive.key('moderator')}`;
    expect(await page('/report/choices', { authorization })).not.toContain(sentence);
  });

  test('who agreed to an earlier version is not told: the administrator sees which one it was', async () => {
    await record('2026-01-31');
    const { db } = scene.archive.system;
    await db.inAgency('rivertown', async (inside) => {
      const policy = await readPolicy(inside, POLICY, VERSION);
      if (policy === null) throw new Error('There is no Policy 416.');
      await addPolicy(inside, { ...policy, version: '2026-11', effectiveOn: '2026-11-01' });
    });
    expect(await told()).not.toContain(ASKS);
    await go(at, '/people');
    expect(await ofModerator()).toContain(
      `to version ${VERSION} of ${POLICY}. Version 2026-11 is in force today.`,
    );
    await takeBack();
    expect(await told()).toContain(ASKS);
  });

  test('who is given the role and loses it again is marked only while they have it', async () => {
    const { db, now } = scene.archive.system;
    await db.inAgency('rivertown', async (inside) => {
      await setRoles(inside, moderator.personId, ['custodian'], 'test', now());
    });
    await go(at, '/people');
    expect(await ofModerator()).not.toContain('Not on file');
  });
});

test('what was taken back, and what people who left had agreed to, can be read and not changed', async () => {
  await record('2026-11-20', 'City Clerk, drawer 5');
  await takeBack();
  await record('2026-11-21', 'City Clerk, drawer 6');
  const { db, now } = scene.archive.system;
  const past = async (): Promise<readonly string[]> => {
    await go(at, '/people');
    return await at.page.$$eval('#past-agreements li', (entries) =>
      entries
        .map((entry) => entry.textContent.replaceAll(/\s+/g, ' '))
        .filter((entry) => /drawer [56]/.test(entry)),
    );
  };
  const before = await past();
  expect(before.length).toBe(1);
  expect(before[0]).toMatch(/Sam Example Agreed on 2026-11-20 to version .* drawer 5 .* Taken back by /);
  expect(before[0]).not.toContain('Left on');
  await db.inAgency('rivertown', async (inside) => await letGo(inside, moderator.personId, 'test', now()));
  const after = await past();
  expect(after.length).toBe(2);
  expect(after[0]).toMatch(/Sam Example Agreed on 2026-11-21 .* drawer 6 .* Left on \w+ \d+, 20/);
  expect(after[0]).not.toContain('Taken back');
  expect(after[1]).toMatch(/drawer 5 .* Left on .* Taken back by /);
  expect(await at.page.$$('#past-agreements form, #past-agreements button')).toEqual([]);
});

test('an auditor reads in the history who agreed to what and when, and that it was taken back', async () => {
  await record('2026-11-20', 'City Clerk, drawer 3');
  await takeBack();
  await at.page.browserContext().close();
  at = await scene.visitor();
  await signedInAs(at, await colleague(scene.archive, ['auditor']));
  await go(at, '/history');
  const said = await pageText(at);
  const about = `person Sam Example; day 2026-11-20; policy ${POLICY}; version 2026-11`;
  expect(said).toContain(`Agreement in writing put on file: ${about}`);
  expect(said).toContain(`Agreement taken back: entered by mistake: ${about}`);
  expect(said).not.toContain('drawer 3');
});

test('a policy that somebody writes asks for it by one box, and a version made from it keeps asking', async () => {
  await go(at, `/policies/${POLICY}/draft`);
  expect(await at.inPage("document.querySelector('#before0-agreement').checked")).toBe(true);
  await typeOver(at, '#version', '2026-12');
  await at.inPage("document.querySelector('#effectiveOn').value = '2026-11-02'");
  await submit(at, '.hf-end button');
  expect(await pageText(at)).toContain('Who has agreed in writing stands on the page of people.');
  const asks = async (version: string): Promise<unknown> =>
    (
      await scene.archive.system.db.inAgency(
        'rivertown',
        async (inside) => await readPolicy(inside, POLICY, version),
      )
    )?.rules.before[0]?.agreement;
  expect(await asks('2026-12')).toBe(true);

  await go(at, `/policies/${POLICY}/draft`);
  await at.inPage("document.querySelector('#before0-agreement').closest('details').open = true");
  await at.page.click('label[for="before0-agreement"]');
  await typeOver(at, '#version', '2026-13');
  await at.inPage("document.querySelector('#effectiveOn').value = '2026-11-03'");
  await submit(at, 'button[value="look"]');
  expect(await pageText(at)).toContain('Agreement in writing [taken away: Asked for]');
  await submit(at, '#looked button[value="save"]');
  expect(await asks('2026-13')).toBeUndefined();
  // It asks no more: nobody is told, and nobody is marked.
  expect(await told()).not.toContain(ASKS);
  await go(at, '/people');
  expect(await pageText(at)).not.toContain(MISSING);
  // Back to what it was, for whoever comes after.
  await go(at, `/policies/${POLICY}/draft`);
  await at.inPage("document.querySelector('#before0-agreement').closest('details').open = true");
  await at.page.click('label[for="before0-agreement"]');
  await typeOver(at, '#version', '2026-14');
  await at.inPage("document.querySelector('#effectiveOn').value = '2026-11-04'");
  await submit(at, '.hf-end button');
  expect(await told()).toContain(ASKS);
});

test('a file that says anything but true is refused with its place', () => {
  const policy = PACKS.find(({ policyId }) => policyId === POLICY);
  const [condition] = policy?.rules?.before ?? [];
  const { body: _body, ...file } = policy ?? { body: '' };
  const problems = (agreement: unknown) =>
    policyProblems({ ...file, rules: { before: [{ ...condition, agreement }] } });
  expect(problems(true)).toEqual([]);
  expect(problems('yes')).toEqual([
    { path: 'rules.before[0].agreement', why: 'expected true, or leave it out' },
  ]);
});

test.each(
  onEachScreen([
    ['agreements', async () => await go(at, '/people')],
    [
      'agreements that are refused',
      async () => {
        await record('2026-11-20', 'City Clerk, drawer 4');
        await record('2199-01-01', ' x');
      },
    ],
    [
      'report-without-agreement',
      async () => {
        await signedInAs(at, moderator);
        await go(at, '/report');
      },
    ],
  ]),
)('%s, %i px: for everybody', async (name, _width, arrive, size) => {
  await at.page.browserContext().close();
  at = await scene.visitor({ viewport: size });
  await signedInAs(at, administrator);
  await arrive();
  await at.inPage(`for (const one of document.querySelectorAll('#agreements details')) one.open = true`);
  await checkPage(at, name);
});

test.each(chosen([PHONE, DESK], (size) => size === PHONE))(
  'in Spanish nobody’s words are translated, and ours are (%o)',
  async (viewport) => {
    await at.page.browserContext().close();
    at = await scene.visitor({ viewport });
    await at.page.setExtraHTTPHeaders({ 'accept-language': 'es' });
    await signedInAs(at, administrator);
    await go(at, '/people');
    const said = await pageText(at);
    expect(said).toContain('No consta la aceptación por escrito: Policy 416, 416.4.3');
    expect(said).toContain('Registrar una aceptación de Sam Example');
    await signedInAs(at, moderator);
    await go(at, '/report');
    expect(await at.textOf('.hf-lacking')).toContain('le pide que acepte por escrito antes de moderar');
  },
);
