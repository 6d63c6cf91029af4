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
import { createHash } from 'node:crypto';
import { sha256Hex } from '#commitment.ts';
import type { Withheld } from './folded.ts';
import { numbersOf, openFormFinder } from './folded-forms.ts';
import { openNearFinder } from './folded-near.ts';
import { lookInto } from './gate-kinds.ts';
import { openLook, type Hit, type Look, type SoftHit, type Unread } from './gate-look.ts';
import { shortWords, type ShortHit } from './short-words.ts';
import { softFinder, pageWords, type SoftlyWithheld } from './picture-words.ts';

export interface PacketFile {
  readonly name: string;
  readonly mediaType: string;
  /** Made here, of what is released; left out: it came from somewhere else. */
  readonly isOurs?: boolean;
  open(): AsyncIterable<Uint8Array>;
}

/** A file that is withheld as a whole. */
export interface WithheldFile {
  /** What a report may call it. Never its name or its digest. */
  readonly item: string;
  readonly sha256: string;
}

/** What whoever reads pixels says of a picture. */
export interface PixelReading {
  /** What stands in them, line by line. */
  readonly lines: readonly string[];
  /** Why something may stand in them that is not among the lines; null: whatever looked like writing was read. */
  readonly doubt: string | null;
}

export interface GateOptions {
  /** Files that must not be in the packet at any depth, nor may anything in it name their digests. */
  readonly withheldFiles?: readonly WithheldFile[];
  /** Words that were read in pictures that are withheld as a whole (picture-words.ts): where they stand, a person has to look. */
  readonly softly?: readonly SoftlyWithheld[];
  /** `openOcr` (ocr.ts) reads so. Null where it cannot be told. */
  readonly readPixels?: (picture: Uint8Array, mediaType: string) => Promise<PixelReading | null>;
  /** What a person has looked at and vouches for. */
  readonly seen?: {
    /** Pictures, by the SHA-256 of their own bytes: that of a file around them says nothing about them. */
    readonly pictures?: ReadonlySet<string>;
    /** Items too short to be looked for. */
    readonly items?: ReadonlySet<string>;
    /** What could not be read, by `Unread.id`. */
    readonly unread?: ReadonlySet<string>;
  };
  /** Files that come with the program, by their digests: nothing of any record is in them. */
  readonly documents?: ReadonlySet<string>;
  readonly maxFileBytes?: number;
  /** Of everything that is unpacked out of one file. */
  readonly maxUnpackedBytes?: number;
}

export interface GateVerdict {
  /** Something was looked for, nothing was found, and everything was looked at. */
  readonly clean: boolean;
  /** `nothing-to-look-for`: nothing is withheld, so that this gate has proven nothing. */
  readonly outcome: 'clean' | 'stopped' | 'nothing-to-look-for';
  readonly hits: readonly Hit[];
  readonly unread: readonly Unread[];
  /** What could not be read, and a person vouched for. */
  readonly vouchedFor: readonly Unread[];
  /** Withheld items that have too few letters to be looked for, and that nobody vouched for. */
  readonly unsearchable: readonly string[];
  /** A gate that looked at nothing found nothing. */
  readonly looked: { readonly files: number; readonly bytes: number; readonly texts: number };
}

const MAX_FILE = 256 * 2 ** 20;
const MAX_UNPACKED = 1024 * 2 ** 20;

interface SoftHitIn extends SoftHit {
  readonly file: string;
  /** Of the file; null: its bytes could not be had. */
  readonly digest: string | null;
}

/** What was found in one file. */
export interface FileLook {
  /** Its place in the packet. */
  readonly n: number;
  readonly hits: readonly Hit[];
  readonly soft: readonly SoftHitIn[];
  readonly short: readonly (ShortHit & { readonly file: string })[];
  readonly unread: readonly Unread[];
  readonly bytes: number;
  readonly texts: number;
}

/** Of several files. Of one in which nothing was found no more is kept than that it was looked at: there are a hundred thousand of them. */
export interface Looked {
  files: number;
  bytes: number;
  texts: number;
  readonly found: FileLook[];
}

export const openLooked = (): Looked => ({ files: 0, bytes: 0, texts: 0, found: [] });

export function gather(looked: Looked, more: Looked): void {
  looked.files += more.files;
  looked.bytes += more.bytes;
  looked.texts += more.texts;
  looked.found.push(...more.found);
}

export function gatherFile(looked: Looked, look: FileLook): void {
  const isFound = look.hits.length + look.soft.length + look.short.length + look.unread.length > 0;
  gather(looked, { files: 1, bytes: look.bytes, texts: look.texts, found: isFound ? [look] : [] });
}

export interface Gate {
  /** `n`: its place in the packet, from 1 on. */
  lookAt(n: number, file: PacketFile): Promise<FileLook>;
  /** Of all files. */
  verdict(looked: Looked): GateVerdict;
}

