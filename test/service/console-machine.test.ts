/** The page of whoever runs the machine: on a phone and on a desk, by keyboard, without scripts; and what it does not give them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addAgency,
  addOperator,
  addPerson,
  createKey,
  invitedBy,
  inviteFirst,
  joinWithPassword,
  newCodeSecret,
  removeOperator,
} from '#agency/agency.ts';
import { simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { keyboardOf } from '../support/keyboard.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { codeOf, colleague, PASSWORD, type Colleague } from '../support/people.ts';
import { DESK, type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let operator: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { archive } = scene;
  operator = await colleague(archive, ['system-administrator'], 'system');
  await archive.sql.query("update person set name = 'Kim Example' where id = $1", [operator.personId]);
  await colleague(archive, ['moderator']);
});
afterAll(async () => await scene?.close());
beforeEach(async () => {
  at = await scene.visitor();
});
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

async function as({ token }: Colleague): Promise<void> {
  await at.page
    .browserContext()
    .setCookie({ name: 'holdfast-session', value: token, domain: 'localhost', httpOnly: true });
}
const text = async (selector = 'main'): Promise<string> =>
  (await at.textOf(selector)).replaceAll(/\s+/g, ' ').trim();
const path = (): string => new URL(at.page.url()).pathname;
const submit = async (selector: string): Promise<void> => {
  await Promise.all([at.page.waitForNavigation(), at.page.click(selector)]);
};
/** What stands about one agency. */
const about = async (agency: string): Promise<string> =>
  await at.page.$$eval(
    '#agencies > li',
    (entries, name) =>
      entries
        .filter((entry) => entry.textContent.includes(name))
        .map((entry) => entry.textContent.replaceAll(/\s+/g, ' ').trim())
        .join(' | '),
    agency,
  );
const add = async (slug: string): Promise<void> => {
  const { db } = scene.archive.system;
  await addAgency(db, { id: slug, name: `Town of ${slug}`, zone: 'America/Chicago' });
};

