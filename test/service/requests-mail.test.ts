/** A mail becomes a request: proposed, looked at, kept as it came; and where an answer reaches who asked is said later. */
import { hash } from 'node:crypto';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArchive, type Archive } from '../support/archive.ts';
import { asApplication } from '../support/disposing.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { newRequest } from '../support/producing.ts';

let archive: Archive;
let custodian: Colleague;
let other: Colleague;
let app: Client;
const NOW = new Date('2026-12-07T15:00:00Z');
beforeAll(async () => {
  archive = await openArchive({ adapt: (system) => ({ ...system, now: () => NOW }) });
  custodian = await colleague(archive, ['custodian']);
  other = await colleague(archive, ['custodian']);
  app = await asApplication(archive);
});
afterAll(async () => {
  await app?.end();
  await archive?.close();
});

const MAIL = Buffer.from(
  [
    'Received: from mx.example by mail.rivertown.example; Fri, 4 Dec 2026 16:41:02 -0600',
    'From: "A. Requester" <a@requester.example>',
    'Date: Fri, 4 Dec 2026 16:39:00 -0600',
    'Subject: Sunshine request <b>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/html',
    '',
    '<p>All hidden comments</p><img src="http://elsewhere.example/seen.png"><script>alert(1)</script>',
    '--b',
    'Content-Type: text/html; name="page.html"',
    'Content-Disposition: attachment; filename="page.html"',
    '',
    '<script>alert(2)</script>',
    '--b--',
    '',
  ].join('\r\n'),
  'latin1',
);

async function take(bytes: Buffer, who = custodian): Promise<{ status: number; text: string }> {
  const form = new FormData();
  form.set('as', who.personId);
  form.set('mail', new Blob([new Uint8Array(bytes)]), 'request.eml');
  const sent = new Response(form);
  const answer = await archive.app.inject({
    method: 'POST',
    url: '/requests/mail',
    headers: {
      cookie: who.cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': sent.headers.get('content-type') ?? '',
    },
    payload: Buffer.from(await sent.arrayBuffer()),
  });
  return { status: answer.statusCode, text: answer.body };
}
const mailIn = (text: string): string => /name="mail" value="([0-9a-f-]{36})"/.exec(text)?.[1] ?? '';
async function enter(
  mail: string,
  more: Readonly<Record<string, string>> = {},
  who = custodian,
): Promise<{ status: number; text: string; id: string }> {
  const answer = await archive.app.inject({
    method: 'POST',
    url: '/requests',
    headers: {
      cookie: who.cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: new URLSearchParams({
      as: who.personId,
      channel: 'mail',
      words: 'All hidden comments',
      first: '2026-12-04T16:41',
      custodian: '2026-12-04T16:41',
      requester: '',
      contact: '',
      format: '',
      language: '',
      mail,
      ...more,
    }).toString(),
  });
  const to = answer.headers['location'] ?? '';
  return {
    status: answer.statusCode,
    text: answer.body,
    id: /^\/requests\/([0-9a-f-]{36})/.exec(to)?.[1] ?? '',
  };
}
const get = async (url: string, who = custodian) =>
  await archive.app.inject({ url, headers: { cookie: who.cookie } });
const eventsOf = async (id: string): Promise<{ type: string; body: Record<string, unknown> }[]> =>
  (await archive.sql.query("select type, body from event where body->>'request' = $1 order by seq", [id]))
    .rows;

test('a mail is proposed and not entered; entered, it is kept byte for byte, with what is attached', async () => {
  const before = (await archive.sql.query('select from request')).rowCount;
  const taken = await take(MAIL);
  expect(taken.status, taken.text).toBe(200);
  expect((await archive.sql.query('select from request')).rowCount).toBe(before);
  // As text, wherever it stands: nothing of the mail is markup of the page, and nothing is fetched.
  expect(taken.text).toContain('Sunshine request &lt;b&gt;');
  expect(taken.text).toContain('All hidden comments');
  for (const gone of ['elsewhere.example', 'alert(1)', 'alert(2)']) expect(taken.text).not.toContain(gone);
  expect(taken.text).toContain('value="2026-12-04T16:41"');
  expect(taken.text).toContain('value="a@requester.example"');
  expect(taken.text).toContain('Proposed from the line “Received”');
  const mail = mailIn(taken.text);
  // What is wrong comes back with the mail still there.
  const wrong = await enter(mail, { first: '' });
  expect(wrong.status).toBe(422);
  expect(mailIn(wrong.text)).toBe(mail);
  // Somebody else’s is not to be had.
  expect((await enter(mail, {}, other)).text).toContain('This mail was entered already');
  const { status, id, text } = await enter(mail);
  expect(status, text).toBe(303);
  const kept = await get(`/v1/requests/${id}/mails/1.eml`);
  expect(kept.statusCode).toBe(200);
  expect(kept.rawPayload.equals(MAIL)).toBe(true);
  expect(kept.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'content-disposition': 'attachment; filename="mail-1.eml"',
  });
  const part = await get(`/v1/requests/${id}/mails/1/parts/1`);
  expect(part.body.trim()).toBe('<script>alert(2)</script>');
  expect(part.headers['content-type']).toBe('application/octet-stream');
  expect(part.headers['content-security-policy']).toContain('sandbox');
  for (const none of ['mails/2.eml', 'mails/1/parts/2', 'mails/1/parts/0', 'mails/x.eml'])
    expect((await get(`/v1/requests/${id}/${none}`)).json<{ code: string }>().code, none).toBe(
      'mail-not-found',
    );
  const shown = (await get(`/v1/requests/${id}`)).json<{ correspondence: readonly object[] }>();
  expect(shown.correspondence).toMatchObject([
    {
      way: 'in',
      channel: 'mail',
      mail: { sizeBytes: MAIL.length, sha256: hash('sha256', MAIL, 'hex'), parts: [{ name: 'page.html' }] },
    },
  ]);
  expect((await get(`/requests/${id}`)).body).toContain(`/v1/requests/${id}/mails/1/parts/1`);
  const events = await eventsOf(id);
  expect(events.map(({ type }) => type).slice(0, 4)).toEqual([
    'request.received',
    'request.opened',
    'request.noted',
    'request.mail-kept',
  ]);
  expect(events[3]?.body).toMatchObject({ n: 1, mail: hash('sha256', MAIL, 'hex') });
  // Pressed once more it is no second request with a mail that is gone.
  expect((await enter(mail)).text).toContain('This mail was entered already');
  expect((await archive.sql.query('select from mail_taken')).rowCount).toBe(0);
});

