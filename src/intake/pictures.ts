/**
 * Whether a picture that was handed in can be decoded to its last line (of HEIC, what that is worth: heic.ts): only then may it make anything safe to
 * remove. The bytes are hostile until then, and the decoders are C; so this happens in a process of its own, without
 * our environment, which may die as it likes. It is started when it is first needed, reused, ended when idle, killed
 * when it is late.
 *
 * It gets bytes and no path, so that it needs no right to any file of ours. Started by root it becomes a user of its own
 * before it reads the first of them: an environment that was not handed down can still be read in /proc by whoever has
 * our user. Where the kernel allows it, it has no network either. Under another user than root the first is not possible;
 * `deploy/README.md` says what that means.
 *
 * The answer is a value, never an exception about the picture: what cannot be decoded is sealed all the same. When
 * the process dies under a picture, the picture gets one more try in a fresh one before it is blamed.
 *
 * Frames: of an animation the first one counts, as in every preview. Limits bind previews and this answer, never
 * what is accepted.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { open, type FileHandle } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { freeUid } from '#uids.ts';
import { SNIFF_BYTES, sniffMediaType } from './media.ts';

export type PictureFormat = 'png' | 'jpeg' | 'gif' | 'webp' | 'avif' | 'heic' | 'tiff';

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
  readonly onStarted?: (confinement: Confinement) => void;
}

/** What stands between the decoder and us, beside its being a process of its own. */
export interface Confinement {
  readonly ownUser: boolean;
  readonly ownNetwork: boolean;
}

/**
 * Our half of the protocol; `picture-decoder.ts` says `READY` once and then answers each question in turn, after it
 * has read so many bytes from its standard input.
 */
export interface DecoderQuestion {
  readonly sizeBytes: number;
  readonly maxPixels: number;
  /** `heif`: a container whose name does not say what is in it. */
  readonly format: PictureFormat | 'heif';
}
export const READY = 'ready';

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
/** It holds the whole file. No picture of `maxPixels` is larger, but for one that keeps them without compression. */
const MAX_BYTES = 512 * 1024 ** 2;
const PIECE_BYTES = 256 * 1024;
const START_MS = 20_000;

const DECODER = fileURLToPath(new URL('picture-decoder.ts', import.meta.url));

