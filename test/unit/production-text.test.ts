/** Passages out of texts: nothing of them is left, nor their length, and what is left is what was there. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cite,
  digitValue,
  elsewhereIn,
  openFinder,
  redactText,
  textOf,
  type Passage,
} from '#production/production.ts';

const minors = cite({ key: '610.021-27', day: '2026-11-30' });
const health = cite({ key: '610.021-5', day: '2026-11-30' });
const passage = (start: number, end: number, more: Partial<Passage> = {}): Passage => ({
  start,
  end,
  citation: minors,
  description: null,
  ...more,
});
const of = (text: string, words: string, more: Partial<Passage> = {}): Passage =>
  passage(text.indexOf(words), text.indexOf(words) + words.length, more);

describe('a passage', () => {
  const text = 'My son Toby Quill is in the fourth grade.';

  test('leaves a mark with the provision, and the rest as it was', () => {
    const made = redactText(text, [of(text, 'Toby Quill', { description: 'A child’s name' })]);
    expect(made.text).toBe(
      'My son [▇▇▇ withheld: 610.021(27) RSMo (read in a summary only)] is in the fourth grade.',
    );
    expect(made.withheld).toEqual(['Toby Quill']);
    expect(made.pieces).toEqual([
      { kept: 'My son ' },
      {
        withheld: {
          exemptions: ['610.021-27'],
          descriptions: ['A child’s name'],
          mark: '[▇▇▇ withheld: 610.021(27) RSMo (read in a summary only)]',
        },
      },
      { kept: ' is in the fourth grade.' },
    ]);
  });

  test('names the other law by which it is closed, and how well each was read', () => {
    const law = cite({ key: '610.021-14', day: '2026-11-30', otherLaw: '20 U.S.C. 1232g' });
    expect(redactText(text, [of(text, 'Toby Quill', { citation: law })]).text).toBe(
      'My son [▇▇▇ withheld: 610.021(14) RSMo with 20 U.S.C. 1232g (read in a copy only)] is in the fourth grade.',
    );
    // A person writes it: it is no way out for the words.
    const told = cite({ key: '610.021-14', day: '2026-11-30', otherLaw: 'the law about Toby Quill' });
    expect(() => redactText(text, [of(text, 'Toby Quill', { citation: told })])).toThrow(
      /The other law is cited with words/,
    );
  });

  test('is as long for one letter as for a thousand', () => {
    const marks = ['x', 'x'.repeat(1000)].map(
      (secret) => redactText(`a ${secret} b`, [passage(2, 2 + secret.length)]).text,
    );
    expect(marks[0]).toBe(marks[1]);
  });

  test.each([
    ['overlap', [passage(0, 6), passage(3, 11, { citation: health })]],
    ['touch', [passage(0, 7), passage(7, 11, { citation: health })]],
    ['lie in one another', [passage(0, 11), passage(3, 6, { citation: health })]],
  ])('and another one that %s become one, by both provisions', (_how, passages) => {
    const made = redactText(text, passages);
    expect(made.text).toBe(
      '[▇▇▇ withheld: 610.021(5) RSMo (read in a copy only); 610.021(27) RSMo (read in a summary only)] Quill is in the fourth grade.',
    );
    // In whatever order they were marked.
    expect(redactText(text, passages.toReversed())).toEqual(made);
  });

  test.each([
    ['a surrogate pair', 'a😀b', 2],
    ['a letter and its accent', 'e\u0301a', 1],
    ['a joined family', '👨‍👩‍👧 home', 2],
    ['a flag', '🇺🇸!', 2],
    ['a Devanagari syllable', 'नि', 1],
    ['a carriage return and its line feed', 'a\r\nb', 2],
  ])('does not split %s', (_what, split, at) => {
    expect(() => redactText(split, [passage(0, at)])).toThrow(/inside of a character/);
    expect(() => redactText(split, [passage(at, split.length)])).toThrow(/inside of a character/);
  });

  test.each([
    [-1, 3],
    [3, 3],
    [5, 4],
    [0, text.length + 1],
    [0.5, 4],
    [Number.NaN, 4],
  ])('from %d up to %d is refused', (start, end) => {
    expect(() => redactText(text, [passage(start, end)])).toThrow(/expected whole numbers/);
  });

  test('is not taken out of half a character, and none at all is no redaction', () => {
    expect(() => redactText('a\ud83d b', [passage(0, 1)])).toThrow(/lone surrogate/);
    expect(() => redactText(text, [])).toThrow(/No passage/);
  });

  test.each(['The name Toby Quill', 'About TOBY', 'about t-o-b-y q', '', ' ', 'x'.repeat(301)])(
    'is not described as “%s”',
    (description) => {
      expect(() => redactText(text, [of(text, 'Toby Quill', { description })])).toThrow(
        /[Gg]eneral terms|general terms/,
      );
    },
  );

  test('whatever is taken out: what was kept stands in its order, and the marks tell nothing of the rest', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
        fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { minLength: 1, maxLength: 5 }),
        (original, places) => {
          const edges = [
            ...[...new Intl.Segmenter('und').segment(original)].map(({ index }) => index),
            original.length,
          ];
          const passages = places.flatMap(([a, b]) => {
            const [start = 0, end = 0] = [a, b]
              .map((n) => edges[n % edges.length] ?? 0)
              .sort((x, y) => x - y);
            return start < end ? [passage(start, end)] : [];
          });
          if (passages.length === 0) return;
          const gone = new Set(
            passages.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, n) => start + n)),
          );
          const made = redactText(original, passages);
          const kept = made.pieces.flatMap((one) => ('kept' in one ? [one.kept] : [])).join('');
          expect(kept).toBe(
            [...Array(original.length).keys()]
              .filter((n) => !gone.has(n))
              .map((n) => original[n])
              .join(''),
          );
          expect(made.withheld.join('').length).toBe(gone.size);
          expect(textOf(made.pieces)).toBe(made.text);
        },
      ),
    );
  });
});

describe('the same words elsewhere in the record', () => {
  const fields = (text: string, passages: readonly Passage[] = []) => [
    { field: '/data/notes', text, passages },
  ];
  const words = (text: string, found = elsewhereIn(['Toby Quill'], fields(text))) =>
    found.map(({ start, end, what }) => [what, text.slice(start, end)]);

  test.each([
    ['see toby.quill@rivertown.example', [['whole', 'toby.quill']]],
    ['TOBY\u200b QUILL', [['whole', 'TOBY\u200b QUILL']]],
    ['Tóby\nQuíll!', [['whole', 'Tóby\nQuíll']]],
    ['@tobyquill2014', [['whole', 'tobyquill']]],
    ['Mrs. Quill called', [['word', 'Quill']]],
    ['quilling is a hobby', []],
    ['nothing of him', []],
  ])('in “%s” are reported', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test('are not reported where they are withheld already', () => {
    const text = 'Toby Quill, again: Toby Quill';
    const found = elsewhereIn(['Toby Quill'], fields(text, [passage(0, 10)]));
    expect(found).toEqual([{ field: '/data/notes', start: 19, end: 29, what: 'whole' }]);
  });

  test('six words in a row of a long passage are enough', () => {
    const long = 'The caller said that her neighbour keeps a ladder behind the shed near the fence';
    const text = 'As she wrote: her neighbour keeps a ladder behind the house.';
    expect(elsewhereIn([long], fields(text)).map(({ what }) => what)).toContain('part');
  });
});

describe('looking for words', () => {
  test.each([
    ['816-555-0142', 'call (816) 555 0142 now'],
    ['816-555-0142', '٨١٦٥٥٥٠١٤٢'],
    ['816-555-0142', '８１６\u2011５５５\n０１４２'],
    ['816-555-0142', '+1.816.555.0142'],
    ['Straße 5a', 'STRASSE 5A'],
    ['ﬁeldmouse', 'Fieldmouse'],
    ['김서연', 'x김서연y'],
    ['李娜', '她叫李娜。'],
    ['Ann', 'JoAnn'],
    ['Roe', 'x_Roe.png'],
    ['Li', 'Dear Li,'],
  ])('finds “%s” in “%s”', (text, where) => {
    expect(openFinder([{ item: 'one', text }]).find(where)).toHaveLength(1);
  });

  test.each([
    ['Ann', 'annual planning'],
    ['Roe', 'heroes'],
    ['Li', 'Lima'],
    ['816-555-0142', '816 555 0143'],
  ])('does not find “%s” in “%s”', (text, where) => {
    expect(openFinder([{ item: 'one', text }]).find(where)).toEqual([]);
  });

  test.each(['12', 'x', '…', '😀'])('names “%s” as what cannot be looked for', (text) => {
    expect(openFinder([{ item: 'one', text }]).unsearchable).toEqual(['one']);
  });

  test('digits of every script have their value', () => {
    for (const zero of ['0', '٠', '۰', '०', '০', '๐', '０', '𝟎', '𝟘', '𝟢', '𝟬', '𝟶', '\u{1e950}'])
      for (let n = 0; n < 10; n += 1)
        expect(digitValue(String.fromCodePoint((zero.codePointAt(0) ?? 0) + n)), zero).toBe(n);
    expect(digitValue('x')).toBeNull();
  });

  test('whatever stands around it, at the place it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, after) => {
        const text = `${before} Toby\u200dQuill ${after}`;
        const found = openFinder([{ item: 'one', text: 'Toby Quill' }]).find(text);
        expect(found.some(({ start, end }) => text.slice(start, end) === 'Toby\u200dQuill')).toBe(true);
      }),
    );
  });
});
