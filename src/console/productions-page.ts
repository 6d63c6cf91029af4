/** The productions of one request: pack what was decided, see what the gate found and where, release, hand out the link, see who fetched. */
import { alert } from './fields.ts';
import { number } from './numbers.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { line } from './longer-fields.ts';
import { gateSaid } from './production-gate-part.ts';
import { requestHead } from './request-nav.ts';
import { momentIn } from './times.ts';
import { inWords } from './words.ts';

interface Finding {
  readonly file: string;
  readonly place: string;
}

export interface ShownProduction {
  readonly id: string;
  readonly n: number;
  readonly state: string;
  readonly asked: { readonly wacz: boolean };
  readonly madeAt: string;
  readonly madeBy: string | Markup;
  readonly batesPrefix: string;
  readonly batesFirst: number;
  readonly batesLast: number | null;
  readonly recordPages: number | null;
  readonly files: number | null;
  readonly gate: {
    readonly outcome: string;
    readonly hits: readonly (Finding & { readonly item: string; readonly what: string })[];
    readonly unread: readonly (Finding & {
      readonly why: string;
      readonly picture: string | null;
      readonly id: string | null;
    })[];
    readonly unsearchable: readonly string[];
    readonly looked: { readonly files: number; readonly bytes: number };
    readonly soughtItems: number;
    readonly more: number;
  } | null;
  /** Records of it that have a file in which the gate found something. */
  readonly foundIn: readonly { readonly n: number; readonly recordId: string }[];
  readonly failure: { readonly code: string; readonly sentence: string } | null;
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly releasedAt: string | null;
  readonly releasedBy: string | Markup | null;
  readonly withdrawnAt: string | null;
  readonly withdrawnWhy: string | null;
  readonly released: number;
  readonly part: number;
  readonly withheld: number;
  readonly isStale: boolean;
  readonly reviewedSince: readonly number[];
  /** Why it could not be packed so far. */
  readonly trouble: {
    readonly reason: string;
    readonly code: string;
    readonly attempts: number;
    readonly dueAt: string;
    readonly parkedAt: string | null;
  } | null;
  readonly links: readonly { readonly n: number; readonly expiresAt: string; readonly isOver: boolean }[];
  /** Newest first. */
  readonly downloads: readonly {
    readonly n: number;
    readonly at: string;
    readonly link: number | null;
    readonly by: string | Markup | null;
  }[];
}

export interface ProductionsParts {
  readonly requestId: string;
  /** Of the request, as it is shown. */
  readonly number: string;
  readonly isClosed: boolean;
  /** Which format the requester wants; null: they did not say. */
  readonly wish: {
    readonly said: string;
    readonly formats: readonly ('pdf' | 'csv' | 'native' | 'wacz')[];
  } | null;
  readonly zone: string;
  /** Newest first. */
  readonly productions: readonly ShownProduction[];
  readonly set: { readonly unreviewed: number; readonly outdated: number; readonly produced: number };
  readonly prefix: string;
  readonly isCustodian: boolean;
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string } | null;
  /** Made a moment ago, and never shown again. */
  readonly link: string | null;
}

const STATES: Readonly<Record<string, string>> = {
  building: 'Being packed and looked through',
  parked: 'Packing stopped; a person must look',
  blocked: 'Stopped: nothing of it leaves',
  ready: 'Ready: the gate has passed it, and it is sealed',
  released: 'Released by a link',
  withdrawn: 'Withdrawn',
};

/** Often enough for whoever waits, and not so often that it fills the history: each look is an entry. */
const LOOK_AGAIN_SECONDS = 15;

const bates = (prefix: string, n: number): string => `${prefix}-${String(n).padStart(6, '0')}`;

export function productionsPage(frame: Frame, parts: ProductionsParts): string {
  const { requestId, productions, set, isCustodian, said, link } = parts;
  const isBuilding = productions.some(
    ({ state, trouble }) => state === 'building' && trouble?.parkedAt == null,
  );
  return page({
    title: 'Productions',
    ...frame,
    wide: true,
    // What was refused, and a link that is shown once, stays until somebody goes on.
    ...(isBuilding && said?.kind !== 'error' && link === null
      ? { again: { after: LOOK_AGAIN_SECONDS, to: `/requests/${requestId}/productions` } }
      : {}),
    main: html`${requestHead({ id: requestId, number: parts.number }, 'productions', 'Productions')}
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      ${link !== null && html`<p class="hf-link hf-root" id="link">${link}</p>`}
      <p class="hf-intro">
        What was decided is frozen, packed with what proves it, looked through for everything that is
        withheld, and sealed. Then you release it by a link that ends.
      </p>
      ${isCustodian && packForm(parts)}
      ${!isCustodian && set.produced === 0 && html`<p>Nothing of the set is released so far.</p>`}
      <h2 class="hf-h2">Made so far</h2>
      ${isBuilding && html`<p>While one is packed this page looks again by itself, unless you are typing. <a href="/requests/${requestId}/productions">Look again how it stands</a></p>`}
      ${
        productions.length === 0
          ? html`<p>No production was made yet.</p>`
          : html`<ul class="hf-people" id="productions">
              ${productions.map((one) => entry(one, parts))}
            </ul>`
      }`,
  });
}

