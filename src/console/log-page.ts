/** The log of an agency, for those who look after it: how long it is, what was signed, what has left this machine, and what is shown to anybody. */
import type { LogOverview } from '#record/record.ts';
import { alert, checkboxes } from './fields.ts';
import { html, ours, perLanguage, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { byWhom, lasting } from './log-said.ts';
import { agoIn, momentIn } from './times.ts';

export interface LogParts {
  readonly agencyId: string;
  readonly publicUrl: string;
  readonly zone: string;
  /** Null: it has not begun. */
  readonly overview: LogOverview | null;
  readonly keys: readonly {
    readonly vkey: string;
    readonly firstSize: number;
    readonly lastSize: number | null;
  }[];
  readonly face: { readonly lookUp: boolean; readonly tiles: boolean; readonly requests: boolean };
  /** Whether whoever reads may change it. */
  readonly changes: boolean;
  readonly now: Date;
  /** It was just changed. */
  readonly said: boolean;
}

/** An entry is in a checkpoint within a second or two. */
const LATE_MS = 60_000;

export function logPage(frame: Frame, parts: LogParts): string {
  const { overview, said } = parts;
  return page({
    title: 'Log',
    ...frame,
    main: html`<h1 class="hf-h1">Log</h1>
      <p class="hf-intro">
        Everything that happens here is an entry of a log that nobody can change unseen, once a checkpoint of
        it has left this machine. It holds no content and no name.
      </p>
      ${alert('success', said ? 'Saved.' : null)}
      ${overview === null ? html`<p>The log of this agency has not begun. It begins with the first entry, when the log worker runs.</p>` : standing(overview, parts)}
      ${keysSaid(parts)} ${face(parts)}`,
  });
}

function standing(overview: LogOverview, { zone, now, agencyId, publicUrl }: LogParts): Markup {
  const { size, checkpoint, waiting, waitingSince, origin } = overview;
  const waitedMs = waitingSince === null ? 0 : now.getTime() - Date.parse(waitingSince);
  const log = `${publicUrl}/v1/log/${agencyId}`;
  return html`${
      waitedMs > LATE_MS &&
      alert(
        'error',
        html`Entries wait for ${lasting(waitedMs)}, and nothing that was sealed since is safe to remove. Tell
        whoever runs the machine: the log worker must run, and its key must be there.`,
      )
    }
    <dl class="hf-facts">
      ${fact('Name', html`<code class="hf-root">${origin}</code>`)}
      ${fact('Entries', html`${perLanguage((language) => size.toLocaleString(`${language}-US`))} ${waiting > 0 && html`<span class="hf-small">and ${waiting} being entered</span>`}`)}
      ${
        checkpoint !== null &&
        fact(
          'Newest checkpoint',
          html`${momentIn(zone, checkpoint.at)} <span class="hf-small">${agoIn(now, checkpoint.at)}</span>
            <code class="hf-root">${checkpoint.root}</code>`,
        )
      }
      ${fact('Anchored outside this archive', anchored(overview, zone))}
      ${fact('Not yet anchored', notYet(overview, zone, now))}
      ${fact(
        'For anybody',
        html`${[`${log}/checkpoint`, `${log}/anchors`].map(
          (address) => html`<p><a class="hf-root" href="${address}">${address}</a></p>`,
        )}`,
      )}
    </dl>`;
}

const many = (count: number): Markup => perLanguage((language) => count.toLocaleString(`${language}-US`));

/** Up to where, since when, and who says so: each of those who are over all of it, and then those who are over less of it. */
function anchored({ anchored: reach, anchors }: LogOverview, zone: string): Markup {
  if (reach === null)
    return anchors.length === 0
      ? html`Nothing.`
      : html`<p>Nothing. By the settings of this archive these alone are not enough:</p>
          <p class="hf-small">${byWhom(anchors, zone)}</p>`;
  const over = anchors.filter(({ size }) => size >= reach.size);
  const less = anchors.filter(({ size }) => size < reach.size);
  return html`<p>
      Nobody can change the first ${many(reach.size)} entries unseen, since ${momentIn(zone, reach.at)}
    </p>
    <p class="hf-small">By ${byWhom(over, zone)}</p>
    ${less.map(
      (one) =>
        html`<p class="hf-small">Of these, the first ${many(one.size)} also by ${byWhom([one], zone)}</p>`,
    )}`;
}

function notYet({ anchored: reach, size, unanchoredSince }: LogOverview, zone: string, now: Date): Markup {
  if (unanchoredSince === null)
    return size > (reach?.size ?? 0)
      ? html`Nothing but the entries that say what was anchored.`
      : html`Nothing.`;
  const ms = Math.max(0, now.getTime() - Date.parse(unanchoredSince));
  return html`<p>Waiting for ${lasting(ms)}: what happened since ${momentIn(zone, unanchoredSince)}</p>
    <p class="hf-small">Until then only this archive’s word stands against a change by whoever runs it.</p>`;
}

function keysSaid({ keys, publicUrl, agencyId }: LogParts): Markup {
  if (keys.length === 0) return html``;
  const address = `${publicUrl}/v1/log/${agencyId}/keys`;
  return html`<h2 class="hf-h2">Keys that sign its checkpoints</h2>
    <p>
      Whoever checks a receipt or a package needs one of these, from elsewhere than from this archive: put it
      on the website of the agency, or into its minutes.
      <a class="hf-root" href="${address}">${address}</a>
    </p>
    <dl class="hf-facts">
      ${keys.map(
        ({ vkey, firstSize, lastSize }) =>
          html`<div>
            <dt>
              ${lastSize === null ? html`From size ${firstSize} on` : html`From size ${firstSize} to ${lastSize}`}
            </dt>
            <dd><code class="hf-root">${vkey}</code></dd>
          </div>`,
      )}
    </dl>`;
}

function face({ face: { lookUp, tiles, requests }, changes }: LogParts): Markup {
  const on = (is: boolean): Markup => (is ? html`Yes` : html`No`);
  return html`<h2 class="hf-h2">What anybody may see</h2>
    ${
      changes
        ? html`<form class="hf-form" method="post" action="/log">
            ${checkboxes(
              'shown',
              'Besides checkpoints, keys and anchors, which are always public',
              [
                {
                  value: 'look-up',
                  label: 'How a receipt stands, by its code',
                  hint: 'On the page /verify: since when its record is sealed, and where in the log. No content, no account.',
                  checked: lookUp,
                },
                {
                  value: 'tiles',
                  label: 'All entries of the log',
                  hint: 'As files that other programs read. They say what was done, when and by which number; no content, no name.',
                  checked: tiles,
                },
                {
                  value: 'requests',
                  label: 'A page to ask for public records',
                  hint: 'At /ask and the short name of the agency. What comes in there is read with GET /v1/requests, and its three business days run once the custodian has it: switch it on when somebody looks there each day.',
                  checked: requests,
                },
              ],
              undefined,
            )}
            <button class="usa-button hf-submit" type="submit">Save</button>
          </form>`
        : html`<dl class="hf-facts">
            ${fact('How a receipt stands, by its code', on(lookUp))}
            ${fact('All entries of the log', on(tiles))}
            ${fact('A page to ask for public records', on(requests))}
          </dl>`
    }`;
}

const fact = (term: string, value: Markup): Markup =>
  html`<div>
    <dt>${ours(term)}</dt>
    <dd>${value}</dd>
  </div>`;
