/** Which removal is the present one, fact by fact. */
import { describe, expect, test } from 'vitest';
import { askedNow, type AskedFact } from '#record/asked.ts';

const fact = (verb: string, more: { text?: string; confirms?: boolean; done?: boolean } = {}) => ({
  type:
    verb === 'none'
      ? 'removal.content-observed.v1'
      : verb === 'unhide'
        ? 'removal.action-reversed.v1'
        : 'removal.action-recorded.v1',
  confirms: more.confirms === true,
  body: {
    data: {
      content: { text: more.text ?? null, nativeId: null },
      action: { verb, performedAt: { value: more.done === true ? '2026-11-21T10:00:00Z' : null } },
    },
  },
});
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
    expect(askedNow(given)).toEqual({ since: 4, text: 'b', nativeId: null });
    expect(askedNow([])).toBeNull();
  });
});
