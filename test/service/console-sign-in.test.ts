/**
 * The way in through the pages, in a real browser: from the link that a new installation prints to the receipt that says "safe to
 * remove"; with a passkey of the browser's own virtual authenticator, and with a password where no script runs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addPerson, addPolicy, firstAccountLink, invite } from '#agency/agency.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { recordOf } from '../support/looking.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { codeOf, colleague, PASSWORD } from '../support/people.ts';
import { fillForm, handedIn } from '../support/reporting.ts';
import { type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
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

/** A device that asks for a finger and gets it; `holds` says how many passkeys it has. */
async function authenticator(
  who: Visitor,
  more: { readonly isUserVerified?: boolean } = {},
): Promise<{ holds(): Promise<number>; session: CDPSession; id: string }> {
  const session = await who.page.createCDPSession();
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...more,
    },
  });
  return {
    session,
    id: authenticatorId,
    holds: async () =>
      (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
  };
}

async function invitation(roles: readonly string[], name = 'Robin Example'): Promise<string> {
  const { db, now } = scene.archive.system;
  return await db.inAgency('rivertown', async (inside) => {
    const email = `${crypto.randomUUID()}@rivertown.example`;
    const added = await addPerson(inside, { name, email, roles }, 'test');
    if ('refused' in added) throw new Error(added.refused);
    return `/invitation/${await invite(inside, added.personId, 'test', now())}`;
  });
}

/** Where the browser is. */
const path = (): string => new URL(at.page.url()).pathname;
const arrived = async (wanted: string): Promise<void> =>
  void (await at.page.waitForFunction(`location.pathname === ${JSON.stringify(wanted)}`));

