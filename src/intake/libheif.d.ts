/** What `heic.ts` uses of libheif: functions of its C interface. An error is a structure that the first argument points to. */
declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  interface Libheif {
    readonly HEAPU8: Uint8Array;
    _malloc(sizeBytes: number): number;
    _heif_context_alloc(): number;
    _heif_context_get_security_limits(context: number): number;
    _heif_context_read_from_memory_without_copy(
      error: number,
      context: number,
      bytes: number,
      sizeBytes: number,
      options: number,
    ): void;
    _heif_context_get_primary_image_handle(error: number, context: number, handle: number): void;
    _heif_image_handle_get_width(handle: number): number;
    _heif_image_handle_get_height(handle: number): number;
    _heif_decode_image(
      error: number,
      handle: number,
      image: number,
      colorspace: number,
      chroma: number,
      options: number,
    ): void;
  }
  export default function open(): Libheif;
}
