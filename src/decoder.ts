/**
 * A process in which strangers' bytes are decoded, as whoever asks it sees it. The bytes are hostile, and the decoders are C;
 * so this happens in a process of its own, without our environment, which may die as it likes. It is started when it is first
 * needed, reused, ended when idle, killed when it is late. What it runs is a program of the room that asks: intake looks at pictures and
 * makes previews, production burns boxes and reads letters. Neither room imports the other, so the way to start one is here.
 *
 * It gets bytes and no path, so that it needs no right to any file of ours. Started by root it becomes a user of its own
 * before it reads the first of them: an environment that was not handed down can still be read in /proc by whoever has
 * our user. Where the kernel allows it, it has no network either. Under another user than root the first is not possible;
 * `deploy/README.md` says what that means.
 *
 * One question at a time, so that its death has one suspect: whoever asks takes care of that.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { freeUid } from '#uids.ts';

/**
 * Our half of the protocol; the program (`decoder-process.ts`) says `READY` once and then answers each question in turn, after it
 * has read so many bytes from its standard input. Both speak in lines of JSON, by pipes of their own: Node's channel between
 * processes would take a message of any length from whoever took the decoder over.
 */
export interface Question {
  readonly task: string;
  readonly sizeBytes: number;
}
export const READY = 'ready';
export const QUESTIONS_FD = 3;
export const ANSWERS_FD = 4;
/** An answer has a hundred characters. */
const MAX_ANSWER_CHARS = 4096;

export type Reply =
  /** `output`: what it wrote, before it answered or after. */
  | { readonly answer: unknown; readonly output: Buffer }
  | { readonly failed: 'crashed' | 'timeout' }
  /** The bytes that it was to get could not be had. */
  | { readonly failed: 'unread'; readonly cause: unknown };

export interface Decoder<Q extends Question> {
  /** Rejects only when no process can be started at all, or after `close`. */
  ask(question: Q, bytes: AsyncIterable<Uint8Array>, withinMs?: number): Promise<Reply>;
  /** The process that decodes just now, if there is one. */
  processId(): number | null;
  /** The next question is asked of another process. */
  end(): Promise<void>;
  close(): Promise<void>;
}

export interface DecoderOptions {
  /** What the process runs. */
  readonly program: URL;
  readonly timeoutMs: number;
  readonly idleMs: number;
  /**
   * Some formats are decoded whole: two kilobytes of AVIF can ask for five gigabytes. Where the system has no `prlimit`, nothing but
   * the number of pixels bounds it.
   */
  readonly memoryBytes: number;
  /** One that writes on and on is taken for what it is. */
  readonly maxOutputBytes?: number;
  readonly onStarted?: ((confinement: Confinement) => void) | undefined;
}

/** What stands between the decoder and us, beside its being a process of its own. */
export interface Confinement {
  readonly ownUser: boolean;
  readonly ownNetwork: boolean;
}

/** More than any preview has. */
const MAX_OUTPUT_BYTES = 16 * 1024 ** 2;
const START_MS = 20_000;

export function openDecoder<Q extends Question>({
  program,
  timeoutMs,
  idleMs,
  memoryBytes,
  maxOutputBytes = MAX_OUTPUT_BYTES,
  onStarted,
}: DecoderOptions): Decoder<Q> {
  let child: ChildProcess | null = null;
  let idle: NodeJS.Timeout | null = null;
  let closed = false;

  async function ask(question: Q, bytes: AsyncIterable<Uint8Array>, withinMs = timeoutMs): Promise<Reply> {
    if (closed) throw new Error('the decoder of pictures is closed');
    if (idle !== null) clearTimeout(idle);
    try {
      return await askNow((child ??= await begin()), question, bytes, withinMs);
    } finally {
      idle = setTimeout(() => void end(), idleMs);
      idle.unref();
    }
  }

  async function askNow(
    decoder: ChildProcess,
    question: Q,
    bytes: AsyncIterable<Uint8Array>,
    withinMs: number,
  ): Promise<Reply> {
    return await new Promise((resolve, reject) => {
      const output: Buffer[] = [];
      let written = 0;
      let answer: { readonly sizeBytes?: number } | null = null;
      const settle = (reply: Reply | Error) => {
        clearTimeout(timer);
        decoder.off('message', heard).off('exit', died).off('error', failed);
        decoder.stdout?.off('data', wrote);
        hold(decoder, false);
        if (reply instanceof Error) reject(reply);
        else resolve(reply);
      };
      const kill = (reply: Reply | Error) => {
        forget(decoder);
        decoder.kill('SIGKILL');
        settle(reply);
      };
      // What it wrote and what it answered come by two ways, in either order.
      const whole = () => {
        if (answer === null || written < (answer.sizeBytes ?? 0)) return;
        settle({ answer, output: Buffer.concat(output) });
      };
      const heard = (message: unknown) => {
        answer = typeof message === 'object' && message !== null ? message : {};
        whole();
      };
      const wrote = (piece: Buffer) => {
        output.push(piece);
        written += piece.length;
        if (written > maxOutputBytes) return kill({ failed: 'crashed' });
        whole();
      };
      const died = () => {
        forget(decoder);
        settle({ failed: 'crashed' });
      };
      const failed = (error: Error) => kill(error);
      const timer = setTimeout(() => kill({ failed: 'timeout' }), withinMs);
      hold(decoder, true);
      decoder.on('message', heard).on('exit', died).on('error', failed);
      decoder.stdout?.on('data', wrote);
      (decoder.stdio[QUESTIONS_FD] as Writable).write(`${JSON.stringify(question)}\n`, (error) => {
        // A pipe that broke says no more than the exit that follows, or has been heard already.
        if (error) died();
      });
      handOver(bytes, question.sizeBytes, decoder).catch((error: unknown) => {
        // Of a decoder that died the exit tells. One that waits for bytes that do not come is of no use any more.
        if (!isOfPipe(error)) kill({ failed: 'unread', cause: error });
      });
    });
  }

  async function begin(): Promise<ChildProcess> {
    const { decoder, confinement } = await start(program, memoryBytes);
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
    ask,
    processId: () => child?.pid ?? null,
    end,
    async close() {
      closed = true;
      if (idle !== null) clearTimeout(idle);
      await end();
    },
  };
}

