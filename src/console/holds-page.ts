/** Holds: those that last, and how the locks in the store stand beside them. */
import { alert } from './fields.ts';
import { kindTitle, type HoldKindSaid } from './hold-words.ts';
import { html, ours, type Markup } from './html.ts';
import { number } from './numbers.ts';
import { page, type Frame } from './layout.ts';
import { momentIn } from './times.ts';
import { inWords } from './words.ts';

export interface ListedHold {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly ends: string;
  readonly standing: boolean;
  readonly placedAt: string;
  readonly releasedAt: string | null;
  readonly records: number;
}

export interface HoldsParts {
  readonly zone: string;
  readonly kinds: readonly HoldKindSaid[];
  readonly holds: readonly ListedHold[];
  /** Released ones as well. */
  readonly all: boolean;
  readonly next: string | null;
  readonly mayPlace: boolean;
  readonly locks: {
    readonly comparedAt: string | null;
    readonly looked: number;
    readonly mended: number;
    readonly wrong: number;
    readonly findings: readonly {
      readonly key: string;
      readonly recordId: string | null;
      readonly code: string;
      readonly foundAt: string;
    }[];
  };
}

const FINDING_NAMES: Readonly<Record<string, string>> = {
  missing: 'It is not there any more',
  unreadable: 'The store does not say how it stands',
  'lock-missing': 'It is not locked',
  'lock-short': 'Its lock ended sooner than it should; it was extended',
  'hold-unknown': 'The store holds it, and nobody here placed a hold',
  'hold-not-set': 'The store does not take the hold',
  'unknown-version': 'No record knows this version',
  'delete-marker': 'Somebody put a delete marker on top of it',
};

export function holdsPage(frame: Frame, parts: HoldsParts): string {
  const { zone, kinds, holds, all, next, mayPlace } = parts;
  return page({
    title: 'Holds',
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">Holds</h1>
      <p class="hf-intro">
        A record that is held is not destroyed, whatever its schedule says. Many holds may lie on one record;
        it is held until the last of them is released.
      </p>
      ${mayPlace && html`<p>To hold records, <a href="/records">find them</a> and hold all that were found, or open one of them.</p>`}
      ${
        holds.length === 0
          ? html`<p>${all ? html`No hold was ever placed.` : html`Nothing is held.`}</p>`
          : html`<ul class="hf-records" id="holds">
              ${holds.map((one) => entry(zone, kinds, one))}
            </ul>`
      }
      <p class="hf-pages">
        ${all ? html`<a href="/holds">Only those that last</a>` : html`<a href="/holds?all=yes">Those that were released as well</a>`}
        ${next !== null && html`<a class="usa-button usa-button--outline" href="/holds?${all && html`all=yes&amp;`}before=${next}">Older holds</a>`}
      </p>
      ${locks(parts)}`,
  });
}

function entry(zone: string, kinds: readonly HoldKindSaid[], one: ListedHold): Markup {
  return html`<li>
    <a class="hf-records__link" href="/holds/${one.id}">${one.title}</a>
    <p class="hf-small">
      ${kindTitle(kinds, one.kind)} ·
      <span>${one.records === 1 ? html`1 record` : html`${number(one.records)} records`}</span>
      ${one.standing && html`· <span>and what comes later</span>`} ·
      <span
        >${one.releasedAt === null ? html`since ${momentIn(zone, one.placedAt)}` : html`released ${momentIn(zone, one.releasedAt)}`}</span
      >
    </p>
    ${one.releasedAt === null && html`<p class="hf-small">Ends: ${one.ends}</p>`}
  </li>`;
}

function locks({ zone, locks: { comparedAt, looked, mended, wrong, findings } }: HoldsParts): Markup {
  return html`<h2 class="hf-h2">Locks in the store</h2>
    ${wrong > 0 && alert('error', 'Some locks or holds in the store are not what they should be, and could not be put right.')}
    <p>
      Each night every sealed file is asked for in the store: its lock and its hold are compared with what
      law, lease and holds want. What may be put right is; what may not is listed here.
    </p>
    <p id="compared">
      ${
        comparedAt === null
          ? html`They were not compared yet.`
          : html`Last compared ${momentIn(zone, comparedAt)}<br />${number(looked)} files, ${number(mended)}
              put right.`
      }
    </p>
    ${
      findings.length > 0 &&
      html`<ul class="hf-people" id="wanting">
        ${findings.map(
          (one) =>
            html`<li>
              <strong>${inWords(FINDING_NAMES, one.code)}</strong>
              <p class="hf-small"><code>${one.key}</code></p>
              <p class="hf-small">Found ${momentIn(zone, one.foundAt)}</p>
              ${
                one.recordId !== null &&
                html`<p>
                  <a href="/records/${one.recordId}"
                    >${ours('The record')}<span class="usa-sr-only"> ${one.recordId}</span></a
                  >
                </p>`
              }
            </li>`,
        )}
      </ul>`
    }`;
}
