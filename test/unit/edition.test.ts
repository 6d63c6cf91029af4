/** Editions of schedules: what a file may say, what is refused with its line, and what one edition changes of another. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays } from '#civil.ts';
import { CUTOFFS, dueUnder, parsePeriod } from '#retention/due.ts';
import { compareEditions, effectOf } from '#retention/edition-comparison.ts';
import { readEditionCsv, readEditionYaml } from '#retention/edition-file.ts';
import { editionProblems, type Edition, type Series } from '#retention/edition.ts';
import { missouriStarter } from '#retention/schedules/missouri-starter.ts';

const YAML = `
edition: rivertown-2026
title: Records schedule of Rivertown
source: |-
  Sample schedule, not law.
  Second line.
series:
  - code: "014.004"
    number: 014.004
    schedule: General
    title: Comments
    trigger: received
    cutoff: fiscal-year-end
    period: P3Y
    disposition: destroy
    citation: Sample
    reading: official
  - code: minutes
    number: null
    schedule: ~
    title: Minutes
    period: PERMANENT
    citation: Sample
    description:
`;
const HEAD = {
  edition: 'rivertown-2026',
  title: 'Records schedule of Rivertown',
  source: 'Sample schedule, not law',
};
const bytes = (text: string): Buffer => Buffer.from(text);
const linesOf = (read: ReturnType<typeof readEditionYaml>): string[] =>
  (read.problems ?? []).map(({ line, why }) => `${line}: ${why}`);

describe('a YAML file', () => {
  test('is read as it stands: a number stays the text that it is, and what is not known is null', () => {
    const { edition } = readEditionYaml(bytes(YAML));
    expect(edition).toMatchObject({
      edition: 'rivertown-2026',
      source: 'Sample schedule, not law.\nSecond line.',
    });
    expect(edition?.series).toEqual([
      {
        code: '014.004',
        number: '014.004',
        schedule: 'General',
        title: 'Comments',
        description: null,
        trigger: 'received',
        cutoff: 'fiscal-year-end',
        period: 'P3Y',
        disposition: 'destroy',
        citation: 'Sample',
        reading: 'official',
      },
      {
        code: 'minutes',
        number: null,
        schedule: null,
        title: 'Minutes',
        description: null,
        trigger: null,
        cutoff: 'none',
        period: 'PERMANENT',
        disposition: null,
        citation: 'Sample',
        reading: 'unread',
      },
    ]);
  });
  test('is refused as a whole, with each problem and its line', () => {
    const wrong = YAML.replace('period: P3Y', 'period: 3 years')
      .replace('cutoff: fiscal-year-end', 'cutoff: june')
      .replace('code: minutes', 'code: "014.004"')
      .replace('    citation: Sample\n    description:', '    color: red');
    expect(linesOf(readEditionYaml(bytes(wrong)))).toEqual([
      expect.stringMatching(
        /^13: series\[0\]\.cutoff: expected one of: none, calendar-year-end, fiscal-year-end\.$/,
      ),
      expect.stringMatching(/^14: series\[0\]\.period: expected a period: P3Y, P18M/),
      expect.stringMatching(/^18: series\[1\]\.citation: is missing\.$/),
      expect.stringMatching(/^18: series\[1\]\.code: "014\.004" is that of series\[0\] already\.$/),
      expect.stringMatching(/^23: series\[1\]\.color: is not known here/),
    ]);
  });
  test.each([
    ['edition: [a', 'This is not YAML'],
    ['edition: a\nedition: b\n', 'This is not YAML'],
    ['a: &x 1\nb: *x\n', 'An alias'],
    ['', 'expected edition, title, source, series'],
    ['- a\n', 'expected edition, title, source, series'],
    ['edition: rivertown\ntitle: A\nsource: B\nseries: []\n', 'at least one series'],
    ['edition: rivertown\ntitle: A\nsource: B\nseries: [x]\n', 'series[0]: expected code'],
  ])('%j is refused', (text, why) => {
    expect(linesOf(readEditionYaml(bytes(text))).join(' ')).toContain(why);
  });
  test('that is not UTF-8, or too large, is refused', () => {
    expect(linesOf(readEditionYaml(Buffer.from([0x61, 0xff])))[0]).toContain('is not UTF-8');
    expect(linesOf(readEditionYaml(Buffer.alloc(6 * 1024 ** 2, 'a')))[0]).toContain('bytes');
  });
  test('says nothing that contradicts itself', () => {
    const series = (more: object) => ({
      ...HEAD,
      series: [{ code: 'a', title: 'A', citation: 'c', ...more }],
    });
    const why = (more: object): string =>
      editionProblems(series(more))
        .map((one) => `${one.path} ${one.why}`)
        .join();
    expect(why({ period: 'PERMANENT', disposition: 'destroy' })).toContain(
      'series[0].disposition "destroy" cannot be',
    );
    expect(why({ period: 'P1Y', disposition: 'permanent' })).toContain('expected PERMANENT');
    expect(why({ period: 'UNTIL superseded', trigger: 'received' })).toContain('begins nothing');
    expect(why({ period: 'UNTIL superseded', trigger: 'superseded' })).toBe('');
    expect(why({ number: '001', schedule: 'General' })).toBe('');
  });
});

describe('a CSV table', () => {
  const TABLE = `\uFEFFcode,number,title,trigger,period,citation,description\r\n"a","GS 057","Comments, removed",received,P3Y,Sample,"Two\nlines"\r\n\r\nb,,Minutes,,PERMANENT,Sample,\r\n`;
  test('is the same edition as its YAML', () => {
    const { edition, problems } = readEditionCsv(bytes(TABLE), HEAD);
    expect(problems).toBeUndefined();
    expect(
      edition?.series.map(({ code, number, title, period, description }) => [
        code,
        number,
        title,
        period,
        description,
      ]),
    ).toEqual([
      ['a', 'GS 057', 'Comments, removed', 'P3Y', 'Two\nlines'],
      ['b', null, 'Minutes', 'PERMANENT', null],
    ]);
  });
  test.each([
    ['code,title,citation,colour\na,A,c,red\n', ['1: There is no column "colour"']],
    ['code,title\na,A\n', ['1: The column "citation" is missing']],
    ['code,title,title,citation\na,A,A,c\n', ['1: The column "title" stands twice']],
    ['code,title,citation\na,A, b,c\n', ['2: This row has 4 fields, and the first row names 3']],
    ['code,title,citation,period\na,A,c,P1Y\nb,B,c,1 year\n', ['3: series[1].period: expected a period']],
    ['code,title,citation\na,"A,c\n', ['2: This is not CSV']],
    ['code,title,citation\n', ['null: series: expected a list']],
    ['', ['1: The column "code" is missing', '1: The column "title"', '1: The column "citation"']],
  ])('%j is refused', (text, starts) => {
    const lines = linesOf(readEditionCsv(bytes(text), HEAD));
    expect(lines).toHaveLength(starts.length);
    for (const [at, start] of starts.entries()) expect(lines[at]).toContain(start);
  });
});

describe('the Missouri starter', () => {
  test('is a whole edition, in which nothing claims to have been read in the official document', () => {
    expect(editionProblems(missouriStarter)).toEqual([]);
    expect(missouriStarter.series).toHaveLength(16);
    expect(missouriStarter.series.filter(({ reading }) => reading === 'official')).toEqual([]);
    expect(
      missouriStarter.series.filter(({ number }) => number !== null).map(({ number }) => number),
    ).toEqual(['GS 057']);
    const unread = missouriStarter.series.filter(
      ({ reading }) => reading === 'unread' || reading === 'number-and-title',
    );
    expect(unread.filter(({ period }) => period !== null)).toEqual([]);
  });
});

describe('one edition beside another', () => {
  const series = (code: string, more: Partial<Series> = {}): Series => ({
    code,
    number: null,
    schedule: null,
    title: code,
    description: null,
    trigger: 'received',
    cutoff: 'none',
    period: 'P3Y',
    disposition: 'destroy',
    citation: 'Sample',
    reading: 'official',
    ...more,
  });
  const edition = (...all: Series[]): Edition => ({ ...HEAD, series: all });

  test('tells what is new, gone, longer, and what might be kept shorter', () => {
    const was = edition(
      series('a'),
      series('b'),
      series('c'),
      series('d'),
      series('e'),
      series('f', { period: null }),
      series('same'),
    );
    const is = edition(
      series('a', { period: 'P5Y' }),
      series('b', { period: 'P35M', title: 'B' }),
      series('c', { trigger: 'case-closed' }),
      series('e', { period: null }),
      series('f'),
      series('same'),
      series('new'),
    );
    const { changes, mayShorten } = compareEditions(was, is);
    expect(changes.map((one) => `${one.code} ${one.is} ${one.effect}`)).toEqual([
      'a changed longer',
      'b changed shorter',
      'c changed other-start',
      'e changed no-longer-known',
      'f changed known',
      'new added same',
      'd removed no-longer-known',
    ]);
    expect(mayShorten).toEqual(['b', 'c', 'd']);
    expect(changes[1]?.members).toEqual([
      { member: 'title', was: 'b', is: 'B' },
      { member: 'period', was: 'P3Y', is: 'P35M' },
    ]);
  });

  test('what is called longer or the same is due earlier on no day at all', () => {
    const days = fc.integer({ min: 0, max: 60_000 }).map((n) => addDays('1960-01-01', n));
    const rules = fc.record({
      period: fc.oneof(
        fc
          .record({ m: fc.integer({ min: 0, max: 40 }), d: fc.integer({ min: 0, max: 1200 }) })
          .filter(({ m, d }) => m + d > 0)
          .map(({ m, d }) => `P${m}M${d}D`),
        fc.constantFrom(
          'PERMANENT',
          'UNTIL received',
          'P1Y',
          'P12M',
          'P365D',
          'P366D',
          'P30D',
          'P1M',
          'P31D',
        ),
      ),
      cutoff: fc.constantFrom(...CUTOFFS),
    });
    const found = { same: 0, longer: 0, shorter: 0 };
    fc.assert(
      fc.property(rules, rules, days, (old, now, day) => {
        const [was, is] = [series('x', old), series('x', now)];
        const effect = effectOf(was, is);
        const [before, after] = [was, is].map((one) =>
          dueUnder({ ...one, period: parsePeriod(one.period ?? '') }, new Map([['received', day]]), {
            month: 7,
            day: 1,
          }),
        );
        if (effect === 'same') expect(after).toEqual(before);
        if (effect === 'longer' && before?.kind === 'on' && after?.kind === 'on')
          expect(after.on >= before.on).toBe(true);
        if (effect === 'longer') expect(before?.kind).toBe('on');
        if (effect in found) found[effect as keyof typeof found] += 1;
      }),
      { numRuns: 20_000 },
    );
    for (const count of Object.values(found)) expect(count).toBeGreaterThan(50);
  });
});
