/** The city's own sign-in, against a real provider: who gets in, with which roles, and what a provider that was turned achieves. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addAgency,
  invitedBy,
  joinWithPassword,
  newCodeSecret,
  OIDC_SENTENCES,
  openOidc,
  providerProblems,
  removeProvider,
  setProvider,
  type IdentityProvider,
} from '#agency/agency.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { startIdentityProvider, type IdentityProviderForTests } from '../support/identity-provider.ts';
import { colleague } from '../support/people.ts';

/** Never opened: requests are handed in without a line. A provider takes http for this machine alone. */
const PUBLIC = 'http://127.0.0.1:8';
const CALLBACK = `${PUBLIC}/sign-in/oidc/callback/rivertown`;
let archive: Archive;
let idp: IdentityProviderForTests;
let count = 0;

const settings = (): IdentityProvider => ({
  issuer: idp.issuer,
  clientId: idp.clientId,
  clientSecret: idp.clientSecret,
  label: 'Sign in with your city account',
  roleClaim: 'groups',
  roleMap: { records: ['custodian'], social: ['moderator', 'custodian'], audit: ['auditor'] },
  requiredAmr: [],
  reach: 'any',
});
const configure = async (more: Partial<IdentityProvider> = {}, agency = 'rivertown'): Promise<void> => {
  await archive.system.db.inAgency(
    agency,
    async (at) => await setProvider(at, { ...settings(), ...more }, 'test', new Date()),
  );
};

beforeAll(async () => {
  archive = await openArchive({ env: { HOLDFAST_PUBLIC_URL: PUBLIC } });
  idp = await startIdentityProvider(CALLBACK);
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
});
afterAll(async () => {
  await archive?.close();
  await idp?.close();
});
beforeEach(async () => {
  count += 1;
  idp.tamper = null;
  idp.inToken = true;
  idp.account = {
    sub: `s${count}`,
    email: `p${count}@rivertown.example`,
    email_verified: true,
    name: `Person ${count}`,
    groups: ['social'],
  };
  await configure();
});

interface Went {
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
  readonly session: string | undefined;
}

/** As a browser would: to the provider, through it, and back to the archive's address, which is not opened. */
async function throughProvider(start: { to: string }): Promise<string> {
  let at = new URL(start.to);
  const jar = new Map<string, string>();
  for (let hops = 0; hops < 10; hops += 1) {
    if (at.origin !== idp.issuer) return at.pathname + at.search;
    const answer = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const cut = pair.indexOf('=');
      jar.set(pair.slice(0, cut), pair.slice(cut + 1));
    }
    const to = answer.headers.get('location');
    if (to === null) throw new Error(`The provider answered ${answer.status}: ${await answer.text()}`);
    at = new URL(to, at);
  }
  throw new Error('The provider leads round in circles.');
}

async function begin(
  query = 'agency=rivertown',
): Promise<{ to: string; flow: string; status: number; text: string }> {
  const answer = await archive.app.inject({
    url: `/sign-in/oidc?${query}`,
    headers: { accept: 'text/html' },
  });
  return {
    to: answer.headers.location ?? '',
    flow: answer.cookies.find(({ name }) => name === 'holdfast-flow')?.value ?? '',
    status: answer.statusCode,
    text: answer.body,
  };
}

async function back(url: string, flow: string | null, cookie = ''): Promise<Went> {
  const answer = await archive.app.inject({
    url,
    headers: { accept: 'text/html', cookie: `${flow === null ? '' : `holdfast-flow=${flow}; `}${cookie}` },
  });
  return {
    status: answer.statusCode,
    text: answer.body,
    location: answer.headers.location,
    session: answer.cookies.find(({ name }) => name === 'holdfast-session')?.value,
  };
}

async function signIn(query?: string): Promise<Went> {
  const start = await begin(query);
  return await back(await throughProvider(start), start.flow);
}

const me = async (session: string | undefined): Promise<Record<string, unknown>> =>
  (await archive.app.inject({ url: '/v1/me', headers: { cookie: `holdfast-session=${session}` } })).json();
const peopleNow = async (): Promise<unknown> => (await archive.sql.query('select count(*) from person')).rows;

