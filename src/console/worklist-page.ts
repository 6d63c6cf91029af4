/** What waits for the custodian's office: what came in, what nobody confirmed, and what stands still. */
import type { Arrivals, ListedRecord } from '#record/record.ts';
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { momentIn } from './times.ts';
import { codeSaid, inWords, REMOVAL_NAMES, titleOf, VERB_NAMES } from './words.ts';

export interface WorklistParts {
  readonly zone: string;
  readonly arrivals: Arrivals;
  /** The oldest removals that nobody confirmed. */
  readonly awaited: readonly ListedRecord[];
  readonly parked: readonly {
    readonly recordId: string;
    readonly step: string;
    readonly reason: string | null;
    readonly parkedAt: string;
  }[];
  readonly letters: {
    readonly on: boolean;
    readonly offices: number;
    /** Names of those that could not be told. */
    readonly troubled: readonly string[];
  };
  /** What is kept because of a request that does not ask for it any more; empty for whoever has nothing to do with requests. */
  readonly toRelease: readonly {
    readonly holdId: string;
    readonly title: string;
    readonly keptUntil: string | null;
  }[];
  /** Whoever only reads takes note of nothing. */
  readonly mayNote: boolean;
  readonly said: string | null;
}

export function worklistPage(frame: Frame, parts: WorklistParts): string {
  const { arrivals, awaited, parked, zone, mayNote, said } = parts;
  return page({
    title: 'Worklist',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">Worklist</h1>
      ${alert('success', said)} ${letters(parts.letters, frame)}
      <section aria-labelledby="new-title">
        <h2 class="hf-h2" id="new-title">New${arrivals.count > 0 && html` (${counted(arrivals.count)})`}</h2>
        ${
          arrivals.records.length === 0
            ? html`<p class="hf-intro">Nothing new is on the list.</p>
                <p class="hf-small">
                  Whatever is handed in appears here as soon as it is sealed, until somebody of the
                  custodian’s office takes note of it.
                </p>`
            : mayNote
              ? html`<form method="post" action="/worklist">
                  <ul class="hf-records">
                    ${arrivals.records.map((one, i) => entry(one, zone, i))}
                  </ul>
                  <p class="hf-actions">
                    <button class="usa-button" type="submit" name="which" value="marked">
                      Note what I marked
                    </button>
                    <button class="usa-button usa-button--outline" type="submit" name="which" value="shown">
                      Note all ${arrivals.records.length} shown
                    </button>
                  </p>
                  <p class="hf-small">
                    Noted means: your office knows of it. The record stays as it is, and says who took note
                    and when.
                  </p>
                </form>`
              : html`<ul class="hf-records">
                  ${arrivals.records.map((one) => entry(one, zone, null))}
                </ul>`
        }
      </section>
      <section aria-labelledby="awaited-title">
        <h2 class="hf-h2" id="awaited-title">Removed, or not?</h2>
        ${
          awaited.length === 0
            ? html`<p>Nobody waits to be asked whether something was removed.</p>`
            : html`<p>
                  Nobody has said yet whether these were removed; the oldest are first. Not each of them is
                  safe to remove: open one, and its status, to see that and to say what was done.
                </p>
                <ul class="hf-records">
                  ${awaited.map((one) => entry(one, zone, null))}
                </ul>
                <p class="hf-noprint">
                  <a href="/records?removal=awaited">All that nobody has confirmed</a>
                </p>`
        }
      </section>
      <section aria-labelledby="parked-title">
        <h2 class="hf-h2" id="parked-title">A person must look</h2>
        ${
          parked.length === 0
            ? html`<p>Nothing stands still.</p>`
            : html`<ul class="hf-records">
                ${parked.map(
                  ({ recordId, step, reason, parkedAt }) =>
                    html`<li>
                      <a class="hf-records__link" href="/records/${recordId}"
                        >Step “${codeSaid(step)}” stopped</a
                      >
                      <p>${reason !== null && ours(reason)}</p>
                      <p class="hf-small">${momentIn(zone, parkedAt)}</p>
                    </li>`,
                )}
              </ul>`
        }
      </section>
      ${parts.toRelease.length > 0 && letGo(parts.toRelease)}`,
  });
}

const letGo = (holds: WorklistParts['toRelease']): Markup =>
  html`<section aria-labelledby="release-title">
    <h2 class="hf-h2" id="release-title">Holds of requests that are over</h2>
    <p>
      These may be released by a custodian or administrator who has no part in the disposal. Until then
      nothing of them is destroyed.
    </p>
    <ul class="hf-records" id="to-release">
      ${holds.map(
        ({ holdId, title, keptUntil }) =>
          html`<li>
            <a class="hf-records__link" href="/holds/${holdId}">${title}</a>
            ${keptUntil !== null && html`<p class="hf-small">Kept until ${keptUntil}</p>`}
          </li>`,
      )}
    </ul>
  </section>`;

const counted = (count: number): Markup => (count >= 1000 ? ours('1,000 or more') : html`${count}`);

function letters({ on, offices, troubled }: WorklistParts['letters'], { viewer }: Frame): Markup | null {
  const sentence =
    offices === 0
      ? html`No office is named that is told by mail, so this list is the only place where new records are
        announced.`
      : !on
        ? html`Mail is not set up on this installation, so this list is the only place where new records are
          announced.`
        : troubled.length > 0
          ? html`Not every letter gets through to: ${troubled.join(', ')}. What was archived is in this list.`
          : null;
  if (sentence === null) return null;
  return html`<div class="usa-alert usa-alert--slim usa-alert--warning hf-alert">
    <div class="usa-alert__body">
      <p class="usa-alert__text">
        ${sentence}
        ${viewer?.roles.includes('administrator') === true ? html`<a href="/offices">Name an office, or try its address</a>.` : html`<span>An administrator of your agency can change it.</span>`}
      </p>
    </div>
  </div>`;
}

/** `place`: with a box to mark it; null: without. */
function entry(
  one: ListedRecord & { readonly arrivedAt?: string },
  zone: string,
  place: number | null,
): Markup {
  const title = titleOf(one);
  return html`<li>
    ${
      place === null
        ? html`<a class="hf-records__link" href="/records/${one.recordId}">${title}</a>`
        : html`<input type="hidden" name="shown" value="${one.recordId}" />
            <div class="usa-checkbox hf-mark">
              <input
                class="usa-checkbox__input"
                type="checkbox"
                id="mark-${place}"
                name="marked"
                value="${one.recordId}"
              />
              <label class="usa-checkbox__label" for="mark-${place}"
                ><span class="usa-sr-only">Mark: </span>${title}</label
              >
            </div>
            <a href="/records/${one.recordId}">Open the record<span class="usa-sr-only">: ${title}</span></a>`
    }
    <p class="hf-records__words">
      ${one.excerpt === null ? html`<span class="hf-small">No text was given.</span>` : html`<bdi>${one.excerpt}</bdi>`}
    </p>
    <p class="hf-small">
      ${momentIn(zone, one.receivedAt)} · <span>${one.account} on ${one.platform}</span> ·
      ${inWords(VERB_NAMES, one.verb)} · ${ours(REMOVAL_NAMES[one.removal])}
    </p>
  </li>`;
}