async function handOver(
  bytes: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  decoder: ChildProcess,
): Promise<void> {
  let at = 0;
  for await (const piece of bytes) {
    at += piece.length;
    if (at > sizeBytes) throw new Error('the file became longer');
    await new Promise<void>((resolve, reject) => {
      decoder.stdin?.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }
  if (at < sizeBytes) throw new Error('the file became shorter');
}

function isOfPipe(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'].includes(code);
}

/** An idle decoder must not keep its parent alive; one at work must. */
function hold(decoder: ChildProcess, atWork: boolean): void {
  for (const way of [decoder, ...(decoder.stdio as readonly (Socket | null)[])]) {
    if (atWork) way?.ref();
    else way?.unref();
  }
}

const UNSHARE = '/usr/bin/unshare';
const SETPRIV = ['/usr/bin/setpriv', '--no-new-privs', '--'];
/** Of what it may write to, as the kernel counts it: about 700 MB of that are its own before it holds a picture. */
const bounded = (bytes: number): readonly string[] => ['/usr/bin/prlimit', `--data=${bytes}`, '--'];

/** From strict to loose: a container, or a kernel without namespaces for everybody, may refuse the first. */
async function ladder(
  memoryBytes: number,
): Promise<readonly { readonly wrapper: readonly string[]; readonly uid: number | null }[]> {
  if (process.platform !== 'linux') return [{ wrapper: [], uid: null }];
  const within = bounded(memoryBytes);
  const locked = [...SETPRIV, ...within];
  if (process.getuid?.() !== 0)
    return [
      { wrapper: [UNSHARE, '--user', '--map-current-user', '--net', '--', ...locked], uid: null },
      { wrapper: within, uid: null },
      { wrapper: [], uid: null },
    ];
  const uid = await freeUid('decoder');
  return [
    { wrapper: [UNSHARE, '--net', '--', ...locked], uid },
    { wrapper: locked, uid },
    { wrapper: [], uid },
    { wrapper: [], uid: null },
  ];
}

async function start(
  program: URL,
  memoryBytes: number,
): Promise<{ readonly decoder: ChildProcess; readonly confinement: Confinement }> {
  for (const { wrapper, uid } of await ladder(memoryBytes)) {
    const [first, ...others] = [...wrapper, process.execPath];
    const as = uid === null ? [] : [String(uid)];
    const decoder = spawn(
      first ?? process.execPath,
      [...others, '--max-old-space-size=128', fileURLToPath(program), ...as],
      {
        // No key, no address of a database: whoever takes over the decoder finds nothing in it.
        env: { VIPS_CONCURRENCY: '1' },
        cwd: '/',
        stdio: ['pipe', 'pipe', 'ignore', 'pipe', 'pipe'],
      },
    );
    // Of a decoder that died the exit tells.
    for (const way of decoder.stdio) way?.on('error', () => undefined);
    listen(decoder);
    if (await isReady(decoder))
      return { decoder, confinement: { ownUser: uid !== null, ownNetwork: first === UNSHARE } };
  }
  throw new Error('no decoder of pictures can be started');
}

/** Each line is a message. What says more than an answer has, or something else than JSON, was taken over. */
function listen(decoder: ChildProcess): void {
  let said = '';
  (decoder.stdio[ANSWERS_FD] as Readable).setEncoding('utf8').on('data', (more: string) => {
    said += more;
    const lines = said.split('\n');
    said = lines.pop() ?? '';
    try {
      if (Math.max(said.length, ...lines.map((line) => line.length)) > MAX_ANSWER_CHARS)
        throw new Error('too long');
      for (const line of lines) decoder.emit('message', JSON.parse(line));
    } catch {
      said = '';
      decoder.kill('SIGKILL');
    }
  });
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
