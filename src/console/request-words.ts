/** What requests are called: how they came, how they stand, how they ended, and what was written about them. */
import type {
  Acted,
  CorrespondenceAbout,
  RequestChannel,
  RequestOutcome,
  RequestState,
  Standing,
} from '#sunshine/sunshine.ts';
import { daySaid } from './clock-said.ts';
import { html, ours, type Markup } from './html.ts';

export const CHANNEL_WORDS: Readonly<Record<RequestChannel, string>> = {
  'public-page': 'On the public page',
  letter: 'A letter',
  mail: 'An e-mail',
  phone: 'A phone call',
  'in-person': 'In person',
};

export const STATE_WORDS: Readonly<Record<RequestState, string>> = {
  received: 'Not yet with the custodian of records',
  open: 'Being worked on',
  clarification: 'Waits for the requester’s answer',
  'fee-waiting': 'Waits for a payment',
  delayed: 'Takes longer',
  closed: 'Closed',
};

export const OUTCOME_WORDS: Readonly<Record<RequestOutcome, string>> = {
  granted: 'Granted: all of it was given',
  partly: 'Granted in part',
  denied: 'Denied',
  'no-records': 'No such records were found',
  withdrawn: 'Withdrawn by the requester',
  lapsed: 'Lapsed: nobody paid or answered after a notice (610.026)',
};

/** By way and what it is about, as the form sends it. */
export const KIND_WORDS: Readonly<Record<string, string>> = {
  note: 'A note of your own',
  in: 'It came in',
  'in:statement-request': 'It came in, and asks for the grounds of a denial (610.023.4)',
  out: 'It went out',
  'out:question': 'It went out, and asks what is meant',
  'out:payment-request': 'It went out, and asks for a payment',
  'out:withdrawal-notice': 'It went out: a notice that the request will lapse (610.026)',
  'out:delay': 'It went out, and explains the delay (610.023.3)',
  'out:statement': 'It went out: the statement of the grounds of a denial (610.023.4)',
};

export const kindOf = (way: 'in' | 'out' | 'note', about: CorrespondenceAbout | null): string =>
  about === null ? way : `${way}:${about}`;

/** How a day stands, in words: no colour says it alone. */
export function standingSaid(standing: Standing, day: string): Markup {
  switch (standing) {
    case 'overdue':
      return html`Overdue: it was due by the end of ${daySaid(day)}`;
    case 'past-closing':
      return html`Due today, ${daySaid(day)}, and the office has closed`;
    case 'due-today':
      return html`Due today, ${daySaid(day)}`;
    case 'due-next':
      return html`Due on the next business day, ${daySaid(day)}`;
    case 'running':
      return html`Due by the end of ${daySaid(day)}`;
  }
}

/** The same of the count from the first receipt, while the custodian does not have it. */
export function alarmSaid(standing: Standing, day: string): Markup {
  return standing === 'overdue'
    ? html`Alarm: the custodian does not have it, and counted from its first receipt it would have been due by
      the end of ${daySaid(day)}`
    : html`Alarm: the custodian does not have it, and counted from its first receipt it would be due by the
      end of ${daySaid(day)}`;
}

export function actedShort({ standing, promised, answered }: Acted): Markup {
  if (answered !== null) return html`Answered on ${daySaid(answered.on)}, and not closed yet`;
  if (promised === null) return ours('Acted on by a delay letter that promises no time');
  return standing === 'promise-over'
    ? html`The time that the delay letter promised is over: ${daySaid(promised.day)}`
    : html`Acted on by a delay letter; earliest time promised: ${daySaid(promised.day)}`;
}

/** What presses most is set apart: by its border and its sign, and by its words. */
export const pressing = (standing: Standing | Acted['standing'] | null): 'stop' | 'wait' | 'calm' =>
  standing === 'overdue' || standing === 'promise-over' || standing === 'past-closing'
    ? 'stop'
    : standing === 'due-today' || standing === 'due-next' || standing === 'promise-unsaid'
      ? 'wait'
      : 'calm';
