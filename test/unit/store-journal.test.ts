import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '#errors.ts';
import { nextLine, objection, replay, type Change, type Replay } from '#store/journal.ts';

const KEY = 'rec/1/0/a';
const START = Date.parse('2026-11-21T00:00:00Z');

function at(second: number): Date {
  return new Date(START + second * 1000);
}

function seal(untilSecond: number): Change {
  return {
    op: 'seal',
    version: 'v',
    sha256: 'f'.repeat(64),
    sizeBytes: 1,
    mediaType: 'text/plain',
    retainUntil: at(untilSecond).toISOString(),
    hold: false,
  };
}

/** A journal of changes that are all allowed. */
function journal(...changes: readonly Change[]): string {
  return changes.reduce((text, change, n) => text + nextLine(replay(KEY, text), change, at(n), `id${n}`), '');
}

function codeOfReplay(key: string, text: string): string {
  try {
    replay(key, text);
  } catch (error) {
    return codeOf(error);
  }
  return 'accepted';
}

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constantFrom<Change>({ op: 'hold' }, { op: 'release' }, { op: 'purge' }),
  fc.integer({ min: 0, max: 100 }).map((s): Change => ({ op: 'extend', retainUntil: at(s).toISOString() })),
  fc.integer({ min: 1, max: 50 }).map(seal),
);

/** What several processes do at once: each has read the journal at some time, and appends what was allowed then. */
const rivals = fc.array(fc.record({ change, lag: fc.nat(3), second: fc.nat(120) }), { maxLength: 30 });

function appended(steps: readonly { change: Change; lag: number; second: number }[]): Replay[] {
  const seen: Replay[] = [replay(KEY, '')];
  let text = '';
  for (const [n, { change: wanted, lag, second }] of steps.entries()) {
    const basis = seen[Math.max(0, seen.length - 1 - lag)];
    if (basis === undefined || objection(basis, wanted, at(second)) !== null) continue;
    text += nextLine(basis, wanted, at(second), `id${n}`);
    seen.push(replay(KEY, text));
  }
  return seen;
}

describe('the journal of one object', () => {
  it('keeps nothing but bytes without a lock as long as nothing was written', () => {
    expect(replay(KEY, '')).toMatchObject({ sealed: null, purged: false, torn: false, n: 0 });
  });

  it('under rivals never shortens a lock, and lets nothing follow a purge', () => {
    fc.assert(
      fc.property(rivals, (steps) => {
        let untilMs = 0;
        let purged = false;
        let n = 0;
        for (const state of appended(steps)) {
          const nextUntilMs = state.sealed?.retainUntil.getTime() ?? 0;
          expect(nextUntilMs).toBeGreaterThanOrEqual(untilMs);
          expect(state.n).toBeGreaterThanOrEqual(n);
          if (purged) expect(state.n).toBe(n);
          [untilMs, purged, n] = [nextUntilMs, state.purged, state.n];
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives a position to the first line that asks for it, and the loser decides anew', () => {
    const basis = replay(KEY, journal(seal(10)));
    const text =
      journal(seal(10)) +
      nextLine(basis, { op: 'hold' }, at(11), 'first') +
      nextLine(basis, { op: 'purge' }, at(11), 'second');
    const state = replay(KEY, text);
    expect(state).toMatchObject({ purged: false, n: 2, sealed: { hold: true } });
    expect([...state.ids]).toEqual(['id0', 'first']);
    expect(objection(state, { op: 'purge' }, at(11))).toContain('hold');
  });

  it('takes a line without its end for not written, wherever it was cut, and goes on after it', () => {
    const before = journal(seal(10));
    const line = nextLine(replay(KEY, before), { op: 'hold' }, at(1), 'id');
    for (let cut = 1; cut < line.length; cut += 1) {
      const torn = before + line.slice(0, cut);
      const state = replay(KEY, torn);
      expect(state).toMatchObject({ torn: true, n: 1, sealed: { hold: false } });
      const mended =
        torn + nextLine(state, { op: 'extend', retainUntil: at(99).toISOString() }, at(2), 'next');
      const after = replay(KEY, mended);
      // Only a line that was whole but for its end comes back, and then it was first.
      expect(after.sealed?.hold).toBe(cut === line.length - 1);
      expect(after.ids.has('next')).toBe(cut !== line.length - 1);
    }
  });

  it('shows every edited byte', () => {
    const text = journal(
      seal(10),
      { op: 'hold' },
      { op: 'release' },
      { op: 'extend', retainUntil: at(50).toISOString() },
    );
    let tried = 0;
    for (let index = 0; index < text.length - 1; index += 1) {
      const edited = text.slice(0, index) + (text[index] === '0' ? '1' : '0') + text.slice(index + 1);
      expect(codeOfReplay(KEY, edited), `byte ${index}`).toBe('store-journal-broken');
      tried += 1;
    }
    expect(tried).toBeGreaterThan(500);
  });

  it('shows a line that was taken out, put in twice in another order, or moved to another object', () => {
    const text = journal(seal(10), { op: 'hold' }, { op: 'release' });
    const [first = '', second = '', third = ''] = text.split('\n');
    expect(codeOfReplay(KEY, `${first}\n${third}\n`)).toBe('store-journal-broken');
    expect(codeOfReplay(KEY, `${second}\n${first}\n${third}\n`)).toBe('store-journal-broken');
    expect(codeOfReplay('rec/2/0/a', text)).toBe('store-journal-broken');
    expect(codeOfReplay(KEY, text)).toBe('accepted');
  });

  it('refuses a well-formed line that breaks the rules', () => {
    for (const [bad, second] of [
      [{ op: 'extend', retainUntil: at(10).toISOString() }, 1],
      [{ op: 'purge' }, 10],
      [seal(20), 1],
    ] as const) {
      const text = journal(seal(10)) + nextLine(replay(KEY, journal(seal(10))), bad, at(second), 'bad');
      expect(codeOfReplay(KEY, text), bad.op).toBe('store-journal-broken');
    }
  });
});

describe('the rules of a lock', () => {
  const sealed = replay(KEY, journal(seal(10)));

  it('lets a lock end only after its last second', () => {
    expect(objection(sealed, { op: 'purge' }, at(10))).toContain('locked until');
    expect(objection(sealed, { op: 'purge' }, new Date(at(10).getTime() + 1))).toBeNull();
  });

  it('lets a hold outlive the lock', () => {
    const held = replay(KEY, journal(seal(10), { op: 'hold' }));
    expect(objection(held, { op: 'purge' }, at(1000))).toContain('hold');
  });
});
