/** Entries of a history, as people read them: when, what, and who. */
import type { HistoryEntry } from '#record/record.ts';
import { html, ours, type Markup, type Piece } from './html.ts';
import { momentIn } from './times.ts';
import { ACTOR_NAMES, codeSaid, EVENT_NAMES, inWords } from './words.ts';

/** A person's name, or whose key it was that a program had. */
export type ActorName = string | { readonly label: string; readonly role: string };

interface HistoryParts {
  /** For who hears the page. */
  readonly caption: string;
  readonly zone: string;
  readonly entries: readonly HistoryEntry[];
  /** Of those who have one: `person:<id>`, `key:<id>`. */
  readonly names: Readonly<Record<string, ActorName>>;
  /** What an entry says beside its type. */
  readonly more: (entry: HistoryEntry) => Piece;
}

export function historyTable({ caption, zone, entries, names, more }: HistoryParts): Markup {
  return html`<table class="usa-table usa-table--stacked hf-history">
    <caption class="usa-sr-only">
      ${ours(caption)}
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
            <td data-label="What">${inWords(EVENT_NAMES, entry.type)}${more(entry)}</td>
            <td data-label="Who">${whoSaid(entry.actor, names[entry.actor])}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

export function whoSaid(actor: string, name: ActorName | undefined): Markup {
  if (name === undefined) return inWords(ACTOR_NAMES, actor);
  // Not of this agency, but of the machine that it is on.
  if (typeof name === 'string')
    return actor.startsWith('operator:') ? html`${name} (runs the machine)` : html`${name}`;
  return html`A program with a key (${name.label}, ${codeSaid(name.role)})`;
}
