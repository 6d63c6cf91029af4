/** Our own HMAC is the one of RFC 2104, whatever the key and the text: every commitment that was ever published rests on it. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hmacSha256, itemSalt } from '#commitment.ts';

test('the HMAC is that of the platform, for keys up to a block', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 300 }), (key, text) => {
      expect(hmacSha256(key, text)).toEqual(createHmac('sha256', key).update(text).digest());
    }),
    { numRuns: 500 },
  );
  expect(() => hmacSha256(new Uint8Array(65), new Uint8Array())).toThrow(RangeError);
});

test('the salt of an item is what the formats say', () => {
  const salt = new Uint8Array(32).fill(7);
  for (const path of ['fact/0', 'picture/größe', ''])
    expect(itemSalt(salt, path)).toEqual(
      createHmac('sha256', salt).update('holdfast-item-v1\0').update(path, 'utf8').digest(),
    );
  expect(() => itemSalt(new Uint8Array(31), 'fact/0')).toThrow(TypeError);
});
