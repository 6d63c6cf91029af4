/**
 * The files of a package, from a folder or out of a tar: their names and lengths at once, their bytes when they are asked for. What is
 * wrong with the container itself is a finding like any other, and the rest is looked at all the same.
 */
import { createReadStream } from 'node:fs';
import { lstat, open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { openZip } from './zip-files.ts';
import { BLOCK, isPath, paddingOf, readHeader } from './tar.ts';

export interface Flaw {
  readonly file: string;
  readonly sentence: string;
}

export interface PackageFiles {
  readonly kind: 'folder' | 'tar' | 'zip';
  /** Length by path, in the order of the paths' bytes. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly flaws: readonly Flaw[];
  /** The bytes from `start` on, `length` of them; all of them without. */
  read(path: string, range?: { readonly start: number; readonly length: number }): AsyncIterable<Buffer>;
  /** What the container says of the bytes, where it says something: another program stops at it. */
  crc32Of?(path: string): number | null;
  close(): Promise<void>;
}

const CHUNK = 1 << 20;

/** Null: this is neither a folder with `bagit.txt` in it nor a tar or ZIP whose first member is one. */
export async function openPackage(path: string): Promise<PackageFiles | null> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) return await openFolder(path);
  if (found?.isFile() === true)
    return (await openZip(path, found.size, { bytesAt, pieces })) ?? (await openTar(path, found.size));
  return null;
}

async function openFolder(folder: string): Promise<PackageFiles | null> {
  const bag = await lstat(join(folder, 'bagit.txt')).catch(() => null);
  if (bag === null) return null;
  const sizes = new Map<string, number>();
  const flaws: Flaw[] = [];
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true });
    if (entries.length === 0) flaws.push({ file: below, sentence: 'A folder that is empty.' });
    for (const entry of entries) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (!isPath(path))
        flaws.push({ file: path, sentence: 'A name with letters that a package does not have.' });
      else if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) sizes.set(path, (await lstat(join(folder, path))).size);
      else flaws.push({ file: path, sentence: 'Neither a file nor a folder, as a link is.' });
    }
  };
  await walk('');
  return {
    kind: 'folder',
    sizes: sorted(sizes),
    flaws,
    read: (path, range) =>
      pieces(join(folder, path), range?.start ?? 0, range?.length ?? sizes.get(path) ?? 0),
    close: async () => undefined,
  };
}

async function openTar(path: string, length: number): Promise<PackageFiles | null> {
  const file = await open(path, 'r');
  const first = readHeader(await bytesAt(file, 0, BLOCK));
  if (first === null || !/^[^/]+\/bagit\.txt$/.test(first.path)) {
    await file.close();
    return null;
  }
  const top = first.path.slice(0, first.path.indexOf('/') + 1);
  const places = new Map<string, { readonly at: number; readonly sizeBytes: number }>();
  const flaws: Flaw[] = [];
  let at = 0;
  for (;;) {
    const header = await bytesAt(file, at, BLOCK);
    if (header.length === BLOCK && header.every((byte) => byte === 0)) {
      const end = await bytesAt(file, at, 2 * BLOCK + 1);
      if (end.length !== 2 * BLOCK || end.some((byte) => byte !== 0))
        flaws.push({
          file: path,
          sentence: 'It does not end with two blocks of zeros and nothing behind them.',
        });
      break;
    }
    const member = header.length === BLOCK ? readHeader(header) : null;
    if (member === null) {
      flaws.push({
        file: path,
        sentence: `At byte ${at} stands no header of a member as a package has them, so nothing behind it is read.`,
      });
      break;
    }
    const name = member.path.slice(top.length);
    const begin = at + BLOCK;
    const padding = paddingOf(member.sizeBytes);
    at = begin + member.sizeBytes + padding;
    if (at > length) {
      flaws.push({ file: name, sentence: 'The tar ends within this file.' });
      break;
    }
    if ((await bytesAt(file, at - padding, padding)).some((byte) => byte !== 0))
      flaws.push({
        file: name,
        sentence: 'Behind its bytes, up to the end of the block, stand others than zeros.',
      });
    if (member.seconds !== first.seconds)
      flaws.push({ file: name, sentence: 'Its time is not that of the other members.' });
    if (!member.path.startsWith(top) || name === '')
      flaws.push({ file: member.path, sentence: `It does not lie in the folder ${top}.` });
    else if (places.has(name)) flaws.push({ file: name, sentence: 'It is there twice.' });
    else places.set(name, { at: begin, sizeBytes: member.sizeBytes });
  }
  return {
    kind: 'tar',
    sizes: sorted(new Map([...places].map(([name, { sizeBytes }]) => [name, sizeBytes]))),
    flaws,
    read: (name, range) => {
      const place = places.get(name);
      if (place === undefined) throw new RangeError(`There is no ${name} in this package.`);
      return pieces(path, place.at + (range?.start ?? 0), range?.length ?? place.sizeBytes);
    },
    close: async () => await file.close(),
  };
}

/** Fewer where the file ends before. */
async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Most files are small, and a stream costs more than they do. Ends early where the file does. */
async function* pieces(path: string, start: number, length: number): AsyncGenerator<Buffer> {
  if (length > CHUNK) {
    yield* createReadStream(path, { highWaterMark: CHUNK, start, end: start + length - 1 });
    return;
  }
  const file = await open(path, 'r');
  try {
    yield await bytesAt(file, start, length);
  } finally {
    await file.close();
  }
}

function sorted(sizes: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...sizes].sort(([one], [other]) => (one < other ? -1 : 1)));
}
