/** The city's own sign-in, connected on its page: by whom, to where, and what ends when it does. */
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { providerOf, type IdentityProvider } from '#agency/agency.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
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
  await scene.archive.system.db.inAgency('rivertown', providerOf);
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

  test.each([
    [{ issuer: 'http://login.rivertown.example' }, 'begins with https://'],
    [{ issuer: 'https://user:pw@login.rivertown.example' }, 'begins with https://'],
    [{ issuer: 'https://login.rivertown.example/?x=1' }, 'begins with https://'],
    [{ clientId: '' }, 'The client id is a text of'],
    [{ roleClaim: '' }, 'The claim that names groups or roles is a text of'],
    [{ 'role-moderator': '' }, 'at least one value of the claim'],
    [{ 'role-auditor': 'social' }, 'an auditor holds no other'],
    [{ requiredAmr: 'two words' }, 'is one word'],
  ])('is told what is wrong with %o, and nothing is changed', async (more, sentence) => {
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

  test('who came by the provider does not shut the door behind themselves', async () => {
    await go(at, '/provider');
    await fill({ ...ofProvider(), 'role-administrator': 'chiefs' });
    await submit(at, 'main form[action="/provider"] button');
    idp.account = { sub: 's2', email: 'chief@rivertown.example', email_verified: true, groups: ['chiefs'] };
    const chief = await scene.visitor();
    await chief.goTo('/sign-in/oidc?agency=rivertown&next=/provider');
    await typeOver(chief, '#role-administrator', '');
    await typeOver(chief, '#role-moderator', 'chiefs');
    await submit(chief, 'main form[action="/provider"] button');
    expect(await pageText(chief)).toContain('would be locked out');
    await chief.goTo('/provider');
    await chief.page.click('summary ::-p-text(End it)');
    await submit(chief, 'form[action="/provider/end"] button');
    expect(await pageText(chief)).toContain('would be locked out');
    expect(await connected()).toMatchObject({ roleMap: { chiefs: ['administrator'] } });
    await chief.page.browserContext().close();
  });
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
