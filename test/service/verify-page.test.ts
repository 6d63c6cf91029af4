/** The public page of a receipt: what anybody is told, and what nobody is. On a real archive, in a real browser. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { leafHash } from '#log/merkle.ts';
import type { SignedReceipt } from '#record/record.ts';
import { multipart, simpleReport } from '../support/archive.ts';
import { openConsoleScene, type ConsoleScene } from '../support/console-scene.ts';
import { checkPage } from '../support/page-check.ts';
import { DESK, PHONE, type Visitor } from '../support/visitor.ts';

const CANARY = 'quokkaofrivertown';
const OWN = { 'sec-fetch-site': 'same-origin', accept: 'text/html' };
let scene: ConsoleScene;
let receipt: SignedReceipt;
let file: string;

beforeAll(async () => {
  scene = await openConsoleScene({ named: true });
  const { archive, picture } = scene;
  await archive.work();
  const sent = await archive.report(
    simpleReport({ text: CANARY, account: CANARY, author: { displayName: CANARY } }),
    [{ name: `${CANARY}.png`, type: 'image/png', bytes: picture.bytes }],
  );
  receipt = (await archive.until(
    sent.body.recordId,
    (one) => one.safeToRemove && one.status === 'complete',
  )) as SignedReceipt;
  file = join(archive.dataDir, 'receipt.json');
  await writeFile(file, JSON.stringify(receipt));
});
afterAll(async () => await scene?.close());

const asked = async (code: string, headers: Record<string, string> = OWN) =>
  await scene.archive.app.inject({ url: `/verify?code=${encodeURIComponent(code)}`, headers });
const given = async (bytes: Buffer, more: Record<string, string> = {}) => {
  const form = multipart({}, [{ name: 'receipt.json', type: 'application/json', bytes }]);
  const payload = Buffer.from(
    form.payload.toString('latin1').replace('name="file"', 'name="receipt"'),
    'latin1',
  );
  return await scene.archive.app.inject({
    method: 'POST',
    url: '/verify',
    headers: { ...OWN, ...more, 'content-type': form.contentType },
    payload,
  });
};
const changed = (change: object): Buffer => Buffer.from(JSON.stringify({ ...receipt, ...change }));

describe('a code', () => {
  test('that is known says since when the record is sealed and who keeps it, and nothing of what it is', async () => {
    const { statusCode, body, headers } = await asked(receipt.code);
    expect(statusCode).toBe(200);
    expect(body).toContain('Known, sealed and kept.');
    expect(body).toContain('City of Rivertown');
    expect(body).toContain(receipt.times.firstSealedAt);
    expect(body).toMatch(/Entr(?:y|ies) \d+/);
    expect(body).toContain('Not yet anchored, for ');
    expect(headers['cache-control']).toBe('no-store');
    const told = body.replaceAll(receipt.code, '');
    for (const secret of [
      CANARY,
      receipt.recordId,
      receipt.platform,
      ...receipt.seals.flatMap(({ sha256, key, versionId }) => [sha256, key, versionId]),
    ])
      expect(told, secret).not.toContain(secret);
  });

  test.each([
    ['small letters', (code: string) => code.toLowerCase()],
    ['without its hyphen', (code: string) => code.replace('-', '')],
    ['with blanks and another dash', (code: string) => ` ${code.replace('-', ' – ')} `],
    ['an O for a zero and an l for a one', (code: string) => code.replaceAll('0', 'o').replaceAll('1', 'l')],
  ])('is found as people type it: %s', async (_, typed) => {
    expect((await asked(typed(receipt.code))).body).toContain('Known, sealed and kept.');
  });

  test('that nobody has gets the same answer as one whose agency does not answer, but for the code', async () => {
    const bare = (body: string): string =>
      body.replaceAll(/[0-9A-Z]{5}-[0-9A-Z]{5}/g, '').replaceAll(/verify%3F[^"]*/g, '');
    const none = await asked('00000-00000');
    expect(none.statusCode).toBe(200);
    expect(none.body).toContain('Not known.');
    await scene.archive.sql.query(
      "insert into public_face (agency_id, look_up, changed_by) values ('rivertown', false, 'test')",
    );
    try {
      const silent = await asked(receipt.code);
      expect(bare(silent.body)).toBe(bare(none.body));
    } finally {
      await scene.archive.sql.query('delete from public_face');
    }
  });

  test.each(['', 'ABCDE', 'ABCDE-FGHJU', 'ABCDE-FGHJK-M', '%00', 'ÄBCDE-FGHJK', 'A'.repeat(3000)])(
    'that is none is refused with what a code looks like: %j',
    async (typed) => {
      const { statusCode, body } = await asked(typed);
      expect(statusCode).toBe(422);
      expect(body).toContain('such as ABCDE-FGHJK');
    },
  );

  test('is found by the index, and computed in the database as in the program', async () => {
    const { sql } = scene.archive;
    const { rows } = await sql.query<{ code: string }>('select receipt_code($1) as code', [receipt.recordId]);
    expect(rows[0]?.code).toBe(receipt.code.replace('-', ''));
    await sql.query('set enable_seqscan = off');
    const plan = await sql.query<{ 'QUERY PLAN': string }>(
      `explain select agency_id, id from record where receipt_code(id) = 'ABCDEFGHJK'`,
    );
    await sql.query('reset enable_seqscan');
    expect(JSON.stringify(plan.rows)).toContain('record_by_receipt_code');
  });

  test('leaves no trace in the history of the record', async () => {
    const events = async () =>
      (await scene.archive.sql.query('select 1 from event where record_id = $1', [receipt.recordId]))
        .rowCount;
    const before = await events();
    await asked(receipt.code);
    expect(await events()).toBe(before);
  });
});

