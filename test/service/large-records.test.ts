/** Records that grow: what is read of them each time, what is shown at once, and where they are full. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wordsOf } from '#record/record.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { addTo, call, type ShownRecord } from '../support/looking.ts';

let archive: Archive;
beforeAll(async () => {
  archive = await openArchive();
});
afterAll(async () => await archive?.close());

const MB = 1_000_000;

async function record(text?: string): Promise<string> {
  const answer = await archive.report(
    simpleReport({ capture: false, ...(text === undefined ? {} : { text }) }),
  );
  expect(answer.status).toBe(202);
  return answer.body.recordId;
}
const add = async (recordId: string, more: Record<string, unknown> = {}) =>
  await addTo(archive, recordId, simpleReport({ capture: false, ...more }));

/** As superuser, past every cap: `to` facts in all, as small as they may be. */
async function fill(recordId: string, to: number): Promise<void> {
  await archive.sql.query(
    `insert into fact (agency_id, source, id, record_id, n, type, recorded_at, actor, body, delivery)
     select f.agency_id, f.source, f.id || '-' || i, f.record_id, i, 'removal.content-observed.v1', now(), f.actor, f.body, f.delivery
       from fact f, generate_series(2, $2::int) i where f.record_id = $1 and f.n = 1`,
    [recordId, to],
  );
}

describe('what each look reads', () => {
  test('of a fact: what the safety rule asks, written down when it was accepted', async () => {
    const id = await record('The first');
    await add(id, {
      text: 'the second',
      note: 'noted',
      action: { verb: 'delete', performedAt: '2026-11-21T10:00:00Z' },
    });
    await add(id, { text: undefined, action: { verb: 'none' } });
    await call(archive, `/v1/records/${id}/removal`, { method: 'POST', role: 'moderator', payload: {} });
    const url = 'https://www.facebook.com/rivertown/posts/1234567890?comment_id=99887766';
    await add(id, { url, text: 'Other  WORDS' });
    const { rows } = await archive.sql.query(
      'select n, words, words_sha256, named, done, noted, confirms from fact where record_id = $1 order by n',
      [id],
    );
    const asked = (n: number, text: string | null, more: object = {}) => ({
      n,
      words: text === null ? null : wordsOf(text).text,
      words_sha256: text === null ? null : wordsOf(text).sha256,
      named: false,
      done: false,
      noted: false,
      confirms: false,
      ...more,
    });
    expect(rows).toEqual([
      asked(1, 'The first'),
      asked(2, 'the second', { done: true, noted: true }),
      asked(3, null),
      asked(4, null, { confirms: true }),
      asked(5, 'other words', { named: true }),
    ]);
  });

  test('and never what it says: the receipt, live status and a confirmation work where nobody may read that', async () => {
    const id = await record('a long story');
    const columns = await archive.sql.query<{ names: string }>(
      `select string_agg(attname, ', ') as names from pg_attribute
        where attrelid = 'fact'::regclass and attnum > 0 and not attisdropped and attname <> 'body'`,
    );
    await archive.sql.query('revoke select on fact from holdfast_app');
    await archive.sql.query(`grant select (${columns.rows[0]?.names ?? ''}) on fact to holdfast_app`);
    try {
      expect((await call(archive, `/v1/records/${id}`)).status, 'it does bind').toBe(500);
      expect((await archive.receipt(id)).recordId).toBe(id);
      const confirmed = await call(archive, `/v1/records/${id}/removal`, {
        method: 'POST',
        role: 'moderator',
        payload: {},
      });
      expect(confirmed.status).toBe(202);
      expect((await add(id)).status).toBe(202);
      expect((await archive.receipt(id)).removal).toBe('awaited');
    } finally {
      await archive.sql.query('grant select on fact to holdfast_app');
    }
  });
});

