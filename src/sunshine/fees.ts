/**
 * What a request may cost: pure, in whole cents. Each line says by which rule it is there; what no rule allows is refused with its reason, and never
 * counted. Every doubt, of rounding too, is the requester's gain: the law sets caps.
 */
import type { CivilDay } from '#civil.ts';
import {
  FEE_RULES,
  MOST_PAGE_CENTS,
  PAID_BEFORE,
  PAID_BEFORE_SINCE,
  WAIVER,
  type ChargeKind,
} from './fee-law.ts';
import type { Law } from './clock.ts';

/** Work that is charged by time. */
export const WORK = ['duplicating', 'research', 'copying', 'programming'] as const;
export type Work = (typeof WORK)[number];

export interface StaffRate {
  readonly key: string;
  readonly title: string;
  readonly hourCents: number;
  /** What they can do. */
  readonly does: readonly Work[];
}

export interface Medium {
  readonly key: string;
  readonly title: string;
  readonly cents: number;
}

/** What things cost this body. Figures of its own: what is null nobody has entered, and is not charged. */
export interface FeeRates {
  readonly pageCents: number;
  /** Average hourly rate of its clerical staff: the cap of duplicating. */
  readonly clericalCents: number | null;
  /** Average hourly rate of the staff that copies and programs: the cap of both. */
  readonly copyingCents: number | null;
  readonly staff: readonly StaffRate[];
  readonly media: readonly Medium[];
  /** Where the figures stand, such as a resolution. Null: nobody said, and it is shown. */
  readonly source: string | null;
}

/** One thing that is charged. What a kind does not take is refused, not left out. */
export interface Charge {
  readonly kind: ChargeKind;
  /** Pages, minutes or pieces. */
  readonly count: number;
  /** Who does it, where somebody else than the cheapest must; with the reason. */
  readonly staff?: string | undefined;
  readonly because?: string | undefined;
  readonly medium?: string | undefined;
}

export interface Waiver {
  /** Of the sum; `all`: of whatever it is. */
  readonly cents: number | 'all';
  readonly because: string;
}

export interface FeeLine {
  readonly kind: ChargeKind;
  readonly count: number;
  /** For a page, an hour or a piece. */
  readonly rateCents: number;
  readonly cents: number;
  /** Title of the staff, or of the medium. */
  readonly what: string | null;
  /** Set where the rate is a cap, and lower than what the staff costs. */
  readonly capped: boolean;
  /** Why it is not the cheapest who could. */
  readonly because: string | null;
  readonly law: Law;
}

export type RefusedWhy =
  | 'not-allowed'
  | 'not-read'
  | 'count'
  | 'no-staff'
  | 'unknown-staff'
  | 'not-the-lowest'
  | 'no-average'
  | 'unknown-medium'
  | 'not-taken';

export interface RefusedCharge {
  /** Which of the charges, from 0. */
  readonly at: number;
  readonly kind: ChargeKind;
  readonly why: RefusedWhy;
  /** Whoever would do it for less. */
  readonly lowest: string | null;
  readonly law: Law;
}

export interface Fee {
  readonly lines: readonly FeeLine[];
  readonly refused: readonly RefusedCharge[];
  readonly sumCents: number;
  readonly waivedCents: number;
  readonly waiver: { readonly because: string; readonly law: Law } | null;
  readonly totalCents: number;
}

/** So many pages or minutes nobody charges; and sums stay whole numbers. */
const MOST = 1_000_000;
const MINUTES = 60;

export function feeOf(charges: readonly Charge[], rates: FeeRates, waiver: Waiver | null = null): Fee {
  const lines: FeeLine[] = [];
  const refused: RefusedCharge[] = [];
  for (const [at, charge] of charges.entries()) {
    const found = lineOf(charge, rates);
    if ('why' in found) refused.push({ at, kind: charge.kind, law: FEE_RULES[charge.kind].law, ...found });
    else lines.push(found);
  }
  const sumCents = lines.reduce((sum, { cents }) => sum + cents, 0);
  const waivedCents =
    waiver === null ? 0 : waiver.cents === 'all' ? sumCents : Math.min(sumCents, waiver.cents);
  return {
    lines,
    refused,
    sumCents,
    waivedCents,
    waiver: waiver === null ? null : { because: waiver.because, law: WAIVER },
    totalCents: sumCents - waivedCents,
  };
}

type Found = FeeLine | { readonly why: RefusedWhy; readonly lowest: string | null };
const no = (why: RefusedWhy, lowest: string | null = null): Found => ({ why, lowest });

function lineOf(charge: Charge, rates: FeeRates): Found {
  const { kind, count } = charge;
  const { allowed, law } = FEE_RULES[kind];
  if (allowed !== 'yes') return no(allowed === 'no' ? 'not-allowed' : 'not-read');
  if (!Number.isInteger(count) || count < 1 || count > MOST) return no('count');
  const isWork = WORK.some((one) => one === kind);
  if ((charge.medium !== undefined) !== (kind === 'medium')) return no('not-taken');
  if (!isWork && (charge.staff !== undefined || charge.because !== undefined)) return no('not-taken');
  const plain = { kind, count, law, capped: false, because: null } as const;
  if (kind === 'pages') {
    const rateCents = Math.min(rates.pageCents, MOST_PAGE_CENTS);
    return { ...plain, rateCents, cents: count * rateCents, what: null };
  }
  if (kind === 'medium') {
    const medium = rates.media.find(({ key }) => key === charge.medium);
    if (medium === undefined) return no('unknown-medium');
    return { ...plain, rateCents: medium.cents, cents: count * medium.cents, what: medium.title };
  }
  return timeOf(charge, kind as Work, rates);
}

