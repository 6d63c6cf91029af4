/**
 * The gate over a production in threads: it takes longer than all packing, and a thread of its own keeps a process awake that renews claims. Each
 * thread looks through one file after the other; what it finds, and whether it is through, is the same as in one (`gate.ts`).
 *
 * Pictures are read where the reader is: a thread hands them over and waits. A thread that ends early has looked at nothing: the packet has no verdict.
 */
import { closeSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Withheld } from './folded.ts';
import {
  gather,
  gatherFile,
  openGate,
  openLooked,
  type GateOptions,
  type GateVerdict,
  type Looked,
  type PixelReading,
} from './gate.ts';
import { packetFile } from './packet-file.ts';
import type { PlacedMember } from './zip-file.ts';

export interface ThreadInput {
  readonly zip: string;
  readonly withheld: readonly Withheld[];
  readonly options: Omit<GateOptions, 'readPixels'>;
}

export type ToThread =
  | { readonly first: number; readonly members: readonly PlacedMember[] }
  | { readonly reading: PixelReading | null };
export type FromThread =
  | { readonly looked: Looked }
  | { readonly picture: Uint8Array; readonly mediaType: string };

const PROGRAM = new URL('gate-thread.ts', import.meta.url);
/** Each has a volume in memory, taken apart: more of them would need more than a machine is said to need. */
const MOST_THREADS = 2;
const AT_ONCE = 50;
/** A thread begins in some tenths of a second; so much is looked through meanwhile. */
const WORTH_IT = 2 ** 20;

export async function passInThreads(
  zip: string,
  members: readonly PlacedMember[],
  withheld: readonly Withheld[],
  options: GateOptions,
  signal?: AbortSignal,
): Promise<GateVerdict> {
  const gate = openGate(withheld, options);
  const looked = openLooked();
  const sizeBytes = members.reduce((sum, one) => sum + one.sizeBytes, 0);
  if (sizeBytes < WORTH_IT) {
    const file = openSync(zip, 'r');
    try {
      for (const [n, member] of members.entries())
        gatherFile(looked, await gate.lookAt(n + 1, packetFile(file, member)));
    } finally {
      closeSync(file);
    }
    return gate.verdict(looked);
  }
  const { readPixels, ...rest } = options;
  let next = 0;
  const thread = async (): Promise<void> => {
    const worker = new Worker(PROGRAM, {
      workerData: { zip, withheld, options: rest } satisfies ThreadInput,
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    let at = -1;
    const go = (): void => {
      if (next >= members.length) {
        resolve();
        return;
      }
      at = next;
      let bytes = 0;
      // Small ones many at once: a message costs as much as one of them.
      for (; next < members.length && next - at < AT_ONCE && bytes < WORTH_IT; next += 1)
        bytes += members[next]?.sizeBytes ?? 0;
      worker.postMessage({ first: at, members: members.slice(at, next) } satisfies ToThread, []);
    };
    worker.on('message', (said: FromThread) => {
      if ('looked' in said) {
        gather(looked, said.looked);
        go();
        return;
      }
      (readPixels?.(said.picture, said.mediaType) ?? Promise.resolve(null)).then(
        (reading) => worker.postMessage({ reading } satisfies ToThread, []),
        (error: unknown) => reject(error),
      );
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('A thread of the gate ended before it was through.')));
    go();
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST_THREADS, availableParallelism()) }, thread));
  if (looked.files !== members.length) throw new Error('Not each file of the production was looked through.');
  return gate.verdict(looked);
}
