/** Whoever has the application's password and writes SQL at the desk: what the database itself refuses (migration 0057), each with its code. */
import { hash } from 'node:crypto';
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive, type Archive } from '../support/archive.ts';
import { collectSearchRow } from '../support/letters.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { asApplication } from '../support/disposing.ts';
import { decide, newRequest, produced, sealedRecord } from '../support/producing.ts';

let archive: Archive;
let app: Client;
let custodian: Colleague;
let first: string;
let second: string;
beforeAll(async () => {
  archive = await openArchive({ env: { HOLDFAST_LOOK_AGAIN: 'no' } });
  await archive.work();
  custodian = await colleague(archive, ['custodian']);
  app = await asApplication(archive);
  first = await sealedRecord(archive, { text: 'Elm Street floods.' });
  second = await sealedRecord(archive, { text: 'Elm Street is dry.' });
}, 120_000);
afterAll(async () => {
  await app?.end();
  await archive?.close();
});

/** What the application's role is told; nothing of it stays. */
async function told(...statements: readonly (readonly [string, ...unknown[]])[]): Promise<string> {
  await app.query('begin');
  try {
    for (const [statement, ...values] of statements) await app.query(statement, values);
    return 'it was done';
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await app.query('rollback');
  }
}

const paperOf = (request: string, n: number, more: object = {}): string =>
  JSON.stringify({
    format: 'holdfast-search-certificate/1',
    agency: { id: 'rivertown' },
    request: { id: request },
    search: { n, found: 0, words: 'hidden comments' },
    signature: { note: 'x' },
    ...more,
  });
const certified = (request: string, n: number, paper: string): readonly [string, ...unknown[]] => [
  `insert into search_certificate (agency_id, request_id, search_n, paper, sha256, by) values ('rivertown', $1, $2, $3, $4, 'x')`,
  request,
  n,
  paper,
  hash('sha256', paper, 'hex'),
];
const letter = (
  request: string,
  kind: string,
  facts: object,
  {
    about = null,
    fee = null,
    way = 'print',
  }: { about?: string | null; fee?: number | null; way?: string } = {},
): readonly (readonly [string, ...unknown[]])[] => [
  [
    `insert into request_correspondence (agency_id, request_id, n, way, channel, about, fee_cents, words, at, by)
     values ('rivertown', $1, 90, 'out', 'letter', $2, $3, 'It says x.', now(), 'x')`,
    request,
    about,
    fee,
  ],
  [
    `insert into request_letter (agency_id, request_id, n, kind, language, way, template_n, facts, pdf, pdf_sha256, by)
     values ('rivertown', $1, 90, $2, 'en', $3, 0, $4, 'x', encode(sha256('x'), 'hex'), 'x')`,
    request,
    kind,
    way,
    { mustSay: ['x'], ...facts },
  ],
];

test('a certificate is of a search that was run, and says what that search looked for and found', async () => {
  const [id, other] = [await newRequest(archive), await newRequest(archive)];
  await collectSearchRow(archive, id, custodian);
  expect(await told(certified(id, 1, paperOf(id, 1)))).toBe('it was done');
  for (const paper of [
    '{}',
    paperOf(other, 1),
    paperOf(id, 2),
    paperOf(id, 1, { search: { n: 1, found: 7, words: 'hidden comments' } }),
    paperOf(id, 1, { search: { n: 1, found: 0, words: 'something else' } }),
    paperOf(id, 1, { agency: { id: 'lakeside' } }),
    paperOf(id, 1, { signature: {} }),
  ])
    expect(await told(certified(id, 1, paper)), paper).toBe('HF090');
  expect(await told(certified(id, 9, paperOf(id, 9)))).toBe('HF090');
  expect(await told(certified(other, 1, paperOf(other, 1)))).toBe('HF090');
  // Whoever owns the tables is told so by the key: there is no such search.
  await expect(
    archive.sql.query(certified(id, 9, paperOf(id, 9))[0], certified(id, 9, paperOf(id, 9)).slice(1)),
  ).rejects.toMatchObject({ code: '23503' });
});

