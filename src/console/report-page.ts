/**
 * Handing in, for a moderator on a phone: show it, say why, send. The form appears when the script runs, because only the
 * script can keep pictures safe while they are on their way.
 */
import type { SimpleReport } from '#intake/intake.ts';
import { html, type Markup } from './html.ts';
import { keyPanel, noScript, page, type Frame } from './layout.ts';
import { KIND_NAMES } from './words.ts';

type Verb = SimpleReport['action']['verb'];

/** In a moderator's words. Null: not offered here, for it takes nothing away (a reversal is a fact added to a record). */
const VERBS: Readonly<Record<Verb, string | null>> = {
  delete: 'Delete it',
  hide: 'Hide it',
  reject: 'Refuse it before it is published',
  hold: 'Hold it back for review',
  spam: 'Mark it as spam',
  edit: 'Edit it',
  block: 'Block the person',
  ban: 'Ban the person',
  restrict: 'Restrict the person',
  mute: 'Mute the person',
  limit: 'Limit who sees it',
  'disable-comments': 'Turn comments off',
  report: 'Report it to the platform',
  none: 'Nothing: only keep a copy',
  unhide: null,
  restore: null,
};
const AT_HAND: readonly Verb[] = ['hide', 'delete'];

const PLATFORMS: readonly string[] = [
  'bluesky',
  'facebook',
  'google-business',
  'instagram',
  'linkedin',
  'mastodon',
  'nextdoor',
  'threads',
  'tiktok',
  'x',
  'youtube',
];

const tile = (group: string, value: string, label: string): Markup =>
  html`<div class="usa-radio">
    <input
      class="usa-radio__input usa-radio__input--tile"
      type="radio"
      name="${group}"
      id="${group}-${value}"
      value="${value}"
    /><label class="usa-radio__label" for="${group}-${value}">${label}</label>
  </div>`;

const textInput = (
  id: string,
  label: string,
  more: { readonly hint?: string; readonly list?: string } = {},
): Markup =>
  html`<div class="usa-form-group" id="${id}-group">
    <label class="usa-label" for="${id}">${label}</label>
    ${more.hint !== undefined && html`<span class="usa-hint" id="${id}-hint">${more.hint}</span>`}
    <span class="usa-error-message" id="${id}-error" hidden></span>
    <input
      class="usa-input"
      id="${id}"
      type="text"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      aria-describedby="${more.hint !== undefined && `${id}-hint `}${id}-error"
      ${more.list !== undefined && html` list="${more.list}"`}
    />
  </div>`;

/** Choosing, dropping and pasting pictures; the same on both pages. */
export const pictureField = (label: string): Markup =>
  html`<div class="hf-drop" id="drop">
      <input class="usa-sr-only" id="files" type="file" multiple aria-describedby="drop-hint" />
      <label class="usa-button usa-button--outline hf-choose" for="files">${label}</label>
      <span class="hf-drop__hint" id="drop-hint">or paste them (Ctrl+V), or drop them here</span>
    </div>
    <ul class="hf-pictures" id="pictures" aria-label="Pictures to send" hidden></ul>
    <p class="hf-small" id="pictures-said" role="status"></p>`;

export const progress: Markup = html`<div class="hf-sending" id="sending" hidden>
  <label for="sent" id="sent-label">Sending</label>
  <progress id="sent" max="100" value="0"></progress>
</div>`;

/** `remove`: something is about to go. `keep`: it is a record, though nothing is removed (a contact on a personal account, …). */
type Purpose = 'remove' | 'keep';

const WORDS: Readonly<
  Record<Purpose, Readonly<Record<'title' | 'heading' | 'why' | 'what' | 'send', string>>>
> = {
  remove: {
    title: 'Report',
    heading: 'Archive it before it goes',
    why: 'Why does it go?',
    what: 'What will you do?',
    send: 'Archive it',
  },
  keep: {
    title: 'Keep this',
    heading: 'Keep what is a record',
    why: 'Why is it kept?',
    what: 'What is it?',
    send: 'Keep it',
  },
};
const KEPT: Readonly<Record<string, string>> = {
  none: 'It stays where it is',
  reject: 'It was submitted, and never shown',
};

