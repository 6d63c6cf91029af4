/**
 * The receipt to print: what the archive vouches for, what it does not, and what anyone needs to check it later. Times in
 * the agency's zone with the UTC value beside.
 */
import type { Receipt } from '#record/record.ts';
import { html, type Markup } from './html.ts';
import { checkSign, page, stopSign } from './layout.ts';
import { TIERS } from './tiers.ts';
import { momentIn } from './times.ts';

interface ReceiptAbout {
  readonly agencyName: string;
  readonly zone: string;
}

const REMOVAL: Readonly<Record<Receipt['removal'], string>> = {
  awaited: 'Awaited: nobody has said yet that it was removed.',
  confirmed: 'Confirmed: it was reported as removed.',
  none: 'None: this record is kept without a removal.',
};

const STATUS: Readonly<Record<Receipt['status'], string>> = {
  reported: 'Reported: what was handed in is durable, and not sealed yet.',
  sealed: 'Sealed: what was handed in is locked in the store.',
  complete: 'Complete: the live page is sealed too, or what was found instead is on file.',
  disposing: 'Being disposed of under the retention schedule.',
  disposed: 'Disposed of under the retention schedule.',
};

export function receiptPage(receipt: Receipt, about: ReceiptAbout): string {
  const { code, mode } = receipt;
  const moment = (utc: string | null, otherwise: string): Markup =>
    utc === null ? html`${otherwise}` : momentIn(about.zone, utc);
  return page({
    title: `Receipt ${code}`,
    mode,
    main: html`<article class="hf-receipt">
      <h1 class="hf-h1">Receipt <span class="hf-code__value">${code}</span></h1>
      <p class="hf-intro">${about.agencyName}</p>
      ${verdict(receipt)}
      <dl class="hf-facts">
        ${fact('Record', html`<code>${receipt.recordId}</code>`)}
        ${fact('Account', html`${receipt.account} <span class="hf-small">on ${receipt.platform}</span>`)}
        ${fact('Status', html`${STATUS[receipt.status]}`)}
        ${fact('Reported', moment(receipt.times.reportedAt, ''))}
        ${fact('First sealed', moment(receipt.times.firstSealedAt, 'Not yet'))}
        ${receipt.times.lastSealedAt !== receipt.times.firstSealedAt && fact('Last sealed', moment(receipt.times.lastSealedAt, 'Not yet'))}
        ${fact('Live page', html`${livePage(receipt.capture)}`)}
        ${fact('Removal', html`${REMOVAL[receipt.removal]}`)}
        ${fact('Retention', html`${series(receipt.classification)}`)}
        ${fact('This receipt', moment(receipt.times.issuedAt, ''))}
      </dl>
      <p class="hf-small">
        Times are the archive’s own clock (${receipt.times.source}, to the
        ${receipt.times.precision === 'ms' ? 'millisecond' : receipt.times.precision}), shown in the zone
        ${about.zone} with UTC beside.
      </p>
      ${
        receipt.parked.length > 0 &&
        html`<h2 class="hf-h2">A person must look at this</h2>
          <ul class="usa-list">
            ${receipt.parked.map((step) => html`<li>The step “${step.step}” stopped (${step.code}). ${step.reason}</li>`)}
          </ul>`
      }
      <h2 class="hf-h2">What the evidence proves, and what not</h2>
      ${evidence(receipt.tier)}
      <p>${receipt.store.sentence}</p>
      <p>${receipt.log.sentence}</p>
      <h2 class="hf-h2">What is sealed</h2>
      ${seals(receipt.seals, about.zone)}
    </article>`,
  });
}

/** The words of the live status (`assets/status-view.js`): paper and screen say the same. */
function wordOf({ safeToRemove, removal, status }: Receipt): string {
  if (status === 'disposing' || status === 'disposed') return 'NO LONGER KEPT';
  if (safeToRemove)
    return { awaited: 'SAFE TO REMOVE', confirmed: 'SEALED, AND REMOVED', none: 'SEALED AND KEPT' }[removal];
  return {
    awaited: 'DO NOT REMOVE YET',
    confirmed: 'REMOVED, NOT ARCHIVED IN FULL',
    none: 'NOT SEALED YET',
  }[removal];
}

function verdict(receipt: Receipt): Markup {
  const { safeToRemove, missing, statement } = receipt;
  return html`<section class="hf-state ${safeToRemove ? 'hf-state--safe' : 'hf-state--stop'}">
    <div class="hf-state__head">
      ${safeToRemove ? checkSign : stopSign}
      <p class="hf-state__word">${wordOf(receipt)}</p>
    </div>
    ${
      missing.length > 0 &&
      html`<ul class="hf-missing">
        ${missing.map((one) => html`<li>${one.sentence}</li>`)}
      </ul>`
    }
    <p class="hf-state__lead">${statement}</p>
  </section>`;
}

const fact = (term: string, value: Markup): Markup =>
  html`<div>
    <dt>${term}</dt>
    <dd>${value}</dd>
  </div>`;

function evidence(tier: Receipt['tier']): Markup {
  if (tier === null) return html`<p>Nothing that is sealed so far shows the content itself.</p>`;
  const { name, proves, provesNot } = TIERS[tier];
  return html`<p><strong>Tier ${tier}: ${name}.</strong></p>
    <p><strong>It proves:</strong> ${proves}</p>
    <p><strong>It does not prove:</strong> ${provesNot}</p>`;
}

function livePage({ outcome, targetFound, sandbox }: Receipt['capture']): string {
  if (outcome === null) return 'Not looked at yet.';
  if (outcome === 'none') return 'No live page was captured.';
  const found = targetFound
    ? 'the reported content was found on it'
    : 'the reported content was not found on it';
  return `Outcome “${outcome}”; ${found}.${sandbox === false ? ' The browser ran without a sandbox.' : ''}`;
}

function series(classification: Receipt['classification']): string {
  if (classification === null) return 'Not classified yet. What is not classified is kept.';
  return `Series ${classification.series}, schedule ${classification.edition}.`;
}

/** For people. The role itself stands beside, for it is what the manifest says. */
const FILES: Readonly<Record<string, string>> = {
  'raw-payload': 'The report as it came',
  other: 'File handed in',
  fact: 'The fact',
  salt: 'Salt of the digests',
  manifest: 'Manifest',
  'screenshot-viewport': 'Page, first screen',
  'screenshot-fullpage': 'Page, whole',
  'page-text': 'Text of the page',
  'capture-report': 'How it was captured',
};

function seals(rows: Receipt['seals'], zone: string): Markup {
  if (rows.length === 0) return html`<p>Nothing yet.</p>`;
  return html`<table class="usa-table usa-table--stacked hf-seals">
    <caption class="usa-sr-only">
      Each sealed file with its digest and its lock
    </caption>
    <thead>
      <tr>
        <th scope="col">File</th>
        <th scope="col">SHA-256</th>
        <th scope="col">Bytes</th>
        <th scope="col">Key and version</th>
        <th scope="col">Locked until</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            <th scope="row" data-label="File">
              ${FILES[row.role] ?? row.role}
              <span class="hf-version">seal ${row.seal}, <code>${row.role}</code></span>
            </th>
            <td data-label="SHA-256"><code>${row.sha256}</code></td>
            <td data-label="Bytes">${row.bytes.toLocaleString('en-US')}</td>
            <td data-label="Key and version">
              <code>${row.key}</code> <span class="hf-version">version <code>${row.versionId}</code></span>
            </td>
            <td data-label="Locked until">${momentIn(zone, row.lockedUntil)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
