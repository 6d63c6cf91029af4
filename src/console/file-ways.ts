/** What can be done with one file of a record: looked at, when it is a picture or a text; and kept, always. */
import type { RecordView } from '#record/record.ts';
import { html, ours, type Markup } from './html.ts';

type File = RecordView['artifacts'][number];

/** For the reader's sake: a picture of 40 million pixels takes 160 MB once it is opened. */
const MOST_BYTES = 20_000_000;
const MOST_PIXELS = 40_000_000;
/** What the content server shows as pictures (`api/shown.ts`). */
const PICTURES: readonly string[] = ['png', 'jpeg', 'gif', 'webp'];

/** Opened by the archive itself, or made by its own browser. */
function isPicture({ role, picture, mediaType }: File): boolean {
  if (role.startsWith('screenshot-') && mediaType === 'image/png') return true;
  return picture?.decodable === true && PICTURES.includes(picture.format);
}

function isLarge({ picture, sizeBytes }: File): boolean {
  const pixels = picture?.decodable === true ? picture.width * picture.height : 0;
  return sizeBytes > MOST_BYTES || pixels > MOST_PIXELS;
}

const isText = ({ mediaType, sizeBytes }: File): boolean =>
  sizeBytes <= MOST_BYTES && ['text/plain', 'application/json'].includes(mediaType);

export function fileWays(file: File, name: string | Markup, recordId: string): Markup {
  const which = html`<span class="usa-sr-only">${ours(name)}, file ${file.n}</span>`;
  return html`${
      isPicture(file) &&
      (isLarge(file)
        ? html`<p class="hf-small">
            Too large to be shown here. Download it, or open it with a program for pictures.
          </p>`
        : covered(file, which, recordId))
    }
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
function covered({ n, picture }: File, which: Markup, recordId: string): Markup {
  const size = picture?.decodable === true ? picture : { width: 4, height: 3 };
  return html`<form class="hf-ask" method="post" action="/records/${recordId}/files/${n}" data-look="${n}">
    <svg
      class="hf-cover"
      viewBox="0 0 ${size.width} ${size.height}"
      aria-hidden="true"
      focusable="false"
    ></svg>
    <button class="usa-button hf-ask__show" type="submit">Show ${which}</button>
  </form>`;
}
