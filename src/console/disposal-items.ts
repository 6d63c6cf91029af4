/** The records of a list of disposal, each with what became of it. */
import { number } from './numbers.ts';
import { html, ours, type Markup } from './html.ts';
import { inWords } from './words.ts';

export interface ShownItem {
  readonly recordId: string;
  readonly series: string;
  readonly dueOn: string;
  readonly fromDay: string;
  readonly objects: number;
  readonly bytes: number;
  readonly state: string;
  readonly exceptedWhy: string | null;
  /** Why it was kept. */
  readonly reason: string | null;
  /** Because of which it is kept, for whoever may see requests. */
  readonly requests: readonly { readonly id: string; readonly number: string }[];
  readonly failures: readonly { readonly place: string; readonly code: string; readonly reason: string }[];
}

const ITEM_STATES: Readonly<Record<string, string>> = {
  listed: 'On the list',
  refused: 'Kept',
  marked: 'Being destroyed',
  destroyed: 'Destroyed',
};

export function itemsTable(id: string, rows: readonly ShownItem[], next: string | null): Markup {
  return html`<h2 class="hf-h2">Records</h2>
    <table class="usa-table usa-table--stacked hf-history" id="items">
      <caption class="usa-sr-only">
        The records of the list
      </caption>
      <thead>
        <tr>
          <th scope="col">Record</th>
          <th scope="col">Series</th>
          <th scope="col">Due</th>
          <th scope="col">Files</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (one) =>
            html`<tr>
              <td data-label="Record">
                <a href="/records/${one.recordId}"><code>${one.recordId}</code></a>
              </td>
              <td data-label="Series">${one.series}</td>
              <td data-label="Due">${one.dueOn}</td>
              <td data-label="Files">${number(one.objects)}</td>
              <td data-label="State">
                ${one.exceptedWhy === null ? inWords(ITEM_STATES, one.state) : ours('Excepted')}
                ${one.exceptedWhy !== null && html`<q>${one.exceptedWhy}</q>`}
                ${one.reason !== null && html`<span class="hf-small">${ours(one.reason)}</span>`}
                ${one.requests.map(
                  (of) => html`<p class="hf-small"><a href="/requests/${of.id}">Request ${of.number}</a></p>`,
                )}
                ${one.failures.map(
                  ({ code, reason }) =>
                    html`<span class="hf-small">${ours(reason)} <code>${code}</code></span> `,
                )}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${next !== null && html`<p><a href="/disposals/${id}?after=${next}#items">More records</a></p>`}`;
}