export function reportPage(frame: Frame, publicUrl: string, purpose: Purpose = 'remove'): string {
  const words = WORDS[purpose];
  const tiles: readonly (readonly [string, string])[] =
    purpose === 'keep' ? Object.entries(KEPT) : AT_HAND.map((verb) => [verb, VERBS[verb] ?? verb]);
  return page({
    title: words.title,
    ...frame,
    script: 'report.js',
    main: html`<h1 class="hf-h1">${words.heading}</h1>
      ${
        purpose === 'keep' &&
        html`<p class="hf-intro">
          For what is a record although nothing is removed: a resident writes to somebody’s own account, a
          submission is not published, a violation is reported, a post is needed for a proceeding.
        </p>`
      }
      ${noScript('It keeps your pictures safe while they are sent, and it tells you when removing is safe. Without it: do not remove the content yet. Save a screenshot and give it to your custodian of records, or hand it in with “holdfast report” from the command line.')}
      ${keyPanel}
      <p id="opening" class="hf-small" role="status" hidden>One moment…</p>
      <form id="report" class="hf-form" data-purpose="${purpose}" novalidate autocomplete="off" hidden>
        <div id="summary" class="usa-alert usa-alert--error" role="alert" tabindex="-1" hidden>
          <div class="usa-alert__body">
            <h2 class="usa-alert__heading" id="summary-title"></h2>
            <p class="usa-alert__text" id="summary-text"></p>
            <ul class="usa-list" id="summary-list"></ul>
          </div>
        </div>

        <fieldset class="usa-fieldset hf-step" id="what">
          <legend class="hf-legend"><span class="hf-no" aria-hidden="true">1</span>What is it?</legend>
          <span class="usa-error-message" id="what-error" hidden></span>
          ${pictureField('Take or choose pictures')}
          <p class="hf-small">
            <a href="/child-safety">It may show a child being abused: do not copy it</a>
          </p>
          <details class="hf-more hf-beside" id="beside">
            <summary>Its address, or its words</summary>
            <div class="hf-beside__fields">
              ${textInput('url', 'Address of the content', { hint: 'The archive opens it and keeps the page too' })}
              <div class="usa-form-group" id="text-group">
                <label class="usa-label" for="text">Its words</label>
                <span class="usa-error-message" id="text-error" hidden></span>
                <textarea
                  class="usa-textarea hf-words"
                  id="text"
                  rows="2"
                  aria-describedby="text-error"
                ></textarea>
              </div>
            </div>
          </details>
        </fieldset>

        <fieldset class="usa-fieldset hf-step" id="grounds">
          <legend class="hf-legend"><span class="hf-no" aria-hidden="true">2</span>${words.why}</legend>
          <span class="usa-error-message" id="grounds-error" hidden></span>
          <div id="ground-list"></div>
          <p class="hf-small" id="clause" role="status"></p>
        </fieldset>

        <fieldset class="usa-fieldset hf-step" id="action">
          <legend class="hf-legend"><span class="hf-no" aria-hidden="true">3</span>${words.what}</legend>
          <span class="usa-error-message" id="action-error" hidden></span>
          <div class="hf-tiles">
            ${tiles.map(([verb, label]) => tile('verb', verb, label))}
            ${purpose === 'remove' && tile('verb', 'other', 'Something else')}
          </div>
          <div id="other-verb-group" hidden>
            <label class="usa-label" for="other-verb">What exactly?</label>
            <select class="usa-select" id="other-verb">
              ${Object.entries(VERBS).map(([verb, label]) => label !== null && !AT_HAND.some((near) => near === verb) && html`<option value="${verb}">${label}</option>`)}
            </select>
          </div>
          <div class="usa-form-group" id="account-group">
            <label class="usa-label" for="account">On which account?</label>
            <span class="usa-error-message" id="account-error" hidden></span>
            <select class="usa-select" id="account" aria-describedby="account-error"></select>
          </div>
          <div id="other-account" hidden>
            ${textInput('platform', 'Platform', { list: 'platforms' })}
            <datalist id="platforms">
              ${PLATFORMS.map((name) => html`<option value="${name}"></option>`)}
            </datalist>
            ${textInput('account-name', 'Account', { hint: 'Its handle, number or address' })}
          </div>
        </fieldset>

        <details class="hf-more" id="more">
          <summary>More details</summary>
          <fieldset class="usa-fieldset">
            <legend class="usa-legend">Who wrote it?</legend>
            ${textInput('author-name', 'Name as shown')} ${textInput('author-handle', 'Handle')}
            ${textInput('author-url', 'Address of the profile')}
            <div class="usa-checkbox">
              <input class="usa-checkbox__input" type="checkbox" id="author-unseen" /><label
                class="usa-checkbox__label"
                for="author-unseen"
                >Cannot be seen</label
              >
            </div>
          </fieldset>
          ${textInput('posted', 'When was it posted?', { hint: 'As you see it, for example “2 h” or “Nov 3 at 9:14 am”' })}
          <label class="usa-label" for="kind">What kind is it?</label>
          <select class="usa-select" id="kind">
            <option value="">Not stated</option>
            ${Object.entries(KIND_NAMES).map(([kind, label]) => html`<option value="${kind}">${label}</option>`)}
          </select>
          <label class="usa-label" for="note">Note</label>
          <textarea class="usa-textarea hf-words" id="note" rows="2" maxlength="8000"></textarea>
          <div class="usa-checkbox">
            <input class="usa-checkbox__input" type="checkbox" id="no-capture" /><label
              class="usa-checkbox__label"
              for="no-capture"
              >Do not open the live page</label
            >
          </div>
        </details>

        <div class="hf-send">
          <div id="failure" class="usa-alert usa-alert--error usa-alert--slim" role="alert" hidden>
            <div class="usa-alert__body"><p class="usa-alert__text" id="failure-text"></p></div>
          </div>
          ${progress}
          <p class="hf-will" id="will" hidden></p>
          <button
            class="usa-button usa-button--big hf-submit"
            type="submit"
            id="submit"
            aria-describedby="will"
          >
            ${words.send}
          </button>
        </div>
      </form>
      ${purpose === 'remove' && besides(publicUrl)}`,
  });
}

/** What else leads here. The address and the words stand behind the #, which a browser sends to nobody. */
function besides(publicUrl: string): Markup {
  const opens = `javascript:void open(${JSON.stringify(`${publicUrl}/report`)}+'#'+new URLSearchParams({url:location.href,text:String(getSelection())}))`;
  return html`<details class="hf-more">
    <summary>Not about a removal? On a desk?</summary>
    <p>What is a record though nothing is removed: <a href="/keep">keep it</a>.</p>
    <p>
      For the bookmarks of your browser, drag this there:
      <a id="bookmarklet" href="${opens}">Archive before removal</a>. Pressed on a page, it opens this form
      with the page’s address and the words that you marked.
    </p>
  </details>`;
}
