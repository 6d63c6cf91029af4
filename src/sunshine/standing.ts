/** How a request stands, out of its row, what is marked in its correspondence, and the calendar. Pure. */
import { wallTimeIn } from '#civil.ts';
import type { CorrespondenceAbout, RequestState } from '#db/db.ts';
import type { AgencyCalendar } from './calendar.ts';
import {
  clocksOf,
  denialStatementDueOf,
  withdrawalOf,
  type Clocks,
  type Due,
  type Withdrawal,
} from './clock.ts';

interface StandingRow {
  readonly state: RequestState;
  readonly first_received_at: Date;
  readonly custodian_received_at: Date | null;
}

interface Marked {
  readonly about: CorrespondenceAbout | null;
  readonly at: Date;
  readonly fee_cents: number | null;
}

export interface RequestStanding {
  /** Null: it is closed. */
  readonly clocks: Clocks | null;
  /** 610.023.4; null: none was asked for, or the last one that was is answered. */
  readonly statement: Due | null;
  /** 610.026; null: neither payment nor an answer is awaited. */
  readonly withdrawal: Withdrawal | null;
}

export function requestStanding(
  row: StandingRow,
  marked: readonly Marked[],
  calendar: AgencyCalendar,
  now: Date,
): RequestStanding {
  return {
    clocks:
      row.state === 'closed'
        ? null
        : clocksOf(
            { firstReceived: row.first_received_at, receivedByCustodian: row.custodian_received_at },
            calendar,
            now,
          ),
    statement: statementOf(marked, calendar),
    withdrawal: withdrawalBy(row.state, marked, calendar),
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

/** By what is awaited now: the last request for payment, or the last question, and the last notice since. */
function withdrawalBy(
  state: RequestState,
  marked: readonly Marked[],
  { zone }: AgencyCalendar,
): Withdrawal | null {
  const what = { 'fee-waiting': 'payment-request', clarification: 'question' } as const;
  if (state !== 'fee-waiting' && state !== 'clarification') return null;
  const at = marked.findLastIndex(({ about }) => about === what[state]);
  const asked = marked[at];
  if (asked === undefined) return null;
  const notice = marked.slice(at).findLast(({ about }) => about === 'withdrawal-notice');
  const fee = marked.findLast(({ about }) => about === 'payment-request')?.fee_cents ?? null;
  return withdrawalOf({
    askedOn: wallTimeIn(zone, asked.at).day,
    noticeSentOn: notice === undefined ? null : wallTimeIn(zone, notice.at).day,
    feeCents: fee,
  });
}