describe('whoever runs the machine', () => {
  test('comes in by a link and later by password and code, sees the machine, and no agency, without scripts', async () => {
    const { db, now } = scene.archive.system;
    const made = await addOperator(db, { name: 'Pat Example', email: 'pat@machine.example' }, now());
    if ('refused' in made) throw new Error(made.refused);
    await at.page.setJavaScriptEnabled(false);
    await at.goTo(`/invitation/${made.token}`);
    const secret =
      (await at.page.$eval('input[name="secret"]', (input) => input.getAttribute('value'))) ?? '';
    await at.page.type('#password', PASSWORD);
    await at.page.type('#code', codeOf(secret));
    await submit('.hf-form .hf-submit');
    expect(path()).toBe('/machine');
    expect(await text('#who')).toContain('Pat Example · System administrator');
    expect(
      await at.page.$$eval('header a', (links) => links.map((link) => link.getAttribute('href'))),
    ).toEqual(['/machine', '/machine', '/language?to=es&next=%2Fmachine']);
    expect(await text()).toContain('Database: works answers');
    // The way out leads to their own way in; so does their page, and the way in of the one agency that is here.
    await submit('#who button');
    expect(new URL(at.page.url()).search).toBe('?agency=system');
    await at.goTo('/machine');
    expect(await at.valueOf('input[name="agency"]')).toBe('system');
    await at.goTo('/sign-in');
    expect(await at.valueOf('input[name="agency"]')).toBe('rivertown');
    await submit('main a[href^="/sign-in?another"]');
    await at.page.type('#agency', 'system');
    await submit('main form button');
    expect(await at.valueOf('input[name="agency"]')).toBe('system');
    await at.page.type('#email', 'pat@machine.example');
    await at.page.type('#password', PASSWORD);
    await at.page.type('#code', codeOf(secret, 1));
    await submit('.hf-form .hf-submit');
    expect(path()).toBe('/machine');
    for (const elsewhere of ['/report', '/keep', '/records', '/people', '/keys', '/history']) {
      await at.goTo(elsewhere);
      expect(await text('main h1'), elsewhere).toBe('Not with this role');
    }
    // Let go at the machine: the next page that they ask for is the way in.
    expect(await removeOperator(db, 'Pat@machine.example', now())).toBe(true);
    await at.goTo('/machine');
    expect(path()).toBe('/sign-in');
    expect(await removeOperator(db, 'pat@machine.example', now())).toBe(false);
  });

  test('sees how much waits and what stopped for each agency, by numbers and not by content', async () => {
    const { archive } = scene;
    const { body } = await archive.report(simpleReport({ text: 'a quokka', note: 'a quokka' }));
    await archive.sql.query(
      `update step set due_at = now() - interval '5 hours' where record_id = $1 and name = 'seal'`,
      [body.recordId],
    );
    await archive.sql.query(
      `update step set parked_at = now(), error_code = 'internal', error = 'a quokka' where record_id = $1 and name = 'capture'`,
      [body.recordId],
    );
    await archive.sql.query(
      `insert into chore (name, about, report) values ('store-canary', $1,
         '{"passed": false, "checks": [{"n": 1, "name": "x", "ok": true, "found": "fine"}, {"n": 5, "name": "y", "ok": false, "found": "It was deleted."}]}')`,
      [archive.system.store.describe],
    );
    await as(operator);
    await at.goTo('/machine');
    expect(await about('City of Rivertown')).toBe(
      'City of Rivertown rivertown · America/Chicago People: 1 · Work that waits: 1 · Work that stopped: 1 · Letters that wait: 0 The oldest work waits for 5 h.',
    );
    expect(await text('#parts')).toMatch(
      /Proof of the store: did not pass 2 checks .* What was found: It was deleted\./,
    );
    expect(await text()).toContain('Parts with trouble: 2. Work that stopped: 1.');
    expect(await text()).not.toContain('quokka');
    expect(await text()).not.toContain(body.recordId);
    await archive.sql.query("delete from chore where name = 'store-canary'");
  });

  test('adds an agency and invites its first administrator with the keyboard, once, and both histories say so', async () => {
    await at.page.setViewport(DESK);
    await as(operator);
    await at.goTo('/machine');
    const keys = keyboardOf(at);
    const send = async (): Promise<void> => {
      await Promise.all([at.page.waitForNavigation(), keys.press('Enter')]);
    };
    await keys.tabTo('#name');
    await keys.type('City of Millbrook');
    await keys.tabTo('#slug');
    await keys.type('Mill brook');
    await send();
    expect(await text('#slug-error')).toContain('2 to 63 of a-z');
    expect(await at.valueOf('#name')).toBe('City of Millbrook');
    await at.page.$eval('#slug', (input) => input.setAttribute('value', 'system'));
    await keys.tabTo('#slug');
    await send();
    expect(await text('#slug-error')).toContain('kept for whoever runs the machine');
    await at.page.$eval('#slug', (input) => input.setAttribute('value', 'millbrook'));
    await keys.tabTo('#slug');
    await send();
    expect(path()).toBe('/machine/agencies/millbrook/administrator');
    await keys.tabTo('#name');
    await keys.type('Robin Example');
    await keys.tabTo('#email');
    await keys.type('robin');
    await send();
    expect(await text('#email-error')).toContain('name@agency.gov');
    await keys.tabTo('#email');
    await keys.type('robin@millbrook.example');
    await keys.tabTo('main button');
    await send();
    expect(keys.unseen).toEqual([]);
    const link = await text('#link');
    expect(link).toMatch(/\/invitation\/[\w-]{43}$/);
    // Once: neither by the way that was there, nor by the page that is still open somewhere.
    await at.goTo('/machine');
    expect(await about('City of Millbrook')).toContain('People: 1');
    expect(await about('City of Millbrook')).not.toContain('Invite');
    expect(await text()).toContain('First administrator invited: millbrook');
    expect(await text()).toContain('Agency added: millbrook');
    expect(await text()).toContain('Kim Example (runs the machine)');
    await at.goTo('/machine/agencies/millbrook/administrator');
    expect(await text()).toContain('This agency is in use');

    const robin = await scene.visitor();
    await robin.goTo(new URL(link).pathname);
    const secret =
      (await robin.page.$eval('input[name="secret"]', (input) => input.getAttribute('value'))) ?? '';
    await robin.page.type('#password', PASSWORD);
    await robin.page.type('#code', codeOf(secret));
    await Promise.all([robin.page.waitForNavigation(), robin.page.click('.hf-form .hf-submit')]);
    await robin.goTo('/history');
    const history = (await robin.textOf('main')).replaceAll(/\s+/g, ' ');
    for (const entry of ['Agency added', 'Person invited', 'Means of signing in set up'])
      expect(history).toContain(entry);
    expect(history.match(/Kim Example \(runs the machine\)/g)).toHaveLength(3);
    // Whoever made the link could have used it: the agency reads who made it and when it was used, and can ask.
    expect(history).toMatch(/Means of signing in set up: person Robin Example; .*inviter Kim Example/);
    await robin.goTo('/people');
    expect((await robin.textOf('main')).replaceAll(/\s+/g, ' ')).toMatch(
      /A link for them was made by Kim Example, who runs the machine, on .+ It was used on .+ If that was not you, tell/,
    );
    await robin.page.browserContext().close();
  });

  test('is refused where anybody or anything is, however the form comes in, and nothing is written', async () => {
    const { archive } = scene;
    await add('oldmill');
    await createKey(archive.system.db, { agencyId: 'oldmill', role: 'intake', label: 'x' });
    const send = async (agency: string) =>
      await archive.app.inject({
        method: 'POST',
        url: `/machine/agencies/${agency}/administrator`,
        headers: {
          cookie: operator.cookie,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: 'name=Kim&email=kim%40machine.example',
      });
    const people = async (): Promise<unknown> =>
      (await archive.sql.query('select count(*) from person')).rows[0];
    const before = await people();
    for (const agency of ['rivertown', 'oldmill']) {
      const refused = await send(agency);
      expect(refused.json(), agency).toMatchObject({ status: 409, code: 'agency-in-use' });
    }
    for (const agency of ['atlantis', 'system', '%00'])
      expect((await send(agency)).statusCode, agency).toBe(404);
    expect(await people()).toEqual(before);
    // Several at the same moment: one link, and one person.
    await add('newmill');
    const answers = await Promise.all(Array.from({ length: 6 }, async () => await send('newmill')));
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([
      200, 409, 409, 409, 409, 409,
    ]);
    const { rows } = await archive.sql.query("select created_by from person where agency_id = 'newmill'");
    expect(rows).toEqual([{ created_by: `operator:${operator.personId}` }]);
  });
});

describe('a first administrator who never came', () => {
  const send = async (agency: string) =>
    await scene.archive.app.inject({
      method: 'POST',
      url: `/machine/agencies/${agency}/link`,
      headers: {
        cookie: operator.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: '',
    });
  const invitedTo = async (slug: string): Promise<string> => {
    const { db, now } = scene.archive.system;
    await add(slug);
    const person = { name: 'Robin Example', email: 'robin@example.example' };
    const made = await inviteFirst(db, slug, person, operator.personId, now());
    if ('refused' in made) throw new Error(made.refused);
    return made.token;
  };

  test('is seen by whoever invited them, who makes their link anew, and the one before works no more', async () => {
    const { db, now } = scene.archive.system;
    const lost = await invitedTo('lostlink');
    await as(operator);
    await at.goTo('/machine');
    expect(await about('Town of lostlink')).toMatch(/Link not used yet, until .*\d{4}/);
    expect(await about('Town of lostlink')).toContain(
      'npx holdfast user add --agency lostlink --role administrator',
    );
    await scene.archive.sql.query(
      "update invitation set expires_at = now() - interval '1 day' where agency_id = 'lostlink'",
    );
    await at.goTo('/machine');
    expect(await about('Town of lostlink')).toContain('Link not used; it worked until');
    await submit('form[action="/machine/agencies/lostlink/link"] button');
    expect(await text('main h1')).toBe('A link for Robin Example');
    const token = (await text('#link')).split('/').at(-1) ?? '';
    expect(await invitedBy(db, lost, now())).toBeNull();
    const invited = await invitedBy(db, token, now());
    expect(invited).toMatchObject({ name: 'Robin Example', agencyId: 'lostlink' });
    const { rows } = await scene.archive.sql.query(
      `select agency_id, type, actor from event where (agency_id = 'lostlink' and type = 'person.invited')
          or body->>'agency' = 'lostlink' and agency_id = 'system' order by seq`,
    );
    const actor = `operator:${operator.personId}`;
    expect(rows).toEqual([
      { agency_id: 'lostlink', type: 'person.invited', actor },
      { agency_id: 'system', type: 'agency.handed-over', actor },
      { agency_id: 'lostlink', type: 'person.invited', actor },
      { agency_id: 'system', type: 'agency.link-renewed', actor },
    ]);
    // Once they have chosen, it is theirs: neither the page nor the call makes another.
    if (invited === null) throw new Error('The link leads nowhere.');
    const chosen = { password: PASSWORD, codeSecret: newCodeSecret(), codeStep: 1 };
    expect(await joinWithPassword(db, invited, chosen, now())).not.toBeNull();
    await at.goTo('/machine');
    expect(await about('Town of lostlink')).not.toContain('Link not used');
    expect((await send('lostlink')).json()).toMatchObject({ status: 409, code: 'agency-in-use' });
    // Also where what they chose is gone again: they were here.
    await scene.archive.sql.query(
      "update person set password = null, code_secret = null where agency_id = 'lostlink'",
    );
    expect((await send('lostlink')).json()).toMatchObject({ status: 409, code: 'agency-in-use' });
  });

  test('gets no link from there once anything else has come, or where the agency itself added them', async () => {
    const { db } = scene.archive.system;
    await invitedTo('withkey');
    await createKey(db, { agencyId: 'withkey', role: 'intake', label: 'x' });
    await invitedTo('withothers');
    await add('ownperson');
    for (const agency of ['withothers', 'ownperson'])
      await db.inAgency(agency, async (inside) => {
        const person = { name: 'Lee Example', email: 'lee@example.example', roles: ['administrator'] };
        await addPerson(inside, person, 'cli');
      });
    for (const agency of ['withkey', 'withothers', 'ownperson', 'rivertown'])
      expect((await send(agency)).json(), agency).toMatchObject({ status: 409, code: 'agency-in-use' });
    for (const agency of ['atlantis', 'system']) expect((await send(agency)).statusCode, agency).toBe(404);
    await as(operator);
    await at.goTo('/machine');
    expect(await about('Town of ownperson')).toContain('Its first administrator has no link.');
    expect(await about('Town of ownperson')).not.toContain('Make a new link');
    for (const agency of ['withkey', 'withothers'])
      expect(await about(`Town of ${agency}`)).not.toContain('At the machine itself');
  });

  test('who uses their link while another is made: one of the two counts, and never both', async () => {
    const { db, now } = scene.archive.system;
    for (let n = 0; n < 5; n++) {
      const agency = `race${n}`;
      const invited = await invitedBy(db, await invitedTo(agency), now());
      if (invited === null) throw new Error('The link leads nowhere.');
      const chosen = { password: PASSWORD, codeSecret: newCodeSecret(), codeStep: 1 };
      const [session, { statusCode }] = await Promise.all([
        joinWithPassword(db, invited, chosen, now()),
        send(agency),
      ]);
      expect([session === null, statusCode]).toSatisfy(
        ([lost, status]: [boolean, number]) => lost === (status === 200),
      );
    }
  });
});

test('older entries of what they did are on further pages, without scripts', async () => {
  await scene.archive.sql.query(
    `insert into event (agency_id, id, record_id, type, actor, body)
     select 'system', gen_random_uuid(), null, 'agency.added', 'cli', jsonb_build_object('agency', 'town-' || n)
       from generate_series(1, 65) n`,
  );
  await at.page.setJavaScriptEnabled(false);
  await as(operator);
  await at.goTo('/machine');
  const seen = new Set<string>();
  for (let n = 0; n < 3; n++) {
    for (const [town] of (await text('#done')).matchAll(/\btown-\d+\b/g)) seen.add(town);
    const link = await at.page.$eval('#done .hf-pages a.usa-button', (one) => one.getAttribute('href'));
    await at.goTo(link ?? '');
    expect(await at.isShown('#done table')).toBe(true);
  }
  expect(seen.size).toBe(65);
});

test('who runs the machine is there before the first account, and does not stand in its way', async () => {
  const fresh = await openConsoleScene();
  try {
    const { db, now } = fresh.archive.system;
    await addOperator(db, { name: 'Pat Example', email: 'pat@machine.example' }, now());
    const { firstAccountBy, firstAccountLink } = await import('#agency/agency.ts');
    const link = await firstAccountLink(db, now());
    const found = await firstAccountBy(db, link ?? '', now());
    expect(found?.agencies.map(({ id }) => id)).toEqual(['rivertown']);
  } finally {
    await fresh.close();
  }
});

test('the page is Spanish for who reads that, and names stay names', async () => {
  const { body } = await scene.archive.app.inject({
    url: '/machine',
    headers: { cookie: operator.cookie, 'accept-language': 'es' },
  });
  for (const words of ['Base de datos', 'Trabajos en espera:', 'administra el servidor', 'City of Rivertown'])
    expect(body).toContain(words);
  expect(body).not.toMatch(/Work that waits|Parts with trouble|Who runs the machine/);
});

describe('each page is one that everybody can use', () => {
  test.each(
    onEachScreen<() => Promise<void>>([
      ['machine', async () => await at.goTo('/machine')],
      [
        'machine, an agency refused',
        async () => {
          await at.goTo('/machine');
          await submit('.hf-panel button');
        },
      ],
      ['machine, first administrator', async () => await at.goTo('/machine/agencies/hilltown/administrator')],
    ]),
  )('%s, %i px', async (name, _width, go, size) => {
    await add('hilltown');
    await at.page.setViewport(size);
    // Only so that the checker may run.
    await at.page.setBypassCSP(true);
    await as(operator);
    await go();
    await checkPage(at, name);
  });
});
