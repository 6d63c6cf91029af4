/** A receipt as one signed thing: what leads from its signature to the root of a log, and what breaks each step. */
import { beforeAll, describe, expect, test } from 'vitest';
import { itemSalt, sha256Hex } from '#commitment.ts';
import { entryBytes, entryCommitment, type Entry } from '#log/entry.ts';
import { checkReceipt, receiptKeyName, signReceipt, type ReceiptProof } from '#log/log.ts';
import { inclusionPath } from '#log/merkle.ts';
import { keyPair, signer, verifierKey } from '#log/note.ts';
import { receiptCode } from '#receipt-code.ts';
import { proofText } from '#log/proof.ts';
import { nodesFromTiles } from '#log/tiles.ts';
import { verifyReceipt } from '#verify/verify.ts';
import { sampleReceipt } from '../support/sample-receipt.ts';
import { codeFrom, memoryLog, NEW, OLD, ORIGIN, seed } from '../support/log-scene.ts';

const KEY = keyPair(receiptKeyName(ORIGIN), seed('receipts'));
const OTHER = keyPair(receiptKeyName(ORIGIN), seed('other receipts'));
const trust = { origin: ORIGIN, keys: [{ key: verifierKey(OLD.vkey) }] };
const RECORD = sampleReceipt.recordId;
const salt = seed('the salt of the record');
const manifest = Buffer.from('{"format":"holdfast-manifest-v1"}');

type Signed = typeof sampleReceipt & { proof: ReceiptProof; signature: { note: string; vkey: string } };
let receipt: Omit<Signed, 'signature'>;
const signed = (body: object = receipt, skey = KEY.skey): Signed =>
  ({ ...body, signature: signReceipt(body, signer(skey)) }) as Signed;

beforeAll(async () => {
  const facts = {
    seal: 1,
    objects: 4,
    until: '2026-12-21T20:04:00.000Z',
    store: 'folder',
    immutability: 'advisory',
  };
  const entry = (idx: number, more: Pick<Entry, 'type' | 'subject' | 'facts'>): Buffer =>
    entryBytes({
      v: 1,
      log: ORIGIN,
      idx: String(idx),
      id: `01990000-0000-7000-8000-00000000000${idx}`,
      at: '2026-11-21T20:03:01.456Z',
      actor: 'worker:seal',
      ...more,
    });
  const entries = [
    entry(0, { type: 'receipt-key.added', subject: null, facts: { vkey: KEY.vkey } }),
    entry(1, { type: 'person.left', subject: 'person:01990000-0000-7000-8000-0000000000aa', facts: {} }),
    entry(2, {
      type: 'record.sealed',
      subject: `record:${RECORD}`,
      facts: {
        ...facts,
        manifestCommitment: entryCommitment('manifestCommitment', { salt, facts, content: manifest }),
      },
    }),
  ];
  const log = memoryLog();
  await log.append(entries);
  const note = log.checkpoint();
  const proven = async (index: number) => ({
    index,
    entry: (entries[index] as Buffer).toString(),
    proof: proofText({
      index,
      path: await inclusionPath(index, 3, nodesFromTiles(3, log.read)),
      checkpoint: note,
    }).toString(),
  });
  receipt = {
    ...sampleReceipt,
    seals: sampleReceipt.seals.map((one) =>
      one.role === 'manifest' ? { ...one, sha256: sha256Hex(manifest) } : one,
    ),
    proof: {
      log: { origin: ORIGIN, keys: [{ vkey: OLD.vkey, firstSize: 0, lastSize: null }] },
      receiptKey: await proven(0),
      seals: [
        {
          seal: 1,
          manifest: sha256Hex(manifest),
          itemSalt: itemSalt(salt, 'manifest/1').toString('hex'),
          ...(await proven(2)),
        },
      ],
    },
  };
});

const codeOf = (document: unknown, from: Parameters<typeof checkReceipt>[1] = trust): string =>
  codeFrom(() => checkReceipt(document, from));
/** As it comes out of a file. */
const copy = (): Signed => JSON.parse(JSON.stringify(signed())) as Signed;

