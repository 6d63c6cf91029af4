/** On a record's page: how long it is kept and why, from which days, and the forms with which people change that. */
import { html, type Markup } from './html.ts';
import type { Viewer } from './layout.ts';
import { line, oneOf } from './longer-fields.ts';
import { daySaid, DISPOSITION_NAMES, periodSaid, startSaid } from './retention-words.ts';
import { momentIn } from './times.ts';
import { inWords, PRECISION_NAMES, SOURCE_NAMES } from './words.ts';

type Due =
  | { readonly kind: 'on'; readonly on: string; readonly keptThrough: string }
  | { readonly kind: 'never' }
  | { readonly kind: 'unknown'; readonly waitsFor: string | null };

export interface ShownRetention {
  readonly kind: 'on' | 'never' | 'unknown' | 'unclassified';
  readonly dueOn: string | null;
  readonly keptThrough: string | null;
  readonly waitsFor: string | null;
  readonly ruled: boolean;
  readonly keeps: {
    readonly edition: string;
    readonly series: string;
    readonly title: string;
    readonly citation: string;
    readonly confirmed: boolean;
  } | null;
  readonly of: number;
  readonly series: readonly {
    readonly edition: string;
    readonly series: string;
    readonly title: string;
    readonly trigger: string | null;
    readonly cutoff: string;
    readonly period: string | null;
    readonly disposition: string | null;
    readonly citation: string;
    readonly reason: string;
    readonly by: string;
    readonly at: string;
    readonly due: Due;
    readonly longest: boolean;
  }[];
  readonly days: readonly {
    readonly id: string;
    readonly event: string;
    readonly day: string;
    readonly note: string | null;
    readonly by: string;
    readonly at: string;
  }[];
  readonly suggested: readonly {
    readonly edition: string;
    readonly series: string;
    readonly reason: string;
  }[];
}

export interface RetentionPartParts {
  readonly recordId: string;
  readonly zone: string;
  /** Null: the record is not complete yet. */
  readonly retention: ShownRetention | null;
  /** To choose from. */
  readonly offered: readonly { readonly edition: string; readonly code: string; readonly title: string }[];
  readonly nameOf: (actor: string) => string;
  readonly viewer: Viewer | null;
}

export function retentionPart(parts: RetentionPartParts): Markup {
  const { retention, viewer } = parts;
  const mayClassify =
    viewer?.roles.some((role) => role === 'custodian' || role === 'retention-officer') === true;
  return html`<h2 class="hf-h2" id="retention">How long it is kept</h2>
    ${
      retention === null
        ? html`<p>This record is not complete yet. How long it is kept is known when it is.</p>`
        : html`<p><strong>${standing(retention)}</strong></p>
            ${retention.keeps !== null && retention.of > 1 && html`<p>That is the longest of the ${retention.of} series that apply.</p>`}
            ${retention.keeps?.confirmed === false && html`<p>Two people of the agency have not confirmed this schedule yet, and until they have nothing is destroyed under it.</p>`}
            ${!retention.ruled && html`<p>The rules of the agency have not been applied to it yet. Until they are, it is not due.</p>`}
            ${
              retention.series.length > 0 &&
              html`<ul class="hf-people">
                ${retention.series.map((one) => seriesEntry(one, parts))}
              </ul>`
            }
            ${retention.suggested.map((one) => suggestion(one, parts, mayClassify))}
            ${
              retention.days.length > 0 &&
              html`<h3 class="hf-h3">Days that are known</h3>
                <ul class="usa-list">
                  ${retention.days.map((one) => dayEntry(one, parts, mayClassify))}
                </ul>`
            }
            ${mayClassify && forms(retention, parts)}`
    }`;
}

/** With its citation, whatever it says. */
function standing({ kind, dueOn, keptThrough, waitsFor, keeps }: ShownRetention): Markup {
  if (keeps === null)
    return html`Unclassified: no series of a schedule applies to it, so it is kept and never due.`;
  const under = html`${keeps.series}, ${keeps.title} (${keeps.citation})`;
  if (kind === 'never') return html`Kept permanently under ${under}.`;
  if (kind === 'on' && dueOn !== null && keptThrough !== null)
    return html`<span>Kept through ${daySaid(keptThrough)} under ${under};</span>
      <span>due on ${daySaid(dueOn)}.</span>`;
  if (waitsFor === null)
    return html`Kept under ${under}, whose period is not known; so there is no date yet.`;
  return waitsFor === 'fiscal-year-start'
    ? html`Kept under ${under}. Its period counts from the end of a fiscal year, and nobody has said when that
      of the agency begins; so there is no date yet.`
    : html`Kept under ${under}. Its period begins with “${waitsFor}”, whose day is not known yet; so there is
      no date yet.`;
}

function hidden(fields: Readonly<Record<string, string>>): Markup {
  return html`${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}`;
}

