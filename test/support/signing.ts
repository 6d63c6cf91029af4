/** The key of this installation, in a folder of the test. */
import { join } from 'node:path';
import { pino } from 'pino';
import { openSigning, type SignWacz } from '#capture/signature.ts';

export const signing = (folder: string): SignWacz =>
  openSigning({
    keysDir: join(folder, 'keys'),
    certificate: null,
    stamp: null,
    log: pino({ level: 'silent' }),
  });
