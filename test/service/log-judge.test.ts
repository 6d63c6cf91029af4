/** Our log before other people's implementations, and theirs before ours. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '#log/checkpoint.ts';
import { verifierKey } from '#log/note.ts';
import { openProof } from '#log/proof.ts';
import { times } from '../support/extent.ts';
import { askJudge, bringLogJudge, type JudgedLog } from '../support/log-judge.ts';
import { flipped, NEW, OLD, ORIGIN } from '../support/log-scene.ts';
import { makeCanonical, makeVectors, readCanonical, readVectors } from '../support/log-vectors.ts';
import { asked, base64, wholeLog, withoutBundles, type Question } from '../support/log-whole.ts';

const SMALL: Question = {
  entries: Array.from({ length: 700 }, (_, n) => Buffer.from(`{"n":${n}}`)),
  sizes: [1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 700],
};
/** Three levels of tiles. */
const LARGE: Question = {
  entries: Array.from({ length: 66_000 }, (_, n) => Buffer.from(`${n}`)),
  sizes: [65_535, 65_536, 65_537, 66_000],
};

interface Verdict {
  readonly looked: number;
  readonly wrong: readonly string[];
}
const judged = async (log: JudgedLog): Promise<Verdict> =>
  JSON.parse(await askJudge('check', JSON.stringify(log))) as Verdict;

beforeAll(async () => {
  await bringLogJudge();
});

describe.each([
  ['700 entries', SMALL, 400],
  ['66,000 entries', LARGE, 1000],
])('a log of %s', (_, question, least) => {
  test('is accepted whole: notes of both keys, checkpoints, tiles, bundles and every kind of proof', async () => {
    const { looked, wrong } = await judged(await wholeLog(question));
    expect(wrong).toEqual([]);
    expect(looked).toBeGreaterThan(least);
  });

  test('comes out of Go byte for byte as out of ours', async () => {
    const theirs = JSON.parse(await askJudge('make', asked(question))) as JudgedLog;
    const ours = await wholeLog(question);
    expect(theirs.vkeys).toEqual(ours.vkeys);
    expect(theirs.heads).toEqual(ours.heads);
    expect(theirs.inclusion).toEqual(ours.inclusion);
    expect(theirs.consistency).toEqual(ours.consistency);
    expect(theirs.proofs).toEqual(ours.proofs);
    // Of the tiles they name those that each checkpoint needs, and ours are the same.
    expect(Object.keys(theirs.tiles).length).toBeGreaterThan(10);
    expect(withoutBundles(ours.tiles)).toEqual(theirs.tiles);
  });
});

test('the judge says so when anything in our log is wrong', async () => {
  const whole = await wholeLog(SMALL);
  const other = base64(Buffer.from('{"n":-1}'));
  const wrongLogs: JudgedLog[] = [
    { ...whole, entries: whole.entries.map((entry, n) => (n === 300 ? other : entry)) },
    {
      ...whole,
      tiles: {
        ...whole.tiles,
        'tile/0/000': base64(flipped(Buffer.from(whole.tiles['tile/0/000'] ?? '', 'base64'), 9)),
      },
    },
    { ...whole, tiles: { ...whole.tiles, 'tile/entries/001': base64(Buffer.alloc(10)) } },
    {
      ...whole,
      heads: whole.heads.map((head, n) => (n === 4 ? { ...head, root: base64(Buffer.alloc(32)) } : head)),
    },
    {
      ...whole,
      proofs: whole.proofs.map((proof, n) => (n === 9 ? { ...proof, index: proof.index + 1 } : proof)),
    },
    {
      ...whole,
      consistency: whole.consistency.map((one, n) => (n === 4 ? { ...one, path: one.path.slice(1) } : one)),
    },
    {
      ...whole,
      inclusion: whole.inclusion.map((one, n) => (n === 9 ? { ...one, index: one.index + 1 } : one)),
    },
  ];
  for (const [n, log] of wrongLogs.entries())
    expect((await judged(log)).wrong.length, `${n}`).toBeGreaterThan(0);
});

test('a witness written in Go is heard by us, and its signature does not disturb', async () => {
  const theirs = JSON.parse(await askJudge('make', asked(SMALL, true))) as JudgedLog;
  const note = Buffer.from(theirs.heads.at(-1)?.checkpoint ?? '');
  const keys = [{ key: verifierKey(OLD.vkey) }, { key: verifierKey(NEW.vkey) }];
  const witness = verifierKey(theirs.witnessVkey ?? '');
  const opened = openCheckpoint(note, { origin: ORIGIN, keys, witnesses: [witness] });
  expect(opened.witnessedBy).toEqual([witness]);
  expect(opened.signedBy.length).toBe(2);
  expect(openCheckpoint(note, { origin: ORIGIN, keys }).witnessedBy).toEqual([]);
  // And what we keep of it is heard by their checker.
  const ours = await wholeLog(SMALL);
  const heads = ours.heads.map((head, n) =>
    n === ours.heads.length - 1 ? { ...head, checkpoint: note.toString() } : head,
  );
  expect((await judged({ ...ours, heads, witnessVkey: theirs.witnessVkey as string })).wrong).toEqual([]);
});

test('their proofs open here, and with a changed entry do not', async () => {
  const theirs = JSON.parse(await askJudge('make', asked(SMALL))) as JudgedLog;
  const trust = { origin: ORIGIN, keys: [{ key: verifierKey(NEW.vkey) }] };
  expect(theirs.proofs.length).toBeGreaterThan(50);
  for (const { index, text } of theirs.proofs) {
    const entry = SMALL.entries[index] as Buffer;
    expect(openProof(Buffer.from(text), entry, trust).index).toBe(index);
    expect(() => openProof(Buffer.from(text), flipped(entry, 3), trust)).toThrow(
      'does not lead from this entry',
    );
  }
});

test('canonical JSON of generated documents is that of gowebpki/jcs', async () => {
  const documents = fc.sample(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), {
    numRuns: times(10_000, 2000),
    seed: 8785,
  });
  const hard = fc.sample(
    fc.dictionary(
      fc.string({ unit: 'grapheme' }),
      fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.string({ unit: 'binary' }),
        fc.maxSafeInteger(),
      ),
    ),
    { numRuns: times(2000, 500), seed: 8785 },
  );
  // gowebpki takes objects and arrays alone at the top.
  const lines = [...documents, ...hard].map((value) => JSON.stringify([value]));
  const theirs = (await askJudge('jcs', `${lines.join('\n')}\n`)).trimEnd().split('\n');
  expect(theirs.length).toBe(lines.length);
  const wrong = lines.filter((line, n) => {
    const ours = createHash('sha256')
      .update(canonicalize(JSON.parse(line)) ?? '')
      .digest('hex');
    return ours !== theirs[n];
  });
  expect(wrong).toEqual([]);
});

test('the vectors that machines without Go check are what Go writes', async () => {
  const [kept, made] = [readVectors(), await makeVectors()];
  expect(made.log).toEqual(kept.log);
  expect(made.witnessed.vkey).toBe(kept.witnessed.vkey);
  const canonical = readCanonical();
  expect(await makeCanonical(canonical.map(({ line }) => line))).toEqual(canonical);
});
