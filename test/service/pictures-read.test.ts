/**
 * What stands in pictures, read by a program: found by the search with a word of where it comes from, taken into the sets of open requests,
 * wiped with what is destroyed, never read where it may show a child being abused, and made again after a loss.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { picturesFailed, picturesStanding, readDue, type PictureText } from '#pictures/pictures.ts';
import { ocrEngine } from '#production/production.ts';
import { multipart, openArchive, simpleReport, type Archive, type TestFile } from '../support/archive.ts';
import { cloudEvent } from '../support/cloud-event.ts';
import {
  approvedList,
  asApplication,
  atRest,
  locksEnded,
  makeDue,
  openDisposing,
  pass,
  SHORT,
  type Disposing,
} from '../support/disposing.ts';
import { drawn } from '../support/drawn-words.ts';
import { holdfastHere, jsonOf } from '../support/holdfast.ts';
import { heicGrid } from '../support/heic.ts';
import { addTo, call, recordOf } from '../support/looking.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { cited, decide, newRequest, produced } from '../support/producing.ts';
import { openFreshIndex } from '../support/rebuild-scene.ts';

let archive: Archive;
let scene: Disposing;
let custodian: Colleague;
/** As the processes connect. */
let app: Client;

beforeAll(async () => {
  archive = await openArchive({ env: SHORT });
  await archive.work();
  custodian = await colleague(archive, ['custodian']);
  scene = await openDisposing(archive);
  app = await asApplication(archive);
});
afterAll(async () => {
  await app?.end();
  await scene?.opened.close();
  await archive?.close();
});

const shot = async (...lines: string[]): Promise<TestFile> => ({
  name: 'shot.png',
  type: 'image/png',
  bytes: await (await drawn(lines.map((text, n) => ({ text, y: 20 + 60 * n })))).png().toBuffer(),
});

async function handIn(text: string, ...files: TestFile[]): Promise<string> {
  const { status, body } = await archive.report(simpleReport({ text }), files);
  expect(status, JSON.stringify(body)).toBe(202);
  await atRest(archive, body.recordId);
  return body.recordId;
}
/** Named as what it is by its sender. */
async function handInAs(sensitivity: readonly string[], nativeId: string, file: TestFile, text: string) {
  const event = cloudEvent({
    envelope: { subject: `facebook:comment:${nativeId}`, id: `test_${randomUUID()}` },
    content: { nativeId, text },
    data: { sensitivity },
  });
  const { contentType, payload } = multipart(event, [file]);
  const response = await archive.app.inject({
    method: 'POST',
    url: '/v1/deletion-events',
    headers: { authorization: `Bearer ${await archive.key()}`, 'content-type': contentType },
    payload: Buffer.from(
      payload.toString('latin1').replace('Type: application/json', 'Type: application/cloudevents+json'),
      'latin1',
    ),
  });
  expect(response.statusCode, response.body).toBe(202);
  const { recordId } = response.json<{ recordId: string }>();
  await atRest(archive, recordId);
  return recordId;
}

interface Row {
  readonly n: number;
  readonly state: string;
  readonly text: string | null;
  readonly code: string | null;
  readonly attempts: number;
  readonly engine: string | null;
  readonly confidence: number | null;
}
const rowsOf = async (recordId: string): Promise<Row[]> =>
  (
    await archive.sql.query<Row>(
      'select n, state, text, code, attempts, engine, confidence from artifact_text where record_id = $1 order by n',
      [recordId],
    )
  ).rows;

/** By the worker as it runs, until none is left that waits. */
async function allRead(): Promise<void> {
  await archive.work('fixity');
  for (let tries = 0; ; tries += 1) {
    const { rowCount } = await archive.sql.query("select from artifact_text where state = 'waiting'");
    if (rowCount === 0) return;
    if (tries === 600) throw new Error('The pictures are not read.');
    await sleep(100);
  }
}

async function found(q: string): Promise<{ readonly recordId: string; readonly matchedIn: string | null }[]> {
  const { status, body, text } = await call(archive, `/v1/records?${new URLSearchParams({ q }).toString()}`);
  expect(status, text).toBe(200);
  return (body as unknown as { records: { recordId: string; matchedIn: string | null }[] }).records.map(
    ({ recordId, matchedIn }) => ({ recordId, matchedIn }),
  );
}

