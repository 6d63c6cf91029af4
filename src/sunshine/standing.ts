/** How a request stands, out of its row, what is marked in its correspondence, and the calendar. Pure. */
import { wallTimeIn } from '#civil.ts';
import type { CorrespondenceAbout, RequestState } from '#db/db.ts';
import type { AgencyCalendar } from './calendar.ts';
import {
  actedOf,
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

export interface RequestStanding {
  /** Null: it is closed. */
  readonly clocks: Clocks | null;
  /** A letter explained the delay; null: none did, or it is closed. */
  readonly acted: Acted | null;
  /** 610.023.4; null: none was asked for, or the last one that was is answered. */
  readonly statement: (Due & { readonly standing: Standing }) | null;
  /** 610.026; null: neither payment nor an answer is awaited. */
  readonly withdrawal: Withdrawal | null;
}

export function requestStanding(
  row: StandingRow,
  marked: readonly Marked[],
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
  const statement = statementOf(marked, calendar);
  return {
    clocks,
    acted: clocks === null || clocks.due === null ? null : actedOf(delays, clocks.due, calendar, now),
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
  { state, settled_question, settled_fee }: StandingRow,
  marked: readonly Marked[],
  { zone }: AgencyCalendar,
): Withdrawal | null {
  if (state !== 'fee-waiting' && state !== 'clarification') return null;
  const fees = marked.filter(({ n, about }) => about === 'payment-request' && n > settled_fee);
  const asked =
    state === 'fee-waiting'
      ? fees
      : marked.filter(({ n, about }) => about === 'question' && n > settled_question);
  const last = (rows: readonly Marked[]): Date | null =>
    rows.length === 0 ? null : new Date(Math.max(...rows.map(({ at }) => at.getTime())));
  const askedAt = last(asked);
  if (askedAt === null) return null;
  const noticeAt = last(marked.filter(({ about, at }) => about === 'withdrawal-notice' && at >= askedAt));
  return withdrawalOf({
    askedOn: wallTimeIn(zone, askedAt).day,
    noticeSentOn: noticeAt === null ? null : wallTimeIn(zone, noticeAt).day,
    feeCents: sumOf(fees.map(({ fee_cents }) => fee_cents)),
  });
}

/** Null: one of them is not known, or there is none. */
function sumOf(cents: readonly (number | null)[]): number | null {
  return cents.reduce<number | null>(
    (sum, one) => (sum === null || one === null ? null : sum + one),
    cents.length === 0 ? null : 0,
  );
}
