/**
 * Signing in: who gets in, who does not, and what each learns. Times are the database's where sessions end; a session is made
 * old there, not by waiting.
 */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAgency, firstAccountLink, invite, letGo, setRoles } from '#agency/agency.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { codeOf, colleague, PASSWORD, type Colleague } from '../support/people.ts';

let archive: Archive;
const OWN = { 'sec-fetch-site': 'same-origin' };

beforeAll(async () => {
  archive = await openArchive();
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
});
afterAll(async () => await archive?.close());

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
  readonly cookies: readonly {
    readonly name: string;
    readonly value: string;
    readonly [more: string]: unknown;
  }[];
  readonly headers: Readonly<Record<string, unknown>>;
}

async function ask(
  method: 'GET' | 'POST',
  url: string,
  fields: Record<string, string | readonly string[]> | null = null,
  headers: Record<string, string> = {},
  from: Archive = archive,
): Promise<Reply> {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields ?? {}))
    for (const one of [value].flat()) body.append(name, one);
  const response = await from.app.inject({
    method,
    url,
    headers: {
      accept: 'text/html',
      ...(method === 'POST' ? OWN : {}),
      ...(fields === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    ...(fields === null ? {} : { payload: body.toString() }),
  });
  return {
    status: response.statusCode,
    text: response.body,
    location: response.headers.location,
    cookies: response.cookies,
    headers: response.headers,
  };
}

const signIn = async (
  who: Pick<Colleague, 'email'>,
  more: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Reply> =>
  await ask(
    'POST',
    '/sign-in',
    { agency: 'rivertown', email: who.email, password: PASSWORD, ...more },
    headers,
  );

const me = async (
  cookie: string,
): Promise<{ status: number; code: unknown; body: Record<string, unknown> }> => {
  const { statusCode, body } = await archive.app.inject({ url: '/v1/me', headers: { cookie } });
  const parsed = JSON.parse(body) as Record<string, unknown>;
  return { status: statusCode, code: parsed['code'], body: parsed };
};

describe('with a password and a code', () => {
  test('somebody signs in, works as who they are, and signs out', async () => {
    const clerk = await colleague(archive, ['moderator', 'custodian']);
    const answer = await signIn(clerk, { code: codeOf(clerk.secret), next: '/report?x=1' });
    expect(answer).toMatchObject({ status: 303, location: '/report?x=1' });
    const [cookie] = answer.cookies;
    expect(cookie).toMatchObject({ name: 'holdfast-session', httpOnly: true, sameSite: 'Lax', path: '/' });
    const now = `holdfast-session=${cookie?.value}`;
    expect(now).not.toBe(clerk.cookie);
    expect((await me(now)).body).toMatchObject({
      agencyId: 'rivertown',
      kind: 'person',
      roles: ['moderator', 'custodian'],
      name: 'Somebody of rivertown',
    });
    const page = await ask('GET', '/report', null, { cookie: now });
    expect(page.text.replaceAll(/<[^>]+>/g, '')).toContain(
      'Somebody of rivertown · City of Rivertown · Moderator, Custodian of records',
    );
    expect(await ask('POST', '/sign-out', {}, { cookie: now })).toMatchObject({
      status: 303,
      location: '/sign-in',
    });
    expect(await me(now)).toMatchObject({ status: 401, code: 'session-ended' });
    // The other session is another device.
    expect((await me(clerk.cookie)).status).toBe(200);
  });

  test('somebody who signs in after somebody else on the same browser finds nothing that they left in it', async () => {
    const [first, second, third] = [
      await colleague(archive, ['moderator']),
      await colleague(archive, ['moderator']),
      await colleague(archive, ['moderator']),
    ];
    const after = await signIn(second, { code: codeOf(second.secret) }, { cookie: first.cookie });
    expect([after.status, after.headers['clear-site-data']]).toEqual([303, '"storage"']);
    const again = await signIn(third, { code: codeOf(third.secret) }, { cookie: third.cookie });
    expect([again.status, again.headers['clear-site-data']]).toEqual([303, undefined]);
  });

  test('a report of somebody who signed in names them in the history, and is theirs', async () => {
    const moderator = await colleague(archive, ['moderator']);
    const post = async (headers: Record<string, string>) =>
      await archive.app.inject({
        method: 'POST',
        url: '/v1/deletion-events',
        headers: { 'content-type': 'application/json', cookie: moderator.cookie, ...headers },
        payload: JSON.stringify(simpleReport({ text: 'by a person' })),
      });
    const taken = await post(OWN);
    expect(taken.statusCode).toBe(202);
    const { rows } = await archive.sql.query<{ actor: string }>(
      'select actor from event where record_id = $1',
      [taken.json<{ recordId: string }>().recordId],
    );
    expect(rows.map((row) => row.actor)).toEqual([`person:${moderator.personId}`]);
  });

  // oxfmt-ignore
  const WRONG: readonly (readonly [string, (who: Colleague) => Record<string, string>])[] = [
    ['another password', (who) => ({ password: 'correct horse battery stable', code: codeOf(who.secret) })],
    ['another code', (who) => ({ code: codeOf(who.secret).replace(/.$/, (digit) => String((Number(digit) + 1) % 10)) })],
    ['the code of two minutes ago', (who) => ({ code: codeOf(who.secret, -4) })],
    ['the code of two minutes from now', (who) => ({ code: codeOf(who.secret, 4) })],
    ['no digits', () => ({ code: 'abcdef' })],
    ['another agency', (who) => ({ agency: 'lakeside', code: codeOf(who.secret) })],
    ['an agency that does not exist', (who) => ({ agency: 'nowhere', code: codeOf(who.secret) })],
    ['an agency that is no name', (who) => ({ agency: "' or 1=1 --", code: codeOf(who.secret) })],
    ['somebody who is not there', (who) => ({ email: 'nobody@rivertown.example', code: codeOf(who.secret) })],
    ['a password of a megabyte', (who) => ({ password: 'x'.repeat(40_000), code: codeOf(who.secret) })],
  ];
  test.for(WRONG)('%s does not sign in, and all of them are told the same', async ([, wrong]) => {
    const who = await colleague(archive, ['moderator']);
    const answer = await signIn(who, wrong(who));
    expect(answer.status).toBe(401);
    expect(answer.cookies).toEqual([]);
    expect(answer.text).toContain('E-mail address, password or code is not right.');
    expect(answer.text).not.toContain(PASSWORD);
  });

  test('who they are is known without case and space around, and a code with a space in it is one', async () => {
    const who = await colleague(archive, ['moderator']);
    const code = codeOf(who.secret);
    const typed = { email: ` ${who.email.toUpperCase()} `, code: `${code.slice(0, 3)} ${code.slice(3)}` };
    expect((await signIn(who, typed)).status).toBe(303);
  });

  test('a code signs in once, also when it is sent five times at the same moment', async () => {
    const who = await colleague(archive, ['moderator']);
    const code = codeOf(who.secret);
    const answers = await Promise.all(Array.from({ length: 5 }, async () => await signIn(who, { code })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 401, 401, 401, 401]);
  });

  test('after ten attempts the next is not looked at, whoever knows the password; thirty at once are ten', async () => {
    const who = await colleague(archive, ['moderator']);
    const guesses = await Promise.all(
      Array.from({ length: 30 }, async () => await signIn(who, { password: 'wrong', code: '000000' })),
    );
    const count = (status: number): number => guesses.filter((one) => one.status === status).length;
    expect([count(401), count(429)]).toEqual([10, 20]);
    const right = await signIn(who, { code: codeOf(who.secret) });
    expect(right.status).toBe(429);
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(60);
    expect(right.text).toContain('Too many attempts');
    // Somebody who is not there is held up alike, and others are not.
    const nobody = { email: 'not-here@rivertown.example' };
    const asked = await Promise.all(
      Array.from({ length: 12 }, async () => await signIn(nobody, { password: 'wrong', code: '000000' })),
    );
    expect(asked.filter((one) => one.status === 429)).toHaveLength(2);
    const other = await colleague(archive, ['moderator']);
    expect((await signIn(other, { code: codeOf(other.secret) })).status).toBe(303);
    // A quarter of an hour later.
    await archive.sql.query("update sign_in_attempt set at = at - interval '16 minutes'");
    expect((await signIn(who, { code: codeOf(who.secret) })).status).toBe(303);
  });

  test('a failure is an entry of whoever it was tried as; for an address that nobody has there is none', async () => {
    const who = await colleague(archive, ['moderator']);
    const failures = async (): Promise<unknown[]> =>
      (
        await archive.sql.query(
          "select actor, body from event where type = 'person.sign-in-failed' and agency_id = 'rivertown' order by seq",
        )
      ).rows;
    const before = (await failures()).length;
    expect((await signIn(who, { password: 'wrong', code: codeOf(who.secret) })).status).toBe(401);
    expect((await signIn(who, { code: '000000' })).status).toBe(401);
    expect((await signIn({ email: 'nobody-here@rivertown.example' }, { code: '000000' })).status).toBe(401);
    expect((await signIn(who, { code: codeOf(who.secret) })).status).toBe(303);
    expect((await signIn(who, { code: codeOf(who.secret) })).status, 'a code twice').toBe(401);
    const entry = {
      actor: 'worker:sign-in',
      body: { person: who.personId, means: 'password-and-code' },
    };
    expect((await failures()).slice(before)).toEqual([entry, entry, entry]);
  });

  test('after a hundred in a row, over whatever time, only a link helps; success begins the count anew', async () => {
    const who = await colleague(archive, ['moderator']);
    const fail = async (count: number): Promise<void> => {
      await archive.sql.query(
        `insert into sign_in_attempt (agency_id, id, who, at)
         select 'rivertown', gen_random_uuid(), sha256(convert_to($1, 'UTF8')), now() - n * interval '1 hour' from generate_series(1, $2) n`,
        [who.email, count],
      );
    };
    await fail(99);
    expect((await signIn(who, { code: codeOf(who.secret) })).status).toBe(303);
    await archive.sql.query("update sign_in_attempt set at = at - interval '200 hours' where succeeded");
    await fail(100);
    const shut = await signIn(who, { code: codeOf(who.secret, 1) });
    expect(shut.status).toBe(429);
    expect(shut.text).toContain('no password counts until you choose anew');
    const { db, now } = archive.system;
    const link = await db.inAgency('rivertown', async (at) => await invite(at, who.personId, 'test', now()));
    const secret =
      /name="secret" value="([A-Z2-7]{32})"/.exec((await ask('GET', `/invitation/${link}`)).text)?.[1] ?? '';
    expect(
      (await ask('POST', `/invitation/${link}`, { secret, password: PASSWORD, code: codeOf(secret) })).status,
    ).toBe(303);
    expect((await signIn(who, { code: codeOf(secret, 1) })).status).toBe(303);
  });

  test('an agency that does not exist holds up like one that does', async () => {
    const tries: number[] = [];
    for (let i = 0; i < 11; i += 1)
      tries.push(
        (await signIn({ email: 'x@nowhere.example' }, { agency: 'nowhere-at-all', code: '000000' })).status,
      );
    expect(tries).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  });

  test('a session that was there before is not the one that is given, and does not count any more', async () => {
    const who = await colleague(archive, ['moderator']);
    const fixed = await signIn(
      who,
      { code: codeOf(who.secret) },
      { cookie: 'holdfast-session=chosen-by-somebody' },
    );
    expect(fixed.cookies[0]?.value).toMatch(/^[\w-]{43}$/);
    const before = await colleague(archive, ['moderator']);
    const after = await signIn(before, { code: codeOf(before.secret) }, { cookie: before.cookie });
    expect(after.status).toBe(303);
    expect(await me(before.cookie)).toMatchObject({ status: 401, code: 'session-ended' });
  });
});

describe('a session', () => {
  const ended = { status: 401, code: 'session-ended' };

  test.for([
    ['left alone for half an hour', "seen_at = now() - interval '31 minutes'"],
    ['twelve hours old', "expires_at = now() - interval '1 second'"],
    ['ended', "ended_at = now(), ended_because = 'revoked'"],
  ] as const)('that was %s does not count', async ([, change]) => {
    const who = await colleague(archive, ['moderator']);
    expect((await me(who.cookie)).status).toBe(200);
    await archive.sql.query(`update session set ${change} where person_id = $1`, [who.personId]);
    expect(await me(who.cookie)).toMatchObject(ended);
    expect(await ask('GET', '/people', null, { cookie: who.cookie })).toMatchObject({
      status: 303,
      location: '/sign-in?next=%2Fpeople',
    });
  });

  test('in use goes on, and keeps when it was seen', async () => {
    const who = await colleague(archive, ['moderator']);
    await archive.sql.query(
      "update session set seen_at = now() - interval '29 minutes' where person_id = $1",
      [who.personId],
    );
    expect((await me(who.cookie)).status).toBe(200);
    const { rows } = await archive.sql.query<{ recent: boolean }>(
      "select seen_at > now() - interval '10 seconds' as recent from session where person_id = $1",
      [who.personId],
    );
    expect(rows).toEqual([{ recent: true }]);
  });

  test('of somebody who left, or may do less, is over with the commit, and what was on its way is not taken', async () => {
    const { db, now } = archive.system;
    const gone = await colleague(archive, ['moderator']);
    const less = await colleague(archive, ['moderator', 'administrator']);
    await db.inAgency('rivertown', async (at) => {
      await letGo(at, gone.personId, 'test', now());
      expect(await setRoles(at, less.personId, ['moderator'], 'test', now())).toBeNull();
    });
    expect(await me(gone.cookie)).toMatchObject(ended);
    expect(await me(less.cookie)).toMatchObject(ended);
    expect((await signIn(gone, { code: codeOf(gone.secret) })).status).toBe(401);
    const back = await signIn(less, { code: codeOf(less.secret) });
    expect((await me(`holdfast-session=${back.cookies[0]?.value}`)).body['roles']).toEqual(['moderator']);
    // Past the door already, when the session ends: the statement that makes a report durable asks once more.
    const [row] = await db.statement<{ answer: { outcome: string } }>(
      'late',
      'select accept_from($1) as answer',
      [
        JSON.stringify({
          agency: 'rivertown',
          sessionId: (
            await archive.sql.query<{ id: string }>('select id from session where person_id = $1', [
              gone.personId,
            ])
          ).rows[0]?.id,
        }),
      ],
    );
    expect(row?.answer).toEqual({ outcome: 'session-ended' });
  });

  test('of somebody else does not take what a page was opened for', async () => {
    const first = await colleague(archive, ['moderator']);
    const second = await colleague(archive, ['moderator'], 'lakeside');
    const meAs = async (as: string) =>
      (
        await archive.app.inject({ url: '/v1/me', headers: { cookie: second.cookie, 'holdfast-as': as } })
      ).json<Record<string, unknown>>();
    expect(await meAs(second.personId)).toMatchObject({ agencyId: 'lakeside' });
    expect(await meAs(first.personId)).toMatchObject({ code: 'session-ended' });
  });

  test('is another agency’s business in nothing', async () => {
    const theirs = await colleague(archive, ['administrator'], 'lakeside');
    expect((await me(theirs.cookie)).body['agencyId']).toBe('lakeside');
    const ours = await colleague(archive, ['moderator']);
    const page = await ask('GET', '/people', null, { cookie: theirs.cookie });
    expect(page.status).toBe(200);
    expect(page.text).not.toContain(ours.email);
    for (const what of ['roles', 'departure', 'invitation']) {
      const answer = await ask(
        'POST',
        `/people/${ours.personId}/${what}`,
        { roles: 'auditor' },
        { cookie: theirs.cookie },
      );
      expect(answer, what).toMatchObject({ status: 404 });
      expect(answer.text).toContain('There is no such person in this agency.');
    }
    expect((await me(ours.cookie)).body['roles']).toEqual(['moderator']);
  });
});

describe('what another site makes a browser send', () => {
  // oxfmt-ignore
  const FOREIGN: readonly (readonly [string, Record<string, string>])[] = [
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another host of the same site', { 'sec-fetch-site': 'same-site' }],
    ['an address typed by hand', { 'sec-fetch-site': 'none' }],
    ['another origin, from a browser that says no more', { 'sec-fetch-site': '', origin: 'https://evil.example' }],
    ['no origin at all', { 'sec-fetch-site': '' }],
    ['an origin that hides', { 'sec-fetch-site': '', origin: 'null' }],
  ];
  const headersOf = (headers: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));

  test.for(FOREIGN)('%s: changes nothing, and signs nobody in or out', async ([, headers]) => {
    const who = await colleague(archive, ['administrator']);
    const send = async (url: string, body: string, type: string, cookie: string) => {
      const { statusCode, body: said } = await archive.app.inject({
        method: 'POST',
        url,
        headers: { 'content-type': type, cookie, accept: 'application/json', ...headersOf(headers) },
        payload: body,
      });
      return { url, status: statusCode, code: (JSON.parse(said) as { code: string }).code };
    };
    const form = 'application/x-www-form-urlencoded';
    const refused = (url: string) => ({ url, status: 403, code: 'request-cross-site' });
    const before = await archive.sql.query('select count(*) from record');
    for (const [url, body, type] of [
      ['/v1/deletion-events', JSON.stringify(simpleReport()), 'application/json'],
      ['/sign-out', '', form],
      ['/people', 'name=x&email=x%40y.example&roles=administrator', form],
      [`/people/${who.personId}/invitation`, '', form],
      ['/sign-in/passkey/question', '{}', 'application/json'],
    ] as const)
      expect(await send(url, body, type, who.cookie)).toEqual(refused(url));
    const fields = new URLSearchParams({
      agency: 'rivertown',
      email: who.email,
      password: PASSWORD,
      code: codeOf(who.secret),
    });
    expect(await send('/sign-in', fields.toString(), form, '')).toEqual(refused('/sign-in'));
    expect((await archive.sql.query('select count(*) from record')).rows).toEqual(before.rows);
    expect((await me(who.cookie)).status).toBe(200);
  });

  test('a page of ours is known by its origin where a browser says no more', async () => {
    const who = await colleague(archive, ['moderator']);
    const post = async (headers: Record<string, string>): Promise<number> =>
      (
        await archive.app.inject({
          method: 'POST',
          url: '/sign-out',
          headers: { cookie: who.cookie, ...headers },
        })
      ).statusCode;
    expect(await post({ origin: 'http://archive.example', host: 'elsewhere.example' })).toBe(303);
    expect(await post({ origin: 'http://10.0.0.7:8080', host: '10.0.0.7:8080' })).toBe(303);
    expect(await post({ origin: 'http://archive.example.evil.example', host: 'archive.example' })).toBe(403);
  });

  test('a key is no cookie: it works from anywhere, and a wrong one is not helped by a cookie', async () => {
    const who = await colleague(archive, ['moderator']);
    const get = async (headers: Record<string, string>) =>
      (await archive.app.inject({ url: '/v1/me', headers: { cookie: who.cookie, ...headers } })).json<
        Record<string, unknown>
      >();
    expect(await get({ authorization: `Bearer ${await archive.key('auditor')}` })).toMatchObject({
      kind: 'key',
      role: 'auditor',
    });
    expect(await get({ authorization: 'Bearer hfk_wrong' })).toMatchObject({ code: 'key-invalid' });
    for (const authorization of ['Basic eDp5', 'Bearer', ''])
      expect(await get({ authorization }), authorization).toMatchObject({ code: 'key-missing' });
  });

  test.for([
    ['https://evil.example/', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/report/records/x?y=1', '/report/records/x?y=1'],
    ['/..//evil.example', '/'],
  ] as const)('%s as the place to go on: %s', async ([next, to]) => {
    const who = await colleague(archive, ['moderator']);
    const answer = await signIn(who, { code: codeOf(who.secret), next });
    expect(answer.location).toBe(to);
  });
});

describe('a link to choose how to sign in', () => {
  test('works once, for whom it was made, and puts out who was signed in as them', async () => {
    const who = await colleague(archive, ['custodian']);
    const { db, now } = archive.system;
    await archive.sql.query(
      `insert into passkey (agency_id, id, person_id, credential_id, public_key, counter, label)
       values ('rivertown', gen_random_uuid(), $1, 'lost', 'key', 0, 'x')`,
      [who.personId],
    );
    const link = await db.inAgency('rivertown', async (at) => await invite(at, who.personId, 'test', now()));
    const page = await ask('GET', `/invitation/${link}`);
    expect(page.status).toBe(200);
    expect(page.headers['referrer-policy']).toBe('same-origin');
    const secret = /name="secret" value="([A-Z2-7]{32})"/.exec(page.text)?.[1] ?? '';
    const send = async (fields: Record<string, string>): Promise<Reply> =>
      await ask('POST', `/invitation/${link}`, { secret, ...fields });
    // oxfmt-ignore
    const refused: readonly (readonly [Record<string, string>, string])[] = [
      [{ password: 'short', code: codeOf(secret) }, 'at least 12 characters'],
      [{ password: 'aaaaaaaaaaaaaaaa', code: codeOf(secret) }, 'among the first that would be tried'],
      [{ password: 'mypassword12345', code: codeOf(secret) }, 'among the first that would be tried'],
      [{ password: 'the rivertown clerk', code: codeOf(secret) }, 'without your name'],
      [{ password: 'x'.repeat(201), code: codeOf(secret) }, 'at most 200'],
      [{ password: 'four random words here', code: '000000' }, 'not the code that the app shows now'],
      [{ password: 'four random words here', code: codeOf(secret), secret: 'AAAA' }, 'lost on the way'],
    ];
    for (const [fields, sentence] of refused) {
      const answer = await send(fields);
      expect(answer.status).toBe(422);
      expect(answer.text).toContain(sentence);
    }
    expect((await me(who.cookie)).status).toBe(200);
    const done = await send({ password: 'four random words here', code: codeOf(secret) });
    expect(done).toMatchObject({ status: 303, location: '/' });
    expect(await me(who.cookie)).toMatchObject({ status: 401 });
    expect((await me(`holdfast-session=${done.cookies[0]?.value}`)).status).toBe(200);
    const { rows: passkeys } = await archive.sql.query<{ revoked: boolean }>(
      'select revoked_at is not null as revoked from passkey where person_id = $1',
      [who.personId],
    );
    expect(passkeys, 'what they signed in with before may be in other hands').toEqual([{ revoked: true }]);
    for (const method of ['GET', 'POST'] as const) {
      const again = await ask(method, `/invitation/${link}`, method === 'POST' ? { secret } : null);
      expect(again).toMatchObject({ status: 410 });
      expect(again.text).toContain('Ask your administrator for a new one');
    }
    expect((await signIn(who, { code: codeOf(secret, 1) })).status, 'the old password').toBe(401);
    expect((await signIn(who, { password: 'four random words here', code: codeOf(secret, 1) })).status).toBe(
      303,
    );
  });

  test('is nothing when it is guessed, too old, replaced, or for somebody who left', async () => {
    const { db, now } = archive.system;
    const link = async (who: Colleague): Promise<string> =>
      await db.inAgency('rivertown', async (at) => await invite(at, who.personId, 'test', now()));
    const [old, replaced, left] = [
      await colleague(archive, ['moderator']),
      await colleague(archive, ['moderator']),
      await colleague(archive, ['moderator']),
    ];
    const links = [await link(old), await link(replaced), await link(left), 'x'.repeat(43), '%00'];
    const newer = await link(replaced);
    await archive.sql.query(
      "update invitation set expires_at = now() - interval '1 second' where person_id = $1",
      [old.personId],
    );
    await db.inAgency('rivertown', async (at) => await letGo(at, left.personId, 'test', now()));
    for (const one of links) expect((await ask('GET', `/invitation/${one}`)).status, one).toBe(410);
    expect((await ask('GET', `/invitation/${newer}`)).status).toBe(200);
  });
});

describe('the people of an agency', () => {
  test('are added, changed and let go by an administrator, and every change is in the history', async () => {
    const admin = await colleague(archive, ['administrator']);
    const as = { cookie: admin.cookie };
    const added = await ask(
      'POST',
      '/people',
      { name: 'Ada Example', email: 'ada@rivertown.example', roles: ['moderator', 'custodian'] },
      as,
    );
    expect(added.status).toBe(200);
    expect(added.text).toMatch(/http:\/\/archive\.example\/invitation\/[\w-]{43}/);
    const list = await ask('GET', '/people', null, as);
    expect(list.text.replaceAll(/\s+/g, ' ')).toContain(
      'Has not chosen how to sign in yet. Never signed in.',
    );
    const { rows: found } = await archive.sql.query<{ id: string }>(
      "select id from person where name = 'Ada Example'",
    );
    const id = found[0]?.id ?? '';
    // oxfmt-ignore
    const refused: readonly (readonly [string, Record<string, string | readonly string[]>, string])[] = [
      ['/people', { name: ' ', email: 'b@c.example', roles: 'moderator' }, 'Enter the name'],
      ['/people', { name: 'B', email: 'no address', roles: 'moderator' }, 'Enter an e-mail address'],
      ['/people', { name: 'B', email: 'ADA@rivertown.example', roles: 'moderator' }, 'has this e-mail address already'],
      ['/people', { name: 'B', email: 'b@c.example', roles: [] }, 'Choose at least one role'],
      ['/people', { name: 'B', email: 'b@c.example', roles: 'intake' }, 'There is no such role'],
      ['/people', { name: 'B', email: 'b@c.example', roles: ['auditor', 'moderator'] }, 'an auditor holds no other role'],
      [`/people/${id}/roles`, { roles: ['auditor', 'approver'] }, 'an auditor holds no other role'],
      [`/people/${admin.personId}/roles`, { roles: 'moderator' }, 'changed by another administrator'],
      [`/people/${admin.personId}/departure`, {}, 'changed by another administrator'],
    ];
    for (const [url, fields, sentence] of refused) {
      const answer = await ask('POST', url, fields, as);
      expect(answer.status, sentence).toBe(422);
      expect(answer.text).toContain(sentence);
    }
    expect((await ask('POST', `/people/${id}/roles`, { roles: 'auditor' }, as)).text).toContain(
      'The roles of Ada Example are saved.',
    );
    expect((await ask('POST', `/people/${id}/departure`, {}, as)).text).toContain('signed out everywhere');
    expect((await ask('POST', `/people/${id}/departure`, {}, as)).status).toBe(404);
    const { rows } = await archive.sql.query<{ type: string; actor: string }>(
      "select type, actor from event where body->>'person' = $1 order by seq",
      [id],
    );
    expect(rows).toEqual(
      ['person.added', 'person.invited', 'person.roles', 'person.left'].map((type) => ({
        type,
        actor: `person:${admin.personId}`,
      })),
    );
    const { rows: held } = await archive.sql.query(
      'select role from person_role where person_id = $1 and ended_at is null',
      [id],
    );
    expect(held, 'who left keeps in the rows what they were').toEqual([{ role: 'auditor' }]);
  });

  test('are changed by people: an administrator’s key looks, and makes nobody', async () => {
    const key = { authorization: `Bearer ${await archive.key('administrator')}` };
    expect((await ask('GET', '/people', null, key)).status).toBe(200);
    const before = await archive.sql.query('select count(*) from person');
    const answer = await ask('POST', '/people', { name: 'X', email: 'x@y.example', roles: 'approver' }, key);
    expect(answer.status).toBe(403);
    expect((await archive.sql.query('select count(*) from person')).rows).toEqual(before.rows);
  });

  test('a form that is sent after the end of the session leads back to its page, and says that nothing was saved', async () => {
    const admin = await colleague(archive, ['administrator']);
    await archive.sql.query('update session set expires_at = now() where person_id = $1', [admin.personId]);
    const sent = await ask(
      'POST',
      `/people/${admin.personId}/roles`,
      { roles: 'moderator' },
      { cookie: admin.cookie },
    );
    expect(sent).toMatchObject({ status: 303, location: '/sign-in?ended=yes&next=%2Fpeople' });
    expect((await ask('GET', sent.location ?? '')).text).toContain('was not saved');
  });

  test('an auditor beside another role is refused by the database itself, also of two who give at the same moment', async () => {
    const who = await colleague(archive, ['moderator']);
    const give = async (client: Client, role: string): Promise<string> =>
      await client
        .query(
          "insert into person_role (agency_id, id, person_id, role, granted_by) values ('rivertown', gen_random_uuid(), $1, $2, 'x')",
          [who.personId, role],
        )
        .then(
          () => 'given',
          (error: unknown) => (error as { code: string }).code,
        );
    expect(await give(archive.sql, 'auditor')).toBe('HF002');
    await archive.sql.query("update person_role set ended_at = now(), ended_by = 'x' where person_id = $1", [
      who.personId,
    ]);
    const [first, second] = [1, 2].map(() => new Client({ connectionString: archive.databaseUrl }));
    if (first === undefined || second === undefined) throw new Error('unreachable');
    try {
      await Promise.all([first.connect(), second.connect()]);
      await first.query('begin');
      expect(await give(first, 'approver')).toBe('given');
      const other = give(second, 'auditor');
      await first.query('commit');
      expect(await other).toBe('HF002');
    } finally {
      await Promise.all([first.end(), second.end()]);
    }
  });
});

describe('the first account', () => {
  test('is made by the link that a new installation prints, once, and there is no other way in', async () => {
    const fresh = await openArchive();
    try {
      const { db, now } = fresh.system;
      const first = await firstAccountLink(db, now());
      const link = await firstAccountLink(db, now());
      const get = async (url: string) => await ask('GET', url, null, {}, fresh);
      expect((await get(`/first-account/${first}`)).status, 'a newer one was made').toBe(410);
      const page = await get(`/first-account/${link}`);
      expect(page.text).toContain('City of Rivertown');
      const send = async (fields: Record<string, string>) =>
        await ask('POST', `/first-account/${link}`, fields, {}, fresh);
      const wrong = await send({ agency: 'elsewhere', name: '', email: 'x' });
      expect(wrong.status).toBe(422);
      for (const sentence of ['Enter the name', 'Enter an e-mail address'])
        expect(wrong.text).toContain(sentence);
      const answers = await Promise.all(
        ['a', 'b', 'c'].map(
          async (name) => await send({ agency: 'rivertown', name, email: `${name}@rivertown.example` }),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 410, 410]);
      const to = answers.find(({ status }) => status === 303)?.location ?? '';
      const join = await get(to);
      expect(join.text).toContain('Choose how you will sign in');
      expect((await get(`/first-account/${link}`)).status).toBe(410);
      expect(await firstAccountLink(db, now())).toBeNull();
      const { rows } = await fresh.sql.query('select role from person_role');
      expect(rows).toEqual([{ role: 'administrator' }]);
    } finally {
      await fresh.close();
    }
  });
});
