/** What was answered is not overdue, an answer to a part is none of the rest, and the letter with the records leads to what is out, and to nothing else. */
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actOf, LETTER_KINDS } from '#sunshine/letter-kinds.ts';
import { oweReminders, REQUEST_OUTCOMES } from '#sunshine/sunshine.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { asApplication } from '../support/disposing.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { cited, decide, newRequest, produced, sealedRecord } from '../support/producing.ts';

/** How long a request waits here before anybody looks at its clock: three business days are over, whichever they are. */
const NINE_DAYS = 9 * 86_400_000;

let archive: Archive;
let custodian: Colleague;
let app: Client;
let moment: Date | null = null;
const records: string[] = [];
beforeAll(async () => {
  archive = await openArchive({
    env: { HOLDFAST_LOOK_AGAIN: 'no' },
    adapt: (system) => ({ ...system, now: () => moment ?? new Date() }),
  });
  await archive.work();
  custodian = await colleague(archive, ['custodian']);
  for (const text of [
    'The bench at the pond is broken.',
    'The lamp at the pond is dark.',
    'Call me at home.',
  ])
    records.push(await sealedRecord(archive, { text }));
  app = await asApplication(archive);
}, 120_000);
afterAll(async () => {
  await app?.end();
  await archive?.close();
});

