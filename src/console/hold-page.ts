/** One hold: why, until what, on which records, and how far the store knows of it. */
import { alert } from './fields.ts';
import { kindTitle, lawSaid, type HoldKindSaid } from './hold-words.ts';
import type { ListedHold } from './holds-page.ts';
import { number } from './numbers.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { lines } from './longer-fields.ts';
import { momentIn } from './times.ts';
import { whoSaid, type ActorName } from './history-table.ts';

export interface HoldParts {
  readonly zone: string;
  readonly kinds: readonly HoldKindSaid[];
  readonly hold: ListedHold & {
    readonly reason: string;
    readonly search: { readonly q: string | null; readonly filters: Readonly<Record<string, string>> } | null;
    readonly placedBy: string;
    readonly releasedBy: string | null;
    readonly releaseReason: string | null;
  };
  readonly names: Readonly<Record<string, ActorName>>;
  readonly store: { readonly files: number; readonly held: number };
  readonly held: readonly { readonly recordId: string; readonly code: string; readonly heldAt: string }[];
  readonly next: string | null;
  readonly mayRelease: boolean;
  readonly justPlaced: boolean;
  readonly error: string | null;
}

const row = (term: string, value: Markup): Markup =>
  html`<div>
    <dt>${ours(term)}</dt>
    <dd>${value}</dd>
  </div>`;

export function holdPage(frame: Frame, parts: HoldParts): string {
  const { zone, kinds, hold, names, held, next, error, justPlaced } = parts;
  const isOpen = hold.releasedAt === null;
  return page({
    title: html`Hold ${hold.title}`,
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">${hold.title}</h1>
      ${alert('error', error)}
      ${justPlaced && error === null && alert('success', hold.records === 1 ? html`The hold is placed on 1 record.` : html`The hold is placed on ${number(hold.records)} records.`)}
      ${!isOpen && alert('info', 'This hold was released. It keeps nothing any more.')}
      <dl class="hf-facts">
        ${row('Kind', html`${kindTitle(kinds, hold.kind)}<br />${lawSaid(kinds, hold.kind)}`)}
        ${row('Why', html`<bdi>${hold.reason}</bdi>`)} ${row('Until', html`<bdi>${hold.ends}</bdi>`)}
        ${row('Placed', html`${momentIn(zone, hold.placedAt)} · ${whoSaid(hold.placedBy, names[hold.placedBy])}`)}
        ${hold.search !== null && row('On the search', searchSaid(hold.search, hold.standing))}
        ${isOpen && row('In the store', mirrored(parts))}
        ${
          hold.releasedAt !== null &&
          row(
            'Released',
            html`${momentIn(zone, hold.releasedAt)} ·
              ${whoSaid(hold.releasedBy ?? '', names[hold.releasedBy ?? ''])}<br /><bdi
                >${hold.releaseReason}</bdi
              >`,
          )
        }
      </dl>
      <h2 class="hf-h2">Records (${number(hold.records)})</h2>
      ${
        held.length === 0
          ? html`<p>It lies on no record yet.</p>`
          : html`<ul class="hf-people" id="held">
              ${held.map(
                (one) =>
                  html`<li>
                    <a href="/records/${one.recordId}"><span class="hf-code__value">${one.code}</span></a>
                    <span class="hf-small">held since ${momentIn(zone, one.heldAt)}</span>
                  </li>`,
              )}
            </ul>`
      }
      ${next !== null && html`<p class="hf-pages"><a class="usa-button usa-button--outline" href="/holds/${hold.id}?after=${next}">More records</a></p>`}
      ${isOpen && releasing(frame, parts)}`,
  });
}

/** Held in the database at once; in the store when each of its files said so. */
function mirrored({ store: { files, held }, hold, zone }: HoldParts): Markup {
  const since = html`<span>Held in the database since ${momentIn(zone, hold.placedAt)}</span>`;
  if (files === 0) return html`${since}; <span>nothing of it is sealed yet</span>`;
  return html`${since}; <span>mirrored in the store: ${number(held)} of ${number(files)} files</span>`;
}

function searchSaid({ q, filters }: NonNullable<HoldParts['hold']['search']>, standing: boolean): Markup {
  const said = Object.entries({ ...(q === null ? {} : { q }), ...filters });
  return html`${said.length === 0 ? html`everything` : html`<code>${said.map(([name, value]) => `${name}=${value}`).join(' · ')}</code>`}<br />
    <span class="hf-small"
      >${standing ? html`What it found when the hold was placed, and whatever it finds since.` : html`What it found when the hold was placed, and nothing later.`}</span
    >`;
}

function releasing({ viewer }: Frame, { hold, mayRelease }: HoldParts): Markup {
  if (!mayRelease)
    return html`<p class="hf-small">
      A hold is released by a custodian or an administrator who is neither retention officer nor approves
      destruction.
    </p>`;
  return html`<details class="hf-more hf-noprint">
    <summary>Release this hold</summary>
    <form class="hf-form" method="post" action="/holds/${hold.id}/release" novalidate>
      <input type="hidden" name="as" value="${viewer?.id ?? ''}" />
      ${lines({ name: 'reason', label: 'Why is it released?', hint: 'It stays on file, with your name.', value: '' })}
      <button class="usa-button usa-button--secondary" type="submit">Release</button>
    </form>
  </details>`;
}
