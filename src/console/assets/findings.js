/**
 * What became of a file that was handed in, in a sentence for whoever handed it in: what it is, and what to do. The reasons
 * are those of `src/intake/pictures.ts`; a test holds the two against each other.
 */

import { t } from './words.js';

const SCREENSHOT = t('Add a screenshot (PNG or JPEG).');

/** @type {Record<string, { is: string, help: string }>} */
const REASONS = {
  empty: { is: t('This file is empty.'), help: t('Add the picture again, or take a new screenshot.') },
  'not-a-picture': { is: t('This is not a picture. It is kept, but it does not show the content by itself.'), help: SCREENSHOT },
  'format-not-supported': { is: t('This kind of picture is kept, but this archive cannot show it yet.'), help: SCREENSHOT },
  damaged: { is: t('This picture is damaged: it is kept as it came, but it could not be read to its end.'), help: t('Add it again, or take a new screenshot.') },
  'too-many-pixels': { is: t('This picture is kept, but it is too large to be opened here.'), help: t('Add a smaller one, such as a screenshot of the content alone.') },
  timeout: { is: t('This picture is kept, but opening it took too long.'), help: SCREENSHOT },
  'decoder-crashed': { is: t('This picture is kept, but the program that opens pictures failed on it.'), help: t('Take a new screenshot (PNG or JPEG) and add it.') },
  unreadable: { is: t('This file is kept, but it could not be read when it was looked at.'), help: SCREENSHOT },
};
const OTHERWISE = { is: t('This file is kept, but it could not be opened as a picture.'), help: SCREENSHOT };

/** Formats that telephones and old programs make, of which some, or some kinds, no decoder here opens. */
const KNOWN_AS = {
  'image/heic': t('This is a HEIC photo: it is kept, but this archive cannot show it yet.'),
  'image/heif': t('This is a HEIF photo: it is kept, but this archive cannot show it yet.'),
  'image/bmp': t('This is a BMP picture: it is kept, but this archive cannot show it yet.'),
};

/**
 * @param {{ mediaType: string, picture: null | { decodable: boolean, reason?: string } }} file
 * @param {boolean} helps whether another picture is of use: where the record is safe already, none is asked for
 */
export function sentenceOf({ mediaType, picture }, helps) {
  if (picture === null) return mediaType.startsWith('image/') ? t('Not checked yet.') : t('Kept. It is not a picture.');
  if (picture.decodable) return '';
  const named = KNOWN_AS[mediaType];
  const { is, help } =
    picture.reason === 'format-not-supported' && named !== undefined
      ? { is: named, help: SCREENSHOT }
      : (Object.hasOwn(REASONS, picture.reason ?? '') && REASONS[picture.reason ?? '']) || OTHERWISE;
  return helps ? `${is} ${help}` : is;
}

/** Before it is sent: by its name and what the browser calls it. Empty: nothing to say. */
export function warningOf({ name, type }) {
  return /\.bmp$/i.test(name) || /^image\/bmp$/i.test(type) ? t('The archive keeps BMP and cannot show it yet: add a screenshot (PNG or JPEG) too.') : '';
}