describe('a record', () => {
  test('is shown by pages: each fact once, and no answer larger than a page', async () => {
    const texts = Array.from({ length: 6 }, (_, i) => `${i} `.repeat(1.5 * MB));
    const id = await record(texts[0]);
    for (const text of texts.slice(1)) expect((await add(id, { text })).status).toBe(202);
    await add(id, { text: 'the last' });
    const pages: number[][] = [];
    for (let after: number | null = 0; after !== null;) {
      const reply = await call(archive, `/v1/records/${id}?after=${after}`);
      expect(reply.status).toBe(200);
      expect(reply.text.length).toBeLessThan(9 * MB);
      const { facts, nextFacts } = reply.body as unknown as ShownRecord;
      for (const fact of facts)
        expect(fact.body).toMatchObject({ data: { content: { text: texts[fact.n - 1] ?? 'the last' } } });
      pages.push(facts.map((fact) => fact.n));
      after = nextFacts;
      expect(pages.length).toBeLessThan(9);
    }
    expect(pages.flat()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(pages.length).toBeGreaterThan(2);
    const none = await call(archive, `/v1/records/${id}?after=7`);
    expect(none.body).toMatchObject({ facts: [], nextFacts: null });
    expect(await call(archive, `/v1/records/${id}?after=-1`)).toMatchObject({
      status: 400,
      body: { code: 'query-invalid' },
    });
    const many = await record();
    await fill(many, 250);
    const counts: number[] = [];
    for (let after: number | null = 0; after !== null;) {
      const { body } = await call(archive, `/v1/records/${many}?after=${after}`);
      const shown = body as unknown as ShownRecord;
      counts.push(shown.facts.length);
      after = shown.nextFacts;
    }
    expect(counts).toEqual([100, 100, 50]);
  });

  test('that was looked at for years shows the newest entries of its history', async () => {
    const id = await record();
    await archive.sql.query(
      `insert into event (agency_id, id, record_id, type, actor, body)
       select 'rivertown', gen_random_uuid(), $1, 'view.opened', 'key:x', json_build_object('i', i) from generate_series(1, 1500) i`,
      [id],
    );
    const { body } = await call(archive, `/v1/records/${id}`);
    const { history } = body as unknown as ShownRecord;
    expect(history).toHaveLength(1000);
    // The look itself comes last; the others in their order.
    expect(history.at(-1)?.body).toEqual({ what: 'record' });
    expect(history.slice(0, -1).map((entry) => entry.body['i'])).toEqual(
      Array.from({ length: 999 }, (_, i) => 502 + i),
    );
  });

  test.each([
    ['a thousand facts', async (id: string) => await fill(id, 999)],
    [
      '64 MB of them',
      async (id: string) => {
        await archive.sql.query(
          "update artifact set size_bytes = 64000000 - 1000 where record_id = $1 and origin = 'raw' and n = 1",
          [id],
        );
      },
    ],
    [
      '5,000 files',
      async (id: string) => {
        await archive.sql.query(
          `insert into artifact (agency_id, record_id, n, artifact_id, origin, role, media_type, size_bytes, sha256, received_at, fact_n)
           select 'rivertown', $1, i, 'art_' || i, 'handed-in', 'other', 'image/png', 100000000, repeat('0', 64), now(), 1
             from generate_series(2, 4999) i`,
          [id],
        );
      },
    ],
  ])('holds %s; what would be more is refused, and nothing of it is kept', async (_what, almost) => {
    const id = await record();
    await almost(id);
    const last = { text: 'x'.repeat(500) };
    expect((await add(id, last)).status, 'one more').toBe(202);
    const files = async (): Promise<unknown> =>
      (
        await archive.sql.query(
          `select (select count(*)::int from fact where record_id = $1) as facts, (select count(*)::int from artifact where record_id = $1) as files`,
          [id],
        )
      ).rows[0];
    const before = await files();
    const refused = await add(id, { text: 'y'.repeat(1000) });
    expect(refused).toMatchObject({ status: 409, body: { code: 'record-full', recordId: id } });
    expect(refused.body['detail']).toMatch(/1000 facts, 64 MB of them, 5000 files.*without "url"/);
    expect(await files()).toEqual(before);
    // What was accepted before is still the same report, and the receipt can still be read.
    expect((await add(id, last)).status).toBe(202);
    expect((await archive.receipt(id)).recordId).toBe(id);
  });
});
