/** Classification by rule. */
import { describe, expect, test } from 'vitest';
import { classify, classifyAll, SCHEDULES, type ClassificationRule } from '#retention/retention.ts';

const rule = (
  position: number,
  matches: ClassificationRule['matches'],
  series: string,
): ClassificationRule => ({
  position,
  matches,
  edition: 'e',
  series,
  title: `Title of ${series}`,
  citation: 'Page 4',
});
const report = {
  platform: 'facebook',
  account: 'rivertown',
  kind: 'comment',
  verb: 'hide',
  grounds: ['p#3.c', 'p#3.a'],
};

describe('classification', () => {
  test('no rule, no series: the record is unclassified', () => {
    expect(classify([], report)).toBeNull();
    expect(classify([rule(1, { platform: 'x' }, 'A')], report)).toBeNull();
  });
  test('the first rule in the agency’s order decides, whatever order they come in', () => {
    expect(classify([rule(20, {}, 'B'), rule(10, { kind: 'comment' }, 'A')], report)?.series).toBe('A');
  });
  test('every member of a rule must match', () => {
    expect(classify([rule(1, { kind: 'comment', verb: 'delete' }, 'A')], report)).toBeNull();
    expect(
      classify(
        [rule(1, { kind: 'comment', verb: 'hide', ground: 'p#3.a', account: 'RIVERTOWN' }, 'A')],
        report,
      )?.series,
    ).toBe('A');
  });
  test('says why in a sentence', () => {
    expect(classify([rule(7, { ground: 'p#3.c' }, 'A')], report)?.reason).toBe(
      'Rule 7 of the agency (ground is p#3.c) leads to series A, Title of A (Page 4).',
    );
    expect(classify([rule(9, {}, 'A')], report)?.reason).toContain('applies to everything');
  });
  test('of several rules each series applies once, by the first rule that leads there', () => {
    const rules = [
      rule(30, {}, 'A'),
      rule(20, { kind: 'comment' }, 'B'),
      rule(10, { ground: 'p#3.c' }, 'A'),
      rule(5, { kind: 'reply' }, 'C'),
    ];
    const all = classifyAll(rules, report);
    expect(all.map(({ series }) => series)).toEqual(['A', 'B']);
    expect(all[0]?.reason).toContain('Rule 10');
    expect(classify(rules, report)).toEqual(all[0]);
  });
  test('a rule that asks for words finds them whole, in any case, with accents or without; all of them', () => {
    const asks = (text: string) => [rule(1, { text }, 'A')];
    const says = (text: string) => ({ ...report, text });
    expect(classify(asks('pothole'), says('Another POTHOLE, on Elm Street!'))).not.toBeNull();
    expect(classify(asks('pothole elm'), says('Another pothole, on Elm Street!'))?.reason).toContain(
      'it says “pothole elm”',
    );
    expect(classify(asks('canon'), says('El Cañón'))).not.toBeNull();
    expect(classify(asks('hole'), says('Another pothole'))).toBeNull();
    expect(classify(asks('pothole bridge'), says('Another pothole'))).toBeNull();
    expect(classify(asks('!!'), says('!!')), 'no word is asked for').toBeNull();
    expect(classify(asks('pothole'), report), 'the words are not looked at here').toBeNull();
  });
  test('a tag is a hashtag of the text or a mark of the report, with # or without it, in any case', () => {
    const asks = (tag: string) => [rule(1, { tag }, 'A')];
    const says = (text: string, ...marks: string[]) => ({ ...report, text, marks });
    expect(classify(asks('#Pothole'), says('Look: #POTHOLE!'))?.reason).toContain('tag is #Pothole');
    expect(classify(asks('baches_2026'), says('Hay #Baches_2026'))).not.toBeNull();
    expect(classify(asks('criminal-justice'), says('x', 'minor', 'criminal-justice'))).not.toBeNull();
    expect(classify(asks('pothole'), says('A pothole, and #potholes'))).toBeNull();
    expect(classify(asks('#'), says('# alone')), 'no tag is asked for').toBeNull();
    expect(classify(asks('minor'), report), 'marks are not looked at here').toBeNull();
  });
  test('what a record is kept with leads it to series as well, and the sentence says so', () => {
    const rules = [rule(1, { kind: 'post' }, 'A'), rule(2, { kind: 'comment' }, 'B')];
    const all = classifyAll(rules, { ...report, contextKinds: ['post'] });
    expect(all.map(({ series }) => series)).toEqual(['A', 'B']);
    expect(all[0]?.reason).toContain('what is kept with it is of kind post');
    expect(all[1]?.reason).toContain('kind is comment');
    expect(classifyAll(rules, report).map(({ series }) => series)).toEqual(['B']);
  });
});

describe('the schedules that ship', () => {
  test.each(SCHEDULES.map((schedule) => [schedule.edition, schedule] as const))(
    '%s: every rule leads to a series of its edition, every series has a citation',
    (_edition, schedule) => {
      const numbers = schedule.series.map((series) => series.number);
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(schedule.rules.length).toBeGreaterThan(0);
      for (const one of schedule.rules) expect(numbers).toContain(one.series);
      for (const series of schedule.series) {
        expect(series.citation).not.toBe('');
        expect(series.period).toMatch(/^(P\d+[YMD]|PERMANENT|UNTIL .+)$/);
      }
    },
  );
});
