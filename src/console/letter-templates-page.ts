/** The texts by which a body writes, and the rates by which it charges. Works without scripts. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { LETTER_LANGUAGE_NAMES, LETTER_NAMES, WORK_NAMES } from './letter-names.ts';
import { line, lines, summary } from './longer-fields.ts';
import { inWords } from './words.ts';

export const STAFF_ROWS = 5;
export const MEDIA_ROWS = 3;

export interface TemplatesParts {
  readonly mayChange: boolean;
  readonly templates: readonly { readonly kind: string; readonly language: string; readonly n: number }[];
  /** The one that is edited; null: none was chosen. */
  readonly edited: {
    readonly kind: string;
    readonly language: string;
    readonly text: string;
    readonly replaces: number;
    readonly places: readonly string[];
    readonly demands: readonly string[];
    readonly error: string | null;
  } | null;
  readonly rates: {
    readonly number: number;
    /** More than there are rows: what is not shown must not be lost by a form. */
    readonly tooMany: boolean;
    readonly typed: (name: string) => string;
    readonly checked: (name: string, value: string) => boolean;
    readonly errors: readonly (readonly [string | null, string])[];
  };
  readonly done: 'text' | 'rates' | null;
}

export function letterTemplatesPage(frame: Frame, parts: TemplatesParts): string {
  const { templates, edited, done } = parts;
  return page({
    title: 'Texts of letters, and rates of fees',
    ...frame,
    main: html`<h1 class="hf-h1">Texts of letters, and rates of fees</h1>
      ${done === 'text' && alert('success', 'The text is changed. What was sent stays as it was.')}
      ${done === 'rates' && alert('success', 'The rates are changed. What was estimated stays as it was.')}
      <p class="hf-intro">
        Each letter is filled in from a text. Until you change one, ours is used. A place stands in a text as
        <code>${'{{tracking}}'}</code>; what the law wants in a letter must have its place.
      </p>
      ${edited !== null && edit(frame, edited)}
      <h2 class="hf-h2">Texts</h2>
      <ul class="usa-list" id="templates">
        ${templates.map(
          ({ kind, language, n }) =>
            html`<li>
              <a href="/requests/letter-templates?kind=${kind}&amp;language=${language}#text-form"
                >${inWords(LETTER_NAMES, kind)} ${inWords(LETTER_LANGUAGE_NAMES, language)}</a
              >
              ${n === 0 ? html`<span class="hf-small">(ours)</span>` : html`<span class="hf-small">(your own, number ${String(n)})</span>`}
            </li>`,
        )}
      </ul>
      ${rates(frame, parts)}`,
  });
}

function edit(frame: Frame, edited: NonNullable<TemplatesParts['edited']>): Markup {
  const { kind, language, text, replaces, places, demands, error } = edited;
  return html`<h2 class="hf-h2" id="text-form">
      ${inWords(LETTER_NAMES, kind)} ${inWords(LETTER_LANGUAGE_NAMES, language)}
    </h2>
    ${alert('error', error)}
    <form class="hf-form" method="post" action="/requests/letter-templates" novalidate>
      <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
      <input type="hidden" name="kind" value="${kind}" />
      <input type="hidden" name="language" value="${language}" />
      <input type="hidden" name="replaces" value="${String(replaces)}" />
      ${lines({ name: 'text', label: 'The text', hint: 'The first line is the heading; lines that begin with a hyphen are a list.', value: text, rows: 16 })}
      <p class="hf-small">Places: <code>${places.map((name) => `{{${name}}}`).join(' ')}</code></p>
      ${
        demands.length > 0 &&
        html`<p class="hf-small">
          Must stand in it: <code>${demands.map((name) => `{{${name}}}`).join(' ')}</code>
        </p>`
      }
      <button class="usa-button hf-below" type="submit">Change the text</button>
    </form>`;
}

function rates(
  frame: Frame,
  { rates: { number, tooMany, typed, checked, errors }, mayChange }: TemplatesParts,
): Markup {
  return html`<h2 class="hf-h2" id="rates">Rates of fees</h2>
    <p>
      ${number === 0 ? html`This body has entered no rates, so nothing can be charged.` : html`These are number ${String(number)}.`}
    </p>
    <p>
      610.026 RSMo allows no more than ten cents for a page of up to nine by fourteen inches, and wants the
      work done by whoever results in the lowest charge.
    </p>
    ${tooMany && html`<p>More staff or media are entered than this page has rows for: change the rates by calls (/docs), so that none is lost.</p>`}
    ${summary(errors)}
    ${
      mayChange &&
      !tooMany &&
      html`<form class="hf-form" method="post" action="/requests/fee-rates" novalidate>
        <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
        <input type="hidden" name="replaces" value="${String(number)}" />
        ${line({ name: 'pageCents', label: 'A page of a paper copy, in cents', hint: '0 to 10.', value: typed('pageCents') })}
        ${line({ name: 'clerical', label: 'Average hourly rate of clerical staff, in dollars', hint: 'The most that an hour of duplicating paper may cost. Left empty, none is charged.', value: typed('clerical') })}
        ${line({ name: 'copying', label: 'Average hourly rate of the staff that copies and programs, in dollars', hint: 'The most that an hour of it may cost. Left empty, none is charged.', value: typed('copying') })}
        ${Array.from({ length: STAFF_ROWS }, (_, i) => i + 1).map(
          (row) =>
            html`<fieldset class="usa-fieldset usa-form-group hf-panel">
              <legend class="usa-legend">Staff ${String(row)}</legend>
              ${line({ name: `staff${row}`, label: 'Title', value: typed(`staff${row}`) })}
              ${line({ name: `hour${row}`, label: 'What an hour costs, in dollars', value: typed(`hour${row}`) })}
              ${Object.entries(WORK_NAMES).map(
                ([work, name]) =>
                  html`<div class="usa-checkbox">
                    <input
                      class="usa-checkbox__input"
                      type="checkbox"
                      name="does${String(row)}"
                      id="does${String(row)}-${work}"
                      value="${work}"
                      ${checked(`does${row}`, work) && html`checked`}
                    />
                    <label class="usa-checkbox__label" for="does${String(row)}-${work}">${ours(name)}</label>
                  </div>`,
              )}
            </fieldset>`,
        )}
        ${Array.from({ length: MEDIA_ROWS }, (_, i) => i + 1).map(
          (row) =>
            html`<fieldset class="usa-fieldset usa-form-group hf-panel">
              <legend class="usa-legend">Medium ${String(row)}</legend>
              ${line({ name: `medium${row}`, label: 'Its name', value: typed(`medium${row}`) })}
              ${line({ name: `cost${row}`, label: 'What one costs, in dollars', value: typed(`cost${row}`) })}
            </fieldset>`,
        )}
        ${line({ name: 'source', label: 'Where the figures are set', hint: 'Such as a resolution. Left empty, each estimate says that nobody has named it.', value: typed('source') })}
        <button class="usa-button hf-below" type="submit">Change the rates</button>
      </form>`
    }`;
}
