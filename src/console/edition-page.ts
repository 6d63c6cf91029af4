/** One edition: what it says, how far it was read and confirmed, and what becomes of the records of another under it. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { lines, oneOf } from './longer-fields.ts';
import { DISPOSITION_NAMES, MEMBER_NAMES, periodSaid, READING_NAMES, startSaid } from './retention-words.ts';
import { number } from './numbers.ts';
import { confirmedSaid, readings, type ShownEdition } from './schedules-page.ts';
import { momentIn } from './times.ts';
import { inWords } from './words.ts';

interface Entry {
  readonly code: string;
  readonly number: string | null;
  readonly schedule: string | null;
  readonly title: string;
  readonly description: string | null;
  readonly trigger: string | null;
  readonly cutoff: string;
  readonly period: string | null;
  readonly disposition: string | null;
  readonly citation: string;
  readonly reading: string;
}

export interface EditionParts {
  readonly zone: string;
  readonly edition: ShownEdition & {
    readonly entries: readonly Entry[];
    readonly fiscalYear: { readonly start: string | null } | null;
  };
  readonly withdrawnBy: string | Markup | null;
  readonly addedBy: string | Markup;
  readonly confirmations: readonly {
    readonly name: string;
    readonly at: string;
    /** Over the edition as it stands. */
    readonly holds: boolean;
    readonly note: string | null;
  }[];
  /** Names of the others. */
  readonly others: readonly string[];
  readonly mayConfirm: boolean;
  readonly hasConfirmed: boolean;
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string } | null;
}

