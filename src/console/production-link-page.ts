/** What whoever was sent a link of a production sees: what is there, how large it is, and how to check it. No account, no script. */
import { number } from './numbers.ts';
import { html } from './html.ts';
import { page, type Frame } from './layout.ts';
import { momentIn } from './times.ts';

export interface ProductionLinkParts {
  readonly token: string;
  readonly agencyName: string;
  readonly zone: string;
  readonly expiresAt: string;
  readonly n: number;
  readonly records: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Keys of the agency’s log. */
  readonly vkeys: readonly string[];
}

export function productionLinkPage(frame: Frame, parts: ProductionLinkParts): string {
  const { token, agencyName, zone, expiresAt, records, bytes, sha256, vkeys } = parts;
  return page({
    title: 'Records produced for a request',
    ...frame,
    main: html`<h1 class="hf-h1">Records produced for a request</h1>
      <p><strong>${agencyName}</strong></p>
      <p class="hf-intro">Records in it: ${number(records)}. A ZIP of ${number(bytes)} bytes.</p>
      <p><a class="usa-button usa-button--big" href="/p/${token}/content" download>Download</a></p>
      <p>This link leads here until ${momentIn(zone, expiresAt)}</p>
      <p>Keep the file: afterwards ask the public body for another link.</p>
      <h2 class="hf-h2">What is in it</h2>
      <p>
        Unpack it and open <code>${'data/index.pdf'}</code>. The same stands as tables and files beside it.
        What is withheld, and under which law, the log of exemptions says.
      </p>
      <h2 class="hf-h2">How to check it</h2>
      <p>
        <code>${'data/VERIFY.md'}</code> in it says how to check each file and each text without us. The
        SHA-256 of the ZIP:
      </p>
      <p class="hf-root"><code id="sha256">${sha256}</code></p>
      <p>
        Whoever made a false file could not sign it with the key of the public body’s log. Compare the key in
        the file with this one, which did not come with it:
      </p>
      ${vkeys.map((vkey) => html`<p class="hf-root"><code>${vkey}</code></p>`)}
      <p class="hf-small">That this file was fetched, and when, is kept; nothing about you is.</p>`,
  });
}
