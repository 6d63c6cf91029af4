/**
 * Letters and money of one request: what went out, and a new letter in three steps that work without scripts: its kind, what must be said, and the text, which a
 * person edits before it is sent or printed.
 */
import { alert } from './fields.ts';
import { html, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { letterFields, type LetterFieldParts } from './letter-fields.ts';
import { LETTER_LANGUAGE_NAMES, LETTER_NAMES } from './letter-names.ts';
import { lines, oneOf } from './longer-fields.ts';
import { requestHead } from './request-nav.ts';
import { momentIn } from './times.ts';
import { inWords } from './words.ts';

export interface LettersParts {
  readonly requestId: string;
  readonly tracking: string;
  readonly zone: string;
  readonly mayWrite: boolean;
  /** Null: nobody chose one yet. */
  readonly kind: string | null;
  readonly language: string;
  readonly kinds: readonly string[];
  readonly fields: LetterFieldParts | null;
  /** Filled in, for a person to edit; null: not asked for yet. */
  readonly draft: {
    readonly text: string;
    readonly mustSay: readonly string[];
    /** As it was typed, to be sent along. */
    readonly hidden: readonly (readonly [string, string])[];
    readonly law: string | null;
    /** Lines of the fee, each with its rule. */
    readonly fee: readonly string[];
  } | null;
  /** Charges that no rule allows, a sentence each. */
  readonly refused: readonly string[];
  readonly error: string | Markup | null;
  readonly done: 'sent' | 'certified' | null;
  readonly mailTo: string | null;
  readonly mails: boolean;
  readonly letters: readonly {
    readonly n: number;
    readonly kind: string;
    readonly heading: string;
    readonly language: string;
    readonly at: string;
    readonly way: string;
    readonly mail: { readonly ended: string | null; readonly error: string | null } | null;
  }[];
  readonly search: {
    readonly n: number;
    readonly found: number;
    readonly at: string;
    readonly certified: boolean;
  } | null;
  readonly hasCertificate: boolean;
}

export function lettersPage(frame: Frame, parts: LettersParts): string {
  const { requestId, tracking, error, done, mayWrite, draft } = parts;
  return page({
    title: 'Letters and money',
    ...frame,
    main: html`${requestHead({ id: requestId, number: tracking }, 'letters', 'Letters and money')}
    ${alert('error', error)}
    ${done === 'sent' && alert('success', 'The letter is sent: it stands in the correspondence of the request, and its paper is kept.')}
    ${done === 'certified' && alert('success', 'The search is certified. The paper is below.')}
    ${draft === null ? null : draftForm(frame, parts, draft)} ${mayWrite && choose(parts)}
    ${mayWrite && parts.fields !== null && draft === null && fields(frame, parts, parts.fields)}
    ${refusals(parts.refused)} ${sentLetters(parts)} ${certificate(frame, parts)}
    ${mayWrite && html`<p><a href="/requests/letter-templates">Texts of letters, and rates of fees</a></p>`}`,
  });
}

function refusals(refused: readonly string[]): Markup | null {
  if (refused.length === 0) return null;
  return html`<section class="hf-state hf-state--wait" role="alert">
    <p class="hf-state__lead"><strong>Not charged, and not counted:</strong></p>
    <ul class="usa-list">
      ${refused.map((one) => html`<li>${one}</li>`)}
    </ul>
  </section>`;
}

function choose({ requestId, kind, kinds, language }: LettersParts): Markup {
  return html`<h2 class="hf-h2">Write a letter</h2>
    <form class="hf-form" method="get" action="/requests/${requestId}/letters">
      ${oneOf({ name: 'kind', label: 'Kind of letter', value: kind ?? '', choices: kinds.map((one) => [one, LETTER_NAMES[one] ?? one] as const) })}
      ${oneOf({ name: 'language', label: 'Language of the letter', value: language, choices: Object.entries(LETTER_LANGUAGE_NAMES) })}
      <button class="usa-button usa-button--outline hf-below" type="submit">Choose this kind</button>
    </form>`;
}

function fields(frame: Frame, parts: LettersParts, about: LetterFieldParts): Markup {
  const { requestId, kind, language } = parts;
  return html`<h2 class="hf-h2" id="letter">${inWords(LETTER_NAMES, kind ?? '')}</h2>
    <form class="hf-form" method="post" action="/requests/${requestId}/letters#letter" novalidate>
      <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
      <input type="hidden" name="do" value="draft" />
      <input type="hidden" name="kind" value="${kind ?? ''}" />
      <input type="hidden" name="language" value="${language}" />
      ${letterFields(about)}
      <button class="usa-button hf-below" type="submit">See the draft</button>
    </form>`;
}

function draftForm(
  frame: Frame,
  { requestId, kind, language, mailTo, mails }: LettersParts,
  draft: NonNullable<LettersParts['draft']>,
): Markup {
  const byMail = mails && mailTo !== null;
  return html`<h2 class="hf-h2" id="letter">${inWords(LETTER_NAMES, kind ?? '')}</h2>
    ${draft.law !== null && html`<p class="hf-small">The law behind it: <span lang="en">${draft.law}</span></p>`}
    ${
      draft.fee.length > 0 &&
      html`<ul class="usa-list" id="fee-lines">
        ${draft.fee.map((one) => html`<li>${one}</li>`)}
      </ul>`
    }
    <form class="hf-form" method="post" action="/requests/${requestId}/letters" novalidate>
      <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
      <input type="hidden" name="kind" value="${kind ?? ''}" />
      <input type="hidden" name="language" value="${language}" />
      ${draft.hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
      ${lines({ name: 'text', label: 'The letter', hint: 'Edit it as you need. The first line is its heading; lines that begin with a hyphen are a list.', value: draft.text, rows: 18 })}
      ${
        draft.mustSay.length > 0 &&
        html`<details class="hf-more">
          <summary>What the law wants said in it, which must stay as it is</summary>
          <ul class="usa-list">
            ${draft.mustSay.map((one) => html`<li><q>${one}</q></li>`)}
          </ul>
        </details>`
      }
      ${
        byMail
          ? html`<p>The requester gave a mail address: <bdi>${mailTo}</bdi>.</p>
              <button class="usa-button hf-below" type="submit" name="do" value="mail">Send by mail</button>`
          : html`<p>
              ${mailTo === null ? html`The requester gave no mail address: print the letter, and bring it on its way.` : html`This archive has no mail server: print the letter, and bring it on its way.`}
            </p>`
      }
      <button
        class="usa-button ${byMail && 'usa-button--outline'} hf-below"
        type="submit"
        name="do"
        value="print"
      >
        Enter as sent, to print it
      </button>
      <p class="hf-small">
        With this it stands in the correspondence of the request, and its clocks hang on it. It is never
        changed.
      </p>
    </form>`;
}

function sentLetters({ letters, requestId, zone }: LettersParts): Markup {
  if (letters.length === 0)
    return html`<h2 class="hf-h2">Letters sent</h2>
      <p>None yet.</p>`;
  return html`<h2 class="hf-h2">Letters sent</h2>
    <ul class="usa-list usa-list--unstyled" id="sent">
      ${letters.map(
        (one) =>
          html`<li class="hf-panel">
            <p>
              <strong>${inWords(LETTER_NAMES, one.kind)}</strong>
              ${inWords(LETTER_LANGUAGE_NAMES, one.language)}, ${momentIn(zone, one.at)}
            </p>
            <p class="hf-small" lang="${one.language}">${one.heading}</p>
            <p>${mailSaid(one)}</p>
            <p>
              <a href="/v1/requests/${requestId}/letters/${one.n}.pdf" aria-label="PDF of letter ${one.n}"
                >PDF</a
              >
              ·
              <a href="/v1/requests/${requestId}/letters/${one.n}.txt" aria-label="Text of letter ${one.n}"
                >Text</a
              >
            </p>
          </li>`,
      )}
    </ul>`;
}

function mailSaid({ mail }: LettersParts['letters'][number]): Markup {
  if (mail === null) return html`To be printed and brought on its way.`;
  if (mail.ended === 'mailed') return html`The mail server took it.`;
  if (mail.ended !== null)
    return html`<strong>No mail server took it for three days: print it, and bring it on its way.</strong>`;
  return mail.error === null
    ? html`On its way to the mail server.`
    : html`The mail server has not taken it yet (<code>${mail.error}</code>); it is tried again.`;
}

function certificate(
  frame: Frame,
  { search, requestId, mayWrite, hasCertificate, zone }: LettersParts,
): Markup {
  const path = `/v1/requests/${requestId}/certificate-of-search`;
  return html`<h2 class="hf-h2" id="certificate">Certificate of search</h2>
    <p>
      It says where it was looked, for what, what was found, and what such a search does not show. A letter
      that there are no records needs one.
    </p>
    ${search === null && html`<p>No search was made for this request yet. <a href="/requests/${requestId}/collect">Search for what was asked</a></p>`}
    ${search !== null && html`<p>The last search is number ${String(search.n)}, of ${momentIn(zone, search.at)}; records found: ${String(search.found)}.</p>`}
    ${
      search !== null &&
      !search.certified &&
      mayWrite &&
      html`<form method="post" action="/requests/${requestId}/letters/certificate">
        <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
        <button class="usa-button usa-button--outline" type="submit">Certify this search</button>
      </form>`
    }
    ${
      hasCertificate &&
      html`<p>
        <a href="${path}.pdf">Certificate (PDF)</a> ·
        <a href="${path}">Signed certificate (JSON)</a>
      </p>`
    }`;
}