describe('the way in', () => {
  test('leads from the first link by a passkey to a receipt, and by the passkey in again', async () => {
    const { db, now } = scene.archive.system;
    const device = await authenticator(at);
    await at.goTo(`/first-account/${await firstAccountLink(db, now())}`);
    await at.page.type('#name', 'Alex Example');
    await at.page.type('#email', 'alex@rivertown.example');
    await at.press('.hf-submit');
    await at.reads('h1', 'Welcome, Alex Example');
    await at.press('#passkey-use');
    await arrived('/report');
    expect(await device.holds()).toBe(1);
    await at.reads('#who', 'Alex Example · City of Rivertown · Administrator');
    expect(await at.isShown('#key-panel')).toBe(false);

    // Three actions: the picture, the clause, the button.
    await at.shown('#report');
    const start = performance.now();
    await fillForm(at, scene.picture);
    await at.press('#submit');
    await handedIn(at);
    await at.reads('#word', 'SAFE TO REMOVE');
    expect(performance.now() - start).toBeLessThan(30_000);

    await at.press('#who button');
    await arrived('/sign-in');
    await at.press('#passkey-use');
    await arrived('/report');
    await at.reads('#who', 'Alex Example');
  });

  test('a passkey whose device did not look who it is, or of somebody who left, does not sign in', async () => {
    const link = await invitation(['moderator'], 'Sam Example');
    const device = await authenticator(at);
    await at.goTo(link);
    await at.press('#passkey-use');
    await arrived('/report');
    await at.press('#who button');
    await arrived('/sign-in');
    await device.session.send('WebAuthn.setUserVerified', {
      authenticatorId: device.id,
      isUserVerified: false,
    });
    await at.press('#passkey-use');
    await at.reads('#passkey-error', 'Try again');
    expect(path()).toBe('/sign-in');
    await device.session.send('WebAuthn.setUserVerified', {
      authenticatorId: device.id,
      isUserVerified: true,
    });
    await scene.archive.sql.query("update person set left_at = now() where name = 'Sam Example'");
    await at.press('#passkey-use');
    await at.reads('#passkey-error', 'This passkey does not sign in here');
    expect(path()).toBe('/sign-in');
  });

  test('an answer counts for one question, and for no other', async () => {
    const link = await invitation(['moderator']);
    await authenticator(at);
    await at.goTo(link);
    await at.press('#passkey-use');
    await arrived('/report');
    await at.press('#who button');
    await arrived('/sign-in');
    const answers = (await at.inPage(`(async () => {
      const post = async (path, body) => {
        const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
        return { status: answer.status, ...(await answer.json()) };
      };
      const asked = await post('/sign-in/passkey/question', {});
      const other = await post('/sign-in/passkey/question', {});
      const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.options) });
      const response = credential.toJSON();
      const changed = { ...response, response: { ...response.response, signature: response.response.signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) } };
      const status = async (ceremonyId, of) => (await post('/sign-in/passkey', { ceremonyId, response: of })).status;
      return [
        await status(other.ceremonyId, response),
        await status('00000000-0000-0000-0000-000000000000', response),
        await status('not an id', response),
        await status(asked.ceremonyId, changed),
        await status(asked.ceremonyId, response),
      ];
    })()`)) as readonly number[];
    // The question was used up by the answer that was changed.
    expect(answers).toEqual([401, 401, 401, 401, 401]);
  });

  test('with a password and an app, and no script at all', async () => {
    await at.page.setJavaScriptEnabled(false);
    await at.goTo(await invitation(['moderator']));
    const secret =
      (await at.page.$eval('input[name="secret"]', (input) => input.getAttribute('value'))) ?? '';
    expect(await at.isShown('.hf-code-picture')).toBe(true);
    const submit = async (): Promise<void> => {
      await Promise.all([at.page.waitForNavigation(), at.page.click('.hf-form .hf-submit')]);
    };
    await at.page.type('#password', 'short');
    await at.page.type('#code', codeOf(secret));
    await submit();
    expect(await at.textOf('#password-error')).toContain('at least 12 characters');
    await at.page.type('#password', PASSWORD);
    await at.page.type('#code', codeOf(secret));
    await submit();
    expect(path()).toBe('/report');
    expect(await at.textOf('#who')).toContain('Robin Example');
    await Promise.all([at.page.waitForNavigation(), at.page.click('#who button')]);
    expect(path()).toBe('/sign-in');
    const { rows } = await scene.archive.sql.query<{ email: string }>(
      'select email from person where code_secret = $1',
      [secret],
    );
    await at.page.type('#email', rows[0]?.email ?? '');
    await at.page.type('#password', PASSWORD);
    await at.page.type('#code', codeOf(secret, 1));
    await submit();
    expect(path()).toBe('/report');
  });

  test('by http under a name, where a browser tells a page nothing of where a form comes from but its origin', async () => {
    const who = await colleague(scene.archive, ['moderator']);
    const origin = scene.origin.replace('localhost', 'town.example');
    await at.page.goto(`${origin}/sign-in`);
    expect(await at.inPage('isSecureContext')).toBe(false);
    await at.page.type('#email', who.email);
    await at.page.type('#password', PASSWORD);
    await at.page.type('#code', codeOf(who.secret));
    await Promise.all([at.page.waitForNavigation(), at.page.click('.hf-form .hf-submit')]);
    expect(path()).toBe('/report');
    expect(await at.textOf('#who')).toContain('Somebody of rivertown');
    // The test's own watch over where requests go knows one origin.
    at.said.length = 0;
  });

  test('a session that ends while somebody writes costs nothing that they put in', async () => {
    const who = await colleague(scene.archive, ['moderator']);
    const other = await colleague(scene.archive, ['moderator']);
    const [name = '', value = ''] = who.cookie.split('=');
    await at.page.browserContext().setCookie({ name, value, domain: 'localhost', httpOnly: true });
    await at.goTo('/report');
    await at.shown('#report');
    await fillForm(at, scene.picture);
    await scene.archive.sql.query(
      "update session set ended_at = now(), ended_because = 'revoked' where person_id = $1",
      [who.personId],
    );
    await at.press('#submit');
    await at.shown('#key-panel');
    await at.reads('#key-error', 'not signed in any more');
    expect(await at.count('#pictures li img')).toBe(1);
    await at.press('#key-again');
    await at.reads('#key-error', 'Nobody is signed in on this browser yet.');
    // They sign in beside this page.
    await at.page
      .browserContext()
      .setCookie({ name, value: other.token, domain: 'localhost', httpOnly: true });
    await at.press('#key-again');
    await at.page.waitForFunction(`document.querySelector('#key-panel').hidden`);
    await at.press('#submit');
    await handedIn(at);
  });
});

