/** The steps of a clock in English, a sentence each. What a step is, its code and values say. Pure. */
import { weekdayOf, type CivilDay } from '#civil.ts';
import type { Answered, Rest } from './answers.ts';
import type { Closure, Doubt } from './calendar.ts';
import {
  ACT_BY,
  DENIAL_STATEMENT_BY,
  type Acted,
  type Due,
  type ReceiptBy,
  type Step,
  type Withdrawal,
} from './clock.ts';
import { HOLIDAY_LAW, type LawReading } from './holidays.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** As `Thu 10 Dec 2026`. */
function daySaid(day: CivilDay): string {
  const [year, month, of] = day.split('-').map(Number);
  return `${WEEKDAYS[weekdayOf(day)]} ${of} ${MONTHS[(month ?? 1) - 1]} ${year}`;
}

/** As `4:40 pm`. */
export function timeSaid(minute: number): string {
  const hour = Math.floor(minute / 60);
  return `${hour % 12 === 0 ? 12 : hour % 12}:${String(minute % 60).padStart(2, '0')} ${hour < 12 ? 'am' : 'pm'}`;
}

const READ: Readonly<Record<LawReading, string>> = {
  verified: 'the text was read',
  secondary: 'read in a copy only, not in the official text',
  computed: 'computed from the rule, and on no official list that was read',
  unconfirmed: 'confirmed by nobody',
};

function lawSaid({ citation, reading }: { readonly citation: string; readonly reading: LawReading }): string {
  return `${citation} (${READ[reading]})`;
}

const RECEIVED: Readonly<Record<ReceiptBy, string>> = {
  custodian: 'Received by the custodian of records',
  body: 'First received by the body, and not yet by the custodian of records,',
  statement: 'The request for a statement of the grounds was received',
};

function becauseSaid(because: Closure): string {
  if (because.kind === 'not-a-working-day') return 'no working day of this office';
  if (because.kind === 'closing') return `the office is closed: ${because.reason}`;
  const { rule, moved, nominal, reading } = because.holiday;
  if (moved === 'sunday-to-monday')
    return `the office is closed: ${rule.name}, moved from ${daySaid(nominal)} to the Monday by ${lawSaid(HOLIDAY_LAW)}`;
  if (moved === 'saturday-to-friday')
    return `the office is closed: ${rule.name}, kept on the Friday before ${daySaid(nominal)} as state offices do; a custom, confirmed for this year, and no law`;
  return `the office is closed: ${rule.name}${reading === 'computed' ? ' (the day is computed from the rule)' : ''}`;
}

function doubtSaid({ holiday: { rule, nominal, day } }: Doubt): string {
  const why = day === nominal ? rule.name : `${rule.name}, which is on ${daySaid(nominal)}`;
  return ` The office may be closed for ${why}, but nobody confirmed that for this year, and an unconfirmed closure is treated as a business day: the earlier deadline is the safe one. If it is closed, enter the day as a closing.`;
}

/** One sentence, or two where there is a doubt. */
export function stepSaid(step: Step): string {
  switch (step.code) {
    case 'calendar-not-entered':
      return 'This body has not entered its office calendar: Monday to Friday are counted, and no holiday, because the earlier deadline is the safe one.';
    case 'received':
      return `${RECEIVED[step.by]} on ${daySaid(step.wall.day)} at ${timeSaid(step.wall.minute)}; the day of receipt is not counted.`;
    case 'after-hours':
      if (step.because !== null)
        return `The office is not open on that day (${becauseSaid(step.because)}), and it came after the hours of such a weekday, which end at ${timeSaid(step.closes)}; by this body’s own rule it counts as received on ${daySaid(step.counts)}. The law counts from the date and names no hour.`;
      return step.rule === 'that-day'
        ? `That is after office hours, which end at ${timeSaid(step.closes)}; it counts as received on that day, which gives the earlier deadline: the law counts from the date and names no hour.`
        : `That is after office hours, which end at ${timeSaid(step.closes)}; by this body’s own rule it counts as received on ${daySaid(step.counts)}. The law counts from the date and names no hour.`;
    case 'day-zero-closed':
      return `${daySaid(step.day)} is no business day (${becauseSaid(step.because)}); the count begins with the next one.`;
    case 'closed':
      return step.from === step.to
        ? `${daySaid(step.from)} is not counted: ${becauseSaid(step.because)}.`
        : `${daySaid(step.from)} to ${daySaid(step.to)} are not counted: no working days of this office.`;
    case 'day':
      return `Business day ${step.n}: ${daySaid(step.day)}.${step.doubt === null ? '' : doubtSaid(step.doubt)}`;
    case 'due':
      return `Due by the end of ${daySaid(step.day)}. At which hour a business day ends the law does not say; the office closes at ${timeSaid(step.closes)}, and that is the safe reading.`;
  }
}

