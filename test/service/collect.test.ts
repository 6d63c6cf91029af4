/** What is looked for because of a request: held from the same commit on, in its set, and let go when the request lets go. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { withheldIn } from '#production/production.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import {
  approvedList,
  asApplication,
  locksEnded,
  makeDue,
  openDisposing,
  pass,
  sealedAhead,
  SHORT,
  type Disposing,
} from '../support/disposing.ts';
import { colleague, type Colleague } from '../support/people.ts';

let archive: Archive;
let scene: Disposing;
let custodian: Colleague;
let stranger: Colleague;
/** As the processes connect. */
let app: Client;
let sealed: () => Promise<string>;

beforeAll(async () => {
  archive = await openArchive({ env: SHORT });
  await archive.work();
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
  custodian = await colleague(archive, ['custodian']);
  stranger = await colleague(archive, ['custodian', 'administrator'], 'lakeside');
  scene = await openDisposing(archive);
  sealed = await sealedAhead(archive, 1, 'wallaby');
  app = await asApplication(archive);
});
afterAll(async () => {
  await app?.end();
  await scene?.opened.close();
  await archive?.close();
});

interface Said {
  readonly status: number;
  readonly text: string;
  readonly body: Body;
}
/** What the tests look at, of whichever answer has it. */
interface Body {
  readonly id: string;
  readonly tracking: string;
  readonly code: string;
  readonly detail: string;
  readonly requestId?: string;
  readonly problems: readonly object[];
  readonly holdId: string;
  readonly indexState: { readonly asOf: string; readonly newestRecordAt: string; readonly records: number };
  readonly searches: readonly { readonly n: number }[];
  readonly holds: readonly object[];
  readonly proposal: object;
  readonly records: readonly InSet[];
  readonly count: object;
  readonly compared: object;
  readonly nextCursor: string | null;
}
interface InSet {
  readonly recordId: string;
  readonly same: readonly string[];
  readonly nearly: readonly { readonly recordId: string }[];
  readonly elsewhere: readonly { readonly number: string }[];
}
async function ask(
  method: 'GET' | 'POST',
  url: string,
  body?: object,
  who: Colleague = custodian,
): Promise<Said> {
  const answer = await archive.app.inject({
    method,
    url,
    headers: {
      cookie: who.cookie,
      'sec-fetch-site': 'same-origin',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, text: answer.body, body: answer.json() };
}

const RECEIVED = '2026-11-02T10:00:00-06:00';
async function requested(words = 'All of it'): Promise<{ id: string; tracking: string }> {
  const said = await ask('POST', '/v1/requests', {
    channel: 'letter',
    words,
    firstReceivedAt: RECEIVED,
    receivedByCustodianAt: RECEIVED,
  });
  expect(said.status, said.text).toBe(201);
  return said.body;
}
const reported = async (text: string, more: object = {}): Promise<string> => {
  const { status, body } = await archive.report(simpleReport({ text, ...more }));
  expect(status).toBe(202);
  return body.recordId;
};
const search = async (id: string, body: object, who = custodian): Promise<Said> =>
  await ask('POST', `/v1/requests/${id}/searches`, body, who);
const setOf = async (id: string): Promise<string[]> =>
  (await ask('GET', `/v1/requests/${id}/records?limit=200`)).body.records.map(({ recordId }) => recordId);

async function sqlState(statement: string, values: unknown[] = []): Promise<string> {
  try {
    await app.query(statement, values);
    return 'done';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

test('a search holds what it finds and what comes later, and says how far the index reached', async () => {
  const word = `bettong${randomUUID().slice(0, 8)}`;
  const { id, tracking } = await requested(`Everything about ${word}`);
  const first = await reported(`one ${word}`);
  const found = await search(id, { q: word, filters: { platform: 'facebook' } });
  expect(found, found.text).toMatchObject({ status: 201, body: { n: 1, found: 1, held: 1 } });
  const { indexState, holdId } = found.body;
  expect(indexState).toMatchObject({
    newestRecordAt: expect.any(String),
    oldestRecordAt: expect.any(String),
    beingDestroyed: 0,
    destroyed: 0,
    rejected: expect.any(Number),
    accounts: expect.any(Number),
    accountsWithoutRecords: expect.any(Number),
  });
  expect(indexState.records).toBeGreaterThan(0);
  expect(new Date(indexState.asOf).getTime()).toBeGreaterThanOrEqual(
    new Date(indexState.newestRecordAt).getTime(),
  );

  const hold = await ask('GET', `/v1/holds/${holdId}`);
  expect(hold.body).toMatchObject({
    kind: 'sunshine-request',
    standing: true,
    title: expect.stringContaining(tracking),
    search: { q: word, platform: 'facebook' },
  });
  expect(await setOf(id)).toEqual([first]);
  // In the commit in which it comes: nobody looked meanwhile.
  const second = await reported(`two ${word}`);
  await reported('nothing of the kind');
  expect(await setOf(id)).toEqual([first, second].toSorted());
  const again = await search(id, { q: word });
  expect(again.body).toMatchObject({ n: 2, found: 2 });
  expect(await setOf(id)).toHaveLength(2);

  const { body } = await ask('GET', `/v1/requests/${id}/searches`);
  expect(body.searches.map(({ n }) => n)).toEqual([1, 2]);
  expect(body.holds).toHaveLength(2);
  expect(body.holds[0]).toMatchObject({ holdId, records: 2, keptUntil: null, mayBeReleased: false });
  expect(body.proposal).toMatchObject({ q: '', platform: '' });

  const { rows } = await archive.sql.query(
    "select type, body from event where body->>'request' = $1 order by seq",
    [id],
  );
  expect(rows.map(({ type }) => type)).toContain('request.searched');
  expect(rows.find(({ type }) => type === 'request.searched')?.body).toMatchObject({
    records: 1,
    about: [`hold:${holdId}`],
  });
  expect(JSON.stringify(rows)).not.toContain(word);
});

test('what is asked for badly is refused with a sentence, and nothing is held', async () => {
  const { id } = await requested();
  const before = (await archive.sql.query('select count(*) from hold')).rows;
  for (const body of [
    {},
    { q: ' ' },
    { q: null, filters: {} },
    { q: 'x', filters: { parked: 'true' } },
    { q: 'x', filters: { from: 'soon' } },
    { q: 'x', more: 1 },
    { filters: { series: 7 } },
  ]) {
    const said = await search(id, body);
    expect(said, JSON.stringify(body)).toMatchObject({
      status: 422,
      body: { code: 'sunshine-request-invalid' },
    });
    expect(said.body.detail).toMatch(/[Ee]xpected/);
  }
  for (const where of [randomUUID(), 'x'])
    expect((await search(where, { q: 'x' })).body).toMatchObject({ code: 'sunshine-request-not-found' });
  expect((await ask('POST', `/v1/requests/${id}/records`, { records: [randomUUID()] })).body).toMatchObject({
    status: 404,
    code: 'record-not-found',
  });
  expect((await archive.sql.query('select count(*) from hold')).rows).toEqual(before);
  expect((await archive.sql.query('select from request_hold where request_id = $1', [id])).rowCount).toBe(0);
});

test('records are named one by one, held, and in the set', async () => {
  const { id } = await requested();
  const recordId = await reported(`named ${randomUUID()}`);
  const named = await ask('POST', `/v1/requests/${id}/records`, {
    records: [recordId.toUpperCase(), recordId],
  });
  expect(named, named.text).toMatchObject({ status: 201, body: { held: 1 } });
  const { records } = (await ask('GET', `/v1/requests/${id}/records`)).body;
  expect(records).toMatchObject([{ recordId, searchN: null, n: 0, answer: null, changedSince: false }]);
  expect((await ask('GET', `/v1/holds/${named.body.holdId}`)).body).toMatchObject({ standing: false });
});

describe('a hold of a request', () => {
  const release = async (holdId: string, who = custodian): Promise<Said> =>
    await ask('POST', `/v1/holds/${holdId}/release`, { reason: 'the request let go' }, who);

  test('is let go after the closing and the time of appeal, by a custodian who has no part in the disposal', async () => {
    const word = `quoll${randomUUID().slice(0, 8)}`;
    const { id } = await requested();
    const recordId = await reported(word);
    const { holdId } = (await search(id, { q: word })).body;
    expect(await release(holdId)).toMatchObject({ status: 409, body: { code: 'hold-of-request' } });
    expect(
      await ask('POST', `/v1/requests/${id}/kept-until`, { until: '2031-01-01', reason: 'x' }),
    ).toMatchObject({ status: 409, body: { code: 'sunshine-request-state' } });
    const closing = await ask('POST', `/v1/requests/${id}/closing`, { outcome: 'granted' });
    expect(closing.status, closing.text).toBe(200);
    // Nobody said until when.
    expect(await release(holdId)).toMatchObject({ status: 409, body: { code: 'hold-of-request' } });
    for (const until of ['2020-01-01', '2030-02-30', 'soon'])
      expect(
        (await ask('POST', `/v1/requests/${id}/kept-until`, { until, reason: 'x' })).body,
        until,
      ).toMatchObject({ code: 'sunshine-request-invalid' });
    const kept = await ask('POST', `/v1/requests/${id}/kept-until`, {
      until: '2031-01-01',
      reason: 'An appeal came.',
    });
    expect(kept, kept.text).toMatchObject({ status: 201 });
    expect(await release(holdId)).toMatchObject({ status: 409, body: { code: 'hold-of-request' } });
    const heldOf = async () => (await ask('GET', `/v1/requests/${id}/searches`)).body.holds[0];
    expect(await heldOf()).toMatchObject({ keptUntil: '2031-01-01', mayBeReleased: false });
    // The processes are refused by the database itself.
    await app.query('begin');
    expect(
      await sqlState(
        'update hold set released_at = now(), released_by = $2, release_reason = $3 where id = $1',
        [holdId, custodian.personId, 'x'],
      ),
    ).toBe('HF072');
    await app.query('rollback');

    // For longer, and not for shorter: whoever was told a day may count on it.
    expect(
      await ask('POST', `/v1/requests/${id}/kept-until`, { until: '2030-12-31', reason: 'x' }),
    ).toMatchObject({ status: 409, body: { code: 'sunshine-request-state' } });
    expect(
      await sqlState(
        "insert into request_kept_until (agency_id, request_id, n, until, reason, by) values ('rivertown', $1, 2, current_date, 'x', 'x')",
        [id],
      ),
    ).toBe('HF069');

    // The day of the appeal is over: as if years had passed, past the trigger.
    await archive.sql.query("set session_replication_role = 'replica'");
    await archive.sql.query(
      "insert into request_kept_until (agency_id, request_id, n, until, reason, by) values ('rivertown', $1, 2, current_date - 2, 'x', 'test')",
      [id],
    );
    await archive.sql.query("set session_replication_role = 'origin'");
    expect(await heldOf()).toMatchObject({ mayBeReleased: true });
    // After the closing a record is held by it, and nobody reviews it.
    const late = await reported(`late ${word}`);
    expect(await setOf(id)).toEqual([recordId]);
    const { rowCount } = await archive.sql.query(
      'select from hold_record where hold_id = $1 and record_id = $2',
      [holdId, late],
    );
    expect(rowCount).toBe(1);
    const officer = await colleague(archive, ['custodian', 'retention-officer']);
    expect(await release(holdId, officer)).toMatchObject({ body: { code: 'hold-not-yours-to-release' } });
    expect(await release(holdId)).toMatchObject({ status: 200 });
    expect(await heldOf()).toMatchObject({ mayBeReleased: false, releasedAt: expect.any(String) });
  });

  test('stops a disposal that was approved already', { timeout: 180_000 }, async () => {
    const recordId = await sealed();
    await makeDue(archive, recordId);
    await locksEnded(archive, recordId);
    const list = await approvedList(scene, [recordId]);
    const { id, tracking } = await requested();
    const found = await search(id, { q: 'wallaby' });
    expect(found.body).toMatchObject({ found: 1 });
    const item = async () =>
      (
        await archive.sql.query<{ state: string; code: string | null }>(
          'select state, code from disposal_item where disposal_id = $1',
          [list],
        )
      ).rows[0];
    for (let tries = 0; (await item())?.state === 'listed'; tries += 1) {
      expect(tries, JSON.stringify(await item())).toBeLessThan(100);
      await pass(scene);
      await sleep(200);
    }
    expect(await item()).toEqual({ state: 'refused', code: 'request-open' });
    const { rows } = await archive.sql.query('select state from record where id = $1', [recordId]);
    expect(rows).toEqual([{ state: 'complete' }]);
    // Whoever reads the record sees of which request.
    const page = await archive.app.inject({
      url: `/records/${recordId}`,
      headers: { cookie: custodian.cookie },
    });
    expect(page.body).toContain(tracking);
    // And whoever reads the list, on its page and by its call; an officer, who sees nothing of requests, sees none.
    const { officer } = scene;
    const listed = async (cookie: string) =>
      (await archive.app.inject({ url: `/v1/disposals/${list}`, headers: { cookie } })).json<{
        items: { requests: object[] }[];
      }>().items[0]?.requests;
    expect(await listed(custodian.cookie)).toEqual([{ id, number: tracking }]);
    expect(await listed(officer.cookie)).toEqual([]);
    const shown = await archive.app.inject({
      url: `/disposals/${list}`,
      headers: { cookie: custodian.cookie },
    });
    expect(shown.body).toContain(`Request ${tracking}`);
  });
});

test('a search that is too long to be run as it was typed is not cut into another one', async () => {
  const { id } = await requested();
  const typed = `${'"Ada Marlowe" or '.repeat(30)}"Bea Quillon"`;
  const answer = await archive.app.inject({
    method: 'POST',
    url: `/requests/${id}/collect`,
    headers: {
      cookie: custodian.cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
      'accept-language': 'es',
    },
    payload: new URLSearchParams({ as: custodian.personId, q: typed }).toString(),
  });
  expect([answer.statusCode, answer.body.includes('demasiado largo')], answer.body).toEqual([422, true]);
  expect(answer.body).toContain('Bea Quillon');
  expect((await ask('GET', `/v1/requests/${id}/searches`)).body.searches).toEqual([]);
});

test('a closed request looks for nothing, and decides nothing', async () => {
  const { id } = await requested();
  const recordId = await reported(`closed ${randomUUID()}`);
  await ask('POST', `/v1/requests/${id}/records`, { records: [recordId] });
  expect((await ask('POST', `/v1/requests/${id}/closing`, { outcome: 'denied' })).status).toBe(200);
  for (const said of [
    await search(id, { q: 'x' }),
    await ask('POST', `/v1/requests/${id}/records`, { records: [recordId] }),
  ])
    expect(said).toMatchObject({ status: 409, body: { code: 'sunshine-request-state' } });
  expect(
    await sqlState(
      "insert into review (agency_id, request_id, record_id, n, answer, by) values ('rivertown', $1, $2, 1, 'release', 'x')",
      [id, recordId],
    ),
  ).toBe('HF071');
  expect(
    await sqlState(
      "insert into request_search (agency_id, request_id, n, search, found, index_state, by) values ('rivertown', $1, 1, '{}', 0, '{}', 'x')",
      [id],
    ),
  ).toBe('HF071');
});

test('what was collected and decided is added to, and never changed', async () => {
  const { id } = await requested();
  const recordId = await reported(`kept ${randomUUID()}`);
  await ask('POST', `/v1/requests/${id}/records`, { records: [recordId] });
  for (const table of ['request_search', 'request_hold', 'request_record', 'review', 'request_kept_until']) {
    expect(await sqlState(`delete from ${table}`), table).toBe('42501');
    expect(await sqlState(`update ${table} set request_id = request_id`), table).toBe('42501');
  }
  // A hold of another kind is not tied, and a search without its hold neither.
  const { rows } = await archive.sql.query<{ id: string }>(
    `insert into hold (agency_id, id, kind, title, reason, ends, placed_by)
     values ('rivertown', gen_random_uuid(), 'other', 'x', 'x', 'x', 'x') returning id`,
  );
  expect(
    await sqlState("insert into request_hold (agency_id, request_id, hold_id) values ('rivertown', $1, $2)", [
      id,
      rows[0]?.id,
    ]),
  ).toBe('HF073');
  expect(
    await sqlState(
      `insert into request_search (agency_id, request_id, n, search, found, index_state, hold_id, by)
       values ('rivertown', $1, 1, '{"q": "x"}', 0, '{}', $2, 'x')`,
      [id, rows[0]?.id],
    ),
  ).toBe('HF073');
});

test('another agency learns nothing of it: by no call, no number, and no sentence', async () => {
  const word = `potoroo${randomUUID().slice(0, 8)}`;
  const { id, tracking } = await requested(`About ${word}`);
  const recordId = await reported(word);
  const { holdId } = (await search(id, { q: word })).body;
  const nowhere = randomUUID();
  const decision = {
    after: 0,
    seen: { facts: 1, files: 1 },
    answer: 'release',
    exemption: null,
    description: null,
    fields: null,
    files: null,
  };
  for (const [method, url, payload] of [
    ['GET', '/v1/requests/{}/searches'],
    ['POST', '/v1/requests/{}/searches', { q: word }],
    ['GET', '/v1/requests/{}/records'],
    ['POST', '/v1/requests/{}/records', { records: [recordId] }],
    ['POST', `/v1/requests/{}/records/${recordId}/review`, decision],
    ['POST', '/v1/requests/{}/kept-until', { until: '2031-01-01', reason: 'x' }],
  ] as const) {
    const theirs = await ask(method, url.replace('{}', id), payload, stranger);
    const none = await ask(method, url.replace('{}', nowhere), payload, stranger);
    const same = ({ status, body }: Said) => ({ status, said: { ...body, requestId: '' } });
    expect(same(theirs), url).toEqual(same(none));
    expect(theirs.status, url).toBe(404);
    for (const secret of [word, tracking, holdId, recordId]) expect(theirs.text, url).not.toContain(secret);
  }
  // Their own request finds nothing of it, and may not name it.
  const theirs = await ask(
    'POST',
    '/v1/requests',
    { channel: 'letter', words: 'x', firstReceivedAt: RECEIVED, receivedByCustodianAt: RECEIVED },
    stranger,
  );
  const found = await search(theirs.body.id, { q: word }, stranger);
  expect(found.body).toMatchObject({
    found: 0,
    held: 0,
    indexState: { records: 0, rejected: 0, newestRecordAt: null },
  });
  expect(
    await ask('POST', `/v1/requests/${theirs.body.id}/records`, { records: [recordId] }, stranger),
  ).toMatchObject({ status: 404, body: { code: 'record-not-found' } });
  for (const url of [
    `/requests/${id}/collect`,
    `/requests/${id}/review`,
    `/requests/${id}/review/${recordId}`,
  ]) {
    const page = await archive.app.inject({ url, headers: { cookie: stranger.cookie } });
    expect(page.statusCode, url).toBe(404);
    for (const secret of [word, tracking, holdId]) expect(page.body, url).not.toContain(secret);
  }
});

describe('a decision', () => {
  const whole = { exemption: null, description: null, fields: null, files: null };
  const countsOf = async (recordId: string) =>
    (
      await archive.sql.query<{ facts: number; files: number }>(
        `select (select count(*)::int from fact where record_id = $1) as facts,
                (select count(*)::int from artifact where record_id = $1) as files`,
        [recordId],
      )
    ).rows[0] ?? { facts: 0, files: 0 };
  const decide = async (id: string, recordId: string, more: object, who = custodian): Promise<Said> =>
    await ask(
      'POST',
      `/v1/requests/${id}/records/${recordId}/review`,
      { after: 0, seen: await countsOf(recordId), ...whole, ...more },
      who,
    );
  async function oneIn(text: string, more: object = {}): Promise<{ id: string; recordId: string }> {
    const { id } = await requested();
    const recordId = await reported(text, more);
    await archive.until(recordId, (receipt) => receipt.status === 'complete');
    await ask('POST', `/v1/requests/${id}/records`, { records: [recordId] });
    return { id, recordId };
  }

  test('is kept beside those before it, the newest counts, and who comes second is told', async () => {
    const { id, recordId } = await oneIn(`decided ${randomUUID()}`);
    expect(await decide(id, recordId, { answer: 'release' })).toMatchObject({ status: 201, body: { n: 1 } });
    expect(await decide(id, recordId, { answer: 'not-responsive' })).toMatchObject({
      status: 409,
      body: { code: 'review-changed' },
    });
    const withheld = await decide(id, recordId, {
      after: 1,
      answer: 'withhold',
      exemption: { key: '610.021-13' },
      description: 'a comment',
      note: 'as counsel said',
    });
    expect(withheld, withheld.text).toMatchObject({ status: 201, body: { n: 2 } });
    const { records, count } = (await ask('GET', `/v1/requests/${id}/records`)).body;
    expect(records).toMatchObject([{ recordId, n: 2, answer: 'withhold', changedSince: false }]);
    expect(count).toMatchObject({ all: 1, withhold: 1, undecided: 0 });
    const { rows } = await archive.sql.query(
      "select type, actor, body from event where body->>'request' = $1 and type = 'request.reviewed' order by seq",
      [id],
    );
    expect(rows).toMatchObject([
      {
        actor: `person:${custodian.personId}`,
        body: { code: 'release', about: [`record:${recordId}`], n: 1 },
      },
      { body: { code: 'withhold', n: 2 } },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/counsel|comment/);
    // The day is that of the decision, whatever anybody says.
    expect(
      await decide(id, recordId, {
        after: 2,
        answer: 'withhold',
        exemption: { key: '610.021-13', day: '2024-02-01' },
      }),
    ).toMatchObject({ status: 422, body: { code: 'review-invalid' } });
  });

  test('that lets something go out which is easily forgotten names it, and the database says so too', async () => {
    const more = { note: 'Ask counsel about him', author: { nativeId: 'n-4711' } };
    const { id, recordId } = await oneIn(`Call 573-555-0142 ${randomUUID()}`, more);
    const open = [
      'suggested:1/data/content/text:5-17:telephone',
      'field:1/data/author/nativeId/value',
      'field:1/data/notes',
      'file:1',
    ];
    const refused = await decide(id, recordId, { answer: 'release' });
    expect(refused, refused.text).toMatchObject({ status: 409, body: { code: 'review-not-acknowledged' } });
    expect(refused.body.problems).toMatchObject(open.map((name) => ({ pointer: '/acknowledged', name })));
    for (const secret of ['555', 'counsel', 'n-4711']) expect(refused.text).not.toContain(secret);
    for (const acknowledged of [[], open.slice(1), open.slice(0, 3)])
      expect(
        await decide(id, recordId, { answer: 'release', acknowledged }),
        acknowledged.join(),
      ).toMatchObject({
        status: 409,
        body: { code: 'review-not-acknowledged' },
      });
    for (const acknowledged of [
      [...open, 'file:2'],
      [...open, open[0]],
      [...open, 7],
    ])
      expect(await decide(id, recordId, { answer: 'release', acknowledged })).toMatchObject({
        status: 422,
        body: { code: 'review-invalid' },
      });
    // Whoever writes past us is told the same.
    const add = async (acknowledged: readonly string[] | null, answer = 'release'): Promise<string> =>
      await sqlState(
        "insert into review (agency_id, request_id, record_id, n, by, answer, acknowledged) values ('rivertown', $1, $2, 1, 'x', $3, $4)",
        [id, recordId, answer, acknowledged === null ? null : JSON.stringify(acknowledged)],
      );
    expect(await add(null)).toBe('HF067');
    expect(await add(['field:1/data/notes'])).toBe('HF067');
    expect(await add(open, 'not-responsive')).toBe('23514');
    expect(await decide(id, recordId, { answer: 'release', acknowledged: open })).toMatchObject({
      status: 201,
    });
    const { rows } = await archive.sql.query('select acknowledged from review where record_id = $1', [
      recordId,
    ]);
    expect(rows).toEqual([{ acknowledged: open }]);
  });

  test('withholds the report as it came beside words that it withholds, unless somebody says otherwise', async () => {
    const { id, recordId } = await oneIn(`Call 573-555-0142 ${randomUUID()}`);
    const { files: many } = await countsOf(recordId);
    const closed = { exemption: { key: '610.021-13' }, description: null };
    const fields = [
      {
        fact: 1,
        pointer: '/data/content/text',
        decision: 'part',
        passages: [{ start: 5, end: 17, ...closed }],
      },
    ];
    const files = Array.from({ length: many }, (_, i) => ({ file: i + 1, decision: 'withhold', ...closed }));
    const asItCame = files.map((one) => (one.file === 1 ? { file: 1, decision: 'release' } : one));
    const refused = await decide(id, recordId, { answer: 'part', fields, files: asItCame });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'review-not-acknowledged', problems: [{ name: 'file:1' }] },
    });
    const kept = { ...closed, exemption: { ...closed.exemption, day: '2026-11-30' } };
    expect(
      await sqlState(
        "insert into review (agency_id, request_id, record_id, n, by, answer, fields, files) values ('rivertown', $1, $2, 1, 'x', 'part', $3, $4)",
        [
          id,
          recordId,
          JSON.stringify([{ fact: 1, pointer: '/data/content/text', decision: 'withhold', ...kept }]),
          JSON.stringify([{ file: 1, decision: 'release' }]),
        ],
      ),
    ).toBe('HF068');
    expect(await decide(id, recordId, { answer: 'part', fields, files })).toMatchObject({ status: 201 });
    const after = { after: 1, answer: 'part', fields, files: asItCame };
    expect(await decide(id, recordId, { ...after, acknowledged: ['file:1'] })).toMatchObject({ status: 201 });
  });

  test('is the same for others that say exactly this, each as a decision of its own, or for none', async () => {
    const text = `Call 573-555-0142 about the pool ${randomUUID()}`;
    const first = await oneIn(text);
    const twin = await reported(text, { author: { displayName: 'Somebody Else' } });
    const noted = await reported(text, { note: 'Ask counsel' });
    const near = await reported(`${text}, they say`);
    const other = await reported(`Nothing of the kind ${randomUUID()}`);
    const records = [twin, noted, near, other];
    for (const one of records) await archive.until(one, (receipt) => receipt.status === 'complete');
    await ask('POST', `/v1/requests/${first.id}/records`, { records });
    const acknowledged = ['suggested:1/data/content/text:5-17:telephone'];
    const also = async (...ids: string[]) =>
      await Promise.all(ids.map(async (id) => ({ recordId: id, after: 0, seen: await countsOf(id) })));
    const release = async (sameFor: readonly object[]): Promise<Said> =>
      await decide(first.id, first.recordId, { answer: 'release', acknowledged, sameFor });
    const count = async () =>
      (await archive.sql.query('select from review where request_id = $1', [first.id])).rowCount;
    for (const [sameFor, code] of [
      [await also(twin, noted), 'review-not-acknowledged'],
      [await also(twin, near), 'review-invalid'],
      [(await also(other)).map((one) => ({ ...one, compared: true })), 'review-invalid'],
      [await also(twin, twin), 'review-invalid'],
      [(await also(twin)).map((one) => ({ ...one, after: 3 })), 'review-changed'],
      [await also(randomUUID()), 'review-invalid'],
    ] as const) {
      const refused = await release(sameFor);
      expect(refused.body.code, refused.text).toBe(code);
      expect(refused.text).not.toMatch(/555-0142|counsel/);
    }
    expect(await count()).toBe(0);
    const done = await release([
      ...(await also(twin)),
      // It says more, so that its marks are its own.
      ...(await also(near)).map((one) => ({ ...one, compared: true, acknowledged })),
    ]);
    expect(done, done.text).toMatchObject({
      status: 201,
      body: {
        n: 1,
        sameFor: [
          { recordId: twin, n: 1 },
          { recordId: near, n: 1 },
        ],
      },
    });
    const { rows } = await archive.sql.query<{ about: string }>(
      "select body->'about'->>0 as about from event where body->>'request' = $1 and type = 'request.reviewed'",
      [first.id],
    );
    expect(rows.map(({ about }) => about).toSorted()).toEqual(
      [first.recordId, twin, near].map((one) => `record:${one}`).toSorted(),
    );
    // A part of the same text, and never of another one.
    const passages = [{ start: 5, end: 17, exemption: { key: '610.021-13' }, description: null }];
    const fields = [{ fact: 1, pointer: '/data/content/text', decision: 'part', passages }];
    const { files: many } = await countsOf(first.recordId);
    const files = Array.from({ length: many }, (_, i) => ({
      file: i + 1,
      decision: 'withhold',
      exemption: { key: '610.021-13' },
      description: null,
    }));
    const part = { after: 1, answer: 'part', fields, files };
    const again = async (...ids: string[]) =>
      (await also(...ids)).map((one) => ({ ...one, after: 1, compared: true }));
    expect(await decide(first.id, first.recordId, { ...part, sameFor: await again(near) })).toMatchObject({
      status: 422,
    });
    // Whoever wrote it is a field of its own, about which nothing was decided.
    expect(await decide(first.id, first.recordId, { ...part, sameFor: await again(twin) })).toMatchObject({
      status: 422,
    });
  });

  test('cites several provisions for the same, and a letter of denial has each', async () => {
    const { id, recordId } = await oneIn(`several ${randomUUID()}`);
    const exemption = { key: '610.021-13', also: [{ key: '610.021-14', otherLaw: 'A law for tests' }] };
    expect(
      await decide(id, recordId, { answer: 'withhold', exemption, description: 'a comment' }),
    ).toMatchObject({ status: 201 });
    const said = await archive.system.db.inAgency('rivertown', async (at) => await withheldIn(at, id));
    expect(said).toEqual([
      { exemption: { key: '610.021-13' }, description: 'a comment' },
      { exemption: { key: '610.021-14', otherLaw: 'A law for tests' }, description: 'a comment' },
    ]);
  });

  test('of a part covers everything, and what came since is not released by it', async () => {
    const text = `Call 573-555-0142 ${randomUUID()}`;
    const { id, recordId } = await oneIn(text);
    const passages = [{ start: 5, end: 17, exemption: { key: '610.021-13' }, description: 'a number' }];
    const fields = [{ fact: 1, pointer: '/data/content/text', decision: 'part', passages }];
    const missing = await decide(id, recordId, { answer: 'part', fields, files: [] });
    expect(missing).toMatchObject({ status: 422, body: { code: 'review-invalid' } });
    expect(missing.body.problems.length).toBeGreaterThan(0);
    const { files: many } = await countsOf(recordId);
    const files = Array.from({ length: many }, (_, i) => ({
      file: i + 1,
      decision: 'withhold',
      exemption: { key: '610.021-13' },
      description: null,
    }));
    expect(await decide(id, recordId, { answer: 'part', fields, files })).toMatchObject({ status: 201 });

    const fact = await archive.app.inject({
      method: 'POST',
      url: `/v1/records/${recordId}/facts`,
      headers: {
        authorization: `Bearer ${await archive.key('custodian')}`,
        'content-type': 'application/json',
      },
      payload: JSON.stringify(simpleReport({ text, note: 'Something that came later' })),
    });
    expect(fact.statusCode, fact.body).toBeLessThan(300);
    const changed = (await ask('GET', `/v1/requests/${id}/records?answer=changed`)).body.records;
    expect(changed).toMatchObject([{ recordId, answer: 'part', changedSince: true }]);
    // Whoever saw less than there is decides nothing.
    const seen = { facts: 1, files: many };
    expect(await decide(id, recordId, { after: 1, seen, answer: 'not-responsive' })).toMatchObject({
      status: 409,
      body: { code: 'review-changed' },
    });
  });

  test('is a person’s, about what is in the set, and the database says so too', async () => {
    const { id, recordId } = await oneIn(`strict ${randomUUID()}`);
    const other = await reported(`other ${randomUUID()}`);
    const byKey = await archive.app.inject({
      method: 'POST',
      url: `/v1/requests/${id}/records/${recordId}/review`,
      headers: {
        authorization: `Bearer ${await archive.key('custodian')}`,
        'content-type': 'application/json',
      },
      payload: JSON.stringify({ after: 0, seen: await countsOf(recordId), ...whole, answer: 'release' }),
    });
    expect(byKey.statusCode).toBe(403);
    expect(await decide(id, other, { answer: 'release' })).toMatchObject({ status: 404 });
    const add = async (more: string, values: unknown[] = [id, recordId]): Promise<string> =>
      await sqlState(
        `insert into review (agency_id, request_id, record_id, n, by, ${more.split('|')[0]}) values ('rivertown', $1, $2, ${more.split('|')[1]})`,
        values,
      );
    expect(await add("answer|2, 'x', 'release'")).toBe('HF070');
    expect(await add("answer, facts_seen|1, 'x', 'release', 7")).toBe('HF070');
    expect(await add("answer|1, 'x', 'release'", [id, other])).toBe('23503');
    expect(await add("answer|1, 'x', 'withhold'")).toBe('23514');
    expect(await add("answer, fields|1, 'x', 'part', '[]'")).toBe('23514');
    expect(await add("answer, exemption|1, 'x', 'release', '{}'")).toBe('23514');
  });

  test('is seen beside the same words, and beside what another request had of it', async () => {
    const text = `The pool is closed because nobody pays for it ${randomUUID()}`;
    const first = await oneIn(text);
    const near = await reported(`${text}!! says everybody`);
    const same = await reported(text, { author: { displayName: 'Somebody Else' } });
    await ask('POST', `/v1/requests/${first.id}/records`, { records: [near, same] });
    const { records, compared } = (await ask('GET', `/v1/requests/${first.id}/records`)).body;
    expect(compared).toEqual({ records: 3, nearly: 0.6 });
    const one = records.find(({ recordId }) => recordId === first.recordId);
    expect(one?.same).toEqual([same]);
    expect(one?.nearly.map(({ recordId }) => recordId)).toEqual([near]);
    await decide(first.id, first.recordId, { answer: 'release' });
    const { id, tracking } = await requested();
    await ask('POST', `/v1/requests/${id}/records`, { records: [first.recordId] });
    const again = (await ask('GET', `/v1/requests/${id}/records`)).body.records;
    expect(again).toMatchObject([{ answer: null, elsewhere: [{ requestId: first.id, answer: 'release' }] }]);
    expect(again[0]?.elsewhere[0]?.number).not.toBe(tracking);
    // By pages, each behind the one before.
    const page = (await ask('GET', `/v1/requests/${first.id}/records?limit=2`)).body;
    const rest = (await ask('GET', `/v1/requests/${first.id}/records?limit=2&cursor=${page.nextCursor}`))
      .body;
    expect([...page.records, ...rest.records].map(({ recordId }) => recordId)).toEqual(
      records.map(({ recordId }) => recordId),
    );
    expect(rest.nextCursor).toBeNull();
    expect((await ask('GET', `/v1/requests/${first.id}/records?cursor=x`)).body.code).toBe('cursor-invalid');
  });
});
