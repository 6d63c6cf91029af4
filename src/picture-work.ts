/** Reading pictures, wired to what it needs. In the fixity worker, which can only read the store. */
import { startReading, type PictureText } from '#pictures/pictures.ts';
import { ocrEngine, openOcr, type Ocr } from '#production/production.ts';
import type { System } from './system.ts';

/** What the reader's libraries do not open as it is. */
const DRAWN_FIRST: readonly string[] = ['image/heic', 'image/heif'];

export function startReadingPictures(system: System): () => Promise<void> {
  const { db, log, reader, previewer } = system;
  let ocr: Promise<Ocr> | null = null;

  const drawn = async (picture: Buffer): Promise<Buffer | null> => {
    let made: Buffer | null = null;
    const outcome = await previewer.preview({
      agencyId: 'pictures',
      ticket: 'pictures',
      gone: new AbortController().signal,
      open: async () =>
        await Promise.resolve({
          sizeBytes: picture.length,
          head: picture.subarray(0, 4096),
          bytes: (async function* () {
            yield await Promise.resolve(picture);
          })(),
        }),
      give: async (jpeg) => {
        made = jpeg;
        await Promise.resolve();
      },
    });
    return outcome === 'given' ? made : null;
  };
  const read = async (picture: Buffer, mediaType: string): Promise<PictureText> => {
    const shown = DRAWN_FIRST.includes(mediaType) ? await drawn(picture) : picture;
    if (shown === null) return { notRead: 'not-opened' };
    const { wordsOf } = await (ocr ??= openOcr({ upright: true }));
    return await wordsOf(shown);
  };
  const stop = startReading({ db, log, reader, read, engine: ocrEngine() });
  return async () => {
    // A picture under way ends with its process: its claim runs out, and it is read again.
    const opened = ocr === null ? null : await ocr;
    const ended = stop();
    await opened?.end();
    await ended;
    await opened?.close();
  };
}
