/** Policies as an administrator keeps them: packs, versions, one beside another; without scripts, by keyboard, on a phone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAgency, addPack, addPolicy, PACKS, samplePolicy } from '#agency/agency.ts';
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
const { policyId } = samplePolicy;
const first = `/policies/${policyId}/versions/${samplePolicy.version}`;

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

const post = async (url: string, fields: Record<string, string>, who: Colleague = administrator) => {
  const { statusCode, body } = await scene.archive.app.inject({
    method: 'POST',
    url,
    headers: {
      cookie: who.cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: new URLSearchParams(fields).toString(),
  });
  return { status: statusCode, body };
};
/** The form as it stands, before anything is changed. */
const draftOf = async (policy = policyId): Promise<Record<string, string>> => {
  await go(at, `/policies/${policy}/draft`);
  return { ...(await formIn(at, 'form.hf-form')), do: 'save' };
};
const versions = async (): Promise<number> =>
  (await scene.archive.sql.query('select 1 from policy_version')).rowCount ?? -1;

describe('an administrator', () => {
  test('adds each pack by one action, and reads all that it says with its citations', async () => {
    for (const pack of PACKS) {
      await go(at, '/policies');
      await submit(at, `button[name="pack"][value="${pack.policyId}"]`);
      const shown = await pageText(at);
      expect(shown).toContain('Added. Read it against the text');
      expect(shown).toContain('In force');
      const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ');
      expect(shown).toContain(squeezed(pack.source ?? 'no source'));
      const { custodian, ...lists } = pack.rules ?? { custodian: null };
      const entries = [...(custodian === null ? [] : [custodian]), ...Object.values(lists).flat()];
      expect(entries.length).toBeGreaterThan(2);
      for (const { says, citation } of entries) {
        expect(shown).toContain(squeezed(says));
        expect(shown).toContain(squeezed(citation));
      }
      for (const { clause, label, clauseId } of pack.grounds) {
        expect(shown).toContain(squeezed(clause));
        expect(shown).toContain(`${label} ${clauseId}`);
      }
    }
    await go(at, '/policies');
    expect(await at.count('button[name="pack"]')).toBe(0);
    const { rows } = await scene.archive.sql.query(
      "select actor, body from event where type = 'policy.added' and actor <> 'cli' order by seq",
    );
    expect(rows).toMatchObject(
      PACKS.map((pack) => ({
        actor: `person:${administrator.personId}`,
        body: { policy: pack.policyId, version: pack.version, grounds: pack.grounds.length },
      })),
    );
    expect((await post('/policies/packs', { pack: PACKS[0]?.policyId ?? '' })).body).toContain(
      'was here already',
    );
    expect((await post('/policies/packs', { pack: 'nowhere' })).status).toBe(422);
  });

  test('writes a new version without scripts: a clause changed, one added, one taken away, one elsewhere', async () => {
    const old = await scene.archive.report(
      simpleReport({ action: { verb: 'hide', ground: `${policyId}#3.b` } }),
    );
    await at.page.setJavaScriptEnabled(false);
    await go(at, first);
    await submit(at, 'main a.usa-button');
    await typeOver(at, '#version', '2026-11');
    await typeOver(at, '#effectiveOn', '11012026');
    await at.page.click('form details:nth-of-type(2) > summary');
    await typeOver(at, '#grounds1-clause', 'Offers of goods or services for sale, and links to them.');
    await at.page.click('form details:nth-of-type(1) > summary');
    await at.page.click('label[for="grounds0-gone"]');
    await at.page.click('form details:nth-of-type(6) > summary');
    await typeOver(at, '#grounds5-place', '1');
    await submit(at, 'button[value="add-grounds"]');
    expect(await at.page.title()).toContain(`A new version of ${policyId}`);
    expect(await at.valueOf('#grounds1-clause'), 'nothing typed is lost').toContain('and links to them.');
    expect(await pageText(at)).toContain('Take this clause away');
    expect(await pageText(at)).not.toContain('Take clause Clause');
    await at.page.type('#grounds6-clauseId', '3.g');
    await at.page.type('#grounds6-label', 'Spam');
    await at.page.type('#grounds6-clause', 'The same, said by machines.');
    await submit(at, 'button[value="add-verbs"]');
    await at.page.select('#verbs0-verb', 'hide');
    await at.page.type('#verbs0-says', 'takes down');
    await at.page.type('#verbs0-citation', 'Policy 4');
    await at.page.type('#custodian-says', 'The City Clerk keeps the records.');
    await at.page.type('#custodian-citation', 'Policy 5');
    await submit(at, '.hf-end button');
    expect(await pageText(at)).toContain('Clause 3.g, citation: expected a text');
    expect(await at.page.$eval('#summary a', (link) => link.getAttribute('href'))).toBe('#grounds6-citation');
    await at.page.type('#grounds6-citation', 'Policy 3(g)');
    await submit(at, '.hf-end button');
    const shown = await pageText(at);
    expect(shown).toContain(
      'Saved. It took effect on 2026-11-01: records name it from today on, and those before keep the clause that stood here then.',
    );
    expect(shown).toMatch(/In force since 2026-11-01; used here since 20\d\d-\d\d-\d\d\./);
    expect(shown).toContain('by Ada Admin');
    expect(shown).toContain('Hidden: “takes down” Policy 4');
    expect(
      await at.page.$$eval('#grounds h3', (all) =>
        all.map((one) => one.textContent?.trim().split(/\s+/).at(-1)),
      ),
    ).toEqual(['3.f', '3.b', '3.c', '3.d', '3.e', '3.g']);
    // What was cited before keeps its words; what is cited from now on has the new ones.
    await sleep(1100);
    const now = await scene.archive.report(
      simpleReport({ action: { verb: 'hide', ground: `${policyId}#3.b` } }),
    );
    const wordsOf = async (recordId: string): Promise<string> => {
      await go(at, `/records/${recordId}`);
      return await pageText(at);
    };
    expect(await wordsOf(old.body.recordId)).not.toContain('and links to them');
    expect(await wordsOf(old.body.recordId)).toContain('version 2026-01');
    expect(await wordsOf(now.body.recordId)).toContain('for sale, and links to them.');
    const gone = await scene.archive.report(
      simpleReport({ action: { verb: 'hide', ground: `${policyId}#3.a` } }),
    );
    expect(gone.body).toMatchObject({ code: 'ground-unknown' });
  });

  test('compares two versions, word by word, readable without colour and aloud', async () => {
    await at.page.setJavaScriptEnabled(false);
    await go(at, `/policies/${policyId}/compare`);
    const shown = await pageText(at);
    expect(shown).toContain(
      'What changed from version 2026-01 to version 2026-11: 3 added, 1 taken away, 1 changed.',
    );
    expect(shown).toContain('Changed: Clause 3.b');
    expect(shown).toContain('Added: Clause 3.g');
    expect(shown).toContain('Taken away: Clause 3.a');
    expect(shown).toContain('Was: 3.b, 3.c, 3.d, 3.e, 3.f Is: 3.f, 3.b, 3.c, 3.d, 3.e');
    const aloud = await at.page.$$eval('.hf-change .hf-diff', (all) =>
      all.map((one) => one.textContent ?? ''),
    );
    expect(aloud).toContain('Offers of goods or services for sale[added: , and links to them].');
    const drawn = async (selector: string): Promise<unknown> =>
      await at.inPage(`getComputedStyle(document.querySelector('${selector}')).textDecorationLine`);
    expect([await drawn('.hf-diff .hf-gone'), await drawn('.hf-diff .hf-new')]).toEqual([
      'line-through',
      'underline',
    ]);
    await at.page.select('#from', '2026-11');
    await submit(at, 'main form button');
    expect(await pageText(at)).toContain('Version 2026-11 says the same as version 2026-11.');
  });

  test.each(
    chosen(
      [
        ['a version that is there', { version: '2026-11', effectiveOn: '2026-12-01' }, 'is here already'],
        [
          'a day before the version in force',
          { version: 'x', effectiveOn: '2026-01-01' },
          'cannot take effect before',
        ],
        [
          'a title of two lines',
          { version: 'x', effectiveOn: '2026-12-01', title: 'Typed a moment ago\nand more' },
          'on one line',
        ],
        [
          'a lone CR in a clause',
          { version: 'x', effectiveOn: '2026-12-01', 'grounds0-clause': 'One\rTwo' },
          'ended by LF and not by CR',
        ],
        ['a day of the year 0', { version: 'x', effectiveOn: '0000-01-01' }, 'of the years 1000 to 2999'],
        ['a day that is none', { version: 'x', effectiveOn: '2026-02-30' }, 'a day that the calendar has'],
        ['no name', { effectiveOn: '2026-12-01' }, 'expected a text of 1 to 60 characters'],
        [
          'a place that is no number',
          { version: 'x', effectiveOn: '2026-12-01', 'grounds0-place': 'top' },
          'expected a number',
        ],
        [
          'the same number twice',
          { version: 'x', effectiveOn: '2026-12-01', 'grounds1-clauseId': '3.f' },
          'is the number of another clause, at place 1, already',
        ],
        [
          'a verb that is none',
          { version: 'x', effectiveOn: '2026-12-01', 'verbs0-verb': 'zap' },
          'expected one of: delete',
        ],
        [
          'a purpose that is none',
          { version: 'x', effectiveOn: '2026-12-01', 'grounds0-purpose': 'burn' },
          'expected one of: remove, keep',
        ],
        [
          'no clause at all',
          { version: 'x', effectiveOn: '2026-12-01', grounds: '0' },
          'at least one clause',
        ],
      ],
      (_, n) => n % 3 === 0,
    ),
  )('is refused %s, with what to do, and keeps what was typed', async (_what, fields, sentence) => {
    const before = await versions();
    const typed = { ...(await draftOf()), title: 'Typed a moment ago' };
    const { status, body } = await post(`/policies/${policyId}/draft`, { ...typed, ...fields });
    expect([status, body]).toEqual([422, expect.stringContaining(sentence)]);
    expect(body).toContain('Typed a moment ago');
    expect(await versions()).toBe(before);
  });

  test('mends a mistyped year: a version that has not taken effect closes nothing', async () => {
    const id = 'rivertown-library';
    const ground = { clauseId: 'a', label: 'L', citation: 'C', clause: 'Words' };
    const version = {
      policyId: id,
      version: '1',
      title: 'Library',
      effectiveOn: '2026-01-01',
      grounds: [ground],
    };
    await scene.archive.system.db.inAgency('rivertown', async (tx) => await addPolicy(tx, version));
    const mistyped = { ...(await draftOf(id)), version: '2', effectiveOn: '2126-12-01' };
    expect((await post(`/policies/${id}/draft`, mistyped)).status).toBe(200);
    const draft = await draftOf(id);
    expect(draft['latest'], 'the last that was added').toBe('2');
    expect(await pageText(at)).toContain(
      'Version 2 takes effect on 2126-12-01. Yours may take effect before it',
    );
    const mended = { ...draft, version: '3', effectiveOn: '2126-01-01', title: 'Library, mended' };
    expect((await post(`/policies/${id}/draft`, mended)).status).toBe(200);
    // Whoever saw the mistyped one as the last does not pass over the one that mends it.
    const late = await post(`/policies/${id}/draft`, { ...draft, version: '4', effectiveOn: '2126-02-01' });
    expect([late.status, late.body]).toEqual([422, expect.stringContaining('Version 3 was added since')]);
    const early = { ...(await draftOf(id)), version: '5', effectiveOn: '2025-12-31' };
    expect((await post(`/policies/${id}/draft`, early)).body).toContain('is in force since 2026-01-01');
  });

  test('looks at what changes by Enter in any field, and saves by a button that says so', async () => {
    await at.page.setJavaScriptEnabled(false);
    await go(at, '/policies/kirkwood-social-media/draft');
    await typeOver(at, '#version', 'by-enter');
    await typeOver(at, '#effectiveOn', '12012199');
    const before = await versions();
    const enter = async (): Promise<void> => {
      await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
    };
    await typeOver(at, '#title', 'Another title');
    await enter();
    const looked = await at.textOf('#looked');
    expect(looked).toContain('Nothing is saved yet. It counts from 2199-12-01 on.');
    expect(looked).toContain('Changed: Title and source');
    await at.page.focus('#title');
    await enter();
    expect(await versions(), 'once more, and still nothing is saved').toBe(before);
    await submit(at, '#looked button[value="save"]');
    expect(await pageText(at)).toContain('Saved. It counts from 2199-12-01 on.');
    expect(await versions()).toBe(before + 1);
  });

  test('puts no pack in the place of its own wording by one press: it is read against it first', async () => {
    const [pack] = PACKS;
    if (pack === undefined) throw new Error('There is no pack.');
    await addAgency(scene.archive.system.db, {
      id: 'hillside',
      name: 'City of Hillside',
      zone: 'America/Chicago',
    });
    const own = { ...pack, version: 'ours', effectiveOn: '2000-01-01', title: 'Our own words' };
    await scene.archive.system.db.inAgency('hillside', async (tx) => await addPolicy(tx, own));
    const theirs = await colleague(scene.archive, ['administrator'], 'hillside');
    await signedInAs(at, theirs);
    await go(at, '/policies');
    expect(await at.count(`button[name="pack"][value="${pack.policyId}"]`)).toBe(0);
    const before = await versions();
    const pressed = await post('/policies/packs', { pack: pack.policyId }, theirs);
    expect([pressed.status, pressed.body]).toEqual([422, expect.stringContaining('Nothing was added')]);
    expect(await versions()).toBe(before);
    await submit(at, `a[href^="/policies/${pack.policyId}/draft?pack="]`);
    expect(await pageText(at)).toContain('that comes with Holdfast, and not as version ours of your own');
    await submit(at, 'button[value="look"]');
    if (pack.effectiveOn === null) {
      expect(await pageText(at)).toContain('expected a day');
      await typeOver(at, '#effectiveOn', '12012199');
      await submit(at, 'button[value="look"]');
    }
    expect(await at.textOf('#looked')).toContain('Changed: Title and source');
    expect(await versions()).toBe(before);
    await submit(at, '#looked button[value="save"]');
    expect(await versions()).toBe(before + 1);
  });

  test('is told when somebody else added a version meanwhile', async () => {
    const draft = { ...(await draftOf('kirkwood-social-media')), effectiveOn: '2026-12-01' };
    expect(
      (await post('/policies/kirkwood-social-media/draft', { ...draft, version: 'theirs' })).status,
    ).toBe(200);
    const late = await post('/policies/kirkwood-social-media/draft', { ...draft, version: 'mine' });
    expect([late.status, late.body]).toEqual([
      422,
      expect.stringContaining('Version theirs was added since'),
    ]);
    expect(late.body).toContain('name="latest" value="theirs"');
    expect(
      (await post('/policies/kirkwood-social-media/draft', { ...draft, version: 'mine', latest: 'theirs' }))
        .status,
    ).toBe(200);
  });

  test('of two who save at one moment, one is told of the other', async () => {
    const draft = { ...(await draftOf('kcpd-261-1')), effectiveOn: '2199-01-01' };
    const answers = await Promise.all(
      ['one', 'two'].map(async (version) => await post('/policies/kcpd-261-1/draft', { ...draft, version })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.find(({ status }) => status === 422)?.body).toMatch(/Version (one|two) was added since/);
  });

  test('writes a policy from the beginning, whose version has a name of its own making', async () => {
    const fields = {
      policyId: 'rivertown-parks',
      version: '1/2 <b>draft?</b> & more',
      title: 'Parks',
      effectiveOn: '2199-01-01',
      grounds: '1',
      'grounds0-clauseId': 'a',
      'grounds0-label': 'L',
      'grounds0-citation': 'C',
      'grounds0-clause': 'Words of\r\ntwo lines',
      'grounds0-purpose': 'keep',
      'grounds0-place': '1',
      do: 'save',
    };
    const saved = await post('/policies/draft', fields);
    expect([saved.status, saved.body]).toEqual([200, expect.stringContaining('Takes effect on 2199-01-01.')]);
    expect((await post('/policies/draft', { ...fields, version: '2' })).body).toContain('is here already');
    await go(at, '/policies');
    await at.page.evaluate(
      `[...document.querySelectorAll('main a')].find((a) => a.textContent.includes('1/2 <b>')).id = 'odd'`,
    );
    await submit(at, '#odd');
    expect(await pageText(at)).toContain('Version 1/2 <b>draft?</b> & more.');
    expect(await at.textOf('blockquote')).toBe('Words of\ntwo lines');
  });
});

describe('everybody else', () => {
  test.each(
    chosen(
      ['moderator', 'custodian', 'retention-officer', 'approver', 'auditor'],
      (role) => role === 'custodian',
    ),
  )('a %s reads and compares, and writes nothing', async (role) => {
    const somebody = await colleague(scene.archive, [role]);
    await signedInAs(at, somebody);
    await go(at, '/policies');
    expect(await at.count('main form, a[href$="/draft"]')).toBe(0);
    await go(at, first);
    expect(await pageText(at)).toContain('Offers of goods or services for sale.');
    await go(at, `/policies/${policyId}/compare`);
    expect(await pageText(at)).toContain('Changed: Clause 3.b');
    const refused = await post(`/policies/${policyId}/draft`, { do: 'save' }, somebody);
    expect(refused.status).toBe(403);
  });

  test('another agency finds none of it', async () => {
    await addAgency(scene.archive.system.db, {
      id: 'lakeside',
      name: 'City of Lakeside',
      zone: 'America/Chicago',
    });
    const theirs = await colleague(scene.archive, ['administrator'], 'lakeside');
    await signedInAs(at, theirs);
    await go(at, '/policies');
    expect(await pageText(at)).toContain('No policy is here yet.');
    for (const path of [first, `/policies/${policyId}/draft`, `/policies/${policyId}/compare`]) {
      await go(at, path);
      expect(await at.textOf('body')).toContain('There is no such policy');
    }
    expect((await post(`/policies/${policyId}/draft`, { do: 'save' }, theirs)).status).toBe(404);
  });
});

describe('each page of it', () => {
  test('can be used with the keyboard alone', async () => {
    const tabTo = async (selector: string): Promise<void> => {
      for (let i = 0; i < 120; i += 1) {
        if ((await at.inPage(`document.activeElement.matches(${JSON.stringify(selector)})`)) === true) return;
        await at.page.keyboard.press('Tab');
      }
      throw new Error(`The Tab key does not reach ${selector}.`);
    };
    const enter = async (): Promise<void> => {
      await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
    };
    await go(at, '/policies');
    await tabTo(`a[href="/policies/${policyId}/draft"]`);
    await enter();
    await tabTo('#version');
    await at.page.keyboard.type('by-keyboard');
    await tabTo('#effectiveOn');
    await at.page.keyboard.type('12012026');
    await tabTo('button[value="add-notices"]');
    await enter();
    // The new place has the focus: nobody has to look for it.
    expect(await at.inPage('document.activeElement.textContent')).toContain('New notice');
    await tabTo('#notices0-says');
    await at.page.keyboard.type('The rules are linked.');
    await tabTo('#notices0-citation');
    await at.page.keyboard.type('Policy 6');
    await tabTo('.hf-end button');
    await enter();
    expect(await pageText(at)).toContain('The rules are linked. Policy 6');
    await tabTo('a[href*="compare?"]');
    await enter();
    expect(await pageText(at)).toContain('Added: Notices that must be displayed');
  });

  test.each(
    onEachScreen<() => Promise<void>>([
      ['policies', async () => await go(at, '/policies')],
      [
        'policies, nothing yet',
        async () => {
          await scene.archive.system.db.system
            .insertInto('agency')
            .values({ id: 'empty', name: 'Village of Empty', zone: 'America/Chicago' })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
          await signedInAs(at, await colleague(scene.archive, ['administrator'], 'empty'));
          await go(at, '/policies');
        },
      ],
      [
        'policy',
        async () => await go(at, `/policies/kirkwood-social-media/versions/${PACKS[2]?.version ?? ''}`),
      ],
      [
        'policy draft',
        async () => {
          await go(at, '/policies/lees-summit-416/draft');
          await at.press('form details:nth-of-type(2) > summary');
        },
      ],
      [
        'policy draft looked at',
        async () => {
          await go(at, `/policies/${policyId}/draft`);
          await typeOver(at, '#version', 'a look');
          await typeOver(at, '#effectiveOn', '12012199');
          await typeOver(at, '#title', 'City of Rivertown, social media policy, revised');
          await submit(at, 'button[value="look"]');
        },
      ],
      [
        'policy draft refused',
        async () => {
          await go(at, '/policies/draft');
          await submit(at, '.hf-end button');
        },
      ],
      [
        'policy compared',
        async () => {
          await go(at, `/policies/${policyId}/compare?from=2026-01&to=2026-11`);
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

test('every pack is taken through the form as it stands, and nothing of it is lost on the way', async () => {
  const { db } = scene.archive.system;
  for (const pack of PACKS)
    await db.inAgency('rivertown', async (tx) => await addPack(tx, pack, '2026-01-01'));
  for (const pack of PACKS.filter((one) => one.policyId !== 'kirkwood-social-media')) {
    const fields = { ...(await draftOf(pack.policyId)), version: 'again', effectiveOn: '2199-01-01' };
    expect((await post(`/policies/${pack.policyId}/draft`, fields)).status).toBe(200);
    const query = new URLSearchParams({ from: pack.version, to: 'again' }).toString();
    await go(at, `/policies/${pack.policyId}/compare?${query}`);
    expect(await pageText(at)).toContain('says the same as version');
  }
});
