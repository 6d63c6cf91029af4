/** Editions of the retention schedule: which there are, how far each is confirmed, and how a new one is filed. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { line, lines, oneOf } from './longer-fields.ts';
import { READING_NAMES } from './retention-words.ts';
import { number } from './numbers.ts';
import { momentIn } from './times.ts';
import { inWords } from './words.ts';

export interface ShownEdition {
  readonly edition: string;
  readonly title: string;
  readonly source: string;
  readonly addedAt: string;
  readonly digest: string;
  readonly confirmed: boolean;
  readonly confirmations: readonly { readonly digest: string }[];
  readonly series: number;
  readonly readings: Readonly<Partial<Record<string, number>>>;
  readonly records: number;
  readonly supersededBy: string | null;
  readonly withdrawn: { readonly at: string; readonly reason: string } | null;
  readonly endedInLog: string | null;
}

export interface SchedulesParts {
  readonly zone: string;
  readonly editions: readonly ShownEdition[];
  /** That comes with Holdfast, and is not here. */
  readonly starter: {
    readonly edition: string;
    readonly title: string;
    readonly source: string;
    readonly readings: Readonly<Partial<Record<string, number>>>;
  } | null;
  readonly maySet: boolean;
  readonly typed: Readonly<Record<'format' | 'edition' | 'title' | 'source' | 'text', string>>;
  readonly problems: readonly { readonly line: number | null; readonly why: string }[];
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string } | null;
}

const SHOWN_PROBLEMS = 100;

export function schedulesPage(frame: Frame, parts: SchedulesParts): string {
  const { editions, starter, maySet, typed, problems, said, zone } = parts;
  return page({
    title: 'Schedules',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">Schedules</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)} ${problems.length > 0 && wrong(problems)}
      <p class="hf-intro">
        An edition of a retention schedule is filed as its document says, and never changed afterwards: a
        correction is another edition. Nothing is destroyed under one until two different people of the agency
        have confirmed it.
      </p>
      ${
        editions.length === 0
          ? html`<p>No edition is filed yet.</p>`
          : html`<ul class="hf-people">
              ${editions.map((one) => entry(one, zone))}
            </ul>`
      }
      ${
        maySet &&
        starter !== null &&
        html`<section class="hf-panel" aria-labelledby="starter-title">
          <h2 class="hf-h2" id="starter-title">To begin with</h2>
          <p lang="en"><strong>${starter.title}</strong></p>
          <p class="hf-small" lang="en">${starter.source}</p>
          <p>This is what could be read, and no more; nothing of it is confirmed:</p>
          ${readings(starter.readings)}
          <form method="post" action="/schedules/starter">
            <button class="usa-button usa-button--outline" type="submit">File it, unconfirmed</button>
          </form>
        </section>`
      }
      ${
        maySet &&
        html`<section class="hf-panel" aria-labelledby="file-title">
          <h2 class="hf-h2" id="file-title">File an edition</h2>
          <form method="post" action="/schedules" novalidate>
            ${oneOf({
              name: 'format',
              label: 'How it is written',
              value: typed.format,
              choices: [
                ['csv', 'A table (CSV), one series in each row'],
                ['yaml', 'YAML, with its name, title and source in it'],
              ],
            })}
            ${line({ name: 'edition', label: 'Its short name', hint: 'Of a table only. For ever: small letters, digits, . and -, such as missouri-general-2026-07', value: typed.edition })}
            ${line({ name: 'title', label: 'Its title', hint: 'Of a table only.', value: typed.title })}
            ${lines({ name: 'source', label: 'Its source', hint: 'Of a table only. Whose document, of which date, and where it was had.', value: typed.source })}
            ${lines({ name: 'text', label: 'The file', hint: 'Paste all of it. The first row of a table names its columns: code, number, schedule, title, description, trigger, cutoff, period, disposition, citation, reading. What is wrong is said line by line, and nothing is taken in before all of it is right.', value: typed.text, rows: 10 })}
            <button class="usa-button" type="submit">File this edition</button>
          </form>
        </section>`
      }
      <p class="hf-noprint"><a href="/retention">Back to retention</a></p>`,
  });
}

function wrong(problems: SchedulesParts['problems']): Markup {
  return html`<section aria-labelledby="wrong-title">
    <h2 class="hf-h2" id="wrong-title">What is wrong with it</h2>
    <ol class="usa-list" id="problems" lang="en">
      ${problems
        .slice(0, SHOWN_PROBLEMS)
        .map(({ line: at, why }) => html`<li>${at === null ? why : `Line ${at}: ${why}`}</li>`)}
    </ol>
    ${problems.length > SHOWN_PROBLEMS && html`<p>The first are listed; in all: ${number(problems.length)}.</p>`}
  </section>`;
}

export function readings(found: Readonly<Partial<Record<string, number>>>): Markup {
  return html`<ul class="usa-list">
    ${Object.keys(READING_NAMES).flatMap((name) => (found[name] === undefined ? [] : [html`<li>${number(found[name])} · <span>${inWords(READING_NAMES, name)}</span></li>`]))}
  </ul>`;
}

/** How far two people have confirmed it. */
export function confirmedSaid({
  confirmed,
  confirmations,
  digest,
  supersededBy,
  withdrawn,
  endedInLog,
}: Pick<
  ShownEdition,
  'confirmed' | 'confirmations' | 'digest' | 'supersededBy' | 'withdrawn' | 'endedInLog'
>): Markup {
  if (withdrawn !== null)
    return ours('Withdrawn: it was found wrong. Nothing is destroyed under it any more.');
  if (supersededBy !== null)
    return html`Edition ${supersededBy} took its place. Nothing is destroyed under it any more.`;
  if (endedInLog !== null)
    return ours(
      'It ended, says the log, after the backup that this database came from. Who ended it is lost: withdraw it again, or put the right one in its place. Nothing is destroyed under it.',
    );
  if (confirmed) return ours('Confirmed by two people of the agency.');
  return confirmations.some((one) => one.digest === digest)
    ? ours('Confirmed by one person; a second, another one, is missing.')
    : ours('Not confirmed: two different people are missing.');
}

function entry(one: ShownEdition, zone: string): Markup {
  return html`<li>
    <a href="/schedules/${one.edition}"><strong>${one.title}</strong></a>
    <span class="hf-small">${one.edition}</span>
    <p><strong>${confirmedSaid(one)}</strong></p>
    <p class="hf-small">
      <span>${number(one.series)} series</span> · <span>records under it: ${number(one.records)}</span> ·
      <span>filed ${momentIn(zone, one.addedAt)}</span>
    </p>
    <p class="hf-small">${one.source}</p>
  </li>`;
}
