/**
 * HEIC and its like: pictures whose lines are HEVC, as telephones make them. The decoder is libheif with libde265, compiled to
 * WebAssembly: C without our memory around it, in the process that is kept apart for such things anyway.
 *
 * Each picture gets a decoder of its own: what one did to it, the next does not meet, and its memory goes with it. It keeps
 * the whole picture in memory, at 1.5 bytes a pixel, where other formats are read line by line: 400 MB of the largest, and as much
 * again where it has to be turned.
 *
 * What it cannot promise: HEVC has no checksum that telephones write, and almost any bytes are lines to it. A file that is cut, whose tiles
 * do not begin as such, or that has a gap of zeros in it (`heic-coded.ts`), is damaged; one whose coded bytes were replaced by
 * others behind their beginning is decoded, into something else (libde265 knows no stricter way). Whether a person sees the content in it, a
 * person says.
 */
import { isAsEncoded } from './heic-coded.ts';
import openLibheif, { type Libheif } from 'libheif-js/libheif-wasm/libheif-bundle.mjs';

/** Of everything that one picture is decoded into, and of one piece of it. */
const MAX_MEMORY_BYTES = 1280 * 1024 ** 2;
const MAX_BLOCK_BYTES = 384 * 1024 ** 2;

/** A telephone cuts a picture into tiles of 512 pixels a side; the largest that is taken here has a thousand of them. */
const MAX_ITEMS = 4096;

/** `heif_colorspace_undefined` and `heif_chroma_undefined`: as it is, without turning it into something else. */
const AS_IT_IS = 99;
/** `struct heif_security_limits` (its version 2 and later): offsets of its limits on pixels, items and memory. */
const LIMIT = { pixels: 8, items: 28, block: 40, total: 64 } as const;
/** `enum heif_error_code` */
const ERROR = { unsupportedFiletype: 3, unsupportedFeature: 4, memory: 6 } as const;
/** `heif_suberror_Security_limit_exceeded` */
const SECURITY_LIMIT = 1000;

type No = 'damaged' | 'format-not-supported' | 'too-many-pixels';
export type HeicAnswer = { readonly width: number; readonly height: number } | No;

/** Addresses of libheif's own structures in the memory of its own; `error` and `out` are for its answers. */
export interface HeicFile {
  readonly lib: Libheif;
  readonly context: number;
  readonly handle: number;
  readonly error: number;
  readonly out: number;
}

/** Its primary picture was decoded, and turned as the file says. */
export interface OpenHeic extends HeicFile {
  readonly width: number;
  readonly height: number;
  readonly image: number;
}

/** Decodes the primary picture: all of its coded bytes are there, and none of them stopped the decoder. */
export function decodeHeic(bytes: Uint8Array, maxPixels: number): HeicAnswer {
  const opened = openHeic(bytes, maxPixels);
  return typeof opened === 'string' ? opened : { width: opened.width, height: opened.height };
}

export function openHeic(bytes: Uint8Array, maxPixels: number): OpenHeic | No {
  const lib = openLibheif();
  const error = lib._malloc(16);
  const out = lib._malloc(8);
  const input = lib._malloc(bytes.length);
  if (input === 0) return 'too-many-pixels';
  lib.HEAPU8.set(bytes, input);

  const fault = (): No | null => {
    const [code, sub] = [viewOf(lib).getInt32(error, true), viewOf(lib).getInt32(error + 4, true)];
    if (code === 0) return null;
    if (code === ERROR.memory || sub === SECURITY_LIMIT) return 'too-many-pixels';
    const unknown = code === ERROR.unsupportedFiletype || code === ERROR.unsupportedFeature;
    return unknown ? 'format-not-supported' : 'damaged';
  };

  const context = lib._heif_context_alloc();
  const limits = lib._heif_context_get_security_limits(context);
  const view = viewOf(lib);
  view.setBigUint64(limits + LIMIT.pixels, BigInt(maxPixels), true);
  view.setUint32(limits + LIMIT.items, MAX_ITEMS, true);
  view.setBigUint64(limits + LIMIT.block, BigInt(MAX_BLOCK_BYTES), true);
  view.setBigUint64(limits + LIMIT.total, BigInt(MAX_MEMORY_BYTES), true);
  lib._heif_context_read_from_memory_without_copy(error, context, input, bytes.length, 0);
  const unread = fault();
  if (unread !== null) return unread;
  lib._heif_context_get_primary_image_handle(error, context, out);
  const missing = fault();
  if (missing !== null) return missing;
  const handle = viewOf(lib).getUint32(out, true);
  const width = lib._heif_image_handle_get_width(handle);
  const height = lib._heif_image_handle_get_height(handle);
  if (width * height > maxPixels) return 'too-many-pixels';
  const file = { lib, context, handle, error, out };
  if (!isAsEncoded(file)) return 'damaged';
  lib._heif_decode_image(error, handle, out, AS_IT_IS, AS_IT_IS, 0);
  const image = viewOf(lib).getUint32(out, true);
  return fault() ?? { ...file, width, height, image };
}

/** The memory may grow under each call, and its view with it: asked for anew each time. */
export function viewOf({ HEAPU8 }: Libheif): DataView {
  return new DataView(HEAPU8.buffer);
}
