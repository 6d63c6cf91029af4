/** Files that come before their report, over lines that break: by the protocol's own client, and by hand where that would not go. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Upload } from 'tus-js-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { buildApp } from '#api/api.ts';
import { knownStaged, openRoom, sweepUploads } from '#intake/intake.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { openLine, type Line } from '../support/bad-line.ts';
import { times } from '../support/extent.ts';
import { colleague } from '../support/people.ts';
import { png } from '../support/picture.ts';
import { openPiece, sendPiece, uploading, type Uploading } from '../support/uploading.ts';

let archive: Archive;
let port: number;
let line: Line;
let mine: Uploading;

beforeAll(async () => {
  archive = await openArchive();
  await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
  await archive.app.listen({ host: '127.0.0.1', port: 0 });
  port = (archive.app.server.address() as AddressInfo).port;
  line = await openLine(port);
  mine = uploading(archive.app, { authorization: `Bearer ${await archive.key()}` });
});
afterAll(async () => {
  await line?.close();
  await archive?.close();
});
afterEach(() => line.mend());

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Sends by tus-js-client, over the line; it goes on by itself as the client does. */
async function byClient(
  bytes: Buffer,
  more: { readonly chunkSize?: number; readonly retryDelays?: number[]; readonly origin?: string } = {},
): Promise<{ readonly id: string; readonly requests: readonly string[] }> {
  const requests: string[] = [];
  const headers = { authorization: `Bearer ${await archive.key()}` };
  return await new Promise((resolve, reject) => {
    const upload = new Upload(bytes, {
      endpoint: `${more.origin ?? line.origin}/v1/uploads`,
      headers,
      metadata: { filename: 'comment.png', filetype: 'image/png' },
      retryDelays: more.retryDelays ?? Array.from({ length: 40 }, () => 100),
      ...(more.chunkSize === undefined ? {} : { chunkSize: more.chunkSize }),
      onBeforeRequest: (request) => void requests.push(request.getMethod()),
      onSuccess: () => resolve({ id: upload.url?.split('/').at(-1) ?? '', requests }),
      onError: reject,
    });
    upload.start();
  });
}

async function rowOf(id: string): Promise<Record<string, unknown>> {
  const { rows } = await archive.sql.query('select * from upload where id = $1', [id]);
  return rows[0] ?? {};
}

async function bytesIn(dir: string): Promise<number> {
  let bytes = 0;
  for (const { name, parentPath } of await readdir(dir, { recursive: true, withFileTypes: true }))
    bytes += await stat(join(parentPath, name)).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0,
    );
  return bytes;
}

async function stagedNames(): Promise<string[]> {
  const dir = join(archive.dataDir, 'staging');
  const names = await readdir(dir, { recursive: true });
  return names.filter((name) => /[0-9a-f]{32}$/.test(name)).map((name) => name.slice(-32));
}

describe('a client of tus', () => {
  test('hands over a file, and the report that names it has it, byte by byte', async () => {
    const bytes = randomBytes(3_000_000);
    const { id } = await byClient(bytes);
    const report = simpleReport();
    const answer = await mine.report(report, [id]);
    expect(answer).toMatchObject({ status: 202 });
    const { rows } = await archive.sql.query(
      "select staged, size_bytes::int as size, sha256, original_name, claimed_type from artifact where record_id = $1 and origin = 'handed-in'",
      [answer.body['recordId']],
    );
    expect(rows).toEqual([
      expect.objectContaining({
        size: bytes.length,
        sha256: sha256(bytes),
        original_name: 'comment.png',
        claimed_type: 'image/png',
      }),
    ]);
    // What somebody called their file is the record's from here on, and nobody else's.
    expect(await rowOf(id)).toMatchObject({ original_name: null, used_at: expect.any(Date) });
  });

  test('goes on where the archive’s disk ends, when its line is cut at moments of chance', async () => {
    const bytes = randomBytes(times(24_000_000, 8_000_000));
    let over = false;
    let cuts = 0;
    const cutter = (async () => {
      while (!over) {
        // So much passes, then nothing; then the line breaks, and is there again.
        line.stallAfter(500_000 + Math.random() * 3_000_000);
        await sleep(50 + Math.random() * 150);
        line.cut();
        cuts += 1;
        await sleep(20);
        line.mend();
      }
    })();
    const { id, requests } = await byClient(bytes);
    over = true;
    await cutter;
    expect(cuts).toBeGreaterThan(times(5, 1));
    expect(requests.filter((method) => method === 'HEAD').length).toBeGreaterThan(0);
    expect(await rowOf(id)).toMatchObject({ sha256: sha256(bytes), offset_bytes: String(bytes.length) });
  });

  test('finds what the protocol offers, and nothing that it does not', async () => {
    const options = await archive.app.inject({ method: 'OPTIONS', url: '/v1/uploads' });
    expect(options.statusCode).toBe(204);
    expect(options.headers).toMatchObject({
      'tus-resumable': '1.0.0',
      'tus-version': '1.0.0',
      'tus-max-size': String(2 * 1024 ** 3),
      'tus-extension': 'creation,creation-with-upload,expiration,termination',
    });
  });
});

