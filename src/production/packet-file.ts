/** A file of a production as it lies in its ZIP, as the gate takes it. */
import { createReadStream } from 'node:fs';
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

export function packetFile(zip: string, { path, start, sizeBytes }: PlacedMember): PacketFile {
  return {
    name: path,
    isOurs: !/(?:^|\/)data\/records\//.test(path),
    mediaType: TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    open: async function* () {
      if (sizeBytes > 0)
        yield* createReadStream(zip, { start, end: start + sizeBytes - 1 }) as AsyncIterable<Buffer>;
    },
  };
}
