/** Pictures that are made here, so that no test depends on a file of unknown origin. */
import sharp from 'sharp';

export async function png(width = 320, height = 200): Promise<Buffer> {
  return await sharp({
    create: { width, height, channels: 3, background: { r: 40, g: 90, b: Math.floor(Math.random() * 255) } },
  })
    .png()
    .toBuffer();
}

/** About `megabytes` of PNG that does not compress. */
export async function noisyPng(megabytes: number): Promise<Buffer> {
  const side = Math.ceil(Math.sqrt((megabytes * 1_000_000) / 3));
  const raw = Buffer.alloc(side * side * 3);
  for (let i = 0; i < raw.length; i += 1) raw[i] = Math.floor(Math.random() * 256);
  return await sharp(raw, { raw: { width: side, height: side, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}
