/** Receipts as they are handed out: who signs them, with what key, and what happens when there is none. On a real archive. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anchorNow, checkReceiptAnchors } from '#anchor/anchor.ts';
import { checkReceipt, keyPair, openLogReader, verifierKey } from '#log/log.ts';
import { leafHash } from '#log/merkle.ts';
import { openReceiptKeys } from '#record/receipt-keys.ts';
import { openReceipts, type SignedReceipt } from '#record/record.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { png } from '../support/picture.ts';
import { issue } from '../support/der-writer.ts';
import { startTsa, type TestTsa } from '../support/tsa.ts';

let archive: Archive;
let recordId: string;

beforeAll(async () => {
  archive = await openArchive();
  await archive.work();
  const sent = await archive.report(simpleReport({ text: 'A wallaby' }), [
    { name: 'shot.png', type: 'image/png', bytes: await png() },
  ]);
  ({ recordId } = sent.body);
  await archive.until(
    recordId,
    (one) =>
      one.safeToRemove &&
      (one as SignedReceipt).proof.receiptKey !== null &&
      one.status === 'complete' &&
      // "Safe" does not wait for the entry of the last seal; what is compared below does.
      (one as SignedReceipt).proof.seals.length ===
        one.seals.filter(({ role }) => role === 'manifest').length,
  );
});
afterAll(async () => await archive?.close());

const receipt = async (): Promise<SignedReceipt> => (await archive.receipt(recordId)) as SignedReceipt;
const announced = async (): Promise<string[]> =>
  (
    await archive.sql.query<{ vkey: string }>(
      "select body->>'vkey' as vkey from event where agency_id = 'rivertown' and type = 'receipt-key.added' order by seq",
    )
  ).rows.map(({ vkey }) => vkey);

describe('an entry that names a key', () => {
  /** Of a process that begins now: it remembers nothing. */
  const begun = () => {
    const { db, config, logFiles, now } = archive.system;
    let reads = 0;
    const reader = openLogReader({
      ...logFiles,
      read: async (path) => {
        reads += 1;
        return await logFiles.read(path);
      },
    });
    const folder = join(config.keysDir, 'receipts');
    const anchorsOf = async () => ({ anchored: false, by: [] });
    const receipts = openReceipts({ db, folder, reader, anchorsOf, mode: 'trial', now });
    return {
      issue: async () => await receipts.signed('rivertown', recordId),
      keys: async () => await db.inAgency('rivertown', async (at) => await reader.keysOf(at)),
      reads: () => reads,
    };
  };

  test.each(['log-key.added', 'receipt-key.added'])(
    'of the type %s is not believed once a superuser changed its row, and no receipt is issued',
    async (type) => {
      const { rows } = await archive.sql.query<{ idx: number; entry: Buffer; hash: Buffer }>(
        `select idx::int as idx, entry, hash from log_leaf where agency_id = 'rivertown' and position($1::bytea in entry) > 0`,
        [Buffer.from(`"type":"${type}"`)],
      );
      const [leaf] = rows;
      if (leaf === undefined) throw new Error('no entry names a key');
      const { vkey } = (JSON.parse(leaf.entry.toString()) as { facts: { vkey: string } }).facts;
      const other = keyPair(vkey.slice(0, vkey.indexOf('+')), Buffer.alloc(32, 3)).vkey;
      const write = async (entry: Buffer, hash: Buffer): Promise<void> => {
        await archive.sql.query(
          "update log_leaf set entry = $2, hash = $3 where agency_id = 'rivertown' and idx = $1",
          [leaf.idx, entry, hash],
        );
      };
      const before = begun();
      expect((await before.issue())?.signature).not.toBeNull();
      const forged = Buffer.from(leaf.entry.toString().replace(vkey, other));
      await write(forged, leafHash(forged));
      // One that has proved the true row, and one that begins now.
      const after = begun();
      try {
        for (const one of [before, after])
          await expect(one.keys()).rejects.toMatchObject({ code: 'log-proof-wrong' });
        await expect(after.issue()).rejects.toMatchObject({ code: 'log-proof-wrong' });
      } finally {
        await write(leaf.entry, leaf.hash);
      }
      expect((await after.issue())?.signature).not.toBeNull();
    },
  );

  test('is led to the checkpoint once in a process', async () => {
    const one = begun();
    const keys = await one.keys();
    const reads = one.reads();
    expect(reads).toBeGreaterThan(0);
    for (let i = 0; i < 5; i += 1) expect(await one.keys()).toEqual(keys);
    expect(one.reads()).toBe(reads);
  });
});