describe('somebody of the city', () => {
  test('signs in with the roles that the provider gives, and comes back where they were going', async () => {
    const page = await archive.app.inject({
      url: '/sign-in?agency=rivertown&next=/report?a=1',
      headers: { accept: 'text/html' },
    });
    expect(page.body).toContain('Sign in with your city account');
    const went = await signIn('agency=rivertown&next=%2Freport%3Fa%3D1');
    expect(went).toMatchObject({ status: 303, location: '/report?a=1' });
    expect(await me(went.session)).toMatchObject({
      agencyId: 'rivertown',
      name: `Person ${count}`,
      roles: ['moderator', 'custodian'],
    });
  });

  test('is the same person again by issuer and subject, whatever name and address they have now', async () => {
    await signIn();
    const before = await peopleNow();
    idp.account = {
      ...idp.account,
      email: 'other@rivertown.example',
      name: 'Another Name',
      groups: ['records'],
    };
    const again = await signIn();
    expect(await me(again.session)).toMatchObject({ name: `Person ${count}`, roles: ['custodian'] });
    expect(await peopleNow()).toEqual(before);
  });

  test('loses what the provider takes away, and every session with it', async () => {
    const first = await signIn();
    idp.account = { ...idp.account, groups: ['records'] };
    const second = await signIn();
    expect(await me(first.session)).toMatchObject({ code: 'session-ended' });
    idp.account = { ...idp.account, groups: ['golf'] };
    const third = await signIn();
    expect(third).toMatchObject({ status: 401, session: undefined });
    expect(third.text).toContain(OIDC_SENTENCES['no-role']);
    expect(await me(second.session)).toMatchObject({ code: 'session-ended' });
  });

  test('is known where the provider says groups and address only when it is asked once more', async () => {
    idp.inToken = false;
    expect(await me((await signIn()).session)).toMatchObject({ roles: ['moderator', 'custodian'] });
  });

  // oxfmt-ignore
  const REFUSED: readonly (readonly [string, () => Promise<void> | void, keyof typeof OIDC_SENTENCES])[] = [
    ['no group that is a role here', () => { idp.account = { ...idp.account, groups: ['golf'] }; }, 'no-role'],
    ['a group by the name of something that every object has', () => { idp.account = { ...idp.account, groups: ['constructor', '__proto__'] }; }, 'no-role'],
    ['groups that make an auditor and more', () => { idp.account = { ...idp.account, groups: ['audit', 'records'] }; }, 'roles-clash'],
    ['an address that nobody confirmed', () => { idp.account = { ...idp.account, email_verified: false }; }, 'email-unclear'],
    ['no second factor, where one is asked for', async () => await configure({ requiredAmr: ['mfa'] }), 'second-factor'],
    ['the address of somebody with an account of ours', async () => { idp.account = { ...idp.account, email: (await colleague(archive, ['administrator'])).email }; }, 'email-unclear'],
  ];
  test.for(REFUSED)('with %s does not get in, and is told why', async ([, arrange, refusal]) => {
    await arrange();
    const before = await peopleNow();
    const went = await signIn();
    expect(went).toMatchObject({ status: 401, session: undefined });
    expect(went.text).toContain(OIDC_SENTENCES[refusal].replaceAll('’', '’'));
    expect(await peopleNow()).toEqual(before);
  });

  test('is known by an address that Microsoft Entra says is confirmed', async () => {
    idp.account = { ...idp.account, email_verified: false };
    idp.tamper = (claims, key) => ({ claims: { ...claims, xms_edov: true }, key });
    expect((await signIn()).status).toBe(303);
  });

  test('is told when it is the archive that the provider does not know any more', async () => {
    await configure({ clientSecret: 'another secret of that length, or so' });
    const went = await signIn();
    expect(went).toMatchObject({ status: 401, session: undefined });
    expect(went.text).toContain(OIDC_SENTENCES['secret-refused']);
  });

  test('who was let go stays out', async () => {
    await signIn();
    await archive.sql.query('update person set left_at = now() where subject = $1', [idp.account.sub]);
    const went = await signIn();
    expect(went).toMatchObject({ status: 401, session: undefined });
    expect(went.text).toContain(OIDC_SENTENCES.left);
  });
});

function without<T extends object>(claims: T, name: keyof T): T {
  return Object.fromEntries(Object.entries(claims).filter(([one]) => one !== name)) as T;
}