export function editionPage(frame: Frame, parts: EditionParts): string {
  const { edition, zone, confirmations, others, mayConfirm, hasConfirmed, said } = parts;
  const { fiscalYear, withdrawn } = edition;
  const counts = edition.supersededBy === null && withdrawn === null && edition.endedInLog === null;
  return page({
    title: html`${edition.title}`,
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">${edition.title}</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      <dl class="hf-facts">
        ${row('Name', html`<code>${edition.edition}</code>`)} ${row('Source', html`${edition.source}`)}
        ${row('Filed', html`${momentIn(zone, edition.addedAt)} <span class="hf-small">${parts.addedBy}</span>`)}
        ${row('Digest', html`<code>${edition.digest}</code>`)}
        ${row('Records under it', number(edition.records))}
        ${fiscalYear !== null && row('Fiscal year', fiscalYear.start === null ? ours('Nobody has said when it begins.') : html`It begins each year on (month-day) ${fiscalYear.start}. That is part of what is confirmed.`)}
      </dl>
      <section aria-labelledby="confirmed-title">
        <h2 class="hf-h2" id="confirmed-title">Confirmation</h2>
        <p><strong>${confirmedSaid(edition)}</strong></p>
        ${
          withdrawn !== null &&
          html`<p>
            ${parts.withdrawnBy ?? ''}, <span>${momentIn(zone, withdrawn.at)}</span>:
            <span class="hf-small">${withdrawn.reason}</span>
          </p>`
        }
        ${
          confirmations.length > 0 &&
          html`<ul class="usa-list">
            ${confirmations.map(({ name, at, holds, note }) => html`<li>${name}, <span>${momentIn(zone, at)}</span>${!holds && html` <strong>over another text than this one; it does not count</strong>`}${note !== null && html` <span class="hf-small">${note}</span>`}</li>`)}
          </ul>`
        }
        <p>How far it was read before anybody confirmed it:</p>
        ${readings(edition.readings)}
        ${
          counts &&
          (hasConfirmed
            ? html`<p>You have confirmed it. The second confirmation is another person’s.</p>`
            : mayConfirm &&
              html`<form
                class="hf-noprint"
                method="post"
                action="/schedules/${edition.edition}/confirmations"
              >
                <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
                <input type="hidden" name="digest" value="${edition.digest}" />
                <p>
                  Compare every line with the official document first. Your confirmation is bound to what
                  stands on this page (its digest), and to your name.
                </p>
                ${lines({ name: 'note', label: 'With what did you compare it?', hint: 'If you like.', value: '', rows: 2 })}
                <button class="usa-button hf-below" type="submit">I confirm this edition</button>
              </form>`)
        }
      </section>
      ${
        mayConfirm &&
        withdrawn === null &&
        html`<section class="hf-panel hf-noprint" aria-labelledby="withdraw-title">
          <h2 class="hf-h2" id="withdraw-title">Withdraw it</h2>
          <p>
            If it was found wrong. Nothing is destroyed under it from then on, and that cannot be taken back:
            what is right is filed as another edition, and put in its place.
          </p>
          <form method="post" action="/schedules/${edition.edition}/withdrawal" novalidate>
            <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
            ${lines({ name: 'reason', label: 'What is wrong with it?', hint: '', value: '', rows: 2 })}
            <button class="usa-button usa-button--outline" type="submit">Withdraw this edition</button>
          </form>
        </section>`
      }
      ${
        others.length > 0 &&
        html`<form class="hf-form hf-search" method="get" action="/schedules/${edition.edition}/comparison">
          ${oneOf({ name: 'from', label: 'Compare it with', value: others[0] ?? '', choices: others.map((other) => [other, html`${other}`] as const) })}
          <button class="usa-button usa-button--outline hf-submit">Compare</button>
        </form>`
      }
      <h2 class="hf-h2">Series</h2>
      <ul class="hf-people">
        ${edition.entries.map(entry)}
      </ul>
      <p class="hf-noprint"><a href="/schedules">All schedules</a></p>`,
  });
}

const row = (term: string, value: Markup): Markup =>
  html`<div>
    <dt>${ours(term)}</dt>
    <dd>${value}</dd>
  </div>`;

function entry(one: Entry): Markup {
  return html`<li>
    <strong>${one.title}</strong>
    <span class="hf-small"
      >${one.code}${one.number !== null && one.number !== one.code && html` · ${one.number}`}${one.schedule !== null && html` · ${one.schedule}`}</span
    >
    <p>
      ${periodSaid(one.period)}${one.period !== 'PERMANENT' && one.period?.startsWith('UNTIL ') !== true && html`; <span>${startSaid(one)}</span>`}${one.disposition !== null && html`; <span>${inWords(DISPOSITION_NAMES, one.disposition)}</span>`}
    </p>
    ${one.description !== null && html`<p class="hf-small">${one.description}</p>`}
    <p class="hf-small">${one.citation} · <span>${inWords(READING_NAMES, one.reading)}</span></p>
  </li>`;
}

export interface EditionComparisonParts {
  readonly was: ShownEdition;
  readonly is: ShownEdition;
  readonly changes: readonly {
    readonly is: 'added' | 'removed' | 'changed';
    readonly code: string;
    readonly title: string;
    readonly effect: string;
    readonly members: readonly {
      readonly member: string;
      readonly was: string | null;
      readonly is: string | null;
    }[];
  }[];
  readonly mayShorten: readonly string[];
  readonly maySet: boolean;
}

const memberSaid = (member: string, value: string | null): Markup =>
  member === 'period' ? periodSaid(value) : html`${value ?? '–'}`;

const DONE: Readonly<Record<string, string>> = {
  added: 'New series',
  removed: 'Gone: records under it stay under the older edition',
  changed: 'Changed',
};
const EFFECTS: Readonly<Record<string, string>> = {
  same: 'Kept as long as before.',
  longer: 'Kept longer.',
  shorter: 'Might be kept shorter.',
  known: 'The period was not known, and is known now.',
  'no-longer-known': 'The period was known, and is not any more: nothing under it is due.',
  'other-start':
    'What begins the period is another: for some records that may be shorter, and for others longer.',
};

export function editionComparisonPage(frame: Frame, parts: EditionComparisonParts): string {
  const { was, is, changes, mayShorten, maySet } = parts;
  return page({
    title: html`${is.edition} against ${was.edition}`,
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">
        <a href="/schedules/${is.edition}">${is.edition}</a> in the place of
        <a href="/schedules/${was.edition}">${was.edition}</a>
      </h1>
      <p class="hf-intro" role="status">
        ${changes.length === 0 ? ours('The two say the same of every series.') : html`<span>${number(changes.length)} series differ.</span>`}
      </p>
      ${
        mayShorten.length > 0 &&
        alert(
          'error',
          html`These might be kept shorter, or are gone: ${mayShorten.join(', ')}. A lock in the store that
          stands is never shortened by it; a record becomes due sooner, and no sooner than its lock ends.`,
        )
      }
      ${changes.map(
        (change, i) =>
          html`<section class="hf-change" aria-labelledby="change-${i}">
            <h2 class="hf-h2" id="change-${i}">${change.code}: ${change.title}</h2>
            <p>
              <strong>${ours(DONE[change.is] ?? change.is)}</strong
              >${change.is === 'changed' && html`. <span>${ours(EFFECTS[change.effect] ?? change.effect)}</span>`}
            </p>
            ${
              change.members.length > 0 &&
              html`<dl class="hf-facts">
                ${change.members.map((one) => row(MEMBER_NAMES[one.member] ?? one.member, html`<del class="hf-gone">${memberSaid(one.member, one.was)}</del> <ins class="hf-new">${memberSaid(one.member, one.is)}</ins>`))}
              </dl>`
            }
          </section>`,
      )}
      ${
        maySet &&
        is.supersededBy === null &&
        is.withdrawn === null &&
        is.endedInLog === null &&
        html`<form class="hf-panel hf-noprint" method="post" action="/schedules/${is.edition}/succession">
          <h2 class="hf-h2">Put it in the place of the older one</h2>
          <p>
            <span>Records under ${was.edition}: ${number(was.records)}.</span> Those whose code is in
            ${is.edition} move to it in one step, each with an entry in its history, and so do the rules; the
            others stay where they are, and are not destroyed before somebody puts them under another series.
            ${confirmedSaid(is)}
          </p>
          <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
          <input type="hidden" name="from" value="${was.edition}" />
          <input type="hidden" name="digest" value="${is.digest}" />
          <button class="usa-button" type="submit">Move the records to ${is.edition}</button>
        </form>`
      }
      <p class="hf-noprint"><a href="/schedules">All schedules</a></p>`,
  });
}
