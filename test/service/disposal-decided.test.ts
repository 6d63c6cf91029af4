/**
 * Who may destroy what: each refusal by direct SQL as the application's own role, by call and on the page, with a sentence of its own; and each
 * step that is allowed, with the entry that it leaves.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDisposal } from '#disposal/disposal.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import {
  asApplication,
  confirm,
  EDITION,
  locksEnded,
  logged,
  makeDue,
  openDisposing,
  pass,
  sealedAhead,
  SHORT,
  type Disposing,
} from '../support/disposing.ts';
import { askAs, type Colleague } from '../support/people.ts';

let archive: Archive;
let scene: Disposing;
/** As the processes connect. */
let app: Client;
let sealed: () => Promise<string>;

beforeAll(async () => {
  archive = await openArchive({ env: SHORT });
  await archive.work();
  scene = await openDisposing(archive);
  sealed = await sealedAhead(archive, 19, 'bilby');
  app = await asApplication(archive);
});
afterAll(async () => {
  await app?.end();
  await scene?.opened.close();
  await archive?.close();
});

const texts: string[] = [];

async function record(classified = true): Promise<string> {
  const recordId = await sealed();
  if (classified) await makeDue(archive, recordId);
  return recordId;
}

const ask = async (who: Colleague, method: 'GET' | 'POST', url: string, body?: object) =>
  await askAs(archive, who, method, url, body);

async function press(
  who: Colleague,
  url: string,
  fields: Record<string, string>,
): Promise<{ status: number; text: string; location: string }> {
  const response = await archive.app.inject({
    method: 'POST',
    url,
    headers: {
      cookie: who.cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: new URLSearchParams(fields).toString(),
  });
  return { status: response.statusCode, text: response.body, location: String(response.headers['location']) };
}

async function sqlState(statement: string, values: unknown[] = []): Promise<string> {
  try {
    await app.query(statement, values);
    return 'done';
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      texts.push(error.message);
      return String(error.code);
    }
    throw error;
  }
}

const destroy = async (id: string): Promise<string> =>
  await sqlState("update record set state = 'disposing' where id = $1", [id]);

async function draft(...records: string[]): Promise<{ id: string }> {
  const { status, body } = await ask(scene.officer, 'POST', '/v1/disposals', { edition: EDITION, records });
  expect(status, JSON.stringify(body)).toBe(200);
  return { id: (body['disposal'] as { id: string }).id };
}

/** Proposed by the officer, and approved by the approver. */
async function approved(...records: string[]): Promise<{ id: string; digest: string }> {
  const { id } = await draft(...records);
  const { body } = await ask(scene.officer, 'POST', `/v1/disposals/${id}/proposal`, {});
  const digest = String(body['digest']);
  const answer = await ask(scene.approver, 'POST', `/v1/disposals/${id}/approval`, { digest });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return { id, digest };
}

async function stateOf(id: string): Promise<string> {
  return (
    (await archive.system.db.inAgency('rivertown', async (at) => await readDisposal(at, id)))?.state ?? 'gone'
  );
}

async function ended(id: string): Promise<void> {
  for (let tries = 0; (await stateOf(id)) !== 'completed'; tries += 1) {
    if (tries === 120) {
      const { rows } = await archive.sql.query('select record_id, place, code from disposal_failure');
      throw new Error(`It does not end: ${JSON.stringify(rows)}`);
    }
    await pass(scene);
    await sleep(500);
  }
}

async function itemOf(id: string, recordId: string): Promise<{ state: string; code: string | null }> {
  const { rows } = await archive.sql.query<{ state: string; code: string | null }>(
    'select state, code from disposal_item where disposal_id = $1 and record_id = $2',
    [id, recordId],
  );
  if (rows[0] === undefined) throw new Error('It is on no such list.');
  return rows[0];
}

