/** The city's own sign-in, connected on its page: by whom, to where, and what ends when it does. */
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { providerOf, setProvider, type IdentityProvider } from '#agency/agency.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { rows as chosen } from '../support/extent.ts';
import { startIdentityProvider, type IdentityProviderForTests } from '../support/identity-provider.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { go, pageText, signedInAs, submit, typeOver } from '../support/pages.ts';
import { colleague, type Colleague } from '../support/people.ts';
import type { Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let idp: IdentityProviderForTests;
let administrator: Colleague;
let auditor: Colleague;
let at: Visitor;

const connected = async (): Promise<IdentityProvider | null> =>
  await scene.archive.system.db.inAgency('rivertown', async (held) => await providerOf(held));
const as = async (somebody: Colleague): Promise<void> => {
  at = await scene.visitor();
  await signedInAs(at, somebody);
};
const fill = async (fields: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, words] of Object.entries(fields)) await typeOver(at, `#${name}`, words);
};
const ofProvider = () => ({ issuer: idp.issuer, clientId: idp.clientId, clientSecret: idp.clientSecret });

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  idp = await startIdentityProvider(`${scene.origin}/sign-in/oidc/callback/rivertown`);
  administrator = await colleague(scene.archive, ['administrator']);
  auditor = await colleague(scene.archive, ['auditor']);
});
afterAll(async () => {
  await scene?.close();
  await idp?.close();
});
beforeEach(async () => await as(administrator));
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
  await scene.archive.sql.query('delete from identity_provider');
});