export function openGate(withheld: readonly Withheld[], options: GateOptions = {}): Gate {
  const withheldFiles = options.withheldFiles ?? [];
  const finder = openFormFinder(withheld, withheldFiles.flatMap(digestsInWords));
  const findNear = openNearFinder([...withheld, ...withheld.flatMap(numbersOf)]);
  const softly = options.softly ?? [];
  const findSoft = softFinder(softly);
  const byDigest = new Map(withheldFiles.map(({ sha256, item }) => [sha256, item]));
  const clean = new Map<string, number>();
  const isVouchedFor = ({ id }: Unread): boolean => id !== null && options.seen?.unread?.has(id) === true;
  return {
    lookAt: async (n, file) => {
      const look = openLook({
        // A file of whose name a part is withheld is known by its place in the packet.
        file: `${n}`,
        finder,
        findNear,
        findSoft,
        isOurs: file.isOurs ?? false,
        withheldFiles: byDigest,
        maxUnpackedBytes: options.maxUnpackedBytes ?? MAX_UNPACKED,
        clean,
        lookInto,
      });
      look.see('file name', file.name);
      const { digest, length, bytes, why } = await readAll(file, options.maxFileBytes ?? MAX_FILE);
      if (digest !== null) look.compare('', digest);
      if (why !== null) look.unread('', why);
      const isDocument = digest !== null && options.documents?.has(digest) === true;
      if (bytes !== null && !isDocument)
        look.inside('', bytes, { mediaType: file.mediaType, name: file.name });
      // Where no words are withheld there are none to read for, which takes longer than everything else here.
      if (withheld.length + softly.length > 0)
        for (const picture of look.pictures) await seePixels(look, picture, options);
      const called = `${n}: ${look.masked(file.name)}`;
      return {
        n,
        hits: look.hits().map((one) => ({ ...one, file: called })),
        short: look.short().map((one) => ({ ...one, file: called })),
        soft: look.soft().map((one) => ({ ...one, file: called, digest })),
        unread: look.notRead().map((one) => ({ ...one, file: called, id: idOf(digest, one) })),
        bytes: length,
        texts: look.texts(),
      };
    },
    verdict: ({ files, bytes, texts, found }) => {
      const looks = found.toSorted((one, other) => one.n - other.n);
      const hits = looks.flatMap((one) => one.hits);
      const soft = looks.flatMap((one) => one.soft);
      const unread = [
        ...looks.flatMap((one) => one.unread),
        ...toLookAt(soft),
        ...shortWords(looks.flatMap((one) => one.short)),
      ];
      const left = unread.filter((one) => !isVouchedFor(one));
      const unsearchable = finder.unsearchable.filter((item) => options.seen?.items?.has(item) !== true);
      const outcome =
        hits.length + left.length + unsearchable.length > 0 || files === 0
          ? 'stopped'
          : withheld.length + withheldFiles.length + softly.length === 0
            ? 'nothing-to-look-for'
            : 'clean';
      return {
        clean: outcome === 'clean',
        outcome,
        hits,
        unread: left,
        vouchedFor: unread.filter(isVouchedFor),
        unsearchable,
        looked: { files, bytes, texts },
      };
    },
  };
}

export async function passGate(
  packet: readonly PacketFile[],
  withheld: readonly Withheld[],
  options: GateOptions = {},
): Promise<GateVerdict> {
  const gate = openGate(withheld, options);
  const looked = openLooked();
  for (const [n, file] of packet.entries()) gatherFile(looked, await gate.lookAt(n + 1, file));
  return gate.verdict(looked);
}

const idOf = (digest: string | null, { place, why }: Pick<Unread, 'place' | 'why'>): string | null =>
  digest === null ? null : sha256Hex([digest, place, why].join('\0'));

/** Each place once; without what is written around posts on every page. */
function toLookAt(soft: readonly SoftHitIn[]): Unread[] {
  const ofPages = pageWords(soft);
  const places = new Map<string, Unread>();
  for (const { file, place, item, text, picture, digest } of soft) {
    const why = `words of ${item}, a picture that is withheld, stand in it: a person has to look`;
    const key = [file, place, why].join('\0');
    if (!ofPages.has(text) && !places.has(key))
      places.set(key, { file, place, why, picture, id: idOf(digest, { place, why }) });
  }
  return [...places.values()];
}

/** A digest confirms a file to whoever guesses it, however it is written: as a manifest of a bag, a web archive or a style sheet does. */
function digestsInWords({ item, sha256 }: WithheldFile): Withheld[] {
  const digest = Buffer.from(sha256, 'hex');
  return [sha256, digest.toString('base64').replace('=', ''), base32(digest)].map((text) => ({ item, text }));
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[parseInt(five.padEnd(5, '0'), 2)]).join('');
}

async function seePixels(
  look: Look,
  { place, bytes, mediaType }: Look['pictures'][number],
  { seen, readPixels, withheldFiles = [] }: GateOptions,
): Promise<void> {
  const digest = sha256Hex(bytes);
  // Of a picture that is withheld itself it was said that it is here.
  if (seen?.pictures?.has(digest) === true || withheldFiles.some(({ sha256 }) => sha256 === digest)) return;
  const reading = (await readPixels?.(bytes, mediaType)) ?? null;
  if (reading === null)
    look.unread(place, 'its pixels were not read, and nobody has said that they looked at them', digest);
  else {
    look.seePixels(`${place} pixels`.trim(), reading.lines, digest);
    if (reading.doubt !== null) look.unread(place, reading.doubt, digest);
  }
}

interface Read {
  /** Null: its bytes could not be had. */
  readonly digest: string | null;
  readonly length: number;
  /** Null: nobody looks into them, and `why`. */
  readonly bytes: Buffer | null;
  readonly why: string | null;
}

/** Of a file that is too large to lie in memory the digest is taken all the same: it may be one that is withheld, and a person may vouch for it. */
async function readAll(file: PacketFile, most: number): Promise<Read> {
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of file.open()) {
      hash.update(chunk);
      length += chunk.length;
      if (length <= most) chunks.push(chunk);
      else chunks.length = 0;
    }
  } catch {
    return { digest: null, length, bytes: null, why: 'its bytes could not be had' };
  }
  const digest = hash.digest('hex');
  return length > most
    ? { digest, length, bytes: null, why: `it has more than ${most} bytes` }
    : { digest, length, bytes: Buffer.concat(chunks), why: null };
}
