/** Checkpoints, and proofs that a stranger checks offline. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkpointText, openCheckpoint, parseCheckpoint, signCheckpoint } from '#log/checkpoint.ts';
import { entryBytes, type Entry } from '#log/entry.ts';
import { EMPTY_ROOT, inclusionPath } from '#log/merkle.ts';
import { keyPair, signer, signNote, verifierKey } from '#log/note.ts';
import { openEntry, openProof, parseProof, proofText } from '#log/proof.ts';
import { nodesFromTiles } from '#log/tiles.ts';
import { times } from '../support/extent.ts';
import {
  codeFrom,
  flipped,
  memoryLog,
  NEW,
  OLD,
  ORIGIN,
  seed,
  type MemoryLog,
} from '../support/log-scene.ts';

const old = verifierKey(OLD.vkey);
const young = verifierKey(NEW.vkey);
const trust = { origin: ORIGIN, keys: [{ key: old }] };

describe('a checkpoint', () => {
  test('reads back as what was signed', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (size, bytes) => {
        const head = { origin: ORIGIN, size, root: Buffer.from(bytes) };
        expect(parseCheckpoint(checkpointText(head))).toEqual(head);
        expect(openCheckpoint(signCheckpoint(head, [signer(OLD.skey)]), trust)).toMatchObject(head);
      }),
      { numRuns: 50 },
    );
  });

  const root = EMPTY_ROOT.toString('base64');
  test.each([
    ['an extension line', `${ORIGIN}\n0\n${root}\nmore\n`],
    ['an empty line more', `${ORIGIN}\n0\n${root}\n\n`],
    ['a line too few', `${ORIGIN}\n0\n`],
    ['no origin', `\n0\n${root}\n`],
    ['a zero before its size', `${ORIGIN}\n007\n${root}\n`],
    ['a sign before its size', `${ORIGIN}\n+7\n${root}\n`],
    ['a space after its size', `${ORIGIN}\n7 \n${root}\n`],
    ['no size', `${ORIGIN}\n\n${root}\n`],
    ['a size past 2^53', `${ORIGIN}\n9007199254740992\n${root}\n`],
    ['a size in hex', `${ORIGIN}\n0x10\n${root}\n`],
    ['a short root', `${ORIGIN}\n0\n${EMPTY_ROOT.subarray(1).toString('base64')}\n`],
    ['a root without padding', `${ORIGIN}\n0\n${root.replace('=', '')}\n`],
    ['a root in hex', `${ORIGIN}\n0\n${EMPTY_ROOT.toString('hex')}\n`],
    ['another origin', `${ORIGIN}/x\n0\n${root}\n`],
  ])('with %s is none, however well it is signed', (_, text) => {
    expect(codeFrom(() => openCheckpoint(signNote(text, [signer(OLD.skey)]), trust))).toBe(
      'log-checkpoint-malformed',
    );
  });

  test('is signed by keys of its own log alone', () => {
    const stranger = keyPair('other.example/log', seed('s'));
    const head = { origin: ORIGIN, size: 0, root: EMPTY_ROOT };
    expect(() => signCheckpoint(head, [signer(stranger.skey)])).toThrow('does not sign for the log');
    expect(() =>
      openCheckpoint(Buffer.alloc(0), { origin: ORIGIN, keys: [{ key: verifierKey(stranger.vkey) }] }),
    ).toThrow('is not one of the log');
    expect(() =>
      openCheckpoint(Buffer.alloc(0), { ...trust, witnesses: [verifierKey(stranger.vkey)] }),
    ).toThrow('is not one of a witness');
    expect(() => signCheckpoint({ ...head, size: -1 }, [signer(OLD.skey)])).toThrow('A checkpoint has');
    expect(() => signCheckpoint({ ...head, root: Buffer.alloc(31) }, [signer(OLD.skey)])).toThrow(
      'of 32 bytes',
    );
  });

  test('of a retired key is believed up to its last size, and of the next key from its first', () => {
    const keys = [
      { key: old, lastSize: 100 },
      { key: young, firstSize: 90 },
    ];
    const at = (size: number, ...skeys: string[]): string => {
      const bytes = signCheckpoint({ origin: ORIGIN, size, root: EMPTY_ROOT }, skeys.map(signer));
      return codeFrom(() => openCheckpoint(bytes, { origin: ORIGIN, keys }));
    };
    expect([at(100, OLD.skey), at(90, NEW.skey), at(95, OLD.skey, NEW.skey)]).toEqual(
      Array(3).fill('accepted'),
    );
    expect([at(101, OLD.skey), at(89, NEW.skey)]).toEqual(Array(2).fill('log-note-unsigned'));
    expect(at(101, OLD.skey, NEW.skey)).toBe('accepted');
  });
});

describe('a proof', () => {
  const COUNT = 700;
  let log: MemoryLog;
  const entries: Buffer[] = [];
  const entry = (n: number): Entry => ({
    v: 1,
    log: ORIGIN,
    idx: String(n),
    id: '01a1fdbf-ac01-75bc-a9e8-ea71b385cf4e',
    type: 'view.opened',
    at: '2026-11-29T10:00:00.000Z',
    actor: 'person:01a1fdbf-ac01-75bc-a9e8-ea71b385cf4e',
    subject: 'record:01a1fdbf-ac01-75bc-a9e8-ea71b385cf4e',
    facts: { what: 'record' },
  });
  const proofOf = async (index: number): Promise<Buffer> =>
    proofText({
      index,
      path: await inclusionPath(index, COUNT, nodesFromTiles(COUNT, log.read)),
      checkpoint: log.checkpoint(),
    });

  beforeAll(async () => {
    for (let n = 0; n < COUNT; n += 1) entries.push(entryBytes(entry(n)));
    log = memoryLog();
    await log.append(entries);
  });

  test('of each entry opens with it, and with no other', async () => {
    for (let n = 0; n < COUNT; n += 7) {
      const proof = await proofOf(n);
      expect(openEntry(proof, entries[n] as Buffer, trust)).toMatchObject({ index: n, entry: entry(n) });
      expect(codeFrom(() => openEntry(proof, entries[(n + 1) % COUNT] as Buffer, trust))).toBe(
        'log-proof-wrong',
      );
    }
  });

  test('reads back as what was written, with what it carries beside', async () => {
    const parts = parseProof(await proofOf(77));
    const extra = Buffer.from('beside');
    expect(parseProof(proofText({ ...parts, extra }))).toEqual({ ...parts, extra });
    expect(openProof(proofText({ ...parts, extra }), entries[77] as Buffer, trust).index).toBe(77);
  });

  test('a single bit anywhere refuses it', async () => {
    const proof = await proofOf(333);
    for (let bit = 0; bit < proof.length * 8; bit += times(1, 5))
      expect(
        codeFrom(() => openEntry(flipped(proof, bit), entries[333] as Buffer, trust)),
        `bit ${bit}`,
      ).toMatch(/^log-/);
    const bytes = entries[333] as Buffer;
    for (let bit = 0; bit < bytes.length * 8; bit += times(1, 5))
      expect(codeFrom(() => openEntry(proof, flipped(bytes, bit), trust))).toBe('log-proof-wrong');
  });

  test('an entry that stands where it does not say is refused', async () => {
    // At a place that is another's, and in a log that is another's.
    const strange = entryBytes({ ...entry(5), log: `${ORIGIN}/other` });
    const swapped = [...entries];
    [swapped[3], swapped[4], swapped[5]] = [entries[4] as Buffer, entries[3] as Buffer, strange];
    const other = memoryLog();
    await other.append(swapped);
    for (const index of [3, 4, 5]) {
      const proof = proofText({
        index,
        path: await inclusionPath(index, COUNT, nodesFromTiles(COUNT, other.read)),
        checkpoint: other.checkpoint(),
      });
      expect(openProof(proof, swapped[index] as Buffer, trust).index).toBe(index);
      expect(codeFrom(() => openEntry(proof, swapped[index] as Buffer, trust))).toBe('log-entry-elsewhere');
    }
  });

  test.each([
    ['another first line', 'c2sp.org/tlog-proof@v1', 'c2sp.org/tlog-proof@v2'],
    ['no index', 'index 5\n', ''],
    ['an index with a zero before it', 'index 5', 'index 05'],
    ['two indexes', 'index 5', 'index 5\nindex 5'],
    ['extra data that are none', 'index 5', 'extra !\nindex 5'],
    ['extra data twice', 'index 5', 'extra AAAA\nextra AAAA\nindex 5'],
    ['a short hash', /index 5\n.{8}/, 'index 5\n'],
    ['line ends of another kind', 'index 5\n', 'index 5\r\n'],
    ['too many hashes', 'index 5\n', `index 5\n${`${EMPTY_ROOT.toString('base64')}\n`.repeat(54)}`],
    ['no empty line', '\n\n', '\n'],
  ])('with %s is none', async (_, from, to) => {
    const text = (await proofOf(5)).toString().replace(from, to);
    expect(codeFrom(() => openProof(Buffer.from(text), entries[5] as Buffer, trust))).toBe(
      'log-proof-malformed',
    );
  });
});
