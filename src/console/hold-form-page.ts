/** Placing a hold, on one record or on what a search finds. Works without scripts. */
import { alert } from './fields.ts';
import { lawSaid, type HoldKindSaid } from './hold-words.ts';
import { number } from './numbers.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { line, lines, summary } from './longer-fields.ts';

export interface HoldFormParts {
  readonly kinds: readonly HoldKindSaid[];
  readonly on: {
    readonly recordId: string | null;
    readonly code: string | null;
    readonly typed: Readonly<Record<string, string>>;
  };
  /** How many records the search finds now; null: it cannot be asked. */
  readonly found: number | null;
  readonly typed: {
    readonly kind: string;
    readonly title: string;
    readonly reason: string;
    readonly ends: string;
    readonly standing: boolean;
  };
  readonly errors: Partial<Record<'kind' | 'title' | 'reason' | 'ends', string>>;
  readonly error: string | Markup | null;
}

export function holdFormPage(frame: Frame, parts: HoldFormParts): string {
  const { kinds, on, typed, errors, error } = parts;
  return page({
    title: 'Place a hold',
    ...frame,
    main: html`<h1 class="hf-h1">Place a hold</h1>
      ${alert('error', error)} ${summary(Object.entries(errors))}
      <form class="hf-form" method="post" action="/holds" novalidate>
        <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
        ${whereon(parts)}
        <fieldset class="usa-fieldset usa-form-group" id="kind">
          <legend class="usa-legend">Why may they not be destroyed?</legend>
          ${errors.kind !== undefined && html`<span class="usa-error-message" role="alert">${ours(errors.kind)}</span>`}
          ${kinds.map(
            (one) =>
              html`<div class="usa-radio">
                <input
                  class="usa-radio__input"
                  type="radio"
                  name="kind"
                  id="kind-${one.kind}"
                  value="${one.kind}"
                  ${typed.kind === one.kind && html`checked`}
                /><label class="usa-radio__label" for="kind-${one.kind}"
                  >${ours(one.title)}<span class="usa-radio__label-description"
                    >${lawSaid(kinds, one.kind)}</span
                  ></label
                >
              </div>`,
          )}
        </fieldset>
        ${line({ name: 'title', label: 'Its name', hint: 'Such as the number of the case, by which your office knows it.', value: typed.title, error: errors.title })}
        ${lines({ name: 'reason', label: 'The reason, in words', value: typed.reason, error: errors.reason })}
        ${line({ name: 'ends', label: 'What ends it?', hint: 'Such as: until the court directs otherwise.', value: typed.ends, error: errors.ends, list: kinds.flatMap(({ ends }) => (ends === '' ? [] : [ends])) })}
        <button class="usa-button hf-below" type="submit">
          ${on.recordId === null ? html`Hold all that this search finds` : html`Hold this record`}
        </button>
        <p class="hf-small">
          From then on nothing of it is destroyed. That it is held stands in the history of each record, and
          in the log.
        </p>
      </form>`,
  });
}

function whereon({ on, found, typed }: HoldFormParts): Markup {
  if (on.recordId !== null)
    return html`<p>On the record <a href="/records/${on.recordId}">${on.code}</a>.</p>
      <input type="hidden" name="record" value="${on.recordId}" />`;
  const said = Object.entries(on.typed);
  return html`${said.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <p>
      ${said.length === 0 ? html`On every record of the agency.` : html`On what this search finds: <code>${said.map(([name, value]) => `${name}=${value}`).join(' · ')}</code>`}
    </p>
    <fieldset class="usa-fieldset usa-form-group">
      <legend class="usa-legend">On which of them?</legend>
      ${choice('no', found === 1 ? html`The one record that it finds now` : html`All ${number(found ?? 0)} records that it finds now`, 'What comes later is not held.', !typed.standing)}
      ${choice('yes', html`Those, and whatever it finds later`, 'New matches are held as they come.', typed.standing)}
    </fieldset>`;
}

function choice(value: string, label: Markup, hint: string, checked: boolean): Markup {
  return html`<div class="usa-radio">
    <input
      class="usa-radio__input"
      type="radio"
      name="standing"
      id="standing-${value}"
      value="${value}"
      ${checked && html`checked`}
    /><label class="usa-radio__label" for="standing-${value}"
      >${label}<span class="usa-radio__label-description">${ours(hint)}</span></label
    >
  </div>`;
}
