/** The requests of an agency: what is due first, what a letter explained, what is over. Works without scripts. */
import type { Acted, RequestChannel, RequestOutcome, RequestState, Standing } from '#sunshine/sunshine.ts';
import { daySaid } from './clock-said.ts';
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, stopSign, type Frame } from './layout.ts';
import {
  actedShort,
  alarmSaid,
  CHANNEL_WORDS,
  OUTCOME_WORDS,
  pressing,
  standingSaid,
  STATE_WORDS,
} from './request-words.ts';
import { momentIn } from './times.ts';
import { inWords } from './words.ts';

export interface ListedRequestSaid {
  readonly id: string;
  /** As it is shown. */
  readonly tracking: string;
  readonly channel: RequestChannel;
  readonly requester: string | null;
  readonly hasContact: boolean;
  readonly excerpt: string;
  readonly isCut: boolean;
  readonly state: RequestState;
  readonly outcome: RequestOutcome | null;
  readonly firstReceivedAt: string;
  readonly closedAt: string | null;
  readonly dueOn: string | null;
  readonly standing: Standing | null;
  readonly acted: Acted | null;
  /** It was answered in part, and the rest stays on the clock. */
  readonly isInPart: boolean;
  readonly alarm: { readonly day: string; readonly standing: Standing } | null;
  readonly statement: { readonly day: string; readonly standing: Standing } | null;
  /** 0: to be acted on; 1: a letter explained the delay, or it was answered; 2: over. */
  readonly place: number;
}

/** Of all that run, not of this page alone. */
export interface DeskCounts {
  readonly overdue: number;
  readonly today: number;
  readonly next: number;
  readonly alarms: number;
  readonly statements: number;
}

export interface RequestsParts {
  readonly zone: string;
  readonly typed: { readonly state: string; readonly q: string };
  readonly counts: DeskCounts;
  readonly requests: readonly ListedRequestSaid[];
  readonly next: string | null;
  readonly isLater: boolean;
  readonly mayWork: boolean;
  readonly error: string | null;
}

const FILTERS: readonly (readonly [string, string])[] = [
  ['', 'All'],
  ['running', 'Whatever is not over'],
  ['statement', 'A statement of the grounds is owed'],
  ...Object.entries(STATE_WORDS),
];

const SECTIONS = ['To be acted on', 'Acted on, and not closed', 'Ended'] as const;

