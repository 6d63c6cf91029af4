/** What `heic.ts` uses of libheif: functions of its C interface. An error is a structure that the first argument points to. */
declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  export interface Libheif {
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
    _heif_image_handle_get_item_id(handle: number): number;
    _heif_item_get_item_type(context: number, item: number): number;
    _heif_context_get_item_references(
      context: number,
      item: number,
      index: number,
      type: number,
      items: number,
    ): number;
    _heif_item_get_item_data(
      error: number,
      context: number,
      item: number,
      compression: number,
      bytes: number,
      sizeBytes: number,
    ): void;
    _heif_release_item_data(context: number, bytes: number): void;
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
    _heif_image_get_colorspace(image: number): number;
    _heif_image_has_channel(image: number, channel: number): number;
    _heif_image_get_width(image: number, channel: number): number;
    _heif_image_get_height(image: number, channel: number): number;
    _heif_image_get_bits_per_pixel_range(image: number, channel: number): number;
    _heif_image_get_plane_readonly2(image: number, channel: number, stride: number): number;
    _heif_image_get_nclx_color_profile(error: number, image: number, profile: number): void;
    _heif_image_handle_get_raw_color_profile_size(handle: number): number;
    _heif_image_handle_get_raw_color_profile(error: number, handle: number, profile: number): void;
  }
  export default function open(): Libheif;
}
