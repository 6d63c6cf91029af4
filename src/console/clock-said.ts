/**
 * The clock of a request in the language of whoever reads it: out of its steps, which are codes and values. In English it says what calls
 * answer (`src/sunshine/said.ts`); a test holds the two together.
 */
import type {
  Acted,
  Answered,
  Closure,
  Doubt,
  Due,
  Law,
  LawReading,
  Rest,
  Step,
  Withdrawal,
} from '#sunshine/sunshine.ts';
import { apart, html, ours, perLanguage, type Markup } from './html.ts';

/** As `Thu 10 Dec 2026`; in other languages as they write a day in full. */
export const daySaid = (day: string): Markup =>
  perLanguage((language) => {
    const at = new Date(`${day}T12:00:00Z`);
    if (language !== 'en')
      return new Intl.DateTimeFormat(`${language}-US`, { dateStyle: 'full', timeZone: 'UTC' }).format(at);
    const said = new Map(
      new Intl.DateTimeFormat('en-US', {
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        timeZone: 'UTC',
      })
        .formatToParts(at)
        .map(({ type, value }) => [type, value]),
    );
    return ['weekday', 'day', 'month', 'year'].map((part) => said.get(part as 'day') ?? '').join(' ');
  });

/** As `4:40 pm`. */
const timeSaid = (minute: number): Markup =>
  perLanguage((language) => {
    const hour = Math.floor(minute / 60);
    const [am, pm] = language === 'en' ? ['am', 'pm'] : ['a. m.', 'p. m.'];
    return `${hour % 12 === 0 ? 12 : hour % 12}:${String(minute % 60).padStart(2, '0')} ${hour < 12 ? am : pm}`;
  });

export const READINGS: Readonly<Record<LawReading, string>> = {
  verified: 'the text was read',
  secondary: 'read in a copy only, not in the official text',
  computed: 'computed from the rule, and on no official list that was read',
  unconfirmed: 'confirmed by nobody',
};

export const lawSaid = ({ citation, reading }: Pick<Law, 'citation' | 'reading'>): Markup =>
  apart(html`${citation} (${ours(READINGS[reading])})`);

/** Of holidays in 9.010 RSMo, wherever it is shown. */
const HOLIDAY_LAW = { citation: '9.010 RSMo', reading: 'secondary' } as const;

function becauseSaid(because: Closure): Markup {
  if (because.kind === 'not-a-working-day') return ours('no working day of this office');
  if (because.kind === 'closing') return apart(html`the office is closed: ${because.reason}`);
  const { rule, moved, nominal, reading } = because.holiday;
  const name = ours(rule.name);
  if (moved === 'sunday-to-monday')
    return apart(
      html`the office is closed: ${name}, moved from ${daySaid(nominal)} to the Monday by
      ${lawSaid(HOLIDAY_LAW)}`,
    );
  if (moved === 'saturday-to-friday')
    return apart(
      html`the office is closed: ${name}, kept on the Friday before ${daySaid(nominal)} as state offices do; a
      custom, confirmed for this year, and no law`,
    );
  return reading === 'computed'
    ? apart(html`the office is closed: ${name} (the day is computed from the rule)`)
    : apart(html`the office is closed: ${name}`);
}

function doubtSaid({ holiday: { rule, nominal, day } }: Doubt): Markup {
  const why =
    day === nominal ? ours(rule.name) : apart(html`${ours(rule.name)}, which is on ${daySaid(nominal)}`);
  return apart(
    html`The office may be closed for ${why}, but nobody confirmed that for this year, and an unconfirmed
    closure is treated as a business day: the earlier deadline is the safe one. If it is closed, enter the day
    as a closing.`,
  );
}

const receivedSaid = (step: Step & { readonly code: 'received' }): Markup => {
  const { day, minute } = step.wall;
  switch (step.by) {
    case 'custodian':
      return html`Received by the custodian of records on ${daySaid(day)} at ${timeSaid(minute)}; the day of
      receipt is not counted.`;
    case 'body':
      return html`First received by the body, and not yet by the custodian of records, on ${daySaid(day)} at
      ${timeSaid(minute)}; the day of receipt is not counted.`;
    case 'statement':
      return html`The request for a statement of the grounds was received on ${daySaid(day)} at
      ${timeSaid(minute)}; the day of receipt is not counted.`;
  }
};

