/**
 * Whether a picture that was handed in can be decoded to its last line (of HEIC, what that is worth: heic.ts): only then may it make anything safe to
 * remove. The bytes are hostile until then; so they are decoded in a process of its own (`decoder.ts`).
 *
 * The answer is a value, never an exception about the picture: what cannot be decoded is sealed all the same. When
 * the process dies under a picture, the picture gets one more try in a fresh one before it is blamed.
 *
 * Frames: of an animation the first one counts, as in every preview; of a document of many pages (TIFF) too, and how many it has is
 * said. Limits bind previews and this answer, never
 * what is accepted.
 */
import { open, type FileHandle } from 'node:fs/promises';
import type { Confinement, Reply } from '#decoder.ts';
import { openPictureDecoder, type DecoderQuestion, type PictureFormat } from './decoder.ts';
import { SNIFF_BYTES, sniffMediaType } from './media.ts';

export type UndecodableReason =
  | 'empty'
  | 'not-a-picture'
  | 'format-not-supported'
  | 'damaged'
  | 'too-many-pixels'
  | 'timeout'
  | 'decoder-crashed'
  /** Its bytes could not be had: this says nothing about the picture. */
  | 'unreadable';

export type PictureInspection =
  | {
      readonly decodable: true;
      readonly width: number;
      readonly height: number;
      readonly format: PictureFormat;
      /** Where there are more than the one that was looked at. */
      readonly pages?: number;
    }
  | { readonly decodable: false; readonly reason: UndecodableReason };

export interface PictureInspector {
  /** Rejects only when no decoder process can be started at all, or after `close`. */
  inspect(path: string): Promise<PictureInspection>;
  /** The process that decodes just now, if there is one. */
  processId(): number | null;
  close(): Promise<void>;
}

export interface InspectorOptions {
  readonly timeoutMs?: number;
  readonly idleMs?: number;
  readonly maxPixels?: number;
  readonly onStarted?: (confinement: Confinement) => void;
}

/** 2^28: a page of 4,000 pixels in width may be 67,000 long. */
export const MAX_PIXELS = 2 ** 28;

const FORMATS: Readonly<Record<string, DecoderQuestion['format']>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'image/heif': 'heif',
  'image/tiff': 'tiff',
};
/** A picture, but of a codec that the libraries are shipped without. */
const UNSUPPORTED = ['image/bmp'];
/** The decoder holds the whole file. No picture of `MAX_PIXELS` is larger, but for one that keeps them without compression. */
const MAX_BYTES = 512 * 1024 ** 2;
/** Whatever has `MAX_PIXELS` fits, but for AVIF, of which half as many do. */
const MEMORY_BYTES = 4 * 1024 ** 3;
const PIECE_BYTES = 256 * 1024;

export function openPictureInspector(options: InspectorOptions = {}): PictureInspector {
  const { timeoutMs = 20_000, idleMs = 60_000, maxPixels = MAX_PIXELS, onStarted } = options;
  const decoder = openPictureDecoder({ timeoutMs, idleMs, memoryBytes: MEMORY_BYTES, onStarted });
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  async function ask(path: string): Promise<PictureInspection> {
    if (closed) throw new Error('the picture inspector is closed');
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch {
      return no('unreadable');
    }
    try {
      const question = await questionAbout(file);
      if (typeof question === 'string') return no(question);
      const askOnce = async (): Promise<Reply> =>
        await decoder.ask({ task: 'inspect', maxPixels, ...question }, piecesOf(file, question.sizeBytes));
      const first = await askOnce();
      return inspectionOf('failed' in first && first.failed === 'crashed' ? await askOnce() : first);
    } finally {
      await file.close();
    }
  }

  return {
    inspect(path) {
      const answer = last.then(() => ask(path));
      last = answer.catch(() => undefined);
      return answer;
    },
    processId: decoder.processId,
    async close() {
      closed = true;
      await last;
      await decoder.close();
    },
  };
}

const no = (reason: UndecodableReason): PictureInspection => ({ decodable: false, reason });

type Asked = Pick<DecoderQuestion, 'format' | 'sizeBytes'> | UndecodableReason;

async function questionAbout(file: FileHandle): Promise<Asked> {
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return questionOf(buffer.subarray(0, bytesRead), size);
  } catch {
    return 'unreadable';
  }
}

/** What can be told without a decoder is told here: by its bytes, whatever its name or claimed type. */
export function questionOf(head: Uint8Array, sizeBytes: number): Asked {
  if (head.length === 0) return 'empty';
  const mediaType = sniffMediaType(head) ?? '';
  const format = FORMATS[mediaType];
  if (format === undefined) return UNSUPPORTED.includes(mediaType) ? 'format-not-supported' : 'not-a-picture';
  return sizeBytes > MAX_BYTES ? 'too-many-pixels' : { sizeBytes, format };
}

/** One buffer for all of them: each is written before the next is asked for. */
async function* piecesOf(file: FileHandle, sizeBytes: number): AsyncGenerator<Uint8Array> {
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let at = 0; at < sizeBytes;) {
    const { bytesRead } = await file.read(piece, 0, Math.min(PIECE_BYTES, sizeBytes - at), at);
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
    at += bytesRead;
  }
}

function inspectionOf(reply: Reply): PictureInspection {
  if (!('failed' in reply)) return reply.answer as PictureInspection;
  if (reply.failed === 'timeout') return no('timeout');
  return no(reply.failed === 'unread' ? 'unreadable' : 'decoder-crashed');
}
