import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkKey, checkPrefix, checkSeal, wholeSecond } from '#store/rules.ts';
import { sealInput } from '../support/store-input.ts';

describe('the rules of a seal', () => {
  it('takes the keys that records have', () => {
    for (const key of ['a', 'rec/0197-ab/0/manifest.json', 'canary/ff/lock', 'a.b/c=d/e+f/g_h', '...'])
      expect(() => checkKey(key), key).not.toThrow();
  });

  it('takes no key that a path could be made to lead elsewhere with', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (key) => {
        let taken = true;
        try {
          checkKey(key);
        } catch {
          taken = false;
        }
        if (taken) expect(new URL(key, 'file:///keys/').pathname).toBe(`/keys/${key}`);
      }),
    );
    for (const key of ['..', 'a/..', './a', 'a//b', '/a', 'a/', 'a\n', 'a%2fb', 'a'.repeat(201)])
      expect(() => checkKey(key), key).toThrow();
  });

  it('takes prefixes that end at a folder, within a name, or nowhere', () => {
    for (const prefix of ['', 'a', 'a/', 'a/b']) expect(() => checkPrefix(prefix), prefix).not.toThrow();
    for (const prefix of ['/', '../', 'a//']) expect(() => checkPrefix(prefix), prefix).toThrow();
  });

  it('rounds the end of a lock up, never down', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2200-01-01') }), (date) => {
        const laterMs = wholeSecond(date).getTime() - date.getTime();
        expect(laterMs).toBeGreaterThanOrEqual(0);
        expect(laterMs).toBeLessThan(1000);
        expect(wholeSecond(date).getMilliseconds()).toBe(0);
      }),
    );
  });

  it('refuses a seal without a digest, a size or a lock in the future', () => {
    const now = new Date('2026-11-21T00:00:00Z');
    const good = sealInput('a', 'text', { retainUntil: new Date('2026-11-21T00:00:01Z') });
    expect(() => checkSeal(good, now)).not.toThrow();
    for (const bad of [
      { sha256: 'F'.repeat(64) },
      { sizeBytes: -1 },
      { sizeBytes: 0.5 },
      { sizeBytes: 5 * 2 ** 30 },
      { retainUntil: now },
      { retainUntil: new Date(NaN) },
    ])
      expect(() => checkSeal({ ...good, ...bad }, now), JSON.stringify(bad)).toThrow();
  });
});
