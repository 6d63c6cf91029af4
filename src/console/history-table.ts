/** Entries of a history, as people read them: when, what, and who. */
import type { HistoryEntry } from '#record/record.ts';
import { html, type Markup, type Piece } from './html.ts';
import { momentIn } from './times.ts';
import { ACTOR_NAMES, EVENT_NAMES } from './words.ts';

interface HistoryParts {
  /** For who hears the page. */
  readonly caption: string;
  readonly zone: string;
  readonly entries: readonly HistoryEntry[];
  /** `person:<id>`, `key:<id>` → a name. */
  readonly names: Readonly<Record<string, string>>;
  /** What an entry says beside its type. */
  readonly more: (entry: HistoryEntry) => Piece;
}

export function historyTable({ caption, zone, entries, names, more }: HistoryParts): Markup {
  return html`<table class="usa-table usa-table--stacked hf-history">
    <caption class="usa-sr-only">
      ${caption}
    </caption>
    <thead>
      <tr>
        <th scope="col">When</th>
        <th scope="col">What</th>
        <th scope="col">Who</th>
      </tr>
    </thead>
    <tbody>
      ${entries.map(
        (entry) =>
          html`<tr>
            <td data-label="When">${momentIn(zone, entry.at)}</td>
            <td data-label="What">${EVENT_NAMES[entry.type] ?? entry.type}${more(entry)}</td>
            <td data-label="Who">${names[entry.actor] ?? ACTOR_NAMES[entry.actor] ?? entry.actor}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
