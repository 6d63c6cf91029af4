/**
 * Which pictures are shown as they are, and which as a preview that the archive makes of them. Pure; the page, the content server and
 * the decoder ask the same question.
 */
import type { PictureFinding } from '#db/db.ts';

/** Formats that a browser shows and that nothing runs in. Source: reference/integrity.md, S10. */
const SHOWN: readonly string[] = ['png', 'jpeg', 'gif', 'webp'];
/** For the reader's sake: a picture of 40 million pixels takes 160 MB once it is opened. */
const MOST_BYTES = 20_000_000;
const MOST_PIXELS = 40_000_000;

/** A square of 2,048: what a large screen shows, and a phone opens without an effort. */
const PREVIEW_PIXELS = 2048 * 2048;
/** A long page keeps its width for longer: at 2,048 in height nobody could read it. No JPEG may be longer than 65,535. */
const PREVIEW_SIDE = 16_384;

export interface ShownFile {
  readonly role: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly picture: PictureFinding | null;
}

/** Null: no picture, as far as the archive has found. */
export function howShown({ role, mediaType, sizeBytes, picture }: ShownFile): 'as-it-is' | 'preview' | null {
  // Made by our own browser, and not looked at again.
  const ours = role.startsWith('screenshot-') && mediaType === 'image/png';
  if (picture?.decodable !== true) return !ours ? null : sizeBytes > MOST_BYTES ? 'preview' : 'as-it-is';
  const large = sizeBytes > MOST_BYTES || picture.width * picture.height > MOST_PIXELS;
  return large || !SHOWN.includes(picture.format) ? 'preview' : 'as-it-is';
}

/** Never larger than the picture itself. */
export function previewSize(
  width: number,
  height: number,
): { readonly width: number; readonly height: number } {
  const by = Math.min(
    1,
    Math.sqrt(PREVIEW_PIXELS / (width * height)),
    PREVIEW_SIDE / Math.max(width, height),
  );
  return { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)) };
}
