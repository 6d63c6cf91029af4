/** What a request may cost, against sums that were reckoned by hand, each with its reason; and what must hold of every estimate. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHARGE_KINDS, FEE_RULES, MOST_PAGE_CENTS, type ChargeKind } from '#sunshine/fee-law.ts';
import { feeLineSaid, feeSaid, LETTER_LANGUAGES, moneySaid, refusedSaid } from '#sunshine/fees-said.ts';
import {
  balanceOf,
  feeOf,
  prepaymentLaw,
  rateProblems,
  WORK,
  type Charge,
  type FeeRates,
  type RefusedWhy,
} from '#sunshine/fees.ts';

const CITY: FeeRates = {
  pageCents: 10,
  clericalCents: 1900,
  copyingCents: 3000,
  staff: [
    { key: 'clerk', title: 'Records clerk', hourCents: 1800, does: ['duplicating', 'research', 'copying'] },
    { key: 'deputy', title: 'Deputy clerk', hourCents: 2500, does: ['duplicating', 'research', 'copying'] },
    { key: 'analyst', title: 'Systems analyst', hourCents: 4800, does: ['programming', 'research'] },
  ],
  media: [
    { key: 'usb-drive', title: 'USB drive', cents: 650 },
    { key: 'disc', title: 'Disc', cents: 45 },
  ],
  source: 'Resolution 2026-14',
};
const CHEAP: FeeRates = { ...CITY, pageCents: 4 };
const NO_AVERAGE: FeeRates = { ...CITY, clericalCents: null, copyingCents: null };
const DEAR_CLERKS: FeeRates = { ...CITY, clericalCents: 1500 };

type Case = readonly [charge: Charge, answer: number | RefusedWhy, reason: string, rates?: FeeRates];
const CASES: readonly Case[] = [
  [{ kind: 'pages', count: 1 }, 10, 'ten cents a page is the most, and what the city charges'],
  [{ kind: 'pages', count: 40 }, 160, 'four cents a page, where the body charges less than the cap', CHEAP],
  [{ kind: 'pages', count: 3 }, 30, 'a rate above the cap counts as the cap', { ...CITY, pageCents: 25 }],
  [{ kind: 'pages', count: 0 }, 'count', 'nothing is no page'],
  [{ kind: 'pages', count: 1.5 }, 'count', 'half a page is none'],
  [{ kind: 'pages', count: -2 }, 'count', 'fewer than none'],
  [
    { kind: 'pages', count: 2, staff: 'clerk' },
    'not-taken',
    'a page has no staff: their time is a charge of its own',
  ],
  [{ kind: 'duplicating', count: 60 }, 1800, 'the clerk at $18 is below the average of $19'],
  [
    { kind: 'duplicating', count: 60 },
    1500,
    'the average of the clerical staff is the cap, below what the clerk costs',
    DEAR_CLERKS,
  ],
  [
    { kind: 'duplicating', count: 60, staff: 'deputy', because: 'The clerk is away.' },
    1900,
    'somebody dearer with a reason, and never above the average',
  ],
  [{ kind: 'duplicating', count: 60, staff: 'deputy' }, 'not-the-lowest', 'somebody dearer without a reason'],
  [
    { kind: 'duplicating', count: 60 },
    'no-average',
    'without the average there is no cap, so nothing',
    NO_AVERAGE,
  ],
  [{ kind: 'research', count: 90 }, 2700, 'an hour and a half of the cheapest who can do research'],
  [{ kind: 'research', count: 1 }, 30, 'a minute of $18'],
  [{ kind: 'research', count: 7 }, 210, 'seven minutes of $18'],
  [
    { kind: 'research', count: 10, staff: 'analyst', because: 'Only she has access to the system.' },
    800,
    'ten minutes of $48: research has no average, only its actual cost',
  ],
  [{ kind: 'research', count: 10, staff: 'analyst' }, 'not-the-lowest', 'the clerk can do it for less'],
  [{ kind: 'research', count: 10, staff: 'clerk' }, 300, 'the cheapest may be named'],
  [
    { kind: 'research', count: 10, staff: 'clerk', because: 'Why not.' },
    'not-taken',
    'the cheapest needs no reason',
  ],
  [{ kind: 'research', count: 10, staff: 'mayor' }, 'unknown-staff', 'nobody of that name'],
  [{ kind: 'research', count: 60 }, 1800, 'research is charged without any average', NO_AVERAGE],
  [{ kind: 'copying', count: 30 }, 900, 'half an hour of the clerk, below the average of $30'],
  [{ kind: 'copying', count: 30 }, 'no-average', 'the cap of electronic copies was not entered', NO_AVERAGE],
  [
    { kind: 'programming', count: 60 },
    3000,
    'the analyst costs $48, the average of copying and programming is $30',
  ],
  [{ kind: 'programming', count: 20 }, 1000, 'a third of that'],
  [{ kind: 'programming', count: 1 }, 50, 'a minute of it'],
  [{ kind: 'programming', count: 60 }, 'no-staff', 'nobody can program', { ...CITY, staff: [] }],
  [{ kind: 'medium', count: 2, medium: 'usb-drive' }, 1300, 'two drives at what they cost'],
  [{ kind: 'medium', count: 1, medium: 'disc' }, 45, 'a disc'],
  [{ kind: 'medium', count: 1, medium: 'tape' }, 'unknown-medium', 'nobody has entered what a tape costs'],
  [{ kind: 'medium', count: 1 }, 'not-taken', 'which medium was not said'],
  [{ kind: 'pages', count: 1, medium: 'disc' }, 'not-taken', 'a page is no disc'],
  [
    { kind: 'attorney-review', count: 60 },
    'not-allowed',
    'Gross v. Parson: no charge for review by an attorney',
  ],
  [{ kind: 'redaction', count: 60 }, 'not-read', 'an open question, so it is not charged'],
  [{ kind: 'electronic-pages', count: 9 }, 'not-allowed', 'no fee by the page for electronic copies'],
  [{ kind: 'larger-sheets', count: 1 }, 'not-read', 'what larger sheets may cost was not read'],
];

describe(`by hand: ${CASES.length} charges`, () => {
  for (const [charge, answer, reason, rates = CITY] of CASES)
    test(`${JSON.stringify(charge)} is ${answer}, because ${reason}`, () => {
      const fee = feeOf([charge], rates);
      if (typeof answer === 'number') {
        expect(fee.refused).toEqual([]);
        expect(fee.totalCents).toBe(answer);
      } else {
        expect(fee.refused.map(({ why }) => why)).toEqual([answer]);
        expect(fee.totalCents).toBe(0);
      }
    });

  test('a waiver takes off at most the sum, payment before is set against it, and what is over goes back', () => {
    const charges: Charge[] = [{ kind: 'pages', count: 100 }];
    expect(feeOf(charges, CITY, { cents: 400, because: 'b' }).totalCents).toBe(600);
    expect(feeOf(charges, CITY, { cents: 4000, because: 'b' })).toMatchObject({
      waivedCents: 1000,
      totalCents: 0,
    });
    expect(feeOf(charges, CITY, { cents: 'all', because: 'b' }).totalCents).toBe(0);
    expect(balanceOf({ totalCents: 1000 }, 300)).toEqual({ dueCents: 700, refundCents: 0 });
    expect(balanceOf({ totalCents: 1000 }, 1300)).toEqual({ dueCents: 0, refundCents: 300 });
    expect(prepaymentLaw('2025-08-27')).toBeNull();
    expect(prepaymentLaw('2025-08-28')).toMatchObject({ reading: 'secondary' });
  });

  test('minutes are rounded down: the law sets a cap, and half a cent is the requester’s', () => {
    const rates = { ...CITY, staff: [{ key: 'clerk', title: 'Clerk', hourCents: 1999, does: [...WORK] }] };
    // 19.99 an hour is 33.3166… cents a minute.
    expect(feeOf([{ kind: 'research', count: 1 }], rates).totalCents).toBe(33);
    expect(feeOf([{ kind: 'research', count: 3 }], rates).totalCents).toBe(99);
  });
});

describe('words', () => {
  test('each line and each refusal has its rule, its citation and how far it was read, in each language', () => {
    for (const language of LETTER_LANGUAGES)
      for (const [charge, answer, , rates = CITY] of CASES) {
        const { lines, refused } = feeOf([charge], rates);
        const said = [
          ...lines.map((one) => feeLineSaid(one, language)),
          ...refused.map((one) => refusedSaid(one, language)),
        ];
        expect(said).toHaveLength(1);
        expect(said[0]).not.toMatch(/[{}]|undefined|null/);
        if (typeof answer === 'number') {
          expect(said[0]).toContain(FEE_RULES[charge.kind].law.citation);
          expect(said[0]).toContain(moneySaid(answer));
        }
      }
  });

  test('what the law forbids names the case, and what was not read says so', () => {
    const said = (kind: ChargeKind): string =>
      feeOf([{ kind, count: 1 }], CITY)
        .refused.map((one) => refusedSaid(one, 'en'))
        .join('');
    expect(said('attorney-review')).toContain(
      'Gross v. Parson, 624 S.W.3d 877 (Mo. banc 2021) (the text was read)',
    );
    expect(said('redaction')).toContain('confirmed by nobody');
    expect(feeSaid(feeOf([], CITY), 'en')).toEqual(['Nothing is charged.']);
  });

  test.each([
    [0, '$0.00'],
    [5, '$0.05'],
    [123, '$1.23'],
    [100_001, '$1,000.01'],
    [123_456_789, '$1,234,567.89'],
  ])('%i cents are %s', (cents, said) => expect(moneySaid(cents)).toBe(said));
});

const charge = fc.record({
  kind: fc.constantFrom(...CHARGE_KINDS),
  count: fc.integer({ min: 1, max: 5000 }),
});
const rated = fc.record({
  pageCents: fc.integer({ min: 0, max: 10 }),
  clericalCents: fc.option(fc.integer({ min: 0, max: 9000 })),
  copyingCents: fc.option(fc.integer({ min: 0, max: 9000 })),
  staff: fc.uniqueArray(
    fc.record({
      key: fc.stringMatching(/^[a-z]{3,8}$/),
      title: fc.constant('Somebody'),
      hourCents: fc.integer({ min: 0, max: 9000 }),
      does: fc.uniqueArray(fc.constantFrom(...WORK), { minLength: 1 }),
    }),
    { selector: ({ key }) => key, maxLength: 5 },
  ),
  media: fc.constant([{ key: 'disc', title: 'Disc', cents: 45 }]),
  source: fc.constant(null),
});

describe('always', () => {
  test('the sum is that of its lines, in whole cents, and each charge is a line or a refusal', () => {
    fc.assert(
      fc.property(fc.array(charge, { maxLength: 12 }), rated, (charges, rates) => {
        const fee = feeOf(charges, rates);
        expect(fee.lines.length + fee.refused.length).toBe(charges.length);
        expect(fee.sumCents).toBe(fee.lines.reduce((sum, { cents }) => sum + cents, 0));
        expect(fee.lines.every(({ cents }) => Number.isSafeInteger(cents) && cents >= 0)).toBe(true);
        expect(rateProblems(rates)).toEqual([]);
      }),
    );
  });

  test('no line is above what the rule caps, and nobody dearer than the cheapest who can is charged unasked', () => {
    fc.assert(
      fc.property(charge, rated, (one, rates) => {
        for (const { kind, count, rateCents, cents } of feeOf([one], rates).lines) {
          if (kind === 'pages') expect(cents).toBeLessThanOrEqual(count * MOST_PAGE_CENTS);
          if (kind === 'duplicating') expect(rateCents).toBeLessThanOrEqual(rates.clericalCents ?? -1);
          if (kind === 'copying' || kind === 'programming')
            expect(rateCents).toBeLessThanOrEqual(rates.copyingCents ?? -1);
          for (const staff of rates.staff)
            if (staff.does.some((work) => work === kind))
              expect(rateCents).toBeLessThanOrEqual(staff.hourCents);
          if (WORK.some((work) => work === kind)) expect(cents * 60).toBeLessThanOrEqual(count * rateCents);
        }
      }),
    );
  });

  test('more time never costs less, the order changes nothing, and a waiver never makes it negative', () => {
    fc.assert(
      fc.property(fc.array(charge, { maxLength: 8 }), rated, fc.nat(100_000), (charges, rates, waived) => {
        const fee = feeOf(charges, rates);
        expect(feeOf(charges.toReversed(), rates).sumCents).toBe(fee.sumCents);
        const more = feeOf(
          charges.map((one) => ({ ...one, count: one.count + 1 })),
          rates,
        );
        expect(more.sumCents).toBeGreaterThanOrEqual(fee.sumCents);
        const less = feeOf(charges, rates, { cents: waived, because: 'b' });
        expect(less.totalCents).toBe(Math.max(0, fee.sumCents - waived));
      }),
    );
  });

  test('what no rule allows adds nothing, whatever it says', () => {
    fc.assert(
      fc.property(
        fc.array(charge, { maxLength: 8 }),
        rated,
        fc.integer({ min: 1, max: 9999 }),
        (charges, rates, count) => {
          const sum = feeOf(charges, rates).sumCents;
          for (const kind of ['attorney-review', 'redaction', 'electronic-pages', 'larger-sheets'] as const)
            expect(feeOf([...charges, { kind, count }], rates).sumCents).toBe(sum);
        },
      ),
    );
  });
});

test('rates that cannot be are refused, each where it is', () => {
  const wrong: FeeRates = {
    pageCents: 11,
    clericalCents: 1.5,
    copyingCents: -1,
    staff: [
      { key: 'A', title: '', hourCents: 60_000, does: [] },
      { key: 'clerk', title: 'Clerk', hourCents: 1, does: ['research', 'research'] },
      { key: 'clerk', title: 'Clerk', hourCents: 1, does: ['research'] },
    ],
    media: [{ key: 'x y', title: '\u0000', cents: 0.1 }],
    source: '',
  };
  expect(rateProblems(wrong).map(({ pointer }) => pointer)).toEqual([
    '/pageCents',
    '/clericalCents',
    '/copyingCents',
    '/staff/0/key',
    '/staff/0/title',
    '/staff/0/hourCents',
    '/staff/0/does',
    '/staff/1/does',
    '/staff/2/key',
    '/media/0/key',
    '/media/0/title',
    '/media/0/cents',
    '/source',
  ]);
  expect(rateProblems(CITY)).toEqual([]);
});
