/** Classification by rule. */
import { describe, expect, test } from 'vitest';
import { classify, SCHEDULES, type ClassificationRule } from '#retention/retention.ts';

const rule = (
  position: number,
  matches: ClassificationRule['matches'],
  series: string,
): ClassificationRule => ({ position, matches, edition: 'e', series, title: `Title of ${series}` });
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
      'Rule 7 of the agency (ground is p#3.c) leads to series A, Title of A.',
    );
    expect(classify([rule(9, {}, 'A')], report)?.reason).toContain('applies to everything');
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
