/** What is known of the sealed files in the store: how old the oldest reading is, how far the rounds are, and what is wrong. */
import { alert } from './fields.ts';
import { apart, html, ours, perLanguage, type Markup } from './html.ts';
import { number } from './numbers.ts';
import { page, type Frame } from './layout.ts';
import { agoIn, momentIn } from './times.ts';
import { inWords } from './words.ts';

export interface FixityParts {
  readonly zone: string;
  readonly now: Date;
  readonly objects: number;
  readonly neverRead: number;
  readonly oldestUnreadAt: string | null;
  readonly readThisRound: number;
  readonly lookedThisRound: number;
  readonly readDays: number;
  readonly lookDays: number;
  /** Null: there is no second store. */
  readonly notCopied: number | null;
  readonly listedAt: string | null;
  readonly isOverdue: boolean;
  readonly wrong: readonly {
    readonly recordId: string;
    readonly sealNo: number;
    readonly role: string;
    readonly findings: readonly string[];
    readonly foundAt: string;
  }[];
  readonly wrongCount: number;
  readonly strays: readonly {
    readonly key: string;
    readonly isMarker: boolean;
    readonly sizeBytes: number;
    readonly foundAt: string;
  }[];
  readonly strayCount: number;
  /** Newest first. */
  readonly batches: readonly {
    readonly id: string;
    readonly layer: string;
    readonly at: string;
    readonly objects: number;
    readonly failed: number;
    readonly oldestDays: number;
    readonly root: string;
  }[];
}

const FINDING_NAMES: Readonly<Record<string, string>> = {
  missing: 'It is not there any more',
  changed: 'Its bytes are other ones',
  size: 'It has another size',
  unreadable: 'The store cannot give it',
  'journal-broken': 'Its journal in the folder is damaged',
  'lock-missing': 'It is not locked',
  'lock-short': 'Its lock ends sooner than it did',
  'delete-marker': 'Somebody put a delete marker on top of it',
  'unknown-version': 'Another version lies on top of it',
};

const LAYER_NAMES: Readonly<Record<string, string>> = {
  look: 'Looked at',
  read: 'Read whole',
  asked: 'Read whole, when somebody asked',
};

const ROLE_NAMES: Readonly<Record<string, string>> = {
  salt: 'salt',
  fact: 'report',
  manifest: 'manifest',
};

