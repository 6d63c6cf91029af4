/**
 * Previews of pictures, made when they are asked for and kept nowhere: what is destroyed leaves no second picture behind, and one takes
 * a second or two. The decoder is another one than the inspector's, so that looking never delays "safe to remove"; and each preview has
 * a process to itself, so that what one picture did to its decoder shows in no other, least of all in another agency's.
 *
 * One at a time, and so many may wait: memory and time are bounded whatever is asked for.
 */
import { openDecoder, type Confinement } from './decoder.ts';
import { sniffMediaType } from './media.ts';
import { MAX_PIXELS, questionOf } from './pictures.ts';

/** `no-preview`: not of this picture. `busy`: ask again in a moment. */
export type Preview = { readonly jpeg: Buffer } | 'no-preview' | 'busy';

export interface PreviewedFile {
  readonly sizeBytes: number;
  /** Its first kilobytes, which say what it is. */
  readonly head: Uint8Array;
  /** All of it, these included. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface Previewer {
  /**
   * `open` is called when it is its turn. Rejects with what opening or reading rejected with: then nothing of the picture is
   * shown. `gone`: whoever asked does not wait any more.
   */
  preview(open: () => Promise<PreviewedFile>, gone: AbortSignal): Promise<Preview>;
  processId(): number | null;
  close(): Promise<void>;
}

export interface PreviewerOptions {
  /** The bytes on their way from the store included. */
  readonly timeoutMs?: number;
  readonly mostWaiting?: number;
  readonly onStarted?: (confinement: Confinement) => void;
}

/** A hundred million pixels of all formats fit but for AVIF, and 268 million of those that are read line by line. */
const MEMORY_BYTES = 2.5 * 1024 ** 3;

export function openPreviewer(options: PreviewerOptions = {}): Previewer {
  const { timeoutMs = 30_000, mostWaiting = 12, onStarted } = options;
  const decoder = openDecoder({ timeoutMs, idleMs: 1000, memoryBytes: MEMORY_BYTES, onStarted });
  let closed = false;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function make(open: () => Promise<PreviewedFile>, gone: AbortSignal): Promise<Preview> {
    if (closed || gone.aborted) return 'busy';
    const { sizeBytes, head, bytes } = await open();
    const question = questionOf(head, sizeBytes);
    if (typeof question === 'string') return 'no-preview';
    try {
      const reply = await decoder.ask({ task: 'preview', maxPixels: MAX_PIXELS, ...question }, bytes);
      if ('failed' in reply) {
        if (reply.failed === 'unread') throw reply.cause;
        return 'no-preview';
      }
      // What a decoder writes that somebody took over is not what we send under the name of a picture.
      return sniffMediaType(reply.output) === 'image/jpeg' ? { jpeg: reply.output } : 'no-preview';
    } finally {
      await decoder.end();
    }
  }

  return {
    async preview(open, gone) {
      if (waiting >= mostWaiting) return 'busy';
      waiting += 1;
      const turn = last.then(async () => await make(open, gone));
      last = turn.catch(() => undefined);
      return await turn.finally(() => {
        waiting -= 1;
      });
    },
    processId: decoder.processId,
    async close() {
      closed = true;
      await last;
      await decoder.close();
    },
  };
}
