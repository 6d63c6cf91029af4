/** On the page of a record: what keeps it from destruction, and how far the store knows of it. */
import { html, type Markup } from './html.ts';
import { number } from './numbers.ts';
import type { Viewer } from './layout.ts';
import { momentIn } from './times.ts';

export interface RecordHolds {
  readonly all: readonly {
    readonly holdId: string;
    /** Null: not for whoever reads. */
    readonly title: string | null;
    readonly ends: string | null;
    readonly heldAt: string;
    readonly releasedAt: string | null;
    /** Because of which it lies; null: because of none, or not for whoever reads. */
    readonly request: { readonly id: string; readonly number: string } | null;
  }[];
  readonly store: { readonly files: number; readonly held: number };
}

const PLACE: readonly string[] = ['custodian', 'retention-officer', 'administrator'];

export function heldSaid(
  { all, store }: RecordHolds,
  recordId: string,
  zone: string,
  viewer: Viewer | null,
): Markup {
  const lasting = all.filter(({ releasedAt }) => releasedAt === null);
  const mayPlace = viewer?.roles.some((role) => PLACE.includes(role)) === true;
  if (lasting.length === 0)
    return html`${
      mayPlace &&
      html`<ul class="hf-links hf-noprint">
        <li><a href="/holds/new?record=${recordId}">Hold this record</a></li>
      </ul>`
    }`;
  return html`<h2 class="hf-h2">Held</h2>
    <p>It is not destroyed before the last of these holds is released.</p>
    <ul class="hf-people" id="holds">
      ${lasting.map(
        (one) =>
          html`<li>
            ${one.title === null ? html`<strong>A hold</strong>` : html`<a href="/holds/${one.holdId}">${one.title}</a>`}
            <span class="hf-small">since ${momentIn(zone, one.heldAt)}</span>
            ${one.request !== null && html`<p class="hf-small"><a href="/requests/${one.request.id}">Request ${one.request.number}</a></p>`}
            ${one.ends !== null && html`<p class="hf-small">Ends: ${one.ends}</p>`}
          </li>`,
      )}
    </ul>
    <p class="hf-small">Mirrored in the store: ${number(store.held)} of ${number(store.files)} files.</p>
    ${mayPlace && html`<p class="hf-noprint"><a href="/holds/new?record=${recordId}">Place another hold</a></p>`}`;
}
