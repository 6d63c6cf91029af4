/**
 * One record's live status. It is sent without any data, and says "do not remove" until a receipt says otherwise: that is
 * what a moderator reads while it loads, when the line is down and when the script does not run. Nothing moves while it fills:
 * the state has its room from the beginning, and what stands under the actions comes when all of it is known.
 */
import { html, ours } from './html.ts';
import { checkSign, keyPanel, noScript, page, stopSign, type Frame } from './layout.ts';
import { pictureField, progress } from './report-page.ts';

const NOT_YET = 'DO NOT REMOVE YET';

const STATUS_MODULES = [
  'words.js',
  'api.js',
  'contents.js',
  'dom.js',
  'key.js',
  'left-off.js',
  'live.js',
  'pictures.js',
  'said-later.js',
  'sending.js',
  'uploads.js',
  'look.js',
  'status-view.js',
  'findings.js',
  'handed-in.js',
];

export function statusPage(frame: Frame, recordId: string): string {
  return page({
    title: NOT_YET,
    ...frame,
    script: 'status.js',
    preload: STATUS_MODULES,
    main: html`<h1 class="usa-sr-only">May it be removed?</h1>
      ${keyPanel}
      <div class="hf-live"><p class="hf-small" id="live" role="status"></p></div>
      <section class="hf-state hf-state--wait" id="state" role="status" aria-live="polite" aria-atomic="true">
        <div class="hf-state__head">
          ${stopSign}${checkSign}
          <p class="hf-state__word" id="word">${ours(NOT_YET)}</p>
        </div>
        <p class="hf-state__lead" id="lead">The record is being looked up.</p>
        <ul class="hf-missing" id="missing"></ul>
      </section>
      ${noScript('It tells you when removing is safe. Without it: do not remove the content, and open the plain status of this record, below.')}
      <noscript
        ><p><a class="usa-button" href="/report/records/${recordId}/plain">Plain status</a></p></noscript
      >
      <div id="failure" class="usa-alert usa-alert--error" role="alert" hidden>
        <div class="usa-alert__body"><p class="usa-alert__text" id="failure-text"></p></div>
      </div>
      <div id="record" hidden>
        <div id="second-look" class="usa-alert usa-alert--slim" role="status" hidden>
          <div class="usa-alert__body"><p class="usa-alert__text" id="second-look-text"></p></div>
        </div>
        <div class="hf-actions">
          <div class="hf-removed">
            <button class="usa-button usa-button--big" type="button" id="removed" hidden>I removed it</button>
            <p id="removed-said" class="hf-said" role="status"></p>
          </div>
          <details class="hf-more hf-beside" id="mistake" hidden>
            <summary id="mistake-title"></summary>
            <p class="hf-small" id="mistake-text"></p>
            <button class="usa-button usa-button--outline" type="button" id="not-removed"></button>
          </details>
          <p class="hf-next">
            <a class="usa-button usa-button--outline" id="next" href="/report">Next one</a>
            <span class="hf-small">with the same account, clause and action</span>
          </p>
        </div>
        <div id="rest" hidden>
          <section id="handed-in" aria-labelledby="handed-in-title" hidden>
            <h2 class="hf-h2" id="handed-in-title">What was handed in</h2>
            <p class="hf-small" id="handed-in-hint" hidden>
              Is it the right picture? Press it to see it. It is blurred because it may be graphic.
            </p>
            <ul class="hf-handed" id="handed-in-list"></ul>
            <p class="hf-small" id="handed-in-more" hidden></p>
          </section>
          <details class="hf-more" id="add">
            <summary id="add-title">Add a screenshot</summary>
            <form id="add-form" novalidate>
              ${pictureField('Take or choose pictures')} ${progress}
              <button class="usa-button" type="submit" id="add-send">Send and seal</button>
              <p id="add-failure" class="usa-error-message" role="alert" hidden></p>
            </form>
          </details>
          <p class="hf-small" id="clause-named" hidden></p>
          <details class="hf-more" id="clause" hidden>
            <summary id="clause-title">Name the clause</summary>
            <form id="clause-form" novalidate>
              <p class="hf-small">The record says that no clause was stated.</p>
              <label class="usa-label" for="clause-choice">Under which clause does it go?</label>
              <select class="usa-select" id="clause-choice" aria-describedby="clause-said"></select>
              <button class="usa-button" type="submit" id="clause-send">Put it on record</button>
            </form>
          </details>
          <p class="hf-said" id="clause-said" role="status"></p>
          <p class="hf-code">Receipt <strong id="code"></strong></p>
          <ul class="hf-links">
            <li><a id="print" href="/report">Open and print the receipt</a></li>
            <li><a href="/report">Report something else</a></li>
          </ul>
          <h2 class="hf-h2">What happened so far</h2>
          <ol class="hf-times" id="times"></ol>
          <p id="statement"></p>
          <p class="hf-small" id="behind"></p>
        </div>
      </div> `,
  });
}

/** The frame into which the script puts the printable receipt: a link cannot carry a key. */
export function receiptFrame(frame: Frame): string {
  return page({
    title: 'Receipt',
    ...frame,
    script: 'receipt.js',
    main: html`<div class="hf-noprint">
        ${keyPanel} ${noScript('Without it, ask your custodian of records for the printed receipt.')}
        <div id="failure" class="usa-alert usa-alert--error" role="alert" hidden>
          <div class="usa-alert__body"><p class="usa-alert__text" id="failure-text"></p></div>
        </div>
        <p class="hf-links">
          <button class="usa-button" type="button" id="print" hidden>Print</button>
          <a id="back" href="/report">Back to the live status</a>
        </p>
      </div>
      <div id="receipt"></div>`,
  });
}
