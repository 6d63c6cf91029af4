/** Parts of forms, as the U.S. Web Design System has them: label, hint, error and field belong together by name. */
import { html, ours, type Markup } from './html.ts';

export interface Field {
  readonly name: string;
  readonly label: string | Markup;
  readonly hint?: string | Markup;
  readonly type?: 'text' | 'email' | 'password';
  readonly value?: string;
  readonly autocomplete?: string;
  readonly inputmode?: 'numeric';
  /** What is wrong with it. */
  readonly error?: string | Markup | undefined;
}

export function field({ name, label, hint, type, value, autocomplete, inputmode, error }: Field): Markup {
  const described = [
    ...(hint === undefined ? [] : [`${name}-hint`]),
    ...(error === undefined ? [] : [`${name}-error`]),
  ].join(' ');
  return html`<div class="usa-form-group ${error === undefined ? '' : 'usa-form-group--error'}">
    <label class="usa-label" for="${name}">${ours(label)}</label>
    ${hint !== undefined && html`<span class="usa-hint" id="${name}-hint">${ours(hint)}</span>`}
    ${error !== undefined && html`<span class="usa-error-message" id="${name}-error" role="alert">${ours(error)}</span>`}
    <input
      class="usa-input ${error === undefined ? '' : 'usa-input--error'}"
      id="${name}"
      name="${name}"
      type="${type ?? 'text'}"
      value="${value ?? ''}"
      autocomplete="${autocomplete ?? 'off'}"
      ${inputmode !== undefined && html`inputmode="${inputmode}"`}
      autocapitalize="none"
      spellcheck="false"
      required
      aria-describedby="${described}"
      ${error !== undefined && html`aria-invalid="true"`}
    />
  </div>`;
}

/** For the form to hand in: nothing is required before it is sent, and a script puts the error where it belongs. */
export const textInput = (
  id: string,
  label: string | Markup,
  more: { readonly hint?: string | Markup; readonly list?: string; readonly value?: string } = {},
): Markup =>
  html`<div class="usa-form-group" id="${id}-group">
    <label class="usa-label" for="${id}">${ours(label)}</label>
    ${more.hint !== undefined && html`<span class="usa-hint" id="${id}-hint">${ours(more.hint)}</span>`}
    <span class="usa-error-message" id="${id}-error" hidden></span>
    <input
      class="usa-input"
      id="${id}"
      name="${id}"
      type="text"
      value="${more.value ?? ''}"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      aria-describedby="${more.hint !== undefined && `${id}-hint `}${id}-error"
      ${more.list !== undefined && html` list="${more.list}"`}
    />
  </div>`;

export interface Choice {
  readonly value: string;
  readonly label: string | Markup;
  readonly hint?: string | Markup;
  readonly checked: boolean;
}

export function checkboxes(
  name: string,
  legend: string | Markup,
  choices: readonly Choice[],
  error: string | Markup | undefined,
  prefix = '',
): Markup {
  return html`<fieldset
    class="usa-fieldset usa-form-group ${error === undefined ? '' : 'usa-form-group--error'}"
  >
    <legend class="usa-legend">${ours(legend)}</legend>
    ${error !== undefined && html`<span class="usa-error-message" role="alert">${ours(error)}</span>`}
    ${choices.map(
      ({ value, label, hint, checked }) =>
        html`<div class="usa-checkbox">
          <input
            class="usa-checkbox__input"
            type="checkbox"
            name="${name}"
            id="${prefix}${name}-${value}"
            value="${value}"
            ${checked && html`checked`}
          />
          <label class="usa-checkbox__label" for="${prefix}${name}-${value}"
            >${ours(label)}${hint !== undefined && html`<span class="usa-checkbox__label-description">${ours(hint)}</span>`}</label
          >
        </div>`,
    )}
  </fieldset>`;
}

export function alert(kind: 'error' | 'success' | 'info', text: string | Markup | null): Markup | null {
  if (text === null) return null;
  return html`<div
    class="usa-alert usa-alert--slim usa-alert--${kind} hf-alert"
    role="${kind === 'error' ? 'alert' : 'status'}"
  >
    <div class="usa-alert__body"><p class="usa-alert__text">${ours(text)}</p></div>
  </div>`;
}
