/** The worklist of retention: by series what is due, what stands in the way, what is to come; and the records behind each figure. */
import { alert } from './fields.ts';
import { apart, html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { line } from './longer-fields.ts';
import { BLOCKED_NAMES, daySaid, DISPOSITION_NAMES, periodSaid } from './retention-words.ts';
import { number } from './numbers.ts';
import { momentIn } from './times.ts';
import { inWords, titleOf } from './words.ts';

export interface ShownSeries {
  readonly edition: string;
  readonly series: string;
  readonly title: string;
  readonly period: string | null;
  readonly disposition: string | null;
  readonly citation: string;
  readonly confirmed: boolean;
  readonly records: number;
  readonly due: number;
  readonly ready: number;
  readonly held: number;
  readonly unruled: number;
  readonly locked: number;
  readonly later: number;
  readonly waiting: number;
  readonly never: number;
  readonly forecast: readonly number[];
}

export interface RetentionParts {
  readonly today: string;
  readonly quarters: readonly { readonly name: string; readonly through: string }[];
  readonly series: readonly ShownSeries[];
  readonly unclassified: number;
  readonly fiscalYearStart: string | null;
  /** Whoever reads sets nothing. */
  readonly maySet: boolean;
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string } | null;
}

const list = (which: string, { edition, series }: { edition: string; series: string }): string =>
  `/retention/records?${new URLSearchParams({ list: which, edition, series }).toString()}`;

export function retentionPage(frame: Frame, parts: RetentionParts): string {
  const { today, series, unclassified, said } = parts;
  return page({
    title: 'Retention',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">Retention</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      <ul class="hf-links">
        <li><a href="/schedules">Schedules</a></li>
        <li><a href="/retention/rules">Rules</a></li>
      </ul>
      <p class="hf-intro">
        How long what was archived is kept, as it stands on <span>${daySaid(today)}</span>. Nothing is
        destroyed from here: what is due is proposed, and two people decide.
      </p>
      <section aria-labelledby="unclassified-title">
        <h2 class="hf-h2" id="unclassified-title">Unclassified</h2>
        ${
          unclassified === 0
            ? html`<p>Every complete record stands under a series.</p>`
            : html`<p>
                <a href="/retention/records?list=unclassified"
                  >${ours(unclassified === 1 ? '1 record stands under no series' : html`${number(unclassified)} records stand under no series`)}</a
                >: they are kept and never due, until somebody says what they are.
              </p>`
        }
      </section>
      <section aria-labelledby="series-title">
        <h2 class="hf-h2" id="series-title">By series</h2>
        ${
          series.length === 0
            ? html`<p>No record stands under a series yet.</p>`
            : html`<ul class="hf-people">
                ${series.map((one) => entry(one, parts))}
              </ul>`
        }
      </section>
      <section class="hf-panel" aria-labelledby="fiscal-title">
        <h2 class="hf-h2" id="fiscal-title">Fiscal year</h2>
        <p>
          ${parts.fiscalYearStart === null ? ours('Nobody has said when it begins. Until then no period that counts from its end has a date.') : html`It begins each year on (month-day) ${parts.fiscalYearStart}.`}
        </p>
        ${
          parts.maySet &&
          html`<form method="post" action="/retention/fiscal-year" novalidate>
            ${line({ name: 'start', label: 'Its first day', hint: 'As month and day, such as 07-01. What ends with it is computed anew, and editions that count from it are to be confirmed anew by two people.', value: parts.fiscalYearStart ?? '' })}
            <button class="usa-button usa-button--outline" type="submit">Set the fiscal year</button>
          </form>`
        }
      </section>`,
  });
}

function entry(one: ShownSeries, { quarters }: RetentionParts): Markup {
  const blocked = [
    [one.held, html`${number(one.held)} held`],
    [one.unruled, html`${number(one.unruled)} to which the rules were not applied yet`],
    [one.confirmed ? 0 : one.due, html`${number(one.due)} because the edition is not confirmed`],
    [one.locked, html`${number(one.locked)} whose lock in the store still runs`],
  ] as const;
  const forecast = quarters.flatMap(({ name, through }, i) => {
    const count = one.forecast[i] ?? 0;
    return count === 0
      ? []
      : [html`<li>${name}: ${number(count)} <span class="hf-small">through ${daySaid(through)}</span></li>`];
  });
  return html`<li>
    <strong>${one.title}</strong>
    <span class="hf-small"
      >${one.series} · <a href="/schedules/${one.edition}">${one.edition}</a> ·
      ${periodSaid(one.period)}${one.disposition !== null && html`, ${inWords(DISPOSITION_NAMES, one.disposition)}`}
      · ${one.citation}</span
    >
    ${!one.confirmed && html`<p class="hf-small"><strong>Not confirmed by two people of the agency: nothing is destroyed under it.</strong></p>`}
    <dl class="hf-facts">
      ${one.due > 0 && row('Due now', html`<a href="${list('due', one)}">${number(one.due)}</a> ${one.ready > 0 && html`<span>${number(one.ready)} with nothing in the way</span>`}`)}
      ${one.due > one.ready && row('Blocked', html`${blocked.filter(([count]) => count > 0).map(([, words], i) => html`${i > 0 && '; '}${apart(words)}`)}`)}
      ${
        one.later > 0 &&
        row(
          'Due later',
          html`<a href="${list('later', one)}">${number(one.later)}</a>${
              forecast.length > 0 &&
              html`<ul class="usa-list">
                ${forecast}
              </ul>`
            }`,
        )
      }
      ${one.waiting > 0 && row('Waits for an event', html`<a href="${list('waiting', one)}">${number(one.waiting)}</a>`)}
      ${one.never > 0 && row('Permanent', html`<a href="${list('never', one)}">${number(one.never)}</a>`)}
    </dl>
  </li>`;
}

const row = (term: string, value: Markup): Markup =>
  html`<div>
    <dt>${ours(term)}</dt>
    <dd>${value}</dd>
  </div>`;

export interface RetentionListParts {
  readonly zone: string;
  readonly list: 'due' | 'later' | 'waiting' | 'never' | 'unclassified';
  readonly records: readonly {
    readonly recordId: string;
    readonly receivedAt: string;
    readonly kind: string;
    readonly platform: string;
    readonly account: string;
    readonly excerpt: string | null;
    readonly author: string | null;
    readonly edition: string | null;
    readonly series: string | null;
    readonly dueOn: string | null;
    readonly waitsFor: string | null;
    readonly blocked: readonly string[];
    readonly suggested: readonly {
      readonly edition: string;
      readonly series: string;
      readonly reason: string;
    }[];
  }[];
  readonly next: string | null;
  readonly mayClassify: boolean;
}

const LIST_NAMES: Readonly<Record<RetentionListParts['list'], string>> = {
  due: 'Due now',
  later: 'Due later',
  waiting: 'Waiting for an event',
  never: 'Permanent',
  unclassified: 'Unclassified',
};

export function retentionListPage(frame: Frame, parts: RetentionListParts): string {
  const { records, next } = parts;
  return page({
    title: ours(LIST_NAMES[parts.list]),
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">${ours(LIST_NAMES[parts.list])}</h1>
      ${
        records.length === 0
          ? html`<p>There is nothing on this list.</p>`
          : html`<ul class="hf-records">
              ${records.map((one) => listed(one, parts, frame))}
            </ul>`
      }
      <p class="hf-noprint">
        ${next !== null && html`<a href="${next}">More</a> · `}<a href="/retention">Back to retention</a>
      </p>`,
  });
}

