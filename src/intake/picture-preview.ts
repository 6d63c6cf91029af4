/**
 * A picture as a browser can and should show it: upright, small enough for a phone, a JPEG that nothing of the file went into but its
 * pixels: no place, no camera, no words. It is no evidence, is kept nowhere, and is made again for whoever asks again.
 *
 * Runs in the decoder's process. Lines are read one after the other where the format allows it, so that a picture needs little memory,
 * whatever its size; what is turned is only what is left of it.
 */
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import type { DecoderQuestion } from './decoder.ts';
import { openHeic } from './heic.ts';
import { pixelsOf } from './heic-pixels.ts';
import { previewSize } from './previews.ts';

export interface MadePreview {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Whatever goes wrong is thrown: the file is sealed, and nobody is blamed. */
export async function makePreview(
  bytes: Buffer,
  { maxPixels, format }: Pick<DecoderQuestion, 'maxPixels' | 'format'>,
): Promise<MadePreview> {
  if (format === 'heic') return await ofHeic(bytes, maxPixels);
  try {
    return await bySharp(bytes, maxPixels);
  } catch (error) {
    // The brand names the container; whether AV1 or HEVC is inside, only looking tells.
    if (format === 'heif') return await ofHeic(bytes, maxPixels);
    throw error;
  }
}

async function bySharp(bytes: Buffer, maxPixels: number): Promise<MadePreview> {
  const options = { failOn: 'error', limitInputPixels: maxPixels, sequentialRead: true } as const;
  const { width, height, orientation = 1 } = await sharp(bytes, options).metadata();
  const { data, info } = await sharp(bytes, options)
    .resize({ ...previewSize(width, height), fit: 'fill' })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width: across, height: down, channels } = info;
  return await written(turned(sharp(data, { raw: { width: across, height: down, channels } }), orientation));
}

async function ofHeic(bytes: Buffer, maxPixels: number): Promise<MadePreview> {
  const open = openHeic(bytes, maxPixels);
  if (typeof open === 'string') throw new Error(open);
  const size = previewSize(open.width, open.height);
  // The rest of the way by sharp, which does it better than a mean.
  const every = Math.max(1, Math.floor(open.width / size.width));
  const { rgb, profile, width, height } = pixelsOf(open, every);
  const raw = sharp(rgb, { raw: { width, height, channels: 3 } });
  const picture = profile === null ? raw : sharp(await withProfile(raw, profile));
  return await written(picture.resize({ ...size, fit: 'fill' }));
}

/** A telephone's colours go further than a screen's: sharp knows by the profile what they mean there, and writes none. */
async function withProfile(raw: Sharp, profile: Buffer): Promise<Buffer> {
  const png = await raw.png({ compressionLevel: 0 }).toBuffer();
  const body = Buffer.concat([Buffer.from('iCCPicc\0\0', 'latin1'), deflateSync(profile)]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(body.length - 4, 0);
  around.writeUInt32BE(crc32(body), 4);
  // Behind the first chunk of a PNG, which has always the same length.
  return Buffer.concat([
    png.subarray(0, 33),
    around.subarray(0, 4),
    body,
    around.subarray(4),
    png.subarray(33),
  ]);
}

/** As EXIF counts: mirrored from left to right, and then turned by so much to the right, which is the order in which sharp does it. */
const TURNS: Readonly<Record<number, readonly [degrees: number, mirrored: boolean]>> = {
  2: [0, true],
  3: [180, false],
  4: [180, true],
  5: [270, true],
  6: [90, false],
  7: [90, true],
  8: [270, false],
};

function turned(picture: Sharp, orientation: number): Sharp {
  const [degrees, mirrored] = TURNS[orientation] ?? [0, false];
  const upright = degrees === 0 ? picture : picture.rotate(degrees);
  return mirrored ? upright.flop() : upright;
}

/** Without less colour than light: words in colour stay words. */
async function written(picture: Sharp): Promise<MadePreview> {
  const { data, info } = await picture
    .jpeg({ quality: 85, chromaSubsampling: '4:4:4' })
    .toBuffer({ resolveWithObject: true });
  return { jpeg: data, width: info.width, height: info.height };
}
