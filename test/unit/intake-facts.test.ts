import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArchiveError } from '#errors.ts';
import { checkIdempotencyKey, factKey, requestDigest } from '#intake/facts.ts';
import type { SimpleReport } from '#intake/schema.ts';

const report: SimpleReport = { platform: 'x', account: 'rivertown', action: { verb: 'hide' }, text: 'ä' };
const simple = (more: Partial<Extract<Parameters<typeof factKey>[0], { form: 'simple' }>> = {}) =>
  factKey({ form: 'simple', agency: 'rivertown', report, fileSha256s: [], idempotencyKey: null, ...more });
const said = 'e'.repeat(64);
const files = ['1'.repeat(64), '2'.repeat(64)];

describe('the fact key', () => {
  it('does not depend on the order of members, and on nothing but what is said', () => {
    const reordered = JSON.parse(
      '{"text":"\\u00e4","action":{"verb":"hide"},"account":"rivertown","platform":"x"}',
    ) as SimpleReport;
    expect(simple({ report: reordered })).toBe(simple());
    expect(simple()).toMatch(/^fk1_[0-9a-f]{64}$/);
  });

  it('is another one for another agency, text, file, or order of files', () => {
    const keys = [
      simple(),
      simple({ agency: 'other' }),
      simple({ report: { ...report, text: 'a\u0308' } }),
      simple({ fileSha256s: ['1'.repeat(64)] }),
      simple({ fileSha256s: ['1'.repeat(64), '2'.repeat(64)] }),
      simple({ fileSha256s: ['2'.repeat(64), '1'.repeat(64)] }),
      simple({ idempotencyKey: 'k' }),
      simple({ idempotencyKey: 'K' }),
      simple({ idempotencyKey: 'k', agency: 'other' }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('with an Idempotency-Key names the report whatever it says, and fits the schema however short the key', () => {
    const key = simple({ idempotencyKey: 'k' });
    expect(key).toMatch(/^idk_[0-9a-f]{64}$/);
    expect(simple({ idempotencyKey: 'k', report: { ...report, text: 'other' } })).toBe(key);
  });

  it('of a CloudEvent is its own id', () => {
    expect(factKey({ form: 'cloudevent', id: 'cap_018f6a2e-7c31-7b0e' })).toBe('cap_018f6a2e-7c31-7b0e');
  });

  it('is the known one: a change of the algorithm would make every old report new', () => {
    expect(simple()).toBe('fk1_bc013fd7fad5a79516ac42412ee6e1158da63e9a63846e2656329b1f1c31c655');
    expect(requestDigest(said, files)).toBe(
      'c34f7ac9e76aab77bb484d02394dcacdfe95a85578fcfdfa6a6b2e4a4eb6e84c',
    );
  });
});

describe('the digest of a request', () => {
  it('tells apart whatever differs, and no two lists run together', () => {
    const digests = [
      requestDigest(said, files),
      requestDigest('f'.repeat(64), files),
      requestDigest(said, []),
      requestDigest(said, files.toReversed()),
      requestDigest(said, [files.join('')]),
      requestDigest(said + files[0], files.slice(1)),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(digests.every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
  });

  it('parts can be cut anywhere and stay different', () => {
    const list = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(
        list,
        list,
        (a, b) =>
          (JSON.stringify(a) === JSON.stringify(b)) === (requestDigest('e', a) === requestDigest('e', b)),
      ),
      { numRuns: 2000 },
    );
  });
});

describe('the Idempotency-Key', () => {
  it.each(['1', '018f6a2e-7c31-7b0e-9d54-2f6a1c9e8b77', '"quoted"', '!~', 'x'.repeat(255)])(
    '%s is taken as it is',
    (key) => {
      expect(checkIdempotencyKey(key)).toBe(key);
    },
  );

  it.each(['', ' ', 'a b', 'a\tb', 'a\n', 'ä', 'a\u0000', 'x'.repeat(256), '\u00a0'])(
    '%j is refused',
    (key) => {
      expect(() => checkIdempotencyKey(key)).toThrow(ArchiveError);
    },
  );
});