async function hold(recordId: string, kind: string): Promise<void> {
  await app.query(
    `with h as (insert into hold (agency_id, id, kind, title, reason, ends, placed_by)
                values ('rivertown', gen_random_uuid(), $2, 'A hold', 'a test', 'until it ends', 'test') returning id)
     insert into hold_record (agency_id, hold_id, record_id) select 'rivertown', id, $1 from h`,
    [recordId, kind],
  );
}

describe('refused, each with a sentence of its own', () => {
  test('what no approved list has', async () => {
    const id = await record();
    await locksEnded(archive, id);
    expect(await destroy(id)).toBe('HF030');
    expect(await sqlState("update record set state = 'disposed' where id = $1", [id])).toBe('HF047');
    expect(await sqlState('delete from fact where record_id = $1', [id])).toBe('42501');
    expect(await sqlState('select destroy_rows($1, $2)', [randomUUID(), id])).toBe('HF046');
  });

  test('what is unclassified', async () => {
    const id = await record(false);
    await locksEnded(archive, id);
    expect(await destroy(id)).toBe('HF037');
    const answer = await ask(scene.officer, 'POST', '/v1/disposals', { edition: EDITION, records: [id] });
    expect(answer).toMatchObject({ status: 409, body: { code: 'disposal-refused' } });
    expect(String(answer.body['detail'])).toContain('under no series');
    const page = await press(scene.officer, '/disposals', { edition: EDITION, record: id });
    expect(page.status).toBe(422);
    expect(page.text).toContain('under no series');
  });

  test('under an edition that two people have not confirmed', async () => {
    const id = await record();
    const list = await approved(id);
    await locksEnded(archive, id);
    await archive.sql.query('delete from edition_confirmation where edition = $1', [EDITION]);
    try {
      expect(await destroy(id)).toBe('HF031');
      const call = await ask(scene.officer, 'POST', '/v1/disposals', { edition: EDITION, records: [id] });
      expect(call.status).toBe(409);
      expect(String(call.body['detail'])).toContain('not confirmed by two people');
      const page = await press(scene.officer, '/disposals', { edition: EDITION, record: id });
      expect(page.text).toContain('not confirmed by two people');
      expect((await pass(scene)).destroyed).toBe(0);
      expect(await stateOf(list.id)).toBe('refused');
    } finally {
      await confirm(archive, [scene.officer, scene.approver]);
    }
  });

  test('with one person in both roles', async () => {
    const id = await record();
    const { id: list } = await draft(id);
    const { body } = await ask(scene.both, 'POST', `/v1/disposals/${list}/proposal`, {});
    const digest = String(body['digest']);
    const call = await ask(scene.both, 'POST', `/v1/disposals/${list}/approval`, { digest });
    expect(call.status).toBe(409);
    expect(String(call.body['detail'])).toContain('Two people decide');
    const page = await press(scene.both, `/disposals/${list}/approval`, { digest });
    expect(page.status).toBe(422);
    expect(page.text).toContain('Two people decide');
    const approve = `update disposal set state = 'approved', approved_at = now(), approved_by = $2, approval = gen_random_uuid(),
                            cooling_until = now() + cooling_off where id = $1`;
    expect(await sqlState(approve, [list, scene.both.personId])).toBe('HF032');
    expect(await sqlState(approve, [list, scene.officer.personId])).toBe('HF049');
    expect(
      await sqlState('update disposal set proposed_by = $2 where id = $1', [list, scene.officer.personId]),
    ).toBe('HF044');
  });

  test('when whoever approved it has left', async () => {
    const id = await record();
    await approved(id);
    await locksEnded(archive, id);
    await archive.sql.query('update person set left_at = now() where id = $1', [scene.approver.personId]);
    try {
      expect(await destroy(id)).toBe('HF032');
    } finally {
      await archive.sql.query('update person set left_at = null where id = $1', [scene.approver.personId]);
    }
    await hold(id, 'other');
  });

  test.each([
    ['litigation', 'HF033', 'held', 'A hold lies'],
    ['sunshine-request', 'HF034', 'request-open', 'A request for records matches'],
  ])(
    'with a hold (%s) that was placed between approval and execution',
    async (kind, sqlstate, code, sentence) => {
      const id = await record();
      const list = await approved(id);
      await locksEnded(archive, id);
      await hold(id, kind);
      expect(await destroy(id)).toBe(sqlstate);
      const call = await ask(scene.officer, 'POST', '/v1/disposals', { edition: EDITION, records: [id] });
      expect(String(call.body['detail'])).toContain(sentence);
      expect((await press(scene.officer, '/disposals', { edition: EDITION, record: id })).text).toContain(
        sentence,
      );
      const dry = await ask(scene.officer, 'GET', `/v1/disposals/${list.id}/dry-run`);
      expect(dry.body['records']).toMatchObject([{ recordId: id, would: 'be-kept', code }]);
      await pass(scene);
      expect(await itemOf(list.id, id)).toEqual({ state: 'refused', code });
      expect(await stateOf(list.id)).toBe('refused');
    },
  );

  test('before the lock ends, and then it goes on by itself', async () => {
    const id = await record();
    const list = await approved(id);
    await archive.sql.query(
      "update object set locked_until = now() + interval '1 hour' where record_id = $1 and role = 'salt'",
      [id],
    );
    expect(await destroy(id)).toBe('HF035');
    const dry = await ask(scene.officer, 'GET', `/v1/disposals/${list.id}/dry-run`);
    expect(dry.body['records']).toMatchObject([{ would: 'wait', code: 'lock-not-ended' }]);
    await pass(scene);
    expect(await itemOf(list.id, id)).toEqual({ state: 'listed', code: null });
    expect(await stateOf(list.id)).toBe('running');
    await archive.sql.query(
      "update object set locked_until = now() - interval '1 second' where record_id = $1",
      [id],
    );
    await ended(list.id);
  });

  test('when the list is not the one that was approved', async () => {
    const [id, other] = [await record(), await record()];
    const list = await approved(id, other);
    await locksEnded(archive, id);
    expect(
      await sqlState('update disposal_item set bytes = bytes + 1 where disposal_id = $1', [list.id]),
    ).toBe('42501');
    expect(
      await sqlState(
        "update disposal_item set excluded_at = now(), excluded_by = 'x', excluded_why = 'x' where disposal_id = $1",
        [list.id],
      ),
    ).toBe('HF044');
    expect(await sqlState('update disposal set digest = $2 where id = $1', [list.id, '0'.repeat(64)])).toBe(
      'HF044',
    );
    // Whoever owns the database may do that, and then nothing of it is destroyed.
    await archive.sql.query("set session_replication_role = 'replica'");
    await archive.sql.query(
      'update disposal_item set bytes = bytes + 1 where disposal_id = $1 and record_id = $2',
      [list.id, other],
    );
    await archive.sql.query('reset session_replication_role');
    expect(await destroy(id)).toBe('HF036');
    await pass(scene);
    expect(await stateOf(list.id)).toBe('refused');
    const page = await archive.app.inject({
      url: `/disposals/${list.id}`,
      headers: { cookie: scene.officer.cookie },
    });
    expect(page.body).toContain('its digest is another one');
  });

  test('with the digest of another list, by call and on the page', async () => {
    const id = await record();
    const { id: list } = await draft(id);
    await ask(scene.officer, 'POST', `/v1/disposals/${list}/proposal`, { authority: 'Ordinance 7' });
    const digest = '1'.repeat(64);
    const call = await ask(scene.approver, 'POST', `/v1/disposals/${list}/approval`, { digest });
    expect(String(call.body['detail'])).toContain('its digest is another one');
    expect((await press(scene.approver, `/disposals/${list}/approval`, { digest })).text).toContain(
      'its digest is another one',
    );
    const refusal = await press(scene.approver, `/disposals/${list}/refusal`, { reason: 'not yet' });
    expect(refusal.text).toContain('The list is refused.');
  });

  test('in the days of cooling off', async () => {
    const id = await record();
    await archive.sql.query("set session_replication_role = 'replica'");
    const list = await draft(id);
    await archive.sql.query("update disposal set cooling_off = '7 days' where id = $1", [list.id]);
    await archive.sql.query('reset session_replication_role');
    const { body } = await ask(scene.officer, 'POST', `/v1/disposals/${list.id}/proposal`, {});
    expect(
      await sqlState(
        `update disposal set state = 'approved', approved_at = now(), approved_by = $2, approval = gen_random_uuid(), cooling_until = now() where id = $1`,
        [list.id, scene.approver.personId],
      ),
    ).toBe('HF038');
    await ask(scene.approver, 'POST', `/v1/disposals/${list.id}/approval`, {
      digest: String(body['digest']),
    });
    await locksEnded(archive, id);
    expect(await destroy(id)).toBe('HF038');
    expect(
      await sqlState("update disposal set state = 'running', started_at = now() where id = $1", [list.id]),
    ).toBe('HF038');
    await pass(scene);
    expect(await stateOf(list.id)).toBe('approved');
    const page = await archive.app.inject({
      url: `/disposals/${list.id}`,
      headers: { cookie: scene.officer.cookie },
    });
    expect(page.body).toContain('Cooling off until');
    const answer = await press(scene.officer, `/disposals/${list.id}/cancellation`, { reason: 'a test' });
    expect(answer.text).toContain('The list is cancelled.');
    expect(await stateOf(list.id)).toBe('cancelled');
  });

  test('under another series than was approved, and what is on a list cannot be on another', async () => {
    const id = await record();
    const list = await approved(id);
    await locksEnded(archive, id);
    const again = await ask(scene.officer, 'POST', '/v1/disposals', { edition: EDITION, records: [id] });
    expect(again).toMatchObject({ status: 200, body: { disposal: null } });
    await archive.sql.query('delete from record_series where record_id = $1', [id]);
    await archive.sql.query(
      `insert into record_series (agency_id, record_id, edition, series, reason, by) values ('rivertown', $1, $2, 'day 2', 'x', 'test')`,
      [id, EDITION],
    );
    expect(await destroy(id)).toBe('HF043');
    const dry = await ask(scene.officer, 'GET', `/v1/disposals/${list.id}/dry-run`);
    expect(dry.body['records']).toMatchObject([{ recordId: id, would: 'be-kept', code: 'reclassified' }]);
    await pass(scene);
    expect(await itemOf(list.id, id)).toEqual({ state: 'refused', code: 'reclassified' });
  });

  test('no key proposes or approves', async () => {
    const id = await record();
    const { id: list } = await draft(id);
    const response = await archive.app.inject({
      method: 'POST',
      url: `/v1/disposals/${list}/proposal`,
      headers: {
        authorization: `Bearer ${await archive.key('retention-officer')}`,
        'content-type': 'application/json',
      },
      payload: '{}',
    });
    expect(response.statusCode).toBe(403);
    await ask(scene.officer, 'POST', `/v1/disposals/${list}/cancellation`, { reason: 'a test' });
  });

  test('no two sentences of the database are the same', () => {
    expect(new Set(texts).size).toBeGreaterThan(12);
  });
});