describe('an upload', () => {
  test('says what it expected of each header that is wrong', async () => {
    const { id } = await mine.begin(10);
    const piece = { 'content-type': 'application/offset+octet-stream' };
    const cases: readonly [string, string, Record<string, string>, number, string][] = [
      ['POST', '/v1/uploads', {}, 400, 'upload-malformed'],
      ['POST', '/v1/uploads', { 'upload-length': '-1' }, 400, 'upload-malformed'],
      ['POST', '/v1/uploads', { 'upload-length': '1e3' }, 400, 'upload-malformed'],
      ['POST', '/v1/uploads', { 'upload-length': String(2 * 1024 ** 3 + 1) }, 413, 'body-too-large'],
      [
        'POST',
        '/v1/uploads',
        { 'upload-length': '1', 'upload-metadata': 'filename %%%' },
        400,
        'upload-malformed',
      ],
      [
        'POST',
        '/v1/uploads',
        { 'upload-length': '1', 'upload-metadata': 'filename //8=' },
        400,
        'upload-malformed',
      ],
      ['POST', '/v1/uploads', { 'upload-length': '1', 'tus-resumable': '0.2.2' }, 412, 'upload-protocol'],
      ['PATCH', `/v1/uploads/${id}`, { ...piece }, 400, 'upload-malformed'],
      ['PATCH', `/v1/uploads/${id}`, { ...piece, 'upload-offset': '5' }, 409, 'upload-offset-wrong'],
      [
        'PATCH',
        `/v1/uploads/${id}`,
        { 'content-type': 'application/json', 'upload-offset': '0' },
        415,
        'media-type-unsupported',
      ],
      ['PATCH', `/v1/uploads/nothing`, { ...piece, 'upload-offset': '0' }, 400, 'upload-malformed'],
      ['POST', `/v1/uploads/${id}`, { 'x-http-method-override': 'PUT' }, 400, 'upload-malformed'],
    ];
    for (const [method, url, headers, status, code] of cases) {
      const answer = await mine.call(method, url, headers);
      expect([answer.status, answer.body['code']], `${method} ${url} ${JSON.stringify(headers)}`).toEqual([
        status,
        code,
      ]);
      expect(answer.headers['tus-resumable']).toBe('1.0.0');
    }
    expect(await rowOf(id)).toMatchObject({ offset_bytes: '0' });
  });

  test('takes no byte more than was announced, and keeps what came before', async () => {
    const { id } = await mine.begin(10);
    expect((await mine.piece(id, 0, Buffer.from('12345'))).status).toBe(204);
    expect(await mine.piece(id, 5, Buffer.from('123456'))).toMatchObject({
      status: 413,
      body: { code: 'body-too-large' },
    });
    expect((await mine.look(id)).headers).toMatchObject({ 'upload-offset': '5', 'upload-length': '10' });
    expect((await mine.piece(id, 5, Buffer.from('67890'))).headers['upload-offset']).toBe('10');
    expect(await rowOf(id)).toMatchObject({ sha256: sha256(Buffer.from('1234567890')) });
  });

  test('gives its client back what it said of the file, until a report has it', async () => {
    const metadata = `filename ${Buffer.from('grüße.png').toString('base64')},is_private,filetype aW1hZ2UvUE5H`;
    const { id } = await mine.begin(0, metadata);
    expect((await mine.look(id)).headers['upload-metadata']).toBe(metadata);
    expect(await rowOf(id)).toMatchObject({ original_name: 'grüße.png', claimed_type: 'image/png' });
    await mine.report(simpleReport(), [id]);
    expect(await rowOf(id)).toMatchObject({ original_name: null, claimed_type: null, metadata: null });
  });

  test('of no bytes, and one that comes whole with its beginning, are whole at once', async () => {
    const empty = await mine.begin(0);
    expect(await rowOf(empty.id)).toMatchObject({ sha256: sha256(Buffer.alloc(0)) });
    const small = await mine.call(
      'POST',
      '/v1/uploads',
      { 'upload-length': '5', 'content-type': 'application/offset+octet-stream' },
      Buffer.from('abcde'),
    );
    expect(small).toMatchObject({ status: 201, headers: { 'upload-offset': '5' } });
    const id = String(small.headers['location']).split('/').at(-1) ?? '';
    expect(await rowOf(id)).toMatchObject({ sha256: sha256(Buffer.from('abcde')) });
  });

  test('goes on by POST with the name of the method, for networks that know no PATCH', async () => {
    const { id } = await mine.begin(3);
    const headers = {
      'x-http-method-override': 'PATCH',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    };
    expect((await mine.call('POST', `/v1/uploads/${id}`, headers, Buffer.from('abc'))).status).toBe(204);
    expect(
      (await mine.call('POST', `/v1/uploads/${id}`, { 'x-http-method-override': 'DELETE' })).status,
    ).toBe(204);
    expect((await mine.look(id)).status).toBe(404);
  });

  test('whose line is dead and not noticed goes on at once on another line', async () => {
    const bytes = randomBytes(9_000_000);
    const { id } = await mine.begin(bytes.length);
    line.stallAfter(4_000_000);
    const dead = sendPiece(line.origin, mine.headers, id, 0, bytes);
    await expect.poll(async () => Number((await rowOf(id))['writer'] !== null)).toBe(1);
    await sleep(300);
    // HEAD is asked on a new line: what the dead one brought is put on disk first.
    const offset = Number((await mine.look(id)).headers['upload-offset']);
    expect(offset).toBeGreaterThan(1_000_000);
    expect((await mine.piece(id, offset, bytes.subarray(offset))).status).toBe(204);
    expect(await rowOf(id)).toMatchObject({ sha256: sha256(bytes) });
    await dead;
  });

  test('is written to by one process at a time, and goes on in another one', async () => {
    const other = await buildApp(archive.system);
    await other.listen({ host: '127.0.0.1', port: 0 });
    try {
      const there = uploading(other, mine.headers);
      const bytes = randomBytes(9_000_000);
      const { id } = await mine.begin(bytes.length);
      line.stallAfter(4_000_000);
      const dead = sendPiece(line.origin, mine.headers, id, 0, bytes);
      await expect.poll(async () => (await rowOf(id))['writer'] ?? null).not.toBeNull();
      // The other process cannot end the dead line; it says so, until nothing has moved for a while.
      let offset = Number((await there.look(id)).headers['upload-offset']);
      expect(await there.piece(id, offset, bytes.subarray(offset))).toMatchObject({
        status: 423,
        body: { code: 'upload-busy' },
      });
      await expect
        .poll(
          async () => {
            offset = Number((await there.look(id)).headers['upload-offset']);
            return (await there.piece(id, offset, bytes.subarray(offset))).status;
          },
          { timeout: 60_000, interval: 500 },
        )
        .toBe(204);
      line.cut();
      await dead;
      expect(await rowOf(id)).toMatchObject({ sha256: sha256(bytes), offset_bytes: String(bytes.length) });
      expect(await mine.report(simpleReport(), [id])).toMatchObject({ status: 202 });
    } finally {
      await other.close();
    }
  });

  test('that was taken over from a stopped process has the digest of what is on disk', async () => {
    const bytes = randomBytes(2_000_000);
    const { id } = await mine.begin(bytes.length);
    // A process that was stopped before it said a word of its bytes.
    await archive.sql.query(
      "update upload set writer = gen_random_uuid(), writing_until = now() - interval '1 second' where id = $1",
      [id],
    );
    const path = archive.system.staging.path(String((await rowOf(id))['staged']));
    const sending = openPiece(line.origin, mine.headers, id, 0, bytes.length);
    sending.write(bytes.subarray(0, 1_000_000));
    await expect.poll(async () => (await stat(path)).size).toBeGreaterThan(300_000);
    // It wakes up in the middle of its write.
    const file = await open(path, 'r+');
    await file.write(Buffer.from('written by another'), 0, 18, 1000);
    await file.close();
    sending.write(bytes.subarray(1_000_000));
    expect(await sending.answered).toBe(204);
    const there = await readFile(path);
    expect(there.equals(bytes)).toBe(false);
    expect(await rowOf(id)).toMatchObject({ sha256: sha256(there) });
  });

  test('is nobody else’s: another agency, person or key gets the answer that an unknown one gets', async () => {
    const person = await colleague(archive, ['moderator']);
    const owners = [mine, uploading(archive.app, { cookie: person.cookie, 'sec-fetch-site': 'same-origin' })];
    const strangers = [
      uploading(archive.app, { authorization: `Bearer ${await archive.key('administrator')}` }),
      uploading(archive.app, { authorization: `Bearer ${await archive.key('moderator', 'lakeside')}` }),
      uploading(archive.app, {
        cookie: (await colleague(archive, ['administrator'])).cookie,
        'sec-fetch-site': 'same-origin',
      }),
      uploading(archive.app, {
        cookie: (await colleague(archive, ['administrator'], 'lakeside')).cookie,
        'sec-fetch-site': 'same-origin',
      }),
    ];
    for (const owner of owners) {
      const { id } = await owner.begin(4);
      await owner.piece(id, 0, Buffer.from('abc'));
      const before = await rowOf(id);
      for (const stranger of [...strangers, ...owners.filter((one) => one !== owner)]) {
        for (const act of [
          async (which: string) => await stranger.look(which),
          async (which: string) => await stranger.piece(which, 3, Buffer.from('d')),
          async (which: string) => await stranger.call('DELETE', `/v1/uploads/${which}`),
          async (which: string) => await stranger.report(simpleReport(), [which]),
        ]) {
          const [said, ofNone] = [await act(id), await act(randomUUID())];
          expect(said.status).toBe(404);
          expect({ ...said.body, requestId: '' }).toEqual({ ...ofNone.body, requestId: '' });
          expect(Object.keys(said.headers)).toEqual(Object.keys(ofNone.headers));
        }
      }
      expect(await rowOf(id)).toEqual(before);
      expect((await owner.piece(id, 3, Buffer.from('d'))).status).toBe(204);
      expect(await owner.report(simpleReport(), [id])).toMatchObject({ status: 202 });
    }
  });

  test('is not cut off by somebody else who knows its address, nor do they wait for it', async () => {
    const bytes = randomBytes(2_000_000);
    const { id } = await mine.begin(bytes.length);
    const sending = openPiece(line.origin, mine.headers, id, 0, bytes.length);
    sending.write(bytes.subarray(0, 1_000_000));
    await expect.poll(async () => (await rowOf(id))['writer'] ?? null).not.toBeNull();
    const writer = (await rowOf(id))['writer'];
    const stranger = uploading(archive.app, {
      authorization: `Bearer ${await archive.key('administrator')}`,
    });
    expect((await stranger.look(id)).status).toBe(404);
    expect((await stranger.piece(id, 0, bytes)).status).toBe(404);
    expect((await stranger.call('DELETE', `/v1/uploads/${id}`)).status).toBe(404);
    expect((await rowOf(id))['writer']).toBe(writer);
    sending.write(bytes.subarray(1_000_000));
    expect(await sending.answered).toBe(204);
    expect(await rowOf(id)).toMatchObject({ sha256: sha256(bytes) });
  });

  test('goes on after its owner was signed out and signs in again', async () => {
    const person = await colleague(archive, ['moderator']);
    const headers = { cookie: person.cookie, 'sec-fetch-site': 'same-origin' };
    const before = uploading(archive.app, headers);
    const { id } = await before.begin(6);
    await before.piece(id, 0, Buffer.from('abc'));
    await archive.sql.query('update session set expires_at = now() where person_id = $1', [person.personId]);
    expect(await before.piece(id, 3, Buffer.from('def'))).toMatchObject({ status: 401 });
    await archive.sql.query(
      "update session set expires_at = now() + interval '1 hour' where person_id = $1",
      [person.personId],
    );
    expect((await before.look(id)).headers['upload-offset']).toBe('3');
    expect((await before.piece(id, 3, Buffer.from('def'))).status).toBe(204);
    expect(await before.report(simpleReport(), [id])).toMatchObject({ status: 202 });
  });
});

