/**
 * Whether the coded bytes of a HEIC are such as an encoder can have written. HEVC has no checksum that telephones write, and its decoder takes almost
 * any bytes for lines. But one thing no encoder may leave in what it wrote: two zeros and then 0, 1 or 2 (ITU-T H.265, 7.4.1.1; it
 * puts a 3 between them, since elsewhere these three mark a beginning). So what was filled with zeros shows, and that is
 * what an upload that broke, a disk that lost a block or a card that was pulled out leaves behind. What was replaced by other bytes does not.
 */
import { viewOf, type HeicFile } from './heic.ts';

const code = (name: string): number => Buffer.from(name, 'latin1').readUInt32BE();
const HEVC = code('hvc1');
/** What a picture is put together from. */
const MADE_OF = code('dimg');
/** Zeros that a writer left behind the last byte, where one stream was cut into pieces. */
const MOST_BEHIND = 3;

/** Of the primary picture and all that it is put together from; a thumbnail beside it does not count. */
export function isAsEncoded(file: HeicFile): boolean {
  const items = new Set([file.lib._heif_image_handle_get_item_id(file.handle)]);
  for (const item of items) for (const part of partsOf(file, item)) items.add(part);
  return [...items].every((item) => {
    if (file.lib._heif_item_get_item_type(file.context, item) !== HEVC) return true;
    const bytes = bytesOf(file, item);
    return bytes === null || !hasGap(bytes);
  });
}

function partsOf({ lib, context, out }: HeicFile, item: number): readonly number[] {
  for (let i = 0; ; i += 1) {
    const count = lib._heif_context_get_item_references(context, item, i, out, out + 4);
    if (count === 0) return [];
    if (viewOf(lib).getUint32(out, true) !== MADE_OF) continue;
    const at = viewOf(lib).getUint32(out + 4, true);
    return Array.from({ length: count }, (_, part) => viewOf(lib).getUint32(at + 4 * part, true));
  }
}

/** Null: not to be had, of which the decoder has the last word. */
function bytesOf({ lib, context, error, out }: HeicFile, item: number): Uint8Array | null {
  lib._heif_item_get_item_data(error, context, item, 0, out, out + 4);
  if (viewOf(lib).getInt32(error, true) !== 0) return null;
  const [at, length] = [viewOf(lib).getUint32(out, true), viewOf(lib).getUint32(out + 4, true)];
  const bytes = lib.HEAPU8.slice(at, at + length);
  lib._heif_release_item_data(context, out);
  return bytes;
}

/** Pieces, each behind its length in four bytes; lengths that do not fit are the decoder's to tell. */
function hasGap(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length;) {
    const from = at + 4;
    at = from + view.getUint32(at);
    if (at > bytes.length) return false;
    let end = at;
    while (end > from && at - end < MOST_BEHIND && bytes[end - 1] === 0) end -= 1;
    for (let i = from; i + 2 < end; i += 1)
      if (bytes[i] === 0 && bytes[i + 1] === 0 && (bytes[i + 2] ?? 3) < 3) return true;
  }
  return false;
}
