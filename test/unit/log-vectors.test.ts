/** What `golang.org/x/mod` and `transparency-dev` wrote, on every machine: ours reproduces it, and opens it. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { expect, test } from 'vitest';
import { openCheckpoint } from '#log/checkpoint.ts';
import { leafHash, provesConsistency, provesInclusion } from '#log/merkle.ts';
import { cosignedAt, verifierKey } from '#log/note.ts';
import { openProof } from '#log/proof.ts';
import { readCanonical, readVectors, VECTOR_QUESTION } from '../support/log-vectors.ts';
import { wholeLog, withoutBundles } from '../support/log-whole.ts';

const { log, witnessed } = readVectors();
const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
const trust = { origin: log.origin, keys: log.vkeys.map((vkey) => ({ key: verifierKey(vkey) })) };
const rootAt = (size: number): Buffer => bytes(log.heads.find((head) => head.size === size)?.root ?? '');

test('our log of the same entries and seeds is theirs, byte for byte', async () => {
  const ours = await wholeLog(VECTOR_QUESTION);
  expect({ ...ours, tiles: withoutBundles(ours.tiles) }).toEqual(log);
});

test('their checkpoints open with either key', () => {
  expect(log.heads.length).toBe(VECTOR_QUESTION.sizes.length);
  for (const { size, root, checkpoint } of log.heads)
    for (const key of trust.keys) {
      const opened = openCheckpoint(Buffer.from(checkpoint), { origin: log.origin, keys: [key] });
      expect([opened.size, opened.root.toString('base64')]).toEqual([size, root]);
    }
});

test('their proofs verify', () => {
  expect([log.inclusion.length, log.proofs.length, log.consistency.length]).toEqual([42, 42, 8]);
  for (const { index, size, path } of log.inclusion)
    expect(
      provesInclusion(
        { index, size, root: rootAt(size) },
        leafHash(bytes(log.entries[index] ?? '')),
        path.map(bytes),
      ),
    ).toBe(true);
  for (const { older, newer, path } of log.consistency)
    expect(
      provesConsistency(
        { size: older, root: rootAt(older) },
        { size: newer, root: rootAt(newer) },
        path.map(bytes),
      ),
    ).toBe(true);
  for (const { index, text } of log.proofs)
    expect(openProof(Buffer.from(text), bytes(log.entries[index] ?? ''), trust).index).toBe(index);
});

test('their witness is heard', () => {
  const witness = verifierKey(witnessed.vkey);
  const opened = openCheckpoint(Buffer.from(witnessed.checkpoint), { ...trust, witnesses: [witness] });
  expect([opened.size, opened.witnessedBy, opened.signedBy.length]).toEqual([300, [witness], 2]);
  const cosignature = opened.note.signatures.at(-1)?.signature ?? Buffer.alloc(0);
  expect(cosignedAt(cosignature)).toBeGreaterThan(1_790_000_000n);
});

test('canonical JSON is what Go makes of the same, in numbers, order and escapes', () => {
  const vectors = readCanonical();
  expect(vectors.length).toBeGreaterThan(200);
  for (const { line, sha256 } of vectors) {
    const text = canonicalize(JSON.parse(line)) ?? '';
    expect(createHash('sha256').update(text).digest('hex'), line).toBe(sha256);
    expect(canonicalize(JSON.parse(text)), line).toBe(text);
  }
});

test.each<[string, unknown]>([
  ['NaN', NaN],
  ['infinity', Infinity],
  ['a large integer of its own kind', 10n],
  ['half of a pair', '\ud800'],
  ['the other half', 'a\udfff'],
  ['half of a pair as a name', { '\ud800': 1 }],
])('what JSON has no canonical form for is refused: %s', (_what, value) => {
  expect(() => canonicalize([value])).toThrow();
});
