/**
 * The gate: everything that is about to leave is looked through for the words that were withheld, wherever a file can hide them. Pure but
 * for reading the bytes that it is given, one file after the other; each lies in memory while it is looked at.
 *
 * A packet is clean when nothing was found and everything was looked at. What could not be read, what lies too deep, is too large, or is of a
 * kind that nobody here takes apart, is a reason to stop and is named: “not looked at” is never “clean”. Pixels are read by whoever
 * is handed in as `readPixels`; where nobody is, a person looks and says which pictures they have seen.
 *
 * What it cannot see: words drawn as outlines, or letter by letter in another order than they are read; a font whose map to Unicode lies; words in
 * another language, in other words, backwards, or with a letter of another script that looks the same; UTF-7; a cipher. It does not replace a reader.
 */
import { sha256Hex } from '#commitment.ts';
import { openFinder, type Withheld } from './folded.ts';
import { lookInto } from './gate-kinds.ts';
import { openLook, type Hit, type Unread } from './gate-look.ts';

export interface PacketFile {
  readonly name: string;
  readonly mediaType: string;
  open(): AsyncIterable<Uint8Array>;
}

export interface GateOptions {
  /** What stands in the pixels of a picture, line by line; null where it cannot be told. */
  readonly readPixels?: (picture: Uint8Array, mediaType: string) => Promise<readonly string[] | null>;
  /** What a person has looked at and vouches for: pictures by the SHA-256 of their bytes, and items too short to be looked for. */
  readonly seen?: { readonly pictures?: ReadonlySet<string>; readonly items?: ReadonlySet<string> };
  readonly maxFileBytes?: number;
  /** Of everything that is unpacked out of one file. */
  readonly maxUnpackedBytes?: number;
}

export interface GateVerdict {
  /** Nothing was found, and everything was looked at. */
  readonly clean: boolean;
  readonly hits: readonly Hit[];
  readonly unread: readonly Unread[];
  /** Withheld items that have too few letters to be looked for, and that nobody vouched for. */
  readonly unsearchable: readonly string[];
  /** A gate that looked at nothing found nothing. */
  readonly looked: { readonly files: number; readonly bytes: number; readonly texts: number };
}

const MAX_FILE = 256 * 2 ** 20;
const MAX_UNPACKED = 1024 * 2 ** 20;

export async function passGate(
  packet: readonly PacketFile[],
  withheld: readonly Withheld[],
  options: GateOptions = {},
): Promise<GateVerdict> {
  const finder = openFinder(withheld);
  const hits: Hit[] = [];
  const unread: Unread[] = [];
  const looked = { files: 0, bytes: 0, texts: 0 };
  for (const [n, file] of packet.entries()) {
    const look = openLook({
      // A file of whose name a part is withheld is known by its place in the packet.
      file: `${n + 1}`,
      finder,
      maxUnpackedBytes: options.maxUnpackedBytes ?? MAX_UNPACKED,
      lookInto,
    });
    look.see('file name', file.name);
    const bytes = await readAll(file, options.maxFileBytes ?? MAX_FILE);
    if (typeof bytes === 'string') look.unread('', bytes);
    else {
      looked.bytes += bytes.length;
      look.inside('', bytes, { mediaType: file.mediaType, name: file.name });
    }
    for (const { place, bytes: picture, mediaType } of look.pictures) {
      const digests = [picture, ...(typeof bytes === 'string' ? [] : [bytes])].map(sha256Hex);
      if (digests.some((one) => options.seen?.pictures?.has(one) === true)) continue;
      const lines = await options.readPixels?.(picture, mediaType);
      if (lines === undefined || lines === null)
        look.unread(place, 'its pixels were not read, and nobody has said that they looked at them');
      else look.see(`${place} pixels`.trim(), lines.join('\n'));
    }
    const called = (one: Hit | Unread): string => `${one.file}: ${look.masked(file.name)}`;
    hits.push(...look.hits().map((one) => ({ ...one, file: called(one) })));
    unread.push(...look.notRead().map((one) => ({ ...one, file: called(one) })));
    looked.files += 1;
    looked.texts += look.texts();
  }
  const unsearchable = finder.unsearchable.filter((item) => options.seen?.items?.has(item) !== true);
  return {
    clean: hits.length + unread.length + unsearchable.length === 0 && looked.files > 0,
    hits,
    unread,
    unsearchable,
    looked,
  };
}

async function readAll(file: PacketFile, most: number): Promise<Buffer | string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of file.open()) {
      length += chunk.length;
      if (length > most) return `it has more than ${most} bytes`;
      chunks.push(chunk);
    }
  } catch {
    return 'its bytes could not be had';
  }
  return Buffer.concat(chunks);
}
