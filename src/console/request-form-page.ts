/** Entering a request: a letter that is pasted, a mail, a call that is noted. Works without scripts, and loses nothing that was typed. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { line, lines, summary } from './longer-fields.ts';
import { CHANNEL_WORDS } from './request-words.ts';

export const REQUEST_FIELDS = [
  'channel',
  'words',
  'requester',
  'contact',
  'format',
  'language',
  'first',
  'custodian',
] as const;
export type RequestField = (typeof REQUEST_FIELDS)[number];

export interface RequestFormParts {
  readonly zone: string;
  readonly typed: Readonly<Record<RequestField, string>>;
  readonly errors: Readonly<Partial<Record<RequestField, string>>>;
  readonly error: string | null;
}

/** What is to be done with each, in a few words. */
const HOW: Readonly<Record<string, string>> = {
  letter: 'Type or paste what it says, all of it.',
  mail: 'Paste the whole mail, with the lines that say who sent it and when.',
  phone: 'Write down what was asked, in the words of the call.',
  'in-person': 'Write down what was asked, in the words that were said.',
};

export function requestFormPage(frame: Frame, { typed, errors, error, zone }: RequestFormParts): string {
  return page({
    title: 'Enter a request',
    ...frame,
    main: html`<h1 class="hf-h1">Enter a request</h1>
      ${alert('error', error)} ${summary(Object.entries(errors))}
      <p class="hf-intro">
        Nobody who asks owes a name, a form or a reason. What they wrote is kept as it came, and is never
        changed.
      </p>
      <form class="hf-form" method="post" action="/requests" novalidate>
        <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
        <fieldset class="usa-fieldset usa-form-group" id="channel">
          <legend class="usa-legend">How did it come?</legend>
          ${errors.channel !== undefined && html`<span class="usa-error-message">${ours(errors.channel)}</span>`}
          ${Object.entries(HOW).map(([value, how]) => channel(value, how, typed.channel))}
        </fieldset>
        ${lines({ name: 'words', label: 'What was asked', hint: 'As it came, not a letter changed.', value: typed.words, error: errors.words, rows: 10 })}
        ${line({ name: 'first', label: 'First received by anybody of the body', hint: html`Day and time, as the clocks of the office show them (${zone}).`, value: typed.first, error: errors.first, type: 'datetime-local' })}
        ${line({ name: 'custodian', label: 'Received by the custodian of records', hint: 'The clock of the law runs from then. Leave it empty only while the custodian does not have it: then an alarm runs from the first receipt.', value: typed.custodian, error: errors.custodian, type: 'datetime-local' })}
        ${line({ name: 'requester', label: 'Who asks, if they said so', value: typed.requester, error: errors.requester })}
        ${line({ name: 'contact', label: 'Where an answer reaches them', hint: 'An e-mail or postal address, or a telephone number. Without one, no question, invoice or notice reaches them.', value: typed.contact, error: errors.contact })}
        ${line({ name: 'format', label: 'In which format they want it', hint: 'Only if they said so. They get it where it is available (610.023.3).', value: typed.format, error: errors.format })}
        ${line({ name: 'language', label: 'In which language they want the answer', value: typed.language, error: errors.language })}
        <button class="usa-button hf-below" type="submit">Enter this request</button>
      </form>
      <p><a href="/requests">Back to the requests</a></p>`,
  });
}

function channel(value: string, how: string, typed: string): Markup {
  return html`<div class="usa-radio">
    <input
      class="usa-radio__input"
      type="radio"
      name="channel"
      id="channel-${value}"
      value="${value}"
      ${typed === value && html`checked`}
    /><label class="usa-radio__label" for="channel-${value}"
      >${ours(CHANNEL_WORDS[value as 'mail'])}<span class="usa-radio__label-description"
        >${ours(how)}</span
      ></label
    >
  </div>`;
}
