/**
 * Handing in, for a moderator on a phone: show it, say why, send. For whoever signed in the page comes whole, and is a form that
 * works without scripts; the script adds pasting, progress and the live status. With a key the form appears when the script runs.
 */
import { agreementAsked } from './agreements-part.ts';
import { textInput } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { keyPanel, noScript, page, ROLE_NAMES, type Frame } from './layout.ts';
import { howMany, leftOff, onTheirWay } from './report-beside.ts';
import { choices, NO_CHOICES, willSay, type Choices } from './report-choices.ts';
import type { Purpose } from './report-verbs.ts';
import { KIND_NAMES } from './words.ts';

/** Choosing, dropping and pasting pictures; the same on both pages. */
export const pictureField = (label: string): Markup =>
  html`<div class="hf-drop" id="drop">
      <input class="usa-sr-only" id="files" name="file" type="file" multiple aria-describedby="drop-hint" />
      <label class="usa-button usa-button--outline hf-choose" for="files">${ours(label)}</label>
      <span class="hf-drop__hint" id="drop-hint">or paste them (Ctrl+V), or drop them here</span>
    </div>
    <ul class="hf-pictures" id="pictures" aria-label="Pictures to send" hidden></ul>
    <p class="hf-small" id="pictures-said" role="status"></p>`;

export const progress: Markup = html`<div class="hf-sending" id="sending" hidden>
  <label for="sent" id="sent-label">Sending</label>
  <progress id="sent" max="100" value="0"></progress>
</div>`;

const WORDS: Readonly<Record<Purpose, Readonly<Record<'title' | 'heading' | 'send', string>>>> = {
  remove: { title: 'Report', heading: 'Archive it before it goes', send: 'Archive it' },
  keep: { title: 'Keep this', heading: 'Keep what is a record', send: 'Keep it' },
};
const HAND_IN: readonly string[] = ['moderator', 'custodian', 'administrator'];

export interface ReportParts {
  readonly publicUrl: string;
  readonly purpose: Purpose;
  /** Null: nobody signed in; the script asks with the key that it is given. */
  readonly choices: Choices | null;
  /** Names this one attempt to hand in, so that a form that is sent twice is taken once. */
  readonly attempt: string;
  /** How much of what they handed in waits for a word of theirs. */
  readonly unconfirmed?: number;
  /** As it was sent before, without a script, and what was wrong with it. */
  readonly typed?: Readonly<Record<string, string>>;
  readonly problems?: readonly (string | Markup)[];
  /** What this form was handed in as before, when it says something else now: somebody went back to it. */
  readonly earlier?: string;
}

