/**
 * Deciding about one record of a request: what it says and shows on the one side, the decision on the other. Everything works as a form without
 * scripts; a script adds keys, marking by selection, and boxes drawn on pictures (`assets/review.js`).
 *
 * What a pattern found is marked and is withheld by nobody: each mark is a box that a person ticks.
 */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { number } from './numbers.ts';
import { line, lines, oneOf } from './longer-fields.ts';
import { requestHead } from './request-nav.ts';
import { goingPart, type GoingSaid } from './review-going.ts';
import { keptForAll, likes, type ListedInSet } from './review-list-page.ts';
import { fieldPart, filePart, type ReviewFieldSaid, type ReviewFileSaid } from './review-parts.ts';
import { samePart, type SameSaid } from './review-same.ts';
import { ANSWER_NAMES, MARK_NAMES } from './review-words.ts';
import { momentIn } from './times.ts';
import { inWords, titleOf } from './words.ts';

export interface ReviewParts {
  readonly request: {
    readonly id: string;
    readonly number: string;
    readonly isClosed: boolean;
    readonly words: string;
  };
  readonly zone: string;
  readonly record: ListedInSet & {
    readonly code: string;
    readonly facts: number;
    readonly files: number;
    readonly isSealed: boolean;
    /** Somebody reported that it may show a child being abused. */
    readonly neverLeaves: boolean;
    /** Since then nobody tries any more to seal what is left of it. */
    readonly sealStoppedAt: string | null;
    readonly clauses: readonly string[];
  };
  /** Its place in the set, and those beside it. */
  readonly beside: {
    readonly place: number;
    readonly all: number;
    readonly before: string | null;
    readonly after: string | null;
  };
  readonly fields: readonly ReviewFieldSaid[];
  readonly fileParts: readonly ReviewFileSaid[];
  readonly exemptions: readonly {
    readonly key: string;
    readonly cite: string;
    readonly title: string;
    readonly mark: string;
    readonly needs: readonly string[];
  }[];
  readonly going: GoingSaid;
  readonly same: SameSaid;
  /** Newest first. */
  readonly decisions: readonly {
    readonly n: number;
    readonly answer: string;
    readonly cites: readonly string[];
    readonly description: string | null;
    readonly note: string | null;
    /** How many things somebody said that they saw going out. */
    readonly acknowledged: number;
    readonly at: string;
    readonly by: string | Markup;
  }[];
  /** The number of the newest decision. */
  readonly after: number;
  readonly typed: (name: string) => string;
  readonly ticked: (name: string, value: string) => boolean;
  readonly all: (name: string) => readonly string[];
  readonly error: string | Markup | null;
  /** For how many records the decision before was kept. */
  readonly keptFor: number;
  readonly mayDecide: boolean;
}

export function reviewPage(frame: Frame, parts: ReviewParts): string {
  const { request, record, beside, zone, error, decisions, keptFor } = parts;
  const here = `/requests/${request.id}/review`;
  return page({
    title: html`Review: record ${record.code}`,
    ...frame,
    wide: true,
    script: 'review.js',
    main: html`${requestHead(request, 'review', 'Review the records')} ${alert('error', error)}
      ${keptFor > 0 && error === null && alert('success', keptFor > 1 ? keptForAll(keptFor) : 'The decision is kept. This is the next one.')}
      <nav class="hf-pages hf-noprint" aria-label="Records of the set">
        ${beside.before !== null && html`<a rel="prev" href="${here}/${beside.before}">The one before</a>`}
        <span>${beside.place} of ${beside.all}</span>
        ${beside.after !== null && html`<a rel="next" href="${here}/${beside.after}">The next one</a>`}
        <a href="${here}">The whole set</a>
      </nav>
      <h2 class="hf-h2">${titleOf(record)} <span class="hf-code__value">${record.code}</span></h2>
      <p class="hf-small">
        <span>${record.account} on ${record.platform}</span> · ${momentIn(zone, record.receivedAt)} ·
        <a href="/records/${record.recordId}">The record itself</a>
      </p>
      ${record.neverLeaves && alert('error', 'Somebody reported that this record may show a child being sexually abused. Its pictures are not shown here and read by no program, and nothing of it leaves: withhold all of it, or say that it does not answer the request.')}
      ${record.clauses.map((clause) => html`<p class="hf-small">${clause}</p>`)} ${likes(record, here)}
      ${record.changedSince && alert('info', 'Something came to this record since it was decided. What came is not released before somebody decides again.')}
      <details class="hf-more">
        <summary>What was asked</summary>
        <blockquote class="hf-said-words"><bdi>${request.words}</bdi></blockquote>
      </details>
      ${mayDecideNow(parts) && html`<p class="hf-small" id="keys" hidden></p>`}
      <form
        class="hf-form hf-review"
        id="review"
        method="post"
        action="${here}/${record.recordId}"
        data-record="${record.recordId}"
        novalidate
      >
        <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
        <input type="hidden" name="after" value="${parts.after}" />
        <input type="hidden" name="facts" value="${record.facts}" />
        <input type="hidden" name="files" value="${record.files}" />
        <div class="hf-review__what">${what(parts)}</div>
        <div class="hf-review__how">${deciding(parts)}</div>
      </form>
      ${
        decisions.length > 0 &&
        html`<h2 class="hf-h2">What was decided</h2>
          ${earlier(parts)}`
      }`,
  });
}