function listed(
  one: RetentionListParts['records'][number],
  { zone, mayClassify }: RetentionListParts,
  { viewer }: Frame,
): Markup {
  return html`<li>
    <a class="hf-records__link" href="/records/${one.recordId}">${titleOf(one)}</a>
    <p class="hf-records__words">
      ${one.excerpt === null ? html`<span class="hf-small">No text was given.</span>` : html`<bdi>${one.excerpt}</bdi>`}
    </p>
    <p class="hf-small">
      ${momentIn(zone, one.receivedAt)} · <span>${one.account} on ${one.platform}</span>
      ${one.series !== null && html` · <span>${one.series}, ${one.edition}</span>`}
      ${one.dueOn !== null && html` · <span>due on ${daySaid(one.dueOn)}</span>`}
      ${one.waitsFor !== null && html` · <span>waits for “${one.waitsFor}”</span>`}
    </p>
    ${one.blocked.length > 0 && html`<p class="hf-small"><strong>Blocked:</strong> ${one.blocked.map((why, i) => html`${i > 0 && ', '}<span>${inWords(BLOCKED_NAMES, why)}</span>`)}</p>`}
    ${one.suggested.map(({ edition, series, reason }) => {
      const why = html`<p class="hf-small">Suggested: <span lang="en">${reason}</span></p>`;
      if (!mayClassify) return why;
      return html`<form class="hf-noprint" method="post" action="/records/${one.recordId}/classification">
        ${why}
        <input type="hidden" name="as" value="${viewer?.id ?? ''}" />
        <input type="hidden" name="series" value="${edition} ${series}" />
        <input type="hidden" name="reason" value="${reason}" />
        <button class="usa-button usa-button--outline" type="submit">
          Put it under ${series}<span class="usa-sr-only">: ${titleOf(one)}</span>
        </button>
      </form>`;
    })}
  </li>`;
}