describe('a report that names uploads', () => {
  const whole = async (bytes: Buffer = randomBytes(1000)): Promise<string> => {
    const { id } = await mine.begin(bytes.length);
    expect((await mine.piece(id, 0, bytes)).status).toBe(204);
    return id;
  };

  test('sent again after a lost answer gets the same answer, and one with another upload does not', async () => {
    const report = simpleReport();
    const key = randomUUID();
    const [id, other] = [await whole(), await whole()];
    const first = await mine.report(report, [id], key);
    const again = await mine.report(report, [id], key);
    expect(again).toMatchObject({ status: 202, headers: { 'idempotent-replayed': 'true' } });
    expect(again.body).toEqual(first.body);
    expect(await mine.report(report, [other], key)).toMatchObject({
      status: 409,
      body: { code: 'idempotency-conflict' },
    });
    expect(await rowOf(other)).toMatchObject({ used_at: null });
  });

  test('is refused while one is not whole, or is named twice, or belongs to another report; nothing is lost by that', async () => {
    const { id: half } = await mine.begin(10);
    await mine.piece(half, 0, Buffer.from('12345'));
    const good = await whole();
    expect(await mine.report(simpleReport(), [good, half])).toMatchObject({
      status: 409,
      body: { code: 'upload-unfinished' },
    });
    expect(await mine.report(simpleReport(), [good, good])).toMatchObject({ status: 400 });
    expect(await mine.report({ platform: 'facebook' }, [good])).toMatchObject({ status: 422 });
    expect(await mine.report(simpleReport(), [good])).toMatchObject({ status: 202 });
    const stolen = await mine.report(simpleReport(), [good]);
    expect(stolen).toMatchObject({ status: 404, body: { code: 'upload-not-found' } });
    await mine.piece(half, 5, Buffer.from('67890'));
    expect(await mine.report(simpleReport(), [half])).toMatchObject({ status: 202 });
  });

  test('of twenty at the same moment one has the upload', async () => {
    const id = await whole();
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => await mine.report(simpleReport(), [id])),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      202,
      ...Array.from({ length: 19 }, () => 404),
    ]);
    const { rows } = await archive.sql.query(
      'select record_id from artifact where staged = (select staged from upload where id = $1)',
      [id],
    );
    expect(rows).toHaveLength(1);
  });

  test('is held to the limits of a report, with files and uploads counted together', async () => {
    const ids = await Promise.all(Array.from({ length: 200 }, async () => (await mine.begin(0)).id));
    expect(await mine.report(simpleReport(), ids)).toMatchObject({ status: 202 });
    const many = await Promise.all(Array.from({ length: 501 }, async () => (await mine.begin(0)).id));
    expect(await mine.report(simpleReport(), many)).toMatchObject({
      status: 413,
      body: { code: 'multipart-too-many-files' },
    });
    for (const id of many) await mine.call('DELETE', `/v1/uploads/${id}`);
  });

  test('takes it out of the reach of every sweep; what nobody named goes', async () => {
    const { db, staging } = archive.system;
    const [named, forgotten] = [await whole(await png()), await whole()];
    const { body } = await mine.report(simpleReport(), [named]);
    const names = [String((await rowOf(named))['staged']), String((await rowOf(forgotten))['staged'])];
    const known = async (all: readonly string[]): Promise<ReadonlySet<string>> => await knownStaged(db, all);
    // As old as one likes: both are known to a row.
    await staging.sweep(-1, known);
    expect(await stagedNames()).toEqual(expect.arrayContaining(names));
    // A day later: of the one that a report names the row goes, and of the other one row and bytes.
    await archive.sql.query('update upload set expires_at = now() where id = any($1)', [[named, forgotten]]);
    await sweepUploads(db, staging);
    await staging.sweep(-1, known);
    expect(await rowOf(named)).toEqual({});
    expect(await stagedNames()).toContain(names[0]);
    expect(await stagedNames()).not.toContain(names[1]);
    expect((await mine.look(forgotten)).status).toBe(404);
    await archive.work();
    await archive.until(
      String(body['recordId']),
      ({ safeToRemove, status }) => safeToRemove && status === 'complete',
    );
    await archive.stopWork();
  });

  test('against a sweep, a removal and another report at that moment: one of them has the file, whole', async () => {
    const { db, staging } = archive.system;
    let accepted = 0;
    const soon = async (): Promise<unknown> => await sleep(Math.random() * 30);
    let rounds = 0;
    // Until each of the two ends was seen, however fast the machine is.
    for (; rounds < times(40, 8) || (rounds < 400 && (accepted === 0 || accepted === rounds)); rounds += 1) {
      const id = await whole();
      const staged = String((await rowOf(id))['staged']);
      const [report, other] = await Promise.all([
        mine.report(simpleReport(), [id]),
        mine.report(simpleReport(), [id]),
        soon().then(async () => await mine.call('DELETE', `/v1/uploads/${id}`)),
        soon()
          .then(
            async () =>
              await archive.sql.query(
                'update upload set expires_at = now() where id = $1 and used_at is null',
                [id],
              ),
          )
          .then(async () => await sweepUploads(db, staging)),
      ]);
      const won = [report, other].filter(({ status }) => status === 202).length;
      expect(won).toBeLessThanOrEqual(1);
      accepted += won;
      const { rowCount } = await archive.sql.query('select 1 from artifact where staged = $1', [staged]);
      expect(rowCount).toBe(won);
      expect((await stagedNames()).includes(staged)).toBe(won === 1);
    }
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(rounds);
  });
});