function seriesEntry(one: ShownRetention['series'][number], { zone, nameOf }: RetentionPartParts): Markup {
  return html`<li>
    <strong>${one.title}</strong>
    <span class="hf-small"
      >${one.series} ·
      <a href="/schedules/${one.edition}">${one.edition}</a
      >${one.longest && html` · <strong>keeps it longest</strong>`}</span
    >
    <p class="hf-small">
      ${periodSaid(one.period)}${one.period !== 'PERMANENT' && one.period?.startsWith('UNTIL ') !== true && html`; <span>${startSaid(one)}</span>`}${one.disposition !== null && html`; <span>${inWords(DISPOSITION_NAMES, one.disposition)}</span>`}${one.due.kind === 'on' && html`; <span>alone due on ${daySaid(one.due.on)}</span>`}
      · ${one.citation}
    </p>
    <p class="hf-small">
      <span lang="en">${one.reason}</span>
      <span>${momentIn(zone, one.at)}</span>${one.by.startsWith('person:') && html` · ${nameOf(one.by)}`}
    </p>
  </li>`;
}

function suggestion(
  { edition, series, reason }: ShownRetention['suggested'][number],
  { recordId, viewer }: RetentionPartParts,
  mayClassify: boolean,
): Markup {
  const why = html`<p class="hf-small">Suggested: <span lang="en">${reason}</span></p>`;
  if (!mayClassify) return why;
  return html`<form class="hf-noprint" method="post" action="/records/${recordId}/classification">
    ${why} ${hidden({ as: viewer?.id ?? '', series: `${edition} ${series}`, reason })}
    <button class="usa-button usa-button--outline" type="submit">Put it under ${series}</button>
  </form>`;
}

/** As its fact says: from where, and how exactly. */
function source(note: string | null): Markup {
  const [of = '', precision = ''] = note?.split(' ') ?? [];
  return html`<span>${inWords(SOURCE_NAMES, of)}, ${inWords(PRECISION_NAMES, precision)}</span>`;
}

function dayEntry(
  one: ShownRetention['days'][number],
  { zone, recordId, nameOf, viewer }: RetentionPartParts,
  mayClassify: boolean,
): Markup {
  const isSaid = one.by === 'fact';
  return html`<li>
    <strong>${inWords(EVENT_WORDS, one.event)}</strong>: ${daySaid(one.day)}
    <span class="hf-small"
      >${isSaid ? source(one.note) : html`<span>entered ${momentIn(zone, one.at)}</span> · ${nameOf(one.by)}${one.note !== null && html` · <bdi>${one.note}</bdi>`}`}</span
    >
    ${
      mayClassify &&
      !isSaid &&
      html`<form class="hf-noprint" method="post" action="/records/${recordId}/days">
        ${hidden({ as: viewer?.id ?? '', withdraw: one.id })}
        <button class="usa-button usa-button--unstyled" type="submit">
          Withdraw this day<span class="usa-sr-only">: ${one.event}, ${one.day}</span>
        </button>
      </form>`
    }
  </li>`;
}

/** Days that a record itself may say. What a schedule calls its other events stands as it is. */
const EVENT_WORDS: Readonly<Record<string, string>> = {
  reported: 'Reported',
  posted: 'Posted',
  removed: 'Removed',
};

function forms(retention: ShownRetention, { recordId, offered, viewer }: RetentionPartParts): Markup {
  const as = hidden({ as: viewer?.id ?? '' });
  const others = offered.filter(
    ({ edition, code }) => !retention.series.some((one) => one.edition === edition && one.series === code),
  );
  const why = (name: string, id = 'reason'): Markup =>
    line({ name: 'reason', id, label: name, hint: 'It stands on the record.', value: '' });
  const events = [
    ...new Set(
      retention.series.flatMap(({ trigger, period }) =>
        period?.startsWith('UNTIL ') === true ? [period.slice(6)] : trigger === null ? [] : [trigger],
      ),
    ),
  ];
  return html`<details class="hf-more hf-noprint">
    <summary>Change how long it is kept</summary>
    ${
      others.length > 0 &&
      html`<form method="post" action="/records/${recordId}/classification" novalidate>
        ${as}
        ${oneOf({ name: 'series', label: 'One more series', value: '', choices: others.map(({ edition, code, title }) => [`${edition} ${code}`, html`${code}, ${title} (${edition})`] as const) })}
        ${why('Why does it apply?')}
        <button class="usa-button usa-button--outline" type="submit">Add this series</button>
      </form>`
    }
    ${
      retention.series.length > 0 &&
      html`<form method="post" action="/records/${recordId}/classification" novalidate>
        ${as} ${hidden({ do: 'remove' })}
        ${oneOf({ name: 'series', id: 'series-away', label: 'A series that does not apply', value: '', choices: retention.series.map(({ edition, series, title }) => [`${edition} ${series}`, html`${series}, ${title} (${edition})`] as const) })}
        ${why('Why does it not apply?', 'reason-away')}
        <button class="usa-button usa-button--outline" type="submit">Take it away</button>
      </form>`
    }
    <form method="post" action="/records/${recordId}/days" novalidate>
      ${as}
      ${line({ name: 'event', label: 'What happened', hint: 'As the schedule calls it, such as case-closed.', value: retention.waitsFor ?? '', list: events })}
      ${line({ name: 'day', label: 'On which day', type: 'date', value: '' })}
      ${line({ name: 'note', label: 'What shows it', hint: 'If you like.', value: '' })}
      <button class="usa-button usa-button--outline" type="submit">Enter this day</button>
    </form>
  </details>`;
}
