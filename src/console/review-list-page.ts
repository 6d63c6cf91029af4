/** The set of a request: what was decided about each record, what is left, and what is alike. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { number } from './numbers.ts';
import { page, type Frame } from './layout.ts';
import { requestHead } from './request-nav.ts';
import { ANSWER_NAMES, FILTER_NAMES } from './review-words.ts';
import { momentIn } from './times.ts';
import { inWords, titleOf } from './words.ts';

export interface ReviewListParts {
  readonly request: { readonly id: string; readonly number: string; readonly isClosed: boolean };
  readonly zone: string;
  readonly count: {
    readonly all: number;
    readonly undecided: number;
    readonly changed: number;
    readonly release: number;
    readonly part: number;
    readonly withhold: number;
    readonly notResponsive: number;
  };
  /** Null: all. */
  readonly filter: string | null;
  readonly listed: readonly ListedInSet[];
  /** Where the next page begins; null: this was the last. */
  readonly next: string | null;
  /** The first one about which nobody decided; null: none. */
  readonly first: string | null;
  /** How many of the set are compared with each other. */
  readonly compared: number;
  /** For how many records a decision was just kept. */
  readonly keptFor: number;
}

export interface ListedInSet {
  readonly recordId: string;
  readonly kind: string;
  readonly author: string | null;
  readonly excerpt: string | null;
  readonly platform: string;
  readonly account: string;
  readonly receivedAt: string;
  readonly answer: string | null;
  readonly changedSince: boolean;
  /** Found by what a program read in its pictures. */
  readonly byPictures: boolean;
  readonly same: readonly string[];
  readonly nearly: readonly string[];
  readonly elsewhere: readonly {
    readonly requestId: string;
    readonly number: string;
    readonly answer: string;
  }[];
}

export function reviewListPage(frame: Frame, parts: ReviewListParts): string {
  const { request, count, filter, listed, next, first, zone, compared, keptFor } = parts;
  const here = `/requests/${request.id}/review`;
  const counts: readonly (readonly [filter: string, count: number])[] = [
    ['undecided', count.undecided],
    ['release', count.release],
    ['part', count.part],
    ['withhold', count.withhold],
    ['not-responsive', count.notResponsive],
    ['changed', count.changed],
  ];
  return page({
    title: html`Review: request ${request.number}`,
    ...frame,
    wide: true,
    main: html`${requestHead(request, 'review', 'Review the records')}
      ${alert('success', keptFor > 1 ? keptForAll(keptFor) : keptFor === 1 ? 'The decision is kept.' : null)}
      <ul class="hf-links" id="filters">
        <li>
          <a href="${here}" ${filter === null && html`aria-current="page"`}>All: ${number(count.all)}</a>
        </li>
        ${counts.map(
          ([name, many]) =>
            html`<li>
              <a href="${here}?answer=${name}" ${filter === name && html`aria-current="page"`}
                >${inWords(FILTER_NAMES, name)}: ${number(many)}</a
              >
            </li>`,
        )}
      </ul>
      ${
        count.all === 0
          ? html`<p class="hf-intro">Nothing is in its set yet.</p>
              <p><a href="/requests/${request.id}/collect">Look for what was asked</a></p>`
          : first !== null && !request.isClosed
            ? html`<p>
                <a class="usa-button" id="begin" href="${here}/${first}">Decide about the next one</a>
              </p>`
            : count.undecided === 0 &&
              html`<p class="hf-intro">All of them are decided.</p>
                <p><a href="/requests/${request.id}/productions">Pack what is released</a></p>`
      }
      ${count.all > compared && html`<p class="hf-small">The newest ${number(compared)} of them are compared with each other.</p>`}
      ${
        listed.length === 0
          ? count.all > 0 && html`<p>None is so.</p>`
          : html`<ul class="hf-records" id="set">
              ${listed.map((one) => entry(one, here, zone))}
            </ul>`
      }
      ${next !== null && html`<p class="hf-pages"><a class="usa-button usa-button--outline" href="${here}?${new URLSearchParams({ ...(filter === null ? {} : { answer: filter }), after: next }).toString()}">More records</a></p>`}`,
  });
}

export const keptForAll = (many: number): Markup =>
  html`The decision is kept for ${number(many)} records, for each as its own.`;

function entry(one: ListedInSet, here: string, zone: string): Markup {
  return html`<li>
    <a class="hf-records__link" href="${here}/${one.recordId}">${titleOf(one)}</a>
    <p class="hf-records__words">
      ${one.excerpt === null ? html`<span class="hf-small">No text was given.</span>` : html`<bdi>${one.excerpt}</bdi>`}
    </p>
    <p class="hf-small">
      <strong>${one.answer === null ? ours('Not decided yet') : inWords(ANSWER_NAMES, one.answer)}</strong>
      ${one.changedSince && html` · <strong>Something came to it since: look again</strong>`}${one.byPictures && html` · <strong>found by words read in a picture by a program</strong>`}
      · ${momentIn(zone, one.receivedAt)} · <span>${one.account} on ${one.platform}</span>
    </p>
    ${likes(one, here)}
  </li>`;
}

const SHOWN = 5;

/** In the set, each by its place. */
const linked = (records: readonly string[], here: string): Markup =>
  html`${records.slice(0, SHOWN).map((one, i) => html` <a href="${here}/${one}">${i + 1}</a>`)}${records.length > SHOWN && html` <span>and more</span>`}`;

export function likes(
  { same, nearly, elsewhere }: Pick<ListedInSet, 'same' | 'nearly' | 'elsewhere'>,
  here: string,
): Markup | null {
  if (same.length === 0 && nearly.length === 0 && elsewhere.length === 0) return null;
  return html`<p class="hf-small">
    ${same.length > 0 && html`<span>Others of the set that say the same:${linked(same, here)}</span>`}
    ${nearly.length > 0 && html`<span>That say nearly the same:${linked(nearly, here)}</span>`}
    ${elsewhere.map(
      (other) =>
        html`<span
          >${inWords(ANSWER_NAMES, other.answer)}:
          <a href="/requests/${other.requestId}">request ${other.number}</a></span
        > `,
    )}
  </p>`;
}
