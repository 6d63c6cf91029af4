/**
 * What is destroyed is what was approved, and nothing is marked that could not be destroyed: what came to a record since, a second list, a
 * store that has other versions, a lock that ends too late.
 */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { draftDisposal, leftOut, readDisposal } from '#disposal/disposal.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import {
  approvedList,
  asApplication,
  atRest,
  EDITION,
  locksEnded,
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
  sealed = await sealedAhead(archive, 21, 'dunnart');
  app = await asApplication(archive);
});
afterAll(async () => {
  await app?.end();
  await scene?.opened.close();
  await archive?.close();
});

async function record(): Promise<string> {
  const recordId = await sealed();
  await makeDue(archive, recordId);
  return recordId;
}

const ask = async (who: Colleague, method: 'GET' | 'POST', url: string, body?: object) =>
  await askAs(archive, who, method, url, body);

async function sqlState(statement: string, values: unknown[] = []): Promise<string> {
  try {
    await app.query(statement, values);
    return 'done';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

const destroy = async (id: string): Promise<string> =>
  await sqlState("update record set state = 'disposing' where id = $1", [id]);

/** Past every trigger, as whoever owns the database may. */
async function past(...statements: [string, unknown[]][]): Promise<void> {
  await archive.sql.query("set session_replication_role = 'replica'");
  try {
    for (const [statement, values] of statements) await archive.sql.query(statement, values);
  } finally {
    await archive.sql.query('reset session_replication_role');
  }
}

async function draft(...records: string[]): Promise<string> {
  const { status, body } = await ask(scene.officer, 'POST', '/v1/disposals', { edition: EDITION, records });
  expect(status, JSON.stringify(body)).toBe(200);
  return (body['disposal'] as { id: string }).id;
}

const stateOf = async (id: string): Promise<string> =>
  (await archive.system.db.inAgency('rivertown', async (at) => await readDisposal(at, id)))?.state ?? 'gone';

const recordState = async (id: string): Promise<string | undefined> =>
  (await archive.sql.query<{ state: string }>('select state from record where id = $1', [id])).rows[0]?.state;

async function itemOf(id: string, recordId: string) {
  const { rows } = await archive.sql.query<{ state: string; code: string | null }>(
    'select state, code from disposal_item where disposal_id = $1 and record_id = $2',
    [id, recordId],
  );
  return rows[0];
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries += 1) {
    if (tries === 100) throw new Error(`It never comes to this: ${what}`);
    await sleep(500);
  }
}

/** An execution that ends when it has marked the record. */
async function markedAndLeft(id: string): Promise<void> {
  await until('it is marked', async () => {
    await pass(scene, {
      between: async (step) => {
        if (step === 'marked') throw new Error('the end of the process');
      },
    });
    return (await recordState(id)) === 'disposing';
  });
}

async function completed(id: string): Promise<void> {
  await until('the list is completed', async () => {
    await pass(scene);
    return (await stateOf(id)) === 'completed';
  });
}

/** A version that no row names, of a lock that ends in seconds. */
async function aStranger(recordId: string): Promise<{ key: string; versionId: string }> {
  const bytes = Buffer.from('a stranger');
  const key = `a/rivertown/rec/${recordId}/1/junk`;
  const put = await archive.system.store.seal({
    key,
    body: { bytes },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    mediaType: 'text/plain',
    retainUntil: new Date(Date.now() + 2000),
  });
  if (put.outcome !== 'created') throw new Error(put.outcome);
  return { key, versionId: put.versionId };
}

async function versionsOf(recordId: string): Promise<{ key: string; versionId: string }[]> {
  const found: { key: string; versionId: string }[] = [];
  for await (const { key, versionId } of archive.system.store.versions(`a/rivertown/rec/${recordId}/`))
    found.push({ key, versionId });
  return found;
}

describe('what came to a record after the approval', () => {
  test('a fact with its files keeps it, for a list on which somebody looks at it', async () => {
    const id = await record();
    const list = await approvedList(scene, [id]);
    const added = await archive.app.inject({
      method: 'POST',
      url: `/v1/records/${id}/facts`,
      headers: {
        authorization: `Bearer ${await archive.key('moderator')}`,
        'content-type': 'application/json',
      },
      payload: JSON.stringify(simpleReport({ action: { verb: 'none' }, text: `later ${randomUUID()}` })),
    });
    expect(added.statusCode, added.body).toBe(202);
    await atRest(archive, id);
    await makeDue(archive, id);
    await locksEnded(archive, id);
    expect(await destroy(id)).toBe('HF050');
    await pass(scene);
    expect(await itemOf(list, id)).toEqual({ state: 'refused', code: 'changed-since' });
    expect(await recordState(id)).toBe('complete');
  });

  test('another day of its period as well', async () => {
    const id = await record();
    const list = await approvedList(scene, [id]);
    await locksEnded(archive, id);
    await app.query(
      `insert into record_day (agency_id, id, record_id, event, day, note, by) values ('rivertown', gen_random_uuid(), $1, 'posted', '2021-03-01', 'x', 'test')`,
      [id],
    );
    expect(await destroy(id)).toBe('HF050');
    const dry = await ask(scene.officer, 'GET', `/v1/disposals/${list}/dry-run`);
    expect(dry.body['records']).toMatchObject([{ recordId: id, would: 'be-kept', code: 'changed-since' }]);
    await pass(scene);
    expect(await itemOf(list, id)).toEqual({ state: 'refused', code: 'changed-since' });
  });
});

describe('a record on two lists', () => {
  test('of two drafts, proposed at the same moment, one goes further', async () => {
    const id = await record();
    const lists = [await draft(id), await draft(id)];
    const answers = await Promise.all(
      lists.map(async (list) => await ask(scene.officer, 'POST', `/v1/disposals/${list}/proposal`, {})),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(String(refused?.body['detail'])).toContain('is on another list as well');
    for (const list of lists)
      await ask(scene.officer, 'POST', `/v1/disposals/${list}/cancellation`, { reason: 'a test' });
  });

  test('what one list marked, no other marks or counts', async () => {
    const id = await record();
    const [first, second] = [await approvedList(scene, [id]), await draft(id).catch(() => null)];
    expect(second).toBe(null);
    await locksEnded(archive, id);
    const other = `ffffffff${randomUUID().slice(8)}`;
    // As it could be before two lists could not have the same record.
    await past(
      [
        `insert into disposal (agency_id, id, title, edition, cutoff, state, created_by, cooling_off, started_at)
         values ('rivertown', $1, 'another', $2, '2026-11-01', 'running', 'test', '0', now())`,
        [other, EDITION],
      ],
      [
        `insert into disposal_item (agency_id, disposal_id, record_id, edition, series, due_on, from_day, objects, bytes)
         select agency_id, $1, record_id, edition, series, due_on, from_day, objects, bytes from disposal_item where disposal_id = $2`,
        [other, first],
      ],
    );
    await pass(scene, {
      between: async (step) => {
        if (step === 'marked') throw new Error('the end of the process');
      },
    });
    expect(await recordState(id)).toBe('disposing');
    expect(await itemOf(other, id)).toEqual({ state: 'refused', code: 'marked-elsewhere' });
    await past(['delete from disposal_item where disposal_id = $1', [other]]);
    await past(['delete from disposal where id = $1', [other]]);
    await completed(first);
  });
});

test('a list has at most 2,000 records, and says what is left for a later one', async () => {
  const ids = [await record(), await record(), await record()];
  const terms = { edition: EDITION, series: 'day 1', cutoff: null, records: null, coolingOffMs: 0 };
  const { made, left } = await archive.system.db.inAgency('rivertown', async (at) => {
    const list = await draftDisposal(
      at,
      { ...terms, title: null },
      { coolingOffMs: 0, actor: `person:${scene.officer.personId}`, most: 2 },
    );
    return { made: list, left: await leftOut(at, terms, list?.id ?? null) };
  });
  expect(made?.records).toBe(2);
  expect(left.later).toBeGreaterThanOrEqual(1);
  const page = await archive.app.inject({
    url: `/disposals/${made?.id ?? ''}`,
    headers: { cookie: scene.officer.cookie },
  });
  expect(page.body).toContain('more than a list has room for');
  await past([
    `insert into disposal_item (agency_id, disposal_id, record_id, edition, series, due_on, from_day, objects, bytes)
     select 'rivertown', $1, gen_random_uuid(), $2, 'day 1', '2020-02-02', '2020-02-01', 1, 1 from generate_series(1, 1999)`,
    [made?.id, EDITION],
  ]);
  const answer = await ask(scene.officer, 'POST', `/v1/disposals/${made?.id ?? ''}/proposal`, {});
  expect(answer.status).toBe(409);
  expect(String(answer.body['detail'])).toContain('at most 2,000 records');
  await ask(scene.officer, 'POST', `/v1/disposals/${made?.id ?? ''}/cancellation`, { reason: 'a test' });
  await past(['delete from disposal_item where disposal_id = $1', [made?.id]]);
  for (const id of ids) await archive.sql.query('delete from record_series where record_id = $1', [id]);
});

describe('before it is marked', () => {
  test('a version that no row names keeps the record, whole', async () => {
    const [id, other] = [await record(), await record()];
    const list = await approvedList(scene, [id, other]);
    for (const one of [id, other]) await locksEnded(archive, one);
    await aStranger(id);
    const before = (await versionsOf(id)).length;
    const dry = await ask(scene.officer, 'GET', `/v1/disposals/${list}/dry-run`);
    expect(dry.body['records']).toContainEqual(
      expect.objectContaining({ recordId: id, would: 'be-kept', code: 'version-unknown' }),
    );
    await completed(list);
    expect(await itemOf(list, id)).toEqual({ state: 'refused', code: 'version-unknown' });
    const shown = await ask(scene.officer, 'GET', `/v1/disposals/${list}`);
    expect(shown.body['items']).toContainEqual(
      expect.objectContaining({
        recordId: id,
        reason: expect.stringContaining('a version of one of its files that no row names'),
      }),
    );
    expect(await recordState(id)).toBe('complete');
    expect((await versionsOf(id)).length).toBe(before);
    expect(await recordState(other)).toBe('disposed');
    const done = await archive.system.db.inAgency('rivertown', async (at) => await readDisposal(at, list));
    expect(JSON.parse(done?.certificate ?? '{}')).toMatchObject({
      kept: [{ recordId: id, code: 'version-unknown' }],
      quantity: { records: 1 },
    });
  });

  test('a hold in the store that no hold of the agency explains does too, and a missing version', async () => {
    const [held, short] = [await record(), await record()];
    const list = await approvedList(scene, [held, short]);
    for (const one of [held, short]) await locksEnded(archive, one);
    const [first] = await versionsOf(held);
    await archive.system.store.hold(first?.key ?? '', first?.versionId ?? '');
    const [gone] = await versionsOf(short);
    await until('the store lets it go', async () => {
      await scene.opened.context.places.first.purger
        ?.purge(gone?.key ?? '', gone?.versionId ?? '')
        .catch(() => undefined);
      return (await versionsOf(short)).every(({ key }) => key !== gone?.key);
    });
    const dry = await ask(scene.officer, 'GET', `/v1/disposals/${list}/dry-run`);
    expect(dry.body['records']).toContainEqual(
      expect.objectContaining({ recordId: held, would: 'be-kept', code: 'store-hold' }),
    );
    await until('the list is ended', async () => {
      await pass(scene);
      return (await stateOf(list)) === 'refused';
    });
    expect(await itemOf(list, held)).toEqual({ state: 'refused', code: 'store-hold' });
    expect(await itemOf(list, short)).toEqual({ state: 'refused', code: 'version-missing' });
    expect([await recordState(held), await recordState(short)]).toEqual(['complete', 'complete']);
  });

  test('without a key that may delete, nothing is marked, and it goes on with one', async () => {
    const id = await record();
    const list = await approvedList(scene, [id]);
    await locksEnded(archive, id);
    const { first, second } = scene.opened.context.places;
    const without = { first: { ...first, purger: null }, second };
    await until('it is said', async () => {
      await pass(scene, { places: without });
      const { rows } = await archive.sql.query<{ code: string }>(
        'select code from disposal_failure where disposal_id = $1',
        [list],
      );
      return rows[0]?.code === 'purger-missing';
    });
    expect(await itemOf(list, id)).toEqual({ state: 'listed', code: null });
    expect(await recordState(id)).toBe('complete');
    await completed(list);
  });

  test('a version that went missing after the mark does not stop the rest, and the certificate says so', async () => {
    const id = await record();
    const list = await approvedList(scene, [id]);
    await locksEnded(archive, id);
    await markedAndLeft(id);
    const [gone] = await versionsOf(id);
    await scene.opened.context.places.first.purger?.purge(gone?.key ?? '', gone?.versionId ?? '');
    await completed(list);
    const done = await archive.system.db.inAgency('rivertown', async (at) => await readDisposal(at, list));
    expect(JSON.parse(done?.certificate ?? '{}')).toMatchObject({
      records: [{ recordId: id, evidence: { missing: [{ store: 'first', id: gone?.versionId }] } }],
    });
  });

  test('a version that comes after the mark is told, and the list is not completed while it is there', async () => {
    const id = await record();
    const list = await approvedList(scene, [id]);
    await locksEnded(archive, id);
    await markedAndLeft(id);
    const { key, versionId } = await aStranger(id);
    const shown = async () => (await ask(scene.officer, 'GET', `/v1/disposals/${list}`)).body;
    await until('it is told', async () => {
      await pass(scene);
      return Number((await shown())['failures']) > 0;
    });
    expect(await shown()).toMatchObject({
      state: 'running',
      items: [
        {
          state: 'marked',
          failures: [
            { versionId, code: 'version-unknown', reason: expect.stringContaining('takes it away') },
          ],
        },
      ],
    });
    const page = await archive.app.inject({
      url: `/disposals/${list}`,
      headers: { cookie: scene.officer.cookie },
    });
    expect(page.body).toContain('In the store lies a version that no row names');
    await until('it is taken away', async () => {
      await scene.opened.context.places.first.purger?.purge(key, versionId).catch(() => undefined);
      return (await versionsOf(id)).every((one) => one.key !== key);
    });
    await completed(list);
    expect(await shown()).toMatchObject({ state: 'completed', failures: 0, items: [{ failures: [] }] });
  });

  test('while it is being destroyed nobody classifies it or enters a day', async () => {
    const id = await record();
    const list = await approvedList(scene, [id]);
    await locksEnded(archive, id);
    await markedAndLeft(id);
    const classified = await ask(scene.officer, 'POST', `/v1/records/${id}/classification`, {
      do: 'add',
      edition: EDITION,
      series: 'keep 1',
      reason: 'a test',
    });
    expect(classified).toMatchObject({ status: 409, body: { code: 'record-not-complete' } });
    const dayed = await ask(scene.officer, 'POST', `/v1/records/${id}/days`, {
      event: 'case-closed',
      day: '2026-11-21',
    });
    expect(dayed).toMatchObject({ status: 409, body: { code: 'record-not-complete' } });
    await completed(list);
  });
});

describe('a lock that ends later than a list waits', () => {
  const lock = async (id: string, days: number): Promise<void> =>
    void (await archive.sql.query(
      `update object set locked_until = now() + $2 * interval '1 day' where record_id = $1 and role = 'salt'`,
      [id, days],
    ));

  test('is left out of a draft, and told; named alone it is refused', async () => {
    const [id, free] = [await record(), await record()];
    await lock(id, 30);
    const named = await ask(scene.officer, 'POST', '/v1/disposals', { edition: EDITION, records: [id] });
    expect(named.status).toBe(409);
    expect(String(named.body['detail'])).toContain('for longer than a list waits');
    const made = await ask(scene.officer, 'POST', '/v1/disposals', { edition: EDITION });
    expect(made.body).toMatchObject({ leftOut: { locked: 1, later: 0 } });
    const { id: list } = made.body['disposal'] as { id: string };
    expect(await itemOf(list, id)).toBe(undefined);
    expect(await itemOf(list, free)).toEqual({ state: 'listed', code: null });
    for (const url of [`/disposals/${list}`, '/disposals'])
      expect((await archive.app.inject({ url, headers: { cookie: scene.officer.cookie } })).body).toContain(
        'for longer than a list waits',
      );
    await ask(scene.officer, 'POST', `/v1/disposals/${list}/cancellation`, { reason: 'a test' });
    await archive.sql.query('delete from record_series where record_id = any($1)', [[id, free]]);
  });

  test('at execution it keeps its record, and the list has its certificate', async () => {
    const [id, free] = [await record(), await record()];
    const list = await approvedList(scene, [id, free]);
    for (const one of [id, free]) await locksEnded(archive, one);
    await lock(id, 30);
    const dry = await ask(scene.officer, 'GET', `/v1/disposals/${list}/dry-run`);
    expect(dry.body['records']).toContainEqual(
      expect.objectContaining({ recordId: id, would: 'be-kept', code: 'lock-not-ended' }),
    );
    await completed(list);
    expect(await itemOf(list, id)).toEqual({ state: 'refused', code: 'lock-not-ended' });
    expect(await recordState(free)).toBe('disposed');
  });

  test('and so does one that only the store knows', async () => {
    const [id, free] = [await record(), await record()];
    const list = await approvedList(scene, [id, free]);
    for (const one of [id, free]) await locksEnded(archive, one);
    const [first] = await versionsOf(id);
    await archive.system.store.extend(
      first?.key ?? '',
      first?.versionId ?? '',
      new Date(Date.now() + 30 * 86_400_000),
    );
    await completed(list);
    expect(await itemOf(list, id)).toEqual({ state: 'refused', code: 'store-object-locked' });
    expect(await recordState(id)).toBe('complete');
  });
});
