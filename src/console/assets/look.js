/** One look at a picture of a record: asked of the archive, which enters it in the history, and fetched from the content server. */
import { read } from './api.js';
import { make } from './dom.js';
import { t } from './words.js';

/** The archive gave it, and it did not come, or is none that this browser shows. It is in the history as a look all the same. */
export class NotShown extends Error {
  /** @param {boolean} preview */
  constructor(preview) {
    super(
      preview
        ? t('No preview came: none could be made within the archive’s limits of time and memory, or the connection was lost. Press again, or download the file.')
        : t('The picture did not come, or this browser cannot show it. Check your connection and press again, or download it.'),
    );
  }
}

/**
 * Resolves when it can be seen. Without cookies (`crossOrigin`): over there nobody is at work.
 * @param {string} recordId
 * @param {number | string} n
 * @param {string} key
 */
export async function lookAt(recordId, n, key, alt = '') {
  const { address, preview } = await read(`/v1/records/${recordId}/artifacts/${n}/looks`, { key, method: 'POST' });
  const image = /** @type {HTMLImageElement} */ (make('img', { alt, decoding: 'async', crossorigin: 'anonymous', 'data-as': preview ? 'preview' : 'picture' }));
  await new Promise((resolve, reject) => {
    image.addEventListener('load', () => resolve(undefined), { once: true });
    image.addEventListener('error', () => reject(new NotShown(preview)), { once: true });
    image.src = address;
  });
  return image;
}