/** By whoever can do it for the least, unless a person says why it must be somebody else; and never above the average that the law names. */
function timeOf({ kind, count, staff, because }: Charge, work: Work, rates: FeeRates): Found {
  const able = rates.staff
    .filter(({ does }) => does.includes(work))
    .toSorted((one, other) => one.hourCents - other.hourCents);
  const lowest = able[0];
  if (lowest === undefined) return no('no-staff');
  const named = staff === undefined ? lowest : able.find(({ key }) => key === staff);
  if (named === undefined) return no('unknown-staff');
  const isLowest = named.hourCents === lowest.hourCents;
  if (!isLowest && because === undefined) return no('not-the-lowest', lowest.title);
  if (isLowest && because !== undefined) return no('not-taken');
  const cap = capOf(work, rates);
  if (cap === null) return no('no-average');
  const rateCents = Math.min(named.hourCents, cap);
  return {
    kind,
    count,
    rateCents,
    cents: Math.floor((count * rateCents) / MINUTES),
    what: named.title,
    capped: rateCents < named.hourCents,
    because: because ?? null,
    law: FEE_RULES[kind].law,
  };
}

/** Research is at its actual cost; everything else has an average above which it does not go. Null: nobody has entered it. */
function capOf(work: Work, { clericalCents, copyingCents }: FeeRates): number | null {
  if (work === 'research') return Number.POSITIVE_INFINITY;
  return work === 'duplicating' ? clericalCents : copyingCents;
}

export interface Balance {
  readonly dueCents: number;
  readonly refundCents: number;
}

/** What was paid before is set against what it cost: the rest is due, or goes back. */
export function balanceOf({ totalCents }: Pick<Fee, 'totalCents'>, paidCents: number): Balance {
  return {
    dueCents: Math.max(0, totalCents - paidCents),
    refundCents: Math.max(0, paidCents - totalCents),
  };
}

/** Whether payment may be asked for before anything is done. Null: not on this day, as far as was read. */
export function prepaymentLaw(today: CivilDay): Law | null {
  return today < PAID_BEFORE_SINCE ? null : PAID_BEFORE;
}

export interface RateProblem {
  readonly pointer: string;
  readonly sentence: string;
}

const MOST_HOUR_CENTS = 500_00;
const KEY = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** What a body enters of its rates; each problem where it is. */
export function rateProblems(rates: FeeRates): readonly RateProblem[] {
  const problems: RateProblem[] = [];
  const say = (pointer: string, sentence: string): void => void problems.push({ pointer, sentence });
  if (!within(rates.pageCents, MOST_PAGE_CENTS))
    say(
      '/pageCents',
      'expected 0 to 10 cents: 610.026 RSMo allows no more for a page of up to nine by fourteen inches.',
    );
  for (const name of ['clericalCents', 'copyingCents'] as const) {
    const cents = rates[name];
    if (cents !== null && !within(cents, MOST_HOUR_CENTS))
      say(`/${name}`, 'expected whole cents for an hour, up to $500, or null where nobody has computed it.');
  }
  for (const [i, one] of rates.staff.entries()) {
    if (!KEY.test(one.key) || rates.staff.findIndex(({ key }) => key === one.key) !== i)
      say(`/staff/${i}/key`, 'expected a short name in lower case that no other has, such as records-clerk.');
    if (!isSaid(one.title)) say(`/staff/${i}/title`, 'expected a title in words, of at most 100 characters.');
    if (!within(one.hourCents, MOST_HOUR_CENTS))
      say(`/staff/${i}/hourCents`, 'expected whole cents for an hour, up to $500.');
    if (one.does.length === 0 || new Set(one.does).size !== one.does.length)
      say(`/staff/${i}/does`, 'expected what they can do, each once.');
  }
  for (const [i, one] of rates.media.entries()) {
    if (!KEY.test(one.key) || rates.media.findIndex(({ key }) => key === one.key) !== i)
      say(`/media/${i}/key`, 'expected a short name in lower case that no other has, such as usb-drive.');
    if (!isSaid(one.title)) say(`/media/${i}/title`, 'expected a title in words, of at most 100 characters.');
    if (!within(one.cents, MOST_HOUR_CENTS))
      say(`/media/${i}/cents`, 'expected whole cents for one, up to $500.');
  }
  if (rates.source !== null && !isSaid(rates.source, 500))
    say('/source', 'expected where the figures stand, in words, or null.');
  return problems;
}

const within = (cents: number, most: number): boolean =>
  Number.isInteger(cents) && cents >= 0 && cents <= most;
const isSaid = (text: string, most = 100): boolean =>
  /[\p{L}\p{N}]/u.test(text) &&
  Array.from(text).length <= most &&
  text.isWellFormed() &&
  !/\p{Cc}/u.test(text);
