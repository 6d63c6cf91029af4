/** The same for others of the set: what says exactly this with one tick, what nearly says it beside it, each with one of its own. */
import { html, ours, type Markup } from './html.ts';
import { number } from './numbers.ts';
import { goingLine, type GoingSaid } from './review-going.ts';
import { said } from './review-parts.ts';

interface OtherSaid {
  readonly recordId: string;
  readonly code: string;
  /** Names what of it is before whoever ticks it. */
  readonly value: string;
}

export interface SameSaid {
  readonly exact: readonly OtherSaid[];
  /** How many more are like it, and are looked at beside it first. */
  readonly more: number;
  /** Empty until somebody asks for them. */
  readonly near: readonly (OtherSaid & {
    /** Both texts, with what only one of them has. */
    readonly here: readonly Stretch[];
    readonly there: readonly Stretch[];
    readonly author: string | null;
    readonly files: number;
    readonly going: GoingSaid['listed'];
  })[];
}

export interface Stretch {
  readonly text: string;
  readonly isOwn: boolean;
}

interface Controls {
  readonly ticked: (name: string, value: string) => boolean;
  readonly here: string;
  readonly recordId: string;
}

export function samePart({ exact, near, more }: SameSaid, controls: Controls): Markup | null {
  if (exact.length + near.length + more === 0) return null;
  const { here, recordId, ticked } = controls;
  return html`<fieldset class="usa-fieldset usa-form-group" id="same">
    <legend class="usa-legend">The same for others</legend>
    ${
      exact.length > 0 &&
      html`${exact.map(({ value }) => html`<input type="hidden" name="twin" value="${value}" />`)}
        <div class="usa-checkbox">
          <input
            class="usa-checkbox__input"
            type="checkbox"
            name="twins"
            id="twins"
            value="yes"
            ${ticked('twins', 'yes') && html`checked`}
          /><label class="usa-checkbox__label" for="twins"
            >${
              exact.length === 1
                ? html`The same for 1 other that says exactly this`
                : html`The same for ${number(exact.length)} others that say exactly this`
            }</label
          >
        </div>
        <p class="hf-small">
          ${exact.map((one) => html`<a class="hf-code__value" href="${here}/${one.recordId}">${one.code}</a> `)}
        </p>`
    }
    ${near.map((one) => beside(one, controls))}
    ${
      more > 0 &&
      html`<p>
        <a href="${here}/${recordId}?beside=yes" id="beside"
          >${more === 1 ? html`Look at 1 more that is like this, beside it` : html`Look at ${number(more)} more that are like this, beside it`}</a
        >
      </p>`
    }
  </fieldset>`;
}

function beside(one: SameSaid['near'][number], { here, ticked }: Controls): Markup {
  return html`<section class="hf-twin" aria-labelledby="twin-${one.recordId}">
    <h4 class="hf-h3" id="twin-${one.recordId}">
      <a class="hf-code__value" href="${here}/${one.recordId}">${one.code}</a>
      ${one.author !== null && html` <bdi class="hf-small">${one.author}</bdi>`}
    </h4>
    <div class="hf-twin__texts">
      <div>
        <p class="hf-small">This one</p>
        ${stretches(one.here)}
      </div>
      <div>
        <p class="hf-small">The other</p>
        ${stretches(one.there)}
      </div>
    </div>
    ${one.files > 0 && html`<p class="hf-small">Files that are not the same: ${number(one.files)}. Look at them on its own page.</p>`}
    ${
      one.going.length > 0 &&
      html`<p class="hf-small">Released, this goes out too:</p>
        <ul class="usa-list hf-small">
          ${one.going.map((each) => html`<li>${goingLine(each)}</li>`)}
        </ul>`
    }
    <div class="usa-checkbox">
      <input
        class="usa-checkbox__input"
        type="checkbox"
        name="with"
        id="with-${one.recordId}"
        value="${one.value}"
        ${ticked('with', one.value) && html`checked`}
      /><label class="usa-checkbox__label" for="with-${one.recordId}"
        >${ours('I looked at it: the same for this one')} <span class="usa-sr-only">${one.code}</span></label
      >
    </div>
  </section>`;
}

const stretches = (all: readonly Stretch[]): Markup =>
  said(
    html`${all.map(({ text, isOwn }) => (isOwn ? html`<mark class="hf-suggested">${text}</mark>` : html`${text}`))}`,
  );
