/**
 * One file of a record in a page of ours, for whoever asked for it without scripts. The picture comes from the content server; it
 * is shown as large as the page, or in its own size, by a link within the page.
 */
import { howShown, type ShownFile } from '#intake/intake.ts';
import { previewSaid } from './file-ways.ts';
import { html, ours, type Markup } from './html.ts';
import { page, type Frame } from './layout.ts';
import { FILE_NAMES } from './receipt-said.ts';

interface FileParts {
  readonly recordId: string;
  readonly code: string;
  readonly n: number;
  readonly file: ShownFile & { readonly originalName: string | null; readonly isSealed: boolean };
  /** Of this one look, at the content server. */
  readonly address: string;
}

export function filePage(frame: Frame, { recordId, code, n, file, address }: FileParts): string {
  const { role, originalName, picture: found, isSealed } = file;
  const isPreview = howShown(file) === 'preview';
  return page({
    title: html`File ${n} of record ${code}`,
    ...frame,
    wide: true,
    main: html`<h1 class="hf-h1">
        ${ours(FILE_NAMES[role] ?? role)} <span class="hf-code__value">${code}</span>
      </h1>
      <p>
        File ${n}${originalName !== null && html`, <bdi>${originalName}</bdi>`}. This look is in the record’s
        history.
      </p>
      ${isPreview && previewSaid(found, isSealed)}
      <ul class="hf-links">
        <li><a href="/records/${recordId}#file-${n}">Back to the record, and cover it</a></li>
        <li><a href="#whole">${isPreview ? html`In the preview’s own size` : html`In its own size`}</a></li>
        <li><a href="#file">As large as the page</a></li>
      </ul>
      <div class="hf-whole" id="file" role="region" aria-label="The picture" tabindex="0">
        ${picture(address, isPreview ? html`Preview of file ${n} of this record` : html`Picture: file ${n} of this record`)}
      </div>
      ${
        isPreview
          ? html`<p class="hf-small">
              Nothing is shown? Then no preview could be made within the archive’s limits of time and memory,
              or the connection was lost. Go back and download the file.
            </p>`
          : html`<p class="hf-small">
              Nothing is shown? Then it is no picture that a browser can show. Go back and download it.
            </p>`
      }`,
  });
}

/** Asked for without cookies (`crossorigin`): what strangers wrote and who is at work never meet. */
function picture(address: string, alt: Markup): Markup {
  return html`<span id="whole"></span><img src="${address}" crossorigin="anonymous" alt="${alt}" />`;
}
