/** Productions by calls, links to whoever has them, and what the database itself refuses. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { readProduction, releaseProduction, withdrawProduction, withheldIn } from '#production/production.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { asApplication } from '../support/disposing.ts';
import {
  cited,
  committed,
  decide,
  newRequest,
  pass as passOver,
  produced,
  sealedRecord,
} from '../support/producing.ts';

let archive: Archive;
let custodian: Colleague;
let requestId: string;
let recordId: string;
let moment: Date | null = null;
let app: Client;
const NOTHING = { wacz: false, seen: { pictures: [], items: [], unread: [] } };

beforeAll(async () => {
  archive = await openArchive({
    env: { HOLDFAST_LOOK_AGAIN: 'no' },
    adapt: (system) => ({ ...system, now: () => moment ?? new Date() }),
  });
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
  await archive.work();
  custodian = await colleague(archive, ['custodian']);
  requestId = await newRequest(archive);
  recordId = await sealedRecord(archive, { text: '=HYPERLINK("https://evil.example") is a formula' });
  app = await asApplication(archive);
}, 120_000);
afterAll(async () => {
  await app?.end();
  await archive?.close();
});

interface Body {
  readonly id: string;
  readonly n: number;
  readonly state: string;
  readonly code: string;
  readonly detail: string;
  readonly url: string;
  readonly sha256: string;
  readonly downloads: readonly { readonly link: number | null; readonly by: string | null }[];
  readonly links: readonly object[];
  readonly productions: readonly { readonly id: string }[];
  readonly gate: { readonly hits: readonly { readonly file: string }[] };
}
async function call(
  method: 'GET' | 'POST',
  url: string,
  payload?: unknown,
  as: 'person' | 'key' | 'other' | 'nobody' = 'person',
): Promise<{ status: number; text: string; body: Body; bytes: Buffer; headers: Record<string, unknown> }> {
  const answer = await archive.app.inject({
    method,
    url,
    headers: {
      ...(as === 'person' ? { cookie: custodian.cookie } : {}),
      ...(as === 'key' ? { authorization: `Bearer ${await archive.key('custodian')}` } : {}),
      ...(as === 'other' ? { authorization: `Bearer ${await archive.key('custodian', 'lakeside')}` } : {}),
      'sec-fetch-site': 'same-origin',
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });
  const isJson = String(answer.headers['content-type']).includes('json');
  return {
    status: answer.statusCode,
    text: answer.body,
    body: (isJson ? answer.json() : {}) as Body,
    bytes: answer.rawPayload,
    headers: answer.headers,
  };
}
const pass = async (): Promise<void> => await passOver(archive);
const pathOf = (url: string): string => new URL(url).pathname;

test('from the order to the download: by a key, by a person, by whoever has the link', async () => {
  const early = await call('POST', `/v1/requests/${requestId}/productions`, {}, 'key');
  expect(early, early.text).toMatchObject({ status: 409, body: { code: 'production-refused' } });
  await decide(archive, requestId, recordId, { answer: 'release' });
  const asked = await call('POST', `/v1/requests/${requestId}/productions`, { batesPrefix: 'CALLS' }, 'key');
  expect(asked, asked.text).toMatchObject({ status: 202, body: { state: 'building', n: 1 } });
  const { id } = asked.body;
  expect((await call('GET', `/v1/productions/${id}/content`)).status).toBe(409);
  expect((await call('POST', `/v1/productions/${id}/release`, { days: 7 })).body.code).toBe(
    'production-state',
  );
  await pass();
  const made = await call('GET', `/v1/productions/${id}`);
  expect(made.body).toMatchObject({
    state: 'ready',
    request: requestId,
    gate: { outcome: 'nothing-to-look-for' },
  });
  expect(made.text).not.toContain('production/rivertown');
  // A key that lies about releases nothing.
  expect((await call('POST', `/v1/productions/${id}/release`, { days: 7 }, 'key')).body.code).toBe(
    'role-not-allowed',
  );
  const released = await call('POST', `/v1/productions/${id}/release`, { days: 7 });
  expect(released, released.text).toMatchObject({ status: 201, body: { link: 1 } });
  const link = pathOf(released.body.url);
  const page = await call('GET', link, undefined, 'nobody');
  expect(page.status).toBe(200);
  expect(page.text).toContain(made.body.sha256);
  expect((await call('GET', `/v1/productions/${id}`)).body.downloads).toEqual([]);
  const fetched = await call('GET', `${link}/content`, undefined, 'nobody');
  expect(createHash('sha256').update(fetched.bytes).digest('hex')).toBe(made.body.sha256);
  const again = await call('GET', `/v1/productions/${id}/content`);
  expect(again.bytes.equals(fetched.bytes)).toBe(true);
  const { downloads } = (await call('GET', `/v1/productions/${id}`)).body;
  expect(downloads).toMatchObject([
    { link: null, by: `person:${custodian.personId}` },
    { link: 1, by: null },
  ]);
  const { rows } = await archive.sql.query<{ type: string; actor: string; record_id: string | null }>(
    "select type, actor, record_id from event where body->>'production' = $1 and type <> 'production.viewed' order by seq",
    [id],
  );
  expect(rows.map(({ type, record_id }) => `${type}${record_id === null ? '' : ' of a record'}`)).toEqual([
    'production.requested',
    'production.sealed',
    'production.released of a record',
    'production.released',
    'production.downloaded',
    'production.downloaded',
  ]);
  expect(rows.at(-2)?.actor).toBe('public');
  // A cell that a spreadsheet would run.
  expect(fetched.bytes.includes(Buffer.from(`"'=HYPERLINK(""https`))).toBe(true);
});

describe('a link', () => {
  test('that is over, was withdrawn or never was leads nowhere alike, and nothing is counted', async () => {
    const { id } = await produced(archive, requestId, { prefix: 'LINKS' });
    const first = await call('POST', `/v1/productions/${id}/release`, { days: 1 });
    const second = await call('POST', `/v1/productions/${id}/release`, { days: 3 });
    expect(second.body).toMatchObject({ link: 2 });
    const told = async (path: string): Promise<{ status: number; code: string; detail: string }> => {
      const { status, body } = await call('GET', path, undefined, 'nobody');
      return { status, code: body.code, detail: body.detail };
    };
    const never = await told(`/p/${'A'.repeat(43)}/content`);
    expect(never).toMatchObject({ status: 404, code: 'link-not-found' });
    moment = new Date(Date.now() + 2 * 86_400_000);
    try {
      expect(await told(`${pathOf(first.body.url)}/content`)).toEqual(never);
      expect((await call('GET', pathOf(second.body.url), undefined, 'nobody')).status).toBe(200);
      const withdrawn = await call('POST', `/v1/productions/${id}/withdrawal`, { reason: 'A mistake' });
      expect(withdrawn.body).toMatchObject({ state: 'withdrawn' });
      expect(await told(`${pathOf(second.body.url)}/content`)).toEqual(never);
    } finally {
      moment = null;
    }
    expect(await told('/p/short/content')).toEqual(never);
    expect((await call('GET', `/v1/productions/${id}`)).body.downloads).toEqual([]);
    expect((await call('POST', `/v1/productions/${id}/release`, { days: 3 })).body.code).toBe(
      'production-state',
    );
  });

  test('shows its page and its refusal in Spanish to whoever reads that', async () => {
    const answer = await archive.app.inject({
      url: `/p/${'B'.repeat(43)}`,
      headers: { accept: 'text/html', 'accept-language': 'es' },
    });
    expect(answer.statusCode).toBe(404);
    expect(answer.body).toContain('Este enlace no lleva a nada');
  });
});

test('nothing of it is there to another agency', async () => {
  const { id } = await produced(archive, requestId, { prefix: 'WALLS' });
  const absent = await call(
    'GET',
    '/v1/productions/01990000-0000-7000-8000-000000000001',
    undefined,
    'other',
  );
  for (const path of [`/v1/productions/${id}`, `/v1/productions/${id}/content`]) {
    const seen = await call('GET', path, undefined, 'other');
    expect([seen.status, seen.body.code, seen.body.detail]).toEqual([
      absent.status,
      absent.body.code,
      absent.body.detail,
    ]);
  }
  for (const path of [`/v1/requests/${requestId}/productions`])
    for (const method of ['GET', 'POST'] as const)
      expect((await call(method, path, method === 'POST' ? {} : undefined, 'other')).status).toBe(404);
});

describe('what leaks is stopped with its place', () => {
  const WORDS = 'Aurelia Windermere';
  test('and can neither be released nor made to look as if it could', async () => {
    const request = await newRequest(archive);
    const part = await sealedRecord(archive, { text: `Seen at home: ${WORDS}.` });
    const { fields, files } = await committed(archive, part);
    // The text is redacted, and what was sent word for word is released beside it.
    await decide(archive, request, part, {
      answer: 'part',
      fields: fields.map(({ fact, pointer }) =>
        pointer === '/data/content/text'
          ? {
              fact,
              pointer,
              decision: 'part',
              passages: [{ start: 14, end: 14 + WORDS.length, exemption: cited(), description: 'A name' }],
            }
          : { fact, pointer, decision: 'release' },
      ),
      files: files.map(({ n }) => ({ file: n, decision: 'release' })),
    });
    const { id, production } = await produced(archive, request, { prefix: 'LEAK' });
    expect(production).toMatchObject({ state: 'blocked', objectKey: null, gate: { outcome: 'stopped' } });
    expect(production.gate?.hits.length).toBeGreaterThan(0);
    expect(production.gate?.hits.every(({ file }) => /data\/records\/1\/file-\d+\./.test(file))).toBe(true);
    expect(JSON.stringify(production.gate)).not.toMatch(/aurelia|windermere/i);
    const { rows } = await archive.sql.query<{ body: object }>(
      "select body from event where body->>'production' = $1",
      [id],
    );
    expect(JSON.stringify(rows)).not.toMatch(/aurelia|windermere/i);
    const versions: string[] = [];
    for await (const { key } of archive.system.store.versions(`production/rivertown/${id}`))
      versions.push(key);
    expect(versions).toEqual([]);
    const { db, now } = archive.system;
    expect(
      await db.inAgency(
        'rivertown',
        async (at) => await releaseProduction(at, id, { now: now(), days: 1 }, 'cli'),
      ),
    ).toBe('elsewhere');
    // By the application's own role, past every line of our code.
    const tried = async (statement: string): Promise<string> =>
      await app.query(statement, [id]).then(
        () => 'it was done',
        (error: unknown) => (error as { code: string }).code,
      );
    expect(await tried("update production set state = 'ready' where id = $1")).toBe('HF075');
    expect(await tried("update production set gate = '{}' where id = $1")).toBe('HF076');
    expect(await tried('delete from production where id = $1')).toBe('42501');
  });
});

test('the database refuses a release that the gate has not passed, is stale, or changes what was sealed', async () => {
  const { db, now } = archive.system;
  const request = await newRequest(archive);
  await decide(archive, request, recordId, { answer: 'release' });
  const tried = async (statement: string, values: readonly unknown[]): Promise<string> =>
    await app.query(statement, [...values]).then(
      () => 'it was done',
      (error: unknown) => (error as { code: string }).code,
    );
  const { rows } = await app.query<{ id: string }>(
    `insert into production (agency_id, id, request_id, n, asked, made_by, bates_prefix, bates_first)
     values ('rivertown', gen_random_uuid(), $1, 1, '{}', 'x', 'RAW', 1) returning id`,
    [request],
  );
  const id = rows[0]?.id ?? '';
  const sealed = `object_key = 'production/x', version_id = 'x', locked_until = now(), sha256 = repeat('a', 64)`;
  for (const gate of [
    'null',
    `'{"clean": false, "sha256": "${'a'.repeat(64)}", "hits": [], "unread": [], "unsearchable": []}'`,
    `'{"clean": true, "sha256": "${'b'.repeat(64)}", "hits": [], "unread": [], "unsearchable": []}'`,
    `'{"clean": true, "sha256": "${'a'.repeat(64)}", "hits": [{}], "unread": [], "unsearchable": []}'`,
  ])
    expect(
      await tried(`update production set state = 'ready', gate = ${gate}, ${sealed} where id = $1`, [id]),
    ).toBe('HF078');
  const clean = `'{"clean": true, "sha256": "${'a'.repeat(64)}", "hits": [], "unread": [], "unsearchable": []}'`;
  const own = sealed.replace(
    `'production/x'`,
    `'production/rivertown/' || id || '/' || repeat('a', 64) || '.zip'`,
  );
  const bare = `'{"clean": true, "sha256": "${'a'.repeat(64)}"}'`;
  expect(
    await tried(`update production set state = 'ready', gate = ${bare}, ${own} where id = $1`, [id]),
  ).toBe('HF078');
  // A sealed original, whosoever it is, is no production.
  for (const key of [
    'production/x',
    `production/lakeside/${id}/${'a'.repeat(64)}.zip`,
    'lakeside/x/original',
  ])
    expect(
      await tried(
        `update production set state = 'ready', gate = ${clean}, ${sealed.replace('production/x', key)} where id = $1`,
        [id],
      ),
    ).toBe('HF076');
  expect(
    await tried(
      `insert into production_record (agency_id, production_id, n, record_id, review_n, answer) values ('rivertown', $1, 1, $2, 7, 'release')`,
      [id, recordId],
    ),
  ).toBe('HF077');
  expect(
    await tried(
      `insert into production (agency_id, id, request_id, n, asked, made_by, bates_prefix, bates_first) values ('rivertown', gen_random_uuid(), $1, 2, '{}', 'x', 'RAW', 1)`,
      [request],
    ),
  ).toBe('HF079');
  expect(
    await tried(
      `insert into production_link (agency_id, production_id, n, hash, made_by, expires_at) values ('rivertown', $1, 1, sha256('x'), 'x', now() + interval '1 day')`,
      [id],
    ),
  ).toBe('HF075');
  await app.query(
    "update production set state = 'withdrawn', withdrawn_at = now(), withdrawn_by = 'x', withdrawn_why = 'x' where id = $1",
    [id],
  );
  const { id: ready } = await produced(archive, request, { prefix: 'RAW' });
  const { id: out } = await produced(archive, request, { prefix: 'RAW' });
  expect(
    await tried(
      "update production set state = 'released', released_at = now(), released_by = 'x' where id = $1",
      [out],
    ),
  ).toBe('it was done');
  const link = (n: number, madeAt: string, expiresAt: string): string =>
    `insert into production_link (agency_id, production_id, n, hash, made_by, made_at, expires_at) values ('rivertown', $1, ${n}, sha256('${n}'), 'x', ${madeAt}, ${expiresAt})`;
  expect(await tried(link(1, 'now()', "now() + interval '91 days'"), [out])).toBe('HF075');
  expect(await tried(link(1, "now() - interval '2 days'", "now() - interval '1 day'"), [out])).toBe(
    'it was done',
  );
  expect(
    await tried(
      `insert into production_download (agency_id, production_id, n, at, link_n) values ('rivertown', $1, 1, now() - interval '36 hours', 1)`,
      [out],
    ),
  ).toBe('HF075');
  await decide(archive, request, recordId, { answer: 'release' });
  expect(
    await tried(
      "update production set state = 'released', released_at = now(), released_by = 'x' where id = $1",
      [ready],
    ),
  ).toBe('HF077');
  expect(await tried("update production set sha256 = repeat('c', 64) where id = $1", [ready])).toBe('HF076');
  expect((await db.inAgency('rivertown', async (at) => await readProduction(at, ready)))?.isStale).toBe(true);
  expect(now().getTime()).toBeGreaterThan(0);
});

test('what fails at any step is gone on with, and seals once', async () => {
  const request = await newRequest(archive);
  await decide(archive, request, recordId, { answer: 'release' });
  for (const [i, step] of ['built', 'written', 'sealed'].entries()) {
    let dies = true;
    const { id, production } = await produced(archive, request, {
      prefix: `DIES${i}`,
      context: {
        times: { backoffMs: 0 },
        between: async (name) => {
          if (name === step && dies) {
            dies = false;
            throw new Error('it fails here');
          }
          await Promise.resolve();
        },
      },
    });
    expect([dies, production.state, production.trouble], step).toEqual([false, 'ready', null]);
    const keys: string[] = [];
    for await (const { key } of archive.system.store.versions(`production/rivertown/${id}`)) keys.push(key);
    expect(keys, step).toEqual([production.objectKey]);
  }
});

test('what is withdrawn while it is being made is put nowhere, and leaves nothing on the disk', async () => {
  const { db, now, store, scratchDir } = archive.system;
  const request = await newRequest(archive);
  await decide(archive, request, recordId, { answer: 'release' });
  for (const [i, step] of ['built', 'written'].entries()) {
    let done = '';
    const { id, production } = await produced(archive, request, {
      prefix: `GONE${i}`,
      context: {
        between: async (name) => {
          if (name !== step) return;
          done = await db.inAgency('rivertown', async (at) => {
            const { rows } = await archive.sql.query<{ id: string }>(
              "select id from production where state = 'building'",
            );
            return await withdrawProduction(at, rows[0]?.id ?? '', { now: now(), why: 'A mistake' }, 'cli');
          });
        },
      },
    });
    expect([done, production.state, production.objectKey], step).toEqual(['done', 'withdrawn', null]);
    const keys: string[] = [];
    for await (const { key } of store.versions(`production/rivertown/${id}`)) keys.push(key);
    expect(keys, step).toEqual([]);
    const folder = join(scratchDir, `production-${id}`);
    expect(existsSync(folder), step).toBe(false);
    // A process that was killed leaves its folder, and no pass comes back to this production.
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'production.zip'), 'what the gate stopped');
    await pass();
    expect(existsSync(folder), step).toBe(false);
  }
});

test('a person vouches for what nobody can look through, step by step, and for no other decision than the one that they saw', async () => {
  const request = await newRequest(archive);
  const film = await sealedRecord(archive, { text: 'It is in room 7 of the hall' }, [
    {
      name: 'a.mp4',
      type: 'video/mp4',
      bytes: Buffer.from('\0\0\0\u0018ftypisom\0\0\u0002\0isommp41', 'latin1'),
    },
  ]);
  const { fields, files } = await committed(archive, film);
  const decided = async (): Promise<void> =>
    await decide(archive, request, film, {
      answer: 'part',
      fields: fields.map(({ fact, pointer }) =>
        pointer === '/data/content/text'
          ? {
              fact,
              pointer,
              decision: 'part',
              passages: [{ start: 14, end: 15, exemption: cited(), description: 'Which room' }],
            }
          : { fact, pointer, decision: 'release' },
      ),
      files: files.map(({ n }) => ({ file: n, decision: 'release' })),
    });
  await decided();
  const first = await produced(archive, request, { prefix: 'FILM', asked: { ...NOTHING, wacz: true } });
  const [unread] = first.production.gate?.unread ?? [];
  expect(unread).toMatchObject({ picture: null, id: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  expect(first.production).toMatchObject({ state: 'blocked', gate: { hits: [] } });
  const page = async (): Promise<string> => (await call('GET', `/requests/${request}/productions`)).text;
  expect(await page()).toMatch(new RegExp(`name="unread"\\s+value="${unread?.id}"`));
  const again = async (id: string, said: Readonly<Record<string, string>>) => {
    const answer = await archive.app.inject({
      method: 'POST',
      url: `/requests/${request}/productions`,
      headers: {
        cookie: custodian.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({ prefix: 'FILM', again: id, ...said }).toString(),
    });
    expect(answer.statusCode, answer.body).toBe(200);
    await pass();
    const { body } = await call('GET', `/v1/requests/${request}/productions`);
    const newest = body.productions[0]?.id ?? '';
    const made = await archive.system.db.inAgency(
      'rivertown',
      async (at) => await readProduction(at, newest),
    );
    if (made === null) throw new Error('It is gone.');
    return made;
  };
  const second = await again(first.id, { unread: unread?.id ?? '' });
  expect(second).toMatchObject({
    n: 2,
    state: 'blocked',
    asked: { wacz: true },
    gate: { unread: [], vouchedFor: 1 },
  });
  const [item = ''] = second.gate?.unsearchable ?? [];
  expect(item).toBe(`record 1, passage 1 (${film}, decision 1)`);
  const third = await again(second.id, { item });
  expect(third).toMatchObject({
    n: 3,
    state: 'ready',
    gate: { unread: [], unsearchable: [], vouchedFor: 1 },
  });
  // What was seen of one decision says nothing about the next one, which may withhold something else under the same number.
  await decided();
  const { production } = await produced(archive, request, { prefix: 'FILM', asked: third.asked });
  expect(production).toMatchObject({
    state: 'blocked',
    gate: { unread: [], unsearchable: [`record 1, passage 1 (${film}, decision 2)`] },
  });
  // Of another request nothing is taken over.
  const other = await newRequest(archive);
  await decide(archive, other, recordId, { answer: 'release' });
  const answer = await archive.app.inject({
    method: 'POST',
    url: `/requests/${other}/productions`,
    headers: {
      cookie: custodian.cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: new URLSearchParams({ prefix: 'FILM', again: third.id }).toString(),
  });
  expect(answer.statusCode).toBe(404);
});

test('a short name that is a word elsewhere is shown in its sentences, vouched for, and the next production takes it over', async () => {
  const request = await newRequest(archive);
  const [named, other] = [
    await sealedRecord(archive, { text: 'Ask Will about the pool' }),
    await sealedRecord(archive, { text: 'The pool will open in May, and nobody will pay' }),
  ];
  const { fields, files } = await committed(archive, named);
  await decide(archive, request, named, {
    answer: 'part',
    fields: fields.map(({ fact, pointer }) =>
      pointer === '/data/content/text'
        ? {
            fact,
            pointer,
            decision: 'part',
            passages: [{ start: 4, end: 8, exemption: cited(), description: 'Who' }],
          }
        : { fact, pointer, decision: 'release' },
    ),
    files: files.map(({ n, role }) =>
      role === 'capture-report'
        ? { file: n, decision: 'release' }
        : { file: n, decision: 'withhold', exemption: cited(), description: 'The same, as it came' },
    ),
  });
  await decide(archive, request, other, { answer: 'release' });
  const first = await produced(archive, request, { prefix: 'WILL', asked: NOTHING });
  expect(first.production.gate?.hits).toEqual([]);
  expect(first.production.state).toBe('blocked');
  const asked = first.production.gate?.unread ?? [];
  expect(asked.map(({ why }) => why)).toEqual([expect.stringContaining('The pool ▇ open in May')]);
  const page = (await call('GET', `/requests/${request}/productions`)).text;
  expect(page).toContain('Is it another word there?');
  expect(page).toContain(`value="${asked[0]?.id}"`);
  const seen = { ...NOTHING.seen, unread: asked.flatMap(({ id }) => id ?? []) };
  const second = await produced(archive, request, { prefix: 'WILL', asked: { wacz: false, seen } });
  expect(second.production).toMatchObject({ state: 'ready', gate: { outcome: 'clean', vouchedFor: 1 } });
});

test('who tries many links keeps nobody from theirs, and a link is read as often as one likes', async () => {
  const request = await newRequest(archive);
  await decide(archive, request, recordId, { answer: 'release' });
  const { id } = await produced(archive, request, { prefix: 'LINKS' });
  const { body } = await call('POST', `/v1/productions/${id}/release`, { days: 7 });
  const at = async (url: string, remoteAddress: string) =>
    await archive.app.inject({ url, remoteAddress, headers: { 'sec-fetch-site': 'none' } });
  const answers: number[] = [];
  for (let n = 0; n < 300; n += 1)
    answers.push(
      (await at(`/p/${randomBytes(32).toString('base64url')}`, `198.51.100.${n % 12}`)).statusCode,
    );
  expect(answers.filter((one) => one === 404).length).toBeGreaterThan(150);
  expect(answers).toContain(429);
  // Of a link that nobody used so far, from an address that nobody knows.
  for (let n = 0; n < 6; n += 1)
    expect((await at(`${pathOf(body.url)}/content`, '203.0.113.7')).statusCode, `${n}`).toBe(200);
});

test('what is out is handed to nobody else once a person decided otherwise', async () => {
  const request = await newRequest(archive);
  await decide(archive, request, recordId, { answer: 'release' });
  const { id } = await produced(archive, request, { prefix: 'ANEW' });
  const first = await call('POST', `/v1/productions/${id}/release`, { days: 7 });
  expect(first, first.text).toMatchObject({ status: 201 });
  expect((await call('POST', `/v1/productions/${id}/release`, { days: 7 })).status).toBe(201);
  await decide(archive, request, recordId, {
    answer: 'withhold',
    exemption: cited(),
    description: 'A mistake',
  });
  const second = await call('POST', `/v1/productions/${id}/release`, { days: 7 });
  expect(second, second.text).toMatchObject({ status: 409, body: { code: 'production-stale' } });
  const page = (await call('GET', `/requests/${request}/productions`)).text;
  expect(page).toContain('decided anew about records of it since it was released (1)');
  expect(page).not.toContain('Write the letter that hands it out');
  expect(page).not.toContain(`${id}/release"`);
  // Its letter says what it was frozen with, and not what was decided since.
  const withheld = async (production: string | null) =>
    await archive.system.db.inAgency('rivertown', async (at) => await withheldIn(at, request, production));
  expect(await withheld(id)).toEqual([]);
  expect((await withheld(null)).map(({ description }) => description)).toEqual(['A mistake']);
  // What was handed out is called back by nobody but a person.
  expect((await call('GET', pathOf(first.body.url), undefined, 'nobody')).status).toBe(200);
});
