/** Letters of a request: drafted, refused where the law would make them wrong, sent, mailed; fees, texts and the certificate of a search. */
import { createHash, randomUUID } from 'node:crypto';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { keyPair } from '#log/log.ts';
import { readCoverage } from '#sunshine/certificate-queries.ts';
import { keyProofOf, openReceiptKeys } from '#record/record.ts';
import { addOffice, mailLetterOnce, openMailer } from '#routing/routing.ts';
import { verifySearchCertificate } from '#verify/verify.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { logged } from '../support/disposing.ts';
import { collectSearchRow } from '../support/letters.ts';
import { judgePdf } from '../support/pdf-judge.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { colleague, type Colleague } from '../support/people.ts';

let archive: Archive;
let server: MailServer;
let custodian: Colleague;
let moment = new Date('2026-12-04T22:50:00Z');
beforeAll(async () => {
  server = await startMailServer();
  archive = await openArchive({
    env: { SMTP_URL: server.url, HOLDFAST_MAIL_FROM: 'records@rivertown.example' },
    adapt: (system) => ({ ...system, now: () => moment }),
  });
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Denver' });
  custodian = await colleague(archive, ['custodian', 'administrator']);
  await archive.system.db.inAgency('rivertown', async (at) => {
    const office = { name: 'Office of the City Clerk', policyId: null, citation: null };
    await addOffice(at, { ...office, email: 'clerk@rivertown.example', duty: 'custodian' }, 'test');
  });
});
afterAll(async () => {
  await archive?.close();
  await server?.close();
});

