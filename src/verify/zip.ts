/** The directory of a zip within a package: where each member's bytes lie. Only what a web archive needs; zip64 too. */
import type { PackageFiles } from './files.ts';

export interface Member {
  /** Of its bytes as they are stored, from the beginning of the zip. */
  readonly start: number;
  readonly stored: number;
  readonly sizeBytes: number;
  readonly compressed: boolean;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record and the longest comment. */
const MAX_END = 22 + 65_535;
const MAX_DIRECTORY = 256 * 2 ** 20;

/** Or what keeps it from being read. */
export async function readDirectory(
  files: PackageFiles,
  path: string,
): Promise<ReadonlyMap<string, Member> | string> {
  const length = files.sizes.get(path) ?? 0;
  const at = async (start: number, wanted: number): Promise<Buffer> => {
    if (start < 0 || wanted < 0 || start + wanted > length) return Buffer.alloc(0);
    const chunks: Buffer[] = [];
    for await (const chunk of files.read(path, { start, length: wanted })) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const tail = Math.min(length, MAX_END);
  const last = await at(length - tail, tail);
  let end = last.length - 22;
  while (end >= 0 && last.readUInt32LE(end) !== END) end -= 1;
  if (end < 0) return 'it has no end record';
  let directory = { start: last.readUInt32LE(end + 16), length: last.readUInt32LE(end + 12) };
  const locator = end >= 20 ? last.subarray(end - 20, end) : Buffer.alloc(0);
  if (locator.length === 20 && locator.readUInt32LE(0) === LOCATOR64) {
    const record = await at(Number(locator.readBigUInt64LE(8)), 56);
    if (record.length < 56 || record.readUInt32LE(0) !== END64) return 'its zip64 end record is not there';
    directory = { start: Number(record.readBigUInt64LE(48)), length: Number(record.readBigUInt64LE(40)) };
  }
  if (directory.length > MAX_DIRECTORY) return 'its directory is too long';
  const central = await at(directory.start, directory.length);
  if (central.length !== directory.length) return 'its directory lies outside of it';
  const members = new Map<string, Member>();
  for (let here = 0; here < central.length;) {
    if (here + 46 > central.length || central.readUInt32LE(here) !== CENTRAL)
      return 'its directory is broken';
    const method = central.readUInt16LE(here + 10);
    const nameLength = central.readUInt16LE(here + 28);
    const extraLength = central.readUInt16LE(here + 30);
    const name = central.toString('utf8', here + 46, here + 46 + nameLength);
    const extra = central.subarray(here + 46 + nameLength, here + 46 + nameLength + extraLength);
    const [sizeBytes, stored, offset] = wide(
      [central.readUInt32LE(here + 24), central.readUInt32LE(here + 20), central.readUInt32LE(here + 42)],
      extra,
    );
    const local = await at(offset, 30);
    if (local.length < 30 || local.readUInt32LE(0) !== LOCAL)
      return `its member ${name} is not where it should be`;
    if (method !== 0 && method !== 8) return `its member ${name} is compressed in a way that is not known`;
    if (members.has(name)) return `its member ${name} is there twice`;
    const start = offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
    if (start + stored > length) return `its member ${name} ends outside of it`;
    members.set(name, { start, stored, sizeBytes, compressed: method === 8 });
    here += 46 + nameLength + extraLength + central.readUInt16LE(here + 32);
  }
  return members;
}

/** What does not fit 32 bits stands in the zip64 extra field, in this order, and only where it does not fit. */
function wide(values: readonly [number, number, number], extra: Buffer): [number, number, number] {
  const found: [number, number, number] = [...values];
  for (let at = 0; at + 4 <= extra.length;) {
    const size = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      let here = at + 4;
      for (const i of [0, 1, 2] as const)
        if (values[i] === 0xffffffff && here + 8 <= at + 4 + size) {
          found[i] = Number(extra.readBigUInt64LE(here));
          here += 8;
        }
    }
    at += 4 + size;
  }
  return found;
}