function packForm({ requestId, set, prefix, isClosed, wish }: ProductionsParts): Markup {
  const { unreviewed, outdated, produced } = set;
  if (isClosed)
    return html`<p id="pack">
      This request is closed: nothing more is packed because of it. What is out stays out, and can get another
      link. If the same person asks again, enter another request.
    </p>`;
  if (unreviewed + outdated > 0 || produced === 0)
    return html`<section class="hf-panel" id="pack" aria-label="Pack">
      ${unreviewed > 0 && html`<p>Records of the set that nobody decided about: ${number(unreviewed)}.</p>`}
      ${outdated > 0 && html`<p>Records to which something came after they were reviewed: ${number(outdated)}.</p>`}
      ${produced === 0 && html`<p>Nothing of the set is released so far.</p>`}
      <p><a href="/requests/${requestId}/review">Go to the review</a></p>
    </section>`;
  return html`<form class="hf-form" id="pack" method="post" action="/requests/${requestId}/productions">
    <p>Records that are released, all of them or a part: ${number(produced)}.</p>
    ${wish !== null && wished(wish)}
    ${line({ name: 'prefix', label: 'Letters before the numbers of pages', value: prefix, hint: 'Capitals, figures and hyphens. The numbers go on from the last production with the same letters.' })}
    <div class="usa-checkbox">
      <input
        class="usa-checkbox__input"
        id="wacz"
        type="checkbox"
        name="wacz"
        value="yes"
        ${wish?.formats.includes('wacz') === true && html`checked`}
      />
      <label class="usa-checkbox__label" for="wacz"
        >Web archives go along, of records of which all is released</label
      >
    </div>
    <button class="usa-button hf-below" type="submit">Freeze and pack</button>
  </form>`;
}

const FORMATS: Readonly<Record<'pdf' | 'csv' | 'native' | 'wacz', string>> = {
  pdf: 'PDF: the index with all that is released, which is in every production.',
  csv: 'Tables: CSV files, which are in every production and open in any spreadsheet.',
  native: 'Files as they are: they are in every production, but for those of which a part is withheld.',
  wacz: 'Web archives: ticked below; they go along for records of which all is released.',
};

/** 610.023.3: in the format that is requested, if it is available. */
function wished({ said, formats }: NonNullable<ProductionsParts['wish']>): Markup {
  return html`<div id="wish">
    <p>The requester wants this format (610.023.3): <bdi>${said}</bdi></p>
    ${
      formats.length === 0
        ? html`<p>
            <strong>No such format was found here.</strong> A production is a PDF, tables (CSV), the files as
            they are, and web archives if they are ticked. Where theirs is not available, say so in the
            letter.
          </p>`
        : html`<ul class="usa-list">
            ${formats.map((one) => html`<li>${inWords(FORMATS, one)}</li>`)}
          </ul>`
    }
  </div>`;
}

function entry(one: ShownProduction, parts: ProductionsParts): Markup {
  const { zone } = parts;
  return html`<li id="production-${one.n}">
    <h3 class="hf-h3">
      Production ${one.n}: ${inWords(STATES, one.trouble?.parkedAt == null ? one.state : 'parked')}
    </h3>
    <p class="hf-small">Asked for by ${one.madeBy}: ${momentIn(zone, one.madeAt)}</p>
    ${one.state === 'building' && one.trouble === null && progress(one)}
    <p>All of it: ${number(one.released)}. A part: ${number(one.part)}. Withheld: ${number(one.withheld)}.</p>
    ${
      one.batesLast !== null &&
      html`<p class="hf-small">
        Pages ${bates(one.batesPrefix, one.batesFirst)} to ${bates(one.batesPrefix, one.batesLast)}, of them
        pages of records: ${number(one.recordPages ?? 0)}. Files: ${number(one.files ?? 0)}. Bytes:
        ${number(one.bytes ?? 0)}.
      </p>`
    }
    ${one.sha256 !== null && one.state !== 'blocked' && html`<p class="hf-small hf-root">SHA-256 <code>${one.sha256}</code></p>`}
    ${one.reviewedSince.length > 0 && html`<p class="hf-warn">Somebody decided anew about records of it since it was released (${one.reviewedSince.join(', ')}), so no new link and no letter leads to it. Links that were made before still do: withdraw it to end them, and pack anew.</p>`}
    ${one.isStale && one.state !== 'blocked' && html`<p class="hf-warn">A record of it was reviewed again since, or something came to one: it is not released. Pack anew.</p>`}
    ${troubleSaid(one, parts)} ${gateSaid(one, parts)}
    ${
      one.withdrawnAt !== null &&
      html`<p class="hf-small">Withdrawn: ${momentIn(zone, one.withdrawnAt)}</p>
        <p>${one.withdrawnWhy ?? ''}</p>`
    }
    ${one.releasedAt !== null && html`<p class="hf-small">Released by ${one.releasedBy ?? ''}: ${momentIn(zone, one.releasedAt)}</p>`}
    ${
      one.links.length > 0 &&
      html`<ul class="hf-times">
        ${one.links.map(({ n, expiresAt, isOver }) =>
          isOver
            ? html`<li>Link ${n} is over since: ${momentIn(zone, expiresAt)}</li>`
            : html`<li>Link ${n} leads here until: ${momentIn(zone, expiresAt)}</li>`,
        )}
      </ul>`
    }
    ${downloads(one, zone)} ${verbs(one, parts)}
  </li>`;
}