/** Beside the day of the law, where the count from the first receipt gives an earlier one. */
export function alarmBesideSaid({ day }: Pick<Due, 'day'>): string {
  return `Counted from its first receipt by the body it would be due by the end of ${daySaid(day)} already. The law counts from the receipt by the custodian of records; whoever reads it otherwise counts so.`;
}

const BY: Readonly<Record<Answered['by'], string>> = {
  records: 'what is released of it was handed out',
  denial: 'access was denied',
  'no-records': 'it was said that there are no records',
};

/** Of an answer, in one sentence; of one that left a part, one for each thing that is left. */
function answeredSaid({ by, on, productions }: Answered): string {
  const which =
    by === 'records'
      ? ` (${productions.length === 1 ? 'production' : 'productions'} ${productions.join(', ')})`
      : '';
  return `Answered on ${daySaid(on)}: ${BY[by]}${which}. Close it when nothing more is to come.`;
}

export function restSaid(rest: Rest): string {
  switch (rest.code) {
    case 'undecided':
      return `Records of the set about which nobody decided: ${rest.records}. The answer so far is one to a part, and the rest is to be acted on by the same day.`;
    case 'unreleased':
      return `Records that are to be released and were not handed out: ${rest.records}. The answer so far is one to a part, and the rest is to be acted on by the same day.`;
    case 'untold':
      return `Released, and no letter that went out since tells of it, nor has anybody fetched it: production ${rest.productions.join(', ')}. Access that nobody knows of is no answer: write the letter, or note what went out.`;
    case 'nothing-handed':
      return 'A letter denies a part, and nothing was handed out of the rest. The rest is to be acted on by the same day.';
  }
}

export function actedSaid(one: Acted): string {
  const { on, late, promised, answered, delayed } = one;
  if (answered !== null && !delayed)
    return late
      ? `${answeredSaid(answered)} That is after the day by which the request was to be acted on: ${lawSaid(ACT_BY)}.`
      : `${answeredSaid(answered)} With that it is acted on: ${lawSaid(ACT_BY)}.`;
  const acted = late
    ? `A letter explained the delay on ${daySaid(on)}, after the day by which the request was to be acted on: ${lawSaid(ACT_BY)}.`
    : `Acted on by the letter of ${daySaid(on)}, which explained the delay: ${lawSaid(ACT_BY)}.`;
  if (answered !== null) return `${acted} ${answeredSaid(answered)}`;
  return promised === null
    ? `${acted} The law wants the place and the earliest time and date in it at which the records are available; no letter on file says one.`
    : `${acted} The earliest time that it promised: ${daySaid(promised.day)} at ${timeSaid(promised.minute)}.`;
}

/** Of the whole, in one sentence. */
export function dueSaid({ by, day }: Pick<Due, 'by' | 'day'>): string {
  if (by === 'body')
    return `No deadline of the law runs until the custodian of records has the request. Counted from the first receipt, it would be due by the end of ${daySaid(day)}: bring it to the custodian before.`;
  return by === 'statement'
    ? `The written statement of the grounds is due by the end of ${daySaid(day)}: ${lawSaid(DENIAL_STATEMENT_BY)}.`
    : `To be acted on by the end of ${daySaid(day)}, the third business day after its receipt: ${lawSaid(ACT_BY)}.`;
}

export function withdrawalSaid(withdrawal: Withdrawal): string {
  const law = lawSaid(withdrawal.law);
  switch (withdrawal.kind) {
    case 'notice-not-sent':
      return `Without a notice to the requester that this will happen, a request is never withdrawn: ${law}.`;
    case 'not-in-force':
      return `This was asked before ${daySaid(withdrawal.since)}, from when on a request may count as withdrawn: ${law}.`;
    case 'after':
      return `The request stands through ${daySaid(withdrawal.day)}, ${withdrawal.days} calendar days after ${daySaid(withdrawal.from)}; from the next day on it may count as withdrawn, if a person decides so: ${law}.`;
  }
}
