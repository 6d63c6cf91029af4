/** Requests and their clocks, as calls answer them: codes and values for programs, a sentence beside each for people. */
import { wallTimeIn } from '#civil.ts';
import {
  actedSaid,
  alarmBesideSaid,
  businessDaysLeft,
  dueSaid,
  restSaid,
  HOLIDAY_LAW,
  HOLIDAY_RULES,
  holidayDays,
  stepSaid,
  trackingShown,
  withdrawalSaid,
  type AgencyCalendar,
  type ContactRow,
  type CorrectionRow,
  type CorrespondenceRow,
  type Due,
  type NumberedCalendar,
  type RequestRow,
  type RequestStanding,
  type Withdrawal,
} from '#sunshine/sunshine.ts';

/** As `17:00`. */
export const clockTime = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

function dueShown(due: Due, calendar: AgencyCalendar, now: Date) {
  const { by, law, dayZero, day, closes, endsAt, steps } = due;
  return {
    countedFrom: by,
    // Null: an alarm of ours, and no deadline of the law.
    law,
    sentence: dueSaid(due),
    dayZero,
    day,
    officeCloses: clockTime(closes),
    endsAt: endsAt.toISOString(),
    businessDaysLeft: businessDaysLeft(wallTimeIn(calendar.zone, now).day, day, calendar),
    steps: steps.map((step) => ({ ...step, sentence: stepSaid(step) })),
  };
}

const withdrawalShown = (withdrawal: Withdrawal) => ({
  ...withdrawal,
  sentence: withdrawalSaid(withdrawal),
});

export function clockShown(
  { clocks, acted, rest, statement, withdrawal }: RequestStanding,
  calendar: AgencyCalendar,
  now: Date,
) {
  return {
    standing: clocks?.standing ?? null,
    due: clocks === null || clocks.due === null ? null : dueShown(clocks.due, calendar, now),
    acted:
      acted === null
        ? null
        : {
            ...acted,
            promised:
              acted.promised === null
                ? null
                : { day: acted.promised.day, time: clockTime(acted.promised.minute) },
            sentence: actedSaid(acted),
          },
    // It was answered in part: what is left, and stays on the clock.
    rest: rest.map((one) => ({ ...one, sentence: restSaid(one) })),
    // Beside the day of the law it is a warning, and says so.
    alarm:
      clocks === null || clocks.alarm === null
        ? null
        : {
            ...dueShown(clocks.alarm, calendar, now),
            ...(clocks.due === null ? {} : { sentence: alarmBesideSaid(clocks.alarm) }),
          },
    statement:
      statement === null ? null : { ...dueShown(statement, calendar, now), standing: statement.standing },
    withdrawal: withdrawal === null ? null : withdrawalShown(withdrawal),
  };
}

export const requestShown = (row: RequestRow) => ({
  // Not `requestId`: that is the call’s own, in every problem.
  id: row.id,
  tracking: trackingShown(row.tracking),
  channel: row.channel,
  words: row.words,
  requester: row.requester,
  contact: row.contact,
  format: row.format,
  language: row.language,
  firstReceivedAt: row.first_received_at.toISOString(),
  receivedByCustodianAt: row.custodian_received_at?.toISOString() ?? null,
  state: row.state,
  outcome: row.outcome,
  enteredAt: row.entered_at.toISOString(),
  enteredBy: row.entered_by,
  closedAt: row.closed_at?.toISOString() ?? null,
  closedBy: row.closed_by,
  // As it was counted at its closing.
  dueOn: row.due_on,
  appealUntil: row.appeal_until,
});

export const correspondenceShown = ({
  n,
  way,
  channel,
  about,
  fee_cents,
  promised_for,
  words,
  at,
  entered_at,
  by,
}: CorrespondenceRow) => ({
  n,
  way,
  channel,
  about,
  feeCents: fee_cents,
  promisedFor: promised_for?.toISOString() ?? null,
  words,
  at: at.toISOString(),
  enteredAt: entered_at.toISOString(),
  by,
});

/** What was said of its receipts before, and why it was wrong. */
export const correctionShown = (one: CorrectionRow) => ({
  n: one.n,
  firstWas: one.first_was.toISOString(),
  custodianWas: one.custodian_was?.toISOString() ?? null,
  firstReceivedAt: one.first_received_at.toISOString(),
  receivedByCustodianAt: one.custodian_received_at?.toISOString() ?? null,
  reason: one.reason,
  at: one.at.toISOString(),
  by: one.by,
});

/** Where an answer reached who asked before, and since when it reaches them elsewhere. */
export const contactShown = ({ was, contact, reason, at, by }: ContactRow) => ({
  was,
  contact,
  reason,
  at: at.toISOString(),
  by,
});

/** What there is to choose from, too, with how far each was read: whoever enters a calendar should not have to guess. */
export function calendarShown({ n, calendar }: NumberedCalendar, year: number) {
  const { zone, hours, observes, saturdayHolidays, closings, afterHours, entered } = calendar;
  return {
    number: n,
    entered,
    zone,
    calendar: {
      hours: Object.fromEntries(
        Object.entries(hours).map(([weekday, { opens, closes }]) => [
          weekday,
          { opens: clockTime(opens), closes: clockTime(closes) },
        ]),
      ),
      observes,
      saturdayHolidays,
      closings,
      afterHours,
    },
    rule: 'A closure that nobody confirmed is treated as a business day: the earlier deadline is the safe one.',
    holidayLaw: HOLIDAY_LAW,
    holidays: HOLIDAY_RULES.map((rule) => ({
      id: rule.id,
      name: rule.name,
      days: [year, year + 1, year + 2].flatMap((one) =>
        holidayDays(rule, one).map(({ nominal, day, moved, reading }) => ({ nominal, day, moved, reading })),
      ),
    })),
  };
}
