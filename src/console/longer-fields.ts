/** Parts of longer forms: fields that may stay empty, several lines, one of a few, a day. As in `fields.ts`, joined by name. */
import { html, ours, type Markup } from './html.ts';

export interface Said {
  readonly name: string;
  /** Where several fields have one name; left out: its name. */
  readonly id?: string;
  readonly label: string | Markup;
  readonly value: string;
  readonly hint?: string | Markup;
  /** What is wrong with it. */
  readonly error?: string | Markup | undefined;
}

function group({ name, id = name, label, hint, error }: Said, control: Markup): Markup {
  return html`<div class="usa-form-group ${error !== undefined && 'usa-form-group--error'}">
    <label class="usa-label" for="${id}">${ours(label)}</label>
    ${hint !== undefined && html`<span class="usa-hint" id="${id}-hint">${ours(hint)}</span>`}
    ${error !== undefined && html`<span class="usa-error-message" id="${id}-error">${ours(error)}</span>`}
    ${control}
  </div>`;
}

function named({ name, id = name, hint, error }: Said): Markup {
  const described = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(error === undefined ? [] : [`${id}-error`]),
  ].join(' ');
  return html`id="${id}" name="${name}" ${described !== '' && html`aria-describedby="${described}"`}
  ${error !== undefined && html`aria-invalid="true"`}`;
}

/** One line. `list`: words to choose from, or others. */
export function line(
  said: Said & {
    readonly type?: 'text' | 'date' | 'time' | 'datetime-local' | 'url' | 'number' | 'password';
    readonly list?: readonly string[];
  },
): Markup {
  const { name, value, type, list, error } = said;
  return group(
    said,
    html`<input
        class="usa-input ${error !== undefined && 'usa-input--error'}"
        ${named(said)}
        type="${type ?? 'text'}"
        value="${value}"
        autocomplete="${type === 'password' ? 'new-password' : 'off'}"
        autocapitalize="none"
        ${list !== undefined && html`list="${name}-list"`}
      />${
        list !== undefined &&
        html`<datalist id="${name}-list">
          ${list.map((one) => html`<option value="${one}"></option>`)}
        </datalist>`
      }`,
  );
}

export function lines(said: Said & { readonly rows?: number }): Markup {
  // The first line break after the tag is the browser's, not the text's.
  return group(
    said,
    html`<textarea
      class="usa-textarea hf-lines ${said.error !== undefined && 'usa-input--error'}"
      ${named(said)}
      rows="${said.rows ?? 3}"
    >
${said.value}</textarea>`,
  );
}

export function oneOf(
  said: Said & { readonly choices: readonly (readonly [value: string, label: string | Markup])[] },
): Markup {
  return group(
    said,
    html`<select class="usa-select" ${named(said)}>
      ${said.choices.map(([value, label]) => html`<option value="${value}" ${value === said.value && html`selected`}>${ours(label)}</option>`)}
    </select>`,
  );
}

/** A list of what is wrong, each leading to its field. */
export function summary(
  problems: readonly (readonly [id: string | null, sentence: string | Markup])[],
): Markup | null {
  if (problems.length === 0) return null;
  return html`<div class="usa-alert usa-alert--error hf-alert" role="alert" id="summary" tabindex="-1">
    <div class="usa-alert__body">
      <h2 class="usa-alert__heading">
        ${
          problems.length === 1
            ? html`Nothing was saved yet: one thing is to be mended`
            : html`Nothing was saved yet: ${problems.length} things are to be mended`
        }
      </h2>
      <ul class="usa-list">
        ${problems.map(([id, sentence]) => html`<li>${id === null ? ours(sentence) : html`<a href="#${id}">${ours(sentence)}</a>`}</li>`)}
      </ul>
    </div>
  </div>`;
}
