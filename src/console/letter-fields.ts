/** What is typed for a letter of each kind. Works without scripts: a few rows of charges stand there from the beginning. */
import { html, ours, type Markup } from './html.ts';
import { CHARGE_NAMES, OUTCOME_NAMES } from './letter-names.ts';
import { line, lines, oneOf } from './longer-fields.ts';
import { number } from './numbers.ts';

export const CHARGE_ROWS = 6;

export interface LetterFieldParts {
  readonly kind: string;
  /** By the names of the fields. */
  readonly typed: (name: string) => string;
  readonly checked: (name: string, value: string) => boolean;
  /** Provisions by which access may be denied today. */
  readonly provisions: readonly {
    readonly key: string;
    readonly cite: string;
    readonly title: string;
    readonly needs: readonly string[];
  }[];
  readonly staff: readonly (readonly [key: string, title: string])[];
  readonly media: readonly (readonly [key: string, title: string])[];
  readonly hasRates: boolean;
  readonly outcomes: readonly string[];
  /** Of this request, and out. */
  readonly productions: readonly {
    readonly id: string;
    readonly n: number;
    readonly records: number;
    readonly pages: number;
  }[];
  readonly requestId: string;
}

export function letterFields(about: LetterFieldParts): Markup {
  const { kind, typed } = about;
  switch (kind) {
    case 'delay':
      return html`${lines({ name: 'cause', label: 'The cause of the further delay', hint: 'In detail: the law wants it explained (610.023.3 RSMo).', value: typed('cause') })}
      ${line({ name: 'place', label: 'The place at which the records will be available', value: typed('place') })}
      ${line({ name: 'earliestDate', type: 'date', label: 'The earliest date', value: typed('earliestDate') })}
      ${line({ name: 'earliestTime', label: 'The earliest time of that day', hint: 'Such as 09:30, by the clocks of your office.', value: typed('earliestTime') })}`;
    case 'fee-estimate':
      return html`${charges(about)} ${waiver(about)}
      ${tick(about, 'prepay', 'yes', 'To be paid before the request is fulfilled', 'All fees may be asked for before, since 28 August 2025 (610.026 RSMo, read in a copy only).')}`;
    case 'invoice':
      return html`${charges(about)} ${waiver(about)}
      ${line({ name: 'paid', label: 'Paid already, in dollars', hint: 'Such as 12.50. What is over is paid back.', value: typed('paid') })}`;
    case 'denial':
      return provisions(about);
    case 'partial-denial':
      return html`${provisions(about)}
      ${lines({ name: 'withheld', label: 'What is withheld, in general terms', hint: '610.024 RSMo wants a description, unless it would reveal what is closed.', value: typed('withheld') })}
      ${tick(about, 'reveals', 'yes', 'A description would reveal what is closed', 'Then none is given, and the letter says so.')}`;
    case 'question':
      return lines({
        name: 'question',
        label: 'The question',
        hint: 'Nobody need say why they ask.',
        value: typed('question'),
      });
    case 'withdrawal-notice':
      return line({
        name: 'withdrawnAfter',
        type: 'date',
        label: 'The request stands through this day',
        hint: 'Left empty, it is the earliest day that the period allows. A later one may be given, and no earlier one.',
        value: typed('withdrawnAfter'),
      });
    case 'closing':
      return oneOf({
        name: 'outcome',
        label: 'How the request ended',
        value: typed('outcome'),
        choices: about.outcomes.map((one) => [one, OUTCOME_NAMES[one] ?? one] as const),
      });
    case 'records':
      return records(about);
    default:
      return html`<p>Nothing is to be typed: it is filled from the request.</p>`;
  }
}

function records({ productions, requestId, typed }: LetterFieldParts): Markup {
  if (productions.length === 0)
    return html`<p>
      <strong>No production of this request is released, so there is nothing to hand out yet.</strong>
      <a href="/requests/${requestId}/productions">Go to the productions</a>
    </p>`;
  return html`<div class="usa-form-group">
      <label class="usa-label" for="production">Which production</label>
      <select class="usa-select" id="production" name="production">
        ${productions.map(({ id, n, records: count, pages }) => html`<option value="${id}" ${id === typed('production') && html`selected`}>Production ${n}: records in it ${number(count)}, pages ${number(pages)}</option>`)}
      </select>
    </div>
    ${line({ name: 'days', type: 'number', label: 'Days until the link ends', hint: 'From 1 to 90. The letter says the day.', value: typed('days') === '' ? '30' : typed('days') })}
    <p class="hf-small">
      The letter gets a link of its own, which is made when it goes. In the draft its place is
      <code>${'{{link}}'}</code>: leave it where the link is to stand.
    </p>`;
}