describe('a signed receipt', () => {
  test('leads from its signature to the key in the log, and from each manifest to the root', () => {
    const checked = checkReceipt(copy(), trust);
    expect(checked).toMatchObject({
      agency: 'rivertown',
      record: RECORD,
      code: sampleReceipt.code,
      safeToRemove: true,
      issuedAt: sampleReceipt.times.issuedAt,
      trusted: true,
      signedBy: KEY.vkey,
      keyInLog: { index: 0, checkpoint: { size: 3 } },
      seals: [{ seal: 1, index: 2, manifest: sha256Hex(manifest), checkpoint: { size: 3 } }],
    });
  });

  test('is a few lines that a person can read', () => {
    const [text] = signed().signature.note.split('\n\n');
    expect(text?.split('\n').slice(0, 6)).toEqual([
      'holdfast-receipt/1',
      'agency rivertown',
      `record ${RECORD}`,
      `code ${sampleReceipt.code}`,
      'safe-to-remove yes',
      `issued-at ${sampleReceipt.times.issuedAt}`,
    ]);
    expect(text?.split('\n')[6]).toMatch(/^sha256 [0-9a-f]{64}$/);
  });

  test('without a key from elsewhere agrees with itself, and says that it does no more', () => {
    expect(checkReceipt(copy(), null)).toMatchObject({ trusted: false, origin: ORIGIN });
  });

  test('is refused when any member of it is changed, taken away or added', () => {
    const members = Object.keys(receipt);
    for (const name of members.filter((one) => one !== 'proof')) {
      const { [name]: _, ...without } = copy() as unknown as Record<string, unknown>;
      expect(['receipt-changed', 'receipt-malformed'], name).toContain(codeOf(without));
    }
    expect(members.length).toBeGreaterThan(15);
    expect(codeOf({ ...copy(), safeToRemove: false })).toBe('receipt-changed');
    expect(codeOf({ ...copy(), more: 1 })).toBe('receipt-changed');
    expect(codeOf({ ...copy(), account: 'somebody-else' })).toBe('receipt-changed');
  });

  test('is refused when one bit of its note is turned', () => {
    const { note, vkey } = signed().signature;
    const bytes = Buffer.from(note);
    let tried = 0;
    for (let i = 0; i < bytes.length; i += 1) {
      const other = Buffer.from(bytes);
      other[i] = (other[i] as number) ^ 1;
      const text = other.toString();
      expect(codeOf({ ...copy(), signature: { note: text, vkey } }), text).toMatch(/^(receipt|log)-/);
      tried += 1;
    }
    expect(tried).toBeGreaterThan(300);
  });

  test('by a key that the log does not name is refused, and so is one of another agency', () => {
    expect(codeOf(signed(receipt, OTHER.skey))).toBe('receipt-key-wrong');
    const stranger = keyPair('archive.example/receipts/lakeside', seed('receipts'));
    expect(codeOf(signed(receipt, stranger.skey))).toBe('receipt-key-wrong');
  });

  test('by a log that nobody knows is refused', () => {
    const strangers = { origin: ORIGIN, keys: [{ key: verifierKey(NEW.vkey) }] };
    expect(codeOf(copy(), strangers)).toBe('log-note-unsigned');
    expect(codeOf(copy(), { ...trust, keys: [{ key: verifierKey(OLD.vkey), lastSize: 2 }] })).toBe(
      'log-note-unsigned',
    );
  });

  test('that names another manifest, seal, record or entry is refused although it is well signed', () => {
    const [seal] = receipt.proof.seals;
    const with1 = (change: object, more: object = {}): string =>
      codeOf(signed({ ...receipt, ...more, proof: { ...receipt.proof, seals: [{ ...seal, ...change }] } }));
    expect(with1({})).toBe('accepted');
    expect(with1({ manifest: '0'.repeat(64) })).toBe('receipt-seal-wrong');
    expect(with1({ seal: 2 })).toBe('receipt-seal-wrong');
    expect(with1({ itemSalt: '0'.repeat(64) })).toBe('receipt-seal-wrong');
    const other = '01990000-0000-7000-8000-000000000002';
    expect(with1({}, { recordId: other })).toBe('receipt-malformed');
    expect(with1({}, { recordId: other, code: receiptCode(other) })).toBe('receipt-seal-wrong');
    expect(with1({}, { seals: [] })).toBe('receipt-seal-wrong');
    expect(with1({ index: 1 })).toBe('receipt-malformed');
    expect(with1({ ...receipt.proof.receiptKey })).toBe('receipt-seal-wrong');
    expect(with1({ entry: receipt.proof.receiptKey?.entry })).toBe('log-proof-wrong');
  });

  test('that says it is older than its key or a seal in the log is refused: nobody back-dates with a key that he let in', () => {
    const issued = (issuedAt: string, proof: object = {}): string =>
      codeOf(
        signed({
          ...receipt,
          times: { ...receipt.times, issuedAt },
          proof: { ...receipt.proof, ...proof },
        }),
      );
    expect(issued('2025-11-21T20:03:02.000Z')).toBe('receipt-key-wrong');
    expect(issued('2026-11-21T19:58:01.455Z')).toBe('receipt-key-wrong');
    // Clocks of two machines may differ by five minutes.
    expect(issued('2026-11-21T19:58:01.456Z')).toBe('accepted');
    const known = { ...trust, signer: KEY.vkey };
    const times = { ...receipt.times, issuedAt: '2026-11-21T19:58:01.455Z' };
    const unnamed = { ...receipt, times, proof: { ...receipt.proof, receiptKey: null } };
    expect(codeOf(signed(unnamed), known)).toBe('receipt-seal-wrong');
    for (const odd of ['2026-11-21', '2026-11-31T20:03:02.000Z', '2026-11-21T21:03:02.000+01:00', 'later'])
      expect(issued(odd), odd).toBe('receipt-malformed');
  });

  test('too young to be in the log is signed all the same, and proves no more', () => {
    const proof = { log: null, receiptKey: null, seals: [] };
    const young = signed({ ...receipt, safeToRemove: false, proof });
    expect(checkReceipt(young, null)).toMatchObject({ keyInLog: null, seals: [], trusted: false });
  });

  test('that says “safe to remove” has each of its seals and its key in the log, or is refused', async () => {
    const [seal] = receipt.seals.filter(({ role }) => role === 'manifest');
    const unproven = { ...receipt.proof, seals: [] };
    const more = [...receipt.seals, { ...seal, seal: 2 }];
    for (const from of [trust, null]) {
      expect(codeOf(signed({ ...receipt, proof: unproven }), from)).toBe('receipt-seal-wrong');
      expect(codeOf(signed({ ...receipt, seals: [], proof: unproven }), from)).toBe('receipt-seal-wrong');
      expect(codeOf(signed({ ...receipt, seals: more }), from)).toBe('receipt-seal-wrong');
      expect(codeOf(signed({ ...receipt, code: 'AAAAA-AAAAA' }), from)).toBe('receipt-malformed');
      // What is being entered, as the receipt itself says, was not what made it safe.
      const log = { ...receipt.log, pending: 1 };
      expect(codeOf(signed({ ...receipt, seals: more, log }), from)).toBe('accepted');
      expect(codeOf(signed({ ...receipt, proof: unproven, log }), from)).toBe('receipt-seal-wrong');
      const before = [...receipt.seals, { ...seal, seal: 0 }];
      expect(codeOf(signed({ ...receipt, seals: before, log }), from)).toBe('receipt-seal-wrong');
    }
    const unnamed = signed({ ...receipt, proof: { ...receipt.proof, receiptKey: null } });
    expect(codeOf(unnamed)).toBe('receipt-key-wrong');
    expect(codeOf(unnamed, { ...trust, signer: OTHER.vkey })).toBe('receipt-key-wrong');
    expect(codeOf(unnamed, { ...trust, signer: KEY.vkey })).toBe('accepted');
    for (const [key, verified] of [
      [OLD.vkey, false],
      [null, false],
      [KEY.vkey, true],
    ] as const)
      expect((await verifyReceipt(unnamed, key))?.verified).toBe(verified);
    expect((await verifyReceipt(signed({ ...receipt, proof: unproven }), KEY.vkey))?.verified).toBe(false);
  });

  test.each([
    ['nothing', null],
    ['a list', []],
    ['a receipt without a signature', {}],
    ['a signature without a note', { signature: { vkey: KEY.vkey } }],
  ])('is not: %s', (_, document) => {
    expect(codeOf(document)).toBe('receipt-malformed');
  });
});
