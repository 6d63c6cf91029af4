/** What a person is shown to decide about: what looks like somebody's, and not each number that there is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { suggest, type SuggestionKind } from '#production/production.ts';

const found = (text: string): string[] =>
  suggest(text).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);
const ofKind = (text: string, kind: SuggestionKind): string[] =>
  suggest(text)
    .filter((one) => one.kind === kind)
    .map(({ start, end }) => text.slice(start, end));

describe('a telephone number', () => {
  test.each([
    ['Call 816-555-0142 now', '816-555-0142'],
    ['(816) 555-0142', '(816) 555-0142'],
    ['816.555.0142', '816.555.0142'],
    ['816 555 0142', '816 555 0142'],
    ['+1 816 555 0142', '+1 816 555 0142'],
    ['1-816-555-0142', '1-816-555-0142'],
    ['text 8165550142', '8165550142'],
    ['816-555-0142 ext. 12', '816-555-0142 ext. 12'],
    ['816\u2011555\u20110142', '816\u2011555\u20110142'],
    ['816-555-\n0142', '816-555-\n0142'],
    ['81\u200b6-5\u200d55-01\u206042', '81\u200b6-5\u200d55-01\u206042'],
    ['٨١٦-٥٥٥-٠١٤٢', '٨١٦-٥٥٥-٠١٤٢'],
    ['８１６－５５５－０１４２', '８１６－５５５－０１４２'],
    ['𝟖𝟏𝟔-𝟓𝟓𝟓-𝟎𝟏𝟒𝟐', '𝟖𝟏𝟔-𝟓𝟓𝟓-𝟎𝟏𝟒𝟐'],
    ['phone: 555-0142', '555-0142'],
    ['cell#816-555-0142', '816-555-0142'],
    ['Cell #816-555-0142', '816-555-0142'],
    ['tel #555-0142', '555-0142'],
    ['+44 20 7946 0958', '+44 20 7946 0958'],
  ])('in “%s”', (text, expected) => {
    expect(ofKind(text, 'telephone')).toEqual([expected]);
  });

  test.each([
    ['an area that begins with 1', '116-555-0142'],
    ['an exchange that begins with 0', '816-055-0142'],
    ['a service code as an area', '911-555-0142'],
    ['a day', '2026-11-30'],
    ['a time', '12:30:45.123'],
    ['an amount', '$816.555'],
    ['a version', '8.16.555'],
    ['a longer number', '98165550142334'],
    ['a ZIP code', '64111-0142'],
    ['a case', 'Case 2026-CR-01422'],
    ['a list', '200, 300, 4000'],
    ['the number of an order', 'order #816-555-0142'],
  ])('is not %s', (_what, text) => {
    expect(ofKind(text, 'telephone')).toEqual([]);
  });

  test('without anything between its digits is less sure', () => {
    expect(suggest('8165550142')).toMatchObject([{ kind: 'telephone', confidence: 'low' }]);
    expect(suggest('call me: 8165550142')).toMatchObject([{ kind: 'telephone', confidence: 'high' }]);
  });
});

describe('an e-mail address', () => {
  test.each([
    ['write to mara.quill+pool@mail.example!', 'mara.quill+pool@mail.example'],
    ['<mara@rivertown.example>', 'mara@rivertown.example'],
    ['ma\u200bra@rivertown.example', 'ma\u200bra@rivertown.example'],
    ['josé@correo.example', 'josé@correo.example'],
    ['mara [at] rivertown [dot] org', 'mara [at] rivertown [dot] org'],
  ])('in “%s”', (text, expected) => {
    expect(ofKind(text, 'email')).toEqual([expected]);
  });

  test.each(['@rivertown', 'a@b', 'meet at noon', '5 @ 3.50', 'a@1.2'])('is not “%s”', (text) => {
    expect(ofKind(text, 'email')).toEqual([]);
  });
});

describe('a Social Security number', () => {
  test.each([
    ['123-45-6789', '123-45-6789', 'medium'],
    ['123.45.6789', '123.45.6789', 'medium'],
    ['123 45 6789', '123 45 6789', 'low'],
    ['SSN 123456789', '123456789', 'high'],
    ['SSN#123-45-6789', '123-45-6789', 'high'],
    ['ssn #123456789', '123456789', 'high'],
    ['my social is 123 45 6789', '123 45 6789', 'high'],
    ['SSN: 12\u200b3-45-\n6789', '12\u200b3-45-\n6789', 'high'],
    ['१२३-४५-६७८९', '१२३-४५-६७८९', 'medium'],
    ['número de seguro social: 899-01-0001', '899-01-0001', 'high'],
  ])('in “%s”', (text, expected, confidence) => {
    expect(ofKind(text, 'social-security')).toEqual([expected]);
    expect(suggest(text).find(({ kind }) => kind === 'social-security')?.confidence).toBe(confidence);
  });

  test.each([
    ['an area that is never assigned: 000', 'SSN 000-45-6789'],
    ['an area that is never assigned: 666', 'SSN 666-45-6789'],
    ['an area that is never assigned: 900 and above', 'SSN 912-45-6789'],
    ['a group 00', 'SSN 123-00-6789'],
    ['a serial 0000', 'SSN 123-45-0000'],
    ['the number on a wallet', '078-05-1120'],
    ['nine digits alone', 'order 123456789'],
    ['a longer number', '123-45-67890'],
    ['a part of another one', '9-123-45-6789-1'],
    ['a ZIP code', '64111-6789'],
  ])('is not %s', (_what, text) => {
    expect(ofKind(text, 'social-security')).toEqual([]);
  });
});

describe('a card number', () => {
  test.each([
    ['4111 1111 1111 1111', 'Visa'],
    ['5555-5555-5555-4444', 'Mastercard'],
    ['2223003122003222', 'Mastercard'],
    ['378282246310005', 'American Express'],
    ['6011111111111117', 'Discover'],
    ['30569309025904', 'Diners Club'],
    ['3530111333300000', 'JCB'],
    ['41\u200b11 1111\n1111 1111', 'Visa'],
    ['４１１１１１１１１１１１１１１１', 'Visa'],
  ])('in “%s”', (text, issuer) => {
    expect(ofKind(text, 'card')).toEqual([text]);
    expect(suggest(text)[0]?.why).toContain(issuer);
  });

  test.each([
    ['a wrong check digit', '4111 1111 1111 1112'],
    ['no issuer’s beginning', '9111 1111 1111 1111'],
    ['too many digits', '41111111111111111111'],
    ['a time in milliseconds', '1764513600000'],
  ])('is not one with %s', (_what, text) => {
    expect(ofKind(text, 'card')).toEqual([]);
  });
});

describe('an address', () => {
  test.each([
    ['lives at 1204 Maple Street, I think', '1204 Maple Street'],
    ['12 N. Main St.', '12 N. Main St.'],
    ['300 NE 5th Ave Apt 4B', '300 NE 5th Ave Apt 4B'],
    ['4 Old Mill Rd, Unit 2', '4 Old Mill Rd, Unit 2'],
    ['P.O. Box 117', 'P.O. Box 117'],
  ])('in “%s”', (text, expected) => {
    expect(ofKind(text, 'address')).toEqual([expected]);
  });

  test.each(['the street was full', '5 people on Main', '3 years ago', '100 Percent', 'Route 66'])(
    'is not “%s”',
    (text) => {
      expect(ofKind(text, 'address')).toEqual([]);
    },
  );
});

describe('a hint at a minor', () => {
  test.each([
    'my son, 12, was there',
    'my daughter (7) was there',
    'her 4-year-old',
    'a twelve year old boy',
    'aged 15',
    'He is 9 y/o',
    'a fourth grader',
    'in 4th grade',
    'grade 10',
    'My son is 12',
    'mi hijo tiene 9 años',
    'a kindergartener',
    'my kids',
    'a minor',
    'my son, ١٢, was there',
  ])('in “%s”', (text) => {
    expect(ofKind(text, 'minor').length).toBeGreaterThan(0);
  });

  test.each([
    'an 18-year-old',
    'aged 45',
    'a 100 year old oak',
    'graduated in 2012',
    'upgrade 2',
    'on 12 March',
    'the sonnet, 12 lines',
    'at 7 pm',
    'a minority',
  ])('is not in “%s”', (text) => {
    expect(ofKind(text, 'minor')).toEqual([]);
  });
});

describe('suggestions', () => {
  test('stand in the order of the text, each number once', () => {
    expect(
      found('My son, 12: call 816-555-0142 or mara@mail.example, 4111 1111 1111 1111, 12 Elm Street'),
    ).toEqual([
      'minor: My son, 12',
      'telephone: 816-555-0142',
      'email: mara@mail.example',
      'card: 4111 1111 1111 1111',
      'address: 12 Elm Street',
    ]);
  });

  test('lie within the text, split no character, and are the same each time', () => {
    const parts = fc.constantFrom(
      '816',
      '555',
      '0142',
      '-',
      ' ',
      '\u200b',
      '😀',
      '٨',
      '𝟖',
      '@',
      'a.example',
      'son, ',
      '12',
      'Elm St',
      '4111',
      'ﷺ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(parts, { maxLength: 30 }).map((list) => list.join('')),
        ),
        (text) => {
          const all = suggest(text);
          expect(suggest(text)).toEqual(all);
          for (const { start, end, why } of all) {
            expect(start >= 0 && start < end && end <= text.length).toBe(true);
            expect(text.slice(start, end).isWellFormed()).toBe(true);
            expect(why.length).toBeGreaterThan(10);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('of a long text come to an end, whatever it repeats', () => {
    // What grows with the square of the length would take hours, and what grows faster years.
    for (const unit of ['1 ', '8 1 6 ', 'a.', 'my son ', '12 Aa ', 'a@', '+2 ', '4-', 'son ', '(816'])
      expect(Array.isArray(suggest(unit.repeat(60_000))), unit).toBe(true);
  });
});