export function fixityPage(frame: Frame, parts: FixityParts): string {
  const { zone, objects, wrong, wrongCount, strays, strayCount, batches } = parts;
  return page({
    title: 'Sealed files in the store',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">Sealed files in the store</h1>
      ${troubles(parts)}
      <p class="hf-intro">
        Everything that was sealed is read back from the store within minutes, and then again and again: from
        the first byte to the last at least every ${parts.readDays} days, and asked for at least every
        ${parts.lookDays} days. All of it, and never a sample. Who does this can change nothing in the store.
      </p>
      ${objects === 0 ? html`<p>Nothing is sealed yet.</p>` : figures(parts)}
      ${
        wrongCount > 0 &&
        html`<h2 class="hf-h2">Not as it was sealed</h2>
          <p>
            Change nothing in the store. The record says that it is not safe any more, and its history when
            this was found. It is read again each hour; once it is whole again, its history says that too.
          </p>
          <ul class="hf-people" id="wrong">
            ${wrong.map((one) => entry(zone, one))}
          </ul>
          ${wrongCount > wrong.length && html`<p>The newest are listed; in all: ${number(wrongCount)}.</p>`}`
      }
      ${
        strayCount > 0 &&
        html`<h2 class="hf-h2">In the store, and in no record</h2>
          <p>
            Somebody who may write to the store put these there, or a record was taken out of the database.
            Find out who, before anybody takes them away.
          </p>
          <ul class="hf-people" id="strays">
            ${strays.map(
              (one) =>
                html`<li>
                  <p class="hf-link"><code>${one.key}</code></p>
                  <p class="hf-small">
                    ${apart(one.isMarker ? html`A delete marker` : html`${number(one.sizeBytes)} bytes`)},
                    found
                    <span>${momentIn(zone, one.foundAt)}</span>
                  </p>
                </li>`,
            )}
          </ul>
          ${strayCount > strays.length && html`<p>The newest are listed; in all: ${number(strayCount)}.</p>`}`
      }
      ${batches.length > 0 && lastBatches(zone, batches)}`,
  });
}

function troubles({ wrongCount, strayCount, isOverdue, objects }: FixityParts): Markup | null {
  if (wrongCount > 0) return alert('error', 'Some sealed files are not in the store as they were sealed.');
  if (strayCount > 0) return alert('error', 'Something lies in the store that no record knows.');
  if (isOverdue)
    return alert(
      'error',
      'Sealed files wait for longer than they should. Tell whoever runs the machine: the fixity worker does not run, or cannot reach the store.',
    );
  return objects === 0 ? null : alert('success', 'Nothing that was looked at is wrong.');
}

function figures(parts: FixityParts): Markup {
  const { zone, now, objects, oldestUnreadAt, listedAt, notCopied } = parts;
  const part = (done: number): Markup =>
    perLanguage((language) =>
      new Intl.NumberFormat(`${language}-US`, { style: 'percent', maximumFractionDigits: 1 }).format(
        Math.floor((done / objects) * 1000) / 1000,
      ),
    );
  return html`<dl class="hf-facts" id="figures">
    <div>
      <dt>Sealed files</dt>
      <dd>${number(objects)}</dd>
    </div>
    <div>
      <dt>Longest not read</dt>
      <dd>
        ${oldestUnreadAt === null ? html`–` : html`${agoIn(now, oldestUnreadAt)}, ${momentIn(zone, oldestUnreadAt)}`}
      </dd>
    </div>
    <div>
      <dt>Never read yet</dt>
      <dd>${number(parts.neverRead)}</dd>
    </div>
    <div>
      <dt>Read in the last ${parts.readDays} days</dt>
      <dd>${number(parts.readThisRound)} · ${part(parts.readThisRound)}</dd>
    </div>
    <div>
      <dt>Looked at in the last ${parts.lookDays} days</dt>
      <dd>${number(parts.lookedThisRound)} · ${part(parts.lookedThisRound)}</dd>
    </div>
    <div>
      <dt>Store compared with the records</dt>
      <dd>${listedAt === null ? ours('not yet') : momentIn(zone, listedAt)}</dd>
    </div>
    <div>
      <dt>Second store</dt>
      <dd>
        ${notCopied === null ? ours('none: there is one copy') : html`Not copied yet: ${number(notCopied)}`}
      </dd>
    </div>
  </dl>`;
}

function entry(zone: string, one: FixityParts['wrong'][number]): Markup {
  const role = Object.hasOwn(ROLE_NAMES, one.role) ? inWords(ROLE_NAMES, one.role) : html`file`;
  return html`<li>
    <strong
      >${one.findings.map((finding, i) => html`${i > 0 && html` · `}${inWords(FINDING_NAMES, finding)}`)}</strong
    >
    <p class="hf-small">
      ${apart(role)}, seal ${one.sealNo}, found <span>${momentIn(zone, one.foundAt)}</span>
    </p>
    <p>
      <a href="/records/${one.recordId}">The record<span class="usa-sr-only"> ${one.recordId}</span></a>
    </p>
  </li>`;
}

function lastBatches(zone: string, batches: FixityParts['batches']): Markup {
  return html`<h2 class="hf-h2">Last batches</h2>
    <p class="hf-small">
      Each is an entry of the agency’s log, with a root over its rows: nobody can say afterwards that
      something was looked at which was not, or that it was well when it was not.
    </p>
    <table class="usa-table usa-table--stacked hf-history" id="batches">
      <caption class="usa-sr-only">
        The last batches, newest first
      </caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col">Files</th>
          <th scope="col">Wrong</th>
          <th scope="col">Root</th>
        </tr>
      </thead>
      <tbody>
        ${batches.map(
          (one) =>
            html`<tr>
              <td data-label="When">${momentIn(zone, one.at)}</td>
              <td data-label="What">${inWords(LAYER_NAMES, one.layer)}</td>
              <td data-label="Files">${number(one.objects)}</td>
              <td data-label="Wrong">${number(one.failed)}</td>
              <td data-label="Root"><code>${one.root.slice(0, 16)}…</code></td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}
