/**
 * Whether a picture that was handed in can be decoded to its last line: only then may it make anything safe to
 * remove. The bytes are hostile until then, and the decoders are C; so this happens in a process of its own, without
 * our environment, which may die as it likes. It is started when it is first needed, reused, ended when idle, killed
 * when it is late.
 *
 * The answer is a value, never an exception about the picture: what cannot be decoded is sealed all the same. When
 * the process dies under a picture, the picture gets one more try in a fresh one before it is blamed.
 *
 * Frames: of an animation the first one counts, as in every preview. Limits bind previews and this answer, never
 * what is accepted.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type PictureFormat = 'png' | 'jpeg' | 'gif' | 'webp' | 'avif' | 'tiff';

export type UndecodableReason =
  | 'empty'
  | 'not-a-picture'
  | 'format-not-supported'
  | 'damaged'
  | 'too-many-pixels'
  | 'timeout'
  | 'decoder-crashed'
  | 'unreadable';

export type PictureInspection =
  | {
      readonly decodable: true;
      readonly width: number;
      readonly height: number;
      readonly format: PictureFormat;
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
  /** 2^28: a page of 4,000 pixels in width may be 67,000 long. */
  readonly maxPixels?: number;
}

/** The decoder's half of the protocol; `picture-decoder.ts` answers each question in turn. */
export interface DecoderQuestion {
  readonly path: string;
  readonly maxPixels: number;
}

const DECODER = fileURLToPath(new URL('picture-decoder.ts', import.meta.url));

export function openPictureInspector(options: InspectorOptions = {}): PictureInspector {
  const { timeoutMs = 20_000, idleMs = 60_000, maxPixels = 2 ** 28 } = options;
  let child: ChildProcess | null = null;
  let idle: NodeJS.Timeout | null = null;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  /** One picture at a time in a process, so that its death has one suspect. */
  async function ask(path: string): Promise<PictureInspection> {
    if (closed) throw new Error('the picture inspector is closed');
    if (idle !== null) clearTimeout(idle);
    const first = await askOnce(path);
    const answer = isCrash(first) ? await askOnce(path) : first;
    idle = setTimeout(() => void end(), idleMs);
    idle.unref();
    return answer;
  }

  function askOnce(path: string): Promise<PictureInspection> {
    const decoder = (child ??= begin());
    return new Promise((resolve, reject) => {
      const settle = (answer: PictureInspection | Error) => {
        clearTimeout(timer);
        decoder.off('message', heard).off('exit', died).off('error', failed);
        hold(decoder, false);
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      };
      const heard = (message: unknown) => settle(message as PictureInspection);
      const died = () => {
        forget(decoder);
        settle({ decodable: false, reason: 'decoder-crashed' });
      };
      const failed = (error: Error) => {
        forget(decoder);
        decoder.kill('SIGKILL');
        settle(error);
      };
      const timer = setTimeout(() => {
        forget(decoder);
        decoder.kill('SIGKILL');
        settle({ decodable: false, reason: 'timeout' });
      }, timeoutMs);
      hold(decoder, true);
      decoder.on('message', heard).on('exit', died).on('error', failed);
      const question: DecoderQuestion = { path, maxPixels };
      decoder.send(question, (error) => {
        // A pipe that broke says no more than the exit that follows, or has been heard already.
        if (error !== null) died();
      });
    });
  }

  function begin(): ChildProcess {
    const decoder = start();
    // One that died between two pictures is nobody's fault.
    decoder.once('exit', () => forget(decoder));
    hold(decoder, false);
    return decoder;
  }

  function forget(decoder: ChildProcess): void {
    if (child === decoder) child = null;
  }

  async function end(): Promise<void> {
    const decoder = child;
    child = null;
    if (decoder === null || decoder.exitCode !== null || decoder.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      decoder.once('exit', () => resolve());
      hold(decoder, true);
      decoder.kill('SIGKILL');
    });
  }

  return {
    inspect(path) {
      const answer = last.then(() => ask(path));
      last = answer.catch(() => undefined);
      return answer;
    },
    processId: () => child?.pid ?? null,
    async close() {
      closed = true;
      if (idle !== null) clearTimeout(idle);
      await last;
      await end();
    },
  };
}

function isCrash(answer: PictureInspection): boolean {
  return !answer.decodable && answer.reason === 'decoder-crashed';
}

/** An idle decoder must not keep its parent alive; one at work must. */
function hold(decoder: ChildProcess, atWork: boolean): void {
  if (atWork) {
    decoder.ref();
    decoder.channel?.ref();
  } else {
    decoder.unref();
    decoder.channel?.unref();
  }
}

function start(): ChildProcess {
  return fork(DECODER, [], {
    // No key, no address of a database: whoever takes over the decoder finds nothing in it.
    env: { VIPS_CONCURRENCY: '1' },
    execArgv: ['--max-old-space-size=128'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}
