/** The public pages of requests: asked on a phone, without an account and without a script, and looked up by the number. In a real browser. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { checkPage, onEachScreen } from '../support/page-check.ts';
import { PHONE, type Visitor } from '../support/visitor.ts';

let scene: ConsoleScene;
let at: Visitor;
beforeAll(async () => {
  scene = await openConsoleScene();
  await scene.archive.sql.query(
    "insert into public_face (agency_id, requests, changed_by) values ('rivertown', true, 'test')",
  );
});
afterAll(async () => await scene?.close());
beforeEach(async () => void (at = await scene.visitor()));
afterEach(async () => {
  await at.page.browserContext().close();
  expect(at.complaints()).toEqual([]);
});

const OWN = {
  'sec-fetch-site': 'same-origin',
  accept: 'text/html',
  'content-type': 'application/x-www-form-urlencoded',
};
const send = async (fields: Record<string, string>, agency = 'rivertown', headers = OWN) =>
  await scene.archive.app.inject({
    method: 'POST',
    url: `/ask/${agency}`,
    headers,
    payload: new URLSearchParams(fields).toString(),
    // Each of these tests comes from somewhere else than the browser.
    remoteAddress: '203.0.113.7',
  });
const rowOf = async (words: string): Promise<Record<string, unknown> | undefined> =>
  (await scene.archive.sql.query('select * from request where words like $1', [`%${words}%`])).rows[0];

test('on a phone and without scripts somebody asks, keeps the number, and later sees how it stands, in English and Spanish', async () => {
  const secret = `numbat${randomUUID().slice(0, 8)}`;
  await at.page.setViewport(PHONE);
  await at.page.setJavaScriptEnabled(false);
  await at.goTo('/ask/rivertown');
  await at.page.focus('#words');
  await at.page.keyboard.type(`All hidden comments about ${secret}`);
  await Promise.all([at.page.waitForNavigation(), at.page.click('form[method=post] button')]);
  const text = await at.textOf('main');
  expect(text).toContain('Your request was received.');
  expect(text).toContain('It waits for the custodian of records.');
  expect(text).not.toContain(secret);
  const number = await at.textOf('#number');
  expect(number).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  await at.page.setJavaScriptEnabled(true);
  await checkPage(at, 'asked');
  expect(await rowOf(secret)).toMatchObject({
    tracking: number.replaceAll('-', ''),
    channel: 'public-page',
    state: 'received',
    requester: null,
    contact: null,
    entered_by: 'public',
  });

  const { rows } = await scene.archive.sql.query<{ id: string }>(
    'select id from request where words like $1',
    [`%${secret}%`],
  );
  const receivedByCustodianAt = new Date().toISOString();
  const received = await scene.archive.app.inject({
    method: 'POST',
    url: `/v1/requests/${rows[0]?.id}/receipt`,
    headers: {
      authorization: `Bearer ${await scene.archive.key('custodian')}`,
      'content-type': 'application/json',
    },
    payload: JSON.stringify({ receivedByCustodianAt }),
  });
  expect(received.statusCode, received.body).toBe(200);

  await at.page.setJavaScriptEnabled(false);
  await at.goTo('/ask/rivertown');
  await at.page.focus('#number');
  await at.page.keyboard.type(` ${number.toLowerCase()} `);
  await Promise.all([at.page.waitForNavigation(), at.page.keyboard.press('Enter')]);
  expect(await at.textOf('#standing')).toMatch(/works on it\.[^]*by the end of \w+day, \w+ \d+, \d{4}/);
  await at.goTo(`/language?to=es&next=/ask/rivertown/${number}`);
  expect(await at.textOf('#standing')).toMatch(/trabaja en ella\.[^]*al final del \w+, \d+ de \w+ de \d{4}/u);
  // Who left nothing by which they are reached is told to come, and not to wait for a letter.
  const asked = await scene.archive.app.inject({
    method: 'POST',
    url: `/v1/requests/${rows[0]?.id}/state`,
    headers: {
      authorization: `Bearer ${await scene.archive.key('custodian')}`,
      'content-type': 'application/json',
    },
    payload: JSON.stringify({ from: 'open', to: 'clarification' }),
  });
  expect(asked.statusCode, asked.body).toBe(200);
  await at.goTo(`/language?to=en&next=/ask/rivertown/${number}`);
  expect(await at.textOf('#standing')).toContain('has a question, and nowhere to send it');
  await at.goTo(`/language?to=es&next=/ask/rivertown/${number}`);
  expect(await at.textOf('#standing')).toContain('tiene una pregunta y no sabe adónde enviarla');
  await at.page.setJavaScriptEnabled(true);
  await checkPage(at, 'asked in Spanish');
  await at.goTo('/ask/rivertown');
  expect(await at.textOf('h1')).toBe('Solicitar registros públicos');
  await checkPage(at, 'ask in Spanish');
  // Whether all of it has words: each page is written in both languages, and what has none is heard of (`scene.close`).
});

test.each(onEachScreen([['ask', '/ask/rivertown'] as const]))(
  '%s at %i px',
  async (name, _width, path, size) => {
    await at.page.setViewport(size);
    await at.goTo(path);
    await checkPage(at, name);
  },
);

test('what is blank or too long comes back with what was typed and what to do, and nothing is kept', async () => {
  const count = async (): Promise<unknown> =>
    (await scene.archive.sql.query('select count(*)::int as n from request')).rows[0];
  const before = await count();
  for (const [fields, sentence] of [
    [{ words: '' }, 'Blanks alone say nothing.'],
    [{ words: ' \n' }, 'Blanks alone say nothing.'],
    [{ words: 'kept as typed', requester: '  ' }, 'Blanks alone say nothing.'],
    [{ words: 'kept as typed', format: 'f'.repeat(201) }, 'This is too long: at most 200 characters.'],
    [{ words: 'ñ'.repeat(50_001) }, 'This is too long: at most 50000 characters.'],
  ] as const) {
    const answer = await send(fields);
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain(sentence);
    if (fields.words.startsWith('kept')) expect(answer.body).toContain('kept as typed</textarea>');
  }
  expect(await count()).toEqual(before);
  await at.goTo('/ask/rivertown');
  await at.page.click('form[method=post] button');
  await at.shown('#summary');
  await checkPage(at, 'ask wrong');
});

test('there is no page of a body that is not here, and no number that is not given', async () => {
  for (const [url, words] of [
    ['/ask/nowhere', 'There is no such public body here.'],
    ['/ask/system', 'There is no such public body here.'],
    ['/ask/nowhere?number=0000-0000-0000-0000', 'There is no such public body here.'],
    ['/ask/rivertown/0000-0000-0000-0000', 'No request has this number here.'],
  ]) {
    const answer = await scene.archive.app.inject({ url: url ?? '', headers: OWN });
    expect(answer.statusCode, url).toBe(404);
    expect(answer.body, url).toContain(words);
  }
  const typed = await scene.archive.app.inject({ url: '/ask/rivertown?number=12', headers: OWN });
  expect(typed.statusCode).toBe(422);
  expect(typed.body).toContain('This is no number of a request.');
  expect((await send({ words: 'x' }, 'nowhere')).statusCode).toBe(404);
  expect(
    (await send({ words: 'x' }, 'rivertown', { ...OWN, 'sec-fetch-site': 'cross-site' })).statusCode,
    'a form of somebody else’s page',
  ).toBe(403);
});

test('there is no such page before the agency says so, and who has a number is answered all the same', async () => {
  const made = await send({ words: 'Before it was switched off' });
  const numbered = made.headers.location?.toString().split('?')[0] ?? '';
  await scene.archive.sql.query('update public_face set requests = false');
  const asked = await scene.archive.app.inject({ url: '/ask/rivertown', headers: { accept: 'text/html' } });
  expect(asked.statusCode).toBe(404);
  expect(asked.body).toContain('This public body takes no requests on this page.');
  expect((await send({ words: 'Nobody looks there' })).statusCode).toBe(404);
  expect(await rowOf('Nobody looks there')).toBeUndefined();
  const standing = await scene.archive.app.inject({ url: numbered, headers: { accept: 'text/html' } });
  expect(standing.statusCode).toBe(200);
  await scene.archive.sql.query('update public_face set requests = true');
});

test('who was told why it takes longer sees the day that was promised, and no day that is over', async () => {
  const word = `dunnart${randomUUID().slice(0, 8)}`;
  const location = (await send({ words: word })).headers.location?.toString().split('?')[0] ?? '';
  const row = await rowOf(word);
  const call = async (path: string, payload: object) =>
    expect(
      (
        await scene.archive.app.inject({
          method: 'POST',
          url: `/v1/requests/${String(row?.['id'])}/${path}`,
          headers: {
            authorization: `Bearer ${await scene.archive.key('custodian')}`,
            'content-type': 'application/json',
          },
          payload: JSON.stringify(payload),
        })
      ).statusCode,
    ).toBeLessThan(300);
  const at_ = new Date().toISOString();
  await call('receipt', { receivedByCustodianAt: at_ });
  await call('correspondence', {
    way: 'out',
    channel: 'mail',
    about: 'delay',
    promisedFor: '2099-12-18T15:00:00-06:00',
    words: 'x',
    at: at_,
  });
  await call('state', { from: 'open', to: 'delayed' });
  await at.goTo(location);
  expect(await at.textOf('#standing')).toMatch(/It takes longer\.[^]*Friday, December 18, 2099/);
  expect(await at.textOf('#standing')).not.toContain('It is to be acted on');
  await at.goTo(`/language?to=es&next=${location}`);
  expect(await at.textOf('#standing')).toMatch(/Disponible lo más temprano el[^]*2099/);
});

test('the same form sent twice is one request, and another text under the same key is another', async () => {
  const attempt = randomUUID();
  const word = `mulgara${randomUUID().slice(0, 8)}`;
  const sendIt = async (words: string) => (await send({ words, attempt })).headers.location?.toString() ?? '';
  const both = await Promise.all([sendIt(word), sendIt(word)]);
  expect(both[0]).toMatch(/^\/ask\/rivertown\/.{19}\?new=yes$/);
  expect(both[1]).toBe(both[0]);
  const other = await sendIt(`${word} and more`);
  expect(other).not.toBe(both[0]);
  const rows = await scene.archive.sql.query('select id from request where words like $1', [`%${word}%`]);
  expect(rows.rowCount).toBe(2);
  const call = async (key: string) =>
    await scene.archive.app.inject({
      method: 'POST',
      url: '/v1/public/rivertown/requests',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      payload: JSON.stringify({ words: word }),
      remoteAddress: '203.0.113.8',
    });
  const [first, again] = [await call('key-of-a-program'), await call('key-of-a-program')];
  expect(first.statusCode, first.body).toBe(201);
  expect(again.json()).toEqual(first.json());
  expect((await call('short')).json()).toMatchObject({ code: 'idempotency-key-invalid' });
  const { rows: entries } = await scene.archive.sql.query(
    "select count(*)::int as n from event e join request r on e.body->>'request' = r.id::text where e.type = 'request.received' and r.words = $1",
    [word],
  );
  expect(entries[0]).toEqual({ n: 2 });
});

test('who asks too often at once keeps what was typed, and another agency is asked all the same', async () => {
  await addAgency(scene.archive.system.db, {
    id: 'hilltop',
    name: 'City of Hilltop',
    zone: 'America/Chicago',
  });
  await scene.archive.sql.query(
    "insert into public_face (agency_id, requests, changed_by) values ('hilltop', true, 'test')",
  );
  const from = async (remoteAddress: string, words: string, agency = 'rivertown') =>
    await scene.archive.app.inject({
      method: 'POST',
      url: `/ask/${agency}`,
      headers: OWN,
      payload: new URLSearchParams({ words }).toString(),
      remoteAddress,
    });
  let last = await from('203.0.113.9', 'x');
  for (let n = 0; n < 25 && last.statusCode === 303; n += 1) last = await from('203.0.113.9', `kept ${n}`);
  expect(last.statusCode).toBe(429);
  expect(last.body).toMatch(/Too many ask at this moment[^]*kept \d+<\/textarea>/);
  // A flood from many addresses empties what one agency takes in all, and nothing of what another takes.
  let flooded = last;
  for (let n = 0; n < 150 && (n === 0 || flooded.statusCode === 303); n += 1)
    flooded = await from(`198.51.100.${n}`, 'x');
  expect(flooded.statusCode).toBe(429);
  expect((await from('192.0.2.1', 'x', 'hilltop')).statusCode).toBe(303);
});