/** In which words: as of a step of a record that stopped (`worklist-page.ts`). */
function troubleSaid(
  { id, n, trouble, batesPrefix }: ShownProduction,
  { requestId, zone, isCustodian }: ProductionsParts,
): Markup | null {
  if (trouble === null) return null;
  const { reason, code, attempts, dueAt, parkedAt } = trouble;
  const why = html`<p>${ours(reason)} <code>${code}</code></p>`;
  if (parkedAt === null)
    return html`<p class="hf-warn">
        It could not be packed so far. Attempts: ${number(attempts)}. The next one: ${momentIn(zone, dueAt)}
      </p>
      ${why}`;
  return html`<p class="hf-warn">Nobody packs it any more since: ${momentIn(zone, parkedAt)}</p>
    ${why}
    <p class="hf-small">Other productions with the letters ${batesPrefix} do not wait for it.</p>
    ${
      isCustodian &&
      html`<form method="post" action="/requests/${requestId}/productions/${id}/run">
        <p>Have the cause mended first. Or withdraw it below.</p>
        <button class="usa-button hf-below" type="submit">
          Pack it once more<span class="usa-sr-only">: ${ours('production')} ${n}</span>
        </button>
      </form>`
    }`;
}

/** How far it is: what is done of it stands in its row. */
function progress({ gate, released, part, withheld }: ShownProduction): Markup {
  const all = number(released + part + withheld);
  return gate === null
    ? html`<p class="hf-small" role="status">
        Step 1 of 2: the records are packed and looked through. Records: ${all}.
      </p>`
    : html`<p class="hf-small" role="status">
        Step 2 of 2: it was looked through, and is being sealed. Records: ${all}.
      </p>`;
}

function downloads({ downloads: all, state }: ShownProduction, zone: string): Markup | null {
  if (all.length === 0)
    return state === 'released' ? html`<p class="hf-small">Nobody has fetched it yet.</p>` : null;
  return html`<h4 class="hf-h3">Fetched</h4>
    <ul class="hf-times">
      ${all.map(({ at, link, by }) =>
        link === null
          ? html`<li>By ${by ?? ''}: ${momentIn(zone, at)}</li>`
          : html`<li>By link ${link}: ${momentIn(zone, at)}</li>`,
      )}
    </ul>`;
}

function verbs(
  { id, n, state, isStale, reviewedSince }: ShownProduction,
  { requestId, isCustodian }: ProductionsParts,
): Markup | null {
  const sealed = state === 'ready' || state === 'released';
  if (!isCustodian) return null;
  const below = `/requests/${requestId}/productions/${id}`;
  return html`<div>
    ${
      sealed &&
      html`<p>
        <a class="usa-button usa-button--outline" href="/v1/productions/${id}/content" download
          >Fetch it yourself<span class="usa-sr-only">: ${ours('production')} ${n}</span></a
        >
      </p>`
    }
    ${
      state === 'released' &&
      reviewedSince.length === 0 &&
      html`<p>
        <a class="usa-button" href="/requests/${requestId}/letters?kind=records&production=${id}#letter"
          >Write the letter that hands it out<span class="usa-sr-only">: ${ours('production')} ${n}</span></a
        >
      </p>`
    }
    ${
      sealed &&
      !(state === 'ready' && isStale) &&
      reviewedSince.length === 0 &&
      html`<form method="post" action="${below}/release" class="hf-form">
        <label class="usa-label" for="days-${n}">Days until the link ends</label>
        <input
          class="usa-input"
          id="days-${n}"
          name="days"
          type="number"
          min="1"
          max="90"
          value="30"
          required
        />
        <button class="usa-button ${state === 'released' && 'usa-button--outline'} hf-below" type="submit">
          ${state === 'ready' ? ours('Release, with a link') : ours('Make another link')}<span
            class="usa-sr-only"
            >: ${ours('production')} ${n}</span
          >
        </button>
      </form>`
    }
    ${
      state !== 'withdrawn' &&
      state !== 'blocked' &&
      html`<details class="hf-more">
        <summary>Withdraw<span class="usa-sr-only"> ${ours('production')} ${n}</span></summary>
        <form method="post" action="${below}/withdrawal">
          <p>Its links lead nowhere from then on. What was fetched is not called back by it.</p>
          <label class="usa-label" for="reason-${n}">Why it is withdrawn</label>
          <input
            class="usa-input"
            id="reason-${n}"
            name="reason"
            type="text"
            maxlength="1000"
            autocomplete="off"
            required
          />
          <button class="usa-button usa-button--secondary hf-below" type="submit">
            Withdraw this production
          </button>
        </form>
      </details>`
    }
  </div>`;
}