test('a hold that comes while a record is marked waits, and is refused', async () => {
  const id = await record();
  const list = await approved(id);
  await locksEnded(archive, id);
  await logged(archive);
  await app.query('begin');
  await app.query("update disposal set state = 'running', started_at = now() where id = $1", [list.id]);
  await app.query("update record set state = 'disposing' where id = $1", [id]);
  const other = await asApplication(archive);
  const placing = other
    .query(
      `with h as (insert into hold (agency_id, id, kind, title, reason, ends, placed_by)
                  values ('rivertown', gen_random_uuid(), 'audit', 'x', 'x', 'x', 'x') returning id)
       insert into hold_record (agency_id, hold_id, record_id) select 'rivertown', id, $1 from h`,
      [id],
    )
    .then(
      () => 'placed',
      (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'else'),
    );
  for (let tries = 0; ; tries += 1) {
    const { rows } = await archive.sql.query<{ n: number }>(
      "select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    if ((rows[0]?.n ?? 0) > 0) break;
    if (tries === 300) throw new Error('Nobody waits.');
  }
  await app.query('commit');
  expect(await placing).toBe('HF021');
  await other.end();
});

test('each step by call and on the page leaves its entry', async () => {
  const [first, second, third] = [await record(), await record(), await record()];
  const before = (await archive.sql.query<{ seq: string }>('select max(seq)::text as seq from event')).rows[0]
    ?.seq;
  let id = '';
  const typesSince = async (): Promise<string[]> =>
    (
      await archive.sql.query<{ type: string }>(
        "select type from event where seq > $1 and type like 'purge.%' and body->>'purge' = $2 order by seq",
        [before, id],
      )
    ).rows.map(({ type }) => type);
  const made = await press(scene.officer, '/disposals', { edition: EDITION, series: '' });
  expect(made.status).toBe(303);
  id = made.location.split('/').at(-1) ?? '';
  const page = await archive.app.inject({ url: made.location, headers: { cookie: scene.officer.cookie } });
  for (const one of [first, second, third]) expect(page.body).toContain(one);
  const excepted = await press(scene.officer, `/disposals/${id}/exceptions`, {
    record: first,
    reason: 'still read',
  });
  expect(excepted.text).toContain('The record is off the list.');
  const call = await ask(scene.officer, 'POST', `/v1/disposals/${id}/exceptions`, {
    recordId: second,
    reason: 'this one too',
  });
  expect(call.status).toBe(200);
  const proposed = await press(scene.officer, `/disposals/${id}/proposal`, {
    authority: 'Minutes of 2 November',
  });
  expect(proposed.text).toContain('The list is frozen and proposed.');
  const { body } = await ask(scene.approver, 'GET', `/v1/disposals/${id}`);
  const done = await press(scene.approver, `/disposals/${id}/approval`, { digest: String(body['digest']) });
  expect(done.text).toContain('The list is approved.');
  await locksEnded(archive, third);
  await ended(id);
  await pass(scene);
  expect((await typesSince()).filter((type) => type !== 'purge.cleaned')).toEqual([
    'purge.drafted',
    'purge.excepted',
    'purge.excepted',
    'purge.proposed',
    'purge.approved',
    'purge.started',
    'purge.completed',
  ]);
  const end = await archive.app.inject({
    url: `/disposals/${id}`,
    headers: { cookie: scene.approver.cookie },
  });
  expect(end.body).toContain('Certificate (PDF)');
  expect(end.body).toContain('Minutes of 2 November');
  const pdf = await archive.app.inject({
    url: `/v1/disposals/${id}/certificate.pdf`,
    headers: { cookie: scene.approver.cookie },
  });
  expect(pdf.statusCode).toBe(200);
  expect(pdf.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
  const gone = await archive.app.inject({
    url: `/records/${third}`,
    headers: { cookie: scene.officer.cookie },
  });
  expect(gone.statusCode).toBe(200);
  expect(gone.body).toContain('destroyed under its schedule');
  expect(gone.body).toContain(`/disposals/${id}`);
  const key = { authorization: `Bearer ${await archive.key()}` };
  for (const form of ['receipt', 'receipt.pdf'])
    expect((await archive.app.inject({ url: `/v1/records/${third}/${form}`, headers: key })).statusCode).toBe(
      200,
    );
  expect((await archive.receipt(third)).status).toBe('disposed');
  expect((await archive.receipt(third)).safeToRemove).toBe(false);
  const status = await archive.app.inject({
    url: `/report/records/${third}/plain`,
    headers: { cookie: scene.officer.cookie },
  });
  expect(status.statusCode).toBeLessThan(500);
  const added = await archive.app.inject({
    method: 'POST',
    url: `/v1/records/${third}/kept`,
    headers: { authorization: `Bearer ${await archive.key()}` },
  });
  expect(added.statusCode).toBe(409);
  await logged(archive);
});
