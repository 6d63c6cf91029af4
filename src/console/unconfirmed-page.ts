/** What somebody handed in and has not said yet what became of it: one press for each. */
import type { ListedRecord, Receipt } from '#record/record.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { agoIn, momentIn } from './times.ts';
import { KIND_NAMES } from './words.ts';

export interface UnconfirmedParts {
  readonly zone: string;
  readonly now: Date;
  /** Oldest first, each with what its receipt says at this moment. */
  readonly records: readonly (ListedRecord & Pick<Receipt, 'safeToRemove' | 'missing'>)[];
  /** With those that are not shown. */
  readonly count: number;
  /** What was just said of one of them; null: nothing was. */
  readonly said: { readonly what: 'removed' | 'kept'; readonly recordId: string } | null;
}

export function unconfirmedPage(frame: Frame, parts: UnconfirmedParts): string {
  const { records, count, said } = parts;
  const safe = records.filter(({ safeToRemove }) => safeToRemove);
  const others = records.filter(({ safeToRemove }) => !safeToRemove);
  return page({
    title: 'Removed, or not?',
    ...frame,
    main: html`<h1 class="hf-h1">Removed, or not?</h1>
      ${said?.what === 'removed' && done(html`On record: it was removed.`, said.recordId)}
      ${said?.what === 'kept' && done(html`On record: it was not removed after all. The record stays.`, said.recordId)}
      ${
        records.length === 0
          ? html`<p class="hf-intro">Nothing waits for your word.</p>
              <p>
                What you hand in and do not call removed, or kept after all, is listed here until you do.
                <a href="/report">Hand something in</a>.
              </p>`
          : html`<p>
              You handed these in, and nobody has said yet what became of them. The oldest are first.
            </p>`
      }
      ${
        safe.length > 0 &&
        html`<section aria-labelledby="safe-title">
          <h2 class="hf-h2" id="safe-title">Safe to remove</h2>
          <ul class="hf-records">
            ${safe.map((one, i) => entry(one, parts, actions(frame, one.recordId, i)))}
          </ul>
        </section>`
      }
      ${
        others.length > 0 &&
        html`<section aria-labelledby="others-title">
          <h2 class="hf-h2" id="others-title">Do not remove these yet</h2>
          <ul class="hf-records">
            ${others.map((one) =>
              entry(
                one,
                parts,
                html`<p class="hf-small">
                    ${one.missing.map(({ sentence }, i) => html`${i > 0 && ' '}${ours(sentence)}`)}
                  </p>
                  <p>
                    <a href="/report/records/${one.recordId}/plain">What is missing, and what you can say</a>
                  </p>`,
              ),
            )}
          </ul>
        </section>`
      }
      ${
        count > records.length &&
        html`<p>
          ${count - records.length} more are not shown. They come up when you have said what became of these.
        </p>`
      }`,
  });
}

const done = (sentence: Markup, recordId: string): Markup =>
  html`<div class="usa-alert usa-alert--slim usa-alert--success hf-alert" role="status">
    <div class="usa-alert__body">
      <p class="usa-alert__text">
        ${sentence} <a href="/report/records/${recordId}/plain">Was that a mistake?</a>
      </p>
    </div>
  </div>`;

function entry(one: ListedRecord, { zone, now }: UnconfirmedParts, ways: Markup): Markup {
  const kind = KIND_NAMES[one.kind];
  return html`<li>
    <a class="hf-records__link" id="about-${one.recordId}" href="/records/${one.recordId}"
      >${kind === undefined ? one.kind : ours(kind)}${one.author === null ? html` by somebody not named` : html` by <bdi>${one.author}</bdi>`}</a
    >
    <p class="hf-records__words">
      ${one.excerpt === null ? html`<span class="hf-small">No text was given.</span>` : html`<bdi>${one.excerpt}</bdi>`}
    </p>
    <p class="hf-small">
      <strong>Handed in ${agoIn(now, one.receivedAt)}</strong> · ${momentIn(zone, one.receivedAt)} ·
      ${one.account} (${one.platform})
    </p>
    ${ways}
  </li>`;
}

/** One press each. What was pressed by mistake is taken back on the record's own page. */
function actions({ viewer }: Frame, recordId: string, place: number): Markup {
  const press = (what: string, label: Markup, look: string): Markup =>
    html`<button
      class="usa-button ${look}"
      type="submit"
      name="what"
      value="${what}"
      id="${what}-${place}"
      aria-describedby="about-${recordId}"
    >
      ${label}
    </button>`;
  return html`<form method="post" action="/unconfirmed/${recordId}">
    <input type="hidden" name="as" value="${viewer?.id ?? ''}" />
    <p class="hf-actions">
      ${press('removed', html`I removed it`, '')}
      ${press('kept', html`I did not remove it after all`, 'usa-button--outline')}
    </p>
  </form>`;
}
