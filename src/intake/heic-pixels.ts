/**
 * The pixels of a HEIC as everybody else writes them: red, green and blue, made smaller on the way. libheif would turn the whole picture into
 * colours first, at three bytes a pixel beside its own one and a half; here each line is read where it lies, and only what is
 * left of it is kept. So the largest picture needs hardly more memory to be shown than to be decoded.
 */
import { viewOf, type OpenHeic } from './heic.ts';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Three bytes a pixel. */
  readonly rgb: Buffer;
  /** What its colours mean, where the file says it. */
  readonly profile: Buffer | null;
}

/** `enum heif_channel`; of a picture in RGB the first three lie elsewhere. */
const CHANNEL = { y: 0, cb: 1, cr: 2, r: 3, g: 4, b: 5, alpha: 6 } as const;
/** `heif_colorspace_RGB` */
const IN_RGB = 1;

/** One channel, as it lies in the decoder's memory. */
interface Plane {
  readonly samples: Uint8Array | Uint16Array;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
  readonly max: number;
}

/** Each pixel is the mean of `every` by `every` of the picture's. */
export function pixelsOf(open: OpenHeic, every: number): Pixels {
  const inRgb = open.lib._heif_image_get_colorspace(open.image) === IN_RGB;
  const first = planeOf(open, inRgb ? CHANNEL.r : CHANNEL.y);
  if (first === null) throw new Error('a picture without a first channel');
  const second = planeOf(open, inRgb ? CHANNEL.g : CHANNEL.cb);
  const third = planeOf(open, inRgb ? CHANNEL.b : CHANNEL.cr);
  const alpha = planeOf(open, CHANNEL.alpha);
  const width = Math.max(1, Math.floor(first.width / every));
  const height = Math.max(1, Math.floor(first.height / every));
  const rgb = Buffer.alloc(width * height * 3);
  const colour = colourOf(open, inRgb);
  const lineOf = (plane: Plane | null, otherwise: number): { plane: Plane | null; line: Line } => ({
    plane,
    line: new Float32Array(width).fill(otherwise),
  });
  // Without a second and a third channel it is grey.
  const [one, two, three, clear] = [
    lineOf(first, 0),
    lineOf(second, MIDDLE),
    lineOf(third, MIDDLE),
    lineOf(alpha, 1),
  ] as const;
  for (let y = 0; y < height; y += 1) {
    for (const { plane, line } of [one, two, three, clear])
      if (plane !== null) means(plane, first, y, every, line);
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 3;
      colour(one.line[x] ?? 0, two.line[x] ?? 0, three.line[x] ?? 0, rgb, at);
      const opaque = clear.line[x] ?? 1;
      // On white, as paper is.
      if (opaque < 1) for (let i = at; i < at + 3; i += 1) rgb[i] = 255 + ((rgb[i] ?? 0) - 255) * opaque;
    }
  }
  return { width, height, rgb, profile: profileOf(open) };
}

type Line = Float32Array;
/** Of a channel of colour: no colour. */
const MIDDLE = 128 / 255;

function planeOf({ lib, image, out }: OpenHeic, channel: number): Plane | null {
  if (lib._heif_image_has_channel(image, channel) === 0) return null;
  const address = lib._heif_image_get_plane_readonly2(image, channel, out);
  const strideBytes = viewOf(lib).getUint32(out, true);
  const width = lib._heif_image_get_width(image, channel);
  const height = lib._heif_image_get_height(image, channel);
  const bits = lib._heif_image_get_bits_per_pixel_range(image, channel);
  if (address === 0 || width < 1 || height < 1) return null;
  const { buffer } = lib.HEAPU8;
  const wide = bits > 8;
  const stride = wide ? strideBytes / 2 : strideBytes;
  const length = stride * height;
  return {
    samples: wide ? new Uint16Array(buffer, address, length) : new Uint8Array(buffer, address, length),
    stride,
    width,
    height,
    max: 2 ** bits - 1,
  };
}

