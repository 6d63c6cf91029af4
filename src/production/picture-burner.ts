/** A process of its own that burns boxes into strangers' pictures, for `apart.ts`. Only loaders of pictures are left switched on. */
import sharp from 'sharp';
import { answerQuestions } from '#decoder-process.ts';
import { ArchiveError } from '#errors.ts';
import type { BurnQuestion } from './apart.ts';
import { burnPicture } from './pictures.ts';

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Png', 'Jpeg', 'Nsgif', 'Webp', 'Heif', 'Tiff'].map((loader) => `VipsForeignLoad${loader}`),
});

answerQuestions(async ({ boxes, maxPixels }: BurnQuestion, bytes) => {
  try {
    const { png, ...made } = await burnPicture(bytes, boxes, maxPixels);
    // What was made, in a line, and the picture behind it.
    return { answer: {}, output: Buffer.concat([Buffer.from(`${JSON.stringify(made)}\n`), png]) };
  } catch (error) {
    // A sentence for whoever reviews. Everything else ends the process, and the picture is not burned.
    if (error instanceof ArchiveError && error.code === 'redaction-refused')
      return { answer: { refused: error.message } };
    throw error;
  }
});