describe('the file of a receipt', () => {
  test('as it was given out counts, and leads to how its record stands', async () => {
    const { statusCode, body } = await given(Buffer.from(JSON.stringify(receipt)));
    expect(statusCode).toBe(200);
    expect(body).toContain('The file is as this archive signed it:');
    expect(body).toContain('Known, sealed and kept.');
    expect(body.replaceAll(receipt.code, '')).not.toContain(CANARY);
  });

  test.each([
    ['another verdict', { safeToRemove: false }, 'Something in it was changed'],
    ['another account', { account: 'lakeside' }, 'Something in it was changed'],
    ['no signature', { signature: undefined }, 'It is not a signed receipt'],
  ])('with %s is refused and says so', async (_, change, sentence) => {
    const { statusCode, body } = await given(changed(change));
    expect(statusCode).toBe(422);
    expect(body).toContain('This file does not count.');
    expect(body).toContain(sentence);
  });

  test('that another archive signed is told from ours', async () => {
    const { keyPair, signer, signReceipt } = await import('#log/log.ts');
    const { signature, ...rest } = receipt;
    const whole = { ...rest, safeToRemove: false, proof: { log: null, receiptKey: null, seals: [] } };
    const { skey } = keyPair('other.example/receipts/rivertown', Buffer.alloc(32, 7));
    const { body } = await given(changed({ ...whole, signature: signReceipt(whole, signer(skey)) }));
    expect(signature?.vkey).toMatch(/\/receipts\/rivertown\+/);
    expect(body).toContain('no agency of this archive has signed it');
    expect(body).not.toContain('City of Rivertown');
  });

  test('is not ours for a key that somebody wrote into the history and no entry of the log names', async () => {
    const { keyPair, signer, signReceipt } = await import('#log/log.ts');
    const { signature: _, ...rest } = receipt;
    // It promises nothing, or it would be refused for that first.
    const whole = { ...rest, safeToRemove: false, proof: { log: null, receiptKey: null, seals: [] } };
    const { skey, vkey } = keyPair('forger.example/receipts/rivertown', Buffer.alloc(32, 8));
    // In one statement with what it owes to the log, as whoever has the database can.
    await scene.archive.sql.query(
      `begin;
       insert into event (agency_id, id, type, actor, body)
         values ('rivertown', gen_random_uuid(), 'receipt-key.added', 'worker:receipt', '${JSON.stringify({ vkey })}');
       delete from log_outbox where seq = (select max(seq) from event where body->>'vkey' = '${vkey}');
       commit`,
    );
    const { body } = await given(changed({ ...whole, signature: signReceipt(whole, signer(skey)) }));
    expect(body).toContain('no agency of this archive has signed it');
    expect(body).not.toContain('City of Rivertown');
  });

  test('is not ours for a key that somebody wrote into the row of an entry', async () => {
    const { keyPair, signer, signReceipt } = await import('#log/log.ts');
    const { signature, ...rest } = receipt;
    const whole = { ...rest, safeToRemove: false, proof: { log: null, receiptKey: null, seals: [] } };
    const { skey, vkey } = keyPair('forger.example/receipts/rivertown', Buffer.alloc(32, 9));
    const where = `agency_id = 'rivertown' and position('"type":"receipt-key.'::bytea in entry) > 0`;
    const { rows } = await scene.archive.sql.query<{ idx: number; entry: Buffer; hash: Buffer }>(
      `select idx::int as idx, entry, hash from log_leaf where ${where}`,
    );
    const [leaf] = rows.filter(({ entry }) => entry.includes(signature?.vkey ?? 'none'));
    if (leaf === undefined) throw new Error('no entry names the key');
    const write = async (entry: Buffer, hash: Buffer): Promise<void> => {
      await scene.archive.sql.query(
        "update log_leaf set entry = $2, hash = $3 where agency_id = 'rivertown' and idx = $1",
        [leaf.idx, entry, hash],
      );
    };
    const forged = Buffer.from(leaf.entry.toString().replace(signature?.vkey ?? 'none', vkey));
    const forgery = async () =>
      await given(changed({ ...whole, signature: signReceipt(whole, signer(skey)) }));
    await write(forged, leafHash(forged));
    try {
      const { statusCode, body } = await forgery();
      expect(statusCode).toBe(409);
      expect(body).not.toContain('City of Rivertown');
      // Nor does a true receipt count meanwhile: nobody knows which keys are the log's.
      expect((await given(changed({}))).statusCode).toBe(409);
    } finally {
      await write(leaf.entry, leaf.hash);
    }
    expect((await given(changed({}))).statusCode).toBe(200);
    expect((await forgery()).body).toContain('no agency of this archive has signed it');
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'Choose the file of a receipt first.'],
    ['a text', Buffer.from('hello'), 'It is not a signed receipt'],
    ['JSON of something else', Buffer.from('[1]'), 'It is not a signed receipt'],
    ['a PDF without a receipt', Buffer.from('%PDF-1.7\n%%EOF'), 'It is not a signed receipt'],
  ])('that is %s is refused with a sentence', async (_, bytes, sentence) => {
    const { statusCode, body } = await given(bytes);
    expect(statusCode).toBe(422);
    expect(body).toContain(sentence);
  });

  test('is taken from our own page alone, and never larger than it may be', async () => {
    expect((await given(changed({}), { 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
    expect((await given(Buffer.alloc(5 * 1024 ** 2 + 1, 32))).statusCode).toBe(413);
  });
});

test('whoever tries many codes has to wait', async () => {
  const from = async (): Promise<number> =>
    (
      await scene.archive.app.inject({
        url: '/verify?code=00000-00000',
        headers: OWN,
        remoteAddress: '203.0.113.9',
      })
    ).statusCode;
  const statuses = await Promise.all(Array.from({ length: 80 }, from));
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10);
  expect(statuses[0]).toBe(200);
});

describe('on a screen', () => {
  let at: Visitor;
  beforeEach(async () => void (at = await scene.visitor()));
  afterEach(async () => {
    await at.page.browserContext().close();
    expect(at.complaints()).toEqual([]);
  });

  test.each([
    ['on a phone', PHONE],
    ['on a desk', DESK],
  ])('a code is typed and found with the keyboard alone, %s', async (name, size) => {
    await at.page.setViewport(size);
    await at.goTo('/verify');
    await checkPage(at, `verify ${name}`);
    await at.page.focus('#code');
    await at.page.keyboard.type(receipt.code.toLowerCase());
    await at.page.keyboard.press('Enter');
    await at.reads('#found', 'Known, sealed and kept.');
    await checkPage(at, `verify known ${name}`);
  });

  test('a file is chosen and sent without a script', async () => {
    await at.page.setJavaScriptEnabled(false);
    await at.goTo('/verify');
    const field = await at.page.$('input[type=file]');
    await (field as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(file);
    await Promise.all([at.page.waitForNavigation(), at.page.click('form[method=post] button')]);
    expect(await at.textOf('main')).toContain('The file is as this archive signed it:');
    await at.page.setJavaScriptEnabled(true);
    await checkPage(at, 'verify file');
  });
});
