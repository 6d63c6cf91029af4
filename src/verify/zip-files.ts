/**
 * The files of a production out of its ZIP: members one behind the other from the first byte on, stored as they are, then the directory, and nothing
 * else. Each head is composed anew from what the directory says and compared, so that no byte of the file is without a meaning.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Flaw, PackageFiles } from './files.ts';
import { isPath } from './tar.ts';
import {
  centralHeader,
  LOCAL_BYTES,
  localHeader,
  zipEnd,
  type ZipMember,
  type ZipTime,
} from './zip-format.ts';

interface Reading {
  bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer>;
  pieces(path: string, start: number, length: number): AsyncIterable<Buffer>;
}

const END_BYTES = 22;
const WIDE_BYTES = 20 + 56;
const CENTRAL_BYTES = 46;
const MAX_DIRECTORY = 512 * 2 ** 20;

/** Null: it is none, or its first member is no `bagit.txt`. */
export async function openZip(path: string, length: number, reading: Reading): Promise<PackageFiles | null> {
  const file = await open(path, 'r');
  const head = await reading.bytesAt(file, 0, LOCAL_BYTES + 200);
  if (head.length < LOCAL_BYTES || head.readUInt32LE(0) !== 0x04034b50) {
    await file.close();
    return null;
  }
  const flaws: Flaw[] = [];
  const places = new Map<string, ZipMember & { readonly start: number }>();
  const wrong = (sentence: string): void => void flaws.push({ file: path, sentence });
  const directory = await directoryOf(file, length, reading);
  const members = directory === null ? null : membersIn(directory.bytes);
  if (directory === null || members === null || members.all.length === 0)
    wrong('Its directory is not that of a production’s ZIP, so nothing of it can be read.');
  else {
    const { all, time } = members;
    const top = `${all[0]?.path.split('/')[0] ?? ''}/`;
    if (all[0]?.path !== `${top}bagit.txt`) wrong('Its first file is not bagit.txt in the one folder.');
    const composed = Buffer.concat([
      ...all.map((one) => centralHeader(one, time)),
      zipEnd({ start: directory.start, length: directory.bytes.length, count: all.length }),
    ]);
    const found = Buffer.concat([directory.bytes, directory.end]);
    if (!composed.equals(found)) wrong('Its directory is not written as that of a production.');
    let at = 0;
    for (const member of all) {
      const expected = localHeader(member, time);
      const name = member.path.slice(top.length);
      if (member.offset !== at || !(await reading.bytesAt(file, at, expected.length)).equals(expected))
        flaws.push({ file: name, sentence: 'Its head in the ZIP is not what the directory says.' });
      at = member.offset + expected.length + member.sizeBytes;
      if (!member.path.startsWith(top) || !isPath(member.path))
        flaws.push({
          file: name,
          sentence: `It does not lie in the folder ${top}, or has another name than a package has.`,
        });
      else if (places.has(name)) flaws.push({ file: name, sentence: 'It is there twice.' });
      else if (at > directory.start) flaws.push({ file: name, sentence: 'The ZIP ends within this file.' });
      else places.set(name, { ...member, start: member.offset + expected.length });
    }
    if (at !== directory.start) wrong('Between its last file and its directory stand other bytes.');
  }
  const sizes = new Map(
    [...places]
      .map(([name, { sizeBytes }]) => [name, sizeBytes] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return {
    kind: 'zip',
    sizes,
    flaws,
    read: (name, range) => {
      const place = places.get(name);
      if (place === undefined) throw new RangeError(`There is no ${name} in this package.`);
      return reading.pieces(path, place.start + (range?.start ?? 0), range?.length ?? place.sizeBytes);
    },
    crc32Of: (name) => places.get(name)?.crc32 ?? null,
    close: async () => await file.close(),
  };
}

async function directoryOf(
  file: FileHandle,
  length: number,
  { bytesAt }: Reading,
): Promise<{ readonly start: number; readonly bytes: Buffer; readonly end: Buffer } | null> {
  const end = await bytesAt(file, Math.max(0, length - END_BYTES), END_BYTES);
  if (end.length < END_BYTES || end.readUInt32LE(0) !== 0x06054b50) return null;
  let start = end.readUInt32LE(16);
  let size = end.readUInt32LE(12);
  let tail = END_BYTES;
  const before = await bytesAt(file, Math.max(0, length - END_BYTES - WIDE_BYTES), WIDE_BYTES);
  if (before.length === WIDE_BYTES && before.readUInt32LE(0) === 0x06064b50) {
    start = Number(before.readBigUInt64LE(48));
    size = Number(before.readBigUInt64LE(40));
    tail += WIDE_BYTES;
  }
  if (size > MAX_DIRECTORY || start + size + tail !== length) return null;
  return {
    start,
    bytes: await bytesAt(file, start, size),
    end: await bytesAt(file, start + size, tail),
  };
}

/** As it says; whoever asked composes it anew and compares. Null: it is broken. */
function membersIn(central: Buffer): { readonly all: readonly ZipMember[]; readonly time: ZipTime } | null {
  const all: ZipMember[] = [];
  let time: ZipTime | null = null;
  for (let at = 0; at < central.length;) {
    if (at + CENTRAL_BYTES > central.length || central.readUInt32LE(at) !== 0x02014b50) return null;
    time ??= { time: central.readUInt16LE(at + 12), date: central.readUInt16LE(at + 14) };
    const [nameLength, extraLength] = [central.readUInt16LE(at + 28), central.readUInt16LE(at + 30)];
    const behind = at + CENTRAL_BYTES + nameLength;
    if (behind + extraLength > central.length) return null;
    let [sizeBytes, offset] = [central.readUInt32LE(at + 24), central.readUInt32LE(at + 42)];
    let here = behind + 4;
    const wide = (): number => {
      const value = here + 8 <= behind + extraLength ? Number(central.readBigUInt64LE(here)) : Number.NaN;
      here += 8;
      return value;
    };
    if (sizeBytes === 0xffffffff) {
      sizeBytes = wide();
      wide();
    }
    if (offset === 0xffffffff) offset = wide();
    if (!Number.isSafeInteger(sizeBytes) || !Number.isSafeInteger(offset)) return null;
    all.push({
      path: central.toString('utf8', at + CENTRAL_BYTES, behind),
      sizeBytes,
      offset,
      crc32: central.readUInt32LE(at + 16),
    });
    at = behind + extraLength + central.readUInt16LE(at + 32);
  }
  return time === null ? null : { all, time };
}
