/**
 * The clock of a request: until when a body must act on it, and why, a step for each day. Pure: no clock of its own, no database.
 *
 * The day of receipt is day 0. Only business days of the agency count, the third of them is the last, and the request is to be acted on by its
 * end. In every doubt the earlier day is taken, and the steps say where there was one. Steps are codes with values; `said.ts` has the words.
 */
import { addDays, endOfDayIn, wallTimeIn, weekdayOf, type CivilDay, type WallTime } from '#civil.ts';
import {
  closureOf,
  doubtOf,
  isBusinessDay,
  type AgencyCalendar,
  type Closure,
  type Doubt,
} from './calendar.ts';
import type { Answered } from './answers.ts';
import type { LawReading } from './holidays.ts';

/** Law is named with how far it was read (reference/missouri-law.md 3 and block (c)). */
export interface Law {
  readonly citation: string;
  readonly reading: LawReading;
  readonly says: string;
}

/** Read in full. */
export const ACT_BY: Law = {
  citation: '610.023.3 RSMo',
  reading: 'verified',
  says: 'as soon as possible, but in no event later than the end of the third business day following the date the request is received by the custodian of records',
};
/** Read in full. It has a clock of its own, which begins with the request for the statement. */
export const DENIAL_STATEMENT_BY: Law = {
  citation: '610.023.4 RSMo',
  reading: 'verified',
  says: 'upon request, a written statement of the grounds of a denial, by the end of the third business day following the date the request for the statement is received',
};
/** In force since 28 August 2025 (HB 145 & 59). A summary and a note were read, not the section. */
export const WITHDRAWN_AFTER: Law = {
  citation: '610.026 RSMo',
  reading: 'secondary',
  says: 'a request may count as withdrawn when fees are unpaid, or a question is unanswered, for 90 days, or 150 where the fee is over $1,000, and only after a notice that this will happen',
};

/** That the open part is separated from the closed one, and what was withheld is described generally. */
export const SEPARATED: Law = {
  citation: '610.024 RSMo',
  reading: 'secondary',
  says: 'what is open is separated from what is closed and made available, and what is withheld is described generally, unless that reveals it',
};

/** 610.023.3 and .4: the third business day. */
const BUSINESS_DAYS = 3;
/** 610.026, as read second-hand. That they are calendar days is our plain reading. */
const WITHDRAWN_DAYS = 90;
const WITHDRAWN_DAYS_OF_LARGE_FEE = 150;
const LARGE_FEE_CENTS = 1000_00;
const WITHDRAWN_SINCE: CivilDay = '2025-08-28';

/** Which receipt begins the count. `body`: an alarm of ours, which the law does not know. */
export type ReceiptBy = 'custodian' | 'body' | 'statement';

export type Step =
  | { readonly code: 'calendar-not-entered' }
  | { readonly code: 'received'; readonly by: ReceiptBy; readonly wall: WallTime }
  | {
      readonly code: 'after-hours';
      readonly closes: number;
      /** Day 0, by the rule of the agency. */
      readonly counts: CivilDay;
      readonly rule: AgencyCalendar['afterHours'];
      /** Why the office is closed on that weekday's date anyway; null: it is open. */
      readonly because: Closure | null;
    }
  | { readonly code: 'day-zero-closed'; readonly day: CivilDay; readonly because: Closure }
  | { readonly code: 'closed'; readonly from: CivilDay; readonly to: CivilDay; readonly because: Closure }
  | { readonly code: 'day'; readonly n: number; readonly day: CivilDay; readonly doubt: Doubt | null }
  | { readonly code: 'due'; readonly day: CivilDay; readonly closes: number };

export interface Due {
  readonly by: ReceiptBy;
  /** Null: the count from the first receipt, which is an alarm and no deadline. */
  readonly law: Law | null;
  readonly dayZero: CivilDay;
  readonly day: CivilDay;
  /** When the office closes on it, in minutes. The law does not say at which hour a business day ends; this is the safe one. */
  readonly closes: number;
  /** When the day itself is over. */
  readonly endsAt: Date;
  /** The last one names the same day. */
  readonly steps: readonly Step[];
}

/** 610.023.3: from the receipt by the custodian of records. */
export function dueOf(receivedByCustodian: Date, calendar: AgencyCalendar): Due {
  return counted(receivedByCustodian, calendar, 'custodian', ACT_BY);
}

