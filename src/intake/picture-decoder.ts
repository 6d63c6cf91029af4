/**
 * A process of its own that decodes pictures for `decoder.ts`.
 *
 * Only formats that are pictures and nothing else: the loaders for everything else are switched off in libvips
 * itself. SVG is a document with script and references, PDF is a document; neither is asked of a decoder here. libvips is shipped
 * without HEVC; for that there is libheif in WebAssembly (`heic.ts`).
 */
import sharp from 'sharp';
import { answerQuestions } from '#decoder-process.ts';
import { decodeHeic } from './heic.ts';
import { makePreview } from './picture-preview.ts';
import type { DecoderQuestion, PictureFormat } from './decoder.ts';
import type { PictureInspection, UndecodableReason } from './pictures.ts';

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Png', 'Jpeg', 'Nsgif', 'Webp', 'Heif', 'Tiff'].map((loader) => `VipsForeignLoad${loader}`),
});

const no = (reason: UndecodableReason): PictureInspection => ({ decodable: false, reason });

async function inspect({ maxPixels, format }: DecoderQuestion, bytes: Buffer): Promise<PictureInspection> {
  if (format === 'heic') return inspectHeic(bytes, maxPixels);
  // The brand names the container; whether AV1 or HEVC is inside, only looking tells.
  const seen = await inspectBySharp(bytes, maxPixels, format === 'heif' ? 'avif' : format);
  const unclear = format === 'heif' && !seen.decodable && seen.reason === 'damaged';
  return unclear ? inspectHeic(bytes, maxPixels) : seen;
}

function inspectHeic(bytes: Uint8Array, maxPixels: number): PictureInspection {
  const answer = decodeHeic(bytes, maxPixels);
  return typeof answer === 'string' ? no(answer) : { decodable: true, ...answer, format: 'heic' };
}

async function inspectBySharp(
  bytes: Buffer,
  maxPixels: number,
  format: PictureFormat,
): Promise<PictureInspection> {
  try {
    const options = { failOn: 'error', limitInputPixels: maxPixels, sequentialRead: true } as const;
    const { width, height, pages = 1 } = await sharp(bytes, options).metadata();
    // Every line of the input is read to make this; little memory is, whatever the size.
    await sharp(bytes, options)
      .resize({ width: 32, height: 32, fit: 'fill', fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
    // A scan of a letter: only its first page is looked at, and shown. Of an animation the first frame is enough.
    return { decodable: true, width, height, format, ...(format === 'tiff' && pages > 1 && { pages }) };
  } catch (error) {
    // As what it is: whole, and more than is opened here.
    return no(/pixel limit|memory/i.test(String(error)) ? 'too-many-pixels' : 'damaged');
  }
}

const nothing = (): { readonly jpeg: Buffer } => ({ jpeg: Buffer.alloc(0) });

answerQuestions(async (question: DecoderQuestion, bytes) => {
  if (question.task === 'preview')
    return { answer: {}, output: (await makePreview(bytes, question).catch(nothing)).jpeg };
  return { answer: await inspect(question, bytes).catch(() => no('decoder-crashed')) };
});
