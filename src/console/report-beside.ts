/** Beside the form: what was left off here before, and pictures that are each a record of its own. */
import { html, type Markup } from './html.ts';
import type { Purpose } from './report-verbs.ts';

/** Found again after a reload, or after the page was closed (`assets/left-off.js`). */
export const leftOff = (purpose: Purpose): Markup =>
  html`<div id="left-off" class="usa-alert usa-alert--info usa-alert--slim hf-alert" role="status" hidden>
    <div class="usa-alert__body">
      <p class="usa-alert__text" id="left-off-here" hidden>
        What you had put in here and not handed in yet is here again.
        <button class="usa-button usa-button--unstyled" type="button" id="start-over">Start over</button>
        <span id="left-off-sent" hidden
          >It was sent once, and no answer came: sent again as it stands, it does not become a second
          record.</span
        >
        <span id="left-off-missing" hidden
          >Not all of the pictures: what is missing was handed in already, or lay here for more than a day.
          ${
            purpose === 'keep'
              ? html`<a href="/records?removal=none"
                  >Look among the records that were kept without a removal</a
                >`
              : html`<a href="/records?removal=awaited"
                  >Look among the removals that nobody has confirmed yet</a
                >`
          }</span
        >
      </p>
      <p class="usa-alert__text" id="left-off-unknown" hidden>
        <span id="left-off-unknown-said"></span>
        <button class="usa-button usa-button--unstyled" type="button" id="left-off-again">
          Look for them again
        </button>
        <button class="usa-button usa-button--unstyled" type="button" id="left-off-without">
          Leave them out
        </button>
      </p>
      <p class="usa-alert__text" id="left-off-others" hidden>
        <span id="left-off-others-said"></span>
        <button class="usa-button usa-button--unstyled" type="button" id="left-off-show">
          Show them here
        </button>
      </p>
    </div>
  </div>`;

/** After a storm: several pictures that are each a record of its own. Asked when there is more than one. */
export const howMany: Markup = html`<fieldset class="usa-fieldset hf-how" id="how" hidden>
  <legend class="hf-small">More than one picture:</legend>
  <div class="hf-tiles">
    <div class="usa-radio">
      <input
        class="usa-radio__input usa-radio__input--tile"
        type="radio"
        name="how"
        id="how-together"
        value="together"
        checked
      /><label class="usa-radio__label" for="how-together">They show the same: one record</label>
    </div>
    <div class="usa-radio">
      <input
        class="usa-radio__input usa-radio__input--tile"
        type="radio"
        name="how"
        id="how-each"
        value="each"
      /><label class="usa-radio__label" for="how-each">A record for each picture</label>
    </div>
  </div>
</fieldset>`;

/** Each on its way by itself (`assets/several.js`). */
export const onTheirWay = (purpose: Purpose): Markup =>
  html`<section id="several" aria-labelledby="several-title" hidden>
    <h2 class="hf-h2" id="several-title" tabindex="-1">On their way</h2>
    <p class="hf-said" id="several-said" role="status"></p>
    <div role="status">
      <p id="several-line" hidden>
        The connection is lost. It is tried again by itself until it is back; leave this page open.
      </p>
      <p id="several-archive" hidden>
        The archive can take nothing just now. It is tried again by itself until it can; leave this page open.
      </p>
      <p id="several-stopped" hidden>
        Nothing is tried any more by itself. The pictures are still here: press “Try all again”.
      </p>
    </div>
    <button class="usa-button usa-button--outline" type="button" id="several-stop" hidden>Stop trying</button>
    <form id="several-clause" novalidate hidden>
      <label class="usa-label" for="several-ground">The policy has changed: choose the clause again</label>
      <select class="usa-select" id="several-ground"></select>
      <button class="usa-button" type="submit">Go on with this clause</button>
    </form>
    <div class="hf-actions">
      <button class="usa-button" type="button" id="several-again" hidden>Try all again</button>
    </div>
    <ol class="hf-several" id="several-list"></ol>
    <ul class="hf-links">
      <li><a id="several-next" href="${purpose === 'keep' ? '/keep' : '/report'}">Next ones</a></li>
      <li><a href="/records?removal=awaited">Removals that nobody has confirmed yet</a></li>
    </ul>
  </section>`;
