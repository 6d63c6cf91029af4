/**
 * What can be done with one file of a record: looked at, when it is a picture or a text, or as a preview where a browser cannot or should
 * not show the picture itself; and kept, always.
 */
import { howShown, previewSize } from '#intake/intake.ts';
import type { RecordView } from '#record/record.ts';
import { apart, html, ours, perLanguage, type Markup } from './html.ts';

type File = RecordView['artifacts'][number];

/** For the reader's sake. */
const MOST_TEXT_BYTES = 20_000_000;

const isText = ({ mediaType, sizeBytes }: File): boolean =>
  sizeBytes <= MOST_TEXT_BYTES && ['text/plain', 'application/json'].includes(mediaType);

export function fileWays(file: File, name: string | Markup, recordId: string): Markup {
  const which = html`<span class="usa-sr-only">${ours(name)}, file ${file.n}</span>`;
  const how = howShown(file);
  return html`${how === 'preview' && previewSaid(file.picture, file.seal !== null)}
    ${how !== null && covered(file, which, recordId, how === 'preview')}
    <p class="hf-file-ways">
      ${
        isText(file) &&
        html`<a href="/records/${recordId}/files/${file.n}" rel="noreferrer" target="_blank"
          >Open as text <span class="usa-sr-only">in a new tab: ${ours(name)}, file ${file.n}</span></a
        >`
      }
      <a href="/v1/records/${recordId}/artifacts/${file.n}">Download ${which}</a>
    </p>`;
}

/** In its place stands something of its shape, so that nothing moves when it is shown. A form, for who has no scripts. */
function covered({ n, picture }: File, which: Markup, recordId: string, preview: boolean): Markup {
  const size = picture?.decodable === true ? picture : { width: 4, height: 3 };
  return html`<form
    class="hf-ask"
    method="post"
    action="/records/${recordId}/files/${n}"
    data-look="${n}"
    data-as="${preview ? 'preview' : 'picture'}"
  >
    <svg
      class="hf-cover"
      viewBox="0 0 ${size.width} ${size.height}"
      aria-hidden="true"
      focusable="false"
    ></svg>
    <button class="usa-button hf-ask__show" type="submit">Show ${which}</button>
  </form>`;
}

/** What it is that is seen, where it is not the file. */
export function previewSaid(picture: File['picture'], isSealed: boolean): Markup {
  return html`<p class="hf-small">
    ${ours(isSealed ? 'What is shown is a preview, made by the archive from the sealed file.' : 'What is shown is a preview, made by the archive from the file as it came.')}
    ${picture?.decodable === true && picture.pages !== undefined && html`<span>It shows page 1 of ${picture.pages}.</span>`}
    ${sizeSaid(picture)}
    ${ours('The file itself is unchanged: download it to have all of it. The preview is no evidence, and is not kept.')}
  </p>`;
}

/** Of the longer side, which is known whichever way the picture is turned. */
function sizeSaid(picture: File['picture']): Markup | null {
  if (picture?.decodable !== true) return null;
  const { width, height } = previewSize(picture.width, picture.height);
  const [shown, whole] = [Math.max(width, height), Math.max(picture.width, picture.height)];
  if (shown === whole) return ours('It has its full size.');
  const count = (pixels: number): Markup =>
    perLanguage((language) => pixels.toLocaleString(`${language}-US`));
  return apart(html`Along its longer side it has ${count(shown)} pixels of ${count(whole)}.`);
}

/** Why a file that was handed in as a picture is none to be seen here. */
export function whyNotShown(picture: File['picture']): Markup | null {
  if (picture?.decodable !== false) return null;
  switch (picture.reason) {
    case 'too-many-pixels':
      return html`not previewed: it has more pixels than the archive opens`;
    case 'damaged':
      return html`not previewed: it could not be read to its end`;
    case 'timeout':
      return html`not previewed: opening it took too long`;
    case 'decoder-crashed':
      return html`not previewed: the program that opens pictures failed on it`;
    case 'format-not-supported':
      return html`not previewed: a picture of a kind that the archive cannot open yet`;
    default:
      return html`not previewed: it does not open as a picture`;
  }
}
