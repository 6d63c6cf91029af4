/** What may be cited, on which day, with what beside it; and that nothing looks better read than it was. */
import { describe, expect, test } from 'vitest';
import { cite, citableOn, SEPARATION } from '#production/production.ts';

const day = '2026-11-30';
const numbers = (on: string): string[] => citableOn(on).map(({ key }) => key);

describe('the list', () => {
  test('has the twenty-seven subdivisions of 610.021 and the other closures that were read', () => {
    expect(numbers(day)).toEqual([
      ...Array.from({ length: 27 }, (_, n) => `610.021-${n + 1}`),
      '610.100',
      '610.120',
      '476.1300',
    ]);
  });

  test('presents none of them as verified: each was read in somebody’s copy, or less', () => {
    const fromSummaries = {
      '610.021-26': 'number-not-verified',
      '610.021-27': 'summary',
      '476.1300': 'summary',
    };
    for (const { key, mark, asOf } of citableOn(day)) {
      const other = Object.entries(fromSummaries).find(([one]) => one === key)?.[1];
      expect(mark, key).toBe(other ?? 'secondary');
      // What changed on 28 August 2024 was not found, and is in none of them.
      expect(asOf, key).toBe(other === undefined ? '2024-01-01' : '2025-08-28');
    }
    expect(SEPARATION).toMatchObject({ cite: '610.024', mark: 'secondary', separateRequired: true });
  });

  test.each([
    ['2025-08-27', false],
    ['2025-08-28', true],
  ])('on %s what came with the bill of 2025 is citable: %s', (on, expected) => {
    expect(numbers(on).includes('610.021-26')).toBe(expected);
    expect(numbers(on).includes('610.021-27')).toBe(expected);
    expect(numbers(on)).toContain('610.021-25');
  });

  test('says what each needs', () => {
    const needs = Object.fromEntries(
      citableOn(day).flatMap((one) => (one.needs.length > 0 ? [[one.key, one.needs]] : [])),
    );
    expect(needs).toEqual({
      '610.021-14': ['other-law'],
      '610.021-18': ['written-statement'],
      '610.021-19': ['written-statement'],
      '610.021-26': ['number-confirmed'],
    });
  });
});

describe('a citation', () => {
  const writtenStatement = {
    impairsSecurity: 'Who knows where the cameras of the depot look knows where they do not.',
    outweighsDisclosure: 'Nobody learns from it how the city is run.',
  };

  test('carries its mark', () => {
    expect(cite({ key: '610.021-13', day })).toEqual({
      key: '610.021-13',
      cite: '610.021(13)',
      title:
        'Individually identifiable personnel records (not names, positions, salaries, length of service)',
      mark: 'secondary',
      asOf: '2024-01-01',
      otherLaw: null,
      writtenStatement: null,
      numberConfirmedBy: null,
    });
  });

  test.each(['610.021-18', '610.021-19'])('of %s needs both sentences in writing', (key) => {
    expect(cite({ key, day, writtenStatement })).toMatchObject({ writtenStatement });
    for (const lacking of [
      undefined,
      { ...writtenStatement, impairsSecurity: '' },
      { ...writtenStatement, outweighsDisclosure: ' … ' },
      { ...writtenStatement, outweighsDisclosure: 'x'.repeat(4001) },
    ])
      expect(() => cite({ key, day, ...(lacking && { writtenStatement: lacking }) })).toThrow(
        /demands a statement in writing/,
      );
  });

  test('of 610.021(14) names the other law', () => {
    expect(() => cite({ key: '610.021-14', day })).toThrow(/closes what another law protects/);
    expect(cite({ key: '610.021-14', day, otherLaw: '5 U.S.C. 552a note' })).toMatchObject({
      otherLaw: '5 U.S.C. 552a note',
    });
  });

  test('of a number that nobody has verified names who has read it, and still says so', () => {
    expect(() => cite({ key: '610.021-26', day })).toThrow(/could not be verified/);
    expect(cite({ key: '610.021-26', day, numberConfirmedBy: 'The city attorney' })).toMatchObject({
      cite: '610.021(26; number not verified)',
      mark: 'number-not-verified',
      numberConfirmedBy: 'The city attorney',
    });
  });

  test.each([
    [{ key: '610.035', day }, /only the heading was read/],
    [{ key: '610.021-28', day }, /No exemption is called/],
    [{ key: 'profane', day }, /No exemption is called/],
    [{ key: '610.021-27', day: '2025-08-27' }, /is law from 2025-08-28 on/],
    [{ key: '610.021-1', day: '2026-02-30' }, /is not a day/],
    [{ key: '610.021-1', day: 'today' }, /is not a day/],
    [{ key: '610.021-1', day: '2023-12-31' }, /was not read/],
    [{ key: '610.021-1', day, writtenStatement, otherLaw: 'another' }, /does not ask for/],
  ])('%j is refused with a sentence', (input, sentence) => {
    expect(() => cite(input)).toThrow(sentence);
  });
});