describe('an administrator', () => {
  test('connects the city’s provider without scripts, and somebody signs in by it', async () => {
    await at.page.setJavaScriptEnabled(false);
    await go(at, '/provider');
    expect(await at.textOf('#callback')).toBe(`${scene.origin}/sign-in/oidc/callback/rivertown`);
    await fill({
      ...ofProvider(),
      'role-custodian': 'records-staff',
      'role-moderator': 'social media\nrecords-staff',
    });
    await submit(at, 'main form[action="/provider"] button');
    expect(await pageText(at)).toContain('Connected.');
    expect(await connected()).toMatchObject({
      ...ofProvider(),
      roleMap: { 'social media': ['moderator'], 'records-staff': ['moderator', 'custodian'] },
    });
    expect(await at.page.content()).not.toContain(idp.clientSecret);
    const { rows } = await scene.archive.sql.query<{ actor: string; body: object }>(
      "select actor, body from event where type = 'provider.changed' order by at desc limit 1",
    );
    expect(rows[0]?.actor).toBe(`person:${administrator.personId}`);
    expect(JSON.stringify(rows[0]?.body)).not.toContain(idp.clientSecret);

    idp.account = {
      sub: 's1',
      email: 'clerk@rivertown.example',
      email_verified: true,
      name: 'Alex Example',
      groups: ['records-staff'],
    };
    const somebody = await scene.visitor();
    await somebody.goTo('/sign-in?agency=rivertown&next=/records');
    await Promise.all([somebody.page.waitForNavigation(), somebody.page.click('a[href^="/sign-in/oidc"]')]);
    expect(new URL(somebody.page.url()).pathname).toBe('/records');
    expect(await somebody.textOf('#who')).toContain('Alex Example');

    // What ends their way in ends them at once.
    await go(at, '/provider');
    await at.page.click('summary ::-p-text(End it)');
    await submit(at, 'form[action="/provider/end"] button');
    expect(await pageText(at)).toContain('Nobody signs in by it any more');
    expect(await connected()).toBeNull();
    await somebody.goTo('/records');
    expect(new URL(somebody.page.url()).pathname).toBe('/sign-in');
    await somebody.page.browserContext().close();
  });

  test('changes what groups give and keeps the secret; another client gets no secret that is not its own', async () => {
    await go(at, '/provider');
    await fill({ ...ofProvider(), 'role-moderator': 'social' });
    await submit(at, 'main form[action="/provider"] button');
    await go(at, '/provider');
    await fill({ 'role-moderator': 'social-media' });
    await submit(at, 'main form[action="/provider"] button');
    expect(await connected()).toMatchObject({ ...ofProvider(), roleMap: { 'social-media': ['moderator'] } });
    await fill({ clientId: 'another' });
    await submit(at, 'main form[action="/provider"] button');
    expect(await pageText(at)).toContain('The client secret is a text of');
    expect(await connected()).toMatchObject(ofProvider());
  });

  test.each(
    chosen(
      [
        [{ issuer: 'http://login.rivertown.example' }, 'begins with https://'],
        [{ issuer: 'https://user:pw@login.rivertown.example' }, 'begins with https://'],
        [{ issuer: 'https://login.rivertown.example/?x=1' }, 'begins with https://'],
        [{ clientId: '' }, 'The client id is a text of'],
        [{ roleClaim: '' }, 'The claim that names groups or roles is a text of'],
        [{ 'role-moderator': '' }, 'at least one value of the claim'],
        [{ 'role-auditor': 'social' }, 'an auditor holds no other'],
        [{ requiredAmr: 'two words' }, 'is one word'],
      ],
      (_, n) => n % 3 === 0,
    ),
  )('is told what is wrong with %o, and nothing is changed', async (more, sentence) => {
    await go(at, '/provider');
    await fill({ ...ofProvider(), 'role-moderator': 'social', ...more });
    await submit(at, 'main form[action="/provider"] button');
    const said = await pageText(at);
    expect(said).toContain('Nothing was saved yet');
    expect(said).toContain(sentence);
    for (const [name, words] of Object.entries(more))
      expect(await at.inPage(`document.querySelector('#${name}').value`)).toBe(words);
    expect(await connected()).toBeNull();
  });

  test('cannot lead the archive to a machine around it', async () => {
    let connections = 0;
    const inside = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    // Loopback all the same, and no name of it that a trial takes for a provider of its own.
    await new Promise<void>((done) => inside.listen(0, '127.0.0.2', done));
    try {
      const issuer = `https://127.0.0.2:${(inside.address() as AddressInfo).port}`;
      await go(at, '/provider');
      await fill({ ...ofProvider(), issuer, 'role-moderator': 'social' });
      await submit(at, 'main form[action="/provider"] button');
      expect(await pageText(at)).toContain('There is no provider at this address');
      expect(connections).toBe(0);
      expect(await connected()).toBeNull();
      await fetch(issuer).catch(() => undefined);
      expect(connections).toBe(1);
    } finally {
      inside.close();
    }
  });

  test('who came by the provider changes it only where an administrator gets in without it', async () => {
    const { sql } = scene.archive;
    await go(at, '/provider');
    await fill({ ...ofProvider(), 'role-administrator': 'chiefs' });
    await submit(at, 'main form[action="/provider"] button');
    idp.account = { sub: 's2', email: 'chief@rivertown.example', email_verified: true, groups: ['chiefs'] };
    const chief = await scene.visitor();
    await chief.goTo('/sign-in/oidc?agency=rivertown&next=/provider');
    await sql.query('create temporary table held as select id, password, code_secret, code_step from person');
    await sql.query('update person set password = null, code_secret = null, code_step = null');
    try {
      await typeOver(chief, '#role-moderator', 'chiefs');
      await submit(chief, 'main form[action="/provider"] button');
      expect(await pageText(chief)).toContain(
        'No administrator of your agency has a passkey or a password here',
      );
      expect(await chief.inPage(`document.querySelector('#role-moderator').value`)).toBe('chiefs');
      await chief.page.click('summary ::-p-text(End it)');
      await submit(chief, 'form[action="/provider/end"] button');
      expect(await pageText(chief)).toContain(
        'No administrator of your agency has a passkey or a password here',
      );
      expect(await connected()).toMatchObject({ roleMap: { chiefs: ['administrator'] } });
      // As the sentence says.
      const another = await colleague(scene.archive, ['administrator']);
      await chief.goTo('/provider');
      await chief.page.click('summary ::-p-text(End it)');
      await submit(chief, 'form[action="/provider/end"] button');
      expect(await connected()).toBeNull();
      await sql.query('update person set left_at = now() where id = $1', [another.personId]);
    } finally {
      await sql.query(
        'update person p set password = h.password, code_secret = h.code_secret, code_step = h.code_step from held h where h.id = p.id',
      );
      await sql.query('drop table held');
    }
    await chief.page.browserContext().close();
  });

  test('does not save over what another saved in the meantime, and sees it', async () => {
    await go(at, '/provider');
    const other = await scene.visitor();
    await signedInAs(other, administrator);
    await other.goTo('/provider');
    await fill({ ...ofProvider(), 'role-moderator': 'social' });
    await submit(at, 'main form[action="/provider"] button');
    for (const [name, words] of Object.entries({ ...ofProvider(), 'role-moderator': 'everybody' }))
      await typeOver(other, `#${name}`, words);
    await submit(other, 'main form[action="/provider"] button');
    expect(await pageText(other)).toContain('Somebody changed this after you opened the page');
    expect(await other.inPage(`document.querySelector('#role-moderator').value`)).toBe('social');
    expect(await connected()).toMatchObject({ roleMap: { social: ['moderator'] } });
    await go(at, '/provider');
    await typeOver(other, '#role-moderator', 'socials');
    await submit(other, 'main form[action="/provider"] button');
    await at.page.click('summary ::-p-text(End it)');
    await submit(at, 'form[action="/provider/end"] button');
    expect(await pageText(at)).toContain('Somebody changed this after you opened the page');
    expect(await connected()).toMatchObject({ roleMap: { socials: ['moderator'] } });
    await other.page.browserContext().close();
  });

  test('gets no typed secret back, and groups by any name, each wrong one at its own field', async () => {
    await go(at, '/provider');
    expect(await at.inPage(`document.querySelector('#clientSecret').autocomplete`)).toBe('new-password');
    await fill({ ...ofProvider(), clientSecret: 'Quokka-secret', 'role-moderator': 'constructor' });
    await fill({ 'role-custodian': ' records', requiredAmr: 'two words' });
    await submit(at, 'main form[action="/provider"] button');
    expect(await at.page.content()).not.toContain('Quokka-secret');
    expect(await at.textOf('#clientSecret-error')).toContain('Type the client secret again');
    expect(await at.textOf('#role-custodian-error')).toContain('without blanks at its ends');
    expect(await at.count('#role-moderator-error')).toBe(0);
    await fill({
      ...ofProvider(),
      'role-moderator': 'constructor\n__proto__',
      'role-custodian': '',
      requiredAmr: '',
    });
    await submit(at, 'main form[action="/provider"] button');
    expect(Object.entries((await connected())?.roleMap ?? {})).toEqual([
      ['__proto__', ['moderator']],
      ['constructor', ['moderator']],
    ]);
  });

  test('is told who goes on as before, and what cannot be connected again from here', async () => {
    await go(at, '/provider');
    expect(await pageText(at)).toContain('Whoever has an account here already goes on with it');
    expect(await pageText(at)).toContain('an e-mail address that it has confirmed');
    const inside = {
      ...ofProvider(),
      issuer: 'https://login.rivertown.internal',
      label: 'Sign in',
      roleClaim: 'groups',
      roleMap: { social: ['moderator'] },
      requiredAmr: [],
    };
    const last = async (reach: 'any' | 'public'): Promise<string> => {
      await scene.archive.system.db.inAgency(
        'rivertown',
        async (held) => await setProvider(held, { ...inside, reach }, 'cli', new Date()),
      );
      await go(at, '/provider');
      await at.page.click('summary ::-p-text(End it)');
      return await pageText(at);
    };
    expect(await last('public')).not.toContain('only whoever runs the archive can connect it again');
    expect(await last('any')).toContain('only whoever runs the archive can connect it again');
  });
});

