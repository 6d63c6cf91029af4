/**
 * Previews of pictures, made when they are asked for and kept nowhere: what is destroyed leaves no second picture behind, and one takes
 * a second or two. The decoder is another one than the inspector's, so that looking never delays "safe to remove"; and each preview has
 * a process to itself, so that what one picture did to its decoder shows in no other, least of all in another agency's.
 *
 * One is made at a time. Few of an agency may wait, and agencies take turns, so that nobody's haste shuts out another agency. A place is
 * kept until the preview has been taken: memory and time are bounded whatever is asked for, and however slowly it is read.
 */
import type { Confinement } from '#decoder.ts';
import { ArchiveError } from '#errors.ts';
import { openPictureDecoder } from './decoder.ts';
import { sniffMediaType } from './media.ts';
import { MAX_PIXELS, questionOf } from './pictures.ts';

/** `no-preview`: not of this picture. `busy`: ask again in a moment. `gone`: nobody waits any more. */
export type PreviewOutcome = 'given' | 'no-preview' | 'busy' | 'gone';

export interface PreviewedFile {
  readonly sizeBytes: number;
  /** Its first kilobytes, which say what it is. */
  readonly head: Uint8Array;
  /** All of it, these included. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface PreviewAsked {
  readonly agencyId: string;
  /** What it is asked for with: one preview at a time for each. */
  readonly ticket: string;
  /** Whoever asked does not wait any more. */
  readonly gone: AbortSignal;
  /** Called when it is its turn. */
  open(): Promise<PreviewedFile>;
  /** Resolves when it has been taken. `late`: it took too long, and is to be broken off. */
  give(jpeg: Buffer, late: AbortSignal): Promise<void>;
}

export interface Previewer {
  /** Rejects with what opening, reading or giving rejected with, or with `store-down` when opening took too long. */
  preview(asked: PreviewAsked): Promise<PreviewOutcome>;
  processId(): number | null;
  close(): Promise<void>;
}

export interface PreviewerOptions {
  /** The bytes on their way from the store included. */
  readonly timeoutMs?: number;
  /** For the reader to take it. */
  readonly takeMs?: number;
  readonly onStarted?: (confinement: Confinement) => void;
}

/** A hundred million pixels of all formats fit but for AVIF, and 268 million of those that are read line by line. */
const MEMORY_BYTES = 2.5 * 1024 ** 3;
const WAITING_PER_AGENCY = 2;
/** Waiting, being made or being taken. */
const PLACES = 16;
const PLACES_PER_AGENCY = 4;

export function openPreviewer(options: PreviewerOptions = {}): Previewer {
  const { timeoutMs = 30_000, takeMs = 60_000, onStarted } = options;
  const decoder = openPictureDecoder({ timeoutMs, idleMs: 1000, memoryBytes: MEMORY_BYTES, onStarted });
  let closed = false;
  const line = openLine();
  /** By ticket: the agency. */
  const places = new Map<string, string>();
  const isFull = (agencyId: string): boolean =>
    places.size >= PLACES ||
    places.values().reduce((n, one) => n + (one === agencyId ? 1 : 0), 0) >= PLACES_PER_AGENCY;

  async function make({ open, gone }: PreviewAsked): Promise<Buffer | 'no-preview'> {
    const by = performance.now() + timeoutMs;
    const { sizeBytes, head, bytes } = await within(timeoutMs, open());
    const question = questionOf(head, sizeBytes);
    if (typeof question === 'string') return 'no-preview';
    const stop = (): void => void decoder.end();
    gone.addEventListener('abort', stop);
    try {
      const left = Math.max(1, by - performance.now());
      const reply = await decoder.ask({ task: 'preview', maxPixels: MAX_PIXELS, ...question }, bytes, left);
      if ('failed' in reply) {
        if (reply.failed === 'unread') throw reply.cause;
        return 'no-preview';
      }
      // What a decoder writes that somebody took over is not what we send under the name of a picture.
      return sniffMediaType(reply.output) === 'image/jpeg' ? reply.output : 'no-preview';
    } finally {
      gone.removeEventListener('abort', stop);
      await decoder.end();
    }
  }

  async function inPlace(asked: PreviewAsked): Promise<PreviewOutcome> {
    const { agencyId, gone } = asked;
    if (!(await line.turn(agencyId, gone))) return 'gone';
    let made: Buffer | 'no-preview';
    try {
      if (closed) return 'busy';
      if (gone.aborted) return 'gone';
      made = await make(asked);
    } finally {
      line.next();
    }
    if (gone.aborted) return 'gone';
    if (made === 'no-preview') return made;
    await asked.give(made, AbortSignal.timeout(takeMs));
    return 'given';
  }

  return {
    async preview(asked) {
      const { agencyId, ticket, gone } = asked;
      if (gone.aborted) return 'gone';
      const many = line.waiting(agencyId) >= WAITING_PER_AGENCY || isFull(agencyId);
      if (closed || many || places.has(ticket)) return 'busy';
      places.set(ticket, agencyId);
      try {
        return await inPlace(asked);
      } finally {
        places.delete(ticket);
      }
    },
    processId: decoder.processId,
    async close() {
      closed = true;
      await line.empty();
      await decoder.close();
    },
  };
}

interface Line {
  waiting(agencyId: string): number;
  /** False: whoever waited has gone. True: it is their turn, until `next`. */
  turn(agencyId: string, gone: AbortSignal): Promise<boolean>;
  next(): void;
  /** Resolves when nobody has the turn or waits for it. */
  empty(): Promise<void>;
}

/** One after the other; among agencies in turn, in each agency as they came. */
function openLine(): Line {
  /** In the order of whose turn it is. */
  const agencies = new Map<string, (() => void)[]>();
  let taken = false;
  let whenEmpty: (() => void)[] = [];

  function leave(agencyId: string, begin: () => void): void {
    const left = (agencies.get(agencyId) ?? []).filter((one) => one !== begin);
    if (left.length > 0) agencies.set(agencyId, left);
    else agencies.delete(agencyId);
  }

  function next(): void {
    const [first] = agencies;
    taken = first !== undefined;
    if (first === undefined) {
      for (const say of whenEmpty) say();
      whenEmpty = [];
      return;
    }
    const [agencyId, [begin, ...others]] = first;
    // To the end: the others come first.
    agencies.delete(agencyId);
    if (others.length > 0) agencies.set(agencyId, others);
    begin?.();
  }

  return {
    waiting: (agencyId) => agencies.get(agencyId)?.length ?? 0,
    async turn(agencyId, gone) {
      if (!taken) {
        taken = true;
        return true;
      }
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const begin = (): void => resolve(true);
      const left = (): void => {
        leave(agencyId, begin);
        resolve(false);
      };
      agencies.set(agencyId, [...(agencies.get(agencyId) ?? []), begin]);
      gone.addEventListener('abort', left, { once: true });
      const isTurn = await promise;
      gone.removeEventListener('abort', left);
      return isTurn;
    },
    next,
    async empty() {
      if (taken) await new Promise<void>((resolve) => whenEmpty.push(resolve));
    },
  };
}

/** A store that does not answer must not stop the line. */
async function within<T>(ms: number, opening: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const sentence = `The file did not begin to come within ${ms} ms. Ask for it again in a moment.`;
    late.reject(new ArchiveError('store-down', sentence, { retry: 'later' }));
  }, ms);
  try {
    return await Promise.race([opening, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