test('what nobody named is swept by the retention worker, also while leases cannot be renewed', async () => {
  const { id } = await mine.begin(3);
  await mine.piece(id, 0, Buffer.from('abc'));
  const staged = String((await rowOf(id))['staged']);
  await archive.sql.query('update upload set expires_at = now() where id = $1', [id]);
  // The pass over the leases ends with an entry that it may not make.
  await archive.sql.query('revoke insert, update on chore from holdfast_system');
  try {
    await archive.work('retention');
    await expect.poll(async () => await rowOf(id), { timeout: 20_000 }).toEqual({});
    await expect.poll(stagedNames).not.toContain(staged);
  } finally {
    await archive.stopWork();
    await archive.sql.query('grant insert, update on chore to holdfast_system');
  }
});

describe('room for uploads', () => {
  test('is asked for before the first byte, and nobody holds more than two reports of the largest size', async () => {
    const key = uploading(archive.app, { authorization: `Bearer ${await archive.key('custodian')}` });
    const two = 2 * 1024 ** 3;
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.push((await key.begin(two)).id);
    expect(await key.call('POST', '/v1/uploads', { 'upload-length': '1' })).toMatchObject({
      status: 429,
      body: { code: 'uploads-too-many' },
    });
    // What is over and was not swept yet is there all the same, and can be taken back.
    await archive.sql.query('update upload set expires_at = now() where id = any($1)', [ids]);
    expect((await key.call('POST', '/v1/uploads', { 'upload-length': '1' })).status).toBe(429);
    expect((await key.call('DELETE', `/v1/uploads/${ids[0]}`)).status).toBe(204);
    expect((await key.call('POST', '/v1/uploads', { 'upload-length': '1' })).status).toBe(201);
    // Others are not shut out by that.
    expect((await mine.begin(two)).id).not.toBe('');
  });

  test('is no more for many that begin at one moment', async () => {
    const key = uploading(archive.app, {
      authorization: `Bearer ${await archive.key('custodian', 'lakeside')}`,
    });
    const headers = { 'upload-length': String(2 * 1024 ** 3) };
    const before = (await stagedNames()).length;
    const said = await Promise.all(
      Array.from({ length: 40 }, async () => (await key.call('POST', '/v1/uploads', headers)).status),
    );
    expect(said.filter((status) => status === 201)).toHaveLength(5);
    expect(said.filter((status) => status === 429)).toHaveLength(35);
    expect((await stagedNames()).length).toBe(before + 5);
  });

  test('is not held for ever by a byte a day', async () => {
    const { id } = await mine.begin(10);
    const left = async (): Promise<number> => {
      const { rows } = await archive.sql.query<{ left: number }>(
        'select extract(epoch from expires_at - now())::float8 / 3600 as left from upload where id = $1',
        [id],
      );
      return rows[0]?.left ?? 0;
    };
    await mine.piece(id, 0, Buffer.from('a'));
    expect(await left()).toBeCloseTo(24, 1);
    await archive.sql.query("update upload set created_at = now() - interval '71 hours' where id = $1", [id]);
    await mine.piece(id, 1, Buffer.from('b'));
    expect(await left()).toBeCloseTo(1, 1);
    await mine.piece(id, 2, Buffer.from('cdefghij'));
    expect(await rowOf(id)).toMatchObject({ finished_at: expect.any(Date) });
    expect(await left()).toBeCloseTo(1, 1);
  });

  test('of one holder is half of what there is, with what lies there already; what is announced takes none', async () => {
    const MB = 1024 ** 2;
    const small = await openArchive({
      adapt: (system) => {
        const dir = join(system.config.dataDir, 'staging');
        let now = 0;
        // Of 64 MB a fifth is the reserve: 51 MB are there.
        const room = openRoom({
          folders: [dir],
          diskOf: async () => {
            // Long enough that those who begin at one moment are answered by one look.
            await sleep(30);
            return { freeBytes: 64 * MB - (await bytesIn(dir)), totalBytes: 64 * MB };
          },
          clock: () => (now += 2000),
        });
        return { ...system, room };
      },
    });
    try {
      const [one, other] = [
        uploading(small.app, { authorization: `Bearer ${await small.key()}` }),
        uploading(small.app, { authorization: `Bearer ${await small.key('custodian')}` }),
      ];
      const eight = randomBytes(8 * MB);
      const begun = await Promise.all(Array.from({ length: 6 }, async () => await one.begin(40 * MB)));
      const [first = '', second = '', third = '', fourth = ''] = begun.map(({ id }) => id);
      for (const id of [first, second, third]) expect((await one.piece(id, 0, eight)).status).toBe(204);
      expect(await one.piece(fourth, 0, eight)).toMatchObject({ status: 507, body: { code: 'disk-full' } });
      const there = await other.begin(eight.length);
      expect((await other.piece(there.id, 0, eight)).status).toBe(204);
      expect(await other.report(simpleReport(), [there.id])).toMatchObject({ status: 202 });
      // A report that brings its files with it is in the same half: with what rests, it gets no other one.
      const bring = async (key: string, bytes: Buffer) =>
        await small.report(simpleReport(), [{ name: 'a.png', type: 'image/png', bytes }], {
          authorization: `Bearer ${key}`,
        });
      const before = await bytesIn(join(small.dataDir, 'staging'));
      expect(await bring(await small.key(), eight)).toMatchObject({
        status: 507,
        body: { code: 'disk-full' },
      });
      expect(await bytesIn(join(small.dataDir, 'staging'))).toBe(before);
      expect((await bring(await small.key('custodian'), randomBytes(2 * MB))).status).toBe(202);
      for (const id of [first, second]) await one.call('DELETE', `/v1/uploads/${id}`);
      const { headers } = await one.look(fourth);
      expect((await one.piece(fourth, Number(headers['upload-offset']), eight)).status).toBe(204);
    } finally {
      await small.close();
    }
  });

  test('that is not there refuses with what to do, and nothing of it stays', async () => {
    const full = await openArchive({ env: { HOLDFAST_DISK_RESERVE: '999999GB' } });
    try {
      const there = uploading(full.app, { authorization: `Bearer ${await full.key()}` });
      expect(await there.call('POST', '/v1/uploads', { 'upload-length': '1' })).toMatchObject({
        status: 507,
        body: { code: 'disk-full' },
      });
      expect((await full.sql.query('select 1 from upload')).rowCount).toBe(0);
    } finally {
      await full.close();
    }
  });
});
