/** What is asked of the process that decodes pictures here (`picture-decoder.ts`). */
import { openDecoder, type Decoder, type DecoderOptions } from '#decoder.ts';

export type PictureFormat = 'png' | 'jpeg' | 'gif' | 'webp' | 'avif' | 'heic' | 'tiff';

export interface DecoderQuestion {
  readonly task: 'inspect' | 'preview';
  readonly sizeBytes: number;
  readonly maxPixels: number;
  /** `heif`: a container whose name does not say what is in it. */
  readonly format: PictureFormat | 'heif';
}

const PROGRAM = new URL('picture-decoder.ts', import.meta.url);

export function openPictureDecoder(options: Omit<DecoderOptions, 'program'>): Decoder<DecoderQuestion> {
  return openDecoder({ program: PROGRAM, ...options });
}
