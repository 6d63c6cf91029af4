/** What the gate found in a production, and where; and what a person looked at in its place. */
import { html, ours, type Markup } from './html.ts';
import { FOUND_WORDS, placeSaid, whySaid } from './gate-words.ts';
import { number } from './numbers.ts';
import type { ProductionsParts, ShownProduction } from './productions-page.ts';
import { inWords } from './words.ts';

/** What stopped it, with the place. No word that is withheld is in what the gate says. */
export function gateSaid(
  { id, gate, failure, state, batesPrefix, foundIn }: ShownProduction,
  { requestId, isCustodian }: ProductionsParts,
): Markup | null {
  if (failure !== null)
    return html`<p class="hf-warn">It could not be made:</p>
      <p lang="en">${failure.sentence}</p>`;
  if (gate === null) return null;
  if (gate.outcome === 'nothing-to-look-for')
    return html`<p class="hf-small">Nothing is withheld, so there was nothing to look for.</p>`;
  const looked = html`<p class="hf-small">
    Looked for: ${number(gate.soughtItems)}. Files looked through: ${number(gate.looked.files)}.
  </p>`;
  if (state !== 'blocked') return looked;
  const pictures = [...new Set(gate.unread.flatMap(({ picture }) => picture ?? []))];
  // A film, or a picture of a kind that is not taken apart here: nothing but a person can look at it.
  const others = gate.unread.filter(({ picture }) => picture === null);
  return html`${looked}
  ${
    gate.hits.length > 0 &&
    html`<p class="hf-warn">Something that is withheld was found:</p>
      <ul class="hf-times">
        ${gate.hits.map((one) => html`<li><code>${one.file}</code>: ${placeSaid(one.place)} · <span>${inWords(FOUND_WORDS, one.what)}</span>: <code lang="en">${one.item}</code></li>`)}
      </ul>
      ${
        foundIn.length > 0 &&
        html`<p>
          <span>Look again at what was decided:</span>
          ${foundIn.map(({ n, recordId }) => html` <a href="/requests/${requestId}/review/${recordId}">record ${n}</a>`)}
        </p>`
      }
      <p>
        <a href="/requests/${requestId}/review">Decide about these places in the review</a>, and pack again.
      </p>`
  }
  ${
    gate.unread.length > 0 &&
    html`<p class="hf-warn">What a person has to look at:</p>
      <ul class="hf-times">
        ${gate.unread.map((one) => html`<li><code>${one.file}</code> ${placeSaid(one.place)}: ${whySaid(one.why)}</li>`)}
      </ul>`
  }
  ${
    gate.unsearchable.length > 0 &&
    html`<p class="hf-warn">What is too short to be looked for, or could not be read:</p>
      <ul class="hf-times" lang="en">
        ${gate.unsearchable.map((item) => html`<li>${item}</li>`)}
      </ul>`
  }
  ${gate.more > 0 && html`<p>And more that is not listed here: ${number(gate.more)}.</p>`}
  ${
    isCustodian &&
    gate.hits.length === 0 &&
    pictures.length + others.length + gate.unsearchable.length > 0 &&
    html`<form method="post" action="/requests/${requestId}/productions">
      <input type="hidden" name="prefix" value="${batesPrefix}" />
      <input type="hidden" name="again" value="${id}" />
      <fieldset class="usa-fieldset">
        <legend class="usa-legend">
          I looked at these myself, and nothing that is withheld stands in them
        </legend>
        ${pictures.map(
          (digest) =>
            html`<div class="usa-checkbox">
              <input
                class="usa-checkbox__input"
                id="seen-${id}-${digest}"
                type="checkbox"
                name="picture"
                value="${digest}"
              />
              <label class="usa-checkbox__label hf-root" for="seen-${id}-${digest}"
                >${ours('Picture')} ${whereOf(gate.unread, digest)}</label
              >
            </div>`,
        )}
        ${others.map(
          (one, i) =>
            one.id !== null &&
            html`<div class="usa-checkbox">
              <input
                class="usa-checkbox__input"
                id="unread-${id}-${i}"
                type="checkbox"
                name="unread"
                value="${one.id}"
              />
              <label class="usa-checkbox__label hf-root" for="unread-${id}-${i}"
                ><code>${one.file}</code> ${placeSaid(one.place)}: ${whySaid(one.why)}</label
              >
            </div>`,
        )}
        ${gate.unsearchable.map(
          (item, i) =>
            html`<div class="usa-checkbox">
              <input
                class="usa-checkbox__input"
                id="item-${id}-${i}"
                type="checkbox"
                name="item"
                value="${item}"
              />
              <label class="usa-checkbox__label" for="item-${id}-${i}" lang="en">${item}</label>
            </div>`,
        )}
      </fieldset>
      <button class="usa-button usa-button--outline hf-below" type="submit">
        Pack again, with what I looked at
      </button>
    </form>`
  }`;
}

const whereOf = (
  unread: readonly { readonly file: string; readonly picture: string | null }[],
  digest: string,
): string => unread.find(({ picture }) => picture === digest)?.file ?? digest;
