/** The receipt to print: what the archive vouches for, what it does not, and what anyone needs to check it later. */
import type { Receipt } from '#record/record.ts';
import { html, ours, perLanguage, type Markup } from './html.ts';
import { checkSign, page, stopSign, type Frame } from './layout.ts';
import { qrPicture } from './qr.ts';
import {
  DIGESTS,
  evidenceSaid,
  FILE_NAMES,
  LEASE,
  proofFacts,
  receiptFacts,
  STEPS,
  stillSeen,
  timesSaid,
  wordOf,
  type Fact,
  type ReceiptAbout,
} from './receipt-said.ts';
import { momentIn } from './times.ts';

export function receiptPage(receipt: Receipt, about: ReceiptAbout, frame: Frame): string {
  const { code, mode, recordId } = receipt;
  const file = `/v1/records/${recordId}/receipt`;
  return page({
    title: html`Receipt ${code}`,
    ...frame,
    mode,
    viewer: null,
    main: html`<article class="hf-receipt">
      <h1 class="hf-h1">Receipt <span class="hf-code__value">${code}</span></h1>
      <p class="hf-intro">${about.agencyName}</p>
      ${verdict(receipt)}
      <dl class="hf-facts">${receiptFacts(receipt, about).map(fact)}</dl>
      <p class="hf-small">${timesSaid(receipt, about)}</p>
      ${
        receipt.parked.length > 0 &&
        html`<h2 class="hf-h2">A person must look at this</h2>
          <ul class="usa-list">
            ${receipt.parked.map((step) => html`<li>${ours(STEPS[step.step] ?? step.step)} stopped (<code>${step.code}</code>). ${ours(step.reason)}</li>`)}
          </ul>`
      }
      <h2 class="hf-h2">What the evidence proves, and what not</h2>
      ${evidenceSaid(receipt.tier).map((said) => html`<p>${said}</p>`)}
      ${receipt.seals.length > 0 && html`<p>${ours(DIGESTS)}</p>`}
      <p>${ours(receipt.store.sentence)}</p>
      <p>${ours(receipt.log.sentence)}</p>
      <h2 class="hf-h2">How anybody can check it</h2>
      <div class="hf-check">
        ${qrPicture(about.statusUrl, 'Picture for a phone: it leads to the address beside it')}
        <div>
          <p>
            How this record stands at any later time, to whoever has the code:
            <a class="hf-root" href="${about.statusUrl}">${about.statusUrl}</a>
          </p>
          <p>
            This receipt as one signed file, with the entries of the log and their proofs, is checked without
            us and without a network by <code>${'holdfast verify'}</code>.
          </p>
          <p class="hf-noprint hf-links">
            <a href="${file}.pdf" download="receipt-${code}.pdf">Receipt as PDF</a>
            <a href="${file}.json" download="receipt-${code}.json">Receipt as a signed file (JSON)</a>
          </p>
        </div>
      </div>
      <dl class="hf-facts">${proofFacts(receipt, about).map(fact)}</dl>
      <h2 class="hf-h2">What is sealed</h2>
      ${receipt.seals.length > 0 && html`<p>${ours(LEASE)}</p>`} ${seals(receipt.seals, about.zone)}
      ${frame.language !== 'en' && html`<p>Courtesy translation; where it differs, the English text counts.</p>`}
    </article>`,
  });
}

export function verdict(receipt: Receipt): Markup {
  const { safeToRemove, missing, statement } = receipt;
  const kind = !safeToRemove ? 'stop' : stillSeen(receipt) ? 'wait' : 'safe';
  return html`<section class="hf-state hf-state--${kind}">
    <div class="hf-state__head">
      ${kind === 'safe' ? checkSign : stopSign}
      <p class="hf-state__word">${ours(wordOf(receipt))}</p>
    </div>
    ${
      missing.length > 0 &&
      html`<ul class="hf-missing">
        ${missing.map((one) => html`<li>${ours(one.sentence)}</li>`)}
      </ul>`
    }
    <p class="hf-state__lead">${ours(statement)}</p>
  </section>`;
}

const fact = ({ term, value }: Fact): Markup =>
  html`<div>
    <dt>${ours(term)}</dt>
    <dd>${value}</dd>
  </div>`;

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
              ${ours(FILE_NAMES[row.role] ?? row.role)}
              <span class="hf-version">seal ${row.seal}, <code>${row.role}</code></span>
            </th>
            <td data-label="SHA-256"><code>${row.sha256}</code></td>
            <td data-label="Bytes">
              ${perLanguage((language) => row.bytes.toLocaleString(`${language}-US`))}
            </td>
            <td data-label="Key and version">
              <code>${row.key}</code> <span class="hf-version">version <code>${row.versionId}</code></span>
            </td>
            <td data-label="Locked until">${momentIn(zone, row.lockedUntil)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
