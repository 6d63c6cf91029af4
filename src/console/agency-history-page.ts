/** What happened in an agency beside its records: who signed in, who may do what, and what was decided. Nobody can change it. */
import type { HistoryEntry } from '#record/record.ts';
import { historyTable, type ActorName } from './history-table.ts';
import { html, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { codeSaid } from './words.ts';

export interface AgencyHistoryParts {
  readonly zone: string;
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  /** Where the next page begins; null: these were the first entries ever. */
  readonly next: string | null;
  readonly isLater: boolean;
  /** With each search and each refused report. */
  readonly lists: boolean;
  readonly actors: Readonly<Record<string, ActorName>>;
  /** The id of a person, key, office or site → a name. */
  readonly things: Readonly<Record<string, string>>;
}

export function agencyHistoryPage(frame: Frame, parts: AgencyHistoryParts): string {
  const { zone, entries, next, isLater, lists, actors, things } = parts;
  const way = lists ? '/history?lists=yes' : '/history';
  return page({
    title: 'History of the agency',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">History of the agency</h1>
      <p class="hf-intro">
        Who signed in, who may do what, and what was decided, newest first. What happened to a record, every
        view of it included, is on the record’s own page.
      </p>
      <p>
        ${
          lists
            ? html`Searches and refused reports are among them.
                <a href="/history">Show the history without them</a>`
            : html`Searches and refused reports are not among them.
                <a href="/history?lists=yes">Show them as well</a>`
        }
      </p>
      <p><a href="/fixity">The checks of sealed files have a page of their own</a></p>
      ${
        entries.length === 0
          ? isLater
            ? html`<p>There is nothing more here.</p>`
            : html`<p>There is nothing here.</p>`
          : historyTable({
              caption: 'What happened in this agency, newest first',
              zone,
              entries,
              names: actors,
              more: ({ body }) => about(body, things),
            })
      }
      ${
        (next !== null || isLater) &&
        html`<p class="hf-pages">
          ${isLater && html`<a href="${way}">Back to the newest</a>`}
          ${next !== null && html`<a class="usa-button usa-button--outline" href="${way}${lists ? '&' : '?'}before=${next}">Older entries</a>`}
        </p>`
      }`,
  });
}

/** Numbers that tell nobody anything: of a session, of what the log commits to. */
const HIDDEN = /^(session|salt|searchDigest)$|Commitment$/;

/** The members of an entry, with names for numbers. */
function about(body: Readonly<Record<string, unknown>>, things: AgencyHistoryParts['things']): Markup | null {
  const named = (value: unknown): boolean => typeof value === 'string' && Object.hasOwn(things, value);
  // Whom or what it is about comes first.
  const members = Object.entries(body).toSorted(([, a], [, b]) => Number(named(b)) - Number(named(a)));
  const said = members.flatMap(([name, value]) => {
    const words = HIDDEN.test(name) ? [] : written(name, value, things);
    return words.length === 0 ? [] : [html`${codeSaid(name)} ${joined(words, ', ')}`];
  });
  return said.length === 0 ? null : html`<span class="hf-small">: ${joined(said, '; ')}</span>`;
}

const joined = (pieces: readonly Markup[], by: string): Markup =>
  html`${pieces.map((piece, i) => html`${i > 0 && by}${piece}`)}`;

/** Members whose values are codes of ours; all others may be somebody's words. */
const CODED: readonly string[] = [
  'roles',
  'role',
  'lost',
  'gained',
  'means',
  'duty',
  'changed',
  'kind',
  'reach',
  'secret',
  'mark',
  'list',
  'filters',
  'code',
  'setting',
  'to',
];

function written(name: string, value: unknown, things: AgencyHistoryParts['things']): readonly Markup[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown) => written(name, one, things));
  if (typeof value === 'string' && value !== '') {
    const thing = Object.hasOwn(things, value) ? things[value] : undefined;
    return [thing === undefined && CODED.includes(name) ? codeSaid(value) : html`${thing ?? value}`];
  }
  // Which group of the agency's own sign-in gives which roles.
  if (name === 'roleMap' && typeof value === 'object' && value !== null)
    return Object.entries(value).map(
      ([group, roles]) => html`${group} → ${joined(written('roles', roles, things), ' + ')}`,
    );
  return typeof value === 'number' || typeof value === 'boolean' ? [html`${String(value)}`] : [];
}
