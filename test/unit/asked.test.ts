/** Which removal is the present one, fact by fact. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedNow, wordsOf, type AskedFact } from '#record/asked.ts';

const fact = (verb: string, more: { text?: string; confirms?: boolean; done?: boolean } = {}) => ({
  type:
    verb === 'none'
      ? 'removal.content-observed.v1'
      : verb === 'unhide'
        ? 'removal.action-reversed.v1'
        : 'removal.action-recorded.v1',
  confirms: more.confirms === true,
  words: more.text === undefined ? null : wordsOf(more.text),
  named: false,
  done: more.done === true,
});
const LONG = Array.from({ length: 2000 }, (_, i) => `word ${i}`).join(' ');
const confirmed = fact('hide', { confirms: true, done: true });
const facts = (...all: Omit<AskedFact, 'n'>[]): AskedFact[] => all.map((one, i) => ({ ...one, n: i + 1 }));

describe('the present removal', () => {
  test.each([
    ['begins with the first fact', facts(fact('hide', { text: 'a' })), 1],
    ['goes on when a picture or a note is added', facts(fact('hide', { text: 'a' }), fact('none')), 1],
    [
      'goes on when the same is said again',
      facts(fact('hide', { text: 'a' }), fact('delete', { text: 'a' })),
      1,
    ],
    ['goes on when its words are added', facts(fact('hide'), fact('none', { text: 'a' })), 1],
    [
      'goes on when less, or more, of the words is quoted',
      facts(fact('hide', { text: 'A b  c' }), fact('hide', { text: 'b C' })),
      1,
    ],
    [
      'goes on when a long text is said again in other capitals, or quoted from its beginning',
      facts(
        fact('hide', { text: LONG }),
        fact('hide', { text: LONG.toUpperCase() }),
        fact('none', { text: 'Word 7 word' }),
      ),
      1,
    ],
    [
      'begins anew with a long text that begins alike: in doubt another picture is asked for',
      facts(fact('hide', { text: LONG }), fact('hide', { text: `${LONG} and more` })),
      2,
    ],
    ['begins anew with other words', facts(fact('hide', { text: 'a' }), fact('hide', { text: 'b' })), 2],
    ['begins anew with corrected words', facts(fact('hide', { text: 'a' }), fact('none', { text: 'b' })), 2],
    ['is over when it was confirmed', facts(fact('hide', { text: 'a' }), confirmed), 1],
    ['begins anew after it was confirmed', facts(fact('hide'), confirmed, fact('hide')), 3],
    ['begins anew after it was undone', facts(fact('hide'), fact('unhide'), fact('hide')), 3],
    ['begins anew after it was reported as done', facts(fact('hide', { done: true }), fact('hide')), 2],
    ['does not begin with what is added after it', facts(fact('hide'), confirmed, fact('none')), 1],
  ])('%s', (_name, given, since) => {
    expect(askedNow(given)?.since).toBe(since);
  });

  test('has the words that were said last', () => {
    const given = facts(fact('hide', { text: 'a' }), confirmed, fact('hide'), fact('none', { text: 'b' }));
    expect(askedNow(given)).toEqual({ since: 4, wordedBy: 4, namedBy: null });
    const named = given.map((one) => ({ ...one, named: one.n < 3 }));
    expect(askedNow(named), 'a confirmation says nothing of the content').toMatchObject({ namedBy: 1 });
    expect(askedNow([])).toBeNull();
  });
});

test('what is compared of a text is bounded, and text that Postgres can keep', () => {
  const { text, sha256 } = wordsOf(`${'a'.repeat(999)}😀 b`);
  expect(text).toBe(`${'a'.repeat(999)}\ufffd`);
  expect(sha256).not.toBe(wordsOf(`${'a'.repeat(999)}😁 b`).sha256);
  expect(wordsOf('  A\n\tB ')).toEqual(wordsOf('a b'));
});

test('words are found in others wherever they stand, and only when they do', () => {
  const since = (long: string, short: string) =>
    askedNow(facts(fact('hide', { text: long }), fact('hide', { text: short })))?.since;
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 14 }),
      fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 }),
      (long, short) => {
        expect(since(long, short)).toBe(long.includes(short) || short.includes(long) ? 1 : 2);
      },
    ),
    { numRuns: 2000 },
  );
});