describe('what is kept though nothing is removed', () => {
  test('is handed in under a reason to keep, and nobody is asked to remove it', async () => {
    const { archive } = scene;
    await archive.system.db.inAgency('rivertown', async (inside) => {
      await addPolicy(inside, {
        policyId: 'keeps',
        version: '1',
        title: 'Reasons to keep',
        effectiveOn: '2026-01-01',
        grounds: [
          {
            clauseId: 'a',
            label: 'City business elsewhere',
            citation: 'K(a)',
            clause: 'Contacts on personal accounts.',
            purpose: 'keep',
          },
        ],
      });
    });
    const who = await colleague(archive, ['moderator']);
    await at.page
      .browserContext()
      .setCookie({ name: 'holdfast-session', value: who.token, domain: 'localhost', httpOnly: true });
    // What an agency decided is held for a second (src/reference.ts).
    await sleep(1100);
    await at.goTo('/keep#url=https%3A%2F%2Fsocial.example%2F1&text=Is%20the%20pool%20open%3F');
    await at.shown('#report');
    // The form is there before its script, which takes what the bookmark brought.
    await at.page.waitForFunction("document.querySelector('#url').value !== ''");
    expect(await at.valueOf('#url')).toBe('https://social.example/1');
    expect(await at.valueOf('#text')).toBe('Is the pool open?');
    expect(await at.inPage('location.hash')).toBe('');
    expect(await at.textOf('#grounds')).toContain('City business elsewhere');
    expect(await at.textOf('#grounds')).not.toContain('Off topic');
    await at.page.$eval('#url', (field) => ((field as unknown as { value: string }).value = ''));
    await at.choose(scene.picture.path);
    await at.press('label[for="ground-1"]');
    await at.page.select('#account', 'other');
    await at.page.type('#platform', 'facebook');
    await at.page.type('#account-name', 'an-employee');
    await at.press('#submit');
    const recordId = await handedIn(at);
    await at.reads('#word', 'SEALED AND KEPT');
    expect(await at.isShown('#removed')).toBe(false);
    const record = await recordOf(archive, recordId);
    expect(record).toMatchObject({ verb: 'none', removal: 'none', grounds: ['keeps#a'] });
    await at.goTo('/report');
    await at.shown('#report');
    expect(await at.textOf('#grounds')).not.toContain('City business elsewhere');
  });
});

describe('the pages', () => {
  const asAdministrator = async (): Promise<void> => {
    const who = await colleague(scene.archive, ['administrator']);
    await at.page
      .browserContext()
      .setCookie({ name: 'holdfast-session', value: who.token, domain: 'localhost', httpOnly: true });
  };
  // oxfmt-ignore
  const PAGES: readonly (readonly [string, () => Promise<void>])[] = [
    ['sign-in', async () => await at.goTo('/sign-in')],
    ['invitation', async () => await at.goTo(await invitation(['moderator']))],
    ['invitation-refused', async () => {
      await at.goTo(await invitation(['moderator']));
      await at.page.type('#password', 'short');
      await at.page.type('#code', '000000');
      await Promise.all([at.page.waitForNavigation(), at.press('.hf-form .hf-submit')]);
    }],
    ['people', async () => {
      await asAdministrator();
      await at.goTo('/people');
      await at.inPage(`for (const one of document.querySelectorAll('details')) one.open = true`);
    }],
    ['link', async () => {
      await asAdministrator();
      await at.goTo('/people');
      await at.page.type('#name', 'Kim Example');
      await at.page.type('#email', `${crypto.randomUUID()}@rivertown.example`);
      await at.inPage(`document.querySelector('#new-roles-moderator').click()`);
      await Promise.all([at.page.waitForNavigation(), at.press('.hf-panel .usa-button')]);
    }],
    ['report-signed-in', async () => {
      await asAdministrator();
      await at.goTo('/report');
      await at.shown('#report');
    }],
    ['keep', async () => {
      await asAdministrator();
      await at.goTo('/keep');
      await at.shown('#report');
    }],
    ['child-safety', async () => await at.goTo('/child-safety')],
    ['report-not-signed-in', async () => {
      await at.goTo('/report');
      await at.shown('#key-panel');
    }],
  ];

  test.for(onEachScreen(PAGES))(
    '%s at %s px: axe finds nothing, and nothing sticks out at the side',
    async ([name, , go, size]) => {
      await at.page.setViewport(size);
      await go();
      await checkPage(at, name);
    },
  );
});