interface Body {
  readonly id: string;
  readonly n: number;
  readonly code: string;
  readonly detail: string;
  readonly text: string;
  readonly mustSay: readonly string[];
  readonly url: string;
  readonly awaited: string;
  readonly dueOn: string | null;
  readonly clock: {
    readonly standing: string | null;
    readonly acted: { readonly standing: string; readonly answered: object | null } | null;
    readonly rest: readonly { readonly code: string; readonly sentence: string }[];
  };
  readonly released: readonly { readonly n: number; readonly letters: readonly object[] }[];
  readonly requests: readonly {
    readonly id: string;
    readonly standing: string;
    readonly answeredOn: string | null;
    readonly answeredInPart: boolean;
  }[];
  readonly tracking: string;
}
async function call(
  method: 'GET' | 'POST',
  url: string,
  payload?: unknown,
): Promise<{ status: number; text: string; body: Body }> {
  const answer = await archive.app.inject({
    method,
    url,
    headers: {
      cookie: custodian.cookie,
      'sec-fetch-site': 'same-origin',
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });
  const isJson = String(answer.headers['content-type']).includes('json');
  return { status: answer.statusCode, text: answer.body, body: (isJson ? answer.json() : {}) as Body };
}
const letter = async (id: string, kind: string, values: object, more: object = {}) =>
  await call('POST', `/v1/requests/${id}/letters`, { do: 'send', kind, language: 'en', values, ...more });
const release = async (production: string): Promise<string> => {
  const released = await call('POST', `/v1/productions/${production}/release`, { days: 7 });
  expect(released.status, released.text).toBe(201);
  return released.body.url;
};
const denied = { provisions: [{ key: '610.021-13' }] };

/** As the request itself, the list, the figures of the desk, the reminders and the database say it; all of them the same. */
async function stands(id: string): Promise<{ acted: string | null; rest: readonly string[] }> {
  const { clock } = (await call('GET', `/v1/requests/${id}`)).body;
  const listed = (await call('GET', '/v1/requests?state=running&limit=200')).body.requests;
  const row = listed.find((one) => one.id === id);
  const isAnswered = clock.acted?.standing === 'answered';
  expect(row?.standing).toBe(clock.acted?.standing ?? clock.standing);
  expect(row?.answeredOn !== null).toBe(isAnswered);
  expect(row?.answeredInPart).toBe(clock.rest.length > 0);
  // Those that are to be acted on come first.
  const open = listed.findIndex(({ standing }) => standing === 'answered');
  if (open >= 0) expect(listed.slice(open).every(({ standing }) => standing !== 'overdue')).toBe(true);
  const { rows } = await archive.sql.query<{ yes: boolean }>(
    "select request_is_answered('rivertown', $1) as yes",
    [id],
  );
  expect(rows[0]?.yes).toBe(isAnswered);
  return { acted: clock.acted?.standing ?? null, rest: clock.rest.map(({ code }) => code) };
}
const waited = async (): Promise<string> => {
  const was = moment ?? new Date();
  moment = new Date(was.getTime() - NINE_DAYS);
  const id = await newRequest(archive);
  moment = was;
  return id;
};

test('what each letter does to the clock the database says as the rule does', async () => {
  for (const kind of LETTER_KINDS)
    for (const outcome of [null, ...REQUEST_OUTCOMES]) {
      const { rows } = await archive.sql.query<{ acts: string | null }>(
        'select letter_acts($1, $2) as acts',
        [kind, JSON.stringify({ outcome })],
      );
      expect(rows[0]?.acts ?? null, `${kind} ${outcome ?? ''}`).toBe(actOf(kind, outcome));
    }
});

test('a denial answers, and so is it neither overdue, nor reminded of; what is to be released is not denied by it', async () => {
  const id = await waited();
  expect(await stands(id)).toEqual({ acted: null, rest: [] });
  expect((await call('GET', `/v1/requests/${id}`)).body.clock.standing).toBe('overdue');
  expect((await letter(id, 'acknowledgement', {})).status).toBe(201);
  expect((await letter(id, 'question', { question: 'Which pond?' })).status).toBe(201);
  expect(await stands(id)).toEqual({ acted: null, rest: [] });
  expect((await letter(id, 'denial', denied)).status).toBe(201);
  expect(await stands(id)).toEqual({ acted: 'answered', rest: [] });
  const before = await oweReminders(archive.system);
  const { rowCount } = await archive.sql.query(
    "select from notice where kind = 'request' and request_id = $1",
    [id],
  );
  expect([before >= 0, rowCount]).toEqual([true, 0]);
  const { rows } = await archive.sql.query<{ tracking: string }>(
    'select tracking from request where id = $1',
    [id],
  );
  const face = await call('GET', `/v1/public/rivertown/requests/${rows[0]?.tracking ?? ''}`);
  expect(face.body).toMatchObject({ awaited: 'nothing', dueOn: null });
  await decide(archive, id, records[0] ?? '', { answer: 'release' });
  expect(await stands(id)).toEqual({ acted: null, rest: ['unreleased'] });
});

describe('records that are handed out', () => {
  test('answer once somebody outside knows, and the whole of it is out', async () => {
    const id = await waited();
    await decide(archive, id, records[0] ?? '', { answer: 'release' });
    const { id: first } = await produced(archive, id, { prefix: 'ANSA' });
    expect(await stands(id)).toEqual({ acted: null, rest: [] });
    await release(first);
    expect(await stands(id)).toEqual({ acted: null, rest: ['untold', 'unreleased'] });
    const sent = await letter(id, 'records', { production: first, days: 30 });
    expect(sent.status, sent.text).toBe(201);
    expect(await stands(id)).toEqual({ acted: 'answered', rest: [] });
    expect((await call('GET', `/v1/requests/${id}`)).body.released).toMatchObject([
      { n: 1, records: 1, withheld: 0, letters: [{ kind: 'records', n: sent.body.n }] },
    ]);
    // A second record comes into the set: nobody decided about it, and then it is to be released.
    await archive.sql.query(
      "insert into request_record (agency_id, request_id, record_id, by) values ('rivertown', $1, $2, 'cli')",
      [id, records[1]],
    );
    expect(await stands(id)).toEqual({ acted: null, rest: ['undecided'] });
    await decide(archive, id, records[1] ?? '', { answer: 'release' });
    expect(await stands(id)).toEqual({ acted: null, rest: ['unreleased'] });
    const { id: second } = await produced(archive, id, { prefix: 'ANSB' });
    const url = await release(second);
    expect((await stands(id)).acted).toBeNull();
    // Nobody wrote; but it was fetched, by its link.
    const fetched = await archive.app.inject({ method: 'GET', url: `${new URL(url).pathname}/content` });
    expect(fetched.statusCode).toBe(200);
    expect(await stands(id)).toEqual({ acted: 'answered', rest: [] });
    // What is called back is not handed out any more.
    expect((await call('POST', `/v1/productions/${second}/withdrawal`, { reason: 'x' })).status).toBe(200);
    expect(await stands(id)).toEqual({ acted: null, rest: ['unreleased'] });
  });

  test('with a denial of a part answer as well, and the denial alone does not', async () => {
    const id = await waited();
    await decide(archive, id, records[0] ?? '', { answer: 'release' });
    await decide(archive, id, records[2] ?? '', {
      answer: 'withhold',
      exemption: cited(),
      description: 'a private address',
    });
    const part = { ...denied, withheld: 'A private address.' };
    expect((await letter(id, 'partial-denial', part)).status).toBe(201);
    expect(await stands(id)).toEqual({ acted: null, rest: ['unreleased'] });
    const { id: production } = await produced(archive, id, { prefix: 'ANSC' });
    await release(production);
    moment = new Date(Date.now() + 120_000);
    expect((await letter(id, 'partial-denial', part)).status).toBe(201);
    moment = null;
    expect(await stands(id)).toEqual({ acted: 'answered', rest: [] });
  });
});

describe('the letter with the records', () => {
  let id: string;
  let production: string;
  const text = async (language: 'en' | 'es'): Promise<Body> =>
    (await letter(id, 'records', { production, days: 30 }, { do: 'draft', language })).body;

  test('is refused for what is not out, and for what is of another request', async () => {
    id = await waited();
    await decide(archive, id, records[0] ?? '', { answer: 'release' });
    await decide(archive, id, records[2] ?? '', {
      answer: 'withhold',
      exemption: cited(),
      description: 'a private address',
    });
    production = (await produced(archive, id, { prefix: 'LTR' })).id;
    const early = await letter(id, 'records', { production, days: 30 });
    expect(early, early.text).toMatchObject({ status: 422, body: { code: 'letter-refused' } });
    await release(production);
    const other = await waited();
    expect((await letter(other, 'records', { production, days: 30 })).body).toMatchObject({
      code: 'letter-refused',
    });
    expect((await letter(id, 'records', { production, days: 91 })).body).toMatchObject({
      code: 'letter-invalid',
    });
    expect((await letter(id, 'records', { production: 'x', days: 1 })).body).toMatchObject({
      code: 'letter-refused',
    });
  });

  test('says what is in it, how to check it, what is withheld, and what one can do about that', async () => {
    const links = async (): Promise<number> =>
      (await archive.sql.query('select from production_link where production_id = $1', [production]))
        .rowCount ?? 0;
    const before = await links();
    const [en, es] = [await text('en'), await text('es')];
    // A draft makes no link.
    expect(await links()).toBe(before);
    expect(en.text).toContain('{{link}}');
    for (const said of [
      '/verify/production',
      'VERIFY.md',
      '610.021(14)',
      'a private address',
      '610.027 RSMo',
    ])
      expect(en.text).toContain(said);
    expect(en.text).toMatch(/1 of them, and an index of [1-9]\d* pages/);
    expect(es.text).toContain('610.027 RSMo');
    expect(es.text).toContain('un índice de');
    for (const [gone, sentence] of [
      ['{{link}}', 'The law wants this said'],
      [en.mustSay.find((one) => one.includes('610.023.4')) ?? '?', 'The law wants this said'],
    ] as const) {
      const refused = await letter(
        id,
        'records',
        { production, days: 30 },
        { text: en.text.replace(gone, 'x') },
      );
      expect(refused.body.detail, gone).toContain(sentence);
    }
    expect(await links()).toBe(before);
    const sent = await letter(
      id,
      'records',
      { production, days: 30 },
      { text: en.text.replace('Keep the file.', 'Keep this file.') },
    );
    expect(sent.status, sent.text).toBe(201);
    expect(await links()).toBe(before + 1);
    const went = (await call('GET', `/v1/requests/${id}/letters/${sent.body.n}.txt`)).text;
    expect(went).toContain('Keep this file.');
    const token = /\/p\/([A-Za-z0-9_-]{43})\b/.exec(went)?.[1] ?? '';
    expect((await archive.app.inject({ method: 'GET', url: `/p/${token}` })).statusCode).toBe(200);
    const how = await archive.app.inject({ method: 'GET', url: '/verify/production' });
    expect(how.statusCode).toBe(200);
    expect(how.body).toContain('How to check these records without us');
  });

  test('says that nothing is withheld where nothing is', async () => {
    const all = await waited();
    await decide(archive, all, records[0] ?? '', { answer: 'release' });
    const { id: whole } = await produced(archive, all, { prefix: 'ALL' });
    await release(whole);
    const drafted = await letter(all, 'records', { production: whole, days: 1 }, { do: 'draft' });
    expect(drafted.body.text).toContain('Nothing of these records is withheld.');
    expect(drafted.body.text).not.toContain('610.027');
  });

  test('is refused by the database where its words lead somewhere else, or nowhere any more', async () => {
    const { rows } = await app.query<{ n: number; facts: Record<string, unknown>; words: string }>(
      `select l.n, l.facts, c.words from request_letter l join request_correspondence c on c.request_id = l.request_id and c.n = l.n
        where l.request_id = $1 and l.kind = 'records'`,
      [id],
    );
    const [kept] = rows;
    if (kept === undefined) throw new Error('There is no letter.');
    const forged = async (words: string, facts: object, request = id): Promise<string> => {
      await app.query('begin');
      try {
        await app.query(
          `insert into request_correspondence (agency_id, request_id, n, way, channel, words, at, by)
           select 'rivertown', $1, coalesce(max(n), 0) + 1, 'out', 'letter', $2, now(), 'x' from request_correspondence where request_id = $1`,
          [request, words],
        );
        await app.query(
          `insert into request_letter (agency_id, request_id, n, kind, language, way, template_n, facts, pdf, pdf_sha256, by)
           select 'rivertown', $1, max(n), 'records', 'en', 'print', 0, $2, 'x', $3, 'x' from request_correspondence where request_id = $1`,
          [request, JSON.stringify(facts), createHash('sha256').update('x').digest('hex')],
        );
        return 'done';
      } catch (error) {
        return error instanceof Error && 'code' in error ? String(error.code) : String(error);
      } finally {
        await app.query('rollback');
      }
    };
    expect(await forged(kept.words, kept.facts)).toBe('done');
    const elsewhere = kept.words.replaceAll(/\/p\/[A-Za-z0-9_-]{43}/g, `/p/${'x'.repeat(43)}`);
    expect(await forged(elsewhere, { ...kept.facts, mustSay: ['Keep'] })).toBe('HF085');
    expect(await forged(kept.words, { ...kept.facts, link: 99 })).toBe('HF085');
    expect(await forged(kept.words, { ...kept.facts, mustSay: [] })).toBe('HF082');
    expect(await forged(kept.words, kept.facts, await waited())).toBe('HF085');
    expect((await call('POST', `/v1/productions/${production}/withdrawal`, { reason: 'x' })).status).toBe(
      200,
    );
    expect(await forged(kept.words, kept.facts)).toBe('HF085');
  });
});

test('of a closed request nothing more is packed, and a link that is needed again goes with a letter', async () => {
  const id = await waited();
  await decide(archive, id, records[0] ?? '', { answer: 'release' });
  const { id: production } = await produced(archive, id, { prefix: 'SHUT' });
  await release(production);
  const closing = await call('POST', `/v1/requests/${id}/closing`, { outcome: 'granted', appealUntil: null });
  expect(closing.status, closing.text).toBe(200);
  const more = await call('POST', `/v1/requests/${id}/productions`, {});
  expect(more.body).toMatchObject({ code: 'production-refused' });
  expect(more.body.detail).toContain('closed');
  expect((await letter(id, 'records', { production, days: 3 })).status).toBe(201);
  expect((await call('GET', `/v1/requests/${id}`)).body.released).toMatchObject([{ letters: [{}] }]);
});
