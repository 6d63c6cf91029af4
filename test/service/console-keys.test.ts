/** Keys for programs: made, rotated and revoked on their page; bound to a source and to a day by the database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAgency, createKey, rotateKey } from '#agency/agency.ts';
import { simpleReport } from '../support/archive.ts';
import { cloudEvent } from '../support/cloud-event.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows as chosen } from '../support/extent.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { go, pageText, signedInAs, submit } from '../support/pages.ts';
import { type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
let administrator: Colleague;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  administrator = await colleague(scene.archive, ['administrator']);
  await addAgency(scene.archive.system.db, {
    id: 'lakeside',
    name: 'City of Lakeside',
    zone: 'America/Chicago',
  });
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

const report = async (key: string, more: Record<string, unknown> = {}) =>
  await scene.archive.report(simpleReport(more), [], { authorization: `Bearer ${key}` });
const me = async (key: string): Promise<number> =>
  (await scene.archive.app.inject({ url: '/v1/me', headers: { authorization: `Bearer ${key}` } })).statusCode;
const make = async (label: string, more: Partial<Parameters<typeof createKey>[1]> = {}) =>
  await createKey(scene.archive.system.db, { agencyId: 'rivertown', role: 'intake', label, ...more });
const entryOf = async (label: string): Promise<string> =>
  await at.page.$$eval(
    'main .hf-people > li',
    (rows, wanted) =>
      `#${rows.find((row) => row.textContent?.includes(wanted) === true)?.parentElement?.id ?? ''} > li:nth-child(${
        [
          ...(rows.find((row) => row.textContent?.includes(wanted) === true)?.parentElement?.children ?? []),
        ].findIndex((row) => row.textContent?.includes(wanted)) + 1
      })`,
    label,
  );

describe('an administrator', () => {
  test('makes a key without scripts, sees it once, and it works for what it is for', async () => {
    await at.page.setJavaScriptEnabled(false);
    await go(at, '/keys');
    await submit(at, 'section button[type="submit"]');
    expect(await pageText(at)).toContain('Say what the key is for');
    await at.page.type('#label', 'Facebook connector');
    await at.page.type('#source', '/agencies/rivertown/webhook/facebook');
    await at.page.type('#lastDay', '01312199');
    await submit(at, 'section button[type="submit"]');
    const key = await at.textOf('#key');
    expect(key).toMatch(/^hfk_[\w-]{43}$/);
    await submit(at, 'main .usa-button');
    const shown = await pageText(at);
    expect(shown).toContain('Facebook connector Program that hands in');
    expect(shown).toContain('Reports of /agencies/rivertown/webhook/facebook only.');
    expect(shown).toContain('It ends Feb 1, 2199, 12:00:00 AM CST');
    expect(shown).not.toContain('hfk_');
    expect((await report(key)).status).toBe(202);
    const { rows } = await scene.archive.sql.query<{ type: string; actor: string; body: object }>(
      "select type, actor, body from event where type like 'key.%' and actor = $1",
      [`person:${administrator.personId}`],
    );
    expect(rows).toMatchObject([{ type: 'key.made', body: { role: 'intake' } }]);
    expect(JSON.stringify(rows)).not.toContain('connector');
  });

  test('rotates it: two keys live for one purpose, never three, and the old one ends when it was said', async () => {
    const old = await make('Vendor import');
    await go(at, '/keys');
    const entry = await entryOf('Vendor import');
    await at.press(`${entry} summary`);
    await submit(at, `${entry} form[action$="rotation"] button`);
    expect(await pageText(at)).toContain('The old key goes on until the end of 20');
    const next = await at.textOf('#key');
    expect([await me(old.key), await me(next)]).toEqual([200, 200]);
    expect([(await report(old.key)).status, (await report(next)).status]).toEqual([202, 202]);
    await go(at, '/keys');
    expect(await pageText(at)).toContain('Another key takes its place.');
    const { rows } = await scene.archive.sql.query<{ id: string }>(
      'select id from api_key where replaces = $1',
      [old.keyId],
    );
    const rotated = async (id: string) =>
      await scene.archive.system.db.inAgency(
        'rivertown',
        async (tx) =>
          await rotateKey(tx, id, {
            endsAt: new Date('2199-01-01'),
            expiresAt: null,
            by: 'test',
            now: new Date(),
          }),
      );
    expect(await rotated(old.keyId)).toEqual({ refused: 'replaced' });
    expect(await rotated(rows[0]?.id ?? '')).toEqual({ refused: 'two-live' });
    await scene.archive.sql.query('update api_key set expires_at = now() where id = $1', [old.keyId]);
    expect((await report(old.key)).body).toMatchObject({ code: 'key-invalid' });
    expect((await report(next)).status).toBe(202);
    const third = await rotated(rows[0]?.id ?? '');
    expect(third).toHaveProperty('key');
  });

  test('two who rotate the same key at one moment make one new key', async () => {
    const { keyId } = await make('Raced for');
    const ways = { endsAt: new Date('2199-01-01'), expiresAt: null, by: 'test', now: new Date() };
    const answers = await Promise.all(
      [1, 2].map(
        async () =>
          await scene.archive.system.db.inAgency('rivertown', async (tx) => await rotateKey(tx, keyId, ways)),
      ),
    );
    expect(answers.filter((one) => 'key' in one)).toHaveLength(1);
    expect(answers.filter((one) => 'refused' in one)).toEqual([{ refused: 'replaced' }]);
  });

  test('who lost the new key before it was put in place revokes it, and rotates the old one again', async () => {
    const lastDay = new Date('2199-06-01T05:00:00Z');
    const old = await make('Feed of comments', { expiresAt: lastDay });
    const rotate = async (): Promise<string> => {
      const entry = await entryOf('Feed of comments');
      await at.press(`${entry} summary`);
      await submit(at, `${entry} form[action="/keys/${old.keyId}/rotation"] button`);
      return await at.textOf('#key');
    };
    await go(at, '/keys');
    const lost = await rotate();
    await go(at, '/keys');
    expect(await pageText(at)).toContain('Where it is lost, revoke it, and rotate this one again.');
    expect(await at.count(`form[action="/keys/${old.keyId}/rotation"]`)).toBe(0);
    const { rows } = await scene.archive.sql.query<{ id: string }>(
      'select id from api_key where replaces = $1',
      [old.keyId],
    );
    await at.press(`li:has(form[action="/keys/${rows[0]?.id}/revocation"]) summary`);
    await submit(at, `form[action="/keys/${rows[0]?.id}/revocation"] button`);
    const alone = await at.textOf(await entryOf('Feed of comments'));
    expect(alone).toContain('this one alone serves its purpose');
    expect(alone).not.toContain('Another key takes its place.');
    // The purpose ends when it did, not when the first rotation would have ended the old key.
    expect(await at.valueOf(`#\\3${old.keyId[0]} ${old.keyId.slice(1)}-lastDay`)).toBe('2199-05-31');
    const next = await rotate();
    await sleep(1100);
    expect([await me(old.key), await me(lost), await me(next)]).toEqual([200, 401, 200]);
  });

  test('is told when the old key really ends, and the new one lasts no longer than it did', async () => {
    const tomorrow = new Date(Date.now() + 36 * 60 * 60 * 1000);
    const { keyId } = await make('Short feed', { expiresAt: tomorrow });
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Chicago' }).format(
      new Date(tomorrow.getTime() - 1),
    );
    await go(at, '/keys');
    const entry = await entryOf('Short feed');
    const values = await at.page.$$eval(`${entry} input[type="date"]`, (all) =>
      all.map((one) => one.getAttribute('value')),
    );
    expect(values).toEqual([day, day]);
    const { body } = await scene.archive.app.inject({
      method: 'POST',
      url: `/keys/${keyId}/rotation`,
      headers: {
        cookie: administrator.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({
        [`${keyId}-ends`]: '2199-01-01',
        [`${keyId}-lastDay`]: '2199-01-01',
      }).toString(),
    });
    expect(body).toContain(`The old key goes on until the end of ${day}.`);
  });

  test('revokes it: it writes nothing from that moment', async () => {
    const { key } = await make('Lost laptop');
    expect(await me(key)).toBe(200);
    await go(at, '/keys');
    const entry = await entryOf('Lost laptop');
    await at.press(`${entry} summary`);
    expect(await pageText(at)).toContain(
      'hands in nothing more with it at once, and reads nothing more within a second',
    );
    await submit(at, `${entry} form[action$="revocation"] button`);
    expect(await pageText(at)).toContain('Lost laptop is revoked.');
    expect(await at.textOf('#over')).toContain('Lost laptop');
    expect((await report(key)).body).toMatchObject({ code: 'key-invalid' });
  });

  test.each(
    chosen(
      [
        ['a source of another agency', { source: '/agencies/lakeside' }, 'Enter the beginning of a source'],
        [
          'a source with a slash at its end',
          { source: '/agencies/rivertown/' },
          'Enter the beginning of a source',
        ],
        [
          'a source as deep as an account',
          { source: '/agencies/rivertown/webhook/x/a' },
          'no deeper than a platform',
        ],
        [
          'a source of a platform that no report can name',
          { source: '/agencies/rivertown/webhook/Facebook' },
          'The platform is of a-z, 0-9 and -',
        ],
        [
          'a source of a channel that is none',
          { source: '/agencies/rivertown/webhooks/facebook' },
          'one of: webhook, api-poll',
        ],
        ['a day of the year 0', { lastDay: '0000-01-01' }, 'of the years 1000 to 2999'],
        ['a role that no program has', { role: 'approver' }, 'Choose one of'],
        ['a day that is over', { lastDay: '2020-01-01' }, 'still to come'],
        ['a day that is none', { lastDay: '2027-02-30' }, 'the calendar has'],
      ],
      (_, n) => n % 3 === 0,
    ),
  )('is refused %s, with what to do', async (_what, fields, sentence) => {
    const count = async (): Promise<unknown> =>
      (await scene.archive.sql.query('select count(*) from api_key')).rows;
    const before = await count();
    const { statusCode, body } = await scene.archive.app.inject({
      method: 'POST',
      url: '/keys',
      headers: {
        cookie: administrator.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({ label: 'x', role: 'intake', ...fields }).toString(),
    });
    expect([statusCode, body]).toEqual([422, expect.stringContaining(sentence)]);
    expect(await count()).toEqual(before);
  });
});

describe('a key', () => {
  const source = '/agencies/rivertown/webhook/facebook';

  test('of one source hands in what is of it, and nothing else, by no form of a report', async () => {
    const { key } = await make('Only facebook', { source });
    const authorization = { authorization: `Bearer ${key}` };
    const first = await report(key);
    expect(first.status).toBe(202);
    const others = await Promise.all([
      report(key, { platform: 'x' }),
      report(key, { platform: 'facebook-lite' }),
      scene.archive.report(simpleReport(), [], { ...authorization, 'holdfast-channel': 'web-form' }),
    ]);
    for (const { status, body } of others)
      expect([status, body['code']]).toEqual([403, 'source-not-allowed']);
    const event = async (from: string, name = 'facebook'): Promise<number> =>
      (
        await scene.archive.app.inject({
          method: 'POST',
          url: '/v1/deletion-events',
          headers: { ...authorization, 'content-type': 'application/cloudevents+json' },
          payload: JSON.stringify(
            cloudEvent({
              envelope: { source: from },
              data: { platform: { name, accountId: null, accountHandle: 'r' } },
            }),
          ),
        })
      ).statusCode;
    expect([await event('urn:another'), await event(`${source}/rivertown`)]).toEqual([403, 202]);
    expect(await event(source, 'x'), 'a true source does not carry another platform in').toBe(403);
    const add = async (recordId: string): Promise<number> =>
      (
        await scene.archive.app.inject({
          method: 'POST',
          url: `/v1/records/${recordId}/facts`,
          headers: { ...authorization, 'content-type': 'application/json' },
          payload: JSON.stringify(simpleReport()),
        })
      ).statusCode;
    const confirm = async (recordId: string): Promise<number> =>
      (
        await scene.archive.app.inject({
          method: 'POST',
          url: `/v1/records/${recordId}/removal`,
          headers: authorization,
        })
      ).statusCode;
    const elsewhere = await scene.archive.report(simpleReport({ platform: 'x' }));
    expect([await add(first.body.recordId), await add(elsewhere.body.recordId)]).toEqual([202, 403]);
    expect([await confirm(first.body.recordId), await confirm(elsewhere.body.recordId)]).toEqual([202, 403]);
  });

  test('whose time is over answers as a revoked one does, when it writes and when it reads', async () => {
    const { key, keyId } = await make('Short', { expiresAt: new Date(Date.now() + 60_000) });
    expect(await me(key)).toBe(200);
    await scene.archive.sql.query('update api_key set expires_at = now() where id = $1', [keyId]);
    expect((await report(key)).body).toMatchObject({ status: 401, code: 'key-invalid' });
    await sleep(1100);
    expect(await me(key)).toBe(401);
  });
});

describe('everybody else', () => {
  test('an auditor looks and changes nothing; a custodian does not see keys; a key makes no key', async () => {
    await make('Seen by the auditor');
    await signedInAs(at, await colleague(scene.archive, ['auditor']));
    await go(at, '/keys');
    expect(await pageText(at)).toContain('Seen by the auditor');
    expect(await at.count('main form')).toBe(0);
    await at.press('.hf-menu summary');
    expect(await at.count('.hf-menu a[href="/keys"]')).toBe(1);
    await signedInAs(at, await colleague(scene.archive, ['custodian']));
    await go(at, '/keys');
    expect(await at.textOf('body')).toContain('Your roles (custodian) do not allow this');
    expect(await at.count('.hf-menu a[href="/keys"]')).toBe(0);
    const { statusCode } = await scene.archive.app.inject({
      method: 'POST',
      url: '/keys',
      headers: {
        authorization: `Bearer ${await scene.archive.key('administrator')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: 'label=x&role=intake',
    });
    expect(statusCode).toBe(403);
  });

  test('another agency sees none of them, and cannot end one', async () => {
    const { key, keyId } = await make('Ours alone');
    const theirs = await colleague(scene.archive, ['administrator'], 'lakeside');
    await signedInAs(at, theirs);
    await go(at, '/keys');
    expect(await pageText(at)).toContain('No program has one.');
    for (const what of ['revocation', 'rotation']) {
      const { statusCode } = await scene.archive.app.inject({
        method: 'POST',
        url: `/keys/${keyId}/${what}`,
        headers: {
          cookie: theirs.cookie,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: `${keyId}-ends=2199-01-01`,
      });
      expect(statusCode).toBe(404);
    }
    expect((await report(key)).status).toBe(202);
  });
});

describe('the page', () => {
  test('can be used with the keyboard alone', async () => {
    await go(at, '/keys');
    const tabTo = async (selector: string): Promise<void> => {
      for (let i = 0; i < 80; i += 1) {
        if ((await at.inPage(`document.activeElement.matches(${JSON.stringify(selector)})`)) === true) return;
        await at.page.keyboard.press('Tab');
      }
      throw new Error(`The Tab key does not reach ${selector}.`);
    };
    const enter = async (): Promise<void> => {
      await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
    };
    await tabTo('#label');
    await at.page.keyboard.type('By keyboard');
    await enter();
    await tabTo('main .usa-button');
    await enter();
    const entry = await entryOf('By keyboard');
    await tabTo(`${entry} summary`);
    await at.page.keyboard.press('Enter');
    await tabTo(`${entry} form[action$="rotation"] button`);
    await enter();
    expect(await at.textOf('#key')).toMatch(/^hfk_/);
    await tabTo('main .usa-button');
    await enter();
    const again = await entryOf('By keyboard');
    await tabTo(`${again} summary`);
    await at.page.keyboard.press('Enter');
    await tabTo(`${again} form[action$="revocation"] button`);
    await enter();
    expect(await pageText(at)).toContain('By keyboard is revoked.');
  });

  test.each(
    onEachScreen<() => Promise<void>>([
      [
        'keys',
        async () => {
          await go(at, '/keys');
          await at.press('#live summary');
        },
      ],
      [
        'keys refused',
        async () => {
          await go(at, '/keys');
          await submit(at, 'section button[type="submit"]');
        },
      ],
      [
        'key made',
        async () => {
          await go(at, '/keys');
          await at.page.type('#label', 'Looked at');
          await submit(at, 'section button[type="submit"]');
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
