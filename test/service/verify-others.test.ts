/** `holdfast verify` on a receipt and on a running archive: what holds, what was changed, and what nobody outside can check. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyPair } from '#log/note.ts';
import type { SignedReceipt } from '#record/record.ts';
import { verifyArchive, verifyReceipt } from '#verify/verify.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { ended } from '../support/bagit.ts';
import { memoryLog, OLD, ORIGIN, seed } from '../support/log-scene.ts';

let archive: Archive;
let work: string;
let address: string;
let receipt: SignedReceipt;
let vkey: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'holdfast-others-'));
  archive = await openArchive();
  await archive.work();
  const { body } = await archive.report(simpleReport({ text: 'for a receipt' }), []);
  receipt = (await archive.until(
    body.recordId,
    (one) =>
      (one as SignedReceipt).proof.receiptKey !== null && (one as SignedReceipt).proof.seals.length > 0,
  )) as SignedReceipt;
  vkey = receipt.proof.log?.keys[0]?.vkey ?? '';
  address = await archive.app.listen({ host: '127.0.0.1', port: 0 });
  await writeFile(join(work, 'receipt.json'), JSON.stringify(receipt));
});
afterAll(async () => {
  await archive?.close();
  await rm(work, { recursive: true, force: true });
});

const holdfast = async (...args: readonly string[]) =>
  await ended(
    process.execPath,
    [join(import.meta.dirname, '../../src/cli/main.ts'), 'verify', ...args],
    work,
  );

describe('a receipt', () => {
  test('is verified by the log’s key, by the key that signed it, and by itself, which is said', async () => {
    for (const key of [vkey, receipt.signature?.vkey ?? '', null]) {
      const verdict = await verifyReceipt(receipt, key);
      expect(verdict?.failures).toEqual([]);
      expect(verdict?.verified).toBe(true);
      expect(verdict?.key.from).toBe(key === null ? 'receipt' : 'caller');
    }
    const { code, said } = await holdfast('receipt.json', '--key', vkey);
    expect(said).toContain('VERIFIED.');
    expect(said).toContain(receipt.code);
    expect(code).toBe(0);
  });

  const other = keyPair('archive.example/log/rivertown', seed('other')).vkey;
  test.each<[string, string, () => [unknown, string | null]]>([
    ['with another word', 'signature', () => [{ ...receipt, account: 'lakeside' }, null]],
    ['with the other answer', 'signature', () => [{ ...receipt, safeToRemove: !receipt.safeToRemove }, vkey]],
    ['without its signature', 'signature', () => [{ ...receipt, signature: null }, vkey]],
    ['by the key of another log', 'key', () => [receipt, keyPair('x.example/log/other', seed('other')).vkey]],
    [
      'by another key of that name',
      'log',
      () => [receipt, keyPair(receipt.proof.log?.origin ?? '', seed('other')).vkey],
    ],
    ['by a key that is none of a log', 'key', () => [receipt, keyPair('x.example', seed('other')).vkey]],
    [
      'by another key for receipts',
      'key',
      () => [receipt, keyPair(receipt.signature?.vkey.split('+')[0] ?? '', seed('other')).vkey],
    ],
  ])('%s fails, and the step is named', async (_, step, made) => {
    const verdict = await verifyReceipt(...made());
    expect(verdict?.verified).toBe(false);
    expect(verdict?.failures.map((one) => one.step)).toEqual([step]);
  });

  test('ends the command with 1 when it was changed, and with 7 when it is none', async () => {
    await writeFile(join(work, 'changed.json'), JSON.stringify({ ...receipt, code: 'AAAAA-AAAAA' }));
    await writeFile(join(work, 'none.json'), JSON.stringify({ key: other }));
    await writeFile(join(work, 'receipt.pdf'), '%PDF-1.7\n');
    const [changed, none, pdf] = await Promise.all(
      (['changed.json', 'none.json', 'receipt.pdf'] as const).map(async (file) => await holdfast(file)),
    );
    expect(changed).toMatchObject({ code: 1 });
    expect(none).toMatchObject({ code: 7 });
    if (pdf === undefined) throw new Error('It was not asked.');
    expect(pdf.code).toBe(7);
    expect(pdf.said).toContain('attached file');
  });
});

describe('a running archive', () => {
  const asked = async (...args: readonly string[]) =>
    await holdfast(address, '--agency', 'rivertown', ...args, '--json');

  test('shows a checkpoint that its key has signed; another key has not', async () => {
    const { code, said } = await asked('--key', vkey);
    expect(code).toBe(0);
    const { checkpoint, note } = JSON.parse(said) as { checkpoint: { size: number }; note: string };
    expect(checkpoint.size).toBeGreaterThan(0);
    await writeFile(join(work, 'older'), note);
    const origin = receipt.proof.log?.origin ?? '';
    const [another, log] = await Promise.all([
      asked('--key', keyPair(origin, seed('other')).vkey),
      holdfast(`${address}/v1/log/rivertown`),
    ]);
    expect([another.code, log.code]).toEqual([1, 0]);
  });

  test('without tiles it says what cannot be checked, and with them that its log continues what was known', async () => {
    await archive.report(simpleReport({ text: 'later' }), []);
    await expect
      .poll(
        async () => (JSON.parse((await asked()).said) as { checkpoint: { size: number } }).checkpoint.size,
        { timeout: 30_000 },
      )
      .toBeGreaterThan(receipt.log.checkpoint?.size ?? 0);
    const without = await asked('--since', 'older');
    expect(without.code).toBe(1);
    expect(without.said).toContain('lets out no tiles');
    await archive.sql.query(
      "insert into public_face (agency_id, tiles, changed_by) values ('rivertown', true, 'test') on conflict (agency_id) do update set tiles = true",
    );
    const since = ['older', 'receipt.json'];
    const codes = await Promise.all(
      since.map(async (file) => (await asked('--since', file, '--key', vkey)).code),
    );
    expect(codes).toEqual([0, 0]);
  });

  test('is found out when it was set back, was forked, or shows tiles of another log', async () => {
    const log = memoryLog();
    await log.append(Array.from({ length: 5 }, (_, i) => Buffer.from(`entry ${i}`)));
    const older = log.checkpoint();
    await log.append(Array.from({ length: 300 }, (_, i) => Buffer.from(`more ${i}`)));
    const newest = log.checkpoint();
    const forked = memoryLog();
    await forked.append([...Array(5).keys()].map((i) => Buffer.from(`other ${i}`)));
    let shown = newest;
    const server = createServer((request, response) => {
      const path = (request.url ?? '').replace('/v1/log/rivertown/', '');
      const keys = { origin: ORIGIN, keys: [{ vkey: OLD.vkey, firstSize: 0, lastSize: null }] };
      const bytes =
        path === 'checkpoint'
          ? shown
          : path === 'keys'
            ? Buffer.from(JSON.stringify(keys))
            : log.files.get(path);
      response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sentences = async (...since: readonly Buffer[]): Promise<string> => {
      const verdict = await verifyArchive({ address: at, agency: 'rivertown', vkey: OLD.vkey, since });
      expect(verdict.verified).toBe(verdict.failures.length === 0);
      return verdict.failures.map(({ sentence }) => sentence).join();
    };
    expect(await sentences(older, newest)).toBe('');
    expect(await sentences(forked.checkpoint())).toContain('do not lead from size 5');
    shown = older;
    expect(await sentences(newest)).toContain('set back');
    expect(await sentences(forked.checkpoint())).toContain('two roots');
    server.close();
  });

  test('that is not there ends with 6, and an address without an agency with 2', async () => {
    await writeFile(join(work, 'nothing'), 'nothing');
    const answers = await Promise.all([
      holdfast(address),
      holdfast(address, '--agency', 'nowhere'),
      holdfast('http://127.0.0.1:9', '--agency', 'rivertown'),
      asked('--since', 'nothing'),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([2, 6, 6, 7]);
  });
});