/** One sentence, or two where there is a doubt. Without tags. */
export function stepMarkup(step: Step): Markup {
  switch (step.code) {
    case 'calendar-not-entered':
      return html`This body has not entered its office calendar: Monday to Friday are counted, and no holiday,
      because the earlier deadline is the safe one.`;
    case 'received':
      return receivedSaid(step);
    case 'after-hours':
      if (step.because !== null)
        return html`The office is not open on that day (${becauseSaid(step.because)}), and it came after the
        hours of such a weekday, which end at ${timeSaid(step.closes)}; by this body’s own rule it counts as
        received on ${daySaid(step.counts)}. The law counts from the date and names no hour.`;
      return step.rule === 'that-day'
        ? html`That is after office hours, which end at ${timeSaid(step.closes)}; it counts as received on
          that day, which gives the earlier deadline: the law counts from the date and names no hour.`
        : html`That is after office hours, which end at ${timeSaid(step.closes)}; by this body’s own rule it
          counts as received on ${daySaid(step.counts)}. The law counts from the date and names no hour.`;
    case 'day-zero-closed':
      return html`${daySaid(step.day)} is no business day (${becauseSaid(step.because)}); the count begins
      with the next one.`;
    case 'closed':
      return step.from === step.to
        ? html`${daySaid(step.from)} is not counted: ${becauseSaid(step.because)}.`
        : html`${daySaid(step.from)} to ${daySaid(step.to)} are not counted: no working days of this office.`;
    case 'day':
      return step.doubt === null
        ? html`Business day ${step.n}: ${daySaid(step.day)}.`
        : html`Business day ${step.n}: ${daySaid(step.day)}. ${doubtSaid(step.doubt)}`;
    case 'due':
      return html`Due by the end of ${daySaid(step.day)}. At which hour a business day ends the law does not
      say; the office closes at ${timeSaid(step.closes)}, and that is the safe reading.`;
  }
}

/** Of the whole, in one sentence. `law`: of the deadline. */
export function dueMarkup({ by, day, law }: Pick<Due, 'by' | 'day' | 'law'>): Markup {
  if (by === 'body' || law === null)
    return html`No deadline of the law runs until the custodian of records has the request. Counted from the
    first receipt, it would be due by the end of ${daySaid(day)}: bring it to the custodian before.`;
  return by === 'statement'
    ? html`The written statement of the grounds is due by the end of ${daySaid(day)}: ${lawSaid(law)}.`
    : html`To be acted on by the end of ${daySaid(day)}, the third business day after its receipt:
      ${lawSaid(law)}.`;
}

/** Beside the day of the law, where the count from the first receipt gives an earlier one. */
export const alarmBeside = ({ day }: Pick<Due, 'day'>): Markup =>
  html`Counted from its first receipt by the body it would be due by the end of ${daySaid(day)} already. The
  law counts from the receipt by the custodian of records; whoever reads it otherwise counts so.`;

/** Of an answer, and of what one to a part leaves. */
function answeredMarkup({ by, on, productions }: Answered): Markup {
  const which = productions.join(', ');
  switch (by) {
    case 'records':
      return productions.length === 1
        ? html`Answered on ${daySaid(on)}: what is released of it was handed out (production ${which}). Close
          it when nothing more is to come.`
        : html`Answered on ${daySaid(on)}: what is released of it was handed out (productions ${which}). Close
          it when nothing more is to come.`;
    case 'denial':
      return html`Answered on ${daySaid(on)}: access was denied. Close it when nothing more is to come.`;
    case 'no-records':
      return html`Answered on ${daySaid(on)}: it was said that there are no records. Close it when nothing
      more is to come.`;
  }
}

export function restMarkup(rest: Rest): Markup {
  switch (rest.code) {
    case 'undecided':
      return html`Records of the set about which nobody decided: ${rest.records}. The answer so far is one to
      a part, and the rest is to be acted on by the same day.`;
    case 'unreleased':
      return html`Records that are to be released and were not handed out: ${rest.records}. The answer so far
      is one to a part, and the rest is to be acted on by the same day.`;
    case 'untold':
      return html`Released, and no letter that went out since tells of it, nor has anybody fetched it:
      production ${rest.productions.join(', ')}. Access that nobody knows of is no answer: write the letter,
      or note what went out.`;
    case 'nothing-handed':
      return html`A letter denies a part, and nothing was handed out of the rest. The rest is to be acted on
      by the same day.`;
  }
}

export function actedMarkup({ on, late, promised, answered, delayed }: Acted, law: Law): Markup {
  if (answered !== null && !delayed)
    return late
      ? html`${apart(answeredMarkup(answered))} That is after the day by which the request was to be acted on:
        ${lawSaid(law)}.`
      : html`${apart(answeredMarkup(answered))} With that it is acted on: ${lawSaid(law)}.`;
  const acted = apart(
    late
      ? html`A letter explained the delay on ${daySaid(on)}, after the day by which the request was to be
        acted on: ${lawSaid(law)}.`
      : html`Acted on by the letter of ${daySaid(on)}, which explained the delay: ${lawSaid(law)}.`,
  );
  if (answered !== null) return html`${acted} ${apart(answeredMarkup(answered))}`;
  return promised === null
    ? html`${acted} The law wants the place and the earliest time and date in it at which the records are
      available; no letter on file says one.`
    : html`${acted} The earliest time that it promised: ${daySaid(promised.day)} at
      ${timeSaid(promised.minute)}.`;
}

export function withdrawalMarkup(withdrawal: Withdrawal): Markup {
  const law = lawSaid(withdrawal.law);
  switch (withdrawal.kind) {
    case 'notice-not-sent':
      return html`Without a notice to the requester that this will happen, a request is never withdrawn:
      ${law}.`;
    case 'not-in-force':
      return html`This was asked before ${daySaid(withdrawal.since)}, from when on a request may count as
      withdrawn: ${law}.`;
    case 'after':
      return html`The request stands through ${daySaid(withdrawal.day)}, ${withdrawal.days} calendar days
      after ${daySaid(withdrawal.from)}; from the next day on it may count as withdrawn, if a person decides
      so: ${law}.`;
  }
}