async function ask(method: 'GET' | 'POST', url: string, body?: object) {
  const answer = await archive.app.inject({
    method,
    url,
    headers: {
      cookie: custodian.cookie,
      'sec-fetch-site': 'same-origin',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, text: answer.body, body: answer.json<Record<string, unknown>>() };
}
async function requested(words: string): Promise<string> {
  const at = '2026-11-02T10:00:00-06:00';
  const said = await ask('POST', '/v1/requests', {
    channel: 'letter',
    words,
    firstReceivedAt: at,
    receivedByCustodianAt: at,
  });
  expect(said.status, said.text).toBe(201);
  return String(said.body['id']);
}
const stateOf = async (statement: string, values: unknown[] = []): Promise<string> =>
  await app.query(statement, values).then(
    () => 'done',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );

/** The context of a pass in this process, with a reader that says this. */
const saying = (said: PictureText) => ({
  db: archive.system.db,
  log: archive.system.log,
  reader: archive.system.reader,
  engine: 'a reader of tests',
  read: async () => await Promise.resolve(said),
});

describe('what a picture says', () => {
  test('is found once it was read, says that a program read it, and fills the set of a request that asked before', async () => {
    const recordId = await handIn(
      'Look at this picture of the council',
      await shot('Reported by Toby Quill, call 816-555-0142', 'Comentario de una niña'),
    );
    const other = await handIn('A numbat that somebody wrote about');
    // Sealed, safe, and not read: nothing waited for it.
    expect((await archive.receipt(recordId)).safeToRemove).toBe(true);
    expect(await rowsOf(recordId)).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    expect(await found('Quill')).toEqual([]);
    const request = await requested('Everything about Toby Quill');
    const before = await ask('POST', `/v1/requests/${request}/searches`, { q: 'quill' });
    expect(before.body).toMatchObject({ found: 0, indexState: { pictures: { waiting: 1, read: 0 } } });

    await allRead();
    const [row] = await rowsOf(recordId);
    expect(row).toMatchObject({ state: 'read', engine: ocrEngine(), attempts: 1 });
    expect(row?.text).toContain('Toby Quill');
    expect(row?.confidence).toBeGreaterThan(60);
    for (const q of ['Quill', 'quill picture', '"toby quill"', '816-555-0142', 'niña', 'council quill'])
      expect(await found(q), q).toEqual([{ recordId, matchedIn: 'pictures' }]);
    expect(await found('council')).toEqual([{ recordId, matchedIn: 'words' }]);
    expect(await found('quill or numbat')).toEqual([
      { recordId: other, matchedIn: 'words' },
      { recordId, matchedIn: 'pictures' },
    ]);
    expect(await found('council -quill')).toEqual([]);

    const record = await recordOf(archive, recordId);
    const file = record.artifacts.find(({ origin }) => origin === 'handed-in');
    expect(file?.read).toMatchObject({ state: 'read', engine: ocrEngine() });
    expect(record.artifacts.filter(({ origin }) => origin !== 'handed-in').map(({ read }) => read)).toEqual(
      record.artifacts.filter(({ origin }) => origin !== 'handed-in').map(() => null),
    );

    // The search that stood took it, in the commit in which it was read, and says how.
    const set = await ask('GET', `/v1/requests/${request}/records`);
    expect(set.body['records']).toMatchObject([{ recordId, byPictures: true }]);
    const held = await archive.sql.query(
      'select from hold_record where record_id = $1 and released_at is null',
      [recordId],
    );
    expect(held.rowCount).toBe(1);
    const again = await ask('POST', `/v1/requests/${request}/searches`, { q: 'quill' });
    expect(again.body).toMatchObject({
      found: 1,
      indexState: { pictures: { waiting: 0, read: 1, failed: 0, never: 0, engine: ocrEngine() } },
    });

    // What else comes to the record leaves the words of the picture, and what they are, where they are.
    await addTo(archive, recordId, simpleReport({ text: 'And a wombat' }));
    await atRest(archive, recordId);
    expect(await found('wombat quill')).toEqual([{ recordId, matchedIn: 'pictures' }]);
    expect(await found('wombat council')).toEqual([{ recordId, matchedIn: 'words' }]);
    const metrics = await picturesStanding(archive.system.db);
    expect(metrics).toMatchObject({ waiting: 0, failed: 0 });
  });

  test('is nothing where a picture has no words, and a file is no picture', async () => {
    const blank = await handIn('Without words', await shot());
    const noPicture = await handIn('With notes', {
      name: 'notes.txt',
      type: 'text/plain',
      bytes: Buffer.from('bandicoot'),
    });
    // Of a telephone: drawn by the decoder of previews first.
    const heic = await handIn('Of a telephone', {
      name: 'photo.heic',
      type: 'image/heic',
      bytes: heicGrid(1024, 1024),
    });
    await allRead();
    expect(await rowsOf(heic)).toMatchObject([{ state: 'none', text: null, attempts: 1 }]);
    expect(await rowsOf(blank)).toMatchObject([{ state: 'none', text: null, engine: ocrEngine() }]);
    expect(await rowsOf(noPicture)).toEqual([]);
  });
});

test('the newest is read first, and of what came long ago one before it is looked again for what is new', async () => {
  await archive.stopWork();
  await archive.work('relay', 'seal', 'capture');
  const old = [
    await handIn('Long ago', await shot('One')),
    await handIn('Not so long ago', await shot('Two')),
  ];
  const young = await handIn('Now', await shot('Three'));
  for (const [n, id] of old.entries())
    await archive.sql.query(
      "update artifact_text set since = now() - interval '1 day' * $2 where record_id = $1",
      [id, 9 - n],
    );
  const states = async (): Promise<(string | undefined)[]> => {
    const all: (string | undefined)[] = [];
    for (const id of [...old, young]) all.push((await rowsOf(id))[0]?.state);
    return all;
  };
  const said = saying({ lines: ['x1'], words: 1, confidence: 90 });
  expect(await readDue(said)).toEqual({ read: 2, none: 0, failed: 0 });
  expect(await states()).toEqual(['waiting', 'read', 'read']);
  expect(await readDue(said)).toEqual({ read: 1, none: 0, failed: 0 });
  expect(await states()).toEqual(['read', 'read', 'read']);
});

describe('what could not be read', () => {
  test('is tried three times, stands with its reason, and is read again when somebody says so', async () => {
    await archive.stopWork();
    await archive.work('relay', 'seal');
    const recordId = await handIn('It ends its reader', await shot('Bilby'));
    const dueNow = async (): Promise<unknown> =>
      await archive.sql.query('update artifact_text set due_at = now() where record_id = $1', [recordId]);
    for (let tries = 1; tries <= 3; tries += 1) {
      await readDue(saying({ notRead: 'timeout' }));
      expect(await rowsOf(recordId)).toMatchObject([
        { state: tries < 3 ? 'waiting' : 'failed', attempts: tries, code: 'timeout' },
      ]);
      await dueNow();
    }
    expect(await readDue(saying({ notRead: 'timeout' }))).toEqual({ read: 0, none: 0, failed: 0 });
    const { db } = archive.system;
    expect(await picturesStanding(db)).toMatchObject({ failed: 1, mendable: 1, mendableOf: ['rivertown'] });
    const failed = await db.inAgency('rivertown', picturesFailed);
    expect(failed).toMatchObject([{ recordId, code: 'timeout' }]);
    const parked = async (more: string) =>
      await holdfastHere(
        { DATABASE_URL: archive.databaseUrl, HOLDFAST_DATA: archive.dataDir },
        `parked --agency rivertown ${more}`,
      );
    expect((await parked('')).out).toContain(`${recordId}  picture ${failed[0]?.n}  timeout`);
    expect(jsonOf(await parked(`--run ${recordId} --json`))).toEqual({
      owed: [],
      pictures: [{ recordId, n: failed[0]?.n }],
    });
    await readDue(saying({ lines: ['A bilby'], words: 2, confidence: 90 }));
    expect(await rowsOf(recordId)).toMatchObject([{ state: 'read', text: 'A bilby', code: null }]);
    expect(await found('bilby')).toEqual([{ recordId, matchedIn: 'pictures' }]);
  });

  test('a picture that ends each process that tries is given up; one that does not open is not tried twice', async () => {
    const killer = await handIn('It ends whoever tries', await shot('Potoroo'));
    await archive.sql.query('update artifact_text set attempts = 3 where record_id = $1', [killer]);
    await readDue(saying({ lines: ['Potoroo'], words: 1, confidence: 90 }));
    expect(await rowsOf(killer)).toMatchObject([{ state: 'failed', code: 'crashed', attempts: 4 }]);
    const broken = await handIn('It does not open', {
      ...(await shot('Quoll')),
      bytes: (await shot('Quoll')).bytes.subarray(0, 200),
    });
    await allRead();
    expect(await rowsOf(broken)).toMatchObject([{ state: 'failed', code: 'not-opened', attempts: 1 }]);
    expect(await picturesStanding(archive.system.db)).toMatchObject({ failed: 2, mendable: 1 });
  });

  test('bytes that are not those that were sealed are not read', async () => {
    await archive.stopWork();
    await archive.work('relay', 'seal');
    const recordId = await handIn('Somebody changed its file', await shot('Dunnart'));
    // As if the store had other bytes than were sealed.
    await archive.sql.query("set session_replication_role = 'replica'");
    await archive.sql.query(
      `with o as (
         update object o set sha256 = repeat('0', 64) from artifact a
          where a.record_id = $1 and a.origin = 'handed-in' and o.record_id = a.record_id and o.sha256 = a.sha256 and o.role = a.role)
       update artifact set sha256 = repeat('0', 64) where record_id = $1 and origin = 'handed-in'`,
      [recordId],
    );
    await archive.sql.query("set session_replication_role = 'origin'");
    await readDue(saying({ lines: ['Dunnart'], words: 1, confidence: 90 }));
    expect(await rowsOf(recordId)).toMatchObject([
      { state: 'waiting', code: 'store-object-changed', text: null },
    ]);
  });
});

describe('what may show a child being abused', () => {
  test('is read by nobody, and nobody is shown what was read of it before', async () => {
    const from = await handInAs(['suspected-csam'], '9001', await shot('Numbat one'), 'Named so at once');
    const beside = await handInAs(
      ['minor', 'graphic'],
      '9002',
      await shot('Numbat two'),
      'Named as something else',
    );
    const opened: string[] = [];
    const context = saying({ lines: ['kowari'], words: 1, confidence: 90 });
    const look = {
      ...context,
      read: async (_: Buffer, mediaType: string) => {
        opened.push(mediaType);
        return await context.read();
      },
    };
    await readDue(look);
    expect(await rowsOf(from)).toMatchObject([{ state: 'never', text: null, attempts: 0 }]);
    expect(await rowsOf(beside)).toMatchObject([{ state: 'read', text: 'kowari' }]);
    expect(opened).toEqual(['image/png']);
    expect(await found('kowari')).toEqual([{ recordId: beside, matchedIn: 'pictures' }]);

    // It is said later: what was read goes, and what people wrote stays.
    await handInAs(['suspected-csam'], '9002', await shot('Numbat three'), 'Named as something else');
    expect(new Set((await rowsOf(beside)).map(({ state, text }) => `${state} ${text}`))).toEqual(
      new Set(['never null']),
    );
    expect(await found('kowari')).toEqual([]);
    expect(await found('"named as something else"')).toEqual([{ recordId: beside, matchedIn: 'words' }]);
    await readDue(look);
    expect(opened).toEqual(['image/png']);
    // Not even by the application's own SQL.
    await app.query(
      "update artifact_text set state = 'read', text = 'kowari', words = 1, confidence = 9, engine = 'x', at = now() where record_id = $1",
      [from],
    );
    expect(await rowsOf(from)).toMatchObject([{ state: 'never', text: null }]);
    const request = await requested('All of it');
    const said = await ask('POST', `/v1/requests/${request}/searches`, { q: 'kowari' });
    expect(said.body).toMatchObject({ found: 0, indexState: { pictures: { never: 3 } } });
    expect(
      (await recordOf(archive, from)).artifacts.find(({ origin }) => origin === 'handed-in')?.read,
    ).toMatchObject({
      state: 'never',
      text: null,
    });
  });
});

describe('the database refuses the application itself', () => {
  test('what was read is not changed, not written twice, and not made up', async () => {
    const recordId = await handIn('Read once', await shot('Thylacine'));
    await readDue(saying({ lines: ['Thylacine'], words: 1, confidence: 90 }));
    for (const change of [
      "update artifact_text set text = 'another' where record_id = $1",
      "update artifact_text set state = 'waiting', text = null, words = null, confidence = null, engine = null, at = null where record_id = $1",
    ])
      expect(await stateOf(change, [recordId]), change).toBe('HF089');
    expect(
      await stateOf(
        `insert into artifact_text (agency_id, record_id, n, since, state, text, words, confidence, engine, at)
         select agency_id, record_id, n, now(), 'read', 'made up', 2, 90, 'x', now() from artifact where record_id = $1 and origin = 'raw' limit 1`,
        [recordId],
      ),
    ).toBe('HF089');
    expect(await stateOf('delete from artifact_text where record_id = $1', [recordId])).toBe('42501');
    expect(await rowsOf(recordId)).toMatchObject([{ state: 'read', text: 'Thylacine' }]);
  });

  test('the certificate of a search says how far pictures were read', async () => {
    const waits = await handIn('It waits', await shot('Gudgeon'));
    const request = await requested('Everything about a gudgeon');
    await ask('POST', `/v1/requests/${request}/searches`, { q: 'gudgeon' });
    const said = await ask('POST', `/v1/requests/${request}/certificate-of-search`, {});
    expect(said.status, said.text).toBe(200);
    const paper = said.body as unknown as {
      index: { pictures: { waiting: number; read: number } };
      gaps: { code: string; count: number }[];
      provesNot: string[];
    };
    expect(paper.index.pictures.waiting).toBeGreaterThanOrEqual(1);
    expect(paper.gaps).toContainEqual({
      code: 'pictures-waiting',
      count: paper.index.pictures.waiting,
      about: [],
    });
    expect(paper.provesNot.join(' ')).toContain(
      `a program had read ${paper.index.pictures.read} when it was searched`,
    );
    expect(paper.provesNot.join(' ')).toContain('Such a program misreads, and misses');
    await readDue(saying({ lines: ['Gudgeon'], words: 1, confidence: 90 }));
    expect(await found('gudgeon')).toEqual([{ recordId: waits, matchedIn: 'pictures' }]);
  });
});

describe('a record that is destroyed', () => {
  test('leaves no word of its pictures, and is not read while it goes', async () => {
    await archive.stopWork();
    await archive.work('relay', 'seal', 'capture');
    const recordId = await handIn('To be destroyed', await shot('Pademelon'));
    await readDue(saying({ lines: ['Pademelon'], words: 1, confidence: 90 }));
    const waits = await handIn('To be destroyed unread', await shot('Wallaroo'));
    expect(await found('pademelon')).toEqual([{ recordId, matchedIn: 'pictures' }]);
    for (const id of [recordId, waits]) await makeDue(archive, id);
    await approvedList(scene, [recordId, waits]);
    for (const id of [recordId, waits]) await locksEnded(archive, id);
    const seen: string[] = [];
    const context = saying({ lines: ['Wallaroo'], words: 1, confidence: 90 });
    expect(
      await pass(scene, {
        between: async () => {
          const { rowCount } = await archive.sql.query("select from record where state = 'disposing'");
          if ((rowCount ?? 0) === 0) return;
          await readDue({
            ...context,
            read: async (_, mediaType) => {
              seen.push(mediaType);
              return await context.read();
            },
          });
        },
      }),
    ).toEqual({ destroyed: 2, failed: 0 });
    expect(seen).toEqual([]);
    for (const id of [recordId, waits]) expect(await rowsOf(id)).toEqual([]);
    expect(await found('pademelon')).toEqual([]);
    const { rows } = await archive.sql.query<{ search: string }>(
      'select search::text from record where id = any($1)',
      [[recordId, waits]],
    );
    expect(rows.map(({ search }) => search)).toEqual(['', '']);
    expect(await stateOf("update artifact_text set state = 'read' where record_id = $1", [recordId])).toBe(
      'done',
    );
  });
});

test('an index that is rebuilt from the store reads its pictures again', async () => {
  const recordId = await handIn('Read before the loss', await shot('Cuscus'));
  await readDue(saying({ lines: ['Cuscus'], words: 1, confidence: 90 }));
  const fresh = await openFreshIndex(archive);
  try {
    await fresh.rebuild();
    const rows = async () =>
      (
        await fresh.sql.query<{ state: string; text: string | null }>(
          'select state, text from artifact_text where record_id = $1',
          [recordId],
        )
      ).rows;
    expect(await rows()).toEqual([{ state: 'waiting', text: null }]);
    const never = await fresh.sql.query("select from artifact_text where state = 'never'");
    expect(never.rowCount).toBe(3);
    const context = saying({ lines: ['Cuscus'], words: 1, confidence: 90 });
    await fresh.sql.query('update artifact_text set since = now() where record_id = $1', [recordId]);
    await readDue({ ...context, db: fresh.db });
    expect(await rows()).toEqual([{ state: 'read', text: 'Cuscus' }]);
    const { rows: hits } = await fresh.sql.query(
      "select id from record where search @@ search_query('rivertown', 'cuscus') and id = $1",
      [recordId],
    );
    expect(hits).toEqual([{ id: recordId }]);
    // A row of the index that is made anew from its facts has them again.
    const { rows: anew } = await fresh.sql.query<{ has: boolean }>(
      "select with_picture_words('', 'rivertown', $1) @@ search_query('rivertown', 'cuscus') as has",
      [recordId],
    );
    expect(anew).toEqual([{ has: true }]);
  } finally {
    await fresh.close();
  }
});

test('what may show a child being abused leaves with nothing, and is read for no production', async () => {
  const flagged = await handInAs(
    ['suspected-csam'],
    '9003',
    await shot('Numbat four'),
    'Named so, and asked for',
  );
  const other = await handIn('Something else that is asked for');
  const request = await newRequest(archive);
  expect((await ask('POST', `/v1/requests/${request}/records`, { records: [flagged, other] })).status).toBe(
    201,
  );
  const [{ facts, files } = { facts: 0, files: 0 }] = (
    await archive.sql.query<{ facts: number; files: number }>(
      `select (select count(*)::int from fact where record_id = $1) as facts, (select count(*)::int from artifact where record_id = $1) as files`,
      [flagged],
    )
  ).rows;
  const decided = async (answer: object) =>
    await archive.app.inject({
      method: 'POST',
      url: `/v1/requests/${request}/records/${flagged}/review`,
      headers: {
        cookie: custodian.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
      },
      payload: JSON.stringify({
        after: 0,
        seen: { facts, files },
        exemption: null,
        description: null,
        fields: null,
        files: null,
        ...answer,
      }),
    });
  const refused = await decided({ answer: 'release' });
  expect(refused.statusCode).toBe(422);
  expect(refused.body).toContain('nothing of it leaves, not even a part');
  // Nor by the application's own SQL.
  await expect(decide(archive, request, flagged, { answer: 'release' })).rejects.toMatchObject({
    code: 'HF103',
  });
  const page = await archive.app.inject({
    url: `/requests/${request}/review/${flagged}`,
    headers: { cookie: custodian.cookie },
  });
  expect(page.body).toContain('may show a child being sexually abused');
  expect(page.body).toContain('id="answer-withhold"');
  expect(page.body).not.toContain('id="answer-release"');
  expect(page.body).not.toMatch(/<img|data-picture/);

  await decide(archive, request, flagged, {
    answer: 'withhold',
    exemption: cited(),
    description: 'A picture',
  });
  await decide(archive, request, other, { answer: 'release' });
  const { production } = await produced(archive, request, {
    prefix: 'NEVER',
    context: {
      openOcr: async () =>
        await Promise.resolve({
          readPixels: async () => await Promise.reject(new Error('It was read.')),
          wordsUnder: async () => await Promise.reject(new Error('It was read.')),
          wordsOf: async () => await Promise.reject(new Error('It was read.')),
          end: async () => await Promise.resolve(),
          close: async () => await Promise.resolve(),
        }),
    },
  });
  expect(production).toMatchObject({ state: 'ready', released: 1, withheld: 1, gate: { outcome: 'clean' } });
});
