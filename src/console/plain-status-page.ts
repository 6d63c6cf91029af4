/** May it be removed? The same answer as on the live page, for whoever has no scripts: it comes with the page, and says how old it is. */
import type { Receipt } from '#record/record.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { verdict } from './receipt-page.ts';
import { isKeptBy } from './report-verbs.ts';
import { momentIn } from './times.ts';

export function plainStatusPage(
  frame: Frame,
  { receipt, zone, verb }: { readonly receipt: Receipt; readonly zone: string; readonly verb: string },
): string {
  const { recordId, removal, safeToRemove } = receipt;
  const statement = (what: string, label: string, look: string): Markup =>
    html`<form method="post" action="/report/records/${recordId}/plain">
      <input type="hidden" name="as" value="${frame.viewer?.id ?? ''}" />
      <input type="hidden" name="what" value="${what}" />
      <button class="usa-button ${look}" type="submit">${ours(label)}</button>
    </form>`;
  return page({
    title: 'May it be removed?',
    ...frame,
    main: html`<h1 class="usa-sr-only">May it be removed?</h1>
      ${verdict(receipt)}
      <p class="hf-small">
        As it stood ${momentIn(zone, receipt.times.issuedAt)}. This page does not change by itself.
      </p>
      <p><a class="usa-button usa-button--outline" href="/report/records/${recordId}/plain">Look again</a></p>
      <div class="hf-actions">
        ${safeToRemove && removal === 'awaited' && statement('removed', 'I removed it', 'usa-button--big')}
        ${
          removal !== 'none' &&
          html`<details class="hf-more hf-beside">
            <summary>
              ${removal === 'confirmed' ? html`Was “I removed it” a mistake?` : html`Does it stay after all?`}
            </summary>
            <p class="hf-small">
              This puts on record that it was not removed. The record stays, with all that was said before.
            </p>
            ${statement('kept', removal === 'confirmed' ? 'It is still there: I did not remove it' : 'I did not remove it after all', 'usa-button--outline')}
          </details>`
        }
      </div>
      <p class="hf-code">Receipt <strong>${receipt.code}</strong></p>
      <ul class="hf-links">
        <li><a href="/${isKeptBy(verb) ? 'keep' : 'report'}?after=${recordId}">Next one</a></li>
        <li><a href="/records/${recordId}">The whole record</a></li>
        <li><a href="/report/records/${recordId}">Live status (needs JavaScript)</a></li>
      </ul>`,
  });
}