export function reportPage(frame: Frame, parts: ReportParts): string {
  const {
    publicUrl,
    purpose,
    choices: offered,
    attempt,
    typed = {},
    problems = [],
    earlier,
    unconfirmed = 0,
  } = parts;
  const said = earlier === undefined ? problems : [handedInAlready(earlier), ...problems];
  const words = WORDS[purpose];
  const roles = frame.viewer?.roles ?? [];
  // What they put in would be refused at the end: said before they begin.
  const onlyReads = frame.viewer !== null && !roles.some((role) => HAND_IN.includes(role));
  const value = (name: string): string => typed[name] ?? '';
  return page({
    title: words.title,
    ...frame,
    plain: true,
    ...(onlyReads ? {} : { script: 'report.js', preload: REPORT_MODULES }),
    main: html`<h1 class="hf-h1">${ours(words.heading)}</h1>
      ${
        unconfirmed > 0 &&
        html`<p class="hf-small">
          <a href="/unconfirmed"
            >${unconfirmed === 1 ? html`One that you handed in waits` : html`${unconfirmed} that you handed in wait`}
            for your word: removed, or not?</a
          >
        </p>`
      }
      ${
        purpose === 'keep' &&
        html`<p class="hf-intro">
          For what is a record although nothing is removed: a resident writes to somebody’s own account, a
          submission is not published, a violation is reported, a post is needed for a proceeding.
        </p>`
      }
      ${onlyReads && html`<p role="status">Your roles (<span>${roles.map((role, i) => html`${i > 0 && ', '}${ours(ROLE_NAMES[role] ?? role)}`)}</span>) read and do not hand in. Under <a href="/records">Records</a> you find what was handed in; your administrator can give you the role of a moderator.</p>`}
      ${
        frame.viewer === null
          ? noScript(
              'With a key the form needs it. You can sign in instead: then the form works without it. Until it is handed in: do not remove the content yet.',
            )
          : !onlyReads &&
            html`<noscript
              ><p class="hf-small">
                Without JavaScript nothing can be pasted or dropped: choose the pictures as files. What was
                typed stays if something is missing; pictures have to be chosen again.
              </p></noscript
            >`
      }
      ${keyPanel}
      <p id="opening" class="hf-small" role="status" hidden></p>
      ${
        !onlyReads &&
        html`<form
          id="report"
          class="hf-form"
          method="post"
          action="${purpose === 'keep' ? '/keep' : '/report'}"
          enctype="multipart/form-data"
          data-purpose="${purpose}"
          novalidate
          autocomplete="off"
          ${offered === null && html`hidden`}
        >
          <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
          <input type="hidden" name="attempt" value="${attempt}" />
          ${leftOff(purpose)}
          ${summary(said, earlier === undefined ? 'Nothing was handed in yet' : 'The change was not handed in')}

          <fieldset class="usa-fieldset hf-step" id="what">
            <legend class="hf-legend"><span class="hf-no" aria-hidden="true">1</span>What is it?</legend>
            <span class="usa-error-message" id="what-error" hidden></span>
            ${pictureField('Take or choose pictures')}
            <p class="hf-small">
              <a href="/child-safety">It may show a child being abused: do not copy it</a>
            </p>
            ${howMany}
            <details
              class="hf-more hf-beside"
              id="beside"
              ${value('url') + value('text') !== '' && html`open`}
            >
              <summary>Its address, or its words</summary>
              <div class="hf-beside__fields">
                ${textInput('url', 'Address of the content', { hint: 'The archive opens it and keeps the page too', value: value('url') })}
                <div class="usa-form-group" id="text-group">
                  <label class="usa-label" for="text">Its words</label>
                  <span class="usa-error-message" id="text-error" hidden></span>
                  <textarea
                    class="usa-textarea hf-words"
                    id="text"
                    name="text"
                    rows="2"
                    aria-describedby="text-error"
                  >
${value('text')}</textarea>
                </div>
              </div>
            </details>
          </fieldset>

          <div id="choices">${choices(purpose, offered ?? NO_CHOICES, typed)}</div>
          ${purpose === 'remove' && agreementAsked(offered?.lacking ?? [])}

          <details class="hf-more" id="more">
            <summary>More details</summary>
            <fieldset class="usa-fieldset">
              <legend class="usa-legend">Who wrote it?</legend>
              ${textInput('author-name', 'Name as shown', { value: value('author-name') })}
              ${textInput('author-handle', 'Handle', { value: value('author-handle') })}
              ${textInput('author-url', 'Address of the profile', { value: value('author-url') })}
              <div class="usa-checkbox">
                <input
                  class="usa-checkbox__input"
                  type="checkbox"
                  id="author-unseen"
                  name="author-unseen"
                  value="yes"
                  ${value('author-unseen') !== '' && html`checked`}
                /><label class="usa-checkbox__label" for="author-unseen">Cannot be seen</label>
              </div>
            </fieldset>
            ${textInput('posted', 'When was it posted?', { hint: 'As you see it, for example “2 h” or “Nov 3 at 9:14 am”', value: value('posted') })}
            <label class="usa-label" for="kind">What kind is it?</label>
            <select class="usa-select" id="kind" name="kind">
              <option value="">Not stated</option>
              ${Object.entries(KIND_NAMES).map(([kind, label]) => html`<option value="${kind}" ${value('kind') === kind && html`selected`}>${ours(label)}</option>`)}
            </select>
            <label class="usa-label" for="note">Note</label>
            <textarea class="usa-textarea hf-words" id="note" name="note" rows="2" maxlength="8000">
${value('note')}</textarea>
            <div class="usa-checkbox">
              <input
                class="usa-checkbox__input"
                type="checkbox"
                id="no-capture"
                name="no-capture"
                value="yes"
                ${value('no-capture') !== '' && html`checked`}
              /><label class="usa-checkbox__label" for="no-capture">Do not open the live page</label>
            </div>
          </details>

          <div class="hf-send">
            <div id="failure" class="usa-alert usa-alert--error usa-alert--slim" role="alert" hidden>
              <div class="usa-alert__body"><p class="usa-alert__text" id="failure-text"></p></div>
            </div>
            ${progress}
            <p class="hf-will" id="will">${willSay(purpose, offered ?? NO_CHOICES)}</p>
            <button
              class="usa-button usa-button--big hf-submit"
              type="submit"
              id="submit"
              aria-describedby="will"
            >
              ${ours(words.send)}
            </button>
          </div>
        </form>`
      }
      ${!onlyReads && onTheirWay(purpose)} ${purpose === 'remove' && besides(publicUrl)}`,
  });
}

/** Asked for together, not one after the other: on a slow line each round is most of a second. */
const REPORT_MODULES = [
  'words.js',
  'api.js',
  'dom.js',
  'key.js',
  'left-off.js',
  'pictures.js',
  'findings.js',
  'report-form.js',
  'sending.js',
  'uploads.js',
  'several.js',
  'status-view.js',
];

const handedInAlready = (recordId: string): Markup =>
  html`This form was handed in already:
    <a href="/report/records/${recordId}/plain">the record that came of it</a>. It says something else now.
    Sent once more, it becomes a record of its own.`;

function summary(problems: readonly (string | Markup)[], title: string): Markup {
  return html`<div
    id="summary"
    class="usa-alert usa-alert--error"
    role="alert"
    tabindex="-1"
    ${problems.length === 0 && html`hidden`}
  >
    <div class="usa-alert__body">
      <h2 class="usa-alert__heading" id="summary-title">${problems.length > 0 && ours(title)}</h2>
      <p class="usa-alert__text" id="summary-text">
        ${problems.length > 0 && html`Mend this, choose the pictures again, and send it once more.`}
      </p>
      <ul class="usa-list" id="summary-list">
        ${problems.map((problem) => html`<li>${ours(problem)}</li>`)}
      </ul>
    </div>
  </div>`;
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