test('an auditor reads in the history which group was given what, and whether the secret is another', async () => {
  await go(at, '/provider');
  await fill({
    ...ofProvider(),
    label: 'constructor',
    'role-moderator': 'social',
    'role-custodian': 'social',
  });
  await submit(at, 'main form[action="/provider"] button');
  await go(at, '/provider');
  await fill({ 'role-administrator': 'my-own' });
  await submit(at, 'main form[action="/provider"] button');
  await at.page.browserContext().close();
  await as(auditor);
  await go(at, '/history');
  const said = await pageText(at);
  for (const words of [
    'secret new',
    'secret kept',
    'label constructor',
    'roleMap social → moderator + custodian',
  ])
    expect(said).toContain(words);
  expect(said).toContain('roleMap my-own → administrator, social → moderator + custodian');
});

test('an auditor sees how people sign in, but for the secret, and changes nothing', async () => {
  await go(at, '/provider');
  await fill({ ...ofProvider(), 'role-moderator': 'social' });
  await submit(at, 'main form[action="/provider"] button');
  await at.page.browserContext().close();
  await as(auditor);
  await go(at, '/provider');
  const said = await pageText(at);
  for (const words of [idp.issuer, 'holdfast', 'social']) expect(said).toContain(words);
  expect(await at.page.content()).not.toContain(idp.clientSecret);
  expect(await at.page.$$('main form')).toEqual([]);
});

test.each(
  onEachScreen([
    ['a provider that is not connected', false],
    ['a provider that is connected', true],
  ]),
)('%s, %i px: for everybody', async (name, _width, isConnected, size) => {
  await at.page.browserContext().close();
  at = await scene.visitor({ viewport: size });
  await signedInAs(at, administrator);
  await go(at, '/provider');
  if (isConnected) {
    await fill({ ...ofProvider(), 'role-moderator': 'social' });
    await submit(at, 'main form[action="/provider"] button');
  }
  await checkPage(at, name);
});
