/** One thread of the gate (`gate-threads.ts`). */
import { parentPort, workerData } from 'node:worker_threads';
import { openGate, type PixelReading } from './gate.ts';
import type { FromThread, ThreadInput, ToThread } from './gate-threads.ts';
import { packetFile } from './packet-file.ts';

const { zip, withheld, options } = workerData as ThreadInput;
const say = (said: FromThread): void => parentPort?.postMessage(said);
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

parentPort?.on('message', (told: ToThread) => {
  if ('reading' in told) heard?.(told.reading);
  else void gate.lookAt(told.n, packetFile(zip, told.member)).then((look) => say({ look }));
});
