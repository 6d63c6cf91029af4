/** What the form offers: the agency's own clauses and words, what was chosen last first, and nothing of anybody else. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAccount, addAgency, addPack, createKey, PACKS } from '#agency/agency.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { signedInAs } from '../support/pages.ts';
import { colleague } from '../support/people.ts';
import { handedIn } from '../support/reporting.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;

const TODAY = '2026-11-29';
const AGENCIES = {
  kcmo: ['kcmo-ar-1-27', 'kcmo-personal-accounts'],
  kirkwood: ['kirkwood-social-media'],
  'lees-summit': ['lees-summit-416'],
} as const;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { db } = scene.archive.system;
  for (const [agency, packs] of Object.entries(AGENCIES)) {
    await addAgency(db, { id: agency, name: `City ${agency}`, zone: 'America/Chicago' });
    await db.inAgency(agency, async (tx) => {
      for (const pack of PACKS) if (packs.some((id) => id === pack.policyId)) await addPack(tx, pack, TODAY);
      for (const platform of ['facebook', 'x'])
        await addAccount(tx, { platform, nativeId: null, handle: agency, url: null, name: `City ${agency}` });
    });
  }
  await scene.archive.work();
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const labels = async (selector: string): Promise<string[]> =>
  await at.page.$$eval(selector, (list) =>
    list.map((one) =>
      [...one.childNodes]
        .map((part) => part.textContent?.trim())
        .filter(Boolean)
        .join(' | '),
    ),
  );
const tiles = async (group: string): Promise<string[]> =>
  await at.page.$$eval(`input[name="${group}"]`, (list) =>
    list.filter((one) => one.checkVisibility()).map((one) => one.value),
  );
const checked = async (group: string): Promise<unknown> =>
  await at.inPage(`document.querySelector('input[name="${group}"]:checked')?.value ?? null`);
const press = async (value: string): Promise<void> => {
  const id = await at.page.$eval(`input[value="${value}"]`, (input) => input.id);
  await at.press(`label[for="${id}"]`);
};
/** A picture, a clause, a press. */
async function report(ground: string): Promise<string> {
  await at.choose(scene.picture.path);
  await press(ground);
  await at.press('#submit');
  return await handedIn(at);
}

describe('a policy in the form', () => {
  test('names its verbs in its own words, and everything else is one press away', async () => {
    await signedInAs(at, await colleague(scene.archive, ['moderator'], 'lees-summit'));
    await at.goTo('/report');
    await at.shown('#submit');
    expect(await labels('#action .usa-radio__label')).toEqual([
      'Hide it | “hides”',
      'Delete it | “removes, deletes”',
      'Edit it | “edited”',
      'Block the person | “blocked and prohibited from commenting, after an egregious violation or repeated ones”',
      'Something else',
    ]);
    expect(await labels('#other-verb option')).not.toContain('Hide it');
    expect(await labels('#other-verb option')).toContain('Mute the person');
    expect(await at.isShown('#other-verb')).toBe(false);
    await press('other');
    expect(await at.isShown('#other-verb')).toBe(true);
    // A reason to keep is none to remove.
    expect(await tiles('ground')).not.toContain('lees-summit-416#8.5.b');
  });

  test('says what it asks of a moderator, folded away, each with the place where it stands', async () => {
    await signedInAs(at, await colleague(scene.archive, ['moderator'], 'lees-summit'));
    await at.goTo('/report');
    await at.shown('#policy-says');
    expect(await at.isShown('#policy-says li')).toBe(false);
    await at.press('#policy-says summary');
    const said = await at.textOf('#policy-says');
    for (const part of [
      'agrees in writing to comply with the policy first',
      'Policy 416, 416.4.3',
      'archives it properly',
      'subject to public disclosure laws',
      '“blocked and prohibited from commenting',
    ])
      expect(said).toContain(part);
    expect(await at.count('#policy-says li')).toBeGreaterThan(9);
    expect(
      await at.page.$$eval('#policy-says li', (list) =>
        list.every((one) => one.querySelector('.hf-small')?.textContent !== ''),
      ),
    ).toBe(true);
  });

  test('on the other page gives the reasons to keep, and what to tell the person', async () => {
    await signedInAs(at, await colleague(scene.archive, ['moderator'], 'kcmo'));
    await at.goTo('/keep');
    await at.shown('#submit');
    expect(await tiles('ground')).toEqual(['kcmo-personal-accounts#contact', '']);
    expect(await tiles('verb')).toEqual(['none', 'reject']);
    expect(await at.textOf('#policy-says')).toContain('tagging the City’s own account');
    expect(await at.textOf('#policy-says')).not.toContain('1-27');
  });

  test('that has no rules leaves the form as it was', async () => {
    await signedInAs(at, await colleague(scene.archive, ['moderator']));
    await at.goTo('/report');
    await at.shown('#submit');
    expect(await tiles('verb')).toEqual(['hide', 'delete', 'other']);
    expect(await checked('verb')).toBe(null);
    expect(await at.count('#policy-says')).toBe(0);
    expect(await tiles('ground')).toHaveLength(7);
  });

  test('of many clauses shows six, and the others one press away, found by a word', async () => {
    await signedInAs(at, await colleague(scene.archive, ['moderator'], 'kirkwood'));
    await at.goTo('/report');
    await at.shown('#submit');
    expect(await tiles('ground')).toHaveLength(7);
    const [, others] = /The other (\d+) clauses/.exec(await at.textOf('#all-grounds summary')) ?? [];
    const all = await at.count('input[name="ground"]');
    expect(Number(others)).toBe(all - 7);
    await at.press('#all-grounds summary');
    expect(await tiles('ground')).toHaveLength(all);
    const last = await at.page.$eval(
      '#all-grounds .usa-radio:last-child input',
      (input) => input.getAttribute('data-clause') ?? '',
    );
    const word = last.split(' ').at(-1) ?? '';
    await at.page.type('#find-ground', word);
    await at.reads('#found-grounds', 'fit');
    const found = (await tiles('ground')).length;
    expect(found).toBeLessThan(all);
    expect(found).toBeGreaterThan(6);
    await at.page.type('#find-ground', 'xyzzy');
    await at.reads('#found-grounds', '0 of these clauses fit');
  });
});