describe('a receipt', () => {
  test('is signed, and nothing of it can be changed', async () => {
    const signed = await receipt();
    expect(checkReceipt(signed, null)).toMatchObject({
      agency: 'rivertown',
      record: recordId,
      code: signed.code,
      safeToRemove: true,
    });
    expect(() => checkReceipt({ ...signed, account: 'lakeside' }, null)).toThrow('another receipt');
  });

  test('leads, with the key of the log from elsewhere, from its signature and its manifests to a signed root', async () => {
    const signed = await receipt();
    const { rows } = await archive.sql.query<{ vkey: string; origin: string }>(
      "select vkey, origin from log_key join log_head using (agency_id) where agency_id = 'rivertown'",
    );
    const origin = rows[0]?.origin ?? '';
    const keys = rows.map(({ vkey }) => ({ key: verifierKey(vkey) }));
    const checked = checkReceipt(JSON.parse(JSON.stringify(signed)), { origin, keys });
    expect(checked.trusted).toBe(true);
    expect(checked.keyInLog?.index).toBeGreaterThanOrEqual(0);
    const manifests = signed.seals.filter(({ role }) => role === 'manifest');
    expect(manifests.length).toBeGreaterThan(0);
    expect(checked.seals.map(({ seal, manifest }) => [seal, manifest])).toEqual(
      manifests.map(({ seal, sha256 }) => [seal, sha256]),
    );
    expect(checked.seals.map(({ index }) => index)).toEqual(signed.log.entries);
    expect(signed.log).toMatchObject({ origin, pending: 0, anchored: false });
  });

  test('is asked for again and again without another proof, which stays the one that it was', async () => {
    const [one, two] = [await receipt(), await receipt()];
    expect(two.proof).toEqual(one.proof);
    expect(two.signature?.note).not.toBe(one.signature?.note);
  });

  test('is signed by the one key that the agency’s history names, however many are asked for at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, receipt));
    const keys = new Set(all.map(({ signature }) => signature?.vkey));
    expect([...keys]).toEqual(await announced());
  });

  test('that somebody outside vouches for is proved under the checkpoint that they vouch for, and says so', async () => {
    const { db, config, logReader, now } = archive.system;
    const covering = (await receipt()).log.checkpoint?.size ?? 0;
    // Longer since: what came after their checkpoint has no part in it.
    await archive.app.inject({
      url: `/v1/records/${recordId}`,
      headers: { authorization: `Bearer ${await archive.key()}` },
    });
    const outside = {
      kind: 'stamp',
      authority: 'stamps.example',
      size: covering,
      at: new Date('2026-11-29T20:00:00Z'),
      blob: Buffer.from('an answer'),
    } as const;
    const receipts = openReceipts({
      db,
      folder: join(config.keysDir, 'receipts'),
      reader: logReader,
      anchorsOf: async () => ({ anchored: true, by: [outside] }),
      mode: 'trial',
      now,
    });
    const signed = await receipts.signed('rivertown', recordId);
    const checked = checkReceipt(JSON.parse(JSON.stringify(signed)), null);
    expect(checked.seals.map(({ checkpoint }) => checkpoint.size)).toEqual(checked.seals.map(() => covering));
    expect(checked.seals.length).toBeGreaterThan(0);
    expect(checked.keyInLog?.index).toBeGreaterThanOrEqual(0);
    expect(signed?.log).toMatchObject({
      anchored: true,
      unanchoredSince: null,
      anchors: [{ kind: 'stamp', authority: 'stamps.example', size: covering }],
    });
    const [anchor] = signed?.proof.anchors ?? [];
    expect(anchor?.blob).toBe(outside.blob.toString('base64'));
    expect(anchor?.checkpoint.split('\n')[1]).toBe(String(covering));
  });

  test('gives away no salt of the record', async () => {
    const { rows } = await archive.sql.query<{ body: Buffer }>(
      "select body from object where record_id = $1 and role = 'salt'",
      [recordId],
    );
    const text = JSON.stringify(await receipt());
    expect(rows).toHaveLength(1);
    for (const { body } of rows)
      for (const form of ['hex', 'base64'] as const) expect(text).not.toContain(body.toString(form));
    expect(text).not.toContain('wallaby');
  });

  test('of the live status is as it was, without a signature', async () => {
    const looked = await archive.app.inject({
      url: `/v1/records/${recordId}/receipt`,
      headers: { authorization: `Bearer ${await archive.key()}`, accept: 'text/html' },
    });
    expect(looked.body).toContain('hf-receipt');
    expect(looked.body).not.toContain('holdfast-receipt/1');
  });
});

