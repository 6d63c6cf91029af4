/**
 * The pages on which anybody asks a public body for records, and sees how that stands. No account, no script, no reason; nothing must be
 * filled in but what is asked for, because the law knows no form.
 */
import { alert } from './fields.ts';
import { html, ours, perLanguage, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { line, lines, summary } from './longer-fields.ts';

type AskField = 'words' | 'requester' | 'contact' | 'format' | 'language';

export interface AskParts {
  readonly agency: string;
  readonly agencyName: string;
  readonly typed: Readonly<Record<AskField, string>>;
  readonly errors: Readonly<Partial<Record<AskField, string>>>;
  /** As it was typed. */
  readonly number: string;
  readonly numberError: string | null;
  /** Too many ask at this moment; what was typed stays, to be sent again. */
  readonly tooMany: boolean;
  /** Of this form: sent twice, it is one request. */
  readonly attempt: string;
}

export function askPage(frame: Frame, parts: AskParts): string {
  const { agency, agencyName, typed, errors, number, numberError } = parts;
  return page({
    title: 'Ask for public records',
    ...frame,
    main: html`<h1 class="hf-h1">Ask for public records</h1>
      <p><strong>${agencyName}</strong></p>
      <p class="hf-intro">
        You need no account, and give no reason. Only what you ask for must be filled in.
      </p>
      ${parts.tooMany && alert('error', 'Too many ask at this moment, so nothing was sent yet. What you typed is still here: wait half a minute and send it again.')}
      ${summary(Object.entries(errors))}
      <form class="hf-form" method="post" action="/ask/${agency}" novalidate>
        <input type="hidden" name="attempt" value="${parts.attempt}" />
        ${lines({ name: 'words', label: 'What do you ask for?', hint: 'In your own words. It helps to say what it is about, from when, and from which page or account.', value: typed.words, error: errors.words, rows: 8 })}
        ${line({ name: 'requester', label: 'Your name, if you like', value: typed.requester, error: errors.requester })}
        ${line({ name: 'contact', label: 'Where an answer reaches you, if you like', hint: 'An e-mail or postal address, or a telephone number. Without one, only the number that you get leads to how your request stands.', value: typed.contact, error: errors.contact })}
        ${line({ name: 'format', label: 'In which format, if you like', hint: 'Such as PDF, a spreadsheet, or paper. You get it where it is available.', value: typed.format, error: errors.format })}
        ${line({ name: 'language', label: 'In which language the answer, if you like', value: typed.language, error: errors.language })}
        <button class="usa-button usa-button--big hf-submit" type="submit">Send the request</button>
      </form>
      ${deadline}
      <h2 class="hf-h2">Or see how a request stands</h2>
      ${alert('error', numberError)}
      <form class="hf-form" method="get" action="/ask/${agency}" role="search" aria-label="By its number">
        ${line({ name: 'number', label: 'Number of the request', value: number })}
        <button class="usa-button usa-button--outline hf-below" type="submit">See how it stands</button>
      </form>`,
  });
}

/** 610.023.3, read in full. */
const deadline: Markup = html`<p class="hf-small">
  A public body acts on a request as soon as possible, and no later than the end of the third business day
  after the day on which its custodian of records received it (610.023.3 RSMo). Getting the records may take
  longer, for reasonable cause; then you are told why, and when and where you get them.
</p>`;

export interface AskedParts {
  readonly agency: string;
  readonly agencyName: string;
  /** As it is shown. */
  readonly tracking: string;
  /** It was sent a moment ago. */
  readonly isNew: boolean;
  readonly dueOn: string | null;
  /** The earliest day that a delay letter promised. */
  readonly availableOn?: string;
  readonly state: string;
  /** What is awaited. */
  readonly sentence: string;
}

export function askedPage(frame: Frame, parts: AskedParts): string {
  const { agency, agencyName, tracking, isNew, dueOn, availableOn, state, sentence } = parts;
  return page({
    title: 'How your request stands',
    ...frame,
    main: html`<h1 class="hf-h1">How your request stands</h1>
      ${isNew && alert('success', 'Your request was received. Keep its number: whoever has it can see how the request stands, and without it nobody can.')}
      <p><strong>${agencyName}</strong></p>
      <p>Number of the request: <strong class="hf-code__value" id="number">${tracking}</strong></p>
      <section
        class="hf-state ${state === 'closed' ? 'hf-state--safe' : 'hf-state--wait'}"
        role="status"
        id="standing"
      >
        <p class="hf-state__lead"><strong>${ours(sentence)}</strong></p>
        ${dueOn !== null && (state === 'closed' ? html`<p>It was due by the end of ${daySaid(dueOn)}</p>` : html`<p>It is to be acted on by the end of ${daySaid(dueOn)}</p>`)}
        ${availableOn !== undefined && html`<p>Available at the earliest on ${daySaid(availableOn)}</p>`}
        ${state === 'received' && html`<p>The day by which it is to be acted on is known once the custodian of records has it.</p>`}
      </section>
      ${deadline}
      <p><a href="/ask/${agency}">Ask for something else</a></p>`,
  });
}

const daySaid = (day: string): Markup =>
  html`<time datetime="${day}"
    >${perLanguage((language) => new Intl.DateTimeFormat(`${language}-US`, { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(`${day}T12:00:00Z`)))}</time
  >`;