test('a time in the future is not proposed, and what nobody entered is forgotten after a day', async () => {
  const later = Buffer.from(MAIL.toString('latin1').replaceAll('4 Dec 2026', '9 Dec 2026'), 'latin1');
  const taken = await take(later);
  expect(taken.text).toContain('The mail does not say when it came');
  expect(taken.text).not.toContain('value="2026-12-09T16:41"');
  const mail = mailIn(taken.text);
  await archive.sql.query("update mail_taken set at = at - interval '25 hours' where id = $1", [mail]);
  await take(MAIL);
  expect((await enter(mail)).text).toContain('more than a day has passed');
});

test('what is no mail, and what is too large, is refused with a sentence, and not kept', async () => {
  const before = (await archive.sql.query('select from mail_taken')).rowCount;
  const none = await take(Buffer.from('%PDF-1.7'));
  expect(none.status).toBe(422);
  expect(none.text).toContain('This is no mail');
  expect((await take(Buffer.alloc(0))).text).toContain('Choose the file of a mail first');
  const large = await take(Buffer.concat([MAIL, Buffer.alloc(21 * 1024 ** 2, 'x')]));
  expect(large.text).toContain('A mail has at most 20 MB here');
  expect((await archive.sql.query('select from mail_taken')).rowCount).toBe(before);
});