/** One line of means, each from 0 to 1. Colour often has half as many samples in a line, and half as many lines. */
function means(
  { samples, stride, width, height, max }: Plane,
  whole: Plane,
  y: number,
  every: number,
  into: Line,
): void {
  const across = (every * width) / whole.width;
  const down = (every * height) / whole.height;
  const top = Math.min(height - 1, Math.floor(y * down));
  const bottom = Math.min(height, Math.max(top + 1, Math.floor((y + 1) * down)));
  for (let x = 0; x < into.length; x += 1) {
    const left = Math.min(width - 1, Math.floor(x * across));
    const right = Math.min(width, Math.max(left + 1, Math.floor((x + 1) * across)));
    let sum = 0;
    for (let row = top; row < bottom; row += 1)
      for (let i = row * stride + left; i < row * stride + right; i += 1) sum += samples[i] ?? 0;
    into[x] = sum / ((bottom - top) * (right - left) * max);
  }
}

/** Kr and Kb by `matrix_coefficients` (ITU-T H.273, table 4). Whatever says nothing is taken for BT.601, as decoders do. */
const WEIGHTS: Readonly<Record<number, readonly [number, number]>> = {
  1: [0.2126, 0.0722],
  9: [0.2627, 0.0593],
};
const BT_601 = [0.299, 0.114] as const;
/** `matrix_coefficients` of a picture whose channels are green, blue and red. */
const IDENTITY = 0;

type Colour = (first: number, second: number, third: number, into: Buffer, at: number) => void;

function colourOf({ lib, image, error, out }: OpenHeic, inRgb: boolean): Colour {
  const put = (into: Buffer, at: number, r: number, g: number, b: number): void => {
    into[at] = Math.min(255, Math.max(0, Math.round(r * 255)));
    into[at + 1] = Math.min(255, Math.max(0, Math.round(g * 255)));
    into[at + 2] = Math.min(255, Math.max(0, Math.round(b * 255)));
  };
  if (inRgb) return (r, g, b, into, at) => put(into, at, r, g, b);
  lib._heif_image_get_nclx_color_profile(error, image, out);
  const said = viewOf(lib).getInt32(error, true) === 0 ? viewOf(lib).getUint32(out, true) : 0;
  // `struct heif_color_profile_nclx`
  const matrix = said === 0 ? null : viewOf(lib).getInt32(said + 12, true);
  const full = said === 0 || viewOf(lib).getUint8(said + 16) !== 0;
  if (matrix === IDENTITY) return (g, b, r, into, at) => put(into, at, r, g, b);
  const [kr, kb] = WEIGHTS[matrix ?? 0] ?? BT_601;
  const kg = 1 - kr - kb;
  // Of 255 parts, television uses 16 to 235, and 16 to 240 for colour.
  const [black, light, tint] = full ? [0, 1, 1] : [16 / 255, 255 / 219, 255 / 224];
  return (luma, cb, cr, into, at) => {
    const y = (luma - black) * light;
    const blue = 2 * (1 - kb) * (cb - MIDDLE) * tint;
    const red = 2 * (1 - kr) * (cr - MIDDLE) * tint;
    put(into, at, y + red, y - (kb * blue + kr * red) / kg, y + blue);
  };
}

function profileOf({ lib, handle, error }: OpenHeic): Buffer | null {
  const size = lib._heif_image_handle_get_raw_color_profile_size(handle);
  // None is so large; of a file that lies nothing is copied.
  if (size < 128 || size > 4 * 1024 ** 2) return null;
  const address = lib._malloc(size);
  if (address === 0) return null;
  lib._heif_image_handle_get_raw_color_profile(error, handle, address);
  if (viewOf(lib).getInt32(error, true) !== 0) return null;
  return Buffer.from(lib.HEAPU8.slice(address, address + size));
}
