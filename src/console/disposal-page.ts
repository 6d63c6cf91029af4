/** One list of disposal, in its four steps. What each step needs stands in it, and nothing else can be pressed. */
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { momentIn } from './times.ts';
import { itemsTable, type ShownItem } from './disposal-items.ts';
import { inWords } from './words.ts';
import { certificateFacts, type ShownCertificate, type ShownCleaned } from './certificate-said.ts';
import { STATE_NAMES, type ShownDisposal } from './disposals-page.ts';
import { number } from './numbers.ts';

export interface DisposalParts {
  readonly zone: string;
  readonly now: Date;
  readonly list: ShownDisposal;
  readonly names: {
    readonly created: string | Markup;
    readonly proposed: string | null;
    readonly approved: string | null;
    readonly ended: string | Markup | null;
  };
  readonly sample: readonly Omit<ShownItem, 'requests'>[];
  readonly items: readonly ShownItem[];
  /** Due as well, and not on it; null: it is no draft any more. */
  readonly left: {
    readonly locked: number;
    readonly lockedUntil: string | null;
    readonly later: number;
  } | null;
  readonly next: string | null;
  readonly certificate: ShownCertificate | null;
  readonly cleaned: ShownCleaned | null;
  readonly isOfficer: boolean;
  readonly isApprover: boolean;
  readonly isProposer: boolean;
  readonly said: { readonly kind: 'error' | 'success'; readonly text: string } | null;
}

