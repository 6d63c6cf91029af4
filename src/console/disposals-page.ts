/** What is due for destruction, by series, and the lists that were made. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { number } from './numbers.ts';
import { page, type Frame } from './layout.ts';
import { momentIn } from './times.ts';
import { inWords } from './words.ts';

export interface ShownDisposal {
  readonly id: string;
  readonly title: string;
  readonly edition: string;
  readonly series: string | null;
  readonly cutoff: string;
  readonly state: string;
  readonly createdAt: string;
  readonly digest: string | null;
  readonly proposedAt: string | null;
  readonly authority: string | null;
  readonly approvedAt: string | null;
  readonly coolingOffMs: number;
  readonly coolingUntil: string | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly cleanedAt: string | null;
  readonly endedAt: string | null;
  readonly endedBecause: string | null;
  readonly records: number;
  readonly objects: number;
  readonly bytes: number;
  readonly excepted: number;
  readonly kept: number;
  readonly destroyed: number;
  readonly failures: number;
}

export interface DisposalsParts {
  readonly zone: string;
  readonly due: readonly {
    readonly edition: string;
    readonly series: string;
    readonly title: string;
    readonly confirmed: boolean;
    readonly due: number;
    readonly held: number;
    readonly listed: number;
    readonly locked: number;
  }[];
  /** Newest first. */
  readonly lists: readonly ShownDisposal[];
  readonly mayDraft: boolean;
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string } | null;
}

export const STATE_NAMES: Readonly<Record<string, string>> = {
  draft: 'A draft',
  proposed: 'Proposed: somebody else approves it',
  approved: 'Approved, cooling off',
  running: 'Being destroyed',
  completed: 'Destroyed, with a certificate',
  cancelled: 'Cancelled: nothing was destroyed',
  refused: 'Refused: nothing was destroyed',
};

export function disposalsPage(frame: Frame, { zone, due, lists, mayDraft, said }: DisposalsParts): string {
  return page({
    title: 'Disposal',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">Disposal</h1>
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      <p class="hf-intro">
        What is due under its schedule is destroyed in four steps: a list, a proposal, the approval of
        somebody else, and the destruction itself, with a certificate. What is held, requested or unclassified
        is never on a list, and no lock is cut short.
      </p>
      <h2 class="hf-h2">Due now</h2>
      ${
        due.length === 0
          ? html`<p>Nothing is due.</p>`
          : html`<ul class="hf-people" id="due">
              ${due.map((one) => dueEntry(one, mayDraft))}
            </ul>`
      }
      <h2 class="hf-h2">Lists</h2>
      ${
        lists.length === 0
          ? html`<p>No list was made yet.</p>`
          : html`<ul class="hf-people" id="lists">
              ${lists.map(
                (one) =>
                  html`<li>
                    <a href="/disposals/${one.id}"><strong>${one.title}</strong></a>
                    <p class="hf-small">${inWords(STATE_NAMES, one.state)}</p>
                    <p class="hf-small">
                      Records: ${number(one.records)}. Made ${momentIn(zone, one.createdAt)}.
                    </p>
                  </li>`,
              )}
            </ul>`
      }`,
  });
}

function dueEntry(one: DisposalsParts['due'][number], mayDraft: boolean): Markup {
  const free = one.due - one.held - one.listed - one.locked;
  return html`<li>
    <strong>${one.title}</strong> <span class="hf-small">${one.series}, ${one.edition}</span>
    <p class="hf-small">
      Due: ${number(one.due)}. Held: ${number(one.held)}. On a list already: ${number(one.listed)}.
    </p>
    ${
      one.locked > 0 &&
      html`<p class="hf-small">
        Locked in the store for longer than a list waits, and for a later list: ${number(one.locked)}.
      </p>`
    }
    ${
      !one.confirmed &&
      html`<p class="hf-small">
        The edition is not confirmed by two people of the agency: nothing is destroyed under it.
      </p>`
    }
    ${
      mayDraft &&
      one.confirmed &&
      free > 0 &&
      html`<form method="post" action="/disposals">
        <input type="hidden" name="edition" value="${one.edition}" />
        <input type="hidden" name="series" value="${one.series}" />
        <button class="usa-button" type="submit">
          Make a list<span class="usa-sr-only"> ${ours('of')} ${one.title}</span>
        </button>
      </form>`
    }
  </li>`;
}