describe('a token that is not right gets nobody in:', () => {
  const forger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const now = (): number => Math.floor(Date.now() / 1000);
  // oxfmt-ignore
  const TOKENS: readonly (readonly [string, NonNullable<IdentityProviderForTests['tamper']>])[] = [
    ['another issuer', (claims, key) => ({ claims: { ...claims, iss: 'https://evil.example' }, key })],
    ['another audience', (claims, key) => ({ claims: { ...claims, aud: 'somebody-else' }, key })],
    ['two audiences, and meant for the other', (claims, key) => ({ claims: { ...claims, aud: ['holdfast', 'other'], azp: 'other' }, key })],
    ['another nonce', (claims, key) => ({ claims: { ...claims, nonce: 'x' }, key })],
    ['no nonce', (claims, key) => ({ claims: without(claims, 'nonce'), key })],
    ['one that is over', (claims, key) => ({ claims: { ...claims, iat: now() - 7200, exp: now() - 3600 }, key })],
    ['no end', (claims, key) => ({ claims: without(claims, 'exp'), key })],
    ['no subject', (claims, key) => ({ claims: without(claims, 'sub'), key })],
    ['the signature of another key', (claims) => ({ claims, key: forger })],
    ['no signature', (claims, key) => ({ claims, key, alg: 'none' })],
  ];
  test.for(TOKENS)('%s', async ([, tamper]) => {
    idp.tamper = tamper;
    const before = await peopleNow();
    const went = await signIn();
    expect(went).toMatchObject({ status: 401, session: undefined });
    expect(went.text).toContain('was not accepted');
    expect(await peopleNow()).toEqual(before);
    idp.tamper = null;
    expect((await signIn()).status, 'and the next one, as it should be, does').toBe(303);
  });

  test('the same token, signed again without a change, does: the refusals above are of what was changed', async () => {
    idp.tamper = (claims, key) => ({ claims, key });
    expect((await signIn()).status).toBe(303);
  });
});

describe('the way back', () => {
  test('counts once, for the browser that went, with the state that it was given', async () => {
    const start = await begin();
    const url = await throughProvider(start);
    const refused = { status: 401, session: undefined };
    expect(await back(url, null)).toMatchObject(refused);
    expect(await back(url, 'rivertown.guessed')).toMatchObject(refused);
    expect(await back(url, 'nowhere.guessed')).toMatchObject(refused);
    const other = await begin();
    expect(await back(url, other.flow), 'of another browser').toMatchObject(refused);
    const changed = url.replace(/state=[^&]+/, 'state=x');
    expect(await back(changed, start.flow)).toMatchObject(refused);
    expect(await back(url, start.flow), 'the flow was used up by the change').toMatchObject(refused);
    const right = await begin();
    const path = await throughProvider(right);
    expect((await back(path, right.flow)).status).toBe(303);
    expect(await back(path, right.flow), 'replayed').toMatchObject(refused);
  });

  test('is refused when it took too long, or the provider says no', async () => {
    const start = await begin();
    const url = await throughProvider(start);
    await archive.sql.query("update oidc_flow set expires_at = now() - interval '1 second'");
    expect((await back(url, start.flow)).status).toBe(401);
    const no = await begin();
    const state = new URL(no.to).searchParams.get('state') ?? '';
    const denied = await back(`/sign-in/oidc/callback/rivertown?error=access_denied&state=${state}`, no.flow);
    expect(denied).toMatchObject({ status: 401, session: undefined });
    expect(denied.text).toContain('was not accepted');
  });

  test('leads into one agency: the provider of one says nothing about another', async () => {
    const there = await begin('agency=lakeside');
    expect(there.status).toBe(401);
    expect(there.text).toContain(OIDC_SENTENCES['no-provider']);
    expect((await begin('agency=nowhere')).text).toContain(OIDC_SENTENCES['no-provider']);
    const start = await begin();
    const url = await throughProvider(start);
    expect((await back(url.replace('/rivertown', '/lakeside'), start.flow)).status).toBe(401);
    const other = await begin();
    const there2 = await throughProvider(other);
    expect((await back(there2, other.flow.replace('rivertown', 'lakeside'))).status).toBe(401);
    expect(
      (await back(there2.replace('/rivertown', '/lakeside'), other.flow.replace('rivertown', 'lakeside')))
        .status,
    ).toBe(401);
  });

  test('asks nobody but the provider to whom somebody went, whatever the settings say by then', async () => {
    const start = await begin();
    const url = await throughProvider(start);
    await configure({ issuer: 'http://127.0.0.1:9' });
    expect((await back(url, start.flow)).status).toBe(401);
    await configure();
    const again = await begin();
    expect((await back(await throughProvider(again), again.flow)).status).toBe(303);
  });

  test('is shut where the settings were changed while the provider was asked', async () => {
    idp.tamper = async (claims, key) => {
      await configure({ roleMap: { golf: ['moderator'] } });
      return { claims, key };
    };
    const went = await signIn();
    expect(went).toMatchObject({ status: 401, session: undefined });
    expect(went.text).toContain('was not accepted');
    idp.tamper = async (claims, key) => {
      await archive.sql.query('delete from identity_provider');
      return { claims, key };
    };
    expect(await signIn()).toMatchObject({ status: 401, session: undefined });
  });

  test('is the only way in for whom it made: roles and links are the provider’s business', async () => {
    const went = await signIn();
    const { id } = await me(went.session);
    const admin = await colleague(archive, ['administrator']);
    const post = async (what: string, payload: string) =>
      await archive.app.inject({
        method: 'POST',
        url: `/people/${String(id)}/${what}`,
        headers: {
          cookie: admin.cookie,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'text/html',
        },
        payload,
      });
    for (const [what, payload] of [
      ['roles', 'roles=auditor'],
      ['invitation', ''],
    ] as const) {
      const answer = await post(what, payload);
      expect(answer.statusCode, what).toBe(422);
      expect(answer.body).toContain('signs in by your agency’s own sign-in');
    }
    const page = await archive.app.inject({
      url: '/people',
      headers: { cookie: admin.cookie, accept: 'text/html' },
    });
    expect(page.body).toContain('Signs in by your agency’s own sign-in');
    expect((await post('departure', '')).statusCode).toBe(200);
    expect(await me(went.session)).toMatchObject({ code: 'session-ended' });
  });
});

