/**
 * What a browser may take from this process and this machine. A page can make the browser send us anything: one
 * message longer than the longest string of Node would end this process, whoever else it works for. And it can take
 * memory until there is none. Past either bound that browser is ended at once; only its captures fail.
 */
import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { Readable } from 'node:stream';
import type { Log } from '../log.ts';
import { processesOf } from './confinement.ts';

/** A picture of noise, as large as a tile may be, takes 65 MB on its way; Node's longest string has 536 million letters. */
const MOST_MESSAGE_BYTES = 200_000_000;
/** Of all its processes; a drawing of 170 million points takes 2 GB. */
const MOST_MEMORY_BYTES = 4 * 1024 ** 3;
const MEMORY_EVERY_MS = 250;
const PAGE_BYTES = 4096;
/** The end of the pipe by which Chromium answers. */
const PIPE = 4;

export interface Bounds {
  /** Its memory is watched until what this answers is called; it takes none while it does nothing. */
  atWork(): () => void;
}

export function keepInBounds(child: ChildProcess, uid: number | null, log: Log): Bounds {
  const pipe = child.stdio[PIPE];
  if (!(pipe instanceof Readable)) throw new Error('The browser has no pipe that could be watched.');
  const mostMemory = Math.min(MOST_MEMORY_BYTES, (process.constrainedMemory() || totalmem()) / 2);
  const end = (bound: 'message' | 'memory'): void => {
    log.warn({ event: 'browser.out-of-bounds', bound }, 'browser.out-of-bounds');
    // Nothing more of it is read, however long its end takes.
    pipe.destroy();
    child.kill('SIGKILL');
  };

  let pending = 0;
  pipe.on('data', (chunk: Buffer) => {
    const last = chunk.lastIndexOf(0);
    pending = last < 0 ? pending + chunk.length : chunk.length - last - 1;
    if (pending > MOST_MESSAGE_BYTES) end('message');
  });

  let working = 0;
  let watching = false;
  const watch = async (): Promise<void> => {
    if (watching) return;
    watching = true;
    while (working > 0 && !pipe.destroyed) {
      if ((await memoryOf(child.pid ?? null, uid)) > mostMemory) end('memory');
      else await new Promise((done) => setTimeout(done, MEMORY_EVERY_MS));
    }
    watching = false;
  };
  return {
    atWork() {
      working += 1;
      watch().catch(() => undefined);
      return () => {
        working -= 1;
      };
    },
  };
}

/** What its processes have for themselves; what they share counts for none. 0 where there is no /proc. */
async function memoryOf(pid: number | null, uid: number | null): Promise<number> {
  let pages = 0;
  for (const each of await processesOf(pid, uid)) {
    const statm = await readFile(`/proc/${each}/statm`, 'latin1').catch(() => '');
    const [, resident = 0, shared = 0] = statm.split(' ').map(Number);
    pages += resident - shared;
  }
  return pages * PAGE_BYTES;
}
