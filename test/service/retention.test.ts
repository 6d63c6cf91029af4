/** Schedules, rules, series, days and the worklist, through the calls: from an edition that is filed to a record that is due. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ruleRecords } from '#retention/retention.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { cloudEvent } from '../support/cloud-event.ts';
import { call, recordOf, type Reply } from '../support/looking.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { png } from '../support/picture.ts';

let archive: Archive;
let officer: Colleague;
let approver: Colleague;

const EDITION = `edition: town-2026
title: General schedule of a town that does not exist
source: Invented for a test
series:
  - code: complaint
    title: Citizen complaints
    trigger: reported
    period: P3Y
    disposition: destroy
    citation: Page 4
  - code: case
    title: Case files
    trigger: case-closed
    cutoff: fiscal-year-end
    period: P1Y
    disposition: destroy
    citation: Page 9
  - code: lasting
    title: Policy
    period: PERMANENT
    disposition: permanent
    citation: Page 1
`;
const NEWER = EDITION.replace('town-2026', 'town-2027')
  .replace('P3Y', 'P5Y')
  .replace(/ {2}- code: lasting[^]*$/, '');

beforeAll(async () => {
  archive = await openArchive();
  // The rules of the sample are not those of this town.
  await archive.sql.query("update classification_rule set ended_at = now(), ended_by = 'test'");
  await archive.work();
  officer = await colleague(archive, ['retention-officer']);
  approver = await colleague(archive, ['approver']);
});
afterAll(async () => await archive?.close());

const post = async (
  url: string,
  payload: unknown,
  role: 'retention-officer' | 'custodian' = 'retention-officer',
): Promise<Reply> => await call(archive, url, { role, method: 'POST', payload });
const get = async (url: string): Promise<Reply> => await call(archive, url, { role: 'retention-officer' });
async function asPerson(who: Colleague, url: string, payload: unknown) {
  const response = await archive.app.inject({
    method: 'POST',
    url,
    headers: { cookie: who.cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
}
async function handIn(words: string): Promise<string> {
  const sent = await archive.report(simpleReport({ text: words }), [
    { name: 'a.png', type: 'image/png', bytes: await png() },
  ]);
  await archive.until(sent.body.recordId, (receipt) => receipt.status === 'complete');
  return sent.body.recordId;
}
async function rule(): Promise<number> {
  return await ruleRecords(archive.system.db, new AbortController().signal);
}
const retentionOf = async (id: string) =>
  ((await recordOf(archive, id)) as unknown as { retention: Record<string, unknown> }).retention;
const typesOf = async (id: string): Promise<string[]> =>
  (await recordOf(archive, id)).history.map(({ type }) => type);

describe('an edition', () => {
  test('is refused line by line, and nothing of it is taken in', async () => {
    const wrong = EDITION.replace('P3Y', 'three years').replace('period: P1Y', 'perid: P1Y');
    const refused = await post('/v1/schedules', { format: 'yaml', text: wrong });
    expect(refused).toMatchObject({ status: 422, body: { code: 'edition-invalid' } });
    expect(refused.body['problems']).toMatchObject([
      { line: 8, sentence: expect.stringContaining('Line 8: series[0].period') },
      { line: 15, sentence: expect.stringContaining('perid') },
    ]);
    expect((await get('/v1/schedules/town-2026')).status).toBe(404);
    expect(await post('/v1/schedules', { text: EDITION })).toMatchObject({
      status: 422,
      body: { code: 'edition-invalid' },
    });
  });

  test('is filed as it stands, unconfirmed, from YAML and from a table; and never a second time', async () => {
    const filed = await post('/v1/schedules', { format: 'yaml', text: EDITION });
    expect(filed).toMatchObject({ status: 200, body: { edition: 'town-2026', confirmed: false, series: 3 } });
    expect(await post('/v1/schedules', { format: 'yaml', text: EDITION })).toMatchObject({
      status: 409,
      body: { code: 'edition-taken' },
    });
    const table = await post('/v1/schedules', {
      format: 'csv',
      text: 'code,title,period,citation,trigger\nx,"Comments, removed",P1D,Page 1,reported\n',
      edition: 'town-table',
      title: 'T',
      source: 'S',
    });
    expect(table.body).toMatchObject({ entries: [{ code: 'x', title: 'Comments, removed', period: 'P1D' }] });
    const { body } = await get('/v1/schedules');
    expect(body['editions']).toMatchObject([
      { edition: 'town-table' },
      { edition: 'town-2026' },
      { edition: 'rivertown-sample-2026' },
    ]);
  });

  test('is confirmed by two different people over what they read, and by no key', async () => {
    const { body } = await get('/v1/schedules/town-2026');
    const { digest } = body;
    const url = '/v1/schedules/town-2026/confirmations';
    expect(await post(url, { digest })).toMatchObject({ status: 403, body: { code: 'role-not-allowed' } });
    expect(await asPerson(officer, url, { digest: 'f'.repeat(64) })).toMatchObject({
      status: 409,
      body: { code: 'edition-changed' },
    });
    expect(await asPerson(officer, url, { digest, note: 'Held against the paper' })).toMatchObject({
      status: 200,
      body: { confirmed: false },
    });
    expect(await asPerson(officer, url, { digest })).toMatchObject({
      status: 409,
      body: { code: 'edition-confirmed-already' },
    });
    expect(await asPerson(approver, url, { digest })).toMatchObject({
      status: 200,
      body: { confirmed: true, confirmations: [{ note: 'Held against the paper' }, {}] },
    });
    const { rows } = await archive.sql.query(
      "select actor, body->>'edition' as edition from event where type = 'edition.confirmed' order by seq",
    );
    expect(rows).toEqual(
      [officer, approver].map(({ personId }) => ({ actor: `person:${personId}`, edition: 'town-2026' })),
    );
  });

  test('the application itself cannot confirm for somebody without the role, nor over another text', async () => {
    const moderator = await colleague(archive, ['moderator']);
    const confirm = async (who: Colleague, digest: string): Promise<unknown> =>
      await archive.system.db
        .inAgency('rivertown', async ({ tx }) => {
          await tx
            .insertInto('edition_confirmation')
            .values({
              agency_id: 'rivertown',
              edition: 'town-table',
              person_id: who.personId,
              digest,
              note: null,
            })
            .execute();
        })
        .catch((error: unknown) => (error as { code?: string }).code);
    const { body } = await get('/v1/schedules/town-table');
    expect(await confirm(moderator, String(body['digest']))).toBe('HF010');
    expect(await confirm(officer, 'f'.repeat(64))).toBe('HF011');
  });
});

describe('a record', () => {
  test('meets every rule once it is complete; until then it is not due; the longest keeps it', async () => {
    const added = [
      { position: 10, matches: { text: 'pothole' }, edition: 'town-2026', series: 'complaint' },
      { position: 20, matches: { kind: 'comment' }, edition: 'town-2026', series: 'case' },
    ];
    for (const one of added) expect((await post('/v1/retention/rules', one)).status).toBe(200);
    expect(await post('/v1/retention/rules', added[0])).toMatchObject({
      status: 422,
      body: { code: 'rule-invalid', detail: expect.stringContaining('place') },
    });
    const id = await handIn('Another POTHOLE on Elm Street');
    // The first rule that matches may have named its series at the report already.
    expect(await retentionOf(id)).toMatchObject({ ruled: false });
    expect(await rule()).toBeGreaterThan(0);
    expect(await rule()).toBe(0);
    const kept = await retentionOf(id);
    expect(kept).toMatchObject({
      ruled: true,
      kind: 'unknown',
      waitsFor: 'case-closed',
      keeps: { series: 'case', citation: 'Page 9' },
      sentence: expect.stringMatching(/“case-closed”, whose day is not known yet.*longest of the 2 series/),
      series: [
        { series: 'case', reason: expect.stringContaining('Rule 20') },
        { series: 'complaint', reason: expect.stringContaining('it says “pothole”'), due: { kind: 'on' } },
      ],
      days: [{ event: 'reported', by: 'fact' }],
    });
    expect(await typesOf(id)).toContain('record.reclassified');
  });

  test('is led by its tags, by marks of the report, and by what it is kept with', async () => {
    const added = [
      { position: 11, matches: { tag: '#culvert' }, edition: 'town-2026', series: 'complaint' },
      { position: 12, matches: { kind: 'post' }, edition: 'town-2026', series: 'case' },
    ];
    for (const one of added) expect((await post('/v1/retention/rules', one)).status).toBe(200);
    const event = cloudEvent({
      content: {
        kind: 'reply',
        text: 'The #Culvert is full',
        parent: { nativeId: 'p-1', kind: 'post', excerpt: 'Storm of Tuesday' },
      },
    });
    const sent = await archive.report(event, [], { 'content-type': 'application/cloudevents+json' });
    expect(sent.status, JSON.stringify(sent.body)).toBe(202);
    const id = sent.body.recordId;
    await archive.until(id, (receipt) => receipt.status === 'complete');
    await rule();
    expect(await retentionOf(id)).toMatchObject({
      series: [
        { series: 'case', reason: expect.stringContaining('what is kept with it is of kind post') },
        { series: 'complaint', reason: expect.stringContaining('tag is #culvert') },
      ],
    });
    await archive.sql.query(
      "update classification_rule set ended_at = now(), ended_by = 'test' where position = any($1)",
      [added.map(({ position }) => position)],
    );
  });

  test('is dated by what people enter, by fiscal years once somebody says when they begin, and undated when they withdraw it', async () => {
    const id = await handIn('Words about something else');
    await rule();
    await post(
      `/v1/records/${id}/classification`,
      { do: 'add', edition: 'town-2026', series: 'case', reason: 'It belongs to a case' },
      'custodian',
    );
    const entered = await post(`/v1/records/${id}/days`, { event: 'case-closed', day: '2026-03-14' });
    expect(entered.body).toMatchObject({ kind: 'unknown', waitsFor: 'fiscal-year-start' });
    const url = '/v1/retention/fiscal-year';
    const edition = async (): Promise<Record<string, unknown>> => (await get('/v1/schedules/town-2026')).body;
    expect(await edition()).toMatchObject({ confirmed: true, fiscalYear: { start: null } });
    expect(await post(url, { start: '07-01' })).toMatchObject({
      status: 403,
      body: { code: 'role-not-allowed' },
    });
    expect(await asPerson(officer, url, { start: '02-29' })).toMatchObject({ status: 422 });
    expect((await asPerson(officer, url, { start: '07-01' })).status).toBe(200);
    // One person has moved days of a whole series: two say so before anything comes of it.
    const anew = await edition();
    expect(anew).toMatchObject({ confirmed: false, fiscalYear: { start: '07-01' } });
    for (const who of [officer, approver])
      expect(
        (await asPerson(who, '/v1/schedules/town-2026/confirmations', { digest: anew['digest'] })).status,
      ).toBe(200);
    expect(await edition()).toMatchObject({ confirmed: true });
    // What does not count from the end of fiscal years is the text that it was.
    expect((await get('/v1/schedules/town-table')).body).toMatchObject({ fiscalYear: null });
    const dated = await retentionOf(id);
    expect(dated).toMatchObject({
      kind: 'on',
      from: '2026-06-30',
      keptThrough: '2027-06-30',
      dueOn: '2027-07-01',
      sentence:
        'Kept through 30 June 2027 under series case, Case files, of edition town-2026 (Page 9); due on 1 July 2027.',
    });
    const days = dated['days'] as { id: string; event: string }[];
    const own = days.find(({ event }) => event === 'case-closed')?.id;
    const said = days.find(({ event }) => event === 'reported')?.id;
    expect(await post(`/v1/records/${id}/days`, { withdraw: said })).toMatchObject({
      status: 404,
      body: { code: 'day-not-found' },
    });
    expect((await post(`/v1/records/${id}/days`, { withdraw: own })).body).toMatchObject({
      kind: 'unknown',
      waitsFor: 'case-closed',
    });
    for (const day of ['2026-02-30', 'yesterday'])
      expect(await post(`/v1/records/${id}/days`, { event: 'case-closed', day })).toMatchObject({
        status: 422,
        body: { code: 'day-invalid' },
      });
    expect((await typesOf(id)).filter((type) => type === 'record.dated')).toHaveLength(2);
  });

  test('stands under more or fewer series by hand, each with a reason; what is wrong changes nothing', async () => {
    const id = await handIn('By hand');
    await rule();
    const url = `/v1/records/${id}/classification`;
    const lasting = { edition: 'town-2026', series: 'lasting', reason: 'It states the policy' };
    expect((await post(url, { do: 'add', ...lasting })).body).toMatchObject({
      kind: 'never',
      sentence: expect.stringContaining(
        'Kept permanently under series lasting, Policy, of edition town-2026 (Page 1).',
      ),
    });
    expect(await post(url, { do: 'add', ...lasting })).toMatchObject({ status: 409 });
    expect(await post(url, { do: 'add', ...lasting, series: 'none' })).toMatchObject({ status: 422 });
    expect(await post(url, { do: 'add', edition: 'town-2026', series: 'complaint' })).toMatchObject({
      status: 422,
      body: { code: 'classification-invalid' },
    });
    expect((await post(url, { do: 'remove', ...lasting, reason: 'It does not' })).body).toMatchObject({
      kind: 'unknown',
    });
    expect(await post(url, { do: 'remove', ...lasting })).toMatchObject({ status: 409 });
    const { rows } = await archive.sql.query(
      'select did, series, reason from reclassification where record_id = $1 order by at',
      [id],
    );
    expect(rows).toEqual([
      { did: 'added', series: 'lasting', reason: 'It states the policy' },
      { did: 'removed', series: 'lasting', reason: 'It does not' },
    ]);
  });

  test('is in the history with each series and day that changes, by a call or by SQL as the application, and once', async () => {
    const id = await handIn('By another way');
    await rule();
    const seen = async (): Promise<unknown[]> =>
      (
        await archive.sql.query<{ told: unknown[] }>(
          `select jsonb_build_array(body->>'did', coalesce(body->>'schedule', body->>'event'), split_part(actor, ':', 1)) as told from event
            where record_id = $1 and type in ('record.reclassified', 'record.dated') order by seq`,
          [id],
        )
      ).rows.map(({ told }) => told);
    const before = (await seen()).length;
    const since = async (): Promise<unknown[]> => (await seen()).slice(before);
    const lasting = { edition: 'town-2026', series: 'lasting', reason: 'x' };
    await post(`/v1/records/${id}/classification`, { do: 'add', ...lasting });
    await post(`/v1/records/${id}/classification`, { do: 'remove', ...lasting });
    await post(`/v1/records/${id}/days`, { event: 'superseded', day: '2026-03-14' });
    const byCalls = [
      ['added', 'lasting', 'key'],
      ['removed', 'lasting', 'key'],
      ['entered', 'superseded', 'key'],
    ];
    expect(await since()).toEqual(byCalls);

    const app = new Client({ connectionString: archive.databaseUrl, options: '-c role=holdfast_app' });
    await app.connect();
    try {
      const add = `insert into record_series (agency_id, record_id, edition, series, reason, by)
                   values ('rivertown', '${id}', 'town-2026', 'lasting', 'x', 'cli')`;
      const take = `delete from record_series where record_id = '${id}' and series = 'lasting'`;
      await app.query("select set_config('app.agency', 'rivertown', false)");
      await app.query('begin');
      for (const statement of [add, take, add, take]) await app.query(statement);
      await app.query('commit');
      const day = `insert into record_day (agency_id, id, record_id, event, day, by)
                   values ('rivertown', gen_random_uuid(), '${id}', 'posted', '1999-01-01', 'fact')`;
      const withdraw = `update record_day set withdrawn_at = now(), withdrawn_by = 'cli' where record_id = '${id}' and day = '1999-01-01'`;
      await app.query(day);
      await app.query(withdraw);
      const back = `update record_day set withdrawn_at = null, withdrawn_by = null where record_id = '${id}' and day = '1999-01-01'`;
      await expect(app.query(back)).rejects.toMatchObject({ code: 'HF057' });
    } finally {
      await app.end();
    }
    expect(await since()).toEqual([
      ...byCalls,
      ['added', 'lasting', 'cli'],
      ['removed', 'lasting', 'sql'],
      ['added', 'lasting', 'cli'],
      ['removed', 'lasting', 'sql'],
      ['entered', 'posted', 'fact'],
      ['withdrawn', 'posted', 'cli'],
    ]);
  });

  test('is offered what a later rule would say, and nothing is applied', async () => {
    const id = await handIn('A flooded basement');
    await rule();
    const later = { position: 30, matches: { text: 'flooded' }, edition: 'town-2026', series: 'complaint' };
    const { body } = await post('/v1/retention/rules', later);
    await rule();
    expect(await retentionOf(id)).toMatchObject({
      series: [{ series: 'case' }],
      suggested: [{ series: 'complaint', reason: expect.stringContaining('Rule 30') }],
    });
    expect((await post(`/v1/retention/rules/${String(body['id'])}/end`, {})).status).toBe(200);
    expect(await post(`/v1/retention/rules/${String(body['id'])}/end`, {})).toMatchObject({ status: 404 });
    expect(await retentionOf(id)).toMatchObject({ suggested: [] });
  });
});

describe('the worklist', () => {
  test('says by series what is due, what stands in the way, what waits, and what has no series', async () => {
    const due = await handIn('Due long ago');
    const held = await handIn('Due, and held');
    const none = await handIn('Of no series');
    await rule();
    for (const id of [due, held, none])
      await post(`/v1/records/${id}/classification`, {
        do: 'remove',
        edition: 'town-2026',
        series: 'case',
        reason: 'No case',
      });
    for (const id of [due, held]) {
      await post(`/v1/records/${id}/classification`, {
        do: 'add',
        edition: 'town-table',
        series: 'x',
        reason: 'A comment',
      });
      // As if it had been reported ten years ago.
      await archive.sql.query(
        "update record_day set day = '2016-11-21' where record_id = $1 and event = 'reported'",
        [id],
      );
    }
    await archive.sql.query(
      `with h as (insert into hold (agency_id, id, kind, title, reason, ends, placed_by)
         values ('rivertown', gen_random_uuid(), 'audit', 'x', 'x', 'x', 'x') returning id)
       insert into hold_record (agency_id, hold_id, record_id) select 'rivertown', id, $1 from h`,
      [held],
    );
    const table = async () => {
      const { body } = await get('/v1/retention');
      return (body['series'] as Record<string, unknown>[]).find(({ edition }) => edition === 'town-table');
    };
    // Its locks were set a moment ago, and two people have not confirmed the edition.
    expect(await table()).toMatchObject({
      due: 2,
      ready: 0,
      held: 1,
      locked: 2,
      unruled: 0,
      confirmed: false,
    });
    await archive.sql.query(
      "update object set locked_until = now() - interval '1 day' where record_id = any($1)",
      [[due, held]],
    );
    const { body: read } = await get('/v1/schedules/town-table');
    for (const who of [officer, approver])
      await asPerson(who, '/v1/schedules/town-table/confirmations', { digest: read['digest'] });
    expect(await table()).toMatchObject({ due: 2, ready: 1, held: 1, locked: 0, confirmed: true });
    const list = await get('/v1/retention/records?list=due&edition=town-table&series=x&limit=1');
    expect(list.body).toMatchObject({ records: [{ recordId: due, blocked: [] }], nextCursor: due });
    const next = await get(
      `/v1/retention/records?list=due&edition=town-table&series=x&cursor=${String(list.body['nextCursor'])}`,
    );
    expect(next.body).toMatchObject({ records: [{ recordId: held, blocked: ['hold'] }], nextCursor: null });
    const { body } = await get('/v1/retention');
    expect(body).toMatchObject({ unclassified: 1, quarters: [{}, {}, {}, {}] });
    const unclassified = await get('/v1/retention/records?list=unclassified');
    expect(unclassified.body).toMatchObject({
      records: [{ recordId: none, suggested: [{ series: 'case' }] }],
    });
  });
});

describe('a newer edition', () => {
  test('takes the place of an older one, after it was compared; what has no code in it stays', async () => {
    await post('/v1/schedules', { format: 'yaml', text: NEWER });
    const lasting = await handIn('Of a series that is gone');
    await rule();
    await post(`/v1/records/${lasting}/classification`, {
      do: 'add',
      edition: 'town-2026',
      series: 'lasting',
      reason: 'Policy',
    });
    const compared = await get('/v1/schedules/town-2027/comparison?from=town-2026');
    expect(compared.body).toMatchObject({
      mayShorten: ['lasting'],
      changes: [
        { is: 'changed', code: 'complaint', effect: 'longer' },
        { is: 'removed', code: 'lasting' },
      ],
    });
    const url = '/v1/schedules/town-2027/succession';
    const { digest } = compared.body['is'] as { digest: string };
    expect(await post(url, { from: 'town-2026', digest })).toMatchObject({
      status: 403,
      body: { code: 'role-not-allowed' },
    });
    expect(await asPerson(officer, url, { from: 'town-2026', digest: 'f'.repeat(64) })).toMatchObject({
      status: 409,
    });
    const { body } = await asPerson(officer, url, { from: 'town-2026', digest });
    expect(body['moved']).toBeGreaterThan(3);
    expect(await retentionOf(lasting)).toMatchObject({
      kind: 'never',
      keeps: { edition: 'town-2026', series: 'lasting' },
      series: [{ edition: 'town-2026' }, { edition: 'town-2027', series: 'case' }],
    });
    const { body: rules } = await get('/v1/retention/rules');
    expect(rules['rules']).toMatchObject([
      { position: 10, edition: 'town-2027' },
      { position: 20, edition: 'town-2027' },
    ]);
    const moves = (await recordOf(archive, lasting)).history.filter(({ body: { did } }) => did === 'moved');
    expect(moves).toMatchObject([
      { type: 'record.reclassified', body: { from: 'town-2026', edition: 'town-2027', schedule: 'case' } },
    ]);
  });
});

describe('an edition that another replaced, or that was found wrong', () => {
  test('counts no more for destruction, and never takes the place of another', async () => {
    const { body: older } = await get('/v1/schedules/town-2026');
    expect(older).toMatchObject({ confirmed: false, supersededBy: 'town-2027' });
    expect(
      (older['confirmations'] as { digest: string }[]).filter(({ digest }) => digest === older['digest']),
    ).toHaveLength(2);
    const back = { from: 'town-2027', digest: older['digest'] };
    const ended = { status: 409, body: { code: 'edition-ended' } };
    expect(await asPerson(officer, '/v1/schedules/town-2026/succession', back)).toMatchObject(ended);
    const third = await colleague(archive, ['custodian']);
    expect(
      await asPerson(third, '/v1/schedules/town-2026/confirmations', { digest: older['digest'] }),
    ).toMatchObject(ended);
  });

  test('is withdrawn by a person with a reason, for ever', async () => {
    const url = '/v1/schedules/town-table/withdrawal';
    expect((await get('/v1/schedules/town-table')).body).toMatchObject({ confirmed: true, withdrawn: null });
    const reason = 'Page 1 says one year, and not one day';
    expect(await post(url, { reason })).toMatchObject({ status: 403, body: { code: 'role-not-allowed' } });
    expect(await asPerson(approver, url, {})).toMatchObject({ status: 422 });
    expect(await asPerson(approver, url, { reason })).toMatchObject({
      status: 200,
      body: { confirmed: false, withdrawn: { by: `person:${approver.personId}`, reason } },
    });
    expect(await asPerson(approver, url, { reason })).toMatchObject({
      status: 409,
      body: { code: 'edition-ended' },
    });
    const { rows } = await archive.sql.query(
      "select actor, body->>'edition' as edition from event where type = 'edition.withdrawn'",
    );
    expect(rows).toEqual([{ actor: `person:${approver.personId}`, edition: 'town-table' }]);
  });

  test('stays so for the application itself', async () => {
    const moderator = await colleague(archive, ['moderator']);
    const app = new Client({ connectionString: archive.databaseUrl, options: '-c role=holdfast_app' });
    await app.connect();
    try {
      await app.query("select set_config('app.agency', 'rivertown', false)");
      for (const [set, edition, code] of [
        ["superseded_by = 'town-2026', superseded_at = now()", 'town-2027', 'HF055'],
        ["superseded_by = 'town-table', superseded_at = now()", 'town-2027', 'HF055'],
        ['superseded_by = null, superseded_at = null', 'town-2026', 'HF055'],
        ['withdrawn_at = null, withdrawn_by = null, withdrawn_because = null', 'town-table', 'HF055'],
        [
          `withdrawn_at = now(), withdrawn_by = '${moderator.personId}', withdrawn_because = 'x'`,
          'town-2027',
          'HF056',
        ],
      ] as const)
        await expect(
          app.query(`update edition set ${set} where edition = '${edition}'`),
          set,
        ).rejects.toMatchObject({ code });
    } finally {
      await app.end();
    }
  });
});

describe('the pages', () => {
  test('show all of it to whoever may, and the log has an entry of each change', async () => {
    const id = await handIn('To be looked at');
    await rule();
    for (const url of [
      '/retention',
      '/retention/rules',
      '/retention/records?list=due',
      '/retention/records?list=unclassified',
      '/schedules',
      '/schedules/town-2026',
      '/schedules/town-2027/comparison?from=town-2026',
      `/records/${id}`,
    ]) {
      const response = await archive.app.inject({
        url,
        headers: { cookie: officer.cookie, accept: 'text/html' },
      });
      expect(response.statusCode, url).toBe(200);
    }
    const left = async (): Promise<number> =>
      (await archive.sql.query('select from log_outbox')).rowCount ?? 0;
    for (let tries = 0; (await left()) > 0; tries += 1) {
      if (tries === 600) throw new Error('The log does not come after.');
      await sleep(100);
    }
    const { rows } = await archive.sql.query<{ n: number }>(
      `select count(*)::int as n from event e join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
        where e.type in ('record.reclassified', 'record.dated', 'edition.added', 'edition.confirmed', 'edition.succeeded', 'rule.added', 'rule.ended')`,
    );
    expect(rows[0]?.n).toBeGreaterThan(20);
  });
});