function tick(
  { checked }: LetterFieldParts,
  name: string,
  value: string,
  label: string | Markup,
  hint: string,
): Markup {
  return html`<div class="usa-checkbox">
    <input
      class="usa-checkbox__input"
      type="checkbox"
      name="${name}"
      id="${name}-${value}"
      value="${value}"
      ${checked(name, value) && html`checked`}
    />
    <label class="usa-checkbox__label" for="${name}-${value}"
      >${ours(label)}<span class="usa-checkbox__label-description">${ours(hint)}</span></label
    >
  </div>`;
}

/** The titles are the law's, in its language. */
function provisions(about: LetterFieldParts): Markup {
  const { checked, typed } = about;
  return html`<fieldset class="usa-fieldset usa-form-group">
      <legend class="usa-legend">The provisions of law under which access is denied (610.023.4 RSMo)</legend>
      <p class="hf-small">
        They were read in copies only, not in the statute; the letter says so of each. All of them permit, and
        none demands.
      </p>
      <p class="hf-small">What the review withholds is filled in. Change what you know better.</p>
      ${about.provisions.map(
        ({ key, cite, title }) =>
          html`<div class="usa-checkbox">
            <input
              class="usa-checkbox__input"
              type="checkbox"
              name="provision"
              id="provision-${key}"
              value="${key}"
              ${checked('provision', key) && html`checked`}
            />
            <label class="usa-checkbox__label" for="provision-${key}"
              ><span lang="en">${cite}</span
              ><span class="usa-checkbox__label-description" lang="en">${title}</span></label
            >
          </div>`,
      )}
    </fieldset>
    ${lines({ name: 'otherLaw', label: 'The other law, with 610.021(14) alone', hint: 'Several: one on each line.', value: typed('otherLaw'), rows: 2 })}
    ${lines({ name: 'impairsSecurity', label: 'With 610.021(18) and (19) alone: why disclosure would impair security', value: typed('impairsSecurity'), rows: 2 })}
    ${lines({ name: 'outweighsDisclosure', label: 'With 610.021(18) and (19) alone: why the public interest in nondisclosure outweighs that in disclosure', value: typed('outweighsDisclosure'), rows: 2 })}
    ${line({ name: 'numberConfirmedBy', label: 'With 610.021(26) alone: who has read its number in the statute', value: typed('numberConfirmedBy') })}`;
}

function charges({ typed, staff, media, hasRates }: LetterFieldParts): Markup {
  const none = [['', '—'] as const];
  return html`${!hasRates && html`<p><strong>This body has entered no rates, so nothing can be charged yet.</strong> <a href="/requests/letter-templates#rates">Enter them</a></p>`}
    <p class="hf-small">
      Whoever asks for it gets an estimate before copies are made. What no rule allows, such as review by an
      attorney, is refused with its reason.
    </p>
    ${Array.from({ length: CHARGE_ROWS }, (_, i) => i + 1).map(
      (row) =>
        html`<fieldset class="usa-fieldset usa-form-group hf-panel">
          <legend class="usa-legend">Charge ${String(row)}</legend>
          ${oneOf({ name: `kind${row}`, label: 'What is charged', value: typed(`kind${row}`), choices: [...none, ...Object.entries(CHARGE_NAMES)] })}
          ${line({ name: `count${row}`, label: 'How many', value: typed(`count${row}`) })}
          <details
            class="hf-more"
            ${[`staff${row}`, `because${row}`, `medium${row}`].some((name) => typed(name) !== '') && html`open`}
          >
            <summary>Who does it, or which medium</summary>
            ${chosen(`staff${row}`, html`Somebody else than the cheapest who can do it`, typed(`staff${row}`), staff)}
            ${line({ name: `because${row}`, label: 'Why them', value: typed(`because${row}`) })}
            ${chosen(`medium${row}`, html`Which medium`, typed(`medium${row}`), media)}
          </details>
        </fieldset>`,
    )}`;
}

/** Titles of the body's own, which are nobody's to translate. */
function chosen(
  name: string,
  label: Markup,
  value: string,
  choices: readonly (readonly [string, string])[],
): Markup {
  return html`<div class="usa-form-group">
    <label class="usa-label" for="${name}">${label}</label>
    <select class="usa-select" id="${name}" name="${name}">
      <option value="">—</option>
      ${choices.map(([key, title]) => html`<option value="${key}" lang="en" ${key === value && html`selected`}>${title}</option>`)}
    </select>
  </div>`;
}

function waiver({ typed }: LetterFieldParts): Markup {
  return html`${line({ name: 'waived', label: 'Waived of it, in dollars, or “all”', hint: 'Left empty: nothing. A waiver is for the body to decide, in the public interest (610.026 RSMo, an older copy was read).', value: typed('waived') })}
  ${lines({ name: 'waivedBecause', label: 'Why it is waived', value: typed('waivedBecause'), rows: 2 })}`;
}
