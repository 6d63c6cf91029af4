/**
 * The page for whoever holds a receipt and does not work here: whether this archive knows it, and how its record stands. It is shown
 * to anybody, and says nothing of the content. Works without scripts; a file is dropped onto its field.
 */
import type { LogStanding, PublicStanding } from '#record/record.ts';
import { alert } from './fields.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { logSaid } from './log-said.ts';
import { momentIn } from './times.ts';

export interface KnownRecord extends PublicStanding {
  /** Where its seals stand in the log. */
  readonly log: LogStanding;
}

/** What was found of a receipt's file. */
export type FileSaid =
  /** It was signed by a key of an agency of this archive, and is as it was signed. */
  | { readonly kind: 'ours'; readonly issuedAt: string; readonly safeToRemove: boolean }
  /** It agrees with itself; who signed it, this archive does not know. */
  | { readonly kind: 'strange' }
  /** Why it does not count. */
  | { readonly kind: 'refused'; readonly sentence: string };

export interface VerifyParts {
  /** As it was typed. */
  readonly typed: string;
  readonly error: string | null;
  /** The code that was asked for; null: nothing was. */
  readonly code: string | null;
  readonly known: readonly KnownRecord[];
  readonly file: FileSaid | null;
  readonly now: Date;
}

export function verifyPage(frame: Frame, parts: VerifyParts): string {
  const { typed, error, code, known, file } = parts;
  return page({
    title: 'Check a receipt',
    ...frame,
    main: html`<h1 class="hf-h1">Check a receipt</h1>
      <p class="hf-intro">
        Whoever holds a receipt of this archive can ask here how its record stands. The answer says nothing of
        the content, and nothing of whose it was.
      </p>
      ${alert('error', error)} ${file !== null && fileSaid(file)}
      ${code !== null && answer(code, known, parts.now, file)}
      <form class="hf-form" method="get" action="/verify" role="search" aria-label="By its code">
        <div class="usa-form-group">
          <label class="usa-label" for="code">Code of the receipt</label>
          <span class="usa-hint" id="code-hint">Ten letters and digits, such as ABCDE-FGHJK.</span>
          <input
            class="usa-input hf-code-field"
            id="code"
            name="code"
            type="text"
            value="${typed}"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck="false"
            maxlength="40"
            required
            aria-describedby="code-hint"
          />
        </div>
        <button class="usa-button usa-button--big hf-submit" type="submit">Look it up</button>
      </form>
      <h2 class="hf-h2">Or check the file of the receipt</h2>
      <p>
        The file that the archive gave out, JSON or PDF. It is checked against its signature and the log, and
        not kept.
      </p>
      <form class="hf-form" method="post" action="/verify" enctype="multipart/form-data">
        <div class="usa-form-group">
          <label class="usa-label" for="receipt">Receipt, JSON or PDF, at most 5 MB</label>
          <input
            class="usa-file-input hf-file-field"
            id="receipt"
            name="receipt"
            type="file"
            accept=".json,.pdf,application/json,application/pdf"
            required
          />
        </div>
        <button class="usa-button usa-button--outline" type="submit">Check the file</button>
      </form>
      <p class="hf-small">
        Nobody needs to believe this page: the file of a receipt holds the entries of the log and their
        proofs, and is checked without us and without a network by <code>${'holdfast verify'}</code>, or by
        hand as the specification of the receipt says.
      </p>`,
  });
}

function fileSaid(file: FileSaid): Markup {
  if (file.kind === 'refused')
    return html`<section class="hf-state hf-state--stop" role="alert">
      <p class="hf-state__lead"><strong>This file does not count.</strong> ${ours(file.sentence)}</p>
    </section>`;
  if (file.kind === 'strange')
    return html`<section class="hf-state hf-state--wait" role="status">
      <p class="hf-state__lead">
        <strong>The file agrees with itself,</strong> but no agency of this archive has signed it. Ask whoever
        gave it to you which archive it is from.
      </p>
    </section>`;
  return html`<section class="hf-state hf-state--safe" role="status">
    <p class="hf-state__lead">
      <strong>The file is as this archive signed it:</strong> <time>${file.issuedAt}</time>.
      ${file.safeToRemove ? ours('At that time it said: safe to remove.') : ours('At that time it said: do not remove yet.')}
    </p>
  </section>`;
}

function answer(code: string, known: readonly KnownRecord[], now: Date, file: FileSaid | null): Markup {
  if (known.length === 0 && file !== null && file.kind !== 'ours') return html``;
  return html`<section class="hf-answer" aria-labelledby="answer" id="found">
    <h2 class="hf-h2" id="answer">Receipt <span class="hf-code__value">${code}</span></h2>
    ${
      known.length === 0
        ? html`<p>
            <strong>Not known.</strong> This archive knows no receipt with this code, or the agency that gave
            it out does not answer for its receipts here. Compare it letter by letter; or check its file.
          </p>`
        : known.map((one) => standing(one, now))
    }
    ${known.length > 1 && html`<p>More than one record has this code. The file of the receipt says which one is yours.</p>`}
  </section>`;
}

const STATES: Readonly<Record<PublicStanding['state'], string>> = {
  reported: 'Known. What was handed in is on disk, and not sealed yet.',
  sealed: 'Known, sealed and kept.',
  complete: 'Known, sealed and kept.',
  disposing: 'Known. It is being destroyed under the retention schedule.',
  disposed: 'Known. It was destroyed under the retention schedule; its entries in the log stay.',
};

function standing(record: KnownRecord, now: Date): Markup {
  const { zone, firstSealedAt, lastSealedAt, seals } = record;
  return html`<p><strong>${ours(STATES[record.state])}</strong></p>
    <dl class="hf-facts">
      ${fact('Kept by', html`${record.agencyName}`)}
      ${fact('Sealed since', firstSealedAt === null ? html`Not sealed yet` : momentIn(zone, firstSealedAt))}
      ${seals > 1 && lastSealedAt !== null && fact('Last sealed', html`${momentIn(zone, lastSealedAt)} <span class="hf-small">${seals} seals in all</span>`)}
      ${record.immutability !== null && fact('In a store that', record.immutability === 'compliance' ? html`refuses to change or delete it before its lock ends` : html`shows a change, and does not prevent one`)}
      ${seals > 0 && logSaid(record.log, zone, now).map(({ term, value }) => fact(term, value))}
      ${record.trial && fact('Trial', html`Sealed while this archive ran as a trial: no official record.`)}
    </dl>`;
}

const fact = (term: string, value: Markup): Markup =>
  html`<div>
    <dt>${ours(term)}</dt>
    <dd>${value}</dd>
  </div>`;
