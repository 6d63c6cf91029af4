/** What a request asks for is looked for here: a search that its words suggest, what was run, and the holds that lie because of it. */
import { alert } from './fields.ts';
import { number } from './numbers.ts';
import { html, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { line, lines, oneOf } from './longer-fields.ts';
import { requestHead } from './request-nav.ts';
import { searchedSaid } from './search-said.ts';
import { momentIn } from './times.ts';
import { REMOVAL_NAMES } from './words.ts';

export interface CollectParts {
  readonly request: { readonly id: string; readonly number: string; readonly isClosed: boolean };
  readonly zone: string;
  /** As they came. */
  readonly words: string;
  /** By the names of the fields: what was typed, or what the words suggest. */
  readonly typed: Readonly<Record<string, string>>;
  /** Of a proposal: what each part of it is for. Empty: it was typed. */
  readonly why: readonly { readonly code: string; readonly of: readonly string[] }[];
  readonly grounds: readonly { readonly reference: string; readonly label: string }[];
  readonly error: string | Markup | null;
  readonly said: Markup | null;
  readonly searches: readonly SearchSaid[];
  readonly holds: readonly HoldSaid[];
  /** Whoever looks may search, and say until when it is kept. */
  readonly mayCollect: boolean;
  readonly count: { readonly all: number; readonly undecided: number; readonly changed: number };
  readonly named: string;
  readonly kept: { readonly until: string; readonly reason: string };
}

export interface SearchSaid {
  readonly n: number;
  readonly q: string | null;
  readonly filters: Readonly<Record<string, string>>;
  readonly found: number;
  readonly indexState: {
    readonly asOf: string;
    readonly records: number;
    readonly newestRecordAt: string | null;
    readonly notSealed: number;
    readonly unfinished: number;
    readonly parked: number;
    readonly rejected: number;
    readonly destroyed: number;
    readonly beingDestroyed: number;
    readonly accountsWithoutRecords: number;
    readonly pictures?: {
      readonly read: number;
      readonly waiting: number;
      readonly failed: number;
      readonly never: number;
    };
  };
  readonly holdId: string | null;
  readonly at: string;
  readonly by: string | Markup;
}

interface HoldSaid {
  readonly holdId: string;
  readonly title: string;
  readonly records: number;
  readonly releasedAt: string | null;
  readonly keptUntil: string | null;
  readonly mayBeReleased: boolean;
}

export function collectPage(frame: Frame, parts: CollectParts): string {
  const { request, words, error, said, searches, mayCollect, count } = parts;
  return page({
    title: html`Collect: request ${request.number}`,
    ...frame,
    wide: true,
    main: html`${requestHead(request, 'collect', 'Collect')} ${alert('error', error)}
      ${alert('success', said)}
      <blockquote class="hf-said-words" id="words"><bdi>${words}</bdi></blockquote>
      <p class="hf-intro">
        ${
          count.all === 0
            ? html`Nothing is in its set yet.`
            : html`In its set: ${number(count.all)}. Not decided yet: ${number(count.undecided)}.`
        }
        ${count.all > 0 && html`<a href="/requests/${request.id}/review">Review them</a>`}
      </p>
      ${
        mayCollect && !request.isClosed
          ? searching(frame, parts)
          : request.isClosed && html`<p>This request is closed: nothing more is looked for because of it.</p>`
      }
      <h2 class="hf-h2">What was looked for</h2>
      ${
        searches.length === 0
          ? html`<p>No search was run yet.</p>`
          : html`<ol class="hf-people" id="searches">
              ${searches.map((one) => searchSaid(one, parts))}
            </ol>`
      }
      ${holding(frame, parts)}`,
  });
}

function searching({ viewer }: Frame, { request, typed, why, grounds, named }: CollectParts): Markup {
  const of = (name: string): string => typed[name] ?? '';
  return html`<form
      class="hf-form hf-search"
      method="post"
      action="/requests/${request.id}/collect"
      role="search"
      novalidate
    >
      <h2 class="hf-h2">Search</h2>
      ${
        why.length > 0 &&
        html`<p class="hf-small">
            The fields are filled in as the words of the request suggest. Change what you know better.
          </p>
          <ul class="usa-list hf-small" id="why">
            ${why.map((one) => html`<li>${reasonSaid(one)}</li>`)}
          </ul>`
      }
      <input type="hidden" name="as" value="${viewer?.id ?? ''}" />
      ${line({ name: 'q', label: 'Words', hint: 'In texts, names, accounts and notes, and as a program read them in pictures. "…" for a phrase, - to leave out, or.', value: of('q') })}
      <div class="hf-filters">
        ${line({ name: 'platform', label: 'Platform', hint: 'Such as facebook', value: of('platform') })}
        ${line({ name: 'account', label: 'Account', hint: 'Its handle', value: of('account') })}
        ${oneOf({ name: 'removal', label: 'Removal', value: of('removal'), choices: [['', 'Any'], ...Object.entries(REMOVAL_NAMES)] })}
        ${oneOf({ name: 'ground', label: 'Clause', value: of('ground'), choices: [['', 'Any'], ...grounds.map(({ reference, label }) => [reference, html`${label}`] as const)] })}
        ${line({ name: 'from', label: 'Reported from', type: 'date', value: of('from') })}
        ${line({ name: 'to', label: 'Reported until', type: 'date', value: of('to') })}
      </div>
      <p class="hf-small">
        The days are those on which something was reported, which may be long after it was written: leave the
        last one open where you are not sure.
      </p>
      <button class="usa-button hf-below" type="submit">Search, and hold what is found</button>
      <p class="hf-small">
        What is found is held at once and is in the set of the request, and so is what this search finds
        later. It is not destroyed before the request lets go. The search is kept with what the index had at
        this moment.
      </p>
    </form>
    <details class="hf-more hf-noprint" ${named !== '' && html`open`}>
      <summary>Name records one by one</summary>
      <form class="hf-form" method="post" action="/requests/${request.id}/collect/records" novalidate>
        <input type="hidden" name="as" value="${viewer?.id ?? ''}" />
        ${lines({ name: 'records', label: 'Records', hint: 'One on each line: its address here, or its id.', value: named })}
        <button class="usa-button usa-button--outline" type="submit">
          Hold these, and take them into the set
        </button>
      </form>
    </details>`;
}

const joined = (of: readonly string[]): Markup => html`<bdi>${of.join(', ')}</bdi>`;

function reasonSaid({ code, of }: CollectParts['why'][number]): Markup {
  switch (code) {
    case 'names':
      return html`Read as names: ${joined(of)}`;
    case 'phrases':
      return html`In quotation marks: ${joined(of)}`;
    case 'handles':
      return html`Names on a platform: ${joined(of)}`;
    case 'platform':
      return html`One platform is named: ${joined(of)}`;
    case 'platforms':
      return html`Several platforms are named, so none is filled in: ${joined(of)}`;
    case 'account':
      return html`One page of the agency is named: ${joined(of)}`;
    case 'accounts':
      return html`Several pages of the agency are named, so none is filled in: ${joined(of)}`;
    default:
      return html`The first day that is named: ${joined(of)}. No last day is filled in: what was written then
      may have been reported later.`;
  }
}

function searchSaid(one: SearchSaid, { zone, grounds }: CollectParts): Markup {
  const { indexState: state } = one;
  return html`<li id="search-${one.n}">
    ${searchedSaid({ ...one, zone, grounds })}
    <p>
      ${one.found === 1 ? html`1 record was found.` : html`${number(one.found)} records were found.`}
      ${one.holdId !== null && html`<a href="/holds/${one.holdId}">Its hold</a>`}
    </p>
    <p class="hf-small">${momentIn(zone, one.at)} · ${one.by}</p>
    <details class="hf-more">
      <summary>How far the index reached</summary>
      <ul class="usa-list hf-small">
        <li>
          ${
            state.newestRecordAt === null
              ? html`The agency had no record.`
              : html`${number(state.records)} records of the agency, the newest of
                ${momentIn(zone, state.newestRecordAt)}`
          }
        </li>
        <li>Not sealed yet, and found all the same: ${number(state.notSealed)}</li>
        <li>
          Something was still to be done to them, and what that brings is not found yet:
          ${number(state.unfinished)}
        </li>
        <li>The same, waiting for a person: ${number(state.parked)}</li>
        <li>Reports of that time that were refused: ${number(state.rejected)}</li>
        <li>Destroyed under a schedule before; no search finds their words: ${number(state.destroyed)}</li>
        <li>Found, and not held because they were being destroyed: ${number(state.beingDestroyed)}</li>
        <li>
          Pages in the register of which nothing was ever reported: ${number(state.accountsWithoutRecords)}
        </li>
        ${picturesSaid(state.pictures)}
      </ul>
    </details>
  </li>`;
}

function picturesSaid(pictures: SearchSaid['indexState']['pictures']): Markup {
  if (pictures === undefined)
    return html`<li>What stands in pictures was not read then, and was not found.</li>`;
  return html`<li>Pictures that a program had read, with errors: ${number(pictures.read)}</li>
    <li>
      Pictures that it was still to read, and what stands in them is found later: ${number(pictures.waiting)}
    </li>
    ${pictures.failed > 0 && html`<li>Pictures that it could not read: ${number(pictures.failed)}</li>`}
    ${pictures.never > 0 && html`<li>Pictures that nothing reads, because they may show a child being abused: ${number(pictures.never)}</li>`}`;
}

function holding({ viewer }: Frame, { request, holds, zone, mayCollect, kept }: CollectParts): Markup | null {
  if (holds.length === 0) return null;
  return html`<h2 class="hf-h2">Holds because of it</h2>
    <ul class="hf-people" id="holds">
      ${holds.map(
        (one) =>
          html`<li>
            <a href="/holds/${one.holdId}">${one.title}</a>
            <span class="hf-small"
              >${one.records === 1 ? html`1 record` : html`${number(one.records)} records`}</span
            >
            <p class="hf-small">${stands(one, request.isClosed, zone)}</p>
          </li>`,
      )}
    </ul>
    ${
      mayCollect &&
      request.isClosed &&
      html`<details class="hf-more hf-noprint" ${kept.reason !== '' && html`open`}>
        <summary>Say until when its records are kept</summary>
        <form class="hf-form" method="post" action="/requests/${request.id}/collect/kept-until" novalidate>
          <input type="hidden" name="as" value="${viewer?.id ?? ''}" />
          ${line({ name: 'until', label: 'The last day on which they are kept', type: 'date', hint: 'The day after, whoever may release holds may release these.', value: kept.until })}
          ${lines({ name: 'reason', label: 'Why?', hint: 'Such as: the time to appeal is over, or: an appeal came.', value: kept.reason })}
          <button class="usa-button usa-button--outline" type="submit">Save</button>
        </form>
      </details>`
    }`;
}

function stands({ releasedAt, keptUntil, mayBeReleased }: HoldSaid, isClosed: boolean, zone: string): Markup {
  if (releasedAt !== null) return html`Released ${momentIn(zone, releasedAt)}`;
  if (mayBeReleased)
    return html`<strong>It may be released now</strong>, by a custodian or administrator who has no part in
      the disposal.`;
  if (!isClosed) return html`It lies as long as the request is open.`;
  if (keptUntil === null) return html`Nobody said until when, so it lies without end. Say so below.`;
  return html`It lies until ${keptUntil}.`;
}
