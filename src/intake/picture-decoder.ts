/**
 * A process of its own that decodes pictures for `pictures.ts`, one question at a time, and ends with its parent.
 *
 * Only formats that are pictures and nothing else: the loaders for everything else are switched off in libvips
 * itself. SVG is a document with script and references, PDF is a document; neither is asked of a decoder here.
 * The format is read from the bytes: a name or a claimed type decides nothing.
 */
import { open } from 'node:fs/promises';
import sharp from 'sharp';
import { SNIFF_BYTES, sniffMediaType } from './media.ts';
import type { DecoderQuestion, PictureFormat, PictureInspection, UndecodableReason } from './pictures.ts';

const FORMATS: Readonly<Record<string, PictureFormat>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/tiff': 'tiff',
};
/** Pictures, but of codecs that the library is shipped without. */
const UNSUPPORTED = ['image/heic', 'image/heif', 'image/bmp'];

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Png', 'Jpeg', 'Nsgif', 'Webp', 'Heif', 'Tiff'].map((loader) => `VipsForeignLoad${loader}`),
});

const no = (reason: UndecodableReason): PictureInspection => ({ decodable: false, reason });

async function firstBytesOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function inspect({ path, maxPixels }: DecoderQuestion): Promise<PictureInspection> {
  const head = await firstBytesOf(path);
  if (head.length === 0) return no('empty');
  const mediaType = sniffMediaType(head) ?? '';
  const format = FORMATS[mediaType];
  if (format === undefined) {
    return no(UNSUPPORTED.includes(mediaType) ? 'format-not-supported' : 'not-a-picture');
  }
  try {
    const options = { failOn: 'error', limitInputPixels: maxPixels, sequentialRead: true } as const;
    const { width, height } = await sharp(path, options).metadata();
    // Every line of the input is read to make this; little memory is, whatever the size.
    await sharp(path, options)
      .resize({ width: 32, height: 32, fit: 'fill', fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
    return { decodable: true, width, height, format };
  } catch (error) {
    return no(/pixel limit/i.test(String(error)) ? 'too-many-pixels' : 'damaged');
  }
}

process.on('message', (question: DecoderQuestion) => {
  inspect(question)
    .catch(() => no('unreadable'))
    .then(
      (answer) => process.send?.(answer),
      () => process.exit(1),
    );
});
process.on('disconnect', () => process.exit(0));