/** 610.023.4: from the receipt of the request for a statement of the grounds of a denial. */
export function denialStatementDueOf(statementRequested: Date, calendar: AgencyCalendar): Due {
  return counted(statementRequested, calendar, 'statement', DENIAL_STATEMENT_BY);
}

/**
 * From the first receipt by anybody of the body. Until the custodian has the request no deadline of the law runs; whoever reads the law
 * otherwise would count so, and a request that lies with somebody else is nobody's excuse.
 */
export function alarmOf(firstReceived: Date, calendar: AgencyCalendar): Due {
  return counted(firstReceived, calendar, 'body', null);
}

function counted(received: Date, calendar: AgencyCalendar, by: ReceiptBy, law: Law | null): Due {
  const wall = wallTimeIn(calendar.zone, received);
  const steps: Step[] = [];
  if (!calendar.entered) steps.push({ code: 'calendar-not-entered' });
  steps.push({ code: 'received', by, wall });
  const dayZero = dayZeroOf(wall, calendar, steps);
  let day = dayZero;
  for (let n = 1; n <= BUSINESS_DAYS; n += 1) {
    day = nextBusinessDay(day, calendar, steps);
    steps.push({ code: 'day', n, day, doubt: doubtOf(calendar, day) });
  }
  const closes = calendar.hours[weekdayOf(day)]?.closes ?? 0;
  steps.push({ code: 'due', day, closes });
  return { by, law, dayZero, day, closes, endsAt: endOfDayIn(calendar.zone, day), steps };
}

/**
 * The law counts from the date and says nothing of hours: what comes after closing came on that day, unless the agency's rule says otherwise.
 * That rule asks for the hours of the weekday, closed or not: else a closing would make a request that came in the evening due earlier.
 */
function dayZeroOf({ day, minute }: WallTime, calendar: AgencyCalendar, steps: Step[]): CivilDay {
  const closes = calendar.hours[weekdayOf(day)]?.closes;
  const rule = calendar.afterHours;
  const isLate = closes !== undefined && minute > closes;
  const counts = isLate && rule === 'next-day' ? addDays(day, 1) : day;
  if (isLate && (rule === 'next-day' || isBusinessDay(calendar, day)))
    steps.push({ code: 'after-hours', closes, counts, rule, because: closureOf(calendar, day) });
  const because = closureOf(calendar, counts);
  if (because !== null) steps.push({ code: 'day-zero-closed', day: counts, because });
  return counts;
}

/** As long as an office can be closed on end. A calendar that closes it longer is not counted by. */
const SEARCHED_DAYS = 3660;

function nextBusinessDay(after: CivilDay, calendar: AgencyCalendar, steps: Step[]): CivilDay {
  let day = addDays(after, 1);
  for (let looked = 0; looked < SEARCHED_DAYS; looked += 1) {
    const because = closureOf(calendar, day);
    if (because === null) return day;
    const last = steps.at(-1);
    // A weekend is one step.
    if (
      last?.code === 'closed' &&
      last.because.kind === 'not-a-working-day' &&
      because.kind === 'not-a-working-day' &&
      addDays(last.to, 1) === day
    )
      steps[steps.length - 1] = { ...last, to: day };
    else steps.push({ code: 'closed', from: day, to: day, because });
    day = addDays(day, 1);
  }
  throw new RangeError(
    'This calendar has no business day within ten years: at least one working day is needed.',
  );
}

/**
 * How it stands at a moment. `due-next`: on the next business day. `past-closing`: the office has closed on the last day, which may
 * already be too late. `overdue`: the last day is over, by any reading.
 */
export type Standing = 'running' | 'due-next' | 'due-today' | 'past-closing' | 'overdue';

/**
 * 610.023.3: who explains the delay, with the earliest time at which the records are available, has acted, and then that time counts; who has
 * answered has nothing more to act on.
 */
export interface Acted {
  /** The day of the letter, or of the answer: of the first of them. */
  readonly on: CivilDay;
  /** That was after the day by which the request was to be acted on. */
  readonly late: boolean;
  /** A letter explained the delay, and did so before any answer. */
  readonly delayed: boolean;
  /** As it was promised; null: no letter on file says it, and the law wants it said of a delay. */
  readonly promised: WallTime | null;
  /** Null: the request waits for its answer, or for the rest of it. */
  readonly answered: Answered | null;
  readonly standing: 'acted-on' | 'promise-over' | 'promise-unsaid' | 'answered';
}