test('the database keeps a mail as it is', async () => {
  const said = async (statement: string): Promise<string> => {
    try {
      return `done ${(await app.query(statement)).rowCount ?? 0}`;
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
  };
  expect(await said("update request_mail set bytes = 'x'")).toBe('42501');
  expect(await said('delete from request_mail')).toBe('42501');
  expect(
    await said(
      "insert into request_mail (agency_id, request_id, n, bytes, sha256, parts, by) select agency_id, request_id, n + 1, 'x', repeat('0', 64), '[]', 'x' from request_mail",
    ),
  ).toBe('23514');
});

describe('where an answer reaches who asked', () => {
  const post = async (
    url: string,
    payload: object,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await archive.app.inject({
      method: 'POST',
      url,
      headers: {
        cookie: custodian.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
      },
      payload: JSON.stringify(payload),
    });
    return { status: answer.statusCode, body: answer.json() };
  };

  test('is said later and anew, with what it was before, also of a closed request', async () => {
    const id = await newRequest(archive);
    const at = `/v1/requests/${id}/contact`;
    const first = { was: null, contact: 'a@requester.example', reason: 'They called.' };
    expect(await post(at, first)).toMatchObject({ status: 200 });
    // Of two who say it at one moment the second is told.
    expect(await post(at, { ...first, contact: 'b@requester.example' })).toMatchObject({
      status: 409,
      body: { code: 'sunshine-request-state' },
    });
    for (const bad of [{ contact: ' ' }, { reason: ' ' }, { contact: 'x'.repeat(1001) }])
      expect((await post(at, { ...first, was: first.contact, ...bad })).status).toBe(422);
    const sent = await post(`/v1/requests/${id}/letters`, {
      do: 'draft',
      kind: 'acknowledgement',
      language: 'en',
      values: {},
    });
    expect(sent.status).toBe(200);
    expect(
      await post(`/v1/requests/${id}/closing`, { outcome: 'withdrawn', appealUntil: null }),
    ).toMatchObject({ status: 200 });
    expect(await post(at, { was: first.contact, contact: '1 Main St', reason: 'They wrote.' })).toMatchObject(
      { status: 200 },
    );
    const shown = (await get(`/v1/requests/${id}`)).json<Record<string, unknown>>();
    expect(shown).toMatchObject({
      contact: '1 Main St',
      contacts: [
        { was: null, contact: 'a@requester.example' },
        { was: 'a@requester.example', contact: '1 Main St' },
      ],
    });
    const added = (await eventsOf(id)).filter(({ type }) => type === 'request.contact-added');
    expect(added).toHaveLength(2);
    expect(JSON.stringify(added)).not.toContain('Main St');
    expect((await get(`/requests/${id}`)).body).toContain('Where an answer reaches them, said later');
  });

  test('is added on the page of the request', async () => {
    const id = await newRequest(archive);
    const send = async (fields: Readonly<Record<string, string>>) =>
      await archive.app.inject({
        method: 'POST',
        url: `/requests/${id}/contact`,
        headers: {
          cookie: custodian.cookie,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: new URLSearchParams({ as: custodian.personId, was: '', ...fields }).toString(),
      });
    expect((await send({ reach: '', because: 'They called.' })).body).toContain(
      'Say where an answer reaches them.',
    );
    expect((await send({ reach: '555 0100', because: '' })).body).toContain('how you know');
    expect((await send({ reach: '555 0100', because: 'They called.' })).statusCode).toBe(303);
    expect((await get(`/requests/${id}?done=contact`)).body).toContain('555 0100');
  });

  test('is changed by no statement that says nothing of it', async () => {
    const id = await newRequest(archive);
    const said = async (statement: string): Promise<string> => {
      try {
        await app.query(statement, [id]);
        return 'done';
      } catch (error) {
        return error instanceof Error && 'code' in error ? String(error.code) : String(error);
      }
    };
    expect(await said("update request set contact = 'x' where id = $1")).toBe('HF066');
    expect(
      await said(
        "insert into request_contact (agency_id, request_id, n, was, contact, reason, by) values ('rivertown', $1, 1, 'y', 'x', 'x', 'x')",
      ),
    ).toBe('HF066');
    expect(
      await said(
        "insert into request_contact (agency_id, request_id, n, contact, reason, by) values ('rivertown', $1, 2, 'x', 'x', 'x')",
      ),
    ).toBe('HF066');
    expect(
      await said(
        "insert into request_contact (agency_id, request_id, n, contact, reason, by) values ('rivertown', $1, 1, 'x', 'x', 'x')",
      ),
    ).toBe('done');
    expect(await said('update request set contact = null where id = $1')).toBe('HF066');
    // An open one still moves as before.
    expect(await said("update request set state = 'delayed' where id = $1")).toBe('done');
    expect(await said("update request set state = 'received' where id = $1")).toBe('HF060');
  });
});
