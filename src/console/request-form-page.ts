/** Entering a request: a letter that is pasted, a mail, a call that is noted. Works without scripts, and loses nothing that was typed. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { line, lines, summary } from './longer-fields.ts';
import { number } from './numbers.ts';
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
  /** The mail that it is entered from; null: none was taken in. */
  readonly mail: TakenMail | null;
}

export interface TakenMail {
  readonly id: string;
  readonly head: string;
  readonly wasHtml: boolean;
  /** What `first` is proposed by. */
  readonly by: 'received' | 'date' | null;
  readonly parts: readonly { readonly name: string | null; readonly sizeBytes: number }[];
}

/** What is to be done with each, in a few words. */
const HOW: Readonly<Record<string, string>> = {
  letter: 'Type or paste what it says, all of it.',
  mail: 'Take it in as a file at the end of this page; or paste the whole of it, with the lines that say who sent it and when.',
  phone: 'Write down what was asked, in the words of the call.',
  'in-person': 'Write down what was asked, in the words that were said.',
};

/** Where the proposed time of receipt comes from: nothing is entered by itself. */
const PROPOSED: Readonly<Record<'received' | 'date' | 'none', string>> = {
  received:
    'Proposed from the line “Received” of the mail, which the last mail server wrote. Look whether that was yours.',
  date: 'Proposed from the line “Date” of the mail, which the machine of its sender wrote: it may have reached you later.',
  none: 'The mail does not say when it came, in a way that can be read.',
};

/** Another form, behind that of the request, which most who come here fill in: what is in the mail is only proposed there. */
function takeIn(frame: Frame): Markup {
  return html`<form
    class="hf-form hf-panel"
    id="take"
    method="post"
    action="/requests/mail"
    enctype="multipart/form-data"
  >
    <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
    <div class="usa-form-group">
      <label class="usa-label" for="eml">It came by mail: the mail as a file (.eml), at most 20 MB</label>
      <span class="usa-hint" id="eml-hint"
        >Save it from your mail program. Its words are proposed in this form, and the mail is kept as it came,
        with what is attached.</span
      >
      <input
        class="usa-file-input hf-file-field"
        id="eml"
        name="mail"
        type="file"
        accept=".eml,message/rfc822"
        aria-describedby="eml-hint"
        required
      />
    </div>
    <button class="usa-button usa-button--outline" type="submit">Take the mail in</button>
  </form>`;
}

function taken({ head, wasHtml, by, parts }: TakenMail): Markup {
  return html`<section class="hf-panel" id="taken" aria-labelledby="taken-title">
    <h2 class="hf-h2" id="taken-title">The mail, as it says</h2>
    <blockquote class="hf-said-words"><bdi>${head}</bdi></blockquote>
    ${
      parts.length > 0 &&
      html`<p>Attached, and kept with it:</p>
        <ul class="usa-list">
          ${parts.map(({ name, sizeBytes }) => html`<li><bdi>${name ?? '—'}</bdi> <span class="hf-small">${number(sizeBytes)} bytes</span></li>`)}
        </ul>`
    }
    ${wasHtml && html`<p class="hf-small">It has no plain text: below is what its HTML says, without pictures and without anything from elsewhere.</p>`}
    <p>${ours(PROPOSED[by ?? 'none'])}</p>
    <p class="hf-small">Nothing is entered yet. Look at each field, and change what is not so.</p>
  </section>`;
}

export function requestFormPage(
  frame: Frame,
  { typed, errors, error, zone, mail }: RequestFormParts,
): string {
  return page({
    title: 'Enter a request',
    ...frame,
    main: html`<h1 class="hf-h1">Enter a request</h1>
      ${alert('error', error)} ${summary(Object.entries(errors))}
      <p class="hf-intro">
        Nobody who asks owes a name, a form or a reason. What they wrote is kept as it came, and is never
        changed.
      </p>
      ${mail !== null && taken(mail)}
      <form class="hf-form" method="post" action="/requests" novalidate>
        <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
        ${mail !== null && html`<input type="hidden" name="mail" value="${mail.id}" />`}
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
      ${mail === null && takeIn(frame)}
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
