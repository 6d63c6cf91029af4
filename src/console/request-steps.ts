/** The forms on the page of a request. Each is folded; the one in which something is to be mended is open, with what was typed. */
import { html, ours, type Markup } from './html.ts';
import type { Frame } from './layout.ts';
import { line, lines, oneOf } from './longer-fields.ts';
import type { ShownRequest } from './request-page.ts';
import { CHANNEL_WORDS, KIND_WORDS, OUTCOME_WORDS, STATE_WORDS } from './request-words.ts';

export interface StepForm {
  /** The form that was sent; null: none, or it was taken. */
  readonly which: 'receipt' | 'correspondence' | 'state' | 'closing' | 'correction' | 'contact' | null;
  /** By field; what no form sent yet has its beginning. */
  readonly typed: Readonly<Record<string, string>>;
  readonly errors: Readonly<Record<string, string>>;
}

const RUNNING = ['open', 'clarification', 'fee-waiting', 'delayed'] as const;

/** By name, for `line` and its like. */
type Field = (name: string, label: string, hint?: string) => Parameters<typeof line>[0];

export function requestSteps(frame: Frame, request: ShownRequest, form: StepForm): Markup {
  const { typed, errors, which } = form;
  const of: Field = (name, label, hint) => ({
    name,
    label,
    value: typed[name] ?? '',
    ...(hint === undefined ? {} : { hint }),
    ...(errors[name] === undefined ? {} : { error: errors[name] }),
  });
  const folded = (
    name: NonNullable<StepForm['which']>,
    title: string,
    fields: Markup,
    press: string,
  ): Markup =>
    html`<details class="hf-more hf-noprint" id="step-${name}" ${which === name && html`open`}>
      <summary>${ours(title)}</summary>
      <form class="hf-form" method="post" action="/requests/${request.id}/${name}" novalidate>
        <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
        ${fields}
        <button class="usa-button hf-below" type="submit">${ours(press)}</button>
      </form>
    </details>`;
  const isOpen = request.state !== 'closed';
  return html`<h2 class="hf-h2 hf-noprint">What to do</h2>
    ${
      request.state === 'received' &&
      folded(
        'receipt',
        'The custodian of records has it',
        line({
          ...of(
            'received',
            'Received by the custodian of records',
            'The clock of the law runs from then. It is said once; a wrong time is corrected with its reason.',
          ),
          type: 'datetime-local',
        }),
        'Start its clock',
      )
    }
    ${folded('correspondence', 'Add what came or went, or a note', letter(of), 'Add it')}
    ${folded(
      'contact',
      request.contact === null ? 'Say where an answer reaches them' : 'An answer reaches them somewhere else',
      html`<input type="hidden" name="was" value="${request.contact ?? ''}" />
        ${line(of('reach', 'Where an answer reaches them', 'An e-mail or postal address, or a telephone number. Without one, no question, invoice or notice reaches them.'))}
        ${line(of('because', 'How do you know?', 'It stays on file with what was said before, and with your name.'))}`,
      'Add where it reaches them',
    )}
    ${isOpen && request.state !== 'received' && folded('state', 'Say what is awaited', awaited(request, of), 'Change it')}
    ${isOpen && folded('closing', 'Close this request', closing(request, of), 'Close it')}
    ${isOpen && folded('correction', 'Correct a time of receipt', correction(request, of), 'Correct it')}`;
}

function letter(of: Field): Markup {
  return html`${oneOf({ ...of('kind', 'What is it?'), choices: Object.entries(KIND_WORDS) })}
  ${oneOf({ ...of('by', 'How did it come or go?'), choices: Object.entries(CHANNEL_WORDS) })}
  ${line({ ...of('when', 'When it came or went'), type: 'datetime-local' })}
  ${lines({ ...of('text', 'What it says', 'As it came or went. It is added, and never changed.'), rows: 6 })}
  ${line(of('fee', 'If it asks for a payment: how many dollars', 'Such as 45.50. Left empty, the longer time counts before the request can lapse.'))}
  ${line({ ...of('promised', 'If it explains a delay: when the records are available at the earliest', 'The law wants this in the letter (610.023.3), with the cause and the place.'), type: 'datetime-local' })}`;
}

function awaited(request: ShownRequest, of: Field): Markup {
  return html`<input type="hidden" name="from" value="${request.state}" /> ${oneOf({
      ...of('to', 'What is awaited now?'),
      choices: RUNNING.filter((state) => state !== request.state).map(
        (state) => [state, STATE_WORDS[state]] as const,
      ),
    })}`;
}

function closing(request: ShownRequest, of: Field): Markup {
  const outcomes = Object.entries(OUTCOME_WORDS).filter(
    ([outcome]) => request.state !== 'received' || outcome === 'withdrawn',
  );
  return html`${oneOf({ ...of('outcome', 'How does it end?'), choices: [['', 'Choose'], ...outcomes] })}
    ${line({ ...of('appeal', 'Appeal until', 'What was asked for is kept until the end of this day. Left empty, it is kept without end.'), type: 'date' })}
    <p class="hf-small">
      A closed request stays closed. If the same person asks again, enter another request.
    </p>`;
}

function correction(request: ShownRequest, of: Field): Markup {
  return html`${line({ ...of('first', 'First received by anybody of the body'), type: 'datetime-local' })}
  ${request.receivedByCustodianAt !== null && line({ ...of('custodian', 'Received by the custodian of records'), type: 'datetime-local' })}
  ${lines(of('reason', 'Why was it wrong?', 'It stays on file with what was said before, and with your name.'))}`;
}
