/** Texts of letters: our own for each kind and language, what a text of an agency may have, and what is found in one that was edited. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cite, citableOn } from '#production/production.ts';
import { englishProves } from '#sunshine/certificate-said.ts';
import { LETTER_LANGUAGES } from '#sunshine/fees-said.ts';
import { DEFAULT_LETTERS } from '#sunshine/letter-defaults.ts';
import { KIND_RULES, LETTER_KINDS, placesOf } from '#sunshine/letter-kinds.ts';
import {
  checkLetter,
  daysIn,
  fillLetter,
  headingOf,
  placesIn,
  templateProblem,
} from '#sunshine/letter-text.ts';
import { daySaidIn } from '#sunshine/letter-values.ts';
import { provisionSaid, WORDS } from '#sunshine/letter-words.ts';

describe('ours', () => {
  test.each(LETTER_KINDS.flatMap((kind) => LETTER_LANGUAGES.map((language) => [kind, language] as const)))(
    '%s in %s has what the law wants, and no place that nobody knows',
    (kind, language) => {
      const text = DEFAULT_LETTERS[language][kind];
      expect(templateProblem(kind, text)).toBeNull();
      // Both languages say the same.
      expect([...placesIn(text)].toSorted()).toEqual([...placesIn(DEFAULT_LETTERS.en[kind])].toSorted());
      const filled = fillLetter(
        kind,
        text,
        Object.fromEntries(placesOf(kind).map((name) => [name, `<${name}>`])),
      );
      expect(filled).not.toContain('{{');
      expect(headingOf(filled).heading).toContain('<tracking>');
    },
  );
});

test('a place without a value, and one that nobody knows, are named', () => {
  expect(() => fillLetter('closing', 'x {{outcome}} {{dueOn}}', { outcome: 'o', dueOn: null })).toThrow(
    '{{dueOn}}',
  );
  expect(() => fillLetter('closing', 'x {{outcome}} {{color}}', { outcome: 'o' })).toThrow('{{color}}');
  expect(() => fillLetter('closing', 'x {{outcome}} {{__proto__}}', { outcome: 'o' })).toThrow(
    '{{__proto__}}',
  );
  expect(templateProblem('closing', 'x {{outcome}} {{tracking')).toContain('Two braces');
  expect(templateProblem('delay', 'x {{cause}}')).toContain('{{place}}, {{earliestTime}}, {{earliestDate}}');
});

test('what a value says is never taken for a place', () => {
  const text = fillLetter('question', '{{question}}', { question: 'Is it {{agency}}?', agency: 'City' });
  expect(text).toBe('Is it {{agency}}?');
  expect(() => checkLetter(text, { mustSay: [], notBefore: null })).toThrow('{{agency}}');
});

describe('a text that was edited', () => {
  const must = { mustSay: ['City Hall,  room 12'], notBefore: null };
  test('may break its lines, and may not leave out what the law wants', () => {
    expect(() => checkLetter('At City\r\nHall, room\n12 it is.', must)).not.toThrow();
    expect(() => checkLetter('At City Hall it is.', must)).toThrow('The law wants this said');
    expect(() => checkLetter(' \n ', must)).toThrow('not blank');
    expect(() => checkLetter(`City Hall, room 12 {{x}}`, must)).toThrow('{{x}}');
  });

  test('names no day between today and the end of the period, in any way of writing it', () => {
    const bound = { mustSay: [], notBefore: { today: '2026-12-04', day: '2027-03-04' } };
    const days = fc
      .integer({ min: 1, max: 89 })
      .map((n) => new Date(Date.UTC(2026, 11, 4 + n)).toISOString().slice(0, 10));
    fc.assert(
      fc.property(days, fc.constantFrom('en', 'es', 'iso'), (day, how) => {
        const said = how === 'iso' ? day : daySaidIn(how === 'en' ? 'en' : 'es', day);
        expect(daysIn(`Answer by ${said}, please.`)).toEqual([day]);
        expect(() => checkLetter(`Answer by ${said}.`, bound)).toThrow(day);
      }),
    );
    for (const fine of ['2026-12-04', '2027-03-04', 'March 5, 2027', '24 months', 'October 2026'])
      expect(() => checkLetter(`It is ${fine}.`, bound)).not.toThrow();
  });
});

test('each kind that the law speaks of says so', () => {
  for (const kind of ['delay', 'denial', 'partial-denial', 'withdrawal-notice'] as const)
    expect(KIND_RULES[kind].law).not.toBeNull();
});

test.each(LETTER_LANGUAGES)('how far a law was read is said in words, in %s', (language) => {
  const day = '2026-11-30';
  const citable = citableOn(day);
  expect(citable.map(({ mark }) => mark)).toContain('summary');
  for (const { key, needs } of citable) {
    const citation = cite({
      key,
      day,
      ...(needs.includes('other-law') ? { otherLaw: 'Some law' } : {}),
      ...(needs.includes('number-confirmed') ? { numberConfirmedBy: 'Some person' } : {}),
      ...(needs.includes('written-statement')
        ? { writtenStatement: { impairsSecurity: 'Some words', outweighsDisclosure: 'Some words' } }
        : {}),
    });
    const said = provisionSaid(citation, language);
    expect(said).toMatch(/\((?:read|leído|its number|no se pudo)/);
    expect(said).not.toContain(`(${citation.mark})`);
  }
  expect(WORDS[language].outcomes.lapsed).toMatch(
    /610\.026 RSMo \((?:read in a copy|leído solo en una copia)/,
  );
});

test.for(LETTER_LANGUAGES)(
  'no text of ours in %s says a rule that was not read as if it had been',
  (language) => {
    const said = [
      ...Object.values(DEFAULT_LETTERS[language]),
      WORDS[language].wouldReveal,
      ...Object.values(WORDS[language].outcomes),
    ].join('\n');
    // 610.023 was read in full; of these a copy alone.
    const cited = [...said.matchAll(/610\.02[46][^ ]* RSMo(.{12})/g)];
    expect(cited.length).toBeGreaterThan(3);
    for (const [whole, behind] of cited) expect(behind, whole).toMatch(/^ \((?:read in a|leído solo)/);
    // The notice says by which rule, also where a body writes it by a text of its own.
    expect(templateProblem('withdrawal-notice', '{{awaited}} {{withdrawnAfter}}')).toContain('{{law}}');
  },
);

// Whoever is told that there is nothing is told how far pictures were read, and that whoever reads them errs.
test('a certificate of search says how many pictures were read, by what, and that it errs; of an older search, that none were', () => {
  const said = (index: Readonly<Record<string, unknown>>): string => englishProves(index).provesNot.join(' ');
  expect(said({})).toContain('what is written in these was not read for this search');
  const pictures = { read: 41, waiting: 7, failed: 2, never: 1, engine: 'a reader 1.0' };
  const now = said({ pictures });
  for (const part of [
    'in no picture and no film',
    'a program had read 41',
    '(a reader 1.0; English and Spanish)',
    '7 were still to be read, 2 could not be, and 1 are read by nothing',
    'misreads, and misses',
  ])
    expect(now).toContain(part);
});
