/** A file of a production as it lies in its ZIP, as the gate takes it. */
import { readSync } from 'node:fs';
import type { PacketFile } from './gate.ts';
import type { PlacedMember } from './zip-file.ts';

const TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  csv: 'text/csv',
  json: 'application/json',
  md: 'text/markdown',
  txt: 'text/plain',
  html: 'text/html',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  heic: 'image/heic',
  wacz: 'application/wacz+zip',
  entry: 'application/json',
};

const PIECE = 2 ** 20;

/** `zip`: as it was opened. Read at once, where nobody else waits: there are ten thousands of them. */
export function packetFile(zip: number, { path, start, sizeBytes }: PlacedMember): PacketFile {
  return {
    name: path,
    isOurs: !/(?:^|\/)data\/records\//.test(path),
    mediaType: TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    open: async function* () {
      for (let at = 0; at < sizeBytes;) {
        const piece = Buffer.alloc(Math.min(PIECE, sizeBytes - at));
        const read = readSync(zip, piece, 0, piece.length, start + at);
        if (read === 0) throw new Error('The file ends before it should.');
        at += read;
        yield await Promise.resolve(read === piece.length ? piece : piece.subarray(0, read));
      }
    },
  };
}
