/** A ZIP while it is written into a file: each part goes by once, and nothing of it is kept but its line in the directory. */
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Part } from '#export/export.ts';
import { centralHeader, localHeader, zipEnd, zipTime, type ZipMember } from '#verify/verify.ts';

/** Where the bytes of a file lie in it. */
export interface PlacedMember {
  /** Within the one folder. */
  readonly path: string;
  readonly start: number;
  readonly sizeBytes: number;
}

export interface ZipWriter {
  add(part: Part): Promise<void>;
  /** On disk when it resolves. */
  end(): Promise<{ readonly sizeBytes: number; readonly members: readonly PlacedMember[] }>;
  close(): Promise<void>;
}

const GATHERED = 1 << 20;

/** `top` is the one folder in it. Writes anew what lies at `path`. */
export async function openZipFile(
  path: string,
  { top, at }: { readonly top: string; readonly at: Date },
): Promise<ZipWriter> {
  const file = await open(path, 'w');
  const time = zipTime(at);
  const members: ZipMember[] = [];
  let offset = 0;
  let waiting: Buffer[] = [];
  let held = 0;
  let written = 0;
  const flush = async (): Promise<void> => {
    if (held === 0) return;
    const all = Buffer.concat(waiting, held);
    [waiting, held] = [[], 0];
    await writeAll(file, all, written);
    written += all.length;
  };
  const put = async (bytes: Buffer): Promise<void> => {
    waiting.push(bytes);
    held += bytes.length;
    offset += bytes.length;
    if (held >= GATHERED) await flush();
  };
  return {
    add: async ({ path: name, sizeBytes, bytes }) => {
      const begin = offset;
      const known = { path: `${top}/${name}`, sizeBytes, offset: begin };
      if (sizeBytes <= GATHERED) {
        const chunks: Buffer[] = [];
        for await (const chunk of bytes) chunks.push(chunk);
        const whole = Buffer.concat(chunks);
        const member = { ...known, crc32: crc32(whole) };
        await put(localHeader(member, time));
        await put(whole);
        members.push(member);
        return;
      }
      // Its checksum is known when it has gone by, and is written into its head then.
      const head = localHeader({ ...known, crc32: 0 }, time);
      await put(head);
      let sum = 0;
      for await (const chunk of bytes) {
        sum = crc32(chunk, sum);
        await put(chunk);
      }
      await flush();
      const member = { ...known, crc32: sum };
      await writeAll(file, localHeader(member, time), begin);
      members.push(member);
    },
    end: async () => {
      const start = offset;
      for (const member of members) await put(centralHeader(member, time));
      await put(zipEnd({ start, length: offset - start, count: members.length }));
      await flush();
      await file.sync();
      return {
        sizeBytes: offset,
        members: members.map((member) => ({
          path: member.path.slice(top.length + 1),
          start: member.offset + localHeader(member, time).length,
          sizeBytes: member.sizeBytes,
        })),
      };
    },
    close: async () => await file.close(),
  };
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;)
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
}
