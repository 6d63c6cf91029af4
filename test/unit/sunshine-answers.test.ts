/** What counts as an answer to a request, and what of one to a part stays on the clock. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerOf, NOTHING_ANSWERED, type AnswersOnFile } from '#sunshine/answers.ts';
import { untoldCalendar } from '#sunshine/calendar.ts';
import { remindersOf } from '#sunshine/reminders.ts';
import { actedSaid, restSaid } from '#sunshine/said.ts';
import { requestStanding } from '#sunshine/standing.ts';

const ZONE = 'America/Chicago';
/** Wednesday 2 December 2026: due by the end of Monday 7. */
const RECEIVED = new Date('2026-12-02T10:00-06:00');
const THURSDAY = new Date('2026-12-03T15:00-06:00');
const TUESDAY = new Date('2026-12-08T15:00-06:00');
const row = {
  state: 'open',
  first_received_at: RECEIVED,
  custodian_received_at: RECEIVED,
  settled_question: 0,
  settled_fee: 0,
} as const;
const file = (more: Partial<AnswersOnFile>): AnswersOnFile => ({ ...NOTHING_ANSWERED, ...more });
const handedOut = { handedAt: THURSDAY, handed: [1] };

describe.each<[string, Partial<AnswersOnFile>, string | null, readonly string[]]>([
  ['nothing went', {}, null, []],
  ['nothing went, and nobody decided about anything', { undecided: 7, unreleased: 2 }, null, []],
  ['a denial', { deniedAt: THURSDAY }, 'denial', []],
  ['a denial, and nobody decided about each', { deniedAt: THURSDAY, undecided: 3 }, 'denial', []],
  ['a denial, and something is to be released', { deniedAt: THURSDAY, unreleased: 2 }, null, ['unreleased']],
  ['no records', { noneAt: THURSDAY }, 'no-records', []],
  ['no records, and something came into the set', { noneAt: THURSDAY, undecided: 1 }, null, ['undecided']],
  ['no records, and something is to be released', { noneAt: THURSDAY, unreleased: 1 }, null, ['unreleased']],
  ['all that is released was handed out', handedOut, 'records', []],
  [
    'a part is denied, and the rest was handed out',
    { ...handedOut, partAt: THURSDAY, deniedAt: null },
    'records',
    [],
  ],
  ['a part is denied, and nothing was handed out', { partAt: THURSDAY }, null, ['nothing-handed']],
  [
    'a part is denied, and what is released nobody was told of',
    { partAt: THURSDAY, untold: [1], unreleased: 4 },
    null,
    ['untold', 'unreleased'],
  ],
  ['released, and nobody was told', { untold: [2], unreleased: 4 }, null, ['untold', 'unreleased']],
  ['one of two handed out', { ...handedOut, unreleased: 1 }, null, ['unreleased']],
  ['handed out, and nobody decided about others', { ...handedOut, undecided: 5 }, null, ['undecided']],
  [
    'handed out and denied, and nobody decided about others',
    { ...handedOut, deniedAt: THURSDAY, undecided: 5 },
    null,
    ['undecided'],
  ],
  ['handed out and denied', { ...handedOut, deniedAt: THURSDAY }, 'records', []],
])('%s', (_, more, by, left) => {
  const said = answerOf(file(more), ZONE);
  test('counts so', () => {
    expect(said.answered?.by ?? null).toBe(by);
    expect(said.rest.map(({ code }) => code)).toEqual(left);
    if (by !== null) expect(said.answered?.on).toBe('2026-12-03');
    for (const one of said.rest) expect(restSaid(one)).toMatch(/^[A-Z].*\.$/);
  });
  test('and is overdue on the day after, or acted on', () => {
    const standing = requestStanding(row, { marked: [], answers: file(more) }, untoldCalendar(ZONE), TUESDAY);
    expect(standing.clocks?.standing).toBe('overdue');
    expect(standing.acted?.standing ?? null).toBe(by === null ? null : 'answered');
    expect(standing.rest.map(({ code }) => code)).toEqual(left);
    expect(remindersOf('open', standing, untoldCalendar(ZONE), TUESDAY).map(({ of }) => of)).toEqual(
      by === null ? ['overdue'] : [],
    );
  });
});

test('what was answered too late is said to have been; what a delay letter explained before was not', () => {
  const standing = (more: Partial<AnswersOnFile>, delays: readonly Date[]) =>
    requestStanding(
      row,
      {
        marked: delays.map((at, i) => ({
          n: i + 1,
          about: 'delay' as const,
          at,
          fee_cents: null,
          promised_for: new Date('2026-12-07T09:00-06:00'),
        })),
        answers: file(more),
      },
      untoldCalendar(ZONE),
      TUESDAY,
    ).acted;
  const late = standing({ deniedAt: TUESDAY }, []);
  expect(late).toMatchObject({ late: true, on: '2026-12-08', delayed: false, standing: 'answered' });
  expect(late === null ? '' : actedSaid(late)).toContain(
    'That is after the day by which the request was to be acted on',
  );
  // The time that the letter promised is over, and nobody waits for it any more.
  expect(standing({}, [THURSDAY])?.standing).toBe('promise-over');
  const explained = standing({ deniedAt: TUESDAY }, [THURSDAY]);
  expect(explained).toMatchObject({ late: false, on: '2026-12-03', delayed: true, standing: 'answered' });
  expect(explained === null ? '' : actedSaid(explained)).toBe(
    'Acted on by the letter of Thu 3 Dec 2026, which explained the delay: 610.023.3 RSMo (the text was read). Answered on Tue 8 Dec 2026: access was denied. Close it when nothing more is to come.',
  );
});

test('it is answered, or something is left, or nothing was begun: one of the three', () => {
  const at = fc.option(fc.constant(THURSDAY));
  const count = fc.integer({ min: 0, max: 2 });
  fc.assert(
    fc.property(
      fc.record({
        deniedAt: at,
        noneAt: at,
        partAt: at,
        isHanded: fc.boolean(),
        untold: fc.constantFrom([], [3]),
        undecided: count,
        unreleased: count,
      }),
      ({ isHanded, ...some }) => {
        const all = file({ ...some, ...(isHanded ? handedOut : {}) });
        const { answered, rest } = answerOf(all, ZONE);
        const begun =
          [all.deniedAt, all.noneAt, all.partAt, all.handedAt].some((one) => one !== null) ||
          all.untold.length > 0;
        expect([answered !== null, rest.length > 0, !begun].filter(Boolean)).toHaveLength(1);
        // What is to be released and was not handed out is never answered.
        if (all.unreleased > 0) expect(answered).toBeNull();
      },
    ),
  );
});
