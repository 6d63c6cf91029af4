/** Over the pages of the work on one request: which one it is, and where else one goes. */
import { html, ours, type Markup } from './html.ts';
import { REQUEST_PLACES, requestPlace, type RequestPlace } from './request-places.ts';

export function requestHead(
  { id, number }: { readonly id: string; readonly number: string },
  here: RequestPlace['path'],
  title: string,
): Markup {
  return html`<h1 class="hf-h1">${ours(title)}</h1>
    <nav aria-label="This request">
      <ul class="hf-links hf-noprint">
        <li><a href="/requests/${id}">Request ${number}</a></li>
        ${REQUEST_PLACES.map(
          (place) =>
            html`<li>
              <a href="${requestPlace(id, place)}" ${place.path === here && html`aria-current="page"`}
                >${ours(place.title)}</a
              >
            </li>`,
        )}
      </ul>
    </nav>`;
}