test('that there are no records is said of the last search, and of a set in which nothing answers', async () => {
  const id = await newRequest(archive);
  await collectSearchRow(archive, id, custodian);
  const one = certified(id, 1, paperOf(id, 1));
  const none = letter(id, 'no-records', { certificate: one[4] });
  expect(await told(one, ...none)).toBe('it was done');
  // Decided, and not as one that does not answer.
  await decide(archive, id, first, { answer: 'release' });
  expect(await told(one, ...none)).toBe('HF090');
  await decide(archive, id, first, { answer: 'not-responsive' });
  expect(await told(one, ...none)).toBe('it was done');
  await collectSearchRow(archive, id, custodian);
  expect(await told(one, ...none)).toBe('HF090');
  expect(await told(one, certified(id, 2, paperOf(id, 2)), ...none)).toBe('HF090');
});

test('a letter asks for what its row says, and mail is owed for what goes by mail, once', async () => {
  const id = await newRequest(archive);
  const asks = { about: 'payment-request', fee: 2_000_00 };
  expect(await told(...letter(id, 'invoice', { dueCents: 2_000_00 }, asks))).toBe('it was done');
  expect(await told(...letter(id, 'invoice', { dueCents: 9_00 }, asks))).toBe('HF090');
  expect(await told(...letter(id, 'fee-estimate', { prepay: true, fee: { totalCents: 9_00 } }, asks))).toBe(
    'HF090',
  );
  expect(
    await told(...letter(id, 'fee-estimate', { prepay: true, fee: { totalCents: 2_000_00 } }, asks)),
  ).toBe('it was done');
  const owed = [
    `insert into letter_mail (agency_id, request_id, n) values ('rivertown', $1, 90)`,
    id,
  ] as const;
  const over = [
    `update letter_mail set ended_at = now(), ended_as = 'mailed' where request_id = $1`,
    id,
  ] as const;
  const mail = letter(id, 'acknowledgement', {}, { way: 'mail' });
  expect(await told(...letter(id, 'acknowledgement', {}), owed)).toBe('HF094');
  expect(await told(...mail, owed, over)).toBe('it was done');
  expect(
    await told(...mail, owed, over, [
      `update letter_mail set ended_at = null, ended_as = null where request_id = $1`,
      id,
    ]),
  ).toBe('HF094');
  expect(
    await told(...mail, owed, over, [
      `update letter_mail set ended_as = 'given-up' where request_id = $1`,
      id,
    ]),
  ).toBe('HF094');
});

test('nothing is kept until a day that is over', async () => {
  const id = await newRequest(archive);
  const closed = (until: string) =>
    [
      `update request set state = 'closed', outcome = 'granted', closed_at = now(), closed_by = 'x', appeal_until = ${until} where id = $1`,
      id,
    ] as const;
  const kept = (until: string) =>
    [
      `insert into request_kept_until (agency_id, request_id, n, until, reason, by) values ('rivertown', $1, 1, ${until}, 'x', 'x')`,
      id,
    ] as const;
  expect(await told(closed("'2026-01-01'"))).toBe('HF091');
  expect(await told(closed('current_date + 1'))).toBe('it was done');
  expect(await told(closed('null'), kept('current_date - 3'))).toBe('HF091');
  expect(await told(closed('null'), kept('current_date + 1'))).toBe('it was done');
});

