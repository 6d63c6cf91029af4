/** Finding records: words and filters, newest first. A list shows an excerpt and the author; whoever opens a record is in its history. */
import type { ListedRecord } from '#record/record.ts';
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { momentIn } from './times.ts';
import { doneSaid, inWords, REMOVAL_NAMES, STATE_NAMES, titleOf, VERB_NAMES } from './words.ts';

export interface RecordsParts {
  readonly zone: string;
  /** As it was typed, by the names of the fields. */
  readonly typed: Readonly<Record<string, string>>;
  readonly found: readonly (ListedRecord & {
    readonly parked: boolean;
    readonly matchedIn: 'words' | 'pictures' | null;
  })[];
  /** The address of the next page; null: these were the last. */
  readonly next: string | null;
  /** It is not the first page. */
  readonly isLater: boolean;
  readonly error: string | Markup | null;
  /** Clauses to choose from: reference and label. */
  readonly grounds: readonly { readonly reference: string; readonly label: string }[];
  /** Where all that is found can be held; null: not by whoever looks. */
  readonly hold: string | null;
  /** Nothing was ever handed in here. */
  readonly isEmpty: boolean;
}

export function recordsPage(frame: Frame, parts: RecordsParts): string {
  const { typed, found, next, isLater, error, grounds, isEmpty, zone, hold } = parts;
  const filtered = Object.entries(typed).some(([name, value]) => name !== 'q' && value !== '');
  return page({
    title: 'Records',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">Records</h1>
      ${alert('error', error)}
      <form class="hf-form hf-search" method="get" action="/records" role="search">
        <div class="usa-form-group">
          <label class="usa-label" for="q">Words</label>
          <span class="usa-hint" id="q-hint"
            >In texts, names, accounts and notes, and as a program read them in pictures. "…" for a phrase, -
            to leave out, or.</span
          >
          <input
            class="usa-input"
            type="search"
            id="q"
            name="q"
            value="${typed['q'] ?? ''}"
            aria-describedby="q-hint"
          />
        </div>
        <details class="hf-more" ${filtered && html`open`}>
          <summary>Narrow it down</summary>
          <div class="hf-filters">
            ${choice('removal', 'Removal', inOurs(REMOVAL_NAMES), typed)}
            ${choice('state', 'State', inOurs(STATE_NAMES), typed)}
            ${choice('verb', 'What was done', inOurs(VERB_NAMES), typed)}
            ${choice(
              'ground',
              'Clause',
              grounds.map(({ reference, label }) => [reference, html`${label}`] as const),
              typed,
            )}
            ${text('platform', 'Platform', 'Such as facebook', typed)}
            ${text('account', 'Account', 'Its handle', typed)} ${day('from', 'Reported from', typed)}
            ${day('to', 'Reported until', typed)}
          </div>
        </details>
        <button class="usa-button" type="submit">Find</button>
        ${(filtered || (typed['q'] ?? '') !== '') && html`<a class="hf-reset" href="/records">Show all</a>`}
      </form>
      <ul class="hf-links">
        <li><a href="/records?removal=awaited">Removals that nobody has confirmed yet</a></li>
        <li><a href="/records?parked=true">What a person must look at</a></li>
        ${hold !== null && html`<li><a href="${hold}">Hold all that this search finds</a></li>`}
      </ul>
      ${error === null && results(found, zone, isEmpty)}
      ${
        (next !== null || isLater) &&
        html`<p class="hf-pages">
          ${isLater && html`<a href="/records">Back to the newest</a>`}
          ${next !== null && html`<a class="usa-button usa-button--outline" href="${next}">Older records</a>`}
        </p>`
      }`,
  });
}

function results(found: RecordsParts['found'], zone: string, isEmpty: boolean): Markup {
  if (isEmpty)
    return html`<p class="hf-intro">Nothing has been handed in yet.</p>
      <p>
        A record begins when somebody hands in what is about to be removed: on the page
        <a href="/report">Report</a>, or by a program.
      </p>`;
  if (found.length === 0)
    return html`<p class="hf-intro" role="status">Nothing was found.</p>
      <p>
        Look for fewer words, or take a filter away. Words are found by their stems: “remove” finds “removed”.
      </p>`;
  return html`<ul class="hf-records">
    ${found.map(
      (one) =>
        html`<li>
          <a class="hf-records__link" href="/records/${one.recordId}">${titleOf(one)}</a>
          <p class="hf-records__words">
            ${one.excerpt === null ? html`<span class="hf-small">No text was given.</span>` : html`<bdi>${one.excerpt}</bdi>`}
          </p>
          <p class="hf-small">
            ${momentIn(zone, one.receivedAt)} ·
            <span
              >${one.accountRegistered ? html`${one.account} on ${one.platform}` : html`${one.account} on ${one.platform} (not in the register)`}</span
            >
            · <span>${doneSaid(one.verb, one.removal)}</span> ·
            ${inWords(STATE_NAMES, one.state)}${one.parked && html` · <strong>a person must look at this</strong>`}${one.matchedIn === 'pictures' && html` · <strong>found by words read in a picture by a program</strong>`}
          </p>
        </li>`,
    )}
  </ul>`;
}

type Typed = RecordsParts['typed'];

type Choices = readonly (readonly [value: string, words: Markup])[];

const inOurs = (names: Readonly<Record<string, string>>): Choices =>
  Object.entries(names).map(([value, words]) => [value, ours(words)]);

function choice(name: string, label: string, choices: Choices, typed: Typed): Markup {
  return html`<div class="usa-form-group">
    <label class="usa-label" for="${name}">${ours(label)}</label>
    <select class="usa-select" id="${name}" name="${name}">
      <option value="">Any</option>
      ${choices.map(([value, words]) => html`<option value="${value}" ${typed[name] === value && html`selected`}>${words}</option>`)}
    </select>
  </div>`;
}

function text(name: string, label: string, hint: string, typed: Typed): Markup {
  return html`<div class="usa-form-group">
    <label class="usa-label" for="${name}">${ours(label)}</label>
    <span class="usa-hint" id="${name}-hint">${ours(hint)}</span>
    <input
      class="usa-input"
      id="${name}"
      name="${name}"
      value="${typed[name] ?? ''}"
      autocapitalize="none"
      aria-describedby="${name}-hint"
    />
  </div>`;
}

function day(name: string, label: string, typed: Typed): Markup {
  return html`<div class="usa-form-group">
    <label class="usa-label" for="${name}">${ours(label)}</label>
    <input class="usa-input" type="date" id="${name}" name="${name}" value="${typed[name] ?? ''}" />
  </div>`;
}
