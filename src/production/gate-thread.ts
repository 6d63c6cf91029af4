/** One thread of the gate (`gate-threads.ts`). */
import { openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { gatherFile, openGate, openLooked, type PixelReading } from './gate.ts';
import type { FromThread, ThreadInput, ToThread } from './gate-threads.ts';
import { packetFile } from './packet-file.ts';
import type { PlacedMember } from './zip-file.ts';

const { zip, withheld, options } = workerData as ThreadInput;
const file = openSync(zip, 'r');
const say = (said: FromThread): void => parentPort?.postMessage(said, []);
let heard: ((reading: PixelReading | null) => void) | null = null;

const gate = openGate(withheld, {
  ...options,
  // One file is looked through at a time, and of it one picture.
  readPixels: async (picture, mediaType) => {
    const { promise, resolve } = Promise.withResolvers<PixelReading | null>();
    heard = resolve;
    // A copy: of a part of a file the whole of it would go along.
    say({ picture: new Uint8Array(picture), mediaType });
    return await promise;
  },
});

async function lookAtAll(first: number, members: readonly PlacedMember[]): Promise<void> {
  const looked = openLooked();
  for (const [n, member] of members.entries())
    gatherFile(looked, await gate.lookAt(first + n + 1, packetFile(file, member)));
  say({ looked });
}

parentPort?.on('message', (told: ToThread) => {
  if ('reading' in told) heard?.(told.reading);
  else void lookAtAll(told.first, told.members);
});