describe('the key', () => {
  const opened = (folder: string) => openReceiptKeys(archive.system.db, folder);
  const scratch = async (): Promise<string> => await mkdtemp(join(tmpdir(), 'holdfast-keys-'));

  test('lies in a file that its owner alone may read, and is in no event and no answer', async () => {
    const path = join(archive.dataDir, 'keys', 'receipts', 'rivertown.key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const secret = (await readFile(path, 'utf8')).trim().split('+').slice(4).join('+');
    expect(secret.length).toBeGreaterThan(40);
    expect(JSON.stringify(await receipt())).not.toContain(secret);
    const { rows } = await archive.sql.query(
      "select body::text from event where body::text like '%PRIVATE+KEY%'",
    );
    expect(rows).toEqual([]);
  });

  test('is made once by processes that begin at the same moment, announced once, and found again', async () => {
    const folder = await scratch();
    try {
      const all = Array.from({ length: 6 }, () => opened(folder));
      const keys = await Promise.all(all.map(async (one) => (await one.keyOf('rivertown'))?.vkey ?? ''));
      expect(new Set(keys).size).toBe(1);
      expect((await announced()).filter((vkey) => vkey === keys[0])).toHaveLength(1);
      const again = await opened(folder).keyOf('rivertown');
      expect(again?.vkey).toBe(keys[0]);
      expect(await readdir(folder), 'no draft is left').toEqual(['rivertown.key']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('that cannot be read keeps a receipt from being signed, and is tried again', async () => {
    const folder = await scratch();
    try {
      const path = join(folder, 'rivertown.key');
      await writeFile(path, 'PRIVATE+KEY+something else');
      const receipts = opened(folder);
      await expect(receipts.keyOf('rivertown')).rejects.toMatchObject({
        code: 'receipt-key-unusable',
        retry: 'later',
      });
      await rm(path);
      expect((await receipts.keyOf('rivertown'))?.name).toMatch(/\/receipts\/rivertown$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('that was made for another installation is not used', async () => {
    const folder = await scratch();
    try {
      const { skey } = keyPair('other.example/receipts/rivertown', Buffer.alloc(32, 7));
      await writeFile(join(folder, 'rivertown.key'), `${skey}\n`);
      await expect(opened(folder).keyOf('rivertown')).rejects.toMatchObject({ code: 'receipt-key-unusable' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a receipt of an archive that an authority stamps for', () => {
  let tsa: TestTsa;
  let folder: string;
  let stamped: Archive;
  let signed: SignedReceipt;
  beforeAll(async () => {
    tsa = await startTsa();
    folder = await mkdtemp(join(tmpdir(), 'holdfast-stamped-'));
    await writeFile(join(folder, 'roots.pem'), tsa.root.pem);
    stamped = await openArchive({ env: { TSA_URL: tsa.url, TSA_ROOTS: join(folder, 'roots.pem') } });
    await stamped.work();
    const { body } = await stamped.report(simpleReport({ text: 'A wombat' }), [
      { name: 'shot.png', type: 'image/png', bytes: await png() },
    ]);
    const settled = async (anchored: boolean): Promise<SignedReceipt> =>
      (await stamped.until(
        body.recordId,
        (one) => one.status === 'complete' && one.log.pending === 0 && one.log.anchored === anchored,
      )) as SignedReceipt;
    const before = await settled(false);
    expect(before.log.unanchoredSince).not.toBeNull();
    const { db, log, logReader, now, config } = stamped.system;
    await anchorNow({ db, log, reader: logReader, now, anchors: config.anchors }, 'rivertown');
    signed = await settled(true);
  });
  afterAll(async () => {
    await stamped?.close();
    await tsa.close();
    await rm(folder, { recursive: true });
  });

  const trust = async () => {
    const { origin, keys } = JSON.parse(
      (await stamped.app.inject({ url: '/v1/log/rivertown/keys' })).body,
    ) as { origin: string; keys: { vkey: string }[] };
    return { origin, keys: keys.map(({ vkey }) => ({ key: verifierKey(vkey) })) };
  };
  const checked = async (carried: SignedReceipt, roots = tsa.root.pem) => {
    const known = await trust();
    return await checkReceiptAnchors(carried, checkReceipt(signed, known), known, {
      authorities: [{ name: tsa.name, url: tsa.url, roots }],
      witnesses: null,
    });
  };

  test('says who stamped it, and carries the stamp over the very checkpoint that proves its seals', async () => {
    expect(signed.log).toMatchObject({
      anchored: true,
      unanchoredSince: null,
      anchors: [{ kind: 'stamp', authority: tsa.name }],
    });
    expect(signed.log.sentence).toContain('anchored outside');
    expect(await checked(JSON.parse(JSON.stringify(signed)) as SignedReceipt)).toMatchObject([
      { kind: 'stamp', authority: tsa.name, size: signed.log.anchors[0]?.size, overSeals: true },
    ]);
  });

  test('is refused when its stamp, the checkpoint under it or its time is another one, or nobody trusts the authority', async () => {
    const [anchor] = signed.proof.anchors;
    if (anchor === undefined) throw new Error('There is no anchor.');
    const changed = (change: object): SignedReceipt => ({
      ...signed,
      proof: { ...signed.proof, anchors: [{ ...anchor, ...change }] },
    });
    const blob = Buffer.from(anchor.blob, 'base64');
    blob[blob.length - 5] = (blob[blob.length - 5] ?? 0) ^ 1;
    await expect(checked(changed({ blob: blob.toString('base64') }))).rejects.toThrow('proves nothing');
    await expect(checked(changed({ size: anchor.size + 1 }))).rejects.toThrow('a seal is not among them');
    await expect(checked(changed({ at: '2020-01-01T00:00:00.000Z' }))).rejects.toThrow('another time');
    await expect(checked(changed({ checkpoint: `${anchor.checkpoint}\n` }))).rejects.toThrow();
    await expect(checked(signed, issue({ name: 'Somebody else' }).pem)).rejects.toThrow('proves nothing');
  });

  test('is answered for on /verify, and on /log as anchored', async () => {
    const page = (await stamped.app.inject({ url: `/verify?code=${signed.code}` })).body;
    expect(page.replaceAll(/<[^>]+>/g, '')).toContain(`a time stamp of ${tsa.name}, `);
    expect(page).not.toContain('Not yet anchored');
  });
});