interface Body {
  readonly id: string;
  readonly code: string;
  readonly detail: string;
  readonly n: number;
  readonly way: string;
  readonly state: string;
  readonly text: string;
  readonly number: number;
  readonly sha256: string;
  readonly totalCents: number;
  readonly lines: readonly { readonly cents: number; readonly sentence: string }[];
  readonly refused: readonly { readonly why: string; readonly sentence: string }[];
  readonly letters: readonly Record<string, unknown>[];
  readonly templates: readonly Record<string, unknown>[];
  readonly clock: Record<string, unknown>;
  readonly search: Record<string, unknown>;
  readonly gaps: readonly { readonly code: string }[];
}
async function call(
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  payload?: unknown,
  headers: Record<string, string> = { cookie: custodian.cookie },
): Promise<{ status: number; text: string; bytes: Buffer; body: Body; type: string }> {
  const answer = await archive.app.inject({
    method,
    url,
    headers: {
      ...headers,
      'sec-fetch-site': 'same-origin',
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });
  const type = String(answer.headers['content-type']);
  return {
    status: answer.statusCode,
    text: answer.body,
    bytes: answer.rawPayload,
    body: type.includes('json') ? answer.json() : ({} as Body),
    type,
  };
}

/** Friday, 4 December 2026, 4:40 pm in Missouri. */
const FRIDAY = '2026-12-04T16:40:00-06:00';
async function enter(more: object = {}): Promise<string> {
  const entered = await call('POST', '/v1/requests', {
    channel: 'letter',
    words: 'All hidden comments of June',
    requester: 'A. Requester',
    firstReceivedAt: FRIDAY,
    receivedByCustodianAt: FRIDAY,
    ...more,
  });
  expect(entered.status, entered.text).toBe(201);
  return entered.body.id;
}
const letter = async (id: string, kind: string, values: object, more: object = {}) =>
  await call('POST', `/v1/requests/${id}/letters`, { do: 'send', kind, language: 'en', values, ...more });
const draft = async (id: string, kind: string, values: object, more: object = {}) =>
  await letter(id, kind, values, { do: 'draft', ...more });
const eventsOf = async (id: string): Promise<{ type: string; body: Record<string, unknown> }[]> =>
  (await archive.sql.query("select type, body from event where body->>'request' = $1 order by seq", [id]))
    .rows;

const DELAY = {
  cause: 'The page has 4,000 comments, and each is looked through by hand.',
  place: 'City Hall, room 12',
  earliestDate: '2026-12-21',
  earliestTime: '09:30',
};

test('an acknowledgement is filled from the request and its clock, edited, sent, and kept as a paper and as text', async () => {
  const id = await enter();
  const drafted = await draft(id, 'acknowledgement', {});
  expect(drafted.status, drafted.text).toBe(200);
  const { text } = drafted.body;
  expect(text).toContain('Dear A. Requester:');
  expect(text).toContain('by the end of Wednesday, December 9, 2026');
  expect(text).not.toContain('{{');
  expect((await eventsOf(id)).map(({ type }) => type)).toEqual([
    'request.received',
    'request.opened',
    'request.viewed',
  ]);
  const edited = text.replace('With that number', 'with it');
  const sent = await letter(id, 'acknowledgement', {}, { text: edited });
  expect(sent, sent.text).toMatchObject({ status: 201, body: { n: 1, way: 'print', state: 'open' } });
  const pdf = await call('GET', `/v1/requests/${id}/letters/1.pdf`);
  expect(pdf).toMatchObject({ status: 200, type: 'application/pdf' });
  expect(pdf.bytes.subarray(0, 5).toString()).toBe('%PDF-');
  // Read aloud: a tree of headings and paragraphs, in the language of the letter.
  for (const piece of ['/StructTreeRoot', '/Marked true', '/Lang (en-US)', '/S /H1'])
    expect(pdf.bytes.includes(piece), piece).toBe(true);
  expect(hash('sha256', pdf.bytes, 'hex')).toBe(sent.body.sha256);
  const { faults, pages } = judgePdf(pdf.bytes);
  expect(faults).toEqual([]);
  expect(pages.flat().join(' ')).toContain('Dear A. Requester:');
  expect((await call('GET', `/v1/requests/${id}/letters/1.txt`)).text).toBe(edited);
  expect((await call('GET', `/v1/requests/${id}/letters/2.txt`)).body.code).toBe('letter-not-found');
  const last = (await eventsOf(id)).find(({ type }) => type === 'request.letter-sent');
  expect(last?.body).toMatchObject({ letter: 'acknowledgement', n: 1, pdf: sent.body.sha256 });
  expect(JSON.stringify(await eventsOf(id))).not.toContain('Requester');
  const spanish = await draft(id, 'acknowledgement', {}, { language: 'es' });
  expect(spanish.body.text).toContain('miércoles, 9 de diciembre de 2026');
});

test('a delay says its cause, its place, and the earliest time and date, or it does not go out', async () => {
  const id = await enter();
  for (const [missing, sentence] of [
    [{ cause: ' ' }, 'explains the cause'],
    [{ place: '' }, 'names the place'],
    [{ earliestDate: 'soon' }, 'names the earliest date'],
    [{ earliestTime: '25:00' }, 'names the earliest time'],
    [{ earliestDate: '2026-12-03' }, 'lie in the past'],
    [{ earliestDate: '2026-12-04', earliestTime: '16:50' }, 'lie in the past'],
  ] as const) {
    const refused = await letter(id, 'delay', { ...DELAY, ...missing });
    expect(refused, refused.text).toMatchObject({ status: 422, body: { code: 'letter-refused' } });
    expect(refused.body.detail).toContain(sentence);
  }
  const { text } = (await draft(id, 'delay', DELAY)).body;
  expect(text).toContain('9:30 am on Monday, December 21, 2026');
  for (const gone of [DELAY.cause, DELAY.place, '9:30 am', 'December 21, 2026']) {
    const refused = await letter(id, 'delay', DELAY, { text: text.replace(gone, 'later') });
    expect(refused.body, gone).toMatchObject({ code: 'letter-refused' });
    expect(refused.body.detail).toContain('The law wants this said');
  }
  const sent = await letter(id, 'delay', DELAY, { text: text.replaceAll('\n', '\r\n') });
  expect(sent, sent.text).toMatchObject({ status: 201, body: { state: 'delayed' } });
  const shown = await call('GET', `/v1/requests/${id}`);
  expect(shown.body).toMatchObject({
    state: 'delayed',
    correspondence: [{ way: 'out', about: 'delay', channel: 'letter' }],
  });
});

test('a denial cites the provision, with how far it was read, and is the written statement of the grounds', async () => {
  const id = await enter();
  expect((await letter(id, 'denial', { provisions: [] })).body).toMatchObject({ code: 'letter-refused' });
  expect((await letter(id, 'denial', { provisions: [{ key: '610.021-14' }] })).body).toMatchObject({
    code: 'exemption-refused',
  });
  const provisions = [{ key: '610.021-14', otherLaw: '5 U.S.C. 552a' }, { key: '610.021-13' }];
  const { text } = (await draft(id, 'denial', { provisions })).body;
  expect(text).toContain('610.021(14) RSMo');
  expect(text).toContain('read in a copy only, not in the official text');
  expect(text).toContain('5 U.S.C. 552a');
  const without = await letter(
    id,
    'denial',
    { provisions },
    { text: text.replaceAll('610.021(13)', 'a law') },
  );
  expect(without.body).toMatchObject({ code: 'letter-refused' });
  await call('POST', `/v1/requests/${id}/correspondence`, {
    way: 'in',
    channel: 'letter',
    about: 'statement-request',
    words: 'Why?',
    at: FRIDAY,
  });
  expect((await call('GET', `/v1/requests/${id}`)).body.clock['statement']).not.toBeNull();
  moment = new Date(moment.getTime() + 60_000);
  const part = { provisions, withheld: 'The private address of an employee.' };
  expect((await letter(id, 'partial-denial', part)).status).toBe(201);
  expect((await call('GET', `/v1/requests/${id}`)).body.clock['statement']).toBeNull();
  const reveals = await draft(id, 'partial-denial', { provisions, withheld: null }, { language: 'es' });
  expect(reveals.body.text).toContain('una descripción revelaría');
});

const RATES = {
  pageCents: 10,
  clericalCents: 2000,
  copyingCents: 2400,
  staff: [
    { key: 'clerk', title: 'Records clerk', hourCents: 1800, does: ['duplicating', 'research', 'copying'] },
    { key: 'analyst', title: 'Systems analyst', hourCents: 4800, does: ['programming', 'research'] },
  ],
  media: [{ key: 'usb-drive', title: 'USB drive', cents: 650 }],
  source: 'Resolution 2026-14',
};

test('fees: rates are added to, an estimate says its rules, and what no rule allows is refused', async () => {
  const id = await enter();
  expect((await letter(id, 'fee-estimate', { charges: [], prepay: false })).body.detail).toContain(
    'entered no rates',
  );
  expect(
    (await call('PUT', '/v1/fee-rates', { rates: { ...RATES, pageCents: 25 }, replaces: 0 })).body,
  ).toMatchObject({
    code: 'fees-invalid',
  });
  expect((await call('PUT', '/v1/fee-rates', { rates: RATES, replaces: 0 })).body).toEqual({ number: 1 });
  expect((await call('PUT', '/v1/fee-rates', { rates: RATES, replaces: 0 })).body).toMatchObject({
    code: 'number-changed',
  });
  const charges = [
    { kind: 'pages', count: 12 },
    { kind: 'research', count: 50 },
    { kind: 'programming', count: 30 },
    { kind: 'medium', count: 1, medium: 'usb-drive' },
  ];
  const estimate = await call('POST', `/v1/requests/${id}/estimate`, {
    charges: [...charges, { kind: 'attorney-review', count: 60 }, { kind: 'redaction', count: 60 }],
  });
  expect(estimate.status, estimate.text).toBe(200);
  // 12 × 10 + 50 min of $18 + 30 min of the average $24 (an analyst costs $48) + 650.
  expect(estimate.body.lines.map(({ cents }) => cents)).toEqual([120, 1500, 1200, 650]);
  expect(estimate.body.totalCents).toBe(3470);
  expect(estimate.body.lines[0]?.sentence).toContain('610.026 RSMo (the text was read)');
  expect(estimate.body.refused.map(({ why }) => why)).toEqual(['not-allowed', 'not-read']);
  expect(estimate.body.refused[0]?.sentence).toContain('Gross v. Parson');
  const bad = await letter(id, 'invoice', {
    charges: [{ kind: 'attorney-review', count: 60 }],
    paidCents: 0,
  });
  expect(bad.body).toMatchObject({ code: 'letter-refused' });
  const nothing = await letter(id, 'invoice', {
    charges,
    waiver: { cents: 'all', because: 'It is about how the city spends.' },
    paidCents: 0,
  });
  expect(nothing, nothing.text).toMatchObject({ status: 201, body: { state: 'open' } });
  const sent = await letter(id, 'fee-estimate', { charges, prepay: true });
  expect(sent, sent.text).toMatchObject({ status: 201, body: { state: 'fee-waiting' } });
  const shown = await call('GET', `/v1/requests/${id}`);
  expect(shown.body).toMatchObject({
    correspondence: [
      { about: 'payment-request', feeCents: 0 },
      { about: 'payment-request', feeCents: 3470 },
    ],
  });
  const invoice = await draft(id, 'invoice', {
    charges,
    waiver: { cents: 'all', because: 'It is about how the city spends.' },
    paidCents: 3470,
  });
  expect(invoice.body.text).toContain('Paid back to you: $34.70');
  expect(invoice.body.text).toContain('It is about how the city spends.');
});

test('a notice of withdrawal gives the whole period, and names no earlier day', async () => {
  const id = await enter();
  expect((await draft(id, 'withdrawal-notice', {})).body).toMatchObject({ code: 'letter-refused' });
  const sent = await letter(id, 'question', { question: 'Which page do you mean?' });
  expect(sent.body).toMatchObject({ state: 'clarification' });
  // No fee is known: the longer period, 150 calendar days after 4 December 2026.
  const { text } = (await draft(id, 'withdrawal-notice', {})).body;
  expect(text).toContain('Monday, May 3, 2027');
  expect((await draft(id, 'withdrawal-notice', { withdrawnAfter: '2027-05-02' })).body).toMatchObject({
    code: 'letter-refused',
  });
  for (const early of ['March 1, 2027', '1 March 2027', '2027-03-01', '3/1/2027', '1 de marzo de 2027']) {
    const refused = await letter(id, 'withdrawal-notice', {}, { text: `${text} Answer before ${early}.` });
    expect(refused.body, early).toMatchObject({ code: 'letter-refused' });
    expect(refused.body.detail).toContain('2027-03-01');
  }
  expect((await letter(id, 'withdrawal-notice', {}, { text: `${text}\nAsked on 2026-12-04.` })).status).toBe(
    201,
  );
  expect((await call('GET', `/v1/requests/${id}`)).body.clock['withdrawal']).toMatchObject({
    kind: 'after',
    days: 150,
    day: '2027-05-03',
  });
});

test('the database refuses the same to the program itself', async () => {
  const id = await enter();
  const client = new Client({
    connectionString: archive.databaseUrl,
    options: '-c role=holdfast_app -c app.agency=rivertown',
  });
  await client.connect();
  const write = async (about: string | null, words: string, kind: string, facts: object): Promise<string> => {
    await client.query('begin');
    try {
      const { rows } = await client.query<{ n: number }>(
        'select coalesce(max(n), 0) + 1 as n from request_correspondence where request_id = $1',
        [id],
      );
      const n = rows[0]?.n;
      await client.query(
        `insert into request_correspondence (agency_id, request_id, n, way, channel, about, words, at, by)
         values ('rivertown', $1, $2, 'out', 'letter', $3, $4, '2026-12-04T22:50:00Z', 'x')`,
        [id, n, about, words],
      );
      await client.query(
        `insert into request_letter (agency_id, request_id, n, kind, language, way, template_n, facts, pdf, pdf_sha256, by)
         values ('rivertown', $1, $2, $3, 'en', 'print', 0, $4, 'x', encode(sha256('x'), 'hex'), 'x')`,
        [id, n, kind, facts],
      );
      return 'written';
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    } finally {
      await client.query('rollback');
    }
  };
  const said = { cause: 'c', place: 'p', earliestTime: '09:30', earliestDate: '2026-12-21' };
  try {
    expect(await write('delay', 'c p', 'delay', { ...said, mustSay: ['c', 'p'] })).toBe('written');
    expect(await write(null, 'c p', 'delay', { ...said, mustSay: ['c', 'p'] })).toBe('HF081');
    expect(await write('delay', 'c', 'delay', { ...said, mustSay: ['c', 'p'] })).toBe('HF082');
    expect(await write('delay', 'c p', 'delay', { ...said, place: ' ', mustSay: ['c'] })).toBe('HF082');
    expect(await write('statement', 'x', 'denial', { provisions: [], mustSay: ['x'] })).toBe('HF082');
    expect(await write(null, 'x', 'no-records', { certificate: 'x', mustSay: ['x'] })).toBe('HF082');
    expect(await write(null, 'x', 'closing', { outcome: 'denied', mustSay: ['x'] })).toBe('HF105');
    const notice = { withdrawnAfter: '2027-05-02', mustSay: ['x'] };
    expect(await write('withdrawal-notice', 'x', 'withdrawal-notice', notice)).toBe('HF084');
    await client.query("update request set state = 'clarification' where id = $1", [id]);
    expect(await write('withdrawal-notice', 'x', 'withdrawal-notice', notice)).toBe('HF083');
    const later = { ...notice, withdrawnAfter: '2027-05-03' };
    expect(await write('withdrawal-notice', 'x', 'withdrawal-notice', later)).toBe('written');
    await expect(client.query("update letter_template set text = 'x'")).rejects.toMatchObject({
      code: '42501',
    });
    await expect(client.query('delete from fee_rates')).rejects.toMatchObject({ code: '42501' });
    await expect(
      client.query(
        "insert into fee_rates (agency_id, n, rates, by) values ('rivertown', 9, '{\"pageCents\": 5}', 'x')",
      ),
    ).rejects.toMatchObject({ code: 'HF080' });
  } finally {
    await client.end();
  }
});

test('the texts are the agency’s own: places that nobody knows, or that the law wants, are named', async () => {
  const put = async (more: object) =>
    await call('PUT', '/v1/letter-templates', {
      kind: 'delay',
      language: 'en',
      replaces: 0,
      text: 'x',
      ...more,
    });
  expect((await put({})).body.detail).toContain('{{cause}}, {{place}}, {{earliestTime}}, {{earliestDate}}');
  expect((await put({ text: '{{cause}} {{colour}}' })).body.detail).toContain('{{colour}}');
  expect((await put({ text: ' ' })).body.code).toBe('letter-template-invalid');
  const text =
    'Later {{tracking}}\n\n{{cause}}, {{place}}, {{earliestTime}}, {{earliestDate}}. Due: {{dueOn}}';
  expect((await put({ text })).body).toEqual({ number: 1 });
  expect((await put({ text })).body).toMatchObject({ code: 'number-changed' });
  const id = await enter();
  expect((await draft(id, 'delay', DELAY)).body.text).toContain('Due: Wednesday, December 9, 2026');
  const received = await enter({ receivedByCustodianAt: null });
  const nobody = await draft(received, 'acknowledgement', {});
  expect(nobody.body.detail).toContain('{{receivedAt}}');
  expect((await draft(received, 'delay', DELAY)).body.detail).toContain(
    'custodian of records has not received',
  );
});

test('a letter goes by mail where the requester gave an address, and is sent again until the server takes it', async () => {
  const id = await enter({ contact: 'asker@people.example' });
  const sent = await letter(id, 'acknowledgement', {});
  expect(sent, sent.text).toMatchObject({ status: 201, body: { way: 'mail' } });
  const { db, config, now } = archive.system;
  const mailer = openMailer({ url: server.url, from: 'records@rivertown.example' });
  let written = '';
  const log = pino({ level: 'trace' }, { write: (line) => void (written += line) });
  const context = {
    db,
    log,
    mailer,
    publicUrl: config.publicUrl,
    mode: config.mode,
    gatherMs: 0,
    now,
  } as const;
  server.refuse(451);
  expect(await mailLetterOnce(context)).toBe('later');
  // Servers answer with the address that they refuse; what they say is not written down.
  expect(written).toContain('letter.failed');
  expect(written).toContain('smtp-451');
  expect(written).not.toContain('No such mailbox here');
  const listed = async () => (await call('GET', `/v1/requests/${id}/letters`)).body.letters[0];
  expect(await listed()).toMatchObject({ way: 'mail', mail: { ended: null, error: 'smtp-451' } });
  server.refuse(null);
  await archive.sql.query('update letter_mail set due_at = now(), claimed_until = null');
  expect(await mailLetterOnce(context)).toBe('mailed');
  expect(await mailLetterOnce(context)).toBeNull();
  mailer.close();
  expect(await listed()).toMatchObject({ mail: { ended: 'mailed' } });
  const mail = server.mails.at(-1);
  expect(mail).toMatchObject({ to: 'asker@people.example' });
  expect(mail?.subject).toMatch(/^TRIAL: Your request .* was received$/);
  expect(mail?.raw).toContain('filename=letter-1.pdf');
  // Who answers writes to the office of the custodian.
  expect(mail?.raw).toMatch(/^Reply-To: Office of the City Clerk <clerk@rivertown\.example>\r?$/m);
  expect((await eventsOf(id)).map(({ type }) => type)).toContain('request.letter-mailed');
  const nowhere = await enter({ contact: 'call me at noon' });
  expect((await letter(nowhere, 'acknowledgement', {}, { way: 'mail' })).body).toMatchObject({
    code: 'letter-refused',
  });
});

test('a certificate counts what the search could find: not what came later, nor what it was not asked for', async () => {
  const id = await enter();
  const counted = async (at: Date, filters: Record<string, string> = {}): Promise<number> => {
    const { unregistered } = await archive.system.db.inAgency(
      'rivertown',
      async (tx) => await readCoverage(tx, id, { n: 1, at, by: 'x', q: null, filters, found: 0, index: {} }),
    );
    return unregistered;
  };
  const fresh = `nobody-registered-${randomUUID()}`;
  const { body } = await archive.report(simpleReport({ account: fresh }));
  const { rows } = await archive.sql.query<{ at: Date }>(
    'select received_at as at from record where id = $1',
    [body.recordId],
  );
  const came = rows[0]?.at.getTime() ?? Number.NaN;
  const [before, after] = [new Date(came - 1000), new Date(came + 1000)];
  expect(await counted(before, { account: fresh })).toBe(0);
  expect(await counted(after, { account: fresh })).toBe(1);
  expect(await counted(after, { platform: 'facebook', account: fresh.toUpperCase() })).toBe(1);
  expect(await counted(after, { account: 'another' })).toBe(0);
  expect(await counted(after, { platform: 'nextdoor', account: fresh })).toBe(0);
});

test('a letter that no server takes for three days counts for no clock, and its request says so', async () => {
  const id = await enter({ contact: 'asker@people.example' });
  expect((await letter(id, 'delay', DELAY)).status).toBe(201);
  const acted = async (): Promise<unknown> =>
    ((await call('GET', `/v1/requests/${id}`)).body as unknown as { clock: { acted: unknown } }).clock.acted;
  expect(await acted()).not.toBeNull();
  const { db, config, now } = archive.system;
  const mailer = openMailer({ url: server.url, from: 'records@rivertown.example' });
  const log = pino({ level: 'silent' });
  const context = {
    db,
    log,
    mailer,
    publicUrl: config.publicUrl,
    mode: config.mode,
    gatherMs: 0,
    now,
  } as const;
  server.refuse(451);
  expect(await mailLetterOnce(context)).toBe('later');
  await archive.sql.query(
    "update letter_mail set due_at = now(), claimed_until = null, begun_at = now() - interval '4 days' where request_id = $1",
    [id],
  );
  expect(await mailLetterOnce(context)).toBe('given-up');
  server.refuse(null);
  mailer.close();
  expect(await acted()).toBeNull();
  const page = await archive.app.inject({ url: `/requests/${id}`, headers: { cookie: custodian.cookie } });
  expect(page.body).toContain('it reached nobody, and counts for no clock');
  const spanish = await archive.app.inject({
    url: `/requests/${id}`,
    headers: { cookie: custodian.cookie, 'accept-language': 'es' },
  });
  expect(spanish.body).toContain('no le llegó a nadie');
});

test('a letter says how a request ended once it has ended so, and that there was nothing with a certificate alone', async () => {
  const id = await enter();
  expect((await letter(id, 'closing', { outcome: 'denied' })).body).toMatchObject({
    code: 'letter-refused',
    detail: expect.stringContaining('Close it first') as string,
  });
  const closed = async (outcome: string) =>
    await call('POST', `/v1/requests/${id}/closing`, { outcome, appealUntil: null });
  expect((await closed('no-records')).status).toBe(200);
  expect((await letter(id, 'closing', { outcome: 'denied' })).body.detail).toContain('ended otherwise');
  expect((await letter(id, 'closing', { outcome: 'no-records' })).body.detail).toContain(
    'certify that search',
  );
  // With the certificate of its last search, and nothing that answers it, it says so.
  const none = await enter();
  await collectSearchRow(archive, none, custodian);
  await archive.sql.query(
    `insert into search_certificate (agency_id, request_id, search_n, paper, sha256, by) values ('rivertown', $1, 1, '{}', $2, 'x')`,
    [none, createHash('sha256').update('{}').digest('hex')],
  );
  await call('POST', `/v1/requests/${none}/closing`, { outcome: 'no-records', appealUntil: null });
  const said = await letter(none, 'closing', { outcome: 'no-records' });
  expect(said.status, said.text).toBe(201);
  const granted = await enter();
  await call('POST', `/v1/requests/${granted}/closing`, { outcome: 'granted', appealUntil: null });
  expect((await letter(granted, 'closing', { outcome: 'granted' })).status).toBe(201);
});

test('the search of a request is certified once, signed, and a letter that there is nothing needs it', async () => {
  await archive.work();
  const id = await enter();
  const path = `/v1/requests/${id}/certificate-of-search`;
  expect((await letter(id, 'no-records', {})).body.detail).toContain('certify that search');
  expect((await call('POST', path, {})).body).toMatchObject({ code: 'search-not-certified' });
  await collectSearchRow(archive, id, custodian);
  // A certificate is made once: of a key that the published log names already, it carries where.
  const keys = openReceiptKeys(archive.system.db, join(archive.config.keysDir, 'receipts'));
  for (let tries = 0; (await keys.keyOf('rivertown')) === null; tries += 1) {
    if (tries === 120) throw new Error('The log does not begin.');
    await sleep(500);
  }
  await logged(archive);
  const announced = async (): Promise<boolean> => {
    const key = await keys.keyOf('rivertown');
    return await archive.system.db.inAgency(
      'rivertown',
      async (at) => key !== null && (await keyProofOf(at, archive.system.logReader, key.vkey)) !== null,
    );
  };
  for (let tries = 0; !(await announced()); tries += 1) {
    if (tries === 120) throw new Error('The log does not name the key.');
    await sleep(500);
  }
  for (let tries = 0; ; tries += 1) {
    const made = await call('POST', path, {});
    if (made.status === 200) break;
    if (tries === 120) throw new Error(made.text);
    await sleep(500);
  }
  const kept = await call('GET', path);
  expect(kept.body).toMatchObject({
    format: 'holdfast-search-certificate/1',
    search: { n: 1, words: 'hidden comments', filters: { platform: 'facebook' }, found: 0 },
  });
  expect(kept.body.gaps.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['rejected', 'outages-not-recorded', 'removed-without-report']),
  );
  expect((await call('POST', path, {})).text).toBe(kept.text);
  const verdict = verifySearchCertificate(JSON.parse(kept.text), null);
  expect(verdict).toMatchObject({ verified: true, terms: { agency: 'rivertown', request: id, found: 0 } });
  expect(verifySearchCertificate(JSON.parse(kept.text), verdict?.key.vkeys[0] ?? '')?.verified).toBe(true);
  // Down to the log: by its own key, from elsewhere, and not by that of another log.
  const { rows: logKeys } = await archive.sql.query<{ vkey: string; origin: string }>(
    "select k.vkey, h.origin from log_key k join log_head h using (agency_id) where agency_id = 'rivertown'",
  );
  const ofLog = logKeys[0]?.vkey ?? '';
  expect(verifySearchCertificate(JSON.parse(kept.text), ofLog)).toMatchObject({
    verified: true,
    key: { from: 'caller', vkeys: [ofLog] },
  });
  const { vkey: another } = keyPair(logKeys[0]?.origin ?? '', Buffer.alloc(32, 5));
  expect(verifySearchCertificate(JSON.parse(kept.text), another)?.verified).toBe(false);
  const { vkey: signer } = (JSON.parse(kept.text) as { signature: { vkey: string } }).signature;
  expect(verifySearchCertificate(JSON.parse(kept.text), signer)?.verified).toBe(true);
  const forged = { ...JSON.parse(kept.text), index: { records: 9 } };
  expect(verifySearchCertificate(forged, null)).toMatchObject({ verified: false, failed: 1 });
  for (const language of ['en', 'es']) {
    const pdf = await call('GET', `${path}.pdf`, undefined, {
      cookie: `${custodian.cookie}; holdfast-language=${language}`,
    });
    expect(pdf.type).toBe('application/pdf');
    expect(pdf.bytes.includes(`search-`)).toBe(true);
  }
  const { text } = (await draft(id, 'no-records', {})).body;
  expect(text).toContain('hidden comments; on the platform facebook');
  expect(text).toContain(hash('sha256', kept.text, 'hex').slice(0, 16));
  expect((await letter(id, 'no-records', {})).status).toBe(201);
  await collectSearchRow(archive, id, custodian);
  expect((await letter(id, 'no-records', {})).body.detail, 'of a search that is not certified').toContain(
    'certify',
  );
  const names = (await eventsOf(id)).filter(({ type }) => type === 'request.search-certified');
  expect(names).toHaveLength(1);
});

test('a key sends nothing, and another agency is told of nothing', async () => {
  const id = await enter();
  const key = { authorization: `Bearer ${await archive.key('custodian')}` };
  const body = { do: 'send', kind: 'acknowledgement', language: 'en', values: {} };
  expect((await call('POST', `/v1/requests/${id}/letters`, body, key)).body.code).toBe('role-not-allowed');
  expect((await call('POST', `/v1/requests/${id}/letters`, { ...body, do: 'draft' }, key)).status).toBe(200);
  const theirs = await colleague(archive, ['custodian'], 'lakeside');
  for (const path of [
    'letters',
    'letters/1.pdf',
    'letters/1.txt',
    'certificate-of-search',
    'certificate-of-search.pdf',
  ])
    expect(
      (await call('GET', `/v1/requests/${id}/${path}`, undefined, { cookie: theirs.cookie })).body.code,
    ).toBe('sunshine-request-not-found');
  expect((await call('POST', `/v1/requests/${id}/letters`, body, { cookie: theirs.cookie })).status).toBe(
    404,
  );
  expect((await call('GET', '/v1/fee-rates', undefined, { cookie: theirs.cookie })).body).toEqual({
    number: 0,
    rates: null,
  });
});