export function disposalPage(frame: Frame, parts: DisposalParts): string {
  const { list, said } = parts;
  return page({
    title: html`Disposal: ${list.title}`,
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">${list.title}</h1>
      <p><a href="/disposals">All lists</a></p>
      ${alert(said?.kind ?? 'success', said?.text ?? null)}
      <p class="hf-intro"><strong>${inWords(STATE_NAMES, list.state)}</strong></p>
      ${ended(parts)} ${facts(parts)} ${stepOne(parts)} ${stepTwo(parts)} ${stepThree(parts)}
      ${stepFour(parts)} ${itemsTable(list.id, parts.items, parts.next)} ${cancel(parts)}`,
  });
}

function ended({ list, names, zone }: DisposalParts): Markup | null {
  if (list.endedAt === null) return null;
  return html`<p>
    ${momentIn(zone, list.endedAt)}, by ${names.ended ?? ''}: <q>${list.endedBecause ?? ''}</q>
  </p>`;
}

function facts({ list, zone, names }: DisposalParts): Markup {
  return html`<dl class="hf-facts" id="facts">
    <div>
      <dt>Schedule</dt>
      <dd>${list.edition}${list.series !== null && html`, ${list.series}`}</dd>
    </div>
    <div>
      <dt>Due through</dt>
      <dd>${list.cutoff}</dd>
    </div>
    <div>
      <dt>Records</dt>
      <dd>${number(list.records)}</dd>
    </div>
    <div>
      <dt>Files</dt>
      <dd>${number(list.objects)}</dd>
    </div>
    <div>
      <dt>Bytes</dt>
      <dd>${number(list.bytes)}</dd>
    </div>
    <div>
      <dt>Made</dt>
      <dd>${momentIn(zone, list.createdAt)}, ${names.created}</dd>
    </div>
    ${
      list.digest !== null &&
      html`<div>
        <dt>Digest of the list</dt>
        <dd><code>${list.digest.slice(0, 16)}…</code></dd>
      </div>`
    }
  </dl>`;
}

function stepOne(parts: DisposalParts): Markup {
  const { list, sample, isOfficer } = parts;
  const isDraft = list.state === 'draft';
  return html`<section aria-labelledby="step-1">
    <h2 class="hf-h2" id="step-1">1. The list, and a look at some of it</h2>
    ${
      sample.length > 0
        ? html`<p>
              Some records of the list, by chance. Open each; it is entered in its history that you did.
            </p>
            <ul class="hf-people" id="sample">
              ${sample.map(
                (one) =>
                  html`<li>
                    <a href="/records/${one.recordId}"><code>${one.recordId}</code></a>
                    <p class="hf-small">${one.series}. Period began ${one.fromDay}, due ${one.dueOn}.</p>
                  </li>`,
              )}
            </ul>`
        : html`<p>Its records stand below.</p>`
    }
    ${notOnIt(parts)}
    ${
      isDraft &&
      isOfficer &&
      html`<details class="hf-more">
        <summary>Except a single record</summary>
        <form method="post" action="/disposals/${list.id}/exceptions">
          <label class="usa-label" for="record">Number of the record</label>
          <input
            class="usa-input"
            id="record"
            name="record"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
          />
          <label class="usa-label" for="except-reason">Why is it not destroyed with the others?</label>
          <input class="usa-input" id="except-reason" name="reason" autocomplete="off" maxlength="1000" />
          <button class="usa-button usa-button--outline hf-below" type="submit">Take it off the list</button>
        </form>
      </details>`
    }
  </section>`;
}

function notOnIt({ left, zone }: DisposalParts): Markup | null {
  if (left === null || left.locked + left.later === 0) return null;
  return html`<ul class="hf-small" id="left-out">
    ${left.locked > 0 && html`<li>Due as well, and locked in the store for longer than a list waits: ${number(left.locked)}.${left.lockedUntil !== null && html` The first of these locks ends ${momentIn(zone, left.lockedUntil)}.`} They are for a later list.</li>`}
    ${left.later > 0 && html`<li>Due as well, and more than a list has room for: ${number(left.later)}. A list has at most 2,000 records; make another one when this is proposed.</li>`}
  </ul>`;
}

function stepTwo({ list, names, zone, isOfficer }: DisposalParts): Markup {
  const body =
    list.state === 'draft' && isOfficer
      ? html`<form class="hf-panel" method="post" action="/disposals/${list.id}/proposal">
          <p>From here on the list does not change any more. Its digest is what somebody else approves.</p>
          <div class="usa-form-group">
            <label class="usa-label" for="authority">Was it decided by another authority as well?</label>
            <span class="usa-hint" id="authority-hint"
              >If so, where: an ordinance, the minutes of a committee. It stands in the certificate.</span
            >
            <input
              class="usa-input"
              id="authority"
              name="authority"
              autocomplete="off"
              maxlength="500"
              aria-describedby="authority-hint"
            />
          </div>
          <button class="usa-button" type="submit">Freeze the list and propose it</button>
        </form>`
      : list.proposedAt !== null
        ? html`<p>Proposed ${momentIn(zone, list.proposedAt)} by ${names.proposed ?? ''}.</p>
            ${list.authority !== null && html`<p>Authority: <q>${list.authority}</q></p>`}`
        : html`<p>Not yet. A retention officer freezes and proposes it.</p>`;
  return html`<section aria-labelledby="step-2">
    <h2 class="hf-h2" id="step-2">2. Freeze and propose</h2>
    ${body}
  </section>`;
}

function stepThree({ list, names, zone, isApprover, isProposer }: DisposalParts): Markup {
  const days = Math.round(list.coolingOffMs / 86_400_000);
  const form = html`<form class="hf-panel" method="post" action="/disposals/${list.id}/approval">
      <input type="hidden" name="digest" value="${list.digest ?? ''}" />
      <p>
        You approve the list with the digest <code>${(list.digest ?? '').slice(0, 16)}…</code>. After ${days}
        days of cooling off its records are destroyed, and nobody can bring them back.
      </p>
      <button class="usa-button hf-below" type="submit">Approve the destruction</button>
    </form>
    <details class="hf-more">
      <summary>Refuse the list</summary>
      <form method="post" action="/disposals/${list.id}/refusal">
        <label class="usa-label" for="refuse-reason">Why is it not done?</label>
        <input class="usa-input" id="refuse-reason" name="reason" autocomplete="off" maxlength="5000" />
        <button class="usa-button usa-button--secondary hf-below" type="submit">Refuse</button>
      </form>
    </details>`;
  const body =
    list.approvedAt !== null
      ? html`<p>Approved ${momentIn(zone, list.approvedAt)} by ${names.approved ?? ''}.</p>`
      : list.state !== 'proposed'
        ? html`<p>Not yet.</p>`
        : isApprover && isProposer
          ? html`<p>You proposed this list. Two people decide: another approver approves it.</p>`
          : isApprover
            ? form
            : html`<p>An approver, who is not the one who proposed it, approves it.</p>`;
  return html`<section aria-labelledby="step-3">
    <h2 class="hf-h2" id="step-3">3. Approval by somebody else</h2>
    ${body}
  </section>`;
}

function stepFour({ list, zone, certificate, cleaned }: DisposalParts): Markup {
  return html`<section aria-labelledby="step-4">
    <h2 class="hf-h2" id="step-4">4. Destruction and certificate</h2>
    ${
      list.state === 'approved' &&
      html`<p>
        Cooling off until ${momentIn(zone, list.coolingUntil ?? '')}. Then the archive begins by itself. A
        hold that is placed until then keeps its records.
      </p>`
    }
    ${
      list.startedAt !== null &&
      html`<p>
        Begun ${momentIn(zone, list.startedAt)}. Destroyed: ${number(list.destroyed)}. Kept:
        ${number(list.kept)}. Could not be destroyed yet: ${number(list.failures)}.
      </p>`
    }
    ${
      list.failures > 0 &&
      alert(
        'error',
        'Some files could not be destroyed. Each stands below with the reason, and is tried again. The list is not completed before.',
      )
    }
    ${
      certificate !== null &&
      html`<ul class="hf-links">
          <li><a href="/v1/disposals/${list.id}/certificate.pdf">Certificate (PDF)</a></li>
          <li><a href="/v1/disposals/${list.id}/certificate">Certificate (signed JSON)</a></li>
          ${list.cleanedAt !== null && html`<li><a href="/v1/disposals/${list.id}/cleaned">Clean-up of the database (signed JSON)</a></li>`}
        </ul>
        <dl class="hf-facts" id="certificate">
          ${certificateFacts(certificate, cleaned).map(
            ({ term, value }) =>
              html`<div>
                <dt>${ours(term)}</dt>
                <dd>${value}</dd>
              </div>`,
          )}
        </dl>
        <h3>For the minutes</h3>
        <blockquote lang="en" id="minutes">${certificate.minutes}</blockquote>`
    }
    ${list.startedAt === null && list.state !== 'approved' && html`<p>Not yet.</p>`}
  </section>`;
}

function cancel({ list, isOfficer }: DisposalParts): Markup | null {
  if (!isOfficer || !['draft', 'proposed', 'approved'].includes(list.state)) return null;
  return html`<details class="hf-more">
    <summary>Cancel this list</summary>
    <form method="post" action="/disposals/${list.id}/cancellation">
      <label class="usa-label" for="cancel-reason">Why is it not done?</label>
      <input class="usa-input" id="cancel-reason" name="reason" autocomplete="off" maxlength="5000" />
      <button class="usa-button usa-button--secondary hf-below" type="submit">Cancel the list</button>
    </form>
  </details>`;
}
