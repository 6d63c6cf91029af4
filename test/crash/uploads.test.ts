/**
 * Uploads and the end of the processes that take them: killed in the middle, two on one volume, at the limits of size and number,
 * with a limit on their memory. Whatever was acknowledged is read back from the store at the end.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simpleReport } from '../support/archive.ts';
import type { ArchiveProcess } from '../support/archive-process.ts';
import { openScene, type Scene } from '../support/crash-scene.ts';
import { rows as chosen, times } from '../support/extent.ts';
import { sendPiece } from '../support/uploading.ts';

let scene: Scene;
let as: Record<string, string>;

beforeAll(async () => {
  scene = await openScene();
  as = { authorization: `Bearer ${await scene.archive.key()}`, 'tus-resumable': '1.0.0' };
});
afterAll(async () => await scene?.close());

interface Api {
  readonly process: ArchiveProcess;
  readonly origin: string;
}
async function startApi(name: string): Promise<Api> {
  const process = scene.start({ name, api: true, heapMb: 256 });
  const { address } = await process.hears((said) => typeof said.address === 'string');
  return { process, origin: String(address) };
}

/** The most memory that a process ever had, in megabytes. */
async function peakMb({ process }: Api): Promise<number> {
  const status = await readFile(`/proc/${process.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

async function begin(origin: string, sizeBytes: number): Promise<string> {
  const answer = await fetch(`${origin}/v1/uploads`, {
    method: 'POST',
    headers: { ...as, 'upload-length': String(sizeBytes) },
  });
  expect(answer.status).toBe(201);
  return answer.headers.get('location')?.split('/').at(-1) ?? '';
}

/** Null: nobody answers. */
async function offsetOf(origin: string, id: string): Promise<number | null> {
  const answer = await fetch(`${origin}/v1/uploads/${id}`, { method: 'HEAD', headers: as }).catch(() => null);
  return answer === null ? null : Number(answer.headers.get('upload-offset') ?? Number.NaN);
}

async function report(
  origin: string,
  ids: readonly string[],
  { event = simpleReport(), key = randomUUID() }: { event?: object; key?: string } = {},
): Promise<Response> {
  const form = new FormData();
  form.append('event', new Blob([JSON.stringify(event)], { type: 'application/json' }));
  for (const id of ids) form.append('upload', id);
  const { authorization } = as;
  return await fetch(`${origin}/v1/deletion-events`, {
    method: 'POST',
    headers: { authorization: authorization ?? '', 'idempotency-key': key },
    body: form,
  });
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
async function digestOf(id: string): Promise<unknown> {
  const { rows } = await scene.archive.sql.query<{ sha256: string }>(
    'select sha256 from upload where id = $1',
    [id],
  );
  return rows[0]?.sha256;
}

const KILLS = times(5, 2);
const PIECE = 2_500_000;

describe('an API that is killed while files come in', () => {
  test('loses nothing that it said is on disk; each upload goes on at another process, and the report is whole', async () => {
    const files = Array.from({ length: 4 }, () => randomBytes(PIECE * (2 * KILLS)));
    let api = await startApi('api-0');
    const ids: string[] = [];
    for (const bytes of files) ids.push(await begin(api.origin, bytes.length));
    const said = new Map<string, number>();
    let kills = 0;
    for (let round = 0; round < 40; round += 1) {
      const sending = ids.map(async (id, i) => {
        const bytes = files[i] ?? Buffer.alloc(0);
        const offset = await offsetOf(api.origin, id);
        if (offset === null) return false;
        // What was said once stays true through every death.
        expect(offset).toBeGreaterThanOrEqual(said.get(id) ?? 0);
        said.set(id, offset);
        if (offset === bytes.length) return true;
        const end = Math.min(bytes.length, offset + PIECE);
        const status = await sendPiece(api.origin, as, id, offset, bytes.subarray(offset, end));
        if (status === 204) said.set(id, end);
        return false;
      });
      // A file has two pieces for each death, so that no run is over before the last one.
      const dies = round % 2 === 1 && kills < KILLS;
      if (dies) {
        await sleep(10 + Math.random() * 80);
        api.process.kill9();
        kills += 1;
      }
      const done = await Promise.all(sending);
      if (done.every((one) => one)) break;
      if (dies) api = await startApi(`api-${kills}`);
      // The lease of the one that died runs out.
      if (dies) await sleep(2000);
    }
    expect(kills).toBe(KILLS);
    for (const [i, id] of ids.entries())
      await expect.poll(async () => await digestOf(id)).toBe(sha256(files[i] ?? Buffer.alloc(0)));
    // The answer is lost with the process, before or after the commit; the same report again settles it.
    const event = simpleReport();
    const key = randomUUID();
    const dying = report(api.origin, ids, { event, key }).catch(() => null);
    await sleep(5 + Math.random() * 30);
    api.process.kill9();
    await dying;
    api = await startApi('api-last');
    expect((await report(api.origin, ids, { event, key })).status).toBe(202);
    const { rows } = await scene.archive.sql.query<{ records: number; files: number }>(
      `select count(distinct record_id)::int as records, count(*)::int as files from artifact
        where staged in (select staged from upload where id = any($1))`,
      [ids],
    );
    expect(rows).toEqual([{ records: 1, files: 4 }]);
    await api.process.stop();
  }, 400_000);
});

describe('at the limits', () => {
  const settle = async (): Promise<void> => {
    const workers = scene.start({ name: 'workers', workers: ['relay', 'seal', 'capture'], draws: true });
    await scene.settled();
    await workers.stop();
  };

  /** Zeros from no memory: a piece of so many bytes. */
  const zeros = async (origin: string, id: string, offset: number, sizeBytes: number): Promise<number> =>
    await new Promise((resolve, reject) => {
      const sending = request(`${origin}/v1/uploads/${id}`, {
        method: 'PATCH',
        headers: {
          ...as,
          'upload-offset': String(offset),
          'content-type': 'application/offset+octet-stream',
          'content-length': String(sizeBytes),
        },
      });
      sending.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sending.on('error', reject);
      const block = Buffer.alloc(1024 ** 2);
      let left = sizeBytes;
      const go = (): void => {
        while (left > 0) {
          const bytes = block.subarray(0, Math.min(left, block.length));
          left -= bytes.length;
          if (!sending.write(bytes)) {
            sending.once('drain', go);
            return;
          }
        }
        sending.end();
      };
      go();
    });

  /** As many as one report may have; that so many are taken, `npm test` asks in test/service/uploads.test.ts. */
  const MANY = times(200, 24);
  test(`${MANY} files of one report, eight at a time, in little memory`, async () => {
    const api = await startApi('api-many');
    const files = Array.from({ length: MANY }, (_, i) => randomBytes(200_000 + i * 10_000));
    const ids: string[] = Array.from({ length: files.length }, () => '');
    const left = [...files.keys()];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let i = left.shift(); i !== undefined; i = left.shift()) {
          const bytes = files[i] ?? Buffer.alloc(0);
          const id = await begin(api.origin, bytes.length);
          expect(await sendPiece(api.origin, as, id, 0, bytes)).toBe(204);
          ids[i] = id;
        }
      }),
    );
    const answer = await report(api.origin, ids);
    expect(answer.status).toBe(202);
    const { recordId } = (await answer.json()) as { recordId: string };
    const { rows } = await scene.archive.sql.query<{ sha256: string }>(
      "select sha256 from artifact where record_id = $1 and origin = 'handed-in' order by n",
      [recordId],
    );
    expect(rows.map((row) => row.sha256)).toEqual(files.map(sha256));
    expect(await peakMb(api)).toBeLessThan(350);
    await api.process.stop();
  }, 300_000);

  test('and whatever was acknowledged until here is sealed as it came', async () => {
    await settle();
    const { rows } = await scene.archive.sql.query<{ id: string; n: number; sha256: string }>(
      "select record_id as id, n, sha256 from artifact where origin = 'handed-in' order by record_id, n",
    );
    expect(rows).toHaveLength(MANY + 4);
    for (const { id, n, sha256: expected } of rows) {
      const stored = await scene.archive.app.inject({
        url: `/v1/records/${id}/artifacts/${n}`,
        headers: { authorization: `Bearer ${await scene.archive.key('custodian')}` },
      });
      expect(sha256(stored.rawPayload)).toBe(expected);
    }
    const unsealed = await scene.archive.sql.query(
      "select 1 from artifact where origin = 'handed-in' and (seal_no is null or staged is not null)",
    );
    expect(unsealed.rowCount).toBe(0);
  }, 400_000);

  /** The largest that there may be; or more than the memory in which it is taken. With what `sha256sum` says of so many zeros. */
  const LARGE: readonly (readonly [size: number, digest: string])[] = chosen(
    [
      [2 * 1024 ** 3, 'a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51'],
      [256 * 1024 ** 2, 'a6d72ac7690f53be6ae46ba88506bd97302a093f7108472bd9efc3cefda06484'],
    ],
    ([size]) => size < 1024 ** 3,
  );
  test.for(LARGE)(
    'a file of %i bytes is taken whole and sealed, in two halves by two processes, in little memory; one byte more than 2 GB is not begun',
    { timeout: 400_000 },
    async ([size, digest]) => {
      const [one, two] = [await startApi('api-one'), await startApi('api-two')];
      const over = await fetch(`${one.origin}/v1/uploads`, {
        method: 'POST',
        headers: { ...as, 'upload-length': String(2 * 1024 ** 3 + 1) },
      });
      expect(over.status).toBe(413);
      const id = await begin(one.origin, size);
      expect(await zeros(one.origin, id, 0, size / 2)).toBe(204);
      expect(await zeros(two.origin, id, size / 2, size / 2)).toBe(204);
      const { rows } = await scene.archive.sql.query<{ size: string; sha256: string }>(
        'select offset_bytes::text as size, sha256 from upload where id = $1',
        [id],
      );
      expect(rows).toEqual([{ size: String(size), sha256: digest }]);
      expect((await report(two.origin, [id])).status).toBe(202);
      await settle();
      const sealed = await scene.archive.sql.query(
        `select o.confirmed_at is not null as confirmed from artifact a
         join object o on o.record_id = a.record_id and o.sha256 = a.sha256 where a.size_bytes = $1`,
        [size],
      );
      expect(sealed.rows).toEqual([{ confirmed: true }]);
      // Some 200 MB with nothing in hand, and 320 to 370 as it goes by; with the file in memory it would be 450 and more.
      for (const api of [one, two]) expect(await peakMb(api)).toBeLessThan(400);
      await Promise.all([one.process.stop(), two.process.stop()]);
    },
  );
});