export function requestsPage(frame: Frame, parts: RequestsParts): string {
  const { typed, counts, requests, next, isLater, mayWork, error, zone } = parts;
  const isFiltered = typed.state !== '' || typed.q !== '';
  return page({
    title: 'Requests',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">Requests</h1>
      ${alert('error', error)} ${dueNow(counts)}
      ${
        mayWork &&
        html`<p class="hf-noprint">
          <a class="usa-button" href="/requests/new">Enter a request</a>
        </p>`
      }
      <form class="hf-search hf-form" method="get" action="/requests" role="search" aria-label="Requests">
        <div class="hf-filters">
          <div class="usa-form-group">
            <label class="usa-label" for="q">Number or words</label>
            <input class="usa-input" type="search" id="q" name="q" value="${typed.q}" autocomplete="off" />
          </div>
          <div class="usa-form-group">
            <label class="usa-label" for="state">How it stands</label>
            <select class="usa-select" id="state" name="state">
              ${FILTERS.map(([value, words]) => html`<option value="${value}" ${value === typed.state && html`selected`}>${ours(words)}</option>`)}
            </select>
          </div>
        </div>
        <button class="usa-button usa-button--outline hf-below" type="submit">Find</button>
        ${isFiltered && html`<a class="hf-reset" href="/requests">Show all</a>`}
      </form>
      ${
        requests.length === 0
          ? isFiltered
            ? html`<p class="hf-intro" role="status">Nothing was found.</p>`
            : html`<p class="hf-intro">No request was entered yet.</p>`
          : SECTIONS.map((title, place) =>
              section(
                title,
                requests.filter((one) => one.place === place),
                zone,
              ),
            )
      }
      ${
        (next !== null || isLater) &&
        html`<p class="hf-pages">
          ${isLater && html`<a href="/requests">Back to the first</a>`}
          ${next !== null && html`<a class="usa-button usa-button--outline" href="${next}">More requests</a>`}
        </p>`
      }
      <p class="hf-noprint">
        <a href="/requests/calendar">The calendar of the office, by which days are counted</a>
      </p>`,
  });
}

/** What is due, in one look; also on the worklist. */
export function dueNow({ overdue, today, next, alarms, statements }: DeskCounts): Markup {
  const some = [
    overdue > 0 && html`<li><strong>Overdue: ${overdue}</strong></li>`,
    today > 0 && html`<li><strong>Due today: ${today}</strong></li>`,
    next > 0 && html`<li>Due on the next business day: ${next}</li>`,
    alarms > 0 && html`<li>Not yet with the custodian of records: ${alarms}</li>`,
    statements > 0 && html`<li>Statements of the grounds owed: ${statements}</li>`,
  ];
  if (some.every((one) => one === false))
    return html`<p id="due-now">Nothing is due today or on the next business day.</p>`;
  return html`<ul class="usa-list hf-due-now" id="due-now">
    ${some}
  </ul>`;
}

function section(title: string, requests: readonly ListedRequestSaid[], zone: string): Markup | null {
  if (requests.length === 0) return null;
  return html`<h2 class="hf-h2">${ours(title)}</h2>
    <ul class="hf-records">
      ${requests.map((one) => entry(one, zone))}
    </ul>`;
}

function entry(one: ListedRequestSaid, zone: string): Markup {
  return html`<li>
    <a class="hf-records__link" href="/requests/${one.id}">${one.tracking}</a>
    ${marks(one)}
    <p class="hf-records__words"><bdi>${one.excerpt}</bdi>${one.isCut && '…'}</p>
    <p class="hf-small">
      ${inWords(STATE_WORDS, one.state)} · ${inWords(CHANNEL_WORDS, one.channel)} ·
      ${one.requester === null ? html`<span>no name was given</span>` : html`<bdi>${one.requester}</bdi>`}
      ${!one.hasContact && html`· <strong>no contact: nothing reaches them</strong>`}
    </p>
    <p class="hf-small">
      ${
        one.closedAt === null
          ? html`<span>First received</span> ${momentIn(zone, one.firstReceivedAt)}`
          : html`<span>Closed</span> ${momentIn(zone, one.closedAt)}`
      }
    </p>
  </li>`;
}

/** Each of its days in words; what presses has a sign and a border besides. */
function marks(one: ListedRequestSaid): Markup {
  const { standing, acted, isInPart, alarm, statement, dueOn, state, outcome } = one;
  const all = [
    acted !== null
      ? mark(pressing(acted.standing), actedShort(acted))
      : state === 'received' && alarm !== null
        ? mark(pressing(alarm.standing), alarmSaid(alarm.standing, alarm.day))
        : standing !== null && dueOn !== null && mark(pressing(standing), standingSaid(standing, dueOn)),
    isInPart && mark('wait', html`Answered in part: the rest is to be acted on`),
    acted === null &&
      state !== 'received' &&
      alarm !== null &&
      mark('calm', html`Counted from its first receipt: ${daySaid(alarm.day)}`),
    outcome !== null && mark('calm', inWords(OUTCOME_WORDS, outcome)),
    statement !== null &&
      mark(
        pressing(statement.standing),
        html`Statement of the grounds. ${standingSaid(statement.standing, statement.day)}`,
      ),
  ];
  return html`<ul class="hf-marks">
    ${all.flatMap((one_) => (one_ === false ? [] : [html`<li>${one_}</li>`]))}
  </ul>`;
}

export const mark = (how: 'stop' | 'wait' | 'calm', words: Markup): Markup =>
  html`<span class="hf-due hf-due--${how}">${how === 'stop' && stopSign}<span>${words}</span></span>`;