/** By the first letter that explained the delay, or by the answer; the newest promise counts. Null: neither is on file. */
export function actedOf(
  delays: readonly { readonly at: Date; readonly promised_for: Date | null }[],
  answered: Answered | null,
  due: Due,
  calendar: AgencyCalendar,
  now: Date,
): Acted | null {
  const sorted = delays.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const [first] = sorted;
  const explained = first === undefined ? null : wallTimeIn(calendar.zone, first.at).day;
  if (answered !== null) {
    const delayed = explained !== null && explained < answered.on;
    const on = delayed ? explained : answered.on;
    return { on, late: on > due.day, delayed, promised: null, answered, standing: 'answered' };
  }
  if (explained === null) return null;
  const promised = sorted.findLast(({ promised_for }) => promised_for !== null)?.promised_for ?? null;
  return {
    on: explained,
    late: explained > due.day,
    delayed: true,
    promised: promised === null ? null : wallTimeIn(calendar.zone, promised),
    answered: null,
    standing: promised === null ? 'promise-unsaid' : now > promised ? 'promise-over' : 'acted-on',
  };
}

export function standingOf({ day, closes }: Due, now: Date, calendar: AgencyCalendar): Standing {
  const wall = wallTimeIn(calendar.zone, now);
  if (wall.day > day) return 'overdue';
  if (wall.day === day) return wall.minute >= closes ? 'past-closing' : 'due-today';
  return businessDaysLeft(wall.day, day, calendar) === 1 ? 'due-next' : 'running';
}

/** Business days after today, up to the last one. */
export function businessDaysLeft(today: CivilDay, due: CivilDay, calendar: AgencyCalendar): number {
  let left = 0;
  for (let day = addDays(today, 1); day <= due; day = addDays(day, 1))
    if (isBusinessDay(calendar, day)) left += 1;
  return left;
}

export interface Clocks {
  /** Null: the custodian does not have it, and no deadline of the law runs. */
  readonly due: Due | null;
  /** Null: the custodian had it so early that the count from the first receipt gives no earlier day. */
  readonly alarm: Due | null;
  readonly standing: Standing;
}

/** The two receipts: the clock runs from the custodian's, the alarm from the first, and stays beside it where it is earlier. */
export function clocksOf(
  {
    firstReceived,
    receivedByCustodian,
  }: { readonly firstReceived: Date; readonly receivedByCustodian: Date | null },
  calendar: AgencyCalendar,
  now: Date,
): Clocks {
  const alarm = alarmOf(firstReceived, calendar);
  if (receivedByCustodian !== null) {
    const due = dueOf(receivedByCustodian, calendar);
    return { due, alarm: alarm.day < due.day ? alarm : null, standing: standingOf(due, now, calendar) };
  }
  return { due: null, alarm, standing: standingOf(alarm, now, calendar) };
}

export type Withdrawal =
  /** Without the notice a request is never withdrawn, however long it lies. */
  | { readonly kind: 'notice-not-sent'; readonly law: Law }
  /** What was asked before the rule was law. */
  | { readonly kind: 'not-in-force'; readonly law: Law; readonly since: CivilDay }
  | {
      readonly kind: 'after';
      readonly law: Law;
      /** The first day that counts as day 0: the later of what was asked and its notice. */
      readonly from: CivilDay;
      readonly days: number;
      /** Through this day it stands; on the next it may count as withdrawn. */
      readonly day: CivilDay;
    };

/**
 * When an unpaid or unanswered request may count as withdrawn (610.026, secondary): a person decides it, and nothing does it by itself. Here
 * the later day is the safe one: of the request for payment (or the question) and the notice the later one begins it, and where no fee is
 * known it is the longer period.
 */
export function withdrawalOf({
  askedOn,
  noticeSentOn,
  feeCents,
}: {
  readonly askedOn: CivilDay;
  readonly noticeSentOn: CivilDay | null;
  readonly feeCents: number | null;
}): Withdrawal {
  const law = WITHDRAWN_AFTER;
  if (askedOn < WITHDRAWN_SINCE) return { kind: 'not-in-force', law, since: WITHDRAWN_SINCE };
  if (noticeSentOn === null) return { kind: 'notice-not-sent', law };
  const from = noticeSentOn > askedOn ? noticeSentOn : askedOn;
  const isLarge = feeCents === null || feeCents > LARGE_FEE_CENTS;
  const days = isLarge ? WITHDRAWN_DAYS_OF_LARGE_FEE : WITHDRAWN_DAYS;
  return { kind: 'after', law, from, days, day: addDays(from, days) };
}
