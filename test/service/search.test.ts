/**
 * Search through the API: which words find a record and which do not, filters, pages, and that the index is used.
 * Where Postgres decides what a word is, the tests say what it does.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from 'pg';
import { addAgency } from '#agency/agency.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { addTo, call } from '../support/looking.ts';

let archive: Archive;
beforeAll(async () => {
  archive = await openArchive();
  for (const id of ['lakeside', 'hilltop', 'bigtown'])
    await addAgency(archive.system.db, { id, name: `City of ${id}`, zone: 'America/Chicago' });
});
afterAll(async () => await archive?.close());

interface FoundRow {
  readonly recordId: string;
  readonly receivedAt: string;
}

async function page(query: Record<string, string>, agency = 'rivertown') {
  const reply = await call(archive, `/v1/records?${new URLSearchParams(query).toString()}`, { agency });
  expect(reply.status, reply.text).toBe(200);
  return reply.body as unknown as { records: FoundRow[]; nextCursor: string | null };
}
const ids = async (query: Record<string, string>, agency?: string): Promise<string[]> =>
  (await page(query, agency)).records.map((row) => row.recordId);

async function handIn(more: Record<string, unknown>, agency = 'rivertown'): Promise<string> {
  const answer = await archive.report(simpleReport(more), [], {
    authorization: `Bearer ${await archive.key('moderator', agency)}`,
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body.recordId;
}

describe('words', () => {
  let fences: string;
  let bridge: string;
  let foreign: string;
  beforeAll(async () => {
    fences = await handIn({
      account: '@rivertown',
      platform: 'x',
      url: 'https://x.com/rivertown/status/1800000000000000001',
      text: 'The neighbours were painting their fences again. Who is the one to call?',
      author: { displayName: 'Zebulon Quartermain', handle: '@zeb_quart' },
      note: 'Seen by the deputy clerk, badge 7731',
    });
    bridge = await handIn({
      text: 'Closed bridge on Elm Street, bridge closed for good',
      account: 'rivertown-parks',
    });
    foreign = await handIn({
      text: 'École fermée. 東京タワー 大阪 😀 👍🏽 смерть naïve ﬁne 𝓬𝓱𝓮𝓪𝓹 b\u200ba\u200bd cafe\u0301',
    });
    await handIn({ text: 'painting fences and bridges, Quartermain' }, 'lakeside');
  });

  test.each([
    ['the text', 'neighbours'],
    ['the author’s name', 'Quartermain'],
    ['the author’s handle, with and without its sign', '@zeb_quart'],
    ['', 'zeb_quart'],
    ['the account', 'rivertown painting'],
    ['the note', '7731'],
    ['the address, pasted whole', 'https://x.com/rivertown/status/1800000000000000001'],
    ['upper case', 'NEIGHBOURS'],
    ['another form of the word', 'painted fence'],
    ['the word as it stands', 'painting'],
    ['words in any order', 'fences painting'],
    ['a phrase', '"painting their fences"'],
    ['a phrase in other forms', '"paint their fence"'],
    ['words without weight beside others', 'the neighbours are painting'],
    ['nothing but words without weight', 'who is the'],
    ['a phrase of them', '"who is the"'],
    ['either', 'unicorn or neighbours'],
    ['exclusion of what is not there', 'neighbours -unicorn'],
    ['either, with an exclusion', 'unicorn or neighbours -bridge'],
    ['a phrase that was not closed', '"painting their'],
  ])('find by %s: %s', async (_what, q) => {
    expect(await ids({ q })).toEqual([fences]);
  });

  test.each([
    ['a word that is not there', 'unicorn'],
    ['one that is and one that is not', 'neighbours unicorn'],
    ['a phrase in another order', '"fences their painting"'],
    ['a phrase that has a gap', '"neighbours fences"'],
    ['an excluded word', 'neighbours -painting'],
    ['an excluded word in another form', 'neighbours -painted'],
    ['an excluded form of a plain word', 'neighbours -fence'],
    ['an excluded phrase', 'neighbours -"painting their fences"'],
    ['a part of a word', 'neighb'],
    ['signs alone', '& | ! ( ) : * <->'],
    ['a minus alone', '-'],
    ['what would be a program elsewhere', "'; drop table record; --"],
    ['words of another agency', 'fences bridges'],
  ])('do not find by %s: %s', async (_what, q) => {
    expect(await ids({ q })).not.toContain(fences);
    expect(await ids({ q })).toHaveLength(0);
  });

  test('that are excluded alone leave the rest', async () => {
    expect(await ids({ q: '-bridge -école' })).toEqual([fences]);
    expect(await ids({ q: 'bridge or neighbours' })).toEqual([bridge, fences]);
  });

  test.each([
    ['an accent, as it is written and without', ['École', 'ecole', 'ÉCOLE', 'fermee']],
    ['letters and accents apart, as some keyboards send them', ['café', 'cafe', 'cafe\u0301']],
    ['another script, in any case', ['смерть', 'СМЕРТЬ']],
    ['a run of Chinese or Japanese characters, whole', ['東京タワー', '大阪']],
    ['an emoji', ['😀', '👍🏽']],
    ['ligatures and ornamental letters as plain ones', ['fine', 'cheap', 'ﬁne']],
    ['a word with characters in it that nobody sees', ['bad']],
  ])('find %s', async (_what, queries) => {
    for (const q of queries) expect(await ids({ q }), q).toEqual([foreign]);
  });

  test('of scripts without spaces are found by the whole run only: Postgres knows no words in them', async () => {
    expect(await ids({ q: '東京' })).toEqual([]);
    expect(await ids({ q: 'タワー' })).toEqual([]);
    // And of languages other than English only as they stand.
    expect(await ids({ q: 'смерти' })).toEqual([]);
  });

  test('of a fact that came later find the record too, as do those before', async () => {
    expect(await ids({ q: 'gazebo' })).toEqual([]);
    expect(
      (await addTo(archive, bridge, simpleReport({ text: 'A gazebo', note: 'and a pergola' }))).status,
    ).toBe(202);
    for (const q of ['gazebo', 'pergola', 'gazebo bridge', '"elm street" gazebo'])
      expect(await ids({ q }), q).toEqual([bridge]);
  });

  test('that are more than an index can hold are taken all the same, and found as far as they go', async () => {
    const distinct = (prefix: string): string => {
      let words = '';
      for (let i = 0; words.length < 150_000; i += 1) words += `${prefix}${i.toString(36)}ings `;
      return words;
    };
    const recordId = await handIn({ text: `overture ${distinct('a')}` });
    for (const prefix of 'bcdefg') {
      const added = await addTo(archive, recordId, simpleReport({ text: distinct(prefix) }));
      expect(added.status, added.text).toBe(202);
    }
    expect(await ids({ q: 'overture' })).toEqual([recordId]);
    expect(await ids({ q: 'b7ings' })).toEqual([recordId]);
    // Long words of many bytes whose stems differ: the worst for an index.
    const wide = Array.from({ length: 390 }, (_, i) => `${'𠀀'.repeat(490)}x${i}ings`).join(' ');
    expect(await ids({ q: 'widest' })).toEqual([]);
    const widest = await handIn({ text: `widest ${wide}` });
    expect(await ids({ q: 'widest' })).toEqual([widest]);
  });
});

describe('filters', () => {
  interface Row {
    readonly id: string;
    readonly received_at: Date;
    readonly platform: string;
    readonly account: string;
    readonly verb: string;
    readonly grounds: readonly string[];
    readonly state: string;
    readonly capture_outcome: string | null;
    readonly removal: string;
    readonly series: string | null;
    readonly parked: boolean;
    readonly word: string;
  }
  let rows: Row[];
  beforeAll(async () => {
    const one = (list: string, factor: number): string =>
      `(array[${list}])[1 + (i * ${factor}) % array_length(array[${list}], 1)]`;
    await archive.sql.query(`
      insert into edition (agency_id, edition, title, source, added_by) values ('hilltop', 'e1', 'E', 'Invented', 'test');
      insert into series (agency_id, edition, code, title, period, citation) values ('hilltop', 'e1', 'S-1', 'S', 'P1Y', 'C')`);
    await archive.sql.query(`
      insert into record (agency_id, id, subject, received_at, platform, account, kind, verb, grounds, state,
                          capture_outcome, removal, edition, series, search)
      select 'hilltop', gen_random_uuid(), 'unknown:' || i, timestamptz '2026-03-01 00:00Z' + (i / 3) * interval '1 hour',
             ${one("'x','facebook','youtube'", 7)}, ${one("'Hilltop','hilltop-parks'", 11)}, 'comment', ${one("'hide','delete','edit'", 13)},
             case when i % 5 = 0 then '{}' when i % 5 = 1 then '{p#1,p#2}' else '{p#2}' end::text[],
             ${one("'reported','sealed','complete'", 17)}, ${one("null,'captured','gone','wall'", 19)},
             ${one("'awaited','confirmed','none'", 5)}, ${one("null,'e1'", 3)}, ${one("null,'S-1'", 3)},
             search_words('hilltop', ${one("'apple','pear','plum','apple pear'", 23)})
        from generate_series(1, 300) i`);
    await archive.sql.query(
      "insert into step (record_id, name, agency_id, parked_at) select id, 'seal', 'hilltop', now() from record where agency_id = 'hilltop' and subject ~ '[37]$'",
    );
    const read = await archive.sql.query<Row>(`
      select r.*, exists (select from step s where s.record_id = r.id) as parked, (select array_agg(substr(tagged, 7)) from unnest(tsvector_to_array(r.search)) tagged)::text as word
        from record r where agency_id = 'hilltop' order by received_at desc, id desc`);
    rows = read.rows;
  });

  const FILTERS: Readonly<Record<string, readonly [value: string, holds: (row: Row) => boolean]>> = {
    platform: ['facebook', (row) => row.platform === 'facebook'],
    account: ['HILLTOP', (row) => row.account === 'Hilltop'],
    ground: ['p#2', (row) => row.grounds.includes('p#2')],
    verb: ['delete', (row) => row.verb === 'delete'],
    state: ['sealed', (row) => row.state === 'sealed'],
    outcome: ['wall', (row) => row.capture_outcome === 'wall'],
    removal: ['confirmed', (row) => row.removal === 'confirmed'],
    series: ['unclassified', (row) => row.series === null],
    parked: ['true', (row) => row.parked],
    // At or after, and before: a day is [from, to).
    from: ['2026-03-02T00:00:00Z', (row) => row.received_at >= new Date('2026-03-02T00:00:00Z')],
    to: ['2026-03-03T06:00:00-06:00', (row) => row.received_at < new Date('2026-03-03T12:00:00Z')],
    q: ['apples', (row) => row.word.includes('apple')],
  };
  const names = Object.keys(FILTERS);
  const check = async (chosen: readonly string[]): Promise<number> => {
    const query: Record<string, string> = { limit: '200' };
    for (const name of chosen) query[name] = FILTERS[name]?.[0] ?? '';
    const wanted = rows.filter((row) => chosen.every((name) => FILTERS[name]?.[1](row))).slice(0, 200);
    expect(await ids(query, 'hilltop'), chosen.join(' ')).toEqual(wanted.map((row) => row.id));
    return wanted.length;
  };

  test.each(names)('%s leaves what it says, newest first', async (name) => {
    const left = await check([name]);
    expect(left).toBeGreaterThan(10);
    expect(left).toBeLessThan(rows.length);
  });

  test('each two of them together leave what both leave', async () => {
    let some = 0;
    for (const [i, a] of names.entries())
      for (const b of names.slice(i + 1)) if ((await check([a, b])) > 0) some += 1;
    expect(some).toBeGreaterThan(50);
  });

  test('all together, and three of them', async () => {
    await check(names);
    let some = 0;
    for (const [i, a] of names.entries()) {
      const [b = '', c = ''] = [names[(i + 3) % names.length], names[(i + 7) % names.length]];
      if ((await check([a, b, c])) > 0) some += 1;
    }
    expect(some).toBeGreaterThan(3);
  });

  test('a complete record by the series that counts now, and under no other', async () => {
    const [row] = rows.filter((one) => one.series === 'S-1' && one.state === 'complete');
    const id = row?.id ?? '';
    const under = async (series: string): Promise<boolean> =>
      (await ids({ series, limit: '200' }, 'hilltop')).includes(id);
    await archive.sql.query(
      "insert into series (agency_id, edition, code, title, period, citation) values ('hilltop', 'e1', 'S-2', 'S', 'P1Y', 'C')",
    );
    expect([await under('S-1'), await under('S-2'), await under('unclassified')]).toEqual([
      true,
      false,
      false,
    ]);
    const move = async (from: string, to: string): Promise<void> => {
      await archive.sql.query('delete from record_series where record_id = $1 and series = $2', [id, from]);
      if (to !== '')
        await archive.sql.query(
          "insert into record_series (agency_id, record_id, edition, series, reason, by) values ('hilltop', $1, 'e1', $2, 'x', 'test')",
          [id, to],
        );
    };
    await move('S-1', 'S-2');
    expect([await under('S-1'), await under('S-2'), await under('unclassified')]).toEqual([
      false,
      true,
      false,
    ]);
    expect((await page({ series: 'S-2' }, 'hilltop')).records).toMatchObject([
      { recordId: id, series: 'S-2' },
    ]);
    await move('S-2', '');
    expect([await under('S-1'), await under('S-2'), await under('unclassified')]).toEqual([
      false,
      false,
      true,
    ]);
    await move('', 'S-1');
    expect(await under('S-1')).toBe(true);
  });

  test('a series by its number, and a value that nothing has', async () => {
    const classified = rows.filter((row) => row.series === 'S-1').length;
    expect(await ids({ series: 'S-1', limit: '200' }, 'hilltop')).toHaveLength(classified);
    for (const [name, value] of [
      ['platform', 'fax'],
      ['ground', 'p#9'],
      ['series', 'S-9'],
      ['verb', 'shout'],
      ['outcome', 'x'],
    ] as const)
      expect(await ids({ [name]: value }, 'hilltop')).toEqual([]);
  });

  test.each([
    ['state=open', 'query-invalid'],
    ['parked=yes', 'query-invalid'],
    ['from=2026-03-01', 'query-invalid'],
    ['from=2026-03-01T00:00:00', 'query-invalid'],
    ['from=2026-12-31T23:59:60Z', 'query-invalid'],
    ['to=2026-11-21T14:03:00%2B05', 'query-invalid'],
    ['to=0001-01-01T00:00:00Z', 'query-invalid'],
    ['limit=0', 'query-invalid'],
    ['limit=201', 'query-invalid'],
    ['limit=ten', 'query-invalid'],
    ['q=', 'query-invalid'],
    ['colour=red', 'query-invalid'],
    ['platform=x&platform=y', 'query-invalid'],
    ['cursor=nonsense', 'cursor-invalid'],
    [
      `cursor=${Buffer.from('+275760-09-13T00:00:00.000Z 01a1fde3-bae9-7129-9d9e-2fd9a2214cc0').toString('base64url')}`,
      'cursor-invalid',
    ],
    [
      `cursor=${Buffer.from('0000-01-01T00:00:00.000Z 01a1fde3-bae9-7129-9d9e-2fd9a2214cc0').toString('base64url')}`,
      'cursor-invalid',
    ],
    [
      `cursor=${Buffer.from('1 01a1fde3-bae9-7129-9d9e-2fd9a2214cc0').toString('base64url')}`,
      'cursor-invalid',
    ],
    [`cursor=${Buffer.from("2026-01-01T00:00:00.000Z x'y").toString('base64url')}`, 'cursor-invalid'],
  ])('%s is refused in words: %s', async (query, code) => {
    const reply = await call(archive, `/v1/records?${query}`, { agency: 'hilltop' });
    expect(reply).toMatchObject({ status: 400, body: { code } });
    expect(String(reply.body['detail']).length).toBeGreaterThan(20);
  });
});

test('pages show each of 250 records exactly once while new ones arrive', async () => {
  // Four to an instant, so that pages end in the middle of one.
  await archive.sql.query(`
    insert into record (agency_id, id, subject, received_at, platform, account, kind, verb, grounds, removal, search)
    select 'lakeside', gen_random_uuid(), 'unknown:' || i, timestamptz '2026-01-01 00:00Z' + (i / 4) * interval '1 millisecond',
           'x', 'lakeside', 'comment', 'hide', '{}', 'awaited', search_words('lakeside', 'paged')
      from generate_series(1, 250) i`);
  const seen: string[] = [];
  let cursor: string | null = null;
  let pages = 0;
  let came = 0;
  do {
    const found: Awaited<ReturnType<typeof page>> = await page(
      { q: 'paged', limit: '23', ...(cursor === null ? {} : { cursor }) },
      'lakeside',
    );
    seen.push(...found.records.map((row) => row.recordId));
    cursor = found.nextCursor;
    pages += 1;
    for (let i = 0; i < 3; i += 1, came += 1) await handIn({ text: `paged too ${came}` }, 'lakeside');
  } while (cursor !== null);
  const { rows } = await archive.sql.query<{ id: string }>(
    "select id from record where agency_id = 'lakeside' and subject ~ '^unknown:[0-9]+$' order by received_at desc, id desc",
  );
  expect(seen).toEqual(rows.map((row) => row.id));
  expect([seen.length, new Set(seen).size, pages]).toEqual([250, 250, 11]);
  const again = await ids({ q: 'paged', limit: '200' }, 'lakeside');
  expect(again.slice(0, came).some((id) => seen.includes(id))).toBe(false);
});

describe('over 5,000 records', () => {
  const STATEMENT = `select r.id, r.received_at from record r where r.agency_id = 'bigtown' and r.search @@ search_query('bigtown', 'needle')
                      order by r.received_at desc, r.id desc limit 51`;
  beforeAll(async () => {
    await archive.sql.query(`
      insert into record (agency_id, id, subject, received_at, platform, account, kind, verb, grounds, removal, search)
      select 'bigtown', gen_random_uuid(), 'unknown:' || i, now() - i * interval '1 minute', 'x', 'bigtown', 'comment', 'hide', '{}',
             'awaited', search_words('bigtown', 'hay ' || md5(i::text) || case when i % 1000 = 0 then ' needle' else '' end)
        from generate_series(1, 5000) i`);
    await archive.sql.query('vacuum analyze record');
  });

  const planOf = async (role: string): Promise<string> => {
    const client = new Client({ connectionString: archive.databaseUrl, options: `-c role=${role}` });
    await client.connect();
    try {
      await client.query("select set_config('app.agency', 'bigtown', false)");
      const { rows } = await client.query(`explain (format json) ${STATEMENT}`);
      return JSON.stringify(rows);
    } finally {
      await client.end();
    }
  };

  test('the statement of the function is answered by the index of words', async () => {
    expect(await planOf('holdfast_search')).toContain('"Index Name":"record_search"');
    // Why there is a function with a role of its own: behind the walls the same words would be looked for row by row.
    expect(await planOf('holdfast_app')).not.toContain('record_search');
  });

  test('a search through the API really goes through it', async () => {
    const scans = async (): Promise<number> => {
      const { rows } = await archive.sql.query<{ n: string }>(
        "select idx_scan as n from pg_stat_all_indexes where indexrelname = 'record_search'",
      );
      return Number(rows[0]?.n ?? 0);
    };
    const before = await scans();
    expect(await ids({ q: 'needle' }, 'bigtown')).toHaveLength(5);
    // A backend reports its figures after ten idle seconds, and with whatever it does a second after the last report.
    const after = async (): Promise<number> => {
      await ids({ q: 'needle' }, 'bigtown');
      return await scans();
    };
    await expect.poll(after, { timeout: 60_000, interval: 300 }).toBeGreaterThan(before);
  });

  test('what is not there is found out without looking at other agencies: nothing tells what they have', async () => {
    const touched = async (agency: string, q: string): Promise<{ rows: number; pages: number }> => {
      const { rows } = await archive.sql.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
        `explain (analyze, buffers, format json)
         select r.id from record r where r.agency_id = '${agency}' and r.search @@ search_query('${agency}', '${q}')
          order by r.received_at desc, r.id desc limit 51`,
      );
      const plan = rows[0]?.['QUERY PLAN'][0].Plan ?? {};
      return {
        rows: plan['Actual Rows'] ?? -1,
        pages: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
      };
    };
    for (const agency of ['rivertown', 'hilltop']) {
      await touched(agency, 'unicorn');
      // All 5,000 records of the big town have the one word, and nobody has the other.
      const [theirs, nobodys] = [await touched(agency, 'hay'), await touched(agency, 'unicorn')];
      expect([theirs.rows, nobodys.rows]).toEqual([0, 0]);
      expect(theirs.pages, agency).toBeLessThanOrEqual(nobodys.pages + 2);
    }
    expect((await touched('bigtown', 'needle')).rows).toBe(5);
    expect(await ids({ q: 'hay' }, 'hilltop')).toEqual([]);
  });

  test('a word that a few of the newest and many of the oldest records have is found in all of them, in their order, page by page', async () => {
    const { rows } = await archive.sql.query<{ id: string }>(`
      with put as (
        insert into record (agency_id, id, subject, received_at, platform, account, kind, verb, grounds, removal, search)
        select 'bigtown', gen_random_uuid(), 'unknown:' || i, now() - i * interval '1 minute', case when i % 20 = 0 then 'x' else 'facebook' end,
               'bigtown', 'comment', 'hide', '{}', 'awaited',
               search_words('bigtown', 'hay ' || case when i < 1 or i % 10 = 0 then ' thimble' else '' end)
          from (select generate_series(-2, 0) union all select generate_series(5001, 6000)) n(i)
        returning id, received_at, search)
      select id from put where search @@ search_query('bigtown', 'thimble') order by received_at desc, id desc`);
    const all = rows.map(({ id }) => id);
    expect(all).toHaveLength(103);
    const read: string[] = [];
    let cursor: string | null = null;
    do {
      const found: Awaited<ReturnType<typeof page>> = await page(
        { q: 'thimble', limit: '40', ...(cursor === null ? {} : { cursor }) },
        'bigtown',
      );
      read.push(...found.records.map(({ recordId }) => recordId));
      cursor = found.nextCursor;
    } while (cursor !== null);
    expect(read).toEqual(all);
    expect(await ids({ q: 'thimble', platform: 'x', limit: '100' }, 'bigtown')).toHaveLength(51);
  });

  test('a word of about 2 KB, which with its tag is too long for the index, keeps no report out', async () => {
    for (const length of [1990, 2035, 2041, 2046, 2047, 4000]) {
      const recordId = await handIn({ text: `marker${length} ${'w'.repeat(length)}` });
      expect(await ids({ q: `marker${length}` }), String(length)).toEqual([recordId]);
    }
  });
});
