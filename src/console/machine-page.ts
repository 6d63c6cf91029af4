/** The machine, for whoever runs it: whether its parts work, how much waits, and which agencies there are. No content, and no way to any. */
import type { HistoryEntry } from '#record/record.ts';
import { alert, field } from './fields.ts';
import { historyTable } from './history-table.ts';
import { html, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { momentIn } from './times.ts';

export interface MachineParts {
  readonly version: string;
  readonly zone: string;
  readonly parts: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly needed: boolean;
    readonly checked: boolean;
    readonly found: string;
  }[];
  /** Null: nothing was ever proven about this store. */
  readonly proof: {
    readonly at: string;
    readonly passed: boolean;
    readonly looked: number;
    readonly failed: readonly string[];
  } | null;
  readonly agencies: readonly {
    readonly id: string;
    readonly name: string;
    readonly zone: string;
    readonly people: number;
    readonly isEmpty: boolean;
    /** Nothing is there but its first administrator, who has not chosen how to sign in yet. */
    readonly awaited: {
      readonly until: string | null;
      readonly isOver: boolean;
      /** Invited from here: their link may be made anew. */
      readonly isOurs: boolean;
    } | null;
    readonly owed: number;
    readonly oldestS: number | null;
    readonly parked: number;
    readonly letters: number;
  }[];
  readonly operators: readonly string[];
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  /** Where the next page of them begins; null: these were the first ever. */
  readonly next: string | null;
  readonly isLater: boolean;
  readonly actors: Readonly<Record<string, string>>;
  readonly typed: { readonly slug: string; readonly name: string; readonly zone: string };
  readonly errors: { readonly slug?: string; readonly name?: string; readonly zone?: string };
}

const PART_NAMES: Readonly<Record<string, Markup>> = {
  database: html`Database`,
  staging: html`Staging folder`,
  disk: html`Disk`,
  queue: html`Queue`,
  store: html`Store`,
  log: html`Log`,
  anchors: html`Anchors of the logs`,
  browser: html`Browser of captures`,
  clock: html`Clock`,
  fixity: html`Sealed files in the store`,
  audit: html`Nightly audit`,
  packing: html`Packing of productions`,
};

export function machinePage(frame: Frame, parts: MachineParts): string {
  const { version, zone, agencies, operators, entries, next, isLater, actors, typed, errors } = parts;
  return page({
    title: 'Machine',
    ...frame,
    main: html`<h1 class="hf-h1">Machine</h1>
      ${Object.keys(errors).length > 0 && alert('error', 'No agency was added yet: see below.')}
      <p class="hf-intro">${summary(parts)}</p>
      <p>
        Holdfast ${version}, ${frame.mode === 'trial' ? html`in a trial` : html`in production`}. You see that
        it works and how much waits. What agencies archive is not for whoever runs the machine to read.
      </p>
      <h2 class="hf-h2">Parts</h2>
      <ul class="hf-people" id="parts">
        ${parts.parts.map(
          (one) =>
            html`<li>
              <strong>${PART_NAMES[one.name] ?? one.name}</strong>${stateOf(one)}
              <p class="hf-small" lang="en">${one.found}</p>
            </li>`,
        )}
        <li><strong>Proof of the store</strong>: ${proofOf(parts)}</li>
      </ul>
      <h2 class="hf-h2">Agencies</h2>
      ${
        agencies.length === 0
          ? html`<p>There is none yet. Add the first one below, then invite its administrator.</p>`
          : html`<p class="hf-small">
                Work that stopped is looked at, and run again, by people of its agency. Letters that wait go
                out by themselves once the mail server takes them.
              </p>
              <ul class="hf-people" id="agencies">
                ${agencies.map(entry)}
              </ul>`
      }
      <section class="hf-panel" aria-labelledby="add-title">
        <h2 class="hf-h2" id="add-title">Add an agency</h2>
        <form method="post" action="/machine/agencies" novalidate>
          ${field({
            name: 'name',
            label: 'Name',
            hint: 'As it stands on letters, such as City of Rivertown.',
            value: typed.name,
            autocomplete: 'organization',
            error: errors.name,
          })}
          ${field({
            name: 'slug',
            label: 'Short name',
            hint: 'For addresses and for ever: 2 to 63 of a-z, 0-9 and -, such as rivertown.',
            value: typed.slug,
            error: errors.slug,
          })}
          ${field({
            name: 'zone',
            label: 'Time zone',
            hint: 'In which its people see times, such as America/Chicago.',
            value: typed.zone,
            error: errors.zone,
          })}
          <button class="usa-button" type="submit">Add, and invite its first administrator</button>
        </form>
      </section>
      <h2 class="hf-h2">Who runs the machine</h2>
      <p>
        ${operators.join(', ')}. They are added and let go at the machine itself:
        <code>${'npx holdfast operator add'}</code>, <code>${'npx holdfast operator remove'}</code>.
      </p>
      <details class="hf-more" id="done" ${isLater && html`open`}>
        <summary>What they did</summary>
        ${historyTable({
          caption: 'What was done by whoever runs the machine, newest first',
          zone,
          entries,
          names: actors,
          more: ({ body }) =>
            typeof body['agency'] === 'string' && html`<span class="hf-small">: ${body['agency']}</span>`,
        })}
        ${
          (next !== null || isLater) &&
          html`<p class="hf-pages">
            ${isLater && html`<a href="/machine#done">Back to the newest</a>`}
            ${next !== null && html`<a class="usa-button usa-button--outline" href="/machine?before=${next}#done">Older entries</a>`}
          </p>`
        }
      </details>`,
  });
}