test('when something was decided, written or asked, the database says', async () => {
  const id = await newRequest(archive);
  await decide(archive, id, first, { answer: 'release' });
  for (const statement of [
    `insert into review (agency_id, request_id, record_id, n, answer, by, at)
     select 'rivertown', $1, record_id, 2, 'release', 'x', now() - interval '9 days' from request_record where request_id = $1`,
    `insert into request_correspondence (agency_id, request_id, n, way, channel, words, at, by, entered_at)
     values ('rivertown', $1, 1, 'note', 'phone', 'x', now(), 'x', now() - interval '9 days')`,
    `insert into request_search (agency_id, request_id, n, search, found, index_state, by, at)
     values ('rivertown', $1, 1, '{}', 0, '{}', 'x', now() - interval '9 days')`,
    `insert into production (agency_id, id, request_id, n, asked, made_by, bates_prefix, bates_first, made_at)
     values ('rivertown', gen_random_uuid(), $1, 1, '{}', 'x', 'DATED', 1, now() - interval '9 days')`,
  ])
    expect(await told([statement, id]), statement).toBe('HF093');
  expect(
    await told([
      `insert into fee_rates (agency_id, n, rates, by, at) values ('rivertown', 1, '{"pageCents": 5}', 'x', now() + interval '1 day')`,
    ]),
  ).toBe('HF093');
});

test('what leaves was looked through for all that is withheld, and by a list that leaves out nothing', async () => {
  const id = await newRequest(archive);
  await decide(archive, id, first, { answer: 'release' });
  await decide(archive, id, second, {
    answer: 'withhold',
    exemption: { key: '610.021-14', otherLaw: 'A law for tests', day: '2026-11-30' },
  });
  const listed = (records: string) =>
    [
      `insert into production_record (agency_id, production_id, n, record_id, review_n, answer)
       select p.agency_id, p.id, row_number() over (), v.record_id, v.n, v.answer from production p join review v on v.request_id = p.request_id
        where p.request_id = $1 and p.bates_prefix = 'LIST' and v.record_id = any($2::uuid[])`,
      id,
      records,
    ] as const;
  const begun = [
    `insert into production (agency_id, id, request_id, n, asked, made_by, bates_prefix, bates_first) values ('rivertown', gen_random_uuid(), $1, 1, '{}', 'x', 'LIST', 1)`,
    id,
  ] as const;
  const ready = (gate: object) =>
    [
      `update production set state = 'ready', sha256 = repeat('a', 64), bytes = 9, files = 1, bates_last = 1, record_pages = 1, ready_at = now(),
              object_key = 'production/rivertown/' || id || '/' || repeat('a', 64) || '.zip', version_id = 'x', locked_until = now(),
              gate = $2 where request_id = $1`,
      id,
      {
        clean: true,
        outcome: 'clean',
        sha256: 'a'.repeat(64),
        hits: [],
        unread: [],
        unsearchable: [],
        more: 0,
        looked: { files: 3 },
        ...gate,
      },
    ] as const;
  const both = listed(`{${first},${second}}`);
  expect(await told(begun, both, ready({}))).toBe('it was done');
  expect(await told(begun, listed(`{${first}}`), ready({})), 'what is withheld is not on the list').toBe(
    'HF092',
  );
  for (const gate of [
    { outcome: 'nothing-to-look-for', looked: { files: 0 } },
    { looked: { files: 0 } },
    { more: 4 },
    { outcome: 'stopped' },
    { outcome: undefined },
  ])
    expect(await told(begun, both, ready(gate)), JSON.stringify(gate)).toBe('HF092');
});

test('a link ends within 90 days by the clock of the database, whenever it says that it was made', async () => {
  const id = await newRequest(archive);
  await decide(archive, id, first, { answer: 'release' });
  const made = await produced(archive, id, { prefix: 'LINK' });
  expect(made.production.state).toBe('ready');
  const out = [
    `update production set state = 'released', released_at = now(), released_by = 'x' where id = $1`,
    made.id,
  ] as const;
  const link = (madeAt: string, expiresAt: string) =>
    [
      `insert into production_link (agency_id, production_id, n, hash, made_by, made_at, expires_at) values ('rivertown', $1, 1, sha256('x'), 'x', ${madeAt}, ${expiresAt})`,
      made.id,
    ] as const;
  expect(await told(out, link('now()', "now() + interval '30 days'"))).toBe('it was done');
  expect(
    await told(out, link("now() + interval '9 years'", "now() + interval '9 years' + interval '30 days'")),
  ).toBe('HF075');
});
