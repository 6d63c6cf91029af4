/**
 * Headers of the ZIP of a production, after PRODUCTION.md: members one behind the other, stored as they are, so that each byte of the file
 * follows from paths, sizes, checksums and one time. Whoever writes composes them; whoever reads composes them too, and compares.
 */
export interface ZipMember {
  readonly path: string;
  readonly sizeBytes: number;
  readonly crc32: number;
  /** Where its header begins. */
  readonly offset: number;
}

export interface ZipTime {
  readonly date: number;
  readonly time: number;
}

export const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
/** What is larger, or lies further, is said in 64 bits. */
const MAX_ZIP32 = 0xfffffffe;
const UTF8 = 0x0800;
/** A regular file that everybody may read, made on Unix. */
const MADE_BY = 0x031e;
const MODE = (0o100644 << 16) >>> 0;

export function zipTime(at: Date): ZipTime {
  const year = at.getUTCFullYear();
  return {
    date: ((year - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  };
}

export function localHeader({ path, sizeBytes, crc32, offset }: ZipMember, { date, time }: ZipTime): Buffer {
  const name = Buffer.from(path);
  const wide = isWide(sizeBytes);
  const header = Buffer.alloc(LOCAL_BYTES);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(wide || isWide(offset) ? 45 : 20, 4);
  header.writeUInt16LE(UTF8, 6);
  header.writeUInt16LE(time, 10);
  header.writeUInt16LE(date, 12);
  header.writeUInt32LE(crc32, 14);
  header.writeUInt32LE(wide ? 0xffffffff : sizeBytes, 18);
  header.writeUInt32LE(wide ? 0xffffffff : sizeBytes, 22);
  header.writeUInt16LE(name.length, 26);
  const extra = wide ? wideFields([sizeBytes, sizeBytes]) : Buffer.alloc(0);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra]);
}

export function centralHeader(
  { path, sizeBytes, crc32, offset }: ZipMember,
  { date, time }: ZipTime,
): Buffer {
  const name = Buffer.from(path);
  const [wide, far] = [isWide(sizeBytes), isWide(offset)];
  const header = Buffer.alloc(CENTRAL_BYTES);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(MADE_BY, 4);
  header.writeUInt16LE(wide || far ? 45 : 20, 6);
  header.writeUInt16LE(UTF8, 8);
  header.writeUInt16LE(time, 12);
  header.writeUInt16LE(date, 14);
  header.writeUInt32LE(crc32, 16);
  header.writeUInt32LE(wide ? 0xffffffff : sizeBytes, 20);
  header.writeUInt32LE(wide ? 0xffffffff : sizeBytes, 24);
  header.writeUInt16LE(name.length, 28);
  const extra = wideFields([...(wide ? [sizeBytes, sizeBytes] : []), ...(far ? [offset] : [])]);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(MODE, 38);
  header.writeUInt32LE(far ? 0xffffffff : offset, 42);
  return Buffer.concat([header, name, extra]);
}

/** What stands behind the directory, which begins at `start` and has `length` bytes for `count` members. */
export function zipEnd({
  start,
  length,
  count,
}: {
  readonly start: number;
  readonly length: number;
  readonly count: number;
}): Buffer {
  const wide = isWide(start) || isWide(length) || count > 0xfffe;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(wide ? 0xffff : count, 8);
  end.writeUInt16LE(wide ? 0xffff : count, 10);
  end.writeUInt32LE(wide ? 0xffffffff : length, 12);
  end.writeUInt32LE(wide ? 0xffffffff : start, 16);
  if (!wide) return end;
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(MADE_BY, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(length), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(start + length), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator, end]);
}

const isWide = (value: number): boolean => value > MAX_ZIP32;

function wideFields(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  for (const [i, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  return field;
}
