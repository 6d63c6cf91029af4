/** Requests under the Sunshine Law by calls, and what the database itself refuses of them. */
import { hash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAgency, changePublicFace } from '#agency/agency.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { colleague, type Colleague } from '../support/people.ts';

let archive: Archive;
let custodian: Colleague;
let moment = new Date('2026-12-04T22:50:00Z');
beforeAll(async () => {
  archive = await openArchive({ adapt: (system) => ({ ...system, now: () => moment }) });
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Denver' });
  custodian = await colleague(archive, ['custodian']);
  await archive.system.db.inAgency(
    'lakeside',
    async (at) => await changePublicFace(at, { lookUp: true, tiles: false, requests: true }, 'cli'),
  );
});
afterAll(async () => await archive?.close());

interface DueSaid {
  readonly day: string;
  readonly endsAt: string;
  readonly sentence: string;
  readonly steps: readonly { readonly code: string; readonly sentence: string }[];
}
interface ClockSaid {
  readonly standing: string;
  readonly due: DueSaid;
  readonly alarm: DueSaid;
  readonly statement: DueSaid | null;
  readonly withdrawal: unknown;
}
/** What the tests look at, of whichever answer has it. */
interface Body {
  readonly id: string;
  readonly code: string;
  readonly detail: string;
  readonly words: string;
  readonly tracking: string;
  readonly statusUrl: string;
  readonly clock: ClockSaid;
  readonly number: number;
  readonly calendar: object;
  readonly holidays: readonly object[];
  readonly requests: readonly { readonly id: string }[];
  readonly nextCursor: string;
}
interface Said {
  readonly status: number;
  readonly text: string;
  readonly body: Body;
}
async function call(
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  payload?: unknown,
  headers?: Record<string, string>,
): Promise<Said> {
  const answer = await archive.app.inject({
    method,
    url,
    headers: {
      ...(headers ?? { authorization: `Bearer ${await archive.key('custodian')}` }),
      'sec-fetch-site': 'same-origin',
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });
  return { status: answer.statusCode, text: answer.body, body: answer.json() };
}
const asPerson = (): Record<string, string> => ({ cookie: custodian.cookie });
const byNobody = {};

const WORDS = '  All hidden comments of June,\r\n"every one" of them — por favor. 🗂\n\n';
/** Friday, 4 December 2026, 4:40 pm in Missouri. */
const FRIDAY = '2026-12-04T16:40:00-06:00';
const LETTER = { channel: 'letter', words: WORDS, firstReceivedAt: FRIDAY };
const enter = async (more: object = {}): Promise<{ requestId: string; tracking: string }> => {
  const entered = await call('POST', '/v1/requests', { ...LETTER, ...more });
  expect(entered.status, entered.text).toBe(201);
  const { id, tracking } = entered.body;
  return { requestId: id, tracking };
};
const A_DAY = expect.stringMatching(/^2026-12-\d\d$/) as string;
const eventsOf = async (
  requestId: string,
): Promise<{ type: string; actor: string; body: Record<string, unknown> }[]> =>
  (
    await archive.sql.query("select type, actor, body from event where body->>'request' = $1 order by seq", [
      requestId,
    ])
  ).rows;

test('a letter is entered as it came, its clock explains itself by the calendar of the office, and it is closed by a person', async () => {
  const before = await call('GET', '/v1/calendar');
  expect(before.body).toMatchObject({
    number: 0,
    entered: false,
    zone: 'America/Chicago',
    calendar: { observes: [], hours: { '1': { opens: '08:00', closes: '17:00' } } },
  });
  const { requestId, tracking } = await enter({ receivedByCustodianAt: FRIDAY, requester: 'A. Requester' });
  expect(tracking).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  const first = await call('GET', `/v1/requests/${requestId}`);
  expect(first.body).toMatchObject({ words: WORDS, requester: 'A. Requester', contact: null, state: 'open' });
  expect(first.body.clock.due.steps[0]).toMatchObject({ code: 'calendar-not-entered' });
  expect(first.body.clock.due.day).toBe('2026-12-09');

  const changed = await call('PUT', '/v1/calendar', {
    ...before.body.calendar,
    replaces: 0,
    observes: ['christmas-day'],
    closings: [{ day: '2026-12-09', reason: 'water main' }],
  });
  expect(changed, changed.text).toMatchObject({ status: 200, body: { number: 1 } });
  const { clock } = (await call('GET', `/v1/requests/${requestId}`)).body;
  expect(clock).toMatchObject({
    standing: 'running',
    alarm: null,
    statement: null,
    withdrawal: null,
    calendar: 1,
    due: {
      countedFrom: 'custodian',
      law: { citation: '610.023.3 RSMo', reading: 'verified' },
      dayZero: '2026-12-04',
      day: '2026-12-10',
      officeCloses: '17:00',
      endsAt: '2026-12-11T06:00:00.000Z',
      businessDaysLeft: 3,
    },
  });
  expect(clock.due.steps.map(({ sentence }) => sentence)).toContain(
    'Wed 9 Dec 2026 is not counted: the office is closed: water main.',
  );

  const denied = await call('POST', `/v1/requests/${requestId}/closing`, { outcome: 'denied' });
  expect(denied, 'a key decides nothing').toMatchObject({ status: 403, body: { code: 'role-not-allowed' } });
  for (const appealUntil of ['2026-12-03', '2027-02-30', 'soon'])
    expect(
      (
        await call(
          'POST',
          `/v1/requests/${requestId}/closing`,
          { outcome: 'partly', appealUntil },
          asPerson(),
        )
      ).body,
      appealUntil,
    ).toMatchObject({ code: 'sunshine-request-invalid' });
  const closing = { outcome: 'partly', appealUntil: '2027-12-10' };
  expect(await call('POST', `/v1/requests/${requestId}/closing`, closing, asPerson())).toMatchObject({
    status: 200,
  });
  expect(await call('POST', `/v1/requests/${requestId}/closing`, closing, asPerson())).toMatchObject({
    status: 409,
    body: { code: 'sunshine-request-state' },
  });
  // What the office closes later changes nothing of how it was counted.
  const later = {
    ...before.body.calendar,
    replaces: 1,
    closings: [7, 8, 9, 10].map((day) => ({
      day: `2026-12-${String(day).padStart(2, '0')}`,
      reason: 'snow',
    })),
  };
  expect((await call('PUT', '/v1/calendar', later)).status).toBe(200);
  const closed = (await call('GET', `/v1/requests/${requestId}`)).body;
  expect(closed).toMatchObject({
    state: 'closed',
    outcome: 'partly',
    dueOn: '2026-12-10',
    appealUntil: '2027-12-10',
    closedBy: `person:${custodian.personId}`,
    clock: { standing: null, due: null, calendar: 1 },
  });

  const history = await eventsOf(requestId);
  expect(history.map(({ type }) => type)).toEqual([
    'request.received',
    'request.opened',
    'request.viewed',
    'request.viewed',
    'request.closed',
    'request.viewed',
  ]);
  expect(history[4]).toMatchObject({
    actor: `person:${custodian.personId}`,
    body: { code: 'partly', dueOn: '2026-12-10', calendarN: 1 },
  });
  const all = JSON.stringify(history);
  for (const word of ['hidden', 'June', 'Requester', tracking, tracking.replaceAll('-', '')])
    expect(all).not.toContain(word);
});

test('two receipts: an alarm runs from the first, and the clock of the law from the custodian’s', async () => {
  const { requestId } = await enter();
  const waiting = (await call('GET', `/v1/requests/${requestId}`)).body;
  expect(waiting).toMatchObject({ state: 'received', clock: { due: null, alarm: { law: null } } });
  expect(waiting.clock.alarm.sentence).toContain('No deadline of the law runs until');
  expect(
    await call('POST', `/v1/requests/${requestId}/closing`, { outcome: 'denied' }, asPerson()),
  ).toMatchObject({ status: 409, body: { code: 'sunshine-request-state' } });
  for (const [receivedByCustodianAt, code] of [
    ['2026-12-04T16:39:59-06:00', 'sunshine-request-state'],
    ['2026-12-05T16:40:00-06:00', 'time-in-future'],
    ['2026-12-04 16:45', 'sunshine-request-invalid'],
    ['2026-02-30T16:45:00Z', 'sunshine-request-invalid'],
  ])
    expect(
      (await call('POST', `/v1/requests/${requestId}/receipt`, { receivedByCustodianAt })).body.code,
      receivedByCustodianAt,
    ).toBe(code);
  const receivedByCustodianAt = '2026-12-04T16:45:00-06:00';
  const received = await call('POST', `/v1/requests/${requestId}/receipt`, { receivedByCustodianAt });
  expect(received).toMatchObject({ status: 200, body: { state: 'open' } });
  expect(await call('POST', `/v1/requests/${requestId}/receipt`, { receivedByCustodianAt })).toMatchObject({
    status: 409,
  });
  const now = (await call('GET', `/v1/requests/${requestId}`)).body;
  expect(now.clock).toMatchObject({ alarm: null, due: { law: { citation: '610.023.3 RSMo' } } });
});

test('a request whose words are no text, or whose times lie in the future, is refused with a sentence', async () => {
  for (const [more, code, sentence] of [
    [{ words: '' }, 'sunshine-request-invalid', 'Expected {"channel"'],
    [{ words: ' \n ' }, 'sunshine-request-invalid', '/words: expected a text'],
    [{ words: 'a\u0000b' }, 'sunshine-request-invalid', '/words: expected a text'],
    [{ words: 'a\uD800b' }, 'sunshine-request-invalid', '/words: expected a text'],
    [{ words: '🗂'.repeat(50_001) }, 'sunshine-request-invalid', 'xpected'],
    [{ channel: 'public-page' }, 'sunshine-request-invalid', 'Expected {"channel"'],
    [{ reason: 'because' }, 'sunshine-request-invalid', 'nothing else'],
    [{ firstReceivedAt: '2026-12-05T16:40:00Z' }, 'time-in-future', 'lies in the future'],
    [{ firstReceivedAt: '2026-12-04' }, 'sunshine-request-invalid', 'a time with its zone'],
    [
      { receivedByCustodianAt: '2026-12-04T16:39:00-06:00' },
      'sunshine-request-invalid',
      'lies before /firstReceivedAt',
    ],
  ] as const) {
    const refused = await call('POST', '/v1/requests', { ...LETTER, ...more });
    expect(refused, JSON.stringify(more).slice(0, 60)).toMatchObject({ status: 422, body: { code } });
    expect(refused.body.detail).toContain(sentence);
  }
  const longest = '🗂'.repeat(50_000);
  const { requestId } = await enter({ words: longest });
  expect((await call('GET', `/v1/requests/${requestId}`)).body.words).toBe(longest);
});

test('states follow one another by compare-and-set, and what is awaited has its clocks', async () => {
  const { requestId } = await enter({ receivedByCustodianAt: FRIDAY });
  const state = async (from: string, to: string) =>
    await call('POST', `/v1/requests/${requestId}/state`, { from, to });
  expect((await state('open', 'fee-waiting')).status).toBe(200);
  expect((await state('open', 'delayed')).body).toMatchObject({ code: 'sunshine-request-state' });
  expect((await state('fee-waiting', 'fee-waiting')).status).toBe(409);
  expect((await state('fee-waiting', 'closed')).status).toBe(422);
  const say = async (more: object) =>
    await call('POST', `/v1/requests/${requestId}/correspondence`, {
      way: 'out',
      channel: 'mail',
      words: 'Dear requester',
      at: FRIDAY,
      ...more,
    });
  expect(await say({ about: 'payment-request', feeCents: 100_001 })).toMatchObject({
    status: 201,
    body: { n: 1 },
  });
  const clock = async () => (await call('GET', `/v1/requests/${requestId}`)).body.clock;
  expect((await clock()).withdrawal).toMatchObject({
    kind: 'notice-not-sent',
    law: { citation: '610.026 RSMo', reading: 'secondary' },
  });
  expect((await say({ about: 'withdrawal-notice' })).body).toMatchObject({ n: 2 });
  expect((await clock()).withdrawal).toMatchObject({
    kind: 'after',
    from: '2026-12-04',
    days: 150,
    day: '2027-05-03',
  });
  expect((await clock()).statement).toBeNull();
  expect((await say({ way: 'in', about: 'statement-request' })).status).toBe(201);
  expect((await clock()).statement).toMatchObject({
    countedFrom: 'statement',
    law: { citation: '610.023.4 RSMo', reading: 'verified' },
  });
  expect((await say({ about: 'statement' })).status).toBe(201);
  expect((await clock()).statement).toBeNull();
  for (const wrong of [
    { about: 'statement-request' },
    { way: 'in', about: 'question' },
    { feeCents: 5 },
    { about: 'payment-request', feeCents: -1 },
    { way: 'sideways' },
    { words: '' },
  ])
    expect((await say(wrong)).body, JSON.stringify(wrong)).toMatchObject({
      code: 'sunshine-request-invalid',
    });
  await call('POST', `/v1/requests/${requestId}/closing`, { outcome: 'withdrawn' }, asPerson());
  expect((await say({ way: 'note' })).body, 'an appeal comes when it comes').toMatchObject({ n: 5 });
  const types = (await eventsOf(requestId))
    .map(({ type }) => type)
    .filter((type) => type !== 'request.viewed');
  expect(types).toEqual([
    'request.received',
    'request.opened',
    'request.moved',
    ...Array.from({ length: 4 }, () => 'request.noted'),
    'request.closed',
    'request.noted',
  ]);
});

test('the list has its pages, what is due first before the others, and each is entered as a search', async () => {
  const word = `dibbler${randomUUID().slice(0, 8)}`;
  const at = (hour: number): string => `2026-12-03T${String(hour).padStart(2, '0')}:00:00-06:00`;
  const some = async (more: object): Promise<string> =>
    (await enter({ words: `${WORDS} ${word}`, firstReceivedAt: at(8), ...more })).requestId;
  const say = async (id: string, more: object) =>
    expect(
      (
        await call('POST', `/v1/requests/${id}/correspondence`, {
          way: 'out',
          channel: 'mail',
          words: 'x',
          at: at(13),
          ...more,
        })
      ).status,
    ).toBe(201);
  const closed = await some({ receivedByCustodianAt: at(9) });
  const asked = await some({ receivedByCustodianAt: at(9) });
  for (const id of [closed, asked])
    await call('POST', `/v1/requests/${id}/closing`, { outcome: 'denied' }, asPerson());
  const late = await some({ receivedByCustodianAt: at(12) });
  const early = await some({ receivedByCustodianAt: at(10) });
  const waiting = await some({ firstReceivedAt: at(11) });
  const delayed = await some({ receivedByCustodianAt: at(8) });
  await say(delayed, { about: 'delay', promisedFor: '2026-12-18T15:00:00-06:00' });
  await say(asked, { way: 'in', about: 'statement-request' });
  const page = async (query: string) => (await call('GET', `/v1/requests?limit=4&q=${word}${query}`)).body;
  const first = await page('');
  expect(first.requests.map(({ id }) => id)).toEqual([early, waiting, late, asked]);
  expect(first.requests[1]).toMatchObject({ state: 'received', dueOn: null, alarmOn: A_DAY });
  expect(first.requests[3]).toMatchObject({
    state: 'closed',
    statementDueOn: A_DAY,
    statementStanding: 'running',
  });
  const next = await page(`&cursor=${first.nextCursor}`);
  expect(next.requests.map(({ id }) => id)).toEqual([delayed, closed]);
  expect(next.requests[0]).toMatchObject({ standing: 'acted-on', promisedOn: '2026-12-18' });
  expect(next.nextCursor).toBeNull();
  const { rows } = await archive.sql.query(
    "select body from event where type = 'search.ran' order by seq desc limit 1",
  );
  expect(rows[0].body).toEqual({ list: 'requests', filters: ['words'], continued: true, found: 2 });
  const idsOf = async (query: string) => (await page(query)).requests.map(({ id }) => id);
  expect(await idsOf('&state=statement')).toEqual([asked]);
  expect(await idsOf('&state=received')).toEqual([waiting]);
  expect(await idsOf('&state=closed')).toEqual([asked, closed]);
  expect(await idsOf('&state=running')).toHaveLength(4);
  const { tracking } = (await call('GET', `/v1/requests/${late}`)).body;
  const byNumber = await call('GET', `/v1/requests?q=${tracking.toLowerCase()}`);
  expect(byNumber.body.requests.map(({ id }) => id)).toEqual([late]);
  expect((await page('&cursor=nonsense')).code).toBe('cursor-invalid');
  expect((await page('&state=somewhere')).code).toBe('query-invalid');
  expect((await call('GET', '/v1/requests?q=a%00b')).body.code).toBe('query-invalid');
  // The answer to it takes it off.
  await say(asked, { about: 'statement', at: at(14) });
  expect(await idsOf('&state=statement')).toEqual([]);
});

test('a receipt that was written down wrong is corrected with its reason, and both stay on file', async () => {
  const { requestId } = await enter({ receivedByCustodianAt: FRIDAY });
  const correct = async (more: object) =>
    await call('POST', `/v1/requests/${requestId}/correction`, {
      firstReceivedAt: FRIDAY,
      receivedByCustodianAt: '2026-12-04T16:45:00-06:00',
      reason: 'The stamp says quarter to five',
      ...more,
    });
  for (const [more, code] of [
    [{ reason: ' ' }, 'sunshine-request-invalid'],
    [{ reason: undefined }, 'sunshine-request-invalid'],
    [{ receivedByCustodianAt: '2026-12-04T16:39:00-06:00' }, 'sunshine-request-invalid'],
    [{ receivedByCustodianAt: '2026-12-05T16:39:00-06:00' }, 'time-in-future'],
    [{ receivedByCustodianAt: null }, 'sunshine-request-state'],
    [{ receivedByCustodianAt: FRIDAY }, 'sunshine-request-state'],
  ] as const)
    expect((await correct(more)).body.code, JSON.stringify(more)).toBe(code);
  expect(await correct({ firstReceivedAt: '2026-12-03T09:00:00-06:00' })).toMatchObject({ status: 200 });
  const shown = (await call('GET', `/v1/requests/${requestId}`)).body as Body & {
    readonly corrections: readonly object[];
  };
  expect(shown).toMatchObject({
    firstReceivedAt: '2026-12-03T15:00:00.000Z',
    receivedByCustodianAt: '2026-12-04T22:45:00.000Z',
    corrections: [
      {
        n: 1,
        firstWas: '2026-12-04T22:40:00.000Z',
        custodianWas: '2026-12-04T22:40:00.000Z',
        firstReceivedAt: '2026-12-03T15:00:00.000Z',
        reason: 'The stamp says quarter to five',
      },
    ],
  });
  // The first receipt was a day earlier, and that stays visible beside the day of the law.
  expect(shown.clock.alarm.day < shown.clock.due.day).toBe(true);
  expect(shown.clock.alarm).toMatchObject({ law: null });
  expect(shown.clock.alarm.sentence).toContain('already');
  const [, , entry] = await eventsOf(requestId);
  expect(entry).toMatchObject({
    type: 'request.receipt-corrected',
    body: {
      custodianWas: '2026-12-04T22:40:00.000Z',
      receivedByCustodianAt: '2026-12-04T22:45:00.000Z',
      reason: await digestWithin(requestId, 'The stamp says quarter to five'),
    },
  });
  await call('POST', `/v1/requests/${requestId}/closing`, { outcome: 'granted' }, asPerson());
  expect(await correct({})).toMatchObject({ status: 409 });
});

test('a request lapses only after a notice, when its days are over; its requester may withdraw it any day', async () => {
  const received = '2026-02-02T10:00:00-06:00';
  const waiting = async (
    notice: string | null,
    { contact = 'PO Box 7', by = 'mail' }: { contact?: string | null; by?: string } = {},
  ): Promise<string> => {
    const { requestId } = await enter({
      firstReceivedAt: received,
      receivedByCustodianAt: received,
      ...(contact === null ? {} : { contact }),
    });
    const say = async (about: string, at: string, feeCents?: number) =>
      await call('POST', `/v1/requests/${requestId}/correspondence`, {
        way: 'out',
        channel: by,
        words: 'x',
        about,
        at,
        ...(feeCents === undefined ? {} : { feeCents }),
      });
    await say('payment-request', received, 5000);
    await call('POST', `/v1/requests/${requestId}/state`, { from: 'open', to: 'fee-waiting' });
    if (notice !== null) await say('withdrawal-notice', notice);
    return requestId;
  };
  const close = async (id: string, outcome: string) =>
    await call('POST', `/v1/requests/${id}/closing`, { outcome }, asPerson());
  const unsent = await waiting(null);
  expect(await close(unsent, 'lapsed')).toMatchObject({
    status: 409,
    body: { code: 'sunshine-request-state' },
  });
  expect((await close(unsent, 'withdrawn')).status).toBe(200);
  expect((await close(await waiting(FRIDAY), 'lapsed')).status, 'the days are not over').toBe(409);
  const over = await waiting('2026-02-03T10:00:00-06:00');
  // Paid, or waived: then nothing is open that could lapse.
  const paid = await waiting('2026-02-03T10:00:00-06:00');
  await call('POST', `/v1/requests/${paid}/state`, { from: 'fee-waiting', to: 'open' });
  expect((await close(paid, 'lapsed')).status).toBe(409);
  await call('POST', `/v1/requests/${paid}/state`, { from: 'open', to: 'fee-waiting' });
  expect((await close(paid, 'lapsed')).status).toBe(409);
  expect((await close(over, 'lapsed')).status).toBe(200);
  // A notice that was printed for somebody of whom nothing is known reached nobody.
  const unreached = await waiting('2026-02-03T10:00:00-06:00', { contact: null });
  const refused = await close(unreached, 'lapsed');
  expect(refused).toMatchObject({ status: 409, body: { code: 'sunshine-request-state' } });
  expect(refused.body.detail).toContain('the notice reached nobody');
  const told = await waiting('2026-02-03T10:00:00-06:00', { contact: null, by: 'in-person' });
  expect((await close(told, 'lapsed')).status).toBe(200);
  expect((await call('GET', `/v1/requests/${over}`)).body).toMatchObject({ outcome: 'lapsed' });
});

/** As an entry has what a request says: of the words and of the number, without which nobody guesses them. */
async function digestWithin(requestId: string, words: string): Promise<string> {
  const { rows } = await archive.sql.query<{ tracking: string }>(
    'select tracking from request where id = $1',
    [requestId],
  );
  return hash('sha256', `rivertown\n${rows[0]?.tracking ?? ''}\n${words}`, 'hex');
}

test('what a statement does to a request is entered, though nobody of ours wrote it', async () => {
  const { requestId } = await enter({ receivedByCustodianAt: FRIDAY });
  const client = new Client({ connectionString: archive.databaseUrl, options: '-c role=holdfast_app' });
  await client.connect();
  try {
    await client.query("select set_config('app.agency', 'rivertown', false)");
    await client.query("update request set state = 'delayed' where id = $1", [requestId]);
    await client.query(
      `insert into request_correspondence (agency_id, request_id, n, way, channel, words, at, by)
       values ('rivertown', $1, 1, 'note', 'phone', 'numbat', now(), 'x')`,
      [requestId],
    );
  } finally {
    await client.end();
  }
  const history = await eventsOf(requestId);
  expect(history.slice(2)).toMatchObject(
    [
      { type: 'request.moved', actor: /^sql:/, body: { code: 'delayed', from: 'open' } },
      {
        type: 'request.noted',
        actor: /^sql:/,
        body: { n: 1, way: 'note', words: await digestWithin(requestId, 'numbat') },
      },
    ].map((one) => ({ ...one, actor: expect.stringMatching(one.actor) as string })),
  );
  expect(history[0]?.body).toMatchObject({
    firstReceivedAt: '2026-12-04T22:40:00.000Z',
    words: await digestWithin(requestId, WORDS),
    contact: null,
  });
});

describe('anybody', () => {
  test('asks without an account, and learns the state, the day and what is awaited, by the number alone', async () => {
    const secret = `wombat${randomUUID().slice(0, 8)}`;
    const asked = await call(
      'POST',
      '/v1/public/lakeside/requests',
      { words: `Please: ${secret}`, language: 'es' },
      byNobody,
    );
    expect(asked, asked.text).toMatchObject({ status: 201 });
    const { tracking, statusUrl } = asked.body;
    const standing = await call('GET', statusUrl, undefined, byNobody);
    expect(standing.body).toEqual({
      tracking,
      state: 'received',
      dueOn: null,
      awaited: 'custodian',
      sentence: 'The body has your request. It waits for the custodian of records.',
    });
    // As somebody types it.
    const typed = tracking.replaceAll('-', '').toLowerCase();
    expect((await call('GET', `/v1/public/lakeside/requests/${typed}`, undefined, byNobody)).status).toBe(
      200,
    );
    const lakeside = { authorization: `Bearer ${await archive.key('custodian', 'lakeside')}` };
    const [mine] = (await call('GET', '/v1/requests', undefined, lakeside)).body.requests;
    const id = mine?.id ?? '';
    expect(mine).toMatchObject({ channel: 'public-page', tracking, alarmOn: '2026-12-09' });
    const receivedByCustodianAt = moment.toISOString();
    await call('POST', `/v1/requests/${id}/receipt`, { receivedByCustodianAt }, lakeside);
    const open = await call('GET', statusUrl, undefined, byNobody);
    expect(open.body).toMatchObject({ state: 'open', dueOn: '2026-12-09', awaited: 'answer' });
    expect(open.text).not.toContain(secret);
    expect((await eventsOf(id))[0]).toMatchObject({ type: 'request.received', actor: 'public' });
    // Of another body the number is none, nor is one that is not well made, nor is there such a body.
    for (const [url, code] of [
      [`/v1/public/rivertown/requests/${tracking}`, 'sunshine-request-not-found'],
      ['/v1/public/lakeside/requests/0000-0000-0000-0000', 'sunshine-request-not-found'],
      ['/v1/public/lakeside/requests/x', 'sunshine-request-not-found'],
      [`/v1/public/nowhere/requests/${tracking}`, 'agency-not-found'],
      [`/v1/public/system/requests/${tracking}`, 'agency-not-found'],
    ])
      expect(await call('GET', url ?? '', undefined, byNobody), url).toMatchObject({
        status: 404,
        body: { code },
      });
    for (const agency of ['nowhere', 'system'])
      expect(
        await call('POST', `/v1/public/${agency}/requests`, { words: 'x' }, byNobody),
        agency,
      ).toMatchObject({ status: 404, body: { code: 'agency-not-found' } });
    // Before somebody of the body says so, it takes none this way: it would lie where nobody looks.
    expect(await call('POST', '/v1/public/rivertown/requests', { words: 'x' }, byNobody)).toMatchObject({
      status: 404,
      body: { code: 'sunshine-not-taken-here' },
    });
    const other = await call('GET', '/v1/requests?limit=200');
    expect(other.text).not.toContain(secret);
    expect(await call('GET', `/v1/requests/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'sunshine-request-not-found' },
    });
  });

  test('is refused a reason, a channel and times of their own, and a flood', async () => {
    for (const more of [{ reason: 'x' }, { channel: 'letter' }, { firstReceivedAt: FRIDAY }])
      expect(
        await call('POST', '/v1/public/lakeside/requests', { words: 'x', ...more }, byNobody),
      ).toMatchObject({ status: 422, body: { code: 'sunshine-request-invalid' } });
    const answers: number[] = [];
    for (let n = 0; n < 25; n += 1)
      answers.push((await call('POST', '/v1/public/lakeside/requests', { words: 'x' }, byNobody)).status);
    expect(answers.at(-1)).toBe(429);
  });
});

describe('a calendar', () => {
  test('is changed from the one that was read, and otherwise refused with what was expected', async () => {
    const now = (await call('GET', '/v1/calendar')).body;
    const put = async (more: object) =>
      await call('PUT', '/v1/calendar', { ...now.calendar, replaces: now.number, ...more });
    expect(now.holidays).toHaveLength(13);
    expect(now.holidays[7]).toMatchObject({
      id: 'independence-day',
      days: [
        { nominal: '2026-07-04', day: '2026-07-04', moved: null },
        { day: '2026-07-03', moved: 'saturday-to-friday', reading: 'verified' },
        { nominal: '2027-07-04', day: '2027-07-05', moved: 'sunday-to-monday', reading: 'computed' },
        { day: '2028-07-04' },
      ],
    });
    for (const [wrong, sentence] of [
      [{ hours: {} }, '/hours: Expected at least one working day'],
      [{ hours: { '1': { opens: '8:00', closes: '17:00' } } }, '/hours: Expected times of day'],
      [{ hours: { '7': { opens: '08:00', closes: '17:00' } } }, 'Expected what GET /v1/calendar shows'],
      [{ observes: ['arbor-day'] }, 'Expected what GET /v1/calendar shows'],
      [{ closings: [{ day: '2026-02-30', reason: 'x' }] }, '/closings: Expected days'],
      [{ closings: [{ day: '2026-02-03', reason: 'a\u0000' }] }, '/closings: Expected days'],
      [{ closings: [{ day: '2026-02-03', reason: '\uD800' }] }, '/closings: Expected days'],
      [{ zone: 'UTC' }, 'Expected what GET /v1/calendar shows'],
    ] as const) {
      const refused = await put(wrong);
      expect(refused, JSON.stringify(wrong)).toMatchObject({
        status: 422,
        body: { code: 'calendar-invalid' },
      });
      expect(refused.body.detail).toContain(sentence);
    }
    for (const replaces of [now.number - 1, now.number + 1])
      expect(await put({ replaces })).toMatchObject({ status: 409, body: { code: 'calendar-changed' } });
    // Two at one moment: one of them is told.
    const both = await Promise.all([put({}), put({})]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const { rows } = await archive.sql.query(
      "select body from event where type = 'calendar.changed' and agency_id = 'rivertown' order by seq desc limit 1",
    );
    expect(rows[0].body).toEqual({
      n: now.number + 1,
      calendar: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });
});

describe('the database itself', () => {
  const asApp = async (statement: string, values: unknown[] = []): Promise<string> => {
    const client = new Client({ connectionString: archive.databaseUrl, options: '-c role=holdfast_app' });
    await client.connect();
    try {
      await client.query("select set_config('app.agency', 'rivertown', false)");
      await client.query(statement, values);
      return 'done';
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    } finally {
      await client.end();
    }
  };

  test('refuses what the archive’s own role may not do, each with its code', async () => {
    const received = (await enter()).requestId;
    const open = (await enter({ receivedByCustodianAt: FRIDAY })).requestId;
    const closed = (await enter({ receivedByCustodianAt: FRIDAY })).requestId;
    await call('POST', `/v1/requests/${closed}/closing`, { outcome: 'granted' }, asPerson());
    const close = "update request set state = 'closed', closed_at = now(), closed_by = 'x', outcome =";
    const insert = (state: string, custodian_: string) =>
      `insert into request (agency_id, id, tracking, channel, words, first_received_at, custodian_received_at, state, entered_by)
       values ('rivertown', gen_random_uuid(), '0123456789ABCDEF', 'letter', 'x', now(), ${custodian_}, '${state}', 'x')`;
    const tried: readonly (readonly [string, string, unknown[]?])[] = [
      ['HF060', insert('delayed', 'now()')],
      ['HF060', insert('open', 'null')],
      ['HF060', insert('received', 'now()')],
      ['HF060', "update request set state = 'delayed' where id = $1", [received]],
      ['HF060', "update request set state = 'received' where id = $1", [open]],
      ['HF060', `${close} 'denied' where id = $1`, [received]],
      [
        'HF061',
        "update request set state = 'open', closed_at = null, closed_by = null, outcome = null where id = $1",
        [closed],
      ],
      ['HF061', "update request set outcome = 'denied' where id = $1", [closed]],
      ['HF061', "update request set appeal_until = '2026-01-01' where id = $1", [closed]],
      [
        'HF062',
        "update request set custodian_received_at = custodian_received_at + interval '1 day' where id = $1",
        [open],
      ],
      ['HF062', 'update request set custodian_received_at = null where id = $1', [open]],
      [
        'HF062',
        "update request set state = 'open', custodian_received_at = first_received_at - interval '1 second' where id = $1",
        [received],
      ],
      ['HF062', 'update request set custodian_received_at = now() where id = $1', [received]],
      ['HF064', "update request set state = 'open' where id = $1", [received]],
      [
        'HF063',
        `insert into agency_calendar (agency_id, n, hours, observes, saturday_holidays, closings, after_hours, by)
                 values ('rivertown', 999, '{"1": {}}', '{}', 'business-day', '[]', 'that-day', 'x')`,
      ],
      ['23514', "update request set outcome = 'granted' where id = $1", [open]],
      ['23514', "update request set due_on = '2027-06-01' where id = $1", [open]],
      ['42501', "update request set words = 'x' where id = $1", [open]],
      ['HF066', 'update request set first_received_at = now() where id = $1', [open]],
      [
        'HF066',
        `insert into request_correction (agency_id, request_id, n, first_was, custodian_was, first_received_at, custodian_received_at, reason, by)
         select agency_id, id, 2, first_received_at, custodian_received_at, first_received_at - interval '1 day', custodian_received_at, 'x', 'x'
           from request where id = $1`,
        [open],
      ],
      ['HF065', `${close} 'lapsed' where id = $1`, [open]],
      ['42501', 'update request set settled_fee = 9 where id = $1', [open]],
      ['42501', "update request_correction set reason = 'x'"],
      ['42501', 'delete from request_correction'],
      ['42501', 'delete from request where id = $1', [open]],
      ['42501', "update request_correspondence set words = 'x'"],
      ['42501', 'delete from request_correspondence'],
      ['42501', 'update agency_calendar set n = n'],
      ['42501', 'delete from agency_calendar'],
    ];
    for (const [code, statement, values] of tried)
      expect(await asApp(statement, values), statement).toBe(code);
    // What is allowed is so: these statements fail for what they want, and not for how they are written.
    expect(await asApp("update request set state = 'delayed' where id = $1", [open])).toBe('done');
    expect(await asApp(`${close} 'withdrawn' where id = $1`, [received])).toBe('done');
  });

  test('shows nobody who is not entered: without the entry there is no answer', async () => {
    const { requestId } = await enter();
    await archive.sql.query('revoke insert on event from holdfast_app');
    try {
      for (const url of ['/v1/requests', `/v1/requests/${requestId}`]) {
        const answer = await call('GET', url);
        expect(answer.status, url).toBeGreaterThanOrEqual(500);
        expect(answer.text).not.toContain('hidden comments');
      }
    } finally {
      await archive.sql.query('grant insert on event to holdfast_app');
    }
    expect((await call('GET', `/v1/requests/${requestId}`)).text).toContain('hidden comments');
  });
});

test('an evening after closing, a day before and the morning after: the standing follows the clock on the wall', async () => {
  const { requestId } = await enter({ receivedByCustodianAt: FRIDAY });
  const { day, endsAt } = (await call('GET', `/v1/requests/${requestId}`)).body.clock.due;
  const standing = async (at: Date): Promise<string> => {
    moment = at;
    return (await call('GET', `/v1/requests/${requestId}`)).body.clock.standing;
  };
  const before = moment;
  try {
    expect(await standing(new Date(`${day}T16:59:00-06:00`))).toBe('due-today');
    expect(await standing(new Date(`${day}T17:00:00-06:00`))).toBe('past-closing');
    expect(await standing(new Date(endsAt))).toBe('overdue');
  } finally {
    moment = before;
  }
});

test('every entry of a request is in the log, and none says a word of it or names anybody', async () => {
  const secret = `potoroo${randomUUID().slice(0, 8)}`;
  const { requestId, tracking } = await enter({
    words: secret,
    requester: secret,
    contact: secret,
    receivedByCustodianAt: FRIDAY,
  });
  const note = { way: 'note', channel: 'phone', words: secret, at: FRIDAY };
  await call('POST', `/v1/requests/${requestId}/correspondence`, note);
  await call('POST', `/v1/requests/${requestId}/state`, { from: 'open', to: 'delayed' });
  await call('POST', `/v1/requests/${requestId}/closing`, { outcome: 'denied' }, asPerson());
  const calendar = (await call('GET', '/v1/calendar')).body;
  await call('PUT', '/v1/calendar', {
    ...calendar.calendar,
    replaces: calendar.number,
    closings: [{ day: '2026-12-24', reason: secret }],
  });
  await archive.work('log');
  const inLog = async (): Promise<string[]> =>
    (
      await archive.sql.query<{ entry: string }>(
        "select convert_from(entry, 'UTF8') as entry from log_leaf where agency_id = 'rivertown' order by idx",
      )
    ).rows.map(({ entry }) => entry);
  const deadline = performance.now() + 60_000;
  while ((await archive.sql.query('select from log_outbox')).rowCount !== 0) {
    if (performance.now() > deadline) throw new Error('The log took longer than a minute.');
    await sleep(100);
  }
  await archive.stopWork();
  const entries = (await inLog()).map((text) => JSON.parse(text) as Record<string, unknown>);
  const ofIt = entries.filter(({ subject }) => subject === `request:${requestId}`);
  expect(ofIt.map(({ type, facts }) => [type, Object.keys(facts as object).toSorted()])).toEqual([
    ['request.received', ['detailCommitment']],
    ['request.opened', ['detailCommitment']],
    ['request.noted', ['detailCommitment']],
    ['request.moved', ['code', 'detailCommitment']],
    ['request.closed', ['code', 'detailCommitment']],
  ]);
  const changes = entries.filter(({ type }) => type === 'calendar.changed');
  expect(changes.length).toBeGreaterThan(0);
  for (const { subject, facts } of changes)
    expect([subject, ...Object.keys(facts as object)]).toEqual([null, 'detailCommitment']);
  const all = JSON.stringify(entries);
  for (const word of [secret, hash('sha256', secret, 'hex'), tracking, tracking.replaceAll('-', '')])
    expect(all).not.toContain(word);
});