describe('somebody with an account of ours', () => {
  test('comes by the provider from when an administrator allows it: once, within three days, with their address', async () => {
    const admin = await colleague(archive, ['administrator']);
    const clerk = await colleague(archive, ['approver']);
    const allow = async (id: string) =>
      await archive.app.inject({
        method: 'POST',
        url: `/people/${id}/provider`,
        headers: {
          cookie: admin.cookie,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'text/html',
        },
        payload: '',
      });
    const account = { ...idp.account, email: clerk.email.toUpperCase() };
    const refused = async (why: string): Promise<void> => {
      const went = await signIn();
      expect(went, why).toMatchObject({ status: 401, session: undefined });
      expect(went.text, why).toContain(OIDC_SENTENCES['email-unclear']);
    };
    idp.account = account;
    await refused('nobody allowed it');
    expect((await allow(admin.personId)).statusCode, 'nobody raises themselves').toBe(422);
    expect((await allow(clerk.personId)).statusCode).toBe(200);
    idp.account = { ...account, email_verified: false };
    await refused('an address that nobody confirmed');
    idp.account = account;
    await archive.sql.query("update person set provider_until = now() - interval '1 second' where id = $1", [
      clerk.personId,
    ]);
    await refused('too late');
    await allow(clerk.personId);
    const went = await signIn();
    expect(await me(went.session)).toMatchObject({ id: clerk.personId, roles: ['moderator', 'custodian'] });
    idp.account = { ...account, sub: 'another' };
    await refused('once');
    expect((await allow(clerk.personId)).statusCode, 'it is so already').toBe(422);
    const { rows } = await archive.sql.query<{ type: string; body: unknown }>(
      "select type, body from event where body->>'person' = $1 and type in ('person.provider-allowed', 'person.means') order by seq offset 1",
      [clerk.personId],
    );
    const { personId: person } = clerk;
    expect(rows).toEqual([
      { type: 'person.provider-allowed', body: { person } },
      { type: 'person.provider-allowed', body: { person } },
      { type: 'person.means', body: { person, means: 'oidc', issuer: idp.issuer } },
    ]);
  });
});

