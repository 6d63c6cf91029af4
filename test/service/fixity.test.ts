/**
 * A file that somebody changed behind the archive's back, in the folder or on the S3 server's own disk: it is never handed over
 * whole, it is told to whoever asked, logged, and entered in the record's history. Beside it files that nobody touched.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nextLine, replay, type Change, type Entry } from '#store/journal.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { rows as chosen } from '../support/extent.ts';
import { recordOf, settled, type ShownRecord } from '../support/looking.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const SMALL = Buffer.from('one chunk of what was sealed');
/** Three chunks and a little, as the stores read. */
const LARGE = randomBytes(3 * 2 ** 18 + 77);

describe.each(['folder', 's3'] as const)('on %s', (kind) => {
  let archive: Archive;
  let server: RunningVersitygw | null = null;
  let folder: string;
  let objects: string;
  let address: string;
  const logged: Record<string, unknown>[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-fixity-'));
    let env: Record<string, string> = {};
    if (kind === 's3') {
      server = await startVersitygw({ folder });
      const { endpoint, bucket, region, writer } = await server.newBucket();
      objects = join(folder, 'objects', bucket);
      env = {
        S3_ENDPOINT: endpoint,
        S3_REGION: region,
        S3_BUCKET: bucket,
        S3_ACCESS_KEY_ID: writer.accessKeyId,
        S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
      };
    }
    const write = (line: string): void => void logged.push(JSON.parse(line) as Record<string, unknown>);
    archive = await openArchive({
      env,
      adapt: (system) => ({
        ...system,
        log: pino({ level: 'info', formatters: { level: (label) => ({ level: label }) } }, { write }),
      }),
    });
    if (kind === 'folder') objects = join(archive.dataDir, 'store', 'objects');
    address = await archive.app.listen({ host: '127.0.0.1', port: 0 });
    await archive.work();
  });
  afterAll(async () => {
    await archive?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  interface Sealed {
    readonly record: ShownRecord;
    readonly n: number;
    readonly path: string;
    readonly bytes: Buffer;
  }
  async function sealed(bytes: Buffer): Promise<Sealed> {
    const files = [{ name: 'file.bin', bytes }];
    const answer = await archive.report(simpleReport(), files);
    expect(answer.status).toBe(202);
    const { record } = await settled(archive, answer.body.recordId);
    const file = record.artifacts.find((one) => one.sha256 === sha256(bytes));
    if (file?.seal == null) throw new Error('It was not sealed.');
    return { record, n: file.n, path: join(objects, file.seal.key), bytes };
  }

  const ask = async ({ record, n }: Sealed): Promise<Response> =>
    await fetch(`${address}/v1/records/${record.recordId}/artifacts/${n}`, {
      headers: { authorization: `Bearer ${await archive.key('custodian')}` },
    });
  /** What came, and whether it came to an orderly end. */
  async function received(response: Response): Promise<{ readonly bytes: Buffer; readonly whole: boolean }> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk));
      return { bytes: Buffer.concat(chunks), whole: true };
    } catch {
      return { bytes: Buffer.concat(chunks), whole: false };
    }
  }
  async function changeBytes({ path }: Sealed, bytes: Buffer): Promise<void> {
    await chmod(path, 0o644);
    await writeFile(path, bytes);
  }
  const failures = async ({ record }: Sealed) =>
    (await recordOf(archive, record.recordId)).history.filter((entry) => entry.type === 'fixity.failed');
  async function entered(file: Sealed): Promise<Record<string, unknown>> {
    const end = Date.now() + 60_000;
    for (;;) {
      const [first] = await failures(file);
      if (first !== undefined) return first.body;
      if (Date.now() > end) throw new Error('The history says nothing of it.');
      await sleep(50);
    }
  }
  function told(file: Sealed): void {
    expect(logged).toContainEqual(
      expect.objectContaining({
        level: 'error',
        msg: 'fixity.failed',
        recordId: file.record.recordId,
        n: file.n,
      }),
    );
  }

  const untouched: readonly (readonly [string, Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['one chunk', SMALL],
    ['several chunks', LARGE],
    ['exactly two chunks', LARGE.subarray(0, 2 ** 19)],
  ];
  test.each(chosen(untouched, ([what]) => what === 'nothing' || what === 'several chunks'))(
    'counter-check: what nobody touched arrives whole: %s',
    async (_what, bytes) => {
      const file = await sealed(bytes);
      const response = await ask(file);
      expect(response.status).toBe(200);
      expect(response.headers.get('holdfast-sha256')).toBe(sha256(bytes));
      const got = await received(response);
      expect([got.whole, got.bytes.equals(bytes)]).toEqual([true, true]);
      expect(await failures(file)).toEqual([]);
    },
  );

  const others: readonly (readonly [string, Buffer])[] = [
    ['of the same length', Buffer.from(SMALL.toString().toUpperCase())],
    ['that are more', Buffer.concat([SMALL, Buffer.from(' and a word')])],
    ['that are fewer', SMALL.subarray(0, 5)],
    ['that are none', Buffer.alloc(0)],
  ];
  test.each(chosen(others, ([what]) => what === 'of the same length' || what === 'that are none'))(
    'a file of one chunk with other bytes, %s, is a problem and no file',
    async (_what, other) => {
      const file = await sealed(SMALL);
      await changeBytes(file, other);
      const response = await ask(file);
      expect(response.status).toBe(502);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(response.headers.get('holdfast-sha256')).toBeNull();
      const problem = (await response.json()) as Record<string, unknown>;
      expect(problem).toMatchObject({ code: 'store-object-changed', status: 502 });
      expect(problem['detail']).toMatch(/was sealed/);
      // Neither digest nor key: the history keeps nothing by which destroyed content could be known again.
      expect(await entered(file)).toEqual({ n: file.n, code: 'store-object-changed' });
      told(file);
      const receipt = await archive.receipt(file.record.recordId);
      expect(receipt.missing.map((one) => one.code)).toContain('fixity-failed');
    },
  );

  const changes: readonly (readonly [string, () => Buffer])[] = [
    ['one byte of the last chunk', (): Buffer => flipped(LARGE, LARGE.length - 1)],
    ['one byte of the first chunk', (): Buffer => flipped(LARGE, 0)],
    ['all of it, and longer', (): Buffer => randomBytes(LARGE.length + 2 ** 19)],
    ['its end, which is missing', (): Buffer => LARGE.subarray(0, LARGE.length - 1)],
  ];
  test.each(chosen(changes, ([what]) => what === 'one byte of the last chunk' || what.startsWith('its end')))(
    'a file of several chunks never arrives whole when somebody changed %s',
    async (_what, other) => {
      const file = await sealed(LARGE);
      await changeBytes(file, other());
      const response = await ask(file).catch(() => null);
      if (response?.status === 200) {
        const got = await received(response);
        expect(got.whole).toBe(false);
        expect(got.bytes.length).toBeLessThan(LARGE.length);
      } else expect([502, undefined]).toContain(response?.status);
      expect(await entered(file)).toMatchObject({ n: file.n, code: 'store-object-changed' });
      told(file);
    },
  );

  test('what was taken away is told in the same way', async () => {
    const file = await sealed(SMALL);
    await rm(file.path);
    const response = await ask(file);
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: 'store-object-changed' });
    expect(await entered(file)).toMatchObject({ n: file.n, code: 'store-object-missing' });
    told(file);
  });

  if (kind === 'folder') {
    test('bytes and journal that were forged together do not deceive: the row remembers the digest', async () => {
      const file = await sealed(SMALL);
      const other = Buffer.from(SMALL.toString().toUpperCase());
      const key = file.record.artifacts.find((one) => one.n === file.n)?.seal?.key ?? '';
      const line = await readFile(`${file.path}~state`, 'utf8');
      const { n: _n, at, id, ...change } = JSON.parse(line.slice(65)) as Entry;
      const forged = { ...change, sha256: sha256(other) } as Change;
      await changeBytes(file, other);
      await writeFile(`${file.path}~state`, nextLine(replay(key, ''), forged, new Date(at), id));
      const versionId = file.record.artifacts.find((one) => one.n === file.n)?.seal?.versionId;
      expect(await archive.system.store.head(key, versionId)).toMatchObject({ sha256: sha256(other) });
      expect((await ask(file)).status).toBe(502);
      await entered(file);
    });

    test('a journal that is damaged, or gone, is a finding too', async () => {
      const [damaged, gone] = [await sealed(SMALL), await sealed(SMALL)];
      await writeFile(`${damaged.path}~state`, `${'x'.repeat(90)}\n`);
      await rm(`${gone.path}~state`);
      for (const file of [damaged, gone]) expect((await ask(file)).status).toBe(502);
      expect(await entered(damaged)).toMatchObject({ code: 'store-journal-broken' });
      expect(await entered(gone)).toMatchObject({ code: 'store-object-missing' });
    });
  }
});

function flipped(bytes: Buffer, at: number): Buffer {
  const other = Buffer.from(bytes);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}
