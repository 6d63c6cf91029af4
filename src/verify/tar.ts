/**
 * Headers of the tar of a package, after PACKAGE.md: ustar and nothing else, so that the bytes of a header follow from path, size
 * and time. Whoever writes composes them; whoever reads composes them too, and compares.
 */
export const BLOCK = 512;
/** Eleven octal digits. No object of a record is as long. */
const MAX_SIZE = 8 ** 11 - 1;
const MAX_NAME = 100;
const MAX_PREFIX = 155;

export interface TarMember {
  readonly path: string;
  readonly sizeBytes: number;
  /** In whole seconds since 1970, the same for all members. */
  readonly seconds: number;
}

export function tarHeader({ path, sizeBytes, seconds }: TarMember): Buffer {
  const { name, prefix } = split(path);
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > MAX_SIZE)
    throw new RangeError(`A member of a tar has from 0 to ${MAX_SIZE} bytes, not ${sizeBytes}.`);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 'latin1');
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(`${octal(sizeBytes, 11)}\0`, 124, 'latin1');
  header.write(`${octal(seconds, 11)}\0`, 136, 'latin1');
  header.fill(' ', 148, 156);
  header.write('0', 156, 'latin1');
  header.write('ustar\0', 257, 'latin1');
  header.write('00', 263, 'latin1');
  header.write(prefix, 345, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return header;
}

/** What a header says of itself; null: it is not one of ours. The caller composes it anew and compares all of it. */
export function readHeader(header: Buffer): TarMember | null {
  const text = (from: number, length: number): string => {
    const field = header.toString('latin1', from, from + length);
    const end = field.indexOf('\0');
    return end < 0 ? field : field.slice(0, end);
  };
  const size = text(124, 12);
  const time = text(136, 12);
  if (!/^[0-7]{11}$/.test(size) || !/^[0-7]{11}$/.test(time)) return null;
  const prefix = text(345, MAX_PREFIX);
  const name = text(0, MAX_NAME);
  if (name === '') return null;
  const member = {
    path: prefix === '' ? name : `${prefix}/${name}`,
    sizeBytes: Number.parseInt(size, 8),
    seconds: Number.parseInt(time, 8),
  };
  return isPath(member.path) && tarHeader(member).equals(header) ? member : null;
}

/** How many zeros follow so many bytes. */
export function paddingOf(sizeBytes: number): number {
  return (BLOCK - (sizeBytes % BLOCK)) % BLOCK;
}

/** Letters that every file system and every shell take as they are, and no way up. */
export function isPath(path: string): boolean {
  return /^[A-Za-z0-9._=+-]+(\/[A-Za-z0-9._=+-]+)*$/.test(path) && !/(^|\/)\.{1,2}(\/|$)/.test(path);
}

function split(path: string): { readonly name: string; readonly prefix: string } {
  if (!isPath(path)) throw new RangeError('A path of a package has other letters than PACKAGE.md allows.');
  if (path.length <= MAX_NAME) return { name: path, prefix: '' };
  const at = path.indexOf('/', path.length - MAX_NAME - 1);
  if (at < 0 || at > MAX_PREFIX) throw new RangeError('A path of a package is longer than a tar can hold.');
  return { name: path.slice(at + 1), prefix: path.slice(0, at) };
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
