import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArchiveError } from '#errors.ts';
import { parseStrict } from '#intake/json.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function refusal(input: Uint8Array | string): ArchiveError {
  try {
    parseStrict(typeof input === 'string' ? bytes(input) : input);
  } catch (error) {
    if (error instanceof ArchiveError) return error;
    throw error;
  }
  throw new Error(`was accepted: ${String(input).slice(0, 80)}`);
}

describe('what JSON.parse passes over in silence', () => {
  it.each([
    ['{"a":1,"a":2}', '/a'],
    ['{"a":1,"a":1}', '/a'],
    ['{"a":null,"b":0,"a":null}', '/a'],
    [String.raw`{"a":1,"\u0061":1}`, '/a'],
    ['{"data":{"content":[{"x":1},{"id":"1","id":"1"}]}}', '/data/content/1/id'],
    ['{"a/b~c":{"k":1,"k":1}}', '/a~1b~0c/k'],
    ['{"":1,"":2}', '/'],
  ])('a member that is there twice is refused where it stands: %s', (text, pointer) => {
    const error = refusal(text);
    expect(error.code).toBe('json-duplicate-key');
    expect(error.details).toEqual({ pointer });
    expect(error.retry).toBe('never');
  });

  it('the same name in two objects is no duplicate', () => {
    expect(parseStrict(bytes('{"a":{"id":"1"},"b":{"id":"1"},"c":[{"id":"2"},{"id":"2"}]}'))).toEqual({
      a: { id: '1' },
      b: { id: '1' },
      c: [{ id: '2' }, { id: '2' }],
    });
  });

  it.each([
    '10158407835073553',
    '9007199254740993',
    '9007199254740992',
    '-9007199254740992',
    '1e400',
    '-1e400',
    '1e-400',
    '1e20',
    '0.1000000000000000055511151231257827',
    '123456789012345678901234567890',
    `1${'0'.repeat(500)}`,
  ])('the number %s cannot be kept and is refused with its place', (literal) => {
    const error = refusal(`{"entry":[{"sender_id":${literal}}]}`);
    expect(error.code).toBe('json-number-unsafe');
    expect(error.details).toEqual({ pointer: '/entry/0/sender_id' });
    expect(error.message).not.toContain(literal);
  });

  it.each([
    '0',
    '-0',
    '9007199254740991',
    '-9007199254740991',
    '0.1',
    '1.50',
    '1e3',
    '1.5e-7',
    '0.0',
    '5e-324',
    '100e-2',
    '0e99999',
  ])('the number %s is kept', (literal) => {
    expect(parseStrict(bytes(literal))).toBe(JSON.parse(literal));
  });

  it.each([
    [String.raw`{"text":"a\u0000b"}`, '/text'],
    [String.raw`{"text":"\ud83d"}`, '/text'],
    [String.raw`{"text":"\ude00\ud83d"}`, '/text'],
    [String.raw`["ok","\uDBFF!"]`, '/1'],
  ])('text that no database column can hold is refused: %s', (text, pointer) => {
    const error = refusal(text);
    expect(error.code).toBe('json-text-unstorable');
    expect(error.details).toEqual({ pointer });
    expect(error.message).toContain('hand in the original as a file');
  });

  it('a NUL in a member name is refused too', () => {
    expect(refusal(String.raw`{"a":{"x\u0000":1}}`).code).toBe('json-text-unstorable');
  });

  it('whole surrogate pairs, escapes and controls that text may hold are kept', () => {
    expect(parseStrict(bytes(String.raw`"\ud83d\ude00 \u00e4 \/ \u0001 \n \\u0000"`))).toBe(
      '😀 ä / \u0001 \n \\u0000',
    );
  });

  it('a member named __proto__ is refused at any depth, however it is written', () => {
    expect(refusal('{"__proto__":{"admin":true}}').code).toBe('json-malformed');
    expect(refusal(String.raw`{"a":[{"__pr\u006fto__":1}]}`).details).toEqual({ pointer: '/a/0/__proto__' });
  });

  it('members named constructor and toString are plain members', () => {
    const value = parseStrict(bytes('{"constructor":{"prototype":{"x":1}},"toString":1}')) as object;
    expect(Object.keys(value)).toEqual(['constructor', 'toString']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('what is no JSON at all', () => {
  it('nothing is "nothing was sent"', () => {
    expect(refusal('').code).toBe('body-missing');
  });

  it.each([
    Uint8Array.of(0x22, 0xff, 0x22),
    Uint8Array.of(0x22, 0xc0, 0x80, 0x22), // NUL, overlong
    Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), // half a pair, encoded
    Uint8Array.of(0x22, 0xf0, 0x9f, 0x98, 0x22), // cut off
    Uint8Array.of(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00), // UTF-16
  ])('bytes that are not UTF-8 are refused, not replaced', (input) => {
    expect(refusal(input).code).toBe('json-malformed');
  });

  it('a byte order mark is refused with a sentence that names it', () => {
    expect(refusal('\ufeff{"a":1}').message).toContain('byte order mark');
  });

  it.each([
    ' ',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '[1,]',
    '[1 2]',
    '{"a" 1}',
    '{a:1}',
    "{'a':1}",
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1.}',
    '{"a":1e}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":undefined}',
    '{"a":tru}',
    '{"a":1}}',
    '{"a":1}{"b":2}',
    '// note\n{}',
    '{"a":"\n"}',
    '{"a":"\u0000"}',
    '{"a":"\\x41"}',
    String.raw`{"a":"\u12"}`,
    '{"a":"\\',
    '"unterminated',
    '{"a":1}\u00a0',
  ])('%j is refused as malformed', (text) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(refusal(text).code).toBe('json-malformed');
  });

  it('the place is given by line and column, and the content is not repeated', () => {
    const error = refusal('{\n  "text": "a secret",\n  "b": oops secret\n}');
    expect(error.details).toEqual({ line: 3, column: 8 });
    expect(error.message).toContain('line 3, column 8');
    expect(error.message).not.toContain('secret');
  });

  it('a body that is cut off is told so', () => {
    expect(refusal('{"text":"to be cont').message).toContain('ends too early');
  });

  it('depth is bounded, so that neither we nor who comes after runs out of stack', () => {
    expect(parseStrict(bytes(nested(64)))).toBeInstanceOf(Array);
    expect(refusal(nested(66)).message).toContain('nested');
    expect(refusal(nested(2_000_000)).code).toBe('json-malformed');
    expect(refusal('{"a":'.repeat(1_000_000)).code).toBe('json-malformed');
  });
});

describe('properties', () => {
  it('what any JSON writer writes is read as it was meant', () => {
    const value = fc.jsonValue({ depthSize: 'small' });
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (input, space) => {
        const text = JSON.stringify(input, undefined, space);
        const outcome = attempt(text);
        if (outcome.ok) return isDeepStrictEqual(outcome.value, JSON.parse(text));
        // Only for the reasons that are ours, and those are there.
        return outcome.code !== 'json-malformed' || text.includes('__proto__');
      }),
      { numRuns: 2000 },
    );
  });

  it('a text with one character changed is accepted only where JSON.parse accepts it, and then alike', () => {
    const base = '{"a":[1,-2.5e3,"x\\n\\u00e4",{"b":null,"c":true}],"d":"t"}';
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.nat(base.length),
        fc.nat(2),
        fc.oneof(
          fc.constantFrom(...Array.from('{}[],:"\\0123456789-+.eEtfnu /\n\t\u0001')),
          fc.string({ maxLength: 2 }),
        ),
        (at, cut, put) => {
          const text = base.slice(0, at) + put + base.slice(at + cut);
          const ours = attempt(text);
          let theirs: unknown;
          try {
            theirs = JSON.parse(text);
          } catch {
            return !ours.ok;
          }
          if (ours.ok) accepted += 1;
          return ours.ok ? isDeepStrictEqual(ours.value, theirs) : ours.code !== 'json-malformed';
        },
      ),
      { numRuns: 10_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('any integer is either kept to the digit or refused', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (integer) => {
        const outcome = attempt(String(integer));
        return outcome.ok
          ? BigInt(outcome.value as number) === integer
          : outcome.code === 'json-number-unsafe';
      }),
      { numRuns: 5000 },
    );
  });
});

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

function attempt(text: string): { ok: true; value: unknown } | { ok: false; code: string } {
  try {
    return { ok: true, value: parseStrict(bytes(text)) };
  } catch (error) {
    if (error instanceof ArchiveError) return { ok: false, code: error.code };
    throw error;
  }
}
