/** What somebody handed in and has not said yet what became of it: one press for each. */
import type { ListedRecord, Receipt } from '#record/record.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { agoIn, momentIn } from './times.ts';
import { inWords, KIND_NAMES } from './words.ts';

type Assessed = ListedRecord & Pick<Receipt, 'safeToRemove' | 'missing'>;

interface Group {
  /** Oldest first, each with what its receipt says at this moment. */
  readonly records: readonly Assessed[];
  /** How many of the group are not shown. */
  readonly more: number;
}

export interface UnconfirmedParts {
  readonly zone: string;
  readonly now: Date;
  readonly safe: Group;
  readonly others: Group;
  /** With those that are not shown. */
  readonly count: number;
  /** The youngest, of which nobody looked whether they are safe to remove. */
  readonly notLookedAt: number;
  /** What was answered on this page a moment ago. It stays in its place, so that nothing else comes to lie under a finger. */
  readonly answered: readonly ListedRecord[];
  /** Of these what was just answered; null: nothing was. */
  readonly last: (ListedRecord & { readonly code: string }) | null;
}

export function unconfirmedPage(frame: Frame, parts: UnconfirmedParts): string {
  const { safe, others, answered, count, last, notLookedAt } = parts;
  let place = 0;
  const before = answered.map(({ recordId }) => recordId).toSorted();
  // The last one first: of that one the next page speaks.
  const ids = [last?.recordId ?? [], before.filter((id) => id !== last?.recordId)].flat();
  const inPlace = [...safe.records, ...answered].toSorted((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
  return page({
    title: 'Removed, or not?',
    ...frame,
    main: html`<h1 class="hf-h1">Removed, or not?</h1>
      ${last !== null && done(last)}
      ${
        count === 0
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
        inPlace.length > 0 &&
        html`<section aria-labelledby="safe-title">
          <h2 class="hf-h2" id="safe-title">
            ${safe.records.length > 0 ? html`Safe to remove` : html`You have answered for these`}
          </h2>
          <ul class="hf-records${last !== null && ' hf-just-answered'}">
            ${inPlace.map((one) =>
              'safeToRemove' in one
                ? entry(one, parts, actions(frame, one.recordId, place++, ids))
                : entry(one, parts, answer(one)),
            )}
          </ul>
          ${safe.more > 0 && html`<p>${safe.more} more are safe to remove, and come up when you have answered for these.</p>`}
        </section>`
      }
      ${
        others.records.length > 0 &&
        html`<section aria-labelledby="others-title">
          <h2 class="hf-h2" id="others-title">Do not remove these yet</h2>
          <ul class="hf-records">
            ${others.records.map((one) =>
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
          ${others.more > 0 && html`<p>${others.more} more are not to be removed yet, and are not shown.</p>`}
        </section>`
      }
      ${notLookedAt > 0 && html`<p>${notLookedAt} that you handed in later are not shown. They come up when you have said what became of these.</p>`}`,
  });
}

/** Names the record: whoever pressed a second time in the same place sees what that was. */
const done = (one: ListedRecord & { readonly code: string }): Markup =>
  html`<div class="usa-alert usa-alert--slim usa-alert--success hf-alert" role="status">
    <div class="usa-alert__body">
      <p class="usa-alert__text">
        ${saidOf(one)} <bdi>${one.author ?? shortened(one.excerpt) ?? ''}</bdi> <code>${one.code}</code>
        <a href="/report/records/${one.recordId}/plain">Was that a mistake?</a>
      </p>
    </div>
  </div>`;

const saidOf = ({ removal }: ListedRecord): Markup =>
  removal === 'confirmed'
    ? html`On record: it was removed.`
    : html`On record: it was not removed after all. The record stays.`;

const shortened = (words: string | null): string | null =>
  words === null || words.length <= 60 ? words : `${words.slice(0, 60)}…`;

/** Where the buttons were. */
const answer = (one: ListedRecord): Markup =>
  html`<p class="hf-answered">
    ${saidOf(one)} <a href="/report/records/${one.recordId}/plain">Change what you said</a>
  </p>`;

function entry(one: ListedRecord, { zone, now }: UnconfirmedParts, ways: Markup): Markup {
  return html`<li>
    <a class="hf-records__link" id="about-${one.recordId}" href="/records/${one.recordId}"
      >${inWords(KIND_NAMES, one.kind)}${one.author === null ? html` by somebody not named` : html` by <bdi>${one.author}</bdi>`}</a
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
function actions({ viewer }: Frame, recordId: string, place: number, answered: readonly string[]): Markup {
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
    <input type="hidden" name="answered" value="${answered.join(' ')}" />
    <p class="hf-actions">
      ${press('removed', html`I removed it`, '')}
      ${press('kept', html`I did not remove it after all`, 'usa-button--outline')}
    </p>
  </form>`;
}
