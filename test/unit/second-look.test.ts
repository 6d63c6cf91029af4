/** What a second look may be taken for: which removal it is of, and what it says of that. */
import { describe, expect, test } from 'vitest';
import { confirmedBy, secondLookSaid } from '#record/second-look.ts';

type Fact = Parameters<typeof confirmedBy>[0][number];
const ACTION = 'removal.action-recorded.v1';
const KINDS = {
  hide: { type: ACTION, confirms: false, done: false },
  hidden: { type: ACTION, confirms: false, done: true },
  confirm: { type: ACTION, confirms: true, done: false },
  restore: { type: 'removal.action-reversed.v1', confirms: false, done: false },
  restored: { type: 'removal.action-reversed.v1', confirms: false, done: true },
  picture: { type: 'removal.content-observed.v1', confirms: false, done: true },
} as const;
const facts = (...kinds: readonly (keyof typeof KINDS)[]): Fact[] =>
  kinds.map((kind, i) => ({ n: i + 1, ...KINDS[kind] }));

describe('what the present removal was confirmed by', () => {
  test.each([
    [[], null],
    [['hide'], null],
    [['hidden'], { first: 1, last: 1 }],
    [['hide', 'confirm'], { first: 2, last: 2 }],
    [['hide', 'confirm', 'confirm', 'picture'], { first: 2, last: 3 }],
    [['hide', 'confirm', 'restore'], null],
    [['hide', 'confirm', 'restored'], null],
    [['hide', 'confirm', 'hide'], null],
    [['hidden', 'hidden'], { first: 2, last: 2 }],
    [['hide', 'confirm', 'hidden'], { first: 3, last: 3 }],
    [['hide', 'confirm', 'restore', 'hide', 'confirm'], { first: 5, last: 5 }],
    [['picture'], null],
  ] as const)('%j: %j', (kinds, confirmed) => {
    expect(confirmedBy(facts(...kinds))).toEqual(confirmed);
  });
});

const look = (more: object = {}) => ({
  factN: 2,
  lookedAt: '2026-11-21T20:03:00.000Z',
  answer: 'not-there' as const,
  because: null,
  outcome: 'captured' as const,
  finding: {},
  ...more,
});
const owed = (parked: boolean) => ({
  step: 'look-again',
  since: '',
  failures: 0,
  parked,
  code: null,
  reason: null,
});
const record = {
  removal: 'confirmed' as const,
  facts: facts('hide', 'confirm'),
  secondLook: look(),
  owed: [],
  foundAt: '2026-11-21T20:01:00.000Z',
};

describe('what is said of it', () => {
  test('is what was seen, by whom, and when', () => {
    expect(secondLookSaid(record)).toEqual({
      answer: 'not-there',
      at: '2026-11-21T20:03:00.000Z',
      outcome: 'captured',
      sentence:
        'The content was no longer to be seen by the public on its page. The archive looks as a visitor without an account.',
    });
    expect(secondLookSaid({ ...record, foundAt: null })?.sentence).not.toContain('no longer');
    // Captured after the look, which then did not see what was there.
    const foundAt = '2026-11-21T20:04:00.000Z';
    expect(secondLookSaid({ ...record, foundAt })?.sentence).not.toContain('no longer');
  });

  test('is nothing where no removal stands, or another one', () => {
    expect(secondLookSaid({ ...record, removal: 'awaited' })).toBeNull();
    expect(secondLookSaid({ ...record, facts: facts('hide', 'confirm', 'restore') })).toBeNull();
    const again = facts('hide', 'confirm', 'restore', 'hide', 'confirm');
    expect(secondLookSaid({ ...record, facts: again })).toBeNull();
    expect(secondLookSaid({ ...record, facts: again, owed: [owed(false)] })?.answer).toBe('awaited');
    // Nothing is promised that waits for a person.
    expect(secondLookSaid({ ...record, facts: again, owed: [owed(true)] })).toBeNull();
    const twice = facts('hide', 'confirm', 'confirm');
    expect(secondLookSaid({ ...record, facts: twice })?.answer).toBe('not-there');
    // Said once more: what was seen before that is not all that there is to see.
    expect(secondLookSaid({ ...record, facts: twice, owed: [owed(false)] })?.answer).toBe('awaited');
  });

  test('names no reason that it does not know', () => {
    const unknown = look({ answer: 'unknown', because: 'a-code-that-nobody-knows' });
    expect(secondLookSaid({ ...record, secondLook: unknown })?.sentence).toContain('it is not clear why');
  });
});