/** What there is to do stands first. */
function summary({ parts, agencies, proof }: MachineParts): Markup {
  const troubled = parts.filter(({ ok }) => !ok).length + (proof?.passed === false ? 1 : 0);
  const stopped = agencies.reduce((sum, { parked }) => sum + parked, 0);
  if (troubled === 0 && stopped === 0)
    return html`Everything that was looked at works, and no work has stopped.`;
  return html`Somebody must look. Parts with trouble: ${troubled}. Work that stopped: ${stopped}.`;
}

/** By words, and never by colour alone. */
function stateOf({ ok, needed, checked }: MachineParts['parts'][number]): Markup | null {
  // What was found says so, and why.
  if (!checked) return null;
  if (ok) return html`: works`;
  return needed
    ? html`: <strong>broken, and no report is taken</strong>`
    : html`: <strong>needs somebody</strong>`;
}

function proofOf({ proof, zone }: MachineParts): Markup {
  if (proof === null)
    return html`none yet
      <p class="hf-small">
        Whether this store refuses to delete what is locked is tried by the retention worker, at its start and
        each night, where it has a key that may delete.
      </p>`;
  return html`${proof.passed ? html`passed` : html`<strong>did not pass</strong>`}
    <p class="hf-small">${proof.looked} checks <span>${momentIn(zone, proof.at)}</span></p>
    ${
      proof.failed.length > 0 &&
      html`<p class="hf-small">What was found:</p>
        <ul>
          ${proof.failed.map((found) => html`<li lang="en">${found}</li>`)}
        </ul>`
    }`;
}

function entry(one: MachineParts['agencies'][number]): Markup {
  return html`<li>
    <strong>${one.name}</strong> <span class="hf-small">${one.id} · ${one.zone}</span>
    <p class="hf-small">
      People: ${one.people} · Work that waits: ${one.owed} · Work that stopped: ${one.parked} · Letters that
      wait: ${one.letters}
    </p>
    ${waits(one.oldestS)}
    ${
      one.isEmpty &&
      html`<p>
        <a href="/machine/agencies/${one.id}/administrator"
          >Invite the first administrator<span class="usa-sr-only"> of ${one.name}</span></a
        >
      </p>`
    }
    ${one.awaited !== null && notCome(one, one.awaited)}
  </li>`;
}

/** The link of the first administrator was not used: nobody is in the agency who could make another one. */
function notCome(
  { id, name, zone }: MachineParts['agencies'][number],
  { until, isOver, isOurs }: NonNullable<MachineParts['agencies'][number]['awaited']>,
): Markup {
  return html`<p>
      ${
        until === null
          ? html`<strong>Its first administrator has no link.</strong>`
          : isOver
            ? html`<strong>Link not used; it worked until</strong> ${momentIn(zone, until)}`
            : html`<span>Link not used yet, until</span> ${momentIn(zone, until)}`
      }
    </p>
    ${
      isOurs &&
      html`<form method="post" action="/machine/agencies/${id}/link">
        <button class="usa-button usa-button--outline" type="submit">
          Make a new link<span class="usa-sr-only"> for the first administrator of ${name}</span>
        </button>
      </form>`
    }
    <details class="hf-more hf-beside">
      <summary>At the machine itself<span class="usa-sr-only">, for ${name}</span></summary>
      <p class="hf-small">
        For the same address, this prints a new link; for another one, it adds a second administrator.
      </p>
      <p class="hf-link">
        <code
          >${`npx holdfast user add --agency ${id} --role administrator --name "Their name" --email their@address`}</code
        >
      </p>
    </details>`;
}

/** A minute is nothing to tell of. */
function waits(oldestS: number | null): Markup | null {
  if (oldestS === null || oldestS < 60) return null;
  const minutes = Math.floor(oldestS / 60);
  return minutes < 120
    ? html`<p class="hf-small">The oldest work waits for ${minutes} min.</p>`
    : html`<p class="hf-small"><strong>The oldest work waits for ${Math.floor(minutes / 60)} h.</strong></p>`;
}

export interface FirstAdministratorParts {
  readonly agency: { readonly id: string; readonly name: string };
  readonly typed: { readonly name: string; readonly email: string };
  readonly errors: { readonly name?: string; readonly email?: string };
}

export function firstAdministratorPage(
  frame: Frame,
  { agency, typed, errors }: FirstAdministratorParts,
): string {
  return page({
    title: 'First administrator',
    ...frame,
    main: html`<h1 class="hf-h1">The first administrator of ${agency.name}</h1>
      ${Object.keys(errors).length > 0 && alert('error', 'Nobody was added yet: see below.')}
      <p class="hf-intro">
        They add everybody else. This can be done once: afterwards nobody but their own administrators lets
        anybody in, and the agency’s history says that it was you who invited them.
      </p>
      <p>
        Whoever has the link could use it, you as well. So the agency sees on its page of people that you made
        it, when, and when it was used.
      </p>
      <form class="hf-form" method="post" action="/machine/agencies/${agency.id}/administrator" novalidate>
        ${field({ name: 'name', label: 'Name', value: typed.name, error: errors.name })}
        ${field({
          name: 'email',
          label: 'E-mail address',
          hint: 'The name to sign in with.',
          type: 'email',
          value: typed.email,
          error: errors.email,
        })}
        <button class="usa-button usa-button--big hf-submit" type="submit">
          Add, and show the link to send
        </button>
      </form>
      <p><a href="/machine">Not now: back to the machine</a></p>`,
  });
}