export function openPictureInspector(options: InspectorOptions = {}): PictureInspector {
  const { timeoutMs = 20_000, idleMs = 60_000, maxPixels = 2 ** 28, onStarted } = options;
  let child: ChildProcess | null = null;
  let idle: NodeJS.Timeout | null = null;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  /** One picture at a time in a process, so that its death has one suspect. */
  async function ask(path: string): Promise<PictureInspection> {
    if (closed) throw new Error('the picture inspector is closed');
    if (idle !== null) clearTimeout(idle);
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch {
      return no('unreadable');
    }
    try {
      const question = await questionOf(file);
      if ('decodable' in question) return question;
      const first = await askOnce(file, question);
      return isCrash(first) ? await askOnce(file, question) : first;
    } finally {
      await file.close();
      rest();
    }
  }

  function rest(): void {
    idle = setTimeout(() => void end(), idleMs);
    idle.unref();
  }

  /** What can be told without a decoder is told here: by its bytes, whatever its name or claimed type. */
  async function questionOf(file: FileHandle): Promise<DecoderQuestion | PictureInspection> {
    try {
      const { size: sizeBytes } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
      if (bytesRead === 0) return no('empty');
      const mediaType = sniffMediaType(buffer.subarray(0, bytesRead)) ?? '';
      const format = FORMATS[mediaType];
      if (format === undefined)
        return no(UNSUPPORTED.includes(mediaType) ? 'format-not-supported' : 'not-a-picture');
      return sizeBytes > MAX_BYTES ? no('too-many-pixels') : { sizeBytes, maxPixels, format };
    } catch {
      return no('unreadable');
    }
  }

  async function askOnce(file: FileHandle, question: DecoderQuestion): Promise<PictureInspection> {
    const decoder = (child ??= await begin());
    return await new Promise((resolve, reject) => {
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
      decoder.send(question, (error) => {
        // A pipe that broke says no more than the exit that follows, or has been heard already.
        if (error !== null) died();
      });
      handOver(file, question.sizeBytes, decoder).catch((error: unknown) => {
        // Of a decoder that died the exit tells. One that waits for bytes that do not come is of no use any more.
        if (isOfPipe(error)) return;
        forget(decoder);
        decoder.kill('SIGKILL');
        settle(no('unreadable'));
      });
    });
  }

  async function begin(): Promise<ChildProcess> {
    const { decoder, confinement } = await start();
    onStarted?.(confinement);
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

const no = (reason: UndecodableReason): PictureInspection => ({ decodable: false, reason });

async function handOver(file: FileHandle, sizeBytes: number, decoder: ChildProcess): Promise<void> {
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let at = 0; at < sizeBytes;) {
    const { bytesRead } = await file.read(piece, 0, Math.min(PIECE_BYTES, sizeBytes - at), at);
    if (bytesRead === 0) throw new Error('the file became shorter');
    await new Promise<void>((resolve, reject) => {
      decoder.stdin?.write(piece.subarray(0, bytesRead), (error) => (error ? reject(error) : resolve()));
    });
    at += bytesRead;
  }
}

function isOfPipe(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'].includes(code);
}

function isCrash(answer: PictureInspection): boolean {
  return !answer.decodable && answer.reason === 'decoder-crashed';
}

/** An idle decoder must not keep its parent alive; one at work must. */
function hold(decoder: ChildProcess, atWork: boolean): void {
  const input = decoder.stdin as Socket | null;
  if (atWork) {
    decoder.ref();
    decoder.channel?.ref();
    input?.ref();
  } else {
    decoder.unref();
    decoder.channel?.unref();
    input?.unref();
  }
}

const UNSHARE = '/usr/bin/unshare';
const SETPRIV = ['/usr/bin/setpriv', '--no-new-privs', '--'];

/** From strict to loose: a container, or a kernel without namespaces for everybody, may refuse the first. */
async function ladder(): Promise<
  readonly { readonly wrapper: readonly string[]; readonly uid: number | null }[]
> {
  if (process.platform !== 'linux') return [{ wrapper: [], uid: null }];
  if (process.getuid?.() !== 0)
    return [
      { wrapper: [UNSHARE, '--user', '--map-current-user', '--net', '--', ...SETPRIV], uid: null },
      { wrapper: [], uid: null },
    ];
  const uid = await freeUid('decoder');
  return [
    { wrapper: [UNSHARE, '--net', '--', ...SETPRIV], uid },
    { wrapper: SETPRIV, uid },
    { wrapper: [], uid },
    { wrapper: [], uid: null },
  ];
}

async function start(): Promise<{ readonly decoder: ChildProcess; readonly confinement: Confinement }> {
  for (const { wrapper, uid } of await ladder()) {
    const [first, ...others] = [...wrapper, process.execPath];
    const decoder = fork(DECODER, uid === null ? [] : [String(uid)], {
      // No key, no address of a database: whoever takes over the decoder finds nothing in it.
      env: { VIPS_CONCURRENCY: '1' },
      cwd: '/',
      execPath: first,
      execArgv: [...others, '--max-old-space-size=128'],
      stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
    });
    // Of a decoder that died the exit tells.
    decoder.stdin?.on('error', () => undefined);
    if (await isReady(decoder))
      return { decoder, confinement: { ownUser: uid !== null, ownNetwork: first === UNSHARE } };
  }
  throw new Error('no decoder of pictures can be started');
}

async function isReady(decoder: ChildProcess): Promise<boolean> {
  const ready = Promise.withResolvers<boolean>();
  const heard = (message: unknown): void => ready.resolve(message === READY);
  const failed = (): void => ready.resolve(false);
  const timer = setTimeout(failed, START_MS);
  decoder.once('message', heard).once('exit', failed).once('error', failed);
  const answer = await ready.promise;
  clearTimeout(timer);
  decoder.off('message', heard).off('exit', failed).off('error', failed);
  if (!answer) {
    decoder.on('error', () => undefined);
    decoder.kill('SIGKILL');
  }
  return answer;
}
