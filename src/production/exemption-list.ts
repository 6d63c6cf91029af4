/**
 * The list behind `exemptions.ts`: data alone. Superseded by a new line with dates, never edited once something was withheld by it.
 *
 * 610.021(1) to (25) were read as existing law reprinted in a bill of early 2024; the section was amended on 28 Aug 2024 (what changed was not
 * found) and on 28 Aug 2025 (read in summaries). No line was read in the statute itself, so none is marked as verified.
 */
export type CivilDay = string;

/**
 * `verified`: read in the statute. `secondary`: in a copy of it by somebody else. `summary`: what it says was read as others sum it up, and not its words;
 * `number-not-verified`: that, and not even its number.
 */
export type ReadingMark = 'verified' | 'secondary' | 'summary' | 'number-not-verified' | 'heading-only';

export interface Exemption {
  readonly key: string;
  readonly cite: string;
  readonly title: string;
  /** First and last day on which it is law; null: before and after all that was read. */
  readonly from: CivilDay | null;
  readonly until: CivilDay | null;
  readonly mark: ReadingMark;
  /** Of which day the text is that was read. What changed since then was not. */
  readonly asOf: CivilDay;
  readonly writtenStatementRequired: boolean;
  readonly otherLawRequired: boolean;
}

/** What the section said before was not read. */
export const TEXT_READ_SINCE: CivilDay = '2024-01-01';
/** HB 145 & 59 (2025), read in summaries. */
const BILL_OF_2025: CivilDay = '2025-08-28';

const TITLES: Readonly<Record<number, string>> = {
  1: 'Legal actions, litigation, attorney-client communications, work product',
  2: 'Real estate lease, purchase or sale (until executed)',
  3: 'Hiring, firing, disciplining, promoting particular employees (final votes public within 72 hours)',
  4: 'State militia or national guard',
  5: 'Nonjudicial mental or physical health proceedings of identifiable persons',
  6: 'Scholastic probation, expulsion, graduation; test scores',
  7: 'Testing and examination materials',
  8: 'Welfare cases of identifiable individuals',
  9: 'Preparation for negotiations with employee groups',
  10: 'Software codes and documentation',
  11: 'Competitive bidding specifications until approved or published',
  12: 'Sealed bids and proposals; negotiated contracts until executed',
  13: 'Individually identifiable personnel records (not names, positions, salaries, length of service)',
  14: 'Records protected from disclosure by law (other statute must be cited)',
  15: 'Scientific and technological innovations, proprietary interest',
  16: 'Municipal hotlines for abuse and wrongdoing',
  17: 'Auditor communications and work product (final reports open)',
  18: 'Security measures, GPS data, investigative information or techniques; school safety tip lines; suspicious activity reports; operational response plans',
  19: 'Security systems, structural plans; voluntary infrastructure submissions (90-day review)',
  20: 'Access and authorization codes for security systems of real property',
  21: 'Computer and network configuration allowing unauthorized access',
  22: 'Credit card numbers, PINs, digital certificates, keys, access codes',
  23: 'Higher-education sponsored research or licensing business information',
  24: 'Foster home or kinship placements under 210.498',
  25: 'Municipal utility customer usage and billing (by summaries of the bill of 2025 also St. Louis City/County utility subdivisions)',
  26: 'Park, camping or lodging visitor customer information',
  27: 'Individually identifiable information of a minor under 18 held by a city, town, village or park board (not against Division of Labor Standards)',
};

/** In force only from here on. Of 26 the summaries say that it came with the same bill, and not under which number. */
const SINCE: Readonly<Record<number, CivilDay>> = { 26: BILL_OF_2025, 27: BILL_OF_2025 };
const WRITTEN_STATEMENT = [18, 19];
const MARKS: Readonly<Record<number, ReadingMark>> = { 26: 'number-not-verified', 27: 'summary' };

const other = (
  key: string,
  name: string,
  title: string,
  mark: ReadingMark,
  asOf: CivilDay = TEXT_READ_SINCE,
): Exemption => ({
  key,
  cite: name,
  title,
  from: null,
  until: null,
  mark,
  asOf,
  writtenStatementRequired: false,
  otherLawRequired: false,
});

export const EXEMPTIONS: readonly Exemption[] = [
  ...Object.entries(TITLES).map(([number, title]): Exemption => {
    const n = Number(number);
    return {
      key: `610.021-${n}`,
      // A number that nobody has verified is not written as if it were one.
      cite: n === 26 ? '610.021(26; number not verified)' : `610.021(${n})`,
      title,
      from: SINCE[n] ?? null,
      until: null,
      mark: MARKS[n] ?? 'secondary',
      asOf: SINCE[n] ?? TEXT_READ_SINCE,
      writtenStatementRequired: WRITTEN_STATEMENT.includes(n),
      otherLawRequired: n === 14,
    };
  }),
  other(
    '610.100',
    '610.100',
    'Investigative reports until inactive; arrest record if not charged in 30 days',
    'secondary',
  ),
  other('610.120', '610.120', 'Closed arrest and court records: inaccessible, not destroyed', 'secondary'),
  // Widened by the bill of 2025, of which summaries were read.
  other('476.1300', '476.1300-476.1313', 'Judicial Privacy Act, on written request', 'summary', BILL_OF_2025),
  other('610.035', '610.035', 'Social Security numbers (state entities)', 'heading-only'),
];

/**
 * 610.024: the exempt is separated from the nonexempt, which is made available; and what was withheld is described generally, unless that
 * description would reveal what it is.
 */
export const SEPARATION: {
  readonly cite: string;
  readonly mark: ReadingMark;
  readonly separateRequired: true;
  readonly describeWithheld: string;
} = {
  cite: '610.024',
  mark: 'secondary',
  separateRequired: true,
  describeWithheld: 'generally, unless that reveals it',
};