function what({ fields, fileParts, exemptions, typed, ticked, all, mayDecide, record }: ReviewParts): Markup {
  const controls = { typed, ticked, all, mayDecide, choices: cited(exemptions) };
  return html`<h3 class="hf-h2">What it says</h3>
    ${fields.length === 0 && html`<p>No text was given.</p>`}
    ${fields.map((field) => fieldPart(field, controls))}
    <h3 class="hf-h2">Files</h3>
    <p class="hf-small">
      Pictures are covered, because they may be graphic. Each one that you show is entered in the history of
      the record.
    </p>
    ${fileParts.map((file) => filePart(file, record.recordId, controls))}`;
}

const mayDecideNow = ({ request, mayDecide, record }: ReviewParts): boolean =>
  mayDecide && !request.isClosed && record.isSealed;

const cited = (exemptions: ReviewParts['exemptions']) =>
  exemptions.map(
    ({ key, cite, title, mark }) => [key, html`${cite} · ${title} · ${inWords(MARK_NAMES, mark)}`] as const,
  );

function deciding({
  request,
  zone,
  record,
  exemptions,
  typed,
  ticked,
  all,
  mayDecide,
  going,
  same,
}: ReviewParts): Markup {
  if (request.isClosed) return html`<p>This request is closed: nothing more is decided because of it.</p>`;
  if (!mayDecide) return html`<p>What is released is decided by a custodian who signed in.</p>`;
  if (record.sealStoppedAt !== null)
    return html`<p class="hf-warn">
        Something of this record could not be sealed, so nothing can be proven about it, and nothing is
        decided. Nobody tries any more: ask whoever runs this archive to have it done again, and name the
        record.
      </p>
      <p class="hf-small">${momentIn(zone, record.sealStoppedAt)}</p>`;
  if (!record.isSealed)
    return html`<p>
      Something of this record is not sealed yet, so nothing can be proven about it. That takes seconds: open
      the page again, and decide then.
    </p>`;
  const needing = (need: string): string =>
    exemptions
      .filter(({ needs }) => needs.includes(need))
      .map(({ cite }) => cite)
      .join(', ');
  return html`<fieldset class="usa-fieldset usa-form-group" id="answers">
      <legend class="usa-legend">What is done with it?</legend>
      ${Object.entries(ANSWER_NAMES)
        .filter(([value]) => !record.neverLeaves || value === 'withhold' || value === 'not-responsive')
        .map(
          ([value, label]) =>
            html`<div class="usa-radio">
              <input
                class="usa-radio__input"
                type="radio"
                name="answer"
                id="answer-${value}"
                value="${value}"
                ${typed('answer') === value && html`checked`}
              /><label class="usa-radio__label" for="answer-${value}">${ours(label)}</label>
            </div>`,
        )}
    </fieldset>
    <fieldset class="usa-fieldset usa-form-group hf-withheld">
      <legend class="usa-legend">What is withheld, and why</legend>
      ${oneOf({ name: 'exemption', label: 'Under which provision', hint: 'All of them permit, and none demands. Where it was read in a copy only, ask counsel before you rely on it.', value: typed('exemption'), choices: [['', 'Choose'], ...cited(exemptions)] })}
      <details class="hf-more" ${all('also').length > 0 && html`open`}>
        <summary>And under further provisions</summary>
        <fieldset class="usa-fieldset" id="also">
          <legend class="usa-legend usa-sr-only">And under further provisions</legend>
          ${cited(exemptions).map(
            ([key, label]) =>
              html`<div class="usa-checkbox">
                <input
                  class="usa-checkbox__input"
                  type="checkbox"
                  name="also"
                  id="also-${key}"
                  value="${key}"
                  ${ticked('also', key) && html`checked`}
                /><label class="usa-checkbox__label" for="also-${key}">${label}</label>
              </div>`,
          )}
        </fieldset>
      </details>
      ${line({ name: 'description', label: 'Described in general terms (610.024)', hint: 'Without a word of what is withheld: “a telephone number”.', value: typed('description') })}
      <div class="usa-checkbox">
        <input
          class="usa-checkbox__input"
          type="checkbox"
          name="reveals"
          id="reveals"
          value="yes"
          ${typed('reveals') === 'yes' && html`checked`}
        />
        <label class="usa-checkbox__label" for="reveals">A description would reveal it</label>
      </div>
      <details
        class="hf-more"
        ${['impairs', 'outweighs', 'otherlaw', 'confirmedby'].some((name) => typed(name) !== '') && html`open`}
      >
        <summary>What some provisions ask for</summary>
        ${lines({ name: 'impairs', label: html`Why disclosure would impair security (${needing('written-statement')})`, value: typed('impairs'), rows: 2 })}
        ${lines({ name: 'outweighs', label: html`Why that outweighs the public interest in disclosure (${needing('written-statement')})`, value: typed('outweighs'), rows: 2 })}
        ${line({ name: 'otherlaw', label: html`The law that protects it (${needing('other-law')})`, value: typed('otherlaw') })}
        ${line({ name: 'confirmedby', label: html`Who read the number in the statute (${needing('number-confirmed')})`, value: typed('confirmedby') })}
      </details>
    </fieldset>
    <div class="hf-parted">
      ${oneOf({
        name: 'rest',
        label: 'Fields and files about which nothing is chosen',
        hint: 'What nobody decides about is not released.',
        value: typed('rest'),
        choices: [
          ['', 'Choose for each'],
          ['release', 'Release it'],
          ['withhold', 'Withhold it'],
        ],
      })}
    </div>
    ${samePart(same, { ticked, here: `/requests/${request.id}/review`, recordId: record.recordId })}
    ${goingPart(going)}
    ${lines({ name: 'note', label: 'A note for your office', hint: 'It does not leave.', value: typed('note'), rows: 2 })}
    <p class="hf-actions">
      <button class="usa-button hf-below" type="submit" id="decide">Keep the decision</button>
    </p>
    <p class="hf-small" id="heard" role="status"></p>`;
}

function earlier({ decisions, zone }: ReviewParts): Markup {
  return html`<ol class="hf-people" id="decisions">
    ${decisions.map(
      (one) =>
        html`<li>
          <strong>${inWords(ANSWER_NAMES, one.answer)}</strong>
          <span class="hf-small">${momentIn(zone, one.at)} · ${one.by}</span>
          ${one.cites.length > 0 && html`<p class="hf-small">${one.cites.join('; ')}</p>`}
          ${one.description !== null && html`<p class="hf-small"><bdi>${one.description}</bdi></p>`}
          ${one.acknowledged > 0 && html`<p class="hf-small">Seen, and let go out: ${number(one.acknowledged)}</p>`}
          ${one.note !== null && html`<p class="hf-small"><bdi>${one.note}</bdi></p>`}
        </li>`,
    )}
  </ol>`;
}