describe('what was chosen last', () => {
  test('comes first and is chosen already, for this person alone, and the browser keeps nothing', async () => {
    const [one, other] = [
      await colleague(scene.archive, ['moderator'], 'kirkwood'),
      await colleague(scene.archive, ['moderator'], 'kirkwood'),
    ];
    await signedInAs(at, one);
    await at.goTo('/report');
    await at.shown('#submit');
    const order = await tiles('ground');
    const third = order[2] ?? '';
    await press('delete');
    await at.page.select(
      '#account',
      await at.page.$eval('#account option[data-platform="x"]', (option) => option.value),
    );
    expect(await at.textOf('#will')).toBe('Then: Delete it, on City kirkwood (x, kirkwood)');
    await report(third);
    await at.goTo('/report');
    await at.shown('#submit');
    expect(await tiles('ground')).toEqual([third, ...order.filter((ground) => ground !== third)]);
    // The order of the ids is the policy's, whatever stands first.
    expect(await at.page.$eval(`input[value="${third}"]`, (input) => input.id)).toBe('ground-3');
    expect(await checked('ground')).toBe(null);
    expect(await checked('verb')).toBe('delete');
    expect(await at.textOf('#will')).toBe('Then: Delete it, on City kirkwood (x, kirkwood)');
    const fifth = order[4] ?? '';
    await report(fifth);
    await at.goTo('/report');
    await at.shown('#submit');
    expect((await tiles('ground')).slice(0, 3)).toEqual([fifth, third, order[0]]);
    expect(await at.inPage('localStorage.length + sessionStorage.length')).toBe(0);
    // Somebody else at the same machine.
    await signedInAs(at, other);
    await at.goTo('/report');
    await at.shown('#submit');
    expect(await tiles('ground')).toEqual(order);
    expect(await at.valueOf('#account')).toBe('');
  });

  test('with a key is what this key chose', async () => {
    const { db } = scene.archive.system;
    const { key } = await createKey(db, { agencyId: 'kirkwood', role: 'moderator', label: 'one' });
    await at.signIn('/report', key);
    await at.shown('#report');
    const order = await tiles('ground');
    await press('hide');
    await at.page.select('#account', 'other');
    await at.page.type('#platform', 'Nextdoor');
    await at.page.type('#account-name', 'Kirkwood Parks');
    await report(order[1] ?? '');
    await at.goTo('/report');
    await at.shown('#report');
    expect((await tiles('ground'))[0]).toBe(order[1]);
    expect(await at.textOf('#will')).toBe('Then: Hide it, on Kirkwood Parks (nextdoor, not in the register)');
    const again = await report(order[1] ?? '');
    expect((await scene.arrived(again).catch(() => null)) ?? 'of another agency').toBeDefined();
  });

  test('is read by its index, and what programs hand in is not in it', async () => {
    const { archive } = scene;
    const { sql } = archive;
    await archive.report(simpleReport({ text: 'from a program' }));
    const { rows: counted } = await sql.query<{ form: number; all: number }>(
      `select count(*) filter (where body #>> '{data,channel}' = 'web-form')::int as form, count(*)::int as all from fact`,
    );
    expect(counted[0]?.all).toBeGreaterThan(counted[0]?.form ?? 0);
    await sql.query('begin');
    try {
      await sql.query(
        `set local role holdfast_app; set local app.agency = 'kirkwood'; set local enable_seqscan = off`,
      );
      const { rows } = await sql.query<{ 'QUERY PLAN': string }>(
        `explain select f.record_id from fact f where f.actor = 'person:x' and f.agency_id = 'kirkwood' and f.body #>> '{data,channel}' = 'web-form'
          order by f.recorded_at desc limit 60`,
      );
      expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('fact_by_form');
    } finally {
      await sql.query('rollback');
    }
  });

  test('the next one keeps clause, verb and account of the record before', async () => {
    await signedInAs(at, await colleague(scene.archive, ['moderator'], 'lees-summit'));
    await at.goTo('/report');
    await at.shown('#submit');
    const order = await tiles('ground');
    await press('edit');
    await at.page.select(
      '#account',
      await at.page.$eval('#account option[data-platform="x"]', (option) => option.value),
    );
    const id = await report(order[1] ?? '');
    await at.reads('#word', 'SAFE TO REMOVE');
    await Promise.all([at.page.waitForNavigation(), at.press('#next')]);
    expect(at.page.url()).toContain(`/report?after=${id}`);
    await at.shown('#submit');
    expect([await checked('ground'), await checked('verb')]).toEqual([order[1], 'edit']);
    expect(await at.textOf('#will')).toContain(
      'Then: Edit it, on City lees-summit (x, lees-summit). Clause: ',
    );
    expect(await at.textOf('#clause')).not.toBe('');
    await at.choose(scene.picture.path);
    await at.press('#submit');
    const next = await handedIn(at);
    expect(next).not.toBe(id);
    const { rows } = await scene.archive.sql.query(
      'select verb, grounds, platform from record where id = any($1)',
      [[id, next]],
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual(rows[1]);
    // Another agency's record chooses nothing here.
    const other = await scene.visitor();
    try {
      await other.page.browserContext().setCookie({
        name: 'holdfast-session',
        value: (await colleague(scene.archive, ['moderator'], 'kirkwood')).token,
        domain: 'localhost',
        httpOnly: true,
      });
      await other.goTo(`/report?after=${id}`);
      await other.shown('#submit');
      expect(await other.inPage(`document.querySelector('input[name="ground"]:checked')`)).toBe(null);
      expect(await other.valueOf('#account')).toBe('');
    } finally {
      await other.page.browserContext().close();
    }
  });
});

describe('a clause that is chosen already', () => {
  /** Handed in by somebody else, so that the visitor has chosen nothing yet. */
  const reported = async (agency: string, action: object): Promise<string> => {
    const { body } = await scene.archive.report(simpleReport({ account: agency, action }), [], {
      authorization: `Bearer ${await scene.archive.key('moderator', agency)}`,
    });
    return body.recordId;
  };
  const last = async (agency: string): Promise<string> => {
    const { rows } = await scene.archive.sql.query<{ reference: string }>(
      `select policy_id || '#' || clause_id as reference from ground where agency_id = $1 and purpose = 'remove' order by position desc limit 1`,
      [agency],
    );
    return rows[0]?.reference ?? '';
  };

  test('stands first and is seen, however many there are, and is named above the button, whole', async () => {
    const ground = await last('kirkwood');
    const id = await reported('kirkwood', { verb: 'hide', ground });
    const who = await colleague(scene.archive, ['moderator'], 'kirkwood');
    await signedInAs(at, who);
    await at.goTo(`/report?after=${id}`);
    await at.shown('#submit');
    expect([await checked('ground'), (await tiles('ground'))[0]]).toEqual([ground, ground]);
    const [label = ''] = await labels('#grounds .usa-radio:first-child .usa-radio__label');
    const will = await at.textOf('#will');
    expect(will).toBe(
      `Then: Hide it, on City kirkwood (facebook, kirkwood). Clause: ${label.replace(' | ', ', ')}`,
    );
    // It comes with the page, so that no line moves; and none of it is cut off.
    const sent = await scene.archive.app.inject({
      url: `/report?after=${id}`,
      headers: { cookie: who.cookie },
    });
    expect(sent.body).toContain(`id="will">${will}</p>`);
    expect(
      await at.inPage(
        `document.querySelector('#will').scrollWidth - document.querySelector('#will').clientWidth`,
      ),
    ).toBe(0);
    expect(
      await at.inPage(`(() => {
        const all = document.createRange();
        all.selectNodeContents(document.querySelector('#will'));
        return all.getBoundingClientRect().right <= innerWidth;
      })()`),
    ).toBe(true);
    const undecided = await at.page.$eval('input[name="ground"][value=""]', (input) => input.id);
    await at.press(`label[for="${undecided}"]`);
    expect(await at.textOf('#will')).toContain('. Clause: Not decided yet');
    // Without a script the tile says it, and nothing beside it that would not follow.
    await at.page.setJavaScriptEnabled(false);
    await at.goTo(`/report?after=${id}`);
    expect((await tiles('ground'))[0]).toBe(ground);
    expect(await at.isShown('#clause')).toBe(false);
  });

  test('is none where the record names several', async () => {
    const ground = await last('kirkwood');
    const id = await reported('kirkwood', { verb: 'hide', ground });
    const first = await scene.archive.sql.query<{ reference: string }>(
      `select policy_id || '#' || clause_id as reference from ground where agency_id = 'kirkwood' and purpose = 'remove' order by position limit 1`,
    );
    const added = await scene.archive.app.inject({
      method: 'POST',
      url: `/v1/records/${id}/facts`,
      headers: {
        authorization: `Bearer ${await scene.archive.key('moderator', 'kirkwood')}`,
        'content-type': 'application/json',
      },
      payload: simpleReport({
        account: 'kirkwood',
        action: { verb: 'none', ground: first.rows[0]?.reference },
      }),
    });
    expect(added.statusCode).toBe(202);
    await signedInAs(at, await colleague(scene.archive, ['moderator'], 'kirkwood'));
    await at.goTo(`/report?after=${id}`);
    await at.shown('#submit');
    expect([await checked('ground'), await checked('verb')]).toEqual([null, 'hide']);
  });
});

describe('after something that was kept', () => {
  test('the next one is kept too, and a removal is not turned into a copy', async () => {
    const who = await colleague(scene.archive, ['moderator'], 'kcmo');
    await signedInAs(at, who);
    await at.goTo('/report');
    await at.shown('#submit');
    const [removes = ''] = await tiles('ground');
    await press('delete');
    await at.page.select(
      '#account',
      await at.page.$eval('#account option[data-platform="x"]', (option) => option.value),
    );
    await report(removes);
    await at.goTo('/keep');
    await at.shown('#submit');
    const id = await report('kcmo-personal-accounts#contact');
    await at.page.waitForFunction(
      `document.querySelector('#next').getAttribute('href') === '/keep?after=${id}'`,
    );
    await at.goTo(`/report?after=${id}`);
    await at.shown('#submit');
    expect([await checked('verb'), await checked('ground')]).toEqual(['delete', null]);
    await at.goTo(`/keep?after=${id}`);
    await at.shown('#submit');
    expect([await checked('verb'), await checked('ground')]).toEqual([
      'none',
      'kcmo-personal-accounts#contact',
    ]);
    const plain = await scene.archive.app.inject({
      url: `/report/records/${id}/plain`,
      headers: { cookie: who.cookie },
    });
    expect(plain.body).toContain(`href="/keep?after=${id}"`);
    expect(plain.body).not.toContain('/report?after=');
  });
});

describe('the form of a policy', () => {
  const PAGES = [
    ['report with a policy', '/report'],
    ['keep with a policy', '/keep'],
  ] as const;
  test.each(onEachScreen(PAGES))('%s is for everybody at %i px', async (name, _width, path, size) => {
    await at.page.setViewport(size);
    await at.page.setBypassCSP(true);
    await signedInAs(
      at,
      await colleague(scene.archive, ['moderator'], path === '/keep' ? 'kcmo' : 'kirkwood'),
    );
    await at.goTo(path);
    await at.shown('#submit');
    await checkPage(at, name);
    await at.press('#policy-says summary');
    if (path === '/report') await at.press('#all-grounds summary');
    await checkPage(at, `${name}, unfolded`);
  });
});
