/** Looking for bytes in whatever may hold them: as they are, and in the encodings in which programs write them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Needle {
  readonly how: string;
  readonly bytes: Buffer;
}

/** `text`: also as UTF-16 and percent-encoded. */
export function needlesOf(name: string, bytes: Buffer, text?: string): Needle[] {
  const hex = bytes.toString('hex');
  const found: Needle[] = [
    { how: `${name} as it is`, bytes },
    { how: `${name} in hex`, bytes: Buffer.from(hex) },
    { how: `${name} in HEX`, bytes: Buffer.from(hex.toUpperCase()) },
  ];
  // Wherever it stands in what was encoded, one of the three beginnings fits; the ends depend on what stands beside it.
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const core = encoded.slice(before === 0 ? 0 : 4, -4);
    found.push(
      { how: `${name} in Base64, ${before}`, bytes: Buffer.from(core) },
      {
        how: `${name} in Base64 for addresses, ${before}`,
        bytes: Buffer.from(core.replaceAll('+', '-').replaceAll('/', '_')),
      },
    );
  }
  if (text !== undefined) {
    const little = Buffer.from(text, 'utf16le');
    found.push(
      { how: `${name} in UTF-16LE`, bytes: little },
      { how: `${name} in UTF-16BE`, bytes: Buffer.from(little).swap16() },
      {
        how: `${name} percent-encoded`,
        bytes: Buffer.from([...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')),
      },
    );
  }
  return found;
}

export function foundIn(haystack: Buffer, needles: readonly Needle[]): string[] {
  return needles.filter(({ bytes }) => haystack.includes(bytes)).map(({ how }) => how);
}

/** Every file below a folder; what goes away meanwhile is not there. */
export async function foundBelow(folder: string, needles: readonly Needle[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(() => null);
    if (bytes !== null) found.push(...foundIn(bytes, needles).map((how) => `${path}: ${how}`));
  }
  return found;
}