describe('whoever came by a provider that is not connected any more', () => {
  test.each([
    [
      'it was ended',
      async () =>
        await archive.system.db.inAgency('rivertown', async (at) => void (await removeProvider(at, 'test'))),
    ],
    ['there is another', async () => await configure({ issuer: 'http://127.0.0.1:9' })],
  ])('goes on by a link: %s', async (_, end) => {
    const { db, now } = archive.system;
    const { id } = await me((await signIn()).session);
    await end();
    const admin = await colleague(archive, ['administrator']);
    const ask = async (url: string, payload?: string) =>
      await archive.app.inject({
        method: payload === undefined ? 'GET' : 'POST',
        url,
        headers: {
          cookie: admin.cookie,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'text/html',
        },
        ...(payload === undefined ? {} : { payload }),
      });
    expect((await ask('/people')).body).toContain(
      'by a sign-in of your agency that is not connected any more',
    );
    expect((await ask(`/people/${String(id)}/roles`, 'roles=custodian')).statusCode).toBe(200);
    const sent = await ask(`/people/${String(id)}/invitation`, '');
    expect(sent.statusCode).toBe(200);
    const link = /invitation\/([\w-]+)/.exec(sent.body)?.[1] ?? '';
    const invited = await invitedBy(db, link, now());
    if (invited === null) throw new Error('The link leads nowhere.');
    const chosen = { password: 'a long enough one for this', codeSecret: newCodeSecret(), codeStep: 1 };
    const session = await joinWithPassword(db, invited, chosen, now());
    expect(await me(session ?? '')).toMatchObject({ roles: ['custodian'] });
    const { rows } = await archive.sql.query<{ body: unknown }>(
      "select body from event where type = 'person.means' and actor = $1",
      [`person:${String(id)}`],
    );
    expect(rows).toEqual([{ body: { person: id, means: 'password-and-code', leaves: idp.issuer } }]);
    // Their account is one of ours now, and nobody is let at it by their address.
    await configure();
    expect((await signIn()).text).toContain(OIDC_SENTENCES['email-unclear']);
  });
});

describe('a description of somebody’s own', () => {
  test('that claims to be the provider lets nobody in, wherever it stands', async () => {
    await signIn();
    const real = await (await fetch(`${idp.issuer}/.well-known/openid-configuration`)).text();
    const server = createServer((_, response) =>
      response.setHeader('content-type', 'application/json').end(real),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      for (const issuer of [
        origin,
        `${origin}/.well-known/openid-configuration`,
        `${origin}/.well-known/x`,
      ]) {
        await configure({ issuer });
        const start = await begin();
        expect(start.status, issuer).toBe(401);
        expect(start.text).toContain('does not answer just now');
      }
    } finally {
      server.close();
    }
  });

  test('is no issuer, and neither is a provider that names itself otherwise for each city', async () => {
    for (const issuer of [
      'https://login.rivertown.example/.well-known/openid-configuration',
      'https://login.rivertown.example/a/.well-known/b',
    ])
      expect(providerProblems({ ...settings(), issuer }, 'trial').issuer).toContain('before “/.well-known/”');
    const entra = 'https://login.microsoftonline.com/common/v2.0';
    const answered = await openOidc(archive.system.db, PUBLIC, async () =>
      Response.json({
        issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
        authorization_endpoint: `${entra}/authorize`,
      }),
    ).tryOut({ ...settings(), issuer: entra, reach: 'public' });
    expect(String(answered)).toContain('names itself https://login.microsoftonline.com/{tenantid}/v2.0');
  });
});

describe('settings', () => {
  test('that would not hold are refused with what to do', async () => {
    // oxfmt-ignore
    const wrong: readonly (readonly [Partial<IdentityProvider>, string])[] = [
      [{ issuer: 'http://login.example' }, 'begins with https://'],
      [{ issuer: 'login.example' }, 'begins with https://'],
      [{ issuer: 'https://login.example ' }, 'begins or ends with a blank'],
      [{ clientSecret: '' }, 'The client secret is a text of'],
      [{ roleMap: {} }, 'which roles it gives'],
      [{ roleMap: { x: ['mayor'] } }, 'no role "mayor"'],
      [{ roleMap: { x: ['intake'] } }, 'no role "intake"'],
      [{ roleMap: { x: ['auditor', 'custodian'] } }, 'holds no other'],
    ];
    for (const [more, sentence] of wrong)
      expect(Object.values(providerProblems({ ...settings(), ...more }, 'trial')).join(' ')).toContain(
        sentence,
      );
    expect(providerProblems(settings(), 'trial')).toEqual({});
    expect(Object.values(providerProblems(settings(), 'production')).join(' ')).toContain(
      'begins with https://',
    );
  });

  test('of a provider that is not there cost nobody their other ways in', async () => {
    await configure({ issuer: 'http://127.0.0.1:9' });
    const start = await begin();
    expect(start.status).toBe(401);
    expect(start.text).toContain('does not answer just now');
    expect(start.text).toContain('name="password"');
  });
});
