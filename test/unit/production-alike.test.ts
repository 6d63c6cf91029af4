/** What of a set says the same, and what nearly. */
import { expect, test } from 'vitest';
import { sha256Hex } from '#commitment.ts';
import { alikeIn, NEARLY } from '#production/production.ts';

const one = (recordId: string, text: string | null, pictures: readonly string[] = []) => ({
  recordId,
  text,
  textSha256: text === null ? null : sha256Hex(text),
  pictures,
});

test('the same text is the same, and without a text the same pictures are', () => {
  const set = [
    one('a', 'The park closes at ten.', ['1']),
    one('b', 'The park closes at ten.', ['2']),
    one('c', null, ['1', '2']),
    one('d', null, ['2', '1']),
    one('e', null),
    one('f', null),
    one('g', '', ['1', '2']),
  ];
  const found = alikeIn(set, ['a', 'c', 'e', 'nobody']);
  expect(found.get('a')).toEqual({ same: ['b'], nearly: [] });
  expect(found.get('c')).toEqual({ same: ['d', 'g'], nearly: [] });
  expect(found.get('e')).toEqual({ same: [], nearly: [] });
  expect(found.has('nobody')).toBe(false);
});

test('nearly the same is told by groups of three letters, without marks, case and accents', () => {
  const set = [
    one('a', 'The mayor closes the park on Main Street at ten, and nobody was asked about it.'),
    one('b', 'THE MAYOR closes the pàrk on Main-Street at ten!! And nobody was asked about it'),
    one('c', 'The mayor closes the park on Main Street at nine, and nobody was asked about it at all.'),
    one('d', 'Who pays for the new pool?'),
    one('e', 'ok'),
  ];
  const { same, nearly } = alikeIn(set, ['a']).get('a') ?? { same: [], nearly: [] };
  expect(same).toEqual([]);
  expect(nearly.map(({ recordId }) => recordId)).toEqual(['b', 'c']);
  expect(nearly[0]?.share).toBe(1);
  expect(nearly[1]?.share).toBeGreaterThan(NEARLY);
  expect(nearly[1]?.share).toBeLessThan(1);
  expect(alikeIn(set, ['e']).get('e')).toEqual({ same: [], nearly: [] });
});
