/** How a request stands, out of its row, what is marked in its correspondence, and the calendar. Pure. */
import { wallTimeIn } from '#civil.ts';
import type { CorrespondenceAbout, RequestState } from '#db/db.ts';
import { answerOf, type AnswersOnFile, type Rest } from './answers.ts';
import type { AgencyCalendar } from './calendar.ts';
import {
  actedOf,
  businessDaysLeft,
  clocksOf,
  denialStatementDueOf,
  standingOf,
  withdrawalOf,
  type Acted,
  type Clocks,
  type Due,
  type Standing,
  type Withdrawal,
} from './clock.ts';

interface StandingRow {
  readonly state: RequestState;
  readonly first_received_at: Date;
  readonly custodian_received_at: Date | null;
  readonly settled_question: number;
  readonly settled_fee: number;
}

export interface Marked {
  readonly n: number;
  readonly about: CorrespondenceAbout | null;
  readonly at: Date;
  readonly fee_cents: number | null;
  readonly promised_for: Date | null;
}

/** What was said and done about it, as far as a clock hangs on it. */
export interface OnFile {
  readonly marked: readonly Marked[];
  readonly answers: AnswersOnFile;
}

export interface RequestStanding {
  /** Null: it is closed. */
  readonly clocks: Clocks | null;
  /** A letter explained the delay, or it was answered; null: neither, or it is closed. */
  readonly acted: Acted | null;
  /** It was answered in part: why the rest stays on the clock. Empty where it was not, or it is closed. */
  readonly rest: readonly Rest[];
  /** 610.023.4; null: none was asked for, or the last one that was is answered. */
  readonly statement: (Due & { readonly standing: Standing }) | null;
  /** 610.026; null: neither payment nor an answer is awaited. */
  readonly withdrawal: Withdrawal | null;
}

export function requestStanding(
  row: StandingRow,
  { marked, answers }: OnFile,
  calendar: AgencyCalendar,
  now: Date,
): RequestStanding {
  const clocks =
    row.state === 'closed'
      ? null
      : clocksOf(
          { firstReceived: row.first_received_at, receivedByCustodian: row.custodian_received_at },
          calendar,
          now,
        );
  const delays = marked.filter(({ about }) => about === 'delay');
  const due = clocks?.due ?? null;
  const { answered, rest } = answerOf(answers, calendar.zone);
  const statement = statementOf(marked, calendar);
  return {
    clocks,
    acted: due === null ? null : actedOf(delays, answered, due, calendar, now),
    rest: due === null ? [] : rest,
    statement: statement === null ? null : { ...statement, standing: standingOf(statement, now, calendar) },
    withdrawal: withdrawalBy(row, marked, calendar),
  };
}

/** Of several, the first that came and that no statement went after: its clock has run longest, whenever somebody entered it. */
function statementOf(marked: readonly Marked[], calendar: AgencyCalendar): Due | null {
  const timesOf = (what: CorrespondenceAbout): number[] =>
    marked.flatMap(({ about, at }) => (about === what ? [at.getTime()] : []));
  const answered = Math.max(-Infinity, ...timesOf('statement'));
  const open = timesOf('statement-request').filter((asked) => asked > answered);
  return open.length === 0 ? null : denialStatementDueOf(new Date(Math.min(...open)), calendar);
}

/**
 * By what is awaited now: the last request for payment, or the last question, that was not settled since, and the last notice after it. What is
 * open of fees is added up; where one has no figure nothing is known of the sum, and the longer period counts. The database counts the same
 * (`request_stands_through`), and lets a request lapse no earlier.
 */
function withdrawalBy(
  row: StandingRow,
  marked: readonly Marked[],
  { zone }: AgencyCalendar,
): Withdrawal | null {
  const awaited = awaitedOf(row, marked);
  if (awaited === null) return null;
  const { askedAt, feeCents } = awaited;
  const noticeAt = last(marked.filter(({ about, at }) => about === 'withdrawal-notice' && at >= askedAt));
  return withdrawalOf({
    askedOn: wallTimeIn(zone, askedAt).day,
    noticeSentOn: noticeAt === null ? null : wallTimeIn(zone, noticeAt).day,
    feeCents,
  });
}

const last = (rows: readonly Marked[]): Date | null =>
  rows.length === 0 ? null : new Date(Math.max(...rows.map(({ at }) => at.getTime())));

/** When a payment or an answer was asked for that did not come yet, and what is open of fees; null: neither is awaited. */
export function awaitedOf(
  { state, settled_question, settled_fee }: Pick<StandingRow, 'state' | 'settled_question' | 'settled_fee'>,
  marked: readonly Marked[],
): { readonly askedAt: Date; readonly feeCents: number | null } | null {
  if (state !== 'fee-waiting' && state !== 'clarification') return null;
  const fees = marked.filter(({ n, about }) => about === 'payment-request' && n > settled_fee);
  const asked =
    state === 'fee-waiting'
      ? fees
      : marked.filter(({ n, about }) => about === 'question' && n > settled_question);
  const askedAt = last(asked);
  return askedAt === null ? null : { askedAt, feeCents: sumOf(fees.map(({ fee_cents }) => fee_cents)) };
}

/** Null: one of them is not known, or there is none. */
function sumOf(cents: readonly (number | null)[]): number | null {
  return cents.reduce<number | null>(
    (sum, one) => (sum === null || one === null ? null : sum + one),
    cents.length === 0 ? null : 0,
  );
}

/** Whether the time that a delay letter promised is of today or of the next business day, and not over. */
export function promiseNear(
  { standing, promised }: Acted,
  now: Date,
  calendar: AgencyCalendar,
): 'today' | 'next' | null {
  if (standing !== 'acted-on' || promised === null) return null;
  const { day } = wallTimeIn(calendar.zone, now);
  if (day >= promised.day) return 'today';
  // On a day that is no business day too: nobody may come before it.
  return businessDaysLeft(day, promised.day, calendar) <= 1 ? 'next' : null;
}
