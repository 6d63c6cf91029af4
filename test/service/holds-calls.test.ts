/** Holds by calls, as a program or a person's script makes them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { colleague } from '../support/people.ts';

let archive: Archive;
beforeAll(async () => {
  archive = await openArchive();
});
afterAll(async () => await archive?.close());

const WORDS = {
  kind: 'audit',
  title: 'Audit 2026',
  reason: 'The state auditor asks',
  ends: 'until it is completed',
};
const handIn = async (text: string): Promise<string> =>
  (await archive.report(simpleReport({ text }))).body.recordId;

interface Said {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly holdId: string };
}
async function call(
  method: 'GET' | 'POST',
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
  return { status: answer.statusCode, body: answer.json() };
}

test('a hold is placed by a program, read back with its records page by page, and released by a person', async () => {
  const word = `bilby${randomUUID().slice(0, 6)}`;
  const records = [
    await handIn(`${word} one`),
    await handIn(`${word} two`),
    await handIn(`${word} three`),
  ].toSorted();
  const placed = await call('POST', '/v1/holds', { ...WORDS, search: { q: word }, standing: true });
  expect(placed).toMatchObject({ status: 201, body: { held: 3, tooLate: 0 } });
  const { holdId } = placed.body;
  const first = await call('GET', `/v1/holds/${holdId}?limit=2`);
  expect(first.body).toMatchObject({
    kind: 'audit',
    law: { citation: 'Introduction of the retention schedules', reading: 'unverified' },
    search: { q: word },
    standing: true,
    records: 3,
    store: { held: 0 },
    releasedAt: null,
  });
  const second = await call('GET', `/v1/holds/${holdId}?limit=2&cursor=${String(first.body['nextCursor'])}`);
  const ids = [first, second].flatMap(({ body }) =>
    (body['held'] as { recordId: string }[]).map(({ recordId }) => recordId),
  );
  expect(ids).toEqual(records);
  expect(second.body['nextCursor']).toBeNull();
  const [record = ''] = records;
  const more = await call('POST', `/v1/records/${record}/holds`, WORDS);
  expect(more.status).toBe(201);
  const list = await call('GET', '/v1/holds?state=open&limit=1');
  expect(list.body).toMatchObject({ holds: [{ holdId: more.body.holdId }] });
  expect(
    (await call('GET', `/v1/holds?limit=1&cursor=${String(list.body['nextCursor'])}`)).body,
  ).toMatchObject({ holds: [{ holdId }] });
  expect((await call('GET', `/v1/records/${record}`)).body).toMatchObject({
    holds: [{ holdId: more.body.holdId, title: 'Audit 2026' }, { holdId }],
  });

  const { cookie } = await colleague(archive, ['custodian']);
  expect(await call('POST', `/v1/holds/${holdId}/release`, { reason: 'Over' })).toMatchObject({
    status: 403,
    body: { code: 'role-not-allowed' },
  });
  const both = await colleague(archive, ['custodian', 'approver']);
  expect(
    await call('POST', `/v1/holds/${holdId}/release`, { reason: 'Over' }, { cookie: both.cookie }),
  ).toMatchObject({
    status: 403,
    body: { code: 'hold-not-yours-to-release' },
  });
  expect(await call('POST', `/v1/holds/${holdId}/release`, { reason: ' ' }, { cookie })).toMatchObject({
    status: 422,
  });
  const before = (await archive.sql.query<{ seq: string }>('select max(seq)::text as seq from event')).rows[0]
    ?.seq;
  expect(await call('POST', `/v1/holds/${holdId}/release`, { reason: 'Over' }, { cookie })).toMatchObject({
    status: 200,
    body: { releaseReason: 'Over', records: 3 },
  });
  const { rows } = await archive.sql.query<{ type: string }>(
    'select type from event where seq > $1 order by seq',
    [before],
  );
  expect(rows.map(({ type }) => type)).toEqual([
    'record.released',
    'record.released',
    'record.released',
    'hold.released',
  ]);
  expect(await call('POST', `/v1/holds/${holdId}/release`, { reason: 'Over' }, { cookie })).toMatchObject({
    status: 409,
    body: { code: 'hold-released' },
  });
  expect((await call('GET', '/v1/holds?state=released')).body).toMatchObject({
    holds: [{ holdId, releaseReason: 'Over' }],
  });
});

test.each<[string, unknown, number, RegExp]>([
  ['nothing', {}, 422, /\/kind: expected one of/],
  ['no list and no search', WORDS, 422, /\/records: expected/],
  ['both', { ...WORDS, records: [randomUUID()], search: { q: 'x' } }, 422, /\/search: expected/],
  [
    'another kind',
    { ...WORDS, kind: 'whim', records: [randomUUID()] },
    422,
    /\/kind: expected one of sunshine-suit/,
  ],
  ['an empty reason', { ...WORDS, reason: ' ', records: [randomUUID()] }, 422, /\/reason: expected/],
  [
    'a member that is not known',
    { ...WORDS, records: [randomUUID()], until: 'x' },
    422,
    /\/until: is not known here/,
  ],
  ['a search that is not known', { ...WORDS, search: { colour: 'red' } }, 422, /\/search: expected/],
  [
    'standing on what a person must look at',
    { ...WORDS, search: { parked: 'true' }, standing: true },
    422,
    /\/standing: expected/,
  ],
  [
    'standing without a search',
    { ...WORDS, records: [randomUUID()], standing: true },
    422,
    /\/standing: expected/,
  ],
  ['a record that is not here', { ...WORDS, records: [randomUUID()] }, 404, /no such record/],
  ['a search that finds nothing', { ...WORDS, search: { q: 'nowhere-to-be-found' } }, 409, /finds no record/],
])('is refused with %s: a sentence that says what was expected', async (_, body, status, sentence) => {
  const answer = await call('POST', '/v1/holds', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  expect(answer.body['detail']).toMatch(sentence);
  expect((await archive.sql.query("select 1 from hold where title = 'whim'")).rowCount).toBe(0);
});

test('a record that is being destroyed is not held, and the sentence says so', async () => {
  const [one, other] = [await handIn('a numbat'), await handIn('another numbat')];
  // As a disposal has it behind everything that it asks (disposal-decided.test.ts).
  await archive.sql.query("set session_replication_role = 'replica'");
  await archive.sql.query("update record set state = 'disposing' where id = $1", [other]);
  await archive.sql.query('reset session_replication_role');
  const answer = await call('POST', '/v1/holds', { ...WORDS, records: [one, other] });
  expect(answer).toMatchObject({ status: 409, body: { code: 'record-disposing' } });
  const { rows } = await archive.sql.query('select 1 from hold_record where record_id = $1', [one]);
  expect(rows).toEqual([]);
});

test('what was looked for stands in the hold, and in no entry of the history', async () => {
  const word = `dunnart${randomUUID().slice(0, 6)}`;
  await handIn(word);
  const { body } = await call('POST', '/v1/holds', { ...WORDS, search: { q: word } });
  const { rows } = await archive.sql.query<{ body: Record<string, unknown> }>(
    "select body from event where type = 'hold.placed' and body->>'hold' = $1",
    [body.holdId],
  );
  expect(rows[0]?.body).toMatchObject({ records: 1, kind: 'audit', standing: false });
  const found = await archive.sql.query('select 1 from event where body::text like $1', [`%${word}%`]);
  expect(found.rowCount).toBe(0);
});
